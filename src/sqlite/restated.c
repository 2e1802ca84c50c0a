/* What a restatement changed: four scorecards over the same rows, and those rows of which one differs from the one before.
 *
 *     plan of a, facts of a  --late-->  plan of a, those and the new ones  --corrections-->  plan of a, facts of b  --plan-->  plan of b, facts of b
 *            [0]                                 [1]                                               [2]                          [3]
 *
 * Each step changes one thing, so what it did is the difference of two neighbours, and the steps add up to the whole. Facts that a plan has
 * no place for are left out under it: a report for a unit that only plan b knows comes in with the plan, not as late.
 *
 * A late fact may stand where one known at a is in the way (the year 2025 in place of its quarters, which were withdrawn): both at once
 * are no facts, so it comes in with the corrections.
 *
 * Steps without any change share the scorecard of the one before. Editions are never changed once they are made, so that nothing need be
 * locked between the loads. */
#include "sqlite/restated.h"

#include "sqlite/store_handle.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- memory ---- */

static void *libc_realloc(void *ctx, void *ptr, size_t old_size, size_t new_size)
{
    (void)ctx;
    (void)old_size;
    if (new_size == 0) {
        free(ptr);
        return NULL;
    }
    return realloc(ptr, new_size);
}

void *atn_restated_memory(const attain_allocator *alloc, void *ptr, size_t old_size, size_t new_size)
{
    if (ptr == NULL && new_size == 0) {
        return NULL;
    }
    return alloc->realloc(alloc->ctx, ptr, old_size, new_size);
}

attain_status atn_restated_no_memory(attain_error *err)
{
    return atn_store_error(err, ATTAIN_E_MEMORY, "out of memory while two editions were compared");
}

/* ---- editions and plans ---- */

static attain_status find_editions(comparison *c, int64_t a, int64_t b)
{
    int64_t last = 0;
    attain_status status = atn_store_last_edition(c->db, &last, c->err);
    if (status != ATTAIN_OK) {
        return status;
    }
    c->edition[A] = a == ATTAIN_EDITION_LATEST ? last : a;
    c->edition[B] = b == ATTAIN_EDITION_LATEST ? last : b;
    for (int i = A; i <= B; i++) {
        if (c->edition[i] < 1 || c->edition[i] > last) {
            return atn_store_error(c->err, ATTAIN_E_EDITION,
                                   "there is no edition %" PRId64 "; the last one is %" PRId64, c->edition[i],
                                   last);
        }
    }
    if (c->edition[A] >= c->edition[B]) {
        return atn_store_error(c->err, ATTAIN_E_ARGUMENT,
                               "editions %" PRId64 " and %" PRId64
                               " were given; the first must be earlier than the second",
                               c->edition[A], c->edition[B]);
    }
    return ATTAIN_OK;
}

/* Both plans; one text is one plan. */
static attain_status load_plans(comparison *c)
{
    attain_text text[2] = {{0}, {0}};
    attain_status status = ATTAIN_OK;
    for (int i = A; i <= B && status == ATTAIN_OK; i++) {
        status = atn_store_plan(c->db, c->edition[i], &c->alloc, &c->side[i].plan, c->err);
        if (status == ATTAIN_OK) {
            status = attain_plan_print(c->side[i].plan, &text[i], c->err);
        }
    }
    if (status == ATTAIN_OK) {
        c->out->plan_changed =
            text[A].len != text[B].len || memcmp(text[A].data, text[B].data, text[A].len) != 0;
        if (!c->out->plan_changed) {
            attain_plan_free(c->side[B].plan);
            c->side[B].plan = c->side[A].plan;
        }
    }
    attain_text_free(&text[A]);
    attain_text_free(&text[B]);
    return status;
}

/* ---- what was asked for ---- */

static int by_index(const void *left, const void *right)
{
    const uint32_t a = *(const uint32_t *)left;
    const uint32_t b = *(const uint32_t *)right;
    return (a > b) - (a < b);
}

/* The indices of ids in a plan, ascending, each once; those that it does not have are left out. */
static attain_status find_ids(comparison *c, const attain_plan *plan, attain_kind kind, const attain_str *ids,
                              size_t n, uint32_t **out, size_t *n_out)
{
    *out = atn_restated_memory(&c->alloc, NULL, 0, (n + 1) * sizeof **out);
    if (*out == NULL) {
        return atn_restated_no_memory(c->err);
    }
    size_t n_found = 0;
    for (size_t i = 0; i < n; i++) {
        const uint32_t index = attain_plan_find(plan, kind, ids[i].data, ids[i].len);
        if (index != ATTAIN_NONE) {
            (*out)[n_found++] = index;
        }
    }
    qsort(*out, n_found, sizeof **out, by_index);
    *n_out = 0;
    for (size_t i = 0; i < n_found; i++) {
        if (*n_out == 0 || (*out)[*n_out - 1] != (*out)[i]) {
            (*out)[(*n_out)++] = (*out)[i];
        }
    }
    return ATTAIN_OK;
}

