/* A plan while it is made: what a failed call leaves, what findings say and in which order, includes, columns, freeze. */
#include "support/alloc_fault.h"
#include "support/check.h"

#include <stdio.h>
#include <stdlib.h>

static attain_plan *new_plan(const attain_resolver *resolver)
{
    const attain_plan_options options = {.struct_size = sizeof options, .resolver = resolver};
    attain_plan *plan = NULL;
    attain_error err;
    check_ok(attain_plan_new(&options, &plan, &err), &err);
    return plan;
}

static attain_status add(attain_plan *plan, const char *text, const char *name, attain_error *err)
{
    return attain_plan_add_text(plan, text, strlen(text), name, err);
}

#define GOOD "unit VN nation\nmeasure a\n  stock persons  reported yearly\nindicator x = a\n"

static void check_findings_at(const attain_plan *plan, const char *wanted, const char *file, int line)
{
    const attain_diagnostic *items = NULL;
    size_t n_more = 0;
    const size_t n = attain_plan_diagnostics(plan, &items, &n_more);
    atn_buf out;
    atn_buf_init(&out, NULL);
    atn_buf_text(&out, "");
    for (size_t i = 0; i < n; i++) {
        atn_buf_printf(&out, "%s:%d:%d: %s\n", items[i].source.data, (int)items[i].line, (int)items[i].column,
                       items[i].message.data);
    }
    if (n_more > 0) {
        atn_buf_printf(&out, "and %zu more\n", n_more);
    }
    check_text_at(out.data, out.len, wanted, file, line);
    atn_buf_free(&out);
}

#define check_findings(plan, wanted) check_findings_at((plan), (wanted), __FILE__, __LINE__)

/* --- texts --- */

static void a_text_that_does_not_parse_leaves_findings_only(void **state)
{
    (void)state;
    attain_error err;
    attain_plan *const plan = new_plan(NULL);
    check_ok(add(plan, GOOD, "good", &err), &err);
    check_fails(add(plan, "unit VN.1 province\nmeasur b\ntarget t\n  x atleast 5\n", "bad", &err),
                ATTAIN_E_SYNTAX, &err);
    assert_string_equal(err.source, "bad");
    assert_int_equal(err.line, 2);
    assert_string_equal(err.message, "'measur' is no directive; did you mean 'measure'?");
    check_findings(plan, "bad:2:1: 'measur' is no directive\n"
                         "bad:4:5: 'atleast' is no operator of a phrase, and 'x' no attribute of a target\n");
    /* More texts may be added for their findings; each failure tells its own first. */
    check_fails(add(plan, "  x\n", "worse", &err), ATTAIN_E_SYNTAX, &err);
    assert_string_equal(err.source, "worse");
    check_ok(add(plan, "unit VN.2 province in VN\n", "fine", &err), &err);
    check_fails(attain_plan_freeze(plan, &err), ATTAIN_E_SYNTAX, &err);
    assert_string_equal(err.source, "bad");
    attain_plan_free(plan);
}

static void texts_may_be_added_after_a_freeze_that_failed(void **state)
{
    (void)state;
    attain_error err;
    attain_plan *const plan = new_plan(NULL);
    check_ok(add(plan, GOOD, "good", &err), &err);
    check_ok(add(plan, "indicator y = b\n", "more", &err), &err);
    const attain_diagnostic *items;
    for (int i = 0; i < 2; i++) {
        check_fails(attain_plan_freeze(plan, &err), ATTAIN_E_PLAN, &err);
        assert_int_equal(attain_plan_diagnostics(plan, &items, NULL), 1);
        check_str(items[0].source, "more");
    }
    check_ok(add(plan, "measure b\n  stock persons  reported yearly\n", "rest", &err), &err);
    check_findings(plan, "");
    check_ok(attain_plan_freeze(plan, &err), &err);
    check_findings(plan, "");
    check_fails(attain_plan_freeze(plan, &err), ATTAIN_E_ARGUMENT, &err);
    check_fails(add(plan, "", "late", &err), ATTAIN_E_ARGUMENT, &err);
    attain_plan_free(plan);
}

