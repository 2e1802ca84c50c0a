/* Cubes against lines. The same random facts are held twice: as a grid, and row by row; cubes and lines over the grid must say at every
 * unit what the general roll-up says over the rows. Trees change between the periods that are asked for, units stand before their
 * parents in older trees, and reports are full, sparse, late or missing altogether. */
#include "facts/cube.h"
#include "facts/store.h"
#include "language/language.h"
#include "support/alloc_fault.h"
#include "support/build_plan.h"
#include "support/check.h"
#include "support/rng.h"
#include <stdio.h>
#include <stdlib.h>

#define ANY(r, list) (list)[rng_below((r), sizeof(list) / sizeof(list)[0])]

/* ---- random plans ---- */

static void add_commune(atn_buf *text, rng *r, int c, bool still)
{
    static const char *const until[] = {"2020-12-31", "2021-06-30", "2022-12-31", "2023-05-10"};
    static const char *const from[] = {"2021-01-01", "2021-07-01", "2023-01-01", "2023-05-11"};
    const size_t day = (size_t)rng_below(r, 4);
    const int place = (int)rng_below(r, 4);
    switch (still ? 9u : (unsigned)rng_below(r, 20)) {
    case 0:
        atn_buf_printf(text, "unit C%d \"C\" commune in P%d until %s\n", c, place, until[day]);
        atn_buf_printf(text, "unit C%d \"C\" commune in P%d from %s\n", c, (place + 1) % 4, from[day]);
        break;
    case 1: atn_buf_printf(text, "unit C%d \"C\" commune in P%d until %s\n", c, place, until[day]); break;
    case 2: atn_buf_printf(text, "unit C%d \"C\" commune in P%d from %s\n", c, place, from[day]); break;
    case 3: atn_buf_printf(text, "unit H%d \"H\" hamlet in P%d\n", c, place); break;
    default: atn_buf_printf(text, "unit C%d \"C\" commune in P%d\n", c, place); break;
    }
}

static void add_measure(atn_buf *text, rng *r, int m)
{
    static const char *const kind[] = {"stock persons", "flow persons"};
    static const char *const by[] = {"", "", " by sex", " by sex, age"};
    static const char *const times[] = {"", "", "", " sum over time", " last over time"};
    static const char *const every[] = {"monthly", "monthly", "quarterly", "half-yearly", "yearly"};
    static const char *const type[] = {"", " by commune", " by local", " by province"};
    static const char *const odd[] = {"", "", "", "", "", "", "", "", " any sign", " at any level adds"};
    const size_t n_by = (size_t)rng_below(r, 4);
    atn_buf_printf(text, "measure m%d \"m\" %s%s%s reported %s%s%s\n", m, ANY(r, kind), by[n_by],
                   ANY(r, times), ANY(r, every), ANY(r, type), ANY(r, odd));
    if (n_by > 1) {
        atn_buf_printf(text, "indicator i%d \"i\" = m%d[sex=f] + 2 * m%d[sex=m]\n", m, m, m);
    }
    if (n_by > 2) {
        atn_buf_printf(text, "indicator j%d \"j\" = m%d[age=old] + m%d[sex=f, age=mid or old]\n", m, m, m);
    }
}

enum { N_MEASURES = 5 };

static attain_plan *random_plan(rng *r, int n_communes)
{
    atn_buf text;
    atn_buf_init(&text, NULL);
    atn_buf_text(&text, "type local: commune, hamlet\ncategory sex: m, f\ncategory age: young, mid, old\n"
                        "unit VN \"VN\" nation\nunit R \"R\" region in VN\n");
    for (int p = 0; p < 4; p++) {
        atn_buf_printf(&text, "unit P%d \"P\" province in %s\n", p, rng_below(r, 3) == 0 ? "R" : "VN");
    }
    const bool still = rng_below(r, 3) == 0;
    for (int c = 0; c < n_communes; c++) {
        add_commune(&text, r, c, still);
    }
    for (int m = 0; m < N_MEASURES; m++) {
        add_measure(&text, r, m);
    }
    if (rng_below(r, 2) == 0) {
        atn_buf_text(&text, "report rep\n  half-yearly due 10 June\n  yearly due 31 January next year\n"
                            "  quarterly due 20 days after\n  monthly due 40 days after\n  of m0, m1, m2\n");
    }
    attain_plan *plan = build_plan(text.data, NULL);
    atn_buf_free(&text);
    return plan;
}

