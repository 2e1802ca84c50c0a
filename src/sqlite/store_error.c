/* Errors: what SQLite says, in our words. A message holds what was being done, what the library says of it and, for input and output, which
 * call failed and why. */
#define ATN_DEFINES_ERRORS
#include "sqlite/store_parts.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Length of the character that begins at text[0]; 0: it is none, or one that steers terminals or hides. */
static size_t printable(const unsigned char *text, size_t len)
{
    if (text[0] < 0x80) {
        return text[0] >= 0x20 && text[0] != 0x7f ? 1 : 0;
    }
    const size_t n = text[0] >= 0xf0 ? 4 : text[0] >= 0xe0 ? 3 : 2;
    if (text[0] < 0xc2 || text[0] > 0xf4 || n > len || (text[0] == 0xc2 && text[1] < 0xa0)) {
        return 0;
    }
    if ((text[0] == 0xe0 && text[1] < 0xa0) || (text[0] == 0xed && text[1] > 0x9f) ||
        (text[0] == 0xf0 && text[1] < 0x90) || (text[0] == 0xf4 && text[1] > 0x8f) ||
        (text[0] == 0xe2 && text[1] == 0x80 &&
         ((text[2] >= 0x8b && text[2] <= 0x8f) || (text[2] >= 0xa8 && text[2] <= 0xae)))) {
        return 0;
    }
    for (size_t i = 1; i < n; i++) {
        if ((text[i] & 0xc0) != 0x80) {
            return 0;
        }
    }
    return n;
}

/* Names in a message may come from a file that nobody looked at: what is no text becomes '?'. Cut at a character. */
static void put_message(attain_error *err, const char *text, size_t len)
{
    const size_t most = sizeof err->message - 4; /* "..." and a NUL */
    size_t out = 0;
    size_t at = 0;
    while (at < len) {
        const size_t n = printable((const unsigned char *)text + at, len - at);
        const size_t n_kept = n > 0 ? n : 1;
        if (out + n_kept > most) {
            break;
        }
        memcpy(err->message + out, n > 0 ? text + at : "?", n_kept);
        out += n_kept;
        at += n_kept;
    }
    memcpy(err->message + out, at < len ? "..." : "", at < len ? 4 : 1);
}

static void describe(attain_error *err, attain_status status, const char *format, va_list arguments)
{
    char text[1024];
    /* The caller's va_start is not seen: NOLINTNEXTLINE(clang-analyzer-valist.Uninitialized) */
    const int n = vsnprintf(text, sizeof text, format, arguments);
    *err = (attain_error){.status = status, .index = -1};
    put_message(err, text, n < 0 ? 0 : (size_t)n < sizeof text ? (size_t)n : sizeof text - 1);
}

attain_status atn_store_error(attain_error *err, attain_status status, const char *format, ...)
{
    if (err != NULL) {
        va_list arguments;
        va_start(arguments, format);
        describe(err, status, format, arguments);
        va_end(arguments);
    }
    return status;
}

static attain_status status_of(int rc)
{
    switch (rc & 0xff) {
    case SQLITE_CORRUPT: return ATTAIN_E_CORRUPT;
    case SQLITE_NOTADB:
    case SQLITE_FORMAT: return ATTAIN_E_VERSION;
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return ATTAIN_E_BUSY;
    case SQLITE_NOMEM: return ATTAIN_E_MEMORY;
    case SQLITE_INTERRUPT: return ATTAIN_E_CANCELLED;
    case SQLITE_TOOBIG: return ATTAIN_E_LIMIT;
    default: return ATTAIN_E_STORE;
    }
}

/* The call behind an extended code of SQLITE_IOERR and SQLITE_CANTOPEN: a table. */
static const char *call_of(int rc)
{
    switch (rc) {
    case SQLITE_IOERR_READ:
    case SQLITE_IOERR_SHORT_READ: return "read";
    case SQLITE_IOERR_WRITE: return "write";
    case SQLITE_IOERR_FSYNC: return "fsync";
    case SQLITE_IOERR_DIR_FSYNC: return "fsync of the directory";
    case SQLITE_IOERR_TRUNCATE: return "truncate";
    case SQLITE_IOERR_FSTAT: return "fstat";
    case SQLITE_IOERR_UNLOCK: return "unlock";
    case SQLITE_IOERR_RDLOCK:
    case SQLITE_IOERR_LOCK:
    case SQLITE_IOERR_CHECKRESERVEDLOCK: return "lock";
    case SQLITE_IOERR_DELETE: return "unlink";
    case SQLITE_IOERR_ACCESS: return "access";
    case SQLITE_IOERR_CLOSE: return "close";
    case SQLITE_IOERR_SHMOPEN:
    case SQLITE_IOERR_SHMSIZE:
    case SQLITE_IOERR_SHMLOCK:
    case SQLITE_IOERR_SHMMAP: return "shared memory";
    case SQLITE_CANTOPEN_SYMLINK: return "open: it is a symbolic link, which is not followed";
    case SQLITE_CANTOPEN_ISDIR: return "open: it is a directory";
    default: return "";
    }
}

attain_status atn_store_fail(attain_error *err, sqlite3 *db, int rc, const char *doing)
{
    const attain_status status = status_of(rc);
    const int extended = db != NULL && (sqlite3_extended_errcode(db) & 0xff) == (rc & 0xff)
                             ? sqlite3_extended_errcode(db)
                             : rc;
    const bool has_words = db != NULL && (sqlite3_errcode(db) & 0xff) == (rc & 0xff);
    const char *words = has_words ? sqlite3_errmsg(db) : sqlite3_errstr(rc);
    const int number = db != NULL && status == ATTAIN_E_STORE ? sqlite3_system_errno(db) : 0;
    const char *call = call_of(extended);
    char why[160] = "";
    if (number != 0) {
        snprintf(why, sizeof why, "%s%s: %s", call[0] != '\0' ? ": " : "", call, strerror(number));
    } else if (call[0] != '\0') {
        snprintf(why, sizeof why, ": %s", call);
    }
    switch (status) {
    case ATTAIN_E_VERSION: return atn_store_error(err, status, "%s: this is not an SQLite database", doing);
    case ATTAIN_E_BUSY: return atn_store_error(err, status, "%s: somebody else is at it (%s)", doing, words);
    case ATTAIN_E_MEMORY: return atn_store_error(err, status, "%s: out of memory", doing);
    case ATTAIN_E_CANCELLED: return atn_store_error(err, status, "%s: cancelled", doing);
    case ATTAIN_E_CORRUPT: return atn_store_error(err, status, "%s: the file is damaged (%s)", doing, words);
    default: return atn_store_error(err, status, "%s: %s (SQLite %d)%s", doing, words, extended, why);
    }
}
