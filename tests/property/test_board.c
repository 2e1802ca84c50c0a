/* Boards against new scorecards: after every one of many random corrections the live scorecard is, column by column and bit by bit, what
 * attain_score makes of the same facts, and rows that are not told as changed have not changed.
 *
 *   worlds     of the oracle's generator (everything the language has), and of sheets: plans whose targets stand in a cube, as a
 *              national plan's do, with facts without gaps, with gaps and with qualified ones
 *   correct    a figure for a figure, a new one, one taken away, gaps with a reason, estimates, bounds, figures of 2^40 and more, periods
 *              that no figure had, and calls that are refused; now and then in another rounding mode
 *
 * ATTAIN_PROPERTY_WORLDS, ATTAIN_PROPERTY_SEED: as in test_oracle.c. */
#include "library.h"
#include "score/board.h"
#include "score/table.h"
#include "support/alloc_fault.h"
#include "support/build_plan.h"
#include "support/check.h"
#include "support/rng.h"

#include <fenv.h>
#include <stdio.h>
#include <stdlib.h>

enum { N_WORLDS = 24, N_CORRECTIONS = 60, TEXT_BYTES = 1 << 20, MAX_COLUMNS = 32 };

#define PICK(r, list) ((list)[rng_below((r), sizeof(list) / sizeof((list)[0]))])

static struct tally {
    uint64_t n_corrections, n_refused, n_changed, n_rows, n_of_sheets;
} seen;

/* ---- worlds of sheets ---- */

typedef struct writer {
    char *data;
    size_t len;
} writer;

__attribute__((format(printf, 2, 3))) static void say(writer *w, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const int n = vsnprintf(w->data + w->len, TEXT_BYTES - w->len, format, args);
    va_end(args);
    assert_true(n >= 0 && w->len + (size_t)n < TEXT_BYTES);
    w->len += (size_t)n;
}

enum { N_MEASURES = 6, N_COMMUNES = 9, FIRST_YEAR = 2019, LAST_YEAR = 2021 };

static void say_plan(writer *w, rng *r)
{
    static const char *const every[] = {"yearly", "monthly", "quarterly", "half-yearly", "monthly"};
    static const char *const forms[] = {"m%d / m%d", "m%d / m%d", "m%d[sex=f] / m%d",
                                        "m%d",       "m%d + m%d", "3 * m%d / m%d"};
    static const char *const phrases[] = {"at least 0.5",
                                          "at least 1.25",
                                          "at most 2",
                                          "more than 1",
                                          "less than 3",
                                          "between 0.25 and 2",
                                          "up 10%% over 2019",
                                          "down 5%% over 2019",
                                          "up over 2019",
                                          "up 3 points over 2019",
                                          "down 90 points over 2019",
                                          "about 1 within 10%%",
                                          "exactly 1"};
    static const char *const scopes[] = {"", " for every commune", " for every district", " for D1, C2"};
    bool in_percent[8];
    static const char *const dues[] = {"2021", "2021", "2025", "2022", "2021-H2", "2021-06-30"};
    say(w, "category sex: f, m\nunit N nation\n");
    for (int d = 0; d < 3; d++) {
        say(w, "unit P%d province in N\nunit D%d district in P%d\n", d, d, d);
    }
    for (int c = 0; c < N_COMMUNES; c++) {
        say(w, "unit C%d commune in D%d\n", c, c % 3);
    }
    for (int m = 0; m < N_MEASURES; m++) {
        say(w, "measure m%d\n  %s things  by sex  decimals 2  reported %s by commune\n", m,
            rng_below(r, 2) == 0 ? "flow" : "stock", PICK(r, every));
    }
    for (int i = 0; i < 8; i++) {
        const int a = (int)rng_below(r, N_MEASURES);
        const char *const text = PICK(r, forms);
        say(w, "indicator i%d = ", i);
        for (const char *at = text; *at != '\0'; at++) {
            if (*at == '%') {
                say(w, "%d", (a + (at != strchr(text, '%'))) % N_MEASURES);
                at++;
            } else {
                say(w, "%c", *at);
            }
        }
        in_percent[i] = strchr(text, '/') != NULL && rng_below(r, 2) == 0;
        say(w, "\n%s%s", in_percent[i] ? "  shown as percent\n" : "",
            strchr(text, '/') != NULL && rng_below(r, 8) == 0 ? "  share\n" : "");
    }
    for (int t = 0; t < 10; t++) {
        say(w, "target t%d\n  i%d ", t, t % 8);
        const char *phrase = PICK(r, phrases);
        while (strstr(phrase, "points") != NULL && !in_percent[t % 8]) {
            phrase = PICK(r, phrases);
        }
        for (const char *at = phrase; *at != '\0'; at++) {
            say(w, "%c", *at);
            at += *at == '%';
        }
        say(w, " by %s%s\n%s", t < 8 ? PICK(r, dues) : "2026", PICK(r, scopes),
            strstr(phrase, "over") != NULL || rng_below(r, 2) == 0 ? ""
            : rng_below(r, 3) == 0                                 ? "  baseline 0.75 stated for 2018\n"
                                                                   : "  baseline 2019\n");
    }
    say(w, "milestone done by 2020\n  done 2020-01-01 \"paper\"\n");
}

