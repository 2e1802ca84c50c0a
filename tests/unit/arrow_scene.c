/* Scenes; see arrow_scene.h. */
#include "arrow_scene.h"

/* ---- verdicts: A has 45 of 60 in need, a third of a percent; B has not reported; P is both ---- */

static const char verdicts_text[] =
    "category sex: female, male\n"
    "attribute kind: rural, urban\n"
    "unit P province\n"
    "unit A commune in P\n  kind rural\n"
    "unit B commune in P\n  kind urban\n"
    "unit C commune in P until 2021-12-31\n"
    "programme g \"G\"\n  period 2021..2025  horizon 2030\n  unit P\n"
    "measure helped\n  flow persons  reported yearly by commune\n"
    "measure need\n  flow persons  reported yearly by commune\n"
    "measure net\n  stock VND  any sign  decimals 2  reported yearly by commune\n"
    "measure staff\n  stock persons  by sex  reported yearly by commune\n"
    "measure cover\n  stock percent  decimals 1  none over units\n"
    "indicator part = helped / need\n"
    "indicator total = net\n"
    "indicator all_staff = staff\n"
    "indicator half = 0.125 * helped\n"
    "indicator covered = cover\n"
    "target g.total\n  total at least 1 by 2025\n"
    "target g.two\n  reading low: part at least 1/2 by 2025\n"
    "  reading high: part at least 9/10 by 2025\n"
    "target g.up\n  part up at least 50% over 40% stated for 2020 by 2025\n"
    "target g.later\n  part at least 2/3 by 2030\n  vision\n"
    "target g.cover\n  covered at least 90% by 2025\n"
    "milestone g.done \"D\" by 2025\n  done 2025-01-01 \"x\"\n";

static const char verdicts_csv[] =
    "unit,measure,period,sex,value,qualifier,reason\n"
    "A,helped,2025,,45,,\nA,need,2025,,60,,\nA,net,2025,,-1.50,,\n"
    "A,staff,2025,female,3,,\nA,staff,2025,male,1,>,\nB,staff,2025,female,,missing,holiday\n"
    "A,helped,2024,,7,~,\nP,cover,2025,,96.1,,\nA,net,2024,,0.01,<=,\nA,cover,2021..2025,,33.3,,\n";

static void score_verdicts(scene *s)
{
    attain_error err;
    const attain_score_options all = {.struct_size = sizeof all, .all_units = 1};
    const attain_score_options readings = {.struct_size = sizeof readings, .readings = 1};
    static const attain_str by[] = {{"sex", 3}, {"kind", 4}};
    const attain_compute_options values = {.struct_size = sizeof values, .all_units = 1, .by = by, .n_by = 2};
    check_ok(attain_score(s->plan, s->facts, &all, &s->card, &err), &err);
    check_ok(attain_score(s->plan, s->facts, &readings, &s->readings, &err), &err);
    check_ok(attain_compute(s->plan, s->facts, &values, &s->values, &err), &err);
}

/* ---- rhythms ---- */

static const char rhythms_text[] = "attribute terrain: hill, valley\n"
                                   "category post: full_time, part_time\n"
                                   "category sex: f, m\n"
                                   "unit VN nation\n"
                                   "unit 01 province in VN  terrain hill\n"
                                   "unit 02 province in VN  terrain valley\n"
                                   "unit 03 province in VN\n"
                                   "measure people stock persons reported yearly by province\n"
                                   "measure helped stock persons reported yearly by province\n"
                                   "measure workers stock persons by post reported yearly by province\n"
                                   "measure kids stock persons by sex\n"
                                   "measure money flow VND decimals 2 any sign\n"
                                   "measure rain stock mm decimals 1\n"
                                   "indicator density = workers / people\n  shown as 1 per N\n"
                                   "indicator share = helped / people\n  share\n"
                                   "indicator spent = money\n"
                                   "programme p \"Programme\"\n  period 2021..2025\n"
                                   "target p.density density at least 1 per 100 by 2025\n"
                                   "target p.share\n"
                                   "  reading of_all: share at least 50% by 2025\n"
                                   "  reading of_more: share up at least 10% over 2023 by 2025\n"
                                   "  baseline 2023\n"
                                   "target p.places share at least 40% by 2024 for every province\n"
                                   "target p.spent spent at least 1000 by 2025\n"
                                   "milestone p.office \"Office\" by 2023\n  done 2022-05-01 \"minutes\"\n";

static const char rhythms_csv[] = "unit,measure,period,value,qualifier,reason,post,sex\n"
                                  "01,people,2023,1000,,,,\n"
                                  "02,people,2023,500,~,,,\n"
                                  "01,people,2024,1100,,,,\n"
                                  "02,people,2024,700,,,,\n"
                                  "03,people,2024,0,,,,\n"
                                  "01,helped,2023,300,,,,\n"
                                  "01,helped,2024,400,,,,\n"
                                  "02,helped,2024,,missing,confidential,,\n"
                                  "01,workers,2024,4,>,,full_time,\n"
                                  "01,workers,2024,5,,,part_time,\n"
                                  "02,workers,2024,3,<=,,full_time,\n"
                                  "03,kids,2024-06,7,<,,,f\n"
                                  "03,kids,2024-06-10,8,>=,,,m\n"
                                  "01,money,2023,-1000.50,,,,\n"
                                  "02,money,2024,12.25,,,,\n"
                                  "03,rain,2024-W07,0.1,,,,\n";

