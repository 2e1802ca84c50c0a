/* Plans as lists of declarations, cut from their canonical text, for `attain diff`. */
#ifndef CLI_DIFF_H
#define CLI_DIFF_H

#include "cli/options.h"

/* In the order in which differences are told. */
typedef enum diff_kind {
    DIFF_TARGET,
    DIFF_MILESTONE,
    DIFF_PROGRAMME,
    DIFF_INDICATOR,
    DIFF_MEASURE,
    DIFF_REFERENCE,
    DIFF_CATEGORY,
    DIFF_UNIT,
    DIFF_TYPE,
    DIFF_ATTRIBUTE,
    DIFF_BOUNDARY,
    DIFF_REPORT,
    DIFF_CHECK,
    DIFF_ACTIVITY,
    DIFF_OTHER,
    DIFF_N_KINDS
} diff_kind;

typedef struct diff_part {
    attain_str name; /* "promise", "source", "title" ... */
    attain_str text;
} diff_part;

typedef struct diff_item {
    diff_kind kind;
    attain_str id, text; /* text: the whole declaration */
    uint32_t nth;        /* of those with that id: units that moved have several */
    diff_part *parts;
    size_t n_parts;
    const struct diff_item *other; /* in the other plan; NULL: it is not there */
    int is_changed;
    /* of indicators, measures, references, categories: what is changed in it, itself or something that it stands on; NULL: nothing */
    const struct diff_item *below;
} diff_item;

typedef struct diff_plan {
    attain_plan *plan;
    attain_text text;
    char *bytes; /* of the parts: lines joined */
    diff_item *items;
    size_t n_items;
    diff_part *parts;
    diff_item **things; /* indicators, measures, references, categories by id */
    size_t n_things;
} diff_plan;

const char *diff_kind_name(diff_kind kind);
/** Reads files[i] and cuts it. 0, or an exit code with a message; diff_free in both cases. */
int diff_load(const cli_options *options, size_t i, diff_plan *out);
/** Finds what belongs together and what of it is changed. */
int diff_match(diff_plan *a, diff_plan *b);
/** What is changed beneath an item of b: a definition that its words stand on; NULL: nothing. */
const diff_item *diff_changed_below(const diff_plan *b, const diff_item *item);
void diff_free(diff_plan *plan);

#endif
