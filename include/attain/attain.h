/* attain: does a programme keep its promises?
 *
 * attain is an embeddable C11 library. A plan (plain text: programmes, indicators, targets, periods,
 * organisation units) and facts (reported numbers) go in; values and verdicts come out: is each target met,
 * how far is it, what changed against the baseline, how many workers are missing. Exact, the same on every
 * machine.
 *
 * The life of a program:
 *
 *     attain_plan_new, attain_plan_add_text ..., attain_plan_freeze    the plan is now immutable
 *     attain_facts_new, attain_facts_add or attain_intake_...          the reported figures
 *     attain_compute (values) or attain_score (verdicts)               a table: columns to read, print, look up
 *     attain_table_free, attain_facts_free, attain_plan_free           in this order
 *
 * and where it goes on for long: attain_board, a scorecard that follows corrections, and attain_workspace, memory that is
 * touched once.
 *
 * Rules said once, for the whole file:
 *
 * Errors    Every call that can fail returns an attain_status and takes an `attain_error *err` last, which may be
 *           NULL and is written only on failure. Results leave through out parameters, written only on success.
 *           After any failure, memory exhaustion included, every object is as it was before the call (an intake
 *           that has failed stays failed; its facts are untouched). A gap in the data is not an error: it is a row
 *           with a state and a reason.
 * Ownership *_new hands an object to the caller, who calls *_free; *_free(NULL) does nothing. Pointers that come out
 *           of an object are borrowed and live as long as it does. Input is borrowed for the call and never kept.
 * Threads   A frozen plan and a table may be used from any number of threads at once. Facts have one writer, or
 *           readers while nobody writes. There is no global state, no initialisation call and no hidden thread: a
 *           call uses others than its own only where n_threads > 1 allows it, and they end before it returns. They may
 *           call the caller's allocator, one at a time.
 * Text      UTF-8 with an explicit length; nothing here needs a terminating NUL on input. Strings that come out do
 *           have one.
 * Options   Every options struct begins with struct_size = sizeof(the struct) and may be zero beyond that; a NULL
 *           pointer means all defaults. Fields are only ever added at the end.
 *
 * What is not in this file is not API. Since: 0.1 for everything unless said otherwise. */
#ifndef ATTAIN_H
#define ATTAIN_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The version of this header. The ABI number (SOVERSION) is 0.MINOR until 1.0 and MAJOR from then on:
 * programs linked against one run with every library of the same ABI number. */
#define ATTAIN_VERSION_MAJOR 0
#define ATTAIN_VERSION_MINOR 1
#define ATTAIN_VERSION_PATCH 0

#ifndef ATTAIN_API
#if defined(_WIN32) && defined(ATTAIN_BUILDING)
#define ATTAIN_API __declspec(dllexport)
#elif defined(__GNUC__) && defined(ATTAIN_BUILDING)
#define ATTAIN_API __attribute__((visibility("default")))
#else
#define ATTAIN_API
#endif
#endif

/* ---------------------------------------------------------------- status, errors, memory ---- */

/** Outcome of a call. Numbers are frozen; a family grows at its end. */
typedef enum attain_status {
    ATTAIN_OK = 0,
    /* the call itself */
    ATTAIN_E_MEMORY = 1,    /**< allocation failed, or the memory limit was reached */
    ATTAIN_E_ARGUMENT = 2,  /**< an argument breaks the documented contract */
    ATTAIN_E_CAPACITY = 3,  /**< the caller's buffer is too small */
    ATTAIN_E_LIMIT = 4,     /**< a declared limit (depth, size, count) was passed */
    ATTAIN_E_CANCELLED = 5, /**< the progress callback asked to stop */
    ATTAIN_E_FORMAT = 6,    /**< bytes are not what attain_facts_to_bytes wrote, or are of a newer format */
    /* text */
    ATTAIN_E_UTF8 = 20,    /**< ill-formed UTF-8 */
    ATTAIN_E_CONTROL = 21, /**< a NUL, control or hidden character where none may stand */
    ATTAIN_E_SYNTAX = 22,  /**< does not parse */
    ATTAIN_E_NAME = 23,    /**< a name does not resolve, or is taken */
    ATTAIN_E_PLAN = 24,    /**< the plan contradicts itself */
    ATTAIN_E_RESOLVE = 25, /**< an included file was refused or not found */
    /* numbers and periods */
    ATTAIN_E_NUMBER = 40, /**< a text is not a number of the declared format */
    ATTAIN_E_DIGITS = 41, /**< more decimals than declared */
    ATTAIN_E_RANGE = 42,  /**< a number is too large */
    ATTAIN_E_DATE = 43,   /**< a text is not a date or a period */
    /* facts */
    ATTAIN_E_UNIT = 60,      /**< unknown unit */
    ATTAIN_E_MEASURE = 61,   /**< unknown measure */
    ATTAIN_E_PERIOD = 62,    /**< a period that the measure does not take */
    ATTAIN_E_CATEGORY = 63,  /**< unknown member, or one missing */
    ATTAIN_E_PLACE = 64,     /**< the measure may not stand at this unit */
    ATTAIN_E_DUPLICATE = 65, /**< the same cell twice */
    ATTAIN_E_QUALIFIER = 66, /**< unknown qualifier or reason */
    ATTAIN_E_CSV = 67,       /**< the file is not CSV, or its header lacks a column */
    ATTAIN_E_SCHEMA = 68,    /**< facts and plan do not share their units, measures and categories */
    /** an Arrow stream breaks its format, failed, or has a column of a type that is not taken */
    ATTAIN_E_ARROW = 69,
    /* the store (attain/sqlite.h) */
    ATTAIN_E_STORE = 80,   /**< a file could not be opened, read or written: which call failed and why */
    ATTAIN_E_VERSION = 81, /**< not a store, or a store of another version */
    ATTAIN_E_CORRUPT = 82, /**< a store that is damaged */
    ATTAIN_E_BUSY = 83,    /**< somebody else was writing for all of the time that was allowed */
    ATTAIN_E_EDITION = 84  /**< there is no such edition */
} attain_status;

/** Where and why a call failed. Caller-owned, no heap. */
typedef struct attain_error {
    attain_status status;
    int32_t line;      /**< 1-based; 0 if no text was involved */
    int32_t column;    /**< 1-based, in code points; 0 likewise */
    int64_t index;     /**< element of the array argument at fault; -1 if none */
    char source[128];  /**< file or text name; "" if none */
    char message[384]; /**< one UTF-8 sentence: what was found, what is required */
} attain_error;

/** Memory of the caller. realloc(ctx, NULL, 0, n) allocates, realloc(ctx, p, n, 0) frees and returns NULL;
 * NULL on failure. */
typedef struct attain_allocator {
    void *ctx;
    void *(*realloc)(void *ctx, void *ptr, size_t old_size, size_t new_size);
} attain_allocator;

/** A text that the library made; free it with attain_text_free. data has a NUL behind its len bytes. */
typedef struct attain_text {
    char *data;
    size_t len;
    size_t capacity;
    attain_allocator alloc;
} attain_text;

/** A borrowed text. */
typedef struct attain_str {
    const char *data; /**< has a NUL behind its len bytes when the library made it */
    size_t len;
} attain_str;

/** Called now and then with work done and work in all (0 if unknown); a return other than 0 stops the call
 * (ATTAIN_E_CANCELLED). Must return normally: no longjmp, no exception through the library. */
typedef int (*attain_progress_fn)(void *ctx, uint64_t done, uint64_t total);

/** The caller's threads: runs task(task_ctx, i) for i = 0 .. n_tasks - 1, each once, in any order, on any threads, and
 * returns when all are done. Only called where n_threads > 1. */
typedef void (*attain_executor_fn)(void *ctx, void (*task)(void *task_ctx, size_t i), void *task_ctx,
                                   size_t n_tasks);

/** "0.1.0": the version of the library that is running. Threads: any. */
ATTAIN_API const char *attain_version(void);
/** major * 1000000 + minor * 1000 + patch of the running library. */
ATTAIN_API uint32_t attain_version_number(void);
/** The constant's name in lower case ("e_syntax"); "unknown" for a number that is none. */
ATTAIN_API const char *attain_status_name(attain_status status);
ATTAIN_API void attain_text_free(attain_text *text);

