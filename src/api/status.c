/* Words for numbers: the version, the names of statuses and of every closed list, and the end of a text's life.
 *
 * Each list is a switch without default, and a missing case is an error of the compiler: a new value cannot be forgotten here. */
#include "base/alloc.h"

#include <attain/attain.h>

#if defined(__GNUC__)
#pragma GCC diagnostic error "-Wswitch"
#endif

#define WORDS_OF(x) #x
#define VERSION_WORD(major, minor, patch) WORDS_OF(major) "." WORDS_OF(minor) "." WORDS_OF(patch)

static const char unknown[] = "unknown";

const char *attain_version(void)
{
    return VERSION_WORD(ATTAIN_VERSION_MAJOR, ATTAIN_VERSION_MINOR, ATTAIN_VERSION_PATCH);
}

uint32_t attain_version_number(void)
{
    return ATTAIN_VERSION_MAJOR * UINT32_C(1000000) + ATTAIN_VERSION_MINOR * UINT32_C(1000) +
           ATTAIN_VERSION_PATCH;
}

void attain_text_free(attain_text *text)
{
    if (text == NULL) {
        return;
    }
    if (text->data != NULL) {
        const attain_allocator a = atn_alloc_default(&text->alloc);
        atn_alloc_resize(&a, text->data, text->capacity, 0);
    }
    text->data = NULL;
    text->len = 0;
    text->capacity = 0;
}

const char *attain_status_name(attain_status status)
{
    switch (status) {
    case ATTAIN_OK: return "ok";
    case ATTAIN_E_MEMORY: return "e_memory";
    case ATTAIN_E_ARGUMENT: return "e_argument";
    case ATTAIN_E_CAPACITY: return "e_capacity";
    case ATTAIN_E_LIMIT: return "e_limit";
    case ATTAIN_E_CANCELLED: return "e_cancelled";
    case ATTAIN_E_FORMAT: return "e_format";
    case ATTAIN_E_UTF8: return "e_utf8";
    case ATTAIN_E_CONTROL: return "e_control";
    case ATTAIN_E_SYNTAX: return "e_syntax";
    case ATTAIN_E_NAME: return "e_name";
    case ATTAIN_E_PLAN: return "e_plan";
    case ATTAIN_E_RESOLVE: return "e_resolve";
    case ATTAIN_E_NUMBER: return "e_number";
    case ATTAIN_E_DIGITS: return "e_digits";
    case ATTAIN_E_RANGE: return "e_range";
    case ATTAIN_E_DATE: return "e_date";
    case ATTAIN_E_UNIT: return "e_unit";
    case ATTAIN_E_MEASURE: return "e_measure";
    case ATTAIN_E_PERIOD: return "e_period";
    case ATTAIN_E_CATEGORY: return "e_category";
    case ATTAIN_E_PLACE: return "e_place";
    case ATTAIN_E_DUPLICATE: return "e_duplicate";
    case ATTAIN_E_QUALIFIER: return "e_qualifier";
    case ATTAIN_E_CSV: return "e_csv";
    case ATTAIN_E_SCHEMA: return "e_schema";
    case ATTAIN_E_ARROW: return "e_arrow";
    case ATTAIN_E_STORE: return "e_store";
    case ATTAIN_E_VERSION: return "e_version";
    case ATTAIN_E_CORRUPT: return "e_corrupt";
    case ATTAIN_E_BUSY: return "e_busy";
    case ATTAIN_E_EDITION: return "e_edition";
    }
    return unknown;
}

const char *attain_state_name(attain_state state)
{
    switch (state) {
    case ATTAIN_STATE_OK: return "ok";
    case ATTAIN_STATE_RANGE_ONLY: return "range_only";
    case ATTAIN_STATE_NO_DATA: return "no_data";
    case ATTAIN_STATE_NO_DENOMINATOR: return "no_denominator";
    case ATTAIN_STATE_ZERO_DENOMINATOR: return "zero_denominator";
    case ATTAIN_STATE_NEGATIVE_DENOMINATOR: return "negative_denominator";
    case ATTAIN_STATE_OUT_OF_SCOPE: return "out_of_scope";
    case ATTAIN_STATE_OVERFLOW: return "overflow";
    case ATTAIN_STATE_NOT_EVALUATED: return "not_evaluated";
    }
    return unknown;
}

const char *attain_verdict_name(attain_verdict verdict)
{
    switch (verdict) {
    case ATTAIN_MET: return "met";
    case ATTAIN_NOT_MET: return "not_met";
    case ATTAIN_UNDETERMINED: return "undetermined";
    case ATTAIN_NOT_APPLICABLE: return "not_applicable";
    }
    return unknown;
}

const char *attain_pace_name(attain_pace pace)
{
    switch (pace) {
    case ATTAIN_PACE_NONE: return "";
    case ATTAIN_PACE_MET_EARLY: return "met_early";
    case ATTAIN_PACE_ON_TRACK: return "on_track";
    case ATTAIN_PACE_BEHIND: return "behind";
    case ATTAIN_PACE_WRONG_WAY: return "wrong_way";
    case ATTAIN_PACE_UNDETERMINED: return "undetermined";
    }
    return unknown;
}

