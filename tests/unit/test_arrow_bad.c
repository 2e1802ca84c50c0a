/* Arrow structures that break their format, and streams that fail: told by E_ARROW with the column, nothing gets in, everything is released once. */
#include "facts/facts.h"
#include "support/arrow_build.h"
#include "support/build_plan.h"
#include "support/check.h"

#include <stdlib.h>

static const char plan_text[] = "unit VN \"VN\" nation\n"
                                "unit 01 \"A\" province in VN\n"
                                "unit 02 \"B\" province in VN\n"
                                "measure people \"p\" stock persons reported yearly by province\n";

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

#define TEXTS(...) ((const char *const[]){__VA_ARGS__})
#define INTS(...) ((const int64_t[]){__VA_ARGS__})

enum { UNIT, MEASURE, PERIOD, VALUE, STRUCT = ARROW_MAX_COLUMNS };

static const char *const long_names[] = {"a-name-that-no-view-holds", "a-name-that-no-view-holds"};

/* Two rows: a dictionary, utf8, a view, int64 with a null. */
static arrow_source *good(void)
{
    arrow_source *s = arrow_new();
    arrow_batch(s, 2, 0);
    arrow_text(s, "unit", "i:u", TEXTS("01", "02"));
    arrow_text(s, "measure", "u", TEXTS("people", "people"));
    arrow_text(s, "period", "vu", TEXTS("2025", "2025"));
    arrow_ints(s, "value", "l", INTS(1, 2), "10");
    return s;
}

/* Facts that were there stay; options may be NULL. */
static void check_refuses(arrow_source *s, attain_status status, int64_t index, const char *part)
{
    attain_error err;
    attain_facts *facts = build_facts(plan);
    build_add(facts, "unit,measure,period,value\n01,people,2000,1\n");
    check_fails(attain_facts_add_arrow(facts, arrow_stream(s), NULL, NULL, &err), status, &err);
    check_contains(err.message, part);
    assert_int_equal(err.index, index);
    assert_int_equal(attain_facts_count(facts), 1);
    attain_facts_free(facts);
    arrow_free(s);
}

/* ---- counts, lengths, pointers ---- */

typedef void (*breaker)(arrow_source *s);

static void too_few_buffers(arrow_source *s)
{
    arrow_array_of(s, 0, MEASURE)->n_buffers = 2;
}
static void too_many_buffers(arrow_source *s)
{
    arrow_array_of(s, 0, VALUE)->n_buffers = 3;
}
static void negative_buffers(arrow_source *s)
{
    arrow_array_of(s, 0, VALUE)->n_buffers = -1;
}
static void view_without_sizes(arrow_source *s)
{
    arrow_array_of(s, 0, PERIOD)->n_buffers = 2;
}
static void no_buffers(arrow_source *s)
{
    arrow_array_of(s, 0, VALUE)->buffers = NULL;
}
static void no_items(arrow_source *s)
{
    arrow_array_of(s, 0, VALUE)->buffers[1] = NULL;
}
static void no_offsets(arrow_source *s)
{
    arrow_array_of(s, 0, MEASURE)->buffers[1] = NULL;
}
static void no_text(arrow_source *s)
{
    arrow_array_of(s, 0, MEASURE)->buffers[2] = NULL;
}
static void negative_length(arrow_source *s)
{
    arrow_array_of(s, 0, VALUE)->length = -1;
}
static void negative_offset(arrow_source *s)
{
    arrow_array_of(s, 0, VALUE)->offset = -1;
}
static void offset_beyond_all(arrow_source *s)
{
    arrow_array_of(s, 0, VALUE)->offset = INT64_MAX - 1;
}
static void shorter_than_the_batch(arrow_source *s)
{
    arrow_array_of(s, 0, VALUE)->length = 1;
}
static void too_many_nulls(arrow_source *s)
{
    arrow_array_of(s, 0, VALUE)->null_count = 3;
}
static void strange_null_count(arrow_source *s)
{
    arrow_array_of(s, 0, VALUE)->null_count = -2;
}
static void wrong_null_count(arrow_source *s)
{
    arrow_array_of(s, 0, VALUE)->null_count = 0;
}
static void nulls_without_a_bitmap(arrow_source *s)
{
    arrow_array_of(s, 0, MEASURE)->null_count = 1;
}
static void no_dictionary(arrow_source *s)
{
    arrow_array_of(s, 0, UNIT)->dictionary = NULL;
}
static void released_dictionary(arrow_source *s)
{
    arrow_array_of(s, 0, UNIT)->dictionary->release = NULL;
}
static void negative_dictionary(arrow_source *s)
{
    arrow_array_of(s, 0, UNIT)->dictionary->length = -5;
}
static void broken_dictionary(arrow_source *s)
{
    arrow_array_of(s, 0, UNIT)->dictionary->n_buffers = 1;
}
static void released_column(arrow_source *s)
{
    arrow_array_of(s, 0, VALUE)->release = NULL;
}
static void no_column(arrow_source *s)
{
    arrow_array_of(s, 0, STRUCT)->children[VALUE] = NULL;
}
static void no_columns(arrow_source *s)
{
    arrow_array_of(s, 0, STRUCT)->children = NULL;
}
static void other_number_of_columns(arrow_source *s)
{
    arrow_array_of(s, 0, STRUCT)->n_children = 3;
}
static void negative_batch(arrow_source *s)
{
    arrow_array_of(s, 0, STRUCT)->length = -2;
}
static void batch_with_buffers(arrow_source *s)
{
    arrow_array_of(s, 0, STRUCT)->n_buffers = 2;
}
static void no_format(arrow_source *s)
{
    arrow_schema_of(s, VALUE)->format = NULL;
}
static void no_format_of_a_dictionary(arrow_source *s)
{
    arrow_schema_of(s, UNIT)->dictionary->format = NULL;
}
static void no_schema_of_a_column(arrow_source *s)
{
    arrow_schema_of(s, STRUCT)->children[PERIOD] = NULL;
}
static void no_columns_in_the_schema(arrow_source *s)
{
    arrow_schema_of(s, STRUCT)->children = NULL;
}
static void negative_schema(arrow_source *s)
{
    arrow_schema_of(s, STRUCT)->n_children = -1;
}
static void no_struct(arrow_source *s)
{
    arrow_schema_of(s, STRUCT)->format = "l";
}

