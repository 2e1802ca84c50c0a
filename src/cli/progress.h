/* A progress bar on stderr, for work that lasts. */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include <stdint.h>

typedef struct cli_progress {
    const char *label;
    int enabled;        /* stderr is a terminal */
    int drawn;          /* a bar stands on the line */
    int64_t started_ms; /* monotonic clock */
    int64_t drawn_ms;
} cli_progress;

void cli_progress_start(cli_progress *progress, const char *label);
/** An attain_progress_fn; ctx is the cli_progress. Never asks to stop. */
int cli_progress_update(void *ctx, uint64_t done, uint64_t total);
/** Takes the bar off the line. */
void cli_progress_end(cli_progress *progress);

#endif
