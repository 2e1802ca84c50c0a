/* A plan and its facts as the oracle sees them: plain structs with fixed arrays, made by generate.c, written out as text by
 * render.c, evaluated by oracle*.c. Indices refer to the arrays; -1 is none.
 *
 *     generate ──▶ world ──render──▶ plan text + facts ──▶ the library ──▶ rows
 *                    └────────────────────────────────────▶ the oracle ──▶ rows      must be the same              */
#ifndef PROPERTY_PLAN_H
#define PROPERTY_PLAN_H

#include "days.h"
#include "frac.h"

enum {
    MAX_UNITS = 640,
    MAX_EDGES = 3,
    MAX_TYPES = 8,
    MAX_SETS = 3,
    MAX_MEMBERS = 4,
    MAX_MEASURES = 16,
    MAX_REFERENCES = 3,
    MAX_STEPS = 4,
    MAX_TERMS = 4,
    MAX_NODES = 48,
    MAX_COUNTS = 12,
    MAX_INDICATORS = 24,
    MAX_PROGRAMMES = 3,
    MAX_TARGETS = 64,
    MAX_READINGS = 3,
    MAX_SCOPE = 4,
    ID = 16
};

/* ---- units ---- */

typedef struct edge {
    int parent; /* -1: the root */
    int from;
    int until;
} edge;

typedef struct unit {
    char id[ID];
    int type; /* plain */
    edge edges[MAX_EDGES];
    int n_edges;
    int member[MAX_SETS]; /* of each attribute; -1: not told */
} unit;

typedef struct unit_type {
    char id[ID];
    bool is_group;
    unsigned plain; /* bits: the plain types it stands for */
} unit_type;

typedef struct member_set {
    char id[ID];
    int n_members;
    char member[MAX_MEMBERS][ID];
} member_set;

/* ---- measures and references ---- */

typedef enum law { LAW_SUM, LAW_LAST, LAW_MIN, LAW_MAX, LAW_NONE, LAW_MEAN } law;
typedef enum any_level { LEVEL_LEAVES, LEVEL_REPLACES, LEVEL_ADDS } any_level;
typedef enum due_kind { DUE_NONE, DUE_DAYS_AFTER, DUE_DATE, DUE_DATE_NEXT_YEAR } due_kind;

typedef struct measure {
    char id[ID];
    bool is_flow, is_percent, any_sign;
    int decimals;
    int n_categories;
    int category[2];
    law law_category[2];
    law law_units, law_time;
    span_type every; /* NONE: not reported */
    int by_type;     /* -1: units without children */
    any_level level;
    due_kind due;
    int due_n; /* days after, or the month (day 10) */
    bool due_strict;
    span_type loose; /* not reported flows: the one period type of its facts */
    int most;        /* figures are 0..most */
} measure;

typedef struct reference {
    char id[ID];
    int decimals;
    int n_steps;
    int day[MAX_STEPS];
    int64_t value[MAX_STEPS];
} reference;

/* ---- expressions ---- */

typedef enum term_kind { TERM_NUMBER, TERM_MEASURE, TERM_COUNT, TERM_REFERENCE } term_kind;

typedef struct pick {
    unsigned members[2]; /* by category of the measure; 0: all */
    int attribute;       /* -1: none */
    unsigned attribute_members;
} pick;

typedef enum rule { RULE_LAST_DAY, RULE_AVERAGE, RULE_WORST } rule;

typedef struct term {
    term_kind kind;
    int64_t coefficient; /* * 10^-decimals; NUMBER: the number */
    int decimals;
    int index;
    pick pick;
    rule rule; /* references of predicates */
} term;

typedef struct form {
    int n_terms;
    term terms[MAX_TERMS];
} form;

typedef enum node_kind { NODE_AND, NODE_OR, NODE_NOT, NODE_COMPARE, NODE_ATTRIBUTE } node_kind;
typedef enum relation { REL_EQ, REL_GE, REL_LE, REL_LT, REL_GT } relation;

typedef struct node {
    node_kind kind;
    int left, right;
    form lhs, rhs;
    relation rel;
    int attribute;
    unsigned member;
} node;

typedef struct count {
    int type;
    int predicate; /* node; -1: all */
} count;

typedef struct indicator {
    char id[ID];
    form n, d;
    bool has_d, share, annualised, by_months;
    bool of_measure; /* `x = x`, which a phrase made by naming a measure: not written */
} indicator;