/* ---- the same facts twice ---- */

enum { FIRST_YEAR = 2020, N_YEARS = 5 };

typedef struct both {
    attain_facts *grid, *rows;
    bool giants; /* sums may not fit */
} both;

typedef struct columns {
    uint32_t *unit, *measure, *cell;
    int32_t *period;
    int64_t *value;
    uint8_t *qualifier;
    size_t n, cap;
} columns;

static void *grown(void *items, size_t n, size_t size)
{
    void *more = realloc(items, n * size);
    assert_non_null(more);
    return more;
}

static void push(columns *c, const attain_fact *fact)
{
    if (c->n == c->cap) {
        c->cap = c->cap * 2 + 64;
        c->unit = grown(c->unit, c->cap, sizeof *c->unit);
        c->measure = grown(c->measure, c->cap, sizeof *c->measure);
        c->cell = grown(c->cell, c->cap, sizeof *c->cell);
        c->period = grown(c->period, c->cap, sizeof *c->period);
        c->value = grown(c->value, c->cap, sizeof *c->value);
        c->qualifier = grown(c->qualifier, c->cap, sizeof *c->qualifier);
    }
    c->unit[c->n] = fact->unit;
    c->measure[c->n] = fact->measure;
    c->cell[c->n] = fact->cell;
    assert_true(atn_period_encode(fact->period, &c->period[c->n]));
    c->value[c->n] = fact->value;
    c->qualifier[c->n++] = fact->qualifier;
}

static void free_columns(columns *c)
{
    free(c->unit);
    free(c->measure);
    free(c->cell);
    free(c->period);
    free(c->value);
    free(c->qualifier);
}

static attain_facts *new_facts(const attain_plan *plan, uint32_t tuning)
{
    attain_facts *facts = NULL;
    attain_error err;
    const attain_facts_options options = {.struct_size = sizeof options, .tuning = tuning};
    check_ok(attain_facts_new(plan, &options, &facts, &err), &err);
    return facts;
}

static void add_columns(attain_facts *facts, const columns *c)
{
    attain_error err;
    const attain_fact_columns all = {.unit = c->unit,
                                     .measure = c->measure,
                                     .cell = c->cell,
                                     .period = c->period,
                                     .value = c->value,
                                     .qualifier = c->qualifier};
    check_ok(attain_facts_add(facts, &all, c->n, NULL, NULL, &err), &err);
}

/* How one measure is reported. */
typedef struct habit {
    uint64_t most;     /* figures are below it */
    uint64_t one_in;   /* 0: nothing is absent; else one figure in so many is */
    uint64_t there_in; /* 0; else only one figure in so many is there */
    uint64_t odd_in;   /* 0; else one in so many is an estimate */
    int n_years;       /* the years behind are empty */
} habit;

static habit random_habit(rng *r, both *facts)
{
    static const uint64_t most[] = {3, 100, 100000, UINT64_C(1) << 33, UINT64_C(1) << 42};
    static const uint64_t one_in[] = {0, 0, 2, 7, 50};
    habit h = {.most = ANY(r, most), .one_in = ANY(r, one_in), .n_years = N_YEARS};
    if (rng_below(r, 5) == 0) {
        h.there_in = 10;
    }
    if (rng_below(r, 12) == 0) {
        h.odd_in = 20;
    }
    if (rng_below(r, 4) == 0) {
        h.n_years = (int)rng_below(r, N_YEARS);
    }
    if (rng_below(r, 20) == 0) {
        h.most = (UINT64_C(1) << 58) - 1;
        facts->giants = true;
    }
    return h;
}

