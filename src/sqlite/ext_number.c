/* SQL values as exact numbers, and words for both.
 *
 *     INTEGER   9389717            as it is
 *     TEXT      '12.5'  '90%'      the decimal that is written
 *               '3/4'              the fraction
 *     REAL      12.5               the decimal of at most 15 digits whose nearest double this is; there is at most one. 0.1 + 0.2 is none:
 *                                  0.30000000000000004 is not a number that somebody meant
 *     BLOB                         refused
 */
#include "sqlite/ext.h"

#include <string.h>

enum { MOST_DECIMALS = 18, MOST_FORM = 15 };
#define MOST_OF_DOUBLE INT64_C(1000000000000000)

static int64_t power_of_ten(unsigned n)
{
    int64_t out = 1;
    for (; n > 0; n--) {
        out *= 10;
    }
    return out;
}

double atn_ext_double(int64_t v, unsigned decimals)
{
    const int64_t power = power_of_ten(decimals);
    double out = 0;
    uint8_t valid = 0;
    (void)attain_per_array(&v, &power, 1, 1, &out, &valid, NULL);
    return out;
}

/* The whole number next to x, if it has at most 15 digits. */
static bool next_whole(double x, int64_t *v)
{
    const double limit = (double)MOST_OF_DOUBLE + 1;
    if (!(x > -limit && x < limit)) {
        return false;
    }
    const int64_t whole = (int64_t)x;
    const double rest = x - (double)whole;
    *v = whole + (rest >= 0.5 ? 1 : 0) - (rest <= -0.5 ? 1 : 0);
    return *v <= MOST_OF_DOUBLE && *v >= -MOST_OF_DOUBLE;
}

/* Decimals of 15 digits lie further apart than doubles, so the first that fits is the only one. */
static bool of_double(double x, attain_fraction *out)
{
    double power = 1;
    for (unsigned decimals = 0; decimals <= MOST_DECIMALS; decimals++) {
        int64_t v = 0;
        if (!next_whole(x * power, &v)) {
            return false;
        }
        if (atn_ext_double(v, decimals) == x) {
            *out = (attain_fraction){v, power_of_ten(decimals)};
            return true;
        }
        power *= 10;
    }
    return false;
}

static bool is_digits(attain_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] < '0' || text.data[i] > '9') {
            return false;
        }
    }
    return text.len > 0;
}

static bool whole_number(attain_str text, int64_t *out)
{
    const bool minus = text.len > 0 && text.data[0] == '-';
    const attain_str digits = {text.data + minus, text.len - minus};
    return is_digits(digits) &&
           attain_decimal_parse(text.data, text.len, &ATTAIN_NUMBERS_PLAIN, 0, out, NULL) == ATTAIN_OK;
}

static bool of_fraction(attain_str text, size_t slash, attain_fraction *out)
{
    const attain_str above = {text.data, slash};
    const attain_str below = {text.data + slash + 1, text.len - slash - 1};
    return whole_number(above, &out->num) && is_digits(below) && whole_number(below, &out->den) &&
           out->den > 0;
}

static bool of_decimal(attain_str text, attain_fraction *out)
{
    const bool percent = text.len > 0 && text.data[text.len - 1] == '%';
    const size_t len = text.len - percent;
    const char *const point = len > 0 ? memchr(text.data, '.', len) : NULL;
    const size_t decimals = point == NULL ? 0 : len - (size_t)(point - text.data) - 1;
    const size_t power = decimals + (percent ? 2 : 0);
    if (power > MOST_DECIMALS || attain_decimal_parse(text.data, len, &ATTAIN_NUMBERS_PLAIN,
                                                      (unsigned)decimals, &out->num, NULL) != ATTAIN_OK) {
        return false;
    }
    out->den = power_of_ten((unsigned)power);
    return true;
}

static bool of_text(attain_str text, attain_fraction *out)
{
    const char *const slash = text.len > 0 ? memchr(text.data, '/', text.len) : NULL;
    return text.data != NULL &&
           (slash != NULL ? of_fraction(text, (size_t)(slash - text.data), out) : of_decimal(text, out));
}

