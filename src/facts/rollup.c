/* Roll-up: what a measure is worth at every unit. Three reductions, always in this order (semantics section 2):
 *
 *   one unit, one member combination     over time: sum, min, max, or the last slot
 *   one unit                             over its categories, the last one first
 *   units                                along the parents, each unit adding to itself and to its ancestors
 *
 * Every step carries value and range side by side: value is the law over the figures that are there, the range the same law over what each
 * figure may be. An expected figure that is absent, and one that is missing for any reason but "not applicable", may be anything.
 *
 * `last` over time takes one slot, so it goes along one chain: that of the last expected slot, or of a later one that is reported. A unit that
 * is not there on the period's last day adds its last stock to no other: those who took it over report it now. */
#include "facts/rollup.h"

#include "facts/cube.h"
#include <string.h>

/* ---- sums ---- */

/* The unknown figure: [0, inf), or (-inf, inf) with any sign. */
static atn_sum sum_absent(const atn_measure *measure)
{
    return (atn_sum){.low_infinite = measure->any_sign ? -1 : 0, .high_infinite = 1, .flags = ATN_LINE_OPEN};
}

static atn_sum sum_of(const atn_view *view, const atn_entry *entry)
{
    const attain_i128 one = atn_i128_from_i64(1);
    const attain_i128 less = atn_i128_from_i64(-1);
    atn_sum sum = {.has_value = true, .has_cell = true};
    bool overflow = false; /* an int64 and 1 */
    sum.value = atn_i128_from_i64(entry->value);
    sum.low = sum.value;
    sum.high = sum.value;
    switch ((attain_qualifier)entry->qualifier) {
    case ATTAIN_MORE_THAN: sum.low = atn_i128_add(sum.value, one, &overflow); break;
    case ATTAIN_LESS_THAN: sum.high = atn_i128_add(sum.value, less, &overflow); break;
    case ATTAIN_ESTIMATED: sum.flags = ATN_LINE_ESTIMATED; break;
    default: break;
    }
    if (entry->qualifier == ATTAIN_MORE_THAN || entry->qualifier == ATTAIN_AT_LEAST_VALUE) {
        sum.high = atn_i128_from_i64(0);
        sum.high_infinite = 1;
        sum.flags = ATN_LINE_BOUND;
    } else if (entry->qualifier == ATTAIN_LESS_THAN || entry->qualifier == ATTAIN_AT_MOST_VALUE) {
        sum.low = atn_i128_from_i64(0);
        sum.low_infinite = view->measure->any_sign ? -1 : 0;
        sum.flags = ATN_LINE_BOUND;
    }
    return sum;
}

static void add_end(attain_i128 *into, int8_t *into_infinite, attain_i128 from, int8_t from_infinite,
                    bool *overflow)
{
    if (*into_infinite == 0 && from_infinite == 0) {
        *into = atn_i128_add(*into, from, overflow);
        return;
    }
    *into = atn_i128_from_i64(0);
    *into_infinite = *into_infinite != 0 ? *into_infinite : from_infinite;
}

/* Low ends are finite or -inf, high ends finite or +inf, so that comparing the signs of infinities is enough. */
static void choose_end(attain_i128 *into, int8_t *into_infinite, attain_i128 from, int8_t from_infinite,
                       bool least)
{
    int order = *into_infinite - from_infinite;
    if (order == 0 && from_infinite == 0) {
        order = atn_i128_compare(*into, from);
    }
    if (least ? order > 0 : order < 0) {
        *into = from;
        *into_infinite = from_infinite;
    }
}

static uint32_t add_counts(uint32_t a, uint32_t b)
{
    return a > UINT32_MAX - b ? UINT32_MAX : a + b;
}

