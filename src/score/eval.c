/* Evaluation: linear forms over cached lines.
 *
 * A line (one measure with picks, one period, every unit) costs a pass over the measure's cells; a form at a
 * unit then only looks up. Lines are kept until CACHE_BYTES are in use; then all are dropped at once: rows
 * come target by target, so the next rows want other lines anyway. */
#include "score/eval.h"

#include <string.h>

#define CACHE_BYTES ((size_t)256 << 20)

typedef enum line_kind { LINE_SUMS, LINE_TALLIES, LINE_PAIRS } line_kind;

typedef struct line_key {
    line_kind kind;
    uint32_t index; /* measure, count or indicator (PAIRS: picks[0] is its `within`) */
    uint32_t picks[ATN_EVAL_MAX_PICKS];
    uint32_t n_picks;
    int32_t start_day, end_day, as_of_day;
    const atn_group *group; /* by address */
} line_key;

typedef struct atn_cached {
    line_key key;
    void *data; /* atn_sum, atn_tally or atn_pair, n_units */
    struct atn_cached *next;
} cached;

atn_eval atn_eval_over_cube(const attain_plan *plan, const atn_cube *cube, uint32_t column)
{
    return (atn_eval){.plan = plan, .cube = cube, .cube_column = column, .alloc = plan->alloc};
}

attain_status atn_eval_new(const attain_plan *plan, const attain_facts *facts, atn_eval **out,
                           attain_error *err)
{
    const attain_allocator alloc = plan->alloc;
    atn_eval *const eval = atn_alloc_array(&alloc, 1, sizeof *eval);
    if (eval == NULL) {
        return atn_error_memory(err, "starting an evaluation");
    }
    eval->plan = plan;
    eval->facts = facts;
    eval->alloc = alloc;
    *out = eval;
    return ATTAIN_OK;
}

static size_t line_bytes(const atn_eval *eval, const line_key *key)
{
    static const size_t item_bytes[] = {sizeof(atn_sum), sizeof(atn_tally), sizeof(atn_pair)};
    return item_bytes[key->kind] * (eval->plan->model.n_units + 1u);
}

static void drop_lines(atn_eval *eval)
{
    while (eval->lines != NULL) {
        cached *const line = eval->lines;
        eval->lines = line->next;
        (void)atn_alloc_resize(&eval->alloc, line->data, line_bytes(eval, &line->key), 0);
        atn_alloc_free_array(&eval->alloc, line, 1, sizeof *line);
    }
    eval->n_bytes = 0;
}

void atn_eval_free(atn_eval *eval)
{
    if (eval == NULL) {
        return;
    }
    const attain_allocator alloc = eval->alloc;
    drop_lines(eval);
    atn_alloc_free_array(&alloc, eval, 1, sizeof *eval);
}

const attain_plan *atn_eval_plan(const atn_eval *eval)
{
    return eval->plan;
}

static bool key_equal(const line_key *a, const line_key *b)
{
    return a->kind == b->kind && a->index == b->index && a->n_picks == b->n_picks &&
           a->start_day == b->start_day && a->end_day == b->end_day && a->as_of_day == b->as_of_day &&
           a->group == b->group && memcmp(a->picks, b->picks, a->n_picks * sizeof a->picks[0]) == 0;
}

static cached *find_line(const atn_eval *eval, const line_key *key)
{
    for (cached *line = eval->lines; line != NULL; line = line->next) {
        if (key_equal(&line->key, key)) {
            return line;
        }
    }
    return NULL;
}

/* A new cached line with room for every unit, not yet linked. */
static cached *new_line(atn_eval *eval, const line_key *key)
{
    const size_t n_bytes = line_bytes(eval, key);
    if (eval->depth == 0 && eval->n_bytes + n_bytes > CACHE_BYTES) {
        drop_lines(eval);
    }
    cached *const line = atn_alloc_array(&eval->alloc, 1, sizeof *line);
    void *const data = atn_alloc_resize(&eval->alloc, NULL, 0, n_bytes);
    if (line == NULL || data == NULL) {
        if (data != NULL) {
            (void)atn_alloc_resize(&eval->alloc, data, n_bytes, 0);
        }
        atn_alloc_free_array(&eval->alloc, line, 1, sizeof *line);
        return NULL;
    }
    memset(data, 0, n_bytes);
    line->key = *key;
    line->data = data;
    return line;
}

