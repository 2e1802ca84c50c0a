/* Groups: a unit's slots, parted by the chain of ancestors along which they roll up, and by the ancestor whose own figures take their place.
 *
 *   slots       1    2    3    4    5    6
 *   parent      A    A    A    B    B    B          the tree changed after slot 3
 *   A reports        x                              `at any level replaces`, a flow: A's own figure stands in slot 2
 *   groups      [1]  [2]  [3]  [4    5    6]
 *   chain       0    1    0    2                    [2] stops below A */
#include "facts/rollup.h"

static bool add_group(atn_view *view, atn_group group)
{
    void *groups = view->groups;
    if (!atn_alloc_grow(view->a, &groups, &view->cap_groups, view->n_groups + 1, sizeof *view->groups)) {
        return false;
    }
    view->groups = groups;
    view->groups[view->n_groups++] = group;
    return true;
}

static bool is_reporter(const atn_view *view, uint32_t unit)
{
    const atn_measure *measure = view->measure;
    return measure->reported != ATTAIN_PERIOD_NONE &&
           (measure->reported_type == ATN_NONE ||
            atn_type_includes(view->model, measure->reported_type, view->model->units[unit].type));
}

/* Without a type it is the units without children that report. */
static bool is_expected(const atn_view *view, uint32_t unit, int32_t day)
{
    return is_reporter(view, unit) &&
           (view->measure->reported_type != ATN_NONE || !atn_unit_has_children(view->model, unit, day));
}

bool atn_view_matters(const atn_view *view, uint32_t unit)
{
    return view->entry_first[unit + 1] > view->entry_first[unit] ||
           (view->n_due > 0 && is_reporter(view, unit));
}

/* ---- replacing ancestors ---- */

/* Has the unit an own figure, present or unknown, that meets these days? A stock's meets every day of the period. */
static bool stands_for(const atn_view *view, uint32_t unit, int32_t start_day, int32_t end_day)
{
    for (size_t i = view->entry_first[unit]; i < view->entry_first[unit + 1]; i++) {
        const atn_entry *entry = &view->entries[i];
        if (entry->maybe || atn_entry_is_not_applicable(entry)) {
            continue;
        }
        if (!view->measure->is_flow || (entry->start_day <= end_day && entry->end_day >= start_day)) {
            return true;
        }
    }
    return false;
}

static uint32_t find_stop(const atn_view *view, uint32_t unit, const atn_group *group, uint32_t slot)
{
    const atn_slots slots = atn_view_slots(view, unit);
    uint32_t above = atn_unit_parent(view->model, unit, group->day);
    while (above != ATN_NONE && !stands_for(view, above, slots.start_day[slot], slots.end_day[slot])) {
        above = atn_unit_parent(view->model, above, group->day);
    }
    return above;
}

static bool ancestors_report(const atn_view *view, uint32_t unit, int32_t day)
{
    uint32_t above = atn_unit_parent(view->model, unit, day);
    while (above != ATN_NONE && view->entry_first[above + 1] == view->entry_first[above]) {
        above = atn_unit_parent(view->model, above, day);
    }
    return above != ATN_NONE;
}

/* Adds the group, cut where the ancestor that stands for it changes. */
static bool add_cut_groups(atn_view *view, uint32_t unit, atn_group group)
{
    group.stop = ATN_NONE;
    if (view->measure->any_level != ATN_LEVEL_REPLACES || view->measure->law_units == ATN_LAW_NONE ||
        !ancestors_report(view, unit, group.day)) {
        return add_group(view, group);
    }
    if (!view->measure->is_flow) {
        group.stop = find_stop(view, unit, &group, group.first);
        return add_group(view, group);
    }
    atn_group piece = group;
    for (uint32_t slot = group.first; slot < group.end; slot++) {
        const uint32_t stop = find_stop(view, unit, &group, slot);
        if (slot > group.first && stop != piece.stop) {
            piece.end = slot;
            if (!add_group(view, piece)) {
                return false;
            }
            piece.first = slot;
        }
        piece.stop = stop;
    }
    piece.end = group.end;
    return add_group(view, piece);
}

/* ---- common slots ---- */