static void say_slot(char *out, size_t cap, attain_period_type every, int year, int k)
{
    switch ((int)every) {
    case ATTAIN_PERIOD_YEAR: snprintf(out, cap, "%d", year); break;
    case ATTAIN_PERIOD_HALF_YEAR: snprintf(out, cap, "%d-H%d", year, k + 1); break;
    case ATTAIN_PERIOD_QUARTER: snprintf(out, cap, "%d-Q%d", year, k + 1); break;
    default: snprintf(out, cap, "%d-%02d", year, k + 1); break;
    }
}

static void say_facts(writer *w, rng *r, const attain_plan *plan)
{
    static const int slots[] = {0, 0, 0, 12, 4, 2, 1};
    static const uint64_t absences[] = {0, 0, 2, 30};
    char id[16];
    char period[32];
    say(w, "unit,measure,period,value,qualifier,sex\n");
    for (int m = 0; m < N_MEASURES; m++) {
        snprintf(id, sizeof id, "m%d", m);
        const attain_period_type every = plan->model.measures[build_measure(plan, id)].reported;
        const uint64_t n_absent = PICK(r, absences);
        const bool odd = rng_below(r, 8) == 0;
        for (int i = 0; i < N_COMMUNES * 2 * (LAST_YEAR - FIRST_YEAR + 1) * slots[every]; i++) {
            const int k = i % slots[every];
            const int year = FIRST_YEAR + i / slots[every] % (LAST_YEAR - FIRST_YEAR + 1);
            const int c = i / slots[every] / (LAST_YEAR - FIRST_YEAR + 1);
            say_slot(period, sizeof period, every, year, k);
            if (rng_below(r, 100) >= n_absent) {
                say(w, "C%d,m%d,%s,%u,%s,%s\n", c / 2, m, period, (unsigned)rng_below(r, 9),
                    odd && rng_below(r, 60) == 0 ? "~" : "", c % 2 == 0 ? "f" : "m");
            }
        }
    }
}

/* ---- a live scorecard and what it is held against ---- */

typedef struct column {
    attain_column id;
    const double *number;
    const uint8_t *valid;
    const int64_t *integer;
    const attain_period *period;
} column;

typedef struct columns {
    column of[MAX_COLUMNS];
    size_t n, n_rows;
} columns;

static column column_of(const attain_table *table, attain_column id)
{
    attain_error err;
    column c = {.id = id};
    if (id >= ATTAIN_COL_NUMERATOR && id <= ATTAIN_COL_PATH) {
        check_ok(attain_table_doubles(table, id, &c.number, &c.valid, &err), &err);
    } else if (id == ATTAIN_COL_PERIOD || id == ATTAIN_COL_DUE) {
        check_ok(attain_table_periods(table, id, &c.period, &err), &err);
    } else {
        check_ok(attain_table_integers(table, id, &c.integer, &err), &err);
    }
    return c;
}

static columns columns_of(const attain_table *table)
{
    const attain_column *ids = NULL;
    columns all = {.n_rows = attain_table_rows(table)};
    const size_t n = attain_table_columns(table, &ids);
    for (size_t i = 0; i < n; i++) {
        if (ids[i] != ATTAIN_COL_READING) {
            all.of[all.n++] = column_of(table, ids[i]);
        }
    }
    return all;
}

