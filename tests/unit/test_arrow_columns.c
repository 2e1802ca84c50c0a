/* Columns and their types: which are found and under which names, which are required, the wide form with a column for each measure, and every type,
 * extension and schema that is refused, by the name of its column and in words. */
#include "arrow_twin.h"

#include <stdio.h>
#include <stdlib.h>

#define FACTS "unit,measure,period,value\n"

/* ---- names ---- */

/* A stream of any columns against CSV of the same rows. */
static void check_as_csv(const am_column *columns, size_t n_columns, const char *const *cells, size_t n,
                         const attain_intake_options *options, const char *csv, attain_status wanted)
{
    attain_error err;
    attain_error csv_err;
    attain_report report;
    attain_report csv_report;
    attain_facts *facts = build_facts(twin_plan);
    attain_facts *other = build_facts(twin_plan);
    am_stream *s = am_new(columns, n_columns);
    am_batch(s, cells, n / 2);
    am_batch(s, cells + n / 2 * n_columns, n - n / 2);
    check_fails(attain_facts_add_arrow(facts, &s->stream, options, &report, &err), wanted, &err);
    check_fails(build_csv(other, csv, options, &csv_report, &csv_err), wanted, &csv_err);
    am_free(s);
    assert_int_equal(report.n_read, csv_report.n_read);
    assert_int_equal(report.n_accepted, csv_report.n_accepted);
    assert_int_equal(report.n_empty, csv_report.n_empty);
    assert_int_equal(report.n_rejected, csv_report.n_rejected);
    assert_int_equal(report.n_issues, csv_report.n_issues);
    for (size_t i = 0; i < report.n_issues; i++) {
        assert_int_equal(report.issues[i].row, csv_report.issues[i].row);
        assert_int_equal(report.issues[i].status, csv_report.issues[i].status);
        assert_int_equal(report.issues[i].column, csv_report.issues[i].column);
        assert_string_equal(report.issues[i].message, csv_report.issues[i].message);
    }
    check_text(report.ignored_columns.data, report.ignored_columns.len,
               csv_report.ignored_columns.len > 0 ? csv_report.ignored_columns.data : "");
    twin_same_facts(facts, other);
    attain_report_free(&report);
    attain_report_free(&csv_report);
    attain_facts_free(facts);
    attain_facts_free(other);
}

static void wide_form(void **state)
{
    (void)state;
    static const am_column columns[] = {{"period", "i", 0, 0},    {"people", "l", 0, 0},
                                        {"remark", "u", 0, 0},    {"unit", "u", 'i', AM_SLICED},
                                        {"money", "d:9,1", 0, 0}, {"trained", "g", 0, AM_SLICED}};
    static const char *const cells[] = {"2024", "5",  "a",    "1", "1.5",  NULL, "2023", "6",
                                        "b",    "1",  NULL,   "7", "2024", NULL, "c",    "2",
                                        NULL,   NULL, "2024", "8", "d",    "3",  "-1.0", "0"};
    check_as_csv(columns, 6, cells, 4, NULL,
                 "period,people,remark,unit,money,trained\n2024,5,a,1,1.5,\n2023,6,b,1,,7\n2024,,c,2,,\n"
                 "2024,8,d,3,-1.0,0\n",
                 ATTAIN_OK);
    static const char *const bad[] = {"2024", "5",  "a",    "1", "1.5",  NULL, "2024", "-6",
                                      "b",    "2",  NULL,   "7", "2024", "3",  "c",    "99",
                                      NULL,   NULL, "2024", "8", "d",    "1",  "2.0",  "0"};
    static const am_column whole[] = {{"period", "i", 0, 0}, {"people", "l", 0, 0},
                                      {"remark", "u", 0, 0}, {"unit", "u", 'i', AM_SLICED},
                                      {"money", "u", 0, 0},  {"trained", "l", 0, AM_SLICED}};
    check_as_csv(whole, 6, bad, 4, NULL,
                 "period,people,remark,unit,money,trained\n2024,5,a,1,1.5,\n2024,-6,b,2,,7\n2024,3,c,99,,\n"
                 "2024,8,d,1,2.0,0\n",
                 ATTAIN_E_RANGE);
}

