/* Codes: whatever can be said in 128 bits, numbered in the order in which it comes, with a word for each number: the dictionary of an Arrow
 * column while it is made. */
#ifndef ATN_BASE_ARROW_CODES_H
#define ATN_BASE_ARROW_CODES_H

#include "base/arrow_out.h"

typedef struct atn_arrow_key {
    uint64_t a, b;
} atn_arrow_key;

typedef struct atn_arrow_codes {
    attain_allocator alloc;
    struct atn_arrow_code_slot *slots; /* at most half full */
    size_t n_slots;                    /* a power of two; 0 before the first */
    atn_arrow_key last;                /* found last: columns are mostly sorted */
    int32_t last_code;
    atn_arrow_words *words;
} atn_arrow_codes;

/* false: out of memory; to be freed in any case. */
bool atn_arrow_codes_init(atn_arrow_codes *codes, const attain_allocator *a);
void atn_arrow_codes_free(atn_arrow_codes *codes);
/* They grow with this allocator from now on: one that leads to the same memory. */
void atn_arrow_codes_use(atn_arrow_codes *codes, const attain_allocator *a);
/* -1: not among them. */
int32_t atn_arrow_codes_find(atn_arrow_codes *codes, atn_arrow_key key);
/* A key that is not among them, with its word. false: out of memory. */
bool atn_arrow_codes_add(atn_arrow_codes *codes, atn_arrow_key key, atn_str word);

static inline atn_arrow_key atn_arrow_key_of_period(attain_period p)
{
    return (atn_arrow_key){(uint64_t)(uint32_t)p.start_day << 32 | (uint32_t)p.end_day,
                           (uint64_t)p.type | (uint64_t)p.start_month << 8 | (uint64_t)p.end_type << 16 |
                               (uint64_t)p.end_month << 24};
}
static inline attain_period atn_arrow_period_of_key(atn_arrow_key key)
{
    return (attain_period){.start_day = (int32_t)(uint32_t)(key.a >> 32),
                           .end_day = (int32_t)(uint32_t)key.a,
                           .type = (uint8_t)key.b,
                           .start_month = (uint8_t)(key.b >> 8),
                           .end_type = (uint8_t)(key.b >> 16),
                           .end_month = (uint8_t)(key.b >> 24)};
}

#endif
