#include "image_store.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/durable.h"
#include "base/spread.h"
#include "image_format.h"
#include "sync_group.h"

#define PARCIAL "parcial"
#define FILE_MODE 0640
#define DIR_MODE 0750
#define READ_BYTES (64u * 1024u)
#define NAME_SIZE (HASH_TEXT_LEN + 16u) /* "ab/", the hash, ".webp" */
#define DIRS 256u                       /* one per first byte of a hash */

struct image_store {
    char *root;
    int root_fd;
    int parcial_fd;
    struct hash_stream *stream;
    uint8_t chunk[READ_BYTES];
};

static void final_name(const struct hash *sha256, uint32_t format,
                       char out_name[static NAME_SIZE])
{
    const char *ext = image_format_ext(format);
    char hex[HASH_TEXT_SIZE];

    assert(ext != NULL); /* Checked when its event was. */
    hash_text(sha256, hex);
    (void)snprintf(out_name, NAME_SIZE, "%.2s/%s.%s", hex, hex, ext);
}

static void partial_name(const struct hash *sha256, char out_name[static NAME_SIZE])
{
    char hex[HASH_TEXT_SIZE];

    hash_text(sha256, hex);
    (void)snprintf(out_name, NAME_SIZE, "%.2s/%s", hex, hex);
}

/* All of them now: none is made while images wait for their acuse. */
static enum prep_status directories_make(int dir_fd, const char *path,
                                         struct prep_reason *reason)
{
    bool made = false;

    spread_folders(dir_fd);
    for (unsigned i = 0; i < DIRS; i++) {
        char name[3];

        (void)snprintf(name, sizeof name, "%02x", i);
        if (mkdirat(dir_fd, name, DIR_MODE) == 0) {
            made = true;
        } else if (errno != EEXIST) {
            return status_of_errno(reason, "mkdir", path);
        }
    }
    return made ? sync_group(&dir_fd, 1, reason) : PREP_OK;
}

static enum prep_status directories_open(struct image_store *store, const char *root,
                                         struct prep_reason *reason)
{
    char path[4096];
    enum prep_status status;
    int len = snprintf(path, sizeof path, "%s/" PARCIAL, root);

    if (len < 0 || (size_t)len >= sizeof path) {
        return prep_fail(reason, PREP_ERR_CONFIG, "imagenes: ruta demasiado larga");
    }
    store->root_fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (store->root_fd < 0) {
        return prep_fail(reason, PREP_ERR_CONFIG,
                         "imagenes: %s: %s; cree la carpeta para este usuario", root,
                         strerror(errno));
    }
    status = durable_mkdir(path, DIR_MODE, reason);
    if (status != PREP_OK) {
        return status;
    }
    store->parcial_fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (store->parcial_fd < 0 || faccessat(store->parcial_fd, ".", W_OK, 0) != 0 ||
        faccessat(store->root_fd, ".", W_OK, 0) != 0) {
        return prep_fail(reason, PREP_ERR_CONFIG,
                         "imagenes: %s: %s; dé permiso de escritura a este usuario",
                         path, strerror(errno));
    }
    status = directories_make(store->root_fd, root, reason);
    return status != PREP_OK ? status
                             : directories_make(store->parcial_fd, path, reason);
}

enum prep_status image_store_open(const char *root, struct image_store **out_store,
                                  struct prep_reason *reason)
{
    struct image_store *store = calloc(1, sizeof *store);
    enum prep_status status;

    if (store == NULL) {
        return prep_fail(reason, PREP_ERR_MEMORY, "sin memoria");
    }
    store->root_fd = -1;
    store->parcial_fd = -1;
    store->stream = hash_stream_new();
    store->root = strdup(root);
    status = store->root == NULL ? prep_fail(reason, PREP_ERR_MEMORY, "sin memoria")
                                 : directories_open(store, root, reason);
    if (status != PREP_OK) {
        image_store_close(&store);
        return status;
    }
    *out_store = store;
    return PREP_OK;
}

void image_store_close(struct image_store **store)
{
    if (*store == NULL) {
        return;
    }
    if ((*store)->root_fd >= 0) {
        (void)close((*store)->root_fd);
    }
    if ((*store)->parcial_fd >= 0) {
        (void)close((*store)->parcial_fd);
    }
    hash_stream_free(&(*store)->stream);
    free((*store)->root);
    free(*store);
    *store = NULL;
}

