/* Explanations: some to the last character, the others by the line that matters. What is computed is proved by cases and the
 * oracle; here it is how it is said. */
#include "score/explain.h"
#include "support/alloc_fault.h"
#include "support/build_plan.h"
#include "support/check.h"
#include <stdio.h>

typedef struct scene {
    attain_plan *plan;
    attain_facts *facts;
    attain_text text; /* the last explanation */
} scene;

/* csv NULL: no facts. */
static scene scene_of(const char *plan_text, const char *csv)
{
    scene s = {.plan = build_plan(plan_text, NULL)};
    s.facts = build_facts(s.plan);
    if (csv != NULL) {
        build_add(s.facts, csv);
    }
    return s;
}

static void scene_end(scene *s)
{
    attain_text_free(&s->text);
    attain_facts_free(s->facts);
    build_plan_free(s->plan);
}

static attain_explain_options options_of(const scene *s, attain_kind kind, const char *id)
{
    return (attain_explain_options){.struct_size = sizeof(attain_explain_options),
                                    .kind = kind,
                                    .index = attain_plan_find(s->plan, kind, id, strlen(id)),
                                    .unit = ATTAIN_NONE,
                                    .digits = 0};
}

static const char *explain_with(scene *s, const attain_explain_options *options)
{
    attain_error err;
    attain_text_free(&s->text);
    check_ok(attain_explain(s->plan, s->facts, options, &s->text, &err), &err);
    assert_int_equal(strlen(s->text.data), s->text.len);
    return s->text.data;
}

/* unit NULL: the scope or the root. */
static const char *explain(scene *s, attain_kind kind, const char *id, const char *unit, const char *period)
{
    attain_explain_options options = options_of(s, kind, id);
    options.unit = unit == NULL ? ATTAIN_NONE : build_unit(s->plan, unit);
    options.period = period == NULL ? (attain_period){.type = ATTAIN_PERIOD_NONE} : build_period(period);
    return explain_with(s, &options);
}

static const char *target(scene *s, const char *id, const char *as_of)
{
    return explain(s, ATTAIN_KIND_TARGET, id, NULL, as_of);
}

static const char *indicator(scene *s, const char *id, const char *period)
{
    return explain(s, ATTAIN_KIND_INDICATOR, id, NULL, period);
}

static void check_lacks(const char *text, const char *part)
{
    if (strstr(text, part) != NULL) {
        print_error("'%s'\nholds '%s'\n", text, part);
        fail();
    }
}

#define check_whole(text, wanted) check_whole_at((text), (wanted), __FILE__, __LINE__)

static void check_whole_at(const char *text, const char *wanted, const char *file, int line)
{
    check_text_at(text, strlen(text), wanted, file, line);
}

/* ---- whole explanations ---- */

static void test_density(void **state)
{
    (void)state;
    scene s = scene_of("unit VN.46 \"Thừa Thiên Huế\" province\n"
                       "measure workers\n  stock persons  reported yearly by province\n"
                       "measure people\n  stock persons  reported yearly by province\n"
                       "indicator density \"Nhân viên trên dân số\" = workers / people\n  shown as 1 per N\n"
                       "target t.density \"Mật độ\"\n  density at least 1 per 5000 by 2030\n"
                       "  source \"141/KH-UBND\" \"cứ 5.000 người dân có một nhân viên\"\n",
                       "unit,measure,period,value\nVN.46,workers,2030,1874\nVN.46,people,2030,9389717\n");
    /* 1,874 * 5000 = 9,370,000 < 9,389,717; 9,389,717 / 5000 = 1,877.9 */
    check_whole(target(&s, "t.density", NULL),
                "t.density · VN.46 Thừa Thiên Huế · 2030 · not_met\n"
                "  title       Mật độ\n"
                "  words       141/KH-UBND \"cứ 5.000 người dân có một nhân viên\"\n"
                "  promise     density at least 1 per 5000 by 2030\n"
                "  indicator   Nhân viên trên dân số\n"
                "  numerator   workers = 1,874 [VN.46 2030: 1,874]; 1 of 1 slots reported\n"
                "  denominator people = 9,389,717 [VN.46 2030: 9,389,717]; 1 of 1 slots reported\n"
                "  sum         1,874 persons / 9,389,717 persons = 1 per 5,010.52; "
                "at least 1 per 5,000 needs 1,878; 4 persons are missing\n");
    attain_explain_options options = options_of(&s, ATTAIN_KIND_TARGET, "t.density");
    options.numbers = ATTAIN_NUMBERS_VI;
    options.digits = -1;
    check_contains(explain_with(&s, &options),
                   "1.874 persons / 9.389.717 persons = 1 per 5.011; at least 1 per "
                   "5.000 needs 1.878; 4 persons are missing\n");
    options.digits = 18;
    check_contains(explain_with(&s, &options), "= 1 per 5.010,521344717182497332; ");
    check_whole(indicator(&s, "density", NULL),
                "density · VN.46 Thừa Thiên Huế · 2030 · ok\n"
                "  title       Nhân viên trên dân số\n"
                "  formula     workers / people\n"
                "  numerator   workers = 1,874 [VN.46 2030: 1,874]; 1 of 1 slots reported\n"
                "  denominator people = 9,389,717 [VN.46 2030: 9,389,717]; 1 of 1 slots reported\n"
                "  value       1 per 5,010.52\n");
    scene_end(&s);
}

