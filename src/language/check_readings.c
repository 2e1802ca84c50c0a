/* Readings: a phrase becomes a proposition about the value of an indicator, with exact levels.
 *
 *   phrase                                    reading
 *   density at least 1 per 5000               AT_LEAST, level 1/5000
 *   helped up at least 30% over 2025          UP, change 3/10 relative, over 2025
 *     reads as relative or points             ... and a second one, change 3/10 points
 *   satisfied about 80% within 5 points       ABOUT, level 4/5, tolerance 1/20 points
 *
 * Percent here is always a hundredth: 90% is 9/10, whatever the indicator is shown in. "Points" are
 * hundredths of a whole too, so they mean something for shares and percents alone: 30 points of a head count
 * are nothing.
 *
 * A plain number beside a plain indicator may not be finer than what is counted: `trained at least 90.000` is
 * a slip of grouping. */
#include "language/check.h"

static atn_ratio number_ratio(const atn_number *n)
{
    return atn_ratio_from_decimal(atn_i128_from_i64(n->mantissa), n->decimals + (n->percent ? 2u : 0u));
}

static const atn_indicator *indicator_at(const atn_checker *c, uint32_t indicator)
{
    return indicator == ATN_NONE ? NULL : &c->model->indicators[indicator];
}

static bool is_in_percent(const atn_indicator *indicator)
{
    return indicator->share || indicator->is_percent || indicator->shown == ATN_SHOWN_PERCENT;
}

/* ---- values ---- */

static bool check_per(atn_checker *c, const atn_value *value)
{
    if (value->per.mantissa == 0) {
        ATN_CHECK_ERROR(c, value->per.span, ATN_NO_HINT, "nothing is divided by 0");
        return false;
    }
    if (value->per.decimals != 0 || value->per.percent || value->per.mantissa < 0) {
        ATN_CHECK_SAY(c, ATTAIN_ERROR, ATTAIN_E_DIGITS, value->per.span,
                      ATN_STR("if the point groups thousands, write the number without it, or `numbers vi` "
                              "at the top of the file"),
                      "after `per` or '/' a whole number above 0 is required");
        return false;
    }
    return true;
}

static bool check_fineness(atn_checker *c, const atn_value *value, const atn_indicator *indicator)
{
    const bool is_plain =
        indicator != NULL && !indicator->has_denominator && !value->has_per && !value->number.percent;
    if (!is_plain || value->number.decimals <= indicator->decimals) {
        return true;
    }
    ATN_CHECK_SAY(c, ATTAIN_ERROR, ATTAIN_E_DIGITS, value->number.span,
                  ATN_STR("if the point groups thousands, write the number without it, or `numbers vi` at "
                          "the top of the file"),
                  "this number has %d decimals, '%s' has %d", value->number.decimals,
                  atn_check_text(c, indicator->id), indicator->decimals);
    return false;
}

static void warn_percent(atn_checker *c, const atn_value *value, const atn_indicator *indicator)
{
    if (indicator == NULL || value->has_per) {
        return;
    }
    const atn_ratio one = atn_ratio_from_i64(1);
    const atn_ratio v = number_ratio(&value->number);
    if (value->number.percent && !indicator->has_denominator && !indicator->is_percent) {
        ATN_CHECK_WARN(c, value->number.span, ATN_NO_HINT,
                       "'%s' is no ratio: '%%' means hundredths of one unit here",
                       atn_check_text(c, indicator->id));
    } else if (!value->number.percent && indicator->is_percent && atn_ratio_compare(&v, &one) > 0) {
        ATN_CHECK_WARN(
            c, value->number.span, ATN_NO_HINT,
            "'%s' is a percent, and a plain number above 1 is more than 100%%: is a %% sign missing?",
            atn_check_text(c, indicator->id));
    }
}

/* Value of the text; *bad after a finding. */
static atn_ratio value_of(atn_checker *c, const atn_value *value, uint32_t indicator, bool *bad)
{
    const atn_indicator *const of = indicator_at(c, indicator);
    atn_ratio v = number_ratio(&value->number);
    if (!check_fineness(c, value, of) || (value->has_per && !check_per(c, value))) {
        *bad = true;
        return atn_ratio_zero();
    }
    warn_percent(c, value, of);
    if (value->has_per) {
        const atn_ratio per = number_ratio(&value->per);
        atn_ratio_div(&v, &v, &per);
    }
    atn_ratio_reduce(&v);
    return v;
}

void atn_check_base(atn_checker *c, const atn_base_text *text, uint32_t indicator, atn_base *out)
{
    bool bad = false;
    *out = (atn_base){.kind = text->kind, .period = text->period, .stated = atn_ratio_zero()};
    if (text->kind == ATN_BASE_STATED) {
        out->stated = value_of(c, &text->value, indicator, &bad);
    }
}

