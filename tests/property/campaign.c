/* The standard campaign: see campaign.h. */
#include "campaign.h"

#include "support/rng.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define N_DISTRICTS 6
#define N_COMMUNES 6
#define N_MEASURES 9
#define FIRST_YEAR 2019
#define N_YEARS 6

static void must(attain_status status, const attain_error *err)
{
    if (status != ATTAIN_OK) {
        fprintf(stderr, "campaign: %s:%d:%d: %s\n", err->source, (int)err->line, (int)err->column,
                err->message);
        exit(2);
    }
}

static void *must_have(void *memory)
{
    if (memory == NULL) {
        fprintf(stderr, "campaign: out of memory\n");
        exit(2);
    }
    return memory;
}

/* ---- plan text ---- */

typedef struct writer {
    char *data;
    size_t len, cap;
} writer;

static void say(writer *w, const char *format, ...)
{
    va_list args;
    if (w->cap - w->len < 1024) {
        w->cap = w->cap * 2 + 4096;
        w->data = must_have(realloc(w->data, w->cap));
    }
    va_start(args, format);
    const int n = vsnprintf(w->data + w->len, w->cap - w->len, format, args);
    va_end(args);
    w->len += n < 0 ? 0 : (size_t)n;
}

/* One commune in eight comes late, one ends early, one moves to the next district. */
static void say_commune(writer *w, rng *r, int p, int d, int c)
{
    const int year = FIRST_YEAR + 1 + (int)rng_below(r, N_YEARS - 1);
    const uint64_t fate = rng_below(r, 8);
    if (fate == 0) {
        say(w, "unit P%d.D%d.C%d commune in P%d.D%d from %d-07-01\n", p, d, c, p, d, year);
    } else if (fate == 1) {
        say(w, "unit P%d.D%d.C%d commune in P%d.D%d until %d-06-30\n", p, d, c, p, d, year);
    } else if (fate == 2) {
        say(w, "unit P%d.D%d.C%d commune in P%d.D%d until %d-06-30\n", p, d, c, p, d, year);
        say(w, "unit P%d.D%d.C%d commune in P%d.D%d from %d-07-01\n", p, d, c, p, (d + 1) % N_DISTRICTS,
            year);
    } else {
        say(w, "unit P%d.D%d.C%d commune in P%d.D%d%s\n", p, d, c, p, d, fate == 3 ? "" : "  kind hill");
    }
}

static void say_units(writer *w, rng *r, int n_provinces)
{
    say(w, "attribute kind: hill, plain\ncategory post: full_time, part_time\nunit N nation\n");
    for (int p = 0; p < n_provinces; p++) {
        say(w, "unit P%d province in N\n", p);
        for (int d = 0; d < N_DISTRICTS; d++) {
            say(w, "unit P%d.D%d district in P%d\n", p, d, p);
        }
        for (int d = 0; d < N_DISTRICTS; d++) {
            for (int c = 0; c < N_COMMUNES; c++) {
                say_commune(w, r, p, d, c);
            }
        }
    }
}

static void say_measures(writer *w)
{
    say(w, "measure helped\n  flow persons  reported half-yearly by commune\n"
           "measure in_need\n  flow persons  reported half-yearly by commune\n"
           "measure workers\n  stock persons  by post  reported yearly by commune\n"
           "measure population\n  stock persons  reported yearly by commune\n"
           "measure money\n  flow VND  decimals 2  any sign  reported yearly by commune\n"
           "measure longest\n  stock days  max over units  reported yearly by commune\n"
           "measure total\n  flow cases  at any level replaces\n"
           "measure rate\n  stock percent  decimals 1  none over units\n"
           "measure staff\n  stock persons  reported yearly by commune\n"
           "reference wage \"\" VND\n  2019-01-01 100\n  2021-07-01 130\n  2023-07-01 180\n"
           "indicator share_helped = helped / in_need\n  share\n"
           "indicator density = workers / population\n  shown as 1 per N\n"
           "indicator full = workers[post=full_time] / workers\n  share\n"
           "indicator cost = money / (helped + 2 * total)\n"
           "indicator staffed = count(commune where staff >= 1 and money >= worst wage) / count(commune)\n  "
           "share\n"
           "indicator hill_help = helped[kind=hill]\n"
           "indicator yearly = helped / population\n  annualised\n  shown as per 1000\n"
           "indicator waiting = longest\n"
           "indicator net = total - helped\n"
           "indicator rated = rate\n");
}

