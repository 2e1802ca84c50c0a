/* units and targets: what a plan holds, as tables for people and rows for programs. */
#include "cli/commands.h"
#include "cli/result.h"
#include "cli/table.h"

#include <string.h>

/* A list is written row by row to one of the two. */
typedef struct list {
    const cli_run *run;
    cli_sink sink;
    cli_table table;
    cli_cells cells;
    int is_table;
} list;

static void begin(list *to, const cli_run *run, const cli_field *fields, size_t n_fields,
                  const cli_column *columns, size_t n_columns)
{
    *to = (list){.run = run, .is_table = run->options->format == CLI_TABLE};
    if (to->is_table) {
        cli_table_init(&to->table, columns, n_columns, run->out);
        return;
    }
    to->sink = (cli_sink){.out = run->out,
                          .format = run->options->format,
                          .spreadsheet = run->options->spreadsheet,
                          .fields = fields,
                          .n_fields = n_fields};
    cli_sink_begin(&to->sink);
}

static void cell(list *to, attain_str text)
{
    cli_buffer_add(&to->cells.text, text.data ? text.data : "", text.len);
    cli_cells_end(&to->cells);
}

static void end_row(list *to)
{
    attain_str cells[16];
    cli_cells_take(&to->cells, cells);
    if (to->is_table) {
        cli_table_row(&to->table, cells);
    } else {
        cli_sink_row(&to->sink, cells);
    }
}

static int end(list *to)
{
    int status = to->cells.text.failed ? CLI_EXIT_ERRORS : CLI_EXIT_FINE;
    if (status) {
        cli_say("no memory for the list");
    } else if (to->is_table) {
        status = cli_table_print(&to->table, to->run->out);
    } else {
        cli_sink_end(&to->sink);
    }
    if (to->is_table) {
        cli_table_free(&to->table);
    }
    cli_buffer_free(&to->cells.text);
    return status;
}

static void period_cell(list *to, attain_period period)
{
    char text[64];
    size_t len = 0;
    if (period.type == ATTAIN_PERIOD_NONE ||
        attain_period_print(period, text, sizeof text, &len, NULL) != ATTAIN_OK) {
        len = 0;
    }
    cell(to, (attain_str){text, len});
}

static void day_cell(list *to, int32_t day, int32_t open)
{
    attain_period period = {.start_day = day, .end_day = day, .type = ATTAIN_PERIOD_DAY};
    if (day == open) {
        period.type = ATTAIN_PERIOD_NONE;
    }
    period_cell(to, period);
}

static attain_str id_of(const cli_run *run, attain_kind kind, uint32_t index)
{
    return index == ATTAIN_NONE ? (attain_str){"", 0} : attain_plan_id(run->plan, kind, index);
}

/* ---------------------------------------------------------------- units ---- */

static void unit_row(list *to, uint32_t index, int indented)
{
    attain_unit_info info;
    if (attain_plan_unit(to->run->plan, index, &info, NULL) != ATTAIN_OK) {
        return;
    }
    for (uint32_t i = 0; i < info.depth && indented && to->is_table; i++) {
        cli_buffer_text(&to->cells.text, "  ");
    }
    cell(to, info.id);
    cell(to, info.title);
    cell(to, id_of(to->run, ATTAIN_KIND_TYPE, info.type));
    cell(to, id_of(to->run, ATTAIN_KIND_UNIT, info.parent));
    day_cell(to, info.from_day, ATTAIN_DAY_MIN);
    day_cell(to, info.until_day, ATTAIN_DAY_MAX);
    end_row(to);
}

