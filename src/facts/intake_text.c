/* Rows of text: strings become ids here, once. What a string is not is said together with what it should be, and with a near name where
 * there is one. Numbers are read by the declared format alone; where a number would be right under another one, both readings are shown
 * and nothing is guessed. */
#include "facts/intake.h"
#include "number/decimal.h"
#include "number/double.h"
#include <string.h>

/* ---- words ---- */

typedef struct known_word {
    atn_str text;
    uint8_t value;
} known_word;

static const known_word qualifiers[] = {{{"=", 1}, ATTAIN_EXACT},           {{">", 1}, ATTAIN_MORE_THAN},
                                        {{">=", 2}, ATTAIN_AT_LEAST_VALUE}, {{"<", 1}, ATTAIN_LESS_THAN},
                                        {{"<=", 2}, ATTAIN_AT_MOST_VALUE},  {{"~", 1}, ATTAIN_ESTIMATED},
                                        {{"missing", 7}, ATTAIN_MISSING}};

static const known_word reasons[] = {{{"not_applicable", 14}, ATTAIN_REASON_NOT_APPLICABLE},
                                     {{"not_reported", 12}, ATTAIN_REASON_NOT_REPORTED},
                                     {{"not_collected", 13}, ATTAIN_REASON_NOT_COLLECTED},
                                     {{"confidential", 12}, ATTAIN_REASON_CONFIDENTIAL},
                                     {{"holiday", 7}, ATTAIN_REASON_HOLIDAY},
                                     {{"unreliable", 10}, ATTAIN_REASON_UNRELIABLE},
                                     {{"other", 5}, ATTAIN_REASON_OTHER},
                                     {{"M", 1}, ATTAIN_REASON_NOT_APPLICABLE},
                                     {{"O", 1}, ATTAIN_REASON_NOT_REPORTED},
                                     {{"L", 1}, ATTAIN_REASON_NOT_COLLECTED},
                                     {{"Q", 1}, ATTAIN_REASON_CONFIDENTIAL},
                                     {{"H", 1}, ATTAIN_REASON_HOLIDAY},
                                     {{"U", 1}, ATTAIN_REASON_UNRELIABLE}};

/* The other letters of the SDMX code list OBS_STATUS. */
static const char other_letters[] = "ABDEFGIJKNPSVWX";

static bool find_word(const known_word *words, size_t n, atn_str text, uint8_t *value)
{
    for (size_t i = 0; i < n; i++) {
        if (atn_str_equal(words[i].text, text)) {
            *value = words[i].value;
            return true;
        }
    }
    return false;
}

static attain_status read_qualifier(atn_str text, uint8_t *out, attain_error *err)
{
    *out = ATTAIN_EXACT;
    if (text.len == 0 || find_word(qualifiers, sizeof qualifiers / sizeof qualifiers[0], text, out)) {
        return ATTAIN_OK;
    }
    if (err == NULL) {
        return ATTAIN_E_QUALIFIER;
    }
    const atn_note found = atn_show_text(text);
    return atn_error_set(err, ATTAIN_E_QUALIFIER,
                         "unknown qualifier '%s'; = > >= < <= ~ missing, or nothing, is required",
                         found.text);
}

static attain_status read_reason(atn_str text, uint8_t *out, attain_error *err)
{
    if (find_word(reasons, sizeof reasons / sizeof reasons[0], text, out)) {
        return ATTAIN_OK;
    }
    if (text.len == 1 && memchr(other_letters, text.data[0], sizeof other_letters - 1) != NULL) {
        *out = ATTAIN_REASON_OTHER;
        return ATTAIN_OK;
    }
    if (err == NULL) {
        return ATTAIN_E_QUALIFIER;
    }
    const atn_note found = atn_show_text(text);
    return atn_error_set(
        err, ATTAIN_E_QUALIFIER,
        "unknown reason '%s'; not_applicable, not_reported, not_collected, confidential, holiday, "
        "unreliable, other, or a letter of the SDMX list OBS_STATUS, is required",
        found.text);
}

