/* Options. Every one has a value except --serve; an unknown word is refused, because a misspelt option would make a
 * measurement of something else. */
#include "support/options.h"

#include <attain/attain.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static _Noreturn void refuse(const char *what, const char *found, const char *usage)
{
    fprintf(stderr, "%s '%s'\nusage: %s\n", what, found, usage);
    exit(2);
}

bool bench_tuning_named(const char *name, uint32_t *tuning)
{
    static const struct {
        const char *name;
        uint32_t bit;
    } named[] = {{"default", ATTAIN_TUNE_DEFAULT}, {"portable", ATTAIN_TUNE_PORTABLE},
                 {"avx2", ATTAIN_TUNE_AVX2},       {"runs", ATTAIN_TUNE_RUNS},
                 {"radix", ATTAIN_TUNE_RADIX},     {"row-by-row", ATTAIN_TUNE_ROW_BY_ROW}};
    *tuning = 0;
    while (*name != '\0') {
        const size_t len = strcspn(name, "+");
        size_t i = 0;
        while (i < sizeof named / sizeof *named &&
               (strlen(named[i].name) != len || memcmp(named[i].name, name, len) != 0)) {
            i++;
        }
        if (i == sizeof named / sizeof *named) {
            return false;
        }
        *tuning |= named[i].bit;
        name += len + (name[len] == '+' ? 1u : 0u);
    }
    return true;
}

static uint32_t number(const char *text, const char *usage)
{
    char *end = NULL;
    const unsigned long value = strtoul(text, &end, 10);
    if (end == text || *end != '\0' || value > 1000000000ul) {
        refuse("a number up to 1000000000 is required; found", text, usage);
    }
    return (uint32_t)value;
}

/* A dispatch over the names. */
static void take(bench_options *out, const char *name, const char *value, const char *usage)
{
    if (strcmp(name, "--order") == 0) {
        out->shape.shuffled = strcmp(value, "shuffled") == 0;
        if (!out->shape.shuffled && strcmp(value, "sorted") != 0) {
            refuse("the order is sorted or shuffled; found", value, usage);
        }
    } else if (strcmp(name, "--density") == 0) {
        out->shape.density = number(value, usage);
    } else if (strcmp(name, "--seed") == 0) {
        out->shape.seed = number(value, usage);
    } else if (strcmp(name, "--threads") == 0) {
        out->n_threads = number(value, usage);
    } else if (strcmp(name, "--repeat") == 0) {
        out->n_repeats = number(value, usage);
    } else if (strcmp(name, "--window") == 0) {
        out->window = number(value, usage);
    } else if (strcmp(name, "--file") == 0 || strcmp(name, "--out") == 0) {
        out->path = value;
    } else if (strcmp(name, "--dump") == 0) {
        out->dump_dir = value;
    } else if (strcmp(name, "--tuning") == 0) {
        uint32_t bits = 0;
        if (!bench_tuning_named(value, &bits)) {
            refuse("unknown tuning", value, usage);
        }
        out->tuning = value;
    } else {
        refuse("unknown option", name, usage);
    }
}

void bench_options_read(int n_args, char **args, const char *usage, bench_options *out)
{
    memset(out, 0, sizeof *out);
    out->n_threads = 1;
    out->n_repeats = 5;
    out->tuning = "default";
    out->set = n_args > 1 ? args[1] : "";
    if (!national_shape_named(out->set, &out->shape)) {
        refuse("the first argument is a set: 1m, 10m, 100m or 1000m; found", out->set, usage);
    }
    for (int i = 2; i < n_args; i++) {
        if (strcmp(args[i], "--serve") == 0) {
            out->serve = true;
        } else if (i + 1 == n_args) {
            refuse("a value is required after", args[i], usage);
        } else {
            take(out, args[i], args[i + 1], usage);
            i++;
        }
    }
}
