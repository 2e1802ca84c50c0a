/* Reading .case files.
 *
 *   # prose
 *   case: four of five communes reported        a new case
 *   source: semantics 6                         where its expectations come from
 *   plan:                                       indented text; `as above` is that of the case before,
 *     unit ...                                  `as above, and` adds lines to it
 *   facts: --read-numbers vi                    indented CSV; several blocks are several files
 *     unit,measure,period,value
 *   file: communes.csv                          a file that the plan names
 *   score: --as-of 2025 --target t.share        options as those of the program
 *     target   verdict  value                   any columns; `-` is empty
 *     t.share  met      36/50
 *   compute: ...     summary: ...               tables likewise
 *   explain: --target t.share                   parts of the text
 *     contains "36 / 50"
 *   check:                                      identities: counts in their order, or parts of the text
 *     compared  incomplete  different
 *   warning: "cannot be seen"                   the plan is fine but says so
 *   error: e_duplicate "row 2"                  plan or facts are refused
 *
 * A line that begins in column 1 is a key; all else belongs to the key above it. */
#include "cases/case.h"

#include <dirent.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- kept memory ---- */

typedef struct kept {
    struct kept *next;
    max_align_t data[];
} kept;

static kept *all_kept;

void *case_keep(size_t size)
{
    kept *const k = calloc(1, sizeof *k + size + 1);
    if (k == NULL) {
        (void)fputs("cases: no memory\n", stderr);
        abort();
    }
    k->next = all_kept;
    all_kept = k;
    return k->data;
}

void case_free_all(void)
{
    while (all_kept != NULL) {
        kept *const next = all_kept->next;
        free(all_kept);
        all_kept = next;
    }
}

char *case_copy(const char *text, size_t len)
{
    char *const copy = case_keep(len + 1);
    if (len > 0) {
        memcpy(copy, text, len);
    }
    return copy;
}

char *case_print(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const int n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    char *const out = case_keep((size_t)n + 1);
    va_start(args, format);
    (void)vsnprintf(out, (size_t)n + 1, format, args);
    va_end(args);
    return out;
}

/* Room for one more of n items; doubled at powers of two. */
void *case_grow(void *items, size_t n, size_t size)
{
    if (n != 0 && (n & (n - 1)) != 0) {
        return items;
    }
    char *const more = case_keep((n == 0 ? 1 : 2 * n) * size);
    if (n > 0) {
        memcpy(more, items, n * size);
    }
    return more;
}

void case_add_word(case_words *words, const char *text, size_t len)
{
    words->items = case_grow(words->items, words->n, sizeof *words->items);
    words->items[words->n++] = case_copy(text, len);
}

bool case_option(const case_words *options, const char *name, size_t i, const char **value)
{
    for (size_t at = 0; at < options->n; at++) {
        if (strcmp(options->items[at], name) == 0 && i-- == 0) {
            if (value != NULL) {
                *value = at + 1 < options->n ? options->items[at + 1] : "";
            }
            return true;
        }
    }
    return false;
}

/* ---- lines ---- */

typedef struct reader {
    case_list *list;
    const char *file;
    const char *at;
    int line; /* of the line in hand */
    const char *text;
    size_t len;
    case_of *c; /* the case in hand; NULL before the first */
    case_of *before;
} reader;

static void say(reader *r, const char *what)
{
    (void)fprintf(stderr, "%s:%d: %s\n", r->file, r->line, what);
    r->list->n_bad++;
}

static bool next_line(reader *r)
{
    if (*r->at == '\0') {
        return false;
    }
    r->text = r->at;
    r->len = strcspn(r->at, "\n");
    r->at += r->len + (r->at[r->len] == '\n');
    r->line++;
    return true;
}

static bool is_key(const char *at)
{
    return *at != ' ' && *at != '\n' && *at != '\0' && *at != '#';
}

/* Indented lines up to the next key, without the indentation of the first; blank ones among them are kept, those behind are not. */
static char *read_block(reader *r, const char *before, int *first_line)
{
    size_t capacity = strlen(r->at) + strlen(before) + 1;
    char *const out = case_keep(capacity);
    size_t len = strlen(before);
    size_t indent = SIZE_MAX;
    memcpy(out, before, len);
    *first_line = r->line + 1;
    while (*r->at != '\0' && !is_key(r->at) && *r->at != '#') {
        (void)next_line(r);
        size_t blanks = 0;
        while (blanks < r->len && r->text[blanks] == ' ') {
            blanks++;
        }
        if (blanks < r->len && indent == SIZE_MAX) {
            indent = blanks;
        }
        const size_t cut = blanks < indent ? blanks : indent;
        memcpy(out + len, r->text + cut, r->len - cut);
        len += r->len - cut;
        out[len++] = '\n';
    }
    while (len > 1 && out[len - 1] == '\n' && out[len - 2] == '\n') {
        len--;
    }
    out[len] = '\0';
    return out;
}

