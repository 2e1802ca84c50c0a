/* Random tables, right and wrong, as Arrow streams of random types, slices, batches, threads and ways of loading: they must give the facts, the
 * counts and the issues that the same rows give as texts. One kind of table has each cell of forty provinces once, by name and by number,
 * and few odd rows; the other has few units, so that cells come twice by themselves, and rhythms and ends of units that rows break. */
#include "arrow_twin.h"
#include "support/rng.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- each cell once ---- */

typedef struct maker {
    rng r;
    unsigned bad; /* of 1000 rows */
    unsigned twice;
    bool whole_units, whole_periods;
    int value; /* 0: any text; 1: whole and small; 2: two decimals */
    char *memory;
    size_t used;
} maker;

static const char *spell(maker *m, const char *format, unsigned n)
{
    char *text = m->memory + m->used;
    m->used += (size_t)snprintf(text, 40, format, n) + 1;
    return text;
}

static const char *pick(maker *m, const char *const *from, size_t n)
{
    return from[rng_below(&m->r, n)];
}

static void corrupt(maker *m, const char **row)
{
    static const char *const units[] = {"VN", "41", "Atlantis", "", NULL};
    static const char *const measures[] = {"peple", "", NULL, "money"};
    static const char *const periods[] = {"2024-01", "2025-Q2",    "2025-13",   "",
                                          NULL,      "2021..2025", "2025-06-10"};
    static const char *const values[] = {"-5", "1.5", "x", "", NULL, "1e3", "99999999999999999999999"};
    static const char *const qualifiers[] = {"?", "missing", "~", ">=", "", "="};
    static const char *const reasons[] = {"M", "because", "", NULL};
    static const char *const posts[] = {"fulltime", "full_time", "", NULL};
    static const char *const sexes[] = {"x", "m", NULL};
    switch (rng_below(&m->r, N_COLUMNS)) {
    case UNIT: row[UNIT] = m->whole_units ? "4711" : pick(m, units, COUNT(units)); break;
    case MEASURE: row[MEASURE] = pick(m, measures, COUNT(measures)); break;
    case PERIOD: row[PERIOD] = m->whole_periods ? "202401" : pick(m, periods, COUNT(periods)); break;
    case VALUE: row[VALUE] = m->value == 0 ? pick(m, values, COUNT(values)) : NULL; break;
    case QUALIFIER: row[QUALIFIER] = pick(m, qualifiers, COUNT(qualifiers)); break;
    case REASON: row[REASON] = pick(m, reasons, COUNT(reasons)); break;
    case POST: row[POST] = pick(m, posts, COUNT(posts)); break;
    default: row[SEX] = pick(m, sexes, COUNT(sexes)); break;
    }
}

/* Cell number i of all: units, seven cells of measures, years. */
static void good_row(maker *m, size_t i, const char **row)
{
    static const char *const measures[] = {"people", "workers", "workers", "kids",
                                           "kids",   "money",   "trained"};
    static const char *const posts[] = {NULL, "full_time", "part_time_in_the_evening", NULL, NULL,
                                        NULL, NULL};
    static const char *const sexes[] = {NULL, NULL, NULL, "f", "m", NULL, NULL};
    const unsigned cell = (unsigned)(i / TWIN_UNITS % 7);
    const bool by_name = !m->whole_units && rng_below(&m->r, 8) == 0;
    memset(row, 0, N_COLUMNS * sizeof *row);
    row[UNIT] = spell(m, by_name ? "The province with number %u" : "%u", (unsigned)(i % TWIN_UNITS) + 1);
    row[MEASURE] = measures[cell];
    row[PERIOD] = spell(m, "%u", 1600 + (unsigned)(i / TWIN_UNITS / 7));
    row[POST] = posts[cell];
    row[SEX] = sexes[cell];
    const unsigned n = (unsigned)rng_below(&m->r, m->value == 1 ? 100 : 1000000);
    row[VALUE] = m->value != 1 && cell == 5 ? spell(m, "%u.25", n) : spell(m, "%u", n);
    if (rng_below(&m->r, 50) == 0) {
        row[QUALIFIER] = "~";
    } else if (rng_below(&m->r, 50) == 0) {
        row[QUALIFIER] = "missing";
        row[REASON] = rng_below(&m->r, 2) == 0 ? "holiday" : NULL;
        row[VALUE] = NULL;
    } else if (rng_below(&m->r, 50) == 0) {
        row[VALUE] = NULL;
    }
}

