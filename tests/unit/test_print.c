/* print: one text of a whole plan; read again it is the same plan. */
#include "support/check.h"

#include <stdio.h>
#include <stdlib.h>

typedef struct file {
    const char *name, *text;
} file;

/* Files of a test, ended by a NULL name; the first is the one that is added. */
static int open_file(void *ctx, attain_str from, attain_str path, const char **data, size_t *len, char *name,
                     char *why)
{
    (void)from;
    for (const file *f = ctx; f->name != NULL; f++) {
        if (strlen(f->name) == path.len && memcmp(f->name, path.data, path.len) == 0) {
            *data = f->text;
            *len = strlen(f->text);
            snprintf(name, 128, "%s", f->name);
            return 0;
        }
    }
    snprintf(why, 256, "there is no such file");
    return 1;
}

static attain_plan *freeze(const file *files)
{
    const attain_resolver resolver = {(void *)(uintptr_t)files, open_file, NULL};
    const attain_plan_options options = {.struct_size = sizeof options, .resolver = &resolver};
    attain_plan *plan = NULL;
    attain_error err;
    check_ok(attain_plan_new(&options, &plan, &err), &err);
    check_ok(attain_plan_add_text(plan, files[0].text, strlen(files[0].text), files[0].name, &err), &err);
    check_ok(attain_plan_freeze(plan, &err), &err);
    return plan;
}

static attain_text print(const attain_plan *plan)
{
    attain_text text;
    attain_error err;
    check_ok(attain_plan_print(plan, &text, &err), &err);
    return text;
}

static void check_print_at(const file *files, const char *wanted, const char *at_file, int line)
{
    attain_plan *const plan = freeze(files);
    const attain_text text = print(plan);
    check_text_at(text.data, text.len, wanted, at_file, line);
    const file again[] = {{"printed", text.data}, {NULL, NULL}};
    attain_plan *const second = freeze(again);
    attain_text text2 = print(second);
    check_text_at(text2.data, text2.len, wanted, at_file, line);
    uint64_t digest[2][2];
    attain_plan_schema(plan, digest[0]);
    attain_plan_schema(second, digest[1]);
    assert_memory_equal(digest[0], digest[1], sizeof digest[0]);
    attain_text first = text;
    attain_text_free(&first);
    attain_text_free(&text2);
    attain_plan_free(plan);
    attain_plan_free(second);
}

#define check_print(files, wanted) check_print_at((files), (wanted), __FILE__, __LINE__)

static void the_empty_plan_prints_nothing(void **state)
{
    (void)state;
    const file files[] = {{"a", "# nothing here\n"}, {NULL, NULL}};
    check_print(files, "");
}

static void includes_and_units_files_are_written_out(void **state)
{
    (void)state;
    const file files[] = {{"main",
                           "include \"base\"\nunits from \"u.csv\"\nattribute owner: public, private\n"},
                          {"base", "unit VN \"Việt Nam\" nation  # the root\nunit A b in VN\n"},
                          {"u.csv", "id,name,type,parent,from,until,owner,colour\nC,\"Xã "
                                    "\"\"C\"\"\",b,A,2020-01-01,,public,red\nD,,b,A,,2024-12-31,,\n"},
                          {NULL, NULL}};
    check_print(files, "unit VN \"Việt Nam\" nation\n"
                       "unit A b in VN\n"
                       "unit C \"Xã \\\"C\\\"\" b in A  from 2020-01-01  owner public\n"
                       "unit D b in A  until 2024-12-31\n"
                       "\n"
                       "attribute owner: public, private\n");
}

static void numbers_are_plain(void **state)
{
    (void)state;
    const file files[] = {
        {"a",
         "numbers vi\nreference base VND\n  decimals 2\n  2019-07-01 1.490.000,5\n  2023-07-01 1_800_000\n"},
        {NULL, NULL}};
    check_print(files, "reference base VND\n  decimals 2\n  2019-07-01 1490000.5\n  2023-07-01 1800000\n");
}

#define BASE "unit VN nation\nmeasure a\n  stock persons  reported yearly\n"
#define BASE_PRINTED "unit VN nation\n\nmeasure a\n  stock persons  reported yearly\n\n"

/* The target of the included file has no programme above it in its own file and must not get one; the last one is below p, not q. */
static void targets_stay_with_their_programmes(void **state)
{
    (void)state;
    const file files[] = {
        {"main", BASE "programme p\n  period 2021..2025\ntarget t1\n  x at least 1\ninclude \"inner\"\n"
                      "target t3\n  x at least 3\n"},
        {"inner",
         "target t2\n  x at least 2 by 2030\nprogramme q\n  period 2021..2030\ntarget t4\n  x at least 4\n"
         "indicator x = a\n"},
        {NULL, NULL}};
    check_print(
        files, BASE_PRINTED
        "target t2\n  x at least 2 by 2030\n\nindicator x = a\n\n"
        "programme p\n  period 2021..2025\n\ntarget t1\n  x at least 1\n\ntarget t3\n  x at least 3\n\n"
        "programme q\n  period 2021..2030\n\ntarget t4\n  x at least 4\n");
}

