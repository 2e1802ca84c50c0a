/* Promises held against each other, and against what can be known.
 *
 *   twice         two targets of one programme say the same of the same: an error, both are named
 *   contradict    at least 90 % and at most 80 % of the same indicator, units and deadline: an error within a programme, a warning between
 *                 two (many programmes may speak of one unit, and each answers for its own)
 *   blind         a measure without `reported`: nobody can tell a figure that is late from one that does not exist
 *
 * Every promise is written as a key of bytes (scope, deadline, indicator, and for "twice" all that the phrase
 * says) and looked up: O(n). */
#include "language/check.h"
#include "number/decimal.h"

/* ---- keys ---- */

static void key_number(atn_buf *key, int64_t v)
{
    atn_buf_char(key, ' ');
    atn_buf_int(key, v);
}

static void key_ratio(atn_buf *key, const atn_ratio *r)
{
    atn_buf_char(key, ' ');
    atn_decimal_print_wide(key, &r->num);
    atn_buf_char(key, '/');
    atn_decimal_print_wide(key, &r->den);
}

static void key_period(atn_buf *key, attain_period period)
{
    key_number(key, period.start_day);
    key_number(key, period.end_day);
    key_number(key, period.type);
}

static void key_target(atn_buf *key, const atn_target *t, bool with_programme)
{
    key_number(key, with_programme ? t->programme : ATN_NONE);
    key_number(key, t->scope == ATN_SCOPE_EVERY ? t->scope_type : ATN_NONE);
    if (t->scope == ATN_SCOPE_UNITS) {
        for (uint32_t i = 0; i < t->n_scope_units; i++) {
            key_number(key, t->scope_units[i]);
        }
    } else {
        key_number(key, t->scope_unit);
    }
    atn_buf_char(key, ';');
    key_period(key, t->due);
}

static void key_subject(atn_buf *key, const atn_reading *r)
{
    key_number(key, r->indicator);
    key_number(key, r->within);
    key_period(key, r->since);
    key_number(key, r->every_year);
}

static void key_reading(atn_buf *key, const atn_reading *r)
{
    key_subject(key, r);
    key_number(key, r->op);
    key_number(key, r->at_least_about);
    key_ratio(key, &r->level);
    key_ratio(key, &r->level_high);
    key_number(key, r->tolerance_kind);
    key_ratio(key, &r->tolerance);
    key_number(key, r->change_kind);
    key_ratio(key, &r->change);
    key_number(key, r->over.kind);
    key_period(key, r->over.period);
    key_ratio(key, &r->over.stated);
}

static const atn_reading *readings_of(const atn_checker *c, const atn_target *t)
{
    return t->n_readings == 0 ? NULL : (const atn_reading *)c->readings.items + t->first_reading;
}

/* Only promises that were understood are compared. */
static bool is_comparable(const atn_checker *c, const atn_target *t)
{
    const atn_reading *const readings = readings_of(c, t);
    bool good = t->n_readings > 0 && t->due.type != ATTAIN_PERIOD_NONE;
    for (uint32_t i = 0; i < t->n_readings && good; i++) {
        good = readings[i].op != ATN_OP_NOT_QUANTIFIED && readings[i].indicator != ATN_NONE;
    }
    return good;
}

/* Enters the key in the table; the key's text lives in scratch. Frees the buffer. */
static uint32_t enter(atn_checker *c, atn_names *table, atn_buf *key, uint32_t value)
{
    uint32_t found = value;
    const uint32_t known = key->failed ? ATN_NONE : atn_names_find(table, (atn_str){key->data, key->len});
    if (known != ATN_NONE) {
        found = known;
    } else if (!key->failed) {
        char *const kept = atn_arena_copy(&c->scratch, key->data, key->len);
        c->failed = c->failed || kept == NULL;
        if (kept != NULL) {
            atn_check_add_name(c, table, (atn_str){kept, key->len}, value, &found);
        }
    }
    c->failed = c->failed || key->failed;
    atn_buf_free(key);
    return found;
}

/* ---- the same promise twice ---- */

