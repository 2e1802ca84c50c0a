/* UTF-8 against an encoder: every code point, and every sequence of up to three bytes, is well formed exactly when the encoder makes
 * it. */
#include "base/text.h"
#include "support/check.h"

/* The one spelling of a code point; 0 bytes for surrogates. */
static size_t encode(int32_t c, unsigned char out[4])
{
    if (c < 0x80) {
        out[0] = (unsigned char)c;
        return 1;
    }
    if (c < 0x800) {
        out[0] = (unsigned char)(0xc0 + c / 64);
        out[1] = (unsigned char)(0x80 + c % 64);
        return 2;
    }
    if (c < 0x10000) {
        out[0] = (unsigned char)(0xe0 + c / 4096);
        out[1] = (unsigned char)(0x80 + c / 64 % 64);
        out[2] = (unsigned char)(0x80 + c % 64);
        return c >= 0xd800 && c < 0xe000 ? 0 : 3;
    }
    out[0] = (unsigned char)(0xf0 + c / 262144);
    out[1] = (unsigned char)(0x80 + c / 4096 % 64);
    out[2] = (unsigned char)(0x80 + c / 64 % 64);
    out[3] = (unsigned char)(0x80 + c % 64);
    return 4;
}

static atn_str str_of(const unsigned char *bytes, size_t len)
{
    return (atn_str){(const char *)bytes, len};
}

static void every_code_point_is_read_back(void **state)
{
    (void)state;
    for (int32_t c = 0; c < 0x110000; c++) {
        unsigned char bytes[4];
        const size_t len = encode(c, bytes);
        if (len == 0) {
            continue;
        }
        size_t at = 0;
        const atn_str s = str_of(bytes, len);
        assert_true(atn_utf8_next(s, &at) == c && at == len);
        assert_true(atn_utf8_check(s) == len);
        assert_true(atn_utf8_count(s, len) == 1);
        for (size_t cut = 1; cut < len; cut++) { /* cut off: not well formed, and *at stays */
            at = 0;
            assert_true(atn_utf8_next(str_of(bytes, cut), &at) == -1 && at == 0);
            assert_true(atn_utf8_check(str_of(bytes, cut)) == 0);
        }
    }
}

static void every_short_sequence_is_judged_as_the_encoder_would(void **state)
{
    (void)state;
    int n_good = 0;
    for (int32_t x = 0; x < 0x1000000; x += x < 0xc00000 ? 0x10001 : 1) {
        const unsigned char bytes[3] = {(unsigned char)(x >> 16), (unsigned char)(x >> 8), (unsigned char)x};
        size_t at = 0;
        const int32_t c = atn_utf8_next(str_of(bytes, 3), &at);
        if (c >= 0) {
            unsigned char back[4];
            const size_t len = encode(c, back);
            assert_true(len == at && memcmp(back, bytes, len) == 0);
            n_good += len == 3;
        } else {
            assert_int_equal(at, 0);
        }
    }
    assert_int_equal(n_good, 0x10000 - 0x800 - 0x800);
}

static void four_byte_edges(void **state)
{
    (void)state;
    static const unsigned char bad[][4] = {{0xf0, 0x8f, 0xbf, 0xbf}, {0xf4, 0x90, 0x80, 0x80},
                                           {0xf5, 0x80, 0x80, 0x80}, {0xf1, 0x80, 0x80, 0x7f},
                                           {0xf1, 0x80, 0xc0, 0x80}, {0xf1, 0x7f, 0x80, 0x80},
                                           {0xff, 0xff, 0xff, 0xff}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(atn_utf8_check(str_of(bad[i], 4)), 0);
    }
    size_t at = 3;
    assert_int_equal(atn_utf8_next(ATN_STR("abc"), &at), -1); /* the end */
    assert_int_equal(at, 3);
}

static void check_finds_the_first_bad_byte(void **state)
{
    (void)state;
    char text[64];
    memset(text, 'a', sizeof text);
    for (size_t at = 0; at < sizeof text; at++) {
        text[at] = '\x80';
        assert_int_equal(atn_utf8_check((atn_str){text, sizeof text}), at);
        text[at] = 'a';
    }
    assert_int_equal(atn_utf8_check((atn_str){text, sizeof text}), sizeof text);
    assert_int_equal(atn_utf8_check((atn_str){NULL, 0}), 0);
    assert_int_equal(atn_utf8_check(ATN_STR("Th\xe1\xbb\xab"
                                            "a Thi\xc3\xaan \xff")),
                     14);
}

