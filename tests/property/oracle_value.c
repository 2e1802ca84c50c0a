/* Values: N, D, N / D and the range in which the truth lies, for one indicator at one unit. Ratio of sums, always. */
#include "oracle.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_SLOTS = 256 };

/* A sum of terms, evaluated. */
typedef struct part {
    frac value;
    range r;
    bool has_gap;       /* a term has no cell at all */
    bool gap_is_unseen; /* ... and its measure is not reported */
    bool nothing;       /* a term has no cell, and none is expected: no leaf to pair */
    bool no_register;   /* counts a type of which the plan has no unit */
    bool absent, bound, declares, counts;
    int reported, expected;
    unsigned flags;
} part;

static part form_part(const world *w, const form *f, int node_index, span p, int as_of, ledger *book);

/* ---- predicates: Kleene ---- */

typedef enum truth { IS_FALSE, IS_TRUE, IS_UNKNOWN } truth;

static bool meets(int order, relation rel)
{
    switch (rel) {
    case REL_EQ: return order == 0;
    case REL_GE: return order >= 0;
    case REL_LE: return order <= 0;
    case REL_LT: return order < 0;
    case REL_GT: break;
    }
    return order > 0;
}

/* True if every pair of values does, false if none does. */
static truth compare_ranges(range a, range b, relation rel)
{
    if (rel == REL_EQ) {
        if (range_is_point(a) && range_is_point(b) && end_compare(a.low, b.low) == 0) {
            return IS_TRUE;
        }
        return end_compare(a.low, b.high) > 0 || end_compare(a.high, b.low) < 0 ? IS_FALSE : IS_UNKNOWN;
    }
    const bool upward = rel == REL_GE || rel == REL_GT;
    const end a_worst = upward ? a.low : a.high;
    const end b_worst = upward ? b.high : b.low;
    const end a_best = upward ? a.high : a.low;
    const end b_best = upward ? b.low : b.high;
    if (a_worst.infinite == 0 && b_worst.infinite == 0 && meets(end_compare(a_worst, b_worst), rel)) {
        return IS_TRUE;
    }
    return a_best.infinite == 0 && b_best.infinite == 0 && !meets(end_compare(a_best, b_best), rel)
               ? IS_FALSE
               : IS_UNKNOWN;
}

static truth judge_compare(const world *w, const node *n, int unit_index, span p, int as_of)
{
    const part a = form_part(w, &n->lhs, unit_index, p, as_of, NULL);
    form rhs = n->rhs;
    for (int i = 0; i < rhs.n_terms; i++) {
        if (rhs.terms[i].kind == TERM_REFERENCE && rhs.terms[i].rule == RULE_WORST) {
            rhs.terms[i].coefficient =
                n->rel == REL_GE || n->rel == REL_GT ? 1 : -1; /* read by reference_part */
        }
    }
    const part b = form_part(w, &rhs, unit_index, p, as_of, NULL);
    return compare_ranges(a.r, b.r, n->rel);
}

static truth judge_node(const world *w, int node_index, int unit_index, span p, int as_of)
{
    const node *const n = &w->nodes[node_index];
    if (n->kind == NODE_COMPARE) {
        return judge_compare(w, n, unit_index, p, as_of);
    }
    if (n->kind == NODE_ATTRIBUTE) {
        const int member = w->units[unit_index].member[n->attribute];
        return member < 0 ? IS_UNKNOWN : (n->member >> member & 1) != 0 ? IS_TRUE : IS_FALSE;
    }
    const truth left = judge_node(w, n->left, unit_index, p, as_of);
    if (n->kind == NODE_NOT) {
        return left == IS_UNKNOWN ? IS_UNKNOWN : left == IS_TRUE ? IS_FALSE : IS_TRUE;
    }
    const truth right = judge_node(w, n->right, unit_index, p, as_of);
    const truth strong = n->kind == NODE_AND ? IS_FALSE : IS_TRUE;
    if (left == strong || right == strong) {
        return strong;
    }
    return left == IS_UNKNOWN || right == IS_UNKNOWN ? IS_UNKNOWN : left;
}

