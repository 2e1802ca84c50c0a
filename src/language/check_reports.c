/* Activities, reports and boundary events.
 *
 * A report tells when figures are due. Its schedule reaches the measures that it is `of`: a measure reported
 * half-yearly takes the half-yearly line, else the line without a rhythm.
 *
 *   report hcm.half                              measure workers  reported half-yearly by commune
 *     half-yearly due 10 June strict    ──────▶    due: 10 June, strict
 *     of workers, trainings
 *
 * A boundary event names units; `rename` was worked into the units long before (check_units.c). */
#include "language/check.h"
#include "number/decimal.h"

/* ---- activities ---- */

void atn_check_activities(atn_checker *c)
{
    atn_model *const m = c->model;
    m->activities = atn_check_array(c, c->activities.n, sizeof *m->activities);
    for (uint32_t i = 0; i < c->activities.n && !c->failed; i++) {
        const atn_decl *const decl = c->activities.items[i];
        m->activities[i] =
            (atn_activity){decl->id->text, atn_check_item_text(decl->title), atn_check_owner(c, decl)};
    }
    m->n_activities = c->failed ? 0 : c->activities.n;
}

/* ---- reports ---- */

static void read_schedules(atn_checker *c, const atn_decl *decl, atn_report *report)
{
    bool seen[ATTAIN_PERIOD_RANGE + 1] = {false};
    uint32_t n = 0;
    for (const atn_attr *attr = decl->attrs; attr != NULL; attr = attr->next) {
        n += attr->kind == ATN_ATTR_SCHEDULE ? 1u : 0u;
    }
    report->schedules = atn_check_array(c, n, sizeof *report->schedules);
    for (const atn_attr *attr = decl->attrs; attr != NULL && !c->failed; attr = attr->next) {
        if (attr->kind != ATN_ATTR_SCHEDULE) {
            continue;
        }
        if (seen[attr->every]) {
            ATN_CHECK_ERROR(
                c, attr->span, ATN_NO_HINT,
                "'%s' has a second line for what is due %s; one deadline for each rhythm is required",
                atn_check_text(c, report->id), atn_check_rhythm(attr->every));
            continue;
        }
        seen[attr->every] = true;
        report->schedules[report->n_schedules++] = (atn_report_schedule){attr->every, attr->due};
    }
}

static const atn_report_schedule *schedule_for(const atn_report *report, attain_period_type every)
{
    const atn_report_schedule *any = NULL;
    for (uint32_t i = 0; i < report->n_schedules; i++) {
        if (report->schedules[i].every == every) {
            return &report->schedules[i];
        }
        any = report->schedules[i].every == ATTAIN_PERIOD_NONE ? &report->schedules[i] : any;
    }
    return any;
}

static bool same_due(const atn_due *a, const atn_due *b)
{
    return a->kind == b->kind && a->month == b->month && a->day == b->day && a->next_year == b->next_year &&
           a->strict == b->strict && a->days_after == b->days_after;
}

/* from[measure]: the report that gave its deadline. */
static void set_due(atn_checker *c, const atn_report *report, const atn_decl *decl, const atn_item *item,
                    uint32_t index, const atn_decl **from)
{
    atn_measure *const measure = &c->model->measures[index];
    if (measure->reported == ATTAIN_PERIOD_NONE) {
        ATN_CHECK_WARN(c, item->span, ATN_NO_HINT, "'%s' is not `reported`, so it has no deadlines",
                       atn_check_text(c, measure->id));
        return;
    }
    const atn_report_schedule *const schedule = schedule_for(report, measure->reported);
    if (schedule == NULL) {
        if (report->n_schedules > 0) {
            ATN_CHECK_WARN(c, item->span, ATN_NO_HINT, "'%s' is reported %s, and '%s' has no line for that",
                           atn_check_text(c, measure->id), atn_check_rhythm(measure->reported),
                           atn_check_text(c, report->id));
        }
        return;
    }
    if (from[index] != NULL && !same_due(&measure->due, &schedule->due)) {
        ATN_CHECK_ERROR(c, item->span, ATN_NO_HINT,
                        "'%s' has another deadline by '%s' (%s); a measure has one",
                        atn_check_text(c, measure->id), atn_check_text(c, from[index]->id->text),
                        atn_check_place(c, from[index]->id->span));
        return;
    }
    from[index] = decl;
    measure->due = schedule->due;
}

