/* What ids of an Arrow stream mean: tables of the plan that blocks use, maps of dictionaries, and the plan asked by text. See arrow_block.h. */
#include "facts/arrow_block.h"
#include "facts/intake.h"

/* ---- meanings ---- */

/* Only periods that a column holds. */
static uint32_t code_of_period(attain_period period)
{
    attain_period again;
    int32_t code;
    return atn_period_is_sound(period) && atn_period_encode(period, &code) && code >= 0 &&
                   atn_period_decode(code, &again) && atn_period_equal(period, again)
               ? (uint32_t)code
               : ATN_CODE_NONE;
}

uint32_t atn_arrow_meaning_of_day(int64_t day)
{
    return day < ATN_DAY_MIN || day > ATN_DAY_MAX
               ? ATN_CODE_NONE
               : code_of_period(atn_period_of_day(ATTAIN_PERIOD_DAY, 0, (int32_t)day));
}

static uint32_t meaning_of_member(const atn_member_set *set, atn_str text)
{
    for (uint32_t m = 0; m < set->n_members; m++) {
        if (atn_str_equal(set->member[m], text)) {
            return m;
        }
    }
    return ATN_CODE_NONE;
}

uint32_t atn_arrow_meaning(const atn_arrow_reader *reader, size_t id, atn_str text)
{
    const atn_model *model = &reader->facts->plan->model;
    attain_period period;
    if (text.len == 0) {
        return ATN_CODE_EMPTY;
    }
    switch (id) {
    case ATN_ROLE_UNIT: return atn_names_find(&model->unit_names, text);
    case ATN_ROLE_MEASURE: return atn_find_measure(model, text);
    case ATN_ROLE_PERIOD:
        return atn_period_parse(text, &period) == NULL ? code_of_period(period) : ATN_CODE_NONE;
    case ATN_ROLE_QUALIFIER: return atn_str_is(text, "=") ? 0 : ATN_CODE_NONE;
    case ATN_ROLE_REASON: return ATN_CODE_NONE;
    default: {
        const uint32_t category = reader->heading->member_category[id - ATN_ROLE_MEMBER];
        return meaning_of_member(&model->categories[category], text);
    }
    }
}

/* ---- tables of the plan ---- */

static void know_measure(atn_arrow_reader *reader, uint32_t m)
{
    const atn_heading *h = reader->heading;
    const atn_model *model = &reader->facts->plan->model;
    const atn_measure *measure = &model->measures[m];
    uint32_t stride = 1;
    reader->power[m] = 1;
    for (unsigned d = 0; d < measure->decimals; d++) {
        reader->power[m] *= 10;
    }
    reader->has_decimals = reader->has_decimals || measure->decimals > 0;
    reader->has_cells = reader->has_cells || measure->n_categories > 0;
    reader->is_wide_cell = reader->is_wide_cell || measure->n_cells > 256;
    for (uint32_t p = measure->n_categories; p-- > 0;) {
        bool found = false;
        for (size_t c = 0; c < h->n_members; c++) {
            if (h->member_category[c] == measure->category[p]) {
                reader->stride[m * h->n_members + c] = stride;
                found = true;
            }
        }
        reader->lacks_column[m] = reader->lacks_column[m] || !found;
        reader->any_lacks_column = reader->any_lacks_column || !found;
        stride *= model->categories[measure->category[p]].n_members;
    }
}

bool atn_arrow_reader_init(atn_arrow_reader *reader, const attain_facts *facts, const atn_heading *heading,
                           const atn_arrow_column *columns)
{
    static const atn_heading_column fixed[] = {[ATN_ROLE_UNIT] = ATN_COLUMN_UNIT,
                                               [ATN_ROLE_MEASURE] = ATN_COLUMN_MEASURE,
                                               [ATN_ROLE_PERIOD] = ATN_COLUMN_PERIOD,
                                               [ATN_ROLE_QUALIFIER] = ATN_COLUMN_QUALIFIER,
                                               [ATN_ROLE_REASON] = ATN_COLUMN_REASON};
    const attain_allocator *a = &facts->alloc;
    const atn_model *model = &facts->plan->model;
    memset(reader, 0, sizeof *reader);
    reader->facts = facts;
    reader->heading = heading;
    reader->columns = columns;
    reader->level = ATN_VECTOR_PORTABLE;
    reader->kernels = atn_arrow_kernels_of(reader->level);
    reader->n_ids = ATN_ROLE_MEMBER + heading->n_members;
    reader->one_measure = ATN_NONE;
    reader->ids = atn_alloc_array(a, reader->n_ids, sizeof *reader->ids);
    reader->stride = atn_alloc_array(a, model->n_measures * heading->n_members, sizeof *reader->stride);
    reader->lacks_column = atn_alloc_array(a, model->n_measures, sizeof *reader->lacks_column);
    reader->power = atn_alloc_array(a, model->n_measures, sizeof *reader->power);
    if (reader->ids == NULL || reader->stride == NULL || reader->lacks_column == NULL ||
        reader->power == NULL) {
        return false;
    }
    for (size_t i = 0; i < reader->n_ids; i++) {
        const uint32_t column =
            i < ATN_ROLE_MEMBER ? heading->fixed[fixed[i]] : heading->member_column[i - ATN_ROLE_MEMBER];
        reader->ids[i].column = column == ATN_NONE ? NULL : &columns[column];
    }
    for (uint32_t m = 0; m < model->n_measures; m++) {
        know_measure(reader, m);
    }
    return true;
}

