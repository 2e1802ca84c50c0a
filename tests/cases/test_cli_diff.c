/* attain diff: what two plans promise differently; nothing for layout and order; exit status 0, 1 and 2. */
#include "cases/program.h"
#include "support/check.h"

#include <stdlib.h>
#include <string.h>

static const char plan[] = "# a comment\n"
                           "unit D \"Huyện An Bình\" district\n"
                           "unit D.1 \"Xã Bắc\" commune in D until 2024-12-31\n"
                           "unit D.1 \"Xã Bắc\" commune in D from 2025-01-01\n"
                           "unit D.2 commune in D\n"
                           "category post: full_time, collaborator\n"
                           "measure workers \"Nhân viên\"\n"
                           "  stock persons  by post\n"
                           "measure population\n"
                           "  stock persons\n"
                           "indicator density = workers / population\n"
                           "  shown as 1 per N\n"
                           "indicator twice = 2 * workers\n"
                           "programme p \"Kế hoạch\"\n"
                           "  period 2024..2030\n"
                           "  unit D\n"
                           "target p.density \"Đủ\"\n"
                           "  density at least 1 per 5000 by 2025\n"
                           "  source \"12/KH-UBND\" \"cứ 5.000 người\"\n"
                           "target p.many\n"
                           "  twice at least 10\n"
                           "milestone p.m \"M\" by 2026\n";

static void change(char *text, const char *from, const char *to)
{
    char *const at = strstr(text, from);
    assert_non_null(at);
    assert_int_equal(strlen(from), strlen(to));
    memcpy(at, to, strlen(to));
}

static void write_changed(const char *from, const char *to)
{
    char text[sizeof plan];
    memcpy(text, plan, sizeof plan);
    change(text, from, to);
    program_write("b.attain", text);
}

static int set_up(void **state)
{
    (void)state;
    program_clean();
    program_write("a.attain", plan);
    return 0;
}

static void plans_that_say_the_same_exit_0(void **state)
{
    (void)state;
    /* Includes, comments, order and layout do not matter. */
    program_write("b.attain", "include \"more.attain\"\n"
                              "milestone p.m \"M\"   by 2026\n"
                              "target p.many\n  twice at least 10\n"
                              "target p.density \"Đủ\"\n  source \"12/KH-UBND\" \"cứ 5.000 người\"\n"
                              "  density at least 1 per 5000 by 2025\n"
                              "measure population\n\n  stock persons   # people\n");
    program_write("more.attain", "programme p \"Kế hoạch\"\n  unit D   period 2024..2030\n"
                                 "indicator twice = 2 * workers\n"
                                 "indicator density = workers/population\n  shown as 1 per N\n"
                                 "measure workers \"Nhân viên\"\n  stock persons  by post\n"
                                 "category post: full_time, collaborator\n"
                                 "unit D \"Huyện An Bình\" district\n"
                                 "unit D.2 commune in D\n"
                                 "unit D.1 \"Xã Bắc\" commune in D from 2025-01-01\n"
                                 "unit D.1 \"Xã Bắc\" commune in D until 2024-12-31\n");
    program run;
    program_run(&run, NULL, "diff a.attain b.attain");
    check_text(run.out, strlen(run.out), "");
    assert_int_equal(run.exit_code, 0);
    program_free(&run);
    program_run(&run, NULL, "diff a.attain a.attain --format csv");
    check_text(run.out, strlen(run.out), "kind,id,change,part,before,after\n");
    assert_int_equal(run.exit_code, 0);
    program_free(&run);
    program_run(&run, NULL, "diff a.attain a.attain --format json");
    check_text(run.out, strlen(run.out), "[]\n");
    assert_int_equal(run.exit_code, 0);
    program_free(&run);
}

static void expect_rows(const char *rows)
{
    program run;
    char wanted[2048] = "kind,id,change,part,before,after\n";
    strcat(wanted, rows);
    program_run(&run, NULL, "diff a.attain b.attain --format csv");
    check_text(run.out, strlen(run.out), wanted);
    assert_int_equal(run.exit_code, 1);
    program_free(&run);
}

