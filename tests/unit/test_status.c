/* Words: each name is the enumerator's own, read from the public header, so that header and library cannot drift apart. */
#include "support/alloc_fault.h"
#include "support/check.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

static char *header;

static int read_header(void **state)
{
    (void)state;
    FILE *const file = fopen(ATTAIN_SOURCE_DIR "/include/attain/attain.h", "rb");
    if (file == NULL) {
        return -1;
    }
    header = calloc(1, 1000000);
    const size_t len = fread(header, 1, 999999, file);
    fclose(file);
    return len == 0 ? -1 : 0;
}

static int free_header(void **state)
{
    (void)state;
    free(header);
    return 0;
}

typedef const char *namer(int value);

/* "PREFIX_WORD_WORD = 22" or "= 1 << 4": the word in lower case and the value; false behind the last. */
static bool next_enumerator(const char **at, const char *end, const char *prefix, char word[64], int *value)
{
    for (;;) {
        const char *const found = strstr(*at, prefix);
        if (found == NULL || found >= end) {
            return false;
        }
        const char *c = found + strlen(prefix);
        size_t n = 0;
        for (; *c == '_' || isalnum((unsigned char)*c); c++) {
            word[n++] = (char)tolower((unsigned char)*c);
        }
        word[n] = '\0';
        *at = c;
        if (strncmp(c, " = ", 3) != 0) {
            continue; /* mentioned in a comment */
        }
        char *after;
        *value = (int)strtol(c + 3, &after, 10);
        if (strncmp(after, " << ", 4) == 0) {
            *value <<= (int)strtol(after + 4, NULL, 10);
        }
        return true;
    }
}

/* Every enumerator of `typedef enum NAME {`; cut is a suffix that the word does not have; at least n_least of them. */
static void check_enum(const char *name, const char *prefix, const char *cut, namer *of, int n_least)
{
    char opening[64];
    snprintf(opening, sizeof opening, "typedef enum %s {", name);
    const char *at = strstr(header, opening);
    assert_non_null(at);
    const char *const end = strchr(at, '}');
    char word[64];
    int value;
    int n = 0;
    int most = 0;
    while (next_enumerator(&at, end, prefix, word, &value)) {
        const size_t len = strlen(word);
        const size_t cut_len = strlen(cut);
        if (cut_len != 0 && len > cut_len && strcmp(word + len - cut_len, cut) == 0) {
            word[len - cut_len] = '\0';
        }
        assert_string_equal(of(value), word);
        most = value > most ? value : most;
        n++;
    }
    assert_true(n >= n_least);
    assert_string_equal(of(most + 1), "unknown");
    assert_string_equal(of(most + 1000000), "unknown");
}

static const char *status_of(int v)
{
    return attain_status_name((attain_status)v);
}
static const char *state_of(int v)
{
    return attain_state_name((attain_state)v);
}
static const char *verdict_of(int v)
{
    return attain_verdict_name((attain_verdict)v);
}
static const char *pace_of(int v)
{
    return v == ATTAIN_PACE_NONE ? "none" : attain_pace_name((attain_pace)v);
}
static const char *reason_of(int v)
{
    return attain_reason_name((attain_reason)v);
}
static const char *flag_of(int v)
{
    return attain_flag_name((attain_flag)v);
}
static const char *qualifier_of(int v)
{
    return attain_qualifier_name((attain_qualifier)v);
}
static const char *missing_of(int v)
{
    return attain_missing_reason_name((attain_missing_reason)v);
}
static const char *period_of(int v)
{
    return attain_period_type_name((attain_period_type)v);
}
static const char *kind_of(int v)
{
    return attain_kind_name((attain_kind)v);
}

static void every_enumerator_has_its_own_name(void **state)
{
    (void)state;
    check_enum("attain_status", "ATTAIN_", "", status_of, 27);
    check_enum("attain_state", "ATTAIN_STATE_", "", state_of, 9);
    check_enum("attain_verdict", "ATTAIN_", "", verdict_of, 4);
    check_enum("attain_pace", "ATTAIN_PACE_", "", pace_of, 6);
    check_enum("attain_reason", "ATTAIN_BECAUSE_", "", reason_of, 19);
    check_enum("attain_flag", "ATTAIN_FLAG_", "", flag_of, 14);
    check_enum("attain_qualifier", "ATTAIN_", "_value", qualifier_of, 7);
    check_enum("attain_missing_reason", "ATTAIN_REASON_", "", missing_of, 8);
    check_enum("attain_period_type", "ATTAIN_PERIOD_", "", period_of, 9);
    check_enum("attain_kind", "ATTAIN_KIND_", "", kind_of, 13);
}

static void special_values(void **state)
{
    (void)state;
    assert_string_equal(attain_pace_name(ATTAIN_PACE_NONE), "");
    assert_string_equal(attain_status_name((attain_status)7), "unknown"); /* the gap between families */
    assert_string_equal(attain_status_name((attain_status)-1), "unknown");
    assert_string_equal(attain_reason_name((attain_reason)0), "unknown");
    assert_string_equal(attain_reason_name((attain_reason)3), "unknown"); /* two bits */
}

static void version_is_said_twice_alike(void **state)
{
    (void)state;
    unsigned major;
    unsigned minor;
    unsigned patch;
    assert_int_equal(sscanf(attain_version(), "%u.%u.%u", &major, &minor, &patch), 3);
    assert_true(major == ATTAIN_VERSION_MAJOR && minor == ATTAIN_VERSION_MINOR &&
                patch == ATTAIN_VERSION_PATCH);
    assert_int_equal(attain_version_number(), major * 1000000 + minor * 1000 + patch);
}

static void a_text_goes_back_to_its_allocator(void **state)
{
    (void)state;
    alloc_fault f;
    alloc_fault_init(&f);
    attain_text text = {.capacity = 16, .len = 3, .alloc = alloc_fault_allocator(&f)};
    text.data = text.alloc.realloc(text.alloc.ctx, NULL, 0, 16);
    memcpy(text.data, "abc", 4);
    attain_text_free(&text);
    alloc_fault_expect_empty(&f);
    assert_true(text.data == NULL && text.len == 0 && text.capacity == 0);
    attain_text_free(&text);
    attain_text_free(NULL);
    attain_text never_used = {NULL, 0, 0, {NULL, NULL}};
    attain_text_free(&never_used);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_enumerator_has_its_own_name),
        cmocka_unit_test(special_values),
        cmocka_unit_test(version_is_said_twice_alike),
        cmocka_unit_test(a_text_goes_back_to_its_allocator),
    };
    return cmocka_run_group_tests(tests, read_header, free_header);
}
