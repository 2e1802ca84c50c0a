/* Writing parts: items, values, expressions, phrases, attributes. What comes out reads back as the same part, so parentheses stand exactly
 * where the grammar needs them and nothing depends on how the text was laid out. */
#include "language/write.h"

#include "number/decimal.h"

/* --- items and values --- */

void atn_write_string(atn_buf *out, atn_str text)
{
    atn_buf_char(out, '"');
    for (size_t i = 0; i < text.len; i++) {
        const char c = text.data[i];
        if (c == '"' || c == '\\') {
            atn_buf_char(out, '\\');
        }
        if (c == '\n') {
            atn_buf_text(out, "\\n");
        } else {
            atn_buf_char(out, c);
        }
    }
    atn_buf_char(out, '"');
}

static void write_item(atn_buf *out, const atn_item *item)
{
    if (item->is_string) {
        atn_write_string(out, item->text);
    } else {
        atn_buf_str(out, item->text);
    }
}

static void write_word_item(atn_buf *out, const char *word, const atn_item *item)
{
    atn_buf_text(out, word);
    atn_buf_char(out, ' ');
    write_item(out, item);
}

static void write_items(atn_buf *out, const atn_item *items, const char *separator)
{
    for (const atn_item *item = items; item != NULL; item = item->next) {
        write_item(out, item);
        atn_buf_text(out, item->next == NULL ? "" : separator);
    }
}

void atn_write_number(atn_buf *out, const atn_number *number)
{
    const atn_wide mantissa = atn_wide_from_i64(number->mantissa);
    atn_decimal_print(out, &mantissa, number->decimals, NULL);
}

static void write_number(atn_buf *out, const atn_number *number, atn_style style)
{
    if (style.as_written && number->text.len > 0) {
        atn_buf_str(out, number->text);
    } else {
        atn_write_number(out, number);
    }
    atn_buf_text(out, number->percent ? "%" : "");
}

static void write_value(atn_buf *out, const atn_value *value, atn_style style)
{
    write_number(out, &value->number, style);
    if (value->has_per) {
        atn_buf_text(out, value->slash ? "/" : " per ");
        write_number(out, &value->per, style);
    }
}

static void write_base(atn_buf *out, const atn_base_text *base, atn_style style)
{
    switch (base->kind) {
    case ATN_BASE_NONE: break;
    case ATN_BASE_PERIOD: atn_period_print(out, base->period); break;
    case ATN_BASE_STATED:
        write_value(out, &base->value, style);
        atn_buf_text(out, " stated for ");
        atn_period_print(out, base->period);
        break;
    case ATN_BASE_PREVIOUS: atn_buf_text(out, "previous"); break;
    case ATN_BASE_YEAR_BEFORE: atn_buf_text(out, "a year before"); break;
    }
}

/* --- expressions --- */

static void write_picks(atn_buf *out, const atn_pick_part *picks)
{
    atn_buf_char(out, '[');
    for (const atn_pick_part *part = picks; part != NULL; part = part->next) {
        write_item(out, part->name);
        atn_buf_char(out, '=');
        write_items(out, part->members, " or ");
        atn_buf_text(out, part->next == NULL ? "]" : ", ");
    }
}

static void write_pred(atn_buf *out, const atn_pred *pred, atn_style style);

static void write_primary(atn_buf *out, const atn_expr *expr, atn_style style)
{
    if (expr->kind == ATN_EXPR_NUMBER) {
        write_number(out, &expr->number, style);
        return;
    }
    if (expr->kind == ATN_EXPR_COUNT) {
        atn_buf_text(out, "count(");
        write_item(out, expr->name);
        if (expr->where != NULL) {
            atn_buf_text(out, " where ");
            write_pred(out, expr->where, style);
        }
        atn_buf_char(out, ')');
        return;
    }
    atn_buf_text(out, expr->rule == ATN_REFERENCE_AVERAGE ? "average "
                      : expr->rule == ATN_REFERENCE_WORST ? "worst "
                                                          : "");
    write_item(out, expr->name);
    if (expr->picks != NULL) {
        write_picks(out, expr->picks);
    }
}

/* How tightly an operator holds: a side needs parentheses unless it holds tighter (or, on the left, as tightly). A product on the right of
 * "/" needs them, and a product inside a product. */
static int tightness(atn_expr_kind kind)
{
    switch (kind) {
    case ATN_EXPR_ADD:
    case ATN_EXPR_SUB: return 1;
    case ATN_EXPR_DIV: return 2;
    case ATN_EXPR_MUL: return 3;
    default: return 4;
    }
}

