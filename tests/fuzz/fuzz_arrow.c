/* Arrow streams from bytes: types, lengths, offsets, indices, bitmaps and views are whatever the bytes say; only how far a buffer reaches is true,
 * for that is what the interface leaves to the producer.
 *
 *   byte 0  flags of the intake   byte 1  columns   byte 2  batches   then for each column: format, dictionary; for each batch: metadata, items
 *
 * What must hold: everything is released once; a refusal leaves the facts as they were; accepted + rejected + empty = read; row by row says
 * the same as the fast ways; what was taken goes out and comes back as the same bytes. */
#include "fuzz/fuzz.h"

#include <attain/arrow.h>

#include <errno.h>

/* An array says that it has up to MOST_BUFFERS, and so many lie there: that number is the one thing that nobody can check. */
enum { ITEMS = 24, BYTES = 96, MOST_COLUMNS = 9, MOST_BATCHES = 3, MOST_BUFFERS = 8 };

static const char plan_text[] = "unit VN nation\n"
                                "unit 1 province in VN\n"
                                "unit 2 province in VN\n"
                                "category post: full, part\n"
                                "measure people stock persons reported yearly by province\n"
                                "measure workers stock persons by post\n"
                                "measure money flow VND decimals 2 any sign\n";

static const char *const names[MOST_COLUMNS] = {"unit",   "period", "value",  "measure", "qualifier",
                                                "reason", "post",   "people", "money"};
static const char *const formats[] = {"u",       "U",      "vu",         "c",        "C",         "s",
                                      "S",       "i",      "I",          "l",        "L",         "f",
                                      "g",       "tdD",    "n",          "d:9,2,32", "d:18,1,64", "d:38,3",
                                      "d:38,38", "d:38,0", "d:76,2,256", "d:10,-2",  "b",         "+l"};
/* Texts that mean something, so that rows are taken now and then. */
static const char words[] = "12VN1people2workers2024money2025-06full~part>=missing<12.5M-3confidentialx";

_Static_assert(sizeof words > BYTES - 24, "offsets must stay in the words");

typedef struct input {
    const uint8_t *data;
    size_t size;
} input;

static uint8_t next(input *in)
{
    in->size -= in->size > 0;
    return in->size > 0 ? *in->data++ : 0;
}

/* Memory of one stream; n_lent structures are with the library. */
typedef struct leaf {
    struct ArrowArray array, dictionary;
    const void *buffers[MOST_BUFFERS];
    const void *dictionary_buffers[MOST_BUFFERS];
    struct {
        uint64_t items[ITEMS * 2 + 2]; /* room for the widest */
        uint8_t validity[(ITEMS + 7) / 8];
        int64_t lengths[2];
    } memory[2];
} leaf;

typedef struct maker {
    struct ArrowSchema schemas[MOST_COLUMNS], values[MOST_COLUMNS], *children[MOST_COLUMNS];
    leaf leaves[MOST_BATCHES][MOST_COLUMNS];
    struct ArrowArray *columns[MOST_BATCHES][MOST_COLUMNS];
    struct ArrowArray batch[MOST_BATCHES];
    int64_t n_columns, n_batches, n_given;
    int n_lent, fails;
} maker;

static maker made;

static void schema_is_back(struct ArrowSchema *schema)
{
    made.n_lent -= schema->private_data != NULL;
    schema->release = NULL;
}

static void array_is_back(struct ArrowArray *array)
{
    made.n_lent -= array->private_data != NULL;
    array->release = NULL;
}

static void stream_is_back(struct ArrowArrayStream *stream)
{
    stream->release = NULL;
}

static int lend_schema(struct ArrowArrayStream *stream, struct ArrowSchema *out)
{
    *out = (struct ArrowSchema){.format = "+s",
                                .name = "",
                                .n_children = made.n_columns,
                                .children = made.children,
                                .release = schema_is_back,
                                .private_data = stream};
    made.n_lent++;
    return 0;
}

static int lend_batch(struct ArrowArrayStream *stream, struct ArrowArray *out)
{
    memset(out, 0, sizeof *out);
    if (made.n_given == made.n_batches) {
        return made.fails ? EIO : 0;
    }
    *out = made.batch[made.n_given++];
    out->private_data = stream;
    made.n_lent++;
    return 0;
}

