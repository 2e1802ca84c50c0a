/* What the Python package needs in C and the library does not offer, included by the module that cffi writes:
 *
 *     handles    a counted owner of a workspace, a plan, facts or a table; what is made from it keeps it. C counts, so that an
 *                Arrow array may be released on any thread, long after Python has closed the object
 *     streams    Arrow streams over columns that Python describes (numpy and pandas buffers, borrowed for the call), over one
 *                array of another package, and over facts, which may not change while they are read
 *     capsules   the names by which Arrow structures travel between Python packages
 *     pandas     nulls as pandas says them: NaN, codes below 0
 *     csv        the rows of a table as the program prints them, without a call per cell
 *
 * cffi has let go of the interpreter's lock when a function here runs; only the capsule functions take it. */
#include <attain/arrow.h>
#include <attain/attain.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

/* ---------------------------------------------------------------- handles ---- */

typedef struct attain_py_handle {
    atomic_long n_owners;
    atomic_long n_readers; /* open streams over facts */
    void *object;
    void (*free)(void *);
    struct attain_py_handle *parent;
} attain_py_handle;

static void free_plan(void *object)
{
    attain_plan_free(object);
}

static void free_facts(void *object)
{
    attain_facts_free(object);
}

static void free_table(void *object)
{
    attain_table_free(object);
}

static void free_workspace(void *object)
{
    attain_workspace_free(object);
}

/* Memory that a plan's facts and tables have given back stays warm for the next ones, up to so much; when the plan has gone there are none, and
 * only what frames hold is kept. */
enum { MOST_KEPT_BYTES = 512 * 1024 * 1024 };

static void trim_workspace(const attain_py_handle *handle)
{
    const bool has_plan = handle && handle->free != free_workspace;
    size_t kept_bytes = 0;
    while (handle && handle->free != free_workspace) {
        handle = handle->parent;
    }
    if (handle) {
        attain_workspace_bytes(handle->object, NULL, &kept_bytes);
        if (!has_plan || kept_bytes > MOST_KEPT_BYTES) {
            attain_workspace_trim(handle->object);
        }
    }
}

static void attain_py_keep(attain_py_handle *handle)
{
    if (handle) {
        atomic_fetch_add_explicit(&handle->n_owners, 1, memory_order_relaxed);
    }
}

static void attain_py_drop(void *owned)
{
    attain_py_handle *handle = owned;
    while (handle && atomic_fetch_sub_explicit(&handle->n_owners, 1, memory_order_acq_rel) == 1) {
        attain_py_handle *parent = handle->parent;
        handle->free(handle->object);
        free(handle);
        trim_workspace(parent);
        handle = parent;
    }
}

/* The handle that all were made from: of the memory they live in. */
static attain_py_handle *attain_py_memory(attain_py_handle *handle)
{
    while (handle->parent) {
        handle = handle->parent;
    }
    return handle;
}

/* Takes the object over, also where it fails (NULL). kind: 'w', 'p', 'f' or 't'. */
static attain_py_handle *attain_py_own(void *object, char kind, attain_py_handle *parent)
{
    void (*release)(void *) = kind == 'w'   ? free_workspace
                              : kind == 'p' ? free_plan
                              : kind == 'f' ? free_facts
                                            : free_table;
    attain_py_handle *handle = malloc(sizeof *handle);
    if (!handle) {
        release(object);
        return NULL;
    }
    atomic_init(&handle->n_owners, 1);
    atomic_init(&handle->n_readers, 0);
    handle->object = object;
    handle->free = release;
    handle->parent = parent;
    attain_py_keep(parent);
    return handle;
}

static void *attain_py_object(const attain_py_handle *handle)
{
    return handle->object;
}

static long attain_py_readers(attain_py_handle *handle)
{
    return atomic_load_explicit(&handle->n_readers, memory_order_acquire);
}

/* ---------------------------------------------------------------- columns of Python as a stream ---- */

