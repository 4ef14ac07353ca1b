#include "aside.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "aside_private.h"
#include "base/durable.h"
#include "base/durable_os.h"
#include "base/spread.h"

#define FILE_MODE 0644

struct aside {
    char *root;  /* <salida> */
    int root_fd; /* <salida> */
    int fd;      /* <salida>/.corte */
    FILE *manifest;
    pthread_mutex_t mutex; /* manifest and counts */
    size_t files, bytes;
};

enum prep_status aside_open(const char *salida, struct aside **out_aside,
                            struct prep_reason *reason)
{
    struct aside *aside = NULL;
    enum prep_status status;
    int fd;

    status = aside_discard(salida, reason);
    if (status != PREP_OK) {
        return status;
    }
    aside = calloc(1, sizeof *aside);
    if (aside == NULL) {
        return prep_fail(reason, PREP_ERR_MEMORY, "sin memoria");
    }
    (void)pthread_mutex_init(&aside->mutex, NULL);
    aside->fd = -1;
    aside->root_fd = open(salida, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    aside->root = strdup(salida);
    if (aside->root_fd < 0 || aside->root == NULL) {
        status = durable_os_fail(reason, salida, "open", errno);
        goto fail;
    }
    if (mkdirat(aside->root_fd, ASIDE_FOLDER, 0700) != 0) {
        status = durable_os_fail(reason, salida, "mkdir", errno);
        goto fail;
    }
    aside->fd =
        openat(aside->root_fd, ASIDE_FOLDER, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (aside->fd >= 0) {
        spread_folders(aside->fd);
    }
    fd = aside->fd < 0 ? -1
                       : openat(aside->fd, MANIFEST_OPEN,
                                O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, FILE_MODE);
    aside->manifest = fd < 0 ? NULL : fdopen(fd, "w");
    if (aside->manifest == NULL) {
        status = durable_os_fail(reason, salida, "open", errno);
        goto fail;
    }
    *out_aside = aside;
    return PREP_OK;

fail:
    aside_close(&aside);
    return status;
}

void aside_close(struct aside **aside)
{
    struct aside *a = *aside;

    if (a == NULL) {
        return;
    }
    *aside = NULL;
    if (a->manifest != NULL) {
        (void)fclose(a->manifest);
    }
    if (a->fd >= 0) {
        (void)close(a->fd);
    }
    if (a->root_fd >= 0) {
        (void)close(a->root_fd);
    }
    (void)pthread_mutex_destroy(&a->mutex);
    free(a->root);
    free(a);
}

int aside_parents(int fd, const char *path)
{
    char partial[ASIDE_PATH_SIZE];

    for (const char *slash = strchr(path, '/'); slash != NULL;
         slash = strchr(slash + 1, '/')) {
        size_t len = (size_t)(slash - path);

        if (len >= sizeof partial) {
            return ENAMETOOLONG;
        }
        memcpy(partial, path, len);
        partial[len] = '\0';
        if (mkdirat(fd, partial, PUBLIC_DIR_MODE) == 0) {
            /* What the web server reads does not depend on the umask. */
            if (fchmodat(fd, partial, PUBLIC_DIR_MODE, 0) != 0) {
                return errno;
            }
        } else if (errno != EEXIST) {
            return errno;
        }
    }
    return 0;
}

static enum prep_status write_file(struct aside *aside, const char *path,
                                   const void *data, size_t len,
                                   struct prep_reason *reason)
{
    int flags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC;
    int fd = openat(aside->fd, path, flags, FILE_MODE);
    int error = 0;

    if (fd < 0 && errno == ENOENT) {
        error = aside_parents(aside->fd, path);
        fd = error == 0 ? openat(aside->fd, path, flags, FILE_MODE) : -1;
        errno = error == 0 ? errno : error;
    }
    if (fd < 0) {
        return durable_os_fail(reason, path, "open", errno);
    }
    error = durable_os_write(fd, data, len);
    if (close(fd) != 0 && error == 0 && errno != EINTR) {
        error = errno;
    }
    if (error != 0) {
        return durable_os_fail(reason, path, "write", error);
    }
    (void)pthread_mutex_lock(&aside->mutex);
    aside->files++;
    aside->bytes += len;
    (void)pthread_mutex_unlock(&aside->mutex);
    return PREP_OK;
}

/* "<kind> <name>" or "<kind> <name> <address>". */
static enum prep_status note(struct aside *aside, char kind, const char *name,
                             const char *address, struct prep_reason *reason)
{
    int written;

    (void)pthread_mutex_lock(&aside->mutex);
    written = fprintf(aside->manifest, "%c %s%s%s\n", kind, name,
                      address == NULL ? "" : " ", address == NULL ? "" : address);
    (void)pthread_mutex_unlock(&aside->mutex);
    return written > 0 ? PREP_OK
                       : durable_os_fail(reason, MANIFEST_OPEN, "write", errno);
}

enum prep_status aside_note(struct aside *aside, enum aside_kind kind, const char *path,
                            struct prep_reason *reason)
{
    return note(aside, (char)kind, path, NULL, reason);
}

enum prep_status aside_file(struct aside *aside, enum aside_kind kind, const char *path,
                            const void *data, size_t len, struct prep_reason *reason)
{
    enum prep_status status = write_file(aside, path, data, len, reason);

    return status == PREP_OK ? aside_note(aside, kind, path, reason) : status;
}

enum prep_status aside_text(struct aside *aside, struct taller *taller,
                            enum aside_kind kind, const char *path, const void *data,
                            size_t len, struct prep_reason *reason)
{
    char gz[ASIDE_PATH_SIZE];
    enum prep_status status = aside_file(aside, kind, path, data, len, reason);

    if (status == PREP_OK) {
        status = taller_gzip(taller, data, len, reason);
    }
    if (status == PREP_OK && snprintf(gz, sizeof gz, "%s.gz", path) >= (int)sizeof gz) {
        status = prep_fail(reason, PREP_ERR_RANGE, "%s: nombre demasiado largo", path);
    }
    if (status == PREP_OK) {
        status = aside_file(aside, kind, gz, taller->out.data, taller->out.len, reason);
    }
    return status;
}

static bool published(const struct aside *aside, const char *path, size_t len)
{
    struct stat info;

    return fstatat(aside->root_fd, path, &info, AT_SYMLINK_NOFOLLOW) == 0 &&
           S_ISREG(info.st_mode) && (len == 0 || (uintmax_t)info.st_size == len);
}

enum prep_status aside_object(struct aside *aside, struct taller *taller,
                              const void *data, size_t len, const char *address,
                              struct hash *out_hash, struct prep_reason *reason)
{
    char name[HASH_TEXT_SIZE];
    char plain[OBJECT_PATH_SIZE], gz[OBJECT_PATH_SIZE];
    enum prep_status status = PREP_OK;

    hash_of(data, len, out_hash);
    hash_text(out_hash, name);
    object_path(name, "", plain);
    object_path(name, ".gz", gz);
    if (!published(aside, plain, len) || !published(aside, gz, 0)) {
        status = write_file(aside, plain, data, len, reason);
        if (status == PREP_OK) {
            status = taller_gzip(taller, data, len, reason);
        }
        if (status == PREP_OK) {
            status = write_file(aside, gz, taller->out.data, taller->out.len, reason);
        }
    }
    return status == PREP_OK ? note(aside, 'o', name, address, reason) : status;
}

enum prep_status aside_path(struct aside *aside, const char *path,
                            char out_path[static ASIDE_PATH_SIZE],
                            struct prep_reason *reason)
{
    int error = aside_parents(aside->fd, path);

    if (error != 0) {
        return durable_os_fail(reason, path, "mkdir", error);
    }
    if (snprintf(out_path, ASIDE_PATH_SIZE, "%s/" ASIDE_FOLDER "/%s", aside->root,
                 path) >= (int)ASIDE_PATH_SIZE) {
        return prep_fail(reason, PREP_ERR_RANGE, "%s: nombre demasiado largo", path);
    }
    return PREP_OK;
}

void aside_count(struct aside *aside, size_t *out_files, size_t *out_bytes)
{
    (void)pthread_mutex_lock(&aside->mutex);
    *out_files = aside->files;
    *out_bytes = aside->bytes;
    (void)pthread_mutex_unlock(&aside->mutex);
}

/*
 * The lines were written in any order by several threads; the head that makes the
 * manifest whole is its own file, written after everything it vouches for is on disk.
 */
enum prep_status aside_seal(struct aside *aside, uint64_t numero,
                            const struct hash *objeto, struct prep_reason *reason)
{
    char head[128], path[ASIDE_PATH_SIZE], name[HASH_TEXT_SIZE];
    int len, failed;

    failed = fclose(aside->manifest);
    aside->manifest = NULL;
    if (failed != 0 || syncfs(aside->root_fd) != 0) {
        return durable_os_fail(reason, aside->root, "syncfs", errno);
    }
    hash_text(objeto, name);
    len = snprintf(head, sizeof head, "corte %" PRIu64 " %s\n", numero, name);
    (void)snprintf(path, sizeof path, "%s/" ASIDE_FOLDER "/" MANIFEST_SEAL,
                   aside->root);
    return durable_create(path, head, (size_t)len, FILE_MODE, reason);
}
