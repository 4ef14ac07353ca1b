#include "base/durable.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/durable_os.h"

/*
 * Files wait in root/.lote.<pid>.<n>/<number>, so a reader of root never meets
 * one, and a batch that was killed is one directory to remove. Its owner holds
 * a lock on the directory: one that can be locked has no owner.
 */
#define ASIDE_PREFIX ".lote."
#define ASIDE_SIZE 48u
#define NUMBER_SIZE 24u
#define FILE_MODE 0644
#define DIR_MODE 0755
#define PATHS_MAX (256u * 1024u * 1024u) /* bytes of paths in one batch */

struct durable_batch {
    char *root;
    int root_fd;
    int aside_fd;
    char aside[ASIDE_SIZE];
    struct buffer paths; /* each path with its NUL, in order: file i is number i */
    size_t pending;
    size_t files, bytes;
    bool broken; /* a commit failed: what the disk holds is not known */
};

static void number_text(size_t number, char out_text[static NUMBER_SIZE])
{
    (void)snprintf(out_text, NUMBER_SIZE, "%zu", number);
}

/* Removes a directory of files and itself. Best effort: it is litter. */
static void aside_remove(int root_fd, int aside_fd, const char *name)
{
    int fd = openat(aside_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);

    if (dir != NULL) {
        const struct dirent *entry;

        while ((entry = readdir(dir)) != NULL) {
            (void)unlinkat(aside_fd, entry->d_name, 0);
        }
        (void)closedir(dir);
    } else if (fd >= 0) {
        (void)close(fd);
    }
    (void)unlinkat(root_fd, name, AT_REMOVEDIR);
}

