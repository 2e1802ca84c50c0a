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
#include "facts/intake.h"
#include "facts/lane.h"
#include <string.h>

/* Pieces are cut, so that a caller who hands over a whole file costs no second copy of it, and hears about its progress. */
#define PIECE_BYTES ((size_t)256 * 1024)

typedef enum fixed_column {
    COLUMN_UNIT,
    COLUMN_MEASURE,
    COLUMN_PERIOD,
    COLUMN_VALUE,
    COLUMN_QUALIFIER,
    COLUMN_REASON,
    N_FIXED
} fixed_column;

static const char *const fixed_name[N_FIXED] = {"unit", "measure", "period", "value", "qualifier", "reason"};

#define NO_COLUMN UINT32_MAX

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
    bool has_header;
    uint32_t n_columns;
    uint32_t fixed[N_FIXED];
    uint32_t *wide_column; /* of the file, by figure of a row of the wide form */
    uint32_t *wide_measure;
    size_t n_wide, cap_wide_columns, cap_wide_measures;
    uint32_t *member_column; /* of the file, by member column */
    uint32_t *member_category;
    size_t n_members, cap_members, cap_categories;
    atn_str *members; /* of the record in hand */
    size_t cap_record_members;
    atn_buf ignored;
    uint64_t n_rows;
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
    atn_buf_init(&intake->ignored, &facts->outer);
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
    free_items(facts, intake->wide_column, intake->cap_wide_columns, sizeof *intake->wide_column);
    free_items(facts, intake->wide_measure, intake->cap_wide_measures, sizeof *intake->wide_measure);
    free_items(facts, intake->member_column, intake->cap_members, sizeof *intake->member_column);
    free_items(facts, intake->member_category, intake->cap_categories, sizeof *intake->member_category);
    free_items(facts, intake->members, intake->cap_record_members, sizeof *intake->members);
    atn_csv_free(intake->csv);
    atn_buf_free(&intake->ignored);
    atn_resolver_free(&intake->resolver);
    atn_lane_free(&intake->lane);
    atn_batch_free(&intake->batch);
    free_items(facts, intake, 1, sizeof *intake);
}

/* ---- header ---- */

static attain_status header_error(const attain_intake *intake, const atn_csv_record *record, uint32_t column,
                                  attain_status status, const char *format, const char *name,
                                  const char *more, attain_error *err)
{
    attain_error text;
    const atn_str source = {intake->batch.source, strlen(intake->batch.source)};
    (void)atn_error_set(&text, status, "header: column '%s' %s%s", name, format, more);
    const int32_t place = column == NO_COLUMN ? 0 : (int32_t)column + 1;
    return atn_error_at_text(err, status, source, (int32_t)record->line, place, "%s", text.message);
}

static atn_str name_here(const attain_intake *intake, atn_str name)
{
    for (size_t i = 0; i < intake->n_rename; i++) {
        if (atn_str_equal(intake->rename[2 * i], name)) {
            return intake->rename[2 * i + 1];
        }
    }
    return name;
}

/* A renaming that meets no column is a spelling error of somebody. */
static attain_status check_rename(const attain_intake *intake, const atn_csv_record *record,
                                  attain_error *err)
{
    for (size_t i = 0; i < intake->n_rename; i++) {
        bool found = false;
        for (size_t c = 0; c < record->n_fields && !found; c++) {
            found = atn_str_equal(record->field[c], intake->rename[2 * i]);
        }
        if (!found) {
            const atn_note name = atn_show_text(intake->rename[2 * i]);
            const atn_note here = atn_show_text(intake->rename[2 * i + 1]);
            return header_error(intake, record, NO_COLUMN, ATTAIN_E_CSV,
                                "is not there, but is to be renamed to ", name.text, here.text, err);
        }
    }
    return ATTAIN_OK;
}

/* After renaming no name may come twice; columns without a name are ignored. */
static attain_status check_twice(const attain_intake *intake, const atn_csv_record *record, attain_error *err)
{
    atn_names seen;
    attain_status status = ATTAIN_OK;
    atn_names_init(&seen, &intake->facts->alloc, 0);
    for (uint32_t c = 0; c < record->n_fields && status == ATTAIN_OK; c++) {
        const atn_str name = name_here(intake, record->field[c]);
        uint32_t first = c;
        if (name.len > 0 && !atn_names_add(&seen, name, c, &first)) {
            status = atn_error_memory(err, "reading a CSV header");
        } else if (first != c) {
            const atn_note note = atn_show_text(name);
            status = header_error(intake, record, c, ATTAIN_E_CSV, "comes twice; rename one of them",
                                  note.text, "", err);
        }
    }
    atn_names_free(&seen);
    return status;
}

