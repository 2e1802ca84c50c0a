/* Bad input by its size: what grows without bound is refused at its limit, with the limit in the message, and without recursion: fields and
 * columns of facts, nesting, lines and findings of plans, chains and rings of units, includes. Rows of tests/bad-input.md. */
#include "support/build_plan.h"
#include "support/check.h"

#include <stdio.h>
#include <stdlib.h>

#define HEADER "unit,measure,period,value\n"

static const char plan_text[] = "unit VN \"Việt Nam\" nation\n"
                                "unit 02 \"Huế\" province in VN\n"
                                "measure people \"People\"\n"
                                "  stock persons  reported yearly by province\n";

static attain_plan *plan;

/* --- size: facts --- */

/* n times the text, between a head and a tail; free it. */
static char *repeated(const char *head, const char *text, size_t n, const char *tail, size_t *len)
{
    const size_t head_len = strlen(head);
    const size_t text_len = strlen(text);
    *len = head_len + n * text_len + strlen(tail);
    char *const all = malloc(*len + 1);
    assert_non_null(all);
    memcpy(all, head, head_len);
    for (size_t i = 0; i < n; i++) {
        memcpy(all + head_len + i * text_len, text, text_len);
    }
    memcpy(all + head_len + n * text_len, tail, strlen(tail) + 1);
    return all;
}

static void check_big_file(const char *head, const char *text, size_t n, const char *tail,
                           attain_status status, int32_t line, int32_t column, const char *found)
{
    size_t len;
    char *const csv = repeated(head, text, n, tail, &len);
    attain_error err;
    attain_intake *intake = NULL;
    attain_facts *const facts = build_facts(plan);
    check_ok(attain_intake_new(facts, NULL, &intake, &err), &err);
    attain_status got = attain_intake_feed(intake, csv, len, &err);
    got = got == ATTAIN_OK ? attain_intake_finish(intake, NULL, &err) : got;
    check_fails(got, status, &err);
    check_contains(err.message, found);
    assert_int_equal(err.line, line);
    assert_int_equal(err.column, column);
    assert_int_equal(attain_facts_count(facts), 0);
    attain_intake_free(intake);
    attain_facts_free(facts);
    free(csv);
}

static void limits_of_csv(void **state)
{
    (void)state;
    check_big_file("unit,measure,period,value", ",x", 4093, "\n", ATTAIN_E_LIMIT, 1, 8211,
                   "more than the 4096 columns allowed");
    check_big_file(HEADER "02,people,2024,", "9", (size_t)10 << 20, "\n", ATTAIN_E_LIMIT, 2, 16,
                   "more than the 1048576 bytes allowed");
    check_big_file(HEADER "02,people,2024,5\n02,people,2023,\"", "01,people,2024,6\n", 100000, "",
                   ATTAIN_E_LIMIT, 3, 16, "is its quote ever closed?");
}

/* --- size: plans --- */

/* What the text gives on its way to a frozen plan: the first finding. */
static void check_plan(const char *text, size_t len, attain_status status, int32_t line, int32_t column,
                       const char *found)
{
    attain_error err;
    attain_plan *made = NULL;
    const attain_diagnostic *items;
    check_ok(attain_plan_new(NULL, &made, &err), &err);
    attain_status got = attain_plan_add_text(made, text, len, "big.attain", &err);
    got = got == ATTAIN_OK ? attain_plan_freeze(made, &err) : got;
    assert_int_not_equal(got, ATTAIN_OK);
    assert_true(attain_plan_diagnostics(made, &items, NULL) >= 1);
    if (items[0].status != status || items[0].line != line || items[0].column != column ||
        strstr(err.message, found) == NULL) {
        print_error("got %s at %d:%d: %s\n", attain_status_name(items[0].status), (int)items[0].line,
                    (int)items[0].column, err.message);
        fail();
    }
    assert_int_equal(err.line, line);
    assert_int_equal(err.column, column);
    assert_string_equal(err.source, "big.attain");
    attain_plan_free(made);
}

static void check_big_plan(const char *head, const char *text, size_t n, const char *tail,
                           attain_status status, int32_t line, int32_t column, const char *found)
{
    size_t len;
    char *const all = repeated(head, text, n, tail, &len);
    check_plan(all, len, status, line, column, found);
    free(all);
}

static void nesting_is_bounded(void **state)
{
    (void)state;
    check_big_plan("measure a stock x\nindicator i = ", "(", 100000, "a\n", ATTAIN_E_LIMIT, 2, 79,
                   "nested more than 64 deep");
    check_big_plan("unit A t\nmeasure a stock x\nindicator i = count(t where ", "(", 100000, "a > 1)\n",
                   ATTAIN_E_LIMIT, 3, 92, "nested more than 64 deep");
    check_big_plan("unit A t\nmeasure a stock x\nindicator i = count(t where ", "not ", 100000, "a > 1)\n",
                   ATTAIN_E_LIMIT, 3, 281, "nested more than 64 deep");
    check_big_plan("measure a stock x\nindicator i = a", " + a", 5000, "\n", ATTAIN_E_LIMIT, 2, 8207,
                   "more than 4,096 terms");
}

