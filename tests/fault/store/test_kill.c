/* Writers that are killed: processes that make editions as fast as they can, each ended by SIGKILL at a random
 * moment, while another process reads all the time. Each edition sets every figure of the store to a number of its
 * own, so that a reader who sees two of them sees a mix. Nobody ever repairs anything: the next writer opens the
 * file and goes on.
 *
 *     parent   forks reader ─┬─ forks writer, kills it, asks: is everything there that it had acknowledged? ─┬─ n times ─▶ stops reader
 *     writer                 └▶ open, import, say its number in a pipe, import, say ...                       │
 *     reader   open, describe the last edition, all of one number? not older than before? ... ───────────────┴▶ counts */
#include "fault/store/stand.h"

#include "support/build_plan.h"
#include "support/check.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { FIRST_BATCH = STAND_NARROW };

typedef struct said {
    uint32_t reads, mixes, older, failures;
    char message[200];
} said;

static char path[512];

static void remove_files(void)
{
    char name[600];
    static const char *const ends[] = {"", "-wal", "-shm", "-journal"};
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        snprintf(name, sizeof name, "%s%s", path, ends[i]);
        remove(name);
    }
}

/* The batch that all figures of these facts belong to; 0: they do not belong together. Rows of batch 0 have the
 * values base + 1000 + i and so on, with a base of 10,000 times the batch. */
static unsigned batch_of(const attain_facts *facts)
{
    const uint64_t n = attain_facts_count(facts);
    unsigned batch = 0;
    for (uint64_t i = 0; i < n; i++) {
        attain_fact f;
        if (attain_facts_at(facts, i, &f, NULL) != ATTAIN_OK) {
            return 0;
        }
        const unsigned here = (unsigned)((f.value < 0 ? -f.value : f.value) / 10000);
        if (f.qualifier == ATTAIN_MISSING) {
            continue;
        }
        if (batch != 0 && here != batch) {
            return 0;
        }
        batch = here;
    }
    return n > 0 ? batch : 0;
}

static attain_status last_batch(attain_store *store, unsigned *batch, attain_error *err)
{
    attain_plan *plan = NULL;
    attain_facts *facts = NULL;
    attain_status status = attain_store_plan(store, ATTAIN_EDITION_LATEST, &plan, err);
    if (status == ATTAIN_OK) {
        status = attain_store_facts(store, plan, ATTAIN_EDITION_LATEST, NULL, &facts, err);
    }
    if (status == ATTAIN_OK) {
        *batch = batch_of(facts);
    }
    attain_facts_free(facts);
    attain_plan_free(plan);
    return status;
}

/* ---- processes ---- */

/* Never returns: writes until it is killed. Numbers of batches that have been acknowledged go into the pipe. */
static void write_for_ever(stand *s, unsigned batch, int pipe_end)
{
    attain_error err;
    if (stand_open(s, &err) != ATTAIN_OK) {
        fprintf(stderr, "writer: open: %s\n", err.message);
        _exit(2);
    }
    for (;; batch++) {
        if (stand_import_batch(s, batch, NULL, &err) != ATTAIN_OK) {
            fprintf(stderr, "writer: import: %s\n", err.message);
            _exit(3);
        }
        if (write(pipe_end, &batch, sizeof batch) != (ssize_t)sizeof batch) {
            _exit(4);
        }
    }
}

static volatile sig_atomic_t is_over;

static void stop(int number)
{
    (void)number;
    is_over = 1;
}

static void note_failure(said *heard, const attain_error *err)
{
    if (heard->failures++ == 0) {
        snprintf(heard->message, sizeof heard->message, "%s: %.150s", attain_status_name(err->status),
                 err->message);
    }
}

/* Reads with a store that stays open for ten reads, then with another; until it is told to stop, or the parent is
 * gone. */
static void read_until_stopped(const stand *s, int pipe_end, pid_t parent)
{
    said heard = {.reads = 0};
    unsigned newest = 0;
    attain_store_options options = s->options;
    options.mode = ATTAIN_STORE_READ;
    signal(SIGTERM, stop);
    while (!is_over && getppid() == parent) {
        attain_store *store = NULL;
        attain_error err;
        if (attain_store_open(s->path, &options, &store, &err) != ATTAIN_OK) {
            note_failure(&heard, &err);
            continue;
        }
        for (int i = 0; i < 10 && !is_over; i++) {
            unsigned batch = 0;
            if (last_batch(store, &batch, &err) != ATTAIN_OK) {
                note_failure(&heard, &err);
                continue;
            }
            heard.reads++;
            heard.mixes += batch == 0;
            heard.older += batch != 0 && batch < newest;
            newest = batch > newest ? batch : newest;
        }
        attain_store_close(store);
    }
    _exit(write(pipe_end, &heard, sizeof heard) == (ssize_t)sizeof heard ? 0 : 5);
}

