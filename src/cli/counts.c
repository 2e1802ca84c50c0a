/* Counts of verdicts per programme: those of several scorecards added up, and printed as a table for people
 * (a line per programme) or as rows for programs (a row per programme and class of deadline). */
#include "cli/commands.h"
#include "cli/sink.h"
#include "cli/table.h"
#include "cli/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { N_VERDICTS = 4, N_CLASSES = 3 };

static const char *const class_names[N_CLASSES] = {"due", "not_due", "vision"};

static const uint32_t *class_of(const attain_summary *item, int class)
{
    return class == 0 ? item->due : class == 1 ? item->not_due : item->vision;
}

static void add(attain_summary *to, const attain_summary *from)
{
    for (int i = 0; i < N_VERDICTS; i++) {
        to->due[i] += from->due[i];
        to->not_due[i] += from->not_due[i];
        to->vision[i] += from->vision[i];
    }
}

static int add_item(cli_counts *counts, const attain_summary *item)
{
    for (size_t i = 0; i < counts->n; i++) {
        if (counts->items[i].programme == item->programme) {
            add(&counts->items[i], item);
            return 0;
        }
    }
    attain_summary *items = realloc(counts->items, (counts->n + 1) * sizeof *items);
    if (!items) {
        cli_say("no memory for the counts of a programme");
        return CLI_EXIT_ERRORS;
    }
    counts->items = items;
    counts->items[counts->n++] = *item;
    return 0;
}

int cli_counts_add(cli_counts *counts, const attain_table *scorecard)
{
    attain_summary *items = NULL;
    size_t n = 0;
    attain_error err = {0};
    if (attain_table_summary(scorecard, &items, &n, &err) != ATTAIN_OK) {
        cli_say_error(&err);
        return CLI_EXIT_ERRORS;
    }
    int status = 0;
    for (size_t i = 0; i < n && !status; i++) {
        status = add_item(counts, &items[i]);
    }
    attain_summary_free(scorecard, items, n);
    return status;
}

void cli_counts_free(cli_counts *counts)
{
    free(counts->items);
    *counts = (cli_counts){0};
}

static uint32_t class_total(const uint32_t *of)
{
    return of[0] + of[1] + of[2] + of[3];
}

static attain_str programme_id(const attain_plan *plan, uint32_t programme)
{
    return programme == ATTAIN_NONE ? (attain_str){"", 0}
                                    : attain_plan_id(plan, ATTAIN_KIND_PROGRAMME, programme);
}

static void print_rows(const cli_run *run, const cli_counts *counts)
{
    const cli_field fields[2 + N_VERDICTS] = {{"programme", CLI_TEXT},
                                              {"when", CLI_TEXT},
                                              {attain_verdict_name(ATTAIN_MET), CLI_NUMBER},
                                              {attain_verdict_name(ATTAIN_NOT_MET), CLI_NUMBER},
                                              {attain_verdict_name(ATTAIN_UNDETERMINED), CLI_NUMBER},
                                              {attain_verdict_name(ATTAIN_NOT_APPLICABLE), CLI_NUMBER}};
    cli_sink sink = {.out = run->out,
                     .format = run->options->format,
                     .spreadsheet = run->options->spreadsheet,
                     .fields = fields,
                     .n_fields = 2 + N_VERDICTS};
    cli_sink_begin(&sink);
    for (size_t i = 0; i < counts->n; i++) {
        for (int class = 0; class < N_CLASSES; class ++) {
            const uint32_t *of = class_of(&counts->items[i], class);
            if (class_total(of) == 0) {
                continue;
            }
            char numbers[N_VERDICTS][16];
            attain_str cells[2 + N_VERDICTS];
            cells[0] = programme_id(run->plan, counts->items[i].programme);
            cells[1] = cli_str(class_names[class]);
            for (int v = 0; v < N_VERDICTS; v++) {
                (void)snprintf(numbers[v], sizeof numbers[v], "%lu", (unsigned long)of[v]);
                cells[2 + v] = cli_str(numbers[v]);
            }
            cli_sink_row(&sink, cells);
        }
    }
    cli_sink_end(&sink);
}

/* "3 met, 1 undetermined" */
static void verdicts(const uint32_t *of, char *out, size_t capacity)
{
    size_t len = 0;
    out[0] = '\0';
    for (int v = 0; v < N_VERDICTS; v++) {
        if (of[v] == 0) {
            continue;
        }
        const int n = snprintf(out + len, capacity - len, "%s%lu %s", len ? ", " : "", (unsigned long)of[v],
                               attain_verdict_name((attain_verdict)v));
        len += n > 0 ? (size_t)n : 0;
    }
}

static void add_line(cli_table *table, attain_str name, const attain_summary *item)
{
    char parts[N_CLASSES][128];
    char total[16];
    uint32_t n = 0;
    attain_str cells[2 + N_CLASSES];
    for (int class = 0; class < N_CLASSES; class ++) {
        const uint32_t *of = class_of(item, class);
        verdicts(of, parts[class], sizeof parts[class]);
        cells[2 + class] = cli_str(parts[class]);
        n += class_total(of);
    }
    (void)snprintf(total, sizeof total, "%lu", (unsigned long)n);
    cells[0] = name;
    cells[1] = cli_str(total);
    cli_table_row(table, cells);
}

static void print_lines(const cli_run *run, const cli_counts *counts)
{
    static const cli_column columns[] = {{.name = "programme", .narrowest = 12},
                                         {.name = "targets", .right = 1},
                                         {.name = "due", .narrowest = 18, .drop = 1},
                                         {.name = "not due", .narrowest = 18, .drop = 1},
                                         {.name = "vision", .narrowest = 18, .drop = 1}};
    cli_table table;
    attain_summary all = {0};
    cli_table_init(&table, columns, sizeof columns / sizeof *columns, run->out);
    for (size_t i = 0; i < counts->n; i++) {
        const attain_str id = programme_id(run->plan, counts->items[i].programme);
        add_line(&table, id.len ? id : cli_str("(no programme)"), &counts->items[i]);
        add(&all, &counts->items[i]);
    }
    if (counts->n > 1) {
        add_line(&table, cli_str("all"), &all);
    }
    (void)cli_table_print(&table, run->out);
    cli_table_free(&table);
}

void cli_counts_print(const cli_run *run, const cli_counts *counts)
{
    if (run->options->format == CLI_TABLE) {
        print_lines(run, counts);
    } else {
        print_rows(run, counts);
    }
}
