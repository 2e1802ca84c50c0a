/* The program attain and the world around it: files that are written whole or not at all, terminals,
 * signals. */
#include "cases/program.h"
#include "support/check.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A tree of so many communes that a result of all of them takes a while to write. */
enum { N_COMMUNES = 3000 };

static const char plan_head[] = "unit D \"Huyện An Bình\" district\n"
                                "measure helped\n"
                                "  flow persons  reported yearly by commune\n"
                                "measure asked\n"
                                "  flow persons  reported yearly by commune\n"
                                "indicator people_helped = helped\n"
                                "indicator people_asked = asked\n"
                                "target enough\n"
                                "  people_helped at least 10 for D by 2025\n"
                                "programme p \"Kế hoạch\"\n"
                                "  period 2024..2025\n"
                                "target p.few\n"
                                "  people_asked at most 5 for D by 2025\n";
static const char facts[] = "unit,measure,period,value\nD.1,helped,2025,9\nD.1,asked,2025,9\n";
static const char old_text[] = "what was there before\n";

static int set_up(void **state)
{
    (void)state;
    char *text = malloc(sizeof plan_head + N_COMMUNES * (size_t)40);
    assert_non_null(text);
    size_t len = strlen(plan_head);
    memcpy(text, plan_head, len);
    for (int i = 1; i <= N_COMMUNES; i++) {
        len += (size_t)sprintf(text + len, "unit D.%d commune in D\n", i);
    }
    program_clean();
    program_write("plan.attain", text);
    program_write("facts.csv", facts);
    program_write("old.csv", old_text);
    free(text);
    return 0;
}

static void expect_old_file(void)
{
    char *text = program_read("old.csv");
    assert_non_null(text);
    check_text(text, strlen(text), old_text);
    free(text);
}

static char *path_of(const char *name)
{
    static char path[1024];
    (void)snprintf(path, sizeof path, "%s/%s", program_folder(), name);
    return path;
}

static void output_is_what_standard_output_would_be(void **state)
{
    (void)state;
    program direct;
    program to_file;
    program_run(&direct, NULL, "score plan.attain facts.csv --format csv");
    program_run(&to_file, NULL, "score plan.attain facts.csv --format csv --output old.csv");
    assert_int_equal(to_file.exit_code, 0);
    check_text(to_file.out, strlen(to_file.out), "");
    char *text = program_read("old.csv");
    check_text(text, strlen(text), direct.out);
    assert_int_equal(program_count_files(".attain-"), 0);
    free(text);
    program_free(&direct);
    program_free(&to_file);
}

static void output_keeps_the_rights_of_the_old_file(void **state)
{
    (void)state;
    assert_int_equal(chmod(path_of("old.csv"), 0640), 0);
    program run;
    program_run(&run, NULL, "units plan.attain --format csv -o old.csv");
    assert_int_equal(run.exit_code, 0);
    struct stat info;
    assert_int_equal(stat(path_of("old.csv"), &info), 0);
    assert_int_equal(info.st_mode & 0777, 0640);
    program_free(&run);
}

static void an_error_leaves_the_old_file(void **state)
{
    (void)state;
    program run;
    program_write("bad.csv", "unit,measure,period,value\nD.0,helped,2025,9\n");
    program_run(&run, NULL, "score plan.attain bad.csv --output old.csv");
    assert_int_equal(run.exit_code, 1);
    expect_old_file();
    assert_int_equal(program_count_files(".attain-"), 0);
    program_free(&run);
}

/* A file that may not grow stands for a disk that is full: the same error comes from the same call. */
static void a_full_disk_leaves_the_old_file(void **state)
{
    (void)state;
    const program_how how = {.most_bytes = 20000};
    program run;
    program_run(&run, &how, "units plan.attain --format csv --output old.csv");
    assert_int_equal(run.exit_code, 1);
    check_text(run.err, strlen(run.err),
               "attain: old.csv: cannot be written; the old file is as it was: File too large\n");
    expect_old_file();
    assert_int_equal(program_count_files(".attain-"), 0);
    program_free(&run);
}

static void a_full_disk_behind_standard_output_is_an_error(void **state)
{
    (void)state;
    const program_how full = {.output_to = "/dev/full"};
    const program_how closed = {.output_closed = 1};
    program run;
    program_run(&run, &full, "units plan.attain --format csv");
    assert_int_equal(run.exit_code, 1);
    check_text(run.err, strlen(run.err),
               "attain: standard output: cannot be written: No space left on device\n");
    program_free(&run);
    program_run(&run, &full, "--help");
    assert_int_equal(run.exit_code, 1);
    program_free(&run);
    program_run(&run, &closed, "units plan.attain --format csv");
    assert_int_equal(run.exit_code, 1);
    check_text(run.err, strlen(run.err), "attain: standard output: cannot be written: Broken pipe\n");
    program_free(&run);
}