/* ---- the parts of a phrase ---- */

/* 30 % and 30 points alike are 0.30; what they are of differs. */
static atn_ratio amount(atn_checker *c, const atn_number *n, atn_amount kind, const atn_indicator *of,
                        const char *instead)
{
    if (n->mantissa < 0) {
        ATN_CHECK_ERROR(c, n->span, ATN_NO_HINT,
                        "an amount is not negative; `up` and `down` tell the direction");
    }
    if (kind == ATN_AMOUNT_POINTS && of != NULL && !is_in_percent(of)) {
        ATN_CHECK_ERROR(c, n->span, ATN_NO_HINT,
                        "points are hundredths of a whole; '%s' is neither a share nor a percent: %s",
                        atn_check_text(c, of->id), instead);
    }
    atn_ratio v = atn_ratio_from_decimal(atn_i128_from_i64(n->mantissa), n->decimals + 2u);
    atn_ratio_reduce(&v);
    return v;
}

static atn_op op_of(atn_op_word word)
{
    switch (word) {
    case ATN_WORD_AT_LEAST:
    case ATN_WORD_REACHES: return ATN_OP_AT_LEAST;
    case ATN_WORD_AT_MOST: return ATN_OP_AT_MOST;
    case ATN_WORD_MORE_THAN: return ATN_OP_MORE_THAN;
    case ATN_WORD_LESS_THAN: return ATN_OP_LESS_THAN;
    case ATN_WORD_EXACTLY: return ATN_OP_EXACTLY;
    case ATN_WORD_BETWEEN: return ATN_OP_BETWEEN;
    case ATN_WORD_ABOUT: return ATN_OP_ABOUT;
    case ATN_WORD_UP: return ATN_OP_UP;
    case ATN_WORD_DOWN: return ATN_OP_DOWN;
    case ATN_WORD_NOT_QUANTIFIED: return ATN_OP_NOT_QUANTIFIED;
    }
    return ATN_OP_NOT_QUANTIFIED;
}

/* A share beyond 0 to 100 %: judged as infeasible, and most likely a slip. */
static void warn_infeasible(atn_checker *c, const atn_phrase *phrase, const atn_reading *r,
                            const atn_indicator *of)
{
    if (of == NULL || !of->share) {
        return;
    }
    const atn_ratio one = atn_ratio_from_i64(1);
    const int to_one = atn_ratio_compare(&r->level, &one);
    const int sign = atn_ratio_sign(&r->level);
    const bool too_high = r->op == ATN_OP_MORE_THAN                              ? to_one >= 0
                          : r->op == ATN_OP_AT_MOST || r->op == ATN_OP_LESS_THAN ? false
                                                                                 : to_one > 0;
    const bool too_low = (r->op == ATN_OP_AT_MOST && sign < 0) || (r->op == ATN_OP_LESS_THAN && sign <= 0);
    if (too_high || too_low) {
        ATN_CHECK_WARN(c, phrase->value.number.span, ATN_NO_HINT,
                       "'%s' is a share and can never be %s than %s%%: this cannot be met",
                       atn_check_text(c, of->id), too_high ? "more" : "less", too_high ? "100" : "0");
    }
}

static void read_level(atn_checker *c, const atn_phrase *phrase, atn_reading *r)
{
    bool bad = false;
    const uint32_t of =
        phrase->within != NULL ? ATN_NONE : r->indicator; /* within another, a count becomes a ratio */
    r->level = value_of(c, &phrase->value, of, &bad);
    if (r->op == ATN_OP_BETWEEN) {
        r->level_high = value_of(c, &phrase->value_high, of, &bad);
        if (!bad && atn_ratio_compare(&r->level, &r->level_high) > 0) {
            bad = true;
            ATN_CHECK_ERROR(c, phrase->span, ATN_NO_HINT,
                            "the lower end stands first: `between LOW and HIGH`");
        }
    }
    const bool can_be_about = r->op == ATN_OP_ABOUT || r->at_least_about;
    if (phrase->has_within_tolerance) {
        r->tolerance_kind = phrase->tolerance_kind;
        r->tolerance = amount(c, &phrase->tolerance, phrase->tolerance_kind, indicator_at(c, r->indicator),
                              "write `within N%`");
        if (!can_be_about) {
            ATN_CHECK_ERROR(c, phrase->tolerance.span, ATN_NO_HINT,
                            "a tolerance belongs to `about`: `about 80%% within 5 points`");
        }
    }
    if (bad) {
        r->indicator = ATN_NONE; /* nothing more is said about it */
    } else {
        warn_infeasible(c, phrase, r, indicator_at(c, r->indicator));
    }
}

