/* Units files: CSV with a header -> `unit` declarations.
 *
 *   id,name,type,parent,from,until,ownership
 *   VN.46.01,"Phường An Cựu",commune,VN.46,2025-07-01,,public        -> unit VN.46.01 "Phường An Cựu" commune in VN.46 from 2025-07-01
 *                                                                         ownership public
 * Columns are found by their header name; an empty field means none. Any further column is an attribute of units if the plan declares one
 * of its name. That may happen in a text that is added later, so such fields are kept aside and linked when the plan is checked;
 * a column that is none then is ignored, with a warning. */
#include "language/parser.h"
#include "language/plan.h"

#include "csv/csv.h"

#include <string.h>

#define PIECE_BYTES ((size_t)1 << 16)

typedef enum role { ROLE_ID, ROLE_TITLE, ROLE_TYPE, ROLE_PARENT, ROLE_FROM, ROLE_UNTIL, ROLE_OTHER } role;
#define N_ROLES 6

typedef struct units_file {
    attain_plan *plan;
    const atn_source *source;
    char separator;
    atn_decl *units_from;
    size_t n_columns;
    role *roles;            /* n_columns */
    size_t column[N_ROLES]; /* of a role; SIZE_MAX: the file has none */
    atn_span *places;       /* n_columns, of the record at hand */
    atn_decl_list list;
    bool out_of_memory;
} units_file;

/* --- places --- */

/* Finds where the fields of a record stand in the file, all in one pass. A field that goes over several lines has its first. */
static void find_places(units_file *f, const atn_csv_record *record)
{
    const atn_str raw = record->raw;
    bool quoted = false;
    bool broken = false; /* the field has gone over its line */
    int32_t line = (int32_t)record->line;
    int32_t column = 1;
    size_t i = 0;
    f->places[0] = (atn_span){f->source->name, line, 1, 1};
    for (size_t at = 0; at < raw.len; at++) {
        const char c = raw.data[at];
        quoted = c == '"' ? !quoted : quoted;
        if (c == f->separator && !quoted) {
            column++;
            broken = false;
            if (++i == f->n_columns) {
                return;
            }
            f->places[i] = (atn_span){f->source->name, line, column, 1};
        } else if (c == '\n' && quoted) {
            line++;
            column = 1;
            broken = true;
        } else {
            column += ((unsigned char)c & 0xc0) != 0x80;
            if (!broken && column > f->places[i].column) {
                f->places[i].n_columns = column - f->places[i].column;
            }
        }
    }
}

static void refuse(units_file *f, attain_status status, atn_span span, const char *what, atn_str found,
                   const char *why)
{
    const atn_str none = {"", 0};
    const atn_str cut = atn_cut(found);
    if (!atn_diagnose(f->plan, ATTAIN_ERROR, status, span, none, "%s '%.*s': %s", what, ATN_STR_ARG(cut),
                      why)) {
        f->out_of_memory = true;
    }
}

static void refuse_file(units_file *f, attain_status status, int64_t line, int32_t column,
                        const char *message)
{
    const atn_span span = {f->source->name, line > INT32_MAX ? INT32_MAX : (int32_t)line,
                           column < 1 ? 1 : column, 1};
    if (!atn_diagnose(f->plan, ATTAIN_ERROR, status, span, (atn_str){"", 0}, "%s", message)) {
        f->out_of_memory = true;
    }
}

/* --- the header --- */

static role role_of(atn_str name)
{
    static const char *const names[N_ROLES] = {"id", "name", "type", "parent", "from", "until"};
    for (int i = 0; i < N_ROLES; i++) {
        if (atn_str_is(name, names[i])) {
            return (role)i;
        }
    }
    return ROLE_OTHER;
}

/* Columns that are no role are kept in the declaration of the file, each as an attribute that has its name. */
static bool keep_column(units_file *f, atn_str name, atn_span span)
{
    atn_attr *const attr = atn_arena_array(&f->plan->arena, 1, sizeof *attr);
    if (attr == NULL) {
        return false;
    }
    attr->kind = ATN_ATTR_NAMED;
    attr->span = span;
    attr->items = atn_plan_item(f->plan, name, false, span);
    f->units_from->columns[f->units_from->n_columns++] = attr;
    return attr->items != NULL;
}

static bool is_repeated(const atn_csv_record *header, size_t i)
{
    for (size_t j = 0; j < i; j++) {
        if (atn_str_equal(header->field[j], header->field[i])) {
            return true;
        }
    }
    return false;
}