/* ---------------------------------------------------------------- numbers, days, periods ---- */

typedef enum attain_rounding {
    ATTAIN_ROUND_HALF_UP = 0, /**< half away from zero: the default, as in accounting and spreadsheets */
    ATTAIN_ROUND_HALF_EVEN = 1,
    ATTAIN_ROUND_FLOOR = 2,
    ATTAIN_ROUND_CEIL = 3
} attain_rounding;

/** How numbers are written. Zero means plain: 1234.5. */
typedef struct attain_number_format {
    char decimal;     /**< '.', ',' ...; 0 means '.' */
    char grouping[5]; /**< "" none; else one code point in UTF-8, e.g. "." or a no-break space */
} attain_number_format;

#ifdef __cplusplus
#define ATTAIN_NUMBERS_PLAIN (attain_number_format{'.', ""})
#define ATTAIN_NUMBERS_VI (attain_number_format{',', "."})
#else
#define ATTAIN_NUMBERS_PLAIN ((attain_number_format){'.', ""})
#define ATTAIN_NUMBERS_VI ((attain_number_format){',', "."}) /**< 90.000 and 12,5 */
#endif

/** A signed 128-bit sum, two's complement. */
typedef struct attain_i128 {
    uint64_t lo;
    int64_t hi;
} attain_i128;

typedef enum attain_period_type {
    ATTAIN_PERIOD_NONE = 0,
    ATTAIN_PERIOD_DAY = 1,
    ATTAIN_PERIOD_WEEK = 2, /**< ISO 8601: Monday to Sunday */
    ATTAIN_PERIOD_MONTH = 3,
    ATTAIN_PERIOD_QUARTER = 4,
    ATTAIN_PERIOD_HALF_YEAR = 5,
    ATTAIN_PERIOD_YEAR = 6,
    ATTAIN_PERIOD_FINANCIAL_YEAR = 7, /**< twelve months from start_month */
    ATTAIN_PERIOD_RANGE = 8           /**< A..B; open at the start if start_day is ATTAIN_DAY_MIN */
} attain_period_type;

#define ATTAIN_DAY_MIN (-719162) /**< 0001-01-01 */
#define ATTAIN_DAY_MAX 2932896   /**< 9999-12-31 */

/** A span of days, both ends included, counted from 1970-01-01. */
typedef struct attain_period {
    int32_t start_day;
    int32_t end_day;
    uint8_t type;        /**< attain_period_type */
    uint8_t start_month; /**< 1-12 for a financial year, else 0 */
    uint8_t end_type;    /**< RANGE: type of the period at its end; else 0 */
    uint8_t end_month;   /**< RANGE: start month of the period at its end; else 0 */
} attain_period;

/** Reads a decimal of a declared format with at most `decimals` decimals: value = *out * 10^-decimals. Never
 * rounds.
 * @retval ATTAIN_E_NUMBER, ATTAIN_E_DIGITS, ATTAIN_E_RANGE  err->column is the byte at fault, from 1. */
ATTAIN_API attain_status attain_decimal_parse(const char *text, size_t len,
                                              const attain_number_format *format, unsigned decimals,
                                              int64_t *out, attain_error *err);
/** Prints value * 10^-decimals into buf with a NUL; *len (may be NULL) is its length. ATTAIN_E_CAPACITY if it
 * does not fit. */
ATTAIN_API attain_status attain_decimal_print(int64_t value, unsigned decimals,
                                              const attain_number_format *format, char *buf, size_t cap,
                                              size_t *len, attain_error *err);
/** Reads 2025, 2025-H1, 2025-Q3, 2025-06, 2025-W07, 2025-06-10, 2025-FY04, 2021..2025, ..2030 and the
 * spellings 2025-S1, 2025Q3, 202506, 2017/2020. */
ATTAIN_API attain_status attain_period_parse(const char *text, size_t len, attain_period *out,
                                             attain_error *err);
ATTAIN_API attain_status attain_period_print(attain_period period, char *buf, size_t cap, size_t *len,
                                             attain_error *err);
/** One int32 for columns of facts; order-preserving within a type. A RANGE has none: ATTAIN_E_ARGUMENT. */
ATTAIN_API attain_status attain_period_encode(attain_period period, int32_t *code, attain_error *err);
ATTAIN_API attain_status attain_period_decode(int32_t code, attain_period *out, attain_error *err);
/** The period n steps later (n < 0: earlier). ATTAIN_E_ARGUMENT for a RANGE or outside years 1-9999. */
ATTAIN_API attain_status attain_period_step(attain_period period, int32_t n, attain_period *out,
                                            attain_error *err);

/* ---------------------------------------------------------------- plain formulas ---- */

/** An exact fraction num/den; den != 0. The scalar formulas below take and give them; attain_*_array give
 * doubles. */
typedef struct attain_fraction {
    int64_t num;
    int64_t den;
} attain_fraction;

typedef enum attain_direction { ATTAIN_AT_LEAST = 0, ATTAIN_AT_MOST = 1 } attain_direction;

/** How much of the level is reached: value/level; for at most level/value. 45 against 60 is 3/4.
 * Gaps     ATTAIN_E_ARGUMENT if the divisor is 0 or a den is 0.
 * Numerics exact, in lowest terms; ATTAIN_E_RANGE if the fraction does not fit int64. */
ATTAIN_API attain_status attain_attainment(attain_fraction value, attain_fraction level,
                                           attain_direction direction, attain_fraction *out,
                                           attain_error *err);
/** (value - baseline) / (level - baseline): the part of the way that was gone; 40 -> 30 -> 20 is 1/2. */
ATTAIN_API attain_status attain_progress(attain_fraction value, attain_fraction baseline,
                                         attain_fraction level, attain_fraction *out, attain_error *err);
/** value - baseline, or with relative != 0 (value - baseline) / baseline, which needs baseline > 0. */
ATTAIN_API attain_status attain_change(attain_fraction value, attain_fraction baseline, int relative,
                                       attain_fraction *out, attain_error *err);
/** numerator * per / denominator: workers per 10,000 people. */
ATTAIN_API attain_status attain_per(int64_t numerator, int64_t denominator, int64_t per, attain_fraction *out,
                                    attain_error *err);
/** Whole units that are missing: at least: max(0, ceil(level * denominator) - numerator); at most: max(0,
 * numerator - floor(...)). 23 workers for 115,001 people at 1/5000 miss 1. */
ATTAIN_API attain_status attain_gap(int64_t numerator, int64_t denominator, attain_fraction level,
                                    attain_direction direction, int64_t *out, attain_error *err);

/** Array forms. out[i] is the correctly rounded double of the exact result and valid[i] is 1, also where its fraction
 * would not fit int64; where there is no result (a divisor or a den of 0; for gaps also one beyond int64) out[i] and
 * valid[i] are 0. out and valid hold n items and may not overlap the inputs. */
typedef struct attain_fraction_array {
    const int64_t *num;
    const int64_t *den; /**< NULL: all 1 */
    size_t stride;      /**< 1: one per item; 0: the same for all */
} attain_fraction_array;
ATTAIN_API attain_status attain_attainment_array(attain_fraction_array value, attain_fraction_array level,
                                                 attain_direction direction, size_t n, double *out,
                                                 uint8_t *valid, attain_error *err);
ATTAIN_API attain_status attain_progress_array(attain_fraction_array value, attain_fraction_array baseline,
                                               attain_fraction_array level, size_t n, double *out,
                                               uint8_t *valid, attain_error *err);
ATTAIN_API attain_status attain_change_array(attain_fraction_array value, attain_fraction_array baseline,
                                             int relative, size_t n, double *out, uint8_t *valid,
                                             attain_error *err);
ATTAIN_API attain_status attain_per_array(const int64_t *numerator, const int64_t *denominator, int64_t per,
                                          size_t n, double *out, uint8_t *valid, attain_error *err);
