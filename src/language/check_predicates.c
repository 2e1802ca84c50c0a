/* Predicates of counts: `count(body where assigned = 1 and (workers >= 1 or allowance >= base_salary))`.
 *
 * The parser builds `a and b and c` as a chain to the left. A chain of thousands is fine as a text and too
 * deep as a tree, so chains are taken apart and joined again in halves; both readings mean the same in Kleene
 * logic. So a tree of nodes is at most 64 levels of what the writer nests (the parser sees to it), times 12
 * for chains of 4096 parts. The nodes of a predicate stand before the node that uses them.
 *
 *   ((a and b) and c) and d   ─▶   (a and b) and (c and d)
 *
 * A comparison whose left side is an attribute of units is a test of membership. */
#include "language/check.h"

static uint32_t add_node(atn_checker *c, const atn_node *node)
{
    atn_node *const kept = atn_check_append(c, &c->nodes, sizeof *kept);
    if (kept == NULL) {
        return ATN_NONE;
    }
    *kept = *node;
    return (uint32_t)(c->nodes.n - 1);
}

/* ---- comparisons ---- */

static bool is_plain_name(const atn_expr *expr)
{
    return expr != NULL && expr->kind == ATN_EXPR_NAME && expr->picks == NULL &&
           expr->rule == ATN_REFERENCE_LAST_DAY;
}

/* An attribute on the left: unless a measure has the same id and the right side is no member. */
static uint32_t tested_attribute(const atn_checker *c, const atn_pred *pred)
{
    if (!is_plain_name(pred->lhs)) {
        return ATN_NONE;
    }
    const atn_str name = pred->lhs->name->text;
    const uint32_t attribute = atn_names_find(&c->model->attribute_names, name);
    if (attribute == ATN_NONE || atn_names_find(&c->model->thing_names, name) == ATN_NONE) {
        return attribute;
    }
    const bool is_member = is_plain_name(pred->rhs) && atn_names_find(&c->attribute_members[attribute],
                                                                      pred->rhs->name->text) != ATN_NONE;
    return is_member ? attribute : ATN_NONE;
}

static uint32_t make_attribute_test(atn_checker *c, const atn_pred *pred, uint32_t attribute)
{
    const atn_member_set *const set = &c->model->attributes[attribute];
    if (pred->relation != ATN_REL_EQ || !is_plain_name(pred->rhs)) {
        ATN_CHECK_ERROR(c, pred->span, ATN_NO_HINT,
                        "the attribute '%s' is compared with one of its members: `%s = %s`",
                        atn_check_text(c, set->id), atn_check_text(c, set->id),
                        set->n_members == 0 ? "MEMBER" : atn_check_text(c, set->member[0]));
        return ATN_NONE;
    }
    const atn_item *const name = pred->rhs->name;
    const uint32_t member = atn_names_find(&c->attribute_members[attribute], name->text);
    if (member == ATN_NONE) {
        ATN_CHECK_NAME(c, name->span, atn_check_near(c, &c->attribute_members[attribute], name->text),
                       "'%s' is not a member of the attribute '%s'", atn_check_text(c, name->text),
                       atn_check_text(c, set->id));
        return ATN_NONE;
    }
    atn_node node = {.kind = ATN_NODE_ATTRIBUTE, .left = ATN_NONE, .right = ATN_NONE};
    node.test = (atn_attribute_test){attribute, atn_check_array(c, (set->n_members + 63) / 64,
                                                                sizeof *node.test.members)};
    if (c->failed) {
        return ATN_NONE;
    }
    atn_bit_set(node.test.members, member);
    return add_node(c, &node);
}

