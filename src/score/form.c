/* Forms: sums of coefficient * term at one unit, with their range; references by date; predicates in Kleene
 * logic.
 *
 * Range arithmetic: a term [low, high] times a coefficient c is [c*low, c*high] for c > 0 and the ends swap
 * for c < 0; sums add end by end. An infinite end stays infinite. A measure without any figure has no value
 * but has a range: [0, inf), or (-inf, inf) for `any sign`. */
#include "score/value.h"

/* ---- references ---- */

static atn_ratio step_value(const atn_reference *reference, uint32_t step)
{
    return atn_ratio_from_decimal(atn_i128_from_i64(reference->steps[step].value), reference->decimals);
}

/* Sum of value * days over the period, divided by its days; the period must lie after the first step. */
static void time_weighted(const atn_reference *reference, const attain_period *days, atn_ratio *out)
{
    atn_ratio sum = atn_ratio_zero();
    int32_t day = days->start_day;
    while (day <= days->end_day) {
        const uint32_t step = atn_reference_step(reference, day);
        int32_t until = days->end_day;
        if (step + 1 < reference->n_steps && reference->steps[step + 1].day - 1 < until) {
            until = reference->steps[step + 1].day - 1;
        }
        const atn_ratio n_days = atn_ratio_from_i64((int64_t)until - day + 1);
        atn_ratio part = step_value(reference, step);
        atn_ratio_mul(&part, &part, &n_days);
        atn_ratio_add(&sum, &sum, &part);
        day = until + 1;
    }
    const atn_ratio all_days = atn_ratio_from_i64((int64_t)days->end_day - days->start_day + 1);
    atn_ratio_div(out, &sum, &all_days);
}

void atn_reference_value(const atn_reference *reference, atn_reference_rule rule, int hardest,
                         const attain_period *days, atn_ratio *out, bool *has)
{
    const uint32_t last = atn_reference_step(reference, days->end_day);
    const uint32_t first = atn_reference_step(reference, days->start_day);
    *out = atn_ratio_zero();
    *has = last != ATN_NONE && (rule != ATN_REFERENCE_AVERAGE || first != ATN_NONE);
    if (!*has) {
        return;
    }
    if (rule == ATN_REFERENCE_AVERAGE) {
        time_weighted(reference, days, out);
        return;
    }
    uint32_t chosen = last;
    if (rule == ATN_REFERENCE_WORST) {
        for (uint32_t step = first == ATN_NONE ? 0 : first; step < last; step++) {
            const bool is_larger = reference->steps[step].value > reference->steps[chosen].value;
            const bool is_smaller = reference->steps[step].value < reference->steps[chosen].value;
            chosen = (hardest > 0 ? is_larger : is_smaller) ? step : chosen;
        }
    }
    *out = step_value(reference, chosen);
}

/* ---- terms ---- */

static void quantity_exact(atn_quantity *q, const atn_ratio *value)
{
    q->unseen = false;
    q->value = *value;
    q->low = q->high = atn_bound_of(value);
    q->has_value = true;
    q->is_exact = true;
    q->unexpected = false;
    q->flags = 0;
    q->no_units = false;
}

static void quantity_unknown(atn_quantity *q, bool any_sign, bool unseen)
{
    q->unseen = unseen;
    const atn_ratio zero = atn_ratio_zero();
    q->value = zero;
    q->low = any_sign ? atn_bound_infinite(-1) : atn_bound_of(&zero);
    q->high = atn_bound_infinite(1);
    q->has_value = false;
    q->is_exact = false;
    q->unexpected = true;
    q->flags = 0;
    q->no_units = false;
}

static atn_bound bound_of_sum(attain_i128 v, int8_t infinite, unsigned decimals)
{
    const atn_ratio r = atn_ratio_from_decimal(v, decimals);
    return infinite != 0 ? atn_bound_infinite(infinite) : atn_bound_of(&r);
}

