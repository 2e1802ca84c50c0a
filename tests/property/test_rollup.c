/* Roll-up against a naive re-computation (slow_line), which asks for every unit, every other unit and every slot anew: random trees
 * whose units move, appear and end, random laws, picks and gaps. And pairs against the truth: whole data from which figures are taken away. */
#include "facts/facts.h"
#include "language/language.h"
#include "support/build_plan.h"
#include "support/check.h"
#include "support/rng.h"
#include <stdio.h>
#include <stdlib.h>

static int32_t end_of(const char *period)
{
    return build_period(period).end_day;
}

/* ---- the naive way ---- */

#define INF INT64_C(1000000000000000)

typedef struct slow_sum {
    int64_t value, low, high;
    bool has_value, has_cell, there;
    unsigned flags;
    uint32_t n_reported, n_expected;
} slow_sum;

typedef struct slow {
    const attain_plan *plan;
    const atn_model *model;
    const atn_measure *measure;
    const atn_line_request *request;
    const atn_cell *cells;
    size_t n_cells;
} slow;

enum { MAX_SLOTS = 64 };
typedef struct slow_slots {
    attain_period slot[MAX_SLOTS];
    size_t n;
} slow_slots;

static bool inside(attain_period outer, attain_period inner)
{
    return outer.start_day <= inner.start_day && inner.end_day <= outer.end_day;
}

/* Which slots of a unit count. */
static slow_slots slow_slots_of(const slow *o, uint32_t unit)
{
    slow_slots out = {.n = 0};
    const attain_period want = o->request->period;
    if (o->measure->reported != ATTAIN_PERIOD_NONE) {
        for (int32_t day = want.start_day; day <= want.end_day;) {
            const attain_period slot = atn_period_of_day(o->measure->reported, 0, day);
            if (inside(want, slot)) {
                out.slot[out.n++] = slot;
            } else if (!o->measure->is_flow && out.n == 0 && inside(slot, want)) {
                out.slot[out.n++] = slot;
                return out;
            }
            day = slot.end_day + 1;
        }
        return out;
    }
    attain_period best = {.type = ATTAIN_PERIOD_NONE};
    for (size_t pass = 0; pass < 2 && out.n == 0; pass++) {
        for (size_t i = 0; i < o->n_cells; i++) {
            const atn_cell *c = &o->cells[i];
            if (c->unit != unit) {
                continue;
            }
            if (pass == 0 && inside(want, c->period)) {
                bool seen = false;
                for (size_t k = 0; k < out.n; k++) {
                    seen = seen || (out.slot[k].end_day == c->period.end_day &&
                                    (!o->measure->is_flow || out.slot[k].start_day == c->period.start_day));
                }
                if (!seen) {
                    out.slot[out.n++] = c->period;
                }
            }
            if (pass == 1 && !o->measure->is_flow && c->qualifier != ATTAIN_MISSING &&
                inside(c->period, want)) {
                const int32_t days = c->period.end_day - c->period.start_day;
                const int32_t best_days = best.end_day - best.start_day;
                if (best.type == ATTAIN_PERIOD_NONE || days < best_days ||
                    (days == best_days && c->period.end_day > best.end_day)) {
                    best = c->period;
                }
            }
        }
    }
    if (out.n == 0 && best.type != ATTAIN_PERIOD_NONE) {
        out.slot[out.n++] = best;
    }
    for (size_t i = 1; i < out.n; i++) {
        for (size_t k = i; k > 0 && out.slot[k - 1].end_day > out.slot[k].end_day; k--) {
            const attain_period swap = out.slot[k];
            out.slot[k] = out.slot[k - 1];
            out.slot[k - 1] = swap;
        }
    }
    return out;
}

static const atn_cell *slow_cell(const slow *o, uint32_t unit, uint32_t cell, attain_period slot)
{
    for (size_t i = 0; i < o->n_cells; i++) {
        const atn_cell *c = &o->cells[i];
        const bool same =
            c->period.end_day == slot.end_day &&
            (o->measure->reported == ATTAIN_PERIOD_NONE && !o->measure->is_flow
                 ? inside(o->request->period, c->period) || c->period.start_day == slot.start_day
                 : c->period.start_day == slot.start_day);
        if (c->unit == unit && c->cell == cell && same) {
            return c;
        }
    }
    return NULL;
}

