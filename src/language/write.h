/* Writing: declarations -> canonical text. write.c writes parts, layout.c puts them on lines; print and fmt stand on both. */
#ifndef ATN_LANGUAGE_WRITE_H
#define ATN_LANGUAGE_WRITE_H

#include "language/lexer.h"

typedef struct atn_style {
    bool as_written; /* numbers keep their spelling (fmt); else 90000 and 12.5 */
    bool numbers_vi; /* as written in a file under `numbers vi` */
} atn_style;

void atn_write_number(atn_buf *out, const atn_number *number);
void atn_write_string(atn_buf *out, atn_str text); /* with quotes and escapes */
void atn_write_expr_styled(atn_buf *out, const atn_expr *expr, atn_style style);
/* The directive up to its title, type of unit or unit of measure, or the whole of a boundary; no line end. */
void atn_write_head(atn_buf *out, const atn_decl *decl, atn_style style);
/* An attribute that does not belong to the head (atn_attr_is_head false); no line end. */
void atn_write_attr(atn_buf *out, const atn_attr *attr, atn_style style);
/* Does it belong to the head: written with it, whatever comments stood between them? */
bool atn_attr_is_head(const atn_attr *attr);

/* The directive with its attributes and the comments that stand in it, and a line end. `comments` are sorted by line; those from *at on that
 * belong to the directive (their line is at most last_line) are written and *at moves on. */
void atn_layout_decl(atn_buf *out, const atn_decl *decl, atn_style style, const atn_comment *comments,
                     size_t n_comments, size_t *at, int32_t last_line);

#endif
