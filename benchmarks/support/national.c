/* The national set, made. Months are numbered as attain_period_encode does it: they stand in a row, so the first is enough. */
#include "support/national.h"

#include <attain/attain.h>

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *bench_alloc(size_t n_bytes)
{
    void *const p = malloc(n_bytes == 0 ? 1 : n_bytes);
    if (p == NULL) {
        fprintf(stderr, "no memory for %zu bytes\n", n_bytes);
        exit(1);
    }
    return p;
}

/* ---- shapes ---- */

bool national_shape_named(const char *name, national_shape *out)
{
    static const struct {
        const char *name;
        uint32_t level[4];
        uint32_t n_measures;
    } named[] = {{"1m", {1, 6, 70, 1060}, 10},
                 {"10m", {1, 63, 705, 10600}, 10},
                 {"100m", {1, 63, 705, 10600}, 100},
                 {"1000m", {1, 63, 705, 10600}, 1000}};
    for (size_t i = 0; i < sizeof named / sizeof *named; i++) {
        if (strcmp(name, named[i].name) == 0) {
            memset(out, 0, sizeof *out);
            out->n_levels = 4;
            memcpy(out->level, named[i].level, sizeof named[i].level);
            out->n_measures = named[i].n_measures;
            out->first_year = 2017;
            out->n_years = 8;
            out->density = 1000;
            out->seed = 1;
            return true;
        }
    }
    return false;
}

/* ---- random numbers ---- */

