/* Parser: what its files share. LL(1): every decision looks at the next token, a few at the one behind it.
 *
 *   parser.c             blocks, lines, recovery               parser_directive.c   one head per directive
 *   parser_attribute.c   one reader per attribute, tables      parser_value.c       words, numbers, days, periods, lists
 *   phrase.c             phrases of targets                    expression.c         expressions and predicates
 *
 * A reader returns false when it has written a diagnostic (or memory is out, see stop); its caller returns false as well, up to the loop
 * over attributes, which goes on at the next attribute line. A reader never passes `end`: the first token of the next attribute line. */
#ifndef ATN_LANGUAGE_PARSER_H
#define ATN_LANGUAGE_PARSER_H

#include "language/lexer.h"

#define ATN_NEST_DEPTH 64         /* parentheses, not, count */
#define ATN_EXPRESSION_NODES 4096 /* bounds the depth of a tree, so that everybody may walk it by recursion */
#define ATN_ONCE_MARKS 24

typedef struct atn_parser {
    attain_plan *plan;
    atn_lexer lexer;
    size_t at;  /* next token */
    size_t end; /* of the present line */
    atn_token end_token;
    unsigned depth;
    unsigned n_nodes;
    size_t n_errors_before;         /* of the plan, before this block was lexed */
    atn_decl *decl;                 /* that is being read; after an unknown directive NULL */
    const atn_phrase *first_phrase; /* of the target that is being read */
    atn_decl *programme;
    atn_decl *first, *last;
    struct {
        const char *word; /* NULL: not yet */
        int32_t line;
    } once[ATN_ONCE_MARKS]; /* of the attributes that stand once */
    bool has_directive;     /* other than include: `numbers` comes too late */
    attain_status stop;     /* out of memory */
} atn_parser;

/* --- tokens --- */

const atn_token *atn_parser_peek(atn_parser *p);
/* The token n places on; an END token behind the line. */
const atn_token *atn_parser_ahead(atn_parser *p, size_t n);
bool atn_parser_is_word(const atn_token *token, const char *word);
/* Consumes the word, or the sign, if it is next. */
bool atn_parser_take(atn_parser *p, const char *word);
bool atn_parser_take_sign(atn_parser *p, atn_token_kind kind);
/* As above, else a diagnostic "expected 'word' <place>, found ...". */
bool atn_parser_expect(atn_parser *p, const char *word, const char *place);
bool atn_parser_expect_sign(atn_parser *p, atn_token_kind kind, const char *sign, const char *place);

/* --- diagnostics: all return false --- */

/* The span from token `first` to the one before `at`, at most to the end of its line. */
atn_span atn_parser_span(const atn_parser *p, size_t first);
bool atn_parser_fail(atn_parser *p, attain_status status, atn_span span, atn_str hint, const char *fmt, ...)
#if defined(__GNUC__)
    __attribute__((format(printf, 5, 6)))
#endif
    ;
/* "expected <what>, found 'x'" at the next token. Silent at a BAD one. */
bool atn_parser_require(atn_parser *p, const char *what);
bool atn_parser_memory(atn_parser *p);
/* At most 64 bytes of s, cut at a code point: for messages. */
atn_str atn_cut(atn_str s);
/* "did you mean 'x'?" for the nearest of the words, or empty. */
atn_str atn_parser_near(atn_parser *p, atn_str word, const char *const *words, size_t n);

/* --- values: `what` names what is read ("the id of a unit") --- */

void *atn_parser_new(atn_parser *p, size_t size);
/* A word of any kind: ids of units, types, programmes, targets. */
bool atn_parser_id(atn_parser *p, const char *what, atn_item **out);
/* A word that may stand in expressions: starts with a letter or _ and is not reserved. */
bool atn_parser_name(atn_parser *p, const char *what, atn_item **out);
/* One or more strings in a row, joined. */
bool atn_parser_string(atn_parser *p, const char *what, atn_item **out);
/* One string alone (the document of a source). */
bool atn_parser_one_string(atn_parser *p, const char *what, atn_item **out);
typedef bool atn_item_reader(atn_parser *p, const char *what, atn_item **out);
bool atn_parser_list(atn_parser *p, atn_item_reader *read, const char *what, atn_item **out);
bool atn_parser_number(atn_parser *p, const char *what, atn_number *out);
/* A whole number from least to most. */
bool atn_parser_whole(atn_parser *p, const char *what, int64_t least, int64_t most, atn_number *out);
bool atn_parser_day(atn_parser *p, const char *what, int32_t *day);
bool atn_parser_period(atn_parser *p, const char *what, attain_period *period, atn_item **as_written);
/* Does the token begin like a number: a digit, or a minus and a digit? */
bool atn_parser_is_number(const atn_token *token);
/* NUMBER [ "%" | "per" NUMBER | "/" NUMBER ] */
bool atn_parser_value(atn_parser *p, const char *what, atn_value *out);
/* PERIOD | value "stated" "for" PERIOD | "previous" | "a" "year" "before" */
bool atn_parser_base(atn_parser *p, atn_base_text *out);

/* What is wrong with a name for expressions; NULL: nothing. */
const char *atn_name_problem(atn_str name);

/* --- the larger parts --- */

bool atn_parser_expression(atn_parser *p, atn_expr **out);
bool atn_parser_phrase(atn_parser *p, atn_phrase **out);
/* Is the token a word that can follow the indicator in a phrase? */
bool atn_parser_is_operator(const atn_token *token);
extern const char *const atn_operator_words[];
extern const size_t atn_n_operator_words;

typedef struct atn_attr_rule {
    const char *word;
    const char *second; /* NULL: one word is enough */
    atn_attr_kind kind;
    uint8_t once;     /* 0: may be repeated; rules with the same number exclude each other */
    int64_t argument; /* for the reader: a law, a rhythm */
    bool (*read)(atn_parser *p, const struct atn_attr_rule *rule,
                 atn_attr *attr); /* behind the words; NULL: nothing follows */
} atn_attr_rule;

/* What may follow the head of a directive. */
typedef struct atn_rule_set {
    const atn_attr_rule *rules;
    size_t n_rules;
    /* Attributes that no word announces (a step of a reference, a phrase). *taken false: it is none of them. */
    bool (*other)(atn_parser *p, atn_attr *attr, bool *taken);
    /* What must be there in the end: 0, or a mark of rules, and its name. */
    uint8_t required;
    const char *required_what;
} atn_rule_set;
extern const atn_rule_set atn_rule_sets[]; /* by atn_decl_kind */

typedef struct atn_directive {
    const char *word;
    const char *name; /* "a unit": for messages */
    atn_decl_kind kind;
    bool (*head)(atn_parser *p, atn_decl *decl); /* behind the word */
} atn_directive;
extern const atn_directive atn_directives[]; /* by atn_decl_kind */
extern const size_t atn_n_directives;
/* Adds an attribute that the head of a directive has read. */
atn_attr *atn_parser_add_attr(atn_parser *p, atn_decl *decl, atn_attr_kind kind);

/* Parses a text and keeps its comments, for fmt: *comments are new, of plan->alloc, *capacity of them to be freed. */
attain_status atn_parse_with_comments(attain_plan *plan, const atn_source *source, atn_decl **first,
                                      atn_comment **comments, size_t *n_comments, size_t *capacity,
                                      attain_error *err);
/* Parses a phrase per line of the source; out[i] is NULL where a line does not parse. */
attain_status atn_parse_phrases(attain_plan *plan, const atn_source *source, atn_phrase **out, size_t n,
                                attain_error *err);

#endif
