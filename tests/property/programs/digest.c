/* Prints the digest of the standard campaign: what test_compilers.sh compares between compilers and optimisation levels. */
#include "../campaign.h"

#include <stdio.h>
#include <stdlib.h>

int main(void)
{
    char *const text = campaign_plan_text(CAMPAIGN_PLAN_SEED, CAMPAIGN_PROVINCES);
    attain_plan *const plan = campaign_plan(text);
    campaign_facts rows = campaign_facts_new(plan, CAMPAIGN_FACTS_SEED);
    attain_facts *facts = NULL;
    if (attain_facts_new(plan, NULL, &facts, NULL) != ATTAIN_OK) {
        return 2;
    }
    campaign_add(facts, &rows, NULL, 0, rows.n);
    const campaign_digest digest = campaign_score(plan, facts, 0);
    printf("%016llx over %llu cells in %llu rows\n", (unsigned long long)digest.hash,
           (unsigned long long)digest.n_cells, (unsigned long long)digest.n_rows);
    attain_facts_free(facts);
    campaign_facts_free(&rows);
    attain_plan_free(plan);
    free(text);
    return 0;
}
