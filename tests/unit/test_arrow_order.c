/* Dictionaries in the order of the plan, whose indices are ids but for a constant, and one column of members in any order: such rows have ways of
 * their own, which must give what the same rows give as texts, row by row. In every width, with slices, with nulls and rubbish under them, with
 * nulls that are items behind the others, with words of other columns before them and behind; with rows that do not fit, and with an index that the dictionary does not have. */
#include "arrow_twin.h"
#include "support/rng.h"

#include <stdio.h>
#include <stdlib.h>

/* The usual measures; the others are there to be many. */
enum {
    N_UNITS = 30,
    N_MONTHS = 160,
    N_POSTS = 9,
    N_MEASURES = 4,
    MOST_ROWS = N_UNITS * N_MONTHS * (2 + 2 * N_POSTS)
};

/* Each second one is by post. */
static const char *const measures[] = {"births", "visits", "deaths", "staff", "beds",
                                       "nights", "moves",  "doses",  "baths", "meals"};
static const char *const posts[] = {"a", "b", "c", "d", "e", "f", "g", "h", "i"};
static char units[N_UNITS][16];
static char months[N_MONTHS][16];
static char values[1000][16];
static const char *cells[MOST_ROWS * N_COLUMNS];
static attain_plan *plan;

static int set_up(void **state)
{
    static char text[4096];
    size_t n = (size_t)snprintf(text, sizeof text, "unit VN nation\nunit P province in VN\n");
    for (int u = 0; u < N_UNITS; u++) {
        snprintf(units[u], sizeof units[u], "P.%d", u);
        n += (size_t)snprintf(text + n, sizeof text - n, "unit %s district in P\n", units[u]);
    }
    snprintf(text + n, sizeof text - n,
             "category post: a, b, c, d, e, f, g, h, i\n"
             "measure births flow births reported monthly by district\n"
             "measure visits flow visits by post reported monthly by district\n"
             "measure deaths flow deaths reported monthly by district\n"
             "measure staff flow persons by post reported monthly by district\n"
             "measure beds flow beds reported monthly by district\n"
             "measure nights flow nights by post reported monthly by district\n"
             "measure moves flow moves reported monthly by district\n"
             "measure doses flow doses by post reported monthly by district\n"
             "measure baths flow baths reported monthly by district\n"
             "measure meals flow meals by post reported monthly by district\n");
    plan = build_plan(text, NULL);
    for (int m = 0; m < N_MONTHS; m++) {
        snprintf(months[m], sizeof months[m], "%d-%02d", 2001 + m / 12, m % 12 + 1);
    }
    for (int v = 0; v < 1000; v++) {
        snprintf(values[v], sizeof values[v], "%d", v);
    }
    return twin_set_up(state);
}

static int tear_down(void **state)
{
    build_plan_free(plan);
    return twin_tear_down(state);
}

/* Items [first, end) of each: words of the plan that no row has may be before them and behind. */
typedef struct span {
    size_t unit, end_unit, measure, end_measure, post, end_post, n_months;
} span;

/* Sorted; runs of n_months. */
static frame sorted_rows(span of)
{
    frame f = {cells, 0};
    for (size_t u = of.unit; u < of.end_unit; u++) {
        for (size_t m = of.measure; m < of.end_measure; m++) {
            for (size_t p = m % 2 != 0 ? of.post : of.end_post - 1; p < of.end_post; p++) {
                for (size_t k = 0; k < of.n_months; k++) {
                    const char **const row = cells + f.n++ * N_COLUMNS;
                    memset(row, 0, N_COLUMNS * sizeof *row);
                    row[UNIT] = units[u];
                    row[MEASURE] = measures[m];
                    row[PERIOD] = months[k];
                    row[VALUE] = values[(f.n * 7 + u) % 1000];
                    row[POST] = m % 2 != 0 ? posts[p] : NULL;
                }
            }
        }
    }
    return f;
}

