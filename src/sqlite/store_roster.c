/* Names: units, measures and cells have numbers of the store's own, given in the order of the plan that first needs them, so that facts are
 * written and read in the order of attain_facts_read. Units get theirs all at once with the first facts; a measure and its cells with its
 * first fact, for until then its decimals may still change. A cell is known by its members, "age=0-4;sex=female", categories in the
 * order of their ids: plans may list them otherwise. */
#include "sqlite/store_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- hashes of rows ---- */

static uint64_t hash_name(uint64_t table, int64_t id, attain_str code, int64_t decimals)
{
    return atn_hash_integer(atn_hash_text(atn_hash_integer(table, (uint64_t)id), code), (uint64_t)decimals);
}

enum { HASH_UNIT = 4, HASH_MEASURE = 5, HASH_CELL = 6 };

uint64_t atn_roster_no_cell_hash(void)
{
    return hash_name(HASH_CELL, 0, (attain_str){"", 0}, 0);
}

/* ---- reading ---- */

typedef struct name_row {
    int64_t id, decimals;
    attain_str code;
} name_row;

/* A row of one of the tables, whose number must be `id`, added up. */
static attain_status read_name(sqlite3_stmt *stmt, uint64_t table, int64_t id, atn_tally *tally,
                               name_row *out, attain_error *err)
{
    int64_t hash;
    ATN_STORE_TRY(atn_store_integer(stmt, 0, 0, UINT32_MAX - 1, "the number of a name", &out->id, err));
    ATN_STORE_TRY(atn_store_text(stmt, 1, "a name", &out->code, err));
    ATN_STORE_TRY(atn_store_integer(stmt, 2, 0, 255, "the decimals of a measure", &out->decimals, err));
    ATN_STORE_TRY(atn_store_integer(stmt, 3, INT64_MIN, INT64_MAX, "the hash of a name", &hash, err));
    if (out->id != id || hash_name(table, out->id, out->code, out->decimals) != (uint64_t)hash) {
        return atn_store_error(err, ATTAIN_E_CORRUPT,
                               "the store is damaged: name number %lld does not fit its hash",
                               (long long)out->id);
    }
    tally->n++;
    tally->sum += (uint64_t)hash;
    return ATTAIN_OK;
}

typedef attain_status (*name_fn)(atn_roster *names, const name_row *row, attain_error *err);

static const char select_units[] = "SELECT id, code, 0, hash FROM main.attain_unit ORDER BY id";
static const char select_measures[] = "SELECT id, code, decimals, hash FROM main.attain_measure ORDER BY id";
static const char select_cells[] = "SELECT id, members, 0, hash FROM main.attain_cell ORDER BY id";

/* All rows of a table, whose numbers follow each other from `first` on. */
static attain_status each_name(sqlite3 *db, const char *sql, uint64_t table, int64_t first,
                               const atn_tally *expected, atn_roster *names, name_fn take, attain_error *err)
{
    sqlite3_stmt *stmt;
    atn_tally tally = {0, 0};
    bool row = true;
    ATN_STORE_TRY(atn_store_prepare(db, sql, &stmt, err));
    attain_status status = ATTAIN_OK;
    while (status == ATTAIN_OK) {
        name_row name;
        status = atn_store_step(stmt, &row, "reading names", err);
        if (status != ATTAIN_OK || !row) {
            break;
        }
        status = read_name(stmt, table, first + tally.n, &tally, &name, err);
        if (status == ATTAIN_OK && take != NULL) {
            status = take(names, &name, err);
        }
    }
    sqlite3_finalize(stmt);
    if (status == ATTAIN_OK && (tally.n != expected->n || tally.sum != expected->sum)) {
        status = atn_store_error(err, ATTAIN_E_CORRUPT,
                                 "the store is damaged: %lld names where the head says %lld",
                                 (long long)tally.n, (long long)expected->n);
    }
    return status;
}

