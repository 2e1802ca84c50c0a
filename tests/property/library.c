/* Worlds into the library. Public API only. */
#include "library.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static void tell(const char *what, const attain_error *err)
{
    fprintf(stderr, "%s: %s at line %d, column %d, item %" PRId64 ": %s\n", what,
            attain_status_name(err->status), err->line, err->column, err->index, err->message);
}

attain_plan *library_plan(const char *text)
{
    attain_plan *plan = NULL;
    attain_error err;
    if (attain_plan_new(NULL, &plan, &err) != ATTAIN_OK) {
        tell("attain_plan_new", &err);
        return NULL;
    }
    if (attain_plan_add_text(plan, text, strlen(text), "plan", &err) == ATTAIN_OK &&
        attain_plan_freeze(plan, &err) == ATTAIN_OK) {
        return plan;
    }
    tell("plan", &err);
    attain_plan_free(plan);
    return NULL;
}

attain_period library_period(span s)
{
    char text[48];
    attain_period period;
    attain_error err;
    memset(&period, 0, sizeof period);
    span_print(s, text, sizeof text);
    if (attain_period_parse(text, strlen(text), &period, &err) != ATTAIN_OK) {
        tell(text, &err);
    }
    return period;
}

typedef struct columns {
    uint32_t *unit, *measure, *cell;
    int32_t *period;
    int64_t *value;
    uint8_t *qualifier, *reason;
} columns;

static void columns_free(columns *c)
{
    free(c->unit);
    free(c->measure);
    free(c->cell);
    free(c->period);
    free(c->value);
    free(c->qualifier);
    free(c->reason);
}

static bool columns_new(columns *c, size_t n)
{
    n = n == 0 ? 1 : n;
    c->unit = calloc(n, sizeof *c->unit);
    c->measure = calloc(n, sizeof *c->measure);
    c->cell = calloc(n, sizeof *c->cell);
    c->period = calloc(n, sizeof *c->period);
    c->value = calloc(n, sizeof *c->value);
    c->qualifier = calloc(n, sizeof *c->qualifier);
    c->reason = calloc(n, sizeof *c->reason);
    return c->unit != NULL && c->measure != NULL && c->cell != NULL && c->period != NULL &&
           c->value != NULL && c->qualifier != NULL && c->reason != NULL;
}

static uint32_t find(const attain_plan *plan, attain_kind kind, const char *id)
{
    return attain_plan_find(plan, kind, id, strlen(id));
}

static void columns_fill(columns *c, const world *w, const attain_plan *plan, const int *order, int first,
                         int n)
{
    for (int i = 0; i < n; i++) {
        const fact *const f = &w->facts[order == NULL ? first + i : order[first + i]];
        attain_error err;
        c->unit[i] = find(plan, ATTAIN_KIND_UNIT, w->units[f->unit].id);
        c->measure[i] = find(plan, ATTAIN_KIND_MEASURE, w->measures[f->measure].id);
        c->cell[i] = (uint32_t)f->cell;
        c->value[i] = f->value;
        c->qualifier[i] = (uint8_t)f->qualifier;
        c->reason[i] = (uint8_t)f->reason;
        if (attain_period_encode(library_period(f->period), &c->period[i], &err) != ATTAIN_OK) {
            tell("attain_period_encode", &err);
        }
    }
}

bool library_add(const world *w, const attain_plan *plan, attain_facts *facts, const int *order, int first,
                 int n)
{
    columns c;
    attain_error err;
    const bool fits = columns_new(&c, (size_t)n);
    if (fits) {
        columns_fill(&c, w, plan, order, first, n);
    }
    const attain_fact_columns in = {.unit = c.unit,
                                    .measure = c.measure,
                                    .period = c.period,
                                    .cell = c.cell,
                                    .value = c.value,
                                    .qualifier = c.qualifier,
                                    .reason = c.reason};
    const bool added = fits && attain_facts_add(facts, &in, (size_t)n, NULL, NULL, &err) == ATTAIN_OK;
    if (fits && !added) {
        tell("attain_facts_add", &err);
        if (err.index >= 0 && err.index < n) {
            char line[160];
            world_print_fact(w, &w->facts[order == NULL ? first + (int)err.index : order[first + err.index]],
                             line, sizeof line);
            fprintf(stderr, "  %s", line);
        }
    }
    columns_free(&c);
    return added;
}

attain_facts *library_facts(const world *w, const attain_plan *plan, const int *order, int first, int n)
{
    attain_facts *facts = NULL;
    attain_error err;
    if (attain_facts_new(plan, NULL, &facts, &err) != ATTAIN_OK) {
        tell("attain_facts_new", &err);
        return NULL;
    }
    if (!library_add(w, plan, facts, order, first, n)) {
        attain_facts_free(facts);
        return NULL;
    }
    return facts;
}