/* The file open at its start has exactly these bytes. */
static enum prep_status content_check(struct image_store *store, int fd,
                                      const struct hash *want, uint64_t total,
                                      struct prep_reason *reason)
{
    struct hash found;
    uint64_t sum = 0;
    ssize_t got;

    while ((got = read(fd, store->chunk, sizeof store->chunk)) > 0) {
        hash_stream_add(store->stream, store->chunk, (size_t)got);
        sum += (uint64_t)got;
    }
    hash_stream_end(store->stream, &found); /* Also leaves it ready for the next. */
    if (got < 0) {
        return status_of_errno(reason, "read", store->root);
    }
    if (sum != total || !hash_equal(&found, want)) {
        char hex[HASH_TEXT_SIZE];

        hash_text(want, hex);
        return prep_fail(reason, PREP_ERR_CONFLICT, "%s: lo recibido no tiene ese hash",
                         hex);
    }
    return PREP_OK;
}

/* Whoever died between naming a file and syncing its name left it to be synced now. */
static enum prep_status whole_sync(struct image_store *store, int fd, const char *name,
                                   struct prep_reason *reason)
{
    char dir[3] = { name[0], name[1], '\0' };
    int fds[2] = { fd,
                   openat(store->root_fd, dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC) };
    enum prep_status status;

    if (fds[1] < 0) {
        return status_of_errno(reason, "open", dir);
    }
    status = sync_group(fds, 2, reason);
    (void)close(fds[1]);
    return status;
}

enum prep_status image_store_find(struct image_store *store, const struct hash *sha256,
                                  uint32_t format, uint64_t total, bool *out_whole,
                                  uint64_t *out_received, struct prep_reason *reason)
{
    char name[NAME_SIZE];
    struct stat info;
    int fd;

    final_name(sha256, format, name);
    fd = openat(store->root_fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd >= 0) {
        enum prep_status status = content_check(store, fd, sha256, total, reason);

        if (status == PREP_OK) {
            status = whole_sync(store, fd, name, reason);
        }
        (void)close(fd);
        if (status == PREP_OK) {
            *out_whole = true;
            *out_received = total;
            return PREP_OK;
        }
        if (status != PREP_ERR_CONFLICT) {
            return status;
        }
        /* A file that rotted: it is asked for again and replaced. */
    } else if (errno != ENOENT) {
        return status_of_errno(reason, "open", name);
    }
    partial_name(sha256, name);
    if (fstatat(store->parcial_fd, name, &info, AT_SYMLINK_NOFOLLOW) == 0) {
        *out_received = (uint64_t)info.st_size <= total ? (uint64_t)info.st_size : 0;
    } else if (errno == ENOENT) {
        *out_received = 0;
    } else {
        return status_of_errno(reason, "stat", name);
    }
    *out_whole = false;
    return PREP_OK;
}

enum prep_status image_store_append(struct image_store *store,
                                    const struct hash *sha256, uint64_t desde,
                                    const void *data, size_t len,
                                    struct prep_reason *reason)
{
    enum prep_status status = PREP_OK;
    char name[NAME_SIZE];
    size_t done = 0;
    int fd;

    partial_name(sha256, name);
    fd =
        openat(store->parcial_fd, name,
               O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | (desde == 0 ? O_TRUNC : 0),
               FILE_MODE);
    if (fd < 0) {
        return status_of_errno(reason, "open", name);
    }
    while (done < len) {
        ssize_t wrote =
            pwrite(fd, (const char *)data + done, len - done, (off_t)(desde + done));

        if (wrote < 0 && errno != EINTR) {
            status = status_of_errno(reason, "write", name);
            /* What is not acknowledged must not stay: the length is the record. */
            (void)!ftruncate(fd, (off_t)desde);
            break;
        }
        done += wrote > 0 ? (size_t)wrote : 0;
    }
    if (close(fd) != 0 && status == PREP_OK) {
        status = status_of_errno(reason, "close", name);
    }
    return status;
}

/* ---- from partial to whole */

/* false: image->result says why not. */
static bool partial_check(struct image_store *store, struct image_whole *image,
                          struct prep_reason *reason)
{
    char name[NAME_SIZE];
    int fd;

