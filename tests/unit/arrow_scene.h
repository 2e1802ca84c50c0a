/* Plans, facts and tables that are sent out as Arrow. In one scene every kind of verdict stands beside every kind of figure: a unit that has not
 * reported, readings, a milestone, percent, a place that ends. In the other facts have rhythms from years to days and every qualifier, and
 * tables have three dates and groups by an attribute. In the third all facts are plain, and so rows are not stored, but derived when asked for. */
#ifndef TEST_ARROW_SCENE_H
#define TEST_ARROW_SCENE_H

#include "support/arrow_read.h"
#include "support/build_plan.h"
#include "support/check.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

typedef enum scene_name { SCENE_VERDICTS, SCENE_RHYTHMS, SCENE_PLAIN, N_SCENES } scene_name;
enum { SCENE_TABLES = 4 };

typedef struct scene {
    attain_plan *plan;
    attain_facts *facts;
    attain_table *card, *readings, *values;
    attain_table *dates;     /* a scorecard of three dates without readings */
    const char *full_format; /* of what is exact as a decimal: as many decimals as the measures have */
} scene;

/* a may be NULL. */
scene scene_of(scene_name name, const attain_allocator *a);
void scene_end(scene *s);
const attain_table *scene_table(const scene *s, size_t i);

/* One of each, for tests that change none; made and freed by these two. */
extern scene scenes[N_SCENES];
int scene_set_up(void **state);
int scene_tear_down(void **state);

/* Either may be NULL, which is null. */
void scene_check_cell(const char *got, const char *wanted);

/* Counts in *(int *)owner. */
void scene_count_release(void *owner);

#endif
