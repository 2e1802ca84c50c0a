/* fmt: the canonical layout, what is kept and what is not; twice is the same as once, and the plan stays what it was. */
#include "support/check.h"
#include "support/rng.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

static void check_format_at(const char *text, const char *wanted, const char *file, int line)
{
    attain_text once;
    attain_text twice;
    attain_error err;
    check_status_at(attain_format(text, strlen(text), "text", NULL, &once, &err), ATTAIN_OK, &err, text, file,
                    line);
    check_text_at(once.data, once.len, wanted, file, line);
    check_status_at(attain_format(once.data, once.len, "text", NULL, &twice, &err), ATTAIN_OK, &err, text,
                    file, line);
    check_text_at(twice.data, twice.len, wanted, file, line);
    attain_text_free(&once);
    attain_text_free(&twice);
}

#define check_format(text, wanted) check_format_at((text), (wanted), __FILE__, __LINE__)
#define check_stays(text) check_format_at((text), (text), __FILE__, __LINE__)

static void blanks_and_lines_become_canonical(void **state)
{
    (void)state;
    check_format("", "");
    check_format("\n\n\n", "");
    check_format("\xef\xbb\xbfunit   VN    \"Việt Nam\"   nation\r\n\r\n\r\nunit A b   in VN\r\n",
                 "unit VN \"Việt Nam\" nation\n\nunit A b in VN\n");
    check_format("measure a stock persons reported yearly by commune\n",
                 "measure a\n  stock persons  reported yearly by commune\n");
    check_format("measure a\n\n\n      stock persons\n\n   decimals 1\n",
                 "measure a\n  stock persons  decimals 1\n");
    check_format("unit VN nation", "unit VN nation\n");
}

static void comments_keep_their_place(void **state)
{
    (void)state;
    check_stays("# top\n\n# about it\nunit VN nation  # here\n# last\n");
    check_stays("measure a  # head\n  # before\n  stock persons  # which\n  # between\n  decimals 1\n  # "
                "after\n\n# free\n");
    check_format("   # top\nunit VN nation   #here\n", "# top\nunit VN nation  #here\n");
    check_format("measure a\n# column 1, but inside\n  stock persons\n",
                 "measure a\n  # column 1, but inside\n  stock persons\n");
    check_format("measure a\n  stock persons  # one\n  decimals 1  # two\n",
                 "measure a\n  stock persons  # one\n  decimals 1  # two\n");
    check_format("indicator x # one\n  = a # two\n  / b # three\n",
                 "indicator x = a / b  # one\n  # two\n  # three\n");
    check_format("# only comments\n\n\n  # here\n", "# only comments\n\n# here\n");
}

static void blank_lines_between_directives_are_single(void **state)
{
    (void)state;
    check_format("\n\nunit A b\nunit C d\n\n\n\nunit E f\n   \nunit G h\n",
                 "unit A b\nunit C d\n\nunit E f\n\nunit G h\n");
    check_format("# a\n\n\n# b\nunit A b\n# c\n\nunit C d\n", "# a\n\n# b\nunit A b\n# c\n\nunit C d\n");
}

static void spellings_of_numbers_are_kept_and_of_periods_not(void **state)
{
    (void)state;
    check_stays("numbers vi\n\ntarget t\n  a at least 90.000,50 by 2030\n\nboundary 2025-07-01 split A into "
                "B 60,5%, C 39,5%\n");
    check_stays("target t\n  a at least 90_000 by 2030\n");
    check_format("target t\n  a at least 30 % by 2025-S1\n", "target t\n  a at least 30% by 2025-H1\n");
}

static void includes_stay_and_are_not_followed(void **state)
{
    (void)state;
    check_stays("include \"nowhere.attain\"\nunits from \"nowhere.csv\"  # a register\n");
}

static void long_lines_are_broken_where_they_are_joined_again(void **state)
{
    (void)state;
    check_format(
        "indicator staffed \"Đơn vị có bố trí nhân sự\" = count(body where assigned = 1 and workers >= 1 and "
        "allowance >= "
        "base_salary) / count(body)\n",
        "indicator staffed \"Đơn vị có bố trí nhân sự\"\n"
        "  = count(body where assigned = 1 and workers >= 1 and allowance >= base_salary) / count(body)\n");
    check_format("indicator x = measure_number_one[owner=public or private] + "
                 "measure_number_two[owner=public or private] + "
                 "measure_number_three\n",
                 "indicator x\n  = measure_number_one[owner=public or private] + "
                 "measure_number_two[owner=public or private]\n"
                 "    + measure_number_three\n");
    check_format("attribute region: NE \"Trung du và miền núi phía Bắc\", RRD \"Đồng bằng sông Hồng\", NCC "
                 "\"Bắc Trung Bộ và Duyên "
                 "hải miền Trung\"\n",
                 "attribute region: NE \"Trung du và miền núi phía Bắc\", RRD \"Đồng bằng sông Hồng\", NCC\n"
                 "    \"Bắc Trung Bộ và Duyên hải miền Trung\"\n");
    check_format(
        "check \"a title that takes some columns of the line\": the_whole_of_it_all = the_first_part_of_it + "
        "the_second_part_of_it\n",
        "check \"a title that takes some columns of the line\": the_whole_of_it_all\n"
        "  = the_first_part_of_it + the_second_part_of_it\n");
}

