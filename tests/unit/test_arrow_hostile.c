/* Arrow streams that lie: about counts, lengths, offsets, indices and types, or that break off. Each is ATTAIN_E_ARROW with the column at
 * fault; the facts stay as they were, and what the stream gave is released, each structure once. */
#include "support/arrow_make.h"
#include "support/build_plan.h"
#include "support/check.h"

#include <stdio.h>
#include <stdlib.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const char plan_text[] = "unit VN nation\n"
                                "unit 01 province in VN alias \"The first of the provinces\"\n"
                                "unit 02 province in VN\n"
                                "measure people stock persons reported yearly by province\n"
                                "measure money stock VND decimals 2\n";

static attain_plan *plan;

static int set_up(void **state)
{
    (void)state;
    plan = build_plan(plan_text, NULL);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    build_plan_free(plan);
    return 0;
}

enum { UNIT, MEASURE, PERIOD, VALUE, QUALIFIER, REASON, NOTE, N_COLUMNS, ANY = -1 };

static const am_column columns[N_COLUMNS] = {
    {"unit", "u", 0, AM_SLICED}, {"measure", "u", 'i', 0},  {"period", "l", 0, AM_SLICED},
    {"value", "g", 0, 0},        {"qualifier", "vu", 0, 0}, {"reason", "U", 0, 0},
    {"note", "l", 0, 0}};

static const char *const rows[][N_COLUMNS] = {
    {"01", "people", "2024", "15", NULL, NULL, "1"},
    {"The first of the provinces", "money", "2024", "2.5", "~", NULL, NULL},
    {"02", "people", "2023", NULL, "missing", "confidential", "3"},
};
enum { N_ROWS = COUNT(rows) };

/* ---- lies ---- */

static struct ArrowArray *child(am_stream *s, size_t c)
{
    return s->batch[s->n_batches - 1].children[c];
}

static void *items_of(am_stream *s, size_t c, size_t buffer)
{
    return (void *)(uintptr_t)child(s, c)->buffers[buffer];
}

static void put32(void *items, int64_t at, int32_t value)
{
    memcpy((char *)items + 4 * at, &value, sizeof value);
}

#define LIE(name, ...)             \
    static void name(am_stream *s) \
    {                              \
        __VA_ARGS__;               \
    }