static void findings_stand_in_the_order_of_their_place(void **state)
{
    (void)state;
    attain_error err;
    attain_plan *const plan = new_plan(NULL);
    check_ok(add(plan, "target t\n  y at least 1 by 2030\n", "one", &err), &err);
    check_ok(add(plan, "indicator z = c\nindicator w = d\n", "two", &err), &err);
    check_fails(attain_plan_freeze(plan, &err), ATTAIN_E_PLAN, &err);
    const attain_diagnostic *items;
    const size_t n = attain_plan_diagnostics(plan, &items, NULL);
    assert_true(n >= 3);
    check_str(items[0].source, "one");
    check_str(items[n - 1].source, "two");
    for (size_t i = 1; i < n; i++) {
        const bool same_text = strcmp(items[i - 1].source.data, items[i].source.data) == 0;
        assert_true(!same_text || items[i - 1].line < items[i].line ||
                    (items[i - 1].line == items[i].line && items[i - 1].column <= items[i].column));
    }
    attain_plan_free(plan);
}

static void findings_beyond_the_most_are_counted(void **state)
{
    (void)state;
    const attain_plan_options options = {.struct_size = sizeof options, .max_diagnostics = 2};
    attain_error err;
    attain_plan *plan = NULL;
    check_ok(attain_plan_new(&options, &plan, &err), &err);
    check_fails(add(plan, "a\nb\nc\nd\n", "x", &err), ATTAIN_E_SYNTAX, &err);
    check_findings(plan, "x:1:1: 'a' is no directive\nx:2:1: 'b' is no directive\nand 2 more\n");
    check_fails(add(plan, "e\n", "y", &err), ATTAIN_E_SYNTAX, &err);
    assert_string_equal(err.source, "y");
    assert_string_equal(err.message, "'e' is no directive");
    attain_plan_free(plan);
}

static void the_same_file_twice_is_read_once(void **state)
{
    (void)state;
    attain_error err;
    attain_plan *const plan = new_plan(NULL);
    check_ok(add(plan, GOOD, "good", &err), &err);
    check_ok(add(plan, GOOD, "good", &err), &err);
    check_ok(attain_plan_freeze(plan, &err), &err);
    attain_plan_free(plan);
    /* the same bytes under another name, or without one, are another text */
    attain_plan *const other = new_plan(NULL);
    check_ok(add(other, GOOD, "good", &err), &err);
    check_ok(add(other, GOOD, "other", &err), &err);
    check_fails(attain_plan_freeze(other, &err), ATTAIN_E_PLAN, &err);
    attain_plan_free(other);
}

static void names_are_kept_short_and_shown_safely(void **state)
{
    (void)state;
    attain_error err;
    const attain_diagnostic *items;
    attain_plan *const plan = new_plan(NULL);
    char name[300];
    for (size_t i = 0; i + 3 < sizeof name; i += 3) {
        memcpy(name + i, "\xe1\xba\xbf", 3); /* ế */
    }
    name[sizeof name - 3] = '\0';
    check_fails(add(plan, "x\n", name, &err), ATTAIN_E_SYNTAX, &err);
    assert_int_equal(attain_plan_diagnostics(plan, &items, NULL), 1);
    assert_int_equal(items[0].source.len, 126);
    check_fails(add(plan, "x\n", "bad\xff", &err), ATTAIN_E_SYNTAX, &err);
    assert_string_equal(err.source, "bad\\xFF");
    attain_plan_free(plan);
}

/* --- printing a finding --- */

static void check_print_at(attain_diagnostic d, const char *wanted, const char *file, int line)
{
    attain_text text;
    check_ok(attain_diagnostic_print(&d, NULL, &text, NULL), NULL);
    check_text_at(text.data, text.len, wanted, file, line);
    attain_text_free(&text);
}

