/* What the commands of `store` share: an open store, and its editions as texts. */
#ifndef CLI_STORE_PARTS_H
#define CLI_STORE_PARTS_H

#include "cli/progress.h"
#include "cli/store.h"
#include "cli/text.h"

typedef struct cli_store {
    const char *path;
    attain_store *store;
    cli_progress progress;
} cli_store;

/** 0, or CLI_EXIT_ERRORS with a message; cli_store_close in both cases. */
int cli_store_open(const cli_options *options, const char *path, attain_store_mode mode, cli_store *out);
void cli_store_close(cli_store *store);
/** Says what failed, with the name of the file; CLI_EXIT_ERRORS. */
int cli_store_fail(const char *path, const attain_error *err);
/** The edition that a word names: "7", "2026-10-01", "latest", NULL. CLI_EXIT_USAGE with a message where there is none; `option` is what the word was given
 * for. */
int cli_store_find(cli_store *store, const char *word, const char *option, int64_t *number);
/** An edition by its number. Borrowed until the next call with this store. */
int cli_store_edition(cli_store *store, int64_t number, attain_edition *out);
const char *cli_edition_kind(attain_edition_kind kind);
/** "2026-07-01T08:30:00Z", with milliseconds if asked for. */
void cli_edition_time(int64_t time_ms, int with_ms, char out[32]);
/** The plan at an edition. */
int cli_store_plan_at(cli_store *store, int64_t edition, attain_plan **out);
/** Who brought an edition: --source, else the names of files[first...]. New text in `names`. */
attain_edition_note cli_store_note(const cli_options *options, size_t first, cli_buffer *names);
/** "programme.db: edition 3 (import) of 2026-07-01T08:30:00Z: 10 new, 1 changed, 0 withdrawn, 2 as before" */
void cli_store_say_edition(const cli_store *store, const attain_edition *edition, cli_output *out);

int cli_run_store_correct(const cli_options *options, cli_output *out);
int cli_run_store_editions(const cli_options *options, cli_output *out);
int cli_run_store_restate(const cli_options *options, const cli_selection *selection, cli_output *out);
int cli_run_store_care(const cli_options *options, cli_output *out);

#endif
