/* Identities: the `check` directives of a plan, evaluated on own cells (semantics.md section 7).
 *
 * For each unit and period at which any measure of the identity has a cell: if all terms have one, both sides
 * are compared exactly and a difference is reported; if only some have, that is counted. Nothing is repaired.
 */
#include "number/decimal.h"
#include "score/score.h"
#include "score/value.h"

#include <string.h>

typedef struct place { /* a unit and period where some term has a cell */
    uint32_t unit;
    attain_period period;
} place;

typedef struct place_list {
    attain_allocator alloc;
    place *items;
    size_t n, cap;
} place_list;

/* ---- places ---- */

static int compare_places(const place *a, const place *b)
{
    if (a->unit != b->unit) {
        return a->unit < b->unit ? -1 : 1;
    }
    if (a->period.end_day != b->period.end_day) {
        return a->period.end_day < b->period.end_day ? -1 : 1;
    }
    return a->period.start_day == b->period.start_day  ? 0
           : a->period.start_day < b->period.start_day ? -1
                                                       : 1;
}

/* Heap sort: in place, no recursion, no libc qsort whose order of equals differs between machines. */
static void sift_down(place *items, size_t root, size_t n)
{
    for (size_t child = root * 2 + 1; child < n; child = root * 2 + 1) {
        if (child + 1 < n && compare_places(&items[child], &items[child + 1]) < 0) {
            child += 1;
        }
        if (compare_places(&items[root], &items[child]) >= 0) {
            return;
        }
        const place swap = items[root];
        items[root] = items[child];
        items[child] = swap;
        root = child;
    }
}

static void sort_places(place_list *list)
{
    for (size_t i = list->n / 2; i-- > 0;) {
        sift_down(list->items, i, list->n);
    }
    for (size_t n = list->n; n-- > 1;) {
        const place swap = list->items[0];
        list->items[0] = list->items[n];
        list->items[n] = swap;
        sift_down(list->items, 0, n);
    }
    size_t kept = 0;
    for (size_t i = 0; i < list->n; i++) {
        if (kept == 0 || compare_places(&list->items[kept - 1], &list->items[i]) != 0) {
            list->items[kept++] = list->items[i];
        }
    }
    list->n = kept;
}

static bool add_places(place_list *list, const attain_facts *facts, const atn_model *model,
                       const atn_form *form)
{
    for (uint32_t t = 0; t < form->n_terms; t++) {
        const atn_term *const term = &model->terms[form->first_term + t];
        if (term->kind != ATN_TERM_MEASURE) {
            continue;
        }
        atn_cursor cursor;
        atn_cell cell;
        atn_facts_each(facts, term->index, 0, model->n_units, ATN_DAY_MIN, ATN_DAY_MAX, &cursor);
        while (atn_facts_next(&cursor, &cell)) {
            if (!atn_alloc_grow(&list->alloc, (void **)&list->items, &list->cap, list->n + 1,
                                sizeof list->items[0])) {
                return false;
            }
            list->items[list->n++] = (place){cell.unit, cell.period};
        }
    }
    return true;
}

/* ---- sides ---- */

static bool pick_takes(const atn_model *model, uint32_t index, const atn_cell *cell)
{
    if (index == ATN_NONE) {
        return true;
    }
    const atn_pick *const pick = &model->picks[index];
    bool takes = pick->cells == NULL || atn_bit_get(pick->cells, cell->cell);
    for (uint32_t i = 0; i < pick->n_tests; i++) {
        const uint16_t member =
            model->unit_member[(size_t)cell->unit * model->n_attributes + pick->tests[i].attribute];
        takes = takes && member != UINT16_MAX && atn_bit_get(pick->tests[i].members, member);
    }
    return takes;
}

/* Own cells of one term at the place, summed over the picked members; false if there is none that is exact.
 */
static bool own_value(const attain_facts *facts, const atn_model *model, const atn_term *term,
                      const place *at, atn_ratio *out)
{
    const atn_measure *const measure = &model->measures[term->index];
    const int32_t day = at->period.end_day;
    bool any = false;
    bool is_open = false;
    atn_cursor cursor;
    atn_cell cell;
    *out = atn_ratio_zero();
    atn_facts_each(facts, term->index, at->unit, at->unit + 1, day, day, &cursor);
    while (atn_facts_next(&cursor, &cell)) {
        if (!atn_period_equal(cell.period, at->period) || !pick_takes(model, term->pick, &cell)) {
            continue;
        }
        is_open = is_open || (cell.qualifier != ATTAIN_EXACT && cell.qualifier != ATTAIN_ESTIMATED);
        const atn_ratio value = atn_ratio_from_decimal(atn_i128_from_i64(cell.value),
                                                       measure->decimals + (measure->is_percent ? 2u : 0u));
        atn_ratio_add(out, out, &value);
        any = true;
    }
    return any && !is_open;
}