static void sum_combine(atn_sum *into, const atn_sum *from, atn_law law)
{
    bool overflow = false;
    if (law == ATN_LAW_MIN || law == ATN_LAW_MAX) {
        const bool least = law == ATN_LAW_MIN;
        int8_t none = 0;
        if (into->has_value && from->has_value) {
            choose_end(&into->value, &none, from->value, 0, least);
        } else if (from->has_value) {
            into->value = from->value;
        }
        choose_end(&into->low, &into->low_infinite, from->low, from->low_infinite, least);
        choose_end(&into->high, &into->high_infinite, from->high, from->high_infinite, least);
    } else {
        into->value = atn_i128_add(into->value, from->value, &overflow);
        add_end(&into->low, &into->low_infinite, from->low, from->low_infinite, &overflow);
        add_end(&into->high, &into->high_infinite, from->high, from->high_infinite, &overflow);
    }
    into->has_value = into->has_value || from->has_value;
    into->has_cell = into->has_cell || from->has_cell;
    into->flags = (uint8_t)(into->flags | from->flags | (overflow ? ATN_LINE_OVERFLOW : 0));
    into->n_reported = add_counts(into->n_reported, from->n_reported);
    into->n_expected = add_counts(into->n_expected, from->n_expected);
}

static void combine_part(atn_part *into, const atn_part *from, atn_law law)
{
    const uint8_t flags = (uint8_t)(into->sum.flags | from->sum.flags);
    if (from->touched && into->touched) {
        sum_combine(&into->sum, &from->sum, law);
    } else if (from->touched) {
        *into = *from;
    }
    into->sum.flags = (uint8_t)(into->sum.flags | flags);
}

/* A law that gives no value here: the figures are there, and nothing is said about what they are together. */
static void forget_value(const atn_view *view, atn_part *part)
{
    const atn_sum before = part->sum;
    if (!part->touched) {
        return;
    }
    part->sum = sum_absent(view->measure);
    part->sum.n_reported = before.n_reported;
    part->sum.n_expected = before.n_expected;
    part->sum.flags = (uint8_t)(part->sum.flags | (before.flags & ATN_LINE_GROUPS));
}

/* ---- over time ---- */

/* What is expected of the unit in the groups at hand. */
typedef struct expectation {
    uint32_t n;
    int64_t last; /* slot; -1: none */
} expectation;

/* The expected slots of chains that are in; of those before `before`. */
static expectation expect(const atn_view *view, int64_t before)
{
    expectation found = {0, -1};
    for (size_t g = 0; g < view->n_groups; g++) {
        const atn_group *group = &view->groups[g];
        int64_t end = group->end < view->n_due ? group->end : view->n_due;
        end = end < before ? end : before;
        if (!group->expected || !view->chain_in[group->chain] || end <= group->first) {
            continue;
        }
        found.n += (uint32_t)(end - group->first);
        found.last = end - 1 > found.last ? end - 1 : found.last;
    }
    return found;
}

static bool is_in(const atn_view *view, const atn_entry *entry)
{
    return !entry->maybe && entry->chain != ATN_NONE && view->chain_in[entry->chain];
}

/* The last expected slot that does not say "not applicable"; -1: none. Entries are in slot order. */
static int64_t last_expected(const atn_view *view, const atn_entry *entries, size_t n, int64_t last)
{
    for (size_t i = n; i-- > 0 && last >= 0;) {
        if (entries[i].slot == last && is_in(view, &entries[i]) && atn_entry_is_not_applicable(&entries[i])) {
            last = expect(view, last).last;
        }
    }
    return last;
}

static void take_last(const atn_view *view, const atn_entry *entries, size_t n, int64_t last, atn_sum *sum)
{
    const atn_entry *present = NULL;
    const atn_entry *unknown = NULL;
    for (size_t i = 0; i < n; i++) {
        if (!is_in(view, &entries[i]) || atn_entry_is_not_applicable(&entries[i])) {
            continue;
        }
        if (atn_entry_is_missing(&entries[i])) {
            unknown = &entries[i];
        } else {
            present = &entries[i];
        }
    }
    const int64_t present_slot = present != NULL ? (int64_t)present->slot : -1;
    last = last_expected(view, entries, n, last);
    const bool open = present_slot < last || (unknown != NULL && unknown->slot > present_slot);
    atn_sum at_last = present != NULL ? sum_of(view, present) : (atn_sum){.has_cell = unknown != NULL};
    if (open) {
        atn_sum absent = sum_absent(view->measure);
        absent.value = at_last.value;
        absent.has_value = at_last.has_value;
        absent.has_cell = at_last.has_cell;
        /* The earlier figure is shown, not used: that it was a bound keeps nothing open. */
        const unsigned shown = at_last.flags & ~(unsigned)ATN_LINE_BOUND;
        absent.flags = (uint8_t)(absent.flags | shown | (present != NULL ? ATN_LINE_NOT_LAST : 0));
        at_last = absent;
    }
    at_last.n_reported = sum->n_reported;
    at_last.n_expected = sum->n_expected;
    *sum = at_last;
}

