/* The same sources with 32-bit limbs, as on machines without a 128-bit product. */
#define ATN_LIMB_BITS 32
#include "number/decimal.c"
#include "number/divide.c"
#include "number/double.c"
#include "number/ratio.c"
#include "number/wide.c"

#include "support/wide_suite.h"

int main(void)
{
    const struct CMUnitTest tests[] = {WIDE_SUITE};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
