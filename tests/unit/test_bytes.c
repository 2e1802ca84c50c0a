/* Facts as bytes: the way out and back, a golden image, and that everything else is refused. */
#include "facts/grid.h"
#include "support/alloc_fault.h"
#include "support/build_plan.h"
#include "support/check.h"
#include "support/rng.h"
#include <stdio.h>
#include <stdlib.h>

static const char plan_text[] =
    "unit VN \"VN\" nation\n"
    "unit A \"A\" province in VN\n"
    "unit B \"B\" province in VN\n"
    "category post: full_time, part_time\n"
    "measure workers \"w\" stock persons by post reported half-yearly by province\n"
    "measure assets \"a\" stock VND any sign\n"
    "measure trained \"t\" flow persons\n";

static const char csv[] = "unit,measure,period,post,value,qualifier,reason\n"
                          "A,workers,2025-H1,full_time,5,>,\nB,workers,2025-H1,part_time,,missing,Q\n"
                          "A,assets,2025-06-10,,-9223372036854775808,,\nA,assets,..2025,,7,,\n"
                          "A,trained,2021..2023,,9223372036854775807,~,\nB,trained,2024..2025,,0,,\n";

static attain_plan *plan;

static attain_text bytes_of(const char *text)
{
    attain_error err;
    attain_text bytes;
    attain_facts *facts = build_facts(plan);
    build_add(facts, text);
    check_ok(attain_facts_to_bytes(facts, &bytes, &err), &err);
    attain_facts_free(facts);
    return bytes;
}

/* Writes the check sum anew, as somebody with bad intentions would. */
static void seal(char *data, size_t len)
{
    static const uint64_t key[2] = {UINT64_C(0x61747461696e2066), UINT64_C(0x6163747320763031)};
    const uint64_t sum = atn_hash_siphash(key, data, len - 8);
    for (size_t i = 0; i < 8; i++) {
        data[len - 8 + i] = (char)(unsigned char)(sum >> (8 * i) & 0xff);
    }
}

static void test_there_and_back(void **state)
{
    (void)state;
    attain_error err;
    attain_text bytes = bytes_of(csv);
    attain_text again;
    attain_facts *facts = NULL;
    check_ok(attain_facts_from_bytes(plan, bytes.data, bytes.len, NULL, &facts, &err), &err);
    assert_int_equal(attain_facts_count(facts), 6);
    assert_true(atn_period_equal(attain_facts_last_period(facts), build_period("..2025")));
    check_ok(attain_facts_to_bytes(facts, &again, &err), &err);
    assert_int_equal(again.len, bytes.len);
    assert_memory_equal(again.data, bytes.data, bytes.len);
    attain_text_free(&again);
    build_add(facts, "unit,measure,period,value\nA,assets,2024,1\n");
    attain_facts_free(facts);
    attain_text_free(&bytes);
    bytes = bytes_of("unit,measure,period,value\n");
    check_ok(attain_facts_from_bytes(plan, bytes.data, bytes.len, NULL, &facts, &err), &err);
    assert_int_equal(attain_facts_count(facts), 0);
    attain_facts_free(facts);
    attain_text_free(&bytes);
}

/* The layout of the comment in bytes.c, byte by byte, so that another machine's bytes are known to be these. */
static void test_layout(void **state)
{
    (void)state;
    attain_text bytes = bytes_of("unit,measure,period,value,qualifier\nB,trained,2025-02,258,~\n");
    const unsigned char *data = (const unsigned char *)bytes.data;
    static const unsigned char head[] = {'a', 't', 't', 'a', 'i', 'n', 'F', '\n', 1, 0, 0, 0, 36, 0, 0, 0};
    static const unsigned char row[] = {2, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0x98, 0x4e, 0, 0, 0xb3, 0x4e,
                                        0, 0, 3, 0, 0, 0, 2, 1, 0, 0, 0, 0, 0,    0,    5, 0, 0,    0};
    assert_int_equal(bytes.len, 40 + 36 + 8);
    assert_memory_equal(data, head, sizeof head);
    assert_int_equal(data[32], 1);
    assert_memory_equal(data + 40, row, sizeof row);
    attain_text_free(&bytes);
}

