/* The program attain before a person: tables that fit, breakdowns, explanations, lists, spans of periods, and what it says when
 * something in a plan or in facts is wrong. The province is invented. */
#include "cases/program.h"
#include "support/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char plan[] =
    "unit P \"Tỉnh An Bình\" province\n"
    "unit P.1 \"Bắc\" commune in P\n"
    "unit P.2 \"Nam \\\"cũ\\\", mới\" commune in P  until 2025-06-30\n"
    "category post: full_time, collaborator\n"
    "measure workers\n"
    "  stock persons  by post  reported yearly by commune\n"
    "measure population\n"
    "  stock persons  reported yearly by commune\n"
    "measure served\n"
    "  flow persons  reported yearly by commune\n"
    "measure asked\n"
    "  flow persons  reported yearly by commune\n"
    "indicator density_of_social_workers_in_communes = workers / population\n"
    "  shown as 1 per N\n"
    "indicator served_share = served / asked\n"
    "  share\n"
    "check \"workers are people\": workers[post=full_time] = workers[post=collaborator]\n"
    "programme first \"Kế hoạch thứ nhất\"\n"
    "  period 2024..2025\n"
    "  unit P\n"
    "target first.a-target-with-a-very-long-name-that-must-be-wrapped\n"
    "  density_of_social_workers_in_communes at least 1 per 5000 by 2025\n"
    "target first.between\n"
    "  served_share between 50% and 60% by 2025\n"
    "target first.read\n"
    "  reading of_served: served_share at least 85% by 2025\n"
    "  reading of_more: served_share at least 95% by 2025\n"
    "milestone first.board \"Thành lập ban chỉ đạo\" by 2024\n"
    "  done 2024-03-01 \"QĐ 5\"\n"
    "programme second\n"
    "  period 2024..2025\n"
    "  unit P\n"
    "target second.served\n"
    "  served_share at least 55% by 2025\n";

static const char facts[] = "unit,measure,period,post,value,source\n"
                            "P.1,workers,2025,full_time,10,a\n"
                            "P.1,workers,2025,collaborator,2,a\n"
                            "P.1,population,2025,,60000,b\n"
                            "P.1,served,2025,,9,c\n"
                            "P.1,asked,2025,,10,c\n"
                            "P.1,served,2024,,8,c\n"
                            "P.1,asked,2024,,10,c\n"
                            "P.2,served,2024,,9,c\n";

static int set_up(void **state)
{
    (void)state;
    program_clean();
    program_write("plan.attain", plan);
    program_write("facts.csv", facts);
    return 0;
}

/* ---------------------------------------------------------------- tables ---- */

/* A line of output is a line here, however long. */
/* clang-format off */

static void a_wide_table_shows_promises(void **state)
{
    (void)state;
    const program_how how = {.variables = "COLUMNS=220"};
    program_expect(&how, "score plan.attain facts.csv", 0,
           "target                                                     unit            period        value        level  gap  verdict       reason              due   promise\n"
           "───────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────\n"
           "Kế hoạch thứ nhất · first · 2024..2025\n"
           "first.a-target-with-a-very-long-name-that-must-be-wrapped  P Tỉnh An Bình  2025    1 per 5,000  1 per 5,000    0  met                               2025  density_of_social_workers_in_communes at least 1 per 5000 by 2025\n"
           "first.between                                              P Tỉnh An Bình  2025         90.0 %  50 % – 60 %    3  not_met                           2025  served_share between 50% and 60% by 2025\n"
           "first.read                                                 P Tỉnh An Bình  2025         90.0 %                    undetermined  depends_on_reading  2025  served_share at least 85% by 2025\n"
           "first.board                                                P Tỉnh An Bình  2024                                   met                               2024  Thành lập ban chỉ đạo\n"
           "\n"
           "second · 2024..2025\n"
           "second.served                                              P Tỉnh An Bình  2025         90.0 %         55 %    0  met                               2025  served_share at least 55% by 2025\n"
           "\n"
           "programme  targets  due\n"
           "────────────────────────────────────────────────────\n"
           "first            4  2 met, 1 not_met, 1 undetermined\n"
           "second           1  1 met\n"
           "all              5  3 met, 1 not_met, 1 undetermined\n"
           "\n"
           "as of 2025, the last period with facts\n",
           "");
}

