/* The program attain and its stores: every command of `store`, stores in the place of plans and facts, what was known when, and what is refused. In a
 * build without SQLite only the sentence that says so is tested. The district is invented. */
#include "cases/program.h"
#include "support/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char plan[] = "unit D \"Huyện An Bình\" district\n"
                           "unit D.1 \"Xã Bắc\" commune in D\n"
                           "unit D.2 \"Xã Nam\" commune in D\n"
                           "category post: full_time, collaborator\n"
                           "measure workers \"Nhân viên\"\n"
                           "  stock persons  by post  reported yearly by commune\n"
                           "measure helped\n"
                           "  flow persons  reported yearly by commune\n"
                           "measure in_need\n"
                           "  flow persons  reported yearly by commune\n"
                           "indicator helped_share = helped / in_need\n"
                           "  share\n"
                           "programme p \"Kế hoạch\"\n"
                           "  period 2024..2030\n"
                           "  unit D\n"
                           "target p.helped\n"
                           "  helped_share at least 80% by 2025\n"
                           "target p.workers\n"
                           "  workers at least 20 for every commune by 2025\n";

static const char facts[] = "unit,measure,period,post,value\n"
                            "D.1,workers,2025,full_time,10\n"
                            "D.1,workers,2025,collaborator,2\n"
                            "D.2,workers,2025,full_time,11\n"
                            "D.2,workers,2025,collaborator,9\n"
                            "D.1,helped,2025,,9\n"
                            "D.1,in_need,2025,,10\n"
                            "D.2,in_need,2025,,10\n";

static const char late[] = "unit,measure,period,post,value\n"
                           "D.2,helped,2025,,5\n"
                           "D.1,helped,2025,,9\n";

static int is_built;

static int set_up(void **state)
{
    (void)state;
    program_clean();
    program_write("plan.attain", plan);
    program_write("facts.csv", facts);
    program_write("late.csv", late);
    return 0;
}

/* Moments as TIME, so that texts can be compared. */
static char *without_times(const char *text)
{
    static const char shape[] = "dddd-dd-ddTdd:dd:dd";
    char *const out = malloc(strlen(text) + 1);
    assert_non_null(out);
    size_t n = 0;
    for (const char *at = text; *at != '\0';) {
        size_t len = 0;
        while (len + 1 < sizeof shape &&
               (shape[len] == 'd' ? at[len] >= '0' && at[len] <= '9' : at[len] == shape[len])) {
            len++;
        }
        if (len + 1 < sizeof shape) {
            out[n++] = *at++;
            continue;
        }
        len += at[len] == '.' ? 4u : 0u;
        assert_int_equal(at[len], 'Z');
        memcpy(out + n, "TIME", 4);
        n += 4;
        at += len + 1;
    }
    out[n] = '\0';
    return out;
}

static void expect(const program_how *how, const char *arguments, int exit_code, const char *out,
                   const char *err)
{
    program run;
    program_run(&run, how, arguments);
    char *const got = without_times(run.out);
    check_text(run.err, strlen(run.err), err);
    if (out != NULL) {
        check_text(got, strlen(got), out);
    }
    assert_int_equal(run.exit_code, exit_code);
    free(got);
    program_free(&run);
}

/* A store of plan and facts, s.db; a correction; a late report. */
static void make_store(void)
{
    expect(NULL, "store init s.db plan.attain facts.csv --source Decision", 0,
           "facts.csv: 7 rows read: 7 accepted, 0 rejected, 0 empty\n"
           "s.db: edition 1 (plan) of TIME\n"
           "s.db: edition 2 (import) of TIME: 7 new, 0 changed, 0 withdrawn, 0 as before\n",
           "");
}

static void make_history(void)
{
    make_store();
    expect(NULL, "store load s.db late.csv --note late", 0,
           "late.csv: 2 rows read: 2 accepted, 0 rejected, 0 empty\n"
           "s.db: edition 3 (import) of TIME: 1 new, 0 changed, 0 withdrawn, 1 as before\n",
           "");
    expect(NULL, "store correct s.db --unit D.2 --measure helped --period 2025 --value 8", 0,
           "s.db: edition 4 (correction) of TIME: 0 new, 1 changed, 0 withdrawn, 0 as before\n", "");
}

static void skip_without_sqlite(void)
{
    if (!is_built) {
        skip();
    }
}

/* ---------------------------------------------------------------- making and filling ---- */

