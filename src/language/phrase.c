/* Phrases: what a target promises, in the words of the text.
 *
 *   phrase = ID op { tail } | "not" "quantified"
 *
 *   density  at least  1 per 5000   by 2030
 *   ID       op        value        tail
 *
 * The words are tables: operators by their first word, tails by theirs. A tail stands at most once. */
#include "language/parser.h"

const char *const atn_operator_words[] = {"at",      "more",  "less", "reaches", "exactly",
                                          "between", "about", "up",   "down"};
const size_t atn_n_operator_words = sizeof atn_operator_words / sizeof *atn_operator_words;

bool atn_parser_is_operator(const atn_token *token)
{
    for (size_t i = 0; i < atn_n_operator_words; i++) {
        if (atn_parser_is_word(token, atn_operator_words[i])) {
            return true;
        }
    }
    return false;
}

static bool read_at(atn_parser *p, atn_phrase *phrase)
{
    if (atn_parser_take(p, "most")) {
        phrase->op = ATN_WORD_AT_MOST;
        return atn_parser_value(p, "a value after 'at most'", &phrase->value);
    }
    if (!atn_parser_take(p, "least")) {
        return atn_parser_require(p, "'least' or 'most' after 'at'");
    }
    phrase->op = ATN_WORD_AT_LEAST;
    phrase->about = atn_parser_take(p, "about");
    return atn_parser_value(p, "a value after 'at least'", &phrase->value);
}

static bool read_between(atn_parser *p, atn_phrase *phrase)
{
    return atn_parser_value(p, "a value after 'between'", &phrase->value) &&
           atn_parser_expect(p, "and", "after the first value of 'between'") &&
           atn_parser_value(p, "a value after 'and'", &phrase->value_high);
}

/* "%" or "points" behind a number of up, down and within. */
static bool read_amount_kind(atn_parser *p, atn_number *number, atn_amount *kind)
{
    if (atn_parser_take_sign(p, ATN_TOKEN_PERCENT)) {
        number->percent = true;
        *kind = ATN_AMOUNT_RELATIVE;
        return true;
    }
    if (atn_parser_take(p, "points")) {
        *kind = ATN_AMOUNT_POINTS;
        return true;
    }
    return atn_parser_require(p, "'%' (of the baseline) or 'points'");
}

static bool read_change(atn_parser *p, atn_phrase *phrase)
{
    if (atn_parser_take(p, "at")) {
        phrase->at_least = true;
        if (!atn_parser_expect(p, "least", "after 'at' of a change")) {
            return false;
        }
    } else if (!atn_parser_is_number(atn_parser_peek(p))) {
        return true;
    }
    phrase->has_amount = true;
    return atn_parser_number(p, "a number after 'at least'", &phrase->amount) &&
           read_amount_kind(p, &phrase->amount, &phrase->amount_kind);
}

/* The operator, by its first word. A dispatch. */
static bool read_operator(atn_parser *p, atn_phrase *phrase)
{
    if (atn_parser_take(p, "at")) {
        return read_at(p, phrase);
    }
    if (atn_parser_take(p, "more")) {
        phrase->op = ATN_WORD_MORE_THAN;
        return atn_parser_expect(p, "than", "after 'more'") &&
               atn_parser_value(p, "a value after 'more than'", &phrase->value);
    }
    if (atn_parser_take(p, "less")) {
        phrase->op = ATN_WORD_LESS_THAN;
        return atn_parser_expect(p, "than", "after 'less'") &&
               atn_parser_value(p, "a value after 'less than'", &phrase->value);
    }
    if (atn_parser_take(p, "reaches")) {
        phrase->op = ATN_WORD_REACHES;
        return atn_parser_value(p, "a value after 'reaches'", &phrase->value);
    }
    if (atn_parser_take(p, "exactly")) {
        phrase->op = ATN_WORD_EXACTLY;
        return atn_parser_value(p, "a value after 'exactly'", &phrase->value);
    }
    if (atn_parser_take(p, "between")) {
        phrase->op = ATN_WORD_BETWEEN;
        return read_between(p, phrase);
    }
    if (atn_parser_take(p, "about")) {
        phrase->op = ATN_WORD_ABOUT;
        return atn_parser_value(p, "a value after 'about'", &phrase->value);
    }
    if (atn_parser_take(p, "up")) {
        phrase->op = ATN_WORD_UP;
        return read_change(p, phrase);
    }
    if (atn_parser_take(p, "down")) {
        phrase->op = ATN_WORD_DOWN;
        return read_change(p, phrase);
    }
    const atn_token *const token = atn_parser_peek(p);
    const atn_str hint = token->kind == ATN_TOKEN_WORD
                             ? atn_parser_near(p, token->text, atn_operator_words, atn_n_operator_words)
                             : (atn_str){"", 0};
    if (hint.len > 0) {
        const atn_span span = {p->lexer.source->name, token->line, token->column, token->n_columns};
        return atn_parser_fail(p, ATTAIN_E_SYNTAX, span, hint, "'%.*s' is no operator of a phrase",
                               ATN_STR_ARG(atn_cut(token->text)));
    }
    return atn_parser_require(p, "an operator (at least, at most, reaches, up ...) after the indicator");
}

