/* What lies on the plate: the operations of a disk, done one after the other in two steps, first pending, then,
 * when the file or its directory was synced, durable. See disk.h.
 *
 *     file 0   [ durable bytes ]   pending: write 7, write 9, truncate 12
 *     name     durable: store.db -> 0                      now: store.db -> 0, store.db-wal -> 1 */
#include "fault/store/disk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PLATE_FILES_MOST = 64 };

typedef struct plate_file {
    disk_bytes durable;
    size_t *pending; /* numbers of operations */
    size_t n_pending, capacity;
} plate_file;

typedef struct plate_entry {
    char name[DISK_NAME_MOST];
    int durable, now; /* number of a file; -1: there is none of that name */
} plate_entry;

struct survivor {
    const disk_journal *journal;
    size_t next;
    bool powersafe, deaf;
    plate_file files[PLATE_FILES_MOST];
    plate_entry entries[DISK_FILES_MOST];
    size_t n_entries;
};

static void *grown(void *block, size_t size)
{
    void *const fresh = realloc(block, size);
    if (fresh == NULL) {
        fprintf(stderr, "survivor: out of memory\n");
        abort();
    }
    return fresh;
}

static void set_len(disk_bytes *b, size_t len)
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

static void put(disk_bytes *b, size_t at, const uint8_t *data, size_t len)
{
    if (at + len > b->len) {
        set_len(b, at + len);
    }
    if (len > 0) {
        memcpy(b->data + at, data, len);
    }
}

static plate_entry *entry_of(survivor *s, const char *name)
{
    for (size_t i = 0; i < s->n_entries; i++) {
        if (strcmp(s->entries[i].name, name) == 0) {
            return &s->entries[i];
        }
    }
    if (s->n_entries == DISK_FILES_MOST) {
        fprintf(stderr, "survivor: too many names\n");
        abort();
    }
    plate_entry *const entry = &s->entries[s->n_entries++];
    *entry = (plate_entry){.durable = -1, .now = -1};
    snprintf(entry->name, sizeof entry->name, "%s", name);
    return entry;
}

survivor *survivor_new(const disk_image *start, const disk_journal *journal, bool powersafe, bool deaf)
{
    survivor *const s = grown(NULL, sizeof *s);
    memset(s, 0, sizeof *s);
    s->journal = journal;
    s->powersafe = powersafe;
    s->deaf = deaf;
    for (size_t i = 0; start != NULL && i < start->n_files; i++) {
        put(&s->files[i].durable, 0, start->files[i].bytes.data, start->files[i].bytes.len);
        plate_entry *const entry = entry_of(s, start->files[i].name);
        entry->durable = entry->now = (int)i;
    }
    return s;
}

void survivor_free(survivor *s)
{
    for (size_t i = 0; s != NULL && i < PLATE_FILES_MOST; i++) {
        free(s->files[i].durable.data);
        free(s->files[i].pending);
    }
    free(s);
}

static void do_whole(disk_bytes *b, const disk_journal *journal, const disk_operation *op)
{
    if (op->method == DISK_WRITE) {
        put(b, op->at, journal->bytes.data + op->bytes, op->len);
    } else if (op->at < b->len) {
        set_len(b, op->at);
    }
}

static void directory_settles(survivor *s)
{
    for (size_t i = 0; i < s->n_entries; i++) {
        s->entries[i].durable = s->entries[i].now;
    }
}

static void file_settles(survivor *s, plate_file *file)
{
    for (size_t i = 0; i < file->n_pending; i++) {
        do_whole(&file->durable, s->journal, &s->journal->items[file->pending[i]]);
    }
    file->n_pending = 0;
}

static void becomes_pending(plate_file *file, size_t number)
{
    if (file->n_pending == file->capacity) {
        file->capacity = file->capacity * 2 + 16;
        file->pending = grown(file->pending, file->capacity * sizeof *file->pending);
    }
    file->pending[file->n_pending++] = number;
}

void survivor_step(survivor *s)
{
    const size_t number = s->next++;
    const disk_operation *const op = &s->journal->items[number];
    plate_file *const file = &s->files[op->file];
    switch (op->method) {
    case DISK_WRITE:
    case DISK_TRUNCATE: becomes_pending(file, number); break;
    case DISK_CREATE: entry_of(s, op->name)->now = (int)op->file; break;
    case DISK_DELETE: entry_of(s, op->name)->now = -1; break;
    case DISK_SYNC:
        if (!s->deaf) {
            file_settles(s, file);
        }
        break;
    default: break;
    }
    if (op->syncs_directory && !s->deaf) {
        directory_settles(s);
    }
}

/* ---- damage ---- */

typedef enum fate { LOST, KEPT, GARBLED } fate;

