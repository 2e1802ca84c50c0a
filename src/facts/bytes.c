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
#include "base/bits.h"
#include "facts/load.h"
#include <string.h>

#define FORMAT_VERSION 1u
#define HEADER_BYTES 40u
#define ROW_BYTES 36u
#define CHECK_BYTES 8u
/* Parts of a row. */
#define PERIOD_AT 12u
#define PERIOD_BYTES 12u
#define VALUE_AT 24u
#define MARKS_AT 32u

static const char magic[8] = {'a', 't', 't', 'a', 'i', 'n', 'F', '\n'};
static const uint64_t check_key[2] = {UINT64_C(0x61747461696e2066), UINT64_C(0x6163747320763031)};

/* ---- numbers ---- */

static inline void put32(unsigned char *to, uint32_t value)
{
    to[0] = (unsigned char)(value & 0xff);
    to[1] = (unsigned char)(value >> 8 & 0xff);
    to[2] = (unsigned char)(value >> 16 & 0xff);
    to[3] = (unsigned char)(value >> 24);
}

static inline void put64(unsigned char *to, uint64_t value)
{
    put32(to, (uint32_t)(value & UINT32_MAX));
    put32(to + 4, (uint32_t)(value >> 32));
}

static inline uint32_t get32(const unsigned char *from)
{
    return from[0] | (uint32_t)from[1] << 8 | (uint32_t)from[2] << 16 | (uint32_t)from[3] << 24;
}

static inline uint64_t get64(const unsigned char *from)
{
    return get32(from) | (uint64_t)get32(from + 4) << 32;
}

/* Two's complement without relying on how a conversion of a large unsigned number is defined. */
static inline int32_t get_int32(const unsigned char *from)
{
    const uint32_t value = get32(from);
    return value <= INT32_MAX ? (int32_t)value : -(int32_t)(UINT32_MAX - value) - 1;
}

static inline int64_t get_int64(const unsigned char *from)
{
    const uint64_t value = get64(from);
    return value <= INT64_MAX ? (int64_t)value : -(int64_t)(UINT64_MAX - value) - 1;
}

/* ---- writing ---- */

/* Days and type of a slot, as they stand in a row from PERIOD_AT on. A figure's row is put together from its place; only the
 * first of each slot asks the calendar. */
typedef struct slot_image {
    unsigned char bytes[PERIOD_BYTES]; /* of type NONE: not asked for yet */
    int32_t end_day;
} slot_image;

#define N_IMAGES ((size_t)ATN_GRID_YEARS * 12)

typedef struct writer {
    const attain_facts *facts;
    unsigned char *to;
    slot_image *images; /* of the measure's slots, from ATN_GRID_FIRST_YEAR on */
    uint8_t type;       /* whose slots they are */
    uint32_t measure;
    size_t row, row_end; /* rows beside the grid that are still to come */
} writer;

static void put_period(unsigned char *to, attain_period period)
{
    put32(to, (uint32_t)period.start_day);
    put32(to + 4, (uint32_t)period.end_day);
    to[8] = period.type;
    to[9] = period.start_month;
    to[10] = period.end_type;
    to[11] = period.end_month;
}

static void put_row(writer *w, const atn_row *row)
{
    put32(w->to, row->measure);
    put32(w->to + 4, row->unit);
    put32(w->to + 8, row->cell);
    put_period(w->to + PERIOD_AT, atn_row_period(row));
    put64(w->to + VALUE_AT, (uint64_t)row->value);
    put32(w->to + MARKS_AT, row->qualifier | (uint32_t)row->reason << 8);
    w->to += ROW_BYTES;
}

static const slot_image *image_of(writer *w, uint32_t year, uint32_t slot)
{
    const uint32_t n_slots = w->facts->grids[w->measure].slots_per_year;
    slot_image *image = &w->images[(size_t)(year - ATN_GRID_FIRST_YEAR) * n_slots + slot];
    if (image->bytes[8] == ATTAIN_PERIOD_NONE) {
        const attain_period period =
            atn_grid_period(w->facts, w->measure, (int64_t)year * n_slots + (int64_t)slot);
        put_period(image->bytes, period);
        image->end_day = period.end_day;
    }
    return image;
}

/* The rows that stand before a figure. The two never share a slot of a cell. */
static void put_rows_before(writer *w, uint32_t unit, uint32_t cell, int32_t end_day)
{
    for (; w->row < w->row_end; w->row++) {
        const atn_row *row = &w->facts->rows[w->row];
        const bool before = row->unit != unit   ? row->unit < unit
                            : row->cell != cell ? row->cell < cell
                                                : row->end_day < end_day;
        if (!before) {
            return;
        }
        put_row(w, row);
    }
}

