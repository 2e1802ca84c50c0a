/* fmt: what is formatted stays as it is when formatted again, and means the same plan. */
#include "fuzz/fuzz.h"

static void must_mean_the_same(const uint8_t *data, size_t size, const attain_text *formatted)
{
    attain_error err;
    attain_text first;
    attain_text second;
    attain_plan *const plan = plan_of((const char *)data, size);
    if (plan == NULL) {
        return;
    }
    attain_plan *const other = plan_of(formatted->data, formatted->len);
    must(other != NULL);
    must(attain_plan_print(plan, &first, &err) == ATTAIN_OK);
    must(attain_plan_print(other, &second, &err) == ATTAIN_OK);
    must(first.len == second.len && memcmp(first.data, second.data, first.len) == 0);
    attain_text_free(&first);
    attain_text_free(&second);
    attain_plan_free(other);
    attain_plan_free(plan);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    attain_error err;
    attain_text once;
    attain_text twice;
    const attain_status status = attain_format((const char *)data, size, "fuzz", NULL, &once, &err);
    if (status != ATTAIN_OK) {
        must_be_told(status, &err);
        return 0;
    }
    must(attain_format(once.data, once.len, "fuzz", NULL, &twice, &err) == ATTAIN_OK);
    must(once.len == twice.len && memcmp(once.data, twice.data, once.len) == 0);
    must_mean_the_same(data, size, &once);
    attain_text_free(&twice);
    attain_text_free(&once);
    return 0;
}