static void quantity_of_sum(const atn_measure *measure, const atn_sum *sum, atn_quantity *q)
{
    const unsigned decimals = measure->decimals + (measure->is_percent ? 2u : 0u);
    if (!sum->has_value && !sum->has_cell && sum->n_expected == 0) {
        quantity_unknown(q, measure->any_sign, measure->reported == ATTAIN_PERIOD_NONE);
        q->flags = sum->flags & ATN_LINE_GROUPS;
        return;
    }
    q->value = atn_ratio_from_decimal(sum->value, decimals);
    q->low = bound_of_sum(sum->low, sum->low_infinite, decimals);
    q->high = bound_of_sum(sum->high, sum->high_infinite, decimals);
    q->has_value = sum->has_value;
    q->unseen = false;
    q->unexpected = false;
    q->flags = sum->flags;
    q->no_units = false;
    q->is_exact = sum->has_value && q->low.infinite == 0 && q->high.infinite == 0 &&
                  atn_ratio_compare(&q->low.r, &q->high.r) == 0;
}

static void quantity_of_tally(const atn_tally *at_unit, uint32_t n_units_in_plan, bool has_predicate,
                              atn_quantity *q)
{
    const atn_ratio low = atn_ratio_from_i64((int64_t)at_unit->n_true);
    const atn_ratio high = atn_ratio_from_i64((int64_t)at_unit->n_true + (int64_t)at_unit->n_unknown);
    quantity_exact(q, &low);
    q->high = atn_bound_of(&high);
    q->is_exact = at_unit->n_unknown == 0;
    q->flags = at_unit->n_unknown > 0 ? ATN_LINE_OPEN : 0;
    q->no_units = n_units_in_plan == 0;
    q->unseen = q->no_units; /* 0 of a register that is not loaded is no count */
    q->has_value =
        !q->no_units && !(has_predicate && at_unit->n_units > 0 && at_unit->n_unknown == at_unit->n_units);
}

static uint32_t units_of_type(const atn_model *model, uint32_t type)
{
    uint32_t n = 0;
    for (uint32_t unit = 0; unit < model->n_units; unit++) {
        n += atn_type_includes(model, type, model->units[unit].type) ? 1u : 0u;
    }
    return n;
}

static attain_status count_term(atn_eval *eval, uint32_t index, uint32_t unit, const attain_period *days,
                                int32_t as_of_day, const atn_group *group, atn_quantity *q, attain_error *err)
{
    const atn_model *const model = &atn_eval_plan(eval)->model;
    const atn_tally *tallies = NULL;
    ATN_TRY(atn_eval_count(eval, index, days, as_of_day, group, &tallies, err));
    const bool has_predicate = model->counts[index].predicate != ATN_NONE;
    /* Whether the plan has any unit of the type matters only when none stands here. */
    const uint32_t n_in_plan =
        tallies[unit].n_units > 0 ? 1u : units_of_type(model, model->counts[index].type);
    quantity_of_tally(&tallies[unit], n_in_plan, has_predicate, q);
    return ATTAIN_OK;
}

/* hardest: the direction in which a WORST reference is hardest to meet. */
static attain_status term_at(atn_eval *eval, const atn_term *term, uint32_t unit, const attain_period *days,
                             int32_t as_of_day, const atn_group *group, int hardest, atn_quantity *q,
                             attain_error *err)
{
    const atn_model *const model = &atn_eval_plan(eval)->model;
    const atn_ratio one = atn_ratio_from_i64(1);
    atn_sum sum;
    atn_ratio r = one;
    bool has = true;
    switch (term->kind) {
    case ATN_TERM_NUMBER: quantity_exact(q, &one); return ATTAIN_OK;
    case ATN_TERM_MEASURE:
        ATN_TRY(atn_eval_sum(eval, term->index, &term->pick, term->pick == ATN_NONE ? 0 : 1, unit, days,
                             as_of_day, group, &sum, err));
        quantity_of_sum(&model->measures[term->index], &sum, q);
        return ATTAIN_OK;
    case ATN_TERM_COUNT: return count_term(eval, term->index, unit, days, as_of_day, group, q, err);
    case ATN_TERM_REFERENCE:
        atn_reference_value(&model->references[term->index], term->rule, hardest, days, &r, &has);
        if (has) {
            quantity_exact(q, &r);
        } else {
            quantity_unknown(q, true, true);
        }
        return ATTAIN_OK;
    }
    return ATTAIN_OK;
}