/* One year of one cell; its figures begin at *value. */
static void put_block(writer *w, const atn_chunk *chunk, size_t block, uint32_t unit, uint32_t cell,
                      uint32_t year, size_t *value)
{
    for (uint32_t bits = chunk->mask[block]; bits != 0; bits &= bits - 1) {
        const slot_image *image = image_of(w, year, atn_lowest_bit(bits));
        put_rows_before(w, unit, cell, image->end_day);
        put32(w->to, w->measure);
        put32(w->to + 4, unit);
        put32(w->to + 8, cell);
        memcpy(w->to + PERIOD_AT, image->bytes, PERIOD_BYTES);
        put64(w->to + VALUE_AT, (uint64_t)atn_chunk_value(chunk, (*value)++));
        put32(w->to + MARKS_AT, 0); /* ATTAIN_EXACT, no reason */
        w->to += ROW_BYTES;
    }
}

static void put_chunk(writer *w, const atn_chunk *chunk, uint32_t first_unit)
{
    const uint32_t n_cells = w->facts->grids[w->measure].n_cells;
    size_t block = 0;
    size_t value = 0;
    for (uint32_t u = 0; u < ATN_CHUNK_UNITS; u++) {
        if (chunk->first[u] == chunk->first[u + 1]) {
            block += (size_t)n_cells * chunk->n_years;
            continue;
        }
        for (uint32_t cell = 0; cell < n_cells; cell++) {
            for (uint32_t y = 0; y < chunk->n_years; y++) {
                put_block(w, chunk, block++, first_unit + u, cell, chunk->first_year + y, &value);
            }
        }
    }
}

static void put_measure(writer *w)
{
    const attain_facts *facts = w->facts;
    const atn_grid *grid = &facts->grids[w->measure];
    const uint8_t type = (uint8_t)facts->plan->model.measures[w->measure].reported;
    const size_t n_chunks = grid->n_facts > 0 ? atn_grid_chunks(&facts->plan->model) : 0;
    w->row_end = atn_store_lower(facts, w->measure + 1, 0, 0);
    if (n_chunks > 0 && type != w->type) {
        memset(w->images, 0, N_IMAGES * sizeof *w->images);
        w->type = type;
    }
    for (size_t c = 0; c < n_chunks; c++) {
        if (grid->chunks[c] != NULL && grid->chunks[c]->n_facts > 0) {
            put_chunk(w, grid->chunks[c], (uint32_t)(c * ATN_CHUNK_UNITS));
        }
    }
    for (; w->row < w->row_end; w->row++) {
        put_row(w, &facts->rows[w->row]);
    }
}

/* false: out of memory. */
static bool put_facts(writer *w)
{
    const attain_allocator *a = &w->facts->outer;
    w->images = atn_alloc_array(a, N_IMAGES, sizeof *w->images);
    if (w->images == NULL) {
        return false;
    }
    for (; w->measure < w->facts->plan->model.n_measures; w->measure++) {
        put_measure(w);
    }
    atn_alloc_free_array(a, w->images, N_IMAGES, sizeof *w->images);
    return true;
}

attain_status atn_facts_to_bytes(const attain_facts *facts, attain_text *out, attain_error *err)
{
    const uint64_t *schema = facts->plan->model.schema;
    const uint64_t n_facts = atn_facts_count(facts);
    if (n_facts > (SIZE_MAX - HEADER_BYTES - CHECK_BYTES - 1) / ROW_BYTES) {
        return atn_error_memory(err, "writing facts to bytes");
    }
    const size_t len = HEADER_BYTES + (size_t)n_facts * ROW_BYTES + CHECK_BYTES;
    unsigned char *data = atn_alloc_resize(&facts->outer, NULL, 0, len + 1);
    if (data == NULL) {
        return atn_error_memory(err, "writing facts to bytes");
    }
    memcpy(data, magic, sizeof magic);
    put32(data + 8, FORMAT_VERSION);
    put32(data + 12, ROW_BYTES);
    put64(data + 16, schema[0]);
    put64(data + 24, schema[1]);
    put64(data + 32, n_facts);
    writer w = {.facts = facts, .to = data + HEADER_BYTES};
    if (!put_facts(&w)) {
        atn_alloc_free_array(&facts->outer, data, len + 1, 1);
        return atn_error_memory(err, "writing facts to bytes");
    }
    data[len] = '\0';
    put64(data + len - CHECK_BYTES, atn_hash_siphash(check_key, data, len - CHECK_BYTES));
    *out = (attain_text){.data = (char *)data, .len = len, .capacity = len + 1, .alloc = facts->outer};
    return ATTAIN_OK;
}