#define CARE                                \
    "unit P \"Tỉnh\" province\n"          \
    "measure in_need\n  stock persons\n"    \
    "measure served\n  stock persons\n"     \
    "measure full\n  stock persons\n"       \
    "indicator helped = served / in_need\n" \
    "  share\n"                             \
    "indicator fully = full / in_need\n"    \
    "  share\n"
#define CARE_FACTS "unit,measure,period,value\nP,in_need,2030,100\nP,served,2030,80\nP,full,2030,45\n"

static void test_readings(void **state)
{
    (void)state;
    scene s = scene_of(CARE "target t.open\n"
                            "  reading of_served: fully at least 50% within helped by 2030\n"
                            "  reading of_all: fully at least 50% by 2030\n"
                            "  reading of_more: fully at least 46% by 2030\n"
                            "target t.chosen\n"
                            "  reading of_served: fully at least 50% within helped by 2030\n"
                            "  reading of_all: fully at least 50% by 2030\n"
                            "  choose of_served \"circular 02/2022\"\n"
                            "  note \"seen in print\"\n",
                       CARE_FACTS);
    /* The third reading has the figures of the second: they are not listed again. */
    check_whole(
        target(&s, "t.open", NULL),
        "t.open · P Tỉnh · 2030 · undetermined\n"
        "  reading     of_served: fully at least 50% within helped by 2030 -> met\n"
        "  numerator   full = 45 [P 2030: 45]\n"
        "  denominator served = 80 [P 2030: 80]\n"
        "  sum         45 persons / 80 persons = 56.25 %; at least 50 % needs 40; nothing is missing\n"
        "  reading     of_all: fully at least 50% by 2030 -> not_met\n"
        "  numerator   full = 45 [P 2030: 45]\n"
        "  denominator in_need = 100 [P 2030: 100]\n"
        "  sum         45 persons / 100 persons = 45 %; at least 50 % needs 50; 5 persons are missing\n"
        "  reading     of_more: fully at least 46% by 2030 -> not_met\n"
        "  sum         45 persons / 100 persons = 45 %; at least 46 % needs 46; 1 is missing\n"
        "  settled by  a choice between the readings: choose NAME \"why\"\n");
    check_whole(
        target(&s, "t.chosen", NULL),
        "t.chosen · P Tỉnh · 2030 · met\n"
        "  chosen      circular 02/2022\n"
        "  reading     of_served: fully at least 50% within helped by 2030 -> met\n"
        "  numerator   full = 45 [P 2030: 45]\n"
        "  denominator served = 80 [P 2030: 80]\n"
        "  sum         45 persons / 80 persons = 56.25 %; at least 50 % needs 40; nothing is missing\n"
        "  note        seen in print\n");
    scene_end(&s);
}

/* Readings that count from different years have different figures: each lists its own. */
static void test_readings_since(void **state)
{
    (void)state;
    scene s = scene_of("unit HCM city\n"
                       "measure trained\n  flow persons  reported yearly by city\n"
                       "measure staff\n  stock persons  reported yearly by city\n"
                       "indicator part = trained / staff\n  share\n"
                       "target t\n"
                       "  reading whole: part at least 80% since 2026 by 2027\n"
                       "  reading phase: part at least 80% since 2027 by 2027\n",
                       "unit,measure,period,value,qualifier\nHCM,trained,2026,20,\nHCM,trained,2027,30,>\n"
                       "HCM,staff,2026,90,\nHCM,staff,2027,100,~\n");
    check_whole(
        target(&s, "t", NULL),
        "t · HCM · 2027 · undetermined\n"
        "  reading     whole: part at least 80% since 2026 by 2027 -> undetermined\n"
        "  numerator   trained = 50 [HCM 2026: 20, HCM 2027: > 30]; 2 of 2 slots reported\n"
        "  denominator staff = 100 [HCM 2026: 90, HCM 2027: about 100]; 2 of 2 slots reported\n"
        "  sum         50 persons / 100 persons = 50 %; at least 80 % needs 80; 30 persons are missing\n"
        "  range       from 51 % to 100 %, whatever the open figures are\n"
        "  reading     phase: part at least 80% since 2027 by 2027 -> undetermined\n"
        "  numerator   trained = 30 [HCM 2027: > 30]; 1 of 1 slots reported\n"
        "  denominator staff = 100 [HCM 2027: about 100]; 1 of 1 slots reported\n"
        "  sum         30 persons / 100 persons = 30 %; at least 80 % needs 80; 50 persons are missing\n"
        "  range       from 31 % to 100 %, whatever the open figures are\n"
        "  rule        a figure was published as \"about\" and counts as it stands\n"
        "  settled by  an exact figure where only a bound (more than, less than) was published\n");
    scene_end(&s);
}

