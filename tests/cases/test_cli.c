/* The program attain: what it says, in every format, and what it refuses. The district is invented. */
#include "cases/program.h"
#include "support/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char plan[] = "unit D \"Huyện An Bình\" district\n"
                           "unit D.1 \"Xã Bắc\" commune in D\n"
                           "unit D.2 \"Xã Nam\" commune in D\n"
                           "\n"
                           "category post: full_time, collaborator\n"
                           "\n"
                           "measure workers \"Nhân viên công tác xã hội\"\n"
                           "  stock persons  by post  reported yearly by commune\n"
                           "measure population\n"
                           "  stock persons  reported yearly by commune\n"
                           "measure helped\n"
                           "  flow persons  reported yearly by commune\n"
                           "measure in_need\n"
                           "  flow persons  reported yearly by commune\n"
                           "\n"
                           "indicator density = workers / population\n"
                           "  shown as 1 per N\n"
                           "indicator helped_share = helped / in_need\n"
                           "  share\n"
                           "indicator people_helped = helped\n"
                           "\n"
                           "programme p \"Kế hoạch công tác xã hội\"\n"
                           "  period 2024..2030\n"
                           "  instrument \"12/KH-UBND\" 2024-01-15\n"
                           "  unit D\n"
                           "\n"
                           "target p.density \"=Đủ nhân viên\"\n"
                           "  density at least 1 per 5000 by 2025\n"
                           "  source \"12/KH-UBND\" \"cứ 5.000 người dân có một nhân viên\"\n"
                           "target p.helped\n"
                           "  helped_share at least 90% by 2025\n"
                           "target p.later\n"
                           "  helped_share at least 95% by 2030\n"
                           "target p.missing\n"
                           "  people_helped at least 100 by 2024\n";

static const char facts[] = "unit,measure,period,post,value\n"
                            "D.1,workers,2025,full_time,10\n"
                            "D.1,workers,2025,collaborator,2\n"
                            "D.2,workers,2025,full_time,11\n"
                            "D.2,workers,2025,collaborator,0\n"
                            "D.1,population,2025,,60000\n"
                            "D.2,population,2025,,55001\n"
                            "D.1,helped,2025,,9\n"
                            "D.2,helped,2025,,9\n"
                            "D.1,in_need,2025,,10\n"
                            "D.2,in_need,2025,,10\n";

static int set_up(void **state)
{
    (void)state;
    program_clean();
    program_write("plan.attain", plan);
    program_write("facts.csv", facts);
    return 0;
}

/* ---------------------------------------------------------------- usage ---- */

static void help_teaches_and_exits_0(void **state)
{
    (void)state;
    program run;
    program_run(&run, NULL, "--help");
    assert_int_equal(run.exit_code, 0);
    check_text(run.err, strlen(run.err), "");
    static const char *const parts[] = {"usage: attain COMMAND",
                                        "  check    PLAN [FACTS...]",
                                        "  compute  PLAN FACTS...",
                                        "  explain  PLAN FACTS...",
                                        "attain check plan.attain facts/*.csv",
                                        "attain score plan.attain facts/*.csv --as-of 2025\n",
                                        "attain explain plan.attain facts/*.csv --target",
                                        "--read-numbers plain|vi",
                                        "  undetermined ",
                                        "exit status: 0 fine"};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        check_contains(run.out, parts[i]);
    }
    program_free(&run);
}

static void help_of_a_command_lists_only_its_options(void **state)
{
    (void)state;
    program help;
    program other;
    program_run(&help, NULL, "units --help");
    program_run(&other, NULL, "help units");
    check_text(help.out, strlen(help.out), other.out);
    check_contains(help.out, "usage: attain units [OPTIONS] PLAN");
    check_contains(help.out, "--under UNIT");
    assert_null(strstr(help.out, "--target"));
    assert_null(strstr(help.out, "--read-numbers"));
    program_free(&help);
    program_free(&other);
}

static void version_is_that_of_the_library(void **state)
{
    (void)state;
    program_expect(NULL, "--version", 0, "attain 0.1.0\n", "");
    program_expect(NULL, "-V", 0, "attain 0.1.0\n", "");
}

