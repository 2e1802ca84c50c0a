/* Entry points of plans: arguments are checked here, all work is done in language/. What a frozen plan lists is in another file. */
#include "api/arguments.h"
#include "language/language.h"

#include <string.h>

static attain_status need_bytes(const char *data, size_t len, const char *what, attain_error *err)
{
    return data != NULL || len == 0
               ? ATTAIN_OK
               : atn_error_set(err, ATTAIN_E_ARGUMENT,
                               "%s is NULL with a length of %zu; NULL goes with 0 only", what, len);
}

static atn_str name_of(const char *name)
{
    return (atn_str){name == NULL ? "" : name, name == NULL ? 0 : strlen(name)};
}

attain_status attain_plan_new(const attain_plan_options *options, attain_plan **out, attain_error *err)
{
    attain_plan_options o;
    ATN_TRY(atn_argument_need(out, "out", err));
    ATN_TRY(atn_argument_take(&o, sizeof o, options, err));
    o.struct_size = sizeof o;
    if (o.allocator != NULL && o.allocator->realloc == NULL) {
        return atn_error_set(err, ATTAIN_E_ARGUMENT,
                             "allocator->realloc is NULL; give a function, or no allocator");
    }
    if (o.resolver != NULL && o.resolver->open == NULL) {
        return atn_error_set(err, ATTAIN_E_ARGUMENT,
                             "resolver->open is NULL; give a function, or no resolver");
    }
    return atn_plan_new(&o, out, err);
}

void attain_plan_free(attain_plan *plan)
{
    atn_plan_free(plan);
}

attain_status attain_plan_add_text(attain_plan *plan, const char *text, size_t len, const char *name,
                                   attain_error *err)
{
    ATN_TRY(atn_argument_need(plan, "plan", err));
    ATN_TRY(need_bytes(text, len, "text", err));
    return atn_plan_add_text(plan, (atn_str){text == NULL ? "" : text, len}, name_of(name), err);
}

attain_status attain_plan_add_units(attain_plan *plan, const attain_unit_columns *units, size_t n,
                                    attain_error *err)
{
    ATN_TRY(atn_argument_need(plan, "plan", err));
    ATN_TRY(atn_argument_need(units, "units", err));
    if (n > 0) {
        ATN_TRY(atn_argument_need(units->id, "units->id", err));
        ATN_TRY(atn_argument_need(units->type, "units->type", err));
    }
    if (n > 0 && units->n_attributes > 0) {
        ATN_TRY(atn_argument_need(units->attribute, "units->attribute", err));
        ATN_TRY(atn_argument_need(units->attribute_names, "units->attribute_names", err));
        if (n > SIZE_MAX / sizeof(attain_str) / units->n_attributes) {
            return atn_error_set(err, ATTAIN_E_ARGUMENT, "%zu rows of %zu attributes do not fit in memory", n,
                                 units->n_attributes);
        }
    }
    return atn_plan_add_units(plan, units, n, err);
}

attain_status attain_plan_add_targets(attain_plan *plan, const attain_target_columns *targets, size_t n,
                                      attain_error *err)
{
    ATN_TRY(atn_argument_need(plan, "plan", err));
    ATN_TRY(atn_argument_need(targets, "targets", err));
    if (n > 0) {
        ATN_TRY(atn_argument_need(targets->id, "targets->id", err));
        ATN_TRY(atn_argument_need(targets->phrase, "targets->phrase", err));
    }
    return atn_plan_add_targets(plan, targets, n, err);
}

attain_status attain_plan_freeze(attain_plan *plan, attain_error *err)
{
    ATN_TRY(atn_argument_need(plan, "plan", err));
    return atn_plan_freeze(plan, err);
}

size_t attain_plan_diagnostics(const attain_plan *plan, const attain_diagnostic **items, size_t *n_more)
{
    const attain_diagnostic *unused;
    if (plan == NULL) {
        if (items != NULL) {
            *items = NULL;
        }
        if (n_more != NULL) {
            *n_more = 0;
        }
        return 0;
    }
    return atn_plan_diagnostics(plan, items == NULL ? &unused : items, n_more);
}

attain_status attain_diagnostic_print(const attain_diagnostic *diagnostic, const attain_allocator *allocator,
                                      attain_text *out, attain_error *err)
{
    ATN_TRY(atn_argument_need(diagnostic, "diagnostic", err));
    ATN_TRY(atn_argument_need(out, "out", err));
    return atn_diagnostic_print(diagnostic, allocator, out, err);
}

attain_status attain_plan_print(const attain_plan *plan, attain_text *out, attain_error *err)
{
    ATN_TRY(atn_argument_need(plan, "plan", err));
    ATN_TRY(atn_argument_need(out, "out", err));
    return atn_plan_print(plan, out, err);
}

attain_status attain_format(const char *text, size_t len, const char *name, const attain_allocator *allocator,
                            attain_text *out, attain_error *err)
{
    ATN_TRY(need_bytes(text, len, "text", err));
    ATN_TRY(atn_argument_need(out, "out", err));
    return atn_format((atn_str){text == NULL ? "" : text, len}, name_of(name), allocator, out, err);
}
