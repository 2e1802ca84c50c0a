/* One reading at one unit: what the level is, whether the promise is kept in every world, and the numbers beside the verdict. */
#include "oracle_judge.h"

#include <string.h>

enum {
    NUMERATOR,
    DENOMINATOR,
    VALUE,
    LOW,
    HIGH,
    BASELINE,
    LEVEL,
    LEVEL_HIGH,
    ATTAINMENT,
    PROGRESS,
    CHANGE,
    CHANGE_RELATIVE,
    GAP,
    PATH
};

/* ---- levels ---- */

typedef struct level_of {
    bool is_there, two_sided, upward, strict, direction_only;
    frac low, high; /* at the reported baseline; high of bands */
    range r;        /* one-sided: over the baseline's range */
    bool no_tolerance;
    bool has_high; /* a second end of its own */
} level_of;

typedef struct base_of {
    bool is_there, is_wanted;
    bool is_eve; /* 0 on the eve of `since`: nobody said it, so it is not shown */
    value v;
    int day;     /* its last day */
    span period; /* what it is said for */
} base_of;

static frac hundredths(frac a)
{
    return frac_div(a, frac_of(100, 1));
}

static frac tolerance_of(const reading *rd)
{
    const frac part = hundredths(rd->tolerance);
    return rd->tolerance_kind == AMOUNT_RELATIVE ? frac_mul(part, rd->a.value) : part;
}

static level_of fixed_level(const reading *rd)
{
    level_of l;
    memset(&l, 0, sizeof l);
    l.is_there = true;
    l.low = rd->a.value;
    l.high = rd->a.value;
    switch (rd->op) {
    case OP_AT_LEAST:
    case OP_REACHES:
        l.upward = true;
        if (rd->lower_about) {
            l.no_tolerance = rd->tolerance_kind == AMOUNT_NONE;
            l.low = l.no_tolerance ? l.low : frac_sub(l.low, tolerance_of(rd));
        }
        break;
    case OP_MORE:
        l.upward = true;
        l.strict = true;
        break;
    case OP_LESS: l.strict = true; break;
    case OP_BETWEEN:
        l.two_sided = true;
        l.high = rd->b.value;
        l.has_high = true;
        break;
    case OP_ABOUT:
        l.no_tolerance = rd->tolerance_kind == AMOUNT_NONE;
        if (!l.no_tolerance) {
            l.low = frac_sub(rd->a.value, tolerance_of(rd));
            l.high = frac_add(rd->a.value, tolerance_of(rd));
        }
        l.two_sided = true;
        l.has_high = !l.no_tolerance;
        break;
    case OP_EXACTLY: l.two_sided = true; break;
    default: break;
    }
    l.r = range_point(l.low);
    return l;
}

static bool is_percent(const world *w, const indicator *ind)
{
    return ind->share ||
           (ind->n.terms[0].kind == TERM_MEASURE && w->measures[ind->n.terms[0].index].is_percent);
}

static level_of changed_level(const world *w, const reading *rd, const base_of *b)
{
    level_of l;
    memset(&l, 0, sizeof l);
    l.upward = rd->op == OP_UP;
    l.direction_only = rd->change_kind == AMOUNT_NONE;
    l.strict = l.direction_only;
    if (!b->is_there) {
        return l;
    }
    if (l.direction_only) {
        l.is_there = true;
        l.low = b->v.v;
        l.high = b->v.v;
        l.r = b->v.r;
        return l;
    }
    if (rd->change_kind == AMOUNT_RELATIVE && frac_sign(b->v.v) <= 0) {
        return l; /* 30 % more than 0 is no level */
    }
    const frac sign = frac_of(l.upward ? 1 : -1, 1);
    const frac step = frac_mul(hundredths(rd->change), sign);
    l.is_there = true;
    if (rd->change_kind == AMOUNT_RELATIVE) {
        const frac factor = frac_add(frac_of(1, 1), step);
        l.low = frac_mul(b->v.v, factor);
        l.r = range_scale(b->v.r, factor);
    } else {
        const frac add = is_percent(w, &w->indicators[rd->indicator]) ? step : frac_mul(rd->change, sign);
        l.low = frac_add(b->v.v, add);
        l.r = range_add(b->v.r, range_point(add));
    }
    l.high = l.low;
    return l;
}

/* ---- the rule ---- */

