/* Random indicators and targets. Every kind of phrase comes up; levels are near what the small figures give. */
#include "generate_plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool one_in(rng *r, uint64_t n)
{
    return rng_below(r, n) == 0;
}

static int below(rng *r, int n)
{
    return (int)rng_below(r, (uint64_t)n);
}

/* ---- terms and predicates ---- */

static unsigned some_members(rng *r, const member_set *set, bool just_one)
{
    const unsigned all = (1u << set->n_members) - 1;
    const unsigned one = 1u << below(r, set->n_members);
    const unsigned more = just_one ? one : one | 1u << below(r, set->n_members);
    return more == all ? one : more;
}

static term measure_term(const world *w, rng *r, int m)
{
    const measure *const of = &w->measures[m];
    term t;
    memset(&t, 0, sizeof t);
    t.kind = TERM_MEASURE;
    t.coefficient = 1;
    t.index = m;
    t.pick.attribute = -1;
    for (int i = 0; i < of->n_categories; i++) {
        const bool must = of->law_category[i] == LAW_NONE;
        if (must || one_in(r, 3)) {
            t.pick.members[i] = some_members(r, &w->categories[of->category[i]], must);
        }
    }
    /* Which published total stands for a group of the units below it is not said. */
    if (of->level != LEVEL_REPLACES && one_in(r, 8)) {
        t.pick.attribute = below(r, w->n_attributes);
        t.pick.attribute_members = some_members(r, &w->attributes[t.pick.attribute], false);
    }
    return t;
}

static int plain_measure(const world *w, rng *r)
{
    for (int i = 0; i < 20; i++) {
        const int m = below(r, w->n_measures);
        if (!w->measures[m].is_percent) {
            return m;
        }
    }
    return 0;
}

static term number_term(int64_t n)
{
    term t;
    memset(&t, 0, sizeof t);
    t.kind = TERM_NUMBER;
    t.coefficient = n;
    t.pick.attribute = -1;
    return t;
}

static void add_term(form *f, term t)
{
    f->terms[f->n_terms++] = t;
}

static form sum_form(const world *w, rng *r, int n, bool may_subtract)
{
    form f;
    memset(&f, 0, sizeof f);
    for (int i = 0; i < n; i++) {
        term t = measure_term(w, r, plain_measure(w, r));
        t.coefficient = one_in(r, 6) ? rng_between(r, 2, 3) : 1;
        t.coefficient = i > 0 && may_subtract && one_in(r, 3) ? -t.coefficient : t.coefficient;
        add_term(&f, t);
    }
    return f;
}

static int make_node(world *w, rng *r, int depth)
{
    const int at = w->n_nodes++;
    node n;
    memset(&n, 0, sizeof n);
    n.left = -1;
    n.right = -1;
    if (depth > 0 && one_in(r, 2)) {
        n.kind = (node_kind)below(r, 3);
        n.left = make_node(w, r, depth - 1);
        n.right = n.kind == NODE_NOT ? -1 : make_node(w, r, depth - 1);
    } else if (one_in(r, 5)) {
        n.kind = NODE_ATTRIBUTE;
        n.attribute = below(r, w->n_attributes);
        n.member = 1u << below(r, w->attributes[n.attribute].n_members);
    } else {
        n.kind = NODE_COMPARE;
        n.lhs = sum_form(w, r, one_in(r, 5) ? 2 : 1, true);
        n.rel = (relation)below(r, 5);
        if (one_in(r, 4)) {
            term t = number_term(1);
            t.kind = TERM_REFERENCE;
            t.index = below(r, w->n_references);
            t.rule = (rule)below(r, n.rel == REL_EQ ? 2 : 3);
            add_term(&n.rhs, t);
        } else if (one_in(r, 5)) {
            add_term(&n.rhs, measure_term(w, r, plain_measure(w, r)));
        } else {
            add_term(&n.rhs, number_term(rng_between(r, 0, 12)));
        }
    }
    w->nodes[at] = n;
    return at;
}

