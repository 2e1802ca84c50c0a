/* Plans and facts for tests; see build_plan.h. */
#include "support/build_plan.h"

#include "language/language.h"
#include "support/check.h"
#include <stdio.h>

static void print_findings(const attain_plan *plan)
{
    const attain_diagnostic *items;
    const size_t n = atn_plan_diagnostics(plan, &items, NULL);
    for (size_t i = 0; i < n; i++) {
        print_error("%.*s:%d:%d: %.*s\n", (int)items[i].source.len, items[i].source.data, items[i].line,
                    items[i].column, (int)items[i].message.len, items[i].message.data);
    }
}

attain_plan *build_plan(const char *text, const attain_allocator *a)
{
    attain_error err = {.status = ATTAIN_OK};
    attain_plan *plan = NULL;
    const attain_plan_options options = {.struct_size = sizeof options, .allocator = a};
    check_ok(atn_plan_new(&options, &plan, &err), &err);
    const attain_status added =
        atn_plan_add_text(plan, (atn_str){text, strlen(text)}, ATN_STR("test.attain"), &err);
    const attain_status frozen = added == ATTAIN_OK ? atn_plan_freeze(plan, &err) : added;
    if (frozen != ATTAIN_OK) {
        print_findings(plan);
    }
    check_ok(frozen, &err);
    return plan;
}

void build_plan_free(attain_plan *plan)
{
    atn_plan_free(plan);
}

static struct {
    const char *text;
    attain_plan **plan;
} group;

void build_plan_for_group(const char *text, attain_plan **plan)
{
    group.text = text;
    group.plan = plan;
}

int build_set_up(void **state)
{
    (void)state;
    *group.plan = build_plan(group.text, NULL);
    return 0;
}

int build_tear_down(void **state)
{
    (void)state;
    build_plan_free(*group.plan);
    return 0;
}

uint32_t build_unit(const attain_plan *plan, const char *id)
{
    const uint32_t unit = atn_names_find(&plan->model.unit_names, (atn_str){id, strlen(id)});
    if (unit == ATN_NONE) {
        fail_msg("no unit '%s'", id);
    }
    return unit;
}

uint32_t build_measure(const attain_plan *plan, const char *id)
{
    const uint32_t thing = atn_names_find(&plan->model.thing_names, (atn_str){id, strlen(id)});
    if (thing == ATN_NONE || ATN_THING_KIND(thing) != ATN_THING_MEASURE) {
        fail_msg("no measure '%s'", id);
    }
    return ATN_THING_INDEX(thing);
}

attain_period build_period(const char *text)
{
    attain_period period = {.type = ATTAIN_PERIOD_NONE};
    const char *problem = atn_period_parse((atn_str){text, strlen(text)}, &period);
    if (problem != NULL) {
        fail_msg("period '%s': %s", text, problem);
    }
    return period;
}

attain_facts *build_facts(const attain_plan *plan)
{
    attain_error err = {.status = ATTAIN_OK};
    attain_facts *facts = NULL;
    check_ok(atn_facts_new(plan, NULL, &facts, &err), &err);
    return facts;
}

attain_status build_csv(attain_facts *facts, const char *csv, const attain_intake_options *options,
                        attain_report *report, attain_error *err)
{
    attain_intake *intake = NULL;
    attain_status status = attain_intake_new(facts, options, &intake, err);
    if (status == ATTAIN_OK) {
        status = attain_intake_feed(intake, csv, strlen(csv), err);
    }
    if (status == ATTAIN_OK) {
        status = attain_intake_finish(intake, report, err);
    }
    attain_intake_free(intake);
    return status;
}

void build_add(attain_facts *facts, const char *csv)
{
    attain_error err = {.status = ATTAIN_OK};
    check_ok(build_csv(facts, csv, NULL, NULL, &err), &err);
}