/* ---- names ---- */

static atn_note near_note(atn_str near)
{
    atn_note note = {""};
    if (near.len > 0) {
        const atn_note name = atn_show_text(near);
        attain_error text;
        (void)atn_error_set(&text, ATTAIN_OK, "; did you mean '%s'?", name.text);
        const size_t len = strlen(text.message);
        if (len < sizeof note.text) {
            memcpy(note.text, text.message, len + 1);
        }
    }
    return note;
}

/* What no id holds and no eye sees; NULL: nothing of the kind. */
static const char *unseen(atn_str s)
{
    for (size_t at = 0; at < s.len;) {
        const int32_t code_point = atn_utf8_next(s, &at);
        if (code_point < 0) {
            return NULL;
        }
        if (code_point >= 0x300 && code_point <= 0x36f) {
            return "; it holds a combining mark: write the letter composed, NFC";
        }
        if (atn_utf8_is_hidden(code_point)) {
            return "; it holds a control or hidden character: remove it";
        }
    }
    return NULL;
}

/* "; did you mean 'x'?" or "". */
static atn_note show_near(const atn_names *names, atn_str word)
{
    const char *const why = unseen(word);
    if (why == NULL) {
        return near_note(atn_names_near(names, word));
    }
    atn_note note = {""};
    memcpy(note.text, why, strlen(why) + 1); /* one of ours */
    return note;
}

uint32_t atn_find_category(const atn_model *model, atn_str id)
{
    for (uint32_t c = 0; c < model->n_categories; c++) {
        if (atn_str_equal(model->categories[c].id, id)) {
            return c;
        }
    }
    return ATN_NONE;
}

uint32_t atn_find_measure(const atn_model *model, atn_str id)
{
    const uint32_t thing = atn_names_find(&model->thing_names, id);
    return thing != ATN_NONE && ATN_THING_KIND(thing) == ATN_THING_MEASURE ? ATN_THING_INDEX(thing)
                                                                           : ATN_NONE;
}

static attain_status read_unit(const atn_resolver *resolver, atn_str text, uint32_t *out, attain_error *err)
{
    const attain_facts *facts = resolver->facts;
    const atn_names *names = &facts->plan->model.unit_names;
    *out = atn_names_find(names, text);
    if (*out != ATN_NONE || err == NULL) {
        return *out != ATN_NONE ? ATTAIN_OK : ATTAIN_E_UNIT;
    }
    if (text.len == 0) {
        return atn_error_set(err, ATTAIN_E_UNIT,
                             "the unit is empty; the id of a unit of the plan is required");
    }
    const atn_note found = atn_show_text(text);
    const atn_note near = show_near(names, text);
    return atn_error_set(err, ATTAIN_E_UNIT, "unknown unit '%s'%s", found.text, near.text);
}

static attain_status read_measure(const atn_resolver *resolver, atn_str text, uint32_t *out,
                                  attain_error *err)
{
    const attain_facts *facts = resolver->facts;
    const atn_names *names = &facts->plan->model.thing_names;
    *out = atn_find_measure(&facts->plan->model, text);
    if (*out != ATN_NONE || err == NULL) {
        return *out != ATN_NONE ? ATTAIN_OK : ATTAIN_E_MEASURE;
    }
    if (text.len == 0) {
        return atn_error_set(err, ATTAIN_E_MEASURE,
                             "the measure is empty; the id of a measure of the plan is required");
    }
    const atn_note found = atn_show_text(text);
    const uint32_t thing = atn_names_find(names, text);
    if (thing != ATN_NONE) {
        return atn_error_set(err, ATTAIN_E_MEASURE, "'%s' is %s; the id of a measure is required", found.text,
                             ATN_THING_KIND(thing) == ATN_THING_REFERENCE ? "a reference" : "an indicator");
    }
    const atn_note near = show_near(names, text);
    return atn_error_set(err, ATTAIN_E_MEASURE, "unknown measure '%s'%s", found.text, near.text);
}