static void score_rhythms(scene *s)
{
    attain_error err;
    const attain_period periods[] = {build_period("2023"), build_period("2024"), build_period("2025")};
    const attain_score_options all = {
        .struct_size = sizeof all, .all_units = 1, .as_of = periods, .n_as_of = 3, .readings = 1};
    const attain_score_options readings = {.struct_size = sizeof readings, .readings = 1};
    static const attain_str by[] = {{"terrain", 7}, {"post", 4}};
    const attain_compute_options values = {.struct_size = sizeof values,
                                           .all_units = 1,
                                           .periods = periods,
                                           .n_periods = 3,
                                           .by = by,
                                           .n_by = 2};
    check_ok(attain_score(s->plan, s->facts, &all, &s->card, &err), &err);
    check_ok(attain_score(s->plan, s->facts, &readings, &s->readings, &err), &err);
    check_ok(attain_compute(s->plan, s->facts, &values, &s->values, &err), &err);
}

/* ---- plain ---- */

static const char plain_text[] = "unit VN nation\n"
                                 "unit 01 province in VN\nunit 02 province in VN\nunit 03 province in VN\n"
                                 "unit 04 province in VN\nunit 05 province in VN\n"
                                 "measure people stock persons reported yearly by province\n"
                                 "measure helped stock persons reported yearly by province\n"
                                 "indicator share = helped / people\n  share\n"
                                 "programme p \"Programme\"\n  period 2021..2025\n"
                                 "target p.all share at least 50% by 2025\n"
                                 "target p.each share at least 40% by 2024 for every province\n";

static const char plain_csv[] =
    "unit,period,people,helped\n"
    "01,2023,100,30\n02,2023,200,90\n03,2023,300,160\n04,2023,70,9\n05,2023,30,30\n"
    "01,2024,110,40\n02,2024,210,91\n03,2024,310,165\n04,2024,71,10\n05,2024,31,30\n"
    "01,2025,120,50\n02,2025,220,92\n03,2025,320,170\n04,2025,72,11\n05,2025,32,30\n";

static void score_plain(scene *s)
{
    attain_error err;
    const attain_score_options here = {.struct_size = sizeof here};
    const attain_score_options all = {.struct_size = sizeof all, .all_units = 1};
    const attain_compute_options values = {.struct_size = sizeof values, .all_units = 1};
    check_ok(attain_score(s->plan, s->facts, &all, &s->card, &err), &err);
    check_ok(attain_score(s->plan, s->facts, &here, &s->readings, &err), &err);
    check_ok(attain_compute(s->plan, s->facts, &values, &s->values, &err), &err);
}

/* ---- all ---- */

static void score_dates(scene *s)
{
    attain_error err;
    const attain_period dates[] = {build_period("2023"), build_period("2024"), build_period("2025")};
    const attain_score_options all = {.struct_size = sizeof all,
                                      .all_units = 1,
                                      .as_of = dates,
                                      .n_as_of = 3};
    check_ok(attain_score(s->plan, s->facts, &all, &s->dates, &err), &err);
}

scene scene_of(scene_name name, const attain_allocator *a)
{
    static const struct {
        const char *plan, *csv, *full_format;
        void (*score)(scene *s);
    } of[N_SCENES] = {{verdicts_text, verdicts_csv, "d:38,3", score_verdicts}, /* 96.1 % is 0.961 */
                      {rhythms_text, rhythms_csv, "d:38,2", score_rhythms},
                      {plain_text, plain_csv, "d:38,0", score_plain}};
    scene s = {.plan = build_plan(of[name].plan, a), .full_format = of[name].full_format};
    s.facts = build_facts(s.plan);
    build_add(s.facts, of[name].csv);
    of[name].score(&s);
    score_dates(&s);
    return s;
}

void scene_end(scene *s)
{
    attain_table_free(s->card);
    attain_table_free(s->readings);
    attain_table_free(s->values);
    attain_table_free(s->dates);
    attain_facts_free(s->facts);
    build_plan_free(s->plan);
}

const attain_table *scene_table(const scene *s, size_t i)
{
    const attain_table *const tables[SCENE_TABLES] = {s->card, s->readings, s->values, s->dates};
    return tables[i];
}

/* ---- for tests ---- */

scene scenes[N_SCENES];

int scene_set_up(void **state)
{
    (void)state;
    for (int i = 0; i < N_SCENES; i++) {
        scenes[i] = scene_of((scene_name)i, NULL);
    }
    return 0;
}

int scene_tear_down(void **state)
{
    (void)state;
    for (int i = 0; i < N_SCENES; i++) {
        scene_end(&scenes[i]);
    }
    return 0;
}

void scene_check_cell(const char *got, const char *wanted)
{
    if ((got == NULL) != (wanted == NULL) || (got != NULL && strcmp(got, wanted) != 0)) {
        fail_msg("got '%s', wanted '%s'", got != NULL ? got : "(null)", wanted != NULL ? wanted : "(null)");
    }
}

void scene_count_release(void *owner)
{
    ++*(int *)owner;
}