ATTAIN_API attain_status attain_gap_array(const int64_t *numerator, const int64_t *denominator,
                                          attain_fraction_array level, attain_direction direction, size_t n,
                                          int64_t *out, uint8_t *valid, attain_error *err);

/* ---------------------------------------------------------------- plan ---- */

typedef struct attain_plan attain_plan;

/** Brings included files and unit files. `from` is the name of the text that asks, `path` is as written; the
 * resolver decides what the path may reach (never outside the plan's folder), gives the bytes and, in `name`
 * (cap 128), the name under which errors and a second include know the file. Return 0; or anything else with
 * one sentence in `why` (cap 256). release(ctx, data, len) is called once per file given. */
typedef struct attain_resolver {
    void *ctx;
    int (*open)(void *ctx, attain_str from, attain_str path, const char **data, size_t *len, char *name,
                char *why);
    void (*release)(void *ctx, const char *data, size_t len);
} attain_resolver;

typedef struct attain_plan_options {
    size_t struct_size;
    const attain_allocator *allocator; /**< NULL: libc */
    const attain_resolver *resolver;   /**< NULL: an include is an error that says so */
    uint32_t max_diagnostics;          /**< 0: 20 */
    uint64_t hash_seed;                /**< any number; results never depend on it */
    size_t max_bytes;                  /**< memory of the plan; 0: 1 GiB */
} attain_plan_options;

typedef enum attain_severity { ATTAIN_ERROR = 0, ATTAIN_WARNING = 1 } attain_severity;

/** One finding about the plan, with its place. */
typedef struct attain_diagnostic {
    attain_severity severity;
    attain_status status;
    attain_str source;
    int32_t line;      /**< from 1; 0: the plan as a whole */
    int32_t column;    /**< from 1, in code points */
    int32_t n_columns; /**< length of the underlined part, at least 1 */
    attain_str message;
    attain_str line_text; /**< the line, without its end */
    attain_str hint;      /**< "did you mean 'helped'?"; "" if none */
} attain_diagnostic;

ATTAIN_API attain_status attain_plan_new(const attain_plan_options *options, attain_plan **out,
                                         attain_error *err);
ATTAIN_API void attain_plan_free(attain_plan *plan);

/** Adds one text of the plan language. Texts may be added in any order; names are resolved at freeze.
 *
 * A text that does not parse leaves the plan as it was, but for its diagnostics: all findings (up to
 * max_diagnostics) can be read, and err holds the first. After a failure more texts may be added to collect
 * their findings; freeze then fails.
 *
 * @param name  what diagnostics call the text, at most 127 bytes are kept; also `from` of its includes. */
ATTAIN_API attain_status attain_plan_add_text(attain_plan *plan, const char *text, size_t len,
                                              const char *name, attain_error *err);

/** Units in bulk. Every array has n items; NULL arrays (all but id and type) mean none. Same checks as the
 * `unit` directive. */
typedef struct attain_unit_columns {
    const attain_str *id;
    const attain_str *title;
    const attain_str *type;
    const attain_str *parent;    /**< len 0: none */
    const int32_t *from_day;     /**< ATTAIN_DAY_MIN: always */
    const int32_t *until_day;    /**< last day; ATTAIN_DAY_MAX: for ever */
    const attain_str *attribute; /**< n * n_attributes, row by row; len 0: none */
    const attain_str *attribute_names;
    size_t n_attributes;
} attain_unit_columns;
ATTAIN_API attain_status attain_plan_add_units(attain_plan *plan, const attain_unit_columns *units, size_t n,
                                               attain_error *err);

/** Targets in bulk: id and phrase ("density at least 1 per 5000 by 2030") as in the plan text; the others may
 * be NULL. err->index is the row at fault. */
typedef struct attain_target_columns {
    const attain_str *id;
    const attain_str *phrase;
    const attain_str *title;
    const attain_str *source;
} attain_target_columns;
ATTAIN_API attain_status attain_plan_add_targets(attain_plan *plan, const attain_target_columns *targets,
                                                 size_t n, attain_error *err);

/** Resolves names, checks the whole plan and makes it immutable. On failure the plan stays open and its
 * diagnostics can be read. */
ATTAIN_API attain_status attain_plan_freeze(attain_plan *plan, attain_error *err);

/** Findings so far, errors and warnings, in the order of their place. More than max_diagnostics are only
 * counted: *n_more (may be NULL). Borrowed until the next call that changes the plan. */
ATTAIN_API size_t attain_plan_diagnostics(const attain_plan *plan, const attain_diagnostic **items,
                                          size_t *n_more);
/** A finding as a person reads it: place, message, the line, a caret and the hint. New text. */
ATTAIN_API attain_status attain_diagnostic_print(const attain_diagnostic *diagnostic,
                                                 const attain_allocator *allocator, attain_text *out,
                                                 attain_error *err);

/** What a plan lists. Indices run from 0 in the order of the plan text, units in tree order. Targets and
 * milestones share one list. */
typedef enum attain_kind {
    ATTAIN_KIND_UNIT = 0,
    ATTAIN_KIND_TYPE = 1,
    ATTAIN_KIND_ATTRIBUTE = 2,
    ATTAIN_KIND_CATEGORY = 3,
    ATTAIN_KIND_MEASURE = 4,
    ATTAIN_KIND_REFERENCE = 5,
    ATTAIN_KIND_INDICATOR = 6,
    ATTAIN_KIND_PROGRAMME = 7,
    ATTAIN_KIND_TARGET = 8,
    ATTAIN_KIND_ACTIVITY = 9,
    ATTAIN_KIND_REPORT = 10,
    ATTAIN_KIND_CHECK = 11,
    ATTAIN_KIND_BOUNDARY = 12
} attain_kind;

#define ATTAIN_NONE UINT32_MAX

ATTAIN_API size_t attain_plan_count(const attain_plan *plan, attain_kind kind);
/** The index of an id (for units, also of an alias); ATTAIN_NONE if there is none. */
ATTAIN_API uint32_t attain_plan_find(const attain_plan *plan, attain_kind kind, const char *id, size_t len);
/** len 0 for an index out of range, and for kinds without ids (checks, boundaries). */
ATTAIN_API attain_str attain_plan_id(const attain_plan *plan, attain_kind kind, uint32_t index);
/** The title, or len 0. */
ATTAIN_API attain_str attain_plan_title(const attain_plan *plan, attain_kind kind, uint32_t index);

typedef struct attain_unit_info {
    attain_str id, title;
    uint32_t type;
    uint32_t parent;   /**< on the last day of its validity; ATTAIN_NONE for a root */
    uint32_t depth;    /**< 0 for a root */
    int32_t from_day;  /**< ATTAIN_DAY_MIN: always */
    int32_t until_day; /**< ATTAIN_DAY_MAX: for ever */
} attain_unit_info;
ATTAIN_API attain_status attain_plan_unit(const attain_plan *plan, uint32_t index, attain_unit_info *out,
                                          attain_error *err);

typedef struct attain_measure_info {
    attain_str id, title, unit_of_measure;
    int is_flow;    /**< else a stock */
    int is_percent; /**< 96.1 stands for 0.961 */
    int any_sign;
    uint8_t decimals;
    uint8_t reported_type; /**< attain_period_type of its reports; NONE: not declared */
    uint32_t n_categories;
    uint32_t n_cells; /**< member combinations; 1 without categories */
} attain_measure_info;
ATTAIN_API attain_status attain_plan_measure(const attain_plan *plan, uint32_t index,
                                             attain_measure_info *out, attain_error *err);
/** Category of a measure by position; and members of a category or attribute (kind CATEGORY or ATTRIBUTE), or the plain
 * types that a type is or groups (kind TYPE). */
ATTAIN_API uint32_t attain_plan_measure_category(const attain_plan *plan, uint32_t measure,
                                                 uint32_t position);
ATTAIN_API uint32_t attain_plan_member_count(const attain_plan *plan, attain_kind kind, uint32_t index);
ATTAIN_API attain_str attain_plan_member(const attain_plan *plan, attain_kind kind, uint32_t index,
                                         uint32_t member);

