/* Targets and milestones: to whom a promise belongs, where it holds, by when, and what it says.
 *
 *   target hue-141.density                belongs to programme hue-141 (longest prefix before a dot), else to the nearest above
 *     density at least 1 per 5000 by 2030   F = 2030, as said
 *     vision                                without `by`: the programme's horizon
 *     phase to-2025                         without `by`: the phase's end
 *                                           without any: the programme's end (due_inherited)
 *
 * A target has one scope and one deadline, whatever its readings are: a row of the scorecard is (target,
 * unit, period), and readings are judged side by side in it. So phrases that differ in `for` or `by` are
 * several targets, and the text is asked to say so. */
#include "language/check.h"
#include "number/decimal.h"

typedef struct target_attrs {
    const atn_attr *phase, *choose, *reads_both, *baseline, *path, *weight, *part_of, *vision, *all_of, *by;
    uint32_t n_amounts, n_undefined, n_defined;
} target_attrs;

static bool is_given(attain_period period)
{
    return period.type != ATTAIN_PERIOD_NONE;
}

/* ---- attributes ---- */

/* A dispatch over the attributes of a target or milestone. */
static void read_attributes(const atn_decl *decl, atn_target *t, target_attrs *a)
{
    for (const atn_attr *attr = decl->attrs; attr != NULL; attr = attr->next) {
        switch ((int)attr->kind) {
        case ATN_ATTR_PHRASE: a->n_amounts += attr->phrase->has_amount ? 1u : 0u; break;
        case ATN_ATTR_BY: a->by = attr; break;
        case ATN_ATTR_PHASE: a->phase = attr; break;
        case ATN_ATTR_CHOOSE: a->choose = attr; break;
        case ATN_ATTR_READS_BOTH: a->reads_both = attr; break;
        case ATN_ATTR_BASELINE: a->baseline = attr; break;
        case ATN_ATTR_PATH: a->path = attr; break;
        case ATN_ATTR_WEIGHT: a->weight = attr; break;
        case ATN_ATTR_PART_OF: a->part_of = attr; break;
        case ATN_ATTR_VISION: a->vision = attr; break;
        case ATN_ATTR_ALL_OF: a->all_of = attr; break;
        case ATN_ATTR_UNDEFINED: a->n_undefined += atn_check_count_items(attr->items); break;
        case ATN_ATTR_DEFINED: a->n_defined++; break;
        case ATN_ATTR_LEAD: t->lead = atn_check_item_text(attr->items); break;
        case ATN_ATTR_WITH: t->with_ = atn_check_item_text(attr->items); break;
        case ATN_ATTR_SOURCE: atn_check_source(attr, &t->source_document, &t->source_words); break;
        case ATN_ATTR_NOTE: t->note = atn_check_item_text(attr->items); break;
        default: break;
        }
    }
}

static void read_terms(atn_checker *c, const atn_decl *decl, const target_attrs *a, atn_target *t)
{
    t->undefined = atn_check_array(c, a->n_undefined, sizeof *t->undefined);
    t->defined = atn_check_array(c, 2 * (size_t)a->n_defined, sizeof *t->defined);
    for (const atn_attr *attr = decl->attrs; attr != NULL && !c->failed; attr = attr->next) {
        if (attr->kind == ATN_ATTR_UNDEFINED) {
            for (const atn_item *item = attr->items; item != NULL; item = item->next) {
                t->undefined[t->n_undefined++] = item->text;
            }
        } else if (attr->kind == ATN_ATTR_DEFINED) {
            atn_str *const term = &t->defined[2 * (size_t)t->n_defined];
            term[0] = atn_check_item_text(attr->items);
            term[1] = atn_check_item_text(attr->items == NULL ? NULL : attr->items->next);
            t->n_defined++;
        }
    }
    for (size_t i = 0; i < t->n_defined && !c->failed; i++) {
        for (uint32_t k = 0; k < t->n_undefined && k < 64;
             k++) { /* a few terms at most; more are not compared */
            if (atn_str_equal(t->defined[2 * i], t->undefined[k])) {
                ATN_CHECK_ERROR(c, decl->id->span, ATN_NO_HINT,
                                "the term '%s' is both `undefined` and `defined`",
                                atn_check_text(c, t->undefined[k]));
            }
        }
    }
}

