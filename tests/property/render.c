/* A world as text: the plan in the plan language, the facts as CSV in long form. */
#include "generate.h"

#include <attain/attain.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

typedef struct text {
    char *data;
    size_t len, cap;
    bool failed;
} text;

static void say(text *out, const char *format, ...)
{
    char part[512];
    va_list args;
    va_start(args, format);
    const int len = vsnprintf(part, sizeof part, format, args);
    va_end(args);
    if (out->failed || len < 0 || (size_t)len >= sizeof part) {
        out->failed = true;
        return;
    }
    if (out->len + (size_t)len + 1 > out->cap) {
        const size_t cap = 2 * (out->cap + (size_t)len + 1);
        char *const more = realloc(out->data, cap);
        if (more == NULL) {
            out->failed = true;
            return;
        }
        out->data = more;
        out->cap = cap;
    }
    memcpy(out->data + out->len, part, (size_t)len + 1);
    out->len += (size_t)len;
}

static char *finished(text *out)
{
    if (out->failed) {
        free(out->data);
        return NULL;
    }
    return out->data;
}

static void say_decimal(text *out, int64_t value, int decimals)
{
    int64_t scale = 1;
    for (int i = 0; i < decimals; i++) {
        scale *= 10;
    }
    const int64_t size = value < 0 ? -value : value;
    say(out, "%s%" PRId64, value < 0 ? "-" : "", size / scale);
    if (decimals > 0) {
        say(out, ".%0*" PRId64, decimals, size % scale);
    }
}

static void say_span(text *out, const char *before, span s)
{
    char buf[48];
    span_print(s, buf, sizeof buf);
    say(out, "%s%s", before, buf);
}

/* ---- units and sets ---- */

static void say_units(text *out, const world *w)
{
    for (int u = 0; u < w->n_units; u++) {
        const unit *const x = &w->units[u];
        for (int i = 0; i < x->n_edges; i++) {
            char day[16];
            say(out, "unit %s \"%s\" %s", x->id, x->id, w->types[x->type].id);
            if (x->edges[i].parent >= 0) {
                say(out, " in %s", w->units[x->edges[i].parent].id);
            }
            if (x->edges[i].from != DAY_FIRST) {
                day_print(x->edges[i].from, day, sizeof day);
                say(out, " from %s", day);
            }
            if (x->edges[i].until != DAY_LAST) {
                day_print(x->edges[i].until, day, sizeof day);
                say(out, " until %s", day);
            }
            say(out, "\n");
            for (int a = 0; a < w->n_attributes && i == 0; a++) {
                if (x->member[a] >= 0) {
                    say(out, "  %s %s\n", w->attributes[a].id, w->attributes[a].member[x->member[a]]);
                }
            }
        }
    }
}

static void say_sets(text *out, const char *keyword, const member_set *sets, int n)
{
    for (int i = 0; i < n; i++) {
        say(out, "%s %s: ", keyword, sets[i].id);
        for (int k = 0; k < sets[i].n_members; k++) {
            say(out, "%s%s", k == 0 ? "" : ", ", sets[i].member[k]);
        }
        say(out, "\n");
    }
}

static void say_types(text *out, const world *w)
{
    for (int i = 0; i < w->n_types; i++) {
        if (w->types[i].is_group) {
            const char *before = ": ";
            say(out, "type %s", w->types[i].id);
            for (int k = 0; k < w->n_types; k++) {
                if (!w->types[k].is_group && (w->types[i].plain >> k & 1) != 0) {
                    say(out, "%s%s", before, w->types[k].id);
                    before = ", ";
                }
            }
            say(out, "\n");
        }
    }
}

/* ---- measures ---- */

static const char *every_word(span_type every)
{
    switch (every) {
    case SPAN_MONTH: return "monthly";
    case SPAN_QUARTER: return "quarterly";
    case SPAN_HALF: return "half-yearly";
    default: return "yearly";
    }
}

static void say_laws(text *out, const world *w, const measure *m)
{
    static const char *const words[] = {"sum", "last", "min", "max", "none", "mean"};
    if (!m->is_percent || m->law_units != LAW_NONE) {
        say(out, "  %s over units\n", words[m->law_units]);
    }
    say(out, "  %s over time\n", words[m->law_time]);
    for (int i = 0; i < m->n_categories; i++) {
        say(out, "  %s over %s\n", words[m->law_category[i]], w->categories[m->category[i]].id);
    }
}