/* Words at blanks; "..." is one word, without the quotes. */
static case_words split(const char *text, size_t len)
{
    case_words words = {NULL, 0};
    size_t at = 0;
    while (at < len) {
        if (text[at] == ' ') {
            at++;
            continue;
        }
        const bool quoted = text[at] == '"';
        const size_t start = at + quoted;
        for (at = start; at < len && text[at] != (quoted ? '"' : ' '); at++) {
        }
        case_add_word(&words, text + start, at - start);
        at += quoted;
    }
    return words;
}

/* ---- blocks ---- */

/* "as above" or "as above, and" */
static bool says_above(const case_words *words)
{
    return words->n >= 2 && strcmp(words->items[0], "as") == 0 && strncmp(words->items[1], "above", 5) == 0;
}

static void read_plan(reader *r, const case_words *words)
{
    const bool above = says_above(words);
    const bool more = words->n == 3 && strcmp(words->items[2], "and") == 0;
    const char *before = "";
    int first = 0;
    if (above && (r->before == NULL || r->before->plan == NULL)) {
        say(r, "there is no plan above");
    } else if (above) {
        before = r->before->plan;
    } else if (words->n != 0) {
        say(r, "behind `plan:` stand nothing, `as above` or `as above, and`");
    }
    char *const text = read_block(r, before, &first);
    if (above && !more && strlen(text) != strlen(before)) {
        say(r, "`plan: as above` has lines of its own: write `as above, and`");
    }
    r->c->plan = text;
}

static void add_facts(case_of *c, const case_text *facts)
{
    c->facts = case_grow(c->facts, c->n_facts, sizeof *c->facts);
    c->facts[c->n_facts] = *facts;
    c->facts[c->n_facts].name = case_print("facts%zu.csv", c->n_facts + 1);
    c->n_facts++;
}

static void read_facts(reader *r, const case_words *words)
{
    int first = 0;
    const bool above = says_above(words);
    if (above) {
        const bool has = r->before != NULL && r->before->n_facts > 0;
        for (size_t i = 0; has && i < r->before->n_facts; i++) {
            add_facts(r->c, &r->before->facts[i]);
        }
        if (!has) {
            say(r, "there are no facts above");
        }
        if (words->n == 2) {
            return;
        }
    }
    case_text facts = {.options = above ? (case_words){NULL, 0} : *words};
    facts.text = read_block(r, "", &first);
    if (facts.text[0] == '\0') {
        say(r, "the facts are empty");
    }
    add_facts(r->c, &facts);
}

static void read_file(reader *r, const case_words *words)
{
    int first = 0;
    if (words->n != 1) {
        say(r, "behind `file:` stands its name");
        return;
    }
    r->c->files = case_grow(r->c->files, r->c->n_files, sizeof *r->c->files);
    r->c->files[r->c->n_files++] = (case_text){.name = words->items[0], .text = read_block(r, "", &first)};
}

/* A row of the table of an expectation. */
static void add_row(reader *r, case_expectation *e, const case_words *words, int line)
{
    if (e->header.n == 0) {
        e->header = *words;
        return;
    }
    if (words->n != e->header.n) {
        r->line = line;
        say(r, case_print("the row has %zu cells, its header %zu", words->n, e->header.n));
        return;
    }
    e->rows = case_grow(e->rows, e->n_rows, sizeof *e->rows);
    e->row_lines = case_grow(e->row_lines, e->n_rows, sizeof *e->row_lines);
    e->row_lines[e->n_rows] = line;
    e->rows[e->n_rows++] = *words;
}

static void read_expectation(reader *r, case_kind kind, const case_words *words)
{
    r->c->expectations = case_grow(r->c->expectations, r->c->n_expectations, sizeof *r->c->expectations);
    case_expectation *const e = &r->c->expectations[r->c->n_expectations++];
    *e = (case_expectation){.kind = kind, .line = r->line, .options = *words};
    if (kind == CASE_WARNING || kind == CASE_ERROR) {
        const size_t first = kind == CASE_ERROR;
        for (size_t i = first; i < words->n; i++) {
            case_add_word(&e->contains, words->items[i], strlen(words->items[i]));
        }
        if (e->contains.n == 0) {
            say(r, kind == CASE_ERROR ? "`error:` needs a status word and a part of the message"
                                      : "`warning:` needs a part of the message");
        }
        return;
    }
    while (*r->at != '\0' && !is_key(r->at) && *r->at != '#') {
        (void)next_line(r);
        const case_words row = split(r->text, r->len);
        if (row.n == 2 && (strcmp(row.items[0], "contains") == 0 || strcmp(row.items[0], "lacks") == 0)) {
            case_words *const list = row.items[0][0] == 'c' ? &e->contains : &e->lacks;
            case_add_word(list, row.items[1], strlen(row.items[1]));
        } else if (row.n > 0) {
            add_row(r, e, &row, r->line);
        }
    }
    const bool is_table = kind == CASE_SCORE || kind == CASE_COMPUTE || kind == CASE_SUMMARY;
    if (is_table ? e->n_rows == 0 || e->contains.n > 0 : e->n_rows + e->contains.n + e->lacks.n == 0) {
        say(r, is_table ? "a header and rows are required here" : "nothing is expected here");
    }
}

