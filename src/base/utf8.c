/* UTF-8: what is well formed, what it looks like on a terminal, what it might be instead.
 *
 * Well formed is what the Unicode standard's table says, and nothing else: no overlong form, no surrogate, nothing above
 * U+10FFFF, nothing cut off. The second byte carries the whole difficulty:
 *
 *   00-7F                    E0 A0-BF ..        F0 90-BF .. ..
 *   C2-DF 80-BF              E1-EC 80-BF ..     F1-F3 80-BF .. ..
 *                            ED 80-9F ..        F4 80-8F .. ..
 *                            EE-EF 80-BF ..                              */
#include "base/text.h"

#include <string.h>

static bool is_tail(unsigned char c)
{
    return (c & 0xc0) == 0x80;
}

/* Bytes of the sequence that `first` opens (0: it opens none), and the bounds of its second byte. */
static size_t sequence(unsigned char first, unsigned char *second_low, unsigned char *second_high)
{
    *second_low = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
    *second_high = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
    if (first < 0x80) {
        return 1;
    }
    if (first < 0xc2 || first > 0xf4) {
        return 0;
    }
    return first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

/* On failure *at stays where it was. */
int32_t atn_utf8_next(atn_str s, size_t *at)
{
    if (*at >= s.len) {
        return -1;
    }
    const unsigned char *const bytes = (const unsigned char *)s.data + *at;
    unsigned char low;
    unsigned char high;
    const size_t n = sequence(bytes[0], &low, &high);
    if (n == 0 || n > s.len - *at) {
        return -1;
    }
    if (n == 1) {
        *at += 1;
        return bytes[0];
    }
    if (bytes[1] < low || bytes[1] > high) {
        return -1;
    }
    int32_t code_point = bytes[0] & (0x7f >> n);
    for (size_t i = 1; i < n; i++) {
        if (!is_tail(bytes[i])) {
            return -1;
        }
        code_point = (code_point << 6) | (bytes[i] & 0x3f);
    }
    *at += n;
    return code_point;
}

size_t atn_utf8_check(atn_str s)
{
    size_t at = 0;
    while (at < s.len) {
        /* Plans and facts are mostly ASCII: eight bytes at a time. */
        uint64_t eight;
        if (s.len - at >= sizeof eight) {
            memcpy(&eight, s.data + at, sizeof eight);
            if ((eight & UINT64_C(0x8080808080808080)) == 0) {
                at += sizeof eight;
                continue;
            }
        }
        if (atn_utf8_next(s, &at) < 0) {
            return at;
        }
    }
    return s.len;
}

size_t atn_utf8_count(atn_str s, size_t n_bytes)
{
    const size_t end = n_bytes < s.len ? n_bytes : s.len;
    size_t count = 0;
    for (size_t i = 0; i < end; i++) {
        count += !is_tail((unsigned char)s.data[i]);
    }
    return count;
}

typedef struct range {
    int32_t first;
    int32_t last;
} range;

/* Marks that stand on the letter before them, and what takes no place at all. The scripts of plans and of their neighbours; a mark
 * of a script that is not here costs one column of a caret line, nothing else. */
static const range zero_width[] = {
    {0x0300, 0x036f}, {0x0483, 0x0489}, {0x0591, 0x05bd}, {0x05bf, 0x05bf},   {0x05c1, 0x05c2},
    {0x05c4, 0x05c5}, {0x0610, 0x061a}, {0x061c, 0x061c}, {0x064b, 0x065f},   {0x0670, 0x0670},
    {0x06d6, 0x06dc}, {0x06df, 0x06e4}, {0x06e7, 0x06e8}, {0x06ea, 0x06ed},   {0x0900, 0x0902},
    {0x093a, 0x093a}, {0x093c, 0x093c}, {0x0941, 0x0948}, {0x094d, 0x094d},   {0x0951, 0x0957},
    {0x0962, 0x0963}, {0x0981, 0x0981}, {0x09bc, 0x09bc}, {0x09c1, 0x09c4},   {0x09cd, 0x09cd},
    {0x0e31, 0x0e31}, {0x0e34, 0x0e3a}, {0x0e47, 0x0e4e}, {0x0eb1, 0x0eb1},   {0x0eb4, 0x0ebc},
    {0x0ec8, 0x0ece}, {0x102d, 0x1030}, {0x1032, 0x1037}, {0x1039, 0x103a},   {0x103d, 0x103e},
    {0x1160, 0x11ff}, {0x17b4, 0x17b5}, {0x17b7, 0x17bd}, {0x17c6, 0x17c6},   {0x17c9, 0x17d3},
    {0x180b, 0x180f}, {0x1ab0, 0x1aff}, {0x1dc0, 0x1dff}, {0x200b, 0x200f},   {0x2028, 0x202e},
    {0x2060, 0x206f}, {0x20d0, 0x20f0}, {0x302a, 0x302d}, {0x3099, 0x309a},   {0xfe00, 0xfe0f},
    {0xfe20, 0xfe2f}, {0xfeff, 0xfeff}, {0xfff9, 0xfffb}, {0xe0000, 0xe0fff},
};

static const range double_width[] = {
    {0x1100, 0x115f},   {0x2e80, 0x303e},   {0x3041, 0x33ff},   {0x3400, 0x4dbf},
    {0x4e00, 0x9fff},   {0xa000, 0xa4cf},   {0xa960, 0xa97f},   {0xac00, 0xd7a3},
    {0xf900, 0xfaff},   {0xfe30, 0xfe6f},   {0xff01, 0xff60},   {0xffe0, 0xffe6},
    {0x1f300, 0x1f64f}, {0x1f680, 0x1f6ff}, {0x1f900, 0x1f9ff}, {0x20000, 0x3fffd},
};

static bool is_in(int32_t code_point, const range *ranges, size_t n)
{
    size_t low = 0;
    while (n > low) {
        const size_t middle = low + (n - low) / 2;
        if (code_point > ranges[middle].last) {
            low = middle + 1;
        } else if (code_point < ranges[middle].first) {
            n = middle;
        } else {
            return true;
        }
    }
    return false;
}

/* An ill-formed byte counts as one column: that is what terminals draw for it. */
size_t atn_utf8_width(atn_str s)
{
    size_t width = 0;
    for (size_t at = 0; at < s.len;) {
        const int32_t code_point = atn_utf8_next(s, &at);
        if (code_point < 0) {
            at++;
            width++;
        } else if (code_point < 0x300) {
            width++;
        } else if (is_in(code_point, double_width, sizeof double_width / sizeof *double_width)) {
            width += 2;
        } else if (!is_in(code_point, zero_width, sizeof zero_width / sizeof *zero_width)) {
            width++;
        }
    }
    return width;
}

#define GUESS_BYTES ((size_t)4096)

/* Every second byte often NUL and the bytes between never: what UTF-16 makes of Latin letters, in either byte order. */
static bool looks_like_utf16(const unsigned char *bytes, size_t len)
{
    if (len >= 2 && ((bytes[0] == 0xff && bytes[1] == 0xfe) || (bytes[0] == 0xfe && bytes[1] == 0xff))) {
        return true;
    }
    size_t n_zero[2] = {0, 0};
    for (size_t i = 0; i < len; i++) {
        n_zero[i % 2] += bytes[i] == 0;
    }
    const size_t more = n_zero[0] > n_zero[1] ? n_zero[0] : n_zero[1];
    const size_t less = n_zero[0] > n_zero[1] ? n_zero[1] : n_zero[0];
    return less == 0 && more > len / 8;
}

/* The two 8-bit encodings of Vietnamese that old office files come in. Bytes that hold control characters are neither. */
const char *atn_utf8_guess(atn_str s)
{
    const unsigned char *const bytes = (const unsigned char *)s.data;
    const size_t len = s.len < GUESS_BYTES ? s.len : GUESS_BYTES;
    if (looks_like_utf16(bytes, len)) {
        return "UTF-16";
    }
    if (atn_utf8_check(s) == s.len) {
        return NULL;
    }
    for (size_t i = 0; i < len; i++) {
        if (bytes[i] < 0x20 && bytes[i] != '\t' && bytes[i] != '\n' && bytes[i] != '\r') {
            return NULL;
        }
    }
    return "Windows-1258 or TCVN3";
}

static const range hidden[] = {
    {0x0000, 0x001f}, {0x007f, 0x009f}, {0x00ad, 0x00ad}, {0x034f, 0x034f},
    {0x061c, 0x061c}, {0x180e, 0x180e}, {0x200b, 0x200f}, {0x2028, 0x202e},
    {0x2060, 0x206f}, {0xfeff, 0xfeff}, {0xfff9, 0xfffb}, {0xe0000, 0xe007f},
};

bool atn_utf8_is_hidden(int32_t code_point)
{
    return is_in(code_point, hidden, sizeof hidden / sizeof *hidden);
}
