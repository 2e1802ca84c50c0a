/* Entry points of Arrow: arguments are checked here, streams are read in facts/ and written in facts/ and score/. */
#include "api/arguments.h"
#include "facts/facts.h"
#include "score/score.h"

#include <attain/arrow.h>

static attain_status take_options(attain_arrow_options *to, const attain_arrow_options *from,
                                  attain_error *err)
{
    ATN_TRY(atn_argument_take(to, sizeof *to, from, err));
    if ((int)to->numbers < ATTAIN_ARROW_DOUBLES || (int)to->numbers > ATTAIN_ARROW_FRACTIONS) {
        return atn_error_set(err, ATTAIN_E_ARGUMENT, "numbers %d is none of attain_arrow_numbers",
                             (int)to->numbers);
    }
    if (to->digits < -1 || to->digits > 18) {
        return atn_error_set(err, ATTAIN_E_ARGUMENT,
                             "%d digits asked for; 1 to 18 (0 for the default, -1 for none) are possible",
                             to->digits);
    }
    if (to->columns == NULL && to->n_columns > 0) {
        return atn_error_set(err, ATTAIN_E_ARGUMENT, "columns is NULL, but n_columns is %zu", to->n_columns);
    }
    return ATTAIN_OK;
}

static attain_status take_stream(attain_facts *facts, struct ArrowArrayStream *stream,
                                 const attain_intake_options *options, attain_intake_options *o,
                                 attain_error *err)
{
    ATN_TRY(atn_argument_need(facts, "facts", err));
    ATN_TRY(atn_argument_need(stream, "stream", err));
    ATN_TRY(atn_argument_intake(o, options, err));
    return stream->release != NULL
               ? ATTAIN_OK
               : atn_error_set(err, ATTAIN_E_ARROW,
                               "the stream was released already; a fresh one is required");
}

attain_status attain_facts_add_arrow(attain_facts *facts, struct ArrowArrayStream *stream,
                                     const attain_intake_options *options, attain_report *report,
                                     attain_error *err)
{
    attain_intake_options o;
    const attain_status status = take_stream(facts, stream, options, &o, err);
    if (status == ATTAIN_OK) {
        return atn_facts_add_arrow(facts, stream, &o, report, err);
    }
    if (stream != NULL && stream->release != NULL) {
        stream->release(stream);
    }
    return status;
}

attain_status attain_facts_to_arrow(const attain_facts *facts, const attain_arrow_options *options,
                                    struct ArrowArrayStream *out, attain_error *err)
{
    attain_arrow_options o;
    ATN_TRY(atn_argument_need(facts, "facts", err));
    ATN_TRY(atn_argument_need(out, "out", err));
    ATN_TRY(take_options(&o, options, err));
    return atn_facts_to_arrow(facts, &o, out, err);
}

attain_status attain_table_to_arrow(const attain_table *table, const attain_arrow_options *options,
                                    struct ArrowArrayStream *out, attain_error *err)
{
    attain_arrow_options o;
    ATN_TRY(atn_argument_need(table, "table", err));
    ATN_TRY(atn_argument_need(out, "out", err));
    ATN_TRY(take_options(&o, options, err));
    return atn_table_to_arrow(table, &o, out, err);
}
