/* Feeders: at any unit of any world, the facts of its feeders alone give every cell that all facts give; and a unit is a feeder if and only
 * if it stood beneath on some day, looked up the slow way, day by day.
 *
 * ATTAIN_PROPERTY_WORLDS, ATTAIN_PROPERTY_SEED   as for property.oracle */
#include "library.h"
#include "oracle.h"
#include "support/check.h"
#include "support/rng.h"

#include <stdlib.h>
#include <string.h>

enum { N_AS_OF = 2, N_WORLDS = 150 };

static const shape small = {.first_year = 2020, .last_year = 2024};

static uint64_t number_from(const char *variable, uint64_t otherwise)
{
    const char *const text = getenv(variable);
    return text == NULL ? otherwise : strtoull(text, NULL, 10);
}

/* The tree changes on the first days of edges and behind their last ones; nothing else needs to be tried. */
static bool ever_under(const world *w, int unit_index, int node_index)
{
    bool is = unit_index == node_index;
    for (int u = 0; u < w->n_units && !is; u++) {
        for (int e = 0; e < w->units[u].n_edges && !is; e++) {
            const edge *const at = &w->units[u].edges[e];
            is = is_under(w, unit_index, node_index, at->from) ||
                 is_under(w, unit_index, node_index, at->until);
        }
    }
    return is;
}

static void check_marks(const world *w, int unit_index, const uint8_t *feeds)
{
    for (int u = 0; u < w->n_units; u++) {
        if (feeds[u] != ever_under(w, u, unit_index)) {
            print_error("seed %llu: %s feeds %s: %d\n", (unsigned long long)w->seed, w->units[u].id,
                        w->units[unit_index].id, feeds[u]);
        }
        assert_int_equal(feeds[u], ever_under(w, u, unit_index));
    }
}

static void check_same_table(const world *w, const attain_table *all, const attain_table *some)
{
    const attain_print_options exact = {.struct_size = sizeof exact, .exact = 1};
    const attain_column *columns = NULL;
    const size_t n_columns = attain_table_columns(all, &columns);
    assert_int_equal(attain_table_rows(all), attain_table_rows(some));
    for (size_t i = 0; i < attain_table_rows(all); i++) {
        for (size_t c = 0; c < n_columns; c++) {
            char wanted[512];
            char got[512];
            check_ok(attain_table_print(all, i, columns[c], &exact, wanted, sizeof wanted, NULL, NULL), NULL);
            check_ok(attain_table_print(some, i, columns[c], &exact, got, sizeof got, NULL, NULL), NULL);
            if (strcmp(got, wanted) != 0) {
                print_error("seed %llu, row %zu, %s\n", (unsigned long long)w->seed, i,
                            attain_table_column_name(all, columns[c]));
            }
            assert_string_equal(got, wanted);
        }
    }
}

static void check_scores(const world *w, const attain_plan *plan, const attain_facts *all,
                         const attain_facts *some, uint32_t at, const attain_period *as_of)
{
    const attain_score_options options = {.struct_size = sizeof options,
                                          .units = &at,
                                          .n_units = 1,
                                          .as_of = as_of,
                                          .n_as_of = N_AS_OF,
                                          .readings = 1};
    attain_table *wanted = NULL;
    attain_table *got = NULL;
    attain_error err;
    check_ok(attain_score(plan, all, &options, &wanted, &err), &err);
    check_ok(attain_score(plan, some, &options, &got, &err), &err);
    check_same_table(w, wanted, got);
    attain_table_free(wanted);
    attain_table_free(got);
}

static void check_values(const world *w, const attain_plan *plan, const attain_facts *all,
                         const attain_facts *some, uint32_t at, const attain_period *as_of)
{
    const attain_compute_options options = {.struct_size = sizeof options,
                                            .units = &at,
                                            .n_units = 1,
                                            .periods = as_of,
                                            .n_periods = N_AS_OF,
                                            .as_of = as_of[0]};
    attain_table *wanted = NULL;
    attain_table *got = NULL;
    attain_error err;
    check_ok(attain_compute(plan, all, &options, &wanted, &err), &err);
    check_ok(attain_compute(plan, some, &options, &got, &err), &err);
    check_same_table(w, wanted, got);
    attain_table_free(wanted);
    attain_table_free(got);
}

/* The library's units stand in the order of the world's: checked by name. */
static attain_facts *facts_of_feeders(const world *w, const attain_plan *plan, const uint8_t *feeds)
{
    int *const order = calloc((size_t)w->n_facts + 1, sizeof *order);
    assert_non_null(order);
    int n = 0;
    for (int i = 0; i < w->n_facts; i++) {
        if (feeds[w->facts[i].unit] != 0) {
            order[n++] = i;
        }
    }
    attain_facts *const facts = library_facts(w, plan, order, 0, n);
    free(order);
    assert_non_null(facts);
    return facts;
}

static void check_world(const world *w)
{
    rng r = rng_new(w->seed + 2);
    char *const text = world_plan_text(w);
    assert_non_null(text);
    attain_plan *const plan = library_plan(text);
    assert_non_null(plan);
    free(text);
    attain_facts *const all = library_facts(w, plan, NULL, 0, w->n_facts);
    assert_non_null(all);
    attain_period as_of[N_AS_OF];
    for (int i = 0; i < N_AS_OF; i++) {
        as_of[i] = library_period(
            span_holding(i == 0 ? SPAN_YEAR : SPAN_HALF, 1,
                         day_of((int)rng_between(&r, small.first_year, small.last_year + 1), 7, 2)));
    }
    uint8_t feeds[MAX_UNITS];
    for (uint32_t at = 0; at < (uint32_t)w->n_units; at++) {
        attain_error err;
        check_str(attain_plan_id(plan, ATTAIN_KIND_UNIT, at), w->units[at].id);
        check_ok(attain_plan_feeders(plan, &at, 1, feeds, &err), &err);
        check_marks(w, (int)at, feeds);
        attain_facts *const some = facts_of_feeders(w, plan, feeds);
        check_scores(w, plan, all, some, at, as_of);
        check_values(w, plan, all, some, at, as_of);
        attain_facts_free(some);
    }
    attain_facts_free(all);
    attain_plan_free(plan);
}

static void feeders_alone_give_the_same(void **state)
{
    (void)state;
    const uint64_t n = number_from("ATTAIN_PROPERTY_WORLDS", N_WORLDS);
    const uint64_t first = number_from("ATTAIN_PROPERTY_SEED", 1);
    uint64_t n_moved = 0;
    for (uint64_t seed = first; seed < first + n; seed++) {
        world *const w = world_new(seed, &small);
        assert_non_null(w);
        for (int u = 0; u < w->n_units; u++) {
            n_moved += w->units[u].n_edges > 1;
        }
        check_world(w);
        world_free(w);
    }
    assert_true(n_moved > 0 || n < 10);
    print_message("%llu units that moved\n", (unsigned long long)n_moved);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(feeders_alone_give_the_same),
    };
    return cmocka_run_group_tests_name("feeders", tests, NULL, NULL);
}
