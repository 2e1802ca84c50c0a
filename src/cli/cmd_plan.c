/* Commands about the plan as text: check, fmt, print. */
#include "cli/commands.h"
#include "cli/load.h"
#include "cli/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* ---------------------------------------------------------------- check ---- */

/* "plan.attain: 64 units, 12 measures, ...: no errors, 2 warnings" */
static void print_counts(const attain_plan *plan, const char *path, size_t n_warnings, cli_output *out)
{
    static const struct {
        attain_kind kind;
        const char *one, *many;
    } kinds[] = {{ATTAIN_KIND_UNIT, "unit", "units"},
                 {ATTAIN_KIND_MEASURE, "measure", "measures"},
                 {ATTAIN_KIND_INDICATOR, "indicator", "indicators"},
                 {ATTAIN_KIND_PROGRAMME, "programme", "programmes"},
                 {ATTAIN_KIND_TARGET, "target", "targets"}};
    const size_t n_kinds = sizeof kinds / sizeof *kinds;
    const size_t n_targets = attain_plan_count(plan, ATTAIN_KIND_TARGET);
    size_t n_milestones = 0;
    for (uint32_t i = 0; i < n_targets; i++) {
        attain_target_info info;
        n_milestones += attain_plan_target(plan, i, &info, NULL) == ATTAIN_OK && info.is_milestone;
    }
    cli_buffer line = {0};
    char part[96];
    cli_text_clean(path, strlen(path), &line);
    for (size_t i = 0; i < n_kinds; i++) {
        const size_t n = attain_plan_count(plan, kinds[i].kind) - (i + 1 == n_kinds ? n_milestones : 0);
        (void)snprintf(part, sizeof part, "%s%zu %s", i ? ", " : ": ", n,
                       n == 1 ? kinds[i].one : kinds[i].many);
        cli_buffer_text(&line, part);
    }
    (void)snprintf(part, sizeof part, ", %zu milestone%s: no errors, %zu warning%s\n", n_milestones,
                   n_milestones == 1 ? "" : "s", n_warnings, n_warnings == 1 ? "" : "s");
    cli_buffer_text(&line, part);
    if (line.data) {
        cli_output_write(out, line.data, line.len);
    }
    cli_buffer_free(&line);
}

static int print_identities(const attain_plan *plan, const attain_facts *facts, cli_output *out)
{
    if (attain_plan_count(plan, ATTAIN_KIND_CHECK) == 0) {
        return CLI_EXIT_FINE;
    }
    attain_text text = {0};
    attain_error err = {0};
    if (attain_check_identities(plan, facts, NULL, &text, &err) != ATTAIN_OK) {
        cli_say_error(&err);
        return CLI_EXIT_ERRORS;
    }
    cli_output_write(out, text.data, text.len);
    if (text.len && text.data[text.len - 1] != '\n') {
        cli_output_text(out, "\n");
    }
    attain_text_free(&text);
    return CLI_EXIT_FINE;
}

int cli_run_check(const cli_options *options, cli_output *out)
{
    attain_plan *plan = NULL;
    cli_facts facts = {0};
    size_t n_warnings = 0;
    const char *path = options->files.items[0];
    const size_t first = cli_load_first_facts(options);
    int status = cli_load_any_plan(options, 0, 1, &plan, &n_warnings);
    if (status) {
        return status;
    }
    print_counts(plan, path, n_warnings, out);
    if (options->files.n > first) {
        status = cli_load_facts(options, first, plan, NULL, out, &facts);
    }
    if (facts.facts && !status) {
        status = print_identities(plan, facts.facts, out);
    }
    attain_facts_free(facts.facts);
    attain_plan_free(plan);
    return status;
}

/* ---------------------------------------------------------------- fmt ---- */

/* The line of the text that an error points at, so that fmt shows it with a caret as check does. */
static attain_str line_at(const cli_buffer *text, int32_t line)
{
    const char *at = text->data;
    size_t left = text->len;
    for (int32_t i = 1; i < line && left; i++) {
        const char *end = memchr(at, '\n', left);
        const size_t len = end ? (size_t)(end - at) + 1 : left;
        at += len;
        left -= len;
    }
    const char *end = left ? memchr(at, '\n', left) : NULL;
    size_t len = end ? (size_t)(end - at) : left;
    if (len && at[len - 1] == '\r') {
        len--;
    }
    return (attain_str){at, len};
}

static void show_fault(const attain_error *err, const cli_buffer *text)
{
    if (err->line <= 0) {
        cli_say_error(err);
        return;
    }
    const attain_diagnostic diagnostic = {.severity = ATTAIN_ERROR,
                                          .status = err->status,
                                          .source = cli_str(err->source),
                                          .line = err->line,
                                          .column = err->column > 0 ? err->column : 1,
                                          .n_columns = 1,
                                          .message = cli_str(err->message),
                                          .line_text = line_at(text, err->line),
                                          .hint = {"", 0}};
    cli_load_show(&diagnostic);
}

static int replace_file(const char *path, const attain_text *text)
{
    cli_output out;
    if (cli_output_open(&out, path)) {
        return CLI_EXIT_ERRORS;
    }
    cli_output_write(&out, text->data, text->len);
    return cli_output_close(&out);
}

static int format_file(const cli_options *options, const char *path, cli_output *out)
{
    cli_buffer text = {0};
    attain_text canonical = {0};
    attain_error err = {0};
    int status = cli_load_file(path, &text);
    if (status) {
        goto out;
    }
    const char *name = strcmp(path, "-") == 0 ? "<stdin>" : path;
    if (attain_format(text.data, text.len, name, NULL, &canonical, &err) != ATTAIN_OK) {
        show_fault(&err, &text);
        status = CLI_EXIT_ERRORS;
        goto out;
    }
    const int is_same = canonical.len == text.len && memcmp(canonical.data, text.data, text.len) == 0;
    if (options->check && !is_same) {
        cli_say("%s: is not in canonical form; 'attain fmt --write' makes it so", name);
        status = CLI_EXIT_ERRORS;
    } else if (options->write && !is_same) {
        status = replace_file(path, &canonical);
    } else if (!options->check && !options->write) {
        cli_output_write(out, canonical.data, canonical.len);
    }
    attain_text_free(&canonical);
out:
    cli_buffer_free(&text);
    return status;
}

int cli_run_fmt(const cli_options *options, cli_output *out)
{
    int status = CLI_EXIT_FINE;
    for (size_t i = 0; i < options->files.n; i++) {
        const int one = format_file(options, options->files.items[i], out);
        status = one ? one : status;
    }
    return status;
}

/* ---------------------------------------------------------------- print ---- */

int cli_run_print(const cli_run *run)
{
    attain_text text = {0};
    attain_error err = {0};
    if (attain_plan_print(run->plan, &text, &err) != ATTAIN_OK) {
        cli_say_error(&err);
        return CLI_EXIT_ERRORS;
    }
    cli_output_write(run->out, text.data, text.len);
    attain_text_free(&text);
    return CLI_EXIT_FINE;
}
