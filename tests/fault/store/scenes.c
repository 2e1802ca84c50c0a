/* The scenes of scenes.h and the walk through one of them. */
#include "fault/store/scenes.h"

#include "support/build_plan.h"
#include "support/check.h"

#include <stdio.h>

#define PATH "/store.db"

static attain_status read_all(stand *s, attain_error *err)
{
    atn_buf text;
    atn_buf_init(&text, NULL);
    const attain_status status = stand_describe_store(s->store, &text, err);
    atn_buf_free(&text);
    return status;
}

/* Facts of one unit, with strangers left out, and the number of an edition by its date. */
static attain_status read_part(stand *s, attain_error *err)
{
    int64_t number = -1;
    uint64_t n_strangers;
    attain_facts *facts = NULL;
    const uint32_t unit = build_unit(s->a, "P.C070");
    const attain_store_part part = {.struct_size = sizeof part,
                                    .units = &unit,
                                    .n_units = 1,
                                    .leave_out_strangers = 1,
                                    .n_strangers = &n_strangers};
    attain_status status = attain_store_edition_on(s->store, "2026-10-01", 10, &number, err);
    if (status == ATTAIN_OK) {
        status = attain_store_facts(s->store, s->a, number, &part, &facts, err);
    } else {
        assert_int_equal(number, -1);
    }
    attain_facts_free(facts);
    return status;
}

static attain_status restated(stand *s, attain_error *err)
{
    attain_restated rows;
    const attain_status status = attain_store_restated(s->store, 2, 4, NULL, &rows, err);
    if (status == ATTAIN_OK) {
        assert_true(rows.n_compared > 0);
        attain_restated_free(&rows);
    }
    return status;
}

static attain_status verify(stand *s, attain_error *err)
{
    attain_text findings = {.data = NULL};
    const attain_status status = attain_store_verify(s->store, &findings, err);
    attain_text_free(&findings);
    return status;
}

static attain_status create_and_put(stand *s, attain_error *err)
{
    const attain_status status = s->store == NULL ? stand_create(s, err) : ATTAIN_OK;
    return status == ATTAIN_OK ? stand_put_a(s, err) : status;
}

static attain_status open_and_import(stand *s, attain_error *err)
{
    const attain_status status = s->store == NULL ? stand_open(s, err) : ATTAIN_OK;
    return status == ATTAIN_OK ? stand_import_1(s, err) : status;
}

const scene scenes[] = {
    {"create and put a plan", {NULL}, false, create_and_put},
    {"open and import", {stand_create, stand_put_a, stand_import_0, stand_close}, false, open_and_import},
    {"read", {stand_create, stand_put_a, stand_import_0, stand_close}, true, read_all},
    {"read a part",
     {stand_create, stand_put_a, stand_import_0, stand_put_b, stand_import_2, stand_close},
     true,
     read_part},
    {"restated",
     {stand_create, stand_put_a, stand_import_0, stand_import_1, stand_correct, stand_close},
     true,
     restated},
    {"verify", {stand_create, stand_put_a, stand_import_0, stand_close}, true, verify},
    {"import", {stand_create, stand_put_a, stand_import_0, stand_close}, true, stand_import_1},
    {"correct", {stand_create, stand_put_a, stand_import_0, stand_close}, true, stand_correct},
    {"put another plan", {stand_create, stand_put_a, stand_import_0, stand_close}, true, stand_put_b},
    {"compact",
     {stand_create, stand_put_a, stand_import_0, stand_import_1, stand_close},
     true,
     stand_compact},
};
const size_t n_scenes = sizeof scenes / sizeof scenes[0];

/* ---- the walk ---- */

void walk_expect(const walk *w, bool holds, const char *what, attain_status status, const attain_error *err)
{
    if (!holds) {
        fail_msg("%s: %s: %s: %s: %s", w->scene->name, w->place, what, attain_status_name(status),
                 err->message);
    }
}

void walk_again(walk *w)
{
    attain_error err;
    stand_close(&w->stand, NULL);
    disk_load(w->d, &w->start);
    w->stand.clock = w->clock;
    if (w->scene->is_open) {
        check_ok(stand_open(&w->stand, &err), &err);
    }
}

static attain_status describe(const walk *w, atn_buf *out, attain_error *err)
{
    stand with_libc = w->stand;
    with_libc.options.allocator = NULL;
    atn_buf_init(out, NULL);
    return stand_describe(&with_libc, w->scene->before[0] == NULL ? ATTAIN_STORE_CREATE : ATTAIN_STORE_WRITE,
                          true, out, err);
}

walk_found walk_check_disk(walk *w, bool may_be_damaged, attain_status status, const attain_error *err)
{
    attain_error reopened = {.message = ""};
    atn_buf found;
    walk_expect(w, disk_n_open(w->d) == 0, "a file stayed open", status, err);
    const attain_status described = describe(w, &found, &reopened);
    if (may_be_damaged && described == ATTAIN_E_CORRUPT) {
        atn_buf_free(&found);
        return WALK_DAMAGED;
    }
    walk_expect(w, described == ATTAIN_OK, "what is on disk is a store", described, &reopened);
    const bool is_after = stand_same(&found, &w->after);
    const bool is_before = stand_same(&found, &w->before);
    atn_buf_free(&found);
    walk_expect(w, is_after || is_before, "neither what was before, nor what is after", status, err);
    walk_expect(w, status != ATTAIN_OK || is_after, "it was said to be done", status, err);
    return is_before ? WALK_BEFORE : WALK_AFTER;
}

void walk_begin(walk *w, const scene *s, attain_store_journal journal, const attain_allocator *alloc)
{
    attain_error err;
    *w = (walk){.scene = s};
    w->d = disk_new("disk", true, journal == ATTAIN_JOURNAL_WAL);
    stand_init(&w->stand, "disk", PATH, journal);
    w->stand.options.allocator = alloc;
    for (size_t i = 0; i < SCENE_CALLS_MOST && s->before[i] != NULL; i++) {
        check_ok(s->before[i](&w->stand, &err), &err);
    }
    w->clock = w->stand.clock;
    disk_save(w->d, &w->start);
    check_ok(describe(w, &w->before, &err), &err);
    walk_again(w);
    check_ok(s->call(&w->stand, &err), &err);
    stand_close(&w->stand, NULL);
    check_ok(describe(w, &w->after, &err), &err);
}

void walk_end(walk *w)
{
    stand_end(&w->stand);
    disk_free(w->d);
    disk_image_free(&w->start);
    atn_buf_free(&w->before);
    atn_buf_free(&w->after);
}