static void test_every_cut_and_flip_is_refused(void **state)
{
    (void)state;
    attain_error err;
    attain_text bytes = bytes_of(csv);
    attain_facts *facts = NULL;
    char *copy = malloc(bytes.len + 64);
    for (size_t len = 0; len < bytes.len; len++) {
        char *exact = malloc(len + 1); /* a read behind the end is seen */
        memcpy(exact, bytes.data, len);
        check_fails(attain_facts_from_bytes(plan, exact, len, NULL, &facts, &err), ATTAIN_E_FORMAT, &err);
        free(exact);
    }
    for (size_t bit = 0; bit < 8 * bytes.len; bit++) {
        memcpy(copy, bytes.data, bytes.len);
        copy[bit / 8] = (char)(copy[bit / 8] ^ (1 << bit % 8));
        check_fails(attain_facts_from_bytes(plan, copy, bytes.len, NULL, &facts, &err), ATTAIN_E_FORMAT,
                    &err);
    }
    memcpy(copy, bytes.data, bytes.len);
    memset(copy + bytes.len, 0, 64);
    check_fails(attain_facts_from_bytes(plan, copy, bytes.len + 36, NULL, &facts, &err), ATTAIN_E_FORMAT,
                &err);
    check_fails(attain_facts_from_bytes(plan, copy, bytes.len + 1, NULL, &facts, &err), ATTAIN_E_FORMAT,
                &err);
    assert_null(facts);
    free(copy);
    attain_text_free(&bytes);
}

/* With a right check sum: what comes in is sound, or refused. */
static void test_sealed_changes_are_checked(void **state)
{
    (void)state;
    attain_error err;
    attain_text bytes = bytes_of(csv);
    char *copy = malloc(bytes.len);
    rng r = rng_new(11);
    unsigned n_refused = 0;
    for (int round = 0; round < 20000; round++) {
        memcpy(copy, bytes.data, bytes.len);
        for (uint64_t n = 1 + rng_below(&r, 3); n > 0; n--) {
            copy[40 + rng_below(&r, bytes.len - 48)] =
                (char)(unsigned char)rng_below(&r, rng_below(&r, 2) == 0 ? 256 : 4);
        }
        seal(copy, bytes.len);
        attain_facts *facts = NULL;
        const attain_status status = attain_facts_from_bytes(plan, copy, bytes.len, NULL, &facts, &err);
        assert_true(status == ATTAIN_OK || status == ATTAIN_E_FORMAT);
        if (status != ATTAIN_OK) {
            n_refused++;
            continue;
        }
        for (uint64_t i = 0; i < attain_facts_count(facts); i++) {
            attain_fact fact;
            int found = 0;
            check_ok(attain_facts_at(facts, i, &fact, &err), &err);
            check_ok(attain_facts_set(facts, &fact, 0, &err), &err);
            check_ok(attain_facts_get(facts, &fact, &found, &err), &err);
            assert_int_equal(found, 1);
        }
        assert_int_equal(attain_facts_count(facts), 6);
        attain_facts_free(facts);
    }
    assert_true(n_refused > 5000 && n_refused < 20000);
    free(copy);
    attain_text_free(&bytes);
}

