/* Types and member sets.
 *
 * Types come from units (`unit A commune`: plain) and from `type` lines (`type body: school, hospital`: a
 * group; what it lists and no line declares is a plain type of which no unit is loaded yet). Groups may hold
 * groups. The question "is a unit of type t a body?" is asked for every unit in every count, so it is
 * answered once, as bits:
 *
 *                 school hospital agency          a row per type and group,
 *      body         1       1       1             the union of the rows of what it lists
 *
 * Member sets are categories and attributes: a name, and names in it. */
#include "language/check.h"

/* ---- types ---- */

static uint32_t enter_type(atn_checker *c, atn_list *types, atn_str id, bool is_group)
{
    uint32_t found = (uint32_t)types->n;
    if (!atn_check_add_name(c, &c->model->type_names, id, found, &found) || found != types->n) {
        return found;
    }
    atn_type *const type = atn_check_append(c, types, sizeof *type);
    if (type != NULL) {
        *type = (atn_type){.id = id, .is_group = is_group};
    }
    return found;
}

/* Types are few: at most ATN_MAX_TYPES go on from here. */
static const atn_decl *group_named(const atn_checker *c, atn_str id)
{
    uint32_t i = 0;
    while (!atn_str_equal(c->types.items[i]->id->text, id)) {
        i++;
    }
    return c->types.items[i];
}

static void say_group(atn_checker *c, const atn_item *item)
{
    ATN_CHECK_ERROR(c, item->span, ATN_NO_HINT, "'%s' is a group of types (%s); a unit needs a plain type",
                    atn_check_text(c, item->text), atn_check_place(c, group_named(c, item->text)->id->span));
}

/* Groups first, in their order; then what units are and what groups list, as they come. */
static void enter_types(atn_checker *c, atn_list *types)
{
    for (uint32_t i = 0; i < c->types.n && !c->failed; i++) {
        const atn_item *const id = c->types.items[i]->id;
        const size_t n_before = types->n;
        enter_type(c, types, id->text, true);
        if (types->n == n_before) {
            const atn_decl *const first = group_named(c, id->text);
            ATN_CHECK_NAME(c, id->span, ATN_NO_HINT,
                           "the type '%s' is declared twice; the first stands at %s",
                           atn_check_text(c, id->text), atn_check_place(c, first->id->span));
        }
    }
    const size_t n_groups = types->n;
    bool *const told = atn_check_scratch(c, n_groups, sizeof *told);
    for (uint32_t i = 0; i < c->units.n && !c->failed; i++) {
        const atn_item *const item = c->units.items[i]->type;
        if (item == NULL) {
            continue;
        }
        const uint32_t type = enter_type(c, types, item->text, false);
        if (type < n_groups && !told[type]) {
            told[type] = true;
            say_group(c, item);
        }
    }
    for (uint32_t i = 0; i < c->types.n && !c->failed; i++) {
        const atn_attr *const members = atn_check_attr(c->types.items[i], ATN_ATTR_MEMBERS);
        for (const atn_item *item = members == NULL ? NULL : members->items; item != NULL && !c->failed;
             item = item->next) {
            enter_type(c, types, item->text, false);
        }
    }
}

/* The same type twice in one group would do no harm; it is a slip all the same. `seen` holds the last group
 * (+ 1) that listed a type. */
static void link_members(atn_checker *c, atn_list *links, uint32_t *seen)
{
    for (uint32_t i = 0; i < c->types.n && !c->failed; i++) {
        const uint32_t group = atn_names_find(&c->model->type_names, c->types.items[i]->id->text);
        const atn_attr *const members = atn_check_attr(c->types.items[i], ATN_ATTR_MEMBERS);
        for (const atn_item *item = members == NULL ? NULL : members->items; item != NULL && !c->failed;
             item = item->next) {
            const uint32_t member = atn_names_find(&c->model->type_names, item->text);
            if (seen[member] == i + 1) {
                ATN_CHECK_NAME(c, item->span, ATN_NO_HINT, "the type '%s' lists '%s' twice",
                               atn_check_text(c, c->types.items[i]->id->text), atn_check_text(c, item->text));
            }
            seen[member] = i + 1;
            atn_link *const link = atn_check_append(c, links, sizeof *link);
            if (link != NULL) {
                *link = (atn_link){group, member};
            }
        }
    }
}

static void fill_rows(const atn_checker *c, const atn_graph *graph, const uint32_t *order)
{
    const atn_model *const m = c->model;
    for (uint32_t i = 0; i < m->n_types; i++) {
        uint64_t *const row = &m->type_is[(size_t)order[i] * m->type_words];
        if (!m->types[order[i]].is_group) {
            atn_bit_set(row, order[i]);
        }
        for (uint32_t at = graph->first[order[i]]; at < graph->first[order[i] + 1]; at++) {
            const uint64_t *const member = &m->type_is[(size_t)graph->to[at] * m->type_words];
            for (uint32_t word = 0; word < m->type_words; word++) {
                row[word] |= member[word];
            }
        }
    }
}