/* 0 no, 1 perhaps, 2 yes. */
static int slow_tests(const slow *o, const atn_pick *pick, uint32_t unit)
{
    int all = 2;
    for (uint32_t i = 0; i < pick->n_tests; i++) {
        const uint16_t member =
            o->model->unit_member[unit * o->model->n_attributes + pick->tests[i].attribute];
        const int one = member == UINT16_MAX ? 1 : atn_bit_get(pick->tests[i].members, member) ? 2 : 0;
        all = one < all ? one : all;
    }
    return all;
}

static int slow_picked(const slow *o, uint32_t unit, uint32_t cell)
{
    const atn_line_request *q = o->request;
    int any = q->n_picks == 0 ? 2 : 0;
    for (uint32_t p = 0; p < q->n_picks; p++) {
        const atn_pick *pick = &o->model->picks[q->picks[p]];
        const int one = pick->cells == NULL || atn_bit_get(pick->cells, cell) ? slow_tests(o, pick, unit) : 0;
        any = one > any ? one : any;
    }
    if (q->extra != NULL) {
        const int one =
            q->extra->cells == NULL || atn_bit_get(q->extra->cells, cell) ? slow_tests(o, q->extra, unit) : 0;
        any = one < any ? one : any;
    }
    return any;
}

static bool slow_reports(const slow *o, uint32_t unit, attain_period slot)
{
    if (o->measure->reported == ATTAIN_PERIOD_NONE || !atn_unit_is_valid(o->model, unit, slot.end_day)) {
        return false;
    }
    if (o->measure->reported_type != ATN_NONE) {
        return atn_type_includes(o->model, o->measure->reported_type, o->model->units[unit].type);
    }
    for (uint32_t v = 0; v < o->model->n_units; v++) {
        if (atn_unit_parent(o->model, v, slot.end_day) == unit) {
            return false;
        }
    }
    return true;
}

static bool slow_expected(const slow *o, uint32_t unit, attain_period slot)
{
    return slow_reports(o, unit, slot) && atn_due_day(o->measure->due, slot) <= o->request->as_of_day;
}

static bool is_na(const atn_cell *c)
{
    return c->qualifier == ATTAIN_MISSING && c->reason == ATTAIN_REASON_NOT_APPLICABLE;
}

/* Has the unit, in any of its slots that meets `slot` (a stock: in any), a figure of its own? */
static bool slow_owns(const slow *o, uint32_t unit, attain_period slot)
{
    const slow_slots slots = slow_slots_of(o, unit);
    for (size_t k = 0; k < slots.n; k++) {
        const bool meets = slots.slot[k].start_day <= slot.end_day && slots.slot[k].end_day >= slot.start_day;
        for (uint32_t cell = 0; cell < o->measure->n_cells && (meets || !o->measure->is_flow); cell++) {
            const atn_cell *c = slow_cell(o, unit, cell, slots.slot[k]);
            if (c != NULL && slow_picked(o, unit, cell) == 2 && !is_na(c)) {
                return true;
            }
        }
    }
    return false;
}

/* Does the slot of `unit` reach `above`? */
static bool slow_reaches(const slow *o, uint32_t unit, uint32_t above, attain_period slot)
{
    const int32_t day = atn_unit_last_valid(o->model, unit, slot.start_day, slot.end_day);
    if (day == INT32_MIN) {
        return false;
    }
    uint32_t at = unit;
    while (at != above && at != ATN_NONE) {
        at = atn_unit_parent(o->model, at, day);
        if (at != ATN_NONE && o->measure->any_level == ATN_LEVEL_REPLACES && slow_owns(o, at, slot)) {
            return false;
        }
    }
    return at == above;
}

