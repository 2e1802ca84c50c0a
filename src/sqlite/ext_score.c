/* attain_scorecard, attain_values, attain_explain: what the library works out over the store.
 *
 *     attain_scorecard(as_of, at, edition, digits, readings)     verdicts: the columns and rows of `attain score`
 *     attain_values(for_period, by, edition, digits)             values: each indicator at each unit
 *     attain_explain(item, at, as_of, edition)                   one text
 *
 * Numbers are INTEGER where they are whole, else REAL, the double nearest to the exact value; what is empty, or infinite, is NULL.
 * With `digits` they are text, rounded half up as the program prints them, or with 'exact' the fractions themselves. */
#include "sqlite/ext_table.h"

#include <string.h>

enum { MOST_BY = 8, CELL_BYTES = 512 };

/* How numbers come out. */
typedef struct manner {
    attain_print_options print;
    bool as_text;
} manner;

/* ---- numbers and words of a table ---- */

/* The row of the table that the cursor is at. */
static size_t row_of(const atn_ext_query *q)
{
    return q->picked != NULL ? q->picked[q->row] : q->row;
}

/* The rows of the unit, from the table of all units; if there is none, *out stays false. */
static attain_status pick_rows(atn_ext_query *q, const atn_ext_question *question, uint32_t unit,
                               atn_ext_make_rows make, void *ctx, bool *out, attain_error *err)
{
    ATN_EXT_TRY(atn_ext_take_rows(q->ext, question, q->facts, make, ctx, &q->shared, err));
    if (q->shared != NULL) {
        q->rows = q->shared->table;
        q->picked = q->shared->row + q->shared->first[unit];
        q->n_rows = q->shared->first[unit + 1] - q->shared->first[unit];
        *out = true;
    }
    return ATTAIN_OK;
}

static attain_status read_manner(const atn_ext_query *q, int i, manner *out, attain_error *err)
{
    *out = (manner){.print = {.struct_size = sizeof out->print}, .as_text = atn_ext_is_given(q, i)};
    if (!out->as_text) {
        return ATTAIN_OK;
    }
    sqlite3_value *const value = q->arguments[i];
    const attain_str text = atn_ext_argument(q, i);
    if (sqlite3_value_type(value) == SQLITE_INTEGER && sqlite3_value_int64(value) >= 0 &&
        sqlite3_value_int64(value) <= 18) {
        const int digits = (int)sqlite3_value_int64(value);
        out->print.digits = digits == 0 ? -1 : digits;
        return ATTAIN_OK;
    }
    out->print.exact = text.len == 5 && memcmp(text.data, "exact", 5) == 0;
    return out->print.exact ? ATTAIN_OK
                            : atn_ext_wrong(q, i, "a number of decimals from 0 to 18, or 'exact',", err);
}

/* A cell as the library prints it; NULL where it is empty. */
static int give_printed(const atn_ext_query *q, sqlite3_context *context, attain_column column,
                        const attain_print_options *print)
{
    char text[CELL_BYTES];
    size_t len = 0;
    attain_status status =
        attain_table_print(q->rows, row_of(q), column, print, text, sizeof text, &len, NULL);
    if (status == ATTAIN_OK) {
        return atn_ext_give_str(context, (attain_str){text, len});
    }
    char *const longer = status == ATTAIN_E_CAPACITY ? sqlite3_malloc64(len + 1) : NULL;
    if (longer == NULL) {
        return status == ATTAIN_E_CAPACITY ? SQLITE_NOMEM : atn_ext_code(status);
    }
    status = attain_table_print(q->rows, row_of(q), column, print, longer, len + 1, &len, NULL);
    const int rc =
        status == ATTAIN_OK ? atn_ext_give_str(context, (attain_str){longer, len}) : atn_ext_code(status);
    sqlite3_free(longer);
    return rc;
}

/* Is a cell exactly a whole number of 64 bits? A code of SQLite. */
static int find_whole(const atn_ext_query *q, attain_column column, bool *is_whole, int64_t *out)
{
    const attain_print_options exact = {.struct_size = sizeof exact, .exact = 1};
    char text[32];
    size_t len = 0;
    const attain_status status =
        attain_table_print(q->rows, row_of(q), column, &exact, text, sizeof text, &len, NULL);
    *is_whole = status == ATTAIN_OK &&
                attain_decimal_parse(text, len, &ATTAIN_NUMBERS_PLAIN, 0, out, NULL) == ATTAIN_OK;
    return status == ATTAIN_E_CAPACITY ? SQLITE_OK : atn_ext_code(status);
}

