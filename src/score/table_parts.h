/* Table, the private side: for the table itself and for boards, which change rows of it in place (board.h). */
#ifndef ATN_SCORE_TABLE_PARTS_H
#define ATN_SCORE_TABLE_PARTS_H

#include "score/table.h"

#include <stdatomic.h>

#define ATN_TABLE_COLUMNS 48

typedef struct atn_made_column {
    size_t n_bytes;
    void *data; /* doubles, integers or periods; doubles are followed by their valid bytes */
} atn_made_column;

typedef struct atn_segment {
    size_t first;  /* row */
    uint32_t item; /* target or indicator of all its rows */
    bool is_sheet;
    size_t at; /* sheet, or first stored row */
} atn_segment;

struct attain_table {
    const attain_plan *plan;
    attain_allocator alloc;
    bool is_scorecard;
    bool is_live; /* a board's: rows change in place */
    atn_table_by by[ATN_MAX_BY];
    uint32_t n_by;
    attain_column columns[ATN_TABLE_COLUMNS];
    size_t n_columns;
    atn_segment *segments;
    size_t n_segments, cap_segments;
    size_t n_rows;
    atn_row *rows; /* stored ones */
    size_t n_stored, cap_rows;
    atn_limb *pool;
    size_t n_pool, cap_pool;
    uint32_t *groups; /* n_groups * n_by members */
    size_t n_groups, cap_groups;
    atn_book *book;    /* of the sheets; NULL: none */
    bool low_is_value; /* in all rows low = value = high */
    bool expected_is_reported;
    _Atomic(atn_made_column *) made[ATN_TABLE_COLUMNS];
    atomic_uint n_made; /* how many of these */
};

/* The segment of a row, of which there is one. */
size_t atn_segment_find(const attain_table *table, size_t row);
const atn_sheet *atn_segment_sheet(const attain_table *table, const atn_segment *at);
/* The number that a stored row refers to; false: it has none. */
bool atn_table_stored_number(const attain_table *table, const atn_number_ref *ref, atn_ratio *out);
void atn_made_free(const attain_table *table, atn_made_column *made);
/* The row behind the last of the segment. */
size_t atn_segment_end(const attain_table *table, size_t i);
/* Makes the row's cells say what the row says now, in all columns of a scorecard that have been made. Its target, unit and period stay. */
void atn_table_refill(attain_table *table, size_t row);
/* A scorecard with memory of its own; columns are not copied. */
attain_status atn_table_copy(const attain_table *table, attain_table **out, attain_error *err);

#endif