static int64_t cap(int64_t v)
{
    return v >= INF / 2 ? INF : v <= -INF / 2 ? -INF : v;
}

static void slow_join(slow_sum *into, slow_sum from, atn_law law)
{
    if (!from.there) {
        into->flags |= from.flags;
        return;
    }
    if (!into->there) {
        from.flags |= into->flags;
        *into = from;
        return;
    }
    const bool least = law == ATN_LAW_MIN;
    if (law == ATN_LAW_SUM) {
        into->value += from.value;
        into->low = cap(into->low + from.low);
        into->high = cap(into->high + from.high);
    } else {
        if (from.has_value) {
            into->value = !into->has_value || (from.value < into->value) == least ? from.value : into->value;
        }
        into->low = (from.low < into->low) == least ? from.low : into->low;
        into->high = (from.high < into->high) == least ? from.high : into->high;
    }
    into->has_value = into->has_value || from.has_value;
    into->has_cell = into->has_cell || from.has_cell;
    into->flags |= from.flags;
    into->n_reported += from.n_reported;
    into->n_expected += from.n_expected;
}

static slow_sum slow_unknown(const slow *o)
{
    return (
        slow_sum){.low = o->measure->any_sign ? -INF : 0, .high = INF, .flags = ATN_LINE_OPEN, .there = true};
}

static slow_sum slow_figure(const slow *o, const atn_cell *c)
{
    const int64_t floor = o->measure->any_sign ? -INF : 0;
    slow_sum s = {c->value, c->value, c->value, true, true, true, 0, 0, 0};
    switch (c->qualifier) {
    case ATTAIN_MORE_THAN:
        s.low = c->value + 1;
        s.high = INF;
        s.flags = ATN_LINE_BOUND;
        break;
    case ATTAIN_AT_LEAST_VALUE:
        s.high = INF;
        s.flags = ATN_LINE_BOUND;
        break;
    case ATTAIN_LESS_THAN:
        s.low = floor;
        s.high = c->value - 1;
        s.flags = ATN_LINE_BOUND;
        break;
    case ATTAIN_AT_MOST_VALUE:
        s.low = floor;
        s.flags = ATN_LINE_BOUND;
        break;
    case ATTAIN_ESTIMATED: s.flags = ATN_LINE_ESTIMATED; break;
    default: break;
    }
    return s;
}

static slow_sum slow_no_value(const slow *o, slow_sum s)
{
    if (!s.there) {
        return s;
    }
    slow_sum none = slow_unknown(o);
    none.n_reported = s.n_reported;
    none.n_expected = s.n_expected;
    return none;
}

/* One combination over the slots that are in. */
static slow_sum slow_time(const slow *o, uint32_t unit, uint32_t cell, const slow_slots *slots,
                          const bool *in)
{
    const atn_law law = o->measure->law_time;
    slow_sum all = {.there = false};
    slow_sum last = {.there = false}; /* the last present figure */
    bool behind = false;              /* something expected or unknown came behind it */
    for (size_t k = 0; k < slots->n; k++) {
        if (!in[k]) {
            continue;
        }
        const atn_cell *c = slow_cell(o, unit, cell, slots->slot[k]);
        const bool expected = slow_expected(o, unit, slots->slot[k]) && !(c != NULL && is_na(c));
        slow_sum one = {.there = false};
        if (c != NULL && c->qualifier != ATTAIN_MISSING) {
            one = slow_figure(o, c);
            last = one;
            behind = false;
        } else if (expected || (c != NULL && !is_na(c))) {
            one = slow_unknown(o);
            one.has_cell = c != NULL;
            behind = true;
        }
        one.n_reported = expected && one.has_value ? 1 : 0;
        one.n_expected = expected ? 1 : 0;
        slow_join(&all, one, law == ATN_LAW_MIN || law == ATN_LAW_MAX ? law : ATN_LAW_SUM);
    }
    if (law == ATN_LAW_LAST && all.there) {
        slow_sum out = last.there ? last : slow_unknown(o);
        if (behind && last.there) {
            out.low = slow_unknown(o).low;
            out.high = INF;
            /* Nothing of an earlier bound is in a range that anything may be. */
            out.flags &= (uint8_t)~ATN_LINE_BOUND;
            out.flags |= ATN_LINE_OPEN | ATN_LINE_NOT_LAST;
        }
        out.has_cell = last.there;
        for (size_t k = 0; k < slots->n && !last.there; k++) {
            const atn_cell *c = in[k] ? slow_cell(o, unit, cell, slots->slot[k]) : NULL;
            out.has_cell = out.has_cell || (c != NULL && !is_na(c));
        }
        out.n_reported = all.n_reported;
        out.n_expected = all.n_expected;
        return out;
    }
    return law == ATN_LAW_NONE && slots->n != 1 ? slow_no_value(o, all) : all;
}

