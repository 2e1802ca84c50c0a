/* attain_units, attain_targets, attain_editions, attain_restated: what a plan, the ledger and two editions list.
 *
 *     attain_units(edition)            units, parents before children
 *     attain_targets(edition)          targets and milestones, as written
 *     attain_editions()                every change of the store
 *     attain_restated(a, b, as_of)     what editions b says otherwise than a, step by step */
#include "sqlite/ext_table.h"
#include "sqlite/store_parts.h"

#include <string.h>

/* ---- rows of a plan: all of a kind, or the one that the filter names ---- */

static attain_status open_kind(atn_ext_query *q, attain_kind kind, attain_error *err)
{
    bool filtered = false;
    ATN_EXT_TRY(atn_ext_open_plan(q, 0, err));
    const uint32_t index = atn_ext_filter(q, 0, kind, &filtered);
    q->n_rows = attain_plan_count(q->plan->plan, kind);
    if (filtered) {
        q->first = index == ATTAIN_NONE ? 0 : index;
        q->n_rows = index == ATTAIN_NONE ? 0 : 1;
    }
    return ATTAIN_OK;
}

static uint32_t index_of(const atn_ext_query *q)
{
    return (uint32_t)(q->first + q->row);
}

/* ---- attain_units ---- */

static attain_status open_units(atn_ext_query *q, attain_error *err)
{
    return open_kind(q, ATTAIN_KIND_UNIT, err);
}

/* A dispatch over the columns. */
static int give_unit(atn_ext_query *q, sqlite3_context *context, int i)
{
    attain_unit_info unit;
    const attain_plan *const plan = q->plan->plan;
    if (attain_plan_unit(plan, index_of(q), &unit, NULL) != ATTAIN_OK) {
        return SQLITE_ERROR;
    }
    switch (i) {
    case 0: return atn_ext_give_str(context, unit.id);
    case 1: return atn_ext_give_str(context, unit.title);
    case 2: return atn_ext_give_id(context, plan, ATTAIN_KIND_TYPE, unit.type);
    case 3: return atn_ext_give_id(context, plan, ATTAIN_KIND_UNIT, unit.parent);
    case 4: sqlite3_result_int64(context, unit.depth); return SQLITE_OK;
    case 5: return atn_ext_give_day(context, unit.from_day);
    default: return atn_ext_give_day(context, unit.until_day);
    }
}

const atn_ext_table atn_ext_units = {
    .name = "attain_units",
    .cost = 1e4,
    .schema = "CREATE TABLE attain_units(unit TEXT, title TEXT, type TEXT, parent TEXT, depth INTEGER, "
              "valid_from TEXT, valid_until TEXT, edition BLOB HIDDEN)",
    .first_argument = 7,
    .n_arguments = 1,
    .filters = {0, -1},
    .open = open_units,
    .column = give_unit};

/* ---- attain_targets ---- */

static attain_status open_targets(atn_ext_query *q, attain_error *err)
{
    return open_kind(q, ATTAIN_KIND_TARGET, err);
}

/* The phrase; several readings as "of_served: ... | of_all: ...". */
static int give_phrase(const attain_plan *plan, uint32_t target, uint32_t n_readings,
                       sqlite3_context *context)
{
    sqlite3_str *const text = sqlite3_str_new(sqlite3_context_db_handle(context));
    for (uint32_t i = 0; i < n_readings; i++) {
        const attain_str name = attain_plan_reading_name(plan, target, i);
        const attain_str phrase = attain_plan_reading_phrase(plan, target, i);
        sqlite3_str_appendf(text, "%s%s%s%s", i == 0 ? "" : " | ", name.len > 0 ? name.data : "",
                            name.len > 0 ? ": " : "", phrase.len > 0 ? phrase.data : "");
    }
    const int rc = sqlite3_str_errcode(text);
    char *const joined = sqlite3_str_finish(text);
    if (joined != NULL) {
        sqlite3_result_text(context, joined, -1, sqlite3_free);
    }
    return rc;
}

