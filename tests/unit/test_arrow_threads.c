/* A large table goes out as Arrow by several threads: the arrays are bit by bit those of one thread, in one batch and in several, with columns
 * that have nulls and columns that have none; and nothing is lost when memory runs out in one of them. */
#include "support/alloc_fault.h"
#include "support/arrow_read.h"
#include "support/build_plan.h"
#include "support/check.h"

#include <errno.h>
#include <stdio.h>

enum { N_UNITS = 300, N_YEARS = 80, FIRST_YEAR = 1950, N_ROWS = 2 * (N_UNITS + 1) * N_YEARS };

typedef struct world {
    attain_plan *plan;
    attain_facts *facts;
    attain_period years[N_YEARS];
} world;

/* Every third unit has not reported every other year; one target is due in the middle of the years, so that its rows change their words there. */
static world world_of(const attain_allocator *a)
{
    static char text[N_UNITS * 64 + 512];
    static char csv[N_UNITS * N_YEARS * 48];
    world w;
    size_t n = (size_t)snprintf(text, sizeof text, "unit P province\n");
    for (int u = 0; u < N_UNITS; u++) {
        n += (size_t)snprintf(text + n, sizeof text - n, "unit U%d commune in P\n", u);
    }
    snprintf(text + n, sizeof text - n,
             "measure helped flow persons reported yearly by commune\n"
             "measure need flow persons reported yearly by commune\n"
             "indicator part = helped / need\n"
             "target some part at least 1/2 by 1980\n"
             "target most part up at least 10%% over 40%% stated for 1950 by 2020\n");
    w.plan = build_plan(text, a);
    w.facts = build_facts(w.plan);
    n = (size_t)snprintf(csv, sizeof csv, "unit,period,helped,need\n");
    for (int u = 0; u < N_UNITS; u++) {
        for (int y = 0; y < N_YEARS; y += u % 3 == 0 ? 2 : 1) {
            n += (size_t)snprintf(csv + n, sizeof csv - n, "U%d,%d,%d,%d\n", u, FIRST_YEAR + y,
                                  (u * 7 + y * 3) % 50, u % 5 == 0 ? 0 : 60);
        }
    }
    build_add(w.facts, csv);
    for (int y = 0; y < N_YEARS; y++) {
        char year[16];
        snprintf(year, sizeof year, "%d", FIRST_YEAR + y);
        w.years[y] = build_period(year);
    }
    return w;
}

static void end_world(world *w)
{
    attain_facts_free(w->facts);
    build_plan_free(w->plan);
}

static attain_table *score(const world *w, uint32_t n_threads)
{
    attain_error err;
    attain_table *table;
    const attain_score_options options = {.struct_size = sizeof options,
                                          .all_units = 1,
                                          .as_of = w->years,
                                          .n_as_of = N_YEARS,
                                          .n_threads = n_threads};
    check_ok(attain_score(w->plan, w->facts, &options, &table, &err), &err);
    assert_int_equal(attain_table_rows(table), N_ROWS);
    return table;
}

static void same_buffers(const struct ArrowArray *a, const struct ArrowArray *b, size_t item_bytes)
{
    assert_int_equal(a->length, b->length);
    assert_int_equal(a->null_count, b->null_count);
    assert_int_equal(a->n_buffers, b->n_buffers);
    assert_true((a->buffers[0] == NULL) == (b->buffers[0] == NULL));
    assert_true((a->buffers[0] == NULL) == (a->null_count == 0));
    const size_t n = (size_t)a->length;
    if (a->buffers[0] != NULL) {
        assert_memory_equal(a->buffers[0], b->buffers[0], (n + 7) / 8);
    }
    assert_memory_equal(a->buffers[1], b->buffers[1], n * item_bytes);
    if (a->n_buffers == 3) {
        assert_memory_equal(a->buffers[2], b->buffers[2], (size_t)((const int32_t *)a->buffers[1])[n]);
    }
}

