/* The scenarios of Arrow: batches that come in, facts and tables that go out. See scenario.h; the table of all scenarios is in scenarios.c. */
#include "fault/scenario.h"

#include "support/check.h"

#include <attain/arrow.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

/* A stream in static memory, so that whoever makes it asks nobody for any: rows of a few cells in two batches, or of many days in one. */
enum { FEW = 20, DAYS = 20000, MOST_COLUMNS = 5 };

typedef struct arrow_source {
    struct ArrowSchema schemas[MOST_COLUMNS + 1], words, *children[MOST_COLUMNS];
    struct ArrowArray arrays[MOST_COLUMNS], items, *columns[MOST_COLUMNS];
    const void *buffers[MOST_COLUMNS + 2][3];
    int64_t n_columns, n_rows, n_batches, n_given;
    int n_lent; /* schema and batches that have not come back */
} arrow_source;

static arrow_source source;

static void schema_comes_back(struct ArrowSchema *schema)
{
    source.n_lent -= schema->n_children > 0;
    schema->release = NULL;
}

static void array_comes_back(struct ArrowArray *array)
{
    source.n_lent -= array->n_children > 0;
    array->release = NULL;
}

static int lend_schema(struct ArrowArrayStream *stream, struct ArrowSchema *out)
{
    (void)stream;
    *out = (struct ArrowSchema){.format = "+s",
                                .name = "",
                                .n_children = source.n_columns,
                                .children = source.children,
                                .release = schema_comes_back};
    source.n_lent++;
    return 0;
}

static int lend_batch(struct ArrowArrayStream *stream, struct ArrowArray *out)
{
    static const void *nothing[1];
    (void)stream;
    memset(out, 0, sizeof *out);
    if (source.n_given < source.n_batches) {
        *out = (struct ArrowArray){.length = source.n_rows,
                                   .offset = source.n_given++ * source.n_rows,
                                   .n_buffers = 1,
                                   .buffers = nothing,
                                   .n_children = source.n_columns,
                                   .children = source.columns,
                                   .release = array_comes_back};
        source.n_lent++;
    }
    return 0;
}

static void stream_comes_back(struct ArrowArrayStream *stream)
{
    stream->release = NULL;
}

static void add_column(const char *name, const char *format, const void *items, const void *bytes)
{
    const int64_t c = source.n_columns++;
    source.schemas[c] = (struct ArrowSchema){.format = format, .name = name, .release = schema_comes_back};
    source.buffers[c][1] = items;
    source.buffers[c][2] = bytes;
    source.arrays[c] = (struct ArrowArray){.length = source.n_batches * source.n_rows,
                                           .n_buffers = bytes != NULL ? 3 : 2,
                                           .buffers = source.buffers[c],
                                           .release = array_comes_back};
    source.children[c] = &source.schemas[c];
    source.columns[c] = &source.arrays[c];
}

/* Units as indices of a dictionary. */
static void add_units(const int32_t *indices)
{
    static const int32_t offsets[] = {0, 5, 10, 15, 20};
    const int64_t c = source.n_columns;
    add_column("unit", "i", indices, NULL);
    source.words = (struct ArrowSchema){.format = "u", .name = "", .release = schema_comes_back};
    source.buffers[MOST_COLUMNS][1] = offsets;
    source.buffers[MOST_COLUMNS][2] = "FAB.AFAB.BAlderFAB.Z";
    source.items = (struct ArrowArray){.length = 4,
                                       .n_buffers = 3,
                                       .buffers = source.buffers[MOST_COLUMNS],
                                       .release = array_comes_back};
    source.schemas[c].dictionary = &source.words;
    source.arrays[c].dictionary = &source.items;
}

static attain_status add_source(world *w, uint32_t flags, attain_error *err)
{
    struct ArrowArrayStream stream = {.get_schema = lend_schema,
                                      .get_next = lend_batch,
                                      .release = stream_comes_back};
    const attain_intake_options options = {.struct_size = sizeof options, .flags = flags};
    const attain_status status = attain_facts_add_arrow(w->facts, &stream, &options, &w->out.report, err);
    assert_null(stream.release);
    assert_int_equal(source.n_lent, 0);
    return status;
}

/* Texts of two kinds, doubles, a qualifier here and there; the last unit is one that the plan does not have. */
static attain_status add_few(world *w, bool with_bad, uint32_t flags, attain_error *err)
{
    static int32_t unit[2 * FEW];
    static int32_t measure[2 * FEW + 1];
    static int32_t period[2 * FEW];
    static double value[2 * FEW];
    static int32_t qualifier[2 * FEW + 1];
    memset(&source, 0, sizeof source);
    source.n_rows = FEW;
    source.n_batches = 2;
    for (int32_t i = 0; i < 2 * FEW; i++) {
        unit[i] = with_bad && i == 2 * FEW - 1 ? 3 : i % 3 == 1 ? 1 : 0;
        measure[i + 1] = 6 * (i + 1);
        period[i] = 1900 + i;
        value[i] = i;
        qualifier[i + 1] = (i + 3) / 4;
    }
    add_units(unit);
    add_column("measure", "u", measure,
               "helpedhelpedhelpedhelpedhelpedhelpedhelpedhelpedhelpedhelpedhelpedhelpedhelpedhelped"
               "helpedhelpedhelpedhelpedhelpedhelpedhelpedhelpedhelpedhelpedhelpedhelpedhelpedhelped"
               "helpedhelpedhelpedhelpedhelpedhelpedhelpedhelpedhelpedhelpedhelpedhelped");
    add_column("period", "i", period, NULL);
    add_column("value", "g", value, NULL);
    add_column("qualifier", "u", qualifier, "~~~~~~~~~~");
    return add_source(w, flags, err);
}

