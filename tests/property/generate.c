/* Random worlds, part by part: units, sets, measures, references; then facts; generate_plan.c makes indicators and targets.
 *
 * Figures are small, so that levels are met exactly, denominators are 0 and n exceeds d now and then. */
#include "generate_plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void name(char *out, const char *prefix, int n)
{
    snprintf(out, ID, "%s%d", prefix, n);
}

/* ---- types and sets ---- */

enum { NATION, PROVINCE, COMMUNE, SCHOOL, LIBRARY, BODY };

static void make_types(world *w)
{
    static const char *const ids[] = {"nation", "province", "commune", "school", "library", "body"};
    w->n_types = 6;
    for (int i = 0; i < w->n_types; i++) {
        snprintf(w->types[i].id, ID, "%s", ids[i]);
        w->types[i].is_group = i == BODY;
        w->types[i].plain = i == BODY ? 1u << COMMUNE | 1u << SCHOOL | 1u << LIBRARY : 1u << i;
    }
}

static void make_sets(rng *r, member_set *sets, int n_sets, const char *prefix)
{
    for (int i = 0; i < n_sets; i++) {
        name(sets[i].id, prefix, i);
        sets[i].n_members = (int)rng_between(r, 2, 3);
        for (int k = 0; k < sets[i].n_members; k++) {
            snprintf(sets[i].member[k], ID, "%s%d%c", prefix, i, 'a' + k);
        }
    }
}

/* ---- the tree ---- */

static unit *add_unit(world *w, rng *r, const char *prefix, int n, int of_type)
{
    unit *const u = &w->units[w->n_units++];
    name(u->id, prefix, n);
    u->type = of_type;
    for (int i = 0; i < w->n_attributes; i++) {
        u->member[i] = rng_below(r, 6) == 0 ? -1 : (int)rng_below(r, (uint64_t)w->attributes[i].n_members);
    }
    return u;
}

static void set_edge(unit *u, int parent, int from, int until)
{
    u->edges[u->n_edges++] = (edge){parent, from, until};
}

/* A day on which the map may change: mostly the end of a year or half. */
static int change_day(const shape *like, rng *r)
{
    const int year = (int)rng_between(r, like->first_year, like->last_year);
    switch (rng_below(r, 4)) {
    case 0: return day_of(year, 6, 30);
    case 1: return day_of(year, (int)rng_between(r, 1, 12), (int)rng_between(r, 1, 28));
    default: return day_of(year, 12, 31);
    }
}

/* Stretches of a unit below one or two parents, each inside the days of its parent. */
static void place_unit(const world *w, unit *u, int parent, int other, const shape *like, rng *r)
{
    const unit *const p = &w->units[parent];
    const unit *const o = &w->units[other];
    const edge first = p->edges[0];
    const int day = change_day(like, r);
    const uint64_t how = rng_below(r, 8);
    if (first.until != DAY_LAST) { /* the parent goes: with it, or on to another */
        set_edge(u, parent, first.from, first.until);
        if (how < 6 && other != parent && o->edges[0].from <= first.until + 1 &&
            o->edges[0].until == DAY_LAST) {
            set_edge(u, other, first.until + 1, DAY_LAST);
        }
    } else if (how == 0 && day > first.from) {
        set_edge(u, parent, first.from, day); /* abolished */
    } else if (how == 1 && day > first.from) {
        set_edge(u, parent, day + 1, DAY_LAST); /* founded */
    } else if (how == 2 && other != parent && o->edges[0].from == DAY_FIRST &&
               o->edges[0].until == DAY_LAST && day > first.from) {
        const int gap = rng_below(r, 4) == 0 ? 100 : 0;
        set_edge(u, other, DAY_FIRST, day); /* moved */
        set_edge(u, parent, day + 1 + gap, DAY_LAST);
    } else {
        set_edge(u, parent, first.from, DAY_LAST);
    }
}

static int order_below(const world *w, int at, int *new_index, int n)
{
    new_index[at] = n++;
    for (int i = 0; i < w->n_units; i++) {
        const unit *const u = &w->units[i];
        if (u->edges[u->n_edges - 1].parent == at) {
            n = order_below(w, i, new_index, n);
        }
    }
    return n;
}