static term count_term(world *w, rng *r, int type_index, bool with_predicate)
{
    term t = number_term(1);
    t.kind = TERM_COUNT;
    t.index = w->n_counts;
    count *const c = &w->counts[w->n_counts++];
    c->type = type_index;
    c->predicate = with_predicate ? make_node(w, r, 2) : -1;
    return t;
}

static int counted_type(rng *r)
{
    static const int types[] = {2, 2, 2, 3, 5, 1};
    return one_in(r, 15) ? 4 : types[below(r, 6)]; /* 4: a type without units */
}

/* ---- indicators ---- */

static bool room_for_count(const world *w)
{
    return w->n_counts + 2 <= MAX_COUNTS && w->n_nodes + 14 <= MAX_NODES;
}

/* Whether members are joined by their least or largest: then a leaf's figure is not the sum of its slots' figures, and the
 * semantics do not say how a share pairs them. */
static bool has_extreme(const world *w, const form *f)
{
    for (int i = 0; i < f->n_terms; i++) {
        const measure *const m = &w->measures[f->terms[i].index];
        for (int k = 0; k < m->n_categories && f->terms[i].kind == TERM_MEASURE; k++) {
            if (m->law_category[k] == LAW_MIN || m->law_category[k] == LAW_MAX) {
                return true;
            }
        }
    }
    return false;
}

/* A share whose denominator is likely to go with the numerator: measures 2k and 2k + 1, see make_measures. */
static void make_share(world *w, rng *r, indicator *i)
{
    const int m = plain_measure(w, r);
    const int d = one_in(r, 3) ? m : (m & ~1);
    add_term(&i->n, measure_term(w, r, (m | 1) < w->n_measures && one_in(r, 2) ? (m | 1) : m));
    term t = measure_term(w, r, w->measures[d].is_percent ? m : d);
    if (one_in(r, 2)) { /* of all members */
        memset(t.pick.members, 0, sizeof t.pick.members);
        t.pick.attribute = -1;
    }
    add_term(&i->d, t);
    if (one_in(r, 5)) {
        add_term(&i->n, measure_term(w, r, plain_measure(w, r)));
    }
    if (one_in(r, 5)) {
        add_term(&i->d, measure_term(w, r, plain_measure(w, r)));
    }
    i->share = !has_extreme(w, &i->n) && !has_extreme(w, &i->d);
    i->has_d = true;
}

static bool has_percent(const world *w, const form *f)
{
    for (int i = 0; i < f->n_terms; i++) {
        if (f->terms[i].kind == TERM_MEASURE && w->measures[f->terms[i].index].is_percent) {
            return true;
        }
    }
    return false;
}

static void make_counting(world *w, rng *r, indicator *i)
{
    const int type_index = counted_type(r);
    add_term(&i->n, count_term(w, r, type_index, true));
    i->has_d = !one_in(r, 3);
    if (i->has_d) {
        add_term(&i->d, count_term(w, r, type_index, one_in(r, 4)));
        i->share = !one_in(r, 3);
    }
}

static void make_indicator(world *w, rng *r, indicator *i)
{
    switch (below(r, 9)) {
    case 0:
    case 1:
    case 2: make_share(w, r, i); break;
    case 3:
    case 4:
        i->n = sum_form(w, r, 1 + below(r, 2), true);
        i->d = sum_form(w, r, one_in(r, 3) ? 2 : 1, true);
        i->has_d = true;
        i->annualised = one_in(r, 4);
        break;
    case 5: i->n = sum_form(w, r, 1 + below(r, 3), true); break;
    case 6:
    case 7:
        if (room_for_count(w)) {
            make_counting(w, r, i);
            break;
        }
        i->n = sum_form(w, r, 1, false);
        break;
    default:
        i->n = sum_form(w, r, 1, false);
        i->has_d = true;
        if (one_in(r, 2) && room_for_count(w)) {
            add_term(&i->d, count_term(w, r, counted_type(r), one_in(r, 4)));
        } else {
            i->d = sum_form(w, r, 1, false);
            add_term(&i->n, number_term(rng_between(r, 1, 5)));
        }
        break;
    }
}

