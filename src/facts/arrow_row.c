/* Rows of Arrow one by one, as text: whatever is not plain, and all rows where nothing fast is wanted. What is wrong with a row is said here. */
#include "facts/arrow_in.h"

static attain_status text_at(atn_arrow_in *in, uint32_t column, int64_t i, atn_str *out, attain_error *err)
{
    const char *problem = NULL;
    *out = (atn_str){"", 0};
    if (column == ATN_NONE || atn_arrow_print(&in->columns[column], i, &in->scratch[column], out, &problem)) {
        return ATTAIN_OK;
    }
    return problem != NULL
               ? atn_arrow_bad_row(&in->columns[column], in->n_before + (uint64_t)i + 1, problem, err)
               : atn_error_memory(err, "taking facts in");
}

/* The value as text; of doubles also as number. */
static attain_status value_at(atn_arrow_in *in, uint32_t column, int64_t i, atn_text_row *row,
                              attain_error *err)
{
    const atn_arrow_column *c = &in->columns[column];
    const bool is_text = c->type.kind == ATN_ARROW_TEXT || c->type.kind == ATN_ARROW_VIEW;
    const atn_arrow_data *data;
    const char *problem = NULL;
    int64_t at;
    ATN_TRY(text_at(in, column, i, &row->value, err));
    row->form = is_text ? ATN_VALUE_DECLARED : ATN_VALUE_PLAIN;
    if (c->type.kind == ATN_ARROW_FLOAT && row->value.len > 0) {
        row->form = c->type.width == 4 ? ATN_VALUE_FLOAT : ATN_VALUE_DOUBLE;
        (void)atn_arrow_find(c, i, &data, &at, &problem); /* it was found for its text */
        row->number = atn_arrow_float(data->items, c->type.width, at);
        if (row->number != row->number && (in->batch.flags & ATTAIN_INTAKE_NAN_IS_EMPTY) != 0) {
            row->value = (atn_str){"", 0};
        }
    }
    return ATTAIN_OK;
}

static attain_status read_texts(atn_arrow_in *in, int64_t i, size_t wide, atn_text_row *text,
                                attain_error *err)
{
    const atn_heading *h = &in->heading;
    const uint32_t value = h->n_wide > 0 ? h->wide_column[wide] : h->fixed[ATN_COLUMN_VALUE];
    ATN_TRY(text_at(in, h->fixed[ATN_COLUMN_UNIT], i, &text->unit, err));
    ATN_TRY(text_at(in, h->fixed[ATN_COLUMN_MEASURE], i, &text->measure, err));
    ATN_TRY(text_at(in, h->fixed[ATN_COLUMN_PERIOD], i, &text->period, err));
    ATN_TRY(text_at(in, h->fixed[ATN_COLUMN_QUALIFIER], i, &text->qualifier, err));
    ATN_TRY(text_at(in, h->fixed[ATN_COLUMN_REASON], i, &text->reason, err));
    for (size_t m = 0; m < h->n_members; m++) {
        ATN_TRY(text_at(in, h->member_column[m], i, &in->members[m], err));
    }
    return value_at(in, value, i, text, err);
}

attain_status atn_arrow_take_figure(atn_arrow_in *in, int64_t i, size_t wide, attain_error *err)
{
    const atn_heading *h = &in->heading;
    const bool is_wide = h->n_wide > 0;
    const uint32_t value = is_wide ? h->wide_column[wide] : h->fixed[ATN_COLUMN_VALUE];
    const uint32_t number = (uint32_t)(in->n_before + (uint64_t)i + 1);
    atn_text_row text = {.member = in->members, .known_measure = is_wide ? h->wide_measure[wide] : ATN_NONE};
    attain_error why;
    atn_row row;
    uint32_t field;
    if (atn_arrow_is_valid(&in->rows, i)) { /* a row that is null says nothing */
        ATN_TRY(read_texts(in, i, wide, &text, err));
    }
    if (atn_text_row_is_empty(&text)) {
        atn_batch_empty(&in->batch);
        return ATTAIN_OK;
    }
    const attain_status status =
        atn_text_row_resolve(&in->resolver, &text, &row, &field, atn_batch_issue(&in->batch, &why));
    if (status != ATTAIN_OK) {
        return atn_batch_reject(&in->batch, number, 1, atn_heading_place(h, field, value), status, &why, err);
    }
    row.number = number;
    return atn_batch_add(&in->batch, &row, err);
}