/* One row that is odd, empty, or refused. */
static void disturb(rng *r, const frame *f)
{
    const char **const row = f->cell + rng_below(r, f->n) * N_COLUMNS;
    switch (rng_below(r, 9)) {
    case 0: row[POST] = row[POST] != NULL ? NULL : "b"; break;
    case 1: row[POST] = "x"; break;
    case 2: row[POST] = ""; break;
    case 3: row[VALUE] = NULL; break;
    case 4: row[UNIT] = rng_below(r, 2) == 0 ? NULL : "P.x"; break;
    case 5: row[PERIOD] = rng_below(r, 2) == 0 ? NULL : "2001"; break;
    case 6: row[MEASURE] = rng_below(r, 2) == 0 ? NULL : "staf"; break;
    case 7: row[UNIT] = "P"; break;
    default: row[MEASURE] = row[POST] != NULL ? "births" : "visits"; break;
    }
}

static void same_reports(const attain_report *a, const attain_report *b)
{
    assert_int_equal(a->n_read, b->n_read);
    assert_int_equal(a->n_accepted, b->n_accepted);
    assert_int_equal(a->n_rejected, b->n_rejected);
    assert_int_equal(a->n_empty, b->n_empty);
    assert_int_equal(a->n_issues, b->n_issues);
    for (size_t i = 0; i < a->n_issues; i++) {
        assert_int_equal(a->issues[i].row, b->issues[i].row);
        assert_string_equal(a->issues[i].message, b->issues[i].message);
    }
}

/* Takes the rows in this way and as texts, row by row; the status of both. */
static attain_status check(const frame *f, const way *w)
{
    attain_error errs[2] = {{.status = ATTAIN_OK}, {.status = ATTAIN_OK}};
    attain_report reports[2];
    attain_facts *facts[2];
    attain_status status[2];
    way texts = twin_way(plan);
    texts.tuning = ATTAIN_TUNE_ROW_BY_ROW;
    texts.flags = w->flags;
    const way *const ways[2] = {w, &texts};
    for (int i = 0; i < 2; i++) {
        facts[i] = twin_facts(ways[i]);
        status[i] = twin_take(facts[i], f, ways[i], &reports[i], &errs[i]);
    }
    assert_int_equal(status[0], status[1]);
    if (status[0] != ATTAIN_OK) {
        assert_string_equal(errs[0].message, errs[1].message);
        assert_int_equal(errs[0].index, errs[1].index);
    }
    same_reports(&reports[0], &reports[1]);
    twin_same_facts(facts[0], facts[1]);
    for (int i = 0; i < 2; i++) {
        attain_report_free(&reports[i]);
        attain_facts_free(facts[i]);
    }
    return status[0];
}

static const uint32_t tunings[] = {0, 0, ATTAIN_TUNE_PORTABLE, ATTAIN_TUNE_AVX2};
static const unsigned hows[] = {0,
                                AM_SLICED,
                                AM_SLICED | AM_LAST_UNDER_NULL,
                                AM_BITMAP | AM_SLICED_DICTIONARY,
                                AM_UNCOUNTED | AM_SLICED,
                                AM_NULLS_BEHIND,
                                AM_NULLS_BEHIND | AM_SLICED,
                                AM_UNUSED,
                                AM_WORDS_BEFORE,
                                AM_WORDS_BEFORE | AM_NULLS_BEHIND,
                                AM_WORDS_BEFORE | AM_WORDS_BEHIND | AM_NULLS_BEHIND | AM_SLICED};

static way any_way(rng *r)
{
    way w = twin_way(plan);
    for (size_t c = 0; c < N_COLUMNS; c++) {
        w.columns[c].index = c == VALUE ? 0 : "cCsSiIlL"[rng_below(r, 8)];
        w.columns[c].how = hows[rng_below(r, COUNT(hows))];
    }
    w.columns[POST].index = "cCcCsSiI"[rng_below(r, 8)];
    w.columns[VALUE].format = "l";
    w.tuning = tunings[rng_below(r, COUNT(tunings))];
    w.n_threads = 1 + (uint32_t)rng_below(r, 2);
    w.flags = rng_below(r, 2) == 0 ? (uint32_t)ATTAIN_INTAKE_SKIP_BAD_ROWS : 0;
    return w;
}

static void many_measures(void **state)
{
    (void)state;
    rng r = rng_new(11);
    for (unsigned round = 0; round < 24; round++) {
        const frame f = sorted_rows(
            (span){rng_below(&r, 20), N_UNITS, rng_below(&r, 3), COUNT(measures), 0, N_POSTS, 12});
        way w = any_way(&r);
        w.columns[MEASURE].index = "cCsSiI"[round % 6];
        w.columns[MEASURE].how = round % 4 == 3 ? 0 : AM_WORDS_BEFORE | AM_WORDS_BEHIND;
        assert_int_equal(check(&f, &w), ATTAIN_OK);
    }
}

