/* Calls of the public functions that allocate nothing at all: they work on the caller's memory, or look into objects. */
#ifndef TEST_QUIET_H
#define TEST_QUIET_H

#include "fault/scenario.h"

typedef struct quiet_call {
    const char *function;
    void (*call)(world *w); /* of LEVEL_TABLE; asserts what comes out */
} quiet_call;

extern const quiet_call quiet_calls[];
extern const size_t n_quiet_calls;

#endif
