/* Look-ups of the frozen plan: where a unit stood on a day, what a type covers, which step of a reference was
 * in force.
 *
 * All of them read arrays that the checker sorted, so all are binary searches or walks of at most 64 steps:
 *
 *   edges of a unit       |-- in A --|   |-- in B ------->        sorted by from_day, never overlapping
 *   child days of a unit  |---------------|     |-------->        stretches in which it has at least one child
 *   map_days                         ^    ^     ^                 the tree is constant between them */
#include "model/model.h"

#include <string.h>

void atn_model_free(atn_model *model)
{
    atn_names *const tables[] = {&model->unit_names,     &model->type_names,     &model->attribute_names,
                                 &model->category_names, &model->thing_names,    &model->programme_names,
                                 &model->target_names,   &model->activity_names, &model->report_names};
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        atn_names_free(tables[i]);
    }
    atn_arena_free(&model->arena);
    const atn_arena arena = model->arena;
    memset(model, 0, sizeof *model);
    model->arena = arena;
    model->root = ATN_NONE;
}

/* Last edge of the unit that begins on the day or before; NULL if none. */
static const atn_edge *edge_begun(const atn_model *model, uint32_t unit, int32_t day)
{
    const atn_edge *const edges = &model->edges[model->units[unit].first_edge];
    uint32_t low = 0;
    uint32_t high = model->units[unit].n_edges;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        if (edges[middle].from_day <= day) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low == 0 ? NULL : &edges[low - 1];
}

const atn_edge *atn_unit_edge(const atn_model *model, uint32_t unit, int32_t day)
{
    const atn_edge *const edge = edge_begun(model, unit, day);
    return edge != NULL && edge->until_day >= day ? edge : NULL;
}

uint32_t atn_unit_parent(const atn_model *model, uint32_t unit, int32_t day)
{
    const atn_edge *const edge = atn_unit_edge(model, unit, day);
    return edge != NULL ? edge->parent : ATN_NONE;
}

bool atn_unit_is_valid(const atn_model *model, uint32_t unit, int32_t day)
{
    return atn_unit_edge(model, unit, day) != NULL;
}

int32_t atn_unit_last_valid(const atn_model *model, uint32_t unit, int32_t start_day, int32_t end_day)
{
    const atn_edge *const edge = edge_begun(model, unit, end_day);
    if (edge == NULL || edge->until_day < start_day) {
        return INT32_MIN;
    }
    return edge->until_day < end_day ? edge->until_day : end_day;
}

bool atn_unit_is_under(const atn_model *model, uint32_t unit, uint32_t above, int32_t day)
{
    while (unit != above) {
        unit = atn_unit_parent(model, unit, day);
        if (unit == ATN_NONE) {
            return false;
        }
    }
    return true;
}

bool atn_unit_has_children(const atn_model *model, uint32_t unit, int32_t day)
{
    uint32_t low = model->first_child_days[unit];
    uint32_t high = model->first_child_days[unit + 1];
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        const atn_stretch *const stretch = &model->child_days[middle];
        if (stretch->until_day < day) {
            low = middle + 1;
        } else if (stretch->from_day > day) {
            high = middle;
        } else {
            return true;
        }
    }
    return false;
}

bool atn_type_includes(const atn_model *model, uint32_t type_or_group, uint32_t plain_type)
{
    return atn_bit_get(&model->type_is[(size_t)type_or_group * model->type_words], plain_type);
}

uint32_t atn_reference_step(const atn_reference *reference, int32_t day)
{
    uint32_t low = 0;
    uint32_t high = reference->n_steps;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        if (reference->steps[middle].day <= day) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low == 0 ? ATN_NONE : low - 1;
}

/* Mixed radix, the first category slowest: the digit at `position` is left after dividing by the radices
 * behind it. */
uint32_t atn_cell_member(const atn_model *model, const atn_measure *measure, uint32_t cell, uint32_t position)
{
    for (uint32_t behind = measure->n_categories; behind > position + 1; behind--) {
        cell /= model->categories[measure->category[behind - 1]].n_members;
    }
    return cell % model->categories[measure->category[position]].n_members;
}

bool atn_bit_get(const uint64_t *bits, uint32_t i)
{
    return (bits[i / 64] >> (i % 64) & 1) != 0;
}

void atn_bit_set(uint64_t *bits, uint32_t i)
{
    bits[i / 64] |= UINT64_C(1) << (i % 64);
}
