/* attain_facts(edition): the facts as known at an edition, and the receipts of their reports.
 *
 * The columns measure, unit, period, members, value, qualifier and reason say what a line of a CSV file would. first_edition and received
 * say when the cell was told of first: the receipt of its report; last_edition and changed, when what is known now was told.
 *
 * Facts come from the engine, in its order (measure, unit, cell, period), so that a measure is found by halving. Their editions are looked
 * up in the store row by row, and only when a column asks for them. */
#include "sqlite/ext_table.h"
#include "sqlite/store_parts.h"

#include <string.h>

enum { AT_A_TIME = 256, MOST_CATEGORIES = 16 };
enum {
    MEASURE,
    UNIT,
    PERIOD,
    MEMBERS,
    VALUE,
    QUALIFIER,
    REASON,
    FIRST_EDITION,
    RECEIVED,
    LAST_EDITION,
    CHANGED,
    EDITION
};

typedef struct fact_rows {
    attain_fact facts[AT_A_TIME]; /* from number `from` on, n of them */
    uint64_t from;
    size_t n;
    bool has_unit, has_names;
    uint32_t unit;
    atn_roster names;
    sqlite3_stmt *history;
    uint64_t history_of; /* number of the fact that it stands at, + 1 */
    int64_t first_edition, last_edition;
} fact_rows;

/* ---- facts by number ---- */

static attain_status fact_at(const atn_ext_query *q, uint64_t number, const attain_fact **out,
                             attain_error *err)
{
    fact_rows *const own = q->own;
    if (number < own->from || number >= own->from + own->n) {
        own->n = 0;
        ATN_EXT_TRY(attain_facts_read(q->facts->facts, number, own->facts, AT_A_TIME, &own->n, err));
        own->from = number;
    }
    if (own->n == 0) {
        return atn_store_error(err, ATTAIN_E_ARGUMENT, "there is no fact %llu", (unsigned long long)number);
    }
    *out = &own->facts[number - own->from];
    return ATTAIN_OK;
}