typedef struct attain_py_column {
    const char *name;
    const char *format;
    int64_t length;
    int64_t null_count;
    int64_t n_buffers;
    const void *buffers[3];
    struct attain_py_column *dictionary;
} attain_py_column;

/* What a structure given away holds: its buffers, and the Python object that owns their memory, or NULL where the caller keeps it. */
typedef struct kept {
    const void *buffers[3];
    PyObject *owner;
} kept;

static kept *keep_owner(PyObject *owner)
{
    kept *keeps = calloc(1, sizeof *keeps);
    if (keeps && owner) {
        const PyGILState_STATE state = PyGILState_Ensure();
        Py_INCREF(owner);
        PyGILState_Release(state);
        keeps->owner = owner;
    }
    return keeps;
}

/* At the end of the process there is no interpreter to give the object back to; its memory goes with the process. */
static void drop_owner(kept *keeps)
{
    if (keeps && keeps->owner && Py_IsInitialized()) {
        const PyGILState_STATE state = PyGILState_Ensure();
        Py_DECREF(keeps->owner);
        PyGILState_Release(state);
    }
    free(keeps);
}

static void release_schema(struct ArrowSchema *schema)
{
    for (int64_t i = 0; i < schema->n_children; i++) {
        if (schema->children[i]->release) {
            schema->children[i]->release(schema->children[i]);
        }
        free(schema->children[i]);
    }
    if (schema->dictionary && schema->dictionary->release) {
        schema->dictionary->release(schema->dictionary);
    }
    free(schema->dictionary);
    free(schema->children);
    drop_owner(schema->private_data);
    schema->release = NULL;
}

static int fill_schema(const attain_py_column *column, PyObject *owner, struct ArrowSchema *out)
{
    *out = (struct ArrowSchema){.format = column->format,
                                .name = column->name,
                                .flags = ARROW_FLAG_NULLABLE,
                                .release = release_schema,
                                .private_data = keep_owner(owner)};
    int failed = !out->private_data;
    if (column->dictionary && !failed) {
        out->dictionary = calloc(1, sizeof *out->dictionary);
        failed = !out->dictionary || fill_schema(column->dictionary, owner, out->dictionary);
    }
    if (failed) {
        release_schema(out);
    }
    return failed ? ENOMEM : 0;
}

static void release_array(struct ArrowArray *array)
{
    for (int64_t i = 0; i < array->n_children; i++) {
        if (array->children[i]->release) {
            array->children[i]->release(array->children[i]);
        }
        free(array->children[i]);
    }
    if (array->dictionary && array->dictionary->release) {
        array->dictionary->release(array->dictionary);
    }
    free(array->dictionary);
    free(array->children);
    drop_owner(array->private_data);
    array->release = NULL;
}

static int fill_array(const attain_py_column *column, PyObject *owner, struct ArrowArray *out)
{
    kept *keeps = keep_owner(owner);
    *out = (struct ArrowArray){.length = column->length,
                               .null_count = column->null_count,
                               .n_buffers = column->n_buffers,
                               .buffers = keeps ? keeps->buffers : NULL,
                               .release = release_array,
                               .private_data = keeps};
    int failed = !keeps;
    if (!failed) {
        memcpy(keeps->buffers, column->buffers, sizeof column->buffers);
    }
    if (column->dictionary && !failed) {
        out->dictionary = calloc(1, sizeof *out->dictionary);
        failed = !out->dictionary || fill_array(column->dictionary, owner, out->dictionary);
    }
    if (failed) {
        release_array(out);
    }
    return failed ? ENOMEM : 0;
}

typedef struct column_source {
    const attain_py_column *columns;
    int64_t n_columns;
    int64_t n_rows;
    int is_done;
    kept *keeps;
} column_source;

