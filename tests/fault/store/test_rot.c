/* Bytes that change on disk: single bits, sectors, pages that are those of an earlier day. What a damaged store
 * gives is what it gave before, or an error; never something else without a word. Read as a whole, and a part of
 * it alone, for only what is read is looked at.
 *
 *     engine     SQLite noticed, or refused to open the file
 *     seal       the store's own checks did
 *     harmless   the same plans, editions and facts, byte for byte
 *     silent     others: must never be */
#include "fault/store/stand.h"

#include "support/build_plan.h"
#include "support/check.h"

#include <stdio.h>
#include <stdlib.h>

#define PATH "/store.db"

typedef enum result { ENGINE, SEAL, HARMLESS, SILENT, N_RESULTS } result;

typedef struct rot {
    disk *d;
    stand stand;
    disk_image good;    /* one file, nothing beside it */
    disk_image earlier; /* the same store before its last edition */
    disk_image image;
    atn_buf whole, part;
    uint64_t n[N_RESULTS];
    uint64_t n_seen; /* of the harmless ones, by verify; the others are bytes that are not in use */
    rng r;
} rot;

/* Facts at one province's commune, of one measure: the seals of its block, and no other. */
static attain_status describe_part(const stand *s, atn_buf *out, attain_error *err)
{
    attain_store *store = NULL;
    attain_plan *plan = NULL;
    attain_facts *facts = NULL;
    attain_store_options options = s->options;
    options.mode = ATTAIN_STORE_READ;
    attain_status status = attain_store_open(s->path, &options, &store, err);
    if (status == ATTAIN_OK) {
        status = attain_store_plan(store, ATTAIN_EDITION_LATEST, &plan, err);
    }
    if (status == ATTAIN_OK) {
        const uint32_t unit = attain_plan_find(plan, ATTAIN_KIND_UNIT, "P.C070", 6);
        const uint32_t measure = attain_plan_find(plan, ATTAIN_KIND_MEASURE, "people", 6);
        const attain_store_part part = {
            .struct_size = sizeof part, .units = &unit, .n_units = 1, .measures = &measure, .n_measures = 1};
        status = attain_store_facts(store, plan, ATTAIN_EDITION_LATEST, &part, &facts, err);
    }
    if (status == ATTAIN_OK) {
        attain_text bytes;
        check_ok(attain_facts_to_bytes(facts, &bytes, err), err);
        atn_buf_add(out, bytes.data, bytes.len);
        attain_text_free(&bytes);
    }
    attain_facts_free(facts);
    attain_plan_free(plan);
    attain_store_close(store);
    return status;
}

static result result_of(attain_status status, const attain_error *err, const atn_buf *got,
                        const atn_buf *wanted)
{
    if (status == ATTAIN_OK) {
        return stand_same(got, wanted) ? HARMLESS : SILENT;
    }
    if (status != ATTAIN_E_CORRUPT && status != ATTAIN_E_VERSION && status != ATTAIN_E_STORE) {
        fail_msg("a damaged file is %s: %s", attain_status_name(status), err->message);
    }
    assert_true(err->message[0] != '\0');
    return strstr(err->message, "malformed") != NULL || strstr(err->message, "not a database") != NULL ||
                   status != ATTAIN_E_CORRUPT
               ? ENGINE
               : SEAL;
}

/* The whole and the part of rot.image; the worse of both counts. */
static result judge(rot *t, unsigned number)
{
    attain_error err = {.message = ""};
    atn_buf got;
    disk_load(t->d, &t->image);
    atn_buf_init(&got, NULL);
    const attain_status part_status = describe_part(&t->stand, &got, &err);
    const result part = result_of(part_status, &err, &got, &t->part);
    atn_buf_free(&got);
    atn_buf_init(&got, NULL);
    disk_load(t->d, &t->image);
    const attain_store_mode mode = number % 2 == 0 ? ATTAIN_STORE_READ : ATTAIN_STORE_WRITE;
    const attain_status status = stand_describe(&t->stand, mode, false, &got, &err);
    const result whole = result_of(status, &err, &got, &t->whole);
    atn_buf_free(&got);
    if (whole == HARMLESS) {
        atn_buf_init(&got, NULL);
        disk_load(t->d, &t->image);
        t->n_seen += stand_describe(&t->stand, mode, true, &got, &err) != ATTAIN_OK;
        atn_buf_free(&got);
    }
    const result both = part == SILENT ? SILENT : whole;
    t->n[both]++;
    return both;
}

