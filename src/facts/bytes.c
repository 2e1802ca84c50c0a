/* Facts as bytes: what crosses a process or a machine. The same facts give the same bytes everywhere; bytes that were cut, changed or written
 * by a newer version are refused, never half read. All numbers are little-endian.
 *
 *   0  "attainF\n"     8   magic
 *   8  version         4   1
 *  12  row size        4   36
 *  16  schema         16   of the plan
 *  32  n rows          8
 *  40  rows            36 each, in the order of the store:
 *                      measure 4, unit 4, cell 4, start day 4, end day 4, type 1, start month 1, end type 1, end month 1,
 *                      value 8, qualifier 1, reason 1, zero 2
 *      check           8   SipHash-1-3 of all before, with a fixed key
 *
 * The check tells damage, not malice: whoever can write bytes can write it too. So every row passes the same checks as at intake, and
 * the order of rows is checked as well. */
#include "facts/grid.h"
#include <string.h>

#define FORMAT_VERSION 1u
#define HEADER_BYTES 40u
#define ROW_BYTES 36u
#define CHECK_BYTES 8u

static const char magic[8] = {'a', 't', 't', 'a', 'i', 'n', 'F', '\n'};
static const uint64_t check_key[2] = {UINT64_C(0x61747461696e2066), UINT64_C(0x6163747320763031)};

/* ---- writing ---- */

static unsigned char *put(unsigned char *to, uint64_t value, unsigned n_bytes)
{
    for (unsigned i = 0; i < n_bytes; i++) {
        to[i] = (unsigned char)(value >> (8 * i) & 0xff);
    }
    return to + n_bytes;
}

static unsigned char *put_row(unsigned char *to, const atn_row *row)
{
    to = put(to, row->measure, 4);
    to = put(to, row->unit, 4);
    to = put(to, row->cell, 4);
    to = put(to, (uint32_t)row->start_day, 4);
    to = put(to, (uint32_t)row->end_day, 4);
    to = put(to, row->type, 1);
    to = put(to, row->start_month, 1);
    to = put(to, row->end_type, 1);
    to = put(to, row->end_month, 1);
    to = put(to, (uint64_t)row->value, 8);
    to = put(to, row->qualifier, 1);
    to = put(to, row->reason, 1);
    return put(to, 0, 2);
}

static unsigned char *put_facts(unsigned char *to, const attain_facts *facts)
{
    const atn_model *model = &facts->plan->model;
    for (uint32_t m = 0; m < model->n_measures; m++) {
        atn_cursor cursor;
        atn_row row;
        atn_cursor_init(&cursor, facts, m, 0, model->n_units);
        while (atn_cursor_next(&cursor, &row)) {
            to = put_row(to, &row);
        }
    }
    return to;
}

attain_status atn_facts_to_bytes(const attain_facts *facts, attain_text *out, attain_error *err)
{
    const uint64_t *schema = facts->plan->model.schema;
    const uint64_t n_facts = atn_facts_count(facts);
    if (n_facts > (SIZE_MAX - HEADER_BYTES - CHECK_BYTES - 1) / ROW_BYTES) {
        return atn_error_memory(err, "writing facts to bytes");
    }
    const size_t len = HEADER_BYTES + (size_t)n_facts * ROW_BYTES + CHECK_BYTES;
    unsigned char *data = atn_alloc_array(&facts->outer, len + 1, 1);
    if (data == NULL) {
        return atn_error_memory(err, "writing facts to bytes");
    }
    memcpy(data, magic, sizeof magic);
    unsigned char *at = data + sizeof magic;
    at = put(at, FORMAT_VERSION, 4);
    at = put(at, ROW_BYTES, 4);
    at = put(at, schema[0], 8);
    at = put(at, schema[1], 8);
    at = put(at, n_facts, 8);
    at = put_facts(at, facts);
    (void)put(at, atn_hash_siphash(check_key, data, len - CHECK_BYTES), CHECK_BYTES);
    *out = (attain_text){.data = (char *)data, .len = len, .capacity = len + 1, .alloc = facts->outer};
    return ATTAIN_OK;
}

/* ---- reading ---- */

static uint64_t get(const unsigned char *from, unsigned n_bytes)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < n_bytes; i++) {
        value |= (uint64_t)from[i] << (8 * i);
    }
    return value;
}

/* Two's complement without relying on how a conversion of a large unsigned number is defined. */
static int64_t get_signed(const unsigned char *from, unsigned n_bytes)
{
    const uint64_t value = get(from, n_bytes);
    const uint64_t sign = UINT64_C(1) << (8 * n_bytes - 1);
    if ((value & sign) == 0) {
        return (int64_t)value;
    }
    return -(int64_t)(~value & (sign - 1)) - 1;
}

static bool get_row(const unsigned char *from, atn_row *row)
{
    memset(row, 0, sizeof *row);
    row->measure = (uint32_t)get(from, 4);
    row->unit = (uint32_t)get(from + 4, 4);
    row->cell = (uint32_t)get(from + 8, 4);
    row->start_day = (int32_t)get_signed(from + 12, 4);
    row->end_day = (int32_t)get_signed(from + 16, 4);
    row->type = from[20];
    row->start_month = from[21];
    row->end_type = from[22];
    row->end_month = from[23];
    row->value = get_signed(from + 24, 8);
    row->qualifier = from[32];
    row->reason = from[33];
    const bool missing = row->qualifier == ATTAIN_MISSING;
    return from[34] == 0 && from[35] == 0 &&
           (!missing || (row->value == 0 && row->reason != ATTAIN_REASON_NONE));
}

