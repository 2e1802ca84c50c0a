/* Plain rows: the short way for by far the most corrections, a figure for a figure where every figure is there.
 *
 *   N or D of    the commune, its district, province, the nation       all complete, no 0 below
 *   changes      numerator or denominator, value = low = high, attainment, change, verdict
 *   stays        what is empty, the baseline, the level, reasons, counts: not even looked at
 *
 * Most of the time goes into waiting for the cells' memory, so that each line that is not touched counts. */
#include "score/board_batch.h"

#include "number/bulk.h"

enum { PLAIN_ROWS = 16 };

typedef struct plain {
    const atn_sheet *sheet;
    size_t n;
    size_t row[PLAIN_ROWS];
    int64_t n_value[PLAIN_ROWS], d_value[PLAIN_ROWS];
    int64_t n_base[PLAIN_ROWS], d_base[PLAIN_ROWS];
    bool has_base;
    bool any_n, any_d; /* N changes; D changes */
    double quotient[PLAIN_ROWS];
} plain;

/* ---- reading ---- */

static bool is_full(const atn_book *book, uint32_t slot, uint32_t unit)
{
    return slot == ATN_NONE || (book->full[(size_t)slot * book->cube.n_units + unit] & ATN_FULL_FIGURES) != 0;
}

static bool add_unit(plain *p, uint32_t unit, uint32_t day, int64_t n_by, int64_t d_by)
{
    const atn_sheet *const sheet = p->sheet;
    const atn_slab *const slabs = sheet->cube->slabs;
    const size_t line = (size_t)unit * sheet->cube->n_periods;
    const uint32_t column = sheet->days[day].column;
    const bool divides = sheet->d_slot != ATN_NONE;
    const size_t i = p->n++;
    const int64_t n = slabs[sheet->n_slot].value[line + column];
    const int64_t d = divides ? slabs[sheet->d_slot].value[line + column] : 1;
    p->n_value[i] = n;
    p->d_value[i] = d;
    p->n_base[i] = sheet->stated.num;
    p->d_base[i] = sheet->stated.den;
    if (sheet->base == ATN_BASE_PERIOD) {
        p->n_base[i] = slabs[sheet->n_slot].value[line + sheet->base_column];
        p->d_base[i] = divides ? slabs[sheet->d_slot].value[line + sheet->base_column] : 1;
    }
    return is_full(sheet->book, sheet->n_slot, unit) && is_full(sheet->book, sheet->d_slot, unit) && n != 0 &&
           n != n_by && d != 0 && d != d_by && p->d_base[i] != 0;
}

/* ---- writing ---- */

static void put_figures(const plain *p, const atn_cells *to, const int64_t *figure, atn_fraction64 scale)
{
    for (size_t i = 0; i < p->n; i++) {
        to->number[p->row[i]] = atn_batch_quotient(figure[i], 1, scale);
    }
}

static void put_values(const plain *p, const atn_cells *to)
{
    for (size_t i = 0; i < p->n; i++) {
        to->number[p->row[i]] = p->quotient[i];
    }
}

static void put_attainments(const plain *p, const atn_cells *to)
{
    const atn_fraction64 from = p->sheet->from;
    for (size_t i = 0; i < p->n && p->sheet->is_up && from.num > 0; i++) {
        to->number[p->row[i]] =
            atn_batch_quotient(p->n_value[i], p->d_value[i], (atn_fraction64){from.den, from.num});
    }
    for (size_t i = 0; i < p->n && p->sheet->is_down; i++) {
        to->number[p->row[i]] = atn_batch_quotient(p->d_value[i], p->n_value[i], from);
    }
}

/* What is too large for one quotient is left to bulk.h, all of it together. */
static bool put_changes(const plain *p, const atn_cells *to)
{
    const atn_fraction64 scale = p->sheet->scale;
    int64_t part[4][PLAIN_ROWS];
    size_t row[PLAIN_ROWS];
    double change[PLAIN_ROWS];
    size_t n = 0;
    for (size_t i = 0; p->has_base && i < p->n; i++) {
        const double left = (double)p->n_value[i] * (double)p->d_base[i];
        const double right = (double)p->n_base[i] * (double)p->d_value[i];
        const double below = (double)p->d_value[i] * (double)p->d_base[i];
        if (atn_batch_exact(left) && atn_batch_exact(right) && atn_batch_exact(below)) {
            to->number[p->row[i]] = atn_batch_quotient((int64_t)left - (int64_t)right, (int64_t)below, scale);
            continue;
        }
        part[0][n] = p->n_value[i];
        part[1][n] = p->d_value[i];
        part[2][n] = p->n_base[i];
        part[3][n] = p->d_base[i];
        row[n++] = p->row[i];
    }
    if (n > 0 && scale.num == scale.den) {
        atn_bulk_difference(ATN_VECTOR_PORTABLE, n, part[0], part[1], part[2], part[3], change);
    }
    for (size_t k = 0; k < n && scale.num == scale.den; k++) {
        to->number[row[k]] = change[k];
    }
    return n == 0 || scale.num == scale.den;
}