/* An id that neither plan has is a slip. */
static attain_status need_known(const comparison *c, attain_kind kind, const attain_str *ids, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (attain_plan_find(c->side[A].plan, kind, ids[i].data, ids[i].len) == ATTAIN_NONE &&
            attain_plan_find(c->side[B].plan, kind, ids[i].data, ids[i].len) == ATTAIN_NONE) {
            const attain_status status =
                atn_store_error(c->err, kind == ATTAIN_KIND_UNIT ? ATTAIN_E_UNIT : ATTAIN_E_NAME,
                                "neither plan has a %s '%.*s'", attain_kind_name(kind),
                                (int)(ids[i].len < 128 ? ids[i].len : 128), ids[i].data);
            if (c->err != NULL) {
                c->err->index = (int64_t)i;
            }
            return status;
        }
    }
    return ATTAIN_OK;
}

static attain_status select_rows(comparison *c)
{
    const attain_restated_options *const o = c->options;
    attain_status status = ATTAIN_OK;
    if (o->targets != NULL) {
        status = need_known(c, ATTAIN_KIND_TARGET, o->targets, o->n_targets);
    }
    if (o->units != NULL && status == ATTAIN_OK) {
        status = need_known(c, ATTAIN_KIND_UNIT, o->units, o->n_units);
    }
    for (int i = A; i <= B && status == ATTAIN_OK; i++) {
        side *const s = &c->side[i];
        if (o->targets != NULL) {
            status = find_ids(c, s->plan, ATTAIN_KIND_TARGET, o->targets, o->n_targets, &s->targets,
                              &s->n_targets);
        }
        if (o->units != NULL && status == ATTAIN_OK) {
            status = find_ids(c, s->plan, ATTAIN_KIND_UNIT, o->units, o->n_units, &s->units, &s->n_units);
        }
        s->is_asked = (s->targets == NULL || s->n_targets > 0) && (s->units == NULL || s->n_units > 0);
    }
    return status;
}

/* ---- facts ---- */

/* n_strangers is written through `part`: NOLINTNEXTLINE(readability-non-const-parameter) */
static attain_status load_facts(comparison *c, const side *s, int64_t edition, uint64_t *n_strangers,
                                attain_facts **out)
{
    const attain_store_part part = {.struct_size = sizeof part,
                                    .units = s->units,
                                    .n_units = s->n_units,
                                    .leave_out_strangers = 1,
                                    .n_strangers = n_strangers};
    return s->is_asked ? atn_store_facts(c->db, s->plan, edition, &part, NULL, out, NULL, c->err)
                       : attain_facts_new(s->plan, NULL, out, c->err);
}

/* Facts one after the other, many at a time. */
typedef struct reader {
    const attain_facts *facts;
    uint64_t next;
    size_t at, n;
    attain_fact items[512];
} reader;

static attain_status read_more(reader *r, const attain_fact **out, attain_error *err)
{
    attain_status status = ATTAIN_OK;
    if (r->at == r->n) {
        r->at = 0;
        status =
            attain_facts_read(r->facts, r->next, r->items, sizeof r->items / sizeof *r->items, &r->n, err);
        r->next += r->n;
    }
    *out = status == ATTAIN_OK && r->at < r->n ? &r->items[r->at] : NULL;
    return status;
}

/* The order of attain_facts_read; of two periods that end together the longer one first. */
static int compare_cells(const attain_fact *x, const attain_fact *y)
{
    const int64_t left[] = {x->measure,          x->unit,       x->cell, x->period.end_day,
                            x->period.start_day, x->period.type};
    const int64_t right[] = {y->measure,          y->unit,       y->cell, y->period.end_day,
                             y->period.start_day, y->period.type};
    for (size_t i = 0; i < sizeof left / sizeof *left; i++) {
        if (left[i] != right[i]) {
            return left[i] < right[i] ? -1 : 1;
        }
    }
    return 0;
}

static bool same_figure(const attain_fact *x, const attain_fact *y)
{
    return x->qualifier == y->qualifier && x->reason == y->reason &&
           (x->qualifier == ATTAIN_MISSING || x->value == y->value);
}

/* Late facts on their way to others. */
typedef struct latecomers {
    attain_facts *to; /* NULL: they are only counted */
    size_t n;
    uint32_t unit[512], measure[512], cell[512];
    int32_t period[512];
    int64_t value[512];
    uint8_t qualifier[512], reason[512];
} latecomers;

