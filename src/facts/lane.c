/* The fast lane of CSV intake: its life, and how it goes through a piece. See lane.h.
 *
 * Marks are found 2 KiB at a time, so that they stay in the first-level cache. */
#include "csv/csv.h"
#include "facts/lane_parts.h"

#include <string.h>

#define BLOCK_BYTES ((size_t)2048)
#define MOST_COLUMNS 64u
#define MARKS_ROOM (1u + 2u * MOST_COLUMNS + 2u + BLOCK_BYTES + 64u)
/* A piece with so many more slow lines than plain ones is read in the slow way as a whole. */
#define MOST_SLOW 64u

/* ---- life ---- */

static void know_measure(atn_lane *lane, uint32_t m)
{
    const atn_model *model = &lane->facts->plan->model;
    const atn_measure *measure = &model->measures[m];
    uint32_t *stride = lane->stride + (size_t)m * lane->columns.n_members;
    uint32_t step = 1;
    bool is_plain = lane->facts->grids[m].takes;
    for (uint32_t p = measure->n_categories; p-- > 0;) {
        bool found = false;
        for (uint32_t c = 0; c < lane->columns.n_members; c++) {
            if (lane->columns.member_category[c] == measure->category[p]) {
                stride[c] += step;
                found = true;
            }
        }
        is_plain = is_plain && found;
        step *= model->categories[measure->category[p]].n_members;
    }
    lane->measure[m].type = (uint8_t)(is_plain ? measure->reported : ATTAIN_PERIOD_NONE);
    lane->measure[m].decimals = measure->decimals;
    lane->measure[m].any_sign = measure->any_sign;
    lane->measure[m].has_cells = measure->n_categories > 0;
}

static bool make_room(atn_lane *lane)
{
    const attain_allocator *a = &lane->alloc;
    const atn_model *model = &lane->facts->plan->model;
    const uint32_t n_members = lane->columns.n_members;
    lane->marks = atn_alloc_array(a, MARKS_ROOM, sizeof *lane->marks);
    lane->members = atn_alloc_array(a, n_members, sizeof *lane->members);
    lane->measure = atn_alloc_array(a, model->n_measures, sizeof *lane->measure);
    lane->stride = atn_alloc_array(a, (size_t)model->n_measures * n_members, sizeof *lane->stride);
    lane->unit_states = atn_alloc_array(a, model->n_measures, sizeof(uint8_t *));
    return lane->marks != NULL && lane->members != NULL && lane->measure != NULL && lane->stride != NULL &&
           lane->unit_states != NULL;
}

attain_status atn_lane_open(atn_lane *lane, const attain_facts *facts, const attain_allocator *alloc,
                            const atn_lane_columns *columns, char separator,
                            const attain_number_format *numbers, attain_error *err)
{
    const atn_model *model = &facts->plan->model;
    if (columns->n > MOST_COLUMNS) {
        return ATTAIN_OK;
    }
    lane->facts = facts;
    lane->alloc = *alloc;
    lane->columns = *columns;
    lane->separator = separator;
    lane->decimal_sign = numbers->decimal != '\0' ? numbers->decimal : '.';
    if (!make_room(lane)) {
        return atn_error_memory(err, "taking facts in");
    }
    for (uint32_t m = 0; m < model->n_measures; m++) {
        know_measure(lane, m);
    }
    atn_lane_know_rules(lane);
    lane->is_open = true;
    return ATTAIN_OK;
}

void atn_lane_free(atn_lane *lane)
{
    if (lane->facts == NULL) {
        return;
    }
    const attain_allocator *a = &lane->alloc;
    const atn_model *model = &lane->facts->plan->model;
    const uint32_t n_members = lane->columns.n_members;
    for (uint32_t r = 0; lane->unit_states != NULL && r < lane->n_rules; r++) {
        atn_alloc_free_array(a, lane->unit_states[r], model->n_units, 1);
    }
    for (uint32_t c = 0; lane->members != NULL && c < n_members; c++) {
        atn_words_free(&lane->members[c], a);
    }
    atn_words_free(&lane->units, a);
    atn_words_free(&lane->measures, a);
    atn_words_free(&lane->periods, a);
    atn_alloc_free_array(a, lane->period, lane->cap_periods, sizeof *lane->period);
    atn_alloc_free_array(a, lane->unit_states, model->n_measures, sizeof(uint8_t *));
    atn_alloc_free_array(a, lane->stride, (size_t)model->n_measures * n_members, sizeof *lane->stride);
    atn_alloc_free_array(a, lane->measure, model->n_measures, sizeof *lane->measure);
    atn_alloc_free_array(a, lane->members, n_members, sizeof *lane->members);
    atn_alloc_free_array(a, lane->marks, MARKS_ROOM, sizeof *lane->marks);
    memset(lane, 0, sizeof *lane);
}

