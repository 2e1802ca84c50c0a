/* Values: numerator over denominator at one unit, its state and its range (semantics.md sections 2, 3, 5).
 *
 * Order of work: N and D as quantities; the state, first that applies of overflow, no_data, no_denominator,
 * negative_denominator, zero_denominator, range_only; the value N/D; the range by rule 3; for shares the
 * narrower range of rule 4 from paired figures. */
#include "score/eval.h"

#include <string.h>

/* A report that is not due yet is as absent as a late one: the district had its cases, nobody has counted them. So ranges
 * open for every slot of the period that some unit is to report, whenever it is due; the columns reported and expected count
 * only what was due by the as-of day. Were it otherwise, three of sixty reports that come early would be taken for all. */
#define EVER ATN_DAY_MAX

/* ---- what went in ---- */

/* One measure of N or D with every pick under which it occurs. */
typedef struct used_measure {
    uint32_t measure;
    uint32_t picks[ATN_EVAL_MAX_PICKS];
    uint32_t n_picks;
    bool all_cells;
} used_measure;

#define MAX_USED 64

static void use_pick(used_measure *used, uint32_t pick)
{
    for (uint32_t i = 0; i < used->n_picks; i++) {
        if (used->picks[i] == pick) {
            return;
        }
    }
    if (pick == ATN_NONE || used->n_picks == ATN_EVAL_MAX_PICKS) {
        used->all_cells =
            true; /* more picks than are listed one by one: slots of the whole measure are counted */
    } else {
        used->picks[used->n_picks++] = pick;
    }
}

/* Collects the measures of a form that declare `reported`. */
static uint32_t use_form(const atn_model *model, const atn_form *form, used_measure *used, uint32_t n)
{
    for (uint32_t i = 0; i < form->n_terms; i++) {
        const atn_term *const term = &model->terms[form->first_term + i];
        if (term->kind != ATN_TERM_MEASURE || model->measures[term->index].reported == ATTAIN_PERIOD_NONE) {
            continue;
        }
        uint32_t at = 0;
        while (at < n && used[at].measure != term->index) {
            at++;
        }
        if (at == n) {
            if (n == MAX_USED) {
                return n;
            }
            memset(&used[n], 0, sizeof used[n]);
            used[n++].measure = term->index;
        }
        use_pick(&used[at], term->pick);
    }
    return n;
}

typedef struct indicator_parts {
    const atn_indicator *indicator;
    const atn_form *n, *d; /* d NULL: none */
    uint32_t index, within;
    uint32_t unit;
    const attain_period *days;
    int32_t as_of_day;
    const atn_group *group;
} indicator_parts;

static attain_status count_slots_of_counts(atn_eval *eval, const indicator_parts *parts, const atn_form *form,
                                           atn_value *out, attain_error *err)
{
    const atn_model *const model = &atn_eval_plan(eval)->model;
    for (uint32_t i = 0; form != NULL && i < form->n_terms; i++) {
        const atn_term *const term = &model->terms[form->first_term + i];
        if (term->kind != ATN_TERM_COUNT || model->counts[term->index].predicate == ATN_NONE) {
            continue;
        }
        const atn_tally *tallies = NULL;
        ATN_TRY(atn_eval_count(eval, term->index, parts->days, EVER, parts->group, &tallies, err));
        const atn_tally *const here = &tallies[parts->unit];
        out->n_expected = (out->n_expected < 0 ? 0 : out->n_expected) + (int64_t)here->n_units;
        out->n_reported =
            (out->n_reported < 0 ? 0 : out->n_reported) + (int64_t)(here->n_units - here->n_unknown);
    }
    return ATTAIN_OK;
}

/* reported and expected: each slot once, however often its measure occurs; units for counts. */
static attain_status count_slots(atn_eval *eval, const indicator_parts *parts, atn_value *out,
                                 attain_error *err)
{
    const atn_model *const model = &atn_eval_plan(eval)->model;
    used_measure used[MAX_USED];
    uint32_t n_used = use_form(model, parts->n, used, 0);
    if (parts->d != NULL) {
        n_used = use_form(model, parts->d, used, n_used);
    }
    for (uint32_t i = 0; i < n_used; i++) {
        atn_sum sum;
        ATN_TRY(atn_eval_sum(eval, used[i].measure, used[i].picks, used[i].all_cells ? 0 : used[i].n_picks,
                             parts->unit, parts->days, parts->as_of_day, parts->group, &sum, err));
        out->n_expected = (out->n_expected < 0 ? 0 : out->n_expected) + (int64_t)sum.n_expected;
        out->n_reported = (out->n_reported < 0 ? 0 : out->n_reported) + (int64_t)sum.n_reported;
    }
    ATN_TRY(count_slots_of_counts(eval, parts, parts->n, out, err));
    return count_slots_of_counts(eval, parts, parts->d, out, err);
}