/* Depth first by the last parents, children as written: the order of the library. */
static void order_units(world *w)
{
    static const unit none;
    unit *const old = calloc(MAX_UNITS, sizeof *old);
    int new_index[MAX_UNITS];
    if (old == NULL) {
        abort();
    }
    memcpy(old, w->units, (size_t)w->n_units * sizeof *old);
    order_below(w, 0, new_index, 0);
    for (int i = 0; i < w->n_units; i++) {
        unit *const u = &w->units[new_index[i]];
        *u = none;
        *u = old[i];
        for (int k = 0; k < u->n_edges; k++) {
            u->edges[k].parent = u->edges[k].parent < 0 ? -1 : new_index[u->edges[k].parent];
        }
    }
    free(old);
}

static int some(rng *r, int asked, int low, int high)
{
    return asked > 0 ? asked : (int)rng_between(r, low, high);
}

static void make_units(world *w, rng *r, const shape *like)
{
    set_edge(add_unit(w, r, "N", 0, NATION), -1, DAY_FIRST, DAY_LAST);
    const int n_provinces = some(r, like->n_provinces, 1, 3);
    const int n_communes = some(r, like->n_communes, 2, 6);
    const int n_schools = like->n_communes > 0 ? like->n_schools : (int)rng_between(r, 0, 3);
    for (int i = 0; i < n_provinces; i++) {
        unit *const p = add_unit(w, r, "P", i, PROVINCE);
        const bool goes = i > 0 && rng_below(r, 4) == 0;
        set_edge(p, 0, DAY_FIRST, goes ? change_day(like, r) : DAY_LAST);
    }
    for (int i = 0; i < n_communes + n_schools; i++) {
        const bool is_school = i >= n_communes;
        const int first = is_school && rng_below(r, 2) == 0 ? 1 + n_provinces : 1;
        const int n = first == 1 ? n_provinces : n_communes;
        const int parent = first + (int)rng_below(r, (uint64_t)n);
        const int other = first + (int)rng_below(r, (uint64_t)n);
        unit *const u = add_unit(w, r, is_school ? "S" : "C", i, is_school ? SCHOOL : COMMUNE);
        if (w->units[parent].n_edges == 1) {
            place_unit(w, u, parent, w->units[other].n_edges == 1 ? other : parent, like, r);
        } else { /* below a unit that moved: on the days of its last edge */
            const edge e = w->units[parent].edges[w->units[parent].n_edges - 1];
            set_edge(u, parent, e.from, e.until);
        }
    }
    order_units(w);
}

/* ---- measures ---- */

static void make_laws(world *w, rng *r, measure *m)
{
    const uint64_t how = rng_below(r, 10);
    m->law_units = m->is_percent ? LAW_NONE : LAW_SUM;
    m->law_time = m->is_flow && !m->is_percent ? LAW_SUM : LAW_LAST;
    for (int i = 0; i < m->n_categories; i++) {
        m->law_category[i] = m->is_percent ? LAW_NONE : LAW_SUM;
    }
    if (how == 0) {
        m->law_units = LAW_NONE;
    } else if (how <= 2) {
        m->law_units = rng_below(r, 2) == 0 ? LAW_MIN : LAW_MAX;
    } else if (how == 3) {
        m->law_time = rng_below(r, 2) == 0 ? LAW_MIN : LAW_MAX;
    } else if (how == 4 && m->n_categories > 0) {
        m->law_category[m->n_categories - 1] = rng_below(r, 2) == 0 ? LAW_MIN : LAW_MAX;
    } else if (how == 5 && !m->is_percent) {
        m->law_time = m->is_flow ? LAW_LAST : LAW_SUM;
    }
    if (how >= 8 && m->law_units == LAW_SUM && m->n_categories == 0) {
        m->level = rng_below(r, 2) == 0 ? LEVEL_REPLACES : LEVEL_ADDS;
    }
    (void)w;
}

static void make_rhythm(rng *r, measure *m)
{
    static const span_type rhythms[] = {SPAN_YEAR, SPAN_YEAR,    SPAN_YEAR, SPAN_HALF,
                                        SPAN_HALF, SPAN_QUARTER, SPAN_MONTH};
    static const int types[] = {COMMUNE, COMMUNE, SCHOOL, BODY, PROVINCE, -1};
    m->by_type = -1;
    m->loose = SPAN_YEAR;
    if (rng_below(r, 4) == 0) {
        m->loose = rhythms[rng_below(r, 7)];
        return;
    }
    m->every = rhythms[rng_below(r, 7)];
    m->by_type = types[rng_below(r, 6)];
    if (m->law_units == LAW_NONE && m->by_type < 0) {
        m->by_type = PROVINCE;
    }
    if (rng_below(r, 3) == 0) {
        m->due = (due_kind)rng_between(r, DUE_DAYS_AFTER, DUE_DATE_NEXT_YEAR);
        m->due_n = m->due == DUE_DAYS_AFTER ? (int)rng_between(r, 1, 200) : (int)rng_between(r, 1, 12);
        m->due_strict = m->due != DUE_DAYS_AFTER && rng_below(r, 2) == 0;
    }
}