static void rows_in_the_order_of_the_plan(void **state)
{
    (void)state;
    static const size_t lengths[] = {72, 64, 33, 12, 1};
    rng r = rng_new(7);
    size_t n_ok = 0;
    for (unsigned round = 0; round < 60; round++) {
        frame f = sorted_rows((span){rng_below(&r, 4), N_UNITS, rng_below(&r, 3), N_MEASURES,
                                     rng_below(&r, 3), N_POSTS - rng_below(&r, 2), lengths[round % 5]});
        for (unsigned k = round % 4 == 3 ? 3 : round % 4 == 2 ? 1 : 0; k > 0; k--) {
            disturb(&r, &f);
        }
        way w = any_way(&r);
        const size_t sizes[] = {round % 3 == 0 ? 100 : 20000, 20000, 17};
        w.sizes = round % 2 == 0 ? NULL : sizes;
        w.n_sizes = round % 2 == 0 ? 0 : COUNT(sizes);
        n_ok += check(&f, &w) == ATTAIN_OK;
    }
    assert_in_range(n_ok, 35, 59);
}

/* Members as a frame has them that met them in another order. */
static void turn_posts(const frame *f, size_t by)
{
    for (size_t i = 0; i < f->n; i++) {
        const char **const post = &f->cell[i * N_COLUMNS + POST];
        *post = *post != NULL ? posts[((size_t)(**post - 'a') * 5 + by) % N_POSTS] : NULL;
    }
}

/* Of every width, with empty items before them and behind, with words of other columns. */
static const unsigned member_ways[] = {0,
                                       AM_SLICED | AM_LAST_UNDER_NULL,
                                       AM_NULL_IN_DICTIONARY,
                                       AM_NULL_IN_DICTIONARY | AM_WORDS_BEFORE,
                                       AM_WORDS_BEFORE | AM_WORDS_BEHIND,
                                       AM_UNUSED | AM_SLICED_DICTIONARY,
                                       AM_NULLS_BEHIND,
                                       AM_NULLS_BEHIND | AM_MANY_BEFORE};

static void set_posts(way *w, unsigned how, unsigned width)
{
    w->columns[POST].how = how;
    w->columns[POST].index = ((how & AM_MANY_BEFORE) != 0 ? "CCsSiI" : "cCsSiI")[width];
}

static void members_in_another_order(void **state)
{
    (void)state;
    rng r = rng_new(19);
    for (unsigned round = 0; round < 6 * COUNT(member_ways); round++) {
        const frame f =
            sorted_rows((span){0, 8, round % 2, COUNT(measures), 0, N_POSTS, 33 + 32 * (round % 3)});
        turn_posts(&f, round);
        way w = any_way(&r);
        set_posts(&w, member_ways[round / 6], round % 6);
        assert_int_equal(check(&f, &w), ATTAIN_OK);
    }
}

static size_t next_row(const frame *f, size_t row, bool has_post)
{
    while ((f->cell[row * N_COLUMNS + POST] != NULL) != has_post) {
        row++;
    }
    return row;
}

/* One row among many that are as they should be. */
static void members_that_do_not_fit(void **state)
{
    (void)state;
    rng r = rng_new(23);
    for (unsigned round = 0; round < 4 * 6 * COUNT(member_ways) * 2; round++) {
        const unsigned slip = round % 4;
        const bool is_long = rng_below(&r, 12) == 0; /* loaded directly, and in vectors */
        const frame f =
            sorted_rows((span){0, is_long ? N_UNITS : 1, 0, is_long ? 4 : 2, N_POSTS - 3, N_POSTS, 96});
        size_t row = rng_below(&r, f.n / 2);
        row = slip < 2 ? row : next_row(&f, row, slip == 2);
        if (round % 8 >= 4) {
            turn_posts(&f, round / 8);
        }
        f.cell[row * N_COLUMNS + POST] = slip == 0   ? "x"
                                         : slip == 1 ? ""
                                         : slip == 2 ? NULL
                                                     : posts[N_POSTS - 3];
        way w = any_way(&r);
        set_posts(&w, member_ways[round / 48], round / 8 % 6);
        w.flags = (uint32_t)ATTAIN_INTAKE_SKIP_BAD_ROWS;
        assert_int_equal(check(&f, &w), ATTAIN_OK);
    }
}

