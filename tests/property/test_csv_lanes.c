/* The fast lane of CSV intake against the slow way: random files, good ones, broken ones and mixed, cut into pieces at every kind of place,
 * give the same facts to the byte, the same report and the same words of refusal, whether the lane is there or not
 * (ATTAIN_TUNE_ROW_BY_ROW), and whether one thread reads or several look ahead, in slices of any size. And it is there: of files without a
 * fault nearly all rows go through it, and of large pieces most are read ahead. */
#include "facts/intake.h"
#include "support/build_plan.h"
#include "support/check.h"
#include "support/rng.h"

#include <stdio.h>
#include <stdlib.h>

#define LAK "\xc4\x90\xe1\xba\xaf.L\xe1\xba\xafk" /* letters of two and three bytes */
#define AIDES "nh\xc3\xa2n vi\xc3\xaan b\xc3\xa1n th\xe1\xbb\x9di gian"

static const char plan_text[] =
    "unit VN \"VN\" nation\n"
    "unit 00013 province in VN\n"
    "unit HANOI.CAPITAL province in VN\n"
    "unit LONG.ID.OF.MORE.THAN.SIXTEEN.BYTES province in VN\n"
    "unit " LAK " province in VN\n"
    "unit 00014 province in VN until 2021-06-30\n"
    "unit 00015 province in VN from 2019-04-01\n"
    "category post: full, part, aides-who-come-now-and-then\n"
    "category sex: f, m\n"
    "measure helped flow persons reported monthly by province\n"
    "measure visits flow persons any sign reported monthly by province\n"
    "measure seen flow persons by post reported monthly by province\n"
    "measure staff stock persons by post, sex reported half-yearly by province\n"
    "measure money flow VND decimals 2 any sign reported quarterly by province\n"
    "measure people_of_the_province stock persons reported yearly at any level replaces\n"
    "measure homes stock places\n";

/* The first four are valid for ever. */
static const char *const units[] = {"00013", "HANOI.CAPITAL", "LONG.ID.OF.MORE.THAN.SIXTEEN.BYTES",
                                    LAK,     "00014",         "00015",
                                    "VN"};
static const char *const posts[] = {"full", "part", "aides-who-come-now-and-then"};
static const char *const sexes[] = {"f", "m"};
enum { HELPED, VISITS, SEEN, STAFF, MONEY, PEOPLE, HOMES, N_MEASURES };
static const char *const measures[] = {"helped", "visits", "seen", "staff", "money", "people_of_the_province",
                                       "homes"};

/* What a column of the file holds. */
typedef enum what {
    UNIT,
    MEASURE,
    PERIOD,
    VALUE,
    QUALIFIER,
    REASON,
    POST,
    SEX,
    NOTE,
    WIDE_HELPED,
    WIDE_VISITS
} what;
enum { MAX_COLUMNS = 12, N_SLOTS = 360 };

typedef struct file {
    atn_buf text;
    what column[MAX_COLUMNS];
    size_t n_columns;
    char separator;
    unsigned line_end; /* 0 LF, 1 CRLF, 2 CR, 3 any */
    uint64_t fault;    /* one row in so many has one; 0: none */
    bool shuffled, vi, wide;
    size_t n_rows;
} file;

/* ---- making files ---- */

static void end_line(file *f, rng *r)
{
    static const char *const ends[] = {"\n", "\r\n", "\r"};
    atn_buf_text(&f->text, ends[f->line_end < 3 ? f->line_end : rng_below(r, 3)]);
}

static void choose_columns(file *f, rng *r)
{
    static const what forms[2][6] = {{UNIT, PERIOD, MEASURE, VALUE, POST, SEX},
                                     {UNIT, PERIOD, WIDE_HELPED, WIDE_VISITS}};
    size_t n = f->wide ? 4 : 6;
    memcpy(f->column, forms[f->wide], n * sizeof(what));
    if (rng_below(r, 3) == 0) {
        f->column[n++] = QUALIFIER;
    }
    if (rng_below(r, 4) == 0) {
        f->column[n++] = REASON;
    }
    if (rng_below(r, 3) == 0) {
        f->column[n++] = NOTE;
    }
    for (size_t i = n; i > 1; i--) {
        const size_t k = (size_t)rng_below(r, i);
        const what w = f->column[i - 1];
        f->column[i - 1] = f->column[k];
        f->column[k] = w;
    }
    f->n_columns = n;
}

