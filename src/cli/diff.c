/* Canonical text cut into declarations and parts.
 *
 *     unit VN.02 "Hà Giang" province in VN  until 2025-06-30      a line at column 0 begins a declaration
 *                └ title ┘ └── place ───┘  └──── until ────┘      two blanks, outside of quotes, end a part
 *     attribute region: RRD "Đồng bằng sông Hồng", NCC
 *         "Bắc Trung Bộ"                                          four blanks: the line before goes on
 *     measure workers
 *       stock persons  by post                                    two blanks: more parts
 *
 * Whatever the plan language says there, only its layout is read here; kinds that are not known are matched by their first line. */
#include "cli/diff.h"

#include "cli/load.h"
#include "cli/text.h"

#include <stdlib.h>
#include <string.h>

/* Keyword, and what the rest of its first line is called. */
static const struct {
    const char *word, *rest;
} kinds[DIFF_N_KINDS] = {[DIFF_TARGET] = {"target", "promise"},
                         [DIFF_MILESTONE] = {"milestone", "by"},
                         [DIFF_PROGRAMME] = {"programme", ""},
                         [DIFF_INDICATOR] = {"indicator", "expression"},
                         [DIFF_MEASURE] = {"measure", ""},
                         [DIFF_REFERENCE] = {"reference", "unit"},
                         [DIFF_CATEGORY] = {"category", "members"},
                         [DIFF_UNIT] = {"unit", "place"},
                         [DIFF_TYPE] = {"type", "members"},
                         [DIFF_ATTRIBUTE] = {"attribute", "members"},
                         [DIFF_BOUNDARY] = {"boundary", "event"},
                         [DIFF_REPORT] = {"report", ""},
                         [DIFF_CHECK] = {"check", "identity"},
                         [DIFF_ACTIVITY] = {"activity", ""},
                         [DIFF_OTHER] = {"other", ""}};

const char *diff_kind_name(diff_kind kind)
{
    return kinds[kind].word;
}

static int is_word(attain_str text, const char *word)
{
    return text.len == strlen(word) && memcmp(text.data, word, text.len) == 0;
}

static attain_str word_at(attain_str text, size_t from)
{
    size_t end = from;
    while (end < text.len && text.data[end] != ' ' && text.data[end] != ':') {
        end++;
    }
    return (attain_str){text.data + from, end - from};
}

/* Behind a quoted string that begins at `from`. */
static size_t behind_string(attain_str text, size_t from)
{
    size_t at = from + 1;
    while (at < text.len && text.data[at] != '"') {
        at += text.data[at] == '\\' ? 2 : 1;
    }
    return at < text.len ? at + 1 : text.len;
}

static attain_str cut(attain_str text, size_t from, size_t end)
{
    while (from < end && (text.data[from] == ' ' || text.data[from] == ':' || text.data[from] == '=')) {
        from++;
    }
    while (end > from && text.data[end - 1] == ' ') {
        end--;
    }
    return (attain_str){text.data + from, end - from};
}

/* ---------------------------------------------------------------- parts ---- */

/* What a part is called: its first word, or as many as tell it from its neighbours. */
static attain_str part_name(diff_kind kind, attain_str text)
{
    static const char *const of_targets[] = {"reading", "choose", "reads",  "baseline", "phase",
                                             "vision",  "path",   "weight", "part",     "undefined",
                                             "defined", "lead",   "with",   "source",   "note"};
    static const char *const of_two[] = {"any sign", "at any",   "shown as", "variant of", "mean of",
                                         "part of",  "reads as", "not done", "all of",     "on request"};
    const attain_str first = word_at(text, 0);
    const size_t second_at = first.len + 1 < text.len ? first.len + 1 : text.len;
    const attain_str second = word_at(text, second_at);
    if (kind == DIFF_TARGET) {
        size_t known = 0;
        for (size_t i = 0; i < sizeof of_targets / sizeof *of_targets; i++) {
            known += is_word(first, of_targets[i]) != 0;
        }
        if (!known) {
            return cli_str("promise");
        }
    }
    if (is_word(second, "over")) {
        return (attain_str){second.data, word_at(text, second_at + 5).len + 5};
    }
    const attain_str both = {text.data, second_at + second.len};
    for (size_t i = 0; i < sizeof of_two / sizeof *of_two; i++) {
        if (is_word(both, of_two[i])) {
            return both;
        }
    }
    return first;
}

