/* SQLite as this room sees it: linked (libattain_sqlite), or through the table of functions that a program gives to an extension that it
 * loads (attain.so). The same sources make both; ext_init.c holds the table. */
#ifndef ATN_SQLITE_API_H
#define ATN_SQLITE_API_H

#ifdef ATN_SQLITE_EXTENSION
#include <sqlite3ext.h>
extern const sqlite3_api_routines *sqlite3_api;
#else
#include <sqlite3.h>
#endif

#endif
