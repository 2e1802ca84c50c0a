/* Parser: words, numbers, days, periods and lists. The place decides what a word is, so each place calls the reader of what it needs. */
#include "language/parser.h"

#include "number/decimal.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* --- tokens --- */

const atn_token *atn_parser_ahead(atn_parser *p, size_t n)
{
    if (n < p->end - p->at) {
        return &p->lexer.tokens[p->at + n];
    }
    p->end_token = (atn_token){.kind = ATN_TOKEN_END, .text = {"", 0}};
    if (p->end > 0) {
        const atn_token *const last = &p->lexer.tokens[p->end - 1];
        p->end_token.line = last->line;
        p->end_token.column = last->column + last->n_columns;
        p->end_token.n_columns = 1;
    }
    return &p->end_token;
}

const atn_token *atn_parser_peek(atn_parser *p)
{
    return atn_parser_ahead(p, 0);
}

bool atn_parser_is_word(const atn_token *token, const char *word)
{
    return token->kind == ATN_TOKEN_WORD && atn_str_is(token->text, word);
}

bool atn_parser_take(atn_parser *p, const char *word)
{
    const bool is_next = atn_parser_is_word(atn_parser_peek(p), word);
    p->at += is_next;
    return is_next;
}

bool atn_parser_take_sign(atn_parser *p, atn_token_kind kind)
{
    const bool is_next = kind != ATN_TOKEN_END && atn_parser_peek(p)->kind == kind;
    p->at += is_next;
    return is_next;
}

bool atn_parser_expect(atn_parser *p, const char *word, const char *place)
{
    char what[96];
    if (atn_parser_take(p, word)) {
        return true;
    }
    snprintf(what, sizeof what, "'%s' %s", word, place);
    return atn_parser_require(p, what);
}

bool atn_parser_expect_sign(atn_parser *p, atn_token_kind kind, const char *sign, const char *place)
{
    char what[96];
    if (atn_parser_take_sign(p, kind)) {
        return true;
    }
    snprintf(what, sizeof what, "'%s' %s", sign, place);
    return atn_parser_require(p, what);
}

/* --- diagnostics --- */

atn_span atn_parser_span(const atn_parser *p, size_t first)
{
    const atn_token *const start = &p->lexer.tokens[first];
    const atn_token *last = start;
    for (size_t i = p->at; i-- > first + 1;) {
        if (p->lexer.tokens[i].line == start->line) {
            last = &p->lexer.tokens[i];
            break;
        }
    }
    return (atn_span){p->lexer.source->name, start->line, start->column,
                      last->column + last->n_columns - start->column};
}

bool atn_parser_fail(atn_parser *p, attain_status status, atn_span span, atn_str hint, const char *fmt, ...)
{
    char message[512];
    va_list args;
    va_start(args, fmt);
    const int len = vsnprintf(message, sizeof message, fmt, args);
    va_end(args);
    (void)len;
    if (!atn_diagnose(p->plan, ATTAIN_ERROR, status, span, hint, "%s", message)) {
        p->stop = ATTAIN_E_MEMORY;
    }
    return false;
}

bool atn_parser_memory(atn_parser *p)
{
    p->stop = ATTAIN_E_MEMORY;
    return false;
}

atn_str atn_cut(atn_str s)
{
    if (s.len > 64) {
        s.len = 64;
        while (s.len > 0 && ((unsigned char)s.data[s.len] & 0xc0) == 0x80) {
            s.len--;
        }
    }
    return s;
}

bool atn_parser_require(atn_parser *p, const char *what)
{
    const atn_token *const token = atn_parser_peek(p);
    const atn_span span = {p->lexer.source->name, token->line, token->column, token->n_columns};
    const atn_str none = {"", 0};
    if (token->kind == ATN_TOKEN_BAD) {
        return false;
    }
    if (token->kind == ATN_TOKEN_END) {
        return atn_parser_fail(p, ATTAIN_E_SYNTAX, span, none, "expected %s, but the line ends", what);
    }
    if (token->kind == ATN_TOKEN_STRING) {
        return atn_parser_fail(p, ATTAIN_E_SYNTAX, span, none, "expected %s, found a string", what);
    }
    return atn_parser_fail(p, ATTAIN_E_SYNTAX, span, none, "expected %s, found '%.*s'", what,
                           ATN_STR_ARG(atn_cut(token->text)));
}

