/* Units and targets in bulk, as columns of the caller: the same declarations as from text, without the text.
 *
 * All rows or none: err->index is the first row at fault, and nothing is kept of a call that failed, its findings included. What the checker
 * finds later about these rows it finds at line index + 1 of a source named <units> or <targets>. */
#include "language/language.h"
#include "language/parser.h"
#include "language/plan.h"

#include <string.h>

static atn_str str_of(attain_str s)
{
    return (atn_str){s.data == NULL ? "" : s.data, s.data == NULL ? 0 : s.len};
}

static attain_status refuse_row(const attain_plan *plan, attain_error *err, attain_status status, size_t row,
                                const char *what, atn_str found, const char *problem)
{
    atn_buf shown;
    atn_buf_init(&shown, &plan->alloc);
    atn_buf_escaped(&shown, found, 64);
    (void)atn_error_at_index(err, status, (int64_t)row, "row %zu: %s '%s': %s", row, what,
                             shown.data == NULL ? "" : shown.data, problem);
    atn_buf_free(&shown);
    return status;
}

static attain_status out_of_memory(attain_error *err)
{
    (void)atn_error_memory(err, "adding columns; attain_plan_options.max_bytes bounds the plan");
    return ATTAIN_E_MEMORY;
}

/* A word as an item. *out stays NULL for an empty one that is not `required`. */
static attain_status make_word(attain_plan *plan, attain_str given, bool required, const char *what,
                               atn_span span, atn_item **out, attain_error *err)
{
    const atn_str text = str_of(given);
    if (text.len == 0 && !required) {
        return ATTAIN_OK;
    }
    const char *const problem = atn_word_problem(text);
    if (problem != NULL) {
        return refuse_row(plan, err, ATTAIN_E_SYNTAX, (size_t)span.line - 1, what, text, problem);
    }
    *out = atn_plan_item(plan, text, false, span);
    return *out == NULL ? out_of_memory(err) : ATTAIN_OK;
}

static attain_status make_string(attain_plan *plan, const attain_str *column, size_t row, const char *what,
                                 atn_span span, atn_item **out, attain_error *err)
{
    const atn_str text = column == NULL ? (atn_str){"", 0} : str_of(column[row]);
    if (text.len == 0) {
        return ATTAIN_OK;
    }
    const char *const problem = atn_string_problem(text);
    if (problem != NULL) {
        return refuse_row(plan, err, atn_utf8_check(text) < text.len ? ATTAIN_E_UTF8 : ATTAIN_E_CONTROL, row,
                          what, text, problem);
    }
    *out = atn_plan_item(plan, text, true, span);
    return *out == NULL ? out_of_memory(err) : ATTAIN_OK;
}

static atn_decl *new_decl(attain_plan *plan, atn_decl_kind kind, atn_span span)
{
    atn_decl *const decl = atn_arena_array(&plan->arena, 1, sizeof *decl);
    if (decl != NULL) {
        decl->kind = kind;
        decl->span = span;
        decl->first_line = span.line;
        decl->last_line = span.line;
    }
    return decl;
}

static atn_span span_of_row(const atn_source *source, size_t row)
{
    return (atn_span){source->name, row >= INT32_MAX ? INT32_MAX : (int32_t)(row + 1), 1, 1};
}

/* --- units --- */

static attain_status add_day(attain_plan *plan, atn_decl *unit, const int32_t *days, size_t row, int32_t none,
                             atn_attr_kind kind, attain_error *err)
{
    if (days == NULL || days[row] == none) {
        return ATTAIN_OK;
    }
    if (days[row] < ATN_DAY_MIN || days[row] > ATN_DAY_MAX) {
        return atn_error_at_index(err, ATTAIN_E_DATE, (int64_t)row,
                                  "row %zu: the day %d is not in the years 1 to 9999", row, (int)days[row]);
    }
    atn_attr *const attr = atn_plan_attr(plan, unit, kind, unit->span);
    if (attr == NULL) {
        return out_of_memory(err);
    }
    attr->day = days[row];
    return ATTAIN_OK;
}

