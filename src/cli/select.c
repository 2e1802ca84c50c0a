/* Selectors of the command line.
 *
 *     --unit A --unit B                these units
 *     --type commune                   all units of the type (or group of types)
 *     --under VN.46                    all units beneath VN.46
 *     --type commune --under VN.46     the communes beneath VN.46
 *
 * --type and --under narrow each other; units named by --unit always stand beside them. Ids come out
 * ascending, so rows keep the order of the plan however the command line was written. A name that is not in
 * the plan is a mistake on the command line (exit 2) and gets the nearest name that is: by spelling, or by
 * title for those who typed the title. */
#include "cli/select.h"

#include "cli/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_PERIODS = 100000 };

static int no_memory(void)
{
    cli_say("no memory for the selection");
    return CLI_EXIT_ERRORS;
}

/* ---------------------------------------------------------------- periods ---- */

static int add_period(cli_periods *list, attain_period period)
{
    if ((list->n & (list->n + 1)) == 0) { /* grown to 1, 3, 7, 15 ... as it fills */
        attain_period *items = realloc(list->items, (list->n * 2 + 1) * sizeof *items);
        if (!items) {
            return no_memory();
        }
        list->items = items;
    }
    list->items[list->n++] = period;
    return 0;
}

static int read_period(const char *option, const char *word, size_t len, attain_period *out)
{
    attain_error err;
    if (attain_period_parse(word, len, out, &err) == ATTAIN_OK) {
        return 0;
    }
    cli_say("--%s %s: %s", option, word, err.message);
    return CLI_EXIT_USAGE;
}

/* The year of a day, by the proleptic Gregorian calendar in eras of 400 years. */
static int year_of(int32_t day)
{
    const int32_t shifted = day + 719468; /* from 0000-03-01; days before it do not occur */
    const int32_t era = shifted / 146097;
    const int32_t in_era = shifted % 146097;
    const int32_t year = (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
    const int32_t in_year = in_era - (365 * year + year / 4 - year / 100);
    return year + era * 400 + (in_year >= 306 ? 1 : 0);
}

/* A period of the asked type that lies at or before the first day of the span. */
static int first_step(const attain_period *span, attain_period_type every, attain_period *out)
{
    static const char *const first[] = {
        [ATTAIN_PERIOD_DAY] = "-01-01",  [ATTAIN_PERIOD_WEEK] = "-W50",     [ATTAIN_PERIOD_MONTH] = "-01",
        [ATTAIN_PERIOD_QUARTER] = "-Q1", [ATTAIN_PERIOD_HALF_YEAR] = "-H1", [ATTAIN_PERIOD_YEAR] = ""};
    const int is_financial =
        span->type == ATTAIN_PERIOD_FINANCIAL_YEAR || span->end_type == ATTAIN_PERIOD_FINANCIAL_YEAR;
    const int back = every == ATTAIN_PERIOD_WEEK || is_financial;
    const int year = year_of(span->start_day) - back;
    char text[24];
    if (every == ATTAIN_PERIOD_YEAR && is_financial) {
        (void)snprintf(text, sizeof text, "%04d-FY%02d", year,
                       (int)(span->type == ATTAIN_PERIOD_RANGE ? span->end_month : span->start_month));
    } else {
        (void)snprintf(text, sizeof text, "%04d%s", year < 1 ? 1 : year, first[every]);
    }
    return attain_period_parse(text, strlen(text), out, NULL) != ATTAIN_OK;
}

static int series_words(const char *word, size_t len)
{
    static const struct {
        const char *word;
        attain_period_type type;
    } words[] = {{"day", ATTAIN_PERIOD_DAY},
                 {"daily", ATTAIN_PERIOD_DAY},
                 {"week", ATTAIN_PERIOD_WEEK},
                 {"weekly", ATTAIN_PERIOD_WEEK},
                 {"month", ATTAIN_PERIOD_MONTH},
                 {"monthly", ATTAIN_PERIOD_MONTH},
                 {"quarter", ATTAIN_PERIOD_QUARTER},
                 {"quarterly", ATTAIN_PERIOD_QUARTER},
                 {"half-year", ATTAIN_PERIOD_HALF_YEAR},
                 {"half-yearly", ATTAIN_PERIOD_HALF_YEAR},
                 {"year", ATTAIN_PERIOD_YEAR},
                 {"yearly", ATTAIN_PERIOD_YEAR}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strlen(words[i].word) == len && memcmp(words[i].word, word, len) == 0) {
            return (int)words[i].type;
        }
    }
    return ATTAIN_PERIOD_NONE;
}