static void link_line(atn_eval *eval, cached *line)
{
    line->next = eval->lines;
    eval->lines = line;
    eval->n_bytes += line_bytes(eval, &line->key);
}

static void free_line(atn_eval *eval, cached *line)
{
    (void)atn_alloc_resize(&eval->alloc, line->data, line_bytes(eval, &line->key), 0);
    atn_alloc_free_array(&eval->alloc, line, 1, sizeof *line);
}

static line_key key_of(line_kind kind, uint32_t index, const attain_period *days, int32_t as_of_day)
{
    line_key key;
    memset(&key, 0, sizeof key);
    key.kind = kind;
    key.index = index;
    key.start_day = days->start_day;
    key.end_day = days->end_day;
    key.as_of_day = as_of_day;
    return key;
}

/* Members of an attribute are 16-bit indices. */
#define ATN_ATTRIBUTE_WORDS (UINT16_MAX / 64u + 1u)

/* The group as a pick of one measure. `tests` and their bits are the caller's memory; cells is new (NULL: not
 * narrowed), n_words its length. */
typedef struct group_pick {
    atn_pick pick;
    atn_attribute_test tests[ATN_MAX_BY];
    uint64_t bits[ATN_MAX_BY][ATN_ATTRIBUTE_WORDS];
    size_t n_words;
} group_pick;

static bool cell_in_group(const atn_model *model, const atn_measure *measure, uint32_t cell,
                          const atn_group *group)
{
    for (uint32_t i = 0; i < group->n_categories; i++) {
        for (uint32_t position = 0; position < measure->n_categories; position++) {
            if (measure->category[position] == group->category[i] &&
                atn_cell_member(model, measure, cell, position) != group->category_member[i]) {
                return false;
            }
        }
    }
    return true;
}

static bool group_pick_make(const atn_eval *eval, uint32_t measure, const atn_group *group, group_pick *out)
{
    const atn_model *const model = &eval->plan->model;
    memset(out, 0, sizeof *out);
    out->pick.measure = measure;
    out->pick.tests = out->tests;
    out->pick.n_tests = group->n_attributes;
    for (uint32_t i = 0; i < group->n_attributes; i++) {
        out->tests[i].attribute = group->attribute[i];
        out->tests[i].members = out->bits[i];
        atn_bit_set(out->bits[i], group->attribute_member[i]);
    }
    if (group->n_categories == 0 || measure == ATN_NONE) {
        return true;
    }
    const uint32_t n_cells = model->measures[measure].n_cells;
    out->n_words = n_cells / 64u + 1u;
    out->pick.cells = atn_alloc_array(&eval->alloc, out->n_words, sizeof out->pick.cells[0]);
    for (uint32_t cell = 0; out->pick.cells != NULL && cell < n_cells; cell++) {
        if (cell_in_group(model, &model->measures[measure], cell, group)) {
            atn_bit_set(out->pick.cells, cell);
        }
    }
    return out->pick.cells != NULL;
}

static void group_pick_free(const atn_eval *eval, group_pick *made)
{
    if (made->pick.cells != NULL) {
        atn_alloc_free_array(&eval->alloc, made->pick.cells, made->n_words, sizeof made->pick.cells[0]);
    }
}

static attain_status fill_line(atn_eval *eval, const line_key *key, const attain_period *days, atn_sum *line,
                               attain_error *err)
{
    const atn_group *const group = key->group;
    group_pick narrowed;
    if (group != NULL && !group_pick_make(eval, key->index, group, &narrowed)) {
        return atn_error_memory(err, "breaking down a measure");
    }
    const atn_line_request request = {key->index, key->picks,     key->n_picks,
                                      *days,      key->as_of_day, group != NULL ? &narrowed.pick : NULL};
    const attain_status status = atn_facts_line(eval->facts, &request, &eval->alloc, line, err);
    if (group != NULL) {
        group_pick_free(eval, &narrowed);
    }
    return status;
}

/* ---- over a cube ---- */

