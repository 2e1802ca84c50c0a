/* Runs sqllogictest files through libattain_sqlite and the SQLite it is linked to.
 *
 *     runner FILE.test                       in the folder it is started in, which holds the database; files are read beneath ATTAIN_SOURCE_DIR
 *     runner --documented README FILE...     is each statement in the ```sql blocks of README one of the records of the files?
 *
 * A record is a command, the SQL below it, and what is expected; an empty line ends it. '#' begins a comment.
 *
 *     statement ok [CONNECTION]          query TYPES [rowsort] [CONNECTION]        reconnect
 *     INSERT ...                         SELECT ...                                (all connections are closed)
 *                                        ----
 *     statement error [CONNECTION]       row by row, columns between tabs          restart
 *     SELECT ...                                                                   (and the database is deleted)
 *     ----
 *     part of the message
 *
 * TYPES has a letter for each column: I an INTEGER, R a REAL or an INTEGER, T a TEXT, B a BLOB in hexadecimal; a value of another type is a
 * difference. REALs are written with as many digits as give them back, so they are compared exactly. NULL is NULL, an empty text is
 * (empty), a line end within a text is \n. SQL has readfile(PATH), as the sqlite3 shell does. */
#include <attain/sqlite.h>

#include <ctype.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST_CONNECTIONS = 4, MOST_WORDS = 6 };

typedef struct text {
    char *data;
    size_t len, capacity;
} text;

typedef struct connection {
    char name[32];
    sqlite3 *db;
} connection;

typedef struct run {
    const char *file;
    int line;   /* that is read next */
    int record; /* line of its command */
    char *next; /* rest of the file */
    int n_records, n_bad;
    connection connections[MOST_CONNECTIONS];
} run;

static const char database[] = "test.db";

/* ---- texts ---- */

static void add(text *t, const char *data, size_t len)
{
    if (t->len + len + 1 > t->capacity) {
        t->capacity = (t->len + len + 1) * 2;
        t->data = realloc(t->data, t->capacity);
        if (t->data == NULL) {
            fputs("runner: no memory\n", stderr);
            exit(2);
        }
    }
    memcpy(t->data + t->len, data, len);
    t->len += len;
    t->data[t->len] = '\0';
}

static void add_text(text *t, const char *data)
{
    add(t, data, strlen(data));
}

static char *read_whole(const char *path, size_t *len)
{
    FILE *file = fopen(path, "rb");
    text out = {NULL, 0, 0};
    char block[8192];
    if (file == NULL) {
        return NULL;
    }
    add(&out, "", 0);
    for (size_t n = 0; (n = fread(block, 1, sizeof block, file)) > 0;) {
        add(&out, block, n);
    }
    fclose(file);
    *len = out.len;
    return out.data;
}

/* ---- connections ---- */

static void run_readfile(sqlite3_context *context, int n, sqlite3_value **values)
{
    (void)n;
    char path[1024];
    size_t len = 0;
    const char *const name = (const char *)sqlite3_value_text(values[0]);
    const char *const root = getenv("ATTAIN_SOURCE_DIR");
    snprintf(path, sizeof path, "%s/%s", root == NULL ? "." : root, name == NULL ? "" : name);
    char *const data = read_whole(path, &len);
    if (data == NULL) {
        sqlite3_result_error(context, "readfile: the file cannot be read", -1);
        return;
    }
    sqlite3_result_blob64(context, data, len, free);
}

static sqlite3 *connect(run *r, const char *name)
{
    attain_error err;
    connection *free_one = NULL;
    for (int i = 0; i < MOST_CONNECTIONS; i++) {
        connection *const c = &r->connections[i];
        if (c->db != NULL && strcmp(c->name, name) == 0) {
            return c->db;
        }
        free_one = free_one == NULL && c->db == NULL ? c : free_one;
    }
    if (free_one == NULL || sqlite3_open(database, &free_one->db) != SQLITE_OK ||
        attain_sqlite_register(free_one->db, &err) != ATTAIN_OK ||
        sqlite3_create_function(free_one->db, "readfile", 1, SQLITE_UTF8, NULL, run_readfile, NULL, NULL) !=
            SQLITE_OK) {
        fprintf(stderr, "%s:%d: connection '%s' cannot be opened\n", r->file, r->record, name);
        exit(2);
    }
    snprintf(free_one->name, sizeof free_one->name, "%s", name);
    return free_one->db;
}