typedef struct attain_target_info {
    attain_str id, title;
    int is_milestone;
    uint32_t programme;  /**< ATTAIN_NONE if it stands alone */
    uint32_t n_readings; /**< 0 for a milestone */
    attain_period due;   /**< type NONE if the text gives none that applies */
    int is_vision;
    attain_str source_document, source_words; /**< the deciding words */
    attain_str note;
} attain_target_info;
ATTAIN_API attain_status attain_plan_target(const attain_plan *plan, uint32_t index, attain_target_info *out,
                                            attain_error *err);
/** Marks the units whose figures may count at some of n_at units, on whatever day: these themselves, those that ever stood beneath one of
 * them, and those whose figures a boundary event carries to such a unit. Facts of other units cannot change a value or a verdict at these
 * units, so that they need not be loaded.
 * @param feeds  attain_plan_count(plan, ATTAIN_KIND_UNIT) bytes of the caller: 1 or 0. */
ATTAIN_API attain_status attain_plan_feeders(const attain_plan *plan, const uint32_t *at, size_t n_at,
                                             uint8_t *feeds, attain_error *err);
/** Name ("" when a target has only one) and phrase, as canonical text, of a reading. */
ATTAIN_API attain_str attain_plan_reading_name(const attain_plan *plan, uint32_t target, uint32_t reading);
ATTAIN_API attain_str attain_plan_reading_phrase(const attain_plan *plan, uint32_t target, uint32_t reading);

typedef struct attain_programme_info {
    attain_str id, title;
    attain_period period;  /**< type NONE if not given */
    attain_period horizon; /**< type NONE if not given */
    uint32_t unit;         /**< ATTAIN_NONE if not given */
    uint32_t part_of;      /**< ATTAIN_NONE if none */
    uint32_t n_implements;
    attain_str instrument;  /**< number of its first instrument, "" if none */
    int32_t instrument_day; /**< ATTAIN_DAY_MIN if none */
} attain_programme_info;
ATTAIN_API attain_status attain_plan_programme(const attain_plan *plan, uint32_t index,
                                               attain_programme_info *out, attain_error *err);

/** 128 bits that two plans share if and only if their units, measures and categories are the same (facts may
 * move between them). */
ATTAIN_API void attain_plan_schema(const attain_plan *plan, uint64_t digest[2]);
/** One self-contained canonical text of a frozen plan; parse -> print -> parse gives the same plan. New text.
 */
ATTAIN_API attain_status attain_plan_print(const attain_plan *plan, attain_text *out, attain_error *err);
/** One file rewritten canonically, comments kept; names are not resolved and includes not followed. New text.
 * @retval ATTAIN_E_SYNTAX and its kin: err points at the first fault. */
ATTAIN_API attain_status attain_format(const char *text, size_t len, const char *name,
                                       const attain_allocator *allocator, attain_text *out,
                                       attain_error *err);

/* ---------------------------------------------------------------- facts ---- */

typedef struct attain_facts attain_facts;

/** Qualifier of a figure. MISSING carries a reason instead of a value. */
typedef enum attain_qualifier {
    ATTAIN_EXACT = 0,
    ATTAIN_MORE_THAN = 1,
    ATTAIN_AT_LEAST_VALUE = 2,
    ATTAIN_LESS_THAN = 3,
    ATTAIN_AT_MOST_VALUE = 4,
    ATTAIN_ESTIMATED = 5, /**< counts as exact, flag `estimated` */
    ATTAIN_MISSING = 6
} attain_qualifier;

/** Why a figure is missing. Only NOT_APPLICABLE is "not expected"; every other reason is "unknown". The
 * letters are those of the SDMX code list OBS_STATUS and are read as well as the words. */
typedef enum attain_missing_reason {
    ATTAIN_REASON_NONE = 0,
    ATTAIN_REASON_NOT_APPLICABLE = 1, /**< not_applicable; M: data cannot exist */
    ATTAIN_REASON_NOT_REPORTED = 2,   /**< not_reported; O: missing */
    ATTAIN_REASON_NOT_COLLECTED = 3,  /**< not_collected; L: data exist but were not collected */
    ATTAIN_REASON_CONFIDENTIAL = 4,   /**< confidential; Q: suppressed */
    ATTAIN_REASON_HOLIDAY = 5,        /**< holiday; H: holiday or week-end */
    ATTAIN_REASON_UNRELIABLE = 6,     /**< unreliable; U: low reliability */
    ATTAIN_REASON_OTHER = 7           /**< other; any other letter of the list */
} attain_missing_reason;

/** Which of several ways to the same bits is taken. For measurements and tests: results never differ, only time. */
typedef enum attain_tuning {
    ATTAIN_TUNE_DEFAULT = 0,    /**< chosen by looking at the processor and the data */
    ATTAIN_TUNE_PORTABLE = 1,   /**< no vector instructions beyond those the library was compiled for */
    ATTAIN_TUNE_AVX2 = 2,       /**< at most AVX2 */
    ATTAIN_TUNE_RUNS = 4,       /**< intake: take rows for ordered, whatever they look like */
    ATTAIN_TUNE_RADIX = 8,      /**< intake: take rows for shuffled */
    ATTAIN_TUNE_ROW_BY_ROW = 16 /**< none of the fast ways: facts as rows, one judgement after the other */
} attain_tuning;

typedef struct attain_facts_options {
    size_t struct_size;
    size_t max_bytes;   /**< memory of the facts; 0: no limit */
    uint32_t n_threads; /**< for intake; 0 or 1: the calling thread */
    attain_executor_fn
        executor; /**< the caller's threads; NULL: own ones, which end before the call returns */
    void *executor_ctx;
    uint32_t tuning; /**< attain_tuning, or-ed */
} attain_facts_options;

/** What may be asked of an intake. */
typedef enum attain_intake_flags {
    ATTAIN_INTAKE_STRICT = 0,
    ATTAIN_INTAKE_SAME_VALUE_IS_FINE =
        1,                 /**< a cell twice with the same value and qualifier is counted, not refused */
    ATTAIN_INTAKE_SUM = 2, /**< values of a cell that comes twice are added (exact figures only) */
    ATTAIN_INTAKE_SKIP_BAD_ROWS = 4, /**< bad rows are reported and left out instead of refusing all */
    ATTAIN_INTAKE_NAN_IS_EMPTY = 8 /**< Arrow: a NaN is an empty value, as in pandas, instead of a bad row */
} attain_intake_flags;

typedef struct attain_intake_options {
    size_t struct_size;
    uint32_t flags;               /**< attain_intake_flags, or-ed */
    uint32_t max_issues;          /**< 0: 100 */
    attain_number_format numbers; /**< text and CSV only */
    const attain_str *rename;     /**< CSV and Arrow: pairs (column in the file, name here) */
    size_t n_rename;              /**< number of pairs */
    const char *source;           /**< name of the file in the report; NULL: "" */
    attain_progress_fn progress;
    void *progress_ctx;
    uint64_t total_bytes; /**< CSV: for progress; 0 if unknown */
    char separator;       /**< CSV: 0 means ',' */
} attain_intake_options;

/** One bad row of an intake. */
typedef struct attain_issue {
    attain_status status;
    int64_t row;       /**< data row from 1 */
    int64_t other_row; /**< the row it collides with in the same intake; 0 if none */
    int32_t line;      /**< physical line; 0 without a file */
    int32_t column;    /**< CSV, Arrow: column from 1; 0 if the whole row */
    char message[320];
} attain_issue;

/** What an intake did: n_accepted + n_rejected + n_empty = n_read, always. Free with attain_report_free. */
typedef struct attain_report {
    uint64_t n_read;
    uint64_t n_accepted;
    uint64_t n_rejected;
    uint64_t n_empty;     /**< rows with an empty value: no cell */
    uint64_t n_same;      /**< of the accepted: cells that came again (SAME_VALUE_IS_FINE, SUM) */
    attain_issue *issues; /**< the first max_issues, in row order */
    size_t n_issues;
    uint64_t n_more_issues;
    attain_text
        ignored_columns; /**< CSV, Arrow: names of columns that were not used, joined by ", "; len 0 if
                                    none */
    attain_allocator alloc;
} attain_report;
ATTAIN_API void attain_report_free(attain_report *report);