static void broken_structures(void **state)
{
    (void)state;
    static const struct {
        breaker breaks;
        int64_t index;
        const char *part;
    } bad[] = {{too_few_buffers, MEASURE, "column 'measure' has another number of buffers than its type"},
               {too_many_buffers, VALUE, "another number of buffers"},
               {negative_buffers, VALUE, "has no buffers"},
               {view_without_sizes, PERIOD, "another number of buffers"},
               {no_buffers, VALUE, "has no buffers"},
               {no_items, VALUE, "has no buffer of items"},
               {no_offsets, MEASURE, "has no buffer of items"},
               {no_text, MEASURE, "has text by its offsets, but no buffer of text"},
               {negative_length, VALUE, "a negative length or offset"},
               {negative_offset, VALUE, "a negative length or offset"},
               {offset_beyond_all, VALUE, "a negative length or offset, or both are too large together"},
               {shorter_than_the_batch, VALUE, "is shorter than its batch"},
               {too_many_nulls, VALUE, "a null_count that its length does not allow"},
               {strange_null_count, VALUE, "a null_count that its length does not allow"},
               {wrong_null_count, VALUE, "another null_count than its validity bitmap has nulls"},
               {nulls_without_a_bitmap, MEASURE, "has nulls by its null_count, but no validity bitmap"},
               {no_dictionary, UNIT, "has no dictionary, which its schema declares"},
               {released_dictionary, UNIT, "has a dictionary that is of an array that was released already"},
               {negative_dictionary, UNIT, "has a dictionary that has a negative length"},
               {broken_dictionary, UNIT, "has a dictionary that has another number of buffers"},
               {released_column, VALUE, "is of an array that was released already"},
               {no_column, VALUE, "a batch lacks column 3: its pointer is NULL"},
               {no_columns, -1, "a batch has another number of columns than the schema"},
               {other_number_of_columns, -1, "a batch has another number of columns than the schema"},
               {negative_batch, -1, "a batch has a negative length"},
               {batch_with_buffers, -1, "a batch has another number of buffers than a struct"},
               {no_format, VALUE, "column 'value' has no format"},
               {no_format_of_a_dictionary, UNIT, "column 'unit' has no format"},
               {no_schema_of_a_column, PERIOD, "column 2 of the schema is NULL or was released already"},
               {no_columns_in_the_schema, -1, "lacks its release, its format or its columns"},
               {negative_schema, -1, "lacks its release, its format or its columns"},
               {no_struct, -1, "the stream is one of 'l'; a struct with a column each ('+s') is required"}};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        arrow_source *s = good();
        bad[i].breaks(s);
        if (bad[i].breaks == released_column) { /* and so its producer has counted it */
            attain_error err;
            attain_facts *facts = build_facts(plan);
            check_fails(attain_facts_add_arrow(facts, arrow_stream(s), NULL, NULL, &err), ATTAIN_E_ARROW,
                        &err);
            check_contains(err.message, bad[i].part);
            attain_facts_free(facts);
            arrow_free(s);
            continue;
        }
        check_refuses(s, ATTAIN_E_ARROW, bad[i].index, bad[i].part);
    }
    arrow_source *s = good();
    attain_error err;
    attain_facts *facts = build_facts(plan);
    check_ok(attain_facts_add_arrow(facts, arrow_stream(s), NULL, NULL, &err), &err);
    assert_int_equal(attain_facts_count(facts), 1);
    attain_facts_free(facts);
    arrow_free(s);
}