static void say_report(text *out, const measure *m)
{
    static const char *const months[] = {"January",   "February", "March",    "April",
                                         "May",       "June",     "July",     "August",
                                         "September", "October",  "November", "December"};
    if (m->every == SPAN_NONE || m->due == DUE_NONE) {
        return;
    }
    say(out, "report of-%s\n  %s due ", m->id, every_word(m->every));
    if (m->due == DUE_DAYS_AFTER) {
        say(out, "%d days after", m->due_n);
    } else {
        say(out, "10 %s%s", months[m->due_n - 1], m->due == DUE_DATE_NEXT_YEAR ? " next year" : "");
    }
    say(out, "%s\n  of %s\n", m->due_strict ? " strict" : "", m->id);
}

static void say_measure(text *out, const world *w, const measure *m)
{
    say(out, "measure %s\n  %s %s  decimals %d\n", m->id, m->is_flow ? "flow" : "stock",
        m->is_percent ? "percent" : "things", m->decimals);
    say(out, "%s", m->any_sign ? "  any sign\n" : "");
    for (int i = 0; i < m->n_categories; i++) {
        say(out, "%s%s", i == 0 ? "  by " : ", ", w->categories[m->category[i]].id);
    }
    say(out, "%s", m->n_categories > 0 ? "\n" : "");
    say_laws(out, w, m);
    if (m->every != SPAN_NONE) {
        say(out, "  reported %s", every_word(m->every));
        if (m->by_type >= 0) {
            say(out, " by %s", w->types[m->by_type].id);
        }
        say(out, "\n");
    }
    if (m->level != LEVEL_LEAVES) {
        say(out, "  at any level %s\n", m->level == LEVEL_REPLACES ? "replaces" : "adds");
    }
    say_report(out, m);
}

static void say_reference(text *out, const reference *f)
{
    say(out, "reference %s dong\n  decimals %d\n", f->id, f->decimals);
    for (int i = 0; i < f->n_steps; i++) {
        char day[16];
        day_print(f->day[i], day, sizeof day);
        say(out, "  %s ", day);
        say_decimal(out, f->value[i], f->decimals);
        say(out, "\n");
    }
}

/* ---- expressions ---- */

static void say_members(text *out, const member_set *set, unsigned members, const char **before)
{
    if (members == 0) {
        return;
    }
    const char *joint = "=";
    say(out, "%s%s", *before, set->id);
    for (int k = 0; k < set->n_members; k++) {
        if ((members >> k & 1) != 0) {
            say(out, "%s%s", joint, set->member[k]);
            joint = " or ";
        }
    }
    *before = ", ";
}

static void say_node(text *out, const world *w, int index);

static void say_thing(text *out, const world *w, const term *t)
{
    const char *before = "[";
    switch (t->kind) {
    case TERM_NUMBER: break;
    case TERM_MEASURE: {
        const measure *const m = &w->measures[t->index];
        say(out, "%s", m->id);
        for (int i = 0; i < m->n_categories; i++) {
            say_members(out, &w->categories[m->category[i]], t->pick.members[i], &before);
        }
        if (t->pick.attribute >= 0) {
            say_members(out, &w->attributes[t->pick.attribute], t->pick.attribute_members, &before);
        }
        say(out, "%s", before[0] == ',' ? "]" : "");
        break;
    }
    case TERM_COUNT:
        say(out, "count(%s", w->types[w->counts[t->index].type].id);
        if (w->counts[t->index].predicate >= 0) {
            say(out, " where ");
            say_node(out, w, w->counts[t->index].predicate);
        }
        say(out, ")");
        break;
    case TERM_REFERENCE:
        say(out, "%s%s",
            t->rule == RULE_AVERAGE ? "average "
            : t->rule == RULE_WORST ? "worst "
                                    : "",
            w->references[t->index].id);
        break;
    }
}

