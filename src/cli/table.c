/* Tables for a terminal.
 *
 *     target           unit                   value   level  verdict        reason
 *     ─────────────────────────────────────────────────────────────────────────────────────
 *     Kế hoạch 141/KH-UBND                                                       <- a heading
 *     hue-141.staffed  VN.46 Thừa Thiên Huế  61.3 %    90 %  not_met
 *     hue-141.helped   VN.46 Thừa Thiên Huế                  undetermined   no_data;
 *                                                                           depends_on_reading
 *
 * Rows are kept until they are printed: the first print measures all cells that are there, later ones (very
 * long results come in windows) keep those widths. Room is found in this order: columns that are wholly empty
 * go; texts that may wrap shrink; the column with the highest `drop` goes, and shrinking
 * starts again. Numbers and verdicts are never cut. */
#include "cli/table.h"

#include <attain/attain.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { GAP = 2, WIDEST = 10000 };

static const char bold[] = "\x1b[1m";
static const char reset[] = "\x1b[0m";

int cli_table_wants_colour(const cli_output *out)
{
    if (out->path || !isatty(out->fd)) {
        return 0;
    }
    const char *no_colour = getenv("NO_COLOR");
    const char *term = getenv("TERM");
    return !(no_colour && *no_colour) && !(term && strcmp(term, "dumb") == 0);
}

unsigned cli_table_room(const cli_output *out)
{
    const char *text = getenv("COLUMNS");
    unsigned columns = 0;
    for (; text && *text >= '0' && *text <= '9' && columns < WIDEST; text++) {
        columns = columns * 10 + (unsigned)(*text - '0');
    }
    if (text && *text == '\0' && columns >= 20 && columns <= WIDEST) {
        return columns;
    }
    if (out->path || !isatty(out->fd)) {
        return 120;
    }
    struct winsize size = {0};
    if (ioctl(out->fd, TIOCGWINSZ, &size) == 0 && size.ws_col >= 20) {
        return size.ws_col;
    }
    return 80;
}

void cli_table_init(cli_table *table, const cli_column *columns, size_t n_columns, const cli_output *out)
{
    *table = (cli_table){.columns = columns, .n_columns = n_columns};
    table->width = cli_table_room(out);
    table->colour = cli_table_wants_colour(out);
}

void cli_table_free(cli_table *table)
{
    free(table->widths);
    free(table->ends);
    free(table->lines);
    cli_buffer_free(&table->text);
    *table = (cli_table){0};
}

/* ---------------------------------------------------------------- filling ---- */

static void add_cell(cli_table *table, attain_str cell)
{
    if (table->n_cells == table->cells_capacity) {
        const size_t capacity = table->cells_capacity ? table->cells_capacity * 2 : 256;
        size_t *ends = realloc(table->ends, capacity * sizeof *ends);
        if (!ends) {
            table->failed = 1;
            return;
        }
        table->ends = ends;
        table->cells_capacity = capacity;
    }
    /* Cleaned once, here: what is measured is what is printed. */
    cli_text_clean(cell.data, cell.len, &table->text);
    table->failed |= table->text.failed;
    table->ends[table->n_cells++] = table->text.len;
}

static void add_line(cli_table *table, const attain_str *cells, size_t n_cells, int is_heading)
{
    if (table->n_lines == table->lines_capacity) {
        const size_t capacity = table->lines_capacity ? table->lines_capacity * 2 : 64;
        cli_line *lines = realloc(table->lines, capacity * sizeof *lines);
        if (!lines) {
            table->failed = 1;
            return;
        }
        table->lines = lines;
        table->lines_capacity = capacity;
    }
    table->lines[table->n_lines++] = (cli_line){table->n_cells, is_heading};
    for (size_t i = 0; i < n_cells && !table->failed; i++) {
        add_cell(table, cells[i]);
    }
}

void cli_table_row(cli_table *table, const attain_str *cells)
{
    if (!table->failed) {
        add_line(table, cells, table->n_columns, 0);
    }
}

void cli_table_heading(cli_table *table, attain_str text)
{
    if (!table->failed) {
        add_line(table, &text, 1, 1);
    }
}

static attain_str cell_at(const cli_table *table, size_t index)
{
    const size_t start = index ? table->ends[index - 1] : 0;
    if (!table->text.data) {
        return (attain_str){"", 0};
    }
    return (attain_str){table->text.data + start, table->ends[index] - start};
}

/* ---------------------------------------------------------------- layout ---- */