static attain_verdict one_sided(range v, range level, bool upward, bool strict)
{
    const end worst = upward ? v.low : v.high;
    const end best = upward ? v.high : v.low;
    const end hard = upward ? level.high : level.low;
    const end easy = upward ? level.low : level.high;
    const int sign = upward ? 1 : -1;
    const int surely = end_compare(worst, hard) * sign;
    const int at_best = end_compare(best, easy) * sign;
    if (strict ? surely > 0 : surely >= 0) {
        return ATTAIN_MET;
    }
    return (strict ? at_best <= 0 : at_best < 0) ? ATTAIN_NOT_MET : ATTAIN_UNDETERMINED;
}

static attain_verdict in_band(range v, frac low, frac high)
{
    if (end_compare(v.low, end_at(low)) >= 0 && end_compare(v.high, end_at(high)) <= 0) {
        return ATTAIN_MET;
    }
    const bool outside = end_compare(v.high, end_at(low)) < 0 || end_compare(v.low, end_at(high)) > 0;
    return outside ? ATTAIN_NOT_MET : ATTAIN_UNDETERMINED;
}

/* Without a tolerance every tolerance is a world: what misses the level is open. */
static attain_verdict by_level(const level_of *l, range v)
{
    const attain_verdict is =
        l->two_sided ? in_band(v, l->low, l->high) : one_sided(v, l->r, l->upward, l->strict);
    return l->no_tolerance && is == ATTAIN_NOT_MET ? ATTAIN_UNDETERMINED : is;
}

static unsigned open_reasons(const value *v, const base_of *b)
{
    const bool absent = v->absent || (b->is_there && b->is_wanted && b->v.absent);
    const bool bound = v->bound || (b->is_there && b->is_wanted && b->v.bound);
    return (bound ? ATTAIN_BECAUSE_BOUND : 0u) | (absent ? ATTAIN_BECAUSE_DEPENDS_ON_MISSING : 0u);
}

static void settle(judgement *j, attain_verdict verdict, unsigned reasons)
{
    j->verdict = verdict;
    j->reasons |= reasons;
}

static bool settle_by_state(judgement *j, const value *v)
{
    switch (v->state) {
    case ATTAIN_STATE_OUT_OF_SCOPE:
        settle(j, ATTAIN_NOT_APPLICABLE, ATTAIN_BECAUSE_OUT_OF_SCOPE);
        return true;
    case ATTAIN_STATE_ZERO_DENOMINATOR:
        settle(j, ATTAIN_NOT_APPLICABLE, ATTAIN_BECAUSE_ZERO_DENOMINATOR);
        return true;
    case ATTAIN_STATE_NEGATIVE_DENOMINATOR:
        settle(j, ATTAIN_UNDETERMINED, ATTAIN_BECAUSE_NEGATIVE_DENOMINATOR);
        return true;
    case ATTAIN_STATE_NO_DATA:
    case ATTAIN_STATE_NO_DENOMINATOR:
        j->reasons |=
            v->state == ATTAIN_STATE_NO_DATA ? ATTAIN_BECAUSE_NO_DATA : ATTAIN_BECAUSE_NO_DENOMINATOR;
        if (!v->has_range) {
            settle(j, ATTAIN_UNDETERMINED, 0);
        }
        return false;
    default: return false;
    }
}

/* Up and down: the baseline must be there and, for a relative change, positive in every world. */
static bool settle_by_base(judgement *j, const reading *rd, const base_of *b, const level_of *l,
                           bool is_share)
{
    if (!b->is_wanted) {
        return false;
    }
    if (!b->is_there) {
        settle(j, ATTAIN_UNDETERMINED, ATTAIN_BECAUSE_NO_BASELINE);
        return true;
    }
    const end zero = end_at(frac_of(0, 1));
    if (rd->change_kind == AMOUNT_RELATIVE && frac_sign(b->v.v) <= 0) {
        settle(j, ATTAIN_UNDETERMINED, ATTAIN_BECAUSE_BASELINE_NOT_POSITIVE);
        return true;
    }
    const bool too_high = l->upward && end_compare(l->r.low, end_at(frac_of(1, 1))) > 0;
    const bool too_low = !l->upward && end_compare(l->r.high, zero) < 0;
    if (is_share && !l->direction_only && (too_high || too_low)) {
        j->reasons = 0; /* it holds whatever the figures are, if there are any */
        settle(j, ATTAIN_NOT_MET, ATTAIN_BECAUSE_INFEASIBLE);
        return true;
    }
    return false;
}