static void describe_good(rot *t)
{
    attain_error err;
    disk_load(t->d, &t->good);
    atn_buf_init(&t->whole, NULL);
    atn_buf_init(&t->part, NULL);
    check_ok(stand_describe(&t->stand, ATTAIN_STORE_READ, true, &t->whole, &err), &err);
    check_ok(describe_part(&t->stand, &t->part, &err), &err);
    assert_true(t->part.len > 0 && t->part.len < t->whole.len);
}

static void make(rot *t)
{
    static const stand_call calls[] = {stand_create,  stand_put_a,    stand_import_0, stand_import_1,
                                       stand_correct, stand_import_3, stand_put_b,    stand_close};
    attain_error err;
    *t = (rot){.r = rng_new(512)};
    t->d = disk_new("disk", true, true);
    stand_init(&t->stand, "disk", PATH, ATTAIN_JOURNAL_TRUNCATE);
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
        check_ok(calls[i](&t->stand, &err), &err);
    }
    disk_save(t->d, &t->earlier);
    check_ok(stand_open(&t->stand, &err), &err);
    check_ok(stand_import_2(&t->stand, &err), &err);
    stand_close(&t->stand, NULL);
    disk_save(t->d, &t->good);
    describe_good(t);
}

static void forget(rot *t)
{
    stand_end(&t->stand);
    disk_image_free(&t->good);
    disk_image_free(&t->earlier);
    disk_image_free(&t->image);
    disk_free(t->d);
    atn_buf_free(&t->whole);
    atn_buf_free(&t->part);
}

static void end(rot *t, const char *what)
{
    const unsigned long long total = t->n[ENGINE] + t->n[SEAL] + t->n[HARMLESS] + t->n[SILENT];
    print_message("%s: %llu: %llu engine, %llu seal, %llu harmless, %llu silent\n", what, total,
                  (unsigned long long)t->n[ENGINE], (unsigned long long)t->n[SEAL],
                  (unsigned long long)t->n[HARMLESS], (unsigned long long)t->n[SILENT]);
    if (t->n_seen > 0) {
        print_message("  of the harmless ones verify sees %llu\n", (unsigned long long)t->n_seen);
    }
    const uint64_t n_silent = t->n[SILENT];
    const uint64_t n_refused = t->n[ENGINE] + t->n[SEAL];
    forget(t);
    assert_int_equal(n_silent, 0);
    assert_true(n_refused > 0);
}

static void complain(const char *what, size_t at)
{
    print_error(
        "%s at byte %zu (page %zu, byte %zu of it if pages are of 4096): other results without a word\n",
        what, at, at / 4096 + 1, at % 4096);
}

static void single_bits(void **state)
{
    (void)state;
    rot t;
    make(&t);
    const unsigned n = stand_number("ATTAIN_FLIPS", stand_is_long() ? 10000 : 300);
    for (unsigned i = 0; i < n; i++) {
        disk_image_copy(&t.image, &t.good);
        disk_bytes *const b = disk_image_file(&t.image, PATH);
        const size_t at = (size_t)rng_below(&t.r, b->len);
        b->data[at] = (uint8_t)(b->data[at] ^ (1u << rng_below(&t.r, 8)));
        if (judge(&t, i) == SILENT) {
            complain("a bit", at);
        }
    }
    end(&t, "single bits");
}

