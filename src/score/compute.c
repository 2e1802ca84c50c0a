/* Computing: values of indicators for units and periods, broken down by groups.
 *
 * Rows come indicator by indicator, unit by unit, period by period, group by group; only those in the window
 * are evaluated. A period that holds the as-of day is cut there (flag partial_period): what is not yet due is
 * not expected. */
#include "score/score.h"
#include "score/table.h"

#include <string.h>

#define MAX_GROUPS 65536

typedef struct computing {
    const attain_plan *plan;
    const atn_model *model;
    const attain_compute_options *options;
    attain_period as_of;
    const attain_period *periods;
    size_t n_periods;
    const uint32_t *units;
    size_t n_units;
    uint32_t *own_units; /* roots, when none are asked for */
    atn_table_by by[ATN_MAX_BY];
    uint32_t n_by;
    atn_group *groups; /* n_groups; NULL without --by */
    size_t n_groups;
    atn_eval *eval;
    attain_table *table;
    uint64_t n_rows, first, end;
} computing;

/* ---- groups ---- */

static attain_status resolve_by(computing *c, attain_error *err)
{
    if (c->options->n_by > ATN_MAX_BY) {
        return atn_error_set(err, ATTAIN_E_LIMIT, "%zu names to break down by; at most %d are possible",
                             c->options->n_by, ATN_MAX_BY);
    }
    for (size_t i = 0; i < c->options->n_by; i++) {
        const atn_str name = {c->options->by[i].data, c->options->by[i].len};
        const uint32_t category = atn_names_find(&c->model->category_names, name);
        const uint32_t attribute = atn_names_find(&c->model->attribute_names, name);
        if (category == ATN_NONE && attribute == ATN_NONE) {
            const atn_str near_category = atn_names_near(&c->model->category_names, name);
            const atn_str near_name =
                near_category.len > 0 ? near_category : atn_names_near(&c->model->attribute_names, name);
            return atn_error_at_index(err, ATTAIN_E_CATEGORY, (int64_t)i,
                                      "'%.*s' is neither a category nor an attribute of the plan%s%.*s%s",
                                      ATN_STR_ARG(name), near_name.len > 0 ? "; did you mean '" : "",
                                      ATN_STR_ARG(near_name), near_name.len > 0 ? "'?" : "");
        }
        c->by[c->n_by].is_attribute = category == ATN_NONE;
        c->by[c->n_by++].index = category == ATN_NONE ? attribute : category;
    }
    return ATTAIN_OK;
}

static uint32_t members_of(const computing *c, uint32_t position)
{
    const atn_table_by by = c->by[position];
    return by.is_attribute ? c->model->attributes[by.index].n_members
                           : c->model->categories[by.index].n_members;
}

/* Members of combination `index`, first name slowest. */
static void combination(const computing *c, size_t index, uint32_t members[ATN_MAX_BY])
{
    for (uint32_t i = c->n_by; i-- > 0;) {
        const uint32_t n = members_of(c, i);
        members[i] = (uint32_t)(index % n);
        index /= n;
    }
}

static attain_status make_groups(computing *c, attain_error *err)
{
    c->n_groups = 1;
    for (uint32_t i = 0; i < c->n_by; i++) {
        c->n_groups *= members_of(c, i);
        if (c->n_groups > MAX_GROUPS) {
            return atn_error_set(err, ATTAIN_E_LIMIT, "more than %d combinations to break down by",
                                 MAX_GROUPS);
        }
    }
    if (c->n_by == 0) {
        return ATTAIN_OK;
    }
    c->groups = atn_alloc_array(&c->plan->alloc, c->n_groups, sizeof *c->groups);
    if (c->groups == NULL) {
        return atn_error_memory(err, "breaking down");
    }
    for (size_t g = 0; g < c->n_groups; g++) {
        uint32_t members[ATN_MAX_BY] = {0};
        uint32_t group = 0;
        combination(c, g, members);
        for (uint32_t i = 0; i < c->n_by; i++) {
            atn_group *const to = &c->groups[g];
            if (c->by[i].is_attribute) {
                to->attribute[to->n_attributes] = c->by[i].index;
                to->attribute_member[to->n_attributes++] = members[i];
            } else {
                to->category[to->n_categories] = c->by[i].index;
                to->category_member[to->n_categories++] = members[i];
            }
        }
        ATN_TRY(atn_table_add_group(c->table, members, &group, err));
    }
    return ATTAIN_OK;
}

