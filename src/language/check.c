/* The checker's frame: runs the passes, moves what they made into the model, and the small things that they
 * share. See check.h. */
#include "language/check.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define MESSAGE_NAME_BYTES 64

/* ---- memory ---- */

static void *remember(atn_checker *c, void *ptr)
{
    c->failed = c->failed || ptr == NULL;
    return ptr;
}

void *atn_check_array(atn_checker *c, size_t n, size_t item_size)
{
    return remember(c, atn_arena_array(&c->model->arena, n, item_size));
}

void *atn_check_scratch(atn_checker *c, size_t n, size_t item_size)
{
    return remember(c, atn_arena_array(&c->scratch, n, item_size));
}

void *atn_check_append_many(atn_checker *c, atn_list *list, size_t n, size_t item_size)
{
    if (!atn_alloc_grow(&c->plan->alloc, &list->items, &list->cap, list->n + n, item_size)) {
        c->failed = true;
        return NULL;
    }
    char *const at = (char *)list->items + list->n * item_size;
    memset(at, 0, n * item_size);
    list->n += n;
    return at;
}

void *atn_check_append(atn_checker *c, atn_list *list, size_t item_size)
{
    return atn_check_append_many(c, list, 1, item_size);
}

void atn_check_drop(atn_checker *c, atn_list *list, size_t item_size)
{
    atn_alloc_resize(&c->plan->alloc, list->items, list->cap * item_size, 0);
    *list = (atn_list){NULL, 0, 0};
}

bool atn_check_add_name(atn_checker *c, atn_names *names, atn_str key, uint32_t value, uint32_t *found)
{
    if (!atn_names_add(names, key, value, found)) {
        c->failed = true;
        return false;
    }
    return true;
}

static atn_str copied(atn_checker *c, atn_arena *arena, atn_buf *buf)
{
    atn_str out = {"", 0};
    if (buf->failed) {
        c->failed = true;
    } else if (buf->len > 0) {
        char *const data = remember(c, atn_arena_copy(arena, buf->data, buf->len));
        if (data != NULL) {
            out = (atn_str){data, buf->len};
        }
    }
    atn_buf_free(buf);
    return out;
}

atn_str atn_check_keep(atn_checker *c, atn_buf *buf)
{
    return copied(c, &c->model->arena, buf);
}

/* ---- findings ---- */

const char *atn_check_text(atn_checker *c, atn_str text)
{
    atn_buf buf;
    atn_buf_init(&buf, &c->plan->alloc);
    atn_buf_escaped(&buf, text, MESSAGE_NAME_BYTES);
    return copied(c, &c->scratch, &buf).data;
}

const char *atn_check_place(atn_checker *c, atn_span span)
{
    atn_buf buf;
    atn_buf_init(&buf, &c->plan->alloc);
    atn_buf_escaped(&buf, span.source, MESSAGE_NAME_BYTES);
    atn_buf_char(&buf, ':');
    atn_buf_int(&buf, span.line);
    return copied(c, &c->scratch, &buf).data;
}

const char *atn_check_period(atn_checker *c, attain_period period)
{
    atn_buf buf;
    atn_buf_init(&buf, &c->plan->alloc);
    atn_period_print(&buf, period);
    return copied(c, &c->scratch, &buf).data;
}

const char *atn_check_day(atn_checker *c, int32_t day)
{
    atn_buf buf;
    atn_buf_init(&buf, &c->plan->alloc);
    atn_day_print(&buf, day);
    return copied(c, &c->scratch, &buf).data;
}

const char *atn_check_days(atn_checker *c, int32_t from_day, int32_t until_day)
{
    const bool is_open = from_day <= ATN_DAY_MIN;
    if (is_open && until_day >= ATN_DAY_MAX) {
        return "always";
    }
    atn_buf buf;
    atn_buf_init(&buf, &c->plan->alloc);
    if (!is_open) {
        atn_buf_text(&buf, until_day >= ATN_DAY_MAX ? "from " : "");
        atn_day_print(&buf, from_day);
    }
    if (until_day < ATN_DAY_MAX) {
        atn_buf_text(&buf, is_open ? "until " : " to ");
        atn_day_print(&buf, until_day);
    }
    return copied(c, &c->scratch, &buf).data;
}