/* The members of category `position` and all behind it, one after the other. */
static slow_sum slow_members(const slow *o, uint32_t unit, uint32_t position, uint32_t cell,
                             const slow_slots *slots, const bool *in, uint32_t *n_picked)
{
    if (position == o->measure->n_categories) {
        const bool yes = slow_picked(o, unit, cell) == 2;
        *n_picked = yes ? 1 : 0;
        return yes ? slow_time(o, unit, cell, slots, in) : (slow_sum){.there = false};
    }
    const uint32_t n = o->model->categories[o->measure->category[position]].n_members;
    const atn_law law = o->measure->law_category[position];
    slow_sum all = {.there = false};
    *n_picked = 0;
    for (uint32_t m = 0; m < n; m++) {
        uint32_t picked;
        slow_join(&all, slow_members(o, unit, position + 1, cell * n + m, slots, in, &picked),
                  law == ATN_LAW_NONE ? ATN_LAW_SUM : law);
        *n_picked += picked > 0 ? 1 : 0;
    }
    return law == ATN_LAW_NONE && *n_picked != 1 ? slow_no_value(o, all) : all;
}

static slow_sum slow_contribution(const slow *o, uint32_t unit, uint32_t above)
{
    const slow_slots slots = slow_slots_of(o, unit);
    bool in[MAX_SLOTS];
    bool any = false;
    bool perhaps = false;
    uint32_t n_picked;
    size_t deciding = MAX_SLOTS;
    for (size_t k = 0; k < slots.n; k++) {
        bool matters = slow_reports(o, unit, slots.slot[k]);
        for (uint32_t cell = 0; cell < o->measure->n_cells; cell++) {
            const atn_cell *c = slow_cell(o, unit, cell, slots.slot[k]);
            matters = matters || (c != NULL && !is_na(c) && slow_picked(o, unit, cell) > 0);
        }
        deciding = matters ? k : deciding;
    }
    for (size_t k = 0; k < slots.n; k++) {
        in[k] = slow_reaches(o, unit, above, slots.slot[k]);
        if (o->measure->law_units == ATN_LAW_NONE) {
            in[k] = unit == above;
        } else if (o->measure->law_time == ATN_LAW_LAST && unit != above) {
            in[k] = deciding < MAX_SLOTS && atn_unit_is_valid(o->model, unit, o->request->period.end_day) &&
                    slow_reaches(o, unit, above, slots.slot[deciding]);
        }
        any = any || in[k];
        for (uint32_t cell = 0; cell < o->measure->n_cells; cell++) {
            const atn_cell *c = slow_cell(o, unit, cell, slots.slot[k]);
            perhaps = perhaps || (in[k] && slow_picked(o, unit, cell) == 1 &&
                                  ((c != NULL && !is_na(c)) || slow_expected(o, unit, slots.slot[k])));
        }
    }
    slow_sum sum = any ? slow_members(o, unit, 0, 0, &slots, in, &n_picked) : (slow_sum){.there = false};
    sum.flags |= perhaps ? ATN_LINE_GROUPS : 0;
    return sum;
}

static slow_sum slow_line(const slow *o, uint32_t unit)
{
    slow_sum all = {.there = false};
    const atn_law law = o->measure->law_units == ATN_LAW_NONE ? ATN_LAW_SUM : o->measure->law_units;
    for (uint32_t u = 0; u < o->model->n_units; u++) {
        slow_join(&all, slow_contribution(o, u, unit), law);
    }
    return all;
}

