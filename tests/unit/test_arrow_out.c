/* Tables and facts as Arrow streams: every cell says what the table prints, batches of any size say the same, facts come back as they were, and
 * what is lent goes back once, whoever holds it last. */
#include "number/decimal.h"
#include "support/alloc_fault.h"
#include "support/build_plan.h"
#include "support/check.h"

#include <attain/arrow.h>
#include <stdio.h>
#include <stdlib.h>

/* A: 45 of 60 in need, a third of a percent; B has not reported; P: both. */
static const char plan_text[] = "category sex: female, male\n"
                                "attribute kind: rural, urban\n"
                                "unit P province\n"
                                "unit A commune in P\n  kind rural\n"
                                "unit B commune in P\n  kind urban\n"
                                "unit C commune in P until 2021-12-31\n"
                                "programme g \"G\"\n  period 2021..2025  horizon 2030\n  unit P\n"
                                "measure helped\n  flow persons  reported yearly by commune\n"
                                "measure need\n  flow persons  reported yearly by commune\n"
                                "measure net\n  stock VND  any sign  decimals 2  reported yearly by commune\n"
                                "measure staff\n  stock persons  by sex  reported yearly by commune\n"
                                "measure cover\n  stock percent  decimals 1  none over units\n"
                                "indicator part = helped / need\n"
                                "indicator total = net\n"
                                "indicator all_staff = staff\n"
                                "indicator half = 0.125 * helped\n"
                                "indicator covered = cover\n"
                                "target g.total\n  total at least 1 by 2025\n"
                                "target g.two\n  reading low: part at least 1/2 by 2025\n"
                                "  reading high: part at least 9/10 by 2025\n"
                                "target g.up\n  part up at least 50% over 40% stated for 2020 by 2025\n"
                                "target g.later\n  part at least 2/3 by 2030\n  vision\n"
                                "target g.cover\n  covered at least 90% by 2025\n"
                                "milestone g.done \"D\" by 2025\n  done 2025-01-01 \"x\"\n";

static const char facts_csv[] =
    "unit,measure,period,sex,value,qualifier,reason\n"
    "A,helped,2025,,45,,\nA,need,2025,,60,,\nA,net,2025,,-1.50,,\n"
    "A,staff,2025,female,3,,\nA,staff,2025,male,1,>,\nB,staff,2025,female,,missing,holiday\n"
    "A,helped,2024,,7,~,\nP,cover,2025,,96.1,,\nA,net,2024,,0.01,<=,\nA,cover,2021..2025,,33.3,,\n";

typedef struct scene {
    attain_plan *plan;
    attain_facts *facts;
    attain_table *card, *readings, *values;
} scene;

static scene scene_of(const attain_allocator *a)
{
    attain_error err;
    scene s = {.plan = build_plan(plan_text, a)};
    s.facts = build_facts(s.plan);
    build_add(s.facts, facts_csv);
    const attain_score_options all = {.struct_size = sizeof all, .all_units = 1};
    const attain_score_options readings = {.struct_size = sizeof readings, .readings = 1};
    static const attain_str by[] = {{"sex", 3}, {"kind", 4}};
    const attain_compute_options values = {.struct_size = sizeof values, .all_units = 1, .by = by, .n_by = 2};
    check_ok(attain_score(s.plan, s.facts, &all, &s.card, &err), &err);
    check_ok(attain_score(s.plan, s.facts, &readings, &s.readings, &err), &err);
    check_ok(attain_compute(s.plan, s.facts, &values, &s.values, &err), &err);
    return s;
}

static void scene_end(scene *s)
{
    attain_table_free(s->card);
    attain_table_free(s->readings);
    attain_table_free(s->values);
    attain_facts_free(s->facts);
    build_plan_free(s->plan);
}

/* ---- reading ---- */

static bool is_valid(const struct ArrowArray *array, int64_t i)
{
    const uint8_t *bits = array->buffers[0];
    const int64_t at = array->offset + i;
    assert_true(array->null_count == 0 || bits != NULL);
    return bits == NULL || (bits[at / 8] >> (at % 8) & 1) != 0;
}

