/* Cube: what measures are worth at every unit over several periods, as columns of whole numbers. The fast sister of a line
 * (facts.h): it answers only where everything is plain, and says so; a line answers always. Where both answer they agree.
 *
 *   slab of one slot (a measure with a pick)      [unit * n_periods + period]
 *
 *             2017  2018  2019 ...
 *   VN         812   840   851          units in tree order, so that a subtree is a contiguous range of lines,
 *   VN.01       12    12    13          a unit's years stand side by side, and rows of a scorecard come out in order
 *   VN.01.1      5     5     6
 *
 * Arrays are read only: several slabs, and several arrays of one, may be the same memory. Where every figure is there, which is the
 * usual case, a slab has nothing of its own but its values.
 *
 * Plain means: the measure is `reported` in months, quarters, half-years or years, is summed over units and categories, over
 * time summed or the last counts, takes no negative figures, stands only where its reports come from, and has only exact
 * figures; the pick tests no attribute; and the tree of units does not change from the first day of the first period to
 * the last day of the last. */
#ifndef ATN_FACTS_CUBE_H
#define ATN_FACTS_CUBE_H

#include "base/cpu.h"
#include "base/team.h"
#include "facts/facts.h"

typedef struct atn_cube_slot {
    uint32_t measure;
    uint32_t pick; /* index in model->picks; ATN_NONE: all cells */
} atn_cube_slot;

typedef struct atn_cube_period {
    attain_period days; /* start_day and end_day count, as in atn_line_request */
    int32_t
        as_of_day; /* for reported and expected; value, sure and open look at all slots of the period, due or not */
} atn_cube_period;

/* All arrays: n_units * n_periods. Sums are below 2^62 in magnitude (else the cube refuses). In stored scale. */
typedef struct atn_slab {
    const int64_t *value; /* the law over the figures that are there; 0 where none is */
    const int64_t *
        sure; /* low end. Flows: the same array as value. Last: without the figures that are not of the last slot */
    const uint32_t
        *n_present; /* figures that are there, of all slots of the period: value means something where > 0 */
    const uint32_t *
        n_open; /* slots, or for `last` member combinations, whose figure is expected and absent: high is infinite
                                   where > 0; where 0, low = value = high */
    const uint32_t *n_reported; /* of those expected by the as-of day; may be the same array as n_present */
    const uint32_t *n_expected; /* by the as-of day */
    bool
        is_last; /* law over time: then n_open > 0 with n_present > 0 is `not_last` where n_not_last says so */
    const uint32_t *n_not_last; /* member combinations whose figure is of an earlier slot; NULL for sums */
    bool is_complete; /* no figure that a period wants is absent anywhere: n_open and n_not_last are 0 */
    void *own;        /* the arrays that are this slab's alone, one block of n_own_bytes */
    size_t n_own_bytes;
} atn_slab;

typedef struct atn_cube {
    attain_allocator alloc;
    uint32_t n_units, n_periods, n_slots;
    atn_cube_slot *slots; /* copies */
    atn_cube_period *periods;
    atn_slab *slabs; /* n_slots */
    void *shared;    /* arrays that slabs have in common, one block */
    size_t n_shared_bytes;
} atn_cube;

/* Could this slot stand in a cube over facts of this plan, by its measure and its pick? Says nothing of the figures. */
bool atn_cube_takes(const atn_model *model, const atn_cube_slot *slot);
/* Could these days be a period of a cube: does the tree stand still in them? And in all of [from, to]? */
bool atn_cube_tree_is_still(const atn_model *model, int32_t from_day, int32_t to_day);
/* Do the facts at hand let the measure into a cube: no qualified figures? */
bool atn_cube_facts_are_plain(const attain_facts *facts, uint32_t measure);
/* *plain = false, and nothing made, where some slot or period is not plain. */
attain_status atn_cube_make(const attain_facts *facts, const atn_cube_slot *slots, uint32_t n_slots,
                            const atn_cube_period *periods, uint32_t n_periods, const atn_team *team,
                            const attain_allocator *a, atn_cube *out, bool *plain, attain_error *err);
void atn_cube_free(atn_cube *cube);

/* The line of a request, by way of a cube of one slot and one period, where it is plain; else *done = false and result is as it
 * was. Here openness is asked as of the request's day, as a line is. atn_facts_line goes this way first. */
attain_status atn_cube_line(const attain_facts *facts, const atn_line_request *request,
                            const attain_allocator *a, atn_sum *result, bool *done, attain_error *err);

#endif
