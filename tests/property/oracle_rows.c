/* Rows of the scorecard: targets as written, units in tree order, as-of periods; which period each is about; several readings in one. */
#include "oracle_judge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- which period ---- */

static span due_of(const world *w, const target *t, bool *inherited)
{
    const programme *const pr = &w->programmes[t->programme];
    *inherited = false;
    if (t->by.type != SPAN_NONE) {
        return span_end(t->by);
    }
    *inherited = true;
    return t->vision ? span_holding(SPAN_YEAR, 1, day_of(pr->horizon, 1, 1)) : span_end(pr->period);
}

static when when_of(const world *w, const target *t, const reading *rd, span as_of)
{
    when at;
    memset(&at, 0, sizeof at);
    at.due = due_of(w, t, &at.inherited);
    const int today = as_of.type == SPAN_NONE ? at.due.end : as_of.end; /* without facts: as if it were due */
    const bool by_day = at.due.type == SPAN_DAY;
    at.not_due = today < at.due.end;
    const int day = at.not_due ? today : at.due.end;
    at.p = span_holding(by_day ? SPAN_YEAR : at.due.type, at.due.month, day);
    at.whole = at.p;
    if (day < at.p.end) {
        at.p.end = day;
        at.is_cut = at.not_due;
        at.whole.end = at.not_due ? at.whole.end : day; /* by a date: 1 January to that day */
    }
    if (rd->since.type != SPAN_NONE) {
        at.not_begun = rd->since.start > at.p.end;
        at.p.start = rd->since.start;
    }
    return at;
}

/* ---- rows ---- */

static bool same_cell(const cell_out *a, const cell_out *b)
{
    return a->is_there == b->is_there && (!a->is_there || frac_compare(a->at, b->at) == 0);
}

static void merge_into(judgement *all, const judgement *one, unsigned *open, unsigned *settled)
{
    for (int i = 0; i < N_NUMBER_COLUMNS; i++) {
        if (!same_cell(&all->number[i], &one->number[i])) {
            all->number[i].is_there = false;
        }
    }
    all->flags |= one->flags;
    all->reasons |= one->reasons;
    all->pace = all->pace == one->pace ? all->pace : ATTAIN_PACE_UNDETERMINED;
    all->reported = all->reported == one->reported ? all->reported : -1;
    all->expected = all->expected == one->expected ? all->expected : -1;
    all->missing = all->missing == one->missing ? all->missing : -1;
    *open |= one->verdict == ATTAIN_UNDETERMINED ? one->reasons : 0u;
    *settled |= one->verdict == ATTAIN_UNDETERMINED ? 0u : 1u << one->verdict;
}

static judgement merged(const judgement *of, int n)
{
    judgement all = of[0];
    unsigned open = 0;
    unsigned settled = 0;
    bool any_open = false;
    for (int i = 0; i < n; i++) {
        merge_into(&all, &of[i], &open, &settled);
        any_open = any_open || of[i].verdict == ATTAIN_UNDETERMINED;
    }
    const bool disagree = (settled & (settled - 1)) != 0;
    if (any_open || disagree) {
        all.verdict = ATTAIN_UNDETERMINED;
        all.reasons = open | (disagree ? ATTAIN_BECAUSE_DEPENDS_ON_READING : 0u);
    }
    return all;
}

static row row_of(const target *t, int target_index, int unit_index, const when *at, const judgement *j)
{
    row r;
    memset(&r, 0, sizeof r);
    r.target = target_index;
    r.unit = unit_index;
    r.period = at->whole;
    r.due = at->due;
    memcpy(r.number, j->number, sizeof r.number);
    r.verdict = j->verdict;
    r.reasons = j->reasons;
    r.flags = j->flags | (at->not_due ? ATTAIN_FLAG_NOT_DUE : 0u) |
              (at->is_cut ? ATTAIN_FLAG_PARTIAL_PERIOD : 0u) | (t->vision ? ATTAIN_FLAG_VISION : 0u) |
              (at->inherited ? ATTAIN_FLAG_DUE_INHERITED : 0u);
    r.pace = j->pace;
    r.reported = j->reported;
    r.expected = j->expected;
    r.missing = j->missing;
    return r;
}