/* Does any fact stand at this unit? */
static attain_status has_facts(atn_roster *names, uint32_t unit, bool *out, attain_error *err)
{
    sqlite3_stmt *stmt;
    ATN_STORE_TRY(
        atn_store_prepare(names->db,
                          "SELECT 1 FROM main.attain_measure m WHERE EXISTS"
                          " (SELECT 1 FROM main.attain_fact f WHERE f.measure = m.id AND f.unit = ?1)",
                          &stmt, err));
    sqlite3_bind_int64(stmt, 1, unit);
    const attain_status status = atn_store_step(stmt, out, "looking for facts of a unit", err);
    sqlite3_finalize(stmt);
    return status;
}

/* Two names of the store are one unit of the plan, by its aliases: the one with facts counts; both cannot. */
static attain_status choose_unit(atn_roster *names, uint32_t index, uint32_t id, attain_error *err)
{
    const uint32_t other = names->plan_unit[index];
    bool has_this;
    bool has_other;
    ATN_STORE_TRY(has_facts(names, id, &has_this, err));
    ATN_STORE_TRY(has_facts(names, other, &has_other, err));
    if (has_this && has_other) {
        char codes[2][64];
        atn_roster_unit_code(names->db, other, codes[0]);
        atn_roster_unit_code(names->db, id, codes[1]);
        return atn_store_error(err, ATTAIN_E_SCHEMA,
                               "units %s and %s of the store are one unit of the plan, and both have facts",
                               codes[0], codes[1]);
    }
    const attain_str plan_id = attain_plan_id(names->plan, ATTAIN_KIND_UNIT, index);
    char code[64];
    atn_roster_unit_code(names->db, id, code);
    if (has_this ||
        (!has_other && plan_id.len == strlen(code) && memcmp(plan_id.data, code, plan_id.len) == 0)) {
        names->unit_plan[other] = ATTAIN_NONE;
        names->unit_plan[id] = index;
        names->plan_unit[index] = id;
    }
    return ATTAIN_OK;
}

static attain_status take_unit(atn_roster *names, const name_row *row, attain_error *err)
{
    const uint32_t id = (uint32_t)row->id;
    if (!atn_store_grow((void **)&names->unit_plan, &names->units_capacity, (size_t)id + 1,
                        sizeof *names->unit_plan)) {
        return atn_store_memory(err);
    }
    const uint32_t index = attain_plan_find(names->plan, ATTAIN_KIND_UNIT, row->code.data, row->code.len);
    names->n_units = id;
    names->unit_plan[id] = ATTAIN_NONE;
    if (index == ATTAIN_NONE) {
        return ATTAIN_OK;
    }
    if (names->plan_unit[index] != 0) {
        return choose_unit(names, index, id, err);
    }
    names->unit_plan[id] = index;
    names->plan_unit[index] = id;
    return ATTAIN_OK;
}

static char *copy_of(attain_str text)
{
    char *copy = sqlite3_malloc64((sqlite3_uint64)text.len + 1);
    if (copy != NULL) {
        memcpy(copy, text.data, text.len);
        copy[text.len] = '\0';
    }
    return copy;
}

static attain_status keep_measure(atn_roster *names, uint32_t id, uint32_t index, attain_str code,
                                  attain_error *err)
{
    char *copy = copy_of(code);
    if (copy == NULL ||
        !atn_store_grow((void **)&names->measures, &names->measures_capacity, id, sizeof *names->measures)) {
        sqlite3_free(copy);
        return atn_store_memory(err);
    }
    names->measures[id - 1] = (atn_store_measure){.id = id, .plan = index, .code = copy};
    names->n_measures = id;
    if (index != ATTAIN_NONE) {
        names->plan_measure[index] = id;
    }
    return ATTAIN_OK;
}

/* A measure of the plan with other decimals is another measure, though it has the same name. */
static attain_status take_measure(atn_roster *names, const name_row *row, attain_error *err)
{
    attain_measure_info info;
    const uint32_t index = attain_plan_find(names->plan, ATTAIN_KIND_MEASURE, row->code.data, row->code.len);
    if (index != ATTAIN_NONE) {
        ATN_STORE_TRY(attain_plan_measure(names->plan, index, &info, err));
        if (info.decimals != row->decimals) {
            return atn_store_error(
                err, ATTAIN_E_SCHEMA,
                "measure %.*s has facts with %d decimals in the store, in the plan it has %d",
                (int)row->code.len, row->code.data, (int)row->decimals, (int)info.decimals);
        }
    }
    return keep_measure(names, (uint32_t)row->id, index, row->code, err);
}

