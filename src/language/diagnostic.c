/* Diagnostics: findings with their place, kept in the order of their place, and their text for people.
 *
 *   vn-112.attain:41:3: error: unknown indicator 'helpd'
 *     helpd up at least 30% over 2025 by 2030
 *     ^~~~~ did you mean 'helped'?
 *
 * At most max_diagnostics are kept; an error that comes when the list is full takes the place of the last warning. The array is put back by
 * pointer when a change is undone, so after a mark (capacity 0) it is copied before it changes. */
#include "language/draft.h"
#include "language/language.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define SHOWN_COLUMNS 160 /* of a long line */

/* --- keeping --- */

static attain_str to_public(atn_str s)
{
    return (attain_str){s.data == NULL ? "" : s.data, s.len};
}

static const atn_source *find_source(const atn_draft *draft, const char *name, size_t *rank)
{
    *rank = 0;
    for (const atn_source *s = draft->sources; s != NULL; s = s->next) {
        if (s->name.data == name) {
            return s;
        }
        *rank += 1;
    }
    *rank = SIZE_MAX;
    return NULL;
}

static atn_str line_of(atn_str text, int32_t line)
{
    const char *start = text.data;
    const char *const end = text.data + text.len;
    for (int32_t i = 1; i < line && start < end; i++) {
        const char *const newline = memchr(start, '\n', (size_t)(end - start));
        start = newline == NULL ? end : newline + 1;
    }
    const char *newline = start == end ? NULL : memchr(start, '\n', (size_t)(end - start));
    newline = newline == NULL ? end : newline;
    size_t len = (size_t)(newline - start);
    while (len > 0 && start[len - 1] == '\r') {
        len--;
    }
    return (atn_str){start, len};
}

/* Text of the buffer in the arena; false when out of memory. The buffer is freed. */
static bool settle(attain_plan *plan, atn_buf *buf, attain_str *out)
{
    char *const copy = buf->failed ? NULL : atn_arena_copy(&plan->arena, buf->data, buf->len);
    *out = (attain_str){copy, copy == NULL ? 0 : buf->len};
    atn_buf_free(buf);
    return copy != NULL;
}

/* The line as a text of its own: ill-formed bytes are written as \xNN, so that what comes out is always UTF-8. */
static bool copy_line(attain_plan *plan, atn_str line, attain_str *out)
{
    atn_buf buf;
    atn_buf_init(&buf, &plan->alloc);
    if (atn_utf8_check(line) == line.len) {
        atn_buf_str(&buf, line);
    } else {
        atn_buf_escaped(&buf, line, 0);
    }
    return settle(plan, &buf, out);
}

/* -1, 0, 1: is a's place before, at or behind b's? Whole-plan findings come last. */
static int compare_places(const atn_draft *draft, const attain_diagnostic *a, const attain_diagnostic *b)
{
    size_t rank_a;
    size_t rank_b;
    find_source(draft, a->source.data, &rank_a);
    find_source(draft, b->source.data, &rank_b);
    if (rank_a != rank_b) {
        return rank_a < rank_b ? -1 : 1;
    }
    if (a->line != b->line) {
        return a->line < b->line ? -1 : 1;
    }
    return (a->column > b->column) - (a->column < b->column);
}

static bool make_room(attain_plan *plan)
{
    atn_draft *const draft = plan->draft;
    if (draft->n_diagnostics < draft->diagnostics_capacity) {
        return true;
    }
    const size_t capacity = draft->n_diagnostics < 4 ? 8 : 2 * draft->n_diagnostics;
    attain_diagnostic *const items = atn_arena_array(&plan->arena, capacity, sizeof *items);
    if (items == NULL) {
        return false;
    }
    if (draft->n_diagnostics > 0) {
        memcpy(items, draft->diagnostics, draft->n_diagnostics * sizeof *items);
    }
    draft->diagnostics = items;
    draft->diagnostics_capacity = capacity;
    return true;
}

static void insert(atn_draft *draft, const attain_diagnostic *item)
{
    size_t at = draft->n_diagnostics;
    while (at > 0 && compare_places(draft, &draft->diagnostics[at - 1], item) > 0) {
        draft->diagnostics[at] = draft->diagnostics[at - 1];
        at--;
    }
    draft->diagnostics[at] = *item;
    draft->n_diagnostics++;
}

