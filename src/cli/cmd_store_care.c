/* store editions, verify, backup, compact, migrate: looking after a store. */
#include "cli/sink.h"
#include "cli/store_parts.h"
#include "cli/table.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* ---------------------------------------------------------------- editions ---- */

enum { N_COLUMNS = 10 };

/* Texts of one edition; the numbers live in `text`. */
typedef struct row {
    char time[32], last[64];
    char text[5][24];
    attain_str cells[N_COLUMNS];
} row;

static void fill_row(const attain_edition *edition, int with_ms, row *out)
{
    const uint64_t numbers[] = {(uint64_t)edition->number, edition->n_new, edition->n_changed,
                                edition->n_withdrawn, edition->n_same};
    size_t last_len = 0;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        (void)snprintf(out->text[i], sizeof out->text[i], "%" PRIu64, numbers[i]);
    }
    cli_edition_time(edition->time_ms, with_ms, out->time);
    if (edition->last.type == ATTAIN_PERIOD_NONE ||
        attain_period_print(edition->last, out->last, sizeof out->last, &last_len, NULL) != ATTAIN_OK) {
        last_len = 0;
    }
    const int is_plan = edition->kind == ATTAIN_EDITION_PLAN;
    const attain_str cells[N_COLUMNS] = {cli_str(out->text[0]),
                                         cli_str(out->time),
                                         cli_str(cli_edition_kind(edition->kind)),
                                         cli_str(is_plan ? "" : out->text[1]),
                                         cli_str(is_plan ? "" : out->text[2]),
                                         cli_str(is_plan ? "" : out->text[3]),
                                         cli_str(is_plan ? "" : out->text[4]),
                                         {out->last, last_len},
                                         edition->source,
                                         edition->note};
    memcpy(out->cells, cells, sizeof cells);
}

static int print_editions(const cli_options *options, const attain_edition *items, size_t n, cli_output *out)
{
    static const cli_field fields[N_COLUMNS] = {{"edition", CLI_NUMBER}, {"time", CLI_TEXT},
                                                {"kind", CLI_TEXT},      {"new", CLI_NUMBER},
                                                {"changed", CLI_NUMBER}, {"withdrawn", CLI_NUMBER},
                                                {"same", CLI_NUMBER},    {"last", CLI_TEXT},
                                                {"source", CLI_TEXT},    {"note", CLI_TEXT}};
    static const cli_column columns[N_COLUMNS] = {{.name = "edition", .right = 1},
                                                  {.name = "time"},
                                                  {.name = "kind"},
                                                  {.name = "new", .right = 1, .drop = 1},
                                                  {.name = "changed", .right = 1, .drop = 1},
                                                  {.name = "withdrawn", .right = 1, .drop = 1},
                                                  {.name = "same", .right = 1, .drop = 2},
                                                  {.name = "last", .drop = 3},
                                                  {.name = "source", .drop = 1, .narrowest = 16, .lines = 3},
                                                  {.name = "note", .drop = 1, .narrowest = 16, .lines = 3}};
    cli_table table;
    cli_sink sink = {.out = out,
                     .format = options->format,
                     .spreadsheet = options->spreadsheet,
                     .fields = fields,
                     .n_fields = N_COLUMNS};
    const int is_table = options->format == CLI_TABLE;
    int status = CLI_EXIT_FINE;
    cli_table_init(&table, columns, N_COLUMNS, out);
    if (!is_table) {
        cli_sink_begin(&sink);
    }
    for (size_t i = 0; i < n; i++) {
        row one;
        fill_row(&items[i], !is_table, &one);
        if (is_table) {
            cli_table_row(&table, one.cells);
        } else {
            cli_sink_row(&sink, one.cells);
        }
    }
    if (is_table) {
        status = cli_table_print(&table, out);
    } else {
        cli_sink_end(&sink);
    }
    cli_table_free(&table);
    return status;
}

int cli_run_store_editions(const cli_options *options, cli_output *out)
{
    cli_store store;
    const attain_edition *items = NULL;
    size_t n = 0;
    attain_error err = {0};
    int status = cli_store_open(options, options->files.items[0], ATTAIN_STORE_READ, &store);
    if (!status && attain_store_editions(store.store, &items, &n, &err) != ATTAIN_OK) {
        status = cli_store_fail(store.path, &err);
    }
    if (!status) {
        status = print_editions(options, items, n, out);
    }
    cli_store_close(&store);
    return status;
}

