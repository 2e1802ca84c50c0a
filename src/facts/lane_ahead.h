/* Looking ahead: where threads are allowed, lanes of their own read slices of a file while nobody knows yet whether a record begins there.
 *
 *   piece   │ slice 0              │ slice 1              │ slice 2              │      cut behind line ends
 *           │ lane 0 ▶ facts, runs │ lane 1 ▶ facts, runs │ lane 2 ▶ facts, runs │      together
 *           └──▶ the intake, alone, in order: where a record begins at a run, its facts are copied; all between runs goes the slow way
 *
 * A lane takes a plain line for the same facts wherever it meets it, and no line but a plain one. So a run holds exactly if a record begins
 * where it begins; it does not where a quoted field runs over several lines, or has eaten a line end. Then what was read is dropped,
 * and nobody has seen it. */
#ifndef ATN_FACTS_LANE_AHEAD_H
#define ATN_FACTS_LANE_AHEAD_H

#include "base/team.h"
#include "facts/lane.h"

/* Plain lines one after the other: bytes [from, to) of the slice, facts behind those of the run before. */
typedef struct atn_ahead_run {
    size_t from, to;
    atn_lines lines;
} atn_ahead_run;

typedef struct atn_ahead {
    atn_lane lane;
    atn_str text; /* the slice */
    atn_segment *facts;
    atn_ahead_run *runs;
    size_t n_runs, cap_runs;
} atn_ahead;

typedef struct atn_lookahead {
    atn_team team;
    atn_team_alloc shared_alloc;
    attain_allocator alloc;
    atn_ahead *ahead; /* one for each slice; NULL: closed */
    size_t n_ahead;
    size_t slice_bytes; /* at most */
} atn_lookahead;

/* Where the facts allow one thread only, or the lane is closed, it stays closed; likewise without room, which is no failure. */
void atn_lookahead_open(atn_lookahead *look, const atn_lane *lane, bool is_wide_cell);
void atn_lookahead_free(atn_lookahead *look);
/* Are so many bytes worth it? */
bool atn_lookahead_pays(const atn_lookahead *look, size_t n_bytes);
/* Reads slices of the beginning of the text, in which a record begins; how many, their texts one behind the other. */
size_t atn_lookahead_read(atn_lookahead *look, atn_str text);

#endif
