/* Facts in two homes, grid and rows: a plain sorted list says what the store holds, and every way to read it must say the same. Facts are
 * drawn so that cells change their home: figures with and without a qualifier, narrow, wide and too wide, in years of the grid and outside. */
#include "facts/grid.h"
#include "support/alloc_fault.h"
#include "support/build_plan.h"
#include "support/check.h"
#include "support/rng.h"
#include <stdio.h>
#include <stdlib.h>

#define N_COMMUNES 200

static attain_plan *plan;
static char plan_text[32768];

static void write_plan(void)
{
    int len = snprintf(plan_text, sizeof plan_text, "unit VN \"VN\" nation\n");
    for (int i = 0; i < N_COMMUNES; i++) {
        len += snprintf(plan_text + len, sizeof plan_text - (size_t)len, "unit U%d \"U\" commune in VN\n", i);
    }
    (void)snprintf(plan_text + len, sizeof plan_text - (size_t)len,
                   "category post: full, part, none\n"
                   "measure months \"m\" flow persons by post any sign reported monthly by commune\n"
                   "measure free \"f\" stock persons any sign\n"
                   "measure quarters \"q\" stock persons any sign reported quarterly by commune\n"
                   "measure once \"o\" flow persons any sign\n"
                   "measure halves \"h\" stock persons by post any sign reported half-yearly by commune\n"
                   "measure years \"y\" flow persons any sign reported yearly by commune\n"
                   "measure weeks \"w\" flow persons any sign reported weekly by commune\n");
}

static int set_up(void **state)
{
    (void)state;
    write_plan();
    plan = build_plan(plan_text, NULL);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    build_plan_free(plan);
    return 0;
}

/* ---- the list ---- */

typedef struct list {
    atn_row *rows;
    size_t n, cap;
} list;

static int compare_keys(const atn_row *a, const atn_row *b)
{
    atn_row x = *a;
    atn_row y = *b;
    x.start_day = y.start_day = 0; /* facts are drawn so that equal last days are equal cells */
    x.type = y.type = 0;
    return atn_row_compare(&x, &y);
}

static size_t list_find(const list *l, const atn_row *row)
{
    size_t low = 0;
    size_t high = l->n;
    while (low < high) {
        const size_t mid = (low + high) / 2;
        if (compare_keys(&l->rows[mid], row) < 0) {
            low = mid + 1;
        } else {
            high = mid;
        }
    }
    return low;
}

static bool list_has(const list *l, const atn_row *row)
{
    const size_t at = list_find(l, row);
    return at < l->n && compare_keys(&l->rows[at], row) == 0;
}

static void list_set(list *l, const atn_row *row)
{
    const size_t at = list_find(l, row);
    if (!list_has(l, row)) {
        if (l->n == l->cap) {
            l->cap = l->cap * 2 + 64;
            l->rows = realloc(l->rows, l->cap * sizeof *l->rows);
        }
        memmove(l->rows + at + 1, l->rows + at, (l->n - at) * sizeof *l->rows);
        l->n++;
    }
    l->rows[at] = *row;
}

static void list_remove(list *l, const atn_row *row)
{
    const size_t at = list_find(l, row);
    if (list_has(l, row)) {
        memmove(l->rows + at, l->rows + at + 1, (l->n - at - 1) * sizeof *l->rows);
        l->n--;
    }
}

static attain_period list_last_period(const list *l)
{
    attain_period last = {.type = ATTAIN_PERIOD_NONE};
    for (size_t i = 0; i < l->n; i++) {
        const attain_period here = atn_row_period(&l->rows[i]);
        last = atn_period_is_later(here, last) ? here : last;
    }
    return last;
}

/* ---- facts to draw ---- */

typedef struct draw {
    rng r;
    uint32_t n_units; /* of the communes */
    uint32_t n_years; /* from 2015 on */
    bool far, ragged; /* years outside the grid; qualifiers and wide values */
} draw;

static int64_t draw_value(draw *d)
{
    if (!d->ragged || rng_below(&d->r, 8) != 0) {
        return rng_between(&d->r, -1000, 1000);
    }
    const int64_t v = rng_any_signed(&d->r);
    return rng_below(&d->r, 4) == 0 ? (v < 0 ? -ATN_GRID_MAX_VALUE : ATN_GRID_MAX_VALUE) : v;
}