/* ---- sums of terms ---- */

static void bound_scale(atn_bound *bound, const atn_ratio *factor)
{
    if (bound->infinite != 0) {
        bound->infinite = atn_ratio_sign(factor) < 0 ? -bound->infinite : bound->infinite;
    } else {
        atn_ratio_mul(&bound->r, &bound->r, factor);
    }
}

static void bound_add(atn_bound *to, const atn_bound *add)
{
    if (to->infinite == 0 && add->infinite == 0) {
        atn_ratio_add(&to->r, &to->r, &add->r);
    } else if (to->infinite == 0) {
        to->infinite = add->infinite;
    }
}

static void quantity_add(atn_quantity *to, atn_quantity *term, const atn_ratio *coefficient)
{
    atn_ratio_mul(&term->value, &term->value, coefficient);
    bound_scale(&term->low, coefficient);
    bound_scale(&term->high, coefficient);
    const bool swap = atn_ratio_sign(coefficient) < 0;
    atn_ratio_add(&to->value, &to->value, &term->value);
    bound_add(&to->low, swap ? &term->high : &term->low);
    bound_add(&to->high, swap ? &term->low : &term->high);
    to->has_value = to->has_value && term->has_value;
    to->is_exact = to->is_exact && term->is_exact;
    to->unseen = to->unseen || term->unseen;
    to->unexpected = to->unexpected || term->unexpected;
    to->no_units = to->no_units || term->no_units;
    to->flags = (uint8_t)(to->flags | term->flags);
}

static attain_status form_at(atn_eval *eval, const atn_form *form, uint32_t unit, const attain_period *days,
                             int32_t as_of_day, const atn_group *group, int hardest, atn_quantity *out,
                             attain_error *err)
{
    const atn_model *const model = &atn_eval_plan(eval)->model;
    const atn_ratio zero = atn_ratio_zero();
    quantity_exact(out, &zero);
    for (uint32_t i = 0; i < form->n_terms; i++) {
        const atn_term *const term = &model->terms[form->first_term + i];
        const atn_ratio coefficient =
            atn_ratio_from_decimal(atn_i128_from_i64(term->coefficient), term->coefficient_decimals);
        const int direction = atn_ratio_sign(&coefficient) < 0 ? -hardest : hardest;
        atn_quantity part;
        ATN_TRY(term_at(eval, term, unit, days, as_of_day, group, direction, &part, err));
        quantity_add(out, &part, &coefficient);
    }
    return ATTAIN_OK;
}

attain_status atn_eval_form(atn_eval *eval, const atn_form *form, uint32_t unit, const attain_period *days,
                            int32_t as_of_day, const atn_group *group, atn_quantity *out, attain_error *err)
{
    return form_at(eval, form, unit, days, as_of_day, group, 1, out, err);
}

bool atn_form_is_percent(const atn_model *model, const atn_form *form)
{
    bool any = false;
    for (uint32_t i = 0; i < form->n_terms; i++) {
        const atn_term *const term = &model->terms[form->first_term + i];
        if (term->kind != ATN_TERM_MEASURE || !model->measures[term->index].is_percent) {
            return false;
        }
        any = true;
    }
    return any;
}

/* ---- predicates ---- */

enum { IS_FALSE = 0, IS_TRUE = 1, IS_UNKNOWN = 2 };