static void read_weight(atn_checker *c, const atn_attr *attr, atn_target *t)
{
    if (attr->number.mantissa <= 0 || attr->number.percent) {
        ATN_CHECK_ERROR(c, attr->span, ATN_NO_HINT, "a weight is a number above 0");
        return;
    }
    atn_buf buf;
    atn_buf_init(&buf, &c->plan->alloc);
    const atn_wide mantissa = atn_wide_from_i64(attr->number.mantissa);
    const attain_number_format plain = ATTAIN_NUMBERS_PLAIN;
    atn_decimal_print(&buf, &mantissa, attr->number.decimals, &plain);
    t->weight_text = atn_check_keep(c, &buf);
}

/* A programme, or another target: then its programme. */
static void read_part_of(atn_checker *c, const atn_attr *attr, const atn_decl *decl, atn_target *t)
{
    const atn_item *const item = attr->items;
    t->part_of = atn_names_find(&c->model->programme_names, item->text);
    const uint32_t target =
        t->part_of != ATN_NONE ? ATN_NONE : atn_names_find(&c->model->target_names, item->text);
    if (target != ATN_NONE && atn_str_equal(item->text, decl->id->text)) {
        ATN_CHECK_ERROR(c, item->span, ATN_NO_HINT, "'%s' is said to be part of itself",
                        atn_check_text(c, item->text));
    } else if (target != ATN_NONE) {
        t->part_of = atn_check_owner(c, c->targets.items[target]);
    } else if (t->part_of == ATN_NONE) {
        const atn_str near = atn_check_near(c, &c->model->programme_names, item->text);
        ATN_CHECK_NAME(c, item->span,
                       near.len > 0 ? near : atn_check_near(c, &c->model->target_names, item->text),
                       "unknown programme or target '%s'", atn_check_text(c, item->text));
    }
}

/* ---- scope ---- */

static bool same_scope(const atn_phrase *a, const atn_phrase *b)
{
    if (a->has_for != b->has_for || (a->has_for && a->for_every != b->for_every)) {
        return false;
    }
    const atn_item *x = a->has_for ? a->for_items : NULL;
    const atn_item *y = b->has_for ? b->for_items : NULL;
    for (; x != NULL && y != NULL && atn_str_equal(x->text, y->text); x = x->next, y = y->next) {
    }
    return x == NULL && y == NULL;
}

static void read_units(atn_checker *c, const atn_phrase *phrase, atn_target *t)
{
    const uint32_t n = atn_check_count_items(phrase->for_items);
    t->scope_units = atn_check_array(c, n, sizeof *t->scope_units);
    atn_names seen; /* several names may mean one unit, so the ids of what they mean are compared */
    atn_names_init(&seen, &c->plan->alloc, c->plan->draft->hash_seed);
    for (const atn_item *item = phrase->for_items; item != NULL && !c->failed; item = item->next) {
        const uint32_t unit = atn_check_unit(c, item);
        uint32_t found = t->n_scope_units;
        if (unit == ATN_NONE || !atn_check_add_name(c, &seen, c->model->units[unit].id, found, &found)) {
            continue;
        }
        if (found != t->n_scope_units) {
            ATN_CHECK_ERROR(c, item->span, ATN_NO_HINT, "the unit '%s' is named twice",
                            atn_check_text(c, item->text));
            continue;
        }
        t->scope_units[t->n_scope_units++] = unit;
    }
    atn_names_free(&seen);
}

