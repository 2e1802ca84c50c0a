/* The lexer: which tokens a text has, where they stand, which lines belong together, and what is refused. */
#include "language/language.h"
#include "language/lexer.h"
#include "support/check.h"

#include <stdio.h>
#include <stdlib.h>

/* --- tokens as text: a blank between them, | before the first of an attribute line, || before a directive's --- */

static void add_tokens(atn_buf *out, const atn_lexer *lexer)
{
    for (size_t i = 0; i < lexer->n_tokens; i++) {
        const atn_token *const token = &lexer->tokens[i];
        atn_buf_text(out, out->len == 0 ? "" : " ");
        atn_buf_text(out, i == 0 ? "|| " : token->starts_line ? "| " : "");
        if (token->kind == ATN_TOKEN_STRING) {
            atn_buf_printf(out, "<%.*s>", ATN_STR_ARG(token->text));
        } else if (token->kind == ATN_TOKEN_BAD) {
            atn_buf_text(out, "BAD");
        } else {
            atn_buf_str(out, token->text);
        }
    }
}

typedef struct fixture {
    attain_plan *plan;
    atn_lexer lexer;
    atn_buf text;
} fixture;

static void begin(fixture *f, const char *text, size_t len)
{
    assert_int_equal(atn_plan_new(NULL, &f->plan, NULL), ATTAIN_OK);
    atn_source *const source = atn_arena_array(&f->plan->arena, 1, sizeof *source);
    assert_non_null(source);
    *source = (atn_source){ATN_STR("text"), {text, len}, NULL};
    f->plan->draft->sources = source;
    atn_lexer_init(&f->lexer, f->plan, source);
    f->lexer.keep_comments = true;
    atn_buf_init(&f->text, NULL);
    atn_buf_text(&f->text, "");
}

static void end(fixture *f)
{
    atn_buf_free(&f->text);
    atn_lexer_free(&f->lexer);
    atn_plan_free(f->plan);
}

static void check_tokens_at(const char *text, bool numbers_vi, const char *wanted, size_t n_errors,
                            const char *file, int line)
{
    fixture f;
    begin(&f, text, strlen(text));
    f.lexer.numbers_vi = numbers_vi;
    assert_true(atn_lexer_check(&f.lexer));
    while (atn_lexer_block(&f.lexer)) {
        add_tokens(&f.text, &f.lexer);
    }
    check_text_at(f.text.data, f.text.len, wanted, file, line);
    _assert_int_equal(f.plan->draft->n_errors, n_errors, file, line);
    end(&f);
}

#define check_tokens(text, wanted) check_tokens_at((text), false, (wanted), 0, __FILE__, __LINE__)
#define check_tokens_vi(text, wanted) check_tokens_at((text), true, (wanted), 0, __FILE__, __LINE__)
#define check_refused(text, wanted, n) check_tokens_at((text), false, (wanted), (n), __FILE__, __LINE__)

static void words_are_the_longest_runs(void **state)
{
    (void)state;
    check_tokens("", "");
    check_tokens("unit VN.46 \"Huế\" province", "|| unit VN.46 <Huế> province");
    check_tokens("a-b a - b a -b", "|| a-b a - b a -b");
    check_tokens("2021..2025 ..2030 2025-H1", "|| 2021..2025 ..2030 2025-H1");
    check_tokens("30% 9/10 a>=b a<=b a<b>c", "|| 30 % 9 / 10 a >= b a <= b a < b > c");
    check_tokens("đặc_biệt ≥ ¡ 東京", "|| đặc_biệt ≥ ¡ 東京");
    check_tokens("x[owner=public, a=b or c]", "|| x [ owner = public , a = b or c ]");
    check_tokens("(a+b)*2: c", "|| ( a + b ) * 2 : c");
}

static void a_comma_between_digits_belongs_to_the_word_under_numbers_vi(void **state)
{
    (void)state;
    check_tokens("12,5 a,b 1, 2 90.000,5", "|| 12 , 5 a , b 1 , 2 90.000 , 5");
    check_tokens_vi("12,5 a,b 1, 2 90.000,5", "|| 12,5 a , b 1 , 2 90.000,5");
    check_tokens_vi("a1,2b ,5 5,", "|| a1,2b , 5 5 ,");
}

static void strings_have_three_escapes(void **state)
{
    (void)state;
    check_tokens("\"\" \"a\\\"b\" \"a\\\\b\" \"a\\nb\" \"# : =\"", "|| <> <a\"b> <a\\b> <a\nb> <# : =>");
}