static void disconnect(run *r)
{
    for (int i = 0; i < MOST_CONNECTIONS; i++) {
        if (sqlite3_close(r->connections[i].db) != SQLITE_OK) {
            fprintf(stderr, "%s:%d: a connection cannot be closed: a statement of it is alive\n", r->file,
                    r->record);
            exit(1);
        }
        r->connections[i].db = NULL;
    }
}

static void restart(run *r)
{
    disconnect(r);
    (void)unlink(database);
    (void)unlink("test.db-wal");
    (void)unlink("test.db-shm");
    (void)unlink("test.db-journal");
}

/* ---- lines and records ---- */

/* The next line without its end; NULL at the end of the file. */
static char *read_line(run *r)
{
    char *const line = r->next;
    if (*line == '\0') {
        return NULL;
    }
    char *const end = strchr(line, '\n');
    r->next = end == NULL ? line + strlen(line) : end + 1;
    if (end != NULL) {
        *end = '\0';
    }
    r->line++;
    return line;
}

/* Lines up to an empty one into `out`; stops behind "----" if there is one, then *more. */
static void read_block(run *r, text *out, bool *more)
{
    *more = false;
    out->len = 0;
    add(out, "", 0);
    for (char *line; (line = read_line(r)) != NULL && *line != '\0';) {
        if (strcmp(line, "----") == 0) {
            *more = true;
            return;
        }
        add_text(out, line);
        add(out, "\n", 1);
    }
}

static void complain(run *r, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    fprintf(stderr, "%s:%d: ", r->file, r->record);
    vfprintf(stderr, format, list);
    fputc('\n', stderr);
    va_end(list);
    r->n_bad++;
}

/* ---- values ---- */

static void add_escaped(text *out, const char *data, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (data[i] == '\n' || data[i] == '\t') {
            add_text(out, data[i] == '\n' ? "\\n" : "\\t");
        } else {
            add(out, data + i, 1);
        }
    }
}

static void add_real(text *out, double value)
{
    char digits[40];
    for (int precision = 15; precision <= 17; precision++) {
        snprintf(digits, sizeof digits, "%.*g", precision, value);
        if (strtod(digits, NULL) == value) {
            break;
        }
    }
    add_text(out, digits);
    if (strspn(digits, "-0123456789") == strlen(digits)) {
        add_text(out, ".0");
    }
}

static void add_value(text *out, sqlite3_stmt *stmt, int column, char type)
{
    static const char *const names[] = {"", "INTEGER", "REAL", "TEXT", "BLOB", "NULL"};
    const int found = sqlite3_column_type(stmt, column);
    const size_t len = (size_t)sqlite3_column_bytes(stmt, column);
    char integer[32];
    switch (found) {
    case SQLITE_NULL: add_text(out, "NULL"); return;
    case SQLITE_INTEGER:
        snprintf(integer, sizeof integer, "%lld", (long long)sqlite3_column_int64(stmt, column));
        add_text(out, integer);
        break;
    case SQLITE_FLOAT: add_real(out, sqlite3_column_double(stmt, column)); break;
    case SQLITE_BLOB:
        for (size_t i = 0; i < len; i++) {
            snprintf(integer, sizeof integer, "%02x",
                     ((const unsigned char *)sqlite3_column_blob(stmt, column))[i]);
            add_text(out, integer);
        }
        break;
    default:
        add_escaped(out, len == 0 ? "(empty)" : (const char *)sqlite3_column_text(stmt, column),
                    len == 0 ? 7 : len);
        break;
    }
    const bool fits = (type == 'I' && found == SQLITE_INTEGER) || (type == 'T' && found == SQLITE_TEXT) ||
                      (type == 'R' && (found == SQLITE_FLOAT || found == SQLITE_INTEGER)) ||
                      (type == 'B' && found == SQLITE_BLOB);
    if (!fits) {
        add_text(out, " of type ");
        add_text(out, names[found]);
    }
}

