/* The checker: from declarations to the model, in passes. Each pass is a file (check_*.c) and reads only what
 * the passes before it made:
 *
 *   collect ─▶ types ─▶ member sets ─▶ units ─▶ tree ─▶ measures, references ─▶ indicators, checks
 *                                                                                      │
 *   schema ◀─ boundaries ◀─ reports ◀─ activities ◀─ milestones ◀─ promises ◀─ targets ◀─ programmes
 *
 * A pass never stops at a finding: it leaves ATN_NONE (or an empty form) where a name did not resolve and
 * goes on, so that one run tells all. What cannot be followed further is marked, and nothing is said twice
 * about it. Only memory stops the checker (`failed`).
 *
 * What is left of the check is in the model's arena; everything else is in `scratch`, or in lists and tables
 * that atn_check_plan frees. */
#ifndef ATN_CHECK_H
#define ATN_CHECK_H

#include "language/draft.h"

#define ATN_MAX_TREE_DEPTH 64u     /* edges from the root down */
#define ATN_MAX_TYPES 4096u        /* the matrix of types and groups is quadratic */
#define ATN_MAX_MEMBERS 65535u     /* a unit keeps its member in 16 bits */
#define ATN_MAX_TERMS 100000u      /* of one indicator after expansion */
#define ATN_MAX_ALL_TERMS 4000000u /* of all */
#define ATN_MAX_MEAN_SLOTS 24u     /* lcm(1..24) is what exact means are computed over */
#define ATN_MAX_DECIMALS 9u

/* Declarations of one kind, in the order of the text. */
typedef struct atn_decls {
    const atn_decl **items;
    uint32_t n;
} atn_decls;

/* A list that grows; its items move to the model's arena at the end. */
typedef struct atn_list {
    void *items;
    size_t n, cap;
} atn_list;

/* Units before they have their place in the tree: numbered in the order of their first line. */
typedef struct atn_raw_unit {
    const atn_decl *line; /* the line that gives its id */
    uint32_t type;        /* ATN_NONE: unknown */
    uint32_t first_edge, n_edges;
} atn_raw_unit;

typedef struct atn_raw_edge {
    const atn_decl *line;
    const atn_item *parent_item; /* NULL: a root */
    uint32_t parent;             /* raw unit; ATN_NONE: a root, or unknown */
    int32_t from_day, until_day;
} atn_raw_edge;

typedef struct atn_raw_units {
    atn_raw_unit *items;
    uint32_t n;
    atn_raw_edge *edges;
    uint32_t n_edges;
    uint16_t *member;    /* [raw unit * n_attributes + attribute] */
    uint32_t *index;     /* raw unit -> unit of the model */
    atn_names names;     /* every id and renamed id -> a number; freed when the model's table stands */
    uint32_t *number_of; /* that number -> raw unit; ATN_NONE: a renamed id without any line */
    bool broken;         /* some edge is unknown or contradicts: no tree can be made */
} atn_raw_units;

typedef struct atn_checker {
    attain_plan *plan;
    atn_model *model;
    atn_arena scratch;
    bool failed; /* out of memory */
    atn_decls units, types, attributes, categories, measures, references, indicators, checks, programmes;
    atn_decls targets; /* and milestones: one list, as in the model */
    atn_decls activities, reports, boundaries;
    atn_names *attribute_members, *category_members; /* a table for each set: member -> number */
    uint32_t n_attribute_tables, n_category_tables;
    atn_raw_units raw;
    bool *is_programme_length; /* [0 .. longest_programme]: some programme's id is so long */
    size_t longest_programme;
    atn_list terms, picks, nodes, counts, readings;
    atn_list
        single_members; /* uint8_t of each pick: bit i set if it takes one member of the measure's category i */
    atn_names pick_names, count_names, phase_names;
    bool *indicator_made;  /* its forms stand: it may be expanded */
    attain_period *end_of; /* of each programme, through part_of: its own period, its horizon, its unit */
    attain_period *horizon_of;
    uint32_t *unit_of;
    uint32_t *phases_of; /* nearest programme upward that has phases; ATN_NONE */
} atn_checker;