/* A unit that is not known is open data, whatever the reason: a bound, or nothing at all. */
static part count_part(const world *w, const count *c, int node_index, span p, int as_of)
{
    part out;
    memset(&out, 0, sizeof out);
    out.no_register = true;
    out.declares = c->predicate >= 0;
    out.counts = true;
    int n_units = 0;
    int n_true = 0;
    int n_unknown = 0;
    for (int u = 0; u < w->n_units; u++) {
        if (!is_of_type(w, u, c->type)) {
            continue;
        }
        out.no_register = false;
        if (!is_under(w, u, node_index, p.end)) {
            continue;
        }
        const truth is = c->predicate < 0 ? IS_TRUE : judge_node(w, c->predicate, u, p, as_of);
        n_units++;
        n_true += is == IS_TRUE ? 1 : 0;
        n_unknown += is == IS_UNKNOWN ? 1 : 0;
    }
    if (c->predicate >= 0) { /* a count of all units has nothing to report */
        out.expected = n_units;
        out.reported = n_units - n_unknown;
    }
    out.absent = n_unknown > 0;
    out.has_gap = n_units > 0 && n_unknown == n_units;
    out.value = frac_of(n_true, 1);
    out.r = (range){end_at(out.value), end_at(frac_of(n_true + n_unknown, 1))};
    return out;
}

/* ---- references ---- */

/* The step in force on a day; -1 before the first. */
static int step_on(const reference *r, int day)
{
    int at = -1;
    for (int i = 0; i < r->n_steps; i++) {
        at = r->day[i] <= day ? i : at;
    }
    return at;
}

static part reference_part(const world *w, const term *t, span p)
{
    const reference *const r = &w->references[t->index];
    part out;
    memset(&out, 0, sizeof out);
    out.value = frac_of(0, 1);
    const int last = step_on(r, p.end);
    if (last < 0 || (t->rule != RULE_LAST_DAY && step_on(r, p.start) < 0)) {
        out.has_gap = true;
        out.gap_is_unseen = true;
        out.r = range_all(true);
        return out;
    }
    out.value = frac_decimal(r->value[last], r->decimals);
    if (t->rule == RULE_AVERAGE) {
        frac sum = frac_of(0, 1);
        for (int day = p.start; day <= p.end; day++) {
            sum = frac_add(sum, frac_decimal(r->value[step_on(r, day)], r->decimals));
        }
        out.value = frac_div(sum, frac_of(p.end - p.start + 1, 1));
    } else if (t->rule == RULE_WORST) {
        for (int day = p.start; day <= p.end; day++) {
            const frac one = frac_decimal(r->value[step_on(r, day)], r->decimals);
            const bool is_harder = frac_compare(one, out.value) * (int)t->coefficient > 0;
            out.value = is_harder ? one : out.value;
        }
    }
    out.r = range_point(out.value);
    return out;
}

/* ---- forms ---- */

static part measure_part(const world *w, const term *t, int node_index, span p, int as_of, ledger *book)
{
    const measure *const m = &w->measures[t->index];
    const at_node at = {w, m, &t->pick, node_index, p, as_of};
    const figure f = oracle_figure(&at, book);
    part out;
    memset(&out, 0, sizeof out);
    out.value = f.value;
    out.r = f.r;
    out.has_gap = !f.any_cell;
    out.gap_is_unseen = !f.is_there && m->every == SPAN_NONE;
    out.nothing = !f.is_there;
    out.absent = f.absent;
    out.bound = f.bound;
    out.declares = m->every != SPAN_NONE;
    out.flags = f.flags;
    return out;
}

