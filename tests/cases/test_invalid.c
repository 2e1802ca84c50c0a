/* Golden texts of all that can be wrong with a plan: tests/invalid/<name>/input is added as a plan text and the plan is frozen; what
 * attain_diagnostic_print says about every finding must be tests/invalid/<name>/error, byte by byte.
 *
 * Other files of the folder can be included. A folder with a file `no-resolver` gets a plan without one. With ATTAIN_UPDATE_GOLDEN=1 in the
 * environment the error files are written anew: to be reviewed like code, for their wording is the user interface. */
#include "support/check.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

enum { PATH_CAP = 1024, MOST_CASES = 4096 };

typedef struct invalid_case {
    char name[128];
    char folder[PATH_CAP];
} invalid_case;

/* --- files --- */

/* NULL if there is no such file. The bytes are followed by a NUL. */
static char *read_file(const char *path, size_t *len)
{
    FILE *const file = fopen(path, "rb");
    if (file == NULL) {
        return NULL;
    }
    char *data = NULL;
    size_t cap = 0;
    *len = 0;
    for (;;) {
        if (cap - *len < 4096) {
            cap = cap * 2 + 8192;
            data = realloc(data, cap);
            assert_non_null(data);
        }
        const size_t n = fread(data + *len, 1, cap - *len - 1, file);
        *len += n;
        if (n == 0) {
            break;
        }
    }
    fclose(file);
    data[*len] = '\0';
    return data;
}

static void write_file(const char *path, const char *data, size_t len)
{
    FILE *const file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, len, file), len);
    assert_int_equal(fclose(file), 0);
}

/* --- the resolver: files of the folder, by their plain name --- */

static int open_beside(void *ctx, attain_str from, attain_str path, const char **data, size_t *len,
                       char *name, char *why)
{
    char full[PATH_CAP];
    (void)from;
    snprintf(name, 128, "%.*s", (int)path.len, path.data);
    if (memchr(path.data, '/', path.len) != NULL) {
        snprintf(why, 256, "it lies outside the plan's folder");
        return 1;
    }
    snprintf(full, sizeof full, "%s/%s", (const char *)ctx, name);
    *data = read_file(full, len);
    if (*data == NULL) {
        snprintf(why, 256, "there is no such file");
        return 1;
    }
    return 0;
}

static void release(void *ctx, const char *data, size_t len)
{
    (void)ctx;
    (void)len;
    free((void *)(uintptr_t)data);
}

/* --- one case --- */

/* All findings as text. At least one is there, and the plan was refused if and only if one is an error. */
static void describe(const attain_plan *plan, attain_status status, const attain_error *err, atn_buf *out)
{
    const attain_diagnostic *items = NULL;
    size_t n_more = 0;
    const size_t n = attain_plan_diagnostics(plan, &items, &n_more);
    bool has_error = false;
    assert_true(n > 0);
    for (size_t i = 0; i < n; i++) {
        attain_text text;
        check_ok(attain_diagnostic_print(&items[i], NULL, &text, NULL), NULL);
        atn_buf_add(out, text.data, text.len);
        attain_text_free(&text);
        has_error = has_error || items[i].severity == ATTAIN_ERROR;
        assert_int_equal(atn_utf8_check((atn_str){items[i].message.data, items[i].message.len}),
                         items[i].message.len);
        assert_int_equal(atn_utf8_check((atn_str){items[i].line_text.data, items[i].line_text.len}),
                         items[i].line_text.len);
    }
    if (n_more > 0) {
        atn_buf_printf(out, "and %zu more\n", n_more);
    }
    assert_true(has_error == (status != ATTAIN_OK));
    if (has_error) {
        assert_int_equal(err->status, status);
        assert_true(err->message[0] != '\0');
    }
}