static void *copy_bytes(const void *from, size_t n)
{
    void *const to = malloc(n + 1);
    assert_non_null(to);
    if (n > 0) {
        memcpy(to, from, n);
    }
    return to;
}

static columns columns_copy(const columns *from)
{
    columns all = *from;
    const size_t n = from->n_rows;
    for (size_t i = 0; i < all.n; i++) {
        column *const c = &all.of[i];
        c->number = c->number != NULL ? copy_bytes(c->number, n * sizeof *c->number) : NULL;
        c->valid = c->valid != NULL ? copy_bytes(c->valid, n) : NULL;
        c->integer = c->integer != NULL ? copy_bytes(c->integer, n * sizeof *c->integer) : NULL;
        c->period = c->period != NULL ? copy_bytes(c->period, n * sizeof *c->period) : NULL;
    }
    return all;
}

static void columns_free(columns *all)
{
    for (size_t i = 0; i < all->n; i++) {
        free((void *)(uintptr_t)all->of[i].number);
        free((void *)(uintptr_t)all->of[i].valid);
        free((void *)(uintptr_t)all->of[i].integer);
        free((void *)(uintptr_t)all->of[i].period);
    }
    all->n = 0;
}

static bool same_cell(const column *a, const column *b, size_t row)
{
    return (a->number == NULL || (memcmp(&a->number[row], &b->number[row], sizeof a->number[row]) == 0 &&
                                  a->valid[row] == b->valid[row])) &&
           (a->integer == NULL || a->integer[row] == b->integer[row]) &&
           (a->period == NULL || memcmp(&a->period[row], &b->period[row], sizeof a->period[row]) == 0);
}

static void compare_columns(const columns *a, const columns *b, const char *what)
{
    assert_int_equal(a->n, b->n);
    assert_int_equal(a->n_rows, b->n_rows);
    for (size_t c = 0; c < a->n; c++) {
        for (size_t row = 0; row < a->n_rows; row++) {
            if (!same_cell(&a->of[c], &b->of[c], row)) {
                const column *const x = &a->of[c];
                const column *const y = &b->of[c];
                print_error("%s: column %d differs at row %zu: %.17g (%d) and %.17g (%d), %lld and %lld\n",
                            what, (int)x->id, row, x->number != NULL ? x->number[row] : 0,
                            x->valid != NULL ? x->valid[row] : 0, y->number != NULL ? y->number[row] : 0,
                            y->valid != NULL ? y->valid[row] : 0,
                            x->integer != NULL ? (long long)x->integer[row] : 0,
                            y->integer != NULL ? (long long)y->integer[row] : 0);
                fail();
            }
        }
    }
}

static void compare_printed(const attain_table *a, const attain_table *b, size_t row)
{
    const attain_print_options exact = {.struct_size = sizeof exact, .exact = 1};
    const attain_column *ids = NULL;
    const size_t n = attain_table_columns(a, &ids);
    char x[512];
    char y[512];
    attain_error err;
    for (size_t c = 0; c < n; c++) {
        check_ok(attain_table_print(a, row, ids[c], &exact, x, sizeof x, NULL, &err), &err);
        check_ok(attain_table_print(b, row, ids[c], &exact, y, sizeof y, NULL, &err), &err);
        if (strcmp(x, y) != 0) {
            print_error("row %zu, %s: live '%s', new '%s'\n", row, attain_table_column_name(a, ids[c]), x, y);
            fail();
        }
    }
}

typedef struct live {
    const attain_plan *plan;
    attain_facts *facts;
    attain_board *board;
    attain_score_options options; /* with the as-of periods */
    attain_period as_of[4];
    columns columns; /* live: their places do not change */
    columns before;
    attain_table *snapshot;
    columns of_snapshot;
} live;

