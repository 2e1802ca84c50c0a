/* A world in the library: its plan parsed from text and its facts added as columns. */
#ifndef PROPERTY_LIBRARY_H
#define PROPERTY_LIBRARY_H

#include "generate.h"

#include <attain/attain.h>

/** The plan of a text; what was found wrong goes to stderr and the result is NULL. */
attain_plan *library_plan(const char *text);
/** Facts [first, first + n) of the order given (NULL: as they stand), added in one intake; NULL and a word on stderr if refused. */
attain_facts *library_facts(const world *w, const attain_plan *plan, const int *order, int first, int n);
bool library_add(const world *w, const attain_plan *plan, attain_facts *facts, const int *order, int first,
                 int n);
attain_period library_period(span s);

#endif
