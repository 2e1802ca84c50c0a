/* Scoring: which rows there are, in which order, and a judgement for each.
 *
 *   for each target (as asked or as written)
 *     for each unit (scope, or as asked), in tree order
 *       for each as-of period -> P -> one row, or one per reading
 *
 * Rows before the window are enumerated but not judged, so that a caller can take a large scorecard slice by
 * slice. */
#include "score/score.h"
#include "score/table.h"

#include <string.h>

typedef struct scoring {
    const attain_plan *plan;
    const attain_facts *facts;
    const atn_model *model;
    const attain_score_options *options;
    attain_period default_as_of;
    const attain_period *as_of;
    size_t n_as_of;
    atn_eval *eval; /* NULL: rows are only counted */
    attain_table *table;
    size_t *sheet_of; /* by number of the asked target: its sheet, SIZE_MAX: row by row; NULL: no sheets */
    size_t n_targets; /* asked */
    atn_judgement *judged; /* room for the most readings of a target */
    uint32_t most_readings;
    uint64_t n_rows;     /* enumerated so far */
    uint64_t first, end; /* window */
    uint64_t *asked;     /* bit per unit; NULL: none are asked for one by one */
    size_t n_words;
    size_t n_asked; /* different ones */
} scoring;

/* ---- scope ---- */

static bool named_by_scope(const atn_target *target, uint32_t unit)
{
    if (target->scope == ATN_SCOPE_PROGRAMME) {
        return target->scope_unit == unit;
    }
    for (uint32_t i = 0; target->scope == ATN_SCOPE_UNITS && i < target->n_scope_units; i++) {
        if (target->scope_units[i] == unit) {
            return true;
        }
    }
    return false;
}

/* Is the unit in the scope for a period that ends on the day? `every TYPE` takes the units that are valid
 * then. */
static bool in_scope(const atn_model *model, const atn_target *target, uint32_t unit, int32_t day)
{
    if (target->scope != ATN_SCOPE_EVERY) {
        return named_by_scope(target, unit);
    }
    return atn_type_includes(model, target->scope_type, model->units[unit].type) &&
           atn_unit_is_valid(model, unit, day) &&
           (target->scope_unit == ATN_NONE || atn_unit_is_under(model, unit, target->scope_unit, day));
}

static bool is_asked(const scoring *s, uint32_t unit)
{
    return s->asked != NULL && atn_bit_get(s->asked, unit);
}

static bool units_are_asked(const scoring *s)
{
    return s->options->all_units || s->options->units != NULL;
}

/* Has the (target, unit) a row for a period that ends on the day? */
static bool has_row(const scoring *s, const atn_target *target, uint32_t unit, int32_t day)
{
    if (target->is_milestone || !units_are_asked(s)) {
        return in_scope(s->model, target, unit, day) &&
               (!units_are_asked(s) || s->options->all_units || is_asked(s, unit));
    }
    return s->options->all_units || is_asked(s, unit);
}

/* ---- rows ---- */

static void fill_row(const scoring *s, uint32_t target, uint32_t unit, const atn_row_period *period,
                     const atn_judgement *judged, atn_row *row)
{
    memset(row, 0, sizeof *row);
    row->item = target;
    row->unit = unit;
    row->reading = ATN_NONE;
    row->period = period->label;
    row->due = s->model->targets[target].due;
    row->reported = judged->reported;
    row->expected = judged->expected;
    row->missing = judged->missing;
    row->reasons = judged->reasons;
    row->flags = judged->flags;
    row->verdict = (uint8_t)judged->verdict;
    row->pace = (uint8_t)judged->pace;
    row->state = (uint8_t)judged->value.state;
}

static bool in_window(const scoring *s)
{
    return s->n_rows >= s->first && s->n_rows < s->end;
}

static attain_status add_milestone(scoring *s, uint32_t target, uint32_t unit, const atn_row_period *period,
                                   attain_error *err)
{
    atn_judgement *const judged = s->judged; /* NULL: rows are counted only */
    if (judged != NULL && in_window(s)) {
        atn_row row;
        atn_judge_milestone(s->model, target, period, judged);
        fill_row(s, target, unit, period, judged, &row);
        ATN_TRY(atn_table_add(s->table, &row, judged, err));
    }
    s->n_rows += 1;
    return ATTAIN_OK;
}

static void first_and_count(const atn_target *target, uint32_t *first, uint32_t *n)
{
    const bool is_settled = target->chosen != ATN_NONE;
    *first = is_settled ? target->first_reading + target->chosen : target->first_reading;
    *n = is_settled ? 1 : target->n_readings;
}

