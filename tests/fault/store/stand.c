/* Plans, facts and calls of stand.h. Small enough to be read thousands of times, large enough for several pages,
 * blocks of units and seals. */
#include "fault/store/stand.h"

#include "support/build_plan.h"
#include "support/check.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- plans ---- */

/* Texts that would do harm in SQL that is put together. */
static const char plan_tail[] = "category sex: female, male\n"
                                "measure people \"People; DROP TABLE attain_fact;--\"\n  stock persons\n"
                                "measure helped \"Helped\"\n  flow persons  by sex\n"
                                "measure budget \"Budget\"\n  flow VND  decimals 2  any sign\n"
                                "indicator share \"Share ' of\" = helped / people\n  share\n"
                                "programme p \"Programme ') OR 1=1\"\n  period 2021..2030\n"
                                "target p.share\n  share at least 40% by 2025\n";

static const char plan_more[] = "unit P.C999 \"Newtale\" commune in P\n"
                                "measure staff \"Staff\"\n  stock persons\n"
                                "indicator density = staff / people\n"
                                "target p.density\n  density at least 1 per 1000 by 2030\n";

attain_plan *stand_plan(char which)
{
    static char text[16384];
    size_t n = (size_t)snprintf(text, sizeof text, "unit P \"Fabula (invented)\" province\n");
    for (unsigned i = 0; i < STAND_COMMUNES; i++) {
        n += (size_t)snprintf(text + n, sizeof text - n, "unit P.C%03u \"Tale '%u'\" commune in P\n", i, i);
    }
    n += (size_t)snprintf(text + n, sizeof text - n, "%s%s", plan_tail, which == 'b' ? plan_more : "");
    assert_true(n < sizeof text - 1);
    return build_plan(text, NULL);
}

/* ---- facts ---- */

typedef struct rows {
    uint32_t unit[2048], measure[2048], cell[2048];
    int32_t period[2048];
    int64_t value[2048];
    uint8_t qualifier[2048], reason[2048];
    size_t n;
} rows;

static void row(rows *r, const attain_plan *plan, unsigned commune, const char *measure, uint32_t cell,
                int year, int64_t value, uint8_t qualifier)
{
    char text[16];
    assert_true(r->n < sizeof r->unit / sizeof r->unit[0]);
    snprintf(text, sizeof text, "P.C%03u", commune);
    r->unit[r->n] = attain_plan_find(plan, ATTAIN_KIND_UNIT, text, strlen(text));
    r->measure[r->n] = attain_plan_find(plan, ATTAIN_KIND_MEASURE, measure, strlen(measure));
    assert_true(r->unit[r->n] != ATTAIN_NONE && r->measure[r->n] != ATTAIN_NONE);
    snprintf(text, sizeof text, "%d", year);
    check_ok(attain_period_encode(build_period(text), &r->period[r->n], NULL), NULL);
    r->cell[r->n] = cell;
    r->value[r->n] = value;
    r->qualifier[r->n] = qualifier;
    r->reason[r->n] = qualifier == ATTAIN_MISSING ? ATTAIN_REASON_CONFIDENTIAL : ATTAIN_REASON_NONE;
    r->n++;
}

static void rows_of_batch_0(rows *r, const attain_plan *plan, int64_t base, unsigned step)
{
    for (unsigned i = 0; i < STAND_COMMUNES; i += step) {
        row(r, plan, i, "people", 0, 2023, base + 1000 + i, ATTAIN_EXACT);
        row(r, plan, i, "people", 0, 2024, base + 1100 + i, i % 9 == 4 ? ATTAIN_ESTIMATED : ATTAIN_EXACT);
        row(r, plan, i, "helped", i % 2, 2024, base + 300 + i, i % 7 == 3 ? ATTAIN_MORE_THAN : ATTAIN_EXACT);
        if (i % 5 == 0) {
            row(r, plan, i, "budget", 0, 2024, (base + i) * (i % 2 == 0 ? 1 : -1),
                i % 25 == 0 ? ATTAIN_MISSING : ATTAIN_EXACT);
        }
    }
}

static void rows_of_batch_1(rows *r, const attain_plan *plan)
{
    for (unsigned i = 0; i < STAND_COMMUNES; i++) {
        if (i % 3 == 0) {
            row(r, plan, i, "people", 0, 2024, 1100 + i + i % 2,
                i % 9 == 4 ? ATTAIN_ESTIMATED : ATTAIN_EXACT);
        }
        row(r, plan, i, "people", 0, 2025, 1200 + i, ATTAIN_EXACT);
    }
}