/* What batches killed before this one left. */
static void stale_remove(int root_fd)
{
    int fd = openat(root_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    const struct dirent *entry;

    if (dir == NULL) {
        if (fd >= 0) {
            (void)close(fd);
        }
        return;
    }
    while ((entry = readdir(dir)) != NULL) {
        int stale;

        if (strncmp(entry->d_name, ASIDE_PREFIX, sizeof ASIDE_PREFIX - 1) != 0) {
            continue;
        }
        stale = openat(root_fd, entry->d_name,
                       O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (stale < 0) {
            continue;
        }
        if (flock(stale, LOCK_EX | LOCK_NB) == 0) {
            aside_remove(root_fd, stale, entry->d_name);
        }
        (void)close(stale);
    }
    (void)closedir(dir);
}

static enum prep_status aside_open(struct durable_batch *batch,
                                   struct prep_reason *reason)
{
    static atomic_uint counter;

    (void)snprintf(batch->aside, sizeof batch->aside, ASIDE_PREFIX "%ld.%u",
                   (long)getpid(), atomic_fetch_add(&counter, 1));
    if (mkdirat(batch->root_fd, batch->aside, 0700) != 0) {
        return durable_os_fail(reason, batch->root, "mkdir", errno);
    }
    batch->aside_fd =
        openat(batch->root_fd, batch->aside, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (batch->aside_fd < 0 || flock(batch->aside_fd, LOCK_EX | LOCK_NB) != 0) {
        return durable_os_fail(reason, batch->root, "open", errno);
    }
    return PREP_OK;
}

enum prep_status durable_batch_open(const char *root, struct durable_batch **out_batch,
                                    struct prep_reason *reason)
{
    struct durable_batch *batch = calloc(1, sizeof *batch);
    enum prep_status status;

    if (batch == NULL) {
        return prep_fail(reason, PREP_ERR_MEMORY, "%s: sin memoria", root);
    }
    buffer_init(&batch->paths, PATHS_MAX);
    batch->aside_fd = -1;
    batch->root_fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (batch->root_fd < 0) {
        status = durable_os_fail(reason, root, "open", errno);
        goto fail;
    }
    batch->root = strdup(root);
    if (batch->root == NULL) {
        status = prep_fail(reason, PREP_ERR_MEMORY, "%s: sin memoria", root);
        goto fail;
    }
    stale_remove(batch->root_fd);
    status = aside_open(batch, reason);
    if (status != PREP_OK) {
        goto fail;
    }
    *out_batch = batch;
    return PREP_OK;

fail:
    durable_batch_close(&batch);
    return status;
}

/* Relative, and never above root. */
static bool path_is_inside(const char *path)
{
    const char *part = path;

    if (path[0] == '\0' || path[0] == '/' || strlen(path) >= PATH_MAX) {
        return false;
    }
    for (;;) {
        size_t len = strcspn(part, "/");

        if (len == 0 || (len == 1 && part[0] == '.') ||
            (len == 2 && part[0] == '.' && part[1] == '.')) {
            return false;
        }
        if (part[len] == '\0') {
            return true;
        }
        part += len + 1;
    }
}

enum prep_status durable_batch_add(struct durable_batch *batch, const char *path,
                                   const void *data, size_t len,
                                   struct prep_reason *reason)
{
    char number[NUMBER_SIZE];
    const char *call = "write";
    int error;
    int fd;

    if (!path_is_inside(path)) {
        return prep_fail(reason, PREP_ERR_RANGE,
                         "%s: debe ser una ruta relativa, sin . ni ..", path);
    }
    if (buffer_reserve(&batch->paths, strlen(path) + 1) == NULL) {
        return prep_fail(reason, PREP_ERR_FULL, "%s: demasiados archivos en un lote",
                         path);
    }
    number_text(batch->pending, number);
    fd = openat(batch->aside_fd, number, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
                FILE_MODE);
    if (fd < 0) {
        return durable_os_fail(reason, path, "open", errno);
    }
    error = durable_os_write(fd, data, len);
    if (error == 0 && fchmod(fd, FILE_MODE) != 0) {
        call = "fchmod";
        error = errno;
    }
    if (close(fd) != 0 && error == 0 && errno != EINTR) {
        call = "close";
        error = errno;
    }
    if (error != 0) {
        (void)unlinkat(batch->aside_fd, number, 0);
        return durable_os_fail(reason, path, call, error);
    }
    buffer_add(&batch->paths, path, strlen(path) + 1);
    batch->pending++;
    batch->files++;
    batch->bytes += len;
    return PREP_OK;
}

enum prep_status durable_batch_add_immutable(struct durable_batch *batch,
                                             const char *path, const void *data,
                                             size_t len, struct prep_reason *reason)
{
    struct stat info;

    if (path_is_inside(path) &&
        fstatat(batch->root_fd, path, &info, AT_SYMLINK_NOFOLLOW) == 0) {
        if (S_ISREG(info.st_mode) && (uintmax_t)info.st_size == (uintmax_t)len) {
            return PREP_OK;
        }
        return prep_fail(reason, PREP_ERR_CONFLICT, "%s/%s: ya existe con otro tamaño",
                         batch->root, path);
    }
    return durable_batch_add(batch, path, data, len, reason);
}

static enum prep_status sync_all(const struct durable_batch *batch,
                                 struct prep_reason *reason)
{
    int rc;

    do {
        rc = syncfs(batch->root_fd);
    } while (rc != 0 && errno == EINTR);
    return rc == 0 ? PREP_OK : durable_os_fail(reason, batch->root, "syncfs", errno);
}

/* The directories that lead to path. 0, or errno. */
static int parents_make(const struct durable_batch *batch, const char *path)
{
    char partial[PATH_MAX];

    for (const char *slash = strchr(path, '/'); slash != NULL;
         slash = strchr(slash + 1, '/')) {
        size_t len = (size_t)(slash - path);

        memcpy(partial, path, len);
        partial[len] = '\0';
        if (mkdirat(batch->root_fd, partial, DIR_MODE) == 0) {
            /* What the web server reads does not depend on the umask. */
            if (fchmodat(batch->root_fd, partial, DIR_MODE, 0) != 0) {
                return errno;
            }
        } else if (errno != EEXIST) {
            return errno;
        }
    }
    return 0;
}

static enum prep_status place(const struct durable_batch *batch, size_t number,
                              const char *path, struct prep_reason *reason)
{
    char name[NUMBER_SIZE];
    int error;

    number_text(number, name);
    if (renameat(batch->aside_fd, name, batch->root_fd, path) == 0) {
        return PREP_OK;
    }
    error = errno;
    if (error == ENOENT) {
        error = parents_make(batch, path);
        if (error == 0 && renameat(batch->aside_fd, name, batch->root_fd, path) != 0) {
            error = errno;
        }
    }
    return error == 0 ? PREP_OK : durable_os_fail(reason, path, "rename", error);
}

/*
 * The bytes reach the disk before any name does, and the names in the order
 * added: ext4, XFS and Btrfs replay their journal in order, so a cut in the
 * middle leaves a first part of them. The second syncfs makes the names last.
 */
enum prep_status durable_batch_commit(struct durable_batch *batch,
                                      struct prep_reason *reason)
{
    const char *path = buffer_text(&batch->paths);
    enum prep_status status = PREP_OK;

    if (batch->broken) {
        return prep_fail(reason, PREP_ERR_STATE,
                         "%s: un lote anterior falló: cierre y abra otro", batch->root);
    }
    if (batch->pending > 0) {
        status = sync_all(batch, reason);
    }
    for (size_t i = 0; i < batch->pending && status == PREP_OK; i++) {
        status = place(batch, i, path, reason);
        path += strlen(path) + 1;
    }
    if (batch->pending > 0 && status == PREP_OK) {
        status = sync_all(batch, reason);
    }
    if (status != PREP_OK) {
        batch->broken = true;
        return status;
    }
    buffer_clear(&batch->paths);
    batch->pending = 0;
    return PREP_OK;
}

void durable_batch_count(const struct durable_batch *batch, size_t *out_files,
                         size_t *out_bytes)
{
    *out_files = batch->files;
    *out_bytes = batch->bytes;
}

void durable_batch_close(struct durable_batch **batch)
{
    struct durable_batch *b = *batch;

    if (b == NULL) {
        return;
    }
    if (b->aside_fd >= 0) {
        aside_remove(b->root_fd, b->aside_fd, b->aside);
        (void)close(b->aside_fd);
    }
    if (b->root_fd >= 0) {
        (void)close(b->root_fd);
    }
    buffer_done(&b->paths);
    free(b->root);
    free(b);
    *batch = NULL;
}
