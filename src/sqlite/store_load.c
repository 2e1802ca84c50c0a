/* Loading: rows of the walk become columns of facts. Of the rows of one cell, which come in the order of their editions, the last one that
 * was known at the edition asked for counts; a withdrawn one counts as none. */
#include "sqlite/store_parts.h"

#include <string.h>

enum { BATCH = 65536 };

typedef struct load {
    const attain_plan *plan;
    attain_facts *facts;
    atn_roster names;
    const atn_store_measure *measure;
    int64_t edition; /* as known at */
    bool leave_out;
    uint64_t n_strangers;
    const uint8_t *wanted; /* [unit of the plan]; NULL: all */
    /* the row in hand: the last of its cell so far */
    atn_fact_row held;
    bool is_held;
    /* the batch */
    size_t n;
    bool has_state, has_cell; /* a qualifier or reason, a cell other than 0 */
    uint32_t *unit, *cell;
    int32_t *period;
    int64_t *value;
    uint8_t *qualifier, *reason;
} load;

/* ---- the batch ---- */

static attain_status begin_batch(load *l, attain_error *err)
{
    const size_t bytes =
        (size_t)BATCH * (sizeof *l->value + sizeof *l->unit + sizeof *l->cell + sizeof *l->period + 2);
    char *at = sqlite3_malloc64((sqlite3_uint64)bytes);
    if (at == NULL) {
        return atn_store_memory(err);
    }
    l->value = (int64_t *)(void *)at;
    l->unit = (uint32_t *)(void *)(l->value + BATCH);
    l->cell = l->unit + BATCH;
    l->period = (int32_t *)(void *)(l->cell + BATCH);
    l->qualifier = (uint8_t *)(l->period + BATCH);
    l->reason = l->qualifier + BATCH;
    return ATTAIN_OK;
}

static bool is_stranger(attain_status status)
{
    return (status >= ATTAIN_E_UNIT && status <= ATTAIN_E_PLACE) || status == ATTAIN_E_QUALIFIER ||
           status == ATTAIN_E_RANGE || status == ATTAIN_E_DATE;
}

/* The fact of these numbers of the plan has no place in it. */
static attain_status tell_stranger(const load *l, uint32_t unit, int64_t period, const attain_error *why,
                                   attain_error *err)
{
    char text[ATN_PERIOD_BYTES];
    const attain_str id = attain_plan_id(l->plan, ATTAIN_KIND_UNIT, unit);
    atn_store_period_text(period, text);
    return atn_store_error(err, ATTAIN_E_SCHEMA,
                           "the plan has no place for the fact of unit %.*s, measure %s, period %s: %s",
                           (int)id.len, id.data, l->measure->code, text, why->message);
}

static attain_status add_batch(load *l, const attain_fact_columns *columns, attain_error *err)
{
    attain_error why;
    const attain_status status = attain_facts_add(l->facts, columns, l->n, NULL, NULL, &why);
    if (status == ATTAIN_OK || !is_stranger(status)) {
        return status == ATTAIN_OK ? status : atn_store_error(err, status, "%s", why.message);
    }
    if (!l->leave_out) {
        const size_t i = why.index >= 0 && (size_t)why.index < l->n ? (size_t)why.index : 0;
        return tell_stranger(l, l->unit[i], l->period[i], &why, err);
    }
    const attain_intake_options options = {.struct_size = sizeof options,
                                           .flags = ATTAIN_INTAKE_SKIP_BAD_ROWS};
    attain_report report;
    ATN_STORE_TRY(attain_facts_add(l->facts, columns, l->n, &options, &report, err));
    l->n_strangers += report.n_rejected;
    attain_report_free(&report);
    return ATTAIN_OK;
}

static attain_status flush(load *l, attain_error *err)
{
    if (l->n == 0) {
        return ATTAIN_OK;
    }
    const attain_fact_columns columns = {.unit = l->unit,
                                         .one_measure = l->measure->plan,
                                         .period = l->period,
                                         .cell = l->has_cell ? l->cell : NULL,
                                         .value = l->value,
                                         .qualifier = l->has_state ? l->qualifier : NULL,
                                         .reason = l->has_state ? l->reason : NULL};
    ATN_STORE_TRY(add_batch(l, &columns, err));
    l->n = 0;
    l->has_state = false;
    l->has_cell = false;
    return ATTAIN_OK;
}

/* ---- rows ---- */

static attain_status tell_unknown(const load *l, const atn_fact_row *row, attain_error *err)
{
    char unit[64];
    char period[ATN_PERIOD_BYTES];
    atn_roster_unit_code(l->names.db, row->unit, unit);
    atn_store_period_text(row->period, period);
    const char *members = l->names.cells[row->cell];
    const char *what = l->measure->plan == ATTAIN_NONE                ? "it has no such measure"
                       : l->names.unit_plan[row->unit] == ATTAIN_NONE ? "it has no such unit"
                                                                      : "the measure has no such members";
    return atn_store_error(err, ATTAIN_E_SCHEMA,
                           "the plan has no place for the fact of unit %s, measure %s%s%s, period %s: %s",
                           unit, l->measure->code, members[0] != '\0' ? ", " : "", members, period, what);
}

