/* Codes of a table's columns. See table_codes.h. */
#include "score/table_codes.h"

#include "calendar/calendar.h"

#include <string.h>

#define NO_KEY UINT64_MAX /* in `b`: the cell is empty */
#define SMALL_WORDS ((size_t)1 << 13)

static const atn_arrow_key nothing = {0, NO_KEY};

static bool is_group(attain_column column)
{
    return column >= ATTAIN_COL_GROUP && column < ATTAIN_COL_NUMERATOR;
}

static bool is_id(attain_column column)
{
    return column == ATTAIN_COL_TARGET || column == ATTAIN_COL_INDICATOR || column == ATTAIN_COL_UNIT;
}

bool atn_table_codes_need_column(attain_column column)
{
    return !is_id(column) && !is_group(column) && column != ATTAIN_COL_PERIOD && column != ATTAIN_COL_DUE &&
           column != ATTAIN_COL_READING;
}

bool atn_table_codes_init(atn_table_codes *self, const attain_table *table, attain_column column,
                          const attain_allocator *alloc)
{
    const bool is_unit = column == ATTAIN_COL_UNIT;
    *self = (atn_table_codes){.table = table, .column = column, .alloc = *alloc};
    if (is_unit || atn_table_codes_need_column(column)) {
        self->n_small = is_unit ? table->plan->model.n_units : SMALL_WORDS;
        self->small = atn_alloc_array(alloc, self->n_small, sizeof *self->small);
        if (self->small == NULL) {
            return false;
        }
    }
    return atn_arrow_codes_init(&self->codes, alloc);
}

void atn_table_codes_free(atn_table_codes *self)
{
    atn_arrow_codes_free(&self->codes);
    if (self->small != NULL) {
        atn_alloc_free_array(&self->alloc, self->small, self->n_small, sizeof *self->small);
    }
    self->small = NULL;
}

void atn_table_codes_use(atn_table_codes *self, const attain_allocator *alloc)
{
    self->alloc = *alloc;
    atn_arrow_codes_use(&self->codes, alloc);
}

/* ---- words ---- */

static void print_bits(atn_buf *out, attain_column column, uint64_t bits)
{
    bool first = true;
    for (uint32_t bit = 0; bit < 32; bit++) {
        if ((bits >> bit & 1) != 0) {
            const int one = (int)(1u << bit);
            atn_buf_text(out, first ? "" : ";");
            atn_buf_text(out, column == ATTAIN_COL_REASON ? attain_reason_name((attain_reason)one)
                                                          : attain_flag_name((attain_flag)one));
            first = false;
        }
    }
}

/* A dispatch over the columns. */
static void print_key(const attain_table *table, attain_column column, atn_arrow_key key, atn_buf *out)
{
    const atn_model *model = &table->plan->model;
    switch ((int)column) {
    case ATTAIN_COL_TARGET: atn_buf_str(out, model->targets[key.a].id); break;
    case ATTAIN_COL_INDICATOR: atn_buf_str(out, model->indicators[key.a].id); break;
    case ATTAIN_COL_UNIT: atn_buf_str(out, model->units[key.a].id); break;
    case ATTAIN_COL_PERIOD:
    case ATTAIN_COL_DUE: atn_period_print(out, atn_arrow_period_of_key(key)); break;
    case ATTAIN_COL_READING: atn_buf_str(out, model->readings[key.a].name); break;
    case ATTAIN_COL_VERDICT: atn_buf_text(out, attain_verdict_name((attain_verdict)key.a)); break;
    case ATTAIN_COL_PACE: atn_buf_text(out, attain_pace_name((attain_pace)key.a)); break;
    case ATTAIN_COL_STATE: atn_buf_text(out, attain_state_name((attain_state)key.a)); break;
    case ATTAIN_COL_REASON:
    case ATTAIN_COL_FLAGS: print_bits(out, column, key.a); break;
    default: {
        const atn_table_by by = table->by[column - ATTAIN_COL_GROUP];
        atn_buf_str(out, (by.is_attribute ? model->attributes : model->categories)[by.index].member[key.a]);
        break;
    }
    }
}

