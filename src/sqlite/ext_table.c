/* Tables that are functions, as SQLite's virtual tables. See ext_table.h.
 *
 * Eponymous only: nothing is created in a file, and nothing is written. Innocuous, so that views may use them whatever the schema is
 * trusted with: they read the store in "main" and nothing else. A plan of the query in which an argument is not known yet is refused
 * (SQLITE_CONSTRAINT); SQLite then finds one in which it is. */
#include "sqlite/ext_table.h"

#include <string.h>

typedef struct table_vtab {
    sqlite3_vtab base;
    const atn_ext_table *table;
    atn_ext *ext;
} table_vtab;

typedef struct module_data {
    atn_ext *ext;
    const atn_ext_table *table;
} module_data;

/* ---- the table ---- */

static int connect(sqlite3 *db, void *data, int n, const char *const *words, sqlite3_vtab **out,
                   char **message)
{
    (void)n;
    (void)words;
    (void)message;
    const module_data *const of = data;
    int rc = sqlite3_declare_vtab(db, of->table->schema);
    if (rc == SQLITE_OK) {
        rc = sqlite3_vtab_config(db, SQLITE_VTAB_INNOCUOUS);
    }
    table_vtab *const made = rc == SQLITE_OK ? sqlite3_malloc(sizeof *made) : NULL;
    if (made == NULL) {
        return rc == SQLITE_OK ? SQLITE_NOMEM : rc;
    }
    *made = (table_vtab){.table = of->table, .ext = of->ext};
    atn_ext_hold(of->ext);
    *out = &made->base;
    return SQLITE_OK;
}

static int disconnect(sqlite3_vtab *vtab)
{
    table_vtab *const made = (table_vtab *)vtab;
    atn_ext_drop(made->ext);
    sqlite3_free(made);
    return SQLITE_OK;
}

/* The slot that a column fills: arguments first, then filters; -1: none. */
static int slot_of(const atn_ext_table *table, int column)
{
    if (column >= table->first_argument && column < table->first_argument + table->n_arguments) {
        return column - table->first_argument;
    }
    for (int i = 0; i < 2; i++) {
        if (column == table->filters[i] && column >= 0) {
            return ATN_EXT_ARGUMENTS + i;
        }
    }
    return -1;
}

static bool is_binary(sqlite3_index_info *info, int i)
{
    const char *const collation = sqlite3_vtab_collation(info, i);
    return collation == NULL || sqlite3_stricmp(collation, "BINARY") == 0;
}

/* idxNum: a bit for each slot that is filled; values come in the order of the slots. */
static int best_index(sqlite3_vtab *vtab, sqlite3_index_info *info)
{
    const atn_ext_table *const table = ((table_vtab *)vtab)->table;
    int from[ATN_EXT_ARGUMENTS + 2];
    unsigned unusable = 0;
    memset(from, -1, sizeof from);
    for (int i = 0; i < info->nConstraint; i++) {
        const int slot = slot_of(table, info->aConstraint[i].iColumn);
        const bool is_filter = slot >= ATN_EXT_ARGUMENTS;
        if (slot < 0 || info->aConstraint[i].op != SQLITE_INDEX_CONSTRAINT_EQ) {
            continue;
        }
        if (info->aConstraint[i].usable && (!is_filter || is_binary(info, i))) {
            from[slot] = i;
        } else if (!is_filter) {
            unusable |= 1u << slot;
        }
    }
    int n = 0;
    info->idxNum = 0;
    info->estimatedCost = table->cost;
    info->estimatedRows = 10000;
    for (int slot = 0; slot < ATN_EXT_ARGUMENTS + 2; slot++) {
        if (from[slot] >= 0) {
            info->idxNum |= 1 << slot;
            info->aConstraintUsage[from[slot]].argvIndex = ++n;
            info->aConstraintUsage[from[slot]].omit = slot < ATN_EXT_ARGUMENTS;
            info->estimatedCost /= slot < ATN_EXT_ARGUMENTS ? 1 : 100;
            info->estimatedRows /= slot < ATN_EXT_ARGUMENTS ? 1 : 100;
        } else if ((unusable >> slot & 1u) != 0) {
            return SQLITE_CONSTRAINT;
        }
    }
    return SQLITE_OK;
}