static void read_scope(atn_checker *c, const atn_decl *decl, atn_target *t)
{
    const uint32_t unit = t->programme == ATN_NONE ? ATN_NONE : c->unit_of[t->programme];
    t->scope_unit = unit == ATN_NONE ? c->model->root : unit;
    const atn_phrase *first = NULL;
    for (const atn_attr *attr = decl->attrs; attr != NULL; attr = attr->next) {
        const atn_phrase *const phrase = attr->kind == ATN_ATTR_PHRASE ? attr->phrase : NULL;
        if (phrase != NULL && first == NULL) {
            first = phrase;
        } else if (phrase != NULL && !same_scope(first, phrase)) {
            ATN_CHECK_ERROR(c, phrase->span, ATN_NO_HINT,
                            "this reading has another `for` than the first; readings of one target hold for "
                            "the same units: write two targets");
        }
    }
    if (first == NULL || !first->has_for) {
        return;
    }
    if (first->for_every) {
        t->scope = ATN_SCOPE_EVERY;
        t->scope_type = atn_check_type(c, first->for_items);
    } else {
        t->scope = ATN_SCOPE_UNITS;
        read_units(c, first, t);
    }
}

/* ---- the deadline ---- */

static const atn_phrase *stated_deadline(atn_checker *c, const atn_decl *decl)
{
    const atn_phrase *first = NULL;
    for (const atn_attr *attr = decl->attrs; attr != NULL; attr = attr->next) {
        const atn_phrase *const phrase =
            attr->kind == ATN_ATTR_PHRASE && attr->phrase->has_by ? attr->phrase : NULL;
        if (phrase != NULL && first == NULL) {
            first = phrase;
        } else if (phrase != NULL && !atn_period_equal(first->by, phrase->by)) {
            ATN_CHECK_ERROR(c, phrase->by_item == NULL ? phrase->span : phrase->by_item->span, ATN_NO_HINT,
                            "this reading is due by %s, the first by %s; readings of one target have one "
                            "deadline: write two targets",
                            atn_check_period(c, phrase->by), atn_check_period(c, first->by));
        }
    }
    return first;
}

static attain_period phase_period(atn_checker *c, const atn_attr *attr, uint32_t programme)
{
    const attain_period none = {.type = ATTAIN_PERIOD_NONE};
    const atn_item *const item = attr->items;
    const uint32_t owner = programme == ATN_NONE ? ATN_NONE : c->phases_of[programme];
    if (owner == ATN_NONE) {
        ATN_CHECK_ERROR(c, attr->span, ATN_NO_HINT, "the target belongs to no programme that has phases");
        return none;
    }
    atn_buf buf;
    atn_buf_init(&buf, &c->plan->alloc);
    atn_buf_printf(&buf, "%u/", (unsigned)owner);
    atn_buf_str(&buf, item->text);
    const uint32_t phase =
        buf.failed ? ATN_NONE : atn_names_find(&c->phase_names, (atn_str){buf.data, buf.len});
    c->failed = c->failed || buf.failed;
    atn_buf_free(&buf);
    if (phase != ATN_NONE) {
        return c->model->programmes[owner].phases[phase].period;
    }
    const atn_programme *const p = &c->model->programmes[owner];
    atn_buf_init(&buf, &c->plan->alloc);
    for (uint32_t i = 0; i < p->n_phases && i < 8; i++) {
        atn_buf_text(&buf, i == 0 ? "" : ", ");
        atn_buf_str(&buf, p->phases[i].id);
    }
    atn_buf_text(&buf, p->n_phases > 8 ? ", ..." : "");
    const atn_str phases = atn_check_keep(c, &buf);
    ATN_CHECK_NAME(c, item->span, ATN_NO_HINT, "'%s' is not a phase of '%s', which has %s",
                   atn_check_text(c, item->text), atn_check_text(c, p->id), atn_check_text(c, phases));
    return none;
}