static void rows_added_as_columns_are_written_out(void **state)
{
    (void)state;
    attain_plan *plan = NULL;
    attain_error err;
    attain_text text;
    const char *const base =
        "measure a\n  stock persons  reported yearly\nindicator x = a\nattribute owner: public, private\n";
    const attain_str ids[] = {{"VN", 2}, {"VN.1", 4}};
    const attain_str titles[] = {{"Việt Nam", strlen("Việt Nam")}, {NULL, 0}};
    const attain_str types[] = {{"nation", 6}, {"province", 8}};
    const attain_str parents[] = {{NULL, 0}, {"VN", 2}};
    const int32_t until[] = {ATTAIN_DAY_MAX, 20270};
    const attain_str values[] = {{NULL, 0}, {"public", 6}};
    const attain_str names[] = {{"owner", 5}};
    const attain_unit_columns units = {.id = ids,
                                       .title = titles,
                                       .type = types,
                                       .parent = parents,
                                       .until_day = until,
                                       .attribute = values,
                                       .attribute_names = names,
                                       .n_attributes = 1};
    const attain_str target_ids[] = {{"t", 1}};
    const attain_str phrases[] = {{"x at least 90_000 by 2030", 25}};
    const attain_str sources[] = {{"112/QĐ-TTg", strlen("112/QĐ-TTg")}};
    const attain_target_columns targets = {.id = target_ids,
                                           .phrase = phrases,
                                           .title = titles,
                                           .source = sources};
    check_ok(attain_plan_new(NULL, &plan, &err), &err);
    check_ok(attain_plan_add_units(plan, &units, 2, &err), &err);
    check_ok(attain_plan_add_targets(plan, &targets, 1, &err), &err);
    check_ok(attain_plan_add_text(plan, base, strlen(base), "base", &err), &err);
    check_ok(attain_plan_freeze(plan, &err), &err);
    check_ok(attain_plan_print(plan, &text, &err), &err);
    check_text(text.data, text.len,
               "unit VN \"Việt Nam\" nation\n"
               "unit VN.1 province in VN  until 2025-07-01  owner public\n"
               "\n"
               "target t \"Việt Nam\"\n  x at least 90000 by 2030\n  source \"112/QĐ-TTg\"\n"
               "\n"
               "measure a\n  stock persons  reported yearly\n"
               "\n"
               "indicator x = a\n"
               "\n"
               "attribute owner: public, private\n");
    attain_text_free(&text);
    attain_plan_free(plan);
}

static void only_a_frozen_plan_is_printed(void **state)
{
    (void)state;
    attain_plan *plan = NULL;
    attain_text text = {.len = 77};
    attain_error err;
    check_ok(attain_plan_new(NULL, &plan, &err), &err);
    check_fails(attain_plan_print(plan, &text, &err), ATTAIN_E_ARGUMENT, &err);
    check_fails(attain_plan_print(NULL, &text, &err), ATTAIN_E_ARGUMENT, &err);
    assert_int_equal(text.len, 77);
    check_ok(attain_plan_freeze(plan, &err), &err);
    check_fails(attain_plan_print(plan, NULL, &err), ATTAIN_E_ARGUMENT, &err);
    attain_plan_free(plan);
}

/* --- the examples --- */

static char *buffers[64];
static size_t n_buffers;

static int open_example(void *ctx, attain_str from, attain_str path, const char **data, size_t *len,
                        char *name, char *why)
{
    char full[1024];
    (void)from;
    snprintf(full, sizeof full, "%s/%.*s", (const char *)ctx, (int)path.len, path.data);
    FILE *const f = fopen(full, "rb");
    if (f == NULL || n_buffers == 64) {
        snprintf(why, 256, "there is no such file");
        return 1;
    }
    char *const text = calloc(1, (size_t)1 << 20);
    assert_non_null(text);
    *len = fread(text, 1, ((size_t)1 << 20) - 1, f);
    fclose(f);
    *data = buffers[n_buffers++] = text;
    snprintf(name, 128, "%.*s", (int)path.len, path.data);
    return 0;
}

static void check_example(const char *folder, const char *name)
{
    char include[256];
    const attain_resolver resolver = {(void *)(uintptr_t)folder, open_example, NULL};
    const attain_plan_options options = {.struct_size = sizeof options, .resolver = &resolver};
    attain_plan *plan = NULL;
    attain_error err;
    snprintf(include, sizeof include, "include \"%s\"\n", name);
    check_ok(attain_plan_new(&options, &plan, &err), &err);
    check_ok(attain_plan_add_text(plan, include, strlen(include), "test", &err), &err);
    check_ok(attain_plan_freeze(plan, &err), &err);
    attain_text first = print(plan);
    assert_true(first.len > 1000);
    const file again[] = {{"printed", first.data}, {NULL, NULL}};
    attain_plan *const second = freeze(again);
    attain_text text = print(second);
    check_text(text.data, text.len, first.data);
    uint64_t digest[2][2];
    attain_plan_schema(plan, digest[0]);
    attain_plan_schema(second, digest[1]);
    assert_memory_equal(digest[0], digest[1], sizeof digest[0]);
    for (int kind = ATTAIN_KIND_UNIT; kind <= ATTAIN_KIND_BOUNDARY; kind++) {
        assert_int_equal(attain_plan_count(plan, (attain_kind)kind),
                         attain_plan_count(second, (attain_kind)kind));
    }
    attain_text_free(&text);
    attain_text_free(&first);
    attain_plan_free(plan);
    attain_plan_free(second);
    while (n_buffers > 0) {
        free(buffers[--n_buffers]);
    }
}

static void the_examples_come_back_as_they_were(void **state)
{
    (void)state;
    check_example(ATTAIN_SOURCE_DIR "/examples/social-work", "programmes.attain");
    check_example(ATTAIN_SOURCE_DIR "/examples/made-up", "plan.attain");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_empty_plan_prints_nothing),
        cmocka_unit_test(includes_and_units_files_are_written_out),
        cmocka_unit_test(numbers_are_plain),
        cmocka_unit_test(targets_stay_with_their_programmes),
        cmocka_unit_test(rows_added_as_columns_are_written_out),
        cmocka_unit_test(only_a_frozen_plan_is_printed),
        cmocka_unit_test(the_examples_come_back_as_they_were),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