static attain_status keep_cell(atn_roster *names, uint32_t id, attain_str members, attain_error *err)
{
    char *copy = copy_of(members);
    if (copy == NULL || !atn_store_grow((void **)&names->cells, &names->cells_capacity, (size_t)id + 1,
                                        sizeof *names->cells)) {
        sqlite3_free(copy);
        return atn_store_memory(err);
    }
    names->cells[id] = copy;
    names->n_cells = id + 1;
    return ATTAIN_OK;
}

static attain_status take_cell(atn_roster *names, const name_row *row, attain_error *err)
{
    return keep_cell(names, (uint32_t)row->id, row->code, err);
}

/* ---- cells by text ---- */

/* Heap sort of cell numbers by their texts: in place, without a context of its own. */
static void sift(char *const *cells, uint32_t *heap, size_t at, size_t n)
{
    for (size_t child = 2 * at + 1; child < n; child = 2 * at + 1) {
        if (child + 1 < n && strcmp(cells[heap[child]], cells[heap[child + 1]]) < 0) {
            child++;
        }
        if (strcmp(cells[heap[at]], cells[heap[child]]) >= 0) {
            return;
        }
        const uint32_t moved = heap[at];
        heap[at] = heap[child];
        heap[child] = moved;
        at = child;
    }
}

static attain_status sort_cells(atn_roster *names, attain_error *err)
{
    const size_t n = names->n_cells;
    if (!atn_store_grow((void **)&names->sorted, &names->sorted_capacity, n, sizeof *names->sorted)) {
        return atn_store_memory(err);
    }
    for (uint32_t i = 0; i < n; i++) {
        names->sorted[i] = i;
    }
    for (size_t i = n / 2; i-- > 0;) {
        sift(names->cells, names->sorted, i, n);
    }
    for (size_t end = n; end-- > 1;) {
        const uint32_t last = names->sorted[0];
        names->sorted[0] = names->sorted[end];
        names->sorted[end] = last;
        sift(names->cells, names->sorted, 0, end);
    }
    names->n_sorted = (uint32_t)n;
    return ATTAIN_OK;
}

/* ATTAIN_NONE: not in the store. */
static uint32_t find_cell(const atn_roster *names, const char *members)
{
    size_t low = 0;
    size_t high = names->n_sorted;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        const int order = strcmp(names->cells[names->sorted[middle]], members);
        if (order == 0) {
            return names->sorted[middle];
        }
        low = order < 0 ? middle + 1 : low;
        high = order < 0 ? high : middle;
    }
    return ATTAIN_NONE;
}

/* ---- members of a cell ---- */

enum { MOST_CATEGORIES = 32 };

/* The categories of a measure: where each stands, and in which order their ids are. */
typedef struct cell_shape {
    const attain_plan *plan;
    uint32_t n;
    uint32_t category[MOST_CATEGORIES], n_members[MOST_CATEGORIES];
    uint32_t order[MOST_CATEGORIES]; /* positions, by id */
    uint32_t n_cells;
} cell_shape;

static int compare_text(attain_str a, attain_str b)
{
    const int order = memcmp(a.data, b.data, a.len < b.len ? a.len : b.len);
    return order != 0 ? order : (a.len > b.len) - (a.len < b.len);
}

static attain_status shape_of(const attain_plan *plan, uint32_t measure, cell_shape *out, attain_error *err)
{
    attain_measure_info info;
    ATN_STORE_TRY(attain_plan_measure(plan, measure, &info, err));
    if (info.n_categories > MOST_CATEGORIES) {
        return atn_store_error(err, ATTAIN_E_LIMIT, "a measure has %u categories, a store takes %d",
                               (unsigned)info.n_categories, (int)MOST_CATEGORIES);
    }
    *out = (cell_shape){.plan = plan, .n = info.n_categories, .n_cells = info.n_cells};
    for (uint32_t i = 0; i < out->n; i++) {
        out->category[i] = attain_plan_measure_category(plan, measure, i);
        out->n_members[i] = attain_plan_member_count(plan, ATTAIN_KIND_CATEGORY, out->category[i]);
        uint32_t at = i;
        const attain_str id = attain_plan_id(plan, ATTAIN_KIND_CATEGORY, out->category[i]);
        while (at > 0 && compare_text(id, attain_plan_id(plan, ATTAIN_KIND_CATEGORY,
                                                         out->category[out->order[at - 1]])) < 0) {
            out->order[at] = out->order[at - 1];
            at--;
        }
        out->order[at] = i;
    }
    return ATTAIN_OK;
}

