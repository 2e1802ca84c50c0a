/* Parser: attributes. The tables at the end are the table of the language, one line per attribute; above them stand the readers, each for
 * what follows the words of its attribute. */
#include "language/parser.h"

/* --- attributes: one reader per form --- */

static bool read_in(atn_parser *p, const atn_attr_rule *rule, atn_attr *attr)
{
    (void)rule;
    return atn_parser_id(p, "the id of the unit above", &attr->items);
}

static bool read_day(atn_parser *p, const atn_attr_rule *rule, atn_attr *attr)
{
    (void)rule;
    return atn_parser_day(p, "a day like 2025-06-30", &attr->day);
}

static bool read_string(atn_parser *p, const atn_attr_rule *rule, atn_attr *attr)
{
    (void)rule;
    return atn_parser_string(p, "a string", &attr->items);
}

/* source "document" ["the deciding words"]: the first string stands alone, those behind it are joined. */
static bool read_source(atn_parser *p, const atn_attr_rule *rule, atn_attr *attr)
{
    (void)rule;
    if (!atn_parser_one_string(p, "a string (the document)", &attr->items)) {
        return false;
    }
    return atn_parser_peek(p)->kind != ATN_TOKEN_STRING ||
           atn_parser_string(p, "a string", &attr->items->next);
}

/* UNIT of measure: a word or a string. */
static bool read_unit_of_measure(atn_parser *p, const atn_attr_rule *rule, atn_attr *attr)
{
    (void)rule;
    return atn_parser_peek(p)->kind == ATN_TOKEN_STRING
               ? atn_parser_string(p, "a unit of measure", &attr->items)
               : atn_parser_id(p, "a unit of measure (a word or a string)", &attr->items);
}

static bool read_decimals(atn_parser *p, const atn_attr_rule *rule, atn_attr *attr)
{
    (void)rule;
    return atn_parser_whole(p, "the number of decimals", 0, 9, &attr->number);
}

static bool read_categories(atn_parser *p, const atn_attr_rule *rule, atn_attr *attr)
{
    (void)rule;
    return atn_parser_list(p, atn_parser_name, "a category", &attr->items);
}

static bool read_law(atn_parser *p, const atn_attr_rule *rule, atn_attr *attr)
{
    attr->law = (atn_law)rule->argument;
    return atn_parser_name(p, "'units', 'time' or a category", &attr->items);
}

static bool read_every(atn_parser *p, attain_period_type *every)
{
    static const char *const words[] = {"daily", "weekly", "monthly", "quarterly", "half-yearly", "yearly"};
    static const attain_period_type types[] = {ATTAIN_PERIOD_DAY,       ATTAIN_PERIOD_WEEK,
                                               ATTAIN_PERIOD_MONTH,     ATTAIN_PERIOD_QUARTER,
                                               ATTAIN_PERIOD_HALF_YEAR, ATTAIN_PERIOD_YEAR};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (atn_parser_take(p, words[i])) {
            *every = types[i];
            return true;
        }
    }
    return atn_parser_require(p, "daily, weekly, monthly, quarterly, half-yearly or yearly");
}

static bool read_reported(atn_parser *p, const atn_attr_rule *rule, atn_attr *attr)
{
    (void)rule;
    if (!read_every(p, &attr->every)) {
        return false;
    }
    return !atn_parser_take(p, "by") || atn_parser_id(p, "a type of units after 'by'", &attr->items);
}

static bool read_any_level(atn_parser *p, const atn_attr_rule *rule, atn_attr *attr)
{
    (void)rule;
    if (!atn_parser_expect(p, "level", "after 'at any'")) {
        return false;
    }
    attr->number.mantissa = atn_parser_take(p, "adds");
    return attr->number.mantissa == 1 || atn_parser_expect(p, "replaces", "or 'adds' after 'at any level'");
}

static bool read_carry(atn_parser *p, const atn_attr_rule *rule, atn_attr *attr)
{
    (void)rule;
    return atn_parser_whole(p, "the number of years", 1, 1000, &attr->number) &&
           (atn_parser_take(p, "year") || atn_parser_expect(p, "years", "after the number"));
}

static bool read_day_and_string(atn_parser *p, const atn_attr_rule *rule, atn_attr *attr)
{
    return read_day(p, rule, attr) && atn_parser_string(p, "a string (the reason or evidence)", &attr->items);
}