static bool read_header(units_file *f, const atn_csv_record *header)
{
    attain_plan *const plan = f->plan;
    const size_t n = header->n_fields;
    f->n_columns = n;
    f->roles = atn_arena_array(&plan->arena, n, sizeof *f->roles);
    f->units_from->columns = atn_arena_array(&plan->arena, n, sizeof *f->units_from->columns);
    f->places = atn_arena_array(&plan->arena, n, sizeof *f->places);
    if (f->roles == NULL || f->units_from->columns == NULL || f->places == NULL) {
        return false;
    }
    find_places(f, header);
    for (size_t i = 0; i < n; i++) {
        const atn_str name = header->field[i];
        const atn_span span = f->places[i];
        f->roles[i] = role_of(name);
        if (is_repeated(header, i)) {
            refuse(f, ATTAIN_E_CSV, span, "the column", name, "it stands twice in the header");
        } else if (f->roles[i] != ROLE_OTHER) {
            f->column[f->roles[i]] = i;
        } else if (!keep_column(f, name, span)) {
            return false;
        }
    }
    if (f->column[ROLE_ID] == SIZE_MAX || f->column[ROLE_TYPE] == SIZE_MAX) {
        refuse_file(f, ATTAIN_E_CSV, header->line, 1,
                    f->column[ROLE_ID] == SIZE_MAX
                        ? "a units file needs a column 'id', its header has none"
                        : "a units file needs a column 'type', its header has none");
    }
    return !f->out_of_memory;
}

/* --- rows --- */

static atn_str field_of(const units_file *f, const atn_csv_record *row, role which)
{
    return f->column[which] == SIZE_MAX ? (atn_str){"", 0} : row->field[f->column[which]];
}

/* A word of the row as an item; NULL if the field is empty or, after a finding, no word. */
static atn_item *read_word(units_file *f, const atn_csv_record *row, role which, const char *what)
{
    const atn_str text = field_of(f, row, which);
    if (text.len == 0) {
        return NULL;
    }
    const atn_span span = f->places[f->column[which]];
    const char *const problem = atn_word_problem(text);
    if (problem != NULL) {
        refuse(f, ATTAIN_E_SYNTAX, span, what, text, problem);
        return NULL;
    }
    atn_item *const item = atn_plan_item(f->plan, text, false, span);
    f->out_of_memory = f->out_of_memory || item == NULL;
    return item;
}

static void read_title(units_file *f, const atn_csv_record *row, atn_decl *unit)
{
    const atn_str text = field_of(f, row, ROLE_TITLE);
    if (text.len == 0) {
        return;
    }
    const atn_span span = f->places[f->column[ROLE_TITLE]];
    const char *const problem = atn_string_problem(text);
    if (problem != NULL) {
        refuse(f, ATTAIN_E_CONTROL, span, "the name", text, problem);
        return;
    }
    unit->title = atn_plan_item(f->plan, text, true, span);
    f->out_of_memory = f->out_of_memory || unit->title == NULL;
}

static void read_day(units_file *f, const atn_csv_record *row, atn_decl *unit, role which, atn_attr_kind kind)
{
    const atn_str text = field_of(f, row, which);
    if (text.len == 0) {
        return;
    }
    const atn_span span = f->places[f->column[which]];
    int32_t day = 0;
    const char *const problem = atn_date_parse(text, &day);
    if (problem != NULL) {
        refuse(f, ATTAIN_E_DATE, span, "the day", text, problem);
        return;
    }
    atn_attr *const attr = atn_plan_attr(f->plan, unit, kind, span);
    f->out_of_memory = f->out_of_memory || attr == NULL;
    if (attr != NULL) {
        attr->day = day;
    }
}

static void read_parent(units_file *f, const atn_csv_record *row, atn_decl *unit)
{
    atn_item *const parent = read_word(f, row, ROLE_PARENT, "the parent");
    if (parent == NULL) {
        return;
    }
    atn_attr *const attr = atn_plan_attr(f->plan, unit, ATN_ATTR_IN, parent->span);
    f->out_of_memory = f->out_of_memory || attr == NULL;
    if (attr != NULL) {
        attr->items = parent;
    }
}