static attain_status add_attributes(attain_plan *plan, atn_decl *unit, const attain_unit_columns *units,
                                    size_t row, attain_error *err)
{
    for (size_t i = 0; i < units->n_attributes; i++) {
        atn_item *value = NULL;
        atn_item *name = NULL;
        ATN_TRY(make_word(plan, units->attribute[row * units->n_attributes + i], false,
                          "the value of an attribute", unit->span, &value, err));
        if (value == NULL) {
            continue;
        }
        ATN_TRY(make_word(plan, units->attribute_names[i], true, "the name of an attribute", unit->span,
                          &name, err));
        const char *const problem = atn_name_problem(name->text);
        const char *const value_problem = atn_name_problem(value->text);
        if (problem != NULL || value_problem != NULL) {
            return refuse_row(plan, err, ATTAIN_E_SYNTAX, row,
                              problem != NULL ? "the name of an attribute" : "the value",
                              problem != NULL ? name->text : value->text,
                              problem != NULL ? problem : value_problem);
        }
        atn_attr *const attr = atn_plan_attr(plan, unit, ATN_ATTR_NAMED, unit->span);
        if (attr == NULL) {
            return out_of_memory(err);
        }
        name->next = value;
        attr->items = name;
    }
    return ATTAIN_OK;
}

static attain_status add_unit(attain_plan *plan, const atn_source *source, const attain_unit_columns *units,
                              size_t row, atn_decl_list *list, attain_error *err)
{
    const atn_span span = span_of_row(source, row);
    atn_item *parent = NULL;
    atn_decl *const unit = new_decl(plan, ATN_DECL_UNIT, span);
    if (unit == NULL) {
        return out_of_memory(err);
    }
    ATN_TRY(make_word(plan, units->id[row], true, "the id", span, &unit->id, err));
    ATN_TRY(make_word(plan, units->type[row], true, "the type", span, &unit->type, err));
    ATN_TRY(make_string(plan, units->title, row, "the title", span, &unit->title, err));
    if (units->parent != NULL) {
        ATN_TRY(make_word(plan, units->parent[row], false, "the parent", span, &parent, err));
    }
    if (parent != NULL) {
        atn_attr *const attr = atn_plan_attr(plan, unit, ATN_ATTR_IN, span);
        if (attr == NULL) {
            return out_of_memory(err);
        }
        attr->items = parent;
    }
    ATN_TRY(add_day(plan, unit, units->from_day, row, ATTAIN_DAY_MIN, ATN_ATTR_FROM, err));
    ATN_TRY(add_day(plan, unit, units->until_day, row, ATTAIN_DAY_MAX, ATN_ATTR_UNTIL, err));
    ATN_TRY(add_attributes(plan, unit, units, row, err));
    atn_plan_append(list, unit);
    return ATTAIN_OK;
}

attain_status atn_plan_add_units(attain_plan *plan, const attain_unit_columns *units, size_t n,
                                 attain_error *err)
{
    atn_draft before;
    atn_decl_list list = {NULL, NULL};
    if (!atn_plan_begin(plan, &before, err)) {
        return ATTAIN_E_ARGUMENT;
    }
    const atn_source *const source = atn_plan_add_source(plan, ATN_STR("<units>"), (atn_str){"", 0});
    attain_status status = source == NULL ? out_of_memory(err) : ATTAIN_OK;
    for (size_t row = 0; row < n && status == ATTAIN_OK; row++) {
        status = add_unit(plan, source, units, row, &list, err);
    }
    if (status != ATTAIN_OK) {
        atn_plan_put_back(plan, &before);
        return status;
    }
    atn_plan_link(plan, list);
    return ATTAIN_OK;
}

/* --- targets --- */