static void write_side(atn_buf *out, const atn_expr *side, int least, atn_style style)
{
    const bool bare = tightness(side->kind) >= least;
    atn_buf_text(out, bare ? "" : "(");
    atn_write_expr_styled(out, side, style);
    atn_buf_text(out, bare ? "" : ")");
}

void atn_write_expr_styled(atn_buf *out, const atn_expr *expr, atn_style style)
{
    switch (expr->kind) {
    case ATN_EXPR_ADD:
    case ATN_EXPR_SUB:
        write_side(out, expr->left, expr->left->kind == ATN_EXPR_DIV ? 4 : 1, style);
        atn_buf_text(out, expr->kind == ATN_EXPR_ADD ? " + " : " - ");
        write_side(out, expr->right, 3, style);
        break;
    case ATN_EXPR_MUL:
        write_side(out, expr->left, 4, style);
        atn_buf_text(out, " * ");
        write_side(out, expr->right, 4, style);
        break;
    case ATN_EXPR_DIV:
        write_side(out, expr->left, 3, style);
        atn_buf_text(out, " / ");
        write_side(out, expr->right, 4, style);
        break;
    default: write_primary(out, expr, style); break;
    }
}

void atn_write_expr(atn_buf *out, const atn_expr *expr)
{
    atn_write_expr_styled(out, expr, (atn_style){false, false});
}

static void write_pred_side(atn_buf *out, const atn_pred *side, bool bare, atn_style style)
{
    atn_buf_text(out, bare ? "" : "(");
    write_pred(out, side, style);
    atn_buf_text(out, bare ? "" : ")");
}

static void write_pred(atn_buf *out, const atn_pred *pred, atn_style style)
{
    static const char *const relations[] = {" = ", " >= ", " <= ", " < ", " > "};
    const bool is_and = pred->kind == ATN_NODE_AND;
    switch (pred->kind) {
    case ATN_NODE_AND:
    case ATN_NODE_OR:
        write_pred_side(out, pred->left, !is_and || pred->left->kind != ATN_NODE_OR, style);
        atn_buf_text(out, is_and ? " and " : " or ");
        write_pred_side(out, pred->right,
                        pred->right->kind != ATN_NODE_OR && (!is_and || pred->right->kind != ATN_NODE_AND),
                        style);
        break;
    case ATN_NODE_NOT:
        atn_buf_text(out, "not ");
        write_pred_side(out, pred->left, pred->left->kind != ATN_NODE_AND && pred->left->kind != ATN_NODE_OR,
                        style);
        break;
    default:
        atn_write_expr_styled(out, pred->lhs, style);
        atn_buf_text(out, relations[pred->relation]);
        atn_write_expr_styled(out, pred->rhs, style);
        break;
    }
}

/* --- phrases --- */

static void write_amount(atn_buf *out, const atn_number *number, atn_amount kind, atn_style style)
{
    write_number(out, number, style);
    atn_buf_text(out, kind == ATN_AMOUNT_POINTS ? " points" : "");
}

static void write_operator(atn_buf *out, const atn_phrase *phrase, atn_style style)
{
    static const char *const words[] = {"at least ", "at most ", "more than ", "less than ", "reaches ",
                                        "exactly ",  "between ", "about ",     "up",         "down"};
    if (phrase->op == ATN_WORD_NOT_QUANTIFIED) {
        atn_buf_text(out, "not quantified");
        return;
    }
    write_item(out, phrase->indicator);
    atn_buf_char(out, ' ');
    atn_buf_text(out, words[phrase->op]);
    if (phrase->op == ATN_WORD_UP || phrase->op == ATN_WORD_DOWN) {
        if (phrase->has_amount) {
            atn_buf_text(out, phrase->at_least ? " at least " : " ");
            write_amount(out, &phrase->amount, phrase->amount_kind, style);
        }
        return;
    }
    atn_buf_text(out, phrase->about ? "about " : "");
    write_value(out, &phrase->value, style);
    if (phrase->op == ATN_WORD_BETWEEN) {
        atn_buf_text(out, " and ");
        write_value(out, &phrase->value_high, style);
    }
}

