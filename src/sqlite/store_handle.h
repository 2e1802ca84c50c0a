/* The handle: a connection of its own, made as safe as SQLite can be made, and what was lent to the caller with the last call. */
#ifndef ATN_SQLITE_STORE_HANDLE_H
#define ATN_SQLITE_STORE_HANDLE_H

#include "sqlite/store_parts.h"

#include <sys/types.h>

struct attain_store {
    uint64_t magic;
    sqlite3 *db;
    pid_t process;
    attain_store_options options; /* allocator, now and progress are in use; strings are not kept */
    attain_allocator allocator;
    atn_store_watch watch;
    char *vfs;
    bool is_writing; /* what the authorizer lets through */
    /* lent to the caller until the next call */
    attain_edition *editions;
    attain_text *texts;
    size_t n_editions, editions_capacity, texts_capacity;
};

/* The options of the caller, of whatever size; zero where he has none. */
attain_status atn_handle_options(const attain_store_options *options, attain_store_options *out,
                                 attain_error *err);
/* Opens a connection with every precaution. Not yet looked at: whether the file is a store. */
attain_status atn_handle_open(const char *path, const attain_store_options *options, attain_store **out,
                              attain_error *err);
void atn_handle_free(attain_store *store);
/* Every call begins with this: is it a store, of this process, outside of a transaction? Takes back what was lent. */
attain_status atn_handle_enter(attain_store *store, attain_error *err);
/* The same for a call that writes. */
attain_status atn_handle_enter_writer(attain_store *store, attain_error *err);
void atn_handle_leave(attain_store *store);

/* "dir/file" with the directory's links resolved, for the last part alone may not be one; new memory of SQLite. NULL: no memory. */
char *atn_handle_path(const char *path);

#endif
