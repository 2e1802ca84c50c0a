/* Where a fact may stand (semantics section 1), said once for rows from every source: arrays, text, CSV, single cells and bytes.
 *
 *   what the measure says                    unit of the fact                               period of the fact
 *   reported EVERY by TYPE                   a unit of TYPE                                 a slot of EVERY
 *   reported EVERY                           a unit without children                        a slot of EVERY
 *   neither                                  a unit without children                        stock: any; flow: one type for all facts
 *   at any level ..., or law none on units   any unit                                       as above
 *
 * The unit must be valid on at least one day of the period; whether it has children is asked of the tree on the last of these days. That
 * is also the day along whose tree the slot rolls up and on which a report is expected, so that a unit may always report what is
 * expected of it. */
#include "facts/store.h"

#include "number/decimal.h"
#include <string.h>

/* ---- texts for messages ---- */

/* A note is put together on the stack, so that a refusal needs no memory: four times what is shown of each text is room enough, because
 * an escape makes four bytes of one. */
#define NOTE_BYTES 2048

typedef struct note_block {
    char bytes[NOTE_BYTES];
} note_block;

static void *note_realloc(void *ctx, void *ptr, size_t old_size, size_t new_size)
{
    (void)ptr;
    (void)old_size;
    return new_size == 0 || new_size > NOTE_BYTES ? NULL : ((note_block *)ctx)->bytes;
}

static atn_buf buf_on(note_block *block)
{
    const attain_allocator a = {block, note_realloc};
    atn_buf buf;
    atn_buf_init(&buf, &a);
    return buf;
}

static atn_note shown_of(const atn_buf *buf)
{
    atn_note shown;
    size_t len = buf->failed || buf->data == NULL ? 0 : buf->len;
    if (len >= sizeof shown.text) {
        len = sizeof shown.text - 1;
        while (len > 0 && ((unsigned char)buf->data[len] & 0xc0u) == 0x80u) {
            len--;
        }
    }
    if (len > 0) {
        memcpy(shown.text, buf->data, len);
    }
    shown.text[len] = '\0';
    return shown;
}

atn_note atn_show_text(atn_str s)
{
    note_block block;
    atn_buf buf = buf_on(&block);
    atn_buf_escaped(&buf, s, 64);
    return shown_of(&buf);
}

atn_note atn_show_period(attain_period period)
{
    note_block block;
    atn_buf buf = buf_on(&block);
    atn_period_print(&buf, period);
    return shown_of(&buf);
}

atn_note atn_show_number(int64_t value, unsigned decimals)
{
    note_block block;
    atn_buf buf = buf_on(&block);
    const attain_number_format plain = ATTAIN_NUMBERS_PLAIN;
    const atn_wide wide = atn_wide_from_i64(value);
    atn_decimal_print(&buf, &wide, decimals, &plain);
    return shown_of(&buf);
}

atn_note atn_show_cell(const attain_facts *facts, const atn_row *row)
{
    const atn_model *model = &facts->plan->model;
    const atn_measure *measure = &model->measures[row->measure];
    note_block block;
    atn_buf buf = buf_on(&block);
    atn_buf_escaped(&buf, measure->id, 40);
    atn_buf_text(&buf, " at ");
    atn_buf_escaped(&buf, model->units[row->unit].id, 40);
    atn_buf_text(&buf, " in ");
    atn_period_print(&buf, atn_row_period(row));
    for (uint32_t p = 0; p < measure->n_categories; p++) {
        const atn_member_set *category = &model->categories[measure->category[p]];
        atn_buf_text(&buf, p == 0 ? " (" : ", ");
        atn_buf_escaped(&buf, category->member[atn_cell_member(model, measure, row->cell, p)], 24);
    }
    if (measure->n_categories > 0) {
        atn_buf_char(&buf, ')');
    }
    return shown_of(&buf);
}

/* ---- periods ---- */

static bool is_day(int32_t day)
{
    return day >= ATN_DAY_MIN && day <= ATN_DAY_MAX;
}

static bool is_plain_type(uint8_t type, uint8_t start_month)
{
    if (type < ATTAIN_PERIOD_DAY || type > ATTAIN_PERIOD_FINANCIAL_YEAR) {
        return false;
    }
    return type == ATTAIN_PERIOD_FINANCIAL_YEAR ? start_month >= 1 && start_month <= 12 : start_month == 0;
}