static attain_status read_period(atn_resolver *resolver, atn_str text, attain_period *out, attain_error *err)
{
    if (text.len > 0 && text.len == resolver->last_period_len &&
        memcmp(text.data, resolver->last_period_text, text.len) == 0) {
        *out = resolver->last_period;
        return ATTAIN_OK;
    }
    const char *problem = atn_period_parse(text, out);
    if (problem != NULL) {
        if (err == NULL) {
            return ATTAIN_E_DATE;
        }
        const atn_note found = atn_show_text(text);
        return atn_error_set(err, ATTAIN_E_DATE, "period '%s': %s", found.text, problem);
    }
    if (text.len <= sizeof resolver->last_period_text) {
        memcpy(resolver->last_period_text, text.data, text.len);
        resolver->last_period_len = text.len;
        resolver->last_period = *out;
    }
    return ATTAIN_OK;
}

/* ---- members ---- */

static uint32_t find_member(const atn_member_set *set, atn_str text)
{
    for (uint32_t m = 0; m < set->n_members; m++) {
        if (atn_str_equal(set->member[m], text)) {
            return m;
        }
    }
    return ATN_NONE;
}

static atn_str near_member(const atn_member_set *set, atn_str text)
{
    const size_t most = text.len <= 4 ? 1 : text.len <= 8 ? 2 : 3;
    atn_str best = {"", 0};
    size_t best_distance = most + 1;
    for (uint32_t m = 0; m < set->n_members; m++) {
        const size_t distance = atn_str_distance(set->member[m], text, most);
        if (distance < best_distance) {
            best = set->member[m];
            best_distance = distance;
        }
    }
    return best;
}

static attain_status no_member(const atn_measure *measure, const atn_member_set *set, atn_str text,
                               bool column, attain_error *err)
{
    if (err == NULL) {
        return ATTAIN_E_CATEGORY;
    }
    if (text.len == 0) {
        return atn_error_set(err, ATTAIN_E_CATEGORY,
                             "measure '%.*s' is by %.*s: %s, a member is required in every fact",
                             ATN_STR_ARG(measure->id), ATN_STR_ARG(set->id),
                             column ? "its column is empty here" : "there is no such column");
    }
    const atn_note found = atn_show_text(text);
    const atn_note near = near_note(near_member(set, text));
    return atn_error_set(err, ATTAIN_E_CATEGORY, "'%s' is no member of %.*s%s", found.text,
                         ATN_STR_ARG(set->id), near.text);
}

/* Members of the measure's categories make the cell; other member columns must be empty. */
static attain_status read_cell(const atn_resolver *resolver, const atn_text_row *text, uint32_t index,
                               uint32_t *cell, uint32_t *field, attain_error *err)
{
    const atn_model *model = &resolver->facts->plan->model;
    const atn_measure *measure = &model->measures[index];
    uint32_t n_used = 0;
    *cell = 0;
    for (uint32_t p = 0; p < measure->n_categories; p++) {
        const atn_member_set *set = &model->categories[measure->category[p]];
        const uint32_t column = resolver->column_of_category[measure->category[p]];
        const atn_str word = column != ATN_NONE ? text->member[column] : (atn_str){"", 0};
        const uint32_t member = find_member(set, word);
        *field = column != ATN_NONE ? ATN_FIELD_MEMBER + column : (uint32_t)ATN_FIELD_ROW;
        if (member == ATN_NONE) {
            return no_member(measure, set, word, column != ATN_NONE, err);
        }
        *cell = *cell * set->n_members + member;
        n_used++;
    }
    for (uint32_t c = 0; n_used < resolver->n_columns && c < resolver->n_columns; c++) {
        bool used = text->member[c].len == 0;
        for (uint32_t p = 0; p < measure->n_categories && !used; p++) {
            used = resolver->category_of_column[c] == measure->category[p];
        }
        if (!used) {
            *field = ATN_FIELD_MEMBER + c;
            const atn_note found = atn_show_text(text->member[c]);
            return atn_error_set(err, ATTAIN_E_CATEGORY,
                                 "measure '%.*s' is not by %.*s, yet its member '%s' stands here",
                                 ATN_STR_ARG(measure->id),
                                 ATN_STR_ARG(model->categories[resolver->category_of_column[c]].id),
                                 found.text);
        }
    }
    return ATTAIN_OK;
}

