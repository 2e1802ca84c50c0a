/* Blocks: rows of an Arrow batch, some thousands at a time, as columns of ids that the caches hold until they are loaded.
 *
 *   dictionary ──map, made once a batch──▶ ┐
 *   text ──as the row before? a kept word?─▶ ├─▶ unit, measure, period, cell │ value, or where it stands
 *   integers, dates ──a kept number?──────▶ ┘        └──▶ plain, empty or odd
 *
 * A row is plain when everything in it means something and it is exact; it is empty when it has no value and says nothing about that; every
 * other row is odd and goes the slow way, as text, which says what is wrong with it or that nothing is. What is plain here would be the
 * same row on the slow way. */
#ifndef ATN_FACTS_ARROW_BLOCK_H
#define ATN_FACTS_ARROW_BLOCK_H

#include "facts/arrow_column.h"
#include "facts/heading.h"
#include "facts/kernel_arrow.h"
#include "facts/load.h"
#include "facts/words.h"

#define ATN_ARROW_BLOCK_ROWS ((size_t)16384)

/* Plans with more measures go the slow way: codes of half the width have their highest bit for other things. */
#define ATN_ARROW_MAX_MEASURES 32768u

/* What a text or number means in an id column: an id, or one of these. */
#define ATN_CODE_NONE UINT32_MAX        /* nothing */
#define ATN_CODE_EMPTY (UINT32_MAX - 1) /* it is null or has no bytes */
#define ATN_CODE_BAD (UINT32_MAX - 2)   /* it cannot be read: no such index, or outside of its buffer */
#define ATN_CODE_FIRST ATN_CODE_BAD

/* Id columns: a place for each, and those of the members behind. */
typedef enum atn_arrow_role {
    ATN_ROLE_UNIT,
    ATN_ROLE_MEASURE,
    ATN_ROLE_PERIOD,    /* codes of attain_period_encode */
    ATN_ROLE_QUALIFIER, /* 0: it says nothing but exact */
    ATN_ROLE_REASON,    /* none: whatever stands there is for the slow way */
    ATN_ROLE_MEMBER
} atn_arrow_role;

typedef struct atn_arrow_ids {
    const atn_arrow_column *column; /* NULL: there is none */
    /* of the batch in hand, where it is a dictionary */
    uint32_t *map;
    uint16_t *map16; /* the same in half the width, with its codes: of measures */
    size_t cap_map, cap_map16;
    /* Item i is id base + i, from first_affine on; 0: no such stretch of items is worth looking at. */
    uint32_t first_affine, n_affine;
    uint32_t base;
    bool is_affine; /* they are all items, but for empty ones behind them */
    /* Items from the first id to the last and the empty ones next to them, where these are few: ids of members, or one of atn_no_member. 0: they
     * are many, or an id is too large. */
    uint32_t first_near, n_near;
    uint8_t near[UINT8_MAX + 1];
} atn_arrow_ids;

/* What all tasks only read. */
typedef struct atn_arrow_reader {
    const attain_facts *facts;
    const atn_heading *heading;
    const atn_arrow_column *columns;
    const atn_arrow_kernels *kernels;
    atn_vector_level level;
    atn_arrow_ids *ids; /* n_ids: ATN_ROLE_MEMBER + members */
    size_t n_ids;
    uint32_t *stride;   /* [measure][member column]: what a member adds to the cell; 0: not of the measure */
    bool *lacks_column; /* [measure]: of a category; NULL: none does */
    int64_t *power;     /* [measure]: 10^decimals */
    bool has_decimals, has_cells, is_wide_cell, any_lacks_column;
    attain_number_format numbers;
    bool nan_is_empty, use_division;
    /* in hand */
    const atn_arrow_data *rows; /* the struct of the batch */
    uint32_t value_column;
    uint32_t one_measure; /* of the wide form; ATN_NONE in the long form */
} atn_arrow_reader;

typedef enum atn_row_state { ATN_ROW_IS_PLAIN, ATN_ROW_IS_EMPTY, ATN_ROW_IS_ODD } atn_row_state;

