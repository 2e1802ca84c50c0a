/* Language: plan text -> declarations -> model; and model -> plan text.
 *
 *   bytes ──lexer──▶ logical lines of tokens ──parser──▶ declarations (with spans, in the arena) ──checker──▶
 * atn_model │ └──▶ fmt (one file, comments kept), print (the whole plan, one text)
 *
 * Declarations are plain data: a directive, its id, title and attributes as parsed values with spans. The
 * checker is the only place that resolves names. Everything that is found is a diagnostic; the first 20 are
 * kept, the rest counted. */
#ifndef ATN_LANGUAGE_H
#define ATN_LANGUAGE_H

#include "base/error.h"
#include "model/model.h"

attain_status atn_plan_new(const attain_plan_options *options, attain_plan **out, attain_error *err);
void atn_plan_free(attain_plan *plan);
attain_status atn_plan_add_text(attain_plan *plan, atn_str text, atn_str name, attain_error *err);
attain_status atn_plan_add_units(attain_plan *plan, const attain_unit_columns *units, size_t n,
                                 attain_error *err);
attain_status atn_plan_add_targets(attain_plan *plan, const attain_target_columns *targets, size_t n,
                                   attain_error *err);
attain_status atn_plan_freeze(attain_plan *plan, attain_error *err);
size_t atn_plan_diagnostics(const attain_plan *plan, const attain_diagnostic **items, size_t *n_more);
attain_status atn_diagnostic_print(const attain_diagnostic *diagnostic, const attain_allocator *a,
                                   attain_text *out, attain_error *err);
attain_status atn_plan_print(const attain_plan *plan, attain_text *out, attain_error *err);
attain_status atn_format(atn_str text, atn_str name, const attain_allocator *a, attain_text *out,
                         attain_error *err);

#endif