/* One item more in each of two arrays that belong together. */
static bool add_pair(const attain_intake *intake, uint32_t **first, size_t *cap_first, uint32_t **second,
                     size_t *cap_second, size_t *n, const uint32_t items[2])
{
    const attain_allocator *a = &intake->facts->alloc;
    void *here = *first;
    void *there = *second;
    const bool good = atn_alloc_grow(a, &here, cap_first, *n + 1, sizeof **first);
    *first = here;
    if (!good || !atn_alloc_grow(a, &there, cap_second, *n + 1, sizeof **second)) {
        return false;
    }
    *second = there;
    (*first)[*n] = items[0];
    (*second)[(*n)++] = items[1];
    return true;
}

static bool add_member_column(attain_intake *intake, uint32_t column, uint32_t category)
{
    const uint32_t items[2] = {column, category};
    return add_pair(intake, &intake->member_column, &intake->cap_members, &intake->member_category,
                    &intake->cap_categories, &intake->n_members, items);
}

static bool add_wide_column(attain_intake *intake, uint32_t column, uint32_t measure)
{
    const uint32_t items[2] = {column, measure};
    return add_pair(intake, &intake->wide_column, &intake->cap_wide_columns, &intake->wide_measure,
                    &intake->cap_wide_measures, &intake->n_wide, items);
}

static bool add_ignored(attain_intake *intake, atn_str name)
{
    if (name.len == 0) {
        return true;
    }
    if (intake->ignored.len > 0) {
        atn_buf_text(&intake->ignored, ", ");
    }
    atn_buf_escaped(&intake->ignored, name, 64);
    return !intake->ignored.failed;
}

static uint32_t find_fixed(atn_str name)
{
    for (uint32_t f = 0; f < N_FIXED; f++) {
        if (atn_str_is(name, fixed_name[f])) {
            return f;
        }
    }
    return N_FIXED;
}

/* What one column is. In the wide form `value` is a column like any other. */
static attain_status place_column(attain_intake *intake, const atn_csv_record *record, uint32_t column,
                                  bool is_wide, attain_error *err)
{
    const atn_model *model = &intake->facts->plan->model;
    const atn_str name = name_here(intake, record->field[column]);
    const uint32_t fixed = find_fixed(name);
    const uint32_t category = atn_find_category(model, name);
    const uint32_t measure = is_wide ? atn_find_measure(model, name) : ATN_NONE;
    bool good;
    if (fixed < N_FIXED && !(is_wide && fixed == COLUMN_VALUE)) {
        intake->fixed[fixed] = column;
        return ATTAIN_OK;
    }
    if (category != ATN_NONE && measure != ATN_NONE) {
        const atn_note note = atn_show_text(name);
        return header_error(intake, record, column, ATTAIN_E_CSV, "names a category and a measure", note.text,
                            "; the long form with a column 'measure' is required", err);
    }
    if (category != ATN_NONE) {
        good = add_member_column(intake, column, category);
    } else if (measure != ATN_NONE) {
        good = add_wide_column(intake, column, measure);
    } else {
        good = add_ignored(intake, name);
    }
    return good ? ATTAIN_OK : atn_error_memory(err, "reading a CSV header");
}

/* Which column is missing, and if one of the ignored ones is spelled nearly so, which. */
static attain_status missing_column(const attain_intake *intake, const atn_csv_record *record,
                                    const char *name, const char *why, attain_error *err)
{
    attain_error near;
    const atn_str wanted = {name, strlen(name)}; /* one of ours */
    near.message[0] = '\0';
    for (size_t c = 0; c < record->n_fields; c++) {
        const atn_str field = record->field[c];
        if (field.len > 0 && find_fixed(field) == N_FIXED && atn_str_distance(field, wanted, 2) <= 2) {
            const atn_note note = atn_show_text(field);
            (void)atn_error_set(&near, ATTAIN_OK, "; is it '%s'?", note.text);
        }
    }
    static const char others[] = {';', '\t', '|', ','};
    for (size_t i = 0; record->n_fields == 1 && i < sizeof others; i++) {
        if (memchr(record->field[0].data, others[i], record->field[0].len) != NULL) {
            (void)atn_error_set(&near, ATTAIN_OK,
                                "; the columns seem to stand between %s: name it as the separator",
                                others[i] == '\t'  ? "tabs"
                                : others[i] == ';' ? "';'"
                                : others[i] == '|' ? "'|'"
                                                   : "','");
            break;
        }
    }
    return header_error(intake, record, NO_COLUMN, ATTAIN_E_CSV, why, name, near.message, err);
}