static part form_part(const world *w, const form *f, int node_index, span p, int as_of, ledger *book)
{
    part sum;
    memset(&sum, 0, sizeof sum);
    sum.value = frac_of(0, 1);
    sum.r = range_point(sum.value);
    for (int i = 0; i < f->n_terms; i++) {
        const term *const t = &f->terms[i];
        frac factor = frac_decimal(t->coefficient, t->decimals);
        part one;
        memset(&one, 0, sizeof one);
        switch (t->kind) {
        case TERM_NUMBER:
            one.value = frac_of(1, 1);
            one.r = range_point(one.value);
            break;
        case TERM_MEASURE: one = measure_part(w, t, node_index, p, as_of, book); break;
        case TERM_COUNT: one = count_part(w, &w->counts[t->index], node_index, p, as_of); break;
        case TERM_REFERENCE:
            one = reference_part(w, t, p);
            factor = t->rule == RULE_WORST ? frac_of(1, 1) : factor;
            break;
        }
        sum.value = frac_add(sum.value, frac_mul(one.value, factor));
        sum.r = range_add(sum.r, range_scale(one.r, factor));
        sum.has_gap = sum.has_gap || one.has_gap;
        sum.gap_is_unseen = sum.gap_is_unseen || one.gap_is_unseen;
        sum.nothing = sum.nothing || one.nothing;
        sum.no_register = sum.no_register || one.no_register;
        sum.absent = sum.absent || one.absent;
        sum.bound = sum.bound || one.bound;
        sum.declares = sum.declares || one.declares;
        sum.counts = sum.counts || one.counts;
        sum.reported += one.reported;
        sum.expected += one.expected;
        sum.flags |= one.flags;
    }
    return sum;
}

/* ---- rule 3 ---- */

static end quotient(end n, end d, int if_zero_by_zero)
{
    if (n.infinite != 0) {
        return n;
    }
    if (d.infinite != 0) {
        return end_at(frac_of(0, 1));
    }
    if (frac_sign(d.at) == 0) {
        return end_infinite(frac_sign(n.at) == 0 ? if_zero_by_zero : frac_sign(n.at));
    }
    return end_at(frac_div(n.at, d.at));
}

static bool is_negative(end a)
{
    return a.infinite < 0 || (a.infinite == 0 && frac_sign(a.at) < 0);
}

static range divided(range n, range d)
{
    if (is_negative(d.low)) {
        return range_all(true);
    }
    return (range){quotient(n.low, is_negative(n.low) ? d.low : d.high, 1),
                   quotient(n.high, is_negative(n.high) ? d.high : d.low, 1)};
}

/* ---- rule 4: a share, leaf by leaf ---- */

/* Of every pair of figures n <= d: p and q are what is known of them (n >= p, d >= q).
 *
 *   both complete      n / d
 *   B: n has a gap     p..d / d
 *   C: d has a gap     n / max(n, q)..oo
 *   E: both have       anything                                                                   */
typedef struct totals {
    frac n_least, d_most; /* low = n_least / d_most, unless a d is open */
    frac n_most, d_least; /* high = n_most / d_least, unless E */
    bool any_c, any_e;
    bool over_one;
    bool lone; /* n stands, or is expected, where there is no d: nothing bounds it there */
} totals;

static bool may_pair(const world *w, const form *f)
{
    for (int i = 0; i < f->n_terms; i++) {
        const term *const t = &f->terms[i];
        const measure *const m = &w->measures[t->index];
        if (t->kind != TERM_MEASURE || t->coefficient <= 0 || m->law_units != LAW_SUM ||
            m->level != LEVEL_LEAVES || m->any_sign || (m->law_time != LAW_SUM && m->law_time != LAW_LAST)) {
            return false;
        }
    }
    return f->n_terms > 0;
}

/* All flows (sum over time) reported in the same slots by the same units: then pairs are per slot. */
static bool pairs_by_slot(const world *w, const indicator *ind)
{
    const measure *const first = &w->measures[ind->n.terms[0].index];
    for (int i = 0; i < ind->n.n_terms + ind->d.n_terms; i++) {
        const term *const t = i < ind->n.n_terms ? &ind->n.terms[i] : &ind->d.terms[i - ind->n.n_terms];
        const measure *const m = &w->measures[t->index];
        if (m->every != first->every || m->by_type != first->by_type || m->law_time != first->law_time ||
            m->every == SPAN_NONE) {
            return false;
        }
    }
    return first->law_time == LAW_SUM;
}

/* What a leaf says for a form. */
typedef struct side {
    bool is_there, any_cell, absent;
    frac
        known; /* of what is present; of a stock whose last slot is absent the lower end: an earlier slot does not bound it */
} side;