/** Facts bind to the plan's schema (units, measures, categories); the plan must outlive them.
 * @retval ATTAIN_E_ARGUMENT  the plan is not frozen. */
ATTAIN_API attain_status attain_facts_new(const attain_plan *plan, const attain_facts_options *options,
                                          attain_facts **out, attain_error *err);
ATTAIN_API void attain_facts_free(attain_facts *facts);

/** Columns of facts by id. Required: unit, period, value, and measure or one_measure.
 *
 * Shape    n items each; a NULL optional array means its default for all rows.
 * Unit     value[i] is the figure * 10^(decimals of its measure). */
typedef struct attain_fact_columns {
    const uint32_t *unit;    /**< index of kind UNIT */
    const uint32_t *measure; /**< index of kind MEASURE; NULL: one_measure for all */
    uint32_t one_measure;
    const int32_t *period;    /**< attain_period_encode */
    const uint32_t *cell;     /**< member combination: members by position, first category slowest; NULL: 0 */
    const int64_t *value;     /**< read only where the qualifier is not MISSING */
    const uint8_t *qualifier; /**< attain_qualifier; NULL: all exact */
    const uint8_t *reason;    /**< attain_missing_reason; NULL: NOT_REPORTED where missing */
    const uint16_t *measure16; /**< the measure in half the width; then `measure` is NULL */
    const uint8_t *cell8;      /**< the cell in a quarter of the width; then `cell` is NULL */
} attain_fact_columns;

/** Adds n facts: all, or none with a report. report may be NULL; else it is filled on success and on a
 * refusal of rows (free it). Rows are taken many at a time; where one is bad or comes twice they are all looked at again one
 * by one, so that the report can name it, and the progress callback sees `done` begin anew.
 * @retval ATTAIN_E_UNIT ... ATTAIN_E_QUALIFIER  the first bad row: err->index (from 0). */
ATTAIN_API attain_status attain_facts_add(attain_facts *facts, const attain_fact_columns *columns, size_t n,
                                          const attain_intake_options *options, attain_report *report,
                                          attain_error *err);

/** The same by text: the convenience of a CSV file without the file. */
typedef struct attain_fact_text_columns {
    const attain_str *unit, *measure, *period, *value;
    const attain_str *qualifier, *reason; /**< NULL: exact / none */
    const attain_str *member;             /**< n * n_member_columns; NULL: none */
    const attain_str *member_columns;     /**< category ids */
    size_t n_member_columns;
} attain_fact_text_columns;
ATTAIN_API attain_status attain_facts_add_text(attain_facts *facts, const attain_fact_text_columns *columns,
                                               size_t n, const attain_intake_options *options,
                                               attain_report *report, attain_error *err);

/** Streaming CSV: new, feed any number of times, finish once, free. Nothing is visible in the facts before
 * finish succeeds. The header names unit, measure, period, value, qualifier, reason and one column per
 * category id; without `measure` every column named like a measure holds its values (wide form). Other
 * columns are ignored and reported. Where the facts allow threads, they share pieces of some MiB; what comes of them is the same. */
typedef struct attain_intake attain_intake;
ATTAIN_API attain_status attain_intake_new(attain_facts *facts, const attain_intake_options *options,
                                           attain_intake **out, attain_error *err);
ATTAIN_API attain_status attain_intake_feed(attain_intake *intake, const char *data, size_t len,
                                            attain_error *err);
ATTAIN_API attain_status attain_intake_finish(attain_intake *intake, attain_report *report,
                                              attain_error *err);
ATTAIN_API void attain_intake_free(attain_intake *intake);

/** One cell. */
typedef struct attain_fact {
    uint32_t unit, measure, cell;
    attain_period period;
    int64_t value;
    uint8_t qualifier; /**< attain_qualifier */
    uint8_t reason;    /**< attain_missing_reason */
} attain_fact;
/** Corrects one cell: sets it, or with remove != 0 takes it away (it is then absent). A cell that was absent
 * may be set. */
ATTAIN_API attain_status attain_facts_set(attain_facts *facts, const attain_fact *fact, int remove,
                                          attain_error *err);
/** *found = 0 if the cell is absent; else 1 and value, qualifier, reason are filled in. */
ATTAIN_API attain_status attain_facts_get(const attain_facts *facts, attain_fact *fact, int *found,
                                          attain_error *err);
ATTAIN_API uint64_t attain_facts_count(const attain_facts *facts);
/** Facts one by one, in a fixed order (measure, unit, cell, period), i < attain_facts_count. */
ATTAIN_API attain_status attain_facts_at(const attain_facts *facts, uint64_t i, attain_fact *out,
                                         attain_error *err);
/** The same many at a time: up to n facts from number first on. *n_read is less than n at the end, and 0 past it. The way over all facts: one by one
 * each is looked for anew. */
ATTAIN_API attain_status attain_facts_read(const attain_facts *facts, uint64_t first, attain_fact *out,
                                           size_t n, size_t *n_read, attain_error *err);
/** The plan that the facts were made with; borrowed. */
ATTAIN_API const attain_plan *attain_facts_plan(const attain_facts *facts);
/** The fact period that ends last (of equal ones the longest): the default as-of. type NONE when there are no
 * facts. */
ATTAIN_API attain_period attain_facts_last_period(const attain_facts *facts);

/** Adds every cell of `from`; the same cell in both is refused (ATTAIN_E_DUPLICATE), nothing is then added.
 * Exact and order-free. */
ATTAIN_API attain_status attain_facts_merge(attain_facts *facts, const attain_facts *from, attain_error *err);
/** The facts as bytes: the same facts give the same bytes on every machine. New text. */
ATTAIN_API attain_status attain_facts_to_bytes(const attain_facts *facts, attain_text *out,
                                               attain_error *err);
/** The facts that attain_facts_to_bytes wrote.
 * @retval ATTAIN_E_FORMAT  not such bytes, damaged, or a newer format.
 * @retval ATTAIN_E_SCHEMA  of a plan with another schema. */
ATTAIN_API attain_status attain_facts_from_bytes(const attain_plan *plan, const char *data, size_t len,
                                                 const attain_facts_options *options, attain_facts **out,
                                                 attain_error *err);

/* ---------------------------------------------------------------- values and verdicts ---- */

typedef enum attain_state {
    ATTAIN_STATE_OK = 0,
    ATTAIN_STATE_RANGE_ONLY = 1,
    ATTAIN_STATE_NO_DATA = 2,
    ATTAIN_STATE_NO_DENOMINATOR = 3,
    ATTAIN_STATE_ZERO_DENOMINATOR = 4,
    ATTAIN_STATE_NEGATIVE_DENOMINATOR = 5,
    ATTAIN_STATE_OUT_OF_SCOPE = 6,
    ATTAIN_STATE_OVERFLOW = 7,
    ATTAIN_STATE_NOT_EVALUATED = 8
} attain_state;

typedef enum attain_verdict {
    ATTAIN_MET = 0,
    ATTAIN_NOT_MET = 1,
    ATTAIN_UNDETERMINED = 2,
    ATTAIN_NOT_APPLICABLE = 3
} attain_verdict;

typedef enum attain_pace {
    ATTAIN_PACE_NONE = 0, /**< after the deadline, or not applicable: printed empty */
    ATTAIN_PACE_MET_EARLY = 1,
    ATTAIN_PACE_ON_TRACK = 2,
    ATTAIN_PACE_BEHIND = 3,
    ATTAIN_PACE_WRONG_WAY = 4,
    ATTAIN_PACE_UNDETERMINED = 5
} attain_pace;

