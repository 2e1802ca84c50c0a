/* Four scorecards side by side. Those under one plan have the same rows, for which units a promise is made for is a matter of the plan alone; rows of
 * the other plan are found by the ids of target and unit:
 *
 *     plan b   target x: units P Q S      row_at (by unit of a, of the target in hand):  P -> 7, Q -> 8, R -> 9
 *     plan a   target x: units P Q R      compared: P, Q, S (only b), then what is left of a: R (only a)
 *
 * The result is one list of blocks of text and one array of rows. */
#include "sqlite/restated.h"

#include <string.h>

/* ---- the result ---- */

typedef struct block {
    struct block *next;
    size_t size, used; /* of the bytes behind this head */
} block;

typedef struct owner {
    attain_allocator alloc;
    block *blocks;
    size_t rows_capacity;
} owner;

enum { BLOCK_BYTES = 1 << 16 };

static char *take_bytes(owner *o, size_t n)
{
    if (o->blocks == NULL || o->blocks->size - o->blocks->used < n) {
        const size_t size = n > BLOCK_BYTES ? n : BLOCK_BYTES;
        block *const made = atn_restated_memory(&o->alloc, NULL, 0, sizeof *made + size);
        if (made == NULL) {
            return NULL;
        }
        *made = (block){o->blocks, size, 0};
        o->blocks = made;
    }
    char *const bytes = (char *)(o->blocks + 1) + o->blocks->used;
    o->blocks->used += n;
    return bytes;
}

/* A copy with a NUL; "" needs none. */
static bool copy_text(owner *o, attain_str text, attain_str *out)
{
    *out = (attain_str){"", 0};
    if (text.len == 0) {
        return true;
    }
    char *const bytes = take_bytes(o, text.len + 1);
    if (bytes == NULL) {
        return false;
    }
    memcpy(bytes, text.data, text.len);
    bytes[text.len] = '\0';
    *out = (attain_str){bytes, text.len};
    return true;
}

bool atn_restated_begin(const attain_allocator *alloc, attain_restated *out)
{
    owner *const made = atn_restated_memory(alloc, NULL, 0, sizeof *made);
    if (made != NULL) {
        *made = (owner){.alloc = *alloc};
    }
    *out = (attain_restated){.owner = made};
    return made != NULL;
}

void attain_restated_free(attain_restated *restated)
{
    if (restated == NULL || restated->owner == NULL) {
        return;
    }
    owner *const o = restated->owner;
    const attain_allocator alloc = o->alloc;
    for (block *at = o->blocks; at != NULL;) {
        block *const next = at->next;
        atn_restated_memory(&alloc, at, sizeof *at + at->size, 0);
        at = next;
    }
    if (restated->rows != NULL) {
        atn_restated_memory(&alloc, restated->rows, o->rows_capacity * sizeof *restated->rows, 0);
    }
    atn_restated_memory(&alloc, o, sizeof *o, 0);
    memset(restated, 0, sizeof *restated);
}

/* ---- rows ---- */

typedef struct card {
    attain_table *table; /* NULL: no rows */
    size_t n_rows;
    const int64_t *target, *unit, *verdict;
    const double *value;
    const uint8_t *valid;
} card;

static attain_status score(comparison *c, int step, const attain_period *as_of, card *out)
{
    const side *const s = side_of(c, step);
    const attain_score_options options = {.struct_size = sizeof options,
                                          .targets = s->targets,
                                          .n_targets = s->n_targets,
                                          .units = s->units,
                                          .n_units = s->n_units,
                                          .as_of = as_of,
                                          .n_as_of = as_of != NULL};
    memset(out, 0, sizeof *out);
    if (!s->is_asked) {
        return ATTAIN_OK;
    }
    attain_status status = attain_score(s->plan, c->facts[step], &options, &out->table, c->err);
    if (status != ATTAIN_OK) {
        return status;
    }
    const attain_table *const t = out->table;
    out->n_rows = attain_table_rows(t);
    status = attain_table_integers(t, ATTAIN_COL_TARGET, &out->target, c->err);
    status = status == ATTAIN_OK ? attain_table_integers(t, ATTAIN_COL_UNIT, &out->unit, c->err) : status;
    status =
        status == ATTAIN_OK ? attain_table_integers(t, ATTAIN_COL_VERDICT, &out->verdict, c->err) : status;
    return status == ATTAIN_OK ? attain_table_doubles(t, ATTAIN_COL_VALUE, &out->value, &out->valid, c->err)
                               : status;
}

