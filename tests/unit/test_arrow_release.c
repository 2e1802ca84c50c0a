/* Who holds what goes out as Arrow, and for how long: parts go in any order, columns outlive their batches, the owner is told once when the last
 * part is gone and may free everything, nothing is lost when memory runs out, and streams do not know of each other. */
#include "arrow_scene.h"
#include "support/alloc_fault.h"

#include <errno.h>
#include <stdlib.h>

/* Facts or a scorecard. */
static attain_status send(const scene *s, bool of_facts, const attain_arrow_options *options,
                          struct ArrowArrayStream *stream)
{
    attain_error err;
    const attain_status status = of_facts ? attain_facts_to_arrow(s->facts, options, stream, &err)
                                          : attain_table_to_arrow(s->card, options, stream, &err);
    assert_true(status == ATTAIN_OK || err.status == status);
    return status;
}

/* ---- in any order ---- */

typedef struct taken {
    struct ArrowArrayStream stream;
    struct ArrowSchema schema;
    struct ArrowArray first, second;
    int n_released;
} taken;

static void take(taken *t, const scene *s, bool of_facts, int plain)
{
    const attain_arrow_options options = {.struct_size = sizeof options,
                                          .plain_text = plain,
                                          .batch_rows = 5,
                                          .owner = &t->n_released,
                                          .release = scene_count_release};
    memset(t, 0, sizeof *t);
    check_ok(send(s, of_facts, &options, &t->stream), NULL);
    assert_int_equal(t->stream.get_schema(&t->stream, &t->schema), 0);
    assert_int_equal(t->stream.get_next(&t->stream, &t->first), 0);
    assert_int_equal(t->stream.get_next(&t->stream, &t->second), 0);
    assert_non_null(t->first.release);
    assert_non_null(t->second.release);
}

static void drop(taken *t, int part)
{
    assert_int_equal(t->n_released, 0);
    switch (part) {
    case 0: t->stream.release(&t->stream); break;
    case 1: t->schema.release(&t->schema); break;
    case 2: t->first.release(&t->first); break;
    default: t->second.release(&t->second); break;
    }
}

/* All orders in which four parts can go. */
static void released_once_in_any_order(void **state)
{
    (void)state;
    for (int order = 0; order < 256; order++) {
        const int part[] = {order & 3, order >> 2 & 3, order >> 4 & 3, order >> 6 & 3};
        if ((1 << part[0] | 1 << part[1] | 1 << part[2] | 1 << part[3]) != 15) {
            continue;
        }
        for (int k = 0; k < 8; k++) {
            taken t;
            take(&t, &scenes[k % N_SCENES], (k & 2) != 0, k >> 2);
            for (int i = 0; i < 4; i++) {
                drop(&t, part[i]);
            }
            assert_int_equal(t.n_released, 1);
            assert_null(t.stream.release);
            assert_null(t.schema.release);
            assert_null(t.first.release);
            assert_null(t.second.release);
        }
    }
}

/* A child may be moved out and outlive its parent, the stream and its brothers; so may a column of the schema. */
static void children_that_are_moved_out(void **state)
{
    (void)state;
    for (int k = 0; k < 8; k++) {
        taken t;
        take(&t, &scenes[k % N_SCENES], (k & 2) != 0, k >> 2);
        const size_t n = (size_t)t.first.n_children;
        for (size_t c = 0; c < n; c++) {
            taken again;
            am_grid grid;
            if (c == 0) {
                t.stream.release(&t.stream);
                t.schema.release(&t.schema);
                t.first.release(&t.first);
                t.second.release(&t.second);
                assert_int_equal(t.n_released, 1);
            }
            take(&again, &scenes[k % N_SCENES], (k & 2) != 0, k >> 2);
            struct ArrowArray child = *again.first.children[c];
            struct ArrowSchema column = *again.schema.children[c];
            again.first.children[c]->release = NULL;
            again.schema.children[c]->release = NULL;
            again.stream.release(&again.stream);
            again.second.release(&again.second);
            again.first.release(&again.first);
            again.schema.release(&again.schema);
            assert_int_equal(again.n_released, 0);
            /* It is as readable as before. */
            am_read_column(&column, &child, &grid);
            assert_int_equal(grid.n_rows, 5);
            am_grid_free(&grid);
            column.release(&column);
            child.release(&child);
            assert_int_equal(again.n_released, 1);
        }
    }
}

/* Arrays outlive the stream and the schema, a column moved out of its batch is read when everything else is gone or not, and what stood below is
 * freed when the last has gone. */