static void renamed_and_ignored(void **state)
{
    (void)state;
    static const attain_str rename[] = {{"tinh", 4},   {"unit", 4}, {"nam", 3},
                                        {"period", 6}, {"so", 2},   {"value", 5}};
    const attain_intake_options options = {.struct_size = sizeof options, .rename = rename, .n_rename = 3};
    static const am_column columns[] = {{"nam", "s", 0, 0},         {"so", "C", 0, 0},
                                        {"tinh", "vu", 'c', 0},     {"measure", "u", 0, 0},
                                        {"note, long", "+l", 0, 0}, {"", "u", 0, 0}};
    static const char *const cells[] = {"2024", "5", "1", "people", NULL, "x",
                                        "2024", "6", "2", "people", NULL, "y"};
    am_column without[COUNT(columns)];
    memcpy(without, columns, sizeof columns);
    without[4].format = "n";
    check_as_csv(without, 6, cells, 2, &options,
                 "nam,so,tinh,measure,\"note, long\",\n2024,5,1,people,,x\n2024,6,2,people,,y\n", ATTAIN_OK);
    /* The type of an ignored column does not matter. */
    attain_error err;
    attain_facts *facts = build_facts(twin_plan);
    am_stream *s = am_new(without, 6);
    am_batch(s, cells, 2);
    s->schema.children[4]->format = "+r";
    check_ok(attain_facts_add_arrow(facts, &s->stream, &options, NULL, &err), &err);
    assert_int_equal(attain_facts_count(facts), 2);
    am_free(s);
    attain_facts_free(facts);
}

static void the_wide_form_is_counted(void **state)
{
    (void)state;
    static const am_column columns[] = {{"period", "u", 'c', AM_SLICED | AM_SLICED_DICTIONARY},
                                        {"money", "g", 0, AM_SLICED},
                                        {"unit", "u", 0, AM_SLICED},
                                        {"value", "n", 0, 0},
                                        {"people", "l", 0, AM_SLICED}};
    static const char *const cells[] = {"2025", "0.5", "7",    NULL,   "1",  "2025", NULL, "1",
                                        NULL,   "2",   "2025", "2.25", "12", NULL,   NULL};
    attain_error err;
    attain_report report;
    attain_facts *facts = build_facts(twin_plan);
    am_stream *s = twin_stream(columns, 5, cells, 3);
    s->schema.children[3]->format = "+l";
    check_ok(attain_facts_add_arrow(facts, &s->stream, NULL, &report, &err), &err);
    assert_int_equal(report.n_read, 6);
    assert_int_equal(report.n_accepted, 4);
    assert_int_equal(report.n_empty, 2);
    check_str(report.ignored_columns, "value");
    attain_report_free(&report);
    attain_facts_free(facts);
    am_free(s);
}

static void rows_of_the_wide_form_are_told_in_order(void **state)
{
    (void)state;
    static const am_column columns[] = {{"unit", "u", 0, 0},
                                        {"period", "u", 0, 0},
                                        {"people", "l", 0, 0},
                                        {"money", "g", 0, 0}};
    static const char *const cells[] = {"x",  "2025",  "1", "0.5",  "1", "2025",
                                        "-2", "0.125", "7", "2025", "3", "2.25"};
    attain_error err;
    attain_report report;
    attain_facts *facts = build_facts(twin_plan);
    const attain_intake_options skip = {.struct_size = sizeof skip, .flags = ATTAIN_INTAKE_SKIP_BAD_ROWS};
    am_stream *s = twin_stream(columns, 4, cells, 3);
    check_ok(attain_facts_add_arrow(facts, &s->stream, &skip, &report, &err), &err);
    assert_int_equal(report.n_read, 6);
    assert_int_equal(report.n_accepted, 2);
    assert_int_equal(report.n_issues, 4);
    static const struct {
        int64_t row;
        int32_t column;
        attain_status status;
    } wanted[] = {{1, 1, ATTAIN_E_UNIT},
                  {1, 1, ATTAIN_E_UNIT},
                  {2, 3, ATTAIN_E_RANGE},
                  {2, 4, ATTAIN_E_NUMBER}};
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(report.issues[i].row, wanted[i].row);
        assert_int_equal(report.issues[i].column, wanted[i].column);
        assert_int_equal(report.issues[i].status, wanted[i].status);
    }
    attain_report_free(&report);
    attain_facts_free(facts);
    am_free(s);
}