/* One member combination over time. entries: those of the combination, in slot order (n may be 0). */
static atn_part reduce_time(const atn_view *view, const atn_entry *entries, size_t n, expectation expected,
                            bool one_slot)
{
    const atn_law law = view->measure->law_time;
    const atn_law combine = law == ATN_LAW_MIN || law == ATN_LAW_MAX ? law : ATN_LAW_SUM;
    atn_part part = {.touched = false};
    uint32_t n_answered = 0; /* expected slots with any entry */
    uint32_t n_reported = 0;
    uint32_t n_not_applicable = 0;
    bool unknown = false;
    for (size_t i = 0; i < n; i++) {
        const atn_entry *entry = &entries[i];
        if (!is_in(view, entry)) {
            continue;
        }
        n_answered += entry->expected ? 1 : 0;
        if (atn_entry_is_not_applicable(entry)) {
            n_not_applicable += entry->expected ? 1 : 0;
        } else if (atn_entry_is_missing(entry)) {
            unknown = true;
        } else {
            n_reported += entry->expected ? 1 : 0;
            const atn_part figure = {sum_of(view, entry), true};
            combine_part(&part, &figure, combine);
        }
    }
    if (unknown || expected.n > n_answered) {
        atn_part absent = {sum_absent(view->measure), true};
        absent.sum.has_cell = unknown;
        combine_part(&part, &absent, combine);
    }
    part.sum.n_reported = n_reported;
    part.sum.n_expected = expected.n - n_not_applicable;
    if (law == ATN_LAW_LAST && part.touched) {
        take_last(view, entries, n, expected.last, &part.sum);
    } else if (law != combine && !(law == ATN_LAW_NONE && one_slot)) {
        forget_value(view, &part);
    }
    return part;
}

/* ---- over categories ---- */

/* Reduces the innermost category: m neighbours become one. cell_state: 0 not picked, 1 picked, 2 and with a figure. */
static size_t reduce_category(const atn_view *view, size_t n, uint32_t m, atn_law law)
{
    for (size_t i = 0; i < n / m; i++) {
        atn_part whole = {.touched = false};
        uint32_t n_picked = 0;
        for (size_t k = i * m; k < (i + 1) * m; k++) {
            const atn_part part = {view->cell_sums[k], view->cell_state[k] == 2};
            n_picked += view->cell_state[k] != 0 ? 1 : 0;
            if (view->cell_state[k] != 0) {
                combine_part(&whole, &part, law);
            }
        }
        if (law != ATN_LAW_SUM && law != ATN_LAW_MIN && law != ATN_LAW_MAX && n_picked != 1) {
            forget_value(view, &whole);
        }
        view->cell_sums[i] = whole.sum;
        view->cell_state[i] = n_picked == 0 ? 0 : whole.touched ? 2 : 1;
    }
    return n / m;
}

/* The entries of one combination from `at` on. */
static size_t cell_end(const atn_view *view, size_t at, size_t end)
{
    size_t to = at + 1;
    while (to < end && view->entries[to].cell == view->entries[at].cell) {
        to++;
    }
    return to;
}

/* Combinations without an entry are all alike: one of them stands for all. */
static atn_part sum_cells(const atn_view *view, uint32_t unit, expectation expected, bool one_slot)
{
    atn_part whole = {.touched = false};
    uint32_t n_seen = 0;
    const size_t end = view->entry_first[unit + 1];
    for (size_t at = view->entry_first[unit]; at < end;) {
        const size_t to = cell_end(view, at, end);
        if (!view->entries[at].maybe) {
            const atn_part part = reduce_time(view, view->entries + at, to - at, expected, one_slot);
            combine_part(&whole, &part, ATN_LAW_SUM);
            n_seen++;
        }
        at = to;
    }
    if (view->n_picked > n_seen && expected.n > 0) {
        atn_part part = reduce_time(view, NULL, 0, expected, one_slot);
        const uint64_t n = (uint64_t)part.sum.n_expected * (view->n_picked - n_seen);
        part.sum.n_expected = n > UINT32_MAX ? UINT32_MAX : (uint32_t)n;
        combine_part(&whole, &part, ATN_LAW_SUM);
    }
    return whole;
}