static attain_status check_required(const attain_intake *intake, const atn_csv_record *record, bool is_wide,
                                    attain_error *err)
{
    static const char why[] =
        "is required and not there; facts need unit, period and either measure and value, or a column per "
        "measure";
    if (intake->fixed[COLUMN_UNIT] == NO_COLUMN) {
        return missing_column(intake, record, "unit", why, err);
    }
    if (intake->fixed[COLUMN_PERIOD] == NO_COLUMN) {
        return missing_column(intake, record, "period", why, err);
    }
    if (is_wide && intake->n_wide == 0) {
        return missing_column(intake, record, "measure", why, err);
    }
    if (!is_wide && intake->fixed[COLUMN_VALUE] == NO_COLUMN) {
        return missing_column(intake, record, "value", why, err);
    }
    return ATTAIN_OK;
}

static attain_status open_lane(attain_intake *intake, attain_error *err)
{
    const atn_lane_columns columns = {.n = intake->n_columns,
                                      .unit = intake->fixed[COLUMN_UNIT],
                                      .measure = intake->fixed[COLUMN_MEASURE],
                                      .period = intake->fixed[COLUMN_PERIOD],
                                      .value = intake->fixed[COLUMN_VALUE],
                                      .qualifier = intake->fixed[COLUMN_QUALIFIER],
                                      .reason = intake->fixed[COLUMN_REASON],
                                      .member = intake->member_column,
                                      .member_category = intake->member_category,
                                      .n_members = (uint32_t)intake->n_members,
                                      .wide_column = intake->wide_column,
                                      .wide_measure = intake->wide_measure,
                                      .n_wide = (uint32_t)intake->n_wide};
    return atn_lane_open(&intake->lane, intake->facts, &columns, atn_csv_separator(intake->csv),
                         &intake->options.numbers, err);
}

static attain_status read_header(attain_intake *intake, const atn_csv_record *record, attain_error *err)
{
    bool is_wide = true;
    intake->n_columns = (uint32_t)record->n_fields;
    for (uint32_t f = 0; f < N_FIXED; f++) {
        intake->fixed[f] = NO_COLUMN;
    }
    for (size_t c = 0; c < record->n_fields; c++) {
        is_wide = is_wide && !atn_str_is(name_here(intake, record->field[c]), "measure");
    }
    ATN_TRY(check_rename(intake, record, err));
    ATN_TRY(check_twice(intake, record, err));
    for (uint32_t c = 0; c < intake->n_columns; c++) {
        ATN_TRY(place_column(intake, record, c, is_wide, err));
    }
    ATN_TRY(check_required(intake, record, is_wide, err));
    void *members = intake->members;
    if (!atn_alloc_grow(&intake->facts->alloc, &members, &intake->cap_record_members, intake->n_members + 1,
                        sizeof *intake->members)) {
        return atn_error_memory(err, "reading a CSV header");
    }
    intake->members = members;
    ATN_TRY(atn_resolver_init(&intake->resolver, intake->facts, &intake->options.numbers,
                              intake->member_category, (uint32_t)intake->n_members, err));
    if (intake->batch.columns.in_use) {
        ATN_TRY(open_lane(intake, err));
    }
    intake->has_header = true;
    return ATTAIN_OK;
}

/* ---- rows ---- */

static atn_str fixed_field(const attain_intake *intake, const atn_csv_record *record, fixed_column column)
{
    const uint32_t at = intake->fixed[column];
    return at != NO_COLUMN ? record->field[at] : (atn_str){"", 0};
}

/* The column of the file, from 1, of a string at fault; 0: the whole row. */
static int32_t column_at_fault(const attain_intake *intake, uint32_t field, uint32_t value_column)
{
    static const fixed_column fixed[] = {
        [ATN_FIELD_UNIT] = COLUMN_UNIT,           [ATN_FIELD_MEASURE] = COLUMN_MEASURE,
        [ATN_FIELD_PERIOD] = COLUMN_PERIOD,       [ATN_FIELD_VALUE] = COLUMN_VALUE,
        [ATN_FIELD_QUALIFIER] = COLUMN_QUALIFIER, [ATN_FIELD_REASON] = COLUMN_REASON};
    uint32_t column = NO_COLUMN;
    if (field >= ATN_FIELD_MEMBER) {
        column = intake->member_column[field - ATN_FIELD_MEMBER];
    } else if (field == ATN_FIELD_VALUE) {
        column = value_column;
    } else if (field < ATN_FIELD_ROW) {
        column = intake->fixed[fixed[field]];
    }
    return column == NO_COLUMN ? 0 : (int32_t)column + 1;
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
               : atn_batch_reject(batch, number, 1, column_at_fault(intake, field, value_column), status,
                                  &why, err);
}