/* The code of a key, whose word is written when it comes for the first time; -1 of nothing. false: out of memory. */
static bool code_of(atn_table_codes *self, atn_arrow_key key, int32_t *code)
{
    *code = key.b == NO_KEY ? -1 : atn_arrow_codes_find(&self->codes, key);
    self->has_empty = self->has_empty || key.b == NO_KEY;
    if (*code >= 0 || key.b == NO_KEY) {
        return true;
    }
    atn_buf text;
    atn_buf_init(&text, &self->alloc);
    print_key(self->table, self->column, key, &text);
    const bool good = !text.failed && atn_arrow_codes_add(&self->codes, key, (atn_str){text.data, text.len});
    atn_buf_free(&text);
    *code = good ? atn_arrow_codes_find(&self->codes, key) : -1;
    return good;
}

#define UNITS_AHEAD 12u

/* The word of a unit stands in the plan, where nobody has read for long: those of the units behind it are asked for. */
static bool add_unit(atn_table_codes *self, uint64_t unit, int32_t *code)
{
    const atn_model *model = &self->table->plan->model;
#if defined(__GNUC__)
    if (unit + UNITS_AHEAD < model->n_units) {
        __builtin_prefetch(model->units[unit + UNITS_AHEAD].id.data);
    }
#endif
    *code = (int32_t)atn_arrow_words_count(self->codes.words);
    return atn_arrow_words_add(self->codes.words, model->units[unit].id);
}

/* The code of a number whose code `small` does not have yet. */
static bool code_of_number(atn_table_codes *self, uint64_t number, int32_t *code)
{
    if (self->column == ATTAIN_COL_UNIT) {
        if (!add_unit(self, number, code)) {
            return false;
        }
    } else if (!code_of(self, (atn_arrow_key){number, 0}, code)) {
        return false;
    }
    if (number < self->n_small) {
        self->small[number] = *code + 1;
    }
    return true;
}

/* ---- rows of a table ---- */

/* Rows [first, first + n) of the table; `out` is NULL or where the code of row `first` goes. */
typedef struct place {
    size_t first, n;
    int32_t *out;
} place;

static bool put_one(atn_table_codes *self, atn_arrow_key key, const place *at)
{
    int32_t code;
    if (!code_of(self, key, &code)) {
        return false;
    }
    for (size_t i = 0; at->out != NULL && i < at->n; i++) {
        at->out[i] = code;
    }
    return true;
}

static atn_arrow_key reading_key(const attain_table *table, uint32_t reading)
{
    const bool is_empty = reading == ATN_NONE || table->plan->model.readings[reading].name.len == 0;
    return is_empty ? nothing : (atn_arrow_key){reading, 0};
}

static atn_arrow_key period_key(attain_period period)
{
    return period.type == ATTAIN_PERIOD_NONE ? nothing : atn_arrow_key_of_period(period);
}

static bool code_of_unit(atn_table_codes *self, uint32_t unit, int32_t *code)
{
    *code = self->small[unit] - 1;
    return *code >= 0 || code_of_number(self, unit, code);
}

/* The unit of each row: n_days rows of a sheet have the same one. */
static bool put_units(atn_table_codes *self, const atn_sheet *sheet, size_t row, const place *at)
{
    uint32_t position = (uint32_t)(row / sheet->n_days);
    size_t n = sheet->n_days - row % sheet->n_days;
    for (size_t i = 0; i < at->n; position++, n = sheet->n_days) {
        const size_t end = n < at->n - i ? i + n : at->n;
        int32_t code;
        if (!code_of_unit(self, atn_sheet_unit(sheet, position), &code)) {
            return false;
        }
        for (; at->out != NULL && i < end; i++) {
            at->out[i] = code;
        }
        i = end;
    }
    return true;
}

/* The period of each row: after n_days rows the same ones follow. Those of the first ones are found, the others copied, twice as many each
 * time. */
static bool put_periods(atn_table_codes *self, const atn_sheet *sheet, size_t row, const place *at)
{
    const size_t n_first = at->n < sheet->n_days ? at->n : sheet->n_days;
    for (size_t i = 0; i < n_first; i++) {
        int32_t code;
        if (!code_of(self, period_key(sheet->days[(row + i) % sheet->n_days].period.label), &code)) {
            return false;
        }
        if (at->out != NULL) {
            at->out[i] = code;
        }
    }
    for (size_t done = n_first; at->out != NULL && done < at->n;) {
        const size_t more = done < at->n - done ? done : at->n - done;
        memcpy(at->out + done, at->out, more * sizeof *at->out);
        done += more;
    }
    return true;
}