/* Widths of the widest cells; 0 for columns that may go and are empty. */
static void measure(const cli_table *table, unsigned *natural)
{
    for (size_t i = 0; i < table->n_columns; i++) {
        natural[i] = 0;
    }
    for (size_t line = 0; line < table->n_lines; line++) {
        if (table->lines[line].is_heading) {
            continue;
        }
        for (size_t i = 0; i < table->n_columns; i++) {
            const attain_str cell = cell_at(table, table->lines[line].first + i);
            const size_t columns = cli_text_columns(cell.data, cell.len);
            const unsigned width = columns < WIDEST ? (unsigned)columns : WIDEST;
            natural[i] = width > natural[i] ? width : natural[i];
        }
    }
    for (size_t i = 0; i < table->n_columns; i++) {
        const unsigned name = (unsigned)strlen(table->columns[i].name);
        if (natural[i] == 0 && table->columns[i].drop) {
            continue;
        }
        natural[i] = name > natural[i] ? name : natural[i];
    }
}

static unsigned total_width(const cli_table *table)
{
    unsigned total = 0;
    for (size_t i = 0; i < table->n_columns; i++) {
        if (table->widths[i]) {
            total += table->widths[i] + (total ? GAP : 0);
        }
    }
    return total;
}

static int gives_before(const cli_table *table, size_t i, size_t other)
{
    const unsigned char gives = table->columns[i].gives;
    const unsigned char other_gives = table->columns[other].gives;
    return gives != other_gives ? gives > other_gives : table->widths[i] > table->widths[other];
}

/* Takes columns from the texts that may wrap until the table fits, or all are at their narrowest. */
static int shrink(cli_table *table)
{
    for (unsigned total = total_width(table); total > table->width; total--) {
        size_t widest = table->n_columns;
        for (size_t i = 0; i < table->n_columns; i++) {
            const unsigned narrowest = table->columns[i].narrowest;
            if (!narrowest || table->widths[i] <= narrowest ||
                table->widths[i] <= strlen(table->columns[i].name)) {
                continue;
            }
            if (widest == table->n_columns || gives_before(table, i, widest)) {
                widest = i;
            }
        }
        if (widest == table->n_columns) {
            return -1;
        }
        table->widths[widest]--;
    }
    return 0;
}

static int lay_out(cli_table *table)
{
    unsigned *natural = calloc(2 * table->n_columns, sizeof *natural);
    if (!natural) {
        return -1;
    }
    measure(table, natural);
    table->widths = natural;
    unsigned *kept = natural + table->n_columns;
    memcpy(kept, natural, table->n_columns * sizeof *kept);
    while (shrink(table)) {
        size_t drop = table->n_columns;
        for (size_t i = 0; i < table->n_columns; i++) {
            if (kept[i] && table->columns[i].drop &&
                (drop == table->n_columns || table->columns[i].drop > table->columns[drop].drop)) {
                drop = i;
            }
        }
        if (drop == table->n_columns) {
            return 0; /* wider than the terminal: better than cut */
        }
        kept[drop] = 0;
        memcpy(table->widths, kept, table->n_columns * sizeof *kept);
    }
    return 0;
}

/* ---------------------------------------------------------------- printing ---- */

static void blanks(cli_output *out, size_t n)
{
    static const char some[] = "                                ";
    for (; n >= sizeof some - 1; n -= sizeof some - 1) {
        cli_output_write(out, some, sizeof some - 1);
    }
    cli_output_write(out, some, n);
}

/* How many bytes of the text fit into so many columns. */
static size_t cut_at(const char *data, size_t len, unsigned width)
{
    size_t at = 0;
    for (unsigned columns = 0; at < len;) {
        uint32_t code = 0;
        const size_t n = cli_text_decode(data + at, len - at, &code);
        columns += cli_text_code_columns(code);
        if (columns > width) {
            break;
        }
        at += n;
    }
    return at;
}

/* How many bytes of the text go on a line of `width` columns: up to the last place behind a blank, ; or ,
 * else behind . - / or _ (ids are cut only where they have joints), else as many as fit. */
static size_t break_at(const char *data, size_t len, unsigned width)
{
    size_t at = 0;
    size_t good = 0;
    size_t fair = 0;
    unsigned columns = 0;
    while (at < len) {
        uint32_t code = 0;
        const size_t n = cli_text_decode(data + at, len - at, &code);
        const unsigned taken = cli_text_code_columns(code);
        if (columns + taken > width && code != ' ') {
            return good ? good : fair ? fair : at ? at : n;
        }
        columns += taken;
        at += n;
        if (code == ' ' || code == ';' || code == ',') {
            good = at;
        } else if (code == '.' || code == '-' || code == '/' || code == '_') {
            fair = at;
        }
    }
    return len;
}

static const char *colour_of(attain_str word)
{
    static const struct {
        const char *word, *colour;
    } colours[] = {{"met", "\x1b[32m"},          {"met_early", "\x1b[32m"},    {"on_track", "\x1b[32m"},
                   {"not_met", "\x1b[31m"},      {"behind", "\x1b[31m"},       {"wrong_way", "\x1b[31m"},
                   {"undetermined", "\x1b[33m"}, {"not_applicable", "\x1b[2m"}};
    for (size_t i = 0; i < sizeof colours / sizeof *colours; i++) {
        if (strlen(colours[i].word) == word.len && memcmp(colours[i].word, word.data, word.len) == 0) {
            return colours[i].colour;
        }
    }
    return NULL;
}

