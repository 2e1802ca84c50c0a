/* Questions to a plan, answered by walking. See plan.h. */
#include "plan.h"

int measure_cells(const world *w, const measure *m)
{
    int n = 1;
    for (int i = 0; i < m->n_categories; i++) {
        n *= w->categories[m->category[i]].n_members;
    }
    return n;
}

int cell_member(const world *w, const measure *m, int cell, int position)
{
    for (int i = m->n_categories - 1; i > position; i--) {
        cell /= w->categories[m->category[i]].n_members;
    }
    return cell % w->categories[m->category[position]].n_members;
}

const edge *edge_on(const world *w, int unit_index, int day)
{
    const unit *const u = &w->units[unit_index];
    for (int i = 0; i < u->n_edges; i++) {
        if (u->edges[i].from <= day && day <= u->edges[i].until) {
            return &u->edges[i];
        }
    }
    return NULL;
}

bool is_under(const world *w, int unit_index, int node_index, int day)
{
    while (unit_index >= 0) {
        const edge *const e = edge_on(w, unit_index, day);
        if (e == NULL) {
            return false;
        }
        if (unit_index == node_index) {
            return true;
        }
        unit_index = e->parent;
    }
    return false;
}

bool is_of_type(const world *w, int unit_index, int type_index)
{
    return (w->types[type_index].plain >> w->units[unit_index].type & 1) != 0;
}

bool last_valid_day(const world *w, int unit_index, span s, int *day)
{
    const unit *const u = &w->units[unit_index];
    bool found = false;
    for (int i = 0; i < u->n_edges; i++) {
        const int last = u->edges[i].until < s.end ? u->edges[i].until : s.end;
        if (last >= s.start && last >= u->edges[i].from && (!found || last > *day)) {
            *day = last;
            found = true;
        }
    }
    return found;
}

bool has_children_on(const world *w, int unit_index, int day)
{
    for (int i = 0; i < w->n_units; i++) {
        const edge *const e = edge_on(w, i, day);
        if (e != NULL && e->parent == unit_index) {
            return true;
        }
    }
    return false;
}

int due_day(const measure *m, span slot)
{
    int year;
    int month;
    int dom;
    date_of(slot.end, &year, &month, &dom);
    int due = slot.end;
    switch (m->due) {
    case DUE_NONE: break;
    case DUE_DAYS_AFTER: due = slot.end + m->due_n; break;
    case DUE_DATE:
        due = day_of(year, m->due_n, 10) - (m->due_strict ? 1 : 0);
        if (due < slot.start) { /* 10 June is no deadline of a second half */
            due = slot.end;
        }
        break;
    case DUE_DATE_NEXT_YEAR: due = day_of(year + 1, m->due_n, 10) - (m->due_strict ? 1 : 0); break;
    }
    return due;
}
