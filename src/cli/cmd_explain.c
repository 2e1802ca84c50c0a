/* explain: the library's text for each selected target (or indicator), unit and period, with a blank line
 * between them. */
#include "cli/commands.h"
#include "cli/text.h"

/* All that one index is explained for; the option struct is the loop's state. */
typedef struct loop {
    const cli_run *run;
    attain_explain_options options;
    size_t n_printed;
} loop;

static int explain_one(loop *each)
{
    attain_text text = {0};
    attain_error err = {0};
    if (attain_explain(each->run->plan, each->run->facts, &each->options, &text, &err) != ATTAIN_OK) {
        cli_say_error(&err);
        return CLI_EXIT_ERRORS;
    }
    if (each->n_printed++) {
        cli_output_text(each->run->out, "\n");
    }
    cli_output_write(each->run->out, text.data, text.len);
    if (text.len && text.data[text.len - 1] != '\n') {
        cli_output_text(each->run->out, "\n");
    }
    attain_text_free(&text);
    return CLI_EXIT_FINE;
}

static int explain_periods(loop *each)
{
    const cli_selection *selection = &each->run->selection;
    const int is_indicator = each->options.kind == ATTAIN_KIND_INDICATOR;
    const cli_periods *periods =
        is_indicator && selection->periods.n ? &selection->periods : &selection->as_of;
    int status = CLI_EXIT_FINE;
    if (periods->n == 0) {
        return explain_one(each);
    }
    for (size_t i = 0; i < periods->n && !status; i++) {
        each->options.period = periods->items[i];
        status = explain_one(each);
    }
    return status;
}

static int explain_units(loop *each, uint32_t index)
{
    const cli_run *run = each->run;
    const int all = run->options->all_units;
    const size_t n = all ? attain_plan_count(run->plan, ATTAIN_KIND_UNIT) : run->selection.units.n;
    int status = CLI_EXIT_FINE;
    each->options.index = index;
    each->options.unit = ATTAIN_NONE;
    if (!all && !run->selection.units.items) {
        return explain_periods(each);
    }
    for (size_t i = 0; i < n && !status; i++) {
        each->options.unit = all ? (uint32_t)i : run->selection.units.items[i];
        status = explain_periods(each);
    }
    return status;
}

static int explain_kind(loop *each, attain_kind kind, const cli_ids *ids, size_t n)
{
    int status = CLI_EXIT_FINE;
    each->options.kind = kind;
    for (size_t i = 0; i < n && !status && !each->run->out->write_error; i++) {
        status = explain_units(each, ids->items ? ids->items[i] : (uint32_t)i);
    }
    return status;
}

int cli_run_explain(const cli_run *run)
{
    const cli_selection *selection = &run->selection;
    loop each = {.run = run};
    each.options.struct_size = sizeof each.options;
    each.options.numbers = cli_options_numbers(run->options);
    each.options.digits = run->options->digits;
    int status = explain_kind(&each, ATTAIN_KIND_INDICATOR, &selection->indicators, selection->indicators.n);
    const int all = !selection->targets.items && !selection->indicators.items;
    const size_t n_targets = all ? attain_plan_count(run->plan, ATTAIN_KIND_TARGET) : selection->targets.n;
    if (!status) {
        status = explain_kind(&each, ATTAIN_KIND_TARGET, &selection->targets, n_targets);
    }
    return status;
}