/* Returns how many columns had nulls. */
static int same_batches(const struct ArrowArray *a, const struct ArrowArray *b, bool is_plain)
{
    int n_with_nulls = 0;
    assert_int_equal(a->length, b->length);
    assert_int_equal(a->n_children, b->n_children);
    for (int64_t c = 0; c < a->n_children; c++) {
        const struct ArrowArray *const of_a = a->children[c];
        const struct ArrowArray *const of_b = b->children[c];
        const bool is_text = of_a->n_buffers == 3 || of_a->dictionary != NULL;
        assert_true((of_a->dictionary == NULL) == (of_b->dictionary == NULL));
        assert_true(of_a->dictionary == NULL || !is_plain);
        same_buffers(of_a, of_b, is_text ? 4 : 8);
        if (of_a->dictionary != NULL) {
            same_buffers(of_a->dictionary, of_b->dictionary, 4);
        }
        n_with_nulls += of_a->null_count > 0 ? 1 : 0;
    }
    return n_with_nulls;
}

static void threads_write_the_same(void **state)
{
    (void)state;
    attain_error err;
    static const uint64_t batch_rows[] = {0, 40000, 33001};
    world w = world_of(NULL);
    for (int way = 0; way < 6; way++) {
        const attain_arrow_options options = {.struct_size = sizeof options,
                                              .plain_text = way % 2 != 0,
                                              .batch_rows = batch_rows[way / 2]};
        for (uint32_t n_threads = 2; n_threads <= 5; n_threads += 3) {
            attain_table *one = score(&w, 1);
            attain_table *many = score(&w, n_threads);
            struct ArrowArrayStream streams[2];
            struct ArrowArray batches[2];
            int64_t n_rows = 0;
            check_ok(attain_table_to_arrow(one, &options, &streams[0], &err), &err);
            check_ok(attain_table_to_arrow(many, &options, &streams[1], &err), &err);
            for (;;) {
                assert_int_equal(streams[0].get_next(&streams[0], &batches[0]), 0);
                assert_int_equal(streams[1].get_next(&streams[1], &batches[1]), 0);
                assert_true((batches[0].release == NULL) == (batches[1].release == NULL));
                if (batches[0].release == NULL) {
                    break;
                }
                const int n_with_nulls = same_batches(&batches[0], &batches[1], options.plain_text != 0);
                assert_in_range(n_with_nulls, 4, batches[0].n_children - 4);
                n_rows += batches[0].length;
                batches[0].release(&batches[0]);
                batches[1].release(&batches[1]);
            }
            assert_int_equal(n_rows, N_ROWS);
            streams[0].release(&streams[0]);
            streams[1].release(&streams[1]);
            attain_table_free(one);
            attain_table_free(many);
        }
    }
    end_world(&w);
}

static bool is_there(const struct ArrowArray *column, size_t row)
{
    const uint8_t *const valid = column->buffers[0];
    return valid == NULL || (valid[row >> 3] >> (row & 7) & 1) != 0;
}

/* All rows of a scorecard, from three threads. */
typedef struct one_batch {
    world w;
    attain_table *table;
    struct ArrowArrayStream stream;
    struct ArrowArray array;
} one_batch;

static one_batch batch_of(const attain_column *columns, size_t n_columns, int own)
{
    attain_error err;
    const attain_arrow_options options = {.struct_size = sizeof options,
                                          .columns = columns,
                                          .n_columns = n_columns,
                                          .own = own};
    one_batch b = {.w = world_of(NULL)};
    b.table = score(&b.w, 3);
    check_ok(attain_table_to_arrow(b.table, &options, &b.stream, &err), &err);
    assert_int_equal(b.stream.get_next(&b.stream, &b.array), 0);
    assert_int_equal(b.array.length, N_ROWS);
    return b;
}

static void batch_free(one_batch *b)
{
    b->array.release(&b->array);
    b->stream.release(&b->stream);
    attain_table_free(b->table);
    end_world(&b->w);
}

/* Indices say what the cells say, and no null stands where there is a word. */
static void codes_are_the_cells(void **state)
{
    (void)state;
    attain_error err;
    static const attain_column columns[] = {ATTAIN_COL_UNIT,    ATTAIN_COL_PERIOD, ATTAIN_COL_VERDICT,
                                            ATTAIN_COL_READING, ATTAIN_COL_REASON, ATTAIN_COL_FLAGS,
                                            ATTAIN_COL_PACE,    ATTAIN_COL_DUE};
    enum { N_COLUMNS = sizeof columns / sizeof columns[0] };
    one_batch b = batch_of(columns, N_COLUMNS, 0);
    for (size_t c = 0; c < N_COLUMNS; c++) {
        const struct ArrowArray *const column = b.array.children[c];
        const int32_t *const index = column->buffers[1];
        const int32_t *const start = column->dictionary->buffers[1];
        const char *const words = column->dictionary->buffers[2];
        for (size_t row = 0; row < N_ROWS; row += 7) {
            char cell[256];
            size_t len;
            check_ok(attain_table_print(b.table, row, columns[c], NULL, cell, sizeof cell, &len, &err), &err);
            const bool is_valid = is_there(column, row);
            assert_true(is_valid == (len != 0));
            assert_in_range(index[row], 0, is_valid ? column->dictionary->length - 1 : 0);
            if (is_valid) {
                assert_int_equal(start[index[row] + 1] - start[index[row]], len);
                assert_memory_equal(words + start[index[row]], cell, len);
            }
        }
    }
    batch_free(&b);
}

