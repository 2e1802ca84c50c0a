/* A plan and its facts, then everything that can be asked of them.
 *
 *   plan text
 *   ---
 *   CSV of facts
 *
 * The rows are as many as were counted, windows give the same rows as the whole, no number is NaN, and every cell and every explanation can
 * be printed. */
#include "fuzz/fuzz.h"

#define MARK "\n---\n"
#define MOST_ROWS 300

static void read_facts(attain_facts *facts, const char *data, size_t len)
{
    attain_error err;
    attain_intake *intake = NULL;
    const attain_intake_options skip = {.struct_size = sizeof skip, .flags = ATTAIN_INTAKE_SKIP_BAD_ROWS};
    must(attain_intake_new(facts, &skip, &intake, &err) == ATTAIN_OK);
    if (attain_intake_feed(intake, data, len, &err) == ATTAIN_OK) {
        (void)attain_intake_finish(intake, NULL, &err);
    }
    attain_intake_free(intake);
}

static void must_have_numbers(const attain_table *table, attain_column column)
{
    attain_error err;
    const double *values;
    const uint8_t *valid;
    if (attain_table_doubles(table, column, &values, &valid, &err) == ATTAIN_OK) {
        for (size_t i = 0; i < attain_table_rows(table); i++) {
            must(values[i] - values[i] == 0.0 && valid[i] <= 2);
        }
    }
}

/* Every cell as text, appended to what `to` holds; NULL: only printed. */
static void print_cells(const attain_table *table, int exact)
{
    const attain_column *columns;
    const size_t n = attain_table_columns(table, &columns);
    const attain_print_options options = {.struct_size = sizeof options,
                                          .digits = -1,
                                          .shown = !exact,
                                          .exact = exact};
    for (size_t row = 0; row < attain_table_rows(table) && row < MOST_ROWS; row++) {
        for (size_t i = 0; i < n; i++) {
            char cell[4096];
            attain_error err;
            size_t len;
            const attain_status status =
                attain_table_print(table, row, columns[i], &options, cell, sizeof cell, &len, &err);
            must(status == ATTAIN_OK ? strlen(cell) == len
                                     : status == ATTAIN_E_CAPACITY && len >= sizeof cell);
        }
    }
    for (int column = ATTAIN_COL_NUMERATOR; column <= ATTAIN_COL_PATH; column++) {
        must_have_numbers(table, (attain_column)column);
    }
}

/* The value lies within its range, and a verdict by a range of one point is met or not met for good. */
static void must_be_consistent(const attain_table *table)
{
    attain_error err;
    for (size_t i = 0; i < attain_table_rows(table); i++) {
        attain_score_row row = {.struct_size = sizeof row};
        must(attain_table_score_row(table, i, &row, &err) == ATTAIN_OK);
        must(!(row.has_low && row.has_high) || row.low <= row.high);
        must(row.reasons != 0 || row.verdict == ATTAIN_MET || row.verdict == ATTAIN_NOT_MET);
        must(!row.has_gap || row.gap >= 0);
    }
}

static void must_be_in_windows(const attain_plan *plan, const attain_facts *facts, const attain_table *whole)
{
    attain_error err;
    const size_t n = attain_table_rows(whole);
    for (size_t at = 0; at < n && at < 20; at += 3) {
        const attain_score_options window = {
            .struct_size = sizeof window, .readings = 1, .all_units = 1, .skip_rows = at, .limit_rows = 3};
        attain_table *part;
        must(attain_score(plan, facts, &window, &part, &err) == ATTAIN_OK);
        must(attain_table_rows(part) == (n - at < 3 ? n - at : 3));
        for (size_t i = 0; i < attain_table_rows(part); i++) {
            attain_score_row a = {.struct_size = sizeof a};
            attain_score_row b = {.struct_size = sizeof b};
            must(attain_table_score_row(whole, at + i, &a, &err) == ATTAIN_OK);
            must(attain_table_score_row(part, i, &b, &err) == ATTAIN_OK);
            must(a.target == b.target && a.unit == b.unit && a.verdict == b.verdict &&
                 a.reasons == b.reasons);
            must(a.flags == b.flags && a.pace == b.pace && a.low <= b.low && a.low >= b.low &&
                 a.missing == b.missing);
        }
        attain_table_free(part);
    }
}

