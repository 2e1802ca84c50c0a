/* Columns of Arrow: types and buffers, checked. See arrow_column.h. */
#include "facts/arrow_column.h"

#include "base/bits.h"
#include "calendar/calendar.h"
#include "facts/store.h"
#include "number/decimal.h"
#include "number/double.h"

#define WIDEST_ITEM 16 /* bytes */

/* ---- types ---- */

typedef struct known_format {
    const char *format;
    atn_arrow_type type;
} known_format;

static const known_format known_formats[] = {{"n", {.kind = ATN_ARROW_NULL}},
                                             {"c", {.kind = ATN_ARROW_INT, .width = 1, .is_signed = true}},
                                             {"C", {.kind = ATN_ARROW_INT, .width = 1}},
                                             {"s", {.kind = ATN_ARROW_INT, .width = 2, .is_signed = true}},
                                             {"S", {.kind = ATN_ARROW_INT, .width = 2}},
                                             {"i", {.kind = ATN_ARROW_INT, .width = 4, .is_signed = true}},
                                             {"I", {.kind = ATN_ARROW_INT, .width = 4}},
                                             {"l", {.kind = ATN_ARROW_INT, .width = 8, .is_signed = true}},
                                             {"L", {.kind = ATN_ARROW_INT, .width = 8}},
                                             {"f", {.kind = ATN_ARROW_FLOAT, .width = 4}},
                                             {"g", {.kind = ATN_ARROW_FLOAT, .width = 8}},
                                             {"u", {.kind = ATN_ARROW_TEXT, .width = 4}},
                                             {"U", {.kind = ATN_ARROW_TEXT, .width = 8}},
                                             {"vu", {.kind = ATN_ARROW_VIEW, .width = 16}},
                                             {"tdD",
                                              {.kind = ATN_ARROW_DATE, .width = 4, .is_signed = true}}};

/* What a format is called, by how it begins: the longest that fits stands first. */
static const struct {
    const char *start, *name;
} format_names[] = {{"c", "int8"},
                    {"C", "uint8"},
                    {"s", "int16"},
                    {"S", "uint16"},
                    {"i", "int32"},
                    {"I", "uint32"},
                    {"l", "int64"},
                    {"L", "uint64"},
                    {"b", "boolean"},
                    {"e", "float16"},
                    {"f", "float32"},
                    {"g", "float64"},
                    {"d:", "decimal"},
                    {"u", "utf8"},
                    {"U", "large utf8"},
                    {"vu", "string view"},
                    {"z", "binary"},
                    {"Z", "large binary"},
                    {"vz", "binary view"},
                    {"w:", "fixed-size binary"},
                    {"tdD", "date32"},
                    {"tdm", "date64"},
                    {"tt", "time"},
                    {"ts", "timestamp"},
                    {"tD", "duration"},
                    {"ti", "interval"},
                    {"+l", "list"},
                    {"+L", "large list"},
                    {"+vl", "list view"},
                    {"+vL", "large list view"},
                    {"+w:", "fixed-size list"},
                    {"+s", "struct"},
                    {"+m", "map"},
                    {"+u", "union"},
                    {"+r", "run-end encoded"}};

static const char *name_of(const char *format)
{
    for (size_t i = 0; i < sizeof format_names / sizeof format_names[0]; i++) {
        if (strncmp(format, format_names[i].start, strlen(format_names[i].start)) == 0) {
            return format_names[i].name;
        }
    }
    return "unknown";
}

/* Up to four digits, at *at; false: there are none, or more. */
static bool read_number(const char **at, unsigned *out)
{
    unsigned n = 0;
    for (*out = 0; **at >= '0' && **at <= '9' && n < 4; n++) {
        *out = *out * 10 + (unsigned)(*(*at)++ - '0');
    }
    return n > 0 && !(**at >= '0' && **at <= '9');
}

/* d:precision,scale[,bits] */
static bool read_decimal(const char *format, atn_arrow_type *type)
{
    const char *at = format + 2;
    unsigned precision;
    unsigned scale;
    unsigned bits = 128;
    if (strncmp(format, "d:", 2) != 0 || !read_number(&at, &precision) || *at++ != ',' ||
        !read_number(&at, &scale)) {
        return false;
    }
    if (*at == ',') {
        at++;
        if (!read_number(&at, &bits)) {
            return false;
        }
    }
    const bool known = bits == 32 || bits == 64 || bits == 128;
    *type =
        (atn_arrow_type){.kind = ATN_ARROW_DECIMAL, .width = (uint8_t)(bits / 8), .scale = (uint8_t)scale};
    return known && *at == '\0' && precision >= 1 && precision <= 38 && scale <= 38;
}

