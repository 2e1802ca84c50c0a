/* Lexer. Lines are cut first, then tokens from each; the shape of a line (blank, comment, directive, attribute, continuation) is known
 * from its first bytes, so that the next directive is left untouched until it is asked for.
 *
 * After a character that may not stand in a plan the rest of its line is not looked at: one fault, one message. */
#include "language/lexer.h"

#include <string.h>

/* --- characters --- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_plain_word_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '_' || c == '-' ||
           c == '.';
}

/* The law of WORD beyond ASCII: from U+00A1 on, without combining marks and without the blocks of blanks and invisible signs. */
static bool is_word_code_point(int32_t code_point)
{
    return code_point >= 0xa1 && !(code_point >= 0x300 && code_point <= 0x36f) &&
           !(code_point >= 0x2000 && code_point <= 0x206f) && code_point != 0x3000 &&
           !atn_utf8_is_hidden(code_point);
}

/* Length of the word that starts at `at` of s; 0 if none does. */
static size_t word_len(atn_str s, size_t at, bool numbers_vi)
{
    size_t end = at;
    while (end < s.len) {
        if (is_plain_word_byte(s.data[end])) {
            end++;
        } else if (numbers_vi && s.data[end] == ',' && end > at && is_digit(s.data[end - 1]) &&
                   end + 1 < s.len && is_digit(s.data[end + 1])) {
            end++;
        } else {
            size_t next = end;
            const int32_t code_point = (unsigned char)s.data[end] < 0x80 ? 0 : atn_utf8_next(s, &next);
            if (!is_word_code_point(code_point)) {
                break;
            }
            end = next;
        }
    }
    return end - at;
}

const char *atn_word_problem(atn_str word)
{
    if (word.len == 0) {
        return "it is empty";
    }
    if (word.len > ATN_STRING_BYTES) {
        return "it is longer than 64 KiB";
    }
    const size_t len = word_len(word, 0, false);
    if (len < word.len) {
        size_t at = len;
        const int32_t code_point = atn_utf8_next(word, &at);
        if (code_point < 0) {
            return "it is not UTF-8";
        }
        if (code_point >= 0x300 && code_point <= 0x36f) {
            return "it holds a combining mark: write the letter composed, NFC";
        }
        return "it holds a character other than letters, digits and _ - .";
    }
    return atn_str_is(word, "-") ? "a '-' alone is an operator" : NULL;
}

/* C0 without the line end that \n writes, DEL and C1. */
static bool is_control(int32_t code_point)
{
    return code_point < 0x20 || (code_point >= 0x7f && code_point <= 0x9f);
}

const char *atn_string_problem(atn_str text)
{
    if (text.len > ATN_STRING_BYTES) {
        return "it is longer than 64 KiB";
    }
    for (size_t at = 0; at < text.len;) {
        const int32_t code_point = atn_utf8_next(text, &at);
        if (code_point < 0) {
            return "it is not UTF-8";
        }
        if (is_control(code_point) && code_point != '\n') {
            return "it holds a control character";
        }
    }
    return NULL;
}

/* --- a line, and where in it --- */

typedef struct cursor {
    atn_lexer *lexer;
    atn_str line;
    size_t at;
    size_t counted; /* bytes of the line that are in `column` */
    int32_t column; /* of `counted`, from 1 */
} cursor;

static int32_t column_of(cursor *c, size_t at)
{
    const atn_str rest = {c->line.data + c->counted, at - c->counted};
    c->column += (int32_t)atn_utf8_count(rest, rest.len);
    c->counted = at;
    return c->column;
}

static atn_token *add_token(cursor *c, atn_token_kind kind, size_t start, size_t end)
{
    atn_lexer *const lexer = c->lexer;
    void *tokens = lexer->tokens;
    if (!atn_alloc_grow(&lexer->plan->alloc, &tokens, &lexer->tokens_capacity, lexer->n_tokens + 1,
                        sizeof *lexer->tokens)) {
        lexer->stop = ATTAIN_E_MEMORY;
        return NULL;
    }
    lexer->tokens = tokens;
    atn_token *const token = &lexer->tokens[lexer->n_tokens];
    *token = (atn_token){.kind = kind, .text = {c->line.data + start, end - start}, .line = lexer->line};
    token->column = column_of(c, start);
    token->n_columns = column_of(c, end) - token->column;
    token->glued = start > 0 && c->line.data[start - 1] != ' ';
    lexer->n_tokens++;
    return token;
}

