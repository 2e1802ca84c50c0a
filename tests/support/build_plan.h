/* Plans and facts for tests, from text: what a test needs stands in the test, in the words of the plan language. */
#ifndef TEST_BUILD_PLAN_H
#define TEST_BUILD_PLAN_H

#include "facts/facts.h"

/* A frozen plan; a is borrowed and may be NULL (libc). A plan that does not freeze prints its findings and fails the test. */
attain_plan *build_plan(const char *text, const attain_allocator *a);
void build_plan_free(attain_plan *plan);
/* One plan for all tests of a program: *plan is made by build_set_up and given back by build_tear_down, which cmocka_run_group_tests takes. */
void build_plan_for_group(const char *text, attain_plan **plan);
int build_set_up(void **state);
int build_tear_down(void **state);

/* Indices by name; a name that is not there fails the test. */
uint32_t build_unit(const attain_plan *plan, const char *id);
uint32_t build_measure(const attain_plan *plan, const char *id);
attain_period build_period(const char *text);

attain_facts *build_facts(const attain_plan *plan);
/* CSV with a header in one go; the status of the first call that fails. */
attain_status build_csv(attain_facts *facts, const char *csv, const attain_intake_options *options,
                        attain_report *report, attain_error *err);
/* The same, which must succeed. */
void build_add(attain_facts *facts, const char *csv);

#endif
