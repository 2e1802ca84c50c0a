/* Forms: an expression becomes a flat sum of coefficient * thing, with indicators without "/" opened up.
 *
 *   made = a - 2 * b          2 * (made + c)   ─▶   2*a  - 4*b  + 2*c
 *
 * The walk keeps a stack of (subtree, coefficient) and needs no recursion: an expression may be as long as a
 * line. Coefficients are multiplied exactly; one that needs more than int64 or nine decimals is refused, not
 * rounded. Terms keep the order of the text.
 *
 * A literal number that stands alone as a term is held against the things beside it: with a measure of whole
 * persons `workers >= 90.000` has three decimals too many. Most likely it means ninety thousand, and it must
 * never count as 90. */
#include "language/check.h"

typedef struct open_part {
    const atn_expr *expr;
    int64_t coefficient;
    uint8_t decimals;
} open_part;

typedef struct expansion {
    atn_checker *c;
    const char *no_count;
    atn_form_draft *form;
    atn_list open; /* open_part */
} expansion;

/* c * 10^-d products, exact, trailing zeros cut; false if int64 or 9 decimals do not hold it. */
static bool multiply_decimals(int64_t a, unsigned a_decimals, int64_t b, unsigned b_decimals, int64_t *out,
                              uint8_t *decimals)
{
    bool overflow = false;
    atn_wide product = atn_wide_from_i128(
        atn_i128_mul_i64(atn_i128_from_i64(a), b, &overflow)); /* |a * b| <= 2^126: never */
    unsigned n = a_decimals + b_decimals;
    const atn_wide ten = atn_wide_from_u64(10);
    while (n > 0) {
        atn_wide shorter;
        atn_wide rest;
        atn_wide_divide(&shorter, &rest, &product, &ten);
        if (atn_wide_sign(&rest) != 0) {
            break;
        }
        product = shorter;
        n--;
    }
    *decimals = (uint8_t)n;
    return n <= ATN_MAX_DECIMALS && atn_wide_to_i64(&product, out);
}

unsigned atn_check_term_decimals(const atn_checker *c, const atn_term *term)
{
    unsigned thing = 0;
    if (term->kind == ATN_TERM_MEASURE) {
        const atn_measure *const measure = &c->model->measures[term->index];
        thing = measure->decimals + (measure->is_percent ? 2u : 0u);
    } else if (term->kind == ATN_TERM_REFERENCE) {
        thing = c->model->references[term->index].decimals;
    }
    return thing + term->coefficient_decimals;
}

/* Exactly one member of the category at `position` is picked: its law does not matter then. */
static bool picks_one_member(const atn_checker *c, const atn_term *term, uint32_t position)
{
    const atn_measure *const measure = &c->model->measures[term->index];
    if (c->model->categories[measure->category[position]].n_members == 1) {
        return true;
    }
    return term->pick != ATN_NONE &&
           (((const uint8_t *)c->single_members.items)[term->pick] >> position & 1) != 0;
}

bool atn_check_term_not_evaluated(const atn_checker *c, const atn_term *term)
{
    if (term->kind != ATN_TERM_MEASURE || !c->model->measures[term->index].not_evaluated) {
        return false;
    }
    const unsigned later = 1u << ATN_LAW_FIRST | 1u << ATN_LAW_MEAN | 1u << ATN_LAW_UNION;
    const atn_measure *const measure = &c->model->measures[term->index];
    if (((1u << measure->law_units | 1u << measure->law_time) & later) != 0 || measure->carry_years > 0) {
        return true;
    }
    for (uint32_t i = 0; i < measure->n_categories; i++) {
        if ((1u << measure->law_category[i] & later) != 0 && !picks_one_member(c, term, i)) {
            return true;
        }
    }
    return false;
}

/* ---- terms ---- */

static void add_term(expansion *x, const atn_term *term)
{
    atn_term *const kept = atn_check_append(x->c, &x->form->terms, sizeof *kept);
    if (kept == NULL) {
        return;
    }
    *kept = *term;
    if (term->kind != ATN_TERM_NUMBER) {
        const unsigned decimals = atn_check_term_decimals(x->c, term);
        x->form->has_thing = true;
        x->form->thing_decimals = decimals > x->form->thing_decimals ? decimals : x->form->thing_decimals;
    }
}

