/* Column: one column of an Arrow stream, as its schema declares it and as a batch brings it.
 *
 *   ArrowSchema ──declare──▶ type            once: what the format string says, or a refusal that names it
 *   ArrowArray  ──bind─────▶ data, values    per batch: buffers behind their offsets, after everything was checked that can be
 *                                            without reading them: counts, lengths, offsets, pointers, numbers of nulls
 *
 * What is in the buffers is checked where it is read: offsets of text and indices of dictionaries, before anything is read through them.
 * What stands under a null is never read. The interface has no bounds: that the buffers are as long as they must be is the producer's
 * word. */
#ifndef ATN_FACTS_ARROW_COLUMN_H
#define ATN_FACTS_ARROW_COLUMN_H

#include "base/error.h"
#include "number/wide.h"

#include <attain/arrow.h>
#include <string.h>

typedef enum atn_arrow_kind {
    ATN_ARROW_NULL, /* nothing but nulls */
    ATN_ARROW_INT,
    ATN_ARROW_DECIMAL,
    ATN_ARROW_FLOAT,
    ATN_ARROW_DATE, /* days from 1970 on */
    ATN_ARROW_TEXT, /* offsets of 4 or 8 bytes */
    ATN_ARROW_VIEW
} atn_arrow_kind;

typedef struct atn_arrow_type {
    uint8_t kind;        /* atn_arrow_kind */
    uint8_t width;       /* bytes of a number, or of an offset */
    uint8_t scale;       /* DECIMAL: digits behind the point */
    bool is_signed;      /* INT */
    uint8_t index_width; /* of a dictionary's index; 0: no dictionary */
    bool index_is_signed;
} atn_arrow_type;

/* What a column is used for. */
typedef enum atn_arrow_use { ATN_ARROW_FOR_ID, ATN_ARROW_FOR_PERIOD, ATN_ARROW_FOR_VALUE } atn_arrow_use;

/* Buffers of one array; item 0 is the first of the slice. */
typedef struct atn_arrow_data {
    int64_t n;
    const uint8_t *validity; /* bit 0 of the buffer; NULL: no nulls */
    int64_t first_bit;
    int64_t n_nulls;
    const char *items;               /* numbers, offsets of text, views */
    const char *text;                /* TEXT: where offset 0 points; may be NULL when there is none */
    int64_t end;                     /* TEXT: the last offset, which no other may pass */
    const void *const *text_buffers; /* VIEW */
    const char *text_sizes;          /* VIEW: int64_t each */
    int64_t n_text_buffers;
} atn_arrow_data;

typedef struct atn_arrow_column {
    atn_arrow_type type;
    bool is_used;
    int64_t index;         /* of the stream's schema; for errors */
    const char *name;      /* borrowed; "" if it has none */
    atn_arrow_data data;   /* of a dictionary: the indices */
    atn_arrow_data values; /* of the dictionary */
} atn_arrow_column;

/* ATTAIN_E_ARROW, err->index the column, when the type is none that this use takes. */
attain_status atn_arrow_declare(atn_arrow_column *column, const struct ArrowSchema *schema, atn_arrow_use use,
                                attain_error *err);
/* Rows [first, first + n) of the array, which has at least so many. */
attain_status atn_arrow_bind(atn_arrow_column *column, const struct ArrowArray *array, int64_t first,
                             int64_t n, attain_error *err);
/* A whole array that is no column: the struct of a batch. Only validity is looked for. */
attain_status atn_arrow_bind_struct(atn_arrow_data *data, const struct ArrowArray *array, int64_t n_children,
                                    attain_error *err);
/* ATTAIN_E_ARROW: what is wrong with a column at row i of the batch that begins behind `before` rows. */
attain_status atn_arrow_bad_row(const atn_arrow_column *column, uint64_t row, const char *what,
                                attain_error *err);

/* ---- single cells ---- */

static inline bool atn_arrow_is_valid(const atn_arrow_data *data, int64_t i)
{
    const int64_t bit = data->first_bit + i;
    return data->validity == NULL || (data->validity[bit >> 3] >> (bit & 7) & 1) != 0;
}

/* Which of rows i .. i + n - 1 are valid, n at most 8, as bits; there is a bitmap. No byte is read that has none of them. */
static inline unsigned atn_arrow_valid_bits(const atn_arrow_data *data, int64_t i, size_t n)
{
    const int64_t bit = data->first_bit + i;
    const unsigned shift = (unsigned)(bit & 7);
    const unsigned low = (unsigned)data->validity[bit >> 3] >> shift;
    const unsigned high = n > 8 - shift ? (unsigned)data->validity[(bit >> 3) + 1] << (8 - shift) : 0u;
    return (low | high) & (0xffu >> (8 - n));
}

/* A whole number of 1, 2, 4 or 8 bytes; an unsigned one of 8 bytes comes as its bits. */
static inline int64_t atn_arrow_whole(const char *items, unsigned width, bool is_signed, int64_t i)
{
    if (width == 8) {
        int64_t v;
        memcpy(&v, items + 8 * i, sizeof v);
        return v;
    }
    if (width == 4) {
        int32_t v;
        memcpy(&v, items + 4 * i, sizeof v);
        return is_signed ? v : (int64_t)(uint32_t)v;
    }
    if (width == 2) {
        int16_t v;
        memcpy(&v, items + 2 * i, sizeof v);
        return is_signed ? v : (int64_t)(uint16_t)v;
    }
    const signed char v = (signed char)items[i];
    return is_signed ? v : (int64_t)(uint8_t)v;
}

static inline double atn_arrow_float(const char *items, unsigned width, int64_t i)
{
    double v;
    float narrow;
    if (width == 8) {
        memcpy(&v, items + 8 * i, sizeof v);
        return v;
    }
    memcpy(&narrow, items + 4 * i, sizeof narrow);
    return (double)narrow;
}

/* A decimal of 4, 8 or 16 bytes. */
attain_i128 atn_arrow_wide(const char *items, unsigned width, int64_t i);
/* A whole number as text, in memory of ATN_ARROW_SPELL_BYTES. */
#define ATN_ARROW_SPELL_BYTES 24
atn_str atn_arrow_spell(const atn_arrow_type *type, const char *items, int64_t i, char *memory);
/* Where item i of the column stands: in *data at *at. false: it is null. *problem (NULL: none) says what is wrong with an index. */
bool atn_arrow_find(const atn_arrow_column *column, int64_t i, const atn_arrow_data **data, int64_t *at,
                    const char **problem);
/* The bytes of a text; false: its offsets are wrong. */
bool atn_arrow_text(const atn_arrow_type *type, const atn_arrow_data *data, int64_t at, atn_str *out);
/* An item as text, printed into scratch where it is none; false: out of memory, or *problem. A null is "". */
bool atn_arrow_print(const atn_arrow_column *column, int64_t i, atn_buf *scratch, atn_str *out,
                     const char **problem);

#endif