/* Over P, or in the one slot given. */
static side side_of(const world *w, const form *f, int leaf, int node_index, span p, const span *slot,
                    int as_of)
{
    side sum = {false, false, false, {0, 1}};
    for (int i = 0; i < f->n_terms; i++) {
        const term *const t = &f->terms[i];
        const measure *const m = &w->measures[t->index];
        const at_node at = {w, m, &t->pick, node_index, slot == NULL ? p : *slot, as_of};
        figure all;
        memset(&all, 0, sizeof all);
        for (int cell = 0; cell < measure_cells(w, m) && oracle_picks_unit(w, &t->pick, leaf); cell++) {
            if (oracle_picks_cell(w, m, &t->pick, cell)) {
                const figure one = oracle_series(&at, leaf, cell, NULL);
                all = oracle_joined(LAW_SUM, &all, &one);
            }
        }
        if (all.is_there) {
            const bool is_old = !all.any_cell || (all.flags & ATTAIN_FLAG_NOT_LAST) != 0;
            const frac factor = frac_decimal(t->coefficient, t->decimals);
            sum.known = frac_add(sum.known, frac_mul(is_old ? all.r.low.at : all.value, factor));
            sum.is_there = true;
            sum.any_cell = sum.any_cell || all.any_cell;
            sum.absent = sum.absent || all.absent;
        }
    }
    return sum;
}

static void add_pair(totals *all, const side *n, const side *d)
{
    const frac p = n->known;
    const frac q = d->known;
    all->n_least = frac_add(all->n_least, p);
    all->d_most = frac_add(all->d_most, q);
    all->n_most = frac_add(all->n_most, n->absent ? q : p);
    all->d_least = frac_add(all->d_least, d->absent && frac_compare(p, q) > 0 ? p : q);
    all->any_c = all->any_c || (!n->absent && d->absent);
    all->any_e = all->any_e || (n->absent && d->absent);
    all->lone = all->lone || (n->is_there && !d->is_there);
    if (n->any_cell && d->any_cell && !d->absent && frac_compare(p, q) > 0) {
        all->over_one = true;
    }
}

static totals all_pairs(const world *w, const indicator *ind, int node_index, span p, int as_of)
{
    const frac zero = frac_of(0, 1);
    totals all = {zero, zero, zero, zero, false, false, false, false};
    const bool by_slot = pairs_by_slot(w, ind);
    for (int leaf = 0; leaf < w->n_units; leaf++) {
        span slots[MAX_SLOTS];
        const int n_slots =
            by_slot ? oracle_slots(w, &w->measures[ind->n.terms[0].index], leaf, p, slots, MAX_SLOTS) : 1;
        for (int i = 0; i < n_slots; i++) {
            const span *const slot = by_slot ? &slots[i] : NULL;
            const side n = side_of(w, &ind->n, leaf, node_index, p, slot, as_of);
            const side d = side_of(w, &ind->d, leaf, node_index, p, slot, as_of);
            add_pair(&all, &n, &d);
        }
    }
    return all;
}

static range share_range(const totals *t)
{
    range r = {end_at(frac_of(0, 1)), end_at(frac_of(1, 1))};
    if (!t->any_c && !t->any_e) {
        r.low = frac_sign(t->d_most) == 0 ? r.low : quotient(end_at(t->n_least), end_at(t->d_most), 1);
    }
    if (!t->any_e) {
        r.high = quotient(end_at(t->n_most), end_at(t->d_least), 1);
    }
    return r;
}

static range clipped(range r)
{
    const range one = {end_at(frac_of(0, 1)), end_at(frac_of(1, 1))};
    const end low = end_compare(r.low, one.low) < 0    ? one.low
                    : end_compare(r.low, one.high) > 0 ? one.high
                                                       : r.low;
    const end high = end_compare(r.high, one.high) > 0  ? one.high
                     : end_compare(r.high, one.low) < 0 ? one.low
                                                        : r.high;
    return (range){low, high};
}

/* ---- together ---- */

static frac annual_factor(const indicator *ind, span p)
{
    if (!ind->annualised) {
        return frac_of(1, 1);
    }
    if (!ind->by_months) {
        return frac_of(365, p.end - p.start + 1);
    }
    int n = 0;
    for (span month = span_holding(SPAN_MONTH, 0, p.start); month.start <= p.end; month = span_next(month)) {
        n++;
    }
    return frac_of(12, n);
}