/* The double says whether the exact value may be whole. */
static int give_number(const atn_ext_query *q, sqlite3_context *context, attain_column column)
{
    const double *values = NULL;
    const uint8_t *valid = NULL;
    bool is_whole = false;
    int64_t whole = 0;
    const attain_status status = attain_table_doubles(q->rows, column, &values, &valid, NULL);
    if (status != ATTAIN_OK || valid[row_of(q)] != 1) {
        return atn_ext_code(status);
    }
    const double value = values[row_of(q)];
    int rc = SQLITE_OK;
    if (value > -9.3e18 && value < 9.3e18 &&
        (value >= 9e15 || value <= -9e15 || (double)(int64_t)value == value)) {
        rc = find_whole(q, column, &is_whole, &whole);
    }
    if (is_whole) {
        sqlite3_result_int64(context, whole);
    } else if (rc == SQLITE_OK) {
        sqlite3_result_double(context, value);
    }
    return rc;
}

static int give_cell(const atn_ext_query *q, sqlite3_context *context, attain_column column)
{
    const manner *const how = q->own;
    if (column >= ATTAIN_COL_NUMERATOR && column <= ATTAIN_COL_PATH) {
        return how->as_text ? give_printed(q, context, column, &how->print) : give_number(q, context, column);
    }
    if (column >= ATTAIN_COL_REPORTED && column <= ATTAIN_COL_MISSING) {
        const int64_t *counts = NULL;
        const attain_status status = attain_table_integers(q->rows, column, &counts, NULL);
        if (status == ATTAIN_OK && counts[row_of(q)] >= 0) {
            sqlite3_result_int64(context, counts[row_of(q)]);
        }
        return atn_ext_code(status);
    }
    const attain_print_options plain = {.struct_size = sizeof plain};
    return give_printed(q, context, column, &plain);
}

static int give_exact(const atn_ext_query *q, sqlite3_context *context, attain_column column)
{
    const attain_print_options exact = {.struct_size = sizeof exact, .exact = 1};
    return give_printed(q, context, column, &exact);
}

static void free_own(atn_ext_query *q)
{
    sqlite3_free(q->own);
}

/* A copy in q->own. */
static attain_status keep(atn_ext_query *q, const void *from, size_t size, attain_error *err)
{
    q->own = sqlite3_malloc64(size);
    if (q->own == NULL) {
        return atn_ext_no_memory(err);
    }
    memcpy(q->own, from, size);
    return ATTAIN_OK;
}

/* ---- attain_scorecard ---- */

static const attain_column score_columns[] = {
    ATTAIN_COL_TARGET,     ATTAIN_COL_UNIT,        ATTAIN_COL_PERIOD,  ATTAIN_COL_READING,
    ATTAIN_COL_NUMERATOR,  ATTAIN_COL_DENOMINATOR, ATTAIN_COL_VALUE,   ATTAIN_COL_LOW,
    ATTAIN_COL_HIGH,       ATTAIN_COL_BASELINE,    ATTAIN_COL_LEVEL,   ATTAIN_COL_LEVEL_HIGH,
    ATTAIN_COL_ATTAINMENT, ATTAIN_COL_PROGRESS,    ATTAIN_COL_CHANGE,  ATTAIN_COL_CHANGE_RELATIVE,
    ATTAIN_COL_GAP,        ATTAIN_COL_PATH,        ATTAIN_COL_VERDICT, ATTAIN_COL_REASON,
    ATTAIN_COL_FLAGS,      ATTAIN_COL_PACE,        ATTAIN_COL_DUE,     ATTAIN_COL_REPORTED,
    ATTAIN_COL_EXPECTED,   ATTAIN_COL_MISSING};
enum { N_SCORE = sizeof score_columns / sizeof *score_columns, N_SCORE_ARGUMENTS = 5 };
enum { AS_OF, AT, SCORE_EDITION, SCORE_DIGITS, READINGS };

/* What a query for verdicts narrows down to. */
typedef struct narrowed {
    manner how;           /* first: give_cell looks at it */
    bool only_scope;      /* rows outside the targets' scope are passed over, */
    const int64_t *flags; /* which say so */
} narrowed;