/* ---- targets ---- */

typedef struct programme {
    char id[ID];
    span period; /* RANGE of years */
    int horizon; /* year; 0: none */
    int unit;    /* -1: the root */
} programme;

typedef enum op {
    OP_AT_LEAST,
    OP_AT_MOST,
    OP_MORE,
    OP_LESS,
    OP_REACHES,
    OP_EXACTLY,
    OP_BETWEEN,
    OP_ABOUT,
    OP_UP,
    OP_DOWN
} op;
typedef enum amount { AMOUNT_NONE, AMOUNT_RELATIVE, AMOUNT_POINTS } amount;
typedef enum base_kind { BASE_NONE, BASE_PERIOD, BASE_STATED } base_kind;

/* A number of a phrase, as written and as meant: "1 per 5000". */
typedef struct level_text {
    char text[24];
    frac value;
} level_text;

typedef struct base {
    base_kind kind;
    span period;
    level_text stated;
} base;

typedef struct reading {
    char name[ID]; /* "": only one */
    int indicator;
    op op;
    bool lower_about;   /* at least about */
    bool says_at_least; /* up at least 30% */
    level_text a, b;
    amount tolerance_kind;
    frac tolerance; /* 5 for 5 % and for 5 points */
    amount change_kind;
    frac change; /* 30 for 30 % and for 30 points */
    base over;
    span since; /* NONE: none */
    int within; /* indicator whose numerator is the denominator; -1: none */
    bool every_year;
} reading;

typedef enum scope_kind { SCOPE_PROGRAMME, SCOPE_EVERY, SCOPE_UNITS } scope_kind;

typedef struct target {
    char id[2 * ID];
    int programme;
    int n_readings;
    reading readings[MAX_READINGS];
    bool reads_both; /* readings 0 and 1 are relative and points of one phrase */
    int chosen;      /* -1: all */
    base baseline;
    span by; /* NONE: from the programme */
    bool vision;
    scope_kind scope;
    int scope_type;
    int scope_units[MAX_SCOPE];
    int n_scope_units;
    bool not_quantified;
} target;

/* ---- facts ---- */

typedef enum qualifier {
    IS_EXACT = 0,
    IS_MORE = 1,
    IS_AT_LEAST = 2,
    IS_LESS = 3,
    IS_AT_MOST = 4,
    IS_ESTIMATED = 5,
    IS_MISSING = 6
} qualifier;

typedef struct fact {
    int unit, measure, cell;
    span period;
    int64_t value; /* * 10^decimals of the measure */
    qualifier qualifier;
    int reason; /* attain_missing_reason; 1 is not applicable */
} fact;

typedef struct world {
    uint64_t seed;
    unit units[MAX_UNITS]; /* in tree order: depth first by the last edges */
    int n_units;
    unit_type types[MAX_TYPES];
    int n_types;
    member_set attributes[MAX_SETS];
    int n_attributes;
    member_set categories[MAX_SETS];
    int n_categories;
    measure measures[MAX_MEASURES];
    int n_measures;
    reference references[MAX_REFERENCES];
    int n_references;
    node nodes[MAX_NODES];
    int n_nodes;
    count counts[MAX_COUNTS];
    int n_counts;
    indicator indicators[MAX_INDICATORS]; /* declared ones first */
    int n_indicators;
    programme programmes[MAX_PROGRAMMES];
    int n_programmes;
    target targets[MAX_TARGETS];
    int n_targets;
    fact *facts; /* sorted by measure, unit */
    int n_facts;
    int cap_facts;
    int *first_fact; /* [measure * n_units + unit], and one behind the last */
} world;

int measure_cells(const world *w, const measure *m);
/** Member at the position of a combination; the first category is the slowest. */
int cell_member(const world *w, const measure *m, int cell, int position);
const edge *edge_on(const world *w, int unit_index, int day); /* NULL: not valid */
/** The unit or one of its ancestors on that day. */
bool is_under(const world *w, int unit_index, int node_index, int day);
bool is_of_type(const world *w, int unit_index, int type_index);
/** The last day of the span on which the unit is valid; false: none. */
bool last_valid_day(const world *w, int unit_index, span s, int *day);
bool has_children_on(const world *w, int unit_index, int day);
int due_day(const measure *m, span slot);

#endif