/* How a cut goes about it: of 16 sectors, how many are kept and how many garbled; the rest is lost. */
typedef struct mood {
    unsigned n_kept, n_garbled;
    rng *r;
} mood;

static mood mood_of(unsigned damage, rng *r)
{
    static const mood moods[] = {{8, 0, NULL}, {8, 4, NULL},  {14, 1, NULL},
                                 {2, 1, NULL}, {15, 0, NULL}, {11, 5, NULL}};
    mood m = {damage == 1 ? 16 : 0, 0, r};
    if (damage > 1) {
        m = moods[rng_below(r, sizeof moods / sizeof moods[0])];
        m.r = r;
    }
    return m;
}

static fate fate_of(const mood *m)
{
    if (m->n_kept == 16 || m->n_kept + m->n_garbled == 0) {
        return m->n_kept == 16 ? KEPT : LOST;
    }
    const unsigned draw = (unsigned)rng_below(m->r, 16);
    return draw < m->n_kept ? KEPT : draw < m->n_kept + m->n_garbled ? GARBLED : LOST;
}

/* Rubbish, nothing, or a mix of bytes from both. */
static void garble(uint8_t *bytes, size_t len, rng *r)
{
    const unsigned kind = (unsigned)rng_below(r, 3);
    for (size_t i = 0; i < len; i++) {
        if (kind == 0) {
            bytes[i] = (uint8_t)rng_next(r);
        } else if (kind == 1 || rng_below(r, 2) == 0) {
            bytes[i] = 0;
        }
    }
}

static void damaged_sector(disk_bytes *b, const survivor *s, const disk_operation *op, size_t at, size_t len,
                           const mood *m)
{
    const fate f = fate_of(m);
    if (f == LOST) {
        /* A file may have grown although what stands there never came. */
        if (m->r != NULL && m->n_kept > 0 && at + len > b->len && rng_below(m->r, 4) == 0) {
            set_len(b, at + len);
        }
        return;
    }
    put(b, at, s->journal->bytes.data + op->bytes + (at - op->at), len);
    if (f == GARBLED) {
        const size_t start = s->powersafe ? at : at / DISK_SECTOR * DISK_SECTOR;
        const size_t sector_end = (at / DISK_SECTOR + 1) * DISK_SECTOR;
        const size_t end = s->powersafe ? at + len : sector_end < b->len ? sector_end : b->len;
        garble(b->data + start, end - start, m->r);
    }
}

static void damaged_operation(disk_bytes *b, const survivor *s, const disk_operation *op, const mood *m)
{
    if (op->method == DISK_TRUNCATE) {
        const bool is_kept = m->n_kept == 16 || (m->n_kept > 0 && rng_below(m->r, 2) == 0);
        if (is_kept && op->at < b->len) {
            set_len(b, op->at);
        }
        return;
    }
    for (size_t at = op->at; at < op->at + op->len;) {
        const size_t sector_end = (at / DISK_SECTOR + 1) * DISK_SECTOR;
        const size_t end = sector_end < op->at + op->len ? sector_end : op->at + op->len;
        damaged_sector(b, s, op, at, end - at, m);
        at = end;
    }
}

static int survives(const plate_entry *entry, const disk_operation *next, const mood *m)
{
    int now = entry->now;
    if (next != NULL && (next->method == DISK_CREATE || next->method == DISK_DELETE) &&
        strcmp(next->name, entry->name) == 0) {
        now = next->method == DISK_CREATE ? (int)next->file : -1;
    }
    if (now == entry->durable || m->n_kept == 16) {
        return now;
    }
    return m->n_kept > 0 && rng_below(m->r, 2) == 0 ? now : entry->durable;
}

void survivor_image(const survivor *s, bool is_next, unsigned damage, rng *r, disk_image *out)
{
    const mood m = mood_of(damage, r);
    const disk_operation *const next =
        is_next && s->next < s->journal->n ? &s->journal->items[s->next] : NULL;
    disk_image_free(out);
    for (size_t i = 0; i < s->n_entries; i++) {
        const int number = survives(&s->entries[i], next, &m);
        if (number < 0) {
            continue;
        }
        const plate_file *const file = &s->files[number];
        disk_image_add(out, s->entries[i].name, file->durable.data, file->durable.len);
        disk_bytes *const b = &out->files[out->n_files - 1].bytes;
        for (size_t k = 0; k < file->n_pending; k++) {
            damaged_operation(b, s, &s->journal->items[file->pending[k]], &m);
        }
        if (next != NULL && (next->method == DISK_WRITE || next->method == DISK_TRUNCATE) &&
            next->file == (uint32_t)number) {
            damaged_operation(b, s, next, &m);
        }
    }
}
