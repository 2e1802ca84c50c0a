/* Units, first half: which lines speak of one unit, and what each says.
 *
 *   unit A commune in B until 2019-12-31      two lines, one unit: an edge per line
 *   unit A commune in C from 2020-01-01
 *   unit D "old name" commune in C            D and E are one unit with one name at a time; either (or both) may have
 *   boundary 2021-01-01 rename D to E         lines. Its id is the latest name that has a line, the others are aliases.
 *
 * Names are grouped by union-find over the renames; a group with lines is a unit. Numbers follow the first
 * line of each. */
#include "language/check.h"

typedef struct naming {
    uint32_t *line_number; /* of each line: the number of its id */
    uint32_t *first_line;  /* of each number: its first line; ATN_NONE */
    uint32_t *same;        /* union-find */
    int32_t *named_on;     /* day of the latest rename to this name; INT32_MIN */
    uint32_t *best;        /* of a group: the number that gives the id */
    uint32_t n;
} naming;

static const atn_attr *rename_of(const atn_decl *boundary)
{
    const atn_attr *const attr = atn_check_attr(boundary, ATN_ATTR_BOUNDARY);
    const bool is_rename = attr != NULL && attr->number.mantissa == ATN_BOUNDARY_RENAME &&
                           attr->items != NULL && attr->into != NULL;
    return is_rename ? attr : NULL;
}

static uint32_t group_of(const naming *names, uint32_t number)
{
    while (names->same[number] != number) {
        names->same[number] = names->same[names->same[number]];
        number = names->same[number];
    }
    return number;
}

static uint32_t enter(atn_checker *c, naming *names, atn_str id)
{
    uint32_t found = names->n;
    if (!atn_check_add_name(c, &c->raw.names, id, found, &found)) {
        return 0;
    }
    if (found == names->n) {
        names->first_line[found] = ATN_NONE;
        names->same[found] = found;
        names->named_on[found] = INT32_MIN;
        names->best[found] = ATN_NONE;
        names->n++;
    }
    return found;
}

static void enter_lines(atn_checker *c, naming *names)
{
    for (uint32_t i = 0; i < c->units.n && !c->failed; i++) {
        const uint32_t number = enter(c, names, c->units.items[i]->id->text);
        names->line_number[i] = number;
        if (names->first_line[number] == ATN_NONE) {
            names->first_line[number] = i;
        }
    }
    for (uint32_t i = 0; i < c->boundaries.n && !c->failed; i++) {
        const atn_attr *const attr = rename_of(c->boundaries.items[i]);
        if (attr != NULL) {
            const uint32_t from = enter(c, names, attr->items->text);
            const uint32_t to = enter(c, names, attr->into->text);
            names->named_on[to] = attr->day > names->named_on[to] ? attr->day : names->named_on[to];
            names->same[group_of(names, from)] = group_of(names, to);
        }
    }
}

/* Groups with lines become units. */
static void number_units(atn_checker *c, const naming *names)
{
    for (uint32_t number = 0; number < names->n; number++) {
        if (names->first_line[number] != ATN_NONE) {
            uint32_t *const best = &names->best[group_of(names, number)];
            *best = *best == ATN_NONE || names->named_on[number] > names->named_on[*best] ? number : *best;
        }
    }
    uint32_t *const unit_of_group = atn_check_scratch(c, names->n, sizeof *unit_of_group); /* + 1 */
    c->raw.number_of = atn_check_scratch(c, names->n, sizeof *c->raw.number_of);
    c->raw.items = atn_check_scratch(c, names->n, sizeof *c->raw.items);
    if (c->failed) {
        return;
    }
    for (uint32_t i = 0; i < c->units.n; i++) {
        const uint32_t group = group_of(names, names->line_number[i]);
        if (unit_of_group[group] == 0) {
            c->raw.items[c->raw.n].line = c->units.items[names->first_line[names->best[group]]];
            unit_of_group[group] = ++c->raw.n;
        }
        c->raw.items[unit_of_group[group] - 1].n_edges++;
    }
    for (uint32_t number = 0; number < names->n; number++) {
        c->raw.number_of[number] = unit_of_group[group_of(names, number)] - 1; /* 0 - 1 is ATN_NONE */
    }
}