#define STR(literal)                   \
    {                                  \
        (literal), sizeof(literal) - 1 \
    }
#define check_print(wanted, ...) \
    check_print_at((attain_diagnostic){.message = STR("wrong"), __VA_ARGS__}, (wanted), __FILE__, __LINE__)

static void a_caret_stands_under_the_fault(void **state)
{
    (void)state;
    check_print("f:2:3: error: wrong\n  helpd up\n  ^~~~~ did you mean 'helped'?\n", .source = STR("f"),
                .line = 2, .column = 3, .n_columns = 5, .line_text = STR("  helpd up"),
                .hint = STR("did you mean 'helped'?"));
    check_print("f:1:6: warning: wrong\nHuế 東京 x\n      ^~~~\n", .severity = ATTAIN_WARNING,
                .source = STR("f"), .line = 1, .column = 6, .n_columns = 3, .line_text = STR("Huế 東京 x"));
    check_print("f:1:3: error: wrong\n\\x09\\x1B[x\n        ^\n", .source = STR("f"), .line = 1, .column = 3,
                .n_columns = 1, .line_text = STR("\t\x1b[x"));
    check_print("f:1:4: error: wrong\nabc\n   ^\n", .source = STR("f"), .line = 1, .column = 4,
                .n_columns = 1, .line_text = STR("abc"));
    check_print("f:1:1: error: wrong\n  hint\n", .source = STR("f"), .line = 1, .column = 1, .n_columns = 1,
                .hint = STR("hint"));
    check_print("f: error: wrong\n", .source = STR("f"));
    check_print("error: wrong\n", .hint = STR(""));
}

static void of_a_long_line_the_part_round_the_fault_is_shown(void **state)
{
    (void)state;
    char line[1001];
    memset(line, 'a', sizeof line - 1);
    line[500] = 'X';
    line[1000] = '\0';
    attain_diagnostic d = {
        .message = STR("wrong"), .line = 1, .column = 501, .n_columns = 1, .line_text = {line, 1000}};
    attain_text text;
    check_ok(attain_diagnostic_print(&d, NULL, &text, NULL), NULL);
    const char *const shown = strchr(text.data, '\n') + 1;
    const char *const carets = strchr(shown, '\n') + 1;
    assert_int_equal(carets - shown - 1, 3 + 160 + 3);
    assert_int_equal(shown[strchr(carets, '^') - carets], 'X');
    attain_text_free(&text);
}

/* --- includes --- */

typedef struct folder {
    int n_open, n_released;
    int deep; /* names "1", "2" ... each include the next, to this number */
} folder;

static int open_in_folder(void *ctx, attain_str from, attain_str path, const char **data, size_t *len,
                          char *name, char *why)
{
    folder *const f = ctx;
    char *const text = malloc(128);
    assert_non_null(text);
    assert_true(from.len > 0);
    f->n_open++;
    snprintf(name, 128, "%.*s", (int)path.len, path.data);
    if (strcmp(name, "cycle") == 0) {
        snprintf(text, 128, "include \"start\"\ninclude \"cycle\"\ninclude \"leaf\"\n");
    } else if (strcmp(name, "leaf") == 0) {
        snprintf(text, 128, "unit VN nation\n");
    } else if (strcmp(name, "units.csv") == 0) {
        snprintf(text, 128, "id,type,colour,owner\nVN,nation,red,public\n");
    } else if (strcmp(name, "start") == 0) {
        snprintf(text, 128, "it is read already: this is never parsed\n");
    } else if (strcmp(name, "alias") == 0) {
        snprintf(text, 128, "unit VN nation\n");
        snprintf(name, 128, "leaf");
    } else if (atoi(name) > 0 && atoi(name) < f->deep) {
        snprintf(text, 128, "include \"%d\"\n", atoi(name) + 1);
    } else if (atoi(name) > 0) {
        text[0] = '\0';
    } else {
        free(text);
        snprintf(why, 256, "no \xff such file");
        return 1;
    }
    *data = text;
    *len = strlen(text);
    return 0;
}