static bool drop_last_warning(atn_draft *draft)
{
    for (size_t i = draft->n_diagnostics; i-- > 0;) {
        if (draft->diagnostics[i].severity == ATTAIN_WARNING) {
            memmove(&draft->diagnostics[i], &draft->diagnostics[i + 1],
                    (draft->n_diagnostics - i - 1) * sizeof *draft->diagnostics);
            draft->n_diagnostics--;
            return true;
        }
    }
    return false;
}

static bool fill_place(attain_plan *plan, atn_span span, attain_diagnostic *item)
{
    size_t rank;
    const atn_source *const source = find_source(plan->draft, span.source.data, &rank);
    item->source = to_public(span.source);
    item->line = span.line;
    item->column = span.column;
    item->n_columns = span.n_columns < 1 ? 1 : span.n_columns;
    const bool has_line = source != NULL && span.line > 0 && source->text.len > 0;
    return copy_line(plan, has_line ? line_of(source->text, span.line) : (atn_str){"", 0}, &item->line_text);
}

/* Makes the finding from its message (which is freed) and keeps it. */
static bool keep(attain_plan *plan, atn_span span, atn_str hint, atn_buf *message, attain_diagnostic *item)
{
    atn_draft *const draft = plan->draft;
    atn_buf shown;
    atn_buf_init(&shown, &plan->alloc);
    if (!message->failed) {
        atn_buf_escaped(&shown, (atn_str){message->data, message->len}, 0);
    }
    shown.failed = shown.failed || message->failed;
    atn_buf_free(message);
    char *const hint_copy = atn_arena_copy(&plan->arena, hint.data, hint.len);
    item->hint = (attain_str){hint_copy, hint.len};
    if (!settle(plan, &shown, &item->message) || hint_copy == NULL || !fill_place(plan, span, item) ||
        !make_room(plan)) {
        return false;
    }
    if (item->severity == ATTAIN_ERROR &&
        (draft->first_error.status == ATTAIN_OK || compare_places(draft, item, &draft->first_error) < 0)) {
        draft->first_error = *item;
    }
    if (draft->n_diagnostics < draft->max_diagnostics) {
        insert(draft, item);
        return true;
    }
    if (item->severity == ATTAIN_ERROR) {
        /* make_room may have found room left; when it did not the array is a copy by now, either way it may be changed */
        if (drop_last_warning(draft)) {
            insert(draft, item);
        }
    }
    draft->n_more++;
    return true;
}

bool atn_diagnose(attain_plan *plan, attain_severity severity, attain_status status, atn_span span,
                  atn_str hint, const char *fmt, ...)
{
    atn_draft *const draft = plan->draft;
    const bool is_error = severity == ATTAIN_ERROR;
    draft->n_errors += is_error;
    if (draft->n_diagnostics >= draft->max_diagnostics &&
        (!is_error || draft->first_error.status != ATTAIN_OK) &&
        (!is_error || draft->n_errors > draft->max_diagnostics)) {
        draft->n_more++;
        return true;
    }
    char text[1024];
    va_list args;
    va_start(args, fmt);
    const int len = vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    atn_str message = {text, len < 0 ? 0 : (size_t)len};
    if (message.len >= sizeof text) {
        message.len = sizeof text - 1;
        const size_t ill_formed = atn_utf8_check(message); /* a letter that was cut in two */
        message.len = ill_formed < message.len && message.len - ill_formed < 4 ? ill_formed : message.len;
    }
    atn_buf buf;
    atn_buf_init(&buf, &plan->alloc);
    atn_buf_str(&buf, message);
    attain_diagnostic item = {.severity = severity, .status = status};
    return keep(plan, span, hint, &buf, &item);
}

atn_str atn_near_hint(attain_plan *plan, atn_str near_name)
{
    if (near_name.len == 0 || near_name.len > 64) {
        return (atn_str){"", 0};
    }
    char text[128];
    const int len = snprintf(text, sizeof text, "did you mean '%.*s'?", ATN_STR_ARG(near_name));
    const char *const copy = atn_arena_copy(&plan->arena, text, (size_t)len);
    return copy == NULL ? (atn_str){"", 0} : (atn_str){copy, (size_t)len};
}

/* --- reading --- */