static const char *const phrases[] = {
    "share_helped at least 70% by 2024",
    "share_helped more than 60% by 2022",
    "share_helped up at least 10% over 2020 by 2024\n  reads as relative or points",
    "share_helped between 40% and 80% by 2023",
    "density at least 1 per 5000 by 2030",
    "density up over 2019 by 2024",
    "full at least about 50% within 5 points by 2023-06-30",
    "full about 50% by 2022",
    "cost at most 12.5 by 2024",
    "cost down 20% over 2020 by 2024",
    "staffed reaches 60% by 2024",
    "staffed exactly 50% by 2021",
    "hill_help at least 500 since 2020 by 2025",
    "yearly less than 30 per 1000 by 2024-H1",
    "waiting at most 200 by 2024",
    "net up at least 15% over 2021 by 2024",
    "rated at least 50% by 2024",
    "rated up at least 5 points over 2019 by 2024",
    "helped at least 30% within in_need by 2024"};

char *campaign_plan_text(uint64_t seed, int n_provinces)
{
    rng r = rng_new(seed);
    writer w = {NULL, 0, 0};
    say_units(&w, &r, n_provinces);
    say_measures(&w);
    for (size_t i = 0; i < sizeof phrases / sizeof phrases[0]; i++) {
        say(&w, "target t%zu\n  %s\n", i, phrases[i]);
    }
    return w.data;
}

attain_plan *campaign_plan(const char *text)
{
    attain_error err = {0};
    attain_plan *plan = NULL;
    must(attain_plan_new(NULL, &plan, &err), &err);
    must(attain_plan_add_text(plan, text, strlen(text), "campaign", &err), &err);
    must(attain_plan_freeze(plan, &err), &err);
    return plan;
}

/* ---- facts ---- */

static uint32_t find(const attain_plan *plan, attain_kind kind, const char *id)
{
    return attain_plan_find(plan, kind, id, strlen(id));
}

static int32_t code_of(const char *period)
{
    attain_error err = {0};
    attain_period parsed;
    int32_t code = 0;
    must(attain_period_parse(period, strlen(period), &parsed, &err), &err);
    must(attain_period_encode(parsed, &code, &err), &err);
    return code;
}

static void put(campaign_facts *f, uint32_t unit, uint32_t measure, uint32_t cell, const char *period,
                int64_t value, uint8_t qualifier)
{
    f->unit[f->n] = unit;
    f->measure[f->n] = measure;
    f->cell[f->n] = cell;
    f->period[f->n] = code_of(period);
    f->value[f->n] = value;
    f->qualifier[f->n++] = qualifier;
}

/* One in twelve is absent; of the others some are bounds, estimates or missing with a reason. */
static void maybe_put(campaign_facts *f, rng *r, uint32_t unit, uint32_t measure, uint32_t cell,
                      const char *period, int64_t value)
{
    static const uint8_t kinds[] = {ATTAIN_MORE_THAN, ATTAIN_LESS_THAN, ATTAIN_ESTIMATED, ATTAIN_MISSING};
    const uint64_t fate = rng_below(r, 240);
    if (fate >= 20) {
        put(f, unit, measure, cell, period, value + 1, fate < 24 ? kinds[fate - 20] : (uint8_t)ATTAIN_EXACT);
    }
}

static int is_there(const attain_plan *plan, uint32_t unit, int year, int half)
{
    attain_unit_info info;
    attain_period p;
    char text[32];
    snprintf(text, sizeof text, half == 0 ? "%d" : "%d-H%d", year, half);
    return attain_plan_unit(plan, unit, &info, NULL) == ATTAIN_OK &&
           attain_period_parse(text, strlen(text), &p, NULL) == ATTAIN_OK && info.from_day <= p.end_day &&
           info.until_day >= p.end_day;
}