LIE(too_few_buffers, child(s, UNIT)->n_buffers = 2)
LIE(no_buffers, child(s, UNIT)->n_buffers = 0)
LIE(negative_buffers, child(s, UNIT)->n_buffers = -1)
LIE(too_many_buffers, child(s, VALUE)->n_buffers = 3)
LIE(too_few_of_whole, child(s, PERIOD)->n_buffers = 1)
LIE(too_few_of_view, child(s, QUALIFIER)->n_buffers = 2)
LIE(null_buffer_list, child(s, UNIT)->buffers = NULL)
LIE(null_offsets, child(s, UNIT)->buffers[1] = NULL)
LIE(null_bytes, child(s, UNIT)->buffers[2] = NULL)
LIE(null_items, child(s, PERIOD)->buffers[1] = NULL)
LIE(null_doubles, child(s, VALUE)->buffers[1] = NULL)
LIE(null_views, child(s, QUALIFIER)->buffers[1] = NULL)
LIE(null_indices, child(s, MEASURE)->buffers[1] = NULL)
LIE(negative_length, child(s, UNIT)->length = -1)
LIE(short_length, child(s, PERIOD)->length = N_ROWS - 1)
LIE(negative_offset, child(s, VALUE)->offset = -1)
LIE(huge_offset, child(s, VALUE)->offset = INT64_MAX)
LIE(huge_offset_and_length, child(s, UNIT)->offset = INT64_MAX - 1; child(s, UNIT)->length = INT64_MAX - 1)
LIE(huge_length_of_children, child(s, UNIT)->offset = 1; child(s, UNIT)->length = INT64_MAX)
LIE(many_nulls, child(s, VALUE)->null_count = N_ROWS + 1)
LIE(negative_nulls, child(s, VALUE)->null_count = -2)
LIE(too_few_nulls, child(s, VALUE)->null_count = 0)
LIE(too_many_nulls, child(s, VALUE)->null_count = 2)
LIE(struct_of_huge_length, s->batch[0].length = INT64_MAX)
LIE(nulls_without_bitmap, child(s, MEASURE)->null_count = 1; child(s, MEASURE)->buffers[0] = NULL)
LIE(released_child, child(s, VALUE)->release(child(s, VALUE)))
LIE(null_dictionary, child(s, MEASURE)->dictionary = NULL)
LIE(dictionary_of_negative_length, child(s, MEASURE)->dictionary->length = -1)
LIE(dictionary_of_negative_offset, child(s, MEASURE)->dictionary->offset = -1)
LIE(dictionary_of_huge_offset, child(s, MEASURE)->dictionary->offset = INT64_MAX)
LIE(dictionary_without_offsets, child(s, MEASURE)->dictionary->buffers[1] = NULL)
LIE(dictionary_with_few_buffers, child(s, MEASURE)->dictionary->n_buffers = 2)
LIE(dictionary_is_shorter, child(s, MEASURE)->dictionary->length = 1)
LIE(dictionary_is_empty, child(s, MEASURE)->dictionary->length = 0)
LIE(index_behind_the_end, put32(items_of(s, MEASURE, 1), 1, 2))
LIE(index_far_behind_the_end, put32(items_of(s, MEASURE, 1), 1, INT32_MAX))
LIE(index_below_zero, put32(items_of(s, MEASURE, 1), 1, -1))
LIE(index_far_below_zero, put32(items_of(s, MEASURE, 1), 1, INT32_MIN))
LIE(offsets_go_back, put32(items_of(s, UNIT, 1), 4, INT32_MAX))
LIE(offset_below_zero, put32(items_of(s, UNIT, 1), 3, -5))
LIE(dictionary_offsets_go_back,
    put32((void *)(uintptr_t)child(s, MEASURE)->dictionary->buffers[1], 1, INT32_MAX))
LIE(struct_of_negative_length, s->batch[0].length = -1)
LIE(struct_of_negative_offset, s->batch[0].offset = -1)
LIE(struct_of_huge_offset, s->batch[0].offset = INT64_MAX)
LIE(struct_longer_than_its_columns, s->batch[0].length = N_ROWS + 1)
LIE(struct_with_fewer_children, s->batch[0].n_children = N_COLUMNS - 1)
LIE(struct_with_more_children, s->batch[0].n_children = N_COLUMNS + 1)
LIE(struct_of_negative_children, s->batch[0].n_children = -1)
LIE(struct_without_children, s->batch[0].children = NULL)
LIE(struct_of_negative_buffers, s->batch[0].n_buffers = -1)

static void large_offsets_go_back(am_stream *s)
{
    const int64_t huge = INT64_MAX - 1;
    memcpy((char *)items_of(s, REASON, 1) + 16, &huge, sizeof huge);
}

static void null_child(am_stream *s)
{
    struct ArrowArray **children = s->batch[0].children;
    children[UNIT]->release(children[UNIT]);
    free(children[UNIT]);
    children[UNIT] = NULL; /* our list of what is to be freed is the same one */
}

typedef void lie(am_stream *s);

typedef struct told {
    const char *what;
    lie *tell;
    int64_t column;
} told;

#define TOLD(name, column)  \
    {                       \
#name, name, column \
    }

