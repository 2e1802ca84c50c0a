/* Facts of an Arrow stream: its schema says which column is what (heading.h) and of which type (arrow_column.h), its batches bring the
 * rows.
 *
 *   get_schema ──▶ heading, types ──▶ get_next ──▶ columns bound, blocks, odd rows as text ──▶ the gate (intake.h)
 *                                        ▲                  │
 *                                        └──────────────────┘ until a batch is released: the end
 *
 * The stream is taken: whatever happens, everything that it gave is released once, and the stream itself last. */
#include "facts/arrow_in.h"

#include "number/double.h"

/* ---- life ---- */

static void release_schema(struct ArrowSchema *schema)
{
    if (schema->release != NULL) {
        schema->release(schema);
    }
}

static void free_items(const attain_facts *facts, void *items, size_t n, size_t item_size)
{
    if (items != NULL) {
        atn_alloc_free_array(&facts->alloc, items, n, item_size);
    }
}

static void free_in(atn_arrow_in *in)
{
    attain_facts *facts = in->facts;
    const size_t n_columns = in->cap_columns;
    atn_arrow_tasks_free(in);
    atn_arrow_reader_free(&in->reader);
    for (size_t c = 0; in->scratch != NULL && c < n_columns; c++) {
        atn_buf_free(&in->scratch[c]);
    }
    free_items(facts, in->scratch, n_columns, sizeof *in->scratch);
    free_items(facts, in->columns, n_columns, sizeof *in->columns);
    free_items(facts, in->names, n_columns, sizeof *in->names);
    free_items(facts, in->members, n_columns, sizeof *in->members);
    free_items(facts, in->rename, in->cap_rename, sizeof *in->rename);
    atn_heading_free(&in->heading);
    atn_resolver_free(&in->resolver);
    atn_batch_free(&in->batch);
    release_schema(&in->schema);
    in->stream->release(in->stream);
}

/* ---- the stream ---- */

static attain_status stream_failed(atn_arrow_in *in, const char *what, int code, attain_error *err)
{
    const char *text = in->stream->get_last_error != NULL ? in->stream->get_last_error(in->stream) : NULL;
    atn_buf shown;
    atn_buf_init(&shown, &in->facts->outer);
    if (text != NULL) {
        atn_buf_escaped(&shown, (atn_str){text, strlen(text)}, 256); /* a C string by contract */
    }
    const attain_status status =
        atn_error_set(err, ATTAIN_E_ARROW, "the stream did not give %s (error %d): %s", what, code,
                      shown.data != NULL ? shown.data : "it does not say why");
    atn_buf_free(&shown);
    return status;
}

static attain_status get_schema(atn_arrow_in *in, attain_error *err)
{
    struct ArrowArrayStream *stream = in->stream;
    if (stream->get_schema == NULL || stream->get_next == NULL) {
        return atn_error_set(err, ATTAIN_E_ARROW, "the stream lacks get_schema or get_next");
    }
    const int code = stream->get_schema(stream, &in->schema);
    if (code != 0) {
        in->schema.release = NULL;
        return stream_failed(in, "its schema", code, err);
    }
    if (in->schema.release == NULL || in->schema.format == NULL || in->schema.n_children < 0 ||
        (in->schema.n_children > 0 && in->schema.children == NULL)) {
        return atn_error_set(err, ATTAIN_E_ARROW,
                             "the schema of the stream lacks its release, its format or its columns");
    }
    if (strcmp(in->schema.format, "+s") != 0) {
        const atn_note format = atn_show_text((atn_str){in->schema.format, strlen(in->schema.format)});
        return atn_error_set(err, ATTAIN_E_ARROW,
                             "the stream is one of '%s'; a struct with a column each ('+s') is required",
                             format.text);
    }
    for (int64_t c = 0; c < in->schema.n_children; c++) {
        if (in->schema.children[c] == NULL || in->schema.children[c]->release == NULL) {
            return atn_error_at_index(err, ATTAIN_E_ARROW, c,
                                      "column %lld of the schema is NULL or was released already",
                                      (long long)c);
        }
    }
    return ATTAIN_OK;
}

/* ---- what is what ---- */

