/* Scenes: what is done with a store, each worth failing at every place. A scene has what is there before, durable;
 * whether the store is open when the call is made; and the call. Behind it the store holds what it held before, or
 * what it holds when nothing fails: `walk` knows both. */
#ifndef TEST_STORE_SCENES_H
#define TEST_STORE_SCENES_H

#include "fault/store/stand.h"

enum { SCENE_CALLS_MOST = 8 };

typedef struct scene {
    const char *name;
    stand_call before[SCENE_CALLS_MOST];
    bool is_open; /* the store is opened before anything fails, else by the call */
    stand_call call;
} scene;

extern const scene scenes[];
extern const size_t n_scenes;

typedef struct walk {
    const scene *scene;
    disk *d;
    stand stand;
    disk_image start;
    int64_t clock;
    atn_buf before, after;
    char place[160]; /* what fails at the moment, for messages */
} walk;

/* Prepares a scene on a disk of its own; nothing fails yet. alloc may be NULL. */
void walk_begin(walk *w, const scene *s, attain_store_journal journal, const attain_allocator *alloc);
void walk_end(walk *w);
/* The disk as it is at the beginning of the scene, and the store open if it is to be. */
void walk_again(walk *w);
/* The store is closed, and the disk holds before or after; after, if the call said ATTAIN_OK. Or, if it may be
 * damaged, opening or reading it says so. */
typedef enum walk_found { WALK_BEFORE, WALK_AFTER, WALK_DAMAGED } walk_found;
walk_found walk_check_disk(walk *w, bool may_be_damaged, attain_status status, const attain_error *err);
/* Fails the test with scene and place. */
void walk_expect(const walk *w, bool holds, const char *what, attain_status status, const attain_error *err);

#endif