/* ---- ranges, rule 3 ---- */

/* x / y of range ends with y >= 0; x / inf = 0, x / 0 = inf with x's sign (0 / 0: +inf, the outer bound). */
static atn_bound divide_bounds(const atn_bound *x, const atn_bound *y)
{
    const int sign = x->infinite != 0 ? x->infinite : atn_ratio_sign(&x->r);
    const atn_ratio zero = atn_ratio_zero();
    if (x->infinite != 0) {
        return atn_bound_infinite(x->infinite);
    }
    if (y->infinite != 0) {
        return atn_bound_of(&zero);
    }
    if (atn_ratio_sign(&y->r) == 0) {
        return atn_bound_infinite(sign < 0 ? -1 : 1);
    }
    atn_bound out = atn_bound_of(&zero);
    atn_ratio_div(&out.r, &x->r, &y->r);
    return out;
}

static void range_rule3(const atn_quantity *n, const atn_quantity *d, atn_value *out)
{
    const atn_ratio zero = atn_ratio_zero();
    if (atn_bound_compare_ratio(&d->low, &zero) < 0) {
        out->low = atn_bound_infinite(-1);
        out->high = atn_bound_infinite(1);
        out->d_may_be_zero = true;
        return;
    }
    const bool low_is_negative = atn_bound_compare_ratio(&n->low, &zero) < 0;
    const bool high_is_negative = atn_bound_compare_ratio(&n->high, &zero) < 0;
    out->low = divide_bounds(&n->low, low_is_negative ? &d->low : &d->high);
    out->high = divide_bounds(&n->high, high_is_negative ? &d->high : &d->low);
    out->d_may_be_zero = atn_bound_compare_ratio(&d->low, &zero) == 0;
}

static void clip(atn_bound *bound)
{
    const atn_ratio zero = atn_ratio_zero();
    const atn_ratio one = atn_ratio_from_i64(1);
    if (atn_bound_compare_ratio(bound, &zero) < 0) {
        *bound = atn_bound_of(&zero);
    } else if (atn_bound_compare_ratio(bound, &one) > 0) {
        *bound = atn_bound_of(&one);
    }
}

/* ---- ranges, rule 4: shares ---- */

#define MAX_PAIR_TERMS 32

static const int64_t pow10_i64[] = {1,           10,           100,          1000,      10000,
                                    100000,      1000000,      10000000,     100000000, 1000000000,
                                    10000000000, 100000000000, 1000000000000};
#define MAX_PAIR_SHIFT ((unsigned)(sizeof pow10_i64 / sizeof pow10_i64[0]) - 1u)

static unsigned term_decimals(const atn_model *model, const atn_term *term)
{
    const atn_measure *const measure = &model->measures[term->index];
    return measure->decimals + term->coefficient_decimals + (measure->is_percent ? 2u : 0u);
}

/* Can this term be paired: a positive multiple of a measure that is summed and stands at leaves only? */
static bool term_pairs(const atn_model *model, const atn_term *term)
{
    if (term->kind != ATN_TERM_MEASURE || term->coefficient <= 0) {
        return false;
    }
    const atn_measure *const measure = &model->measures[term->index];
    if (measure->law_units != ATN_LAW_SUM || measure->any_level != ATN_LEVEL_LEAVES || measure->any_sign ||
        (measure->law_time != ATN_LAW_SUM && measure->law_time != ATN_LAW_LAST)) {
        return false;
    }
    for (uint32_t i = 0; i < measure->n_categories; i++) {
        if (measure->law_category[i] != ATN_LAW_SUM) {
            return false;
        }
    }
    return true;
}

typedef struct pair_plan {
    atn_pair_term terms[MAX_PAIR_TERMS];
    uint32_t n_terms;
    bool by_slot;
} pair_plan;

