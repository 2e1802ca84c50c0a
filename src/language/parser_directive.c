/* Parser: directives. One head per directive: what stands between its word and its attributes. */
#include "language/parser.h"
#include "language/write.h"

#include <string.h>

static bool read_title(atn_parser *p, atn_decl *decl)
{
    return atn_parser_peek(p)->kind != ATN_TOKEN_STRING || atn_parser_string(p, "a title", &decl->title);
}

static bool head_include(atn_parser *p, atn_decl *decl)
{
    return atn_parser_string(p, "a string (the path)", &decl->id);
}

static bool head_numbers(atn_parser *p, atn_decl *decl)
{
    if (!atn_parser_is_word(atn_parser_peek(p), "vi")) {
        return atn_parser_require(p, "'vi' after 'numbers'");
    }
    if (p->has_directive) {
        return atn_parser_fail(p, ATTAIN_E_SYNTAX, decl->span, (atn_str){"", 0},
                               "`numbers vi` stands above every other directive of its file");
    }
    p->lexer.numbers_vi = true;
    return atn_parser_id(p, "'vi'", &decl->id);
}

static bool head_units(atn_parser *p, atn_decl *decl)
{
    return atn_parser_expect(p, "from", "after 'units'") &&
           atn_parser_string(p, "a string (the path)", &decl->id);
}

static bool head_unit(atn_parser *p, atn_decl *decl)
{
    return atn_parser_id(p, "the id of the unit", &decl->id) && read_title(p, decl) &&
           atn_parser_id(p, "the type of the unit", &decl->type);
}

/* `member "title"` */
static bool read_member(atn_parser *p, const char *what, atn_item **out)
{
    if (!atn_parser_name(p, what, out)) {
        return false;
    }
    if (atn_parser_peek(p)->kind == ATN_TOKEN_STRING) {
        atn_item *title;
        if (!atn_parser_string(p, "a title", &title)) {
            return false;
        }
        (*out)->title = title->text;
    }
    return true;
}

static bool head_set(atn_parser *p, atn_decl *decl, atn_item_reader *read_head, atn_item_reader *read,
                     const char *what)
{
    if (!read_head(p, "a name", &decl->id) ||
        !atn_parser_expect_sign(p, ATN_TOKEN_COLON, ":", "after the name")) {
        return false;
    }
    const size_t first = p->at;
    atn_attr *const attr = atn_parser_add_attr(p, decl, ATN_ATTR_MEMBERS);
    if (attr == NULL || !atn_parser_list(p, read, what, &attr->items)) {
        return false;
    }
    attr->span = atn_parser_span(p, first);
    return true;
}

static bool head_type(atn_parser *p, atn_decl *decl)
{
    return head_set(p, decl, atn_parser_id, atn_parser_id, "a type of units");
}

/* The words of `unit` itself could never be read there as the name of an attribute. */
static bool read_attribute_name(atn_parser *p, const char *what, atn_item **out)
{
    const atn_token *const token = atn_parser_peek(p);
    if (atn_parser_is_word(token, "in") || atn_parser_is_word(token, "from") ||
        atn_parser_is_word(token, "until") || atn_parser_is_word(token, "alias")) {
        p->at++;
        return atn_parser_fail(p, ATTAIN_E_NAME, atn_parser_span(p, p->at - 1), (atn_str){"", 0},
                               "an attribute of units may not be called in, from, until or alias");
    }
    return atn_parser_name(p, what, out);
}

static bool head_attribute(atn_parser *p, atn_decl *decl)
{
    return head_set(p, decl, read_attribute_name, read_member, "a value of the attribute");
}

static bool head_category(atn_parser *p, atn_decl *decl)
{
    return head_set(p, decl, atn_parser_name, read_member, "a member of the category");
}

static bool head_name(atn_parser *p, atn_decl *decl)
{
    return atn_parser_name(p, "an id", &decl->id) && read_title(p, decl);
}

static bool head_id(atn_parser *p, atn_decl *decl)
{
    return atn_parser_id(p, "an id", &decl->id) && read_title(p, decl);
}

static bool head_report(atn_parser *p, atn_decl *decl)
{
    return atn_parser_id(p, "an id", &decl->id);
}

static bool head_reference(atn_parser *p, atn_decl *decl)
{
    const size_t first = p->at;
    if (!head_name(p, decl)) {
        return false;
    }
    atn_attr *const attr = atn_parser_add_attr(p, decl, ATN_ATTR_UNIT_OF);
    if (attr == NULL || !atn_parser_id(p, "a unit of measure (one word)", &attr->items)) {
        return false;
    }
    attr->span = atn_parser_span(p, first);
    return true;
}

static bool head_indicator(atn_parser *p, atn_decl *decl)
{
    if (!head_name(p, decl) ||
        !atn_parser_expect_sign(p, ATN_TOKEN_EQUAL, "=", "and the expression of the indicator")) {
        return false;
    }
    const size_t first = p->at;
    atn_attr *const attr = atn_parser_add_attr(p, decl, ATN_ATTR_EXPRESSION);
    if (attr == NULL || !atn_parser_expression(p, &attr->expr)) {
        return false;
    }
    attr->span = atn_parser_span(p, first);
    return true;
}