/* The units that are asked for: by argument, by filter, or all that the targets are promised for. *n = 0: no row can be asked for. */
static attain_status choose_units(atn_ext_query *q, attain_score_options *options, uint32_t *unit,
                                  bool *only_scope, attain_error *err)
{
    const attain_str at = atn_ext_argument(q, AT);
    bool filtered = false;
    *only_scope = false;
    *unit = atn_ext_filter(q, 1, ATTAIN_KIND_UNIT, &filtered);
    const bool is_all = at.len == 1 && at.data[0] == '*';
    if (atn_ext_is_given(q, AT) && !is_all) {
        attain_status status = atn_ext_id(q, ATTAIN_KIND_UNIT, at, unit, err);
        options->units = unit;
        options->n_units = 1;
        return status;
    }
    if (filtered) {
        options->units = unit;
        options->n_units = *unit == ATTAIN_NONE ? 0 : 1;
        *only_scope = !is_all;
        q->is_never |= *unit == ATTAIN_NONE;
    }
    options->all_units = is_all && !filtered;
    return ATTAIN_OK;
}

static attain_status read_readings(const atn_ext_query *q, int *out, attain_error *err)
{
    *out = 0;
    if (!atn_ext_is_given(q, READINGS)) {
        return ATTAIN_OK;
    }
    const int64_t given = sqlite3_value_int64(q->arguments[READINGS]);
    *out = given == 1;
    return sqlite3_value_type(q->arguments[READINGS]) == SQLITE_INTEGER && (given == 0 || given == 1)
               ? ATTAIN_OK
               : atn_ext_wrong(q, READINGS, "0, or 1 for a row per reading,", err);
}

/* The scorecard of all units that the targets are promised for. */
static attain_status make_scorecard(void *ctx, const attain_facts *facts, attain_table **out,
                                    attain_error *err)
{
    attain_score_options options = *(const attain_score_options *)ctx;
    options.units = NULL;
    options.n_units = 0;
    return attain_score(attain_facts_plan(facts), facts, &options, out, err);
}

static attain_status score(atn_ext_query *q, attain_score_options *options, bool only_scope,
                           attain_error *err)
{
    const atn_ext_question question = {.is_scorecard = true,
                                       .item = options->targets == NULL ? ATTAIN_NONE : options->targets[0],
                                       .period = options->as_of == NULL
                                                     ? (attain_period){.type = ATTAIN_PERIOD_NONE}
                                                     : options->as_of[0],
                                       .readings = options->readings,
                                       .digits = options->printed_digits};
    bool is_done = false;
    if (only_scope) {
        ATN_EXT_TRY(pick_rows(q, &question, options->units[0], make_scorecard, options, &is_done, err));
    }
    if (is_done) {
        return ATTAIN_OK;
    }
    ATN_EXT_TRY(attain_score(q->plan->plan, q->facts->facts, options, &q->rows, err));
    if (only_scope) {
        ATN_EXT_TRY(attain_table_integers(q->rows, ATTAIN_COL_FLAGS, &((narrowed *)q->own)->flags, err));
    }
    q->n_rows = attain_table_rows(q->rows);
    return ATTAIN_OK;
}

static attain_status open_scorecard(atn_ext_query *q, attain_error *err)
{
    narrowed chosen = {.only_scope = false};
    attain_score_options options = {.struct_size = sizeof options};
    attain_period as_of;
    uint32_t unit = ATTAIN_NONE;
    bool has_target = false;
    ATN_EXT_TRY(read_manner(q, SCORE_DIGITS, &chosen.how, err));
    ATN_EXT_TRY(atn_ext_period(q, AS_OF, &as_of, err));
    ATN_EXT_TRY(read_readings(q, &options.readings, err));
    ATN_EXT_TRY(atn_ext_open_plan(q, SCORE_EDITION, err));
    ATN_EXT_TRY(choose_units(q, &options, &unit, &chosen.only_scope, err));
    const uint32_t target = atn_ext_filter(q, 0, ATTAIN_KIND_TARGET, &has_target);
    if (q->is_never || (has_target && target == ATTAIN_NONE)) {
        return ATTAIN_OK;
    }
    as_of = as_of.type == ATTAIN_PERIOD_NONE ? q->moment.last : as_of;
    options.targets = has_target ? &target : NULL;
    options.n_targets = has_target;
    options.as_of = as_of.type == ATTAIN_PERIOD_NONE ? NULL : &as_of;
    options.n_as_of = as_of.type != ATTAIN_PERIOD_NONE;
    options.printed_digits = chosen.how.print.digits;
    ATN_EXT_TRY(keep(q, &chosen, sizeof chosen, err));
    ATN_EXT_TRY(atn_ext_take_facts(q->ext, &q->moment, q->plan, options.units == NULL ? ATTAIN_NONE : unit,
                                   &q->facts, err));
    return score(q, &options, chosen.only_scope, err);
}

