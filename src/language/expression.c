/* Expressions and predicates: text -> trees.
 *
 *   expression = sum [ "/" factor ]            product = factor [ "*" factor ]
 *   sum        = product { ("+"|"-") product } factor  = NUMBER | ID [picks] | count(...) | "(" sum ")"
 *
 * The grammar is smaller than arithmetic on purpose: one "/" per expression, so that it is always clear what is divided by what and ratios
 * are never summed. What people write anyway (a + b / c, a / b * 1000) is refused with both of its readings. Two bounds keep trees
 * shallow for everybody who walks them by recursion: 64 nested parentheses, 4,096 nodes in one expression. */
#include "language/parser.h"

#include <stdio.h>

static const atn_str no_hint = {"", 0};

static bool deeper(atn_parser *p)
{
    if (p->depth < ATN_NEST_DEPTH) {
        p->depth++;
        return true;
    }
    return atn_parser_fail(p, ATTAIN_E_LIMIT, atn_parser_span(p, p->at > 0 ? p->at - 1 : 0), no_hint,
                           "nested more than 64 deep");
}

static bool count_node(atn_parser *p)
{
    if (++p->n_nodes <= ATN_EXPRESSION_NODES) {
        return true;
    }
    return atn_parser_fail(p, ATTAIN_E_LIMIT, atn_parser_span(p, p->at > 0 ? p->at - 1 : 0), no_hint,
                           "an expression of more than 4,096 terms and operators");
}

static atn_expr *new_expr(atn_parser *p, atn_expr_kind kind)
{
    atn_expr *const expr = count_node(p) ? atn_parser_new(p, sizeof *expr) : NULL;
    if (expr != NULL) {
        expr->kind = kind;
    }
    return expr;
}

/* left op right, spanning from token `first` to here. */
static bool join(atn_parser *p, atn_expr_kind kind, size_t first, atn_expr **left, atn_expr *right)
{
    atn_expr *const expr = new_expr(p, kind);
    if (expr == NULL) {
        return false;
    }
    expr->left = *left;
    expr->right = right;
    expr->span = atn_parser_span(p, first);
    *left = expr;
    return true;
}

/* --- picks --- */

/* [ NAME = MEMBER or MEMBER, NAME = MEMBER ], behind the "[". */
static bool read_picks(atn_parser *p, atn_pick_part **out)
{
    do {
        atn_pick_part *const part = atn_parser_new(p, sizeof *part);
        if (part == NULL) {
            return false;
        }
        if (!atn_parser_name(p, "a category or attribute", &part->name) ||
            !atn_parser_expect_sign(p, ATN_TOKEN_EQUAL, "=", "after the category")) {
            return false;
        }
        atn_item **next = &part->members;
        do {
            if (!count_node(p) || !atn_parser_name(p, "a member", next)) {
                return false;
            }
            next = &(*next)->next;
        } while (atn_parser_take(p, "or"));
        *out = part;
        out = &part->next;
    } while (atn_parser_take_sign(p, ATN_TOKEN_COMMA));
    return atn_parser_expect_sign(p, ATN_TOKEN_CLOSE_BRACKET, "]", "after the members");
}

/* --- terms and factors --- */

static bool read_number(atn_parser *p, atn_expr **out)
{
    const size_t first = p->at;
    atn_expr *const expr = new_expr(p, ATN_EXPR_NUMBER);
    if (expr == NULL || !atn_parser_number(p, "a number", &expr->number)) {
        return false;
    }
    if (atn_parser_take_sign(p, ATN_TOKEN_PERCENT)) {
        (void)atn_parser_fail(p, ATTAIN_E_SYNTAX, atn_parser_span(p, first), no_hint,
                              "'%%' has no meaning in an expression: write the number itself, 0.3 for 30%%");
        return false;
    }
    expr->span = expr->number.span;
    *out = expr;
    return true;
}

static bool read_thing(atn_parser *p, const char *what, atn_expr **out)
{
    const size_t first = p->at;
    atn_expr *const expr = new_expr(p, ATN_EXPR_NAME);
    if (expr == NULL || !atn_parser_name(p, what, &expr->name)) {
        return false;
    }
    if (atn_parser_take_sign(p, ATN_TOKEN_OPEN_BRACKET) && !read_picks(p, &expr->picks)) {
        return false;
    }
    expr->span = atn_parser_span(p, first);
    *out = expr;
    return true;
}

static bool read_predicate(atn_parser *p, atn_pred **out);
static bool read_sum(atn_parser *p, atn_expr **out, unsigned *n_terms);

