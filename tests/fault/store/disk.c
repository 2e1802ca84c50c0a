/* The disk of disk.h as SQLite sees it: files, locks, shared memory, faults. Loss of power is in survivor.c. */
#include "fault/store/disk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { INODES_MOST = 64, SHM_REGIONS_MOST = 64 };

typedef struct handle handle;

typedef struct inode {
    disk_bytes bytes;
    bool used, is_temporary;
    int n_open;
    int n_shared;
    handle *reserved, *pending;
    uint8_t *shm[SHM_REGIONS_MOST];
    int n_shm_users;
    int shm_shared[SQLITE_SHM_NLOCK];
    handle *shm_exclusive[SQLITE_SHM_NLOCK];
} inode;

struct disk {
    sqlite3_vfs vfs;
    char vfs_name[32];
    bool powersafe, shares_memory;
    inode inodes[INODES_MOST];
    uint32_t n_inodes;
    struct {
        char name[DISK_NAME_MOST];
        uint32_t inode;
    } entries[DISK_FILES_MOST];
    size_t n_entries;
    int n_open;
    bool records;
    uint32_t mark;
    disk_journal journal;
    disk_fault_kind fault_kind;
    int64_t fault_at, n_calls;
    bool for_ever, has_failed;
    disk_method failed_method;
};

struct handle {
    sqlite3_file base;
    disk *d;
    uint32_t number;
    int level;
    bool syncs_directory; /* at its first sync, as the unix VFS does for a journal that is new */
    bool maps_shm;
    uint16_t shm_shared, shm_exclusive;
};

const char *const disk_method_names[DISK_N_METHODS] = {"xOpen",         "xDelete",  "xAccess",
                                                       "xFullPathname", "xRead",    "xWrite",
                                                       "xTruncate",     "xSync",    "xFileSize",
                                                       "xLock",         "xUnlock",  "xCheckReservedLock",
                                                       "xShmMap",       "xShmLock", "create"};

/* ---- bytes and images ---- */

static void *grown(void *block, size_t size)
{
    void *const fresh = realloc(block, size);
    if (fresh == NULL) {
        fprintf(stderr, "disk: out of memory\n");
        abort();
    }
    return fresh;
}

static void bytes_resize(disk_bytes *b, size_t len)
{
    if (len > b->capacity) {
        b->capacity = len + len / 2 + 4096;
        b->data = grown(b->data, b->capacity);
    }
    if (len > b->len) {
        memset(b->data + b->len, 0, len - b->len);
    }
    b->len = len;
}

static void bytes_set(disk_bytes *b, const void *data, size_t len)
{
    bytes_resize(b, len);
    if (len > 0) {
        memcpy(b->data, data, len);
    }
}

void disk_image_free(disk_image *image)
{
    for (size_t i = 0; i < image->n_files; i++) {
        free(image->files[i].bytes.data);
    }
    *image = (disk_image){.n_files = 0};
}

void disk_image_add(disk_image *image, const char *name, const void *data, size_t len)
{
    if (image->n_files == DISK_FILES_MOST) {
        fprintf(stderr, "disk: too many files\n");
        abort();
    }
    snprintf(image->files[image->n_files].name, DISK_NAME_MOST, "%s", name);
    disk_bytes *const b = &image->files[image->n_files++].bytes;
    *b = (disk_bytes){.data = NULL};
    bytes_set(b, data, len);
}

void disk_image_copy(disk_image *to, const disk_image *from)
{
    disk_image_free(to);
    for (size_t i = 0; i < from->n_files; i++) {
        disk_image_add(to, from->files[i].name, from->files[i].bytes.data, from->files[i].bytes.len);
    }
}

disk_bytes *disk_image_file(disk_image *image, const char *name)
{
    for (size_t i = 0; i < image->n_files; i++) {
        if (strcmp(image->files[i].name, name) == 0) {
            return &image->files[i].bytes;
        }
    }
    return NULL;
}

/* ---- files by name ---- */

static inode *inode_of(const handle *h)
{
    return &h->d->inodes[h->number];
}

