/* Board: a scorecard that follows corrections of single facts.
 *
 *   correction ─▶ facts ─▶ live cube (cube_live.h): the fact's unit and those above it, in the periods that hold it
 *                   │         └─▶ sheets of the measure: their rows at these units and periods, column by column, in place
 *                   └─▶ stored rows of targets that use the measure: judged again at these units, put in the place of the old ones
 *
 * Equal to a new scorecard over the corrected facts, always. That rests on three things: a slab after a change is the slab that would
 * be made; sheets are closed forms over slabs, whatever led to them; and stored rows are judged by the same judge over the facts.
 *
 * A measure leaves the cube for good when a figure comes that the cube cannot hold (a bound, an estimate, a gap with a reason): the
 * sheets that use it then become stored rows, as many as before and in the same order, so that columns stay where they are.
 *
 * What can fail comes before what changes the board, and the facts are set back if it does: from a fact that was put in, room is left to
 * put the old one back, so that this cannot fail. */
#ifndef ATN_SCORE_BOARD_H
#define ATN_SCORE_BOARD_H

#include "score/score.h"

attain_status atn_board_new(const attain_plan *plan, attain_facts *facts, const attain_score_options *options,
                            attain_board **out, attain_error *err);
void atn_board_free(attain_board *board);
attain_status atn_board_set(attain_board *board, const attain_fact *fact, bool remove, attain_error *err);
size_t atn_board_changed(const attain_board *board, const size_t **rows);
attain_table *atn_board_table(const attain_board *board);
attain_status atn_board_snapshot(const attain_board *board, attain_table **out, attain_error *err);

#endif
