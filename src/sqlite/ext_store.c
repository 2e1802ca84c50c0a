/* Functions of the store: those that write it, and those that give its plan or facts away whole. For the sqlite3 shell and for programs
 * that have a connection and no library (the Python package). All are DIRECTONLY: a view or a trigger in a file cannot call them.
 *
 *     attain_store_init()                                     makes a store of an empty database
 *     attain_store_put_plan(text, source, note)
 *     attain_store_import(facts, source, note)                facts as bytes (attain_facts_to_bytes)
 *     attain_store_import_csv(text, source, note, format)
 *     attain_store_correct(measure, unit, period, value, members, source, note)
 *     attain_store_correct_facts(set, withdrawn, source, note)
 *     attain_store_edition_on(date)   attain_store_plan(edition)   attain_store_facts(edition, unit)
 *     attain_store_verify()           attain_store_harden()
 *
 * Those that write give the number of the edition they made; source and note may be left out or NULL. Each is a transaction of its own,
 * or a part of the one that is open. */
#include "sqlite/ext.h"
#include "sqlite/store_parts.h"

#include <string.h>

enum { MOST_CATEGORIES = 16, NUMBER_BYTES = 64 };

/* One call. */
typedef struct call {
    sqlite3_context *context;
    const char *name;
    atn_ext *ext;
    int n;
    sqlite3_value **values;
} call;

/* A function; give writes the result, or fails. */
typedef struct store_function {
    const char *name;
    int least, most;
    attain_status (*run)(const call *c, attain_error *err);
} store_function;

/* What each registration knows. */
typedef struct bound {
    atn_ext *ext;
    const store_function *function;
} bound;

/* ---- arguments ---- */

static bool is_given(const call *c, int i)
{
    return i < c->n && sqlite3_value_type(c->values[i]) != SQLITE_NULL;
}

static attain_status text_of(const call *c, int i, const char *what, attain_str *out, attain_error *err)
{
    *out = is_given(c, i) ? atn_ext_text(c->values[i]) : (attain_str){NULL, 0};
    if (is_given(c, i) && out->data == NULL) {
        return atn_store_memory(err);
    }
    return out->data != NULL
               ? ATTAIN_OK
               : atn_store_error(err, ATTAIN_E_ARGUMENT, "argument %d is NULL; %s is required", i + 1, what);
}

static attain_edition_note note_of(const call *c, int first)
{
    return (attain_edition_note){
        .source = is_given(c, first) ? (const char *)sqlite3_value_text(c->values[first]) : NULL,
        .note = is_given(c, first + 1) ? (const char *)sqlite3_value_text(c->values[first + 1]) : NULL};
}

static attain_status give_edition(const call *c, attain_status status, int64_t number)
{
    if (status == ATTAIN_OK) {
        sqlite3_result_int64(c->context, number);
    }
    return status;
}

/* The plan that holds at an edition (argument i; -1: the last). */
static attain_status take_plan(const call *c, int i, atn_ext_moment *moment, atn_ext_plan **out,
                               attain_error *err)
{
    ATN_EXT_TRY(atn_ext_find_moment(c->ext, i >= 0 && i < c->n ? c->values[i] : NULL, moment, err));
    return atn_ext_take_plan(c->ext, moment, out, err);
}

/* ---- making a store ---- */

static attain_status run_init(const call *c, attain_error *err)
{
    if (atn_store_check(c->ext->db, err) != ATTAIN_OK) {
        ATN_EXT_TRY(atn_store_create(c->ext->db, err));
    }
    sqlite3_result_int(c->context, ATN_STORE_VERSION);
    return ATTAIN_OK;
}

static attain_status read_plan(attain_plan *plan, attain_str text, attain_error *err)
{
    attain_error found;
    attain_status status = attain_plan_add_text(plan, text.data, text.len, "plan", &found);
    if (status == ATTAIN_OK) {
        status = attain_plan_freeze(plan, &found);
    }
    return status == ATTAIN_OK || found.line <= 0
               ? (status == ATTAIN_OK ? status : atn_store_error(err, status, "%s", found.message))
               : atn_store_error(err, status, "line %d, column %d of the plan: %s", (int)found.line,
                                 (int)found.column, found.message);
}

