/* Measure: clocks, medians, memory, and the floor. The floor is what reading the same columns once costs in this very process,
 * with a loop that does nothing else: no engine that looks at every row can be faster, so a share of it says more than
 * seconds on some machine. */
#ifndef BENCH_MEASURE_H
#define BENCH_MEASURE_H

#include <stddef.h>
#include <stdint.h>

/* Seconds on the wall and seconds of processor time of all threads of this process. */
typedef struct stopwatch {
    double wall_s, cpu_s;
} stopwatch;

stopwatch stopwatch_now(void);
/* What passed since `start`. */
stopwatch stopwatch_since(stopwatch start);

/* Sorts the values. */
double median(double *values, size_t n);

/* The most memory this process ever had at once, and what it has now, in bytes; 0 where the system does not tell. */
uint64_t memory_peak_bytes(void);
uint64_t memory_now_bytes(void);

typedef struct byte_range {
    const void *start;
    size_t n_bytes;
} byte_range;

/* Wall seconds of summing all ranges as 64-bit words on so many threads: the median of n_repeats. The sum is
 * given out, because what is never used would not be computed. */
double read_floor_s(const byte_range *ranges, size_t n_ranges, uint32_t n_threads, size_t n_repeats,
                    uint64_t *sum);

#endif