static void print_text(const struct ArrowArray *array, int64_t i, atn_buf *out)
{
    const int32_t *offsets = array->buffers[1];
    const char *text = array->buffers[2];
    atn_buf_add(out, text + offsets[i], (size_t)(offsets[i + 1] - offsets[i]));
}

static void print_decimal(const struct ArrowArray *array, int64_t i, unsigned scale, atn_buf *out)
{
    const attain_number_format plain = ATTAIN_NUMBERS_PLAIN;
    const atn_ratio r = atn_ratio_from_decimal(((const attain_i128 *)array->buffers[1])[i], scale);
    atn_decimal_print_ratio(out, &r, scale, true, ATTAIN_ROUND_HALF_UP, &plain);
}

/* A cell as text, "" where it is null; doubles are compared by the caller. */
static void print_cell(const struct ArrowSchema *schema, const struct ArrowArray *array, int64_t i,
                       atn_buf *out)
{
    out->len = 0;
    atn_buf_text(out, "");
    assert_int_equal(array->offset, 0);
    if (!is_valid(array, i)) {
        return;
    }
    if (schema->dictionary != NULL) {
        assert_string_equal(schema->format, "i");
        assert_string_equal(schema->dictionary->format, "u");
        const int32_t at = ((const int32_t *)array->buffers[1])[i];
        assert_true(at >= 0 && at < array->dictionary->length);
        print_text(array->dictionary, at, out);
    } else if (strcmp(schema->format, "u") == 0) {
        print_text(array, i, out);
    } else if (strcmp(schema->format, "l") == 0) {
        atn_buf_int(out, ((const int64_t *)array->buffers[1])[i]);
    } else {
        unsigned scale = 0;
        assert_int_equal(sscanf(schema->format, "d:38,%u", &scale), 1);
        print_decimal(array, i, scale, out);
    }
}

static int n_released;

static void count_release(void *owner)
{
    n_released++;
    assert_ptr_equal(owner, &n_released);
}

static attain_arrow_options options_of(attain_arrow_numbers numbers, int plain, uint64_t batch_rows)
{
    n_released = 0;
    return (attain_arrow_options){.struct_size = sizeof(attain_arrow_options),
                                  .numbers = numbers,
                                  .plain_text = plain,
                                  .batch_rows = batch_rows,
                                  .owner = &n_released,
                                  .release = count_release};
}

/* ---- tables ---- */

static void check_cell(const attain_table *table, attain_column column, size_t row,
                       const struct ArrowSchema *schema, const struct ArrowArray *array, int64_t i,
                       attain_arrow_numbers numbers)
{
    attain_error err;
    char wanted[256];
    atn_buf got;
    const attain_print_options print = {.struct_size = sizeof print,
                                        .exact = numbers == ATTAIN_ARROW_FRACTIONS};
    if (strcmp(schema->format, "g") == 0) {
        const double *values;
        const uint8_t *valid;
        check_ok(attain_table_doubles(table, column, &values, &valid, &err), &err);
        assert_int_equal(is_valid(array, i), valid[row] == 1);
        if (valid[row] == 1) {
            check_double(((const double *)array->buffers[1])[i], values[row]);
        }
        return;
    }
    atn_buf_init(&got, NULL);
    print_cell(schema, array, i, &got);
    check_ok(attain_table_print(table, row, column, &print, wanted, sizeof wanted, NULL, &err), &err);
    check_text(got.data, got.len, wanted);
    atn_buf_free(&got);
}

static void check_schema(const struct ArrowSchema *schema, const attain_table *table,
                         const attain_column *columns, size_t n, int plain)
{
    assert_string_equal(schema->format, "+s");
    assert_int_equal(schema->n_children, n);
    for (size_t c = 0; c < n; c++) {
        const bool is_text =
            strcmp(schema->children[c]->format, "u") == 0 || schema->children[c]->dictionary != NULL;
        assert_string_equal(schema->children[c]->name, attain_table_column_name(table, columns[c]));
        assert_int_equal(schema->children[c]->flags, ARROW_FLAG_NULLABLE);
        assert_true(!is_text || columns[c] >= ATTAIN_COL_NUMERATOR ||
                    (schema->children[c]->dictionary == NULL) == (plain != 0));
    }
}

