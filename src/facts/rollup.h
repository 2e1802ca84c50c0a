/* Roll-up: the private side of lines and pairs. A view is one measure seen through one request: which slots of the period count, which of
 * them are expected, which cells are picked, unit by unit. A contribution is what one unit adds to itself or to an ancestor.
 *
 *   slots     |---H1---|---H2---|       common to all units where the measure says `reported`; else each unit's own periods
 *   entries   cell 0: H1 H2   cell 1: H2        the unit's stored cells in these slots
 *   groups    [H1] under A, [H2] under B        slots that roll up along one chain of parents, by the tree of their last day
 *
 * A unit that moved has several groups. An ancestor gets the groups whose chain reaches it, reduced over time together: a province
 * both of whose halves were under one nation gives that nation one minimum, not two. */
#ifndef ATN_FACTS_ROLLUP_H
#define ATN_FACTS_ROLLUP_H

#include "facts/store.h"

/* A stored cell in a slot that counts: what reductions need of it, wherever it stands. */
typedef struct atn_entry {
    int64_t value;
    int32_t start_day, end_day;
    uint32_t cell;
    uint32_t slot;  /* of the unit's slots */
    uint32_t chain; /* class of its group, set for the unit in hand */
    uint8_t qualifier, reason;
    bool expected; /* set for the unit in hand */
    bool maybe;    /* its unit lacks an attribute that a pick tests */
} atn_entry;

typedef struct atn_group {
    uint32_t first, end; /* slots */
    int32_t day;         /* the tree of this day */
    uint32_t
        stop; /* the ancestor whose own figures are used instead, for it and those above; ATN_NONE: none */
    uint32_t chain; /* class: groups with the same ancestors */
    bool expected;  /* its slots that are due are expected */
} atn_group;

typedef struct atn_slots {
    const int32_t *start_day, *end_day;
    uint32_t n;
} atn_slots;

typedef struct atn_view {
    const attain_facts *facts;
    const atn_model *model;
    const atn_measure *measure;
    atn_line_request request;
    const attain_allocator *a;
    /* slots: common ones, or with slot_first those of all units one after the other */
    int32_t *slot_start, *slot_end;
    size_t n_slots, cap_slots, cap_ends;
    size_t *slot_first; /* n_units + 1; NULL: common */
    uint32_t n_due;     /* common slots [0, n_due) are due */
    uint32_t *run_end;  /* runs of common slots between which the tree does not change */
    size_t n_runs, cap_runs;
    /* picked cells of the unit in hand: bit sets over n_cells */
    uint64_t *picked, *maybe;
    size_t n_words;
    uint32_t n_picked; /* bits in picked */
    bool some_maybe;
    bool same_picks; /* the same for every unit: no attribute is tested */
    /* entries of all units */
    atn_entry *entries;
    size_t n_entries, cap_entries;
    size_t *entry_first; /* n_units + 1 */
    /* groups of the unit in hand */
    atn_group *groups;
    size_t n_groups, cap_groups;
    uint32_t n_chains;
    bool *chain_in; /* which chains an ancestor gets */
    size_t cap_chain_in;
    struct atn_reach *reach; /* scratch: which ancestor a chain reaches */
    size_t cap_reach;
    atn_sum *cell_sums; /* scratch for categories whose law is not a sum: n_cells */
    uint8_t *cell_state;
} atn_view;

typedef struct atn_reach {
    uint32_t unit, chain;
} atn_reach;

/* What a unit adds somewhere. Not touched: nothing but perhaps flags. */
typedef struct atn_part {
    atn_sum sum;
    bool touched;
} atn_part;

/* Takes a contribution; false stops (out of memory). */
typedef bool (*atn_part_fn)(void *ctx, uint32_t unit, const atn_part *part);

attain_status atn_view_init(atn_view *view, const attain_facts *facts, const atn_line_request *request,
                            const attain_allocator *a, attain_error *err);
void atn_view_free(atn_view *view);
bool atn_view_sums_over_categories(const atn_measure *measure);
atn_slots atn_view_slots(const atn_view *view, uint32_t unit);
/* Fills picked and maybe for the unit. */
void atn_view_pick(atn_view *view, uint32_t unit);
/* Could the unit contribute anything: has it entries, or may it be expected to report? */
bool atn_view_matters(const atn_view *view, uint32_t unit);
/* Groups of the unit, chains numbered, entries marked. false: out of memory. */
bool atn_view_group(atn_view *view, uint32_t unit);
bool atn_entry_is_missing(const atn_entry *entry); /* with any reason */
bool atn_entry_is_not_applicable(const atn_entry *entry);

/* Calls fn for every unit to which `unit` contributes: itself first. false: fn said so, or out of memory. */
bool atn_view_contribute(atn_view *view, uint32_t unit, atn_part_fn fn, void *ctx);

#endif