static bool read_format(const char *format, atn_arrow_type *type)
{
    for (size_t i = 0; i < sizeof known_formats / sizeof known_formats[0]; i++) {
        if (strcmp(format, known_formats[i].format) == 0) {
            *type = known_formats[i].type;
            return true;
        }
    }
    return read_decimal(format, type);
}

static bool may_be(const atn_arrow_type *type, atn_arrow_use use)
{
    switch ((atn_arrow_kind)type->kind) {
    case ATN_ARROW_DECIMAL:
    case ATN_ARROW_FLOAT: return use == ATN_ARROW_FOR_VALUE;
    case ATN_ARROW_DATE: return use == ATN_ARROW_FOR_PERIOD;
    case ATN_ARROW_NULL:
    case ATN_ARROW_INT:
    case ATN_ARROW_TEXT:
    case ATN_ARROW_VIEW: break;
    }
    return true;
}

static const char *what_is_taken(atn_arrow_use use)
{
    switch (use) {
    case ATN_ARROW_FOR_VALUE:
        return "integers, decimals of 32, 64 and 128 bits without a negative scale, float64, float32, utf8, "
               "large "
               "utf8, string view";
    case ATN_ARROW_FOR_PERIOD: return "utf8, large utf8, string view, integers, date32";
    case ATN_ARROW_FOR_ID: break;
    }
    return "utf8, large utf8, string view, integers";
}

/* Metadata: a number of pairs, then of each key and value a length and the bytes. Lengths are the producer's word. */
static bool is_extension(const char *metadata)
{
    static const char key[] = "ARROW:extension:name";
    int32_t n = 0;
    if (metadata == NULL) {
        return false;
    }
    memcpy(&n, metadata, sizeof n);
    const char *at = metadata + sizeof n;
    for (int64_t i = 0; i < 2 * (int64_t)n; i++) {
        int32_t len;
        memcpy(&len, at, sizeof len);
        if (len < 0) {
            return false;
        }
        if (i % 2 == 0 && len == (int32_t)sizeof key - 1 &&
            memcmp(at + sizeof len, key, sizeof key - 1) == 0) {
            return true;
        }
        at += sizeof len + (size_t)len;
    }
    return false;
}

static attain_status column_error(const atn_arrow_column *column, attain_error *err, const char *what,
                                  const char *more)
{
    const atn_note name =
        atn_show_text((atn_str){column->name, strlen(column->name)}); /* a C string by contract */
    return atn_error_at_index(err, ATTAIN_E_ARROW, column->index, "column '%s' %s%s", name.text, what, more);
}

/* What the items of a column are: those of its dictionary, if it has one. */
static const struct ArrowSchema *values_of(const struct ArrowSchema *schema)
{
    return schema->dictionary != NULL ? schema->dictionary : schema;
}

/* A type that is not taken, told by its name and its format. */
static attain_status refuse_type(const atn_arrow_column *column, const struct ArrowSchema *schema,
                                 atn_arrow_use use, attain_error *err)
{
    const struct ArrowSchema *const values = values_of(schema);
    const bool extension = is_extension(schema->metadata);
    const bool extension_of_items = values != schema && is_extension(values->metadata);
    const char *const format = values->format;
    const atn_note name = atn_show_text((atn_str){column->name, strlen(column->name)});
    const atn_note shown = atn_show_text((atn_str){format, strlen(format)});
    return atn_error_at_index(
        err, ATTAIN_E_ARROW, column->index,
        "column '%s' is of type %s%s%s%s ('%s'); %s, or dictionaries of these, are taken", name.text,
        extension ? "extension of " : "", values != schema ? "dictionary of " : "",
        extension_of_items ? "extension of " : "", name_of(format), shown.text, what_is_taken(use));
}

attain_status atn_arrow_declare(atn_arrow_column *column, const struct ArrowSchema *schema, atn_arrow_use use,
                                attain_error *err)
{
    const struct ArrowSchema *const values = values_of(schema);
    if (schema->format == NULL || values->format == NULL) {
        return column_error(column, err, "has no format; the schema breaks the Arrow C data interface", "");
    }
    if (is_extension(schema->metadata) || values->dictionary != NULL || is_extension(values->metadata) ||
        !read_format(values->format, &column->type) || !may_be(&column->type, use)) {
        return refuse_type(column, schema, use, err);
    }
    if (values != schema) {
        atn_arrow_type index;
        if (!read_format(schema->format, &index) || index.kind != ATN_ARROW_INT) {
            return column_error(column, err,
                                "is a dictionary whose indices are no integers: ", name_of(schema->format));
        }
        column->type.index_width = index.width;
        column->type.index_is_signed = index.is_signed;
    }
    return ATTAIN_OK;
}