static void usage_errors_exit_2_and_name_the_near_word(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"", "attain: a command is needed: check, fmt, print, compute, score, explain, units, targets, diff "
             "or store\n"
             "attain: 'attain --help' shows what it can do\n"},
        {"scroe plan.attain", "attain: unknown command 'scroe'; did you mean 'score'?\n"
                              "attain: 'attain --help' shows what it can do\n"},
        {"score --formt csv plan.attain", "attain: unknown option '--formt'; did you mean '--format'?\n"
                                          "attain: 'attain score --help' shows what it takes\n"},
        {"score -q plan.attain", "attain: unknown option '-q'\n"
                                 "attain: 'attain score --help' shows what it takes\n"},
        {"score --re plan.attain", "attain: option '--re' is short for several; write it in full\n"
                                   "attain: 'attain score --help' shows what it takes\n"},
        {"score plan.attain --format", "attain: --format needs a value: --format table|csv|json\n"
                                       "attain: 'attain score --help' shows what it takes\n"},
        {"score plan.attain --exact=1", "attain: --exact takes no value ('--exact=1')\n"
                                        "attain: 'attain score --help' shows what it takes\n"},
        {"score plan.attain --format cvs",
         "attain: --format takes table, csv or json, not 'cvs'; did you mean 'csv'?\n"
         "attain: 'attain score --help' shows what it takes\n"},
        {"score plan.attain --digits 19", "attain: --digits takes a number from 0 to 18, not '19'\n"
                                          "attain: 'attain score --help' shows what it takes\n"},
        {"score plan.attain --rename value",
         "attain: --rename takes FROM=TO (a column of the file, what attain calls "
         "it), not 'value'\n"
         "attain: 'attain score --help' shows what it takes\n"},
        {"score plan.attain --under D --under D.1",
         "attain: --under can stand once; 'D' and 'D.1' were given (use --unit for several units)\n"
         "attain: 'attain score --help' shows what it takes\n"},
        {"check plan.attain --target p.density",
         "attain: 'check' does not take --target (score, explain, targets)\n"
         "attain: 'attain check --help' shows what it takes\n"},
        {"score plan.attain --period 2025", "attain: 'score' does not take --period (compute, explain)\n"
                                            "attain: 'attain score --help' shows what it takes\n"},
        {"score plan.attain --format json --numbers vi",
         "attain: --numbers vi is for tables and csv: numbers in json are written as json says\n"
         "attain: 'attain score --help' shows what it takes\n"},
        {"score plan.attain --spreadsheet", "attain: --spreadsheet is for --format csv\n"
                                            "attain: 'attain score --help' shows what it takes\n"},
        {"score plan.attain --sum-duplicates --same-value-is-fine",
         "attain: --sum-duplicates and --same-value-is-fine contradict each other\n"
         "attain: 'attain score --help' shows what it takes\n"},
        {"score", "attain: 'score' needs a file: attain score PLAN FACTS...\n"
                  "attain: 'attain score --help' shows what it takes\n"},
        {"units plan.attain facts.csv", "attain: 'units' takes one plan; 'facts.csv' is one file too many (a "
                                        "plan includes its parts by itself)\n"
                                        "attain: 'attain units --help' shows what it takes\n"},
        {"score - -", "attain: '-' is standard input and can be read once\n"
                      "attain: 'attain score --help' shows what it takes\n"},
        {"fmt plan.attain plan.attain", "attain: fmt prints one file; use --write or --check for several\n"
                                        "attain: 'attain fmt --help' shows what it takes\n"},
        {"compute plan.attain --periods 2024..2025:foo",
         "attain: --periods takes A..B:EVERY with EVERY year, half-year, quarter, month, week or day, not "
         "'2024..2025:foo'\n"},
        {"compute plan.attain --periods 2024-02..2024-04:quarter",
         "attain: --periods 2024-02..2024-04:quarter: no whole quarter lies in it\n"},
        {"score plan.attain facts.csv --output facts.csv",
         "attain: --output facts.csv: would replace the input 'facts.csv'\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        program_expect(NULL, cases[i][0], 2, "", cases[i][1]);
    }
}

