/* Model: the frozen plan as arrays. The parser's declarations are checked and compiled into this once; after
 * that nothing follows names.
 *
 *   text ──parser──▶ declarations ──checker──▶ atn_model (this file) ──▶ facts (schema), score (everything)
 *
 * Everything refers by index; ATN_NONE (UINT32_MAX) means "none". Memory is the model's own arena, text the plan's. Units
 * stand in depth-first tree order (children as written), so that "units in tree order" is the order of their
 * indices.
 *
 *   VN ─┬─ VN.46 ─┬─ A          index: VN 0, VN.46 1, A 2, B 3, VN.79 4
 *       │         └─ B          subtree of VN.46 by the tree of its last day: [1, 4)
 *       └─ VN.79
 *
 * A unit may have had several parents: one edge per stretch of validity. `edges` of a unit are sorted by
 * from_day and do not overlap. */
#ifndef ATN_MODEL_H
#define ATN_MODEL_H

#include "base/names.h"
#include "calendar/calendar.h"
#include "number/ratio.h"

/* Where a thing was written: for messages that come after parsing. */
typedef struct atn_span {
    atn_str source;
    int32_t line;
    int32_t column; /* code points, from 1 */
    int32_t n_columns;
} atn_span;

/* ---- units ---- */

typedef struct atn_edge {
    uint32_t parent; /* ATN_NONE: a root */
    int32_t from_day;
    int32_t until_day;
} atn_edge;

/* Days in a row on which a unit has a child. */
typedef struct atn_stretch {
    int32_t from_day;
    int32_t until_day;
} atn_stretch;

typedef struct atn_unit {
    atn_str id, title;
    uint32_t type; /* plain type */
    uint32_t first_edge, n_edges;
    uint32_t depth;       /* by the last edge; 0 for the root */
    uint32_t subtree_end; /* descendants by last edges: [index, subtree_end) */
    bool has_children;    /* on any day */
    bool in_event;        /* named in a merge or split */
    atn_span span;
} atn_unit;

typedef struct atn_type {
    atn_str id;
    bool is_group; /* `type body: school, hospital` */
} atn_type;

/* Categories and attributes: named sets of members. */
typedef struct atn_member_set {
    atn_str id;
    atn_str *member; /* n_members ids */
    atn_str *title;  /* n_members; len 0: none */
    uint32_t n_members;
    bool overlapping; /* categories only */
} atn_member_set;

/* ---- measures and references ---- */

typedef enum atn_law {
    ATN_LAW_SUM,
    ATN_LAW_LAST,
    ATN_LAW_FIRST, /* not evaluated */
    ATN_LAW_MIN,
    ATN_LAW_MAX,
    ATN_LAW_MEAN,  /* not evaluated */
    ATN_LAW_UNION, /* not evaluated */
    ATN_LAW_NONE
} atn_law;

typedef enum atn_any_level { ATN_LEVEL_LEAVES, ATN_LEVEL_REPLACES, ATN_LEVEL_ADDS } atn_any_level;

typedef struct atn_break {
    int32_t day;
    atn_str why;
} atn_break;

#define ATN_MAX_CATEGORIES 8
#define ATN_MAX_CELLS 65536

typedef struct atn_measure {
    atn_str id, title, unit_of_measure;
    bool is_flow, is_percent, any_sign;
    uint8_t decimals;
    uint32_t category[ATN_MAX_CATEGORIES];
    atn_law law_category[ATN_MAX_CATEGORIES];
    uint32_t n_categories;
    uint32_t n_cells; /* product of member counts; cell = members in mixed radix, first category slowest */
    atn_law law_units, law_time;
    attain_period_type reported; /* NONE: not declared */
    uint32_t reported_type;      /* type or group; ATN_NONE: units without children */
    atn_any_level any_level;
    uint32_t carry_years; /* 0: none; not evaluated */
    atn_break *breaks;
    uint32_t n_breaks;
    atn_due due;        /* of its report schedule for `reported`; ATN_DUE_NONE: the slot's end */
    bool not_evaluated; /* a law or carry of a later version */
    atn_span span;
} atn_measure;

typedef struct atn_step {
    int32_t day;
    int64_t value;
} atn_step;

typedef struct atn_reference {
    atn_str id, title, unit_of_measure;
    uint8_t decimals; /* of the values in steps */
    atn_step *steps;  /* sorted by day */
    uint32_t n_steps;
    atn_span span;
} atn_reference;

/* ---- expressions: linear forms ----
 *
 * A sum of terms coefficient * thing. Indicators without "/" that stand in an expression are expanded here.
 * `percent` measures keep their stored scale; score divides by 100. */

