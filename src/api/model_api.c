/* Public look-ups of a frozen plan. A plan that is not frozen lists nothing; an index out of range is told by
 * an empty text, ATTAIN_NONE or ATTAIN_E_ARGUMENT. Only arrays of the model are read here. */
#include "base/error.h"
#include "model/model.h"

static attain_str to_public(atn_str s)
{
    return s.data == NULL || s.len == 0 ? (attain_str){"", 0} : (attain_str){s.data, s.len};
}

static const atn_model *model_of(const attain_plan *plan)
{
    return plan != NULL && plan->frozen ? &plan->model : NULL;
}

size_t attain_plan_count(const attain_plan *plan, attain_kind kind)
{
    const atn_model *const m = model_of(plan);
    if (m == NULL) {
        return 0;
    }
    switch (kind) {
    case ATTAIN_KIND_UNIT: return m->n_units;
    case ATTAIN_KIND_TYPE: return m->n_types;
    case ATTAIN_KIND_ATTRIBUTE: return m->n_attributes;
    case ATTAIN_KIND_CATEGORY: return m->n_categories;
    case ATTAIN_KIND_MEASURE: return m->n_measures;
    case ATTAIN_KIND_REFERENCE: return m->n_references;
    case ATTAIN_KIND_INDICATOR: return m->n_indicators;
    case ATTAIN_KIND_PROGRAMME: return m->n_programmes;
    case ATTAIN_KIND_TARGET: return m->n_targets;
    case ATTAIN_KIND_ACTIVITY: return m->n_activities;
    case ATTAIN_KIND_REPORT: return m->n_reports;
    case ATTAIN_KIND_CHECK: return m->n_checks;
    case ATTAIN_KIND_BOUNDARY: return m->n_boundaries;
    }
    return 0;
}

/* A measure that targets name is an indicator too, by the same id. */
static uint32_t find_thing(const atn_model *m, atn_str id, uint32_t kind)
{
    const uint32_t thing = atn_names_find(&m->thing_names, id);
    if (thing == ATN_NONE) {
        return ATTAIN_NONE;
    }
    if (kind == ATN_THING_INDICATOR && ATN_THING_KIND(thing) == ATN_THING_MEASURE) {
        return m->indicator_of_measure[ATN_THING_INDEX(thing)];
    }
    return ATN_THING_KIND(thing) == kind ? ATN_THING_INDEX(thing) : ATTAIN_NONE;
}

uint32_t attain_plan_find(const attain_plan *plan, attain_kind kind, const char *id, size_t len)
{
    const atn_model *const m = model_of(plan);
    const atn_str key = {id, len};
    if (m == NULL || (id == NULL && len > 0)) {
        return ATTAIN_NONE;
    }
    switch (kind) {
    case ATTAIN_KIND_UNIT: return atn_names_find(&m->unit_names, key);
    case ATTAIN_KIND_TYPE: return atn_names_find(&m->type_names, key);
    case ATTAIN_KIND_ATTRIBUTE: return atn_names_find(&m->attribute_names, key);
    case ATTAIN_KIND_CATEGORY: return atn_names_find(&m->category_names, key);
    case ATTAIN_KIND_MEASURE: return find_thing(m, key, ATN_THING_MEASURE);
    case ATTAIN_KIND_REFERENCE: return find_thing(m, key, ATN_THING_REFERENCE);
    case ATTAIN_KIND_INDICATOR: return find_thing(m, key, ATN_THING_INDICATOR);
    case ATTAIN_KIND_PROGRAMME: return atn_names_find(&m->programme_names, key);
    case ATTAIN_KIND_TARGET: return atn_names_find(&m->target_names, key);
    case ATTAIN_KIND_ACTIVITY: return atn_names_find(&m->activity_names, key);
    case ATTAIN_KIND_REPORT: return atn_names_find(&m->report_names, key);
    case ATTAIN_KIND_CHECK:
    case ATTAIN_KIND_BOUNDARY: return ATTAIN_NONE;
    }
    return ATTAIN_NONE;
}

