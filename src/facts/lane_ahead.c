/* Looking ahead. See lane_ahead.h. */
#include "facts/lane_ahead.h"

#include "facts/lane_parts.h"
#include <string.h>

/* A shorter slice is read before the thread for it has started. */
#define LEAST_SLICE_BYTES ((size_t)32 * 1024)
/* A thread that starts late, as on virtual machines, should still find work: of slices of 1/2, 1, 2 and 4 MiB the longest were read soonest. */
#define MOST_SLICE_BYTES ((size_t)4 * 1024 * 1024)
/* No plain line of the long form is shorter, its end included: "u,m,2025,1". Of the wide form a figure takes two bytes, a line ten; what does
 * not fit goes the ordinary way. */
#define LEAST_LINE_BYTES 11u
/* One thread copies what all have read: more would wait for it. */
#define MOST_SLICES 16u
/* More lines that are not plain than this, and than plain ones: the slice is left. */
#define MOST_HOLES 64u

/* ---- life ---- */

static bool open_ahead(atn_lookahead *look, const atn_lane *lane, bool is_wide_cell, atn_ahead *a)
{
    const attain_number_format numbers = {.decimal = lane->decimal_sign};
    a->facts =
        atn_segment_new(&look->alloc, (look->slice_bytes / LEAST_LINE_BYTES + 8) / 8 * 8, is_wide_cell);
    return a->facts != NULL && atn_lane_open(&a->lane, lane->facts, &look->alloc, &lane->columns,
                                             lane->separator, &numbers, NULL) == ATTAIN_OK;
}

void atn_lookahead_open(atn_lookahead *look, const atn_lane *lane, bool is_wide_cell)
{
    const attain_facts *facts = lane->facts;
    if (!lane->is_open || facts->n_threads <= 1) {
        return;
    }
    look->team = (atn_team){facts->n_threads, facts->executor, facts->executor_ctx};
    look->alloc = atn_team_alloc_of(&look->shared_alloc, &facts->alloc);
    look->slice_bytes = look->slice_bytes > 0 ? look->slice_bytes : MOST_SLICE_BYTES;
    look->n_ahead = facts->n_threads < MOST_SLICES ? facts->n_threads : MOST_SLICES;
    look->ahead = atn_alloc_array(&look->alloc, look->n_ahead, sizeof *look->ahead);
    bool good = look->ahead != NULL;
    for (size_t i = 0; good && i < look->n_ahead; i++) {
        good = open_ahead(look, lane, is_wide_cell, &look->ahead[i]);
    }
    if (!good) {
        atn_lookahead_free(look);
    }
}

void atn_lookahead_free(atn_lookahead *look)
{
    for (size_t i = 0; look->ahead != NULL && i < look->n_ahead; i++) {
        atn_ahead *a = &look->ahead[i];
        atn_lane_free(&a->lane);
        if (a->facts != NULL) {
            atn_segment_free(&look->alloc, a->facts);
        }
        if (a->runs != NULL) {
            atn_alloc_free_array(&look->alloc, a->runs, a->cap_runs, sizeof *a->runs);
        }
    }
    if (look->ahead != NULL) {
        atn_alloc_free_array(&look->alloc, look->ahead, look->n_ahead, sizeof *look->ahead);
        look->ahead = NULL;
    }
}

/* ---- a slice ---- */

/* Behind what was taken last, or as a run of its own. false: no room. */
static bool note(const atn_lookahead *look, atn_ahead *a, size_t from, const atn_lines *lines)
{
    const size_t to = atn_lane_place(&a->lane);
    atn_ahead_run *last = a->n_runs > 0 ? &a->runs[a->n_runs - 1] : NULL;
    if (last != NULL && last->to == from && last->lines.per_line == lines->per_line) {
        last->to = to;
        last->lines.n_lines += lines->n_lines;
        last->lines.n_facts += lines->n_facts;
        return true;
    }
    void *runs = a->runs;
    if (!atn_alloc_grow(&look->alloc, &runs, &a->cap_runs, a->n_runs + 1, sizeof *a->runs)) {
        return false;
    }
    a->runs = runs;
    a->runs[a->n_runs++] = (atn_ahead_run){from, to, *lines};
    return true;
}

static void read_slice(void *ctx, size_t i)
{
    const atn_lookahead *look = ctx;
    atn_ahead *a = &look->ahead[i];
    atn_learner l = {&a->lane, false};
    const size_t n_figures = a->lane.columns.n_wide > 0 ? a->lane.columns.n_wide : 1;
    uint64_t n_holes = 0;
    uint64_t n_lines = 0;
    size_t at = 0;
    atn_lines lines;
    a->n_runs = 0;
    a->facts->n = 0;
    atn_lane_start(&a->lane, a->text.data, a->text.len);
    atn_lane_go_to(&a->lane, 0);
    while (a->facts->cap - a->facts->n >= n_figures) {
        if (atn_lane_lines(&l, a->facts, UINT64_MAX, &lines)) {
            if (!note(look, a, at, &lines)) {
                return;
            }
            a->facts->n += lines.n_facts;
            n_lines += lines.n_lines;
            at = atn_lane_place(&a->lane);
            continue;
        }
        const char *end = memchr(a->text.data + at, '\n', a->text.len - at);
        if (end == NULL || l.no_memory || ++n_holes > n_lines + MOST_HOLES) {
            return;
        }
        at = (size_t)(end - a->text.data) + 1;
        atn_lane_go_to(&a->lane, at);
    }
}

/* ---- slices ---- */

static size_t least_slice(const atn_lookahead *look)
{
    return look->slice_bytes < LEAST_SLICE_BYTES ? look->slice_bytes : LEAST_SLICE_BYTES;
}

bool atn_lookahead_pays(const atn_lookahead *look, size_t n_bytes)
{
    return look->ahead != NULL && n_bytes / 2 >= least_slice(look);
}

/* Behind the last line end within the first `most` bytes; 0: there is none. */
static size_t last_line_end(atn_str text, size_t most)
{
    size_t end = most < text.len ? most : text.len;
    while (end > 0 && text.data[end - 1] != '\n') {
        end--;
    }
    return end;
}

size_t atn_lookahead_read(atn_lookahead *look, atn_str text)
{
    const size_t even = text.len / look->n_ahead + 1;
    const size_t most = even < look->slice_bytes ? even : look->slice_bytes;
    const size_t share = most > least_slice(look) ? most : least_slice(look);
    size_t n = 0;
    while (n < look->n_ahead) {
        const size_t len = last_line_end(text, share);
        if (len == 0) {
            break;
        }
        look->ahead[n++].text = (atn_str){text.data, len};
        text.data += len;
        text.len -= len;
    }
    atn_team_run(&look->team, read_slice, look, n);
    return n;
}
