/* Heading: names of columns, checked and placed. See heading.h. */
#include "facts/heading.h"

#include "facts/intake.h"
#include <string.h>

static const char *const fixed_name[ATN_N_FIXED_COLUMNS] = {"unit",  "measure",   "period",
                                                            "value", "qualifier", "reason"};

/* The names of a table while they are read. */
typedef struct reading {
    const atn_str *names;
    uint32_t n_names;
    const atn_str *rename;
    size_t n_rename;
    attain_status wrong;
    uint32_t *column; /* at fault */
} reading;

/* ---- life ---- */

void atn_heading_init(atn_heading *heading, const attain_facts *facts)
{
    memset(heading, 0, sizeof *heading);
    heading->facts = facts;
    atn_buf_init(&heading->ignored, &facts->outer);
}

static void free_items(const atn_heading *heading, void *items, size_t n)
{
    if (items != NULL) {
        atn_alloc_free_array(&heading->facts->alloc, items, n, sizeof(uint32_t));
    }
}

void atn_heading_free(atn_heading *heading)
{
    if (heading->facts == NULL) {
        return;
    }
    free_items(heading, heading->wide_column, heading->cap_wide_columns);
    free_items(heading, heading->wide_measure, heading->cap_wide_measures);
    free_items(heading, heading->member_column, heading->cap_members);
    free_items(heading, heading->member_category, heading->cap_categories);
    atn_buf_free(&heading->ignored);
    memset(heading, 0, sizeof *heading);
}

/* ---- checks ---- */

static attain_status column_error(const reading *r, uint32_t column, const char *format, const char *name,
                                  const char *more, attain_error *err)
{
    *r->column = column;
    return atn_error_set(err, r->wrong, "column '%s' %s%s", name, format, more);
}

static atn_str name_here(const reading *r, uint32_t column)
{
    const atn_str name = r->names[column];
    for (size_t i = 0; i < r->n_rename; i++) {
        if (atn_str_equal(r->rename[2 * i], name)) {
            return r->rename[2 * i + 1];
        }
    }
    return name;
}

/* A renaming that meets no column is a spelling error of somebody. */
static attain_status check_rename(const reading *r, attain_error *err)
{
    for (size_t i = 0; i < r->n_rename; i++) {
        bool found = false;
        for (uint32_t c = 0; c < r->n_names && !found; c++) {
            found = atn_str_equal(r->names[c], r->rename[2 * i]);
        }
        if (!found) {
            const atn_note name = atn_show_text(r->rename[2 * i]);
            const atn_note here = atn_show_text(r->rename[2 * i + 1]);
            return column_error(r, ATN_NONE, "is not there, but is to be renamed to ", name.text, here.text,
                                err);
        }
    }
    return ATTAIN_OK;
}

/* After renaming no name may come twice; columns without a name are ignored. */
static attain_status check_twice(const atn_heading *heading, const reading *r, attain_error *err)
{
    atn_names seen;
    attain_status status = ATTAIN_OK;
    atn_names_init(&seen, &heading->facts->alloc, 0);
    for (uint32_t c = 0; c < r->n_names && status == ATTAIN_OK; c++) {
        const atn_str name = name_here(r, c);
        uint32_t first = c;
        if (name.len > 0 && !atn_names_add(&seen, name, c, &first)) {
            status = atn_error_memory(err, "reading a header");
        } else if (first != c) {
            const atn_note note = atn_show_text(name);
            status = column_error(r, c, "comes twice; rename one of them", note.text, "", err);
        }
    }
    atn_names_free(&seen);
    return status;
}

/* ---- what a column is ---- */

/* One item more in each of two arrays that belong together. */
static bool add_pair(const atn_heading *heading, uint32_t **first, size_t *cap_first, uint32_t **second,
                     size_t *cap_second, size_t *n, const uint32_t items[2])
{
    const attain_allocator *a = &heading->facts->alloc;
    void *here = *first;
    void *there = *second;
    const bool good = atn_alloc_grow(a, &here, cap_first, *n + 1, sizeof **first);
    *first = here;
    if (!good || !atn_alloc_grow(a, &there, cap_second, *n + 1, sizeof **second)) {
        return false;
    }
    *second = there;
    (*first)[*n] = items[0];
    (*second)[(*n)++] = items[1];
    return true;
}

static bool add_member_column(atn_heading *heading, uint32_t column, uint32_t category)
{
    const uint32_t items[2] = {column, category};
    return add_pair(heading, &heading->member_column, &heading->cap_members, &heading->member_category,
                    &heading->cap_categories, &heading->n_members, items);
}

static bool add_wide_column(atn_heading *heading, uint32_t column, uint32_t measure)
{
    const uint32_t items[2] = {column, measure};
    return add_pair(heading, &heading->wide_column, &heading->cap_wide_columns, &heading->wide_measure,
                    &heading->cap_wide_measures, &heading->n_wide, items);
}

static bool add_ignored(atn_heading *heading, atn_str name)
{
    if (name.len == 0) {
        return true;
    }
    if (heading->ignored.len > 0) {
        atn_buf_text(&heading->ignored, ", ");
    }
    atn_buf_escaped(&heading->ignored, name, 64);
    return !heading->ignored.failed;
}

static uint32_t find_fixed(atn_str name)
{
    for (uint32_t f = 0; f < ATN_N_FIXED_COLUMNS; f++) {
        if (atn_str_is(name, fixed_name[f])) {
            return f;
        }
    }
    return ATN_N_FIXED_COLUMNS;
}

