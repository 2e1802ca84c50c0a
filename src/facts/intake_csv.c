/* CSV of facts: pieces of any size go in, rows come out, nothing is seen in the facts before the end.
 *
 *   long   unit,measure,period,post,value,qualifier      wide   unit,period,workers,facilities
 *          A,workers,2025,full_time,12,                         A,2025,12,3
 *
 * The header decides what each column is, after renaming: one of the fixed names, a category, in the wide form a measure; everything else is
 * ignored and reported. In the wide form every figure is a row of the counts of the report, and a row that cannot be placed rejects all its
 * figures with one issue.
 *
 * Once a call has failed, every later call fails in the same way: half a file never gets in. */
#include "csv/csv.h"
#include "facts/heading.h"
#include "facts/intake.h"
#include "facts/lane_ahead.h"
#include <string.h>

/* Pieces are cut, so that a caller who hands over a whole file costs no second copy of it, and hears about its progress. */
#define PIECE_BYTES ((size_t)256 * 1024)

struct attain_intake {
    attain_facts *facts;
    attain_intake_options options;
    atn_str *rename; /* copies: pairs (in the file, here) */
    size_t n_rename;
    char *source;
    size_t cap_source;
    atn_csv *csv;
    atn_batch batch;
    atn_resolver resolver;
    atn_lane lane;
    atn_lookahead look;
    bool has_header;
    atn_heading heading;
    atn_str *members; /* of the record in hand */
    size_t cap_record_members;
    uint64_t n_rows, n_ahead_rows;
    uint64_t n_bytes;
    attain_status failed; /* sticky */
    attain_error failure;
    bool finished;
};

/* ---- life ---- */

static attain_status copy_text(attain_facts *facts, atn_str *out, attain_str from)
{
    char *data = atn_alloc_array(&facts->alloc, from.len + 1, 1);
    if (data == NULL) {
        return ATTAIN_E_MEMORY;
    }
    if (from.len > 0) {
        memcpy(data, from.data, from.len);
    }
    *out = (atn_str){data, from.len};
    return ATTAIN_OK;
}

static attain_status copy_options(attain_intake *intake, const attain_intake_options *options,
                                  attain_error *err)
{
    attain_facts *facts = intake->facts;
    if (options == NULL) {
        return ATTAIN_OK;
    }
    intake->options = *options;
    intake->rename = atn_alloc_array(&facts->alloc, 2 * options->n_rename, sizeof *intake->rename);
    if (intake->rename == NULL) {
        return atn_error_memory(err, "opening a CSV file of facts");
    }
    intake->n_rename = options->n_rename;
    for (size_t i = 0; i < 2 * options->n_rename; i++) {
        if (copy_text(facts, &intake->rename[i], options->rename[i]) != ATTAIN_OK) {
            return atn_error_memory(err, "opening a CSV file of facts");
        }
    }
    if (options->source != NULL) {
        intake->cap_source = strlen(options->source) + 1; /* a C string of the caller by contract */
        intake->source = atn_alloc_array(&facts->alloc, intake->cap_source, 1);
        if (intake->source == NULL) {
            return atn_error_memory(err, "opening a CSV file of facts");
        }
        memcpy(intake->source, options->source, intake->cap_source);
    }
    return ATTAIN_OK;
}

attain_status atn_intake_new(attain_facts *facts, const attain_intake_options *options, attain_intake **out,
                             attain_error *err)
{
    attain_intake *intake = atn_alloc_array(&facts->alloc, 1, sizeof *intake);
    if (intake == NULL) {
        return atn_error_memory(err, "opening a CSV file of facts");
    }
    intake->facts = facts;
    intake->options.numbers = ATTAIN_NUMBERS_PLAIN;
    intake->batch.facts = facts;
    atn_heading_init(&intake->heading, facts);
    attain_status status = atn_batch_init(&intake->batch, facts, options, err);
    if (status == ATTAIN_OK) {
        status = copy_options(intake, options, err);
    }
    if (status == ATTAIN_OK) {
        const char separator = intake->options.separator != 0 ? intake->options.separator : ',';
        status =
            atn_csv_new(&facts->alloc, separator, (atn_csv_limits){(size_t)1 << 20, 4096}, &intake->csv, err);
    }
    if (status != ATTAIN_OK) {
        atn_intake_free(intake);
        return status;
    }
    intake->batch.source = intake->source != NULL ? intake->source : "";
    intake->batch.has_lines = true;
    atn_batch_use_columns(&intake->batch);
    *out = intake;
    return ATTAIN_OK;
}