static void make_matrix(atn_checker *c)
{
    atn_model *const m = c->model;
    m->type_words = (m->n_types + 63) / 64;
    m->type_is = atn_check_array(c, (size_t)m->n_types * m->type_words, sizeof *m->type_is);
    uint32_t *const seen = atn_check_scratch(c, m->n_types, sizeof *seen);
    uint32_t *const order = atn_check_scratch(c, m->n_types, sizeof *order);
    const atn_item **const ids = atn_check_scratch(c, m->n_types, sizeof *ids);
    atn_list links = {NULL, 0, 0};
    atn_graph graph;
    if (!c->failed) {
        link_members(c, &links, seen);
    }
    if (!c->failed && atn_graph_make(c, m->n_types, links.items, links.n, &graph)) {
        for (uint32_t i = 0; i < c->types.n;
             i++) { /* only groups point at anything, so only they are named */
            ids[atn_names_find(&m->type_names, c->types.items[i]->id->text)] = c->types.items[i]->id;
        }
        const atn_cycle_words words = {ids, "groups of types contain each other", "lists"};
        atn_graph_order(c, &graph, &words, order);
        if (!c->failed) {
            fill_rows(c, &graph, order);
        }
    }
    atn_check_drop(c, &links, sizeof(atn_link));
}

void atn_check_types(atn_checker *c)
{
    atn_model *const m = c->model;
    atn_list types = {NULL, 0, 0};
    enter_types(c, &types);
    if (!c->failed && types.n > ATN_MAX_TYPES) {
        const atn_span span = c->types.n > 0 ? c->types.items[0]->id->span : c->units.items[0]->id->span;
        ATN_CHECK_SAY(c, ATTAIN_ERROR, ATTAIN_E_LIMIT, span, ATN_NO_HINT,
                      "the plan has %zu types; at most %u are allowed", types.n, ATN_MAX_TYPES);
        types.n = 0;
        atn_names_free(&m->type_names);
    }
    m->types = atn_check_array(c, types.n, sizeof *m->types);
    if (!c->failed) {
        m->n_types = (uint32_t)types.n;
        for (uint32_t i = 0; i < m->n_types; i++) {
            m->types[i] = ((const atn_type *)types.items)[i];
        }
    }
    atn_check_drop(c, &types, sizeof(atn_type));
    if (!c->failed && m->n_types > 0) {
        make_matrix(c);
    }
}

/* ---- categories and attributes ---- */

static void fill_set(atn_checker *c, const atn_decl *decl, atn_member_set *set, atn_names *table)
{
    const atn_attr *const members = atn_check_attr(decl, ATN_ATTR_MEMBERS);
    const uint32_t n = members == NULL ? 0 : atn_check_count_items(members->items);
    set->id = decl->id->text;
    set->overlapping = atn_check_attr(decl, ATN_ATTR_OVERLAPPING) != NULL;
    if (n == 0 || n > ATN_MAX_MEMBERS) {
        ATN_CHECK_ERROR(c, decl->id->span, ATN_NO_HINT, "'%s' has %u members; 1 to %u are required",
                        atn_check_text(c, set->id), (unsigned)n, ATN_MAX_MEMBERS);
        return;
    }
    set->member = atn_check_array(c, n, sizeof *set->member);
    set->title = atn_check_array(c, n, sizeof *set->title);
    for (const atn_item *item = members->items; item != NULL && !c->failed; item = item->next) {
        uint32_t found = set->n_members;
        if (!atn_check_add_name(c, table, item->text, found, &found)) {
            return;
        }
        if (found != set->n_members) {
            ATN_CHECK_NAME(c, item->span, ATN_NO_HINT, "'%s' has the member '%s' twice",
                           atn_check_text(c, set->id), atn_check_text(c, item->text));
            continue;
        }
        set->member[set->n_members] = item->text;
        set->title[set->n_members] = item->title;
        set->n_members++;
    }
}

static atn_member_set *make_sets(atn_checker *c, const atn_decls *list, atn_names **tables,
                                 uint32_t *n_tables)
{
    atn_member_set *const sets = atn_check_array(c, list->n, sizeof *sets);
    *tables = atn_check_scratch(c, list->n, sizeof **tables);
    for (uint32_t i = 0; i < list->n && !c->failed; i++) {
        atn_names_init(&(*tables)[i], &c->plan->alloc, c->plan->draft->hash_seed + i);
        *n_tables = i + 1;
        fill_set(c, list->items[i], &sets[i], &(*tables)[i]);
    }
    return sets;
}

void atn_check_member_sets(atn_checker *c)
{
    atn_model *const m = c->model;
    m->categories = make_sets(c, &c->categories, &c->category_members, &c->n_category_tables);
    m->n_categories = c->failed ? 0 : c->categories.n;
    m->attributes = make_sets(c, &c->attributes, &c->attribute_members, &c->n_attribute_tables);
    m->n_attributes = c->failed ? 0 : c->attributes.n;
}