static void write_header(file *f, rng *r)
{
    static const char *const names[] = {"unit", "measure", "period",     "value",  "qualifier", "reason",
                                        "post", "sex",     "t\xc3\xaan", "helped", "visits"};
    if (rng_below(r, 4) == 0) {
        atn_buf_text(&f->text, "\xef\xbb\xbf");
    }
    if (rng_below(r, 4) == 0) {
        atn_buf_printf(&f->text, "sep=%c", f->separator);
        end_line(f, r);
    }
    for (size_t c = 0; c < f->n_columns; c++) {
        atn_buf_printf(&f->text, "%.*s%s", c > 0 ? 1 : 0, &f->separator, names[f->column[c]]);
    }
    end_line(f, r);
}

typedef struct figure {
    uint32_t unit, measure, post, sex, slot;
} figure;

/* The i-th figure of a set in which a cell comes twice late or never. */
static figure figure_of(const file *f, size_t i)
{
    const size_t n_units = f->fault > 0 ? 6 : 4;
    size_t k =
        f->shuffled ? i * 40503u % 8192u : i; /* an odd step through a power of two meets every number once */
    figure g = {.slot = (uint32_t)(k % N_SLOTS)};
    k /= N_SLOTS;
    g.measure = f->wide ? (uint32_t)HELPED : (uint32_t)(k % N_MEASURES);
    k /= f->wide ? 1 : N_MEASURES;
    g.unit = (uint32_t)(k % n_units);
    g.post = (g.slot + g.unit) % 3;
    g.sex = g.slot / 3 % 2;
    if (f->fault > 0 && g.measure == PEOPLE && i % 16 == 0) {
        g.unit = 6;
    }
    return g;
}

static void print_period(char *out, size_t size, figure g)
{
    const unsigned s = g.slot;
    switch (g.measure) {
    case STAFF: snprintf(out, size, "%u-H%u", 2000 + s / 2, s % 2 + 1); break;
    case MONEY: snprintf(out, size, "%u-Q%u", 2000 + s / 4, s % 4 + 1); break;
    case PEOPLE:
    case HOMES: snprintf(out, size, "%u", 1900 + s); break; /* some of these years stand in no grid */
    default: snprintf(out, size, "%u-%02u", 2000 + s / 12, s % 12 + 1); break;
    }
}

static void print_value(const file *f, char *out, size_t size, bool has_decimals, bool any_sign, rng *r)
{
    const unsigned long long n = rng_next(r) >> rng_between(r, 6, 63);
    const char *const sign = any_sign && rng_below(r, 4) == 0 ? "-" : "";
    if (has_decimals && rng_below(r, 2) == 0) {
        snprintf(out, size, "%s%llu%c%02u", sign, n >> 8, f->vi ? ',' : '.', (unsigned)rng_below(r, 100));
    } else {
        snprintf(out, size, "%s%llu", sign, has_decimals ? n >> 8 : n);
    }
}

static void good_field(const file *f, what column, figure g, char *out, size_t size, rng *r)
{
    const bool by_post = g.measure == SEEN || g.measure == STAFF;
    const char *text = "";
    switch (column) {
    case UNIT: text = units[g.unit]; break;
    case MEASURE: text = measures[g.measure]; break;
    case PERIOD: print_period(out, size, g); return;
    case VALUE:
        print_value(f, out, size, g.measure == MONEY, g.measure == MONEY || g.measure == VISITS, r);
        return;
    case POST: text = by_post ? posts[g.post] : ""; break;
    case SEX: text = g.measure == STAFF ? sexes[g.sex] : ""; break;
    case NOTE: text = rng_below(r, 2) == 0 ? AIDES : "a b"; break;
    case WIDE_HELPED:
    case WIDE_VISITS:
        if (rng_below(r, 8) != 0) {
            print_value(f, out, size, false, column == WIDE_VISITS, r);
            return;
        }
        break;
    case QUALIFIER: text = rng_below(r, 8) == 0 ? "=" : ""; break;
    case REASON: break;
    }
    snprintf(out, size, "%s", text);
}

#define PICK(texts, r) (texts)[rng_below((r), sizeof(texts) / sizeof(texts)[0])]