static void columns_of_a_terminal(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t width;
    } cases[] = {{"", 0},
                 {"abc", 3},
                 {"Th\xe1\xbb\xab"
                  "a Thi\xc3\xaan",
                  10},                            /* composed */
                 {"u\xcc\x9b\xcc\x80", 1},        /* u, horn, grave */
                 {"\xe4\xb8\xad\xe6\x96\x87", 4}, /* two Chinese characters */
                 {"\xe2\x80\x8b\xef\xbb\xbf", 0}, /* zero width */
                 {"\xf0\x9f\x98\x80", 2},         /* an emoji */
                 {"\xe2\x80\x93", 1},             /* a dash */
                 {"\xff\xc3", 2},                 /* ill-formed: one each */
                 {"\xed\x95\x9c", 2}};            /* a Korean syllable */
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(atn_utf8_width((atn_str){cases[i].text, strlen(cases[i].text)}), cases[i].width);
    }
    assert_int_equal(atn_utf8_width((atn_str){"\0a", 2}), 2);
}

static void count_stops_at_the_given_byte(void **state)
{
    (void)state;
    const atn_str s = ATN_STR("\xc4\x91"
                              "a\xe1\xbb\x87");
    assert_int_equal(atn_utf8_count(s, 0), 0);
    assert_int_equal(atn_utf8_count(s, 2), 1);
    assert_int_equal(atn_utf8_count(s, 3), 2);
    assert_int_equal(atn_utf8_count(s, 100), 3);
}

static void other_encodings_are_guessed(void **state)
{
    (void)state;
    assert_null(atn_utf8_guess(ATN_STR("plain")));
    assert_null(atn_utf8_guess(ATN_STR("")));
    assert_null(atn_utf8_guess(ATN_STR("a")));
    assert_string_equal(atn_utf8_guess(ATN_STR("a\xff")), "Windows-1258 or TCVN3");
    assert_null(atn_utf8_guess(ATN_STR("Vi\xe1\xbb\x87t")));
    assert_string_equal(atn_utf8_guess((atn_str){"\xff\xfe"
                                                 "a\0",
                                                 4}),
                        "UTF-16");
    assert_string_equal(atn_utf8_guess((atn_str){"\xfe\xff\0a", 4}), "UTF-16");
    assert_string_equal(atn_utf8_guess((atn_str){"u\0n\0i\0t\0", 8}), "UTF-16");
    assert_string_equal(atn_utf8_guess((atn_str){"\0u\0n\0i\0t", 8}), "UTF-16");
    /* "Vi" e-circumflex-dot "t": one byte in either of the old encodings. */
    assert_string_equal(atn_utf8_guess(ATN_STR("Vi\xea\xf2t Nam\r\n")), "Windows-1258 or TCVN3");
    assert_string_equal(atn_utf8_guess(ATN_STR("Vi\xd6t")), "Windows-1258 or TCVN3");
    assert_null(atn_utf8_guess((atn_str){"PK\x03\x04\xff\xff\x01\x02", 8})); /* no text at all */
    assert_null(atn_utf8_guess((atn_str){"\0\0\0\0\xff\0\0\0", 8}));
}

static void hidden_characters(void **state)
{
    (void)state;
    static const int32_t hidden[] = {0,      9,      0x1f,   0x7f,   0x80,   0x9f,   0xad,  0x61c,
                                     0x200b, 0x200f, 0x202a, 0x202e, 0x2066, 0x2069, 0xfeff};
    static const int32_t shown[] = {0x20,   'a',    0x7e,   0xa0,   0xc1,   0x1ec7,
                                    0x2010, 0x202f, 0x2212, 0x4e2d, 0x1f600};
    for (size_t i = 0; i < sizeof hidden / sizeof *hidden; i++) {
        assert_true(atn_utf8_is_hidden(hidden[i]));
    }
    for (size_t i = 0; i < sizeof shown / sizeof *shown; i++) {
        assert_false(atn_utf8_is_hidden(shown[i]));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_code_point_is_read_back),
        cmocka_unit_test(every_short_sequence_is_judged_as_the_encoder_would),
        cmocka_unit_test(four_byte_edges),
        cmocka_unit_test(check_finds_the_first_bad_byte),
        cmocka_unit_test(columns_of_a_terminal),
        cmocka_unit_test(count_stops_at_the_given_byte),
        cmocka_unit_test(other_encodings_are_guessed),
        cmocka_unit_test(hidden_characters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
