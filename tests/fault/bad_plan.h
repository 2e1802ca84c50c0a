/* What the plans of the tests of bad input have in common behind their units: measures with every kind of number, and targets of them. */
#ifndef TEST_BAD_PLAN_H
#define TEST_BAD_PLAN_H

#define BAD_PLAN_MEASURES                                     \
    "category post: full_time, part_time\n"                   \
    "measure people \"People\"\n"                             \
    "  stock persons  reported yearly by province\n"          \
    "measure workers \"Workers\"\n"                           \
    "  stock persons  by post  reported yearly by province\n" \
    "measure rate \"Rate\"\n"                                 \
    "  stock percent  decimals 1  none over units\n"          \
    "measure money \"Money\"\n"                               \
    "  flow VND  decimals 2  any sign  none over units\n"     \
    "indicator density = workers / people\n"                  \
    "target p.density density at least 1 per 100 by 2025\n"   \
    "target p.rate rate at least 90% by 2025\n"               \
    "target p.money money at least 12.5 by 2025\n"

#endif
