/* Measures and references.
 *
 * A measure has a law for each axis: how figures of several units, slots or members become one. What the text
 * does not say is so:
 *
 *                over units   over time   over a category          over an overlapping one
 *      stock       sum          last          sum                        union
 *      flow        sum          sum           sum                        union
 *      percent     none         last          none                       none
 *
 * A percent is a ratio already, so nothing adds it up: the percent of a province is reported by the province,
 * or computed from counts by an indicator. Members of an overlapping category hold the same person twice, so
 * their sum counts twice.
 *
 * Laws that order their operands (first, last) mean nothing over units and members; `union` is about distinct
 * persons in several groups or years. Allowed: */
#include "language/check.h"

#define LAW(l) (1u << (l))
#define LAWS_ANYWHERE \
    (LAW(ATN_LAW_SUM) | LAW(ATN_LAW_MIN) | LAW(ATN_LAW_MAX) | LAW(ATN_LAW_MEAN) | LAW(ATN_LAW_NONE))
#define LAWS_OVER_UNITS LAWS_ANYWHERE
#define LAWS_OVER_CATEGORY (LAWS_ANYWHERE | LAW(ATN_LAW_UNION))
#define LAWS_OVER_TIME (LAWS_ANYWHERE | LAW(ATN_LAW_UNION) | LAW(ATN_LAW_FIRST) | LAW(ATN_LAW_LAST))

static const char *const law_words[] = {"sum", "last", "first", "min", "max", "mean", "union", "none"};

/* ---- categories ---- */

static void read_categories(atn_checker *c, atn_measure *measure, const atn_attr *attr)
{
    for (const atn_item *item = attr->items; item != NULL; item = item->next) {
        const uint32_t category = atn_names_find(&c->model->category_names, item->text);
        bool is_twice = false;
        for (uint32_t i = 0; i < measure->n_categories; i++) {
            is_twice = is_twice || measure->category[i] == category;
        }
        if (category == ATN_NONE) {
            const bool is_attribute = atn_names_find(&c->model->attribute_names, item->text) != ATN_NONE;
            ATN_CHECK_NAME(c, item->span,
                           is_attribute ? ATN_NO_HINT
                                        : atn_check_near(c, &c->model->category_names, item->text),
                           is_attribute
                               ? "'%s' is an attribute of units; a measure is broken down by categories"
                               : "unknown category '%s'",
                           atn_check_text(c, item->text));
        } else if (is_twice) {
            ATN_CHECK_ERROR(c, item->span, ATN_NO_HINT, "the category '%s' is named twice",
                            atn_check_text(c, item->text));
        } else if (measure->n_categories == ATN_MAX_CATEGORIES) {
            ATN_CHECK_SAY(c, ATTAIN_ERROR, ATTAIN_E_LIMIT, item->span, ATN_NO_HINT,
                          "'%s' has more than %d categories; at most %d are allowed",
                          atn_check_text(c, measure->id), ATN_MAX_CATEGORIES, ATN_MAX_CATEGORIES);
        } else {
            measure->category[measure->n_categories++] = category;
        }
    }
}

static void count_cells(atn_checker *c, atn_measure *measure)
{
    uint64_t n = 1;
    for (uint32_t i = 0; i < measure->n_categories && n <= ATN_MAX_CELLS; i++) {
        const uint32_t n_members = c->model->categories[measure->category[i]].n_members;
        n *= n_members == 0 ? 1 : n_members;
    }
    if (n > ATN_MAX_CELLS) {
        ATN_CHECK_SAY(
            c, ATTAIN_ERROR, ATTAIN_E_LIMIT, measure->span, ATN_NO_HINT,
            "'%s' has more than %d combinations of members; split it into measures with fewer categories",
            atn_check_text(c, measure->id), ATN_MAX_CELLS);
        measure->n_categories = 0;
        n = 1;
    }
    measure->n_cells = (uint32_t)n;
}

/* ---- laws ---- */

static void set_default_laws(const atn_checker *c, atn_measure *measure)
{
    measure->law_units = measure->is_percent ? ATN_LAW_NONE : ATN_LAW_SUM;
    measure->law_time = measure->is_flow && !measure->is_percent ? ATN_LAW_SUM : ATN_LAW_LAST;
    for (uint32_t i = 0; i < measure->n_categories; i++) {
        const bool overlaps = c->model->categories[measure->category[i]].overlapping;
        measure->law_category[i] = measure->is_percent ? ATN_LAW_NONE
                                   : overlaps          ? ATN_LAW_UNION
                                                       : ATN_LAW_SUM;
    }
}

