/* CSV of facts: rows in = accepted + rejected + empty, nothing gets in of a file that is refused, and pieces of any size give the same.
 *
 *   byte 0: bits 0-2 flags of the intake, bit 3 vi numbers, bit 4 separator ';'      the rest: the file */
#include "fuzz/fuzz.h"

static const char plan_text[] =
    "unit VN nation\n"
    "unit 01 province in VN until 2024-12-31\n"
    "unit 02 province in VN\n"
    "category post: full, part\n"
    "category sex: f, m\n"
    "measure people stock persons reported yearly by province\n"
    "measure workers stock persons by post, sex reported half-yearly by province\n"
    "measure money flow VND decimals 2 any sign none over units\n"
    "measure rate stock percent decimals 1 none over units\n";

typedef struct outcome {
    attain_status status;
    attain_error err;
    attain_report report;
    attain_text bytes;
} outcome;

static attain_status feed(attain_intake *intake, const char *data, size_t size, size_t piece,
                          attain_error *err)
{
    for (size_t at = 0; at < size; at += piece) {
        const size_t n = size - at < piece ? size - at : piece;
        const attain_status status = attain_intake_feed(intake, data + at, n, err);
        if (status != ATTAIN_OK) {
            return status;
        }
    }
    return ATTAIN_OK;
}

static outcome read_file(const attain_plan *plan, uint8_t how, const char *data, size_t size, size_t piece)
{
    outcome o;
    attain_facts *facts = NULL;
    attain_intake *intake = NULL;
    const attain_intake_options options = {.struct_size = sizeof options,
                                           .flags = how & 7u,
                                           .max_issues = 5,
                                           .numbers =
                                               (how & 8) != 0 ? ATTAIN_NUMBERS_VI : ATTAIN_NUMBERS_PLAIN,
                                           .separator = (how & 16) != 0 ? ';' : '\0'};
    memset(&o, 0, sizeof o);
    must(attain_facts_new(plan, NULL, &facts, &o.err) == ATTAIN_OK);
    o.status = attain_intake_new(facts, &options, &intake, &o.err);
    if (o.status == ATTAIN_OK) {
        o.status = feed(intake, data, size, piece, &o.err);
    }
    if (o.status == ATTAIN_OK) {
        o.status = attain_intake_finish(intake, &o.report, &o.err);
    }
    must(o.report.n_accepted + o.report.n_rejected + o.report.n_empty == o.report.n_read);
    must(o.report.n_issues <= 5 && o.report.n_more_issues <= o.report.n_rejected);
    must(attain_facts_count(facts) == (o.status == ATTAIN_OK ? o.report.n_accepted - o.report.n_same : 0));
    if (o.status != ATTAIN_OK) {
        must_be_told(o.status, &o.err);
        must(o.report.n_accepted == 0);
    }
    attain_error err;
    must(attain_facts_to_bytes(facts, &o.bytes, &err) == ATTAIN_OK);
    attain_intake_free(intake);
    attain_facts_free(facts);
    return o;
}

static void must_be_the_same(const outcome *a, const outcome *b)
{
    must(a->status == b->status);
    must(a->bytes.len == b->bytes.len && memcmp(a->bytes.data, b->bytes.data, a->bytes.len) == 0);
    must(a->report.n_read == b->report.n_read && a->report.n_rejected == b->report.n_rejected);
    must(a->report.n_issues == b->report.n_issues);
    for (size_t i = 0; i < a->report.n_issues; i++) {
        must(a->report.issues[i].row == b->report.issues[i].row &&
             a->report.issues[i].line == b->report.issues[i].line);
        must(strcmp(a->report.issues[i].message, b->report.issues[i].message) == 0);
    }
    if (a->status != ATTAIN_OK) {
        must(a->err.line == b->err.line && a->err.column == b->err.column &&
             strcmp(a->err.message, b->err.message) == 0);
    }
}

static void forget(outcome *o)
{
    attain_report_free(&o->report);
    attain_text_free(&o->bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static attain_plan *plan; /* made once; it is immutable */
    if (plan == NULL) {
        plan = plan_of(plan_text, sizeof plan_text - 1);
        must(plan != NULL);
    }
    if (size == 0) {
        return 0;
    }
    const char *const file = (const char *)data + 1;
    outcome whole = read_file(plan, data[0], file, size - 1, size);
    const size_t pieces[] = {1, 7};
    for (size_t i = 0; i < 2; i++) {
        outcome parts = read_file(plan, data[0], file, size - 1, pieces[i]);
        must_be_the_same(&whole, &parts);
        forget(&parts);
    }
    forget(&whole);
    return 0;
}
