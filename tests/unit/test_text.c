/* Spans, the buffer, escaping and near words. */
#include "base/text.h"
#include "support/alloc_fault.h"
#include "support/check.h"
#include "support/rng.h"

#include <stdlib.h>

static void spans_compare_by_bytes(void **state)
{
    (void)state;
    const atn_str none = {NULL, 0};
    assert_true(atn_str_equal(none, ATN_STR("")));
    assert_true(atn_str_equal(ATN_STR("ab"), ATN_STR("ab")));
    assert_false(atn_str_equal(ATN_STR("ab"), ATN_STR("abc")));
    assert_false(atn_str_equal(ATN_STR("ab"), ATN_STR("ac")));
    assert_int_equal(atn_str_compare(ATN_STR("a"), ATN_STR("ab")), -1);
    assert_int_equal(atn_str_compare(ATN_STR("b"), ATN_STR("ab")), 1);
    assert_int_equal(atn_str_compare(ATN_STR("\xc4\x91"), ATN_STR("z")), 1); /* bytes are unsigned */
    assert_int_equal(atn_str_compare(none, none), 0);
    assert_int_equal(atn_str_compare(none, ATN_STR("a")), -1);
    assert_true(atn_str_starts(ATN_STR("hue-141.density"), ATN_STR("hue-141")));
    assert_true(atn_str_starts(ATN_STR("x"), none));
    assert_false(atn_str_starts(ATN_STR("hue"), ATN_STR("hue-141")));
    assert_false(atn_str_starts(ATN_STR("hut"), ATN_STR("hue")));
    assert_true(atn_str_is(ATN_STR("unit"), "unit"));
    assert_false(atn_str_is(ATN_STR("units"), "unit"));
    assert_true(atn_str_is(none, ""));
    assert_false(atn_str_is((atn_str){"a\0b", 3}, "a"));
}

static void buffer_appends_and_ends_in_nul(void **state)
{
    (void)state;
    alloc_fault f;
    alloc_fault_init(&f);
    const attain_allocator a = alloc_fault_allocator(&f);
    atn_buf buf;
    atn_buf_init(&buf, &a);
    assert_null(buf.data);
    atn_buf_add(&buf, NULL, 0);
    check_text(buf.data, buf.len, "");
    assert_int_equal(buf.data[0], '\0');
    atn_buf_str(&buf, ATN_STR("ab"));
    atn_buf_text(&buf, "cd");
    atn_buf_char(&buf, 'e');
    atn_buf_int(&buf, -12);
    atn_buf_printf(&buf, "%s/%d", "x", 5);
    check_text(buf.data, buf.len, "abcde-12x/5");
    assert_int_equal(buf.data[buf.len], '\0');
    assert_true(buf.cap > buf.len);
    atn_buf_free(&buf);
    assert_null(buf.data);
    assert_int_equal(buf.len, 0);
    atn_buf_text(&buf, "again");
    check_text(buf.data, buf.len, "again");
    atn_buf_free(&buf);
    alloc_fault_expect_empty(&f);
}