static void only_regular_files_are_replaced(void **state)
{
    (void)state;
    assert_int_equal(symlink("old.csv", path_of("link.csv")), 0);
    assert_int_equal(mkfifo(path_of("pipe.csv"), 0666), 0);
    assert_int_equal(mkdir(path_of("folder.csv"), 0777), 0);
    static const char *const cases[][2] = {
        {"units plan.attain -o link.csv",
         "attain: link.csv: is a symbolic link; only a regular file is replaced"},
        {"units plan.attain -o pipe.csv",
         "attain: pipe.csv: is a named pipe; only a regular file is replaced"},
        {"units plan.attain -o folder.csv",
         "attain: folder.csv: is a folder; only a regular file is replaced"},
        {"units plan.attain -o folder.csv/",
         "attain: folder.csv/: names a folder; --output needs the name of a file"},
        {"units plan.attain -o none/x.csv", "attain: none/x.csv: its folder cannot be opened: No such file"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        program run;
        program_run(&run, NULL, cases[i][0]);
        assert_int_equal(run.exit_code, 1);
        check_contains(run.err, cases[i][1]);
        program_free(&run);
    }
    expect_old_file();
    assert_int_equal(program_count_files(".attain-"), 0);
}

/* The program waits for facts that never come, its output begun. */
static void start_waiting(program *run)
{
    const program_how how = {.keeps_input_open = 1};
    program_start(run, &how, "score plan.attain - --output old.csv");
    for (int i = 0; i < 1000 && program_count_files(".attain-") == 0; i++) {
        program_sleep_ms(10);
    }
    assert_int_equal(program_count_files(".attain-"), 1);
}

static void a_signal_leaves_the_old_file_and_nothing_beside_it(void **state)
{
    (void)state;
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
        program run;
        start_waiting(&run);
        assert_int_equal(kill(run.pid, signals[i]), 0);
        program_finish(&run);
        assert_int_equal(run.signal, signals[i]);
        expect_old_file();
        assert_int_equal(program_count_files(".attain-"), 0);
        program_free(&run);
    }
}

/* Killed while rows are being written: when the unfinished file has grown. */
static int kill_in_the_middle(void)
{
    static const program_how plain;
    program run;
    program_start(
        &run, &plain,
        "compute plan.attain facts.csv --all-units --periods 2001..2025:year --format csv --output old.csv");
    for (int i = 0; i < 20000 && program_largest_file(".attain-") <= 0; i++) {
        program_sleep_ms(1);
    }
    (void)kill(run.pid, SIGKILL);
    program_finish(&run);
    const int was_killed = run.signal == SIGKILL;
    program_free(&run);
    return was_killed;
}

