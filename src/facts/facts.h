/* Facts: the cells that were reported, and what a term of an expression is worth at every unit.
 *
 *   columns, text, CSV, Arrow ──intake──▶ cells by (measure, unit, cell, period) ──rollup──▶ a line: one sum per unit
 *
 * A row turns from strings into ids once, at intake. How cells are kept (grid.h, store.h) is not seen through this
 * header: score asks only for lines, for cubes and for own cells. */
#ifndef ATN_FACTS_H
#define ATN_FACTS_H

#include "base/error.h"
#include "model/model.h"

/* A stored cell. */
typedef struct atn_cell {
    uint32_t measure, unit, cell;
    attain_period period;
    int64_t value; /* 0 when MISSING */
    uint8_t qualifier, reason;
} atn_cell;

attain_status atn_facts_new(const attain_plan *plan, const attain_facts_options *options, attain_facts **out,
                            attain_error *err);
void atn_facts_free(attain_facts *facts);
attain_status atn_facts_add(attain_facts *facts, const attain_fact_columns *columns, size_t n,
                            const attain_intake_options *options, attain_report *report, attain_error *err);
attain_status atn_facts_add_text(attain_facts *facts, const attain_fact_text_columns *columns, size_t n,
                                 const attain_intake_options *options, attain_report *report,
                                 attain_error *err);
attain_status atn_intake_new(attain_facts *facts, const attain_intake_options *options, attain_intake **out,
                             attain_error *err);
attain_status atn_intake_feed(attain_intake *intake, atn_str bytes, attain_error *err);
attain_status atn_intake_finish(attain_intake *intake, attain_report *report, attain_error *err);
void atn_intake_free(attain_intake *intake);
/* The stream is taken in any case. */
attain_status atn_facts_add_arrow(attain_facts *facts, struct ArrowArrayStream *stream,
                                  const attain_intake_options *options, attain_report *report,
                                  attain_error *err);
attain_status atn_facts_to_arrow(const attain_facts *facts, const attain_arrow_options *options,
                                 struct ArrowArrayStream *out, attain_error *err);
attain_status atn_facts_set(attain_facts *facts, const attain_fact *fact, bool remove, attain_error *err);
attain_status atn_facts_get(const attain_facts *facts, attain_fact *fact, bool *found, attain_error *err);
void atn_report_free(attain_report *report);
attain_status atn_facts_merge(attain_facts *facts, const attain_facts *from, attain_error *err);
attain_status atn_facts_to_bytes(const attain_facts *facts, attain_text *out, attain_error *err);
attain_status atn_facts_from_bytes(const attain_plan *plan, atn_str bytes,
                                   const attain_facts_options *options, attain_facts **out,
                                   attain_error *err);
const attain_plan *atn_facts_plan(const attain_facts *facts);
uint64_t atn_facts_count(const attain_facts *facts);
/* Up to n facts from the first-th on, in the order measure, unit, cell, last day; costs a walk over chunks and one unit, once. */
size_t atn_facts_read(const attain_facts *facts, uint64_t first, attain_fact *out, size_t n);
attain_period atn_facts_last_period(const attain_facts *facts);

/* ---- cells one after the other ---- */

/* Where a reader of cells stands: cursor.c tells how. No cleanup; the facts must not change meanwhile. */
typedef struct atn_cursor {
    const attain_facts *facts;
    uint32_t measure, unit_end;
    int32_t from_day, to_day;
    size_t row, row_end; /* rows still to come */
    /* the grid: the block in hand, and where to go on behind its chunk */
    const struct atn_chunk *chunk;
    int64_t from_slot, to_slot;
    uint32_t next_unit, base;  /* base: first unit of the chunk */
    uint32_t unit, cell, year; /* of the block; year: counted from the chunk's first */
    uint32_t bits;             /* figures of the block still to come; 0: the grid has no more */
    size_t block, block_end;
    size_t value; /* index of the block's first figure */
} atn_cursor;