/** Reasons, or-ed; printed in this order joined by ';'. */
typedef enum attain_reason {
    ATTAIN_BECAUSE_NO_DATA = 1 << 0,
    ATTAIN_BECAUSE_NO_DENOMINATOR = 1 << 1,
    ATTAIN_BECAUSE_ZERO_DENOMINATOR = 1 << 2,
    ATTAIN_BECAUSE_NEGATIVE_DENOMINATOR = 1 << 3,
    ATTAIN_BECAUSE_OUT_OF_SCOPE = 1 << 4,
    ATTAIN_BECAUSE_OVERFLOW = 1 << 5,
    ATTAIN_BECAUSE_NOT_QUANTIFIED = 1 << 6,
    ATTAIN_BECAUSE_UNDEFINED_TERM = 1 << 7,
    ATTAIN_BECAUSE_NO_EVIDENCE = 1 << 8,
    ATTAIN_BECAUSE_BOUNDARY_EVENT = 1 << 9,
    ATTAIN_BECAUSE_SERIES_BREAK = 1 << 10,
    ATTAIN_BECAUSE_NO_BASELINE = 1 << 11,
    ATTAIN_BECAUSE_BASELINE_NOT_POSITIVE = 1 << 12,
    ATTAIN_BECAUSE_INFEASIBLE = 1 << 13,
    ATTAIN_BECAUSE_NO_TOLERANCE = 1 << 14,
    ATTAIN_BECAUSE_BOUND = 1 << 15,
    ATTAIN_BECAUSE_DEPENDS_ON_MISSING = 1 << 16,
    ATTAIN_BECAUSE_DEPENDS_ON_READING = 1 << 17,
    ATTAIN_BECAUSE_NOT_EVALUATED = 1 << 18
} attain_reason;

/** Flags, or-ed; printed in this order joined by ';'. */
typedef enum attain_flag {
    ATTAIN_FLAG_NOT_DUE = 1 << 0,
    ATTAIN_FLAG_PARTIAL_PERIOD = 1 << 1,
    ATTAIN_FLAG_VISION = 1 << 2,
    ATTAIN_FLAG_OP_IMPLICIT = 1 << 3,
    ATTAIN_FLAG_DUE_INHERITED = 1 << 4,
    ATTAIN_FLAG_ESTIMATED = 1 << 5,
    ATTAIN_FLAG_CARRIED = 1 << 6,
    ATTAIN_FLAG_NOT_LAST = 1 << 7,
    ATTAIN_FLAG_OVER_ONE = 1 << 8,
    ATTAIN_FLAG_ABOVE = 1 << 9,
    ATTAIN_FLAG_BASELINE_MEETS = 1 << 10,
    ATTAIN_FLAG_OUTSIDE_SCOPE = 1 << 11,
    ATTAIN_FLAG_GROUPS_INCOMPLETE = 1 << 12,
    ATTAIN_FLAG_ROUNDING_FLIPS = 1 << 13
} attain_flag;

/** The word of an enum value ("not_met"), as in CSV, SQL and Python; "" for ATTAIN_PACE_NONE; "unknown" for a
 * number that is none. For reasons and flags: of one bit. */
ATTAIN_API const char *attain_state_name(attain_state state);
ATTAIN_API const char *attain_verdict_name(attain_verdict verdict);
ATTAIN_API const char *attain_pace_name(attain_pace pace);
ATTAIN_API const char *attain_reason_name(attain_reason reason);
ATTAIN_API const char *attain_flag_name(attain_flag flag);
ATTAIN_API const char *attain_qualifier_name(attain_qualifier qualifier);
ATTAIN_API const char *attain_missing_reason_name(attain_missing_reason reason);
ATTAIN_API const char *attain_period_type_name(attain_period_type type);
ATTAIN_API const char *attain_kind_name(attain_kind kind);

/** Results of attain_compute and attain_score: rows and columns. Immutable; keeps no pointer to the facts,
 * but to the plan. */
typedef struct attain_table attain_table;

/** Columns. A table of values has INDICATOR ... EXPECTED without those of verdicts; a scorecard those of
 * semantics section 6. */
typedef enum attain_column {
    ATTAIN_COL_TARGET = 0,     /**< id: index of kind TARGET */
    ATTAIN_COL_INDICATOR = 1,  /**< id: index of kind INDICATOR */
    ATTAIN_COL_UNIT = 2,       /**< id: index of kind UNIT */
    ATTAIN_COL_PERIOD = 3,     /**< period */
    ATTAIN_COL_READING = 4,    /**< text */
    ATTAIN_COL_GROUP = 5,      /**< text: one column per `by` name, GROUP + position */
    ATTAIN_COL_NUMERATOR = 16, /**< number */
    ATTAIN_COL_DENOMINATOR = 17,
    ATTAIN_COL_VALUE = 18,
    ATTAIN_COL_LOW = 19,
    ATTAIN_COL_HIGH = 20,
    ATTAIN_COL_BASELINE = 21,
    ATTAIN_COL_LEVEL = 22,
    ATTAIN_COL_LEVEL_HIGH = 23,
    ATTAIN_COL_ATTAINMENT = 24,
    ATTAIN_COL_PROGRESS = 25,
    ATTAIN_COL_CHANGE = 26,
    ATTAIN_COL_CHANGE_RELATIVE = 27,
    ATTAIN_COL_GAP = 28,
    ATTAIN_COL_PATH = 29,
    ATTAIN_COL_VERDICT = 32,  /**< word */
    ATTAIN_COL_REASON = 33,   /**< words */
    ATTAIN_COL_FLAGS = 34,    /**< words */
    ATTAIN_COL_PACE = 35,     /**< word */
    ATTAIN_COL_DUE = 36,      /**< period */
    ATTAIN_COL_REPORTED = 37, /**< count */
    ATTAIN_COL_EXPECTED = 38, /**< count */
    ATTAIN_COL_MISSING = 39,  /**< count */
    ATTAIN_COL_STATE = 40     /**< word */
} attain_column;

typedef struct attain_compute_options {
    size_t struct_size;
    const uint32_t *indicators; /**< NULL: all */
    size_t n_indicators;
    const uint32_t *units; /**< NULL: the roots (or all, see all_units) */
    size_t n_units;
    int all_units;
    const attain_period *periods; /**< NULL: attain_facts_last_period */
    size_t n_periods;
    const attain_str *by; /**< categories or attributes to break down by */
    size_t n_by;
    attain_period
        as_of; /**< what is expected is expected up to its last day; a period that this day lies in is cut there
                  (flag partial_period); type NONE: attain_facts_last_period */
    uint32_t n_threads; /**< 0 or 1: the calling thread; attain_compute uses one whatever is allowed */
    attain_executor_fn
        executor; /**< the caller's threads; NULL: own ones, which end before the call returns */
    void *executor_ctx;
    uint64_t skip_rows;  /**< a window over the rows, for results that do not fit at once */
    uint64_t limit_rows; /**< 0: no limit */
    attain_progress_fn progress;
    void *progress_ctx;
} attain_compute_options;

/** Values: a row for each (indicator, unit, period, group), in this nesting, windowed by skip_rows and limit_rows.
 *
 * Numerators and denominators are summed over the unit's descendants and then divided: ratios are never averaged.
 *
 * Gaps     in the state column: no_data, no_denominator, zero_denominator ... Absent figures open [low, high] and never
 *          count as zero.
 * Numerics exact.
 * @retval ATTAIN_E_SCHEMA  facts of another schema. */
ATTAIN_API attain_status attain_compute(const attain_plan *plan, const attain_facts *facts,
                                        const attain_compute_options *options, attain_table **out,
                                        attain_error *err);

typedef struct attain_score_options {
    size_t struct_size;
    const uint32_t *targets; /**< NULL: all */
    size_t n_targets;
    const uint32_t *units; /**< NULL: each target's scope */
    size_t n_units;
    int all_units;              /**< instead of units: every unit of the tree */
    const attain_period *as_of; /**< NULL: attain_facts_last_period */
    size_t n_as_of;
    int readings;       /**< a row per reading */
    int printed_digits; /**< decimals with which values will be shown, for the flag rounding_flips: as digits of
                           attain_print_options */
    int printed_shown; /**< nonzero: in the way the indicator is shown (percent, 1 per N), else as plain
                           ratios */
    attain_rounding printed_rounding;
    uint32_t n_threads; /**< 0 or 1: the calling thread */
    attain_executor_fn
        executor; /**< the caller's threads; NULL: own ones, which end before the call returns */
    void *executor_ctx;
    uint64_t skip_rows;
    uint64_t limit_rows;
    attain_progress_fn progress;
    void *progress_ctx;
    uint32_t tuning; /**< attain_tuning, or-ed */
} attain_score_options;

