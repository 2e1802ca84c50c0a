/* A case through the C API, four times:
 *
 *   text ──▶ plan ──────────────┬─ facts as written           "library"
 *              │                ├─ rows shuffled, in halves   "shuffled facts"
 *              │                └─ each half apart, merged    "merged facts"
 *              └─ print ▶ plan ──  facts as written           "printed plan"
 */
#include "cases/case.h"

#include "support/rng.h"

#include <stdio.h>
#include <string.h>

typedef enum way_kind { AS_WRITTEN, PRINTED, SHUFFLED, MERGED } way_kind;

static const char *const way_names[] = {"library", "printed plan", "shuffled facts", "merged facts"};

/* What stopped a plan or facts, with every message that was given. */
typedef struct outcome {
    attain_status status;
    char *messages;
} outcome;

static void add_message(outcome *out, attain_status status, const char *message, size_t len)
{
    if (out->status == ATTAIN_OK) {
        out->status = status;
    }
    out->messages = case_print("%s%.*s\n", out->messages == NULL ? "" : out->messages, (int)len, message);
}

/* ---- the plan ---- */

static int open_file(void *ctx, attain_str from, attain_str path, const char **data, size_t *len, char *name,
                     char *why)
{
    const case_of *const c = ctx;
    (void)from;
    for (size_t i = 0; i < c->n_files; i++) {
        if (strlen(c->files[i].name) == path.len && memcmp(c->files[i].name, path.data, path.len) == 0) {
            *data = c->files[i].text;
            *len = strlen(c->files[i].text);
            (void)snprintf(name, 128, "%s", c->files[i].name);
            return 0;
        }
    }
    (void)snprintf(why, 256, "the case has no file of that name");
    return 1;
}

static void release_file(void *ctx, const char *data, size_t len)
{
    (void)ctx;
    (void)data;
    (void)len;
}

static void add_diagnostics(const attain_plan *plan, attain_severity severity, outcome *out)
{
    const attain_diagnostic *items = NULL;
    const size_t n = attain_plan_diagnostics(plan, &items, NULL);
    for (size_t i = 0; i < n; i++) {
        if (items[i].severity == severity) {
            add_message(out, items[i].status, items[i].message.data, items[i].message.len);
        }
    }
}

/* New frozen plan, or NULL with the outcome. */
static attain_plan *make_plan(case_of *c, const char *text, size_t len, outcome *out, outcome *warnings)
{
    const attain_resolver resolver = {c, open_file, release_file};
    const attain_plan_options options = {.struct_size = sizeof options, .resolver = &resolver};
    attain_plan *plan = NULL;
    attain_error err = {0};
    attain_status status = attain_plan_new(&options, &plan, &err);
    if (status == ATTAIN_OK) {
        status = attain_plan_add_text(plan, text, len, "plan.attain", &err);
    }
    if (status == ATTAIN_OK) {
        status = attain_plan_freeze(plan, &err);
    }
    if (status == ATTAIN_OK) {
        add_diagnostics(plan, ATTAIN_WARNING, warnings);
        return plan;
    }
    /* The finding's own status says more than that of the refused call. */
    if (plan != NULL) {
        add_diagnostics(plan, ATTAIN_ERROR, out);
    }
    add_message(out, status, err.message, strlen(err.message));
    attain_plan_free(plan);
    return NULL;
}

/* The plan again from its own print; what it prints then is the same text. */
static attain_plan *reprint_plan(case_of *c, const attain_plan *plan)
{
    attain_text first = {0};
    attain_text second = {0};
    attain_error err = {0};
    outcome out = {ATTAIN_OK, NULL};
    outcome warnings = {ATTAIN_OK, NULL};
    attain_plan *again = NULL;
    if (attain_plan_print(plan, &first, &err) != ATTAIN_OK) {
        case_bad(c, c->line, "printed plan", "print: %s", err.message);
        return NULL;
    }
    again = make_plan(c, first.data, first.len, &out, &warnings);
    if (again == NULL) {
        case_bad(c, c->line, "printed plan", "the print does not parse: %s\n%s", out.messages, first.data);
    } else if (attain_plan_print(again, &second, &err) != ATTAIN_OK || second.len != first.len ||
               memcmp(first.data, second.data, first.len) != 0) {
        case_bad(c, c->line, "printed plan", "the print of the print differs:\n%s----\n%s", first.data,
                 second.data == NULL ? "" : second.data);
    } else {
        uint64_t a[2];
        uint64_t b[2];
        attain_plan_schema(plan, a);
        attain_plan_schema(again, b);
        if (a[0] != b[0] || a[1] != b[1]) {
            case_bad(c, c->line, "printed plan", "its schema differs");
        }
    }
    attain_text_free(&first);
    attain_text_free(&second);
    return again;
}