static void read_change(atn_checker *c, const atn_target *target, const atn_phrase *phrase, atn_amount kind,
                        atn_reading *r)
{
    const atn_ratio one = atn_ratio_from_i64(1);
    if (phrase->has_amount) {
        r->change_kind = kind;
        r->change = amount(c, &phrase->amount, kind, indicator_at(c, r->indicator),
                           "write `N%`, or declare the indicator a `share`");
        r->op_implicit = !phrase->at_least;
        if (r->op == ATN_OP_DOWN && kind == ATN_AMOUNT_RELATIVE && atn_ratio_compare(&r->change, &one) > 0) {
            ATN_CHECK_WARN(c, phrase->amount.span, ATN_NO_HINT, "down by more than 100%% leads below 0");
        }
    }
    if (!phrase->has_over && target->baseline.kind == ATN_BASE_NONE && !phrase->has_since) {
        ATN_CHECK_WARN(
            c, phrase->span, ATN_STR("say `over 2020`, or `over 40% stated for 2020`, or `baseline 2020`"),
            "the text does not say compared with what; the verdict stays undetermined (no_baseline)");
    }
}

/* `since` adds up slots, so something in the numerator must be counted by slots. */
static void check_since(atn_checker *c, const atn_target *target, const atn_phrase *phrase,
                        const atn_indicator *of)
{
    const atn_item *const item = phrase->since_item;
    const atn_span span = item == NULL ? phrase->span : item->span;
    if (target->due.type != ATTAIN_PERIOD_NONE && phrase->since.start_day > target->due.end_day) {
        ATN_CHECK_ERROR(c, span, ATN_NO_HINT, "since %s begins after the deadline %s",
                        atn_check_period(c, phrase->since), atn_check_period(c, target->due));
    }
    bool adds_up = of == NULL || of->numerator.n_terms == 0;
    for (uint32_t i = 0; of != NULL && i < of->numerator.n_terms && !adds_up; i++) {
        const atn_term *const term = &((const atn_term *)c->terms.items)[of->numerator.first_term + i];
        adds_up = term->kind == ATN_TERM_MEASURE && c->model->measures[term->index].is_flow;
    }
    if (!adds_up) {
        ATN_CHECK_ERROR(c, span, ATN_NO_HINT,
                        "`since` adds up from period to period and needs a flow; '%s' is a state on a day",
                        atn_check_text(c, of->id));
    }
}

static void read_within(atn_checker *c, const atn_phrase *phrase, atn_reading *r)
{
    r->within = atn_check_indicator(c, phrase->within);
    const atn_indicator *const whole = indicator_at(c, r->within);
    const atn_indicator *const part = indicator_at(c, r->indicator);
    if (whole == NULL || part == NULL) {
        return;
    }
    if (r->within == r->indicator) {
        ATN_CHECK_ERROR(c, phrase->within->span, ATN_NO_HINT, "'%s' within itself is always 1",
                        atn_check_text(c, whole->id));
    } else if (whole->is_percent || part->is_percent) {
        ATN_CHECK_ERROR(c, phrase->within->span, ATN_NO_HINT,
                        "`within` divides the count of '%s' by the count of '%s', and '%s' is a percent: a "
                        "count is required",
                        atn_check_text(c, part->id), atn_check_text(c, whole->id),
                        atn_check_text(c, (whole->is_percent ? whole : part)->id));
    }
}

static void check_over(atn_checker *c, const atn_target *target, const atn_phrase *phrase,
                       const atn_base *base)
{
    if ((base->kind == ATN_BASE_PERIOD || base->kind == ATN_BASE_STATED) &&
        target->due.type != ATTAIN_PERIOD_NONE && base->period.end_day >= target->due.end_day) {
        ATN_CHECK_ERROR(c, phrase->over.span, ATN_NO_HINT,
                        "the baseline %s does not lie before the deadline %s",
                        atn_check_period(c, base->period), atn_check_period(c, target->due));
    }
}

/* Exact means of many slots need lcm(1..n); the whole span of the phrase must stay within 24. */
static void check_mean_slots(atn_checker *c, const atn_target *target, const atn_phrase *phrase,
                             const atn_form *form)
{
    for (uint32_t i = 0; i < form->n_terms; i++) {
        const atn_term *const term = &((const atn_term *)c->terms.items)[form->first_term + i];
        const atn_measure *const measure =
            term->kind == ATN_TERM_MEASURE ? &c->model->measures[term->index] : NULL;
        if (measure == NULL || measure->law_time != ATN_LAW_MEAN || measure->reported == ATTAIN_PERIOD_NONE ||
            target->due.type == ATTAIN_PERIOD_NONE) {
            continue;
        }
        attain_period first;
        const int32_t start = phrase->has_since ? phrase->since.start_day : target->due.start_day;
        const uint32_t n = atn_period_slots(measure->reported, 1, start, target->due.end_day, &first);
        if (n > ATN_MAX_MEAN_SLOTS) {
            ATN_CHECK_SAY(c, ATTAIN_ERROR, ATTAIN_E_LIMIT, phrase->span, ATN_NO_HINT,
                          "the mean of '%s' is taken over %u slots (%s); at most %u are allowed",
                          atn_check_text(c, measure->id), (unsigned)n, atn_check_rhythm(measure->reported),
                          ATN_MAX_MEAN_SLOTS);
        }
    }
}