size_t atn_plan_diagnostics(const attain_plan *plan, const attain_diagnostic **items, size_t *n_more)
{
    *items = plan->draft->diagnostics;
    if (n_more != NULL) {
        *n_more = plan->draft->n_more;
    }
    return plan->draft->n_diagnostics;
}

static size_t skip_code_points(atn_str s, size_t at, size_t n)
{
    while (n-- > 0 && at < s.len) {
        if (atn_utf8_next(s, &at) < 0) {
            at++;
        }
    }
    return at;
}

/* [first, end) of s as it is shown, and how wide that is. */
static size_t add_shown(atn_buf *out, atn_str s, size_t first, size_t end)
{
    const size_t before = out->len;
    atn_buf_escaped(out, (atn_str){s.data + first, end - first}, 0);
    return out->failed ? 0 : atn_utf8_width((atn_str){out->data + before, out->len - before});
}

static void add_times(atn_buf *out, char c, size_t n)
{
    while (n-- > 0) {
        atn_buf_char(out, c);
    }
}

/* The line (of a long one the part round the fault) and the caret line. The three parts are shown one by one, because escapes and wide
 * letters take more columns than code points. */
static void add_line(atn_buf *out, const attain_diagnostic *d)
{
    const atn_str line = {d->line_text.data, d->line_text.len};
    const size_t column = d->column < 1 ? 0 : (size_t)d->column - 1;
    const size_t n_columns = d->n_columns < 1 ? 1 : (size_t)d->n_columns;
    const bool is_long = atn_utf8_count(line, line.len) > SHOWN_COLUMNS + SHOWN_COLUMNS / 4;
    const size_t left = is_long && column > SHOWN_COLUMNS / 2 ? column - SHOWN_COLUMNS / 2 : 0;
    const size_t first = skip_code_points(line, 0, left);
    const size_t end = is_long ? skip_code_points(line, first, SHOWN_COLUMNS) : line.len;
    const size_t fault = skip_code_points(line, first, column - left);
    size_t fault_end = skip_code_points(line, fault, n_columns);
    fault_end = fault_end > end ? end : fault_end;
    size_t before = 0;
    if (first > 0) {
        atn_buf_text(out, "...");
        before = 3;
    }
    before += add_shown(out, line, first, fault);
    const size_t width = fault_end > fault ? add_shown(out, line, fault, fault_end) : 0;
    add_shown(out, line, fault_end > fault ? fault_end : fault, end);
    atn_buf_text(out, end < line.len ? "...\n" : "\n");
    add_times(out, ' ', before);
    atn_buf_char(out, '^');
    add_times(out, '~', width > 1 ? width - 1 : 0);
}

/* The finding as text, without a line end behind it when it is one line. */
static void add_diagnostic(atn_buf *out, const attain_diagnostic *d)
{
    const atn_str hint = {d->hint.data, d->hint.len};
    atn_buf_escaped(out, (atn_str){d->source.data, d->source.len}, 0);
    if (d->source.len > 0) {
        atn_buf_char(out, ':');
    }
    if (d->line > 0) {
        atn_buf_printf(out, "%d:%d:", (int)d->line, (int)d->column);
    }
    atn_buf_text(out, out->len == 0 ? "" : " ");
    atn_buf_text(out, d->severity == ATTAIN_ERROR ? "error: " : "warning: ");
    atn_buf_add(out, d->message.data, d->message.len);
    atn_buf_char(out, '\n');
    const bool has_line = d->line > 0 && d->line_text.len > 0;
    if (has_line) {
        add_line(out, d);
    }
    if (hint.len > 0) {
        atn_buf_text(out, has_line ? " " : "  ");
        atn_buf_escaped(out, hint, 0);
    }
    atn_buf_text(out, has_line || hint.len > 0 ? "\n" : "");
}

attain_status atn_diagnostic_print(const attain_diagnostic *diagnostic, const attain_allocator *a,
                                   attain_text *out, attain_error *err)
{
    atn_buf buf;
    atn_buf_init(&buf, a);
    add_diagnostic(&buf, diagnostic);
    if (buf.failed) {
        atn_buf_free(&buf);
        return atn_error_memory(err, "printing a finding");
    }
    *out = (attain_text){buf.data, buf.len, buf.cap, buf.alloc};
    return ATTAIN_OK;
}