static atn_judge_request request_of(const scoring *s, uint32_t target, uint32_t unit,
                                    const atn_row_period *period, attain_period as_of)
{
    atn_judge_request request;
    memset(&request, 0, sizeof request);
    request.target = target;
    request.unit = unit;
    request.period = *period;
    request.as_of_day = as_of.type == ATTAIN_PERIOD_NONE ? period->days.end_day : as_of.end_day;
    request.out_of_scope = period->is_valid && !atn_unit_is_valid(s->model, unit, period->days.end_day);
    request.printed_digits = atn_digits_of_option(s->options->printed_digits);
    request.printed_shown = s->options->printed_shown != 0;
    request.printed_rounding = s->options->printed_rounding;
    return request;
}

/* Judges every reading that counts and adds one row, or with `readings` one for each. */
static attain_status add_target(scoring *s, uint32_t target, uint32_t unit, const atn_row_period *period,
                                attain_period as_of, attain_error *err)
{
    const atn_target *const at = &s->model->targets[target];
    const uint32_t outside =
        in_scope(s->model, at, unit, period->days.end_day) ? 0u : (uint32_t)ATTAIN_FLAG_OUTSIDE_SCOPE;
    uint32_t first = 0;
    uint32_t n = 0;
    first_and_count(at, &first, &n);
    const uint64_t n_rows = s->options->readings ? n : 1;
    atn_judgement *const judged = s->judged;
    if (judged == NULL) { /* rows are counted only */
        s->n_rows += n_rows;
        return ATTAIN_OK;
    }
    const bool any_wanted = s->n_rows + n_rows > s->first && s->n_rows < s->end;
    for (uint32_t i = 0; any_wanted && i < n; i++) {
        atn_judge_request request = request_of(s, target, unit, period, as_of);
        request.reading = first + i;
        ATN_TRY(atn_judge_reading(s->eval, &request, &judged[i], err));
        judged[i].flags |= outside;
    }
    if (any_wanted && !s->options->readings) {
        atn_judge_combine(judged, n);
    }
    for (uint64_t i = 0; i < n_rows; i++) {
        if (in_window(s)) {
            atn_row row;
            fill_row(s, target, unit, period, &judged[i], &row);
            row.reading = s->options->readings || at->chosen != ATN_NONE ? first + (uint32_t)i : ATN_NONE;
            ATN_TRY(atn_table_add(s->table, &row, &judged[i], err));
        }
        s->n_rows += 1;
    }
    return ATTAIN_OK;
}

/* No deadline and no facts give no period: the row stands without one. */
static atn_row_period period_of(const scoring *s, const atn_target *target, attain_period as_of)
{
    atn_row_period period = atn_row_period_of(target->due, as_of);
    if (!period.is_valid) {
        period.days.start_day = s->default_as_of.start_day;
        period.days.end_day = s->default_as_of.end_day;
    }
    return period;
}

static attain_status add_unit(scoring *s, uint32_t target, uint32_t unit, attain_error *err)
{
    const atn_target *const at = &s->model->targets[target];
    for (size_t i = 0; i < s->n_as_of && s->n_rows < s->end; i++) {
        const atn_row_period period = period_of(s, at, s->as_of[i]);
        if (!has_row(s, at, unit, period.days.end_day)) {
            continue;
        }
        if (at->is_milestone) {
            ATN_TRY(add_milestone(s, target, unit, &period, err));
        } else {
            ATN_TRY(add_target(s, target, unit, &period, s->as_of[i], err));
        }
    }
    return ATTAIN_OK;
}

/* Rows that a target has when the units are asked for: known without looking at them, so that a window far down the
 * scorecard is reached target by target and not row by row. */
static uint64_t rows_of_asked(const scoring *s, const atn_target *target)
{
    uint32_t first = 0;
    uint32_t n = 0;
    first_and_count(target, &first, &n);
    const uint64_t n_units = s->options->all_units ? s->model->n_units : s->n_asked;
    return n_units * s->n_as_of * (s->options->readings ? n : 1u);
}

static attain_status add_all_units(scoring *s, uint32_t target, attain_error *err)
{
    const atn_target *const at = &s->model->targets[target];
    if (at->scope == ATN_SCOPE_PROGRAMME && !units_are_asked(s)) {
        return at->scope_unit == ATN_NONE ? ATTAIN_OK : add_unit(s, target, at->scope_unit, err);
    }
    if (units_are_asked(s) && !at->is_milestone) {
        const uint64_t n_rows = rows_of_asked(s, at);
        if (s->eval == NULL || s->n_rows + n_rows <= s->first) {
            s->n_rows += n_rows;
            return ATTAIN_OK;
        }
    }
    for (uint32_t unit = 0; unit < s->model->n_units && s->n_rows < s->end; unit++) {
        ATN_TRY(add_unit(s, target, unit, err));
    }
    return ATTAIN_OK;
}