/* ---- what stands in the buffers ---- */

static void broken_contents(void **state)
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
        {PERIOD, 4, 0, 8, 5, "column 'period' has a buffer of text that is NULL or of negative size"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        arrow_source *s = good();
        const int32_t narrow = (int32_t)bad[i].value;
        memcpy((char *)arrow_buffer_of(s, 0, bad[i].column, bad[i].buffer) + bad[i].at,
               bad[i].width == 4 ? (const void *)&narrow : (const void *)&bad[i].value, bad[i].width);
        check_refuses(s, ATTAIN_E_ARROW, (int64_t)bad[i].column, bad[i].part);
    }
}

/* The same in rows that only the slow way looks at: a qualifier, values as text, members. */
static void broken_contents_elsewhere(void **state)
{
    (void)state;
    const int32_t beyond = 77;
    arrow_source *s = good();
    arrow_text(s, "qualifier", "i:u", TEXTS("=", "="));
    memcpy((char *)arrow_buffer_of(s, 0, 4, 1) + 4, &beyond, 4);
    check_refuses(s, ATTAIN_E_ARROW, 4, "column 'qualifier', row 2");
    s = good();
    arrow_text(s, "reason", "u", TEXTS("", ""));
    memcpy((char *)arrow_buffer_of(s, 0, 4, 1) + 4, &beyond, 4);
    check_refuses(s, ATTAIN_E_ARROW, 4, "column 'reason', row 1");
    s = arrow_new();
    arrow_batch(s, 2, 0);
    arrow_text(s, "unit", "u", TEXTS("01", "02"));
    arrow_text(s, "period", "u", TEXTS("2025", "2025"));
    arrow_text(s, "people", "u", TEXTS("1", "2"));
    memcpy((char *)arrow_buffer_of(s, 0, 2, 1) + 4, &beyond, 4);
    check_refuses(s, ATTAIN_E_ARROW, 2, "column 'people', row 1");
    s = arrow_new();
    arrow_batch(s, 2, 0);
    arrow_text(s, "unit", "u", TEXTS("01", "02"));
    arrow_text(s, "period", "u", TEXTS("2025", "2025"));
    arrow_ints(s, "people", "c:l", INTS(1, 2), NULL);
    *((signed char *)arrow_buffer_of(s, 0, 2, 1) + 1) = -1;
    check_refuses(s, ATTAIN_E_ARROW, 2, "column 'people', row 2");
}

static void broken_views(void **state)
{
    (void)state;
    static const struct {
        size_t at; /* of the second view */
        int32_t value;
    } bad[] = {{16 + 8, 2}, {16 + 8, -1}, {16 + 12, 1}, {16 + 12, -1}, {16, INT32_MAX}, {16, INT32_MIN}};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        arrow_source *s = arrow_new();
        arrow_batch(s, 2, 0);
        arrow_text(s, "unit", "vu", long_names);
        arrow_text(s, "measure", "u", TEXTS("people", "people"));
        arrow_text(s, "period", "u", TEXTS("2025", "2024"));
        arrow_ints(s, "value", "l", INTS(1, 2), NULL);
        memcpy((char *)arrow_buffer_of(s, 0, UNIT, 1) + bad[i].at, &bad[i].value, 4);
        check_refuses(s, ATTAIN_E_ARROW, UNIT, "column 'unit', row 2");
    }
}