/* A step of a reference: DATE VALUE. */
static bool read_step(atn_parser *p, atn_attr *attr, bool *taken)
{
    *taken = atn_parser_is_number(atn_parser_peek(p));
    attr->kind = ATN_ATTR_STEP;
    return !*taken || (atn_parser_day(p, "a day like 2025-06-30", &attr->day) &&
                       atn_parser_number(p, "the value from that day on", &attr->number));
}

/* shown as percent / per 1000 / 1 per N / plain */
static bool read_shown(atn_parser *p, const atn_attr_rule *rule, atn_attr *attr)
{
    (void)rule;
    if (atn_parser_take(p, "percent")) {
        attr->shown = ATN_SHOWN_PERCENT;
        return true;
    }
    if (atn_parser_take(p, "plain")) {
        attr->shown = ATN_SHOWN_PLAIN;
        return true;
    }
    if (atn_parser_take(p, "per")) {
        attr->shown = ATN_SHOWN_PER;
        return atn_parser_whole(p, "the number after 'per'", 1, 1000000000000, &attr->number);
    }
    attr->shown = ATN_SHOWN_ONE_PER;
    if (!atn_parser_take(p, "1")) {
        return atn_parser_require(p, "'percent', 'plain', 'per 1000' or '1 per N'");
    }
    return atn_parser_expect(p, "per", "after '1'") && atn_parser_expect(p, "N", "after '1 per'");
}

static bool read_annualised(atn_parser *p, const atn_attr_rule *rule, atn_attr *attr)
{
    (void)rule;
    attr->number.mantissa = atn_parser_take(p, "by");
    return attr->number.mantissa == 0 || atn_parser_expect(p, "months", "after 'annualised by'");
}

static bool read_thing(atn_parser *p, const atn_attr_rule *rule, atn_attr *attr)
{
    (void)rule;
    return atn_parser_name(p, "an indicator", &attr->items);
}

static bool read_mean_of(atn_parser *p, const atn_attr_rule *rule, atn_attr *attr)
{
    return atn_parser_id(p, "a type of units", &attr->items) &&
           atn_parser_expect(p, "to", "after the type") && read_decimals(p, rule, attr) &&
           (atn_parser_take(p, "decimal") || atn_parser_expect(p, "decimals", "after the number"));
}

static bool read_period(atn_parser *p, const atn_attr_rule *rule, atn_attr *attr)
{
    (void)rule;
    return atn_parser_period(p, "a period like 2025 or 2021..2025", &attr->period, &attr->period_item);
}

/* instrument "no." DATE [by UNIT] [supersedes "no."] [as written "..."] */
static bool read_instrument(atn_parser *p, const atn_attr_rule *rule, atn_attr *attr)
{
    if (!atn_parser_string(p, "a string (the number of the instrument)", &attr->items) ||
        !read_day(p, rule, attr)) {
        return false;
    }
    for (;;) {
        bool fine = true;
        if (attr->into == NULL && atn_parser_take(p, "by")) {
            fine = atn_parser_peek(p)->kind == ATN_TOKEN_STRING
                       ? atn_parser_string(p, "who issued it", &attr->into)
                       : atn_parser_id(p, "the id of a unit (or a string)", &attr->into);
        } else if (attr->supersedes == NULL && atn_parser_take(p, "supersedes")) {
            fine = atn_parser_string(p, "a string (the number of an instrument)", &attr->supersedes);
        } else if (attr->as_written == NULL && atn_parser_take(p, "as")) {
            fine = atn_parser_expect(p, "written", "after 'as'") &&
                   atn_parser_string(p, "a string (the date as the document has it)", &attr->as_written);
        } else {
            return true;
        }
        if (!fine) {
            return false;
        }
    }
}

static bool read_id(atn_parser *p, const atn_attr_rule *rule, atn_attr *attr)
{
    (void)rule;
    return atn_parser_id(p, "an id", &attr->items);
}

static bool read_ids(atn_parser *p, const atn_attr_rule *rule, atn_attr *attr)
{
    (void)rule;
    return atn_parser_list(p, atn_parser_id, "an id", &attr->items);
}