static void rows_of_batch_2(rows *r, const attain_plan *plan)
{
    row(r, plan, 999, "people", 0, 2025, 50, ATTAIN_EXACT);
    row(r, plan, 999, "staff", 0, 2025, 2, ATTAIN_EXACT);
    for (unsigned i = 0; i < STAND_COMMUNES; i += 2) {
        row(r, plan, i, "staff", 0, 2025, i, ATTAIN_EXACT);
    }
}

attain_facts *stand_facts(const attain_plan *plan, unsigned batch)
{
    static rows r;
    attain_error err;
    attain_facts *const facts = build_facts(plan);
    r.n = 0;
    if (batch == 1) {
        rows_of_batch_1(&r, plan);
    } else if (batch == 2) {
        rows_of_batch_2(&r, plan);
    } else {
        rows_of_batch_0(&r, plan, batch * INT64_C(10000), batch < STAND_NARROW ? 1 : 5);
    }
    const attain_fact_columns columns = {.unit = r.unit,
                                         .measure = r.measure,
                                         .period = r.period,
                                         .cell = r.cell,
                                         .value = r.value,
                                         .qualifier = r.qualifier,
                                         .reason = r.reason};
    check_ok(attain_facts_add(facts, &columns, r.n, NULL, NULL, &err), &err);
    return facts;
}

/* ---- calls ---- */

static int64_t tick(void *ctx)
{
    int64_t *const clock = ctx;
    return *clock += 1000;
}

void stand_init(stand *s, const char *vfs, const char *path, attain_store_journal journal)
{
    *s = (stand){.a = stand_plan('a'), .b = stand_plan('b'), .path = path, .clock = INT64_C(1760000000000)};
    s->options = (attain_store_options){
        .struct_size = sizeof s->options, .vfs = vfs, .journal = journal, .now = tick, .now_ctx = &s->clock};
}

void stand_end(stand *s)
{
    attain_store_close(s->store);
    attain_plan_free(s->a);
    attain_plan_free(s->b);
    *s = (stand){.store = NULL};
}

static attain_status open_as(stand *s, attain_store_mode mode, attain_error *err)
{
    s->options.mode = mode;
    return attain_store_open(s->path, &s->options, &s->store, err);
}

attain_status stand_open(stand *s, attain_error *err)
{
    return open_as(s, ATTAIN_STORE_WRITE, err);
}

attain_status stand_create(stand *s, attain_error *err)
{
    return open_as(s, ATTAIN_STORE_CREATE, err);
}

attain_status stand_close(stand *s, attain_error *err)
{
    (void)err;
    attain_store_close(s->store);
    s->store = NULL;
    return ATTAIN_OK;
}

attain_status stand_put_a(stand *s, attain_error *err)
{
    return attain_store_put_plan(s->store, s->a,
                                 &(attain_edition_note){"Decision 1; DROP TABLE", "it's \"first\""}, NULL,
                                 err);
}

attain_status stand_put_b(stand *s, attain_error *err)
{
    return attain_store_put_plan(s->store, s->b, &(attain_edition_note){"Decision 2", NULL}, NULL, err);
}

static attain_status import(stand *s, const attain_plan *plan, unsigned batch, attain_edition *out,
                            attain_error *err)
{
    char source[32];
    snprintf(source, sizeof source, "batch %u.csv", batch);
    attain_facts *const facts = stand_facts(plan, batch);
    const attain_status status =
        attain_store_import(s->store, facts, &(attain_edition_note){source, "'); --"}, out, err);
    attain_facts_free(facts);
    return status;
}

attain_status stand_import_0(stand *s, attain_error *err)
{
    return import(s, s->a, 0, NULL, err);
}

attain_status stand_import_1(stand *s, attain_error *err)
{
    return import(s, s->a, 1, NULL, err);
}

attain_status stand_import_2(stand *s, attain_error *err)
{
    return import(s, s->b, 2, NULL, err);
}

attain_status stand_import_3(stand *s, attain_error *err)
{
    return import(s, s->a, 3, NULL, err);
}

attain_status stand_import_batch(stand *s, unsigned batch, attain_edition *out, attain_error *err)
{
    return import(s, s->a, batch, out, err);
}