static void put_commune(campaign_facts *f, rng *r, const attain_plan *plan, uint32_t unit, const uint32_t *m,
                        int year)
{
    char period[32];
    for (int half = 1; half <= 2; half++) {
        const int64_t need = (int64_t)rng_below(r, 60);
        snprintf(period, sizeof period, "%d-H%d", year, half);
        if (is_there(plan, unit, year, half)) {
            maybe_put(f, r, unit, m[0], 0, period, need == 0 ? 0 : (int64_t)rng_below(r, (uint64_t)need + 1));
            maybe_put(f, r, unit, m[1], 0, period, need);
        }
    }
    snprintf(period, sizeof period, "%d", year);
    if (is_there(plan, unit, year, 0)) {
        maybe_put(f, r, unit, m[2], 0, period, (int64_t)rng_below(r, 4));
        maybe_put(f, r, unit, m[2], 1, period, (int64_t)rng_below(r, 4));
        maybe_put(f, r, unit, m[3], 0, period, 5000 + (int64_t)rng_below(r, 20000));
        maybe_put(f, r, unit, m[4], 0, period, (int64_t)rng_below(r, 2000000) - 500000);
        maybe_put(f, r, unit, m[5], 0, period, (int64_t)rng_below(r, 400));
        maybe_put(f, r, unit, m[8], 0, period, (int64_t)rng_below(r, 3));
        put(f, unit, m[6], 0, period, (int64_t)rng_below(r, 100), ATTAIN_EXACT);
    }
}

campaign_facts campaign_facts_new(const attain_plan *plan, uint64_t seed)
{
    static const char *const names[N_MEASURES] = {"helped",  "in_need", "workers", "population", "money",
                                                  "longest", "total",   "rate",    "staff"};
    rng r = rng_new(seed);
    const uint32_t n_units = (uint32_t)attain_plan_count(plan, ATTAIN_KIND_UNIT);
    const uint32_t commune = find(plan, ATTAIN_KIND_TYPE, "commune");
    const size_t most = (size_t)n_units * N_YEARS * 16;
    campaign_facts f = {0};
    uint32_t m[N_MEASURES];
    f.unit = must_have(calloc(most, sizeof *f.unit));
    f.measure = must_have(calloc(most, sizeof *f.measure));
    f.cell = must_have(calloc(most, sizeof *f.cell));
    f.period = must_have(calloc(most, sizeof *f.period));
    f.value = must_have(calloc(most, sizeof *f.value));
    f.qualifier = must_have(calloc(most, sizeof *f.qualifier));
    for (size_t i = 0; i < N_MEASURES; i++) {
        m[i] = find(plan, ATTAIN_KIND_MEASURE, names[i]);
    }
    for (uint32_t unit = 0; unit < n_units; unit++) {
        attain_unit_info info;
        must(attain_plan_unit(plan, unit, &info, NULL), NULL);
        for (int year = FIRST_YEAR; year < FIRST_YEAR + N_YEARS; year++) {
            char period[32];
            snprintf(period, sizeof period, "%d", year);
            if (info.type == commune) {
                put_commune(&f, &r, plan, unit, m, year);
            } else if (rng_below(&r, 3) == 0) {
                put(&f, unit, m[6], 0, period, (int64_t)rng_below(&r, 5000), ATTAIN_EXACT);
            }
            if (rng_below(&r, 4) == 0 && is_there(plan, unit, year, 0)) {
                put(&f, unit, m[7], 0, period, (int64_t)rng_below(&r, 1001), ATTAIN_EXACT);
            }
        }
    }
    return f;
}

void campaign_facts_free(campaign_facts *f)
{
    free(f->unit);
    free(f->measure);
    free(f->cell);
    free(f->period);
    free(f->value);
    free(f->qualifier);
    memset(f, 0, sizeof *f);
}

void campaign_add(attain_facts *to, const campaign_facts *facts, const uint32_t *order, size_t from,
                  size_t until)
{
    campaign_facts batch = {0};
    const size_t n = until - from;
    attain_error err = {0};
    batch.unit = must_have(calloc(n + 1, sizeof *batch.unit));
    batch.measure = must_have(calloc(n + 1, sizeof *batch.measure));
    batch.cell = must_have(calloc(n + 1, sizeof *batch.cell));
    batch.period = must_have(calloc(n + 1, sizeof *batch.period));
    batch.value = must_have(calloc(n + 1, sizeof *batch.value));
    batch.qualifier = must_have(calloc(n + 1, sizeof *batch.qualifier));
    for (size_t i = 0; i < n; i++) {
        const size_t at = order == NULL ? from + i : order[from + i];
        batch.unit[i] = facts->unit[at];
        batch.measure[i] = facts->measure[at];
        batch.cell[i] = facts->cell[at];
        batch.period[i] = facts->period[at];
        batch.value[i] = facts->value[at];
        batch.qualifier[i] = facts->qualifier[at];
    }
    const attain_fact_columns columns = {.unit = batch.unit,
                                         .measure = batch.measure,
                                         .cell = batch.cell,
                                         .period = batch.period,
                                         .value = batch.value,
                                         .qualifier = batch.qualifier};
    must(attain_facts_add(to, &columns, n, NULL, NULL, &err), &err);
    campaign_facts_free(&batch);
}

