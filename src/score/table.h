/* Table: rows of results. Kept as rows with exact numbers in a pool, or as sheets from which rows are derived; columns for the
 * outside are made when first asked for.
 *
 *   segments   [ target 0: rows 0..7 ][ target 1: sheet 0 ][ target 2: sheet 1 ][ target 3: rows 8..20 ]
 *
 *   rows   [ item unit period verdict ... | number refs ]      pool  [ num limbs, den limbs, num limbs, ... ]
 *                                             └──────────────────────────▲
 * A number costs 8 bytes and its limbs (most: 2 limbs), not the 200 bytes of an atn_ratio. */
#ifndef ATN_SCORE_TABLE_H
#define ATN_SCORE_TABLE_H

#include "score/judge.h"
#include "score/score.h"
#include "score/sheet.h"

typedef struct atn_number_ref {
    uint32_t offset; /* in limbs */
    uint8_t n_num, n_den;
    uint8_t kind; /* atn_cell_kind */
    uint8_t negative;
} atn_number_ref;

typedef struct atn_row {
    uint32_t item; /* target or indicator */
    uint32_t unit;
    uint32_t reading; /* index in model->readings; ATN_NONE: the whole */
    uint32_t group;   /* index of the combination of `by` values */
    attain_period period, due;
    int64_t reported, expected, missing;
    uint32_t reasons, flags;
    uint8_t verdict, pace, state;
    atn_number_ref number[ATN_NUM_COUNT];
} atn_row;

typedef struct atn_table_by { /* one `by` column */
    bool is_attribute;
    uint32_t index; /* category or attribute */
} atn_table_by;

attain_status atn_table_new(const attain_plan *plan, bool is_scorecard, const atn_table_by *by, uint32_t n_by,
                            attain_table **out, attain_error *err);
/* Appends a row; numbers come from the judgement. */
attain_status atn_table_add(attain_table *table, const atn_row *row, const atn_judgement *judged,
                            attain_error *err);
/* The table takes the book, whose sheets may then be added, also if this fails. */
void atn_table_take_book(attain_table *table, atn_book *book);
/* Appends the rows of a sheet of the book. */
attain_status atn_table_add_sheet(attain_table *table, size_t sheet, attain_error *err);
/* The book of the table, NULL without one. */
atn_book *atn_table_book(const attain_table *table);
/* Members of a group row by row: member[i] of by column i. Returns the group's index in *group. */
attain_status atn_table_add_group(attain_table *table, const uint32_t *members, uint32_t *group,
                                  attain_error *err);
/* A row as it is handed out: a copy, or derived. */
typedef struct atn_row_view {
    atn_row row;
    bool is_derived;      /* its numbers are those of `judged` */
    atn_judgement judged; /* undefined otherwise */
} atn_row_view;
/* Fills the view; gives back its row. */
const atn_row *atn_table_row(const attain_table *table, size_t row, atn_row_view *view);
bool atn_table_number(const attain_table *table, const atn_row_view *view, atn_number_column column,
                      atn_ratio *out);
/* Whole-number column of rows [first, end), whether it has been made or not. */
void atn_table_integers_of(const attain_table *table, attain_column column, size_t first, size_t end,
                           int64_t *values);
bool atn_table_is_number(attain_column column);
/* What a column of n_rows takes while it is filled: doubles are followed by their valid bytes. */
size_t atn_table_column_bytes(attain_column column, size_t n_rows);
/* Rows [first, first + n_rows) of at most ATN_TABLE_COLUMNS columns of doubles and whole numbers into data[i] of atn_table_column_bytes, past
 * what the table has made. */
void atn_table_fill(const attain_table *table, const attain_column *columns, void *const *data, size_t n,
                    size_t first, size_t n_rows);
/* Member of a group row at a `by` column. */
atn_str atn_table_group_text(const attain_table *table, const atn_row *row, uint32_t position);
const attain_plan *atn_table_plan(const attain_table *table);
bool atn_table_is_scorecard(const attain_table *table);
/* How a value is written for people. */
typedef struct atn_manner {
    atn_shown shown;
    uint64_t per;
} atn_manner;
atn_manner atn_manner_of_indicator(const atn_indicator *indicator);
/* That of its indicator; a part of another numerator (`within`) is shown in percent. */
atn_manner atn_manner_of_reading(const atn_model *model, const atn_reading *reading);
/* "3" or "9/10", in lowest terms. */
void atn_print_fraction(atn_buf *out, const atn_ratio *value);
/* "90.5 %", "3.1 per 1,000", "1 per 5,010.52". */
void atn_print_shown(atn_buf *out, atn_manner manner, const atn_ratio *value, unsigned digits,
                     const attain_print_options *options);

#endif