void make_indicators(world *w, rng *r, int n)
{
    for (int k = 0; k < n; k++) {
        indicator i;
        memset(&i, 0, sizeof i);
        make_indicator(w, r, &i);
        if (has_percent(w, &i.n) || has_percent(w, &i.d)) {
            continue;
        }
        snprintf(i.id, ID, "i%d", w->n_indicators);
        w->indicators[w->n_indicators++] = i;
    }
}

/* The indicator that a phrase makes by naming a measure. */
static int indicator_of_measure(world *w, int m)
{
    const measure *const of = &w->measures[m];
    for (int i = 0; i < of->n_categories; i++) {
        if (of->law_category[i] == LAW_NONE) {
            return 0;
        }
    }
    for (int i = 0; i < w->n_indicators; i++) {
        if (w->indicators[i].of_measure && w->indicators[i].n.terms[0].index == m) {
            return i;
        }
    }
    if (w->n_indicators == MAX_INDICATORS) {
        return 0;
    }
    indicator i;
    memset(&i, 0, sizeof i);
    i.of_measure = true;
    snprintf(i.id, ID, "%s", of->id);
    term t = number_term(1);
    t.kind = TERM_MEASURE;
    t.index = m;
    add_term(&i.n, t);
    w->indicators[w->n_indicators] = i;
    return w->n_indicators++;
}

/* ---- phrases ---- */

static level_text write_level(const char *text, int64_t n, int64_t d)
{
    level_text l;
    memset(&l, 0, sizeof l);
    snprintf(l.text, sizeof l.text, "%s", text);
    l.value = frac_of(n, d);
    return l;
}

static level_text share_level(rng *r, int at)
{
    char text[24];
    switch (below(r, 3)) {
    case 0: snprintf(text, sizeof text, "%d%%", at); break;
    case 1: snprintf(text, sizeof text, "%d/100", at); break;
    default: snprintf(text, sizeof text, "0.%02d", at); break;
    }
    return write_level(text, at, 100);
}

static bool is_ratio_of_whole(const world *w, const indicator *i)
{
    return i->share || (i->n.terms[0].kind == TERM_MEASURE && w->measures[i->n.terms[0].index].is_percent);
}

static level_text some_level(const world *w, rng *r, const indicator *i, int *at)
{
    static const int shares[] = {20, 25, 40, 50, 60, 75, 80, 90};
    char text[24];
    if (is_ratio_of_whole(w, i)) {
        *at = shares[below(r, 8)];
        return share_level(r, *at);
    }
    if (!i->has_d) {
        *at = below(r, 60);
        snprintf(text, sizeof text, "%d", *at);
        return write_level(text, *at, 1);
    }
    *at = below(r, 4) + 1;
    const int per = below(r, 5) + 1;
    snprintf(text, sizeof text, "%d per %d", *at, per);
    return write_level(text, *at, per);
}

static level_text higher_level(const world *w, rng *r, const indicator *i, int at)
{
    char text[24];
    const int high = at + 5 + below(r, 10);
    if (is_ratio_of_whole(w, i)) {
        return share_level(r, high > 99 ? 99 : high);
    }
    snprintf(text, sizeof text, "%d", high);
    return write_level(text, high, 1);
}

static base some_base(const world *w, rng *r, const indicator *i, const shape *like)
{
    base b;
    memset(&b, 0, sizeof b);
    const int year = (int)rng_between(r, like->first_year, like->first_year + 1);
    const span_type types[] = {SPAN_YEAR, SPAN_YEAR, SPAN_YEAR, SPAN_HALF};
    b.kind = one_in(r, 3) ? BASE_STATED : BASE_PERIOD;
    b.period = span_holding(types[below(r, 4)], 1, day_of(year, 3, 1));
    if (b.kind == BASE_STATED) {
        int at;
        b.stated = some_level(w, r, i, &at);
    }
    return b;
}