static void add_habit(columns *c, const attain_facts *judge, rng *r, uint32_t m, habit h)
{
    const atn_model *model = &atn_facts_plan(judge)->model;
    const atn_measure *measure = &model->measures[m];
    const int32_t end = atn_day_from_date((atn_date){FIRST_YEAR + h.n_years, 1, 1});
    for (uint32_t u = 0; u < model->n_units; u++) {
        const bool silent = rng_below(r, 12) == 0 && h.one_in > 0;
        for (uint32_t cell = 0; cell < measure->n_cells; cell++) {
            for (int32_t day = atn_day_from_date((atn_date){FIRST_YEAR, 1, 1}); day < end;) {
                attain_fact fact = {.unit = u,
                                    .measure = m,
                                    .cell = cell,
                                    .period = atn_period_of_day(measure->reported, 0, day),
                                    .value = (int64_t)rng_below(r, h.most)};
                day = fact.period.end_day + 1;
                fact.qualifier =
                    h.odd_in > 0 && rng_below(r, h.odd_in) == 0 ? ATTAIN_ESTIMATED : ATTAIN_EXACT;
                const bool absent = silent || (h.one_in > 0 && rng_below(r, h.one_in) == 0) ||
                                    (h.there_in > 0 && rng_below(r, h.there_in) != 0);
                atn_row row = {
                    .measure = m, .unit = u, .cell = cell, .value = fact.value, .qualifier = fact.qualifier};
                atn_row_set_period(&row, fact.period);
                if (!absent && atn_row_check(judge, &row, NULL) == ATTAIN_OK) {
                    push(c, &fact);
                }
            }
        }
    }
}

static both random_facts(const attain_plan *plan, rng *r)
{
    both facts = {new_facts(plan, ATTAIN_TUNE_DEFAULT), new_facts(plan, ATTAIN_TUNE_ROW_BY_ROW), false};
    columns c = {0};
    for (uint32_t m = 0; m < N_MEASURES; m++) {
        add_habit(&c, facts.rows, r, m, random_habit(r, &facts));
    }
    add_columns(facts.grid, &c);
    add_columns(facts.rows, &c);
    free_columns(&c);
    assert_int_equal(atn_facts_count(facts.grid), atn_facts_count(facts.rows));
    return facts;
}

/* ---- comparing ---- */

typedef struct tally {
    uint64_t n_cubes, n_plain, n_complete, n_slabs, n_units, n_open, n_not_last, n_threads;
    uint64_t n_lines, n_fast_lines;
} tally;

static bool same_i128(attain_i128 a, attain_i128 b)
{
    return atn_i128_compare(a, b) == 0;
}

static void check_sum(const atn_sum *got, const atn_sum *want, const char *what, uint32_t unit)
{
    const bool same = same_i128(got->value, want->value) && same_i128(got->low, want->low) &&
                      same_i128(got->high, want->high) && got->has_value == want->has_value &&
                      got->has_cell == want->has_cell && got->low_infinite == want->low_infinite &&
                      got->high_infinite == want->high_infinite && got->flags == want->flags &&
                      got->n_reported == want->n_reported && got->n_expected == want->n_expected;
    if (!same) {
        print_error("%s, unit %u: got %" PRId64 " [%" PRId64 ", %" PRId64
                    "] %d %d %u/%u flags %u; wanted %" PRId64 " [%" PRId64 ", %" PRId64
                    "] %d %d %u/%u flags %u\n",
                    what, (unsigned)unit, (int64_t)got->value.lo, (int64_t)got->low.lo, (int64_t)got->high.lo,
                    got->has_value, got->high_infinite, (unsigned)got->n_reported, (unsigned)got->n_expected,
                    (unsigned)got->flags, (int64_t)want->value.lo, (int64_t)want->low.lo,
                    (int64_t)want->high.lo, want->has_value, want->high_infinite, (unsigned)want->n_reported,
                    (unsigned)want->n_expected, (unsigned)want->flags);
        fail();
    }
}

static void line_of(const attain_facts *facts, const atn_line_request *request, atn_sum *line)
{
    attain_error err;
    const attain_allocator a = atn_alloc_default(NULL);
    check_ok(atn_facts_line(facts, request, &a, line, &err), &err);
}

