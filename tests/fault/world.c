/* The world of the scenarios: see scenario.h. Small, yet with one of everything that the language has, so that a walk over its allocations
 * meets most places that allocate. */
#include "fault/scenario.h"

#include "support/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char world_plan_text[] =
    "type place: commune, ward\n"
    "attribute terrain: hill, valley\n"
    "category post: full_time, part_time\n"
    "unit FAB \"Fabula (invented)\" province\n"
    "unit FAB.A \"Aldertale\" commune in FAB  terrain hill  alias \"Alder\"\n"
    "unit FAB.B \"Birch\\\"tale\" ward in FAB until 2023-12-31\n"
    "unit FAB.B ward in FAB from 2024-01-01  terrain valley\n"
    "unit FAB.C \"Cedartale\" ward in FAB from 2024-01-01\n"
    "boundary 2024-01-01 split FAB.B into FAB.B 60%, FAB.C 40%\n"
    "measure people \"People\"\n"
    "  stock persons  reported yearly by place\n"
    "measure staff \"Staff\"\n"
    "  stock persons  by post  reported yearly by place\n"
    "measure helped \"Helped\"\n"
    "  stock persons  reported yearly by place  break 2019-01-01 \"another count\"\n"
    "measure pay \"Pay\"\n"
    "  stock VND  min over units\n"
    "measure budget \"Budget\"\n"
    "  flow VND  decimals 2  any sign  at any level adds\n"
    "reference wage \"Wage\" VND\n"
    "  2020-01-01 1000\n"
    "  2024-01-01 1_200\n"
    "indicator density \"Staff per person\" = staff / people\n"
    "  shown as 1 per N\n"
    "indicator share_helped \"Helped\" = helped / people\n"
    "  share\n"
    "indicator paid = count(place where (pay >= wage or pay >= average wage) and not terrain = hill) / "
    "count(place)\n"
    "  share\n"
    "indicator hills = people[terrain=hill] / (people + 2 * helped)\n"
    "check \"all staff\": staff = staff[post=full_time] + staff[post=part_time]\n"
    "  source \"1/2021\" \"staff\"\n"
    "programme old \"Before\"\n"
    "  period 2015..2020\n"
    "programme fab \"Programme\"\n"
    "  period 2021..2025  horizon 2030\n"
    "  phase first 2021..2023\n"
    "  phase second 2024..2025\n"
    "  instrument \"1/2021\" 2021-01-15 by FAB supersedes \"9/2016\"\n"
    "  unit FAB  implements old  lead \"Office\" with \"Schools\"\n"
    "target fab.density \"Density\"\n"
    "  density at least 1 per 100 by 2025\n"
    "  source \"1/2021\" \"one in a hundred\"  note \"a note\"\n"
    "target fab.helped \"Helped\"\n"
    "  reading of_all: share_helped at least 50% by 2025\n"
    "  reading of_more: share_helped up at least 10% over 2023 by 2025\n"
    "  baseline 2023\n"
    "target fab.both\n"
    "  share_helped up at least 10% over 2023 by 2025\n"
    "  reads as relative or points  undefined \"helped\"\n"
    "target fab.places\n"
    "  share_helped at least 40% by 2025 for every place\n"
    "target fab.paid\n"
    "  paid at least 80%  phase second\n"
    "target fab.budget\n"
    "  budget at least 1000 since 2023 by 2025\n"
    "target fab.words\n"
    "  not quantified\n"
    "milestone fab.office \"Office opened\" by 2023\n"
    "  done 2022-05-01 \"minutes\"\n"
    "milestone fab.all \"All of it\" by 2025\n"
    "  all of fab.office\n"
    "activity fab.a1 \"Training\"\n"
    "report yearly\n"
    "  yearly due 31 January next year\n"
    "  of people, staff, helped\n"
    "  by place to province\n";

const char world_facts_csv[] = "unit,measure,period,value,qualifier,reason,post,remark\n"
                               "FAB.A,people,2023,1000,,,,\n"
                               "FAB.B,people,2023,500,~,,,\n"
                               "FAB.A,people,2024,1100,,,,\n"
                               "FAB.B,people,2024,300,,,,\n"
                               "FAB.C,people,2024,200,,,,\n"
                               "FAB.A,staff,2024,4,,,full_time,\n"
                               "FAB.A,staff,2024,5,,,part_time,\n"
                               "FAB.B,staff,2024,3,>,,full_time,\n"
                               "FAB.B,staff,2024,,missing,confidential,part_time,\n"
                               "FAB.A,helped,2023,300,,,,\n"
                               "FAB.A,helped,2024,400,,,,\n"
                               "FAB.B,helped,2024,150,,,,\n"
                               "FAB.A,pay,2024,1300,,,,\n"
                               "FAB.B,pay,2024,900,,,,\n"
                               "FAB.A,budget,2023,1000.50,,,,\n"
                               "FAB.B,budget,2024,-12.25,,,,\"a \"\"remark\"\"\"\n";