/* The row's own column, or that of a baseline: of it only values are wanted, and those are the same in all columns of its days. */
static uint32_t column_of(const atn_eval *eval, const attain_period *days)
{
    const atn_cube_period *const periods = eval->cube->periods;
    uint32_t column = eval->cube_column;
    for (uint32_t p = 0;
         periods[column].days.start_day != days->start_day || periods[column].days.end_day != days->end_day;
         p++) {
        column = p;
    }
    return column;
}

static const atn_slab *slab_in_cube(const atn_cube *cube, uint32_t measure, uint32_t pick)
{
    uint32_t slot = 0;
    while (cube->slots[slot].measure != measure || cube->slots[slot].pick != pick) {
        slot++;
    }
    return &cube->slabs[slot];
}

/* What a line would say: in a cube no figure has a bound, is an estimate or is below 0, and a cell is a figure. The counts of
 * ranges, which look at all slots whether due or not, serve only to tell "nothing expected" from "nothing there". */
static atn_sum sum_in_cube(const atn_eval *eval, uint32_t measure, uint32_t pick, uint32_t unit,
                           const attain_period *days, int32_t as_of_day)
{
    const atn_slab *const slab = slab_in_cube(eval->cube, measure, pick);
    const size_t at = (size_t)unit * eval->cube->n_periods + column_of(eval, days);
    const bool is_open = slab->n_open[at] > 0;
    const bool is_not_last = slab->n_not_last != NULL && slab->n_not_last[at] > 0;
    atn_sum sum;
    memset(&sum, 0, sizeof sum);
    sum.value = atn_i128_from_i64(slab->value[at]);
    sum.low = atn_i128_from_i64(slab->sure[at]);
    sum.high = is_open ? atn_i128_from_i64(0) : sum.value;
    sum.high_infinite = is_open ? 1 : 0;
    sum.has_value = sum.has_cell = slab->n_present[at] > 0;
    sum.flags = (uint8_t)((is_open ? ATN_LINE_OPEN : 0) | (is_not_last ? ATN_LINE_NOT_LAST : 0));
    sum.n_reported = slab->n_reported[at];
    sum.n_expected = as_of_day != ATN_DAY_MAX ? slab->n_expected[at] : sum.has_value || is_open ? 1 : 0;
    return sum;
}

attain_status atn_eval_line(atn_eval *eval, uint32_t measure, const uint32_t *picks, uint32_t n_picks,
                            const attain_period *days, int32_t as_of_day, const atn_group *group,
                            const atn_sum **line, attain_error *err)
{
    line_key key = key_of(LINE_SUMS, measure, days, as_of_day);
    key.n_picks = n_picks;
    memcpy(key.picks, picks, n_picks * sizeof picks[0]);
    key.group = group;
    cached *found = find_line(eval, &key);
    if (found == NULL) {
        found = new_line(eval, &key);
        if (found == NULL) {
            return atn_error_memory(err, "rolling up a measure");
        }
        const attain_status status = fill_line(eval, &key, days, found->data, err);
        if (status != ATTAIN_OK) {
            free_line(eval, found);
            return status;
        }
        link_line(eval, found);
    }
    *line = found->data;
    return ATTAIN_OK;
}

attain_status atn_eval_sum(atn_eval *eval, uint32_t measure, const uint32_t *picks, uint32_t n_picks,
                           uint32_t unit, const attain_period *days, int32_t as_of_day,
                           const atn_group *group, atn_sum *sum, attain_error *err)
{
    if (eval->cube != NULL) {
        *sum = sum_in_cube(eval, measure, n_picks == 0 ? ATN_NONE : picks[0], unit, days, as_of_day);
        return ATTAIN_OK;
    }
    const atn_sum *line = NULL;
    ATN_TRY(atn_eval_line(eval, measure, picks, n_picks, days, as_of_day, group, &line, err));
    *sum = line[unit];
    return ATTAIN_OK;
}

/* One unit of the counted type: its truth goes to itself and to every unit above it on the last day of the
 * period. */
static void tally_up(const atn_model *model, atn_tally *tallies, uint32_t unit, int32_t day, int truth)
{
    for (uint32_t at = unit; at != ATN_NONE; at = atn_unit_parent(model, at, day)) {
        tallies[at].n_units += 1;
        tallies[at].n_true += truth == 1;
        tallies[at].n_unknown += truth == 2;
    }
}