/* One column of a slab: values and openness as of the end of time, counts as of the period's day. */
static void check_column(const both *facts, const atn_cube *cube, uint32_t s, uint32_t p, tally *t)
{
    const atn_slab *slab = &cube->slabs[s];
    const atn_cube_slot *slot = &cube->slots[s];
    atn_sum *late = calloc(cube->n_units + 1u, sizeof *late);
    atn_sum *now = calloc(cube->n_units + 1u, sizeof *now);
    atn_line_request request = {.measure = slot->measure,
                                .picks = &slot->pick,
                                .n_picks = slot->pick != ATN_NONE ? 1 : 0,
                                .period = cube->periods[p].days,
                                .as_of_day = ATN_DAY_MAX};
    line_of(facts->rows, &request, late);
    request.as_of_day = cube->periods[p].as_of_day;
    line_of(facts->rows, &request, now);
    for (uint32_t u = 0; u < cube->n_units; u++) {
        const size_t at = (size_t)u * cube->n_periods + p;
        const bool open = slab->n_open[at] > 0;
        const bool not_last = slab->n_not_last != NULL && slab->n_not_last[at] > 0;
        const atn_sum got = {.value = atn_i128_from_i64(slab->value[at]),
                             .low = atn_i128_from_i64(slab->sure[at]),
                             .high = atn_i128_from_i64(open ? 0 : slab->value[at]),
                             .has_value = slab->n_present[at] > 0,
                             .has_cell = slab->n_present[at] > 0,
                             .high_infinite = open,
                             .flags =
                                 (uint8_t)((open ? ATN_LINE_OPEN : 0) | (not_last ? ATN_LINE_NOT_LAST : 0)),
                             .n_reported = slab->n_reported[at],
                             .n_expected = slab->n_expected[at]};
        atn_sum want = late[u];
        want.n_reported = now[u].n_reported;
        want.n_expected = now[u].n_expected;
        check_sum(&got, &want, "cube", u);
        assert_int_equal(slab->n_present[at], late[u].n_reported);
        assert_true(open || slab->sure[at] == slab->value[at]);
        if (!slab->is_last) {
            assert_int_equal(slab->n_open[at], late[u].n_expected - late[u].n_reported);
            assert_null(slab->n_not_last);
        }
        t->n_units++;
        t->n_open += open;
        t->n_not_last += not_last;
    }
    free(late);
    free(now);
}

static attain_period random_days(rng *r)
{
    static const char *const any[] = {"2020",
                                      "2021",
                                      "2022",
                                      "2023",
                                      "2024",
                                      "2025",
                                      "2020-H1",
                                      "2021-H2",
                                      "2022-Q3",
                                      "2023-05",
                                      "2024-12",
                                      "2021..2022",
                                      "2022..2024",
                                      "2020..2024",
                                      "2022-02-10..2023-11-20",
                                      "2024-01-01..2024-08-20",
                                      "2022-06-30"};
    return build_period(ANY(r, any));
}

static int32_t random_as_of(rng *r)
{
    static const char *const any[] = {"2021-03", "2023-06", "2023", "2024-10", "2025-12"};
    return rng_below(r, 3) == 0 ? ATN_DAY_MAX : build_period(ANY(r, any)).end_day;
}

enum { MOST_PERIODS = 9 };

/* Years side by side as often as anything. */
static uint32_t random_periods(rng *r, atn_cube_period *periods)
{
    const uint32_t n = rng_below(r, 5) == 0 ? 8 : 1 + (uint32_t)rng_below(r, MOST_PERIODS);
    const int32_t as_of = random_as_of(r);
    const unsigned kind = (unsigned)rng_below(r, 4);
    const int32_t first = (int32_t)(FIRST_YEAR - 1 + rng_below(r, 4));
    for (uint32_t p = 0; p < n; p++) {
        periods[p].as_of_day = kind == 3 ? random_as_of(r) : as_of;
        const int32_t day = atn_day_from_date((atn_date){first + (int32_t)p, 1, 1});
        periods[p].days =
            kind < 2 || (kind == 2 && p < 2) ? atn_period_of_day(ATTAIN_PERIOD_YEAR, 0, day) : random_days(r);
    }
    return n;
}

/* The years that the periods touch, whole: if the tree is still in all of them, nothing but large figures stands in the way. */
static bool years_are_still(const atn_model *model, const atn_cube_period *periods, uint32_t n)
{
    int32_t from = INT32_MAX;
    int32_t to = INT32_MIN;
    for (uint32_t p = 0; p < n; p++) {
        const int32_t first = atn_period_of_day(ATTAIN_PERIOD_YEAR, 0, periods[p].days.start_day).start_day;
        const int32_t last = atn_period_of_day(ATTAIN_PERIOD_YEAR, 0, periods[p].days.end_day).end_day;
        from = first < from ? first : from;
        to = last > to ? last : to;
    }
    return atn_cube_tree_is_still(model, from, to);
}