static void random_options(live *l, rng *r, const uint32_t *some_units)
{
    static const char *const periods[] = {"2019", "2020", "2021", "2020-06", "2021-H1", "2022"};
    l->options = (attain_score_options){.struct_size = sizeof l->options};
    l->as_of[0] = attain_facts_last_period(l->facts);
    l->options.n_as_of = l->as_of[0].type == ATTAIN_PERIOD_NONE ? 1 : rng_below(r, 5);
    for (size_t i = 0; i < l->options.n_as_of; i++) {
        l->as_of[i] = build_period(PICK(r, periods));
    }
    l->options.n_as_of = l->options.n_as_of == 0 ? 1 : l->options.n_as_of;
    l->options.as_of = l->as_of;
    l->options.all_units = rng_below(r, 2) == 0;
    l->options.readings = rng_below(r, 3) == 0;
    l->options.n_threads = (uint32_t)rng_below(r, 3);
    l->options.printed_digits = (int)rng_below(r, 3);
    l->options.tuning = rng_below(r, 6) == 0 ? ATTAIN_TUNE_ROW_BY_ROW : ATTAIN_TUNE_DEFAULT;
    if (rng_below(r, 5) == 0) {
        l->options.units = some_units;
        l->options.n_units = 3;
    }
}

static void open_live(live *l, rng *r)
{
    attain_error err;
    uint32_t units[3];
    uint32_t targets[4];
    const uint32_t n_targets = (uint32_t)attain_plan_count(l->plan, ATTAIN_KIND_TARGET);
    for (size_t i = 0; i < 3; i++) {
        units[i] = (uint32_t)rng_below(r, attain_plan_count(l->plan, ATTAIN_KIND_UNIT));
    }
    random_options(l, r, units);
    for (size_t i = 0; i < 4; i++) {
        targets[i] = (uint32_t)rng_below(r, n_targets);
    }
    if (rng_below(r, 4) == 0) { /* now and then the same target twice */
        l->options.targets = targets;
        l->options.n_targets = 4;
    }
    check_ok(attain_board_new(l->plan, l->facts, &l->options, &l->board, &err), &err);
    l->options.targets = NULL; /* the caller's arrays may go */
    if (l->options.n_targets > 0) {
        uint32_t *const kept = copy_bytes(targets, sizeof targets);
        l->options.targets = kept;
    }
    if (l->options.units != NULL) {
        l->options.units = copy_bytes(units, sizeof units);
    }
    l->columns = columns_of(attain_board_table(l->board));
    l->before = columns_copy(&l->columns);
    l->snapshot = NULL;
}

static void check_snapshot(live *l)
{
    if (l->snapshot != NULL) {
        const columns now = columns_of(l->snapshot);
        compare_columns(&now, &l->of_snapshot, "snapshot");
        columns_free(&l->of_snapshot);
        attain_table_free(l->snapshot);
        l->snapshot = NULL;
    }
}

static void close_live(live *l)
{
    check_snapshot(l);
    attain_board_free(l->board);
    columns_free(&l->before);
    free((void *)(uintptr_t)l->options.targets);
    free((void *)(uintptr_t)l->options.units);
}

static void compare_with_new(live *l, bool prints)
{
    attain_error err;
    attain_table *fresh = NULL;
    check_ok(attain_score(l->plan, l->facts, &l->options, &fresh, &err), &err);
    const columns wanted = columns_of(fresh);
    compare_columns(&l->columns, &wanted, "live and new");
    for (size_t row = 0; prints && row < wanted.n_rows; row++) {
        compare_printed(attain_board_table(l->board), fresh, row);
    }
    attain_table_free(fresh);
}

/* Rows that are not told have not changed; told ones ascend. */
static void check_changed(live *l)
{
    const size_t *rows = NULL;
    const size_t n = attain_board_changed(l->board, &rows);
    size_t k = 0;
    for (size_t row = 0; row < l->columns.n_rows; row++) {
        const bool told = k < n && rows[k] == row;
        k += told;
        for (size_t c = 0; !told && c < l->columns.n; c++) {
            if (!same_cell(&l->columns.of[c], &l->before.of[c], row)) {
                fail_msg("row %zu has changed and is not told", row);
            }
        }
    }
    assert_int_equal(k, n);
    seen.n_changed += n;
    columns_free(&l->before);
    l->before = columns_copy(&l->columns);
}

static void count_kinds(const live *l)
{
    const atn_book *const book = atn_table_book(attain_board_table(l->board));
    seen.n_rows += l->columns.n_rows;
    for (size_t i = 0; book != NULL && i < book->n_sheets; i++) {
        seen.n_of_sheets += atn_sheet_rows(&book->sheets[i]);
    }
}

/* ---- corrections ---- */