static void lines_make_blocks(void **state)
{
    (void)state;
    check_tokens("a b\n  c d\n\n    e\nf\n", "|| a b | c d | e || f");
    check_tokens("a\r\n  b\r\n", "|| a | b");
    check_tokens("a # c\n# c\n  # c\n  b# c\n", "|| a | b");
    check_tokens("a\n   \n\t\n  b", "|| a | b");
}

static void a_line_that_begins_with_an_operator_or_string_continues(void **state)
{
    (void)state;
    check_tokens("a\n  = b\n  + c\n  - d\n  * e\n  / f\n  and g\n  or h\n  \"i\"\n  j",
                 "|| a = b + c - d * e / f and g or h <i> | j");
    check_tokens("a\n= b\n\"c\"\nd", "|| a = b <c> || d");
    check_tokens("a\n  android b\n  -5 c\n  order", "|| a | android b | -5 c | order");
}

static void what_may_not_stand_ends_its_line(void **state)
{
    (void)state;
    check_refused("a & b\n  c", "|| a BAD | c", 1);
    check_refused("a\n\tb\n  c", "|| a | BAD | c", 1);
    check_refused("a \"b\n  c \"d\\te\" f\n  g", "|| a BAD | c BAD | g", 2);
    check_refused("a Ho\xcc\x80"
                  "a b",
                  "|| a Ho BAD", 1);
}

static void places_count_code_points(void **state)
{
    (void)state;
    fixture f;
    const char *const text = "đặc  \"Thừa Thiên\" x\n   y";
    begin(&f, text, strlen(text));
    assert_true(atn_lexer_block(&f.lexer));
    const int32_t places[][3] = {{1, 1, 3}, {1, 6, 12}, {1, 19, 1}, {2, 4, 1}};
    assert_int_equal(f.lexer.n_tokens, 4);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(f.lexer.tokens[i].line, places[i][0]);
        assert_int_equal(f.lexer.tokens[i].column, places[i][1]);
        assert_int_equal(f.lexer.tokens[i].n_columns, places[i][2]);
    }
    end(&f);
}

static void glued_says_that_no_blank_is_before(void **state)
{
    (void)state;
    fixture f;
    begin(&f, "2017/2020 / x", 13);
    assert_true(atn_lexer_block(&f.lexer));
    const bool glued[] = {false, true, true, false, false};
    assert_int_equal(f.lexer.n_tokens, 5);
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(f.lexer.tokens[i].glued, glued[i]);
    }
    end(&f);
}

static void comments_are_kept_with_their_places(void **state)
{
    (void)state;
    fixture f;
    const char *const text = "# top  \na # é\n    #own\n";
    begin(&f, text, strlen(text));
    while (atn_lexer_block(&f.lexer)) {
    }
    assert_int_equal(f.lexer.n_comments, 3);
    check_str(f.lexer.comments[0].text, "# top");
    check_str(f.lexer.comments[1].text, "# é");
    check_str(f.lexer.comments[2].text, "#own");
    assert_true(f.lexer.comments[0].own_line && !f.lexer.comments[1].own_line &&
                f.lexer.comments[2].own_line);
    assert_int_equal(f.lexer.comments[1].line, 2);
    assert_int_equal(f.lexer.comments[1].column, 3);
    assert_int_equal(f.lexer.comments[2].column, 5);
    end(&f);
}

/* --- limits --- */

/* before + n times fill + after */
static char *long_text(const char *before, char fill, size_t n, const char *after, size_t *len)
{
    *len = strlen(before) + n + strlen(after);
    char *const text = malloc(*len + 1);
    assert_non_null(text);
    memcpy(text, before, strlen(before));
    memset(text + strlen(before), fill, n);
    memcpy(text + strlen(before) + n, after, strlen(after) + 1);
    return text;
}

static void check_limit_at(char *text, size_t len, const char *message, const char *file, int line)
{
    fixture f;
    begin(&f, text, len);
    f.plan->draft->last_source = f.plan->draft->sources;
    while (atn_lexer_block(&f.lexer)) {
    }
    const attain_diagnostic *items;
    const size_t n = atn_plan_diagnostics(f.plan, &items, NULL);
    _assert_int_equal(n, message == NULL ? 0 : 1, file, line);
    if (message != NULL) {
        _assert_int_equal(items[0].status, ATTAIN_E_LIMIT, file, line);
        check_text_at(items[0].message.data, items[0].message.len, message, file, line);
    }
    end(&f);
    free(text);
}