/* Texts are held against each other 32 at a time: runs that end one row before a group does, behind it and with it, and months that do not follow those
 * before them. */
static void texts_in_groups(void **state)
{
    static const size_t lengths[] = {31, 63, 95, 32, 33};
    static const char *const formats[] = {"u", "U", "vu"};
    (void)state;
    rng r = rng_new(29);
    for (unsigned round = 0; round < 2 * 3 * COUNT(lengths); round++) {
        const size_t n_months = lengths[round / 6];
        const frame f = sorted_rows((span){0, N_UNITS, 0, n_months < 60 ? 6 : 3, 2, N_POSTS, n_months});
        for (size_t k = 0; round % 2 != 0 && k < 60; k++) { /* each month once: nothing comes twice */
            f.cell[rng_below(&r, f.n) * N_COLUMNS + PERIOD] = months[n_months + k];
        }
        way w = any_way(&r);
        for (size_t c = 0; c < N_COLUMNS; c++) {
            w.columns[c].index = 0;
            w.columns[c].how &= (unsigned)(AM_SLICED | AM_BITMAP | AM_UNCOUNTED);
            w.columns[c].format = c == VALUE ? "l" : formats[round % 3];
        }
        assert_int_equal(check(&f, &w), ATTAIN_OK);
    }
}

/* ---- indices ---- */

static void put_index(am_stream *s, size_t batch, size_t column, size_t row, int64_t index)
{
    static const size_t width[] = {['c'] = 1, ['C'] = 1, ['s'] = 2, ['S'] = 2, ['i'] = 4, ['I'] = 4};
    const struct ArrowArray *const array = s->batch[batch].children[column];
    const size_t n_bytes = width[(size_t)s->columns[column].index];
    char *const items = (char *)(uintptr_t)array->buffers[1];
    memcpy(items + ((size_t)array->offset + row) * n_bytes, &index, n_bytes); /* little endian, or all bits */
}

/* One index that is not as the rows say. */
typedef struct slip {
    size_t column, row;
    int64_t index;
    bool from_end; /* it counts from the number of words */
} slip;

/* The rows are refused, and nothing of them is kept. */
static attain_error refused(const frame *f, const way *w, slip x)
{
    attain_error err = {.status = ATTAIN_OK};
    attain_facts *facts = twin_facts(w);
    am_stream *s = am_new(w->columns, N_COLUMNS);
    am_batch(s, f->cell, f->n);
    put_index(s, 0, x.column, x.row,
              x.index + (x.from_end ? s->batch[0].children[x.column]->dictionary->length : 0));
    if (attain_facts_add_arrow(facts, &s->stream, NULL, NULL, &err) == ATTAIN_OK) {
        fail_msg("column %zu, index type %c, index %lld, tuning %u: taken", x.column,
                 w->columns[x.column].index, (long long)x.index, w->tuning);
    }
    assert_int_equal(attain_facts_count(facts), 0);
    attain_facts_free(facts);
    am_free(s);
    return err;
}

static const size_t id_columns[] = {UNIT, MEASURE, PERIOD, POST};

/* Of a byte, two and four, with a sign and without: the first that the dictionary does not have, though the plan goes on there, and the last that
 * there is. */
static void indices_that_there_are_not(void **state)
{
    (void)state;
    const frame f = sorted_rows((span){1, N_UNITS - 1, 0, N_MEASURES - 1, 0, N_POSTS - 1, 96});
    for (unsigned way_no = 0; way_no < 4 * 6 * 2; way_no++) {
        const size_t column = id_columns[way_no % 4];
        const bool is_last = way_no / 24 != 0;
        for (size_t k = 0; k < 4; k++) {
            way w = twin_way(plan);
            for (size_t c = 0; c < N_COLUMNS; c++) {
                w.columns[c].index = c == VALUE ? 0 : c == POST ? 'c' : 's';
                w.columns[c].how = k == 1 ? AM_NULLS_BEHIND : AM_LAST_UNDER_NULL;
            }
            w.columns[VALUE].format = "l";
            w.columns[column].index = "cCsSiI"[way_no / 4 % 6];
            w.tuning = tunings[k];
            w.n_threads = 1 + k % 2;
            /* one that has a post; where that is no null, one that has none */
            const size_t row = next_row(&f, 777 + 5003 * k, k != 1);
            const attain_error err = refused(&f, &w, (slip){column, row, is_last ? -1 : 0, !is_last});
            char part[96];
            snprintf(part, sizeof part, "column '%s', row %zu: an index that its dictionary does not have",
                     twin_names[column], row + 1);
            assert_int_equal(err.status, ATTAIN_E_ARROW);
            check_contains(err.message, part);
        }
    }
}