/* ---- rows ---- */

static void value_to_judgement(const computing *c, uint32_t indicator, const atn_value *value,
                               atn_judgement *out)
{
    const atn_indicator *const made = &c->model->indicators[indicator];
    memset(out->kind, 0, sizeof out->kind);
    const atn_ratio hundred = atn_ratio_from_i64(100);
    if (value->has_n) {
        atn_ratio n = value->n;
        if (atn_form_is_percent(c->model, &made->numerator)) {
            atn_ratio_mul(&n, &n, &hundred);
        }
        atn_judge_set(out, ATN_NUM_NUMERATOR, &n);
    }
    if (value->has_d) {
        atn_ratio d = value->d;
        if (atn_form_is_percent(c->model, &made->denominator)) {
            atn_ratio_mul(&d, &d, &hundred);
        }
        atn_judge_set(out, ATN_NUM_DENOMINATOR, &d);
    }
    if (value->has_value) {
        atn_judge_set(out, ATN_NUM_VALUE, &value->value);
    }
    const bool show_range = value->has_range && !value->unseen;
    const atn_bound *const ends[2] = {&value->low, &value->high};
    for (int i = 0; show_range && i < 2; i++) {
        const atn_number_column column = i == 0 ? ATN_NUM_LOW : ATN_NUM_HIGH;
        if (ends[i]->infinite == 0) {
            atn_judge_set(out, column, &ends[i]->r);
        } else {
            out->kind[column] = ends[i]->infinite > 0 ? ATN_CELL_PLUS_INFINITE : ATN_CELL_MINUS_INFINITE;
        }
    }
}

static attain_status add_row(computing *c, uint32_t indicator, uint32_t unit, attain_period period,
                             size_t group, attain_error *err)
{
    atn_judgement judged;
    atn_value value;
    atn_row row;
    memset(&judged, 0, sizeof judged);
    memset(&row, 0, sizeof row);
    attain_period days = period;
    const bool partial = c->as_of.type != ATTAIN_PERIOD_NONE && c->as_of.end_day >= period.start_day &&
                         c->as_of.end_day < period.end_day;
    days.end_day = partial ? c->as_of.end_day : period.end_day;
    const int32_t as_of_day = c->as_of.type == ATTAIN_PERIOD_NONE ? period.end_day : c->as_of.end_day;
    if (atn_unit_is_valid(c->model, unit, days.end_day)) {
        ATN_TRY(atn_eval_indicator(c->eval, indicator, ATN_NONE, unit, &days, as_of_day,
                                   c->groups == NULL ? NULL : &c->groups[group], &value, err));
        value_to_judgement(c, indicator, &value, &judged);
    } else {
        memset(&value, 0, sizeof value);
        value.state = ATTAIN_STATE_OUT_OF_SCOPE;
        value.n_reported = value.n_expected = -1;
    }
    row.item = indicator;
    row.unit = unit;
    row.reading = ATN_NONE;
    row.group = (uint32_t)group;
    row.period = period;
    row.reported = value.n_reported;
    row.expected = value.n_expected;
    row.missing = -1;
    row.flags = value.flags | (partial ? (uint32_t)ATTAIN_FLAG_PARTIAL_PERIOD : 0u);
    row.state = (uint8_t)value.state;
    return atn_table_add(c->table, &row, &judged, err);
}

static attain_status add_indicator(computing *c, uint32_t indicator, attain_error *err)
{
    for (size_t u = 0; u < c->n_units; u++) {
        for (size_t p = 0; p < c->n_periods; p++) {
            for (size_t g = 0; g < c->n_groups && c->n_rows < c->end; g++) {
                if (c->n_rows >= c->first) {
                    ATN_TRY(add_row(c, indicator, c->units == NULL ? (uint32_t)u : c->units[u], c->periods[p],
                                    g, err));
                }
                c->n_rows += 1;
            }
        }
    }
    return ATTAIN_OK;
}

