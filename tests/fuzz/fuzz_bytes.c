/* Facts from bytes: what is taken gives the same bytes again, and can be scored.
 *
 * Nearly all bytes fail the check sum, so an input is tried twice: as it is, and as rows between a good header and a good check sum. */
#include "fuzz/fuzz.h"

#include "base/names.h"

#define HEADER_BYTES 40
#define ROW_BYTES 36

static const char plan_text[] = "unit VN nation\n"
                                "unit 01 province in VN until 2024-12-31\n"
                                "unit 02 province in VN\n"
                                "category post: full, part\n"
                                "measure people stock persons reported yearly by province\n"
                                "measure workers stock persons by post reported half-yearly by province\n"
                                "measure money flow VND decimals 2 any sign none over units\n"
                                "target p.a workers at least 10 by 2025\n"
                                "target p.b money at least 10 since 2020 by 2025\n";

static void try_bytes(const attain_plan *plan, const char *data, size_t size)
{
    attain_error err;
    attain_text bytes;
    attain_table *table;
    attain_facts *facts = NULL;
    const attain_status status = attain_facts_from_bytes(plan, data, size, NULL, &facts, &err);
    if (status != ATTAIN_OK) {
        must_be_told(status, &err);
        must(status == ATTAIN_E_FORMAT || status == ATTAIN_E_SCHEMA);
        return;
    }
    must(attain_facts_to_bytes(facts, &bytes, &err) == ATTAIN_OK);
    must(bytes.len == size && memcmp(bytes.data, data, size) == 0);
    must(attain_score(plan, facts, NULL, &table, &err) == ATTAIN_OK);
    attain_table_free(table);
    attain_text_free(&bytes);
    attain_facts_free(facts);
}

/* The sum is made as facts/bytes.c makes it; the header is that of no facts, with another count. */
static void try_rows(const attain_plan *plan, const attain_text *none, const uint8_t *data, size_t size)
{
    static const uint64_t key[2] = {UINT64_C(0x61747461696e2066), UINT64_C(0x6163747320763031)};
    const size_t n_rows = size / ROW_BYTES;
    const size_t len = HEADER_BYTES + n_rows * ROW_BYTES + 8;
    char *const bytes = malloc(len);
    must(bytes != NULL);
    memcpy(bytes, none->data, HEADER_BYTES);
    for (int i = 0; i < 8; i++) {
        bytes[32 + i] = (char)(n_rows >> (8 * i) & 0xff);
    }
    if (n_rows > 0) {
        memcpy(bytes + HEADER_BYTES, data, n_rows * ROW_BYTES);
    }
    const uint64_t sum = atn_hash_siphash(key, bytes, len - 8);
    for (int i = 0; i < 8; i++) {
        bytes[len - 8 + (size_t)i] = (char)(sum >> (8 * i) & 0xff);
    }
    try_bytes(plan, bytes, len);
    free(bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static attain_plan *plan;
    static attain_text none;
    attain_error err;
    if (plan == NULL) {
        attain_facts *facts = NULL;
        plan = plan_of(plan_text, sizeof plan_text - 1);
        must(plan != NULL);
        must(attain_facts_new(plan, NULL, &facts, &err) == ATTAIN_OK);
        must(attain_facts_to_bytes(facts, &none, &err) == ATTAIN_OK);
        attain_facts_free(facts);
    }
    try_bytes(plan, (const char *)data, size);
    try_rows(plan, &none, data, size);
    return 0;
}