static void free_items(const attain_facts *facts, void *items, size_t n, size_t item_size)
{
    if (items != NULL) {
        atn_alloc_free_array(&facts->alloc, items, n, item_size);
    }
}

void atn_intake_free(attain_intake *intake)
{
    if (intake == NULL) {
        return;
    }
    attain_facts *facts = intake->facts;
    for (size_t i = 0; intake->rename != NULL && i < 2 * intake->n_rename; i++) {
        free_items(facts, (void *)(uintptr_t)intake->rename[i].data, intake->rename[i].len + 1, 1);
    }
    free_items(facts, intake->rename, 2 * intake->n_rename, sizeof *intake->rename);
    free_items(facts, intake->source, intake->cap_source, 1);
    free_items(facts, intake->members, intake->cap_record_members, sizeof *intake->members);
    atn_csv_free(intake->csv);
    atn_heading_free(&intake->heading);
    atn_resolver_free(&intake->resolver);
    atn_lookahead_free(&intake->look);
    atn_lane_free(&intake->lane);
    atn_batch_free(&intake->batch);
    free_items(facts, intake, 1, sizeof *intake);
}

/* ---- header ---- */

static attain_status open_lane(attain_intake *intake, attain_error *err)
{
    const atn_heading *h = &intake->heading;
    const atn_lane_columns columns = {.n = h->n_columns,
                                      .unit = h->fixed[ATN_COLUMN_UNIT],
                                      .measure = h->fixed[ATN_COLUMN_MEASURE],
                                      .period = h->fixed[ATN_COLUMN_PERIOD],
                                      .value = h->fixed[ATN_COLUMN_VALUE],
                                      .qualifier = h->fixed[ATN_COLUMN_QUALIFIER],
                                      .reason = h->fixed[ATN_COLUMN_REASON],
                                      .member = h->member_column,
                                      .member_category = h->member_category,
                                      .n_members = (uint32_t)h->n_members,
                                      .wide_column = h->wide_column,
                                      .wide_measure = h->wide_measure,
                                      .n_wide = (uint32_t)h->n_wide};
    ATN_TRY(atn_lane_open(&intake->lane, intake->facts, &intake->facts->alloc, &columns,
                          atn_csv_separator(intake->csv), &intake->options.numbers, err));
    atn_lookahead_open(&intake->look, &intake->lane, intake->batch.columns.is_wide_cell);
    return ATTAIN_OK;
}

static attain_status know_columns(attain_intake *intake, const atn_csv_record *record, attain_error *err)
{
    const atn_str source = {intake->batch.source, strlen(intake->batch.source)};
    uint32_t column = ATN_NONE;
    attain_error text;
    const attain_status status =
        atn_heading_read(&intake->heading, record->field, record->n_fields, intake->rename, intake->n_rename,
                         ATTAIN_E_CSV, &column, &text);
    if (status == ATTAIN_OK || status == ATTAIN_E_MEMORY) {
        return status == ATTAIN_OK ? status : atn_error_memory(err, "reading a CSV header");
    }
    return atn_error_at_text(err, status, source, (int32_t)record->line,
                             column == ATN_NONE ? 0 : (int32_t)column + 1, "header: %s", text.message);
}

static attain_status read_header(attain_intake *intake, const atn_csv_record *record, attain_error *err)
{
    ATN_TRY(know_columns(intake, record, err));
    const atn_heading *h = &intake->heading;
    void *members = intake->members;
    if (!atn_alloc_grow(&intake->facts->alloc, &members, &intake->cap_record_members, h->n_members + 1,
                        sizeof *intake->members)) {
        return atn_error_memory(err, "reading a CSV header");
    }
    intake->members = members;
    ATN_TRY(atn_resolver_init(&intake->resolver, intake->facts, &intake->options.numbers, h->member_category,
                              (uint32_t)h->n_members, err));
    if (intake->batch.columns.in_use) {
        ATN_TRY(open_lane(intake, err));
    }
    intake->has_header = true;
    return ATTAIN_OK;
}

/* ---- rows ---- */

static atn_str fixed_field(const attain_intake *intake, const atn_csv_record *record,
                           atn_heading_column column)
{
    const uint32_t at = intake->heading.fixed[column];
    return at != ATN_NONE ? record->field[at] : (atn_str){"", 0};
}

