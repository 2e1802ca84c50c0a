/* Picks: `workers[post=full_time or part_time, ownership=public]`. Categories choose cells of the measure,
 * attributes choose the units that report; a comma means and, `or` joins members of one name.
 *
 * A pick is kept once: its canonical text (categories in the order of the measure, attributes and members in
 * the order in which they are declared) is looked up first, and only a new one has its cells computed: bit
 * sets over at most 64 Ki cells. */
#include "language/check.h"

#include <string.h>

typedef struct axis {
    bool is_attribute;
    uint32_t index; /* position in the measure's categories, or attribute */
    uint64_t *members;
} axis;

static const atn_member_set *set_of(const atn_checker *c, uint32_t measure, const axis *a)
{
    return a->is_attribute ? &c->model->attributes[a->index]
                           : &c->model->categories[c->model->measures[measure].category[a->index]];
}

static uint32_t words_of(uint32_t n_bits)
{
    return (n_bits + 63) / 64;
}

/* ---- names ---- */

static void say_unknown_axis(atn_checker *c, const atn_measure *measure, const atn_item *name)
{
    if (atn_names_find(&c->model->category_names, name->text) != ATN_NONE) {
        ATN_CHECK_NAME(c, name->span, ATN_NO_HINT, "'%s' is not broken down by '%s'%s",
                       atn_check_text(c, measure->id), atn_check_text(c, name->text),
                       measure->n_categories == 0 ? ": it has no categories" : "");
        return;
    }
    const atn_str near = atn_check_near(c, &c->model->category_names, name->text);
    ATN_CHECK_NAME(c, name->span,
                   near.len > 0 ? near : atn_check_near(c, &c->model->attribute_names, name->text),
                   "'%s' is neither a category of '%s' nor an attribute of units",
                   atn_check_text(c, name->text), atn_check_text(c, measure->id));
}

static bool find_axis(atn_checker *c, uint32_t measure, const atn_item *name, axis *out)
{
    const atn_measure *const m = &c->model->measures[measure];
    for (uint32_t i = 0; i < m->n_categories; i++) {
        if (atn_str_equal(c->model->categories[m->category[i]].id, name->text)) {
            *out = (axis){false, i, NULL};
            return true;
        }
    }
    const uint32_t attribute = atn_names_find(&c->model->attribute_names, name->text);
    if (attribute == ATN_NONE) {
        say_unknown_axis(c, m, name);
        return false;
    }
    *out = (axis){true, attribute, NULL};
    return true;
}

static bool read_members(atn_checker *c, uint32_t measure, const atn_pick_part *part, axis *a)
{
    const atn_member_set *const set = set_of(c, measure, a);
    const atn_names *const table = a->is_attribute
                                       ? &c->attribute_members[a->index]
                                       : &c->category_members[c->model->measures[measure].category[a->index]];
    a->members = atn_check_scratch(c, words_of(set->n_members), sizeof *a->members);
    bool good = a->members != NULL;
    for (const atn_item *item = part->members; item != NULL && !c->failed; item = item->next) {
        const uint32_t member = atn_names_find(table, item->text);
        if (member == ATN_NONE) {
            good = false;
            ATN_CHECK_NAME(c, item->span, atn_check_near(c, table, item->text),
                           "'%s' is not a member of '%s'", atn_check_text(c, item->text),
                           atn_check_text(c, set->id));
        } else {
            atn_bit_set(a->members, member);
        }
    }
    return good;
}

/* ---- canonical order and text ---- */

static bool stands_before(const axis *a, const axis *b)
{
    return a->is_attribute != b->is_attribute ? b->is_attribute : a->index < b->index;
}

static void sort_axes(axis *axes, uint32_t n)
{
    for (uint32_t i = 1; i < n; i++) { /* a handful: at most 8 categories and the attributes */
        const axis a = axes[i];
        uint32_t at = i;
        for (; at > 0 && stands_before(&a, &axes[at - 1]); at--) {
            axes[at] = axes[at - 1];
        }
        axes[at] = a;
    }
}

static void write_pick(const atn_checker *c, uint32_t measure, const axis *axes, uint32_t n, atn_buf *out)
{
    for (uint32_t i = 0; i < n; i++) {
        const atn_member_set *const set = set_of(c, measure, &axes[i]);
        atn_buf_text(out, i == 0 ? "[" : ", ");
        atn_buf_str(out, set->id);
        atn_buf_char(out, '=');
        bool is_first = true;
        for (uint32_t member = 0; member < set->n_members; member++) {
            if (atn_bit_get(axes[i].members, member)) {
                atn_buf_text(out, is_first ? "" : " or ");
                atn_buf_str(out, set->member[member]);
                is_first = false;
            }
        }
    }
    atn_buf_char(out, ']');
}

/* ---- the pick ---- */