static attain_status run_put_plan(const call *c, attain_error *err)
{
    const attain_plan_options options = {.struct_size = sizeof options, .allocator = &atn_ext_memory};
    const attain_edition_note note = note_of(c, 1);
    attain_plan *plan = NULL;
    attain_str text;
    int64_t number = 0;
    ATN_EXT_TRY(text_of(c, 0, "the text of a plan", &text, err));
    ATN_EXT_TRY(attain_plan_new(&options, &plan, err));
    attain_status status = read_plan(plan, text, err);
    if (status == ATTAIN_OK) {
        status =
            atn_store_put_plan(c->ext->db, plan, &note, atn_store_clock(), &atn_ext_memory, &number, err);
    }
    attain_plan_free(plan);
    return give_edition(c, status, number);
}

/* ---- importing ---- */

/* The facts that a BLOB holds, bound to the plan. */
static attain_status facts_of(const call *c, int i, const attain_plan *plan, attain_facts **out,
                              attain_error *err)
{
    char shown[ATN_EXT_SHOWN];
    if (i >= c->n || sqlite3_value_type(c->values[i]) != SQLITE_BLOB) {
        return atn_store_error(err, ATTAIN_E_ARGUMENT,
                               "argument %d is %s; a BLOB is required, facts as attain_facts_to_bytes or "
                               "attain_store_facts gives them",
                               i + 1, i >= c->n ? "missing" : atn_ext_shown(c->values[i], shown));
    }
    const attain_str bytes = atn_ext_text(c->values[i]);
    return attain_facts_from_bytes(plan, bytes.data, bytes.len, NULL, out, err);
}

static attain_status import_facts(const call *c, const attain_facts *facts, int64_t *number,
                                  attain_error *err)
{
    const attain_edition_note note = note_of(c, 1);
    return atn_store_import(c->ext->db, facts, &note, atn_store_clock(), &atn_ext_memory, NULL, number, err);
}

static attain_status run_import(const call *c, attain_error *err)
{
    atn_ext_moment moment;
    atn_ext_plan *plan = NULL;
    attain_facts *facts = NULL;
    int64_t number = 0;
    ATN_EXT_TRY(take_plan(c, -1, &moment, &plan, err));
    attain_status status = facts_of(c, 0, plan->plan, &facts, err);
    if (status == ATTAIN_OK) {
        status = import_facts(c, facts, &number, err);
    }
    attain_facts_free(facts);
    atn_ext_plan_release(plan);
    return give_edition(c, status, number);
}

static attain_status read_format(const call *c, int i, attain_number_format *out, attain_error *err)
{
    char shown[ATN_EXT_SHOWN];
    const attain_str word = is_given(c, i) ? atn_ext_text(c->values[i]) : (attain_str){"plain", 5};
    const bool is_vi = word.len == 2 && memcmp(word.data, "vi", 2) == 0;
    *out = is_vi ? ATTAIN_NUMBERS_VI : ATTAIN_NUMBERS_PLAIN;
    return is_vi || (word.len == 5 && memcmp(word.data, "plain", 5) == 0)
               ? ATTAIN_OK
               : atn_store_error(err, ATTAIN_E_ARGUMENT, "the format is %s; 'plain' or 'vi' is required",
                                 atn_ext_shown(c->values[i], shown));
}

static attain_status read_csv(attain_facts *facts, attain_str text, const attain_number_format *numbers,
                              attain_error *err)
{
    const attain_intake_options options = {.struct_size = sizeof options,
                                           .numbers = *numbers,
                                           .max_issues = 1};
    attain_intake *intake = NULL;
    attain_report report;
    attain_error found;
    memset(&report, 0, sizeof report);
    ATN_EXT_TRY(attain_intake_new(facts, &options, &intake, err));
    attain_status status = attain_intake_feed(intake, text.data, text.len, &found);
    if (status == ATTAIN_OK) {
        status = attain_intake_finish(intake, &report, &found);
    }
    if (status != ATTAIN_OK && report.n_more_issues > 0) {
        (void)atn_store_error(err, status, "%s; and %llu more rows are refused", found.message,
                              (unsigned long long)report.n_more_issues);
    } else if (status != ATTAIN_OK) {
        (void)atn_store_error(err, status, "%s", found.message);
    }
    attain_report_free(&report);
    attain_intake_free(intake);
    return status;
}