/* ---- the cursor ---- */

static int open_cursor(sqlite3_vtab *vtab, sqlite3_vtab_cursor **out)
{
    const table_vtab *const of = (table_vtab *)vtab;
    atn_ext_query *const q = sqlite3_malloc(sizeof *q);
    if (q == NULL) {
        return SQLITE_NOMEM;
    }
    *q = (atn_ext_query){.table = of->table, .ext = of->ext};
    *out = &q->base;
    return SQLITE_OK;
}

static void clear(atn_ext_query *q)
{
    const atn_ext_query none = {.base = q->base, .table = q->table, .ext = q->ext};
    if (q->own != NULL && q->table->close != NULL) {
        q->table->close(q);
    }
    if (q->shared == NULL) {
        attain_table_free(q->rows);
    }
    atn_ext_rows_release(q->shared);
    atn_ext_facts_release(q->facts);
    atn_ext_plan_release(q->plan);
    for (int i = 0; i < ATN_EXT_ARGUMENTS; i++) {
        sqlite3_value_free(q->arguments[i]);
    }
    sqlite3_value_free(q->filters[0]);
    sqlite3_value_free(q->filters[1]);
    *q = none;
}

static int close_cursor(sqlite3_vtab_cursor *cursor)
{
    clear((atn_ext_query *)cursor);
    sqlite3_free(cursor);
    return SQLITE_OK;
}

/* Texts are made UTF-8 here, where lack of memory can be told. */
static bool is_readable(sqlite3_value *value, bool is_id)
{
    const int type = sqlite3_value_type(value);
    const bool is_text = type == SQLITE_TEXT || (is_id && type != SQLITE_NULL && type != SQLITE_BLOB);
    return !is_text || sqlite3_value_text(value) != NULL;
}

static bool take_values(atn_ext_query *q, int slots, sqlite3_value **values)
{
    for (int slot = 0, next = 0; slot < ATN_EXT_ARGUMENTS + 2; slot++) {
        if ((slots >> slot & 1) == 0) {
            continue;
        }
        sqlite3_value *const value = values[next++];
        sqlite3_value **const place =
            slot < ATN_EXT_ARGUMENTS ? &q->arguments[slot] : &q->filters[slot - ATN_EXT_ARGUMENTS];
        *place = sqlite3_value_dup(value);
        if (*place == NULL || !is_readable(*place, slot >= ATN_EXT_ARGUMENTS)) {
            return false;
        }
        q->is_never |= slot >= ATN_EXT_ARGUMENTS && sqlite3_value_type(value) == SQLITE_NULL;
    }
    return true;
}

static void skip(atn_ext_query *q)
{
    while (q->row < q->n_rows && q->table->is_asked != NULL && !q->table->is_asked(q)) {
        q->row++;
    }
}

static int filter(sqlite3_vtab_cursor *cursor, int slots, const char *words, int n, sqlite3_value **values)
{
    (void)words;
    (void)n;
    atn_ext_query *const q = (atn_ext_query *)cursor;
    attain_error err = {.status = ATTAIN_OK};
    clear(q);
    attain_status status = take_values(q, slots, values) ? ATTAIN_OK : atn_ext_no_memory(&err);
    if (status == ATTAIN_OK && q->table->required != NULL && !atn_ext_is_given(q, 0)) {
        status = atn_store_error(&err, ATTAIN_E_ARGUMENT, "the first argument is missing; %s is required",
                                 q->table->required);
    }
    if (status == ATTAIN_OK && !q->is_never) {
        status = q->table->open(q, &err);
    }
    if (status != ATTAIN_OK) {
        char *const message =
            sqlite3_mprintf("%s: %s (%s)", q->table->name, err.message, attain_status_name(status));
        clear(q);
        sqlite3_free(cursor->pVtab->zErrMsg);
        cursor->pVtab->zErrMsg = message;
        return atn_ext_code(status);
    }
    skip(q);
    return SQLITE_OK;
}

static int next_row(sqlite3_vtab_cursor *cursor)
{
    atn_ext_query *const q = (atn_ext_query *)cursor;
    q->row++;
    skip(q);
    return SQLITE_OK;
}

