/* Scenarios: for each public function that allocates, one or more calls that are worth failing.
 *
 *   world      a small plan, its facts, a scorecard: all of them through one allocator that moves, counts and fails
 *   scenario   what must be there before (level, prepare), the call, and what is done with its results
 *
 *   build world ─▶ prepare ─▶ [ fail allocation n ─▶ call ─▶ as it was? ] for n = 0, 1, 2 ... ─▶ success ─▶ finish ─▶ nothing is left
 *
 * Everything that a call gives is written to world.out, which is filled with one byte before: a failure must leave it so. */
#ifndef TEST_SCENARIO_H
#define TEST_SCENARIO_H

#include "base/text.h"
#include "support/alloc_fault.h"

#include <attain/attain.h>

typedef enum world_level {
    LEVEL_NOTHING,
    LEVEL_OPEN,   /* a plan with its texts, not frozen */
    LEVEL_FROZEN, /* and frozen */
    LEVEL_FACTS,  /* and facts */
    LEVEL_TABLE   /* and a scorecard and a table of values */
} world_level;

typedef union world_out {
    attain_plan *plan;
    attain_facts *facts;
    attain_intake *intake;
    attain_table *table;
    attain_text text;
    attain_report report;
    struct {
        attain_summary *items;
        size_t n;
    } summary;
    struct {
        const double *values;
        const uint8_t *valid;
    } doubles;
    const int64_t *integers;
    const attain_period *periods;
    struct {
        attain_text text;
        attain_identity items[4];
    } identities;
    struct {
        char bytes[64];
        size_t len;
    } cell;
} world_out;

typedef struct world {
    alloc_fault memory;
    attain_allocator alloc;
    attain_resolver resolver;
    attain_plan *plan;
    attain_facts *facts;
    attain_facts *other; /* of the same plan, with cells that `facts` has not */
    attain_intake *intake;
    attain_table *scorecard;
    attain_table *values;
    attain_text bytes; /* of facts */
    world_out out;
    int n_open; /* files that the resolver has lent and not got back */
} world;

typedef struct scenario {
    const char *function;
    const char *what;
    world_level level;
    attain_status result;      /* when nothing fails */
    void (*prepare)(world *w); /* may be NULL */
    attain_status (*call)(world *w, attain_error *err);
    void (*finish)(world *w); /* uses what came out and gives it back; may be NULL */
    bool
        sticky; /* an intake that has failed stays so: every later call fails in the same way, and a new one takes its place */
    bool is_free; /* gives memory back and takes none */
} scenario;

extern const scenario scenarios[];
extern const size_t n_scenarios;

/* Texts of the world. */
extern const char world_plan_text[];
extern const char world_facts_csv[];

void world_make(world *w, world_level level);
/* Frees what is left and aborts if a byte was not given back. */
void world_free(world *w);
/* For cmocka: a world up to its tables; when it is given back, the objects are as they were made, and all memory comes back. */
int world_set_up(void **state);
int world_tear_down(void **state);
/* Appends what can be seen of the objects: findings, canonical text, cells, tables. `to` must not use the world's allocator. */
void world_describe(const world *w, atn_buf *to);
/* An intake of the world's facts that has read nothing. */
attain_intake *world_new_intake(world *w, uint32_t flags);

/* The calls of scenarios_arrow.c. */
attain_status call_add_arrow(world *w, attain_error *err);
attain_status call_add_arrow_bad(world *w, attain_error *err);
attain_status call_add_arrow_days(world *w, attain_error *err);
attain_status call_add_arrow_skip(world *w, attain_error *err);
attain_status call_facts_to_arrow(world *w, attain_error *err);
attain_status call_facts_to_arrow_plain(world *w, attain_error *err);
attain_status call_table_to_arrow(world *w, attain_error *err);
attain_status call_table_to_arrow_own(world *w, attain_error *err);
attain_status call_table_to_arrow_decimals(world *w, attain_error *err);
attain_status call_table_to_arrow_fractions(world *w, attain_error *err);
void prepare_tables(world *w);

#endif