static int columns_get_schema(struct ArrowArrayStream *stream, struct ArrowSchema *out)
{
    const column_source *source = stream->private_data;
    *out = (struct ArrowSchema){.format = "+s", .name = "", .release = release_schema};
    out->children = calloc((size_t)source->n_columns + 1, sizeof *out->children);
    int failed = !out->children;
    for (int64_t i = 0; i < source->n_columns && !failed; i++) {
        out->children[i] = calloc(1, sizeof **out->children);
        out->n_children += out->children[i] != NULL;
        failed =
            !out->children[i] || fill_schema(&source->columns[i], source->keeps->owner, out->children[i]);
    }
    if (failed) {
        release_schema(out);
    }
    return failed ? ENOMEM : 0;
}

static int columns_get_next(struct ArrowArrayStream *stream, struct ArrowArray *out)
{
    column_source *source = stream->private_data;
    *out = (struct ArrowArray){0};
    if (source->is_done) {
        return 0;
    }
    kept *keeps = calloc(1, sizeof *keeps);
    *out = (struct ArrowArray){.length = source->n_rows,
                               .n_buffers = 1,
                               .buffers = keeps ? keeps->buffers : NULL,
                               .children = calloc((size_t)source->n_columns + 1, sizeof *out->children),
                               .release = release_array,
                               .private_data = keeps};
    int failed = !out->buffers || !out->children;
    for (int64_t i = 0; i < source->n_columns && !failed; i++) {
        out->children[i] = calloc(1, sizeof **out->children);
        out->n_children += out->children[i] != NULL;
        failed = !out->children[i] || fill_array(&source->columns[i], source->keeps->owner, out->children[i]);
    }
    if (failed) {
        release_array(out);
    }
    source->is_done = !failed;
    return failed ? ENOMEM : 0;
}

static const char *no_last_error(struct ArrowArrayStream *stream)
{
    (void)stream;
    return NULL;
}

static void columns_release(struct ArrowArrayStream *stream)
{
    column_source *source = stream->private_data;
    drop_owner(source->keeps);
    free(source);
    stream->release = NULL;
}

/* One batch of the columns. owner: address of the object that owns all their memory, which lives as long as anything given away;
 * 0: the caller keeps it until the stream and its arrays are released. 0 or ENOMEM. */
static int attain_py_columns_stream(const attain_py_column *columns, int64_t n_columns, int64_t n_rows,
                                    uintptr_t owner, struct ArrowArrayStream *out)
{
    column_source *source = malloc(sizeof *source);
    kept *keeps = keep_owner((PyObject *)owner);
    if (!source || !keeps) {
        free(source);
        drop_owner(keeps);
        return ENOMEM;
    }
    *source = (column_source){columns, n_columns, n_rows, 0, keeps};
    *out = (struct ArrowArrayStream){.get_schema = columns_get_schema,
                                     .get_next = columns_get_next,
                                     .get_last_error = no_last_error,
                                     .release = columns_release,
                                     .private_data = source};
    return 0;
}

/* ---------------------------------------------------------------- nulls of pandas ---- */

static unsigned count_ones(unsigned byte)
{
    byte = (byte & 0x55u) + (byte >> 1 & 0x55u);
    byte = (byte & 0x33u) + (byte >> 2 & 0x33u);
    return (byte & 0xfu) + (byte >> 4);
}

static int64_t code_at(const void *codes, int width, int64_t i)
{
    switch (width) {
    case 1: return ((const int8_t *)codes)[i];
    case 2: return ((const int16_t *)codes)[i];
    case 4: return ((const int32_t *)codes)[i];
    default: return ((const int64_t *)codes)[i];
    }
}

