/* A table of all units. To judge one unit costs a walk over the figures of the measures; to judge all of them costs little more. So who
 * asks for one unit after the other, and has all facts in memory by then, is answered from a table of all of them. The rows are the same. */
#include "sqlite/ext.h"

#include <string.h>

enum { PATIENCE = 4 };

void atn_ext_rows_release(atn_ext_rows *rows)
{
    if (rows != NULL && --rows->refs == 0) {
        attain_table_free(rows->table);
        atn_ext_facts_release(rows->facts);
        sqlite3_free(rows->first);
        sqlite3_free(rows->row);
        sqlite3_free(rows);
    }
}

static bool is_same(const atn_ext_question *a, const atn_ext_question *b)
{
    return a->is_scorecard == b->is_scorecard && a->item == b->item && a->readings == b->readings &&
           a->digits == b->digits && a->period.type == b->period.type &&
           a->period.start_day == b->period.start_day && a->period.end_day == b->period.end_day &&
           a->period.start_month == b->period.start_month && a->period.end_type == b->period.end_type &&
           a->period.end_month == b->period.end_month;
}

/* Rows by unit, in the order of the table: how many each has, where they begin, which they are. */
static attain_status sort_rows(atn_ext_rows *rows, attain_error *err)
{
    const size_t n_units = attain_plan_count(rows->facts->plan->plan, ATTAIN_KIND_UNIT);
    const size_t n = attain_table_rows(rows->table);
    const int64_t *units = NULL;
    ATN_EXT_TRY(attain_table_integers(rows->table, ATTAIN_COL_UNIT, &units, err));
    rows->first = sqlite3_malloc64((n_units + 2) * sizeof *rows->first);
    rows->row = sqlite3_malloc64((n + 1) * sizeof *rows->row);
    if (rows->first == NULL || rows->row == NULL) {
        return atn_store_error(err, ATTAIN_E_MEMORY, "out of memory");
    }
    memset(rows->first, 0, (n_units + 2) * sizeof *rows->first);
    for (size_t i = 0; i < n; i++) {
        rows->first[units[i] + 2]++;
    }
    for (size_t u = 2; u < n_units + 2; u++) {
        rows->first[u] += rows->first[u - 1];
    }
    /* first[u + 1] is where the next row of u goes, and in the end where u ends. */
    for (size_t i = 0; i < n; i++) {
        rows->row[rows->first[units[i] + 1]++] = (uint32_t)i;
    }
    return ATTAIN_OK;
}

static attain_status make_rows(const atn_ext_question *question, atn_ext_facts *facts, atn_ext_make_rows make,
                               void *ctx, atn_ext_rows **out, attain_error *err)
{
    atn_ext_rows *const made = sqlite3_malloc(sizeof *made);
    if (made == NULL) {
        return atn_store_error(err, ATTAIN_E_MEMORY, "out of memory");
    }
    *made = (atn_ext_rows){.refs = 1, .question = *question, .facts = facts};
    facts->refs++;
    attain_status status = make(ctx, facts->facts, &made->table, err);
    if (status == ATTAIN_OK) {
        status = sort_rows(made, err);
    }
    if (status != ATTAIN_OK) {
        atn_ext_rows_release(made);
        return status;
    }
    *out = made;
    return ATTAIN_OK;
}

attain_status atn_ext_take_rows(atn_ext *ext, const atn_ext_question *question, atn_ext_facts *facts,
                                atn_ext_make_rows make, void *ctx, atn_ext_rows **out, attain_error *err)
{
    *out = NULL;
    if (ext->rows != NULL && ext->rows->facts == facts && is_same(&ext->rows->question, question)) {
        *out = ext->rows;
        (*out)->refs++;
        return ATTAIN_OK;
    }
    const bool again = ext->asked_edition == facts->edition && is_same(&ext->asked, question);
    ext->n_asked = again ? ext->n_asked + 1 : 1;
    ext->asked = *question;
    ext->asked_edition = facts->edition;
    if (facts->at != ATTAIN_NONE || ext->n_asked < PATIENCE) {
        return ATTAIN_OK;
    }
    atn_ext_rows *made = NULL;
    ATN_EXT_TRY(make_rows(question, facts, make, ctx, &made, err));
    made->refs++;
    atn_ext_rows_release(ext->rows);
    ext->rows = made;
    *out = made;
    return ATTAIN_OK;
}
