/* What the files that make sheets share. */
#ifndef ATN_SCORE_SHEET_PARTS_H
#define ATN_SCORE_SHEET_PARTS_H

#include "score/sheet.h"

/* Gives back what the sheet owns, not the sheet. */
void atn_sheet_free_arrays(const attain_allocator *alloc, const atn_sheet *sheet);
/* Can this share be a sheet, by its text? */
bool atn_share_takes(const atn_model *model, const atn_indicator *indicator);
/* Finds over_one of a share once the cube is there, or refuses the sheet. */
attain_status atn_share_settle(const atn_book *book, const attain_facts *facts, atn_sheet *sheet,
                               attain_error *err);

#endif