/* Where the law of an axis is kept; NULL after a finding. *bit tells the axes apart, *allowed what may stand
 * there. */
static atn_law *law_of_axis(atn_checker *c, atn_measure *measure, const atn_item *axis, uint32_t *bit,
                            unsigned *allowed)
{
    if (atn_str_is(axis->text, "units")) {
        *bit = 0;
        *allowed = LAWS_OVER_UNITS;
        return &measure->law_units;
    }
    if (atn_str_is(axis->text, "time")) {
        *bit = 1;
        *allowed = LAWS_OVER_TIME;
        return &measure->law_time;
    }
    *allowed = LAWS_OVER_CATEGORY;
    for (uint32_t i = 0; i < measure->n_categories; i++) {
        if (atn_str_equal(c->model->categories[measure->category[i]].id, axis->text)) {
            *bit = 2 + i;
            return &measure->law_category[i];
        }
    }
    if (atn_names_find(&c->model->category_names, axis->text) != ATN_NONE) {
        ATN_CHECK_ERROR(c, axis->span, ATN_NO_HINT, "'%s' is not broken down by '%s': write `by %s`",
                        atn_check_text(c, measure->id), atn_check_text(c, axis->text),
                        atn_check_text(c, axis->text));
    } else {
        ATN_CHECK_NAME(c, axis->span, atn_check_near(c, &c->model->category_names, axis->text),
                       "'%s' is no axis: units, time or a category of the measure is required",
                       atn_check_text(c, axis->text));
    }
    return NULL;
}

static void read_law(atn_checker *c, atn_measure *measure, const atn_attr *attr, uint32_t *said)
{
    uint32_t bit = 0;
    unsigned allowed = 0;
    atn_law *const law = attr->items == NULL ? NULL : law_of_axis(c, measure, attr->items, &bit, &allowed);
    if (law == NULL) {
        return;
    }
    const char *const axis = atn_check_text(c, attr->items->text);
    const bool overlaps = bit >= 2 && c->model->categories[measure->category[bit - 2]].overlapping;
    if ((*said >> bit & 1) != 0) {
        ATN_CHECK_ERROR(c, attr->span, ATN_NO_HINT, "the law over %s is said twice", axis);
    } else if ((allowed & LAW(attr->law)) == 0) {
        ATN_CHECK_ERROR(c, attr->span, ATN_NO_HINT, "`%s` has no meaning over %s: %s is required",
                        law_words[attr->law], axis,
                        bit == 0 ? "sum, min, max, mean or none" : "sum, min, max, mean, union or none");
    } else if (attr->law == ATN_LAW_SUM && measure->is_percent) {
        ATN_CHECK_ERROR(c, attr->span, ATN_NO_HINT,
                        "percents cannot be added over %s: declare the two counts as measures and their "
                        "share as an indicator",
                        axis);
    } else if (attr->law == ATN_LAW_SUM && overlaps) {
        ATN_CHECK_ERROR(c, attr->span, ATN_NO_HINT,
                        "the members of '%s' overlap, so a sum counts some twice: write `union over %s` or "
                        "`none over %s`",
                        axis, axis, axis);
    } else if (attr->law == ATN_LAW_SUM && bit == 1 && !measure->is_flow) {
        ATN_CHECK_WARN(c, attr->span, ATN_NO_HINT,
                       "'%s' is a stock: its sum over time counts what stays once for each slot",
                       atn_check_text(c, measure->id));
    }
    *said |= 1u << bit;
    *law = attr->law;
}

static void check_means(atn_checker *c, const atn_measure *measure)
{
    uint32_t n =
        (measure->law_units == ATN_LAW_MEAN ? 1u : 0u) + (measure->law_time == ATN_LAW_MEAN ? 1u : 0u);
    for (uint32_t i = 0; i < measure->n_categories; i++) {
        n += measure->law_category[i] == ATN_LAW_MEAN ? 1u : 0u;
    }
    if (n > 1) {
        ATN_CHECK_ERROR(c, measure->span, ATN_NO_HINT,
                        "'%s' has `mean` over %u axes; the mean of means depends on their order, so one axis "
                        "at most may be mean",
                        atn_check_text(c, measure->id), (unsigned)n);
    }
}

