/* Format: one file, rewritten in the canonical layout.
 *
 * Kept: comments, the order of everything, single blank lines between directives and comments, how numbers are spelled, includes. Gone: other
 * blanks, several blank lines, blank lines within a directive. Comments in the file are sorted by line, directives too; they are merged:
 *
 *   comment in column 1 behind a directive's last line  -> stands between directives
 *   any other from the directive's first line on        -> belongs to it; layout.c finds its place */
#include "language/language.h"
#include "language/parser.h"
#include "language/plan.h"
#include "language/write.h"

#include <string.h>

typedef struct formatter {
    atn_buf *out;
    atn_style style;
    atn_str text;
    const atn_comment *comments;
    size_t n_comments;
    size_t at;     /* next comment */
    int32_t line;  /* of `offset` */
    size_t offset; /* start of that line */
    bool is_first; /* nothing has been written */
} formatter;

/* Is the line above `line` blank? Lines are asked for in ascending order. */
static bool is_blank_above(formatter *f, int32_t line)
{
    bool blank = false;
    while (f->line < line && f->offset < f->text.len) {
        blank = true;
        while (f->offset < f->text.len && f->text.data[f->offset] != '\n') {
            const char c = f->text.data[f->offset++];
            blank = blank && (c == ' ' || c == '\t' || c == '\r');
        }
        f->offset++;
        f->line++;
    }
    return blank;
}

static void separate(formatter *f, int32_t line)
{
    const bool blank = is_blank_above(f, line);
    if (blank && !f->is_first) {
        atn_buf_char(f->out, '\n');
    }
    f->is_first = false;
}

/* Comments that stand between directives, up to `line`. */
static void put_free_comments(formatter *f, int32_t line)
{
    while (f->at < f->n_comments && f->comments[f->at].line < line) {
        const atn_comment *const comment = &f->comments[f->at++];
        separate(f, comment->line);
        atn_buf_str(f->out, comment->text);
        atn_buf_char(f->out, '\n');
    }
}

/* The last line that belongs to the directive: that of its last token, and of indented comments right behind it. */
static int32_t last_line_of(const formatter *f, const atn_decl *decl)
{
    int32_t last = decl->last_line;
    for (size_t i = f->at; i < f->n_comments; i++) {
        const atn_comment *const comment = &f->comments[i];
        if (comment->line > last &&
            (comment->column == 1 || (decl->next != NULL && comment->line >= decl->next->first_line))) {
            break;
        }
        last = comment->line > last ? comment->line : last;
    }
    return last;
}

static void put_all(formatter *f, const atn_decl *first)
{
    for (const atn_decl *decl = first; decl != NULL; decl = decl->next) {
        put_free_comments(f, decl->first_line);
        separate(f, decl->first_line);
        const int32_t last_line = last_line_of(f, decl);
        atn_layout_decl(f->out, decl, f->style, f->comments, f->n_comments, &f->at, last_line);
        f->style.numbers_vi = f->style.numbers_vi || decl->kind == ATN_DECL_NUMBERS;
    }
    put_free_comments(f, INT32_MAX);
}

static attain_status format(attain_plan *plan, const atn_source *source, atn_buf *out, attain_error *err)
{
    atn_comment *comments = NULL;
    size_t n_comments = 0;
    size_t capacity = 0;
    atn_decl *first = NULL;
    attain_status status =
        atn_parse_with_comments(plan, source, &first, &comments, &n_comments, &capacity, err);
    const attain_diagnostic *const fault = &plan->draft->first_error;
    if (status == ATTAIN_OK && fault->status != ATTAIN_OK) {
        status = atn_error_at_text(err, fault->status, source->name, fault->line, fault->column, "%.*s%s%.*s",
                                   (int)fault->message.len, fault->message.data,
                                   fault->hint.len > 0 ? "; " : "", (int)fault->hint.len, fault->hint.data);
    } else if (status == ATTAIN_OK) {
        formatter f = {.out = out,
                       .style = {.as_written = true},
                       .text = source->text,
                       .comments = comments,
                       .n_comments = n_comments,
                       .line = 1,
                       .is_first = true};
        put_all(&f, first);
        status = out->failed ? atn_error_memory(err, "formatting a plan text") : ATTAIN_OK;
    }
    atn_alloc_free_array(&plan->alloc, comments, capacity, sizeof *comments);
    return status;
}

attain_status atn_format(atn_str text, atn_str name, const attain_allocator *a, attain_text *out,
                         attain_error *err)
{
    const attain_plan_options options = {.struct_size = sizeof options, .allocator = a};
    attain_plan *plan = NULL;
    atn_buf buf;
    if (text.len > ATN_TEXT_BYTES) {
        return atn_error_set(err, ATTAIN_E_LIMIT, "a plan text has at most 1 GiB, this one has %zu bytes",
                             text.len);
    }
    ATN_TRY(atn_plan_new(&options, &plan, err));
    atn_buf_init(&buf, a);
    atn_buf_text(&buf, "");
    const atn_source *const source = atn_plan_add_source(plan, name, text);
    const attain_status status =
        source == NULL ? atn_error_memory(err, "formatting a plan text") : format(plan, source, &buf, err);
    atn_plan_free(plan);
    if (status != ATTAIN_OK) {
        atn_buf_free(&buf);
        return status;
    }
    *out = (attain_text){buf.data, buf.len, buf.cap, buf.alloc};
    return ATTAIN_OK;
}
