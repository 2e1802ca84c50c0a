/* The parser: every form of the grammar gives the declaration that it should, shown here as its canonical text; faults are found one by one
 * and do not hide each other. The wording of diagnostics is in tests/invalid. */
#include "language/language.h"
#include "language/parser.h"
#include "support/check.h"

#include <stdio.h>
#include <stdlib.h>

typedef struct fixture {
    attain_plan *plan;
    atn_decl *first;
} fixture;

static void parse(fixture *f, const char *text)
{
    assert_int_equal(atn_plan_new(NULL, &f->plan, NULL), ATTAIN_OK);
    atn_source *const source = atn_arena_array(&f->plan->arena, 1, sizeof *source);
    assert_non_null(source);
    *source = (atn_source){ATN_STR("text"), {text, strlen(text)}, NULL};
    f->plan->draft->sources = source;
    atn_decl *last;
    assert_int_equal(atn_parse_text(f->plan, source, &f->first, &last, NULL), ATTAIN_OK);
}

static void show_findings(const attain_plan *plan)
{
    const attain_diagnostic *items;
    const size_t n = atn_plan_diagnostics(plan, &items, NULL);
    for (size_t i = 0; i < n; i++) {
        print_error("%d:%d: %s\n", (int)items[i].line, (int)items[i].column, items[i].message.data);
    }
}

/* The text parses without a finding, and its declarations in canonical form are `wanted`. */
static void check_parses_at(const char *text, const char *wanted, const char *file, int line)
{
    fixture f;
    atn_buf out;
    parse(&f, text);
    if (f.plan->draft->n_errors > 0) {
        show_findings(f.plan);
        _fail(file, line);
    }
    atn_buf_init(&out, NULL);
    for (const atn_decl *decl = f.first; decl != NULL; decl = decl->next) {
        atn_write_decl(&out, decl);
    }
    check_text_at(out.data, out.len, wanted, file, line);
    atn_buf_free(&out);
    atn_plan_free(f.plan);
}

#define check_parses(text, wanted) check_parses_at((text), (wanted), __FILE__, __LINE__)
#define check_same(text) check_parses_at((text), (text), __FILE__, __LINE__)

static void check_phrase_at(const char *phrase, const char *wanted, const char *file, int line)
{
    char text[512];
    char whole[512];
    snprintf(text, sizeof text, "target t\n  %s\n", phrase);
    snprintf(whole, sizeof whole, "target t\n  %s\n", wanted);
    check_parses_at(text, whole, file, line);
}

#define check_phrase(phrase) check_phrase_at((phrase), (phrase), __FILE__, __LINE__)
#define check_phrase_as(phrase, wanted) check_phrase_at((phrase), (wanted), __FILE__, __LINE__)

static void check_expression_at(const char *expression, const char *wanted, const char *file, int line)
{
    char text[512];
    char whole[512];
    snprintf(text, sizeof text, "indicator x = %s\n", expression);
    snprintf(whole, sizeof whole, "indicator x = %s\n", wanted);
    check_parses_at(text, whole, file, line);
}

#define check_expression(expression) check_expression_at((expression), (expression), __FILE__, __LINE__)
#define check_expression_as(expression, wanted) \
    check_expression_at((expression), (wanted), __FILE__, __LINE__)

/* before, n times part, middle, n times after_part, after */
static char *repeated(const char *before, const char *part, size_t n, const char *middle,
                      const char *after_part, const char *after)
{
    const size_t cap =
        strlen(before) + n * (strlen(part) + strlen(after_part)) + strlen(middle) + strlen(after) + 1;
    char *const text = malloc(cap);
    assert_non_null(text);
    char *at = text + sprintf(text, "%s", before);
    for (size_t i = 0; i < n; i++) {
        at += sprintf(at, "%s", part);
    }
    at += sprintf(at, "%s", middle);
    for (size_t i = 0; i < n; i++) {
        at += sprintf(at, "%s", after_part);
    }
    sprintf(at, "%s", after);
    return text;
}