    image->result = PREP_OK;
    if (image->checked) {
        return true;
    }
    partial_name(&image->sha256, name);
    fd = openat(store->parcial_fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0) {
        image->result = status_of_errno(reason, "open", name);
        return false;
    }
    image->result = content_check(store, fd, &image->sha256, image->total, reason);
    (void)close(fd);
    if (image->result == PREP_ERR_CONFLICT) {
        (void)unlinkat(store->parcial_fd, name, 0);
    }
    return image->result == PREP_OK;
}

static enum prep_status name_final(struct image_store *store,
                                   const struct image_whole *image,
                                   struct prep_reason *reason)
{
    char from[NAME_SIZE];
    char to[NAME_SIZE];

    partial_name(&image->sha256, from);
    final_name(&image->sha256, image->format, to);
    if (renameat(store->parcial_fd, from, store->root_fd, to) == 0) {
        return PREP_OK;
    }
    return status_of_errno(reason, "rename", to);
}

/* What the names open, made durable; of many, the whole file system at once. */
static enum prep_status paths_sync(struct image_store *store, int dir_fd,
                                   char names[][NAME_SIZE], size_t count,
                                   struct prep_reason *reason)
{
    int fds[SYNC_GROUP_ONE_BY_ONE_MAX] = { -1 };
    enum prep_status status = PREP_OK;
    size_t opened = 0;

    if (count > SYNC_GROUP_ONE_BY_ONE_MAX) {
        return sync_all(store->root_fd, reason);
    }
    while (opened < count && status == PREP_OK) {
        fds[opened] = openat(dir_fd, names[opened], O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
        if (fds[opened] < 0) {
            status = status_of_errno(reason, "open", names[opened]);
        } else {
            opened++;
        }
    }
    if (status == PREP_OK) {
        status = sync_group(fds, opened, reason);
    }
    for (size_t i = 0; i < opened; i++) {
        (void)close(fds[i]);
    }
    return status;
}

static enum prep_status data_sync(struct image_store *store,
                                  const struct image_whole *images, size_t count,
                                  struct prep_reason *reason)
{
    char names[SYNC_GROUP_ONE_BY_ONE_MAX][NAME_SIZE];
    size_t good = 0;

    for (size_t i = 0; i < count; i++) {
        if (images[i].result == PREP_OK) {
            if (good < SYNC_GROUP_ONE_BY_ONE_MAX) {
                partial_name(&images[i].sha256, names[good]);
            }
            good++;
        }
    }
    return paths_sync(store, store->parcial_fd, names, good, reason);
}

static enum prep_status names_sync(struct image_store *store,
                                   const bool touched[static DIRS],
                                   struct prep_reason *reason)
{
    char names[SYNC_GROUP_ONE_BY_ONE_MAX][NAME_SIZE];
    size_t count = 0;

    for (unsigned i = 0; i < DIRS; i++) {
        if (touched[i]) {
            if (count < SYNC_GROUP_ONE_BY_ONE_MAX) {
                (void)snprintf(names[count], sizeof names[count], "%02x", i);
            }
            count++;
        }
    }
    return paths_sync(store, store->root_fd, names, count, reason);
}

void image_store_settle(struct image_store *store, struct image_whole *images,
                        size_t count, struct prep_reason *reason)
{
    bool touched[DIRS] = { false };
    enum prep_status status;
    size_t good = 0;

    assert(count <= IMAGE_STORE_SETTLE_MAX);
    for (size_t i = 0; i < count; i++) {
        good += partial_check(store, &images[i], reason);
    }
    status = good == 0 ? PREP_OK : data_sync(store, images, count, reason);
    for (size_t i = 0; i < count; i++) {
        if (images[i].result == PREP_OK) {
            images[i].result = status;
        }
        if (images[i].result == PREP_OK) {
            images[i].result = name_final(store, &images[i], reason);
        }
        if (images[i].result == PREP_OK) {
            touched[images[i].sha256.bytes[0]] = true;
        }
    }
    status = names_sync(store, touched, reason);
    for (size_t i = 0; i < count; i++) {
        if (images[i].result == PREP_OK) {
            images[i].result = status;
        }
    }
}