/* ---- random plans ---- */

static const char *const days[] = {"2023-12-31", "2024-05-15", "2024-06-30",
                                   "2024-09-30", "2024-12-31", "2025-03-31"};
static const char *const next_days[] = {"2024-01-01", "2024-05-16", "2024-07-01",
                                        "2024-10-01", "2025-01-01", "2025-04-01"};
#define ANY(r, list) (list)[rng_below((r), sizeof(list) / sizeof(list)[0])]

static void add_units(atn_buf *text, rng *r)
{
    static const char *const owner[] = {"", " owner public", " owner private"};
    atn_buf_text(text, "attribute owner: public, private\nunit VN \"VN\" nation\n");
    for (int p = 0; p < 3; p++) {
        atn_buf_printf(text, "unit P%d \"P\" province in VN%s\n", p, ANY(r, owner));
    }
    for (int c = 0; c < 7; c++) {
        const size_t day = (size_t)rng_below(r, 6);
        const char *own = ANY(r, owner);
        const unsigned kind = (unsigned)rng_below(r, 5);
        const int from = (int)rng_below(r, 3);
        if (kind == 0) {
            atn_buf_printf(text, "unit C%d \"C\" commune in P%d until %s%s\n", c, from, days[day], own);
            atn_buf_printf(text, "unit C%d \"C\" commune in P%d from %s\n", c, (from + 1) % 3,
                           next_days[day]);
        } else if (kind == 1) {
            atn_buf_printf(text, "unit C%d \"C\" commune in P%d until %s%s\n", c, from, days[day], own);
        } else if (kind == 2) {
            atn_buf_printf(text, "unit C%d \"C\" commune in P%d from %s%s\n", c, from, next_days[day], own);
        } else {
            atn_buf_printf(text, "unit C%d \"C\" %s in %s%d%s\n", c, "commune", "P", from, own);
        }
    }
    for (int h = 0; h < 2; h++) {
        atn_buf_printf(text, "unit H%d \"H\" hamlet in P%d%s\n", h, h, ANY(r, owner));
    }
}

static void add_measure(atn_buf *text, rng *r)
{
    static const char *const kind[] = {"stock persons", "flow persons"};
    static const char *const by[] = {"", " by sex", " by sex, age"};
    static const char *const units[] = {"", "", " min over units", " max over units", " none over units"};
    static const char *const times[] = {
        "", "", " sum over time", " last over time", " min over time", " max over time", " none over time"};
    static const char *const sexes[] = {"", " max over sex", " min over sex", " none over sex"};
    static const char *const every[] = {"", " reported half-yearly", " reported yearly",
                                        " reported quarterly"};
    static const char *const type[] = {"", " by commune", " by province", " by local"};
    static const char *const level[] = {"", " at any level replaces", " at any level replaces",
                                        " at any level adds"};
    const size_t n_by = (size_t)rng_below(r, 3);
    const char *rhythm = ANY(r, every);
    atn_buf_text(text, "type local: commune, hamlet\ncategory sex: m, f\ncategory age: young, old\n");
    atn_buf_printf(text, "measure m \"m\" %s%s%s%s%s%s%s%s%s\n", ANY(r, kind), by[n_by], ANY(r, units),
                   ANY(r, times), n_by > 0 ? ANY(r, sexes) : "", rhythm,
                   rhythm[0] != '\0' ? ANY(r, type) : "", ANY(r, level),
                   rng_below(r, 3) == 0 ? " any sign" : "");
    atn_buf_text(text, "indicator i \"i\" = m[owner=public] + m[owner=private]\n");
    if (n_by > 0) {
        atn_buf_text(text, "indicator j \"j\" = m[owner=public, sex=m] + m[sex=f]\n");
    }
    if (rng_below(r, 2) == 0) {
        atn_buf_printf(text, "report rep\n  half-yearly due 10 June\n  yearly due 31 January next year\n  "
                             "quarterly due 20 days after\n  of m\n");
    }
}

