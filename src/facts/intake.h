/* Intake: the private side of taking facts in. Four sources, one gate:
 *
 *   atn_facts_add       ids   ──────────────────────────┐
 *   atn_facts_add_text  strings ──atn_text_row_resolve──┼──▶ atn_batch_add, _reject, _empty ──▶ atn_batch_finish: sort, collisions,
 *   atn_intake_feed     CSV ──▶ strings ────────────────┤                                        report, then all or nothing
 *   atn_facts_add_arrow Arrow ──▶ strings ──────────────┘
 *
 * A batch counts every row once: n_read = accepted + rejected + empty. Issues are kept in row order, the first max_issues of them; for
 * the others no message is made, so that a file of a million bad rows costs no more than a good one. */
#ifndef ATN_FACTS_INTAKE_H
#define ATN_FACTS_INTAKE_H

#include "facts/batch_columns.h"
#include "facts/store.h"

/* Physical line of a row: rows follow each other line by line from `row` on, until the next mark. */
typedef struct atn_line_mark {
    uint32_t row;
    int32_t line;
} atn_line_mark;

typedef struct atn_batch {
    attain_facts *facts;
    uint32_t flags; /* attain_intake_flags */
    uint32_t max_issues;
    const char *source; /* borrowed; "" if none */
    attain_progress_fn progress;
    void *progress_ctx;
    atn_batch_columns
        columns; /* good rows so far, in the order given, if columns are in use; else they are */
    atn_row *rows;
    size_t n_rows, cap_rows;
    attain_issue *issues;
    size_t n_issues, cap_issues;
    uint64_t n_more_issues;
    uint64_t n_read, n_empty, n_bad; /* n_bad: rows that were rejected before the collisions are looked at */
    atn_line_mark *marks;            /* CSV only */
    size_t n_marks, cap_marks;
    bool has_lines;
} atn_batch;

/* Checks the options (NULL: defaults). */
attain_status atn_batch_init(atn_batch *batch, attain_facts *facts, const attain_intake_options *options,
                             attain_error *err);
void atn_batch_free(atn_batch *batch);
/* Where the message of the next issue goes: `err`, or NULL when enough were kept. */
attain_error *atn_batch_issue(const atn_batch *batch, attain_error *err);
/* One row more; the row has passed atn_row_check. */
attain_status atn_batch_add(atn_batch *batch, const atn_row *row, attain_error *err);
/* The same for a row that was counted already, where rows are kept as rows. */
attain_status atn_batch_push(atn_batch *batch, const atn_row *row, attain_error *err);
/* n_cells rows that are refused for one reason: `why` holds status and message if atn_batch_issue gave it. */
attain_status atn_batch_reject(atn_batch *batch, uint32_t number, uint64_t n_cells, int32_t column,
                               attain_status status, const attain_error *why, attain_error *err);
void atn_batch_empty(atn_batch *batch);
/* Tells that row `number` stands on this physical line. false: out of memory. */
bool atn_batch_line(atn_batch *batch, uint32_t number, int32_t line);
attain_status atn_batch_progress(const atn_batch *batch, uint64_t done, uint64_t total, attain_error *err);
/* Applies all rows, or none and a report; ignored (may be NULL): names of unused columns, moved into the report. */
attain_status atn_batch_finish(atn_batch *batch, atn_buf *ignored, attain_report *report, attain_error *err);

/* Physical line of a row; 0 without a file. */
int32_t atn_batch_line_of(const atn_batch *batch, uint32_t number);
void atn_issue_set_message(attain_issue *issue, const char *message);

/* The most rows that one intake may hold: their numbers are kept in 32 bits. */
#define ATN_MAX_INTAKE_ROWS (UINT32_MAX - 1u)
/* Arrays tell their progress every so many rows. */
#define ATN_PROGRESS_ROWS 65536u

/* ---- collisions ---- */

