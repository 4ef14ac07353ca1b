#include "hot_folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/durable.h"
#include "hot_batch.h"
#include "image_format.h"
#include "sync_group.h"

#define DIR_MODE 0750
/* Room for one batch of the longest names, so that what is read always fits. */
#define EVENT_BYTES (sizeof(struct inotify_event) + NAME_MAX + 1)

/* ---- names */

void hot_folder_name(const struct hot_image *image,
                     char out_name[static HOT_FOLDER_NAME_SIZE])
{
    char hex[HASH_TEXT_SIZE];

    hash_text(&image->sha256, hex);
    (void)snprintf(out_name, HOT_FOLDER_NAME_SIZE, "%llu-%s.%s",
                   (unsigned long long)image->secuencia, hex,
                   image_format_ext(image->format));
}

bool hot_folder_name_parse(const char *name, struct hot_image *out_image)
{
    struct hot_image image = { 0 };
    const char *hex;
    char *end;

    if (name[0] < '1' || name[0] > '9' || strlen(name) >= HOT_FOLDER_NAME_SIZE) {
        return false;
    }
    errno = 0;
    image.secuencia = strtoull(name, &end, 10);
    if (errno != 0 || *end != '-') {
        return false;
    }
    hex = end + 1;
    if (strlen(hex) <= HASH_TEXT_LEN + 1 || hex[HASH_TEXT_LEN] != '.' ||
        hex_read(hex, HASH_TEXT_LEN, image.sha256.bytes, HASH_LEN) != PREP_OK) {
        return false;
    }
    image.format = image_format_of_ext(hex + HASH_TEXT_LEN + 1);
    if (image.format == IMAGE_UNKNOWN) {
        return false;
    }
    out_image->secuencia = image.secuencia;
    out_image->sha256 = image.sha256;
    out_image->format = image.format;
    return true;
}

bool hot_name_with_ext(const char *name, const char *ext, char out[static NAME_MAX + 1])
{
    const char *dot = strrchr(name, '.');
    const size_t len = dot == NULL ? strlen(name) : (size_t)(dot - name);
    int wrote = snprintf(out, NAME_MAX + 1, "%.*s%s", (int)len, name, ext);

    return wrote > 0 && wrote <= NAME_MAX;
}

/* Hidden files are somebody's temporary ones. */
static bool is_image_name(const char *name)
{
    const char *dot = strrchr(name, '.');

    return name[0] != '.' && dot != NULL &&
           image_format_of_ext(dot + 1) != IMAGE_UNKNOWN;
}

/* ---- opening */

static enum prep_status folder_open(const char *root, const char *name, int *out_fd,
                                    struct prep_reason *reason)
{
    char path[PATH_MAX];
    enum prep_status status;
    int len = snprintf(path, sizeof path, "%s/%s", root, name);

    if (len < 0 || (size_t)len >= sizeof path) {
        return prep_fail(reason, PREP_ERR_CONFIG, "entrada: ruta demasiado larga");
    }
    status = durable_mkdir(path, DIR_MODE, reason);
    if (status != PREP_OK) {
        return status;
    }
    *out_fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (*out_fd < 0 || faccessat(*out_fd, ".", W_OK, 0) != 0) {
        return prep_fail(reason, PREP_ERR_CONFIG,
                         "entrada: %s: %s; dé permiso de escritura a este usuario",
                         path, strerror(errno));
    }
    return PREP_OK;
}

static enum prep_status folders_open(struct hot_folder *folder,
                                     struct prep_reason *reason)
{
    const char *path = folder->path;
    enum prep_status status;

    folder->dir_fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder->dir_fd < 0 || faccessat(folder->dir_fd, ".", W_OK, 0) != 0) {
        return prep_fail(
            reason, PREP_ERR_CONFIG,
            "entrada: %s: %s; cree la carpeta con permiso para este usuario", path,
            strerror(errno));
    }
    status = folder_open(path, HOT_FOLDER_SENT, &folder->sent_fd, reason);
    if (status != PREP_OK) {
        return status;
    }
    status = folder_open(path, HOT_FOLDER_DONE, &folder->done_fd, reason);
    if (status != PREP_OK) {
        return status;
    }
    return folder_open(path, HOT_FOLDER_REFUSED, &folder->refused_fd, reason);
}

