/* diff: what two plans promise differently.
 *
 * Both are taken in canonical form, one text without comments, and cut into declarations and their parts:
 *
 *     target p.density "Workers"                     kind target, id p.density
 *       density at least 1 per 5000 by 2025          part promise
 *       source "12/KH-UBND" "..."                    part source
 *
 * so that order, layout and where things were included from do not count. Declarations are matched by kind and id, parts by their first
 * word. Then, target by target, what the words stand on: a target whose own text is the same is told as changed if an indicator, measure or
 * reference in it (through others, too) has another definition, or if its deadline, which it has from its programme, is another. */
#include "cli/commands.h"
#include "cli/diff.h"
#include "cli/load.h"
#include "cli/sink.h"
#include "cli/table.h"
#include "cli/text.h"

#include <stdlib.h>
#include <string.h>

enum { N_CELLS = 6 };

typedef struct view {
    const cli_options *options;
    cli_sink sink;
    cli_table table;
    size_t n_rows;
} view;

static void row(view *v, const diff_item *item, const char *change, attain_str part, attain_str before,
                attain_str after)
{
    const attain_str cells[N_CELLS] = {
        cli_str(diff_kind_name(item->kind)), item->id, cli_str(change), part, before, after};
    v->n_rows++;
    if (v->options->format == CLI_TABLE) {
        cli_table_row(&v->table, cells);
    } else {
        cli_sink_row(&v->sink, cells);
    }
}

static const attain_str nothing = {"", 0};

/* All parts of a declaration in one text. */
static void whole(view *v, const diff_item *item, int is_added)
{
    cli_buffer text = {0};
    for (size_t i = 0; i < item->n_parts; i++) {
        cli_buffer_text(&text, i ? "  " : "");
        cli_buffer_add(&text, item->parts[i].text.data, item->parts[i].text.len);
    }
    const attain_str all = {text.data ? text.data : "", text.len};
    row(v, item, is_added ? "added" : "removed", nothing, is_added ? nothing : all, is_added ? all : nothing);
    cli_buffer_free(&text);
}

static int same(attain_str a, attain_str b)
{
    return a.len == b.len && memcmp(a.data, b.data, a.len) == 0;
}

static int has_part(const diff_item *item, const diff_part *part)
{
    for (size_t i = 0; i < item->n_parts; i++) {
        if (same(item->parts[i].text, part->text)) {
            return 1;
        }
    }
    return 0;
}

/* The next part of that name, from *at on, that the other declaration does not have. */
static const diff_part *next_own(const diff_item *item, const diff_item *other, attain_str name, size_t *at)
{
    while (*at < item->n_parts) {
        const diff_part *const part = &item->parts[(*at)++];
        if (same(part->name, name) && !has_part(other, part)) {
            return part;
        }
    }
    return NULL;
}

static int is_first_of_name(const diff_item *item, size_t i)
{
    for (size_t k = 0; k < i; k++) {
        if (same(item->parts[k].name, item->parts[i].name)) {
            return 0;
        }
    }
    return 1;
}

static void changes_of_name(view *v, const diff_item *a, const diff_item *b, attain_str name)
{
    size_t at_a = 0;
    size_t at_b = 0;
    for (;;) {
        const diff_part *const before = next_own(a, b, name, &at_a);
        const diff_part *const after = next_own(b, a, name, &at_b);
        if (!before && !after) {
            break;
        }
        row(v, b, "changed", name, before ? before->text : nothing, after ? after->text : nothing);
    }
}

static void changed(view *v, const diff_item *a, const diff_item *b)
{
    for (size_t i = 0; i < b->n_parts; i++) {
        if (is_first_of_name(b, i)) {
            changes_of_name(v, a, b, b->parts[i].name);
        }
    }
    for (size_t i = 0; i < a->n_parts; i++) {
        size_t at = 0;
        int in_b = 0;
        for (; at < b->n_parts; at++) {
            in_b = in_b || same(b->parts[at].name, a->parts[i].name);
        }
        if (!in_b && is_first_of_name(a, i)) {
            changes_of_name(v, a, b, a->parts[i].name);
        }
    }
}

/* ---------------------------------------------------------------- targets whose own text is the same ---- */

