/* Codes: open addressing, twice the slots when half are taken. See arrow_codes.h. */
#include "base/arrow_codes.h"

#include <string.h>

#define FIRST_SLOTS ((size_t)64)

typedef struct atn_arrow_code_slot {
    atn_arrow_key key;
    int32_t code; /* from 1; 0: empty */
} code_slot;

bool atn_arrow_codes_init(atn_arrow_codes *codes, const attain_allocator *a)
{
    memset(codes, 0, sizeof *codes);
    codes->alloc = *a;
    codes->last_code = -1;
    codes->words = atn_arrow_words_new(a);
    return codes->words != NULL;
}

void atn_arrow_codes_free(atn_arrow_codes *codes)
{
    atn_arrow_words_drop(codes->words);
    if (codes->slots != NULL) {
        atn_alloc_free_array(&codes->alloc, codes->slots, codes->n_slots, sizeof *codes->slots);
    }
    codes->words = NULL;
    codes->slots = NULL;
}

void atn_arrow_codes_use(atn_arrow_codes *codes, const attain_allocator *a)
{
    codes->alloc = *a;
    atn_arrow_words_use(codes->words, a);
}

static uint64_t hash_of(atn_arrow_key key)
{
    uint64_t h = (key.a ^ key.b * UINT64_C(0x9e3779b97f4a7c15)) * UINT64_C(0xc4ceb9fe1a85ec53);
    h ^= h >> 32;
    return h * UINT64_C(0x9e3779b97f4a7c15) >> 20;
}

/* The slot of the key, or the empty one where it may stand. */
static code_slot *slot_of(code_slot *slots, size_t n_slots, atn_arrow_key key)
{
    size_t at = (size_t)hash_of(key) & (n_slots - 1);
    while (slots[at].code != 0 && (slots[at].key.a != key.a || slots[at].key.b != key.b)) {
        at = (at + 1) & (n_slots - 1);
    }
    return &slots[at];
}

int32_t atn_arrow_codes_find(atn_arrow_codes *codes, atn_arrow_key key)
{
    if (codes->last_code >= 0 && codes->last.a == key.a && codes->last.b == key.b) {
        return codes->last_code;
    }
    const int32_t code = codes->n_slots == 0 ? 0 : slot_of(codes->slots, codes->n_slots, key)->code;
    if (code > 0) {
        codes->last = key;
        codes->last_code = code - 1;
    }
    return code - 1;
}

static bool grow(atn_arrow_codes *codes)
{
    const size_t n_slots = codes->n_slots == 0 ? FIRST_SLOTS : codes->n_slots * 2;
    code_slot *slots = atn_alloc_array(&codes->alloc, n_slots, sizeof *slots);
    if (slots == NULL) {
        return false;
    }
    for (size_t i = 0; i < codes->n_slots; i++) {
        if (codes->slots[i].code != 0) {
            *slot_of(slots, n_slots, codes->slots[i].key) = codes->slots[i];
        }
    }
    if (codes->slots != NULL) {
        atn_alloc_free_array(&codes->alloc, codes->slots, codes->n_slots, sizeof *codes->slots);
    }
    codes->slots = slots;
    codes->n_slots = n_slots;
    return true;
}

bool atn_arrow_codes_add(atn_arrow_codes *codes, atn_arrow_key key, atn_str word)
{
    const size_t count = atn_arrow_words_count(codes->words);
    if ((2 * (count + 1) > codes->n_slots && !grow(codes)) || !atn_arrow_words_add(codes->words, word)) {
        return false;
    }
    *slot_of(codes->slots, codes->n_slots, key) = (code_slot){key, (int32_t)count + 1};
    return true;
}
