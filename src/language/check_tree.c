/* Units, second half: edges become a tree.
 *
 * Over all time, the edges of all units must have no cycle. That is a little more than "on no day": A in B
 * until 2019 and B in A from 2020 would be sound day by day. It is refused all the same, because then "below"
 * has a meaning without a date, one walk of O(edges) decides it, and no register was seen that needs it.
 *
 * The tree that numbers the units is that of their last edges, depth first, children as written:
 *
 *   raw (as written)      VN  A  VN.46  VN.79  B          A and B in VN.46
 *   model                 VN  VN.46  A  B  VN.79          subtree of VN.46: [1, 4)
 *
 * If an edge is unknown or contradicts, units keep the order in which they were written; the check has failed
 * then, and the later passes only look up names. */
#include "language/check.h"

/* ---- is it a tree? ---- */

static void check_root(atn_checker *c)
{
    const atn_decl *root = NULL;
    uint32_t root_unit = ATN_NONE;
    for (uint32_t unit = 0; unit < c->raw.n; unit++) {
        const atn_raw_unit *const u = &c->raw.items[unit];
        for (uint32_t e = u->first_edge; e < u->first_edge + u->n_edges; e++) {
            const atn_raw_edge *const edge = &c->raw.edges[e];
            if (edge->parent_item != NULL || root_unit == unit) {
                continue;
            }
            if (root != NULL) {
                c->raw.broken = true;
                ATN_CHECK_ERROR(c, edge->line->id->span, ATN_NO_HINT,
                                "'%s' stands in no unit, and neither does '%s' (%s); a plan has one root: "
                                "write `in PARENT`",
                                atn_check_text(c, edge->line->id->text), atn_check_text(c, root->id->text),
                                atn_check_place(c, root->id->span));
                break;
            }
            root = edge->line;
            root_unit = unit;
        }
    }
}

static void check_cycles_and_depth(atn_checker *c)
{
    atn_raw_units *const raw = &c->raw;
    atn_link *const links = atn_check_scratch(c, raw->n_edges, sizeof *links);
    const atn_item **const ids = atn_check_scratch(c, raw->n, sizeof *ids);
    uint32_t *const order = atn_check_scratch(c, raw->n, sizeof *order);
    uint32_t *const depth = atn_check_scratch(c, raw->n, sizeof *depth);
    if (c->failed) {
        return;
    }
    size_t n_links = 0;
    for (uint32_t unit = 0; unit < raw->n; unit++) {
        ids[unit] = raw->items[unit].line->id;
        for (uint32_t e = 0; e < raw->items[unit].n_edges; e++) {
            const uint32_t parent = raw->edges[raw->items[unit].first_edge + e].parent;
            if (parent != ATN_NONE) {
                links[n_links++] = (atn_link){unit, parent};
            }
        }
    }
    atn_graph graph;
    const atn_cycle_words words = {ids, "units stand in each other", "in"};
    if (!atn_graph_make(c, raw->n, links, n_links, &graph) || atn_graph_order(c, &graph, &words, order) > 0 ||
        c->failed) {
        raw->broken = true;
        return;
    }
    for (uint32_t i = 0; i < raw->n; i++) {
        const uint32_t unit = order[i];
        for (uint32_t at = graph.first[unit]; at < graph.first[unit + 1]; at++) {
            const uint32_t below = depth[graph.to[at]] + 1;
            depth[unit] = below > depth[unit] ? below : depth[unit];
        }
        if (depth[unit] == ATN_MAX_TREE_DEPTH + 1) {
            raw->broken = true;
            ATN_CHECK_SAY(c, ATTAIN_ERROR, ATTAIN_E_LIMIT, ids[unit]->span, ATN_NO_HINT,
                          "'%s' stands %u levels below the root; at most %u are allowed",
                          atn_check_text(c, ids[unit]->text), (unsigned)depth[unit], ATN_MAX_TREE_DEPTH);
        }
    }
}

/* Days of the parent's lines that follow each other without a gap count as one stretch; run_until[e] is the
 * end of the stretch from edge e on. */
static bool is_covered(const atn_raw_units *raw, const atn_raw_edge *edge, const int32_t *run_until)
{
    const atn_raw_unit *const parent = &raw->items[edge->parent];
    uint32_t low = 0;
    uint32_t high = parent->n_edges;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        if (raw->edges[parent->first_edge + middle].from_day <= edge->from_day) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (low == 0) {
        return false;
    }
    const uint32_t begun = parent->first_edge + low - 1;
    return raw->edges[begun].until_day >= edge->from_day && run_until[begun] >= edge->until_day;
}