/* A..B:EVERY: each period of that type that lies in A..B. */
static int add_series(cli_periods *list, const char *word)
{
    const char *colon = strrchr(word, ':');
    const int every = colon ? series_words(colon + 1, strlen(colon + 1)) : ATTAIN_PERIOD_NONE;
    if (every == ATTAIN_PERIOD_NONE) {
        cli_say(
            "--periods takes A..B:EVERY with EVERY year, half-year, quarter, month, week or day, not '%s'",
            word);
        return CLI_EXIT_USAGE;
    }
    attain_period span;
    const int status = read_period("periods", word, (size_t)(colon - word), &span);
    if (status) {
        return status;
    }
    attain_period step;
    if (span.start_day == ATTAIN_DAY_MIN || first_step(&span, (attain_period_type)every, &step)) {
        cli_say("--periods %s: the span needs a first day", word);
        return CLI_EXIT_USAGE;
    }
    const size_t n_before = list->n;
    while (step.end_day <= span.end_day) {
        if (list->n - n_before >= MOST_PERIODS) {
            cli_say("--periods %s: more than %d periods", word, MOST_PERIODS);
            return CLI_EXIT_USAGE;
        }
        if (step.start_day >= span.start_day && add_period(list, step)) {
            return CLI_EXIT_ERRORS;
        }
        if (attain_period_step(step, 1, &step, NULL) != ATTAIN_OK) {
            break;
        }
    }
    if (list->n > n_before) {
        return 0;
    }
    cli_say("--periods %s: no whole %s lies in it", word, colon + 1);
    return CLI_EXIT_USAGE;
}

int cli_select_periods(const cli_options *options, cli_selection *selection)
{
    cli_periods *series = options->command == CLI_COMPUTE ? &selection->periods : &selection->as_of;
    const struct {
        const char *option;
        const cli_words *words;
        cli_periods *list;
    } kinds[] = {{"period", &options->periods, &selection->periods},
                 {"as-of", &options->as_of, &selection->as_of}};
    for (size_t kind = 0; kind < 2; kind++) {
        for (size_t i = 0; i < kinds[kind].words->n; i++) {
            const char *word = kinds[kind].words->items[i];
            attain_period period;
            int status = read_period(kinds[kind].option, word, strlen(word), &period);
            if (!status) {
                status = add_period(kinds[kind].list, period);
            }
            if (status) {
                return status;
            }
        }
    }
    for (size_t i = 0; i < options->series.n; i++) {
        const int status = add_series(series, options->series.items[i]);
        if (status) {
            return status;
        }
    }
    return 0;
}

/* ---------------------------------------------------------------- names ---- */

static int same(attain_str a, attain_str b)
{
    return a.len == b.len && memcmp(a.data, b.data, a.len) == 0;
}

/* The index whose title is the word, or whose id is nearest to it; ATTAIN_NONE if none is near. */
static uint32_t nearest(const attain_plan *plan, attain_kind kind, attain_str word)
{
    const size_t n = attain_plan_count(plan, kind);
    uint32_t best = ATTAIN_NONE;
    unsigned best_distance = UINT32_MAX;
    for (uint32_t i = 0; i < n; i++) {
        const attain_str title = attain_plan_title(plan, kind, i);
        if (word.len && same(title, word)) {
            return i;
        }
        const attain_str id = attain_plan_id(plan, kind, i);
        const unsigned distance = cli_text_distance(word.data, word.len, id.data, id.len);
        if (distance < best_distance) {
            best_distance = distance;
            best = i;
        }
    }
    return best;
}