/* ---- buffers ---- */

/* Bits that are 0 among n from `first` on. */
static int64_t count_nulls(const uint8_t *bits, int64_t first, int64_t n)
{
    int64_t n_set = 0;
    int64_t i = 0;
    for (; i < n && ((first + i) & 7) != 0; i++) {
        n_set += bits[(first + i) >> 3] >> ((first + i) & 7) & 1;
    }
    for (; n - i >= 64; i += 64) {
        uint64_t b;
        memcpy(&b, bits + ((first + i) >> 3), sizeof b); /* in whatever order: bits are only counted */
        n_set += (int64_t)atn_count_bits64(b);
    }
    for (; i < n; i++) {
        n_set += bits[(first + i) >> 3] >> ((first + i) & 7) & 1;
    }
    return n - n_set;
}

/* Counts and pointers that every array has; NULL: nothing is wrong. Lengths and offsets are small enough to be counted in bytes. */
static const char *check_counts(const struct ArrowArray *array, int64_t first, int64_t n)
{
    if (array->release == NULL) {
        return "is of an array that was released already";
    }
    const int64_t most = INT64_MAX / WIDEST_ITEM - 1; /* one offset more than texts */
    if (array->length < 0 || array->offset < 0 || array->length > most ||
        array->offset > most - array->length) {
        return "has a negative length or offset, or both are too large together";
    }
    if (first > array->length || n > array->length - first) {
        return "is shorter than its batch";
    }
    if (array->null_count < -1 || array->null_count > array->length) {
        return "has a null_count that its length does not allow";
    }
    if (array->n_buffers < 0 || (array->n_buffers > 0 && array->buffers == NULL)) {
        return "has no buffers";
    }
    return NULL;
}

/* Rows [first, first + n) of the array; the bitmap of the whole array must say what null_count says. */
static const char *bind_validity(atn_arrow_data *data, const struct ArrowArray *array, int64_t first,
                                 int64_t n)
{
    data->n = n;
    data->validity = array->n_buffers > 0 ? array->buffers[0] : NULL;
    data->first_bit = array->offset + first;
    data->n_nulls = 0;
    if (data->validity == NULL) {
        return array->null_count > 0 ? "has nulls by its null_count, but no validity bitmap" : NULL;
    }
    data->n_nulls = count_nulls(data->validity, data->first_bit, n);
    const int64_t all = n == array->length      ? data->n_nulls
                        : array->null_count < 0 ? -1
                                                : count_nulls(data->validity, array->offset, array->length);
    return array->null_count >= 0 && all != array->null_count
               ? "has another null_count than its validity bitmap has nulls"
               : NULL;
}

static const char *bind_text(atn_arrow_data *data, const struct ArrowArray *array, unsigned width)
{
    data->text = array->buffers[2];
    data->end = 0;
    if (data->n == 0) {
        return NULL;
    }
    const int64_t start = atn_arrow_whole(data->items, width, true, 0);
    data->end = atn_arrow_whole(data->items, width, true, data->n);
    if (start < 0 || data->end < start) {
        return "has offsets that are negative or fall";
    }
    return data->text == NULL && data->end > 0 ? "has text by its offsets, but no buffer of text" : NULL;
}

static const char *bind_views(atn_arrow_data *data, const struct ArrowArray *array)
{
    data->n_text_buffers = array->n_buffers - 3;
    data->text_buffers = array->buffers + 2;
    data->text_sizes = array->buffers[array->n_buffers - 1];
    if (data->n_text_buffers > 0 && data->text_sizes == NULL) {
        return "has no sizes of its buffers of text";
    }
    for (int64_t b = 0; b < data->n_text_buffers; b++) {
        const int64_t size = atn_arrow_whole(data->text_sizes, 8, true, b);
        if (size < 0 || (size > 0 && data->text_buffers[b] == NULL)) {
            return "has a buffer of text that is NULL or of negative size";
        }
    }
    return NULL;
}

