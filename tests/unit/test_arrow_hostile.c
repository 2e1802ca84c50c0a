/* Arrow streams that lie: about counts, lengths, offsets, indices, null bitmaps and views. Each is ATTAIN_E_ARROW with the
 * column at fault and what is wrong with it; the facts stay as they were, and what the stream gave is released, each structure once. */
#include "arrow_twin.h"

#include <stdio.h>
#include <stdlib.h>

enum { NOTE = REASON + 1, N_USED, ANY = -1 }; /* ANY: no column, the batch as a whole */

static const am_column columns[N_USED] = {
    {"unit", "u", 0, AM_SLICED}, {"measure", "u", 'i', 0},  {"period", "l", 0, AM_SLICED},
    {"value", "g", 0, 0},        {"qualifier", "vu", 0, 0}, {"reason", "U", 0, 0},
    {"note", "l", 0, 0}};

static const char *const rows[][N_USED] = {
    {"1", "people", "2024", "15", NULL, NULL, "1"},
    {"The province with number 1", "money", "2024", "2.5", "~", NULL, NULL},
    {"2", "people", "2023", NULL, "missing", "confidential", "3"},
};
enum { N_ROWS = COUNT(rows) };

static am_stream *good(void)
{
    return twin_stream(columns, N_USED, rows[0], N_ROWS);
}

static void check_refused(am_stream *s, const char *what, int64_t column, const char *part)
{
    twin_refuses_by(s, NULL, NULL, ATTAIN_E_ARROW, column, part, what);
}

static void good_rows_are_taken(void **state)
{
    (void)state;
    attain_error err;
    attain_facts *facts = build_facts(twin_plan);
    am_stream *s = good();
    check_ok(attain_facts_add_arrow(facts, &s->stream, NULL, NULL, &err), &err);
    assert_int_equal(attain_facts_count(facts), N_ROWS);
    am_free(s);
    attain_facts_free(facts);
}

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
LIE(too_few_nulls_behind_the_batch, child(s, VALUE)->null_count = 0; s->batch[0].length = N_ROWS - 1)
LIE(struct_of_huge_length, s->batch[0].length = INT64_MAX)
LIE(nulls_without_bitmap, child(s, MEASURE)->null_count = 1; child(s, MEASURE)->buffers[0] = NULL)
LIE(released_child, child(s, VALUE)->release(child(s, VALUE)))
LIE(released_dictionary, child(s, MEASURE)->dictionary->release(child(s, MEASURE)->dictionary))
LIE(null_dictionary, child(s, MEASURE)->dictionary = NULL)
LIE(dictionary_undeclared, child(s, VALUE)->dictionary = child(s, MEASURE)->dictionary)
LIE(dictionary_of_negative_length, child(s, MEASURE)->dictionary->length = -1)
LIE(dictionary_of_negative_offset, child(s, MEASURE)->dictionary->offset = -1)
LIE(dictionary_of_huge_offset, child(s, MEASURE)->dictionary->offset = INT64_MAX)
LIE(dictionary_without_offsets, child(s, MEASURE)->dictionary->buffers[1] = NULL)
LIE(dictionary_with_few_buffers, child(s, MEASURE)->dictionary->n_buffers = 2)
LIE(dictionary_with_one_buffer, child(s, MEASURE)->dictionary->n_buffers = 1)
LIE(offset_one_too_huge, child(s, VALUE)->offset = INT64_MAX - 1)
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
LIE(struct_with_fewer_children, s->batch[0].n_children = N_USED - 1)
LIE(struct_with_more_children, s->batch[0].n_children = N_USED + 1)
LIE(struct_of_negative_children, s->batch[0].n_children = -1)
LIE(struct_without_children, s->batch[0].children = NULL)
LIE(struct_of_negative_buffers, s->batch[0].n_buffers = -1)
LIE(struct_of_two_buffers, s->batch[0].n_buffers = 2)

static void large_offsets_go_back(am_stream *s)
{
    const int64_t huge = INT64_MAX - 1;
    memcpy((char *)items_of(s, REASON, 1) + 16, &huge, sizeof huge);
}