static uint32_t random_slots(const both *facts, rng *r, atn_cube_slot *slots, uint32_t most)
{
    const atn_model *model = &atn_facts_plan(facts->grid)->model;
    uint32_t n = 0;
    for (uint32_t m = 0; m < N_MEASURES; m++) {
        for (uint32_t pick = 0; pick <= model->n_picks; pick++) {
            const atn_cube_slot slot = {m, pick < model->n_picks ? pick : ATN_NONE};
            if ((pick < model->n_picks && model->picks[pick].measure != m) || rng_below(r, 3) == 0 ||
                n == most || !atn_cube_takes(model, &slot) || !atn_cube_facts_are_plain(facts->grid, m)) {
                continue;
            }
            slots[n++] = slot;
        }
    }
    return n;
}

static void compare_cube(const both *facts, rng *r, tally *t)
{
    const atn_model *model = &atn_facts_plan(facts->grid)->model;
    const attain_allocator a = atn_alloc_default(NULL);
    atn_cube_slot slots[12];
    atn_cube_period periods[MOST_PERIODS];
    const uint32_t n_slots = random_slots(facts, r, slots, 12);
    const uint32_t n_periods = random_periods(r, periods);
    const atn_team team = {.n_threads = 1 + (uint32_t)rng_below(r, 3)};
    static const uint32_t tunings[] = {ATTAIN_TUNE_DEFAULT, ATTAIN_TUNE_AVX2, ATTAIN_TUNE_PORTABLE};
    atn_cube cube;
    bool plain;
    attain_error err;
    facts->grid->tuning = ANY(r, tunings);
    check_ok(atn_cube_make(facts->grid, slots, n_slots, periods, n_periods, &team, &a, &cube, &plain, &err),
             &err);
    t->n_cubes++;
    if (!plain) {
        assert_true(facts->giants || !years_are_still(model, periods, n_periods));
        return;
    }
    t->n_plain++;
    for (uint32_t s = 0; s < n_slots; s++) {
        t->n_slabs++;
        t->n_complete += cube.slabs[s].is_complete;
        for (uint32_t p = 0; p < n_periods; p++) {
            check_column(facts, &cube, s, p, t);
        }
    }
    t->n_threads += team.n_threads > 1 && n_slots > 1;
    atn_cube_free(&cube);
}

/* Lines over the grid, by way of cubes and without, against lines over rows. */
static void compare_lines(const both *facts, rng *r, tally *t)
{
    const atn_model *model = &atn_facts_plan(facts->grid)->model;
    const attain_allocator a = atn_alloc_default(NULL);
    atn_sum *want = calloc(model->n_units, sizeof *want);
    atn_sum *got = calloc(model->n_units, sizeof *got);
    for (uint32_t m = 0; m < N_MEASURES; m++) {
        uint32_t picks[3];
        uint64_t cells = 1 + rng_below(r, 63);
        const atn_pick extra = {.measure = m, .cells = &cells};
        atn_line_request request = {.measure = m,
                                    .picks = picks,
                                    .period = random_days(r),
                                    .as_of_day = random_as_of(r),
                                    .extra = rng_below(r, 4) == 0 ? &extra : NULL};
        for (uint32_t p = 0; p < model->n_picks && request.n_picks < 3; p++) {
            if (model->picks[p].measure == m && rng_below(r, 3) == 0) {
                picks[request.n_picks++] = p;
            }
        }
        line_of(facts->rows, &request, want);
        attain_error err;
        bool done;
        check_ok(atn_cube_line(facts->grid, &request, &a, got, &done, &err), &err);
        t->n_lines++;
        t->n_fast_lines += done;
        for (uint32_t u = 0; done && u < model->n_units; u++) {
            check_sum(&got[u], &want[u], "cube line", u);
        }
        line_of(facts->grid, &request, got);
        for (uint32_t u = 0; u < model->n_units; u++) {
            check_sum(&got[u], &want[u], "line", u);
        }
        facts->grid->tuning |= ATTAIN_TUNE_ROW_BY_ROW;
        line_of(facts->grid, &request, got);
        facts->grid->tuning &= ~(uint32_t)ATTAIN_TUNE_ROW_BY_ROW;
        for (uint32_t u = 0; u < model->n_units; u++) {
            check_sum(&got[u], &want[u], "line over the grid", u);
        }
    }
    free(want);
    free(got);
}