/* The scorecards of one as-of period, and how rows of plan a are found from those of plan b. */
typedef struct rows {
    card card[N_STEPS];
    attain_period as_of;
    size_t n_targets_a, n_units_a, n_units_b, n_targets_b;
    size_t *first_row;   /* of each target of a, + 1: n_targets_a + 1; 0: none */
    size_t *row_at;      /* by unit of a: its row, + 1, under the target in hand */
    uint32_t *unit_in_a; /* of each unit of b */
    uint8_t *is_done;    /* rows of a */
} rows;

static void free_rows(comparison *c, rows *r)
{
    for (int i = 0; i < N_STEPS; i++) {
        bool is_shared = false;
        for (int k = 0; k < i; k++) {
            is_shared = is_shared || r->card[k].table == r->card[i].table;
        }
        if (!is_shared) {
            attain_table_free(r->card[i].table);
        }
    }
    atn_restated_memory(&c->alloc, r->first_row, (r->n_targets_a + 1) * sizeof *r->first_row, 0);
    atn_restated_memory(&c->alloc, r->row_at, (r->n_units_a + 1) * sizeof *r->row_at, 0);
    atn_restated_memory(&c->alloc, r->unit_in_a, (r->n_units_b + 1) * sizeof *r->unit_in_a, 0);
    atn_restated_memory(&c->alloc, r->is_done, r->card[BEFORE].n_rows + 1, 0);
}

static void *zeroed(const comparison *c, size_t n, size_t size)
{
    void *const made = atn_restated_memory(&c->alloc, NULL, 0, (n + 1) * size);
    if (made != NULL) {
        memset(made, 0, (n + 1) * size);
    }
    return made;
}

/* A unit that plan b calls otherwise is found by its alias. */
static void map_units(const comparison *c, rows *r)
{
    for (size_t u = 0; u < r->n_units_b; u++) {
        r->unit_in_a[u] = ATTAIN_NONE;
    }
    for (uint32_t u = 0; u < r->n_units_a; u++) {
        const attain_str id = attain_plan_id(c->side[A].plan, ATTAIN_KIND_UNIT, u);
        const uint32_t in_b = attain_plan_find(c->side[B].plan, ATTAIN_KIND_UNIT, id.data, id.len);
        if (in_b != ATTAIN_NONE && r->unit_in_a[in_b] == ATTAIN_NONE) {
            r->unit_in_a[in_b] = u;
        }
    }
}

static attain_status make_rows(comparison *c, const attain_period *as_of, rows *r)
{
    for (int i = 0; i < N_STEPS; i++) {
        const bool is_shared =
            i > 0 && c->facts[i] == c->facts[i - 1] && side_of(c, i)->plan == side_of(c, i - 1)->plan;
        const attain_status status = is_shared ? ATTAIN_OK : score(c, i, as_of, &r->card[i]);
        if (is_shared) {
            r->card[i] = r->card[i - 1];
        }
        if (status != ATTAIN_OK) {
            return status;
        }
    }
    r->as_of = as_of != NULL ? *as_of : (attain_period){.type = ATTAIN_PERIOD_NONE};
    r->n_targets_a = attain_plan_count(c->side[A].plan, ATTAIN_KIND_TARGET);
    r->n_units_a = attain_plan_count(c->side[A].plan, ATTAIN_KIND_UNIT);
    r->n_units_b = attain_plan_count(c->side[B].plan, ATTAIN_KIND_UNIT);
    r->first_row = zeroed(c, r->n_targets_a, sizeof *r->first_row);
    r->row_at = zeroed(c, r->n_units_a, sizeof *r->row_at);
    r->unit_in_a = zeroed(c, r->n_units_b, sizeof *r->unit_in_a);
    r->is_done = zeroed(c, r->card[BEFORE].n_rows, 1);
    if (r->first_row == NULL || r->row_at == NULL || r->unit_in_a == NULL || r->is_done == NULL) {
        return atn_restated_no_memory(c->err);
    }
    for (size_t i = r->card[BEFORE].n_rows; i > 0; i--) {
        r->first_row[r->card[BEFORE].target[i - 1]] = i;
    }
    map_units(c, r);
    return ATTAIN_OK;
}