static void say_coefficient(expansion *x, atn_span span)
{
    x->form->bad = true;
    ATN_CHECK_SAY(x->c, ATTAIN_ERROR, ATTAIN_E_RANGE, span, ATN_NO_HINT,
                  "the factors here multiply to a number that needs more than %u decimals or 19 digits",
                  ATN_MAX_DECIMALS);
}

static void number_term(expansion *x, const open_part *part)
{
    const atn_number *const n = &part->expr->number;
    atn_term term = {.kind = ATN_TERM_NUMBER, .index = ATN_NONE, .pick = ATN_NONE};
    if (!multiply_decimals(part->coefficient, part->decimals, n->mantissa,
                           n->decimals + (n->percent ? 2u : 0u), &term.coefficient,
                           &term.coefficient_decimals)) {
        say_coefficient(x, part->expr->span);
        return;
    }
    if (!n->percent && (x->form->finest == NULL || n->decimals > x->form->finest->decimals)) {
        x->form->finest = n;
    }
    add_term(x, &term);
}

static void count_term(expansion *x, const open_part *part)
{
    if (x->no_count != NULL) {
        x->form->bad = true;
        ATN_CHECK_ERROR(x->c, part->expr->span, ATN_NO_HINT, "a count may not stand in %s", x->no_count);
        return;
    }
    atn_term term = {ATN_TERM_COUNT, part->coefficient, part->decimals,
                     ATN_NONE,       ATN_NONE,          ATN_REFERENCE_LAST_DAY};
    term.index = atn_check_count(x->c, part->expr);
    x->form->bad = x->form->bad || term.index == ATN_NONE;
    if (term.index != ATN_NONE) {
        add_term(x, &term);
    }
}

/* ---- names ---- */

/* `a-b` is one id; if both halves are things, a difference was meant. */
static atn_str hyphen_hint(atn_checker *c, atn_str name)
{
    for (size_t i = 1; i + 1 < name.len; i++) {
        const atn_str left = {name.data, i};
        const atn_str right = {name.data + i + 1, name.len - i - 1};
        if (name.data[i] == '-' && atn_names_find(&c->model->thing_names, left) != ATN_NONE &&
            atn_names_find(&c->model->thing_names, right) != ATN_NONE) {
            return atn_check_hint(c, "a difference is written with blanks: '%s - %s'",
                                  atn_check_text(c, left), atn_check_text(c, right));
        }
    }
    return atn_check_near(c, &c->model->thing_names, name);
}

static void say_unknown(atn_checker *c, const atn_item *name)
{
    if (atn_names_find(&c->model->category_names, name->text) != ATN_NONE) {
        ATN_CHECK_NAME(c, name->span, ATN_NO_HINT,
                       "'%s' is a category: pick its members on a measure, as in workers[%s=...]",
                       atn_check_text(c, name->text), atn_check_text(c, name->text));
    } else if (atn_names_find(&c->model->attribute_names, name->text) != ATN_NONE) {
        ATN_CHECK_NAME(c, name->span, ATN_NO_HINT,
                       "'%s' is an attribute of units: it stands in predicates, as in `%s = MEMBER`",
                       atn_check_text(c, name->text), atn_check_text(c, name->text));
    } else {
        ATN_CHECK_NAME(c, name->span, hyphen_hint(c, name->text),
                       "unknown measure, reference or indicator '%s'", atn_check_text(c, name->text));
    }
}

static void check_none_laws(expansion *x, const atn_expr *expr, const atn_term *term)
{
    const atn_measure *const measure = &x->c->model->measures[term->index];
    for (uint32_t i = 0; i < measure->n_categories; i++) {
        if (measure->law_category[i] == ATN_LAW_NONE && !picks_one_member(x->c, term, i)) {
            const char *const category =
                atn_check_text(x->c, x->c->model->categories[measure->category[i]].id);
            x->form->bad = true;
            ATN_CHECK_ERROR(x->c, expr->span, ATN_NO_HINT,
                            "'%s' has no total over '%s' (`none over %s`): pick one member, as in %s[%s=...]",
                            atn_check_text(x->c, measure->id), category, category,
                            atn_check_text(x->c, measure->id), category);
        }
    }
}