static void test_milestones(void **state)
{
    (void)state;
    scene s =
        scene_of("unit HCM city\nmeasure staff\n  stock persons\nindicator all = staff\n"
                 "milestone m.done \"Ban Chỉ đạo\" by 2025\n  done 2025-12-31 \"12/QĐ\"\n  source \"9/KH\"\n"
                 "milestone m.not \"Phòng\" by 2025\n  not done 2026-03-01 \"no decision\"\n"
                 "milestone m.open \"Trang web\" by 2025\n"
                 "milestone m.all \"Tất cả\" by 2025\n  all of m.done, m.open\n",
                 "unit,measure,period,value\nHCM,staff,2026,1\n");
    check_whole(target(&s, "m.done", NULL),
                "m.done · HCM · 2025 · met\n  title       Ban Chỉ đạo\n  words       9/KH\n"
                "  sum         done on 2025-12-31, due 2025\n  evidence    12/QĐ\n");
    check_whole(target(&s, "m.not", NULL),
                "m.not · HCM · 2025 · not_met\n  title       Phòng\n"
                "  sum         not done on 2026-03-01, due 2025\n  evidence    no decision\n");
    check_whole(target(&s, "m.open", "2024"),
                "m.open · HCM · 2024 · undetermined\n  title       Trang web\n"
                "  sum         no evidence, due 2025\n"
                "  rule        not due yet: the verdict answers \"if it were due today\"\n"
                "  settled by  evidence: done DATE \"...\" or not done DATE \"...\"\n");
    check_whole(explain(&s, ATTAIN_KIND_TARGET, "m.all", "HCM", NULL),
                "m.all · HCM · 2025 · undetermined\n  title       Tất cả\n"
                "  sum         all of m.done (met), m.open (undetermined), due 2025\n"
                "  settled by  evidence: done DATE \"...\" or not done DATE \"...\"\n");
    scene_end(&s);
}

/* ---- what went in, what is absent ---- */

#define TREE                \
    "unit P province\n"     \
    "unit A commune in P\n" \
    "unit B commune in P\n" \
    "unit C commune in P\n" \
    "unit D commune in P\n" \
    "unit E commune in P until 2024-12-31\n"

static void test_lists(void **state)
{
    (void)state;
    scene s = scene_of("category sex: female, male\nattribute kind: rural, urban\n" TREE
                       "unit F commune in P\n  kind rural\n"
                       "measure staff\n  flow persons  by sex  reported half-yearly by commune\n"
                       "measure net\n  stock VND  any sign  decimals 1\n"
                       "indicator all = staff\nindicator women = staff[sex=female]\n"
                       "indicator rural = staff[kind=rural]\nindicator total = net\n"
                       "target t.all\n  all at least 10 by 2025\n",
                       "unit,measure,period,sex,value,qualifier,reason\n"
                       "A,staff,2025-H1,female,1,,\nA,staff,2025-H1,male,2,>=,\nA,staff,2025-H2,female,,"
                       "missing,confidential\n"
                       "B,staff,2025-H1,female,3,<,\nB,staff,2025-H1,male,4,<=,\nF,staff,2025-H1,male,7,>,\n"
                       "A,net,2025,,-1.5,,\n");
    const char *text = target(&s, "t.all", "2025");
    check_contains(text,
                   "[A 2025-H1 female: 1, A 2025-H2 female: missing, confidential, A 2025-H1 male: >= 2, ");
    check_contains(text, "B 2025-H1 female: < 3, B 2025-H1 male: <= 4, ");
    check_contains(text, "F 2025-H1 male: > 7]; ");
    check_contains(text, "; 5 of 20 slots reported\n  absent      A 2025-H2, B 2025-H2, C 2025-H1, "
                         "C 2025-H2, D 2025-H1, D 2025-H2, F 2025-H1, F 2025-H2\n");
    check_contains(text, "  range       from 11 without upper end, whatever the open figures are\n");
    attain_explain_options options = options_of(&s, ATTAIN_KIND_TARGET, "t.all");
    options.max_items = 1;
    text = explain_with(&s, &options);
    check_contains(text, "[A 2025-H1 female: 1, and 5 more]; ");
    check_contains(text, "  absent      A 2025-H2, and 7 more\n");
    text = indicator(&s, "women", "2025");
    check_contains(text, "staff[sex=female] = ");
    check_lacks(text, " male");
    text = indicator(&s, "rural", "2025");
    check_contains(text, " = 7 [F 2025-H1 male: > 7]");
    text = indicator(&s, "rural", "2023");
    check_contains(text, "rural · P · 2023 · no_data\n");
    check_contains(text, " [no figure]; 0 of ");
    check_contains(indicator(&s, "total", "2025"), "net = -1.5 [A 2025: -1.5]\n");
    check_contains(explain(&s, ATTAIN_KIND_INDICATOR, "all", "E", "2025"),
                   "staff [no figure]; no slot expected\n");
    scene_end(&s);
}