atn_str atn_check_near(atn_checker *c, const atn_names *names, atn_str name)
{
    const atn_draft *const draft = c->plan->draft;
    if (draft->n_errors >= draft->max_diagnostics) {
        return ATN_NO_HINT;
    }
    const atn_str near = atn_names_near(names, name);
    return near.len == 0 ? ATN_NO_HINT : atn_near_hint(c->plan, near);
}

atn_str atn_check_hint(atn_checker *c, const char *fmt, ...)
{
    char text[512];
    va_list args;
    va_start(args, fmt);
    const int len = vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    if (len < 0) {
        return ATN_NO_HINT;
    }
    const size_t kept = (size_t)len < sizeof text ? (size_t)len : sizeof text - 1;
    char *const data = remember(c, atn_arena_copy(&c->plan->arena, text, kept));
    return data == NULL ? ATN_NO_HINT : (atn_str){data, kept};
}

/* ---- small ---- */

const atn_attr *atn_check_attr(const atn_decl *decl, atn_attr_kind kind)
{
    const atn_attr *attr = decl->attrs;
    while (attr != NULL && attr->kind != kind) {
        attr = attr->next;
    }
    return attr;
}

uint32_t atn_check_count_items(const atn_item *items)
{
    uint32_t n = 0;
    for (; items != NULL; items = items->next) {
        n++;
    }
    return n;
}

atn_str atn_check_item_text(const atn_item *item)
{
    return item == NULL ? (atn_str){"", 0} : item->text;
}

void atn_check_source(const atn_attr *attr, atn_str *document, atn_str *words)
{
    *document = atn_check_item_text(attr->items);
    *words = atn_check_item_text(attr->items == NULL ? NULL : attr->items->next);
}

const char *atn_check_rhythm(attain_period_type every)
{
    switch (every) {
    case ATTAIN_PERIOD_NONE: return "without a rhythm";
    case ATTAIN_PERIOD_DAY: return "daily";
    case ATTAIN_PERIOD_WEEK: return "weekly";
    case ATTAIN_PERIOD_MONTH: return "monthly";
    case ATTAIN_PERIOD_QUARTER: return "quarterly";
    case ATTAIN_PERIOD_HALF_YEAR: return "half-yearly";
    case ATTAIN_PERIOD_YEAR: return "yearly";
    case ATTAIN_PERIOD_FINANCIAL_YEAR: return "every financial year";
    case ATTAIN_PERIOD_RANGE: return "once";
    }
    return "";
}

bool atn_check_rescale(int64_t value, unsigned decimals, unsigned to_decimals, int64_t *out)
{
    bool overflow = false;
    attain_i128 scaled = atn_i128_from_i64(value);
    for (unsigned i = decimals; i < to_decimals; i++) {
        scaled = atn_i128_mul_i64(scaled, 10, &overflow);
    }
    if (overflow || !atn_i128_fits_i64(scaled)) {
        return false;
    }
    *out = (int64_t)scaled.lo;
    return true;
}

uint64_t atn_check_day_key(int32_t day, uint32_t with)
{
    return (uint64_t)((int64_t)day - INT32_MIN) << 32 | with;
}

static void sift(uint64_t *keys, size_t at, size_t n)
{
    const uint64_t key = keys[at];
    for (size_t child = 2 * at + 1; child < n; child = 2 * at + 1) {
        child += child + 1 < n && keys[child + 1] > keys[child] ? 1 : 0;
        if (keys[child] <= key) {
            break;
        }
        keys[at] = keys[child];
        at = child;
    }
    keys[at] = key;
}

/* Heapsort: qsort of some libraries takes memory behind the allocator's back. Most lists come sorted: one
 * look first. */
void atn_check_sort(uint64_t *keys, size_t n)
{
    size_t in_order = 1;
    while (in_order < n && keys[in_order - 1] <= keys[in_order]) {
        in_order++;
    }
    if (in_order >= n) {
        return;
    }
    for (size_t i = n / 2; i > 0; i--) {
        sift(keys, i - 1, n);
    }
    for (size_t i = n - 1; i > 0; i--) {
        const uint64_t greatest = keys[0];
        keys[0] = keys[i];
        keys[i] = greatest;
        sift(keys, 0, i);
    }
}

/* ---- the frame ---- */

static void *moved(atn_checker *c, const atn_list *list, size_t item_size, uint32_t *n)
{
    void *const items = atn_check_array(c, list->n, item_size);
    if (items != NULL && list->n > 0) {
        memcpy(items, list->items, list->n * item_size);
    }
    *n = (uint32_t)list->n;
    return items;
}

