/* Programmes: a forest by `part of`, a graph by `implements`, and periods that fit into each other.
 *
 *   vn-112            period 2021..2030, horizon 2050     |---- 2021 ------------------------ 2030 ----| . . . . 2050
 *     phase to-2025   2021..2025                          |------ to-2025 ------|
 *     phase to-2030   2026..2030                                                |------ to-2030 ------|
 *     part p1         2022..2025                               |----- p1 ------|
 *
 * What a part does not say (period, horizon, unit, phases) it takes from what it is part of. That is worked
 * out once, parents first, so that a target finds its deadline in one step however deep its programme stands.
 * An open start (`..2030`) begins with the programme. */
#include "language/check.h"

static bool is_given(attain_period period)
{
    return period.type != ATTAIN_PERIOD_NONE;
}

/* ---- attributes ---- */

static void read_instrument(atn_checker *c, const atn_attr *attr, atn_instrument *out)
{
    *out =
        (atn_instrument){.number = atn_check_item_text(attr->items), .day = attr->day, .by_unit = ATN_NONE};
    out->by_unit_text = atn_check_item_text(attr->into);
    out->supersedes = atn_check_item_text(attr->supersedes);
    out->as_written = atn_check_item_text(attr->as_written);
    if (attr->into != NULL) {
        out->by_unit = attr->into->is_string ? atn_names_find(&c->model->unit_names, attr->into->text)
                                             : atn_check_unit(c, attr->into);
    }
}

static void read_implements(atn_checker *c, const atn_attr *attr, uint32_t own, atn_programme *programme)
{
    for (const atn_item *item = attr->items; item != NULL; item = item->next) {
        const uint32_t other = atn_check_programme(c, item);
        if (other == own) {
            ATN_CHECK_ERROR(c, item->span, ATN_NO_HINT, "'%s' is said to implement itself",
                            atn_check_text(c, item->text));
        } else if (other != ATN_NONE) {
            programme->implements[programme->n_implements++] = other;
        }
    }
}

static bool make_room(atn_checker *c, const atn_decl *decl, atn_programme *programme)
{
    uint32_t n_instruments = 0;
    uint32_t n_phases = 0;
    uint32_t n_implements = 0;
    for (const atn_attr *attr = decl->attrs; attr != NULL; attr = attr->next) {
        n_instruments += attr->kind == ATN_ATTR_INSTRUMENT ? 1u : 0u;
        n_phases += attr->kind == ATN_ATTR_PHASE ? 1u : 0u;
        n_implements += attr->kind == ATN_ATTR_IMPLEMENTS ? atn_check_count_items(attr->items) : 0u;
    }
    programme->instruments = atn_check_array(c, n_instruments, sizeof *programme->instruments);
    programme->phases = atn_check_array(c, n_phases, sizeof *programme->phases);
    programme->implements = atn_check_array(c, n_implements, sizeof *programme->implements);
    return !c->failed;
}

static void read_phase(atn_checker *c, const atn_attr *attr, uint32_t own, atn_programme *programme)
{
    atn_buf buf;
    atn_buf_init(&buf, &c->plan->alloc);
    atn_buf_printf(&buf, "%u/", (unsigned)own);
    atn_buf_str(&buf, attr->items->text);
    const atn_str key = atn_check_keep(c, &buf);
    uint32_t found = programme->n_phases;
    if (c->failed || !atn_check_add_name(c, &c->phase_names, key, found, &found)) {
        return;
    }
    if (found != programme->n_phases) {
        ATN_CHECK_NAME(c, attr->items->span, ATN_NO_HINT, "'%s' has the phase '%s' twice",
                       atn_check_text(c, programme->id), atn_check_text(c, attr->items->text));
        return;
    }
    programme->phases[programme->n_phases++] = (atn_phase){attr->items->text, attr->period};
}

/* A dispatch over the attributes of a programme. */
static void make_programme(atn_checker *c, uint32_t index)
{
    const atn_decl *const decl = c->programmes.items[index];
    atn_programme *const p = &c->model->programmes[index];
    *p = (atn_programme){.id = decl->id->text, .span = decl->id->span, .unit = ATN_NONE, .part_of = ATN_NONE};
    p->title = atn_check_item_text(decl->title);
    if (!make_room(c, decl, p)) {
        return;
    }
    for (const atn_attr *attr = decl->attrs; attr != NULL && !c->failed; attr = attr->next) {
        switch ((int)attr->kind) {
        case ATN_ATTR_PERIOD: p->period = attr->period; break;
        case ATN_ATTR_HORIZON: p->horizon = attr->period; break;
        case ATN_ATTR_INSTRUMENT: read_instrument(c, attr, &p->instruments[p->n_instruments++]); break;
        case ATN_ATTR_UNIT: p->unit = atn_check_unit(c, attr->items); break;
        case ATN_ATTR_PART_OF: p->part_of = atn_check_programme(c, attr->items); break;
        case ATN_ATTR_IMPLEMENTS: read_implements(c, attr, index, p); break;
        case ATN_ATTR_PHASE: read_phase(c, attr, index, p); break;
        case ATN_ATTR_LEAD: p->lead = atn_check_item_text(attr->items); break;
        case ATN_ATTR_WITH: p->with_ = atn_check_item_text(attr->items); break;
        case ATN_ATTR_SOURCE: atn_check_source(attr, &p->source_document, &p->source_words); break;
        default: break;
        }
    }
}