static bool read_measures(atn_parser *p, const atn_attr_rule *rule, atn_attr *attr)
{
    (void)rule;
    return atn_parser_list(p, atn_parser_name, "a measure", &attr->items);
}

static bool read_phase(atn_parser *p, const atn_attr_rule *rule, atn_attr *attr)
{
    return read_id(p, rule, attr) && read_period(p, rule, attr);
}

/* NAME: PHRASE, behind `reading` */
static bool read_reading(atn_parser *p, const atn_attr_rule *rule, atn_attr *attr)
{
    atn_item *name;
    (void)rule;
    if (!atn_parser_id(p, "the name of the reading", &name) ||
        !atn_parser_expect_sign(p, ATN_TOKEN_COLON, ":", "after the name of a reading") ||
        !atn_parser_phrase(p, &attr->phrase)) {
        return false;
    }
    attr->phrase->reading = name;
    return true;
}

static bool read_choose(atn_parser *p, const atn_attr_rule *rule, atn_attr *attr)
{
    if (!read_id(p, rule, attr)) {
        return false;
    }
    return atn_parser_peek(p)->kind != ATN_TOKEN_STRING ||
           atn_parser_string(p, "a string", &attr->items->next);
}

static bool read_reads_as(atn_parser *p, const atn_attr_rule *rule, atn_attr *attr)
{
    (void)rule;
    (void)attr;
    return atn_parser_expect(p, "relative", "after 'reads as'") &&
           atn_parser_expect(p, "or", "after 'relative'") &&
           atn_parser_expect(p, "points", "after 'relative or'");
}

static bool read_baseline(atn_parser *p, const atn_attr_rule *rule, atn_attr *attr)
{
    (void)rule;
    return atn_parser_base(p, &attr->base);
}

static bool read_path(atn_parser *p, const atn_attr_rule *rule, atn_attr *attr)
{
    (void)rule;
    attr->number.mantissa = atn_parser_take(p, "steps");
    return attr->number.mantissa == 1 || atn_parser_expect(p, "linear", "or 'steps' after 'path'");
}

static bool read_weight(atn_parser *p, const atn_attr_rule *rule, atn_attr *attr)
{
    (void)rule;
    return atn_parser_number(p, "a number (the weight)", &attr->number);
}

/* defined "term" as "meaning" */
static bool read_defined(atn_parser *p, const atn_attr_rule *rule, atn_attr *attr)
{
    return read_string(p, rule, attr) && atn_parser_expect(p, "as", "after the term") &&
           atn_parser_string(p, "a string (what the term means)", &attr->items->next);
}

static bool read_month(atn_parser *p, uint8_t *month)
{
    static const char *const names[] = {"January",   "February", "March",    "April",
                                        "May",       "June",     "July",     "August",
                                        "September", "October",  "November", "December"};
    for (uint8_t i = 0; i < 12; i++) {
        if (atn_parser_take(p, names[i])) {
            *month = (uint8_t)(i + 1);
            return true;
        }
    }
    return atn_parser_require(p, "the name of a month (January ... December)");
}

/* DAY MONTH [next year] | N days after, then [strict]; behind `due` */
static bool read_due(atn_parser *p, atn_due *due)
{
    atn_number number;
    const size_t first = p->at;
    if (!atn_parser_whole(p, "a day like '10 June' or 'N days after'", 0, 3660, &number)) {
        return false;
    }
    if (atn_parser_take(p, "days")) {
        due->kind = ATN_DUE_DAYS_AFTER;
        due->days_after = (int32_t)number.mantissa;
        if (!atn_parser_expect(p, "after", "after 'days'")) {
            return false;
        }
    } else {
        due->kind = ATN_DUE_DATE;
        if (!read_month(p, &due->month)) {
            return false;
        }
        /* 2000 is a leap year: 29 February is a day that a schedule may name */
        if (number.mantissa < 1 || number.mantissa > atn_month_days(2000, due->month)) {
            return atn_parser_fail(p, ATTAIN_E_DATE, atn_parser_span(p, first), (atn_str){"", 0},
                                   "this month has no day %lld", (long long)number.mantissa);
        }
        due->day = (uint8_t)number.mantissa;
        due->next_year = atn_parser_take(p, "next");
        if (due->next_year && !atn_parser_expect(p, "year", "after 'next'")) {
            return false;
        }
    }
    due->strict = atn_parser_take(p, "strict");
    return true;
}

