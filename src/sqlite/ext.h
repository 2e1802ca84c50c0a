/* attain in SQL: what the files of the extension share.
 *
 *     ext_init.c       the entry points; what each connection keeps (atn_ext), which goes with its last function
 *     ext_number.c     SQL values as exact numbers, and back
 *     ext_wide.c       whole numbers of 256 bits
 *     ext_formula.c    attain_ratio, attain_attainment ... : plain functions
 *     ext_aggregate.c  attain_sum, attain_ratio_of_sums: aggregates, also over windows
 *     ext_table.c      a table-valued function as SQLite wants it, once for all of them
 *     ext_score.c      attain_scorecard, attain_values        ┐
 *     ext_list.c       attain_units, attain_targets, ...      ├ the tables
 *     ext_fact.c       attain_facts                           ┘
 *     ext_cache.c      plans and facts of the store in "main", kept until the store has another edition
 *     ext_rows.c       a table of all units, for who asks for one after the other
 *     ext_store.c      functions that write, or give a plan or facts away
 *
 * Everything works on the caller's connection and changes nothing about it (but attain_store_harden, which is there for that). */
#ifndef ATN_SQLITE_EXT_H
#define ATN_SQLITE_EXT_H

#include "sqlite/store.h"

/* ---- what a connection keeps ---- */

typedef struct atn_ext_plan {
    int refs;
    int64_t edition; /* that it was put with */
    attain_plan *plan;
} atn_ext_plan;

typedef struct atn_ext_facts {
    int refs;
    int64_t edition;
    uint32_t at; /* the facts that count at this unit; ATTAIN_NONE: all */
    atn_ext_plan *plan;
    attain_facts *facts;
} atn_ext_facts;

/* What a table of all units answers: questions about one unit that differ in the unit alone ask the same of it. */
typedef struct atn_ext_question {
    bool is_scorecard;
    uint32_t item; /* target or indicator; ATTAIN_NONE: all */
    attain_period period;
    int readings, digits;
} atn_ext_question;

/* A table of all units, and the rows of each. */
typedef struct atn_ext_rows {
    int refs;
    atn_ext_question question;
    atn_ext_facts *facts; /* all of them */
    attain_table *table;
    uint32_t *first; /* [unit]: into row; one more behind the last unit */
    uint32_t *row;
} atn_ext_rows;

enum { ATN_EXT_PLANS = 4, ATN_EXT_PARTS = 16 };

typedef struct atn_ext {
    sqlite3 *db;
    int refs; /* functions and modules that name it */
    /* the store as it was when the caches were filled */
    int64_t data_version;
    int64_t last_edition;
    uint64_t last_hash;
    atn_ext_plan *plans[ATN_EXT_PLANS];  /* the last used first; NULL behind them */
    atn_ext_facts *parts[ATN_EXT_PARTS]; /* likewise */
    int64_t part_edition;                /* parts were loaded at, */
    uint64_t part_rows;                  /* so many rows for all of them */
    atn_ext_rows *rows;                  /* the last table of all units */
    atn_ext_question asked;              /* by the last question about one unit, */
    int64_t asked_edition;
    int n_asked; /* so many times in a row */
} atn_ext;

/* An edition that was asked for. */
typedef struct atn_ext_moment {
    int64_t edition;
    int64_t plan_edition;
    attain_period last; /* period of the facts that were known */
} atn_ext_moment;

/* The edition that the value names: NULL for the last one, a number, a date or moment as text. Looks at the store: another process may have
 * written meanwhile; what is kept of an older state is forgotten. */
attain_status atn_ext_find_moment(atn_ext *ext, sqlite3_value *named, atn_ext_moment *out, attain_error *err);
/* Counted: atn_ext_plan_release, atn_ext_facts_release (NULL is fine). */
attain_status atn_ext_take_plan(atn_ext *ext, const atn_ext_moment *moment, atn_ext_plan **out,
                                attain_error *err);
