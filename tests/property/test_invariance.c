/* The same facts give the same bits: whatever the order of rows, the batches, the merges, the slices, the way through bytes, the
 * plan printed and read again, the locale and the rounding mode of the processor. One digest over more than a million scored
 * cells (campaign.h); under sanitizers over a part of them. */
#include "campaign.h"

#include "support/check.h"
#include "support/rng.h"

#include <fenv.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define PROVINCES 2
#define LEAST_CELLS 100000
#else
#define PROVINCES CAMPAIGN_PROVINCES
#define LEAST_CELLS 1000000
#endif

typedef struct world {
    char *text;
    attain_plan *plan;
    campaign_facts facts;
    campaign_digest want;
} world;

static attain_facts *new_facts(const attain_plan *plan)
{
    attain_facts *facts = NULL;
    assert_int_equal(attain_facts_new(plan, NULL, &facts, NULL), ATTAIN_OK);
    return facts;
}

static void assert_same(const world *w, const attain_plan *plan, attain_facts *facts, uint64_t slice)
{
    const campaign_digest got = campaign_score(plan, facts, slice);
    attain_facts_free(facts);
    assert_int_equal(got.n_rows, w->want.n_rows);
    assert_int_equal(got.n_cells, w->want.n_cells);
    assert_true(got.hash == w->want.hash);
}

static int set_up(void **state)
{
    static world w;
    w.text = campaign_plan_text(CAMPAIGN_PLAN_SEED, PROVINCES);
    w.plan = campaign_plan(w.text);
    w.facts = campaign_facts_new(w.plan, CAMPAIGN_FACTS_SEED);
    attain_facts *facts = new_facts(w.plan);
    campaign_add(facts, &w.facts, NULL, 0, w.facts.n);
    w.want = campaign_score(w.plan, facts, 0);
    attain_facts_free(facts);
    *state = &w;
    print_message("%llu rows, %llu cells, digest %016llx\n", (unsigned long long)w.want.n_rows,
                  (unsigned long long)w.want.n_cells, (unsigned long long)w.want.hash);
    return w.want.n_cells < LEAST_CELLS;
}

static int tear_down(void **state)
{
    world *const w = *state;
    campaign_facts_free(&w->facts);
    attain_plan_free(w->plan);
    free(w->text);
    return 0;
}

static uint32_t *shuffled(size_t n, uint64_t seed)
{
    rng r = rng_new(seed);
    uint32_t *const order = calloc(n + 1, sizeof *order);
    assert_non_null(order);
    for (size_t i = 0; i < n; i++) {
        order[i] = (uint32_t)i;
    }
    for (size_t i = n; i > 1; i--) {
        const size_t j = (size_t)rng_below(&r, i);
        const uint32_t swap = order[i - 1];
        order[i - 1] = order[j];
        order[j] = swap;
    }
    return order;
}

static void any_row_order_gives_the_same(void **state)
{
    const world *const w = *state;
    for (uint64_t seed = 1; seed <= 2; seed++) {
        uint32_t *const order = shuffled(w->facts.n, seed);
        attain_facts *facts = new_facts(w->plan);
        campaign_add(facts, &w->facts, order, 0, w->facts.n);
        free(order);
        assert_same(w, w->plan, facts, 0);
    }
}

static void any_split_and_merge_gives_the_same(void **state)
{
    const world *const w = *state;
    rng r = rng_new(3);
    uint32_t *const order = shuffled(w->facts.n, 4);
    attain_facts *parts[7];
    size_t from = 0;
    for (size_t i = 0; i < 7; i++) {
        const size_t rest = w->facts.n - from;
        const size_t n = i == 6 ? rest : (size_t)rng_below(&r, rest + 1);
        parts[i] = new_facts(w->plan);
        campaign_add(parts[i], &w->facts, order, from, from + n / 2);
        campaign_add(parts[i], &w->facts, order, from + n / 2, from + n);
        from += n;
    }
    free(order);
    static const int merge_order[] = {5, 0, 6, 2, 1, 4};
    for (size_t i = 0; i < 6; i++) {
        assert_int_equal(attain_facts_merge(parts[3], parts[merge_order[i]], NULL), ATTAIN_OK);
        attain_facts_free(parts[merge_order[i]]);
    }
    assert_same(w, w->plan, parts[3], 0);
}

static void bytes_and_back_give_the_same(void **state)
{
    const world *const w = *state;
    attain_facts *facts = new_facts(w->plan);
    attain_facts *back = NULL;
    attain_text bytes = {0};
    campaign_add(facts, &w->facts, NULL, 0, w->facts.n);
    assert_int_equal(attain_facts_to_bytes(facts, &bytes, NULL), ATTAIN_OK);
    attain_facts_free(facts);
    assert_int_equal(attain_facts_from_bytes(w->plan, bytes.data, bytes.len, NULL, &back, NULL), ATTAIN_OK);
    attain_text_free(&bytes);
    assert_same(w, w->plan, back, 0);
}

static void slices_give_the_same(void **state)
{
    const world *const w = *state;
    attain_facts *facts = new_facts(w->plan);
    campaign_add(facts, &w->facts, NULL, 0, w->facts.n);
    assert_same(w, w->plan, facts, 997);
}

static void a_printed_plan_gives_the_same(void **state)
{
    const world *const w = *state;
    attain_text text = {0};
    assert_int_equal(attain_plan_print(w->plan, &text, NULL), ATTAIN_OK);
    attain_plan *const plan = campaign_plan(text.data);
    attain_text_free(&text);
    attain_facts *facts = new_facts(plan);
    campaign_add(facts, &w->facts, NULL, 0, w->facts.n);
    assert_same(w, plan, facts, 0);
    attain_plan_free(plan);
}

/* Everything anew under the setting: plan, facts, scores. */
static void assert_same_anew(const world *w)
{
    attain_plan *const plan = campaign_plan(w->text);
    attain_facts *facts = new_facts(plan);
    campaign_add(facts, &w->facts, NULL, 0, w->facts.n);
    assert_same(w, plan, facts, 0);
    attain_plan_free(plan);
}

static void a_locale_with_decimal_commas_gives_the_same(void **state)
{
    if (setlocale(LC_ALL, "vi_VN.UTF-8") == NULL) {
        skip();
    }
    assert_string_equal(localeconv()->decimal_point, ",");
    assert_same_anew(*state);
    setlocale(LC_ALL, "C");
}

static void any_rounding_mode_gives_the_same(void **state)
{
    static const int modes[] = {FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO};
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(fesetround(modes[i]), 0);
        assert_same_anew(*state);
        assert_int_equal(fesetround(FE_TONEAREST), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_row_order_gives_the_same),
        cmocka_unit_test(any_split_and_merge_gives_the_same),
        cmocka_unit_test(bytes_and_back_give_the_same),
        cmocka_unit_test(slices_give_the_same),
        cmocka_unit_test(a_printed_plan_gives_the_same),
        cmocka_unit_test(a_locale_with_decimal_commas_gives_the_same),
        cmocka_unit_test(any_rounding_mode_gives_the_same),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