typedef enum atn_term_kind {
    ATN_TERM_NUMBER,
    ATN_TERM_MEASURE,
    ATN_TERM_COUNT,
    ATN_TERM_REFERENCE
} atn_term_kind;
typedef enum atn_reference_rule {
    ATN_REFERENCE_LAST_DAY,
    ATN_REFERENCE_AVERAGE,
    ATN_REFERENCE_WORST
} atn_reference_rule;

typedef struct atn_term {
    atn_term_kind kind;
    int64_t coefficient; /* * 10^-coefficient_decimals; NUMBER: the number itself */
    uint8_t coefficient_decimals;
    uint32_t index; /* measure, count or reference */
    uint32_t pick;  /* MEASURE: index of atn_pick, ATN_NONE: all cells, all units */
    atn_reference_rule rule;
} atn_term;

typedef struct atn_form {
    uint32_t first_term, n_terms; /* in atn_model.terms */
} atn_form;

/* `[owner=public, post=full_time or part_time]`: which cells of the measure, and which reporting units by
 * attribute. */
typedef struct atn_attribute_test {
    uint32_t attribute;
    uint64_t *members; /* bit set over the attribute's members */
} atn_attribute_test;

typedef struct atn_pick {
    uint32_t measure;
    uint64_t *cells; /* bit set over n_cells; NULL: all */
    atn_attribute_test *tests;
    uint32_t n_tests;
    atn_str text; /* canonical, with brackets */
} atn_pick;

typedef enum atn_node_kind {
    ATN_NODE_AND,
    ATN_NODE_OR,
    ATN_NODE_NOT,
    ATN_NODE_COMPARE,
    ATN_NODE_ATTRIBUTE
} atn_node_kind;
typedef enum atn_relation { ATN_REL_EQ, ATN_REL_GE, ATN_REL_LE, ATN_REL_LT, ATN_REL_GT } atn_relation;

typedef struct atn_node {
    atn_node_kind kind;
    uint32_t left, right; /* nodes; NOT uses left */
    atn_form lhs, rhs;    /* COMPARE */
    atn_relation relation;
    atn_attribute_test test; /* ATTRIBUTE: true if the unit's member is in the set, unknown if it has none */
} atn_node;

typedef struct atn_count {
    uint32_t type;      /* type or group */
    uint32_t predicate; /* node; ATN_NONE: all */
    atn_str text;       /* canonical: count(body where ...) */
} atn_count;

typedef enum atn_shown { ATN_SHOWN_PLAIN, ATN_SHOWN_PERCENT, ATN_SHOWN_PER, ATN_SHOWN_ONE_PER } atn_shown;
typedef enum atn_annualised { ATN_ANNUALISED_NO, ATN_ANNUALISED_DAYS, ATN_ANNUALISED_MONTHS } atn_annualised;

typedef struct atn_indicator {
    atn_str id, title;
    atn_form numerator, denominator; /* denominator.n_terms == 0: none */
    bool has_denominator;
    bool share;
    bool is_percent;    /* every measure in it is a percent: 30 points then means 0.30 */
    atn_shown shown;    /* default: PERCENT for shares and percent measures, else PLAIN */
    uint64_t shown_per; /* PER: 1000 */
    atn_annualised annualised;
    uint32_t variant_of; /* indicator */
    uint32_t mean_of;    /* type; ATN_NONE: none; not evaluated */
    uint8_t mean_decimals;
    bool not_evaluated; /* mean of, or a measure that is */
    uint8_t decimals;   /* of N as printed whole: max over its terms, for gap and N */
    atn_str expression; /* canonical text */
    atn_span span;
} atn_indicator;

typedef struct atn_check {
    atn_str title;
    atn_form left, right;
    atn_str expression, source_document, source_words;
    atn_span span;
} atn_check;

/* ---- programmes and targets ---- */

typedef struct atn_instrument {
    atn_str number, by_unit_text, supersedes, as_written;
    int32_t day;
    uint32_t by_unit;
} atn_instrument;

typedef struct atn_phase {
    atn_str id;
    attain_period period;
} atn_phase;

typedef struct atn_programme {
    atn_str id, title;
    attain_period period, horizon; /* type NONE: not given */
    atn_instrument *instruments;
    uint32_t n_instruments;
    uint32_t unit; /* as given; ATN_NONE: inherited through part_of, else the root */
    uint32_t part_of;
    uint32_t *implements;
    uint32_t n_implements;
    atn_phase *phases;
    uint32_t n_phases;
    atn_str lead, with_, source_document, source_words;
    atn_span span;
} atn_programme;

typedef enum atn_op {
    ATN_OP_AT_LEAST,
    ATN_OP_AT_MOST,
    ATN_OP_MORE_THAN,
    ATN_OP_LESS_THAN,
    ATN_OP_EXACTLY,
    ATN_OP_BETWEEN,
    ATN_OP_ABOUT, /* two-sided band */
    ATN_OP_UP,    /* by an amount over a baseline */
    ATN_OP_DOWN,
    ATN_OP_NOT_QUANTIFIED
} atn_op;