static attain_status take_row(attain_intake *intake, const atn_text_row *text, uint32_t number,
                              uint32_t value_column, attain_error *err)
{
    atn_batch *batch = &intake->batch;
    attain_error why;
    atn_row row;
    uint32_t field;
    if (atn_text_row_is_empty(text)) {
        atn_batch_empty(batch);
        return ATTAIN_OK;
    }
    const attain_status status =
        atn_text_row_resolve(&intake->resolver, text, &row, &field, atn_batch_issue(batch, &why));
    row.number = number;
    return status == ATTAIN_OK
               ? atn_batch_add(batch, &row, err)
               : atn_batch_reject(batch, number, 1, atn_heading_place(&intake->heading, field, value_column),
                                  status, &why, err);
}

static attain_status ragged_row(attain_intake *intake, const atn_csv_record *record, uint32_t number,
                                attain_error *err)
{
    attain_error why;
    (void)atn_error_set(&why, ATTAIN_E_CSV, "the row has %lu fields, the header has %lu columns",
                        (unsigned long)record->n_fields, (unsigned long)intake->heading.n_columns);
    return atn_batch_reject(&intake->batch, number, intake->heading.n_wide > 0 ? intake->heading.n_wide : 1,
                            0, ATTAIN_E_CSV, &why, err);
}

static attain_status read_record(attain_intake *intake, const atn_csv_record *record, attain_error *err)
{
    if (intake->n_rows >= ATN_MAX_INTAKE_ROWS) {
        return atn_error_set(err, ATTAIN_E_LIMIT,
                             "more than %lu rows in one intake; a file with fewer rows is required",
                             (unsigned long)ATN_MAX_INTAKE_ROWS);
    }
    const uint32_t number = (uint32_t)++intake->n_rows;
    const int32_t line = record->line > INT32_MAX ? INT32_MAX : (int32_t)record->line;
    if (!atn_batch_line(&intake->batch, number, line)) {
        return atn_error_memory(err, "taking facts in");
    }
    if (record->n_fields != intake->heading.n_columns) {
        return ragged_row(intake, record, number, err);
    }
    for (size_t m = 0; m < intake->heading.n_members; m++) {
        intake->members[m] = record->field[intake->heading.member_column[m]];
    }
    atn_text_row text = {.unit = fixed_field(intake, record, ATN_COLUMN_UNIT),
                         .measure = fixed_field(intake, record, ATN_COLUMN_MEASURE),
                         .period = fixed_field(intake, record, ATN_COLUMN_PERIOD),
                         .value = fixed_field(intake, record, ATN_COLUMN_VALUE),
                         .qualifier = fixed_field(intake, record, ATN_COLUMN_QUALIFIER),
                         .reason = fixed_field(intake, record, ATN_COLUMN_REASON),
                         .member = intake->members,
                         .known_measure = ATN_NONE};
    if (intake->heading.n_wide == 0) {
        return take_row(intake, &text, number, intake->heading.fixed[ATN_COLUMN_VALUE], err);
    }
    for (size_t w = 0; w < intake->heading.n_wide; w++) {
        text.value = record->field[intake->heading.wide_column[w]];
        text.known_measure = intake->heading.wide_measure[w];
        ATN_TRY(take_row(intake, &text, number, intake->heading.wide_column[w], err));
    }
    return ATTAIN_OK;
}

/* ---- pieces ---- */

static attain_status drain(attain_intake *intake, attain_error *err)
{
    for (;;) {
        atn_csv_record record;
        bool have = false;
        attain_error fault;
        const attain_status status = atn_csv_next(intake->csv, &record, &have, &fault);
        if (status != ATTAIN_OK) {
            const atn_str source = {intake->batch.source, strlen(intake->batch.source)};
            return atn_error_at_text(err, status, source, fault.line, fault.column, "%s", fault.message);
        }
        if (!have) {
            return ATTAIN_OK;
        }
        ATN_TRY(intake->has_header ? read_record(intake, &record, err) : read_header(intake, &record, err));
    }
}

/* Rows count on, lines too, as far as both can: so many more. */
static uint64_t most_lines(const attain_intake *intake)
{
    const int64_t line = atn_csv_line(intake->csv);
    const uint64_t rows_left = ATN_MAX_INTAKE_ROWS - intake->n_rows;
    const uint64_t lines_left = line < INT32_MAX ? (uint64_t)(INT32_MAX - line) : 0;
    return rows_left < lines_left ? rows_left : lines_left;
}