/* A dictionary that several columns share: one of their words before those of this column, and one behind. The ids of units are the indices
 * of their words, and the rows of a block do not have them all. */
static void words_of_other_columns(void **state)
{
    (void)state;
    const frame f = sorted_rows((span){2, 12, 0, COUNT(measures), 0, N_POSTS, 96});
    for (unsigned way_no = 0; way_no < 4 * 3 * 2; way_no++) {
        const size_t column = id_columns[way_no % 4];
        const bool is_before = way_no / 12 == 0;
        for (size_t k = 0; k < 4; k++) {
            way w = twin_way(plan);
            for (size_t c = 0; c < N_COLUMNS; c++) {
                w.columns[c].index = c == VALUE ? 0 : "cSi"[way_no / 4 % 3];
                w.columns[c].how =
                    AM_WORDS_BEFORE | (is_before && k % 2 != 0 ? 0 : (unsigned)AM_WORDS_BEHIND);
            }
            w.columns[VALUE].format = "l";
            w.tuning = tunings[k];
            w.n_threads = 1 + k % 2;
            const size_t row = next_row(&f, 777 + 3003 * k, true);
            const attain_error err = refused(&f, &w, (slip){column, row, is_before ? 3 : -1, !is_before});
            char part[96];
            snprintf(part, sizeof part, "row %zu: ", row + 1);
            check_contains(err.message, part);
            check_contains(err.message, is_before ? "'w3'" : "'w4'");
        }
    }
}

/* All words, in rows without a value: what they mean is known then, and no fact comes of it. */
static frame words_alone(void)
{
    static const char *rows[N_MONTHS * N_COLUMNS];
    for (size_t i = 0; i < N_MONTHS; i++) {
        const char **const row = rows + i * N_COLUMNS;
        row[UNIT] = units[i % N_UNITS];
        row[MEASURE] = measures[i % N_MEASURES];
        row[PERIOD] = months[i];
        row[POST] = posts[i % N_POSTS];
    }
    return (frame){rows, N_MONTHS};
}

/* Indices at an odd address are read one by one. The batch before has a longer dictionary, of which what there is not would be an item. */
static void indices_that_there_are_not_at_an_odd_address(void **state)
{
    (void)state;
    static char at_odd[MOST_ROWS * 4 + 1];
    const frame before = words_alone();
    const frame f = sorted_rows((span){1, N_UNITS - 1, 1, 2, 0, N_POSTS - 1, 96});
    for (unsigned way_no = 0; way_no < 4 * 4 * 3; way_no++) {
        const size_t column = id_columns[way_no % 4];
        const char letter = "sSiI"[way_no / 4 % 4];
        const size_t width = letter == 's' || letter == 'S' ? 2 : 4;
        attain_error err = {.status = ATTAIN_OK};
        way w = twin_way(plan);
        for (size_t c = 0; c < N_COLUMNS; c++) {
            w.columns[c].index = c == VALUE ? 0 : c == column ? letter : 's';
        }
        w.columns[VALUE].format = "l";
        attain_facts *facts = twin_facts(&w);
        am_stream *s = am_new(w.columns, N_COLUMNS);
        am_batch(s, before.cell, before.n);
        am_batch(s, f.cell, f.n);
        const struct ArrowArray *const array = s->batch[1].children[column];
        char *const odd = at_odd + ((uintptr_t)at_odd % 2 == 0 ? 1 : 0);
        memcpy(odd, array->buffers[1], ((size_t)array->offset + f.n) * width);
        array->buffers[1] = odd;
        if (way_no >= 32) {
            put_index(s, 1, column, 777, -1);
        } else if (way_no >= 16) {
            put_index(s, 1, column, 777, array->dictionary->length);
        }
        const attain_status status = attain_facts_add_arrow(facts, &s->stream, NULL, NULL, &err);
        assert_int_equal(status, way_no >= 16 ? ATTAIN_E_ARROW : ATTAIN_OK);
        check_contains(err.message,
                       way_no >= 16 ? "row 938: an index that its dictionary does not have" : "");
        attain_facts_free(facts);
        am_free(s);
    }
}

