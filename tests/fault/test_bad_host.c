/* What the host does to input and results: of the file system only regular files beneath the plan are read; locale and rounding mode of the
 * process change nothing. Rows of tests/bad-input.md. */
#include "fault/bad_plan.h"
#include "support/build_plan.h"
#include "support/check.h"

#include <fenv.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const char plan_text[] = "unit VN \"Việt Nam\" nation\n"
                                "unit 02 \"Huế\" province in VN\n" BAD_PLAN_MEASURES;

static attain_plan *plan;

/* --- the program --- */

/* Runs `attain check top.attain` in the test's folder; what it said on standard error. */
static int check_top(const char *include, char *said, size_t cap)
{
    FILE *const top = fopen("top.attain", "wb");
    assert_non_null(top);
    fprintf(top, "include \"%s\"\n", include);
    fclose(top);
    const int status = system(ATTAIN_CLI " check top.attain >out.txt 2>said.txt");
    FILE *const file = fopen("said.txt", "rb");
    assert_non_null(file);
    const size_t n = fread(said, 1, cap - 1, file);
    said[n] = '\0';
    fclose(file);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Nothing but a regular file in or beneath the plan's folder is read: not a device, a pipe, a folder, a link, what lies above. */
static void only_regular_files_are_included(void **state)
{
    (void)state;
    char said[4096];
    assert_int_equal(chdir(ATTAIN_SCRATCH_DIR), 0);
    (void)unlink("null.attain");
    (void)unlink("pipe.attain");
    (void)unlink("link.attain");
    assert_int_equal(mkfifo("pipe.attain", 0600), 0);
    assert_int_equal(symlink("/dev/null", "null.attain"), 0);
    assert_int_equal(symlink("top.attain", "link.attain"), 0);
    const char *const cases[][2] = {
        {"pipe.attain", "it is not a regular file"},
        {"null.attain", "it is a symbolic link"},
        {"link.attain", "it is a symbolic link"},
        {"/dev/null", "absolute paths are refused"},
        {"../../../../../../../../etc/passwd", "it leaves the folder of the plan"},
        {"x/../../y", "it leaves the folder of the plan"},
        {".", "it is a folder"},
        {"none.attain", "No such file"},
        {"a\\nb", "No such file"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(check_top(cases[i][0], said, sizeof said), 1);
        check_contains(said, "top.attain:1:9: error: '");
        check_contains(said, cases[i][1]);
    }
    (void)unlink("pipe.attain");
    (void)unlink("null.attain");
    (void)unlink("link.attain");
}

/* --- the host --- */

/* Numbers read, values, verdicts and an explanation, as text. */
static char *all_results(void)
{
    attain_error err;
    attain_text explained;
    attain_table *table = NULL;
    attain_facts *const facts = build_facts(plan);
    const attain_intake_options vi = {.struct_size = sizeof vi,
                                      .numbers = ATTAIN_NUMBERS_VI,
                                      .separator = ';'};
    const attain_explain_options explain = {.struct_size = sizeof explain,
                                            .kind = ATTAIN_KIND_TARGET,
                                            .unit = ATTAIN_NONE,
                                            .digits = 7};
    const attain_print_options print = {.struct_size = sizeof print,
                                        .numbers = ATTAIN_NUMBERS_VI,
                                        .digits = 9};
    static char out[1 << 15];
    size_t len = 0;
    check_ok(
        build_csv(
            facts,
            "unit;measure;period;value;post\n02;people;2025;1.234.567;\n02;workers;2025;12.345;full_time\n"
            "02;workers;2025;3;part_time\nVN;rate;2025;89,9;\nVN;money;2025;12,5;\n",
            &vi, NULL, &err),
        &err);
    check_ok(attain_score(plan, facts, NULL, &table, &err), &err);
    const attain_column *columns;
    const size_t n_columns = attain_table_columns(table, &columns);
    for (size_t row = 0; row < attain_table_rows(table); row++) {
        for (size_t i = 0; i < n_columns; i++) {
            char cell[512];
            check_ok(attain_table_print(table, row, columns[i], &print, cell, sizeof cell, NULL, &err), &err);
            len += (size_t)snprintf(out + len, sizeof out - len, "%s|", cell);
        }
        attain_score_row numbers_of_row = {.struct_size = sizeof numbers_of_row};
        uint64_t bits;
        check_ok(attain_table_score_row(table, row, &numbers_of_row, &err), &err);
        memcpy(&bits, &numbers_of_row.value, sizeof bits);
        len += (size_t)snprintf(out + len, sizeof out - len, "%016llx\n", (unsigned long long)bits);
    }
    check_ok(attain_explain(plan, facts, &explain, &explained, &err), &err);
    len += (size_t)snprintf(out + len, sizeof out - len, "%s", explained.data);
    assert_true(len < sizeof out);
    attain_text_free(&explained);
    attain_table_free(table);
    attain_facts_free(facts);
    char *const copy = malloc(len + 1);
    assert_non_null(copy);
    memcpy(copy, out, len + 1);
    return copy;
}

static void locale_and_rounding_mode_change_nothing(void **state)
{
    (void)state;
    static const int modes[] = {FE_TONEAREST, FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO};
    static const char *const locales[] = {"C", "vi_VN.UTF-8", "de_DE.UTF-8"};
    char *const wanted = all_results();
    size_t n_locales = 0;
    check_contains(wanted, "12,5");
    for (size_t l = 0; l < sizeof locales / sizeof locales[0]; l++) {
        if (setlocale(LC_ALL, locales[l]) == NULL) {
            print_message("locale %s is not there\n", locales[l]);
            continue;
        }
        n_locales++;
        for (size_t m = 0; m < sizeof modes / sizeof modes[0]; m++) {
            assert_int_equal(fesetround(modes[m]), 0);
            char *const got = all_results();
            assert_int_equal(fegetround(), modes[m]);
            assert_int_equal(fesetround(FE_TONEAREST), 0);
            assert_string_equal(got, wanted);
            free(got);
        }
    }
    assert_non_null(setlocale(LC_ALL, "C"));
    assert_true(n_locales >= 1);
    free(wanted);
}

/* A plan that was added under another locale prints the same text. */
static void plans_do_not_follow_the_locale(void **state)
{
    (void)state;
    attain_error err;
    attain_text here;
    attain_text there;
    check_ok(attain_plan_print(plan, &here, &err), &err);
    if (setlocale(LC_ALL, "vi_VN.UTF-8") == NULL) {
        print_message("locale vi_VN.UTF-8 is not there\n");
    }
    attain_plan *const other = build_plan(plan_text, NULL);
    check_ok(attain_plan_print(other, &there, &err), &err);
    assert_non_null(setlocale(LC_ALL, "C"));
    check_contains(here.data, "money at least 12.5 by 2025");
    assert_string_equal(here.data, there.data);
    attain_text_free(&here);
    attain_text_free(&there);
    build_plan_free(other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_regular_files_are_included),
        cmocka_unit_test(locale_and_rounding_mode_change_nothing),
        cmocka_unit_test(plans_do_not_follow_the_locale),
    };
    build_plan_for_group(plan_text, &plan);
    return cmocka_run_group_tests(tests, build_set_up, build_tear_down);
}