static void init_makes_a_whole_store_or_none(void **state)
{
    (void)state;
    skip_without_sqlite();
    make_store();
    expect(NULL, "store init s.db plan.attain", 1, "",
           "attain: s.db: is there already; 'attain store load' adds facts to it, 'attain store plan' puts "
           "another plan\n");
    expect(NULL, "store init late.csv plan.attain", 1, "",
           "attain: late.csv: is there already; a new store needs a name of its own\n");
    char *const kept = program_read("late.csv");
    assert_string_equal(kept, late);
    free(kept);
    program_write("bad.csv", "unit,measure,period,value\nD.9,helped,2025,1\n");
    expect(
        NULL, "store init t.db plan.attain bad.csv", 1, "",
        "bad.csv:2:1: error: unknown unit 'D.9'; did you mean 'D.1'?\n"
        "attain: bad.csv: 1 row read: 0 accepted, 1 rejected, 0 empty; nothing was taken from this file\n");
    expect(NULL, "store init t.db nothing.attain", 1, "",
           "attain: nothing.attain: cannot be read: No such file or directory\n");
    expect(NULL, "store init no/t.db plan.attain", 1, "",
           "attain: no/t.db: cannot be made: No such file or directory\n");
    assert_int_equal(program_count_files("t.db"), 0);
    expect(NULL, "store init t.db plan.attain", 0, "t.db: edition 1 (plan) of TIME\n", "");
    expect(NULL, "store verify t.db", 0, "t.db: 1 edition: nothing is wrong\n", "");
}

/* A disk that is full leaves no half store behind. */
static void init_on_a_full_disk_leaves_nothing(void **state)
{
    (void)state;
    skip_without_sqlite();
    const program_how full = {.most_bytes = 20000};
    program run;
    program_run(&run, &full, "store init s.db plan.attain facts.csv");
    assert_int_equal(run.exit_code, 1);
    check_contains(run.err, "s.db: error: ");
    program_free(&run);
    assert_int_equal(program_count_files("s.db"), 0);
}

static void load_is_one_edition_or_none(void **state)
{
    (void)state;
    skip_without_sqlite();
    make_store();
    program_write("bad.csv", "unit,measure,period,value\nD.9,helped,2025,1\n");
    expect(
        NULL, "store load s.db late.csv bad.csv", 1, NULL,
        "bad.csv:2:1: error: unknown unit 'D.9'; did you mean 'D.1'?\n"
        "attain: bad.csv: 1 row read: 0 accepted, 1 rejected, 0 empty; nothing was taken from this file\n");
    expect(NULL, "store load s.db late.csv bad.csv --skip-bad-rows", 0,
           "late.csv: 2 rows read: 2 accepted, 0 rejected, 0 empty\n"
           "bad.csv: 1 row read: 0 accepted, 1 rejected, 0 empty\n"
           "s.db: edition 3 (import) of TIME: 1 new, 0 changed, 0 withdrawn, 1 as before\n",
           "bad.csv:2:1: warning: row left out: unknown unit 'D.9'; did you mean 'D.1'?\n");
    program_write("more.csv", "Unit;measure;period;value\nD.2;helped;2025;1.234,00\n");
    const program_how piped = {.input = "unit,measure,period,value\nD.1,helped,2024,3\n"};
    expect(
        NULL, "store load s.db more.csv --separator ; --rename Unit=unit --read-numbers vi", 1, NULL,
        "more.csv:2:4: error: value '1.234,00' has more decimals than measure 'helped' declares (0)\n"
        "attain: more.csv: 1 row read: 0 accepted, 1 rejected, 0 empty; nothing was taken from this file\n");
    expect(&piped, "store load s.db -", 0, NULL, "");
    program run;
    program_run(&run, NULL, "store editions s.db --format csv");
    check_contains(run.out, ",import,1,0,0,0,2025,standard input,\n");
    check_contains(run.out, ",import,1,0,0,1,2025,\"late.csv, bad.csv\",\n");
    program_free(&run);
    expect(NULL, "store load plan.attain facts.csv", 1, "",
           "plan.attain: error: setting up the connection: this is not an SQLite database\n");
}