static const told lies[] = {
    TOLD(too_few_buffers, UNIT),
    TOLD(no_buffers, UNIT),
    TOLD(negative_buffers, UNIT),
    TOLD(too_many_buffers, VALUE),
    TOLD(too_few_of_whole, PERIOD),
    TOLD(too_few_of_view, QUALIFIER),
    TOLD(null_buffer_list, UNIT),
    TOLD(null_offsets, UNIT),
    TOLD(null_bytes, UNIT),
    TOLD(null_items, PERIOD),
    TOLD(null_doubles, VALUE),
    TOLD(null_views, QUALIFIER),
    TOLD(null_indices, MEASURE),
    TOLD(negative_length, UNIT),
    TOLD(short_length, PERIOD),
    TOLD(negative_offset, VALUE),
    TOLD(huge_offset, VALUE),
    TOLD(huge_offset_and_length, UNIT),
    TOLD(huge_length_of_children, UNIT),
    TOLD(many_nulls, VALUE),
    TOLD(negative_nulls, VALUE),
    TOLD(too_few_nulls, VALUE),
    TOLD(too_many_nulls, VALUE),
    TOLD(struct_of_huge_length, ANY),
    TOLD(nulls_without_bitmap, MEASURE),
    TOLD(released_child, VALUE),
    TOLD(null_child, UNIT),
    TOLD(null_dictionary, MEASURE),
    TOLD(dictionary_of_negative_length, MEASURE),
    TOLD(dictionary_of_negative_offset, MEASURE),
    TOLD(dictionary_of_huge_offset, MEASURE),
    TOLD(dictionary_without_offsets, MEASURE),
    TOLD(dictionary_with_few_buffers, MEASURE),
    TOLD(dictionary_is_shorter, MEASURE),
    TOLD(dictionary_is_empty, MEASURE),
    TOLD(index_behind_the_end, MEASURE),
    TOLD(index_far_behind_the_end, MEASURE),
    TOLD(index_below_zero, MEASURE),
    TOLD(index_far_below_zero, MEASURE),
    TOLD(offsets_go_back, UNIT),
    TOLD(offset_below_zero, UNIT),
    TOLD(large_offsets_go_back, REASON),
    TOLD(dictionary_offsets_go_back, MEASURE),
    TOLD(struct_of_negative_length, ANY),
    TOLD(struct_of_negative_offset, ANY),
    TOLD(struct_of_huge_offset, ANY),
    TOLD(struct_longer_than_its_columns, ANY),
    TOLD(struct_with_fewer_children, ANY),
    TOLD(struct_with_more_children, ANY),
    TOLD(struct_of_negative_children, ANY),
    TOLD(struct_without_children, ANY),
    TOLD(struct_of_negative_buffers, ANY),
};

/* ---- taking them ---- */

typedef struct stand {
    attain_facts *facts;
    attain_text before;
} stand;

static stand stand_of(uint32_t n_threads, uint32_t tuning)
{
    attain_error err;
    stand st;
    const attain_facts_options options = {.struct_size = sizeof options,
                                          .n_threads = n_threads,
                                          .tuning = tuning};
    check_ok(attain_facts_new(plan, &options, &st.facts, &err), &err);
    build_add(st.facts, "unit,measure,period,value\n01,people,1990,7\n02,money,1990,7.25\n");
    check_ok(attain_facts_to_bytes(st.facts, &st.before, &err), &err);
    return st;
}

static void end_stand(stand *st, const char *what)
{
    attain_error err;
    attain_text after;
    check_ok(attain_facts_to_bytes(st->facts, &after, &err), &err);
    if (after.len != st->before.len || memcmp(after.data, st->before.data, after.len) != 0) {
        fail_msg("%s: the facts have changed", what);
    }
    attain_text_free(&after);
    attain_text_free(&st->before);
    attain_facts_free(st->facts);
}

/* column ANY: whichever, or none. */
static void check_refused(am_stream *s, uint32_t n_threads, uint32_t tuning, uint32_t flags, const char *what,
                          int64_t column, const char *words)
{
    attain_error err = {.status = ATTAIN_OK};
    const attain_intake_options options = {.struct_size = sizeof options, .flags = flags};
    stand st = stand_of(n_threads, tuning);
    const attain_status status = attain_facts_add_arrow(st.facts, &s->stream, &options, NULL, &err);
    if (status != ATTAIN_E_ARROW || (column != ANY && err.index != column) ||
        strstr(err.message, words) == NULL) {
        fail_msg("%s: %s at %" PRId64 ", wanted e_arrow at %" PRId64 " with '%s': %s", what,
                 attain_status_name(status), err.index, column, words, err.message);
    }
    am_free(s);
    end_stand(&st, what);
}

static void good_rows_are_taken(void **state)
{
    (void)state;
    attain_error err;
    attain_facts *facts = build_facts(plan);
    am_stream *s = am_new(columns, N_COLUMNS);
    am_batch(s, rows[0], N_ROWS);
    check_ok(attain_facts_add_arrow(facts, &s->stream, NULL, NULL, &err), &err);
    assert_int_equal(attain_facts_count(facts), N_ROWS);
    am_free(s);
    attain_facts_free(facts);
}