/* The part of a cell that stands on one line, and what is left of it. A text that must end here ends with an
 * ellipsis. */
static attain_str take_line(attain_str *rest, const cli_column *column, unsigned width, unsigned line,
                            int *cut)
{
    *cut = 0;
    attain_str part = *rest;
    if (column->narrowest && cli_text_columns(part.data, part.len) > width) {
        const int last = column->lines && line + 1 >= column->lines;
        part.len = last ? cut_at(rest->data, rest->len, width - 1) : break_at(rest->data, rest->len, width);
        *cut = last;
    }
    rest->data += part.len;
    rest->len -= part.len;
    if (*cut) {
        rest->len = 0;
    }
    while (part.len && part.data[part.len - 1] == ' ') {
        part.len--;
    }
    return part;
}

static void print_cell(const cli_table *table, cli_output *out, size_t i, attain_str part, int cut,
                       int is_last)
{
    const size_t columns = cli_text_columns(part.data, part.len) + (size_t)cut;
    const size_t pad = table->widths[i] > columns ? table->widths[i] - columns : 0;
    const char *colour = table->colour && table->columns[i].coloured ? colour_of(part) : NULL;
    if (table->columns[i].right) {
        blanks(out, pad);
    }
    if (colour) {
        cli_output_text(out, colour);
    }
    cli_output_write(out, part.data, part.len);
    if (cut) {
        cli_output_text(out, "…");
    }
    if (colour) {
        cli_output_text(out, reset);
    }
    if (!table->columns[i].right && !is_last) {
        blanks(out, pad);
    }
}

static int has_more(const cli_table *table, const attain_str *rest)
{
    for (size_t i = 0; i < table->n_columns; i++) {
        if (table->widths[i] && rest[i].len) {
            return 1;
        }
    }
    return 0;
}

/* A row of as many lines as its cells need; nothing is printed behind the last text of a line. */
static void print_row(const cli_table *table, cli_output *out, attain_str *rest)
{
    for (unsigned line = 0; line == 0 || has_more(table, rest); line++) {
        size_t last = 0;
        for (size_t i = 0; i < table->n_columns; i++) {
            if (table->widths[i] && rest[i].len) {
                last = i;
            }
        }
        int is_first = 1;
        for (size_t i = 0; i <= last; i++) {
            if (!table->widths[i]) {
                continue;
            }
            if (!is_first) {
                blanks(out, GAP);
            }
            is_first = 0;
            int cut = 0;
            const attain_str part = take_line(&rest[i], &table->columns[i], table->widths[i], line, &cut);
            print_cell(table, out, i, part, cut, i == last);
        }
        cli_output_write(out, "\n", 1);
    }
}

static void print_names(const cli_table *table, cli_output *out, attain_str *cells)
{
    for (size_t i = 0; i < table->n_columns; i++) {
        cells[i] = cli_str(table->columns[i].name);
    }
    if (table->colour) {
        cli_output_text(out, bold);
    }
    print_row(table, out, cells);
    if (table->colour) {
        cli_output_text(out, reset);
    }
    for (unsigned i = total_width(table); i > 0; i--) {
        cli_output_text(out, "─");
    }
    cli_output_write(out, "\n", 1);
}

static void print_heading(const cli_table *table, cli_output *out, attain_str text)
{
    if (table->n_printed) {
        cli_output_write(out, "\n", 1);
    }
    const cli_column whole = {.narrowest = 1, .lines = 1};
    int cut = 0;
    const attain_str part = take_line(&text, &whole, table->width, 0, &cut);
    if (table->colour) {
        cli_output_text(out, bold);
    }
    cli_output_write(out, part.data, part.len);
    if (cut) {
        cli_output_text(out, "…");
    }
    if (table->colour) {
        cli_output_text(out, reset);
    }
    cli_output_write(out, "\n", 1);
}

int cli_table_print(cli_table *table, cli_output *out)
{
    attain_str *cells = calloc(table->n_columns, sizeof *cells);
    if (!cells || table->failed || (!table->widths && lay_out(table))) {
        free(cells);
        cli_say("no memory for a table of %zu rows; --format csv needs less", table->n_lines);
        return 1;
    }
    if (!table->n_printed && table->n_lines) {
        print_names(table, out, cells);
    }
    for (size_t line = 0; line < table->n_lines; line++) {
        const size_t first = table->lines[line].first;
        for (size_t i = 0; i < table->n_columns && !table->lines[line].is_heading; i++) {
            cells[i] = cell_at(table, first + i);
        }
        if (table->lines[line].is_heading) {
            print_heading(table, out, cell_at(table, first));
        } else {
            print_row(table, out, cells);
        }
        table->n_printed++;
    }
    free(cells);
    table->n_lines = 0;
    table->n_cells = 0;
    cli_buffer_clear(&table->text);
    return 0;
}