static void begin_case(reader *r, const char *name, size_t len)
{
    r->list->items = case_grow(r->list->items, r->list->n, sizeof *r->list->items);
    r->list->items[r->list->n] = (case_of){.file = r->file, .line = r->line, .name = case_copy(name, len)};
    r->before = r->list->n > 0 && r->list->items[r->list->n - 1].file == r->file
                    ? &r->list->items[r->list->n - 1]
                    : NULL;
    r->c = &r->list->items[r->list->n++];
}

static void end_case(reader *r)
{
    const case_of *const c = r->c;
    if (c == NULL) {
        return;
    }
    const int line = r->line;
    r->line = c->line;
    if (c->n_expectations == 0) {
        say(r, "the case expects nothing");
    }
    if (c->source == NULL || c->plan == NULL) {
        say(r, c->plan == NULL ? "the case has no plan" : "the case has no source");
    }
    r->line = line;
}

/* A dispatch over the keys. */
static void read_key(reader *r)
{
    static const char *const kinds[CASE_N_KINDS] = {
        [CASE_SCORE] = "score",     [CASE_COMPUTE] = "compute", [CASE_SUMMARY] = "summary",
        [CASE_EXPLAIN] = "explain", [CASE_CHECK] = "check",     [CASE_WARNING] = "warning",
        [CASE_ERROR] = "error"};
    const char *const colon = memchr(r->text, ':', r->len);
    if (colon == NULL) {
        say(r, "a key like `case:` or `plan:`, or an indented line, is required");
        return;
    }
    const size_t len = (size_t)(colon - r->text);
    const char *const key = case_copy(r->text, len);
    const char *rest = colon + 1;
    size_t rest_len = r->len - len - 1;
    for (; rest_len > 0 && *rest == ' '; rest++) {
        rest_len--;
    }
    if (strcmp(key, "case") == 0) {
        end_case(r);
        begin_case(r, rest, rest_len);
        return;
    }
    if (r->c == NULL) {
        say(r, "a file begins with `case:`");
        return;
    }
    const case_words words = split(rest, rest_len);
    for (int kind = 0; kind < CASE_N_KINDS; kind++) {
        if (strcmp(key, kinds[kind]) == 0) {
            read_expectation(r, (case_kind)kind, &words);
            return;
        }
    }
    if (strcmp(key, "source") == 0) {
        r->c->source = case_copy(rest, rest_len);
    } else if (strcmp(key, "plan") == 0) {
        read_plan(r, &words);
    } else if (strcmp(key, "facts") == 0) {
        read_facts(r, &words);
    } else if (strcmp(key, "file") == 0) {
        read_file(r, &words);
    } else {
        say(r, case_print("'%s' is no key of a case", key));
    }
}

/* ---- files ---- */

static char *read_whole(const char *path)
{
    FILE *const file = fopen(path, "rb");
    if (file == NULL || fseek(file, 0, SEEK_END) != 0) {
        (void)fprintf(stderr, "cases: %s cannot be read\n", path);
        abort();
    }
    const long size = ftell(file);
    rewind(file);
    char *const text = case_keep((size_t)size + 1);
    const size_t n = fread(text, 1, (size_t)size, file);
    (void)fclose(file);
    text[n] = '\0';
    return text;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

void case_read_folder(const char *folder, case_list *out)
{
    case_words names = {NULL, 0};
    *out = (case_list){NULL, 0, 0};
    DIR *const dir = opendir(folder);
    for (const struct dirent *entry = dir == NULL ? NULL : readdir(dir); entry != NULL;
         entry = readdir(dir)) {
        const size_t len = strlen(entry->d_name);
        if (len > 5 && strcmp(entry->d_name + len - 5, ".case") == 0) {
            case_add_word(&names, entry->d_name, len);
        }
    }
    if (dir != NULL) {
        (void)closedir(dir);
    }
    if (names.n > 0) {
        qsort(names.items, names.n, sizeof *names.items, by_name);
    }
    for (size_t i = 0; i < names.n; i++) {
        const char *const text = read_whole(case_print("%s/%s", folder, names.items[i]));
        reader r = {.list = out, .file = names.items[i], .at = text};
        while (next_line(&r)) {
            if (r.len > 0 && is_key(r.text)) {
                read_key(&r);
            } else if (r.len > 0 && r.text[0] == ' ' && strspn(r.text, " ") < r.len) {
                say(&r, "an indented line belongs to no key");
            }
        }
        end_case(&r);
    }
}