static void make_change(const world *w, rng *r, reading *rd, const shape *like)
{
    const indicator *const i = &w->indicators[rd->indicator];
    rd->op = one_in(r, 3) ? OP_DOWN : OP_UP;
    if (!one_in(r, 8)) {
        rd->over = some_base(w, r, i, like);
    }
    if (one_in(r, 5)) {
        return;
    }
    rd->says_at_least = one_in(r, 2);
    rd->change = frac_of(5 * (1 + below(r, 8)), 1);
    rd->change_kind = is_ratio_of_whole(w, i) && one_in(r, 2) ? AMOUNT_POINTS : AMOUNT_RELATIVE;
}

static bool adds_up(const world *w, const indicator *i)
{
    for (int k = 0; k < i->n.n_terms; k++) {
        if (i->n.terms[k].kind == TERM_MEASURE && w->measures[i->n.terms[k].index].is_flow) {
            return true;
        }
    }
    return false;
}

static void make_phrase(world *w, rng *r, reading *rd, const shape *like)
{
    rd->indicator = one_in(r, 5) || w->n_indicators == 0 ? indicator_of_measure(w, below(r, w->n_measures))
                                                         : below(r, w->n_indicators);
    const indicator *const i = &w->indicators[rd->indicator];
    rd->change = frac_of(0, 1);
    rd->tolerance = frac_of(0, 1);
    rd->within = -1;
    rd->op = (op)below(r, 10);
    if (rd->op >= OP_UP) {
        make_change(w, r, rd, like);
        return;
    }
    int at;
    rd->a = some_level(w, r, i, &at);
    if (rd->op == OP_BETWEEN) {
        rd->b = higher_level(w, r, i, at);
    }
    rd->lower_about = rd->op == OP_AT_LEAST && one_in(r, 6);
    if ((rd->op == OP_ABOUT || rd->lower_about) && !one_in(r, 3)) {
        rd->tolerance_kind = is_ratio_of_whole(w, i) && one_in(r, 2) ? AMOUNT_POINTS : AMOUNT_RELATIVE;
        rd->tolerance = frac_of(5 * (1 + below(r, 4)), 1);
    }
    if (one_in(r, 3) && adds_up(w, i)) {
        rd->since = span_holding(SPAN_YEAR, 1,
                                 day_of((int)rng_between(r, like->first_year, like->first_year + 1), 1, 1));
    }
    rd->every_year = one_in(r, 40);
    const int whole = w->n_indicators > 0 ? below(r, w->n_indicators) : 0;
    if (!i->has_d && one_in(r, 4) && whole != rd->indicator && !has_percent(w, &i->n) &&
        !has_percent(w, &w->indicators[whole].n)) {
        rd->within = whole;
    }
}

/* ---- targets ---- */

static void make_programmes(world *w, rng *r, const shape *like)
{
    w->n_programmes = 2;
    for (int i = 0; i < w->n_programmes; i++) {
        programme *const p = &w->programmes[i];
        snprintf(p->id, ID, "g%d", i);
        const span from = span_holding(SPAN_YEAR, 1, day_of(like->first_year, 1, 1));
        const int to = like->last_year + (int)rng_between(r, -1, 2);
        p->period = span_range(from, span_holding(SPAN_YEAR, 1, day_of(to, 1, 1)));
        p->horizon = like->last_year + 3;
        p->unit = -1;
    }
    for (int u = 0; u < w->n_units && w->programmes[1].unit < 0; u++) {
        w->programmes[1].unit = w->units[u].type == 1 ? u : -1;
    }
}