static attain_status ragged_row(attain_intake *intake, const atn_csv_record *record, uint32_t number,
                                attain_error *err)
{
    attain_error why;
    (void)atn_error_set(&why, ATTAIN_E_CSV, "the row has %lu fields, the header has %lu columns",
                        (unsigned long)record->n_fields, (unsigned long)intake->n_columns);
    return atn_batch_reject(&intake->batch, number, intake->n_wide > 0 ? intake->n_wide : 1, 0, ATTAIN_E_CSV,
                            &why, err);
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
    if (record->n_fields != intake->n_columns) {
        return ragged_row(intake, record, number, err);
    }
    for (size_t m = 0; m < intake->n_members; m++) {
        intake->members[m] = record->field[intake->member_column[m]];
    }
    atn_text_row text = {.unit = fixed_field(intake, record, COLUMN_UNIT),
                         .measure = fixed_field(intake, record, COLUMN_MEASURE),
                         .period = fixed_field(intake, record, COLUMN_PERIOD),
                         .value = fixed_field(intake, record, COLUMN_VALUE),
                         .qualifier = fixed_field(intake, record, COLUMN_QUALIFIER),
                         .reason = fixed_field(intake, record, COLUMN_REASON),
                         .member = intake->members,
                         .known_measure = ATN_NONE};
    if (intake->n_wide == 0) {
        return take_row(intake, &text, number, intake->fixed[COLUMN_VALUE], err);
    }
    for (size_t w = 0; w < intake->n_wide; w++) {
        text.value = record->field[intake->wide_column[w]];
        text.known_measure = intake->wide_measure[w];
        ATN_TRY(take_row(intake, &text, number, intake->wide_column[w], err));
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

/* Lines that the lane takes, from *at on. Rows count on, lines too, as far as both can. */
static attain_status take_plain_lines(attain_intake *intake, size_t *at, attain_error *err)
{
    const int64_t line = atn_csv_line(intake->csv);
    const uint64_t most_rows = ATN_MAX_INTAKE_ROWS - intake->n_rows;
    const uint64_t most_lines = line < INT32_MAX ? (uint64_t)(INT32_MAX - line) : 0;
    const uint32_t number = (uint32_t)intake->n_rows + 1;
    uint64_t n_lines = 0;
    ATN_TRY(atn_lane_take(&intake->lane, &intake->batch, *at, number,
                          most_rows < most_lines ? most_rows : most_lines, at, &n_lines, err));
    if (n_lines > 0 && !atn_batch_line(&intake->batch, number, (int32_t)line)) {
        return atn_error_memory(err, "taking facts in");
    }
    intake->n_rows += n_lines;
    atn_csv_pass(intake->csv, (int64_t)n_lines);
    return ATTAIN_OK;
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

static attain_status feed_piece(attain_intake *intake, atn_str piece, bool last, attain_error *err)
{
    atn_lane_start(&intake->lane, piece.data, piece.len);
    for (size_t at = 0; at < piece.len;) {
        size_t end;
        ATN_TRY(next_slow(intake, piece, &at, &end, err));
        ATN_TRY(atn_csv_feed(intake->csv, piece.data + at, end - at, false, err));
        ATN_TRY(drain(intake, err));
        at = end;
    }
    if (last) {
        ATN_TRY(atn_csv_feed(intake->csv, "", 0, true, err));
        ATN_TRY(drain(intake, err));
    }
    intake->n_bytes += piece.len;
    return piece.len > 0
               ? atn_batch_progress(&intake->batch, intake->n_bytes, intake->options.total_bytes, err)
               : ATTAIN_OK;
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
        const size_t len = bytes.len - at < PIECE_BYTES ? bytes.len - at : PIECE_BYTES;
        status = feed_piece(intake, (atn_str){bytes.data + at, len}, false, &intake->failure);
        at += len;
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
        status = feed_piece(intake, (atn_str){"", 0}, true, &intake->failure);
    }
    if (status == ATTAIN_OK && !intake->has_header) {
        const atn_str source = {intake->batch.source, strlen(intake->batch.source)};
        status = atn_error_at_text(
            &intake->failure, ATTAIN_E_CSV, source, 1, 0,
            "the file is empty; a header with unit, period and either measure and value, or a column "
            "per measure, is required");
    }
    if (status == ATTAIN_OK) {
        status = atn_batch_finish(&intake->batch, &intake->ignored, report, &intake->failure);
        intake->finished = status == ATTAIN_OK;
    }
    return keep(intake, status, err);
}

uint64_t atn_intake_plain_rows(const attain_intake *intake)
{
    return intake->lane.n_rows;
}