static void a_narrow_table_wraps_and_drops(void **state)
{
    (void)state;
    const program_how how = {.variables = "COLUMNS=64"};
    program_expect(&how, "score plan.attain facts.csv --numbers vi", 0,
           "target                      value  verdict       reason\n"
           "────────────────────────────────────────────────────────────────\n"
           "Kế hoạch thứ nhất · first · 2024..2025\n"
           "first.a-target-with-  1 per 5.000  met\n"
           "a-very-long-name-\n"
           "that-must-be-wrapped\n"
           "first.between              90,0 %  not_met\n"
           "first.read                 90,0 %  undetermined  depends_on_\n"
           "                                                 reading\n"
           "first.board                        met\n"
           "\n"
           "second · 2024..2025\n"
           "second.served              90,0 %  met\n"
           "\n"
           "programme  targets  due\n"
           "────────────────────────────────────────────────────\n"
           "first            4  2 met, 1 not_met, 1 undetermined\n"
           "second           1  1 met\n"
           "all              5  3 met, 1 not_met, 1 undetermined\n"
           "\n"
           "as of 2025, the last period with facts\n",
           "");
}

static void readings_are_rows_when_asked_for(void **state)
{
    (void)state;
    program_expect(NULL, "score plan.attain facts.csv --readings --exact --target first.read --as-of 2025", 0,
           "target      reading    unit            period   value  exact  level  gap  verdict  reason  due\n"
           "───────────────────────────────────────────────────────────────────────────────────────────────\n"
           "Kế hoạch thứ nhất · first · 2024..2025\n"
           "first.read  of_served  P Tỉnh An Bình  2025    90.0 %   9/10   85 %    0  met              2025\n"
           "first.read  of_more    P Tỉnh An Bình  2025    90.0 %   9/10   95 %    1  not_met          2025\n",
           "");
}

static void values_by_category_are_a_table(void **state)
{
    (void)state;
    program_expect(NULL, "compute plan.attain facts.csv --by post --exact --as-of 2025 --period 2025 --indicator "
           "density_of_social_workers_in_communes", 0,
           "indicator             unit          period  post                 value    exact  numerator  denominator  state  reported\n"
           "────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────\n"
           "density_of_social_    P Tỉnh An B…  2025    full_time      1 per 6,000   1/6000         10       60,000  ok       2 of 2\n"
           "workers_in_communes\n"
           "density_of_social_    P Tỉnh An B…  2025    collaborator  1 per 30,000  1/30000          2       60,000  ok       2 of 2\n"
           "workers_in_communes\n",
           "");
    program_expect(NULL, "compute plan.attain facts.csv --indicator served_share --period 2024 --type commune --under P", 0,
           "indicator     unit               period   value            range  numerator  denominator  state           reported\n"
           "──────────────────────────────────────────────────────────────────────────────────────────────────────────────────\n"
           "served_share  P.1 Bắc            2024    80.0 %                           8           10  ok                2 of 2\n"
           "served_share  P.2 Nam \"cũ\", mới  2024            0.0 % – 100.0 %          9               no_denominator    1 of 2\n",
           "");
}

static void lists_are_tables(void **state)
{
    (void)state;
    program_expect(NULL, "targets plan.attain", 0,
           "target                                         kind       programme  due   promise\n"
           "────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────\n"
           "first.a-target-with-a-very-long-name-that-     target     first      2025  density_of_social_workers_in_communes at\n"
           "must-be-wrapped                                                            least 1 per 5000 by 2025\n"
           "first.between                                  target     first      2025  served_share between 50% and 60% by 2025\n"
           "first.read                                     target     first      2025  of_served: served_share at least 85% by 2025\n"
           "                                                                           | of_more: served_share at least 95% by 2025\n"
           "first.board                                    milestone  first      2024  Thành lập ban chỉ đạo\n"
           "second.served                                  target     second     2025  served_share at least 55% by 2025\n",
           "");
    program_expect(NULL, "units plan.attain --format csv --unit P.2", 0,
           "unit,title,type,parent,from,until\n"
           "P.2,\"Nam \"\"cũ\"\", mới\",commune,P,,2025-06-30\n",
           "");
    program_expect(NULL, "units plan.attain --format json --unit P.2", 0,
           "[\n"
           "{\"unit\":\"P.2\",\"title\":\"Nam \\\"cũ\\\", mới\",\"type\":\"commune\",\"parent\":\"P\",\"from\":null,\"until\":\"2025-06-30\"}\n"
           "]\n",
           "");
}