static void names_that_are_changed(void **state)
{
    (void)state;
    static const attain_str rename[] = {{"district", 8}, {"unit", 4}, {"unit", 4}, {"old", 3}};
    static const am_column columns[] = {{"district", "u", 0, 0}, {"unit", "n", 0, 0},  {"measure", "u", 0, 0},
                                        {"period", "u", 0, 0},   {"value", "l", 0, 0}, {"unit", "u", 0, 0}};
    attain_intake_options options = {.struct_size = sizeof options, .rename = rename, .n_rename = 2};
    am_stream *s = twin_stream(columns, 5, TEXTS("7", NULL, "people", "2025", "1"), 1);
    s->schema.children[1]->format = "b";
    twin_takes(s, &options, FACTS "7,people,2025,1\n");
    twin_refuses(twin_stream(columns + 2, 4, TEXTS("people", "2025", "1", "7"), 1), &options, ATTAIN_E_ARROW,
                 -1, "column 'district' is not there, but is to be renamed to unit");
    options.n_rename = 1;
    static const am_column both[] = {{"unit", "u", 0, 0},
                                     {"measure", "u", 0, 0},
                                     {"period", "u", 0, 0},
                                     {"district", "u", 0, 0},
                                     {"value", "l", 0, 0}};
    twin_refuses(twin_stream(both, 5, TEXTS("7", "people", "2025", "7", "1"), 1), &options, ATTAIN_E_ARROW, 3,
                 "column 'unit' comes twice");
}

static void columns_that_lack_or_come_twice(void **state)
{
    (void)state;
    static const am_column sets[][5] = {
        {{"measure", "u", 0, 0},
         {"period", "u", 0, 0},
         {"value", "u", 0, 0},
         {"a", "u", 0, 0},
         {"b", "u", 0, 0}},
        {{"unit", "u", 0, 0},
         {"measure", "u", 0, 0},
         {"value", "u", 0, 0},
         {"a", "u", 0, 0},
         {"b", "u", 0, 0}},
        {{"unit", "u", 0, 0},
         {"measure", "u", 0, 0},
         {"period", "u", 0, 0},
         {"a", "u", 0, 0},
         {"b", "u", 0, 0}},
        {{"unit", "u", 0, 0}, {"period", "u", 0, 0}, {"a", "u", 0, 0}, {"b", "u", 0, 0}, {"c", "u", 0, 0}},
        {{"unit", "u", 0, 0},
         {"measure", "u", 0, 0},
         {"period", "u", 0, 0},
         {"value", "u", 0, 0},
         {"unit", "u", 0, 0}},
    };
    for (size_t i = 0; i < COUNT(sets); i++) {
        attain_error err;
        attain_facts *facts = build_facts(twin_plan);
        am_stream *s = am_new(sets[i], 5);
        am_batch(s, twin_rows[0], 1);
        check_fails(attain_facts_add_arrow(facts, &s->stream, NULL, NULL, &err), ATTAIN_E_ARROW, &err);
        if (i == COUNT(sets) - 1) {
            assert_int_equal(err.index, 4);
            check_contains(err.message, "unit");
        }
        am_free(s);
        attain_facts_free(facts);
    }
}

static void missing_columns(void **state)
{
    (void)state;
    static const am_column columns[] = {{"unit", "u", 0, 0},
                                        {"measure", "u", 0, 0},
                                        {"period", "u", 0, 0},
                                        {"value", "u", 0, 0}};
    for (size_t left_out = 0; left_out < 4; left_out++) {
        char part[64];
        am_column three[3];
        size_t n = 0;
        for (size_t c = 0; c < 4; c++) {
            if (c != left_out) {
                three[n++] = columns[c];
            }
        }
        snprintf(part, sizeof part, "column '%s' is required", columns[left_out].name);
        twin_refuses(twin_stream(three, 3, TEXTS("1", "1", "1"), 1), NULL, ATTAIN_E_ARROW, -1, part);
    }
    static const am_column mistyped[] = {{"unit", "u", 0, 0},
                                         {"measure", "u", 0, 0},
                                         {"period", "u", 0, 0},
                                         {"valeu", "l", 0, 0}};
    twin_refuses(twin_stream(mistyped, 4, TEXTS("1", "people", "2025", "1"), 1), NULL, ATTAIN_E_ARROW, -1,
                 "is it 'valeu'?");
}

/* ---- types ---- */