/* A further field: an attribute of the unit, aside until it is known whether its column is one. */
static void read_other(units_file *f, const atn_csv_record *row, size_t i, atn_decl *unit, uint32_t position)
{
    const atn_str text = row->field[i];
    const atn_attr *const column = f->units_from->columns[position];
    if (text.len == 0) {
        return;
    }
    atn_attr *const attr = atn_arena_array(&f->plan->arena, 1, sizeof *attr);
    const atn_span span = f->places[i];
    atn_item *const name = atn_plan_item(f->plan, column->items->text, false, span);
    atn_item *const value = atn_plan_item(f->plan, text, false, span);
    if (attr == NULL || name == NULL || value == NULL) {
        f->out_of_memory = true;
        return;
    }
    name->next = value;
    *attr = (atn_attr){.kind = ATN_ATTR_NAMED, .span = span, .items = name};
    unit->columns[position] = attr;
}

static void read_row(units_file *f, const atn_csv_record *row)
{
    const atn_str id = field_of(f, row, ROLE_ID);
    const atn_str type = field_of(f, row, ROLE_TYPE);
    const uint32_t n_others = f->units_from->n_columns;
    atn_decl *const unit = atn_arena_array(&f->plan->arena, 1, sizeof *unit);
    atn_attr **const others =
        n_others == 0 ? NULL : atn_arena_array(&f->plan->arena, n_others, sizeof(atn_attr *));
    if (unit == NULL || (n_others > 0 && others == NULL)) {
        f->out_of_memory = true;
        return;
    }
    find_places(f, row);
    if (id.len == 0 || type.len == 0) {
        refuse_file(f, ATTAIN_E_SYNTAX, row->line, 1,
                    id.len == 0 ? "this row has no id" : "this row has no type");
        return;
    }
    *unit =
        (atn_decl){.kind = ATN_DECL_UNIT, .first_line = (int32_t)row->line, .last_line = (int32_t)row->line};
    unit->columns = others;
    unit->n_columns = n_others;
    unit->span = f->places[f->column[ROLE_ID]];
    unit->id = read_word(f, row, ROLE_ID, "the id");
    unit->type = read_word(f, row, ROLE_TYPE, "the type");
    read_title(f, row, unit);
    read_parent(f, row, unit);
    read_day(f, row, unit, ROLE_FROM, ATN_ATTR_FROM);
    read_day(f, row, unit, ROLE_UNTIL, ATN_ATTR_UNTIL);
    unit->last_own = unit->last_attr;
    uint32_t position = 0;
    for (size_t i = 0; i < f->n_columns; i++) {
        if (f->roles[i] == ROLE_OTHER) {
            read_other(f, row, i, unit, position++);
        }
    }
    atn_plan_append(&f->list, unit);
}

static bool check_width(units_file *f, const atn_csv_record *row)
{
    if (row->n_fields == f->n_columns) {
        return true;
    }
    const atn_span span = {f->source->name, (int32_t)row->line, 1, 1};
    if (!atn_diagnose(f->plan, ATTAIN_ERROR, ATTAIN_E_CSV, span, (atn_str){"", 0},
                      "this row has %zu fields, the header has %zu", row->n_fields, f->n_columns)) {
        f->out_of_memory = true;
    }
    return false;
}

/* --- the file --- */

/* Feeds piece by piece and takes records as they come; findings end the reading only where the header or the CSV itself is at fault. */
static attain_status read_records(units_file *f, atn_csv *csv, attain_error *err)
{
    const atn_str text = f->source->text;
    const size_t n_errors = f->plan->draft->n_errors;
    size_t fed = 0;
    bool has_header = false;
    for (;;) {
        atn_csv_record record;
        bool have;
        ATN_TRY(atn_csv_next(csv, &record, &have, err));
        if (!have && fed == text.len && fed > 0) {
            break;
        }
        if (!have) {
            const size_t piece = text.len - fed < PIECE_BYTES ? text.len - fed : PIECE_BYTES;
            ATN_TRY(atn_csv_feed(csv, text.data + fed, piece, fed + piece == text.len, err));
            fed += piece;
            if (text.len == 0) {
                break;
            }
        } else if (!has_header) {
            has_header = true;
            if (!read_header(f, &record)) {
                f->out_of_memory = true;
            }
            if (f->plan->draft->n_errors > n_errors) {
                return ATTAIN_OK;
            }
        } else if (check_width(f, &record)) {
            read_row(f, &record);
        }
        if (f->out_of_memory) {
            return atn_error_memory(err, "reading a units file");
        }
    }
    if (!has_header) {
        refuse_file(f, ATTAIN_E_CSV, 1, 1,
                    "a units file begins with a header (id,name,type,parent), this one is empty");
    }
    return f->out_of_memory ? atn_error_memory(err, "reading a units file") : ATTAIN_OK;
}