static void read_measures(atn_checker *c, const atn_decl *decl, atn_report *report, const atn_decl **from)
{
    uint32_t n = 0;
    for (const atn_attr *attr = decl->attrs; attr != NULL; attr = attr->next) {
        n += attr->kind == ATN_ATTR_OF ? atn_check_count_items(attr->items) : 0u;
    }
    report->measures = atn_check_array(c, n, sizeof *report->measures);
    for (const atn_attr *attr = decl->attrs; attr != NULL; attr = attr->next) {
        for (const atn_item *item = attr->kind == ATN_ATTR_OF ? attr->items : NULL;
             item != NULL && !c->failed; item = item->next) {
            const uint32_t measure = atn_check_measure(c, item);
            if (measure != ATN_NONE) {
                report->measures[report->n_measures++] = measure;
                set_due(c, report, decl, item, measure, from);
            }
        }
    }
}

static void make_report(atn_checker *c, const atn_decl *decl, atn_report *report, const atn_decl **from)
{
    *report = (atn_report){.id = decl->id->text, .by_type = ATN_NONE, .to_type = ATN_NONE};
    report->on_request = atn_check_attr(decl, ATN_ATTR_ON_REQUEST) != NULL;
    const atn_attr *const by = atn_check_attr(decl, ATN_ATTR_BY);
    if (by != NULL && by->items != NULL) {
        report->by_type = atn_check_type(c, by->items);
        report->to_type = by->items->next == NULL ? ATN_NONE : atn_check_type(c, by->items->next);
    }
    read_schedules(c, decl, report);
    if (!c->failed) {
        read_measures(c, decl, report, from);
    }
}

void atn_check_reports(atn_checker *c)
{
    atn_model *const m = c->model;
    m->reports = atn_check_array(c, c->reports.n, sizeof *m->reports);
    const atn_decl **const from = atn_check_scratch(c, m->n_measures, sizeof *from);
    for (uint32_t i = 0; i < c->reports.n && !c->failed; i++) {
        make_report(c, c->reports.items[i], &m->reports[i], from);
    }
    m->n_reports = c->failed ? 0 : c->reports.n;
}

/* ---- boundary events ---- */

static uint32_t *read_units(atn_checker *c, const atn_item *items, uint32_t *n)
{
    uint32_t *const units = atn_check_array(c, atn_check_count_items(items), sizeof *units);
    for (const atn_item *item = items; item != NULL && units != NULL; item = item->next) {
        const uint32_t unit = atn_check_unit(c, item);
        bool is_twice = false;
        for (uint32_t i = 0; i < *n && i < 1000; i++) {
            is_twice = is_twice || units[i] == unit;
        }
        if (unit != ATN_NONE && is_twice) {
            ATN_CHECK_ERROR(c, item->span, ATN_NO_HINT, "the unit '%s' is named twice",
                            atn_check_text(c, item->text));
        } else if (unit != ATN_NONE) {
            units[(*n)++] = unit;
        }
    }
    return units;
}

/* Shares to nine decimals, plain and without their sign: so the parser leaves them. -1 after a finding. */
static int64_t share_of(atn_checker *c, const atn_item *item)
{
    const attain_number_format format = ATTAIN_NUMBERS_PLAIN;
    int64_t share = 0;
    size_t at;
    if (atn_decimal_parse(item->title, &format, 9, &share, &at) != ATN_DECIMAL_OK || share <= 0) {
        ATN_CHECK_ERROR(c, item->span, ATN_NO_HINT, "'%s' needs its share of what is split, as in `%s 60%%`",
                        atn_check_text(c, item->text), atn_check_text(c, item->text));
        return -1;
    }
    return share;
}

