/* Feeders: the units whose figures may count at some units. Figures roll up along the tree of their day, so a unit feeds those that it
 * stood beneath on some day, together: B in A until 2019, A in R from 2020 on does not bring B's figures to R.
 *
 *     R <-- A (from 2020)        marks of the walk:  ALWAYS     on every day of its validity
 *           A <-- B (until 2019)                     SOMETIMES  on some of them
 *                                                    NEVER
 *
 * A unit is looked up along its parents, within the days that it stood there. Where the parent's mark is known it settles the matter: the
 * ordinary plan, whose units stand in tree order, is done in one pass over its edges. No memory is needed beyond a byte a unit.
 *
 * Merge and split carry figures from the units before to those after, which may themselves have come from others: what stands before is
 * asked for as well, until nothing is added. */
#include "model/model.h"

#include <string.h>

enum { NEVER = 0, SOMETIMES = 1, ALWAYS = 2, UNKNOWN = 3 };

/* Stood the unit beneath one that is asked for on a day of [from, until]? No deeper than the tree: the checker allows no cycles, over all
 * days, and 64 levels. */
static bool feeds_within(const atn_model *model, const uint8_t *marks, uint32_t unit, int32_t from_day,
                         int32_t until_day)
{
    if (marks[unit] == ALWAYS || marks[unit] == NEVER) {
        return marks[unit] == ALWAYS;
    }
    const atn_edge *const edges = &model->edges[model->units[unit].first_edge];
    bool feeds = false;
    for (uint32_t e = model->units[unit].n_edges; e > 0 && !feeds && edges[e - 1].until_day >= from_day;
         e--) {
        const atn_edge *const edge = &edges[e - 1];
        if (edge->parent != ATN_NONE && edge->from_day <= until_day) {
            feeds = feeds_within(model, marks, edge->parent,
                                 edge->from_day > from_day ? edge->from_day : from_day,
                                 edge->until_day < until_day ? edge->until_day : until_day);
        }
    }
    return feeds;
}

static uint8_t mark_of(const atn_model *model, const uint8_t *marks, uint32_t unit)
{
    const atn_edge *const edges = &model->edges[model->units[unit].first_edge];
    bool always = true;
    for (uint32_t e = 0; e < model->units[unit].n_edges; e++) {
        always = always && edges[e].parent != ATN_NONE && marks[edges[e].parent] == ALWAYS;
    }
    return always                                                             ? ALWAYS
           : feeds_within(model, marks, unit, ATTAIN_DAY_MIN, ATTAIN_DAY_MAX) ? SOMETIMES
                                                                              : NEVER;
}

static void mark_beneath(const atn_model *model, uint8_t *marks)
{
    for (uint32_t u = 0; u < model->n_units; u++) {
        marks[u] = marks[u] == ALWAYS ? ALWAYS : UNKNOWN;
    }
    for (uint32_t u = 0; u < model->n_units; u++) {
        marks[u] = marks[u] == ALWAYS ? ALWAYS : mark_of(model, marks, u);
    }
}

/* Asks for the units before an event of which a unit after it feeds; false: nothing was added. */
static bool add_before_events(const atn_model *model, uint8_t *marks)
{
    bool added = false;
    bool goes_on = true;
    while (goes_on) {
        goes_on = false;
        for (uint32_t i = 0; i < model->n_boundaries; i++) {
            const atn_boundary *const event = &model->boundaries[i];
            bool is_asked = false;
            for (uint32_t k = 0; k < event->n_to && event->kind != ATN_BOUNDARY_RENAME; k++) {
                is_asked = is_asked || marks[event->to[k]] != NEVER;
            }
            for (uint32_t k = 0; k < event->n_from && is_asked; k++) {
                goes_on = goes_on || marks[event->from[k]] != ALWAYS;
                marks[event->from[k]] = ALWAYS;
            }
        }
        added = added || goes_on;
    }
    return added;
}

void atn_unit_feeders(const atn_model *model, const uint32_t *at, size_t n_at, uint8_t *feeds)
{
    if (model->n_units == 0) {
        return;
    }
    memset(feeds, NEVER, model->n_units);
    for (size_t i = 0; i < n_at; i++) {
        feeds[at[i]] = ALWAYS;
    }
    do {
        mark_beneath(model, feeds);
    } while (add_before_events(model, feeds));
    for (uint32_t u = 0; u < model->n_units; u++) {
        feeds[u] = feeds[u] != NEVER;
    }
}
