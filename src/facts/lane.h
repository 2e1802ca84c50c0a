/* The fast lane of CSV intake: plain lines become columns of ids where they lie, without a copy and without a string.
 *
 *   piece of the file ──marks──▶ fields of a line ──words──▶ ids, code, cell ──▶ segment of the batch (batch_columns.h)
 *                                     │  digits ──▶ value
 *                                     └──▶ anything else: not taken, and the line goes the slow way, reader and resolver
 *
 * A line is plain when it lies in the piece as a whole, has as many fields as the header, no quote and no control character, ends in LF or
 * CRLF, and its texts mean a good row: known unit, measure, period and members, digits with a sign and a decimal sign at most, no
 * qualifier, and a measure that has a grid. The lane never refuses anything. What it takes is what the slow way would have taken, to the bit: what a text means, and
 * whether a unit may report, is learnt by asking the slow way once. */
#ifndef ATN_FACTS_LANE_H
#define ATN_FACTS_LANE_H

#include "facts/batch_columns.h"
#include "facts/intake.h"
#include "facts/words.h"

typedef struct atn_lane_columns { /* of the file, from 0; ATN_NONE: no such column */
    uint32_t n;
    uint32_t unit, measure, period, value, qualifier, reason;
    const uint32_t *member; /* borrowed, like member_category */
    const uint32_t *member_category;
    uint32_t n_members;
    const uint32_t *wide_column; /* the wide form: figures, and their measures */
    const uint32_t *wide_measure;
    uint32_t n_wide;
} atn_lane_columns;

typedef struct atn_lane_measure {
    uint32_t rule; /* in unit_states */
    uint8_t
        type; /* of the periods that are plain: those of its reports; ATTAIN_PERIOD_NONE, which no period is of, if none are, because no grid
                    * takes its figures or one of its categories has no column */
    uint8_t decimals;
    bool any_sign, has_cells;
} atn_lane_measure;

typedef struct atn_lane_period {
    int32_t code, start_day, end_day;
    uint8_t type;
} atn_lane_period;

typedef struct atn_lane {
    const attain_facts *facts;
    attain_allocator alloc;
    atn_lane_columns columns;
    char separator, decimal_sign;
    bool is_open;
    atn_words units, measures, periods;
    atn_words *members; /* per member column */
    atn_lane_measure *measure;
    uint32_t *stride; /* [measure][member column]: what a member adds to the cell; 0: not of the measure */
    uint8_t **unit_states; /* per rule, per unit: what is known of its reporting */
    uint32_t n_rules;
    atn_lane_period *period;
    size_t n_periods, cap_periods;
    uint64_t n_rows; /* taken so far */
    /* the piece in hand; marks[next - 1] + 1 is where the line begins */
    const char *data;
    size_t len, scanned;
    uint32_t *marks;
    size_t n_marks, next;
    uint32_t n_slow; /* lines that were not taken, less those that were */
    bool high;       /* bytes above 127 were seen */
} atn_lane;

/* Without columns that the lane knows it stays closed, which is no failure. What it learns stands in memory of `alloc`. */
attain_status atn_lane_open(atn_lane *lane, const attain_facts *facts, const attain_allocator *alloc,
                            const atn_lane_columns *columns, char separator,
                            const attain_number_format *numbers, attain_error *err);
void atn_lane_free(atn_lane *lane);
void atn_lane_start(atn_lane *lane, const char *data, size_t len);
/* Takes plain lines from `from` on; *to is where the first begins that is not taken, or len. *n_lines of them, the first being row `number`
 * of the file, at most most_lines. */
attain_status atn_lane_take(atn_lane *lane, atn_batch *batch, size_t from, uint32_t number,
                            uint64_t most_lines, size_t *to, uint64_t *n_lines, attain_error *err);
/* Where the slow way may stop to ask again: behind the line that begins at `from`, or at the end of a piece that has too few plain lines. */
size_t atn_lane_line_end(atn_lane *lane, size_t from);

#endif