static bool add_text(char **buffer, size_t *capacity, size_t *len, attain_str text)
{
    if (!atn_store_grow((void **)buffer, capacity, *len + text.len + 1, 1)) {
        return false;
    }
    memcpy(*buffer + *len, text.data, text.len);
    *len += text.len;
    (*buffer)[*len] = '\0';
    return true;
}

/* "age=0-4;sex=female" into a growing buffer. */
static bool print_members(const cell_shape *shape, uint32_t cell, char **buffer, size_t *capacity,
                          size_t *len)
{
    uint32_t member[MOST_CATEGORIES];
    for (uint32_t i = shape->n; i-- > 0;) {
        member[i] = cell % shape->n_members[i];
        cell /= shape->n_members[i];
    }
    *len = 0;
    bool fine = add_text(buffer, capacity, len, (attain_str){"", 0});
    for (uint32_t k = 0; k < shape->n && fine; k++) {
        const uint32_t i = shape->order[k];
        fine = (k == 0 || add_text(buffer, capacity, len, (attain_str){";", 1})) &&
               add_text(buffer, capacity, len,
                        attain_plan_id(shape->plan, ATTAIN_KIND_CATEGORY, shape->category[i])) &&
               add_text(buffer, capacity, len, (attain_str){"=", 1}) &&
               add_text(buffer, capacity, len,
                        attain_plan_member(shape->plan, ATTAIN_KIND_CATEGORY, shape->category[i], member[i]));
    }
    return fine;
}

static attain_status map_cells(atn_roster *names, const cell_shape *shape, attain_error *err)
{
    char *text = NULL;
    size_t capacity = 0;
    size_t len;
    attain_status status = ATTAIN_OK;
    for (uint32_t cell = 0; cell < shape->n_cells; cell++) {
        if (!print_members(shape, cell, &text, &capacity, &len)) {
            status = atn_store_memory(err);
            break;
        }
        const uint32_t id = find_cell(names, text);
        names->plan_cell[cell] = id;
        if (id != ATTAIN_NONE) {
            names->cell_plan[id] = cell;
        }
    }
    sqlite3_free(text);
    return status;
}

attain_status atn_roster_cells(atn_roster *names, uint32_t plan_measure, attain_error *err)
{
    cell_shape shape;
    ATN_STORE_TRY(shape_of(names->plan, plan_measure, &shape, err));
    names->cells_of = ATTAIN_NONE;
    if (names->n_sorted != names->n_cells) {
        ATN_STORE_TRY(sort_cells(names, err));
    }
    if (!atn_store_grow((void **)&names->cell_plan, &names->cell_plan_capacity, names->n_cells,
                        sizeof(uint32_t)) ||
        !atn_store_grow((void **)&names->plan_cell, &names->plan_cell_capacity, shape.n_cells,
                        sizeof(uint32_t))) {
        return atn_store_memory(err);
    }
    for (uint32_t id = 0; id < names->n_cells; id++) {
        names->cell_plan[id] = ATTAIN_NONE;
    }
    ATN_STORE_TRY(map_cells(names, &shape, err));
    names->cells_of = plan_measure;
    return ATTAIN_OK;
}

/* ---- all of them ---- */