static atn_row draw_row(draw *d)
{
    static const attain_period_type types[] = {ATTAIN_PERIOD_MONTH,     ATTAIN_PERIOD_MONTH,
                                               ATTAIN_PERIOD_QUARTER,   ATTAIN_PERIOD_YEAR,
                                               ATTAIN_PERIOD_HALF_YEAR, ATTAIN_PERIOD_YEAR,
                                               ATTAIN_PERIOD_WEEK};
    static const int32_t far_years[] = {1, 1899, 1900, 2155, 2156, 9998};
    atn_row row = {.measure = (uint32_t)rng_below(&d->r, 7)};
    row.unit = 1 + (uint32_t)rng_below(&d->r, d->n_units);
    row.cell = (uint32_t)rng_below(&d->r, plan->model.measures[row.measure].n_cells);
    int32_t year = 2015 + (int32_t)rng_below(&d->r, d->n_years);
    if (d->far && rng_below(&d->r, 64) == 0) {
        year = far_years[rng_below(&d->r, 6)];
    }
    const int32_t day = atn_day_from_date((atn_date){year, 1 + (int32_t)rng_below(&d->r, 12), 15});
    attain_period_type type = types[row.measure];
    if (row.measure == 1 &&
        rng_below(&d->r, 2) == 0) { /* a free stock: its last day counts, in whichever period */
        type = ATTAIN_PERIOD_YEAR;
    }
    atn_row_set_period(&row, atn_period_of_day(type, 0, day));
    row.value = draw_value(d);
    if (d->ragged && rng_below(&d->r, 4) == 0) {
        row.qualifier = (uint8_t)rng_below(&d->r, 7);
        row.reason = row.qualifier == ATTAIN_MISSING ? ATTAIN_REASON_NOT_REPORTED : ATTAIN_REASON_NONE;
        row.value = row.qualifier == ATTAIN_MISSING ? 0 : row.value;
    }
    return row;
}

static attain_fact fact_of(const atn_row *row)
{
    return (attain_fact){.unit = row->unit,
                         .measure = row->measure,
                         .cell = row->cell,
                         .period = atn_row_period(row),
                         .value = row->value,
                         .qualifier = row->qualifier,
                         .reason = row->reason};
}

static void set_row(attain_facts *facts, const atn_row *row, bool remove)
{
    attain_error err;
    const attain_fact fact = fact_of(row);
    check_ok(attain_facts_set(facts, &fact, remove, &err), &err);
}

/* ---- the store against the list ---- */

static void check_row(const atn_row *got, const atn_row *want)
{
    assert_int_equal(got->measure, want->measure);
    assert_int_equal(got->unit, want->unit);
    assert_int_equal(got->cell, want->cell);
    assert_true(atn_period_equal(atn_row_period(got), atn_row_period(want)));
    assert_int_equal(got->value, want->value);
    assert_int_equal(got->qualifier, want->qualifier);
    assert_int_equal(got->reason, want->reason);
    assert_int_equal(got->mark, 0);
    assert_int_equal(got->number, 0);
}

static void check_cursors(const attain_facts *facts, const list *l)
{
    size_t next = 0;
    for (uint32_t m = 0; m < plan->model.n_measures; m++) {
        atn_cursor cursor;
        atn_row row;
        atn_cursor_init(&cursor, facts, m, 0, UINT32_MAX);
        while (atn_cursor_next(&cursor, &row)) {
            assert_true(next < l->n);
            check_row(&row, &l->rows[next++]);
        }
        assert_false(atn_cursor_next(&cursor, &row));
    }
    assert_int_equal(next, l->n);
}

static void check_at(const attain_facts *facts, const list *l, uint64_t i)
{
    attain_error err;
    attain_fact fact;
    check_ok(attain_facts_at(facts, i, &fact, &err), &err);
    const atn_row *want = &l->rows[i];
    const attain_fact wanted = fact_of(want);
    assert_int_equal(fact.measure, wanted.measure);
    assert_int_equal(fact.unit, wanted.unit);
    assert_int_equal(fact.cell, wanted.cell);
    assert_int_equal(fact.value, wanted.value);
    assert_int_equal(fact.qualifier, wanted.qualifier);
    assert_true(atn_period_equal(fact.period, wanted.period));
}