/** Verdicts: a row for each (target, unit, as-of period[, reading]), targets as written, units in tree order.
 * A verdict is given only if it holds in every world that the text and the data allow; else `undetermined`,
 * with the reason. */
ATTAIN_API attain_status attain_score(const attain_plan *plan, const attain_facts *facts,
                                      const attain_score_options *options, attain_table **out,
                                      attain_error *err);
/** How many rows attain_score would give without its window. */
ATTAIN_API attain_status attain_score_count(const attain_plan *plan, const attain_facts *facts,
                                            const attain_score_options *options, uint64_t *n_rows,
                                            attain_error *err);

/** Why a verdict (or, with an indicator, a value) is what it is: the phrase and its source, readings, what
 * went in, what is absent, the rules applied, what would settle it, and one line of plain arithmetic. New
 * text, several lines. */
typedef struct attain_explain_options {
    size_t struct_size;
    attain_kind kind; /**< ATTAIN_KIND_TARGET or ATTAIN_KIND_INDICATOR */
    uint32_t index;
    uint32_t unit;        /**< ATTAIN_NONE: each unit of the scope (targets), the root (indicators) */
    attain_period period; /**< as-of (targets) or period (indicators); type NONE: attain_facts_last_period */
    attain_number_format numbers;
    int digits;         /**< decimals of values: 1-18; 0: 2; -1: none */
    uint32_t max_items; /**< units and slots listed in full; 0: 10 */
} attain_explain_options;
ATTAIN_API attain_status attain_explain(const attain_plan *plan, const attain_facts *facts,
                                        const attain_explain_options *options, attain_text *out,
                                        attain_error *err);

/** Counts of verdicts of a scorecard, one item per programme that has targets (and one for targets without
 * programme, index ATTAIN_NONE). A target with several rows counts once, as its worst: not_met, undetermined,
 * met, not_applicable. */
typedef struct attain_summary {
    uint32_t programme;
    uint32_t due[4]; /**< by attain_verdict: targets whose deadline has passed */
    uint32_t not_due[4];
    uint32_t vision[4];
} attain_summary;
/** *items is new: free with attain_summary_free. */
ATTAIN_API attain_status attain_table_summary(const attain_table *scorecard, attain_summary **items,
                                              size_t *n, attain_error *err);
ATTAIN_API void attain_summary_free(const attain_table *scorecard, attain_summary *items, size_t n);

/** Identities of the plan (`check` directives) on the facts. */
typedef struct attain_identity {
    uint32_t check;        /**< index of kind CHECK */
    uint64_t n_compared;   /**< unit-periods where all terms have a figure */
    uint64_t n_incomplete; /**< where only some have */
    uint64_t n_different;
} attain_identity;
/** A line per difference (unit, period, both sides and the difference) and per check a summary. items (may be
 * NULL): new array of attain_plan_count(plan, ATTAIN_KIND_CHECK) entries is written to the caller's memory.
 */
ATTAIN_API attain_status attain_check_identities(const attain_plan *plan, const attain_facts *facts,
                                                 attain_identity *items, attain_text *out, attain_error *err);

ATTAIN_API void attain_table_free(attain_table *table);
ATTAIN_API size_t attain_table_rows(const attain_table *table);
/** Columns in order. */
ATTAIN_API size_t attain_table_columns(const attain_table *table, const attain_column **columns);
/** "numerator"; a GROUP column has the name of its category or attribute. "" if the table has no such column.
 */
ATTAIN_API const char *attain_table_column_name(const attain_table *table, attain_column column);
/** Makes several columns at once, in one pass over the figures, which costs less than to make each when it is asked for. Those that are made
 * already, and columns of text, are passed over.
 * @param columns  n of them; NULL: all of the table. Threads: any. */
ATTAIN_API attain_status attain_table_prepare(const attain_table *table, const attain_column *columns,
                                              size_t n, attain_error *err);
/** A number column as doubles: the nearest double of each exact value. valid[i] = 0 where the cell is empty
 * (values[i] is 0) and 2 where it is infinite (values[i] is +1 or -1). Borrowed from the table, made when
 * first asked for. Threads: any. */
ATTAIN_API attain_status attain_table_doubles(const attain_table *table, attain_column column,
                                              const double **values, const uint8_t **valid,
                                              attain_error *err);
/** Columns of ids, words, flags, reasons and counts as they are; empty counts are -1, a missing id
 * ATTAIN_NONE (as -1). */
ATTAIN_API attain_status attain_table_integers(const attain_table *table, attain_column column,
                                               const int64_t **values, attain_error *err);
ATTAIN_API attain_status attain_table_periods(const attain_table *table, attain_column column,
                                              const attain_period **values, attain_error *err);
/** The row of (target or indicator, unit, period) and the first group or reading; ATTAIN_E_ARGUMENT if there
 * is none. */
ATTAIN_API attain_status attain_table_find(const attain_table *table, uint32_t item, uint32_t unit,
                                           attain_period period, size_t *row, attain_error *err);

typedef struct attain_print_options {
    size_t struct_size;
    attain_number_format numbers;
    int digits; /**< decimals of numbers that are not whole: 1-18; 0: 6, and when shown 1 for percentages, 2 for
                     others; -1: none. Trailing zeros are cut unless keep_zeros */
    attain_rounding rounding;
    int keep_zeros;
    int shown; /**< nonzero: values in the way the indicator is shown (90.5 %, 1 per 5,010) instead of plain
                  ratios */
    int exact; /**< nonzero: numbers as reduced fractions n/d */
} attain_print_options;
/** One cell as text: ids as ids, words as words, empty as "". Infinite ends are empty too. *len (may be NULL)
 * is the length needed; with cap too small ATTAIN_E_CAPACITY. */
ATTAIN_API attain_status attain_table_print(const attain_table *table, size_t row, attain_column column,
                                            const attain_print_options *options, char *buf, size_t cap,
                                            size_t *len, attain_error *err);

/** A row of a scorecard as a struct, numbers as doubles (see attain_table_doubles for empty ones: has_*
 * tells). */
typedef struct attain_score_row {
    size_t struct_size; /**< set by the caller */
    uint32_t target, unit;
    attain_period period, due;
    attain_verdict verdict;
    uint32_t reasons, flags; /**< attain_reason, attain_flag */
    attain_pace pace;
    double value, low, high, baseline, level, attainment, progress, gap;
    uint8_t has_value, has_low, has_high, has_baseline, has_level, has_attainment, has_progress, has_gap;
    int64_t reported, expected, missing; /**< -1: empty */
} attain_score_row;
ATTAIN_API attain_status attain_table_score_row(const attain_table *scorecard, size_t row,
                                                attain_score_row *out, attain_error *err);

/* ---------------------------------------------------------------- Arrow ---- */

/** A stream of the Arrow C stream interface: defined in <attain/arrow.h>, which spares everybody else its structures. */
struct ArrowArrayStream;

/** Adds the facts of an Arrow stream, of any number of batches: all, or none with a report, as attain_facts_add_text does.
 *
 * Shape    columns by name as in a CSV file (see attain_intake), in long or wide form, renamed by options->rename; others are
 *          ignored and reported. A row of the report is a row of the whole stream, from 1.
 * Types    unit, measure, category members, qualifier, reason: utf8, large utf8, string view, dictionaries of these, and
 *          integers, which mean the same as their decimal text. Periods likewise, and date32 for days. Values: signed and unsigned integers, decimals of
 *          32, 64 and 128 bits, doubles, floats, utf8 in options->numbers, dictionaries of these. All of them may be of type null. A
 *          column of another type that has the name of one of these is ATTAIN_E_ARROW and told by its type; extension, nested and
 *          run-end types too.
 * Unit     a value is the figure itself; more decimals than the measure has are refused, zeros behind them are not.
 * Gaps     a null, like an empty text, is an empty value: no cell, unless qualifier or reason say why it is missing. A row of the struct
 *          that is null as a whole is an empty row.
 * Numerics exact. A double x is the decimal v * 10^-d of its measure if and only if x is the double nearest to it and |v| <= 10^15 (a
 *          float: the nearest float, 10^6); else the row is ATTAIN_E_NUMBER. NaN is refused, or empty with
 *          ATTAIN_INTAKE_NAN_IS_EMPTY; infinities are refused.
 * Memory   columns are read where they stand. Batches of 16,384 rows and more are kept until the call ends, up to about 1 GiB of
 *          them; others are released before the next is asked for.
 *
 * @param stream  taken in any case: it is read to its end or to the first failure, then released. Its producer is trusted (the
 *                interface has lengths but no bounds); what can be checked is: counts, offsets, indices, text.
 * @retval ATTAIN_E_ARROW  err->index is the column at fault, from 0. Rows are refused as by attain_facts_add_text. */
