/* Figures: what a measure says at a node of the tree for a period.
 *
 *   time first, within a unit and a combination of members     Q1 Q2 Q3 Q4  --law over time-->  one
 *   then members                                               a, b, c      --law over category-->
 *   then units                                                 U and all that roll up to it     --law over units-->
 *
 * Each slot rolls up along the parents that its unit had on its last valid day in the slot. */
#include "oracle.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_SLOTS = 256 };

static const fact *fact_of(const world *w, const measure *m, int unit_index, int cell, span slot)
{
    const int key = (int)(m - w->measures) * w->n_units + unit_index;
    for (int i = w->first_fact[key]; i < w->first_fact[key + 1]; i++) {
        const fact *const f = &w->facts[i];
        if (f->cell == cell && f->period.start == slot.start && f->period.end == slot.end) {
            return f;
        }
    }
    return NULL;
}

static bool reports(const world *w, const measure *m, int unit_index, span slot)
{
    if (m->every == SPAN_NONE || edge_on(w, unit_index, slot.end) == NULL) {
        return false;
    }
    return m->by_type >= 0 ? is_of_type(w, unit_index, m->by_type)
                           : !has_children_on(w, unit_index, slot.end);
}

static range range_of_fact(const measure *m, const fact *f, frac said, frac last_unit)
{
    range r = range_point(said);
    const end least = m->any_sign ? end_infinite(-1) : end_at(frac_of(0, 1));
    switch (f->qualifier) {
    case IS_MORE: r = (range){end_at(frac_add(said, last_unit)), end_infinite(1)}; break;
    case IS_AT_LEAST: r = (range){end_at(said), end_infinite(1)}; break;
    case IS_LESS: r = (range){least, end_at(frac_sub(said, last_unit))}; break;
    case IS_AT_MOST: r = (range){least, end_at(said)}; break;
    default: break;
    }
    return r;
}

cell_now oracle_cell(const world *w, const measure *m, int unit_index, int cell, span slot, int as_of)
{
    const fact *const f = fact_of(w, m, unit_index, cell, slot);
    cell_now now = {CELL_NOTHING, false, {0, 1}, range_all(m->any_sign), false, false};
    if (f != NULL && f->qualifier == IS_MISSING && f->reason == ATTAIN_REASON_NOT_APPLICABLE) {
        return now;
    }
    const bool is_reporter = reports(w, m, unit_index, slot);
    now.expected = is_reporter && due_day(m, slot) <= as_of;
    if (f == NULL || f->qualifier == IS_MISSING) {
        /* Not due yet is absent all the same: a figure that nobody has given opens the range. */
        now.kind = f != NULL || is_reporter ? CELL_ABSENT : CELL_NOTHING;
        return now;
    }
    const int decimals = m->decimals + (m->is_percent ? 2 : 0);
    now.kind = CELL_PRESENT;
    now.value = frac_decimal(f->value, decimals);
    now.r = range_of_fact(m, f, now.value, frac_decimal(1, decimals));
    now.bound = f->qualifier >= IS_MORE && f->qualifier <= IS_AT_MOST;
    now.estimated = f->qualifier == IS_ESTIMATED;
    return now;
}

/* ---- slots ---- */

static int declared_slots(const measure *m, span p, span *slots, int cap)
{
    int n = 0;
    span s = span_holding(m->every, 1, p.start);
    const span first = s;
    if (s.start < p.start) {
        s = span_next(s);
    }
    for (; s.end <= p.end && n < cap; s = span_next(s)) {
        slots[n++] = s;
    }
    if (n == 0 && !m->is_flow && span_inside(p, first)) {
        slots[n++] = first;
    }
    return n;
}

static void add_slot(span *slots, int *n, int cap, span s)
{
    int at = *n;
    for (int i = 0; i < *n; i++) {
        if (slots[i].start == s.start && slots[i].end == s.end) {
            return;
        }
    }
    if (*n == cap) {
        abort();
    }
    for (; at > 0 &&
           (slots[at - 1].end > s.end || (slots[at - 1].end == s.end && slots[at - 1].start > s.start));
         at--) {
        slots[at] = slots[at - 1];
    }
    slots[at] = s;
    ++*n;
}