static void check_compares_identities(void **state)
{
    (void)state;
    program_expect(NULL, "check plan.attain facts.csv", 0,
           "plan.attain: 3 units, 4 measures, 2 indicators, 2 programmes, 4 targets, 1 milestone: no errors, 0 warnings\n"
           "facts.csv: 8 rows read: 8 accepted, 0 rejected, 0 empty; columns not used: source\n"
           "\"workers are people\" does not hold at P.1 in 2025: 10 on the left, 2 on the right, difference 8\n"
           "\"workers are people\": 1 compared, 1 different, 0 incomplete\n",
           "");
}

/* clang-format on */

/* The texts are those of the library; the program decides which there are and in which order. */
static void expect_texts(const char *arguments, const char *const *first_lines, size_t n)
{
    program run;
    program_run(&run, NULL, arguments);
    assert_int_equal(run.exit_code, 0);
    const char *at = run.out;
    for (size_t i = 0; i < n; i++) {
        check_text(at, strcspn(at, "\n"), first_lines[i]);
        const char *end = strstr(at, "\n\n");
        assert_int_equal(end == NULL, i + 1 == n);
        at = end ? end + 2 : at;
    }
    program_free(&run);
}

static void explain_takes_indicators_units_and_periods(void **state)
{
    (void)state;
    static const char *const values[] = {"served_share · P Tỉnh An Bình · 2024 · ok",
                                         "served_share · P Tỉnh An Bình · 2025 · ok",
                                         "served_share · P.1 Bắc · 2024 · ok",
                                         "served_share · P.1 Bắc · 2025 · ok"};
    expect_texts("explain plan.attain facts.csv --indicator served_share --unit P.1 --unit P --period 2024 "
                 "--period 2025",
                 values, 4);
    static const char *const verdicts[] = {"second.served · P Tỉnh An Bình · 2025 · met",
                                           "second.served · P.1 Bắc · 2025 · met",
                                           "second.served · P.2 Nam \"cũ\", mới · 2025 · not_applicable"};
    expect_texts("explain plan.attain facts.csv --target second.served --all-units --as-of 2025", verdicts,
                 3);
}

/* ---------------------------------------------------------------- periods ---- */