static uint32_t asked_target(const scoring *s, size_t i)
{
    return s->options->targets != NULL ? s->options->targets[i] : (uint32_t)i;
}

static attain_status run(scoring *s, attain_error *err)
{
    const attain_score_options *const o = s->options;
    for (size_t i = 0; i < s->n_targets && s->n_rows < s->end; i++) {
        if (s->sheet_of != NULL && s->sheet_of[i] != SIZE_MAX) {
            ATN_TRY(atn_table_add_sheet(s->table, s->sheet_of[i], err));
        } else {
            ATN_TRY(add_all_units(s, asked_target(s, i), err));
        }
        if (o->progress != NULL && o->progress(o->progress_ctx, i + 1, s->n_targets) != 0) {
            return atn_error_set(err, ATTAIN_E_CANCELLED, "scoring was cancelled after %zu of %zu targets",
                                 i + 1, s->n_targets);
        }
    }
    return ATTAIN_OK;
}

/* ---- sheets ---- */

/* A cube holds every unit, so a target at a few units of a large plan is left to the judge: one of FEW at least. */
#define FEW 16
#define SMALL_PLAN 4096

/* Units and marks of one target; targets of one scope after another share the work. */
typedef struct listing {
    uint32_t *units;
    uint8_t *marks;
    uint32_t n_units;
    bool any_mark;
    const atn_target *of; /* NULL: of none yet */
    int32_t day;
} listing;

static bool same_scope(const atn_target *a, const atn_target *b)
{
    return a == b || (a->scope == b->scope && a->scope != ATN_SCOPE_UNITS && a->scope_unit == b->scope_unit &&
                      a->scope_type == b->scope_type);
}

/* The units that have rows for periods that end on the day. */
static void list_units(const scoring *s, const atn_target *target, int32_t day, listing *out)
{
    if (out->of != NULL && out->day == day && same_scope(out->of, target)) {
        return;
    }
    out->of = target;
    out->day = day;
    out->n_units = 0;
    out->any_mark = false;
    for (uint32_t unit = 0; unit < s->model->n_units; unit++) {
        if (!has_row(s, target, unit, day)) {
            continue;
        }
        const unsigned marks = (in_scope(s->model, target, unit, day) ? 0u : (unsigned)ATN_MARK_OUTSIDE) |
                               (atn_unit_is_valid(s->model, unit, day) ? 0u : (unsigned)ATN_MARK_NOT_VALID);
        out->units[out->n_units] = unit;
        out->marks[out->n_units++] = (uint8_t)marks;
        out->any_mark = out->any_mark || marks != 0;
    }
}

static attain_status offer_target(scoring *s, atn_book *book, size_t i, listing *units, attain_error *err)
{
    const atn_target *const target = &s->model->targets[asked_target(s, i)];
    const uint32_t n_all = s->model->n_units;
    bool taken = false;
    s->sheet_of[i] = SIZE_MAX;
    if (target->is_milestone || s->n_as_of == 0) {
        return ATTAIN_OK;
    }
    list_units(s, target, period_of(s, target, s->as_of[0]).days.end_day, units);
    if (n_all > SMALL_PLAN && units->n_units < n_all / FEW) {
        return ATTAIN_OK;
    }
    ATN_TRY(
        atn_book_offer(book, s->facts, s->options, asked_target(s, i), s->as_of, s->n_as_of, &taken, err));
    if (taken) {
        s->sheet_of[i] = book->n_sheets - 1;
        ATN_TRY(atn_book_list(book, units->n_units < n_all ? units->units : NULL,
                              units->any_mark ? units->marks : NULL, units->n_units, err));
    }
    return ATTAIN_OK;
}