static void check_table(const attain_table *table, const attain_arrow_options *options)
{
    attain_error err;
    struct ArrowArrayStream stream;
    struct ArrowSchema schema;
    const attain_column *columns;
    size_t n_columns = attain_table_columns(table, &columns);
    size_t row = 0;
    if (options->columns != NULL) {
        columns = options->columns;
        n_columns = options->n_columns;
    }
    check_ok(attain_table_to_arrow(table, options, &stream, &err), &err);
    assert_int_equal(stream.get_schema(&stream, &schema), 0);
    check_schema(&schema, table, columns, n_columns, options->plain_text);
    for (;;) {
        struct ArrowArray batch;
        assert_int_equal(stream.get_next(&stream, &batch), 0);
        if (batch.release == NULL) {
            break;
        }
        assert_int_equal(batch.n_children, n_columns);
        assert_true(batch.length > 0 &&
                    (options->batch_rows == 0 || (uint64_t)batch.length <= options->batch_rows));
        for (int64_t i = 0; i < batch.length; i++) {
            for (size_t c = 0; c < n_columns; c++) {
                check_cell(table, columns[c], row + (size_t)i, schema.children[c], batch.children[c], i,
                           options->numbers);
            }
        }
        row += (size_t)batch.length;
        batch.release(&batch);
        assert_null(batch.release);
    }
    assert_int_equal(row, attain_table_rows(table));
    schema.release(&schema);
    assert_int_equal(n_released, 0);
    stream.release(&stream);
    assert_null(stream.release);
    assert_int_equal(n_released, 1);
}

static void every_cell_is_what_the_table_prints(void **state)
{
    (void)state;
    scene s = scene_of(NULL);
    const attain_table *tables[] = {s.card, s.readings, s.values};
    for (size_t t = 0; t < 3; t++) {
        for (int numbers = 0; numbers < 3; numbers++) {
            for (int plain = 0; plain < 2; plain++) {
                for (uint64_t batch_rows = 0; batch_rows < 8; batch_rows = batch_rows * 2 + 1) {
                    const attain_arrow_options options =
                        options_of((attain_arrow_numbers)numbers, plain, batch_rows);
                    check_table(tables[t], &options);
                }
            }
        }
    }
    scene_end(&s);
}

static void columns_that_are_asked_for(void **state)
{
    (void)state;
    scene s = scene_of(NULL);
    static const attain_column columns[] = {ATTAIN_COL_VERDICT, ATTAIN_COL_UNIT, ATTAIN_COL_VALUE,
                                            ATTAIN_COL_UNIT};
    attain_arrow_options options = options_of(ATTAIN_ARROW_DOUBLES, 0, 0);
    options.columns = columns;
    options.n_columns = 4;
    check_table(s.card, &options);
    static const attain_column groups[] = {(attain_column)(ATTAIN_COL_GROUP + 1), ATTAIN_COL_GROUP,
                                           ATTAIN_COL_STATE};
    options = options_of(ATTAIN_ARROW_FRACTIONS, 1, 5);
    options.columns = groups;
    options.n_columns = 3;
    check_table(s.values, &options);
    options = options_of(ATTAIN_ARROW_DOUBLES, 0, 0);
    options.columns = columns;
    options.n_columns = 0;
    check_table(s.card, &options);
    scene_end(&s);
}