/* ---- the facts ---- */

/* Pairs FROM=TO of --rename. */
static size_t renames(const case_words *options, attain_str *out, size_t most)
{
    size_t n = 0;
    const char *pair;
    for (size_t i = 0; n + 2 <= most && case_option(options, "--rename", i, &pair); i++) {
        const size_t len = strcspn(pair, "=");
        out[n++] = (attain_str){pair, len};
        out[n++] = (attain_str){pair + len + 1, strlen(pair) - len - 1};
    }
    return n;
}

static attain_status add_facts(attain_facts *facts, const case_text *from, const char *text, outcome *out)
{
    attain_str rename[16];
    const char *numbers = "plain";
    attain_intake_options options = {.struct_size = sizeof options, .rename = rename, .source = from->name};
    attain_report report = {0};
    attain_error err = {0};
    attain_intake *intake = NULL;
    options.n_rename = renames(&from->options, rename, sizeof rename / sizeof *rename) / 2;
    (void)case_option(&from->options, "--read-numbers", 0, &numbers);
    options.numbers = strcmp(numbers, "vi") == 0 ? ATTAIN_NUMBERS_VI : ATTAIN_NUMBERS_PLAIN;
    options.flags =
        (case_option(&from->options, "--sum-duplicates", 0, NULL) ? ATTAIN_INTAKE_SUM : 0u) |
        (case_option(&from->options, "--same-value-is-fine", 0, NULL) ? ATTAIN_INTAKE_SAME_VALUE_IS_FINE
                                                                      : 0u) |
        (case_option(&from->options, "--skip-bad-rows", 0, NULL) ? ATTAIN_INTAKE_SKIP_BAD_ROWS : 0u);
    attain_status status = attain_intake_new(facts, &options, &intake, &err);
    if (status == ATTAIN_OK) {
        status = attain_intake_feed(intake, text, strlen(text), &err);
    }
    if (status == ATTAIN_OK) {
        status = attain_intake_finish(intake, &report, &err);
    }
    if (status != ATTAIN_OK) {
        add_message(out, status, err.message, strlen(err.message));
    }
    for (size_t i = 0; i < report.n_issues; i++) {
        add_message(out, report.issues[i].status, report.issues[i].message, strlen(report.issues[i].message));
    }
    if (report.n_accepted + report.n_rejected + report.n_empty != report.n_read) {
        out->status = ATTAIN_E_ARGUMENT;
        out->messages = case_print("accepted, rejected and empty do not add up to read");
    }
    attain_report_free(&report);
    attain_intake_free(intake);
    return status;
}

/* The header and every second row of the shuffled rows. */
static char *half_of(const char *text, uint64_t seed, unsigned half, unsigned n_halves)
{
    case_words rows = {NULL, 0};
    const size_t header = strcspn(text, "\n");
    for (const char *at = text + header + (text[header] == '\n'); *at != '\0';) {
        const size_t len = strcspn(at, "\n");
        case_add_word(&rows, at, len);
        at += len + (at[len] == '\n');
    }
    rng random = rng_new(seed);
    for (size_t i = rows.n; i > 1; i--) {
        const size_t other = (size_t)rng_below(&random, i);
        char *const row = rows.items[i - 1];
        rows.items[i - 1] = rows.items[other];
        rows.items[other] = row;
    }
    char *const out = case_keep(strlen(text) + 2);
    size_t len = header;
    memcpy(out, text, header);
    out[len++] = '\n';
    for (size_t i = half; i < rows.n; i += n_halves) {
        memcpy(out + len, rows.items[i], strlen(rows.items[i]));
        len += strlen(rows.items[i]);
        out[len++] = '\n';
    }
    out[len] = '\0';
    return out;
}

static bool may_be_halved(const case_text *text)
{
    return !case_option(&text->options, "--sum-duplicates", 0, NULL) &&
           !case_option(&text->options, "--same-value-is-fine", 0, NULL);
}

static attain_facts *new_facts(const attain_plan *plan, outcome *out)
{
    attain_facts *facts = NULL;
    attain_error err = {0};
    const attain_status status = attain_facts_new(plan, NULL, &facts, &err);
    if (status != ATTAIN_OK) {
        add_message(out, status, err.message, strlen(err.message));
    }
    return facts;
}