/* ---- arrays ---- */

/* Up to what is there, mostly; else whatever. */
static int64_t number(input *in, int64_t most)
{
    static const int64_t hostile[] = {-1, INT64_MIN, INT64_MAX, INT64_MAX - 3};
    const uint8_t byte = next(in);
    return byte >= 252 ? hostile[byte - 252] : byte % (most + 1);
}

static void fill_offsets(input *in, uint64_t *items, size_t width)
{
    int64_t at = 0;
    for (size_t i = 0; i <= ITEMS; i++) {
        const uint8_t byte = next(in);
        const int64_t step = at + byte % 8;
        at = byte >= 250 ? byte - 252 : step < BYTES - 24 ? step : BYTES - 24;
        memcpy((char *)items + i * width, &at, width);
    }
}

static void fill_views(input *in, uint64_t *items)
{
    for (size_t i = 0; i < ITEMS; i++) {
        int32_t view[4] = {next(in) % 20, 0, 0, 0};
        if (view[0] > 12) {
            view[2] = (int32_t)next(in) % 3 - 1;
            view[3] = (int32_t)next(in) % 64 - 4;
        } else {
            memcpy(&view[1], words + next(in) % 40, 12);
        }
        view[0] = next(in) == 255 ? -view[0] : view[0];
        memcpy(items + 2 * i, view, sizeof view);
    }
}

/* An array of any type whose buffers hold ITEMS items. */
static void fill(input *in, struct ArrowArray *array, const void **buffers, leaf *of, size_t k,
                 const char *format)
{
    uint64_t *const items = of->memory[k].items;
    const int is_text = format[0] == 'u' || format[0] == 'U';
    const int is_view = format[0] == 'v';
    *array = (struct ArrowArray){.length = number(in, ITEMS),
                                 .null_count = (int64_t)(next(in) % 8) - 1,
                                 .n_buffers = is_text            ? 3
                                              : is_view          ? 4
                                              : format[0] == 'n' ? 0
                                                                 : 2,
                                 .buffers = buffers,
                                 .release = array_is_back};
    array->offset = number(in, array->length >= 0 && array->length <= ITEMS ? ITEMS - array->length : 3);
    for (size_t i = 0; i < sizeof of->memory[k].validity; i++) {
        of->memory[k].validity[i] = (uint8_t)~next(in);
    }
    if (is_text) {
        fill_offsets(in, items, format[0] == 'u' ? 4 : 8);
    } else if (is_view) {
        fill_views(in, items);
    } else {
        for (size_t i = 0; i < ITEMS; i++) { /* small ones, and a few of all bits */
            const uint8_t byte = next(in);
            const uint64_t any = byte >= 250 ? ~(uint64_t)0 << (byte - 250) * 9 : byte;
            const double real = byte * 0.25;
            memcpy((char *)items + i * 8, format[0] == 'g' ? (const void *)&real : (const void *)&any, 8);
        }
    }
    of->memory[k].lengths[0] = 60;
    buffers[0] = array->null_count != 0 ? of->memory[k].validity : NULL;
    buffers[1] = items;
    buffers[2] = words;
    buffers[3] = of->memory[k].lengths;
    const uint8_t odd = next(in);
    if (odd >= 240) {
        array->n_buffers = odd - (255 - MOST_BUFFERS);
    } else if (odd >= 230) {
        buffers[odd % 3] = NULL;
    }
}

static void make_batch(input *in, size_t b)
{
    static const void *nothing[1];
    for (int64_t c = 0; c < made.n_columns; c++) {
        leaf *const of = &made.leaves[b][c];
        const struct ArrowSchema *const schema = &made.schemas[c];
        fill(in, &of->array, of->buffers, of, 0, schema->format);
        if (schema->dictionary != NULL && next(in) != 255) {
            fill(in, &of->dictionary, of->dictionary_buffers, of, 1, schema->dictionary->format);
            of->array.dictionary = &of->dictionary;
        }
        made.columns[b][c] = &of->array;
    }
    made.batch[b] = (struct ArrowArray){.length = number(in, ITEMS),
                                        .n_buffers = 1,
                                        .buffers = nothing,
                                        .n_children = made.n_columns,
                                        .children = made.columns[b],
                                        .release = array_is_back};
    made.batch[b].offset = next(in) < 200 ? 0 : number(in, 4);
}

