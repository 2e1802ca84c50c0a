/* A progress bar on stderr.
 *
 *     facts/2025.csv  [##########----------]  52 %
 *
 * Only on a terminal, only after 400 ms, and at most ten times a second, so that quick work shows nothing and
 * long work loses no time to it. The line is cleared at the end: what remains on the screen is the result
 * alone. */
#include "cli/progress.h"

#include "cli/text.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

enum { QUIET_MS = 400, REDRAW_MS = 100, BAR_COLUMNS = 30, LABEL_COLUMNS = 40 };

static int64_t now_ms(void)
{
    struct timespec now = {0};
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void cli_progress_start(cli_progress *progress, const char *label)
{
    const int64_t now = now_ms();
    *progress = (cli_progress){label, isatty(STDERR_FILENO), 0, now, now};
}

static void draw(const cli_progress *progress, uint64_t done, uint64_t total)
{
    cli_buffer line = {0};
    char part[64];
    const size_t len = cli_str(progress->label).len;
    const size_t cut = len > LABEL_COLUMNS ? len - LABEL_COLUMNS : 0;
    cli_buffer_text(&line, "\r\x1b[K");
    cli_text_clean(progress->label + cut, len - cut, &line);
    if (total > 0) {
        const double share = done >= total ? 1.0 : (double)done / (double)total;
        const int n_full = (int)(share * BAR_COLUMNS);
        cli_buffer_text(&line, "  [");
        for (int i = 0; i < BAR_COLUMNS; i++) {
            cli_buffer_text(&line, i < n_full ? "#" : "-");
        }
        (void)snprintf(part, sizeof part, "] %3d %%", (int)(share * 100));
    } else {
        (void)snprintf(part, sizeof part, "  %llu kB", (unsigned long long)(done / 1000));
    }
    cli_buffer_text(&line, part);
    if (line.data) {
        (void)fwrite(line.data, 1, line.len, stderr);
    }
    (void)fflush(stderr);
    cli_buffer_free(&line);
}

int cli_progress_update(void *ctx, uint64_t done, uint64_t total)
{
    cli_progress *progress = ctx;
    if (!progress->enabled) {
        return 0;
    }
    const int64_t now = now_ms();
    if (now - progress->started_ms < QUIET_MS || (progress->drawn && now - progress->drawn_ms < REDRAW_MS)) {
        return 0;
    }
    draw(progress, done, total);
    progress->drawn = 1;
    progress->drawn_ms = now;
    return 0;
}

void cli_progress_end(cli_progress *progress)
{
    if (!progress->drawn) {
        return;
    }
    (void)fputs("\r\x1b[K", stderr);
    (void)fflush(stderr);
    progress->drawn = 0;
}