static void check_stated(atn_checker *c, const atn_decl *decl, atn_span span, attain_period by,
                         attain_period phase, const atn_target *t)
{
    attain_period end = {.type = ATTAIN_PERIOD_NONE};
    if (t->programme != ATN_NONE) {
        end = is_given(c->horizon_of[t->programme]) ? c->horizon_of[t->programme] : c->end_of[t->programme];
    }
    if (is_given(phase) && (by.end_day > phase.end_day || by.end_day < phase.start_day)) {
        ATN_CHECK_WARN(c, span, ATN_NO_HINT, "by %s lies outside the phase of '%s', %s",
                       atn_check_period(c, by), atn_check_text(c, decl->id->text),
                       atn_check_period(c, phase));
    } else if (is_given(end) && by.end_day > end.end_day && !t->vision) {
        ATN_CHECK_WARN(c, span, ATN_STR("say `vision` if the promise reaches beyond the programme"),
                       "by %s lies after the end of the programme, %s", atn_check_period(c, by),
                       atn_check_period(c, end));
    }
}

static bool is_quantified(const atn_decl *decl)
{
    for (const atn_attr *attr = decl->attrs; attr != NULL; attr = attr->next) {
        if (attr->kind == ATN_ATTR_PHRASE && attr->phrase->op != ATN_WORD_NOT_QUANTIFIED) {
            return true;
        }
    }
    return decl->kind == ATN_DECL_MILESTONE;
}

/* F is the last period of what was said: the end of 2021..2030 is 2030. */
static void find_due(atn_checker *c, const atn_decl *decl, const target_attrs *a, atn_target *t)
{
    const atn_phrase *const said = stated_deadline(c, decl);
    attain_period phase = {.type = ATTAIN_PERIOD_NONE};
    if (a->phase != NULL) {
        phase = phase_period(c, a->phase, t->programme);
    }
    attain_period due = {.type = ATTAIN_PERIOD_NONE};
    if (said != NULL || a->by != NULL) {
        due = said != NULL ? said->by : a->by->period;
        const atn_span span = said == NULL            ? a->by->span
                              : said->by_item == NULL ? said->span
                                                      : said->by_item->span;
        check_stated(c, decl, span, due, phase, t);
    } else if (t->vision && t->programme != ATN_NONE && is_given(c->horizon_of[t->programme])) {
        due = c->horizon_of[t->programme];
    } else if (a->phase != NULL) {
        due = phase;
    } else if (t->programme != ATN_NONE && !t->vision) {
        due = c->end_of[t->programme];
    }
    t->due_inherited = said == NULL && a->by == NULL && is_given(due);
    t->due = is_given(due) ? atn_period_end(due) : due;
    if (!is_given(due) && a->phase == NULL && is_quantified(decl)) {
        ATN_CHECK_ERROR(c, decl->id->span, ATN_NO_HINT, "'%s' has no deadline: %s",
                        atn_check_text(c, decl->id->text),
                        t->vision ? "a vision needs `by PERIOD` or a programme with a horizon"
                                  : "`by PERIOD`, a phase, or a programme with a period is required");
    }
}

/* ---- readings ---- */

static void check_reading_names(atn_checker *c, const atn_decl *decl)
{
    atn_names seen;
    atn_names_init(&seen, &c->plan->alloc, c->plan->draft->hash_seed);
    uint32_t n = 0;
    for (const atn_attr *attr = decl->attrs; attr != NULL && !c->failed; attr = attr->next) {
        const atn_item *const name = attr->kind == ATN_ATTR_PHRASE ? attr->phrase->reading : NULL;
        uint32_t found = n;
        if (name != NULL && atn_check_add_name(c, &seen, name->text, n, &found) && found != n) {
            ATN_CHECK_NAME(c, name->span, ATN_NO_HINT, "'%s' has the reading '%s' twice",
                           atn_check_text(c, decl->id->text), atn_check_text(c, name->text));
        }
        n++;
    }
    atn_names_free(&seen);
}