/* "programme.db: text" */
static void say(const char *path, const char *text, cli_output *out)
{
    cli_buffer line = {0};
    cli_text_clean(path, strlen(path), &line);
    cli_buffer_text(&line, ": ");
    cli_text_clean(text, strlen(text), &line);
    cli_buffer_text(&line, "\n");
    if (line.data) {
        cli_output_write(out, line.data, line.len);
    }
    cli_buffer_free(&line);
}

/* ---------------------------------------------------------------- verify ---- */

static void say_sound(cli_store *store, cli_output *out)
{
    const attain_edition *items = NULL;
    size_t n = 0;
    char text[64];
    if (attain_store_editions(store->store, &items, &n, NULL) == ATTAIN_OK) {
        (void)snprintf(text, sizeof text, "%zu edition%s: nothing is wrong", n, n == 1 ? "" : "s");
        say(store->path, text, out);
    }
}

static int verify(cli_store *store, cli_output *out)
{
    attain_error err = {0};
    attain_text findings = {0};
    const attain_status done = attain_store_verify(store->store, &findings, &err);
    cli_progress_end(&store->progress);
    if (done == ATTAIN_OK) {
        say_sound(store, out);
        attain_text_free(&findings);
        return CLI_EXIT_FINE;
    }
    for (const char *line = findings.data; line && *line;) {
        const size_t len = strcspn(line, "\n");
        cli_buffer clean = {0};
        cli_text_clean(line, len, &clean);
        cli_buffer_text(&clean, "\n");
        if (clean.data) {
            cli_output_write(out, clean.data, clean.len);
        }
        cli_buffer_free(&clean);
        line += len + (line[len] == '\n');
    }
    attain_text_free(&findings);
    return cli_store_fail(store->path, &err);
}

/* ---------------------------------------------------------------- the others ---- */

static int backup(cli_store *store, const char *to, cli_output *out)
{
    attain_error err = {0};
    if (attain_store_backup(store->store, to, &err) != ATTAIN_OK) {
        return cli_store_fail(store->path, &err);
    }
    cli_progress_end(&store->progress);
    say(to, "is a copy", out);
    return CLI_EXIT_FINE;
}

static long long size_of(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 ? (long long)info.st_size : 0;
}

static int compact(cli_store *store, cli_output *out)
{
    attain_error err = {0};
    char text[96];
    const long long before = size_of(store->path);
    if (attain_store_compact(store->store, &err) != ATTAIN_OK) {
        return cli_store_fail(store->path, &err);
    }
    (void)snprintf(text, sizeof text, "%lld bytes, now %lld", before, size_of(store->path));
    say(store->path, text, out);
    return CLI_EXIT_FINE;
}

static int migrate(const cli_options *options, cli_output *out)
{
    const char *path = options->files.items[0];
    const attain_store_options how = {.struct_size = sizeof how,
                                      .mode = ATTAIN_STORE_WRITE,
                                      .journal = (attain_store_journal)options->journal};
    attain_error err = {0};
    char text[96];
    int32_t from = 0;
    int32_t to = 0;
    if (attain_store_migrate(path, &how, &from, &to, &err) != ATTAIN_OK) {
        return cli_store_fail(path, &err);
    }
    if (from == to) {
        (void)snprintf(text, sizeof text, "is of version %d already", (int)to);
    } else {
        (void)snprintf(text, sizeof text, "brought from version %d to %d", (int)from, (int)to);
    }
    say(path, text, out);
    return CLI_EXIT_FINE;
}

int cli_run_store_care(const cli_options *options, cli_output *out)
{
    if (options->command == CLI_STORE_MIGRATE) {
        return migrate(options, out);
    }
    cli_store store;
    const int writes = options->command == CLI_STORE_COMPACT;
    int status = cli_store_open(options, options->files.items[0],
                                writes ? ATTAIN_STORE_WRITE : ATTAIN_STORE_READ, &store);
    if (!status) {
        status = options->command == CLI_STORE_VERIFY   ? verify(&store, out)
                 : options->command == CLI_STORE_BACKUP ? backup(&store, options->files.items[1], out)
                                                        : compact(&store, out);
    }
    cli_store_close(&store);
    return status;
}