int cli_run_units(const cli_run *run)
{
    static const cli_field fields[] = {{"unit", CLI_TEXT},   {"title", CLI_TEXT}, {"type", CLI_TEXT},
                                       {"parent", CLI_TEXT}, {"from", CLI_TEXT},  {"until", CLI_TEXT}};
    static const cli_column columns[] = {{.name = "unit"},
                                         {.name = "title", .narrowest = 16, .lines = 2},
                                         {.name = "type", .narrowest = 8},
                                         {.name = "parent", .drop = 3},
                                         {.name = "from", .drop = 2},
                                         {.name = "until", .drop = 1}};
    const cli_ids *ids = &run->selection.units;
    const size_t n = ids->items ? ids->n : attain_plan_count(run->plan, ATTAIN_KIND_UNIT);
    list to;
    begin(&to, run, fields, sizeof fields / sizeof *fields, columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < n; i++) {
        unit_row(&to, ids->items ? ids->items[i] : (uint32_t)i, !ids->items);
    }
    return end(&to);
}

/* ---------------------------------------------------------------- targets ---- */

/* The phrase; several readings as "of_served: ... | of_all: ...". */
static void phrase_cell(list *to, uint32_t target, uint32_t n_readings)
{
    cli_buffer *text = &to->cells.text;
    for (uint32_t i = 0; i < n_readings; i++) {
        const attain_str name = attain_plan_reading_name(to->run->plan, target, i);
        const attain_str phrase = attain_plan_reading_phrase(to->run->plan, target, i);
        cli_buffer_text(text, i ? " | " : "");
        if (name.len) {
            cli_buffer_add(text, name.data, name.len);
            cli_buffer_text(text, ": ");
        }
        cli_buffer_add(text, phrase.data ? phrase.data : "", phrase.len);
    }
    cli_cells_end(&to->cells);
}

static void target_row(list *to, uint32_t index)
{
    attain_target_info info;
    if (attain_plan_target(to->run->plan, index, &info, NULL) != ATTAIN_OK) {
        return;
    }
    cell(to, info.id);
    cell(to, cli_str(info.is_milestone ? "milestone" : "target"));
    cell(to, id_of(to->run, ATTAIN_KIND_PROGRAMME, info.programme));
    period_cell(to, info.due);
    cell(to, cli_str(info.is_vision ? "vision" : ""));
    if (to->is_table && info.n_readings == 0) {
        cell(to, info.title);
    } else {
        phrase_cell(to, index, info.n_readings);
    }
    cell(to, to->is_table && info.n_readings == 0 ? (attain_str){"", 0} : info.title);
    cell(to, info.source_document);
    cell(to, info.source_words);
    cell(to, info.note);
    end_row(to);
}

int cli_run_targets(const cli_run *run)
{
    static const cli_field fields[] = {{"target", CLI_TEXT}, {"kind", CLI_TEXT},   {"programme", CLI_TEXT},
                                       {"due", CLI_TEXT},    {"vision", CLI_TEXT}, {"phrase", CLI_TEXT},
                                       {"title", CLI_TEXT},  {"source", CLI_TEXT}, {"words", CLI_TEXT},
                                       {"note", CLI_TEXT}};
    static const cli_column columns[] = {{.name = "target", .narrowest = 16},
                                         {.name = "kind", .drop = 5},
                                         {.name = "programme", .drop = 6, .narrowest = 10},
                                         {.name = "due"},
                                         {.name = "vision", .drop = 2},
                                         {.name = "promise", .narrowest = 30},
                                         {.name = "title", .drop = 7, .narrowest = 20, .lines = 2},
                                         {.name = "source", .drop = 4, .narrowest = 12, .lines = 2},
                                         {.name = "words", .drop = 8, .narrowest = 24, .lines = 2},
                                         {.name = "note", .drop = 9, .narrowest = 20, .lines = 2}};
    const cli_ids *ids = &run->selection.targets;
    const size_t n = ids->items ? ids->n : attain_plan_count(run->plan, ATTAIN_KIND_TARGET);
    list to;
    begin(&to, run, fields, sizeof fields / sizeof *fields, columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < n; i++) {
        target_row(&to, ids->items ? ids->items[i] : (uint32_t)i);
    }
    return end(&to);
}