static void released_child_as_it_was(am_stream *s)
{
    struct ArrowArray *const array = child(s, VALUE);
    const struct ArrowArray was = *array;
    array->release(array);
    *array = was;
    array->release = NULL;
}

static void null_child(am_stream *s)
{
    struct ArrowArray **children = s->batch[0].children;
    children[UNIT]->release(children[UNIT]);
    free(children[UNIT]);
    children[UNIT] = NULL; /* our list of what is to be freed is the same one */
}

static const struct {
    const char *what;
    void (*tell)(am_stream *s);
    int64_t column;
    const char *part;
} lies[] = {
#define TOLD(name, column, part)  \
    {                             \
#name, name, column, part \
    }
    TOLD(too_few_buffers, UNIT, "column 'unit' has another number of buffers than its type"),
    TOLD(no_buffers, UNIT, "another number of buffers than its type"),
    TOLD(negative_buffers, UNIT, "has no buffers"),
    TOLD(too_many_buffers, VALUE, "another number of buffers than its type"),
    TOLD(too_few_of_whole, PERIOD, "another number of buffers than its type"),
    TOLD(too_few_of_view, QUALIFIER, "another number of buffers than its type"),
    TOLD(null_buffer_list, UNIT, "has no buffers"),
    TOLD(null_offsets, UNIT, "has no buffer of items"),
    TOLD(null_bytes, UNIT, "has text by its offsets, but no buffer of text"),
    TOLD(null_items, PERIOD, "has no buffer of items"),
    TOLD(null_doubles, VALUE, "has no buffer of items"),
    TOLD(null_views, QUALIFIER, "has no buffer of items"),
    TOLD(null_indices, MEASURE, "has no buffer of items"),
    TOLD(negative_length, UNIT, "a negative length or offset"),
    TOLD(short_length, PERIOD, "is shorter than its batch"),
    TOLD(negative_offset, VALUE, "a negative length or offset"),
    TOLD(huge_offset, VALUE, "or both are too large together"),
    TOLD(offset_one_too_huge, VALUE, "a negative length or offset, or both are too large together"),
    TOLD(huge_offset_and_length, UNIT, "or both are too large together"),
    TOLD(huge_length_of_children, UNIT, "or both are too large together"),
    TOLD(many_nulls, VALUE, "a null_count that its length does not allow"),
    TOLD(negative_nulls, VALUE, "a null_count that its length does not allow"),
    TOLD(too_few_nulls, VALUE, "another null_count than its validity bitmap has nulls"),
    TOLD(too_few_nulls_behind_the_batch, VALUE, "another null_count than its validity bitmap has nulls"),
    TOLD(too_many_nulls, VALUE, "another null_count than its validity bitmap has nulls"),
    TOLD(struct_of_huge_length, ANY, "a batch has"),
    TOLD(nulls_without_bitmap, MEASURE, "has nulls by its null_count, but no validity bitmap"),
    TOLD(released_child, VALUE, "is of an array that was released already"), /* the rest of it is rubbish */
    TOLD(released_child_as_it_was, VALUE, "is of an array that was released already"),
    TOLD(null_child, UNIT, "a batch lacks column 0: its pointer is NULL"),
    TOLD(released_dictionary, MEASURE, "has a dictionary that is of an array that was released already"),
    TOLD(null_dictionary, MEASURE, "has no dictionary, which its schema declares"),
    TOLD(dictionary_undeclared, VALUE, "has a dictionary, which its schema does not declare"),
    TOLD(dictionary_of_negative_length, MEASURE, "has a dictionary that has a negative length"),
    TOLD(dictionary_of_negative_offset, MEASURE, "has a dictionary that has a negative length or offset"),
    TOLD(dictionary_of_huge_offset, MEASURE,
         "has a dictionary that has a negative length or offset, or both are too large together"),
    TOLD(dictionary_without_offsets, MEASURE, "has a dictionary that has no buffer of items"),
    TOLD(dictionary_with_few_buffers, MEASURE, "has a dictionary that has another number of buffers"),
    TOLD(dictionary_with_one_buffer, MEASURE, "has a dictionary that has another number of buffers"),
    TOLD(dictionary_is_shorter, MEASURE,
         "column 'measure', row 2: an index that its dictionary does not have"),
    TOLD(dictionary_is_empty, MEASURE, "column 'measure', row 1: an index that its dictionary does not have"),
    TOLD(index_behind_the_end, MEASURE,
         "column 'measure', row 2: an index that its dictionary does not have"),
    TOLD(index_far_behind_the_end, MEASURE,
         "column 'measure', row 2: an index that its dictionary does not have"),
    TOLD(index_below_zero, MEASURE, "column 'measure', row 2: an index that its dictionary does not have"),
    TOLD(index_far_below_zero, MEASURE,
         "column 'measure', row 2: an index that its dictionary does not have"),
    TOLD(offsets_go_back, UNIT, "column 'unit', row 1: "),
    TOLD(offset_below_zero, UNIT, "column 'unit' has offsets that are negative or fall"),
    TOLD(large_offsets_go_back, REASON, "column 'reason'"),
    TOLD(dictionary_offsets_go_back, MEASURE, "column 'measure'"),
    TOLD(struct_of_negative_length, ANY, "a batch has a negative length"),
    TOLD(struct_of_negative_offset, ANY, "a batch has a negative length"),
    TOLD(struct_of_huge_offset, ANY, "a batch has"),
    TOLD(struct_longer_than_its_columns, UNIT, "column 'unit' is shorter than its batch"),
    TOLD(struct_with_fewer_children, ANY, "a batch has another number of columns than the schema"),
    TOLD(struct_with_more_children, ANY, "a batch has another number of columns than the schema"),
    TOLD(struct_of_negative_children, ANY, "a batch has another number of columns than the schema"),
    TOLD(struct_without_children, ANY, "a batch has another number of columns than the schema"),
    TOLD(struct_of_negative_buffers, ANY, "a batch has no buffers"),
    TOLD(struct_of_two_buffers, ANY, "a batch has another number of buffers than a struct"),
#undef TOLD
};

