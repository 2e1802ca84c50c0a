/* Options: what the programs of this folder take on the command line. The set comes first, then names with values. */
#ifndef BENCH_OPTIONS_H
#define BENCH_OPTIONS_H

#include "support/national.h"

typedef struct bench_options {
    const char *set; /* "1m" ... "1000m" */
    national_shape shape;
    uint32_t n_threads, n_repeats;
    const char *tuning;   /* a name that bench_tuning_named knows */
    bool serve;           /* take orders from the standard input */
    const char *path;     /* --file or --out */
    const char *dump_dir; /* --dump */
    uint32_t window;      /* --window: targets scored at a time; 0: all */
} bench_options;

/* Prints what is wrong and ends the program with status 2. */
void bench_options_read(int n_args, char **args, const char *usage, bench_options *out);
/* "default", "portable", "avx2", "runs", "radix", "row-by-row", joined by '+'. */
bool bench_tuning_named(const char *name, uint32_t *tuning);

#endif