static void test_ranges(void **state)
{
    (void)state;
    scene s = scene_of(
        TREE "measure net\n  stock VND  any sign  reported yearly by commune\n"
             "measure staff\n  stock persons  reported yearly by province\n"
             "measure people\n  stock persons  reported yearly by province\n"
             "indicator total = net\nindicator minus = 0 - staff\n"
             "indicator part = staff / people\n  share\n"
             "target t.net\n  total at least 1 by 2025\n",
        "unit,measure,period,value,qualifier\nA,net,2025,7,\nP,staff,2025,5,>=\nP,people,2025,10,\n");
    check_contains(target(&s, "t.net", NULL),
                   "  range       without lower and upper end, whatever the open figures are\n");
    check_contains(indicator(&s, "minus", NULL), "  range       up to -5, whatever the open figures are\n");
    check_contains(indicator(&s, "part", NULL),
                   "  range       from 50 % to 100 %, whatever the open figures are\n");
    scene_end(&s);
}

static void test_counts_and_references(void **state)
{
    (void)state;
    scene s = scene_of(
        TREE "measure staff\n  stock persons  reported yearly by commune\n"
             "reference wage \"Lương\" VND\n  2025-07-01 5\n  2026-01-01 7\n"
             "indicator staffed = count(commune where staff >= 2) / count(commune)\n  share\n"
             "indicator with_wage = 2 * wage + staff\n"
             "target t.staffed\n  staffed reaches 100% by 2026\n"
             "target t.wage\n  with_wage at most 20 by 2026\n",
        "unit,measure,period,value\nA,staff,2026,2\nB,staff,2026,0\nC,staff,2026,1\nA,staff,2024,4\n");
    check_whole(target(&s, "t.staffed", NULL),
                "t.staffed · P · 2026 · not_met\n"
                "  promise     staffed reaches 100% by 2026\n"
                "  numerator   count(commune where staff >= 2) [1 true, 1 unknown, of 4]\n"
                "  denominator count(commune) [4 true, 0 unknown, of 4]\n"
                "  sum         1 unit / 4 units = 25 %; at least 100 % needs 4; 3 units are missing\n"
                "  range       from 25 % to 50 %, whatever the open figures are\n"
                "  rule        the text names no operator; it is read as at least\n");
    const char *text = target(&s, "t.wage", NULL);
    check_contains(
        text,
        "  numerator   wage = 7\n  numerator   staff = 3 [A 2026: 2, B 2026: 0, C 2026: 1]; 3 of 4 slots "
        "reported\n  absent      D 2026\n");
    check_contains(text, "  sum         17; at most 20 allows 20; none too many\n");
    check_contains(text, "  settled by  the absent reports (1)\n");
    check_contains(indicator(&s, "with_wage", "2024"), "  numerator   wage [no step by then]\n");
    scene_end(&s);
}

/* ---- the sentence of plain arithmetic ---- */