static int entry_find(const disk *d, const char *name)
{
    for (size_t i = 0; i < d->n_entries; i++) {
        if (strcmp(d->entries[i].name, name) == 0) {
            return (int)i;
        }
    }
    return -1;
}

/* The place of an inode that nobody uses any more, or a new one. Numbers in a journal must stay what they are, so
 * none is used twice while one is kept. */
static uint32_t inode_take(disk *d, bool is_temporary)
{
    uint32_t number = d->n_inodes;
    for (uint32_t i = 0; i < d->n_inodes && (is_temporary || d->journal.n == 0); i++) {
        if (!d->inodes[i].used && d->inodes[i].is_temporary == is_temporary) {
            number = i;
            break;
        }
    }
    if (number == INODES_MOST) {
        fprintf(stderr, "disk: too many files\n");
        abort();
    }
    if (number == d->n_inodes) {
        d->n_inodes++;
    }
    inode *const n = &d->inodes[number];
    free(n->bytes.data);
    *n = (inode){.used = true, .is_temporary = is_temporary};
    return number;
}

static void shm_drop(inode *n)
{
    for (size_t i = 0; i < SHM_REGIONS_MOST; i++) {
        free(n->shm[i]);
        n->shm[i] = NULL;
    }
}

static bool has_entry(const disk *d, uint32_t number)
{
    for (size_t i = 0; i < d->n_entries; i++) {
        if (d->entries[i].inode == number) {
            return true;
        }
    }
    return false;
}

/* A file that has neither a name nor a user is gone. */
static void inode_settle(disk *d, uint32_t number)
{
    inode *const n = &d->inodes[number];
    if (n->n_open == 0 && !has_entry(d, number)) {
        shm_drop(n);
        n->used = false;
    }
}

static uint32_t entry_make(disk *d, const char *name)
{
    if (d->n_entries == DISK_FILES_MOST || strlen(name) >= DISK_NAME_MOST) {
        fprintf(stderr, "disk: too many files, or a name that is too long: %s\n", name);
        abort();
    }
    const uint32_t number = inode_take(d, false);
    snprintf(d->entries[d->n_entries].name, DISK_NAME_MOST, "%s", name);
    d->entries[d->n_entries++].inode = number;
    return number;
}

/* ---- the journal of operations ---- */

static disk_operation *keep(disk *d, disk_method method, uint32_t file)
{
    static disk_operation ignored;
    if (!d->records || (file < INODES_MOST && d->inodes[file].is_temporary)) {
        return &ignored;
    }
    disk_journal *const j = &d->journal;
    if (j->n == j->capacity) {
        j->capacity = j->capacity * 2 + 64;
        j->items = grown(j->items, j->capacity * sizeof *j->items);
    }
    disk_operation *const op = &j->items[j->n++];
    *op = (disk_operation){.method = method, .file = file, .mark = d->mark};
    return op;
}

static void keep_write(disk *d, uint32_t file, size_t at, const void *data, size_t len)
{
    if (!d->records || d->inodes[file].is_temporary) {
        return;
    }
    disk_operation *const op = keep(d, DISK_WRITE, file);
    op->at = at;
    op->len = len;
    op->bytes = d->journal.bytes.len;
    bytes_resize(&d->journal.bytes, op->bytes + len);
    memcpy(d->journal.bytes.data + op->bytes, data, len);
}

/* ---- faults ---- */

static bool fails(disk *d, disk_method method)
{
    const bool is_touched = d->fault_kind == DISK_FAILS ||
                            (d->fault_kind == DISK_IS_FULL && method == DISK_WRITE) ||
                            (d->fault_kind == DISK_READS_SHORT && method == DISK_READ);
    if (d->fault_at < 0 || !is_touched) {
        return false;
    }
    const int64_t number = d->n_calls++;
    if (number == d->fault_at || (d->for_ever && number > d->fault_at)) {
        d->failed_method = d->has_failed ? d->failed_method : method;
        d->has_failed = true;
        return true;
    }
    return false;
}