typedef enum atn_amount { ATN_AMOUNT_NONE, ATN_AMOUNT_RELATIVE, ATN_AMOUNT_POINTS } atn_amount;
typedef enum atn_base_kind {
    ATN_BASE_NONE,
    ATN_BASE_PERIOD,
    ATN_BASE_STATED,
    ATN_BASE_PREVIOUS,
    ATN_BASE_YEAR_BEFORE
} atn_base_kind;

typedef struct atn_base {
    atn_base_kind kind;
    attain_period period; /* PERIOD, STATED */
    atn_ratio stated;
} atn_base;

/* One reading of a target: one proposition that is true or false of a value. `reads as relative or points`
 * has become two readings here. */
typedef struct atn_reading {
    atn_str name;       /* "" when there is one */
    atn_str phrase;     /* canonical text */
    uint32_t indicator; /* ATN_NONE: not quantified without one */
    atn_op op;
    bool op_implicit;            /* reaches, up 15% */
    bool at_least_about;         /* at least about: lower edge only */
    atn_ratio level, level_high; /* value(s) of the text; BETWEEN uses both */
    atn_amount tolerance_kind;   /* `within 5 points` / `within 5%`; NONE: none */
    atn_ratio tolerance;
    atn_amount change_kind; /* UP, DOWN; NONE: direction only */
    atn_ratio change; /* 0.30 for 30 % and for 30 points of a share; points of other indicators as written */
    atn_base over;    /* of the phrase */
    attain_period since; /* type NONE: none */
    uint32_t within;     /* indicator whose numerator is the denominator; ATN_NONE */
    bool every_year;     /* not evaluated */
    bool not_evaluated;  /* over previous, over a year before, every year, or its indicator is */
    atn_span span;
} atn_reading;

typedef enum atn_scope_kind { ATN_SCOPE_PROGRAMME, ATN_SCOPE_EVERY, ATN_SCOPE_UNITS } atn_scope_kind;
typedef enum atn_path { ATN_PATH_LINEAR, ATN_PATH_STEPS } atn_path;
typedef enum atn_evidence { ATN_EVIDENCE_NONE, ATN_EVIDENCE_DONE, ATN_EVIDENCE_NOT_DONE } atn_evidence;

typedef struct atn_target {
    atn_str id, title;
    bool is_milestone;
    uint32_t programme;
    uint32_t part_of;                   /* programme or target text `part of`; a programme index, ATN_NONE */
    uint32_t first_reading, n_readings; /* in atn_model.readings */
    uint32_t chosen;                    /* reading, from first_reading; ATN_NONE: all are judged */
    atn_str chosen_why;
    bool reads_both;   /* `reads as relative or points` */
    atn_base baseline; /* `baseline BASE`: for progress and path where the phrase has no `over` */
    attain_period due; /* F; type NONE when nothing gives one (a not quantified target) */
    bool due_inherited, vision;
    atn_scope_kind scope;
    uint32_t scope_unit;   /* PROGRAMME, EVERY: the programme's unit or the root */
    uint32_t scope_type;   /* EVERY */
    uint32_t *scope_units; /* UNITS */
    uint32_t n_scope_units;
    atn_path path;
    atn_str weight_text; /* kept, not evaluated */
    atn_str *undefined;  /* terms without a definition */
    uint32_t n_undefined;
    atn_str *defined; /* pairs term, meaning */
    uint32_t n_defined;
    atn_str lead, with_, source_document, source_words, note;
    /* milestones */
    atn_evidence evidence;
    int32_t evidence_day;
    atn_str evidence_text;
    uint32_t *parts; /* `all of`: targets */
    uint32_t n_parts;
    atn_span span;
} atn_target;

typedef struct atn_activity {
    atn_str id, title;
    uint32_t programme;
} atn_activity;

typedef struct atn_report_schedule {
    attain_period_type every; /* NONE: without a rhythm */
    atn_due due;
} atn_report_schedule;

typedef struct atn_report {
    atn_str id;
    atn_report_schedule *schedules;
    uint32_t n_schedules;
    uint32_t *measures;
    uint32_t n_measures;
    uint32_t by_type, to_type;
    bool on_request;
} atn_report;

typedef enum atn_boundary_kind {
    ATN_BOUNDARY_MERGE,
    ATN_BOUNDARY_SPLIT,
    ATN_BOUNDARY_RENAME
} atn_boundary_kind;
typedef struct atn_boundary {
    atn_boundary_kind kind;
    int32_t day;
    uint32_t *from; /* units */
    uint32_t n_from;
    uint32_t *to;
    uint32_t n_to;
} atn_boundary;

/* ---- the plan ---- */

