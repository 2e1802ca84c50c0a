/* Score: from lines of facts to values, and from values to verdicts. Sees no text of the plan, only its
 * model.
 *
 *   facts ──atn_line per (measure, pick, period)──▶ quantity (N, D: value and range) ──▶ atn_value (v, [low,
 * high], state) │ reading (level, operator) + baseline ─────────────────────────────────────────▶ judgement
 * (verdict, reasons) ──▶ row ──▶ table */
#ifndef ATN_SCORE_H
#define ATN_SCORE_H

#include "base/error.h"
#include "facts/facts.h"
#include "model/model.h"

attain_status atn_compute(const attain_plan *plan, const attain_facts *facts,
                          const attain_compute_options *options, attain_table **out, attain_error *err);
/* A tuning of attain_score's own: its tables never change, so that shares may be sheets as well (sheet_share.c). */
#define ATN_TUNE_SHARES 0x80000000u
attain_status atn_score(const attain_plan *plan, const attain_facts *facts,
                        const attain_score_options *options, attain_table **out, attain_error *err);
attain_status atn_score_count(const attain_plan *plan, const attain_facts *facts,
                              const attain_score_options *options, uint64_t *n_rows, attain_error *err);
/* Some rows of a scorecard: those that it has of these targets at these units, in this order. */
typedef struct atn_score_part {
    const uint32_t *targets;
    size_t n_targets;
    const uint32_t *units; /* ascending; NULL: the first n_units of the plan */
    size_t n_units;
} atn_score_part;
/* One judgement after the other; row first_row[i] is the first of target i, n_targets + 1 of them. options without a window. */
attain_status atn_score_rows(const attain_plan *plan, const attain_facts *facts,
                             const attain_score_options *options, const atn_score_part *part,
                             size_t *first_row, attain_table **out, attain_error *err);
attain_status atn_explain(const attain_plan *plan, const attain_facts *facts,
                          const attain_explain_options *options, attain_text *out, attain_error *err);
attain_status atn_score_identities(const attain_plan *plan, const attain_facts *facts, attain_identity *items,
                                   attain_text *out, attain_error *err);

/* Plan and facts share units, measures and categories. */
attain_status atn_score_schema(const attain_plan *plan, const attain_facts *facts, attain_error *err);

/* Tables (score/table.c). */
void atn_table_free(attain_table *table);
size_t atn_table_rows(const attain_table *table);
size_t atn_table_columns(const attain_table *table, const attain_column **columns);
const char *atn_table_column_name(const attain_table *table, attain_column column);
attain_status atn_table_prepare(const attain_table *table, const attain_column *columns, size_t n,
                                attain_error *err);
attain_status atn_table_doubles(const attain_table *table, attain_column column, const double **values,
                                const uint8_t **valid, attain_error *err);
attain_status atn_table_integers(const attain_table *table, attain_column column, const int64_t **values,
                                 attain_error *err);
attain_status atn_table_periods(const attain_table *table, attain_column column, const attain_period **values,
                                attain_error *err);
attain_status atn_table_to_arrow(const attain_table *table, const attain_arrow_options *options,
                                 struct ArrowArrayStream *out, attain_error *err);
attain_status atn_table_find(const attain_table *table, uint32_t item, uint32_t unit, attain_period period,
                             size_t *row, attain_error *err);
attain_status atn_table_print(const attain_table *table, size_t row, attain_column column,
                              const attain_print_options *options, atn_buf *out, attain_error *err);
attain_status atn_table_score_row(const attain_table *table, size_t row, attain_score_row *out,
                                  attain_error *err);
attain_status atn_table_summary(const attain_table *table, attain_summary **items, size_t *n,
                                attain_error *err);
void atn_table_summary_free(const attain_table *table, attain_summary *items, size_t n);

#endif
