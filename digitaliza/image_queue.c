#include "image_queue.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "image_format.h"
#include "image_heap.h"

#define ANSWER_QUICK_MS 250 /* the next chunks are larger */
#define ANSWER_SLOW_MS 1000 /* or smaller */

static_assert(IMAGE_QUEUE_CHUNK_START <= IMAGE_CHUNK_MAX, "what a Trozo may hold");

/* One image on its way. */
struct active {
    bool used;
    bool asked; /* a ConsultaImagen is out: nothing is sent until it is answered */
    struct hot_image image;
    uint64_t next;         /* first byte not sent yet */
    uint64_t received;     /* as the service last said */
    unsigned in_flight;    /* chunks without an answer */
    int64_t sent_ms;       /* when the last one left */
    int64_t answered_ms;   /* last sign of the service */
    int64_t answer_max_ms; /* patience */
    int fd;
};

struct image_queue {
    struct image_queue_options options;
    char *path;
    int sent_fd;
    int done_fd;
    int refused_fd;
    bool line_up;
    uint64_t acked_before;
    uint64_t done;
    size_t chunk_bytes;        /* of the next chunk */
    struct image_heap unacked; /* their event has no acuse */
    struct image_heap ready;
    size_t active_count;
    struct active active[IMAGE_QUEUE_ACTIVE_MAX];
    uint8_t chunk[IMAGE_CHUNK_MAX];
};

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

static void active_end(struct image_queue *queue, struct active *active)
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
            active_end(*queue, &(*queue)->active[i]);
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
    char *dot;

    hot_folder_name(&active->image, name);
    if (renameat(queue->sent_fd, name, to_fd, name) != 0 && errno != ENOENT) {
        log_err("imagen.fallida", LOG_TEXT("archivo", name),
                LOG_TEXT("reason", strerror(errno)));
    }
    dot = strrchr(name, '.');
    assert(dot != NULL && strlen(dot) + 1 <= sizeof ".webp");
    (void)snprintf(dot, sizeof ".json", ".json");
    (void)renameat(queue->sent_fd, name, to_fd, name);
}

/* The file still has the bytes that were signed. */
static bool file_is_same(struct image_queue *queue, struct active *active)
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

static void active_altered(struct image_queue *queue, struct active *active)
{
    char hex[HASH_TEXT_SIZE];

    hash_text(&active->image.sha256, hex);
    log_err("imagen.alterada", LOG_UINT("secuencia", active->image.secuencia),
            LOG_TEXT("sha256", hex));
    file_move(queue, active, queue->refused_fd);
    active_end(queue, active);
}

static void pace(struct image_queue *queue, const struct active *active)
{
    const int64_t took_ms = clock_monotonic_ms() - active->sent_ms;

    if (took_ms > ANSWER_SLOW_MS && queue->chunk_bytes > IMAGE_QUEUE_CHUNK_MIN) {
        queue->chunk_bytes /= 2;
    } else if (took_ms < ANSWER_QUICK_MS && queue->chunk_bytes < IMAGE_CHUNK_MAX) {
        queue->chunk_bytes *= 2;
    }
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
            if (active->in_flight > 0) {
                pace(queue, active);
            }
            file_move(queue, active, queue->done_fd);
            active_end(queue, active);
            queue->done++;
        }
    }
}

/* ---- sending */

static void active_ask(struct image_queue *queue, struct active *active)
{
    Prep__ConsultaImagen consulta = PREP__CONSULTA_IMAGEN__INIT;
    Prep__Peticion peticion = PREP__PETICION__INIT;

    consulta.sha256.data = active->image.sha256.bytes;
    consulta.sha256.len = HASH_LEN;
    consulta.emisor = queue->options.emisor;
    consulta.secuencia = active->image.secuencia;
    peticion.cuerpo_case = PREP__PETICION__CUERPO_IMAGEN;
    peticion.imagen = &consulta;
    active->in_flight = 0;
    active->asked = queue->options.send(queue->options.context, &peticion) == PREP_OK;
    active->answered_ms = clock_monotonic_ms();
}

