/* Parser: from blocks of tokens to declarations.
 *
 *   block ──▶ directive word ──▶ its head ──▶ attributes, one after the other, several per line ──▶ next block
 *                                   │ error         │ error
 *                                   ▼               ▼
 *                             next attribute line of the block: one fault, one message, and as many faults as there are
 *
 * A text with an error yields diagnostics; whether its declarations are kept is for plan.c to say. */
#include "language/parser.h"

#include <stdio.h>
#include <string.h>

static const atn_str no_hint = {"", 0};

static atn_span span_of(const atn_parser *p, const atn_token *token)
{
    return (atn_span){p->lexer.source->name, token->line, token->column, token->n_columns};
}

/* --- attributes --- */

static void link_attr(atn_decl *decl, atn_attr *attr)
{
    if (decl->last_attr == NULL) {
        decl->attrs = attr;
    } else {
        decl->last_attr->next = attr;
    }
    decl->last_attr = attr;
}

atn_attr *atn_parser_add_attr(atn_parser *p, atn_decl *decl, atn_attr_kind kind)
{
    atn_attr *const attr = atn_parser_new(p, sizeof *attr);
    if (attr != NULL) {
        attr->kind = kind;
        link_attr(decl, attr);
    }
    return attr;
}

/* The first words of the rules, or of all directives, for near words. */
#define NEAR_WORDS 40

static atn_str near_attribute(atn_parser *p, const atn_directive *directive, atn_str word)
{
    const atn_rule_set *const set = &atn_rule_sets[directive->kind];
    const char *words[NEAR_WORDS];
    size_t n = 0;
    for (; n < set->n_rules && n < NEAR_WORDS; n++) {
        words[n] = set->rules[n].word;
    }
    return atn_parser_near(p, word, words, n);
}

static const atn_directive *find_directive(atn_str word)
{
    for (size_t i = 0; i < atn_n_directives; i++) {
        if (atn_str_is(word, atn_directives[i].word)) {
            return &atn_directives[i];
        }
    }
    return NULL;
}

/* The next token begins no attribute of this directive. */
static bool refuse_attribute(atn_parser *p, const atn_directive *directive)
{
    const atn_token *const token = atn_parser_peek(p);
    if (token->kind != ATN_TOKEN_WORD) {
        char what[64];
        snprintf(what, sizeof what, "an attribute of %s", directive->name);
        return atn_parser_require(p, what);
    }
    atn_str hint = near_attribute(p, directive, token->text);
    if (hint.len == 0 && find_directive(token->text) != NULL) {
        hint = ATN_STR("a directive starts in column 1");
    }
    if (directive->kind == ATN_DECL_TARGET && hint.len == 0 &&
        atn_parser_ahead(p, 1)->kind == ATN_TOKEN_WORD) {
        const atn_token *const second = atn_parser_ahead(p, 1);
        return atn_parser_fail(p, ATTAIN_E_SYNTAX, span_of(p, second),
                               atn_parser_near(p, second->text, atn_operator_words, atn_n_operator_words),
                               "'%.*s' is no operator of a phrase, and '%.*s' no attribute of a target",
                               ATN_STR_ARG(atn_cut(second->text)), ATN_STR_ARG(atn_cut(token->text)));
    }
    return atn_parser_fail(p, ATTAIN_E_SYNTAX, span_of(p, token), hint, "'%.*s' is no attribute of %s",
                           ATN_STR_ARG(atn_cut(token->text)), directive->name);
}

/* The rule whose words are next; NULL: none. *second: a rule that has only its first word here. */
static const atn_attr_rule *find_rule(atn_parser *p, const atn_directive *directive,
                                      const atn_attr_rule **half)
{
    const atn_rule_set *const set = &atn_rule_sets[directive->kind];
    const atn_token first = *atn_parser_peek(p);
    *half = NULL;
    for (size_t i = 0; i < set->n_rules; i++) {
        const atn_attr_rule *const rule = &atn_rule_sets[directive->kind].rules[i];
        if (!atn_parser_is_word(&first, rule->word)) {
            continue;
        }
        if (rule->second == NULL || atn_parser_is_word(atn_parser_ahead(p, 1), rule->second)) {
            return rule;
        }
        *half = rule;
    }
    return NULL;
}