static frame cells_once(maker *m, size_t n, bool is_shuffled)
{
    frame f = {malloc((n + 1) * N_COLUMNS * sizeof *f.cell), n};
    size_t *order = malloc((n + 1) * sizeof *order);
    m->memory = malloc((n + 1) * 100);
    m->used = 0;
    for (size_t i = 0; i < n; i++) {
        order[i] = i;
        if (is_shuffled) {
            const size_t j = rng_below(&m->r, i + 1);
            order[i] = order[j];
            order[j] = i;
        }
    }
    for (size_t i = 0; i < n; i++) {
        const bool again = i > 0 && rng_below(&m->r, 1000) < m->twice;
        good_row(m, again ? order[rng_below(&m->r, i)] : order[i], f.cell + i * N_COLUMNS);
        if (rng_below(&m->r, 1000) < m->bad) {
            corrupt(m, f.cell + i * N_COLUMNS);
        }
    }
    free(order);
    return f;
}

static void free_frame(frame *f, maker *m)
{
    free(f->cell);
    free(m->memory);
}

static char any_index(maker *m, bool is_small)
{
    return is_small ? twin_indices[rng_below(&m->r, COUNT(twin_indices))] : "\0sSiIlL"[rng_below(&m->r, 7)];
}

static way any_way(maker *m, bool is_small)
{
    static const char *const whole_formats[] = {"i", "I", "l", "L", "s", "S"};
    static const char *const value_formats[][4] = {{"u", "U", "vu", "u"},
                                                   {"i", "l", "C", "c"},
                                                   {"g", "d:18,2,64", "d:38,2", "d:9,2,32"}};
    static const uint32_t tunings[] = {0,
                                       0,
                                       ATTAIN_TUNE_PORTABLE,
                                       ATTAIN_TUNE_AVX2,
                                       ATTAIN_TUNE_RUNS,
                                       ATTAIN_TUNE_RADIX,
                                       ATTAIN_TUNE_ROW_BY_ROW};
    static const uint32_t flags[] = {0, 0, ATTAIN_INTAKE_SAME_VALUE_IS_FINE, ATTAIN_INTAKE_SUM};
    way w = twin_way(twin_plan);
    for (size_t c = 0; c < N_COLUMNS; c++) {
        const bool is_whole = (c == UNIT && m->whole_units) || (c == PERIOD && m->whole_periods);
        w.columns[c].format = is_whole     ? whole_formats[rng_below(&m->r, c == UNIT ? 6 : 4)]
                              : c == VALUE ? value_formats[m->value][rng_below(&m->r, 4)]
                                           : twin_texts[rng_below(&m->r, COUNT(twin_texts))];
        w.columns[c].index = c == VALUE && !is_small ? '\0' : any_index(m, is_small);
        w.columns[c].how = twin_hows[rng_below(&m->r, COUNT(twin_hows))];
        w.columns[c].how &= is_small ? ~0u : ~(unsigned)AM_WORD_PER_ROW; /* indices of 16 bits name few */
    }
    w.other_words = m->value == 2;
    w.struct_offset = rng_below(&m->r, 4) == 0 ? rng_below(&m->r, 20) : 0;
    w.n_threads = 1 + (uint32_t)rng_below(&m->r, 3);
    w.tuning = tunings[rng_below(&m->r, COUNT(tunings))];
    w.flags = flags[rng_below(&m->r, COUNT(flags))];
    w.flags |= rng_below(&m->r, 2) == 0 ? (uint32_t)ATTAIN_INTAKE_SKIP_BAD_ROWS : 0;
    w.max_issues = (uint32_t)rng_below(&m->r, 2) * 5;
    w.before = rng_below(&m->r, 4) == 0
                   ? "unit,measure,period,value\n3,people,1600,9\n5,trained,1601,\n8,money,1600,1.25\n"
                   : NULL;
    return w;
}

static maker any_maker(uint64_t seed)
{
    static const unsigned rates[] = {0, 0, 3, 100};
    maker m = {.r = rng_new(seed)};
    m.bad = rates[rng_below(&m.r, COUNT(rates))];
    m.twice = rates[rng_below(&m.r, COUNT(rates))];
    m.whole_units = rng_below(&m.r, 3) == 0;
    m.whole_periods = rng_below(&m.r, 2) == 0;
    m.value = (int)rng_below(&m.r, 3);
    return m;
}