/* All bits turned, nothing, rubbish, or what belongs to another place. */
static void damage_sector(disk_bytes *b, size_t at, size_t len, unsigned kind, rng *r)
{
    const size_t other = (size_t)rng_below(r, b->len / len) * len;
    for (size_t i = 0; i < len; i++) {
        uint8_t *const byte = &b->data[at + i];
        *byte = kind == 0   ? (uint8_t) ~*byte
                : kind == 1 ? 0
                : kind == 2 ? (uint8_t)rng_next(r)
                            : b->data[other + i];
    }
}

static void sectors(void **state)
{
    (void)state;
    rot t;
    make(&t);
    const unsigned n = stand_number("ATTAIN_SECTORS", stand_is_long() ? 2000 : 100);
    for (unsigned i = 0; i < n; i++) {
        disk_image_copy(&t.image, &t.good);
        disk_bytes *const b = disk_image_file(&t.image, PATH);
        const size_t at = (size_t)rng_below(&t.r, b->len / DISK_SECTOR) * DISK_SECTOR;
        damage_sector(b, at, DISK_SECTOR, i % 4, &t.r);
        if (judge(&t, i) == SILENT) {
            complain("a sector", at);
        }
    }
    end(&t, "sectors");
}

/* An edition is added to what is damaged: refused, or the result is the one of a sound store, or whoever reads it is
 * told. What is damaged never becomes sound by it. */
static void editions_on_top_of_damage(void **state)
{
    (void)state;
    attain_error err;
    rot t;
    make(&t);
    attain_plan *const a = t.stand.a;
    t.stand.a = t.stand.b; /* of which the store is now: corrections are of it */
    disk_load(t.d, &t.good);
    const int64_t clock = t.stand.clock;
    check_ok(stand_open(&t.stand, &err), &err);
    check_ok(stand_correct(&t.stand, &err), &err);
    stand_close(&t.stand, NULL);
    atn_buf_free(&t.whole);
    atn_buf_init(&t.whole, NULL);
    check_ok(stand_describe(&t.stand, ATTAIN_STORE_READ, true, &t.whole, &err), &err);
    const unsigned n = stand_is_long() ? 4000 : 100;
    for (unsigned i = 0; i < n; i++) {
        atn_buf got;
        disk_image_copy(&t.image, &t.good);
        disk_bytes *const b = disk_image_file(&t.image, PATH);
        const size_t at = (size_t)rng_below(&t.r, b->len);
        b->data[at] = (uint8_t)(b->data[at] ^ (1u << rng_below(&t.r, 8)));
        disk_load(t.d, &t.image);
        t.stand.clock = clock;
        attain_status status = stand_open(&t.stand, &err);
        status = status == ATTAIN_OK ? stand_correct(&t.stand, &err) : status;
        stand_close(&t.stand, NULL);
        atn_buf_init(&got, NULL);
        if (status == ATTAIN_OK) {
            status = stand_describe(&t.stand, ATTAIN_STORE_READ, false, &got, &err);
        }
        const bool is_silent = status == ATTAIN_OK && !stand_same(&got, &t.whole);
        t.n[is_silent ? SILENT : status == ATTAIN_OK ? HARMLESS : SEAL]++;
        if (is_silent) {
            complain("a bit", at);
        }
        atn_buf_free(&got);
    }
    t.stand.a = a;
    end(&t, "editions on top of damage");
}

/* A write that was acknowledged and never came: a sector or a page is still the one of before the last edition. */
static void pages_of_an_earlier_day(void **state)
{
    (void)state;
    rot t;
    make(&t);
    const disk_bytes *const old = disk_image_file(&t.earlier, PATH);
    unsigned n = 0;
    for (size_t len = DISK_SECTOR; len <= 4096; len = len == DISK_SECTOR ? 4096 : 8192) {
        for (size_t at = 0; at + len <= old->len; at += len) {
            if (memcmp(old->data + at, disk_image_file(&t.good, PATH)->data + at, len) == 0) {
                continue;
            }
            disk_image_copy(&t.image, &t.good);
            memcpy(disk_image_file(&t.image, PATH)->data + at, old->data + at, len);
            if (judge(&t, n++) == SILENT) {
                complain(len == 4096 ? "an old page" : "an old sector", at);
            }
        }
    }
    end(&t, "old sectors and pages");
}