static void check_first_error(char *text, const char *message)
{
    fixture f;
    parse(&f, text);
    if (message == NULL) {
        assert_int_equal(f.plan->draft->n_errors, 0);
    } else {
        assert_int_equal(f.plan->draft->n_errors, 1);
        assert_int_equal(f.plan->draft->diagnostics[0].status, ATTAIN_E_LIMIT);
        check_str(f.plan->draft->diagnostics[0].message, message);
    }
    atn_plan_free(f.plan);
    free(text);
}

/* --- directives --- */

static void every_directive_and_attribute_is_read(void **state)
{
    (void)state;
    check_same("include \"vocabulary.attain\"\n");
    check_same("units from \"communes.csv\"\n");
    check_same(
        "unit VN.46 \"Thừa Thiên Huế\" province in VN  from 1989-06-30  until 2025-06-30  ownership public\n"
        "  alias \"Huế\"  alias \"TTH\"\n");
    check_same("type body: agency, facility, school\n");
    check_same("attribute ownership: public \"công lập\", non_public\n");
    check_same("category group: orphan \"mồ côi\", hiv  overlapping\n");
    check_same("measure workers \"Nhân viên\"\n"
               "  stock persons  decimals 2  any sign  by post, sex  reported half-yearly by commune  sum "
               "over units\n"
               "  last over time  min over post  max over sex  at any level replaces  carry 2 years\n"
               "  break 2022-01-01 \"new form\"\n");
    check_same("measure trained\n  flow \"lượt người\"  union over units  mean over time  first over time  "
               "none over units  "
               "at any level adds\n");
    check_same("reference base_salary \"Lương cơ sở\" VND\n  decimals 1\n  2019-07-01 1490000\n  2023-07-01 "
               "1800000.5\n");
    check_same(
        "indicator density \"Mật độ\" = workers / population\n"
        "  share  shown as 1 per N  annualised by months  variant of other  mean of commune to 2 decimals\n");
    check_same("indicator a = b\n  shown as per 1000  annualised\n");
    check_same("indicator a = b\n  shown as percent\nindicator c = b\n  shown as plain\n");
    check_same("check \"92 = 28 + 64\": facilities = by_owner[owner=public] + by_owner[owner=private]\n  "
               "source \"x\"\n");
    check_same("programme hue-141 \"Kế hoạch\"\n"
               "  period 2017..2025  horizon 2030\n"
               "  instrument \"141\" 2017-06-28 by VN.46 supersedes \"12\" as written \"ngày 11/72017\"\n"
               "  instrument \"142\" 2017-06-29 by \"UBND\"\n"
               "  unit VN.46  part of hue  implements vn-488, vn-565\n"
               "  phase one 2017..2020\n"
               "  lead \"Sở LĐTBXH\"\n"
               "  with \"Sở Y tế\"\n"
               "  source \"141/KH-UBND\" \"giai đoạn\"\n");
    check_same("target t \"Mục tiêu\"\n"
               "  reading a: x at least 50%\n"
               "  reading b: y at least 50%\n"
               "  choose a \"circular 02/2022\"\n"
               "  reads as relative or points\n"
               "  baseline 2020\n"
               "  phase one  vision  path steps  weight 0.5  part of p\n"
               "  undefined \"kịp thời\"\n"
               "  defined \"đối tượng\" as \"người cao tuổi\"\n"
               "  note \"n\"\n");
    check_same("milestone m \"Thành lập\" by 2025\n  done 2024-05-01 \"QĐ 12\"\n  part of p\n  source \"x\" "
               "\"y\"\n");
    check_same("milestone m by 2025-12-31\n  not done 2026-01-01 \"báo cáo\"\n  all of a, b\n");
    check_same("activity a \"Nhóm giải pháp\"\n  source \"x\"\n");
    check_same("report r\n  half-yearly due 10 June strict\n  yearly due 31 January next year\n  monthly due "
               "5 days after\n"
               "  due 3 days after strict\n  quarterly\n  of a, b\n  by commune to district\n  on request\n");
    check_same("report s\n  daily\n  weekly due 1 days after\n");
    check_same("unit VN \"a\\nb \\\"c\\\" \\\\\" nation\n");
    check_same("boundary 2025-07-01 merge A, B into C\n  source \"Nghị quyết\"\n");
    check_same("boundary 2025-07-01 split A into B 60.5%, C 39.5%\n");
    check_same("boundary 2025-07-01 rename A to B\n");
}