static void say_uncovered(atn_checker *c, const atn_raw_edge *edge)
{
    const atn_raw_unit *const parent = &c->raw.items[edge->parent];
    const char *days[3] = {"", "", ""};
    for (uint32_t i = 0; i < parent->n_edges && i < 3; i++) {
        const atn_raw_edge *const its = &c->raw.edges[parent->first_edge + i];
        days[i] = atn_check_days(c, its->from_day, its->until_day);
    }
    ATN_CHECK_ERROR(c, edge->parent_item->span, ATN_NO_HINT,
                    "'%s' stands in '%s' %s, which is not there on all of these days: %s%s%s%s%s%s",
                    atn_check_text(c, edge->line->id->text), atn_check_text(c, edge->parent_item->text),
                    atn_check_days(c, edge->from_day, edge->until_day), days[0],
                    parent->n_edges > 1 ? "; " : "", days[1], parent->n_edges > 2 ? "; " : "", days[2],
                    parent->n_edges > 3 ? "; ..." : "");
}

static void check_validity(atn_checker *c)
{
    atn_raw_units *const raw = &c->raw;
    int32_t *const run_until = atn_check_scratch(c, raw->n_edges, sizeof *run_until);
    if (c->failed) {
        return;
    }
    for (uint32_t unit = 0; unit < raw->n; unit++) {
        const atn_raw_unit *const u = &raw->items[unit];
        for (uint32_t i = u->n_edges; i > 0; i--) {
            const uint32_t e = u->first_edge + i - 1;
            const bool goes_on = i < u->n_edges && raw->edges[e].until_day + 1 == raw->edges[e + 1].from_day;
            run_until[e] = goes_on ? run_until[e + 1] : raw->edges[e].until_day;
        }
    }
    for (uint32_t e = 0; e < raw->n_edges && !c->failed; e++) {
        if (raw->edges[e].parent != ATN_NONE && !is_covered(raw, &raw->edges[e], run_until)) {
            say_uncovered(c, &raw->edges[e]);
        }
    }
}

/* ---- the order of units ---- */

static uint32_t last_parent(const atn_raw_units *raw, uint32_t unit)
{
    const atn_raw_unit *const u = &raw->items[unit];
    return raw->edges[u->first_edge + u->n_edges - 1].parent;
}

/* Depth first without a stack: down to the first child, else to the next sibling of the nearest ancestor that
 * has one. */
static void number_depth_first(atn_checker *c)
{
    atn_raw_units *const raw = &c->raw;
    uint32_t *const first_child =
        atn_check_scratch(c, (size_t)raw->n + 1, sizeof *first_child); /* + 1; 0: none */
    uint32_t *const next_sibling = atn_check_scratch(c, raw->n, sizeof *next_sibling);
    if (c->failed) {
        return;
    }
    for (uint32_t unit = raw->n; unit > 0; unit--) {
        const uint32_t parent = last_parent(raw, unit - 1);
        uint32_t *const list = &first_child[parent == ATN_NONE ? raw->n : parent];
        next_sibling[unit - 1] = *list;
        *list = unit;
    }
    uint32_t n = 0;
    for (uint32_t at = first_child[raw->n]; at != 0;) {
        uint32_t unit = at - 1;
        raw->index[unit] = n++;
        at = first_child[unit];
        while (at == 0 && unit != ATN_NONE) {
            at = next_sibling[unit];
            unit = last_parent(raw, unit);
        }
    }
}

/* ---- into the model ---- */

static void fill_units(atn_checker *c)
{
    const atn_raw_units *const raw = &c->raw;
    atn_model *const m = c->model;
    for (uint32_t r = 0; r < raw->n; r++) {
        const atn_raw_unit *const from = &raw->items[r];
        atn_unit *const unit = &m->units[raw->index[r]];
        *unit = (atn_unit){.id = from->line->id->text,
                           .type = from->type,
                           .n_edges = from->n_edges,
                           .span = from->line->id->span};
        unit->title = atn_check_item_text(from->line->title);
        for (uint32_t e = 0; e < from->n_edges && unit->title.len == 0; e++) {
            unit->title = atn_check_item_text(raw->edges[from->first_edge + e].line->title);
        }
        for (uint32_t a = 0; a < m->n_attributes; a++) {
            m->unit_member[(size_t)raw->index[r] * m->n_attributes + a] =
                raw->member[(size_t)r * m->n_attributes + a];
        }
    }
    for (uint32_t u = 0, at = 0; u < m->n_units; u++) {
        m->units[u].first_edge = at;
        at += m->units[u].n_edges;
    }
    for (uint32_t r = 0; r < raw->n; r++) {
        const atn_raw_edge *const from = &raw->edges[raw->items[r].first_edge];
        atn_edge *const to = &m->edges[m->units[raw->index[r]].first_edge];
        for (uint32_t e = 0; e < raw->items[r].n_edges; e++) {
            const uint32_t parent = from[e].parent == ATN_NONE ? ATN_NONE : raw->index[from[e].parent];
            to[e] = (atn_edge){parent, from[e].from_day, from[e].until_day};
        }
    }
}