/* A message about [start, end) of the line, and a BAD token there. */
static void refuse(cursor *c, attain_status status, size_t start, size_t end, atn_str hint,
                   const char *message)
{
    const atn_token *const bad = add_token(c, ATN_TOKEN_BAD, start, end);
    if (bad == NULL) {
        return;
    }
    const atn_span span = {c->lexer->source->name, bad->line, bad->column, bad->n_columns};
    if (!atn_diagnose(c->lexer->plan, ATTAIN_ERROR, status, span, hint, "%s", message)) {
        c->lexer->stop = ATTAIN_E_MEMORY;
    }
}

/* What is wrong with the character at c->at, as message, hint and status. */
static void refuse_character(cursor *c)
{
    size_t end = c->at;
    const int32_t code_point = atn_utf8_next(c->line, &end);
    atn_buf message;
    atn_buf_init(&message, &c->lexer->plan->alloc);
    attain_status status = ATTAIN_E_SYNTAX;
    atn_str hint = {"", 0};
    const unsigned shown = (unsigned)code_point;
    if (code_point == '\t') {
        atn_buf_text(&message, "a tab stands here");
        hint = ATN_STR("write blanks");
    } else if (code_point == '\r') {
        status = ATTAIN_E_CONTROL;
        atn_buf_text(&message, "a carriage return stands inside a line");
        hint = ATN_STR("end lines with LF or CR LF");
    } else if (code_point >= 0x300 && code_point <= 0x36f) {
        atn_buf_printf(&message, "the combining mark U+%04X may not stand in a word", shown);
        hint = ATN_STR("write the letter composed, NFC");
    } else if (atn_utf8_is_hidden(code_point)) {
        status = ATTAIN_E_CONTROL;
        atn_buf_printf(&message, "the control or hidden character U+%04X may not stand here", shown);
        hint = ATN_STR("remove it");
    } else if (code_point < 0x80) {
        atn_buf_printf(&message, "the character '%c' has no meaning here", (char)code_point);
    } else {
        atn_buf_printf(&message, "the character U+%04X has no meaning here", shown);
        hint = code_point == 0xa0 || (code_point >= 0x2000 && code_point < 0x2010) || code_point == 0x202f ||
                       code_point == 0x3000
                   ? ATN_STR("write a plain blank")
               : code_point >= 0x2010 && code_point <= 0x2015 ? ATN_STR("write '-'")
               : code_point >= 0x2018 && code_point <= 0x201f ? ATN_STR("write straight quotes: \"")
               : code_point == 0x2026                         ? ATN_STR("write '..'")
                                                              : hint;
    }
    if (message.failed) {
        c->lexer->stop = ATTAIN_E_MEMORY;
    } else {
        refuse(c, status, c->at, end, hint, message.data);
    }
    atn_buf_free(&message);
    c->at = c->line.len;
}

/* --- tokens --- */

/* The offset of the closing quote of the string that opens at c->at, or c->line.len after a message. */
static size_t find_string_end(cursor *c, size_t *n_escapes)
{
    const atn_str line = c->line;
    *n_escapes = 0;
    for (size_t at = c->at + 1; at < line.len;) {
        if (line.data[at] == '"') {
            return at;
        }
        if (line.data[at] == '\\') {
            if (at + 1 < line.len && strchr("\"\\n", line.data[at + 1]) == NULL) {
                refuse(c, ATTAIN_E_SYNTAX, at, at + 1, ATN_STR("only \\\" \\\\ and \\n are known"),
                       "an unknown escape in a string");
                return line.len;
            }
            *n_escapes += 1;
            at += 2;
            continue;
        }
        size_t next = at;
        if (is_control(atn_utf8_next(line, &next))) {
            c->at = at;
            refuse_character(c);
            return line.len;
        }
        at = next;
    }
    refuse(c, ATTAIN_E_SYNTAX, c->at, c->at + 1, ATN_STR("a string ends on the line on which it begins"),
           "the string that opens here is not closed");
    return line.len;
}