static uint32_t raw_unit(const atn_checker *c, atn_str id)
{
    const uint32_t number = atn_names_find(&c->raw.names, id);
    return number == ATN_NONE ? ATN_NONE : c->raw.number_of[number];
}

/* ---- what the lines say ---- */

static void read_type(atn_checker *c, atn_raw_unit *unit, const atn_decl *line)
{
    const uint32_t type =
        line->type == NULL ? ATN_NONE : atn_names_find(&c->model->type_names, line->type->text);
    if (unit->line == line || unit->type == ATN_NONE) {
        unit->type = type;
    } else if (type != ATN_NONE && type != unit->type) {
        ATN_CHECK_ERROR(c, line->type->span, ATN_NO_HINT,
                        "'%s' is a '%s' here and a '%s' at %s; a unit has one type",
                        atn_check_text(c, line->id->text), atn_check_text(c, line->type->text),
                        atn_check_text(c, c->model->types[unit->type].id),
                        atn_check_place(c, unit->line->id->span));
    }
}

static atn_str near_attribute(atn_checker *c, const atn_item *name)
{
    const atn_str keywords[] = {ATN_STR("in"), ATN_STR("from"), ATN_STR("until"), ATN_STR("alias")};
    for (size_t i = 0; i < sizeof keywords / sizeof *keywords; i++) {
        if (atn_str_distance(name->text, keywords[i], 1) <= 1) {
            return atn_near_hint(c->plan, keywords[i]);
        }
    }
    return atn_check_near(c, &c->model->attribute_names, name->text);
}

static void read_attribute(atn_checker *c, uint32_t unit, const atn_attr *attr)
{
    const atn_item *const name = attr->items;
    const atn_item *const value = name == NULL ? NULL : name->next;
    if (value == NULL) {
        return;
    }
    const uint32_t attribute = atn_names_find(&c->model->attribute_names, name->text);
    if (attribute == ATN_NONE) {
        ATN_CHECK_NAME(c, name->span, near_attribute(c, name), "unknown attribute '%s'",
                       atn_check_text(c, name->text));
        return;
    }
    const uint32_t member = atn_names_find(&c->attribute_members[attribute], value->text);
    if (member == ATN_NONE) {
        ATN_CHECK_NAME(c, value->span, atn_check_near(c, &c->attribute_members[attribute], value->text),
                       "'%s' is not a member of the attribute '%s'", atn_check_text(c, value->text),
                       atn_check_text(c, name->text));
        return;
    }
    uint16_t *const kept = &c->raw.member[(size_t)unit * c->model->n_attributes + attribute];
    if (*kept != UINT16_MAX && *kept != member) {
        ATN_CHECK_ERROR(c, attr->span, ATN_NO_HINT,
                        "the %s of '%s' is '%s' here and '%s' before; it has one value for all time",
                        atn_check_text(c, name->text), atn_check_text(c, c->raw.items[unit].line->id->text),
                        atn_check_text(c, value->text),
                        atn_check_text(c, c->model->attributes[attribute].member[*kept]));
    }
    *kept = (uint16_t)member;
}

static void read_line(atn_checker *c, uint32_t unit, const atn_decl *line, atn_raw_edge *edge)
{
    *edge =
        (atn_raw_edge){.line = line, .parent = ATN_NONE, .from_day = ATN_DAY_MIN, .until_day = ATN_DAY_MAX};
    read_type(c, &c->raw.items[unit], line);
    for (const atn_attr *attr = line->attrs; attr != NULL; attr = attr->next) {
        switch ((int)attr->kind) {
        case ATN_ATTR_IN: edge->parent_item = attr->items; break;
        case ATN_ATTR_FROM: edge->from_day = attr->day; break;
        case ATN_ATTR_UNTIL: edge->until_day = attr->day; break;
        case ATN_ATTR_NAMED: read_attribute(c, unit, attr); break;
        default: break;
        }
    }
    if (edge->parent_item != NULL) {
        edge->parent = raw_unit(c, edge->parent_item->text);
    }
    if (edge->parent_item != NULL && edge->parent == ATN_NONE) {
        c->raw.broken = true;
        ATN_CHECK_NAME(c, edge->parent_item->span, atn_check_near(c, &c->raw.names, edge->parent_item->text),
                       "unknown unit '%s'", atn_check_text(c, edge->parent_item->text));
    }
    if (edge->from_day > edge->until_day) {
        c->raw.broken = true;
        ATN_CHECK_ERROR(c, line->id->span, ATN_NO_HINT, "'%s' ends on %s, before it begins on %s",
                        atn_check_text(c, line->id->text), atn_check_day(c, edge->until_day),
                        atn_check_day(c, edge->from_day));
    }
}

