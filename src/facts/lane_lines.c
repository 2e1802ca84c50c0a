/* Lines: from the bytes of a plain line to the figures of a segment. See lane.h.
 *
 *   00013,seen,2017-03,full,4711\n       mark[-1] + 1: where the line begins      mark[c - 1] + 1 ... mark[c]: field c
 *        ^    ^       ^    ^    ^
 *
 * A field is read without a loop over its bytes: a word is one load or two and a look-up, a number of up to 16 digits two multiplications by
 * eights. */
#include "facts/lane_parts.h"

#define MOST_DIGITS 18u

/* ---- numbers ---- */

/* len digits, 1 to 8 of them, as a number; false: some byte is no digit. */
static inline bool read_8(const char *text, size_t len, uint64_t *out)
{
    /* Zeros come in from below, where the first digits stand. */
    const uint64_t x = (atn_load_8(text) ^ UINT64_C(0x3030303030303030)) << (8 * (8 - len));
    const uint64_t pairs = x * 10 + (x >> 8);
    const uint64_t fours = (pairs & UINT64_C(0x00ff00ff00ff00ff)) * (1 + (UINT64_C(100) << 16)) >> 16;
    *out = (fours & UINT64_C(0x0000ffff0000ffff)) * (1 + (UINT64_C(10000) << 32)) >> 32;
    return ((x | (x + UINT64_C(0x7676767676767676))) & UINT64_C(0x8080808080808080)) == 0;
}

/* Digits with at most one decimal sign between them, byte by byte: what has decimals, and what is long. */
static bool read_long(const char *text, size_t len, char decimal_sign, unsigned decimals, uint64_t *out)
{
    uint64_t size = 0;
    size_t n_digits = 0;
    size_t point = len;
    for (size_t i = 0; i < len; i++) {
        const unsigned digit = (unsigned)(unsigned char)text[i] - '0';
        if (digit <= 9 && n_digits < MOST_DIGITS) {
            size = size * 10 + digit;
            n_digits++;
        } else if (text[i] == decimal_sign && point == len && i > 0 && i + 1 < len) {
            point = i;
        } else {
            return false;
        }
    }
    const size_t n_decimals = point < len ? len - point - 1 : 0;
    if (n_decimals > decimals || n_digits + (decimals - n_decimals) > MOST_DIGITS) {
        return false;
    }
    for (size_t i = n_decimals; i < decimals; i++) {
        size *= 10;
    }
    *out = size;
    return true;
}

/* len digits, 9 to 16 of them. */
static inline bool read_16(const char *text, size_t len, uint64_t *out)
{
    uint64_t high;
    uint64_t low;
    const bool good_high = read_8(text, len - 8, &high);
    const bool good = read_8(text + len - 8, 8, &low) && good_high;
    *out = high * 100000000u + low;
    return good;
}

static inline bool read_value(const atn_lane_measure *measure, char decimal_sign, atn_str text,
                              int64_t *value)
{
    const bool negative = text.len > 0 && text.data[0] == '-';
    const char *digits = text.data + negative;
    const size_t len = text.len - negative;
    uint64_t size = 0;
    bool good;
    if (len == 0 || (negative && !measure->any_sign)) {
        return false;
    }
    if (measure->decimals == 0 && len <= 16) {
        good = len <= 8 ? read_8(digits, len, &size) : read_16(digits, len, &size);
    } else {
        good = read_long(digits, len, decimal_sign, measure->decimals, &size);
    }
    *value = negative ? -(int64_t)size : (int64_t)size;
    return good;
}

/* ---- fields ---- */

/* What kept words say; ATN_NONE: the text must be asked for, and is not empty. */
static inline uint32_t recall(const atn_words *words, const char *text, size_t len)
{
    return len <= ATN_WORD_BYTES ? atn_words_find(words, atn_word_of(text, len)) : ATN_NONE;
}

typedef struct line {
    const char *data;
    const uint32_t *mark; /* of its first separator */
} line;