static void check_twice(atn_checker *c)
{
    const atn_model *const m = c->model;
    atn_names table;
    atn_names_init(&table, &c->plan->alloc, c->plan->draft->hash_seed);
    for (uint32_t i = 0; i < m->n_targets && !c->failed; i++) {
        const atn_target *const t = &m->targets[i];
        if (!is_comparable(c, t)) {
            continue;
        }
        atn_buf key;
        atn_buf_init(&key, &c->plan->alloc);
        key_target(&key, t, true);
        key_number(&key, t->chosen);
        for (uint32_t k = 0; k < t->n_readings; k++) {
            key_reading(&key, &readings_of(c, t)[k]);
        }
        const uint32_t first = enter(c, &table, &key, i);
        if (first != i && !c->failed) {
            ATN_CHECK_ERROR(c, t->span, ATN_NO_HINT,
                            "'%s' and '%s' (%s) promise the same: indicator, units, deadline and level",
                            atn_check_text(c, t->id), atn_check_text(c, m->targets[first].id),
                            atn_check_place(c, m->targets[first].span));
        }
    }
    atn_names_free(&table);
}

/* ---- contradictions ---- */

/* The sharpest bounds of one subject; ATN_NONE: none yet. */
typedef struct bounds {
    uint32_t low_target, high_target;
} bounds;

static const atn_reading *only_reading(const atn_checker *c, const atn_target *t)
{
    if (!is_comparable(c, t) || (t->n_readings > 1 && t->chosen == ATN_NONE)) {
        return NULL;
    }
    return &readings_of(c, t)[t->chosen == ATN_NONE ? 0 : t->chosen];
}

static const atn_ratio *low_of(const atn_reading *r, bool *strict)
{
    *strict = r->op == ATN_OP_MORE_THAN;
    const bool has = (r->op == ATN_OP_AT_LEAST && !r->at_least_about) || r->op == ATN_OP_MORE_THAN ||
                     r->op == ATN_OP_EXACTLY || r->op == ATN_OP_BETWEEN;
    return has ? &r->level : NULL;
}

static const atn_ratio *high_of(const atn_reading *r, bool *strict)
{
    *strict = r->op == ATN_OP_LESS_THAN;
    const bool has = r->op == ATN_OP_AT_MOST || r->op == ATN_OP_LESS_THAN || r->op == ATN_OP_EXACTLY;
    return has ? &r->level : r->op == ATN_OP_BETWEEN ? &r->level_high : NULL;
}

/* Is a sharper than b as a lower (sign 1) or upper (sign -1) bound? */
static bool is_sharper(const atn_ratio *a, bool a_strict, const atn_ratio *b, bool b_strict, int sign)
{
    const int order = sign * atn_ratio_compare(a, b);
    return order > 0 || (order == 0 && a_strict && !b_strict);
}

static void sharpen(const atn_checker *c, bounds *of, uint32_t target, const atn_reading *r)
{
    bool strict;
    bool old_strict;
    const atn_ratio *const low = low_of(r, &strict);
    if (low != NULL) {
        const atn_ratio *const old =
            of->low_target == ATN_NONE
                ? NULL
                : low_of(only_reading(c, &c->model->targets[of->low_target]), &old_strict);
        of->low_target = old == NULL || is_sharper(low, strict, old, old_strict, 1) ? target : of->low_target;
    }
    const atn_ratio *const high = high_of(r, &strict);
    if (high != NULL) {
        const atn_ratio *const old =
            of->high_target == ATN_NONE
                ? NULL
                : high_of(only_reading(c, &c->model->targets[of->high_target]), &old_strict);
        of->high_target =
            old == NULL || is_sharper(high, strict, old, old_strict, -1) ? target : of->high_target;
    }
}

static void tell_contradiction(atn_checker *c, const bounds *of, bool within_programme)
{
    if (of->low_target == ATN_NONE || of->high_target == ATN_NONE || of->low_target == of->high_target) {
        return;
    }
    const atn_target *const a = &c->model->targets[of->low_target];
    const atn_target *const b = &c->model->targets[of->high_target];
    bool low_strict;
    bool high_strict;
    const atn_ratio *const low = low_of(only_reading(c, a), &low_strict);
    const atn_ratio *const high = high_of(only_reading(c, b), &high_strict);
    const int order = atn_ratio_compare(low, high);
    if (order < 0 || (order == 0 && !low_strict && !high_strict) ||
        (!within_programme && a->programme == b->programme)) {
        return;
    }
    const atn_target *const later = of->low_target > of->high_target ? a : b;
    const atn_target *const first = later == a ? b : a;
    ATN_CHECK_SAY(c, within_programme ? ATTAIN_ERROR : ATTAIN_WARNING, ATTAIN_E_PLAN, later->span,
                  ATN_NO_HINT, "'%s' (%.*s) and '%s' (%.*s, %s) cannot both be met",
                  atn_check_text(c, later->id), ATN_STR_ARG(only_reading(c, later)->phrase),
                  atn_check_text(c, first->id), ATN_STR_ARG(only_reading(c, first)->phrase),
                  atn_check_place(c, first->span));
}