/* ---- periods ---- */

static void check_horizon(atn_checker *c, const atn_decl *decl, const atn_programme *p)
{
    const atn_attr *const horizon = atn_check_attr(decl, ATN_ATTR_HORIZON);
    if (horizon != NULL && is_given(p->period) && p->horizon.end_day < p->period.end_day) {
        ATN_CHECK_ERROR(c, horizon->span, ATN_NO_HINT, "the horizon %s ends before the period %s does",
                        atn_check_period(c, p->horizon), atn_check_period(c, p->period));
    }
}

static const atn_attr *phase_attr(const atn_decl *decl, const atn_programme *p, uint32_t phase)
{
    const atn_attr *attr = decl->attrs;
    while (attr != NULL &&
           !(attr->kind == ATN_ATTR_PHASE && attr->items->text.data == p->phases[phase].id.data)) {
        attr = attr->next;
    }
    return attr;
}

static atn_span phase_span(const atn_decl *decl, const atn_programme *p, uint32_t phase)
{
    const atn_attr *const attr = phase_attr(decl, p, phase);
    return attr == NULL ? decl->id->span : attr->span;
}

static void check_neighbours(atn_checker *c, const atn_decl *decl, const atn_programme *p, uint32_t a,
                             uint32_t b, int32_t end_of_a)
{
    const int32_t start_of_b = p->phases[b].period.start_day;
    if (start_of_b <= end_of_a) {
        ATN_CHECK_ERROR(c, phase_span(decl, p, b), ATN_NO_HINT, "the phases '%s' (%s) and '%s' (%s) overlap",
                        atn_check_text(c, p->phases[a].id), atn_check_period(c, p->phases[a].period),
                        atn_check_text(c, p->phases[b].id), atn_check_period(c, p->phases[b].period));
    } else if (start_of_b > end_of_a + 1) {
        ATN_CHECK_WARN(c, phase_span(decl, p, b), ATN_NO_HINT,
                       "between the phases '%s' (%s) and '%s' (%s) is a gap",
                       atn_check_text(c, p->phases[a].id), atn_check_period(c, p->phases[a].period),
                       atn_check_text(c, p->phases[b].id), atn_check_period(c, p->phases[b].period));
    }
}

/* Within the programme's period (`period`, its own or what it is part of), apart from each other, without
 * gaps. */
static void check_phases(atn_checker *c, const atn_decl *decl, const atn_programme *p, attain_period period)
{
    uint64_t *const keys = atn_check_scratch(c, p->n_phases, sizeof *keys);
    if (c->failed || p->n_phases == 0) {
        return;
    }
    for (uint32_t i = 0; i < p->n_phases; i++) {
        const attain_period phase = p->phases[i].period;
        const bool starts_inside = phase.start_day <= ATN_DAY_MIN || phase.start_day >= period.start_day;
        keys[i] = atn_check_day_key(phase.start_day, i);
        if (is_given(period) && (!starts_inside || phase.end_day > period.end_day)) {
            ATN_CHECK_ERROR(c, phase_span(decl, p, i), ATN_NO_HINT,
                            "the phase '%s' (%s) lies outside the programme's period %s",
                            atn_check_text(c, p->phases[i].id), atn_check_period(c, phase),
                            atn_check_period(c, period));
        }
    }
    atn_check_sort(keys, p->n_phases);
    const uint32_t first = (uint32_t)keys[0];
    const uint32_t last = (uint32_t)keys[p->n_phases - 1];
    for (uint32_t i = 1; i < p->n_phases; i++) {
        check_neighbours(c, decl, p, (uint32_t)keys[i - 1], (uint32_t)keys[i],
                         p->phases[(uint32_t)keys[i - 1]].period.end_day);
    }
    const bool late = p->phases[first].period.start_day > period.start_day;
    if (is_given(period) && (late || p->phases[last].period.end_day < period.end_day)) {
        ATN_CHECK_WARN(c, phase_span(decl, p, late ? first : last), ATN_NO_HINT,
                       "the phases cover %s, the programme's period is %s",
                       atn_check_days(c, p->phases[first].period.start_day, p->phases[last].period.end_day),
                       atn_check_period(c, period));
    }
}

