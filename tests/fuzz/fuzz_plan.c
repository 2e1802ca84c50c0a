/* Plan text: parse, freeze, print, and again from what was printed: the same plan, the same text. */
#include "fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    attain_error err;
    attain_text first;
    attain_text second;
    uint64_t digest[2];
    uint64_t digest_again[2];
    attain_plan *const plan = plan_of((const char *)data, size);
    if (plan == NULL) {
        return 0;
    }
    must(attain_plan_print(plan, &first, &err) == ATTAIN_OK);
    attain_plan *const again = plan_of(first.data, first.len);
    must(again != NULL);
    must(attain_plan_print(again, &second, &err) == ATTAIN_OK);
    must(first.len == second.len && memcmp(first.data, second.data, first.len) == 0);
    attain_plan_schema(plan, digest);
    attain_plan_schema(again, digest_again);
    must(digest[0] == digest_again[0] && digest[1] == digest_again[1]);
    for (int kind = ATTAIN_KIND_UNIT; kind <= ATTAIN_KIND_BOUNDARY; kind++) {
        must(attain_plan_count(plan, (attain_kind)kind) == attain_plan_count(again, (attain_kind)kind));
    }
    attain_text_free(&first);
    attain_text_free(&second);
    attain_plan_free(again);
    attain_plan_free(plan);
    return 0;
}
