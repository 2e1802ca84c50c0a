/* Errors: written only where there is one, cut between code points, never half a letter. */
#include "base/error.h"
#include "support/check.h"

static void each_setter_fills_the_whole_error(void **state)
{
    (void)state;
    attain_error err;
    memset(&err, 0x55, sizeof err);
    assert_int_equal(atn_error_set(&err, ATTAIN_E_NAME, "unknown unit '%s'", "VN.47"), ATTAIN_E_NAME);
    assert_int_equal(err.status, ATTAIN_E_NAME);
    assert_true(err.line == 0 && err.column == 0 && err.index == -1);
    assert_string_equal(err.source, "");
    assert_string_equal(err.message, "unknown unit 'VN.47'");

    assert_int_equal(atn_error_at_index(&err, ATTAIN_E_UNIT, 12, "row %d", 13), ATTAIN_E_UNIT);
    assert_true(err.index == 12 && err.line == 0);
    assert_string_equal(err.message, "row 13");

    assert_int_equal(atn_error_at_text(&err, ATTAIN_E_SYNTAX, ATN_STR("hue.attain"), 41, 3, "found '%c'",
                                       '?'),
                     ATTAIN_E_SYNTAX);
    assert_true(err.line == 41 && err.column == 3 && err.index == -1);
    assert_string_equal(err.source, "hue.attain");
    assert_string_equal(err.message, "found '?'");

    assert_int_equal(atn_error_memory(&err, "reading facts"), ATTAIN_E_MEMORY);
    assert_string_equal(err.message, "out of memory while reading facts");
    assert_string_equal(err.source, "");

    atn_error_clear(&err);
    assert_true(err.status == ATTAIN_OK && err.index == -1 && err.message[0] == '\0');
}

static void no_error_wanted_is_fine(void **state)
{
    (void)state;
    assert_int_equal(atn_error_set(NULL, ATTAIN_E_NAME, "x"), ATTAIN_E_NAME);
    assert_int_equal(atn_error_at_index(NULL, ATTAIN_E_UNIT, 1, "x"), ATTAIN_E_UNIT);
    assert_int_equal(atn_error_at_text(NULL, ATTAIN_E_SYNTAX, ATN_STR("s"), 1, 1, "x"), ATTAIN_E_SYNTAX);
    assert_int_equal(atn_error_memory(NULL, "x"), ATTAIN_E_MEMORY);
    atn_error_clear(NULL);
}

/* Messages and sources of every length around the size of the field, in letters of 1 to 4 bytes. */
static void long_texts_are_cut_between_code_points(void **state)
{
    (void)state;
    static const char *const letters[] = {"a", "\xc4\x91", "\xe1\xbb\x87", "\xf0\x9f\x98\x80"};
    for (size_t k = 0; k < 4; k++) {
        for (size_t shift = 0; shift < 6; shift++) {
            for (size_t n = 20; n < 400; n++) {
                char text[1700] = "";
                size_t len = 0;
                for (; len < shift; len++) {
                    text[len] = '.';
                }
                for (size_t i = 0; i < n; i++) {
                    memcpy(text + len, letters[k], k + 1);
                    len += k + 1;
                }
                text[len] = '\0';
                attain_error err;
                atn_error_at_text(&err, ATTAIN_E_NAME, (atn_str){text, len}, 1, 1, "%s", text);
                const size_t message_len = strlen(err.message);
                assert_int_equal(atn_utf8_check((atn_str){err.message, message_len}), message_len);
                if (len < sizeof err.message) {
                    assert_string_equal(err.message, text);
                } else {
                    assert_in_range(message_len, sizeof err.message - 4, sizeof err.message - 1);
                    assert_string_equal(err.message + message_len - 3, "...");
                    assert_memory_equal(err.message, text, message_len - 3);
                }
                const size_t source_len = strlen(err.source);
                assert_int_equal(atn_utf8_check((atn_str){err.source, source_len}), source_len);
                assert_memory_equal(err.source, text, source_len);
                assert_true(len < sizeof err.source ? source_len == len
                                                    : source_len + 4 >= sizeof err.source);
            }
        }
    }
}

static attain_status fails_at(int step, int *reached)
{
    for (*reached = 0; *reached < 3; (*reached)++) {
        ATN_TRY(*reached == step ? ATTAIN_E_RANGE : ATTAIN_OK);
    }
    return ATTAIN_OK;
}

static void try_returns_the_first_failure(void **state)
{
    (void)state;
    int reached;
    assert_int_equal(fails_at(1, &reached), ATTAIN_E_RANGE);
    assert_int_equal(reached, 1);
    assert_int_equal(fails_at(9, &reached), ATTAIN_OK);
    assert_int_equal(reached, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_setter_fills_the_whole_error),
        cmocka_unit_test(no_error_wanted_is_fine),
        cmocka_unit_test(long_texts_are_cut_between_code_points),
        cmocka_unit_test(try_returns_the_first_failure),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
