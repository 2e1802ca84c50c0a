/* The same sources with 64-bit limbs and no 128-bit integer of the compiler. */
#define ATN_NO_INT128
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