static attain_plan *random_plan(rng *r)
{
    atn_buf text;
    attain_plan *plan = NULL;
    attain_error err;
    atn_buf_init(&text, NULL);
    add_units(&text, r);
    add_measure(&text, r);
    const attain_plan_options options = {.struct_size = sizeof options};
    check_ok(atn_plan_new(&options, &plan, &err), &err);
    attain_status status = atn_plan_add_text(plan, (atn_str){text.data, text.len}, ATN_STR("random"), &err);
    if (status == ATTAIN_OK) {
        status = atn_plan_freeze(plan, &err);
    }
    if (status != ATTAIN_OK) {
        if (getenv("SHOW_REFUSED") != NULL) {
            print_message("%s\n%s\n", err.message, text.data);
        }
        atn_plan_free(plan);
        plan = NULL;
    }
    atn_buf_free(&text);
    return plan;
}

static attain_period random_period(rng *r, const atn_measure *measure)
{
    static const char *const any[] = {"2023",    "2024",    "2025",    "2024-H1",    "2024-H2",
                                      "2025-H1", "2024-Q1", "2024-Q2", "2024-Q3",    "2024-Q4",
                                      "2025-Q1", "2024-05", "2024-08", "2024..2025", "2024-H2..2025-H1"};
    const attain_period period = build_period(ANY(r, any));
    return measure->reported == ATTAIN_PERIOD_NONE ? period
                                                   : atn_period_of_day(measure->reported, 0, period.end_day);
}

/* Those that may not stand where they are put are refused by the store, and so not there for either side. */
static void add_random_facts(attain_facts *facts, rng *r)
{
    const atn_model *model = &atn_facts_plan(facts)->model;
    const atn_measure *measure = &model->measures[0];
    const int n = (int)rng_below(r, 60);
    for (int i = 0; i < n; i++) {
        attain_fact fact = {.unit = (uint32_t)rng_below(r, model->n_units),
                            .cell = (uint32_t)rng_below(r, measure->n_cells),
                            .period = random_period(r, measure),
                            .value = rng_between(r, measure->any_sign ? -9 : 0, 20),
                            .qualifier = (uint8_t)(rng_below(r, 2) == 0 ? ATTAIN_EXACT : rng_below(r, 10))};
        fact.qualifier = fact.qualifier > ATTAIN_MISSING ? ATTAIN_MISSING : fact.qualifier;
        if (fact.qualifier == ATTAIN_MISSING) {
            fact.reason = (uint8_t)(1 + rng_below(r, 3));
        }
        (void)attain_facts_set(facts, &fact, 0, NULL);
    }
}

static int64_t end_value(attain_i128 v, int infinite)
{
    return infinite != 0 ? infinite * INF : (int64_t)v.lo;
}

static void compare_unit(const slow *o, uint32_t unit, const atn_sum *got, unsigned round)
{
    const slow_sum want = slow_line(o, unit);
    const bool same = got->has_value == want.has_value && got->has_cell == want.has_cell &&
                      got->flags == want.flags && got->n_reported == want.n_reported &&
                      got->n_expected == want.n_expected &&
                      (!want.has_value || (int64_t)got->value.lo == want.value) &&
                      end_value(got->low, got->low_infinite) == want.low &&
                      end_value(got->high, got->high_infinite) == want.high;
    if (!same) {
        print_error("round %u, unit %.*s: got %d %d %lld [%lld, %lld] %u/%u flags %u; wanted %d %d %lld "
                    "[%lld, %lld] %u/%u flags %u\n",
                    round, ATN_STR_ARG(o->model->units[unit].id), got->has_value, got->has_cell,
                    (long long)got->value.lo, (long long)end_value(got->low, got->low_infinite),
                    (long long)end_value(got->high, got->high_infinite), (unsigned)got->n_reported,
                    (unsigned)got->n_expected, (unsigned)got->flags, want.has_value, want.has_cell,
                    (long long)want.value, (long long)want.low, (long long)want.high,
                    (unsigned)want.n_reported, (unsigned)want.n_expected, want.flags);
        fail();
    }
}

