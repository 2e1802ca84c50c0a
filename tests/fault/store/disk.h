/* A disk in memory, as an SQLite VFS: what a program wrote to it, what would be there after a loss of power at any
 * moment, and calls that fail.
 *
 *     program ──▶ VFS ──▶ files as the program sees them        disk_image: a copy, disk_load: back
 *                  └────▶ journal of operations ──▶ survivor: files as they lie on the plate, operation by operation
 *
 * A program runs once and every operation that changes something is kept. A survivor walks over them. At each of
 * them it can be asked what is there when power fails: what was synced, and of everything that was not each sector
 * of 512 bytes for itself, kept, lost or garbled. A file that was made or deleted is so after its directory was
 * synced; before that it may be or not.
 *
 * Locks and shared memory (WAL) work between connections of this process. Nothing here is for threads. */
#ifndef TEST_STORE_DISK_H
#define TEST_STORE_DISK_H

#include "support/rng.h"

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---- files ---- */

enum { DISK_NAME_MOST = 96, DISK_FILES_MOST = 12, DISK_SECTOR = 512 };

typedef struct disk_bytes {
    uint8_t *data;
    size_t len, capacity;
} disk_bytes;

typedef struct disk_image {
    struct {
        char name[DISK_NAME_MOST];
        disk_bytes bytes;
    } files[DISK_FILES_MOST];
    size_t n_files;
} disk_image;

void disk_image_free(disk_image *image);
void disk_image_copy(disk_image *to, const disk_image *from);
/* The bytes of a file; NULL if it is not there. */
disk_bytes *disk_image_file(disk_image *image, const char *name);
void disk_image_add(disk_image *image, const char *name, const void *data, size_t len);

/* ---- the disk ---- */

typedef enum disk_method {
    DISK_OPEN,
    DISK_DELETE,
    DISK_ACCESS,
    DISK_FULL_PATH,
    DISK_READ,
    DISK_WRITE,
    DISK_TRUNCATE,
    DISK_SYNC,
    DISK_SIZE,
    DISK_LOCK,
    DISK_UNLOCK,
    DISK_CHECK_LOCK,
    DISK_SHM_MAP,
    DISK_SHM_LOCK,
    DISK_CREATE, /* in the journal of operations only */
    DISK_N_METHODS
} disk_method;

extern const char *const disk_method_names[DISK_N_METHODS];

typedef enum disk_fault_kind {
    DISK_FAILS,       /* any method, with the error that belongs to it; half of a write is done */
    DISK_IS_FULL,     /* writes, with SQLITE_FULL */
    DISK_READS_SHORT, /* reads: half of the bytes, then zeros */
} disk_fault_kind;

typedef struct disk_operation {
    disk_method method; /* WRITE, TRUNCATE, SYNC, DELETE, CREATE */
    uint32_t file;      /* number of the file since the disk was loaded */
    bool syncs_directory;
    size_t at;    /* WRITE: where; TRUNCATE: the new size */
    size_t len;   /* WRITE */
    size_t bytes; /* WRITE: where in disk_journal.bytes */
    uint32_t mark;
    char name[DISK_NAME_MOST]; /* CREATE, DELETE */
} disk_operation;

typedef struct disk_journal {
    disk_operation *items;
    size_t n, capacity;
    disk_bytes bytes;
} disk_journal;

typedef struct disk disk;

/* powersafe: a write that is cut leaves the bytes beside it alone, as SQLite takes for granted of unix files; else
 * the whole sector may be lost, which SQLite is told. shares_memory: WAL can be had. */
disk *disk_new(const char *vfs_name, bool powersafe, bool shares_memory);
void disk_free(disk *d);
/* Empties the disk, then lays these files on it (NULL: none), durable. Nobody may have a file open. Forgets the
 * journal and faults. */
void disk_load(disk *d, const disk_image *image);
/* A copy of what a program sees. */
void disk_save(const disk *d, disk_image *image);
int disk_n_open(const disk *d);

/* Operations are kept from now on, with this number, or no longer. */
void disk_record(disk *d, bool on, uint32_t mark);
const disk_journal *disk_operations(const disk *d);

/* The nth call from now on (from 0) of those that the kind touches fails, with for_ever all after it too. n < 0:
 * none. */
void disk_fail_at(disk *d, disk_fault_kind kind, int64_t n, bool for_ever);
/* Has a call failed since? Which, the first. */
bool disk_has_failed(const disk *d, disk_method *method);

/* ---- loss of power ---- */

typedef struct survivor survivor;

/* From the files as loaded; both are borrowed. A disk that is deaf does not sync when it is told to. */
survivor *survivor_new(const disk_image *start, const disk_journal *journal, bool powersafe, bool deaf);
void survivor_free(survivor *s);
/* Does the next operation. */
void survivor_step(survivor *s);
/* What is there when power fails now, in the middle of the next operation (is_next), or before it. Damage: 0 all
 * that was not synced is lost; 1 all of it is kept; else by r. */
void survivor_image(const survivor *s, bool is_next, unsigned damage, rng *r, disk_image *out);

#endif