static attain_status flush_late(latecomers *l, attain_error *err)
{
    const attain_fact_columns columns = {.unit = l->unit,
                                         .measure = l->measure,
                                         .period = l->period,
                                         .cell = l->cell,
                                         .value = l->value,
                                         .qualifier = l->qualifier,
                                         .reason = l->reason};
    /* One that is in the way of a fact that was withdrawn later is left to the corrections. */
    const attain_intake_options options = {.struct_size = sizeof options,
                                           .flags = ATTAIN_INTAKE_SKIP_BAD_ROWS};
    const size_t n = l->n;
    l->n = 0;
    return n > 0 ? attain_facts_add(l->to, &columns, n, &options, NULL, err) : ATTAIN_OK;
}

static attain_status add_late(latecomers *l, const attain_fact *fact, attain_error *err)
{
    if (l->to == NULL) {
        return ATTAIN_OK;
    }
    if (fact->period.type == ATTAIN_PERIOD_RANGE) { /* which has no code, so none in a column */
        attain_error own;
        const attain_status set = attain_facts_set(l->to, fact, 0, &own);
        return set == ATTAIN_E_MEMORY ? atn_restated_no_memory(err) : ATTAIN_OK;
    }
    attain_status status = attain_period_encode(fact->period, &l->period[l->n], err);
    if (status != ATTAIN_OK) {
        return status;
    }
    l->unit[l->n] = fact->unit;
    l->measure[l->n] = fact->measure;
    l->cell[l->n] = fact->cell;
    l->value[l->n] = fact->value;
    l->qualifier[l->n] = fact->qualifier;
    l->reason[l->n] = fact->reason;
    l->n++;
    return l->n == sizeof l->unit / sizeof *l->unit ? flush_late(l, err) : ATTAIN_OK;
}

typedef struct walk {
    reader before, after;
    latecomers late;
} walk;

/* Counts what is new, other and gone between two facts of one plan; with l->to, new facts go there. */
static attain_status walk_facts(walk *w, attain_restated *counts, attain_error *err)
{
    attain_status status = ATTAIN_OK;
    while (status == ATTAIN_OK) {
        const attain_fact *x = NULL;
        const attain_fact *y = NULL;
        status = read_more(&w->before, &x, err);
        if (status == ATTAIN_OK) {
            status = read_more(&w->after, &y, err);
        }
        if (status != ATTAIN_OK || (x == NULL && y == NULL)) {
            break;
        }
        const int order = x == NULL ? 1 : y == NULL ? -1 : compare_cells(x, y);
        w->before.at += order <= 0;
        w->after.at += order >= 0;
        counts->n_withdrawn += order < 0;
        counts->n_corrected += order == 0 && !same_figure(x, y);
        if (order > 0) {
            counts->n_late++;
            status = add_late(&w->late, y, err);
        }
    }
    return status == ATTAIN_OK ? flush_late(&w->late, err) : status;
}

static attain_status compare_facts(comparison *c, const attain_facts *before, const attain_facts *after,
                                   attain_facts *late_to, attain_restated *counts)
{
    walk *const w = atn_restated_memory(&c->alloc, NULL, 0, sizeof *w);
    if (w == NULL) {
        return atn_restated_no_memory(c->err);
    }
    memset(w, 0, sizeof *w);
    w->before.facts = before;
    w->after.facts = after;
    w->late.to = late_to;
    const attain_status status = walk_facts(w, counts, c->err);
    atn_restated_memory(&c->alloc, w, sizeof *w, 0);
    return status;
}

/* Facts of a and the new ones of b. */
static attain_status add_late_facts(comparison *c)
{
    attain_restated unused = {0};
    attain_status status = attain_facts_new(c->side[A].plan, NULL, &c->facts[WITH_LATE], c->err);
    if (status == ATTAIN_OK) {
        status = attain_facts_merge(c->facts[WITH_LATE], c->facts[BEFORE], c->err);
    }
    return status == ATTAIN_OK
               ? compare_facts(c, c->facts[BEFORE], c->facts[CORRECTED], c->facts[WITH_LATE], &unused)
               : status;
}

static attain_status make_facts(comparison *c)
{
    attain_restated *const out = c->out;
    attain_status status = load_facts(c, &c->side[A], c->edition[A], NULL, &c->facts[BEFORE]);
    if (status == ATTAIN_OK) {
        status = load_facts(c, &c->side[A], c->edition[B], &c->n_strangers, &c->facts[CORRECTED]);
    }
    if (status == ATTAIN_OK && out->plan_changed) {
        status = load_facts(c, &c->side[B], c->edition[B], NULL, &c->facts[AFTER]);
    } else {
        c->facts[AFTER] = c->facts[CORRECTED];
    }
    if (status == ATTAIN_OK) {
        status = compare_facts(c, c->facts[BEFORE], c->facts[CORRECTED], NULL, out);
    }
    if (status != ATTAIN_OK) {
        return status;
    }
    const bool has_late = out->n_late > 0;
    const bool has_corrections = out->n_corrected + out->n_withdrawn > 0;
    if (has_late && has_corrections) {
        status = add_late_facts(c);
    } else {
        c->facts[WITH_LATE] = c->facts[has_late ? CORRECTED : BEFORE];
    }
    out->n_late += c->side[A].is_asked ? c->n_strangers : attain_facts_count(c->facts[AFTER]);
    return status;
}