/* ---- methods of a file ---- */

static int file_close(sqlite3_file *file)
{
    handle *const h = (handle *)file;
    file->pMethods->xUnlock(file, SQLITE_LOCK_NONE);
    inode *const n = inode_of(h);
    n->n_open--;
    h->d->n_open--;
    inode_settle(h->d, h->number);
    return SQLITE_OK;
}

static int file_read(sqlite3_file *file, void *out, int len, sqlite3_int64 at)
{
    handle *const h = (handle *)file;
    const disk_bytes *const b = &inode_of(h)->bytes;
    size_t wanted = (size_t)len;
    if (fails(h->d, DISK_READ)) {
        if (h->d->fault_kind == DISK_FAILS) {
            return SQLITE_IOERR_READ;
        }
        wanted /= 2;
    }
    const size_t start = (size_t)at < b->len ? (size_t)at : b->len;
    const size_t n = b->len - start < wanted ? b->len - start : wanted;
    if (n > 0) {
        memcpy(out, b->data + start, n);
    }
    memset((uint8_t *)out + n, 0, (size_t)len - n);
    return n == (size_t)len ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
}

static int file_write(sqlite3_file *file, const void *data, int len, sqlite3_int64 at)
{
    handle *const h = (handle *)file;
    const bool failing = fails(h->d, DISK_WRITE);
    const size_t n = failing ? (size_t)len / 2 : (size_t)len;
    if (n > 0) {
        disk_bytes *const b = &inode_of(h)->bytes;
        if ((size_t)at + n > b->len) {
            bytes_resize(b, (size_t)at + n);
        }
        memcpy(b->data + at, data, n);
        keep_write(h->d, h->number, (size_t)at, data, n);
    }
    return !failing ? SQLITE_OK : h->d->fault_kind == DISK_IS_FULL ? SQLITE_FULL : SQLITE_IOERR_WRITE;
}

static int file_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    handle *const h = (handle *)file;
    if (fails(h->d, DISK_TRUNCATE)) {
        return SQLITE_IOERR_TRUNCATE;
    }
    if ((size_t)size < inode_of(h)->bytes.len) {
        bytes_resize(&inode_of(h)->bytes, (size_t)size);
        keep(h->d, DISK_TRUNCATE, h->number)->at = (size_t)size;
    }
    return SQLITE_OK;
}

static int file_sync(sqlite3_file *file, int flags)
{
    handle *const h = (handle *)file;
    (void)flags;
    if (fails(h->d, DISK_SYNC)) {
        return SQLITE_IOERR_FSYNC;
    }
    keep(h->d, DISK_SYNC, h->number)->syncs_directory = h->syncs_directory;
    h->syncs_directory = false;
    return SQLITE_OK;
}

static int file_size(sqlite3_file *file, sqlite3_int64 *size)
{
    handle *const h = (handle *)file;
    if (fails(h->d, DISK_SIZE)) {
        return SQLITE_IOERR_FSTAT;
    }
    *size = (sqlite3_int64)inode_of(h)->bytes.len;
    return SQLITE_OK;
}

static int file_lock(sqlite3_file *file, int level)
{
    handle *const h = (handle *)file;
    inode *const n = inode_of(h);
    if (fails(h->d, DISK_LOCK)) {
        return SQLITE_IOERR_LOCK;
    }
    if (h->level >= level) {
        return SQLITE_OK;
    }
    if (level == SQLITE_LOCK_SHARED) {
        if (n->pending != NULL) {
            return SQLITE_BUSY;
        }
        n->n_shared++;
    } else if (n->reserved != NULL && n->reserved != h) {
        return SQLITE_BUSY;
    } else {
        n->reserved = h;
        if (level == SQLITE_LOCK_EXCLUSIVE) {
            n->pending = h;
            if (n->n_shared > 1) {
                h->level = SQLITE_LOCK_PENDING;
                return SQLITE_BUSY;
            }
        }
    }
    h->level = level;
    return SQLITE_OK;
}

