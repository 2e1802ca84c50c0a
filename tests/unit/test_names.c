/* The symbol table: the same answers as a plain list, under any seed, through growth, re-keying and failures of memory. */
#include "base/names.h"
#include "support/alloc_fault.h"
#include "support/check.h"
#include "support/rng.h"

#include <stdio.h>

static void siphash_1_3_gives_known_values(void **state)
{
    (void)state;
    /* By a second program from the paper's description, itself checked against the paper's SipHash-2-4 example and CPython. */
    static const struct {
        size_t len;
        uint64_t hash;
    } cases[] = {{0, UINT64_C(0xabac0158050fc4dc)},  {1, UINT64_C(0xc9f49bf37d57ca93)},
                 {7, UINT64_C(0xd3927d989bb11140)},  {8, UINT64_C(0x369095118d299a8e)},
                 {15, UINT64_C(0xd320d86d2a519956)}, {16, UINT64_C(0xcc4fdd1a7d908b66)},
                 {63, UINT64_C(0x9d199062b7bbb3a8)}};
    const uint64_t key[2] = {UINT64_C(0x0706050403020100), UINT64_C(0x0f0e0d0c0b0a0908)};
    unsigned char bytes[64];
    for (unsigned i = 0; i < sizeof bytes; i++) {
        bytes[i] = (unsigned char)i;
    }
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(atn_hash_siphash(key, bytes, cases[i].len), cases[i].hash);
    }
    const uint64_t zero[2] = {0, 0};
    assert_int_equal(atn_hash_siphash(zero, "abc", 3), UINT64_C(0xc03bc3a0042630f2));
    assert_int_equal(atn_hash_siphash(zero, "abcdefghijk", 11), UINT64_C(0x14215fc65e2c3bd4));
}

enum { N_KEYS = 5000 };
static char key_text[N_KEYS][16];

static atn_str key_of(uint32_t i)
{
    return (atn_str){key_text[i], strlen(key_text[i])};
}

static int make_keys(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < N_KEYS; i++) {
        snprintf(key_text[i], sizeof key_text[i], "VN.%02u.%05u", (unsigned)(i % 63), (unsigned)i);
    }
    return 0;
}

static void every_seed_gives_the_same_answers(void **state)
{
    (void)state;
    alloc_fault f;
    alloc_fault_init(&f);
    const attain_allocator a = alloc_fault_allocator(&f);
    for (uint64_t seed = 0; seed < 5; seed++) {
        atn_names names;
        atn_names_init(&names, &a, seed * UINT64_C(0x9e3779b97f4a7c15));
        assert_int_equal(atn_names_find(&names, key_of(0)), ATN_NONE);
        for (uint32_t i = 0; i < N_KEYS; i++) {
            uint32_t found = 0;
            assert_true(atn_names_add(&names, key_of(i), i * 2, &found));
            assert_int_equal(found, i * 2);
            assert_int_equal(atn_names_find(&names, key_of(i / 2)), i / 2 * 2);
        }
        assert_int_equal(names.count, N_KEYS);
        for (uint32_t i = 0; i < N_KEYS; i++) {
            uint32_t found = 0;
            assert_int_equal(atn_names_find(&names, key_of(i)), i * 2);
            assert_int_equal(atn_names_find(&names, (atn_str){key_text[i], 3}), ATN_NONE);
            assert_true(
                atn_names_add(&names, key_of(i), 99, &found)); /* there already: the old value stays */
            assert_int_equal(found, i * 2);
        }
        assert_int_equal(names.count, N_KEYS);
        atn_names_free(&names);
        atn_names_free(&names);
        alloc_fault_expect_empty(&f);
    }
}

static void seeds_differ_in_their_keys(void **state)
{
    (void)state;
    atn_names a;
    atn_names b;
    atn_names_init(&a, NULL, 1);
    atn_names_init(&b, NULL, 2);
    assert_true(a.key[0] != b.key[0] && a.key[1] != b.key[1] && a.key[0] != a.key[1]);
}

static void the_empty_name_is_a_name(void **state)
{
    (void)state;
    atn_names names;
    atn_names_init(&names, NULL, 3);
    uint32_t found;
    assert_true(atn_names_add(&names, (atn_str){NULL, 0}, 5, &found));
    assert_int_equal(atn_names_find(&names, ATN_STR("")), 5);
    assert_int_equal(atn_names_find(&names, ATN_STR("a")), ATN_NONE);
    atn_names_free(&names);
}

static void a_failed_addition_changes_nothing(void **state)
{
    (void)state;
    alloc_fault f;
    alloc_fault_init(&f);
    const attain_allocator a = alloc_fault_allocator(&f);
    atn_names names;
    atn_names_init(&names, &a, 4);
    alloc_fault_fail_at(&f, 0, true);
    uint32_t found = 77;
    assert_false(atn_names_add(&names, key_of(0), 0, &found));
    assert_int_equal(names.count, 0);
    alloc_fault_fail_at(&f, -1, false);
    uint32_t n = 0;
    for (; n < 8; n++) {
        assert_true(atn_names_add(&names, key_of(n), n, &found));
    }
    alloc_fault_fail_at(&f, 0, true);
    found = 77;
    assert_false(atn_names_add(&names, key_of(n), n, &found)); /* needs a larger table */
    assert_int_equal(found, 77);
    assert_int_equal(names.count, n);
    for (uint32_t i = 0; i < n; i++) {
        assert_int_equal(atn_names_find(&names, key_of(i)), i);
    }
    assert_int_equal(atn_names_find(&names, key_of(n)), ATN_NONE);
    assert_true(atn_names_add(&names, key_of(0), 5, &found)); /* what is there needs no memory */
    assert_int_equal(found, 0);
    atn_names_free(&names);
    alloc_fault_expect_empty(&f);
}