/* What one column is. In the wide form `value` is a column like any other. */
static attain_status place_column(atn_heading *heading, const reading *r, uint32_t column, bool is_wide,
                                  attain_error *err)
{
    const atn_model *model = &heading->facts->plan->model;
    const atn_str name = name_here(r, column);
    const uint32_t fixed = find_fixed(name);
    const uint32_t category = atn_find_category(model, name);
    const uint32_t measure = is_wide ? atn_find_measure(model, name) : ATN_NONE;
    bool good;
    if (fixed < ATN_N_FIXED_COLUMNS && !(is_wide && fixed == ATN_COLUMN_VALUE)) {
        heading->fixed[fixed] = column;
        return ATTAIN_OK;
    }
    if (category != ATN_NONE && measure != ATN_NONE) {
        const atn_note note = atn_show_text(name);
        return column_error(r, column, "names a category and a measure", note.text,
                            "; the long form with a column 'measure' is required", err);
    }
    if (category != ATN_NONE) {
        good = add_member_column(heading, column, category);
    } else if (measure != ATN_NONE) {
        good = add_wide_column(heading, column, measure);
    } else {
        good = add_ignored(heading, name);
    }
    return good ? ATTAIN_OK : atn_error_memory(err, "reading a header");
}

/* ---- what must be there ---- */

/* Which column is missing, and if one of the ignored ones is spelled nearly so, which. */
static attain_status missing_column(const reading *r, const char *name, const char *why, attain_error *err)
{
    attain_error near;
    const atn_str wanted = {name, strlen(name)}; /* one of ours */
    near.message[0] = '\0';
    for (uint32_t c = 0; c < r->n_names; c++) {
        const atn_str field = r->names[c];
        if (field.len > 0 && find_fixed(field) == ATN_N_FIXED_COLUMNS &&
            atn_str_distance(field, wanted, 2) <= 2) {
            const atn_note note = atn_show_text(field);
            (void)atn_error_set(&near, ATTAIN_OK, "; is it '%s'?", note.text);
        }
    }
    static const char others[] = {';', '\t', '|', ','};
    for (size_t i = 0; r->n_names == 1 && r->wrong == ATTAIN_E_CSV && i < sizeof others; i++) {
        if (memchr(r->names[0].data, others[i], r->names[0].len) != NULL) {
            (void)atn_error_set(&near, ATTAIN_OK,
                                "; the columns seem to stand between %s: name it as the separator",
                                others[i] == '\t'  ? "tabs"
                                : others[i] == ';' ? "';'"
                                : others[i] == '|' ? "'|'"
                                                   : "','");
            break;
        }
    }
    return column_error(r, ATN_NONE, why, name, near.message, err);
}

static attain_status check_required(const atn_heading *heading, const reading *r, bool is_wide,
                                    attain_error *err)
{
    static const char why[] =
        "is required and not there; facts need unit, period and either measure and value, or a column per "
        "measure";
    if (heading->fixed[ATN_COLUMN_UNIT] == ATN_NONE) {
        return missing_column(r, "unit", why, err);
    }
    if (heading->fixed[ATN_COLUMN_PERIOD] == ATN_NONE) {
        return missing_column(r, "period", why, err);
    }
    if (is_wide && heading->n_wide == 0) {
        return missing_column(r, "measure", why, err);
    }
    if (!is_wide && heading->fixed[ATN_COLUMN_VALUE] == ATN_NONE) {
        return missing_column(r, "value", why, err);
    }
    return ATTAIN_OK;
}

attain_status atn_heading_read(atn_heading *heading, const atn_str *names, size_t n_names,
                               const atn_str *rename, size_t n_rename, attain_status wrong, uint32_t *column,
                               attain_error *err)
{
    const reading r = {names, (uint32_t)n_names, rename, n_rename, wrong, column};
    bool is_wide = true;
    *column = ATN_NONE;
    heading->n_columns = r.n_names;
    for (uint32_t f = 0; f < ATN_N_FIXED_COLUMNS; f++) {
        heading->fixed[f] = ATN_NONE;
    }
    for (uint32_t c = 0; c < r.n_names; c++) {
        is_wide = is_wide && !atn_str_is(name_here(&r, c), "measure");
    }
    ATN_TRY(check_rename(&r, err));
    ATN_TRY(check_twice(heading, &r, err));
    for (uint32_t c = 0; c < r.n_names; c++) {
        ATN_TRY(place_column(heading, &r, c, is_wide, err));
    }
    return check_required(heading, &r, is_wide, err);
}

int32_t atn_heading_place(const atn_heading *heading, uint32_t field, uint32_t value_column)
{
    static const atn_heading_column fixed[] = {
        [ATN_FIELD_UNIT] = ATN_COLUMN_UNIT,           [ATN_FIELD_MEASURE] = ATN_COLUMN_MEASURE,
        [ATN_FIELD_PERIOD] = ATN_COLUMN_PERIOD,       [ATN_FIELD_VALUE] = ATN_COLUMN_VALUE,
        [ATN_FIELD_QUALIFIER] = ATN_COLUMN_QUALIFIER, [ATN_FIELD_REASON] = ATN_COLUMN_REASON};
    uint32_t column = ATN_NONE;
    if (field >= ATN_FIELD_MEMBER) {
        column = heading->member_column[field - ATN_FIELD_MEMBER];
    } else if (field == ATN_FIELD_VALUE) {
        column = value_column;
    } else if (field < ATN_FIELD_ROW) {
        column = heading->fixed[fixed[field]];
    }
    return column == ATN_NONE ? 0 : (int32_t)column + 1;
}
