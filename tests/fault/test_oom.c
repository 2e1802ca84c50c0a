/* Out of memory, at every allocation of every public function.
 *
 *   for each scenario, once with one failure and once with all from then on failing:
 *     n = 0, 1, 2 ...   the nth allocation of the call fails
 *                       -> ATTAIN_E_MEMORY, nothing written to the results, the same blocks outstanding, everything that can be seen as it was
 *     until it succeeds -> the same as in a world without failures, and nothing is left when all is freed
 *
 * A call that is refused anyway may lose a word of its message instead: then it gives its own status. The functions of the header that
 * are in no scenario are called as well, and must not allocate; none may be missing. */
#include "fault/heap_watch.h"
#include "fault/quiet.h"
#include "fault/scenario.h"
#include "support/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define UNTOUCHED 0x5a
#define EVERY_ONE 300 /* so many allocations fail one by one; then the steps grow */

static void forget_results(world *w)
{
    memset(&w->out, UNTOUCHED, sizeof w->out);
}

static void check_untouched(const world *w)
{
    unsigned char bytes[sizeof w->out];
    memcpy(bytes, &w->out, sizeof bytes);
    for (size_t i = 0; i < sizeof bytes; i++) {
        assert_int_equal(bytes[i], UNTOUCHED);
    }
}

static void make(world *w, const scenario *s)
{
    world_make(w, s->level);
    forget_results(w);
    if (s->prepare != NULL) {
        s->prepare(w);
    }
}

static atn_buf described(const world *w)
{
    atn_buf text;
    atn_buf_init(&text, NULL);
    world_describe(w, &text);
    assert_false(text.failed);
    return text;
}

static void check_same(const atn_buf *got, const atn_buf *wanted)
{
    if (got->len != wanted->len || (got->len > 0 && memcmp(got->data, wanted->data, got->len) != 0)) {
        print_error("got:\n%s\nwanted:\n%s\n", got->data, wanted->data);
        fail_msg("an object is not as it was");
    }
}

static void check_described(const world *w, const atn_buf *wanted)
{
    atn_buf now = described(w);
    check_same(&now, wanted);
    atn_buf_free(&now);
}

/* Without a failure: what the objects look like behind the call, and how many allocations it takes. Everything goes through the allocator
 * of the caller: libc is asked by that one alone. */
static int64_t run_without_failure(const scenario *s, atn_buf *after)
{
    world w;
    attain_error err;
    const bool counts = heap_watch_works();
    make(&w, s);
    alloc_fault_fail_at(&w.memory, -1, false);
    const uint64_t heap_before = heap_watch_count();
    const attain_status status = s->call(&w, &err);
    const uint64_t n_heap = heap_watch_count() - heap_before;
    const int64_t n = w.memory.n_allocations;
    check_fails(status, s->result, &err);
    if (counts) {
        assert_int_equal(n_heap, n);
    }
    *after = described(&w);
    if (s->finish != NULL) {
        s->finish(&w);
    }
    world_free(&w);
    return n;
}

/* An intake that failed says so again, and leaves its place to a new one. */
static void check_sticky(world *w, const scenario *s)
{
    attain_error err;
    check_fails(s->call(w, &err), ATTAIN_E_MEMORY, &err);
    check_fails(attain_intake_finish(w->intake, NULL, &err), ATTAIN_E_MEMORY, &err);
    attain_intake_free(w->intake);
    w->intake = NULL;
    s->prepare(w);
    forget_results(w);
}

/* One failing call: true if it failed as it must, false if nothing failed any more and it came through. */
static bool fail_once(world *w, const scenario *s, int64_t n, bool for_ever, const atn_buf *before)
{
    attain_error err;
    const size_t n_bytes = w->memory.bytes_outstanding;
    const size_t n_blocks = w->memory.blocks_outstanding;
    const int n_open = w->n_open;
    alloc_fault_fail_at(&w->memory, n, for_ever);
    const attain_status status = s->call(w, &err);
    const bool failed = w->memory.failed;
    alloc_fault_fail_at(&w->memory, -1, false);
    assert_int_equal(w->n_open, n_open);
    if (!failed || (s->result != ATTAIN_OK && status == s->result)) {
        check_fails(status, s->result, &err);
        return false;
    }
    check_fails(status, ATTAIN_E_MEMORY, &err);
    check_untouched(w);
    if (!s->sticky) {
        assert_int_equal(w->memory.blocks_outstanding, n_blocks);
        assert_int_equal(w->memory.bytes_outstanding, n_bytes);
    }
    check_described(w, before);
    if (s->sticky) {
        check_sticky(w, s);
    }
    return true;
}

/* A refusal that lost a word changed what a refusal changes: the walk goes on in a new world. */
static void start_again(world *w, const scenario *s)
{
    if (s->finish != NULL) {
        s->finish(w);
    }
    world_free(w);
    make(w, s);
}

static int64_t next_of(int64_t n)
{
    return n < EVERY_ONE ? n + 1 : n + 1 + (n - EVERY_ONE) / 16;
}

static void walk(const scenario *s, int64_t n_needed, bool for_ever, const atn_buf *after)
{
    world w;
    bool done = false;
    make(&w, s);
    atn_buf before = described(&w);
    for (int64_t n = 0; n < n_needed && !done; n = next_of(n)) {
        if (fail_once(&w, s, n, for_ever, &before)) {
            continue;
        }
        /* Room that a failed call has made may be kept, so that the next needs less. */
        done = s->result == ATTAIN_OK;
        if (!done) {
            start_again(&w, s);
        }
    }
    assert_true(done || !fail_once(&w, s, INT64_MAX, for_ever, &before));
    check_described(&w, after);
    if (s->finish != NULL) {
        s->finish(&w);
    }
    atn_buf_free(&before);
    world_free(&w);
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    for (size_t i = 0; i < n_scenarios; i++) {
        const scenario *const s = &scenarios[i];
        if (s->is_free) {
            continue;
        }
        atn_buf after;
        const int64_t n = run_without_failure(s, &after);
        print_message("%s %s: %lld allocations\n", s->function, s->what, (long long)n);
        assert_true(n > 0 || s->result != ATTAIN_OK);
        walk(s, n, false, &after);
        walk(s, n, true, &after);
        atn_buf_free(&after);
    }
}

