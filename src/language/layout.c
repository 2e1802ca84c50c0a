/* Layout: the parts of a directive on lines of at most 110 columns where that can be.
 *
 *   measure workers "Nhân viên công tác xã hội"                     head, with what reads on from it
 *     stock persons  by post  reported half-yearly by commune       short attributes of one row share a line
 *     break 2022-01-01 "new form"  # a comment                      others have their own; a comment ends its line
 *
 * Attributes stay in the order in which they were written. Only breaks that the lexer joins again are made: before an operator, and
 * between attributes, and in a list of members before a title. The result depends on the parts alone, so laying out twice changes nothing. */
#include "language/write.h"

#define LINE_COLUMNS 110

enum { ROW_OWN, ROW_HEAD, ROW_SHORT, ROW_LINKS };

typedef struct layout {
    atn_buf *out;
    atn_buf part; /* scratch */
    size_t column;
    int row;   /* of the open line */
    bool open; /* something may follow on the line */
} layout;

/* Which attributes may share a line. */
static int row_of(atn_decl_kind decl, atn_attr_kind attr)
{
    switch (attr) {
    case ATN_ATTR_IN:
    case ATN_ATTR_FROM:
    case ATN_ATTR_UNTIL:
    case ATN_ATTR_NAMED:
    case ATN_ATTR_OVERLAPPING: return ROW_HEAD;
    case ATN_ATTR_BY:
        return decl == ATN_DECL_MILESTONE ? ROW_HEAD : decl == ATN_DECL_MEASURE ? ROW_SHORT : ROW_OWN;
    case ATN_ATTR_PHASE: return decl == ATN_DECL_TARGET ? ROW_SHORT : ROW_OWN;
    case ATN_ATTR_PART_OF:
    case ATN_ATTR_UNIT:
    case ATN_ATTR_IMPLEMENTS: return decl == ATN_DECL_PROGRAMME ? ROW_LINKS : ROW_SHORT;
    case ATN_ATTR_ALIAS:
    case ATN_ATTR_STOCK:
    case ATN_ATTR_FLOW:
    case ATN_ATTR_DECIMALS:
    case ATN_ATTR_ANY_SIGN:
    case ATN_ATTR_LAW:
    case ATN_ATTR_REPORTED:
    case ATN_ATTR_ANY_LEVEL:
    case ATN_ATTR_CARRY:
    case ATN_ATTR_SHARE:
    case ATN_ATTR_SHOWN:
    case ATN_ATTR_ANNUALISED:
    case ATN_ATTR_VARIANT_OF:
    case ATN_ATTR_MEAN_OF:
    case ATN_ATTR_PERIOD:
    case ATN_ATTR_HORIZON:
    case ATN_ATTR_VISION:
    case ATN_ATTR_PATH:
    case ATN_ATTR_WEIGHT: return ROW_SHORT;
    default: return ROW_OWN;
    }
}

static void add(layout *l, const char *data, size_t len)
{
    atn_buf_add(l->out, data, len);
    l->column += atn_utf8_width((atn_str){data, len});
}

static void begin_line(layout *l, const char *indent)
{
    atn_buf_char(l->out, '\n');
    l->column = 0;
    add(l, indent, 2);
}

/* Offset of the next place at or behind `at` where a line may end: the blank before an operator; len if there is none. */
static size_t next_break(atn_str s, size_t at)
{
    static const char *const operators[] = {" / ", " + ", " - ", " and ", " or "};
    bool in_brackets = false; /* `or` between members may be moved as well, but reads badly */
    for (; at < s.len; at++) {
        in_brackets = s.data[at] == '[' || (in_brackets && s.data[at] != ']');
        if (s.data[at] != ' ' || in_brackets) {
            continue;
        }
        for (size_t i = 0; i < sizeof operators / sizeof *operators; i++) {
            size_t len = 0;
            while (operators[i][len] != '\0' && at + len < s.len && s.data[at + len] == operators[i][len]) {
                len++;
            }
            if (operators[i][len] == '\0') {
                return at;
            }
        }
    }
    return s.len;
}

/* Adds an expression, broken before operators where it passes the line. */
static void add_expression(layout *l, atn_str s)
{
    for (size_t at = 0; at < s.len;) {
        const size_t end = next_break(s, at + 1);
        const size_t width = atn_utf8_width((atn_str){s.data + at, end - at});
        if (at > 0 && l->column + width > LINE_COLUMNS) {
            begin_line(l, "  ");
            add(l, "  ", 2);
            at++;
        }
        add(l, s.data + at, end - at);
        at = end;
    }
}