static bool read_schedule(atn_parser *p, const atn_attr_rule *rule, atn_attr *attr)
{
    attr->every = (attain_period_type)rule->argument;
    if (attr->every != ATTAIN_PERIOD_NONE && !atn_parser_take(p, "due")) {
        return true;
    }
    return read_due(p, &attr->due);
}

static bool read_by_to(atn_parser *p, const atn_attr_rule *rule, atn_attr *attr)
{
    (void)rule;
    attr->number.mantissa = 1; /* TYPE to TYPE */
    return atn_parser_id(p, "a type of units after 'by'", &attr->items) &&
           atn_parser_expect(p, "to", "after 'by TYPE'") &&
           atn_parser_id(p, "a type of units after 'to'", &attr->items->next);
}

/* --- attributes that no word announces --- */

static bool read_named(atn_parser *p, atn_attr *attr, bool *taken)
{
    *taken = atn_parser_peek(p)->kind == ATN_TOKEN_WORD && atn_parser_ahead(p, 1)->kind == ATN_TOKEN_WORD;
    attr->kind = ATN_ATTR_NAMED;
    return !*taken || (atn_parser_name(p, "an attribute of units", &attr->items) &&
                       atn_parser_name(p, "a value of the attribute", &attr->items->next));
}

/* A line of a target whose second word is an operator word is a phrase, whatever its first; `reading up: ...` alone is not. */
static bool read_plain_phrase(atn_parser *p, atn_attr *attr, bool *taken)
{
    const atn_token first = *atn_parser_peek(p);
    const bool names_reading =
        atn_parser_is_word(&first, "reading") && atn_parser_ahead(p, 2)->kind == ATN_TOKEN_COLON;
    const bool is_phrase = first.kind == ATN_TOKEN_WORD && atn_parser_is_operator(atn_parser_ahead(p, 1));
    *taken = (is_phrase && !names_reading) || atn_parser_is_word(&first, "not");
    attr->kind = ATN_ATTR_PHRASE;
    return !*taken || atn_parser_phrase(p, &attr->phrase);
}

/* --- the tables --- */

enum { /* attributes that stand once, by directive; the numbers are free within a directive */
       ONCE_FIRST = 1,
       ONCE_DECIMALS,
       ONCE_SIGN,
       ONCE_BY,
       ONCE_REPORTED,
       ONCE_LEVEL,
       ONCE_CARRY,
       ONCE_PERIOD,
       ONCE_HORIZON,
       ONCE_UNIT,
       ONCE_PART_OF,
       ONCE_IMPLEMENTS,
       ONCE_LEAD,
       ONCE_WITH,
       ONCE_SOURCE,
       ONCE_NOTE,
       ONCE_CHOOSE,
       ONCE_READS,
       ONCE_PHASE,
       ONCE_VISION,
       ONCE_PATH,
       ONCE_WEIGHT
};

static const atn_attr_rule unit_rules[] = {
    {"in", NULL, ATN_ATTR_IN, ONCE_FIRST, 0, read_in},
    {"from", NULL, ATN_ATTR_FROM, ONCE_BY, 0, read_day},
    {"until", NULL, ATN_ATTR_UNTIL, ONCE_PERIOD, 0, read_day},
    {"alias", NULL, ATN_ATTR_ALIAS, 0, 0, read_string},
};

static const atn_attr_rule category_rules[] = {
    {"overlapping", NULL, ATN_ATTR_OVERLAPPING, ONCE_FIRST, 0, NULL},
};