/* What no reader sees but the roll-up relies on: what is regular is in the grid, and a year's whole is that of its figures. */
static void check_whole(const atn_grid *grid, const atn_chunk *chunk, size_t block, size_t *value)
{
    int64_t whole = 0;
    for (uint32_t bits = chunk->mask[block]; bits != 0; bits &= bits - 1) {
        const int64_t figure = atn_chunk_value(chunk, (*value)++);
        whole = grid->is_last ? figure : whole + figure;
    }
    assert_int_equal(chunk->whole[block], whole);
    const uint64_t magnitude = (uint64_t)(whole < 0 ? -whole : whole);
    assert_true(magnitude <= UINT64_MAX >> 1);
    uint64_t bound = grid->magnitude;
    for (unsigned shift = 1; shift < 64; shift *= 2) {
        bound |= bound >> shift;
    }
    assert_true(magnitude <= bound);
}

static void check_grids(const attain_facts *facts)
{
    uint64_t n_regular = 0;
    for (uint32_t m = 0; m < plan->model.n_measures; m++) {
        const atn_grid *grid = &facts->grids[m];
        uint64_t n = 0;
        for (size_t c = 0; grid->chunks != NULL && c < atn_grid_chunks(&plan->model); c++) {
            const atn_chunk *chunk = grid->chunks[c];
            const size_t per_unit = chunk != NULL ? (size_t)grid->n_cells * chunk->n_years : 0;
            size_t value = 0;
            for (size_t block = 0; chunk != NULL && block < ATN_CHUNK_UNITS * per_unit; block++) {
                if (block % per_unit == 0) {
                    assert_int_equal(chunk->first[block / per_unit], value);
                }
                check_whole(grid, chunk, block, &value);
            }
            if (chunk != NULL) {
                assert_int_equal(chunk->n_facts, value);
                assert_int_equal(chunk->first[ATN_CHUNK_UNITS], value);
            }
            n += value;
        }
        assert_int_equal(grid->n_facts, n);
        n_regular += n;
    }
    assert_int_equal(facts->n_regular, n_regular);
    for (size_t i = 0; i < facts->n_rows; i++) {
        assert_false(atn_grid_takes_row(facts, &facts->rows[i]));
    }
}

static void check_all(const attain_facts *facts, const list *l)
{
    assert_int_equal(attain_facts_count(facts), l->n);
    assert_true(atn_period_equal(attain_facts_last_period(facts), list_last_period(l)));
    check_cursors(facts, l);
    check_grids(facts);
}

/* ---- single cells ---- */

static void storm(uint64_t seed, uint32_t n_units, uint32_t n_years, bool far, bool ragged, int n_steps)
{
    draw d = {rng_new(seed), n_units, n_years, far, ragged};
    list l = {0};
    attain_facts *facts = build_facts(plan);
    for (int step = 0; step < n_steps; step++) {
        atn_row row = draw_row(&d);
        const bool filling = step / 400 % 2 == 0;
        if (l.n > 0 && rng_below(&d.r, filling ? 8 : 2) == 0) {
            row = l.rows[rng_below(&d.r, l.n)];
        }
        if (rng_below(&d.r, filling ? 8 : 2) == 0) {
            set_row(facts, &row, true);
            list_remove(&l, &row);
        } else {
            set_row(facts, &row, false);
            list_set(&l, &row);
        }
        assert_int_equal(attain_facts_count(facts), l.n);
        assert_true(atn_period_equal(attain_facts_last_period(facts), list_last_period(&l)));
        attain_fact got = fact_of(&row);
        int found;
        check_ok(attain_facts_get(facts, &got, &found, NULL), NULL);
        assert_int_equal(found, list_has(&l, &row));
        if (step % 100 == 99) {
            check_all(facts, &l);
        }
    }
    for (uint64_t i = 0; i < l.n; i++) {
        check_at(facts, &l, i);
    }
    attain_fact none;
    attain_error err;
    check_fails(attain_facts_at(facts, l.n, &none, &err), ATTAIN_E_ARGUMENT, &err);
    while (l.n > 0) {
        const atn_row row = l.rows[rng_below(&d.r, l.n)];
        set_row(facts, &row, true);
        list_remove(&l, &row);
        assert_true(atn_period_equal(attain_facts_last_period(facts), list_last_period(&l)));
    }
    check_all(facts, &l);
    free(l.rows);
    attain_facts_free(facts);
}

static void test_set_and_remove(void **state)
{
    (void)state;
    storm(1, 3, 2, false, true, 2400);
    storm(2, N_COMMUNES, 3, true, true, 2400);
    storm(3, 70, 4, false, false, 1200);
}