static attain_status add_apart(const attain_plan *plan, attain_facts *facts, const case_text *from,
                               const char *text, outcome *out)
{
    attain_error err = {0};
    attain_facts *const apart = new_facts(plan, out);
    if (apart == NULL) {
        return out->status;
    }
    attain_status status = add_facts(apart, from, text, out);
    if (status == ATTAIN_OK) {
        status = attain_facts_merge(facts, apart, &err);
        if (status != ATTAIN_OK) {
            add_message(out, status, err.message, strlen(err.message));
        }
    }
    attain_facts_free(apart);
    return status;
}

/* New facts, or NULL with the outcome. Shuffled ones come in from behind. */
static attain_facts *make_facts(const case_of *c, const attain_plan *plan, way_kind way, outcome *out)
{
    attain_facts *const facts = new_facts(plan, out);
    attain_status status = facts == NULL ? out->status : ATTAIN_OK;
    for (size_t i = 0; i < c->n_facts && status == ATTAIN_OK; i++) {
        if (way == AS_WRITTEN || way == PRINTED) {
            status = add_facts(facts, &c->facts[i], c->facts[i].text, out);
            continue;
        }
        const case_text *const from = &c->facts[c->n_facts - 1 - i];
        const unsigned n_halves = may_be_halved(from) ? 2 : 1;
        for (unsigned half = 0; half < n_halves && status == ATTAIN_OK; half++) {
            const char *const text = half_of(from->text, (uint64_t)c->line * 2 + way, half, n_halves);
            status =
                way == MERGED ? add_apart(plan, facts, from, text, out) : add_facts(facts, from, text, out);
        }
    }
    if (status == ATTAIN_OK) {
        return facts;
    }
    attain_facts_free(facts);
    return NULL;
}

/* ---- the ways ---- */

static const case_expectation *expected_error(const case_of *c)
{
    for (size_t i = 0; i < c->n_expectations; i++) {
        if (c->expectations[i].kind == CASE_ERROR) {
            return &c->expectations[i];
        }
    }
    return NULL;
}

static void compare_outcome(case_of *c, const outcome *out, const char *way)
{
    const case_expectation *const e = expected_error(c);
    if (e == NULL) {
        case_bad(c, c->line, way, "refused: %s: %s", attain_status_name(out->status), out->messages);
        return;
    }
    const char *const wanted = e->options.n > 0 ? e->options.items[0] : "";
    if (strcmp(attain_status_name(out->status), wanted) != 0) {
        case_bad(c, e->line, way, "got %s, wanted %s: %s", attain_status_name(out->status), wanted,
                 out->messages);
    }
    case_compare_text(c, e, out->messages, way);
}

/* False: there is nothing to be learnt from another way. */
static bool run_way(case_of *c, const attain_plan *plan, way_kind way)
{
    outcome out = {ATTAIN_OK, NULL};
    attain_facts *const facts = make_facts(c, plan, way, &out);
    const bool taken = facts != NULL;
    const bool refusal_expected = expected_error(c) != NULL;
    if (!taken) {
        compare_outcome(c, &out, way_names[way]);
    } else if (refusal_expected) {
        case_bad(c, c->line, way_names[way], "plan and facts were taken; an error was expected");
    } else {
        case_run_expectations(c, plan, facts, way_names[way]);
    }
    attain_facts_free(facts);
    return taken && !refusal_expected;
}

void case_run_library(case_of *c)
{
    outcome out = {ATTAIN_OK, NULL};
    outcome warnings = {ATTAIN_OK, NULL};
    attain_plan *const plan = make_plan(c, c->plan, strlen(c->plan), &out, &warnings);
    if (plan == NULL) {
        compare_outcome(c, &out, way_names[AS_WRITTEN]);
        return;
    }
    for (size_t i = 0; i < c->n_expectations; i++) {
        if (c->expectations[i].kind == CASE_WARNING) {
            case_compare_text(c, &c->expectations[i], warnings.messages == NULL ? "" : warnings.messages,
                              way_names[AS_WRITTEN]);
        }
    }
    bool goes_on = true;
    for (int way = AS_WRITTEN; way <= MERGED && goes_on; way++) {
        attain_plan *const again = way == PRINTED ? reprint_plan(c, plan) : NULL;
        goes_on =
            way == PRINTED && again == NULL ? true : run_way(c, way == PRINTED ? again : plan, (way_kind)way);
        attain_plan_free(again);
    }
    attain_plan_free(plan);
}
