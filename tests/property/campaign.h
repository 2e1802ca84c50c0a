/* The standard campaign: one seeded plan with its facts, and the digest of everything that is scored from it.
 *
 *   seed ──▶ plan text (units that come, go and move; 9 measures; every operator)  ──┐
 *        └─▶ facts by id, with gaps, bounds and estimates                          ──┴──▶ scorecard ──▶ 64-bit digest
 *
 * The digest is FNV-1a over the words, counts and flags of every row, the bits of every double and the exact text of every number: it
 * changes when one bit of one cell does. It knows nothing of cmocka, so that a program for another compiler can be made of it. */
#ifndef CAMPAIGN_H
#define CAMPAIGN_H

#include <attain/attain.h>

typedef struct campaign_facts {
    size_t n;
    uint32_t *unit, *measure, *cell;
    int32_t *period;
    int64_t *value;
    uint8_t *qualifier;
} campaign_facts;

typedef struct campaign_digest {
    uint64_t hash;
    uint64_t n_rows;
    uint64_t n_cells; /* that are not empty */
} campaign_digest;

/* Provinces of the standard campaign: more than a million scored cells. */
#define CAMPAIGN_PROVINCES 12
#define CAMPAIGN_PLAN_SEED 20
#define CAMPAIGN_FACTS_SEED 26

/* Plan text with 43 units a province, NUL-terminated; free it with free. */
char *campaign_plan_text(uint64_t seed, int n_provinces);
/* A frozen plan of a text; exits with a message if it is refused. */
attain_plan *campaign_plan(const char *text);
/* Facts of the plan; the same for every plan of the text. */
campaign_facts campaign_facts_new(const attain_plan *plan, uint64_t seed);
void campaign_facts_free(campaign_facts *facts);
/* Adds rows order[from .. to) of the facts. order NULL: as they are. */
void campaign_add(attain_facts *to, const campaign_facts *facts, const uint32_t *order, size_t from,
                  size_t until);
/* Scores everything for several as-of periods, `slice` rows at a time (0: at once). */
campaign_digest campaign_score(const attain_plan *plan, const attain_facts *facts, uint64_t slice);

#endif