attain_str attain_plan_id(const attain_plan *plan, attain_kind kind, uint32_t index)
{
    const atn_model *const m = model_of(plan);
    const atn_str none = {"", 0};
    if (m == NULL || index >= attain_plan_count(plan, kind)) {
        return to_public(none);
    }
    switch (kind) {
    case ATTAIN_KIND_UNIT: return to_public(m->units[index].id);
    case ATTAIN_KIND_TYPE: return to_public(m->types[index].id);
    case ATTAIN_KIND_ATTRIBUTE: return to_public(m->attributes[index].id);
    case ATTAIN_KIND_CATEGORY: return to_public(m->categories[index].id);
    case ATTAIN_KIND_MEASURE: return to_public(m->measures[index].id);
    case ATTAIN_KIND_REFERENCE: return to_public(m->references[index].id);
    case ATTAIN_KIND_INDICATOR: return to_public(m->indicators[index].id);
    case ATTAIN_KIND_PROGRAMME: return to_public(m->programmes[index].id);
    case ATTAIN_KIND_TARGET: return to_public(m->targets[index].id);
    case ATTAIN_KIND_ACTIVITY: return to_public(m->activities[index].id);
    case ATTAIN_KIND_REPORT: return to_public(m->reports[index].id);
    case ATTAIN_KIND_CHECK:
    case ATTAIN_KIND_BOUNDARY: break;
    }
    return to_public(none);
}

attain_str attain_plan_title(const attain_plan *plan, attain_kind kind, uint32_t index)
{
    const atn_model *const m = model_of(plan);
    const atn_str none = {"", 0};
    if (m == NULL || index >= attain_plan_count(plan, kind)) {
        return to_public(none);
    }
    switch (kind) {
    case ATTAIN_KIND_UNIT: return to_public(m->units[index].title);
    case ATTAIN_KIND_MEASURE: return to_public(m->measures[index].title);
    case ATTAIN_KIND_REFERENCE: return to_public(m->references[index].title);
    case ATTAIN_KIND_INDICATOR: return to_public(m->indicators[index].title);
    case ATTAIN_KIND_PROGRAMME: return to_public(m->programmes[index].title);
    case ATTAIN_KIND_TARGET: return to_public(m->targets[index].title);
    case ATTAIN_KIND_ACTIVITY: return to_public(m->activities[index].title);
    case ATTAIN_KIND_CHECK: return to_public(m->checks[index].title);
    case ATTAIN_KIND_TYPE:
    case ATTAIN_KIND_ATTRIBUTE:
    case ATTAIN_KIND_CATEGORY:
    case ATTAIN_KIND_REPORT:
    case ATTAIN_KIND_BOUNDARY: break;
    }
    return to_public(none);
}

/* NULL with err set: the plan is not frozen, the index too large, or `out` missing. */
static const atn_model *checked(const attain_plan *plan, attain_kind kind, const char *what, uint32_t index,
                                const void *out, attain_error *err)
{
    const atn_model *const m = model_of(plan);
    if (m == NULL) {
        atn_error_set(err, ATTAIN_E_ARGUMENT, "the plan is %s; a frozen plan is required",
                      plan == NULL ? "NULL" : "not frozen");
        return NULL;
    }
    if (out == NULL) {
        atn_error_set(err, ATTAIN_E_ARGUMENT, "out is NULL");
        return NULL;
    }
    if (index >= attain_plan_count(plan, kind)) {
        atn_error_at_index(err, ATTAIN_E_ARGUMENT, (int64_t)index,
                           "%s %lu: the plan has %zu of them, counted from 0", what, (unsigned long)index,
                           attain_plan_count(plan, kind));
        return NULL;
    }
    return m;
}

