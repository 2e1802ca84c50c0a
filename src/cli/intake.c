/* Facts from files: CSV is read in pieces and fed to the library, one file after the other into one facts
 * object; a store gives its own (store.c). Each file applies whole or not at all; bad rows are printed as file:line:column with what was
 * found, and counted. */
#include "cli/load.h"
#include "cli/progress.h"
#include "cli/store.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PIECE_BYTES = 1 << 18 };

/* What the rows of one file are read with. */
typedef struct source {
    const char *path;
    const char *name; /* path, or "<stdin>" */
    int fd;
    uint64_t size_bytes; /* 0: unknown */
    char *piece;         /* PIECE_BYTES */
} source;

static int open_source(source *in, const char *path)
{
    const int is_stdin = strcmp(path, "-") == 0;
    in->path = path;
    in->name = is_stdin ? "<stdin>" : path;
    in->size_bytes = 0;
    in->fd = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    struct stat info;
    if (in->fd < 0 || fstat(in->fd, &info) != 0) {
        cli_say("%s: cannot be read: %s", path, strerror(errno));
        return CLI_EXIT_ERRORS;
    }
    if (S_ISREG(info.st_mode) && info.st_size > 0) {
        in->size_bytes = (uint64_t)info.st_size;
    }
    return CLI_EXIT_FINE;
}

/* Feeds the file to its end. A failure of reading is printed here; one of the library is left in *done and
 * err. */
static int feed(const source *in, attain_intake *intake, attain_status *done, attain_error *err)
{
    cli_progress progress;
    cli_progress_start(&progress, in->name);
    uint64_t n_bytes = 0;
    int status = CLI_EXIT_FINE;
    for (;;) {
        const ssize_t n = read(in->fd, in->piece, PIECE_BYTES);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            const int error = errno;
            cli_progress_end(&progress);
            cli_say("%s: cannot be read: %s", in->path, strerror(error));
            status = CLI_EXIT_ERRORS;
        }
        if (n <= 0) {
            break;
        }
        *done = attain_intake_feed(intake, in->piece, (size_t)n, err);
        if (*done != ATTAIN_OK) {
            break;
        }
        n_bytes += (uint64_t)n;
        (void)cli_progress_update(&progress, n_bytes, in->size_bytes);
    }
    cli_progress_end(&progress);
    return status;
}

static void show_issues(const source *in, const attain_report *report, int refused)
{
    const char *severity = refused ? "error" : "warning: row left out";
    for (size_t i = 0; i < report->n_issues; i++) {
        const attain_issue *issue = &report->issues[i];
        cli_buffer line = {0};
        char place[64];
        cli_buffer_text(&line, in->name);
        if (issue->line > 0 && issue->column > 0) {
            (void)snprintf(place, sizeof place, ":%d:%d", (int)issue->line, (int)issue->column);
        } else if (issue->line > 0) {
            (void)snprintf(place, sizeof place, ":%d", (int)issue->line);
        } else {
            (void)snprintf(place, sizeof place, ":row %" PRId64, issue->row);
        }
        cli_buffer_text(&line, place);
        cli_buffer_text(&line, ": ");
        cli_buffer_text(&line, severity);
        cli_buffer_text(&line, ": ");
        cli_buffer_text(&line, issue->message);
        if (line.data) {
            cli_say_line(line.data, line.len);
        }
        cli_buffer_free(&line);
    }
    if (report->n_more_issues) {
        cli_say("%s: %" PRIu64 " more bad row%s not shown", in->name, report->n_more_issues,
                report->n_more_issues == 1 ? "" : "s");
    }
}

/* "facts.csv: 12 rows read: 11 accepted, 0 rejected, 1 empty; columns not used: source" */
static void count_line(const source *in, const attain_report *report, cli_buffer *line)
{
    char counts[256];
    (void)snprintf(counts, sizeof counts,
                   ": %" PRIu64 " row%s read: %" PRIu64 " accepted, %" PRIu64 " rejected, %" PRIu64 " empty",
                   report->n_read, report->n_read == 1 ? "" : "s", report->n_accepted, report->n_rejected,
                   report->n_empty);
    cli_text_clean(in->name, strlen(in->name), line);
    cli_buffer_text(line, counts);
    if (report->n_same) {
        (void)snprintf(counts, sizeof counts, ", %" PRIu64 " of them for a cell that came before",
                       report->n_same);
        cli_buffer_text(line, counts);
    }
    if (report->ignored_columns.len) {
        cli_buffer_text(line, "; columns not used: ");
        cli_text_clean(report->ignored_columns.data, report->ignored_columns.len, line);
    }
}

/* A column that is not used is fine (sources, remarks), unless its name is a slip for one that would be. */
static void warn_of_slips(const source *in, const attain_plan *plan, const attain_report *report)
{
    static const char *const fixed[] = {"unit", "measure", "period", "value", "qualifier", "reason"};
    const char *rest = report->ignored_columns.data;
    size_t left = report->ignored_columns.len;
    while (left > 0) {
        const char *comma = memchr(rest, ',', left);
        const size_t len = comma ? (size_t)(comma - rest) : left;
        char name[64] = {0};
        memcpy(name, rest, len < sizeof name ? len : sizeof name - 1);
        const char *near = cli_text_near(name, fixed, sizeof fixed / sizeof *fixed);
        const size_t n_categories = attain_plan_count(plan, ATTAIN_KIND_CATEGORY);
        for (uint32_t i = 0; i < n_categories && !near; i++) {
            const attain_str id = attain_plan_id(plan, ATTAIN_KIND_CATEGORY, i);
            if (cli_text_distance(name, strlen(name), id.data, id.len) != UINT32_MAX) {
                near = id.data;
            }
        }
        if (near) {
            cli_say("%s: warning: the column '%s' is not used; did you mean '%s'?", in->name, name, near);
        }
        size_t step = comma ? len + 1 : left;
        while (step < left && rest[step] == ' ') {
            step++;
        }
        rest += step;
        left -= step;
    }
}

