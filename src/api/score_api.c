/* Entry points of values, verdicts and tables: arguments are checked here, algorithms live in score/. */
#include "api/arguments.h"
#include "score/table.h"

#include "number/decimal.h"

#include <string.h>

static attain_status need_plan_and_facts(const attain_plan *plan, const attain_facts *facts, const void *out,
                                         attain_error *err)
{
    ATN_TRY(atn_argument_need(plan, "plan", err));
    ATN_TRY(atn_argument_need(facts, "facts", err));
    ATN_TRY(atn_argument_need(out, "out", err));
    if (!plan->frozen) {
        return atn_error_set(err, ATTAIN_E_ARGUMENT, "the plan is not frozen; call attain_plan_freeze first");
    }
    return ATTAIN_OK;
}

/* Periods of a caller: one that attain_period_parse could not give has no days to look at. */
static attain_status need_periods(const attain_period *periods, size_t n, const char *what, attain_error *err)
{
    for (size_t i = 0; periods != NULL && i < n; i++) {
        if (!atn_period_is_valid(periods[i])) {
            return atn_error_at_index(
                err, ATTAIN_E_ARGUMENT, (int64_t)i,
                "%s: type %u from day %d to day %d is no period; attain_period_parse makes sound ones", what,
                (unsigned)periods[i].type, (int)periods[i].start_day, (int)periods[i].end_day);
        }
    }
    return ATTAIN_OK;
}

static attain_status need_rounding(attain_rounding rounding, attain_error *err)
{
    return (int)rounding >= ATTAIN_ROUND_HALF_UP && (int)rounding <= ATTAIN_ROUND_CEIL
               ? ATTAIN_OK
               : atn_error_set(err, ATTAIN_E_ARGUMENT, "rounding %d is none of attain_rounding",
                               (int)rounding);
}

attain_status atn_argument_score(attain_score_options *to, const attain_score_options *from,
                                 attain_error *err)
{
    ATN_TRY(atn_argument_take(to, sizeof *to, from, err));
    ATN_TRY(need_rounding(to->printed_rounding, err));
    to->tuning &= ~ATN_TUNE_SHARES;
    return need_periods(to->as_of, to->n_as_of, "as_of", err);
}

attain_status attain_compute(const attain_plan *plan, const attain_facts *facts,
                             const attain_compute_options *options, attain_table **out, attain_error *err)
{
    attain_compute_options o;
    ATN_TRY(need_plan_and_facts(plan, facts, out, err));
    ATN_TRY(atn_argument_take(&o, sizeof o, options, err));
    ATN_TRY(o.n_by > 0 ? atn_argument_need(o.by, "by", err) : ATTAIN_OK);
    ATN_TRY(need_periods(&o.as_of, o.as_of.type == ATTAIN_PERIOD_NONE ? 0 : 1, "as_of", err));
    return atn_compute(plan, facts, &o, out, err);
}

attain_status attain_score(const attain_plan *plan, const attain_facts *facts,
                           const attain_score_options *options, attain_table **out, attain_error *err)
{
    attain_score_options o;
    ATN_TRY(need_plan_and_facts(plan, facts, out, err));
    ATN_TRY(atn_argument_score(&o, options, err));
    o.tuning |= ATN_TUNE_SHARES;
    return atn_score(plan, facts, &o, out, err);
}

attain_status attain_score_count(const attain_plan *plan, const attain_facts *facts,
                                 const attain_score_options *options, uint64_t *n_rows, attain_error *err)
{
    attain_score_options o;
    ATN_TRY(need_plan_and_facts(plan, facts, n_rows, err));
    ATN_TRY(atn_argument_score(&o, options, err));
    return atn_score_count(plan, facts, &o, n_rows, err);
}

attain_status attain_explain(const attain_plan *plan, const attain_facts *facts,
                             const attain_explain_options *options, attain_text *out, attain_error *err)
{
    attain_explain_options o;
    ATN_TRY(need_plan_and_facts(plan, facts, out, err));
    ATN_TRY(atn_argument_need(options, "options", err));
    ATN_TRY(atn_argument_take(&o, sizeof o, options, err));
    ATN_TRY(atn_decimal_check_format(&o.numbers, err));
    ATN_TRY(need_periods(&o.period, o.period.type == ATTAIN_PERIOD_NONE ? 0 : 1, "period", err));
    o.digits = atn_digits_of_option(o.digits);
    return atn_explain(plan, facts, &o, out, err);
}

attain_status attain_check_identities(const attain_plan *plan, const attain_facts *facts,
                                      attain_identity *items, attain_text *out, attain_error *err)
{
    ATN_TRY(need_plan_and_facts(plan, facts, out, err));
    return atn_score_identities(plan, facts, items, out, err);
}

void attain_table_free(attain_table *table)
{
    atn_table_free(table);
}