static attain_status check_frame(const attain_plan *plan, atn_str bytes, uint64_t *n_rows, attain_error *err)
{
    const unsigned char *data = (const unsigned char *)bytes.data;
    if (bytes.len < sizeof magic || memcmp(data, magic, sizeof magic) != 0) {
        return atn_error_set(err, ATTAIN_E_FORMAT,
                             "the bytes are no facts: they do not begin as attain_facts_to_bytes writes");
    }
    if (bytes.len < HEADER_BYTES + CHECK_BYTES) {
        return atn_error_set(err, ATTAIN_E_FORMAT, "the bytes end after %llu; facts have at least %u",
                             (unsigned long long)bytes.len, HEADER_BYTES + CHECK_BYTES);
    }
    const unsigned long version = (unsigned long)get(data + 8, 4);
    if (version != FORMAT_VERSION) {
        return atn_error_set(err, ATTAIN_E_FORMAT,
                             "the bytes have format %lu; this library reads format %u%s", version,
                             FORMAT_VERSION, version > FORMAT_VERSION ? ", a newer one is required" : "");
    }
    *n_rows = get(data + 32, 8);
    const uint64_t n_body = bytes.len - HEADER_BYTES - CHECK_BYTES;
    if (get(data + 12, 4) != ROW_BYTES || n_body % ROW_BYTES != 0 || n_body / ROW_BYTES != *n_rows) {
        return atn_error_set(err, ATTAIN_E_FORMAT,
                             "%llu bytes do not hold the %llu facts that their header tells",
                             (unsigned long long)bytes.len, (unsigned long long)*n_rows);
    }
    if (get(data + bytes.len - CHECK_BYTES, 8) !=
        atn_hash_siphash(check_key, data, bytes.len - CHECK_BYTES)) {
        return atn_error_set(err, ATTAIN_E_FORMAT, "the bytes are damaged: their check sum does not fit");
    }
    if (get(data + 16, 8) != plan->model.schema[0] || get(data + 24, 8) != plan->model.schema[1]) {
        return atn_error_set(
            err, ATTAIN_E_SCHEMA,
            "the facts belong to a plan with other units, measures or categories than this one");
    }
    return ATTAIN_OK;
}

/* In order, and no two claim the same cell; a flow without `reported` has one period type. */
static bool follows(const attain_facts *facts, const atn_row *last, const atn_row *row)
{
    const atn_model *model = &facts->plan->model;
    const atn_measure *measure = &model->measures[row->measure];
    const bool free_flow = measure->is_flow && measure->reported == ATTAIN_PERIOD_NONE;
    if (last->measure == row->measure && free_flow && !atn_row_same_type(last, row)) {
        return false;
    }
    return atn_row_compare(last, row) < 0 &&
           !(atn_row_same_cell(last, row) && atn_row_low_day(model, row) <= last->end_day);
}

/* One fact, checked for itself and against the one before it. */
static attain_status read_row(const attain_facts *facts, const unsigned char *from, uint64_t i,
                              const atn_row *last, atn_row *row, attain_error *err)
{
    attain_error why;
    if (!get_row(from, row)) {
        return atn_error_at_index(err, ATTAIN_E_FORMAT, (int64_t)i, "fact %llu holds what no fact holds",
                                  (unsigned long long)i);
    }
    if (atn_row_check(facts, row, &why) != ATTAIN_OK) {
        return atn_error_at_index(err, ATTAIN_E_FORMAT, (int64_t)i, "fact %llu: %s", (unsigned long long)i,
                                  why.message);
    }
    if (i > 0 && !follows(facts, last, row)) {
        return atn_error_at_index(err, ATTAIN_E_FORMAT, (int64_t)i,
                                  "fact %llu collides with the one before it or is out "
                                  "of order",
                                  (unsigned long long)i);
    }
    return ATTAIN_OK;
}

/* Rows come in order, so that those which are not regular can be put one after the other into the array of empty facts. */
static attain_status read_rows(atn_carry *carry, const unsigned char *from, uint64_t n, size_t *n_rows,
                               attain_error *err)
{
    attain_facts *facts = carry->facts;
    atn_row last = {0};
    for (uint64_t i = 0; i < n; i++) {
        atn_row row;
        bool taken;
        ATN_TRY(read_row(facts, from + i * ROW_BYTES, i, &last, &row, err));
        ATN_TRY(atn_carry_row(carry, &row, &taken, err));
        last = row;
        if (taken) {
            continue;
        }
        void *rows = facts->rows;
        if (!atn_alloc_grow(&facts->alloc, &rows, &facts->cap_rows, *n_rows + 1, sizeof row)) {
            return atn_error_memory(err, "reading facts from bytes");
        }
        facts->rows = rows;
        facts->rows[(*n_rows)++] = row;
    }
    return atn_carry_prepare(carry, err);
}

attain_status atn_facts_from_bytes(const attain_plan *plan, atn_str bytes,
                                   const attain_facts_options *options, attain_facts **out, attain_error *err)
{
    attain_facts *facts;
    uint64_t n_facts = 0;
    size_t n_rows = 0;
    ATN_TRY(atn_facts_new(plan, options, &facts, err));
    atn_carry carry = {.facts = facts};
    attain_status status = check_frame(plan, bytes, &n_facts, err);
    if (status == ATTAIN_OK) {
        status = read_rows(&carry, (const unsigned char *)bytes.data + HEADER_BYTES, n_facts, &n_rows, err);
    }
    if (status == ATTAIN_OK) {
        atn_carry_commit(&carry);
    }
    atn_carry_free(&carry);
    if (status != ATTAIN_OK) {
        atn_facts_free(facts);
        return status;
    }
    atn_store_count_in(facts, n_rows);
    *out = facts;
    return ATTAIN_OK;
}