static void add_part(diff_item *item, attain_str name, attain_str text)
{
    if (text.len) {
        /* Items are made with room for their parts: NOLINTNEXTLINE(clang-analyzer-core.NullDereference) */
        item->parts[item->n_parts++] = (diff_part){name, text};
    }
}

/* The first part of a declaration: keyword, id, title, rest. */
static void head(diff_item *item, attain_str line)
{
    const attain_str keyword = word_at(line, 0);
    item->kind = DIFF_OTHER;
    for (int kind = 0; kind < DIFF_OTHER; kind++) {
        item->kind = is_word(keyword, kinds[kind].word) ? (diff_kind)kind : item->kind;
    }
    size_t at = keyword.len + 1 < line.len ? keyword.len + 1 : line.len;
    const int is_named = item->kind != DIFF_BOUNDARY && item->kind != DIFF_OTHER;
    if (!is_named) {
        item->id = cut(line, item->kind == DIFF_OTHER ? 0 : at, line.len);
        return;
    }
    const size_t id_end =
        at < line.len && line.data[at] == '"' ? behind_string(line, at) : at + word_at(line, at).len;
    item->id = (attain_str){line.data + at, id_end - at};
    at = id_end;
    if (at + 1 < line.len && line.data[at] == ' ' && line.data[at + 1] == '"') {
        const size_t end = behind_string(line, at + 1);
        add_part(item, cli_str("title"), cut(line, at, end));
        at = end;
    }
    add_part(item, cli_str(kinds[item->kind].rest), cut(line, at, line.len));
}

/* One line, with those that go on from it: its parts. */
static void take_line(diff_item *item, attain_str line, int is_head)
{
    size_t start = 0;
    for (size_t at = 0; at <= line.len;) {
        const int ends =
            at == line.len || (line.data[at] == ' ' && at + 1 < line.len && line.data[at + 1] == ' ');
        if (!ends) {
            at = line.data[at] == '"' ? behind_string(line, at) : at + 1;
            continue;
        }
        const attain_str part = {line.data + start, at - start};
        if (is_head && start == 0) {
            head(item, part);
        } else {
            add_part(item, part_name(item->kind, part), cut(part, 0, part.len));
        }
        while (at < line.len && line.data[at] == ' ') {
            at++;
        }
        start = at;
        at += at == line.len;
    }
}

/* ---------------------------------------------------------------- declarations ---- */

static int no_memory(void)
{
    cli_say("no memory to compare the plans");
    return CLI_EXIT_ERRORS;
}

/* Every part begins behind a line's start or two blanks, so there are no more of them than those. */
static int make_room(diff_plan *p)
{
    size_t n_items = 1;
    size_t n_parts = 3;
    for (size_t i = 0; i < p->text.len; i++) {
        const int begins = i == 0 || p->text.data[i - 1] == '\n';
        n_items += begins && p->text.data[i] != ' ';
        n_parts += begins ? 3 : p->text.data[i] == ' ' && p->text.data[i - 1] == ' ';
    }
    p->bytes = malloc(p->text.len + 1);
    p->items = calloc(n_items, sizeof *p->items);
    p->parts = calloc(n_parts, sizeof *p->parts);
    p->things = calloc(n_items, sizeof *p->things);
    return p->bytes && p->items && p->parts && p->things ? CLI_EXIT_FINE : no_memory();
}

static size_t line_end(attain_str text, size_t from)
{
    const char *end = from < text.len ? memchr(text.data + from, '\n', text.len - from) : NULL;
    return end ? (size_t)(end - text.data) : text.len;
}