/* Without a rhythm the slots are the periods of the unit's facts, whatever their members: those in P; for a stock that has none
 * there, the shortest that holds P and is a figure (of equal ones the later). */
static int loose_slots(const world *w, const measure *m, int unit_index, span p, span *slots, int cap)
{
    const int key = (int)(m - w->measures) * w->n_units + unit_index;
    const fact *holder = NULL;
    int n = 0;
    for (int i = w->first_fact[key]; i < w->first_fact[key + 1]; i++) {
        const fact *const f = &w->facts[i];
        if (span_inside(f->period, p)) {
            add_slot(slots, &n, cap, f->period);
        } else if (!m->is_flow && f->qualifier != IS_MISSING && span_inside(p, f->period)) {
            const int days = f->period.end - f->period.start;
            const int least = holder == NULL ? 0 : holder->period.end - holder->period.start;
            if (holder == NULL || days < least || (days == least && f->period.end > holder->period.end)) {
                holder = f;
            }
        }
    }
    if (n == 0 && holder != NULL) {
        slots[n++] = holder->period;
    }
    return n;
}

int oracle_slots(const world *w, const measure *m, int unit_index, span p, span *slots, int cap)
{
    return m->every != SPAN_NONE ? declared_slots(m, p, slots, cap)
                                 : loose_slots(w, m, unit_index, p, slots, cap);
}

/* ---- laws ---- */

static figure figure_of_cell(const cell_now *c)
{
    figure f = {c->kind != CELL_NOTHING,
                c->kind == CELL_PRESENT,
                c->value,
                c->r,
                c->kind == CELL_ABSENT,
                c->bound,
                0};
    f.flags = c->estimated ? ATTAIN_FLAG_ESTIMATED : 0;
    return f;
}

figure oracle_joined(law by, const figure *a, const figure *b)
{
    if (!a->is_there || !b->is_there) {
        figure f = a->is_there ? *a : *b;
        f.flags = a->flags | b->flags;
        return f;
    }
    figure f = *a;
    if (!a->any_cell || !b->any_cell) {
        f.value = a->any_cell ? a->value : b->value;
    } else if (by == LAW_SUM) {
        f.value = frac_add(a->value, b->value);
    } else {
        const bool first = (frac_compare(a->value, b->value) <= 0) == (by == LAW_MIN);
        f.value = first ? a->value : b->value;
    }
    f.r = by == LAW_SUM   ? range_add(a->r, b->r)
          : by == LAW_MIN ? range_min(a->r, b->r)
                          : range_max(a->r, b->r);
    f.any_cell = a->any_cell || b->any_cell;
    f.absent = a->absent || b->absent;
    f.bound = a->bound || b->bound;
    f.flags |= b->flags;
    return f;
}

/* A cell that says why there is no figure is a cell too; one that says there is nothing to report is not. */
static bool has_own_cell(const world *w, const measure *m, int unit_index, span slot)
{
    for (int cell = 0; cell < measure_cells(w, m); cell++) {
        const fact *const f = fact_of(w, m, unit_index, cell, slot);
        if (f != NULL && (f->qualifier != IS_MISSING || f->reason != ATTAIN_REASON_NOT_APPLICABLE)) {
            return true;
        }
    }
    return false;
}

/* Whether somebody above the unit, up to the node, has a figure of its own that replaces what is below: of a stock anywhere in P, of a
 * flow in the slot. Who is not picked replaces nothing. */
static bool is_replaced(const at_node *at, int unit_index, span slot, int day)
{
    const world *const w = at->w;
    while (unit_index != at->node) {
        unit_index = edge_on(w, unit_index, day)->parent;
        if (!oracle_picks_unit(w, at->picked, unit_index)) {
            continue;
        }
        span slots[MAX_SLOTS];
        const int n = at->m->is_flow ? 1 : oracle_slots(w, at->m, unit_index, at->p, slots, MAX_SLOTS);
        for (int i = 0; i < n; i++) {
            if (has_own_cell(w, at->m, unit_index, at->m->is_flow ? slot : slots[i])) {
                return true;
            }
        }
    }
    return false;
}