static bool check_once(atn_parser *p, const atn_attr_rule *rule)
{
    const atn_token *const token = atn_parser_peek(p);
    if (rule->once == 0) {
        return true;
    }
    if (p->once[rule->once].word != NULL) {
        return atn_parser_fail(p, ATTAIN_E_SYNTAX, span_of(p, token), no_hint,
                               "'%s' may not stand here: line %d has '%s' already", rule->word,
                               (int)p->once[rule->once].line, p->once[rule->once].word);
    }
    p->once[rule->once].word = rule->word;
    p->once[rule->once].line = token->line;
    return true;
}

/* One phrase, or several that are named: then the first is, and each behind it. */
static bool check_readings(atn_parser *p, const atn_attr *attr)
{
    const atn_phrase *const first = p->first_phrase;
    if (first != NULL && (first->reading == NULL || attr->phrase->reading == NULL)) {
        return atn_parser_fail(p, ATTAIN_E_SYNTAX, attr->phrase->span,
                               ATN_STR("give each phrase a name: reading NAME: PHRASE"),
                               "a second phrase; line %d has the first", (int)first->span.line);
    }
    p->first_phrase = first == NULL ? attr->phrase : first;
    return true;
}

static bool read_by_rule(atn_parser *p, const atn_directive *directive, atn_attr *attr)
{
    const atn_attr_rule *half;
    const atn_attr_rule *const rule = find_rule(p, directive, &half);
    if (rule == NULL && half != NULL) {
        char place[32];
        snprintf(place, sizeof place, "after '%s'", half->word);
        p->at++;
        return atn_parser_expect(p, half->second, place);
    }
    if (rule == NULL) {
        return refuse_attribute(p, directive);
    }
    if (!check_once(p, rule)) {
        return false;
    }
    attr->kind = rule->kind;
    p->at += rule->second == NULL ? 1 : 2;
    return rule->read == NULL || rule->read(p, rule, attr);
}

/* Attributes without a word of their own come first where a phrase may be meant, whatever its first word; elsewhere last. */
static bool read_attribute(atn_parser *p, const atn_directive *directive)
{
    const atn_rule_set *const set = &atn_rule_sets[directive->kind];
    const size_t first = p->at;
    bool taken = false;
    const atn_attr_rule *half;
    atn_attr *const attr = atn_parser_new(p, sizeof *attr);
    if (attr == NULL) {
        return false;
    }
    const bool phrase_first = directive->kind == ATN_DECL_TARGET;
    if (set->other != NULL && (phrase_first || (find_rule(p, directive, &half) == NULL && half == NULL))) {
        if (!set->other(p, attr, &taken)) {
            return false;
        }
    }
    if (!taken && !read_by_rule(p, directive, attr)) {
        return false;
    }
    if (attr->kind == ATN_ATTR_PHRASE && !check_readings(p, attr)) {
        return false;
    }
    attr->span = atn_parser_span(p, first);
    link_attr(p->decl, attr);
    return true;
}

/* --- lines --- */

/* The end of the line that starts at token `start`. */
static size_t line_end(const atn_parser *p, size_t start)
{
    size_t end = start + 1;
    while (end < p->lexer.n_tokens && !p->lexer.tokens[end].starts_line) {
        end++;
    }
    return end < p->lexer.n_tokens ? end : p->lexer.n_tokens;
}

/* The lexer has said what is wrong with this line; what the parser could say would only follow from it. */
static bool has_bad_token(const atn_parser *p)
{
    for (size_t i = p->at; i < p->end; i++) {
        if (p->lexer.tokens[i].kind == ATN_TOKEN_BAD) {
            return true;
        }
    }
    return false;
}

