#include "base/durable.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/durable_os.h"
#include "base/error_text.h"

#undef durable_os_fail /* durable_os.h wraps it for the analyzer */

#define COMPARE_CHUNK (64u * 1024u)
#define WRITE_MAX (1u << 30) /* write(2) takes at most 2 GiB - 4 KiB in one call */

/* Where a write goes: its directory, its last name, and the name written aside. */
struct place {
    const char *path;
    int dir;
    char name[NAME_MAX + 1];
    char aside[NAME_MAX + 1];
};

enum prep_status durable_os_fail(struct prep_reason *reason, const char *path,
                                 const char *call, int error)
{
    if (error == ENOSPC || error == EDQUOT || error == EFBIG) {
        return prep_fail(reason, PREP_ERR_FULL,
                         "%s: %s: %s: libere espacio o amplíe la cuota", path, call,
                         error_text(error));
    }
    return prep_fail(reason, PREP_ERR_IO, "%s: %s: %s", path, call, error_text(error));
}

int durable_os_write(int fd, const void *data, size_t len)
{
    const char *at = data;

    while (len > 0) {
        ssize_t wrote = write(fd, at, len < WRITE_MAX ? len : WRITE_MAX);

        if (wrote < 0 && errno == EINTR) {
            continue;
        }
        if (wrote <= 0) {
            return wrote == 0 ? EIO : errno;
        }
        at += wrote;
        len -= (size_t)wrote;
    }
    return 0;
}

int durable_os_sync(int fd)
{
    int rc;

    do {
        rc = fsync(fd);
    } while (rc != 0 && errno == EINTR);
    return rc == 0 ? 0 : errno;
}

/* Opens the directory of path and picks a name aside that nobody else uses. */
static enum prep_status place_open(struct place *place, const char *path,
                                   struct prep_reason *reason)
{
    static atomic_uint counter;
    const char *slash = strrchr(path, '/');
    const char *name = slash == NULL ? path : slash + 1;
    char dir[PATH_MAX] = ".";
    int len;

    if (slash != NULL) {
        size_t dir_len = slash == path ? 1 : (size_t)(slash - path);

        if (dir_len >= sizeof dir) {
            return durable_os_fail(reason, path, "open", ENAMETOOLONG);
        }
        memcpy(dir, path, dir_len);
        dir[dir_len] = '\0';
    }
    if (name[0] == '\0' || strcmp(name, ".") == 0 || strcmp(name, "..") == 0) {
        return durable_os_fail(reason, path, "open", EISDIR);
    }
    len = snprintf(place->aside, sizeof place->aside, ".%s.tmp.%ld.%u", name,
                   (long)getpid(), atomic_fetch_add(&counter, 1));
    if (len < 0 || (size_t)len >= sizeof place->aside) {
        return durable_os_fail(reason, path, "open", ENAMETOOLONG);
    }
    memcpy(place->name, name, strlen(name) + 1); /* shorter than aside */
    place->path = path;
    place->dir = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (place->dir < 0) {
        return durable_os_fail(reason, path, "open", errno);
    }
    return PREP_OK;
}

static void place_close(struct place *place)
{
    (void)close(place->dir);
}

/* Writes and fsyncs the file aside; leaves nothing behind when it fails. */
static enum prep_status place_write(const struct place *place, const void *data,
                                    size_t len, mode_t mode, struct prep_reason *reason)
{
    const char *call = "open";
    int error = 0;
    int fd;

    fd =
        openat(place->dir, place->aside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) {
        return durable_os_fail(reason, place->path, call, errno);
    }
    if (fchmod(fd, mode) != 0) { /* The mode asked for, whatever the umask. */
        call = "fchmod";
        error = errno;
    }
    if (error == 0) {
        call = "write";
        error = durable_os_write(fd, data, len);
    }
    if (error == 0) {
        call = "fsync";
        error = durable_os_sync(fd);
    }
    if (close(fd) != 0 && error == 0 && errno != EINTR) {
        call = "close";
        error = errno;
    }
    if (error != 0) {
        (void)unlinkat(place->dir, place->aside, 0);
        return durable_os_fail(reason, place->path, call, error);
    }
    return PREP_OK;
}

/* The name is in place; only now may it be reported as kept. */
static enum prep_status place_settle(const struct place *place,
                                     struct prep_reason *reason)
{
    int error = durable_os_sync(place->dir);