/* A dictionary with more items than its indices have positive numbers for: those below 0 are none of them. */
static void indices_with_a_sign(void **state)
{
    (void)state;
    for (size_t k = 0; k < 4 * COUNT(tunings); k++) {
        const bool has_others = k >= 2 * COUNT(tunings); /* four */
        const frame f =
            sorted_rows((span){0, 12, 0, N_MEASURES, 0, N_POSTS, has_others ? INT8_MAX + 1 : N_MONTHS});
        attain_error err = {.status = ATTAIN_OK};
        way w = twin_way(plan);
        for (size_t c = 0; c < N_COLUMNS; c++) {
            w.columns[c].index = c == VALUE ? 0 : 'C';
        }
        w.columns[VALUE].format = "l";
        w.columns[PERIOD].how = has_others ? AM_WORDS_BEFORE : 0;
        w.tuning = tunings[k / 2 % COUNT(tunings)];
        attain_facts *facts = twin_facts(&w);
        am_stream *s = am_new(w.columns, N_COLUMNS);
        am_batch(s, f.cell, f.n);
        if (k % 2 != 0) {
            s->schema.children[PERIOD]->format = "c";
        }
        const attain_status status = attain_facts_add_arrow(facts, &s->stream, NULL, NULL, &err);
        assert_int_equal(status, k % 2 != 0 ? ATTAIN_E_ARROW : ATTAIN_OK);
        check_contains(err.message, k % 2 == 0   ? ""
                                    : has_others ? "column 'period', row 125: an index"
                                                 : "column 'period', row 129: an index");
        attain_facts_free(facts);
        am_free(s);
    }
}

/* The same of members: the fourth has the index 128. And an index that is a member's but for its higher bytes. */
static void members_with_a_sign_or_too_far(void **state)
{
    static const slip far[] = {{POST, 200, 256, true}, {POST, 200, 65536, true}};
    (void)state;
    const frame f = sorted_rows((span){0, 14, 0, 2, 0, N_POSTS, 128});
    for (size_t k = 0; k < 3 * COUNT(tunings); k++) {
        attain_error err = {.status = ATTAIN_OK};
        way w = twin_way(plan);
        for (size_t c = 0; c < N_COLUMNS; c++) {
            w.columns[c].index = c == VALUE ? 0 : 's';
        }
        w.columns[VALUE].format = "l";
        w.columns[POST].how = AM_MANY_BEFORE;
        w.columns[POST].index = "CSi"[k % 3];
        w.tuning = tunings[k / 3];
        if (k % 3 != 0) {
            slip x = far[k % 3 - 1];
            x.index -= 3; /* from the end: one of the members */
            check_contains(refused(&f, &w, x).message, "column 'post', row 201: an index");
            continue;
        }
        attain_facts *facts = twin_facts(&w);
        am_stream *s = am_new(w.columns, N_COLUMNS);
        am_batch(s, f.cell, f.n);
        s->schema.children[POST]->format = "c";
        assert_int_equal(attain_facts_add_arrow(facts, &s->stream, NULL, NULL, &err), ATTAIN_E_ARROW);
        check_contains(err.message, "column 'post', row 513: an index");
        attain_facts_free(facts);
        am_free(s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_in_the_order_of_the_plan),
        cmocka_unit_test(many_measures),
        cmocka_unit_test(members_in_another_order),
        cmocka_unit_test(members_that_do_not_fit),
        cmocka_unit_test(texts_in_groups),
        cmocka_unit_test(indices_that_there_are_not),
        cmocka_unit_test(words_of_other_columns),
        cmocka_unit_test(indices_that_there_are_not_at_an_odd_address),
        cmocka_unit_test(indices_with_a_sign),
        cmocka_unit_test(members_with_a_sign_or_too_far),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