static void score(const attain_plan *plan, const attain_facts *facts)
{
    attain_error err;
    attain_table *table;
    uint64_t n = 0;
    attain_summary *items;
    size_t n_items;
    const attain_score_options all = {.struct_size = sizeof all, .readings = 1, .all_units = 1};
    must(attain_score_count(plan, facts, &all, &n, &err) == ATTAIN_OK);
    if (n > 20000) {
        return;
    }
    must(attain_score(plan, facts, &all, &table, &err) == ATTAIN_OK);
    must(attain_table_rows(table) == n);
    print_cells(table, 0);
    print_cells(table, 1);
    must_be_consistent(table);
    must_be_in_windows(plan, facts, table);
    attain_table_free(table);
    must(attain_score(plan, facts, NULL, &table, &err) == ATTAIN_OK);
    must(attain_table_summary(table, &items, &n_items, &err) == ATTAIN_OK);
    attain_summary_free(table, items, n_items);
    attain_table_free(table);
}

static void compute(const attain_plan *plan, const attain_facts *facts)
{
    attain_error err;
    attain_table *table;
    const attain_str category = attain_plan_id(plan, ATTAIN_KIND_CATEGORY, 0);
    attain_compute_options options = {.struct_size = sizeof options, .all_units = 1, .limit_rows = 2000};
    must(attain_compute(plan, facts, &options, &table, &err) == ATTAIN_OK);
    print_cells(table, 1);
    attain_table_free(table);
    options.by = &category;
    options.n_by = category.len > 0;
    must(attain_compute(plan, facts, &options, &table, &err) == ATTAIN_OK);
    print_cells(table, 0);
    attain_table_free(table);
}

static void explain(const attain_plan *plan, const attain_facts *facts)
{
    attain_error err;
    attain_text text;
    static const attain_kind kinds[] = {ATTAIN_KIND_TARGET, ATTAIN_KIND_INDICATOR};
    for (size_t k = 0; k < 2; k++) {
        for (uint32_t i = 0; i < attain_plan_count(plan, kinds[k]) && i < 50; i++) {
            const attain_explain_options options = {.struct_size = sizeof options,
                                                    .kind = kinds[k],
                                                    .index = i,
                                                    .unit = ATTAIN_NONE,
                                                    .digits = -1};
            const attain_status status = attain_explain(plan, facts, &options, &text, &err);
            if (status == ATTAIN_OK) {
                must(text.len > 0 && text.data[text.len] == '\0');
                attain_text_free(&text);
            } else {
                must_be_told(status, &err);
            }
        }
    }
    must(attain_check_identities(plan, facts, NULL, &text, &err) == ATTAIN_OK);
    attain_text_free(&text);
}

/* Where the mark begins; size if there is none. */
static size_t find_mark(const uint8_t *data, size_t size)
{
    for (size_t at = 0; at + sizeof MARK - 1 <= size; at++) {
        if (memcmp(data + at, MARK, sizeof MARK - 1) == 0) {
            return at;
        }
    }
    return size;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    attain_error err;
    attain_facts *facts = NULL;
    const size_t mark = find_mark(data, size);
    attain_plan *const plan = plan_of((const char *)data, mark);
    if (plan == NULL) {
        return 0;
    }
    must(attain_facts_new(plan, NULL, &facts, &err) == ATTAIN_OK);
    if (mark < size) {
        read_facts(facts, (const char *)data + mark + sizeof MARK - 1, size - mark - (sizeof MARK - 1));
    }
    score(plan, facts);
    compute(plan, facts);
    explain(plan, facts);
    attain_facts_free(facts);
    attain_plan_free(plan);
    return 0;
}