static bool add_pair_terms(const atn_model *model, const atn_form *form, bool in_denominator,
                           unsigned decimals, pair_plan *plan)
{
    for (uint32_t i = 0; i < form->n_terms; i++) {
        const atn_term *const term = &model->terms[form->first_term + i];
        const unsigned shift = decimals - term_decimals(model, term);
        if (plan->n_terms == MAX_PAIR_TERMS || shift > MAX_PAIR_SHIFT ||
            term->coefficient > INT64_MAX / pow10_i64[shift]) {
            return false;
        }
        plan->terms[plan->n_terms++] = (atn_pair_term){.measure = term->index,
                                                       .picks = &term->pick,
                                                       .n_picks = term->pick == ATN_NONE ? 0 : 1,
                                                       .coefficient = term->coefficient * pow10_i64[shift],
                                                       .in_denominator = in_denominator};
    }
    return true;
}

/* One scale for all terms, and whether all stand in the same slots of the same units. */
static bool plan_pairs(const atn_model *model, const indicator_parts *parts, pair_plan *plan)
{
    const atn_form *const forms[2] = {parts->n, parts->d};
    const atn_measure *first = NULL;
    unsigned decimals = 0;
    plan->n_terms = 0;
    plan->by_slot = true;
    for (size_t f = 0; f < 2; f++) {
        for (uint32_t i = 0; i < forms[f]->n_terms; i++) {
            const atn_term *const term = &model->terms[forms[f]->first_term + i];
            if (!term_pairs(model, term)) {
                return false;
            }
            const atn_measure *const measure = &model->measures[term->index];
            first = first == NULL ? measure : first;
            plan->by_slot = plan->by_slot && measure->reported != ATTAIN_PERIOD_NONE &&
                            measure->reported == first->reported &&
                            measure->reported_type == first->reported_type &&
                            measure->law_time == first->law_time;
            decimals = term_decimals(model, term) > decimals ? term_decimals(model, term) : decimals;
        }
    }
    return add_pair_terms(model, parts->n, false, decimals, plan) &&
           add_pair_terms(model, parts->d, true, decimals, plan);
}

/* (a + b) / (c + d) with the denominator positive; else `empty`. */
static atn_bound bound_of_pair(attain_i128 a, attain_i128 b, attain_i128 c, attain_i128 d, bool *overflow,
                               const atn_bound *empty)
{
    const atn_ratio num = atn_ratio_from_decimal(atn_i128_add(a, b, overflow), 0);
    const atn_ratio den = atn_ratio_from_decimal(atn_i128_add(c, d, overflow), 0);
    if (*overflow || atn_ratio_sign(&den) <= 0) {
        return *empty;
    }
    atn_bound out = atn_bound_of(&num);
    atn_ratio_div(&out.r, &num, &den);
    return out;
}

static void range_of_pairs(const atn_pair *pair, atn_value *out)
{
    const atn_ratio zero = atn_ratio_zero();
    const atn_ratio one = atn_ratio_from_i64(1);
    const atn_bound at_zero = atn_bound_of(&zero);
    const atn_bound at_one = atn_bound_of(&one);
    const attain_i128 none = atn_i128_from_i64(0);
    bool overflow = false;
    out->low = pair->any_c || pair->any_e
                   ? at_zero
                   : bound_of_pair(pair->sum_n, none, pair->sum_d, none, &overflow, &at_zero);
    out->high = pair->any_e
                    ? at_one
                    : bound_of_pair(pair->sum_n, pair->b_d, pair->sum_d, pair->c_n, &overflow, &at_one);
    clip(&out->low);
    clip(&out->high);
}

/* Rule 4. Called with the range of rule 3 in out. `unexpected`: N or D is unknown though nothing is expected; the pairs, which
 * know only of figures and of what is expected, would take it for 0. */