/* A fact like one that is there, with something else about it. */
static attain_fact random_correction(const live *l, rng *r, bool *removes)
{
    static const uint8_t qualifiers[] = {ATTAIN_MORE_THAN, ATTAIN_AT_MOST_VALUE, ATTAIN_ESTIMATED,
                                         ATTAIN_MISSING,   ATTAIN_EXACT,         77};
    attain_fact f = {.measure = (uint32_t)rng_below(r, attain_plan_count(l->plan, ATTAIN_KIND_MEASURE)),
                     .period = build_period("2020")};
    const uint64_t n = attain_facts_count(l->facts);
    attain_measure_info info;
    attain_error err;
    if (n > 0) {
        check_ok(attain_facts_at(l->facts, rng_below(r, n), &f, &err), &err);
    }
    check_ok(attain_plan_measure(l->plan, f.measure, &info, &err), &err);
    *removes = rng_below(r, 6) == 0;
    if (rng_below(r, 4) == 0) {
        f.unit = (uint32_t)rng_below(r, attain_plan_count(l->plan, ATTAIN_KIND_UNIT));
    }
    if (rng_below(r, 4) == 0) {
        f.cell = (uint32_t)rng_below(r, info.n_cells + (rng_below(r, 20) == 0));
    }
    if (rng_below(r, 3) == 0) {
        attain_period stepped;
        const int32_t by = (int32_t)rng_between(r, -3, 3);
        if (attain_period_step(f.period, by, &stepped, NULL) == ATTAIN_OK) {
            f.period = stepped;
        }
    }
    f.qualifier = ATTAIN_EXACT;
    f.reason = ATTAIN_REASON_NONE;
    f.value = (int64_t)rng_below(r, 9);
    const uint64_t kind = rng_below(r, 60);
    if (kind < 5) {
        f.qualifier = PICK(r, qualifiers);
        f.reason = f.qualifier == ATTAIN_MISSING ? (uint8_t)rng_below(r, 8) : ATTAIN_REASON_NONE;
    } else if (kind < 8) {
        f.value = (int64_t)1 << (20 + rng_below(r, 43));
    } else if (kind == 8) {
        f.value = -1;
    }
    return f;
}

static void correct(live *l, rng *r, attain_facts *mirror, bool prints)
{
    attain_error err;
    attain_error same;
    bool removes;
    const attain_fact to = random_correction(l, r, &removes);
    const attain_status wanted = attain_facts_set(mirror, &to, removes, &same);
    /* The processor's rounding mode is the caller's business. */
    assert_int_equal(fesetround(rng_below(r, 12) == 0 ? FE_UPWARD : FE_TONEAREST), 0);
    const attain_status status = attain_board_set(l->board, &to, removes, &err);
    assert_int_equal(fesetround(FE_TONEAREST), 0);
    seen.n_corrections++;
    assert_int_equal(status, wanted);
    if (status != ATTAIN_OK) {
        seen.n_refused++;
        assert_string_equal(err.message, same.message);
        compare_columns(&l->columns, &l->before, "after a refusal");
        return;
    }
    compare_with_new(l, prints);
    check_changed(l);
    if (rng_below(r, 20) == 0) {
        attain_table *snapshot = NULL;
        check_snapshot(l);
        check_ok(attain_board_snapshot(l->board, &snapshot, &err), &err);
        const columns now = columns_of(snapshot);
        compare_columns(&now, &l->columns, "snapshot and live");
        l->of_snapshot = columns_copy(&now);
        attain_table_free(
            snapshot); /* the columns of a snapshot that has made none are those of its day, too */
        check_ok(attain_board_snapshot(l->board, &l->snapshot, &err), &err);
    }
}

static void assert_same_facts(const attain_facts *a, const attain_facts *b)
{
    attain_text x = {0};
    attain_text y = {0};
    attain_error err;
    check_ok(attain_facts_to_bytes(a, &x, &err), &err);
    check_ok(attain_facts_to_bytes(b, &y, &err), &err);
    assert_int_equal(x.len, y.len);
    assert_memory_equal(x.data, y.data, x.len);
    attain_text_free(&x);
    attain_text_free(&y);
}

static attain_facts *copy_facts(const attain_plan *plan, const attain_facts *facts)
{
    attain_facts *copy = NULL;
    attain_error err;
    check_ok(attain_facts_new(plan, NULL, &copy, &err), &err);
    check_ok(attain_facts_merge(copy, facts, &err), &err);
    return copy;
}

