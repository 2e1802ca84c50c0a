/* Plain functions: attain_ratio, attain_attainment, attain_progress, attain_change, attain_per, attain_gap; attain_parse, attain_format;
 * attain_version.
 *
 * Each formula reads its operands as exact fractions, lets the library compute, and gives back the double nearest to the exact result;
 * with a last argument the exact result as text, or one that was rounded once. Where there is no result (a divisor is 0) it is NULL,
 * and NULL goes in, NULL comes out. */
#include "sqlite/ext.h"
#include "sqlite/ext_wide.h"

#include <string.h>

/* A formula as SQL sees it. Its operands come first, then options, of which the last is the form of the result. */
typedef struct formula {
    const char *name;
    int least, most; /* arguments */
    int n_operands;
    const char *operands[3]; /* their names, for messages */
    /* Gives the exact result, and its double also where the fraction does not fit; *valid = 0 where there is no result. options: those
     * between the operands and the form. false: `why` is written. */
    bool (*compute)(const attain_fraction *operands, int n_options, sqlite3_value **options, double *nearest,
                    uint8_t *valid, attain_fraction *exact, attain_error *err);
} formula;

static attain_fraction_array array_of(const attain_fraction *fraction)
{
    return (attain_fraction_array){&fraction->num, &fraction->den, 1};
}

/* An option that is one of two words. */
static bool word_of(sqlite3_value *value, const char *first, const char *second, int *out, attain_error *err)
{
    char shown[ATN_EXT_SHOWN];
    const attain_str text = atn_ext_text(value);
    const char *const found = text.data == NULL ? "" : text.data;
    if (strcmp(found, first) == 0 || strcmp(found, second) == 0) {
        *out = strcmp(found, second) == 0;
        return true;
    }
    err->status = ATTAIN_E_ARGUMENT;
    sqlite3_snprintf((int)sizeof err->message, err->message, "%s is found where '%s' or '%s' is required",
                     atn_ext_shown(value, shown), first, second);
    return false;
}

static bool ratio(const attain_fraction *o, int n_options, sqlite3_value **options, double *nearest,
                  uint8_t *valid, attain_fraction *exact, attain_error *err)
{
    (void)n_options;
    (void)options;
    return attain_attainment_array(array_of(&o[0]), array_of(&o[1]), ATTAIN_AT_LEAST, 1, nearest, valid,
                                   err) == ATTAIN_OK &&
           (*valid == 0 || attain_attainment(o[0], o[1], ATTAIN_AT_LEAST, exact, err) == ATTAIN_OK);
}

static bool attainment(const attain_fraction *o, int n_options, sqlite3_value **options, double *nearest,
                       uint8_t *valid, attain_fraction *exact, attain_error *err)
{
    int at_most = 0;
    if (n_options > 0 && !word_of(options[0], "at_least", "at_most", &at_most, err)) {
        return false;
    }
    const attain_direction direction = at_most ? ATTAIN_AT_MOST : ATTAIN_AT_LEAST;
    return attain_attainment_array(array_of(&o[0]), array_of(&o[1]), direction, 1, nearest, valid, err) ==
               ATTAIN_OK &&
           (*valid == 0 || attain_attainment(o[0], o[1], direction, exact, err) == ATTAIN_OK);
}

static bool progress(const attain_fraction *o, int n_options, sqlite3_value **options, double *nearest,
                     uint8_t *valid, attain_fraction *exact, attain_error *err)
{
    (void)n_options;
    (void)options;
    return attain_progress_array(array_of(&o[0]), array_of(&o[1]), array_of(&o[2]), 1, nearest, valid, err) ==
               ATTAIN_OK &&
           (*valid == 0 || attain_progress(o[0], o[1], o[2], exact, err) == ATTAIN_OK);
}

static bool change(const attain_fraction *o, int n_options, sqlite3_value **options, double *nearest,
                   uint8_t *valid, attain_fraction *exact, attain_error *err)
{
    int relative = 0;
    if (n_options > 0 && !word_of(options[0], "absolute", "relative", &relative, err)) {
        return false;
    }
    return attain_change_array(array_of(&o[0]), array_of(&o[1]), relative, 1, nearest, valid, err) ==
               ATTAIN_OK &&
           (*valid == 0 || attain_change(o[0], o[1], relative, exact, err) == ATTAIN_OK);
}

/* Whole numbers as the library takes them; else numerator / (denominator / per). */
static bool per(const attain_fraction *o, int n_options, sqlite3_value **options, double *nearest,
                uint8_t *valid, attain_fraction *exact, attain_error *err)
{
    if (o[0].den == 1 && o[1].den == 1 && o[2].den == 1) {
        return attain_per_array(&o[0].num, &o[1].num, o[2].num, 1, nearest, valid, err) == ATTAIN_OK &&
               (*valid == 0 || attain_per(o[0].num, o[1].num, o[2].num, exact, err) == ATTAIN_OK);
    }
    attain_fraction both[2] = {o[0], o[1]};
    *valid = 0;
    return o[1].num == 0 || (attain_attainment(o[1], o[2], ATTAIN_AT_LEAST, &both[1], err) == ATTAIN_OK &&
                             ratio(both, n_options, options, nearest, valid, exact, err));
}