static attain_state state_of(const part *n, const part *d, bool has_d)
{
    if (n->has_gap) {
        return ATTAIN_STATE_NO_DATA;
    }
    if (n->no_register || (has_d && (d->has_gap || d->no_register))) {
        return ATTAIN_STATE_NO_DENOMINATOR;
    }
    if (has_d && frac_sign(d->value) < 0) {
        return ATTAIN_STATE_NEGATIVE_DENOMINATOR;
    }
    if (has_d && frac_sign(d->value) == 0) {
        /* 0 as reported, and 0 in every world; a bound may say otherwise. */
        const bool is_sure = range_is_point(d->r) && frac_sign(d->r.low.at) == 0;
        return is_sure ? ATTAIN_STATE_ZERO_DENOMINATOR : ATTAIN_STATE_RANGE_ONLY;
    }
    return ATTAIN_STATE_OK;
}

static void set_range(const world *w, const indicator *ind, int node_index, span p, int as_of, bool all_there,
                      value *v)
{
    if (!ind->has_d) {
        v->r = v->r_n;
    } else if (!ind->share) {
        v->r = divided(v->r_n, v->r_d);
    } else {
        totals pairs;
        memset(&pairs, 0, sizeof pairs);
        const bool may = all_there && may_pair(w, &ind->n) && may_pair(w, &ind->d);
        if (may) {
            pairs = all_pairs(w, ind, node_index, p, as_of);
        }
        /* With absent figures the value may exceed 1 though no leaf does: where there are pairs, they tell. */
        const bool paired = may && !pairs.lone;
        const bool over = pairs.over_one || (!paired && v->has_v && frac_compare(v->v, frac_of(1, 1)) > 0);
        v->flags |= over ? ATTAIN_FLAG_OVER_ONE : 0u;
        const range plain = divided(v->r_n, v->r_d);
        v->r = over ? plain : clipped(paired && !v->bound ? share_range(&pairs) : plain);
    }
    v->r = range_scale(v->r, annual_factor(ind, p));
}

value oracle_value(const world *w, const indicator *said, const indicator *within, int node_index, span p,
                   int as_of)
{
    indicator made = *said;
    if (within != NULL) {
        made.has_d = true;
        made.d = within->n;
    }
    const indicator *const ind = &made;
    value v;
    memset(&v, 0, sizeof v);
    v.n = v.d = v.v = frac_of(0, 1);
    if (edge_on(w, node_index, p.end) == NULL) {
        v.state = ATTAIN_STATE_OUT_OF_SCOPE;
        return v;
    }
    ledger book = {NULL, 0, 0};
    const part n = form_part(w, &ind->n, node_index, p, as_of, &book);
    part d;
    memset(&d, 0, sizeof d);
    d.value = frac_of(1, 1);
    d.r = range_point(d.value);
    if (ind->has_d) {
        d = form_part(w, &ind->d, node_index, p, as_of, &book);
    }
    v.state = state_of(&n, &d, ind->has_d);
    v.n = n.value;
    v.d = d.value;
    v.r_n = n.r;
    v.r_d = d.r;
    v.has_n = !n.has_gap && !n.no_register;
    v.has_d = ind->has_d && !d.has_gap && !d.no_register;
    v.has_v = v.state == ATTAIN_STATE_OK;
    if (v.has_v) {
        v.v = frac_mul(frac_div(n.value, d.value), annual_factor(ind, p));
    }
    v.absent = n.absent || d.absent;
    v.bound = n.bound || d.bound;
    v.declares = n.declares || d.declares;
    v.counts = n.counts || d.counts;
    v.reported = n.reported + d.reported;
    v.expected = n.expected + d.expected + book.n;
    for (int i = 0; i < book.n; i++) {
        v.reported += book.items[i].reported ? 1 : 0;
    }
    free(book.items);
    v.flags = n.flags | d.flags;
    const bool unseen = n.gap_is_unseen || d.gap_is_unseen || n.no_register || d.no_register;
    v.has_range = v.state == ATTAIN_STATE_OK || v.state == ATTAIN_STATE_RANGE_ONLY ||
                  ((v.state == ATTAIN_STATE_NO_DATA || v.state == ATTAIN_STATE_NO_DENOMINATOR) && !unseen);
    if (v.has_range) {
        set_range(w, ind, node_index, p, as_of, !n.nothing && !d.nothing, &v);
        v.may_be_undefined = ind->has_d && end_compare(d.r.low, end_at(frac_of(0, 1))) <= 0;
    }
    return v;
}
