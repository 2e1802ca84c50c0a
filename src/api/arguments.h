/* Arguments: what every entry point checks before it calls inward. */
#ifndef ATN_API_ARGUMENTS_H
#define ATN_API_ARGUMENTS_H

#include "base/error.h"

/* ATTAIN_E_ARGUMENT "<what> is NULL; it is required". */
attain_status atn_argument_need(const void *pointer, const char *what, attain_error *err);
/* Copies what the caller's options struct has, by its struct_size (its first field); the rest is zero. NULL: all zero. */
attain_status atn_argument_take(void *to, size_t size, const void *from, attain_error *err);
/* The same for options of an intake, whose numbers and renaming must make sense. */
attain_status atn_argument_intake(attain_intake_options *to, const attain_intake_options *from,
                                  attain_error *err);
/* The same for options of scorecards, whose periods and rounding must be such. */
attain_status atn_argument_score(attain_score_options *to, const attain_score_options *from,
                                 attain_error *err);

#endif
