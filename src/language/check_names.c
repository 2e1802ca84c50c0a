/* Names: the first pass. Declarations are sorted by kind, each id enters the table of its space, and every
 * later pass asks here what a name means.
 *
 *   spaces:   units and their aliases | types | attributes + categories | measures + references + indicators | programmes
 *             | targets + milestones | activities | reports
 *
 * How an id must be spelled is the parser's business. Two ids that differ by the case of letters alone are
 * both legal and most likely a slip: a warning. */
#include "language/check.h"

#include <string.h>

/* ---- declarations by kind ---- */

static atn_decls *list_of(atn_checker *c, atn_decl_kind kind)
{
    switch (kind) {
    case ATN_DECL_UNIT: return &c->units;
    case ATN_DECL_TYPE: return &c->types;
    case ATN_DECL_ATTRIBUTE: return &c->attributes;
    case ATN_DECL_CATEGORY: return &c->categories;
    case ATN_DECL_MEASURE: return &c->measures;
    case ATN_DECL_REFERENCE: return &c->references;
    case ATN_DECL_INDICATOR: return &c->indicators;
    case ATN_DECL_CHECK: return &c->checks;
    case ATN_DECL_PROGRAMME: return &c->programmes;
    case ATN_DECL_TARGET:
    case ATN_DECL_MILESTONE: return &c->targets;
    case ATN_DECL_ACTIVITY: return &c->activities;
    case ATN_DECL_REPORT: return &c->reports;
    case ATN_DECL_BOUNDARY: return &c->boundaries;
    case ATN_DECL_INCLUDE:
    case ATN_DECL_NUMBERS:
    case ATN_DECL_UNITS_FROM: return NULL;
    }
    return NULL;
}

static void sort_by_kind(atn_checker *c)
{
    for (const atn_decl *decl = c->plan->draft->first; decl != NULL; decl = decl->next) {
        atn_decls *const list = list_of(c, decl->kind);
        if (list != NULL) {
            list->n++;
        }
    }
    for (int kind = 0; kind <= ATN_DECL_BOUNDARY; kind++) {
        atn_decls *const list = list_of(c, (atn_decl_kind)kind);
        if (list != NULL && list->items == NULL) {
            list->items = atn_check_scratch(c, list->n, sizeof *list->items);
            list->n = 0;
        }
    }
    for (const atn_decl *decl = c->plan->draft->first; decl != NULL && !c->failed; decl = decl->next) {
        atn_decls *const list = list_of(c, decl->kind);
        if (list != NULL) {
            list->items[list->n++] = decl;
        }
    }
}

/* ---- spaces ---- */

/* "a measure", "a reference" or "an indicator". */
static const char *word_of_thing(uint32_t thing)
{
    static const char *const words[] = {"a measure", "a reference", "an indicator"};
    return words[ATN_THING_KIND(thing)];
}

static const atn_decl *decl_of_thing(const atn_checker *c, uint32_t thing)
{
    const atn_decls *const lists[] = {&c->measures, &c->references, &c->indicators};
    return lists[ATN_THING_KIND(thing)]->items[ATN_THING_INDEX(thing)];
}

static void say_twice(atn_checker *c, const atn_decl *decl, const atn_decl *other, const char *what)
{
    ATN_CHECK_NAME(c, decl->id->span, ATN_NO_HINT, "%s '%s' is declared twice; the first stands at %s", what,
                   atn_check_text(c, decl->id->text), atn_check_place(c, other->id->span));
}

static void enter(atn_checker *c, atn_names *names, const atn_decls *list, const char *what)
{
    for (uint32_t i = 0; i < list->n && !c->failed; i++) {
        uint32_t found = i;
        if (atn_check_add_name(c, names, list->items[i]->id->text, i, &found) && found != i) {
            say_twice(c, list->items[i], list->items[found], what);
        }
    }
}

static void enter_things(atn_checker *c, const atn_decls *list, uint32_t kind, const char *what)
{
    for (uint32_t i = 0; i < list->n && !c->failed; i++) {
        const uint32_t thing = ATN_THING(kind, i);
        uint32_t found = thing;
        if (!atn_check_add_name(c, &c->model->thing_names, list->items[i]->id->text, thing, &found) ||
            found == thing) {
            continue;
        }
        const atn_decl *const other = decl_of_thing(c, found);
        if (ATN_THING_KIND(found) == kind) {
            say_twice(c, list->items[i], other, what);
        } else {
            ATN_CHECK_NAME(
                c, list->items[i]->id->span, ATN_NO_HINT,
                "'%s' is already %s (%s); measures, references and indicators share one space of ids",
                atn_check_text(c, other->id->text), word_of_thing(found),
                atn_check_place(c, other->id->span));
        }
    }
}