static bool is_of_later_version(const atn_measure *measure)
{
    const unsigned later = LAW(ATN_LAW_FIRST) | LAW(ATN_LAW_MEAN) | LAW(ATN_LAW_UNION);
    unsigned used = LAW(measure->law_units) | LAW(measure->law_time);
    for (uint32_t i = 0; i < measure->n_categories; i++) {
        used |= LAW(measure->law_category[i]);
    }
    return (used & later) != 0 || measure->carry_years > 0;
}

/* ---- the other attributes ---- */

static void read_kind(atn_measure *measure, const atn_attr *attr)
{
    measure->is_flow = attr->kind == ATN_ATTR_FLOW;
    measure->unit_of_measure = atn_check_item_text(attr->items);
    measure->is_percent = atn_str_is(measure->unit_of_measure, "percent");
}

static void read_breaks(atn_checker *c, const atn_decl *decl, atn_measure *measure)
{
    uint32_t n = 0;
    for (const atn_attr *attr = decl->attrs; attr != NULL; attr = attr->next) {
        n += attr->kind == ATN_ATTR_BREAK ? 1u : 0u;
    }
    if (n == 0) {
        return;
    }
    const atn_attr **const attrs = atn_check_scratch(c, n, sizeof *attrs);
    uint64_t *const keys = atn_check_scratch(c, n, sizeof *keys);
    measure->breaks = atn_check_array(c, n, sizeof *measure->breaks);
    if (c->failed) {
        return;
    }
    for (const atn_attr *attr = decl->attrs; attr != NULL; attr = attr->next) {
        if (attr->kind == ATN_ATTR_BREAK) {
            attrs[measure->n_breaks] = attr;
            keys[measure->n_breaks] = atn_check_day_key(attr->day, measure->n_breaks);
            measure->n_breaks++;
        }
    }
    atn_check_sort(keys, n);
    for (uint32_t i = 0; i < n; i++) {
        const atn_attr *const attr = attrs[(uint32_t)keys[i]];
        measure->breaks[i] = (atn_break){attr->day, atn_check_item_text(attr->items)};
        if (i > 0 && measure->breaks[i - 1].day == attr->day) {
            ATN_CHECK_ERROR(c, attr->span, ATN_NO_HINT, "'%s' has two breaks on %s",
                            atn_check_text(c, measure->id), atn_check_day(c, attr->day));
        }
    }
}

/* Attributes that stand on their own; `by` and laws are read before and after. A dispatch over the kinds of
 * attributes. */
static void read_attributes(atn_checker *c, const atn_decl *decl, atn_measure *measure)
{
    for (const atn_attr *attr = decl->attrs; attr != NULL; attr = attr->next) {
        switch ((int)attr->kind) {
        case ATN_ATTR_STOCK:
        case ATN_ATTR_FLOW: read_kind(measure, attr); break;
        case ATN_ATTR_DECIMALS: measure->decimals = (uint8_t)attr->number.mantissa; break;
        case ATN_ATTR_ANY_SIGN: measure->any_sign = true; break;
        case ATN_ATTR_BY: read_categories(c, measure, attr); break;
        case ATN_ATTR_REPORTED:
            measure->reported = attr->every;
            measure->reported_type = attr->items == NULL ? ATN_NONE : atn_check_type(c, attr->items);
            break;
        case ATN_ATTR_ANY_LEVEL:
            measure->any_level = attr->number.mantissa == 0 ? ATN_LEVEL_REPLACES : ATN_LEVEL_ADDS;
            break;
        case ATN_ATTR_CARRY: measure->carry_years = (uint32_t)attr->number.mantissa; break;
        default: break;
        }
    }
}

static void check_together(atn_checker *c, const atn_decl *decl, const atn_measure *measure)
{
    const atn_attr *const level = atn_check_attr(decl, ATN_ATTR_ANY_LEVEL);
    const atn_attr *const carry = atn_check_attr(decl, ATN_ATTR_CARRY);
    if (level != NULL && measure->law_units == ATN_LAW_NONE) {
        if (measure->any_level == ATN_LEVEL_ADDS) {
            ATN_CHECK_ERROR(
                c, level->span, ATN_NO_HINT,
                "with `none over units` nothing is rolled up, so `at any level adds` has nothing to add to");
        } else {
            ATN_CHECK_WARN(
                c, level->span, ATN_NO_HINT,
                "with `none over units` a figure may stand at any unit; `at any level` is not needed");
        }
    }
    if (carry != NULL && measure->law_time != ATN_LAW_LAST) {
        ATN_CHECK_ERROR(c, carry->span, ATN_NO_HINT,
                        "`carry` keeps the last figure and needs `last over time`; '%s' has `%s over time`",
                        atn_check_text(c, measure->id), law_words[measure->law_time]);
    }
}