static void write_phrase(atn_buf *out, const atn_phrase *phrase, atn_style style)
{
    write_operator(out, phrase, style);
    if (phrase->has_within_tolerance) {
        atn_buf_text(out, " within ");
        write_amount(out, &phrase->tolerance, phrase->tolerance_kind, style);
    }
    if (phrase->has_over) {
        atn_buf_text(out, " over ");
        write_base(out, &phrase->over, style);
    }
    if (phrase->has_since) {
        atn_buf_text(out, " since ");
        atn_period_print(out, phrase->since);
    }
    if (phrase->within != NULL) {
        atn_buf_char(out, ' ');
        write_word_item(out, "within", phrase->within);
    }
    if (phrase->has_for) {
        atn_buf_text(out, phrase->for_every ? " for every " : " for ");
        write_items(out, phrase->for_items, ", ");
    }
    atn_buf_text(out, phrase->every_year ? " every year" : "");
    if (phrase->has_by) {
        atn_buf_text(out, " by ");
        atn_period_print(out, phrase->by);
    }
}

void atn_write_phrase(atn_buf *out, const atn_phrase *phrase)
{
    write_phrase(out, phrase, (atn_style){false, false});
}

/* --- attributes --- */

static const char *every_word(attain_period_type every)
{
    switch (every) {
    case ATTAIN_PERIOD_DAY: return "daily";
    case ATTAIN_PERIOD_WEEK: return "weekly";
    case ATTAIN_PERIOD_MONTH: return "monthly";
    case ATTAIN_PERIOD_QUARTER: return "quarterly";
    case ATTAIN_PERIOD_HALF_YEAR: return "half-yearly";
    case ATTAIN_PERIOD_YEAR: return "yearly";
    default: return "";
    }
}

static void write_due(atn_buf *out, const atn_due *due)
{
    static const char *const months[] = {"January",   "February", "March",    "April",
                                         "May",       "June",     "July",     "August",
                                         "September", "October",  "November", "December"};
    atn_buf_text(out, "due ");
    if (due->kind == ATN_DUE_DAYS_AFTER) {
        atn_buf_printf(out, "%d days after", (int)due->days_after);
    } else {
        atn_buf_printf(out, "%d %s", (int)due->day, months[due->month - 1]);
    }
    atn_buf_text(out, due->next_year ? " next year" : "");
    atn_buf_text(out, due->strict ? " strict" : "");
}

static void write_schedule(atn_buf *out, const atn_attr *attr)
{
    atn_buf_text(out, every_word(attr->every));
    if (attr->due.kind != ATN_DUE_NONE) {
        atn_buf_text(out, attr->every == ATTAIN_PERIOD_NONE ? "" : " ");
        write_due(out, &attr->due);
    }
}

static void write_shown(atn_buf *out, const atn_attr *attr, atn_style style)
{
    atn_buf_text(out, "shown as ");
    switch (attr->shown) {
    case ATN_SHOWN_PLAIN: atn_buf_text(out, "plain"); break;
    case ATN_SHOWN_PERCENT: atn_buf_text(out, "percent"); break;
    case ATN_SHOWN_ONE_PER: atn_buf_text(out, "1 per N"); break;
    case ATN_SHOWN_PER:
        atn_buf_text(out, "per ");
        write_number(out, &attr->number, style);
        break;
    }
}

static void write_instrument(atn_buf *out, const atn_attr *attr)
{
    write_word_item(out, "instrument", attr->items);
    atn_buf_char(out, ' ');
    atn_day_print(out, attr->day);
    if (attr->into != NULL) {
        write_word_item(out, " by", attr->into);
    }
    if (attr->supersedes != NULL) {
        write_word_item(out, " supersedes", attr->supersedes);
    }
    if (attr->as_written != NULL) {
        write_word_item(out, " as written", attr->as_written);
    }
}

static void write_phrase_attr(atn_buf *out, const atn_attr *attr, atn_style style)
{
    if (attr->phrase->reading != NULL) {
        write_word_item(out, "reading", attr->phrase->reading);
        atn_buf_text(out, ": ");
    }
    write_phrase(out, attr->phrase, style);
}

static void write_boundary(atn_buf *out, const atn_attr *attr, atn_style style)
{
    static const char *const words[] = {" merge ", " split ", " rename "};
    atn_day_print(out, attr->day);
    atn_buf_text(out, words[attr->number.mantissa]);
    write_items(out, attr->items, ", ");
    atn_buf_text(out, attr->number.mantissa == ATN_BOUNDARY_RENAME ? " to " : " into ");
    for (const atn_item *item = attr->into; item != NULL; item = item->next) {
        write_item(out, item);
        atn_buf_text(out, item->title.len > 0 ? " " : "");
        for (size_t i = 0; i < item->title.len; i++) { /* the share */
            const char c = item->title.data[i];
            atn_buf_char(out, c == '.' && style.numbers_vi ? ',' : c);
        }
        atn_buf_text(out, item->title.len > 0 ? "%" : "");
        atn_buf_text(out, item->next == NULL ? "" : ", ");
    }
}