static bool in_scope(const world *w, const target *t, int unit_index, const when *at)
{
    const int top = w->programmes[t->programme].unit < 0 ? 0 : w->programmes[t->programme].unit;
    switch (t->scope) {
    case SCOPE_PROGRAMME: return unit_index == top;
    case SCOPE_EVERY:
        return is_of_type(w, unit_index, t->scope_type) && is_under(w, unit_index, top, at->p.end);
    case SCOPE_UNITS: break;
    }
    for (int i = 0; i < t->n_scope_units; i++) {
        if (t->scope_units[i] == unit_index) {
            return true;
        }
    }
    return false;
}

static bool is_asked(const ask *q, int unit_index)
{
    bool asked = q->all_units;
    for (int i = 0; i < q->n_units && q->units != NULL; i++) {
        asked = asked || q->units[i] == unit_index;
    }
    return asked;
}

static int score_one(const world *w, int target_index, int unit_index, span as_of, const ask *q, row *out)
{
    const target *const t = &w->targets[target_index];
    const when at = when_of(w, t, &t->readings[0], as_of);
    const bool inside = in_scope(w, t, unit_index, &at);
    const bool whole = q->units == NULL && !q->all_units;
    if (whole ? !inside : !is_asked(q, unit_index)) {
        return 0;
    }
    judgement of[MAX_READINGS];
    const int first = t->chosen >= 0 ? t->chosen : 0;
    const int n = t->chosen >= 0 ? 1 : t->n_readings;
    int n_rows = 0;
    for (int i = 0; i < n; i++) {
        const when own = when_of(w, t, &t->readings[first + i], as_of);
        const int day = as_of.type == SPAN_NONE ? own.p.end : as_of.end;
        of[i] = oracle_judge(w, t, &t->readings[first + i], unit_index, &own, day, q->printed_digits);
        of[i].flags |= inside ? 0u : ATTAIN_FLAG_OUTSIDE_SCOPE;
        if (q->readings) {
            out[n_rows] = row_of(t, target_index, unit_index, &own, &of[i]);
            out[n_rows].as_of = as_of;
            snprintf(out[n_rows].reading, ID, "%s", t->readings[first + i].name);
            n_rows++;
        }
    }
    if (!q->readings) {
        const judgement all = merged(of, n);
        out[n_rows] = row_of(t, target_index, unit_index, &at, &all);
        out[n_rows].as_of = as_of;
        snprintf(out[n_rows].reading, ID, "%s", n == 1 ? t->readings[first].name : "");
        n_rows++;
    }
    return n_rows;
}

span oracle_last_period(const world *w)
{
    span last;
    memset(&last, 0, sizeof last);
    for (int i = 0; i < w->n_facts; i++) {
        const span s = w->facts[i].period;
        if (last.type == SPAN_NONE || s.end > last.end || (s.end == last.end && s.start < last.start)) {
            last = s;
        }
    }
    return last;
}

row *oracle_score(const world *w, const ask *q, int *n_rows)
{
    const span last = oracle_last_period(w);
    const span *const as_of = q->as_of == NULL ? &last : q->as_of;
    const int n_as_of = q->as_of == NULL ? 1 : q->n_as_of;
    row *const rows = calloc((size_t)(w->n_targets * w->n_units * n_as_of * MAX_READINGS) + 1, sizeof *rows);
    *n_rows = 0;
    for (int t = 0; t < w->n_targets && rows != NULL; t++) {
        for (int u = 0; u < w->n_units; u++) {
            for (int a = 0; a < n_as_of; a++) {
                *n_rows += score_one(w, t, u, as_of[a], q, rows + *n_rows);
            }
        }
    }
    return rows;
}