static atn_part reduce_cells(const atn_view *view, uint32_t unit, expectation expected, bool one_slot)
{
    const atn_measure *measure = view->measure;
    const size_t end = view->entry_first[unit + 1];
    const atn_entry *entries = view->entries;
    size_t at = view->entry_first[unit];
    for (uint32_t cell = 0; cell < measure->n_cells; cell++) {
        view->cell_state[cell] = atn_bit_get(view->picked, cell) ? 1 : 0;
        const size_t n_here = at < end && entries[at].cell == cell ? cell_end(view, at, end) - at : 0;
        if (view->cell_state[cell] != 0) {
            const atn_part part =
                reduce_time(view, n_here > 0 ? &entries[at] : NULL, n_here, expected, one_slot);
            view->cell_sums[cell] = part.sum;
            view->cell_state[cell] = part.touched ? 2 : 1;
        }
        at += n_here;
    }
    size_t n = measure->n_cells;
    for (uint32_t p = measure->n_categories; p-- > 0;) {
        n = reduce_category(view, n, view->model->categories[measure->category[p]].n_members,
                            measure->law_category[p]);
    }
    return (atn_part){view->cell_sums[0], view->cell_state[0] == 2};
}

static bool has_maybe_entry(const atn_view *view, uint32_t unit)
{
    for (size_t i = view->entry_first[unit]; i < view->entry_first[unit + 1]; i++) {
        const atn_entry *entry = &view->entries[i];
        if (entry->maybe && entry->chain != ATN_NONE && view->chain_in[entry->chain] &&
            !atn_entry_is_not_applicable(entry)) {
            return true;
        }
    }
    return false;
}

/* The unit's own worth over the chains that are in. */
static atn_part reduce_unit(const atn_view *view, uint32_t unit)
{
    const expectation expected = expect(view, INT64_MAX);
    const bool one_slot = atn_view_slots(view, unit).n == 1;
    atn_part part = view->cell_sums == NULL ? sum_cells(view, unit, expected, one_slot)
                                            : reduce_cells(view, unit, expected, one_slot);
    if (view->some_maybe && (expected.n > 0 || has_maybe_entry(view, unit))) {
        part.sum.flags |= ATN_LINE_GROUPS;
    }
    return part;
}

/* ---- over units ---- */

static void all_chains_in(const atn_view *view, bool in)
{
    memset(view->chain_in, in ? 1 : 0, view->n_chains * sizeof *view->chain_in);
}

static bool climb(const atn_view *view, uint32_t unit, const atn_group *group, const atn_part *part,
                  atn_part_fn fn, void *ctx)
{
    uint32_t above = atn_unit_parent(view->model, unit, group->day);
    while (above != ATN_NONE && above != group->stop) {
        if (!fn(ctx, above, part)) {
            return false;
        }
        above = atn_unit_parent(view->model, above, group->day);
    }
    return true;
}

/* The group that decides where a last slot goes: of the last slot that the unit reports, due or not (where it goes may not depend on the
 * as-of day, or its slots would be counted under one parent and its figure under another), or of a later one with an entry. */
static const atn_group *last_group(const atn_view *view, uint32_t unit)
{
    int64_t slot = -1;
    for (size_t g = 0; g < view->n_groups; g++) {
        const int64_t end = view->groups[g].end;
        slot = view->groups[g].expected && end - 1 > slot ? end - 1 : slot;
    }
    for (size_t i = view->entry_first[unit]; i < view->entry_first[unit + 1]; i++) {
        const atn_entry *entry = &view->entries[i];
        if (entry->chain != ATN_NONE && entry->slot > slot && !atn_entry_is_not_applicable(entry)) {
            slot = entry->slot;
        }
    }
    for (size_t g = 0; g < view->n_groups; g++) {
        if (slot >= view->groups[g].first && slot < view->groups[g].end) {
            return &view->groups[g];
        }
    }
    return NULL;
}

static bool add_reach(atn_view *view, size_t *n, uint32_t unit, uint32_t chain)
{
    void *reach = view->reach;
    if (!atn_alloc_grow(view->a, &reach, &view->cap_reach, *n + 1, sizeof *view->reach)) {
        return false;
    }
    view->reach = reach;
    size_t at = (*n)++;
    while (at > 0 && view->reach[at - 1].unit > unit) {
        view->reach[at] = view->reach[at - 1];
        at--;
    }
    view->reach[at] = (atn_reach){unit, chain};
    return true;
}