static size_t blanks_at(attain_str text, size_t from)
{
    size_t n = 0;
    while (from + n < text.len && text.data[from + n] == ' ') {
        n++;
    }
    return n;
}

/* Lines are joined with those that go on from them in `bytes`. */
static void read_items(diff_plan *p)
{
    const attain_str text = {p->text.data, p->text.len};
    char *to = p->bytes;
    diff_part *parts = p->parts;
    for (size_t at = 0; at < text.len;) {
        size_t end = line_end(text, at);
        const size_t blanks = blanks_at(text, at);
        if (end == at) {
            at++;
            continue;
        }
        char *const start = to;
        memcpy(to, text.data + at + blanks, end - at - blanks);
        to += end - at - blanks;
        while (end + 1 < text.len && blanks_at(text, end + 1) >= 4) {
            const size_t from = end + 1 + blanks_at(text, end + 1);
            end = line_end(text, from);
            *to++ = ' ';
            memcpy(to, text.data + from, end - from);
            to += end - from;
        }
        if (blanks == 0) {
            p->items[p->n_items++] = (diff_item){.parts = parts, .text = {start, 0}};
        }
        diff_item *const item = &p->items[p->n_items - 1];
        take_line(item, (attain_str){start, (size_t)(to - start)}, blanks == 0);
        item->text.len = (size_t)(to - item->text.data);
        *to++ = '\n';
        parts = item->parts + item->n_parts;
        at = end + 1;
    }
}

int diff_load(const cli_options *options, size_t i, diff_plan *out)
{
    attain_error err = {0};
    int status = cli_load_any_plan(options, i, 0, &out->plan, NULL);
    if (!status && attain_plan_print(out->plan, &out->text, &err) != ATTAIN_OK) {
        cli_say_error(&err);
        status = CLI_EXIT_ERRORS;
    }
    if (!status) {
        status = make_room(out);
    }
    if (!status) {
        read_items(out);
    }
    return status;
}

void diff_free(diff_plan *plan)
{
    free(plan->bytes);
    free(plan->items);
    free(plan->parts);
    free(plan->things);
    attain_text_free(&plan->text);
    attain_plan_free(plan->plan);
}

/* ---------------------------------------------------------------- matching ---- */

static int compare_text(attain_str a, attain_str b)
{
    const size_t n = a.len < b.len ? a.len : b.len;
    const int order = n ? memcmp(a.data, b.data, n) : 0;
    return order ? order : (a.len > b.len) - (a.len < b.len);
}

/* By kind, id and text: several lines of a unit that moved may stand in any order. */
static int by_name(const void *left, const void *right)
{
    const diff_item *const a = *(diff_item *const *)left;
    const diff_item *const b = *(diff_item *const *)right;
    if (a->kind != b->kind) {
        return a->kind < b->kind ? -1 : 1;
    }
    const int order = compare_text(a->id, b->id);
    return order ? order : compare_text(a->text, b->text);
}

static diff_item **sorted(diff_plan *p)
{
    diff_item **const list = malloc((p->n_items + 1) * sizeof *list);
    for (size_t i = 0; list && i < p->n_items; i++) {
        list[i] = &p->items[i];
    }
    if (list) {
        qsort(list, p->n_items, sizeof *list, by_name);
    }
    for (size_t i = 1; list && i < p->n_items; i++) {
        const int again =
            list[i]->kind == list[i - 1]->kind && compare_text(list[i]->id, list[i - 1]->id) == 0;
        list[i]->nth = again ? list[i - 1]->nth + 1 : 0;
    }
    return list;
}

static int compare_items(const diff_item *a, const diff_item *b)
{
    if (a->kind != b->kind) {
        return a->kind < b->kind ? -1 : 1;
    }
    const int order = compare_text(a->id, b->id);
    return order ? order : (a->nth > b->nth) - (a->nth < b->nth);
}