static void move_lists(atn_checker *c)
{
    atn_model *const m = c->model;
    m->terms = moved(c, &c->terms, sizeof *m->terms, &m->n_terms);
    m->picks = moved(c, &c->picks, sizeof *m->picks, &m->n_picks);
    m->nodes = moved(c, &c->nodes, sizeof *m->nodes, &m->n_nodes);
    m->counts = moved(c, &c->counts, sizeof *m->counts, &m->n_counts);
    m->readings = moved(c, &c->readings, sizeof *m->readings, &m->n_readings);
}

static void begin(atn_checker *c, attain_plan *plan)
{
    *c = (atn_checker){.plan = plan, .model = &plan->model};
    atn_model *const m = c->model;
    const size_t limit = plan->arena.limit_bytes;
    const size_t used = plan->arena.total_bytes;
    const size_t room = limit == 0 ? 0 : limit > used ? limit - used : 1;
    atn_model_free(m);
    atn_arena_init(&m->arena, &plan->alloc, room);
    atn_arena_init(&c->scratch, &plan->alloc, room);
    atn_names *const tables[] = {&m->unit_names,     &m->type_names,     &m->attribute_names,
                                 &m->category_names, &m->thing_names,    &m->programme_names,
                                 &m->target_names,   &m->activity_names, &m->report_names,
                                 &c->raw.names,      &c->pick_names,     &c->count_names,
                                 &c->phase_names};
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        atn_names_init(tables[i], &plan->alloc, plan->draft->hash_seed + i);
    }
}

static void end(atn_checker *c)
{
    atn_check_drop(c, &c->terms, sizeof(atn_term));
    atn_check_drop(c, &c->picks, sizeof(atn_pick));
    atn_check_drop(c, &c->single_members, sizeof(uint8_t));
    atn_check_drop(c, &c->nodes, sizeof(atn_node));
    atn_check_drop(c, &c->counts, sizeof(atn_count));
    atn_check_drop(c, &c->readings, sizeof(atn_reading));
    for (uint32_t i = 0; i < c->n_attribute_tables; i++) {
        atn_names_free(&c->attribute_members[i]);
    }
    for (uint32_t i = 0; i < c->n_category_tables; i++) {
        atn_names_free(&c->category_members[i]);
    }
    atn_names_free(&c->raw.names);
    atn_names_free(&c->pick_names);
    atn_names_free(&c->count_names);
    atn_names_free(&c->phase_names);
    atn_arena_free(&c->scratch);
}

/* The first error of this run; its own status gives way to ATTAIN_E_PLAN, which says what the caller is to
 * do: read the findings. */
static attain_status refuse(const atn_draft *draft, attain_error *err)
{
    const attain_diagnostic *const d = &draft->first_error;
    return atn_error_at_text(err, ATTAIN_E_PLAN, (atn_str){d->source.data, d->source.len}, d->line, d->column,
                             "%.*s%s%.*s", (int)d->message.len, d->message.data, d->hint.len > 0 ? "; " : "",
                             (int)d->hint.len, d->hint.data);
}

attain_status atn_check_plan(attain_plan *plan, attain_error *err)
{
    static void (*const passes[])(atn_checker *) = {atn_check_collect,
                                                    atn_check_types,
                                                    atn_check_member_sets,
                                                    atn_check_units,
                                                    atn_check_tree,
                                                    atn_check_measures,
                                                    atn_check_references,
                                                    atn_check_indicators,
                                                    atn_check_identities,
                                                    atn_check_programmes,
                                                    atn_check_targets,
                                                    atn_check_milestones,
                                                    atn_check_promises,
                                                    atn_check_activities,
                                                    atn_check_reports,
                                                    atn_check_boundaries,
                                                    move_lists};
    const size_t n_errors_before = plan->draft->n_errors;
    atn_checker c;
    begin(&c, plan);
    for (size_t i = 0; i < sizeof passes / sizeof *passes && !c.failed; i++) {
        passes[i](&c);
    }
    const size_t n_errors = plan->draft->n_errors - n_errors_before;
    if (!c.failed && n_errors == 0) {
        atn_check_schema(&c);
    }
    attain_status status = ATTAIN_OK;
    if (c.failed) {
        status = atn_error_memory(err, "checking the plan");
    } else if (n_errors > 0) {
        status = refuse(plan->draft, err);
    }
    end(&c);
    if (status != ATTAIN_OK) {
        atn_model_free(&plan->model);
    }
    return status;
}
