/* The schema digest: 128 bits that two plans share if facts may move between them: the same units in the same
 * order with the same edges, types and attributes, the same measures, categories and laws. Titles, aliases,
 * targets, sources and the layout of the text have no part in it.
 *
 *   state ─┐
 *   record ┴─▶ SipHash under key 1 │ SipHash under key 2 ─▶ state      a chain over records, two lanes of 64 bits
 *
 * The keys are constants, not the plan's seed; numbers are written in little-endian bytes: every machine
 * gives the same digest. */
#include "language/check.h"

#include <string.h>

typedef struct digest {
    uint64_t state[2];
    atn_buf record;
} digest;

static void put_number(digest *d, uint64_t v)
{
    char bytes[8];
    for (int i = 0; i < 8; i++) {
        bytes[i] = (char)(unsigned char)(v >> (8 * i) & 0xff);
    }
    atn_buf_add(&d->record, bytes, sizeof bytes);
}

static void put_day(digest *d, int32_t day)
{
    put_number(d, (uint64_t)((int64_t)day - INT32_MIN));
}

/* Length first, so that "ab" + "c" and "a" + "bc" differ. */
static void put_text(digest *d, atn_str text)
{
    put_number(d, text.len);
    atn_buf_str(&d->record, text);
}

static void finish_record(digest *d)
{
    static const uint64_t keys[2][2] = {{UINT64_C(0x61747461696e2031), UINT64_C(0x736368656d612031)},
                                        {UINT64_C(0x61747461696e2032), UINT64_C(0x736368656d612032)}};
    put_number(d, d->state[0]);
    put_number(d, d->state[1]);
    if (!d->record.failed) {
        d->state[0] = atn_hash_siphash(keys[0], d->record.data, d->record.len);
        d->state[1] = atn_hash_siphash(keys[1], d->record.data, d->record.len);
        d->record.len = 0;
    }
}

static void put_type(digest *d, const atn_model *m, uint32_t type)
{
    put_text(d, type == ATN_NONE ? (atn_str){"", 0} : m->types[type].id);
}

/* What a group holds decides where figures may stand; the order in which it lists that does not: hashes are
 * added. */
static void put_group(digest *d, const atn_model *m, uint32_t type)
{
    const uint64_t key[2] = {UINT64_C(0x61747461696e2033), UINT64_C(0x736368656d612033)};
    uint64_t sum = 0;
    for (uint32_t plain = 0; type != ATN_NONE && m->types[type].is_group && plain < m->n_types; plain++) {
        if (atn_type_includes(m, type, plain)) {
            sum += atn_hash_siphash(key, m->types[plain].id.data, m->types[plain].id.len);
        }
    }
    put_number(d, sum);
}

static void add_units(digest *d, const atn_model *m)
{
    for (uint32_t u = 0; u < m->n_units; u++) {
        const atn_unit *const unit = &m->units[u];
        put_text(d, unit->id);
        put_type(d, m, unit->type);
        for (uint32_t e = unit->first_edge; e < unit->first_edge + unit->n_edges; e++) {
            put_number(d, m->edges[e].parent);
            put_day(d, m->edges[e].from_day);
            put_day(d, m->edges[e].until_day);
        }
        for (uint32_t a = 0; a < m->n_attributes; a++) {
            put_number(d, m->unit_member[(size_t)u * m->n_attributes + a]);
        }
        finish_record(d);
    }
}

static void add_sets(digest *d, const atn_member_set *sets, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        put_text(d, sets[i].id);
        put_number(d, sets[i].overlapping);
        for (uint32_t member = 0; member < sets[i].n_members; member++) {
            put_text(d, sets[i].member[member]);
        }
        finish_record(d);
    }
}

static void add_measures(digest *d, const atn_model *m)
{
    for (uint32_t i = 0; i < m->n_measures; i++) {
        const atn_measure *const measure = &m->measures[i];
        put_text(d, measure->id);
        put_text(d, measure->unit_of_measure);
        put_number(d, (uint64_t)measure->is_flow | (uint64_t)measure->is_percent << 1 |
                          (uint64_t)measure->any_sign << 2);
        put_number(d, measure->decimals);
        put_number(d, (uint64_t)measure->law_units << 8 | (uint64_t)measure->law_time);
        for (uint32_t k = 0; k < measure->n_categories; k++) {
            put_number(d, (uint64_t)measure->category[k] << 8 | (uint64_t)measure->law_category[k]);
        }
        put_number(d, measure->reported);
        put_type(d, m, measure->reported_type);
        put_group(d, m, measure->reported_type);
        put_number(d, measure->any_level);
        finish_record(d);
    }
}

void atn_check_schema(atn_checker *c)
{
    atn_model *const m = c->model;
    digest d = {.state = {0, 0}};
    atn_buf_init(&d.record, &c->plan->alloc);
    put_text(&d, ATN_STR("attain schema 1"));
    put_number(&d, m->n_units);
    put_number(&d, m->n_measures);
    finish_record(&d);
    add_units(&d, m);
    add_sets(&d, m->categories, m->n_categories);
    add_sets(&d, m->attributes, m->n_attributes);
    add_measures(&d, m);
    c->failed = c->failed || d.record.failed;
    memcpy(m->schema, d.state, sizeof m->schema);
    atn_buf_free(&d.record);
}
