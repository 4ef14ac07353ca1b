/*
 * Runs a fuzz target once over each file of the folders and files given: the corpus as
 * a test, with any compiler.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define INPUT_BYTES_MAX (1024u * 1024u)

static int run_file(const char *path)
{
    uint8_t *data, *exact;
    FILE *file = fopen(path, "rb");
    size_t len;

    data = malloc(INPUT_BYTES_MAX);
    if (file == NULL || data == NULL) {
        perror(path);
        exit(1);
    }
    len = fread(data, 1, INPUT_BYTES_MAX, file);
    (void)fclose(file);
    exact = malloc(len == 0 ? 1 : len); /* so that reading past the end is seen */
    if (exact == NULL) {
        exit(1);
    }
    memcpy(exact, data, len);
    free(data);
    (void)LLVMFuzzerTestOneInput(exact, len);
    free(exact);
    return 1;
}

static int run(const char *path)
{
    struct dirent *entry;
    struct stat info;
    int count = 0;
    DIR *dir;

    if (stat(path, &info) == 0 && S_ISREG(info.st_mode)) {
        return run_file(path);
    }
    dir = opendir(path);
    if (dir == NULL) {
        perror(path);
        exit(1);
    }
    while ((entry = readdir(dir)) != NULL) {
        char child[4096];

        if (entry->d_name[0] != '.') {
            (void)snprintf(child, sizeof child, "%s/%s", path, entry->d_name);
            count += run(child);
        }
    }
    (void)closedir(dir);
    return count;
}

int main(int argc, char **argv)
{
    int count = 0;

    for (int i = 1; i < argc; i++) {
        count += run(argv[i]);
    }
    printf("%d inputs\n", count);
    return count > 0 ? 0 : 1;
}