static void say_form(text *out, const world *w, const form *f)
{
    for (int i = 0; i < f->n_terms; i++) {
        const term *const t = &f->terms[i];
        const int64_t size = t->coefficient < 0 ? -t->coefficient : t->coefficient;
        if (i > 0) {
            say(out, "%s", t->coefficient < 0 ? " - " : " + ");
        }
        if (t->kind == TERM_NUMBER) {
            say_decimal(out, size, t->decimals);
        } else {
            say_thing(out, w, t);
            if (size != 1) {
                say(out, " * ");
                say_decimal(out, size, t->decimals);
            }
        }
    }
}

static void say_node(text *out, const world *w, int index)
{
    static const char *const words[] = {"=", ">=", "<=", "<", ">"};
    const node *const n = &w->nodes[index];
    switch (n->kind) {
    case NODE_COMPARE:
        say_form(out, w, &n->lhs);
        say(out, " %s ", words[n->rel]);
        say_form(out, w, &n->rhs);
        break;
    case NODE_ATTRIBUTE: {
        const member_set *const set = &w->attributes[n->attribute];
        for (int k = 0; k < set->n_members; k++) {
            if ((n->member >> k & 1) != 0) {
                say(out, "%s = %s", set->id, set->member[k]);
            }
        }
        break;
    }
    case NODE_NOT:
        say(out, "not (");
        say_node(out, w, n->left);
        say(out, ")");
        break;
    default:
        say(out, "(");
        say_node(out, w, n->left);
        say(out, n->kind == NODE_AND ? ") and (" : ") or (");
        say_node(out, w, n->right);
        say(out, ")");
        break;
    }
}

static void say_indicator(text *out, const world *w, const indicator *i)
{
    const char *const open[] = {"", "("};
    const char *const close[] = {"", ")"};
    const bool two = i->n.n_terms > 1 || i->n.terms[0].coefficient != 1;
    const bool two_below = i->d.n_terms > 1 || (i->has_d && i->d.terms[0].coefficient != 1);
    say(out, "indicator %s\n  = %s", i->id, open[i->has_d && two]);
    say_form(out, w, &i->n);
    say(out, "%s", close[i->has_d && two]);
    if (i->has_d) {
        say(out, " / %s", open[two_below]);
        say_form(out, w, &i->d);
        say(out, "%s", close[two_below]);
    }
    say(out, "\n%s%s%s", i->share ? "  share\n" : "", i->annualised ? "  annualised" : "",
        !i->annualised ? ""
        : i->by_months ? " by months\n"
                       : "\n");
}

/* ---- targets ---- */

static void say_base(text *out, const base *b)
{
    if (b->kind == BASE_STATED) {
        say(out, "%s stated for ", b->stated.text);
    }
    say_span(out, "", b->period);
}

static void say_amount(text *out, frac n, amount kind)
{
    char number[64];
    frac_print(n, number, sizeof number);
    say(out, "%s%s", number, kind == AMOUNT_RELATIVE ? "%" : " points");
}

static void say_op(text *out, const reading *rd)
{
    static const char *const words[] = {"at least", "at most", "more than", "less than", "reaches",
                                        "exactly",  "between", "about",     "up",        "down"};
    say(out, " %s%s", words[rd->op], rd->lower_about ? " about" : "");
    if (rd->op == OP_UP || rd->op == OP_DOWN) {
        if (rd->change_kind != AMOUNT_NONE) {
            say(out, rd->says_at_least ? " at least " : " ");
            say_amount(out, rd->change, rd->change_kind);
        }
    } else {
        say(out, " %s", rd->a.text);
    }
    if (rd->op == OP_BETWEEN) {
        say(out, " and %s", rd->b.text);
    }
    if (rd->tolerance_kind != AMOUNT_NONE) {
        say(out, " within ");
        say_amount(out, rd->tolerance, rd->tolerance_kind);
    }
}

static void say_phrase(text *out, const world *w, const target *t, const reading *rd)
{
    say(out, "%s", w->indicators[rd->indicator].id);
    say_op(out, rd);
    if (rd->over.kind != BASE_NONE) {
        say(out, " over ");
        say_base(out, &rd->over);
    }
    if (rd->since.type != SPAN_NONE) {
        say_span(out, " since ", rd->since);
    }
    if (t->by.type != SPAN_NONE) {
        say_span(out, " by ", t->by);
    }
    if (rd->within >= 0) {
        say(out, " within %s", w->indicators[rd->within].id);
    }
    say(out, "%s", rd->every_year ? " every year" : "");
    if (t->scope == SCOPE_EVERY) {
        say(out, " for every %s", w->types[t->scope_type].id);
    } else if (t->scope == SCOPE_UNITS) {
        for (int i = 0; i < t->n_scope_units; i++) {
            say(out, "%s%s", i == 0 ? " for " : ", ", w->units[t->scope_units[i]].id);
        }
    }
    say(out, "\n");
}