/* Lines went past the reader, at most most_lines. */
static attain_status pass_lines(attain_intake *intake, uint64_t n_lines, attain_error *err)
{
    const uint32_t number = (uint32_t)intake->n_rows + 1;
    if (n_lines > 0 && !atn_batch_line(&intake->batch, number, (int32_t)atn_csv_line(intake->csv))) {
        return atn_error_memory(err, "taking facts in");
    }
    intake->n_rows += n_lines;
    atn_csv_pass(intake->csv, (int64_t)n_lines);
    return ATTAIN_OK;
}

/* Lines that the lane takes, from *at on. */
static attain_status take_plain_lines(attain_intake *intake, size_t *at, attain_error *err)
{
    uint64_t n_lines = 0;
    ATN_TRY(atn_lane_take(&intake->lane, &intake->batch, *at, (uint32_t)intake->n_rows + 1,
                          most_lines(intake), at, &n_lines, err));
    return pass_lines(intake, n_lines, err);
}

/* How much of the piece goes through the reader next. The lane is asked first for every line, unless the reader is inside a record. */
static attain_status next_slow(attain_intake *intake, atn_str piece, size_t *at, size_t *end,
                               attain_error *err)
{
    *end = piece.len;
    if (!intake->has_header) {
        /* The header alone: what is behind it is for the lane. */
        const char *line_end = memchr(piece.data + *at, '\n', piece.len - *at);
        *end = line_end != NULL ? (size_t)(line_end - piece.data) + 1 : piece.len;
    } else if (intake->lane.is_open && intake->batch.columns.in_use) {
        if (atn_csv_is_between(intake->csv)) {
            ATN_TRY(take_plain_lines(intake, at, err));
        }
        *end = atn_lane_line_end(&intake->lane, *at);
    }
    return ATTAIN_OK;
}

static attain_status read_slowly(attain_intake *intake, atn_str text, attain_error *err)
{
    ATN_TRY(atn_csv_feed(intake->csv, text.data, text.len, false, err));
    return drain(intake, err);
}

/* From `at` on: what was before is in. */
static attain_status feed_piece(attain_intake *intake, atn_str piece, size_t at, attain_error *err)
{
    atn_lane_start(&intake->lane, piece.data, piece.len);
    while (at < piece.len) {
        size_t end;
        ATN_TRY(next_slow(intake, piece, &at, &end, err));
        ATN_TRY(read_slowly(intake, (atn_str){piece.data + at, end - at}, err));
        at = end;
    }
    intake->n_bytes += piece.len;
    return atn_batch_progress(&intake->batch, intake->n_bytes, intake->options.total_bytes, err);
}

/* ---- slices that were read ahead ---- */

static bool is_at_record(const attain_intake *intake)
{
    return intake->has_header && intake->batch.columns.in_use && atn_csv_is_between(intake->csv);
}

static attain_status take_run(attain_intake *intake, const atn_segment *facts, size_t first,
                              const atn_lines *lines, attain_error *err)
{
    const size_t n_wide = intake->heading.n_wide;
    if (!atn_batch_copy(&intake->batch, facts, first, lines->n_facts) ||
        !atn_batch_count(&intake->batch, lines, n_wide > 0 ? (uint32_t)n_wide : 1,
                         (uint32_t)intake->n_rows + 1)) {
        return atn_error_memory(err, "taking facts in");
    }
    intake->lane.n_rows += lines->n_lines;
    intake->n_ahead_rows += lines->n_lines;
    return pass_lines(intake, lines->n_lines, err);
}

/* What is between runs goes to the reader; if then no record begins where the next run does, the rest is read as if nobody had looked
 * ahead. */
static attain_status feed_slice(attain_intake *intake, const atn_ahead *ahead, attain_error *err)
{
    size_t at = 0;
    size_t n_facts = 0;
    for (size_t r = 0; r < ahead->n_runs; r++) {
        const atn_ahead_run *run = &ahead->runs[r];
        ATN_TRY(read_slowly(intake, (atn_str){ahead->text.data + at, run->from - at}, err));
        at = run->from;
        if (!is_at_record(intake) || run->lines.n_lines > most_lines(intake)) {
            break;
        }
        ATN_TRY(take_run(intake, ahead->facts, n_facts, &run->lines, err));
        n_facts += run->lines.n_facts;
        at = run->to;
    }
    return feed_piece(intake, ahead->text, at, err);
}