/* --- files that plans include --- */

static const char file_more[] =
    "include \"units.attain\"\nattribute size: small, large\nunits from \"units.csv\"\n";
static const char file_units[] = "unit FAB.D \"Daletale\" ward in FAB  terrain hill\n";
static const char file_csv[] = "id,name,type,parent,from,until,size,colour\n"
                               "FAB.E,\"Elm\n\"\"tale\"\"\",ward,FAB,2020-01-01,,small,\n"
                               "FAB.F,Firtale,ward,FAB,,2030-12-31,large,red\n";

static int open_file(void *ctx, attain_str from, attain_str path, const char **data, size_t *len, char *name,
                     char *why)
{
    static const struct {
        const char *name, *text;
    } files[] = {{"more.attain", file_more}, {"units.attain", file_units}, {"units.csv", file_csv}};
    world *const w = ctx;
    (void)from;
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        if (path.len == strlen(files[i].name) && memcmp(path.data, files[i].name, path.len) == 0) {
            *data = files[i].text;
            *len = strlen(files[i].text);
            strcpy(name, files[i].name);
            w->n_open++;
            return 0;
        }
    }
    strcpy(why, "there is no such file");
    return 1;
}

static void close_file(void *ctx, const char *data, size_t len)
{
    world *const w = ctx;
    (void)data;
    (void)len;
    w->n_open--;
}

/* --- life --- */

static void must(attain_status status, const attain_error *err)
{
    if (status != ATTAIN_OK) {
        fprintf(stderr, "the world cannot be made: %d:%d: %s\n", (int)err->line, (int)err->column,
                err->message);
        abort();
    }
}

attain_intake *world_new_intake(world *w, uint32_t flags)
{
    attain_error err;
    attain_intake *intake = NULL;
    const attain_str rename[] = {{"note", 4}, {"remark", 6}};
    const attain_intake_options options = {.struct_size = sizeof options,
                                           .flags = flags,
                                           .rename = rename,
                                           .source = "f.csv"};
    must(attain_intake_new(w->facts, &options, &intake, &err), &err);
    return intake;
}

static void read_facts(world *w, attain_facts *facts, const char *csv)
{
    attain_error err;
    attain_intake *intake = NULL;
    (void)w;
    must(attain_intake_new(facts, NULL, &intake, &err), &err);
    must(attain_intake_feed(intake, csv, strlen(csv), &err), &err);
    must(attain_intake_finish(intake, NULL, &err), &err);
    attain_intake_free(intake);
}

static void make_tables(world *w)
{
    attain_error err;
    const attain_str by[] = {{"terrain", 7}, {"post", 4}};
    const attain_compute_options compute = {.struct_size = sizeof compute,
                                            .all_units = 1,
                                            .by = by,
                                            .n_by = 2};
    must(attain_score(w->plan, w->facts, NULL, &w->scorecard, &err), &err);
    must(attain_compute(w->plan, w->facts, &compute, &w->values, &err), &err);
}

void world_make(world *w, world_level level)
{
    attain_error err;
    memset(w, 0, sizeof *w);
    alloc_fault_init(&w->memory);
    w->alloc = alloc_fault_allocator(&w->memory);
    w->resolver = (attain_resolver){w, open_file, close_file};
    if (level < LEVEL_OPEN) {
        return;
    }
    const attain_plan_options options = {.struct_size = sizeof options,
                                         .allocator = &w->alloc,
                                         .resolver = &w->resolver};
    must(attain_plan_new(&options, &w->plan, &err), &err);
    must(attain_plan_add_text(w->plan, world_plan_text, sizeof world_plan_text - 1, "fab.attain", &err),
         &err);
    if (level < LEVEL_FROZEN) {
        return;
    }
    must(attain_plan_freeze(w->plan, &err), &err);
    if (level < LEVEL_FACTS) {
        return;
    }
    must(attain_facts_new(w->plan, NULL, &w->facts, &err), &err);
    must(attain_facts_new(w->plan, NULL, &w->other, &err), &err);
    read_facts(w, w->facts, world_facts_csv);
    read_facts(
        w, w->other,
        "unit,measure,period,value\nFAB.A,people,2022,900\nFAB.A,helped,2022,\nFAB.B,people,2022,450\n");
    must(attain_facts_to_bytes(w->facts, &w->bytes, &err), &err);
    if (level >= LEVEL_TABLE) {
        make_tables(w);
    }
}