static void say_target(text *out, const world *w, const target *t)
{
    say(out, "target %s\n", t->id);
    const bool named = t->n_readings > 1 && !t->reads_both;
    for (int i = 0; i < (t->reads_both ? 1 : t->n_readings); i++) {
        say(out, "  ");
        if (named) {
            say(out, "reading %s: ", t->readings[i].name);
        }
        say_phrase(out, w, t, &t->readings[i]);
    }
    say(out, "%s", t->reads_both ? "  reads as relative or points\n" : "");
    if (t->chosen >= 0) {
        say(out, "  choose %s\n", t->readings[t->chosen].name);
    }
    if (t->baseline.kind != BASE_NONE) {
        say(out, "  baseline ");
        say_base(out, &t->baseline);
        say(out, "\n");
    }
    say(out, "%s", t->vision ? "  vision\n" : "");
}

static void say_programme(text *out, const world *w, const programme *p)
{
    say(out, "programme %s\n", p->id);
    say_span(out, "  period ", p->period);
    say(out, "\n");
    if (p->horizon != 0) {
        say(out, "  horizon %d\n", p->horizon);
    }
    if (p->unit >= 0) {
        say(out, "  unit %s\n", w->units[p->unit].id);
    }
}

char *world_plan_text(const world *w)
{
    text out = {NULL, 0, 0, false};
    say_types(&out, w);
    say_sets(&out, "attribute", w->attributes, w->n_attributes);
    say_sets(&out, "category", w->categories, w->n_categories);
    say_units(&out, w);
    for (int i = 0; i < w->n_measures; i++) {
        say_measure(&out, w, &w->measures[i]);
    }
    for (int i = 0; i < w->n_references; i++) {
        say_reference(&out, &w->references[i]);
    }
    for (int i = 0; i < w->n_indicators; i++) {
        if (!w->indicators[i].of_measure) {
            say_indicator(&out, w, &w->indicators[i]);
        }
    }
    for (int i = 0; i < w->n_programmes; i++) {
        say_programme(&out, w, &w->programmes[i]);
    }
    for (int i = 0; i < w->n_targets; i++) {
        say_target(&out, w, &w->targets[i]);
    }
    return finished(&out);
}

/* ---- facts ---- */

static void say_fact(text *out, const world *w, const fact *f)
{
    static const char *const signs[] = {"", ">", ">=", "<", "<=", "~", "missing"};
    const measure *const m = &w->measures[f->measure];
    say(out, "%s,%s,", w->units[f->unit].id, m->id);
    say_span(out, "", f->period);
    say(out, ",");
    if (f->qualifier != IS_MISSING) {
        say_decimal(out, f->value, m->decimals);
    }
    say(out, ",%s,%s", signs[f->qualifier],
        f->qualifier == IS_MISSING ? attain_missing_reason_name((attain_missing_reason)f->reason) : "");
    for (int k = 0; k < w->n_categories; k++) {
        say(out, ",");
        for (int i = 0; i < m->n_categories; i++) {
            if (m->category[i] == k) {
                say(out, "%s", w->categories[k].member[cell_member(w, m, f->cell, i)]);
            }
        }
    }
    say(out, "\n");
}

char *world_facts_text(const world *w)
{
    text out = {NULL, 0, 0, false};
    say(&out, "unit,measure,period,value,qualifier,reason");
    for (int k = 0; k < w->n_categories; k++) {
        say(&out, ",%s", w->categories[k].id);
    }
    say(&out, "\n");
    for (int i = 0; i < w->n_facts; i++) {
        say_fact(&out, w, &w->facts[i]);
    }
    return finished(&out);
}

void world_print_fact(const world *w, const fact *f, char *out, size_t cap)
{
    text line = {NULL, 0, 0, false};
    say_fact(&line, w, f);
    snprintf(out, cap, "%s", line.failed ? "" : line.data);
    free(line.data);
}
