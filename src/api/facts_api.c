/* Entry points of facts: arguments are checked here, the work is done in facts/. */
#include "api/arguments.h"
#include "facts/facts.h"

attain_status attain_facts_new(const attain_plan *plan, const attain_facts_options *options,
                               attain_facts **out, attain_error *err)
{
    attain_facts_options o;
    ATN_TRY(atn_argument_need(plan, "plan", err));
    ATN_TRY(atn_argument_need(out, "out", err));
    ATN_TRY(atn_argument_take(&o, sizeof o, options, err));
    return atn_facts_new(plan, &o, out, err);
}

void attain_facts_free(attain_facts *facts)
{
    atn_facts_free(facts);
}

void attain_report_free(attain_report *report)
{
    atn_report_free(report);
}

attain_status attain_facts_add(attain_facts *facts, const attain_fact_columns *columns, size_t n,
                               const attain_intake_options *options, attain_report *report, attain_error *err)
{
    attain_intake_options o;
    ATN_TRY(atn_argument_need(facts, "facts", err));
    ATN_TRY(atn_argument_need(columns, "columns", err));
    ATN_TRY(atn_argument_intake(&o, options, err));
    if (n > 0) {
        ATN_TRY(atn_argument_need(columns->unit, "columns->unit", err));
        ATN_TRY(atn_argument_need(columns->period, "columns->period", err));
        ATN_TRY(atn_argument_need(columns->value, "columns->value", err));
    }
    return atn_facts_add(facts, columns, n, &o, report, err);
}

attain_status attain_facts_add_text(attain_facts *facts, const attain_fact_text_columns *columns, size_t n,
                                    const attain_intake_options *options, attain_report *report,
                                    attain_error *err)
{
    attain_intake_options o;
    ATN_TRY(atn_argument_need(facts, "facts", err));
    ATN_TRY(atn_argument_need(columns, "columns", err));
    ATN_TRY(atn_argument_intake(&o, options, err));
    if (n > 0) {
        ATN_TRY(atn_argument_need(columns->unit, "columns->unit", err));
        ATN_TRY(atn_argument_need(columns->measure, "columns->measure", err));
        ATN_TRY(atn_argument_need(columns->period, "columns->period", err));
        ATN_TRY(atn_argument_need(columns->value, "columns->value", err));
    }
    if (columns->n_member_columns > 0) {
        ATN_TRY(atn_argument_need(columns->member_columns, "columns->member_columns", err));
        ATN_TRY(n > 0 ? atn_argument_need(columns->member, "columns->member", err) : ATTAIN_OK);
    }
    return atn_facts_add_text(facts, columns, n, &o, report, err);
}

attain_status attain_intake_new(attain_facts *facts, const attain_intake_options *options,
                                attain_intake **out, attain_error *err)
{
    attain_intake_options o;
    ATN_TRY(atn_argument_need(facts, "facts", err));
    ATN_TRY(atn_argument_need(out, "out", err));
    ATN_TRY(atn_argument_intake(&o, options, err));
    return atn_intake_new(facts, &o, out, err);
}

attain_status attain_intake_feed(attain_intake *intake, const char *data, size_t len, attain_error *err)
{
    ATN_TRY(atn_argument_need(intake, "intake", err));
    if (data == NULL && len > 0) {
        return atn_argument_need(data, "data", err);
    }
    return atn_intake_feed(intake, (atn_str){data != NULL ? data : "", len}, err);
}

attain_status attain_intake_finish(attain_intake *intake, attain_report *report, attain_error *err)
{
    ATN_TRY(atn_argument_need(intake, "intake", err));
    return atn_intake_finish(intake, report, err);
}

void attain_intake_free(attain_intake *intake)
{
    atn_intake_free(intake);
}

attain_status attain_facts_set(attain_facts *facts, const attain_fact *fact, int remove, attain_error *err)
{
    ATN_TRY(atn_argument_need(facts, "facts", err));
    ATN_TRY(atn_argument_need(fact, "fact", err));
    return atn_facts_set(facts, fact, remove != 0, err);
}