static attain_status fill_book(scoring *s, atn_book *book, bool *plain, attain_error *err)
{
    const attain_allocator *const alloc = &s->plan->alloc;
    const size_t n_units = s->model->n_units;
    attain_status status = ATTAIN_OK;
    listing units = {.units = atn_alloc_array(alloc, n_units, sizeof *units.units),
                     .marks = atn_alloc_array(alloc, n_units, sizeof *units.marks)};
    if (units.units == NULL || units.marks == NULL) {
        status = atn_error_memory(err, "listing units");
    }
    for (size_t i = 0; status == ATTAIN_OK && i < s->n_targets; i++) {
        status = offer_target(s, book, i, &units, err);
    }
    if (units.units != NULL) {
        atn_alloc_free_array(alloc, units.units, n_units, sizeof *units.units);
    }
    if (units.marks != NULL) {
        atn_alloc_free_array(alloc, units.marks, n_units, sizeof *units.marks);
    }
    *plain = false;
    return status == ATTAIN_OK && book->n_sheets > 0 ? atn_book_make(book, s->facts, plain, err) : status;
}

static void leave_refused(scoring *s, const atn_book *book)
{
    for (size_t i = 0; i < s->n_targets; i++) {
        if (s->sheet_of[i] != SIZE_MAX && book->sheets[s->sheet_of[i]].is_refused) {
            s->sheet_of[i] = SIZE_MAX;
        }
    }
}

/* Which targets become sheets. A window is taken row by row: it may be one of many, and each would make the cube again. */
static attain_status plan_sheets(scoring *s, attain_error *err)
{
    const bool has_window = s->first > 0 || s->end != UINT64_MAX;
    atn_book *book = NULL;
    bool plain = false;
    if ((s->options->tuning & ATTAIN_TUNE_ROW_BY_ROW) != 0 || has_window) {
        return ATTAIN_OK;
    }
    s->sheet_of = atn_alloc_array(&s->plan->alloc, s->n_targets, sizeof *s->sheet_of);
    if (s->sheet_of == NULL) {
        return atn_error_memory(err, "scoring");
    }
    ATN_TRY(atn_book_new(s->plan, s->options, &book, err));
    const attain_status status = fill_book(s, book, &plain, err);
    if (status == ATTAIN_OK && plain) {
        leave_refused(s, book);
        atn_table_take_book(s->table, book);
        return ATTAIN_OK;
    }
    atn_book_free(book);
    atn_alloc_free_array(&s->plan->alloc, s->sheet_of, s->n_targets, sizeof *s->sheet_of);
    s->sheet_of = NULL;
    return status;
}

/* ---- arguments ---- */

static attain_status check_indices(const uint32_t *items, size_t n, size_t limit, const char *what,
                                   attain_error *err)
{
    for (size_t i = 0; items != NULL && i < n; i++) {
        if (items[i] >= limit) {
            return atn_error_at_index(err, ATTAIN_E_ARGUMENT, (int64_t)i,
                                      "%s %u; the plan has %zu of them, counted from 0", what, items[i],
                                      limit);
        }
    }
    return ATTAIN_OK;
}

attain_status atn_score_schema(const attain_plan *plan, const attain_facts *facts, attain_error *err)
{
    const uint64_t *const other = atn_facts_plan(facts)->model.schema;
    if (memcmp(plan->model.schema, other, sizeof plan->model.schema) != 0) {
        return atn_error_set(err, ATTAIN_E_SCHEMA,
                             "the facts were read for a plan with other units, measures or categories; plan "
                             "and facts must share them");
    }
    return ATTAIN_OK;
}

/* The asked units as bits: asked for once each, in tree order, however they were listed. */
static attain_status mark_asked(scoring *s, attain_error *err)
{
    if (s->options->units == NULL || s->options->all_units) {
        return ATTAIN_OK;
    }
    s->n_words = (size_t)s->model->n_units / 64 + 1;
    s->asked = atn_alloc_array(&s->plan->alloc, s->n_words, sizeof *s->asked);
    if (s->asked == NULL) {
        return atn_error_memory(err, "choosing units");
    }
    for (size_t i = 0; i < s->options->n_units; i++) {
        const uint32_t unit = s->options->units[i];
        s->n_asked += atn_bit_get(s->asked, unit) ? 0 : 1;
        atn_bit_set(s->asked, unit);
    }
    return ATTAIN_OK;
}