size_t attain_table_rows(const attain_table *table)
{
    return table == NULL ? 0 : atn_table_rows(table);
}

size_t attain_table_columns(const attain_table *table, const attain_column **columns)
{
    return table == NULL || columns == NULL ? 0 : atn_table_columns(table, columns);
}

const char *attain_table_column_name(const attain_table *table, attain_column column)
{
    return table == NULL ? "" : atn_table_column_name(table, column);
}

static attain_status need_column(const attain_table *table, const void *values, const void *more,
                                 attain_error *err)
{
    ATN_TRY(atn_argument_need(table, "table", err));
    ATN_TRY(atn_argument_need(values, "values", err));
    return atn_argument_need(more, "valid", err);
}

attain_status attain_table_prepare(const attain_table *table, const attain_column *columns, size_t n,
                                   attain_error *err)
{
    ATN_TRY(atn_argument_need(table, "table", err));
    if (columns == NULL) {
        n = atn_table_columns(table, &columns);
    }
    return atn_table_prepare(table, columns, n, err);
}

attain_status attain_table_doubles(const attain_table *table, attain_column column, const double **values,
                                   const uint8_t **valid, attain_error *err)
{
    ATN_TRY(need_column(table, values, valid, err));
    return atn_table_doubles(table, column, values, valid, err);
}

attain_status attain_table_integers(const attain_table *table, attain_column column, const int64_t **values,
                                    attain_error *err)
{
    ATN_TRY(need_column(table, values, values, err));
    return atn_table_integers(table, column, values, err);
}

attain_status attain_table_periods(const attain_table *table, attain_column column,
                                   const attain_period **values, attain_error *err)
{
    ATN_TRY(need_column(table, values, values, err));
    return atn_table_periods(table, column, values, err);
}

attain_status attain_table_find(const attain_table *table, uint32_t item, uint32_t unit, attain_period period,
                                size_t *row, attain_error *err)
{
    ATN_TRY(atn_argument_need(table, "table", err));
    ATN_TRY(atn_argument_need(row, "row", err));
    return atn_table_find(table, item, unit, period, row, err);
}

/* The cell is printed into memory of its own first: its length must be told even when it does not fit. */
attain_status attain_table_print(const attain_table *table, size_t row, attain_column column,
                                 const attain_print_options *options, char *buf, size_t cap, size_t *len,
                                 attain_error *err)
{
    attain_print_options o;
    ATN_TRY(atn_argument_need(table, "table", err));
    ATN_TRY(atn_argument_take(&o, sizeof o, options, err));
    ATN_TRY(atn_decimal_check_format(&o.numbers, err));
    ATN_TRY(need_rounding(o.rounding, err));
    o.digits = atn_digits_of_option(o.digits);
    if (buf == NULL && cap > 0) {
        return atn_argument_need(buf, "buf", err);
    }
    atn_buf text;
    atn_buf_init(&text, &atn_table_plan(table)->alloc);
    attain_status status = atn_table_print(table, row, column, &o, &text, err);
    if (status == ATTAIN_OK && len != NULL) {
        *len = text.len;
    }
    if (status == ATTAIN_OK && text.len >= cap) {
        status = atn_error_set(err, ATTAIN_E_CAPACITY,
                               "the cell needs %zu bytes and a NUL; the buffer has %zu", text.len, cap);
    } else if (status == ATTAIN_OK) {
        if (text.len > 0) {
            memcpy(buf, text.data, text.len);
        }
        buf[text.len] = '\0';
    }
    atn_buf_free(&text);
    return status;
}

attain_status attain_table_score_row(const attain_table *scorecard, size_t row, attain_score_row *out,
                                     attain_error *err)
{
    ATN_TRY(atn_argument_need(scorecard, "scorecard", err));
    ATN_TRY(atn_argument_need(out, "out", err));
    const size_t size = out->struct_size;
    if (size < sizeof size) {
        return atn_error_set(err, ATTAIN_E_ARGUMENT,
                             "struct_size is %zu; it must be the size of attain_score_row", size);
    }
    attain_score_row full;
    ATN_TRY(atn_table_score_row(scorecard, row, &full, err));
    full.struct_size = size;
    memcpy(out, &full, size < sizeof full ? size : sizeof full);
    return ATTAIN_OK;
}

attain_status attain_table_summary(const attain_table *scorecard, attain_summary **items, size_t *n,
                                   attain_error *err)
{
    ATN_TRY(atn_argument_need(scorecard, "scorecard", err));
    ATN_TRY(atn_argument_need(items, "items", err));
    ATN_TRY(atn_argument_need(n, "n", err));
    return atn_table_summary(scorecard, items, n, err);
}

void attain_summary_free(const attain_table *scorecard, attain_summary *items, size_t n)
{
    if (scorecard != NULL && items != NULL) {
        atn_table_summary_free(scorecard, items, n);
    }
}