/* The chosen reading: its name, or one side of NAME:relative where that is enough to tell it. */
static void find_chosen(atn_checker *c, const atn_attr *attr, atn_target *t)
{
    const atn_item *const item = attr->items;
    const atn_reading *const readings =
        t->n_readings == 0 ? NULL : (const atn_reading *)c->readings.items + t->first_reading;
    uint32_t n_found = 0;
    for (uint32_t i = 0; i < t->n_readings; i++) {
        const atn_str name = readings[i].name;
        const bool is_side =
            name.len > item->text.len &&
            ((atn_str_starts(name, item->text) && name.data[item->text.len] == ':') ||
             (name.data[name.len - item->text.len - 1] == ':' &&
              atn_str_equal((atn_str){name.data + name.len - item->text.len, item->text.len}, item->text)));
        if (atn_str_equal(name, item->text)) {
            t->chosen = i;
            n_found = 1;
            break;
        }
        t->chosen = is_side ? i : t->chosen;
        n_found += is_side ? 1u : 0u;
    }
    if (n_found != 1) {
        t->chosen = ATN_NONE;
        ATN_CHECK_NAME(c, item->span, ATN_NO_HINT,
                       n_found == 0 ? "'%s' is not a reading of '%s'" : "'%s' names several readings of '%s'",
                       atn_check_text(c, item->text), atn_check_text(c, t->id));
    }
    t->chosen_why = atn_check_item_text(item->next);
}

static void read_baseline(atn_checker *c, const atn_decl *decl, const atn_attr *attr, atn_target *t)
{
    const atn_attr *const first = atn_check_attr(decl, ATN_ATTR_PHRASE);
    const atn_item *const name = first == NULL ? NULL : first->phrase->indicator;
    const uint32_t thing = name == NULL ? ATN_NONE : atn_names_find(&c->model->thing_names, name->text);
    const bool is_known = thing != ATN_NONE && ATN_THING_KIND(thing) != ATN_THING_REFERENCE;
    atn_check_base(c, &attr->base, is_known ? atn_check_indicator(c, name) : ATN_NONE, &t->baseline);
    if (t->baseline.kind == ATN_BASE_PREVIOUS || t->baseline.kind == ATN_BASE_YEAR_BEFORE) {
        ATN_CHECK_ERROR(c, attr->span, ATN_NO_HINT,
                        "a baseline stands still: a period or `VALUE stated for PERIOD` is required");
    } else if (is_given(t->due) && t->baseline.period.end_day >= t->due.end_day) {
        ATN_CHECK_ERROR(c, attr->span, ATN_NO_HINT, "the baseline %s does not lie before the deadline %s",
                        atn_check_period(c, t->baseline.period), atn_check_period(c, t->due));
    }
}

static void read_phrases(atn_checker *c, const atn_decl *decl, const target_attrs *a, atn_target *t)
{
    t->first_reading = (uint32_t)c->readings.n;
    t->reads_both = a->reads_both != NULL;
    if (a->reads_both != NULL && a->n_amounts == 0) {
        ATN_CHECK_ERROR(c, a->reads_both->span, ATN_NO_HINT,
                        "`reads as relative or points` is about an amount of change, as in `up 30%%`; "
                        "'%s' has none",
                        atn_check_text(c, decl->id->text));
    }
    check_reading_names(c, decl);
    for (const atn_attr *attr = decl->attrs; attr != NULL && !c->failed; attr = attr->next) {
        if (attr->kind == ATN_ATTR_PHRASE) {
            atn_check_phrase(c, t, attr->phrase, t->reads_both);
        }
    }
    t->n_readings = (uint32_t)c->readings.n - t->first_reading;
    if (a->choose != NULL && !c->failed) {
        find_chosen(c, a->choose, t);
    }
    if (t->n_readings == 1 && !c->failed) {
        ((atn_reading *)c->readings.items)[t->first_reading].name = (atn_str){"", 0};
    }
}