/* ---- reading ---- */

static bool get_row(const unsigned char *from, atn_row *row)
{
    *row = (atn_row){.measure = get32(from),
                     .unit = get32(from + 4),
                     .cell = get32(from + 8),
                     .start_day = get_int32(from + PERIOD_AT),
                     .end_day = get_int32(from + PERIOD_AT + 4),
                     .type = from[20],
                     .start_month = from[21],
                     .end_type = from[22],
                     .end_month = from[23],
                     .qualifier = from[MARKS_AT],
                     .reason = from[MARKS_AT + 1],
                     .value = get_int64(from + VALUE_AT)};
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
    const unsigned long version = get32(data + 8);
    if (version != FORMAT_VERSION) {
        return atn_error_set(err, ATTAIN_E_FORMAT,
                             "the bytes have format %lu; this library reads format %u%s", version,
                             FORMAT_VERSION, version > FORMAT_VERSION ? ", a newer one is required" : "");
    }
    *n_rows = get64(data + 32);
    const uint64_t n_body = bytes.len - HEADER_BYTES - CHECK_BYTES;
    if (get32(data + 12) != ROW_BYTES || n_body % ROW_BYTES != 0 || n_body / ROW_BYTES != *n_rows) {
        return atn_error_set(err, ATTAIN_E_FORMAT,
                             "%llu bytes do not hold the %llu facts that their header tells",
                             (unsigned long long)bytes.len, (unsigned long long)*n_rows);
    }
    if (get64(data + bytes.len - CHECK_BYTES) != atn_hash_siphash(check_key, data, bytes.len - CHECK_BYTES)) {
        return atn_error_set(err, ATTAIN_E_FORMAT, "the bytes are damaged: their check sum does not fit");
    }
    if (get64(data + 16) != plan->model.schema[0] || get64(data + 24) != plan->model.schema[1]) {
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

/* The first fact at fault, by name. */
static attain_status tell_fault(const attain_facts *facts, const unsigned char *from, uint64_t n,
                                attain_error *err)
{
    atn_row last = {0};
    for (uint64_t i = 0; i < n; i++) {
        atn_row row;
        ATN_TRY(read_row(facts, from + i * ROW_BYTES, i, &last, &row, err));
        last = row;
    }
    return atn_error_set(err, ATTAIN_E_FORMAT, "two facts of the bytes stand in one place");
}

/* ---- loading ----
 *
 * Regular facts become columns, block by block, and are loaded as columns from anywhere else are; the others come in order and are put one
 * after the other into the array of empty facts. A block says only that something is wrong: what it is, tell_fault finds.
 *
 * Facts repeat few periods: what the calendar says of one is remembered. */

#define N_KNOWN 1024u
#define BLOCK_ROWS 2048u

typedef struct known_period {
    int32_t start_day, end_day;
    uint32_t kind; /* type and the three bytes behind it, as they stand in a row */
    int32_t code;  /* 0: has no slot of a grid */
    bool is_sound; /* zeroed: period 0 to 0 of no type, which is not */
} known_period;

typedef struct reader_task {
    known_period known[N_KNOWN];
    int64_t value[BLOCK_ROWS]; /* the block's regular facts */
    uint32_t unit[BLOCK_ROWS], measure[BLOCK_ROWS];
    int32_t period[BLOCK_ROWS];
    uint8_t cell[BLOCK_ROWS];
    atn_row *rows; /* all others so far */
    size_t n_rows, cap_rows;
} reader_task;

typedef struct reader {
    attain_facts *facts;
    const attain_allocator *alloc; /* that tasks may use at the same time */
    const unsigned char *from;
    reader_task *tasks;
    size_t n_tasks;
} reader;

static void learn(known_period *known, attain_period period)
{
    known->is_sound = atn_period_is_sound(period);
    known->code = 0;
    if (known->is_sound && period.type >= ATTAIN_PERIOD_MONTH && period.type <= ATTAIN_PERIOD_YEAR) {
        const int32_t year = atn_day_to_date(period.end_day).year;
        const bool has_slot = year >= ATN_GRID_FIRST_YEAR && year < ATN_GRID_FIRST_YEAR + ATN_GRID_YEARS;
        int32_t code;
        known->code = has_slot && atn_period_encode(period, &code) ? code : 0;
    }
}

/* Periods of a type have different last days, so that those of three years never share a place. */
static const known_period *know(reader_task *task, const unsigned char *from)
{
    const int32_t start_day = get_int32(from + PERIOD_AT);
    const int32_t end_day = get_int32(from + PERIOD_AT + 4);
    const uint32_t kind = get32(from + PERIOD_AT + 8);
    const uint32_t more = (kind & 0xff) == ATTAIN_PERIOD_RANGE ? (uint32_t)start_day * 31u : kind * 131u;
    known_period *known = &task->known[((uint32_t)end_day + more) % N_KNOWN];
    if (known->start_day != start_day || known->end_day != end_day || known->kind != kind) {
        *known = (known_period){.start_day = start_day, .end_day = end_day, .kind = kind};
        learn(known, (attain_period){start_day, end_day, from[20], from[21], from[22], from[23]});
    }
    return known;
}

/* A fact for the grid? Whether its unit may report then, and a figure below 0 stand, is looked at by the load. */
static bool is_regular(const attain_facts *facts, const unsigned char *from, const known_period *known)
{
    const atn_model *model = &facts->plan->model;
    const uint32_t measure = get32(from);
    const int64_t value = get_int64(from + VALUE_AT);
    return measure < model->n_measures && facts->grids[measure].takes && known->code != 0 &&
           known->kind == (uint32_t)model->measures[measure].reported &&
           get32(from + 8) < facts->grids[measure].n_cells && get32(from + MARKS_AT) == 0 &&
           value < ATN_GRID_MAX_VALUE && value > -ATN_GRID_MAX_VALUE;
}

/* follows() for two regular facts: within a cell, the slot that ends later begins later too. */
static bool figure_follows(const unsigned char *last, const unsigned char *from)
{
    for (unsigned at = 0; at < PERIOD_AT; at += 4) {
        const uint32_t before = get32(last + at);
        const uint32_t now = get32(from + at);
        if (before != now) {
            return before < now;
        }
    }
    return get_int32(last + PERIOD_AT + 4) < get_int32(from + PERIOD_AT + 4);
}

static bool row_follows(const attain_facts *facts, const unsigned char *last, const unsigned char *from)
{
    atn_row before;
    atn_row now;
    (void)get_row(last, &before); /* checked when it came */
    (void)get_row(from, &now);
    return follows(facts, &before, &now);
}

static atn_load_result take_row(const reader *r, reader_task *task, const unsigned char *from,
                                const known_period *known)
{
    atn_row row;
    void *rows = task->rows;
    if (!get_row(from, &row) || !known->is_sound || atn_row_check_sound(r->facts, &row, NULL) != ATTAIN_OK) {
        return ATN_LOAD_ODD;
    }
    if (!atn_alloc_grow(r->alloc, &rows, &task->cap_rows, task->n_rows + 1, sizeof row)) {
        return ATN_LOAD_MEMORY;
    }
    task->rows = rows;
    task->rows[task->n_rows++] = row;
    return ATN_LOAD_OK;
}

static void take_figure(reader_task *task, const unsigned char *from, const known_period *known, size_t i)
{
    task->measure[i] = get32(from);
    task->unit[i] = get32(from + 4);
    task->cell[i] = (uint8_t)get32(from + 8);
    task->period[i] = known->code;
    task->value[i] = get_int64(from + VALUE_AT);
}

/* Without the last stretch of rows of one unit and measure; all, if they are one stretch. */
static size_t without_last_run(const unsigned char *from, size_t n)
{
    size_t i = n - 1;
    while (i > 0 && memcmp(from + (i - 1) * ROW_BYTES, from + i * ROW_BYTES, 8) == 0) {
        i--;
    }
    return i > 0 ? i : n;
}

/* make of atn_load_source. */
static atn_load_result make_block(void *ctx, size_t t, size_t first, size_t n, bool cut,
                                  attain_fact_columns *columns, atn_made_rows *made)
{
    const reader *r = ctx;
    reader_task *task = &r->tasks[t];
    const unsigned char *from = r->from + first * ROW_BYTES;
    bool last_is_regular = false;
    *made = (atn_made_rows){.n_done = cut ? without_last_run(from, n) : n};
    for (size_t i = 0; i < made->n_done; i++, from += ROW_BYTES) {
        const known_period *known = know(task, from);
        const bool regular = is_regular(r->facts, from, known);
        if (regular) {
            take_figure(task, from, known, made->n++);
        } else {
            const atn_load_result taken = take_row(r, task, from, known);
            if (taken != ATN_LOAD_OK) {
                return taken;
            }
        }
        const bool good =
            (first + i == 0) || (regular && last_is_regular ? figure_follows(from - ROW_BYTES, from)
                                                            : row_follows(r->facts, from - ROW_BYTES, from));
        if (!good) {
            return ATN_LOAD_ODD;
        }
        last_is_regular = regular;
    }
    *columns = (attain_fact_columns){.unit = task->unit,
                                     .measure = task->measure,
                                     .period = task->period,
                                     .cell8 = task->cell,
                                     .value = task->value};
    return ATN_LOAD_OK;
}

/* The rows of all tasks, which took neighbouring stretches, behind each other; they do not count yet. */
static bool gather_rows(const reader *r, size_t *n_rows)
{
    attain_facts *facts = r->facts;
    *n_rows = 0;
    for (size_t t = 0; t < r->n_tasks; t++) {
        const reader_task *task = &r->tasks[t];
        if (!atn_store_reserve(facts, *n_rows + task->n_rows)) {
            return false;
        }
        if (task->n_rows > 0) {
            memcpy(facts->rows + *n_rows, task->rows, task->n_rows * sizeof *task->rows);
        }
        *n_rows += task->n_rows;
    }
    return true;
}

static atn_load_result run_load(reader *r, atn_load *load, size_t n)
{
    const atn_load_source source = {.ctx = r, .block_rows = BLOCK_ROWS, .make = make_block};
    size_t n_rows = 0;
    size_t done = 0;
    r->alloc = atn_load_allocator(load);
    r->tasks = atn_alloc_array(r->alloc, atn_load_tasks(load), sizeof *r->tasks);
    if (r->tasks == NULL) {
        return ATN_LOAD_MEMORY;
    }
    r->n_tasks = atn_load_tasks(load);
    atn_load_result result = atn_load_from(load, &source, 0, n, false, &done);
    if (result == ATN_LOAD_OK) {
        result = atn_load_prepare(load);
    }
    if (result == ATN_LOAD_OK && !gather_rows(r, &n_rows)) {
        result = ATN_LOAD_MEMORY;
    }
    if (result == ATN_LOAD_OK) {
        atn_load_commit(load);
        atn_store_count_in(r->facts, n_rows);
    }
    return result;
}

static void free_reader(reader *r)
{
    for (size_t t = 0; t < r->n_tasks; t++) {
        if (r->tasks[t].rows != NULL) {
            atn_alloc_free_array(r->alloc, r->tasks[t].rows, r->tasks[t].cap_rows, sizeof *r->tasks[t].rows);
        }
    }
    if (r->tasks != NULL) {
        atn_alloc_free_array(r->alloc, r->tasks, r->n_tasks, sizeof *r->tasks);
    }
}

static attain_status read_rows(attain_facts *facts, const unsigned char *from, uint64_t n, attain_error *err)
{
    reader r = {.facts = facts, .from = from};
    atn_load *load = n > 0 ? atn_load_new(facts) : NULL;
    if (n > 0 && load == NULL) {
        return atn_error_memory(err, "reading facts from bytes");
    }
    const atn_load_result result = n > 0 ? run_load(&r, load, (size_t)n) : ATN_LOAD_OK;
    free_reader(&r);
    atn_load_free(load);
    switch (result) {
    case ATN_LOAD_OK: return ATTAIN_OK;
    case ATN_LOAD_ODD: return tell_fault(facts, from, n, err);
    default: return atn_error_memory(err, "reading facts from bytes");
    }
}

attain_status atn_facts_from_bytes(const attain_plan *plan, atn_str bytes,
                                   const attain_facts_options *options, attain_facts **out, attain_error *err)
{
    attain_facts *facts;
    uint64_t n_facts = 0;
    ATN_TRY(atn_facts_new(plan, options, &facts, err));
    attain_status status = check_frame(plan, bytes, &n_facts, err);
    if (status == ATTAIN_OK) {
        status = read_rows(facts, (const unsigned char *)bytes.data + HEADER_BYTES, n_facts, err);
    }
    if (status != ATTAIN_OK) {
        atn_facts_free(facts);
        return status;
    }
    *out = facts;
    return ATTAIN_OK;
}
