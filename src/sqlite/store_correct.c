/* Corrections: single cells, set or withdrawn. They are checked as any facts are, by being made facts of the plan, which also brings them in
 * the order in which they are written. */
#include "sqlite/store_parts.h"

static attain_status at_index(attain_error *err, attain_status status, size_t i)
{
    if (err != NULL) {
        err->index = (int64_t)i;
    }
    return status;
}

/* Sorts the facts into those that are set and those that are withdrawn, checked as any facts are. */
static attain_status sort_out(const attain_fact *facts, const uint8_t *remove, size_t n, attain_facts *sets,
                              attain_facts *removes, attain_error *err)
{
    for (size_t i = 0; i < n; i++) {
        const bool is_removed = remove != NULL && remove[i] != 0;
        attain_fact fact = facts[i];
        int in_sets = 0;
        int in_removes = 0;
        attain_status status = attain_facts_get(sets, &fact, &in_sets, err);
        if (status == ATTAIN_OK) {
            status = attain_facts_get(removes, &fact, &in_removes, err);
        }
        if (status == ATTAIN_OK && (in_sets || in_removes)) {
            status =
                atn_store_error(err, ATTAIN_E_DUPLICATE, "fact %zu is of a cell that was there before", i);
        }
        fact = facts[i];
        if (is_removed) {
            fact.value = 0;
            fact.qualifier = ATTAIN_EXACT;
            fact.reason = ATTAIN_REASON_NONE;
        }
        if (status == ATTAIN_OK) {
            status = attain_facts_set(is_removed ? removes : sets, &fact, 0, err);
        }
        if (status != ATTAIN_OK) {
            return at_index(err, status, i);
        }
    }
    return ATTAIN_OK;
}

/* Which fact of the caller is number `unknown` of those to be withdrawn? */
static void find_unknown(const attain_facts *removes, uint64_t unknown, const attain_fact *facts,
                         const uint8_t *remove, size_t n, attain_error *err)
{
    attain_fact gone;
    if (err == NULL || attain_facts_at(removes, unknown, &gone, NULL) != ATTAIN_OK) {
        return;
    }
    for (size_t i = 0; i < n; i++) {
        if (remove[i] != 0 && facts[i].unit == gone.unit && facts[i].measure == gone.measure &&
            facts[i].cell == gone.cell && facts[i].period.start_day == gone.period.start_day &&
            facts[i].period.end_day == gone.period.end_day && facts[i].period.type == gone.period.type) {
            err->index = (int64_t)i;
            return;
        }
    }
}

attain_status atn_store_correct(sqlite3 *db, const attain_plan *plan, const attain_fact *facts,
                                const uint8_t *remove, size_t n, const attain_edition_note *note,
                                int64_t now_ms, const attain_allocator *alloc, int64_t *number,
                                attain_error *err)
{
    attain_facts *sets = NULL;
    attain_facts *removes = NULL;
    uint64_t unknown = UINT64_MAX;
    (void)alloc;
    attain_status status = attain_facts_new(plan, NULL, &sets, err);
    if (status == ATTAIN_OK) {
        status = attain_facts_new(plan, NULL, &removes, err);
    }
    if (status == ATTAIN_OK) {
        status = sort_out(facts, remove, n, sets, removes, err);
    }
    if (status == ATTAIN_OK) {
        status = atn_store_write(db, ATTAIN_EDITION_CORRECTION, sets, removes, note, now_ms, NULL, number,
                                 &unknown, err);
        if (status == ATTAIN_E_ARGUMENT && unknown != UINT64_MAX) {
            find_unknown(removes, unknown, facts, remove, n, err);
        }
    }
    attain_facts_free(sets);
    attain_facts_free(removes);
    return status;
}
