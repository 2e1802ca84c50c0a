/* Names: an open-addressing table over SipHash-1-3.
 *
 * Why SipHash: codes come from files that anybody may write; with a plain hash a file of chosen codes makes every look-up walk
 * the whole table. With a key per table nobody can choose them; and should a run of probes still grow long (by chance
 * about 1 in 10^10 tables at this load), the table draws a new key and is built again.
 *
 * Linear probing at a load of at most 1/2: a look-up reads one or two neighbouring slots. No removal, so no tombstones.
 *
 *   slots: [ key | tag | value ] [ empty: tag 0 ] ...     tag: 32 bits of the hash, never 0; compared before the bytes  */
#include "base/names.h"

#include <string.h>

#define FIRST_SLOTS ((size_t)16)
#define LONGEST_WALK ((size_t)128)

struct atn_name_slot {
    atn_str key;
    uint32_t tag;
    uint32_t value;
};
typedef struct atn_name_slot slot;

/* --- SipHash --- */

static uint64_t rotate(uint64_t x, unsigned n)
{
    return (x << n) | (x >> (64 - n));
}

static uint64_t load_le(const unsigned char *bytes, size_t n)
{
    uint64_t word = 0;
    for (size_t i = 0; i < n; i++) {
        word |= (uint64_t)bytes[i] << (8 * i);
    }
    return word;
}

static void sip_round(uint64_t v[4])
{
    v[0] += v[1];
    v[1] = rotate(v[1], 13) ^ v[0];
    v[0] = rotate(v[0], 32);
    v[2] += v[3];
    v[3] = rotate(v[3], 16) ^ v[2];
    v[0] += v[3];
    v[3] = rotate(v[3], 21) ^ v[0];
    v[2] += v[1];
    v[1] = rotate(v[1], 17) ^ v[2];
    v[2] = rotate(v[2], 32);
}

static void sip_word(uint64_t v[4], uint64_t word)
{
    v[3] ^= word;
    sip_round(v);
    v[0] ^= word;
}

uint64_t atn_hash_siphash(const uint64_t key[2], const void *data, size_t len)
{
    const unsigned char *bytes = data;
    uint64_t v[4] = {key[0] ^ UINT64_C(0x736f6d6570736575), key[1] ^ UINT64_C(0x646f72616e646f6d),
                     key[0] ^ UINT64_C(0x6c7967656e657261), key[1] ^ UINT64_C(0x7465646279746573)};
    size_t rest = len;
    for (; rest >= 8; rest -= 8, bytes += 8) {
        sip_word(v, load_le(bytes, 8));
    }
    sip_word(v, load_le(bytes, rest) | (uint64_t)(len & 0xff) << 56);
    v[2] ^= 0xff;
    for (int i = 0; i < 3; i++) {
        sip_round(v);
    }
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}

/* --- the table --- */

static uint64_t mix(uint64_t x)
{
    x += UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
}

void atn_names_init(atn_names *names, const attain_allocator *a, uint64_t seed)
{
    *names = (atn_names){.alloc = atn_alloc_default(a), .key = {mix(seed), mix(~seed)}};
}

void atn_names_free(atn_names *names)
{
    atn_alloc_free_array(&names->alloc, names->slots, names->n_slots, sizeof *names->slots);
    names->slots = NULL;
    names->n_slots = 0;
    names->count = 0;
}

/* The slot of key, or the empty one where it belongs. There is always an empty one. *walk: slots passed over. */
static slot *locate(slot *slots, size_t n_slots, const uint64_t hash_key[2], atn_str key, uint32_t *tag,
                    size_t *walk)
{
    const uint64_t hash = atn_hash_siphash(hash_key, key.data, key.len);
    const size_t mask = n_slots - 1;
    size_t at = (size_t)hash & mask;
    *tag = (uint32_t)(hash >> 32) | 1;
    *walk = 0;
    while (slots[at].tag != 0 && (slots[at].tag != *tag || !atn_str_equal(slots[at].key, key))) {
        at = (at + 1) & mask;
        *walk += 1;
    }
    return &slots[at];
}

