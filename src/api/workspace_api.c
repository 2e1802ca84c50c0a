/* Workspaces: arguments are checked here, base/workspace.c does the work. */
#include "api/arguments.h"
#include "base/workspace.h"

attain_status attain_workspace_new(size_t max_bytes, attain_workspace **out, attain_error *err)
{
    ATN_TRY(atn_argument_need(out, "out", err));
    attain_workspace *const made = atn_workspace_new(max_bytes);
    if (made == NULL) {
        return atn_error_memory(err, "making a workspace");
    }
    *out = made;
    return ATTAIN_OK;
}

void attain_workspace_free(attain_workspace *workspace)
{
    if (workspace != NULL) {
        atn_workspace_free(workspace);
    }
}

/* Of no workspace: the allocator that means libc. */
attain_allocator attain_workspace_allocator(attain_workspace *workspace)
{
    return workspace == NULL ? (attain_allocator){NULL, NULL} : atn_workspace_allocator(workspace);
}

attain_status attain_workspace_prepare(attain_workspace *workspace, size_t n_bytes, attain_error *err)
{
    ATN_TRY(atn_argument_need(workspace, "workspace", err));
    if (!atn_workspace_prepare(workspace, n_bytes)) {
        size_t in_use;
        size_t kept;
        atn_workspace_bytes(workspace, &in_use, &kept);
        return atn_error_set(
            err, ATTAIN_E_MEMORY,
            "%zu bytes cannot be prepared beside the %zu that are in use: the workspace's limit "
            "or the system refuses them",
            n_bytes, in_use);
    }
    return ATTAIN_OK;
}

void attain_workspace_trim(attain_workspace *workspace)
{
    if (workspace != NULL) {
        atn_workspace_trim(workspace);
    }
}

/* Reading locks too; the object itself is never const. */
void attain_workspace_bytes(const attain_workspace *workspace, size_t *in_use, size_t *kept)
{
    size_t counted[2] = {0, 0};
    if (workspace != NULL) {
        atn_workspace_bytes((attain_workspace *)(uintptr_t)workspace, &counted[0], &counted[1]);
    }
    if (in_use != NULL) {
        *in_use = counted[0];
    }
    if (kept != NULL) {
        *kept = counted[1];
    }
}
