/* Plan: its life, its texts and their includes, freeze and what a failure puts back.
 *
 *   add_text ──▶ parse ──▶ includes, at once, through the caller's resolver ──▶ all declarations, or none
 *   freeze   ──▶ check ──▶ model, or findings that are forgotten when the plan changes or is checked again
 *
 * Everything that parsing makes lives in the arena: a change that fails is unlinked, and the arena goes back to where it stood. A text that
 * does not parse keeps its findings, and the plan then refuses to freeze, for names of that text would be missed everywhere. */
#include "language/plan.h"

#include "language/language.h"

#include <string.h>

#define DEFAULT_BYTES ((size_t)1 << 30)
#define DEFAULT_DIAGNOSTICS 20
#define INCLUDE_DEPTH 64
#define NAME_BYTES 127

/* --- life --- */

attain_status atn_plan_new(const attain_plan_options *options, attain_plan **out, attain_error *err)
{
    const attain_plan_options given = options == NULL ? (attain_plan_options){.struct_size = 0} : *options;
    const attain_allocator alloc = atn_alloc_default(given.allocator);
    attain_plan *const plan = atn_alloc_array(&alloc, 1, sizeof *plan);
    if (plan == NULL) {
        return atn_error_memory(err, "making a plan");
    }
    plan->alloc = alloc;
    atn_arena_init(&plan->arena, &alloc, given.max_bytes == 0 ? DEFAULT_BYTES : given.max_bytes);
    plan->draft = atn_arena_array(&plan->arena, 1, sizeof *plan->draft);
    if (plan->draft == NULL) {
        atn_plan_free(plan);
        return atn_error_memory(err, "making a plan");
    }
    plan->draft->max_diagnostics = given.max_diagnostics == 0 ? DEFAULT_DIAGNOSTICS : given.max_diagnostics;
    plan->draft->hash_seed = given.hash_seed;
    plan->draft->has_resolver = given.resolver != NULL && given.resolver->open != NULL;
    if (plan->draft->has_resolver) {
        plan->draft->resolver = *given.resolver;
    }
    *out = plan;
    return ATTAIN_OK;
}

void atn_plan_free(attain_plan *plan)
{
    if (plan == NULL) {
        return;
    }
    const attain_allocator alloc = plan->alloc;
    atn_model_free(&plan->model);
    atn_arena_free(&plan->arena);
    atn_alloc_free_array(&alloc, plan, 1, sizeof *plan);
}

/* --- all or nothing --- */

bool atn_plan_begin(attain_plan *plan, atn_draft *before, attain_error *err)
{
    atn_draft *const draft = plan->draft;
    if (plan->frozen) {
        atn_error_set(err, ATTAIN_E_ARGUMENT,
                      "the plan is frozen; a frozen plan takes no more texts, units or targets");
        return false;
    }
    draft->diagnostics_capacity = 0; /* the items may be put back: they are copied before they change */
    *before = *draft;
    before->mark = atn_arena_here(&plan->arena);
    draft->first_error = (attain_diagnostic){.status = ATTAIN_OK};
    if (draft->was_checked) {
        draft->diagnostics = draft->before_check.diagnostics;
        draft->n_diagnostics = draft->before_check.n_diagnostics;
        draft->n_more = draft->before_check.n_more;
        draft->n_errors = draft->before_check.n_errors;
        draft->was_checked = false;
    }
    return true;
}

void atn_plan_put_back(attain_plan *plan, const atn_draft *before)
{
    *plan->draft = *before;
    if (before->last != NULL) {
        before->last->next = NULL;
    }
    if (before->last_source != NULL) {
        before->last_source->next = NULL;
    }
    atn_arena_back_to(&plan->arena, before->mark);
}

void atn_plan_append(atn_decl_list *list, atn_decl *decl)
{
    if (list->last == NULL) {
        list->first = decl;
    } else {
        list->last->next = decl;
    }
    list->last = decl;
}

void atn_plan_link(attain_plan *plan, atn_decl_list list)
{
    atn_draft *const draft = plan->draft;
    if (list.first == NULL) {
        return;
    }
    if (draft->last == NULL) {
        draft->first = list.first;
    } else {
        draft->last->next = list.first;
    }
    draft->last = list.last;
}

/* --- parts --- */

atn_item *atn_plan_item(attain_plan *plan, atn_str text, bool is_string, atn_span span)
{
    atn_item *const item = atn_arena_array(&plan->arena, 1, sizeof *item);
    const char *const copy = item == NULL ? NULL : atn_arena_copy(&plan->arena, text.data, text.len);
    if (copy == NULL) {
        return NULL;
    }
    item->text = (atn_str){copy, text.len};
    item->title = (atn_str){"", 0};
    item->is_string = is_string;
    item->span = span;
    return item;
}

atn_attr *atn_plan_attr(attain_plan *plan, atn_decl *decl, atn_attr_kind kind, atn_span span)
{
    atn_attr *const attr = atn_arena_array(&plan->arena, 1, sizeof *attr);
    if (attr == NULL) {
        return NULL;
    }
    attr->kind = kind;
    attr->span = span;
    if (decl->last_attr == NULL) {
        decl->attrs = attr;
    } else {
        decl->last_attr->next = attr;
    }
    decl->last_attr = attr;
    return attr;
}