const char *attain_reason_name(attain_reason reason)
{
    switch (reason) {
    case ATTAIN_BECAUSE_NO_DATA: return "no_data";
    case ATTAIN_BECAUSE_NO_DENOMINATOR: return "no_denominator";
    case ATTAIN_BECAUSE_ZERO_DENOMINATOR: return "zero_denominator";
    case ATTAIN_BECAUSE_NEGATIVE_DENOMINATOR: return "negative_denominator";
    case ATTAIN_BECAUSE_OUT_OF_SCOPE: return "out_of_scope";
    case ATTAIN_BECAUSE_OVERFLOW: return "overflow";
    case ATTAIN_BECAUSE_NOT_QUANTIFIED: return "not_quantified";
    case ATTAIN_BECAUSE_UNDEFINED_TERM: return "undefined_term";
    case ATTAIN_BECAUSE_NO_EVIDENCE: return "no_evidence";
    case ATTAIN_BECAUSE_BOUNDARY_EVENT: return "boundary_event";
    case ATTAIN_BECAUSE_SERIES_BREAK: return "series_break";
    case ATTAIN_BECAUSE_NO_BASELINE: return "no_baseline";
    case ATTAIN_BECAUSE_BASELINE_NOT_POSITIVE: return "baseline_not_positive";
    case ATTAIN_BECAUSE_INFEASIBLE: return "infeasible";
    case ATTAIN_BECAUSE_NO_TOLERANCE: return "no_tolerance";
    case ATTAIN_BECAUSE_BOUND: return "bound";
    case ATTAIN_BECAUSE_DEPENDS_ON_MISSING: return "depends_on_missing";
    case ATTAIN_BECAUSE_DEPENDS_ON_READING: return "depends_on_reading";
    case ATTAIN_BECAUSE_NOT_EVALUATED: return "not_evaluated";
    }
    return unknown;
}

const char *attain_flag_name(attain_flag flag)
{
    switch (flag) {
    case ATTAIN_FLAG_NOT_DUE: return "not_due";
    case ATTAIN_FLAG_PARTIAL_PERIOD: return "partial_period";
    case ATTAIN_FLAG_VISION: return "vision";
    case ATTAIN_FLAG_OP_IMPLICIT: return "op_implicit";
    case ATTAIN_FLAG_DUE_INHERITED: return "due_inherited";
    case ATTAIN_FLAG_ESTIMATED: return "estimated";
    case ATTAIN_FLAG_CARRIED: return "carried";
    case ATTAIN_FLAG_NOT_LAST: return "not_last";
    case ATTAIN_FLAG_OVER_ONE: return "over_one";
    case ATTAIN_FLAG_ABOVE: return "above";
    case ATTAIN_FLAG_BASELINE_MEETS: return "baseline_meets";
    case ATTAIN_FLAG_OUTSIDE_SCOPE: return "outside_scope";
    case ATTAIN_FLAG_GROUPS_INCOMPLETE: return "groups_incomplete";
    case ATTAIN_FLAG_ROUNDING_FLIPS: return "rounding_flips";
    }
    return unknown;
}

const char *attain_qualifier_name(attain_qualifier qualifier)
{
    switch (qualifier) {
    case ATTAIN_EXACT: return "exact";
    case ATTAIN_MORE_THAN: return "more_than";
    case ATTAIN_AT_LEAST_VALUE: return "at_least";
    case ATTAIN_LESS_THAN: return "less_than";
    case ATTAIN_AT_MOST_VALUE: return "at_most";
    case ATTAIN_ESTIMATED: return "estimated";
    case ATTAIN_MISSING: return "missing";
    }
    return unknown;
}

const char *attain_missing_reason_name(attain_missing_reason reason)
{
    switch (reason) {
    case ATTAIN_REASON_NONE: return "none";
    case ATTAIN_REASON_NOT_APPLICABLE: return "not_applicable";
    case ATTAIN_REASON_NOT_REPORTED: return "not_reported";
    case ATTAIN_REASON_NOT_COLLECTED: return "not_collected";
    case ATTAIN_REASON_CONFIDENTIAL: return "confidential";
    case ATTAIN_REASON_HOLIDAY: return "holiday";
    case ATTAIN_REASON_UNRELIABLE: return "unreliable";
    case ATTAIN_REASON_OTHER: return "other";
    }
    return unknown;
}

const char *attain_period_type_name(attain_period_type type)
{
    switch (type) {
    case ATTAIN_PERIOD_NONE: return "none";
    case ATTAIN_PERIOD_DAY: return "day";
    case ATTAIN_PERIOD_WEEK: return "week";
    case ATTAIN_PERIOD_MONTH: return "month";
    case ATTAIN_PERIOD_QUARTER: return "quarter";
    case ATTAIN_PERIOD_HALF_YEAR: return "half_year";
    case ATTAIN_PERIOD_YEAR: return "year";
    case ATTAIN_PERIOD_FINANCIAL_YEAR: return "financial_year";
    case ATTAIN_PERIOD_RANGE: return "range";
    }
    return unknown;
}

const char *attain_kind_name(attain_kind kind)
{
    switch (kind) {
    case ATTAIN_KIND_UNIT: return "unit";
    case ATTAIN_KIND_TYPE: return "type";
    case ATTAIN_KIND_ATTRIBUTE: return "attribute";
    case ATTAIN_KIND_CATEGORY: return "category";
    case ATTAIN_KIND_MEASURE: return "measure";
    case ATTAIN_KIND_REFERENCE: return "reference";
    case ATTAIN_KIND_INDICATOR: return "indicator";
    case ATTAIN_KIND_PROGRAMME: return "programme";
    case ATTAIN_KIND_TARGET: return "target";
    case ATTAIN_KIND_ACTIVITY: return "activity";
    case ATTAIN_KIND_REPORT: return "report";
    case ATTAIN_KIND_CHECK: return "check";
    case ATTAIN_KIND_BOUNDARY: return "boundary";
    }
    return unknown;
}