    if (error != 0) {
        return prep_fail(reason, PREP_ERR_UNKNOWN,
                         "%s: fsync del directorio: %s: reinicie para leer qué quedó",
                         place->path, error_text(error));
    }
    return PREP_OK;
}

static enum prep_status place_create(const struct place *place, const void *data,
                                     size_t len, mode_t mode,
                                     struct prep_reason *reason)
{
    enum prep_status status = place_write(place, data, len, mode, reason);
    int error = 0;

    if (status != PREP_OK) {
        return status;
    }
    /* link(2) and not rename(2): it refuses a name already taken, on every file
     * system that has hard links. */
    if (linkat(place->dir, place->aside, place->dir, place->name, 0) != 0) {
        error = errno;
    }
    (void)unlinkat(place->dir, place->aside, 0);
    if (error == EEXIST) {
        return prep_fail(reason, PREP_ERR_CONFLICT, "%s: ya existe", place->path);
    }
    if (error != 0) {
        return durable_os_fail(reason, place->path, "link", error);
    }
    return place_settle(place, reason);
}

enum prep_status durable_create(const char *path, const void *data, size_t len,
                                mode_t mode, struct prep_reason *reason)
{
    struct place place;
    enum prep_status status = place_open(&place, path, reason);

    if (status != PREP_OK) {
        return status;
    }
    status = place_create(&place, data, len, mode, reason);
    place_close(&place);
    return status;
}

/* Reads up to len bytes, fewer only at the end. Bytes read, or -1 with errno. */
static ssize_t read_full(int fd, void *data, size_t len)
{
    size_t done = 0;

    while (done < len) {
        ssize_t got = read(fd, (char *)data + done, len - done);

        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return -1;
        }
        if (got == 0) {
            break;
        }
        done += (size_t)got;
    }
    return (ssize_t)done;
}

static enum prep_status compare(int fd, const struct place *place, const void *data,
                                size_t len, struct prep_reason *reason)
{
    char chunk[COMPARE_CHUNK];
    const char *at = data;
    struct stat info;

    if (fstat(fd, &info) != 0) {
        return durable_os_fail(reason, place->path, "fstat", errno);
    }
    if (!S_ISREG(info.st_mode) || (uintmax_t)info.st_size != (uintmax_t)len) {
        return prep_fail(reason, PREP_ERR_CONFLICT, "%s: ya existe con otros bytes",
                         place->path);
    }
    while (len > 0) {
        size_t want = len < sizeof chunk ? len : sizeof chunk;
        ssize_t got = read_full(fd, chunk, want);

        if (got < 0) {
            return durable_os_fail(reason, place->path, "read", errno);
        }
        if ((size_t)got != want || memcmp(chunk, at, want) != 0) {
            return prep_fail(reason, PREP_ERR_CONFLICT, "%s: ya existe con otros bytes",
                             place->path);
        }
        at += want;
        len -= want;
    }
    return PREP_OK;
}

/* PREP_ERR_NOT_FOUND when the name is free. */
static enum prep_status place_same(const struct place *place, const void *data,
                                   size_t len, struct prep_reason *reason)
{
    enum prep_status status;
    int error;
    int fd;

    fd = openat(place->dir, place->name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) {
        return errno == ENOENT ? PREP_ERR_NOT_FOUND
                               : durable_os_fail(reason, place->path, "open", errno);
    }
    status = compare(fd, place, data, len, reason);
    /* Whoever wrote it may have been killed before its fsync of the directory. */
    error = status == PREP_OK ? durable_os_sync(fd) : 0;
    (void)close(fd);
    if (error != 0) {
        return durable_os_fail(reason, place->path, "fsync", error);
    }
    return status == PREP_OK ? place_settle(place, reason) : status;
}

enum prep_status durable_create_or_same(const char *path, const void *data, size_t len,
                                        mode_t mode, struct prep_reason *reason)
{
    struct place place;
    enum prep_status status = place_open(&place, path, reason);

    if (status != PREP_OK) {
        return status;
    }
    status = place_same(&place, data, len, reason);
    if (status == PREP_ERR_NOT_FOUND) {
        status = place_create(&place, data, len, mode, reason);
        if (status == PREP_ERR_CONFLICT) { /* Somebody made it meanwhile. */
            status = place_same(&place, data, len, reason);
        }
    }
    place_close(&place);
    return status;
}