/* With threads and without, row by row, and where bad rows are skipped. */
static void lies_are_told(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(lies); i++) {
        for (unsigned k = 0; k < 4; k++) {
            const attain_facts_options how = {.struct_size = sizeof how,
                                              .n_threads = 1 + k % 3,
                                              .tuning = k == 3 ? ATTAIN_TUNE_ROW_BY_ROW : 0};
            const attain_intake_options options = {.struct_size = sizeof options,
                                                   .flags = k % 2 == 0 ? 0 : ATTAIN_INTAKE_SKIP_BAD_ROWS};
            am_stream *s = good();
            lies[i].tell(s);
            twin_refuses_by(s, &how, &options, ATTAIN_E_ARROW, lies[i].column, lies[i].part, lies[i].what);
        }
    }
}

/* More rows than one intake takes: told before a column is looked at. */
static void too_many_rows(void **state)
{
    (void)state;
    am_stream *s = good();
    s->batch[0].length = INT64_C(5000000000);
    twin_refuses_by(s, NULL, NULL, ATTAIN_E_LIMIT, -1, "rows", "too many rows");
}

/* A column that nobody asks for is not looked at. */
static void ignored_columns_may_lie(void **state)
{
    (void)state;
    attain_error err;
    attain_facts *facts = build_facts(twin_plan);
    am_stream *s = good();
    child(s, NOTE)->n_buffers = 0;
    child(s, NOTE)->offset = -1;
    check_ok(attain_facts_add_arrow(facts, &s->stream, NULL, NULL, &err), &err);
    am_free(s);
    attain_facts_free(facts);
}

/* ---- what stands in the buffers ---- */

/* Two rows: a dictionary, utf8, views, and whole numbers with a null. */
static am_stream *two_rows(void)
{
    static const am_column of[] = {{"unit", "u", 'i', 0},
                                   {"measure", "u", 0, 0},
                                   {"period", "vu", 0, 0},
                                   {"value", "l", 0, 0}};
    return twin_stream(of, 4, TEXTS("1", "people", "2025", "1", "2", "people", "2025", NULL), 2);
}