/* A range of periods has no place in columns: the fact is set by itself. */
static attain_status put_range(load *l, uint32_t unit, uint32_t cell, attain_error *err)
{
    attain_error why;
    attain_fact fact = {.unit = unit,
                        .measure = l->measure->plan,
                        .cell = cell,
                        .value = l->held.value,
                        .qualifier = (uint8_t)l->held.qualifier,
                        .reason = l->held.reason};
    if (!atn_store_period_of(l->held.period, &fact.period)) {
        return atn_store_error(err, ATTAIN_E_CORRUPT,
                               "the store is damaged: a fact of measure %s has a period that is none",
                               l->measure->code);
    }
    const attain_status status = attain_facts_set(l->facts, &fact, 0, &why);
    if (status == ATTAIN_OK || !is_stranger(status)) {
        return status == ATTAIN_OK ? status : atn_store_error(err, status, "%s", why.message);
    }
    l->n_strangers++;
    return l->leave_out ? ATTAIN_OK : tell_stranger(l, unit, l->held.period, &why, err);
}

/* The row in hand is what was known of its cell. */
static attain_status put_held(load *l, attain_error *err)
{
    const atn_fact_row *row = &l->held;
    l->is_held = false;
    if (row->qualifier == ATN_WITHDRAWN) {
        return ATTAIN_OK;
    }
    const uint32_t unit = l->names.unit_plan[row->unit];
    if (l->wanted != NULL && (unit == ATTAIN_NONE || l->wanted[unit] == 0)) {
        return ATTAIN_OK;
    }
    const uint32_t cell = l->measure->plan != ATTAIN_NONE ? l->names.cell_plan[row->cell] : ATTAIN_NONE;
    if (unit == ATTAIN_NONE || cell == ATTAIN_NONE) {
        l->n_strangers++;
        return l->leave_out ? ATTAIN_OK : tell_unknown(l, row, err);
    }
    if (row->period > INT32_MAX) {
        return put_range(l, unit, cell, err);
    }
    if (l->n == BATCH) {
        ATN_STORE_TRY(flush(l, err));
    }
    const size_t i = l->n++;
    l->unit[i] = unit;
    l->cell[i] = cell;
    l->period[i] = (int32_t)row->period;
    l->value[i] = row->value;
    l->qualifier[i] = (uint8_t)row->qualifier;
    l->reason[i] = row->reason;
    l->has_state = l->has_state || row->qualifier != ATTAIN_EXACT || row->reason != 0;
    l->has_cell = l->has_cell || cell != 0;
    return ATTAIN_OK;
}

static attain_status take(void *ctx, const atn_fact_row *row, attain_error *err)
{
    load *l = ctx;
    if (row->edition > l->edition) {
        return ATTAIN_OK;
    }
    if (l->is_held &&
        (row->period != l->held.period || row->unit != l->held.unit || row->cell != l->held.cell)) {
        ATN_STORE_TRY(put_held(l, err));
    }
    l->held = *row;
    l->is_held = true;
    return ATTAIN_OK;
}

/* ---- which blocks ---- */

/* Does the block hold a unit that is asked for? */
static bool is_block_wanted(const load *l, uint32_t block)
{
    const uint32_t end = (block + 1) * ATN_BLOCK_UNITS;
    for (uint32_t unit = block * ATN_BLOCK_UNITS; unit < end && unit <= l->names.n_units; unit++) {
        const uint32_t plan = unit > 0 ? l->names.unit_plan[unit] : ATTAIN_NONE;
        if (plan != ATTAIN_NONE && l->wanted[plan] != 0) {
            return true;
        }
    }
    return false;
}

static attain_status load_measure(load *l, atn_walk *walk, const atn_store_measure *measure,
                                  attain_error *err)
{
    const uint32_t n_blocks = l->names.n_units / ATN_BLOCK_UNITS + 1;
    l->measure = measure;
    walk->measure_code = measure->code;
    if (measure->plan != ATTAIN_NONE) {
        ATN_STORE_TRY(atn_roster_cells(&l->names, measure->plan, err));
    }
    if (l->wanted == NULL) {
        ATN_STORE_TRY(atn_walk_blocks(walk, measure->id, 0, UINT32_MAX / ATN_BLOCK_UNITS, take, l, err));
    }
    for (uint32_t block = 0; l->wanted != NULL && block < n_blocks; block++) {
        if (!is_block_wanted(l, block)) {
            continue;
        }
        uint32_t last = block;
        while (last + 1 < n_blocks && is_block_wanted(l, last + 1)) {
            last++;
        }
        ATN_STORE_TRY(atn_walk_blocks(walk, measure->id, block, last, take, l, err));
        block = last;
    }
    if (l->is_held) {
        ATN_STORE_TRY(put_held(l, err));
    }
    return flush(l, err);
}