/* A unit of a filter that no target names gives rows "as if it applied there"; who filters asks for the others. */
static bool is_in_scope(atn_ext_query *q)
{
    const int64_t *const flags = ((const narrowed *)q->own)->flags;
    return flags == NULL || (flags[q->row] & ATTAIN_FLAG_OUTSIDE_SCOPE) == 0;
}

static int give_score(atn_ext_query *q, sqlite3_context *context, int i)
{
    static const attain_column extras[] = {ATTAIN_COL_VALUE, ATTAIN_COL_LOW, ATTAIN_COL_HIGH};
    return i < N_SCORE ? give_cell(q, context, score_columns[i])
                       : give_exact(q, context, extras[i - N_SCORE - N_SCORE_ARGUMENTS]);
}

const atn_ext_table atn_ext_scorecard = {
    .name = "attain_scorecard",
    .cost = 1e7,
    .schema =
        "CREATE TABLE attain_scorecard(target TEXT, unit TEXT, period TEXT, reading TEXT, numerator NUMERIC, "
        "denominator NUMERIC, value NUMERIC, low NUMERIC, high NUMERIC, baseline NUMERIC, level NUMERIC, "
        "level_high NUMERIC, attainment NUMERIC, progress NUMERIC, change NUMERIC, change_relative NUMERIC, "
        "gap NUMERIC, path NUMERIC, verdict TEXT, reason TEXT, flags TEXT, pace TEXT, due TEXT, "
        "reported INTEGER, expected INTEGER, missing INTEGER, as_of TEXT HIDDEN, at TEXT HIDDEN, edition "
        "BLOB HIDDEN, "
        "digits BLOB HIDDEN, readings BLOB HIDDEN, value_exact TEXT HIDDEN, low_exact TEXT HIDDEN, "
        "high_exact TEXT HIDDEN)",
    .first_argument = N_SCORE,
    .n_arguments = N_SCORE_ARGUMENTS,
    .filters = {0, 1},
    .open = open_scorecard,
    .is_asked = is_in_scope,
    .column = give_score,
    .close = free_own};

/* ---- attain_values ---- */

enum {
    VALUE_INDICATOR,
    VALUE_UNIT,
    VALUE_PERIOD,
    VALUE_MEMBERS,
    VALUE_FIRST_ARGUMENT = 13,
    N_VALUE_ARGUMENTS = 4
};
enum { FOR_PERIOD, BY, VALUE_EDITION, VALUE_DIGITS };

typedef struct grouped {
    manner how; /* first: give_cell looks at it */
    uint32_t n_by;
} grouped;

/* 'sex, age' */
static attain_status read_by(const atn_ext_query *q, attain_str *by, size_t *n, attain_error *err)
{
    const attain_str all = atn_ext_argument(q, BY);
    *n = 0;
    for (size_t i = 0; i < all.len;) {
        size_t end = i;
        while (end < all.len && all.data[end] != ',' && all.data[end] != ';' && all.data[end] != ' ') {
            end++;
        }
        if (end > i) {
            if (*n == MOST_BY) {
                return atn_ext_wrong(q, BY, "at most 8 categories or attributes, separated by commas,", err);
            }
            by[(*n)++] = (attain_str){all.data + i, end - i};
        }
        i = end + 1;
    }
    return ATTAIN_OK;
}

static attain_status make_values(void *ctx, const attain_facts *facts, attain_table **out, attain_error *err)
{
    attain_compute_options options = *(const attain_compute_options *)ctx;
    options.units = NULL;
    options.n_units = 0;
    options.all_units = 1;
    return attain_compute(attain_facts_plan(facts), facts, &options, out, err);
}

static attain_status compute(atn_ext_query *q, attain_compute_options *options, attain_error *err)
{
    const atn_ext_question question = {.item =
                                           options->indicators == NULL ? ATTAIN_NONE : options->indicators[0],
                                       .period = options->periods == NULL
                                                     ? (attain_period){.type = ATTAIN_PERIOD_NONE}
                                                     : options->periods[0]};
    bool is_done = false;
    if (options->units != NULL && options->n_by == 0) {
        ATN_EXT_TRY(pick_rows(q, &question, options->units[0], make_values, options, &is_done, err));
    }
    if (is_done) {
        return ATTAIN_OK;
    }
    ATN_EXT_TRY(attain_compute(q->plan->plan, q->facts->facts, options, &q->rows, err));
    q->n_rows = attain_table_rows(q->rows);
    return ATTAIN_OK;
}