typedef enum atn_collision_kind {
    ATN_COLLISION_CELL,       /* the same cell as another row */
    ATN_COLLISION_SUM,        /* not to be added: not exact, or the sum is too large */
    ATN_COLLISION_STORED,     /* the same cell as a stored one */
    ATN_COLLISION_TYPE,       /* another period type than another row's */
    ATN_COLLISION_STORED_TYPE /* another period type than the stored facts of the flow */
} atn_collision_kind;

typedef struct atn_collision {
    atn_collision_kind kind;
    atn_row self, other; /* copies: `other` may be a stored row */
} atn_collision;

/* Only the first max_issues rows are told, but which these are is known at the end: when twice as many have come, the later half goes. */
typedef struct atn_collisions {
    atn_batch *batch;
    atn_collision *items;
    size_t n, cap;
    uint64_t n_dropped;
    bool failed;
} atn_collisions;

/* Sorts the batch and leaves in it the rows that may go into the store; n_bad of the batch grows, *n_same is the number of rows folded into
 * others. Items in row order. false: out of memory. */
bool atn_collisions_find(atn_collisions *found, uint64_t *n_same);
attain_issue atn_collision_issue(const atn_batch *batch, const atn_collision *item);

/* ---- rows of text ---- */

/* How a value is to be read. */
typedef enum atn_value_form {
    ATN_VALUE_DECLARED, /* as text in the declared format */
    ATN_VALUE_PLAIN,    /* as plain text, whatever was declared: it was a whole number or a decimal */
    ATN_VALUE_DOUBLE,   /* as `number`; the text is for messages */
    ATN_VALUE_FLOAT     /* the same of a float */
} atn_value_form;

/* One fact as strings. A member column that the text does not have is ATN_NONE in column_of_category. */
typedef struct atn_text_row {
    atn_str unit, measure, period, value, qualifier, reason;
    const atn_str *member;
    uint32_t known_measure; /* ATN_NONE: look up `measure` */
    atn_value_form form;
    double number;
} atn_text_row;

/* Which of the strings is at fault, so that a CSV can tell its column. */
typedef enum atn_text_field {
    ATN_FIELD_UNIT,
    ATN_FIELD_MEASURE,
    ATN_FIELD_PERIOD,
    ATN_FIELD_VALUE,
    ATN_FIELD_QUALIFIER,
    ATN_FIELD_REASON,
    ATN_FIELD_ROW,
    ATN_FIELD_MEMBER /* + position of the member column */
} atn_text_field;

/* Turns strings into ids, by one plan and one number format. Remembers the last unit, measure and period: files are mostly sorted. */
typedef struct atn_resolver {
    const attain_facts *facts;
    attain_number_format numbers;
    uint32_t *column_of_category; /* n_categories of the plan; ATN_NONE: no such column */
    uint32_t *category_of_column;
    uint32_t n_columns;
    char last_period_text[24];
    size_t last_period_len; /* 0: none */
    attain_period last_period;
} atn_resolver;

/* `categories`: the category of each of n member columns. */
attain_status atn_resolver_init(atn_resolver *resolver, const attain_facts *facts,
                                const attain_number_format *numbers, const uint32_t *categories, uint32_t n,
                                attain_error *err);
void atn_resolver_free(atn_resolver *resolver);
/* An empty value and neither qualifier nor reason: no cell. */
bool atn_text_row_is_empty(const atn_text_row *text);
/* On failure *field is the string at fault, err (may be NULL) the message. */
attain_status atn_text_row_resolve(atn_resolver *resolver, const atn_text_row *text, atn_row *row,
                                   uint32_t *field, attain_error *err);
/* Rows of a CSV that were read in the fast lane (lane.h) so far: for tests, results do not tell. */
uint64_t atn_intake_plain_rows(const attain_intake *intake);
/* Those of them that were read ahead (lane_ahead.h), and before the first bytes: in slices of so many bytes at most. */
uint64_t atn_intake_ahead_rows(const attain_intake *intake);
void atn_intake_set_slice(attain_intake *intake, size_t n_bytes);
/* The category index of a name; ATN_NONE. */
uint32_t atn_find_category(const atn_model *model, atn_str id);
uint32_t atn_find_measure(const atn_model *model, atn_str id);

#endif