/* Attributes and categories have a table each, and one space: a pick does not say which of the two it names. */
static void enter_axes(atn_checker *c)
{
    enter(c, &c->model->category_names, &c->categories, "the category");
    enter(c, &c->model->attribute_names, &c->attributes, "the attribute");
    for (uint32_t i = 0; i < c->attributes.n; i++) {
        const atn_item *const id = c->attributes.items[i]->id;
        const uint32_t category = atn_names_find(&c->model->category_names, id->text);
        if (category != ATN_NONE) {
            ATN_CHECK_NAME(
                c, id->span, ATN_NO_HINT,
                "'%s' is already a category (%s); attributes and categories share one space of ids",
                atn_check_text(c, id->text), atn_check_place(c, c->categories.items[category]->id->span));
        }
    }
}

/* ---- twins but for case ---- */

static size_t folded(atn_str id, char *out, size_t cap)
{
    for (size_t i = 0; i < id.len && i < cap; i++) {
        const char ch = id.data[i];
        out[i] = ch >= 'A' && ch <= 'Z' ? (char)(ch - 'A' + 'a') : ch;
    }
    return id.len;
}

static bool equal_folded(atn_str a, atn_str b)
{
    char x[256];
    char y[256];
    return a.len == b.len && folded(a, x, sizeof x) <= sizeof x && folded(b, y, sizeof y) <= sizeof y &&
           memcmp(x, y, a.len) == 0;
}

/* An open-addressing table of positions in the list, hashed by the folded id: the ids need no second copy.
 * Longer ids than 256 bytes are let be. */
static void warn_twins(atn_checker *c, const atn_decls *list, const char *what)
{
    size_t n_slots = 16;
    while (n_slots < 2 * (size_t)list->n) {
        n_slots *= 2;
    }
    uint64_t *const slots =
        atn_alloc_array(&c->plan->alloc, n_slots, sizeof *slots); /* hash << 32 | position + 1; 0: empty */
    if (slots == NULL) {
        c->failed = true;
        return;
    }
    const uint64_t key[2] = {c->model->unit_names.key[0], c->model->unit_names.key[1]};
    for (uint32_t i = 0; i < list->n; i++) {
        const atn_item *const id = list->items[i]->id;
        char text[256];
        if (folded(id->text, text, sizeof text) > sizeof text) {
            continue;
        }
        const uint64_t hash = atn_hash_siphash(key, text, id->text.len);
        size_t at = (size_t)hash & (n_slots - 1);
        while (slots[at] != 0 && (slots[at] >> 32 != hash >> 32 ||
                                  !equal_folded(list->items[(uint32_t)slots[at] - 1]->id->text, id->text))) {
            at = (at + 1) & (n_slots - 1);
        }
        if (slots[at] == 0) {
            slots[at] = hash >> 32 << 32 | (i + 1);
        } else if (!atn_str_equal(list->items[(uint32_t)slots[at] - 1]->id->text, id->text)) {
            const atn_item *const other = list->items[(uint32_t)slots[at] - 1]->id;
            ATN_CHECK_WARN(c, id->span, ATN_NO_HINT,
                           "the %s '%s' and '%s' (%s) differ by the case of letters alone", what,
                           atn_check_text(c, id->text), atn_check_text(c, other->text),
                           atn_check_place(c, other->span));
        }
    }
    atn_alloc_free_array(&c->plan->alloc, slots, n_slots, sizeof *slots);
}

/* ---- the pass ---- */

static void measure_programme_ids(atn_checker *c)
{
    for (uint32_t i = 0; i < c->programmes.n; i++) {
        const size_t len = c->programmes.items[i]->id->text.len;
        c->longest_programme = len > c->longest_programme ? len : c->longest_programme;
    }
    c->is_programme_length = atn_check_scratch(c, c->longest_programme + 1, sizeof *c->is_programme_length);
    for (uint32_t i = 0; i < c->programmes.n && !c->failed; i++) {
        c->is_programme_length[c->programmes.items[i]->id->text.len] = true;
    }
}