/* ---- values ---- */

static attain_status status_of(atn_decimal_problem problem)
{
    return problem == ATN_DECIMAL_TOO_PRECISE ? ATTAIN_E_DIGITS
           : problem == ATN_DECIMAL_RANGE     ? ATTAIN_E_RANGE
                                              : ATTAIN_E_NUMBER;
}

/* "90.000" is 90 in one country and 90000 in another: both readings are shown, with the way to say which is meant. */
static atn_note show_readings(atn_str text)
{
    const attain_number_format plain = ATTAIN_NUMBERS_PLAIN;
    const attain_number_format vi = ATTAIN_NUMBERS_VI;
    atn_note note = {""};
    int64_t a;
    int64_t b;
    unsigned a_decimals;
    unsigned b_decimals;
    size_t at;
    if (atn_decimal_parse_any(text, &plain, &a, &a_decimals, &at) != ATN_DECIMAL_OK ||
        atn_decimal_parse_any(text, &vi, &b, &b_decimals, &at) != ATN_DECIMAL_OK ||
        (a == b && a_decimals == b_decimals)) {
        return note;
    }
    const atn_note as_plain = atn_show_number(a, a_decimals);
    const atn_note as_vi = atn_show_number(b, b_decimals);
    attain_error message;
    (void)atn_error_set(&message, ATTAIN_OK,
                        "; it reads %s in plain numbers and %s in vi numbers: declare which the text has",
                        as_plain.text, as_vi.text);
    const size_t len = strlen(message.message);
    if (len < sizeof note.text) {
        memcpy(note.text, message.message, len + 1);
    }
    return note;
}

static attain_status bad_value(const atn_measure *measure, atn_str text, atn_decimal_problem problem,
                               attain_error *err)
{
    const attain_status status = status_of(problem);
    if (err == NULL) {
        return status;
    }
    const atn_note found = atn_show_text(text);
    const atn_note readings = show_readings(text);
    if (problem == ATN_DECIMAL_TOO_PRECISE) {
        return atn_error_set(err, status, "value '%s' has more decimals than measure '%.*s' declares (%u)%s",
                             found.text, ATN_STR_ARG(measure->id), (unsigned)measure->decimals,
                             readings.text);
    }
    if (problem == ATN_DECIMAL_RANGE) {
        return atn_error_set(
            err, status,
            "value '%s' does not fit 64 bits with the %u decimals of measure '%.*s'; a larger unit of "
            "measure or fewer decimals are required",
            found.text, (unsigned)measure->decimals, ATN_STR_ARG(measure->id));
    }
    return atn_error_set(err, status, "value '%s': %s%s", found.text, atn_decimal_problem_text(problem),
                         readings.text);
}