/* A part may reach as far as the horizon of the whole, not beyond. */
static void check_inside(atn_checker *c, const atn_decl *decl, const atn_programme *p)
{
    const attain_period whole = c->end_of[p->part_of];
    const attain_period horizon = c->horizon_of[p->part_of];
    if (!is_given(whole) || !is_given(p->period)) {
        return;
    }
    const int32_t end =
        is_given(horizon) && horizon.end_day > whole.end_day ? horizon.end_day : whole.end_day;
    const bool starts_inside = p->period.start_day <= ATN_DAY_MIN || p->period.start_day >= whole.start_day;
    if (!starts_inside || p->period.end_day > end) {
        const atn_attr *const attr = atn_check_attr(decl, ATN_ATTR_PERIOD);
        ATN_CHECK_ERROR(c, attr == NULL ? decl->id->span : attr->span, ATN_NO_HINT,
                        "the period %s lies outside that of '%s', of which this is a part: %s",
                        atn_check_period(c, p->period),
                        atn_check_text(c, c->model->programmes[p->part_of].id), atn_check_period(c, whole));
    }
}

/* ---- graphs and inheritance ---- */

static void check_implements(atn_checker *c, const atn_item *const *ids)
{
    const atn_model *const m = c->model;
    atn_list links = {NULL, 0, 0};
    uint32_t *const order = atn_check_scratch(c, m->n_programmes, sizeof *order);
    for (uint32_t i = 0; i < m->n_programmes; i++) {
        for (uint32_t k = 0; k < m->programmes[i].n_implements && !c->failed; k++) {
            atn_link *const link = atn_check_append(c, &links, sizeof *link);
            if (link != NULL) {
                *link = (atn_link){i, m->programmes[i].implements[k]};
            }
        }
    }
    atn_graph graph;
    const atn_cycle_words words = {ids, "programmes implement each other", "implements"};
    if (!c->failed && atn_graph_make(c, m->n_programmes, links.items, links.n, &graph)) {
        atn_graph_order(c, &graph, &words, order);
    }
    atn_check_drop(c, &links, sizeof(atn_link));
}

/* Wholes before parts. After a cycle nothing is part of anything. */
static uint32_t *order_of_wholes(atn_checker *c, const atn_item *const *ids)
{
    const atn_model *const m = c->model;
    atn_link *const links = atn_check_scratch(c, m->n_programmes, sizeof *links);
    uint32_t *const order = atn_check_scratch(c, m->n_programmes, sizeof *order);
    size_t n_links = 0;
    for (uint32_t i = 0; i < m->n_programmes && !c->failed; i++) {
        if (m->programmes[i].part_of != ATN_NONE) {
            links[n_links++] = (atn_link){i, m->programmes[i].part_of};
        }
    }
    atn_graph graph;
    const atn_cycle_words words = {ids, "programmes are part of each other", "is part of"};
    if (c->failed || !atn_graph_make(c, m->n_programmes, links, n_links, &graph)) {
        return NULL;
    }
    if (atn_graph_order(c, &graph, &words, order) > 0) {
        for (uint32_t i = 0; i < m->n_programmes; i++) {
            m->programmes[i].part_of = ATN_NONE;
        }
    }
    return c->failed ? NULL : order;
}

static void inherit(atn_checker *c, uint32_t index)
{
    const atn_programme *const p = &c->model->programmes[index];
    const bool has_whole = p->part_of != ATN_NONE;
    c->end_of[index] = is_given(p->period) || !has_whole ? p->period : c->end_of[p->part_of];
    c->horizon_of[index] = is_given(p->horizon) || !has_whole ? p->horizon : c->horizon_of[p->part_of];
    c->unit_of[index] = p->unit != ATN_NONE || !has_whole ? p->unit : c->unit_of[p->part_of];
    c->phases_of[index] = p->n_phases > 0 ? index : has_whole ? c->phases_of[p->part_of] : ATN_NONE;
}

void atn_check_programmes(atn_checker *c)
{
    atn_model *const m = c->model;
    const uint32_t n = c->programmes.n;
    m->programmes = atn_check_array(c, n, sizeof *m->programmes);
    c->end_of = atn_check_scratch(c, n, sizeof *c->end_of);
    c->horizon_of = atn_check_scratch(c, n, sizeof *c->horizon_of);
    c->unit_of = atn_check_scratch(c, n, sizeof *c->unit_of);
    c->phases_of = atn_check_scratch(c, n, sizeof *c->phases_of);
    const atn_item **const ids = atn_check_scratch(c, n, sizeof *ids);
    for (uint32_t i = 0; i < n && !c->failed; i++) {
        ids[i] = c->programmes.items[i]->id;
        make_programme(c, i);
    }
    if (c->failed) {
        return;
    }
    m->n_programmes = n;
    check_implements(c, ids);
    const uint32_t *const order = c->failed ? NULL : order_of_wholes(c, ids);
    for (uint32_t i = 0; i < n && order != NULL && !c->failed; i++) {
        const uint32_t index = order[i];
        const atn_programme *const p = &m->programmes[index];
        inherit(c, index);
        check_horizon(c, c->programmes.items[index], p);
        check_phases(c, c->programmes.items[index], p, c->end_of[index]);
        if (p->part_of != ATN_NONE) {
            check_inside(c, c->programmes.items[index], p);
        }
    }
}
