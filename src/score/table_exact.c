/* Decimals and fractions of a table, row by row from the exact numbers. See table_exact.h. */
#include "score/table_exact.h"

#define DEFAULT_DIGITS 6u

/* ---- digits ---- */

/* Decimals with which every linear form of the plan is whole; a law or a reference that makes fractions is rounded to them. */
static unsigned full_digits(const atn_model *model)
{
    unsigned most = 0;
    for (uint32_t m = 0; m < model->n_measures; m++) {
        const unsigned n = model->measures[m].decimals + (model->measures[m].is_percent ? 2u : 0u);
        most = n > most ? n : most;
    }
    for (uint32_t t = 0; t < model->n_terms; t++) {
        const atn_term *term = &model->terms[t];
        unsigned n = term->coefficient_decimals;
        if (term->kind == ATN_TERM_MEASURE) {
            n += model->measures[term->index].decimals + (model->measures[term->index].is_percent ? 2u : 0u);
        } else if (term->kind == ATN_TERM_REFERENCE) {
            n += model->references[term->index].decimals;
        }
        most = n > most ? n : most;
    }
    return most;
}

static bool is_in_own_units(attain_column column)
{
    return column == ATTAIN_COL_NUMERATOR || column == ATTAIN_COL_DENOMINATOR || column == ATTAIN_COL_GAP;
}

unsigned atn_table_exact_digits(const atn_table_exact *self, attain_column column)
{
    return is_in_own_units(column) ? self->full_digits : self->digits;
}

void atn_table_exact_init(atn_table_exact *self, const atn_model *model, attain_arrow_numbers numbers,
                          int digits)
{
    self->numbers = numbers;
    self->digits = digits == 0 ? DEFAULT_DIGITS : digits < 0 ? 0 : (unsigned)digits;
    self->full_digits = full_digits(model);
}

void atn_table_exact_of(atn_table_exact *self, const attain_table *table, const attain_column *columns,
                        size_t n_columns, atn_arrow_owner *owner)
{
    self->table = table;
    self->alloc = table->alloc;
    self->columns = columns;
    self->n_columns = n_columns;
    self->owner = owner;
}

/* ---- columns ---- */

/* A column of decimals or fractions while it is made; not in use for others. */
typedef struct exact_column {
    uint8_t *valid;
    attain_i128 *decimals;
    size_t n_nulls;
    atn_arrow_text text;
} exact_column;

static bool begin_exact(const atn_table_exact *self, exact_column *exact, size_t n_rows)
{
    if (self->numbers == ATTAIN_ARROW_FRACTIONS) {
        atn_arrow_text_begin(&exact->text, &self->alloc, n_rows);
        return !exact->text.failed;
    }
    exact->valid = atn_arrow_bitmap_new(&self->alloc, n_rows);
    exact->decimals = atn_alloc_array(&self->alloc, n_rows, sizeof *exact->decimals);
    return exact->valid != NULL && exact->decimals != NULL;
}

/* At most 38 digits. */
static bool fits(attain_i128 v)
{
    const attain_i128 most = {UINT64_C(0x098a223fffffffff), INT64_C(0x4b3b4ca85a86c47a)}; /* 10^38 - 1 */
    bool overflow = false;
    const attain_i128 size = atn_i128_sign(v) < 0 ? atn_i128_neg(v, &overflow) : v;
    return !overflow && atn_i128_compare(size, most) <= 0;
}