/* Rows that are taken as they stand, in columns of each kind. */
static am_stream *good(void)
{
    enum { N = REASON + 1 };
    static const am_column columns[N] = {{"unit", "u", 0, AM_SLICED},   {"measure", "u", 'i', 0},
                                         {"period", "l", 0, AM_SLICED}, {"value", "g", 0, 0},
                                         {"qualifier", "vu", 0, 0},     {"reason", "U", 0, 0}};
    static const char *const rows[][N] = {
        {"1", "people", "2024", "15", NULL, NULL},
        {"The province with number 1", "money", "2024", "2.5", "~", NULL},
        {"2", "people", "2023", NULL, "missing", "confidential"},
    };
    return twin_stream(columns, N, rows[0], 3);
}

static const struct {
    int column;
    const char *format, *word;
} types[] = {
    {UNIT, "b", "column 'unit' is of type boolean ('b')"},
    {UNIT, "g", "float64"},
    {UNIT, "f", "float32"},
    {UNIT, "d:10,0", "decimal"},
    {UNIT, "d:9,2", "decimal"},
    {UNIT, "tsm:", "timestamp"},
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
    {VALUE, "b", "column 'value' is of type boolean ('b')"},
    {VALUE, "e", "float16"},
    {VALUE, "tdD", "date32"},
    {VALUE, "d:76,2,256", "decimal ('d:76,2,256')"},
    {VALUE, "d:38,2,256", "decimal ('d:38,2,256')"},
    {VALUE, "d:10,-2", "decimal ('d:10,-2')"},
    {VALUE, "d:0,0", "decimal"},
    {VALUE, "d:39,0", "decimal"},
    {VALUE, "d:10", "decimal"},
    {VALUE, "d:10,", "decimal"},
    {VALUE, "d:10,2,", "decimal"},
    {VALUE, "d:10,2,16", "decimal"},
    {VALUE, "d:10,2x", "decimal"},
    {VALUE, "d:99999999999999999999,2", "decimal"},
    {VALUE, "d:39,2", "decimal"},
    {VALUE, "d:9", "decimal"},
    {VALUE, "d:9,2,32x", "decimal"},
    {VALUE, "z", "binary"},
    {VALUE, "vz", "binary view"},
    {VALUE, "w:16", "fixed-size binary"},
    {VALUE, "tsn:UTC", "timestamp"},
    {VALUE, "tDs", "duration"},
    {VALUE, "+s", "struct"},
    {VALUE, "+l", "list"},
    {VALUE, "+r", "run-end encoded"},
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
        am_stream *s = good();
        s->schema.children[types[i].column]->format = types[i].format;
        twin_refuses_by(s, NULL, NULL, ATTAIN_E_ARROW, types[i].column, types[i].word, types[i].format);
    }
    /* Of an id those that are taken are told; the same behind a dictionary. */
    for (size_t i = 0; i < COUNT(types); i++) {
        if (types[i].column == UNIT) {
            am_stream *s = good();
            s->schema.children[UNIT]->format = types[i].format;
            twin_refuses_by(s, NULL, NULL, ATTAIN_E_ARROW, UNIT,
                            "utf8, large utf8, string view, integers, or dictionaries of these, are taken",
                            types[i].format);
            s = good();
            s->schema.children[MEASURE]->dictionary->format = types[i].format;
            const char *const word = strchr(types[i].word, '(') == NULL ? types[i].word : "boolean";
            twin_refuses_by(s, NULL, NULL, ATTAIN_E_ARROW, MEASURE, word, types[i].format);
        }
    }
}