static attain_status run(computing *c, attain_error *err)
{
    const attain_compute_options *const o = c->options;
    const size_t n = o->indicators != NULL ? o->n_indicators : c->model->n_indicators;
    for (size_t i = 0; i < n && c->n_rows < c->end; i++) {
        const uint32_t indicator = o->indicators != NULL ? o->indicators[i] : (uint32_t)i;
        if (indicator >= c->model->n_indicators) {
            return atn_error_at_index(err, ATTAIN_E_ARGUMENT, (int64_t)i,
                                      "indicator %u; the plan has %u of them, counted from 0", indicator,
                                      c->model->n_indicators);
        }
        ATN_TRY(add_indicator(c, indicator, err));
        if (o->progress != NULL && o->progress(o->progress_ctx, i + 1, n) != 0) {
            return atn_error_set(err, ATTAIN_E_CANCELLED,
                                 "computing was cancelled after %zu of %zu indicators", i + 1, n);
        }
    }
    return ATTAIN_OK;
}

/* ---- arguments ---- */

static attain_status choose_units(computing *c, attain_error *err)
{
    const attain_compute_options *const o = c->options;
    c->n_units = c->model->n_units;
    if (o->units != NULL) {
        c->units = o->units;
        c->n_units = o->n_units;
    } else if (!o->all_units) {
        c->own_units = atn_alloc_array(&c->plan->alloc, 1, sizeof *c->own_units);
        if (c->own_units == NULL) {
            return atn_error_memory(err, "choosing units");
        }
        c->own_units[0] = c->model->root;
        c->units = c->own_units;
        c->n_units = c->model->root == ATN_NONE ? 0 : 1;
    }
    for (size_t i = 0; c->units != NULL && i < c->n_units; i++) {
        if (c->units[i] >= c->model->n_units) {
            return atn_error_at_index(err, ATTAIN_E_ARGUMENT, (int64_t)i,
                                      "unit %u; the plan has %u of them, counted from 0", c->units[i],
                                      c->model->n_units);
        }
    }
    return ATTAIN_OK;
}

static attain_status check_periods(const computing *c, attain_error *err)
{
    for (size_t i = 0; i < c->n_periods; i++) {
        if (!atn_period_is_valid(c->periods[i])) {
            return atn_error_at_index(err, ATTAIN_E_ARGUMENT, (int64_t)i,
                                      "period %zu is not one that attain_period_parse gives", i);
        }
    }
    return ATTAIN_OK;
}

static attain_status prepare(computing *c, const attain_plan *plan, const attain_facts *facts,
                             const attain_compute_options *options, attain_period *last_period,
                             attain_error *err)
{
    memset(c, 0, sizeof *c);
    *last_period = atn_facts_last_period(facts);
    c->plan = plan;
    c->model = &plan->model;
    c->options = options;
    c->as_of = options->as_of.type == ATTAIN_PERIOD_NONE ? *last_period : options->as_of;
    c->periods = options->periods != NULL ? options->periods : last_period;
    c->n_periods = options->periods != NULL                  ? options->n_periods
                   : last_period->type == ATTAIN_PERIOD_NONE ? 0
                                                             : 1;
    c->first = options->skip_rows;
    c->end = options->limit_rows == 0 || options->limit_rows > UINT64_MAX - c->first
                 ? UINT64_MAX
                 : c->first + options->limit_rows;
    ATN_TRY(atn_score_schema(plan, facts, err));
    ATN_TRY(check_periods(c, err));
    return resolve_by(c, err);
}

attain_status atn_compute(const attain_plan *plan, const attain_facts *facts,
                          const attain_compute_options *options, attain_table **out, attain_error *err)
{
    computing c;
    attain_period last_period;
    ATN_TRY(prepare(&c, plan, facts, options, &last_period, err));
    attain_status status = atn_table_new(plan, false, c.by, c.n_by, &c.table, err);
    if (status == ATTAIN_OK) {
        status = make_groups(&c, err);
    }
    if (status == ATTAIN_OK) {
        status = choose_units(&c, err);
    }
    if (status == ATTAIN_OK) {
        status = atn_eval_new(plan, facts, &c.eval, err);
    }
    if (status == ATTAIN_OK) {
        status = run(&c, err);
    }
    atn_eval_free(c.eval);
    if (c.own_units != NULL) {
        atn_alloc_free_array(&plan->alloc, c.own_units, 1, sizeof *c.own_units);
    }
    if (c.groups != NULL) {
        atn_alloc_free_array(&plan->alloc, c.groups, c.n_groups, sizeof *c.groups);
    }
    if (status != ATTAIN_OK) {
        atn_table_free(c.table);
        return status;
    }
    *out = c.table;
    return ATTAIN_OK;
}