/* A value that is a number already: exactly one of the measure's decimals, or none. */
static attain_status read_number(const atn_text_row *text, const atn_measure *measure, int64_t *value,
                                 attain_error *err)
{
    const bool is_float = text->form == ATN_VALUE_FLOAT;
    const bool use_division = atn_double_nearest_now();
    if (is_float ? atn_float_to_decimal((float)text->number, measure->decimals, use_division, value)
                 : atn_double_to_decimal(text->number, measure->decimals, use_division, value)) {
        return ATTAIN_OK;
    }
    if (err == NULL) {
        return ATTAIN_E_NUMBER;
    }
    const atn_note found = atn_show_text(text->value);
    if (text->number != text->number) {
        return atn_error_set(err, ATTAIN_E_NUMBER,
                             "value NaN; a number is required, and a null where there is none, or "
                             "ATTAIN_INTAKE_NAN_IS_EMPTY");
    }
    return atn_error_set(
        err, ATTAIN_E_NUMBER,
        "value %s is no number with the %u decimals of measure '%.*s' and at most %d digits, which "
        "is what a float%d holds exactly; round it, or give integers, decimals or text",
        found.text, (unsigned)measure->decimals, ATN_STR_ARG(measure->id), is_float ? 6 : 15,
        is_float ? 32 : 64);
}

static attain_status read_value(const atn_resolver *resolver, const atn_text_row *text, atn_row *row,
                                attain_error *err)
{
    const atn_measure *measure = &resolver->facts->plan->model.measures[row->measure];
    if (row->qualifier == ATTAIN_MISSING) {
        if (text->value.len == 0) {
            return ATTAIN_OK;
        }
        const atn_note found = atn_show_text(text->value);
        return atn_error_set(err, ATTAIN_E_QUALIFIER,
                             "'missing' stands beside the value '%s'; one of the two is required",
                             found.text);
    }
    if (text->value.len == 0) {
        return atn_error_set(
            err, ATTAIN_E_QUALIFIER,
            "no value, but a qualifier or a reason; a figure that is missing has the qualifier 'missing'");
    }
    if (text->form == ATN_VALUE_DOUBLE || text->form == ATN_VALUE_FLOAT) {
        return read_number(text, measure, &row->value, err);
    }
    const attain_number_format plain = ATTAIN_NUMBERS_PLAIN;
    const attain_number_format *numbers = text->form == ATN_VALUE_PLAIN ? &plain : &resolver->numbers;
    size_t at;
    const atn_decimal_problem problem =
        atn_decimal_parse(text->value, numbers, measure->decimals, &row->value, &at);
    return problem == ATN_DECIMAL_OK ? ATTAIN_OK : bad_value(measure, text->value, problem, err);
}

/* ---- rows ---- */

bool atn_text_row_is_empty(const atn_text_row *text)
{
    return text->value.len == 0 && text->reason.len == 0 &&
           (text->qualifier.len == 0 || atn_str_is(text->qualifier, "="));
}

static attain_status read_qualified(const atn_resolver *resolver, const atn_text_row *text, atn_row *row,
                                    uint32_t *field, attain_error *err)
{
    *field = ATN_FIELD_QUALIFIER;
    ATN_TRY(read_qualifier(text->qualifier, &row->qualifier, err));
    *field = ATN_FIELD_REASON;
    if (text->reason.len > 0) {
        ATN_TRY(read_reason(text->reason, &row->reason, err));
        if (row->qualifier != ATTAIN_MISSING) {
            return atn_error_set(
                err, ATTAIN_E_QUALIFIER,
                "a reason stands here without the qualifier 'missing'; only a missing figure has a reason");
        }
    } else if (row->qualifier == ATTAIN_MISSING) {
        row->reason = ATTAIN_REASON_NOT_REPORTED;
    }
    *field = ATN_FIELD_VALUE;
    return read_value(resolver, text, row, err);
}

/* Which string made a check of the whole row fail. */
static uint32_t field_of(attain_status status)
{
    switch (status) {
    case ATTAIN_E_PERIOD: return ATN_FIELD_PERIOD;
    case ATTAIN_E_PLACE: return ATN_FIELD_UNIT;
    case ATTAIN_E_RANGE: return ATN_FIELD_VALUE;
    default: return ATN_FIELD_ROW;
    }
}