/* What fails to be unlocked is unlocked: a lock that stays would be held by nobody. */
static int file_unlock(sqlite3_file *file, int level)
{
    handle *const h = (handle *)file;
    inode *const n = inode_of(h);
    const bool failing = h->level > level && fails(h->d, DISK_UNLOCK);
    if (h->level > level) {
        n->reserved = n->reserved == h ? NULL : n->reserved;
        n->pending = n->pending == h ? NULL : n->pending;
        n->n_shared -= level == SQLITE_LOCK_NONE;
        h->level = level;
    }
    return failing ? SQLITE_IOERR_UNLOCK : SQLITE_OK;
}

static int file_check_lock(sqlite3_file *file, int *out)
{
    handle *const h = (handle *)file;
    if (fails(h->d, DISK_CHECK_LOCK)) {
        return SQLITE_IOERR_CHECKRESERVEDLOCK;
    }
    *out = inode_of(h)->reserved != NULL;
    return SQLITE_OK;
}

/* Hints and questions, none of which the unix VFS fails. */
static int file_control(sqlite3_file *file, int op, void *arg)
{
    (void)file;
    (void)op;
    (void)arg;
    return SQLITE_NOTFOUND;
}

static int file_sector_size(sqlite3_file *file)
{
    return ((handle *)file)->d->powersafe ? 4096 : DISK_SECTOR;
}

static int file_characteristics(sqlite3_file *file)
{
    return ((handle *)file)->d->powersafe ? SQLITE_IOCAP_POWERSAFE_OVERWRITE : 0;
}

/* ---- shared memory ---- */

static int shm_map(sqlite3_file *file, int region, int size, int extend, void volatile **out)
{
    handle *const h = (handle *)file;
    inode *const n = inode_of(h);
    *out = NULL;
    if (fails(h->d, DISK_SHM_MAP)) {
        return SQLITE_IOERR_SHMMAP;
    }
    if (region >= SHM_REGIONS_MOST) {
        return SQLITE_IOERR_SHMSIZE;
    }
    if (!h->maps_shm) {
        h->maps_shm = true;
        n->n_shm_users++;
    }
    if (n->shm[region] == NULL && extend) {
        n->shm[region] = grown(NULL, (size_t)size);
        memset(n->shm[region], 0, (size_t)size);
    }
    *out = n->shm[region];
    return SQLITE_OK;
}

static int shm_lock(sqlite3_file *file, int first, int count, int flags)
{
    handle *const h = (handle *)file;
    inode *const n = inode_of(h);
    const bool shared = (flags & SQLITE_SHM_SHARED) != 0;
    if ((flags & SQLITE_SHM_LOCK) != 0 && fails(h->d, DISK_SHM_LOCK)) {
        return SQLITE_IOERR_SHMLOCK;
    }
    for (int pass = 0; pass < 2; pass++) {
        for (int i = first; i < first + count; i++) {
            const uint16_t bit = (uint16_t)(1u << i);
            const bool has_shared = (h->shm_shared & bit) != 0;
            if ((flags & SQLITE_SHM_UNLOCK) != 0) {
                if (pass == 0) {
                    n->shm_shared[i] -= shared && has_shared;
                    n->shm_exclusive[i] = n->shm_exclusive[i] == h ? NULL : n->shm_exclusive[i];
                    h->shm_shared = shared ? (uint16_t)(h->shm_shared & ~bit) : h->shm_shared;
                }
            } else if (pass == 0) {
                const int others = n->shm_shared[i] - has_shared;
                if ((n->shm_exclusive[i] != NULL && n->shm_exclusive[i] != h) || (!shared && others > 0)) {
                    return SQLITE_BUSY;
                }
            } else if (shared) {
                n->shm_shared[i] += !has_shared;
                h->shm_shared = (uint16_t)(h->shm_shared | bit);
            } else {
                n->shm_exclusive[i] = h;
            }
        }
    }
    return SQLITE_OK;
}

static void shm_barrier(sqlite3_file *file)
{
    (void)file;
}

