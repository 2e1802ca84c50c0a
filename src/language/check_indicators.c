/* Indicators and checks.
 *
 * An indicator without "/" may stand in the expression of another, in any order of the text. So the names in
 * all expressions are collected first, cycles are told, and indicators are made in an order in which
 * everything that one opens up is there already.
 *
 *   indicator a = b / n          order: b, then a
 *   indicator b = c + d
 *
 * A phrase may name a measure directly (`trained at least 90000`). It then speaks of an indicator that nobody
 * needs to write down, `x = x`: those stand behind the declared ones and are found through
 * indicator_of_measure. */
#include "language/check.h"

#include <string.h>

/* ---- who uses whom ---- */

typedef struct subtree {
    const atn_expr *expr;
    const atn_pred *pred;
} subtree;

static void open_subtree(atn_checker *c, atn_list *open, const atn_expr *expr, const atn_pred *pred)
{
    subtree *const s = expr == NULL && pred == NULL ? NULL : atn_check_append(c, open, sizeof *s);
    if (s != NULL) {
        *s = (subtree){expr, pred};
    }
}

static void link_uses(atn_checker *c, uint32_t indicator, const atn_expr *expr, atn_list *links)
{
    atn_list open = {NULL, 0, 0};
    open_subtree(c, &open, expr, NULL);
    while (open.n > 0 && !c->failed) {
        const subtree s = ((const subtree *)open.items)[--open.n];
        if (s.pred != NULL) {
            open_subtree(c, &open, NULL, s.pred->right);
            open_subtree(c, &open, NULL, s.pred->left);
            open_subtree(c, &open, s.pred->rhs, NULL);
            open_subtree(c, &open, s.pred->lhs, NULL);
            continue;
        }
        open_subtree(c, &open, s.expr->right, NULL);
        open_subtree(c, &open, s.expr->left, NULL);
        open_subtree(c, &open, NULL, s.expr->where);
        const bool is_name = s.expr->kind == ATN_EXPR_NAME;
        const uint32_t thing =
            is_name ? atn_names_find(&c->model->thing_names, s.expr->name->text) : ATN_NONE;
        if (thing != ATN_NONE && ATN_THING_KIND(thing) == ATN_THING_INDICATOR) {
            atn_link *const link = atn_check_append(c, links, sizeof *link);
            if (link != NULL) {
                *link = (atn_link){indicator, ATN_THING_INDEX(thing)};
            }
        }
    }
    atn_check_drop(c, &open, sizeof(subtree));
}

/* NULL when out of memory or when there is a cycle: then expressions that go in a circle are not opened. */
static uint32_t *order_of_making(atn_checker *c)
{
    const uint32_t n = c->indicators.n;
    atn_list links = {NULL, 0, 0};
    const atn_item **const ids = atn_check_scratch(c, n, sizeof *ids);
    uint32_t *const order = atn_check_scratch(c, n, sizeof *order);
    for (uint32_t i = 0; i < n && !c->failed; i++) {
        const atn_attr *const attr = atn_check_attr(c->indicators.items[i], ATN_ATTR_EXPRESSION);
        ids[i] = c->indicators.items[i]->id;
        link_uses(c, i, attr->expr, &links);
    }
    atn_graph graph;
    const atn_cycle_words words = {ids, "indicators are made of each other", "uses"};
    if (!c->failed && atn_graph_make(c, n, links.items, links.n, &graph)) {
        atn_graph_order(c, &graph, &words, order);
    }
    atn_check_drop(c, &links, sizeof(atn_link));
    return c->failed ? NULL : order;
}

/* ---- one indicator ---- */

static void check_constant_denominator(atn_checker *c, const atn_expr *expr, atn_form_draft *form)
{
    int64_t sum = 0;
    bool known = !form->has_thing && !form->bad;
    for (size_t i = 0; i < form->terms.n && known; i++) {
        const atn_term *const term = &((const atn_term *)form->terms.items)[i];
        int64_t scaled = 0;
        known = atn_check_rescale(term->coefficient, term->coefficient_decimals, ATN_MAX_DECIMALS, &scaled) &&
                (scaled > 0 ? sum <= INT64_MAX - scaled : sum >= INT64_MIN - scaled);
        sum += known ? scaled : 0;
    }
    if (known && sum == 0) {
        form->bad = true;
        ATN_CHECK_ERROR(c, expr->span, ATN_NO_HINT, "this denominator is 0 everywhere");
    }
}