/* Compares two ranges: is the relation so on the whole of both? */
static int compare_ranges(const atn_quantity *a, atn_relation relation, const atn_quantity *b)
{
    const int low_high = atn_bound_compare(&a->low, &b->high); /* a's least against b's most */
    const int high_low = atn_bound_compare(&a->high, &b->low);
    switch (relation) {
    case ATN_REL_GE: return low_high >= 0 ? IS_TRUE : high_low < 0 ? IS_FALSE : IS_UNKNOWN;
    case ATN_REL_GT: return low_high > 0 ? IS_TRUE : high_low <= 0 ? IS_FALSE : IS_UNKNOWN;
    case ATN_REL_LE: return high_low <= 0 ? IS_TRUE : low_high > 0 ? IS_FALSE : IS_UNKNOWN;
    case ATN_REL_LT: return high_low < 0 ? IS_TRUE : low_high >= 0 ? IS_FALSE : IS_UNKNOWN;
    case ATN_REL_EQ:
        if (low_high > 0 || high_low < 0) {
            return IS_FALSE;
        }
        return a->is_exact && b->is_exact ? IS_TRUE : IS_UNKNOWN;
    }
    return IS_UNKNOWN;
}

static attain_status compare_at(atn_eval *eval, const atn_node *node, uint32_t unit,
                                const attain_period *days, int32_t as_of_day, int *truth, attain_error *err)
{
    /* `x >= worst r` is hardest at the largest step, `x <= worst r` at the smallest. */
    const int hardest = node->relation == ATN_REL_LE || node->relation == ATN_REL_LT ? -1 : 1;
    atn_quantity lhs;
    atn_quantity rhs;
    ATN_TRY(form_at(eval, &node->lhs, unit, days, as_of_day, NULL, -hardest, &lhs, err));
    ATN_TRY(form_at(eval, &node->rhs, unit, days, as_of_day, NULL, hardest, &rhs, err));
    *truth = compare_ranges(&lhs, node->relation, &rhs);
    return ATTAIN_OK;
}

static int attribute_truth(const atn_model *model, const atn_attribute_test *test, uint32_t unit)
{
    const uint16_t member = model->unit_member[(size_t)unit * model->n_attributes + test->attribute];
    return member == UINT16_MAX ? IS_UNKNOWN : atn_bit_get(test->members, member) ? IS_TRUE : IS_FALSE;
}

/* The checker bounds the depth of predicates, so recursion is safe. */
attain_status atn_eval_predicate(atn_eval *eval, uint32_t index, uint32_t unit, const attain_period *days,
                                 int32_t as_of_day, int *truth, attain_error *err)
{
    const atn_model *const model = &atn_eval_plan(eval)->model;
    const atn_node *const node = &model->nodes[index];
    if (node->kind == ATN_NODE_COMPARE) {
        return compare_at(eval, node, unit, days, as_of_day, truth, err);
    }
    if (node->kind == ATN_NODE_ATTRIBUTE) {
        *truth = attribute_truth(model, &node->test, unit);
        return ATTAIN_OK;
    }
    int left = IS_UNKNOWN;
    ATN_TRY(atn_eval_predicate(eval, node->left, unit, days, as_of_day, &left, err));
    if (node->kind == ATN_NODE_NOT) {
        *truth = left == IS_UNKNOWN ? IS_UNKNOWN : 1 - left;
        return ATTAIN_OK;
    }
    int right = IS_UNKNOWN;
    ATN_TRY(atn_eval_predicate(eval, node->right, unit, days, as_of_day, &right, err));
    const int decides = node->kind == ATN_NODE_AND ? IS_FALSE : IS_TRUE;
    if (left == decides || right == decides) {
        *truth = decides;
    } else {
        *truth = left == IS_UNKNOWN || right == IS_UNKNOWN ? IS_UNKNOWN : 1 - decides;
    }
    return ATTAIN_OK;
}