static void measure_term(expansion *x, const open_part *part, uint32_t measure)
{
    const atn_expr *const expr = part->expr;
    atn_term term = {ATN_TERM_MEASURE, part->coefficient, part->decimals,
                     measure,          ATN_NONE,          ATN_REFERENCE_LAST_DAY};
    bool bad = false;
    if (expr->picks != NULL) {
        term.pick = atn_check_pick(x->c, measure, expr->name, expr->picks, &bad);
    }
    if (expr->rule != ATN_REFERENCE_LAST_DAY) {
        bad = true;
        ATN_CHECK_ERROR(x->c, expr->span, ATN_NO_HINT,
                        "`average` and `worst` are for references; '%s' is a measure",
                        atn_check_text(x->c, expr->name->text));
    }
    x->form->bad = x->form->bad || bad;
    if (!bad && !x->c->failed) {
        check_none_laws(x, expr, &term);
        add_term(x, &term);
    }
}

/* A reference in percent (50) stands for 0.5, as a percent measure does: the coefficient divides it. */
static void reference_term(expansion *x, const open_part *part, uint32_t reference)
{
    atn_term term = {ATN_TERM_REFERENCE, part->coefficient, part->decimals,
                     reference,          ATN_NONE,          part->expr->rule};
    if (atn_str_is(x->c->model->references[reference].unit_of_measure, "percent") &&
        !multiply_decimals(part->coefficient, part->decimals, 1, 2, &term.coefficient,
                           &term.coefficient_decimals)) {
        say_coefficient(x, part->expr->span);
        return;
    }
    add_term(x, &term);
}

static const char *not_expandable(const atn_indicator *made)
{
    if (made->has_denominator) {
        return "is a ratio; in an expression only an indicator without '/' may stand";
    }
    if (made->annualised != ATN_ANNUALISED_NO) {
        return "is annualised; in an expression only plain sums may stand";
    }
    return made->mean_of != ATN_NONE ? "is a mean of units; in an expression only plain sums may stand"
                                     : NULL;
}

static void expand_indicator(expansion *x, const open_part *part, uint32_t indicator)
{
    atn_checker *const c = x->c;
    const atn_indicator *const made = &c->model->indicators[indicator];
    const char *const why = c->indicator_made[indicator] ? not_expandable(made) : NULL;
    if (why != NULL) {
        ATN_CHECK_ERROR(c, part->expr->span, ATN_NO_HINT, "'%s' %s", atn_check_text(c, made->id), why);
    }
    if (why != NULL || !c->indicator_made[indicator]) { /* not made: a finding was made there */
        x->form->bad = true;
        return;
    }
    for (uint32_t i = 0; i < made->numerator.n_terms && !c->failed && !x->form->bad; i++) {
        atn_term term = ((const atn_term *)c->terms.items)[made->numerator.first_term + i];
        if (x->no_count != NULL && term.kind == ATN_TERM_COUNT) {
            x->form->bad = true;
            ATN_CHECK_ERROR(c, part->expr->span, ATN_NO_HINT,
                            "'%s' counts units; a count may not stand in %s", atn_check_text(c, made->id),
                            x->no_count);
        } else if (!multiply_decimals(part->coefficient, part->decimals, term.coefficient,
                                      term.coefficient_decimals, &term.coefficient,
                                      &term.coefficient_decimals)) {
            say_coefficient(x, part->expr->span);
        } else if (x->form->terms.n >= ATN_MAX_TERMS || c->terms.n + x->form->terms.n >= ATN_MAX_ALL_TERMS) {
            x->form->bad = true;
            ATN_CHECK_SAY(c, ATTAIN_ERROR, ATTAIN_E_LIMIT, part->expr->span, ATN_NO_HINT,
                          "the expression grows beyond %u terms here, counting the indicators that it names",
                          ATN_MAX_TERMS);
        } else {
            add_term(x, &term);
        }
    }
}

static void name_term(expansion *x, const open_part *part)
{
    const atn_item *const name = part->expr->name;
    const uint32_t thing = atn_names_find(&x->c->model->thing_names, name->text);
    if (thing == ATN_NONE) {
        x->form->bad = true;
        say_unknown(x->c, name);
        return;
    }
    const uint32_t kind = ATN_THING_KIND(thing);
    if (kind == ATN_THING_MEASURE) {
        measure_term(x, part, ATN_THING_INDEX(thing));
        return;
    }
    if (part->expr->picks != NULL) {
        x->form->bad = true;
        ATN_CHECK_ERROR(x->c, part->expr->span, ATN_NO_HINT, "'%s' is %s; members are picked on measures",
                        atn_check_text(x->c, name->text),
                        kind == ATN_THING_REFERENCE ? "a reference" : "an indicator");
    } else if (kind == ATN_THING_REFERENCE) {
        reference_term(x, part, ATN_THING_INDEX(thing));
    } else if (part->expr->rule != ATN_REFERENCE_LAST_DAY) {
        x->form->bad = true;
        ATN_CHECK_ERROR(x->c, part->expr->span, ATN_NO_HINT,
                        "`average` and `worst` are for references; '%s' is an indicator",
                        atn_check_text(x->c, name->text));
    } else {
        expand_indicator(x, part, ATN_THING_INDEX(thing));
    }
}