static struct active *active_start(struct image_queue *queue,
                                   const struct hot_image *image)
{
    struct active *active = queue->active;
    char name[HOT_FOLDER_NAME_SIZE];

    while (active->used) {
        active++; /* The caller saw that there is room. */
    }
    *active = (struct active){ .used = true,
                               .image = *image,
                               .answered_ms = clock_monotonic_ms(),
                               .answer_max_ms = IMAGE_QUEUE_ANSWER_MS };
    hot_folder_name(image, name);
    active->fd = openat(queue->sent_fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    queue->active_count++;
    if (active->fd < 0) {
        if (errno != ENOENT) { /* ENOENT: the same image, twice in the queue. */
            log_err("imagen.fallida", LOG_TEXT("archivo", name),
                    LOG_TEXT("reason", strerror(errno)));
        }
        active_end(queue, active);
        return NULL;
    }
    return active;
}

/* false: no more can be sent now. */
static bool chunk_send(struct image_queue *queue, struct active *active)
{
    Prep__Trozo trozo = PREP__TROZO__INIT;
    Prep__Peticion peticion = PREP__PETICION__INIT;
    const uint64_t left = active->image.total - active->next;
    const size_t want = left < queue->chunk_bytes ? (size_t)left : queue->chunk_bytes;

    if (pread(active->fd, queue->chunk, want, (off_t)active->next) != (ssize_t)want) {
        active_altered(queue, active); /* Shorter than what was signed. */
        return true;
    }
    trozo.sha256.data = active->image.sha256.bytes;
    trozo.sha256.len = HASH_LEN;
    trozo.total = active->image.total;
    trozo.desde = active->next;
    trozo.datos.data = queue->chunk;
    trozo.datos.len = want;
    trozo.emisor = queue->options.emisor;
    trozo.secuencia = active->image.secuencia;
    peticion.cuerpo_case = PREP__PETICION__CUERPO_TROZO;
    peticion.trozo = &trozo;
    if (queue->options.send(queue->options.context, &peticion) != PREP_OK) {
        return false;
    }
    active->next += want;
    active->in_flight++;
    active->sent_ms = clock_monotonic_ms();
    return true;
}

static bool active_send(struct image_queue *queue, struct active *active)
{
    while (active->used && !active->asked && active->next < active->image.total) {
        if (!chunk_send(queue, active)) {
            return false;
        }
    }
    return true;
}

static void active_time_out(struct image_queue *queue, struct active *active)
{
    if (clock_monotonic_ms() - active->answered_ms < active->answer_max_ms) {
        return;
    }
    active_ask(queue, active);
    if (active->answer_max_ms < IMAGE_QUEUE_ANSWER_MAX_MS) {
        active->answer_max_ms *= 2;
    }
}

void image_queue_run(struct image_queue *queue)
{
    const struct hot_image *image;
    bool room = true;

    if (!queue->line_up) {
        return;
    }
    for (size_t i = 0; i < IMAGE_QUEUE_ACTIVE_MAX && room; i++) {
        struct active *active = &queue->active[i];

        if (active->used) {
            active_time_out(queue, active);
            room = active_send(queue, active);
        }
    }
    while (room && queue->active_count < IMAGE_QUEUE_ACTIVE_MAX &&
           (image = image_heap_top(&queue->ready)) != NULL) {
        struct active *active = active_start(queue, image);

        image_heap_pop(&queue->ready);
        if (active == NULL) {
            continue;
        }
        /* Asking first saves nothing when it all fits in one chunk. */
        if (active->image.total > queue->chunk_bytes) {
            active_ask(queue, active);
        }
        room = active_send(queue, active);
    }
}

/* ---- answers */

static void active_answered(struct image_queue *queue, struct active *active,
                            const Prep__Avance *avance)
{
    active->answered_ms = clock_monotonic_ms();
    active->answer_max_ms = IMAGE_QUEUE_ANSWER_MS;
    if (avance->recibido == 0 && active->next == active->image.total &&
        !active->asked && !file_is_same(queue, active)) {
        active_altered(queue, active);
        return;
    }
    if (active->asked) {
        active->asked = false;
        active->next = avance->recibido;
    } else if (active->in_flight > 0) {
        active->in_flight--;
        pace(queue, active);
        if (active->in_flight == 0) {
            active->next = avance->recibido; /* What was lost is sent again. */
        }
    }
    active->received = avance->recibido;
}

void image_queue_on_avance(struct image_queue *queue, const Prep__Avance *avance)
{
    for (size_t i = 0; i < IMAGE_QUEUE_ACTIVE_MAX; i++) {
        struct active *active = &queue->active[i];

        if (active->used && avance->sha256.len == HASH_LEN &&
            memcmp(avance->sha256.data, active->image.sha256.bytes, HASH_LEN) == 0 &&
            avance->recibido <= active->image.total) {
            active_answered(queue, active, avance);
        }
    }
}

void image_queue_on_line(struct image_queue *queue, bool up)
{
    queue->line_up = up;
    queue->chunk_bytes = IMAGE_QUEUE_CHUNK_START;
    for (size_t i = 0; i < IMAGE_QUEUE_ACTIVE_MAX && up; i++) {
        if (queue->active[i].used) {
            active_ask(queue, &queue->active[i]);
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