/* Bytes that are in then; 0: nothing was read ahead. */
static attain_status feed_slices(attain_intake *intake, atn_str text, size_t *n_bytes, attain_error *err)
{
    const size_t n = atn_lookahead_read(&intake->look, text);
    *n_bytes = 0;
    for (size_t i = 0; i < n; i++) {
        const atn_ahead *ahead = &intake->look.ahead[i];
        ATN_TRY(feed_slice(intake, ahead, err));
        *n_bytes += ahead->text.len;
    }
    return ATTAIN_OK;
}

/* Before threads can look ahead, a record that is begun must end, and the header must be known: a line alone. */
static size_t bytes_alone(const attain_intake *intake, atn_str text)
{
    const bool may_look = !intake->has_header && intake->facts->n_threads > 1;
    const char *end = NULL;
    if (may_look || (atn_lookahead_pays(&intake->look, text.len) && !is_at_record(intake))) {
        end = memchr(text.data, '\n', text.len < PIECE_BYTES ? text.len : PIECE_BYTES);
    }
    return end != NULL ? (size_t)(end - text.data) + 1 : 0;
}

static attain_status feed_some(attain_intake *intake, atn_str text, size_t *n_bytes, attain_error *err)
{
    *n_bytes = bytes_alone(intake, text);
    if (*n_bytes == 0 && atn_lookahead_pays(&intake->look, text.len) && is_at_record(intake)) {
        ATN_TRY(feed_slices(intake, text, n_bytes, err));
        if (*n_bytes > 0) {
            return ATTAIN_OK;
        }
    }
    if (*n_bytes == 0) {
        *n_bytes = text.len < PIECE_BYTES ? text.len : PIECE_BYTES;
    }
    return feed_piece(intake, (atn_str){text.data, *n_bytes}, 0, err);
}

static attain_status read_end(attain_intake *intake, attain_error *err)
{
    ATN_TRY(atn_csv_feed(intake->csv, "", 0, true, err));
    return drain(intake, err);
}

/* Keeps a failure, so that every later call gives it again. */
static attain_status keep(attain_intake *intake, attain_status status, attain_error *err)
{
    intake->failed = status;
    if (status != ATTAIN_OK && err != NULL) {
        *err = intake->failure;
    }
    return status;
}

attain_status atn_intake_feed(attain_intake *intake, atn_str bytes, attain_error *err)
{
    if (intake->finished) {
        return atn_error_set(err, ATTAIN_E_ARGUMENT,
                             "the intake is finished; a new one is required for more facts");
    }
    attain_status status = intake->failed;
    size_t at = 0;
    while (status == ATTAIN_OK && at < bytes.len) {
        size_t n_bytes;
        status = feed_some(intake, (atn_str){bytes.data + at, bytes.len - at}, &n_bytes, &intake->failure);
        at += n_bytes;
    }
    return keep(intake, status, err);
}

attain_status atn_intake_finish(attain_intake *intake, attain_report *report, attain_error *err)
{
    if (intake->finished) {
        return atn_error_set(err, ATTAIN_E_ARGUMENT,
                             "the intake is finished; a new one is required for more facts");
    }
    attain_status status = intake->failed;
    if (status == ATTAIN_OK) {
        status = read_end(intake, &intake->failure);
    }
    if (status == ATTAIN_OK && !intake->has_header) {
        const atn_str source = {intake->batch.source, strlen(intake->batch.source)};
        status = atn_error_at_text(
            &intake->failure, ATTAIN_E_CSV, source, 1, 0,
            "the file is empty; a header with unit, period and either measure and value, or a column "
            "per measure, is required");
    }
    if (status == ATTAIN_OK) {
        status = atn_batch_finish(&intake->batch, &intake->heading.ignored, report, &intake->failure);
        intake->finished = status == ATTAIN_OK;
    }
    return keep(intake, status, err);
}

uint64_t atn_intake_plain_rows(const attain_intake *intake)
{
    return intake->lane.n_rows;
}

uint64_t atn_intake_ahead_rows(const attain_intake *intake)
{
    return intake->n_ahead_rows;
}

void atn_intake_set_slice(attain_intake *intake, size_t n_bytes)
{
    intake->look.slice_bytes = n_bytes;
}
