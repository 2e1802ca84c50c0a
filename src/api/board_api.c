/* Entry points of boards: arguments are checked here, what boards do is in score/board.c. */
#include "api/arguments.h"
#include "score/board.h"

attain_status attain_board_new(const attain_plan *plan, attain_facts *facts,
                               const attain_score_options *options, attain_board **out, attain_error *err)
{
    attain_score_options o;
    ATN_TRY(atn_argument_need(plan, "plan", err));
    ATN_TRY(atn_argument_need(facts, "facts", err));
    ATN_TRY(atn_argument_need(out, "out", err));
    if (!plan->frozen) {
        return atn_error_set(err, ATTAIN_E_ARGUMENT, "the plan is not frozen; call attain_plan_freeze first");
    }
    ATN_TRY(atn_argument_score(&o, options, err));
    return atn_board_new(plan, facts, &o, out, err);
}

void attain_board_free(attain_board *board)
{
    atn_board_free(board);
}

attain_status attain_board_set(attain_board *board, const attain_fact *fact, int remove, attain_error *err)
{
    ATN_TRY(atn_argument_need(board, "board", err));
    ATN_TRY(atn_argument_need(fact, "fact", err));
    return atn_board_set(board, fact, remove != 0, err);
}

size_t attain_board_changed(const attain_board *board, const size_t **rows)
{
    return board == NULL || rows == NULL ? 0 : atn_board_changed(board, rows);
}

const attain_table *attain_board_table(const attain_board *board)
{
    return board == NULL ? NULL : atn_board_table(board);
}

attain_status attain_board_snapshot(const attain_board *board, attain_table **out, attain_error *err)
{
    ATN_TRY(atn_argument_need(board, "board", err));
    ATN_TRY(atn_argument_need(out, "out", err));
    return atn_board_snapshot(board, out, err);
}