/* Cells of a measure at units [unit, unit_end) whose period ends in [from_day, to_day], in the order unit, cell, last day. */
void atn_facts_each(const attain_facts *facts, uint32_t measure, uint32_t unit, uint32_t unit_end,
                    int32_t from_day, int32_t to_day, atn_cursor *out);
bool atn_facts_next(atn_cursor *cursor, atn_cell *out);

/* ---- roll-up ---- */

typedef enum atn_line_flag {
    ATN_LINE_ESTIMATED = 1,
    ATN_LINE_NOT_LAST = 2,
    ATN_LINE_BOUND = 4,   /* a present figure is a bound (> n) */
    ATN_LINE_OPEN = 8,    /* something absent but expected, or unknown */
    ATN_LINE_GROUPS = 16, /* a reporting unit lacks an attribute that the pick tests */
    ATN_LINE_OVERFLOW = 32
} atn_line_flag;

/* What a measure with its pick is worth at one unit over a period: value is the law over the present figures,
 * [low, high] the range of semantics section 3, both in the measure's stored scale. */
typedef struct atn_sum {
    attain_i128 value, low, high;
    bool has_value;                     /* some present figure went in */
    bool has_cell;                      /* some cell went in, present or unknown */
    int8_t low_infinite, high_infinite; /* -1 / +1; then low / high are 0 */
    uint8_t flags;                      /* atn_line_flag */
    uint32_t n_reported, n_expected;    /* slots; 0 when the measure declares no `reported` */
} atn_sum;

/* A request: the measure, which cells and units (picks, any of which may match; n_picks 0: all), the period,
 * and up to which day reports are expected. `extra` narrows further (a group of `--by`): cells and attribute
 * tests that must hold as well; NULL: none. */
typedef struct atn_line_request {
    uint32_t measure;
    const uint32_t *picks;
    uint32_t n_picks;
    attain_period
        period;        /* already cut at the as-of day, or extended to `since`: start_day and end_day count */
    int32_t as_of_day; /* last day of A */
    const atn_pick *extra;
} atn_line_request;

/* Fills result[0 .. n_units) for every unit of the plan. Cost: the measure's cells times the depth of the tree,
 * plus units. */
attain_status atn_facts_line(const attain_facts *facts, const atn_line_request *request,
                             const attain_allocator *a, atn_sum *result, attain_error *err);

/* Share ranges (semantics 3.4) need numerator and denominator side by side per reporting unit and slot. For
 * every unit the sums over pairs:
 *
 *   n and d present:                 sum_n, sum_d
 *   only n absent (B), d is known:   b_d
 *   only d absent (C), n is known:   c_n
 *   both absent (E):                 any_e
 *
 * n and d are linear forms with positive coefficients of measures whose laws are sums; values are at
 * 10^-decimals (percent included). */
typedef struct atn_pair_term {
    uint32_t measure;
    const uint32_t *picks;
    uint32_t n_picks;
    int64_t coefficient; /* already scaled so that all terms share one scale */
    bool in_denominator;
} atn_pair_term;

typedef struct atn_pair {
    attain_i128 sum_n, sum_d; /* over present figures */
    attain_i128 b_d, c_n;
    bool any_c, any_e;
    bool over_one; /* a pair has n > d, both present */
    /* Somewhere n stands or is expected where d neither stands nor is expected: d bounds no n there, and the formulas
     * do not hold. */
    bool lone;
    bool overflow;
} atn_pair;

/* by_slot: pair slot by slot (all terms are reported in the same slots by the same units); else per leaf over
 * the period, where a figure is absent if any of its expected slots is. */
attain_status atn_facts_pairs(const attain_facts *facts, const atn_pair_term *terms, uint32_t n_terms,
                              attain_period period, int32_t as_of_day, bool by_slot, const atn_pick *extra,
                              const attain_allocator *a, atn_pair *pairs, attain_error *err);

#endif
