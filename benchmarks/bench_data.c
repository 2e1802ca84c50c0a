/* Writes a set for the peers: bench_data SET [--order ...] [--density ...] --out DIR
 *
 *   unit.u32 measure.u16 period.i32 category.u8 value.i64   the columns, raw
 *   parent.u32 below.u32                                     the tree: parent and number of communes, by unit
 *   codes.txt                                                the units' ids, a line each
 *   facts.csv                                                the same rows as text (sets up to 10m)
 *   first.attain second.attain                               the plans
 *   set.json                                                 what stands in these files; written last: it says that all is there
 *
 * Our own programs make the same rows in memory, by the same function. */
#include "support/job.h"
#include "support/options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] = "bench_data SET [--order sorted|shuffled] [--density 1000] [--seed 1] --out DIR";

static FILE *open_in(const char *dir, const char *name)
{
    char path[1024];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    FILE *const file = fopen(path, "wb");
    if (file == NULL) {
        perror(path);
        exit(1);
    }
    return file;
}

static void put(FILE *file, const void *data, size_t n_bytes)
{
    if (n_bytes > 0 && fwrite(data, 1, n_bytes, file) != n_bytes) {
        perror("writing a set");
        exit(1);
    }
}

static void close_file(FILE *file)
{
    if (fclose(file) != 0) {
        perror("writing a set");
        exit(1);
    }
}

static void write_all(const char *dir, const char *name, const void *data, size_t n_bytes)
{
    FILE *const file = open_in(dir, name);
    put(file, data, n_bytes);
    close_file(file);
}

/* ---- facts ---- */

enum { BATCH_CELLS = 1 << 20, LARGEST_CSV = 20000000 };

static void write_batch(const national *country, const national_columns *columns, FILE **raw, FILE *csv)
{
    static char text[4096 * NATIONAL_CSV_BYTES];
    put(raw[0], columns->unit, columns->n * sizeof *columns->unit);
    put(raw[1], columns->measure, columns->n * sizeof *columns->measure);
    put(raw[2], columns->period, columns->n * sizeof *columns->period);
    put(raw[3], columns->category, columns->n * sizeof *columns->category);
    put(raw[4], columns->value, columns->n * sizeof *columns->value);
    for (size_t row = 0; csv != NULL && row < columns->n;) {
        char *end = text;
        for (size_t k = 0; k < 4096 && row < columns->n; k++) {
            end = national_csv_row(country, columns, row++, end);
        }
        put(csv, text, (size_t)(end - text));
    }
}

static uint64_t write_facts(const national *country, const char *dir)
{
    static const char *const names[] = {"unit.u32", "measure.u16", "period.i32", "category.u8", "value.i64"};
    FILE *raw[5];
    FILE *const csv = country->n_cells <= LARGEST_CSV ? open_in(dir, "facts.csv") : NULL;
    national_columns columns;
    uint64_t n = 0;
    for (size_t i = 0; i < 5; i++) {
        raw[i] = open_in(dir, names[i]);
    }
    if (csv != NULL) {
        put(csv, national_csv_header, strlen(national_csv_header));
    }
    national_columns_new(&columns, BATCH_CELLS);
    for (uint64_t first = 0; first < country->n_cells; first += BATCH_CELLS) {
        const uint64_t left = country->n_cells - first;
        national_fill(country, first, left < BATCH_CELLS ? left : BATCH_CELLS, &columns);
        write_batch(country, &columns, raw, csv);
        n += columns.n;
    }
    national_columns_free(&columns);
    for (size_t i = 0; i < 5; i++) {
        close_file(raw[i]);
    }
    if (csv != NULL) {
        close_file(csv);
    }
    return n;
}

/* ---- plan and description ---- */

static void write_plan(const national *country, national_card card, const char *dir, const char *name)
{
    size_t len_bytes = 0;
    char *const text = national_plan_text(country, card, &len_bytes);
    write_all(dir, name, text, len_bytes);
    free(text);
}

static void write_tree(const national *country, const char *dir)
{
    write_all(dir, "parent.u32", country->parent, country->n_units * sizeof *country->parent);
    write_all(dir, "below.u32", country->n_below, country->n_units * sizeof *country->n_below);
    FILE *const codes = open_in(dir, "codes.txt");
    for (uint32_t unit = 0; unit < country->n_units; unit++) {
        fprintf(codes, "%s\n", country->id[unit]);
    }
    close_file(codes);
}

static void describe_card(const national *country, national_card card, const char *name, FILE *file)
{
    const national_targets t = national_targets_of(country, card);
    fprintf(file,
            " \"%s\": {\"base\": %u, \"step\": %u, \"shift\": %u, \"baseline_year\": %u, \"first_year\": %u, "
            "\"n_years\": %u},\n",
            name, (unsigned)t.base, (unsigned)t.step, (unsigned)t.shift, (unsigned)t.baseline_year,
            (unsigned)t.first_year, (unsigned)t.n_years);
}

static void describe(const bench_options *o, const national *country, uint64_t n_rows)
{
    FILE *const file = open_in(o->path, "set.json");
    fprintf(file, "{\"set\": \"%s\", \"order\": \"%s\", \"density\": %u, \"seed\": %llu, \"n_rows\": %llu,\n",
            o->set, o->shape.shuffled ? "shuffled" : "sorted", (unsigned)o->shape.density,
            (unsigned long long)o->shape.seed, (unsigned long long)n_rows);
    fprintf(file, " \"n_units\": %u, \"n_communes\": %u, \"n_measures\": %u, \"n_indicators\": %u,\n",
            (unsigned)country->n_units, (unsigned)country->n_communes, (unsigned)country->shape.n_measures,
            (unsigned)country->n_indicators);
    describe_card(country, NATIONAL_FIRST, "first", file);
    describe_card(country, NATIONAL_SECOND, "second", file);
    fprintf(file,
            " \"first_year\": %u, \"n_years\": %u, \"first_period\": %ld, \"members\": %d, \"picked\": %d}\n",
            (unsigned)country->shape.first_year, (unsigned)country->shape.n_years,
            (long)country->first_period, NATIONAL_MEMBERS, NATIONAL_PICKED);
    close_file(file);
}

int main(int n_args, char **args)
{
    bench_options o;
    national country;
    bench_options_read(n_args, args, usage, &o);
    if (o.path == NULL) {
        fprintf(stderr, "usage: %s\n", usage);
        return 2;
    }
    national_new(&o.shape, &country);
    const uint64_t n_rows = write_facts(&country, o.path);
    write_tree(&country, o.path);
    write_plan(&country, NATIONAL_FIRST, o.path, "first.attain");
    write_plan(&country, NATIONAL_SECOND, o.path, "second.attain");
    describe(&o, &country, n_rows);
    printf("{\"data\": \"%s\", \"rows\": %llu}\n", o.path, (unsigned long long)n_rows);
    national_free(&country);
    return 0;
}
