/* Instead of the store, where it was not built. */
#include "cli/store.h"

static int say_none(const char *path)
{
    cli_say("%s%sthis program was built without SQLite, so it reads and writes no stores; built where CMake "
            "finds "
            "SQLite 3.40 or newer (Debian: libsqlite3-dev), with ATTAIN_BUILD_SQLITE=ON, it does",
            path ? path : "", path ? ": is an SQLite file; " : "");
    return CLI_EXIT_ERRORS;
}

int cli_store_load_plan(const char *path, const char *edition, attain_plan **out)
{
    (void)edition;
    (void)out;
    return say_none(path);
}

int cli_store_load_facts(const cli_options *options, size_t i, const attain_plan *plan, const cli_ids *units,
                         cli_output *counts, cli_facts *out)
{
    (void)plan;
    (void)units;
    (void)counts;
    (void)out;
    return say_none(options->files.items[i]);
}

int cli_run_store(const cli_options *options, const cli_selection *selection, cli_output *out)
{
    (void)options;
    (void)selection;
    (void)out;
    return say_none(NULL);
}