/* Which of n codes of a categorical are there: those of 0 and more. Returns how many are not. bits: (n + 7) / 8 bytes. */
static int64_t attain_py_codes(const void *codes, int width, int64_t n, uint8_t *bits)
{
    int64_t n_valid = 0;
    int64_t i = 0;
#if defined(__SSE2__)
    const __m128i zero = _mm_setzero_si128();
    __m128i n_gone = zero;
    for (; width == 1 && i + 16 <= n; i += 16) {
        const __m128i here = _mm_loadu_si128((const void *)((const char *)codes + i));
        const unsigned gone = (unsigned)_mm_movemask_epi8(here);
        bits[i >> 3] = (uint8_t)~gone;
        bits[(i >> 3) + 1] = (uint8_t)(~gone >> 8);
        n_gone = _mm_sub_epi64(n_gone, _mm_sad_epu8(_mm_cmplt_epi8(here, zero), zero)); /* 255 each */
    }
    int64_t halves[2];
    _mm_storeu_si128((void *)halves, n_gone);
    n_valid = i + (halves[0] + halves[1]) / 255;
#endif
    for (; i < n; i += 8) {
        unsigned valid = 0;
        for (int64_t k = 0; k < 8 && i + k < n; k++) {
            valid |= (code_at(codes, width, i + k) >= 0 ? 1u : 0u) << k;
        }
        bits[i >> 3] = (uint8_t)valid;
        n_valid += count_ones(valid);
    }
    return n - n_valid;
}

/* ---------------------------------------------------------------- one array as a stream ---- */

typedef struct array_source {
    struct ArrowSchema schema;
    struct ArrowArray array;
} array_source;

static int array_get_schema(struct ArrowArrayStream *stream, struct ArrowSchema *out)
{
    array_source *source = stream->private_data;
    if (!source->schema.release) {
        return EINVAL;
    }
    *out = source->schema;
    source->schema.release = NULL;
    return 0;
}

static int array_get_next(struct ArrowArrayStream *stream, struct ArrowArray *out)
{
    array_source *source = stream->private_data;
    *out = source->array;
    source->array.release = NULL;
    if (!out->release) {
        *out = (struct ArrowArray){0};
    }
    return 0;
}

static void array_release(struct ArrowArrayStream *stream)
{
    array_source *source = stream->private_data;
    if (source->schema.release) {
        source->schema.release(&source->schema);
    }
    if (source->array.release) {
        source->array.release(&source->array);
    }
    free(source);
    stream->release = NULL;
}

/* A stream of one batch; on success schema and array are taken. 0 or ENOMEM. The schema is given once. */
static int attain_py_array_stream(struct ArrowSchema *schema, struct ArrowArray *array,
                                  struct ArrowArrayStream *out)
{
    array_source *source = malloc(sizeof *source);
    if (!source) {
        return ENOMEM;
    }
    *source = (array_source){*schema, *array};
    schema->release = NULL;
    array->release = NULL;
    *out = (struct ArrowArrayStream){.get_schema = array_get_schema,
                                     .get_next = array_get_next,
                                     .get_last_error = no_last_error,
                                     .release = array_release,
                                     .private_data = source};
    return 0;
}

/* ---------------------------------------------------------------- a stream that counts as a reader ---- */

typedef struct reading {
    struct ArrowArrayStream inner;
    attain_py_handle *handle; /* NULL: has ended */
} reading;

static void end_reading(reading *reader)
{
    if (reader->handle) {
        atomic_fetch_sub_explicit(&reader->handle->n_readers, 1, memory_order_release);
        attain_py_drop(reader->handle);
        reader->handle = NULL;
    }
}

static int reading_get_schema(struct ArrowArrayStream *stream, struct ArrowSchema *out)
{
    reading *reader = stream->private_data;
    return reader->inner.get_schema(&reader->inner, out);
}

static int reading_get_next(struct ArrowArrayStream *stream, struct ArrowArray *out)
{
    reading *reader = stream->private_data;
    if (!reader->handle) {
        *out = (struct ArrowArray){0};
        return 0;
    }
    const int failed = reader->inner.get_next(&reader->inner, out);
    if (!failed && !out->release) {
        end_reading(reader);
    }
    return failed;
}

static const char *reading_get_last_error(struct ArrowArrayStream *stream)
{
    reading *reader = stream->private_data;
    return reader->inner.get_last_error(&reader->inner);
}