/* The first fact whose (measure, unit) is at least this one. */
static attain_status lower_bound(const atn_ext_query *q, uint32_t measure, uint32_t unit, uint64_t *out,
                                 attain_error *err)
{
    uint64_t low = 0;
    uint64_t high = attain_facts_count(q->facts->facts);
    while (low < high) {
        const uint64_t middle = low + (high - low) / 2;
        attain_fact fact;
        ATN_EXT_TRY(attain_facts_at(q->facts->facts, middle, &fact, err));
        if (fact.measure < measure || (fact.measure == measure && fact.unit < unit)) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    *out = low;
    return ATTAIN_OK;
}

static void close_facts(atn_ext_query *q)
{
    fact_rows *const own = q->own;
    sqlite3_finalize(own->history);
    if (own->has_names) {
        atn_roster_free(&own->names);
    }
    sqlite3_free(own);
}

/* Rows of a measure, of a measure at a unit, or all, of which is_of_unit takes those of the unit. */
static attain_status open_facts(atn_ext_query *q, attain_error *err)
{
    bool has_measure = false;
    fact_rows *const own = sqlite3_malloc(sizeof *own);
    if (own == NULL) {
        return atn_ext_no_memory(err);
    }
    memset(own, 0, sizeof *own);
    q->own = own;
    ATN_EXT_TRY(atn_ext_open_plan(q, 0, err));
    const uint32_t measure = atn_ext_filter(q, 0, ATTAIN_KIND_MEASURE, &has_measure);
    own->unit = atn_ext_filter(q, 1, ATTAIN_KIND_UNIT, &own->has_unit);
    if ((has_measure && measure == ATTAIN_NONE) || (own->has_unit && own->unit == ATTAIN_NONE)) {
        return ATTAIN_OK;
    }
    ATN_EXT_TRY(atn_ext_take_facts(q->ext, &q->moment, q->plan, own->has_unit ? own->unit : ATTAIN_NONE,
                                   &q->facts, err));
    uint64_t first = 0;
    uint64_t end = attain_facts_count(q->facts->facts);
    if (has_measure) {
        ATN_EXT_TRY(lower_bound(q, measure, own->has_unit ? own->unit : 0, &first, err));
        ATN_EXT_TRY(lower_bound(q, own->has_unit ? measure : measure + 1, own->has_unit ? own->unit + 1 : 0,
                                &end, err));
    }
    q->first = (size_t)first;
    q->n_rows = (size_t)(end - first);
    return ATTAIN_OK;
}

static bool is_of_unit(atn_ext_query *q)
{
    const fact_rows *const own = q->own;
    const attain_fact *fact = NULL;
    return !own->has_unit || fact_at(q, q->first + q->row, &fact, NULL) != ATTAIN_OK ||
           fact->unit == own->unit;
}

/* ---- members of a cell, categories in the order of their ids, as the store has them ---- */

typedef struct member {
    attain_str category, member;
} member;

static size_t find_members(const attain_plan *plan, const attain_fact *fact, member *out)
{
    attain_measure_info measure;
    uint32_t rest = fact->cell;
    if (attain_plan_measure(plan, fact->measure, &measure, NULL) != ATTAIN_OK ||
        measure.n_categories > MOST_CATEGORIES) {
        return 0;
    }
    for (uint32_t i = measure.n_categories; i-- > 0;) {
        const uint32_t category = attain_plan_measure_category(plan, fact->measure, i);
        const uint32_t n = attain_plan_member_count(plan, ATTAIN_KIND_CATEGORY, category);
        size_t place = measure.n_categories - 1 - i;
        const member one = {attain_plan_id(plan, ATTAIN_KIND_CATEGORY, category),
                            attain_plan_member(plan, ATTAIN_KIND_CATEGORY, category, rest % n)};
        rest /= n;
        for (; place > 0 && strcmp(out[place - 1].category.data, one.category.data) > 0; place--) {
            out[place] = out[place - 1];
        }
        out[place] = one;
    }
    return measure.n_categories;
}

static int give_members(const atn_ext_query *q, sqlite3_context *context, const attain_fact *fact)
{
    member members[MOST_CATEGORIES];
    const size_t n = find_members(q->plan->plan, fact, members);
    sqlite3_str *const text = sqlite3_str_new(q->ext->db);
    for (size_t i = 0; i < n; i++) {
        sqlite3_str_appendf(text, "%s%s=%s", i == 0 ? "" : ";", members[i].category.data,
                            members[i].member.data);
    }
    const int rc = sqlite3_str_errcode(text);
    char *const joined = sqlite3_str_finish(text);
    if (joined != NULL) {
        sqlite3_result_text(context, joined, -1, sqlite3_free);
    }
    return rc;
}

/* ---- receipts ---- */

static attain_status open_history(const atn_ext_query *q, fact_rows *own, attain_error *err)
{
    atn_head head;
    if (own->history != NULL || own->has_names) {
        return own->history != NULL ? ATTAIN_OK : atn_ext_no_memory(err);
    }
    ATN_EXT_TRY(atn_head_read(q->ext->db, &head, err));
    ATN_EXT_TRY(atn_roster_read(&own->names, q->ext->db, &head, q->plan->plan, err));
    own->has_names = true;
    return atn_store_prepare(
        q->ext->db,
        "SELECT min(edition), max(edition) FROM main.attain_fact WHERE measure = ?1 AND unit = ?2 "
        "AND cell = ?3 AND period = ?4 AND edition <= ?5",
        &own->history, err);
}

static attain_status find_history(const atn_ext_query *q, const attain_fact *fact, attain_error *err)
{
    fact_rows *const own = q->own;
    const uint64_t number = q->first + q->row;
    int64_t period = 0;
    bool row = false;
    if (own->history_of == number + 1) {
        return ATTAIN_OK;
    }
    ATN_EXT_TRY(open_history(q, own, err));
    if (own->names.cells_of != fact->measure) {
        ATN_EXT_TRY(atn_roster_cells(&own->names, fact->measure, err));
    }
    ATN_EXT_TRY(atn_store_period_code(fact->period, &period, err));
    const int64_t key[] = {own->names.plan_measure[fact->measure], own->names.plan_unit[fact->unit],
                           own->names.plan_cell[fact->cell], period, q->moment.edition};
    sqlite3_reset(own->history);
    for (int i = 0; i < 5; i++) {
        sqlite3_bind_int64(own->history, i + 1, key[i]);
    }
    ATN_EXT_TRY(atn_store_step(own->history, &row, "looking for the editions of a fact", err));
    ATN_EXT_TRY(atn_store_integer(own->history, 0, 1, q->moment.edition, "the edition of a fact",
                                  &own->first_edition, err));
    ATN_EXT_TRY(atn_store_integer(own->history, 1, 1, q->moment.edition, "the edition of a fact",
                                  &own->last_edition, err));
    sqlite3_reset(own->history);
    own->history_of = number + 1;
    return ATTAIN_OK;
}

static attain_status find_time(const atn_ext_query *q, int64_t edition, int64_t *time_ms, attain_error *err)
{
    attain_edition found;
    attain_text texts = {.data = NULL};
    bool is_there = false;
    ATN_EXT_TRY(atn_store_edition(q->ext->db, edition, &atn_ext_memory, &found, &texts, &is_there, err));
    *time_ms = is_there ? found.time_ms : 0;
    attain_text_free(&texts);
    return ATTAIN_OK;
}

static int give_history(const atn_ext_query *q, sqlite3_context *context, const attain_fact *fact, int i)
{
    const fact_rows *const own = q->own;
    attain_error err = {.status = ATTAIN_OK};
    int64_t time_ms = 0;
    if (find_history(q, fact, &err) != ATTAIN_OK) {
        atn_ext_fail(context, "attain_facts", &err);
        return SQLITE_OK;
    }
    const int64_t edition = i == FIRST_EDITION || i == RECEIVED ? own->first_edition : own->last_edition;
    if (i == FIRST_EDITION || i == LAST_EDITION) {
        sqlite3_result_int64(context, edition);
        return SQLITE_OK;
    }
    if (find_time(q, edition, &time_ms, &err) != ATTAIN_OK) {
        atn_ext_fail(context, "attain_facts", &err);
        return SQLITE_OK;
    }
    return atn_ext_give_time(context, time_ms);
}

/* ---- columns ---- */

static int give_figure(const atn_ext_query *q, sqlite3_context *context, const attain_fact *fact, bool exact)
{
    attain_measure_info measure;
    if (fact->qualifier == ATTAIN_MISSING) {
        return SQLITE_OK;
    }
    return attain_plan_measure(q->plan->plan, fact->measure, &measure, NULL) == ATTAIN_OK
               ? atn_ext_give_decimal(context, fact->value, measure.decimals, exact)
               : SQLITE_ERROR;
}

/* A dispatch over the columns. */
static int give_fact(atn_ext_query *q, sqlite3_context *context, int i)
{
    static const char *const qualifiers[] = {NULL, ">", ">=", "<", "<=", "~", "missing"};
    const attain_plan *const plan = q->plan->plan;
    const attain_fact *fact = NULL;
    attain_error err = {.status = ATTAIN_OK};
    if (fact_at(q, q->first + q->row, &fact, &err) != ATTAIN_OK) {
        return atn_ext_code(err.status);
    }
    switch (i) {
    case MEASURE: return atn_ext_give_id(context, plan, ATTAIN_KIND_MEASURE, fact->measure);
    case UNIT: return atn_ext_give_id(context, plan, ATTAIN_KIND_UNIT, fact->unit);
    case PERIOD: return atn_ext_give_period(context, fact->period);
    case MEMBERS: return give_members(q, context, fact);
    case VALUE: return give_figure(q, context, fact, false);
    case QUALIFIER:
        if (fact->qualifier <= ATTAIN_MISSING && qualifiers[fact->qualifier] != NULL) {
            sqlite3_result_text(context, qualifiers[fact->qualifier], -1, SQLITE_STATIC);
        }
        return SQLITE_OK;
    case REASON:
        if (fact->qualifier == ATTAIN_MISSING) {
            sqlite3_result_text(context, attain_missing_reason_name((attain_missing_reason)fact->reason), -1,
                                SQLITE_STATIC);
        }
        return SQLITE_OK;
    case FIRST_EDITION:
    case RECEIVED:
    case LAST_EDITION:
    case CHANGED: return give_history(q, context, fact, i);
    default: return give_figure(q, context, fact, true);
    }
}

const atn_ext_table atn_ext_facts_table = {
    .name = "attain_facts",
    .cost = 1e7,
    .schema = "CREATE TABLE attain_facts(measure TEXT, unit TEXT, period TEXT, members TEXT, value NUMERIC, "
              "qualifier TEXT, reason TEXT, first_edition INTEGER, received TEXT, last_edition INTEGER, "
              "changed TEXT, "
              "edition BLOB HIDDEN, value_exact TEXT HIDDEN)",
    .first_argument = EDITION,
    .n_arguments = 1,
    .filters = {MEASURE, UNIT},
    .open = open_facts,
    .is_asked = is_of_unit,
    .column = give_fact,
    .close = close_facts};