/* Key and value pairs, each behind its length. */
static void extensions_are_refused(void **state)
{
    (void)state;
    static const char key[] = "ARROW:extension:name";
    static const char value[] = "geoarrow.point";
    static const char *const words[] = {"column 'unit' is of type extension of utf8",
                                        "column 'measure' is of type extension",
                                        "column 'period' is of type extension of int64",
                                        "extension",
                                        "extension",
                                        "extension"};
    char metadata[128];
    const int32_t numbers[] = {1, (int32_t)strlen(key), (int32_t)strlen(value)};
    memcpy(metadata, &numbers[0], 4);
    memcpy(metadata + 4, &numbers[1], 4);
    memcpy(metadata + 8, key, strlen(key));
    memcpy(metadata + 8 + strlen(key), &numbers[2], 4);
    memcpy(metadata + 12 + strlen(key), value, strlen(value));
    for (int c = UNIT; c <= REASON; c++) {
        am_stream *s = good();
        s->schema.children[c]->metadata = metadata;
        twin_refuses_by(s, NULL, NULL, ATTAIN_E_ARROW, c, words[c], "an extension");
    }
    am_stream *of_items = good(); /* of a dictionary's items too */
    of_items->schema.children[MEASURE]->dictionary->metadata = metadata;
    twin_refuses_by(of_items, NULL, NULL, ATTAIN_E_ARROW, MEASURE,
                    "column 'measure' is of type dictionary of extension of utf8", "an extension of items");
    /* Other metadata says nothing that matters here. */
    attain_error err;
    attain_facts *facts = build_facts(twin_plan);
    am_stream *s = good();
    memcpy(metadata + 8, "ARROW:extensiom:name", strlen(key));
    s->schema.children[VALUE]->metadata = metadata;
    check_ok(attain_facts_add_arrow(facts, &s->stream, NULL, NULL, &err), &err);
    am_free(s);
    attain_facts_free(facts);
}

/* ---- schemas ---- */

#define LIE(name, ...)             \
    static void name(am_stream *s) \
    {                              \
        __VA_ARGS__;               \
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

static void child_is_null(am_stream *s)
{
    struct ArrowSchema **children = s->schema.children;
    children[PERIOD]->release(children[PERIOD]);
    free(children[PERIOD]);
    children[PERIOD] = NULL; /* our list of what is to be freed is the same one */
}

static const struct {
    const char *what;
    void (*tell)(am_stream *s);
    int64_t column; /* -1: the stream as a whole */
    const char *part;
} schema_lies[] = {
#define TOLD(name, column, part)  \
    {                             \
#name, name, column, part \
    }
    TOLD(format_is_null, -1, "lacks its release, its format or its columns"),
    TOLD(format_is_no_struct, -1, "the stream is one of 'l'; a struct with a column each ('+s') is required"),
    TOLD(format_is_a_list, -1, "the stream is one of '+l'"),
    TOLD(children_are_null, -1, "lacks its release, its format or its columns"),
    TOLD(children_are_negative, -1, "lacks its release, its format or its columns"),
    TOLD(children_are_none, -1, "is required"),
    TOLD(child_is_null, PERIOD, "column 2 of the schema is NULL or was released already"),
    TOLD(child_is_released, UNIT, "column 0 of the schema is NULL or was released already"),
    TOLD(child_has_no_format, UNIT, "column 'unit' has no format"),
    TOLD(child_has_no_name, -1, "column 'unit' is required"),
    TOLD(index_is_text, MEASURE, "is a dictionary whose indices are no integers: utf8"),
    TOLD(index_is_double, MEASURE, "is a dictionary whose indices are no integers: float64"),
    TOLD(dictionary_has_no_format, MEASURE, "column 'measure' has no format"),
    TOLD(dictionary_of_dictionary, MEASURE, "dictionary"),
    TOLD(schema_says_no_dictionary, MEASURE, "column 'measure'"),
#undef TOLD
};

static void schemas_that_lie(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(schema_lies); i++) {
        am_stream *s = good();
        schema_lies[i].tell(s);
        twin_refuses_by(s, NULL, NULL, ATTAIN_E_ARROW, schema_lies[i].column, schema_lies[i].part,
                        schema_lies[i].what);
    }
    attain_error err;
    attain_facts *facts = build_facts(twin_plan);
    am_stream *s = good();
    check_ok(attain_facts_add_arrow(facts, &s->stream, NULL, NULL, &err), &err);
    assert_int_equal(attain_facts_count(facts), 3);
    am_free(s);
    attain_facts_free(facts);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wide_form),
        cmocka_unit_test(renamed_and_ignored),
        cmocka_unit_test(the_wide_form_is_counted),
        cmocka_unit_test(rows_of_the_wide_form_are_told_in_order),
        cmocka_unit_test(names_that_are_changed),
        cmocka_unit_test(columns_that_lack_or_come_twice),
        cmocka_unit_test(missing_columns),
        cmocka_unit_test(types_that_are_not_taken),
        cmocka_unit_test(extensions_are_refused),
        cmocka_unit_test(schemas_that_lie),
    };
    return cmocka_run_group_tests(tests, twin_set_up, twin_tear_down);
}