/* The drawing of cursor.c's opening comment. */
static void test_row_between_figures(void **state)
{
    (void)state;
    attain_error err;
    attain_facts *facts = build_facts(plan);
    build_add(facts, "unit,measure,period,post,value,qualifier\nU0,months,2024-01,full,1,\nU0,months,2024-02,"
                     "full,,missing\n"
                     "U0,months,2024-03,full,3,\nU0,months,2024-05,full,5,>\nU1,months,2024-01,full,6,\n"
                     "U2,months,2024-01,full,7,~\n");
    assert_int_equal(facts->n_rows, 3);
    assert_int_equal(facts->n_regular, 3);
    static const int64_t want[] = {1, 0, 3, 5, 6, 7};
    atn_cursor cursor;
    atn_cell cell;
    atn_facts_each(facts, build_measure(plan, "months"), 0, plan->model.n_units, ATN_DAY_MIN, ATN_DAY_MAX,
                   &cursor);
    for (size_t i = 0; i < 6; i++) {
        assert_true(atn_facts_next(&cursor, &cell));
        assert_int_equal(cell.value, want[i]);
    }
    assert_false(atn_facts_next(&cursor, &cell));
    /* An exact figure moves into the grid, a bound out of it; the cell is never there twice. */
    attain_fact fact = {.unit = build_unit(plan, "U0"),
                        .measure = build_measure(plan, "months"),
                        .period = build_period("2024-05"),
                        .value = 50};
    check_ok(attain_facts_set(facts, &fact, 0, &err), &err);
    assert_int_equal(facts->n_rows, 2);
    fact.period = build_period("2024-03");
    fact.qualifier = ATTAIN_MORE_THAN;
    check_ok(attain_facts_set(facts, &fact, 0, &err), &err);
    assert_int_equal(facts->n_rows, 3);
    assert_int_equal(facts->n_regular, 3);
    assert_int_equal(attain_facts_count(facts), 6);
    attain_facts_free(facts);
}

/* ---- windows ---- */

static attain_facts *fill(draw *d, list *l, size_t n_draws)
{
    attain_facts *facts = build_facts(plan);
    for (size_t i = 0; i < n_draws; i++) {
        const atn_row row = draw_row(d);
        set_row(facts, &row, false);
        list_set(l, &row);
    }
    return facts;
}

static void check_window(const attain_facts *facts, const list *l, uint32_t measure, uint32_t unit,
                         uint32_t unit_end, int32_t from_day, int32_t to_day)
{
    atn_cursor cursor;
    atn_row row;
    atn_cursor_init_days(&cursor, facts, measure, unit, unit_end, from_day, to_day);
    for (size_t i = 0; i < l->n; i++) {
        const atn_row *want = &l->rows[i];
        if (want->measure == measure && want->unit >= unit && want->unit < unit_end &&
            want->end_day >= from_day && want->end_day <= to_day) {
            assert_true(atn_cursor_next(&cursor, &row));
            check_row(&row, want);
        }
    }
    assert_false(atn_cursor_next(&cursor, &row));
}

static void test_windows(void **state)
{
    (void)state;
    draw d = {rng_new(7), N_COMMUNES, 4, true, true};
    list l = {0};
    attain_facts *facts = fill(&d, &l, 3000);
    check_all(facts, &l);
    const int32_t first_day = atn_day_from_date((atn_date){2014, 12, 1});
    for (int round = 0; round < 3000; round++) {
        const uint32_t measure = (uint32_t)rng_below(&d.r, 7);
        const uint32_t unit = (uint32_t)rng_below(&d.r, N_COMMUNES + 3);
        const uint32_t unit_end = unit + (uint32_t)rng_below(&d.r, rng_below(&d.r, 2) == 0 ? 2 : N_COMMUNES);
        int32_t from_day = first_day + (int32_t)rng_below(&d.r, 1600);
        int32_t to_day = from_day + (int32_t)rng_between(&d.r, -3, 800);
        if (rng_below(&d.r, 4) == 0) { /* edges of periods */
            from_day = l.rows[rng_below(&d.r, l.n)].end_day;
            to_day = rng_below(&d.r, 2) == 0 ? from_day : l.rows[rng_below(&d.r, l.n)].end_day;
        }
        check_window(facts, &l, measure, unit, unit_end, from_day, to_day);
        check_window(facts, &l, measure, unit, unit_end, INT32_MIN, to_day);
        check_window(facts, &l, measure, unit, unit_end, from_day, INT32_MAX);
    }
    for (uint32_t m = 0; m < 7; m++) {
        check_window(facts, &l, m, 0, UINT32_MAX, ATN_DAY_MIN, ATN_DAY_MAX);
        check_window(facts, &l, m, 0, UINT32_MAX, INT32_MIN, INT32_MIN);
        check_window(facts, &l, m, 0, UINT32_MAX, INT32_MAX, INT32_MAX);
    }
    free(l.rows);
    attain_facts_free(facts);
}