void atn_check_collect(atn_checker *c)
{
    sort_by_kind(c);
    if (c->failed) {
        return;
    }
    atn_model *const m = c->model;
    enter_axes(c);
    enter_things(c, &c->measures, ATN_THING_MEASURE, "the measure");
    enter_things(c, &c->references, ATN_THING_REFERENCE, "the reference");
    enter_things(c, &c->indicators, ATN_THING_INDICATOR, "the indicator");
    enter(c, &m->programme_names, &c->programmes, "the programme");
    enter(c, &m->target_names, &c->targets, "the target or milestone");
    enter(c, &m->activity_names, &c->activities, "the activity");
    enter(c, &m->report_names, &c->reports, "the report");
    measure_programme_ids(c);
    const struct {
        const atn_decls *list;
        const char *what;
    } kinds[] = {{&c->units, "units"},           {&c->types, "types"},
                 {&c->attributes, "attributes"}, {&c->categories, "categories"},
                 {&c->measures, "measures"},     {&c->references, "references"},
                 {&c->indicators, "indicators"}, {&c->programmes, "programmes"},
                 {&c->targets, "targets"},       {&c->activities, "activities"},
                 {&c->reports, "reports"}};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds && !c->failed; i++) {
        warn_twins(c, kinds[i].list, kinds[i].what);
    }
}

/* ---- what names mean ---- */

uint32_t atn_check_type(atn_checker *c, const atn_item *item)
{
    const uint32_t type = atn_names_find(&c->model->type_names, item->text);
    if (type == ATN_NONE) {
        ATN_CHECK_NAME(c, item->span, atn_check_near(c, &c->model->type_names, item->text),
                       "unknown type '%s': no unit has it and no `type` line names it",
                       atn_check_text(c, item->text));
    }
    return type;
}

uint32_t atn_check_unit(atn_checker *c, const atn_item *item)
{
    const uint32_t unit = atn_names_find(&c->model->unit_names, item->text);
    if (unit == ATN_NONE) {
        ATN_CHECK_NAME(c, item->span, atn_check_near(c, &c->model->unit_names, item->text),
                       "unknown unit '%s'", atn_check_text(c, item->text));
    }
    return unit;
}

uint32_t atn_check_programme(atn_checker *c, const atn_item *item)
{
    const uint32_t programme = atn_names_find(&c->model->programme_names, item->text);
    if (programme == ATN_NONE) {
        ATN_CHECK_NAME(c, item->span, atn_check_near(c, &c->model->programme_names, item->text),
                       "unknown programme '%s'", atn_check_text(c, item->text));
    }
    return programme;
}

uint32_t atn_check_measure(atn_checker *c, const atn_item *item)
{
    const uint32_t thing = atn_names_find(&c->model->thing_names, item->text);
    if (thing != ATN_NONE && ATN_THING_KIND(thing) == ATN_THING_MEASURE) {
        return ATN_THING_INDEX(thing);
    }
    if (thing != ATN_NONE) {
        ATN_CHECK_NAME(c, item->span, ATN_NO_HINT, "'%s' is %s; a measure is required here",
                       atn_check_text(c, item->text), word_of_thing(thing));
    } else {
        ATN_CHECK_NAME(c, item->span, atn_check_near(c, &c->model->thing_names, item->text),
                       "unknown measure '%s'", atn_check_text(c, item->text));
    }
    return ATN_NONE;
}

/* Only prefixes as long as some programme's id are looked up: an id of a thousand dots costs no thousand
 * hashes of itself. */
uint32_t atn_check_owner(atn_checker *c, const atn_decl *decl)
{
    const atn_str id = decl->id->text;
    size_t len = id.len > c->longest_programme ? c->longest_programme + 1 : id.len;
    while (len-- > 0) {
        if (id.data[len] == '.' && c->is_programme_length[len]) {
            const uint32_t programme = atn_names_find(&c->model->programme_names, (atn_str){id.data, len});
            if (programme != ATN_NONE) {
                return programme;
            }
        }
    }
    return decl->programme_above == NULL
               ? ATN_NONE
               : atn_names_find(&c->model->programme_names, decl->programme_above->id->text);
}
