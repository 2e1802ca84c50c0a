/* Streams that break: that fail half way, say why in words that would colour a terminal, lack their functions, were released already, or are stopped
 * by the caller. Nothing is added then, and each is released once. */
#include "arrow_twin.h"

#include <stdio.h>

enum { N_USED = 4 };

static const am_column columns[N_USED] = {{"unit", "u", 0, AM_SLICED},
                                          {"measure", "u", 'i', 0},
                                          {"period", "l", 0, AM_SLICED},
                                          {"value", "g", 0, 0}};

static const char *const rows[][N_USED] = {{"1", "people", "2024", "15"},
                                           {"2", "money", "2024", "2.5"},
                                           {"2", "people", "2023", NULL}};

static am_stream *good(void)
{
    return twin_stream(columns, N_USED, rows[0], COUNT(rows));
}

static void check_refused(am_stream *s, const char *what, int64_t column, const char *part)
{
    twin_refuses_by(s, NULL, NULL, ATTAIN_E_ARROW, column, part, what);
}

static const char *red_words(struct ArrowArrayStream *stream)
{
    (void)stream;
    return "a \x1b[31mred\xff word\n";
}

static void streams_that_break_off(void **state)
{
    (void)state;
    static const char next[] = "the stream did not give its next batch (error 5): ";
    static const char *const words[] = {"the disk of the test broke", "it does not say why",
                                        "it does not say why", "a \\x1B[31mred\\xFF word"};
    for (size_t at = 0; at < 4; at++) {
        for (size_t k = 0; k < COUNT(words); k++) {
            char part[128];
            am_stream *s = am_new(columns, N_USED);
            for (size_t b = 0; b < 3; b++) {
                am_batch(s, rows[b], 1);
            }
            s->fail_at = at;
            s->why = k == 1 ? NULL : s->why;
            if (k == 2) {
                s->stream.get_last_error = NULL;
            } else if (k == 3) {
                s->stream.get_last_error = red_words;
            }
            snprintf(part, sizeof part, "%s%s", next, words[k]);
            check_refused(s, "get_next", -1, part);
        }
    }
    am_stream *s = good();
    s->fail_schema = true;
    check_refused(s, "get_schema", -1,
                  "the stream did not give its schema (error 5): the disk of the test broke");
}

static void words_of_a_stream_are_escaped(void **state)
{
    (void)state;
    attain_error err;
    attain_facts *facts = build_facts(twin_plan);
    am_stream *s = am_new(columns, N_USED);
    s->fail_schema = true;
    s->stream.get_last_error = red_words;
    check_fails(attain_facts_add_arrow(facts, &s->stream, NULL, NULL, &err), ATTAIN_E_ARROW, &err);
    assert_null(strchr(err.message, '\x1b'));
    assert_null(strchr(err.message, '\n'));
    assert_null(strchr(err.message, '\xff'));
    am_free(s);
    attain_facts_free(facts);
}

static void streams_without_functions(void **state)
{
    (void)state;
    attain_error err;
    am_stream *s = am_new(columns, N_USED);
    s->stream.get_schema = NULL;
    check_refused(s, "no get_schema", -1, "lacks get_schema or get_next");
    s = am_new(columns, N_USED);
    s->stream.get_next = NULL;
    check_refused(s, "no get_next", -1, "lacks get_schema or get_next");
    attain_facts *facts = build_facts(twin_plan);
    struct ArrowArrayStream gone;
    memset(&gone, 0, sizeof gone);
    check_fails(attain_facts_add_arrow(facts, &gone, NULL, NULL, &err), ATTAIN_E_ARROW, &err);
    check_contains(err.message, "the stream was released already");
    /* It is released once by a call that fails, and not again. */
    s = good();
    s->fail_at = 0;
    check_fails(attain_facts_add_arrow(facts, &s->stream, NULL, NULL, &err), ATTAIN_E_ARROW, &err);
    check_contains(err.message, "the disk of the test broke");
    check_fails(attain_facts_add_arrow(facts, &s->stream, NULL, NULL, &err), ATTAIN_E_ARROW, &err);
    check_contains(err.message, "the stream was released already");
    am_free(s);
    attain_facts_free(facts);
}

/* A caller who counts how far it came and stops: nothing is added, all is released. */
static int stop(void *ctx, uint64_t done, uint64_t total)
{
    (void)ctx;
    (void)done;
    (void)total;
    return 1;
}

static void cancelled_by_the_caller(void **state)
{
    (void)state;
    const attain_intake_options options = {.struct_size = sizeof options, .progress = stop};
    twin_refuses_by(good(), NULL, &options, ATTAIN_E_CANCELLED, -1, "", "cancelled");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(streams_that_break_off),
        cmocka_unit_test(words_of_a_stream_are_escaped),
        cmocka_unit_test(streams_without_functions),
        cmocka_unit_test(cancelled_by_the_caller),
    };
    return cmocka_run_group_tests(tests, twin_set_up, twin_tear_down);
}