static void spans_give_every_period_in_them(void **state)
{
    (void)state;
    static const struct {
        const char *span, *periods[5];
    } cases[] = {
        {"2024-12-30..2025-01-12:week", {"2025-W01", "2025-W02"}},
        {"2024-12-31..2025-01-12:week", {"2025-W02"}},
        {"2024-02-28..2024-03-01:day", {"2024-02-28", "2024-02-29", "2024-03-01"}},
        {"2024..2025:half-year", {"2024-H1", "2024-H2", "2025-H1", "2025-H2"}},
        {"2023-FY04..2025-FY04:year", {"2023-FY04", "2024-FY04", "2025-FY04"}},
        {"2024-03..2025-02:quarterly", {"2024-Q2", "2024-Q3", "2024-Q4"}},
        {"2024-Q4:month", {"2024-10", "2024-11", "2024-12"}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char arguments[256];
        (void)snprintf(arguments, sizeof arguments,
                       "compute plan.attain facts.csv --indicator served_share --format csv --periods %s",
                       cases[i].span);
        program run;
        program_run(&run, NULL, arguments);
        assert_int_equal(run.exit_code, 0);
        const char *line = strchr(run.out, '\n') + 1;
        for (size_t j = 0; j < 5 && cases[i].periods[j]; j++) {
            char start[64];
            (void)snprintf(start, sizeof start, "served_share,P,%s,", cases[i].periods[j]);
            check_text(line, strcspn(line, ",") + 3 + strlen(cases[i].periods[j]) + 1, start);
            line = strchr(line, '\n') + 1;
        }
        check_text(line, strlen(line), "");
        program_free(&run);
    }
    static const char *const refused[][2] = {
        {"compute plan.attain --periods ..2025:year",
         "attain: --periods ..2025:year: the span needs a first day\n"},
        {"compute plan.attain --periods 1000..2025:day",
         "attain: --periods 1000..2025:day: more than 100000 periods\n"},
        {"compute plan.attain --period 2025-13",
         "attain: --period 2025-13: '2025-13' is not a period: a month is 01 to 12\n"},
        {"compute plan.attain --periods 2025-13:month",
         "attain: --periods 2025-13:month: '2025-13' is not a period: a month is 01 to 12\n"},
        {"score plan.attain --as-of soon",
         "attain: --as-of soon: 'soon' is not a period: a period is written 2025, 2025-H1, 2025-Q3, 2025-06, "
         "2025-W07, 2025-06-10, 2025-FY04 or 2021..2025, without blanks\n"},
    };
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        program_expect(NULL, refused[i][0], 2, "", refused[i][1]);
    }
}

/* ---------------------------------------------------------------- refusals ---- */

static void more_usage_errors_exit_2(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"compute plan.attain --as-of 2024 --as-of 2025",
         "attain: compute takes --as-of once; use --period for several periods\n"
         "attain: 'attain compute --help' shows what it takes\n"},
        {"score plan.attain --summary --readings",
         "attain: --summary counts targets, --readings shows rows: give one of them\n"
         "attain: 'attain score --help' shows what it takes\n"},
        {"fmt plan.attain --write --check",
         "attain: --write replaces the file itself: it goes without --check and "
         "--output\n"
         "attain: 'attain fmt --help' shows what it takes\n"},
        {"fmt plan.attain --check -o x", "attain: fmt --check prints nothing: it goes without --output\n"
                                         "attain: 'attain fmt --help' shows what it takes\n"},
        {"fmt --write -", "attain: --write needs a file; '-' is standard input\n"
                          "attain: 'attain fmt --help' shows what it takes\n"},
        {"units plan.attain -o", "attain: -o needs a value\n"
                                 "attain: 'attain units --help' shows what it takes\n"},
        {"units -- plan.attain --format",
         "attain: 'units' takes one plan; '--format' is one file too many (a plan "
         "includes its parts by itself)\n"
         "attain: 'attain units --help' shows what it takes\n"},
        {"-- unit plan.attain", "attain: unknown command 'unit'; did you mean 'units'?\n"
                                "attain: 'attain --help' shows what it can do\n"},
        {"compute plan.attain --by post --by post --by post --by post --by post --by post --by post --by "
         "post --by post",
         "attain: --by can stand at most 8 times\n"},
        {"units plan.attain --unit Bắc",
         "attain: --unit: the plan has no unit 'Bắc'; did you mean 'P.1' (Bắc)?\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        program_expect(NULL, cases[i][0], 2, "", cases[i][1]);
    }
}

static void fmt_points_at_the_fault(void **state)
{
    (void)state;
    program_write("bad.attain", "measure served\r\n  stok persons\r\n");
    program_expect(NULL, "fmt bad.attain", 1, "",
                   "bad.attain:2:3: error: 'stok' is no attribute of a measure; did you mean 'stock'?\n"
                   "  stok persons\n"
                   "  ^\n");
    program_expect(NULL, "fmt none.attain", 1, "",
                   "attain: none.attain: cannot be read: No such file or directory\n");
    program_expect(NULL, "fmt --write bad.attain plan.attain", 1, "", NULL);
    program_expect(NULL, "fmt --check plan.attain", 0, "", "");
}

