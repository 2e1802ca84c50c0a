/* Draft: what the parser read, before names are resolved. A list of declarations per plan, in the order in
 * which they were added; every part knows its span. The parser fills it, the checker compiles it, fmt and
 * print write it.
 *
 *   atn_draft ── decl ── decl ── decl ...          one per directive
 *                 └ attr ─ attr ─ ...              one per attribute, in the order written
 *                     └ item ─ item ...            names and strings of the attribute
 *
 * Numbers are kept as written (mantissa, decimals, %), never as floating point. Text is in the plan's arena;
 * source texts are kept whole so that diagnostics can show the line. */
#ifndef ATN_DRAFT_H
#define ATN_DRAFT_H

#include "base/error.h"
#include "model/model.h"

typedef struct atn_number {
    int64_t mantissa; /* * 10^-decimals */
    uint8_t decimals;
    bool percent;
    atn_str text; /* as written, without the % sign: fmt keeps the spelling; len 0: none */
    atn_span span;
} atn_number;

typedef struct atn_item {
    atn_str text;
    atn_str title; /* members: `member "title"`; split: the share as written */
    bool is_string;
    atn_span span;
    struct atn_item *next;
} atn_item;

/* ---- expressions ---- */

typedef struct atn_pick_part { /* NAME = MEMBER or MEMBER */
    atn_item *name;
    atn_item *members;
    struct atn_pick_part *next;
} atn_pick_part;

typedef enum atn_expr_kind {
    ATN_EXPR_NUMBER,
    ATN_EXPR_NAME,
    ATN_EXPR_COUNT,
    ATN_EXPR_ADD,
    ATN_EXPR_SUB,
    ATN_EXPR_MUL,
    ATN_EXPR_DIV
} atn_expr_kind;

struct atn_pred;
typedef struct atn_expr {
    atn_expr_kind kind;
    atn_span span;
    atn_number number;
    atn_item *name;          /* NAME; COUNT: the type */
    atn_pick_part *picks;    /* NAME */
    struct atn_pred *where;  /* COUNT; NULL: all */
    atn_reference_rule rule; /* NAME on the right of a comparison: average, worst */
    struct atn_expr *left, *right;
} atn_expr;

typedef struct atn_pred {
    atn_node_kind kind; /* AND OR NOT COMPARE (ATTRIBUTE is found by the checker) */
    atn_span span;
    struct atn_pred *left, *right; /* AND OR; NOT: left */
    atn_expr *lhs, *rhs;           /* COMPARE */
    atn_relation relation;
} atn_pred;

/* ---- phrases ---- */

typedef struct atn_value { /* NUMBER [% | per NUMBER | / NUMBER] */
    atn_number number;
    bool has_per;
    bool slash; /* written 9/10 */
    atn_number per;
} atn_value;

typedef struct atn_base_text {
    atn_base_kind kind;
    atn_item *period_item; /* as written */
    attain_period period;
    atn_value value;
    atn_span span;
} atn_base_text;

typedef enum atn_op_word { /* as the text says it */
                           ATN_WORD_AT_LEAST,
                           ATN_WORD_AT_MOST,
                           ATN_WORD_MORE_THAN,
                           ATN_WORD_LESS_THAN,
                           ATN_WORD_REACHES,
                           ATN_WORD_EXACTLY,
                           ATN_WORD_BETWEEN,
                           ATN_WORD_ABOUT,
                           ATN_WORD_UP,
                           ATN_WORD_DOWN,
                           ATN_WORD_NOT_QUANTIFIED
} atn_op_word;

typedef struct atn_phrase {
    atn_item *reading;   /* NULL: unnamed */
    atn_item *indicator; /* NULL with NOT_QUANTIFIED */
    atn_op_word op;
    bool about;    /* at least about */
    bool at_least; /* up at least */
    atn_value value, value_high;
    bool has_amount;        /* up 30% */
    atn_amount amount_kind; /* of up/down: % -> RELATIVE, points -> POINTS */
    atn_number amount;
    bool has_over, has_since, has_by, every_year, has_within_tolerance, has_for;
    atn_base_text over;
    attain_period since, by;
    atn_item *since_item, *by_item;
    atn_amount tolerance_kind;
    atn_number tolerance;
    atn_item *within; /* indicator */
    bool for_every;
    atn_item *for_items; /* the TYPE, or units */
    atn_span span;
    struct atn_phrase *next;
} atn_phrase;