/* A finaliser that spreads every bit over the word (splitmix64). */
static uint64_t mix(uint64_t x)
{
    x += UINT64_C(0x9E3779B97F4A7C15);
    x = (x ^ (x >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94D049BB133111EB);
    return x ^ (x >> 31);
}

/* A Feistel network over 2 * n_half bits is a permutation of [0, mask]; walking on until the number is a cell makes it one of
 * the cells. The domain is less than four times the cells, so that the walk is short. */
static uint64_t permuted(const national *country, uint64_t i)
{
    const uint32_t half = country->n_half;
    const uint64_t half_mask = (UINT64_C(1) << half) - 1u;
    do {
        uint64_t left = i >> half;
        uint64_t right = i & half_mask;
        for (uint64_t round = 1; round <= 4; round++) {
            const uint64_t next = left ^ (mix(right + (round << 56) + country->shape.seed) & half_mask);
            left = right;
            right = next;
        }
        i = left << half | right;
    } while (i >= country->n_cells);
    return i;
}

/* ---- the tree ---- */

static uint32_t parent_number(const national_shape *shape, uint32_t level, uint32_t number)
{
    return (uint32_t)((uint64_t)number * shape->level[level - 1] / shape->level[level]);
}

/* A commune is known by a code, as in a feed, and the codes do not follow the tree. */
static void name_unit(const national_shape *shape, uint32_t level, uint32_t number,
                      char id[NATIONAL_ID_BYTES])
{
    if (level + 1 == shape->n_levels) {
        const uint64_t code = ((uint64_t)number * 7919u + 13u) % shape->level[level] + 1u;
        snprintf(id, NATIONAL_ID_BYTES, "%05u", (unsigned)(code % 100000u));
    } else {
        snprintf(id, NATIONAL_ID_BYTES, "%c%u", (char)('A' + level), (unsigned)(number % 100000u));
    }
}

/* Units in tree order: with each commune come those of its ancestors that were not there yet. */
static void build_tree(national *country)
{
    const national_shape *const shape = &country->shape;
    uint32_t last[NATIONAL_MAX_LEVELS]; /* number of the unit met last, by level */
    uint32_t unit[NATIONAL_MAX_LEVELS]; /* and its index */
    uint32_t n = 0;
    memset(last, 0xFF, sizeof last);
    for (uint32_t commune = 0; commune < country->n_communes; commune++) {
        uint32_t number[NATIONAL_MAX_LEVELS];
        number[shape->n_levels - 1] = commune;
        for (uint32_t level = shape->n_levels - 1; level > 0; level--) {
            number[level - 1] = parent_number(shape, level, number[level]);
        }
        for (uint32_t level = 0; level < shape->n_levels; level++) {
            if (number[level] != last[level]) {
                last[level] = number[level];
                unit[level] = n;
                country->parent[n] = level == 0 ? UINT32_MAX : unit[level - 1];
                country->n_below[n] = 0;
                name_unit(shape, level, number[level], country->id[n]);
                n++;
            }
            country->n_below[unit[level]]++;
        }
        country->commune_unit[commune] = unit[shape->n_levels - 1];
    }
    country->n_units = n;
}

static int32_t code_of_month(uint32_t year)
{
    char text[16];
    attain_period period;
    int32_t code = 0;
    snprintf(text, sizeof text, "%u-01", (unsigned)(year % 10000u));
    if (attain_period_parse(text, strlen(text), &period, NULL) != ATTAIN_OK ||
        attain_period_encode(period, &code, NULL) != ATTAIN_OK) {
        fprintf(stderr, "'%s' is no month\n", text);
        exit(1);
    }
    return code;
}

void national_new(const national_shape *shape, national *out)
{
    uint32_t n_units = 0;
    memset(out, 0, sizeof *out);
    out->shape = *shape;
    for (uint32_t i = 0; i < shape->n_levels; i++) {
        n_units += shape->level[i];
    }
    out->n_communes = shape->level[shape->n_levels - 1];
    out->n_months = shape->n_years * 12;
    out->n_indicators = shape->n_measures / 2;
    out->commune_unit = bench_alloc(out->n_communes * sizeof *out->commune_unit);
    out->parent = bench_alloc(n_units * sizeof *out->parent);
    out->n_below = bench_alloc(n_units * sizeof *out->n_below);
    out->id = bench_alloc(n_units * sizeof *out->id);
    build_tree(out);
    out->n_cells = (uint64_t)out->n_communes * shape->n_measures * out->n_months;
    while (UINT64_C(1) << (2 * out->n_half) < out->n_cells) {
        out->n_half++;
    }
    out->mask = (UINT64_C(1) << (2 * out->n_half)) - 1u;
    out->first_period = code_of_month(shape->first_year);
}

void national_free(national *country)
{
    free(country->commune_unit);
    free(country->parent);
    free(country->n_below);
    free(country->id);
    memset(country, 0, sizeof *country);
}

/* ---- plan text ---- */

typedef struct text {
    char *data;
    size_t len, capacity;
} text;

static void add(text *out, const char *format, ...)
{
    for (;;) {
        va_list args;
        va_start(args, format);
        const int n = vsnprintf(out->data + out->len, out->capacity - out->len, format, args);
        va_end(args);
        if (n >= 0 && (size_t)n < out->capacity - out->len) {
            out->len += (size_t)n;
            return;
        }
        out->capacity *= 2;
        out->data = realloc(out->data, out->capacity);
        if (out->data == NULL) {
            fprintf(stderr, "no memory for %zu bytes of plan text\n", out->capacity);
            exit(1);
        }
    }
}

national_targets national_targets_of(const national *country, national_card card)
{
    const uint32_t first = country->shape.first_year;
    const uint32_t last = first + country->shape.n_years - 1;
    /* Before the deadline, and with years on both sides where there are enough. */
    const uint32_t baseline = country->shape.n_years > 4 ? first + 3 : first;
    if (card == NATIONAL_FIRST) {
        return (national_targets){50, 2, 0, baseline, last, first, country->shape.n_years};
    }
    const uint32_t skipped = country->shape.n_years > 4 ? 1 : 0;
    return (national_targets){
        45, 3, 1, baseline - skipped, last, first + skipped, country->shape.n_years - 2 * skipped};
}

static void add_units(const national *country, text *out)
{
    uint32_t depth[NATIONAL_MAX_LEVELS + 1] = {0};
    uint32_t level = 0;
    for (uint32_t unit = 0; unit < country->n_units; unit++) {
        const uint32_t parent = country->parent[unit];
        for (level = 0; parent != UINT32_MAX && depth[level] != parent; level++) {
        }
        level = parent == UINT32_MAX ? 0 : level + 1;
        depth[level] = unit;
        if (level + 1 == country->shape.n_levels) {
            add(out, "unit %s commune in %s\n", country->id[unit], country->id[parent]);
        } else if (level == 0) {
            add(out, "unit %s nation\n", country->id[unit]);
        } else {
            add(out, "unit %s level%u in %s\n", country->id[unit], (unsigned)level, country->id[parent]);
        }
    }
}

static void add_measures(const national *country, text *out)
{
    add(out, "category c: c0, c1, c2, c3, c4, c5, c6, c7\n");
    for (uint32_t m = 0; m < country->shape.n_measures; m++) {
        add(out, "measure m%u\n  %s%s  reported monthly by commune\n", (unsigned)m,
            m % 10 == 9 ? "stock persons" : "flow cases", m % 10 == 0 ? "  by c" : "");
    }
}

char *national_plan_text(const national *country, national_card card, size_t *len_bytes)
{
    const national_targets t = national_targets_of(country, card);
    text out = {bench_alloc(1 << 16), 0, 1 << 16};
    add(&out, "# The national set of attain's benchmarks: made up, seed %llu.\n",
        (unsigned long long)country->shape.seed);
    add_units(country, &out);
    add_measures(country, &out);
    for (uint32_t k = 0; k < country->n_indicators; k++) {
        const uint32_t d = (2 * (k + t.shift)) % country->shape.n_measures + 1;
        const uint32_t level = t.base + t.step * k;
        add(&out, "indicator i%u = m%u%s / m%u\n", (unsigned)k, (unsigned)(2 * k),
            k % 5 == 0 ? "[c=c0 or c1 or c2 or c3]" : "", (unsigned)d);
        add(&out, "target t%u\n  i%u at least %u.%02u by %u\n  baseline %u\n", (unsigned)k, (unsigned)k,
            (unsigned)(level / 100), (unsigned)(level % 100), (unsigned)t.due_year,
            (unsigned)t.baseline_year);
    }
    *len_bytes = out.len;
    return out.data;
}

/* ---- rows ---- */

void national_columns_new(national_columns *columns, size_t capacity)
{
    columns->unit = bench_alloc(capacity * sizeof *columns->unit);
    columns->measure = bench_alloc(capacity * sizeof *columns->measure);
    columns->period = bench_alloc(capacity * sizeof *columns->period);
    columns->category = bench_alloc(capacity * sizeof *columns->category);
    columns->value = bench_alloc(capacity * sizeof *columns->value);
    columns->n = 0;
}

void national_columns_free(national_columns *columns)
{
    free(columns->unit);
    free(columns->measure);
    free(columns->period);
    free(columns->category);
    free(columns->value);
    memset(columns, 0, sizeof *columns);
}

/* The hash of a cell decides whether it stands, its member and its figure; the shares of the word do not overlap. */
static bool stands(const national *country, uint64_t hash)
{
    return country->shape.density >= 1000 || (hash >> 50) % 1000u < country->shape.density;
}

void national_fill(const national *country, uint64_t first, uint64_t n_cells, national_columns *columns)
{
    const uint32_t n_months = country->n_months;
    const uint32_t n_measures = country->shape.n_measures;
    const uint64_t salt = mix(country->shape.seed);
    size_t n = 0;
    for (uint64_t i = first; i < first + n_cells; i++) {
        const uint64_t cell = country->shape.shuffled ? permuted(country, i) : i;
        const uint64_t hash = mix(cell ^ salt);
        if (!stands(country, hash)) {
            continue;
        }
        const uint64_t series = cell / n_months;
        const uint32_t measure = (uint32_t)(series % n_measures);
        columns->unit[n] = country->commune_unit[series / n_measures];
        columns->measure[n] = (uint16_t)measure;
        columns->period[n] = country->first_period + (int32_t)(cell % n_months);
        columns->category[n] = measure % 10 == 0 ? (uint8_t)((hash >> 40) & 7u) : 0;
        columns->value[n] = (int64_t)((hash & UINT64_C(0xFFFFFFFFFF)) % 1000000u);
        n++;
    }
    columns->n = n;
}

uint64_t national_count(const national *country)
{
    if (country->shape.density >= 1000) {
        return country->n_cells;
    }
    const uint64_t salt = mix(country->shape.seed);
    uint64_t n = 0;
    for (uint64_t cell = 0; cell < country->n_cells; cell++) {
        n += stands(country, mix(cell ^ salt)) ? 1u : 0u;
    }
    return n;
}

void national_make(const national *country, national_columns *columns)
{
    national_columns_new(columns, (size_t)national_count(country));
    national_fill(country, 0, country->n_cells, columns);
}

/* ---- CSV ---- */

const char national_csv_header[] = "unit,measure,period,c,value\n";

static char *put_number(char *out, uint64_t value)
{
    char digits[24];
    size_t n = 0;
    do {
        digits[n++] = (char)('0' + value % 10u);
        value /= 10u;
    } while (value != 0);
    while (n > 0) {
        *out++ = digits[--n];
    }
    return out;
}

char *national_csv_row(const national *country, const national_columns *columns, size_t row, char *out)
{
    const char *const id = country->id[columns->unit[row]];
    const uint32_t month = (uint32_t)(columns->period[row] - country->first_period);
    memcpy(out, id, 5);
    out += 5;
    *out++ = ',';
    *out++ = 'm';
    out = put_number(out, columns->measure[row]);
    *out++ = ',';
    out = put_number(out, country->shape.first_year + month / 12);
    *out++ = '-';
    *out++ = (char)('0' + (month % 12 + 1) / 10);
    *out++ = (char)('0' + (month % 12 + 1) % 10);
    *out++ = ',';
    if (columns->measure[row] % 10 == 0) {
        *out++ = 'c';
        *out++ = (char)('0' + columns->category[row]);
    }
    *out++ = ',';
    out = put_number(out, (uint64_t)columns->value[row]);
    *out++ = '\n';
    return out;
}