/* ---- intake, merge, bytes ---- */

static attain_facts *new_facts(uint32_t tuning)
{
    attain_facts *facts = NULL;
    attain_error err;
    const attain_facts_options options = {.struct_size = sizeof options, .tuning = tuning};
    check_ok(attain_facts_new(plan, &options, &facts, &err), &err);
    return facts;
}

/* Rows of the list from `first` on, every `step`-th, as columns in a shuffled order. */
static void add_columns(attain_facts *facts, const list *l, size_t first, size_t step, uint32_t flags, rng *r)
{
    attain_error err;
    size_t n = 0;
    atn_row *rows = calloc(l->n + 2, sizeof *rows);
    for (size_t i = first; i < l->n; i += step) {
        const size_t at = (size_t)rng_below(r, n + 1);
        rows[n++] = rows[at];
        rows[at] = l->rows[i];
    }
    if (flags != 0) { /* a row that is refused: the others go in one by one */
        rows[n] = l->rows[first];
        rows[n++].unit = 0;
    }
    uint32_t *unit = calloc(n + 1, sizeof *unit);
    uint32_t *measure = calloc(n + 1, sizeof *measure);
    uint32_t *cell = calloc(n + 1, sizeof *cell);
    int32_t *period = calloc(n + 1, sizeof *period);
    int64_t *value = calloc(n + 1, sizeof *value);
    uint8_t *qualifier = calloc(n + 1, 1);
    for (size_t i = 0; i < n; i++) {
        unit[i] = rows[i].unit;
        measure[i] = rows[i].measure;
        cell[i] = rows[i].cell;
        assert_true(atn_period_encode(atn_row_period(&rows[i]), &period[i]));
        value[i] = rows[i].value;
        qualifier[i] = rows[i].qualifier;
    }
    const attain_fact_columns columns = {.unit = unit,
                                         .measure = measure,
                                         .cell = cell,
                                         .period = period,
                                         .value = value,
                                         .qualifier = qualifier};
    const attain_intake_options options = {.struct_size = sizeof options, .flags = flags};
    attain_report report;
    check_ok(attain_facts_add(facts, &columns, n, &options, &report, &err), &err);
    assert_int_equal(report.n_accepted, flags != 0 ? n - 1 : n);
    attain_report_free(&report);
    /* Once more: all of them are there, and nothing changes. */
    const uint64_t count = attain_facts_count(facts);
    check_fails(attain_facts_add(facts, &columns, n, NULL, NULL, &err),
                rows[0].unit == 0 ? ATTAIN_E_PLACE : ATTAIN_E_DUPLICATE, &err);
    assert_int_equal(attain_facts_count(facts), count);
    free(unit);
    free(measure);
    free(cell);
    free(period);
    free(value);
    free(qualifier);
    free(rows);
}

static list draw_list(draw *d, size_t n_draws)
{
    list l = {0};
    for (size_t i = 0; i < n_draws; i++) {
        const atn_row row = draw_row(d);
        list_set(&l, &row);
    }
    return l;
}

static void test_intake(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 8; seed++) {
        draw d = {rng_new(100 + seed), seed % 2 == 0 ? 5 : N_COMMUNES, 3, true, seed % 4 != 3};
        list l = draw_list(&d, 3000);
        attain_facts *facts = new_facts(0);
        const uint32_t flags = seed < 4 ? 0 : ATTAIN_INTAKE_SKIP_BAD_ROWS;
        add_columns(facts, &l, 0, 2, flags, &d.r);
        add_columns(facts, &l, 1, 4, ATTAIN_INTAKE_SKIP_BAD_ROWS, &d.r);
        add_columns(facts, &l, 3, 4, flags, &d.r);
        check_all(facts, &l);
        attain_facts_free(facts);
        free(l.rows);
    }
}