/* The bytes between the quotes with their escapes resolved, in the plan's arena. */
static bool resolve_escapes(atn_lexer *lexer, atn_str *text)
{
    char *const value = atn_arena_array(&lexer->plan->arena, text->len + 1, 1);
    if (value == NULL) {
        lexer->stop = ATTAIN_E_MEMORY;
        return false;
    }
    size_t len = 0;
    for (size_t at = 0; at < text->len; at++) {
        char c = text->data[at];
        if (c == '\\') {
            c = text->data[++at];
            c = c == 'n' ? '\n' : c;
        }
        value[len++] = c;
    }
    *text = (atn_str){value, len};
    return true;
}

static void lex_string(cursor *c)
{
    const size_t start = c->at;
    size_t n_escapes;
    const size_t end = find_string_end(c, &n_escapes);
    c->at = end;
    if (end == c->line.len) {
        return;
    }
    c->at = end + 1;
    if (end - start - 1 > ATN_STRING_BYTES) {
        refuse(c, ATTAIN_E_LIMIT, start, start + 1, ATN_STR(""),
               "the string that opens here is longer than 64 KiB");
        return;
    }
    atn_token *const token = add_token(c, ATN_TOKEN_STRING, start, end + 1);
    if (token == NULL) {
        return;
    }
    atn_str text = {c->line.data + start + 1, end - start - 1};
    if (n_escapes == 0 || resolve_escapes(c->lexer, &text)) {
        token->text = text;
    }
}

static atn_token_kind sign_kind(char first, char second, size_t *len)
{
    *len = 1;
    switch (first) {
    case ':': return ATN_TOKEN_COLON;
    case ',': return ATN_TOKEN_COMMA;
    case '=': return ATN_TOKEN_EQUAL;
    case '+': return ATN_TOKEN_PLUS;
    case '*': return ATN_TOKEN_STAR;
    case '/': return ATN_TOKEN_SLASH;
    case '(': return ATN_TOKEN_OPEN;
    case ')': return ATN_TOKEN_CLOSE;
    case '[': return ATN_TOKEN_OPEN_BRACKET;
    case ']': return ATN_TOKEN_CLOSE_BRACKET;
    case '%': return ATN_TOKEN_PERCENT;
    case '>': *len = second == '=' ? 2 : 1; return *len == 2 ? ATN_TOKEN_AT_LEAST : ATN_TOKEN_GREATER;
    case '<': *len = second == '=' ? 2 : 1; return *len == 2 ? ATN_TOKEN_AT_MOST : ATN_TOKEN_LESS;
    default: return ATN_TOKEN_BAD;
    }
}

static void lex_word_or_sign(cursor *c)
{
    const size_t start = c->at;
    const size_t len = word_len(c->line, start, c->lexer->numbers_vi);
    if (len > 0) {
        const bool is_minus = len == 1 && c->line.data[start] == '-';
        c->at += len;
        add_token(c, is_minus ? ATN_TOKEN_MINUS : ATN_TOKEN_WORD, start, c->at);
        return;
    }
    size_t sign_len;
    const char second = start + 1 < c->line.len ? c->line.data[start + 1] : '\0';
    const atn_token_kind kind = sign_kind(c->line.data[start], second, &sign_len);
    if (kind == ATN_TOKEN_BAD) {
        refuse_character(c);
        return;
    }
    c->at += sign_len;
    add_token(c, kind, start, c->at);
}

static atn_str trim_end(atn_str s)
{
    while (s.len > 0 && (s.data[s.len - 1] == ' ' || s.data[s.len - 1] == '\t')) {
        s.len--;
    }
    return s;
}