static attain_status run_import_csv(const call *c, attain_error *err)
{
    attain_number_format numbers;
    atn_ext_moment moment;
    atn_ext_plan *plan = NULL;
    attain_facts *facts = NULL;
    attain_str text;
    int64_t number = 0;
    ATN_EXT_TRY(text_of(c, 0, "CSV with a header", &text, err));
    ATN_EXT_TRY(read_format(c, 3, &numbers, err));
    ATN_EXT_TRY(take_plan(c, -1, &moment, &plan, err));
    attain_status status = attain_facts_new(plan->plan, NULL, &facts, err);
    if (status == ATTAIN_OK) {
        status = read_csv(facts, text, &numbers, err);
    }
    if (status == ATTAIN_OK) {
        status = import_facts(c, facts, &number, err);
    }
    attain_facts_free(facts);
    atn_ext_plan_release(plan);
    return give_edition(c, status, number);
}

/* ---- correcting one cell ---- */

/* A cell as words: the library reads them, as it reads a line of a file. */
typedef struct cell_words {
    attain_str measure, unit, period, value, qualifier, reason;
    attain_str categories[MOST_CATEGORIES], members[MOST_CATEGORIES];
    size_t n_members;
    char number[NUMBER_BYTES];
} cell_words;

/* 12.5, '12.5', '>206', '~120'; a word ('not_reported') is the reason why it is missing. */
static attain_status read_value(const call *c, int i, cell_words *out, attain_error *err)
{
    attain_fraction number;
    char why[ATN_EXT_WHY];
    const int type = sqlite3_value_type(c->values[i]);
    if (type == SQLITE_TEXT) {
        ATN_EXT_TRY(text_of(c, i, "a value", &out->value, err));
        size_t n = 0;
        while (n < 2 && n < out->value.len && strchr("<>=~", out->value.data[n]) != NULL) {
            n++;
        }
        out->qualifier = (attain_str){out->value.data, n};
        out->value = (attain_str){out->value.data + n, out->value.len - n};
        const char first = out->value.len > 0 ? out->value.data[0] : '0';
        if (n == 0 && ((first >= 'a' && first <= 'z') || (first >= 'A' && first <= 'Z'))) {
            out->qualifier = (attain_str){"missing", 7};
            out->reason = out->value;
            out->value = (attain_str){"", 0};
        }
        return ATTAIN_OK;
    }
    if (!atn_ext_number(c->values[i], &number, why)) {
        return atn_store_error(err, ATTAIN_E_NUMBER, "the value: %s", why);
    }
    unsigned decimals = 0;
    for (int64_t power = number.den; power > 1; power /= 10) {
        decimals++;
    }
    out->value.data = out->number;
    return attain_decimal_print(number.num, decimals, &ATTAIN_NUMBERS_PLAIN, out->number, NUMBER_BYTES,
                                &out->value.len, err);
}

/* 'sex=female;age=0-4' */
static attain_status read_members(attain_str all, cell_words *out, attain_error *err)
{
    for (size_t i = 0; i < all.len;) {
        const char *const semicolon = memchr(all.data + i, ';', all.len - i);
        const size_t end = semicolon == NULL ? all.len : (size_t)(semicolon - all.data);
        const char *const equals = memchr(all.data + i, '=', end - i);
        if (equals == NULL || out->n_members == MOST_CATEGORIES) {
            return atn_store_error(err, ATTAIN_E_CATEGORY,
                                   "'%.*s' is found where members like 'sex=female;age=0-4' are required",
                                   all.len > 60 ? 60 : (int)all.len, all.data);
        }
        const size_t at = (size_t)(equals - all.data);
        out->categories[out->n_members] = (attain_str){all.data + i, at - i};
        out->members[out->n_members++] = (attain_str){all.data + at + 1, end - at - 1};
        i = end + 1;
    }
    return ATTAIN_OK;
}