/* One target by the phrase on fixed figures: 10 beds in 2025, 12 the year before. */
static void check_phrase(const char *phrase, const char *as_of, const char *wanted)
{
    char plan[640];
    snprintf(
        plan, sizeof plan,
        "unit P province\nmeasure n\n  stock beds\nmeasure rate\n  stock percent\nmeasure flow\n  flow beds\n"
        "indicator beds = n\nindicator the_rate = rate\n  shown as percent\n"
        "indicator speed = flow\n  annualised by months\nindicator rest = n - flow\n"
        "indicator both = n / flow\n  shown as per 1000\ntarget t\n  %s\n",
        phrase);
    scene s = scene_of(plan, "unit,measure,period,value\nP,n,2024,12\nP,n,2025,10\nP,rate,2025,49\n"
                             "P,flow,2025-H1,7\nP,flow,2025-H2,23\n");
    check_contains(target(&s, "t", as_of), wanted);
    scene_end(&s);
}

static void test_level_words(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"beds at least 10 by 2025", "  sum         10 beds; at least 10 needs 10; nothing is missing\n"},
        {"beds more than 9 by 2025", "  sum         10 beds; more than 9 needs 10; nothing is missing\n"},
        {"beds more than 10 by 2025", "  sum         10 beds; more than 10 needs 11; 1 is missing\n"},
        {"beds less than 9 by 2025", "  sum         10 beds; less than 9 allows 8; 2 beds are too many\n"},
        {"beds at most 9 by 2025", "  sum         10 beds; at most 9 allows 9; 1 is too many\n"},
        {"beds exactly 10 by 2025", "  sum         10 beds; exactly 10 needs 10; nothing is missing\n"},
        {"beds between 4 and 6 by 2025", "10 beds; between 4 and 6 allows 6; 4 beds are too many\n"
                                         "  rule        the value lies above the band\n"},
        {"beds about 12 by 2025", "10 beds; about 12 needs 12; 2 beds are missing\n"
                                  "  settled by  a tolerance: about N within M points\n"},
        {"beds about 12 within 25% by 2025", "10 beds; between 9 and 15 needs 9; nothing is missing\n"},
        {"beds at least about 12 by 2025", "10 beds; at least about 12 needs 12; 2 beds are missing\n"},
        {"beds at least about 12 within 25% by 2025", "10 beds; at least 9 needs 9; nothing is missing\n"},
        {"beds up at least 10% over 8 stated for 2020 by 2025",
         "10 beds; the baseline is 8; at least 8.8 needs 9; nothing is missing\n"},
        {"beds down at least 50% over 2024 by 2025",
         "10 beds; the baseline is 12; at most 6 allows 6; 4 beds are too many\n"},
        {"beds up over 2024 by 2025",
         "  sum         10 beds; the baseline is 12; more than the baseline is required\n"},
        {"beds down over 2024 by 2025",
         "  sum         10 beds; the baseline is 12; less than the baseline is required\n"},
        {"the_rate up 30 points over 20% stated for 2020 by 2025",
         "  sum         49 %; the baseline is 20 %; at least 50 % needs 50; 1 % are missing\n"},
        {"speed at least 50 by 2025", "  sum         30 beds; at least 50 needs 50; 20 beds are missing\n"},
        {"rest at most 0 by 2025", "  sum         -20; at most 0 allows 0; none too many\n"},
        {"both at least 1/2 by 2025",
         "10 beds / 30 beds = 333.33 per 1,000; at least 500 per 1,000 needs 15; "
         "5 beds are missing\n"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        check_phrase(rows[i][0], "2025", rows[i][1]);
    }
    /* Half a year's 7 are 14 a year: 18 a year need 9 in half a year. */
    check_phrase("speed at least 18 by 2025-H1", "2025-H1",
                 "  sum         7 beds * 12 / 6 = 14; at least 18 needs 9; 2 beds are missing\n");
}

/* ---- rules ---- */

static atn_explainer bare_explainer(const scene *s, atn_buf *out)
{
    return (atn_explainer){
        .plan = s->plan, .facts = s->facts, .model = &s->plan->model, .out = out, .max_items = 10};
}

static const char *const flag_lines[] = {
    "not due yet: the verdict answers \"if it were due today\"",
    "the period is cut at the as-of day",
    "a vision: beyond the plan's own end, counted apart",
    "the text names no operator; it is read as at least",
    "the text names no deadline; it is that of the phase or programme",
    "a figure was published as \"about\" and counts as it stands",
    "a figure was carried forward",
    "the last expected report is absent; the value is the last one present",
    "a part is larger than its whole somewhere, so the range is not cut at 100 %",
    "the value lies above the band",
    "the baseline met the level already, so there is no progress to measure",
    "the unit is outside the target's scope: read as if the target applied there",
    "some units lack the attribute and stand in no group",
    "the printed, rounded value would be judged differently",
};

typedef struct reason_line {
    const char *settled_by, *because;
} reason_line;

