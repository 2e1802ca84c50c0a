/* Which measures a target depends on: those of its readings' indicators, of what these are shares of, and of predicates. */
#include "score/board_parts.h"

static void use_form(const atn_model *model, const atn_form *form, bool *used);

/* The checker bounds the depth of predicates. */
static void use_node(const atn_model *model, uint32_t index, bool *used)
{
    const atn_node *const node = &model->nodes[index];
    switch (node->kind) {
    case ATN_NODE_COMPARE:
        use_form(model, &node->lhs, used);
        use_form(model, &node->rhs, used);
        break;
    case ATN_NODE_AND:
    case ATN_NODE_OR:
        use_node(model, node->left, used);
        use_node(model, node->right, used);
        break;
    case ATN_NODE_NOT: use_node(model, node->left, used); break;
    case ATN_NODE_ATTRIBUTE: break;
    }
}

static void use_form(const atn_model *model, const atn_form *form, bool *used)
{
    for (uint32_t i = 0; i < form->n_terms; i++) {
        const atn_term *const term = &model->terms[form->first_term + i];
        if (term->kind == ATN_TERM_MEASURE) {
            used[term->index] = true;
        } else if (term->kind == ATN_TERM_COUNT && model->counts[term->index].predicate != ATN_NONE) {
            use_node(model, model->counts[term->index].predicate, used);
        }
    }
}

static void use_indicator(const atn_model *model, uint32_t index, bool *used)
{
    if (index != ATN_NONE) {
        const atn_indicator *const indicator = &model->indicators[index];
        use_form(model, &indicator->numerator, used);
        if (indicator->has_denominator) {
            use_form(model, &indicator->denominator, used);
        }
    }
}

void atn_board_uses(const atn_model *model, uint32_t target, bool *used)
{
    const atn_target *const at = &model->targets[target];
    for (uint32_t r = 0; !at->is_milestone && r < at->n_readings; r++) {
        const atn_reading *const reading = &model->readings[at->first_reading + r];
        use_indicator(model, reading->indicator, used);
        use_indicator(model, reading->within, used);
    }
}