static int say_unknown(const attain_plan *plan, attain_kind kind, const char *word, const char *option)
{
    const uint32_t near = nearest(plan, kind, cli_str(word));
    const char *noun = attain_kind_name(kind);
    if (kind == ATTAIN_KIND_INDICATOR &&
        attain_plan_find(plan, ATTAIN_KIND_MEASURE, word, strlen(word)) != ATTAIN_NONE) {
        cli_say("--%s: '%s' is a measure; to see its values write in the plan: indicator NAME = %s", option,
                word, word);
        return CLI_EXIT_USAGE;
    }
    if (near == ATTAIN_NONE) {
        cli_say("--%s: the plan has no %s '%s'", option, noun, word);
        return CLI_EXIT_USAGE;
    }
    const attain_str id = attain_plan_id(plan, kind, near);
    const attain_str title = attain_plan_title(plan, kind, near);
    cli_say("--%s: the plan has no %s '%s'; did you mean '%.*s'%s%.*s%s?", option, noun, word, (int)id.len,
            id.data, title.len ? " (" : "", (int)title.len, title.len ? title.data : "",
            title.len ? ")" : "");
    return CLI_EXIT_USAGE;
}

static int find(const attain_plan *plan, attain_kind kind, const char *word, const char *option,
                uint32_t *out)
{
    *out = attain_plan_find(plan, kind, word, strlen(word));
    return *out == ATTAIN_NONE ? say_unknown(plan, kind, word, option) : 0;
}

/* Ids as marks over all of their kind: gives order and uniqueness for nothing. */
static int take_marked(const unsigned char *marks, size_t n, cli_ids *out)
{
    size_t n_marked = 0;
    for (size_t i = 0; i < n; i++) {
        n_marked += marks[i];
    }
    out->items = malloc((n_marked + 1) * sizeof *out->items);
    if (!out->items) {
        return no_memory();
    }
    for (size_t i = 0; i < n; i++) {
        if (marks[i]) {
            out->items[out->n++] = (uint32_t)i;
        }
    }
    return 0;
}

static int select_ids(const attain_plan *plan, attain_kind kind, const cli_words *words, const char *option,
                      cli_ids *out)
{
    if (words->n == 0) {
        return 0;
    }
    const size_t n = attain_plan_count(plan, kind);
    unsigned char *marks = calloc(n + 1, 1);
    if (!marks) {
        return no_memory();
    }
    int status = 0;
    for (size_t i = 0; i < words->n && !status; i++) {
        uint32_t id = ATTAIN_NONE;
        status = find(plan, kind, words->items[i], option, &id);
        if (!status) {
            marks[id] = 1;
        }
    }
    if (!status) {
        status = take_marked(marks, n, out);
    }
    free(marks);
    return status;
}

/* Marks the type and, if it is a group, the types it stands for, at any depth. */
static void mark_type(const attain_plan *plan, uint32_t type, unsigned char *marks)
{
    if (marks[type]) {
        return;
    }
    marks[type] = 1;
    const uint32_t n = attain_plan_member_count(plan, ATTAIN_KIND_TYPE, type);
    for (uint32_t i = 0; i < n; i++) {
        const attain_str id = attain_plan_member(plan, ATTAIN_KIND_TYPE, type, i);
        const uint32_t member = attain_plan_find(plan, ATTAIN_KIND_TYPE, id.data, id.len);
        if (member != ATTAIN_NONE) {
            mark_type(plan, member, marks);
        }
    }
}

static int is_beneath(const attain_plan *plan, uint32_t unit, uint32_t top)
{
    attain_unit_info info;
    for (uint32_t at = unit;
         attain_plan_unit(plan, at, &info, NULL) == ATTAIN_OK && info.parent != ATTAIN_NONE;) {
        at = info.parent;
        if (at == top) {
            return 1;
        }
    }
    return 0;
}