static void compare_lines(const attain_plan *plan, const attain_facts *facts, rng *r, unsigned round)
{
    static const char *const wanted[] = {"2024",
                                         "2025",
                                         "2024-H1",
                                         "2024-H2",
                                         "2025-H1",
                                         "2024-Q2",
                                         "2024-Q3",
                                         "2024-05",
                                         "2024..2025",
                                         "2023..2025",
                                         "2024-01-01..2024-08-20",
                                         "2024-06-30",
                                         "2024-H2..2025-H1"};
    static const char *const as_of[] = {"2024-06", "2024-07", "2024", "2025", "2026"};
    const atn_model *model = &plan->model;
    const uint64_t n = atn_facts_count(facts);
    atn_cell *cells = calloc((size_t)n + 1, sizeof *cells);
    atn_sum *line = calloc(model->n_units, sizeof *line);
    for (uint64_t i = 0; i < n; i++) {
        attain_fact f;
        assert_int_equal(atn_facts_read(facts, i, &f, 1), 1);
        cells[i] = (atn_cell){f.measure, f.unit, f.cell, f.period, f.value, f.qualifier, f.reason};
    }
    for (int k = 0; k < 4; k++) {
        uint64_t bits = 1 + rng_below(r, 15);
        uint64_t members = 1 + rng_below(r, 3);
        atn_attribute_test test = {.attribute = 0, .members = &members};
        const atn_pick extra = {.cells = rng_below(r, 2) == 0 ? &bits : NULL,
                                .tests = &test,
                                .n_tests = (uint32_t)rng_below(r, 2)};
        uint32_t picks[8];
        uint32_t n_picks = 0;
        for (uint32_t p = 0; p < model->n_picks && n_picks < 8 && rng_below(r, 2) == 0; p++) {
            picks[n_picks++] = p;
        }
        const atn_line_request request = {.picks = picks,
                                          .n_picks = n_picks,
                                          .period = build_period(ANY(r, wanted)),
                                          .as_of_day = end_of(ANY(r, as_of)),
                                          .extra = rng_below(r, 3) == 0 ? &extra : NULL};
        const slow o = {plan, model, &model->measures[0], &request, cells, (size_t)n};
        const attain_allocator a = atn_alloc_default(NULL);
        attain_error err;
        check_ok(atn_facts_line(facts, &request, &a, line, &err), &err);
        for (uint32_t unit = 0; unit < model->n_units; unit++) {
            compare_unit(&o, unit, &line[unit], round);
        }
    }
    free(line);
    free(cells);
}

static void test_random_against_naive(void **state)
{
    (void)state;
    unsigned n_plans = 0;
    for (unsigned round = 0; round < 1500; round++) {
        rng r = rng_new(round);
        attain_plan *plan = random_plan(&r);
        if (plan == NULL) {
            continue;
        }
        n_plans++;
        attain_facts *facts = build_facts(plan);
        add_random_facts(facts, &r);
        compare_lines(plan, facts, &r, round);
        attain_facts_free(facts);
        atn_plan_free(plan);
    }
    /* Some combinations of laws are no plan; most are. */
    assert_true(n_plans > 700);
}

/* ---- pairs ---- */

static double ratio(attain_i128 n, attain_i128 d)
{
    return (double)(int64_t)n.lo / (double)(int64_t)d.lo;
}