/* Ancestors with the chains that reach them, sorted by ancestor. */
static bool find_reach(atn_view *view, uint32_t unit, size_t *n)
{
    *n = 0;
    for (uint32_t chain = 0; chain < view->n_chains; chain++) {
        size_t g = 0;
        while (view->groups[g].chain != chain) {
            g++;
        }
        const atn_group *group = &view->groups[g];
        uint32_t above = atn_unit_parent(view->model, unit, group->day);
        while (above != ATN_NONE && above != group->stop) {
            if (!add_reach(view, n, above, chain)) {
                return false;
            }
            above = atn_unit_parent(view->model, above, group->day);
        }
    }
    return true;
}

/* Several chains: each ancestor gets the chains that reach it, reduced together. */
static bool contribute_apart(atn_view *view, uint32_t unit, const atn_part *whole, atn_part_fn fn, void *ctx)
{
    size_t n;
    if (!find_reach(view, unit, &n)) {
        return false;
    }
    for (size_t from = 0, to; from < n; from = to) {
        all_chains_in(view, false);
        for (to = from; to < n && view->reach[to].unit == view->reach[from].unit; to++) {
            view->chain_in[view->reach[to].chain] = true;
        }
        const atn_part part = to - from == view->n_chains ? *whole : reduce_unit(view, unit);
        if (!fn(ctx, view->reach[from].unit, &part)) {
            return false;
        }
    }
    return true;
}

bool atn_view_contribute(atn_view *view, uint32_t unit, atn_part_fn fn, void *ctx)
{
    if (!atn_view_matters(view, unit)) {
        return true;
    }
    atn_view_pick(view, unit);
    if (!atn_view_group(view, unit)) {
        return false;
    }
    if (view->n_groups == 0) {
        return true;
    }
    all_chains_in(view, true);
    const atn_part whole = reduce_unit(view, unit);
    if (!fn(ctx, unit, &whole)) {
        return false;
    }
    if (view->measure->law_units == ATN_LAW_NONE) {
        return true;
    }
    if (view->measure->law_time == ATN_LAW_LAST) {
        const atn_group *group = last_group(view, unit);
        const bool there = atn_unit_is_valid(view->model, unit, view->request.period.end_day);
        return group == NULL || !there || climb(view, unit, group, &whole, fn, ctx);
    }
    return view->n_chains == 1 ? climb(view, unit, &view->groups[0], &whole, fn, ctx)
                               : contribute_apart(view, unit, &whole, fn, ctx);
}

/* ---- lines ---- */

typedef struct line {
    atn_part *parts;
    atn_law law;
} line;

static bool add_to_line(void *ctx, uint32_t unit, const atn_part *part)
{
    const line *out = ctx;
    combine_part(&out->parts[unit], part, out->law);
    return true;
}

/* Where everything is plain, a cube knows the line without a view of it. */
attain_status atn_facts_line(const attain_facts *facts, const atn_line_request *request,
                             const attain_allocator *a, atn_sum *result, attain_error *err)
{
    bool done;
    ATN_TRY(atn_cube_line(facts, request, a, result, &done, err));
    if (done) {
        return ATTAIN_OK;
    }
    atn_view view;
    ATN_TRY(atn_view_init(&view, facts, request, a, err));
    const uint32_t n_units = view.model->n_units;
    const atn_law law = view.measure->law_units;
    line out = {atn_alloc_array(a, n_units, sizeof *out.parts),
                law == ATN_LAW_MIN || law == ATN_LAW_MAX ? law : ATN_LAW_SUM};
    bool good = out.parts != NULL;
    for (uint32_t unit = 0; good && unit < n_units; unit++) {
        good = atn_view_contribute(&view, unit, add_to_line, &out);
    }
    for (uint32_t unit = 0; good && unit < n_units; unit++) {
        result[unit] = out.parts[unit].sum;
    }
    if (out.parts != NULL) {
        atn_alloc_free_array(a, out.parts, n_units, sizeof *out.parts);
    }
    atn_view_free(&view);
    return good ? ATTAIN_OK : atn_error_memory(err, "rolling facts up");
}