static void contents_that_lie(void **state)
{
    (void)state;
    static const struct {
        size_t column, buffer, at, width;
        int64_t value;
        const char *part;
    } bad[] = {
        {UNIT, 1, 4, 4, 2, "column 'unit', row 2: an index that its dictionary does not have"},
        {UNIT, 1, 0, 4, -1, "column 'unit', row 1: an index that its dictionary does not have"},
        {UNIT, 1, 4, 4, INT32_MAX, "column 'unit', row 2"},
        {MEASURE, 1, 0, 4, -6, "column 'measure' has offsets that are negative or fall"},
        {MEASURE, 1, 4, 4, 13,
         "column 'measure', row 1: an index that its dictionary does not have, or a text outside"},
        {MEASURE, 1, 4, 4, -1, "column 'measure', row 1"},
        {MEASURE, 1, 8, 4, -1, "column 'measure' has offsets that are negative or fall"},
        {PERIOD, 1, 16, 4, -4, "column 'period', row 2"},
        {PERIOD, 1, 0, 4, 13, "column 'period', row 1"},
        {PERIOD, 4, 0, 8, -1, "column 'period' has a buffer of text that is NULL or of negative size"},
    };
    for (size_t i = 0; i < COUNT(bad); i++) {
        am_stream *s = two_rows();
        const int32_t narrow = (int32_t)bad[i].value;
        memcpy((char *)items_of(s, bad[i].column, bad[i].buffer) + bad[i].at,
               bad[i].width == 4 ? (const void *)&narrow : (const void *)&bad[i].value, bad[i].width);
        check_refused(s, "contents", (int64_t)bad[i].column, bad[i].part);
    }
    am_stream *s = two_rows(); /* without a buffer its size must be nothing */
    const int64_t five = 5;
    child(s, PERIOD)->buffers[2] = NULL;
    memcpy(items_of(s, PERIOD, 4), &five, sizeof five);
    check_refused(s, "a size", PERIOD,
                  "column 'period' has a buffer of text that is NULL or of negative size");
}

/* -1 in a byte is not 255, though the dictionary has so many items. */
static void negative_indices_of_large_dictionaries(void **state)
{
    (void)state;
    enum { N = 300 };
    static const am_column four[] = {{"unit", "u", 0, 0},
                                     {"measure", "u", 's', AM_WORD_PER_ROW},
                                     {"period", "u", 0, 0},
                                     {"value", "n", 0, 0}};
    static const uint32_t tunings[] = {0, ATTAIN_TUNE_PORTABLE, ATTAIN_TUNE_ROW_BY_ROW};
    const char *cells[N][4];
    for (size_t i = 0; i < N; i++) {
        memcpy(cells[i], TEXTS("1", "people", "2024", NULL), sizeof cells[i]);
    }
    for (size_t t = 0; t < COUNT(tunings); t++) {
        for (size_t row = 0; row < N; row += 23) {
            const attain_facts_options how = {.struct_size = sizeof how, .tuning = tunings[t]};
            char part[64];
            am_stream *s = twin_stream(four, 4, cells[0], N);
            s->schema.children[MEASURE]->format = "c";
            memset(items_of(s, MEASURE, 1), 0, N);
            ((signed char *)items_of(s, MEASURE, 1))[row] = -1;
            snprintf(part, sizeof part, "column 'measure', row %zu: an index", row + 1);
            twin_refuses_by(s, &how, NULL, ATTAIN_E_ARROW, MEASURE, part, "a negative index");
        }
    }
}

/* Indices of a dictionary that holds just the units of the plan, in their order, are taken as they stand, where they are in it. */
static void an_index_behind_the_units_of_the_plan(void **state)
{
    (void)state;
    enum { N = TWIN_UNITS + 2 };
    static const am_column four[] = {{"unit", "u", 'i', 0},
                                     {"measure", "u", 0, 0},
                                     {"period", "u", 0, 0},
                                     {"value", "l", 0, 0}};
    static const int32_t wrong[] = {N, N + 1, -1, INT32_MIN, INT32_MAX};
    const char *cells[N][4];
    for (uint32_t u = 0; u < N; u++) {
        memcpy(cells[u], TEXTS(attain_plan_id(twin_plan, ATTAIN_KIND_UNIT, u).data, "people", "2024", NULL),
               sizeof cells[u]);
    }
    assert_int_equal(attain_plan_count(twin_plan, ATTAIN_KIND_UNIT), N);
    for (size_t i = 0; i < COUNT(wrong); i++) {
        am_stream *s = twin_stream(four, 4, cells[0], N);
        put32(items_of(s, UNIT, 1), 10, wrong[i]);
        check_refused(s, "an index of a unit", UNIT, "column 'unit', row 11: an index");
    }
    twin_takes(twin_stream(four, 4, cells[0], N), NULL, "unit,measure,period,value\n");
}