static attain_status read_cell(const call *c, cell_words *out, attain_error *err)
{
    *out = (cell_words){.n_members = 0};
    ATN_EXT_TRY(text_of(c, 0, "a measure of the plan", &out->measure, err));
    ATN_EXT_TRY(text_of(c, 1, "a unit of the plan", &out->unit, err));
    ATN_EXT_TRY(text_of(c, 2, "a period", &out->period, err));
    if (is_given(c, 3)) {
        ATN_EXT_TRY(read_value(c, 3, out, err));
    } else {
        out->qualifier = (attain_str){"missing", 7};
        out->reason = (attain_str){"other", 5};
    }
    return is_given(c, 4) ? read_members(atn_ext_text(c->values[4]), out, err) : ATTAIN_OK;
}

static attain_status find_cell(const attain_plan *plan, const cell_words *words, attain_fact *out,
                               attain_error *err)
{
    const attain_fact_text_columns columns = {.unit = &words->unit,
                                              .measure = &words->measure,
                                              .period = &words->period,
                                              .value = &words->value,
                                              .qualifier = &words->qualifier,
                                              .reason = &words->reason,
                                              .member = words->members,
                                              .member_columns = words->categories,
                                              .n_member_columns = words->n_members};
    attain_facts *facts = NULL;
    ATN_EXT_TRY(attain_facts_new(plan, NULL, &facts, err));
    attain_status status = attain_facts_add_text(facts, &columns, 1, NULL, NULL, err);
    if (status == ATTAIN_OK && attain_facts_count(facts) == 0) {
        status = atn_store_error(err, ATTAIN_E_NUMBER,
                                 "the value is ''; a number, or NULL to withdraw the fact, is required");
    }
    if (status == ATTAIN_OK) {
        status = attain_facts_at(facts, 0, out, err);
    }
    attain_facts_free(facts);
    return status;
}

static attain_status run_correct(const call *c, attain_error *err)
{
    const attain_edition_note note = note_of(c, 5);
    const uint8_t remove = !is_given(c, 3);
    atn_ext_moment moment;
    atn_ext_plan *plan = NULL;
    attain_fact fact;
    cell_words words;
    int64_t number = 0;
    ATN_EXT_TRY(read_cell(c, &words, err));
    ATN_EXT_TRY(take_plan(c, -1, &moment, &plan, err));
    attain_status status = find_cell(plan->plan, &words, &fact, err);
    if (status == ATTAIN_OK) {
        status = atn_store_correct(c->ext->db, plan->plan, &fact, &remove, 1, &note, atn_store_clock(),
                                   &atn_ext_memory, &number, err);
    }
    atn_ext_plan_release(plan);
    return give_edition(c, status, number);
}

/* ---- correcting many ---- */

/* Facts to set and facts to withdraw, one behind the other. */
static attain_status gather(const attain_facts *const from[2], attain_fact **facts, uint8_t **remove,
                            size_t *n, attain_error *err)
{
    const uint64_t n_set = from[0] == NULL ? 0 : attain_facts_count(from[0]);
    const uint64_t n_all = n_set + (from[1] == NULL ? 0 : attain_facts_count(from[1]));
    *n = (size_t)n_all;
    *facts = sqlite3_malloc64((n_all + 1) * sizeof **facts);
    *remove = sqlite3_malloc64(n_all + 1);
    if (*facts == NULL || *remove == NULL) {
        return atn_store_memory(err);
    }
    size_t n_read = 0;
    memset(*remove, 0, (size_t)n_set);
    memset(*remove + n_set, 1, (size_t)(n_all - n_set));
    for (int i = 0; i < 2; i++) {
        const size_t first = i == 0 ? 0 : (size_t)n_set;
        if (from[i] != NULL) {
            ATN_EXT_TRY(attain_facts_read(from[i], 0, *facts + first, (size_t)attain_facts_count(from[i]),
                                          &n_read, err));
        }
    }
    return ATTAIN_OK;
}