static void a_kill_in_the_middle_of_writing_leaves_the_old_file(void **state)
{
    (void)state;
    int was_killed = 0;
    for (int attempt = 0; attempt < 10 && !was_killed; attempt++) {
        program_write("old.csv", old_text);
        was_killed = kill_in_the_middle();
    }
    assert_true(was_killed);
    expect_old_file();
    assert_int_equal(program_count_files(".attain-"), 1);
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

/* With every amount of memory the run is complete, or refused with a message and the old file: never half, never a crash. */
static void little_memory_leaves_the_old_file(void **state)
{
    (void)state;
    if (SANITIZED) {
        skip(); /* a sanitizer reserves terabytes of addresses */
    }
    long enough = 1L << 20;
    for (program run = {.exit_code = 1}; run.exit_code != 0; enough += 1L << 18) {
        const program_how how = {.most_memory = enough};
        program_run(&run, &how, "--version");
        program_free(&run);
        assert_in_range(enough, 0, 1L << 28);
    }
    int exit_code = 1;
    int n_refused = 0;
    for (long bytes = enough; exit_code != 0; bytes += 192 * 1024) {
        const program_how how = {.most_memory = bytes};
        program run;
        program_run(&run, &how, "score plan.attain facts.csv --all-units --output old.csv");
        exit_code = run.exit_code;
        if (exit_code != 0) {
            assert_int_equal(exit_code, 1);
            check_contains(run.err, "memory");
            expect_old_file();
            assert_int_equal(program_count_files(".attain-"), 0);
            n_refused++;
        }
        program_free(&run);
        assert_in_range(bytes, 0, 1L << 28);
    }
    assert_in_range(n_refused, 3, 10000);
}

/* ---------------------------------------------------------------- terminals ---- */

static void colour_is_for_terminals_that_want_it(void **state)
{
    (void)state;
    if (!program_has_terminal()) {
        skip();
    }
    const program_how terminal = {.on_terminal = 1};
    const program_how no_colour = {.on_terminal = 1, .variables = "NO_COLOR=1"};
    const program_how dumb = {.on_terminal = 1, .variables = "TERM=dumb"};
    program run;
    program_run(&run, &terminal, "score plan.attain facts.csv");
    assert_int_equal(run.exit_code, 0);
    check_contains(run.out, "\x1b[33mundetermined\x1b[0m");
    check_contains(run.out, "\x1b[31mnot_met\x1b[0m");
    check_contains(run.out, "\x1b[1mKế hoạch · p · 2024..2025\x1b[0m");
    program_free(&run);
    program_run(&run, &no_colour, "score plan.attain facts.csv");
    check_contains(run.out, "undetermined");
    assert_null(strchr(run.out, '\x1b'));
    program_free(&run);
    program_run(&run, &dumb, "score plan.attain facts.csv");
    assert_null(strchr(run.out, '\x1b'));
    program_free(&run);
    program_run(&run, &terminal, "score plan.attain facts.csv --output new.csv");
    char *text = program_read("new.csv");
    assert_null(strchr(text, '\x1b'));
    free(text);
    program_free(&run);
}

static void a_long_read_shows_a_bar_and_takes_it_away(void **state)
{
    (void)state;
    if (!program_has_terminal()) {
        skip();
    }
    const program_how how = {.on_terminal = 1, .keeps_input_open = 1};
    program run;
    program_start(&run, &how, "compute plan.attain - --format csv");
    program_feed(&run, "unit,measure,period,value\nD.1,helped,2025,9\n");
    program_sleep_ms(3000); /* by then the plan is loaded, and the first rows are read */
    program_feed(&run, "D.2,helped,2025,9\n");
    program_sleep_ms(1000);
    program_feed(&run, "D.3,helped,2025,9\n");
    program_finish(&run);
    assert_int_equal(run.exit_code, 0);
    check_contains(run.out, "<stdin>  0 kB");
    check_contains(run.out, "\r\x1b[K");
    check_contains(run.out, "people_helped,D,2025,27,");
    program_free(&run);
}

static void a_quick_read_shows_no_bar(void **state)
{
    (void)state;
    if (!program_has_terminal()) {
        skip();
    }
    const program_how how = {.on_terminal = 1};
    program run;
    program_run(&run, &how, "compute plan.attain facts.csv --format csv");
    assert_int_equal(run.exit_code, 0);
    assert_null(strchr(run.out, '\x1b'));
    program_free(&run);
}

/* Rows beyond one window are the rows of any window. */
static void a_result_of_many_windows_is_complete(void **state)
{
    (void)state;
    program run;
    program_run(&run, NULL,
                "compute plan.attain facts.csv --indicator people_helped --all-units --periods "
                "2001..2025:year --format csv");
    assert_int_equal(run.exit_code, 0);
    size_t n_lines = 0;
    for (const char *at = run.out; (at = strchr(at, '\n')) != NULL; at++) {
        n_lines++;
    }
    assert_int_equal(n_lines, 1 + (N_COMMUNES + 1) * 25);
    const char *last = strstr(run.out, "people_helped,D.3000,2025,");
    assert_non_null(last);
    assert_null(strchr(strchr(last, '\n') + 1, '\n'));
    program_free(&run);
    program_run(&run, NULL,
                "score plan.attain facts.csv --all-units --periods 2025..2034:year --summary --format csv");
    assert_int_equal(run.exit_code, 0);
    check_text(run.out, strlen(run.out),
               "programme,when,met,not_met,undetermined,not_applicable\n,due,0,0,1,0\np,due,0,1,0,0\n");
    program_free(&run);
    program_run(&run, NULL, "score plan.attain facts.csv --all-units --periods 2025..2034:year");
    assert_int_equal(run.exit_code, 0);
    check_contains(run.out, "\n\nKế hoạch · p · 2024..2025\np.few ");
    check_contains(run.out, "\np                     1  1 not_met\n");
    program_free(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(output_is_what_standard_output_would_be, set_up),
        cmocka_unit_test_setup(output_keeps_the_rights_of_the_old_file, set_up),
        cmocka_unit_test_setup(an_error_leaves_the_old_file, set_up),
        cmocka_unit_test_setup(a_full_disk_leaves_the_old_file, set_up),
        cmocka_unit_test_setup(a_full_disk_behind_standard_output_is_an_error, set_up),
        cmocka_unit_test_setup(only_regular_files_are_replaced, set_up),
        cmocka_unit_test_setup(a_signal_leaves_the_old_file_and_nothing_beside_it, set_up),
        cmocka_unit_test_setup(a_kill_in_the_middle_of_writing_leaves_the_old_file, set_up),
        cmocka_unit_test_setup(little_memory_leaves_the_old_file, set_up),
        cmocka_unit_test_setup(colour_is_for_terminals_that_want_it, set_up),
        cmocka_unit_test_setup(a_long_read_shows_a_bar_and_takes_it_away, set_up),
        cmocka_unit_test_setup(a_quick_read_shows_no_bar, set_up),
        cmocka_unit_test_setup(a_result_of_many_windows_is_complete, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