static const atn_attr_rule measure_rules[] = {
    {"stock", NULL, ATN_ATTR_STOCK, ONCE_FIRST, 0, read_unit_of_measure},
    {"flow", NULL, ATN_ATTR_FLOW, ONCE_FIRST, 0, read_unit_of_measure},
    {"decimals", NULL, ATN_ATTR_DECIMALS, ONCE_DECIMALS, 0, read_decimals},
    {"any", "sign", ATN_ATTR_ANY_SIGN, ONCE_SIGN, 0, NULL},
    {"by", NULL, ATN_ATTR_BY, ONCE_BY, 0, read_categories},
    {"sum", "over", ATN_ATTR_LAW, 0, ATN_LAW_SUM, read_law},
    {"last", "over", ATN_ATTR_LAW, 0, ATN_LAW_LAST, read_law},
    {"first", "over", ATN_ATTR_LAW, 0, ATN_LAW_FIRST, read_law},
    {"min", "over", ATN_ATTR_LAW, 0, ATN_LAW_MIN, read_law},
    {"max", "over", ATN_ATTR_LAW, 0, ATN_LAW_MAX, read_law},
    {"mean", "over", ATN_ATTR_LAW, 0, ATN_LAW_MEAN, read_law},
    {"union", "over", ATN_ATTR_LAW, 0, ATN_LAW_UNION, read_law},
    {"none", "over", ATN_ATTR_LAW, 0, ATN_LAW_NONE, read_law},
    {"reported", NULL, ATN_ATTR_REPORTED, ONCE_REPORTED, 0, read_reported},
    {"at", "any", ATN_ATTR_ANY_LEVEL, ONCE_LEVEL, 0, read_any_level},
    {"carry", NULL, ATN_ATTR_CARRY, ONCE_CARRY, 0, read_carry},
    {"break", NULL, ATN_ATTR_BREAK, 0, 0, read_day_and_string},
};

static const atn_attr_rule reference_rules[] = {
    {"decimals", NULL, ATN_ATTR_DECIMALS, ONCE_DECIMALS, 0, read_decimals},
};

static const atn_attr_rule indicator_rules[] = {
    {"share", NULL, ATN_ATTR_SHARE, ONCE_FIRST, 0, NULL},
    {"shown", "as", ATN_ATTR_SHOWN, ONCE_SIGN, 0, read_shown},
    {"annualised", NULL, ATN_ATTR_ANNUALISED, ONCE_PERIOD, 0, read_annualised},
    {"variant", "of", ATN_ATTR_VARIANT_OF, ONCE_PART_OF, 0, read_thing},
    {"mean", "of", ATN_ATTR_MEAN_OF, ONCE_BY, 0, read_mean_of},
};

static const atn_attr_rule source_rules[] = {
    {"source", NULL, ATN_ATTR_SOURCE, ONCE_SOURCE, 0, read_source},
};

static const atn_attr_rule programme_rules[] = {
    {"period", NULL, ATN_ATTR_PERIOD, ONCE_PERIOD, 0, read_period},
    {"horizon", NULL, ATN_ATTR_HORIZON, ONCE_HORIZON, 0, read_period},
    {"instrument", NULL, ATN_ATTR_INSTRUMENT, 0, 0, read_instrument},
    {"unit", NULL, ATN_ATTR_UNIT, ONCE_UNIT, 0, read_id},
    {"part", "of", ATN_ATTR_PART_OF, ONCE_PART_OF, 0, read_id},
    {"implements", NULL, ATN_ATTR_IMPLEMENTS, ONCE_IMPLEMENTS, 0, read_ids},
    {"phase", NULL, ATN_ATTR_PHASE, 0, 0, read_phase},
    {"lead", NULL, ATN_ATTR_LEAD, ONCE_LEAD, 0, read_string},
    {"with", NULL, ATN_ATTR_WITH, ONCE_WITH, 0, read_string},
    {"source", NULL, ATN_ATTR_SOURCE, ONCE_SOURCE, 0, read_source},
};

static const atn_attr_rule target_rules[] = {
    {"reading", NULL, ATN_ATTR_PHRASE, 0, 0, read_reading},
    {"choose", NULL, ATN_ATTR_CHOOSE, ONCE_CHOOSE, 0, read_choose},
    {"reads", "as", ATN_ATTR_READS_BOTH, ONCE_READS, 0, read_reads_as},
    {"baseline", NULL, ATN_ATTR_BASELINE, ONCE_PERIOD, 0, read_baseline},
    {"phase", NULL, ATN_ATTR_PHASE, ONCE_PHASE, 0, read_id},
    {"vision", NULL, ATN_ATTR_VISION, ONCE_VISION, 0, NULL},
    {"path", NULL, ATN_ATTR_PATH, ONCE_PATH, 0, read_path},
    {"weight", NULL, ATN_ATTR_WEIGHT, ONCE_WEIGHT, 0, read_weight},
    {"part", "of", ATN_ATTR_PART_OF, ONCE_PART_OF, 0, read_id},
    {"undefined", NULL, ATN_ATTR_UNDEFINED, 0, 0, read_string},
    {"defined", NULL, ATN_ATTR_DEFINED, 0, 0, read_defined},
    {"lead", NULL, ATN_ATTR_LEAD, ONCE_LEAD, 0, read_string},
    {"with", NULL, ATN_ATTR_WITH, ONCE_WITH, 0, read_string},
    {"source", NULL, ATN_ATTR_SOURCE, ONCE_SOURCE, 0, read_source},
    {"note", NULL, ATN_ATTR_NOTE, ONCE_NOTE, 0, read_string},
};