attain_status atn_text_row_resolve(atn_resolver *resolver, const atn_text_row *text, atn_row *row,
                                   uint32_t *field, attain_error *err)
{
    attain_period period;
    memset(row, 0, sizeof *row);
    *field = ATN_FIELD_UNIT;
    ATN_TRY(read_unit(resolver, text->unit, &row->unit, err));
    *field = ATN_FIELD_MEASURE;
    row->measure = text->known_measure;
    if (text->known_measure == ATN_NONE) {
        ATN_TRY(read_measure(resolver, text->measure, &row->measure, err));
    }
    *field = ATN_FIELD_PERIOD;
    ATN_TRY(read_period(resolver, text->period, &period, err));
    atn_row_set_period(row, period);
    ATN_TRY(read_cell(resolver, text, row->measure, &row->cell, field, err));
    ATN_TRY(read_qualified(resolver, text, row, field, err));
    const attain_status status = atn_row_check(resolver->facts, row, err);
    *field = field_of(status);
    return status;
}

attain_status atn_resolver_init(atn_resolver *resolver, const attain_facts *facts,
                                const attain_number_format *numbers, const uint32_t *categories, uint32_t n,
                                attain_error *err)
{
    const uint32_t n_categories = facts->plan->model.n_categories;
    memset(resolver, 0, sizeof *resolver);
    resolver->facts = facts;
    resolver->numbers = *numbers;
    resolver->n_columns = n;
    resolver->column_of_category =
        atn_alloc_array(&facts->alloc, n_categories, sizeof *resolver->column_of_category);
    resolver->category_of_column = atn_alloc_array(&facts->alloc, n, sizeof *resolver->category_of_column);
    if (resolver->column_of_category == NULL || resolver->category_of_column == NULL) {
        atn_resolver_free(resolver);
        return atn_error_memory(err, "taking facts in");
    }
    for (uint32_t c = 0; c < n_categories; c++) {
        resolver->column_of_category[c] = ATN_NONE;
    }
    for (uint32_t i = 0; i < n; i++) {
        resolver->column_of_category[categories[i]] = i;
        resolver->category_of_column[i] = categories[i];
    }
    return ATTAIN_OK;
}

void atn_resolver_free(atn_resolver *resolver)
{
    if (resolver->facts == NULL) {
        return;
    }
    const attain_allocator *a = &resolver->facts->alloc;
    if (resolver->column_of_category != NULL) {
        atn_alloc_free_array(a, resolver->column_of_category, resolver->facts->plan->model.n_categories,
                             sizeof *resolver->column_of_category);
    }
    if (resolver->category_of_column != NULL) {
        atn_alloc_free_array(a, resolver->category_of_column, resolver->n_columns,
                             sizeof *resolver->category_of_column);
    }
    memset(resolver, 0, sizeof *resolver);
}

/* ---- facts by text ---- */

/* A NULL text is an empty one. */
static atn_str str_at(const attain_str *column, size_t i)
{
    return column != NULL && column[i].data != NULL ? (atn_str){column[i].data, column[i].len}
                                                    : (atn_str){"", 0};
}

static attain_status find_columns(const attain_facts *facts, const attain_fact_text_columns *columns,
                                  uint32_t *categories, attain_error *err)
{
    const atn_model *model = &facts->plan->model;
    for (size_t c = 0; c < columns->n_member_columns; c++) {
        const atn_str name = str_at(columns->member_columns, c);
        const atn_note found = atn_show_text(name);
        categories[c] = atn_find_category(model, name);
        if (categories[c] == ATN_NONE) {
            const atn_note near = show_near(&model->category_names, name);
            return atn_error_at_index(err, ATTAIN_E_CATEGORY, (int64_t)c,
                                      "member column '%s' is no category%s", found.text, near.text);
        }
        for (size_t d = 0; d < c; d++) {
            if (categories[d] == categories[c]) {
                return atn_error_at_index(err, ATTAIN_E_CATEGORY, (int64_t)c,
                                          "member column '%s' comes twice", found.text);
            }
        }
    }
    return ATTAIN_OK;
}

