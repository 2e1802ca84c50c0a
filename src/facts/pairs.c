/* Pairs: numerator and denominator side by side, for the range of a share (semantics 3.4). A pair is a unit in a slot, or a unit over the
 * period; n and d are what it reported for the two forms. What is known of a figure of which a part is absent is kept, so that the two
 * bounds stay those of the header in every case. With n >= p and d >= q the known parts, and 0 <= n <= d:
 *
 *               sum_n   sum_d   b_d          c_n            so that   low  = C or E ? 0 : sum_n / sum_d
 *   n and d      n       d                                            high = E ? 1 : (sum_n + b_d) / (sum_d + c_n)
 *   B: only d    p       d      max(0, d-p)
 *   C: only n    n       q                   max(0, n-q)    B: n is between p and d. C: d is at least max(q, n) and may be
 *   E: neither   p       q                                  anything above. E: n = d may be anything.
 *
 * A form of which nothing is reported and nothing expected is a known 0 and makes no pair `over one`. If that is d, n has no bound there: the
 * pair is `lone` (communes that report n under provinces that report d, or a unit that moved and left n behind). */
#include "facts/rollup.h"
#include <string.h>

/* One side of a pair. */
typedef struct side {
    attain_i128 known;
    bool absent; /* some part is expected and not there, or unknown */
    bool has_cell;
} side;

typedef struct couple {
    uint32_t unit; /* where it counts; not used by slot */
    side n, d;
    bool overflow;
} couple;

/* ---- one pair ---- */

static void add_side(side *into, attain_i128 known, int64_t coefficient, bool absent, bool has_cell,
                     bool *overflow)
{
    into->known = atn_i128_add(into->known, atn_i128_mul_i64(known, coefficient, overflow), overflow);
    into->absent = into->absent || absent;
    into->has_cell = into->has_cell || has_cell;
}

static attain_i128 excess(attain_i128 a, attain_i128 b, bool *overflow)
{
    const attain_i128 rest = atn_i128_add(a, atn_i128_neg(b, overflow), overflow);
    return atn_i128_sign(rest) > 0 ? rest : atn_i128_from_i64(0);
}

static void add_couple(atn_pair *pair, const couple *c)
{
    bool overflow = c->overflow;
    pair->sum_n = atn_i128_add(pair->sum_n, c->n.known, &overflow);
    pair->sum_d = atn_i128_add(pair->sum_d, c->d.known, &overflow);
    if (c->n.absent && c->d.absent) {
        pair->any_e = true;
    } else if (c->n.absent) {
        pair->b_d = atn_i128_add(pair->b_d, excess(c->d.known, c->n.known, &overflow), &overflow);
    } else if (c->d.absent) {
        pair->any_c = true;
        pair->c_n = atn_i128_add(pair->c_n, excess(c->n.known, c->d.known, &overflow), &overflow);
    }
    if (!c->d.absent && c->n.has_cell && c->d.has_cell && atn_i128_compare(c->n.known, c->d.known) > 0) {
        pair->over_one = true;
    }
    pair->lone = pair->lone || ((c->n.has_cell || c->n.absent) && !c->d.has_cell && !c->d.absent);
    pair->overflow = pair->overflow || overflow;
}

static bool is_nothing(const couple *c)
{
    return !c->n.has_cell && !c->d.has_cell && !c->n.absent && !c->d.absent;
}

/* ---- all pairs ---- */

typedef struct pairing {
    const atn_pair_term *terms;
    uint32_t n_terms;
    uint32_t n_views; /* made so far */
    atn_view *views;
    const attain_allocator *a;
    atn_pair *pairs;
    couple *couples; /* of the unit in hand: by the unit where they count, or by slot */
    size_t n_couples, cap_couples;
    uint32_t *n_cells; /* by slot: entries of one term */
    size_t cap_cells;
    const atn_pair_term *term; /* in hand */
} pairing;