static void fill_depths(atn_model *m)
{
    for (uint32_t u = 0; u < m->n_units; u++) {
        const uint32_t parent = m->edges[m->units[u].first_edge + m->units[u].n_edges - 1].parent;
        m->units[u].depth = parent == ATN_NONE ? 0 : m->units[parent].depth + 1;
        m->units[u].subtree_end = u + 1;
        m->root = parent == ATN_NONE ? u : m->root;
    }
    for (uint32_t u = m->n_units; u > 0; u--) {
        const uint32_t parent = m->edges[m->units[u - 1].first_edge + m->units[u - 1].n_edges - 1].parent;
        if (parent != ATN_NONE && m->units[parent].subtree_end < m->units[u - 1].subtree_end) {
            m->units[parent].subtree_end = m->units[u - 1].subtree_end;
        }
    }
}

static void fill_map_days(atn_checker *c)
{
    atn_model *const m = c->model;
    const size_t n_edges = c->raw.n_edges;
    size_t n_dated = 0;
    for (size_t e = 0; e < n_edges; e++) {
        n_dated +=
            (m->edges[e].from_day > ATN_DAY_MIN ? 1u : 0u) + (m->edges[e].until_day < ATN_DAY_MAX ? 1u : 0u);
    }
    uint64_t *const keys = atn_check_scratch(c, n_dated, sizeof *keys);
    m->map_days = atn_check_array(c, n_dated, sizeof *m->map_days);
    if (c->failed) {
        return;
    }
    size_t n = 0;
    for (size_t e = 0; e < n_edges; e++) {
        if (m->edges[e].from_day > ATN_DAY_MIN) {
            keys[n++] = atn_check_day_key(m->edges[e].from_day, 0);
        }
        if (m->edges[e].until_day < ATN_DAY_MAX) {
            keys[n++] = atn_check_day_key(m->edges[e].until_day + 1, 0);
        }
    }
    atn_check_sort(keys, n);
    for (size_t i = 0; i < n; i++) {
        if (i == 0 || keys[i] != keys[i - 1]) {
            m->map_days[m->n_map_days++] = (int32_t)((int64_t)(keys[i] >> 32) + INT32_MIN);
        }
    }
}

/* Sorts keys (first day, last day) of one unit's children and writes what they cover together; returns how
 * many stretches. */
static uint32_t join_days(uint64_t *keys, uint32_t n, atn_stretch *out)
{
    atn_check_sort(keys, n);
    uint32_t n_out = 0;
    for (uint32_t i = 0; i < n; i++) {
        const int32_t from = (int32_t)((int64_t)(keys[i] >> 32) + INT32_MIN);
        const int32_t until = (int32_t)((int64_t)(uint32_t)keys[i] + INT32_MIN);
        if (n_out > 0 && from <= out[n_out - 1].until_day + 1) {
            out[n_out - 1].until_day = until > out[n_out - 1].until_day ? until : out[n_out - 1].until_day;
        } else {
            out[n_out++] = (atn_stretch){from, until};
        }
    }
    return n_out;
}

static void fill_child_days(atn_checker *c)
{
    atn_model *const m = c->model;
    const uint32_t n_edges = c->raw.n_edges;
    uint32_t *const first = atn_check_scratch(c, (size_t)m->n_units + 2, sizeof *first);
    uint64_t *const keys = atn_check_scratch(c, n_edges, sizeof *keys);
    atn_stretch *const stretches = atn_check_scratch(c, n_edges, sizeof *stretches);
    m->first_child_days = atn_check_array(c, (size_t)m->n_units + 1, sizeof *m->first_child_days);
    if (c->failed) {
        return;
    }
    for (uint32_t e = 0; e < n_edges; e++) {
        if (m->edges[e].parent != ATN_NONE) {
            first[m->edges[e].parent + 2]++;
        }
    }
    for (uint32_t u = 2; u <= m->n_units + 1; u++) {
        first[u] += first[u - 1];
    }
    for (uint32_t e = 0; e < n_edges; e++) {
        if (m->edges[e].parent != ATN_NONE) {
            const uint32_t until = (uint32_t)((int64_t)m->edges[e].until_day - INT32_MIN);
            keys[first[m->edges[e].parent + 1]++] = atn_check_day_key(m->edges[e].from_day, until);
        }
    }
    uint32_t n = 0;
    for (uint32_t u = 0; u < m->n_units; u++) {
        m->first_child_days[u] = n;
        m->units[u].has_children = first[u + 1] > first[u];
        n += join_days(keys + first[u], first[u + 1] - first[u], stretches + n);
    }
    m->first_child_days[m->n_units] = n;
    m->child_days = atn_check_array(c, n, sizeof *m->child_days);
    for (uint32_t i = 0; i < n && !c->failed; i++) {
        m->child_days[i] = stretches[i];
    }
}