static atn_form make_form(atn_checker *c, const atn_expr *expr, bool is_denominator, bool *bad)
{
    atn_form_draft draft = {.bad = false};
    atn_check_expand(c, expr, NULL, &draft);
    atn_check_literals(c, &draft, draft.has_thing, draft.thing_decimals);
    if (is_denominator) {
        check_constant_denominator(c, expr, &draft);
    }
    *bad = *bad || draft.bad;
    return atn_check_store_form(c, &draft);
}

/* What follows from the terms: decimals of N, whether all of it is percent, whether it waits for a later
 * version. */
static void sum_up(const atn_checker *c, atn_indicator *made)
{
    const atn_term *const terms = c->terms.items;
    bool all_percent = made->numerator.n_terms > 0 && !made->has_denominator;
    unsigned decimals = 0;
    for (uint32_t i = 0; i < made->numerator.n_terms; i++) {
        const atn_term *const term = &terms[made->numerator.first_term + i];
        const unsigned its = atn_check_term_decimals(c, term);
        decimals = its > decimals ? its : decimals;
        all_percent =
            all_percent && term->kind == ATN_TERM_MEASURE && c->model->measures[term->index].is_percent;
        made->not_evaluated = made->not_evaluated || atn_check_term_not_evaluated(c, term);
    }
    for (uint32_t i = 0; i < made->denominator.n_terms; i++) {
        made->not_evaluated =
            made->not_evaluated || atn_check_term_not_evaluated(c, &terms[made->denominator.first_term + i]);
    }
    made->is_percent = all_percent;
    made->decimals = (uint8_t)decimals;
    made->not_evaluated = made->not_evaluated || made->mean_of != ATN_NONE;
}

static void make_expression(atn_checker *c, const atn_decl *decl, uint32_t index, atn_indicator *made)
{
    const atn_attr *const attr = atn_check_attr(decl, ATN_ATTR_EXPRESSION);
    const atn_expr *const expr = attr->expr;
    bool bad = false;
    made->has_denominator = expr->kind == ATN_EXPR_DIV;
    made->numerator = make_form(c, made->has_denominator ? expr->left : expr, false, &bad);
    if (made->has_denominator) {
        made->denominator = make_form(c, expr->right, true, &bad);
    }
    atn_buf buf;
    atn_buf_init(&buf, &c->plan->alloc);
    atn_write_expr(&buf, expr);
    made->expression = atn_check_keep(c, &buf);
    c->indicator_made[index] = !bad;
    sum_up(c, made);
}

static void read_shown(const atn_attr *attr, atn_indicator *made)
{
    made->shown = attr->shown;
    made->shown_per = attr->shown == ATN_SHOWN_PER ? (uint64_t)attr->number.mantissa : 0;
}

static void read_mean(atn_checker *c, const atn_attr *attr, atn_indicator *made)
{
    made->mean_of = atn_check_type(c, attr->items);
    made->mean_decimals = (uint8_t)attr->number.mantissa;
}

static void read_variant(atn_checker *c, const atn_attr *attr, atn_indicator *made)
{
    const atn_item *const item = attr->items;
    const uint32_t thing = atn_names_find(&c->model->thing_names, item->text);
    if (thing == ATN_NONE || ATN_THING_KIND(thing) != ATN_THING_INDICATOR) {
        ATN_CHECK_NAME(c, item->span,
                       thing == ATN_NONE ? atn_check_near(c, &c->model->thing_names, item->text)
                                         : ATN_NO_HINT,
                       "'%s' is no indicator that this could be a variant of", atn_check_text(c, item->text));
        return;
    }
    made->variant_of = ATN_THING_INDEX(thing);
    if (atn_str_equal(item->text, made->id)) {
        made->variant_of = ATN_NONE;
        ATN_CHECK_ERROR(c, item->span, ATN_NO_HINT, "'%s' is said to be a variant of itself",
                        atn_check_text(c, item->text));
    }
}