static attain_status run_correct_facts(const call *c, attain_error *err)
{
    const attain_edition_note note = note_of(c, 2);
    atn_ext_moment moment;
    atn_ext_plan *plan = NULL;
    attain_facts *from[2] = {NULL, NULL};
    attain_fact *facts = NULL;
    uint8_t *remove = NULL;
    size_t n = 0;
    int64_t number = 0;
    ATN_EXT_TRY(take_plan(c, -1, &moment, &plan, err));
    attain_status status = ATTAIN_OK;
    for (int i = 0; i < 2 && status == ATTAIN_OK; i++) {
        status = is_given(c, i) ? facts_of(c, i, plan->plan, &from[i], err) : ATTAIN_OK;
    }
    if (status == ATTAIN_OK) {
        status = gather((const attain_facts *const *)from, &facts, &remove, &n, err);
    }
    if (status == ATTAIN_OK) {
        status = atn_store_correct(c->ext->db, plan->plan, facts, remove, n, &note, atn_store_clock(),
                                   &atn_ext_memory, &number, err);
    }
    sqlite3_free(facts);
    sqlite3_free(remove);
    attain_facts_free(from[0]);
    attain_facts_free(from[1]);
    atn_ext_plan_release(plan);
    return give_edition(c, status, number);
}

/* ---- giving away ---- */

static attain_status run_edition_on(const call *c, attain_error *err)
{
    atn_ext_moment moment;
    ATN_EXT_TRY(atn_ext_find_moment(c->ext, c->values[0], &moment, err));
    return give_edition(c, ATTAIN_OK, moment.edition);
}

static attain_status run_plan(const call *c, attain_error *err)
{
    atn_ext_moment moment;
    atn_ext_plan *plan = NULL;
    attain_text text = {.data = NULL};
    ATN_EXT_TRY(take_plan(c, 0, &moment, &plan, err));
    const attain_status status = attain_plan_print(plan->plan, &text, err);
    if (status == ATTAIN_OK) {
        sqlite3_result_text64(c->context, text.data, text.len, SQLITE_TRANSIENT, SQLITE_UTF8);
        attain_text_free(&text);
    }
    atn_ext_plan_release(plan);
    return status;
}

/* Loaded for this call alone: who asks has a use of his own for them. */
static attain_status run_facts(const call *c, attain_error *err)
{
    attain_store_part part = {.struct_size = sizeof part};
    atn_ext_moment moment;
    atn_ext_plan *plan = NULL;
    attain_facts *facts = NULL;
    attain_text bytes = {.data = NULL};
    uint32_t unit = ATTAIN_NONE;
    ATN_EXT_TRY(take_plan(c, 0, &moment, &plan, err));
    attain_status status = ATTAIN_OK;
    if (is_given(c, 1)) {
        const attain_str id = atn_ext_text(c->values[1]);
        unit = attain_plan_find(plan->plan, ATTAIN_KIND_UNIT, id.data, id.len);
        part.units = &unit;
        part.n_units = 1;
        status = unit != ATTAIN_NONE ? ATTAIN_OK
                                     : atn_store_error(err, ATTAIN_E_NAME, "the plan has no unit '%.*s'",
                                                       id.len > 60 ? 60 : (int)id.len, id.data);
    }
    if (status == ATTAIN_OK) {
        status = atn_store_facts(c->ext->db, plan->plan, moment.edition, &part, NULL, &facts, NULL, err);
    }
    if (status == ATTAIN_OK) {
        status = attain_facts_to_bytes(facts, &bytes, err);
    }
    if (status == ATTAIN_OK) {
        sqlite3_result_blob64(c->context, bytes.data, bytes.len, SQLITE_TRANSIENT);
        attain_text_free(&bytes);
    }
    attain_facts_free(facts);
    atn_ext_plan_release(plan);
    return status;
}

/* ---- care ---- */

/* 'ok', or what is wrong, one finding a line: a damaged store is an answer here. */
static attain_status run_verify(const call *c, attain_error *err)
{
    attain_text findings = {.data = NULL};
    const attain_status status = atn_store_verify(c->ext->db, &atn_ext_memory, NULL, &findings, err);
    if (status == ATTAIN_OK) {
        sqlite3_result_text(c->context, "ok", -1, SQLITE_STATIC);
    } else if (findings.len > 0) {
        sqlite3_result_text64(c->context, findings.data, findings.len, SQLITE_TRANSIENT, SQLITE_UTF8);
    }
    const bool is_answer = status == ATTAIN_OK || findings.len > 0;
    if (findings.data != NULL) {
        attain_text_free(&findings);
    }
    return is_answer ? ATTAIN_OK : status;
}