/* What gives back takes nothing, so it cannot fail. */
static void freeing_allocates_nothing(void **state)
{
    (void)state;
    for (size_t i = 0; i < n_scenarios; i++) {
        const scenario *const s = &scenarios[i];
        if (s->is_free) {
            world w;
            make(&w, s);
            const size_t n_blocks = w.memory.blocks_outstanding;
            const uint64_t heap_before = heap_watch_count();
            alloc_fault_fail_at(&w.memory, 0, true);
            assert_int_equal(s->call(&w, NULL), ATTAIN_OK);
            assert_int_equal(heap_watch_count(), heap_before);
            assert_int_equal(w.memory.n_allocations, 0);
            assert_true(w.memory.blocks_outstanding < n_blocks);
            alloc_fault_fail_at(&w.memory, -1, false);
            world_free(&w);
        }
    }
}

static void other_functions_allocate_nothing(void **state)
{
    (void)state;
    world w;
    if (!heap_watch_works()) {
        print_message("libc's own heap cannot be watched here\n");
    }
    world_make(&w, LEVEL_TABLE);
    for (size_t i = 0; i < n_quiet_calls; i++) {
        const uint64_t heap_before = heap_watch_count();
        alloc_fault_fail_at(&w.memory, 0, true);
        quiet_calls[i].call(&w);
        if (w.memory.n_allocations != 0 || heap_watch_count() != heap_before) {
            fail_msg("%s or a function called with it allocates", quiet_calls[i].function);
        }
    }
    alloc_fault_fail_at(&w.memory, -1, false);
    world_free(&w);
}

/* --- no function is missing --- */

/* Functions whose memory fails in a test of their own, which must name them: a workspace takes its memory from the system, and a board
 * has a world of its own. */
static const struct {
    const char *prefix, *file;
} elsewhere[] = {{"attain_workspace_", "tests/unit/test_workspace.c"},
                 {"attain_board_", "tests/property/test_board.c"}};

static bool names(const char *file, const char *function, size_t len)
{
    static char text[1 << 18];
    char path[512];
    (void)snprintf(path, sizeof path, "%s/%s", ATTAIN_SOURCE_DIR, file);
    FILE *const in = fopen(path, "rb");
    if (in == NULL) {
        return false;
    }
    const size_t n = fread(text, 1, sizeof text - 1, in);
    text[n] = '\0';
    fclose(in);
    for (const char *at = text; (at = strstr(at, "attain_")) != NULL; at++) {
        if (strncmp(at, function, len) == 0 && at[len] == '(') {
            return true;
        }
    }
    return false;
}

static bool is_covered_elsewhere(const char *function, size_t len)
{
    for (size_t i = 0; i < sizeof elsewhere / sizeof elsewhere[0]; i++) {
        if (strncmp(function, elsewhere[i].prefix, strlen(elsewhere[i].prefix)) == 0) {
            return names(elsewhere[i].file, function, len);
        }
    }
    return false;
}

static bool is_covered(const char *function, size_t len)
{
    for (size_t i = 0; i < n_scenarios; i++) {
        if (strlen(scenarios[i].function) == len && memcmp(scenarios[i].function, function, len) == 0) {
            return true;
        }
    }
    for (size_t i = 0; i < n_quiet_calls; i++) {
        if (strlen(quiet_calls[i].function) == len && memcmp(quiet_calls[i].function, function, len) == 0) {
            return true;
        }
    }
    return false;
}

/* The name in a declaration that begins at the line "ATTAIN_API ...": the word before its first parenthesis. */
static const char *name_of(const char *declaration, size_t *len)
{
    const char *const open = strchr(declaration, '(');
    const char *start = open;
    assert_non_null(open);
    while (start[-1] == '_' || (start[-1] >= 'a' && start[-1] <= 'z') ||
           (start[-1] >= '0' && start[-1] <= '9')) {
        start--;
    }
    *len = (size_t)(open - start);
    return start;
}

static void header_has_no_other_function(void **state)
{
    (void)state;
    static char text[1 << 17];
    FILE *const file = fopen(ATTAIN_SOURCE_DIR "/include/attain/attain.h", "rb");
    assert_non_null(file);
    const size_t n = fread(text, 1, sizeof text - 1, file);
    assert_true(n > 0 && n < sizeof text - 1);
    text[n] = '\0';
    fclose(file);
    size_t n_functions = 0;
    size_t n_missing = 0;
    for (const char *at = text; (at = strstr(at, "\nATTAIN_API ")) != NULL; n_functions++) {
        size_t len;
        at++;
        const char *const name = name_of(at, &len);
        if (!is_covered(name, len) && !is_covered_elsewhere(name, len)) {
            print_error("%.*s has no scenario and is not said to allocate nothing\n", (int)len, name);
            n_missing++;
        }
    }
    assert_int_equal(n_missing, 0);
    assert_true(n_functions > 80);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(header_has_no_other_function),
        cmocka_unit_test(other_functions_allocate_nothing),
        cmocka_unit_test(freeing_allocates_nothing),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