bool atn_period_is_sound(attain_period period)
{
    if (!is_day(period.start_day) || !is_day(period.end_day) || period.start_day > period.end_day) {
        return false;
    }
    if (period.type == ATTAIN_PERIOD_RANGE) {
        if (period.start_month != 0 || !is_plain_type(period.end_type, period.end_month)) {
            return false;
        }
        const attain_period end =
            atn_period_of_day((attain_period_type)period.end_type, period.end_month, period.end_day);
        return end.end_day == period.end_day;
    }
    if (!is_plain_type(period.type, period.start_month) || period.end_type != 0 || period.end_month != 0) {
        return false;
    }
    const attain_period whole =
        atn_period_of_day((attain_period_type)period.type, period.start_month, period.end_day);
    return whole.start_day == period.start_day && whole.end_day == period.end_day;
}

/* "half-years": what a slot of a measure is, in messages. */
static const char *period_word(attain_period_type type)
{
    static const char *const word[] = {"periods",    "days",  "weeks",           "months", "quarters",
                                       "half-years", "years", "financial years", "ranges"};
    return (unsigned)type < sizeof word / sizeof word[0] ? word[type] : "periods";
}

static attain_status check_sound(const atn_row *row, attain_error *err)
{
    const attain_period period = atn_row_period(row);
    if (atn_period_is_sound(period)) {
        return ATTAIN_OK;
    }
    return atn_error_set(
        err, ATTAIN_E_PERIOD,
        "days %ld to %ld of type %u are no period; attain_period_parse and _decode make sound ones",
        (long)period.start_day, (long)period.end_day, (unsigned)period.type);
}

static attain_status check_period(const attain_facts *facts, const atn_row *row, attain_error *err)
{
    const attain_period period = atn_row_period(row);
    const atn_measure *measure = &facts->plan->model.measures[row->measure];
    if (measure->reported == ATTAIN_PERIOD_NONE || measure->reported == (attain_period_type)period.type) {
        return ATTAIN_OK;
    }
    const atn_note shown = atn_show_period(period);
    return atn_error_set(err, ATTAIN_E_PERIOD,
                         "period %s: measure '%.*s' is reported by %s; %s are required here", shown.text,
                         ATN_STR_ARG(measure->id), period_word(measure->reported),
                         period_word(measure->reported));
}

/* ---- units ---- */

/* Appends the units that took the place of `unit` (or from which it came) at a boundary event. */
static void add_kin(atn_buf *buf, const atn_model *model, uint32_t unit, bool later)
{
    for (uint32_t b = 0; b < model->n_boundaries; b++) {
        const atn_boundary *event = &model->boundaries[b];
        const uint32_t *mine = later ? event->from : event->to;
        const uint32_t n_mine = later ? event->n_from : event->n_to;
        const uint32_t *kin = later ? event->to : event->from;
        const uint32_t n_kin = later ? event->n_to : event->n_from;
        for (uint32_t i = 0; event->kind != ATN_BOUNDARY_RENAME && i < n_mine; i++) {
            if (mine[i] != unit) {
                continue;
            }
            atn_buf_text(buf, later ? "; its successor is " : "; before it there was ");
            for (uint32_t k = 0; k < n_kin; k++) {
                atn_buf_text(buf, k == 0 ? "'" : "', '");
                atn_buf_escaped(buf, model->units[kin[k]].id, 32);
            }
            atn_buf_text(buf, "' (boundary of ");
            atn_day_print(buf, event->day);
            atn_buf_char(buf, ')');
            return;
        }
    }
}

static attain_status not_valid(const attain_facts *facts, const atn_row *row, attain_error *err)
{
    if (err == NULL) {
        return ATTAIN_E_PLACE;
    }
    const atn_model *model = &facts->plan->model;
    const atn_unit *unit = &model->units[row->unit];
    const atn_edge *edges = model->edges + unit->first_edge;
    const atn_edge *last = unit->n_edges > 0 ? &edges[unit->n_edges - 1] : NULL;
    const bool too_late = last != NULL && last->until_day < row->start_day;
    const bool too_early = last != NULL && edges[0].from_day > row->end_day;
    note_block block;
    atn_buf buf = buf_on(&block);
    if (too_late) {
        atn_buf_text(&buf, ": it was valid until ");
        atn_day_print(&buf, last->until_day);
        add_kin(&buf, model, row->unit, true);
    } else if (too_early) {
        atn_buf_text(&buf, ": it is valid from ");
        atn_day_print(&buf, edges[0].from_day);
        add_kin(&buf, model, row->unit, false);
    }
    const atn_note why = shown_of(&buf);
    const atn_note period = atn_show_period(atn_row_period(row));
    const atn_note id = atn_show_text(unit->id);
    return atn_error_set(err, ATTAIN_E_PLACE, "unit '%s' is not valid on any day of %s%s", id.text,
                         period.text, why.text);
}