static int mark_units(const cli_options *options, const attain_plan *plan, unsigned char *types,
                      unsigned char *marks)
{
    uint32_t top = ATTAIN_NONE;
    int status = options->under ? find(plan, ATTAIN_KIND_UNIT, options->under, "under", &top) : 0;
    for (size_t i = 0; i < options->types.n && !status; i++) {
        uint32_t type = ATTAIN_NONE;
        status = find(plan, ATTAIN_KIND_TYPE, options->types.items[i], "type", &type);
        if (!status) {
            mark_type(plan, type, types);
        }
    }
    const size_t n = attain_plan_count(plan, ATTAIN_KIND_UNIT);
    const int by_rule = options->types.n > 0 || options->under;
    size_t n_found = 0;
    for (uint32_t i = 0; i < n && by_rule && !status; i++) {
        attain_unit_info info;
        if (attain_plan_unit(plan, i, &info, NULL) != ATTAIN_OK || (options->types.n && !types[info.type])) {
            continue;
        }
        if (top != ATTAIN_NONE && !is_beneath(plan, i, top)) {
            continue;
        }
        marks[i] = 1;
        n_found++;
    }
    if (by_rule && !status && n_found == 0) {
        const char *type = options->types.n ? options->types.items[0] : NULL;
        cli_say("no unit%s%s lies%s%s in the plan", type ? " of the type " : "", type ? type : "",
                options->under ? " beneath " : "", options->under ? options->under : "");
        return CLI_EXIT_USAGE;
    }
    for (size_t i = 0; i < options->units.n && !status; i++) {
        uint32_t unit = ATTAIN_NONE;
        status = find(plan, ATTAIN_KIND_UNIT, options->units.items[i], "unit", &unit);
        if (!status) {
            marks[unit] = 1;
        }
    }
    return status;
}

static int select_units(const cli_options *options, const attain_plan *plan, cli_ids *out)
{
    if (options->types.n == 0 && options->units.n == 0 && !options->under) {
        return 0;
    }
    const size_t n = attain_plan_count(plan, ATTAIN_KIND_UNIT);
    unsigned char *marks = calloc(n + 1, 1);
    unsigned char *types = calloc(attain_plan_count(plan, ATTAIN_KIND_TYPE) + 1, 1);
    int status = marks && types ? mark_units(options, plan, types, marks) : no_memory();
    if (!status) {
        status = take_marked(marks, n, out);
    }
    free(types);
    free(marks);
    return status;
}

static int select_by(const cli_options *options, const attain_plan *plan, cli_selection *selection)
{
    selection->by = calloc(options->by.n + 1, sizeof *selection->by);
    if (!selection->by) {
        return no_memory();
    }
    for (size_t i = 0; i < options->by.n; i++) {
        const attain_str word = cli_str(options->by.items[i]);
        if (attain_plan_find(plan, ATTAIN_KIND_CATEGORY, word.data, word.len) == ATTAIN_NONE &&
            attain_plan_find(plan, ATTAIN_KIND_ATTRIBUTE, word.data, word.len) == ATTAIN_NONE) {
            const attain_kind kind = nearest(plan, ATTAIN_KIND_CATEGORY, word) != ATTAIN_NONE
                                         ? ATTAIN_KIND_CATEGORY
                                         : ATTAIN_KIND_ATTRIBUTE;
            return say_unknown(plan, kind, word.data, "by");
        }
        selection->by[selection->n_by++] = word;
    }
    return 0;
}

int cli_select_names(const cli_options *options, const attain_plan *plan, cli_selection *selection)
{
    int status =
        select_ids(plan, ATTAIN_KIND_INDICATOR, &options->indicators, "indicator", &selection->indicators);
    if (!status) {
        status = select_ids(plan, ATTAIN_KIND_TARGET, &options->targets, "target", &selection->targets);
    }
    if (!status) {
        status = select_units(options, plan, &selection->units);
    }
    if (!status) {
        status = select_by(options, plan, selection);
    }
    return status;
}

int cli_select_period(cli_periods *list, attain_period period)
{
    return add_period(list, period);
}

void cli_selection_free(cli_selection *selection)
{
    free(selection->indicators.items);
    free(selection->targets.items);
    free(selection->units.items);
    free(selection->periods.items);
    free(selection->as_of.items);
    free(selection->by);
    *selection = (cli_selection){0};
}
