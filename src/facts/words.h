/* Words: what the short texts of a file mean, kept so that each text is looked up once in the proper way and then known by its bytes.
 *
 *   text      "00013" ──▶ head: its first 8 bytes, NULs behind   ─┐
 *                         rest: 8 more                           ─┴─▶ slot { head, value, place of rest in `rests` or 0 }
 *
 * A text holds no NUL, so head and rest are the text. Open addressing; at most half full, while it is small an eighth. The hash is a plain one, which anybody
 * can make collide: so a walk ends after ATN_WORDS_WALK slots, and a word that finds no place within them is not kept. Who asks then
 * asks the symbol table each time, which is slower and never wrong. */
#ifndef ATN_FACTS_WORDS_H
#define ATN_FACTS_WORDS_H

#include "base/alloc.h"
#include "base/names.h"

#define ATN_WORDS_WALK 32u
#define ATN_WORD_BYTES 16u /* of the longest word */

typedef struct atn_word_slot {
    uint64_t head; /* 0: empty */
    uint32_t value;
    uint32_t rest; /* 0: the word has no more than 8 bytes; else 1 + place in rests */
} atn_word_slot;

typedef struct atn_words {
    atn_word_slot *slots;
    size_t n_slots; /* a power of two; 0 before the first word */
    unsigned shift; /* of a hash, to a slot */
    size_t count;
    uint64_t *rests;
    size_t n_rests, cap_rests;
} atn_words;

typedef struct atn_word {
    uint64_t head, rest;
} atn_word;

void atn_words_free(atn_words *words, const attain_allocator *a);
/* Keeps a word that atn_words_find does not find, or silently not. false: out of memory. */
bool atn_words_add(atn_words *words, const attain_allocator *a, atn_word word, uint32_t value);

/* The same on every machine; compilers make one load of it. */
static inline uint64_t atn_load_8(const char *text)
{
    const unsigned char *b = (const unsigned char *)text;
    return (uint64_t)b[0] | (uint64_t)b[1] << 8 | (uint64_t)b[2] << 16 | (uint64_t)b[3] << 24 |
           (uint64_t)b[4] << 32 | (uint64_t)b[5] << 40 | (uint64_t)b[6] << 48 | (uint64_t)b[7] << 56;
}

/* The first len of 8 bytes; faster than the shift that makes it. */
static const uint64_t atn_first_bytes[9] = {0,
                                            UINT64_C(0xff),
                                            UINT64_C(0xffff),
                                            UINT64_C(0xffffff),
                                            UINT64_C(0xffffffff),
                                            UINT64_C(0xffffffffff),
                                            UINT64_C(0xffffffffffff),
                                            UINT64_C(0xffffffffffffff),
                                            UINT64_MAX};

/* len in 1 ... ATN_WORD_BYTES; that many bytes can be read at text whatever len is. */
static inline atn_word atn_word_of(const char *text, size_t len)
{
    const uint64_t head = atn_load_8(text);
    if (len <= 8) {
        return (atn_word){head & atn_first_bytes[len], 0};
    }
    return (atn_word){head, atn_load_8(text + 8) & atn_first_bytes[len - 8]};
}

static inline uint64_t atn_word_hash(atn_word word)
{
    return (word.head ^ word.rest * UINT64_C(0x9e3779b97f4a7c15)) * UINT64_C(0xc4ceb9fe1a85ec53);
}

/* ATN_NONE: not kept. */
uint32_t atn_words_find(const atn_words *words, atn_word word);

/* The same by text, of any length; for most words, which have less than 8 bytes and stand in the first slot of their walk, without a call.
 * The head of a longer word has no NUL, so that no short one is taken for it. There must be slots. */
static inline uint32_t atn_words_find_text(const atn_words *words, const char *text, size_t len)
{
    if (len - 1 < 7) {
        const atn_word word = {atn_load_8(text) & atn_first_bytes[len], 0};
        const atn_word_slot *slot = &words->slots[atn_word_hash(word) >> words->shift];
        return slot->head == word.head ? slot->value : atn_words_find(words, word);
    }
    return len - 1 < ATN_WORD_BYTES ? atn_words_find(words, atn_word_of(text, len)) : ATN_NONE;
}

#endif