/* --- sources --- */

static atn_str cut_name(atn_str name)
{
    if (name.len > NAME_BYTES) {
        name.len = NAME_BYTES;
        while (name.len > 0 && ((unsigned char)name.data[name.len] & 0xc0) == 0x80) {
            name.len--;
        }
    }
    return name;
}

/* Names come from file systems: bytes that are not UTF-8 are kept as \xNN, so that messages are always UTF-8. */
static char *copy_name(attain_plan *plan, atn_str name, size_t *len)
{
    if (atn_utf8_check(name) == name.len) {
        *len = name.len;
        return atn_arena_copy(&plan->arena, name.data, name.len);
    }
    atn_buf shown;
    atn_buf_init(&shown, &plan->alloc);
    atn_buf_escaped(&shown, name, 0);
    char *const copy = shown.failed ? NULL : atn_arena_copy(&plan->arena, shown.data, shown.len);
    *len = shown.len;
    atn_buf_free(&shown);
    return copy;
}

atn_source *atn_plan_add_source(attain_plan *plan, atn_str name, atn_str text)
{
    atn_draft *const draft = plan->draft;
    atn_source *const source = atn_arena_array(&plan->arena, 1, sizeof *source);
    if (source == NULL) {
        return NULL;
    }
    if (atn_str_starts(text, ATN_STR("\xef\xbb\xbf"))) {
        text = (atn_str){text.data + 3, text.len - 3};
    }
    size_t name_len = 0;
    const char *const name_copy = copy_name(plan, cut_name(name), &name_len);
    const char *const text_copy = atn_arena_copy(&plan->arena, text.data, text.len);
    if (name_copy == NULL || text_copy == NULL) {
        return NULL;
    }
    source->name = (atn_str){name_copy, name_len};
    source->text = (atn_str){text_copy, text.len};
    if (draft->last_source == NULL) {
        draft->sources = source;
    } else {
        draft->last_source->next = source;
    }
    draft->last_source = source;
    return source;
}

static const atn_source *find_source(const atn_draft *draft, atn_str name)
{
    for (const atn_source *s = draft->sources; s != NULL; s = s->next) {
        if (atn_str_equal(s->name, cut_name(name))) {
            return s;
        }
    }
    return NULL;
}

/* --- includes --- */

static bool refuse_include(attain_plan *plan, const atn_decl *decl, attain_status status, atn_str hint,
                           const char *why)
{
    atn_str path = decl->id->text;
    path.len = path.len > 64 ? 64 : path.len;
    return atn_diagnose(plan, ATTAIN_ERROR, status, decl->id->span, hint, "'%.*s' cannot be read: %s",
                        ATN_STR_ARG(path), why);
}

/* Asks the resolver. *out NULL: a finding was written, or the file has been read before. */
static attain_status resolve(attain_plan *plan, const atn_decl *decl, const atn_source **out,
                             attain_error *err)
{
    atn_draft *const draft = plan->draft;
    const atn_str none = {"", 0};
    const attain_str from = {decl->span.source.data, decl->span.source.len};
    const attain_str path = {decl->id->text.data, decl->id->text.len};
    const char *data = NULL;
    size_t len = 0;
    char name[NAME_BYTES + 1] = "";
    char why[256] = "";
    bool told = true;
    *out = NULL;
    if (!draft->has_resolver) {
        told = refuse_include(
            plan, decl, ATTAIN_E_RESOLVE,
            ATN_STR("give attain_plan_options.resolver, or add the text with attain_plan_add_text"),
            "the plan was made without a resolver");
    } else if (path.len == 0) {
        told = refuse_include(plan, decl, ATTAIN_E_RESOLVE, none, "the path is empty");
    } else if (draft->include_depth >= INCLUDE_DEPTH) {
        told = refuse_include(plan, decl, ATTAIN_E_LIMIT, none, "includes are nested more than 64 deep");
    } else if (draft->resolver.open(draft->resolver.ctx, from, path, &data, &len, name, why) != 0) {
        why[sizeof why - 1] = '\0';
        told = refuse_include(plan, decl, ATTAIN_E_RESOLVE, none,
                              why[0] == '\0' ? "the resolver refused it" : why);
    } else {
        name[NAME_BYTES] = '\0';
        const atn_str known = name[0] == '\0' ? decl->id->text : (atn_str){name, strlen(name)};
        if (len > ATN_TEXT_BYTES) {
            told = refuse_include(plan, decl, ATTAIN_E_LIMIT, none, "it is larger than 1 GiB");
        } else if (find_source(draft, known) == NULL) {
            *out =
                atn_plan_add_source(plan, known, (atn_str){data == NULL ? "" : data, data == NULL ? 0 : len});
            told = *out != NULL;
        }
        if (draft->resolver.release != NULL) {
            draft->resolver.release(draft->resolver.ctx, data, len);
        }
    }
    return told ? ATTAIN_OK : atn_error_memory(err, "reading an included file");
}

static attain_status read_text(attain_plan *plan, const atn_source *source, atn_decl_list *out,
                               attain_error *err);