static void write_law(atn_buf *out, const atn_attr *attr)
{
    static const char *const laws[] = {"sum over", "last over", "first over", "min over",
                                       "max over", "mean over", "union over", "none over"};
    write_word_item(out, laws[attr->law], attr->items);
}

static void write_word_day(atn_buf *out, const char *word, const atn_attr *attr)
{
    atn_buf_text(out, word);
    atn_buf_char(out, ' ');
    atn_day_print(out, attr->day);
    if (attr->items != NULL) {
        atn_buf_char(out, ' ');
        write_item(out, attr->items);
    }
}

static void write_word_items(atn_buf *out, const char *word, const atn_attr *attr, const char *separator)
{
    atn_buf_text(out, word);
    atn_buf_char(out, ' ');
    write_items(out, attr->items, separator);
}

static void write_word_period(atn_buf *out, const char *word, const atn_attr *attr)
{
    atn_buf_text(out, word);
    atn_buf_char(out, ' ');
    atn_period_print(out, attr->period);
}

/* `by` of a measure (categories), a milestone (a period) or a report (TYPE to TYPE). */
static void write_by(atn_buf *out, const atn_attr *attr)
{
    if (attr->period_item != NULL) {
        write_word_period(out, "by", attr);
    } else {
        write_word_items(out, "by", attr, attr->number.mantissa == 1 ? " to " : ", ");
    }
}

static void write_phase(atn_buf *out, const atn_attr *attr)
{
    write_word_item(out, "phase", attr->items);
    if (attr->period_item != NULL) {
        atn_buf_char(out, ' ');
        atn_period_print(out, attr->period);
    }
}

static void write_word_number(atn_buf *out, const char *word, const atn_attr *attr, const char *behind,
                              atn_style style)
{
    atn_buf_text(out, word);
    atn_buf_char(out, ' ');
    write_number(out, &attr->number, style);
    atn_buf_text(out, behind);
}

static void write_step(atn_buf *out, const atn_attr *attr, atn_style style)
{
    atn_day_print(out, attr->day);
    atn_buf_char(out, ' ');
    write_number(out, &attr->number, style);
}