static void test_order_and_collisions_are_checked(void **state)
{
    (void)state;
    attain_error err;
    attain_facts *facts = NULL;
    attain_text bytes = bytes_of("unit,measure,period,value\nA,assets,2024,1\nA,assets,2025,2\n");
    char row[36];
    memcpy(row, bytes.data + 40, 36);
    memcpy(bytes.data + 40, bytes.data + 76, 36);
    seal(bytes.data, bytes.len);
    check_fails(attain_facts_from_bytes(plan, bytes.data, bytes.len, NULL, &facts, &err), ATTAIN_E_FORMAT,
                &err);
    assert_int_equal(err.index, 1);
    memcpy(bytes.data + 76, row, 36);
    seal(bytes.data, bytes.len);
    check_fails(attain_facts_from_bytes(plan, bytes.data, bytes.len, NULL, &facts, &err), ATTAIN_E_FORMAT,
                &err);
    attain_text_free(&bytes);
    bytes = bytes_of("unit,measure,period,value\nA,trained,2024,1\nB,trained,2025,2\n");
    attain_text months = bytes_of("unit,measure,period,value\nB,trained,2025-02,2\n");
    memcpy(bytes.data + 76, months.data + 40, 36);
    seal(bytes.data, bytes.len);
    check_fails(attain_facts_from_bytes(plan, bytes.data, bytes.len, NULL, &facts, &err), ATTAIN_E_FORMAT,
                &err);
    attain_text_free(&months);
    attain_text_free(&bytes);
}

static void test_newer_and_foreign(void **state)
{
    (void)state;
    attain_error err;
    attain_facts *facts = NULL;
    attain_text bytes = bytes_of(csv);
    bytes.data[8] = 2;
    seal(bytes.data, bytes.len);
    check_fails(attain_facts_from_bytes(plan, bytes.data, bytes.len, NULL, &facts, &err), ATTAIN_E_FORMAT,
                &err);
    check_contains(err.message, "format 2; this library reads format 1, a newer one is required");
    bytes.data[8] = 1;
    seal(bytes.data, bytes.len);
    attain_plan *other = build_plan("unit X \"X\" nation\nmeasure m \"m\" flow persons\n", NULL);
    check_fails(attain_facts_from_bytes(other, bytes.data, bytes.len, NULL, &facts, &err), ATTAIN_E_SCHEMA,
                &err);
    build_plan_free(other);
    attain_plan *same = build_plan(plan_text, NULL);
    check_ok(attain_facts_from_bytes(same, bytes.data, bytes.len, NULL, &facts, &err), &err);
    attain_facts *mine = build_facts(plan);
    check_ok(attain_facts_merge(mine, facts, &err), &err);
    assert_int_equal(attain_facts_count(mine), 6);
    attain_facts_free(mine);
    attain_facts_free(facts);
    build_plan_free(same);
    attain_text_free(&bytes);
}

static void test_memory_and_arguments(void **state)
{
    (void)state;
    alloc_fault f;
    attain_error err;
    attain_facts *facts = NULL;
    attain_text out;
    attain_text bytes = bytes_of(csv);
    alloc_fault_init(&f);
    const attain_allocator a = alloc_fault_allocator(&f);
    attain_plan *own = build_plan(plan_text, &a);
    attain_status status = ATTAIN_E_MEMORY;
    for (int64_t n = 0; status != ATTAIN_OK; n++) {
        alloc_fault_fail_at(&f, n, false);
        status = attain_facts_from_bytes(own, bytes.data, bytes.len, NULL, &facts, &err);
        assert_true(status == ATTAIN_OK || status == ATTAIN_E_MEMORY);
    }
    alloc_fault_fail_at(&f, 0, false);
    check_fails(attain_facts_to_bytes(facts, &out, &err), ATTAIN_E_MEMORY, &err);
    alloc_fault_fail_at(&f, -1, false);
    attain_facts_free(facts);
    build_plan_free(own);
    alloc_fault_expect_empty(&f);
    const attain_facts_options small = {.struct_size = sizeof small, .max_bytes = 60};
    check_fails(attain_facts_from_bytes(plan, bytes.data, bytes.len, &small, &facts, &err), ATTAIN_E_MEMORY,
                &err);
    check_fails(attain_facts_from_bytes(plan, NULL, 5, NULL, &facts, &err), ATTAIN_E_ARGUMENT, &err);
    check_fails(attain_facts_from_bytes(NULL, bytes.data, bytes.len, NULL, &facts, &err), ATTAIN_E_ARGUMENT,
                &err);
    check_fails(attain_facts_from_bytes(plan, NULL, 0, NULL, &facts, &err), ATTAIN_E_FORMAT, &err);
    check_fails(attain_facts_to_bytes(NULL, &out, &err), ATTAIN_E_ARGUMENT, &err);
    attain_text_free(&bytes);
}