static void lex_comment(cursor *c, bool own_line)
{
    atn_lexer *const lexer = c->lexer;
    const size_t start = c->at;
    for (size_t at = start; at < c->line.len;) {
        const size_t here = at;
        const int32_t code_point = atn_utf8_next(c->line, &at);
        if (is_control(code_point) && code_point != '\t') {
            c->at = here;
            refuse_character(c);
            return;
        }
    }
    c->at = c->line.len;
    if (!lexer->keep_comments) {
        return;
    }
    void *comments = lexer->comments;
    if (!atn_alloc_grow(&lexer->plan->alloc, &comments, &lexer->comments_capacity, lexer->n_comments + 1,
                        sizeof *lexer->comments)) {
        lexer->stop = ATTAIN_E_MEMORY;
        return;
    }
    lexer->comments = comments;
    const atn_str text = trim_end((atn_str){c->line.data + start, c->line.len - start});
    lexer->comments[lexer->n_comments++] = (atn_comment){text, lexer->line, column_of(c, start), own_line};
}

/* --- lines --- */

/* The line at lexer->at without its end; *next is where the following one starts. */
static atn_str peek_line(const atn_lexer *lexer, size_t *next)
{
    const atn_str text = lexer->source->text;
    const char *const start = text.data + lexer->at;
    const char *const newline = memchr(start, '\n', text.len - lexer->at);
    size_t len = newline == NULL ? text.len - lexer->at : (size_t)(newline - start);
    *next = lexer->at + len + (newline != NULL);
    if (newline != NULL && len > 0 && start[len - 1] == '\r') {
        len--;
    }
    return (atn_str){start, len};
}

static size_t first_non_blank(atn_str line)
{
    size_t at = 0;
    while (at < line.len && line.data[at] == ' ') {
        at++;
    }
    return at;
}

/* Does a line whose first token is at `at` continue the line above? */
static bool continues(atn_str line, size_t at)
{
    if (strchr("=+*/\"", line.data[at]) != NULL) {
        return line.data[at] != '\0';
    }
    const atn_str word = {line.data + at, word_len(line, at, false)};
    return atn_str_is(word, "-") || atn_str_is(word, "and") || atn_str_is(word, "or");
}

static void lex_line(cursor *c)
{
    atn_lexer *const lexer = c->lexer;
    while (c->at < c->line.len && lexer->stop == ATTAIN_OK) {
        if (lexer->n_tokens >= ATN_BLOCK_TOKENS) {
            refuse(c, ATTAIN_E_LIMIT, c->at, c->at + 1, ATN_STR(""),
                   "a directive of more than 1,048,576 words");
            return;
        }
        switch (c->line.data[c->at]) {
        case ' ': c->at++; break;
        case '#': lex_comment(c, false); break;
        case '"': lex_string(c); break;
        default: lex_word_or_sign(c); break;
        }
    }
}

/* Reads the tokens of a line that is neither blank nor a comment. */
static void read_line(atn_lexer *lexer, atn_str line, size_t start, bool continued)
{
    cursor c = {.lexer = lexer, .line = line, .at = start, .column = 1};
    const size_t n_before = lexer->n_tokens;
    if (line.len > ATN_LINE_BYTES) {
        refuse(&c, ATTAIN_E_LIMIT, start, start + 1, ATN_STR(""), "a line of more than 1 MiB");
    } else {
        lex_line(&c);
    }
    if (!continued && lexer->n_tokens > n_before) {
        lexer->tokens[n_before].starts_line = true;
    }
}

/* Blank lines and comments are consumed here; true: they were. */
static bool read_empty_line(atn_lexer *lexer, atn_str line, size_t start)
{
    if (trim_end(line).len == 0) {
        return true;
    }
    if (line.data[start] != '#' || line.len > ATN_LINE_BYTES) {
        return false;
    }
    cursor c = {.lexer = lexer, .line = line, .at = start, .column = 1};
    lex_comment(&c, true);
    return true;
}

static bool has_more(const atn_lexer *lexer)
{
    return lexer->stop == ATTAIN_OK && lexer->at < lexer->source->text.len;
}