static void texts_that_are_none(void **state)
{
    (void)state;
    arrow_source *s = good(); /* a NUL behind an id makes it no id */
    memcpy(arrow_buffer_of(s, 0, MEASURE, 2), "people\0peopl", 12);
    const int32_t offsets[] = {0, 7, 12};
    memcpy(arrow_buffer_of(s, 0, MEASURE, 1), offsets, sizeof offsets);
    check_refuses(s, ATTAIN_E_MEASURE, 0, "unknown measure 'people\\x00'");
    s = good();
    memcpy(arrow_buffer_of(s, 0, MEASURE, 2), "peop\xff\xff", 6);
    check_refuses(s, ATTAIN_E_MEASURE, 0, "unknown measure 'peop\\xFF\\xFF'");
}

/* ---- streams ---- */

static void streams_that_fail(void **state)
{
    (void)state;
    arrow_source *s = good();
    arrow_fail_schema(s, "the database went away");
    check_refuses(s, ATTAIN_E_ARROW, -1,
                  "the stream did not give its schema (error 5): the database went away");
    s = good();
    arrow_fail_next(s, 0, NULL);
    check_refuses(s, ATTAIN_E_ARROW, -1,
                  "the stream did not give its next batch (error 5): it does not say why");
    s = good();
    arrow_batch(s, 1, 0);
    arrow_text(s, "unit", "i:u", TEXTS("02"));
    arrow_text(s, "measure", "u", TEXTS("people"));
    arrow_text(s, "period", "vu", TEXTS("2025"));
    arrow_ints(s, "value", "l", INTS(1), NULL);
    arrow_fail_next(s, 1, "half way \x1b[31m");
    check_refuses(s, ATTAIN_E_ARROW, -1, "half way \\x1B[31m");
}

static void streams_without_functions(void **state)
{
    (void)state;
    attain_error err;
    attain_facts *facts = build_facts(plan);
    arrow_source *s = good();
    struct ArrowArrayStream *stream = arrow_stream(s);
    stream->get_last_error = NULL;
    arrow_fail_next(s, 0, "nobody asks");
    check_fails(attain_facts_add_arrow(facts, stream, NULL, NULL, &err), ATTAIN_E_ARROW, &err);
    check_contains(err.message, "it does not say why");
    /* Released once, and not again. */
    check_fails(attain_facts_add_arrow(facts, stream, NULL, NULL, &err), ATTAIN_E_ARROW, &err);
    check_contains(err.message, "the stream was released already");
    arrow_free(s);
    s = good();
    stream = arrow_stream(s);
    stream->get_next = NULL;
    check_fails(attain_facts_add_arrow(facts, stream, NULL, NULL, &err), ATTAIN_E_ARROW, &err);
    check_contains(err.message, "lacks get_schema or get_next");
    arrow_free(s);
    attain_facts_free(facts);
}

/* A stream is taken also where nothing of it is read. */
static void arguments_that_are_wrong(void **state)
{
    (void)state;
    attain_error err;
    attain_facts *facts = build_facts(plan);
    attain_intake_options options = {.struct_size = sizeof options, .flags = 64};
    arrow_source *s = good();
    check_fails(attain_facts_add_arrow(NULL, arrow_stream(s), NULL, NULL, &err), ATTAIN_E_ARGUMENT, &err);
    check_contains(err.message, "facts is NULL");
    arrow_free(s);
    s = good();
    check_fails(attain_facts_add_arrow(facts, arrow_stream(s), &options, NULL, &err), ATTAIN_E_ARGUMENT,
                &err);
    check_contains(err.message, "attain_intake_flags has no such bit");
    arrow_free(s);
    options.flags = 0;
    options.n_rename = 1;
    s = good();
    check_fails(attain_facts_add_arrow(facts, arrow_stream(s), &options, NULL, &err), ATTAIN_E_ARGUMENT,
                &err);
    check_contains(err.message, "rename is NULL");
    arrow_free(s);
    check_fails(attain_facts_add_arrow(facts, NULL, NULL, NULL, &err), ATTAIN_E_ARGUMENT, &err);
    check_contains(err.message, "stream is NULL");
    attain_facts_free(facts);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(broken_structures),         cmocka_unit_test(broken_contents),
        cmocka_unit_test(broken_contents_elsewhere), cmocka_unit_test(broken_views),
        cmocka_unit_test(texts_that_are_none),       cmocka_unit_test(streams_that_fail),
        cmocka_unit_test(streams_without_functions), cmocka_unit_test(arguments_that_are_wrong),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