static inline atn_str field(const line *l, uint32_t column)
{
    const uint32_t start = l->mark[(ptrdiff_t)column - 1] + 1u;
    return (atn_str){l->data + start, l->mark[column] - start};
}

/* Where and when: unit and period of a line. */
static inline bool read_place(atn_learner *l, const line *at, uint32_t *unit, atn_lane_period *period)
{
    const atn_lane *lane = l->lane;
    const atn_str unit_text = field(at, lane->columns.unit);
    const atn_str period_text = field(at, lane->columns.period);
    if (unit_text.len == 0 || period_text.len == 0) {
        return false;
    }
    *unit = recall(&lane->units, unit_text.data, unit_text.len);
    if (*unit == ATN_NONE) {
        *unit = atn_lane_learn_unit(l, unit_text);
    }
    uint32_t place = recall(&lane->periods, period_text.data, period_text.len);
    if (place == ATN_NONE) {
        place = atn_lane_learn_period(l, period_text);
    }
    if (*unit == ATN_NONE || place == ATN_NONE) {
        return false;
    }
    *period = lane->period[place];
    return true;
}

static inline bool read_cell(atn_learner *l, const line *at, uint32_t measure, uint32_t *cell)
{
    const atn_lane *lane = l->lane;
    const uint32_t n_members = lane->columns.n_members;
    const uint32_t *stride = lane->stride + (size_t)measure * n_members;
    *cell = 0;
    for (uint32_t c = 0; c < n_members; c++) {
        const atn_str text = field(at, lane->columns.member[c]);
        if (stride[c] == 0 || text.len == 0) {
            if (stride[c] != 0 || text.len != 0) {
                return false;
            }
            continue;
        }
        uint32_t member = recall(&lane->members[c], text.data, text.len);
        if (member == ATN_NONE) {
            member = atn_lane_learn_member(l, c, text);
            if (member == ATN_NONE) {
                return false;
            }
        }
        *cell += member * stride[c];
    }
    return true;
}

/* Nothing, or what says exact; and no reason. */
static bool is_plain_figure(const atn_lane_columns *columns, const line *at)
{
    if (columns->qualifier != ATN_NONE) {
        const atn_str text = field(at, columns->qualifier);
        if (text.len != 0 && (text.len != 1 || text.data[0] != '=')) {
            return false;
        }
    }
    return columns->reason == ATN_NONE || field(at, columns->reason).len == 0;
}

typedef struct figure {
    uint32_t unit, measure, cell;
    int32_t code;
    int64_t value;
} figure;

/* A figure of a line of which unit and period are known. */
static inline bool read_figure(atn_learner *l, const line *at, uint32_t value_column,
                               const atn_lane_period *period, figure *f)
{
    const atn_lane *lane = l->lane;
    const atn_lane_measure *measure = &lane->measure[f->measure];
    const atn_str text = field(at, value_column);
    if (measure->type != period->type || !read_value(measure, lane->decimal_sign, text, &f->value) ||
        !read_cell(l, at, f->measure, &f->cell)) {
        return false;
    }
    const uint8_t *states = lane->unit_states[measure->rule];
    return (states != NULL && states[f->unit] == ATN_STATE_ALWAYS) ||
           atn_lane_may_report(l, f->measure, f->unit, period);
}

/* In a segment without qualifiers. */
static inline void put_exact(atn_segment *s, size_t i, const figure *f)
{
    s->value[i] = f->value;
    s->unit[i] = f->unit;
    s->period[i] = f->code;
    s->measure[i] = (uint16_t)f->measure;
    if (s->cell8 != NULL) {
        s->cell8[i] = (uint8_t)f->cell;
    } else {
        s->cell[i] = f->cell;
    }
}

static inline void put_figure(atn_segment *s, size_t i, const figure *f)
{
    put_exact(s, i, f);
    if (s->qualifier != NULL) {
        s->qualifier[i] = ATTAIN_EXACT;
        s->reason[i] = ATTAIN_REASON_NONE;
    }
}

