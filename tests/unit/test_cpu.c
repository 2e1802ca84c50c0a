/* Cpu: the answer stands still, and tuning caps it. Whether a level really runs is told by the kernels' own tests. */
#include "base/cpu.h"
#include "support/check.h"

static void answer_stands_still(void **state)
{
    (void)state;
    const atn_vector_level level = atn_cpu_level(ATTAIN_TUNE_DEFAULT);
    assert_in_range(level, ATN_VECTOR_PORTABLE, ATN_VECTOR_AVX512);
    for (int i = 0; i < 10; i++) {
        assert_int_equal(atn_cpu_level(ATTAIN_TUNE_DEFAULT), level);
    }
    print_message("vector level here: %d\n", (int)level);
}

static void tuning_caps_it(void **state)
{
    (void)state;
    const atn_vector_level level = atn_cpu_level(ATTAIN_TUNE_DEFAULT);
    const atn_vector_level at_most_avx2 = level < ATN_VECTOR_AVX2 ? level : ATN_VECTOR_AVX2;
    assert_int_equal(atn_cpu_level(ATTAIN_TUNE_PORTABLE), ATN_VECTOR_PORTABLE);
    assert_int_equal(atn_cpu_level(ATTAIN_TUNE_AVX2), at_most_avx2);
    assert_int_equal(atn_cpu_level(ATTAIN_TUNE_PORTABLE | ATTAIN_TUNE_AVX2), ATN_VECTOR_PORTABLE);
    /* The other bits are no business of the processor. */
    assert_int_equal(atn_cpu_level(ATTAIN_TUNE_RUNS | ATTAIN_TUNE_RADIX | ATTAIN_TUNE_ROW_BY_ROW), level);
}

/* The compiler's runtime looks at the same bits; there it may, in a test. */
static void compiler_agrees(void **state)
{
    (void)state;
#if defined(__x86_64__) && defined(__GNUC__)
    __builtin_cpu_init();
    atn_vector_level level = ATN_VECTOR_PORTABLE;
    if (__builtin_cpu_supports("avx2")) {
        level = ATN_VECTOR_AVX2;
    }
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl")) {
        level = ATN_VECTOR_AVX512;
    }
    assert_int_equal(atn_cpu_level(ATTAIN_TUNE_DEFAULT), level);
#else
    assert_int_equal(atn_cpu_level(ATTAIN_TUNE_DEFAULT), ATN_VECTOR_PORTABLE);
#endif
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answer_stands_still),
        cmocka_unit_test(tuning_caps_it),
        cmocka_unit_test(compiler_agrees),
    };
    return cmocka_run_group_tests_name("cpu", tests, NULL, NULL);
}