/* ---- names ---- */

static void add_aliases(atn_checker *c, const atn_decl *line, uint32_t unit)
{
    for (const atn_attr *attr = line->attrs; attr != NULL && !c->failed; attr = attr->next) {
        for (const atn_item *item = attr->kind == ATN_ATTR_ALIAS ? attr->items : NULL; item != NULL;
             item = item->next) {
            uint32_t found = unit;
            if (atn_check_add_name(c, &c->model->unit_names, item->text, unit, &found) && found != unit) {
                ATN_CHECK_NAME(c, item->span, ATN_NO_HINT,
                               "the alias '%s' of '%s' is already a name of '%s' (%s)",
                               atn_check_text(c, item->text), atn_check_text(c, line->id->text),
                               atn_check_text(c, c->model->units[found].id),
                               atn_check_place(c, c->model->units[found].span));
            }
        }
    }
}

static void add_renamed(atn_checker *c, const atn_item *item)
{
    const uint32_t number = item == NULL ? ATN_NONE : atn_names_find(&c->raw.names, item->text);
    const uint32_t raw = number == ATN_NONE ? ATN_NONE : c->raw.number_of[number];
    uint32_t found;
    if (raw != ATN_NONE) {
        atn_check_add_name(c, &c->model->unit_names, item->text, c->raw.index[raw], &found);
    }
}

/* Ids go first, so that an alias can never take one away. The first table is dropped before the second grows:
 * at millions of units they are the largest thing here. */
static void publish_names(atn_checker *c)
{
    atn_names *const names = &c->model->unit_names;
    uint32_t found;
    for (uint32_t i = 0; i < c->boundaries.n && !c->failed; i++) {
        const atn_attr *const attr = atn_check_attr(c->boundaries.items[i], ATN_ATTR_BOUNDARY);
        if (attr != NULL && attr->number.mantissa == ATN_BOUNDARY_RENAME) {
            add_renamed(c, attr->items);
            add_renamed(c, attr->into);
        }
    }
    atn_names_free(&c->raw.names);
    for (uint32_t r = 0; r < c->raw.n && !c->failed; r++) {
        for (uint32_t e = 0; e < c->raw.items[r].n_edges; e++) {
            const atn_str id = c->raw.edges[c->raw.items[r].first_edge + e].line->id->text;
            atn_check_add_name(c, names, id, c->raw.index[r], &found);
        }
    }
    for (uint32_t r = 0; r < c->raw.n && !c->failed; r++) {
        for (uint32_t e = 0; e < c->raw.items[r].n_edges; e++) {
            add_aliases(c, c->raw.edges[c->raw.items[r].first_edge + e].line, c->raw.index[r]);
        }
    }
}

void atn_check_tree(atn_checker *c)
{
    atn_model *const m = c->model;
    const uint32_t n = c->raw.n;
    check_root(c);
    if (!c->failed) {
        check_cycles_and_depth(c);
    }
    if (!c->failed && !c->raw.broken) {
        check_validity(c);
    }
    c->raw.index = atn_check_scratch(c, n, sizeof *c->raw.index);
    m->units = atn_check_array(c, n, sizeof *m->units);
    m->edges = atn_check_array(c, c->raw.n_edges, sizeof *m->edges);
    m->unit_member = atn_check_array(c, (size_t)n * m->n_attributes, sizeof *m->unit_member);
    if (c->failed) {
        return;
    }
    m->n_units = n;
    for (uint32_t r = 0; r < n; r++) {
        c->raw.index[r] = r;
    }
    if (!c->raw.broken) {
        number_depth_first(c);
    }
    if (!c->failed) {
        fill_units(c);
        publish_names(c);
    }
    if (!c->failed && !c->raw.broken) {
        fill_depths(m);
        fill_map_days(c);
        fill_child_days(c);
    }
}