static const formula formulas[] = {
    {"attain_ratio", 2, 3, 2, {"the numerator", "the denominator"}, ratio},
    {"attain_attainment", 2, 4, 2, {"the value", "the level"}, attainment},
    {"attain_progress", 3, 4, 3, {"the value", "the baseline", "the level"}, progress},
    {"attain_change", 2, 4, 2, {"the value", "the baseline"}, change},
    {"attain_per", 3, 4, 3, {"the numerator", "the denominator", "'per'"}, per},
};

/* round(|f| * 10^digits) half up, as a double with its sign. */
static double rounded(attain_fraction f, int digits)
{
    const uint64_t size = f.num < 0 ? 0 - (uint64_t)f.num : (uint64_t)f.num;
    ext_wide power = atn_ext_wide_of(1);
    for (int i = 0; i < digits; i++) {
        power = atn_ext_wide_times(&power, 10);
    }
    const ext_wide den = atn_ext_wide_of((uint64_t)f.den);
    const ext_wide num = atn_ext_wide_times(&power, size);
    ext_wide rest;
    ext_wide whole = atn_ext_wide_divide(&num, &den, &rest);
    const ext_wide twice = atn_ext_wide_add(&rest, &rest);
    if (atn_ext_wide_compare(&twice, &den) >= 0) {
        const ext_wide one = atn_ext_wide_of(1);
        whole = atn_ext_wide_add(&whole, &one);
    }
    const double out = atn_ext_wide_double(&whole, &power);
    return f.num < 0 && out != 0 ? -out : out;
}

static void give(sqlite3_context *context, attain_fraction exact, int form)
{
    char text[48];
    if (form >= 0) {
        sqlite3_result_double(context, rounded(exact, form));
        return;
    }
    if (exact.den == 1) {
        sqlite3_snprintf((int)sizeof text, text, "%lld", exact.num);
    } else {
        sqlite3_snprintf((int)sizeof text, text, "%lld/%lld", exact.num, exact.den);
    }
    sqlite3_result_text(context, text, -1, SQLITE_TRANSIENT);
}

static bool read_operands(sqlite3_context *context, const formula *f, sqlite3_value **values,
                          attain_fraction *out)
{
    char why[ATN_EXT_WHY];
    for (int i = 0; i < f->n_operands; i++) {
        if (!atn_ext_number(values[i], &out[i], why)) {
            atn_ext_refuse(context, f->name, "%s: %s", f->operands[i], why);
            return false;
        }
    }
    return true;
}

static void run_formula(sqlite3_context *context, int n, sqlite3_value **values)
{
    const formula *const f = sqlite3_user_data(context);
    attain_fraction operands[3];
    attain_fraction exact = {0, 1};
    attain_error err = {.status = ATTAIN_OK};
    char why[ATN_EXT_WHY];
    double nearest = 0;
    uint8_t valid = 0;
    int form = ATN_EXT_NEAREST;
    int n_options = n - f->n_operands;
    if (atn_ext_any_null(n, values) || !read_operands(context, f, values, operands)) {
        return;
    }
    /* The form may stand in the place of an option that is left out: no option looks like one. */
    if (n_options > 0 && atn_ext_form_of(values[n - 1], &form, why)) {
        n_options--;
    } else if (n == f->most) {
        atn_ext_refuse(context, f->name, "%s", why);
        return;
    }
    const bool good = f->compute(operands, n_options, values + f->n_operands, &nearest, &valid, &exact, &err);
    if (!good && (err.status != ATTAIN_E_RANGE || form != ATN_EXT_NEAREST || valid == 0)) {
        atn_ext_fail(context, f->name, &err);
    } else if (valid != 0 && form == ATN_EXT_NEAREST) {
        sqlite3_result_double(context, nearest);
    } else if (valid != 0) {
        give(context, exact, form);
    }
}

/* ---- attain_gap(numerator, denominator, level [, direction]) ---- */

static bool whole_operand(sqlite3_context *context, const char *which, sqlite3_value *value, int64_t *out)
{
    attain_fraction number;
    char shown[ATN_EXT_SHOWN];
    char why[ATN_EXT_WHY];
    if (!atn_ext_number(value, &number, why)) {
        atn_ext_refuse(context, "attain_gap", "%s: %s", which, why);
        return false;
    }
    if (number.num % number.den != 0) {
        atn_ext_refuse(context, "attain_gap", "%s is %s; a whole number is required", which,
                       atn_ext_shown(value, shown));
        return false;
    }
    *out = number.num / number.den;
    return true;
}