static void names_that_the_plan_does_not_have_exit_2_with_a_near_name(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"score plan.attain facts.csv --target p.densty",
         "attain: --target: the plan has no target 'p.densty'; did you mean 'p.density' (=Đủ nhân viên)?\n"},
        {"compute plan.attain facts.csv --indicator densiti",
         "attain: --indicator: the plan has no indicator 'densiti'; did you mean 'density'?\n"},
        {"units plan.attain --type comune",
         "attain: --type: the plan has no type 'comune'; did you mean 'commune'?\n"},
        {"units plan.attain --under Nowhere.at.all",
         "attain: --under: the plan has no unit 'Nowhere.at.all'\n"},
        {"compute plan.attain facts.csv --by pots",
         "attain: --by: the plan has no category 'pots'; did you mean 'post'?\n"},
        {"units plan.attain --type district --under D",
         "attain: no unit of the type district lies beneath D in the plan\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        program_expect(NULL, cases[i][0], 2, "", cases[i][1]);
    }
}

static void text_from_outside_is_escaped_in_messages(void **state)
{
    (void)state;
    program_expect(NULL, "score plan.attain --format \x1b[31m\xe2\x80\xae\xff", 2, "",
                   "attain: --format takes table, csv or json, not '\\x1b[31m\\u202e\\xff'\n"
                   "attain: 'attain score --help' shows what it takes\n");
}

/* ---------------------------------------------------------------- formats ---- */

#define SCORE_HEADER                                                                                        \
    "target,unit,period,reading,numerator,denominator,value,low,high,baseline,level,level_high,attainment," \
    "progress,"                                                                                             \
    "change,change_relative,gap,path,verdict,reason,flags,pace,due,reported,expected,missing\n"

static void score_csv_has_every_column(void **state)
{
    (void)state;
    program_expect(
        NULL, "score plan.attain facts.csv --format csv", 0,
        SCORE_HEADER
        "p.density,D,2025,,23,115001,0.0002,0.0002,0.0002,,0.0002,,0.999991,,,,1,,not_met,,rounding_flips,,"
        "2025,6,6,0\n"
        "p.helped,D,2025,,18,20,0.9,0.9,0.9,,0.9,,1,,,,0,,met,,,,2025,4,4,0\n"
        "p.later,D,2025,,18,20,0.9,0.9,0.9,,0.95,,0.947368,,,,1,,not_met,,not_due,undetermined,2030,4,4,0\n"
        "p.missing,D,2024,,,,,0,,,100,,,,,,,,undetermined,no_data;depends_on_missing,,,2024,0,2,2\n",
        "");
}

static void digits_and_numbers_and_exact_change_only_how_numbers_are_written(void **state)
{
    (void)state;
    program_expect(
        NULL,
        "score plan.attain facts.csv --format csv --numbers vi --digits 9 --exact --target p.density "
        "--rounding ceil",
        0,
        "target,unit,period,reading,numerator,denominator,value,low,high,value_exact,low_exact,high_exact,"
        "baseline,"
        "level,level_high,attainment,progress,change,change_relative,gap,path,verdict,reason,flags,pace,"
        "due,reported,"
        "expected,missing\n"
        "p.density,D,2025,,23,115.001,\"0,000199999\",\"0,000199999\",\"0,000199999\",23/115001,23/"
        "115001,23/115001,,"
        "\"0,0002\",,\"0,999991305\",,,,1,,not_met,,,,2025,6,6,0\n",
        "");
}