/* Rows [first, first + n) of an array of this type; NULL: nothing is wrong. */
static const char *bind_array(atn_arrow_data *data, const atn_arrow_type *type,
                              const struct ArrowArray *array, int64_t first, int64_t n)
{
    const char *problem = check_counts(array, first, n);
    const bool is_text = type->kind == ATN_ARROW_TEXT;
    const bool is_view = type->kind == ATN_ARROW_VIEW;
    memset(data, 0, sizeof *data);
    if (problem != NULL) {
        return problem;
    }
    data->n = n;
    if (type->kind == ATN_ARROW_NULL) {
        data->n_nulls = n;
        return array->n_buffers != 0 ? "has buffers, but nulls have none" : NULL;
    }
    if (is_view ? array->n_buffers < 3 : array->n_buffers != (is_text ? 3 : 2)) {
        return "has another number of buffers than its type";
    }
    problem = bind_validity(data, array, first, n);
    if (problem != NULL) {
        return problem;
    }
    data->items = array->buffers[1];
    if (data->items == NULL) {
        return n > 0 ? "has no buffer of items" : NULL;
    }
    data->items += (array->offset + first) * type->width;
    return is_text ? bind_text(data, array, type->width) : is_view ? bind_views(data, array) : NULL;
}

attain_status atn_arrow_bind(atn_arrow_column *column, const struct ArrowArray *array, int64_t first,
                             int64_t n, attain_error *err)
{
    const atn_arrow_type *type = &column->type;
    const bool is_coded = type->index_width != 0;
    const atn_arrow_type index = {.kind = ATN_ARROW_INT, .width = type->index_width};
    const char *problem = bind_array(&column->data, is_coded ? &index : type, array, first, n);
    if (problem == NULL && is_coded != (array->dictionary != NULL)) {
        problem = is_coded ? "has no dictionary, which its schema declares"
                           : "has a dictionary, which its schema does not declare";
    }
    if (problem != NULL) {
        return column_error(column, err, problem, "");
    }
    if (!is_coded) {
        return ATTAIN_OK;
    }
    problem = bind_array(&column->values, type, array->dictionary, 0, array->dictionary->length);
    return problem == NULL ? ATTAIN_OK : column_error(column, err, "has a dictionary that ", problem);
}

attain_status atn_arrow_bind_struct(atn_arrow_data *data, const struct ArrowArray *array, int64_t n_children,
                                    attain_error *err)
{
    memset(data, 0, sizeof *data);
    const char *problem = check_counts(array, 0, array->length < 0 ? 0 : array->length);
    if (problem == NULL && array->n_buffers > 1) {
        problem = "has another number of buffers than a struct";
    }
    if (problem == NULL && (array->n_children != n_children || (n_children > 0 && array->children == NULL))) {
        problem = "has another number of columns than the schema";
    }
    for (int64_t c = 0; c < n_children && problem == NULL; c++) {
        if (array->children[c] == NULL) {
            return atn_error_at_index(err, ATTAIN_E_ARROW, c,
                                      "a batch lacks column %lld: its pointer is NULL", (long long)c);
        }
    }
    if (problem == NULL) {
        problem = bind_validity(data, array, 0, array->length);
    }
    return problem == NULL ? ATTAIN_OK : atn_error_set(err, ATTAIN_E_ARROW, "a batch %s", problem);
}

attain_status atn_arrow_bad_row(const atn_arrow_column *column, uint64_t row, const char *what,
                                attain_error *err)
{
    const atn_note name = atn_show_text((atn_str){column->name, strlen(column->name)});
    return atn_error_at_index(err, ATTAIN_E_ARROW, column->index, "column '%s', row %llu: %s", name.text,
                              (unsigned long long)row, what);
}

/* ---- single cells ---- */

bool atn_arrow_find(const atn_arrow_column *column, int64_t i, const atn_arrow_data **data, int64_t *at,
                    const char **problem)
{
    const atn_arrow_type *type = &column->type;
    *data = &column->data;
    *at = i;
    if (type->index_width == 0) {
        return type->kind != ATN_ARROW_NULL && atn_arrow_is_valid(&column->data, i);
    }
    if (!atn_arrow_is_valid(&column->data, i)) {
        return false;
    }
    const int64_t index = atn_arrow_whole(column->data.items, type->index_width, type->index_is_signed, i);
    if (index < 0 || index >= column->values.n) { /* an unsigned one beyond int64_t is negative here */
        *problem = "an index that its dictionary does not have";
        return false;
    }
    *data = &column->values;
    *at = index;
    return type->kind != ATN_ARROW_NULL && atn_arrow_is_valid(&column->values, index);
}

static bool view_text(const atn_arrow_data *data, int64_t at, atn_str *out)
{
    const char *view = data->items + 16 * at;
    const int64_t len = atn_arrow_whole(view, 4, true, 0);
    if (len <= 12) {
        *out = (atn_str){view + 4, len < 0 ? 0 : (size_t)len};
        return len >= 0;
    }
    const int64_t buffer = atn_arrow_whole(view, 4, true, 2);
    const int64_t start = atn_arrow_whole(view, 4, true, 3);
    if (buffer < 0 || buffer >= data->n_text_buffers || start < 0 ||
        start + len > atn_arrow_whole(data->text_sizes, 8, true, buffer)) {
        return false;
    }
    *out = (atn_str){(const char *)data->text_buffers[buffer] + start, (size_t)len};
    return true;
}