static void lines_and_strings_are_bounded(void **state)
{
    (void)state;
    check_big_plan("unit A t\n  alias \"b\" ", "x", (size_t)1 << 20, "\n", ATTAIN_E_LIMIT, 2, 3,
                   "a line of more than 1 MiB");
    check_big_plan("unit A \"", "x", ((size_t)1 << 16) + 1, "\" t\n", ATTAIN_E_LIMIT, 1, 8,
                   "longer than 64 KiB");
    check_big_plan("unit A ", "\"", 1001, " t\n", ATTAIN_E_SYNTAX, 1, 1008, "is not closed");
    check_big_plan("# ", "x", (size_t)3 << 20, "\nunit A\n", ATTAIN_E_LIMIT, 1, 1,
                   "a line of more than 1 MiB");
    attain_error err;
    attain_plan *made = NULL;
    check_ok(attain_plan_new(NULL, &made, &err), &err);
    /* The length is refused before a byte is read. */
    check_fails(attain_plan_add_text(made, "x", ((size_t)1 << 30) + 1, "x", &err), ATTAIN_E_LIMIT, &err);
    check_contains(err.message, "at most 1 GiB, this one has 1073741825 bytes");
    attain_plan_free(made);
}

/* A million findings are counted; only the first are kept. */
static void findings_are_bounded(void **state)
{
    (void)state;
    size_t len;
    size_t n_more;
    attain_error err;
    attain_plan *made = NULL;
    const attain_diagnostic *items;
    char *const text = repeated("", "traget x\n", 100000, "", &len);
    check_ok(attain_plan_new(NULL, &made, &err), &err);
    check_fails(attain_plan_add_text(made, text, len, "x", &err), ATTAIN_E_SYNTAX, &err);
    check_contains(err.message, "did you mean 'target'?");
    assert_int_equal(attain_plan_diagnostics(made, &items, &n_more), 20);
    assert_int_equal(n_more, 100000 - 20);
    assert_int_equal(items[19].line, 20);
    attain_plan_free(made);
    free(text);
}

/* --- size: trees --- */

/* A million; fewer where each byte of memory costs two. */
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define IS_SANITIZED 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || defined(IS_SANITIZED)
#define CHAIN_UNITS ((size_t)200000)
#else
#define CHAIN_UNITS ((size_t)1000000)
#endif

typedef struct chain {
    size_t n;
    char (*ids)[12];
    attain_str *id, *type, *parent;
} chain;

/* u0 in nothing, u1 in u0, u2 in u1 ... */
static chain make_chain(size_t n)
{
    chain c = {n, calloc(n, sizeof *c.ids), calloc(n, sizeof *c.id), calloc(n, sizeof *c.type),
               calloc(n, sizeof *c.parent)};
    assert_true(c.ids != NULL && c.id != NULL && c.type != NULL && c.parent != NULL);
    for (size_t i = 0; i < n; i++) {
        const int len = snprintf(c.ids[i], sizeof c.ids[i], "u%07lu", (unsigned long)i % 10000000);
        c.id[i] = (attain_str){c.ids[i], (size_t)len};
        c.type[i] = (attain_str){"t", 1};
        c.parent[i] = i == 0 ? (attain_str){"", 0} : c.id[i - 1];
    }
    return c;
}

static void free_chain(chain *c)
{
    free(c->ids);
    free(c->id);
    free(c->type);
    free(c->parent);
}

static attain_status freeze_chain(const chain *c, attain_plan **out, attain_error *err)
{
    const attain_unit_columns columns = {.id = c->id, .type = c->type, .parent = c->parent};
    check_ok(attain_plan_new(NULL, out, err), err);
    check_ok(attain_plan_add_units(*out, &columns, c->n, err), err);
    return attain_plan_freeze(*out, err);
}

static void a_long_chain_of_units_is_too_deep(void **state)
{
    (void)state;
    attain_error err;
    attain_plan *made;
    chain c = make_chain(CHAIN_UNITS);
    check_fails(freeze_chain(&c, &made, &err), ATTAIN_E_PLAN, &err);
    check_contains(err.message, "65 levels below the root; at most 64 are allowed");
    assert_string_equal(err.source, "<units>");
    assert_int_equal(err.line, 66);
    attain_plan_free(made);
    free_chain(&c);
}

static void a_ring_of_many_units_is_told_with_its_path(void **state)
{
    (void)state;
    attain_error err;
    attain_plan *made;
    chain c = make_chain(100000);
    c.parent[0] = c.id[c.n - 1];
    check_fails(freeze_chain(&c, &made, &err), ATTAIN_E_PLAN, &err);
    check_contains(err.message, "units stand in each other: '");
    check_contains(err.message, "' in 'u");
    attain_plan_free(made);
    free_chain(&c);
    c = make_chain(1);
    c.parent[0] = c.id[0];
    check_fails(freeze_chain(&c, &made, &err), ATTAIN_E_PLAN, &err);
    check_contains(err.message, "'u0000000' in 'u0000000'");
    attain_plan_free(made);
    free_chain(&c);
}