/* count ( TYPE [ where predicate ] ) */
static bool read_count(atn_parser *p, atn_expr **out)
{
    const size_t first = p->at;
    p->at++;
    atn_expr *const expr = new_expr(p, ATN_EXPR_COUNT);
    if (expr == NULL || !deeper(p) || !atn_parser_expect_sign(p, ATN_TOKEN_OPEN, "(", "after 'count'") ||
        !atn_parser_id(p, "a type of units", &expr->name)) {
        return false;
    }
    if (atn_parser_take(p, "where") && !read_predicate(p, &expr->where)) {
        return false;
    }
    if (!atn_parser_expect_sign(p, ATN_TOKEN_CLOSE, ")", "after 'count(...'")) {
        return false;
    }
    p->depth--;
    expr->span = atn_parser_span(p, first);
    *out = expr;
    return true;
}

static bool read_parentheses(atn_parser *p, atn_expr **out)
{
    unsigned n_terms;
    p->at++;
    if (!deeper(p) || !read_sum(p, out, &n_terms)) {
        return false;
    }
    if (atn_parser_peek(p)->kind == ATN_TOKEN_SLASH) {
        p->at++;
        (void)atn_parser_fail(p, ATTAIN_E_SYNTAX, atn_parser_span(p, p->at - 1), no_hint,
                              "'/' stands once in an expression, outside of parentheses");
        return false;
    }
    p->depth--;
    return atn_parser_expect_sign(p, ATN_TOKEN_CLOSE, ")", "after the sum");
}

static bool read_factor(atn_parser *p, atn_expr **out)
{
    const atn_token *const token = atn_parser_peek(p);
    if (token->kind == ATN_TOKEN_OPEN) {
        return read_parentheses(p, out);
    }
    if (atn_parser_is_number(token)) {
        return read_number(p, out);
    }
    if (atn_parser_is_word(token, "count")) {
        return read_count(p, out);
    }
    if (token->kind == ATN_TOKEN_WORD) {
        return read_thing(p, "a measure, an indicator or a number", out);
    }
    (void)atn_parser_require(p, "a number, a measure, an indicator, count(...) or '('");
    return false;
}

/* --- sums, and what may be read in two ways --- */

/* Shows `a op b op c` with both of its readings: message and hint of one diagnostic. */
static bool refuse_two_readings(atn_parser *p, size_t first, const atn_expr *one, const atn_expr *other,
                                const char *advice)
{
    atn_buf text;
    atn_buf_init(&text, &p->plan->alloc);
    atn_write_expr(&text, one);
    const size_t split = text.len;
    atn_write_expr(&text, other);
    bool told = false;
    if (text.failed) {
        atn_parser_memory(p);
    } else {
        const atn_str a = atn_cut((atn_str){text.data, split});
        const atn_str b = atn_cut((atn_str){text.data + split, text.len - split});
        told = atn_parser_fail(p, ATTAIN_E_SYNTAX, atn_parser_span(p, first), no_hint,
                               "this can be read in two ways: `%.*s` or `%.*s`; %s", ATN_STR_ARG(a),
                               ATN_STR_ARG(b), advice);
    }
    atn_buf_free(&text);
    return told;
}

/* a [kind] (b [outer] c) and (a [kind] b) [outer] c */
static bool refuse_chain(atn_parser *p, size_t first, atn_expr abc[3], atn_expr_kind kind,
                         atn_expr_kind outer, const char *advice)
{
    const atn_expr inner_left = {.kind = kind, .left = &abc[0], .right = &abc[1]};
    const atn_expr left = {.kind = outer, .left = (atn_expr *)&inner_left, .right = &abc[2]};
    const atn_expr inner_right = {.kind = outer, .left = &abc[1], .right = &abc[2]};
    const atn_expr right = {.kind = kind, .left = &abc[0], .right = (atn_expr *)&inner_right};
    return refuse_two_readings(p, first, &left, &right, advice);
}

/* The operator that the next token is; *is false: none. */
static atn_expr_kind operator_kind(const atn_token *token, bool *is)
{
    *is = true;
    switch (token->kind) {
    case ATN_TOKEN_PLUS: return ATN_EXPR_ADD;
    case ATN_TOKEN_MINUS: return ATN_EXPR_SUB;
    case ATN_TOKEN_STAR: return ATN_EXPR_MUL;
    case ATN_TOKEN_SLASH: return ATN_EXPR_DIV;
    default: *is = false; return ATN_EXPR_ADD;
    }
}