static void any_rows_are_those_of_text(void **state)
{
    (void)state;
    size_t n_ok = 0;
    for (uint64_t seed = 1; seed <= 400; seed++) {
        maker m = any_maker(seed);
        size_t sizes[20];
        frame f = cells_once(&m, rng_below(&m.r, 120), rng_below(&m.r, 2) == 0);
        way w = any_way(&m, f.n < 120);
        w.sizes = sizes;
        w.n_sizes = rng_below(&m.r, 20);
        for (size_t i = 0; i < w.n_sizes; i++) {
            sizes[i] = rng_below(&m.r, 4) == 0 ? 0 : rng_below(&m.r, 40);
        }
        n_ok += twin_check(&f, &w) == ATTAIN_OK;
        free_frame(&f, &m);
    }
    assert_true(n_ok > 100 && n_ok < 390);
}

/* Enough rows for every fast way: one large batch, large ones, small ones; ordered and shuffled; good, and with a few odd ones. */
static void many_rows_are_those_of_text(void **state)
{
    (void)state;
    static const size_t small[] = {4000, 4000, 0, 4000, 7, 4000};
    static const size_t large[] = {70000, 1, 65536};
    for (uint64_t round = 0; round < 12; round++) {
        maker m = any_maker(1000 + round);
        m.bad = round % 3 == 2 ? 1 : 0;
        m.twice = round % 4 == 3 ? 1 : 0;
        frame f = cells_once(&m, round < 3 ? 140000 : 30000, round % 2 == 1);
        way w = any_way(&m, false);
        w.n_threads = 1 + (uint32_t)(round % 3);
        w.flags = round % 3 == 2 ? ATTAIN_INTAKE_SKIP_BAD_ROWS : 0;
        w.before = round % 4 == 0 ? "unit,measure,period,value\n3,people,2150,9\n" : NULL;
        w.sizes = round % 3 == 0 ? NULL : round % 3 == 1 ? large : small;
        w.n_sizes = round % 3 == 0 ? 0 : round % 3 == 1 ? COUNT(large) : COUNT(small);
        const attain_status status = twin_check(&f, &w);
        assert_true(m.twice > 0 || status == ATTAIN_OK);
        free_frame(&f, &m);
    }
}

/* ---- few units, so that cells come twice ---- */

static const char district_text[] =
    "unit VN \"VN\" nation\n"
    "unit P \"P\" province in VN\n"
    "unit P.1 \"A\" district in P\n"
    "unit P.2 \"B\" district in P until 2023-12-31\n"
    "unit P.3 \"C\" district in P\n"
    "unit 4711 \"D\" district in P\n"
    "unit a-district-with-a-name-of-some-length \"E\" district in P\n"
    "unit a-district-with-a-name-of-some-lengtH \"F\" district in P\n"
    "category post: full, part\n"
    "category sex: f, m, x\n"
    "measure people \"p\" stock persons reported yearly by district\n"
    "measure visits \"v\" flow visits by post, sex reported monthly by district\n"
    "measure births \"b\" flow births reported monthly by district\n"
    "measure money \"m\" flow VND decimals 2 any sign reported monthly by district\n"
    "measure other \"o\" flow things none over units\n";

static attain_plan *districts;

static int set_up(void **state)
{
    districts = build_plan(district_text, NULL);
    return twin_set_up(state);
}

static int tear_down(void **state)
{
    build_plan_free(districts);
    return twin_tear_down(state);
}

typedef struct table {
    frame rows;
    char (*values)[16];
} table;

/* One of the words; most of the time one of the first n_good. */
static const char *any(rng *r, const char *const *words, size_t n_good, size_t n, unsigned bad_in)
{
    return words[bad_in > 0 && rng_below(r, bad_in) == 0 ? rng_below(r, n) : rng_below(r, n_good)];
}

static const char *const units[] = {"P.1",
                                    "P.3",
                                    "4711",
                                    "a-district-with-a-name-of-some-length",
                                    "a-district-with-a-name-of-some-lengtH",
                                    "P.2",
                                    "P",
                                    "VN",
                                    "P.9",
                                    "",
                                    NULL,
                                    "p.1",
                                    "a-district-with-a-name-of-some-LENGTH"};
static const char *const measures[] = {"people", "births", "visits", "money", "other", "peoples", "", NULL};
static const char *const posts[] = {"full", "part", "", NULL, "none"};
static const char *const sexes[] = {"f", "m", "x", NULL, "", "male"};
static const char *const qualifiers[] = {NULL, "", "=", ">", "~", "missing", "?"};
static const char *const reasons[] = {NULL, "", "holiday", "M", "because"};