/* Names that an attacker who knew the key could choose: all fall on one slot. Table and key are those of `seed`. */
enum { N_BAD = 300, BAD_SLOTS = 1024 };
static char bad_text[N_BAD][16];

static void make_colliding_keys(const uint64_t key[2])
{
    unsigned next = 0;
    for (int i = 0; i < N_BAD;) {
        const int len = snprintf(bad_text[i], sizeof bad_text[i], "x%u", next++);
        i += (atn_hash_siphash(key, bad_text[i], (size_t)len) & (BAD_SLOTS - 1)) == 17;
    }
}

static void add_colliding_keys(atn_names *names)
{
    for (uint32_t i = 0; i < N_BAD; i++) {
        uint32_t found;
        assert_true(atn_names_add(names, (atn_str){bad_text[i], strlen(bad_text[i])}, i, &found));
    }
    for (uint32_t i = 0; i < N_BAD; i++) {
        assert_int_equal(atn_names_find(names, (atn_str){bad_text[i], strlen(bad_text[i])}), i);
    }
}

static void a_long_walk_makes_the_table_draw_a_new_key(void **state)
{
    (void)state;
    atn_names names;
    atn_names_init(&names, NULL, 5);
    const uint64_t first_key[2] = {names.key[0], names.key[1]};
    make_colliding_keys(first_key);
    add_colliding_keys(&names);
    assert_true(names.n_slots <= BAD_SLOTS);
    assert_true(names.key[0] != first_key[0] && names.key[1] != first_key[1]);
    atn_names_free(&names);

    /* Without memory for the new table it goes on with the old one. */
    alloc_fault f;
    alloc_fault_init(&f);
    const attain_allocator a = alloc_fault_allocator(&f);
    atn_names_init(&names, &a, 5);
    uint32_t found;
    for (uint32_t i = 0; i < N_BAD; i++) {
        const bool will_grow = names.count >= names.n_slots / 2;
        alloc_fault_fail_at(&f, will_grow ? -1 : 0, true);
        assert_true(atn_names_add(&names, (atn_str){bad_text[i], strlen(bad_text[i])}, i, &found));
    }
    alloc_fault_fail_at(&f, -1, false);
    assert_int_equal(names.count, N_BAD);
    add_colliding_keys(&names);
    atn_names_free(&names);
    alloc_fault_expect_empty(&f);
}

static void near_names(void **state)
{
    (void)state;
    static const char *const present[] = {"helped", "Helper", "population", "popu",   "in_difficulty",
                                          "ab",     "ac",     "VN.46",      "Workers"};
    static const struct {
        const char *asked;
        const char *near;
    } cases[] = {{"helped", "helped"}, /* itself */
                 {"helpd", "helped"},
                 {"HELPED", "helped"}, /* case only: nearer than any edit */
                 {"helpee", "helped"},
                 {"helpe", "helped"}, /* one edit from one, two from the other */
                 {"workers", "Workers"},
                 {"populaton", "population"},
                 {"popluation", "population"}, /* neighbours swapped */
                 {"pupolatoin", "population"}, /* three edits, ten letters */
                 {"pupolatinos", ""},
                 {"pop", "popu"},
                 {"pup", ""},  /* two edits are too many for three letters */
                 {"ad", "ab"}, /* a tie: the first by bytes */
                 {"vn.46", "VN.46"},
                 {"difficulty", "in_difficulty"},
                 {"zzzzzz", ""},
                 {"", ""}};
    for (uint64_t seed = 0; seed < 20; seed++) {
        atn_names names;
        atn_names_init(&names, NULL, seed);
        assert_int_equal(atn_names_near(&names, ATN_STR("x")).len, 0);
        for (uint32_t i = 0; i < sizeof present / sizeof *present; i++) {
            uint32_t found;
            assert_true(atn_names_add(&names, (atn_str){present[i], strlen(present[i])}, i, &found));
        }
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
            const atn_str near = atn_names_near(&names, (atn_str){cases[i].asked, strlen(cases[i].asked)});
            check_str(near, cases[i].near);
        }
        atn_names_free(&names);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(siphash_1_3_gives_known_values),
        cmocka_unit_test(every_seed_gives_the_same_answers),
        cmocka_unit_test(seeds_differ_in_their_keys),
        cmocka_unit_test(the_empty_name_is_a_name),
        cmocka_unit_test(a_failed_addition_changes_nothing),
        cmocka_unit_test(a_long_walk_makes_the_table_draw_a_new_key),
        cmocka_unit_test(near_names),
    };
    return cmocka_run_group_tests(tests, make_keys, NULL);
}