#define check_limit(text, len, message) check_limit_at((text), (len), (message), __FILE__, __LINE__)

static void limits_are_exact(void **state)
{
    (void)state;
    size_t len;
    char *text = long_text("a \"", 'x', ATN_STRING_BYTES, "\"", &len);
    check_limit(text, len, NULL);
    text = long_text("a \"", 'x', ATN_STRING_BYTES + 1, "\"", &len);
    check_limit(text, len, "the string that opens here is longer than 64 KiB");
    text = long_text("a", ' ', ATN_LINE_BYTES - 2, "b\nc", &len);
    check_limit(text, len, NULL);
    text = long_text("a", ' ', ATN_LINE_BYTES - 1, "b\nc", &len);
    check_limit(text, len, "a line of more than 1 MiB");
}

static void a_block_has_a_most_of_tokens(void **state)
{
    (void)state;
    for (size_t extra = 0; extra < 2; extra++) {
        const size_t n = ATN_BLOCK_TOKENS + extra;
        char *const text = malloc(n + n / 1000 * 2 + 2);
        size_t len = 0;
        assert_non_null(text);
        for (size_t i = 0; i < n; i++) {
            text[len++] = i == 0 ? 'a' : ':';
            if (i % 1000 == 999) {
                text[len++] = '\n';
                text[len++] = ' ';
            }
        }
        check_limit(text, len, extra == 0 ? NULL : "a directive of more than 1,048,576 words");
    }
}

/* --- words and strings without a text round them --- */

static void words_and_strings_are_judged_alone(void **state)
{
    (void)state;
    static const char *const good[] = {"VN.46", "01", "2025-H1", "-5", "a-b", "Huế", "..2030", "≥"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        assert_null(atn_word_problem((atn_str){good[i], strlen(good[i])}));
    }
    static const struct {
        const char *word, *problem;
    } bad[] = {
        {"", "it is empty"},
        {"-", "a '-' alone is an operator"},
        {"a b", "it holds a character other than letters, digits and _ - ."},
        {"a,b", "it holds a character other than letters, digits and _ - ."},
        {"a\xe2\x80\x8b", "it holds a character other than letters, digits and _ - ."},
        {"o\xcc\x80", "it holds a combining mark: write the letter composed, NFC"},
        {"a\xff", "it is not UTF-8"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_string_equal(atn_word_problem((atn_str){bad[i].word, strlen(bad[i].word)}), bad[i].problem);
    }
    assert_null(atn_string_problem(ATN_STR("line\nline \"quoted\" \xe2\x80\x8b")));
    assert_string_equal(atn_string_problem(ATN_STR("a\tb")), "it holds a control character");
    assert_string_equal(atn_string_problem(ATN_STR("a\0b")), "it holds a control character");
    assert_string_equal(atn_string_problem(ATN_STR("\xc2\x85")), "it holds a control character");
    assert_string_equal(atn_string_problem(ATN_STR("\xe1")), "it is not UTF-8");
}

static void long_words_are_refused(void **state)
{
    (void)state;
    size_t len;
    char *const text = long_text("", 'x', ATN_STRING_BYTES + 1, "", &len);
    assert_string_equal(atn_word_problem((atn_str){text, len}), "it is longer than 64 KiB");
    assert_string_equal(atn_string_problem((atn_str){text, len}), "it is longer than 64 KiB");
    assert_null(atn_word_problem((atn_str){text, len - 1}));
    assert_null(atn_string_problem((atn_str){text, len - 1}));
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_the_longest_runs),
        cmocka_unit_test(a_comma_between_digits_belongs_to_the_word_under_numbers_vi),
        cmocka_unit_test(strings_have_three_escapes),
        cmocka_unit_test(lines_make_blocks),
        cmocka_unit_test(a_line_that_begins_with_an_operator_or_string_continues),
        cmocka_unit_test(what_may_not_stand_ends_its_line),
        cmocka_unit_test(places_count_code_points),
        cmocka_unit_test(glued_says_that_no_blank_is_before),
        cmocka_unit_test(comments_are_kept_with_their_places),
        cmocka_unit_test(limits_are_exact),
        cmocka_unit_test(a_block_has_a_most_of_tokens),
        cmocka_unit_test(words_and_strings_are_judged_alone),
        cmocka_unit_test(long_words_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