static void run_gap(sqlite3_context *context, int n, sqlite3_value **values)
{
    int64_t numerator = 0;
    int64_t denominator = 0;
    int64_t gap = 0;
    int at_most = 0;
    attain_fraction level;
    attain_error err = {.status = ATTAIN_OK};
    char why[ATN_EXT_WHY];
    if (atn_ext_any_null(n, values) || !whole_operand(context, "the numerator", values[0], &numerator) ||
        !whole_operand(context, "the denominator", values[1], &denominator)) {
        return;
    }
    if (!atn_ext_number(values[2], &level, why)) {
        atn_ext_refuse(context, "attain_gap", "the level: %s", why);
    } else if ((n > 3 && !word_of(values[3], "at_least", "at_most", &at_most, &err)) ||
               attain_gap(numerator, denominator, level, at_most ? ATTAIN_AT_MOST : ATTAIN_AT_LEAST, &gap,
                          &err) != ATTAIN_OK) {
        atn_ext_fail(context, "attain_gap", &err);
    } else {
        sqlite3_result_int64(context, gap);
    }
}

/* ---- attain_parse(text, format, decimals), attain_format(value, format, decimals) ---- */

static bool read_format(sqlite3_context *context, const char *name, sqlite3_value **values,
                        attain_number_format *format, unsigned *decimals)
{
    attain_error err = {.status = ATTAIN_OK};
    char shown[ATN_EXT_SHOWN];
    int vi = 0;
    if (!word_of(values[1], "plain", "vi", &vi, &err)) {
        atn_ext_refuse(context, name, "the format: %s", err.message);
        return false;
    }
    *format = vi ? ATTAIN_NUMBERS_VI : ATTAIN_NUMBERS_PLAIN;
    const int64_t wanted = sqlite3_value_int64(values[2]);
    if (sqlite3_value_type(values[2]) != SQLITE_INTEGER || wanted < 0 || wanted > 18) {
        atn_ext_refuse(context, name, "the number of decimals is %s; an integer from 0 to 18 is required",
                       atn_ext_shown(values[2], shown));
        return false;
    }
    *decimals = (unsigned)wanted;
    return true;
}

static void run_parse(sqlite3_context *context, int n, sqlite3_value **values)
{
    attain_number_format format;
    attain_error err;
    char shown[ATN_EXT_SHOWN];
    unsigned decimals = 0;
    int64_t out = 0;
    if (atn_ext_any_null(n, values) || !read_format(context, "attain_parse", values, &format, &decimals)) {
        return;
    }
    if (sqlite3_value_type(values[0]) != SQLITE_TEXT) {
        atn_ext_refuse(context, "attain_parse", "%s is found where a text like '12,5' is required",
                       atn_ext_shown(values[0], shown));
        return;
    }
    const attain_str text = atn_ext_text(values[0]);
    if (text.data == NULL) {
        sqlite3_result_error_nomem(context);
    } else if (attain_decimal_parse(text.data, text.len, &format, decimals, &out, &err) != ATTAIN_OK) {
        atn_ext_fail(context, "attain_parse", &err);
    } else {
        sqlite3_result_int64(context, out);
    }
}

static void run_format(sqlite3_context *context, int n, sqlite3_value **values)
{
    attain_number_format format;
    attain_error err;
    char text[128];
    char shown[ATN_EXT_SHOWN];
    unsigned decimals = 0;
    size_t len = 0;
    if (atn_ext_any_null(n, values) || !read_format(context, "attain_format", values, &format, &decimals)) {
        return;
    }
    if (sqlite3_value_type(values[0]) != SQLITE_INTEGER) {
        atn_ext_refuse(context, "attain_format",
                       "%s is found where an integer is required, the value times 10 to the number of "
                       "decimals, as attain_parse gives it",
                       atn_ext_shown(values[0], shown));
    } else if (attain_decimal_print(sqlite3_value_int64(values[0]), decimals, &format, text, sizeof text,
                                    &len, &err) != ATTAIN_OK) {
        atn_ext_fail(context, "attain_format", &err);
    } else {
        sqlite3_result_text(context, text, (int)len, SQLITE_TRANSIENT);
    }
}

static void run_version(sqlite3_context *context, int n, sqlite3_value **values)
{
    (void)n;
    (void)values;
    sqlite3_result_text(context, attain_version(), -1, SQLITE_STATIC);
}

int atn_ext_add_formulas(atn_ext *ext)
{
    static const struct {
        const char *name;
        int least, most;
        atn_ext_function run;
    } others[] = {{"attain_gap", 3, 4, run_gap},
                  {"attain_parse", 3, 3, run_parse},
                  {"attain_format", 3, 3, run_format},
                  {"attain_version", 0, 0, run_version}};
    const int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS;
    int rc = SQLITE_OK;
    for (size_t i = 0; i < sizeof formulas / sizeof *formulas; i++) {
        for (int n = formulas[i].least; n <= formulas[i].most && rc == SQLITE_OK; n++) {
            rc = sqlite3_create_function_v2(ext->db, formulas[i].name, n, flags, (void *)&formulas[i],
                                            run_formula, NULL, NULL, NULL);
        }
    }
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        for (int n = others[i].least; n <= others[i].most && rc == SQLITE_OK; n++) {
            rc = sqlite3_create_function_v2(ext->db, others[i].name, n, flags, NULL, others[i].run, NULL,
                                            NULL, NULL);
        }
    }
    return rc;
}
