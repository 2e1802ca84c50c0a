/* What the fuzz targets share. A target is a file fuzz_NAME.c with
 *
 *     int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
 *
 * that takes any bytes, checks what must hold of every input, and aborts when it does not. It is linked to libFuzzer to search, or
 * to replay.c to run what was found once more. */
#ifndef FUZZ_H
#define FUZZ_H

#include <attain/attain.h>

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Aborts with the words of the condition, so that a report says what was broken. */
#define must(condition) must_at((condition), #condition, __FILE__, __LINE__)

static inline void must_at(int holds, const char *condition, const char *file, int line)
{
    if (!holds) {
        fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, condition);
        abort();
    }
}

/* A refusal has a status, a sentence and a place that may be. */
static inline void must_be_told(attain_status status, const attain_error *err)
{
    must(status != ATTAIN_OK);
    must(err->status == status);
    must(err->message[0] != '\0');
    must(err->line >= 0 && err->column >= 0);
    must(memchr(err->message, '\0', sizeof err->message) != NULL);
}

/* Findings can be printed, and their places can be. */
static inline void must_be_printable(const attain_plan *plan)
{
    const attain_diagnostic *items;
    const size_t n = attain_plan_diagnostics(plan, &items, NULL);
    for (size_t i = 0; i < n; i++) {
        attain_text text;
        attain_error err;
        must(items[i].line >= 0 && items[i].column >= 1 && items[i].n_columns >= 1);
        must(attain_diagnostic_print(&items[i], NULL, &text, &err) == ATTAIN_OK);
        must(text.len > 0 && text.data[text.len] == '\0');
        attain_text_free(&text);
    }
}

/* A frozen plan of the text, or NULL: then the findings were looked at. */
static inline attain_plan *plan_of(const char *text, size_t len)
{
    attain_error err;
    attain_plan *plan = NULL;
    const attain_plan_options options = {.struct_size = sizeof options, .max_bytes = (size_t)256 << 20};
    must(attain_plan_new(&options, &plan, &err) == ATTAIN_OK);
    attain_status status = attain_plan_add_text(plan, text, len, "fuzz", &err);
    if (status == ATTAIN_OK) {
        status = attain_plan_freeze(plan, &err);
    }
    if (status == ATTAIN_OK) {
        must_be_printable(plan);
        return plan;
    }
    must_be_told(status, &err);
    must_be_printable(plan);
    attain_plan_free(plan);
    return NULL;
}

#endif