static int compare_lines(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void sort_rows(text *rows)
{
    size_t n = 0;
    char **const lines = malloc((rows->len + 1) * sizeof *lines);
    text sorted = {NULL, 0, 0};
    add(&sorted, "", 0);
    for (char *line = strtok(rows->data, "\n"); line != NULL && lines != NULL; line = strtok(NULL, "\n")) {
        lines[n++] = line;
    }
    qsort(lines, n, sizeof *lines, compare_lines);
    for (size_t i = 0; i < n; i++) {
        add_text(&sorted, lines[i]);
        add(&sorted, "\n", 1);
    }
    free(lines);
    free(rows->data);
    *rows = sorted;
}

/* ---- records ---- */

/* All statements of the SQL; rows of the last one as text. 0, or the code of the first failure. */
static int execute(sqlite3 *db, const char *sql, const char *types, text *rows, int *n_columns)
{
    int rc = SQLITE_OK;
    *n_columns = 0;
    while (rc == SQLITE_OK && sql[strspn(sql, " \n;")] != '\0') {
        sqlite3_stmt *stmt = NULL;
        rc = sqlite3_prepare_v2(db, sql, -1, &stmt, &sql);
        if (rc != SQLITE_OK || stmt == NULL) {
            return rc;
        }
        *n_columns = sqlite3_column_count(stmt);
        rows->len = 0;
        while (sqlite3_step(stmt) == SQLITE_ROW) {
            for (int i = 0; i < *n_columns; i++) {
                add(rows, "\t", i > 0);
                add_value(rows, stmt, i, (size_t)i < strlen(types) ? types[i] : '?');
            }
            add(rows, "\n", 1);
        }
        rc = sqlite3_finalize(stmt);
    }
    return rc;
}

static void run_statement(run *r, sqlite3 *db, bool is_error)
{
    text sql = {NULL, 0, 0};
    text part = {NULL, 0, 0};
    text rows = {NULL, 0, 0};
    bool more = false;
    int n_columns = 0;
    add(&rows, "", 0);
    read_block(r, &sql, &more);
    if (more) {
        read_block(r, &part, &more);
        part.data[part.len > 0 ? part.len - 1 : 0] = '\0';
    }
    const int rc = execute(db, sql.data, "", &rows, &n_columns);
    const char *const message = rc == SQLITE_OK ? "" : sqlite3_errmsg(db);
    if (is_error && (rc == SQLITE_OK || part.len == 0 || strstr(message, part.data) == NULL)) {
        complain(r, "an error is expected:\n    %s\nfound:\n    %s",
                 part.len > 0 ? part.data : "(the record names none)", rc == SQLITE_OK ? "none" : message);
    } else if (!is_error && rc != SQLITE_OK) {
        complain(r, "%s", message);
    }
    free(sql.data);
    free(part.data);
    free(rows.data);
}

static void run_query(run *r, sqlite3 *db, const char *types, bool is_sorted)
{
    text sql = {NULL, 0, 0};
    text expected = {NULL, 0, 0};
    text rows = {NULL, 0, 0};
    bool more = false;
    int n_columns = 0;
    add(&rows, "", 0);
    read_block(r, &sql, &more);
    if (!more) {
        complain(r, "the query has no ---- and no rows");
    }
    read_block(r, &expected, &more);
    if (execute(db, sql.data, types, &rows, &n_columns) != SQLITE_OK) {
        complain(r, "%s", sqlite3_errmsg(db));
    } else if ((size_t)n_columns != strlen(types)) {
        complain(r, "%d columns, types for %zu", n_columns, strlen(types));
    } else {
        if (is_sorted) {
            sort_rows(&rows);
        }
        if (strcmp(rows.data, expected.data) != 0) {
            complain(r, "expected:\n%sfound:\n%s", expected.data, rows.data);
        }
    }
    free(sql.data);
    free(expected.data);
    free(rows.data);
}

static size_t split(char *line, char **words)
{
    size_t n = 0;
    for (char *word = strtok(line, " "); word != NULL && n < MOST_WORDS; word = strtok(NULL, " ")) {
        words[n++] = word;
    }
    return n;
}

static void run_record(run *r, char *line)
{
    char *words[MOST_WORDS] = {"", "", "", "", "", ""};
    size_t n = split(line, words);
    r->n_records++;
    if (strcmp(words[0], "statement") == 0 &&
        (strcmp(words[1], "ok") == 0 || strcmp(words[1], "error") == 0)) {
        run_statement(r, connect(r, n > 2 ? words[2] : "first"), strcmp(words[1], "error") == 0);
    } else if (strcmp(words[0], "query") == 0 && n >= 2) {
        const bool is_sorted = n > 2 && strcmp(words[2], "rowsort") == 0;
        const size_t at = is_sorted || (n > 2 && strcmp(words[2], "nosort") == 0) ? 3 : 2;
        run_query(r, connect(r, n > at ? words[at] : "first"), words[1], is_sorted);
    } else if (strcmp(words[0], "reconnect") == 0) {
        disconnect(r);
    } else if (strcmp(words[0], "restart") == 0) {
        restart(r);
    } else {
        complain(r,
                 "'%s %s' is no command: statement ok, statement error, query TYPES, reconnect or restart is "
                 "required",
                 words[0], words[1]);
    }
}

static int run_file(const char *path)
{
    size_t len = 0;
    char *const content = read_whole(path, &len);
    run r = {.file = path, .next = content};
    if (content == NULL) {
        fprintf(stderr, "%s: cannot be read\n", path);
        return 2;
    }
    restart(&r);
    for (char *line; (line = read_line(&r)) != NULL;) {
        if (*line != '\0' && *line != '#') {
            r.record = r.line;
            run_record(&r, line);
        }
    }
    disconnect(&r);
    free(content);
    printf("%s: %d records, %d bad, SQLite %s\n", path, r.n_records, r.n_bad, sqlite3_libversion());
    return r.n_bad > 0 || r.n_records == 0;
}

/* ---- what is documented is tested ---- */

/* Words with one blank between them, without a semicolon at the end. */
static void normalise(char *sql)
{
    char *to = sql;
    for (const char *c = sql; *c != '\0'; c++) {
        if (!isspace((unsigned char)*c)) {
            *to++ = *c;
        } else if (to > sql && to[-1] != ' ') {
            *to++ = ' ';
        }
    }
    while (to > sql && (to[-1] == ' ' || to[-1] == ';')) {
        to--;
    }
    *to = '\0';
}

/* Each record's SQL on a line of its own. */
static void add_records(text *out, const char *path)
{
    size_t len = 0;
    char *const content = read_whole(path, &len);
    run r = {.file = path, .next = content};
    text sql = {NULL, 0, 0};
    bool more = false;
    for (char *line; content != NULL && (line = read_line(&r)) != NULL;) {
        if (strncmp(line, "query ", 6) == 0 || strncmp(line, "statement ", 10) == 0) {
            read_block(&r, &sql, &more);
            normalise(sql.data);
            add(out, "\n", 1);
            add_text(out, sql.data);
            add(out, "\n", 1);
        }
    }
    free(sql.data);
    free(content);
}

static int is_tested(const text *records, char *statement)
{
    text line = {NULL, 0, 0};
    normalise(statement);
    add(&line, "\n", 1);
    add_text(&line, statement);
    add(&line, "\n", 1);
    const int found = line.len == 2 || strstr(records->data, line.data) != NULL;
    if (!found) {
        fprintf(stderr, "documented, but not a record of tests/sql:\n%s", line.data);
    }
    free(line.data);
    return found;
}

static int check_documented(const char *readme, char **files, int n_files)
{
    size_t len = 0;
    char *const content = read_whole(readme, &len);
    run r = {.file = readme, .next = content};
    text records = {NULL, 0, 0};
    text statement = {NULL, 0, 0};
    bool in_sql = false;
    int n = 0;
    int n_bad = 0;
    add(&records, "", 0);
    for (int i = 0; i < n_files; i++) {
        add_records(&records, files[i]);
    }
    for (char *line; content != NULL && (line = read_line(&r)) != NULL;) {
        if (strncmp(line, "```", 3) == 0) {
            in_sql = strcmp(line, "```sql") == 0;
        } else if (in_sql && strncmp(line, "--", 2) != 0) {
            add_text(&statement, line);
            add(&statement, "\n", 1);
            if (statement.len > 1 && statement.data[statement.len - 2] == ';') {
                n++;
                n_bad += !is_tested(&records, statement.data);
                statement.len = 0;
            }
        }
    }
    printf("%s: %d statements, %d not tested\n", readme, n, n_bad);
    free(content);
    free(records.data);
    free(statement.data);
    return n == 0 || n_bad > 0;
}

int main(int argc, char **argv)
{
    if (argc > 3 && strcmp(argv[1], "--documented") == 0) {
        return check_documented(argv[2], argv + 3, argc - 3);
    }
    if (argc != 2) {
        fputs("usage: runner FILE.test, or runner --documented README FILE...\n", stderr);
        return 2;
    }
    return run_file(argv[1]);
}