static void editions_are_listed_in_three_formats(void **state)
{
    (void)state;
    skip_without_sqlite();
    make_history();
    expect(NULL, "store editions s.db", 0,
           "edition  time                  kind        new  changed  withdrawn  same  last  source    note\n"
           "──────────────────────────────────────────────────────────────────────────────────────────────\n"
           "      1  TIME  plan                                             Decision\n"
           "      2  TIME  import        7        0          0     0  2025  Decision\n"
           "      3  TIME  import        1        0          0     1  2025  late.csv  late\n"
           "      4  TIME  correction    0        1          0     0  2025\n",
           "");
    expect(NULL, "store editions s.db --format csv", 0,
           "edition,time,kind,new,changed,withdrawn,same,last,source,note\n"
           "1,TIME,plan,,,,,,Decision,\n"
           "2,TIME,import,7,0,0,0,2025,Decision,\n"
           "3,TIME,import,1,0,0,1,2025,late.csv,late\n"
           "4,TIME,correction,0,1,0,0,2025,,\n",
           "");
    program run;
    program_run(&run, NULL, "store editions s.db --format json");
    check_contains(run.out, "{\"edition\":1,\"time\":\"2");
    check_contains(
        run.out,
        "\"kind\":\"plan\",\"new\":null,\"changed\":null,\"withdrawn\":null,\"same\":null,\"last\":null,"
        "\"source\":\"Decision\",\"note\":null},\n");
    program_free(&run);
}

/* ---------------------------------------------------------------- corrections ---- */

static void one_cell_is_corrected_by_options(void **state)
{
    (void)state;
    skip_without_sqlite();
    make_store();
    expect(
        NULL,
        "store correct s.db --unit D.1 --measure workers --member post=full_time --period 2025 --value 1.000 "
        "--read-numbers vi",
        0, "s.db: edition 3 (correction) of TIME: 0 new, 1 changed, 0 withdrawn, 0 as before\n", "");
    expect(NULL,
           "store correct s.db --unit D.1 --measure helped --period 2025 --qualifier missing --reason "
           "confidential",
           0, "s.db: edition 4 (correction) of TIME: 0 new, 1 changed, 0 withdrawn, 0 as before\n", "");
    expect(NULL, "store correct s.db --unit D.1 --measure helped --period 2025 --withdraw", 0,
           "s.db: edition 5 (correction) of TIME: 0 new, 0 changed, 1 withdrawn, 0 as before\n", "");
    expect(NULL, "store correct s.db --unit D.1 --measure helped --period 2025 --withdraw", 1, "",
           "attain: s.db: error: D.1, helped, 2025: a fact is to be taken away, but nothing is known of that "
           "cell\n");
    expect(NULL,
           "store correct s.db --unit D.1 --measure workers --member pst=full_time --period 2025 --value 3",
           2, "", "attain: --member pst=full_time: the plan has no category 'pst'\n");
    expect(NULL, "store correct s.db --unit D.9 --measure helped --period 2025 --value 3", 1, "",
           "attain: unknown unit 'D.9'; did you mean 'D.1'?\n");
    expect(NULL, "compute s.db --unit D.1 --indicator helped_share --format csv", 0,
           "indicator,unit,period,numerator,denominator,value,low,high,state,flags,reported,expected\n"
           "helped_share,D.1,2025,,10,,0,1,no_data,,1,2\n",
           "");
}

