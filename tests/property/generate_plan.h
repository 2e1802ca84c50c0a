/* The second half of the generator: indicators, programmes and targets over measures that are there. */
#ifndef PROPERTY_GENERATE_PLAN_H
#define PROPERTY_GENERATE_PLAN_H

#include "support/rng.h"

#include "generate.h"

void make_indicators(world *w, rng *r, int n);
void make_targets(world *w, rng *r, const shape *like, int n);

#endif