static bool rolls_up(const at_node *at, int unit_index, span slot)
{
    int day = 0;
    if (!last_valid_day(at->w, unit_index, slot, &day)) {
        return false;
    }
    if (unit_index == at->node) {
        return true;
    }
    if (at->m->law_units == LAW_NONE || !is_under(at->w, unit_index, at->node, day)) {
        return false;
    }
    return at->m->level != LEVEL_REPLACES || !is_replaced(at, unit_index, slot, day);
}

/* `last`: the last slot that is expected, unknown or present. If nothing is present there, an earlier figure is shown. */
static figure last_of(const cell_now *cells, int last)
{
    figure f = figure_of_cell(&cells[last]);
    for (int i = last - 1; i >= 0 && f.absent && !f.any_cell; i--) {
        if (cells[i].kind == CELL_PRESENT) {
            f.any_cell = true;
            f.value = cells[i].value;
            f.flags = ATTAIN_FLAG_NOT_LAST | (cells[i].estimated ? ATTAIN_FLAG_ESTIMATED : 0u);
        }
    }
    return f;
}

static void enter(ledger *book, const world *w, const measure *m, int unit_index, int cell, span slot,
                  const cell_now *now)
{
    const int index = (int)(m - w->measures);
    if (book == NULL || !now->expected) {
        return;
    }
    for (int i = 0; i < book->n; i++) {
        if (book->items[i].measure == index && book->items[i].unit == unit_index &&
            book->items[i].cell == cell && book->items[i].slot.start == slot.start) {
            return;
        }
    }
    if (book->n == book->cap) {
        book->cap = 2 * book->cap + 64;
        book->items = realloc(book->items, (size_t)book->cap * sizeof *book->items);
        if (book->items == NULL) {
            abort();
        }
    }
    book->items[book->n].measure = index;
    book->items[book->n].unit = unit_index;
    book->items[book->n].cell = cell;
    book->items[book->n].slot = slot;
    book->items[book->n++].reported = now->kind == CELL_PRESENT;
}

static int cells_of(const at_node *at, int unit_index, int cell, span *slots, cell_now *cells)
{
    const int n = oracle_slots(at->w, at->m, unit_index, at->p, slots, MAX_SLOTS);
    for (int i = 0; i < n; i++) {
        int day;
        cells[i] = oracle_cell(at->w, at->m, unit_index, cell, slots[i], at->as_of);
        if (!last_valid_day(at->w, unit_index, slots[i], &day)) {
            cells[i].kind = CELL_NOTHING;
        }
    }
    return n;
}

/* Where a unit's stock goes: all its members together, by the last slot that it reports or that has a cell. A unit that is gone by P's end counts for itself alone. */
static bool last_rolls_up(const at_node *at, int unit_index)
{
    span slots[MAX_SLOTS];
    cell_now cells[MAX_SLOTS];
    int n = 0;
    int last = -1;
    for (int cell = 0; cell < measure_cells(at->w, at->m); cell++) {
        n = oracle_picks_cell(at->w, at->m, at->picked, cell) ? cells_of(at, unit_index, cell, slots, cells)
                                                              : 0;
        for (int i = 0; i < n; i++) {
            const bool reaches = cells[i].kind != CELL_NOTHING || reports(at->w, at->m, unit_index, slots[i]);
            last = reaches && i > last ? i : last;
        }
    }
    n = oracle_slots(at->w, at->m, unit_index, at->p, slots, MAX_SLOTS);
    const bool lasts = unit_index == at->node || edge_on(at->w, unit_index, at->p.end) != NULL;
    return last >= 0 && lasts && rolls_up(at, unit_index, slots[last]);
}