static void reading_release(struct ArrowArrayStream *stream)
{
    reading *reader = stream->private_data;
    reader->inner.release(&reader->inner);
    end_reading(reader);
    free(reader);
    stream->release = NULL;
}

/* Wraps the stream in place: until it has ended or is released, the handle counts one reader more. 0 or ENOMEM. */
static int attain_py_reading_stream(struct ArrowArrayStream *stream, attain_py_handle *handle)
{
    reading *reader = malloc(sizeof *reader);
    if (!reader) {
        return ENOMEM;
    }
    *reader = (reading){*stream, handle};
    attain_py_keep(handle);
    atomic_fetch_add_explicit(&handle->n_readers, 1, memory_order_relaxed);
    *stream = (struct ArrowArrayStream){.get_schema = reading_get_schema,
                                        .get_next = reading_get_next,
                                        .get_last_error = reading_get_last_error,
                                        .release = reading_release,
                                        .private_data = reader};
    return 0;
}

/* Calls through the function pointers of Arrow's structures: two that Python makes, and release, which does nothing twice. */
static int attain_py_stream_schema(struct ArrowArrayStream *stream, struct ArrowSchema *out)
{
    return stream->get_schema(stream, out);
}

static int attain_py_stream_next(struct ArrowArrayStream *stream, struct ArrowArray *out)
{
    return stream->get_next(stream, out);
}

static const char *attain_py_stream_error(struct ArrowArrayStream *stream)
{
    const char *text = stream->get_last_error(stream);
    return text ? text : "";
}

static struct ArrowArrayStream *attain_py_stream_new(void)
{
    return calloc(1, sizeof(struct ArrowArrayStream));
}

static void attain_py_stream_free(struct ArrowArrayStream *stream)
{
    if (stream && stream->release) {
        stream->release(stream);
    }
    free(stream);
}

static struct ArrowSchema *attain_py_schema_new(void)
{
    return calloc(1, sizeof(struct ArrowSchema));
}

static void attain_py_schema_free(struct ArrowSchema *schema)
{
    if (schema && schema->release) {
        schema->release(schema);
    }
    free(schema);
}

static struct ArrowArray *attain_py_array_new(void)
{
    return calloc(1, sizeof(struct ArrowArray));
}

static void attain_py_array_free(struct ArrowArray *array)
{
    if (array && array->release) {
        array->release(array);
    }
    free(array);
}

/* ---------------------------------------------------------------- capsules ---- */

static const char *const capsule_names[] = {"arrow_schema", "arrow_array", "arrow_array_stream"};

static void drop_schema_capsule(PyObject *capsule)
{
    attain_py_schema_free(PyCapsule_GetPointer(capsule, capsule_names[0]));
}

static void drop_stream_capsule(PyObject *capsule)
{
    attain_py_stream_free(PyCapsule_GetPointer(capsule, capsule_names[2]));
}

/* Appends to the list a capsule that owns the structure (which: 0 schema, 2 stream). cffi gives no objects back, a list does.
 * -1 without memory; the structure is then still the caller's. */
static int attain_py_append_capsule(uintptr_t list, void *structure, int which)
{
    const PyGILState_STATE state = PyGILState_Ensure();
    PyObject *capsule = PyCapsule_New(structure, capsule_names[which], NULL);
    int failed = !capsule || PyList_Append((PyObject *)list, capsule);
    if (!failed) {
        failed = PyCapsule_SetDestructor(capsule, which == 0 ? drop_schema_capsule : drop_stream_capsule);
    }
    Py_XDECREF(capsule);
    if (failed) {
        PyErr_Clear();
    }
    PyGILState_Release(state);
    return failed ? -1 : 0;
}