static void run_corrections(const attain_plan *plan, attain_facts *facts, rng *r, int n)
{
    live l = {.plan = plan, .facts = facts};
    attain_facts *const mirror = copy_facts(plan, facts);
    open_live(&l, r);
    count_kinds(&l);
    for (int i = 0; i < n; i++) {
        correct(&l, r, mirror, i % 16 == 15);
    }
    assert_same_facts(facts, mirror);
    close_live(&l);
    attain_facts_free(mirror);
}

static uint64_t number_from(const char *variable, uint64_t otherwise)
{
    const char *const text = getenv(variable);
    return text == NULL ? otherwise : strtoull(text, NULL, 10);
}

static void test_worlds_of_the_language(void **state)
{
    (void)state;
    static const shape small = {.first_year = 2020, .last_year = 2024, .n_targets = 12};
    const uint64_t first = number_from("ATTAIN_PROPERTY_SEED", 1);
    const uint64_t n = number_from("ATTAIN_PROPERTY_WORLDS", N_WORLDS);
    for (uint64_t seed = first; seed < first + n; seed++) {
        rng r = rng_new(seed * 7 + 1);
        world *const w = world_new(seed, &small);
        assert_non_null(w);
        char *const text = world_plan_text(w);
        attain_plan *const plan = library_plan(text);
        assert_non_null(plan);
        attain_facts *const facts = library_facts(w, plan, NULL, 0, seed % 10 == 0 ? 0 : w->n_facts);
        assert_non_null(facts);
        if (getenv("ATTAIN_PROPERTY_SEED") != NULL) {
            fprintf(stderr, "%s", text);
        }
        run_corrections(plan, facts, &r, N_CORRECTIONS);
        attain_facts_free(facts);
        attain_plan_free(plan);
        free(text);
        world_free(w);
    }
}

static attain_plan *sheet_plan(rng *r, const attain_allocator *a)
{
    writer w = {calloc(1, TEXT_BYTES), 0};
    assert_non_null(w.data);
    say_plan(&w, r);
    if (getenv("ATTAIN_PROPERTY_SEED") != NULL) {
        fprintf(stderr, "%s", w.data);
    }
    attain_plan *const plan = build_plan(w.data, a);
    free(w.data);
    return plan;
}

static attain_facts *sheet_facts(rng *r, const attain_plan *plan)
{
    writer w = {calloc(1, TEXT_BYTES), 0};
    attain_facts *facts = NULL;
    attain_error err;
    assert_non_null(w.data);
    say_facts(&w, r, plan);
    check_ok(attain_facts_new(plan, NULL, &facts, &err), &err);
    build_add(facts, w.data);
    free(w.data);
    return facts;
}

static void test_worlds_of_sheets(void **state)
{
    (void)state;
    const uint64_t first = number_from("ATTAIN_PROPERTY_SEED", 1);
    const uint64_t n = number_from("ATTAIN_PROPERTY_WORLDS", N_WORLDS);
    memset(&seen, 0, sizeof seen);
    for (uint64_t seed = first; seed < first + n; seed++) {
        rng r = rng_new(seed);
        attain_plan *const plan = sheet_plan(&r, NULL);
        attain_facts *const facts = sheet_facts(&r, plan);
        run_corrections(plan, facts, &r, 2 * N_CORRECTIONS);
        attain_facts_free(facts);
        attain_plan_free(plan);
    }
    print_message("%" PRIu64 " corrections, %" PRIu64 " refused, %" PRIu64 " rows changed; of %" PRIu64
                  " rows %" PRIu64 " in sheets\n",
                  seen.n_corrections, seen.n_refused, seen.n_changed, seen.n_rows, seen.n_of_sheets);
    if (n >= N_WORLDS) {
        assert_true(seen.n_refused > seen.n_corrections / 50 && seen.n_refused < seen.n_corrections / 2);
        assert_true(seen.n_changed > seen.n_corrections);
        assert_true(seen.n_of_sheets > seen.n_rows / 4 && seen.n_of_sheets < seen.n_rows);
    }
}

/* ---- memory ---- */