attain_status call_add_arrow(world *w, attain_error *err)
{
    return add_few(w, false, ATTAIN_INTAKE_STRICT, err);
}

attain_status call_add_arrow_bad(world *w, attain_error *err)
{
    return add_few(w, true, ATTAIN_INTAKE_STRICT, err);
}

attain_status call_add_arrow_skip(world *w, attain_error *err)
{
    return add_few(w, true, ATTAIN_INTAKE_SKIP_BAD_ROWS, err);
}

/* One batch that is large enough to be loaded as it comes, in the wide form. */
attain_status call_add_arrow_days(world *w, attain_error *err)
{
    static int32_t unit[DAYS];
    static int32_t period[DAYS];
    static int64_t value[DAYS];
    memset(&source, 0, sizeof source);
    source.n_rows = DAYS;
    source.n_batches = 1;
    for (int32_t i = 0; i < DAYS; i++) {
        unit[i] = i % 2;
        period[i] = i / 2;
        value[i] = i;
    }
    add_units(unit);
    add_column("period", "tdD", period, NULL);
    add_column("pay", "l", value, NULL);
    return add_source(w, ATTAIN_INTAKE_STRICT, err);
}

/* Reads what goes out to its end. */
static attain_status read_stream(struct ArrowArrayStream *stream, attain_error *err)
{
    struct ArrowSchema schema;
    struct ArrowArray array;
    int code = stream->get_schema(stream, &schema);
    if (code == 0) {
        schema.release(&schema);
    }
    while (code == 0) {
        code = stream->get_next(stream, &array);
        if (code != 0 || array.release == NULL) {
            break;
        }
        array.release(&array);
    }
    if (code != 0) {
        memset(err, 0, sizeof *err);
        err->status = code == ENOMEM ? ATTAIN_E_MEMORY : ATTAIN_E_ARROW;
        snprintf(err->message, sizeof err->message, "%s", stream->get_last_error(stream));
    }
    stream->release(stream);
    return code == 0 ? ATTAIN_OK : err->status;
}

static void nothing_more(void *owner)
{
    ++*(int *)owner;
}

static attain_status send_out(const world *w, const attain_table *table, attain_arrow_numbers numbers,
                              int plain_text, int own, attain_error *err)
{
    int n_released = 0;
    struct ArrowArrayStream stream;
    const attain_arrow_options options = {.struct_size = sizeof options,
                                          .numbers = numbers,
                                          .plain_text = plain_text,
                                          .batch_rows = 7,
                                          .owner = &n_released,
                                          .release = nothing_more,
                                          .own = own};
    attain_status status = table != NULL ? attain_table_to_arrow(table, &options, &stream, err)
                                         : attain_facts_to_arrow(w->facts, &options, &stream, err);
    if (status != ATTAIN_OK) {
        assert_int_equal(n_released, 0);
        return status;
    }
    status = read_stream(&stream, err);
    assert_int_equal(n_released, 1);
    return status;
}

attain_status call_facts_to_arrow(world *w, attain_error *err)
{
    return send_out(w, NULL, ATTAIN_ARROW_DECIMALS, 0, 0, err);
}

attain_status call_facts_to_arrow_plain(world *w, attain_error *err)
{
    return send_out(w, NULL, ATTAIN_ARROW_DOUBLES, 1, 0, err);
}

/* Columns stay with the table once they are made; here they are. */
void prepare_tables(world *w)
{
    attain_error err;
    check_ok(attain_table_prepare(w->scorecard, NULL, 0, &err), &err);
    check_ok(attain_table_prepare(w->values, NULL, 0, &err), &err);
}

attain_status call_table_to_arrow(world *w, attain_error *err)
{
    return send_out(w, w->scorecard, ATTAIN_ARROW_DOUBLES, 0, 0, err);
}

attain_status call_table_to_arrow_own(world *w, attain_error *err)
{
    return send_out(w, w->scorecard, ATTAIN_ARROW_DOUBLES, 0, 1, err);
}

attain_status call_table_to_arrow_decimals(world *w, attain_error *err)
{
    return send_out(w, w->values, ATTAIN_ARROW_DECIMALS, 1, 0, err);
}

attain_status call_table_to_arrow_fractions(world *w, attain_error *err)
{
    return send_out(w, w->scorecard, ATTAIN_ARROW_FRACTIONS, 0, 0, err);
}
