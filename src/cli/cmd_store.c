/* store init, load, plan: what makes editions from files. Plans and facts are read and checked before the store is touched, and go in whole. */
#include "cli/store_parts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int put_plan(cli_store *store, const attain_plan *plan, const attain_edition_note *note,
                    attain_edition *out)
{
    attain_error err = {0};
    return attain_store_put_plan(store->store, plan, note, out, &err) == ATTAIN_OK
               ? CLI_EXIT_FINE
               : cli_store_fail(store->path, &err);
}

static int import(cli_store *store, const attain_facts *facts, const attain_edition_note *note,
                  attain_edition *out)
{
    attain_error err = {0};
    return attain_store_import(store->store, facts, note, out, &err) == ATTAIN_OK
               ? CLI_EXIT_FINE
               : cli_store_fail(store->path, &err);
}

/* ---------------------------------------------------------------- init ---- */

/* A store that could not be filled is taken away: it was not there before. */
static void take_away(const char *path)
{
    static const char *const ends[] = {"", "-wal", "-shm", "-journal"};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        cli_buffer name = {0};
        cli_buffer_text(&name, path);
        cli_buffer_text(&name, ends[i]);
        if (name.data && !name.failed) {
            (void)unlink(name.data);
        }
        cli_buffer_free(&name);
    }
}

/* The name, taken by an empty file, which becomes the store: so that what is taken away later is ours. */
static int reserve(const char *path)
{
    const int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd < 0) {
        cli_say("%s: cannot be made: %s", path, strerror(errno));
        return CLI_EXIT_ERRORS;
    }
    (void)close(fd);
    return CLI_EXIT_FINE;
}

static int fill(const cli_options *options, cli_store *store, const attain_plan *plan,
                const attain_facts *facts, cli_output *out)
{
    cli_buffer names[2] = {{0}, {0}};
    cli_options of_plan = *options;
    attain_edition editions[2] = {{0}, {0}};
    of_plan.files.n = 2;
    const attain_edition_note notes[] = {cli_store_note(&of_plan, 1, &names[0]),
                                         cli_store_note(options, 2, &names[1])};
    int status = put_plan(store, plan, &notes[0], &editions[0]);
    if (!status && facts) {
        status = import(store, facts, &notes[1], &editions[1]);
    }
    for (size_t i = 0; i < 2 && !status && editions[i].number; i++) {
        cli_store_say_edition(store, &editions[i], out);
    }
    cli_buffer_free(&names[0]);
    cli_buffer_free(&names[1]);
    return status;
}

static int make_store(const cli_options *options, const attain_plan *plan, const attain_facts *facts,
                      cli_output *out)
{
    const char *path = options->files.items[0];
    cli_store store;
    int status = reserve(path);
    if (status) {
        return status;
    }
    status = cli_store_open(options, path, ATTAIN_STORE_CREATE, &store);
    if (!status) {
        status = fill(options, &store, plan, facts, out);
    }
    cli_store_close(&store);
    if (status) {
        take_away(path);
    }
    return status;
}

static int init(const cli_options *options, cli_output *out)
{
    const char *path = options->files.items[0];
    struct stat info;
    if (lstat(path, &info) == 0) {
        cli_say("%s: is there already; %s", path,
                cli_store_is(path)
                    ? "'attain store load' adds facts to it, 'attain store plan' puts another plan"
                    : "a new store needs a name of its own");
        return CLI_EXIT_ERRORS;
    }
    attain_plan *plan = NULL;
    cli_facts facts = {0};
    int status = cli_load_any_plan(options, 1, 0, &plan, NULL);
    if (!status && options->files.n > 2) {
        status = cli_load_facts(options, 2, plan, NULL, out, &facts);
    }
    if (!status) {
        status = make_store(options, plan, facts.facts, out);
    }
    attain_facts_free(facts.facts);
    attain_plan_free(plan);
    return status;
}

/* ---------------------------------------------------------------- load ---- */

static int load_into(const cli_options *options, cli_store *store, const attain_plan *plan, cli_output *out)
{
    cli_buffer names = {0};
    cli_facts facts = {0};
    attain_edition edition = {0};
    const attain_edition_note note = cli_store_note(options, 1, &names);
    cli_progress_end(&store->progress);
    int status = cli_load_facts(options, 1, plan, NULL, out, &facts);
    if (!status) {
        cli_progress_start(&store->progress, store->path);
        status = import(store, facts.facts, &note, &edition);
    }
    if (!status) {
        cli_store_say_edition(store, &edition, out);
    }
    attain_facts_free(facts.facts);
    cli_buffer_free(&names);
    return status;
}

static int load(const cli_options *options, cli_output *out)
{
    cli_store store;
    attain_plan *plan = NULL;
    int status = cli_store_open(options, options->files.items[0], ATTAIN_STORE_WRITE, &store);
    if (!status) {
        status = cli_store_plan_at(&store, ATTAIN_EDITION_LATEST, &plan);
    }
    if (!status) {
        status = load_into(options, &store, plan, out);
    }
    attain_plan_free(plan);
    cli_store_close(&store);
    return status;
}

/* ---------------------------------------------------------------- plan ---- */

static int print_plan(const cli_options *options, cli_output *out)
{
    attain_plan *plan = NULL;
    const int status = cli_load_any_plan(options, 0, 0, &plan, NULL);
    const cli_run run = {.options = options, .plan = plan, .out = out};
    const int printed = status ? status : cli_run_print(&run);
    attain_plan_free(plan);
    return printed;
}

static int replace_plan(const cli_options *options, cli_output *out)
{
    cli_store store = {0};
    attain_plan *plan = NULL;
    cli_buffer names = {0};
    attain_edition edition = {0};
    const attain_edition_note note = cli_store_note(options, 1, &names);
    int64_t before = 0;
    int status = cli_load_any_plan(options, 1, 0, &plan, NULL);
    if (!status) {
        status = cli_store_open(options, options->files.items[0], ATTAIN_STORE_WRITE, &store);
    }
    if (!status) {
        status = cli_store_find(&store, NULL, "", &before);
    }
    if (!status) {
        status = put_plan(&store, plan, &note, &edition);
    }
    if (!status && edition.number > before) {
        cli_store_say_edition(&store, &edition, out);
    } else if (!status) {
        cli_say("%s: the plan says what that of edition %lld says; nothing was written", store.path,
                (long long)edition.number);
    }
    if (store.store) {
        cli_store_close(&store);
    }
    cli_buffer_free(&names);
    attain_plan_free(plan);
    return status;
}

/* ---------------------------------------------------------------- all of them ---- */

/* Dispatch of the commands of `store`. */
int cli_run_store(const cli_options *options, const cli_selection *selection, cli_output *out)
{
    switch (options->command) {
    case CLI_STORE_INIT: return init(options, out);
    case CLI_STORE_LOAD: return load(options, out);
    case CLI_STORE_CORRECT: return cli_run_store_correct(options, out);
    case CLI_STORE_EDITIONS: return cli_run_store_editions(options, out);
    case CLI_STORE_RESTATE: return cli_run_store_restate(options, selection, out);
    case CLI_STORE_PLAN: return options->files.n > 1 ? replace_plan(options, out) : print_plan(options, out);
    default: return cli_run_store_care(options, out);
    }
}