/* Fraction texts of a row, one a step. */
typedef struct texts {
    char bytes[N_STEPS][1024];
    size_t len[N_STEPS];
} texts;

static const size_t NO_ROW = SIZE_MAX;

/* Row numbers by step. */
typedef struct place {
    size_t row[N_STEPS];
} place;

static attain_status print_steps(const comparison *c, const rows *r, const place *at, attain_column column,
                                 const attain_print_options *how, texts *out)
{
    for (int i = 0; i < N_STEPS; i++) {
        if (i > 0 && r->card[i].table == r->card[i - 1].table && at->row[i] == at->row[i - 1]) {
            out->len[i] = out->len[i - 1];
            memcpy(out->bytes[i], out->bytes[i - 1], out->len[i]);
            continue;
        }
        out->len[i] = 0;
        if (at->row[i] != NO_ROW) {
            const attain_status status =
                attain_table_print(r->card[i].table, at->row[i], column, how, out->bytes[i],
                                   sizeof out->bytes[i], &out->len[i], c->err);
            if (status != ATTAIN_OK) {
                return status;
            }
        }
    }
    return ATTAIN_OK;
}

static bool texts_differ(const texts *t)
{
    for (int i = 1; i < N_STEPS; i++) {
        if (t->len[i] != t->len[0] || memcmp(t->bytes[i], t->bytes[0], t->len[0]) != 0) {
            return true;
        }
    }
    return false;
}

static bool copy_step(owner *o, const texts *from, int step, attain_str *out)
{
    return copy_text(o, (attain_str){from->bytes[step], from->len[step]}, out);
}

static bool add_row(comparison *c, const attain_restated_row *row)
{
    attain_restated *const out = c->out;
    owner *const o = out->owner;
    if (out->n_rows == o->rows_capacity) {
        const size_t capacity = o->rows_capacity > 0 ? o->rows_capacity * 2 : 64;
        attain_restated_row *const grown =
            atn_restated_memory(&o->alloc, out->rows, o->rows_capacity * sizeof *grown,
                                capacity * sizeof *grown);
        if (grown == NULL) {
            return false;
        }
        out->rows = grown;
        o->rows_capacity = capacity;
    }
    out->rows[out->n_rows++] = *row;
    return true;
}

/* The exact texts of a row. */
typedef struct exact_texts {
    texts value, numerator, denominator;
} exact_texts;

static attain_status keep_row(comparison *c, const rows *r, const place *at, const exact_texts *exact)
{
    owner *const o = c->out->owner;
    const int last = at->row[AFTER] != NO_ROW ? AFTER : BEFORE;
    const card *const named = &r->card[last];
    const attain_plan *const plan = side_of(c, last)->plan;
    attain_restated_row row = {.as_of = r->as_of};
    texts printed;
    const attain_status status = print_steps(c, r, at, ATTAIN_COL_VALUE, c->options->print, &printed);
    if (status != ATTAIN_OK) {
        return status;
    }
    bool fits =
        copy_text(o, attain_plan_id(plan, ATTAIN_KIND_TARGET, (uint32_t)named->target[at->row[last]]),
                  &row.target) &&
        copy_text(o, attain_plan_id(plan, ATTAIN_KIND_UNIT, (uint32_t)named->unit[at->row[last]]), &row.unit);
    for (int i = 0; i < N_STEPS && fits; i++) {
        const card *const from = &r->card[i];
        const size_t n = at->row[i];
        row.has_row[i] = n != NO_ROW;
        row.verdict[i] = row.has_row[i] ? (attain_verdict)from->verdict[n] : ATTAIN_NOT_APPLICABLE;
        row.has_value[i] = row.has_row[i] && from->valid[n] == 1;
        row.value[i] = row.has_value[i] ? from->value[n] : 0;
        fits = copy_step(o, &printed, i, &row.printed[i]) &&
               copy_step(o, &exact->numerator, i, &row.numerator[i]) &&
               copy_step(o, &exact->denominator, i, &row.denominator[i]);
    }
    return fits && add_row(c, &row) ? ATTAIN_OK : atn_restated_no_memory(c->err);
}