/* ---- as of ---- */

/* The last period of the facts at b; of none there, at a. */
static attain_status default_as_of(comparison *c, attain_period *out)
{
    *out = (attain_period){.type = ATTAIN_PERIOD_NONE};
    attain_status status = ATTAIN_OK;
    for (int i = B; i >= A && status == ATTAIN_OK && out->type == ATTAIN_PERIOD_NONE; i--) {
        attain_edition edition;
        attain_text words = {0};
        bool found = false;
        status = atn_store_edition(c->db, c->edition[i], &c->alloc, &edition, &words, &found, c->err);
        if (status == ATTAIN_OK && found) {
            *out = edition.last;
        }
        attain_text_free(&words);
    }
    return status;
}

static attain_status compare_editions(comparison *c)
{
    attain_status status = load_plans(c);
    status = status == ATTAIN_OK ? select_rows(c) : status;
    status = status == ATTAIN_OK ? make_facts(c) : status;
    if (status == ATTAIN_OK && c->options->as_of == NULL) {
        attain_period as_of;
        status = default_as_of(c, &as_of);
        return status == ATTAIN_OK ? atn_restated_compare(c, as_of.type != ATTAIN_PERIOD_NONE ? &as_of : NULL)
                                   : status;
    }
    for (size_t i = 0; i < c->options->n_as_of && status == ATTAIN_OK; i++) {
        status = atn_restated_compare(c, &c->options->as_of[i]);
    }
    return status;
}

/* ---- the whole ---- */

static void free_comparison(comparison *c)
{
    for (int i = 0; i < N_STEPS; i++) {
        bool is_shared = false;
        for (int k = 0; k < i; k++) {
            is_shared = is_shared || c->facts[k] == c->facts[i];
        }
        if (!is_shared) {
            attain_facts_free(c->facts[i]);
        }
    }
    for (int i = A; i <= B; i++) {
        side *const s = &c->side[i];
        atn_restated_memory(&c->alloc, s->targets, (c->options->n_targets + 1) * sizeof *s->targets, 0);
        atn_restated_memory(&c->alloc, s->units, (c->options->n_units + 1) * sizeof *s->units, 0);
        if (i == A || s->plan != c->side[A].plan) {
            attain_plan_free(s->plan);
        }
    }
}

static attain_status take_options(const attain_restated_options *from, attain_restated_options *to,
                                  attain_error *err)
{
    memset(to, 0, sizeof *to);
    if (from != NULL) {
        if (from->struct_size < sizeof from->struct_size) {
            return atn_store_error(err, ATTAIN_E_ARGUMENT,
                                   "struct_size is %zu; it must be the size of the options struct",
                                   from->struct_size);
        }
        memcpy(to, from, from->struct_size < sizeof *to ? from->struct_size : sizeof *to);
    }
    to->n_targets = to->targets != NULL ? to->n_targets : 0;
    to->n_units = to->units != NULL ? to->n_units : 0;
    return ATTAIN_OK;
}

attain_status atn_store_restated(sqlite3 *db, int64_t a, int64_t b, const attain_restated_options *options,
                                 const attain_allocator *alloc, attain_restated *out, attain_error *err)
{
    attain_restated_options o;
    attain_restated made = {0};
    attain_status status = take_options(options, &o, err);
    if (status != ATTAIN_OK) {
        return status;
    }
    comparison c = {.db = db,
                    .alloc = alloc != NULL ? *alloc : (attain_allocator){NULL, libc_realloc},
                    .options = &o,
                    .out = &made,
                    .err = err};
    status = find_editions(&c, a, b);
    if (status != ATTAIN_OK) {
        return status;
    }
    if (!atn_restated_begin(&c.alloc, &made)) {
        return atn_restated_no_memory(err);
    }
    status = compare_editions(&c);
    free_comparison(&c);
    if (status == ATTAIN_OK) {
        *out = made;
    } else {
        attain_restated_free(&made);
    }
    return status;
}

attain_status attain_store_restated(attain_store *store, int64_t a, int64_t b,
                                    const attain_restated_options *options, attain_restated *out,
                                    attain_error *err)
{
    attain_status status = atn_handle_enter(store, err);
    if (status != ATTAIN_OK) {
        return status;
    }
    status = out != NULL ? atn_store_restated(store->db, a, b, options, store->options.allocator, out, err)
                         : atn_store_error(err, ATTAIN_E_ARGUMENT, "out is NULL, it is required");
    atn_handle_leave(store);
    return status;
}
