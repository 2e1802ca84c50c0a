"""Writes the C source of the module attain._attain.

What Python may call is read from the library's own headers, never typed again: the lines of the preprocessor,
the comments and the words around `extern "C"` are taken away, and what is left is what cffi understands.
Constants become `#define NAME ...`, for whose value cffi asks the compiler. A header that changes without the
package is thus an error of the compiler, not a crash.

Run by CMakeLists.txt as: ffi_build.py INCLUDE_FOLDER OUTPUT_FILE
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import cffi

HERE = Path(__file__).resolve().parent
HEADERS = ("arrow.h", "attain.h")

# Functions of glue.c, and the callbacks that Python answers.
GLUE = """
typedef struct attain_py_handle attain_py_handle;
void attain_py_keep(attain_py_handle *handle);
void attain_py_drop(void *owned);
attain_py_handle *attain_py_memory(attain_py_handle *handle);
attain_py_handle *attain_py_own(void *object, char kind, attain_py_handle *parent);
void *attain_py_object(const attain_py_handle *handle);
long attain_py_readers(attain_py_handle *handle);

typedef struct attain_py_column {
    const char *name;
    const char *format;
    int64_t length;
    int64_t null_count;
    int64_t n_buffers;
    const void *buffers[3];
    struct attain_py_column *dictionary;
} attain_py_column;
int attain_py_columns_stream(const attain_py_column *columns, int64_t n_columns, int64_t n_rows,
                             uintptr_t owner, struct ArrowArrayStream *out);
int64_t attain_py_codes(const void *codes, int width, int64_t n, uint8_t *bits);
int attain_py_array_stream(struct ArrowSchema *schema, struct ArrowArray *array, struct ArrowArrayStream
*out); int attain_py_reading_stream(struct ArrowArrayStream *stream, attain_py_handle *handle); int
attain_py_stream_schema(struct ArrowArrayStream *stream, struct ArrowSchema *out); int
attain_py_stream_next(struct ArrowArrayStream *stream, struct ArrowArray *out); const char
*attain_py_stream_error(struct ArrowArrayStream *stream); struct ArrowArrayStream *attain_py_stream_new(void);
void attain_py_stream_free(struct ArrowArrayStream *stream); struct ArrowSchema *attain_py_schema_new(void);
void attain_py_schema_free(struct ArrowSchema *schema); struct ArrowArray *attain_py_array_new(void); void
attain_py_array_free(struct ArrowArray *array); int attain_py_append_capsule(uintptr_t list, void *structure,
int which); void *attain_py_capsule_pointer(uintptr_t object, int which);

typedef struct attain_py_bytes {
    char *data;
    size_t len;
    size_t capacity;
} attain_py_bytes;
attain_status attain_py_csv_rows(const attain_table *table, const attain_column *columns, size_t n_columns,
                                 const attain_print_options *print, size_t first, size_t end, attain_py_bytes
                                 *out, attain_error *err);
void attain_py_bytes_free(attain_py_bytes *bytes);

extern "Python" {
    int attain_py_progress(void *ctx, uint64_t done, uint64_t total); int attain_py_open(void *ctx, attain_str
    from, attain_str path, const char **data, size_t *len, char *name,
                       char *why);
    void attain_py_release(void *ctx, const char *data, size_t len);
}
"""


def declarations(header: str) -> str:
    """The declarations of a header as cffi reads them.

    Guards and macros with a value that is no number are left out.

    >>> declarations('#define N 3 /* three */\\nATTAIN_API int f(int a); // one\\n').split()
    ['#define', 'N', '...', 'int', 'f(int', 'a);']
    """
    text = re.sub(r"/\*.*?\*/|//[^\n]*", " ", header, flags=re.DOTALL)
    text = re.sub(r'#ifdef __cplusplus\s*extern "C" \{\s*#endif', "", text)
    text = re.sub(r"#ifdef __cplusplus\s*\}\s*#endif", "", text)
    lines: list[str] = []
    for line in text.splitlines():
        if re.match(r"\s*#", line):
            number = re.match(r"\s*#define\s+(\w+)\s+(\(?-?\d+\)?|U?INT\d+_M(?:AX|IN))\s*$", line)
            if number:
                lines.append(f"#define {number.group(1)} ...")
        elif line.strip():
            lines.append(line.replace("ATTAIN_API ", "").rstrip())
    return "\n".join(lines) + "\n"


def builder(include: Path) -> cffi.FFI:
    """The cffi builder over the headers in `include`/attain."""
    ffi = cffi.FFI()
    for name in HEADERS:
        ffi.cdef(declarations((include / "attain" / name).read_text(encoding="utf-8")))
    ffi.cdef(GLUE)
    ffi.set_source("attain._attain", '#include "glue.c"\n')
    return ffi


def main(arguments: list[str]) -> int:
    """Writes the C source."""
    if len(arguments) != 2:
        print("ffi_build.py: two arguments are required: INCLUDE_FOLDER OUTPUT_FILE", file=sys.stderr)
        return 2
    builder(Path(arguments[0])).emit_c_code(arguments[1])
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