attain_status stand_correct(stand *s, attain_error *err)
{
    attain_fact facts[8];
    uint8_t remove[8];
    for (unsigned i = 0; i < 8; i++) {
        facts[i] = (attain_fact){.unit = build_unit(s->a, i == 7 ? "P.C129" : "P.C010") + (i == 7 ? 0 : i),
                                 .measure = build_measure(s->a, "people"),
                                 .period = build_period("2024"),
                                 .value = 5000 + i};
        remove[i] = i % 3 == 2;
    }
    return attain_store_correct(s->store, s->a, facts, remove, 8, &(attain_edition_note){"phone", "eight"},
                                NULL, err);
}

attain_status stand_compact(stand *s, attain_error *err)
{
    return attain_store_compact(s->store, err);
}

/* ---- what is there ---- */

static void describe_edition(const attain_edition *e, atn_buf *out)
{
    char line[192];
    snprintf(line, sizeof line,
             "edition %lld kind %d time %lld new %llu changed %llu withdrawn %llu same %llu last %d %d %d\n",
             (long long)e->number, (int)e->kind, (long long)e->time_ms, (unsigned long long)e->n_new,
             (unsigned long long)e->n_changed, (unsigned long long)e->n_withdrawn,
             (unsigned long long)e->n_same, e->last.start_day, e->last.end_day, e->last.type);
    atn_buf_add(out, line, strlen(line));
    atn_buf_add(out, e->source.data, e->source.len);
    atn_buf_add(out, "\n", 1);
    atn_buf_add(out, e->note.data, e->note.len);
    atn_buf_add(out, "\n", 1);
}

static attain_status describe_plan(const attain_plan *plan, atn_buf *out, attain_error *err)
{
    attain_text text;
    const attain_status status = attain_plan_print(plan, &text, err);
    if (status == ATTAIN_OK) {
        atn_buf_add(out, text.data, text.len);
        attain_text_free(&text);
    }
    return status;
}

static attain_status describe_facts(attain_store *store, const attain_plan *plan, int64_t edition,
                                    atn_buf *out, attain_error *err)
{
    attain_facts *facts = NULL;
    attain_text bytes;
    attain_status status = attain_store_facts(store, plan, edition, NULL, &facts, err);
    if (status == ATTAIN_OK) {
        status = attain_facts_to_bytes(facts, &bytes, err);
        attain_facts_free(facts);
    }
    if (status == ATTAIN_OK) {
        atn_buf_add(out, bytes.data, bytes.len);
        attain_text_free(&bytes);
    }
    return status;
}

attain_status stand_describe_store(attain_store *store, atn_buf *out, attain_error *err)
{
    enum { EDITIONS_MOST = 64 };
    const attain_edition *items;
    size_t n;
    struct {
        int64_t number;
        attain_edition_kind kind;
    } editions[EDITIONS_MOST];
    attain_status status = attain_store_editions(store, &items, &n, err);
    for (size_t i = 0; status == ATTAIN_OK && i < n; i++) {
        assert_true(i < EDITIONS_MOST);
        editions[i].number = items[i].number;
        editions[i].kind = items[i].kind;
        describe_edition(&items[i], out);
    }
    attain_plan *plan = NULL;
    for (size_t i = 0; status == ATTAIN_OK && i < n; i++) {
        if (editions[i].kind == ATTAIN_EDITION_PLAN) {
            attain_plan_free(plan);
            plan = NULL;
            status = attain_store_plan(store, editions[i].number, &plan, err);
            if (status == ATTAIN_OK) {
                status = describe_plan(plan, out, err);
            }
        }
        if (status == ATTAIN_OK && plan != NULL) {
            status = describe_facts(store, plan, editions[i].number, out, err);
        }
    }
    attain_plan_free(plan);
    return status;
}

attain_status stand_describe(const stand *s, attain_store_mode mode, bool verify, atn_buf *out,
                             attain_error *err)
{
    attain_store *store = NULL;
    attain_store_options options = s->options;
    options.mode = mode;
    attain_status status = attain_store_open(s->path, &options, &store, err);
    if (status != ATTAIN_OK) {
        return status;
    }
    status = stand_describe_store(store, out, err);
    if (status == ATTAIN_OK && verify) {
        status = attain_store_verify(store, NULL, err);
    }
    attain_store_close(store);
    return status;
}

bool stand_same(const atn_buf *a, const atn_buf *b)
{
    return a->len == b->len && (a->len == 0 || memcmp(a->data, b->data, a->len) == 0);
}

/* ---- how much ---- */

unsigned stand_number(const char *name, unsigned usual)
{
    const char *const text = getenv(name);
    return text == NULL ? usual : (unsigned)strtoul(text, NULL, 10);
}

bool stand_is_long(void)
{
    return getenv("ATTAIN_LONG") != NULL;
}