bool atn_ext_number(sqlite3_value *value, attain_fraction *out, char why[ATN_EXT_WHY])
{
    char shown[ATN_EXT_SHOWN];
    const int type = sqlite3_value_type(value);
    if (type == SQLITE_INTEGER) {
        *out = (attain_fraction){sqlite3_value_int64(value), 1};
        return true;
    }
    if (type == SQLITE_FLOAT) {
        if (of_double(sqlite3_value_double(value), out)) {
            return true;
        }
        sqlite3_snprintf(ATN_EXT_WHY, why,
                         "the REAL %s is not a decimal of at most 15 digits; an integer, a decimal as text "
                         "like '12.5' or a fraction like '3/4' is required",
                         atn_ext_shown(value, shown));
        return false;
    }
    if (type == SQLITE_TEXT && of_text(atn_ext_text(value), out)) {
        return true;
    }
    sqlite3_snprintf(ATN_EXT_WHY, why,
                     "%s is not a number; an integer, a decimal as text like '12.5' or '90%%' or a fraction "
                     "like '3/4' is required, in 64 bits",
                     atn_ext_shown(value, shown));
    return false;
}

bool atn_ext_form_of(sqlite3_value *value, int *form, char why[ATN_EXT_WHY])
{
    char shown[ATN_EXT_SHOWN];
    const attain_str text = atn_ext_text(value);
    if (sqlite3_value_type(value) == SQLITE_INTEGER) {
        const int64_t digits = sqlite3_value_int64(value);
        if (digits >= 0 && digits <= MOST_FORM) {
            *form = (int)digits;
            return true;
        }
    } else if (text.len == 5 && memcmp(text.data, "exact", 5) == 0) {
        *form = ATN_EXT_EXACT;
        return true;
    }
    sqlite3_snprintf(ATN_EXT_WHY, why,
                     "the last argument is %s; 'exact' or a number of decimals from 0 to %d is required",
                     atn_ext_shown(value, shown), MOST_FORM);
    return false;
}

/* A REAL with the 17 digits that give it back, a text in quotes and cut, a BLOB by its length. Control characters are shown as '?'. */
const char *atn_ext_shown(sqlite3_value *value, char buf[ATN_EXT_SHOWN])
{
    switch (sqlite3_value_type(value)) {
    case SQLITE_NULL: return "NULL";
    case SQLITE_INTEGER: sqlite3_snprintf(ATN_EXT_SHOWN, buf, "%lld", sqlite3_value_int64(value)); break;
    case SQLITE_FLOAT: sqlite3_snprintf(ATN_EXT_SHOWN, buf, "%!.17g", sqlite3_value_double(value)); break;
    case SQLITE_BLOB:
        sqlite3_snprintf(ATN_EXT_SHOWN, buf, "a BLOB of %d bytes", sqlite3_value_bytes(value));
        break;
    default: {
        const attain_str text = atn_ext_text(value);
        size_t n_characters = 0;
        for (size_t i = 0; i < text.len; i++) {
            n_characters += ((unsigned char)text.data[i] & 0xC0) != 0x80;
        }
        sqlite3_snprintf(ATN_EXT_SHOWN, buf, "'%!.40s%s'", text.data == NULL ? "" : text.data,
                         n_characters > 40 ? "..." : "");
        for (char *c = buf; *c != '\0'; c++) {
            *c = (unsigned char)*c < ' ' || *c == 127 ? '?' : *c;
        }
        break;
    }
    }
    return buf;
}

attain_str atn_ext_text(sqlite3_value *value)
{
    if (sqlite3_value_type(value) == SQLITE_BLOB) {
        const char *const bytes = sqlite3_value_blob(value);
        return (attain_str){bytes == NULL ? "" : bytes, (size_t)sqlite3_value_bytes(value)};
    }
    const char *const text = (const char *)sqlite3_value_text(value);
    return (attain_str){text, text == NULL ? 0 : (size_t)sqlite3_value_bytes(value)};
}