/* A dispatch over the kinds. */
void atn_write_attr(atn_buf *out, const atn_attr *attr, atn_style style)
{
    switch (attr->kind) {
    case ATN_ATTR_IN: write_word_item(out, "in", attr->items); break;
    case ATN_ATTR_FROM: write_word_day(out, "from", attr); break;
    case ATN_ATTR_UNTIL: write_word_day(out, "until", attr); break;
    case ATN_ATTR_ALIAS: write_word_item(out, "alias", attr->items); break;
    case ATN_ATTR_NAMED: write_items(out, attr->items, " "); break;
    case ATN_ATTR_OVERLAPPING: atn_buf_text(out, "overlapping"); break;
    case ATN_ATTR_STOCK: write_word_item(out, "stock", attr->items); break;
    case ATN_ATTR_FLOW: write_word_item(out, "flow", attr->items); break;
    case ATN_ATTR_DECIMALS: write_word_number(out, "decimals", attr, "", style); break;
    case ATN_ATTR_ANY_SIGN: atn_buf_text(out, "any sign"); break;
    case ATN_ATTR_BY: write_by(out, attr); break;
    case ATN_ATTR_LAW: write_law(out, attr); break;
    case ATN_ATTR_REPORTED:
        atn_buf_printf(out, "reported %s", every_word(attr->every));
        if (attr->items != NULL) {
            write_word_item(out, " by", attr->items);
        }
        break;
    case ATN_ATTR_ANY_LEVEL:
        atn_buf_text(out, attr->number.mantissa == 1 ? "at any level adds" : "at any level replaces");
        break;
    case ATN_ATTR_CARRY: write_word_number(out, "carry", attr, " years", style); break;
    case ATN_ATTR_BREAK: write_word_day(out, "break", attr); break;
    case ATN_ATTR_UNIT_OF: write_item(out, attr->items); break;
    case ATN_ATTR_STEP: write_step(out, attr, style); break;
    case ATN_ATTR_MEMBERS:
    case ATN_ATTR_EXPRESSION: break; /* the layout breaks them into lines itself */
    case ATN_ATTR_SHARE: atn_buf_text(out, "share"); break;
    case ATN_ATTR_SHOWN: write_shown(out, attr, style); break;
    case ATN_ATTR_ANNUALISED:
        atn_buf_text(out, attr->number.mantissa == 1 ? "annualised by months" : "annualised");
        break;
    case ATN_ATTR_VARIANT_OF: write_word_item(out, "variant of", attr->items); break;
    case ATN_ATTR_MEAN_OF:
        write_word_item(out, "mean of", attr->items);
        write_word_number(out, " to", attr, " decimals", style);
        break;
    case ATN_ATTR_PERIOD: write_word_period(out, "period", attr); break;
    case ATN_ATTR_HORIZON: write_word_period(out, "horizon", attr); break;
    case ATN_ATTR_INSTRUMENT: write_instrument(out, attr); break;
    case ATN_ATTR_UNIT: write_word_item(out, "unit", attr->items); break;
    case ATN_ATTR_PART_OF: write_word_item(out, "part of", attr->items); break;
    case ATN_ATTR_IMPLEMENTS: write_word_items(out, "implements", attr, ", "); break;
    case ATN_ATTR_PHASE: write_phase(out, attr); break;
    case ATN_ATTR_LEAD: write_word_item(out, "lead", attr->items); break;
    case ATN_ATTR_WITH: write_word_item(out, "with", attr->items); break;
    case ATN_ATTR_SOURCE: write_word_items(out, "source", attr, " "); break;
    case ATN_ATTR_NOTE: write_word_item(out, "note", attr->items); break;
    case ATN_ATTR_PHRASE: write_phrase_attr(out, attr, style); break;
    case ATN_ATTR_CHOOSE: write_word_items(out, "choose", attr, " "); break;
    case ATN_ATTR_READS_BOTH: atn_buf_text(out, "reads as relative or points"); break;
    case ATN_ATTR_BASELINE:
        atn_buf_text(out, "baseline ");
        write_base(out, &attr->base, style);
        break;
    case ATN_ATTR_VISION: atn_buf_text(out, "vision"); break;
    case ATN_ATTR_PATH: atn_buf_text(out, attr->number.mantissa == 1 ? "path steps" : "path linear"); break;
    case ATN_ATTR_WEIGHT: write_word_number(out, "weight", attr, "", style); break;
    case ATN_ATTR_UNDEFINED: write_word_item(out, "undefined", attr->items); break;
    case ATN_ATTR_DEFINED: write_word_items(out, "defined", attr, " as "); break;
    case ATN_ATTR_DONE: write_word_day(out, "done", attr); break;
    case ATN_ATTR_NOT_DONE: write_word_day(out, "not done", attr); break;
    case ATN_ATTR_ALL_OF: write_word_items(out, "all of", attr, ", "); break;
    case ATN_ATTR_SCHEDULE: write_schedule(out, attr); break;
    case ATN_ATTR_OF: write_word_items(out, "of", attr, ", "); break;
    case ATN_ATTR_ON_REQUEST: atn_buf_text(out, "on request"); break;
    case ATN_ATTR_BOUNDARY: write_boundary(out, attr, style); break;
    }
}

/* --- heads --- */

bool atn_attr_is_head(const atn_attr *attr)
{
    switch (attr->kind) {
    case ATN_ATTR_MEMBERS:
    case ATN_ATTR_UNIT_OF:
    case ATN_ATTR_EXPRESSION:
    case ATN_ATTR_BOUNDARY: return true;
    default: return false;
    }
}

static const char *decl_word(atn_decl_kind kind)
{
    static const char *const words[] = {"include",   "numbers",   "units",   "unit",      "type",
                                        "attribute", "category",  "measure", "reference", "indicator",
                                        "check",     "programme", "target",  "milestone", "activity",
                                        "report",    "boundary"};
    return words[kind];
}

void atn_write_head(atn_buf *out, const atn_decl *decl, atn_style style)
{
    atn_buf_text(out, decl_word(decl->kind));
    atn_buf_text(out, decl->kind == ATN_DECL_UNITS_FROM ? " from" : "");
    const atn_item *const parts[] = {decl->id, decl->title, decl->type};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (parts[i] != NULL) {
            atn_buf_char(out, ' ');
            write_item(out, parts[i]);
        }
    }
    if (decl->kind == ATN_DECL_CHECK || decl->kind == ATN_DECL_TYPE || decl->kind == ATN_DECL_ATTRIBUTE ||
        decl->kind == ATN_DECL_CATEGORY) {
        atn_buf_char(out, ':');
    }
    const bool is_short = decl->kind == ATN_DECL_REFERENCE || decl->kind == ATN_DECL_BOUNDARY;
    if (is_short && decl->attrs != NULL && atn_attr_is_head(decl->attrs)) {
        atn_buf_char(out, ' ');
        atn_write_attr(out, decl->attrs, style);
    }
}