static void put_verdicts(const plain *p, const atn_cells *to)
{
    const atn_sheet *const sheet = p->sheet;
    for (size_t i = 0; i < p->n; i++) {
        const int at = atn_batch_compare(p->n_value[i], p->d_value[i], sheet->from);
        const bool met = sheet->is_up ? at > 0 || (at == 0 && !sheet->is_strict)
                         : sheet->is_down
                             ? at < 0 || (at == 0 && !sheet->is_strict)
                             : at >= 0 && atn_batch_compare(p->n_value[i], p->d_value[i], sheet->to) <= 0;
        to->integer[p->row[i]] = met ? ATTAIN_MET : ATTAIN_NOT_MET;
    }
}

/* A dispatch over the columns. */
static bool put_column(const plain *p, const atn_cells *to)
{
    const atn_sheet *const sheet = p->sheet;
    switch ((int)to->column) {
    case ATTAIN_COL_NUMERATOR:
        if (p->any_n) {
            put_figures(p, to, p->n_value, sheet->n_scale);
        }
        return true;
    case ATTAIN_COL_DENOMINATOR:
        if (p->any_d) {
            put_figures(p, to, p->d_value, sheet->d_scale);
        }
        return true;
    case ATTAIN_COL_VALUE:
    case ATTAIN_COL_LOW:
    case ATTAIN_COL_HIGH: put_values(p, to); return true;
    case ATTAIN_COL_ATTAINMENT:
        if (sheet->has_level) {
            put_attainments(p, to);
        }
        return sheet->from.num >= 0;
    case ATTAIN_COL_CHANGE: return put_changes(p, to);
    case ATTAIN_COL_VERDICT: put_verdicts(p, to); return true;
    case ATTAIN_COL_BASELINE:
    case ATTAIN_COL_LEVEL:
    case ATTAIN_COL_LEVEL_HIGH:
    case ATTAIN_COL_REASON:
    case ATTAIN_COL_REPORTED:
    case ATTAIN_COL_EXPECTED:
    case ATTAIN_COL_MISSING: return true; /* as they were */
    default: return false;
    }
}

/* Rows are told as changed once all is written: whoever takes over on false tells them himself. */
bool atn_board_put_plain(attain_board *board, const atn_segment *segment, const atn_sheet *sheet,
                         uint32_t day, int64_t n_by, int64_t d_by)
{
    const atn_live *const live = &board->live;
    plain p;
    p.sheet = sheet;
    p.n = 0;
    p.any_n = n_by != 0;
    p.any_d = d_by != 0;
    p.has_base = sheet->base == ATN_BASE_STATED ||
                 (sheet->base == ATN_BASE_PERIOD && sheet->days[day].baseline_is_over);
    bool good = live->n_chain <= PLAIN_ROWS && sheet->held == ATN_HELD_CONSTANT && !sheet->is_share;
    for (uint32_t u = 0; good && u < live->n_chain; u++) {
        const uint32_t position = atn_sheet_position(sheet, live->chain[u]);
        p.row[p.n] = segment->first + (size_t)position * sheet->n_days + day;
        if (position != ATN_NONE) {
            good = (sheet->marks == NULL || (sheet->marks[position] & ATN_MARK_NOT_VALID) == 0) &&
                   add_unit(&p, live->chain[u], day, n_by, d_by);
        }
    }
    for (size_t i = 0; good && i < p.n; i++) {
        p.quotient[i] = atn_batch_quotient(p.n_value[i], p.d_value[i], sheet->scale);
    }
    for (size_t c = 0; good && c < board->n_cells; c++) {
        good = put_column(&p, &board->cells[c]);
    }
    for (size_t i = 0; good && i < p.n; i++) {
        board->changed[board->n_changed++] = p.row[i];
    }
    return good;
}
