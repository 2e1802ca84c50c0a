/* Print: the whole plan as one self-contained text.
 *
 * Includes are gone and units files have become `unit` lines. One thing in the language looks at position: a target, milestone or activity
 * belongs to the nearest programme above it in its own file. In one text that must stay so, hence the order: first everything that belongs
 * to no programme, then each programme with what stood below it. Within each kind the order is that of the plan. */
#include "language/language.h"
#include "language/write.h"

#include <stdlib.h>

typedef struct place {
    const atn_decl *decl;
    size_t group; /* 0, or the number of the programme */
    size_t order;
} place;

static bool has_text(const atn_decl *decl)
{
    return decl->kind != ATN_DECL_INCLUDE && decl->kind != ATN_DECL_NUMBERS &&
           decl->kind != ATN_DECL_UNITS_FROM;
}

static int by_address(const void *a, const void *b)
{
    const place *const x = a;
    const place *const y = b;
    return ((uintptr_t)x->decl > (uintptr_t)y->decl) - ((uintptr_t)x->decl < (uintptr_t)y->decl);
}

static int by_place(const void *a, const void *b)
{
    const place *const x = a;
    const place *const y = b;
    if (x->group != y->group) {
        return x->group < y->group ? -1 : 1;
    }
    return (x->order > y->order) - (x->order < y->order);
}

static size_t group_of(const atn_decl *programme, const place *programmes, size_t n)
{
    const place key = {programme, 0, 0};
    const place *const found =
        programme == NULL ? NULL : bsearch(&key, programmes, n, sizeof key, by_address);
    return found == NULL ? 0 : found->group;
}

/* Fills places in the order of the plan and sorts them. programmes: scratch for as many. */
static void arrange(const atn_draft *draft, place *places, size_t n, place *programmes)
{
    size_t n_programmes = 0;
    for (const atn_decl *decl = draft->first; decl != NULL; decl = decl->next) {
        if (decl->kind == ATN_DECL_PROGRAMME) {
            programmes[n_programmes] = (place){decl, n_programmes + 1, 0};
            n_programmes++;
        }
    }
    qsort(programmes, n_programmes, sizeof *programmes, by_address);
    size_t i = 0;
    for (const atn_decl *decl = draft->first; decl != NULL; decl = decl->next) {
        if (has_text(decl)) {
            const atn_decl *const programme = decl->kind == ATN_DECL_PROGRAMME ? decl : decl->programme_above;
            places[i] = (place){decl, group_of(programme, programmes, n_programmes), i};
            i++;
        }
    }
    qsort(places, n, sizeof *places, by_place);
}

static size_t count_lines(const atn_buf *out, size_t start)
{
    size_t n = 0;
    for (size_t i = start; i < out->len; i++) {
        n += out->data[i] == '\n';
    }
    return n;
}

/* Directives of one line that are of one kind stand close, others apart. */
static void write_all(atn_buf *out, const place *places, size_t n, const attain_allocator *alloc)
{
    atn_buf part;
    atn_buf_init(&part, alloc);
    size_t lines_above = 0;
    for (size_t i = 0; i < n; i++) {
        part.len = 0;
        atn_write_decl(&part, places[i].decl);
        if (part.failed) {
            break;
        }
        const size_t n_lines = count_lines(&part, 0);
        const bool close =
            i > 0 && places[i].decl->kind == places[i - 1].decl->kind && n_lines == 1 && lines_above == 1;
        if (i > 0 && !close) {
            atn_buf_char(out, '\n');
        }
        atn_buf_add(out, part.data, part.len);
        lines_above = n_lines;
    }
    out->failed = out->failed || part.failed;
    atn_buf_free(&part);
}

attain_status atn_plan_print(const attain_plan *plan, attain_text *out, attain_error *err)
{
    if (!plan->frozen) {
        return atn_error_set(err, ATTAIN_E_ARGUMENT, "the plan is not frozen; only a frozen plan is printed");
    }
    size_t n = 0;
    for (const atn_decl *decl = plan->draft->first; decl != NULL; decl = decl->next) {
        n += has_text(decl);
    }
    atn_buf buf;
    atn_buf_init(&buf, &plan->alloc);
    atn_buf_text(&buf, "");
    place *const places = atn_alloc_array(&plan->alloc, n, sizeof *places);
    place *const programmes = atn_alloc_array(&plan->alloc, n, sizeof *programmes);
    if (places != NULL && programmes != NULL) {
        arrange(plan->draft, places, n, programmes);
        write_all(&buf, places, n, &plan->alloc);
    }
    const bool failed = places == NULL || programmes == NULL || buf.failed;
    atn_alloc_free_array(&plan->alloc, places, n, sizeof *places);
    atn_alloc_free_array(&plan->alloc, programmes, n, sizeof *programmes);
    if (failed) {
        atn_buf_free(&buf);
        return atn_error_memory(err, "printing the plan");
    }
    *out = (attain_text){buf.data, buf.len, buf.cap, buf.alloc};
    return ATTAIN_OK;
}