/* A dispatch over the columns. */
static int give_target(atn_ext_query *q, sqlite3_context *context, int i)
{
    attain_target_info target;
    const attain_plan *const plan = q->plan->plan;
    if (attain_plan_target(plan, index_of(q), &target, NULL) != ATTAIN_OK) {
        return SQLITE_ERROR;
    }
    switch (i) {
    case 0: return atn_ext_give_str(context, target.id);
    case 1:
        sqlite3_result_text(context, target.is_milestone ? "milestone" : "target", -1, SQLITE_STATIC);
        return SQLITE_OK;
    case 2: return atn_ext_give_id(context, plan, ATTAIN_KIND_PROGRAMME, target.programme);
    case 3: return atn_ext_give_period(context, target.due);
    case 4: sqlite3_result_int(context, target.is_vision != 0); return SQLITE_OK;
    case 5: return give_phrase(plan, index_of(q), target.n_readings, context);
    case 6: return atn_ext_give_str(context, target.title);
    case 7: return atn_ext_give_str(context, target.source_document);
    case 8: return atn_ext_give_str(context, target.source_words);
    default: return atn_ext_give_str(context, target.note);
    }
}

const atn_ext_table atn_ext_targets = {
    .name = "attain_targets",
    .cost = 1e4,
    .schema = "CREATE TABLE attain_targets(target TEXT, kind TEXT, programme TEXT, due TEXT, vision INTEGER, "
              "phrase TEXT, title TEXT, source TEXT, words TEXT, note TEXT, edition BLOB HIDDEN)",
    .first_argument = 10,
    .n_arguments = 1,
    .filters = {0, -1},
    .open = open_targets,
    .column = give_target};

/* ---- attain_editions ---- */

typedef struct ledger_rows {
    atn_snapshot snapshot;
    atn_ledger ledger;
    atn_entry entry; /* that of `number` */
    int64_t number;
} ledger_rows;

static void close_editions(atn_ext_query *q)
{
    ledger_rows *const own = q->own;
    atn_ledger_close(&own->ledger);
    atn_snapshot_close(&own->snapshot);
    sqlite3_free(own);
}

static attain_status open_editions(atn_ext_query *q, attain_error *err)
{
    atn_head head;
    ledger_rows *const own = sqlite3_malloc(sizeof *own);
    if (own == NULL) {
        return atn_ext_no_memory(err);
    }
    *own = (ledger_rows){.number = 0};
    q->own = own;
    ATN_EXT_TRY(atn_snapshot_open(&own->snapshot, q->ext->db, err));
    ATN_EXT_TRY(atn_head_read(q->ext->db, &head, err));
    ATN_EXT_TRY(atn_ledger_open(&own->ledger, q->ext->db, &head, err));
    q->n_rows = (size_t)head.edition;
    return ATTAIN_OK;
}

static void give_count(sqlite3_context *context, uint64_t n)
{
    sqlite3_result_int64(context, (int64_t)n);
}

/* A dispatch over the columns. */
static int give_edition(atn_ext_query *q, sqlite3_context *context, int i)
{
    static const char *const kinds[] = {"plan", "import", "correction"};
    ledger_rows *const own = q->own;
    attain_error err = {.status = ATTAIN_OK};
    const int64_t number = (int64_t)q->row + 1;
    if (own->number != number && atn_ledger_read(&own->ledger, number, &own->entry, &err) != ATTAIN_OK) {
        own->number = 0;
        atn_ext_fail(context, "attain_editions", &err);
        return SQLITE_OK;
    }
    own->number = number;
    const attain_edition *const edition = &own->entry.edition;
    switch (i) {
    case 0: sqlite3_result_int64(context, number); break;
    case 1: sqlite3_result_text(context, kinds[edition->kind - 1], -1, SQLITE_STATIC); break;
    case 2: return atn_ext_give_time(context, edition->time_ms);
    case 3: return atn_ext_give_str(context, edition->source);
    case 4: return atn_ext_give_str(context, edition->note);
    case 5: give_count(context, edition->n_new); break;
    case 6: give_count(context, edition->n_changed); break;
    case 7: give_count(context, edition->n_withdrawn); break;
    case 8: give_count(context, edition->n_same); break;
    case 9: return atn_ext_give_period(context, edition->last);
    case 10: sqlite3_result_int64(context, own->entry.plan); break;
    default: sqlite3_result_int64(context, edition->time_ms); break;
    }
    return SQLITE_OK;
}

