/* Clocks and the floor. The sums run over 64-bit words whatever the columns hold: widening narrow numbers would cost
 * instructions, and the floor is to be memory alone. Each thread takes its part of every range, as an engine would. */
#include "support/measure.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double clock_s(clockid_t id)
{
    struct timespec t;
    clock_gettime(id, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

stopwatch stopwatch_now(void)
{
    return (stopwatch){clock_s(CLOCK_MONOTONIC), clock_s(CLOCK_PROCESS_CPUTIME_ID)};
}

stopwatch stopwatch_since(stopwatch start)
{
    const stopwatch now = stopwatch_now();
    return (stopwatch){now.wall_s - start.wall_s, now.cpu_s - start.cpu_s};
}

static int compare_doubles(const void *a, const void *b)
{
    const double x = *(const double *)a;
    const double y = *(const double *)b;
    return (x > y) - (x < y);
}

double median(double *values, size_t n)
{
    if (n == 0) {
        return 0.0;
    }
    qsort(values, n, sizeof *values, compare_doubles);
    return n % 2 == 1 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2.0;
}

/* ---- memory ---- */

/* "VmHWM:   123 kB" of the system's own account of this process. */
static uint64_t status_bytes(const char *name)
{
    FILE *const file = fopen("/proc/self/status", "r");
    char line[256];
    unsigned long long kib = 0;
    if (file == NULL) {
        return 0;
    }
    while (fgets(line, sizeof line, file) != NULL) {
        if (strncmp(line, name, strlen(name)) == 0) {
            kib = strtoull(line + strlen(name), NULL, 10);
            break;
        }
    }
    fclose(file);
    return (uint64_t)kib * 1024u;
}

uint64_t memory_peak_bytes(void)
{
    return status_bytes("VmHWM:");
}

uint64_t memory_now_bytes(void)
{
    return status_bytes("VmRSS:");
}

/* ---- the floor ---- */

typedef struct reader {
    const byte_range *ranges;
    size_t n_ranges;
    uint32_t number, n_threads;
    uint64_t sum;
} reader;

/* Eight sums side by side, so that no addition waits for the one before. */
static uint64_t sum_words(const uint64_t *words, size_t n)
{
    uint64_t sums[8] = {0};
    size_t i = 0;
    for (; i + 8 <= n; i += 8) {
        for (size_t k = 0; k < 8; k++) {
            sums[k] += words[i + k];
        }
    }
    uint64_t sum = 0;
    for (; i < n; i++) {
        sum += words[i];
    }
    for (size_t k = 0; k < 8; k++) {
        sum += sums[k];
    }
    return sum;
}

static void *read_part(void *ctx)
{
    reader *const me = ctx;
    for (size_t i = 0; i < me->n_ranges; i++) {
        const size_t n_words = me->ranges[i].n_bytes / sizeof(uint64_t);
        const size_t first = n_words * me->number / me->n_threads;
        const size_t end = n_words * (me->number + 1u) / me->n_threads;
        me->sum += sum_words((const uint64_t *)me->ranges[i].start + first, end - first);
    }
    return NULL;
}

enum { MAX_READERS = 64, MAX_REPEATS = 32 };

double read_floor_s(const byte_range *ranges, size_t n_ranges, uint32_t n_threads, size_t n_repeats,
                    uint64_t *sum)
{
    double seconds[MAX_REPEATS];
    const uint32_t n = n_threads < 1 ? 1 : n_threads > MAX_READERS ? MAX_READERS : n_threads;
    const size_t repeats = n_repeats > MAX_REPEATS ? MAX_REPEATS : n_repeats;
    for (size_t r = 0; r < repeats; r++) {
        reader readers[MAX_READERS];
        pthread_t threads[MAX_READERS];
        const stopwatch start = stopwatch_now();
        for (uint32_t i = 0; i < n; i++) {
            readers[i] = (reader){ranges, n_ranges, i, n, 0};
            if (i > 0 && pthread_create(&threads[i], NULL, read_part, &readers[i]) != 0) {
                fprintf(stderr, "a thread could not be started\n");
                exit(1);
            }
        }
        read_part(&readers[0]);
        for (uint32_t i = 1; i < n; i++) {
            pthread_join(threads[i], NULL);
            readers[0].sum += readers[i].sum;
        }
        seconds[r] = stopwatch_since(start).wall_s;
        *sum = readers[0].sum;
    }
    return median(seconds, repeats);
}