/* Slots in which the unit was abolished, or not there on the last day: they hold figures, but none is expected. */
static bool add_tails(atn_view *view, uint32_t unit)
{
    const atn_unit *u = &view->model->units[unit];
    for (uint32_t e = 0; e < u->n_edges; e++) {
        const int32_t until = view->model->edges[u->first_edge + e].until_day;
        size_t slot = 0;
        size_t high = view->n_slots;
        while (slot < high) {
            const size_t mid = slot + (high - slot) / 2;
            if (view->slot_end[mid] <= until) {
                slot = mid + 1;
            } else {
                high = mid;
            }
        }
        if (slot >= view->n_slots || view->slot_start[slot] > until ||
            atn_unit_last_valid(view->model, unit, view->slot_start[slot], view->slot_end[slot]) != until) {
            continue;
        }
        const atn_group group = {.first = (uint32_t)slot, .end = (uint32_t)slot + 1, .day = until};
        if (!add_cut_groups(view, unit, group)) {
            return false;
        }
    }
    return true;
}

static bool add_run_groups(atn_view *view, uint32_t unit)
{
    uint32_t first = 0;
    for (size_t r = 0; r < view->n_runs; r++) {
        const int32_t day = view->slot_end[first];
        if (atn_unit_is_valid(view->model, unit, day)) {
            const atn_group group = {.first = first,
                                     .end = view->run_end[r],
                                     .day = day,
                                     .expected = is_expected(view, unit, day)};
            if (!add_cut_groups(view, unit, group)) {
                return false;
            }
        }
        first = view->run_end[r];
    }
    return true;
}

/* ---- slots of the unit's own ---- */

static bool add_own_groups(atn_view *view, uint32_t unit)
{
    const atn_slots slots = atn_view_slots(view, unit);
    for (uint32_t s = 0; s < slots.n; s++) {
        const int32_t day = atn_unit_last_valid(view->model, unit, slots.start_day[s], slots.end_day[s]);
        const atn_group group = {.first = s, .end = s + 1, .day = day};
        if (!add_cut_groups(view, unit, group)) {
            return false;
        }
    }
    return true;
}

/* ---- chains ---- */

static bool same_chain(const atn_view *view, uint32_t unit, const atn_group *a, const atn_group *b)
{
    uint32_t x = unit;
    uint32_t y = unit;
    if (a->stop != b->stop) {
        return false;
    }
    while (x == y && x != ATN_NONE && x != a->stop) {
        x = atn_unit_parent(view->model, x, a->day);
        y = atn_unit_parent(view->model, y, b->day);
    }
    return x == y;
}

/* Numbers the chains in the order in which they appear. Neighbours mostly share one, so that is asked first. */
static void number_chains(atn_view *view, uint32_t unit)
{
    view->n_chains = 0;
    for (size_t g = 0; g < view->n_groups; g++) {
        atn_group *group = &view->groups[g];
        group->chain = view->n_chains;
        for (size_t h = g; h-- > 0;) {
            if (same_chain(view, unit, group, &view->groups[h])) {
                group->chain = view->groups[h].chain;
                break;
            }
        }
        if (group->chain == view->n_chains) {
            view->n_chains++;
        }
    }
}

/* Slots of the unit's own have a group each. */
static const atn_group *group_of(const atn_view *view, uint32_t slot)
{
    if (view->slot_first != NULL) {
        return &view->groups[slot];
    }
    for (size_t g = 0; g < view->n_groups; g++) {
        if (slot >= view->groups[g].first && slot < view->groups[g].end) {
            return &view->groups[g];
        }
    }
    return NULL;
}

/* An entry in no group stands where its unit was never valid; intake lets none in, and it adds nothing. */
static void mark_entries(atn_view *view, uint32_t unit)
{
    const atn_group *group = NULL;
    for (size_t i = view->entry_first[unit]; i < view->entry_first[unit + 1]; i++) {
        atn_entry *entry = &view->entries[i];
        if (group == NULL || entry->slot < group->first || entry->slot >= group->end) {
            group = group_of(view, entry->slot);
        }
        entry->chain = group != NULL ? group->chain : ATN_NONE;
        entry->expected = group != NULL && group->expected && entry->slot < view->n_due;
    }
}

bool atn_view_group(atn_view *view, uint32_t unit)
{
    view->n_groups = 0;
    const bool good = view->slot_first != NULL ? add_own_groups(view, unit)
                                               : add_run_groups(view, unit) && add_tails(view, unit);
    if (!good) {
        return false;
    }
    number_chains(view, unit);
    void *chain_in = view->chain_in;
    if (!atn_alloc_grow(view->a, &chain_in, &view->cap_chain_in, (size_t)view->n_chains + 1,
                        sizeof *view->chain_in)) {
        return false;
    }
    view->chain_in = chain_in;
    mark_entries(view, unit);
    return true;
}