static void read_attributes_of_line(atn_parser *p, const atn_directive *directive)
{
    bool goes_on = !has_bad_token(p);
    while (goes_on && p->at < p->end && p->stop == ATTAIN_OK) {
        goes_on = read_attribute(p, directive);
    }
}

static void read_lines(atn_parser *p, const atn_directive *directive)
{
    while (p->end < p->lexer.n_tokens && p->stop == ATTAIN_OK) {
        p->at = p->end;
        p->end = line_end(p, p->at);
        read_attributes_of_line(p, directive);
    }
}

/* --- directives --- */

static void link_decl(atn_parser *p, atn_decl *decl)
{
    if (p->last == NULL) {
        p->first = decl;
    } else {
        p->last->next = decl;
    }
    p->last = decl;
}

static void refuse_directive(atn_parser *p)
{
    const atn_token *const token = atn_parser_peek(p);
    const atn_rule_set *const above = p->last == NULL ? NULL : &atn_rule_sets[p->last->kind];
    const char *words[NEAR_WORDS];
    if (token->kind == ATN_TOKEN_BAD) {
        return;
    }
    if (token->kind != ATN_TOKEN_WORD) {
        atn_parser_require(p, "a directive (unit, measure, indicator, target ...)");
        return;
    }
    for (size_t i = 0; i < atn_n_directives; i++) {
        words[i] = atn_directives[i].word;
    }
    atn_str hint = no_hint;
    for (size_t i = 0; above != NULL && i < above->n_rules; i++) {
        if (atn_str_is(token->text, above->rules[i].word)) {
            hint = ATN_STR("an attribute is indented with blanks");
        }
    }
    hint = hint.len > 0 ? hint : atn_parser_near(p, token->text, words, atn_n_directives);
    atn_parser_fail(p, ATTAIN_E_SYNTAX, span_of(p, token), hint, "'%.*s' is no directive",
                    ATN_STR_ARG(atn_cut(token->text)));
}

static void check_required(atn_parser *p, const atn_directive *directive)
{
    const atn_rule_set *const set = &atn_rule_sets[directive->kind];
    if (set->required != 0 && p->once[set->required].word == NULL) {
        atn_parser_fail(p, ATTAIN_E_SYNTAX, p->decl->span, no_hint, "%s needs %s", directive->name,
                        set->required_what);
    }
}

/* A directive whose word has been recognised: head, attributes, and what must not be absent. */
static void read_directive(atn_parser *p, const atn_directive *directive)
{
    const atn_token word = *atn_parser_peek(p);
    atn_decl *const decl = atn_parser_new(p, sizeof *decl);
    if (decl == NULL) {
        return;
    }
    decl->kind = directive->kind;
    decl->span = span_of(p, &word);
    decl->first_line = word.line;
    decl->last_line = p->lexer.tokens[p->lexer.n_tokens - 1].line;
    p->decl = decl;
    p->at++;
    p->first_phrase = NULL;
    memset(p->once, 0, sizeof p->once);
    if (!has_bad_token(p) && directive->head(p, decl)) {
        read_attributes_of_line(p, directive);
    }
    read_lines(p, directive);
    if (p->plan->draft->n_errors == p->n_errors_before) {
        check_required(p, directive);
        if (directive->kind == ATN_DECL_TARGET && p->stop == ATTAIN_OK && p->first_phrase == NULL) {
            atn_parser_fail(p, ATTAIN_E_SYNTAX, decl->span,
                            ATN_STR("say what it promises, or `not quantified`"), "a target needs a phrase");
        }
    }
    link_decl(p, decl);
    if (decl->kind == ATN_DECL_TARGET || decl->kind == ATN_DECL_MILESTONE ||
        decl->kind == ATN_DECL_ACTIVITY) {
        decl->programme_above = p->programme;
    }
    p->programme = decl->kind == ATN_DECL_PROGRAMME ? decl : p->programme;
    p->has_directive = p->has_directive || decl->kind != ATN_DECL_INCLUDE;
}