/* What the capsule holds, still its own; NULL if the object is no capsule of that name. */
static void *attain_py_capsule_pointer(uintptr_t object, int which)
{
    const PyGILState_STATE state = PyGILState_Ensure();
    void *pointer = NULL;
    if (PyCapsule_IsValid((PyObject *)object, capsule_names[which])) {
        pointer = PyCapsule_GetPointer((PyObject *)object, capsule_names[which]);
    }
    PyGILState_Release(state);
    return pointer;
}

/* ---------------------------------------------------------------- csv ---- */

typedef struct attain_py_bytes {
    char *data;
    size_t len;
    size_t capacity;
} attain_py_bytes;

static int reserve(attain_py_bytes *out, size_t n)
{
    if (out->capacity - out->len >= n) {
        return 0;
    }
    size_t capacity = out->capacity ? out->capacity : (size_t)1 << 16;
    while (capacity - out->len < n) {
        capacity *= 2;
    }
    char *data = realloc(out->data, capacity);
    if (!data) {
        return -1;
    }
    out->data = data;
    out->capacity = capacity;
    return 0;
}

static void attain_py_bytes_free(attain_py_bytes *bytes)
{
    free(bytes->data);
    *bytes = (attain_py_bytes){0};
}

static int needs_quotes(const char *cell, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (cell[i] == ',' || cell[i] == '"' || cell[i] == '\n' || cell[i] == '\r') {
            return 1;
        }
    }
    return len > 0 && (cell[0] == ' ' || cell[len - 1] == ' ');
}

/* The cell at the end of the text is put into quotes, its own doubled. */
static int quote(attain_py_bytes *out, size_t len)
{
    size_t n_marks = 0;
    for (size_t i = 0; i < len; i++) {
        n_marks += out->data[out->len + i] == '"';
    }
    if (reserve(out, len + n_marks + 3)) {
        return -1;
    }
    char *cell = out->data + out->len;
    char *to = cell + len + n_marks + 1;
    *to-- = '"';
    for (size_t i = len; i-- > 0;) {
        const char c = cell[i];
        *to-- = c;
        if (c == '"') {
            *to-- = '"';
        }
    }
    *to = '"';
    out->len += len + n_marks + 2;
    return 0;
}

static attain_status csv_cell(const attain_table *table, size_t row, attain_column column,
                              const attain_print_options *print, attain_py_bytes *out, attain_error *err)
{
    size_t len = 0;
    attain_status status = reserve(out, 64)
                               ? ATTAIN_E_MEMORY
                               : attain_table_print(table, row, column, print, out->data + out->len,
                                                    out->capacity - out->len, &len, err);
    if (status == ATTAIN_E_CAPACITY) {
        status = reserve(out, len + 1) ? ATTAIN_E_MEMORY
                                       : attain_table_print(table, row, column, print, out->data + out->len,
                                                            out->capacity - out->len, &len, err);
    }
    if (status != ATTAIN_OK) {
        return status;
    }
    if (!needs_quotes(out->data + out->len, len)) {
        out->len += len;
        return ATTAIN_OK;
    }
    return quote(out, len) ? ATTAIN_E_MEMORY : ATTAIN_OK;
}

/* Appends rows first .. end - 1 with the columns given, as `attain score --format csv` prints them. Where memory ends err->status
 * is set and nothing else. */
static attain_status attain_py_csv_rows(const attain_table *table, const attain_column *columns,
                                        size_t n_columns, const attain_print_options *print, size_t first,
                                        size_t end, attain_py_bytes *out, attain_error *err)
{
    for (size_t row = first; row < end; row++) {
        for (size_t i = 0; i < n_columns; i++) {
            attain_status status = csv_cell(table, row, columns[i], print, out, err);
            if (status == ATTAIN_OK && reserve(out, 1)) {
                status = ATTAIN_E_MEMORY;
            }
            if (status != ATTAIN_OK) {
                err->status = status;
                return status;
            }
            out->data[out->len++] = i + 1 < n_columns ? ',' : '\n';
        }
    }
    return ATTAIN_OK;
}