static span some_due(rng *r, const shape *like)
{
    const int year = (int)rng_between(r, like->first_year + 2, like->last_year + 2);
    const int day = day_of(year, (int)rng_between(r, 1, 12), (int)rng_between(r, 1, 28));
    static const span_type types[] = {SPAN_YEAR,    SPAN_YEAR,  SPAN_YEAR, SPAN_YEAR, SPAN_HALF,
                                      SPAN_QUARTER, SPAN_MONTH, SPAN_DAY,  SPAN_FY};
    return span_holding(types[below(r, 9)], 4, day);
}

static void make_scope(const world *w, rng *r, target *t)
{
    static const int types[] = {1, 2, 2, 3, 5};
    t->scope = (scope_kind)below(r, 3);
    t->scope_type = types[below(r, 5)];
    if (t->scope == SCOPE_UNITS) {
        t->n_scope_units = 0;
        for (int i = 0; i < 3; i++) {
            const int u = below(r, w->n_units);
            bool known = false;
            for (int k = 0; k < t->n_scope_units; k++) {
                known = known || t->scope_units[k] == u;
            }
            if (!known) {
                t->scope_units[t->n_scope_units++] = u;
            }
        }
    }
}

static void make_readings(world *w, rng *r, target *t, const shape *like)
{
    const uint64_t how = rng_below(r, 8);
    t->n_readings = 1;
    t->chosen = -1;
    make_phrase(w, r, &t->readings[0], like);
    reading *const first = &t->readings[0];
    if (how == 0) {
        t->n_readings = 2 + below(r, 2);
        t->chosen = one_in(r, 3) ? below(r, t->n_readings) : -1;
        for (int i = 0; i < t->n_readings; i++) {
            snprintf(t->readings[i].name, ID, "w%d", i);
            if (i > 0) {
                make_phrase(w, r, &t->readings[i], like);
                t->readings[i].since.type = SPAN_NONE;
                first->since.type = SPAN_NONE;
            }
        }
    } else if (how <= 2 && (first->op == OP_UP || first->op == OP_DOWN) &&
               first->change_kind != AMOUNT_NONE && is_ratio_of_whole(w, &w->indicators[first->indicator])) {
        t->reads_both = true;
        t->n_readings = 2;
        first->change_kind = AMOUNT_RELATIVE;
        snprintf(first->name, ID, "relative");
        t->readings[1] = *first;
        t->readings[1].change_kind = AMOUNT_POINTS;
        snprintf(t->readings[1].name, ID, "points");
    }
}

/* Two levels for one indicator may contradict each other, which the checker refuses. */
static const reading *only_reading(const target *t)
{
    return t->n_readings == 1 ? &t->readings[0] : t->chosen >= 0 ? &t->readings[t->chosen] : NULL;
}

static bool clashes(const world *w, const target *t)
{
    const reading *const a = only_reading(t);
    for (const target *o = w->targets; o < t && a != NULL; o++) {
        const reading *const b = only_reading(o);
        if (b != NULL && a->indicator == b->indicator && (a->op < OP_UP) == (b->op < OP_UP)) {
            return true;
        }
    }
    return false;
}

void make_targets(world *w, rng *r, const shape *like, int n)
{
    make_programmes(w, r, like);
    for (int k = 0; k < n; k++) {
        target *const t = &w->targets[w->n_targets++];
        t->programme = one_in(r, 4) ? 1 : 0;
        snprintf(t->id, sizeof t->id, "g%d.t%d", t->programme, k);
        for (int attempt = 0; attempt == 0 || (clashes(w, t) && attempt < 50); attempt++) {
            memset(t->readings, 0, sizeof t->readings);
            t->reads_both = false;
            make_readings(w, r, t, like);
        }
        if (clashes(w, t)) {
            memset(t, 0, sizeof *t);
            w->n_targets--;
            continue;
        }
        make_scope(w, r, t);
        t->vision = one_in(r, 10);
        if (!t->vision && !one_in(r, 4)) {
            t->by = some_due(r, like);
        }
        if (one_in(r, 3)) {
            t->baseline = some_base(w, r, &w->indicators[t->readings[0].indicator], like);
        }
    }
}