static void release_in_folder(void *ctx, const char *data, size_t len)
{
    (void)len;
    ((folder *)ctx)->n_released++;
    free((void *)(uintptr_t)data);
}

static void a_file_reached_twice_is_read_once_and_cycles_are_harmless(void **state)
{
    (void)state;
    folder f = {0};
    const attain_resolver resolver = {&f, open_in_folder, release_in_folder};
    attain_error err;
    attain_plan *const plan = new_plan(&resolver);
    check_ok(add(plan, "include \"cycle\"\ninclude \"leaf\"\ninclude \"alias\"\n", "start", &err), &err);
    check_ok(add(plan, "unit VN nation\n", "leaf", &err), &err);
    check_ok(attain_plan_freeze(plan, &err), &err);
    assert_int_equal(attain_plan_count(plan, ATTAIN_KIND_UNIT), 1);
    assert_int_equal(f.n_open, f.n_released);
    assert_int_equal(f.n_open, 6);
    attain_plan_free(plan);
}

static void includes_nest_sixty_four_deep(void **state)
{
    (void)state;
    for (int deep = 64; deep <= 65; deep++) {
        folder f = {.deep = deep};
        const attain_resolver resolver = {&f, open_in_folder, release_in_folder};
        attain_error err;
        attain_plan *const plan = new_plan(&resolver);
        if (deep == 64) {
            check_ok(add(plan, "include \"1\"\n", "start", &err), &err);
        } else {
            check_fails(add(plan, "include \"1\"\n", "start", &err), ATTAIN_E_LIMIT, &err);
            check_findings(plan, "64:1:9: '65' cannot be read: includes are nested more than 64 deep\n");
        }
        assert_int_equal(f.n_open, 64);
        assert_int_equal(f.n_released, 64);
        attain_plan_free(plan);
    }
}

static void what_the_resolver_says_is_told_safely(void **state)
{
    (void)state;
    folder f = {0};
    const attain_resolver resolver = {&f, open_in_folder, release_in_folder};
    attain_error err;
    attain_plan *const plan = new_plan(&resolver);
    check_fails(add(plan, "include \"nowhere\"\n", "start", &err), ATTAIN_E_RESOLVE, &err);
    check_findings(plan, "start:1:9: 'nowhere' cannot be read: no \\xFF such file\n");
    attain_plan_free(plan);
}

static void an_error_takes_the_place_of_a_warning(void **state)
{
    (void)state;
    folder f = {0};
    const attain_resolver resolver = {&f, open_in_folder, release_in_folder};
    const attain_plan_options options = {.struct_size = sizeof options,
                                         .resolver = &resolver,
                                         .max_diagnostics = 2};
    attain_error err;
    attain_plan *plan = NULL;
    check_ok(attain_plan_new(&options, &plan, &err), &err);
    check_ok(add(plan, "units from \"units.csv\"\nindicator x = b\nindicator y = c\nindicator z = d\n", "x",
                 &err),
             &err);
    check_fails(attain_plan_freeze(plan, &err), ATTAIN_E_PLAN, &err);
    const attain_diagnostic *items;
    size_t n_more = 0;
    assert_int_equal(attain_plan_diagnostics(plan, &items, &n_more), 2);
    assert_int_equal(items[0].severity, ATTAIN_ERROR);
    assert_int_equal(items[1].severity, ATTAIN_ERROR);
    assert_int_equal(items[0].line, 2);
    assert_int_equal(items[1].line, 3);
    assert_int_equal(n_more, 3);
    attain_plan_free(plan);
}