attain_status atn_roster_read(atn_roster *names, sqlite3 *db, const atn_head *head, const attain_plan *plan,
                              attain_error *err)
{
    const size_t n_units = attain_plan_count(plan, ATTAIN_KIND_UNIT);
    const size_t n_measures = attain_plan_count(plan, ATTAIN_KIND_MEASURE);
    *names = (atn_roster){.db = db,
                          .plan = plan,
                          .n_plan_units = n_units,
                          .n_plan_measures = n_measures,
                          .cells_of = ATTAIN_NONE};
    names->plan_unit = sqlite3_malloc64(((sqlite3_uint64)n_units + 1) * sizeof(uint32_t));
    names->plan_measure = sqlite3_malloc64(((sqlite3_uint64)n_measures + 1) * sizeof(uint32_t));
    if (names->plan_unit == NULL || names->plan_measure == NULL) {
        atn_roster_free(names);
        return atn_store_memory(err);
    }
    memset(names->plan_unit, 0, (n_units + 1) * sizeof(uint32_t));
    memset(names->plan_measure, 0, (n_measures + 1) * sizeof(uint32_t));
    attain_status status = each_name(db, select_units, HASH_UNIT, 1, &head->units, names, take_unit, err);
    if (status == ATTAIN_OK) {
        status = each_name(db, select_measures, HASH_MEASURE, 1, &head->measures, names, take_measure, err);
    }
    if (status == ATTAIN_OK) {
        status = each_name(db, select_cells, HASH_CELL, 0, &head->cells, names, take_cell, err);
    }
    if (status != ATTAIN_OK) {
        atn_roster_free(names);
    }
    return status;
}

attain_status atn_roster_verify(sqlite3 *db, const atn_head *head, attain_error *err)
{
    ATN_STORE_TRY(each_name(db, select_units, HASH_UNIT, 1, &head->units, NULL, NULL, err));
    ATN_STORE_TRY(each_name(db, select_measures, HASH_MEASURE, 1, &head->measures, NULL, NULL, err));
    return each_name(db, select_cells, HASH_CELL, 0, &head->cells, NULL, NULL, err);
}

void atn_roster_free(atn_roster *names)
{
    for (uint32_t i = 0; i < names->n_measures; i++) {
        sqlite3_free(names->measures[i].code);
    }
    for (uint32_t i = 0; i < names->n_cells; i++) {
        sqlite3_free(names->cells[i]);
    }
    sqlite3_free(names->unit_plan);
    sqlite3_free(names->plan_unit);
    sqlite3_free(names->measures);
    sqlite3_free(names->plan_measure);
    sqlite3_free(names->cells);
    sqlite3_free(names->sorted);
    sqlite3_free(names->cell_plan);
    sqlite3_free(names->plan_cell);
    *names = (atn_roster){.cells_of = ATTAIN_NONE};
}

void atn_roster_unit_code(sqlite3 *db, uint32_t unit, char code[64])
{
    sqlite3_stmt *stmt;
    bool row = false;
    snprintf(code, 64, "?");
    if (atn_store_prepare(db, "SELECT code FROM main.attain_unit WHERE id = ?1", &stmt, NULL) != ATTAIN_OK) {
        return;
    }
    sqlite3_bind_int64(stmt, 1, unit);
    if (atn_store_step(stmt, &row, "", NULL) == ATTAIN_OK && row) {
        const unsigned char *text = sqlite3_column_text(stmt, 0);
        snprintf(code, 64, "%s", text != NULL ? (const char *)text : "?");
    }
    sqlite3_finalize(stmt);
}

/* ---- adding ---- */

/* Writes a row and adds it up. stmt: (?1 number, ?2 text, ?3 hash[, ?4 decimals]). */
static attain_status insert_name(sqlite3_stmt *stmt, uint64_t table, int64_t id, attain_str code,
                                 int64_t decimals, atn_tally *tally, attain_error *err)
{
    const uint64_t hash = hash_name(table, id, code, decimals);
    sqlite3_bind_int64(stmt, 1, id);
    const int rc = atn_store_bind(stmt, 2, code);
    sqlite3_bind_int64(stmt, 3, atn_store_signed(hash));
    if (table == HASH_MEASURE) {
        sqlite3_bind_int64(stmt, 4, decimals);
    }
    if (rc != SQLITE_OK) {
        return atn_store_fail(err, sqlite3_db_handle(stmt), rc, "writing a name");
    }
    ATN_STORE_TRY(atn_store_done(stmt, "writing a name", err));
    tally->n++;
    tally->sum += hash;
    return ATTAIN_OK;
}