static bool unit_in_group(const atn_model *model, uint32_t unit, const atn_group *group)
{
    for (uint32_t i = 0; group != NULL && i < group->n_attributes; i++) {
        const size_t at = (size_t)unit * model->n_attributes + group->attribute[i];
        if (model->unit_member[at] != group->attribute_member[i]) {
            return false;
        }
    }
    return true;
}

static attain_status fill_count(atn_eval *eval, const atn_count *count, const attain_period *days,
                                int32_t as_of_day, const atn_group *group, atn_tally *tallies,
                                attain_error *err)
{
    const atn_model *const model = &eval->plan->model;
    for (uint32_t unit = 0; unit < model->n_units; unit++) {
        if (!atn_type_includes(model, count->type, model->units[unit].type) ||
            !atn_unit_is_valid(model, unit, days->end_day) || !unit_in_group(model, unit, group)) {
            continue;
        }
        int truth = 1;
        if (count->predicate != ATN_NONE) {
            ATN_TRY(atn_eval_predicate(eval, count->predicate, unit, days, as_of_day, &truth, err));
        }
        tally_up(model, tallies, unit, days->end_day, truth);
    }
    return ATTAIN_OK;
}

attain_status atn_eval_count(atn_eval *eval, uint32_t count, const attain_period *days, int32_t as_of_day,
                             const atn_group *group, const atn_tally **tallies, attain_error *err)
{
    line_key key = key_of(LINE_TALLIES, count, days, as_of_day);
    key.group = group;
    cached *found = find_line(eval, &key);
    if (found == NULL) {
        found = new_line(eval, &key);
        if (found == NULL) {
            return atn_error_memory(err, "counting units");
        }
        eval->depth += 1;
        const attain_status status =
            fill_count(eval, &eval->plan->model.counts[count], days, as_of_day, group, found->data, err);
        eval->depth -= 1;
        if (status != ATTAIN_OK) {
            free_line(eval, found);
            return status;
        }
        link_line(eval, found);
    }
    *tallies = found->data;
    return ATTAIN_OK;
}

static attain_status pairs_of(atn_eval *eval, const atn_pair_request *request, const attain_period *days,
                              int32_t as_of_day, const atn_group *group, const atn_pair **pairs,
                              attain_error *err)
{
    line_key key = key_of(LINE_PAIRS, request->indicator, days, as_of_day);
    key.n_picks = 1;
    key.picks[0] = request->within;
    key.group = group;
    cached *found = find_line(eval, &key);
    if (found == NULL) {
        found = new_line(eval, &key);
        if (found == NULL) {
            return atn_error_memory(err, "pairing numerator and denominator");
        }
        group_pick narrowed;
        if (group != NULL && !group_pick_make(eval, ATN_NONE, group, &narrowed)) {
            free_line(eval, found);
            return atn_error_memory(err, "breaking down a share");
        }
        const attain_status status =
            atn_facts_pairs(eval->facts, request->terms, request->n_terms, *days, as_of_day, request->by_slot,
                            group != NULL ? &narrowed.pick : NULL, &eval->alloc, found->data, err);
        if (status != ATTAIN_OK) {
            free_line(eval, found);
            return status;
        }
        link_line(eval, found);
    }
    *pairs = found->data;
    return ATTAIN_OK;
}

attain_status atn_eval_pair(atn_eval *eval, const atn_pair_request *request, uint32_t unit,
                            const attain_period *days, int32_t as_of_day, const atn_group *group,
                            atn_pair *pair, attain_error *err)
{
    if (eval->cube != NULL) {
        const size_t at = (size_t)unit * eval->cube->n_periods + column_of(eval, days);
        memset(pair, 0, sizeof *pair);
        pair->over_one = eval->over_one != NULL && eval->over_one[at] != 0;
        return ATTAIN_OK;
    }
    const atn_pair *pairs = NULL;
    ATN_TRY(pairs_of(eval, request, days, as_of_day, group, &pairs, err));
    *pair = pairs[unit];
    return ATTAIN_OK;
}