attain_status attain_plan_unit(const attain_plan *plan, uint32_t index, attain_unit_info *out,
                               attain_error *err)
{
    const atn_model *const m = checked(plan, ATTAIN_KIND_UNIT, "unit", index, out, err);
    if (m == NULL) {
        return ATTAIN_E_ARGUMENT;
    }
    const atn_unit *const unit = &m->units[index];
    const atn_edge *const first = &m->edges[unit->first_edge];
    const atn_edge *const last = first + unit->n_edges - 1;
    *out = (attain_unit_info){to_public(unit->id), to_public(unit->title), unit->type,     last->parent,
                              unit->depth,         first->from_day,        last->until_day};
    return ATTAIN_OK;
}

attain_status attain_plan_measure(const attain_plan *plan, uint32_t index, attain_measure_info *out,
                                  attain_error *err)
{
    const atn_model *const m = checked(plan, ATTAIN_KIND_MEASURE, "measure", index, out, err);
    if (m == NULL) {
        return ATTAIN_E_ARGUMENT;
    }
    const atn_measure *const measure = &m->measures[index];
    *out = (attain_measure_info){.id = to_public(measure->id),
                                 .title = to_public(measure->title),
                                 .unit_of_measure = to_public(measure->unit_of_measure),
                                 .is_flow = measure->is_flow,
                                 .is_percent = measure->is_percent,
                                 .any_sign = measure->any_sign,
                                 .decimals = measure->decimals,
                                 .reported_type = (uint8_t)measure->reported,
                                 .n_categories = measure->n_categories,
                                 .n_cells = measure->n_cells};
    return ATTAIN_OK;
}

uint32_t attain_plan_measure_category(const attain_plan *plan, uint32_t measure, uint32_t position)
{
    const atn_model *const m = model_of(plan);
    if (m == NULL || measure >= m->n_measures || position >= m->measures[measure].n_categories) {
        return ATTAIN_NONE;
    }
    return m->measures[measure].category[position];
}

static const atn_member_set *set_of(const attain_plan *plan, attain_kind kind, uint32_t index)
{
    const atn_model *const m = model_of(plan);
    if (m == NULL || (kind != ATTAIN_KIND_CATEGORY && kind != ATTAIN_KIND_ATTRIBUTE) ||
        index >= attain_plan_count(plan, kind)) {
        return NULL;
    }
    return kind == ATTAIN_KIND_CATEGORY ? &m->categories[index] : &m->attributes[index];
}

/* The n-th plain type that the type is or takes in, in the order of types; ATTAIN_NONE past the last. With `count` it only
 * counts them. */
static uint32_t plain_type(const atn_model *m, uint32_t type, uint32_t n, uint32_t *count)
{
    uint32_t seen = 0;
    for (uint32_t t = 0; t < m->n_types; t++) {
        if (m->types[t].is_group || !atn_type_includes(m, type, t)) {
            continue;
        }
        if (count == NULL && seen == n) {
            return t;
        }
        seen += 1;
    }
    if (count != NULL) {
        *count = seen;
    }
    return ATTAIN_NONE;
}

uint32_t attain_plan_member_count(const attain_plan *plan, attain_kind kind, uint32_t index)
{
    if (kind == ATTAIN_KIND_TYPE && index < attain_plan_count(plan, kind)) {
        uint32_t n = 0;
        (void)plain_type(model_of(plan), index, 0, &n);
        return n;
    }
    const atn_member_set *const set = set_of(plan, kind, index);
    return set == NULL ? 0 : set->n_members;
}

attain_str attain_plan_member(const attain_plan *plan, attain_kind kind, uint32_t index, uint32_t member)
{
    const atn_str none = {"", 0};
    if (kind == ATTAIN_KIND_TYPE && index < attain_plan_count(plan, kind)) {
        const atn_model *const m = model_of(plan);
        const uint32_t type = plain_type(m, index, member, NULL);
        return to_public(type == ATTAIN_NONE ? none : m->types[type].id);
    }
    const atn_member_set *const set = set_of(plan, kind, index);
    return to_public(set == NULL || member >= set->n_members ? none : set->member[member]);
}