static void lies_are_told(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(lies); i++) {
        for (unsigned k = 0; k < 4; k++) {
            am_stream *s = am_new(columns, N_COLUMNS);
            am_batch(s, rows[0], N_ROWS);
            lies[i].tell(s);
            check_refused(s, 1 + k % 3, k == 3 ? ATTAIN_TUNE_ROW_BY_ROW : 0,
                          k % 2 == 0 ? 0 : ATTAIN_INTAKE_SKIP_BAD_ROWS, lies[i].what, lies[i].column, "");
        }
    }
}

/* More rows than one intake takes: told before a column is looked at. */
static void too_many_rows(void **state)
{
    (void)state;
    attain_error err;
    stand st = stand_of(1, 0);
    am_stream *s = am_new(columns, N_COLUMNS);
    am_batch(s, rows[0], N_ROWS);
    s->batch[0].length = INT64_C(5000000000);
    check_fails(attain_facts_add_arrow(st.facts, &s->stream, NULL, NULL, &err), ATTAIN_E_LIMIT, &err);
    am_free(s);
    end_stand(&st, "too many rows");
}

/* A column that nobody asks for is not looked at. */
static void ignored_columns_may_lie(void **state)
{
    (void)state;
    attain_error err;
    attain_facts *facts = build_facts(plan);
    am_stream *s = am_new(columns, N_COLUMNS);
    am_batch(s, rows[0], N_ROWS);
    child(s, NOTE)->n_buffers = 0;
    child(s, NOTE)->offset = -1;
    check_ok(attain_facts_add_arrow(facts, &s->stream, NULL, NULL, &err), &err);
    am_free(s);
    attain_facts_free(facts);
}

/* Views: length, then the text itself, or four bytes of it, a buffer and an offset. */
static void views_that_point_elsewhere(void **state)
{
    (void)state;
    static const am_column viewed[] = {{"unit", "vu", 0, 0},
                                       {"measure", "u", 0, 0},
                                       {"period", "u", 0, 0},
                                       {"value", "l", 0, 0}};
    static const char *const cells[][4] = {{"01", "people", "2024", "5"},
                                           {"The first of the provinces", "people", "2023", "6"}};
    static const struct {
        int at;
        int32_t value;
    } wrong[] = {{0, -1}, {0, 13}, {0, INT32_MAX}, {0, INT32_MIN}, {4, 27},        {4, INT32_MAX}, {4, -1},
                 {6, 2},  {6, -1}, {6, INT32_MAX}, {7, 1},         {7, INT32_MAX}, {7, -1}};
    for (size_t i = 0; i < COUNT(wrong); i++) {
        for (int dictionary = 0; dictionary < 2; dictionary++) {
            am_column used[4];
            memcpy(used, viewed, sizeof used);
            used[0].index = dictionary != 0 ? 'c' : '\0';
            am_stream *s = am_new(used, 4);
            am_batch(s, cells[0], 2);
            struct ArrowArray *const texts = dictionary != 0 ? child(s, 0)->dictionary : child(s, 0);
            put32((void *)(uintptr_t)texts->buffers[1], wrong[i].at, wrong[i].value);
            check_refused(s, 1, 0, 0, "a view", 0, "");
        }
    }
    /* The last buffer says how long the others are. */
    for (int k = 0; k < 4; k++) {
        static const int64_t lengths[] = {-1, 25};
        am_stream *s = am_new(viewed, 4);
        am_batch(s, cells[0], 2);
        struct ArrowArray *const texts = child(s, 0);
        if (k == 0) {
            texts->buffers[4] = NULL;
        } else if (k == 1) {
            texts->buffers[3] = NULL;
        } else {
            memcpy((char *)(uintptr_t)texts->buffers[4] + 8, &lengths[k - 2], sizeof lengths[0]);
        }
        check_refused(s, 1, 0, 0, "buffers of views", 0, "");
    }
}