/* One row of a, b or both: kept if something in it differs. */
static attain_status compare_row(comparison *c, const rows *r, size_t row_a, size_t row_b)
{
    const attain_print_options how = {.struct_size = sizeof how, .exact = 1};
    const place at = {{row_a, row_a, row_a, row_b}};
    exact_texts t;
    c->out->n_compared++;
    attain_status status = print_steps(c, r, &at, ATTAIN_COL_VALUE, &how, &t.value);
    status = status == ATTAIN_OK ? print_steps(c, r, &at, ATTAIN_COL_NUMERATOR, &how, &t.numerator) : status;
    status =
        status == ATTAIN_OK ? print_steps(c, r, &at, ATTAIN_COL_DENOMINATOR, &how, &t.denominator) : status;
    if (status != ATTAIN_OK) {
        return status;
    }
    bool differs = (row_a == NO_ROW) != (row_b == NO_ROW) || texts_differ(&t.value) ||
                   texts_differ(&t.numerator) || texts_differ(&t.denominator);
    for (int i = 1; i < N_STEPS && !differs; i++) {
        differs = r->card[i].verdict[at.row[i]] != r->card[i - 1].verdict[at.row[i - 1]];
    }
    return differs ? keep_row(c, r, &at, &t) : ATTAIN_OK;
}

/* Rows of a target of a that b did not have. */
static attain_status compare_rest(comparison *c, rows *r, size_t target_a)
{
    const card *const a = &r->card[BEFORE];
    attain_status status = ATTAIN_OK;
    for (size_t i = r->first_row[target_a];
         i > 0 && i <= a->n_rows && a->target[i - 1] == (int64_t)target_a && status == ATTAIN_OK; i++) {
        r->row_at[a->unit[i - 1]] = 0;
        if (!r->is_done[i - 1]) {
            r->is_done[i - 1] = 1;
            status = compare_row(c, r, i - 1, NO_ROW);
        }
    }
    return status;
}

static void begin_target(rows *r, size_t target_a)
{
    const card *const a = &r->card[BEFORE];
    for (size_t i = r->first_row[target_a]; i > 0 && i <= a->n_rows && a->target[i - 1] == (int64_t)target_a;
         i++) {
        r->row_at[a->unit[i - 1]] = i;
    }
}

/* Targets as plan b has them, each with the units that only plan a has behind; then the targets that only plan a has. */
static attain_status compare_rows(comparison *c, rows *r)
{
    const card *const b = &r->card[AFTER];
    attain_status status = ATTAIN_OK;
    uint32_t target_a = ATTAIN_NONE;
    for (size_t i = 0; i < b->n_rows && status == ATTAIN_OK; i++) {
        if (i == 0 || b->target[i] != b->target[i - 1]) {
            status = target_a != ATTAIN_NONE ? compare_rest(c, r, target_a) : ATTAIN_OK;
            const attain_str id = attain_plan_id(c->side[B].plan, ATTAIN_KIND_TARGET, (uint32_t)b->target[i]);
            target_a = attain_plan_find(c->side[A].plan, ATTAIN_KIND_TARGET, id.data, id.len);
            if (target_a != ATTAIN_NONE) {
                begin_target(r, target_a);
            }
        }
        const uint32_t unit_a = r->unit_in_a[b->unit[i]];
        const size_t found = target_a != ATTAIN_NONE && unit_a != ATTAIN_NONE ? r->row_at[unit_a] : 0;
        if (found > 0) {
            r->is_done[found - 1] = 1;
        }
        status = status == ATTAIN_OK ? compare_row(c, r, found > 0 ? found - 1 : NO_ROW, i) : status;
    }
    for (size_t t = 0; t < r->n_targets_a && status == ATTAIN_OK; t++) {
        status = compare_rest(c, r, t);
    }
    return status;
}

attain_status atn_restated_compare(comparison *c, const attain_period *as_of)
{
    rows r = {0};
    attain_status status = make_rows(c, as_of, &r);
    if (status == ATTAIN_OK) {
        status = compare_rows(c, &r);
    }
    free_rows(c, &r);
    return status;
}