static void whoever_is_last(void **state)
{
    (void)state;
    struct ArrowSchema texts = {.format = "u", .name = "", .flags = ARROW_FLAG_NULLABLE};
    const struct ArrowSchema unit = {.format = "i",
                                     .name = "unit",
                                     .flags = ARROW_FLAG_NULLABLE,
                                     .dictionary = &texts};
    for (int order = 0; order < 6; order++) {
        alloc_fault memory;
        alloc_fault_init(&memory);
        const attain_allocator a = alloc_fault_allocator(&memory);
        scene s = scene_of(SCENE_VERDICTS, &a);
        taken t;
        am_grid grid;
        take(&t, &s, false, 0);
        struct ArrowArray column = *t.first.children[1]; /* moved, with its dictionary */
        t.first.children[1]->release = NULL;
        struct ArrowSchema type = *t.schema.children[1];
        t.schema.children[1]->release = NULL;
        for (int i = 0; i < 6; i++) {
            assert_int_equal(t.n_released, 0);
            switch ((order + i) % 6) {
            case 0: t.stream.release(&t.stream); break;
            case 1: t.schema.release(&t.schema); break;
            case 2: t.first.release(&t.first); break;
            case 3: t.second.release(&t.second); break;
            case 4: type.release(&type); break;
            default:
                am_read_column(&unit, &column, &grid);
                assert_int_equal(grid.n_rows, 5);
                for (size_t row = 0; row < grid.n_rows; row++) {
                    assert_non_null(grid.cell[row]);
                    assert_int_equal(strlen(grid.cell[row]), 1);
                }
                am_grid_free(&grid);
                column.release(&column);
                break;
            }
        }
        assert_int_equal(t.n_released, 1);
        scene_end(&s);
        alloc_fault_expect_empty(&memory);
    }
}

/* The release may free what the arrays stood on. */
static scene *to_end;

static void end_scene(void *owner)
{
    assert_ptr_equal(owner, to_end);
    scene_end(to_end);
    to_end = NULL;
}

static void the_owner_may_free_everything(void **state)
{
    (void)state;
    attain_error err;
    scene s = scene_of(SCENE_VERDICTS, NULL);
    struct ArrowArrayStream stream;
    struct ArrowArray batch;
    const attain_arrow_options options = {.struct_size = sizeof options, .owner = &s, .release = end_scene};
    to_end = &s;
    check_ok(attain_table_to_arrow(s.card, &options, &stream, &err), &err);
    assert_int_equal(stream.get_next(&stream, &batch), 0);
    stream.release(&stream);
    assert_non_null(to_end);
    batch.release(&batch);
    assert_null(to_end);
}

/* A stream that nobody reads, and one that is asked on behind its end. */
static void streams_before_and_behind(void **state)
{
    (void)state;
    for (int k = 0; k < 2 * N_SCENES; k++) {
        int n_released = 0;
        struct ArrowArrayStream stream;
        struct ArrowArray array;
        const attain_arrow_options options = {.struct_size = sizeof options,
                                              .owner = &n_released,
                                              .release = scene_count_release};
        for (int reads = 0; reads < 2; reads++) {
            check_ok(send(&scenes[k % N_SCENES], k / N_SCENES != 0, &options, &stream), NULL);
            for (int i = 0; reads != 0 && i < 4; i++) {
                memset(&array, 0x5a, sizeof array);
                assert_int_equal(stream.get_next(&stream, &array), 0);
                assert_true((array.release != NULL) == (i == 0));
                if (array.release != NULL) {
                    array.release(&array);
                }
            }
            stream.release(&stream);
            assert_null(stream.release);
            assert_int_equal(n_released, reads + 1);
        }
    }
}

/* Each call gives a stream of its own. */
static void two_streams_at_a_time(void **state)
{
    (void)state;
    attain_error err;
    struct ArrowArrayStream a;
    struct ArrowArrayStream b;
    am_grid of_a;
    am_grid of_b;
    const attain_table *card = scenes[SCENE_RHYTHMS].card;
    check_ok(attain_table_to_arrow(card, NULL, &a, &err), &err);
    check_ok(attain_table_to_arrow(card, NULL, &b, &err), &err);
    am_read(&b, &of_b);
    am_read(&a, &of_a);
    assert_int_equal(of_a.n_rows, attain_table_rows(card));
    assert_int_equal(of_a.n_rows, of_b.n_rows);
    for (size_t i = 0; i < of_a.n_rows * of_a.n_columns; i++) {
        assert_true((of_a.cell[i] == NULL) == (of_b.cell[i] == NULL));
        assert_true(of_a.cell[i] == NULL || strcmp(of_a.cell[i], of_b.cell[i]) == 0);
    }
    am_grid_free(&of_a);
    am_grid_free(&of_b);
}