/* Sorts the edges of one unit by their first day. `spare` has room for them. */
static void order_edges(atn_checker *c, const atn_raw_unit *unit, uint64_t *keys, atn_raw_edge *spare)
{
    atn_raw_edge *const edges = &c->raw.edges[unit->first_edge];
    for (uint32_t i = 0; i < unit->n_edges; i++) {
        keys[i] = atn_check_day_key(edges[i].from_day, i);
        spare[i] = edges[i];
    }
    atn_check_sort(keys, unit->n_edges);
    for (uint32_t i = 0; i < unit->n_edges; i++) {
        edges[i] = spare[(uint32_t)keys[i]];
    }
    for (uint32_t i = 1; i < unit->n_edges; i++) {
        const atn_raw_edge *const a = &edges[i - 1];
        const atn_raw_edge *const b = &edges[i];
        if (a->until_day >= b->from_day) {
            const bool a_is_later = a->line->id->span.line > b->line->id->span.line;
            const atn_raw_edge *const later = a_is_later ? a : b;
            const atn_raw_edge *const first = a_is_later ? b : a;
            c->raw.broken = true;
            ATN_CHECK_ERROR(c, later->line->id->span, ATN_NO_HINT,
                            "'%s' stands here (%s) and at %s (%s); the lines of a unit may not overlap",
                            atn_check_text(c, later->line->id->text),
                            atn_check_days(c, later->from_day, later->until_day),
                            atn_check_place(c, first->line->id->span),
                            atn_check_days(c, first->from_day, first->until_day));
        }
    }
}

static void read_lines(atn_checker *c, const naming *names)
{
    atn_raw_units *const raw = &c->raw;
    raw->n_edges = c->units.n;
    raw->edges = atn_check_scratch(c, raw->n_edges, sizeof *raw->edges);
    const size_t n_members = (size_t)raw->n * c->model->n_attributes;
    raw->member = atn_check_scratch(c, n_members, sizeof *raw->member);
    if (c->failed) {
        return;
    }
    for (size_t i = 0; i < n_members; i++) {
        raw->member[i] = UINT16_MAX;
    }
    uint32_t most = 0;
    for (uint32_t unit = 0, at = 0; unit < raw->n; unit++) {
        raw->items[unit].first_edge = at;
        at += raw->items[unit].n_edges;
        most = raw->items[unit].n_edges > most ? raw->items[unit].n_edges : most;
        raw->items[unit].n_edges = 0;
        raw->items[unit].type = ATN_NONE;
    }
    for (uint32_t i = 0; i < c->units.n && !c->failed; i++) {
        const uint32_t unit = raw->number_of[names->line_number[i]];
        read_line(c, unit, c->units.items[i],
                  &raw->edges[raw->items[unit].first_edge + raw->items[unit].n_edges++]);
    }
    uint64_t *const keys = atn_check_scratch(c, most, sizeof *keys);
    atn_raw_edge *const spare = atn_check_scratch(c, most, sizeof *spare);
    for (uint32_t unit = 0; unit < raw->n && !c->failed; unit++) {
        if (raw->items[unit].n_edges > 1) {
            order_edges(c, &raw->items[unit], keys, spare);
        }
    }
}

void atn_check_units(atn_checker *c)
{
    const size_t most = (size_t)c->units.n + 2 * (size_t)c->boundaries.n;
    if (most >= ATN_NONE) {
        c->failed = true;
        return;
    }
    naming names = {.n = 0};
    names.line_number = atn_check_scratch(c, c->units.n, sizeof *names.line_number);
    names.first_line = atn_check_scratch(c, most, sizeof *names.first_line);
    names.same = atn_check_scratch(c, most, sizeof *names.same);
    names.named_on = atn_check_scratch(c, most, sizeof *names.named_on);
    names.best = atn_check_scratch(c, most, sizeof *names.best);
    if (!c->failed) {
        enter_lines(c, &names);
    }
    if (!c->failed) {
        number_units(c, &names);
    }
    if (!c->failed) {
        read_lines(c, &names);
    }
}