/* ---- the walk ---- */

static void push(expansion *x, const atn_expr *expr, int64_t coefficient, uint8_t decimals)
{
    open_part *const part = atn_check_append(x->c, &x->open, sizeof *part);
    if (part != NULL) {
        *part = (open_part){expr, coefficient, decimals};
    }
}

static void push_product(expansion *x, const open_part *part)
{
    const atn_expr *const left = part->expr->left;
    const atn_expr *const right = part->expr->right;
    const bool left_is_number =
        left->kind == ATN_EXPR_NUMBER; /* else the right side is: the parser sees to that */
    const atn_number *const n = left_is_number ? &left->number : &right->number;
    int64_t coefficient;
    uint8_t decimals;
    if (!multiply_decimals(part->coefficient, part->decimals, n->mantissa,
                           n->decimals + (n->percent ? 2u : 0u), &coefficient, &decimals)) {
        say_coefficient(x, part->expr->span);
        return;
    }
    push(x, left_is_number ? right : left, coefficient, decimals);
}

static void expand_part(expansion *x, const open_part *part)
{
    const atn_expr *const expr = part->expr;
    switch (expr->kind) {
    case ATN_EXPR_NUMBER: number_term(x, part); break;
    case ATN_EXPR_NAME: name_term(x, part); break;
    case ATN_EXPR_COUNT: count_term(x, part); break;
    case ATN_EXPR_MUL: push_product(x, part); break;
    case ATN_EXPR_ADD:
    case ATN_EXPR_SUB:
        if (expr->kind == ATN_EXPR_SUB && part->coefficient == INT64_MIN) {
            say_coefficient(x, expr->span);
            break;
        }
        push(x, expr->right, expr->kind == ATN_EXPR_SUB ? -part->coefficient : part->coefficient,
             part->decimals);
        push(x, expr->left, part->coefficient,
             part->decimals); /* on top: terms come in the order of the text */
        break;
    case ATN_EXPR_DIV: /* only in a check: the parser lets '/' stand nowhere else but at the top of an indicator */
        x->form->bad = true;
        ATN_CHECK_ERROR(x->c, expr->span, ATN_NO_HINT, "a check compares sums; multiply instead of dividing");
        break;
    }
}

void atn_check_expand(atn_checker *c, const atn_expr *expr, const char *no_count, atn_form_draft *form)
{
    expansion x = {.c = c, .no_count = no_count, .form = form};
    if (expr == NULL) {
        form->bad = true;
        return;
    }
    push(&x, expr, 1, 0);
    while (x.open.n > 0 && !c->failed) {
        const open_part part = ((const open_part *)x.open.items)[--x.open.n];
        expand_part(&x, &part);
    }
    atn_check_drop(c, &x.open, sizeof(open_part));
}

void atn_check_literals(atn_checker *c, atn_form_draft *form, bool has_thing, unsigned thing_decimals)
{
    const atn_number *const n = form->finest;
    if (!has_thing || n == NULL || n->decimals <= thing_decimals) {
        return;
    }
    form->bad = true;
    ATN_CHECK_SAY(c, ATTAIN_ERROR, ATTAIN_E_DIGITS, n->span,
                  ATN_STR("if the point groups thousands, write the number without it, or `numbers vi` at "
                          "the top of the file"),
                  "this number has %d decimals, what stands beside it has %u", n->decimals, thing_decimals);
}

atn_form atn_check_store_form(atn_checker *c, atn_form_draft *form)
{
    atn_form stored = {(uint32_t)c->terms.n, 0};
    if (!form->bad && !c->failed) {
        const atn_term *const from = form->terms.items;
        atn_term *const to = atn_check_append_many(c, &c->terms, form->terms.n, sizeof *to);
        for (size_t i = 0; to != NULL && i < form->terms.n; i++) {
            to[i] = from[i];
        }
        stored.n_terms = to == NULL ? 0 : (uint32_t)form->terms.n;
    }
    atn_check_drop(c, &form->terms, sizeof(atn_term));
    return stored;
}