/* The same bytes make the same stream. */
static void make(input in)
{
    memset(&made, 0, sizeof made);
    made.n_columns = 3 + next(&in) % (MOST_COLUMNS - 2);
    made.n_batches = next(&in) % (MOST_BATCHES + 1);
    made.fails = next(&in) == 255;
    for (int64_t c = 0; c < made.n_columns; c++) {
        static const char *const index[] = {"c", "C", "s", "S", "i", "I", "l", "L"};
        const char *const format = formats[next(&in) % (sizeof formats / sizeof formats[0])];
        const uint8_t coded = next(&in);
        made.schemas[c] = (struct ArrowSchema){.format = format, .name = names[c], .release = schema_is_back};
        made.children[c] = &made.schemas[c];
        if (coded >= 128) {
            made.values[c] = made.schemas[c];
            made.schemas[c].format = index[coded % 8];
            made.schemas[c].dictionary = &made.values[c];
        }
    }
    for (int64_t b = 0; b < made.n_batches; b++) {
        make_batch(&in, (size_t)b);
    }
}

/* ---- what must hold ---- */

static attain_status take(const attain_plan *plan, input in, uint32_t flags, uint32_t tuning,
                          attain_text *bytes)
{
    attain_error err;
    attain_report report;
    attain_facts *facts = NULL;
    struct ArrowArrayStream stream = {lend_schema, lend_batch, NULL, stream_is_back, NULL};
    const attain_facts_options of_facts = {.struct_size = sizeof of_facts, .tuning = tuning};
    const attain_intake_options options = {.struct_size = sizeof options, .flags = flags};
    stream.private_data = &made;
    must(attain_facts_new(plan, &of_facts, &facts, &err) == ATTAIN_OK);
    make(in);
    memset(&report, 0, sizeof report);
    const attain_status status = attain_facts_add_arrow(facts, &stream, &options, &report, &err);
    must(stream.release == NULL);
    must(made.n_lent == 0);
    must(report.n_accepted + report.n_rejected + report.n_empty == report.n_read);
    if (status != ATTAIN_OK) {
        must_be_told(status, &err);
        must(attain_facts_count(facts) == 0);
    }
    attain_report_free(&report);
    must(attain_facts_to_bytes(facts, bytes, &err) == ATTAIN_OK);
    attain_facts_free(facts);
    return status;
}

static void there_and_back(const attain_plan *plan, const attain_text *bytes)
{
    attain_error err;
    attain_text again;
    attain_facts *facts = NULL;
    attain_facts *back = NULL;
    struct ArrowArrayStream stream;
    const attain_arrow_options options = {.struct_size = sizeof options,
                                          .numbers = ATTAIN_ARROW_DECIMALS,
                                          .batch_rows = 5};
    must(attain_facts_from_bytes(plan, bytes->data, bytes->len, NULL, &facts, &err) == ATTAIN_OK);
    must(attain_facts_new(plan, NULL, &back, &err) == ATTAIN_OK);
    must(attain_facts_to_arrow(facts, &options, &stream, &err) == ATTAIN_OK);
    must(attain_facts_add_arrow(back, &stream, NULL, NULL, &err) == ATTAIN_OK);
    must(attain_facts_to_bytes(back, &again, &err) == ATTAIN_OK);
    must(again.len == bytes->len && memcmp(again.data, bytes->data, again.len) == 0);
    attain_text_free(&again);
    attain_facts_free(facts);
    attain_facts_free(back);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static attain_plan *plan;
    attain_text fast;
    attain_text slow;
    input in = {data, size};
    if (plan == NULL) {
        plan = plan_of(plan_text, sizeof plan_text - 1);
        must(plan != NULL);
    }
    const uint8_t byte = next(&in);
    const uint32_t flags = (byte & 3) == 3 ? byte & 12u : byte & 15u;
    const attain_status status = take(plan, in, flags, 0, &fast);
    must(take(plan, in, flags, ATTAIN_TUNE_ROW_BY_ROW, &slow) == status);
    must(slow.len == fast.len && memcmp(slow.data, fast.data, fast.len) == 0);
    there_and_back(plan, &fast);
    attain_text_free(&fast);
    attain_text_free(&slow);
    return 0;
}