static attain_status range_of_share(atn_eval *eval, const indicator_parts *parts, bool unexpected,
                                    atn_value *out, attain_error *err)
{
    const atn_model *const model = &atn_eval_plan(eval)->model;
    const bool by_category = parts->group != NULL && parts->group->n_categories > 0;
    const atn_ratio one = atn_ratio_from_i64(1);
    pair_plan plan;
    const bool can_pair = parts->d != NULL && !by_category && !unexpected && plan_pairs(model, parts, &plan);
    atn_pair pair;
    memset(&pair, 0, sizeof pair);
    if (can_pair) {
        const atn_pair_request request = {parts->index, parts->within, plan.terms, plan.n_terms,
                                          plan.by_slot};
        ATN_TRY(atn_eval_pair(eval, &request, parts->unit, parts->days, EVER, parts->group, &pair, err));
    }
    /* With absent figures the value may exceed 1 though no leaf does: only pairs tell, where there are pairs. */
    const bool is_paired = can_pair && !pair.lone;
    const bool over_one = is_paired ? pair.over_one
                                    : (out->has_value && atn_ratio_compare(&out->value, &one) > 0) ||
                                          (can_pair && pair.over_one);
    out->flags |= over_one ? (uint32_t)ATTAIN_FLAG_OVER_ONE : 0u;
    const bool has_bound = (out->line_flags & ATN_LINE_BOUND) != 0;
    if (over_one) {
        return ATTAIN_OK; /* also beside a bound: clipped to 1, 110 % would be met where at most 100 % is asked */
    }
    if (has_bound || unexpected || !can_pair || pair.overflow || pair.lone) {
        clip(&out->low);
        clip(&out->high);
    } else if ((out->line_flags & ATN_LINE_OPEN) != 0) {
        range_of_pairs(&pair, out);
    }
    return ATTAIN_OK;
}

/* ---- groups ---- */

/* Does a measure of the form know each category that the group names? Otherwise every group would show the same total. */
static bool form_knows_group(const atn_model *model, const atn_form *form, const atn_group *group)
{
    for (uint32_t i = 0; i < group->n_categories; i++) {
        bool knows = false;
        for (uint32_t t = 0; t < form->n_terms; t++) {
            const atn_term *const term = &model->terms[form->first_term + t];
            const atn_measure *const measure = &model->measures[term->index];
            for (uint32_t p = 0; term->kind == ATN_TERM_MEASURE && p < measure->n_categories; p++) {
                knows = knows || measure->category[p] == group->category[i];
            }
        }
        if (!knows) {
            return false;
        }
    }
    return true;
}

/* ---- the value ---- */

static void annual_factor(const atn_indicator *indicator, const attain_period *days, uint32_t *num,
                          uint32_t *den)
{
    *num = *den = 1;
    if (indicator->annualised == ATN_ANNUALISED_DAYS) {
        *num = 365;
        *den = (uint32_t)(days->end_day - days->start_day) + 1u;
    } else if (indicator->annualised == ATN_ANNUALISED_MONTHS) {
        *num = 12;
        *den = (uint32_t)atn_period_months(*days); /* 0: not whole months, the caller says not_evaluated */
    }
}

static void scale_value(atn_value *out)
{
    if (out->annual_num == out->annual_den) {
        return;
    }
    const atn_ratio num = atn_ratio_from_i64((int64_t)out->annual_num);
    const atn_ratio den = atn_ratio_from_i64((int64_t)out->annual_den);
    atn_ratio factor;
    atn_ratio_div(&factor, &num, &den);
    atn_ratio_mul(&out->value, &out->value, &factor);
    if (out->low.infinite == 0) {
        atn_ratio_mul(&out->low.r, &out->low.r, &factor);
    }
    if (out->high.infinite == 0) {
        atn_ratio_mul(&out->high.r, &out->high.r, &factor);
    }
}

static uint32_t flags_of_line(uint8_t line_flags)
{
    return ((line_flags & ATN_LINE_ESTIMATED) != 0 ? (uint32_t)ATTAIN_FLAG_ESTIMATED : 0u) |
           ((line_flags & ATN_LINE_NOT_LAST) != 0 ? (uint32_t)ATTAIN_FLAG_NOT_LAST : 0u) |
           ((line_flags & ATN_LINE_GROUPS) != 0 ? (uint32_t)ATTAIN_FLAG_GROUPS_INCOMPLETE : 0u);
}

static bool bound_overflow(const atn_bound *bound)
{
    return bound->infinite == 0 && atn_ratio_overflow(&bound->r);
}

