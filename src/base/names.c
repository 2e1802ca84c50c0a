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

typedef struct sip {
    uint64_t a, b, c, d;
} sip;

static inline uint64_t rotate(uint64_t x, unsigned n)
{
    return (x << n) | (x >> (64 - n));
}

static inline sip sip_round(sip v)
{
    v.a += v.b;
    v.b = rotate(v.b, 13) ^ v.a;
    v.a = rotate(v.a, 32);
    v.c += v.d;
    v.d = rotate(v.d, 16) ^ v.c;
    v.a += v.d;
    v.d = rotate(v.d, 21) ^ v.a;
    v.c += v.b;
    v.b = rotate(v.b, 17) ^ v.c;
    v.c = rotate(v.c, 32);
    return v;
}

static inline sip sip_word(sip v, uint64_t word)
{
    v.d ^= word;
    v = sip_round(v);
    v.a ^= word;
    return v;
}

/* Eight bytes, written so that compilers make one load of them. */
static inline uint64_t load_word(const unsigned char *bytes)
{
    return bytes[0] | (uint64_t)bytes[1] << 8 | (uint64_t)bytes[2] << 16 | (uint64_t)bytes[3] << 24 |
           (uint64_t)bytes[4] << 32 | (uint64_t)bytes[5] << 40 | (uint64_t)bytes[6] << 48 |
           (uint64_t)bytes[7] << 56;
}

uint64_t atn_hash_siphash(const uint64_t key[2], const void *data, size_t len)
{
    const unsigned char *bytes = data;
    sip v = {key[0] ^ UINT64_C(0x736f6d6570736575), key[1] ^ UINT64_C(0x646f72616e646f6d),
             key[0] ^ UINT64_C(0x6c7967656e657261), key[1] ^ UINT64_C(0x7465646279746573)};
    size_t rest = len;
    for (; rest >= 8; rest -= 8, bytes += 8) {
        v = sip_word(v, load_word(bytes));
    }
    uint64_t tail = (uint64_t)(len & 0xff) << 56;
    for (size_t i = 0; i < rest; i++) {
        tail |= (uint64_t)bytes[i] << (8 * i);
    }
    v = sip_word(v, tail);
    v.c ^= 0xff;
    for (int i = 0; i < 3; i++) {
        v = sip_round(v);
    }
    return v.a ^ v.b ^ v.c ^ v.d;
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