/* The command refuses the plan, says what is to be there, also at the end, and not what is to be absent. */
static void expect_findings(const char *command, const char *there, const char *absent, const char *end)
{
    program run;
    program_run(&run, NULL, command);
    assert_int_equal(run.exit_code, 1);
    check_contains(run.err, there);
    assert_null(strstr(run.err, absent));
    check_contains(run.err, end);
    program_free(&run);
}

static void many_findings_are_cut_and_counted(void **state)
{
    (void)state;
    char text[8192] = "";
    for (int i = 0; i < 30; i++) {
        (void)snprintf(text + strlen(text), sizeof text - strlen(text), "measure m%d\n  stok persons\n", i);
    }
    program_write("many.attain", text);
    expect_findings("targets many.attain", "many.attain:40:3: error: ", "many.attain:42:3: error: ",
                    "attain: many.attain: 10 more not shown\nattain: many.attain: 30 errors\n");
    expect_findings("check many.attain", "many.attain:60:3: error: ", "not shown",
                    "attain: many.attain: 30 errors\n");
}

static void warnings_are_one_line_but_for_check(void **state)
{
    (void)state;
    program_write("warned.attain", "unit P \"A 🏥 \u2028 \xe6\x97\xa5\" province\nmeasure m\n  stock persons\n"
                                   "target t\n  m at least 5 for P by 2025\n");
    program_write("warned.csv", "unit,measure,period,value\nP,m,2025,9\n");
    program run;
    program_run(&run, NULL, "score warned.attain warned.csv");
    assert_int_equal(run.exit_code, 0);
    check_text(run.err, strlen(run.err),
               "attain: warned.attain: 1 warning; 'attain check warned.attain' shows it\n");
    check_contains(run.out, "P A 🏥 \\u2028 日");
    program_free(&run);
    program_run(&run, NULL, "units warned.attain --format json");
    check_contains(run.out, "\"title\":\"A 🏥 \\u2028 日\"");
    program_free(&run);
    program_run(&run, NULL, "check warned.attain");
    assert_int_equal(run.exit_code, 0);
    check_contains(run.err, "warned.attain:2:9: warning: ");
    program_free(&run);
}

static void long_words_are_never_cut(void **state)
{
    (void)state;
    program_write("long.attain",
                  "unit P province\nmeasure m\n  stock persons  reported yearly by province\ntarget t\n"
                  "  reading a_reading_with_a_name_that_is_longer_than_the_first_piece_of_memory_for_a_cell: "
                  "m at least 5 for P by 2025\n"
                  "  reading b: m at least 6 for P by 2025\n");
    program run;
    program_run(&run, NULL, "score long.attain facts.csv --readings --format csv --as-of 2025");
    assert_int_equal(run.exit_code, 1); /* the facts are of another plan */
    program_free(&run);
    program_write("long.csv", "unit,measure,period,value\nP,m,2025,5\n");
    program_run(&run, NULL, "score long.attain long.csv --readings --format csv --as-of 2025");
    assert_int_equal(run.exit_code, 0);
    check_contains(run.out,
                   ",a_reading_with_a_name_that_is_longer_than_the_first_piece_of_memory_for_a_cell,5,");
    program_free(&run);
}

static void facts_that_are_no_facts_are_refused(void **state)
{
    (void)state;
    char path[1024];
    (void)snprintf(path, sizeof path, "%s/folder", program_folder());
    (void)mkdir(path, 0777);
    program_expect(NULL, "compute plan.attain folder", 1, "",
                   "attain: folder: cannot be read: Is a directory\n");
    program_write("header.csv", "who,measure,period,value\nP.1,served,2025,9\n");
    program_expect(
        NULL, "compute plan.attain header.csv", 1, "",
        "header.csv:1: error: header: column 'unit' is required and not there; facts need unit, period "
        "and either measure and value, or a column per measure\n");
    program_write("utf16.csv", "\xff\xfeu\n");
    program_expect(NULL, "compute plan.attain utf16.csv", 1, "",
                   "utf16.csv:1:1: error: the text is UTF-16, UTF-8 is required: save it as \"CSV UTF-8\"\n");
}