enum prep_status durable_replace(const char *path, const void *data, size_t len,
                                 mode_t mode, struct prep_reason *reason)
{
    struct place place;
    enum prep_status status = place_open(&place, path, reason);

    if (status != PREP_OK) {
        return status;
    }
    status = place_write(&place, data, len, mode, reason);
    if (status == PREP_OK) {
        if (renameat(place.dir, place.aside, place.dir, place.name) != 0) {
            int error = errno;

            (void)unlinkat(place.dir, place.aside, 0);
            status = durable_os_fail(reason, path, "rename", error);
        } else {
            status = place_settle(&place, reason);
        }
    }
    place_close(&place);
    return status;
}

enum prep_status durable_sync_dir(const char *path, struct prep_reason *reason)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int error;

    if (fd < 0) {
        return durable_os_fail(reason, path, "open", errno);
    }
    error = durable_os_sync(fd);
    (void)close(fd);
    return error == 0 ? PREP_OK : durable_os_fail(reason, path, "fsync", error);
}

/* One directory whose parent exists. */
static enum prep_status mkdir_one(const char *path, mode_t mode,
                                  struct prep_reason *reason)
{
    char parent[PATH_MAX];
    enum prep_status status;
    struct stat info;
    char *slash;

    if (mkdir(path, mode) != 0) {
        int error = errno;

        if (error == EEXIST && stat(path, &info) == 0 && S_ISDIR(info.st_mode)) {
            return PREP_OK;
        }
        return durable_os_fail(reason, path, "mkdir", error);
    }
    status = durable_sync_dir(path, reason);
    if (status != PREP_OK) {
        return status;
    }
    memcpy(parent, path, strlen(path) + 1); /* durable_mkdir bounded it */
    slash = strrchr(parent, '/');
    if (slash == NULL) {
        return durable_sync_dir(".", reason);
    }
    slash[slash == parent ? 1 : 0] = '\0';
    return durable_sync_dir(parent, reason);
}

enum prep_status durable_mkdir(const char *path, mode_t mode,
                               struct prep_reason *reason)
{
    char partial[PATH_MAX];
    size_t len = strlen(path);

    if (len == 0 || len >= sizeof partial) {
        return durable_os_fail(reason, path, "mkdir", len == 0 ? ENOENT : ENAMETOOLONG);
    }
    memcpy(partial, path, len + 1);
    for (size_t i = 1; i <= len; i++) {
        if (partial[i] == '/' || partial[i] == '\0') {
            char end = partial[i];
            enum prep_status status;

            partial[i] = '\0';
            status = mkdir_one(partial, mode, reason);
            if (status != PREP_OK) {
                return status;
            }
            partial[i] = end;
        }
    }
    return PREP_OK;
}

enum prep_status durable_read(const char *path, size_t limit, struct buffer *out,
                              struct prep_reason *reason)
{
    enum prep_status status = PREP_OK;
    struct stat info;
    size_t want = 0;
    ssize_t got;
    char *to;
    int fd;

    buffer_clear(out);
    fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* A FIFO must not block. */
    if (fd < 0) {
        return errno == ENOENT
                   ? prep_fail(reason, PREP_ERR_NOT_FOUND, "%s: no existe", path)
                   : durable_os_fail(reason, path, "open", errno);
    }
    if (fstat(fd, &info) != 0) {
        status = durable_os_fail(reason, path, "fstat", errno);
        goto close;
    }
    if (!S_ISREG(info.st_mode)) {
        status =
            prep_fail(reason, PREP_ERR_FORMAT, "%s: no es un archivo regular", path);
        goto close;
    }
    if (limit > out->limit) {
        limit = out->limit;
    }
    if ((uintmax_t)info.st_size > limit) {
        status = prep_fail(reason, PREP_ERR_RANGE, "%s: mide %jd bytes: a lo más %zu",
                           path, (intmax_t)info.st_size, limit);
        goto close;
    }
    want = (size_t)info.st_size;
    to = buffer_reserve(out, want);
    assert(to != NULL); /* It was cleared and want is within its limit. */
    got = read_full(fd, to, want);
    if (got < 0) {
        status = durable_os_fail(reason, path, "read", errno);
        goto close;
    }
    buffer_grow(out, (size_t)got); /* Fewer if it was cut while being read. */

close:
    (void)close(fd);
    return status;
}