static void check_ratio_words(atn_checker *c, const atn_decl *decl, const atn_indicator *made)
{
    const atn_attr *const share = atn_check_attr(decl, ATN_ATTR_SHARE);
    const atn_attr *const shown = atn_check_attr(decl, ATN_ATTR_SHOWN);
    const atn_attr *const mean = atn_check_attr(decl, ATN_ATTR_MEAN_OF);
    if (made->has_denominator) {
        return;
    }
    if (share != NULL) {
        ATN_CHECK_ERROR(c, share->span, ATN_NO_HINT, "a share is a part of a whole: '%s' needs a '/'",
                        atn_check_text(c, made->id));
    }
    if (shown != NULL && shown->shown == ATN_SHOWN_ONE_PER) {
        ATN_CHECK_ERROR(c, shown->span, ATN_NO_HINT, "`shown as 1 per N` shows a ratio: '%s' needs a '/'",
                        atn_check_text(c, made->id));
    }
    if (mean != NULL) {
        ATN_CHECK_ERROR(c, mean->span, ATN_NO_HINT,
                        "`mean of` takes the ratio of each unit: '%s' needs a '/'",
                        atn_check_text(c, made->id));
    }
}

static void make_indicator(atn_checker *c, uint32_t index)
{
    const atn_decl *const decl = c->indicators.items[index];
    atn_indicator *const made = &c->model->indicators[index];
    *made = (atn_indicator){.id = decl->id->text,
                            .span = decl->id->span,
                            .variant_of = ATN_NONE,
                            .mean_of = ATN_NONE};
    made->title = atn_check_item_text(decl->title);
    made->expression = (atn_str){"", 0};
    const atn_attr *shown = NULL;
    for (const atn_attr *attr = decl->attrs; attr != NULL; attr = attr->next) {
        switch ((int)attr->kind) {
        case ATN_ATTR_SHARE: made->share = true; break;
        case ATN_ATTR_SHOWN: shown = attr; break;
        case ATN_ATTR_ANNUALISED:
            made->annualised = attr->number.mantissa == 0 ? ATN_ANNUALISED_DAYS : ATN_ANNUALISED_MONTHS;
            break;
        case ATN_ATTR_VARIANT_OF: read_variant(c, attr, made); break;
        case ATN_ATTR_MEAN_OF: read_mean(c, attr, made); break;
        default: break;
        }
    }
    make_expression(c, decl, index, made);
    check_ratio_words(c, decl, made);
    made->shown = made->share || made->is_percent ? ATN_SHOWN_PERCENT : ATN_SHOWN_PLAIN;
    if (shown != NULL) {
        read_shown(shown, made);
    }
}

/* ---- measures that phrases name ---- */

static void mark_named(const atn_checker *c, const atn_item *name, bool *named)
{
    const uint32_t thing = name == NULL ? ATN_NONE : atn_names_find(&c->model->thing_names, name->text);
    if (thing != ATN_NONE && ATN_THING_KIND(thing) == ATN_THING_MEASURE) {
        named[ATN_THING_INDEX(thing)] = true;
    }
}

static bool *find_named_measures(atn_checker *c)
{
    bool *const named = atn_check_scratch(c, c->measures.n, sizeof *named);
    for (uint32_t i = 0; i < c->targets.n && named != NULL; i++) {
        for (const atn_attr *attr = c->targets.items[i]->attrs; attr != NULL; attr = attr->next) {
            if (attr->kind == ATN_ATTR_PHRASE) {
                mark_named(c, attr->phrase->indicator, named);
                mark_named(c, attr->phrase->within, named);
            }
        }
    }
    return named;
}

static void make_implicit(atn_checker *c, uint32_t measure, uint32_t index)
{
    const atn_measure *const of = &c->model->measures[measure];
    for (uint32_t i = 0; i < of->n_categories; i++) {
        if (of->law_category[i] == ATN_LAW_NONE && c->model->categories[of->category[i]].n_members > 1) {
            ATN_CHECK_ERROR(c, of->span, ATN_NO_HINT,
                            "a target names '%s', which has no total over '%s': an indicator that picks one "
                            "member is required",
                            atn_check_text(c, of->id),
                            atn_check_text(c, c->model->categories[of->category[i]].id));
        }
    }
    atn_indicator *const made = &c->model->indicators[index];
    *made = (atn_indicator){
        .id = of->id, .title = of->title, .expression = of->id, .span = of->span, .variant_of = ATN_NONE};
    made->mean_of = ATN_NONE;
    atn_term *const term = atn_check_append(c, &c->terms, sizeof *term);
    if (term == NULL) {
        return;
    }
    *term = (atn_term){ATN_TERM_MEASURE, 1, 0, measure, ATN_NONE, ATN_REFERENCE_LAST_DAY};
    made->numerator = (atn_form){(uint32_t)(c->terms.n - 1), 1};
    sum_up(c, made);
    made->shown = made->is_percent ? ATN_SHOWN_PERCENT : ATN_SHOWN_PLAIN;
    c->model->indicator_of_measure[measure] = index;
}