/* --- tails --- */

/* Marks a tail that stands once; false after a message if it is there already. */
static bool once(atn_parser *p, bool *has, const char *word)
{
    if (*has) {
        const atn_span span = atn_parser_span(p, p->at - 1);
        return atn_parser_fail(p, ATTAIN_E_SYNTAX, span, (atn_str){"", 0}, "'%s' stands twice in this phrase",
                               word);
    }
    *has = true;
    return true;
}

static bool read_within(atn_parser *p, atn_phrase *phrase)
{
    if (atn_parser_is_number(atn_parser_peek(p))) {
        return once(p, &phrase->has_within_tolerance, "within") &&
               atn_parser_number(p, "a number after 'within'", &phrase->tolerance) &&
               read_amount_kind(p, &phrase->tolerance, &phrase->tolerance_kind);
    }
    bool has = phrase->within != NULL;
    return once(p, &has, "within") &&
           atn_parser_name(p, "an indicator, or a number with '%' or 'points'", &phrase->within);
}

static bool read_for(atn_parser *p, atn_phrase *phrase)
{
    if (!once(p, &phrase->has_for, "for")) {
        return false;
    }
    phrase->for_every = atn_parser_take(p, "every");
    return phrase->for_every
               ? atn_parser_id(p, "a type of units after 'every'", &phrase->for_items)
               : atn_parser_list(p, atn_parser_id, "the id of a unit after 'for'", &phrase->for_items);
}

/* One tail; *found false: the next token begins none. */
static bool read_tail(atn_parser *p, atn_phrase *phrase, bool *found)
{
    *found = true;
    if (atn_parser_take(p, "over")) {
        return once(p, &phrase->has_over, "over") && atn_parser_base(p, &phrase->over);
    }
    if (atn_parser_take(p, "since")) {
        return once(p, &phrase->has_since, "since") &&
               atn_parser_period(p, "a period after 'since'", &phrase->since, &phrase->since_item);
    }
    if (atn_parser_take(p, "by")) {
        return once(p, &phrase->has_by, "by") &&
               atn_parser_period(p, "a period after 'by'", &phrase->by, &phrase->by_item);
    }
    if (atn_parser_take(p, "every")) {
        return once(p, &phrase->every_year, "every year") && atn_parser_expect(p, "year", "after 'every'");
    }
    if (atn_parser_take(p, "within")) {
        return read_within(p, phrase);
    }
    if (atn_parser_take(p, "for")) {
        return read_for(p, phrase);
    }
    *found = false;
    return true;
}

static bool read_quantified(atn_parser *p, atn_phrase *phrase)
{
    if (!atn_parser_name(p, "an indicator", &phrase->indicator) || !read_operator(p, phrase)) {
        return false;
    }
    bool found = true;
    while (found) {
        if (!read_tail(p, phrase, &found)) {
            return false;
        }
    }
    return true;
}

bool atn_parser_phrase(atn_parser *p, atn_phrase **out)
{
    const size_t first = p->at;
    atn_phrase *const phrase = atn_parser_new(p, sizeof *phrase);
    if (phrase == NULL) {
        return false;
    }
    if (atn_parser_is_word(atn_parser_peek(p), "not")) {
        p->at++;
        phrase->op = ATN_WORD_NOT_QUANTIFIED;
        if (!atn_parser_expect(p, "quantified", "after 'not'")) {
            return false;
        }
    } else if (!read_quantified(p, phrase)) {
        return false;
    }
    phrase->span = atn_parser_span(p, first);
    *out = phrase;
    return true;
}