/* In a later batch, and in the middle of a large one: the message says the row of the stream. */
static void a_row_far_behind(void **state)
{
    (void)state;
    enum { N_MANY = 40000 };
    static const char *many[N_MANY][4];
    static char years[N_MANY][8];
    static const am_column four[] = {{"unit", "u", 0, 0},
                                     {"measure", "u", 's', 0},
                                     {"period", "u", 0, 0},
                                     {"value", "l", 0, 0}};
    am_stream *s = am_new(columns, N_COLUMNS);
    am_batch(s, rows[0], N_ROWS);
    am_batch(s, rows[0], 2);
    put32(items_of(s, MEASURE, 1), 1, 99);
    check_refused(s, 1, 0, 0, "second batch", MEASURE, "row 5");
    for (size_t i = 0; i < N_MANY; i++) {
        snprintf(years[i], sizeof years[i], "%u", (unsigned)(1001 + i % 8000) % 10000);
        many[i][0] = i % 2 == 0 ? "01" : "02";
        many[i][1] = i % 16000 < 8000 ? "people" : "money";
        many[i][2] = years[i];
        many[i][3] = "7";
    }
    for (uint32_t n_threads = 1; n_threads <= 3; n_threads++) {
        const int16_t wrong = -7;
        s = am_new(four, 4);
        am_batch(s, many[0], N_MANY);
        memcpy((char *)items_of(s, 1, 1) + 2 * 33333, &wrong, sizeof wrong);
        check_refused(s, n_threads, 0, 0, "an index of many", 1, "row 33334");
        s = am_new(four, 4);
        am_batch(s, many[0], N_MANY);
        put32(items_of(s, 0, 1), 33334, INT32_MAX);
        check_refused(s, n_threads, 0, ATTAIN_INTAKE_SKIP_BAD_ROWS, "an offset of many", 0, "row 3333");
    }
}

/* ---- types ---- */

static const struct {
    int column;
    const char *format, *word;
} types[] = {
    {UNIT, "b", "boolean"},
    {UNIT, "g", "float64"},
    {UNIT, "f", "float32"},
    {UNIT, "d:10,0", "decimal"},
    {UNIT, "z", "binary"},
    {UNIT, "Z", "large binary"},
    {UNIT, "vz", "binary view"},
    {UNIT, "w:2", "fixed-size binary"},
    {UNIT, "tdD", "date32"},
    {UNIT, "+l", "list"},
    {UNIT, "+s", "struct"},
    {UNIT, "+r", "run-end"},
    {MEASURE, "g", ""},
    {PERIOD, "tdm", "date64"},
    {PERIOD, "tsn:", "timestamp"},
    {PERIOD, "tsu:Asia/Ho_Chi_Minh", "timestamp"},
    {PERIOD, "tts", "time"},
    {PERIOD, "tDs", "duration"},
    {PERIOD, "tiM", "interval"},
    {PERIOD, "g", "float64"},
    {PERIOD, "d:8,0", "decimal"},
    {PERIOD, "b", "boolean"},
    {VALUE, "b", "boolean"},
    {VALUE, "e", "float16"},
    {VALUE, "tdD", "date32"},
    {VALUE, "d:76,2,256", "decimal"},
    {VALUE, "d:10,-2", "decimal"},
    {VALUE, "d:0,0", "decimal"},
    {VALUE, "d:39,0", "decimal"},
    {VALUE, "d:10", "decimal"},
    {VALUE, "d:10,", "decimal"},
    {VALUE, "d:10,2,", "decimal"},
    {VALUE, "d:10,2,16", "decimal"},
    {VALUE, "d:10,2x", "decimal"},
    {VALUE, "d:99999999999999999999,2", "decimal"},
    {VALUE, "z", "binary"},
    {VALUE, "+w:2", "fixed-size list"},
    {VALUE, "+m", "map"},
    {VALUE, "+ud:0,1", "union"},
    {VALUE, "+vl", "list view"},
    {VALUE, "", "unknown"},
    {VALUE, "gg", ""},
    {VALUE, "q\n\"", "unknown"},
    {QUALIFIER, "g", "float64"},
    {REASON, "b", "boolean"},
};