static void columns_of_a_file_are_attributes_once_they_are_declared(void **state)
{
    (void)state;
    folder f = {0};
    const attain_resolver resolver = {&f, open_in_folder, release_in_folder};
    attain_error err;
    attain_text text;
    attain_plan *const plan = new_plan(&resolver);
    check_ok(add(plan, "units from \"units.csv\"\nindicator x = b\n", "x", &err), &err);
    check_fails(attain_plan_freeze(plan, &err), ATTAIN_E_PLAN, &err);
    check_ok(add(plan, "attribute owner: public\nmeasure b\n  stock persons  reported yearly\n", "y", &err),
             &err);
    check_ok(attain_plan_freeze(plan, &err), &err);
    check_findings(plan, "units.csv:1:9: the column 'colour' is ignored: no attribute has this name\n");
    check_ok(attain_plan_print(plan, &text, &err), &err);
    text.data[strchr(text.data, '\n') - text.data] = '\0';
    assert_string_equal(text.data, "unit VN nation  owner public");
    attain_text_free(&text);
    attain_plan_free(plan);
}

/* --- columns --- */

static void units_that_are_wrong_name_their_row(void **state)
{
    (void)state;
    attain_error err;
    attain_str ids[] = {STR("VN"), STR("VN 1"), STR("C")};
    attain_str types[] = {STR("nation"), STR("province"), STR("")};
    const int32_t days[] = {ATTAIN_DAY_MIN, ATTAIN_DAY_MIN, ATTAIN_DAY_MAX + 1};
    const attain_unit_columns units = {.id = ids, .type = types, .from_day = days};
    attain_plan *const plan = new_plan(NULL);
    check_fails(attain_plan_add_units(plan, &units, 3, &err), ATTAIN_E_SYNTAX, &err);
    assert_int_equal(err.index, 1);
    assert_string_equal(err.message,
                        "row 1: the id 'VN 1': it holds a character other than letters, digits and _ - .");
    ids[1] = (attain_str)STR("A");
    check_fails(attain_plan_add_units(plan, &units, 3, &err), ATTAIN_E_SYNTAX, &err);
    assert_int_equal(err.index, 2);
    assert_string_equal(err.message, "row 2: the type '': it is empty");
    types[2] = (attain_str)STR("province");
    check_fails(attain_plan_add_units(plan, &units, 3, &err), ATTAIN_E_DATE, &err);
    assert_int_equal(err.index, 2);
    check_findings(plan, "");
    check_ok(attain_plan_add_units(plan, &units, 1, &err), &err);
    check_ok(attain_plan_freeze(plan, &err), &err);
    assert_int_equal(attain_plan_count(plan, ATTAIN_KIND_UNIT), 1);
    attain_plan_free(plan);
}

static void targets_that_are_wrong_name_their_row_and_column(void **state)
{
    (void)state;
    attain_error err;
    const attain_str ids[] = {STR("t1"), STR("t2")};
    attain_str phrases[] = {STR("x at least 5 by 2030"), STR("x at leest 6")};
    const attain_target_columns targets = {.id = ids, .phrase = phrases};
    attain_plan *const plan = new_plan(NULL);
    check_ok(add(plan, GOOD, "good", &err), &err);
    check_fails(attain_plan_add_targets(plan, &targets, 2, &err), ATTAIN_E_SYNTAX, &err);
    assert_int_equal(err.index, 1);
    assert_string_equal(
        err.message, "row 1, column 6 of the phrase: expected 'least' or 'most' after 'at', found 'leest'");
    phrases[1] = (attain_str)STR("x at least 6\nby 2030");
    check_fails(attain_plan_add_targets(plan, &targets, 2, &err), ATTAIN_E_CONTROL, &err);
    assert_int_equal(err.index, 1);
    phrases[1] = (attain_str)STR("x at least 6 vision");
    check_fails(attain_plan_add_targets(plan, &targets, 2, &err), ATTAIN_E_SYNTAX, &err);
    phrases[1] = (attain_str)STR("  ");
    check_fails(attain_plan_add_targets(plan, &targets, 2, &err), ATTAIN_E_SYNTAX, &err);
    assert_string_equal(err.message, "row 1, column 1 of the phrase: a phrase is required, found nothing");
    phrases[1] = (attain_str)STR("x \xff");
    check_fails(attain_plan_add_targets(plan, &targets, 2, &err), ATTAIN_E_UTF8, &err);
    check_findings(plan, "");
    phrases[1] = (attain_str)STR("x up at least 30% over 2025 by 2030");
    check_ok(attain_plan_add_targets(plan, &targets, 2, &err), &err);
    check_ok(attain_plan_freeze(plan, &err), &err);
    assert_int_equal(attain_plan_count(plan, ATTAIN_KIND_TARGET), 2);
    attain_plan_free(plan);
}

