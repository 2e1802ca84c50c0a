/* Plan: what the files that change one share. A change is all or nothing: a mark is taken, and put back when the change fails.
 *
 *   plan.c   life, texts, includes, freeze        plan_units.c   units from CSV files       plan_columns.c   units, targets as columns */
#ifndef ATN_LANGUAGE_PLAN_H
#define ATN_LANGUAGE_PLAN_H

#include "language/lexer.h"

typedef struct atn_decl_list {
    atn_decl *first, *last;
} atn_decl_list;

/* Begins a change: false (with err) if the plan is frozen. *before is what atn_plan_put_back needs. */
bool atn_plan_begin(attain_plan *plan, atn_draft *before, attain_error *err);
void atn_plan_put_back(attain_plan *plan, const atn_draft *before);
/* Copies name and text into the arena and registers them; NULL: out of memory. */
atn_source *atn_plan_add_source(attain_plan *plan, atn_str name, atn_str text);
void atn_plan_append(atn_decl_list *list, atn_decl *decl);
/* The list becomes part of the plan. */
void atn_plan_link(attain_plan *plan, atn_decl_list list);
/* An item with a copy of the text; NULL: out of memory. */
atn_item *atn_plan_item(attain_plan *plan, atn_str text, bool is_string, atn_span span);
/* A new attribute at the end of the declaration's; NULL: out of memory. */
atn_attr *atn_plan_attr(attain_plan *plan, atn_decl *decl, atn_attr_kind kind, atn_span span);

/* Reads a units file: its rows become `unit` declarations. Findings go to the draft. */
attain_status atn_plan_read_units(attain_plan *plan, atn_decl *units_from, const atn_source *source,
                                  atn_decl_list *out, attain_error *err);
/* Before each check: further columns of units files become attributes of their units where an attribute has their name, else a warning. */
attain_status atn_plan_link_columns(attain_plan *plan, attain_error *err);

#endif