static attain_status open_values(atn_ext_query *q, attain_error *err)
{
    grouped chosen = {.n_by = 0};
    attain_compute_options options = {.struct_size = sizeof options};
    attain_str by[MOST_BY];
    attain_period period;
    bool has_indicator = false;
    bool has_unit = false;
    ATN_EXT_TRY(read_manner(q, VALUE_DIGITS, &chosen.how, err));
    ATN_EXT_TRY(atn_ext_period(q, FOR_PERIOD, &period, err));
    ATN_EXT_TRY(read_by(q, by, &options.n_by, err));
    ATN_EXT_TRY(atn_ext_open_plan(q, VALUE_EDITION, err));
    const uint32_t indicator = atn_ext_filter(q, 0, ATTAIN_KIND_INDICATOR, &has_indicator);
    const uint32_t unit = atn_ext_filter(q, 1, ATTAIN_KIND_UNIT, &has_unit);
    if ((has_indicator && indicator == ATTAIN_NONE) || (has_unit && unit == ATTAIN_NONE)) {
        return ATTAIN_OK;
    }
    period = period.type == ATTAIN_PERIOD_NONE ? q->moment.last : period;
    chosen.n_by = (uint32_t)options.n_by;
    options.by = by;
    options.indicators = has_indicator ? &indicator : NULL;
    options.n_indicators = has_indicator;
    options.units = has_unit ? &unit : NULL;
    options.n_units = has_unit;
    options.all_units = !has_unit;
    options.periods = period.type == ATTAIN_PERIOD_NONE ? NULL : &period;
    options.n_periods = period.type != ATTAIN_PERIOD_NONE;
    options.as_of = q->moment.last;
    ATN_EXT_TRY(keep(q, &chosen, sizeof chosen, err));
    ATN_EXT_TRY(
        atn_ext_take_facts(q->ext, &q->moment, q->plan, has_unit ? unit : ATTAIN_NONE, &q->facts, err));
    return compute(q, &options, err);
}

/* "sex=female;age=0-4" */
static int give_members(const atn_ext_query *q, sqlite3_context *context)
{
    const attain_print_options plain = {.struct_size = sizeof plain};
    const uint32_t n_by = ((const grouped *)q->own)->n_by;
    sqlite3_str *const text = sqlite3_str_new(q->ext->db);
    for (uint32_t i = 0; i < n_by; i++) {
        char member[CELL_BYTES];
        const attain_column column = (attain_column)(ATTAIN_COL_GROUP + i);
        const attain_status status =
            attain_table_print(q->rows, row_of(q), column, &plain, member, sizeof member, NULL, NULL);
        if (status != ATTAIN_OK) {
            sqlite3_free(sqlite3_str_finish(text));
            return atn_ext_code(status);
        }
        sqlite3_str_appendf(text, "%s%s=%s", i == 0 ? "" : ";", attain_table_column_name(q->rows, column),
                            member);
    }
    const int rc = sqlite3_str_errcode(text);
    char *const joined = sqlite3_str_finish(text);
    if (joined != NULL) {
        sqlite3_result_text(context, joined, -1, sqlite3_free);
    }
    return rc;
}

static int give_value(atn_ext_query *q, sqlite3_context *context, int i)
{
    static const attain_column columns[VALUE_FIRST_ARGUMENT] = {ATTAIN_COL_INDICATOR, ATTAIN_COL_UNIT,
                                                                ATTAIN_COL_PERIOD,    ATTAIN_COL_GROUP,
                                                                ATTAIN_COL_NUMERATOR, ATTAIN_COL_DENOMINATOR,
                                                                ATTAIN_COL_VALUE,     ATTAIN_COL_LOW,
                                                                ATTAIN_COL_HIGH,      ATTAIN_COL_STATE,
                                                                ATTAIN_COL_FLAGS,     ATTAIN_COL_REPORTED,
                                                                ATTAIN_COL_EXPECTED};
    static const attain_column extras[] = {ATTAIN_COL_VALUE, ATTAIN_COL_LOW, ATTAIN_COL_HIGH};
    if (i == VALUE_MEMBERS) {
        return give_members(q, context);
    }
    return i < VALUE_FIRST_ARGUMENT
               ? give_cell(q, context, columns[i])
               : give_exact(q, context, extras[i - VALUE_FIRST_ARGUMENT - N_VALUE_ARGUMENTS]);
}