static void what_the_checker_finds_in_columns_has_a_row(void **state)
{
    (void)state;
    attain_error err;
    const attain_diagnostic *items;
    const attain_str ids[] = {STR("t1"), STR("t2")};
    const attain_str phrases[] = {STR("x at least 5 by 2030"), STR("y at least 6 by 2030")};
    const attain_target_columns targets = {.id = ids, .phrase = phrases};
    attain_plan *const plan = new_plan(NULL);
    check_ok(add(plan, GOOD, "good", &err), &err);
    check_ok(attain_plan_add_targets(plan, &targets, 2, &err), &err);
    check_fails(attain_plan_freeze(plan, &err), ATTAIN_E_PLAN, &err);
    assert_int_equal(attain_plan_diagnostics(plan, &items, NULL), 1);
    check_str(items[0].source, "<targets>");
    assert_int_equal(items[0].line, 2);
    assert_int_equal(items[0].column, 1);
    check_str(items[0].line_text, "y at least 6 by 2030");
    attain_plan_free(plan);
}

/* --- arguments and memory --- */

static void arguments_that_break_the_contract_are_refused(void **state)
{
    (void)state;
    attain_error err;
    attain_plan *plan = NULL;
    const attain_plan_options small = {.struct_size = 1};
    const attain_allocator no_function = {NULL, NULL};
    const attain_resolver no_open = {NULL, NULL, NULL};
    const attain_plan_options bad_allocator = {.struct_size = sizeof bad_allocator,
                                               .allocator = &no_function};
    const attain_plan_options bad_resolver = {.struct_size = sizeof bad_resolver, .resolver = &no_open};
    const attain_unit_columns no_units = {.id = NULL};
    const attain_target_columns no_targets = {.id = NULL};
    check_fails(attain_plan_new(NULL, NULL, &err), ATTAIN_E_ARGUMENT, &err);
    check_fails(attain_plan_new(&small, &plan, &err), ATTAIN_E_ARGUMENT, &err);
    check_fails(attain_plan_new(&bad_allocator, &plan, &err), ATTAIN_E_ARGUMENT, &err);
    check_fails(attain_plan_new(&bad_resolver, &plan, &err), ATTAIN_E_ARGUMENT, &err);
    assert_null(plan);
    check_ok(attain_plan_new(NULL, &plan, &err), &err);
    check_fails(attain_plan_add_text(NULL, "", 0, "x", &err), ATTAIN_E_ARGUMENT, &err);
    check_fails(attain_plan_add_text(plan, NULL, 1, "x", &err), ATTAIN_E_ARGUMENT, &err);
    check_ok(attain_plan_add_text(plan, NULL, 0, NULL, &err), &err);
    check_fails(attain_plan_add_units(plan, NULL, 0, &err), ATTAIN_E_ARGUMENT, &err);
    check_fails(attain_plan_add_units(plan, &no_units, 1, &err), ATTAIN_E_ARGUMENT, &err);
    check_ok(attain_plan_add_units(plan, &no_units, 0, &err), &err);
    check_fails(attain_plan_add_targets(NULL, &no_targets, 0, &err), ATTAIN_E_ARGUMENT, &err);
    check_fails(attain_plan_add_targets(plan, &no_targets, 1, &err), ATTAIN_E_ARGUMENT, &err);
    check_ok(attain_plan_add_targets(plan, &no_targets, 0, &err), &err);
    check_fails(attain_plan_freeze(NULL, &err), ATTAIN_E_ARGUMENT, &err);
    check_fails(attain_diagnostic_print(NULL, NULL, NULL, &err), ATTAIN_E_ARGUMENT, &err);
    size_t n_more = 7;
    const attain_diagnostic *items = NULL;
    assert_int_equal(attain_plan_diagnostics(NULL, &items, &n_more), 0);
    assert_int_equal(n_more, 0);
    assert_int_equal(attain_plan_diagnostics(plan, NULL, NULL), 0);
    attain_plan_free(plan);
    attain_plan_free(NULL);
}

