/* Text for people: growing buffers, UTF-8 widths, near words, and messages that cannot disturb a terminal. */
#ifndef CLI_TEXT_H
#define CLI_TEXT_H

#include <attain/attain.h>

/** Bytes that grow. After a failed allocation `failed` is set and appending does nothing; data then holds
 * what fitted. */
typedef struct cli_buffer {
    char *data; /* NUL behind len bytes, or NULL when nothing was appended */
    size_t len;
    size_t capacity;
    int failed;
} cli_buffer;

/** Makes room for n more bytes and a NUL. Returns 0 on success. */
int cli_buffer_reserve(cli_buffer *buffer, size_t n);
void cli_buffer_add(cli_buffer *buffer, const char *data, size_t len);
void cli_buffer_text(cli_buffer *buffer, const char *text);
void cli_buffer_clear(cli_buffer *buffer);
void cli_buffer_free(cli_buffer *buffer);

/** One code point; returns its length in bytes (at least 1 while len > 0). Ill-formed bytes are U+FFFD, one
 * at a time. */
size_t cli_text_decode(const char *data, size_t len, uint32_t *code);
/** Columns of a terminal that a code point takes: 0 for combining marks, 2 for East Asian wide ones, else 1. */
unsigned cli_text_code_columns(uint32_t code);
size_t cli_text_columns(const char *data, size_t len);

/** Appends text with controls, direction marks and ill-formed bytes as escapes (\x1b, \u202e); all else as it
 * is. */
void cli_text_clean(const char *data, size_t len, cli_buffer *out);

/** Whether two words are so close that one may be a slip for the other. Smaller is nearer; UINT32_MAX is not
 * near. */
unsigned cli_text_distance(const char *a, size_t a_len, const char *b, size_t b_len);

/** The nearest of n words, or NULL. */
const char *cli_text_near(const char *word, const char *const *words, size_t n);

/** "attain: <message>" as one line on stderr, cleaned. */
#if defined(__GNUC__)
__attribute__((__format__(__printf__, 1, 2)))
#endif
void cli_say(const char *format, ...);
/** A line on stderr as it is, but cleaned. */
void cli_say_line(const char *data, size_t len);
/** source:line:column: error: message, as far as the places are known. */
void cli_say_error(const attain_error *err);

attain_str cli_str(const char *text);

#endif