static int is_behind(sqlite3_vtab_cursor *cursor)
{
    const atn_ext_query *const q = (atn_ext_query *)cursor;
    return q->row >= q->n_rows;
}

/* An argument is given back as it came, so that a condition that was not pushed down sees it too. */
static int column(sqlite3_vtab_cursor *cursor, sqlite3_context *context, int i)
{
    atn_ext_query *const q = (atn_ext_query *)cursor;
    const int argument = i - q->table->first_argument;
    if (argument < 0 || argument >= q->table->n_arguments) {
        return q->table->column(q, context, i);
    }
    if (q->arguments[argument] != NULL) {
        sqlite3_result_value(context, q->arguments[argument]);
    }
    return SQLITE_OK;
}

static int row_number(sqlite3_vtab_cursor *cursor, sqlite3_int64 *out)
{
    *out = (sqlite3_int64)((atn_ext_query *)cursor)->row + 1;
    return SQLITE_OK;
}

static void drop_module(void *data)
{
    atn_ext_drop(((module_data *)data)->ext);
    sqlite3_free(data);
}

int atn_ext_add_tables(atn_ext *ext)
{
    static const sqlite3_module module = {.iVersion = 1,
                                          .xConnect = connect,
                                          .xBestIndex = best_index,
                                          .xDisconnect = disconnect,
                                          .xOpen = open_cursor,
                                          .xClose = close_cursor,
                                          .xFilter = filter,
                                          .xNext = next_row,
                                          .xEof = is_behind,
                                          .xColumn = column,
                                          .xRowid = row_number};
    static const atn_ext_table *const tables[] = {&atn_ext_scorecard,   &atn_ext_values,  &atn_ext_explain,
                                                  &atn_ext_units,       &atn_ext_targets, &atn_ext_editions,
                                                  &atn_ext_facts_table, &atn_ext_restated};
    int rc = SQLITE_OK;
    for (size_t i = 0; i < sizeof tables / sizeof *tables && rc == SQLITE_OK; i++) {
        module_data *const data = sqlite3_malloc(sizeof *data);
        if (data == NULL) {
            return SQLITE_NOMEM;
        }
        *data = (module_data){ext, tables[i]};
        atn_ext_hold(ext);
        rc = sqlite3_create_module_v2(ext->db, tables[i]->name, &module, data, drop_module);
    }
    return rc;
}

/* ---- arguments ---- */

attain_status atn_ext_no_memory(attain_error *err)
{
    return atn_store_error(err, ATTAIN_E_MEMORY, "out of memory");
}

bool atn_ext_is_given(const atn_ext_query *q, int i)
{
    return q->arguments[i] != NULL && sqlite3_value_type(q->arguments[i]) != SQLITE_NULL;
}

attain_str atn_ext_argument(const atn_ext_query *q, int i)
{
    const attain_str text = atn_ext_is_given(q, i) ? atn_ext_text(q->arguments[i]) : (attain_str){"", 0};
    return text.data == NULL ? (attain_str){"", 0} : text;
}

attain_status atn_ext_wrong(const atn_ext_query *q, int i, const char *required, attain_error *err)
{
    char shown[ATN_EXT_SHOWN];
    return atn_store_error(err, ATTAIN_E_ARGUMENT, "argument %d is %s; %s is required", i + 1,
                           atn_ext_shown(q->arguments[i], shown), required);
}

attain_status atn_ext_period(const atn_ext_query *q, int i, attain_period *out, attain_error *err)
{
    const attain_str text = atn_ext_argument(q, i);
    *out = (attain_period){.type = ATTAIN_PERIOD_NONE};
    return atn_ext_is_given(q, i) ? attain_period_parse(text.data, text.len, out, err) : ATTAIN_OK;
}

attain_status atn_ext_id(const atn_ext_query *q, attain_kind kind, attain_str id, uint32_t *out,
                         attain_error *err)
{
    *out = attain_plan_find(q->plan->plan, kind, id.data, id.len);
    if (*out != ATTAIN_NONE) {
        return ATTAIN_OK;
    }
    const int shown = id.len > 60 ? 60 : (int)id.len;
    return atn_store_error(err, ATTAIN_E_NAME, "the plan has no %s '%.*s'", attain_kind_name(kind), shown,
                           id.data);
}