static void show_report(const source *in, const attain_plan *plan, const attain_report *report, int refused,
                        cli_output *counts)
{
    show_issues(in, report, refused);
    if (!refused) {
        warn_of_slips(in, plan, report);
    }
    if (!counts && !refused && report->n_rejected == 0) {
        return;
    }
    cli_buffer line = {0};
    count_line(in, report, &line);
    if (line.data && counts && !refused) {
        cli_buffer_text(&line, "\n");
        cli_output_write(counts, line.data, line.len);
    } else if (line.data) {
        cli_say("%s%s", line.data, refused ? "; nothing was taken from this file" : "");
    }
    cli_buffer_free(&line);
}

static int read_source(source *in, const attain_plan *plan, attain_facts *facts,
                       const attain_intake_options *options, cli_output *counts)
{
    attain_intake *intake = NULL;
    attain_report report = {0};
    attain_error err = {0};
    int status = CLI_EXIT_FINE;
    attain_status done = attain_intake_new(facts, options, &intake, &err);
    if (done == ATTAIN_OK) {
        status = feed(in, intake, &done, &err);
    }
    if (!status && done == ATTAIN_OK) {
        done = attain_intake_finish(intake, &report, &err);
        show_report(in, plan, &report, done != ATTAIN_OK, counts);
        if (done != ATTAIN_OK && report.n_issues > 0) { /* err repeats the first of them */
            status = CLI_EXIT_ERRORS;
        }
    }
    if (!status && done != ATTAIN_OK) {
        if (!err.source[0]) {
            (void)snprintf(err.source, sizeof err.source, "%.127s", in->name);
        }
        cli_say_error(&err);
        status = CLI_EXIT_ERRORS;
    }
    attain_report_free(&report);
    attain_intake_free(intake);
    return status;
}

/* FROM=TO words as pairs; new, or NULL without memory. */
static attain_str *rename_pairs(const cli_options *options)
{
    attain_str *pairs = calloc(options->renames.n * 2 + 1, sizeof *pairs);
    for (size_t i = 0; pairs && i < options->renames.n; i++) {
        const char *word = options->renames.items[i];
        const char *equals = strchr(word, '=');
        pairs[2 * i] = (attain_str){word, (size_t)(equals - word)};
        pairs[2 * i + 1] = cli_str(equals + 1);
    }
    return pairs;
}

static int read_csv(const cli_options *options, const char *path, source *in, const attain_str *pairs,
                    const attain_plan *plan, attain_facts *facts, cli_output *counts)
{
    int status = open_source(in, path);
    const attain_intake_options how = {.struct_size = sizeof how,
                                       .flags = options->intake_flags,
                                       .numbers = cli_options_read_numbers(options),
                                       .rename = pairs,
                                       .n_rename = options->renames.n,
                                       .separator = options->separator,
                                       .source = in->name,
                                       .total_bytes = in->size_bytes};
    if (!status) {
        status = read_source(in, plan, facts, &how, counts);
    }
    if (in->fd > STDIN_FILENO) {
        (void)close(in->fd);
    }
    return status;
}

/* All facts of a store, added to those that are there. */
static int read_store(const cli_options *options, size_t i, const attain_plan *plan, cli_output *counts,
                      attain_facts *facts)
{
    cli_facts stored = {0};
    attain_error err = {0};
    int status = cli_store_load_facts(options, i, plan, NULL, counts, &stored);
    if (!status && attain_facts_merge(facts, stored.facts, &err) != ATTAIN_OK) {
        cli_say("%s: %s", options->files.items[i], err.message);
        status = CLI_EXIT_ERRORS;
    }
    attain_facts_free(stored.facts);
    return status;
}

static int read_files(const cli_options *options, size_t first, const attain_plan *plan, cli_output *counts,
                      attain_facts *facts)
{
    source in = {.fd = -1, .piece = malloc(PIECE_BYTES)};
    attain_str *pairs = rename_pairs(options);
    int status = CLI_EXIT_FINE;
    if (!in.piece || !pairs) {
        cli_say("no memory to read facts");
        status = CLI_EXIT_ERRORS;
    }
    for (size_t i = first; i < options->files.n && !status; i++) {
        status = cli_store_is(options->files.items[i])
                     ? read_store(options, i, plan, counts, facts)
                     : read_csv(options, options->files.items[i], &in, pairs, plan, facts, counts);
    }
    free(pairs);
    free(in.piece);
    return status;
}

size_t cli_load_first_facts(const cli_options *options)
{
    return options->files.n == 1 && cli_store_is(options->files.items[0]) ? 0 : 1;
}

int cli_load_facts(const cli_options *options, size_t first, const attain_plan *plan, const cli_ids *units,
                   cli_output *counts, cli_facts *out)
{
    attain_error err = {0};
    *out = (cli_facts){0};
    if (first + 1 == options->files.n && cli_store_is(options->files.items[first])) {
        return cli_store_load_facts(options, first, plan, units, counts, out);
    }
    if (attain_facts_new(plan, NULL, &out->facts, &err) != ATTAIN_OK) {
        cli_say_error(&err);
        return CLI_EXIT_ERRORS;
    }
    const int status = read_files(options, first, plan, counts, out->facts);
    if (status) {
        attain_facts_free(out->facts);
        out->facts = NULL;
        return status;
    }
    out->last = attain_facts_last_period(out->facts);
    return CLI_EXIT_FINE;
}