const atn_ext_table atn_ext_editions = {
    .name = "attain_editions",
    .cost = 1e4,
    .schema = "CREATE TABLE attain_editions(edition INTEGER, kind TEXT, time TEXT, source TEXT, note TEXT, "
              "n_new INTEGER, n_changed INTEGER, n_withdrawn INTEGER, n_same INTEGER, last_period TEXT, "
              "plan INTEGER, time_ms INTEGER HIDDEN)",
    .first_argument = 12,
    .n_arguments = 0,
    .filters = {-1, -1},
    .open = open_editions,
    .column = give_edition,
    .close = close_editions};

/* ---- attain_restated ---- */

enum { RESTATED_AS_OF = 2 };

static void close_restated(atn_ext_query *q)
{
    attain_restated_free(q->own);
    sqlite3_free(q->own);
}

static attain_status open_restated(atn_ext_query *q, attain_error *err)
{
    atn_ext_moment moments[2];
    attain_period as_of;
    attain_restated_options options = {.struct_size = sizeof options};
    for (int i = 0; i < 2; i++) {
        ATN_EXT_TRY(atn_ext_find_moment(q->ext, q->arguments[i], &moments[i], err));
    }
    ATN_EXT_TRY(atn_ext_period(q, RESTATED_AS_OF, &as_of, err));
    if (as_of.type != ATTAIN_PERIOD_NONE) {
        options.as_of = &as_of;
        options.n_as_of = 1;
    }
    attain_restated *const made = sqlite3_malloc(sizeof *made);
    if (made == NULL) {
        return atn_ext_no_memory(err);
    }
    *made = (attain_restated){.rows = NULL};
    q->own = made;
    ATN_EXT_TRY(atn_store_restated(q->ext->db, moments[0].edition, moments[1].edition, &options,
                                   &atn_ext_memory, made, err));
    q->n_rows = made->n_rows;
    return ATTAIN_OK;
}

/* Four values of each kind: at a, after late reports, after corrections, at b. */
static int give_restated(atn_ext_query *q, sqlite3_context *context, int i)
{
    const attain_restated_row *const row = &((const attain_restated *)q->own)->rows[q->row];
    const int step = (i - 3) % 4;
    if (i < 3) {
        return i == 2 ? atn_ext_give_period(context, row->as_of)
                      : atn_ext_give_str(context, i == 0 ? row->target : row->unit);
    }
    if (!row->has_row[step]) {
        return SQLITE_OK;
    }
    if (i < 7) {
        sqlite3_result_text(context, attain_verdict_name(row->verdict[step]), -1, SQLITE_STATIC);
    } else if (i < 11 && row->has_value[step]) {
        const double value = row->value[step];
        if (value > -9e15 && value < 9e15 && (double)(int64_t)value == value) {
            sqlite3_result_int64(context, (int64_t)value);
        } else {
            sqlite3_result_double(context, value);
        }
    } else if (i >= 11) {
        return atn_ext_give_str(context, i < 15 ? row->numerator[step] : row->denominator[step]);
    }
    return SQLITE_OK;
}

const atn_ext_table atn_ext_restated = {
    .name = "attain_restated",
    .cost = 1e8,
    .schema = "CREATE TABLE attain_restated(target TEXT, unit TEXT, period TEXT, "
              "verdict_a TEXT, verdict_late TEXT, verdict_corrected TEXT, verdict_b TEXT, "
              "value_a NUMERIC, value_late NUMERIC, value_corrected NUMERIC, value_b NUMERIC, "
              "numerator_a TEXT, numerator_late TEXT, numerator_corrected TEXT, numerator_b TEXT, "
              "denominator_a TEXT, denominator_late TEXT, denominator_corrected TEXT, denominator_b TEXT, "
              "a BLOB HIDDEN, b BLOB HIDDEN, as_of TEXT HIDDEN)",
    .first_argument = 19,
    .n_arguments = 3,
    .filters = {-1, -1},
    .required = "the earlier edition: its number or a date",
    .open = open_restated,
    .column = give_restated,
    .close = close_restated};