/* The expression of an indicator or check behind the head in l->part. */
static void add_sides(layout *l, const atn_decl *decl, const atn_attr *attr, atn_style style)
{
    const bool is_check = decl->kind == ATN_DECL_CHECK;
    const size_t start = l->part.len;
    atn_buf_text(&l->part, is_check ? " " : "= ");
    atn_write_expr_styled(&l->part, attr->expr, style);
    const size_t split = l->part.len;
    if (is_check) {
        atn_buf_text(&l->part, "= ");
        atn_write_expr_styled(&l->part, attr->expr_right, style);
    }
    if (l->part.failed) {
        return;
    }
    const atn_str whole = {l->part.data, l->part.len};
    const atn_str left = {whole.data + start, split - start};
    const atn_str right = {whole.data + split, whole.len - split};
    if (is_check) {
        add_expression(l, left);
    }
    const atn_str last = is_check ? right : left;
    if (l->column + 1 + atn_utf8_width(last) <= LINE_COLUMNS) {
        add(l, " ", 1);
    } else {
        begin_line(l, "  ");
    }
    add_expression(l, last);
}

/* Adds the text of l->part and empties it. A break is made before it if it may be and the line is full. */
static void add_part(layout *l, bool may_break)
{
    const atn_str part = {l->part.data, l->part.len};
    if (l->part.failed) {
        return;
    }
    if (may_break && l->column + 1 + atn_utf8_width(part) > LINE_COLUMNS) {
        begin_line(l, "  ");
        add(l, "  ", 2);
    } else if (may_break) {
        add(l, " ", 1);
    }
    add(l, part.data, part.len);
    l->part.len = 0;
}

static void add_members(layout *l, const atn_item *members)
{
    for (const atn_item *member = members; member != NULL; member = member->next) {
        atn_buf_char(&l->part, ' ');
        atn_buf_str(&l->part, member->text);
        if (member->title.len > 0) {
            add_part(l, false);
            atn_write_string(&l->part, member->title);
        }
        atn_buf_text(&l->part, member->next == NULL ? "" : ",");
        add_part(l, member->title.len > 0);
    }
}

static void put_head(layout *l, const atn_decl *decl, atn_style style)
{
    atn_write_head(&l->part, decl, style);
    if (l->part.failed) {
        return;
    }
    add(l, l->part.data, l->part.len);
    if (decl->attrs != NULL && decl->attrs->kind == ATN_ATTR_EXPRESSION) {
        add_sides(l, decl, decl->attrs, style);
    }
    if (decl->attrs != NULL && decl->attrs->kind == ATN_ATTR_MEMBERS) {
        l->part.len = 0;
        add_members(l, decl->attrs->items);
    }
    l->open = true;
    l->row = ROW_HEAD;
}

/* `reported yearly` would take a `by post` behind it for its own. */
static bool would_take(const atn_attr *before, const atn_attr *attr)
{
    return before != NULL && before->kind == ATN_ATTR_REPORTED && before->items == NULL &&
           attr->kind == ATN_ATTR_BY;
}

static void put_attr(layout *l, const atn_decl *decl, const atn_attr *before, const atn_attr *attr,
                     atn_style style)
{
    const int row = row_of(decl->kind, attr->kind);
    l->part.len = 0;
    atn_write_attr(&l->part, attr, style);
    if (l->part.failed) {
        return;
    }
    const bool reads_on = attr->kind == ATN_ATTR_IN || (row == ROW_HEAD && attr->kind == ATN_ATTR_BY);
    const size_t gap = reads_on ? 1 : 2;
    const size_t width = atn_utf8_width((atn_str){l->part.data, l->part.len});
    if (l->open && row != ROW_OWN && row == l->row && l->column + gap + width <= LINE_COLUMNS &&
        !would_take(before, attr)) {
        add(l, "  ", gap);
    } else {
        begin_line(l, "  ");
    }
    add(l, l->part.data, l->part.len);
    l->row = row;
    l->open = true;
}

/* The comments from *at on that stand before `line`. The first may end the open line, the others have lines of their own. */
static void put_comments(layout *l, const atn_comment *comments, size_t n, size_t *at, int32_t line)
{
    while (*at < n && comments[*at].line < line) {
        const atn_comment *const comment = &comments[*at];
        if (comment->own_line || !l->open) {
            begin_line(l, "  ");
        } else {
            add(l, "  ", 2);
        }
        add(l, comment->text.data, comment->text.len);
        l->open = false;
        *at += 1;
    }
}

void atn_layout_decl(atn_buf *out, const atn_decl *decl, atn_style style, const atn_comment *comments,
                     size_t n_comments, size_t *at, int32_t last_line)
{
    layout l = {.out = out};
    atn_buf_init(&l.part, &out->alloc);
    put_head(&l, decl, style);
    const atn_attr *before = NULL;
    for (const atn_attr *attr = decl->attrs; attr != NULL; attr = attr->next) {
        if (atn_attr_is_head(attr)) {
            continue;
        }
        put_comments(&l, comments, n_comments, at, attr->span.line);
        put_attr(&l, decl, before, attr, style);
        before = attr;
    }
    put_comments(&l, comments, n_comments, at, last_line + 1);
    atn_buf_char(out, '\n');
    out->failed = out->failed || l.part.failed;
    atn_buf_free(&l.part);
}

void atn_write_decl(atn_buf *out, const atn_decl *decl)
{
    size_t at = 0;
    atn_layout_decl(out, decl, (atn_style){false, false}, NULL, 0, &at, 0);
}