figure oracle_series(const at_node *at, int unit_index, int cell, ledger *book)
{
    span slots[MAX_SLOTS];
    cell_now cells[MAX_SLOTS];
    const int n = cells_of(at, unit_index, cell, slots, cells);
    const bool only_last = at->m->law_time == LAW_LAST;
    figure f;
    memset(&f, 0, sizeof f);
    f.value = frac_of(0, 1);
    if (only_last && !last_rolls_up(at, unit_index)) {
        return f;
    }
    int last = -1;
    for (int i = 0; i < n; i++) {
        if (cells[i].kind != CELL_NOTHING && (only_last || rolls_up(at, unit_index, slots[i]))) {
            const figure one = figure_of_cell(&cells[i]);
            f = only_last ? f : oracle_joined(at->m->law_time, &f, &one);
            enter(book, at->w, at->m, unit_index, cell, slots[i], &cells[i]);
            last = i;
        }
    }
    return only_last && last >= 0 ? last_of(cells, last) : f;
}

/* ---- picks, categories, units ---- */

bool oracle_picks_cell(const world *w, const measure *m, const pick *picked, int cell)
{
    for (int i = 0; i < m->n_categories; i++) {
        if (picked->members[i] != 0 && (picked->members[i] >> cell_member(w, m, cell, i) & 1) == 0) {
            return false;
        }
    }
    return true;
}

bool oracle_picks_unit(const world *w, const pick *picked, int unit_index)
{
    if (picked->attribute < 0) {
        return true;
    }
    const int member = w->units[unit_index].member[picked->attribute];
    return member >= 0 && (picked->attribute_members >> member & 1) != 0;
}

/* The second category is joined within each member of the first. */
static figure at_unit(const at_node *at, int unit_index, ledger *book)
{
    const world *const w = at->w;
    const measure *const m = at->m;
    figure all;
    memset(&all, 0, sizeof all);
    all.value = frac_of(0, 1);
    const int n_cells = measure_cells(w, m);
    const int n_inner = m->n_categories == 2 ? w->categories[m->category[1]].n_members : n_cells;
    for (int first = 0; first < n_cells; first += n_inner) {
        figure inner;
        memset(&inner, 0, sizeof inner);
        inner.value = frac_of(0, 1);
        for (int cell = first; cell < first + n_inner; cell++) {
            if (oracle_picks_cell(w, m, at->picked, cell)) {
                const figure one = oracle_series(at, unit_index, cell, book);
                inner = oracle_joined(m->n_categories > 0 ? m->law_category[m->n_categories - 1] : LAW_SUM,
                                      &inner, &one);
            }
        }
        all = oracle_joined(m->n_categories == 2 ? m->law_category[0] : LAW_SUM, &all, &inner);
    }
    return all;
}

/* Whether the unit reports in P at all, be it that it has nothing to report. */
static bool would_report(const at_node *at, int unit_index)
{
    span slots[MAX_SLOTS];
    const bool lasts = at->m->law_time != LAW_LAST || unit_index == at->node ||
                       edge_on(at->w, unit_index, at->p.end) != NULL;
    const int n = lasts ? oracle_slots(at->w, at->m, unit_index, at->p, slots, MAX_SLOTS) : 0;
    for (int i = n - 1; i >= 0; i--) {
        if (reports(at->w, at->m, unit_index, slots[i])) {
            if (rolls_up(at, unit_index, slots[i])) {
                return true;
            }
            if (at->m->law_time == LAW_LAST) { /* the last slot says where the unit goes */
                return false;
            }
        }
    }
    return false;
}

figure oracle_figure(const at_node *at, ledger *book)
{
    figure all;
    memset(&all, 0, sizeof all);
    all.value = frac_of(0, 1);
    unsigned outside = 0;
    for (int u = 0; u < at->w->n_units; u++) {
        const bool is_in = oracle_picks_unit(at->w, at->picked, u);
        const bool is_untold =
            at->picked->attribute >= 0 && at->w->units[u].member[at->picked->attribute] < 0;
        if (is_in || is_untold) {
            const figure one = at_unit(at, u, is_in ? book : NULL);
            if (is_in) {
                all = oracle_joined(at->m->law_units, &all, &one);
            } else if (one.is_there || would_report(at, u)) {
                outside = ATTAIN_FLAG_GROUPS_INCOMPLETE;
            }
        }
    }
    all.flags |= outside;
    if (!all.is_there) {
        all.r = range_all(at->m->any_sign);
    }
    return all;
}