static const reason_line reason_lines[] = {
    {"a figure for the numerator in this period", "the numerator has no figure in this period"},
    {"a figure for the denominator in this period, or the register of the units it counts",
     "the denominator has no figure in this period, or the units it counts are not registered"},
    {"nothing: the denominator is 0, so there was nothing to reach",
     "the denominator is 0, so there was nothing to reach"},
    {"a denominator that is not negative", "the denominator is negative"},
    {"nothing: the unit did not exist at the end of the period",
     "the unit did not exist at the end of the period"},
    {"a larger unit of measure: the sum does not fit 128 bits", "the sum does not fit 128 bits"},
    {"a number: the text gives none", "the text gives no number"},
    {"a definition of the term the text leaves open (defined \"...\" as \"...\"): \"kịp thời\", \"phù hợp\"",
     "the text leaves a term open: \"kịp thời\", \"phù hợp\""},
    {"evidence: done DATE \"...\" or not done DATE \"...\"", "there is no evidence"},
    {"figures of the baseline on today's map: the unit was merged or split in between",
     "the unit was merged or split since the baseline"},
    {"a baseline by today's definition: the series breaks in between",
     "the series breaks between the baseline and the value"},
    {"a figure for the baseline", "the baseline has no figure"},
    {"a baseline above 0: a relative change needs one",
     "the baseline is not above 0, so there is no relative change"},
    {"another level: a share cannot reach this one", "a share cannot reach this level"},
    {"a tolerance: about N within M points", "the text gives no tolerance"},
    {"an exact figure where only a bound (more than, less than) was published",
     "only a bound (more than, less than) was published"},
    {"the absent reports (3)", "reports are absent (3)"},
    {"a choice between the readings: choose NAME \"why\"", "the readings differ"},
    {"a later version of attain: this one reads it but cannot compute it yet",
     "this version of attain cannot compute it yet"},
};

#define N_OF(a) (sizeof(a) / sizeof((a)[0]))

static void check_line(atn_buf *out, const char *label, const char *sentence)
{
    char wanted[256];
    snprintf(wanted, sizeof wanted, "  %-12s%s\n", label, sentence);
    assert_non_null(out->data);
    check_text(out->data, out->len, wanted);
    atn_buf_free(out);
}

/* Every flag and every reason of the closed lists has its sentence: a bit more than there are names has none. */
static void test_every_sentence(void **state)
{
    (void)state;
    scene s = scene_of(
        CARE "target t\n  fully at least 10% by 2030\n  undefined \"kịp thời\"\n  undefined \"phù hợp\"\n",
        CARE_FACTS);
    assert_string_equal(attain_flag_name((attain_flag)(1u << N_OF(flag_lines))), "unknown");
    assert_string_equal(attain_reason_name((attain_reason)(1u << N_OF(reason_lines))), "unknown");
    for (size_t i = 0; i < N_OF(flag_lines); i++) {
        atn_buf out;
        atn_buf_init(&out, &s.plan->alloc);
        atn_explainer x = bare_explainer(&s, &out);
        atn_explain_flags(&x, 1u << i);
        check_line(&out, "rule", flag_lines[i]);
    }
    for (size_t i = 0; i < 2 * N_OF(reason_lines); i++) {
        const bool is_open = i % 2 == 0;
        const atn_judgement judged = {.verdict = is_open ? ATTAIN_UNDETERMINED : ATTAIN_NOT_MET,
                                      .reasons = 1u << i / 2,
                                      .value = {.has_d = true},
                                      .missing = 3};
        atn_buf out;
        atn_buf_init(&out, &s.plan->alloc);
        atn_explainer x = bare_explainer(&s, &out);
        atn_explain_settle(&x, 0, &judged);
        check_line(&out, is_open ? "settled by" : "because",
                   is_open ? reason_lines[i / 2].settled_by : reason_lines[i / 2].because);
    }
    scene_end(&s);
}