/* ---- the parent ---- */

static pid_t start_reader(const stand *s, int *pipe_end)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    const pid_t parent = getpid();
    const pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        close(ends[0]);
        read_until_stopped(s, ends[1], parent);
    }
    close(ends[1]);
    *pipe_end = ends[0];
    return pid;
}

static said stop_reader(pid_t pid, int pipe_end)
{
    said heard;
    int status;
    assert_int_equal(kill(pid, SIGTERM), 0);
    assert_int_equal(read(pipe_end, &heard, sizeof heard), (ssize_t)sizeof heard);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    close(pipe_end);
    return heard;
}

static void wait_for(rng *r)
{
    /* Long enough for some to make several editions, short enough for others to be killed while they open the
     * file. */
    const struct timespec time = {0, (long)rng_below(r, 4) == 0 ? (long)rng_below(r, 8000000)
                                                                : (long)rng_below(r, 80000000)};
    nanosleep(&time, NULL);
}

/* The last batch that the writer acknowledged before it was killed; 0: none. */
static unsigned run_writer(stand *s, unsigned batch, rng *r)
{
    int ends[2];
    int status;
    unsigned acknowledged = 0;
    unsigned number;
    assert_int_equal(pipe(ends), 0);
    const pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        close(ends[0]);
        write_for_ever(s, batch, ends[1]);
    }
    close(ends[1]);
    wait_for(r);
    assert_int_equal(kill(pid, SIGKILL), 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    if (!WIFSIGNALED(status)) {
        fail_msg("a writer ended by itself with %d", WEXITSTATUS(status));
    }
    while (read(ends[0], &number, sizeof number) == (ssize_t)sizeof number) {
        acknowledged = number;
    }
    close(ends[0]);
    return acknowledged;
}

static unsigned look(const stand *s)
{
    attain_error err;
    attain_store *store = NULL;
    unsigned batch = 0;
    attain_store_options options = s->options;
    options.mode = ATTAIN_STORE_WRITE;
    check_ok(attain_store_open(s->path, &options, &store, &err), &err);
    check_ok(last_batch(store, &batch, &err), &err);
    attain_store_close(store);
    return batch;
}

static void kill_writers(attain_store_journal journal, const char *what)
{
    attain_error err;
    stand s;
    rng r = rng_new(9 + journal);
    const unsigned n_writers = stand_number("ATTAIN_KILLS", stand_is_long() ? 200 : 20) / 2;
    snprintf(path, sizeof path, "%s/kill-%s.db", ATTAIN_SCRATCH_DIR, what);
    remove_files();
    stand_init(&s, NULL, path, journal);
    check_ok(stand_create(&s, &err), &err);
    check_ok(stand_put_a(&s, &err), &err);
    check_ok(stand_import_batch(&s, FIRST_BATCH, NULL, &err), &err);
    stand_close(&s, NULL);
    int reader_end;
    const pid_t reader = start_reader(&s, &reader_end);
    unsigned last = FIRST_BATCH;
    unsigned n_unfinished = 0;
    for (unsigned i = 0; i < n_writers; i++) {
        const unsigned acknowledged = run_writer(&s, last + 1, &r);
        const unsigned found = look(&s);
        assert_true(found != 0);
        assert_true(found >= last && found >= acknowledged);
        assert_true(found <= (acknowledged > last ? acknowledged : last) + 1);
        n_unfinished += acknowledged == 0;
        last = found;
    }
    const said heard = stop_reader(reader, reader_end);
    check_ok(stand_open(&s, &err), &err);
    check_ok(attain_store_verify(s.store, NULL, &err), &err);
    stand_end(&s);
    print_message("%s: %u writers killed (%u before their first edition), %u editions, %u reads: %u mixes, "
                  "%u older than before, %u failed %s\n",
                  what, n_writers, n_unfinished, last - FIRST_BATCH, heard.reads, heard.mixes, heard.older,
                  heard.failures, heard.message);
    assert_int_equal(heard.mixes, 0);
    assert_int_equal(heard.older, 0);
    assert_int_equal(heard.failures, 0);
    assert_true(heard.reads > 0 && last > FIRST_BATCH);
    remove_files();
}

static void with_wal(void **state)
{
    (void)state;
    kill_writers(ATTAIN_JOURNAL_WAL, "wal");
}

static void with_truncate(void **state)
{
    (void)state;
    kill_writers(ATTAIN_JOURNAL_TRUNCATE, "truncate");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(with_wal),
        cmocka_unit_test(with_truncate),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