/* A text that is not what it should be; or is, written otherwise. */
static const char *odd_text(what column, rng *r)
{
    static const char *const values[] = {"",
                                         "x",
                                         "1e5",
                                         "+5",
                                         "-3",
                                         "1.5",
                                         "1.234",
                                         "12,5",
                                         "5,",
                                         ".5",
                                         "0012",
                                         "-0",
                                         " 7",
                                         "7 ",
                                         "\xe2\x88\x92"
                                         "5",
                                         "12345678901234567",
                                         "123456789012345678",
                                         "-12",
                                         "1..2",
                                         "--1",
                                         "-",
                                         "1-2",
                                         "1,234,567.5",
                                         "000000000000000000012",
                                         "1234567890123456789",
                                         "9999999999999999999",
                                         "99999999999999999999"};
    static const char *const periods[] = {"2018-13",  "2018",       "2018-Q1",  "2018-H1",    "2016..2017",
                                          "2018-W07", "2018-06-10", "18-01",    "2018-02-29", "",
                                          "2018-1",   "..2030",     "2020-FY04"};
    static const char *const words[] = {"",         "x",    "00016",    "0001",  "000130",
                                        "vn",       "VN",   "HANOI.CA", "staff", "homes",
                                        "full ",    "full", "f",        "=",     ">",
                                        "missing",  "~",    "H",        "other", "\xef\xbb\xbf",
                                        "e\xcc\x81"};
    return column == PERIOD                           ? PICK(periods, r)
           : column == VALUE || column >= WIDE_HELPED ? PICK(values, r)
                                                      : PICK(words, r);
}

static void write_fault(file *f, what column, const char *good, rng *r)
{
    static const char *const fatal[] = {"\"", "a\"b", "\"a\"b", "\xff", "\xc4", "\xed\xa0\x80"};
    atn_buf *out = &f->text;
    switch (rng_below(r, 10)) {
    case 0: atn_buf_printf(out, "\"%s\"", good); break;
    case 1: atn_buf_printf(out, "\"%s%s\"", good, rng_below(r, 2) == 0 ? "\"\"" : "\r\nb"); break;
    case 2: atn_buf_printf(out, "%s%c", good, f->separator); break;
    case 3:
        atn_buf_text(out, good);
        end_line(f, r);
        break;
    case 4:
        if (rng_below(r, 12) == 0) {
            atn_buf_text(out, PICK(fatal, r));
        } else if (rng_below(r, 40) == 0) {
            atn_buf_char(out, '\0');
        } else {
            for (size_t i = rng_below(r, 300); i > 0; i--) {
                atn_buf_char(out, (char)('a' + i % 26));
            }
        }
        break;
    default: atn_buf_text(out, odd_text(column, r));
    }
}

static void write_row(file *f, size_t i, rng *r)
{
    char good[96];
    const bool broken = f->fault > 0 && rng_below(r, f->fault) == 0;
    const size_t at_fault = broken ? (size_t)rng_below(r, f->n_columns + 1) : SIZE_MAX;
    const figure g =
        figure_of(f, at_fault == f->n_columns && i > 0 ? i - 1 : i); /* the cell before once more */
    for (size_t c = 0; c < f->n_columns; c++) {
        if (c > 0) {
            atn_buf_char(&f->text, f->separator);
        }
        good_field(f, f->column[c], g, good, sizeof good, r);
        if (c == at_fault) {
            write_fault(f, f->column[c], good, r);
        } else {
            atn_buf_text(&f->text, good);
        }
    }
    end_line(f, r);
}

static file make_file(rng *r, size_t most_rows)
{
    static const char separators[] = {',', ',', ',', ';', '\t', '|'};
    static const unsigned line_ends[] = {0, 0, 0, 1, 1, 1, 2, 3};
    static const uint64_t faults[] = {0, 0, 500, 50, 5};
    file f;
    memset(&f, 0, sizeof f);
    f.separator = PICK(separators, r); /* one after the other: the order of initialisers is the compiler's */
    f.line_end = PICK(line_ends, r);
    f.fault = PICK(faults, r);
    f.shuffled = rng_below(r, 2) == 0;
    f.wide = rng_below(r, 4) == 0;
    f.n_rows = (size_t)rng_below(r, most_rows);
    f.vi = f.separator != ',' && rng_below(r, 3) == 0;
    atn_buf_init(&f.text, NULL);
    choose_columns(&f, r);
    write_header(&f, r);
    for (size_t i = 0; i < f.n_rows; i++) {
        write_row(&f, i, r);
    }
    if (f.fault > 0 && rng_below(r, 3) == 0) {
        f.text.len--; /* the last line without its end */
    }
    assert_false(f.text.failed);
    return f;
}

/* ---- taking them in ---- */

typedef struct outcome {
    attain_status status;
    attain_error err;
    attain_report report;
    uint64_t n_plain, n_ahead;
} outcome;