bool atn_arrow_text(const atn_arrow_type *type, const atn_arrow_data *data, int64_t at, atn_str *out)
{
    if (type->kind == ATN_ARROW_VIEW) {
        return view_text(data, at, out);
    }
    const int64_t start = atn_arrow_whole(data->items, type->width, true, at);
    const int64_t end = atn_arrow_whole(data->items, type->width, true, at + 1);
    if (start < 0 || end < start || end > data->end) {
        return false;
    }
    *out = end > start ? (atn_str){data->text + start, (size_t)(end - start)} : (atn_str){"", 0};
    return true;
}

attain_i128 atn_arrow_wide(const char *items, unsigned width, int64_t i)
{
    attain_i128 v;
    if (width < 16) {
        return atn_i128_from_i64(atn_arrow_whole(items, width, true, i));
    }
    const uint16_t one = 1;
    unsigned char low_first;
    memcpy(&low_first, &one, 1);
    memcpy(&v.lo, items + 16 * i + (low_first ? 0 : 8), 8);
    memcpy(&v.hi, items + 16 * i + (low_first ? 8 : 0), 8);
    return v;
}

atn_str atn_arrow_spell(const atn_arrow_type *type, const char *items, int64_t i, char *memory)
{
    const int64_t v = atn_arrow_whole(items, type->width, type->is_signed, i);
    const bool negative = type->is_signed && v < 0;
    uint64_t rest = negative ? 0 - (uint64_t)v : (uint64_t)v;
    size_t at = ATN_ARROW_SPELL_BYTES;
    do {
        memory[--at] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest != 0);
    if (negative) {
        memory[--at] = '-';
    }
    return (atn_str){memory + at, ATN_ARROW_SPELL_BYTES - at};
}

/* Without zeros behind the point: they say nothing. */
static void print_decimal(atn_buf *out, attain_i128 v, unsigned scale)
{
    const attain_number_format plain = ATTAIN_NUMBERS_PLAIN;
    const atn_wide ten = atn_wide_from_u64(10);
    atn_wide whole = atn_wide_from_i128(v);
    for (; scale > 0; scale--) {
        atn_wide tenth;
        atn_wide rest;
        atn_wide_divide(&tenth, &rest, &whole, &ten);
        if (atn_wide_sign(&rest) != 0) {
            break;
        }
        whole = tenth;
    }
    atn_decimal_print(out, &whole, scale, &plain);
}

static void print_number(const atn_arrow_type *type, const char *items, int64_t at, atn_buf *out)
{
    switch ((atn_arrow_kind)type->kind) {
    case ATN_ARROW_INT: {
        char memory[ATN_ARROW_SPELL_BYTES];
        atn_buf_str(out, atn_arrow_spell(type, items, at, memory));
        break;
    }
    case ATN_ARROW_DECIMAL: print_decimal(out, atn_arrow_wide(items, type->width, at), type->scale); break;
    case ATN_ARROW_FLOAT: atn_double_print(out, atn_arrow_float(items, type->width, at)); break;
    case ATN_ARROW_DATE: {
        const int64_t day = atn_arrow_whole(items, 4, true, at);
        if (day >= ATN_DAY_MIN && day <= ATN_DAY_MAX) {
            atn_day_print(out, (int32_t)day);
        } else {
            atn_buf_printf(out, "day %lld", (long long)day); /* no period */
        }
        break;
    }
    case ATN_ARROW_NULL:
    case ATN_ARROW_TEXT:
    case ATN_ARROW_VIEW: break;
    }
}

bool atn_arrow_print(const atn_arrow_column *column, int64_t i, atn_buf *scratch, atn_str *out,
                     const char **problem)
{
    const atn_arrow_data *data;
    int64_t at;
    *problem = NULL;
    *out = (atn_str){"", 0};
    if (!atn_arrow_find(column, i, &data, &at, problem)) {
        return *problem == NULL;
    }
    if (column->type.kind == ATN_ARROW_TEXT || column->type.kind == ATN_ARROW_VIEW) {
        if (!atn_arrow_text(&column->type, data, at, out)) {
            *problem = "a text outside of its buffer";
            return false;
        }
        return true;
    }
    scratch->len = 0;
    print_number(&column->type, data->items, at, scratch);
    *out = (atn_str){scratch->data, scratch->len};
    return !scratch->failed;
}