/* ---- the reading ---- */

static atn_str phrase_text(atn_checker *c, const atn_phrase *phrase, atn_amount kind)
{
    atn_phrase as_read = *phrase;
    as_read.amount_kind = kind;
    as_read.amount.percent = kind == ATN_AMOUNT_RELATIVE;
    atn_buf buf;
    atn_buf_init(&buf, &c->plan->alloc);
    atn_write_phrase(&buf, &as_read);
    return atn_check_keep(c, &buf);
}

static void add_reading(atn_checker *c, const atn_target *target, const atn_phrase *phrase, atn_amount kind,
                        atn_str name)
{
    atn_reading r = {.name = name,
                     .op = op_of(phrase->op),
                     .indicator = ATN_NONE,
                     .within = ATN_NONE,
                     .span = phrase->span};
    r.level = r.level_high = r.tolerance = r.change = r.over.stated = atn_ratio_zero();
    r.phrase = phrase_text(c, phrase, kind);
    r.op_implicit = phrase->op == ATN_WORD_REACHES;
    r.at_least_about = phrase->op == ATN_WORD_AT_LEAST && phrase->about;
    if (r.op != ATN_OP_NOT_QUANTIFIED && phrase->indicator != NULL) {
        r.indicator = atn_check_indicator(c, phrase->indicator);
    }
    const atn_indicator *const of = indicator_at(c, r.indicator);
    if (r.op == ATN_OP_UP || r.op == ATN_OP_DOWN) {
        read_change(c, target, phrase, kind, &r);
    } else if (r.op != ATN_OP_NOT_QUANTIFIED) {
        read_level(c, phrase, &r);
    }
    if (phrase->has_over) {
        atn_check_base(c, &phrase->over, r.indicator, &r.over);
        check_over(c, target, phrase, &r.over);
    }
    if (phrase->has_since) {
        r.since = phrase->since;
        check_since(c, target, phrase, of);
    }
    if (phrase->within != NULL) {
        read_within(c, phrase, &r);
    }
    if (of != NULL) {
        check_mean_slots(c, target, phrase, &of->numerator);
        check_mean_slots(c, target, phrase, &of->denominator);
    }
    const atn_indicator *const whole = indicator_at(c, r.within);
    r.every_year = phrase->every_year;
    r.not_evaluated = r.every_year || r.over.kind == ATN_BASE_PREVIOUS ||
                      r.over.kind == ATN_BASE_YEAR_BEFORE || (of != NULL && of->not_evaluated) ||
                      (whole != NULL && whole->not_evaluated);
    atn_reading *const kept = atn_check_append(c, &c->readings, sizeof *kept);
    if (kept != NULL) {
        *kept = r;
    }
}

static atn_str expanded_name(atn_checker *c, const atn_item *name, const char *kind)
{
    atn_buf buf;
    atn_buf_init(&buf, &c->plan->alloc);
    if (name != NULL) {
        atn_buf_str(&buf, name->text);
        atn_buf_char(&buf, ':');
    }
    atn_buf_text(&buf, kind);
    return atn_check_keep(c, &buf);
}

/* The last reading once more, in points: all else about the phrase has been said. */
static void add_points(atn_checker *c, const atn_phrase *phrase)
{
    atn_reading *const r = atn_check_append(c, &c->readings, sizeof *r);
    if (r == NULL) {
        return;
    }
    *r = r[-1];
    r->name = expanded_name(c, phrase->reading, "points");
    r->phrase = phrase_text(c, phrase, ATN_AMOUNT_POINTS);
    r->change_kind = ATN_AMOUNT_POINTS;
    r->change = amount(c, &phrase->amount, ATN_AMOUNT_POINTS, indicator_at(c, r->indicator),
                       "declare it a `share`, or say which of the two is meant");
}

void atn_check_phrase(atn_checker *c, const atn_target *target, const atn_phrase *phrase, bool reads_both)
{
    if (reads_both && phrase->has_amount) {
        add_reading(c, target, phrase, ATN_AMOUNT_RELATIVE, expanded_name(c, phrase->reading, "relative"));
        if (!c->failed) {
            add_points(c, phrase);
        }
        return;
    }
    add_reading(c, target, phrase, phrase->amount_kind, atn_check_item_text(phrase->reading));
}