static void options_of_a_correction_must_make_one(void **state)
{
    (void)state;
    static const char help[] = "attain: 'attain store correct --help' shows what it takes\n";
    static const char *const cases[][2] = {
        {"--unit D.1 --measure helped --value 3", "attain: a correction names its cell: --measure, --unit "
                                                  "and --period once each (and --member for each category); "
                                                  "or give a CSV file of corrections\n"},
        {"--unit D.1 --unit D.2 --period 2025 --measure helped --value 3",
         "attain: a correction names its cell: --measure, --unit and --period once each (and --member for "
         "each category); "
         "or give a CSV file of corrections\n"},
        {"--unit D.1 --measure helped --period 2025",
         "attain: a correction needs the figure: --value V; or --qualifier missing; or --withdraw\n"},
        {"--unit D.1 --measure helped --period 2025 --value 3 --withdraw",
         "attain: --withdraw takes the figure back: it goes without --value, --qualifier and --reason\n"},
        {"late.csv --unit D.1",
         "attain: corrections come from files, or as one cell by options: give one of them\n"},
        {"--member post", "attain: --member takes CATEGORY=MEMBER, not 'post'\n"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char arguments[256];
        char wanted[512];
        (void)snprintf(arguments, sizeof arguments, "store correct s.db %s", cases[i][0]);
        (void)snprintf(wanted, sizeof wanted, "%s%s", cases[i][1], help);
        expect(NULL, arguments, 2, "", wanted);
    }
}

static void files_of_corrections_set_and_take_back(void **state)
{
    (void)state;
    skip_without_sqlite();
    make_store();
    program_write("c.csv", "\xEF\xBB\xBFUnit;measure;period;post;value;why\r\n"
                           "D.1;workers;2025;full_time;12;\"a \"\"typing\"\" error;\nof two lines\"\r\n"
                           "\r\n"
                           "D.1;helped;2025;;;\r\n"
                           "D.2;helped;2025;;7;\r\n");
    expect(NULL, "store correct s.db c.csv --separator ; --rename Unit=unit", 0,
           "s.db: edition 3 (correction) of TIME: 1 new, 1 changed, 1 withdrawn, 0 as before\n", "");
    const program_how piped = {
        .input = "unit,measure,period,value,qualifier\nD.1,helped,2025,5,>\nD.2,helped,2025,,"};
    expect(&piped, "store correct s.db -", 0,
           "s.db: edition 4 (correction) of TIME: 1 new, 0 changed, 1 withdrawn, 0 as before\n", "");
    expect(NULL, "compute s.db --indicator helped_share --unit D.1 --format csv", 0,
           "indicator,unit,period,numerator,denominator,value,low,high,state,flags,reported,expected\n"
           "helped_share,D.1,2025,5,10,0.5,0.6,1,ok,,2,2\n",
           "");
}

static void bad_corrections_change_nothing(void **state)
{
    (void)state;
    skip_without_sqlite();
    make_store();
    static const char *const cases[][2] = {
        {"", "c.csv:1: error: the header has no column 'unit'; corrections need unit, measure, period and "
             "value\n"},
        {"unit,measure,period,value\n", "attain: the file has no rows; nothing was written\n"},
        {"unit,measure,unit,value\n", "c.csv:1: error: two columns are 'unit'\n"},
        {"unit,measure,period,value\nD.1,helped,2025,1\nD.2,helped,2025,1,2\n",
         "c.csv:3: error: the row has 5 fields, the header has 4\n"},
        {"unit,measure,period,value\n\"D.1\",helped,2025,1\n\"D.2,helped,2025,1\n",
         "c.csv:3: error: a quote is not closed before the file ends\n"},
        {"unit,measure,period,value\n\"D.1\"x,helped,2025,1\n",
         "c.csv:2: error: text behind a closing quote; a separator or the end of the line is required\n"},
        {"unit,measure,period,value\nD.1,helped,2025,1\nD.9,helped,2025,\nD.2,helpd,2025,\n",
         "c.csv:3: error: unknown unit 'D.9'; did you mean 'D.1'?\n"
         "c.csv:4: error: unknown measure 'helpd'; did you mean 'helped'?\n"},
        {"unit,measure,period,value\nD.1,helped,2025,x\nD.1,helped,2025,2\n",
         "c.csv:2: error: value 'x': a number is digits, with digits on both sides of a decimal sign, and "
         "nothing else\n"},
        {"unit,measure,period,value\nD.1,helped,2025,1\nD.1,helped,2025,2\n",
         "c.csv:3: error: helped at D.1 in 2025 is the same cell as row 1; a cell is reported once\n"},
        {"unit,measure,period,value\nD.1,helped,2025,1\nD.1,helped,2025,\n",
         "attain: s.db: error: D.1, helped, 2025: the figure is set and taken back at once; one of them is "
         "required\n"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        program_write("c.csv", cases[i][0]);
        expect(NULL, "store correct s.db c.csv", 1, "", cases[i][1]);
    }
    expect(NULL, "store correct s.db s.db", 1, "", "attain: s.db: is a store; corrections are rows of CSV\n");
    expect(NULL, "store verify s.db", 0, "s.db: 2 editions: nothing is wrong\n", "");
}

/* ---------------------------------------------------------------- stores where plans and facts may stand ---- */

static void expect_same(const char *arguments, const char *others)
{
    program one;
    program other;
    program_run(&one, NULL, arguments);
    program_run(&other, NULL, others);
    check_text(one.err, strlen(one.err), other.err);
    check_text(one.out, strlen(one.out), other.out);
    assert_int_equal(one.exit_code, 0);
    assert_int_equal(other.exit_code, 0);
    assert_true(one.out[0] != '\0');
    program_free(&one);
    program_free(&other);
}

static void a_store_gives_what_its_files_give(void **state)
{
    (void)state;
    skip_without_sqlite();
    make_store();
    static const char *const pairs[][2] = {
        {"score s.db", "score plan.attain facts.csv"},
        {"store score s.db", "score plan.attain facts.csv"},
        {"score plan.attain s.db", "score plan.attain facts.csv"},
        {"score s.db facts.csv", "score plan.attain facts.csv"},
        {"score s.db --unit D.2 --format csv", "score plan.attain facts.csv --unit D.2 --format csv"},
        {"score s.db --under D --format json", "score plan.attain facts.csv --under D --format json"},
        {"score s.db --all-units --readings", "score plan.attain facts.csv --all-units --readings"},
        {"score s.db --summary", "score plan.attain facts.csv --summary"},
        {"compute s.db --unit D.1", "compute plan.attain facts.csv --unit D.1"},
        {"compute s.db --type commune --exact", "compute plan.attain facts.csv --type commune --exact"},
        {"explain s.db --unit D", "explain plan.attain facts.csv --unit D"},
        {"explain s.db --indicator helped_share --unit D.2",
         "explain plan.attain facts.csv --indicator helped_share --unit D.2"},
        {"print s.db", "print plan.attain"},
        {"store plan s.db", "print plan.attain"},
        {"units s.db", "units plan.attain"},
        {"targets s.db --format csv", "targets plan.attain --format csv"}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        expect_same(pairs[i][0], pairs[i][1]);
    }
}

/* The name says nothing: s.db as a.csv, a text as b.db. */
static void a_store_is_known_by_its_bytes(void **state)
{
    (void)state;
    skip_without_sqlite();
    expect(NULL, "store init a.csv plan.attain facts.csv", 0, NULL, "");
    program_write("b.db", plan);
    expect_same("score b.db a.csv", "score plan.attain facts.csv");
    expect(NULL, "check a.csv", 0,
           "a.csv: 3 units, 3 measures, 2 indicators, 1 programme, 2 targets, 0 milestones: no errors, 0 "
           "warnings\n"
           "a.csv: edition 2: 7 facts\n",
           "");
    program_write("other.db", "SQLite format 3");
    expect(
        NULL, "score plan.attain other.db", 1, "",
        "attain: other.db: 0 rows read: 0 accepted, 0 rejected, 0 empty; nothing was taken from this file\n"
        "other.db:1: error: header: column 'unit' is required and not there; facts need unit, period and "
        "either measure "
        "and value, or a column per measure\n");
}

/* Of a part of the facts the last period may be an earlier one; as of is that of all that is known. */
static void a_part_of_a_store_is_judged_as_of_all(void **state)
{
    (void)state;
    skip_without_sqlite();
    program_write("facts.csv",
                  "unit,measure,period,value\nD.1,helped,2024,9\nD.1,in_need,2024,10\nD.2,helped,2025,5\n");
    expect(NULL, "store init s.db plan.attain facts.csv", 0, NULL, "");
    expect_same("score s.db --unit D.1", "score plan.attain facts.csv --unit D.1");
    expect_same("compute s.db --unit D.1 --format csv",
                "compute plan.attain facts.csv --unit D.1 --format csv");
    expect_same("explain s.db --unit D.1", "explain plan.attain facts.csv --unit D.1");
}

static void facts_of_files_and_stores_add_up(void **state)
{
    (void)state;
    skip_without_sqlite();
    make_store();
    program_write("more.csv", "unit,measure,period,value\nD.2,helped,2025,5\n");
    expect_same("score plan.attain s.db more.csv", "score plan.attain facts.csv more.csv");
    expect_same("score s.db s.db more.csv", "score plan.attain facts.csv more.csv");
    program run;
    program_run(&run, NULL, "score plan.attain facts.csv s.db");
    assert_int_equal(run.exit_code, 1);
    check_contains(run.err, "attain: s.db: ");
    program_free(&run);
    expect(NULL, "store init t.db plan.attain s.db", 0, NULL, "");
    expect_same("score t.db", "score s.db");
}

static void facts_without_a_place_are_told(void **state)
{
    (void)state;
    skip_without_sqlite();
    make_store();
    program_write("small.attain", "unit D \"Huyện An Bình\" district\nunit D.1 commune in D\n"
                                  "measure helped\n  flow persons  reported yearly by commune\n"
                                  "target t\n  helped at least 5 by 2025\n");
    expect(NULL, "score small.attain s.db", 1, "",
           "s.db: error: the plan has no place for the fact of unit D.1, measure workers, post=full_time, "
           "period 2025: it "
           "has no such measure\n");
    program run;
    program_run(&run, NULL, "score small.attain s.db --skip-bad-rows --format csv");
    check_text(run.err, strlen(run.err),
               "attain: s.db: warning: 6 facts left out: the plan has no place for them\n");
    check_contains(run.out, "\nt,D,2025,,9,,9,");
    program_free(&run);
}

static void an_edition_is_what_was_known_then(void **state)
{
    (void)state;
    skip_without_sqlite();
    make_history();
    expect_same("score s.db --edition 2", "score plan.attain facts.csv");
    expect_same("store score s.db --edition latest", "score s.db");
    program_write("more.csv", "unit,measure,period,value\nD.2,helped,2025,5\n");
    expect_same("score s.db --edition 3", "score plan.attain facts.csv more.csv");
    expect(NULL, "score s.db --edition 2001-01-01", 2, "",
           "attain: --edition 2001-01-01: nothing was known on 2001-01-01: the first edition is later\n");
    expect(NULL, "score s.db --edition 5", 2, "",
           "attain: --edition 5: there is no edition 5; the store has 1 to 4\n");
    expect(NULL, "score s.db --edition 0", 2, "",
           "attain: --edition 0: there is no edition 0; the store has 1 to 4\n");
    expect(NULL, "score plan.attain facts.csv --edition 2", 2, "",
           "attain: --edition is for stores; none of the files is one\n");
    expect(NULL, "store score plan.attain", 2, "",
           "attain: plan.attain: is not a store; 'attain score PLAN FACTS...' reads files of text\n");
    expect(NULL, "score s.db --edition 1 --edition 2", 2, "",
           "attain: --edition can stand once\nattain: 'attain score --help' shows what it takes\n");
}

/* ---------------------------------------------------------------- restating ---- */

static void restate_tells_what_made_the_change(void **state)
{
    (void)state;
    skip_without_sqlite();
    make_history();
    expect(NULL, "store correct s.db --unit D.1 --measure helped --period 2025 --value 8", 0,
           "s.db: edition 5 (correction) of TIME: 0 new, 1 changed, 0 withdrawn, 0 as before\n", "");
    expect(NULL, "store restate s.db 3 latest --unit D.1", 0,
           "target    unit        as of  edition 3  corrections  edition 5  verdict\n"
           "───────────────────────────────────────────────────────────────────────\n"
           "p.helped  D.1 Xã Bắc  2025        90 %         80 %       80 %  met\n"
           "\n"
           "1 of 2 rows differ between edition 3 (TIME) and edition 5 (TIME)\n"
           "0 late facts, 1 corrected, 0 withdrawn; the same plan\n",
           "");
    /* What came late and was corrected since is late as it is now. */
    expect(NULL, "store restate s.db 2 latest", 0,
           "target    unit             as of  edition 2  late reports  corrections  edition 5  verdict\n"
           "─────────────────────────────────────────────────────────────────────────────────────────────────"
           "────\n"
           "p.helped  D Huyện An Bình  2025        45 %          85 %         80 %       80 %  undetermined "
           "→ met\n"
           "\n"
           "1 of 3 rows differ between edition 2 (TIME) and edition 5 (TIME)\n"
           "1 late fact, 1 corrected, 0 withdrawn; the same plan\n",
           "");
    expect(NULL, "store restate s.db 2 3 --format csv", 0,
           "target,unit,as_of,value_a,value_late,value_corrected,value_b,numerator_a,numerator_late,"
           "numerator_corrected,"
           "numerator_b,denominator_a,denominator_late,denominator_corrected,denominator_b,verdict_a,verdict_"
           "late,"
           "verdict_corrected,verdict_b\n"
           "p.helped,D,2025,0.45,0.7,0.7,0.7,9,14,14,14,20,20,20,20,undetermined,not_met,not_met,not_met\n",
           "");
    expect(NULL, "store restate s.db 2 4 --target p.workers --type commune", 0,
           "0 of 2 rows differ between edition 2 (TIME) and edition 4 (TIME)\n"
           "1 late fact, 0 corrected, 0 withdrawn; the same plan\n",
           "");
}

static void restate_shows_rows_that_come_and_go_with_the_plan(void **state)
{
    (void)state;
    skip_without_sqlite();
    make_store();
    program_write("next.attain",
                  "include \"plan.attain\"\ntarget p.new\n  helped_share at least 40% by 2025\n");
    expect(NULL, "store plan s.db next.attain", 0, "s.db: edition 3 (plan) of TIME\n", "");
    expect(NULL, "store plan s.db next.attain", 0, "",
           "attain: s.db: the plan says what that of edition 3 says; nothing was written\n");
    expect(NULL, "store restate s.db 2 3", 0,
           "target  unit             as of  edition 2  plan  edition 3  verdict\n"
           "────────────────────────────────────────────────────────────────────────\n"
           "p.new   D Huyện An Bình  2025      no row  45 %       45 %  (none) → met\n"
           "\n"
           "1 of 4 rows differ between edition 2 (TIME) and edition 3 (TIME)\n"
           "0 late facts, 0 corrected, 0 withdrawn; another plan\n",
           "");
    expect(NULL, "store restate s.db 3 2", 2, "",
           "attain: editions 3 and 2 were given; the first must be earlier than the second\n");
    expect(NULL, "store restate s.db 2 3 --unit D.7", 2, "", "attain: neither plan has a unit 'D.7'\n");
    expect(NULL, "store restate s.db soon 3", 2, "",
           "attain: restate soon: 'soon' is no edition; a day 2026-10-01, a moment 2026-10-01T08:30:00Z, a "
           "number or "
           "'latest' is\n");
}

static void a_plan_that_has_no_place_for_a_fact_is_refused(void **state)
{
    (void)state;
    skip_without_sqlite();
    make_store();
    program_write("small.attain",
                  "unit D district\nmeasure helped\n  flow persons\ntarget t\n  helped at least 5 by 2025\n");
    program run;
    program_run(&run, NULL, "store plan s.db small.attain");
    assert_int_equal(run.exit_code, 1);
    check_contains(run.err, "s.db: error: ");
    check_contains(run.err, "no place for the fact");
    program_free(&run);
    expect_same("store plan s.db", "print plan.attain");
    expect(NULL, "store plan s.db --note x", 2, "",
           "attain: --source and --note are for a plan that is put; none was given\n"
           "attain: 'attain store plan --help' shows what it takes\n");
    expect(NULL, "store plan s.db plan.attain --edition 1", 2, "",
           "attain: a plan is put as a new edition: --edition and --output are for printing one\n"
           "attain: 'attain store plan --help' shows what it takes\n");
}

/* ---------------------------------------------------------------- care ---- */

static void stores_are_looked_after(void **state)
{
    (void)state;
    skip_without_sqlite();
    make_history();
    expect(NULL, "store backup s.db copy.db", 0, "copy.db: is a copy\n", "");
    expect_same("store editions s.db", "store editions copy.db");
    expect_same("score s.db", "score copy.db");
    program run;
    program_run(&run, NULL, "store backup s.db copy.db");
    assert_int_equal(run.exit_code, 1);
    check_contains(run.err, "is there already");
    program_free(&run);
    program_run(&run, NULL, "store compact s.db");
    assert_int_equal(run.exit_code, 0);
    check_contains(run.out, "s.db: ");
    check_contains(run.out, " bytes, now ");
    program_free(&run);
    expect(NULL, "store verify s.db", 0, "s.db: 4 editions: nothing is wrong\n", "");
    expect(NULL, "store migrate s.db", 0, "s.db: is of version 1 already\n", "");
    expect_same("store editions s.db", "store editions copy.db");
    program_run(&run, NULL, "store migrate plan.attain");
    assert_int_equal(run.exit_code, 1);
    program_free(&run);
    char *const kept = program_read("plan.attain");
    assert_string_equal(kept, plan);
    free(kept);
}

/* Any byte of the file turned around: refused, or harmless. Every 61st one is tried. */
static void a_damaged_store_never_gives_another_result(void **state)
{
    (void)state;
    skip_without_sqlite();
    make_history();
    expect(NULL, "store compact s.db", 0, NULL, "");
    program wanted;
    program_run(&wanted, NULL, "score s.db --format csv");
    char path[1024];
    (void)snprintf(path, sizeof path, "%s/s.db", program_folder());
    const long size = program_largest_file("s.db");
    int n_refused = 0;
    for (long at = 16; at < size; at += 1021) {
        FILE *const file = fopen(path, "r+b");
        assert_non_null(file);
        assert_int_equal(fseek(file, at, SEEK_SET), 0);
        const int byte = fgetc(file);
        assert_int_equal(fseek(file, at, SEEK_SET), 0);
        assert_int_equal(fputc(byte ^ 0x10, file), byte ^ 0x10);
        assert_int_equal(fclose(file), 0);
        program run;
        program_run(&run, NULL, "score s.db --format csv");
        assert_true(run.exit_code == 0 || run.exit_code == 1);
        if (run.exit_code == 0) {
            assert_string_equal(run.out, wanted.out);
        } else {
            n_refused++;
            assert_string_equal(run.out, "");
            check_contains(run.err, "s.db: error: ");
        }
        program_free(&run);
        FILE *const again = fopen(path, "r+b");
        assert_non_null(again);
        assert_int_equal(fseek(again, at, SEEK_SET), 0);
        assert_int_equal(fputc(byte, again), byte);
        assert_int_equal(fclose(again), 0);
    }
    assert_true(n_refused > 0);
    program_free(&wanted);
}

/* ---------------------------------------------------------------- usage ---- */

static void the_command_line_of_store_is_checked(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"store", "attain: store needs a command: init, load, correct, editions, score, restate, verify, "
                  "backup, compact, "
                  "migrate or plan\nattain: 'attain store --help' shows what it takes\n"},
        {"store laod s.db x", "attain: unknown command 'store laod'; did you mean 'load'?\n"
                              "attain: 'attain store --help' shows what it takes\n"},
        {"store load s.db", "attain: 'store load' needs more words: attain store load FILE FACTS...\n"
                            "attain: 'attain store load --help' shows what it takes\n"},
        {"store verify s.db t.db", "attain: 'store verify' takes FILE; 't.db' is one too many\n"
                                   "attain: 'attain store verify --help' shows what it takes\n"},
        {"store verify -", "attain: a store is a file; '-' is standard input\n"
                           "attain: 'attain store verify --help' shows what it takes\n"},
        {"store verify s.db --journal none", "attain: --journal takes auto, wal or truncate, not 'none'\n"
                                             "attain: 'attain store verify --help' shows what it takes\n"},
        {"store verify s.db --note x",
         "attain: 'store verify' does not take --note (store init, store load, store correct, store plan)\n"
         "attain: 'attain store verify --help' shows what it takes\n"},
        {"store init s.db plan.attain --as-of 2025",
         "attain: 'store init' does not take --as-of (compute, score, explain)\n"
         "attain: 'attain store init --help' shows what it takes\n"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        expect(NULL, cases[i][0], 2, "", cases[i][1]);
    }
}

static void help_of_store_lists_its_commands(void **state)
{
    (void)state;
    program help;
    program other;
    program_run(&help, NULL, "store --help");
    program_run(&other, NULL, "help store");
    check_text(help.out, strlen(help.out), other.out);
    check_contains(help.out,
                   "  store restate   FILE A B              what changed from edition A to B, and why\n");
    program_free(&help);
    program_free(&other);
    program_run(&help, NULL, "store correct --help");
    program_run(&other, NULL, "help store correct");
    check_text(help.out, strlen(help.out), other.out);
    check_contains(help.out, "usage: attain store correct [OPTIONS] FILE [CSV...]\n");
    check_contains(help.out, "which figure\n  --measure ID ");
    assert_null(strstr(help.out, "--as-of"));
    program_free(&help);
    program_free(&other);
}

static void without_sqlite_it_is_said(void **state)
{
    (void)state;
    if (is_built) {
        skip();
    }
    expect(NULL, "store verify plan.attain", 1, "",
           "attain: this program was built without SQLite, so it reads and writes no stores; built where "
           "CMake finds SQLite "
           "3.40 or newer (Debian: libsqlite3-dev), with ATTAIN_BUILD_SQLITE=ON, it does\n");
}

static int find_out(void **state)
{
    (void)state;
    program run;
    program_run(&run, NULL, "store verify nothing.db");
    is_built = strstr(run.err, "without SQLite") == NULL;
    program_free(&run);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(init_makes_a_whole_store_or_none, set_up),
        cmocka_unit_test_setup(init_on_a_full_disk_leaves_nothing, set_up),
        cmocka_unit_test_setup(load_is_one_edition_or_none, set_up),
        cmocka_unit_test_setup(editions_are_listed_in_three_formats, set_up),
        cmocka_unit_test_setup(one_cell_is_corrected_by_options, set_up),
        cmocka_unit_test_setup(options_of_a_correction_must_make_one, set_up),
        cmocka_unit_test_setup(files_of_corrections_set_and_take_back, set_up),
        cmocka_unit_test_setup(bad_corrections_change_nothing, set_up),
        cmocka_unit_test_setup(a_store_gives_what_its_files_give, set_up),
        cmocka_unit_test_setup(a_store_is_known_by_its_bytes, set_up),
        cmocka_unit_test_setup(a_part_of_a_store_is_judged_as_of_all, set_up),
        cmocka_unit_test_setup(facts_of_files_and_stores_add_up, set_up),
        cmocka_unit_test_setup(facts_without_a_place_are_told, set_up),
        cmocka_unit_test_setup(an_edition_is_what_was_known_then, set_up),
        cmocka_unit_test_setup(restate_tells_what_made_the_change, set_up),
        cmocka_unit_test_setup(restate_shows_rows_that_come_and_go_with_the_plan, set_up),
        cmocka_unit_test_setup(a_plan_that_has_no_place_for_a_fact_is_refused, set_up),
        cmocka_unit_test_setup(stores_are_looked_after, set_up),
        cmocka_unit_test_setup(a_damaged_store_never_gives_another_result, set_up),
        cmocka_unit_test_setup(the_command_line_of_store_is_checked, set_up),
        cmocka_unit_test_setup(help_of_store_lists_its_commands, set_up),
        cmocka_unit_test_setup(without_sqlite_it_is_said, set_up),
    };
    return cmocka_run_group_tests_name("cli_store", tests, find_out, NULL);
}