static attain_status put_exact(const atn_table_exact *self, const atn_row_view *view, size_t c, size_t row,
                               size_t i, exact_column *exact, attain_error *err)
{
    const attain_column column = self->columns[c];
    atn_ratio value;
    atn_wide rounded;
    const bool has =
        atn_table_number(self->table, view, (atn_number_column)(column - ATTAIN_COL_NUMERATOR), &value);
    if (self->numbers == ATTAIN_ARROW_FRACTIONS) {
        if (has) {
            atn_print_fraction(&exact->text.bytes, &value);
        }
        atn_arrow_text_next(&exact->text, !has);
        return ATTAIN_OK;
    }
    if (!has) {
        exact->n_nulls++;
        return ATTAIN_OK;
    }
    atn_ratio_round(&rounded, &value, atn_table_exact_digits(self, column), ATTAIN_ROUND_HALF_UP);
    if (!atn_wide_to_i128(&rounded, &exact->decimals[i]) || !fits(exact->decimals[i])) {
        return atn_error_at_index(
            err, ATTAIN_E_RANGE, (int64_t)row,
            "row %zu, column '%s': the number does not fit %d digits with %u of them behind the "
            "point; ask for fractions or doubles",
            row + 1, atn_table_column_name(self->table, column), ATN_DECIMAL_DIGITS,
            atn_table_exact_digits(self, column));
    }
    atn_arrow_bitmap_set(exact->valid, i);
    return ATTAIN_OK;
}

static bool end_exact(const atn_table_exact *self, exact_column *exact, size_t n_rows, struct ArrowArray *out)
{
    if (self->numbers == ATTAIN_ARROW_FRACTIONS) {
        return atn_arrow_text_end(&exact->text, out, self->owner);
    }
    const size_t n = n_rows > 0 ? n_rows : 1;
    const atn_arrow_bytes bytes[2] = {{.own = exact->valid, .n_bytes = atn_arrow_bitmap_bytes(n_rows)},
                                      {.own = exact->decimals, .n_bytes = n * sizeof *exact->decimals}};
    exact->valid = NULL;
    exact->decimals = NULL;
    return atn_arrow_array_leaf(out, self->owner, n_rows, exact->n_nulls, bytes, 2);
}

static void free_exact(const atn_table_exact *self, exact_column *exact, size_t n_rows)
{
    const attain_allocator *a = &self->alloc;
    atn_alloc_free_array(a, exact->valid, atn_arrow_bitmap_bytes(n_rows), 1);
    atn_alloc_free_array(a, exact->decimals, n_rows, sizeof *exact->decimals);
    atn_arrow_text_free(&exact->text);
}

static attain_status fill_exact(const atn_table_exact *self, size_t first, size_t n_rows, exact_column *exact,
                                attain_error *err)
{
    for (size_t i = 0; i < n_rows; i++) {
        atn_row_view view;
        (void)atn_table_row(self->table, first + i, &view);
        for (size_t c = 0; c < self->n_columns; c++) {
            if (atn_table_is_number(self->columns[c])) {
                ATN_TRY(put_exact(self, &view, c, first + i, i, &exact[c], err));
            }
        }
    }
    return ATTAIN_OK;
}

/* All number columns together, because a row is derived once. */
attain_status atn_table_exact_put(const atn_table_exact *self, size_t first, size_t n_rows,
                                  struct ArrowArray *out, attain_error *err)
{
    exact_column *exact = atn_alloc_array(&self->alloc, self->n_columns, sizeof *exact);
    bool good = exact != NULL;
    for (size_t c = 0; good && c < self->n_columns; c++) {
        good = !atn_table_is_number(self->columns[c]) || begin_exact(self, &exact[c], n_rows);
    }
    attain_status status = good ? fill_exact(self, first, n_rows, exact, err) : ATTAIN_OK;
    for (size_t c = 0; good && status == ATTAIN_OK && c < self->n_columns; c++) {
        good = !atn_table_is_number(self->columns[c]) || end_exact(self, &exact[c], n_rows, out->children[c]);
    }
    for (size_t c = 0; exact != NULL && c < self->n_columns; c++) {
        free_exact(self, &exact[c], n_rows);
    }
    atn_alloc_free_array(&self->alloc, exact, self->n_columns, sizeof *exact);
    return status != ATTAIN_OK || good ? status : atn_error_memory(err, "writing a table as Arrow");
}