static void make_target(atn_checker *c, const atn_decl *decl, atn_target *t)
{
    *t = (atn_target){.id = decl->id->text,
                      .span = decl->id->span,
                      .part_of = ATN_NONE,
                      .chosen = ATN_NONE,
                      .scope_type = ATN_NONE};
    target_attrs a = {.n_amounts = 0};
    t->title = atn_check_item_text(decl->title);
    t->is_milestone = decl->kind == ATN_DECL_MILESTONE;
    t->programme = atn_check_owner(c, decl);
    t->baseline.stated = atn_ratio_zero();
    read_attributes(decl, t, &a);
    t->vision = a.vision != NULL;
    t->path = a.path != NULL && a.path->number.mantissa == 1 ? ATN_PATH_STEPS : ATN_PATH_LINEAR;
    if (a.part_of != NULL) {
        read_part_of(c, a.part_of, decl, t);
    }
    if (t->programme == ATN_NONE) {
        t->programme = t->part_of;
    }
    read_terms(c, decl, &a, t);
    read_scope(c, decl, t);
    find_due(c, decl, &a, t);
    if (a.baseline != NULL) {
        read_baseline(c, decl, a.baseline, t);
    }
    if (a.weight != NULL) {
        read_weight(c, a.weight, t);
    }
    t->first_reading = (uint32_t)c->readings.n;
    if (!t->is_milestone && !c->failed) {
        read_phrases(c, decl, &a, t);
    }
}

void atn_check_targets(atn_checker *c)
{
    atn_model *const m = c->model;
    m->targets = atn_check_array(c, c->targets.n, sizeof *m->targets);
    for (uint32_t i = 0; i < c->targets.n && !c->failed; i++) {
        make_target(c, c->targets.items[i], &m->targets[i]);
    }
    m->n_targets = c->failed ? 0 : c->targets.n;
}

/* ---- milestones ---- */

static void read_evidence(const atn_decl *decl, atn_target *t)
{
    for (const atn_attr *attr = decl->attrs; attr != NULL; attr = attr->next) {
        if (attr->kind != ATN_ATTR_DONE && attr->kind != ATN_ATTR_NOT_DONE) {
            continue;
        }
        t->evidence = attr->kind == ATN_ATTR_DONE ? ATN_EVIDENCE_DONE : ATN_EVIDENCE_NOT_DONE;
        t->evidence_day = attr->day;
        t->evidence_text = atn_check_item_text(attr->items);
    }
}

static void read_parts(atn_checker *c, const atn_decl *decl, uint32_t index, atn_target *t, atn_list *links)
{
    const atn_attr *const attr = atn_check_attr(decl, ATN_ATTR_ALL_OF);
    if (attr == NULL) {
        return;
    }
    if (t->evidence != ATN_EVIDENCE_NONE) {
        ATN_CHECK_ERROR(c, attr->span, ATN_NO_HINT,
                        "'%s' follows from its parts (`all of`); its own `done` or `not done` has no place",
                        atn_check_text(c, t->id));
    }
    t->parts = atn_check_array(c, atn_check_count_items(attr->items), sizeof *t->parts);
    for (const atn_item *item = attr->items; item != NULL && !c->failed; item = item->next) {
        const uint32_t part = atn_names_find(&c->model->target_names, item->text);
        if (part == ATN_NONE) {
            ATN_CHECK_NAME(c, item->span, atn_check_near(c, &c->model->target_names, item->text),
                           "unknown target or milestone '%s'", atn_check_text(c, item->text));
            continue;
        }
        t->parts[t->n_parts++] = part;
        atn_link *const link = atn_check_append(c, links, sizeof *link);
        if (link != NULL) {
            *link = (atn_link){index, part};
        }
    }
}

void atn_check_milestones(atn_checker *c)
{
    const atn_model *const m = c->model;
    atn_list links = {NULL, 0, 0};
    const atn_item **const ids = atn_check_scratch(c, m->n_targets, sizeof *ids);
    uint32_t *const order = atn_check_scratch(c, m->n_targets, sizeof *order);
    for (uint32_t i = 0; i < m->n_targets && !c->failed; i++) {
        ids[i] = c->targets.items[i]->id;
        if (m->targets[i].is_milestone) {
            read_evidence(c->targets.items[i], &m->targets[i]);
            read_parts(c, c->targets.items[i], i, &m->targets[i], &links);
        }
    }
    atn_graph graph;
    const atn_cycle_words words = {ids, "milestones are parts of each other", "needs"};
    if (!c->failed && links.n > 0 && atn_graph_make(c, m->n_targets, links.items, links.n, &graph)) {
        atn_graph_order(c, &graph, &words, order);
    }
    atn_check_drop(c, &links, sizeof(atn_link));
}
