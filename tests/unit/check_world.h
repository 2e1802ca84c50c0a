/* What the tests of the checker share: a country of two communes, and how a checked form reads. */
#ifndef TEST_CHECK_WORLD_H
#define TEST_CHECK_WORLD_H

#include "support/build_plan.h"
#include "support/check.h"

#include "language/language.h"
#include "number/decimal.h"

#define UNITS                                                                                            \
    "unit VN nation\nunit VN.46 province in VN\nunit VN.46.A commune in VN.46\nunit VN.46.B commune in " \
    "VN.46\n"
#define PEOPLE                                                      \
    "measure people\n  stock persons  reported yearly by commune\n" \
    "measure helped\n  stock persons  reported yearly by commune\n" \
    "indicator share_helped = helped / people\n  share\n"

static int32_t day_of(const char *text)
{
    int32_t day = 0;
    assert_null(atn_date_parse((atn_str){text, strlen(text)}, &day));
    return day;
}

/* Terms of a form as text: "2*m0[pick] -0.5*m1 +3 count0 r0". */
static void check_form(const attain_plan *plan, const atn_form *form, const char *wanted)
{
    static const char kinds[] = {'#', 'm', 'c', 'r'};
    const attain_number_format plain = ATTAIN_NUMBERS_PLAIN;
    atn_buf text;
    atn_buf_init(&text, NULL);
    for (uint32_t i = 0; i < form->n_terms; i++) {
        const atn_term *const term = &plan->model.terms[form->first_term + i];
        const atn_wide coefficient = atn_wide_from_i64(term->coefficient);
        atn_buf_text(&text, i == 0 ? "" : " ");
        atn_decimal_print(&text, &coefficient, term->coefficient_decimals, &plain);
        atn_buf_char(&text, kinds[term->kind]);
        if (term->kind != ATN_TERM_NUMBER) {
            atn_buf_int(&text, term->index);
        }
        if (term->pick != ATN_NONE) {
            atn_buf_str(&text, plan->model.picks[term->pick].text);
        }
    }
    check_text(text.data, text.len, wanted);
    atn_buf_free(&text);
}

#endif
