/* What the parts of the fast lane share: lane.c (life, pieces), lane_lines.c (from a line to figures), lane_learn.c (what the slow way
 * says). */
#ifndef ATN_FACTS_LANE_PARTS_H
#define ATN_FACTS_LANE_PARTS_H

#include "facts/lane.h"

/* So many bytes behind a line can be read, whatever they are. */
#define ATN_LANE_SPARE_BYTES ((size_t)ATN_WORD_BYTES)

/* What is known of a unit under a rule. */
enum { ATN_STATE_UNKNOWN, ATN_STATE_ALWAYS, ATN_STATE_WHILE_VALID, ATN_STATE_ASK };

/* Room may run out while something is learnt: then the line is not taken, and who asked for it looks at no_memory. */
typedef struct atn_learner {
    atn_lane *lane;
    bool no_memory;
} atn_learner;

/* Measures under the same rule about units share what is known of them. */
void atn_lane_know_rules(atn_lane *lane);
/* Each is asked for a text that is not among the kept words, and keeps it. ATN_NONE: the line is not plain. */
uint32_t atn_lane_learn_unit(atn_learner *l, atn_str text);
uint32_t atn_lane_learn_measure(atn_learner *l, atn_str text);
uint32_t atn_lane_learn_member(atn_learner *l, uint32_t column, atn_str text);
uint32_t atn_lane_learn_period(atn_learner *l, atn_str text); /* a place in lane->period */
/* May the fact stand there? Asks once, and then only where the answer may differ. */
bool atn_lane_may_report(atn_learner *l, uint32_t measure, uint32_t unit, const atn_lane_period *period);

/* The next line begins at `from`: marks before it are passed. */
void atn_lane_go_to(atn_lane *lane, size_t from);
/* Where the next line begins. */
static inline size_t atn_lane_place(const atn_lane *lane)
{
    const uint32_t place = lane->marks[lane->next - 1] + 1u; /* of 0 the mark before is UINT32_MAX */
    return place;
}
/* The next lines, at most most_lines, as far as each gives equally many facts, which stand behind those of the segment; it has room for those
 * of one line. false: there is none, or it is not plain. */
bool atn_lane_lines(atn_learner *l, atn_segment *s, uint64_t most_lines, atn_lines *out);

/* Lines from lane->next on, of the long form, of which every word is kept; the number of them, whose figures stand behind those of the
 * segment. */
size_t atn_lane_take_known(atn_lane *lane, atn_segment *s, uint64_t most_lines);
/* The line at lane->next, if it is plain: *n_facts of it stand behind those of the segment, it has *n_marks. */
bool atn_lane_take_line(atn_learner *l, atn_segment *s, uint32_t *n_facts, uint32_t *n_marks);

#endif