/* ---- attributes and declarations ---- */

/* Each attribute says which fields it uses: items (ids, words, strings, in order), period, day, number, due,
 * phrase. */
typedef enum atn_attr_kind {
    ATN_ATTR_IN,          /* unit: items = parent */
    ATN_ATTR_FROM,        /* unit: day */
    ATN_ATTR_UNTIL,       /* unit: day */
    ATN_ATTR_ALIAS,       /* unit: items = string */
    ATN_ATTR_NAMED,       /* unit: an attribute by name: items = attribute, member */
    ATN_ATTR_MEMBERS,     /* type, attribute, category: items */
    ATN_ATTR_OVERLAPPING, /* category */
    ATN_ATTR_STOCK,       /* measure: items = unit of measure */
    ATN_ATTR_FLOW,
    ATN_ATTR_DECIMALS, /* measure, reference: number */
    ATN_ATTR_ANY_SIGN,
    ATN_ATTR_BY,  /* measure: categories. report `by TYPE to TYPE`: items = TYPE, TYPE. milestone `by PERIOD`:
                     period */
    ATN_ATTR_LAW, /* measure: law, items = axis (units, time or a category) */
    ATN_ATTR_REPORTED,   /* measure: every; items = TYPE or none */
    ATN_ATTR_ANY_LEVEL,  /* measure: number.mantissa 0 replaces, 1 adds */
    ATN_ATTR_CARRY,      /* measure: number = years */
    ATN_ATTR_BREAK,      /* measure: day, items = why */
    ATN_ATTR_UNIT_OF,    /* reference: items = unit of measure */
    ATN_ATTR_STEP,       /* reference: day, number */
    ATN_ATTR_EXPRESSION, /* indicator: expr. check: expr (left), expr_right */
    ATN_ATTR_SHARE,
    ATN_ATTR_SHOWN,      /* shown; number for PER */
    ATN_ATTR_ANNUALISED, /* number.mantissa 0 by days, 1 by months */
    ATN_ATTR_VARIANT_OF, /* items */
    ATN_ATTR_MEAN_OF,    /* items = TYPE, number = decimals */
    ATN_ATTR_PERIOD,     /* programme: period */
    ATN_ATTR_HORIZON,
    ATN_ATTR_INSTRUMENT, /* items = number string; day; by, supersedes, as_written below */
    ATN_ATTR_UNIT,       /* programme: items */
    ATN_ATTR_PART_OF,    /* programme, target, milestone: items */
    ATN_ATTR_IMPLEMENTS, /* items */
    ATN_ATTR_PHASE,      /* programme: items = id, period. target: items = id */
    ATN_ATTR_LEAD,       /* items = string, here and below */
    ATN_ATTR_WITH,
    ATN_ATTR_SOURCE, /* items = one or two strings (document, words) */
    ATN_ATTR_NOTE,
    ATN_ATTR_PHRASE, /* target: phrase (one attr per phrase or reading) */
    ATN_ATTR_CHOOSE, /* items = reading, [why] */
    ATN_ATTR_READS_BOTH,
    ATN_ATTR_BASELINE, /* base */
    ATN_ATTR_VISION,
    ATN_ATTR_PATH,      /* number.mantissa 0 linear, 1 steps */
    ATN_ATTR_WEIGHT,    /* number */
    ATN_ATTR_UNDEFINED, /* items */
    ATN_ATTR_DEFINED,   /* items = term, meaning */
    ATN_ATTR_DONE,      /* milestone: day, items = evidence */
    ATN_ATTR_NOT_DONE,
    ATN_ATTR_ALL_OF,   /* items */
    ATN_ATTR_SCHEDULE, /* report: every, due */
    ATN_ATTR_OF,       /* report: items = measures */
    ATN_ATTR_ON_REQUEST,
    ATN_ATTR_BOUNDARY /* boundary: boundary kind in number.mantissa; items = from ..., into = to ... */
} atn_attr_kind;

typedef struct atn_attr {
    atn_attr_kind kind;
    atn_span span; /* of its first word to its last */
    atn_item *items;
    atn_item *into;                    /* BOUNDARY: right side; INSTRUMENT: by UNIT */
    atn_item *supersedes, *as_written; /* INSTRUMENT */
    attain_period period;
    atn_item *period_item; /* the period as written */
    int32_t day;
    atn_number number;
    attain_period_type every;
    atn_law law;
    atn_shown shown;
    atn_due due;
    atn_expr *expr, *expr_right;
    atn_phrase *phrase;
    atn_base_text base;
    struct atn_attr *next;
} atn_attr;