static void decimals_are_rounded_half_up(void **state)
{
    (void)state;
    scene s = scene_of(NULL);
    attain_error err;
    static const attain_column columns[] = {ATTAIN_COL_VALUE, ATTAIN_COL_NUMERATOR};
    static const int digits[] = {0, 1, 2, 18, -1};
    static const char *const formats[] = {"d:38,6", "d:38,1", "d:38,2", "d:38,18", "d:38,0"};
    static const int64_t thirds[] = {750000, 8, 75, INT64_C(750000000000000000), 1}; /* 3/4 */
    for (size_t d = 0; d < 5; d++) {
        struct ArrowArrayStream stream;
        struct ArrowSchema schema;
        struct ArrowArray batch;
        attain_arrow_options options = options_of(ATTAIN_ARROW_DECIMALS, 0, 0);
        size_t row;
        options.columns = columns;
        options.n_columns = 2;
        options.digits = digits[d];
        check_ok(attain_table_to_arrow(s.card, &options, &stream, &err), &err);
        assert_int_equal(stream.get_schema(&stream, &schema), 0);
        assert_string_equal(schema.children[0]->format, formats[d]);
        assert_string_equal(schema.children[1]->format, "d:38,3"); /* 96.1 % is 0.961 */
        assert_int_equal(stream.get_next(&stream, &batch), 0);
        check_ok(attain_table_find(s.card, attain_plan_find(s.plan, ATTAIN_KIND_TARGET, "g.two", 5),
                                   build_unit(s.plan, "A"), build_period("2025"), &row, &err),
                 &err);
        assert_true(is_valid(batch.children[0], (int64_t)row));
        const attain_i128 value = ((const attain_i128 *)batch.children[0]->buffers[1])[row];
        assert_true(value.hi == 0 && value.lo == (uint64_t)thirds[d]);
        batch.release(&batch);
        schema.release(&schema);
        stream.release(&stream);
    }
    scene_end(&s);
}

/* 2^127 / 10^9 persons times 100 are too many digits for 38 of which 18 stand behind the point. */
static void numbers_that_do_not_fit(void **state)
{
    (void)state;
    attain_error err;
    attain_plan *plan = build_plan("unit P province\nmeasure big\n  stock things  any sign  none over units\n"
                                   "measure small\n  stock things  any sign  decimals 9  none over units\n"
                                   "indicator much = 1000000000 * big / small\n",
                                   NULL);
    attain_facts *facts = build_facts(plan);
    build_add(facts, "unit,measure,period,value\nP,big,2025,9000000000000000000\nP,small,2025,0.000000001\n");
    attain_table *values;
    struct ArrowArrayStream stream;
    struct ArrowArray batch;
    const attain_compute_options compute = {.struct_size = sizeof compute};
    check_ok(attain_compute(plan, facts, &compute, &values, &err), &err);
    attain_arrow_options options = options_of(ATTAIN_ARROW_DECIMALS, 0, 0);
    options.digits = 18;
    check_ok(attain_table_to_arrow(values, &options, &stream, &err), &err);
    for (int again = 0; again < 2; again++) {
        assert_true(stream.get_next(&stream, &batch) != 0);
        assert_null(batch.release);
        check_contains(stream.get_last_error(&stream),
                       "row 1, column 'value': the number does not fit 38 digits");
    }
    stream.release(&stream);
    assert_int_equal(n_released, 1);
    attain_table_free(values);
    attain_facts_free(facts);
    build_plan_free(plan);
}

static void a_table_without_rows_is_an_empty_stream(void **state)
{
    (void)state;
    attain_error err;
    attain_plan *plan = build_plan("unit P province\nmeasure m\n  stock things\n", NULL);
    attain_facts *facts = build_facts(plan);
    attain_table *card;
    check_ok(attain_score(plan, facts, NULL, &card, &err), &err);
    assert_int_equal(attain_table_rows(card), 0);
    attain_arrow_options options = options_of(ATTAIN_ARROW_DOUBLES, 0, 0);
    check_table(card, &options);
    struct ArrowArrayStream stream;
    struct ArrowArray batch;
    check_ok(attain_facts_to_arrow(facts, NULL, &stream, &err), &err);
    assert_int_equal(stream.get_next(&stream, &batch), 0);
    assert_null(batch.release);
    stream.release(&stream);
    attain_table_free(card);
    attain_facts_free(facts);
    build_plan_free(plan);
}

/* ---- life ---- */

