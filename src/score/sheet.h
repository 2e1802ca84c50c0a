/* Sheet: one target over units and as-of periods, kept not as rows but as references into a cube, from which every cell can be had.
 *
 *   book ── cube: slabs of every measure that a sheet uses, at every unit and period
 *     │
 *     ├─ sheet 0   N = slab 3, D = slab 7, baseline = period 0 of both, "at least 0.9"    rows: listed unit × as-of period
 *     ├─ sheet 1   ...
 *
 * One row is had from the judge, who reads the cube instead of facts: he is the truth for every cell. A column is made by loops over
 * the slabs that say in closed form what the judge says row by row, for the targets that most plans are made of (atn_book_offer
 * lists which); a row that does not fit the closed form goes to the judge in the middle of the loop. Columns are made for any range of
 * listed units, so that threads may share them and a live table may bring up to date the units that were touched. */
#ifndef ATN_SCORE_SHEET_H
#define ATN_SCORE_SHEET_H

#include "facts/cube.h"
#include "score/judge.h"

/* A point that follows from the baseline b, both in stored figures: (b * of_base + of_one) / den. */
typedef struct atn_sheet_line {
    int64_t of_base, of_one;
    int64_t den; /* 0 or more; 0: nowhere */
} atn_sheet_line;

/* Is it known where the path is on a day? */
typedef enum atn_sheet_way {
    ATN_WAY_NONE, /* there is none */
    ATN_WAY_KNOWN,
    ATN_WAY_TOO_WIDE /* its line does not fit: left to the judge */
} atn_sheet_way;

/* One as-of period of a sheet. */
typedef struct atn_sheet_day {
    atn_row_period period;
    int32_t as_of_day;
    uint32_t column;       /* of the cube */
    bool baseline_is_over; /* the baseline period has ended */
    uint32_t flags;        /* that all rows of the day have */
    atn_sheet_way way;
    atn_sheet_line path_at; /* nowhere unless it is known */
} atn_sheet_day;

/* Marks of a listed unit. */
typedef enum atn_sheet_mark {
    ATN_MARK_OUTSIDE = 1,  /* the target is not meant for it */
    ATN_MARK_NOT_VALID = 2 /* it is not there on P's last day: out_of_scope */
} atn_sheet_mark;

/* What the value is held against. */
typedef enum atn_sheet_level {
    ATN_HELD_CONSTANT,   /* level, and high of two-sided ones */
    ATN_HELD_TIMES_BASE, /* b * factor */
    ATN_HELD_PLUS_BASE   /* b + factor; factor 0 for a direction */
} atn_sheet_level;

typedef struct atn_fraction64 {
    int64_t num, den; /* den > 0 */
} atn_fraction64;

typedef struct atn_sheet {
    const attain_plan *plan;
    const atn_cube *cube;
    const struct atn_book *book;
    uint32_t target;
    uint32_t reading;     /* that is judged */
    uint32_t row_reading; /* that the rows name; ATN_NONE: none */
    attain_period due;
    /* rows */
    uint32_t *units; /* listed ones, ascending; NULL: all */
    uint8_t *marks;  /* atn_sheet_mark of listed ones; NULL: no unit has one */
    uint32_t n_units;
    atn_sheet_day *days;
    uint32_t n_days;
    bool is_whole; /* all units, and the days are the cube's columns one by one: rows lie as in the slabs */
    /* numbers */
    uint32_t n_slot, d_slot; /* of the cube; d_slot ATN_NONE: no denominator */
    uint32_t count_slot[2];  /* reported and expected are summed over these */
    uint32_t n_count_slots;
    atn_fraction64 n_scale; /* N = stored * n_scale */
    atn_fraction64 d_scale;
    atn_fraction64 scale; /* value = stored N / stored D * scale */
    /* shares */
    bool is_share;
    bool is_refused;      /* has gaps, or reporting units under one another: its target goes row by row */
    uint8_t *over_one;    /* [unit * periods of the cube + column] */
    bool has_limit;       /* some baselines make the level infeasible: above 1, or below 0 */
    atn_fraction64 limit; /* of stored b; beyond it they do */
    /* the promise */
    atn_op op;
    bool is_up, is_down; /* one-sided, which way; neither: two-sided */
    bool is_strict;
    atn_sheet_level held;
    atn_fraction64 level, high; /* CONSTANT; high as level where one-sided or exact */
    atn_fraction64 factor;      /* TIMES_BASE, PLUS_BASE */
    atn_fraction64 from, to;    /* the same for stored figures: of N/D; of N/D over b; of N/D less b */
    atn_sheet_line level_at;    /* the level again */
    bool has_level, has_high;   /* columns */
    /* the baseline */
    atn_base_kind base;    /* NONE, STATED or PERIOD */
    atn_fraction64 stated; /* as stored N / stored D */
    uint32_t base_column;  /* PERIOD */
    bool base_meets;       /* in every row: of changes and stated baselines */
    bool asks_change;
    bool is_relative;
    /* printing */
    int printed_digits;
    bool printed_shown;
    attain_rounding printed_rounding;
    /* the gap */
    bool has_gap;              /* it can be told without the judge */
    int64_t gap_units;         /* N in units of its last decimal = stored * gap_units */
    atn_fraction64 gap_needed; /* CONSTANT, of the stored D: N that the level asks for, in these units */
    atn_fraction64 gap_most;   /* and that it allows, if two-sided */
    atn_fraction64 gap_unit;   /* 10^-decimals */
    /* printing */
    bool never_flips;      /* printing changes no value */
    bool may_always_flip;  /* how far it may change one is not known beforehand */
    double printed_unit;   /* it changes none by more than this */
    int64_t printed_power; /* a printed value is a whole number over this */
} atn_sheet;