static void check_shares(atn_checker *c, const atn_attr *attr)
{
    const int64_t whole = 100 * INT64_C(1000000000);
    int64_t sum = 0;
    for (const atn_item *item = attr->into; item != NULL && sum >= 0; item = item->next) {
        const int64_t share = share_of(c, item);
        sum = share < 0 || share > whole ? -1 : sum > whole ? sum : sum + share;
    }
    if (sum >= 0 && sum != whole) {
        atn_buf buf;
        atn_buf_init(&buf, &c->plan->alloc);
        const atn_wide wide = atn_wide_from_i64(sum);
        const attain_number_format plain = ATTAIN_NUMBERS_PLAIN;
        atn_ratio r = {wide, atn_wide_from_u64(1000000000)};
        atn_decimal_print_ratio(&buf, &r, 9, true, ATTAIN_ROUND_HALF_UP, &plain);
        const atn_str text = atn_check_keep(c, &buf);
        ATN_CHECK_ERROR(c, attr->span, ATN_NO_HINT, "the shares add up to %.*s%%; 100%% is required",
                        ATN_STR_ARG(text));
    }
}

static bool is_among(const uint32_t *units, uint32_t n, uint32_t unit)
{
    for (uint32_t i = 0; i < n; i++) {
        if (units[i] == unit) {
            return true;
        }
    }
    return false;
}

/* Units that end with the event should not go on after it, units that come of it should be there. */
static void check_map(atn_checker *c, const atn_attr *attr, const atn_boundary *b)
{
    const atn_model *const m = c->model;
    for (uint32_t i = 0; i < b->n_from; i++) {
        const bool stays = is_among(b->to, b->n_to, b->from[i]);
        if (!stays && atn_unit_is_valid(m, b->from[i], b->day)) {
            ATN_CHECK_WARN(c, attr->span, ATN_STR("write `until` on its line"),
                           "'%s' ends with this event and is still valid on %s",
                           atn_check_text(c, m->units[b->from[i]].id), atn_check_day(c, b->day));
        }
    }
    for (uint32_t i = 0; i < b->n_to; i++) {
        if (!atn_unit_is_valid(m, b->to[i], b->day)) {
            ATN_CHECK_WARN(c, attr->span, ATN_NO_HINT, "'%s' comes of this event and is not valid on %s",
                           atn_check_text(c, m->units[b->to[i]].id), atn_check_day(c, b->day));
        }
    }
}

static void make_rename(atn_checker *c, const atn_attr *attr, atn_boundary *b)
{
    if (attr->items == NULL || attr->into == NULL) {
        return;
    }
    if (atn_str_equal(attr->items->text, attr->into->text)) {
        ATN_CHECK_ERROR(c, attr->into->span, ATN_NO_HINT, "'%s' is renamed to itself",
                        atn_check_text(c, attr->into->text));
        return;
    }
    b->from = read_units(c, attr->items, &b->n_from);
    if (b->n_from > 0) { /* both names mean one unit; without any line the first name told so */
        b->to = read_units(c, attr->into, &b->n_to);
    }
}

static void make_boundary(atn_checker *c, const atn_decl *decl, atn_boundary *b)
{
    const atn_attr *const attr = atn_check_attr(decl, ATN_ATTR_BOUNDARY);
    if (attr == NULL) {
        return;
    }
    b->kind = (atn_boundary_kind)attr->number.mantissa;
    b->day = attr->day;
    if (b->kind == ATN_BOUNDARY_RENAME) {
        make_rename(c, attr, b);
        return;
    }
    b->from = read_units(c, attr->items, &b->n_from);
    b->to = read_units(c, attr->into, &b->n_to);
    if (b->kind == ATN_BOUNDARY_SPLIT) {
        check_shares(c, attr);
    }
    if (c->failed) {
        return;
    }
    for (uint32_t i = 0; i < b->n_from; i++) {
        c->model->units[b->from[i]].in_event = true;
    }
    for (uint32_t i = 0; i < b->n_to; i++) {
        c->model->units[b->to[i]].in_event = true;
    }
    if (!c->raw.broken) {
        check_map(c, attr, b);
    }
}

void atn_check_boundaries(atn_checker *c)
{
    atn_model *const m = c->model;
    m->boundaries = atn_check_array(c, c->boundaries.n, sizeof *m->boundaries);
    for (uint32_t i = 0; i < c->boundaries.n && !c->failed; i++) {
        make_boundary(c, c->boundaries.items[i], &m->boundaries[i]);
    }
    m->n_boundaries = c->failed ? 0 : c->boundaries.n;
}