static const char *period_of(rng *r, const char *measure, unsigned bad_in)
{
    static const char *const years[] = {"2020", "2021", "2022", "2023", "2024", "2025"};
    static const char *const months[] = {"2021-01", "2021-02", "2021-03", "2021-04", "2021-05", "2021-06",
                                         "2021-07", "2021-08", "2021-09", "2021-10", "2021-11", "2021-12",
                                         "2022-01", "2022-02", "202203",  "2022-04", "2022-05", "2022-06"};
    static const char *const strange[] = {"2020-Q1",  "2021-01-01..2021-03-31",
                                          "20200101", "x",
                                          "",         NULL,
                                          "2020-W05", "1850"};
    if (bad_in > 0 && rng_below(r, bad_in) == 0) {
        return strange[rng_below(r, 8)];
    }
    return measure != NULL && strcmp(measure, "people") == 0 ? years[rng_below(r, 6)]
                                                             : months[rng_below(r, 18)];
}

/* bad_in: one in so many cells may be strange; 0: none is. */
static void fill_row(const char **row, char value[16], rng *r, unsigned bad_in)
{
    const char *measure = any(r, measures, 4, 8, bad_in);
    const bool by = measure != NULL && strcmp(measure, "visits") == 0;
    row[UNIT] = any(r, units, 5, 13, bad_in);
    row[MEASURE] = measure;
    row[PERIOD] = period_of(r, measure, bad_in);
    row[POST] = any(r, by ? posts : posts + 2, 2, by ? 5 : 3, bad_in);
    row[SEX] = any(r, by ? sexes : sexes + 3, by ? 3 : 2, by ? 6 : 3, bad_in);
    const int64_t number =
        (int64_t)rng_below(r, 1000000) - (bad_in > 0 && rng_below(r, bad_in) == 0 ? 500000 : 0);
    (void)snprintf(value, 16, "%lld", (long long)number);
    row[VALUE] = bad_in > 0 && rng_below(r, bad_in) == 0 ? NULL : value;
    row[QUALIFIER] = any(r, qualifiers, 3, 7, bad_in);
    row[REASON] = any(r, reasons, 2, 5, bad_in);
}

static table make_table(rng *r, size_t n, unsigned bad_in)
{
    table t = {{malloc((n + 1) * N_COLUMNS * sizeof *t.rows.cell), n}, malloc((n + 1) * sizeof *t.values)};
    for (size_t i = 0; i < n; i++) {
        fill_row(t.rows.cell + i * N_COLUMNS, t.values[i], r, bad_in);
    }
    return t;
}

/* Sorted, each cell once: births and visits of five units, month by month from 1901 on. */
static table make_series(size_t n)
{
    static char months[2000][8];
    rng r = rng_new(1);
    table t = make_table(&r, n, 0);
    const size_t n_months = n / 20;
    for (size_t m = 0; m < n_months; m++) {
        (void)snprintf(months[m], sizeof months[m], "%04u-%02u", (unsigned)(1901 + m / 12) % 10000,
                       (unsigned)(m % 12 + 1));
    }
    for (size_t i = 0; i < n; i++) {
        const char **const row = t.rows.cell + i * N_COLUMNS;
        const size_t series = i / n_months;
        const bool by = series % 4 != 0;
        row[UNIT] = units[series / 4];
        row[MEASURE] = by ? "visits" : "births";
        row[PERIOD] = months[i % n_months];
        row[POST] = by ? posts[0] : NULL;
        row[SEX] = by ? sexes[series % 4 - 1] : NULL;
        row[QUALIFIER] = row[REASON] = NULL;
    }
    return t;
}

static void free_table(table *t)
{
    free(t->rows.cell);
    free(t->values);
}

typedef struct split {
    size_t sizes[4], pads[4];
} split;