static void make_measures(world *w, rng *r, const shape *like)
{
    w->n_measures = some(r, like->n_measures, 3, 7);
    for (int i = 0; i < w->n_measures; i++) {
        measure *const m = &w->measures[i];
        name(m->id, "m", i);
        m->is_flow = rng_below(r, 2) == 0;
        m->is_percent = rng_below(r, 10) == 0;
        m->is_flow = m->is_flow && !m->is_percent;
        m->any_sign = !m->is_percent && rng_below(r, 12) == 0;
        m->decimals = rng_below(r, 3) == 0 ? (int)rng_between(r, 1, 2) : 0;
        m->n_categories =
            rng_below(r, 3) == 0 ? (int)rng_between(r, 1, w->n_categories < 2 ? w->n_categories : 2) : 0;
        m->category[0] = (int)rng_below(r, (uint64_t)w->n_categories);
        m->category[1] = (m->category[0] + 1) % w->n_categories;
        m->most = i % 2 == 0 ? 20 : 9;
        make_laws(w, r, m);
        make_rhythm(r, m);
        if (i % 2 == 1 &&
            rng_below(r, 2) == 0) { /* parts of a whole: what measure i - 1 counts, in its slots and units */
            const bool splits = rng_below(r, 2) == 0;
            const measure own = *m;
            *m = w->measures[i - 1];
            memcpy(m->id, own.id, sizeof m->id);
            m->n_categories = splits ? own.n_categories : m->n_categories;
            m->most = own.most;
            for (int k = 0; k < m->n_categories && splits; k++) {
                m->category[k] = own.category[k];
                m->law_category[k] = m->is_percent ? LAW_NONE : LAW_SUM;
            }
            m->level = m->n_categories > 0 ? LEVEL_LEAVES : m->level;
        }
    }
}

static void make_references(world *w, rng *r, const shape *like)
{
    w->n_references = 2;
    for (int i = 0; i < w->n_references; i++) {
        reference *const f = &w->references[i];
        name(f->id, "r", i);
        f->decimals = (int)rng_below(r, 2);
        f->n_steps = (int)rng_between(r, 1, 3);
        for (int k = 0; k < f->n_steps; k++) {
            const int year = like->first_year - 1 + 2 * k + (i == 0 ? -3 : 0);
            f->day[k] = day_of(year, (int)rng_between(r, 1, 12), (int)rng_between(r, 1, 28));
            f->value[k] = rng_between(r, 0, 12);
        }
    }
}

/* ---- facts ---- */

static bool add_fact(world *w, const fact *f)
{
    if (w->n_facts == w->cap_facts) {
        const int cap = w->cap_facts * 2 + 64;
        fact *const more = realloc(w->facts, (size_t)cap * sizeof *more);
        if (more == NULL) {
            return false;
        }
        w->facts = more;
        w->cap_facts = cap;
    }
    w->facts[w->n_facts++] = *f;
    return true;
}

static fact random_fact(const measure *m, rng *r, bool wide)
{
    static const qualifier odd[] = {IS_MORE,      IS_AT_LEAST,  IS_LESS,    IS_AT_MOST,
                                    IS_ESTIMATED, IS_ESTIMATED, IS_MISSING, IS_MISSING};
    fact f;
    memset(&f, 0, sizeof f);
    int64_t scale = 1;
    for (int i = 0; i < m->decimals; i++) {
        scale *= 10;
    }
    f.value = wide ? (int64_t)(rng_next(r) >> rng_between(r, 8, 40)) : rng_between(r, 0, (int64_t)m->most);
    f.value = wide ? f.value
                   : f.value * scale + (scale > 1 && rng_below(r, 2) == 0 ? rng_between(r, 0, scale - 1) : 0);
    if (m->is_percent && !wide) {
        f.value *= 7;
    }
    if (m->any_sign && rng_below(r, 3) == 0) {
        f.value = -f.value;
    }
    if (rng_below(r, 12) == 0) {
        f.qualifier = odd[rng_below(r, 8)];
        f.qualifier = f.qualifier == IS_LESS && f.value <= 0 ? IS_AT_MOST : f.qualifier;
        if (f.qualifier == IS_MISSING) {
            f.reason = (int)rng_between(r, 1, 5);
            f.value = 0;
        }
    }
    return f;
}