/* Each column holds its own numbers, and a null where the table has none. */
static void check_numbers(int own)
{
    attain_error err;
    static const attain_column columns[] = {ATTAIN_COL_NUMERATOR,  ATTAIN_COL_DENOMINATOR,
                                            ATTAIN_COL_VALUE,      ATTAIN_COL_LOW,
                                            ATTAIN_COL_HIGH,       ATTAIN_COL_GAP,
                                            ATTAIN_COL_ATTAINMENT, ATTAIN_COL_REPORTED,
                                            ATTAIN_COL_EXPECTED,   ATTAIN_COL_MISSING};
    enum { N_COLUMNS = sizeof columns / sizeof columns[0], N_DOUBLES = 7 };
    one_batch b = batch_of(columns, N_COLUMNS, own);
    for (size_t c = 0; c < N_COLUMNS; c++) {
        const struct ArrowArray *const column = b.array.children[c];
        const double *doubles = NULL;
        const uint8_t *valid = NULL;
        const int64_t *counts = NULL;
        if (c < N_DOUBLES) {
            check_ok(attain_table_doubles(b.table, columns[c], &doubles, &valid, &err), &err);
        } else {
            check_ok(attain_table_integers(b.table, columns[c], &counts, &err), &err);
        }
        for (size_t row = 0; row < N_ROWS; row++) {
            const bool has_number = c < N_DOUBLES ? valid[row] == 1 : counts[row] >= 0;
            assert_true(is_there(column, row) == has_number);
            if (has_number && c < N_DOUBLES) {
                assert_memory_equal((const double *)column->buffers[1] + row, doubles + row, sizeof *doubles);
            } else if (has_number) {
                assert_int_equal(((const int64_t *)column->buffers[1])[row], counts[row]);
            }
        }
    }
    batch_free(&b);
}

static void numbers_are_the_table_s(void **state)
{
    (void)state;
    check_numbers(0);
    check_numbers(1);
}

static void memory_runs_out_in_a_thread(void **state)
{
    (void)state;
    alloc_fault memory;
    attain_error err;
    alloc_fault_init(&memory);
    const attain_allocator a = alloc_fault_allocator(&memory);
    world w = world_of(&a);
    for (int way = 0; way < 3; way++) {
        attain_table *table = score(&w, 3);
        bool done = false;
        int n_failed = 0;
        for (int64_t n = 0; !done; n++) {
            struct ArrowArrayStream stream;
            struct ArrowArray batch;
            const attain_arrow_options options = {.struct_size = sizeof options,
                                                  .plain_text = way == 1,
                                                  .batch_rows = 40000,
                                                  .own = way == 2};
            check_ok(attain_table_to_arrow(table, &options, &stream, &err), &err);
            alloc_fault_fail_at(&memory, n, n % 2 != 0);
            const int code = stream.get_next(&stream, &batch);
            done = !memory.failed;
            alloc_fault_fail_at(&memory, -1, false);
            if (code == 0) {
                assert_true(done);
                batch.release(&batch);
            } else {
                assert_int_equal(code, ENOMEM);
                check_contains(stream.get_last_error(&stream), "out of memory");
                n_failed++;
            }
            stream.release(&stream);
        }
        assert_true(n_failed > 20);
        attain_table_free(table);
    }
    end_world(&w);
    alloc_fault_expect_empty(&memory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(threads_write_the_same),
        cmocka_unit_test(codes_are_the_cells),
        cmocka_unit_test(numbers_are_the_table_s),
        cmocka_unit_test(memory_runs_out_in_a_thread),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