static attain_period due_of(const attain_plan *plan, attain_str id)
{
    attain_target_info info;
    const uint32_t index = attain_plan_find(plan, ATTAIN_KIND_TARGET, id.data, id.len);
    return index != ATTAIN_NONE && attain_plan_target(plan, index, &info, NULL) == ATTAIN_OK
               ? info.due
               : (attain_period){.type = ATTAIN_PERIOD_NONE};
}

static attain_str period_text(attain_period period, char out[64])
{
    size_t len = 0;
    if (period.type == ATTAIN_PERIOD_NONE || attain_period_print(period, out, 64, &len, NULL) != ATTAIN_OK) {
        return nothing;
    }
    return (attain_str){out, len};
}

static void stands_on(view *v, const diff_plan *a, const diff_plan *b, const diff_item *item)
{
    char texts[2][64];
    const attain_str before = period_text(due_of(a->plan, item->id), texts[0]);
    const attain_str after = period_text(due_of(b->plan, item->id), texts[1]);
    if (!same(before, after)) {
        row(v, item, "changed", cli_str("due"), before, after);
    }
    const diff_item *const through = diff_changed_below(b, item);
    if (through) {
        cli_buffer text = {0};
        cli_buffer_text(&text, diff_kind_name(through->kind));
        cli_buffer_text(&text, " ");
        cli_buffer_add(&text, through->id.data, through->id.len);
        row(v, item, "changed", cli_str("through"), nothing,
            (attain_str){text.data ? text.data : "", text.len});
        cli_buffer_free(&text);
    }
}

/* ---------------------------------------------------------------- all of it ---- */

static void compare(view *v, const diff_plan *a, const diff_plan *b)
{
    for (int kind = 0; kind < DIFF_N_KINDS; kind++) {
        for (size_t i = 0; i < b->n_items; i++) {
            const diff_item *const item = &b->items[i];
            if ((int)item->kind != kind) {
                continue;
            }
            if (!item->other) {
                whole(v, item, 1);
            } else if (item->is_changed) {
                changed(v, item->other, item);
            } else if (kind == DIFF_TARGET || kind == DIFF_MILESTONE) {
                stands_on(v, a, b, item);
            }
        }
        for (size_t i = 0; i < a->n_items; i++) {
            if ((int)a->items[i].kind == kind && !a->items[i].other) {
                whole(v, &a->items[i], 0);
            }
        }
    }
}

static int print(const cli_options *options, cli_output *out, const diff_plan *plans, int *differs)
{
    static const cli_field fields[N_CELLS] = {{"kind", CLI_TEXT}, {"id", CLI_TEXT},     {"change", CLI_TEXT},
                                              {"part", CLI_TEXT}, {"before", CLI_TEXT}, {"after", CLI_TEXT}};
    static const cli_column columns[N_CELLS] = {{.name = "kind"},
                                                {.name = "id", .narrowest = 14},
                                                {.name = "change"},
                                                {.name = "part", .drop = 1, .narrowest = 8},
                                                {.name = "before", .drop = 1, .narrowest = 20},
                                                {.name = "after", .drop = 1, .narrowest = 20}};
    view v = {.options = options};
    int status = CLI_EXIT_FINE;
    v.sink = (cli_sink){.out = out,
                        .format = options->format,
                        .spreadsheet = options->spreadsheet,
                        .fields = fields,
                        .n_fields = N_CELLS};
    cli_table_init(&v.table, columns, N_CELLS, out);
    if (options->format != CLI_TABLE) {
        cli_sink_begin(&v.sink);
    }
    compare(&v, &plans[0], &plans[1]);
    if (options->format != CLI_TABLE) {
        cli_sink_end(&v.sink);
    } else {
        status = cli_table_print(&v.table, out);
    }
    cli_table_free(&v.table);
    *differs = v.n_rows > 0;
    return status;
}

int cli_run_diff(const cli_options *options, cli_output *out, int *differs)
{
    diff_plan plans[2] = {{0}, {0}};
    int status = CLI_EXIT_FINE;
    for (size_t i = 0; i < 2 && !status; i++) {
        status = diff_load(options, i, &plans[i]);
    }
    if (!status) {
        status = diff_match(&plans[0], &plans[1]);
    }
    if (!status) {
        status = print(options, out, plans, differs);
    }
    diff_free(&plans[0]);
    diff_free(&plans[1]);
    return status;
}