bool atn_lexer_block(atn_lexer *lexer)
{
    lexer->n_tokens = 0;
    while (has_more(lexer) && lexer->n_tokens < ATN_BLOCK_TOKENS) {
        size_t next;
        const atn_str line = peek_line(lexer, &next);
        const size_t start = first_non_blank(line);
        const bool is_empty = trim_end(line).len == 0;
        const bool continued = !is_empty && continues(line, start);
        if (lexer->n_tokens > 0 && !is_empty && start == 0 && line.data[0] != '#' && line.data[0] != '\t' &&
            !continued) {
            break;
        }
        lexer->line++;
        lexer->at = next;
        if (!read_empty_line(lexer, line, start)) {
            if (lexer->n_tokens == 0) {
                lexer->indented = start > 0 || continued || line.data[0] == '\t';
            }
            read_line(lexer, line, start, continued && lexer->n_tokens > 0);
        }
    }
    return lexer->stop == ATTAIN_OK && lexer->n_tokens > 0;
}

bool atn_lexer_line(atn_lexer *lexer)
{
    lexer->n_tokens = 0;
    if (!has_more(lexer)) {
        return false;
    }
    size_t next;
    const atn_str line = peek_line(lexer, &next);
    lexer->line++;
    lexer->at = next;
    const size_t start = first_non_blank(line);
    if (start < line.len) {
        read_line(lexer, line, start, false);
    }
    return lexer->stop == ATTAIN_OK;
}

/* --- the whole text --- */

/* Line and column of an offset: only for the one message about the encoding. */
static atn_span span_of_offset(const atn_source *source, size_t offset)
{
    atn_span span = {source->name, 1, 1, 1};
    size_t line_start = 0;
    for (size_t at = 0; at < offset; at++) {
        if (source->text.data[at] == '\n') {
            span.line++;
            line_start = at + 1;
        }
    }
    const atn_str line = {source->text.data + line_start, offset - line_start};
    span.column += (int32_t)atn_utf8_count(line, line.len);
    return span;
}

bool atn_lexer_check(atn_lexer *lexer)
{
    const atn_source *const source = lexer->source;
    const size_t offset = atn_utf8_check(source->text);
    const char *const guess = atn_utf8_guess(source->text);
    const bool utf16 = guess != NULL && strcmp(guess, "UTF-16") == 0;
    bool told = true;
    if (utf16) {
        const atn_span span = {source->name, 1, 1, 1};
        told = atn_diagnose(lexer->plan, ATTAIN_ERROR, ATTAIN_E_UTF8, span, ATN_STR("save the file as UTF-8"),
                            "the text is UTF-16, plan text is UTF-8");
    } else if (offset < source->text.len) {
        const atn_span span = span_of_offset(source, offset);
        const atn_str hint = guess == NULL
                                 ? ATN_STR("save the file as UTF-8")
                                 : ATN_STR("it may be Windows-1258 or TCVN3: save the file as UTF-8");
        told = atn_diagnose(lexer->plan, ATTAIN_ERROR, ATTAIN_E_UTF8, span, hint,
                            "the byte \\x%02X at offset %zu is not UTF-8",
                            (unsigned char)source->text.data[offset], offset);
    } else {
        return true;
    }
    lexer->stop = told ? ATTAIN_OK : ATTAIN_E_MEMORY;
    return false;
}

void atn_lexer_init(atn_lexer *lexer, attain_plan *plan, const atn_source *source)
{
    *lexer = (atn_lexer){.plan = plan, .source = source};
}

void atn_lexer_free(atn_lexer *lexer)
{
    const attain_allocator *const alloc = &lexer->plan->alloc;
    atn_alloc_free_array(alloc, lexer->tokens, lexer->tokens_capacity, sizeof *lexer->tokens);
    atn_alloc_free_array(alloc, lexer->comments, lexer->comments_capacity, sizeof *lexer->comments);
    lexer->tokens = NULL;
    lexer->comments = NULL;
}