/* ---- many facts: several blocks, several tasks, regular facts and others side by side ---- */

enum { N_UNITS = 60, N_MONTHS = 60, N_ODD = 37 };

static attain_facts *many_facts(const attain_plan *of)
{
    attain_error err;
    attain_facts *facts = build_facts(of);
    rng r = rng_new(5);
    uint64_t n = 0;
    for (uint32_t unit = 1; unit <= N_UNITS; unit++) {
        for (uint32_t measure = 0; measure < 3; measure++) {
            for (int m = 0; m < N_MONTHS && (measure != 2 || m % 6 == 0); m++, n++) {
                char text[16];
                (void)snprintf(text, sizeof text, "%d-%02d", 2019 + m / 12, m % 12 + 1);
                attain_fact fact = {.unit = unit,
                                    .measure = measure,
                                    .cell = (uint32_t)rng_below(&r, measure == 1 ? 2 : 1),
                                    .period = build_period(text),
                                    .value = (int64_t)rng_below(&r, 1000)};
                if (n % N_ODD == 0) {
                    fact.qualifier = n % 2 == 0 ? ATTAIN_MISSING : ATTAIN_MORE_THAN;
                    fact.reason = n % 2 == 0 ? ATTAIN_REASON_OTHER : ATTAIN_REASON_NONE;
                    fact.value = n % 2 == 0 ? 0 : fact.value;
                } else if (n % 101 == 0) {
                    fact.value = ATN_GRID_MAX_VALUE - 1 + (int64_t)rng_below(&r, 2);
                }
                check_ok(attain_facts_set(facts, &fact, 0, &err), &err);
            }
        }
    }
    return facts;
}

static attain_plan *many_plan(void)
{
    char text[8192];
    int n = snprintf(text, sizeof text, "unit VN \"VN\" nation\n");
    for (int i = 1; i <= N_UNITS; i++) {
        n += snprintf(text + n, sizeof text - (size_t)n, "unit C%d \"C\" commune in VN\n", i);
    }
    (void)snprintf(text + n, sizeof text - (size_t)n,
                   "category sex: f, m\n"
                   "measure a \"a\" flow persons reported monthly by commune\n"
                   "measure b \"b\" stock persons by sex reported monthly by commune\n"
                   "measure c \"c\" stock persons\n");
    return build_plan(text, NULL);
}

static void check_same_cells(const attain_facts *a, const attain_facts *b)
{
    attain_error err;
    assert_int_equal(attain_facts_count(a), attain_facts_count(b));
    assert_true(atn_period_equal(attain_facts_last_period(a), attain_facts_last_period(b)));
    for (uint64_t i = 0; i < attain_facts_count(a); i += 7) {
        attain_fact x;
        attain_fact y;
        check_ok(attain_facts_at(a, i, &x, &err), &err);
        check_ok(attain_facts_at(b, i, &y, &err), &err);
        assert_int_equal(x.unit, y.unit);
        assert_int_equal(x.measure, y.measure);
        assert_int_equal(x.cell, y.cell);
        assert_int_equal(x.value, y.value);
        assert_int_equal(x.qualifier, y.qualifier);
        assert_int_equal(x.reason, y.reason);
        assert_true(atn_period_equal(x.period, y.period));
    }
}

