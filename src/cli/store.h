/* Stores: SQLite files that hold a plan, facts and every edition of both. They stand wherever a plan or facts may stand, and are known by their
 * first bytes, whatever they are called.
 *
 * store.c, cmd_store*.c and cmd_restate.c need libattain_sqlite; where it was not built, store_none.c takes their place and says so. */
#ifndef CLI_STORE_H
#define CLI_STORE_H

#include "cli/commands.h"
#include "cli/load.h"

#include <attain/sqlite.h>

/** Whether the file begins as every SQLite file does. A name that cannot be opened, a pipe and "-" are none. */
int cli_store_is(const char *path);
/** --edition needs a store, `store score` too. 0, or an exit code with a message. */
int cli_store_check_files(const cli_options *options);
/** The --edition that is meant for files[i]; NULL: none was given. */
const char *cli_store_edition_word(const cli_options *options, size_t i);

/** The plan of a store at an edition. 0, or an exit code with a message. */
int cli_store_load_plan(const char *path, const char *edition, attain_plan **out);
/** The facts of the store files[i], at its edition; see cli_load_facts. */
int cli_store_load_facts(const cli_options *options, size_t i, const attain_plan *plan, const cli_ids *units,
                         cli_output *counts, cli_facts *out);

#endif