/* Arrays outlive the stream, a column is moved out of its batch and outlives that, and the owner is told when the last is gone. */
static void whoever_is_last(void **state)
{
    (void)state;
    attain_error err;
    for (int order = 0; order < 6; order++) {
        alloc_fault memory;
        alloc_fault_init(&memory);
        const attain_allocator a = alloc_fault_allocator(&memory);
        scene s = scene_of(&a);
        struct ArrowArrayStream stream;
        struct ArrowSchema schema;
        struct ArrowArray first;
        struct ArrowArray second;
        attain_arrow_options options = options_of(ATTAIN_ARROW_DOUBLES, 0, 5);
        check_ok(attain_table_to_arrow(s.card, &options, &stream, &err), &err);
        assert_int_equal(stream.get_schema(&stream, &schema), 0);
        assert_int_equal(stream.get_next(&stream, &first), 0);
        assert_int_equal(stream.get_next(&stream, &second), 0);
        struct ArrowArray column = *first.children[1]; /* moved, with its dictionary */
        first.children[1]->release = NULL;
        struct ArrowSchema type = *schema.children[1];
        schema.children[1]->release = NULL;
        atn_buf text;
        atn_buf_init(&text, NULL);
        const int at[6] = {order,           (order + 1) % 6, (order + 2) % 6,
                           (order + 3) % 6, (order + 4) % 6, (order + 5) % 6};
        for (int i = 0; i < 6; i++) {
            assert_int_equal(n_released, 0);
            switch (at[i]) {
            case 0: stream.release(&stream); break;
            case 1: schema.release(&schema); break;
            case 2: first.release(&first); break;
            case 3: second.release(&second); break;
            case 4: type.release(&type); break;
            default:
                for (int64_t row = 0; row < column.length; row++) {
                    assert_true(is_valid(&column, row));
                    text.len = 0;
                    print_text(column.dictionary, ((const int32_t *)column.buffers[1])[row], &text);
                    assert_true(text.len == 1);
                }
                column.release(&column);
                break;
            }
        }
        assert_int_equal(n_released, 1);
        atn_buf_free(&text);
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
    scene s = scene_of(NULL);
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

static void memory_that_runs_out(void **state)
{
    (void)state;
    alloc_fault memory;
    attain_error err;
    alloc_fault_init(&memory);
    const attain_allocator a = alloc_fault_allocator(&memory);
    scene s = scene_of(&a);
    for (int numbers = 0; numbers < 3; numbers++) {
        const size_t n_blocks = memory.blocks_outstanding;
        bool done = false;
        for (int64_t n = 0; !done; n++) {
            struct ArrowArrayStream stream;
            struct ArrowSchema schema;
            struct ArrowArray batch;
            const attain_arrow_options options = options_of((attain_arrow_numbers)numbers, numbers == 1, 7);
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
                assert_int_equal(code, 12); /* ENOMEM */
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

static void a_live_table_is_copied(void **state)
{
    (void)state;
    attain_error err;
    scene s = scene_of(NULL);
    attain_board *board;
    struct ArrowArrayStream stream;
    struct ArrowSchema schema;
    struct ArrowArray batch;
    attain_table *before;
    check_ok(attain_board_new(s.plan, s.facts, NULL, &board, &err), &err);
    check_ok(attain_board_snapshot(board, &before, &err), &err);
    const attain_arrow_options options = options_of(ATTAIN_ARROW_DOUBLES, 0, 1);
    check_ok(attain_table_to_arrow(attain_board_table(board), &options, &stream, &err), &err);
    const attain_fact fact = {.unit = build_unit(s.plan, "A"),
                              .measure = build_measure(s.plan, "helped"),
                              .period = build_period("2025"),
                              .value = 59};
    check_ok(attain_board_set(board, &fact, 0, &err), &err);
    assert_int_equal(stream.get_schema(&stream, &schema), 0);
    const attain_column *columns;
    const size_t n_columns = attain_table_columns(before, &columns);
    for (size_t row = 0; row < attain_table_rows(before); row++) {
        assert_int_equal(stream.get_next(&stream, &batch), 0);
        for (size_t c = 0; c < n_columns; c++) {
            check_cell(before, columns[c], row, schema.children[c], batch.children[c], 0,
                       ATTAIN_ARROW_DOUBLES);
        }
        batch.release(&batch);
    }
    schema.release(&schema);
    stream.release(&stream);
    assert_int_equal(n_released, 1);
    attain_table_free(before);
    attain_board_free(board);
    scene_end(&s);
}

/* ---- facts ---- */

static void facts_come_back_as_they_were(void **state)
{
    (void)state;
    scene s = scene_of(NULL);
    attain_error err;
    attain_text wanted;
    check_ok(attain_facts_to_bytes(s.facts, &wanted, &err), &err);
    for (int numbers = 0; numbers < 3; numbers++) {
        for (int plain = 0; plain < 2; plain++) {
            for (uint64_t batch_rows = 0; batch_rows < 8; batch_rows += 3) {
                struct ArrowArrayStream stream;
                attain_text got;
                attain_report report;
                attain_facts *facts = build_facts(s.plan);
                const attain_arrow_options options =
                    options_of((attain_arrow_numbers)numbers, plain, batch_rows);
                check_ok(attain_facts_to_arrow(s.facts, &options, &stream, &err), &err);
                check_ok(attain_facts_add_arrow(facts, &stream, NULL, &report, &err), &err);
                assert_int_equal(n_released, 1);
                assert_int_equal(report.n_accepted, attain_facts_count(s.facts));
                assert_int_equal(report.ignored_columns.len, 0);
                attain_report_free(&report);
                check_ok(attain_facts_to_bytes(facts, &got, &err), &err);
                assert_int_equal(got.len, wanted.len);
                assert_memory_equal(got.data, wanted.data, got.len);
                attain_text_free(&got);
                attain_facts_free(facts);
            }
        }
    }
    attain_text_free(&wanted);
    scene_end(&s);
}

/* In the order of attain_facts_at, with the words that are read. */
static void facts_cell_by_cell(void **state)
{
    (void)state;
    scene s = scene_of(NULL);
    attain_error err;
    struct ArrowArrayStream stream;
    struct ArrowSchema schema;
    struct ArrowArray batch;
    static const char *const names[] = {"unit", "measure", "period", "sex", "value", "qualifier", "reason"};
    static const char *const rows[] = {"A,helped,2024,,7,~,",    "A,helped,2025,,45,,",
                                       "A,need,2025,,60,,",      "A,net,2024,,0.01,<=,",
                                       "A,net,2025,,-1.5,,",     "A,staff,2025,female,3,,",
                                       "A,staff,2025,male,1,>,", "B,staff,2025,female,,missing,holiday",
                                       "P,cover,2025,,96.1,,",   "A,cover,2021..2025,,33.3,,"};
    const attain_arrow_options options = options_of(ATTAIN_ARROW_FRACTIONS, 0, 0);
    check_ok(attain_facts_to_arrow(s.facts, &options, &stream, &err), &err);
    assert_int_equal(stream.get_schema(&stream, &schema), 0);
    assert_int_equal(schema.n_children, 7);
    for (int c = 0; c < 7; c++) {
        assert_string_equal(schema.children[c]->name, names[c]);
    }
    assert_int_equal(stream.get_next(&stream, &batch), 0);
    assert_int_equal(batch.length, 10);
    for (int64_t i = 0; i < 10; i++) {
        atn_buf line;
        atn_buf cell;
        atn_buf_init(&line, NULL);
        atn_buf_init(&cell, NULL);
        for (int c = 0; c < 7; c++) {
            print_cell(schema.children[c], batch.children[c], i, &cell);
            atn_buf_text(&line, c > 0 ? "," : "");
            atn_buf_add(&line, cell.data, cell.len);
        }
        check_text(line.data, line.len, rows[i]);
        atn_buf_free(&line);
        atn_buf_free(&cell);
    }
    batch.release(&batch);
    assert_int_equal(stream.get_next(&stream, &batch), 0);
    assert_null(batch.release);
    schema.release(&schema);
    stream.release(&stream);
    scene_end(&s);
}

static void facts_when_memory_runs_out(void **state)
{
    (void)state;
    alloc_fault memory;
    attain_error err;
    alloc_fault_init(&memory);
    const attain_allocator a = alloc_fault_allocator(&memory);
    scene s = scene_of(&a);
    for (int numbers = 0; numbers < 3; numbers++) {
        const size_t n_blocks = memory.blocks_outstanding;
        bool done = false;
        for (int64_t n = 0; !done; n++) {
            struct ArrowArrayStream stream;
            struct ArrowArray batch;
            int64_t n_rows = 0;
            const attain_arrow_options options = options_of((attain_arrow_numbers)numbers, numbers == 2, 4);
            alloc_fault_fail_at(&memory, n, false);
            if (attain_facts_to_arrow(s.facts, &options, &stream, &err) != ATTAIN_OK) {
                assert_int_equal(n_released, 0);
                continue;
            }
            /* A batch that failed comes when it is asked for again. */
            int code = stream.get_next(&stream, &batch);
            done = !memory.failed;
            if (code != 0) {
                assert_int_equal(code, 12);
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

static void arguments_that_are_wrong(void **state)
{
    (void)state;
    scene s = scene_of(NULL);
    attain_error err;
    struct ArrowArrayStream stream;
    attain_arrow_options options = options_of(ATTAIN_ARROW_DOUBLES, 0, 0);
    check_fails(attain_table_to_arrow(NULL, &options, &stream, &err), ATTAIN_E_ARGUMENT, &err);
    check_fails(attain_table_to_arrow(s.card, &options, NULL, &err), ATTAIN_E_ARGUMENT, &err);
    check_fails(attain_facts_to_arrow(NULL, &options, &stream, &err), ATTAIN_E_ARGUMENT, &err);
    check_fails(attain_facts_to_arrow(s.facts, &options, NULL, &err), ATTAIN_E_ARGUMENT, &err);
    options.numbers = (attain_arrow_numbers)3;
    check_fails(attain_table_to_arrow(s.card, &options, &stream, &err), ATTAIN_E_ARGUMENT, &err);
    check_contains(err.message, "numbers 3 is none of attain_arrow_numbers");
    options.numbers = ATTAIN_ARROW_DECIMALS;
    options.digits = 19;
    check_fails(attain_facts_to_arrow(s.facts, &options, &stream, &err), ATTAIN_E_ARGUMENT, &err);
    check_contains(err.message, "19 digits asked for");
    options.digits = 0;
    options.n_columns = 2;
    check_fails(attain_table_to_arrow(s.card, &options, &stream, &err), ATTAIN_E_ARGUMENT, &err);
    check_contains(err.message, "columns is NULL, but n_columns is 2");
    static const attain_column columns[] = {ATTAIN_COL_VERDICT, ATTAIN_COL_STATE};
    options.columns = columns;
    check_fails(attain_table_to_arrow(s.card, &options, &stream, &err), ATTAIN_E_ARGUMENT, &err);
    check_contains(err.message, "columns: the table has no column 40");
    assert_int_equal(err.index, 1);
    options.struct_size = 3;
    check_fails(attain_table_to_arrow(s.card, &options, &stream, &err), ATTAIN_E_ARGUMENT, &err);
    assert_int_equal(n_released, 0);
    scene_end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_cell_is_what_the_table_prints),
        cmocka_unit_test(columns_that_are_asked_for),
        cmocka_unit_test(decimals_are_rounded_half_up),
        cmocka_unit_test(numbers_that_do_not_fit),
        cmocka_unit_test(a_table_without_rows_is_an_empty_stream),
        cmocka_unit_test(whoever_is_last),
        cmocka_unit_test(the_owner_may_free_everything),
        cmocka_unit_test(memory_that_runs_out),
        cmocka_unit_test(a_live_table_is_copied),
        cmocka_unit_test(facts_come_back_as_they_were),
        cmocka_unit_test(facts_cell_by_cell),
        cmocka_unit_test(facts_when_memory_runs_out),
        cmocka_unit_test(arguments_that_are_wrong),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