/* Pieces of a random size up to `most` bytes; 0: all at once. */
static outcome take_in(attain_facts *facts, const file *f, const attain_intake_options *options, size_t most,
                       size_t slice, rng *r)
{
    outcome o;
    attain_intake *intake = NULL;
    memset(&o, 0, sizeof o);
    check_ok(attain_intake_new(facts, options, &intake, &o.err), &o.err);
    atn_intake_set_slice(intake, slice);
    for (size_t at = 0; at < f->text.len && o.status == ATTAIN_OK;) {
        const size_t left = f->text.len - at;
        const size_t want = most == 0 ? left : 1 + (size_t)rng_below(r, most);
        const size_t len = want < left ? want : left;
        /* A copy of exactly the piece, so that a byte read beyond it is found. */
        char *const piece = malloc(len);
        assert_non_null(piece);
        memcpy(piece, f->text.data + at, len);
        o.status = attain_intake_feed(intake, piece, len, &o.err);
        free(piece);
        at += len;
    }
    if (o.status == ATTAIN_OK) {
        o.status = attain_intake_finish(intake, &o.report, &o.err);
    }
    o.n_plain = atn_intake_plain_rows(intake);
    o.n_ahead = atn_intake_ahead_rows(intake);
    attain_intake_free(intake);
    return o;
}

static void check_same_text(const char *a, const char *b)
{
    if (strcmp(a, b) != 0) {
        fail_msg("'%s'\nwas without the lane\n'%s'", a, b);
    }
}

static void check_same_outcome(const outcome *a, const outcome *b)
{
    assert_int_equal(a->status, b->status);
    if (a->status != ATTAIN_OK) {
        check_same_text(a->err.message, b->err.message);
        check_same_text(a->err.source, b->err.source);
        assert_int_equal(a->err.line, b->err.line);
        assert_int_equal(a->err.column, b->err.column);
        assert_int_equal(a->err.index, b->err.index);
    }
    assert_int_equal(a->report.n_read, b->report.n_read);
    assert_int_equal(a->report.n_accepted, b->report.n_accepted);
    assert_int_equal(a->report.n_rejected, b->report.n_rejected);
    assert_int_equal(a->report.n_empty, b->report.n_empty);
    assert_int_equal(a->report.n_same, b->report.n_same);
    assert_int_equal(a->report.n_more_issues, b->report.n_more_issues);
    assert_int_equal(a->report.n_issues, b->report.n_issues);
    for (size_t i = 0; i < a->report.n_issues; i++) {
        const attain_issue *x = &a->report.issues[i];
        const attain_issue *y = &b->report.issues[i];
        check_same_text(x->message, y->message);
        assert_int_equal(x->status, y->status);
        assert_int_equal(x->row, y->row);
        assert_int_equal(x->other_row, y->other_row);
        assert_int_equal(x->line, y->line);
        assert_int_equal(x->column, y->column);
    }
    assert_int_equal(a->report.ignored_columns.len, b->report.ignored_columns.len);
}

static void check_same_facts(const attain_facts *a, const attain_facts *b)
{
    attain_error err;
    attain_text left;
    attain_text right;
    assert_int_equal(attain_facts_count(a), attain_facts_count(b));
    check_ok(attain_facts_to_bytes(a, &left, &err), &err);
    check_ok(attain_facts_to_bytes(b, &right, &err), &err);
    assert_int_equal(left.len, right.len);
    assert_memory_equal(left.data, right.data, left.len);
    attain_text_free(&left);
    attain_text_free(&right);
}

/* The caller's threads: none, and the last task first. */
static void run_backwards(void *ctx, void (*task)(void *task_ctx, size_t i), void *task_ctx, size_t n_tasks)
{
    (void)ctx;
    while (n_tasks > 0) {
        task(task_ctx, --n_tasks);
    }
}

static attain_facts *new_facts(const attain_plan *plan, uint32_t tuning, uint32_t n_threads)
{
    attain_error err;
    attain_facts *facts = NULL;
    const attain_facts_options options = {.struct_size = sizeof options,
                                          .tuning = tuning,
                                          .n_threads = n_threads,
                                          .executor = n_threads == 5 ? run_backwards : NULL};
    check_ok(attain_facts_new(plan, &options, &facts, &err), &err);
    return facts;
}