/* ---- findings ---- */

#define ATN_CHECK_SAY(c, severity, status, span, hint, ...)                                \
    do {                                                                                   \
        if (!atn_diagnose((c)->plan, (severity), (status), (span), (hint), __VA_ARGS__)) { \
            (c)->failed = true;                                                            \
        }                                                                                  \
    } while (0)
#define ATN_CHECK_ERROR(c, span, hint, ...) \
    ATN_CHECK_SAY(c, ATTAIN_ERROR, ATTAIN_E_PLAN, span, hint, __VA_ARGS__)
#define ATN_CHECK_NAME(c, span, hint, ...) \
    ATN_CHECK_SAY(c, ATTAIN_ERROR, ATTAIN_E_NAME, span, hint, __VA_ARGS__)
#define ATN_CHECK_WARN(c, span, hint, ...) \
    ATN_CHECK_SAY(c, ATTAIN_WARNING, ATTAIN_E_PLAN, span, hint, __VA_ARGS__)
#define ATN_NO_HINT ((atn_str){"", 0})

/* For messages; in scratch, "" when out of memory. Text is escaped and cut at 64 bytes. */
const char *atn_check_text(atn_checker *c, atn_str text);
const char *atn_check_place(atn_checker *c, atn_span span); /* hue.attain:12 */
const char *atn_check_period(atn_checker *c, attain_period period);
const char *atn_check_day(atn_checker *c, int32_t day);
const char *atn_check_days(atn_checker *c, int32_t from_day,
                           int32_t until_day); /* 2020-01-01 to 2025-06-30, until ..., always */
/* "did you mean 'x'?" of a table; empty when no name is near, or when findings are only counted any more (a
 * search reads the whole table). */
atn_str atn_check_near(atn_checker *c, const atn_names *names, atn_str name);
/* A hint of one's own, from literals and names. */
atn_str atn_check_hint(atn_checker *c, const char *fmt, ...)
#if defined(__GNUC__)
    __attribute__((format(printf, 2, 3)))
#endif
    ;

/* ---- memory: NULL sets c->failed ---- */

void *atn_check_array(atn_checker *c, size_t n, size_t item_size);        /* the model's arena */
void *atn_check_scratch(atn_checker *c, size_t n, size_t item_size);      /* dropped at the end */
void *atn_check_append(atn_checker *c, atn_list *list, size_t item_size); /* a new zeroed item at the end */
void *atn_check_append_many(atn_checker *c, atn_list *list, size_t n, size_t item_size);
void atn_check_drop(atn_checker *c, atn_list *list, size_t item_size);
bool atn_check_add_name(atn_checker *c, atn_names *names, atn_str key, uint32_t value, uint32_t *found);
/* The buffer's text in the model's arena; frees the buffer. */
atn_str atn_check_keep(atn_checker *c, atn_buf *buf);

/* ---- graphs ---- */

/* to[first[i] .. first[i + 1]) is what node i points at. */
typedef struct atn_graph {
    uint32_t n;
    uint32_t *first;
    uint32_t *to;
} atn_graph;
typedef struct atn_link {
    uint32_t from, to;
} atn_link;
/* How a cycle is told: "types contain each other: a contains b contains a". */
typedef struct atn_cycle_words {
    const atn_item *const *ids; /* of each node */
    const char *what;
    const char *link;
} atn_cycle_words;

bool atn_graph_make(atn_checker *c, uint32_t n, const atn_link *links, size_t n_links, atn_graph *out);
/* order[0 .. n): every node behind all that it points at. Each cycle is an error; returns how many. */
uint32_t atn_graph_order(atn_checker *c, const atn_graph *graph, const atn_cycle_words *words,
                         uint32_t *order);

/* ---- names ---- */

