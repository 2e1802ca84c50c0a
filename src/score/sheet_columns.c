/* Columns of a sheet, block by block: a block of figures is read, every column asked for is made of it, and the next one follows. A block of
 * a column is made in a room that the caches hold, and leaves them whole; where a column is small, or read at once, where it belongs. */
#include "base/stream.h"
#include "score/sheet_block.h"

#include <string.h>

typedef struct rooms {
    double doubles[SHEET_ROWS];
    uint8_t valid[SHEET_ROWS];
    int64_t integers[SHEET_ROWS];
} rooms;

static void put(void *to, const void *from, size_t n_bytes, bool past_caches)
{
    if (past_caches) {
        atn_stream_copy(to, from, n_bytes);
    } else {
        memcpy(to, from, n_bytes);
    }
}

/* Rows of one column: `skip` of the block left out, then `n`, to place `at` of its arrays. */
static void fill(sheet_block *block, const sheet_piece *piece, const atn_sheet_column *of, size_t at,
                 bool past_caches, rooms *room)
{
    const bool aside = past_caches || piece->is_cut;
    if (of->integers != NULL) {
        atn_block_integers(block, of->column, aside ? room->integers : of->integers + at);
    } else {
        atn_block_doubles(block, (atn_number_column)(of->column - ATTAIN_COL_NUMERATOR),
                          aside ? room->doubles : of->doubles + at, aside ? room->valid : of->valid + at);
    }
    if (aside && of->integers != NULL) {
        put(of->integers + at, room->integers + piece->skip, piece->n * sizeof room->integers[0],
            past_caches);
    } else if (aside) {
        put(of->doubles + at, room->doubles + piece->skip, piece->n * sizeof room->doubles[0], past_caches);
        put(of->valid + at, room->valid + piece->skip, piece->n, past_caches);
    }
}

void atn_sheet_columns(const atn_sheet *sheet, size_t first, size_t n, const atn_sheet_column *columns,
                       size_t n_columns, bool past_caches)
{
    sheet_block block;
    rooms room;
    for (size_t at = 0; at < n;) {
        const sheet_piece piece = atn_block_next(sheet, first + at, first + n);
        atn_block_set(&block, sheet, piece.first, piece.n_units);
        for (size_t i = 0; i < n_columns; i++) {
            fill(&block, &piece, &columns[i], at, past_caches, &room);
        }
        at += piece.n;
    }
}