static void show_difference(const char *name, const char *wanted, const char *got)
{
    size_t at = 0;
    while (wanted[at] != '\0' && wanted[at] == got[at]) {
        at++;
    }
    while (at > 0 && wanted[at - 1] != '\n') {
        at--;
    }
    print_error("tests/invalid/%s\n--- error (same up to here: %zu bytes)\n%s\n+++ printed\n%s\n", name, at,
                wanted + at, got + at);
}

static void compare(const invalid_case *c, const atn_buf *got)
{
    char path[PATH_CAP + 16];
    size_t wanted_len = 0;
    snprintf(path, sizeof path, "%s/error", c->folder);
    if (getenv("ATTAIN_UPDATE_GOLDEN") != NULL) {
        write_file(path, got->data, got->len);
        return;
    }
    char *const wanted = read_file(path, &wanted_len);
    if (wanted == NULL) {
        print_error("tests/invalid/%s has no file `error`; printed was\n%s\n", c->name, got->data);
        fail();
    }
    const bool same = wanted_len == got->len && memcmp(wanted, got->data, wanted_len) == 0;
    if (!same) {
        show_difference(c->name, wanted, got->data);
    }
    free(wanted);
    assert_true(same);
}

static void findings_are_golden(void **state)
{
    const invalid_case *const c = *state;
    char path[PATH_CAP + 16];
    struct stat unused;
    snprintf(path, sizeof path, "%s/no-resolver", c->folder);
    const bool resolves = stat(path, &unused) != 0;
    const attain_resolver resolver = {(void *)(uintptr_t)c->folder, open_beside, release};
    const attain_plan_options options = {.struct_size = sizeof options,
                                         .resolver = resolves ? &resolver : NULL};
    attain_plan *plan = NULL;
    attain_error err = {.status = ATTAIN_OK};
    check_ok(attain_plan_new(&options, &plan, &err), &err);

    size_t len = 0;
    snprintf(path, sizeof path, "%s/input", c->folder);
    char *const text = read_file(path, &len);
    assert_non_null(text);
    attain_status status = attain_plan_add_text(plan, text, len, "input", &err);
    free(text);
    if (status == ATTAIN_OK) {
        status = attain_plan_freeze(plan, &err);
    }
    atn_buf got;
    atn_buf_init(&got, NULL);
    describe(plan, status, &err, &got);
    attain_plan_free(plan);
    compare(c, &got);
    atn_buf_free(&got);
}

/* --- all cases --- */

static int by_name(const void *a, const void *b)
{
    return strcmp(((const invalid_case *)a)->name, ((const invalid_case *)b)->name);
}

static size_t find_cases(const char *root, invalid_case *cases)
{
    DIR *const folder = opendir(root);
    size_t n = 0;
    if (folder == NULL) {
        return 0;
    }
    for (const struct dirent *entry = readdir(folder); entry != NULL && n < MOST_CASES;
         entry = readdir(folder)) {
        if (entry->d_name[0] != '.' && strlen(entry->d_name) < sizeof cases[n].name) {
            strcpy(cases[n].name, entry->d_name);
            snprintf(cases[n].folder, sizeof cases[n].folder, "%s/%s", root, entry->d_name);
            n++;
        }
    }
    closedir(folder);
    qsort(cases, n, sizeof *cases, by_name);
    return n;
}

int main(void)
{
    invalid_case *const cases = calloc(MOST_CASES, sizeof *cases);
    struct CMUnitTest *const tests = calloc(MOST_CASES, sizeof *tests);
    const size_t n =
        cases == NULL || tests == NULL ? 0 : find_cases(ATTAIN_SOURCE_DIR "/tests/invalid", cases);
    for (size_t i = 0; i < n; i++) {
        tests[i] = (struct CMUnitTest){cases[i].name, findings_are_golden, NULL, NULL, &cases[i]};
    }
    if (n == 0) {
        fprintf(stderr, "no case was found in tests/invalid\n");
    }
    const int failed = n == 0 ? 1 : _cmocka_run_group_tests("invalid plans", tests, n, NULL, NULL);
    free(tests);
    free(cases);
    return failed;
}