static void attributes_may_share_lines_and_stand_behind_the_head(void **state)
{
    (void)state;
    check_parses("measure a stock persons reported yearly by commune by post decimals 1\n",
                 "measure a\n  stock persons  reported yearly by commune  by post  decimals 1\n");
    check_parses("measure a\n  reported yearly\n  by post\n  stock persons\n",
                 "measure a\n  reported yearly\n  by post  stock persons\n");
    check_parses("target t a at least 5 by 2030 vision note \"n\"\n",
                 "target t\n  a at least 5 by 2030\n  vision\n  note \"n\"\n");
    check_parses("milestone m \"x\"\n  by 2025\n", "milestone m \"x\" by 2025\n");
    check_parses("indicator a\n  = b\n  / c\n", "indicator a = b / c\n");
}

static void strings_in_a_row_are_joined_but_the_document_stands_alone(void **state)
{
    (void)state;
    check_parses("unit VN \"Việt\"\n  \" Nam\" nation\n", "unit VN \"Việt Nam\" nation\n");
    check_parses("activity a \"x\"\n  source \"doc\" \"some \"\n    \"words\"\n",
                 "activity a \"x\"\n  source \"doc\" \"some words\"\n");
}

static void strings_in_a_row_have_a_most_together(void **state)
{
    (void)state;
    check_first_error(repeated("unit VN \"", "x", 40000, "\" \"", "x", "\" nation\n"),
                      "the strings in a row that begin here are longer than 64 KiB");
    check_first_error(repeated("unit VN \"", "x", 32768, "\" \"", "x", "\" nation\n"), NULL);
}

static void ids_are_what_their_place_says(void **state)
{
    (void)state;
    check_same("unit 01 2025-H1 in and\n");
    check_same("indicator share = level / stock\n  share\n");
    check_same("target t\n  weight at least 5\n");
    check_same("target t\n  reading at least 5\n");
    check_same("target t\n  reading up: weight at least 5\n");
    check_same("target t\n  phase up\n");
}

static void numbers_vi_switches_the_file(void **state)
{
    (void)state;
    check_parses("numbers vi\ntarget t\n  a at least 90.000 for VN.1, VN.2\nboundary 2025-07-01 split A into "
                 "B 60,5%, C 39,5%\n",
                 "numbers vi\ntarget t\n  a at least 90000 for VN.1, VN.2\nboundary 2025-07-01 split A into "
                 "B 60.5%, C 39.5%\n");
    check_parses("include \"a\"\nnumbers vi\nreference r VND\n  2019-07-01 1.490.000,50\n",
                 "include \"a\"\nnumbers vi\nreference r VND\n  2019-07-01 1490000.50\n");
    check_parses("reference r VND\n  2019-07-01 1_490_000.5\n", "reference r VND\n  2019-07-01 1490000.5\n");
}

/* --- phrases --- */

static void every_phrase_of_the_language_is_read(void **state)
{
    (void)state;
    static const char *const phrases[] = {
        "x at least 90%",
        "x at most 0.9",
        "x exactly 9/10",
        "x between 1 and 2",
        "x at least 1 per 5000",
        "x more than 90%",
        "x less than 12.5%",
        "x reaches 90000",
        "x up 15%",
        "x up",
        "x down",
        "x down at least 20 points over 2025",
        "x about 80% within 5 points",
        "x about 80% within 5%",
        "x at least about 80% within 5 points",
        "x up at least 30% over 2025 by 2030",
        "x up 5% over 41.2% stated for 2020 by 2030",
        "x up 5% over 1/3 stated for 2020-H1",
        "x up 5% over 1 per 5000 stated for 2020",
        "x up 5% over previous",
        "x up 5% over a year before",
        "x at least 90% by 2030-06-30",
        "x at least 90% every year",
        "x at least 90000 since 2021 by 2030",
        "x at least 50% within helped by 2030",
        "x at least 5 for every commune",
        "x at least 5 for VN.79, VN.46 by 2030",
        "not quantified",
        "x about 80% within 5 points within helped",
        "x at least -5.0 by 2021..2025",
        "x up by ..2030",
    };
    for (size_t i = 0; i < sizeof phrases / sizeof *phrases; i++) {
        check_phrase(phrases[i]);
    }
}