/* ---- pieces ---- */

void atn_lane_start(atn_lane *lane, const char *data, size_t len)
{
    lane->data = data;
    lane->len = len;
    lane->scanned = 0;
    lane->next = lane->n_marks = 1; /* marks[0] stands before the line: go_to sets it */
    lane->n_slow = 0;
    lane->high = false;
}

void atn_lane_go_to(atn_lane *lane, size_t from)
{
    while (lane->next < lane->n_marks && lane->marks[lane->next] < from) {
        lane->next++;
    }
    if (lane->next == lane->n_marks && lane->scanned < from) {
        lane->scanned = from;
    }
    lane->marks[lane->next - 1] = (uint32_t)from - 1u;
}

/* More marks behind those of the line in hand, which go to the front. false: the piece has no more, or the line too many. */
static bool find_marks(atn_lane *lane)
{
    const size_t left = lane->len - lane->scanned;
    const size_t n_kept = lane->n_marks - lane->next + 1;
    if (left == 0 || n_kept > (size_t)2 * MOST_COLUMNS) {
        return false;
    }
    memmove(lane->marks, lane->marks + lane->next - 1, n_kept * sizeof *lane->marks);
    lane->next = 1;
    lane->n_marks = n_kept;
    const size_t to = lane->scanned + (left < BLOCK_BYTES ? left : BLOCK_BYTES);
    atn_csv_marks(lane->data, lane->scanned, to, lane->separator, lane->marks, &lane->n_marks, &lane->high);
    lane->scanned = to;
    return true;
}

bool atn_lane_lines(atn_learner *l, atn_segment *s, uint64_t most_lines, atn_lines *out)
{
    atn_lane *lane = l->lane;
    while (lane->n_marks - lane->next < lane->columns.n + 1) {
        if (!find_marks(lane)) {
            return false;
        }
    }
    const size_t n_known = atn_lane_take_known(lane, s, most_lines);
    if (n_known > 0) {
        *out = (atn_lines){n_known, (uint32_t)n_known, 1};
        return true;
    }
    uint32_t n_facts;
    uint32_t n_marks;
    if (!atn_lane_take_line(l, s, &n_facts, &n_marks)) {
        return false;
    }
    lane->next += n_marks;
    *out = (atn_lines){1, n_facts, n_facts};
    return true;
}

static attain_status no_memory(attain_error *err)
{
    return atn_error_memory(err, "taking facts in");
}

attain_status atn_lane_take(atn_lane *lane, atn_batch *batch, size_t from, uint32_t number,
                            uint64_t most_lines, size_t *to, uint64_t *n_lines, attain_error *err)
{
    const uint32_t n_figures = lane->columns.n_wide > 0 ? lane->columns.n_wide : 1;
    atn_learner l = {lane, false};
    *n_lines = 0;
    atn_lane_go_to(lane, from);
    while (*n_lines < most_lines) {
        atn_segment *s = batch->columns.last;
        if (s == NULL || s->cap - s->n < n_figures) {
            s = atn_batch_room(batch, n_figures);
            if (s == NULL) {
                return no_memory(err);
            }
        }
        atn_lines stretch;
        if (!atn_lane_lines(&l, s, most_lines - *n_lines, &stretch)) {
            break;
        }
        s->n += stretch.n_facts;
        if (!atn_batch_count(batch, &stretch, n_figures, number + (uint32_t)*n_lines)) {
            return no_memory(err);
        }
        *n_lines += stretch.n_lines;
    }
    *to = atn_lane_place(lane);
    lane->n_rows += *n_lines;
    lane->n_slow -= lane->n_slow < *n_lines ? lane->n_slow : (uint32_t)*n_lines;
    return l.no_memory ? no_memory(err) : ATTAIN_OK;
}

size_t atn_lane_line_end(atn_lane *lane, size_t from)
{
    const char *end = memchr(lane->data + from, '\n', lane->len - from);
    lane->n_slow++;
    return end == NULL || lane->n_slow > MOST_SLOW ? lane->len : (size_t)(end - lane->data) + 1;
}