attain_status attain_facts_get(const attain_facts *facts, attain_fact *fact, int *found, attain_error *err)
{
    bool there = false;
    ATN_TRY(atn_argument_need(facts, "facts", err));
    ATN_TRY(atn_argument_need(fact, "fact", err));
    ATN_TRY(atn_argument_need(found, "found", err));
    const atn_model *const model = &atn_facts_plan(facts)->model;
    if (fact->measure >= model->n_measures) {
        return atn_error_set(err, ATTAIN_E_MEASURE, "measure %u; the plan has %u, counted from 0",
                             fact->measure, model->n_measures);
    }
    if (fact->unit >= model->n_units) {
        return atn_error_set(err, ATTAIN_E_UNIT, "unit %u; the plan has %u, counted from 0", fact->unit,
                             model->n_units);
    }
    if (!atn_period_is_valid(fact->period)) {
        return atn_error_set(err, ATTAIN_E_PERIOD, "the period is not one that attain_period_parse gives");
    }
    ATN_TRY(atn_facts_get(facts, fact, &there, err));
    *found = there ? 1 : 0;
    return ATTAIN_OK;
}

uint64_t attain_facts_count(const attain_facts *facts)
{
    return facts != NULL ? atn_facts_count(facts) : 0;
}

attain_status attain_facts_at(const attain_facts *facts, uint64_t i, attain_fact *out, attain_error *err)
{
    ATN_TRY(atn_argument_need(facts, "facts", err));
    ATN_TRY(atn_argument_need(out, "out", err));
    attain_fact found;
    if (atn_facts_read(facts, i, &found, 1) == 0) {
        return atn_error_set(err, ATTAIN_E_ARGUMENT, "fact %llu of %llu; they are counted from 0",
                             (unsigned long long)i, (unsigned long long)atn_facts_count(facts));
    }
    *out = found;
    return ATTAIN_OK;
}

attain_status attain_facts_read(const attain_facts *facts, uint64_t first, attain_fact *out, size_t n,
                                size_t *n_read, attain_error *err)
{
    ATN_TRY(atn_argument_need(facts, "facts", err));
    ATN_TRY(n > 0 ? atn_argument_need(out, "out", err) : ATTAIN_OK);
    ATN_TRY(atn_argument_need(n_read, "n_read", err));
    *n_read = atn_facts_read(facts, first, out, n);
    return ATTAIN_OK;
}

const attain_plan *attain_facts_plan(const attain_facts *facts)
{
    return facts != NULL ? atn_facts_plan(facts) : NULL;
}

attain_period attain_facts_last_period(const attain_facts *facts)
{
    return facts != NULL ? atn_facts_last_period(facts) : (attain_period){.type = ATTAIN_PERIOD_NONE};
}

attain_status attain_facts_merge(attain_facts *facts, const attain_facts *from, attain_error *err)
{
    ATN_TRY(atn_argument_need(facts, "facts", err));
    ATN_TRY(atn_argument_need(from, "from", err));
    return atn_facts_merge(facts, from, err);
}

attain_status attain_facts_to_bytes(const attain_facts *facts, attain_text *out, attain_error *err)
{
    ATN_TRY(atn_argument_need(facts, "facts", err));
    ATN_TRY(atn_argument_need(out, "out", err));
    return atn_facts_to_bytes(facts, out, err);
}

attain_status attain_facts_from_bytes(const attain_plan *plan, const char *data, size_t len,
                                      const attain_facts_options *options, attain_facts **out,
                                      attain_error *err)
{
    attain_facts_options o;
    ATN_TRY(atn_argument_need(plan, "plan", err));
    ATN_TRY(atn_argument_need(out, "out", err));
    ATN_TRY(atn_argument_take(&o, sizeof o, options, err));
    if (data == NULL && len > 0) {
        return atn_argument_need(data, "data", err);
    }
    return atn_facts_from_bytes(plan, (atn_str){data != NULL ? data : "", len}, &o, out, err);
}
