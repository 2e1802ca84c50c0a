/* Lexer: the bytes of one text -> the tokens of one directive at a time.
 *
 *   unit VN.46  "Thừa Thiên Huế"  province in VN        a directive starts in column 1 ...
 *     until 2025-06-30   # why                          ... and takes the indented lines below it: one block
 *
 *   tokens:  unit  VN.46  "..."  province  in  VN | until  2025-06-30
 *            ^ starts_line                          ^ starts_line
 *
 * A line whose first token is = + - * / and or, or a string, continues the line above: its first token does not have starts_line.
 * Comments are collected apart, for fmt. Only one block of tokens is kept, so memory follows the longest directive, not the text. */
#ifndef ATN_LANGUAGE_LEXER_H
#define ATN_LANGUAGE_LEXER_H

#include "language/draft.h"

#define ATN_TEXT_BYTES ((size_t)1 << 30) /* of one text */
#define ATN_LINE_BYTES ((size_t)1 << 20)
#define ATN_STRING_BYTES ((size_t)1 << 16)
#define ATN_BLOCK_TOKENS ((size_t)1 << 20)

typedef enum atn_token_kind {
    ATN_TOKEN_END, /* of the line; only made by the parser */
    ATN_TOKEN_BAD, /* a diagnostic has been written here: the parser skips in silence */
    ATN_TOKEN_WORD,
    ATN_TOKEN_STRING,
    ATN_TOKEN_COLON,
    ATN_TOKEN_COMMA,
    ATN_TOKEN_EQUAL,
    ATN_TOKEN_PLUS,
    ATN_TOKEN_MINUS,
    ATN_TOKEN_STAR,
    ATN_TOKEN_SLASH,
    ATN_TOKEN_OPEN,
    ATN_TOKEN_CLOSE,
    ATN_TOKEN_OPEN_BRACKET,
    ATN_TOKEN_CLOSE_BRACKET,
    ATN_TOKEN_AT_LEAST, /* >= */
    ATN_TOKEN_AT_MOST,  /* <= */
    ATN_TOKEN_LESS,
    ATN_TOKEN_GREATER,
    ATN_TOKEN_PERCENT
} atn_token_kind;

typedef struct atn_token {
    atn_token_kind kind;
    bool starts_line; /* first of a directive or of an attribute line */
    bool glued;       /* no blank before it */
    atn_str text;     /* its bytes; of a STRING its value */
    int32_t line, column, n_columns;
} atn_token;

typedef struct atn_comment {
    atn_str text; /* from '#' on, without blanks at its end */
    int32_t line, column;
    bool own_line;
} atn_comment;

typedef struct atn_lexer {
    attain_plan *plan;
    const atn_source *source;
    bool numbers_vi;    /* a comma between two digits belongs to the word */
    bool keep_comments; /* for fmt */
    bool indented;      /* the block has no directive: its first line is indented */
    size_t at;          /* of the next line */
    int32_t line;       /* number of the line before it */
    atn_token *tokens;  /* of the block */
    size_t n_tokens, tokens_capacity;
    atn_comment *comments; /* of the whole text */
    size_t n_comments, comments_capacity;
    attain_status stop; /* out of memory: nothing more is read */
} atn_lexer;

void atn_lexer_init(atn_lexer *lexer, attain_plan *plan, const atn_source *source);
void atn_lexer_free(atn_lexer *lexer);
/* Checks the encoding of the whole text. false: a diagnostic was written (or memory is out, see stop) and nothing can be read. */
bool atn_lexer_check(atn_lexer *lexer);
/* Reads the next block; false at the end of the text, or when stop is set. */
bool atn_lexer_block(atn_lexer *lexer);
/* Reads one line as a block of its own; a blank one gives no tokens. For phrases that are added as columns. */
bool atn_lexer_line(atn_lexer *lexer);

/* May this text stand as one WORD? NULL: yes; else what is wrong. Needs no text around it: for ids that are added as columns. */
const char *atn_word_problem(atn_str word);
/* May this text stand as a STRING? NULL: yes; else what is wrong. */
const char *atn_string_problem(atn_str text);

#endif
