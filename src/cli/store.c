/* Stores through attain/sqlite.h: opened for one command, closed at its end.
 *
 *     attain score plan.attain store.db            facts of the store, under the plan of a file
 *     attain score store.db                        plan and facts of the store
 *     attain score store.db --unit VN.46           only the facts that count at VN.46 are read
 *     attain score store.db --edition 2026-06-30   as known at the end of that day
 *
 * What is read is checked by the library, block by block; a damaged file is an error with its place, never another figure. */
#include "cli/store_parts.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

int cli_store_fail(const char *path, const attain_error *err)
{
    attain_error named = *err;
    if (!named.source[0]) {
        (void)snprintf(named.source, sizeof named.source, "%.127s", path);
    }
    cli_say_error(&named);
    return CLI_EXIT_ERRORS;
}

int cli_store_open(const cli_options *options, const char *path, attain_store_mode mode, cli_store *out)
{
    attain_error err = {0};
    *out = (cli_store){.path = path};
    const attain_store_options how = {.struct_size = sizeof how,
                                      .mode = mode,
                                      .journal = (attain_store_journal)options->journal,
                                      .progress = cli_progress_update,
                                      .progress_ctx = &out->progress};
    cli_progress_start(&out->progress, path);
    return attain_store_open(path, &how, &out->store, &err) == ATTAIN_OK ? CLI_EXIT_FINE
                                                                         : cli_store_fail(path, &err);
}

void cli_store_close(cli_store *store)
{
    cli_progress_end(&store->progress);
    attain_store_close(store->store);
    store->store = NULL;
}

int cli_store_find(cli_store *store, const char *word, const char *option, int64_t *number)
{
    attain_error err = {0};
    const char *text = word ? word : "latest";
    const attain_status done = attain_store_edition_on(store->store, text, strlen(text), number, &err);
    if (done == ATTAIN_OK) {
        return CLI_EXIT_FINE;
    }
    if (word && (done == ATTAIN_E_EDITION || done == ATTAIN_E_DATE)) {
        cli_say("%s %s: %s", option, word, err.message);
        return CLI_EXIT_USAGE;
    }
    return cli_store_fail(store->path, &err);
}

int cli_store_edition(cli_store *store, int64_t number, attain_edition *out)
{
    const attain_edition *items = NULL;
    size_t n = 0;
    attain_error err = {0};
    if (attain_store_editions(store->store, &items, &n, &err) != ATTAIN_OK) {
        return cli_store_fail(store->path, &err);
    }
    if (number < 1 || (uint64_t)number > n) {
        cli_say("%s: has no edition %" PRId64 "; the last one is %zu", store->path, number, n);
        return CLI_EXIT_ERRORS;
    }
    *out = items[number - 1];
    return CLI_EXIT_FINE;
}

const char *cli_edition_kind(attain_edition_kind kind)
{
    switch (kind) {
    case ATTAIN_EDITION_PLAN: return "plan";
    case ATTAIN_EDITION_IMPORT: return "import";
    case ATTAIN_EDITION_CORRECTION: return "correction";
    }
    return "unknown";
}

void cli_edition_time(int64_t time_ms, int with_ms, char out[32])
{
    enum { DAY_MS = 24 * 60 * 60 * 1000 };
    int64_t day = time_ms / DAY_MS;
    int64_t rest_ms = time_ms % DAY_MS;
    if (rest_ms < 0) {
        rest_ms += DAY_MS;
        day--;
    }
    out[0] = '\0';
    if (day < ATTAIN_DAY_MIN || day > ATTAIN_DAY_MAX) {
        return;
    }
    const attain_period period = {.start_day = (int32_t)day,
                                  .end_day = (int32_t)day,
                                  .type = ATTAIN_PERIOD_DAY};
    size_t len = 0;
    if (attain_period_print(period, out, 16, &len, NULL) != ATTAIN_OK) {
        return;
    }
    const int seconds = (int)(rest_ms / 1000);
    char ms[8] = "";
    if (with_ms) {
        (void)snprintf(ms, sizeof ms, ".%03d", (int)(rest_ms % 1000));
    }
    (void)snprintf(out + len, 32 - len, "T%02d:%02d:%02d%sZ", seconds / 3600, seconds / 60 % 60, seconds % 60,
                   ms);
}

int cli_store_plan_at(cli_store *store, int64_t edition, attain_plan **out)
{
    attain_error err = {0};
    return attain_store_plan(store->store, edition, out, &err) == ATTAIN_OK
               ? CLI_EXIT_FINE
               : cli_store_fail(store->path, &err);
}