attain_status atn_roster_add_units(atn_roster *names, atn_head *head, attain_error *err)
{
    sqlite3_stmt *stmt;
    if (!atn_store_grow((void **)&names->unit_plan, &names->units_capacity,
                        names->n_units + names->n_plan_units + 1, sizeof *names->unit_plan)) {
        return atn_store_memory(err);
    }
    ATN_STORE_TRY(atn_store_prepare(names->db,
                                    "INSERT INTO main.attain_unit(id, code, hash) VALUES(?1, ?2, ?3)", &stmt,
                                    err));
    attain_status status = ATTAIN_OK;
    for (uint32_t i = 0; i < names->n_plan_units && status == ATTAIN_OK; i++) {
        if (names->plan_unit[i] != 0) {
            continue;
        }
        const uint32_t id = names->n_units + 1;
        status = insert_name(stmt, HASH_UNIT, id, attain_plan_id(names->plan, ATTAIN_KIND_UNIT, i), 0,
                             &head->units, err);
        if (status == ATTAIN_OK) {
            names->n_units = id;
            names->unit_plan[id] = i;
            names->plan_unit[i] = id;
        }
    }
    sqlite3_finalize(stmt);
    return status;
}

static attain_status add_cells(atn_roster *names, atn_head *head, const cell_shape *shape, sqlite3_stmt *stmt,
                               attain_error *err)
{
    char *text = NULL;
    size_t capacity = 0;
    size_t len;
    attain_status status = ATTAIN_OK;
    for (uint32_t cell = 0; cell < shape->n_cells && status == ATTAIN_OK; cell++) {
        if (names->plan_cell[cell] != ATTAIN_NONE) {
            continue;
        }
        if (!print_members(shape, cell, &text, &capacity, &len)) {
            status = atn_store_memory(err);
            break;
        }
        const attain_str members = {text, len};
        const uint32_t id = names->n_cells;
        status = insert_name(stmt, HASH_CELL, id, members, 0, &head->cells, err);
        if (status == ATTAIN_OK) {
            status = keep_cell(names, id, members, err);
        }
    }
    sqlite3_free(text);
    return status;
}

static attain_status add_measure(atn_roster *names, atn_head *head, uint32_t plan_measure, attain_error *err)
{
    attain_measure_info info;
    sqlite3_stmt *stmt;
    const uint32_t id = names->n_measures + 1;
    ATN_STORE_TRY(attain_plan_measure(names->plan, plan_measure, &info, err));
    ATN_STORE_TRY(
        atn_store_prepare(names->db,
                          "INSERT INTO main.attain_measure(id, code, hash, decimals) VALUES(?1, ?2, ?3, ?4)",
                          &stmt, err));
    const attain_status status =
        insert_name(stmt, HASH_MEASURE, id, info.id, info.decimals, &head->measures, err);
    sqlite3_finalize(stmt);
    return status == ATTAIN_OK ? keep_measure(names, id, plan_measure, info.id, err) : status;
}

attain_status atn_roster_add_measure(atn_roster *names, atn_head *head, uint32_t plan_measure,
                                     attain_error *err)
{
    cell_shape shape;
    sqlite3_stmt *stmt;
    if (names->plan_measure[plan_measure] == 0) {
        ATN_STORE_TRY(add_measure(names, head, plan_measure, err));
    }
    if (names->cells_of != plan_measure) {
        ATN_STORE_TRY(atn_roster_cells(names, plan_measure, err));
    }
    ATN_STORE_TRY(shape_of(names->plan, plan_measure, &shape, err));
    ATN_STORE_TRY(atn_store_prepare(names->db,
                                    "INSERT INTO main.attain_cell(id, members, hash) VALUES(?1, ?2, ?3)",
                                    &stmt, err));
    const uint32_t before = names->n_cells;
    const attain_status status = add_cells(names, head, &shape, stmt, err);
    sqlite3_finalize(stmt);
    ATN_STORE_TRY(status);
    return names->n_cells != before ? atn_roster_cells(names, plan_measure, err) : ATTAIN_OK;
}