attain_status attain_plan_target(const attain_plan *plan, uint32_t index, attain_target_info *out,
                                 attain_error *err)
{
    const atn_model *const m = checked(plan, ATTAIN_KIND_TARGET, "target", index, out, err);
    if (m == NULL) {
        return ATTAIN_E_ARGUMENT;
    }
    const atn_target *const target = &m->targets[index];
    *out = (attain_target_info){.id = to_public(target->id),
                                .title = to_public(target->title),
                                .is_milestone = target->is_milestone,
                                .programme = target->programme,
                                .n_readings = target->n_readings,
                                .due = target->due,
                                .is_vision = target->vision,
                                .source_document = to_public(target->source_document),
                                .source_words = to_public(target->source_words),
                                .note = to_public(target->note)};
    return ATTAIN_OK;
}

attain_status attain_plan_feeders(const attain_plan *plan, const uint32_t *at, size_t n_at, uint8_t *feeds,
                                  attain_error *err)
{
    const atn_model *const m = model_of(plan);
    if (m == NULL) {
        return atn_error_set(err, ATTAIN_E_ARGUMENT, "the plan is %s; a frozen plan is required",
                             plan == NULL ? "NULL" : "not frozen");
    }
    if ((at == NULL && n_at > 0) || feeds == NULL) {
        return atn_error_set(err, ATTAIN_E_ARGUMENT, "%s is NULL; it is required",
                             feeds == NULL ? "feeds" : "at");
    }
    for (size_t i = 0; i < n_at; i++) {
        if (at[i] >= m->n_units) {
            return atn_error_at_index(err, ATTAIN_E_ARGUMENT, (int64_t)i,
                                      "unit %lu: the plan has %lu of them, counted from 0",
                                      (unsigned long)at[i], (unsigned long)m->n_units);
        }
    }
    atn_unit_feeders(m, at, n_at, feeds);
    return ATTAIN_OK;
}

static const atn_reading *reading_of(const attain_plan *plan, uint32_t target, uint32_t reading)
{
    const atn_model *const m = model_of(plan);
    if (m == NULL || target >= m->n_targets || reading >= m->targets[target].n_readings) {
        return NULL;
    }
    return &m->readings[m->targets[target].first_reading + reading];
}

attain_str attain_plan_reading_name(const attain_plan *plan, uint32_t target, uint32_t reading)
{
    const atn_reading *const r = reading_of(plan, target, reading);
    const atn_str none = {"", 0};
    return to_public(r == NULL ? none : r->name);
}

attain_str attain_plan_reading_phrase(const attain_plan *plan, uint32_t target, uint32_t reading)
{
    const atn_reading *const r = reading_of(plan, target, reading);
    const atn_str none = {"", 0};
    return to_public(r == NULL ? none : r->phrase);
}

attain_status attain_plan_programme(const attain_plan *plan, uint32_t index, attain_programme_info *out,
                                    attain_error *err)
{
    const atn_model *const m = checked(plan, ATTAIN_KIND_PROGRAMME, "programme", index, out, err);
    if (m == NULL) {
        return ATTAIN_E_ARGUMENT;
    }
    const atn_programme *const p = &m->programmes[index];
    const atn_str none = {"", 0};
    *out = (attain_programme_info){.id = to_public(p->id),
                                   .title = to_public(p->title),
                                   .period = p->period,
                                   .horizon = p->horizon,
                                   .unit = p->unit,
                                   .part_of = p->part_of,
                                   .n_implements = p->n_implements,
                                   .instrument =
                                       to_public(p->n_instruments > 0 ? p->instruments[0].number : none),
                                   .instrument_day =
                                       p->n_instruments > 0 ? p->instruments[0].day : ATTAIN_DAY_MIN};
    return ATTAIN_OK;
}

void attain_plan_schema(const attain_plan *plan, uint64_t digest[2])
{
    const atn_model *const m = model_of(plan);
    digest[0] = m == NULL ? 0 : m->schema[0];
    digest[1] = m == NULL ? 0 : m->schema[1];
}