static attain_state state_of(const atn_quantity *n, const atn_quantity *d)
{
    const bool overflow = atn_ratio_overflow(&n->value) || bound_overflow(&n->low) ||
                          bound_overflow(&n->high) || (n->flags & ATN_LINE_OVERFLOW) != 0 ||
                          (d != NULL && (atn_ratio_overflow(&d->value) || bound_overflow(&d->low) ||
                                         bound_overflow(&d->high) || (d->flags & ATN_LINE_OVERFLOW) != 0));
    if (overflow) {
        return ATTAIN_STATE_OVERFLOW;
    }
    if (!n->has_value && !n->no_units) {
        return ATTAIN_STATE_NO_DATA;
    }
    if (n->no_units || (d != NULL && d->no_units)) {
        return ATTAIN_STATE_NO_DENOMINATOR;
    }
    if (d == NULL) {
        return ATTAIN_STATE_OK;
    }
    if (!d->has_value) {
        return ATTAIN_STATE_NO_DENOMINATOR;
    }
    const int sign = atn_ratio_sign(&d->value);
    if (sign < 0) {
        return ATTAIN_STATE_NEGATIVE_DENOMINATOR;
    }
    /* D = 0 only where nothing is absent; with gaps it is 0 in one world of many and only a range can be
     * given. */
    const bool is_sure = d->is_exact && atn_ratio_sign(&d->low.r) == 0;
    return sign > 0 ? ATTAIN_STATE_OK : is_sure ? ATTAIN_STATE_ZERO_DENOMINATOR : ATTAIN_STATE_RANGE_ONLY;
}

static attain_status finish_value(atn_eval *eval, const indicator_parts *parts, const atn_quantity *n,
                                  const atn_quantity *d, atn_value *out, attain_error *err)
{
    out->line_flags = (uint8_t)(n->flags | (d != NULL ? d->flags : 0));
    out->flags |= flags_of_line(out->line_flags);
    out->state = state_of(n, d);
    if (out->state == ATTAIN_STATE_OVERFLOW) {
        return ATTAIN_OK;
    }
    out->unseen = n->unseen || (d != NULL && d->unseen);
    out->has_n = n->has_value;
    out->n = n->value;
    out->has_d = d != NULL && d->has_value;
    if (out->has_d) {
        out->d = d->value;
    }
    out->has_value = out->state == ATTAIN_STATE_OK;
    out->has_range =
        out->state != ATTAIN_STATE_ZERO_DENOMINATOR && out->state != ATTAIN_STATE_NEGATIVE_DENOMINATOR;
    out->low = n->low;
    out->high = n->high;
    if (out->has_value) {
        out->value = n->value;
        if (d != NULL) {
            atn_ratio_div(&out->value, &n->value, &d->value);
        }
    }
    if (d != NULL && out->has_range) {
        range_rule3(n, d, out);
    }
    if (parts->indicator->share && out->has_range) {
        ATN_TRY(range_of_share(eval, parts, n->unexpected || (d != NULL && d->unexpected), out, err));
    }
    scale_value(out);
    return ATTAIN_OK;
}

attain_status atn_eval_indicator(atn_eval *eval, uint32_t indicator, uint32_t within, uint32_t unit,
                                 const attain_period *days, int32_t as_of_day, const atn_group *group,
                                 atn_value *out, attain_error *err)
{
    const atn_model *const model = &atn_eval_plan(eval)->model;
    const atn_indicator *const made = &model->indicators[indicator];
    const atn_form *const denominator = within != ATN_NONE      ? &model->indicators[within].numerator
                                        : made->has_denominator ? &made->denominator
                                                                : NULL;
    const indicator_parts parts = {made, &made->numerator, denominator, indicator, within, unit,
                                   days, as_of_day,        group};
    memset(out, 0, sizeof *out);
    out->value = out->n = out->d = atn_ratio_zero();
    out->low = out->high = atn_bound_of(&out->value);
    out->n_reported = out->n_expected = -1;
    annual_factor(made, days, &out->annual_num, &out->annual_den);
    if (made->not_evaluated || (within != ATN_NONE && model->indicators[within].not_evaluated) ||
        out->annual_den == 0) {
        out->state = ATTAIN_STATE_NOT_EVALUATED;
        return ATTAIN_OK;
    }
    if (group != NULL && !form_knows_group(model, parts.n, group)) {
        out->state =
            ATTAIN_STATE_NO_DATA; /* no figure of the numerator belongs to a member of the category */
        out->unseen = true;
        return ATTAIN_OK;
    }
    ATN_TRY(count_slots(eval, &parts, out, err));
    atn_quantity n;
    atn_quantity d;
    ATN_TRY(atn_eval_form(eval, parts.n, unit, days, EVER, group, &n, err));
    if (denominator != NULL) {
        ATN_TRY(atn_eval_form(eval, denominator, unit, days, EVER, group, &d, err));
    }
    return finish_value(eval, &parts, &n, denominator != NULL ? &d : NULL, out, err);
}