attain_edition_note cli_store_note(const cli_options *options, size_t first, cli_buffer *names)
{
    for (size_t i = first; i < options->files.n && !options->source; i++) {
        cli_buffer_text(names, i > first ? ", " : "");
        cli_buffer_text(names, strcmp(options->files.items[i], "-") == 0 ? "standard input"
                                                                         : options->files.items[i]);
    }
    return (attain_edition_note){.source = options->source ? options->source : names->data,
                                 .note = options->note};
}

void cli_store_say_edition(const cli_store *store, const attain_edition *edition, cli_output *out)
{
    cli_buffer line = {0};
    char time[32];
    char text[256];
    cli_edition_time(edition->time_ms, 0, time);
    cli_text_clean(store->path, strlen(store->path), &line);
    (void)snprintf(text, sizeof text, ": edition %" PRId64 " (%s) of %s", edition->number,
                   cli_edition_kind(edition->kind), time);
    cli_buffer_text(&line, text);
    if (edition->kind != ATTAIN_EDITION_PLAN) {
        (void)snprintf(text, sizeof text,
                       ": %" PRIu64 " new, %" PRIu64 " changed, %" PRIu64 " withdrawn, %" PRIu64 " as before",
                       edition->n_new, edition->n_changed, edition->n_withdrawn, edition->n_same);
        cli_buffer_text(&line, text);
    }
    cli_buffer_text(&line, "\n");
    if (line.data) {
        cli_output_write(out, line.data, line.len);
    }
    cli_buffer_free(&line);
}

/* ---------------------------------------------------------------- where plan or facts may stand ---- */

int cli_store_load_plan(const char *path, const char *edition, attain_plan **out)
{
    static const cli_options none;
    cli_store store;
    int64_t number = 0;
    int status = cli_store_open(&none, path, ATTAIN_STORE_READ, &store);
    if (!status) {
        status = cli_store_find(&store, edition, "--edition", &number);
    }
    if (!status) {
        status = cli_store_plan_at(&store, number, out);
    }
    cli_store_close(&store);
    return status;
}

/* "programme.db: edition 7: 1234 facts" */
static void count_line(const cli_store *store, int64_t edition, const attain_facts *facts, cli_output *counts)
{
    cli_buffer line = {0};
    char text[96];
    const uint64_t n = attain_facts_count(facts);
    cli_text_clean(store->path, strlen(store->path), &line);
    (void)snprintf(text, sizeof text, ": edition %" PRId64 ": %" PRIu64 " fact%s\n", edition, n,
                   n == 1 ? "" : "s");
    cli_buffer_text(&line, text);
    if (line.data) {
        cli_output_write(counts, line.data, line.len);
    }
    cli_buffer_free(&line);
}

static int read_facts(const cli_options *options, cli_store *store, int64_t edition, const attain_plan *plan,
                      const cli_ids *units, cli_facts *out)
{
    uint64_t n_strangers = 0;
    attain_error err = {0};
    const attain_store_part part = {.struct_size = sizeof part,
                                    .units = units ? units->items : NULL,
                                    .n_units = units ? units->n : 0,
                                    .leave_out_strangers =
                                        (options->intake_flags & ATTAIN_INTAKE_SKIP_BAD_ROWS) != 0,
                                    .n_strangers = &n_strangers};
    if (attain_store_facts(store->store, plan, edition, &part, &out->facts, &err) != ATTAIN_OK) {
        return cli_store_fail(store->path, &err);
    }
    if (n_strangers) {
        cli_say("%s: warning: %" PRIu64 " fact%s left out: the plan has no place for %s", store->path,
                n_strangers, n_strangers == 1 ? "" : "s", n_strangers == 1 ? "it" : "them");
    }
    out->is_part = part.units != NULL;
    return CLI_EXIT_FINE;
}

int cli_store_load_facts(const cli_options *options, size_t i, const attain_plan *plan, const cli_ids *units,
                         cli_output *counts, cli_facts *out)
{
    cli_store store;
    attain_edition edition = {0};
    int64_t number = 0;
    *out = (cli_facts){0};
    int status = cli_store_open(options, options->files.items[i], ATTAIN_STORE_READ, &store);
    if (!status) {
        status = cli_store_find(&store, cli_store_edition_word(options, i), "--edition", &number);
    }
    if (!status) {
        status = cli_store_edition(&store, number, &edition);
    }
    if (!status) {
        out->last = edition.last;
        status = read_facts(options, &store, number, plan, units, out);
    }
    if (!status && counts) {
        count_line(&store, number, out->facts, counts);
    }
    cli_store_close(&store);
    return status;
}