atn_str atn_parser_near(atn_parser *p, atn_str word, const char *const *words, size_t n)
{
    const size_t most = word.len <= 4 ? 1 : word.len <= 8 ? 2 : 3;
    size_t best_distance = most + 1;
    atn_str best = {"", 0};
    for (size_t i = 0; i < n; i++) {
        const atn_str candidate = {words[i], strlen(words[i])};
        const size_t distance = atn_str_distance(word, candidate, most);
        if (distance < best_distance && distance < candidate.len) {
            best = candidate;
            best_distance = distance;
        }
    }
    return atn_near_hint(p->plan, best);
}

/* --- words and strings --- */

void *atn_parser_new(atn_parser *p, size_t size)
{
    void *const made = atn_arena_array(&p->plan->arena, 1, size);
    if (made == NULL) {
        p->stop = ATTAIN_E_MEMORY;
    }
    return made;
}

/* An item with the text of a token, copied. NULL: out of memory. */
static atn_item *item_of(atn_parser *p, const atn_token *token)
{
    const atn_span span = {p->lexer.source->name, token->line, token->column, token->n_columns};
    const atn_str text = token->text;
    const bool is_string = token->kind == ATN_TOKEN_STRING;
    atn_item *const item = atn_parser_new(p, sizeof *item);
    if (item == NULL) {
        return NULL;
    }
    item->text = (atn_str){atn_arena_copy(&p->plan->arena, text.data, text.len), text.len};
    item->title = (atn_str){"", 0};
    item->is_string = is_string;
    item->span = span;
    if (item->text.data == NULL) {
        p->stop = ATTAIN_E_MEMORY;
        return NULL;
    }
    return item;
}

static bool take_item(atn_parser *p, atn_item **out)
{
    *out = item_of(p, atn_parser_peek(p));
    p->at++;
    return *out != NULL;
}