static void many_bad_rows_are_cut_and_counted(void **state)
{
    (void)state;
    char *text = malloc(20000);
    assert_non_null(text);
    (void)strcpy(text, "unit,measure,period,value\n");
    for (int i = 0; i < 130; i++) {
        (void)strcat(text, "P.9,served,2025,9\n");
    }
    program_write("many.csv", text);
    free(text);
    program run;
    program_run(&run, NULL, "compute plan.attain many.csv");
    assert_int_equal(run.exit_code, 1);
    check_contains(run.err, "many.csv:101:1: error: ");
    assert_null(strstr(run.err, "many.csv:102:1: error: "));
    check_contains(run.err, "attain: many.csv: 30 more bad rows not shown\n");
    program_free(&run);
}

static void the_same_figure_twice_is_counted_when_asked_for(void **state)
{
    (void)state;
    program_write("twice.csv", "unit,measure,period,value,pots\nP.1,served,2025,9,x\nP.1,served,2025,9,x\n");
    program run;
    program_run(&run, NULL, "check plan.attain twice.csv");
    assert_int_equal(run.exit_code, 1);
    check_contains(run.err, "twice.csv:3");
    program_free(&run);
    program_run(&run, NULL, "check plan.attain twice.csv --same-value-is-fine");
    assert_int_equal(run.exit_code, 0);
    check_contains(run.out,
                   "twice.csv: 2 rows read: 2 accepted, 0 rejected, 0 empty, 1 of them for a cell that came "
                   "before; columns not used: pots\n");
    check_contains(run.err, "the column 'pots' is not used; did you mean 'post'?");
    program_free(&run);
    program_run(
        &run, NULL,
        "compute plan.attain twice.csv --sum-duplicates --indicator served_share --unit P.1 --format csv");
    check_contains(run.out, "served_share,P.1,2025,18,");
    program_free(&run);
}

static void names_of_files_that_are_too_long_are_refused(void **state)
{
    (void)state;
    char name[200];
    char arguments[256];
    memset(name, 'x', 150);
    (void)strcpy(name + 150, ".attain");
    program_write(name, plan);
    (void)snprintf(arguments, sizeof arguments, "check %s", name);
    program run;
    program_run(&run, NULL, arguments);
    assert_int_equal(run.exit_code, 1);
    check_contains(run.err, "the name of the file is longer than 127 bytes");
    program_free(&run);
    program_expect(NULL, "check none/plan.attain", 1, "",
                   "attain: none/plan.attain: its folder cannot be opened: No such file or directory\n");
    program_write("top.attain", "include \"\"\n");
    program_run(&run, NULL, "check top.attain");
    assert_int_equal(run.exit_code, 1);
    check_contains(run.err, "top.attain:1:");
    program_free(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_wide_table_shows_promises, set_up),
        cmocka_unit_test_setup(a_narrow_table_wraps_and_drops, set_up),
        cmocka_unit_test_setup(readings_are_rows_when_asked_for, set_up),
        cmocka_unit_test_setup(values_by_category_are_a_table, set_up),
        cmocka_unit_test_setup(lists_are_tables, set_up),
        cmocka_unit_test_setup(explain_takes_indicators_units_and_periods, set_up),
        cmocka_unit_test_setup(check_compares_identities, set_up),
        cmocka_unit_test_setup(spans_give_every_period_in_them, set_up),
        cmocka_unit_test_setup(more_usage_errors_exit_2, set_up),
        cmocka_unit_test_setup(fmt_points_at_the_fault, set_up),
        cmocka_unit_test_setup(many_findings_are_cut_and_counted, set_up),
        cmocka_unit_test_setup(warnings_are_one_line_but_for_check, set_up),
        cmocka_unit_test_setup(long_words_are_never_cut, set_up),
        cmocka_unit_test_setup(facts_that_are_no_facts_are_refused, set_up),
        cmocka_unit_test_setup(many_bad_rows_are_cut_and_counted, set_up),
        cmocka_unit_test_setup(the_same_figure_twice_is_counted_when_asked_for, set_up),
        cmocka_unit_test_setup(names_of_files_that_are_too_long_are_refused, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
