/* The oracle: values and verdicts straight from the written semantics, the slow way, with no thought of speed.
 *
 *   oracle_figure.c   cells -> figure of a measure at a unit: laws over time, categories, units; ranges of absent cells
 *   oracle_value.c    figures -> N, D, value, range of an indicator; counts; the share rule
 *   oracle_judge.c    values -> a reading judged: level, verdict, reasons, flags, numbers, pace
 *   oracle_rows.c     -> rows of the scorecard: scope, periods, merged readings
 *
 * Words of states, verdicts, reasons and flags are the bits and numbers of attain.h: they are the interface, not the code
 * under test.                                                                                                                  */
#ifndef PROPERTY_ORACLE_H
#define PROPERTY_ORACLE_H

#include "plan.h"
#include <attain/attain.h>

/* ---- figures ---- */

typedef struct figure {
    bool is_there; /* something is present, or expected or unknown */
    bool any_cell; /* something is present */
    frac value;    /* of what is present */
    range r;
    bool absent;    /* something expected or unknown is absent */
    bool bound;     /* a present figure is a bound */
    unsigned flags; /* attain_flag */
} figure;

/* The cells that are expected, each once, however often N and D name it. */
typedef struct ledger {
    struct {
        int measure, unit, cell;
        span slot;
        bool reported;
    } * items;
    int n, cap;
} ledger;

typedef enum cell_kind { CELL_NOTHING, CELL_ABSENT, CELL_PRESENT } cell_kind;

typedef struct cell_now {
    cell_kind kind;
    bool expected; /* counts in reported and expected */
    frac value;
    range r;
    bool bound, estimated;
} cell_now;

/** What is known about a cell as of a day. */
cell_now oracle_cell(const world *w, const measure *m, int unit_index, int cell, span slot, int as_of);
/** Slots of the measure that belong to the period, in time order; at most cap. */
int oracle_slots(const world *w, const measure *m, int unit_index, span p, span *slots, int cap);

/* What is asked: a measure with picks, at a node of the tree, over P, as of a day. */
typedef struct at_node {
    const world *w;
    const measure *m;
    const pick *picked;
    int node;
    span p;
    int as_of;
} at_node;

bool oracle_picks_cell(const world *w, const measure *m, const pick *picked, int cell);
bool oracle_picks_unit(const world *w, const pick *picked, int unit_index);
/** The law over time of one combination at one unit, with the slots that roll up to the node (or to the unit itself). What is
 * expected is entered into the book, unless that is NULL. */
figure oracle_series(const at_node *at, int unit_index, int cell, ledger *book);
/** All of it: time, members, units. */
figure oracle_figure(const at_node *at, ledger *book);
/** Figures side by side under a law. */
figure oracle_joined(law by, const figure *a, const figure *b);

/* ---- values ---- */

typedef struct value {
    attain_state state;
    bool has_n, has_d, has_v; /* whether N, D, value are printed */
    frac n, d, v;
    bool has_range;
    range r, r_n, r_d;
    bool may_be_undefined; /* D may be 0 in some world and not in all */
    bool absent, bound;
    bool declares; /* a measure of N or D is reported, or units are counted */
    bool counts;   /* N or D counts units */
    int reported, expected;
    unsigned flags;
} value;

/** within: NULL, or the indicator whose numerator takes the place of the denominator. */
value oracle_value(const world *w, const indicator *i, const indicator *within, int node_index, span p,
                   int as_of);

/* ---- rows ---- */

typedef struct cell_out {
    bool is_there;
    frac at;
} cell_out;

enum { N_NUMBER_COLUMNS = 14 }; /* ATTAIN_COL_NUMERATOR ... ATTAIN_COL_PATH, in their order */

typedef struct row {
    int target, unit;
    span as_of, period, due;
    char reading[ID];
    cell_out number[N_NUMBER_COLUMNS];
    attain_verdict verdict;
    unsigned reasons, flags;
    attain_pace pace;
    int reported, expected, missing; /* -1: empty */
} row;

typedef struct ask {
    const span *as_of;
    int n_as_of;
    const int *units; /* NULL: the scope */
    int n_units;
    bool all_units;
    bool readings;
    int printed_digits; /* -1: none */
} ask;

/** The period of the facts that ends last, of equal ones the longest. */
span oracle_last_period(const world *w);
/** Rows of attain_score, in its order. New array, to be freed. */
row *oracle_score(const world *w, const ask *question, int *n_rows);

#endif