static void score_json_holds_the_same_as_csv(void **state)
{
    (void)state;
    program_expect(
        NULL, "score plan.attain facts.csv --format json --target p.missing --target p.helped", 0,
        "[\n"
        "{\"target\":\"p.helped\",\"unit\":\"D\",\"period\":\"2025\",\"reading\":null,\"numerator\":18,"
        "\"denominator\":20,\"value\":0.9,\"low\":0.9,\"high\":0.9,\"baseline\":null,\"level\":0.9,"
        "\"level_high\":null,\"attainment\":1,\"progress\":null,\"change\":null,\"change_relative\":null,"
        "\"gap\":0,"
        "\"path\":null,\"verdict\":\"met\",\"reason\":[],\"flags\":[],\"pace\":null,\"due\":\"2025\","
        "\"reported\":4,"
        "\"expected\":4,\"missing\":0},\n"
        "{\"target\":\"p.missing\",\"unit\":\"D\",\"period\":\"2024\",\"reading\":null,\"numerator\":null,"
        "\"denominator\":null,\"value\":null,\"low\":0,\"high\":null,\"baseline\":null,\"level\":100,"
        "\"level_high\":null,\"attainment\":null,\"progress\":null,\"change\":null,\"change_relative\":null,"
        "\"gap\":null,\"path\":null,\"verdict\":\"undetermined\",\"reason\":[\"no_data\",\"depends_on_"
        "missing\"],\"flags\":[],"
        "\"pace\":null,"
        "\"due\":\"2024\",\"reported\":0,\"expected\":2,\"missing\":2}\n"
        "]\n",
        "");
}

static void score_table_fits_its_width_and_counts_at_the_end(void **state)
{
    (void)state;
    const program_how how = {.variables = "COLUMNS=110"};
    program run;
    program_run(&run, &how, "score plan.attain facts.csv");
    assert_int_equal(run.exit_code, 0);
    check_contains(run.out, "Kế hoạch công tác xã hội · p · 12/KH-UBND · 2024..2030\n");
    check_contains(run.out, "1 per 5,000.04");
    check_contains(run.out, "90 %");
    check_contains(run.out, "undetermined  no_data");
    check_contains(run.out, "as of 2025, the last period with facts\n");
    assert_null(strchr(run.out, '\x1b'));
    for (const char *line = run.out; *line;) {
        size_t columns = 0; /* code points: the plan is composed, so each is one column */
        for (; *line && *line != '\n'; line++) {
            columns += ((unsigned char)*line & 0xC0u) != 0x80;
        }
        assert_in_range(columns, 0, 110);
        line += *line == '\n';
    }
    program_free(&run);
}

static void summary_counts_per_programme(void **state)
{
    (void)state;
    program_expect(NULL, "score plan.attain facts.csv --summary --format csv", 0,
                   "programme,when,met,not_met,undetermined,not_applicable\n"
                   "p,due,1,1,1,0\n"
                   "p,not_due,0,1,0,0\n",
                   "");
    program_expect(NULL, "score plan.attain facts.csv --summary", 0,
                   "programme  targets  due                               not due\n"
                   "───────────────────────────────────────────────────────────────\n"
                   "p                4  1 met, 1 not_met, 1 undetermined  1 not_met\n",
                   "");
}

static void compute_csv_has_every_column(void **state)
{
    (void)state;
    program_expect(
        NULL, "compute plan.attain facts.csv --format csv --indicator density --type commune --unit D", 0,
        "indicator,unit,period,numerator,denominator,value,low,high,state,flags,reported,expected\n"
        "density,D,2025,23,115001,0.0002,0.0002,0.0002,ok,,6,6\n"
        "density,D.1,2025,12,60000,0.0002,0.0002,0.0002,ok,,3,3\n"
        "density,D.2,2025,11,55001,0.0002,0.0002,0.0002,ok,,3,3\n",
        "");
    program_expect(
        NULL, "compute plan.attain facts.csv --format csv --indicator density --by post --digits 9", 0,
        "indicator,unit,period,post,numerator,denominator,value,low,high,state,flags,reported,expected\n"
        "density,D,2025,full_time,21,115001,0.000182607,0.000182607,0.000182607,ok,,4,4\n"
        "density,D,2025,collaborator,2,115001,0.000017391,0.000017391,0.000017391,ok,,4,4\n",
        "");
}

static void periods_of_a_span_are_each_a_row(void **state)
{
    (void)state;
    program_expect(
        NULL, "compute plan.attain facts.csv --format csv --indicator helped_share --periods 2024..2025:year",
        0,
        "indicator,unit,period,numerator,denominator,value,low,high,state,flags,reported,expected\n"
        "helped_share,D,2024,,,,0,1,no_data,,0,4\n"
        "helped_share,D,2025,18,20,0.9,0.9,0.9,ok,,4,4\n",
        "");
}