void world_free(world *w)
{
    attain_text_free(&w->bytes);
    attain_table_free(w->scorecard);
    attain_table_free(w->values);
    attain_intake_free(w->intake);
    attain_facts_free(w->facts);
    attain_facts_free(w->other);
    attain_plan_free(w->plan);
    assert_int_equal(w->n_open, 0);
    alloc_fault_expect_empty(&w->memory);
}

/* --- what can be seen --- */

static void describe_findings(const attain_plan *plan, atn_buf *to)
{
    const attain_diagnostic *items;
    size_t n_more;
    const size_t n = attain_plan_diagnostics(plan, &items, &n_more);
    for (size_t i = 0; i < n; i++) {
        const attain_diagnostic *const d = &items[i];
        atn_buf_printf(to, "%d %d %.*s:%d:%d+%d %.*s | %.*s | %.*s\n", (int)d->severity, (int)d->status,
                       (int)d->source.len, d->source.data, (int)d->line, (int)d->column, (int)d->n_columns,
                       (int)d->message.len, d->message.data, (int)d->line_text.len, d->line_text.data,
                       (int)d->hint.len, d->hint.data);
    }
    atn_buf_printf(to, "%zu more\n", n_more);
}

static void describe_plan(const attain_plan *plan, atn_buf *to)
{
    attain_error err;
    attain_text text;
    uint64_t digest[2] = {0, 0};
    describe_findings(plan, to);
    for (int kind = ATTAIN_KIND_UNIT; kind <= ATTAIN_KIND_BOUNDARY; kind++) {
        atn_buf_printf(to, "%zu ", attain_plan_count(plan, (attain_kind)kind));
    }
    if (attain_plan_print(plan, &text, &err) == ATTAIN_OK) {
        attain_plan_schema(plan, digest);
        atn_buf_printf(to, "%016llx%016llx\n", (unsigned long long)digest[0], (unsigned long long)digest[1]);
        atn_buf_add(to, text.data, text.len);
        attain_text_free(&text);
    }
}

static void describe_facts(const attain_facts *facts, atn_buf *to)
{
    attain_error err;
    attain_text bytes;
    const attain_period last = attain_facts_last_period(facts);
    must(attain_facts_to_bytes(facts, &bytes, &err), &err);
    atn_buf_add(to, bytes.data, bytes.len);
    atn_buf_printf(to, " %llu facts, last %d..%d\n", (unsigned long long)attain_facts_count(facts),
                   (int)last.start_day, (int)last.end_day);
    attain_text_free(&bytes);
}

static void describe_table(const attain_table *table, atn_buf *to)
{
    const attain_print_options exact = {.struct_size = sizeof exact, .exact = 1};
    const attain_column *columns;
    const size_t n = attain_table_columns(table, &columns);
    for (size_t row = 0; row < attain_table_rows(table); row++) {
        for (size_t i = 0; i < n; i++) {
            char cell[256];
            attain_error err;
            must(attain_table_print(table, row, columns[i], &exact, cell, sizeof cell, NULL, &err), &err);
            atn_buf_printf(to, "%s,", cell);
        }
        atn_buf_char(to, '\n');
    }
}

void world_describe(const world *w, atn_buf *to)
{
    if (w->plan != NULL) {
        describe_plan(w->plan, to);
    }
    if (w->facts != NULL) {
        describe_facts(w->facts, to);
        describe_facts(w->other, to);
    }
    if (w->scorecard != NULL) {
        describe_table(w->scorecard, to);
        describe_table(w->values, to);
    }
}

int world_set_up(void **state)
{
    world *const w = malloc(sizeof *w);
    if (w == NULL) {
        return 1;
    }
    world_make(w, LEVEL_TABLE);
    *state = w;
    return 0;
}

int world_tear_down(void **state)
{
    world *const w = *state;
    world fresh;
    atn_buf now;
    atn_buf wanted;
    world_make(&fresh, LEVEL_TABLE);
    atn_buf_init(&now, NULL);
    atn_buf_init(&wanted, NULL);
    world_describe(w, &now);
    world_describe(&fresh, &wanted);
    assert_int_equal(now.len, wanted.len);
    assert_memory_equal(now.data, wanted.data, now.len);
    atn_buf_free(&now);
    atn_buf_free(&wanted);
    world_free(&fresh);
    world_free(w);
    free(w);
    return 0;
}