/* The phrases as one text, a line each: so their places are lines, and findings can show them. */
static attain_status join_phrases(const attain_plan *plan, const attain_target_columns *targets, size_t n,
                                  atn_buf *text, attain_error *err)
{
    for (size_t row = 0; row < n; row++) {
        const atn_str phrase = str_of(targets->phrase[row]);
        const char *problem = atn_string_problem(phrase);
        if (problem == NULL && phrase.len > 0 && memchr(phrase.data, '\n', phrase.len) != NULL) {
            problem = "it holds a line end";
        }
        if (problem != NULL) {
            return refuse_row(plan, err,
                              atn_utf8_check(phrase) < phrase.len ? ATTAIN_E_UTF8 : ATTAIN_E_CONTROL, row,
                              "the phrase", phrase, problem);
        }
        atn_buf_str(text, phrase);
        atn_buf_char(text, '\n');
    }
    return text->failed ? out_of_memory(err) : ATTAIN_OK;
}

static attain_status refuse_phrase(const attain_diagnostic *d, attain_error *err)
{
    return atn_error_at_index(err, d->status, (int64_t)d->line - 1,
                              "row %d, column %d of the phrase: %.*s%s%.*s", (int)d->line - 1, (int)d->column,
                              (int)d->message.len, d->message.data, d->hint.len > 0 ? "; " : "",
                              (int)d->hint.len, d->hint.data);
}

static attain_status add_target(attain_plan *plan, const atn_source *source,
                                const attain_target_columns *targets, size_t row, atn_phrase *phrase,
                                atn_decl_list *list, attain_error *err)
{
    const atn_span span = span_of_row(source, row);
    atn_item *document = NULL;
    atn_decl *const target = new_decl(plan, ATN_DECL_TARGET, span);
    atn_attr *const attr = target == NULL ? NULL : atn_plan_attr(plan, target, ATN_ATTR_PHRASE, phrase->span);
    if (attr == NULL) {
        return out_of_memory(err);
    }
    attr->phrase = phrase;
    ATN_TRY(make_word(plan, targets->id[row], true, "the id", span, &target->id, err));
    ATN_TRY(make_string(plan, targets->title, row, "the title", span, &target->title, err));
    ATN_TRY(make_string(plan, targets->source, row, "the source", span, &document, err));
    if (document != NULL) {
        atn_attr *const from = atn_plan_attr(plan, target, ATN_ATTR_SOURCE, span);
        if (from == NULL) {
            return out_of_memory(err);
        }
        from->items = document;
    }
    atn_plan_append(list, target);
    return ATTAIN_OK;
}

/* Parses all phrases, then makes the targets. `phrases` is scratch of n items. */
static attain_status add_targets(attain_plan *plan, const attain_target_columns *targets, size_t n,
                                 atn_str text, atn_phrase **phrases, atn_decl_list *list, attain_error *err)
{
    const atn_source *const source = atn_plan_add_source(plan, ATN_STR("<targets>"), text);
    if (source == NULL) {
        return out_of_memory(err);
    }
    ATN_TRY(atn_parse_phrases(plan, source, phrases, n, err));
    if (plan->draft->first_error.status != ATTAIN_OK) {
        return refuse_phrase(&plan->draft->first_error, err);
    }
    for (size_t row = 0; row < n; row++) {
        ATN_TRY(add_target(plan, source, targets, row, phrases[row], list, err));
    }
    return ATTAIN_OK;
}

attain_status atn_plan_add_targets(attain_plan *plan, const attain_target_columns *targets, size_t n,
                                   attain_error *err)
{
    atn_draft before;
    atn_decl_list list = {NULL, NULL};
    atn_buf text;
    if (!atn_plan_begin(plan, &before, err)) {
        return ATTAIN_E_ARGUMENT;
    }
    atn_buf_init(&text, &plan->alloc);
    atn_phrase **const phrases = atn_alloc_array(&plan->alloc, n, sizeof *phrases);
    attain_status status = phrases == NULL ? out_of_memory(err) : join_phrases(plan, targets, n, &text, err);
    if (status == ATTAIN_OK) {
        status = add_targets(plan, targets, n, (atn_str){text.data, text.len}, phrases, &list, err);
    }
    if (status != ATTAIN_OK) {
        atn_plan_put_back(plan, &before);
    } else {
        atn_plan_link(plan, list);
    }
    atn_alloc_free_array(&plan->alloc, phrases, n, sizeof *phrases);
    atn_buf_free(&text);
    return status;
}