static bool may_stand(const world *w, const measure *m, int unit_index, span slot)
{
    int day;
    if (!last_valid_day(w, unit_index, slot, &day)) {
        return false;
    }
    if (m->law_units == LAW_NONE || m->level != LEVEL_LEAVES) {
        return true;
    }
    if (m->every != SPAN_NONE && m->by_type >= 0) {
        return is_of_type(w, unit_index, m->by_type);
    }
    return !has_children_on(w, unit_index, day);
}

static bool fill_unit(world *w, rng *r, const shape *like, int measure_index, int unit_index)
{
    const measure *const m = &w->measures[measure_index];
    const bool inner = has_children_on(w, unit_index, day_of(like->first_year + 1, 6, 1));
    const uint64_t density =
        inner && m->level != LEVEL_LEAVES && (m->by_type < 0 || !is_of_type(w, unit_index, m->by_type)) ? 15
                                                                                                        : 85;
    span slot = span_holding(m->every != SPAN_NONE ? m->every : m->loose, 1, day_of(like->first_year, 1, 1));
    const int last = day_of(like->last_year, 12, 31);
    for (; slot.end <= last; slot = span_next(slot)) {
        span at = slot;
        if (m->every == SPAN_NONE && !m->is_flow &&
            rng_below(r, 5) == 0) { /* a loose stock: any period with another last day */
            const int back = (int)rng_between(r, 1, 12);
            at = span_holding(rng_below(r, 2) == 0 ? SPAN_DAY : SPAN_MONTH, 1, slot.end - 20 * back);
            at = at.end >= slot.end || at.start < slot.start ? slot : at;
        }
        for (int cell = 0; cell < measure_cells(w, m); cell++) {
            fact f = random_fact(m, r, like->wide);
            f.unit = unit_index;
            f.measure = measure_index;
            f.cell = cell;
            f.period = at;
            if (rng_below(r, 100) < density && may_stand(w, m, unit_index, at) && !add_fact(w, &f)) {
                return false;
            }
        }
    }
    return true;
}

static bool make_facts(world *w, rng *r, const shape *like)
{
    for (int m = 0; m < w->n_measures; m++) {
        for (int u = 0; u < w->n_units; u++) {
            const bool silent = rng_below(r, 12) == 0;
            if (!silent && !fill_unit(w, r, like, m, u)) {
                return false;
            }
        }
    }
    return true;
}

static int fact_order(const void *a, const void *b)
{
    const fact *const x = a;
    const fact *const y = b;
    if (x->measure != y->measure) {
        return x->measure < y->measure ? -1 : 1;
    }
    if (x->unit != y->unit) {
        return x->unit < y->unit ? -1 : 1;
    }
    if (x->period.end != y->period.end) {
        return x->period.end < y->period.end ? -1 : 1;
    }
    return (x->cell > y->cell) - (x->cell < y->cell);
}

bool world_index(world *w)
{
    const int n_keys = w->n_measures * w->n_units;
    if (w->n_facts > 0) {
        qsort(w->facts, (size_t)w->n_facts, sizeof *w->facts, fact_order);
    }
    free(w->first_fact);
    w->first_fact = calloc((size_t)n_keys + 1, sizeof *w->first_fact);
    if (w->first_fact == NULL) {
        return false;
    }
    for (int i = 0; i < w->n_facts; i++) {
        w->first_fact[w->facts[i].measure * w->n_units + w->facts[i].unit + 1]++;
    }
    for (int key = 0; key < n_keys; key++) {
        w->first_fact[key + 1] += w->first_fact[key];
    }
    return true;
}

world *world_new(uint64_t seed, const shape *like)
{
    world *const w = calloc(1, sizeof *w);
    if (w == NULL) {
        return NULL;
    }
    rng r = rng_new(seed);
    w->seed = seed;
    make_types(w);
    w->n_attributes = 2;
    w->n_categories = 2;
    make_sets(&r, w->attributes, w->n_attributes, "a");
    make_sets(&r, w->categories, w->n_categories, "c");
    make_units(w, &r, like);
    make_measures(w, &r, like);
    make_references(w, &r, like);
    make_indicators(w, &r, some(&r, like->n_indicators, 4, 8));
    make_targets(w, &r, like, some(&r, like->n_targets, 4, 10));
    if (!make_facts(w, &r, like) || !world_index(w)) {
        world_free(w);
        return NULL;
    }
    return w;
}

void world_free(world *w)
{
    if (w != NULL) {
        free(w->facts);
        free(w->first_fact);
        free(w);
    }
}
