/* Runs a fuzz target over the files of a folder, and over every beginning of the small ones: what was once found, or once interesting,
 * stays tested everywhere, without libFuzzer.
 *
 *     replay_plan corpus/plan            prints how many inputs were run; a target that is not content aborts */
#include "fuzz/fuzz.h"

#include <dirent.h>
#include <sys/stat.h>

#define SMALL_BYTES 600

/* The file's bytes, in a block of just their size, so that a byte read behind the end is seen. */
static uint8_t *read_all(const char *path, size_t *size)
{
    FILE *const file = fopen(path, "rb");
    if (file == NULL || fseek(file, 0, SEEK_END) != 0) {
        fprintf(stderr, "replay: %s cannot be read\n", path);
        exit(1);
    }
    const long len = ftell(file);
    rewind(file);
    uint8_t *const data = malloc(len > 0 ? (size_t)len : 1);
    if (len < 0 || data == NULL || fread(data, 1, (size_t)len, file) != (size_t)len) {
        fprintf(stderr, "replay: %s cannot be read\n", path);
        exit(1);
    }
    fclose(file);
    *size = (size_t)len;
    return data;
}

static void run(const uint8_t *data, size_t size)
{
    uint8_t *const copy = malloc(size > 0 ? size : 1);
    must(copy != NULL);
    if (size > 0) {
        memcpy(copy, data, size);
    }
    (void)LLVMFuzzerTestOneInput(copy, size);
    free(copy);
}

static size_t replay_file(const char *path)
{
    size_t size;
    uint8_t *const data = read_all(path, &size);
    size_t n = 1;
    run(data, size);
    for (size_t len = 0; size <= SMALL_BYTES && len < size; len++, n++) {
        run(data, len);
    }
    free(data);
    return n;
}

int main(int argc, char **argv)
{
    size_t n_files = 0;
    size_t n_inputs = 0;
    if (argc != 2) {
        fprintf(stderr, "replay: the folder of a corpus is required\n");
        return 2;
    }
    DIR *const folder = opendir(argv[1]);
    if (folder == NULL) {
        fprintf(stderr, "replay: %s cannot be opened\n", argv[1]);
        return 1;
    }
    for (const struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        char path[4096];
        struct stat info;
        const int len = snprintf(path, sizeof path, "%s/%s", argv[1], entry->d_name);
        if (len > 0 && (size_t)len < sizeof path && stat(path, &info) == 0 && S_ISREG(info.st_mode)) {
            n_inputs += replay_file(path);
            n_files++;
        }
    }
    closedir(folder);
    printf("%zu files, %zu inputs\n", n_files, n_inputs);
    return n_files > 0 ? 0 : 1;
}
