/* attain inside another program: a plan and some figures, as strings, and a scorecard out. The district is invented.
 *
 *     cmake -B build -DCMAKE_PREFIX_PATH=<where attain is installed> && cmake --build build && build/embed */
#include <attain/attain.h>

#include <stdio.h>
#include <string.h>

static const char plan_text[] = "unit D \"An invented district\" district\n"
                                "unit D.1 \"North\" commune in D\n"
                                "unit D.2 \"South\" commune in D\n"
                                "measure workers\n  stock persons  reported yearly by commune\n"
                                "measure population\n  stock persons  reported yearly by commune\n"
                                "indicator density = workers / population\n  shown as 1 per N\n"
                                "target enough\n  density at least 1 per 5000 for D by 2025\n"
                                "target ready\n  workers at least 20 for D by 2025\n";

static const char facts_text[] = "unit,measure,period,value\n"
                                 "D.1,workers,2025,12\nD.1,population,2025,60000\n"
                                 "D.2,workers,2025,11\nD.2,population,2025,55001\n";

static int fail(const attain_error *err)
{
    fprintf(stderr, "%s:%d:%d: %s\n", err->source, (int)err->line, (int)err->column, err->message);
    return 1;
}

int main(void)
{
    attain_error err = {0};
    attain_plan *plan = NULL;
    attain_facts *facts = NULL;
    attain_intake *intake = NULL;
    attain_table *scorecard = NULL;
    int failed = attain_plan_new(NULL, &plan, &err) ||
                 attain_plan_add_text(plan, plan_text, strlen(plan_text), "plan", &err) ||
                 attain_plan_freeze(plan, &err) || attain_facts_new(plan, NULL, &facts, &err) ||
                 attain_intake_new(facts, NULL, &intake, &err) ||
                 attain_intake_feed(intake, facts_text, strlen(facts_text), &err) ||
                 attain_intake_finish(intake, NULL, &err) ||
                 attain_score(plan, facts, NULL, &scorecard, &err);

    const attain_column columns[] = {ATTAIN_COL_TARGET, ATTAIN_COL_VALUE, ATTAIN_COL_LEVEL, ATTAIN_COL_GAP,
                                     ATTAIN_COL_VERDICT};
    const attain_print_options shown = {.struct_size = sizeof shown, .digits = 2, .shown = 1};
    for (size_t row = 0; !failed && row < attain_table_rows(scorecard); row++) {
        for (size_t i = 0; !failed && i < sizeof columns / sizeof *columns; i++) {
            char cell[64];
            failed =
                attain_table_print(scorecard, row, columns[i], &shown, cell, sizeof cell, NULL, &err) != 0;
            printf("%-16s", failed ? "" : cell);
        }
        printf("\n");
    }
    attain_table_free(scorecard);
    attain_intake_free(intake);
    attain_facts_free(facts);
    attain_plan_free(plan);
    return failed ? fail(&err) : 0;
}