static bool grow_couples(pairing *p, size_t n)
{
    void *couples = p->couples;
    if (!atn_alloc_grow(p->a, &couples, &p->cap_couples, n, sizeof *p->couples)) {
        return false;
    }
    p->couples = couples;
    return true;
}

/* ---- per unit over the period ---- */

static couple *couple_at(pairing *p, uint32_t unit)
{
    for (size_t i = 0; i < p->n_couples; i++) {
        if (p->couples[i].unit == unit) {
            return &p->couples[i];
        }
    }
    if (!grow_couples(p, p->n_couples + 1)) {
        return NULL;
    }
    couple *made = &p->couples[p->n_couples++];
    *made = (couple){.unit = unit};
    return made;
}

/* Of a stock whose last slot is absent nothing is known: an earlier slot does not bound it. Members of which the last slot is there
 * are in the lower end. */
static bool take_part(void *ctx, uint32_t unit, const atn_part *part)
{
    pairing *p = ctx;
    couple *c = couple_at(p, unit);
    if (c == NULL) {
        return false;
    }
    const bool absent = (part->sum.flags & ATN_LINE_OPEN) != 0;
    const bool unknown = !part->sum.has_value || (part->sum.flags & ATN_LINE_NOT_LAST) != 0;
    c->overflow = c->overflow || (part->sum.flags & ATN_LINE_OVERFLOW) != 0;
    add_side(p->term->in_denominator ? &c->d : &c->n, unknown ? part->sum.low : part->sum.value,
             p->term->coefficient, absent, part->sum.has_cell, &c->overflow);
    return true;
}

static bool pair_unit(pairing *p, uint32_t unit)
{
    p->n_couples = 0;
    for (uint32_t t = 0; t < p->n_terms; t++) {
        p->term = &p->terms[t];
        if (!atn_view_contribute(&p->views[t], unit, take_part, p)) {
            return false;
        }
    }
    for (size_t i = 0; i < p->n_couples; i++) {
        if (!is_nothing(&p->couples[i])) {
            add_couple(&p->pairs[p->couples[i].unit], &p->couples[i]);
        }
    }
    return true;
}

/* ---- per unit and slot ---- */

static bool clear_slots(pairing *p, uint32_t n_slots)
{
    void *cells = p->n_cells;
    if (!grow_couples(p, n_slots) ||
        !atn_alloc_grow(p->a, &cells, &p->cap_cells, n_slots, sizeof *p->n_cells)) {
        return false;
    }
    p->n_cells = cells;
    memset(p->couples, 0, n_slots * sizeof *p->couples);
    return true;
}

/* Adds one term to the couples of all slots. n_cells counts the combinations that have answered: the others are absent. */
static void add_term(pairing *p, const atn_view *view, uint32_t unit)
{
    memset(p->n_cells, 0, view->n_slots * sizeof *p->n_cells);
    for (size_t i = view->entry_first[unit]; i < view->entry_first[unit + 1]; i++) {
        const atn_entry *entry = &view->entries[i];
        if (entry->maybe || entry->chain == ATN_NONE) {
            continue;
        }
        couple *c = &p->couples[entry->slot];
        const bool missing = atn_entry_is_missing(entry);
        p->n_cells[entry->slot]++;
        if (!atn_entry_is_not_applicable(entry)) {
            add_side(p->term->in_denominator ? &c->d : &c->n, atn_i128_from_i64(entry->value),
                     missing ? 0 : p->term->coefficient, missing, true, &c->overflow);
        }
    }
    for (size_t g = 0; g < view->n_groups; g++) {
        const atn_group *group = &view->groups[g];
        for (uint32_t s = group->first; group->expected && s < group->end && s < view->n_due; s++) {
            side *of = p->term->in_denominator ? &p->couples[s].d : &p->couples[s].n;
            of->absent = of->absent || p->n_cells[s] < view->n_picked;
        }
    }
}