bool atn_parser_id(atn_parser *p, const char *what, atn_item **out)
{
    const atn_token *const token = atn_parser_peek(p);
    if (token->kind != ATN_TOKEN_WORD) {
        return atn_parser_require(p, what);
    }
    if (memchr(token->text.data, ',', token->text.len) != NULL) {
        const atn_span span = {p->lexer.source->name, token->line, token->column, token->n_columns};
        return atn_parser_fail(p, ATTAIN_E_SYNTAX, span,
                               ATN_STR("under `numbers vi` write a blank after the comma of a list"),
                               "expected %s, found '%.*s': an id holds no comma", what,
                               ATN_STR_ARG(atn_cut(token->text)));
    }
    return take_item(p, out);
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

const char *atn_name_problem(atn_str name)
{
    static const char *const reserved[] = {"count", "where", "and", "or", "not", "average", "worst", "every"};
    const unsigned char first = name.len == 0 ? 0 : (unsigned char)name.data[0];
    if (is_digit((char)first) || first == '.' || first == '-') {
        return "a name that stands in expressions starts with a letter or _";
    }
    for (size_t i = 0; i < sizeof reserved / sizeof *reserved; i++) {
        if (atn_str_is(name, reserved[i])) {
            return "count, where, and, or, not, average, worst and every are words of the language";
        }
    }
    return NULL;
}

bool atn_parser_name(atn_parser *p, const char *what, atn_item **out)
{
    const atn_token *const token = atn_parser_peek(p);
    const char *const problem = token->kind == ATN_TOKEN_WORD ? atn_name_problem(token->text) : NULL;
    if (problem != NULL) {
        const atn_span span = {p->lexer.source->name, token->line, token->column, token->n_columns};
        return atn_parser_fail(p, ATTAIN_E_SYNTAX, span, (atn_str){"", 0}, "expected %s, found '%.*s': %s",
                               what, ATN_STR_ARG(atn_cut(token->text)), problem);
    }
    return atn_parser_id(p, what, out);
}

bool atn_parser_one_string(atn_parser *p, const char *what, atn_item **out)
{
    if (atn_parser_peek(p)->kind != ATN_TOKEN_STRING) {
        return atn_parser_require(p, what);
    }
    return take_item(p, out);
}

/* Joins the strings at [at, at + n) into one text; the first token's place is the item's. */
static bool join_strings(atn_parser *p, size_t n, size_t len_bytes, atn_item **out)
{
    char *const joined = atn_arena_array(&p->plan->arena, len_bytes + 1, 1);
    if (joined == NULL) {
        return atn_parser_memory(p);
    }
    size_t len = 0;
    for (size_t i = 0; i < n; i++) {
        const atn_str part = atn_parser_ahead(p, i)->text;
        if (part.len > 0) {
            memcpy(joined + len, part.data, part.len);
        }
        len += part.len;
    }
    atn_token token = *atn_parser_peek(p);
    token.text = (atn_str){joined, len};
    *out = item_of(p, &token);
    p->at += n;
    return *out != NULL;
}

bool atn_parser_string(atn_parser *p, const char *what, atn_item **out)
{
    size_t n = 0;
    size_t len = 0;
    while (atn_parser_ahead(p, n)->kind == ATN_TOKEN_STRING) {
        len += atn_parser_ahead(p, n)->text.len;
        n++;
    }
    if (n <= 1) {
        return atn_parser_one_string(p, what, out);
    }
    if (len > ATN_STRING_BYTES) {
        p->at += n;
        return atn_parser_fail(p, ATTAIN_E_LIMIT, atn_parser_span(p, p->at - n), (atn_str){"", 0},
                               "the strings in a row that begin here are longer than 64 KiB");
    }
    return join_strings(p, n, len, out);
}

bool atn_parser_list(atn_parser *p, atn_item_reader *read, const char *what, atn_item **out)
{
    atn_item **next = out;
    do {
        if (!read(p, what, next)) {
            return false;
        }
        next = &(*next)->next;
    } while (atn_parser_take_sign(p, ATN_TOKEN_COMMA));
    return true;
}

/* --- numbers --- */

bool atn_parser_is_number(const atn_token *token)
{
    const atn_str s = token->text;
    if (token->kind != ATN_TOKEN_WORD) {
        return false;
    }
    if (is_digit(s.data[0])) {
        return true;
    }
    return (s.len > 1 && s.data[0] == '-' && is_digit(s.data[1])) ||
           (s.len > 3 && memcmp(s.data, "\xe2\x88\x92", 3) == 0 && is_digit(s.data[3]));
}

/* Copies text without the `_` that stand between two digits; false if it is too long to be a number. */
static bool drop_groups(atn_str text, char *plain, size_t cap, size_t *len)
{
    *len = 0;
    for (size_t i = 0; i < text.len; i++) {
        const bool groups = text.data[i] == '_' && i > 0 && i + 1 < text.len && is_digit(text.data[i - 1]) &&
                            is_digit(text.data[i + 1]);
        if (groups) {
            continue;
        }
        if (*len == cap) {
            return false;
        }
        plain[(*len)++] = text.data[i];
    }
    return true;
}

static attain_status status_of(atn_decimal_problem problem)
{
    return problem == ATN_DECIMAL_RANGE         ? ATTAIN_E_RANGE
           : problem == ATN_DECIMAL_TOO_PRECISE ? ATTAIN_E_DIGITS
                                                : ATTAIN_E_NUMBER;
}

/* The sentence of a problem where nothing was declared: at most nine decimals, by the file's way of writing. */
static const char *problem_text(atn_decimal_problem problem, bool numbers_vi)
{
    switch (problem) {
    case ATN_DECIMAL_TOO_PRECISE: return "at most nine decimals are read";
    case ATN_DECIMAL_RANGE: return "it is too large: without its decimal sign it must fit 64 bits";
    case ATN_DECIMAL_SYNTAX:
        return numbers_vi ? "under `numbers vi` a number is written like 90.000 or 12,5"
                          : "a number is written like 90000, 90_000 or 12.5";
    default: return atn_decimal_problem_text(problem);
    }
}

/* Where a number was read by the other way of writing than the one that was meant. */
static atn_str number_hint(atn_str text, atn_decimal_problem problem, bool numbers_vi)
{
    size_t n_points = 0;
    for (size_t i = 0; i < text.len; i++) {
        n_points += text.data[i] == '.';
    }
    if (numbers_vi && problem == ATN_DECIMAL_GROUPING) {
        return ATN_STR("under `numbers vi` '.' groups thousands and ',' begins decimals");
    }
    return !numbers_vi && n_points > 1
               ? ATN_STR("`numbers vi` at the top of the file reads 90.000 as ninety thousand")
               : (atn_str){"", 0};
}

/* 12,5 is three tokens unless `numbers vi` is said; lists of numbers there are none. */
static bool refuse_decimal_comma(atn_parser *p, const char *what)
{
    const atn_token comma = *atn_parser_ahead(p, 1);
    const atn_token second = *atn_parser_ahead(p, 2);
    if (comma.kind != ATN_TOKEN_COMMA || !comma.glued || !second.glued || !atn_parser_is_number(&second)) {
        return true;
    }
    const atn_str first = atn_parser_peek(p)->text;
    const atn_str text = {first.data, (size_t)(second.text.data + second.text.len - first.data)};
    p->at += 3;
    return atn_parser_fail(p, ATTAIN_E_NUMBER, atn_parser_span(p, p->at - 3),
                           ATN_STR("write 12.5, or `numbers vi` at the top of the file"),
                           "expected %s, found '%.*s': a comma is no decimal sign here", what,
                           ATN_STR_ARG(atn_cut(text)));
}

bool atn_parser_number(atn_parser *p, const char *what, atn_number *out)
{
    static const attain_number_format vi = {',', "."};
    const bool numbers_vi = p->lexer.numbers_vi;
    const atn_token *const token = atn_parser_peek(p);
    const atn_str text = token->text;
    char plain[64];
    size_t len;
    size_t at = 0;
    unsigned decimals = 0;
    if (!atn_parser_is_number(token)) {
        return atn_parser_require(p, what);
    }
    if (!refuse_decimal_comma(p, what)) {
        return false;
    }
    *out = (atn_number){.span = {p->lexer.source->name, token->line, token->column, token->n_columns}};
    atn_decimal_problem problem = ATN_DECIMAL_RANGE;
    if (drop_groups(text, plain, sizeof plain, &len)) {
        problem = atn_decimal_parse_any((atn_str){plain, len}, numbers_vi ? &vi : NULL, &out->mantissa,
                                        &decimals, &at);
    }
    if (problem != ATN_DECIMAL_OK) {
        return atn_parser_fail(p, status_of(problem), out->span, number_hint(text, problem, numbers_vi),
                               "expected %s, found '%.*s': %s", what, ATN_STR_ARG(atn_cut(text)),
                               problem_text(problem, numbers_vi));
    }
    out->decimals = (uint8_t)decimals;
    out->text = (atn_str){atn_arena_copy(&p->plan->arena, text.data, text.len), text.len};
    p->at++;
    return out->text.data != NULL || atn_parser_memory(p);
}

bool atn_parser_whole(atn_parser *p, const char *what, int64_t least, int64_t most, atn_number *out)
{
    if (!atn_parser_number(p, what, out)) {
        return false;
    }
    if (out->decimals != 0 || out->mantissa < least || out->mantissa > most) {
        return atn_parser_fail(p, ATTAIN_E_RANGE, out->span, (atn_str){"", 0},
                               "%s is a whole number from %lld to %lld, found '%.*s'", what, (long long)least,
                               (long long)most, ATN_STR_ARG(atn_cut(out->text)));
    }
    return true;
}

bool atn_parser_value(atn_parser *p, const char *what, atn_value *out)
{
    *out = (atn_value){.has_per = false};
    if (!atn_parser_number(p, what, &out->number)) {
        return false;
    }
    if (atn_parser_take_sign(p, ATN_TOKEN_PERCENT)) {
        out->number.percent = true;
        return true;
    }
    out->slash = atn_parser_take_sign(p, ATN_TOKEN_SLASH);
    out->has_per = out->slash || atn_parser_take(p, "per");
    return !out->has_per ||
           atn_parser_number(p, out->slash ? "a number after '/'" : "a number after 'per'", &out->per);
}

/* --- days and periods --- */

bool atn_parser_day(atn_parser *p, const char *what, int32_t *day)
{
    const atn_token *const token = atn_parser_peek(p);
    if (token->kind != ATN_TOKEN_WORD) {
        return atn_parser_require(p, what);
    }
    const char *const problem = atn_date_parse(token->text, day);
    if (problem != NULL) {
        const atn_span span = {p->lexer.source->name, token->line, token->column, token->n_columns};
        return atn_parser_fail(p, ATTAIN_E_DATE, span, (atn_str){"", 0}, "expected %s, found '%.*s': %s",
                               what, ATN_STR_ARG(atn_cut(token->text)), problem);
    }
    p->at++;
    return true;
}

/* 2017/2020 is three tokens without a blank; they stand side by side in the text. */
static size_t period_tokens(atn_parser *p)
{
    const atn_token *const slash = atn_parser_ahead(p, 1);
    if (slash->kind != ATN_TOKEN_SLASH || !slash->glued) {
        return 1;
    }
    const atn_token *const second = atn_parser_ahead(p, 2);
    return second->kind == ATN_TOKEN_WORD && second->glued ? 3 : 1;
}

bool atn_parser_period(atn_parser *p, const char *what, attain_period *period, atn_item **as_written)
{
    atn_token token = *atn_parser_peek(p);
    if (token.kind != ATN_TOKEN_WORD) {
        return atn_parser_require(p, what);
    }
    const size_t n_tokens = period_tokens(p);
    const atn_token last = *atn_parser_ahead(p, n_tokens - 1);
    token.text.len = (size_t)(last.text.data + last.text.len - token.text.data);
    token.n_columns = last.column + last.n_columns - token.column;
    const char *const problem = atn_period_parse(token.text, period);
    if (problem != NULL) {
        const atn_span span = {p->lexer.source->name, token.line, token.column, token.n_columns};
        return atn_parser_fail(p, ATTAIN_E_DATE, span, (atn_str){"", 0}, "expected %s, found '%.*s': %s",
                               what, ATN_STR_ARG(atn_cut(token.text)), problem);
    }
    *as_written = item_of(p, &token);
    p->at += n_tokens;
    return *as_written != NULL;
}

/* Is a value with `stated` behind it next? The value has one to three tokens. */
static bool is_stated(atn_parser *p)
{
    const atn_token sign = *atn_parser_ahead(p, 1);
    size_t n = 1;
    if (sign.kind == ATN_TOKEN_PERCENT) {
        n = 2;
    } else if (sign.kind == ATN_TOKEN_SLASH || atn_parser_is_word(&sign, "per")) {
        n = 3;
    }
    return sign.kind == ATN_TOKEN_PERCENT || atn_parser_is_word(&sign, "per") ||
           atn_parser_is_word(atn_parser_ahead(p, n), "stated");
}

bool atn_parser_base(atn_parser *p, atn_base_text *out)
{
    const size_t first = p->at;
    bool fine = false;
    *out = (atn_base_text){.kind = ATN_BASE_PERIOD};
    if (atn_parser_take(p, "previous")) {
        out->kind = ATN_BASE_PREVIOUS;
        fine = true;
    } else if (atn_parser_take(p, "a")) {
        out->kind = ATN_BASE_YEAR_BEFORE;
        fine = atn_parser_expect(p, "year", "after 'a'") && atn_parser_expect(p, "before", "after 'a year'");
    } else if (is_stated(p)) {
        out->kind = ATN_BASE_STATED;
        fine = atn_parser_value(p, "a value", &out->value) &&
               atn_parser_expect(p, "stated", "after the value of a baseline") &&
               atn_parser_expect(p, "for", "after 'stated'") &&
               atn_parser_period(p, "a period", &out->period, &out->period_item);
    } else {
        fine = atn_parser_period(p, "a period, or a value 'stated for' one", &out->period, &out->period_item);
    }
    if (fine) {
        out->span = atn_parser_span(p, first);
    }
    return fine;
}