/* In the midst of many short texts that are read many at a time: what begins before the end and ends behind it is not read. */
static void offsets_that_rise_and_fall(void **state)
{
    (void)state;
    enum { N = 300, LEN = 6 };
    static const am_column four[] = {{"unit", "u", 0, 0},
                                     {"measure", "u", 0, 0},
                                     {"period", "u", 0, 0},
                                     {"value", "l", 0, 0}};
    const char *cells[N][4];
    for (size_t i = 0; i < N; i++) {
        memcpy(cells[i], TEXTS("1", "people", "2024", "1"), sizeof cells[i]);
    }
    am_stream *s = twin_stream(four, 4, cells[0], N);
    put32(items_of(s, MEASURE, 1), 100, N * LEN - 5);
    put32(items_of(s, MEASURE, 1), 101, N * LEN + 1);
    check_refused(s, "offsets", MEASURE, "column 'measure', row 10");
}

/* The same where only the slow way looks: qualifiers, reasons, and columns of the wide form. */
static void contents_that_lie_elsewhere(void **state)
{
    (void)state;
    static const am_column wide[] = {{"unit", "u", 0, 0}, {"period", "u", 0, 0}, {"people", "u", 0, 0}};
    static const am_column wide_dictionary[] = {{"unit", "u", 0, 0},
                                                {"period", "u", 0, 0},
                                                {"people", "l", 'c', 0}};
    am_column beside[] = {{"unit", "u", 'i', 0},
                          {"measure", "u", 0, 0},
                          {"period", "vu", 0, 0},
                          {"value", "l", 0, 0},
                          {"qualifier", "u", 'i', 0}};
    am_stream *s =
        twin_stream(beside, 5, TEXTS("1", "people", "2025", "1", "=", "2", "people", "2025", NULL, "="), 2);
    put32(items_of(s, QUALIFIER, 1), 1, 77);
    check_refused(s, "a qualifier", QUALIFIER, "column 'qualifier', row 2");
    beside[4] = (am_column){"reason", "u", 0, 0};
    s = twin_stream(beside, 5, TEXTS("1", "people", "2025", "1", "", "2", "people", "2025", NULL, ""), 2);
    put32(items_of(s, 4, 1), 1, 77);
    check_refused(s, "a reason", 4, "column 'reason', row 1");
    s = twin_stream(wide, 3, TEXTS("1", "2025", "1", "2", "2025", "2"), 2);
    put32(items_of(s, 2, 1), 1, 77);
    check_refused(s, "a wide form", 2, "column 'people', row 1");
    s = twin_stream(wide_dictionary, 3, TEXTS("1", "2025", "1", "2", "2025", "2"), 2);
    *((signed char *)items_of(s, 2, 1) + 1) = -1;
    check_refused(s, "a dictionary of a wide form", 2, "column 'people', row 2");
}