static uint32_t make_comparison(atn_checker *c, const atn_pred *pred)
{
    atn_form_draft left = {.bad = false};
    atn_form_draft right = {.bad = false};
    atn_check_expand(c, pred->lhs, "a predicate", &left);
    atn_check_expand(c, pred->rhs, "a predicate", &right);
    const bool has_thing = left.has_thing || right.has_thing;
    const unsigned decimals =
        left.thing_decimals > right.thing_decimals ? left.thing_decimals : right.thing_decimals;
    atn_check_literals(c, &left, has_thing, decimals);
    atn_check_literals(c, &right, has_thing, decimals);
    if (!has_thing && !left.bad && !right.bad) {
        right.bad = true;
        ATN_CHECK_ERROR(c, pred->span, ATN_NO_HINT,
                        "two numbers are compared here; a measure is required on one side");
    }
    if (pred->rhs != NULL && pred->rhs->rule == ATN_REFERENCE_WORST && pred->relation == ATN_REL_EQ) {
        right.bad = true;
        ATN_CHECK_ERROR(c, pred->rhs->span, ATN_NO_HINT,
                        "`worst` is the step hardest to meet and has no meaning with '='");
    }
    atn_node node = {.kind = ATN_NODE_COMPARE,
                     .left = ATN_NONE,
                     .right = ATN_NONE,
                     .relation = pred->relation};
    const bool bad = left.bad || right.bad;
    node.lhs = atn_check_store_form(c, &left);
    node.rhs = atn_check_store_form(c, &right);
    return bad || c->failed ? ATN_NONE : add_node(c, &node);
}

/* ---- chains ---- */

static uint32_t make(atn_checker *c, const atn_pred *pred);

/* Joins parts[0 .. n) in halves: a tree of log2(n) levels. n >= 1. */
static uint32_t join(atn_checker *c, atn_node_kind kind, const uint32_t *parts, size_t n)
{
    if (n == 1) {
        return parts[0];
    }
    atn_node node = {.kind = kind};
    node.left = join(c, kind, parts, n / 2);
    node.right = join(c, kind, parts + n / 2, n - n / 2);
    return add_node(c, &node);
}

static uint32_t make_chain(atn_checker *c, const atn_pred *pred)
{
    size_t n = 1;
    const atn_pred *first = pred;
    for (; first->kind == pred->kind; first = first->left) {
        n++;
    }
    const atn_pred **const links = atn_check_scratch(c, n, sizeof *links);
    uint32_t *const parts = atn_check_scratch(c, n, sizeof *parts);
    if (c->failed) {
        return ATN_NONE;
    }
    const atn_pred *link = pred;
    for (size_t i = n - 1; i > 0; i--, link = link->left) {
        links[i] = link->right;
    }
    links[0] = first;
    bool bad = false;
    for (size_t i = 0; i < n; i++) {
        parts[i] = make(c, links[i]);
        bad = bad || parts[i] == ATN_NONE;
    }
    return bad || c->failed ? ATN_NONE : join(c, pred->kind, parts, n);
}

/* Recursive as deep as parentheses and nots are nested: the parser allows 64. */
static uint32_t make(atn_checker *c, const atn_pred *pred)
{
    switch (pred->kind) {
    case ATN_NODE_AND:
    case ATN_NODE_OR: return make_chain(c, pred);
    case ATN_NODE_NOT: {
        const atn_node node = {.kind = ATN_NODE_NOT, .left = make(c, pred->left), .right = ATN_NONE};
        return node.left == ATN_NONE ? ATN_NONE : add_node(c, &node);
    }
    case ATN_NODE_COMPARE:
    case ATN_NODE_ATTRIBUTE: break;
    }
    const uint32_t attribute = tested_attribute(c, pred);
    return attribute == ATN_NONE ? make_comparison(c, pred) : make_attribute_test(c, pred, attribute);
}

static uint32_t predicate_of(atn_checker *c, const atn_pred *pred)
{
    return make(c, pred);
}

/* ---- counts ---- */

uint32_t atn_check_count(atn_checker *c, const atn_expr *expr)
{
    atn_buf buf;
    atn_buf_init(&buf, &c->plan->alloc);
    atn_write_expr(&buf, expr);
    const uint32_t known =
        buf.failed ? ATN_NONE : atn_names_find(&c->count_names, (atn_str){buf.data, buf.len});
    if (known != ATN_NONE) {
        atn_buf_free(&buf);
        return known;
    }
    atn_count count = {.predicate = ATN_NONE};
    count.text = atn_check_keep(c, &buf);
    count.type = atn_check_type(c, expr->name);
    if (expr->where != NULL && !c->failed) {
        count.predicate = predicate_of(c, expr->where);
    }
    if (c->failed || count.type == ATN_NONE || (expr->where != NULL && count.predicate == ATN_NONE)) {
        return ATN_NONE;
    }
    uint32_t found;
    atn_count *const kept = atn_check_append(c, &c->counts, sizeof *kept);
    if (kept == NULL ||
        !atn_check_add_name(c, &c->count_names, count.text, (uint32_t)(c->counts.n - 1), &found)) {
        return ATN_NONE;
    }
    *kept = count;
    return found;
}
