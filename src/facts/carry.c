/* Carry: checked rows from anywhere (an intake, another facts object, bytes), parted into those for the grid and those for the row
 * array. Nothing is in the grid before commit, so that a source that fails half-way leaves the facts as they were. */
#include "facts/load.h"
#include "facts/store.h"

static attain_status status_of(atn_load_result result, attain_error *err)
{
    switch (result) {
    case ATN_LOAD_OK: return ATTAIN_OK;
    case ATN_LOAD_ODD:
        return atn_error_set(err, ATTAIN_E_DUPLICATE, "a cell comes twice; cells are taken in once");
    case ATN_LOAD_CANCELLED:
        return atn_error_set(err, ATTAIN_E_CANCELLED, "adding facts was stopped; nothing was added");
    case ATN_LOAD_MEMORY: break;
    }
    return atn_error_memory(err, "adding facts");
}

attain_status atn_carry_row(atn_carry *carry, const atn_row *row, bool *taken, attain_error *err)
{
    *taken = atn_grid_takes_row(carry->facts, row);
    if (!*taken) {
        return ATTAIN_OK;
    }
    if (carry->load == NULL) {
        carry->load = atn_load_new(carry->facts);
        if (carry->load == NULL) {
            return atn_error_memory(err, "adding facts");
        }
    }
    const attain_period period = atn_row_period(row);
    if (atn_period_is_later(period, carry->last_period)) {
        carry->last_period = period;
    }
    return status_of(atn_load_row(carry->load, row), err);
}

attain_status atn_carry_prepare(atn_carry *carry, attain_error *err)
{
    return carry->load != NULL ? status_of(atn_load_prepare(carry->load), err) : ATTAIN_OK;
}

void atn_carry_commit(atn_carry *carry)
{
    if (carry->load != NULL) {
        atn_load_commit(carry->load);
        atn_store_note_period(carry->facts, carry->last_period);
    }
}

void atn_carry_free(atn_carry *carry)
{
    if (carry->load != NULL) {
        atn_load_free(carry->load);
        carry->load = NULL;
    }
}