/* Index of what the item names; ATN_NONE after a finding. */
uint32_t atn_check_unit(atn_checker *c, const atn_item *item);
uint32_t atn_check_type(atn_checker *c, const atn_item *item);
uint32_t atn_check_programme(atn_checker *c, const atn_item *item);
uint32_t atn_check_measure(atn_checker *c, const atn_item *item);
/* Programme of a target or activity: the longest prefix of its id before a dot that is one, else the nearest
 * above. */
uint32_t atn_check_owner(atn_checker *c, const atn_decl *decl);

/* ---- small ---- */

const atn_attr *atn_check_attr(const atn_decl *decl, atn_attr_kind kind); /* the first one; NULL */
uint32_t atn_check_count_items(const atn_item *items);
atn_str atn_check_item_text(const atn_item *item); /* "" for NULL */
/* document and words of a `source` attribute. */
void atn_check_source(const atn_attr *attr, atn_str *document, atn_str *words);
const char *atn_check_rhythm(attain_period_type every); /* "half-yearly" */
/* value * 10^-decimals at more decimals; false if it does not fit. */
bool atn_check_rescale(int64_t value, unsigned decimals, unsigned to_decimals, int64_t *out);
/* Ascending, in place, without memory. Days become keys by atn_check_day_key(day) << 32 | what goes with it. */
void atn_check_sort(uint64_t *keys, size_t n);
uint64_t atn_check_day_key(int32_t day, uint32_t with);

/* ---- forms ---- */

enum { ATN_FORM_NO_COUNT = 1 };
/* A linear form under construction: its terms, and what literal numbers must fit. */
typedef struct atn_form_draft {
    atn_list terms;
    bool bad;       /* a finding was made */
    bool has_thing; /* anything but numbers */
    unsigned thing_decimals;
    const atn_number *finest; /* the literal term with the most decimals */
} atn_form_draft;

/* Appends the terms of expr. no_count: NULL, or the place that a count may not stand in ("a predicate"). */
void atn_check_expand(atn_checker *c, const atn_expr *expr, const char *no_count, atn_form_draft *form);
/* Literal numbers beside measures may not be finer than these: `workers >= 90.000` is no 90. */
void atn_check_literals(atn_checker *c, atn_form_draft *form, bool has_thing, unsigned thing_decimals);
/* Moves the terms to the model's list. Empty after findings. */
atn_form atn_check_store_form(atn_checker *c, atn_form_draft *form);
uint32_t atn_check_pick(atn_checker *c, uint32_t measure, const atn_item *name, const atn_pick_part *parts,
                        bool *bad);
uint32_t atn_check_count(atn_checker *c, const atn_expr *expr); /* ATN_NONE after findings */
unsigned atn_check_term_decimals(const atn_checker *c, const atn_term *term);
bool atn_check_term_not_evaluated(const atn_checker *c, const atn_term *term);

/* ---- targets ---- */

void atn_check_base(atn_checker *c, const atn_base_text *text, uint32_t indicator, atn_base *out);
/* Readings of a phrase, one or (reads_both and an amount) two, appended to c->readings. */
void atn_check_phrase(atn_checker *c, const atn_target *target, const atn_phrase *phrase, bool reads_both);
/* The indicator that a phrase names; a measure stands for an indicator of its own. ATN_NONE after a finding. */
uint32_t atn_check_indicator(atn_checker *c, const atn_item *item);

/* ---- passes, in their order ---- */

void atn_check_collect(atn_checker *c);
void atn_check_types(atn_checker *c);
void atn_check_member_sets(atn_checker *c);
void atn_check_units(atn_checker *c);
void atn_check_tree(atn_checker *c);
void atn_check_measures(atn_checker *c);
void atn_check_references(atn_checker *c);
void atn_check_indicators(atn_checker *c);
void atn_check_identities(atn_checker *c);
void atn_check_programmes(atn_checker *c);
void atn_check_targets(atn_checker *c);
void atn_check_milestones(atn_checker *c);
void atn_check_promises(atn_checker *c);
void atn_check_activities(atn_checker *c);
void atn_check_reports(atn_checker *c);
void atn_check_boundaries(atn_checker *c);
void atn_check_schema(atn_checker *c);

#endif