static void spreadsheet_guards_texts_and_leaves_numbers(void **state)
{
    (void)state;
    program run;
    program_run(&run, NULL, "targets plan.attain --format csv --spreadsheet --target p.density");
    assert_int_equal(run.exit_code, 0);
    check_text(run.out, strlen(run.out),
               "target,kind,programme,due,vision,phrase,title,source,words,note\n"
               "p.density,target,p,2025,,density at least 1 per 5000 by 2025,'=Đủ nhân viên,12/KH-UBND,cứ "
               "5.000 người dân có "
               "một nhân viên,\n");
    program_free(&run);
}

/* = + - @ and their full-width twins at the beginning, and what only looks like them; texts of a plan hold no tabs and no line ends. */
static void texts_like_formulas_get_an_apostrophe(void **state)
{
    (void)state;
    static const struct {
        const char *title, *written;
    } cases[] = {
        {"=1+1", "'=1+1"},     {"+84", "'+84"},
        {"-5", "'-5"},         {"@x", "'@x"},
        {"＝1", "'＝1"},       {"＋1", "'＋1"},
        {"－1", "'－1"},       {"＠1", "'＠1"},
        {"a=1", "a=1"},        {"'=1", "'=1"},
        {"Ａ", "Ａ"},          {"–5", "–5"},
        {"=a,b", "\"'=a,b\""}, {"=a \"b\"", "\"'=a \"\"b\"\"\""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[512] = "measure staff stock persons reported yearly\ntarget p \"";
        char wanted[256];
        for (const char *at = cases[i].title; *at != '\0'; at++) {
            const char pair[3] = {*at == '"' ? '\\' : *at, *at == '"' ? '"' : '\0', '\0'};
            strncat(text, pair, sizeof text - strlen(text) - 1);
        }
        strncat(text, "\"\n  staff at least 5 by 2025\n", sizeof text - strlen(text) - 1);
        snprintf(wanted, sizeof wanted,
                 "target,kind,programme,due,vision,phrase,title,source,words,note\n"
                 "p,target,,2025,,staff at least 5 by 2025,%s,,,\n",
                 cases[i].written);
        program_write("formula.attain", text);
        program_expect(NULL, "targets formula.attain --format csv --spreadsheet", 0, wanted, "");
    }
}

static void units_lists_the_tree(void **state)
{
    (void)state;
    program_expect(NULL, "units plan.attain", 0,
                   "unit   title          type      parent\n"
                   "──────────────────────────────────────\n"
                   "D      Huyện An Bình  district\n"
                   "  D.1  Xã Bắc         commune   D\n"
                   "  D.2  Xã Nam         commune   D\n",
                   "");
    program_expect(NULL, "units plan.attain --under D --format csv", 0,
                   "unit,title,type,parent,from,until\nD.1,Xã Bắc,commune,D,,\nD.2,Xã Nam,commune,D,,\n", "");
}

static void explain_separates_its_texts_by_a_blank_line(void **state)
{
    (void)state;
    program one;
    program other;
    program both;
    program_run(&one, NULL, "explain plan.attain facts.csv --target p.density");
    program_run(&other, NULL, "explain plan.attain facts.csv --target p.helped");
    program_run(&both, NULL, "explain plan.attain facts.csv --target p.helped --target p.density");
    assert_int_equal(both.exit_code, 0);
    check_contains(one.out, "23 persons / 115,001 persons = 1 per 5,000.04");
    char *wanted = malloc(strlen(one.out) + strlen(other.out) + 2);
    assert_non_null(wanted);
    (void)strcpy(wanted, one.out);
    (void)strcat(wanted, "\n");
    (void)strcat(wanted, other.out);
    check_text(both.out, strlen(both.out), wanted);
    free(wanted);
    program_free(&one);
    program_free(&other);
    program_free(&both);
}

/* ---------------------------------------------------------------- reading ---- */

static void check_counts_and_exits_0(void **state)
{
    (void)state;
    program_expect(
        NULL, "check plan.attain facts.csv", 0,
        "plan.attain: 3 units, 4 measures, 3 indicators, 1 programme, 4 targets, 0 milestones: no errors, "
        "0 warnings\n"
        "facts.csv: 10 rows read: 10 accepted, 0 rejected, 0 empty\n",
        "");
}

static void errors_in_a_plan_exit_1_with_place_and_caret(void **state)
{
    (void)state;
    program_write("bad.attain", "measure helped\n  flow persons\nindicator share_helped = helpd / helped\n");
    program run;
    program_run(&run, NULL, "score bad.attain facts.csv");
    assert_int_equal(run.exit_code, 1);
    check_text(run.out, strlen(run.out), "");
    check_contains(run.err, "bad.attain:3:26: error: ");
    check_contains(run.err, "^~~~~ did you mean 'helped'?");
    check_contains(run.err, "bad.attain: 1 error\n");
    program_free(&run);
}

static void bad_rows_exit_1_with_line_and_column(void **state)
{
    (void)state;
    program_write("bad.csv", "unit,measure,period,post,value\n"
                             "D.1,workers,2025,full_time,10\n"
                             "D.9,workers,2025,full_time,10\n"
                             "D.2,helped,2025,,ten\n");
    program run;
    program_run(&run, NULL, "score plan.attain bad.csv");
    assert_int_equal(run.exit_code, 1);
    check_text(run.out, strlen(run.out), "");
    check_contains(run.err, "bad.csv:3:1: error: ");
    check_contains(run.err, "bad.csv:4:5: error: ");
    check_contains(
        run.err,
        "attain: bad.csv: 3 rows read: 0 accepted, 3 rejected, 0 empty; nothing was taken from this file\n");
    program_free(&run);
    program_run(&run, NULL, "compute plan.attain bad.csv --skip-bad-rows --indicator density --format csv");
    assert_int_equal(run.exit_code, 0);
    check_contains(run.err, "bad.csv:3:1: warning: row left out: ");
    check_contains(run.err, "attain: bad.csv: 3 rows read: 1 accepted, 2 rejected, 0 empty\n");
    program_free(&run);
}

static void vietnamese_numbers_are_read_when_declared(void **state)
{
    (void)state;
    program_write("vi.csv",
                  "đơn_vị,measure,period,value\nD.1,population,2025,60.000\nD.2,population,2025,55.001\n");
    program run;
    program_run(&run, NULL, "check plan.attain vi.csv --rename đơn_vị=unit");
    assert_int_equal(run.exit_code, 1);
    program_free(&run);
    program_expect(
        NULL, "check plan.attain vi.csv --rename đơn_vị=unit --read-numbers vi", 0,
        "plan.attain: 3 units, 4 measures, 3 indicators, 1 programme, 4 targets, 0 milestones: no errors, "
        "0 warnings\n"
        "vi.csv: 2 rows read: 2 accepted, 0 rejected, 0 empty\n",
        "");
}

static void a_column_with_a_slip_is_named(void **state)
{
    (void)state;
    program_write("slip.csv", "unit,measure,period,value,qualifer,remark\nD.1,helped,2025,9,>,x\n");
    program run;
    program_run(&run, NULL, "compute plan.attain slip.csv --indicator helped_share");
    assert_int_equal(run.exit_code, 0);
    check_text(run.err, strlen(run.err),
               "attain: slip.csv: warning: the column 'qualifer' is not used; did you mean 'qualifier'?\n");
    program_free(&run);
}

static void standard_input_is_read_for_a_dash(void **state)
{
    (void)state;
    const program_how facts_in = {.input = facts};
    const program_how plan_in = {.input = plan};
    program file;
    program_run(&file, NULL, "score plan.attain facts.csv --format csv");
    program_expect(&facts_in, "score plan.attain - --format csv", 0, file.out, "");
    program_expect(&plan_in, "score - facts.csv --format csv", 0, file.out, "");
    program_free(&file);
}

static void several_files_of_facts_are_one(void **state)
{
    (void)state;
    program_write("a.csv", "unit,measure,period,value\nD.1,helped,2025,9\nD.1,in_need,2025,10\n");
    program_write("b.csv", "unit,measure,period,value\nD.2,helped,2025,9\nD.2,in_need,2025,10\n");
    program_expect(
        NULL, "compute plan.attain b.csv a.csv --indicator helped_share --format csv", 0,
        "indicator,unit,period,numerator,denominator,value,low,high,state,flags,reported,expected\n"
        "helped_share,D,2025,18,20,0.9,0.9,0.9,ok,,4,4\n",
        "");
    program run;
    program_run(&run, NULL, "compute plan.attain a.csv b.csv a.csv");
    assert_int_equal(run.exit_code, 1);
    check_contains(run.err, "a.csv:2");
    program_free(&run);
}

static void a_file_that_is_not_there_exits_1(void **state)
{
    (void)state;
    program_expect(NULL, "score none.attain facts.csv", 1, "",
                   "attain: none.attain: cannot be read: No such file or directory\n");
    program_expect(NULL, "score plan.attain none.csv", 1, "",
                   "attain: none.csv: cannot be read: No such file or directory\n");
}

/* ---------------------------------------------------------------- includes ---- */

static void make_folder(const char *name)
{
    char path[1024];
    (void)snprintf(path, sizeof path, "%s/%s", program_folder(), name);
    (void)mkdir(path, 0777);
}

static void includes_are_found_beside_the_file_that_asks(void **state)
{
    (void)state;
    make_folder("parts");
    program_write("top.attain", "include \"parts/a.attain\"\n");
    program_write("parts/a.attain", "include \"b.attain\"\ninclude \"../plan.attain\"\n");
    program_write("parts/b.attain", "measure extra\n  stock persons  reported yearly by commune\n");
    program_expect(
        NULL, "check top.attain", 0,
        "top.attain: 3 units, 5 measures, 3 indicators, 1 programme, 4 targets, 0 milestones: no errors, "
        "0 warnings\n",
        "");
    program_write("parts/b.attain", "measure extra\n  stok persons\n");
    program run;
    program_run(&run, NULL, "check top.attain");
    assert_int_equal(run.exit_code, 1);
    check_contains(run.err, "parts/b.attain:2:3: error: ");
    program_free(&run);
    (void)unlink("parts/a.attain");
    (void)unlink("parts/b.attain");
}

static void includes_never_leave_the_folder_of_the_plan(void **state)
{
    (void)state;
    make_folder("inner");
    char path[1024];
    (void)snprintf(path, sizeof path, "%s/inner/link.attain", program_folder());
    assert_int_equal(symlink("../plan.attain", path), 0);
    (void)snprintf(path, sizeof path, "%s/inner/folder", program_folder());
    assert_int_equal(symlink("..", path), 0);
    (void)snprintf(path, sizeof path, "%s/inner/pipe", program_folder());
    assert_int_equal(mkfifo(path, 0666), 0);
    static const char *const cases[][2] = {
        {"include \"../plan.attain\"\n", "it leaves the folder of the plan"},
        {"include \"a/../../plan.attain\"\n", "it leaves the folder of the plan"},
        {"include \"/etc/passwd\"\n", "absolute paths are refused"},
        {"include \"link.attain\"\n", "it is a symbolic link"},
        {"include \"folder/plan.attain\"\n", "a part of the path is a link or not a folder"},
        {"include \"pipe\"\n", "it is not a regular file"},
        {"include \".\"\n", "it is a folder"},
        {"include \"none.attain\"\n", "No such file or directory"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        program_write("inner/top.attain", cases[i][0]);
        program run;
        program_run(&run, NULL, "check inner/top.attain");
        assert_int_equal(run.exit_code, 1);
        check_contains(run.err, "inner/top.attain:1:");
        check_contains(run.err, cases[i][1]);
        program_free(&run);
    }
    static const char *const left[] = {"top.attain", "link.attain", "folder", "pipe"};
    for (size_t i = 0; i < sizeof left / sizeof *left; i++) {
        (void)snprintf(path, sizeof path, "%s/inner/%s", program_folder(), left[i]);
        (void)unlink(path);
    }
}

/* ---------------------------------------------------------------- fmt and print ---- */

static void fmt_prints_checks_and_writes(void **state)
{
    (void)state;
    program_write("loose.attain", "measure   helped    # persons who were helped\n  flow persons\n");
    program printed;
    program_run(&printed, NULL, "fmt loose.attain");
    assert_int_equal(printed.exit_code, 0);
    check_contains(printed.out, "# persons who were helped");
    program_expect(NULL, "fmt --check loose.attain", 1, "",
                   "attain: loose.attain: is not in canonical form; 'attain fmt --write' makes it so\n");
    program_expect(NULL, "fmt --write loose.attain", 0, "", "");
    char *written = program_read("loose.attain");
    check_text(written, strlen(written), printed.out);
    free(written);
    program_expect(NULL, "fmt --check loose.attain", 0, "", "");
    const program_how how = {.input = printed.out};
    program_expect(&how, "fmt -", 0, printed.out, "");
    program_free(&printed);
}

static void print_gives_the_same_scores(void **state)
{
    (void)state;
    program from_file;
    program from_print;
    program_run(&from_print, NULL, "print plan.attain --output printed.attain");
    assert_int_equal(from_print.exit_code, 0);
    program_free(&from_print);
    program_run(&from_file, NULL, "score plan.attain facts.csv --format csv");
    program_run(&from_print, NULL, "score printed.attain facts.csv --format csv");
    check_text(from_print.out, strlen(from_print.out), from_file.out);
    program_free(&from_file);
    program_free(&from_print);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(help_teaches_and_exits_0, set_up),
        cmocka_unit_test_setup(help_of_a_command_lists_only_its_options, set_up),
        cmocka_unit_test_setup(version_is_that_of_the_library, set_up),
        cmocka_unit_test_setup(usage_errors_exit_2_and_name_the_near_word, set_up),
        cmocka_unit_test_setup(names_that_the_plan_does_not_have_exit_2_with_a_near_name, set_up),
        cmocka_unit_test_setup(text_from_outside_is_escaped_in_messages, set_up),
        cmocka_unit_test_setup(score_csv_has_every_column, set_up),
        cmocka_unit_test_setup(digits_and_numbers_and_exact_change_only_how_numbers_are_written, set_up),
        cmocka_unit_test_setup(score_json_holds_the_same_as_csv, set_up),
        cmocka_unit_test_setup(score_table_fits_its_width_and_counts_at_the_end, set_up),
        cmocka_unit_test_setup(summary_counts_per_programme, set_up),
        cmocka_unit_test_setup(compute_csv_has_every_column, set_up),
        cmocka_unit_test_setup(periods_of_a_span_are_each_a_row, set_up),
        cmocka_unit_test_setup(spreadsheet_guards_texts_and_leaves_numbers, set_up),
        cmocka_unit_test_setup(texts_like_formulas_get_an_apostrophe, set_up),
        cmocka_unit_test_setup(units_lists_the_tree, set_up),
        cmocka_unit_test_setup(explain_separates_its_texts_by_a_blank_line, set_up),
        cmocka_unit_test_setup(check_counts_and_exits_0, set_up),
        cmocka_unit_test_setup(errors_in_a_plan_exit_1_with_place_and_caret, set_up),
        cmocka_unit_test_setup(bad_rows_exit_1_with_line_and_column, set_up),
        cmocka_unit_test_setup(vietnamese_numbers_are_read_when_declared, set_up),
        cmocka_unit_test_setup(a_column_with_a_slip_is_named, set_up),
        cmocka_unit_test_setup(standard_input_is_read_for_a_dash, set_up),
        cmocka_unit_test_setup(several_files_of_facts_are_one, set_up),
        cmocka_unit_test_setup(a_file_that_is_not_there_exits_1, set_up),
        cmocka_unit_test_setup(includes_are_found_beside_the_file_that_asks, set_up),
        cmocka_unit_test_setup(includes_never_leave_the_folder_of_the_plan, set_up),
        cmocka_unit_test_setup(fmt_prints_checks_and_writes, set_up),
        cmocka_unit_test_setup(print_gives_the_same_scores, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