static void test_cubes_are_lines(void **state)
{
    (void)state;
    tally t = {0};
    for (unsigned round = 0; round < 160; round++) {
        rng r = rng_new(round);
        attain_plan *plan = random_plan(&r, round % 8 == 0 ? 140 : 4 + (int)rng_below(&r, 12));
        both facts = random_facts(plan, &r);
        for (int k = 0; k < 6; k++) {
            compare_cube(&facts, &r, &t);
        }
        for (int k = 0; k < 4; k++) {
            compare_lines(&facts, &r, &t);
        }
        attain_facts_free(facts.grid);
        attain_facts_free(facts.rows);
        atn_plan_free(plan);
    }
    print_message("%" PRIu64 " cubes, %" PRIu64 " plain, %" PRIu64 " slabs, %" PRIu64 " complete, %" PRIu64
                  " units of lines, %" PRIu64 " open, %" PRIu64 " not last; %" PRIu64 " lines, %" PRIu64
                  " fast\n",
                  t.n_cubes, t.n_plain, t.n_slabs, t.n_complete, t.n_units, t.n_open, t.n_not_last, t.n_lines,
                  t.n_fast_lines);
    assert_true(t.n_plain > t.n_cubes / 3 && t.n_plain < t.n_cubes);
    assert_true(t.n_complete > t.n_slabs / 50 && t.n_complete < t.n_slabs / 2);
    assert_true(t.n_open > t.n_units / 10 && t.n_open < t.n_units);
    assert_true(t.n_not_last > t.n_units / 100);
    assert_true(t.n_threads > 50);
    assert_true(t.n_fast_lines > t.n_lines / 4 && t.n_fast_lines < t.n_lines);
}

/* ---- as many figures as there is room for, but not all in their places ---- */

/* Yearly figures, all 7, as "unit year" pairs; is B's figure of the period seen to be absent? */
static void check_hole(const char *units, const char *const facts_of[][2], size_t n, const char *period)
{
    attain_plan *plan = build_plan(units, NULL);
    attain_facts *facts = build_facts(plan);
    for (size_t i = 0; i < n; i++) {
        attain_error err;
        const attain_fact fact = {.unit = build_unit(plan, facts_of[i][0]),
                                  .period = build_period(facts_of[i][1]),
                                  .value = 7};
        check_ok(atn_facts_set(facts, &fact, false, &err), &err);
    }
    const attain_allocator a = atn_alloc_default(NULL);
    const atn_cube_slot slot = {0, ATN_NONE};
    const atn_cube_period at = {build_period(period), ATN_DAY_MAX};
    const atn_team team = {.n_threads = 1};
    atn_cube cube;
    bool plain;
    attain_error err;
    check_ok(atn_cube_make(facts, &slot, 1, &at, 1, &team, &a, &cube, &plain, &err), &err);
    assert_true(plain);
    assert_false(cube.slabs[0].is_complete);
    assert_int_equal(cube.slabs[0].n_open[build_unit(plan, "B")], 1);
    assert_int_equal(cube.slabs[0].n_open[build_unit(plan, "VN")], 1);
    atn_cube_free(&cube);
    attain_facts_free(facts);
    build_plan_free(plan);
}

/* Figures of units that were, or will be, in other years make up for the one that is not there. */
static void test_other_years_do_not_fill_holes(void **state)
{
    (void)state;
    static const char *const before[][2] = {{"A", "2020"}, {"D", "2020"}, {"B", "2021"},
                                            {"C", "2020"}, {"C", "2021"}, {"C", "2022"}};
    check_hole("unit VN \"VN\" nation\nunit A \"A\" commune in VN until 2020-12-31\n"
               "unit D \"D\" commune in VN until 2020-12-31\nunit B \"B\" commune in VN from 2021-01-01\n"
               "unit C \"C\" commune in VN\nmeasure m \"m\" flow persons reported yearly by commune\n",
               before, 6, "2022");
    static const char *const within[][2] = {{"A", "2021"}, {"B", "2021"}, {"C", "2021"}, {"C", "2022"}};
    check_hole("unit VN \"VN\" nation\nunit A \"A\" commune in VN until 2021-06-30\n"
               "unit B \"B\" commune in VN from 2021-07-01\nunit C \"C\" commune in VN\n"
               "measure m \"m\" flow persons reported yearly by commune\n",
               within, 4, "2022");
    static const char *const later[][2] = {{"A", "2022"}, {"C", "2021"}, {"C", "2022"}, {"D", "2022"}};
    check_hole("unit VN \"VN\" nation\nunit A \"A\" commune in VN from 2022-01-01\n"
               "unit D \"D\" commune in VN from 2022-01-01\nunit B \"B\" commune in VN until 2021-12-31\n"
               "unit C \"C\" commune in VN\nmeasure m \"m\" flow persons reported yearly by commune\n",
               later, 4, "2021");
}

