/* Names: text -> dense id. A symbol table for ids of one kind.
 *
 * Open addressing over SipHash-1-3 with a key per table, so that a file of colliding codes cannot make
 * look-ups slow; after long probe runs the table re-keys itself. Keys are borrowed: they must outlive the
 * table (they live in an arena). */
#ifndef ATN_BASE_NAMES_H
#define ATN_BASE_NAMES_H

#include "base/text.h"

#define ATN_NONE UINT32_MAX

typedef struct atn_names {
    attain_allocator alloc;
    uint64_t key[2];
    struct atn_name_slot *slots;
    size_t n_slots; /* power of two or 0 */
    size_t count;
} atn_names;

/* seed: any number; different seeds give different orders of probing, never different answers. */
void atn_names_init(atn_names *names, const attain_allocator *a, uint64_t seed);
void atn_names_free(atn_names *names);
/* ATN_NONE if absent. */
uint32_t atn_names_find(const atn_names *names, atn_str key);
/* Adds key -> value unless key is there; *found tells the value now stored (the old one if it was there).
 * false: out of memory, table unchanged. */
bool atn_names_add(atn_names *names, atn_str key, uint32_t value, uint32_t *found);
/* The key nearest to `key` by edit distance (<= 1 for up to 4 bytes, <= 2 up to 8, else <= 3), also equal but
 * for case; ties by bytes. len 0: none. */
atn_str atn_names_near(const atn_names *names, atn_str key);

uint64_t atn_hash_siphash(const uint64_t key[2], const void *data, size_t len);

#endif