uint32_t atn_ext_filter(const atn_ext_query *q, int i, attain_kind kind, bool *given)
{
    *given = q->filters[i] != NULL;
    const attain_str id = *given ? atn_ext_text(q->filters[i]) : (attain_str){NULL, 0};
    return id.data == NULL ? ATTAIN_NONE : attain_plan_find(q->plan->plan, kind, id.data, id.len);
}

attain_status atn_ext_open_plan(atn_ext_query *q, int i, attain_error *err)
{
    const attain_status status = atn_ext_find_moment(q->ext, i < 0 ? NULL : q->arguments[i], &q->moment, err);
    return status == ATTAIN_OK ? atn_ext_take_plan(q->ext, &q->moment, &q->plan, err) : status;
}

/* ---- columns ---- */

int atn_ext_give_str(sqlite3_context *context, attain_str text)
{
    if (text.len > 0) {
        sqlite3_result_text64(context, text.data, text.len, SQLITE_TRANSIENT, SQLITE_UTF8);
    }
    return SQLITE_OK;
}

int atn_ext_give_id(sqlite3_context *context, const attain_plan *plan, attain_kind kind, uint32_t index)
{
    return index == ATTAIN_NONE ? SQLITE_OK : atn_ext_give_str(context, attain_plan_id(plan, kind, index));
}

int atn_ext_give_period(sqlite3_context *context, attain_period period)
{
    char text[64];
    size_t len = 0;
    if (period.type == ATTAIN_PERIOD_NONE) {
        return SQLITE_OK;
    }
    if (attain_period_print(period, text, sizeof text, &len, NULL) != ATTAIN_OK) {
        return SQLITE_ERROR;
    }
    return atn_ext_give_str(context, (attain_str){text, len});
}

int atn_ext_give_day(sqlite3_context *context, int32_t day)
{
    const attain_period period = {.type = ATTAIN_PERIOD_DAY, .start_day = day, .end_day = day};
    return day <= ATTAIN_DAY_MIN || day >= ATTAIN_DAY_MAX ? SQLITE_OK : atn_ext_give_period(context, period);
}

int atn_ext_give_time(sqlite3_context *context, int64_t time_ms)
{
    enum { DAY_MS = 24 * 60 * 60 * 1000 };
    const int64_t in_day = ((time_ms % DAY_MS) + DAY_MS) % DAY_MS;
    const int64_t day = (time_ms - in_day) / DAY_MS;
    char text[64];
    size_t len = 0;
    if (day < ATTAIN_DAY_MIN || day > ATTAIN_DAY_MAX) {
        return SQLITE_OK;
    }
    const attain_period date = {.type = ATTAIN_PERIOD_DAY,
                                .start_day = (int32_t)day,
                                .end_day = (int32_t)day};
    if (attain_period_print(date, text, sizeof text, &len, NULL) != ATTAIN_OK) {
        return SQLITE_ERROR;
    }
    const int seconds = (int)(in_day / 1000);
    sqlite3_snprintf((int)(sizeof text - len), text + len, "T%02d:%02d:%02d.%03dZ", seconds / 3600,
                     seconds / 60 % 60, seconds % 60, (int)(in_day % 1000));
    return atn_ext_give_str(context, (attain_str){text, strlen(text)});
}

int atn_ext_give_decimal(sqlite3_context *context, int64_t v, unsigned decimals, bool exact)
{
    char text[64];
    size_t len = 0;
    int64_t whole = v;
    unsigned left = decimals;
    for (; left > 0 && whole % 10 == 0; left--) {
        whole /= 10;
    }
    if (!exact) {
        if (left == 0) {
            sqlite3_result_int64(context, whole);
        } else {
            sqlite3_result_double(context, atn_ext_double(whole, left));
        }
        return SQLITE_OK;
    }
    if (attain_decimal_print(whole, left, &ATTAIN_NUMBERS_PLAIN, text, sizeof text, &len, NULL) !=
        ATTAIN_OK) {
        return SQLITE_ERROR;
    }
    return atn_ext_give_str(context, (attain_str){text, len});
}