/* In n_batches of any sizes and slices. */
static way table_way(const table *t, uint32_t flags, size_t n_batches, rng *r, split *into)
{
    static const char *const texts[] = {"u", "U", "vu", "s:u", "S:vu", "i:U", "i?:u", "L:u"};
    static const char *const values[] = {"l", "i",  "g",   "d:30,3", "d:9,0,32",
                                         "u", "vu", "l:l", "i:g",    "I?:u"};
    const unsigned how = AM_SLICED | AM_SLICED_DICTIONARY;
    way w = twin_way(districts);
    size_t first = 0;
    w.flags = flags;
    w.max_issues = 50;
    for (size_t c = 0; c < N_COLUMNS; c++) {
        w.columns[c] = c == VALUE ? am_typed("value", values[rng_below(r, t->rows.n > 4000 ? 9 : 10)],
                                             how | AM_BITMAP | AM_WORD_PER_ROW)
                                  : am_typed(twin_names[c], texts[rng_below(r, 8)], how);
    }
    for (size_t b = 0; b < n_batches; b++) {
        into->sizes[b] = b + 1 == n_batches ? t->rows.n - first : rng_below(r, t->rows.n - first + 1);
        into->pads[b] = rng_below(r, 3) * 5;
        first += into->sizes[b];
    }
    w.sizes = into->sizes;
    w.pads = into->pads;
    w.n_sizes = n_batches;
    return w;
}

static const uint32_t all_flags[] = {ATTAIN_INTAKE_STRICT, ATTAIN_INTAKE_SKIP_BAD_ROWS, ATTAIN_INTAKE_SUM,
                                     ATTAIN_INTAKE_SAME_VALUE_IS_FINE,
                                     ATTAIN_INTAKE_SUM | ATTAIN_INTAKE_SKIP_BAD_ROWS};
static const uint32_t tunings[] = {ATTAIN_TUNE_DEFAULT, ATTAIN_TUNE_ROW_BY_ROW, ATTAIN_TUNE_PORTABLE,
                                   ATTAIN_TUNE_AVX2,    ATTAIN_TUNE_RUNS,       ATTAIN_TUNE_RADIX};

static void small_tables(void **state)
{
    (void)state;
    rng r = rng_new(42);
    for (int round = 0; round < 600; round++) {
        static const unsigned bad_in[] = {0, 30, 6, 2};
        const size_t n = rng_below(&r, round % 10 == 0 ? 600 : 40);
        table t = make_table(&r, n, bad_in[round % 4]);
        const uint32_t flags = all_flags[rng_below(&r, 5)];
        for (int k = 0; k < 3; k++) {
            split s;
            way w = table_way(&t, flags, 1 + rng_below(&r, 4), &r, &s);
            w.n_threads = k == 2 ? 3 : 1;
            w.tuning = tunings[rng_below(&r, 6)];
            (void)twin_check(&t.rows, &w);
        }
        free_table(&t);
    }
}

/* Large batches go into the load directly, and are looked at once more when something is odd. */
static void large_batches(void **state)
{
    (void)state;
    rng r = rng_new(43);
    for (int round = 0; round < 12; round++) {
        static const unsigned bad_in[] = {0, 20000, 500, 9};
        split s;
        table t = make_table(&r, 17000 + rng_below(&r, 60000), bad_in[round % 4]);
        way w = table_way(&t, all_flags[round % 5 == 0 ? 4 : round % 5], 1 + (size_t)round % 3, &r, &s);
        w.n_threads = 1 + (uint32_t)round % 3;
        (void)twin_check(&t.rows, &w);
        free_table(&t);
    }
}

/* What large batches are made for: sorted, nothing comes twice, and nearly everything is plain. */
static void series(void **state)
{
    (void)state;
    static const attain_status wanted[] = {ATTAIN_OK, ATTAIN_E_PLACE, ATTAIN_E_PERIOD, ATTAIN_OK,
                                           ATTAIN_E_DUPLICATE};
    rng r = rng_new(44);
    for (int round = 0; round < 15; round++) {
        split s;
        table t = make_series(20000);
        const char **const odd = t.rows.cell + 12345 * N_COLUMNS;
        switch (round % 5) {
        case 1: odd[UNIT] = "P"; break;                         /* may not report */
        case 2: odd[PERIOD] = "2020"; break;                    /* not its rhythm */
        case 3: odd[VALUE] = NULL; break;                       /* empty */
        case 4: odd[PERIOD] = (odd - N_COLUMNS)[PERIOD]; break; /* twice */
        default: break;
        }
        way w = table_way(&t, 0, 1 + (size_t)round % 2, &r, &s);
        w.n_threads = 1 + (uint32_t)round / 5;
        w.tuning = tunings[round % 6];
        assert_int_equal(twin_check(&t.rows, &w), wanted[round % 5]);
        free_table(&t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_rows_are_those_of_text),
        cmocka_unit_test(many_rows_are_those_of_text),
        cmocka_unit_test(small_tables),
        cmocka_unit_test(large_batches),
        cmocka_unit_test(series),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