/* A file that is cut short, or followed by rubbish. */
static void other_lengths(void **state)
{
    (void)state;
    rot t;
    make(&t);
    const size_t len = disk_image_file(&t.good, PATH)->len;
    const unsigned n = stand_is_long() ? 400 : 40;
    for (unsigned i = 0; i < n; i++) {
        disk_image_free(&t.image);
        disk_image_add(&t.image, PATH, disk_image_file(&t.good, PATH)->data,
                       (size_t)rng_below(&t.r, i < 8 ? 1024 : len));
        if (disk_image_file(&t.image, PATH)->len == 0 || judge(&t, i) == SILENT) {
            complain("the end", disk_image_file(&t.image, PATH)->len);
        }
    }
    end(&t, "cut short");
}

/* In a journal that waits (WAL): what is found is what some finished edition had left, or an error. A changed bit
 * ends the journal, as a loss of power does. */
static void bits_in_the_journal(void **state)
{
    (void)state;
    attain_error err;
    rot t;
    make(&t);
    atn_buf states[4];
    stand wal = t.stand;
    wal.options.journal = ATTAIN_JOURNAL_WAL;
    static const stand_call calls[] = {stand_open, stand_put_b, stand_import_2, stand_correct};
    disk_load(t.d, &t.earlier);
    wal.store = NULL;
    disk *const other = disk_new("disk-other", true, true);
    stand beside = t.stand;
    beside.options.vfs = "disk-other";
    for (size_t i = 0; i < 4; i++) {
        /* Facts for a correction are those of plan a: this one is of plan b now. */
        if (calls[i] == stand_correct) {
            wal.a = t.stand.b;
        }
        check_ok(calls[i](&wal, &err), &err);
        disk_save(t.d, &t.image);
        disk_load(other, &t.image);
        atn_buf_init(&states[i], NULL);
        check_ok(stand_describe(&beside, ATTAIN_STORE_WRITE, true, &states[i], &err), &err);
    }
    stand_close(&wal, NULL);
    disk_image with_wal = {.n_files = 0};
    disk_image_copy(&with_wal, &t.image);
    assert_non_null(disk_image_file(&with_wal, PATH "-wal"));
    const unsigned n = stand_is_long() ? 2000 : 60;
    unsigned n_refused = 0;
    unsigned n_last = 0;
    for (unsigned i = 0; i < n; i++) {
        disk_image_copy(&t.image, &with_wal);
        disk_bytes *const b = disk_image_file(&t.image, PATH "-wal");
        const size_t at = (size_t)rng_below(&t.r, b->len);
        b->data[at] = (uint8_t)(b->data[at] ^ (1u << rng_below(&t.r, 8)));
        atn_buf got;
        atn_buf_init(&got, NULL);
        disk_load(other, &t.image);
        const attain_status status =
            stand_describe(&beside, i % 2 == 0 ? ATTAIN_STORE_READ : ATTAIN_STORE_WRITE, true, &got, &err);
        size_t k = 0;
        while (status == ATTAIN_OK && k < 4 && !stand_same(&got, &states[k])) {
            k++;
        }
        n_refused += status != ATTAIN_OK;
        n_last += status == ATTAIN_OK && k == 3;
        atn_buf_free(&got);
        if (status == ATTAIN_OK && k == 4) {
            fail_msg("a bit of byte %zu of the journal: a state that never was", at);
        }
    }
    print_message("bits in a WAL: %u: %u refused, %u as after the last edition, %u as after an earlier one\n",
                  n, n_refused, n_last, n - n_refused - n_last);
    for (size_t i = 0; i < 4; i++) {
        atn_buf_free(&states[i]);
    }
    disk_image_free(&with_wal);
    disk_free(other);
    forget(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(single_bits),
        cmocka_unit_test(sectors),
        cmocka_unit_test(editions_on_top_of_damage),
        cmocka_unit_test(pages_of_an_earlier_day),
        cmocka_unit_test(other_lengths),
        cmocka_unit_test(bits_in_the_journal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
