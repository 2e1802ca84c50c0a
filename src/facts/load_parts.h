/* What the parts of a load share: load.c (life, prepare, commit), load_runs.c (ordered rows), load_split.c (all other rows). */
#ifndef ATN_FACTS_LOAD_PARTS_H
#define ATN_FACTS_LOAD_PARTS_H

#include "facts/kernel_runs.h"
#include "facts/load.h"

#include <stdatomic.h>

/* ---- chunks being built ---- */

typedef struct atn_builder {
    atn_chunk *chunk; /* n_facts and first[] as far as it is filled */
    uint32_t cap_values;
    uint32_t next_unit; /* of 64: units before it are closed */
} atn_builder;

/* ---- records ----
 *
 *   29 bits of place | 35 bits of value        place: unit of the partition, cell, slot from the year 1900 on
 *
 * A partition is a measure at some neighbouring units, so many that their dense scratch stays in the second-level cache. A line of eight
 * records is gathered before it goes out, past the caches. Values that need more bits go another way: `long_records`. */
#define ATN_RECORD_VALUE_BITS 35
#define ATN_RECORD_SLOT_BITS 12
#define ATN_RECORD_CELL_BITS 6
#define ATN_BLOCK_RECORDS 512u
#define ATN_MAX_UNIT_SHIFT 11u /* a record has that many bits for the unit */

typedef struct atn_record_block {
    struct atn_record_block *next; /* the one before it: full */
    uint64_t n_before;             /* records in all of those */
    uint32_t n;
} atn_record_block; /* 64 bytes, then the records */
#define ATN_RECORD_BLOCK_HEAD 64u

typedef struct atn_long_record {
    uint32_t partition, place;
    int64_t value;
} atn_long_record;

typedef struct atn_split_at { /* where the next line of a partition goes */
    uint64_t *next, *end;
} atn_split_at;

typedef struct atn_split { /* of one task; all arrays one item per partition, NULL before the first record */
    void *lines_memory;
    uint64_t (*lines)[8]; /* in it, each at a multiple of 64 */
    uint8_t *n_line;      /* records in the line */
    atn_split_at *at;
    atn_record_block **blocks; /* the newest first; only that one may have room: its n is known at the end */
    bool *has_long;
    atn_long_record *long_records;
    size_t n_long, cap_long;
} atn_split;

/* ---- how each measure is taken ---- */

typedef struct atn_taken {
    const uint8_t *unit_ok; /* per unit: ATN_UNIT_... */
    uint32_t first_partition;
    uint8_t unit_shift; /* units of a partition: 1 << unit_shift */
    uint8_t type;       /* attain_period_type of its reports */
    bool takes, any_sign, owns_units;
    uint32_t n_cells;
    uint32_t n_slots; /* that a grid holds: slots_per_year * ATN_GRID_YEARS */
    uint32_t slots_per_year;
    int32_t code_base;    /* code of the first of them; slots are counted from it here */
    uint32_t year_factor; /* slot / slots_per_year = slot * year_factor >> 19, for slots below 2^17 */
} atn_taken;

#define ATN_UNIT_ASK 0u    /* each row is to be checked */
#define ATN_UNIT_ENDS 1u   /* valid in one stretch of days: what may stand at two slots may stand between */
#define ATN_UNIT_ALWAYS 2u /* may report at any time that a grid holds */

typedef struct atn_load_task {
    atn_load *load;
    atn_pages pages;            /* of chunks: they become the facts' */
    atn_pages pages_of_records; /* given back */
    atn_builder **builders;     /* per measure: one per chunk; NULL: none yet */
    atn_split split;
    atn_row *odd; /* rows that are not regular */
    size_t n_odd, cap_odd;
    uint64_t n_rows;
    uint64_t *magnitude;           /* per measure */
    uint32_t first_year, end_year; /* of all rows so far, from 1900 on: what the next chunk makes room for */
    uint32_t mean_run;
    int32_t last_code[8]; /* by attain_period_type: the latest period, 0: none */
    atn_load_result result;
    struct atn_run_scratch *scratch; /* NULL before the first run */
    /* rows in hand */
    const attain_fact_columns *columns;
    size_t first_row, end_row;
    const atn_coming *ahead; /* NULL: nothing is asked for */
} atn_load_task;