static int shm_unmap(sqlite3_file *file, int delete_it)
{
    handle *const h = (handle *)file;
    inode *const n = inode_of(h);
    (void)delete_it;
    if (h->maps_shm) {
        h->maps_shm = false;
        if (--n->n_shm_users == 0) {
            shm_drop(n); /* the unix VFS makes it anew for the first who comes */
        }
    }
    return SQLITE_OK;
}

/* The second set is of a disk that shares no memory. */
static const sqlite3_io_methods methods[2] = {{2, file_close, file_read, file_write, file_truncate, file_sync,
                                               file_size, file_lock, file_unlock, file_check_lock,
                                               file_control, file_sector_size, file_characteristics, shm_map,
                                               shm_lock, shm_barrier, shm_unmap, NULL, NULL},
                                              {1, file_close, file_read, file_write, file_truncate, file_sync,
                                               file_size, file_lock, file_unlock, file_check_lock,
                                               file_control, file_sector_size, file_characteristics, NULL,
                                               NULL, NULL, NULL, NULL, NULL}};

/* ---- methods of the VFS ---- */

static int vfs_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out_flags)
{
    disk *const d = vfs->pAppData;
    handle *const h = (handle *)file;
    memset(h, 0, sizeof *h);
    if (fails(d, DISK_OPEN)) {
        return SQLITE_CANTOPEN;
    }
    if (name == NULL) {
        h->number = inode_take(d, true);
    } else {
        const int entry = entry_find(d, name);
        if (entry < 0 && (flags & SQLITE_OPEN_CREATE) == 0) {
            return SQLITE_CANTOPEN;
        }
        h->number = entry >= 0 ? d->entries[entry].inode : entry_make(d, name);
        if (entry < 0) {
            snprintf(keep(d, DISK_CREATE, h->number)->name, DISK_NAME_MOST, "%s", name);
            h->syncs_directory =
                (flags & (SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_WAL | SQLITE_OPEN_SUPER_JOURNAL)) != 0;
        }
    }
    h->d = d;
    h->base.pMethods = &methods[!d->shares_memory];
    inode_of(h)->n_open++;
    d->n_open++;
    if (out_flags != NULL) {
        *out_flags = flags;
    }
    return SQLITE_OK;
}

static int vfs_delete(sqlite3_vfs *vfs, const char *name, int sync_directory)
{
    disk *const d = vfs->pAppData;
    if (fails(d, DISK_DELETE)) {
        return SQLITE_IOERR_DELETE;
    }
    const int entry = entry_find(d, name);
    if (entry < 0) {
        return SQLITE_IOERR_DELETE_NOENT;
    }
    const uint32_t number = d->entries[entry].inode;
    d->entries[entry] = d->entries[--d->n_entries];
    disk_operation *const op = keep(d, DISK_DELETE, number);
    snprintf(op->name, DISK_NAME_MOST, "%s", name);
    op->syncs_directory = sync_directory != 0;
    inode_settle(d, number);
    return SQLITE_OK;
}

/* As the unix VFS: a file without bytes is as if it were not there. */
static int vfs_access(sqlite3_vfs *vfs, const char *name, int flags, int *out)
{
    disk *const d = vfs->pAppData;
    if (fails(d, DISK_ACCESS)) {
        return SQLITE_IOERR_ACCESS;
    }
    const int entry = entry_find(d, name);
    *out = entry >= 0 && (flags != SQLITE_ACCESS_EXISTS || d->inodes[d->entries[entry].inode].bytes.len > 0);
    return SQLITE_OK;
}

static int vfs_full_path(sqlite3_vfs *vfs, const char *name, int cap, char *out)
{
    if (fails(vfs->pAppData, DISK_FULL_PATH)) {
        return SQLITE_CANTOPEN;
    }
    sqlite3_snprintf(cap, out, "%s%s", name[0] == '/' ? "" : "/", name);
    return SQLITE_OK;
}

