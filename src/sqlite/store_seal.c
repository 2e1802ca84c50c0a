/* Hashes and seals. A seal is the sum of the hashes of its rows, so that rows may come in any order; each hash mixes all columns of a
 * row, so that two rows which exchange a bit do not make up for each other.
 *
 *   hash(row) = mix(mix(salt(measure, period, edition) + salt(unit, cell)) ^ value * a ^ (qualifier, reason) * b)
 *
 * The two salts are made once for many rows. */
#include "sqlite/store_parts.h"

#include <string.h>

/* A bijection of 64 bits in which each bit of the result depends on each bit of x: multiply, fold, multiply, fold. */
static uint64_t mix(uint64_t x)
{
    x ^= x >> 32;
    x *= UINT64_C(0xd6e8feb86659fd93);
    x ^= x >> 32;
    x *= UINT64_C(0xd6e8feb86659fd93);
    x ^= x >> 32;
    return x;
}

uint64_t atn_hash_integer(uint64_t hash, uint64_t value)
{
    return mix(mix(hash + UINT64_C(0x9e3779b97f4a7c15)) + value);
}

uint64_t atn_hash_text(uint64_t hash, attain_str text)
{
    hash = atn_hash_integer(hash, text.len);
    for (size_t at = 0; at < text.len; at += 8) {
        /* Byte by byte, so that the order of bytes of the machine is of no matter. */
        uint64_t word = 0;
        const size_t n = text.len - at < 8 ? text.len - at : 8;
        for (size_t i = 0; i < n; i++) {
            word |= (uint64_t)(unsigned char)text.data[at + i] << (8 * i);
        }
        hash = atn_hash_integer(hash, word);
    }
    return hash;
}

/* ---- the seals of a block ---- */

static size_t place_of(const atn_seals *s, int64_t period, int64_t edition)
{
    return (size_t)mix((uint64_t)edition << 32 ^ (uint64_t)period) & (s->n_index - 1);
}

void atn_seals_begin(atn_seals *s, uint32_t measure)
{
    if (s->n > 0 && s->index != NULL) {
        memset(s->index, 0, s->n_index * sizeof *s->index);
    }
    s->n = 0;
    s->guess = 0;
    s->measure_salt = atn_hash_integer(1, measure);
    s->line_unit = 0;
    s->line_cell = 0;
    s->line_salt = atn_hash_integer(atn_hash_integer(2, 0), 0);
}

atn_seal *atn_seals_find(atn_seals *s, int64_t period, int64_t edition)
{
    if (s->n == 0) {
        return NULL;
    }
    for (size_t i = place_of(s, period, edition); s->index[i] != 0; i = (i + 1) & (s->n_index - 1)) {
        atn_seal *seal = &s->items[s->index[i] - 1];
        if (seal->period == period && seal->edition == edition) {
            return seal;
        }
    }
    return NULL;
}

static void enter(atn_seals *s, size_t item)
{
    size_t i = place_of(s, s->items[item].period, s->items[item].edition);
    while (s->index[i] != 0) {
        i = (i + 1) & (s->n_index - 1);
    }
    s->index[i] = (uint32_t)item + 1;
}

/* Twice as many places as seals, at least. */
static bool grow_index(atn_seals *s)
{
    const size_t n_index = s->n_index == 0 ? 256 : s->n_index * 2;
    uint32_t *index = sqlite3_malloc64((sqlite3_uint64)n_index * sizeof *index);
    if (index == NULL) {
        return false;
    }
    memset(index, 0, n_index * sizeof *index);
    sqlite3_free(s->index);
    s->index = index;
    s->n_index = n_index;
    for (size_t i = 0; i < s->n; i++) {
        enter(s, i);
    }
    return true;
}

static atn_seal *new_seal(atn_seals *s, int64_t period, int64_t edition)
{
    if (s->n + 1 > s->n_index / 2 && !grow_index(s)) {
        return NULL;
    }
    if (!atn_store_grow((void **)&s->items, &s->capacity, s->n + 1, sizeof *s->items)) {
        return NULL;
    }
    atn_seal *seal = &s->items[s->n];
    *seal = (atn_seal){.edition = edition, .period = period};
    seal->salt = atn_hash_integer(atn_hash_integer(s->measure_salt, (uint64_t)period), (uint64_t)edition);
    enter(s, s->n);
    s->n++;
    return seal;
}

/* The seal of a row: the one behind the last, or the first, or wherever it stands. */
static atn_seal *seal_of(atn_seals *s, int64_t period, int64_t edition)
{
    atn_seal *seal = s->guess < s->n ? &s->items[s->guess] : s->items;
    if (s->n == 0 || seal->period != period || seal->edition != edition) {
        seal = s->n > 0 ? &s->items[0] : NULL;
        if (seal == NULL || seal->period != period || seal->edition != edition) {
            seal = atn_seals_find(s, period, edition);
        }
        if (seal == NULL) {
            seal = new_seal(s, period, edition);
        }
        if (seal == NULL) {
            return NULL;
        }
    }
    s->guess = (size_t)(seal - s->items) + 1;
    return seal;
}

bool atn_seals_add(atn_seals *s, const atn_fact_row *row, uint64_t *hash)
{
    atn_seal *seal = seal_of(s, row->period, row->edition);
    if (seal == NULL) {
        return false;
    }
    if (row->unit != s->line_unit || row->cell != s->line_cell) {
        s->line_unit = row->unit;
        s->line_cell = row->cell;
        s->line_salt = atn_hash_integer(atn_hash_integer(2, row->unit), row->cell);
    }
    const uint64_t state = (uint64_t)(uint8_t)row->qualifier << 8 | row->reason;
    const uint64_t place = mix(seal->salt + s->line_salt);
    const uint64_t h = mix(place ^ (uint64_t)row->value * UINT64_C(0x9fb21c651e98df25) ^
                           state * UINT64_C(0xc2b2ae3d27d4eb4f));
    seal->n++;
    seal->sum += h;
    if (hash != NULL) {
        *hash = h;
    }
    return true;
}

void atn_seals_free(atn_seals *s)
{
    sqlite3_free(s->items);
    sqlite3_free(s->index);
    *s = (atn_seals){0};
}
