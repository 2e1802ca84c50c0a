/* The national set: a made-up country whose facts, like those of a real one, come every month from every commune. Seeded, so
 * that every run and every engine sees the same figures; any row can be made without the others, so that no order needs memory.
 *
 *   sorted    cell number i = (commune * n_measures + measure) * n_months + month
 *   shuffled  the same cells, the i-th being number P(i) of a fixed permutation P of all cells
 *   sparse    a cell stands only if its hash says so: `density` in a thousand
 *
 *   measure m: stock if m % 10 == 9; by a category of 8 members if m % 10 == 0; else a plain flow
 *   indicator k = measure 2k [first 4 members where by category] / measure 2k + 1
 *   target k: at least (50 + 2k) hundredths by 2024, baseline 2020
 *
 * A second plan on the same facts pairs other measures, asks other levels, and other years: the other scorecard. */
#ifndef BENCH_NATIONAL_H
#define BENCH_NATIONAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { NATIONAL_MAX_LEVELS = 12, NATIONAL_MEMBERS = 8, NATIONAL_PICKED = 4, NATIONAL_ID_BYTES = 8 };

typedef struct national_shape {
    uint32_t n_levels;
    uint32_t level
        [NATIONAL_MAX_LEVELS]; /* units of each level, the root (1) first, communes last; never falling */
    uint32_t n_measures;       /* even */
    uint32_t first_year, n_years;
    uint32_t density; /* facts in 1000 cells */
    bool shuffled;
    uint64_t seed;
} national_shape;

/* "1m", "10m", "100m" or "1000m". */
bool national_shape_named(const char *name, national_shape *out);

typedef struct national {
    national_shape shape;
    uint32_t n_units, n_communes, n_months, n_indicators;
    uint32_t *commune_unit; /* index in tree order, by commune */
    uint32_t *parent;       /* by unit; UINT32_MAX for the root */
    uint32_t *n_below;      /* communes in the unit, itself counted, by unit */
    char (*id)[NATIONAL_ID_BYTES];
    uint64_t n_cells;
    uint64_t mask;        /* permutation: domain [0, mask] holds all cells */
    uint32_t n_half;      /* bits of half a cell number */
    int32_t first_period; /* code of January of the first year */
} national;

/* Ends the program when memory runs out, as everything here does. */
void national_new(const national_shape *shape, national *out);
void national_free(national *country);

/* Which scorecard. */
typedef enum national_card { NATIONAL_FIRST = 0, NATIONAL_SECOND = 1 } national_card;
typedef struct national_targets {
    uint32_t base, step; /* level of target k: base + step * k hundredths */
    uint32_t shift;      /* indicator k divides by measure (2 * (k + shift)) % n_measures + 1 */
    uint32_t baseline_year, due_year;
    uint32_t first_year, n_years; /* as-of years */
} national_targets;
national_targets national_targets_of(const national *country, national_card card);

/* The whole plan as text with a NUL; free() it. */
char *national_plan_text(const national *country, national_card card, size_t *len_bytes);

/* Columns of facts: 19 bytes a row. */
typedef struct national_columns {
    uint32_t *unit;
    uint16_t *measure;
    int32_t *period;
    uint8_t *category;
    int64_t *value;
    size_t n;
} national_columns;

void national_columns_new(national_columns *columns, size_t capacity);
void national_columns_free(national_columns *columns);
/* Rows of the cells [first, first + n_cells) in the order of the set; columns->n of them stand. */
void national_fill(const national *country, uint64_t first, uint64_t n_cells, national_columns *columns);
/* All rows of the set in new columns. */
void national_make(const national *country, national_columns *columns);
/* Exact number of rows. */
uint64_t national_count(const national *country);

/* One row as CSV; at most NATIONAL_CSV_BYTES, without a NUL. Returns the end. */
enum { NATIONAL_CSV_BYTES = 64 };
extern const char national_csv_header[];
char *national_csv_row(const national *country, const national_columns *columns, size_t row, char *out);

void *bench_alloc(size_t n_bytes);

#endif