static const atn_attr_rule milestone_rules[] = {
    {"by", NULL, ATN_ATTR_BY, ONCE_BY, 0, read_period},
    {"done", NULL, ATN_ATTR_DONE, ONCE_FIRST, 0, read_day_and_string},
    {"not", "done", ATN_ATTR_NOT_DONE, ONCE_FIRST, 0, read_day_and_string},
    {"all", "of", ATN_ATTR_ALL_OF, ONCE_CHOOSE, 0, read_ids},
    {"part", "of", ATN_ATTR_PART_OF, ONCE_PART_OF, 0, read_id},
    {"source", NULL, ATN_ATTR_SOURCE, ONCE_SOURCE, 0, read_source},
};

static const atn_attr_rule report_rules[] = {
    {"daily", NULL, ATN_ATTR_SCHEDULE, 0, ATTAIN_PERIOD_DAY, read_schedule},
    {"weekly", NULL, ATN_ATTR_SCHEDULE, 0, ATTAIN_PERIOD_WEEK, read_schedule},
    {"monthly", NULL, ATN_ATTR_SCHEDULE, 0, ATTAIN_PERIOD_MONTH, read_schedule},
    {"quarterly", NULL, ATN_ATTR_SCHEDULE, 0, ATTAIN_PERIOD_QUARTER, read_schedule},
    {"half-yearly", NULL, ATN_ATTR_SCHEDULE, 0, ATTAIN_PERIOD_HALF_YEAR, read_schedule},
    {"yearly", NULL, ATN_ATTR_SCHEDULE, 0, ATTAIN_PERIOD_YEAR, read_schedule},
    {"due", NULL, ATN_ATTR_SCHEDULE, 0, ATTAIN_PERIOD_NONE, read_schedule},
    {"of", NULL, ATN_ATTR_OF, ONCE_FIRST, 0, read_measures},
    {"by", NULL, ATN_ATTR_BY, ONCE_BY, 0, read_by_to},
    {"on", "request", ATN_ATTR_ON_REQUEST, ONCE_READS, 0, NULL},
    {"source", NULL, ATN_ATTR_SOURCE, ONCE_SOURCE, 0, read_source},
};

#define RULES(rules) (rules), sizeof(rules) / sizeof *(rules)

const atn_rule_set atn_rule_sets[] = {
    [ATN_DECL_UNIT] = {RULES(unit_rules), read_named, 0, NULL},
    [ATN_DECL_CATEGORY] = {RULES(category_rules), NULL, 0, NULL},
    [ATN_DECL_MEASURE] = {RULES(measure_rules), NULL, ONCE_FIRST, "`stock UNIT` or `flow UNIT`"},
    [ATN_DECL_REFERENCE] = {RULES(reference_rules), read_step, 0, NULL},
    [ATN_DECL_INDICATOR] = {RULES(indicator_rules), NULL, 0, NULL},
    [ATN_DECL_CHECK] = {RULES(source_rules), NULL, 0, NULL},
    [ATN_DECL_PROGRAMME] = {RULES(programme_rules), NULL, 0, NULL},
    [ATN_DECL_TARGET] = {RULES(target_rules), read_plain_phrase, 0, NULL},
    [ATN_DECL_MILESTONE] = {RULES(milestone_rules), NULL, ONCE_BY, "`by PERIOD`"},
    [ATN_DECL_ACTIVITY] = {RULES(source_rules), NULL, 0, NULL},
    [ATN_DECL_REPORT] = {RULES(report_rules), NULL, 0, NULL},
    [ATN_DECL_BOUNDARY] = {RULES(source_rules), NULL, 0, NULL},
};