/* ---- digest ---- */

static void hash_bytes(campaign_digest *d, const void *data, size_t len)
{
    const unsigned char *const bytes = data;
    for (size_t i = 0; i < len; i++) {
        d->hash = (d->hash ^ bytes[i]) * 1099511628211u;
    }
}

/* Byte by byte from the least, so that byte order does not matter. */
static void hash_u64(campaign_digest *d, uint64_t v)
{
    for (int i = 0; i < 8; i++) {
        const unsigned char byte = (unsigned char)(v >> (8 * i));
        hash_bytes(d, &byte, 1);
    }
}

/* A column as it is read row by row. */
typedef struct reader {
    attain_column column;
    const double *doubles;
    const uint8_t *valid;
    const int64_t *integers;
} reader;

static void hash_cell(campaign_digest *d, const attain_table *table, const reader *r, size_t row)
{
    static const attain_print_options exact = {.struct_size = sizeof exact, .digits = 6, .exact = 1};
    attain_error err = {0};
    if (r->integers != NULL) {
        hash_u64(d, (uint64_t)r->integers[row]);
        d->n_cells += r->integers[row] >= 0;
        return;
    }
    char text[512];
    size_t len = 0;
    uint64_t bits = 0;
    memcpy(&bits, &r->doubles[row], sizeof bits);
    must(attain_table_print(table, row, r->column, &exact, text, sizeof text, &len, &err), &err);
    hash_u64(d, bits);
    hash_bytes(d, &r->valid[row], 1);
    hash_bytes(d, text, len + 1);
    d->n_cells += r->valid[row] != 0;
}

/* Row by row, so that slices give what the whole gives. */
static void hash_table(campaign_digest *d, const attain_table *table)
{
    reader readers[64];
    attain_error err = {0};
    const attain_column *columns = NULL;
    const size_t n_columns = attain_table_columns(table, &columns);
    size_t n = 0;
    for (size_t i = 0; i < n_columns; i++) {
        reader r = {columns[i], NULL, NULL, NULL};
        if (columns[i] >= ATTAIN_COL_NUMERATOR && columns[i] <= ATTAIN_COL_PATH) {
            must(attain_table_doubles(table, columns[i], &r.doubles, &r.valid, &err), &err);
        } else if (columns[i] != ATTAIN_COL_PERIOD && columns[i] != ATTAIN_COL_DUE &&
                   columns[i] != ATTAIN_COL_READING) {
            must(attain_table_integers(table, columns[i], &r.integers, &err), &err);
        } else {
            continue;
        }
        readers[n++] = r;
    }
    for (size_t row = 0; row < attain_table_rows(table); row++) {
        for (size_t i = 0; i < n; i++) {
            hash_cell(d, table, &readers[i], row);
        }
    }
    d->n_rows += attain_table_rows(table);
}

campaign_digest campaign_score(const attain_plan *plan, const attain_facts *facts, uint64_t slice)
{
    static const char *const ends[] = {"2020", "2021-H1", "2021",    "2022-06-15",
                                       "2022", "2023",    "2024-H1", "2024"};
    const size_t n_ends = sizeof ends / sizeof ends[0];
    campaign_digest d = {14695981039346656037u, 0, 0};
    attain_period as_of[8];
    attain_error err = {0};
    const uint32_t n_targets = (uint32_t)attain_plan_count(plan, ATTAIN_KIND_TARGET);
    for (size_t i = 0; i < n_ends; i++) {
        must(attain_period_parse(ends[i], strlen(ends[i]), &as_of[i], &err), &err);
    }
    for (uint32_t target = 0; target < n_targets; target++) {
        attain_score_options options = {.struct_size = sizeof options,
                                        .all_units = 1,
                                        .targets = &target,
                                        .n_targets = 1};
        options.as_of = as_of;
        options.n_as_of = n_ends;
        options.limit_rows = slice;
        for (uint64_t n = slice == 0 ? 0 : slice;; n += slice) {
            attain_table *table = NULL;
            must(attain_score(plan, facts, &options, &table, &err), &err);
            const size_t n_rows = attain_table_rows(table);
            hash_table(&d, table);
            attain_table_free(table);
            if (slice == 0 || n_rows < slice) {
                break;
            }
            options.skip_rows = n;
        }
    }
    return d;
}
