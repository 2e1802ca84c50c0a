/* The first day with a store: makes one, puts a plan, asks for it in SQL. Run with the name of a new file. */
#include <attain/sqlite.h>
#include <stdio.h>

static const char text[] =
    "unit A nation\nmeasure n\n  flow cases\nindicator i = n\ntarget t\n  i at least 1 by 2030\n";

static int failed(const attain_error *err)
{
    fprintf(stderr, "%s: %s\n", attain_status_name(err->status), err->message);
    return 1;
}

int main(int n_args, char **args)
{
    attain_error err;
    attain_plan *plan;
    attain_store *store;
    attain_edition edition;
    const attain_store_options options = {.struct_size = sizeof options, .mode = ATTAIN_STORE_CREATE};
    remove(n_args > 1 ? args[1] : "store.db");
    if (attain_plan_new(NULL, &plan, &err) != ATTAIN_OK ||
        attain_plan_add_text(plan, text, sizeof text - 1, "text", &err) != ATTAIN_OK ||
        attain_plan_freeze(plan, &err) != ATTAIN_OK) {
        return failed(&err);
    }
    if (attain_store_open(n_args > 1 ? args[1] : "store.db", &options, &store, &err) != ATTAIN_OK ||
        attain_store_put_plan(store, plan, NULL, &edition, &err) != ATTAIN_OK) {
        return failed(&err);
    }
    printf("edition %lld\n", (long long)edition.number);
    attain_store_close(store);
    attain_plan_free(plan);
    return 0;
}