/* A chunk that takes its place at commit. */
typedef struct atn_new_chunk {
    uint32_t measure, index;
    atn_chunk *chunk;
} atn_new_chunk;

typedef struct atn_merge { /* chunks [first, first + n) of a measure, to be brought together in scratch */
    uint32_t measure, first, n;
    uint32_t partition; /* ATN_NONE: no records */
    size_t made_first;  /* where its chunks go in `made` */
} atn_merge;

struct atn_load {
    attain_facts *facts;
    const atn_model *model;
    atn_team_alloc shared_alloc;
    attain_allocator alloc; /* facts->alloc behind a lock */
    atn_team team;
    const atn_run_kernels *kernels;
    uint32_t tuning;
    size_t n_chunks; /* of a measure */
    atn_taken *taken;
    uint32_t n_partitions;
    atn_load_task *tasks;
    size_t n_tasks;
    /* prepared */
    atn_new_chunk *made;
    size_t n_made, cap_made;
    atn_merge *merges;
    size_t n_merges, cap_merges;
    atn_chunk ***new_of_measure; /* while rows beside are checked */
    atn_pages pages;
    atn_row *odd;
    size_t n_odd, cap_odd;
};

/* Threads are started for this many rows at least. */
#define ATN_ROWS_WORTH_THREADS ((size_t)16384)
static inline size_t atn_load_tasks_for(const atn_load *load, uint64_t n_rows)
{
    return n_rows < ATN_ROWS_WORTH_THREADS ? 1 : load->n_tasks;
}
/* Rows [first, end) of the task's columns, each block in the way that suits it. */
atn_load_result atn_load_task_rows(atn_load_task *task, size_t first, size_t end);
/* Rows [first, end) of the columns, in runs (the last may reach beyond `end`: up to *done) or record by record. */
atn_load_result atn_load_runs(atn_load_task *task, size_t first, size_t end, size_t *done, size_t *n_runs);
atn_load_result atn_load_split(atn_load_task *task, size_t first, size_t end);
/* A row of columns as a row of the store, checked. */
attain_status atn_row_of_columns(const attain_facts *facts, const attain_fact_columns *columns, size_t i,
                                 atn_row *row, attain_error *err);
/* The longest run that is taken at once. */
#define ATN_MAX_RUN 4096u
/* One row into the records, or beside them when it is not regular; checks it. */
atn_load_result atn_load_any_row(atn_load_task *task, size_t i);
void atn_run_scratch_free(atn_load_task *task);
/* A regular figure into the records; slot from 1900 on. */
bool atn_split_add(atn_load_task *task, uint32_t measure, uint32_t unit, uint32_t cell, int32_t slot,
                   int64_t value);
/* The lines that are not full go out. false: out of memory. */
bool atn_split_flush(atn_load_task *task);
/* Records of the partition; at least one for any number of long ones. */
uint64_t atn_split_count(const atn_load_task *task, uint32_t partition);
/* Marks the chunks of the partition, counted from its first, that its records belong to. */
void atn_split_touched(const atn_load_task *task, uint32_t partition, bool *touched);
/* Puts the partition's records that belong to chunks [first, first + n) of the measure into scratch of these; false: a place was taken
 * twice. */
bool atn_split_apply(const atn_load_task *task, uint32_t measure, uint32_t partition, uint32_t first,
                     uint32_t n, uint32_t first_year, uint32_t n_years, int64_t *scratch);
void atn_split_free(atn_load_task *task);
void atn_split_note_years(atn_load_task *task, uint32_t first_slot, uint32_t last_slot,
                          const atn_taken *taken);

static inline uint32_t atn_columns_measure(const attain_fact_columns *columns, size_t i)
{
    return columns->measure != NULL     ? columns->measure[i]
           : columns->measure16 != NULL ? columns->measure16[i]
                                        : columns->one_measure;
}

static inline uint32_t atn_columns_cell(const attain_fact_columns *columns, size_t i)
{
    return columns->cell != NULL ? columns->cell[i] : columns->cell8 != NULL ? columns->cell8[i] : 0;
}

#endif