/* The truth lies in the range: whole data with n <= d, then figures are taken away. */
static void test_pairs_hold_the_truth(void **state)
{
    (void)state;
    static const char *const plans[] = {
        "measure n \"n\" flow persons by sex reported quarterly by commune\n"
        "measure d \"d\" flow persons by sex reported quarterly by commune\n",
        "measure n \"n\" stock persons by sex reported half-yearly by commune\n"
        "measure d \"d\" stock persons by sex reported half-yearly by commune\n",
        "measure n \"n\" flow persons by sex reported quarterly by commune\n"
        "measure d \"d\" stock persons by sex reported half-yearly by commune\n"};
    const attain_allocator a = atn_alloc_default(NULL);
    attain_error err;
    unsigned n_judged = 0;
    for (unsigned round = 0; round < 900; round++) {
        rng r = rng_new(1000 + round);
        atn_buf text;
        atn_buf_init(&text, NULL);
        atn_buf_text(&text, "category sex: m, f\n");
        add_units(&text, &r);
        atn_buf_text(&text, plans[round % 3]);
        attain_plan *plan = build_plan(text.data, NULL);
        const uint32_t vn = build_unit(plan, "VN");
        const atn_model *model = &plan->model;
        atn_buf_free(&text);
        attain_facts *whole = build_facts(plan);
        attain_facts *part = build_facts(plan);
        for (uint32_t u = 0; u < model->n_units; u++) {
            for (uint32_t slot = 0; slot < 4; slot++) {
                for (uint32_t cell = 0; cell < 2; cell++) {
                    const int64_t d = rng_between(&r, 0, 9);
                    attain_fact fact = {.unit = u, .cell = cell};
                    for (uint32_t m = 0; m < 2; m++) {
                        const attain_period quarter =
                            atn_period_of_day(ATTAIN_PERIOD_QUARTER, 0,
                                              end_of("2024-Q1") + 91 * (int32_t)slot);
                        fact.measure = m;
                        fact.period = atn_period_of_day(model->measures[m].reported, 0, quarter.end_day);
                        /* A stock denominator must bound the year's flow. */
                        fact.value = m == 1 ? d + (round % 3 == 2 ? 40 : 0) : rng_between(&r, 0, d);
                        (void)attain_facts_set(whole, &fact, 0, NULL);
                        /* Only a figure that is expected is missed. */
                        const bool keep =
                            rng_below(&r, 8) != 0 || !atn_unit_is_valid(model, u, fact.period.end_day);
                        (void)attain_facts_set(part, &fact, keep ? 0 : 1, NULL);
                    }
                }
            }
        }
        const atn_pair_term terms[] = {{.measure = 0, .coefficient = 1},
                                       {.measure = 1, .coefficient = 1, .in_denominator = true}};
        atn_pair *truth = calloc(model->n_units, sizeof *truth);
        atn_pair *seen = calloc(model->n_units, sizeof *seen);
        const bool by_slot = rng_below(&r, 2) == 0;
        check_ok(atn_facts_pairs(whole, terms, 2, build_period("2024"), end_of("2024"), by_slot, NULL, &a,
                                 truth, &err),
                 &err);
        check_ok(atn_facts_pairs(part, terms, 2, build_period("2024"), end_of("2024"), by_slot, NULL, &a,
                                 seen, &err),
                 &err);
        for (uint32_t u = vn; u < model->n_units; u++) {
            const bool sound = truth[u].sum_d.lo > 0 && !truth[u].over_one && !truth[u].any_c &&
                               !truth[u].any_e && truth[u].b_d.lo == 0 && !seen[u].over_one && !seen[u].lone;
            if (!sound) {
                continue;
            }
            n_judged++;
            const double v = ratio(truth[u].sum_n, truth[u].sum_d);
            if (!seen[u].any_c && !seen[u].any_e) {
                assert_true(ratio(seen[u].sum_n, seen[u].sum_d) <= v);
            }
            bool overflow = false;
            const attain_i128 high_n = atn_i128_add(seen[u].sum_n, seen[u].b_d, &overflow);
            const attain_i128 high_d = atn_i128_add(seen[u].sum_d, seen[u].c_n, &overflow);
            assert_true(seen[u].any_e || v <= (high_d.lo == 0 ? 1.0 : ratio(high_n, high_d)));
        }
        free(truth);
        free(seen);
        attain_facts_free(whole);
        attain_facts_free(part);
        build_plan_free(plan);
    }
    assert_true(n_judged > 3000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_against_naive),
        cmocka_unit_test(test_pairs_hold_the_truth),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