static void test_rules_that_apply(void **state)
{
    (void)state;
    scene s = scene_of("unit P province\nunit A commune in P\nunit Z commune in P until 2024-12-31\n"
                       "programme g \"G\"\n  period 2021..2025  horizon 2030\n  unit P\n"
                       "measure n\n  stock persons\nmeasure d\n  stock persons\nmeasure c\n  stock persons\n"
                       "  min over units\nindicator part = n / d\n  share\n"
                       "indicator later = n / d\n  mean of commune to 2 decimals\n"
                       "target g.vision\n  part at least 50% by 2030\n  vision\n"
                       "target g.none\n  part at least 50%\n"
                       "target g.far\n  part up at least 30% over 80% stated for 2020 by 2025\n"
                       "target g.every\n  part at least 50% every year\n"
                       "target g.z\n  part at least 50% by 2025 for Z\n"
                       "target g.empty\n  not quantified\n"
                       "target g.two\n  reading a: not quantified\n  reading b: not quantified\n"
                       "target g.down\n  part down over 2023 by 2025\n",
                       "unit,measure,period,value\nA,n,2025,6\nA,d,2025,8\nA,n,2024,0\nA,d,2024,0\n");
    const char *text = target(&s, "g.vision", NULL);
    check_contains(text, "  rule        not due yet: the verdict answers");
    check_contains(text, "  rule        a vision: beyond the plan's own end");
    check_contains(target(&s, "g.none", NULL), "  rule        the text names no deadline; it is that of");
    check_contains(target(&s, "g.far", NULL), " · not_met\n");
    check_contains(s.text.data, "; the baseline is 80 %; at least 104 % needs 9; 3 persons are missing\n");
    check_contains(s.text.data, "  because     a share cannot reach this level\n");
    text = target(&s, "g.every", NULL);
    check_contains(text,
                   "  settled by  a later version of attain: this one reads it but cannot compute it yet\n");
    check_lacks(text, "  numerator   ");
    check_contains(text, "  sum         no numerator / no denominator");
    text = target(&s, "g.z", NULL);
    check_contains(text, "g.z · Z · 2025 · not_applicable\n");
    check_contains(text, "  because     the unit did not exist at the end of the period\n");
    check_lacks(text, "  numerator   ");
    check_contains(
        explain(&s, ATTAIN_KIND_TARGET, "g.none", "A", NULL),
        "  rule        the unit is outside the target's scope: read as if the target applied there\n");
    check_lacks(target(&s, "g.none", NULL), "outside the target's scope");
    check_contains(target(&s, "g.none", "2024"),
                   "  because     the denominator is 0, so there was nothing to reach\n");
    check_contains(target(&s, "g.down", NULL), "  settled by  a figure for the baseline\n");
    check_contains(target(&s, "g.empty", NULL), "  promise     not quantified\n");
    check_contains(s.text.data, "  settled by  a number: the text gives none\n");
    check_contains(target(&s, "g.two", NULL),
                   "  reading     a: not quantified -> undetermined\n"
                   "  reading     b: not quantified -> undetermined\n"
                   "  rule        the text names no deadline; it is that of the phase or programme\n"
                   "  settled by  a number: the text gives none\n");
    text = indicator(&s, "later", NULL);
    check_contains(text, "later · P · 2025 · not_evaluated\n  formula     n / d\n");
    check_lacks(text, "  numerator   ");
    check_lacks(text, "  value   ");
    scene_end(&s);
}

static void test_units_of_a_scope(void **state)
{
    (void)state;
    scene s = scene_of(TREE "measure n\n  stock persons\nindicator all = n\n"
                            "target t\n  all at least 1 for every commune by 2025\n",
                       "unit,measure,period,value\nA,n,2025,1\n");
    const char *text = target(&s, "t", NULL);
    check_contains(text, "t · A · 2025 · met\n");
    check_contains(text, "\n\nt · B · 2025 · undetermined\n");
    check_contains(text, "  sum         no numerator; at least 1 is required\n");
    check_lacks(text, "t · E");
    scene_end(&s);
}

/* ---- arguments and memory ---- */

static void test_no_unit_no_period(void **state)
{
    (void)state;
    scene s = scene_of("measure n\n  stock persons\nindicator all = n\nmilestone m \"M\" by 2025\n", NULL);
    check_whole(target(&s, "m", "2025"), "m · no unit stands in its scope in this period\n");
    attain_explain_options options = options_of(&s, ATTAIN_KIND_INDICATOR, "all");
    attain_error err;
    attain_text text = {.data = NULL};
    check_fails(attain_explain(s.plan, s.facts, &options, &text, &err), ATTAIN_E_ARGUMENT, &err);
    check_contains(err.message, "no unit or no period");
    scene_end(&s);
    s = scene_of(
        "unit P province\nmeasure n\n  stock persons\nindicator all = n\ntarget t\n  not quantified\n", NULL);
    check_whole(
        target(&s, "t", NULL),
        "t · P · undetermined\n  promise     not quantified\n  settled by  a number: the text gives none\n");
    options = options_of(&s, ATTAIN_KIND_INDICATOR, "all");
    check_fails(attain_explain(s.plan, s.facts, &options, &text, &err), ATTAIN_E_ARGUMENT, &err);
    assert_null(text.data);
    scene_end(&s);
}