static void check_contradictions(atn_checker *c, bool within_programme)
{
    const atn_model *const m = c->model;
    atn_names table;
    atn_names_init(&table, &c->plan->alloc, c->plan->draft->hash_seed);
    bounds *const all = atn_check_scratch(c, m->n_targets, sizeof *all);
    uint32_t n = 0;
    for (uint32_t i = 0; i < m->n_targets && !c->failed; i++) {
        const atn_reading *const r = only_reading(c, &m->targets[i]);
        if (r == NULL) {
            continue;
        }
        atn_buf key;
        atn_buf_init(&key, &c->plan->alloc);
        key_target(&key, &m->targets[i], within_programme);
        key_subject(&key, r);
        const uint32_t group = enter(c, &table, &key, n);
        if (group == n) {
            all[n++] = (bounds){ATN_NONE, ATN_NONE};
        }
        sharpen(c, &all[group], i, r);
    }
    for (uint32_t i = 0; i < n && !c->failed; i++) {
        tell_contradiction(c, &all[i], within_programme);
    }
    atn_names_free(&table);
}

/* ---- measures whose gaps cannot be seen ---- */

typedef struct usage {
    bool *measures, *indicators, *counts;
} usage;

static void use_form(const atn_checker *c, usage *used, const atn_form *form);

static void use_predicate(const atn_checker *c, usage *used, uint32_t node)
{
    const atn_node *const n = &((const atn_node *)c->nodes.items)[node];
    switch (n->kind) { /* the tree is balanced: see check_predicates.c */
    case ATN_NODE_AND:
    case ATN_NODE_OR:
        use_predicate(c, used, n->left);
        use_predicate(c, used, n->right);
        break;
    case ATN_NODE_NOT: use_predicate(c, used, n->left); break;
    case ATN_NODE_COMPARE:
        use_form(c, used, &n->lhs);
        use_form(c, used, &n->rhs);
        break;
    case ATN_NODE_ATTRIBUTE: break;
    }
}

static void use_form(const atn_checker *c, usage *used, const atn_form *form)
{
    for (uint32_t i = 0; i < form->n_terms; i++) {
        const atn_term *const term = &((const atn_term *)c->terms.items)[form->first_term + i];
        if (term->kind == ATN_TERM_MEASURE) {
            used->measures[term->index] = true;
        } else if (term->kind == ATN_TERM_COUNT && !used->counts[term->index]) {
            const uint32_t predicate = ((const atn_count *)c->counts.items)[term->index].predicate;
            used->counts[term->index] = true;
            if (predicate != ATN_NONE) {
                use_predicate(c, used, predicate);
            }
        }
    }
}

static void use_indicator(const atn_checker *c, usage *used, uint32_t indicator)
{
    if (indicator != ATN_NONE && !used->indicators[indicator]) {
        used->indicators[indicator] = true;
        use_form(c, used, &c->model->indicators[indicator].numerator);
        use_form(c, used, &c->model->indicators[indicator].denominator);
    }
}

static void warn_blind(atn_checker *c)
{
    const atn_model *const m = c->model;
    usage used;
    used.measures = atn_check_scratch(c, m->n_measures, sizeof *used.measures);
    used.indicators = atn_check_scratch(c, m->n_indicators, sizeof *used.indicators);
    used.counts = atn_check_scratch(c, c->counts.n, sizeof *used.counts);
    if (c->failed) {
        return;
    }
    for (size_t i = 0; i < c->readings.n; i++) {
        const atn_reading *const r = &((const atn_reading *)c->readings.items)[i];
        use_indicator(c, &used, r->indicator);
        use_indicator(c, &used, r->within);
    }
    for (uint32_t i = 0; i < m->n_measures; i++) {
        if (used.measures[i] && m->measures[i].reported == ATTAIN_PERIOD_NONE) {
            ATN_CHECK_WARN(c, m->measures[i].span, ATN_NO_HINT,
                           "gaps in '%s' cannot be seen: it does not say how often it is `reported`",
                           atn_check_text(c, m->measures[i].id));
        }
    }
}

void atn_check_promises(atn_checker *c)
{
    check_twice(c);
    if (!c->failed) {
        check_contradictions(c, true);
    }
    if (!c->failed) {
        check_contradictions(c, false);
    }
    if (!c->failed) {
        warn_blind(c);
    }
}