static const char *const memory_text = "unit VN nation\nattribute owner: public, private\ninclude "
                                       "\"leaf\"\nmeasure a\n  stock \"some \" \"persons\"  reported yearly\n"
                                       "category c: m \"title\\n\", n\nindicator x = count(nation where a >= "
                                       "1_000 and not (a = 2 or owner = public)) / a\n"
                                       "target t\n  reading one: x at least 50% over 2020 within 5% by 2030 "
                                       "for VN\n  reading two: x up by 2017/2020\n"
                                       "boundary 2025-01-01 split VN into A 60%, B 40%\nmeasur b\n";

/* With the nth allocation failing the call fails and leaves nothing; then, on the same plan, it does what it would have done. */
static void a_failed_allocation_leaves_the_plan_as_it_was(void **state)
{
    (void)state;
    folder f = {0};
    const attain_resolver resolver = {&f, open_in_folder, release_in_folder};
    alloc_fault faults;
    alloc_fault_init(&faults);
    const attain_allocator a = alloc_fault_allocator(&faults);
    const attain_plan_options options = {.struct_size = sizeof options,
                                         .allocator = &a,
                                         .resolver = &resolver};
    attain_error err;
    attain_plan *plan = NULL;
    bool done = false;
    for (int64_t n = 0; !done; n++) {
        assert_true(n < 1000);
        alloc_fault_fail_at(&faults, -1, false);
        check_ok(attain_plan_new(&options, &plan, &err), &err);
        alloc_fault_fail_at(&faults, n, false);
        const attain_status status = add(plan, memory_text, "text", &err);
        alloc_fault_fail_at(&faults, -1, false);
        if (status == ATTAIN_E_MEMORY) {
            check_findings(plan, "");
            check_fails(add(plan, memory_text, "text", &err), ATTAIN_E_SYNTAX, &err);
        } else {
            assert_int_equal(status, ATTAIN_E_SYNTAX);
            done = true;
        }
        check_findings(plan, "text:12:1: 'measur' is no directive\n");
        attain_plan_free(plan);
        alloc_fault_expect_empty(&faults);
        assert_int_equal(f.n_open, f.n_released);
    }
}

/* From nothing to a printed plan; the status of the first call that fails. */
static attain_status live(const attain_plan_options *options, attain_plan **plan, attain_text *text)
{
    static const char *const base =
        "units from \"units.csv\"\nattribute owner: public\nmeasure a\n  stock persons  reported yearly\n"
        "indicator x = a\nprogramme p\n  period 2021..2025\n";
    const attain_str ids[] = {STR("VN.1"), STR("VN.2")};
    const attain_str titles[] = {STR("One"), STR("Two")};
    const attain_str types[] = {STR("province"), STR("province")};
    const attain_str parents[] = {STR("VN"), STR("VN")};
    const attain_str owner[] = {STR("owner")};
    const attain_str owners[] = {STR("public"), STR("public")};
    const int32_t days[] = {0, 0};
    const attain_unit_columns units = {ids, titles, types, parents, days, NULL, owners, owner, 1};
    const attain_str targets_ids[] = {STR("t"), STR("u")};
    const attain_str phrases[] = {STR("x at least 5 by 2030"), STR("x up by 2030")};
    const attain_target_columns targets = {targets_ids, phrases, titles, titles};
    attain_status status = attain_plan_new(options, plan, NULL);
    status = status != ATTAIN_OK ? status : add(*plan, base, "base", NULL);
    status = status != ATTAIN_OK ? status : attain_plan_add_units(*plan, &units, 2, NULL);
    status = status != ATTAIN_OK ? status : attain_plan_add_targets(*plan, &targets, 2, NULL);
    status = status != ATTAIN_OK ? status : attain_plan_freeze(*plan, NULL);
    return status != ATTAIN_OK ? status : attain_plan_print(*plan, text, NULL);
}