static bool pair_slots(pairing *p, uint32_t unit)
{
    bool matters = false;
    for (uint32_t t = 0; t < p->n_terms; t++) {
        matters = matters || atn_view_matters(&p->views[t], unit);
    }
    if (!matters) {
        return true;
    }
    if (!clear_slots(p, (uint32_t)p->views[0].n_slots)) {
        return false;
    }
    for (uint32_t t = 0; t < p->n_terms; t++) {
        p->term = &p->terms[t];
        atn_view_pick(&p->views[t], unit);
        if (!atn_view_group(&p->views[t], unit)) {
            return false;
        }
        add_term(p, &p->views[t], unit);
    }
    const atn_view *view = &p->views[0];
    for (size_t g = 0; g < view->n_groups; g++) {
        for (uint32_t s = view->groups[g].first; s < view->groups[g].end; s++) {
            if (is_nothing(&p->couples[s])) {
                continue;
            }
            for (uint32_t at = unit; at != ATN_NONE;
                 at = atn_unit_parent(view->model, at, view->groups[g].day)) {
                add_couple(&p->pairs[at], &p->couples[s]);
            }
        }
    }
    return true;
}

/* Pairs by slot need figures that are sums over slots and cells, in the same slots. A `last` takes one slot, which is the unit over the period. */
static bool can_go_by_slot(const pairing *p)
{
    const atn_measure *first = p->views[0].measure;
    bool can = true;
    for (uint32_t t = 0; t < p->n_terms; t++) {
        const atn_measure *measure = p->views[t].measure;
        can = can && measure->law_time == ATN_LAW_SUM && measure->reported != ATTAIN_PERIOD_NONE &&
              measure->reported == first->reported && p->views[t].n_slots == p->views[0].n_slots &&
              measure->law_units == ATN_LAW_SUM && atn_view_sums_over_categories(measure);
    }
    return can;
}

attain_status atn_facts_pairs(const attain_facts *facts, const atn_pair_term *terms, uint32_t n_terms,
                              attain_period period, int32_t as_of_day, bool by_slot, const atn_pick *extra,
                              const attain_allocator *a, atn_pair *pairs, attain_error *err)
{
    pairing p = {.terms = terms, .n_terms = n_terms, .a = a, .pairs = pairs};
    const uint32_t n_units = facts->plan->model.n_units;
    attain_status status = ATTAIN_OK;
    memset(pairs, 0, n_units * sizeof *pairs);
    p.views = atn_alloc_array(a, n_terms, sizeof *p.views);
    if (p.views == NULL) {
        return atn_error_memory(err, "pairing numerator and denominator");
    }
    for (; p.n_views < n_terms && status == ATTAIN_OK; p.n_views += status == ATTAIN_OK ? 1 : 0) {
        const atn_line_request request = {.measure = terms[p.n_views].measure,
                                          .picks = terms[p.n_views].picks,
                                          .n_picks = terms[p.n_views].n_picks,
                                          .period = period,
                                          .as_of_day = as_of_day,
                                          .extra = extra};
        status = atn_view_init(&p.views[p.n_views], facts, &request, a, err);
    }
    const bool slots = status == ATTAIN_OK && n_terms > 0 && by_slot && can_go_by_slot(&p);
    for (uint32_t unit = 0; unit < n_units && status == ATTAIN_OK; unit++) {
        if (!(slots ? pair_slots(&p, unit) : pair_unit(&p, unit))) {
            status = atn_error_memory(err, "pairing numerator and denominator");
        }
    }
    for (uint32_t t = 0; t < p.n_views; t++) {
        atn_view_free(&p.views[t]);
    }
    if (p.couples != NULL) {
        atn_alloc_free_array(a, p.couples, p.cap_couples, sizeof *p.couples);
    }
    if (p.n_cells != NULL) {
        atn_alloc_free_array(a, p.n_cells, p.cap_cells, sizeof *p.n_cells);
    }
    atn_alloc_free_array(a, p.views, n_terms, sizeof *p.views);
    return status;
}