static bool head_check(atn_parser *p, atn_decl *decl)
{
    if (!atn_parser_string(p, "a string (the title of the check)", &decl->title) ||
        !atn_parser_expect_sign(p, ATN_TOKEN_COLON, ":", "after the title of a check")) {
        return false;
    }
    const size_t first = p->at;
    atn_attr *const attr = atn_parser_add_attr(p, decl, ATN_ATTR_EXPRESSION);
    if (attr == NULL || !atn_parser_expression(p, &attr->expr) ||
        !atn_parser_expect_sign(p, ATN_TOKEN_EQUAL, "=", "between the sides of a check") ||
        !atn_parser_expression(p, &attr->expr_right)) {
        return false;
    }
    attr->span = atn_parser_span(p, first);
    return true;
}

/* UNIT SHARE% of a split: the share stands in the item's title, plain, without its sign. */
static bool read_shared_unit(atn_parser *p, const char *what, atn_item **out)
{
    atn_number share;
    if (!atn_parser_id(p, what, out) || !atn_parser_number(p, "the share of this unit in percent", &share) ||
        !atn_parser_expect_sign(p, ATN_TOKEN_PERCENT, "%", "after the share")) {
        return false;
    }
    atn_buf text;
    atn_buf_init(&text, &p->plan->alloc);
    atn_write_number(&text, &share);
    (*out)->title =
        (atn_str){text.failed ? NULL : atn_arena_copy(&p->plan->arena, text.data, text.len), text.len};
    atn_buf_free(&text);
    return (*out)->title.data != NULL || atn_parser_memory(p);
}

/* DATE merge A, B into C | split A into B 60%, C 40% | rename A to B */
static bool head_boundary(atn_parser *p, atn_decl *decl)
{
    const size_t first = p->at;
    atn_attr *const attr = atn_parser_add_attr(p, decl, ATN_ATTR_BOUNDARY);
    if (attr == NULL || !atn_parser_day(p, "a day like 2025-07-01", &attr->day)) {
        return false;
    }
    bool fine;
    if (atn_parser_take(p, "merge")) {
        attr->number.mantissa = ATN_BOUNDARY_MERGE;
        fine = atn_parser_list(p, atn_parser_id, "the id of a unit", &attr->items) &&
               atn_parser_expect(p, "into", "after the merged units") &&
               atn_parser_id(p, "the id of a unit", &attr->into);
    } else if (atn_parser_take(p, "split")) {
        attr->number.mantissa = ATN_BOUNDARY_SPLIT;
        fine = atn_parser_id(p, "the id of a unit", &attr->items) &&
               atn_parser_expect(p, "into", "after the split unit") &&
               atn_parser_list(p, read_shared_unit, "the id of a unit", &attr->into);
    } else if (atn_parser_take(p, "rename")) {
        attr->number.mantissa = ATN_BOUNDARY_RENAME;
        fine = atn_parser_id(p, "the id of a unit", &attr->items) &&
               atn_parser_expect(p, "to", "after the old id") && atn_parser_id(p, "the new id", &attr->into);
    } else {
        return atn_parser_require(p, "'merge', 'split' or 'rename'");
    }
    attr->span = atn_parser_span(p, first);
    return fine;
}

/* In the order of atn_decl_kind. */
const atn_directive atn_directives[] = {
    {"include", "an include", ATN_DECL_INCLUDE, head_include},
    {"numbers", "numbers", ATN_DECL_NUMBERS, head_numbers},
    {"units", "units", ATN_DECL_UNITS_FROM, head_units},
    {"unit", "a unit", ATN_DECL_UNIT, head_unit},
    {"type", "a type", ATN_DECL_TYPE, head_type},
    {"attribute", "an attribute", ATN_DECL_ATTRIBUTE, head_attribute},
    {"category", "a category", ATN_DECL_CATEGORY, head_category},
    {"measure", "a measure", ATN_DECL_MEASURE, head_name},
    {"reference", "a reference", ATN_DECL_REFERENCE, head_reference},
    {"indicator", "an indicator", ATN_DECL_INDICATOR, head_indicator},
    {"check", "a check", ATN_DECL_CHECK, head_check},
    {"programme", "a programme", ATN_DECL_PROGRAMME, head_id},
    {"target", "a target", ATN_DECL_TARGET, head_id},
    {"milestone", "a milestone", ATN_DECL_MILESTONE, head_id},
    {"activity", "an activity", ATN_DECL_ACTIVITY, head_id},
    {"report", "a report", ATN_DECL_REPORT, head_report},
    {"boundary", "a boundary", ATN_DECL_BOUNDARY, head_boundary},
};
const size_t atn_n_directives = sizeof atn_directives / sizeof *atn_directives;
