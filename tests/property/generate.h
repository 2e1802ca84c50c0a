/* Random plans and facts. The same seed gives the same world on every machine. */
#ifndef PROPERTY_GENERATE_H
#define PROPERTY_GENERATE_H

#include "plan.h"

#include <stdio.h>

/** What kind of world. */
typedef struct shape {
    int n_provinces, n_communes, n_schools; /* 0: a few, at random */
    int n_measures, n_indicators, n_targets;
    int first_year, last_year;
    bool wide; /* big figures: no oracle follows */
} shape;

/** A world of its own memory; NULL if there is none left. */
world *world_new(uint64_t seed, const shape *like);
void world_free(world *w);
/** The facts in the order in which the oracle wants them; called by world_new, and again by who changes them. */
bool world_index(world *w);

/** The plan as text of the plan language, and the facts as CSV. New text with a NUL, to be freed; NULL without memory. */
char *world_plan_text(const world *w);
char *world_facts_text(const world *w);
void world_print_fact(const world *w, const fact *f, char *out, size_t cap);

#endif
