/* Text: spans, the growable buffer, what may be shown in a message, and near words. UTF-8 itself is in utf8.c.
 *
 *   buf:  data -> [ len bytes | NUL | free ... ]   cap counts the NUL; data is NULL until the first append  */
#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool atn_str_equal(atn_str a, atn_str b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

int atn_str_compare(atn_str a, atn_str b)
{
    const size_t common = a.len < b.len ? a.len : b.len;
    const int order = common == 0 ? 0 : memcmp(a.data, b.data, common);
    if (order != 0) {
        return order < 0 ? -1 : 1;
    }
    return (a.len > b.len) - (a.len < b.len);
}

bool atn_str_starts(atn_str s, atn_str prefix)
{
    return s.len >= prefix.len && (prefix.len == 0 || memcmp(s.data, prefix.data, prefix.len) == 0);
}

bool atn_str_is(atn_str s, const char *literal)
{
    return atn_str_equal(s, (atn_str){literal, strlen(literal)});
}

void atn_buf_init(atn_buf *buf, const attain_allocator *a)
{
    *buf = (atn_buf){.alloc = atn_alloc_default(a)};
}

void atn_buf_free(atn_buf *buf)
{
    atn_alloc_resize(&buf->alloc, buf->data, buf->cap, 0);
    *buf = (atn_buf){.alloc = buf->alloc};
}

/* Makes room for len more bytes and the NUL; false (and failed set) if there is none. */
static bool reserve(atn_buf *buf, size_t len)
{
    if (buf->failed) {
        return false;
    }
    if (len > SIZE_MAX - 1 - buf->len) {
        buf->failed = true;
        return false;
    }
    void *data = buf->data;
    if (!atn_alloc_grow(&buf->alloc, &data, &buf->cap, buf->len + len + 1, 1)) {
        buf->failed = true;
        return false;
    }
    buf->data = data;
    return true;
}

void atn_buf_add(atn_buf *buf, const char *data, size_t len)
{
    if (!reserve(buf, len)) {
        return;
    }
    if (len != 0) {
        memcpy(buf->data + buf->len, data, len);
    }
    buf->len += len;
    buf->data[buf->len] = '\0';
}

void atn_buf_str(atn_buf *buf, atn_str s)
{
    atn_buf_add(buf, s.data, s.len);
}

void atn_buf_text(atn_buf *buf, const char *nul_terminated)
{
    atn_buf_add(buf, nul_terminated, strlen(nul_terminated));
}

void atn_buf_char(atn_buf *buf, char c)
{
    atn_buf_add(buf, &c, 1);
}

void atn_buf_int(atn_buf *buf, int64_t v)
{
    char digits[20];
    size_t at = sizeof digits;
    uint64_t rest = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
    do {
        digits[--at] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest != 0);
    if (v < 0) {
        digits[--at] = '-';
    }
    atn_buf_add(buf, digits + at, sizeof digits - at);
}

void atn_buf_printf(atn_buf *buf, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    va_list again;
    va_copy(again, args);
    const int needed = vsnprintf(NULL, 0, fmt, args);
    if (needed < 0) {
        buf->failed = true;
    } else if (reserve(buf, (size_t)needed)) {
        vsnprintf(buf->data + buf->len, (size_t)needed + 1, fmt, again);
        buf->len += (size_t)needed;
    }
    va_end(again);
    va_end(args);
}

/* How the bytes of s at `at` are shown: writes at most 16 bytes to shown, returns their number, moves *at on. */
static size_t show_next(atn_str s, size_t *at, char shown[16])
{
    const size_t start = *at;
    const int32_t code_point = atn_utf8_next(s, at);
    if (code_point < 0) {
        *at = start + 1;
    }
    if (code_point < 0x20 || code_point == 0x7f) { /* below 0: no UTF-8 */
        return (size_t)snprintf(shown, 16, "\\x%02X", (unsigned)(unsigned char)s.data[start]);
    }
    if (atn_utf8_is_hidden(code_point)) {
        return (size_t)snprintf(shown, 16, "\\u{%04X}", (unsigned)code_point);
    }
    memcpy(shown, s.data + start, *at - start);
    return *at - start;
}

void atn_buf_escaped(atn_buf *buf, atn_str s, size_t max_bytes)
{
    size_t n_shown = 0;
    for (size_t at = 0; at < s.len;) {
        char shown[16];
        const size_t len = show_next(s, &at, shown);
        if (max_bytes != 0 && n_shown + len > max_bytes) {
            atn_buf_text(buf, "...");
            return;
        }
        atn_buf_add(buf, shown, len);
        n_shown += len;
    }
}

#define DISTANCE_MOST 16
#define BAND (2 * DISTANCE_MOST + 1)

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Optimal string alignment (insert, delete, replace, swap neighbours) in a band of 2 * most + 1 diagonals: no allocation, and
 * O(len * most) for long words. Cell k of the row of a[0, i) stands for b[0, j), j = i + k - most:
 *
 *   insert into a: left, k - 1      replace: same k, row above      delete: k + 1, row above      swap: same k, two rows above
 *
 * A `most` above DISTANCE_MOST counts as DISTANCE_MOST: near words are a matter of a few edits. */
size_t atn_str_distance(atn_str a, atn_str b, size_t most)
{
    const size_t far = most == SIZE_MAX ? most : most + 1;
    const size_t band = smaller(most, DISTANCE_MOST);
    if ((a.len > b.len ? a.len - b.len : b.len - a.len) > band) {
        return far;
    }
    const size_t width = 2 * band + 1;
    size_t rows[3][BAND + 2]; /* cell k at [k + 1]; walls of `out` on both sides */
    const size_t out = band + 1;
    for (size_t k = 0; k < width + 2; k++) {
        rows[0][k] = rows[1][k] = rows[2][k] = out;
    }
    for (size_t i = 0; i <= a.len; i++) {
        size_t *const row = rows[i % 3];
        const size_t *const above = rows[(i + 2) % 3];
        const size_t *const above2 = rows[(i + 1) % 3];
        size_t best = out;
        for (size_t k = 0; k < width; k++) {
            size_t cell = out;
            if (i + k >= band && i + k - band <= b.len) {
                const size_t j = i + k - band;
                cell = i == 0 ? j : smaller(out, above[k + 2] + 1);
                if (j > 0) {
                    cell = smaller(cell, row[k] + 1);
                }
                if (i > 0 && j > 0) {
                    cell = smaller(cell, above[k + 1] + (a.data[i - 1] != b.data[j - 1]));
                }
                if (i > 1 && j > 1 && a.data[i - 1] == b.data[j - 2] && a.data[i - 2] == b.data[j - 1]) {
                    cell = smaller(cell, above2[k + 1] + 1);
                }
            }
            row[k + 1] = smaller(cell, out);
            best = smaller(best, row[k + 1]);
        }
        if (best >= out) {
            return far;
        }
    }
    const size_t distance = rows[a.len % 3][b.len + band - a.len + 1];
    return distance > band ? far : distance;
}
