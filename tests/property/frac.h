/* Exact fractions for the oracle: two 128-bit integers, always in lowest terms with a positive denominator. The generator keeps
 * its numbers small, so 128 bits are plenty; a product that would not fit ends the test program instead of going on wrongly.
 *
 * An end of a range may also be infinite:   -oo <---[ low ........ high ]---> +oo                                        */
#ifndef PROPERTY_FRAC_H
#define PROPERTY_FRAC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

__extension__ typedef __int128 wide_int;

typedef struct frac {
    wide_int n;
    wide_int d;
} frac;

typedef struct end {
    int infinite; /* -1, +1; 0: finite, at */
    frac at;
} end;

typedef struct range {
    end low;
    end high;
} range;

frac frac_of(int64_t n, int64_t d);
/** value * 10^-decimals */
frac frac_decimal(int64_t value, int decimals);
frac frac_add(frac a, frac b);
frac frac_sub(frac a, frac b);
frac frac_mul(frac a, frac b);
frac frac_div(frac a, frac b); /* b != 0 */
int frac_sign(frac a);
int frac_compare(frac a, frac b);
frac frac_floor(frac a);
frac frac_ceil(frac a);
/** Half away from zero, to `decimals` decimals. */
frac frac_round(frac a, int decimals);
/** "7", "-3/4": what attain_table_print writes with `exact`. */
void frac_print(frac a, char *out, size_t cap);
/** The nearest double, ties to even. Only integer arithmetic and ldexp of a 53-bit integer. */
double frac_to_double(frac a);

end end_at(frac a);
end end_infinite(int sign);
int end_compare(end a, end b);
end end_add(end a, end b); /* never +oo and -oo at once */
/** factor != 0 */
end end_scale(end a, frac factor);

range range_point(frac a);
range range_all(bool any_sign); /* what an absent figure may be */
range range_add(range a, range b);
range range_scale(range a, frac factor);
range range_min(range a, range b);
range range_max(range a, range b);
bool range_is_point(range a);

#endif