static void buffer_writes_every_integer(void **state)
{
    (void)state;
    static const struct {
        int64_t value;
        const char *text;
    } cases[] = {{0, "0"},
                 {7, "7"},
                 {-1, "-1"},
                 {1000000, "1000000"},
                 {INT64_MAX, "9223372036854775807"},
                 {INT64_MIN, "-9223372036854775808"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        atn_buf buf;
        atn_buf_init(&buf, NULL);
        atn_buf_int(&buf, cases[i].value);
        check_text(buf.data, buf.len, cases[i].text);
        atn_buf_free(&buf);
    }
}

static void buffer_formats_text_of_any_length(void **state)
{
    (void)state;
    char *const longer = malloc(100001);
    memset(longer, 'v', 100000);
    longer[100000] = '\0';
    atn_buf buf;
    atn_buf_init(&buf, NULL);
    atn_buf_text(&buf, "<");
    atn_buf_printf(&buf, "%s>%.*s", longer, 2, "abc");
    assert_int_equal(buf.len, 100004);
    assert_memory_equal(buf.data, "<vvv", 4);
    assert_string_equal(buf.data + 100000, "v>ab");
    atn_buf_free(&buf);
    free(longer);
}

static void buffer_that_fails_stays_failed_and_keeps_what_it_had(void **state)
{
    (void)state;
    alloc_fault f;
    alloc_fault_init(&f);
    const attain_allocator a = alloc_fault_allocator(&f);
    atn_buf buf;
    atn_buf_init(&buf, &a);
    atn_buf_text(&buf, "abc");
    alloc_fault_fail_at(&f, 0, false);
    atn_buf_text(&buf, "0123456789");
    assert_true(buf.failed);
    check_text(buf.data, buf.len, "abc");
    atn_buf_char(&buf, 'd'); /* would fit, but a piece is missing before it */
    atn_buf_printf(&buf, "%d", 1);
    check_text(buf.data, buf.len, "abc");
    atn_buf_free(&buf);
    assert_false(buf.failed);

    atn_buf_text(&buf, "x");
    atn_buf_add(&buf, "x", SIZE_MAX - 1);
    assert_true(buf.failed);
    atn_buf_free(&buf);
    alloc_fault_expect_empty(&f);
}

static void check_escaped(atn_str s, size_t max_bytes, const char *wanted)
{
    atn_buf buf;
    atn_buf_init(&buf, NULL);
    atn_buf_escaped(&buf, s, max_bytes);
    check_text(buf.data, buf.len, wanted);
    atn_buf_free(&buf);
}

static void message_text_shows_what_is_hidden(void **state)
{
    (void)state;
    check_escaped(ATN_STR("Vi\xe1\xbb\x87t Nam"), 0, "Vi\xe1\xbb\x87t Nam");
    check_escaped(ATN_STR("a\tb\n\x7f"), 0, "a\\x09b\\x0A\\x7F");
    check_escaped((atn_str){"a\0b", 3}, 0, "a\\x00b");
    check_escaped(ATN_STR("\xc2\x85"), 0, "\\u{0085}"); /* C1 */
    check_escaped(ATN_STR("\xe2\x80\xae"
                          "abc\xe2\x80\x8b"),
                  0, "\\u{202E}abc\\u{200B}"); /* bidi, zero width */
    check_escaped(ATN_STR("\xff\xfe"
                          "a"),
                  0, "\\xFF\\xFEa");                       /* not UTF-8 */
    check_escaped(ATN_STR("a\xe1\xbb"), 0, "a\\xE1\\xBB"); /* cut off */
    check_escaped(ATN_STR("\xf3\xa0\x81\x81"), 0, "\\u{E0041}");
}

static void message_text_is_cut_between_code_points(void **state)
{
    (void)state;
    check_escaped(ATN_STR("abcdef"), 6, "abcdef");
    check_escaped(ATN_STR("abcdef"), 5, "abcde...");
    check_escaped(ATN_STR("ab\xe1\xbb\x87"), 5, "ab\xe1\xbb\x87");
    check_escaped(ATN_STR("ab\xe1\xbb\x87z"), 4, "ab...");
    check_escaped(ATN_STR("ab\nz"), 5, "ab..."); /* an escape is not cut either */
}

/* The distance by its recursive definition over all of the table, without a band. */
static size_t slow_distance(atn_str a, atn_str b)
{
    size_t d[12][12];
    for (size_t i = 0; i <= a.len; i++) {
        for (size_t j = 0; j <= b.len; j++) {
            if (i == 0 || j == 0) {
                d[i][j] = i + j;
                continue;
            }
            size_t best = d[i - 1][j - 1] + (a.data[i - 1] != b.data[j - 1]);
            best = d[i - 1][j] + 1 < best ? d[i - 1][j] + 1 : best;
            best = d[i][j - 1] + 1 < best ? d[i][j - 1] + 1 : best;
            if (i > 1 && j > 1 && a.data[i - 1] == b.data[j - 2] && a.data[i - 2] == b.data[j - 1]) {
                best = d[i - 2][j - 2] + 1 < best ? d[i - 2][j - 2] + 1 : best;
            }
            d[i][j] = best;
        }
    }
    return d[a.len][b.len];
}

static void distance_is_that_of_the_whole_table(void **state)
{
    (void)state;
    rng r = rng_new(40);
    for (int i = 0; i < 60000; i++) {
        char text[2][11];
        atn_str s[2];
        for (int k = 0; k < 2; k++) {
            s[k] = (atn_str){text[k], (size_t)rng_below(&r, 11)};
            for (size_t c = 0; c < s[k].len; c++) {
                text[k][c] = (char)('a' + rng_below(&r, 3));
            }
        }
        const size_t most = (size_t)rng_below(&r, 6);
        const size_t distance = slow_distance(s[0], s[1]);
        assert_int_equal(atn_str_distance(s[0], s[1], most), distance > most ? most + 1 : distance);
        assert_int_equal(atn_str_distance(s[0], s[1], 11), distance);
    }
}

static void distance_of_words(void **state)
{
    (void)state;
    assert_int_equal(atn_str_distance(ATN_STR("helped"), ATN_STR("helpd"), 3), 1);
    assert_int_equal(atn_str_distance(ATN_STR("target"), ATN_STR("tagret"), 3), 1);
    assert_int_equal(atn_str_distance(ATN_STR(""), ATN_STR("ab"), 3), 2);
    assert_int_equal(atn_str_distance(ATN_STR(""), ATN_STR(""), 0), 0);
    assert_int_equal(atn_str_distance(ATN_STR("a"), ATN_STR("b"), 0), 1);
    /* Far words, and a limit beyond what is measured: "further than asked". */
    assert_int_equal(atn_str_distance(ATN_STR("aaaaaaaaaaaaaaaaaaaa"), ATN_STR("bbbbbbbbbbbbbbbbbbbb"), 2),
                     3);
    assert_int_equal(atn_str_distance(ATN_STR("aaaaaaaaaaaaaaaaaaaa"), ATN_STR("bbbbbbbbbbbbbbbbbbbb"), 50),
                     51);
    assert_true(atn_str_distance(ATN_STR("a"), ATN_STR("bbbbbbbbbbbbbbbbbbbb"), SIZE_MAX) == SIZE_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spans_compare_by_bytes),
        cmocka_unit_test(buffer_appends_and_ends_in_nul),
        cmocka_unit_test(buffer_writes_every_integer),
        cmocka_unit_test(buffer_formats_text_of_any_length),
        cmocka_unit_test(buffer_that_fails_stays_failed_and_keeps_what_it_had),
        cmocka_unit_test(message_text_shows_what_is_hidden),
        cmocka_unit_test(message_text_is_cut_between_code_points),
        cmocka_unit_test(distance_is_that_of_the_whole_table),
        cmocka_unit_test(distance_of_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