static void set_verdict(judgement *j, const world *w, const reading *rd, const value *v, const base_of *b,
                        const level_of *l)
{
    if (settle_by_state(j, v) || settle_by_base(j, rd, b, l, w->indicators[rd->indicator].share)) {
        return;
    }
    if (!v->has_range) {
        return;
    }
    const bool may_be_zero =
        rd->change_kind == AMOUNT_RELATIVE && end_compare(b->v.r.low, end_at(frac_of(0, 1))) <= 0;
    const bool may_be_void = v->may_be_undefined || (b->is_wanted && (b->v.may_be_undefined || may_be_zero));
    const attain_verdict is = may_be_void ? ATTAIN_UNDETERMINED : by_level(l, v->r);
    settle(j, is, 0);
    if (is == ATTAIN_UNDETERMINED) {
        j->reasons |= open_reasons(v, b);
        j->reasons |= l->no_tolerance && by_level(l, v->r) != ATTAIN_MET ? ATTAIN_BECAUSE_NO_TOLERANCE : 0u;
    } else {
        j->reasons &= ~(unsigned)(ATTAIN_BECAUSE_NO_DATA | ATTAIN_BECAUSE_NO_DENOMINATOR);
    }
}

/* ---- columns ---- */

static void put(judgement *j, int column, frac at)
{
    j->number[column] = (cell_out){true, at};
}

static void put_end(judgement *j, int column, end e)
{
    if (e.infinite == 0) {
        put(j, column, e.at);
    }
}

static bool value_meets(const level_of *l, frac v)
{
    return (l->two_sided
                ? in_band(range_point(v), l->low, l->high)
                : one_sided(range_point(v), range_point(l->low), l->upward, l->strict)) == ATTAIN_MET;
}

/* N stands in its own units: 96.1 for a percent, though the value is 0.961. */
static frac own_units(const world *w, const indicator *ind)
{
    const term *const t = &ind->n.terms[0];
    return frac_of(t->kind == TERM_MEASURE && w->measures[t->index].is_percent ? 100 : 1, 1);
}

static int gap_decimals(const world *w, const indicator *ind)
{
    int most = 0;
    for (int i = 0; i < ind->n.n_terms; i++) {
        const term *const t = &ind->n.terms[i];
        int decimals = 0;
        if (t->kind == TERM_MEASURE) {
            decimals = w->measures[t->index].decimals + (w->measures[t->index].is_percent ? 2 : 0);
        }
        most = decimals > most ? decimals : most;
    }
    return most;
}

static frac annual_divisor(const indicator *ind, span p)
{
    int n = 0;
    if (!ind->annualised) {
        return frac_of(1, 1);
    }
    if (!ind->by_months) {
        return frac_of(p.end - p.start + 1, 365);
    }
    for (span month = span_holding(SPAN_MONTH, 0, p.start); month.start <= p.end; month = span_next(month)) {
        n++;
    }
    return frac_of(n, 12);
}

/* The smallest N of the grid that reaches the level from below, or from above. */
static frac edge_of_level(frac level, const value *v, frac unit_size, bool upward, bool strict)
{
    const frac exact = frac_div(frac_mul(level, v->d), unit_size);
    frac steps = upward ? frac_ceil(exact) : frac_floor(exact);
    if (strict && frac_compare(steps, exact) == 0) {
        steps = upward ? frac_add(steps, frac_of(1, 1)) : frac_sub(steps, frac_of(1, 1));
    }
    return frac_mul(steps, unit_size);
}

static void put_gap(judgement *j, const world *w, const indicator *ind, const value *v, const level_of *l,
                    span p)
{
    const frac unit_size = frac_decimal(1, gap_decimals(w, ind));
    const frac divisor = annual_divisor(ind, p);
    const frac zero = frac_of(0, 1);
    frac gap = zero;
    if (l->two_sided || l->upward) {
        const frac need =
            frac_sub(edge_of_level(frac_mul(l->low, divisor), v, unit_size, true, l->strict), v->n);
        gap = frac_sign(need) > 0 ? need : gap;
    }
    if (l->two_sided || !l->upward) {
        const frac over =
            frac_sub(v->n, edge_of_level(frac_mul(l->high, divisor), v, unit_size, false, l->strict));
        if (frac_sign(over) > 0 && frac_sign(gap) == 0) {
            gap = over;
            j->flags |= l->two_sided ? ATTAIN_FLAG_ABOVE : 0u;
        }
    }
    put(j, GAP, frac_mul(gap, own_units(w, ind)));
}

static void put_level(judgement *j, const level_of *l)
{
    put(j, LEVEL, l->low);
    if (l->has_high) {
        put(j, LEVEL_HIGH, l->high);
    }
}

