/* Workspace: the allocator that keeps what is freed. See attain.h for what it promises and workspace.c for how memory lies. */
#ifndef ATN_BASE_WORKSPACE_H
#define ATN_BASE_WORKSPACE_H

#include <attain/attain.h>
#include <stdbool.h>

/* Blocks from this size on are kept; the caller tells the size when it frees, so no block needs a mark of its kind. */
#define ATN_WORKSPACE_KEPT_BYTES ((size_t)64 * 1024)

/* max_bytes 0: no limit. NULL: out of memory. */
attain_workspace *atn_workspace_new(size_t max_bytes);
void atn_workspace_free(attain_workspace *ws);
attain_allocator atn_workspace_allocator(attain_workspace *ws);
/* One new region that holds blocks of n_bytes in all, touched; it becomes a kept one. false: nothing was made. */
bool atn_workspace_prepare(attain_workspace *ws, size_t n_bytes);
void atn_workspace_trim(attain_workspace *ws);
void atn_workspace_bytes(attain_workspace *ws, size_t *in_use, size_t *kept);

#endif
