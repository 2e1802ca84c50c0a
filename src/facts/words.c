/* Words: keeping them. See words.h. */
#include "facts/words.h"

#define FIRST_BITS 6u
#define SPARSE_SLOTS ((size_t)2048)
#define MOST_BITS 24u /* a table that large holds more words than any file has units; more are not kept */

void atn_words_free(atn_words *words, const attain_allocator *a)
{
    if (words->slots != NULL) {
        atn_alloc_free_array(a, words->slots, words->n_slots, sizeof *words->slots);
    }
    if (words->rests != NULL) {
        atn_alloc_free_array(a, words->rests, words->cap_rests, sizeof *words->rests);
    }
    *words = (atn_words){.slots = NULL};
}

/* The slot where the word may stand; NULL: none within the walk. */
static atn_word_slot *empty_slot(atn_word_slot *slots, size_t n_slots, unsigned shift, atn_word word)
{
    size_t at = (size_t)(atn_word_hash(word) >> shift);
    for (unsigned walk = 0; walk < ATN_WORDS_WALK; walk++) {
        if (slots[at].head == 0) {
            return &slots[at];
        }
        at = (at + 1) & (n_slots - 1);
    }
    return NULL;
}

/* Twice the slots; a word that finds no place among them is forgotten. */
static bool grow(atn_words *words, const attain_allocator *a)
{
    const unsigned bits = words->n_slots == 0 ? FIRST_BITS : 64u - words->shift + 1u;
    const size_t n_slots = (size_t)1 << bits;
    atn_word_slot *slots = atn_alloc_array(a, n_slots, sizeof *slots);
    if (slots == NULL) {
        return false;
    }
    size_t count = 0;
    for (size_t i = 0; i < words->n_slots; i++) {
        const atn_word_slot *old = &words->slots[i];
        const atn_word word = {old->head, old->rest == 0 ? 0 : words->rests[old->rest - 1]};
        atn_word_slot *slot = old->head == 0 ? NULL : empty_slot(slots, n_slots, 64u - bits, word);
        if (slot != NULL) {
            *slot = *old;
            count++;
        }
    }
    if (words->slots != NULL) {
        atn_alloc_free_array(a, words->slots, words->n_slots, sizeof *words->slots);
    }
    words->slots = slots;
    words->n_slots = n_slots;
    words->shift = 64u - bits;
    words->count = count;
    return true;
}

uint32_t atn_words_find(const atn_words *words, atn_word word)
{
    if (words->n_slots == 0) {
        return ATN_NONE;
    }
    size_t at = (size_t)(atn_word_hash(word) >> words->shift);
    for (unsigned walk = 0; walk < ATN_WORDS_WALK; walk++) {
        const atn_word_slot *slot = &words->slots[at];
        if (slot->head == word.head && (slot->rest == 0 ? 0 : words->rests[slot->rest - 1]) == word.rest) {
            return slot->value;
        }
        if (slot->head == 0) {
            return ATN_NONE;
        }
        at = (at + 1) & (words->n_slots - 1);
    }
    return ATN_NONE;
}

/* Months and measures are few and asked for in every line: in a sparse table nearly all stand in the first slot of their walk, and that a
 * walk ends there is what the processor guesses. */
static bool is_full(const atn_words *words)
{
    return words->count >= (words->n_slots < SPARSE_SLOTS ? words->n_slots / 8 : words->n_slots / 2);
}

bool atn_words_add(atn_words *words, const attain_allocator *a, atn_word word, uint32_t value)
{
    if (is_full(words)) {
        if (words->n_slots >= (size_t)1 << MOST_BITS) {
            return true;
        }
        if (!grow(words, a)) {
            return false;
        }
    }
    if (word.rest != 0) {
        void *rests = words->rests;
        if (!atn_alloc_grow(a, &rests, &words->cap_rests, words->n_rests + 1, sizeof *words->rests)) {
            return false;
        }
        words->rests = rests;
    }
    atn_word_slot *slot = empty_slot(words->slots, words->n_slots, words->shift, word);
    if (slot == NULL) {
        return true;
    }
    *slot = (atn_word_slot){word.head, value, 0};
    if (word.rest != 0) {
        words->rests[words->n_rests++] = word.rest;
        slot->rest = (uint32_t)words->n_rests;
    }
    words->count++;
    return true;
}