/* Rows that are taken side by side (sheet_block.h). */
#define ATN_SHEET_ROWS 1024

typedef struct atn_book {
    attain_allocator alloc;
    const attain_plan *plan;
    atn_cube cube;
    atn_cube_slot *slots; /* wanted; the cube has copies */
    size_t n_slots, cap_slots;
    atn_cube_period *periods;
    size_t n_periods, cap_periods;
    int32_t from_day, to_day; /* of all periods: the tree stands still in them */
    atn_sheet *sheets;
    size_t n_sheets, cap_sheets;
    uint8_t *full; /* [slot * n_units + unit]: atn_full; what may be taken for granted of all periods */
    size_t n_full;
    uint8_t *gap; /* [(slot * n_units + unit) * n_periods + period]: atn_gap */
    size_t n_gap;
    bool takes_shares;
    bool is_live; /* slabs may change: nothing is taken for granted of the whole */
    atn_team team;
    atn_vector_level level;
    const struct atn_kernels *kernels; /* of the level */
    int64_t ones[ATN_SHEET_ROWS];      /* what rows without a denominator are divided by */
} atn_book;

/* What a slab's counts say of a figure, in a byte: eight times less to read than the counts, column after column. */
typedef enum atn_gap {
    ATN_GAP_NO_END = 1,   /* no upper end: something expected is absent, or all is unknown */
    ATN_GAP_OPEN = 4,     /* something expected is absent */
    ATN_GAP_NO_FIGURE = 8 /* nothing was reported */
} atn_gap;

typedef enum atn_full {
    ATN_FULL_FIGURES = 1, /* something is reported and nothing is absent */
    ATN_FULL_COUNTS = 2   /* reported = expected */
} atn_full;

/* ---- making ---- */

attain_status atn_book_new(const attain_plan *plan, const attain_score_options *options, atn_book **out,
                           attain_error *err);
void atn_book_free(atn_book *book);
/* Takes the target as a sheet, whose units are to be listed next, if it is one of those that sheets can do; *taken tells.
 *
 *   the text     one reading; no undefined terms; compared with a level, a band with its tolerance, or a baseline that is stated or
 *                a period; not: milestones, not quantified, since, within, every year, annualised; shares only where
 *                nothing is absent (is_refused tells when the cube is made), and not in tables that change
 *   the figures  one measure, or one over another, each with a positive factor and fit for a cube
 *   the days     the tree stands still through all periods of all sheets; no break or boundary event before a change
 *
 * On false the book is as before. */
attain_status atn_book_offer(atn_book *book, const attain_facts *facts, const attain_score_options *options,
                             uint32_t target, const attain_period *as_of, size_t n_as_of, bool *taken,
                             attain_error *err);
/* Lists the units of the sheet taken last. units NULL: all n_units; marks NULL: none has any. Copies. */
attain_status atn_book_list(atn_book *book, const uint32_t *units, const uint8_t *marks, uint32_t n_units,
                            attain_error *err);
/* Makes the cube. *plain = false: the figures or days are not fit for one after all, and there are no sheets. */
attain_status atn_book_make(atn_book *book, const attain_facts *facts, bool *plain, attain_error *err);
/* Looks again at what may be taken for granted of a unit, after its slab lines have changed. */
void atn_book_look(atn_book *book, uint32_t slot, uint32_t first_unit, uint32_t n_units);

/* ---- reading ---- */

size_t atn_sheet_rows(const atn_sheet *sheet);
uint32_t atn_sheet_unit(const atn_sheet *sheet, uint32_t position);
/* The full judgement of one row: position of the unit in the list, number of the day. Never fails. */
void atn_sheet_judge(const atn_sheet *sheet, uint32_t position, uint32_t day, atn_judgement *out);
/* Position of a unit in the list, ATN_NONE if it is not listed. */
uint32_t atn_sheet_position(const atn_sheet *sheet, uint32_t unit);
/* The slot has figures without gaps at the unit on all days of the sheet and in its baseline period. */
bool atn_sheet_is_full(const atn_sheet *sheet, uint32_t slot, uint32_t unit);
/* All rows have figures without gaps: value, low and high are the same column. */
bool atn_sheet_is_complete(const atn_sheet *sheet);
/* In all rows reported = expected. */
bool atn_sheet_counts_are_complete(const atn_sheet *sheet);

/* A column and the arrays for it: doubles and valid, or integers. */
typedef struct atn_sheet_column {
    attain_column column;
    double *doubles;
    uint8_t *valid;
    int64_t *integers;
} atn_sheet_column;
/* Any rows [first, first + n) of n_columns columns, into arrays that begin with the first of them: block by block, so that what the columns
 * share is read once. past_caches: written so (base/stream.h), and whoever asked for that says when it has ended. */
void atn_sheet_columns(const atn_sheet *sheet, size_t first, size_t n, const atn_sheet_column *columns,
                       size_t n_columns, bool past_caches);
void atn_sheet_periods(const atn_sheet *sheet, attain_column column, size_t first, size_t n,
                       attain_period *values);

#endif