/* Builds the table anew with n_slots and the given key; false: out of memory, nothing changed. */
static bool rebuild(atn_names *names, size_t n_slots, const uint64_t hash_key[2])
{
    slot *const slots = atn_alloc_array(&names->alloc, n_slots, sizeof *slots);
    if (slots == NULL) {
        return false;
    }
    for (size_t i = 0; i < names->n_slots; i++) {
        const slot *const old = &names->slots[i];
        if (old->tag != 0) {
            uint32_t tag;
            size_t walk;
            slot *const fresh = locate(slots, n_slots, hash_key, old->key, &tag, &walk);
            *fresh = (slot){old->key, tag, old->value};
        }
    }
    atn_alloc_free_array(&names->alloc, names->slots, names->n_slots, sizeof *slots);
    names->slots = slots;
    names->n_slots = n_slots;
    names->key[0] = hash_key[0];
    names->key[1] = hash_key[1];
    return true;
}

uint32_t atn_names_find(const atn_names *names, atn_str key)
{
    if (names->count == 0) {
        return ATN_NONE;
    }
    uint32_t tag;
    size_t walk;
    const slot *const s = locate(names->slots, names->n_slots, names->key, key, &tag, &walk);
    return s->tag == 0 ? ATN_NONE : s->value;
}

bool atn_names_add(atn_names *names, atn_str key, uint32_t value, uint32_t *found)
{
    uint32_t tag;
    size_t walk;
    if (names->n_slots != 0) {
        const slot *const old = locate(names->slots, names->n_slots, names->key, key, &tag, &walk);
        if (old->tag != 0) {
            *found = old->value;
            return true;
        }
    }
    if (names->count >= names->n_slots / 2) {
        const size_t n_slots = names->n_slots == 0 ? FIRST_SLOTS : names->n_slots * 2;
        if (n_slots < names->n_slots || !rebuild(names, n_slots, names->key)) {
            return false;
        }
    }
    slot *const fresh = locate(names->slots, names->n_slots, names->key, key, &tag, &walk);
    *fresh = (slot){key, tag, value};
    names->count++;
    *found = value;
    if (walk > LONGEST_WALK) {
        /* Without memory for it the old table goes on: slower, never wrong. */
        const uint64_t new_key[2] = {mix(names->key[0] ^ names->key[1]), mix(names->key[1] + 1)};
        (void)rebuild(names, names->n_slots, new_key);
    }
    return true;
}

/* --- near words --- */

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool equal_but_for_case(atn_str a, atn_str b)
{
    if (a.len != b.len) {
        return false;
    }
    for (size_t i = 0; i < a.len; i++) {
        if (lower(a.data[i]) != lower(b.data[i])) {
            return false;
        }
    }
    return true;
}

/* Lower is nearer: twice the distance; a difference of ASCII case alone ranks between 0 and 1 edit. */
static size_t rank(atn_str key, atn_str candidate, size_t most)
{
    if (atn_str_equal(key, candidate)) {
        return 0;
    }
    return equal_but_for_case(key, candidate) ? 1 : 2 * atn_str_distance(key, candidate, most);
}

atn_str atn_names_near(const atn_names *names, atn_str key)
{
    const size_t most = key.len <= 4 ? 1 : key.len <= 8 ? 2 : 3;
    atn_str best = {NULL, 0};
    size_t best_rank = 2 * most + 1;
    for (size_t i = 0; i < names->n_slots; i++) {
        const slot *const s = &names->slots[i];
        if (s->tag == 0) {
            continue;
        }
        const size_t r = rank(key, s->key, most);
        if (r < best_rank || (r == best_rank && best.len != 0 && atn_str_compare(s->key, best) < 0)) {
            best = s->key;
            best_rank = r;
        }
    }
    return best;
}