/* A hundred thousand ids that differ in little: all are found, and none that is not there. The table is keyed, so no ids are known to
 * collide; results do not depend on the key. */
static void many_similar_ids(void **state)
{
    (void)state;
    enum { N = 100000 };
    chain c = make_chain(N);
    for (size_t i = 1; i < N; i++) {
        c.parent[i] = c.id[0];
    }
    for (uint64_t seed = 0; seed < 2; seed++) {
        attain_error err;
        attain_plan *made;
        const attain_unit_columns columns = {.id = c.id, .type = c.type, .parent = c.parent};
        const attain_plan_options options = {.struct_size = sizeof options,
                                             .hash_seed = seed * UINT64_C(0x9e3779b97f4a7c15)};
        check_ok(attain_plan_new(&options, &made, &err), &err);
        check_ok(attain_plan_add_units(made, &columns, N, &err), &err);
        check_ok(attain_plan_freeze(made, &err), &err);
        for (uint32_t i = 0; i < N; i++) {
            assert_int_equal(attain_plan_find(made, ATTAIN_KIND_UNIT, c.ids[i], 8), i);
        }
        assert_int_equal(attain_plan_find(made, ATTAIN_KIND_UNIT, "u0100000", 8), ATTAIN_NONE);
        attain_plan_free(made);
    }
    free_chain(&c);
}

/* --- includes --- */

/* A file n.attain includes (n + 1).attain, without end. */
static int open_next(void *ctx, attain_str from, attain_str path, const char **data, size_t *len, char *name,
                     char *why)
{
    char(*const text)[64] = ctx;
    (void)from;
    (void)why;
    const long n = strtol(path.data, NULL, 10);
    snprintf(*text, sizeof *text, "include \"%ld.attain\"\n", n + 1);
    snprintf(name, 128, "%ld.attain", n);
    *data = *text;
    *len = strlen(*text);
    return 0;
}

static void includes_without_end(void **state)
{
    (void)state;
    char text[64];
    attain_error err;
    attain_plan *made = NULL;
    const attain_resolver resolver = {text, open_next, NULL};
    const attain_plan_options options = {.struct_size = sizeof options, .resolver = &resolver};
    check_ok(attain_plan_new(&options, &made, &err), &err);
    check_fails(attain_plan_add_text(made, "include \"1.attain\"\n", 19, "0.attain", &err), ATTAIN_E_LIMIT,
                &err);
    check_contains(err.message, "'65.attain' cannot be read: includes are nested more than 64 deep");
    assert_string_equal(err.source, "64.attain");
    assert_int_equal(err.line, 1);
    assert_int_equal(err.column, 9);
    attain_plan_free(made);
}

/* a includes b includes a: a file is read once, so this ends and is fine. */
static int open_each_other(void *ctx, attain_str from, attain_str path, const char **data, size_t *len,
                           char *name, char *why)
{
    int *const n_open = ctx;
    (void)from;
    (void)why;
    *n_open += 1;
    *data =
        path.data[0] == 'a' ? "include \"b\"\nunit VN nation\n" : "include \"a\"\nunit 01 province in VN\n";
    *len = strlen(*data);
    snprintf(name, 128, "%c", path.data[0]);
    return 0;
}

static void includes_in_a_ring(void **state)
{
    (void)state;
    int n_open = 0;
    attain_error err;
    attain_plan *made = NULL;
    const attain_resolver resolver = {&n_open, open_each_other, NULL};
    const attain_plan_options options = {.struct_size = sizeof options, .resolver = &resolver};
    check_ok(attain_plan_new(&options, &made, &err), &err);
    check_ok(attain_plan_add_text(made, "include \"a\"\n", 12, "top", &err), &err);
    check_ok(attain_plan_freeze(made, &err), &err);
    assert_int_equal(attain_plan_count(made, ATTAIN_KIND_UNIT), 2);
    assert_true(n_open >= 2 && n_open <= 3);
    attain_plan_free(made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(limits_of_csv),
        cmocka_unit_test(nesting_is_bounded),
        cmocka_unit_test(lines_and_strings_are_bounded),
        cmocka_unit_test(findings_are_bounded),
        cmocka_unit_test(a_long_chain_of_units_is_too_deep),
        cmocka_unit_test(a_ring_of_many_units_is_told_with_its_path),
        cmocka_unit_test(many_similar_ids),
        cmocka_unit_test(includes_without_end),
        cmocka_unit_test(includes_in_a_ring),
    };
    build_plan_for_group(plan_text, &plan);
    return cmocka_run_group_tests(tests, build_set_up, build_tear_down);
}