/* All measures of the store that are asked for. */
static attain_status load_measures(load *l, atn_walk *walk, const attain_store_part *part, attain_error *err)
{
    for (uint32_t m = 0; m < l->names.n_measures; m++) {
        const atn_store_measure *measure = &l->names.measures[m];
        bool is_wanted = part->measures == NULL;
        for (size_t i = 0; part->measures != NULL && i < part->n_measures && !is_wanted; i++) {
            is_wanted = part->measures[i] == measure->plan;
        }
        if (is_wanted) {
            ATN_STORE_TRY(load_measure(l, walk, measure, err));
        }
    }
    return ATTAIN_OK;
}

/* ---- the call ---- */

static attain_status take_part(const attain_store_part *part, attain_store_part *out, attain_error *err)
{
    *out = (attain_store_part){.struct_size = sizeof *out};
    if (part == NULL) {
        return ATTAIN_OK;
    }
    if (part->struct_size < sizeof(size_t) || part->struct_size > sizeof *part) {
        return atn_store_error(err, ATTAIN_E_ARGUMENT, "part->struct_size is %zu, at most %zu is known here",
                               part->struct_size, sizeof *part);
    }
    memcpy(out, part, part->struct_size);
    return ATTAIN_OK;
}

static attain_status check_measures(const attain_plan *plan, const attain_store_part *part, attain_error *err)
{
    const size_t n = attain_plan_count(plan, ATTAIN_KIND_MEASURE);
    for (size_t i = 0; part->measures != NULL && i < part->n_measures; i++) {
        if (part->measures[i] >= n) {
            return atn_store_error(err, ATTAIN_E_MEASURE,
                                   "measure %u of part; the plan has %zu, counted from 0",
                                   (unsigned)part->measures[i], n);
        }
    }
    return ATTAIN_OK;
}

/* The units whose facts are asked for, a byte each. */
static attain_status find_wanted(const attain_plan *plan, const attain_store_part *part, uint8_t **out,
                                 attain_error *err)
{
    *out = NULL;
    if (part->units == NULL) {
        return ATTAIN_OK;
    }
    uint8_t *wanted = sqlite3_malloc64((sqlite3_uint64)attain_plan_count(plan, ATTAIN_KIND_UNIT) + 1);
    if (wanted == NULL) {
        return atn_store_memory(err);
    }
    const attain_status status = attain_plan_feeders(plan, part->units, part->n_units, wanted, err);
    if (status != ATTAIN_OK) {
        sqlite3_free(wanted);
        return status;
    }
    *out = wanted;
    return ATTAIN_OK;
}

static attain_status load_rows(sqlite3 *db, load *l, const atn_head *head, const attain_store_part *part,
                               const atn_store_watch *watch, uint64_t *n_rows, attain_error *err)
{
    atn_walk walk;
    ATN_STORE_TRY(atn_roster_read(&l->names, db, head, l->plan, err));
    attain_status status = atn_walk_open(&walk, db, head, watch, err);
    if (status == ATTAIN_OK) {
        status = load_measures(l, &walk, part, err);
        *n_rows = walk.n_rows;
        atn_walk_close(&walk);
    }
    atn_roster_free(&l->names);
    return status;
}

static attain_status load_at(sqlite3 *db, load *l, int64_t edition, const attain_store_part *part,
                             const atn_store_watch *watch, uint64_t *n_rows, attain_error *err)
{
    atn_head head;
    const attain_facts_options options = {.struct_size = sizeof options, .n_threads = part->n_threads};
    ATN_STORE_TRY(atn_head_read(db, &head, err));
    ATN_STORE_TRY(atn_head_resolve(&head, &edition, err));
    ATN_STORE_TRY(check_measures(l->plan, part, err));
    ATN_STORE_TRY(attain_facts_new(l->plan, &options, &l->facts, err));
    l->edition = edition;
    l->leave_out = part->leave_out_strangers != 0;
    attain_status status = begin_batch(l, err);
    if (status == ATTAIN_OK) {
        status = load_rows(db, l, &head, part, watch, n_rows, err);
    }
    sqlite3_free(l->value);
    if (status != ATTAIN_OK) {
        attain_facts_free(l->facts);
    }
    return status;
}

attain_status atn_store_facts(sqlite3 *db, const attain_plan *plan, int64_t edition,
                              const attain_store_part *part, const atn_store_watch *watch, attain_facts **out,
                              uint64_t *n_rows, attain_error *err)
{
    atn_snapshot snapshot;
    attain_store_part asked;
    uint8_t *wanted;
    uint64_t n_read = 0;
    load l = {.plan = plan};
    ATN_STORE_TRY(take_part(part, &asked, err));
    ATN_STORE_TRY(find_wanted(plan, &asked, &wanted, err));
    l.wanted = wanted;
    attain_status status = atn_snapshot_open(&snapshot, db, err);
    if (status == ATTAIN_OK) {
        status = load_at(db, &l, edition, &asked, watch, &n_read, err);
        atn_snapshot_close(&snapshot);
    }
    sqlite3_free(wanted);
    ATN_STORE_TRY(status);
    *out = l.facts;
    if (n_rows != NULL) {
        *n_rows = n_read;
    }
    if (asked.n_strangers != NULL) {
        *asked.n_strangers = l.n_strangers;
    }
    return ATTAIN_OK;
}
