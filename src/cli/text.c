/* Text for people.
 *
 * Everything that comes from a plan, a facts file or the command line may hold bytes that a terminal obeys:
 * escape sequences, marks that turn the writing direction around. Messages therefore go through
 * cli_text_clean, which keeps what can be read and escapes the rest. Widths are those of a terminal in UTF-8
 * and need no locale: Vietnamese letters may come composed (one code point, one column) or with combining
 * marks (which take none). */
#include "cli/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int cli_buffer_reserve(cli_buffer *buffer, size_t n)
{
    if (buffer->failed) {
        return -1;
    }
    if (n < buffer->capacity - buffer->len) {
        return 0;
    }
    size_t capacity = buffer->capacity ? buffer->capacity : 256;
    while (capacity - buffer->len <= n) {
        if (capacity > SIZE_MAX / 2) {
            buffer->failed = 1;
            return -1;
        }
        capacity *= 2;
    }
    char *data = realloc(buffer->data, capacity);
    if (!data) {
        buffer->failed = 1;
        return -1;
    }
    buffer->data = data;
    buffer->capacity = capacity;
    return 0;
}

void cli_buffer_add(cli_buffer *buffer, const char *data, size_t len)
{
    if (cli_buffer_reserve(buffer, len)) {
        return;
    }
    if (len) {
        memcpy(buffer->data + buffer->len, data, len);
    }
    buffer->len += len;
    buffer->data[buffer->len] = '\0';
}

void cli_buffer_text(cli_buffer *buffer, const char *text)
{
    cli_buffer_add(buffer, text, strlen(text));
}

void cli_buffer_clear(cli_buffer *buffer)
{
    buffer->len = 0;
    if (buffer->data) {
        buffer->data[0] = '\0';
    }
}

void cli_buffer_free(cli_buffer *buffer)
{
    free(buffer->data);
    *buffer = (cli_buffer){0};
}

/* Length of a well-formed sequence by its first byte, and the smallest code point it may stand for. */
static size_t sequence_len(unsigned char first, uint32_t *bits, uint32_t *smallest)
{
    if (first >= 0xC2 && first <= 0xDF) {
        *bits = first & 0x1Fu;
        *smallest = 0x80;
        return 2;
    }
    if (first >= 0xE0 && first <= 0xEF) {
        *bits = first & 0x0Fu;
        *smallest = 0x800;
        return 3;
    }
    if (first >= 0xF0 && first <= 0xF4) {
        *bits = first & 0x07u;
        *smallest = 0x10000;
        return 4;
    }
    return 0;
}

size_t cli_text_decode(const char *data, size_t len, uint32_t *code)
{
    *code = 0xFFFD;
    if (len == 0) {
        return 0;
    }
    const unsigned char first = (unsigned char)data[0];
    if (first < 0x80) {
        *code = first;
        return 1;
    }
    uint32_t bits = 0;
    uint32_t smallest = 0;
    const size_t n = sequence_len(first, &bits, &smallest);
    if (n == 0 || n > len) {
        return 1;
    }
    for (size_t i = 1; i < n; i++) {
        const unsigned char byte = (unsigned char)data[i];
        if ((byte & 0xC0u) != 0x80) {
            return 1;
        }
        bits = bits << 6 | (byte & 0x3Fu);
    }
    if (bits < smallest || bits > 0x10FFFF || (bits >= 0xD800 && bits <= 0xDFFF)) {
        return 1;
    }
    *code = bits;
    return n;
}

typedef struct code_range {
    uint32_t first, last;
} code_range;

static int in_ranges(uint32_t code, const code_range *ranges, size_t n)
{
    for (size_t i = 0; i < n && ranges[i].first <= code; i++) {
        if (code <= ranges[i].last) {
            return 1;
        }
    }
    return 0;
}

/* The marks that can follow a letter of a living script, and the joiners; not the whole of Unicode, which
 * would be a table of some hundred ranges for scripts that no plan is written in. */
unsigned cli_text_code_columns(uint32_t code)
{
    static const code_range none[] = {{0x0300, 0x036F}, {0x0483, 0x0489}, {0x0591, 0x05BD}, {0x0610, 0x061A},
                                      {0x064B, 0x065F}, {0x0E31, 0x0E31}, {0x0E34, 0x0E3A}, {0x0E47, 0x0E4E},
                                      {0x0EB1, 0x0EB1}, {0x0EB4, 0x0EBC}, {0x0EC8, 0x0ECD}, {0x17B4, 0x17B5},
                                      {0x17B7, 0x17BD}, {0x17C6, 0x17C6}, {0x17C9, 0x17D3}, {0x1AB0, 0x1AFF},
                                      {0x1DC0, 0x1DFF}, {0x200B, 0x200F}, {0x202A, 0x202E}, {0x2060, 0x206F},
                                      {0x20D0, 0x20FF}, {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F}, {0xFEFF, 0xFEFF}};
    static const code_range two[] = {{0x1100, 0x115F},   {0x2E80, 0x303E},   {0x3041, 0x33FF},
                                     {0x3400, 0x4DBF},   {0x4E00, 0x9FFF},   {0xA000, 0xA4CF},
                                     {0xA960, 0xA97C},   {0xAC00, 0xD7A3},   {0xF900, 0xFAFF},
                                     {0xFE30, 0xFE6F},   {0xFF00, 0xFF60},   {0xFFE0, 0xFFE6},
                                     {0x1F300, 0x1F64F}, {0x1F680, 0x1F6FF}, {0x1F900, 0x1F9FF},
                                     {0x20000, 0x3FFFD}};
    if (code < 0x0300) {
        return 1;
    }
    if (in_ranges(code, none, sizeof none / sizeof *none)) {
        return 0;
    }
    return in_ranges(code, two, sizeof two / sizeof *two) ? 2 : 1;
}

