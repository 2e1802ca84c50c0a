/* Aggregates: attain_sum(x [, form]) and attain_ratio_of_sums(numerator, denominator [, form]), also over windows.
 *
 * A sum is a whole number of 10^-18, in two's complement of 256 bits. A figure is at most 2^63 * 10^18 < 2^123 of them, and there are
 * fewer than 2^64 figures: no sum can overflow, and none is ever rounded. So rows may come in any order, and a row that leaves a window
 * takes back exactly what it brought. A ratio is made of two sums, once, at the end: ratios are never averaged.
 *
 * NULL adds nothing. A sum of no figures is NULL, a ratio by a sum of 0 too. */
#include "sqlite/ext.h"
#include "sqlite/ext_wide.h"

#include <string.h>

#define UNITS INT64_C(1000000000000000000)
enum { DECIMALS = 18, MOST_DIGITS = 15, TEXT_BYTES = 2 * EXT_WIDE_DIGITS + 4 };

typedef struct sum {
    ext_wide total; /* of 10^-18 */
    int64_t n;
} sum;

typedef struct state {
    sum sums[2]; /* numerator and denominator; or one sum and none */
    int form;
    bool has_form, failed;
} state;

typedef struct aggregate {
    const char *name;
    int n_sums;
    const char *operands[2];
    void (*give)(sqlite3_context *context, const state *s);
} aggregate;

/* ---- rows come and go ---- */

static bool read_figure(sqlite3_context *context, const aggregate *a, int which, sqlite3_value *value,
                        ext_wide *out, bool *minus)
{
    attain_fraction figure;
    char why[ATN_EXT_WHY];
    char shown[ATN_EXT_SHOWN];
    if (!atn_ext_number(value, &figure, why)) {
        atn_ext_refuse(context, a->name, "%s: %s", a->operands[which], why);
        return false;
    }
    if (UNITS % figure.den != 0) {
        atn_ext_refuse(context, a->name,
                       "%s: %s has no end as a decimal; a figure of at most %d decimals is required",
                       a->operands[which], atn_ext_shown(value, shown), DECIMALS);
        return false;
    }
    *minus = figure.num < 0;
    *out = atn_ext_wide_product(*minus ? 0 - (uint64_t)figure.num : (uint64_t)figure.num,
                                (uint64_t)(UNITS / figure.den));
    return true;
}

static void take(sqlite3_context *context, int n, sqlite3_value **values, bool comes)
{
    const aggregate *const a = sqlite3_user_data(context);
    state *const s = sqlite3_aggregate_context(context, sizeof *s);
    char why[ATN_EXT_WHY];
    if (s == NULL) {
        sqlite3_result_error_nomem(context);
        return;
    }
    if (!s->has_form) {
        s->form = ATN_EXT_NEAREST;
        s->has_form = true;
        if (n > a->n_sums && !atn_ext_form_of(values[n - 1], &s->form, why)) {
            s->failed = true;
            atn_ext_refuse(context, a->name, "%s", why);
        }
    }
    for (int i = 0; i < a->n_sums && !s->failed; i++) {
        ext_wide figure;
        bool minus;
        if (sqlite3_value_type(values[i]) == SQLITE_NULL) {
            continue;
        }
        if (!read_figure(context, a, i, values[i], &figure, &minus)) {
            s->failed = true;
            return;
        }
        s->sums[i].n += comes ? 1 : -1;
        s->sums[i].total = minus == comes ? atn_ext_wide_subtract(&s->sums[i].total, &figure)
                                          : atn_ext_wide_add(&s->sums[i].total, &figure);
    }
}

static void add_row(sqlite3_context *context, int n, sqlite3_value **values)
{
    take(context, n, values, true);
}

static void remove_row(sqlite3_context *context, int n, sqlite3_value **values)
{
    take(context, n, values, false);
}

/* ---- what comes out ---- */

static void give_decimal(sqlite3_context *context, const ext_wide *size, bool minus)
{
    char digits[EXT_WIDE_DIGITS];
    char text[TEXT_BYTES];
    const ext_wide units = atn_ext_wide_of((uint64_t)UNITS);
    ext_wide rest;
    const ext_wide whole = atn_ext_wide_divide(size, &units, &rest);
    (void)atn_ext_wide_print(&whole, digits);
    sqlite3_snprintf((int)sizeof text, text, "%s%s.%018llu", minus ? "-" : "", digits,
                     (unsigned long long)rest.limb[0]);
    size_t len = strlen(text);
    while (text[len - 1] == '0') {
        len--;
    }
    sqlite3_result_text(context, text, (int)(text[len - 1] == '.' ? len - 1 : len), SQLITE_TRANSIENT);
}

/* round(num * 10^digits / den) half up over 10^digits, as a double. */
static double rounded(const ext_wide *num, const ext_wide *den, int digits)
{
    const ext_wide one = atn_ext_wide_of(1);
    ext_wide power = one;
    ext_wide scaled = *num;
    ext_wide rest;
    for (int i = 0; i < digits; i++) {
        power = atn_ext_wide_times(&power, 10);
        scaled = atn_ext_wide_times(&scaled, 10);
    }
    ext_wide whole = atn_ext_wide_divide(&scaled, den, &rest);
    const ext_wide other_half = atn_ext_wide_subtract(den, &rest);
    if (atn_ext_wide_compare(&rest, &other_half) >= 0) {
        whole = atn_ext_wide_add(&whole, &one);
    }
    return atn_ext_wide_double(&whole, &power);
}