const atn_ext_table atn_ext_values = {
    .name = "attain_values",
    .cost = 1e7,
    .schema =
        "CREATE TABLE attain_values(indicator TEXT, unit TEXT, period TEXT, members TEXT, numerator NUMERIC, "
        "denominator NUMERIC, value NUMERIC, low NUMERIC, high NUMERIC, state TEXT, flags TEXT, "
        "reported INTEGER, expected INTEGER, for_period TEXT HIDDEN, by TEXT HIDDEN, edition BLOB HIDDEN, "
        "digits BLOB HIDDEN, "
        "value_exact TEXT HIDDEN, low_exact TEXT HIDDEN, high_exact TEXT HIDDEN)",
    .first_argument = VALUE_FIRST_ARGUMENT,
    .n_arguments = N_VALUE_ARGUMENTS,
    .filters = {VALUE_INDICATOR, VALUE_UNIT},
    .open = open_values,
    .column = give_value,
    .close = free_own};

/* ---- attain_explain ---- */

enum { EXPLAIN_ITEM, EXPLAIN_AT, EXPLAIN_AS_OF, EXPLAIN_EDITION };

/* A target, else an indicator of that name. */
static attain_status find_item(const atn_ext_query *q, attain_explain_options *options, attain_error *err)
{
    const attain_str id = atn_ext_argument(q, EXPLAIN_ITEM);
    options->kind = ATTAIN_KIND_INDICATOR;
    options->index = attain_plan_find(q->plan->plan, ATTAIN_KIND_INDICATOR, id.data, id.len);
    const uint32_t target = attain_plan_find(q->plan->plan, ATTAIN_KIND_TARGET, id.data, id.len);
    if (target != ATTAIN_NONE) {
        options->kind = ATTAIN_KIND_TARGET;
        options->index = target;
    }
    return options->index != ATTAIN_NONE ? ATTAIN_OK
                                         : atn_ext_id(q, ATTAIN_KIND_TARGET, id, &options->index, err);
}

static attain_status open_explain(atn_ext_query *q, attain_error *err)
{
    attain_explain_options options = {.struct_size = sizeof options,
                                      .unit = ATTAIN_NONE,
                                      .numbers = {'.', ","}};
    attain_text text = {.data = NULL};
    ATN_EXT_TRY(atn_ext_period(q, EXPLAIN_AS_OF, &options.period, err));
    ATN_EXT_TRY(atn_ext_open_plan(q, EXPLAIN_EDITION, err));
    ATN_EXT_TRY(find_item(q, &options, err));
    if (atn_ext_is_given(q, EXPLAIN_AT)) {
        ATN_EXT_TRY(atn_ext_id(q, ATTAIN_KIND_UNIT, atn_ext_argument(q, EXPLAIN_AT), &options.unit, err));
    }
    options.period = options.period.type == ATTAIN_PERIOD_NONE ? q->moment.last : options.period;
    ATN_EXT_TRY(atn_ext_take_facts(q->ext, &q->moment, q->plan, options.unit, &q->facts, err));
    ATN_EXT_TRY(attain_explain(q->plan->plan, q->facts->facts, &options, &text, err));
    const attain_status status = keep(q, text.data, text.len + 1, err);
    attain_text_free(&text);
    q->n_rows = status == ATTAIN_OK;
    return status;
}

/* Without the line end that it closes with. */
static int give_explanation(atn_ext_query *q, sqlite3_context *context, int i)
{
    (void)i;
    const char *const text = q->own;
    const size_t len = strlen(text);
    return atn_ext_give_str(context, (attain_str){text, len > 0 && text[len - 1] == '\n' ? len - 1 : len});
}

const atn_ext_table atn_ext_explain = {.name = "attain_explain",
                                       .cost = 1e5,
                                       .schema =
                                           "CREATE TABLE attain_explain(explanation TEXT, item TEXT HIDDEN, "
                                           "at TEXT HIDDEN, as_of TEXT HIDDEN, edition BLOB HIDDEN)",
                                       .first_argument = 1,
                                       .n_arguments = 4,
                                       .filters = {-1, -1},
                                       .required = "a target or an indicator of the plan",
                                       .open = open_explain,
                                       .column = give_explanation,
                                       .close = free_own};