typedef struct atn_model {
    atn_arena arena; /* everything below, but for text (the plan's arena) and the name tables */
    atn_unit *units;
    uint32_t n_units;
    uint32_t root; /* ATN_NONE without units */
    atn_edge *edges;
    atn_stretch *child_days;    /* of unit u: [first_child_days[u], first_child_days[u + 1]), sorted, apart */
    uint32_t *first_child_days; /* n_units + 1 */
    uint16_t *unit_member;      /* [unit * n_attributes + attribute]; UINT16_MAX: none */
    int32_t *map_days; /* sorted days on which any edge begins or ends (day after until_day); the tree is
                          constant between them */
    uint32_t n_map_days;
    atn_type *types;
    uint32_t n_types;
    uint64_t *type_is; /* [type * type_words + word]: bit t set if a unit of plain type t is a `type` */
    uint32_t type_words;
    atn_member_set *categories;
    uint32_t n_categories;
    atn_member_set *attributes;
    uint32_t n_attributes;
    atn_measure *measures;
    uint32_t n_measures;
    atn_reference *references;
    uint32_t n_references;
    atn_term *terms;
    uint32_t n_terms;
    atn_pick *picks;
    uint32_t n_picks;
    atn_node *nodes;
    uint32_t n_nodes;
    atn_count *counts;
    uint32_t n_counts;
    atn_indicator *indicators;
    uint32_t n_indicators;
    uint32_t *indicator_of_measure; /* a measure that a phrase names is an indicator `x = x` behind the
                                       declared ones; else ATN_NONE */
    atn_check *checks;
    uint32_t n_checks;
    atn_programme *programmes;
    uint32_t n_programmes;
    atn_reading *readings;
    uint32_t n_readings;
    atn_target *targets;
    uint32_t n_targets;
    atn_activity *activities;
    uint32_t n_activities;
    atn_report *reports;
    uint32_t n_reports;
    atn_boundary *boundaries;
    uint32_t n_boundaries;
    uint64_t schema[2];
    atn_names unit_names, type_names, attribute_names, category_names, thing_names, programme_names,
        target_names, activity_names, report_names;
    /* thing_names: measures, references and indicators in one space: kind << 28 | index, see ATN_THING_*.
     * unit_names also holds aliases and renamed ids. */
} atn_model;

#define ATN_THING_MEASURE 0u
#define ATN_THING_REFERENCE 1u
#define ATN_THING_INDICATOR 2u
#define ATN_THING(kind, index) (((kind) << 28) | (index))
#define ATN_THING_KIND(thing) ((thing) >> 28)
#define ATN_THING_INDEX(thing) ((thing)&0x0fffffffu)

/* The frozen plan and what surrounds it; made by language/, read by everyone. */
struct attain_plan {
    attain_allocator alloc;
    atn_arena arena;
    atn_model model;
    bool frozen;
    struct atn_draft *draft; /* declarations and diagnostics: language/draft.h; kept after freeze for print
                                and diagnostics */
};

/* Gives back all that the model holds and leaves it empty; the arena's allocator and limit stay. Twice does
 * no harm. */
void atn_model_free(atn_model *model);

/* The edge on which the unit stands on the day, NULL if it is not valid then. */
const atn_edge *atn_unit_edge(const atn_model *model, uint32_t unit, int32_t day);
/* Parent on the day; ATN_NONE for a root or a unit not valid then. */
uint32_t atn_unit_parent(const atn_model *model, uint32_t unit, int32_t day);
bool atn_unit_is_valid(const atn_model *model, uint32_t unit, int32_t day);
/* Last day of [start, end] on which the unit is valid; INT32_MIN if none. */
int32_t atn_unit_last_valid(const atn_model *model, uint32_t unit, int32_t start_day, int32_t end_day);
/* Is `unit` `above` or below it, by the tree of that day? */
bool atn_unit_is_under(const atn_model *model, uint32_t unit, uint32_t above, int32_t day);
/* Has a child that is valid on the day. */
bool atn_unit_has_children(const atn_model *model, uint32_t unit, int32_t day);
/* See attain_plan_feeders: feeds[u] is 1 or 0 for each unit. feeders.c */
void atn_unit_feeders(const atn_model *model, const uint32_t *at, size_t n_at, uint8_t *feeds);
bool atn_type_includes(const atn_model *model, uint32_t type_or_group, uint32_t plain_type);
/* Value of a reference on a day: index of the step in force, ATN_NONE before the first. */
uint32_t atn_reference_step(const atn_reference *reference, int32_t day);
uint32_t atn_cell_member(const atn_model *model, const atn_measure *measure, uint32_t cell,
                         uint32_t position);
bool atn_bit_get(const uint64_t *bits, uint32_t i);
void atn_bit_set(uint64_t *bits, uint32_t i);

#endif