static void one_change_at_a_time(void **state)
{
    (void)state;
    static const char *const cases[][3] = {
        {"5000 by 2025", "4000 by 2026",
         "target,p.density,changed,promise,density at least 1 per 5000 by 2025,density at least 1 per 4000 "
         "by 2026\n"},
        {"\"Đủ\"", "\"Đậ\"", "target,p.density,changed,title,\"\"\"Đủ\"\"\",\"\"\"Đậ\"\"\"\n"},
        {"12/KH", "13/KH",
         "target,p.density,changed,source,\"source \"\"12/KH-UBND\"\" \"\"cứ 5.000 người\"\"\",\"source "
         "\"\"13/KH-UBND\"\" \"\"cứ "
         "5.000 người\"\"\"\n"},
        {"target p.many", "target p.most",
         "target,p.most,added,,,twice at least 10\ntarget,p.many,removed,,twice at least 10,\n"},
        {"\"M\" by 2026", "\"M\" by 2027", "milestone,p.m,changed,by,by 2026,by 2027\n"},
        /* The deadline of p.many is that of its programme. */
        {"2024..2030", "2024..2031",
         "target,p.many,changed,due,2030,2031\nprogramme,p,changed,period,period 2024..2030,period "
         "2024..2031\n"},
        /* What words stand on. */
        {"workers / pop", "twice   / pop",
         "target,p.density,changed,through,,indicator density\n"
         "indicator,density,changed,expression,workers / population,twice / population\n"},
        {"2 * workers", "3 * workers",
         "target,p.many,changed,through,,indicator twice\nindicator,twice,changed,expression,2 * workers,3 * "
         "workers\n"},
        {"full_time, collaborator", "half_time, collaborator",
         "target,p.density,changed,through,,category post\ntarget,p.many,changed,through,,category post\n"
         "category,post,changed,members,\"full_time, collaborator\",\"half_time, collaborator\"\n"},
        /* A unit that moved has a line for each of its times. */
        {"commune in D from 2025-01-01", "commune in D from 2025-02-01",
         "unit,D.1,changed,from,from 2025-01-01,from 2025-02-01\n"},
        {"unit D.2", "unit D.3", "unit,D.3,added,,,commune in D\nunit,D.2,removed,,commune in D,\n"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        write_changed(cases[i][0], cases[i][1]);
        expect_rows(cases[i][2]);
    }
}

static void people_get_a_table(void **state)
{
    (void)state;
    write_changed("5000 by 2025", "4000 by 2025");
    program run;
    program_run(&run, NULL, "diff a.attain b.attain");
    check_text(run.out, strlen(run.out),
               "kind    id         change   part     before                               after\n"
               "───────────────────────────────────────────────────────"
               "──────────────────────────────────────────────────────\n"
               "target  p.density  changed  promise  density at least 1 per 5000 by 2025  density at least 1 "
               "per 4000 by 2025\n");
    assert_int_equal(run.exit_code, 1);
    program_free(&run);
    program_run(&run, NULL, "diff a.attain b.attain --format json --output d.json");
    assert_int_equal(run.exit_code, 1);
    program_free(&run);
    char *const json = program_read("d.json");
    assert_non_null(json);
    check_text(json, strlen(json),
               "[\n{\"kind\":\"target\",\"id\":\"p.density\",\"change\":\"changed\",\"part\":\"promise\","
               "\"before\":\"density at "
               "least 1 per 5000 by 2025\",\"after\":\"density at least 1 per 4000 by 2025\"}\n]\n");
    free(json);
}

static void trouble_is_2(void **state)
{
    (void)state;
    program_write("bad.attain", "target x\n  nothing at least 5 by 2025\n");
    program run;
    program_run(&run, NULL, "diff a.attain bad.attain");
    assert_int_equal(run.exit_code, 2);
    check_contains(run.err, "bad.attain:2:3: error: ");
    program_free(&run);
    program_run(&run, NULL, "diff a.attain none.attain");
    assert_int_equal(run.exit_code, 2);
    program_free(&run);
    program_expect(NULL, "diff a.attain", 2, "",
                   "attain: 'diff' needs more words: attain diff PLAN_A PLAN_B\n"
                   "attain: 'attain diff --help' shows what it takes\n");
    program_expect(NULL, "diff a.attain a.attain --edition 1", 2, "",
                   "attain: --edition is for stores; none of the files is one\n");
}

static void stores_have_plans_too(void **state)
{
    (void)state;
    program run;
    program_run(&run, NULL, "store init s.db a.attain");
    const int is_built = run.exit_code == 0;
    program_free(&run);
    if (!is_built) {
        skip();
    }
    write_changed("5000 by 2025", "4000 by 2025");
    program_run(&run, NULL, "store plan s.db b.attain");
    assert_int_equal(run.exit_code, 0);
    program_free(&run);
    static const struct {
        const char *arguments;
        int exit_code;
    } cases[] = {{"diff s.db b.attain", 0},
                 {"diff s.db a.attain", 1},
                 {"diff s.db a.attain --edition 1", 0},
                 {"diff a.attain s.db --edition 1", 0},
                 {"diff s.db s.db --edition 1", 1},
                 {"diff s.db s.db --edition 1 --edition 2", 1},
                 {"diff s.db s.db --edition 2", 0},
                 {"diff s.db a.attain --edition 1 --edition 2", 2},
                 {"diff s.db a.attain --edition 3", 2}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        program_run(&run, NULL, cases[i].arguments);
        assert_int_equal(run.exit_code, cases[i].exit_code);
        program_free(&run);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(plans_that_say_the_same_exit_0, set_up),
        cmocka_unit_test_setup(one_change_at_a_time, set_up),
        cmocka_unit_test_setup(people_get_a_table, set_up),
        cmocka_unit_test_setup(trouble_is_2, set_up),
        cmocka_unit_test_setup(stores_have_plans_too, set_up),
    };
    return cmocka_run_group_tests_name("cli_diff", tests, NULL, NULL);
}