/* Every allocation of a correction fails in turn: facts and scorecard are then as before, and the next try may succeed. */
static void storm(live *l, rng *r, alloc_fault *memory, attain_facts *mirror)
{
    bool removes;
    const attain_fact to = random_correction(l, r, &removes);
    attain_status status = ATTAIN_E_MEMORY;
    attain_error err;
    for (int64_t n = 0; status == ATTAIN_E_MEMORY; n++) {
        alloc_fault_fail_at(memory, n, n % 2 == 0);
        status = attain_board_set(l->board, &to, removes, &err);
        const bool failed = memory->failed;
        alloc_fault_fail_at(memory, -1, false);
        assert_true(status != ATTAIN_E_MEMORY || failed);
        if (status == ATTAIN_E_MEMORY) {
            compare_columns(&l->columns, &l->before, "after a failure");
            assert_same_facts(l->facts, mirror);
            if (n % 16 == 0) {
                compare_with_new(l, false);
            }
        }
    }
    assert_int_equal(status, attain_facts_set(mirror, &to, removes, &err));
    compare_with_new(l, true);
    check_changed(l);
    seen.n_corrections++;
}

static void test_memory_may_end_anywhere(void **state)
{
    (void)state;
    const uint64_t n_worlds = number_from("ATTAIN_PROPERTY_WORLDS", N_WORLDS) / 3 + 1;
    for (uint64_t seed = 1; seed <= n_worlds; seed++) {
        rng r = rng_new(seed);
        alloc_fault memory;
        alloc_fault_init(&memory);
        const attain_allocator a = alloc_fault_allocator(&memory);
        attain_plan *const plan = sheet_plan(&r, &a);
        live l = {.plan = plan, .facts = sheet_facts(&r, plan)};
        attain_facts *const mirror = copy_facts(plan, l.facts);
        open_live(&l, &r);
        for (int i = 0; i < 12; i++) {
            storm(&l, &r, &memory, mirror);
        }
        close_live(&l);
        attain_facts_free(mirror);
        attain_facts_free(l.facts);
        attain_plan_free(plan);
        alloc_fault_expect_empty(&memory);
    }
}

/* Making a board and copying it: nothing is left behind when memory ends. */
static void test_making_may_fail_anywhere(void **state)
{
    (void)state;
    rng r = rng_new(3);
    alloc_fault memory;
    alloc_fault_init(&memory);
    const attain_allocator a = alloc_fault_allocator(&memory);
    attain_plan *const plan = sheet_plan(&r, &a);
    attain_facts *const facts = sheet_facts(&r, plan);
    const attain_score_options options = {.struct_size = sizeof options, .all_units = 1};
    attain_board *board = NULL;
    attain_table *table = NULL;
    attain_error err;
    int64_t n = 0;
    attain_status status = ATTAIN_E_MEMORY;
    for (; status != ATTAIN_OK; n++) {
        const size_t n_blocks = memory.blocks_outstanding;
        alloc_fault_fail_at(&memory, n, n % 2 == 0);
        status = attain_board_new(plan, facts, &options, &board, &err);
        assert_true(status == ATTAIN_OK || memory.blocks_outstanding == n_blocks);
        check_fails(status, memory.failed ? ATTAIN_E_MEMORY : ATTAIN_OK, &err);
    }
    assert_true(n > 20);
    status = ATTAIN_E_MEMORY;
    for (n = 0; status != ATTAIN_OK; n++) {
        const size_t n_blocks = memory.blocks_outstanding;
        alloc_fault_fail_at(&memory, n, n % 2 == 0);
        status = attain_board_snapshot(board, &table, &err);
        assert_true(status == ATTAIN_OK || memory.blocks_outstanding == n_blocks);
        check_fails(status, memory.failed ? ATTAIN_E_MEMORY : ATTAIN_OK, &err);
    }
    assert_true(n > 5);
    alloc_fault_fail_at(&memory, -1, false);
    attain_board_free(board);
    const columns of_copy = columns_of(table); /* it outlives its board */
    assert_true(of_copy.n_rows > 0);
    attain_table_free(table);
    attain_facts_free(facts);
    attain_plan_free(plan);
    alloc_fault_expect_empty(&memory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_worlds_of_sheets),
                                       cmocka_unit_test(test_worlds_of_the_language),
                                       cmocka_unit_test(test_memory_may_end_anywhere),
                                       cmocka_unit_test(test_making_may_fail_anywhere)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
