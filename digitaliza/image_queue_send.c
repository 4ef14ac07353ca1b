/* What a queue of images says to the service, and what it answers. */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "image_queue_private.h"

#define ANSWER_QUICK_MS 250 /* the next chunks are larger */
#define ANSWER_SLOW_MS 1000 /* or smaller */

static_assert(IMAGE_QUEUE_CHUNK_START <= IMAGE_CHUNK_MAX, "what a Trozo may hold");

void image_queue_pace(struct image_queue *queue, const struct active *active)
{
    const int64_t took_ms = clock_monotonic_ms() - active->sent_ms;

    if (took_ms > ANSWER_SLOW_MS && queue->chunk_bytes > IMAGE_QUEUE_CHUNK_MIN) {
        queue->chunk_bytes /= 2;
    } else if (took_ms < ANSWER_QUICK_MS && queue->chunk_bytes < IMAGE_CHUNK_MAX) {
        queue->chunk_bytes *= 2;
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
    active->stale = false;
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
        image_queue_end(queue, active);
        return NULL;
    }
    return active;
}

/* One chunk always travels; more of them, while all fit in the bytes allowed. */
static bool has_room(const struct image_queue *queue, size_t want)
{
    uint64_t bytes = 0;

    for (size_t i = 0; i < IMAGE_QUEUE_ACTIVE_MAX; i++) {
        const struct active *active = &queue->active[i];

        if (active->used && active->in_flight > 0 && active->next > active->received) {
            bytes += active->next - active->received;
        }
    }
    return bytes == 0 || bytes + want <= IMAGE_QUEUE_CHUNKS * queue->chunk_bytes;
}

/* false: no more can be sent now. */
static bool chunk_send(struct image_queue *queue, struct active *active)
{
    Prep__Trozo trozo = PREP__TROZO__INIT;
    Prep__Peticion peticion = PREP__PETICION__INIT;
    const uint64_t left = active->image.total - active->next;
    const size_t want = left < queue->chunk_bytes ? (size_t)left : queue->chunk_bytes;

    if (!has_room(queue, want)) {
        return false;
    }
    if (pread(active->fd, queue->chunk, want, (off_t)active->next) != (ssize_t)want) {
        (void)image_queue_check(queue, active); /* Shorter than it was. */
        return false;
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

/* A service that could not is asked about one image before it gets the others. */
static bool is_probing(const struct image_queue *queue)
{
    return queue->backoff_ms != 0;
}

static bool actives_send(struct image_queue *queue)
{
    for (size_t i = 0; i < IMAGE_QUEUE_ACTIVE_MAX; i++) {
        struct active *active = &queue->active[i];

        if (!active->used) {
            continue;
        }
        if (active->stale) {
            active_ask(queue, active);
        } else {
            active_time_out(queue, active);
        }
        if (!active_send(queue, active) || is_probing(queue)) {
            return false;
        }
    }
    return true;
}

void image_queue_run(struct image_queue *queue)
{
    const struct hot_image *image;
    bool room;

    if (!queue->line_up || clock_monotonic_ms() < queue->resume_ms) {
        return;
    }
    room = actives_send(queue);
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
        room = active_send(queue, active) && !is_probing(queue);
    }
}

static void actives_stale(struct image_queue *queue)
{
    for (size_t i = 0; i < IMAGE_QUEUE_ACTIVE_MAX; i++) {
        queue->active[i].stale = true;
        queue->active[i].asked = false;
        queue->active[i].in_flight = 0;
    }
}

void image_queue_on_busy(struct image_queue *queue)
{
    const int64_t now = clock_monotonic_ms();

    if (now >= queue->resume_ms) {
        queue->backoff_ms =
            queue->backoff_ms == 0 ? IMAGE_QUEUE_BUSY_MS : queue->backoff_ms * 2;
        if (queue->backoff_ms > IMAGE_QUEUE_BUSY_MAX_MS) {
            queue->backoff_ms = IMAGE_QUEUE_BUSY_MAX_MS;
        }
        queue->resume_ms = now + queue->backoff_ms;
    }
    actives_stale(queue);
}

/* ---- answers */

static void active_answered(struct image_queue *queue, struct active *active,
                            const Prep__Avance *avance)
{
    queue->backoff_ms = 0;
    active->answered_ms = clock_monotonic_ms();
    active->answer_max_ms = IMAGE_QUEUE_ANSWER_MS;
    if (avance->recibido == 0 && active->next == active->image.total &&
        !active->asked && !image_queue_check(queue, active)) {
        return;
    }
    if (active->asked) {
        active->asked = false;
        active->next = avance->recibido;
    } else if (active->in_flight > 0) {
        active->in_flight--;
        image_queue_pace(queue, active);
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

void image_queue_on_refused(struct image_queue *queue)
{
    for (size_t i = 0; i < IMAGE_QUEUE_ACTIVE_MAX; i++) {
        struct active *active = &queue->active[i];

        if (active->used && (active->asked || active->in_flight > 0)) {
            (void)image_queue_check(queue, active);
        }
    }
}

void image_queue_on_line(struct image_queue *queue, bool up)
{
    queue->line_up = up;
    queue->chunk_bytes = IMAGE_QUEUE_CHUNK_START;
    actives_stale(queue);
}