static bool read_product(atn_parser *p, atn_expr **out)
{
    const size_t first = p->at;
    atn_expr *right;
    if (!read_factor(p, out)) {
        return false;
    }
    if (!atn_parser_take_sign(p, ATN_TOKEN_STAR)) {
        return true;
    }
    if (!read_factor(p, &right)) {
        return false;
    }
    if ((*out)->kind != ATN_EXPR_NUMBER && right->kind != ATN_EXPR_NUMBER) {
        (void)atn_parser_fail(p, ATTAIN_E_SYNTAX, atn_parser_span(p, first), no_hint,
                              "one side of '*' must be a number: figures are not multiplied with each other");
        return false;
    }
    if (atn_parser_peek(p)->kind == ATN_TOKEN_STAR) {
        p->at++;
        (void)atn_parser_fail(p, ATTAIN_E_SYNTAX, atn_parser_span(p, p->at - 1), no_hint,
                              "a second '*': write the product of the numbers as one number");
        return false;
    }
    return join(p, ATN_EXPR_MUL, first, out, right);
}

/* A number that lost the blank behind its minus: `a -5` has the words `a` and `-5`. */
static bool refuse_glued_minus(atn_parser *p)
{
    const atn_token *const token = atn_parser_peek(p);
    if (token->kind == ATN_TOKEN_WORD && token->text.len > 1 && token->text.data[0] == '-') {
        p->at++;
        return atn_parser_fail(p, ATTAIN_E_SYNTAX, atn_parser_span(p, p->at - 1),
                               ATN_STR("a difference has blanks round its '-'"), "'%.*s' is one word here",
                               ATN_STR_ARG(atn_cut(token->text)));
    }
    return true;
}

static bool read_sum(atn_parser *p, atn_expr **out, unsigned *n_terms)
{
    const size_t first = p->at;
    *n_terms = 1;
    if (!read_product(p, out)) {
        return false;
    }
    for (;;) {
        const bool is_plus = atn_parser_take_sign(p, ATN_TOKEN_PLUS);
        if (!is_plus && !atn_parser_take_sign(p, ATN_TOKEN_MINUS)) {
            return refuse_glued_minus(p);
        }
        atn_expr *right;
        *n_terms += 1;
        if (!read_product(p, &right) || !join(p, is_plus ? ATN_EXPR_ADD : ATN_EXPR_SUB, first, out, right)) {
            return false;
        }
    }
}

/* Behind `sum / factor`: any operator makes two readings. */
static bool refuse_behind_quotient(atn_parser *p, size_t first, atn_expr *sum, atn_expr *divisor)
{
    bool is_operator;
    const atn_expr_kind outer = operator_kind(atn_parser_peek(p), &is_operator);
    atn_expr *third;
    if (!is_operator) {
        return true;
    }
    p->at++;
    if (!read_factor(p, &third)) {
        return false;
    }
    atn_expr abc[3] = {*sum, *divisor, *third};
    return refuse_chain(p, first, abc, ATN_EXPR_DIV, outer,
                        outer == ATN_EXPR_MUL ? "multiply above '/', or below it in parentheses"
                        : outer == ATN_EXPR_DIV
                            ? "'/' stands once"
                            : "below '/' put a sum in parentheses; a quotient is not a term of a sum");
}

bool atn_parser_expression(atn_parser *p, atn_expr **out)
{
    const size_t first = p->at;
    unsigned n_terms;
    atn_expr *divisor;
    p->depth = 0;
    p->n_nodes = 0;
    if (!read_sum(p, out, &n_terms)) {
        return false;
    }
    if (!atn_parser_take_sign(p, ATN_TOKEN_SLASH)) {
        return true;
    }
    if (!read_factor(p, &divisor)) {
        return false;
    }
    if (n_terms > 1) {
        const atn_expr *const sum = *out;
        atn_expr abc[3] = {*sum->left, *sum->right, *divisor};
        return refuse_chain(p, first, abc, sum->kind, ATN_EXPR_DIV, "put the sum in parentheses");
    }
    return refuse_behind_quotient(p, first, *out, divisor) && join(p, ATN_EXPR_DIV, first, out, divisor);
}

/* --- predicates --- */

/* term = (NUMBER | ID [picks]) [ "*" NUMBER ] */
static bool read_term(atn_parser *p, atn_expr **out)
{
    const size_t first = p->at;
    const bool fine = atn_parser_is_number(atn_parser_peek(p)) ? read_number(p, out)
                                                               : read_thing(p, "a measure or a number", out);
    atn_expr *factor;
    if (!fine || !atn_parser_take_sign(p, ATN_TOKEN_STAR)) {
        return fine;
    }
    return read_number(p, &factor) && join(p, ATN_EXPR_MUL, first, out, factor);
}