/* ---- large figures ---- */

/* A stock that was large in June and is small in December: the year's figure says nothing about the half-year's. */
static void test_large_figures_are_not_plain(void **state)
{
    (void)state;
    atn_buf text;
    atn_buf_init(&text, NULL);
    atn_buf_text(&text, "unit VN \"VN\" nation\n");
    for (int c = 0; c < 40; c++) {
        atn_buf_printf(&text, "unit C%d \"C\" commune in VN\n", c);
    }
    atn_buf_text(&text, "measure m \"m\" stock persons reported monthly by commune\n");
    attain_plan *plan = build_plan(text.data, NULL);
    atn_buf_free(&text);
    attain_facts *facts = build_facts(plan);
    const int64_t large = ((int64_t)1 << 58) - 1;
    for (uint32_t unit = 1; unit <= 40; unit++) {
        attain_error err;
        const attain_fact june = {.unit = unit, .period = build_period("2024-06"), .value = large};
        const attain_fact december = {.unit = unit, .period = build_period("2024-12"), .value = 1};
        /* In this order no year was ever worth more than 1. */
        check_ok(atn_facts_set(facts, &december, false, &err), &err);
        check_ok(atn_facts_set(facts, &june, false, &err), &err);
    }
    const attain_allocator a = atn_alloc_default(NULL);
    atn_sum line[41];
    attain_error err;
    bool done;
    atn_line_request request = {.period = build_period("2024"), .as_of_day = ATN_DAY_MAX};
    check_ok(atn_cube_line(facts, &request, &a, line, &done, &err), &err);
    assert_true(done);
    assert_int_equal(line[0].value.lo, 40);
    request.period = build_period("2024-H1");
    check_ok(atn_cube_line(facts, &request, &a, line, &done, &err), &err);
    assert_false(done);
    line_of(facts, &request, line);
    bool overflow = false;
    assert_true(same_i128(line[0].value, atn_i128_mul_i64(atn_i128_from_i64(large), 40, &overflow)));
    attain_facts_free(facts);
    build_plan_free(plan);
}

/* ---- memory ---- */

static void test_memory_may_end_anywhere(void **state)
{
    (void)state;
    const atn_cube_period periods[3] = {{.days = build_period("2024"), .as_of_day = ATN_DAY_MAX},
                                        {.days = build_period("2024-H1"),
                                         .as_of_day = build_period("2024-05").end_day},
                                        {.days = build_period("2024"),
                                         .as_of_day = build_period("2024-05").end_day}};
    atn_cube_slot slots[12];
    uint32_t n_slots = 0;
    attain_plan *plan = NULL;
    both facts = {NULL, NULL, true};
    for (uint64_t seed = 0; n_slots < 3 || facts.giants; seed++) {
        attain_facts_free(facts.grid);
        attain_facts_free(facts.rows);
        atn_plan_free(plan);
        rng r = rng_new(seed);
        plan = random_plan(&r, 70);
        facts = random_facts(plan, &r);
        n_slots = random_slots(&facts, &r, slots, 12);
    }
    alloc_fault fault;
    alloc_fault_init(&fault);
    const attain_allocator a = alloc_fault_allocator(&fault);
    const atn_team team = {.n_threads = 2};
    attain_status status = ATTAIN_E_MEMORY;
    int64_t n = 0;
    for (; status != ATTAIN_OK; n++) {
        attain_error err;
        atn_cube cube;
        bool plain;
        alloc_fault_fail_at(&fault, n, n % 2 == 0);
        status = atn_cube_make(facts.grid, slots, n_slots, periods, 3, &team, &a, &cube, &plain, &err);
        if (status == ATTAIN_OK) {
            assert_true(plain);
            atn_cube_free(&cube);
        } else {
            check_fails(status, ATTAIN_E_MEMORY, &err);
        }
        alloc_fault_expect_empty(&fault);
    }
    assert_true(n > 10);
    attain_facts_free(facts.grid);
    attain_facts_free(facts.rows);
    atn_plan_free(plan);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_cubes_are_lines),
                                       cmocka_unit_test(test_other_years_do_not_fill_holes),
                                       cmocka_unit_test(test_large_figures_are_not_plain),
                                       cmocka_unit_test(test_memory_may_end_anywhere)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
