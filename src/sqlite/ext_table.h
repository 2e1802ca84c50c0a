/* Tables that are functions: SELECT * FROM attain_scorecard('2025'). What each of them is, is said by an atn_ext_table; how SQLite asks
 * for it, is in ext_table.c. Rows are worked out when the question is put, and given by number.
 *
 * Columns are the visible ones, then hidden ones: the arguments, in the order of the call, then extras that can be asked for by name. An
 * argument may also be said in WHERE. A visible column that is a filter narrows what is worked out: WHERE unit = 'A' loads and computes
 * what counts at A. SQLite looks at each row again, so a filter may let too many rows pass, never too few. */
#ifndef ATN_SQLITE_EXT_TABLE_H
#define ATN_SQLITE_EXT_TABLE_H

#include "sqlite/ext.h"

enum { ATN_EXT_COLUMNS = 48, ATN_EXT_ARGUMENTS = 8 };

struct atn_ext_query;

typedef struct atn_ext_table {
    const char *name;
    const char *schema; /* CREATE TABLE, hidden columns last */
    int first_argument; /* its column */
    int n_arguments;
    int filters[2];       /* visible columns; -1: none */
    double cost;          /* of all rows, for the planner */
    const char *required; /* what the first argument is, where it must be given; else NULL */
    /* Works the rows out: n_rows, and what the others need. What it leaves in the query when it fails is closed like the rest. */
    attain_status (*open)(struct atn_ext_query *q, attain_error *err);
    /* Is row q->row one that was asked for? NULL: all are. */
    bool (*is_asked)(struct atn_ext_query *q);
    /* Gives one column of row q->row; a code of SQLite. */
    int (*column)(struct atn_ext_query *q, sqlite3_context *context, int column);
    /* Frees q->own, which it knows. NULL: there is none. */
    void (*close)(struct atn_ext_query *q);
} atn_ext_table;

/* One cursor. */
typedef struct atn_ext_query {
    sqlite3_vtab_cursor base;
    const atn_ext_table *table;
    atn_ext *ext;
    sqlite3_value *arguments[ATN_EXT_ARGUMENTS]; /* NULL: not given */
    sqlite3_value *filters[2];                   /* NULL: not given */
    bool is_never;                               /* a filter is NULL: no row */
    size_t n_rows, row;
    size_t first; /* index of row 0, where rows are items of a plan */
    atn_ext_moment moment;
    atn_ext_plan *plan;     /* released here */
    atn_ext_facts *facts;   /* released here */
    attain_table *rows;     /* freed here, unless it is that of `shared` */
    atn_ext_rows *shared;   /* released here */
    const uint32_t *picked; /* of `shared`: its rows of the unit; NULL: row number is row number */
    void *own;
} atn_ext_query;

extern const atn_ext_table atn_ext_scorecard, atn_ext_values, atn_ext_explain, atn_ext_units, atn_ext_targets,
    atn_ext_editions, atn_ext_facts_table, atn_ext_restated;

/* ---- arguments ---- */

/* Is argument i there, and not NULL? */
bool atn_ext_is_given(const atn_ext_query *q, int i);
/* Its text; "" where it is not given. */
attain_str atn_ext_argument(const atn_ext_query *q, int i);
attain_status atn_ext_no_memory(attain_error *err);
/* "the period '2025x' ...": what argument i must be. */
attain_status atn_ext_wrong(const atn_ext_query *q, int i, const char *required, attain_error *err);
/* A period; type NONE where it is not given. */
attain_status atn_ext_period(const atn_ext_query *q, int i, attain_period *out, attain_error *err);
/* An id of the plan that must be there. */
attain_status atn_ext_id(const atn_ext_query *q, attain_kind kind, attain_str id, uint32_t *out,
                         attain_error *err);
/* The index of the id that filter i names. ATTAIN_NONE: the plan has none, so there are no rows; *given: there is a filter. */
uint32_t atn_ext_filter(const atn_ext_query *q, int i, attain_kind kind, bool *given);
/* Finds edition (argument i) and its plan. */
attain_status atn_ext_open_plan(atn_ext_query *q, int i, attain_error *err);

/* ---- columns ---- */

int atn_ext_give_str(sqlite3_context *context, attain_str text); /* NULL where it is empty */
int atn_ext_give_id(sqlite3_context *context, const attain_plan *plan, attain_kind kind, uint32_t index);
int atn_ext_give_period(sqlite3_context *context, attain_period period);
int atn_ext_give_day(sqlite3_context *context, int32_t day); /* NULL at the ends of the calendar */
/* "2026-10-01T08:30:00.250Z" */
int atn_ext_give_time(sqlite3_context *context, int64_t time_ms);
/* v * 10^-decimals: INTEGER if it is whole, else REAL; as text with `exact`. */
int atn_ext_give_decimal(sqlite3_context *context, int64_t v, unsigned decimals, bool exact);

#endif