static attain_status check_unit(const attain_facts *facts, const atn_row *row, attain_error *err)
{
    const atn_model *model = &facts->plan->model;
    const atn_measure *measure = &model->measures[row->measure];
    const atn_unit *unit = &model->units[row->unit];
    const int32_t day = atn_unit_last_valid(model, row->unit, row->start_day, row->end_day);
    if (day == INT32_MIN) {
        return not_valid(facts, row, err);
    }
    if (measure->law_units == ATN_LAW_NONE || measure->any_level != ATN_LEVEL_LEAVES) {
        return ATTAIN_OK;
    }
    if (measure->reported != ATTAIN_PERIOD_NONE && measure->reported_type != ATN_NONE) {
        if (atn_type_includes(model, measure->reported_type, unit->type) || err == NULL) {
            return atn_type_includes(model, measure->reported_type, unit->type) ? ATTAIN_OK : ATTAIN_E_PLACE;
        }
        const atn_note id = atn_show_text(unit->id);
        return atn_error_set(
            err, ATTAIN_E_PLACE,
            "unit '%s' is a %.*s; measure '%.*s' is reported by %.*s ('at any level replaces' or 'adds' "
            "in the plan would allow others)",
            id.text, ATN_STR_ARG(model->types[unit->type].id), ATN_STR_ARG(measure->id),
            ATN_STR_ARG(model->types[measure->reported_type].id));
    }
    if (!unit->has_children || !atn_unit_has_children(model, row->unit, day)) {
        return ATTAIN_OK;
    }
    const atn_note id = atn_show_text(unit->id);
    return atn_error_set(
        err, ATTAIN_E_PLACE,
        "unit '%s' has units below it; a fact of '%.*s' stands at units without children, unless the "
        "plan says 'at any level replaces' or 'at any level adds'",
        id.text, ATN_STR_ARG(measure->id));
}

/* ---- the rest of a row ---- */

static attain_status check_ids(const attain_facts *facts, const atn_row *row, attain_error *err)
{
    const atn_model *model = &facts->plan->model;
    if (row->measure >= model->n_measures) {
        return atn_error_set(err, ATTAIN_E_MEASURE, "measure index %lu, but the plan has %lu measures",
                             (unsigned long)row->measure, (unsigned long)model->n_measures);
    }
    if (row->unit >= model->n_units) {
        return atn_error_set(err, ATTAIN_E_UNIT, "unit index %lu, but the plan has %lu units",
                             (unsigned long)row->unit, (unsigned long)model->n_units);
    }
    const atn_measure *measure = &model->measures[row->measure];
    if (row->cell >= measure->n_cells) {
        return atn_error_set(err, ATTAIN_E_CATEGORY,
                             "cell %lu, but measure '%.*s' has %lu member combinations",
                             (unsigned long)row->cell, ATN_STR_ARG(measure->id),
                             (unsigned long)measure->n_cells);
    }
    return ATTAIN_OK;
}

static attain_status check_qualifier(const attain_facts *facts, const atn_row *row, attain_error *err)
{
    if (row->qualifier > ATTAIN_MISSING) {
        return atn_error_set(err, ATTAIN_E_QUALIFIER,
                             "qualifier %u; the numbers of attain_qualifier are 0 to 6",
                             (unsigned)row->qualifier);
    }
    if (row->reason > ATTAIN_REASON_OTHER) {
        return atn_error_set(err, ATTAIN_E_QUALIFIER,
                             "reason %u; the numbers of attain_missing_reason are 0 to 7",
                             (unsigned)row->reason);
    }
    const bool missing = row->qualifier == ATTAIN_MISSING;
    if (!missing && row->reason != ATTAIN_REASON_NONE) {
        return atn_error_set(err, ATTAIN_E_QUALIFIER,
                             "a reason stands beside a figure; only a missing one has a reason");
    }
    const atn_measure *measure = &facts->plan->model.measures[row->measure];
    const bool below = row->value < 0 || (row->value == 0 && row->qualifier == ATTAIN_LESS_THAN);
    if (!missing && below && !measure->any_sign) {
        return atn_error_set(err, ATTAIN_E_RANGE,
                             row->value < 0 ? "a negative figure, but measure '%.*s' does not say 'any sign'"
                                            : "less than 0, but measure '%.*s' does not say 'any sign'",
                             ATN_STR_ARG(measure->id));
    }
    return ATTAIN_OK;
}

attain_status atn_row_check(const attain_facts *facts, const atn_row *row, attain_error *err)
{
    ATN_TRY(check_ids(facts, row, err));
    ATN_TRY(check_qualifier(facts, row, err));
    ATN_TRY(check_sound(row, err));
    ATN_TRY(check_period(facts, row, err));
    return check_unit(facts, row, err);
}

attain_status atn_row_check_sound(const attain_facts *facts, const atn_row *row, attain_error *err)
{
    ATN_TRY(check_ids(facts, row, err));
    ATN_TRY(check_qualifier(facts, row, err));
    ATN_TRY(check_period(facts, row, err));
    return check_unit(facts, row, err);
}