/* One common cell, with any value: refused by name, and nothing has changed. */
static void check_common_is_refused(attain_facts *a, attain_facts *b, const atn_row *row, uint8_t qualifier)
{
    attain_error err;
    atn_row common = *row;
    common.qualifier = qualifier;
    common.reason = ATTAIN_REASON_NONE;
    common.value = 7;
    set_row(b, &common, false);
    const atn_note cell = atn_show_cell(a, &common);
    const uint64_t n_a = attain_facts_count(a);
    const uint64_t n_b = attain_facts_count(b);
    check_fails(attain_facts_merge(a, b, &err), ATTAIN_E_DUPLICATE, &err);
    check_contains(err.message, cell.text);
    check_fails(attain_facts_merge(b, a, &err), ATTAIN_E_DUPLICATE, &err);
    check_contains(err.message, cell.text);
    check_fails(attain_facts_merge(a, a, &err), ATTAIN_E_DUPLICATE, &err);
    assert_int_equal(attain_facts_count(a), n_a);
    assert_int_equal(attain_facts_count(b), n_b);
    set_row(b, &common, true);
}

/* A part whose last fact is later, and whose chunks the whole does not have yet: period and bounds of the sums come along. */
static void test_merge_into_nothing(void **state)
{
    (void)state;
    attain_error err;
    for (uint32_t way = 0; way < 4; way++) {
        draw d = {rng_new(250 + way), N_COMMUNES, 2, false, way % 2 == 0};
        list l = {0};
        attain_facts *part = fill(&d, &l, 300);
        attain_facts *whole = new_facts(0);
        atn_row late = {.measure = 0, .unit = 2, .value = 3};
        atn_row_set_period(&late, build_period("2030-05"));
        set_row(part, &late, false);
        list_set(&l, &late);
        if (way >= 2) {
            atn_row early = {.measure = 0, .unit = 1, .value = 1};
            atn_row_set_period(&early, build_period("2001-01"));
            set_row(whole, &early, false);
            list_set(&l, &early);
        }
        check_ok(attain_facts_merge(whole, part, &err), &err);
        check_all(whole, &l);
        attain_facts_free(part);
        check_all(whole, &l);
        attain_facts_free(whole);
        free(l.rows);
    }
}

/* The last period when its facts go one by one, from the first chunk or from a later one. */
static void test_last_of_several_chunks(void **state)
{
    (void)state;
    attain_facts *facts = build_facts(plan);
    list l = {0};
    static const uint32_t units[] = {1, 70, 150};
    static const char *const periods[] = {"2024-11", "2024-12", "2025-01"};
    for (size_t i = 0; i < 9; i++) {
        atn_row row = {.measure = 0, .unit = units[i % 3], .value = 5};
        atn_row_set_period(&row, build_period(periods[i / 3]));
        set_row(facts, &row, false);
        list_set(&l, &row);
    }
    static const size_t order[] = {3, 1, 2, 0, 4, 0, 1, 0, 0};
    for (size_t i = 0; i < 9; i++) {
        size_t at = 0;
        for (size_t seen = 0; at < l.n; at++) { /* one of those that end last */
            if (l.rows[at].end_day == list_last_period(&l).end_day && seen++ == order[i] % 3) {
                break;
            }
        }
        at = at < l.n ? at : l.n - 1;
        const atn_row row = l.rows[at];
        set_row(facts, &row, true);
        list_remove(&l, &row);
        check_all(facts, &l);
    }
    assert_int_equal(l.n, 0);
    /* The same day, told by a shorter period. */
    atn_row row = {.measure = build_measure(plan, "free"), .unit = 1, .value = 5};
    atn_row_set_period(&row, build_period("2024"));
    set_row(facts, &row, false);
    atn_row_set_period(&row, build_period("2024-12"));
    set_row(facts, &row, false);
    assert_true(atn_period_equal(attain_facts_last_period(facts), build_period("2024-12")));
    free(l.rows);
    attain_facts_free(facts);
}