static bool read_terms(atn_parser *p, atn_expr **out)
{
    const size_t first = p->at;
    if (!read_term(p, out)) {
        return false;
    }
    for (;;) {
        const bool is_plus = atn_parser_take_sign(p, ATN_TOKEN_PLUS);
        if (!is_plus && !atn_parser_take_sign(p, ATN_TOKEN_MINUS)) {
            return refuse_glued_minus(p);
        }
        atn_expr *right;
        if (!read_term(p, &right) || !join(p, is_plus ? ATN_EXPR_ADD : ATN_EXPR_SUB, first, out, right)) {
            return false;
        }
    }
}

static bool read_relation(atn_parser *p, atn_relation *relation)
{
    switch (atn_parser_peek(p)->kind) {
    case ATN_TOKEN_EQUAL: *relation = ATN_REL_EQ; break;
    case ATN_TOKEN_AT_LEAST: *relation = ATN_REL_GE; break;
    case ATN_TOKEN_AT_MOST: *relation = ATN_REL_LE; break;
    case ATN_TOKEN_LESS: *relation = ATN_REL_LT; break;
    case ATN_TOKEN_GREATER: *relation = ATN_REL_GT; break;
    default:
        if (atn_parser_is_word(atn_parser_peek(p), "\xe2\x89\xa5") ||
            atn_parser_is_word(atn_parser_peek(p), "\xe2\x89\xa4")) {
            p->at++;
            return atn_parser_fail(p, ATTAIN_E_SYNTAX, atn_parser_span(p, p->at - 1),
                                   ATN_STR("write >= or <="), "this sign is no comparison here");
        }
        return atn_parser_require(p, "a comparison (= >= <= < >; parentheses group truth here, never sums)");
    }
    p->at++;
    return true;
}

/* terms | ("average"|"worst") REFERENCE; a MEMBER looks like a name, the checker knows */
static bool read_side(atn_parser *p, atn_expr **out)
{
    const bool is_average = atn_parser_is_word(atn_parser_peek(p), "average");
    if (!is_average && !atn_parser_is_word(atn_parser_peek(p), "worst")) {
        return read_terms(p, out);
    }
    const size_t first = p->at;
    p->at++;
    if (!read_thing(p, is_average ? "a reference after 'average'" : "a reference after 'worst'", out)) {
        return false;
    }
    (*out)->rule = is_average ? ATN_REFERENCE_AVERAGE : ATN_REFERENCE_WORST;
    (*out)->span = atn_parser_span(p, first);
    return true;
}

static atn_pred *new_pred(atn_parser *p, atn_node_kind kind)
{
    atn_pred *const pred = count_node(p) ? atn_parser_new(p, sizeof *pred) : NULL;
    if (pred != NULL) {
        pred->kind = kind;
    }
    return pred;
}

static bool read_compare(atn_parser *p, atn_pred **out)
{
    const size_t first = p->at;
    atn_pred *const pred = new_pred(p, ATN_NODE_COMPARE);
    if (pred == NULL || !read_terms(p, &pred->lhs) || !read_relation(p, &pred->relation) ||
        !read_side(p, &pred->rhs)) {
        return false;
    }
    pred->span = atn_parser_span(p, first);
    *out = pred;
    return true;
}

static bool read_neg(atn_parser *p, atn_pred **out)
{
    const size_t first = p->at;
    const bool is_not = atn_parser_take(p, "not");
    if (!is_not && !atn_parser_take_sign(p, ATN_TOKEN_OPEN)) {
        return read_compare(p, out);
    }
    if (!deeper(p)) {
        return false;
    }
    if (!is_not) {
        const bool fine =
            read_predicate(p, out) && atn_parser_expect_sign(p, ATN_TOKEN_CLOSE, ")", "after the predicate");
        p->depth--;
        return fine;
    }
    atn_pred *const pred = new_pred(p, ATN_NODE_NOT);
    if (pred == NULL || !read_neg(p, &pred->left)) {
        return false;
    }
    p->depth--;
    pred->span = atn_parser_span(p, first);
    *out = pred;
    return true;
}

/* part { word part }, as a tree that leans to the left */
static bool read_chain(atn_parser *p, const char *word, atn_node_kind kind,
                       bool (*read)(atn_parser *, atn_pred **), atn_pred **out)
{
    const size_t first = p->at;
    if (!read(p, out)) {
        return false;
    }
    while (atn_parser_take(p, word)) {
        atn_pred *const pred = new_pred(p, kind);
        if (pred == NULL || !read(p, &pred->right)) {
            return false;
        }
        pred->left = *out;
        pred->span = atn_parser_span(p, first);
        *out = pred;
    }
    return true;
}

static bool read_conj(atn_parser *p, atn_pred **out)
{
    return read_chain(p, "and", ATN_NODE_AND, read_neg, out);
}

static bool read_predicate(atn_parser *p, atn_pred **out)
{
    return read_chain(p, "or", ATN_NODE_OR, read_conj, out);
}