static attain_status make_arrays(atn_arrow_in *in, const attain_intake_options *options, attain_error *err)
{
    const attain_allocator *a = &in->facts->alloc;
    const size_t n = (size_t)in->schema.n_children;
    if (in->schema.n_children > ATN_ARROW_MAX_COLUMNS) {
        return atn_error_set(err, ATTAIN_E_LIMIT, "%lld columns; at most %d are taken",
                             (long long)in->schema.n_children, ATN_ARROW_MAX_COLUMNS);
    }
    in->cap_columns = n;
    in->cap_rename = 2 * options->n_rename;
    in->columns = atn_alloc_array(a, n, sizeof *in->columns);
    in->scratch = atn_alloc_array(a, n, sizeof *in->scratch);
    in->names = atn_alloc_array(a, n, sizeof *in->names);
    in->members = atn_alloc_array(a, n, sizeof *in->members);
    in->rename = atn_alloc_array(a, in->cap_rename, sizeof *in->rename);
    if (in->columns == NULL || in->scratch == NULL || in->names == NULL || in->members == NULL ||
        in->rename == NULL) {
        return atn_error_memory(err, "opening an Arrow stream of facts");
    }
    for (size_t c = 0; c < n; c++) {
        const char *name = in->schema.children[c]->name;
        in->columns[c].index = (int64_t)c;
        in->columns[c].name = name != NULL ? name : "";
        in->names[c] =
            (atn_str){in->columns[c].name, strlen(in->columns[c].name)}; /* a C string by contract */
        atn_buf_init(&in->scratch[c], a);
    }
    for (size_t i = 0; i < in->cap_rename; i++) {
        const attain_str s = options->rename[i];
        in->rename[i] = s.len > 0 ? (atn_str){s.data, s.len} : (atn_str){"", 0};
    }
    return ATTAIN_OK;
}

static attain_status declare(atn_arrow_in *in, uint32_t column, atn_arrow_use use, attain_error *err)
{
    if (column == ATN_NONE) {
        return ATTAIN_OK;
    }
    in->columns[column].is_used = true;
    return atn_arrow_declare(&in->columns[column], in->schema.children[column], use, err);
}

static attain_status declare_columns(atn_arrow_in *in, attain_error *err)
{
    static const atn_arrow_use use[ATN_N_FIXED_COLUMNS] = {
        [ATN_COLUMN_PERIOD] = ATN_ARROW_FOR_PERIOD, [ATN_COLUMN_VALUE] = ATN_ARROW_FOR_VALUE};
    const atn_heading *h = &in->heading;
    for (uint32_t f = 0; f < ATN_N_FIXED_COLUMNS; f++) {
        ATN_TRY(declare(in, h->fixed[f], use[f], err));
    }
    for (size_t m = 0; m < h->n_members; m++) {
        ATN_TRY(declare(in, h->member_column[m], ATN_ARROW_FOR_ID, err));
    }
    for (size_t w = 0; w < h->n_wide; w++) {
        ATN_TRY(declare(in, h->wide_column[w], ATN_ARROW_FOR_VALUE, err));
    }
    return ATTAIN_OK;
}

static attain_status know_columns(atn_arrow_in *in, const attain_intake_options *options, attain_error *err)
{
    uint32_t column = ATN_NONE;
    ATN_TRY(make_arrays(in, options, err));
    const attain_status status = atn_heading_read(&in->heading, in->names, in->cap_columns, in->rename,
                                                  options->n_rename, ATTAIN_E_ARROW, &column, err);
    if (status == ATTAIN_E_ARROW && err != NULL) {
        err->index = column == ATN_NONE ? -1 : (int64_t)column;
    }
    ATN_TRY(status);
    ATN_TRY(declare_columns(in, err));
    if (!atn_arrow_reader_init(&in->reader, in->facts, &in->heading, in->columns)) {
        return atn_error_memory(err, "opening an Arrow stream of facts");
    }
    in->reader.numbers = options->numbers;
    in->reader.nan_is_empty = (options->flags & ATTAIN_INTAKE_NAN_IS_EMPTY) != 0;
    in->reader.use_division = atn_double_nearest_now();
    return atn_resolver_init(&in->resolver, in->facts, &options->numbers, in->heading.member_category,
                             (uint32_t)in->heading.n_members, err);
}

/* ---- batches ---- */

static attain_status take_batches(atn_arrow_in *in, attain_error *err)
{
    for (;;) {
        struct ArrowArray array;
        memset(&array, 0, sizeof array);
        const int code = in->stream->get_next(in->stream, &array);
        if (code != 0) {
            return stream_failed(in, "its next batch", code, err);
        }
        if (array.release == NULL) {
            return ATTAIN_OK;
        }
        ATN_TRY(atn_arrow_take_batch(in, &array, err));
        ATN_TRY(atn_batch_progress(&in->batch, in->n_before, 0, err));
    }
}

attain_status atn_facts_add_arrow(attain_facts *facts, struct ArrowArrayStream *stream,
                                  const attain_intake_options *options, attain_report *report,
                                  attain_error *err)
{
    atn_arrow_in in;
    memset(&in, 0, sizeof in);
    in.facts = facts;
    in.stream = stream;
    in.batch.facts = facts;
    atn_heading_init(&in.heading, facts);
    attain_status status = atn_batch_init(&in.batch, facts, options, err);
    if (status == ATTAIN_OK) {
        atn_batch_use_columns(&in.batch);
        status = get_schema(&in, err);
    }
    if (status == ATTAIN_OK) {
        status = know_columns(&in, options, err);
    }
    if (status == ATTAIN_OK) {
        status = take_batches(&in, err);
    }
    if (status == ATTAIN_OK) {
        status = atn_batch_finish(&in.batch, &in.heading.ignored, report, err);
    }
    free_in(&in);
    return status;
}