static void put_attainment(judgement *j, const value *v, const level_of *l)
{
    const frac up = l->upward ? v->v : l->low;
    const frac down = l->upward ? l->low : v->v;
    if (!l->two_sided && !l->direction_only && frac_sign(down) != 0) {
        put(j, ATTAINMENT, frac_div(up, down));
    }
}

static void put_base(judgement *j, const value *v, const base_of *b, const level_of *l)
{
    if (!b->is_eve) {
        put(j, BASELINE, b->v.v);
    }
    const bool graded = l->is_there && !l->two_sided && !l->direction_only;
    const bool met_before = graded && value_meets(l, b->v.v);
    if (!v->has_v) {
        return;
    }
    j->flags |= met_before ? ATTAIN_FLAG_BASELINE_MEETS : 0u;
    const frac change = frac_sub(v->v, b->v.v);
    if (!b->is_eve) {
        put(j, CHANGE, change);
    }
    if (frac_sign(b->v.v) > 0) {
        put(j, CHANGE_RELATIVE, frac_div(change, b->v.v));
    }
    const frac way = graded ? frac_sub(l->low, b->v.v) : frac_of(0, 1);
    if (graded && !met_before && frac_sign(way) != 0) {
        put(j, PROGRESS, frac_div(change, way));
    }
}

/* ---- path and pace ---- */

/* How much of the way from b to F should be gone at P's end. */
static bool part_of_way(const base_of *b, const when *at, frac *part)
{
    const span f = at->due;
    if (b->day >= f.end || at->p.end < b->day) {
        return false;
    }
    if (b->period.type == f.type && b->period.month == f.month && f.type != SPAN_DAY && !at->is_cut) {
        const span p = span_holding(f.type, f.month, at->p.end);
        *part = frac_of(span_steps(b->period, p), span_steps(b->period, f));
    } else {
        *part = frac_of(at->p.end - b->day, f.end - b->day);
    }
    return true;
}

static void set_pace(judgement *j, const value *v, const base_of *b, const level_of *l, const when *at)
{
    const bool graded = l->is_there && !l->two_sided && !l->direction_only && b->is_there;
    frac part;
    const bool has_path = graded && part_of_way(b, at, &part);
    if (has_path) {
        put(j, PATH, frac_add(b->v.v, frac_mul(frac_sub(l->low, b->v.v), part)));
    }
    if (!at->not_due || j->verdict == ATTAIN_NOT_APPLICABLE) {
        return;
    }
    j->pace = j->verdict == ATTAIN_MET ? ATTAIN_PACE_MET_EARLY : ATTAIN_PACE_UNDETERMINED;
    if (j->verdict == ATTAIN_MET || !has_path || !v->has_range || v->may_be_undefined ||
        b->v.may_be_undefined ||
        value_meets(
            l, b->v.v)) { /* where the baseline meets the level there is no way to go, and no wrong one */
        return;
    }
    /* b(1 - t) + level(b) t, over the worlds of b */
    const range path = range_add(range_scale(b->v.r, frac_sub(frac_of(1, 1), part)), range_scale(l->r, part));
    const attain_verdict there = one_sided(v->r, path, l->upward, false);
    const attain_verdict back = one_sided(v->r, b->v.r, !l->upward, true);
    if (there == ATTAIN_MET) {
        j->pace = ATTAIN_PACE_ON_TRACK;
    } else if (there == ATTAIN_NOT_MET && back != ATTAIN_UNDETERMINED) {
        j->pace = back == ATTAIN_MET ? ATTAIN_PACE_WRONG_WAY : ATTAIN_PACE_BEHIND;
    }
}

/* ---- a reading ---- */

static const indicator *within_of(const world *w, const reading *rd)
{
    return rd->within < 0 ? NULL : &w->indicators[rd->within];
}

static base_of base_for(const world *w, const target *t, const reading *rd, int unit_index, int as_of)
{
    base_of b;
    memset(&b, 0, sizeof b);
    const base *const said = rd->over.kind != BASE_NONE ? &rd->over : &t->baseline;
    b.is_wanted = rd->op == OP_UP || rd->op == OP_DOWN;
    if (said->kind != BASE_NONE) {
        b.period = said->period;
        b.day = said->period.end;
    }
    if (said->kind == BASE_PERIOD && b.day > as_of) {
        return b; /* it has not ended yet */
    }
    if (said->kind == BASE_PERIOD) {
        b.v =
            oracle_value(w, &w->indicators[rd->indicator], within_of(w, rd), unit_index, said->period, as_of);
        b.is_there = b.v.has_v;
    } else if (said->kind == BASE_STATED || rd->since.type != SPAN_NONE) {
        b.is_there = true;
        b.v.has_v = true;
        b.v.has_range = true;
        b.v.v = said->kind == BASE_STATED ? said->stated.value : frac_of(0, 1);
        b.v.r = range_point(b.v.v);
        if (said->kind == BASE_NONE) {
            b.is_eve = true;
            b.day = rd->since.start - 1;
            b.period = span_holding(SPAN_DAY, 0, b.day);
        }
    }
    return b;
}