static void any_failed_allocation_is_a_status_and_no_leak(void **state)
{
    (void)state;
    folder f = {0};
    const attain_resolver resolver = {&f, open_in_folder, release_in_folder};
    alloc_fault faults;
    alloc_fault_init(&faults);
    const attain_allocator a = alloc_fault_allocator(&faults);
    const attain_plan_options options = {.struct_size = sizeof options,
                                         .allocator = &a,
                                         .resolver = &resolver};
    attain_status status = ATTAIN_E_MEMORY;
    for (int64_t n = 0; status != ATTAIN_OK; n++) {
        attain_plan *plan = NULL;
        attain_text text = {.data = NULL};
        assert_true(n < 5000);
        alloc_fault_fail_at(&faults, n, false);
        status = live(&options, &plan, &text);
        assert_true(status == ATTAIN_OK || status == ATTAIN_E_MEMORY);
        attain_text_free(&text);
        attain_plan_free(plan);
        alloc_fault_expect_empty(&faults);
    }
}

/* The arena takes whole chunks, so small ones fail only by the limit: it is met at every byte. */
static void any_limit_of_bytes_is_a_status(void **state)
{
    (void)state;
    folder f = {0};
    const attain_resolver resolver = {&f, open_in_folder, release_in_folder};
    attain_plan_options options = {.struct_size = sizeof options, .resolver = &resolver};
    attain_status status = ATTAIN_E_MEMORY;
    for (options.max_bytes = 1; status != ATTAIN_OK; options.max_bytes += 97) {
        attain_plan *plan = NULL;
        attain_text text = {.data = NULL};
        assert_true(options.max_bytes < 1000000);
        status = live(&options, &plan, &text);
        assert_true(status == ATTAIN_OK || status == ATTAIN_E_MEMORY);
        attain_text_free(&text);
        attain_plan_free(plan);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_text_that_does_not_parse_leaves_findings_only),
        cmocka_unit_test(texts_may_be_added_after_a_freeze_that_failed),
        cmocka_unit_test(findings_stand_in_the_order_of_their_place),
        cmocka_unit_test(findings_beyond_the_most_are_counted),
        cmocka_unit_test(an_error_takes_the_place_of_a_warning),
        cmocka_unit_test(the_same_file_twice_is_read_once),
        cmocka_unit_test(names_are_kept_short_and_shown_safely),
        cmocka_unit_test(a_caret_stands_under_the_fault),
        cmocka_unit_test(of_a_long_line_the_part_round_the_fault_is_shown),
        cmocka_unit_test(a_file_reached_twice_is_read_once_and_cycles_are_harmless),
        cmocka_unit_test(includes_nest_sixty_four_deep),
        cmocka_unit_test(what_the_resolver_says_is_told_safely),
        cmocka_unit_test(columns_of_a_file_are_attributes_once_they_are_declared),
        cmocka_unit_test(units_that_are_wrong_name_their_row),
        cmocka_unit_test(targets_that_are_wrong_name_their_row_and_column),
        cmocka_unit_test(what_the_checker_finds_in_columns_has_a_row),
        cmocka_unit_test(arguments_that_break_the_contract_are_refused),
        cmocka_unit_test(a_failed_allocation_leaves_the_plan_as_it_was),
        cmocka_unit_test(any_failed_allocation_is_a_status_and_no_leak),
        cmocka_unit_test(any_limit_of_bytes_is_a_status),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
