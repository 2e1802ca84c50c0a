/* Runs every .case file of this folder. A case is one test, named by its file and line; the last test asks whether all of them together
 * show every word of the closed lists and every construct of the language. */
#include "cases/case.h"

#include "support/check.h"

#include <stdio.h>
#include <stdlib.h>

static void run_case(void **state)
{
    case_of *const c = *state;
    case_run_library(c);
    case_run_program(c);
    if (c->n_bad > 0) {
        print_error("%s:%d: %s: %d mismatches\n", c->file, c->line, c->name, c->n_bad);
    }
    assert_int_equal(c->n_bad, 0);
}

static void files_are_sound(void **state)
{
    const case_list *const list = *state;
    assert_int_equal(list->n_bad, 0);
    assert_true(list->n > 0);
}

static void lists_are_complete(void **state)
{
    assert_int_equal(case_check_lists(*state), 0);
}

int main(void)
{
    const char *const folder = getenv("ATTAIN_SOURCE_DIR");
    case_list list;
    if (folder == NULL) {
        (void)fputs("cases: ATTAIN_SOURCE_DIR names the repository\n", stderr);
        return 1;
    }
    case_read_folder(case_print("%s/tests/cases", folder), &list);
    struct CMUnitTest *const tests = case_keep((list.n + 2) * sizeof *tests);
    tests[0] = (struct CMUnitTest){"files are sound", files_are_sound, NULL, NULL, &list};
    for (size_t i = 0; i < list.n; i++) {
        case_of *const c = &list.items[i];
        tests[i + 1] =
            (struct CMUnitTest){case_print("%s:%d %s", c->file, c->line, c->name), run_case, NULL, NULL, c};
    }
    tests[list.n + 1] = (struct CMUnitTest){"lists are complete", lists_are_complete, NULL, NULL, &list};
    const char *const only = getenv("CASE"); /* a pattern: CASE='ranges.case*' */
    if (only != NULL && *only != '\0') {
        cmocka_set_test_filter(only);
    }
    const int n_failed = _cmocka_run_group_tests("cases", tests, list.n + 2, NULL, NULL);
    case_free_all();
    return n_failed;
}