static void test_bad_arguments(void **state)
{
    (void)state;
    scene s = scene_of(CARE "target t\n  fully at least 10% by 2030\n", CARE_FACTS);
    const attain_explain_options good = options_of(&s, ATTAIN_KIND_TARGET, "t");
    attain_text text = {.data = NULL};
    attain_error err;
    const struct {
        attain_explain_options options;
        const char *message;
    } bad[] = {
        {{.struct_size = sizeof good, .kind = ATTAIN_KIND_UNIT}, "kind 0 cannot be explained"},
        {{.struct_size = sizeof good, .kind = ATTAIN_KIND_TARGET, .index = 1},
         "target 1; the plan has 1 of them"},
        {{.struct_size = sizeof good, .kind = ATTAIN_KIND_INDICATOR, .index = 9},
         "indicator 9; the plan has 2"},
        {{.struct_size = sizeof good, .kind = ATTAIN_KIND_TARGET, .unit = 1},
         "unit 1; the plan has 1 of them"},
        {{.struct_size = sizeof good, .kind = ATTAIN_KIND_TARGET, .digits = 19}, "19 digits; 1 to 18"},
        {{.struct_size = 1}, "struct_size is 1"},
        {{.struct_size = sizeof good, .kind = ATTAIN_KIND_TARGET, .period = {.type = 99}}, "period: type 99"},
        {{.struct_size = sizeof good, .kind = ATTAIN_KIND_TARGET, .numbers = {.decimal = '5'}}, ""},
    };
    for (size_t i = 0; i < N_OF(bad); i++) {
        check_fails(attain_explain(s.plan, s.facts, &bad[i].options, &text, &err), ATTAIN_E_ARGUMENT, &err);
        check_contains(err.message, bad[i].message);
    }
    check_fails(attain_explain(NULL, s.facts, &good, &text, &err), ATTAIN_E_ARGUMENT, &err);
    check_fails(attain_explain(s.plan, NULL, &good, &text, &err), ATTAIN_E_ARGUMENT, &err);
    check_fails(attain_explain(s.plan, s.facts, NULL, &text, &err), ATTAIN_E_ARGUMENT, &err);
    check_fails(attain_explain(s.plan, s.facts, &good, NULL, &err), ATTAIN_E_ARGUMENT, &err);
    scene other = scene_of("unit Q province\nmeasure n\n  stock persons\nindicator all = n\n", NULL);
    check_fails(attain_explain(s.plan, other.facts, &good, &text, &err), ATTAIN_E_SCHEMA, &err);
    assert_null(text.data);
    scene_end(&other);
    scene_end(&s);
}

static void test_every_allocation_may_fail(void **state)
{
    (void)state;
    alloc_fault f;
    alloc_fault_init(&f);
    const attain_allocator a = alloc_fault_allocator(&f);
    scene s = {.plan = build_plan(CARE "target t\n  fully at least 10% by 2030\n", &a)};
    s.facts = build_facts(s.plan);
    build_add(s.facts, CARE_FACTS);
    const attain_explain_options options[] = {options_of(&s, ATTAIN_KIND_TARGET, "t"),
                                              options_of(&s, ATTAIN_KIND_INDICATOR, "fully")};
    for (size_t i = 0; i < N_OF(options); i++) {
        attain_status status = ATTAIN_E_MEMORY;
        for (int64_t n = 0; status != ATTAIN_OK; n++) {
            attain_error err;
            attain_text text = {.data = NULL};
            alloc_fault_fail_at(&f, n, false);
            const size_t before = f.bytes_outstanding;
            status = attain_explain(s.plan, s.facts, &options[i], &text, &err);
            check_status_at(status, f.failed ? ATTAIN_E_MEMORY : ATTAIN_OK, &err, "attain_explain", __FILE__,
                            __LINE__);
            attain_text_free(&text);
            assert_int_equal(f.bytes_outstanding, before);
        }
    }
    alloc_fault_fail_at(&f, -1, false);
    scene_end(&s);
    alloc_fault_expect_empty(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_density),
        cmocka_unit_test(test_readings),
        cmocka_unit_test(test_readings_since),
        cmocka_unit_test(test_milestones),
        cmocka_unit_test(test_lists),
        cmocka_unit_test(test_ranges),
        cmocka_unit_test(test_counts_and_references),
        cmocka_unit_test(test_level_words),
        cmocka_unit_test(test_every_sentence),
        cmocka_unit_test(test_rules_that_apply),
        cmocka_unit_test(test_units_of_a_scope),
        cmocka_unit_test(test_no_unit_no_period),
        cmocka_unit_test(test_bad_arguments),
        cmocka_unit_test(test_every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