ATTAIN_API attain_status attain_facts_add_arrow(attain_facts *facts, struct ArrowArrayStream *stream,
                                                const attain_intake_options *options, attain_report *report,
                                                attain_error *err);

typedef enum attain_arrow_numbers {
    ATTAIN_ARROW_DOUBLES = 0, /**< float64: the nearest double of each exact value */
    /** decimal128. Values of facts exact, with the most decimals that a measure of the plan has. Numerator, denominator and gap with the
     * decimals that any sum of the plan's expressions needs, so exact unless a law or a reference makes fractions; the others with
     * `digits`. What is rounded is rounded half up. */
    ATTAIN_ARROW_DECIMALS = 1,
    /** utf8, everything exact: "3" or "9/10" in lowest terms; values of facts as plain decimals, "0.9", which plain numbers read. */
    ATTAIN_ARROW_FRACTIONS = 2
} attain_arrow_numbers;

typedef struct attain_arrow_options {
    size_t struct_size;
    attain_arrow_numbers numbers;
    int digits;     /**< DECIMALS: 1-18; 0: 6; -1: none */
    int plain_text; /**< nonzero: utf8 instead of dictionaries (int32 index, utf8) for ids, periods and words */
    const attain_column *columns; /**< tables: these, in this order; NULL: all */
    size_t n_columns;
    uint64_t batch_rows; /**< 0: chosen by the library; else at most so many rows a batch */
    void *owner;         /**< passed to release */
    /** Called once, when the stream and everything that it gave are released, by whoever releases the last: what the caller keeps
     * alive for them may go. Not called where the function fails. NULL: nothing is called. */
    void (*release)(void *owner);
    /** Nonzero: what an array holds belongs to it and to nobody else, so that the receiver may write to it; doubles that are null are NaN; and
     * once the stream is released arrays need the plan's allocator, and neither table nor plan. Words of dictionaries are shared all the
     * same. Facts are always given so. 0: arrays may show the table's own columns. */
    int own;
} attain_arrow_options;

/** The rows of a table as an Arrow stream: a struct a batch, columns named as attain_table_column_name does. Each call gives a stream of its own.
 *
 * Shape    ids, periods and words as dictionaries; reason and flags joined by ';'; counts int64; numbers as asked.
 * Gaps     what is empty or infinite is null.
 * Numerics where a decimal does not fit 38 digits the stream fails at that batch, and its get_last_error says where.
 * @param out  written on success; the caller releases it. Arrays may borrow the table's columns: the table (and its plan) must live until all are
 *             released, see `release`; with `own` until the stream is released. Of a board's table a copy is written, which no correction changes.
 * Threads  of one stream: one at a time. Arrays are released on any thread, and give memory back to the plan's allocator there. */
ATTAIN_API attain_status attain_table_to_arrow(const attain_table *table, const attain_arrow_options *options,
                                               struct ArrowArrayStream *out, attain_error *err);
/** Facts as an Arrow stream that attain_facts_add_arrow takes: unit, measure, period, a column per category of the plan, value, qualifier, reason; in
 * the order of attain_facts_at. Facts and plan must live, and the facts stay as they are, until the stream has ended or is released; its arrays
 * need the plan's allocator as long as they live. */
ATTAIN_API attain_status attain_facts_to_arrow(const attain_facts *facts, const attain_arrow_options *options,
                                               struct ArrowArrayStream *out, attain_error *err);

/* ---------------------------------------------------------------- a live scorecard ---- */

/** A scorecard that follows corrections: a cell is corrected, and the rows that depend on it, and only those, are
 * brought up to date in place. Equal, cell by cell, to a new attain_score over the corrected facts, always.
 *
 * Threads  one at a time; a snapshot is for any. */
typedef struct attain_board attain_board;
/** Scores once and keeps what is needed to follow. The facts stay the caller's, must outlive the board, and change only
 * through it. options as for attain_score, without a window (skip_rows and limit_rows 0); they are copied. Without as_of the last period
 * of the facts at this moment is taken, and stays, also when later facts come; of facts without any there is none.
 * Threads are used here and for columns that are asked for, never for a correction. */
ATTAIN_API attain_status attain_board_new(const attain_plan *plan, attain_facts *facts,
                                          const attain_score_options *options, attain_board **out,
                                          attain_error *err);
ATTAIN_API void attain_board_free(attain_board *board);
/** attain_facts_set, and the rows that depend on the cell refreshed. On failure facts and board are as before.
 * Cost     a figure for a figure, under targets that compare sums or last figures and their ratios with a level: a short walk from the
 *          unit up, and no allocation. Otherwise the targets that use the measure are judged again at these units, which takes a
 *          pass over the measure's facts for each period they ask for. A bound, an estimate or a gap with a reason under such a
 *          target makes it one of the others for the life of the board. */
ATTAIN_API attain_status attain_board_set(attain_board *board, const attain_fact *fact, int remove,
                                          attain_error *err);
/** Row numbers that the last attain_board_set may have changed, ascending; borrowed until the next. */
ATTAIN_API size_t attain_board_changed(const attain_board *board, const size_t **rows);
/** The live table: columns and rows borrowed from it show each correction at once. Columns already made are updated in
 * place; it must not be freed by attain_table_free. */
ATTAIN_API const attain_table *attain_board_table(const attain_board *board);
/** A copy that no correction changes; free with attain_table_free. */
ATTAIN_API attain_status attain_board_snapshot(const attain_board *board, attain_table **out,
                                               attain_error *err);

/* ---------------------------------------------------------------- memory that stays warm ---- */

/** A store of memory that is asked for once and then used again: what one object frees, the next one gets, already
 * touched by the processor. Memory that is new costs a page fault every 4 KiB, which on many machines takes longer than
 * computing with it. A service makes one workspace, gives its allocator to its plans (and through them to facts and
 * tables), and pays for first touch once.
 *
 * Shape    blocks of 64 KiB and more are kept, each with 64 bytes in front; smaller ones go straight to libc.
 * Gaps     beyond max_bytes (in use and kept, those 64 bytes included) every request fails like any lack of memory: the
 *          call says ATTAIN_E_MEMORY and changes nothing.
 * Threads  any number may allocate at a time. */
typedef struct attain_workspace attain_workspace;
/** @param max_bytes  0: no limit. */
ATTAIN_API attain_status attain_workspace_new(size_t max_bytes, attain_workspace **out, attain_error *err);
/** Frees what is kept. Everything that was made with its allocator must be gone. */
ATTAIN_API void attain_workspace_free(attain_workspace *workspace);
/** The allocator for attain_plan_options; valid as long as the workspace. */
ATTAIN_API attain_allocator attain_workspace_allocator(attain_workspace *workspace);
/** Takes n_bytes more from the system, at each call, and touches them, so that the next requests find them warm. */
ATTAIN_API attain_status attain_workspace_prepare(attain_workspace *workspace, size_t n_bytes,
                                                  attain_error *err);
/** Gives what is kept and not in use back to the system. */
ATTAIN_API void attain_workspace_trim(attain_workspace *workspace);
/** Bytes in use and bytes kept for later; either may be NULL. */
ATTAIN_API void attain_workspace_bytes(const attain_workspace *workspace, size_t *in_use, size_t *kept);

#ifdef __cplusplus
}
#endif

#endif
