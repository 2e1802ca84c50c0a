/* Store: the private side of facts. Regular facts stand in the grid (grid.h). The others, those with a qualifier and those of measures
 * without a rhythm of reports, are rows of 40 bytes in one array, sorted by (measure, unit, cell, end day, length):
 *
 *   measure 0 ─┬─ unit 2 ─┬─ cell 0: 2024, 2025          a measure is a contiguous run, so is (measure, unit):
 *              │          └─ cell 1: 2025                look-ups are two binary searches, a roll-up reads one run
 *              └─ unit 5 ─── cell 0: 2025                from front to back
 *   measure 1 ─── ...
 *
 * An intake collects rows of the same shape in a batch, sorts them there, and only when nothing is wrong merges them into the array.
 * The merge grows the array first and then fills it from behind, so that nothing can fail once a row has moved; an empty store
 * simply takes over the batch. Single cells are set by moving the tail. */
#ifndef ATN_FACTS_STORE_H
#define ATN_FACTS_STORE_H

#include "facts/facts.h"

/* Marks of a row while it is in a batch. */
#define ATN_ROW_BAD 1u  /* collides with another cell */
#define ATN_ROW_FOLD 2u /* the same cell came before and holds it */

typedef struct atn_row {
    uint32_t measure, unit, cell;
    int32_t start_day, end_day;
    uint8_t type, start_month, end_type, end_month; /* as in attain_period */
    uint8_t qualifier, reason;
    uint16_t mark;   /* in a batch: ATN_ROW_*; else 0 */
    uint32_t number; /* in a batch: data row from 1; else 0 */
    int64_t value;
} atn_row;

struct attain_facts {
    const attain_plan *plan;
    attain_allocator outer; /* of the plan: for what leaves the object (reports, bytes) */
    attain_allocator alloc; /* counts what the facts themselves hold, up to limit_bytes */
    size_t used_bytes, limit_bytes;
    atn_row *rows; /* facts that are not regular */
    size_t n_rows, cap_rows;
    struct atn_grid *grids;  /* one per measure of the plan */
    struct atn_pages *pages; /* of all chunks */
    uint64_t n_regular;      /* facts in grids */
    size_t n_live_bytes;     /* of chunks in use; the pages hold more when others took their places */
    attain_period last_period;
    uint32_t n_threads, tuning; /* as in attain_facts_options */
    attain_executor_fn executor;
    void *executor_ctx;
};

attain_period atn_row_period(const atn_row *row);
void atn_row_set_period(atn_row *row, attain_period period);
/* -1, 0, 1 by the order of the store. */
int atn_row_compare(const atn_row *a, const atn_row *b);
bool atn_row_same_cell(const atn_row *a, const atn_row *b); /* measure, unit and members; not the period */
bool atn_row_same_period(const atn_row *a, const atn_row *b);
/* The days of which a cell takes possession: two rows of one measure, unit and member combination whose spans meet are the same cell
 * twice, or flows that overlap. A stock stands on its period's last day. */
int32_t atn_row_low_day(const atn_model *model, const atn_row *row);
/* Stable merge sort by atn_row_compare, equal rows by their numbers; one pass over rows that are sorted already. false: out of memory, rows
 * unchanged. */
bool atn_rows_sort(const attain_allocator *a, atn_row *rows, size_t n);

/* First stored row that is not before (measure, unit, cell); end with measure + 1 and so on. */
size_t atn_store_lower(const attain_facts *facts, uint32_t measure, uint32_t unit, uint32_t cell);
/* A row of the array, of the same cell, whose span meets that of `row`; n_rows if none. */
size_t atn_store_meeting_row(const attain_facts *facts, const atn_row *row);
/* The regular fact of the same cell that stands in the slot of `row`: of a flow the same period, of a stock the same last day. A row that was
 * checked meets no other slot. */
bool atn_store_meeting_figure(const attain_facts *facts, const atn_row *row, atn_row *other);
/* Either of the two. */
bool atn_store_meeting(const attain_facts *facts, const atn_row *row, atn_row *other);
/* Makes room for n more rows; false: out of memory, nothing changed. */
bool atn_store_reserve(attain_facts *facts, size_t n);
/* Merges sorted rows that collide with nothing; room must have been reserved. Clears mark and number. */
void atn_store_merge(attain_facts *facts, const atn_row *rows, size_t n);
/* Instead of merging into an empty store: takes over the array, which came from facts->alloc. */
void atn_store_adopt(attain_facts *facts, atn_row *rows, size_t n, size_t cap);
/* Declares the first n rows of the array, sorted and checked, to be facts; it held none before. */
void atn_store_count_in(attain_facts *facts, size_t n);
/* A fact of this period has come in: whoever adds figures to the grid says so, the row array does it by itself. */
void atn_store_note_period(attain_facts *facts, attain_period period);
/* Is a the later of two periods: does it end last, or is it the longer one? A total order; every period is later than one of type NONE. */
bool atn_period_is_later(attain_period a, attain_period b);
/* The first stored row of a measure whose periods are free (a flow without `reported`): all others are of its period type; NULL if none. */
const atn_row *atn_store_first_of_measure(const attain_facts *facts, uint32_t measure);

/* Regular rows on their way into the grid: a load that is made when the first one comes. Zeroed but for facts; free ends it in any case. */
typedef struct atn_carry {
    attain_facts *facts;
    struct atn_load *load;
    attain_period last_period;
} atn_carry;

/* Takes the row if it is regular; else *taken is false, and it belongs into the row array. */
attain_status atn_carry_row(atn_carry *carry, const atn_row *row, bool *taken, attain_error *err);
/* After ATTAIN_OK commit may follow, which cannot fail. ATTAIN_E_DUPLICATE: a figure comes twice, or the grid has it. */
attain_status atn_carry_prepare(atn_carry *carry, attain_error *err);
void atn_carry_commit(atn_carry *carry);
void atn_carry_free(atn_carry *carry);

/* May this row stand where it stands: ranges of its ids, qualifier, sign, period, unit (semantics section 1). Collisions are not looked at. */
attain_status atn_row_check(const attain_facts *facts, const atn_row *row, attain_error *err);
/* The same, of a row whose period atn_period_is_sound. */
attain_status atn_row_check_sound(const attain_facts *facts, const atn_row *row, attain_error *err);
/* Is the period one that the calendar knows: days in range, and the days that its type says? */
bool atn_period_is_sound(attain_period period);
bool atn_row_same_type(const atn_row *a, const atn_row *b);

/* Short texts for messages: escaped and cut, with a NUL. */
typedef struct atn_note {
    char text[144];
} atn_note;
atn_note atn_show_text(atn_str s);
atn_note atn_show_number(int64_t value, unsigned decimals);
atn_note atn_show_period(attain_period period);
/* "workers at VN.46 in 2025-H1 (full_time)". */
atn_note atn_show_cell(const attain_facts *facts, const atn_row *row);

#endif