size_t cli_text_columns(const char *data, size_t len)
{
    size_t columns = 0;
    for (size_t i = 0; i < len;) {
        uint32_t code = 0;
        i += cli_text_decode(data + i, len - i, &code);
        columns += cli_text_code_columns(code);
    }
    return columns;
}

static int is_hidden(uint32_t code)
{
    return code < 0x20 || (code >= 0x7F && code <= 0x9F) || (code >= 0x200B && code <= 0x200F) ||
           (code >= 0x2028 && code <= 0x202E) || (code >= 0x2060 && code <= 0x206F) || code == 0xFEFF;
}

void cli_text_clean(const char *data, size_t len, cli_buffer *out)
{
    for (size_t i = 0; i < len;) {
        uint32_t code = 0;
        const size_t n = cli_text_decode(data + i, len - i, &code);
        char escape[12];
        if (code == 0xFFFD && n == 1) {
            (void)snprintf(escape, sizeof escape, "\\x%02x", (unsigned)(unsigned char)data[i]);
            cli_buffer_text(out, escape);
        } else if (is_hidden(code)) {
            (void)snprintf(escape, sizeof escape, code < 0x100 ? "\\x%02x" : "\\u%04x", (unsigned)code);
            cli_buffer_text(out, escape);
        } else {
            cli_buffer_add(out, data + i, n);
        }
        i += n;
    }
}

/* Edits between the words, where swapping two neighbours is one (Damerau, restricted), in bytes. Words of
 * more than 63 bytes are not typed by hand; a third of the word may differ, at most 3 edits. */
unsigned cli_text_distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
    enum { MOST = 63 };
    const size_t longer = a_len > b_len ? a_len : b_len;
    const size_t shorter = a_len > b_len ? b_len : a_len;
    const unsigned limit = longer >= 9 ? 3 : longer >= 5 ? 2 : 1;
    if (longer > MOST || shorter == 0 || longer - shorter > limit) {
        return UINT32_MAX;
    }
    unsigned rows[3][MOST + 1];
    for (size_t j = 0; j <= b_len; j++) {
        rows[0][j] = (unsigned)j;
    }
    for (size_t i = 1; i <= a_len; i++) {
        unsigned *now = rows[i % 3];
        const unsigned *before = rows[(i + 2) % 3];
        const unsigned *two_before = rows[(i + 1) % 3];
        now[0] = (unsigned)i;
        for (size_t j = 1; j <= b_len; j++) {
            unsigned best = before[j - 1] + (a[i - 1] != b[j - 1]);
            if (before[j] + 1 < best) {
                best = before[j] + 1;
            }
            if (now[j - 1] + 1 < best) {
                best = now[j - 1] + 1;
            }
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
                two_before[j - 2] + 1 < best) {
                best = two_before[j - 2] + 1;
            }
            now[j] = best;
        }
    }
    const unsigned distance = rows[a_len % 3][b_len];
    return distance <= limit && distance < longer ? distance : UINT32_MAX;
}

const char *cli_text_near(const char *word, const char *const *words, size_t n)
{
    const char *best = NULL;
    unsigned best_distance = UINT32_MAX;
    for (size_t i = 0; i < n; i++) {
        const unsigned distance = cli_text_distance(word, strlen(word), words[i], strlen(words[i]));
        if (distance < best_distance) {
            best_distance = distance;
            best = words[i];
        }
    }
    return best;
}

void cli_say_line(const char *data, size_t len)
{
    cli_buffer line = {0};
    cli_text_clean(data, len, &line);
    cli_buffer_add(&line, "\n", 1);
    if (line.data) {
        (void)fwrite(line.data, 1, line.len, stderr);
    }
    cli_buffer_free(&line);
}

void cli_say(const char *format, ...)
{
    char message[2048];
    static const char prefix[] = "attain: ";
    memcpy(message, prefix, sizeof prefix);
    va_list arguments;
    va_start(arguments, format);
    const int len = vsnprintf(message + sizeof prefix - 1, sizeof message - sizeof prefix, format, arguments);
    va_end(arguments);
    if (len < 0) {
        return;
    }
    cli_say_line(message, strlen(message));
}

void cli_say_error(const attain_error *err)
{
    char line[sizeof err->source + sizeof err->message + 64];
    if (err->source[0] && err->line > 0 && err->column <= 0) {
        (void)snprintf(line, sizeof line, "%s:%d: error: %s", err->source, (int)err->line, err->message);
    } else if (err->source[0] && err->line > 0) {
        (void)snprintf(line, sizeof line, "%s:%d:%d: error: %s", err->source, (int)err->line,
                       (int)err->column, err->message);
    } else if (err->source[0]) {
        (void)snprintf(line, sizeof line, "%s: error: %s", err->source, err->message);
    } else {
        (void)snprintf(line, sizeof line, "attain: %s", err->message);
    }
    cli_say_line(line, strlen(line));
}

attain_str cli_str(const char *text)
{
    return (attain_str){text, text ? strlen(text) : 0};
}