/* Reads what the declaration includes into *out. */
static attain_status include(attain_plan *plan, atn_decl *decl, atn_decl_list *out, attain_error *err)
{
    const atn_source *source;
    ATN_TRY(resolve(plan, decl, &source, err));
    if (source == NULL) {
        return ATTAIN_OK;
    }
    if (decl->kind == ATN_DECL_UNITS_FROM) {
        return atn_plan_read_units(plan, decl, source, out, err);
    }
    plan->draft->include_depth++;
    const attain_status status = read_text(plan, source, out, err);
    plan->draft->include_depth--;
    return status;
}

/* Parses a text, and puts what it includes behind each include. */
static attain_status read_text(attain_plan *plan, const atn_source *source, atn_decl_list *out,
                               attain_error *err)
{
    ATN_TRY(atn_parse_text(plan, source, &out->first, &out->last, err));
    for (atn_decl *decl = out->first; decl != NULL;) {
        atn_decl *const next = decl->next;
        const bool reads = decl->kind == ATN_DECL_INCLUDE || decl->kind == ATN_DECL_UNITS_FROM;
        if (reads && decl->id != NULL) {
            atn_decl_list inner = {NULL, NULL};
            ATN_TRY(include(plan, decl, &inner, err));
            if (inner.first != NULL) {
                decl->next = inner.first;
                inner.last->next = next;
                out->last = next == NULL ? inner.last : out->last;
            }
        }
        decl = next;
    }
    return ATTAIN_OK;
}

/* --- texts --- */

/* err from the first finding of this call. */
static attain_status tell_first(const attain_diagnostic *d, attain_error *err)
{
    const atn_str source = {d->source.data, d->source.len};
    return atn_error_at_text(err, d->status, source, d->line, d->column, "%.*s%s%.*s", (int)d->message.len,
                             d->message.data, d->hint.len > 0 ? "; " : "", (int)d->hint.len, d->hint.data);
}

/* The same name with the same bytes is the same file: it may be named by the caller and be included as well. */
static bool is_read(const atn_draft *draft, atn_str name, atn_str text)
{
    const atn_source *const source = name.len == 0 || draft->failed_text ? NULL : find_source(draft, name);
    return source != NULL && atn_str_equal(source->text, text);
}

attain_status atn_plan_add_text(attain_plan *plan, atn_str text, atn_str name, attain_error *err)
{
    atn_draft before;
    atn_decl_list list = {NULL, NULL};
    if (text.len > ATN_TEXT_BYTES) {
        return atn_error_set(err, ATTAIN_E_LIMIT, "a plan text has at most 1 GiB, this one has %zu bytes",
                             text.len);
    }
    if (!atn_plan_begin(plan, &before, err)) {
        return ATTAIN_E_ARGUMENT;
    }
    if (is_read(plan->draft, name, text)) {
        return ATTAIN_OK;
    }
    const atn_source *const source = atn_plan_add_source(plan, name, text);
    const attain_status status =
        source == NULL ? atn_error_memory(err, "adding plan text; attain_plan_options.max_bytes bounds it")
                       : read_text(plan, source, &list, err);
    if (status != ATTAIN_OK) {
        atn_plan_put_back(plan, &before);
        return status;
    }
    if (plan->draft->first_error.status != ATTAIN_OK) {
        plan->draft->failed_text = true;
        return tell_first(&plan->draft->first_error, err);
    }
    atn_plan_link(plan, list);
    return ATTAIN_OK;
}

/* --- freeze --- */

/* A text did not parse: the first finding that is an error says what to repair. */
static attain_status refuse_failed_text(const atn_draft *draft, attain_error *err)
{
    for (size_t i = 0; i < draft->n_diagnostics; i++) {
        if (draft->diagnostics[i].severity == ATTAIN_ERROR) {
            return tell_first(&draft->diagnostics[i], err);
        }
    }
    return atn_error_set(err, ATTAIN_E_SYNTAX, "a text that was added did not parse");
}

attain_status atn_plan_freeze(attain_plan *plan, attain_error *err)
{
    atn_draft *const draft = plan->draft;
    atn_draft before;
    if (plan->frozen) {
        return atn_error_set(err, ATTAIN_E_ARGUMENT, "the plan is frozen already");
    }
    if (draft->failed_text) {
        return refuse_failed_text(draft, err);
    }
    atn_plan_begin(plan, &before, err);
    draft->was_checked = true;
    draft->before_check =
        (atn_findings){draft->diagnostics, draft->n_diagnostics, draft->n_more, draft->n_errors};
    attain_status status = atn_plan_link_columns(plan, err);
    if (status == ATTAIN_OK) {
        status = atn_check_plan(plan, err);
    }
    if (status == ATTAIN_OK && draft->n_errors > draft->before_check.n_errors) {
        atn_model_free(&plan->model); /* the columns have an error that the checker does not know of */
        status = tell_first(&draft->first_error, err);
    }
    if (status == ATTAIN_E_MEMORY) {
        atn_plan_put_back(plan, &before);
    }
    plan->frozen = status == ATTAIN_OK;
    return status;
}