/* ---- memory that runs out ---- */

/* In batches of some rows, from an owner whose release is counted. */
static attain_arrow_options watched(int numbers, bool plain_text, uint64_t batch_rows, int *n_released)
{
    return (attain_arrow_options){.struct_size = sizeof(attain_arrow_options),
                                  .numbers = (attain_arrow_numbers)numbers,
                                  .plain_text = plain_text,
                                  .batch_rows = batch_rows,
                                  .owner = n_released,
                                  .release = scene_count_release};
}

static void memory_that_runs_out(void **state)
{
    (void)state;
    alloc_fault memory;
    attain_error err;
    alloc_fault_init(&memory);
    const attain_allocator a = alloc_fault_allocator(&memory);
    scene s = scene_of(SCENE_VERDICTS, &a);
    for (int numbers = 0; numbers < 3; numbers++) {
        const size_t n_blocks = memory.blocks_outstanding;
        bool done = false;
        for (int64_t n = 0; !done; n++) {
            struct ArrowArrayStream stream;
            struct ArrowSchema schema;
            struct ArrowArray batch;
            int n_released = 0;
            const attain_arrow_options options = watched(numbers, numbers == 1, 7, &n_released);
            alloc_fault_fail_at(&memory, n, false);
            if (attain_table_to_arrow(s.card, &options, &stream, &err) != ATTAIN_OK) {
                assert_int_equal(err.status, ATTAIN_E_MEMORY);
                assert_int_equal(n_released, 0);
                continue;
            }
            int code = stream.get_schema(&stream, &schema);
            if (code == 0) {
                schema.release(&schema);
                code = stream.get_next(&stream, &batch);
            }
            if (code == 0) {
                batch.release(&batch);
                done = !memory.failed;
            } else {
                assert_int_equal(code, ENOMEM);
                check_contains(stream.get_last_error(&stream), "out of memory");
            }
            stream.release(&stream);
            assert_int_equal(n_released, 1);
        }
        /* Columns that the table keeps may have been made. */
        assert_true(numbers > 0 || memory.blocks_outstanding >= n_blocks);
        assert_true(numbers == 0 || memory.blocks_outstanding == n_blocks);
    }
    alloc_fault_fail_at(&memory, -1, false);
    scene_end(&s);
    alloc_fault_expect_empty(&memory);
}

static void facts_when_memory_runs_out(void **state)
{
    (void)state;
    alloc_fault memory;
    attain_error err;
    alloc_fault_init(&memory);
    const attain_allocator a = alloc_fault_allocator(&memory);
    scene s = scene_of(SCENE_VERDICTS, &a);
    for (int numbers = 0; numbers < 3; numbers++) {
        const size_t n_blocks = memory.blocks_outstanding;
        bool done = false;
        for (int64_t n = 0; !done; n++) {
            struct ArrowArrayStream stream;
            struct ArrowArray batch;
            int64_t n_rows = 0;
            int n_released = 0;
            const attain_arrow_options options = watched(numbers, numbers == 2, 4, &n_released);
            alloc_fault_fail_at(&memory, n, false);
            if (attain_facts_to_arrow(s.facts, &options, &stream, &err) != ATTAIN_OK) {
                assert_int_equal(n_released, 0);
                continue;
            }
            /* A batch that failed comes when it is asked for again. */
            int code = stream.get_next(&stream, &batch);
            done = !memory.failed;
            if (code != 0) {
                assert_int_equal(code, ENOMEM);
                code = stream.get_next(&stream, &batch);
            }
            for (; code == 0 && batch.release != NULL; code = stream.get_next(&stream, &batch)) {
                n_rows += batch.length;
                batch.release(&batch);
            }
            if (code != 0) {
                stream.release(&stream);
                continue;
            }
            assert_int_equal(n_rows, attain_facts_count(s.facts));
            stream.release(&stream);
            assert_int_equal(n_released, 1);
        }
        assert_int_equal(memory.blocks_outstanding, n_blocks);
    }
    alloc_fault_fail_at(&memory, -1, false);
    scene_end(&s);
    alloc_fault_expect_empty(&memory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(released_once_in_any_order),
        cmocka_unit_test(children_that_are_moved_out),
        cmocka_unit_test(whoever_is_last),
        cmocka_unit_test(the_owner_may_free_everything),
        cmocka_unit_test(streams_before_and_behind),
        cmocka_unit_test(two_streams_at_a_time),
        cmocka_unit_test(memory_that_runs_out),
        cmocka_unit_test(facts_when_memory_runs_out),
    };
    return cmocka_run_group_tests(tests, scene_set_up, scene_tear_down);
}