static inline bool read_long_form(atn_learner *l, const line *at, figure *f)
{
    const atn_lane *lane = l->lane;
    atn_lane_period period;
    if (!read_place(l, at, &f->unit, &period)) {
        return false;
    }
    const atn_str text = field(at, lane->columns.measure);
    if (text.len == 0) {
        return false;
    }
    f->measure = recall(&lane->measures, text.data, text.len);
    if (f->measure == ATN_NONE) {
        f->measure = atn_lane_learn_measure(l, text);
        if (f->measure == ATN_NONE) {
            return false;
        }
    }
    f->code = period.code;
    return read_figure(l, at, lane->columns.value, &period, f);
}

/* All figures of a line, or false and none; those that are empty are not among the *n. */
static bool read_wide_form(atn_learner *l, const line *at, atn_segment *s, uint32_t *n)
{
    const atn_lane *lane = l->lane;
    atn_lane_period period;
    figure f;
    *n = 0;
    if (!read_place(l, at, &f.unit, &period)) {
        return false;
    }
    f.code = period.code;
    for (uint32_t w = 0; w < lane->columns.n_wide; w++) {
        if (field(at, lane->columns.wide_column[w]).len == 0) {
            continue;
        }
        f.measure = lane->columns.wide_measure[w];
        if (!read_figure(l, at, lane->columns.wide_column[w], &period, &f)) {
            return false;
        }
        put_figure(s, s->n + (*n)++, &f);
    }
    return true;
}

/* ---- shape ---- */

/* Has the line that begins behind mark[-1] the shape of a plain one? *n_marks and *end: with its line end. */
static inline bool is_plain_line(const char *data, const uint32_t *mark, uint32_t n_columns, char separator,
                                 uint32_t *n_marks, size_t *end)
{
    const uint32_t last = n_columns - 1;
    unsigned other = 0;
    uint32_t c = 0;
    for (; c + 4 <= last; c += 4) {
        other |= (unsigned)((data[mark[c]] ^ separator) | (data[mark[c + 1]] ^ separator) |
                            (data[mark[c + 2]] ^ separator) | (data[mark[c + 3]] ^ separator));
    }
    for (; c < last; c++) {
        other |= (unsigned)(data[mark[c]] ^ separator);
    }
    *n_marks = n_columns;
    *end = (size_t)mark[last] + 1;
    if (data[mark[last]] == '\r') {
        other |= mark[n_columns] != *end || data[*end] != '\n' ? 1 : 0;
        *n_marks += 1;
        *end += 1;
        return other == 0;
    }
    return other == 0 && data[mark[last]] == '\n';
}

static bool is_utf8(const char *data, const uint32_t *mark, size_t end)
{
    const uint32_t start = mark[-1] + 1u; /* of 0 the mark before is UINT32_MAX */
    const atn_str text = {data + start, end - start};
    return atn_utf8_check(text) == text.len;
}

/* ---- lines ---- */

static inline bool is_empty(const line *l, uint32_t column)
{
    return column == ATN_NONE || l->mark[(ptrdiff_t)column - 1] + 1u == l->mark[column];
}

/* The cell, of members that are all known. Not inlined: the registers it needs are better used by the lines of measures without. */
#if defined(__GNUC__)
__attribute__((noinline))
#endif
static bool
know_members(const atn_lane *lane, const line *at, uint32_t measure, uint32_t *cell)
{
    const uint32_t n_members = lane->columns.n_members;
    const uint32_t *stride = lane->stride + (size_t)measure * n_members;
    *cell = 0;
    for (uint32_t c = 0; c < n_members; c++) {
        const atn_str text = field(at, lane->columns.member[c]);
        if (stride[c] != 0) {
            const atn_words *words = &lane->members[c];
            const uint32_t member =
                words->n_slots == 0 ? ATN_NONE : atn_words_find_text(words, text.data, text.len);
            if (member == ATN_NONE) {
                return false;
            }
            *cell += member * stride[c];
        } else if (text.len != 0) {
            return false;
        }
    }
    return true;
}