/* ---------------------------------------------------------------- what words stand on ---- */

/* Kinds that words of an item may name. */
static unsigned named_kinds(const diff_item *item, const diff_part *part)
{
    const unsigned figures = 1u << DIFF_INDICATOR | 1u << DIFF_MEASURE | 1u << DIFF_REFERENCE;
    switch (item->kind) {
    case DIFF_TARGET: return is_word(part->name, "promise") || is_word(part->name, "reading") ? figures : 0;
    case DIFF_INDICATOR: return is_word(part->name, "expression") ? figures : 0;
    case DIFF_MEASURE: return is_word(part->name, "by") ? 1u << DIFF_CATEGORY : 0;
    default: return 0;
    }
}

static const diff_item *find_thing(const diff_plan *p, attain_str id, unsigned wanted)
{
    for (int kind = 0; kind < DIFF_N_KINDS; kind++) {
        size_t low = 0;
        size_t high = wanted >> kind & 1u ? p->n_things : 0;
        while (low < high) {
            const size_t middle = low + (high - low) / 2;
            const diff_item *const at = p->things[middle];
            const int order =
                (int)at->kind != kind ? ((int)at->kind < kind ? -1 : 1) : compare_text(at->id, id);
            if (order == 0) {
                return at;
            }
            low = order < 0 ? middle + 1 : low;
            high = order < 0 ? high : middle;
        }
    }
    return NULL;
}

static int is_name_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.' || (unsigned char)c >= 0x80;
}

const diff_item *diff_changed_below(const diff_plan *b, const diff_item *item)
{
    for (size_t i = 0; i < item->n_parts; i++) {
        const attain_str text = item->parts[i].text;
        const unsigned wanted = named_kinds(item, &item->parts[i]);
        for (size_t at = 0; at < text.len && wanted;) {
            size_t end = at;
            while (end < text.len && is_name_byte(text.data[end])) {
                end++;
            }
            const diff_item *const named =
                end > at ? find_thing(b, (attain_str){text.data + at, end - at}, wanted) : NULL;
            if (named && named->below) {
                return named->below;
            }
            at = end > at ? end : text.data[at] == '"' ? behind_string(text, at) : at + 1;
        }
    }
    return NULL;
}

/* Until nothing more is reached: as often as definitions stand on one another. */
static void spread_changes(diff_plan *b)
{
    for (size_t i = 0; i < b->n_things; i++) {
        b->things[i]->below = !b->things[i]->other || b->things[i]->is_changed ? b->things[i] : NULL;
    }
    for (int goes_on = 1; goes_on;) {
        goes_on = 0;
        for (size_t i = 0; i < b->n_things; i++) {
            if (!b->things[i]->below) {
                b->things[i]->below = diff_changed_below(b, b->things[i]);
                goes_on = goes_on || b->things[i]->below;
            }
        }
    }
}

int diff_match(diff_plan *a, diff_plan *b)
{
    diff_item **const left = sorted(a);
    diff_item **const right = sorted(b);
    const int status = left && right ? CLI_EXIT_FINE : no_memory();
    for (size_t i = 0, k = 0; !status && i < a->n_items && k < b->n_items;) {
        const int order = compare_items(left[i], right[k]);
        if (order == 0) {
            left[i]->other = right[k];
            right[k]->other = left[i];
            right[k]->is_changed = compare_text(left[i]->text, right[k]->text) != 0;
        }
        i += order <= 0;
        k += order >= 0;
    }
    for (size_t k = 0; !status && k < b->n_items; k++) {
        const diff_kind kind = right[k]->kind;
        if (kind == DIFF_INDICATOR || kind == DIFF_MEASURE || kind == DIFF_REFERENCE ||
            kind == DIFF_CATEGORY) {
            b->things[b->n_things++] = right[k];
        }
    }
    free(left);
    free(right);
    if (!status) {
        spread_changes(b);
    }
    return status;
}