typedef enum atn_decl_kind {
    ATN_DECL_INCLUDE,
    ATN_DECL_NUMBERS,
    ATN_DECL_UNITS_FROM,
    ATN_DECL_UNIT,
    ATN_DECL_TYPE,
    ATN_DECL_ATTRIBUTE,
    ATN_DECL_CATEGORY,
    ATN_DECL_MEASURE,
    ATN_DECL_REFERENCE,
    ATN_DECL_INDICATOR,
    ATN_DECL_CHECK,
    ATN_DECL_PROGRAMME,
    ATN_DECL_TARGET,
    ATN_DECL_MILESTONE,
    ATN_DECL_ACTIVITY,
    ATN_DECL_REPORT,
    ATN_DECL_BOUNDARY
} atn_decl_kind;

typedef struct atn_decl {
    atn_decl_kind kind;
    atn_span span;   /* of the keyword */
    atn_item *id;    /* NULL: none (include: the path string; numbers: vi; units from: the path) */
    atn_item *title; /* string; NULL */
    atn_item *type;  /* unit: its TYPE */
    atn_attr *attrs;
    atn_attr *last_attr;
    atn_attr **columns; /* unit read from a file: its further columns as NAMED; freeze links those that are
                           attributes into attrs */
    uint32_t n_columns;
    atn_attr *last_own;               /* then the last of attrs that is not one of columns; NULL: none */
    struct atn_decl *programme_above; /* nearest programme above in the same file; NULL */
    int32_t first_line, last_line;    /* in its file: for fmt */
    struct atn_decl *next;
} atn_decl;

typedef struct atn_source { /* a text that was added, kept whole */
    atn_str name, text;
    struct atn_source *next;
} atn_source;

typedef struct atn_findings { /* what a failed change, or a failed freeze, puts back */
    attain_diagnostic *diagnostics;
    size_t n_diagnostics, n_more, n_errors;
} atn_findings;

typedef struct atn_draft {
    atn_decl *first, *last;
    atn_source *sources, *last_source;
    attain_diagnostic *diagnostics; /* in the order of their place */
    size_t n_diagnostics, n_more, n_errors;
    size_t diagnostics_capacity; /* 0 also when the array may be put back later: then it is copied before it
                                    changes */
    atn_findings before_check;   /* what a freeze that failed found is forgotten when the plan changes */
    bool was_checked;
    attain_diagnostic first_error; /* by place, of the call that runs; status OK: none yet */
    uint32_t max_diagnostics;
    attain_resolver resolver;
    bool has_resolver;
    bool failed_text; /* some text did not parse: freeze refuses */
    uint64_t hash_seed;
    uint32_t include_depth;
    atn_arena_mark mark; /* in the copy that is put back: where the arena stood */
} atn_draft;

/* Records a finding (language/diagnostic.c). hint may be empty. Returns false when out of memory. */
bool atn_diagnose(attain_plan *plan, attain_severity severity, attain_status status, atn_span span,
                  atn_str hint, const char *fmt, ...)
#if defined(__GNUC__)
    __attribute__((format(printf, 6, 7)))
#endif
    ;
/* "did you mean 'x'?" in the arena, or empty. */
atn_str atn_near_hint(attain_plan *plan, atn_str near_name);

/* Parses one text into *first..*last (language/parser.c). Findings go to plan's draft; ATTAIN_OK even if
 * there were some: see n_errors. Other statuses: memory, limits. `source` must live as long as the plan. */
attain_status atn_parse_text(attain_plan *plan, const atn_source *source, atn_decl **first, atn_decl **last,
                             attain_error *err);
/* Parses one phrase (bulk targets). NULL with findings if it does not parse. */
attain_status atn_parse_phrase(attain_plan *plan, const atn_source *source, atn_phrase **out,
                               attain_error *err);

/* Compiles the draft into plan->model (language/check*.c). Findings go to the draft. */
attain_status atn_check_plan(attain_plan *plan, attain_error *err);

/* Canonical text of parts, used by print, fmt and explain (language/write.c). */
void atn_write_decl(atn_buf *out, const atn_decl *decl);
void atn_write_expr(atn_buf *out, const atn_expr *expr);
void atn_write_phrase(atn_buf *out, const atn_phrase *phrase); /* without the reading's name */

#endif