static void test_many_there_and_back(void **state)
{
    (void)state;
    attain_error err;
    attain_plan *of = many_plan();
    attain_facts *facts = many_facts(of);
    attain_text bytes;
    check_ok(attain_facts_to_bytes(facts, &bytes, &err), &err);
    assert_true(attain_facts_count(facts) > 3 * 2048);
    static const uint32_t tunings[] = {0, ATTAIN_TUNE_ROW_BY_ROW, ATTAIN_TUNE_RUNS, ATTAIN_TUNE_RADIX};
    for (uint32_t k = 0; k < 16; k++) {
        const attain_facts_options options = {.struct_size = sizeof options,
                                              .n_threads = k / 4 + 1,
                                              .tuning = tunings[k % 4]};
        attain_facts *again = NULL;
        attain_text same;
        check_ok(attain_facts_from_bytes(of, bytes.data, bytes.len, &options, &again, &err), &err);
        check_same_cells(again, facts);
        check_ok(attain_facts_to_bytes(again, &same, &err), &err);
        assert_int_equal(same.len, bytes.len);
        assert_memory_equal(same.data, bytes.data, bytes.len);
        attain_text_free(&same);
        attain_facts_free(again);
    }
    attain_text_free(&bytes);
    attain_facts_free(facts);
    build_plan_free(of);
}

static void check_fault(const attain_plan *of, attain_text *bytes, int64_t index, const char *words)
{
    attain_error err;
    attain_facts *facts = NULL;
    seal(bytes->data, bytes->len);
    for (uint32_t n_threads = 1; n_threads <= 3; n_threads++) {
        const attain_facts_options options = {.struct_size = sizeof options, .n_threads = n_threads};
        check_fails(attain_facts_from_bytes(of, bytes->data, bytes->len, &options, &facts, &err),
                    ATTAIN_E_FORMAT, &err);
        assert_int_equal(err.index, index);
        check_contains(err.message, words);
    }
}

/* One fact spoilt, at the seams of blocks and tasks too: named, whoever reads how many. */
static void test_a_fault_among_many_is_named(void **state)
{
    (void)state;
    attain_error err;
    attain_plan *of = many_plan();
    attain_facts *facts = many_facts(of);
    attain_text bytes;
    check_ok(attain_facts_to_bytes(facts, &bytes, &err), &err);
    const int64_t n = (int64_t)attain_facts_count(facts);
    const int64_t places[] = {0,    1,    36,   37,    2046,      2047,  2048,
                              2049, 4095, 4096, n / 3, n / 2 - 1, n / 2, n - 2};
    for (size_t p = 0; p < sizeof places / sizeof places[0]; p++) {
        const int64_t i = places[p];
        char *row = bytes.data + 40 + i * 36;
        char two[72];
        memcpy(two, row, sizeof two);
        memcpy(row, two + 36, 36);
        memcpy(row + 36, two, 36);
        check_fault(of, &bytes, i + 1, "collides with the one before it or is out of order");
        memcpy(row, two, 36);
        check_fault(of, &bytes, i + 1, "collides with the one before it or is out of order");
        memcpy(row, two, sizeof two);
        row[12]++;
        check_fault(of, &bytes, i, "are no period");
        memcpy(row, two, sizeof two);
        row[34] = 1;
        check_fault(of, &bytes, i, "holds what no fact holds");
        memcpy(row, two, sizeof two);
        memset(row + 4, 0, 4);
        check_fault(of, &bytes, i, "'VN'");
        memcpy(row, two, sizeof two);
        row[32] = ATTAIN_ESTIMATED;
        row[33] = ATTAIN_REASON_NONE;
        memset(row + 24, 0xff, 8);
        check_fault(of, &bytes, i, "a negative figure");
        memcpy(row, two, sizeof two);
        row[11 - 3] = 7;
        check_fault(of, &bytes, i, "member combinations");
        memcpy(row, two, sizeof two);
    }
    attain_text_free(&bytes);
    attain_facts_free(facts);
    build_plan_free(of);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_there_and_back),
        cmocka_unit_test(test_layout),
        cmocka_unit_test(test_every_cut_and_flip_is_refused),
        cmocka_unit_test(test_sealed_changes_are_checked),
        cmocka_unit_test(test_order_and_collisions_are_checked),
        cmocka_unit_test(test_newer_and_foreign),
        cmocka_unit_test(test_memory_and_arguments),
        cmocka_unit_test(test_many_there_and_back),
        cmocka_unit_test(test_a_fault_among_many_is_named),
    };
    build_plan_for_group(plan_text, &plan);
    return cmocka_run_group_tests(tests, build_set_up, build_tear_down);
}