attain_status atn_plan_read_units(attain_plan *plan, atn_decl *units_from, const atn_source *source,
                                  atn_decl_list *out, attain_error *err)
{
    const atn_csv_limits limits = {ATN_LINE_BYTES, 4096};
    units_file f = {.plan = plan, .source = source, .separator = ',', .units_from = units_from};
    attain_error fault = {.status = ATTAIN_OK};
    atn_csv *csv = NULL;
    for (int i = 0; i < N_ROLES; i++) {
        f.column[i] = SIZE_MAX;
    }
    if (source->text.len > 5 && atn_str_starts(source->text, ATN_STR("sep="))) {
        f.separator = source->text.data[4];
    }
    ATN_TRY(atn_csv_new(&plan->alloc, ',', limits, &csv, err));
    attain_status status = read_records(&f, csv, &fault);
    atn_csv_free(csv);
    if (status != ATTAIN_OK && status != ATTAIN_E_MEMORY) {
        refuse_file(&f, status, fault.line, fault.column, fault.message);
        status = f.out_of_memory ? ATTAIN_E_MEMORY : ATTAIN_OK;
    }
    *out = f.list;
    return status == ATTAIN_OK ? ATTAIN_OK : atn_error_memory(err, "reading a units file");
}

/* --- columns that are attributes --- */

static bool collect_attributes(const attain_plan *plan, atn_names *names)
{
    for (const atn_decl *decl = plan->draft->first; decl != NULL; decl = decl->next) {
        uint32_t found;
        if (decl->kind == ATN_DECL_ATTRIBUTE && !atn_names_add(names, decl->id->text, 1, &found)) {
            return false;
        }
    }
    return true;
}

/* Marks the columns of a file: number.mantissa 1 if an attribute has its name; a warning for the others. */
static bool mark_columns(attain_plan *plan, const atn_decl *units_from, const atn_names *names)
{
    for (uint32_t i = 0; i < units_from->n_columns; i++) {
        atn_attr *const column = units_from->columns[i];
        const atn_str name = column->items->text;
        const atn_str cut = atn_cut(name);
        column->number.mantissa = name.len > 0 && atn_names_find(names, name) != ATN_NONE;
        if (column->number.mantissa == 0 &&
            !atn_diagnose(plan, ATTAIN_WARNING, ATTAIN_E_NAME, column->span,
                          atn_near_hint(plan, atn_names_near(names, name)),
                          "the column '%.*s' is ignored: no attribute has this name", ATN_STR_ARG(cut))) {
            return false;
        }
    }
    return true;
}

/* The unit's attributes are its own and, anew each time, those columns that are attributes. */
static bool link_unit(attain_plan *plan, atn_decl *unit, const atn_decl *units_from)
{
    unit->last_attr = unit->last_own;
    if (unit->last_own == NULL) {
        unit->attrs = NULL;
    } else {
        unit->last_own->next = NULL;
    }
    for (uint32_t i = 0; i < unit->n_columns; i++) {
        atn_attr *const attr = unit->columns[i];
        if (attr == NULL || units_from->columns[i]->number.mantissa == 0) {
            continue;
        }
        const atn_item *const value = attr->items->next;
        const char *problem = atn_word_problem(value->text);
        problem = problem != NULL ? problem : atn_name_problem(value->text);
        if (problem != NULL) {
            if (!atn_diagnose(plan, ATTAIN_ERROR, ATTAIN_E_SYNTAX, attr->span, (atn_str){"", 0},
                              "the value '%.*s': %s", ATN_STR_ARG(atn_cut(value->text)), problem)) {
                return false;
            }
            continue;
        }
        attr->next = NULL;
        if (unit->last_attr == NULL) {
            unit->attrs = attr;
        } else {
            unit->last_attr->next = attr;
        }
        unit->last_attr = attr;
    }
    return true;
}

attain_status atn_plan_link_columns(attain_plan *plan, attain_error *err)
{
    atn_names names;
    const atn_decl *units_from = NULL;
    atn_names_init(&names, &plan->alloc, plan->draft->hash_seed);
    bool fine = collect_attributes(plan, &names);
    for (atn_decl *decl = plan->draft->first; decl != NULL && fine; decl = decl->next) {
        if (decl->kind == ATN_DECL_UNITS_FROM) {
            units_from = decl;
            fine = mark_columns(plan, decl, &names);
        } else if (decl->kind == ATN_DECL_UNIT && decl->n_columns > 0 && units_from != NULL) {
            fine = link_unit(plan, decl, units_from);
        }
    }
    atn_names_free(&names);
    return fine ? ATTAIN_OK : atn_error_memory(err, "checking the columns of units files");
}
