/* A store under test: plans, facts and calls that make editions of a known kind, and what can be seen of a store
 * through the public calls, as one text. Two stores hold the same if and only if their texts are the same. */
#ifndef TEST_STORE_STAND_H
#define TEST_STORE_STAND_H

#include "fault/store/disk.h"

#include "base/text.h"

#include <attain/sqlite.h>

/* ---- plans and facts ---- */

enum { STAND_COMMUNES = 130, STAND_NARROW = 100 }; /* three blocks of units */

/* Plan a, and plan b with a unit, a measure and a target more. New; the caller frees it. */
attain_plan *stand_plan(char which);
/* Facts of a plan: batch 0 fills two years, batch 1 changes some of them, repeats others and brings a third year,
 * batch 2 brings what plan b has more, batch n >= 3 sets all of batch 0 to values of their own; from STAND_NARROW
 * on, those of every fifth commune. */
attain_facts *stand_facts(const attain_plan *plan, unsigned batch);

/* ---- calls ---- */

typedef struct stand {
    attain_store *store;
    sqlite3 *raw; /* a connection beside it, for what the public calls cannot do */
    attain_plan *a, *b;
    attain_store_options options; /* of the next open */
    const char *path;
    int64_t clock;
} stand;

/* Of a store in this VFS (NULL: files of the system); opens nothing. */
void stand_init(stand *s, const char *vfs, const char *path, attain_store_journal journal);
/* Closes and frees. */
void stand_end(stand *s);

typedef attain_status (*stand_call)(stand *s, attain_error *err);

attain_status stand_open(stand *s, attain_error *err);   /* ATTAIN_STORE_WRITE */
attain_status stand_create(stand *s, attain_error *err); /* ATTAIN_STORE_CREATE */
attain_status stand_close(stand *s, attain_error *err);
attain_status stand_put_a(stand *s, attain_error *err);
attain_status stand_put_b(stand *s, attain_error *err);
attain_status stand_import_0(stand *s, attain_error *err);
attain_status stand_import_1(stand *s, attain_error *err);
attain_status stand_import_2(stand *s, attain_error *err);
attain_status stand_import_3(stand *s, attain_error *err);
attain_status stand_correct(stand *s, attain_error *err);
attain_status stand_compact(stand *s, attain_error *err);

/* The edition that is being made; sets all of batch 0 to `value`, withdraws nothing. */
attain_status stand_import_batch(stand *s, unsigned batch, attain_edition *out, attain_error *err);

/* ---- what is there ---- */

/* All editions, every plan, the facts as known at each edition; appended. */
attain_status stand_describe_store(attain_store *store, atn_buf *out, attain_error *err);
/* Opens in this mode, describes, verifies if asked to, closes. Findings of verify stand in err. */
attain_status stand_describe(const stand *s, attain_store_mode mode, bool verify, atn_buf *out,
                             attain_error *err);
bool stand_same(const atn_buf *a, const atn_buf *b);

/* A number from the environment, or `usual`; and are the long campaigns asked for (ATTAIN_LONG)? */
unsigned stand_number(const char *name, unsigned usual);
bool stand_is_long(void);

#endif