static void phrases_have_one_canonical_form(void **state)
{
    (void)state;
    check_phrase_as("x   at least 90 % by 2030 over 2025", "x at least 90% over 2025 by 2030");
    check_phrase_as("x at least 9 / 10 by 2025Q3", "x at least 9/10 by 2025-Q3");
    check_phrase_as("x at least 1 by 2025-S1", "x at least 1 by 2025-H1");
    check_phrase_as("x at least 1 by 202506", "x at least 1 by 2025-06");
    check_phrase_as("x at least 1 since 2017/2020", "x at least 1 since 2017..2020");
    check_phrase_as("x at least 90_000", "x at least 90000");
    check_phrase_as("x at least \xe2\x88\x92"
                    "5",
                    "x at least -5");
}

static void a_phrase_holds_what_was_said(void **state)
{
    (void)state;
    fixture f;
    parse(&f, "target t\n  helped up at least 30.50% over 41.2% stated for 2020 by 2030 for every commune\n");
    assert_int_equal(f.plan->draft->n_errors, 0);
    const atn_phrase *const phrase = f.first->attrs->phrase;
    check_str(phrase->indicator->text, "helped");
    assert_int_equal(phrase->op, ATN_WORD_UP);
    assert_true(phrase->at_least && phrase->has_amount && phrase->for_every);
    assert_int_equal(phrase->amount_kind, ATN_AMOUNT_RELATIVE);
    assert_int_equal(phrase->amount.mantissa, 3050);
    assert_int_equal(phrase->amount.decimals, 2);
    check_str(phrase->amount.text, "30.50");
    assert_int_equal(phrase->over.kind, ATN_BASE_STATED);
    assert_int_equal(phrase->over.value.number.mantissa, 412);
    assert_true(phrase->over.value.number.percent);
    assert_int_equal(phrase->over.period.type, ATTAIN_PERIOD_YEAR);
    check_str(phrase->by_item->text, "2030");
    check_str(phrase->for_items->text, "commune");
    assert_int_equal(phrase->span.line, 2);
    assert_int_equal(phrase->span.column, 3);
    assert_int_equal(phrase->span.n_columns, 78);
    atn_plan_free(f.plan);
}

/* --- expressions --- */

static void expressions_keep_their_shape(void **state)
{
    (void)state;
    static const char *const expressions[] = {
        "a",
        "a + b - c",
        "a - (b + c)",
        "a / b",
        "(a + b) / c",
        "a / (b * 1000)",
        "a * 1000 / b",
        "2 * (a + b) / c",
        "a - 5 - -5",
        "a / (b + c)",
        "a[owner=public]",
        "a[owner=public, post=full_time or part_time] / b",
        "count(school)",
        "count(body where assigned = 1 and workers >= 1 and allowance >= base_salary) / count(body)",
        "count(school where a + b * 2 - 3 < c and not (d = 1 or e > 2))",
        "count(school where (a = 1 or b = 2) and c = 3)",
        "count(school where a = 1 or b = 2 and c = 3)",
        "count(school where a >= average base_salary or a <= worst base_salary)",
        "count(school where not not a = 1)",
        "count(school where x[post=full_time] * 2 >= 1)",
        "2 * 3",
        "count(school where a = 1 and (b = 2 and c = 3))",
        "(2 * a) * 3",
    };
    for (size_t i = 0; i < sizeof expressions / sizeof *expressions; i++) {
        check_expression(expressions[i]);
    }
    check_expression_as("((a))", "a");
    check_expression_as("(a + b)", "a + b");
    check_expression_as("count( school  where(a=1) )", "count(school where a = 1)");
    check_expression_as("count(school where ((a = 1) and (b = 2)) or c = 3)",
                        "count(school where a = 1 and b = 2 or c = 3)");
}