void atn_check_indicators(atn_checker *c)
{
    atn_model *const m = c->model;
    const uint32_t n = c->indicators.n;
    const bool *const named = find_named_measures(c);
    uint32_t n_implicit = 0;
    for (uint32_t i = 0; i < m->n_measures && named != NULL; i++) {
        n_implicit += named[i] ? 1u : 0u;
    }
    m->indicators = atn_check_array(c, (size_t)n + n_implicit, sizeof *m->indicators);
    m->indicator_of_measure = atn_check_array(c, m->n_measures, sizeof *m->indicator_of_measure);
    c->indicator_made = atn_check_scratch(c, n, sizeof *c->indicator_made);
    const uint32_t *const order = order_of_making(c);
    for (uint32_t i = 0; i < n && !c->failed; i++) {
        make_indicator(c, order[i]);
    }
    m->n_indicators = c->failed ? 0 : n;
    for (uint32_t i = 0; i < m->n_measures && !c->failed; i++) {
        m->indicator_of_measure[i] = ATN_NONE;
        if (named[i]) {
            make_implicit(c, i, m->n_indicators++);
        }
    }
}

uint32_t atn_check_indicator(atn_checker *c, const atn_item *item)
{
    const uint32_t thing = atn_names_find(&c->model->thing_names, item->text);
    if (thing != ATN_NONE && ATN_THING_KIND(thing) == ATN_THING_INDICATOR) {
        return ATN_THING_INDEX(thing);
    }
    if (thing != ATN_NONE && ATN_THING_KIND(thing) == ATN_THING_MEASURE) {
        return c->model->indicator_of_measure[ATN_THING_INDEX(thing)];
    }
    if (thing != ATN_NONE) {
        ATN_CHECK_NAME(c, item->span, ATN_NO_HINT,
                       "'%s' is a reference; a target speaks of an indicator or a measure",
                       atn_check_text(c, item->text));
    } else {
        ATN_CHECK_NAME(c, item->span, atn_check_near(c, &c->model->thing_names, item->text),
                       "unknown indicator '%s'", atn_check_text(c, item->text));
    }
    return ATN_NONE;
}

/* ---- checks ---- */

static void make_identity(atn_checker *c, const atn_decl *decl, atn_check *check)
{
    const atn_attr *const attr = atn_check_attr(decl, ATN_ATTR_EXPRESSION);
    const atn_attr *const source = atn_check_attr(decl, ATN_ATTR_SOURCE);
    const atn_item *const title = decl->title != NULL ? decl->title : decl->id;
    check->title = atn_check_item_text(title);
    check->span = title != NULL ? title->span : decl->span;
    if (source != NULL) {
        atn_check_source(source, &check->source_document, &check->source_words);
    }
    atn_form_draft left = {.bad = false};
    atn_form_draft right = {.bad = false};
    atn_check_expand(c, attr->expr, "a check", &left);
    atn_check_expand(c, attr->expr_right, "a check", &right);
    if (!left.has_thing && !right.has_thing && !left.bad && !right.bad) {
        ATN_CHECK_ERROR(c, check->span, ATN_NO_HINT,
                        "this check compares two numbers; a measure is required on one side");
    }
    const unsigned decimals =
        left.thing_decimals > right.thing_decimals ? left.thing_decimals : right.thing_decimals;
    atn_check_literals(c, &left, left.has_thing || right.has_thing, decimals);
    atn_check_literals(c, &right, left.has_thing || right.has_thing, decimals);
    check->left = atn_check_store_form(c, &left);
    check->right = atn_check_store_form(c, &right);
    atn_buf buf;
    atn_buf_init(&buf, &c->plan->alloc);
    atn_write_expr(&buf, attr->expr);
    atn_buf_text(&buf, " = ");
    atn_write_expr(&buf, attr->expr_right);
    check->expression = atn_check_keep(c, &buf);
}

void atn_check_identities(atn_checker *c)
{
    atn_model *const m = c->model;
    m->checks = atn_check_array(c, c->checks.n, sizeof *m->checks);
    for (uint32_t i = 0; i < c->checks.n && !c->failed; i++) {
        make_identity(c, c->checks.items[i], &m->checks[i]);
    }
    m->n_checks = c->failed ? 0 : c->checks.n;
}