/* What a connection that only sees stores is set to: nothing in a file is executed, nothing is mapped, what is committed is on disk. */
static attain_status run_harden(const call *c, attain_error *err)
{
    static const struct {
        int option, value;
    } switches[] = {{SQLITE_DBCONFIG_DEFENSIVE, 1},       {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
                    {SQLITE_DBCONFIG_ENABLE_TRIGGER, 0},  {SQLITE_DBCONFIG_ENABLE_VIEW, 0},
                    {SQLITE_DBCONFIG_WRITABLE_SCHEMA, 0}, {SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0},
                    {SQLITE_DBCONFIG_DQS_DML, 0},         {SQLITE_DBCONFIG_DQS_DDL, 0}};
    sqlite3 *const db = c->ext->db;
    for (size_t i = 0; i < sizeof switches / sizeof *switches; i++) {
        int now = -1;
        const int rc = sqlite3_db_config(db, switches[i].option, switches[i].value, &now);
        if (rc != SQLITE_OK || now != switches[i].value) {
            return atn_store_error(err, ATTAIN_E_STORE,
                                   "this SQLite (%s) cannot be made safe: switch %d cannot be set",
                                   sqlite3_libversion(), switches[i].option);
        }
    }
    (void)sqlite3_limit(db, SQLITE_LIMIT_ATTACHED, 0);
    ATN_EXT_TRY(atn_store_exec(db, "PRAGMA cell_size_check = ON", "hardening the connection", err));
    ATN_EXT_TRY(atn_store_exec(db, "PRAGMA mmap_size = 0", "hardening the connection", err));
    ATN_EXT_TRY(atn_store_exec(db, "PRAGMA main.synchronous = FULL", "hardening the connection", err));
    sqlite3_result_text(c->context, "ok", -1, SQLITE_STATIC);
    return ATTAIN_OK;
}

/* ---- registering ---- */

static void run(sqlite3_context *context, int n, sqlite3_value **values)
{
    const bound *const of = sqlite3_user_data(context);
    const call c = {context, of->function->name, of->ext, n, values};
    attain_error err = {.status = ATTAIN_OK};
    const attain_status status = of->function->run(&c, &err);
    if (status != ATTAIN_OK) {
        err.status = status;
        atn_ext_fail(context, of->function->name, &err);
    }
}

static void drop(void *data)
{
    atn_ext_drop(((bound *)data)->ext);
    sqlite3_free(data);
}

static int add(atn_ext *ext, const store_function *function, int n)
{
    bound *const data = sqlite3_malloc(sizeof *data);
    if (data == NULL) {
        return SQLITE_NOMEM;
    }
    *data = (bound){ext, function};
    atn_ext_hold(ext);
    return sqlite3_create_function_v2(ext->db, function->name, n, SQLITE_UTF8 | SQLITE_DIRECTONLY, data, run,
                                      NULL, NULL, drop);
}

int atn_ext_add_store(atn_ext *ext)
{
    static const store_function functions[] = {{"attain_store_init", 0, 0, run_init},
                                               {"attain_store_put_plan", 1, 3, run_put_plan},
                                               {"attain_store_import", 1, 3, run_import},
                                               {"attain_store_import_csv", 1, 4, run_import_csv},
                                               {"attain_store_correct", 4, 7, run_correct},
                                               {"attain_store_correct_facts", 2, 4, run_correct_facts},
                                               {"attain_store_edition_on", 1, 1, run_edition_on},
                                               {"attain_store_plan", 0, 1, run_plan},
                                               {"attain_store_facts", 0, 2, run_facts},
                                               {"attain_store_verify", 0, 0, run_verify},
                                               {"attain_store_harden", 0, 0, run_harden}};
    int rc = SQLITE_OK;
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
        for (int n = functions[i].least; n <= functions[i].most && rc == SQLITE_OK; n++) {
            rc = add(ext, &functions[i], n);
        }
    }
    return rc;
}