static void depth_and_size_of_expressions_are_bounded(void **state)
{
    (void)state;
    const char *const deep = "nested more than 64 deep";
    const char *const large = "an expression of more than 4,096 terms and operators";
    check_first_error(repeated("indicator x = ", "(", 64, "a", ")", "\n"), NULL);
    check_first_error(repeated("indicator x = ", "(", 65, "a", ")", "\n"), deep);
    check_first_error(repeated("indicator x = ", "(", 100000, "a", ")", "\n"), deep);
    check_first_error(repeated("indicator x = count(s where ", "not ", 63, "a = 1", "", ")\n"), NULL);
    check_first_error(repeated("indicator x = count(s where ", "not ", 100000, "a = 1", "", ")\n"), deep);
    check_first_error(repeated("indicator x = a", " + a", 2047, "", "", "\n"), NULL);
    check_first_error(repeated("indicator x = a", " + a", 2048, "", "", "\n"), large);
    check_first_error(repeated("indicator x = count(s where a = 1", " and a = 1", 1022, "", "", ")\n"), NULL);
    check_first_error(repeated("indicator x = count(s where a = 1", " or a = 1", 100000, "", "", ")\n"),
                      large);
    check_first_error(repeated("indicator x = a[b=c", " or c", 100000, "", "", "]\n"), large);
}

/* --- recovery --- */

static size_t count_errors(const char *text)
{
    fixture f;
    parse(&f, text);
    const size_t n = f.plan->draft->n_errors;
    atn_plan_free(f.plan);
    return n;
}

static void each_fault_is_found_and_only_once(void **state)
{
    (void)state;
    assert_int_equal(count_errors("unit\nunit A\nunit A b\nunti A b\n"), 3);
    assert_int_equal(count_errors("measure a\n  stok persons\n  reported anually\n  decimals x\n"), 3);
    assert_int_equal(count_errors("measure a\n  stock persons  & %\n  decimals x\n"), 2);
    assert_int_equal(count_errors("unknown a\n  with its\n  attributes\nunit A b\n"), 1);
    assert_int_equal(count_errors("measure a\n\tstock persons\n"), 1);
    assert_int_equal(count_errors("indicator a = b +\n  share\n  shown as\n"), 2);
    assert_int_equal(count_errors("target t\n  a at least\n  b at least 5\n"), 1);
    assert_int_equal(count_errors("measure a &\n  stok b\n"), 2);
    assert_int_equal(count_errors("  a\n  b\nunit A b\n"), 1);
}

static void programmes_and_lines_are_noted(void **state)
{
    (void)state;
    fixture f;
    parse(&f, "target a\n  x at least 1\n\nprogramme p\n\ntarget b\n  x at least 1\n  # c\n  "
              "vision\nprogramme q\nmilestone m by 2025\n");
    const atn_decl *const a = f.first;
    const atn_decl *const p = a->next;
    const atn_decl *const b = p->next;
    const atn_decl *const q = b->next;
    assert_null(a->programme_above);
    assert_ptr_equal(b->programme_above, p);
    assert_ptr_equal(q->next->programme_above, q);
    assert_int_equal(b->first_line, 6);
    assert_int_equal(b->last_line, 9);
    atn_plan_free(f.plan);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_directive_and_attribute_is_read),
        cmocka_unit_test(attributes_may_share_lines_and_stand_behind_the_head),
        cmocka_unit_test(strings_in_a_row_are_joined_but_the_document_stands_alone),
        cmocka_unit_test(strings_in_a_row_have_a_most_together),
        cmocka_unit_test(ids_are_what_their_place_says),
        cmocka_unit_test(numbers_vi_switches_the_file),
        cmocka_unit_test(every_phrase_of_the_language_is_read),
        cmocka_unit_test(phrases_have_one_canonical_form),
        cmocka_unit_test(a_phrase_holds_what_was_said),
        cmocka_unit_test(expressions_keep_their_shape),
        cmocka_unit_test(depth_and_size_of_expressions_are_bounded),
        cmocka_unit_test(each_fault_is_found_and_only_once),
        cmocka_unit_test(programmes_and_lines_are_noted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