/* Two halves merged, whichever of them keeps its facts in which home. */
static void test_merge(void **state)
{
    (void)state;
    attain_error err;
    for (uint32_t way = 0; way < 8; way++) {
        draw d = {rng_new(200 + way), way % 2 == 0 ? 4 : N_COMMUNES, 3, true, true};
        list l = draw_list(&d, 1500);
        attain_facts *a = new_facts((way & 2) != 0 ? ATTAIN_TUNE_ROW_BY_ROW : 0);
        attain_facts *b = new_facts((way & 4) != 0 ? ATTAIN_TUNE_ROW_BY_ROW : 0);
        const size_t step = 2 + way % 3;
        list half = {0};
        for (size_t i = 0; i < l.n; i++) {
            set_row(i % step == 0 ? a : b, &l.rows[i], false);
            if (i % step == 0) {
                list_set(&half, &l.rows[i]);
            }
        }
        for (int i = 0; i < 20; i++) {
            check_common_is_refused(a, b, &half.rows[rng_below(&d.r, half.n)], (uint8_t)(i % 5));
        }
        check_cursors(a, &half);
        check_ok(attain_facts_merge(a, b, &err), &err);
        if ((way & 2) == 0) {
            check_all(a, &l);
        }
        check_cursors(a, &l);
        assert_true(atn_period_equal(attain_facts_last_period(a), list_last_period(&l)));
        free(half.rows);
        free(l.rows);
        attain_facts_free(a);
        attain_facts_free(b);
    }
}

/* The bytes do not tell where facts stand, and come back into either home. */
static void test_bytes(void **state)
{
    (void)state;
    attain_error err;
    draw d = {rng_new(300), N_COMMUNES, 3, true, true};
    list l = {0};
    attain_facts *facts = fill(&d, &l, 2000);
    attain_facts *rows = new_facts(ATTAIN_TUNE_ROW_BY_ROW);
    for (size_t i = 0; i < l.n; i++) {
        set_row(rows, &l.rows[i], false);
    }
    assert_int_equal(rows->n_regular, 0);
    attain_text bytes;
    attain_text same;
    check_ok(attain_facts_to_bytes(facts, &bytes, &err), &err);
    check_ok(attain_facts_to_bytes(rows, &same, &err), &err);
    assert_int_equal(bytes.len, same.len);
    assert_memory_equal(bytes.data, same.data, bytes.len);
    attain_facts *back = NULL;
    check_ok(attain_facts_from_bytes(plan, same.data, same.len, NULL, &back, &err), &err);
    check_all(back, &l);
    attain_facts_free(back);
    attain_text_free(&bytes);
    attain_text_free(&same);
    attain_facts_free(rows);
    attain_facts_free(facts);
    free(l.rows);
}

/* ---- memory ---- */

/* Every allocation of every kind of correction fails once: then the facts are as before. Taking away needs none. */
static void test_corrections_without_memory(void **state)
{
    (void)state;
    alloc_fault f;
    attain_error err;
    alloc_fault_init(&f);
    const attain_allocator a = alloc_fault_allocator(&f);
    attain_plan *own = build_plan(plan_text, &a);
    draw d = {rng_new(400), 3, 2, true, true};
    list l = {0};
    attain_facts *facts = build_facts(own);
    for (int step = 0; step < 600; step++) {
        const atn_row row = l.n > 0 && rng_below(&d.r, 3) == 0 ? l.rows[rng_below(&d.r, l.n)] : draw_row(&d);
        const bool remove = rng_below(&d.r, 4) == 0;
        const attain_fact fact = fact_of(&row);
        attain_status status = ATTAIN_E_MEMORY;
        for (int64_t n = 0; status == ATTAIN_E_MEMORY; n++) {
            alloc_fault_fail_at(&f, n, remove);
            status = attain_facts_set(facts, &fact, remove, &err);
            assert_true(status == ATTAIN_OK || (status == ATTAIN_E_MEMORY && !remove));
            if (status == ATTAIN_E_MEMORY) {
                check_all(facts, &l);
            }
        }
        alloc_fault_fail_at(&f, -1, false);
        if (remove) {
            list_remove(&l, &row);
        } else {
            list_set(&l, &row);
        }
    }
    check_all(facts, &l);
    attain_facts_free(facts);
    build_plan_free(own);
    alloc_fault_expect_empty(&f);
    free(l.rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_set_and_remove),
        cmocka_unit_test(test_row_between_figures),
        cmocka_unit_test(test_windows),
        cmocka_unit_test(test_intake),
        cmocka_unit_test(test_last_of_several_chunks),
        cmocka_unit_test(test_merge),
        cmocka_unit_test(test_merge_into_nothing),
        cmocka_unit_test(test_bytes),
        cmocka_unit_test(test_corrections_without_memory),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
