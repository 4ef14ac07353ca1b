#include "image_queue.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "image_format.h"
#include "image_queue_private.h"

/* ---- opening */

static enum prep_status folder_open(const struct image_queue *queue, const char *name,
                                    int *out_fd, struct prep_reason *reason)
{
    char path[PATH_MAX];
    int len = snprintf(path, sizeof path, "%s/%s", queue->path, name);

    if (len < 0 || (size_t)len >= sizeof path) {
        return prep_fail(reason, PREP_ERR_CONFIG, "entrada: ruta demasiado larga");
    }
    *out_fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (*out_fd < 0) {
        return prep_fail(reason, PREP_ERR_CONFIG, "entrada: %s: %s", path,
                         strerror(errno));
    }
    return PREP_OK;
}

static enum prep_status sent_read(struct image_queue *queue, struct prep_reason *reason)
{
    DIR *dir = fdopendir(dup(queue->sent_fd));
    struct dirent *entry;

    if (dir == NULL) {
        return prep_fail(reason, PREP_ERR_IO, "enviadas: %s", strerror(errno));
    }
    while ((entry = readdir(dir)) != NULL) {
        struct hot_image image;
        struct stat info;

        if (hot_folder_name_parse(entry->d_name, &image) &&
            fstatat(queue->sent_fd, entry->d_name, &info, AT_SYMLINK_NOFOLLOW) == 0 &&
            S_ISREG(info.st_mode)) {
            image.total = (uint64_t)info.st_size;
            image_queue_take(queue, &image);
        }
    }
    (void)closedir(dir);
    return PREP_OK;
}

enum prep_status image_queue_open(struct image_queue **out_queue,
                                  const struct image_queue_options *options,
                                  struct prep_reason *reason)
{
    struct image_queue *queue = calloc(1, sizeof *queue);
    enum prep_status status;

    if (queue == NULL) {
        return prep_fail(reason, PREP_ERR_MEMORY, "sin memoria para las imágenes");
    }
    queue->options = *options;
    queue->sent_fd = queue->done_fd = queue->refused_fd = -1;
    queue->chunk_bytes = IMAGE_QUEUE_CHUNK_START;
    image_heap_init(&queue->unacked, image_before_by_secuencia);
    image_heap_init(&queue->ready, image_before_by_size);
    queue->path = strdup(options->path);
    status = queue->path == NULL
                 ? prep_fail(reason, PREP_ERR_MEMORY, "sin memoria")
                 : folder_open(queue, HOT_FOLDER_SENT, &queue->sent_fd, reason);
    if (status == PREP_OK) {
        status = folder_open(queue, HOT_FOLDER_DONE, &queue->done_fd, reason);
    }
    if (status == PREP_OK) {
        status = folder_open(queue, HOT_FOLDER_REFUSED, &queue->refused_fd, reason);
    }
    if (status == PREP_OK) {
        status = sent_read(queue, reason);
    }
    if (status != PREP_OK) {
        image_queue_close(&queue);
        return status;
    }
    *out_queue = queue;
    return PREP_OK;
}

void image_queue_end(struct image_queue *queue, struct active *active)
{
    if (active->fd >= 0) {
        (void)close(active->fd);
    }
    active->used = false;
    queue->active_count--;
}

void image_queue_close(struct image_queue **queue)
{
    if (*queue == NULL) {
        return;
    }
    for (size_t i = 0; i < IMAGE_QUEUE_ACTIVE_MAX; i++) {
        if ((*queue)->active[i].used) {
            image_queue_end(*queue, &(*queue)->active[i]);
        }
    }
    image_heap_done(&(*queue)->unacked);
    image_heap_done(&(*queue)->ready);
    if ((*queue)->sent_fd >= 0) {
        (void)close((*queue)->sent_fd);
    }
    if ((*queue)->done_fd >= 0) {
        (void)close((*queue)->done_fd);
    }
    if ((*queue)->refused_fd >= 0) {
        (void)close((*queue)->refused_fd);
    }
    free((*queue)->path);
    free(*queue);
    *queue = NULL;
}