static inline bool know_cell(const atn_lane *lane, const line *at, uint32_t measure, uint32_t *cell)
{
    if (lane->measure[measure].has_cells) {
        return know_members(lane, at, measure, cell);
    }
    uint32_t n_bytes = 0;
    for (uint32_t c = 0; c < lane->columns.n_members; c++) {
        n_bytes |= (uint32_t)field(at, lane->columns.member[c]).len;
    }
    *cell = 0;
    return n_bytes == 0;
}

/* Most lines of most files: long form, every word met before. The same as atn_lane_take_line, with what it needs in locals, and without anything to
 * learn; it stops at the first line that is otherwise. A parser. The number of lines, whose figures stand behind those of the segment. */
size_t atn_lane_take_known(atn_lane *lane, atn_segment *s, uint64_t most_lines)
{
    const atn_lane_columns columns = lane->columns;
    const atn_words units = lane->units;
    const atn_words measures = lane->measures;
    const atn_words periods = lane->periods;
    const size_t room = s->cap - s->n;
    const size_t most = most_lines < room ? (size_t)most_lines : room;
    const size_t n_all_marks = lane->n_marks;
    size_t next = lane->next;
    size_t n = 0;
    if (columns.n_wide > 0 || s->qualifier != NULL || lane->units.n_slots == 0 ||
        lane->measures.n_slots == 0 || lane->periods.n_slots == 0 || lane->len < ATN_LANE_SPARE_BYTES) {
        return 0;
    }
    for (; n < most && n_all_marks - next > columns.n; n++) {
        const line at = {lane->data, lane->marks + next};
        uint32_t n_marks;
        size_t end;
        figure f;
        if (!is_plain_line(at.data, at.mark, columns.n, lane->separator, &n_marks, &end) ||
            end > lane->len - ATN_LANE_SPARE_BYTES || (lane->high && !is_utf8(at.data, at.mark, end)) ||
            !is_empty(&at, columns.qualifier) || !is_empty(&at, columns.reason)) {
            break;
        }
        const atn_str unit = field(&at, columns.unit);
        const atn_str measure_id = field(&at, columns.measure);
        const atn_str period_text = field(&at, columns.period);
        f.unit = atn_words_find_text(&units, unit.data, unit.len);
        f.measure = atn_words_find_text(&measures, measure_id.data, measure_id.len);
        const uint32_t place = atn_words_find_text(&periods, period_text.data, period_text.len);
        if (f.unit == ATN_NONE || f.measure == ATN_NONE || place == ATN_NONE) {
            break;
        }
        const atn_lane_period *period = &lane->period[place];
        const atn_lane_measure *measure = &lane->measure[f.measure];
        const uint8_t *states = lane->unit_states[measure->rule];
        if (measure->type != period->type || states == NULL || states[f.unit] != ATN_STATE_ALWAYS ||
            !know_cell(lane, &at, f.measure, &f.cell) ||
            !read_value(measure, lane->decimal_sign, field(&at, columns.value), &f.value)) {
            break;
        }
        f.code = period->code;
        put_exact(s, s->n + n, &f);
        next += n_marks;
    }
    lane->next = next;
    return n;
}

/* One line, if it is plain: *n_facts of it in the segment, not yet counted. */
bool atn_lane_take_line(atn_learner *l, atn_segment *s, uint32_t *n_facts, uint32_t *n_marks)
{
    const atn_lane *lane = l->lane;
    const line at = {lane->data, lane->marks + lane->next};
    size_t end;
    if (!is_plain_line(at.data, at.mark, lane->columns.n, lane->separator, n_marks, &end) ||
        end + ATN_LANE_SPARE_BYTES > lane->len || (lane->high && !is_utf8(at.data, at.mark, end)) ||
        !is_plain_figure(&lane->columns, &at)) {
        return false;
    }
    if (lane->columns.n_wide > 0) {
        return read_wide_form(l, &at, s, n_facts);
    }
    *n_facts = 0;
    if (field(&at, lane->columns.value).len == 0) {
        return true; /* whatever else the line says, it says it of no figure */
    }
    figure f;
    if (!read_long_form(l, &at, &f)) {
        return false;
    }
    put_figure(s, s->n, &f);
    *n_facts = 1;
    return true;
}
