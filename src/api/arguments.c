/* Arguments: see arguments.h. A caller compiled against an older header has a shorter struct, one against a newer header a longer one;
 * both are read for what they share with ours. */
#include "api/arguments.h"

#include "number/decimal.h"

#include <string.h>

attain_status atn_argument_need(const void *pointer, const char *what, attain_error *err)
{
    return pointer != NULL ? ATTAIN_OK
                           : atn_error_set(err, ATTAIN_E_ARGUMENT, "%s is NULL; it is required", what);
}

attain_status atn_argument_take(void *to, size_t size, const void *from, attain_error *err)
{
    memset(to, 0, size);
    if (from == NULL) {
        return ATTAIN_OK;
    }
    size_t given = 0;
    memcpy(&given, from, sizeof given);
    if (given < sizeof given) {
        return atn_error_set(err, ATTAIN_E_ARGUMENT,
                             "struct_size is %zu; it must be the size of the options struct", given);
    }
    memcpy(to, from, given < size ? given : size);
    return ATTAIN_OK;
}

attain_status atn_argument_intake(attain_intake_options *to, const attain_intake_options *from,
                                  attain_error *err)
{
    ATN_TRY(atn_argument_take(to, sizeof *to, from, err));
    if (to->rename == NULL && to->n_rename > 0) {
        return atn_error_set(err, ATTAIN_E_ARGUMENT, "rename is NULL, but n_rename is %zu", to->n_rename);
    }
    if (to->n_rename > SIZE_MAX / 2) {
        return atn_error_set(err, ATTAIN_E_ARGUMENT, "n_rename is %zu; it counts pairs that are there",
                             to->n_rename);
    }
    return atn_decimal_check_format(&to->numbers, err);
}