/* ---- waiting */

void image_queue_take(struct image_queue *queue, const struct hot_image *image)
{
    struct image_heap *heap =
        image->secuencia < queue->acked_before ? &queue->ready : &queue->unacked;

    for (size_t i = 0; i < IMAGE_QUEUE_ACTIVE_MAX; i++) {
        if (queue->active[i].used &&
            queue->active[i].image.secuencia == image->secuencia) {
            return; /* The same file was dropped again while it travels. */
        }
    }
    /* One that does not fit stays in enviadas/, for the next start to find. */
    (void)!image_heap_push(heap, image);
}

void image_queue_events_acked(struct image_queue *queue, uint64_t secuencia)
{
    const struct hot_image *image;

    if (secuencia > queue->acked_before) {
        queue->acked_before = secuencia;
    }
    while ((image = image_heap_top(&queue->unacked)) != NULL &&
           image->secuencia < queue->acked_before) {
        if (image_heap_push(&queue->ready, image) != PREP_OK) {
            return;
        }
        image_heap_pop(&queue->unacked);
    }
}

/* ---- the end of an image */

static void file_move(struct image_queue *queue, const struct active *active, int to_fd)
{
    char name[HOT_FOLDER_NAME_SIZE];

    hot_folder_name(&active->image, name);
    if (renameat(queue->sent_fd, name, to_fd, name) != 0 && errno != ENOENT) {
        log_err("imagen.fallida", LOG_TEXT("archivo", name),
                LOG_TEXT("reason", strerror(errno)));
    }
}

/* The file still has the bytes that were signed. */
static bool file_is_same(struct image_queue *queue, const struct active *active)
{
    struct hash_stream *stream = hash_stream_new();
    struct hash found;
    off_t at = 0;
    ssize_t got;

    while ((got = pread(active->fd, queue->chunk, sizeof queue->chunk, at)) > 0) {
        hash_stream_add(stream, queue->chunk, (size_t)got);
        at += got;
    }
    hash_stream_end(stream, &found);
    hash_stream_free(&stream);
    return got == 0 && (uint64_t)at == active->image.total &&
           hash_equal(&found, &active->image.sha256);
}

bool image_queue_check(struct image_queue *queue, struct active *active)
{
    char hex[HASH_TEXT_SIZE];

    if (file_is_same(queue, active)) {
        return true;
    }

    hash_text(&active->image.sha256, hex);
    log_err("imagen.alterada", LOG_UINT("secuencia", active->image.secuencia),
            LOG_TEXT("sha256", hex));
    file_move(queue, active, queue->refused_fd);
    image_queue_end(queue, active);
    return false;
}

void image_queue_on_acuse(struct image_queue *queue, const Prep__Acuse *acuse)
{
    for (size_t i = 0; i < acuse->n_imagenes; i++) {
        for (size_t j = 0; j < IMAGE_QUEUE_ACTIVE_MAX; j++) {
            struct active *active = &queue->active[j];
            char hex[HASH_TEXT_SIZE];

            if (!active->used || acuse->imagenes[i].len != HASH_LEN ||
                memcmp(acuse->imagenes[i].data, active->image.sha256.bytes, HASH_LEN) !=
                    0) {
                continue;
            }
            hash_text(&active->image.sha256, hex);
            log_info("imagen.entregada", LOG_UINT("secuencia", active->image.secuencia),
                     LOG_TEXT("sha256", hex), LOG_UINT("bytes", active->image.total));
            queue->backoff_ms = 0;
            if (active->in_flight > 0) {
                image_queue_pace(queue, active);
            }
            file_move(queue, active, queue->done_fd);
            image_queue_end(queue, active);
            queue->done++;
        }
    }
}

size_t image_queue_pending(const struct image_queue *queue)
{
    return queue->unacked.count + queue->ready.count + queue->active_count;
}

uint64_t image_queue_done(const struct image_queue *queue)
{
    return queue->done;
}