static void set_flips(judgement *j, const value *v, const level_of *l, int digits)
{
    const bool settled = (j->verdict == ATTAIN_MET || j->verdict == ATTAIN_NOT_MET) &&
                         (j->reasons & ATTAIN_BECAUSE_INFEASIBLE) == 0;
    if (settled && v->has_v && l->is_there &&
        value_meets(l, v->v) != value_meets(l, frac_round(v->v, digits < 0 ? 0 : digits))) {
        j->flags |= ATTAIN_FLAG_ROUNDING_FLIPS;
    }
}

static void put_value(judgement *j, const world *w, const indicator *ind, const value *v)
{
    j->flags |= v->flags;
    if (v->has_n) {
        put(j, NUMERATOR, frac_mul(v->n, own_units(w, ind)));
    }
    if (v->has_d) {
        put(j, DENOMINATOR, v->d);
    }
    if (v->has_v) {
        put(j, VALUE, v->v);
    }
    if (v->has_range) {
        put_end(j, LOW, v->r.low);
        put_end(j, HIGH, v->r.high);
    }
    if (v->declares) {
        j->reported = v->reported;
        j->expected = v->expected;
        const unsigned open =
            ATTAIN_BECAUSE_NO_DATA | ATTAIN_BECAUSE_NO_DENOMINATOR | ATTAIN_BECAUSE_DEPENDS_ON_MISSING;
        j->missing =
            j->verdict == ATTAIN_UNDETERMINED && (j->reasons & open) != 0 ? v->expected - v->reported : 0;
    }
}

/* Nothing has been counted before the count begins. */
static value nothing_yet(void)
{
    value v;
    memset(&v, 0, sizeof v);
    v.state = ATTAIN_STATE_NO_DATA;
    return v;
}

judgement oracle_judge(const world *w, const target *t, const reading *rd, int unit_index, const when *at,
                       int as_of, int digits)
{
    judgement j;
    memset(&j, 0, sizeof j);
    j.reported = j.expected = j.missing = -1;
    const indicator *const ind = &w->indicators[rd->indicator];
    if (rd->op == OP_REACHES || (rd->change_kind != AMOUNT_NONE && !rd->says_at_least)) {
        j.flags |= ATTAIN_FLAG_OP_IMPLICIT;
    }
    const value v = at->not_begun && edge_on(w, unit_index, at->p.end) != NULL
                        ? nothing_yet()
                        : oracle_value(w, ind, within_of(w, rd), unit_index, at->p, as_of);
    const base_of b = base_for(w, t, rd, unit_index, as_of);
    const level_of l = rd->op == OP_UP || rd->op == OP_DOWN ? changed_level(w, rd, &b) : fixed_level(rd);
    if (rd->every_year) {
        settle(&j, v.state == ATTAIN_STATE_OUT_OF_SCOPE ? ATTAIN_NOT_APPLICABLE : ATTAIN_UNDETERMINED,
               v.state == ATTAIN_STATE_OUT_OF_SCOPE ? ATTAIN_BECAUSE_OUT_OF_SCOPE
                                                    : ATTAIN_BECAUSE_NOT_EVALUATED);
        if (l.is_there && j.verdict != ATTAIN_NOT_APPLICABLE) {
            put_level(&j, &l);
        }
        j.pace =
            at->not_due && j.verdict != ATTAIN_NOT_APPLICABLE ? ATTAIN_PACE_UNDETERMINED : ATTAIN_PACE_NONE;
        return j;
    }
    j.state = v.state;
    set_verdict(&j, w, rd, &v, &b, &l);
    put_value(&j, w, ind, &v);
    if (j.verdict == ATTAIN_NOT_APPLICABLE) {
        return j;
    }
    if (l.is_there && !l.direction_only) {
        put_level(&j, &l);
        if (v.has_v) {
            put_attainment(&j, &v, &l);
            put_gap(&j, w, ind, &v, &l, at->p);
        }
    }
    set_flips(&j, &v, &l, digits);
    if (b.is_there) {
        put_base(&j, &v, &b, &l);
    }
    set_pace(&j, &v, &b, &l, at);
    return j;
}