static double with_sign(double size, bool minus)
{
    return minus && size != 0 ? -size : size;
}

/* How many digits the decimal has, from the first that is not 0 to the last; size > 0. */
static size_t n_digits(const ext_wide *size)
{
    char digits[EXT_WIDE_DIGITS];
    size_t len = atn_ext_wide_print(size, digits);
    while (len > 0 && digits[len - 1] == '0') {
        len--;
    }
    return len;
}

/* As it is said: exact or rounded; else INTEGER if it is one of 64 bits, REAL if that holds all its digits. */
static void give_sum(sqlite3_context *context, const state *s)
{
    bool minus;
    const ext_wide size = atn_ext_wide_size(&s->sums[0].total, &minus);
    const ext_wide units = atn_ext_wide_of((uint64_t)UNITS);
    const ext_wide most = atn_ext_wide_of((uint64_t)INT64_MAX + minus);
    ext_wide rest;
    const ext_wide whole = atn_ext_wide_divide(&size, &units, &rest);
    if (s->form == ATN_EXT_EXACT) {
        give_decimal(context, &size, minus);
    } else if (s->form >= 0) {
        sqlite3_result_double(context, with_sign(rounded(&size, &units, s->form), minus));
    } else if (atn_ext_wide_is_zero(&rest) && atn_ext_wide_compare(&whole, &most) <= 0) {
        const uint64_t v = whole.limb[0];
        sqlite3_result_int64(context, minus ? -(int64_t)(v - 1) - 1 : (int64_t)v);
    } else if (n_digits(&size) <= MOST_DIGITS && !atn_ext_wide_is_zero(&rest)) {
        sqlite3_result_double(context, with_sign(atn_ext_wide_double(&size, &units), minus));
    } else {
        atn_ext_refuse(context, "attain_sum",
                       "the sum has %d digits, more than a number of SQL holds; 'exact' as last argument "
                       "gives it as text, a number of decimals rounds it",
                       (int)n_digits(&size));
    }
}

static void give_fraction(sqlite3_context *context, const ext_wide *num, const ext_wide *den, bool minus)
{
    char text[TEXT_BYTES];
    char above[EXT_WIDE_DIGITS];
    char below[EXT_WIDE_DIGITS];
    ext_wide rest;
    const ext_wide common = atn_ext_wide_gcd(*num, *den);
    const ext_wide lowest_num = atn_ext_wide_divide(num, &common, &rest);
    const ext_wide lowest_den = atn_ext_wide_divide(den, &common, &rest);
    (void)atn_ext_wide_print(&lowest_num, above);
    const size_t n_below = atn_ext_wide_print(&lowest_den, below);
    const bool whole = n_below == 1 && below[0] == '1';
    sqlite3_snprintf((int)sizeof text, text, "%s%s%s%s", minus ? "-" : "", above, whole ? "" : "/",
                     whole ? "" : below);
    sqlite3_result_text(context, text, -1, SQLITE_TRANSIENT);
}

static void give_ratio(sqlite3_context *context, const state *s)
{
    bool minus[2];
    const ext_wide num = atn_ext_wide_size(&s->sums[0].total, &minus[0]);
    const ext_wide den = atn_ext_wide_size(&s->sums[1].total, &minus[1]);
    const bool below_zero = minus[0] != minus[1] && !atn_ext_wide_is_zero(&num);
    if (atn_ext_wide_is_zero(&den)) {
        return;
    }
    if (s->form == ATN_EXT_EXACT) {
        give_fraction(context, &num, &den, below_zero);
    } else if (s->form >= 0) {
        sqlite3_result_double(context, with_sign(rounded(&num, &den, s->form), below_zero));
    } else {
        sqlite3_result_double(context, with_sign(atn_ext_wide_double(&num, &den), below_zero));
    }
}

/* For windows and at the end alike; nothing is given where there was no row or no figure. */
static void give(sqlite3_context *context)
{
    const aggregate *const a = sqlite3_user_data(context);
    const state *const s = sqlite3_aggregate_context(context, 0);
    if (s == NULL || s->failed) {
        return;
    }
    for (int i = 0; i < a->n_sums; i++) {
        if (s->sums[i].n <= 0) {
            return;
        }
    }
    a->give(context, s);
}

int atn_ext_add_aggregates(atn_ext *ext)
{
    static const aggregate aggregates[] = {
        {"attain_sum", 1, {"the figure"}, give_sum},
        {"attain_ratio_of_sums", 2, {"the numerator", "the denominator"}, give_ratio}};
    const int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS;
    int rc = SQLITE_OK;
    for (size_t i = 0; i < sizeof aggregates / sizeof *aggregates; i++) {
        for (int extra = 0; extra <= 1 && rc == SQLITE_OK; extra++) {
            rc = sqlite3_create_window_function(ext->db, aggregates[i].name, aggregates[i].n_sums + extra,
                                                flags, (void *)&aggregates[i], add_row, give, give,
                                                remove_row, NULL);
        }
    }
    return rc;
}