static void read_block(atn_parser *p)
{
    p->at = 0;
    p->end = line_end(p, 0);
    const atn_token *const first = atn_parser_peek(p);
    const atn_directive *const directive = first->kind == ATN_TOKEN_WORD ? find_directive(first->text) : NULL;
    if (p->lexer.indented && first->kind != ATN_TOKEN_BAD) {
        const atn_str hint = directive != NULL ? ATN_STR("a directive starts in column 1") : no_hint;
        atn_parser_fail(p, ATTAIN_E_SYNTAX, span_of(p, first), hint, "%s",
                        first->kind == ATN_TOKEN_WORD
                            ? "an attribute line without a directive above it"
                            : "a line that continues the one above, but there is none");
    } else if (directive == NULL) {
        refuse_directive(p);
        p->has_directive = true;
    } else {
        read_directive(p, directive);
    }
}

/* --- texts --- */

static attain_status parse(atn_parser *p, attain_error *err)
{
    bool has_block = atn_lexer_check(&p->lexer);
    while (has_block && p->stop == ATTAIN_OK) {
        p->n_errors_before = p->plan->draft->n_errors;
        has_block = atn_lexer_block(&p->lexer);
        if (has_block) {
            read_block(p);
        }
    }
    if (p->stop != ATTAIN_OK || p->lexer.stop != ATTAIN_OK) {
        return atn_error_memory(err, "reading plan text; attain_plan_options.max_bytes bounds it");
    }
    return ATTAIN_OK;
}

attain_status atn_parse_text(attain_plan *plan, const atn_source *source, atn_decl **first, atn_decl **last,
                             attain_error *err)
{
    atn_parser p = {.plan = plan};
    atn_lexer_init(&p.lexer, plan, source);
    const attain_status status = parse(&p, err);
    atn_lexer_free(&p.lexer);
    *first = p.first;
    *last = p.last;
    return status;
}

attain_status atn_parse_with_comments(attain_plan *plan, const atn_source *source, atn_decl **first,
                                      atn_comment **comments, size_t *n_comments, size_t *capacity,
                                      attain_error *err)
{
    atn_parser p = {.plan = plan};
    atn_lexer_init(&p.lexer, plan, source);
    p.lexer.keep_comments = true;
    const attain_status status = parse(&p, err);
    *first = p.first;
    *comments = p.lexer.comments;
    *n_comments = p.lexer.n_comments;
    *capacity = p.lexer.comments_capacity;
    p.lexer.comments = NULL;
    atn_lexer_free(&p.lexer);
    return status;
}

static bool parse_phrase_line(atn_parser *p, atn_phrase **out)
{
    p->at = 0;
    p->end = p->lexer.n_tokens;
    if (p->end == 0) {
        const atn_span span = {p->lexer.source->name, p->lexer.line, 1, 1};
        return atn_parser_fail(p, ATTAIN_E_SYNTAX, span, no_hint, "a phrase is required, found nothing");
    }
    if (!atn_parser_phrase(p, out)) {
        *out = NULL;
        return false;
    }
    if (p->at < p->end) {
        *out = NULL;
        return atn_parser_require(p, "the end of the phrase");
    }
    return true;
}

attain_status atn_parse_phrases(attain_plan *plan, const atn_source *source, atn_phrase **out, size_t n,
                                attain_error *err)
{
    atn_parser p = {.plan = plan};
    atn_lexer_init(&p.lexer, plan, source);
    for (size_t i = 0; i < n && p.stop == ATTAIN_OK && atn_lexer_line(&p.lexer); i++) {
        parse_phrase_line(&p, &out[i]);
    }
    const bool fine = p.stop == ATTAIN_OK && p.lexer.stop == ATTAIN_OK;
    atn_lexer_free(&p.lexer);
    return fine ? ATTAIN_OK : atn_error_memory(err, "reading phrases");
}