static int vfs_randomness(sqlite3_vfs *vfs, int n, char *out)
{
    (void)vfs;
    for (int i = 0; i < n; i++) {
        out[i] = (char)(i * 41 + 7); /* the same in each run, and so are salts and nonces */
    }
    return n;
}

static int vfs_sleep(sqlite3_vfs *vfs, int microseconds)
{
    (void)vfs;
    return microseconds; /* whoever holds the lock is on this thread and will not give it back meanwhile */
}

static int vfs_time(sqlite3_vfs *vfs, double *out)
{
    (void)vfs;
    *out = 2460000.5;
    return SQLITE_OK;
}

static int vfs_last_error(sqlite3_vfs *vfs, int n, char *out)
{
    (void)vfs;
    (void)n;
    (void)out;
    return 0;
}

/* ---- the disk ---- */

disk *disk_new(const char *vfs_name, bool powersafe, bool shares_memory)
{
    disk *const d = grown(NULL, sizeof *d);
    memset(d, 0, sizeof *d);
    snprintf(d->vfs_name, sizeof d->vfs_name, "%s", vfs_name);
    d->powersafe = powersafe;
    d->shares_memory = shares_memory;
    d->fault_at = -1;
    d->vfs = (sqlite3_vfs){.iVersion = 1,
                           .szOsFile = sizeof(handle),
                           .mxPathname = DISK_NAME_MOST - 16,
                           .zName = d->vfs_name,
                           .pAppData = d,
                           .xOpen = vfs_open,
                           .xDelete = vfs_delete,
                           .xAccess = vfs_access,
                           .xFullPathname = vfs_full_path,
                           .xRandomness = vfs_randomness,
                           .xSleep = vfs_sleep,
                           .xCurrentTime = vfs_time,
                           .xGetLastError = vfs_last_error};
    if (sqlite3_vfs_register(&d->vfs, 0) != SQLITE_OK) {
        fprintf(stderr, "disk: the VFS cannot be registered\n");
        abort();
    }
    return d;
}

static void forget(disk *d)
{
    if (d->n_open != 0) {
        fprintf(stderr, "disk: %d files are still open\n", d->n_open);
        abort();
    }
    for (uint32_t i = 0; i < d->n_inodes; i++) {
        shm_drop(&d->inodes[i]);
        free(d->inodes[i].bytes.data);
        d->inodes[i] = (inode){.used = false};
    }
    d->n_inodes = 0;
    d->n_entries = 0;
    d->records = false;
    d->journal.n = 0;
    d->journal.bytes.len = 0;
    disk_fail_at(d, DISK_FAILS, -1, false);
}

void disk_free(disk *d)
{
    forget(d);
    sqlite3_vfs_unregister(&d->vfs);
    free(d->journal.items);
    free(d->journal.bytes.data);
    free(d);
}

void disk_load(disk *d, const disk_image *image)
{
    forget(d);
    for (size_t i = 0; image != NULL && i < image->n_files; i++) {
        const uint32_t number = entry_make(d, image->files[i].name);
        bytes_set(&d->inodes[number].bytes, image->files[i].bytes.data, image->files[i].bytes.len);
    }
}

void disk_save(const disk *d, disk_image *image)
{
    disk_image_free(image);
    for (size_t i = 0; i < d->n_entries; i++) {
        const disk_bytes *const b = &d->inodes[d->entries[i].inode].bytes;
        disk_image_add(image, d->entries[i].name, b->data, b->len);
    }
}

int disk_n_open(const disk *d)
{
    return d->n_open;
}

void disk_record(disk *d, bool on, uint32_t mark)
{
    d->records = on;
    d->mark = mark;
}

const disk_journal *disk_operations(const disk *d)
{
    return &d->journal;
}

void disk_fail_at(disk *d, disk_fault_kind kind, int64_t n, bool for_ever)
{
    d->fault_kind = kind;
    d->fault_at = n;
    d->for_ever = for_ever;
    d->n_calls = 0;
    d->has_failed = false;
}

bool disk_has_failed(const disk *d, disk_method *method)
{
    *method = d->failed_method;
    return d->has_failed;
}