static void fill_cells(atn_checker *c, const axis *axes, uint32_t n_cell_axes, atn_pick *pick)
{
    const atn_measure *const measure = &c->model->measures[pick->measure];
    pick->cells = atn_check_array(c, words_of(measure->n_cells), sizeof *pick->cells);
    for (uint32_t cell = 0; cell < measure->n_cells && !c->failed; cell++) {
        bool is_in = true;
        for (uint32_t i = 0; i < n_cell_axes && is_in; i++) {
            is_in = atn_bit_get(axes[i].members, atn_cell_member(c->model, measure, cell, axes[i].index));
        }
        if (is_in) {
            atn_bit_set(pick->cells, cell);
        }
    }
}

static void fill_tests(atn_checker *c, const axis *axes, uint32_t n, atn_pick *pick)
{
    pick->tests = atn_check_array(c, n, sizeof *pick->tests);
    for (uint32_t i = 0; i < n && !c->failed; i++) {
        const uint32_t n_words = words_of(c->model->attributes[axes[i].index].n_members);
        uint64_t *const members = atn_check_array(c, n_words, sizeof *members);
        if (members != NULL) {
            memcpy(members, axes[i].members, n_words * sizeof *members);
            pick->tests[pick->n_tests++] = (atn_attribute_test){axes[i].index, members};
        }
    }
}

static uint8_t single_members(const atn_checker *c, uint32_t measure, const axis *axes, uint32_t n_cell_axes)
{
    unsigned single = 0;
    for (uint32_t i = 0; i < n_cell_axes; i++) {
        const uint32_t n_members = set_of(c, measure, &axes[i])->n_members;
        uint32_t n = 0;
        for (uint32_t member = 0; member < n_members; member++) {
            n += atn_bit_get(axes[i].members, member) ? 1u : 0u;
        }
        single |= n == 1 ? 1u << axes[i].index : 0u;
    }
    return (uint8_t)single;
}

static uint32_t intern(atn_checker *c, uint32_t measure, const axis *axes, uint32_t n)
{
    atn_buf buf;
    atn_buf_init(&buf, &c->plan->alloc);
    atn_buf_printf(&buf, "%u", (unsigned)measure);
    const size_t prefix = buf.len;
    write_pick(c, measure, axes, n, &buf);
    const atn_str key = {buf.data, buf.len};
    const uint32_t known = buf.failed ? ATN_NONE : atn_names_find(&c->pick_names, key);
    if (known != ATN_NONE) {
        atn_buf_free(&buf);
        return known;
    }
    const atn_str kept = atn_check_keep(c, &buf);
    const uint32_t index = (uint32_t)c->picks.n;
    uint32_t found;
    if (c->failed || !atn_check_add_name(c, &c->pick_names, kept, index, &found)) {
        return ATN_NONE;
    }
    atn_pick pick = {.measure = measure, .text = {kept.data + prefix, kept.len - prefix}};
    uint32_t n_cell_axes = 0;
    while (n_cell_axes < n && !axes[n_cell_axes].is_attribute) {
        n_cell_axes++;
    }
    if (n_cell_axes > 0) {
        fill_cells(c, axes, n_cell_axes, &pick);
    }
    fill_tests(c, axes + n_cell_axes, n - n_cell_axes, &pick);
    atn_pick *const item = atn_check_append(c, &c->picks, sizeof *item);
    uint8_t *const single = atn_check_append(c, &c->single_members, sizeof *single);
    if (c->failed) {
        return ATN_NONE;
    }
    *item = pick;
    *single = single_members(c, measure, axes, n_cell_axes);
    return index;
}

uint32_t atn_check_pick(atn_checker *c, uint32_t measure, const atn_item *name, const atn_pick_part *parts,
                        bool *bad)
{
    uint32_t most = 0;
    for (const atn_pick_part *part = parts; part != NULL; part = part->next) {
        most++;
    }
    axis *const axes = atn_check_scratch(c, most, sizeof *axes);
    bool *const seen =
        atn_check_scratch(c, (size_t)ATN_MAX_CATEGORIES + c->model->n_attributes, sizeof *seen);
    uint32_t n = 0;
    for (const atn_pick_part *part = parts; part != NULL && !c->failed; part = part->next) {
        axis *const a = &axes[n];
        if (!find_axis(c, measure, part->name, a)) {
            *bad = true;
            continue;
        }
        bool *const was = &seen[a->is_attribute ? ATN_MAX_CATEGORIES + a->index : a->index];
        if (*was) {
            *bad = true;
            ATN_CHECK_ERROR(c, part->name->span, ATN_NO_HINT,
                            "'%s' is picked twice on '%s'; join its members with `or`",
                            atn_check_text(c, part->name->text), atn_check_text(c, name->text));
            continue;
        }
        *was = true;
        *bad = !read_members(c, measure, part, a) || *bad;
        n++;
    }
    if (*bad || c->failed) {
        return ATN_NONE;
    }
    sort_axes(axes, n);
    return intern(c, measure, axes, n);
}