void atn_arrow_reader_free(atn_arrow_reader *reader)
{
    if (reader->facts == NULL) {
        return;
    }
    const attain_allocator *a = &reader->facts->alloc;
    const atn_model *model = &reader->facts->plan->model;
    for (size_t i = 0; reader->ids != NULL && i < reader->n_ids; i++) {
        atn_alloc_free_array(a, reader->ids[i].map, reader->ids[i].cap_map, sizeof *reader->ids[i].map);
        atn_alloc_free_array(a, reader->ids[i].map16, reader->ids[i].cap_map16, sizeof *reader->ids[i].map16);
    }
    atn_alloc_free_array(a, reader->ids, reader->n_ids, sizeof *reader->ids);
    atn_alloc_free_array(a, reader->stride, model->n_measures * reader->heading->n_members,
                         sizeof *reader->stride);
    atn_alloc_free_array(a, reader->lacks_column, model->n_measures, sizeof *reader->lacks_column);
    atn_alloc_free_array(a, reader->power, model->n_measures, sizeof *reader->power);
    memset(reader, 0, sizeof *reader);
}

/* ---- dictionaries ---- */

/* A unit, if it is the one behind that of the item before: dictionaries are mostly in the order of the plan. */
static bool is_next_unit(const atn_arrow_reader *reader, size_t id, atn_str text, uint32_t before,
                         uint32_t *meaning)
{
    const atn_model *model = &reader->facts->plan->model;
    *meaning = before + 1;
    return id == ATN_ROLE_UNIT && before < model->n_units - 1 &&
           atn_str_equal(model->units[before + 1].id, text);
}

/* The meaning of an item of the dictionary; before: that of the one before. */
static uint32_t item_meaning(const atn_arrow_reader *reader, atn_arrow_block *block, size_t id, int64_t at,
                             uint32_t before)
{
    uint32_t next;
    const atn_arrow_column *c = reader->ids[id].column;
    char memory[ATN_ARROW_SPELL_BYTES];
    atn_str text;
    if (c->type.kind == ATN_ARROW_NULL || !atn_arrow_is_valid(&c->values, at)) {
        return ATN_CODE_EMPTY;
    }
    if (c->type.kind == ATN_ARROW_DATE) {
        return atn_arrow_meaning_of_day(atn_arrow_whole(c->values.items, 4, true, at));
    }
    if (c->type.kind == ATN_ARROW_INT) {
        return atn_arrow_meaning(reader, id, atn_arrow_spell(&c->type, c->values.items, at, memory));
    }
    if (!atn_arrow_text(&c->type, &c->values, at, &text)) {
        return ATN_CODE_BAD;
    }
    if (is_next_unit(reader, id, text, before, &next)) {
        return next;
    }
    /* Where batches are small it is mostly known from one before; else it is not worth being kept. */
    return c->values.n > c->data.n / 16 ? atn_arrow_spell_text(block, reader, id, text)
                                        : atn_arrow_meaning(reader, id, text);
}

static bool map16_of(const atn_arrow_reader *reader, atn_arrow_ids *ids, size_t n)
{
    void *map = ids->map16;
    if (!atn_alloc_grow(&reader->facts->alloc, &map, &ids->cap_map16, n + 1, sizeof *ids->map16)) {
        return false;
    }
    ids->map16 = map;
    for (size_t i = 0; i < n; i++) {
        ids->map16[i] = (uint16_t)ids->map[i]; /* codes keep their distance from the end */
    }
    return true;
}

/* Only indices that occur are asked for where the dictionary is longer than the batch. */
static void map_used(const atn_arrow_reader *reader, atn_arrow_block *block, size_t id)
{
    const atn_arrow_column *c = reader->ids[id].column;
    uint32_t *map = reader->ids[id].map;
    for (int64_t i = 0; i < c->values.n; i++) {
        map[i] = ATN_CODE_BAD;
    }
    for (int64_t i = 0; i < c->data.n; i++) {
        if (!atn_arrow_is_valid(&c->data, i)) {
            continue;
        }
        const int64_t at = atn_arrow_whole(c->data.items, c->type.index_width, c->type.index_is_signed, i);
        if (at >= 0 && at < c->values.n && map[at] == ATN_CODE_BAD) {
            map[at] = item_meaning(reader, block, id, at, ATN_NONE);
        }
    }
}