static void types_that_are_not_taken(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(types); i++) {
        am_stream *s = am_new(columns, N_COLUMNS);
        am_batch(s, rows[0], N_ROWS);
        s->schema.children[types[i].column]->format = types[i].format;
        check_refused(s, 1, 0, 0, types[i].format, types[i].column, types[i].word);
    }
    /* The same behind a dictionary. */
    for (size_t i = 0; i < COUNT(types); i++) {
        if (types[i].column == UNIT) {
            am_stream *s = am_new(columns, N_COLUMNS);
            am_batch(s, rows[0], N_ROWS);
            s->schema.children[MEASURE]->dictionary->format = types[i].format;
            check_refused(s, 1, 0, 0, types[i].format, MEASURE, types[i].word);
        }
    }
}

/* Key and value pairs, each behind its length. */
static void extensions_are_refused(void **state)
{
    (void)state;
    static const char key[] = "ARROW:extension:name";
    static const char value[] = "geoarrow.point";
    char metadata[128];
    const int32_t numbers[] = {1, (int32_t)strlen(key), (int32_t)strlen(value)};
    memcpy(metadata, &numbers[0], 4);
    memcpy(metadata + 4, &numbers[1], 4);
    memcpy(metadata + 8, key, strlen(key));
    memcpy(metadata + 8 + strlen(key), &numbers[2], 4);
    memcpy(metadata + 12 + strlen(key), value, strlen(value));
    for (int c = UNIT; c <= REASON; c++) {
        am_stream *s = am_new(columns, N_COLUMNS);
        am_batch(s, rows[0], N_ROWS);
        s->schema.children[c]->metadata = metadata;
        check_refused(s, 1, 0, 0, "an extension", c, "extension");
    }
    /* Other metadata says nothing that matters here. */
    attain_error err;
    attain_facts *facts = build_facts(plan);
    am_stream *s = am_new(columns, N_COLUMNS);
    am_batch(s, rows[0], N_ROWS);
    memcpy(metadata + 8, "ARROW:extensiom:name", strlen(key));
    s->schema.children[VALUE]->metadata = metadata;
    check_ok(attain_facts_add_arrow(facts, &s->stream, NULL, NULL, &err), &err);
    am_free(s);
    attain_facts_free(facts);
}

LIE(format_is_null, s->schema.format = NULL)
LIE(format_is_no_struct, s->schema.format = "l")
LIE(format_is_a_list, s->schema.format = "+l")
LIE(children_are_null, s->schema.children = NULL)
LIE(children_are_negative, s->schema.n_children = -1)
LIE(children_are_none, s->schema.n_children = 0)
LIE(child_is_released, s->schema.children[UNIT]->release(s->schema.children[UNIT]))
LIE(child_has_no_format, s->schema.children[UNIT]->format = NULL)
LIE(child_has_no_name, s->schema.children[UNIT]->name = NULL)
LIE(index_is_text, s->schema.children[MEASURE]->format = "u")
LIE(index_is_double, s->schema.children[MEASURE]->format = "g")
LIE(dictionary_has_no_format, s->schema.children[MEASURE]->dictionary->format = NULL)
LIE(dictionary_of_dictionary, s->schema.children[MEASURE]->dictionary->dictionary = s->schema.children[UNIT])
LIE(schema_says_no_dictionary, s->schema.children[MEASURE]->dictionary = NULL)

static const told schema_lies[] = {
    TOLD(format_is_null, ANY),
    TOLD(format_is_no_struct, ANY),
    TOLD(format_is_a_list, ANY),
    TOLD(children_are_null, ANY),
    TOLD(children_are_negative, ANY),
    TOLD(children_are_none, ANY),
    TOLD(child_is_released, UNIT),
    TOLD(child_has_no_format, UNIT),
    TOLD(child_has_no_name, ANY),
    TOLD(index_is_text, MEASURE),
    TOLD(index_is_double, MEASURE),
    TOLD(dictionary_has_no_format, MEASURE),
    TOLD(dictionary_of_dictionary, MEASURE),
    TOLD(schema_says_no_dictionary, MEASURE),
};