static attain_intake_options options_of(const file *f, rng *r)
{
    static const uint32_t flags[] = {0,
                                     0,
                                     ATTAIN_INTAKE_SKIP_BAD_ROWS,
                                     ATTAIN_INTAKE_SKIP_BAD_ROWS,
                                     ATTAIN_INTAKE_SAME_VALUE_IS_FINE,
                                     ATTAIN_INTAKE_SUM,
                                     ATTAIN_INTAKE_SUM | ATTAIN_INTAKE_SKIP_BAD_ROWS,
                                     ATTAIN_INTAKE_SAME_VALUE_IS_FINE | ATTAIN_INTAKE_SKIP_BAD_ROWS};
    attain_intake_options options;
    memset(&options, 0, sizeof options);
    options.struct_size = sizeof options;
    options.flags = PICK(flags, r);
    options.max_issues = rng_below(r, 3) == 0 ? (uint32_t)rng_between(r, 1, 5) : 0;
    options.numbers = f->vi ? ATTAIN_NUMBERS_VI : ATTAIN_NUMBERS_PLAIN;
    options.source = "a.csv";
    options.separator = f->separator;
    return options;
}

typedef struct tally {
    uint64_t n_files, n_refused, n_rows, n_plain, n_clean_rows, n_clean_plain, n_shared_plain, n_ahead;
} tally;

/* Two files one after the other, so that cells may also collide with stored ones. */
static void compare_world(const attain_plan *plan, uint64_t seed, size_t most_rows, tally *t)
{
    static const size_t pieces[] = {0, 0, 0, 40, 3000, 70000};
    static const uint32_t threads[] = {1, 1, 2, 3, 5, 7, 16};
    static const size_t slices[] = {60, 300, 300, 2000, 0};
    rng r = rng_new(seed);
    const uint32_t n_threads = PICK(threads, &r);
    const size_t slice = most_rows > 10000 ? 0 : PICK(slices, &r);
    attain_facts *fast = new_facts(plan, ATTAIN_TUNE_DEFAULT, n_threads);
    attain_facts *slow = new_facts(plan, ATTAIN_TUNE_ROW_BY_ROW, 1);
    const bool twice = rng_below(&r, 3) == 0;
    for (int i = 0; i < (twice ? 2 : 1); i++) {
        file f = make_file(&r, most_rows);
        const attain_intake_options options = options_of(&f, &r);
        const size_t most = PICK(pieces, &r);
        outcome a = take_in(fast, &f, &options, most, slice, &r);
        outcome b = take_in(slow, &f, &options, 0, 0, &r);
        check_same_outcome(&a, &b);
        check_same_facts(fast, slow);
        assert_int_equal(b.n_plain, 0);
        t->n_files++;
        t->n_refused += a.status != ATTAIN_OK ? 1 : 0;
        t->n_rows += f.n_rows;
        t->n_plain += a.n_plain;
        /* Homes have no rhythm of reports and go the other way; old Macs' line ends do. */
        if (f.fault == 0 && f.line_end < 2 && most == 0) {
            t->n_clean_rows += f.wide ? f.n_rows : f.n_rows - f.n_rows / N_MEASURES;
            t->n_clean_plain += a.n_plain;
            if (n_threads > 1 && slice > 60 && slice < 2000) {
                t->n_shared_plain += a.n_plain;
                t->n_ahead += a.n_ahead;
            }
        }
        assert_true(a.n_ahead <= a.n_plain && (n_threads > 1 || a.n_ahead == 0));
        attain_report_free(&a.report);
        attain_report_free(&b.report);
        atn_buf_free(&f.text);
    }
    attain_facts_free(fast);
    attain_facts_free(slow);
}

static void test_lane_changes_nothing(void **state)
{
    (void)state;
    tally t = {0};
    attain_plan *plan = build_plan(plan_text, NULL);
    for (uint64_t seed = 1; seed <= 1000; seed++) {
        compare_world(plan, seed, seed % 100 == 0 ? 30000 : seed % 3 == 0 ? 60 : 700, &t);
    }
    print_message("%llu files, %llu refused; %llu rows, %llu of them in the lane; of %llu clean ones %llu, "
                  "of %llu to be read ahead %llu\n",
                  (unsigned long long)t.n_files, (unsigned long long)t.n_refused,
                  (unsigned long long)t.n_rows, (unsigned long long)t.n_plain,
                  (unsigned long long)t.n_clean_rows, (unsigned long long)t.n_clean_plain,
                  (unsigned long long)t.n_shared_plain, (unsigned long long)t.n_ahead);
    assert_true(t.n_refused > t.n_files / 20 && t.n_refused < t.n_files * 19 / 20);
    assert_true(t.n_clean_rows > 30000);
    assert_true(t.n_clean_plain > t.n_clean_rows * 95 / 100);
    assert_true(t.n_shared_plain > 3000 && t.n_ahead > t.n_shared_plain / 2);
    build_plan_free(plan);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_lane_changes_nothing)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