/* Views: length, then the text itself, or four bytes of it, a buffer and an offset. */
static void views_that_point_elsewhere(void **state)
{
    (void)state;
    static const am_column viewed[] = {{"unit", "vu", 0, 0},
                                       {"measure", "u", 0, 0},
                                       {"period", "u", 0, 0},
                                       {"value", "l", 0, 0}};
    static const char *const cells[][4] = {{"1", "people", "2024", "5"},
                                           {"The province with number 1", "people", "2023", "6"}};
    static const struct {
        int at;
        int32_t value;
    } wrong[] = {{0, -1},        {0, 13}, {0, INT32_MAX}, {0, INT32_MIN}, {4, 27}, {4, INT32_MAX}, {4, -1},
                 {4, INT32_MIN}, {6, 2},  {6, -1},        {6, INT32_MAX}, {7, 1},  {7, INT32_MAX}, {7, -1}};
    for (size_t i = 0; i < COUNT(wrong); i++) {
        for (int dictionary = 0; dictionary < 2; dictionary++) {
            am_column used[4];
            memcpy(used, viewed, sizeof used);
            used[0].index = dictionary != 0 ? 'c' : '\0';
            am_stream *s = am_new(used, 4);
            am_batch(s, cells[0], 2);
            struct ArrowArray *const texts = dictionary != 0 ? child(s, 0)->dictionary : child(s, 0);
            put32((void *)(uintptr_t)texts->buffers[1], wrong[i].at, wrong[i].value);
            check_refused(s, "a view", 0, wrong[i].at < 4 ? "column 'unit', row 1" : "column 'unit', row 2");
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
        check_refused(s, "buffers of views", 0,
                      k == 0   ? "column 'unit' has"
                      : k == 3 ? "column 'unit', row 2"
                               : "column 'unit' has a buffer of text that is NULL or of negative size");
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
    am_stream *s = good();
    am_batch(s, rows[0], 2);
    put32(items_of(s, MEASURE, 1), 1, 99);
    check_refused(s, "second batch", MEASURE, "row 5");
    for (size_t i = 0; i < N_MANY; i++) {
        snprintf(years[i], sizeof years[i], "%u", (unsigned)(1001 + i % 8000) % 10000);
        many[i][0] = i % 2 == 0 ? "1" : "2";
        many[i][1] = i % 16000 < 8000 ? "people" : "money";
        many[i][2] = years[i];
        many[i][3] = "7";
    }
    for (uint32_t n_threads = 1; n_threads <= 3; n_threads++) {
        const int16_t wrong = -7;
        const attain_facts_options how = {.struct_size = sizeof how, .n_threads = n_threads};
        const attain_intake_options skip = {.struct_size = sizeof skip, .flags = ATTAIN_INTAKE_SKIP_BAD_ROWS};
        s = am_new(four, 4);
        am_batch(s, many[0], N_MANY);
        memcpy((char *)items_of(s, 1, 1) + 2 * 33333, &wrong, sizeof wrong);
        twin_refuses_by(s, &how, NULL, ATTAIN_E_ARROW, 1, "row 33334", "an index of many");
        s = am_new(four, 4);
        am_batch(s, many[0], N_MANY);
        put32(items_of(s, 0, 1), 33334, INT32_MAX);
        twin_refuses_by(s, &how, &skip, ATTAIN_E_ARROW, 0, "row 3333", "an offset of many");
    }
}

/* What is no text in UTF-8, or no id because of a NUL, is shown in the message as it is. */
static void texts_that_are_none(void **state)
{
    (void)state;
    const int32_t offsets[] = {0, 7, 12};
    am_stream *s = two_rows();
    memcpy(items_of(s, MEASURE, 2), "people\0peopl", 12);
    memcpy(items_of(s, MEASURE, 1), offsets, sizeof offsets);
    twin_refuses(s, NULL, ATTAIN_E_MEASURE, 0, "unknown measure 'people\\x00'");
    s = two_rows();
    memcpy(items_of(s, MEASURE, 2), "peop\xff\xff", 6);
    twin_refuses(s, NULL, ATTAIN_E_MEASURE, 0, "unknown measure 'peop\\xFF\\xFF'");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_rows_are_taken),
        cmocka_unit_test(lies_are_told),
        cmocka_unit_test(too_many_rows),
        cmocka_unit_test(ignored_columns_may_lie),
        cmocka_unit_test(contents_that_lie),
        cmocka_unit_test(negative_indices_of_large_dictionaries),
        cmocka_unit_test(an_index_behind_the_units_of_the_plan),
        cmocka_unit_test(offsets_that_rise_and_fall),
        cmocka_unit_test(contents_that_lie_elsewhere),
        cmocka_unit_test(views_that_point_elsewhere),
        cmocka_unit_test(a_row_far_behind),
        cmocka_unit_test(texts_that_are_none),
    };
    return cmocka_run_group_tests(tests, twin_set_up, twin_tear_down);
}