static void schemas_that_lie(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(schema_lies); i++) {
        am_stream *s = am_new(columns, N_COLUMNS);
        am_batch(s, rows[0], N_ROWS);
        schema_lies[i].tell(s);
        check_refused(s, 1, 0, 0, schema_lies[i].what, schema_lies[i].column, "");
    }
}

/* ---- streams that break ---- */

static const char *no_words(struct ArrowArrayStream *stream)
{
    (void)stream;
    return "a \x1b[31mred\xff word\n";
}

static void streams_that_break_off(void **state)
{
    (void)state;
    for (size_t at = 0; at < 4; at++) {
        for (int k = 0; k < 4; k++) {
            am_stream *s = am_new(columns, N_COLUMNS);
            for (size_t b = 0; b < 3; b++) {
                am_batch(s, rows[b], 1);
            }
            s->fail_at = at;
            s->why = k == 1 ? NULL : s->why;
            if (k == 2) {
                s->stream.get_last_error = NULL;
            } else if (k == 3) {
                s->stream.get_last_error = no_words;
            }
            check_refused(s, 1, 0, 0, "get_next", -1, k == 0 ? "the disk of the test broke" : "");
        }
    }
    am_stream *s = am_new(columns, N_COLUMNS);
    am_batch(s, rows[0], N_ROWS);
    s->fail_schema = true;
    check_refused(s, 1, 0, 0, "get_schema", -1, "the disk of the test broke");
}

static void words_of_a_stream_are_escaped(void **state)
{
    (void)state;
    attain_error err;
    attain_facts *facts = build_facts(plan);
    am_stream *s = am_new(columns, N_COLUMNS);
    s->fail_schema = true;
    s->stream.get_last_error = no_words;
    check_fails(attain_facts_add_arrow(facts, &s->stream, NULL, NULL, &err), ATTAIN_E_ARROW, &err);
    assert_null(strchr(err.message, '\x1b'));
    assert_null(strchr(err.message, '\n'));
    assert_null(strchr(err.message, '\xff'));
    am_free(s);
    attain_facts_free(facts);
}

static void streams_without_functions(void **state)
{
    (void)state;
    attain_error err;
    am_stream *s = am_new(columns, N_COLUMNS);
    s->stream.get_schema = NULL;
    check_refused(s, 1, 0, 0, "no get_schema", -1, "get_schema");
    s = am_new(columns, N_COLUMNS);
    s->stream.get_next = NULL;
    check_refused(s, 1, 0, 0, "no get_next", -1, "get_next");
    attain_facts *facts = build_facts(plan);
    struct ArrowArrayStream gone;
    memset(&gone, 0, sizeof gone);
    check_fails(attain_facts_add_arrow(facts, &gone, NULL, NULL, &err), ATTAIN_E_ARROW, &err);
    check_contains(err.message, "released");
    attain_facts_free(facts);
}

/* A caller who counts how far it came and stops: nothing is added, all is released. */
static int stop(void *ctx, uint64_t done, uint64_t total)
{
    (void)ctx;
    (void)done;
    (void)total;
    return 1;
}

static void cancelled_by_the_caller(void **state)
{
    (void)state;
    attain_error err;
    const attain_intake_options options = {.struct_size = sizeof options, .progress = stop};
    stand st = stand_of(1, 0);
    am_stream *s = am_new(columns, N_COLUMNS);
    am_batch(s, rows[0], N_ROWS);
    check_fails(attain_facts_add_arrow(st.facts, &s->stream, &options, NULL, &err), ATTAIN_E_CANCELLED, &err);
    am_free(s);
    end_stand(&st, "cancelled");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_rows_are_taken),
        cmocka_unit_test(lies_are_told),
        cmocka_unit_test(too_many_rows),
        cmocka_unit_test(ignored_columns_may_lie),
        cmocka_unit_test(views_that_point_elsewhere),
        cmocka_unit_test(a_row_far_behind),
        cmocka_unit_test(types_that_are_not_taken),
        cmocka_unit_test(extensions_are_refused),
        cmocka_unit_test(schemas_that_lie),
        cmocka_unit_test(streams_that_break_off),
        cmocka_unit_test(words_of_a_stream_are_escaped),
        cmocka_unit_test(streams_without_functions),
        cmocka_unit_test(cancelled_by_the_caller),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