static void make_measure(atn_checker *c, const atn_decl *decl, atn_measure *measure)
{
    *measure = (atn_measure){.id = decl->id->text, .span = decl->id->span, .reported_type = ATN_NONE};
    measure->title = atn_check_item_text(decl->title);
    measure->unit_of_measure = (atn_str){"", 0};
    read_attributes(c, decl, measure);
    count_cells(c, measure);
    set_default_laws(c, measure);
    uint32_t said = 0;
    for (const atn_attr *attr = decl->attrs; attr != NULL; attr = attr->next) {
        if (attr->kind == ATN_ATTR_LAW) {
            read_law(c, measure, attr, &said);
        }
    }
    read_breaks(c, decl, measure);
    check_means(c, measure);
    check_together(c, decl, measure);
    measure->not_evaluated = is_of_later_version(measure);
}

void atn_check_measures(atn_checker *c)
{
    atn_model *const m = c->model;
    m->measures = atn_check_array(c, c->measures.n, sizeof *m->measures);
    for (uint32_t i = 0; i < c->measures.n && !c->failed; i++) {
        make_measure(c, c->measures.items[i], &m->measures[i]);
    }
    m->n_measures = c->failed ? 0 : c->measures.n;
}

/* ---- references ---- */

static bool step_value(atn_checker *c, const atn_reference *reference, const atn_attr *attr, int64_t *value)
{
    const atn_number *const n = &attr->number;
    if (n->decimals > reference->decimals) {
        ATN_CHECK_SAY(
            c, ATTAIN_ERROR, ATTAIN_E_DIGITS, n->span,
            atn_check_hint(
                c, "write `decimals %d`; or, if the point groups thousands, write the number without it",
                n->decimals),
            "this value has %d decimals, '%s' has %d", n->decimals, atn_check_text(c, reference->id),
            reference->decimals);
    } else if (!atn_check_rescale(n->mantissa, n->decimals, reference->decimals, value)) {
        ATN_CHECK_SAY(c, ATTAIN_ERROR, ATTAIN_E_RANGE, n->span, ATN_NO_HINT,
                      "the value is too large for %d decimals", reference->decimals);
    } else {
        return true;
    }
    return false;
}

static void read_steps(atn_checker *c, const atn_decl *decl, atn_reference *reference)
{
    uint32_t n = 0;
    for (const atn_attr *attr = decl->attrs; attr != NULL; attr = attr->next) {
        n += attr->kind == ATN_ATTR_STEP ? 1u : 0u;
    }
    reference->steps = atn_check_array(c, n, sizeof *reference->steps);
    if (reference->steps == NULL) {
        return;
    }
    for (const atn_attr *attr = decl->attrs; attr != NULL && !c->failed; attr = attr->next) {
        if (attr->kind != ATN_ATTR_STEP) {
            continue;
        }
        const atn_step *const last =
            reference->n_steps == 0 ? NULL : &reference->steps[reference->n_steps - 1];
        atn_step step = {attr->day, 0};
        if (last != NULL && last->day >= step.day) {
            ATN_CHECK_ERROR(c, attr->span, ATN_NO_HINT, "%s comes after %s; the dates of a reference ascend",
                            atn_check_day(c, step.day), atn_check_day(c, last->day));
        } else if (step_value(c, reference, attr, &step.value)) {
            reference->steps[reference->n_steps++] = step;
        }
    }
}

void atn_check_references(atn_checker *c)
{
    atn_model *const m = c->model;
    m->references = atn_check_array(c, c->references.n, sizeof *m->references);
    for (uint32_t i = 0; i < c->references.n && !c->failed; i++) {
        const atn_decl *const decl = c->references.items[i];
        atn_reference *const reference = &m->references[i];
        const atn_attr *const unit = atn_check_attr(decl, ATN_ATTR_UNIT_OF);
        const atn_attr *const decimals = atn_check_attr(decl, ATN_ATTR_DECIMALS);
        reference->id = decl->id->text;
        reference->title = atn_check_item_text(decl->title);
        reference->span = decl->id->span;
        reference->unit_of_measure = atn_check_item_text(unit == NULL ? NULL : unit->items);
        if (decimals != NULL) {
            reference->decimals = (uint8_t)decimals->number.mantissa;
        }
        read_steps(c, decl, reference);
    }
    m->n_references = c->failed ? 0 : c->references.n;
}