static attain_status prepare(scoring *s, const attain_plan *plan, const attain_facts *facts,
                             const attain_score_options *options, attain_error *err)
{
    memset(s, 0, sizeof *s);
    s->plan = plan;
    s->facts = facts;
    s->model = &plan->model;
    s->options = options;
    s->default_as_of = atn_facts_last_period(facts);
    s->as_of = options->as_of != NULL ? options->as_of : &s->default_as_of;
    s->n_as_of = options->as_of != NULL ? options->n_as_of : 1;
    s->default_as_of =
        s->n_as_of > 0 ? s->as_of[0] : s->default_as_of; /* of a board it may be that of former facts */
    s->n_targets = options->targets != NULL ? options->n_targets : s->model->n_targets;
    s->first = options->skip_rows;
    s->end = options->limit_rows == 0 || options->limit_rows > UINT64_MAX - s->first
                 ? UINT64_MAX
                 : s->first + options->limit_rows;
    ATN_TRY(check_indices(options->targets, options->n_targets, s->model->n_targets, "target", err));
    ATN_TRY(check_indices(options->units, options->n_units, s->model->n_units, "unit", err));
    if (options->printed_digits > 18) {
        (void)atn_error_set(err, ATTAIN_E_ARGUMENT,
                            "%d printed digits; 1 to 18 (0 for the default, -1 for none) are possible",
                            options->printed_digits);
        return ATTAIN_E_ARGUMENT;
    }
    for (uint32_t i = 0; i < s->model->n_targets; i++) {
        const uint32_t n = s->model->targets[i].n_readings;
        s->most_readings = n > s->most_readings ? n : s->most_readings;
    }
    s->most_readings = s->most_readings == 0 ? 1 : s->most_readings;
    ATN_TRY(atn_score_schema(plan, facts, err));
    return mark_asked(s, err);
}

static void finish(scoring *s)
{
    if (s->judged != NULL) {
        atn_alloc_free_array(&s->plan->alloc, s->judged, s->most_readings, sizeof *s->judged);
    }
    if (s->asked != NULL) {
        atn_alloc_free_array(&s->plan->alloc, s->asked, s->n_words, sizeof *s->asked);
    }
    if (s->sheet_of != NULL) {
        atn_alloc_free_array(&s->plan->alloc, s->sheet_of, s->n_targets, sizeof *s->sheet_of);
    }
    atn_eval_free(s->eval);
}

attain_status atn_score(const attain_plan *plan, const attain_facts *facts,
                        const attain_score_options *options, attain_table **out, attain_error *err)
{
    scoring s;
    ATN_TRY(prepare(&s, plan, facts, options, err));
    attain_status status = atn_table_new(plan, true, NULL, 0, &s.table, err);
    if (status != ATTAIN_OK) {
        goto out;
    }
    status = atn_eval_new(plan, facts, &s.eval, err);
    if (status != ATTAIN_OK) {
        goto out;
    }
    s.judged = atn_alloc_array(&plan->alloc, s.most_readings, sizeof *s.judged);
    if (s.judged == NULL) {
        status = atn_error_memory(err, "scoring");
        goto out;
    }
    status = plan_sheets(&s, err);
    if (status == ATTAIN_OK) {
        status = run(&s, err);
    }
out:
    finish(&s);
    if (status != ATTAIN_OK) {
        atn_table_free(s.table);
        return status;
    }
    *out = s.table;
    return ATTAIN_OK;
}

attain_status atn_score_count(const attain_plan *plan, const attain_facts *facts,
                              const attain_score_options *options, uint64_t *n_rows, attain_error *err)
{
    attain_score_options all = *options;
    all.skip_rows = all.limit_rows = 0;
    all.progress = NULL;
    scoring s;
    ATN_TRY(prepare(&s, plan, facts, &all, err));
    const attain_status status = run(&s, err);
    finish(&s);
    if (status == ATTAIN_OK) {
        *n_rows = s.n_rows;
    }
    return status;
}

attain_status atn_score_rows(const attain_plan *plan, const attain_facts *facts,
                             const attain_score_options *options, const atn_score_part *part,
                             size_t *first_row, attain_table **out, attain_error *err)
{
    scoring s;
    ATN_TRY(prepare(&s, plan, facts, options, err));
    attain_status status = atn_table_new(plan, true, NULL, 0, &s.table, err);
    if (status == ATTAIN_OK) {
        status = atn_eval_new(plan, facts, &s.eval, err);
    }
    s.judged = atn_alloc_array(&plan->alloc, s.most_readings, sizeof *s.judged);
    if (status == ATTAIN_OK && s.judged == NULL) {
        status = atn_error_memory(err, "scoring");
    }
    for (size_t i = 0; i < part->n_targets; i++) {
        first_row[i] = (size_t)s.n_rows;
        for (size_t u = 0; status == ATTAIN_OK && u < part->n_units; u++) {
            status = add_unit(&s, part->targets[i], part->units != NULL ? part->units[u] : (uint32_t)u, err);
        }
    }
    first_row[part->n_targets] = (size_t)s.n_rows;
    finish(&s);
    if (status != ATTAIN_OK) {
        atn_table_free(s.table);
        return status;
    }
    *out = s.table;
    return ATTAIN_OK;
}