/* A dictionary may hold the words of several columns: those of this one are the stretch in which its first row lies. A shorter one that is not
 * the whole dictionary is mostly chance, and to try it in vain costs a pass over each block. */
enum { SHORTEST_STRETCH = 8, ROWS_LOOKED_AT = 65536 };

/* The item of the first row that names an id; the first one if there is no such row near. */
static size_t item_of_first_row(const atn_arrow_ids *ids)
{
    const atn_arrow_column *c = ids->column;
    const int64_t n = c->data.n < ROWS_LOOKED_AT ? c->data.n : ROWS_LOOKED_AT;
    for (int64_t i = 0; i < n; i++) {
        const int64_t at =
            atn_arrow_is_valid(&c->data, i)
                ? atn_arrow_whole(c->data.items, c->type.index_width, c->type.index_is_signed, i)
                : -1;
        if (at >= 0 && at < c->values.n && ids->map[at] < ATN_CODE_FIRST) {
            return (size_t)at;
        }
    }
    return 0;
}

/* Items that are ids one behind the other. */
static void find_affine(atn_arrow_ids *ids, size_t n)
{
    const uint32_t *const map = ids->map;
    const size_t at = item_of_first_row(ids);
    size_t first = at;
    size_t end = at;
    while (end < n && map[end] < ATN_CODE_FIRST && map[end] == map[at] + (uint32_t)(end - at)) {
        end++;
    }
    while (end > at && first > 0 && map[first - 1] < ATN_CODE_FIRST && map[first - 1] + 1 == map[first]) {
        first--;
    }
    size_t n_empty = 0;
    while (end + n_empty < n && map[end + n_empty] == ATN_CODE_EMPTY) {
        n_empty++;
    }
    const bool fits = end > first && map[first] <= INT32_MAX - (end - first) && end <= INT32_MAX;
    ids->is_affine = fits && first == 0 && end + n_empty == n;
    ids->n_affine = fits && (ids->is_affine || end - first >= SHORTEST_STRETCH) ? (uint32_t)(end - first) : 0;
    ids->first_affine = (uint32_t)first;
    ids->base = ids->n_affine > 0 ? map[first] - (uint32_t)first : 0;
}

/* Members stand in a dictionary in the order in which somebody met them, among words of other columns or not. */
static void find_near(atn_arrow_ids *ids, size_t n)
{
    const uint32_t *const map = ids->map;
    size_t first = 0;
    size_t end = n;
    ids->n_near = 0;
    while (first < n && map[first] >= ATN_CODE_FIRST) {
        first++;
    }
    while (end > first && map[end - 1] >= ATN_CODE_FIRST) {
        end--;
    }
    for (; end > first && first > 0 && map[first - 1] == ATN_CODE_EMPTY; first--) {
    }
    for (; end > first && end < n && map[end] == ATN_CODE_EMPTY; end++) {
    }
    if (end - first > sizeof ids->near || end > INT32_MAX) {
        return;
    }
    for (size_t i = first; i < end; i++) {
        const bool is_id = map[i] < ATN_CODE_FIRST;
        if (is_id && map[i] >= ATN_MEMBERS_LISTED) {
            return;
        }
        ids->near[i - first] = (uint8_t)(is_id                      ? map[i]
                                         : map[i] == ATN_CODE_EMPTY ? ATN_EMPTY_MEMBER
                                                                    : ATN_NO_MEMBER);
    }
    ids->first_near = (uint32_t)first;
    ids->n_near = (uint32_t)(end - first);
}

bool atn_arrow_know_batch(atn_arrow_reader *reader, atn_arrow_block *block)
{
    for (size_t id = 0; id < reader->n_ids; id++) {
        atn_arrow_ids *ids = &reader->ids[id];
        if (ids->column == NULL || ids->column->type.index_width == 0) {
            continue;
        }
        const size_t n = (size_t)ids->column->values.n;
        void *map = ids->map;
        if (!atn_alloc_grow(&reader->facts->alloc, &map, &ids->cap_map, n + ATN_ARROW_SMALL_MAP,
                            sizeof *ids->map)) {
            return false;
        }
        ids->map = map;
        if (ids->column->values.n > ids->column->data.n) {
            map_used(reader, block, id);
        } else {
            for (size_t i = 0; i < n; i++) {
                ids->map[i] = item_meaning(reader, block, id, (int64_t)i, i > 0 ? ids->map[i - 1] : ATN_NONE);
            }
        }
        find_affine(ids, n);
        if (id >= ATN_ROLE_MEMBER) {
            find_near(ids, n);
        }
        if (block->no_memory || (id == ATN_ROLE_MEASURE && !map16_of(reader, ids, n))) {
            return false;
        }
    }
    return true;
}