static void a_fault_is_told_and_nothing_is_written(void **state)
{
    (void)state;
    attain_text out = {.len = 77};
    attain_error err;
    const char *const text = "unit VN nation\nmeasur a\n";
    check_fails(attain_format(text, strlen(text), "plan.attain", NULL, &out, &err), ATTAIN_E_SYNTAX, &err);
    assert_string_equal(err.source, "plan.attain");
    assert_int_equal(err.line, 2);
    assert_int_equal(err.column, 1);
    assert_string_equal(err.message, "'measur' is no directive; did you mean 'measure'?");
    assert_int_equal(out.len, 77);
    check_fails(attain_format("\xff\xfe", 2, "x", NULL, &out, &err), ATTAIN_E_UTF8, &err);
    check_fails(attain_format(NULL, 2, "x", NULL, &out, &err), ATTAIN_E_ARGUMENT, &err);
    check_fails(attain_format("", 0, NULL, NULL, NULL, &err), ATTAIN_E_ARGUMENT, &err);
    check_ok(attain_format(NULL, 0, NULL, NULL, &out, &err), &err);
    check_text(out.data, out.len, "");
    attain_text_free(&out);
}

/* --- properties, on the examples --- */

typedef struct examples {
    char *text[64];
    size_t n;
} examples;

static char *read_file(const char *path)
{
    FILE *const file = fopen(path, "rb");
    assert_non_null(file);
    char *const text = calloc(1, (size_t)1 << 18);
    assert_non_null(text);
    assert_true(fread(text, 1, ((size_t)1 << 18) - 1, file) > 0);
    fclose(file);
    return text;
}

static void read_examples(examples *all)
{
    static const char *const folders[] = {"/examples/social-work", "/examples/made-up"};
    char path[1024];
    all->n = 0;
    for (size_t i = 0; i < 2; i++) {
        snprintf(path, sizeof path, "%s%s", ATTAIN_SOURCE_DIR, folders[i]);
        DIR *const folder = opendir(path);
        assert_non_null(folder);
        for (const struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
            if (strstr(entry->d_name, ".attain") != NULL && all->n < 64) {
                snprintf(path, sizeof path, "%s%s/%s", ATTAIN_SOURCE_DIR, folders[i], entry->d_name);
                all->text[all->n++] = read_file(path);
            }
        }
        closedir(folder);
    }
    assert_true(all->n > 3);
}

static size_t count_char(const char *text, size_t len, char c)
{
    size_t n = 0;
    for (size_t i = 0; i < len; i++) {
        n += text[i] == c;
    }
    return n;
}

static void replace_line_end(char *text, size_t at, const char *with)
{
    char *const end = strchr(text + at, '\n');
    if (end != NULL) {
        memmove(end + strlen(with), end, strlen(end) + 1);
        memcpy(end, with, strlen(with));
    }
}

/* Puts comments, blank lines and line breaks at random places where they change nothing or make a fault. */
static void disturb(char *text, rng *r)
{
    for (uint64_t i = rng_below(r, 4); i > 0; i--) {
        const size_t at = (size_t)rng_below(r, strlen(text));
        switch (rng_below(r, 5)) {
        case 0: replace_line_end(text, at, "  # trailing"); break;
        case 1: replace_line_end(text, at, "\n  # own"); break;
        case 2: replace_line_end(text, at, "\n# free"); break;
        case 3: replace_line_end(text, at, "\n\n"); break;
        default: {
            char *const blank = strchr(text + at, ' ');
            if (blank != NULL) {
                memmove(blank + 3, blank, strlen(blank) + 1);
                memcpy(blank, "\n  ", 3);
            }
        }
        }
    }
}

static void formatting_twice_is_formatting_once_and_no_comment_is_lost(void **state)
{
    (void)state;
    enum { ROUNDS = 400 };
    examples all;
    read_examples(&all);
    rng r = rng_new(20250701);
    char *const text = malloc((size_t)1 << 19);
    size_t n_formatted = 0;
    for (size_t round = 0; round < ROUNDS; round++) {
        strcpy(text, all.text[round % all.n]);
        disturb(text, &r);
        attain_text once;
        attain_text twice;
        if (attain_format(text, strlen(text), "x", NULL, &once, NULL) != ATTAIN_OK) {
            continue;
        }
        n_formatted++;
        check_ok(attain_format(once.data, once.len, "x", NULL, &twice, NULL), NULL);
        check_text(twice.data, twice.len, once.data);
        assert_int_equal(count_char(once.data, once.len, '#'), count_char(text, strlen(text), '#'));
        attain_text_free(&once);
        attain_text_free(&twice);
    }
    assert_true(n_formatted > ROUNDS / 4);
    for (size_t i = 0; i < all.n; i++) {
        free(all.text[i]);
    }
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blanks_and_lines_become_canonical),
        cmocka_unit_test(comments_keep_their_place),
        cmocka_unit_test(blank_lines_between_directives_are_single),
        cmocka_unit_test(spellings_of_numbers_are_kept_and_of_periods_not),
        cmocka_unit_test(includes_stay_and_are_not_followed),
        cmocka_unit_test(long_lines_are_broken_where_they_are_joined_again),
        cmocka_unit_test(a_fault_is_told_and_nothing_is_written),
        cmocka_unit_test(formatting_twice_is_formatting_once_and_no_comment_is_lost),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