static bool side_value(const attain_facts *facts, const atn_model *model, const atn_form *form,
                       const place *at, atn_ratio *out)
{
    *out = atn_ratio_zero();
    for (uint32_t t = 0; t < form->n_terms; t++) {
        const atn_term *const term = &model->terms[form->first_term + t];
        const atn_ratio factor =
            atn_ratio_from_decimal(atn_i128_from_i64(term->coefficient), term->coefficient_decimals);
        atn_ratio value = atn_ratio_from_i64(1);
        bool has = term->kind == ATN_TERM_NUMBER; /* a count may not stand in a check */
        if (term->kind == ATN_TERM_MEASURE) {
            has = own_value(facts, model, term, at, &value);
        } else if (term->kind == ATN_TERM_REFERENCE) {
            atn_reference_value(&model->references[term->index], term->rule, 1, &at->period, &value, &has);
        }
        if (!has) {
            return false;
        }
        atn_ratio_mul(&value, &value, &factor);
        atn_ratio_add(out, out, &value);
    }
    return true;
}

/* ---- reports ---- */

static void print_number(atn_buf *out, const atn_ratio *value)
{
    const attain_number_format plain = ATTAIN_NUMBERS_PLAIN;
    atn_decimal_print_ratio(out, value, 20, true, ATTAIN_ROUND_HALF_UP, &plain);
}

static void report_difference(atn_buf *out, const atn_model *model, const atn_check *check, const place *at,
                              const atn_ratio *left, const atn_ratio *right)
{
    atn_ratio difference;
    atn_ratio_sub(&difference, left, right);
    atn_buf_char(out, '"');
    atn_buf_str(out, check->title);
    atn_buf_text(out, "\" does not hold at ");
    atn_buf_str(out, model->units[at->unit].id);
    atn_buf_text(out, " in ");
    atn_period_print(out, at->period);
    atn_buf_text(out, ": ");
    print_number(out, left);
    atn_buf_text(out, " on the left, ");
    print_number(out, right);
    atn_buf_text(out, " on the right, difference ");
    print_number(out, &difference);
    atn_buf_char(out, '\n');
}

static void run_check(const attain_facts *facts, const atn_model *model, const atn_check *check,
                      const place_list *places, attain_identity *counts, atn_buf *out)
{
    for (size_t i = 0; i < places->n; i++) {
        atn_ratio left;
        atn_ratio right;
        if (!side_value(facts, model, &check->left, &places->items[i], &left) ||
            !side_value(facts, model, &check->right, &places->items[i], &right)) {
            counts->n_incomplete += 1;
            continue;
        }
        counts->n_compared += 1;
        if (atn_ratio_compare(&left, &right) != 0) {
            counts->n_different += 1;
            report_difference(out, model, check, &places->items[i], &left, &right);
        }
    }
    atn_buf_char(out, '"');
    atn_buf_str(out, check->title);
    atn_buf_printf(out, "\": %llu compared, %llu different, %llu incomplete\n",
                   (unsigned long long)counts->n_compared, (unsigned long long)counts->n_different,
                   (unsigned long long)counts->n_incomplete);
}

attain_status atn_score_identities(const attain_plan *plan, const attain_facts *facts, attain_identity *items,
                                   attain_text *out, attain_error *err)
{
    const atn_model *const model = &plan->model;
    ATN_TRY(atn_score_schema(plan, facts, err));
    atn_buf text;
    atn_buf_init(&text, &plan->alloc);
    atn_buf_text(&text, "");
    place_list places = {.alloc = plan->alloc};
    /* The caller's items are written at the end, when nothing can fail any more. */
    attain_identity *const all = atn_alloc_array(&plan->alloc, model->n_checks, sizeof *all);
    bool has_memory = all != NULL;
    for (uint32_t c = 0; c < model->n_checks && has_memory; c++) {
        all[c].check = c;
        places.n = 0;
        has_memory = add_places(&places, facts, model, &model->checks[c].left) &&
                     add_places(&places, facts, model, &model->checks[c].right);
        if (has_memory) {
            sort_places(&places);
            run_check(facts, model, &model->checks[c], &places, &all[c], &text);
        }
    }
    const bool fine = has_memory && !text.failed;
    if (fine && items != NULL && model->n_checks > 0) {
        memcpy(items, all, model->n_checks * sizeof *items);
    }
    atn_alloc_free_array(&plan->alloc, all, model->n_checks, sizeof *all);
    (void)atn_alloc_resize(&plan->alloc, places.items, places.cap * sizeof places.items[0], 0);
    if (!fine) {
        atn_buf_free(&text);
        return atn_error_memory(err, "checking identities");
    }
    out->data = text.data;
    out->len = text.len;
    out->capacity = text.cap;
    out->alloc = text.alloc;
    return ATTAIN_OK;
}