/* What is known of an id column's texts, or of its numbers: arrow_spell.c. */
typedef struct atn_arrow_spelling {
    atn_word word;
    uint32_t code;
} atn_arrow_spelling;
typedef struct atn_arrow_spellings {
    atn_words words;           /* place in `known` */
    atn_arrow_spelling *known; /* in the order in which they were learnt */
    size_t n, cap;
    size_t at; /* the one met last */
    /* the known ones as they stand in a column, one behind the other: while all are texts of one length, or views */
    char *sequence;
    uint32_t *codes; /* and what they mean */
    size_t item_bytes, cap_sequence, cap_codes;
    bool has_no_sequence;
} atn_arrow_spellings;

/* Arrays and words of one task. */
typedef struct atn_arrow_block {
    uint32_t *unit, *cell, *scratch;
    int32_t *period;
    uint16_t *measure;
    int64_t *value;
    uint8_t *cell8, *state, *value_state, *other;
    void *memory;
    size_t n_bytes;
    atn_arrow_spellings *spellings; /* per id column */
    size_t n_ids;
    /* made */
    const uint32_t *units; /* `unit`, or where they stand in the batch */
    const uint16_t *measures;
    const int64_t *values; /* likewise */
    bool all_plain;
    /* why it could not be made */
    const char *problem;
    const atn_arrow_column *column;
    int64_t row;
    bool no_memory;
} atn_arrow_block;

/* false: out of memory; either is to be freed in any case. */
bool atn_arrow_reader_init(atn_arrow_reader *reader, const attain_facts *facts, const atn_heading *heading,
                           const atn_arrow_column *columns);
void atn_arrow_reader_free(atn_arrow_reader *reader);
bool atn_arrow_block_init(atn_arrow_block *block, const atn_arrow_reader *reader);
void atn_arrow_block_free(atn_arrow_block *block, const atn_arrow_reader *reader);

/* Codes of rows [first, first + n) of an id column that is no dictionary. Memory is a's; where it is short the block says so. */
void atn_arrow_spell_codes(atn_arrow_block *block, const atn_arrow_reader *reader, const attain_allocator *a,
                           size_t id, int64_t first, size_t n, bool has_nulls, uint32_t *out);
/* The same of one text. */
uint32_t atn_arrow_spell_text(atn_arrow_block *block, const atn_arrow_reader *reader, size_t id,
                              atn_str text);
void atn_arrow_spellings_free(atn_arrow_spellings *spellings, const attain_allocator *a);
/* Maps of the dictionaries of a batch that was bound; `block` lends its words. false: out of memory. */
bool atn_arrow_know_batch(atn_arrow_reader *reader, atn_arrow_block *block);
/* What a text means in an id column; asks the plan. */
uint32_t atn_arrow_meaning(const atn_arrow_reader *reader, size_t id, atn_str text);
/* The same of a date. */
uint32_t atn_arrow_meaning_of_day(int64_t day);

/* Rows [first, first + n) of the batch, n <= ATN_ARROW_BLOCK_ROWS. Memory that words need is a's. false: see problem and no_memory. */
bool atn_arrow_block_make(atn_arrow_block *block, const atn_arrow_reader *reader, const attain_allocator *a,
                          int64_t first, size_t n);
/* Row i of n turns out to be odd after all. */
void atn_arrow_block_refuse(atn_arrow_block *block, size_t i, size_t n);
/* A block of n rows that are all odd, without a look at them. */
void atn_arrow_block_all_odd(atn_arrow_block *block, size_t n);
/* How many of the n rows of the block come before its last run, if that is no more than half of it; else n. */
size_t atn_arrow_block_cut(const atn_arrow_block *block, size_t n);
/* What will be read while these n rows are loaded, and by the block behind them. */
void atn_arrow_block_ahead(const atn_arrow_block *block, const atn_arrow_reader *reader, int64_t first,
                           int64_t n, atn_made_rows *made);
/* The plain ones of the first n rows, moved together; returns their number. */
size_t atn_arrow_block_pack(atn_arrow_block *block, size_t n);
attain_fact_columns atn_arrow_block_columns(const atn_arrow_block *block, const atn_arrow_reader *reader);

#endif
