/* Learning: what the slow way says of a text or a unit, asked once. See lane.h. */
#include "facts/lane_parts.h"

#include <string.h>

/* ---- rules ---- */

static bool any_place(const atn_measure *measure)
{
    return measure->law_units == ATN_LAW_NONE || measure->any_level != ATN_LEVEL_LEAVES;
}

static bool by_type(const atn_measure *measure)
{
    return !any_place(measure) && measure->reported != ATTAIN_PERIOD_NONE &&
           measure->reported_type != ATN_NONE;
}

static bool same_rule(const atn_measure *a, const atn_measure *b)
{
    return any_place(a) == any_place(b) && by_type(a) == by_type(b) &&
           (!by_type(a) || a->reported_type == b->reported_type);
}

void atn_lane_know_rules(atn_lane *lane)
{
    const atn_model *model = &lane->facts->plan->model;
    for (uint32_t m = 0; m < model->n_measures; m++) {
        lane->measure[m].rule = ATN_NONE;
        for (uint32_t k = 0; k < m && lane->measure[m].rule == ATN_NONE; k++) {
            if (same_rule(&model->measures[k], &model->measures[m])) {
                lane->measure[m].rule = lane->measure[k].rule;
            }
        }
        if (lane->measure[m].rule == ATN_NONE) {
            lane->measure[m].rule = lane->n_rules++;
        }
    }
}

/* ---- words and periods ---- */

static void keep(atn_learner *l, atn_words *words, atn_str text, uint32_t value)
{
    if (text.len <= ATN_WORD_BYTES && value != ATN_NONE) {
        const atn_word word = atn_word_of(text.data, text.len);
        l->no_memory = !atn_words_add(words, &l->lane->alloc, word, value) || l->no_memory;
    }
}

uint32_t atn_lane_learn_unit(atn_learner *l, atn_str text)
{
    const uint32_t unit = atn_names_find(&l->lane->facts->plan->model.unit_names, text);
    keep(l, &l->lane->units, text, unit);
    return unit;
}

uint32_t atn_lane_learn_measure(atn_learner *l, atn_str text)
{
    const uint32_t measure = atn_find_measure(&l->lane->facts->plan->model, text);
    keep(l, &l->lane->measures, text, measure);
    return measure;
}

uint32_t atn_lane_learn_member(atn_learner *l, uint32_t column, atn_str text)
{
    const atn_model *model = &l->lane->facts->plan->model;
    const atn_member_set *set = &model->categories[l->lane->columns.member_category[column]];
    for (uint32_t m = 0; m < set->n_members; m++) {
        if (atn_str_equal(set->member[m], text)) {
            keep(l, &l->lane->members[column], text, m);
            return m;
        }
    }
    return ATN_NONE;
}

/* Periods that a column does not hold are not taken. */
uint32_t atn_lane_learn_period(atn_learner *l, atn_str text)
{
    atn_lane *lane = l->lane;
    attain_period period;
    attain_period again;
    int32_t code;
    if (text.len > ATN_WORD_BYTES || atn_period_parse(text, &period) != NULL ||
        !atn_period_is_sound(period) || !atn_period_encode(period, &code) ||
        !atn_period_decode(code, &again) || !atn_period_equal(period, again)) {
        return ATN_NONE;
    }
    void *items = lane->period;
    if (lane->n_periods >= UINT32_MAX - 1u || !atn_alloc_grow(&lane->alloc, &items, &lane->cap_periods,
                                                              lane->n_periods + 1, sizeof *lane->period)) {
        l->no_memory = true;
        return ATN_NONE;
    }
    lane->period = items;
    lane->period[lane->n_periods] =
        (atn_lane_period){code, period.start_day, period.end_day, (uint8_t)period.type};
    keep(l, &lane->periods, text, (uint32_t)lane->n_periods);
    return (uint32_t)lane->n_periods++;
}

/* ---- units ---- */

/* Does it depend on the period whether the unit may report, other than by the days on which the unit is valid? */
static uint8_t state_of(const atn_model *model, const atn_measure *measure, uint32_t index)
{
    const atn_unit *unit = &model->units[index];
    if (unit->n_edges != 1 || (unit->has_children && !any_place(measure) && !by_type(measure))) {
        return ATN_STATE_ASK;
    }
    const atn_edge *edge = &model->edges[unit->first_edge];
    return edge->from_day <= ATN_DAY_MIN && edge->until_day >= ATN_DAY_MAX ? ATN_STATE_ALWAYS
                                                                           : ATN_STATE_WHILE_VALID;
}

bool atn_lane_may_report(atn_learner *l, uint32_t measure, uint32_t unit, const atn_lane_period *period)
{
    atn_lane *lane = l->lane;
    const atn_model *model = &lane->facts->plan->model;
    uint8_t **states = &lane->unit_states[lane->measure[measure].rule];
    if (*states == NULL) {
        *states = atn_alloc_array(&lane->alloc, model->n_units, 1);
        if (*states == NULL) {
            l->no_memory = true;
            return false;
        }
    }
    const uint8_t state = (*states)[unit];
    if (state == ATN_STATE_WHILE_VALID) {
        const atn_edge *edge = &model->edges[model->units[unit].first_edge];
        if (edge->from_day <= period->start_day && period->end_day <= edge->until_day) {
            return true;
        }
    }
    attain_period whole;
    atn_row row;
    memset(&row, 0, sizeof row);
    row.unit = unit;
    row.measure = measure;
    if (!atn_period_decode(period->code, &whole)) {
        return false;
    }
    atn_row_set_period(&row, whole);
    if (atn_row_check(lane->facts, &row, NULL) != ATTAIN_OK) {
        return false;
    }
    if (state == ATN_STATE_UNKNOWN) {
        (*states)[unit] = state_of(model, &model->measures[measure], unit);
    }
    return true;
}