/* The facts that count at the unit `at`, or all of them (ATTAIN_NONE). */
attain_status atn_ext_take_facts(atn_ext *ext, const atn_ext_moment *moment, atn_ext_plan *plan, uint32_t at,
                                 atn_ext_facts **out, attain_error *err);
/* The table of all units for a question about one of them. *out = NULL: it is not time for one, the question is better worked out by
 * itself. `facts` are those that were taken for it. make(ctx, ...) works a table out from all facts. Counted: atn_ext_rows_release. */
typedef attain_status (*atn_ext_make_rows)(void *ctx, const attain_facts *facts, attain_table **out,
                                           attain_error *err);
attain_status atn_ext_take_rows(atn_ext *ext, const atn_ext_question *question, atn_ext_facts *facts,
                                atn_ext_make_rows make, void *ctx, atn_ext_rows **out, attain_error *err);
void atn_ext_plan_release(atn_ext_plan *plan);
void atn_ext_facts_release(atn_ext_facts *facts);
void atn_ext_rows_release(atn_ext_rows *rows);
void atn_ext_forget(atn_ext *ext);

/* Memory of the plans, facts and tables: small blocks from SQLite, so that its limits hold for them too, large ones from libc. */
extern const attain_allocator atn_ext_memory;

/* ---- registering: all give back a result code of SQLite ---- */

typedef void (*atn_ext_function)(sqlite3_context *context, int n, sqlite3_value **values);

/* One more that names ext, and one less: the last one frees it. */
void atn_ext_hold(atn_ext *ext);
void atn_ext_drop(void *ext);

int atn_ext_add_formulas(atn_ext *ext);
int atn_ext_add_aggregates(atn_ext *ext);
int atn_ext_add_store(atn_ext *ext);
int atn_ext_add_tables(atn_ext *ext);

/* ---- errors ---- */

/* "attain_gap: ... (e_range)": the sentence of err under the function's name, with the status as a word, and the code that SQLite has
 * for it. */
void atn_ext_fail(sqlite3_context *context, const char *name, const attain_error *err);
/* "attain_gap: <message>", built as by sqlite3_mprintf. */
void atn_ext_refuse(sqlite3_context *context, const char *name, const char *format, ...);
int atn_ext_code(attain_status status);

#define ATN_EXT_TRY(expr)                         \
    do {                                          \
        const attain_status try_status_ = (expr); \
        if (try_status_ != ATTAIN_OK) {           \
            return try_status_;                   \
        }                                         \
    } while (0)

/* ---- numbers ---- */

enum { ATN_EXT_WHY = 360, ATN_EXT_SHOWN = 176 };
/* Reads an integer, a decimal ('12.5', '90%'), a fraction ('3/4'), or a REAL that is the double nearest to a decimal of at most 15 digits.
 * out->den > 0. false: `why` says what was found and what is required. */
bool atn_ext_number(sqlite3_value *value, attain_fraction *out, char why[ATN_EXT_WHY]);
/* A value as it may stand in a message; `buf` holds it. */
const char *atn_ext_shown(sqlite3_value *value, char buf[ATN_EXT_SHOWN]);

/* How a number is given back. */
typedef enum atn_ext_form {
    ATN_EXT_NEAREST = -1, /* REAL: the nearest double */
    ATN_EXT_EXACT = -2    /* TEXT: '3/4', or '12.5' where that is meant */
    /* from 0: REAL, rounded half up to so many decimals */
} atn_ext_form;
/* 'exact', or a number of decimals from 0 to 15. */
bool atn_ext_form_of(sqlite3_value *value, int *form, char why[ATN_EXT_WHY]);
/* value = v * 10^-decimals as the nearest double. */
double atn_ext_double(int64_t v, unsigned decimals);

static inline bool atn_ext_any_null(int n, sqlite3_value **values)
{
    for (int i = 0; i < n; i++) {
        if (sqlite3_value_type(values[i]) == SQLITE_NULL) {
            return true;
        }
    }
    return false;
}

/* A value as text, UTF-8; a BLOB is taken as it is. data is NULL when there was no memory, or the value is NULL. */
attain_str atn_ext_text(sqlite3_value *value);

#endif