/* Rows of a sheet, `row` the first of them there. */
static bool put_sheet(atn_table_codes *self, const atn_segment *segment, size_t row, const place *at)
{
    const atn_sheet *const sheet = atn_segment_sheet(self->table, segment);
    switch ((int)self->column) {
    case ATTAIN_COL_UNIT: return put_units(self, sheet, row, at);
    case ATTAIN_COL_PERIOD: return put_periods(self, sheet, row, at);
    case ATTAIN_COL_DUE: return put_one(self, period_key(sheet->due), at);
    default: return put_one(self, reading_key(self->table, sheet->row_reading), at);
    }
}

static atn_arrow_key stored_key(const atn_table_codes *self, const atn_row *row)
{
    const attain_table *const table = self->table;
    switch ((int)self->column) {
    case ATTAIN_COL_UNIT: return (atn_arrow_key){row->unit, 0};
    case ATTAIN_COL_PERIOD: return period_key(row->period);
    case ATTAIN_COL_DUE: return period_key(row->due);
    case ATTAIN_COL_READING: return reading_key(table, row->reading);
    default: break;
    }
    const size_t by = (size_t)(self->column - ATTAIN_COL_GROUP);
    const uint32_t member = table->groups[(size_t)row->group * table->n_by + by];
    return member == ATN_NONE ? nothing : (atn_arrow_key){member, 0};
}

static bool put_stored(atn_table_codes *self, const atn_segment *segment, size_t row, const place *at)
{
    const atn_row *const rows = self->table->rows + segment->at + row;
    const bool is_unit = self->column == ATTAIN_COL_UNIT;
    atn_arrow_key last = nothing;
    int32_t code = -1;
    for (size_t i = 0; i < at->n; i++) {
        const atn_arrow_key key = stored_key(self, &rows[i]);
        self->has_empty = self->has_empty || key.b == NO_KEY;
        if (key.a != last.a || key.b != last.b) {
            last = key;
            if (!(is_unit ? code_of_unit(self, (uint32_t)key.a, &code) : code_of(self, key, &code))) {
                return false;
            }
        }
        if (at->out != NULL) {
            at->out[i] = code;
        }
    }
    return true;
}

/* Segment by segment. */
static bool put_segments(atn_table_codes *self, size_t first, size_t end, int32_t *out)
{
    const attain_table *const table = self->table;
    bool good = true;
    for (size_t s = first < end ? atn_segment_find(table, first) : 0; good && first < end; s++) {
        const atn_segment *const segment = &table->segments[s];
        const size_t stop = atn_segment_end(table, s) < end ? atn_segment_end(table, s) : end;
        const place at = {first, stop - first, out};
        good =
            self->column == ATTAIN_COL_TARGET || self->column == ATTAIN_COL_INDICATOR
                ? put_one(self, segment->item == ATN_NONE ? nothing : (atn_arrow_key){segment->item, 0}, &at)
            : segment->is_sheet ? put_sheet(self, segment, first - segment->first, &at)
                                : put_stored(self, segment, first - segment->first, &at);
        out = out != NULL ? out + at.n : NULL;
        first = stop;
    }
    return good;
}

/* ---- columns of words ---- */

static bool put_words(atn_table_codes *self, const int64_t *values, size_t n, int32_t *out)
{
    const bool zero_is_nothing = self->column == ATTAIN_COL_REASON || self->column == ATTAIN_COL_FLAGS ||
                                 self->column == ATTAIN_COL_PACE;
    const int64_t least = zero_is_nothing ? 1 : 0;
    int32_t all = 0;
    for (size_t i = 0; i < n; i++) {
        int32_t code = (uint64_t)values[i] < self->n_small ? self->small[values[i]] - 1 : -1;
        if (code < 0 && values[i] >= least && !code_of_number(self, (uint64_t)values[i], &code)) {
            return false;
        }
        all |= code;
        if (out != NULL) {
            out[i] = code;
        }
    }
    self->has_empty = self->has_empty || all < 0;
    return true;
}

attain_status atn_table_codes_put(atn_table_codes *self, size_t first, size_t end, int32_t *out,
                                  attain_error *err)
{
    const int64_t *values = NULL;
    if (atn_table_codes_need_column(self->column)) {
        ATN_TRY(atn_table_integers(self->table, self->column, &values, err));
    }
    const bool good = values != NULL ? put_words(self, values + first, end - first, out)
                                     : put_segments(self, first, end, out);
    return good ? ATTAIN_OK : atn_error_memory(err, "writing a table as Arrow");
}