static attain_status add_text_rows(atn_batch *batch, atn_resolver *resolver,
                                   const attain_fact_text_columns *columns, size_t n, atn_str *members,
                                   attain_error *err)
{
    attain_error why;
    const size_t n_members = columns->n_member_columns;
    for (size_t i = 0; i < n; i++) {
        for (size_t c = 0; c < n_members; c++) {
            members[c] = str_at(columns->member, i * n_members + c);
        }
        const atn_text_row text = {.unit = str_at(columns->unit, i),
                                   .measure = str_at(columns->measure, i),
                                   .period = str_at(columns->period, i),
                                   .value = str_at(columns->value, i),
                                   .qualifier = str_at(columns->qualifier, i),
                                   .reason = str_at(columns->reason, i),
                                   .member = members,
                                   .known_measure = ATN_NONE};
        if (atn_text_row_is_empty(&text)) {
            atn_batch_empty(batch);
            continue;
        }
        atn_row row;
        uint32_t field;
        const attain_status status =
            atn_text_row_resolve(resolver, &text, &row, &field, atn_batch_issue(batch, &why));
        row.number = (uint32_t)(i + 1);
        if (status == ATTAIN_OK) {
            ATN_TRY(atn_batch_add(batch, &row, err));
        } else {
            ATN_TRY(atn_batch_reject(batch, (uint32_t)(i + 1), 1, 0, status, &why, err));
        }
        if ((i + 1) % ATN_PROGRESS_ROWS == 0) {
            ATN_TRY(atn_batch_progress(batch, i + 1, n, err));
        }
    }
    return n > 0 ? atn_batch_progress(batch, n, n, err) : ATTAIN_OK;
}

attain_status atn_facts_add_text(attain_facts *facts, const attain_fact_text_columns *columns, size_t n,
                                 const attain_intake_options *options, attain_report *report,
                                 attain_error *err)
{
    const attain_number_format numbers = options != NULL ? options->numbers : ATTAIN_NUMBERS_PLAIN;
    const size_t n_members = columns->n_member_columns;
    if (n > ATN_MAX_INTAKE_ROWS || n_members > facts->plan->model.n_categories) {
        return n > ATN_MAX_INTAKE_ROWS
                   ? atn_error_set(err, ATTAIN_E_LIMIT,
                                   "%llu rows in one call; at most %lu are taken at a time",
                                   (unsigned long long)n, (unsigned long)ATN_MAX_INTAKE_ROWS)
                   : atn_error_set(err, ATTAIN_E_CATEGORY,
                                   "%llu member columns, but the plan has %lu categories",
                                   (unsigned long long)n_members,
                                   (unsigned long)facts->plan->model.n_categories);
    }
    atn_batch batch;
    ATN_TRY(atn_batch_init(&batch, facts, options, err));
    atn_resolver resolver = {.facts = NULL};
    uint32_t *categories = atn_alloc_array(&facts->alloc, n_members, sizeof *categories);
    atn_str *members = atn_alloc_array(&facts->alloc, n_members, sizeof *members);
    attain_status status = ATTAIN_E_MEMORY;
    if (categories == NULL || members == NULL) {
        (void)atn_error_memory(err, "taking facts in");
    } else {
        status = find_columns(facts, columns, categories, err);
    }
    if (status == ATTAIN_OK) {
        status = atn_resolver_init(&resolver, facts, &numbers, categories, (uint32_t)n_members, err);
    }
    if (status == ATTAIN_OK) {
        status = add_text_rows(&batch, &resolver, columns, n, members, err);
    }
    if (status == ATTAIN_OK) {
        status = atn_batch_finish(&batch, NULL, report, err);
    }
    if (categories != NULL) {
        atn_alloc_free_array(&facts->alloc, categories, n_members, sizeof *categories);
    }
    if (members != NULL) {
        atn_alloc_free_array(&facts->alloc, members, n_members, sizeof *members);
    }
    atn_resolver_free(&resolver);
    atn_batch_free(&batch);
    return status;
}