enum prep_status hot_folder_open(struct hot_folder **out_folder,
                                 const struct hot_folder_options *options,
                                 struct prep_reason *reason)
{
    struct hot_folder *folder = calloc(1, sizeof *folder);
    enum prep_status status;

    if (folder == NULL) {
        return prep_fail(reason, PREP_ERR_MEMORY, "sin memoria para la entrada");
    }
    folder->options = *options;
    folder->dir_fd = folder->sent_fd = folder->done_fd = -1;
    folder->refused_fd = folder->inotify_fd = -1;
    folder->stream = hash_stream_new();
    buffer_init(&folder->text, SIDECAR_BYTES_MAX);
    folder->path = strdup(options->path);
    status = folder->path == NULL ? prep_fail(reason, PREP_ERR_MEMORY, "sin memoria")
                                  : folders_open(folder, reason);
    if (status == PREP_OK) {
        folder->inotify_fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
        if (folder->inotify_fd < 0 ||
            inotify_add_watch(folder->inotify_fd, folder->path,
                              IN_MOVED_TO | IN_CLOSE_WRITE | IN_ONLYDIR) < 0) {
            status = status_of_errno(reason, "inotify", folder->path);
        }
    }
    if (status != PREP_OK) {
        hot_folder_close(&folder);
        return status;
    }
    *out_folder = folder;
    return PREP_OK;
}

static void fd_close(int fd)
{
    if (fd >= 0) {
        (void)close(fd);
    }
}

void hot_folder_close(struct hot_folder **folder)
{
    if (*folder == NULL) {
        return;
    }
    fd_close((*folder)->dir_fd);
    fd_close((*folder)->sent_fd);
    fd_close((*folder)->done_fd);
    fd_close((*folder)->refused_fd);
    fd_close((*folder)->inotify_fd);
    hash_stream_free(&(*folder)->stream);
    buffer_done(&(*folder)->text);
    free((*folder)->path);
    free(*folder);
    *folder = NULL;
}

int hot_folder_fd(const struct hot_folder *folder)
{
    return folder->inotify_fd;
}

/* ---- what appears */

bool hot_folder_on_readable(struct hot_folder *folder)
{
    _Alignas(struct inotify_event) char bytes[HOT_FOLDER_BATCH_MAX * EVENT_BYTES];
    bool stored = false;
    ssize_t len = read(folder->inotify_fd, bytes, sizeof bytes);

    for (ssize_t at = 0; at < len;) {
        const struct inotify_event *event = (const void *)(bytes + at);

        at += (ssize_t)(sizeof *event + event->len);
        if (event->len == 0 || (event->mask & IN_ISDIR) != 0 ||
            !is_image_name(event->name)) {
            continue; /* A lost event (IN_Q_OVERFLOW) is found by the scan. */
        }
        if (!hot_batch_add(folder, event->name)) {
            stored = hot_batch_store(folder) || stored;
            (void)hot_batch_add(folder, event->name);
        }
    }
    return hot_batch_store(folder) || stored;
}

static bool is_settled(const struct hot_folder *folder, const char *name)
{
    struct stat info;
    int64_t age_ms;

    if (fstatat(folder->dir_fd, name, &info, AT_SYMLINK_NOFOLLOW) != 0 ||
        S_ISDIR(info.st_mode)) {
        return false;
    }
    age_ms = clock_now_ms() -
             ((int64_t)info.st_ctim.tv_sec * 1000 + info.st_ctim.tv_nsec / 1000000);
    /* A clock set back must not hide a file for hours. */
    return age_ms >= HOT_FOLDER_SETTLED_MS || age_ms < -HOT_FOLDER_SETTLED_MS;
}

bool hot_folder_scan(struct hot_folder *folder, bool *out_more)
{
    DIR *dir = opendir(folder->path);
    struct dirent *entry;

    *out_more = false;
    if (dir == NULL) {
        return false;
    }
    while ((entry = readdir(dir)) != NULL) {
        if (is_image_name(entry->d_name) && is_settled(folder, entry->d_name) &&
            !hot_batch_add(folder, entry->d_name)) {
            *out_more = true;
            break;
        }
    }
    (void)closedir(dir);
    return hot_batch_store(folder);
}
