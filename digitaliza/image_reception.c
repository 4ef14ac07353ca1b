#include "image_reception.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "image_announcement.h"

#define DISK_QUIET_MS 60000 /* without a failure: what did not fit is not coming */

/* One image on its way. Two events may announce the same hash, and need not be equally
 * true: what the entry says is what the event named by the last request says. */
struct upload {
    bool used;
    struct image_announcement image;
    uint64_t received;
    bool whole;
    bool checked; /* image_whole.checked */
    bool settling;
    uint64_t turn; /* of its last use: the oldest gives its place */
};

/* Somebody who waits for the acuse of an image. */
struct waiting {
    zframe_t *peer;
    uint32_t emisor;
    struct upload *upload; /* NULL once answered */
};

struct image_reception {
    struct image_store *store;
    const struct service *service;
    bool disk_full;
    struct hash disk_full_for; /* the image that did not fit */
    int64_t disk_full_ms;      /* when that was last seen */
    uint64_t turn;
    size_t upload_top; /* none after this one is in use */
    struct upload uploads[IMAGE_UPLOADS_MAX];
    struct image_announced announced;
    size_t waiting_count;
    struct waiting waiting[IMAGE_STORE_SETTLE_MAX];
};

static_assert(IMAGE_STORE_SETTLE_MAX <= RECEIVER_ACUSE_IMAGES_MAX,
              "one acuse must hold what is settled at once");
static_assert(IMAGE_UPLOADS_MAX > IMAGE_STORE_SETTLE_MAX,
              "an upload that waits for its acuse is never the oldest");

enum prep_status image_reception_new(struct image_reception **out_reception,
                                     struct image_store *store,
                                     const struct service *service,
                                     struct prep_reason *reason)
{
    struct image_reception *reception = calloc(1, sizeof *reception);

    if (reception == NULL) {
        return prep_fail(reason, PREP_ERR_MEMORY, "sin memoria para las imágenes");
    }
    reception->store = store;
    reception->service = service;
    *out_reception = reception;
    return PREP_OK;
}

static void waiting_clear(struct image_reception *reception)
{
    for (size_t i = 0; i < reception->waiting_count; i++) {
        zframe_destroy(&reception->waiting[i].peer);
        reception->waiting[i].upload->settling = false;
    }
    reception->waiting_count = 0;
}

void image_reception_free(struct image_reception **reception)
{
    if (*reception != NULL) {
        waiting_clear(*reception);
        free(*reception);
        *reception = NULL;
    }
}

/* ---- the disk */

/* Logs; the caller answers "later" if somebody waits. */
static void disk_failed(struct image_reception *reception, const struct hash *sha256,
                        enum prep_status status, const char *reason)
{
    if (status != PREP_ERR_FULL) {
        log_err("imagen.fallida", LOG_STATUS(status), LOG_TEXT("reason", reason));
        return;
    }
    reception->disk_full_for = *sha256;
    reception->disk_full_ms = clock_monotonic_ms();
    if (!reception->disk_full) {
        reception->disk_full = true;
        log_err("disco.lleno", LOG_TEXT("donde", "imagenes"),
                LOG_TEXT("reason", reason));
    }
}

static void disk_later(struct image_reception *reception, zframe_t *peer)
{
    receiver_later(reception->service->receiver, peer, "disco.lleno", PREP_ERR_FULL,
                   "el CCV no puede guardar imágenes por ahora");
}

/* A small image may fit where a large one did not: that is no recovery. */
static void disk_worked(struct image_reception *reception, const struct hash *sha256)
{
    if (reception->disk_full &&
        (hash_equal(&reception->disk_full_for, sha256) ||
         clock_monotonic_ms() - reception->disk_full_ms >= DISK_QUIET_MS)) {
        reception->disk_full = false;
        log_info("disco.recuperado", LOG_TEXT("donde", "imagenes"));
    }
}

/* ---- what the ledger announced */

static bool request_read(const ProtobufCBinaryData *sha256, uint32_t emisor,
                         uint64_t secuencia, struct image_announcement *out_request)
{
    if (sha256->len != HASH_LEN || emisor == 0 || emisor > INT32_MAX ||
        secuencia == 0 || secuencia > INT64_MAX) {
        return false;
    }
    memset(out_request, 0, sizeof *out_request);
    memcpy(out_request->sha256.bytes, sha256->data, HASH_LEN);
    out_request->emisor = emisor;
    out_request->secuencia = secuencia;
    return true;
}

static struct upload *upload_find(struct image_reception *reception,
                                  const struct hash *sha256)
{
    for (size_t i = 0; i < reception->upload_top; i++) {
        if (reception->uploads[i].used &&
            hash_equal(&reception->uploads[i].image.sha256, sha256)) {
            return &reception->uploads[i];
        }
    }
    return NULL;
}

static struct upload *upload_place(struct image_reception *reception)
{
    struct upload *oldest = NULL;

    for (size_t i = 0; i < IMAGE_UPLOADS_MAX; i++) {
        struct upload *upload = &reception->uploads[i];

        if (!upload->used && !upload->settling) {
            if (i >= reception->upload_top) {
                reception->upload_top = i + 1;
            }
            return upload;
        }
        if (!upload->settling && (oldest == NULL || upload->turn < oldest->turn)) {
            oldest = upload;
        }
    }
    return oldest;
}

void image_reception_announced(struct image_reception *reception,
                               const Prep__Event *event)
{
    image_announced_add(&reception->announced, event);
}

/* Brings the whole image: what the disk may hold of it is replaced, not asked about. */
static bool is_whole(const Prep__Trozo *trozo, const struct image_announcement *image)
{
    return trozo != NULL && trozo->desde == 0 && trozo->total == image->total &&
           trozo->datos.len == image->total;
}

/* The upload that a request speaks of, or NULL (already answered). trozo: NULL when it
 * only asks. */
static struct upload *upload_get(struct image_reception *reception, zframe_t *peer,
                                 const struct image_announcement *request,
                                 const Prep__Trozo *trozo)
{
    const struct service *service = reception->service;
    struct upload *upload = upload_find(reception, &request->sha256);
    struct prep_reason reason = { "" };
    struct upload found = { .used = true, .image = *request };
    enum prep_status status;

    if (upload != NULL && upload->image.emisor == request->emisor &&
        upload->image.secuencia == request->secuencia) {
        upload->turn = ++reception->turn;
        return upload;
    }
    status = image_announced_find(&reception->announced, service->db, service->topology,
                                  &found.image, &reason);
    if (status == PREP_ERR_NOT_FOUND) {
        receiver_refuse(service->receiver, peer, LOG_EVENT("imagen.no_anunciada"),
                        status, reason.text, NULL, 0);
        return NULL;
    }
    if (status != PREP_OK) {
        receiver_base_lost(service->receiver, status, reason.text);
        receiver_later(service->receiver, peer, "base.perdida", PREP_ERR_UNAVAILABLE,
                       "la base de datos no está disponible");
        return NULL;
    }
    if (upload != NULL && upload->settling) {
        image_reception_settle(reception); /* Somebody else's, about to be whole. */
    }
    if (!is_whole(trozo, &found.image)) {
        status =
            image_store_find(reception->store, &found.image.sha256, found.image.format,
                             found.image.total, &found.whole, &found.received, &reason);
    }
    if (status != PREP_OK) {
        disk_failed(reception, &found.image.sha256, status, reason.text);
        disk_later(reception, peer);
        return NULL;
    }
    found.turn = ++reception->turn;
    if (upload == NULL) {
        upload = upload_place(reception);
    }
    *upload = found;
    return upload;
}

/* ---- answers */

static void send_avance(struct image_reception *reception, zframe_t *peer,
                        const struct upload *upload)
{
    Prep__Avance avance = PREP__AVANCE__INIT;
    Prep__Respuesta respuesta = PREP__RESPUESTA__INIT;

    avance.sha256.data = (uint8_t *)upload->image.sha256.bytes;
    avance.sha256.len = HASH_LEN;
    avance.recibido = upload->received;
    avance.completo = upload->whole;
    respuesta.cuerpo_case = PREP__RESPUESTA__CUERPO_AVANCE;
    respuesta.avance = &avance;
    receiver_respond(reception->service->receiver, peer, &respuesta);
}

/* Whole already, or whole as far as bytes go: the acuse comes at the end of the turn.
 */
static void acuse_later(struct image_reception *reception, zframe_t *peer,
                        struct upload *upload)
{
    struct waiting *waiting;

    if (reception->waiting_count == IMAGE_STORE_SETTLE_MAX) {
        image_reception_settle(reception);
    }
    waiting = &reception->waiting[reception->waiting_count];
    waiting->peer = zframe_dup(peer);
    if (waiting->peer == NULL) {
        return; /* As if the answer had been lost. */
    }
    waiting->emisor = upload->image.emisor;
    waiting->upload = upload;
    upload->settling = true;
    reception->waiting_count++;
}

static void answer(struct image_reception *reception, zframe_t *peer,
                   struct upload *upload)
{
    if (upload->received == upload->image.total) {
        acuse_later(reception, peer, upload);
    } else {
        send_avance(reception, peer, upload);
    }
}

static void corrupt(struct upload *upload)
{
    char hex[HASH_TEXT_SIZE];

    hash_text(&upload->image.sha256, hex);
    upload->received = 0;
    log_warning("imagen.corrupta", LOG_UINT("acta", upload->image.acta),
                LOG_TEXT("sha256", hex), LOG_UINT("emisor", upload->image.emisor));
}

static void take_chunk(struct image_reception *reception, zframe_t *peer,
                       const Prep__Trozo *trozo, struct upload *upload)
{
    struct prep_reason reason = { "" };
    enum prep_status status;

    if (trozo->datos.len == 0 || trozo->datos.len > IMAGE_CHUNK_MAX ||
        trozo->total != upload->image.total || trozo->desde > upload->image.total ||
        trozo->datos.len > upload->image.total - trozo->desde) {
        receiver_refuse(reception->service->receiver, peer, "mensaje.rechazado",
                        PREP_ERR_RANGE, "el trozo no cabe en la imagen anunciada", NULL,
                        0);
        return;
    }
    if (trozo->desde != upload->received) {
        answer(reception, peer, upload); /* Repeated, or from too far: says where. */
        return;
    }
    upload->checked = trozo->datos.len == upload->image.total;
    if (upload->checked) {
        struct hash found;

        hash_of(trozo->datos.data, trozo->datos.len, &found);
        if (!hash_equal(&found, &upload->image.sha256)) {
            corrupt(upload);
            send_avance(reception, peer, upload);
            return;
        }
    }
    status = image_store_append(reception->store, &upload->image.sha256, trozo->desde,
                                trozo->datos.data, trozo->datos.len, &reason);
    if (status != PREP_OK) {
        disk_failed(reception, &upload->image.sha256, status, reason.text);
        disk_later(reception, peer);
        return;
    }
    disk_worked(reception, &upload->image.sha256);
    upload->received += trozo->datos.len;
    answer(reception, peer, upload);
}

void image_reception_take(struct image_reception *reception, zframe_t *peer,
                          const Prep__Peticion *peticion)
{
    const bool is_chunk = peticion->cuerpo_case == PREP__PETICION__CUERPO_TROZO;
    struct image_announcement request;
    struct upload *upload;
    bool read;

    assert(is_chunk || peticion->cuerpo_case == PREP__PETICION__CUERPO_IMAGEN);
    read = is_chunk ? request_read(&peticion->trozo->sha256, peticion->trozo->emisor,
                                   peticion->trozo->secuencia, &request)
                    : request_read(&peticion->imagen->sha256, peticion->imagen->emisor,
                                   peticion->imagen->secuencia, &request);
    if (!read) {
        receiver_refuse(reception->service->receiver, peer, "mensaje.malformado",
                        PREP_ERR_FORMAT, "la petición de imagen no nombra su evento",
                        NULL, 0);
        return;
    }
    upload = upload_get(reception, peer, &request, is_chunk ? peticion->trozo : NULL);
    if (upload == NULL) {
        return;
    }
    if (is_chunk) {
        take_chunk(reception, peer, peticion->trozo, upload);
    } else {
        answer(reception, peer, upload);
    }
}

/* ---- the end of a turn */

/* One entry per upload that is not whole yet. */
static size_t settle_list(struct image_reception *reception, struct image_whole *images,
                          struct upload **uploads)
{
    size_t count = 0;

    for (size_t i = 0; i < reception->waiting_count; i++) {
        struct upload *upload = reception->waiting[i].upload;

        if (!upload->settling) {
            continue; /* Once, though several wait for it. */
        }
        upload->settling = false;
        if (upload->whole) {
            continue;
        }
        images[count] = (struct image_whole){ .sha256 = upload->image.sha256,
                                              .format = upload->image.format,
                                              .total = upload->image.total,
                                              .checked = upload->checked };
        uploads[count++] = upload;
    }
    return count;
}

static void settled(struct image_reception *reception, struct upload *upload,
                    enum prep_status result, const char *reason)
{
    char hex[HASH_TEXT_SIZE];

    hash_text(&upload->image.sha256, hex);
    if (result == PREP_OK) {
        upload->whole = true;
        disk_worked(reception, &upload->image.sha256);
        log_info("imagen.guardada", LOG_UINT("acta", upload->image.acta),
                 LOG_TEXT("sha256", hex), LOG_UINT("bytes", upload->image.total));
    } else if (result == PREP_ERR_CONFLICT) {
        corrupt(upload);
    } else {
        upload->used = false; /* Read again from disk when it is asked for. */
        disk_failed(reception, &upload->image.sha256, result, reason);
    }
}

static void acuse_send(struct image_reception *reception)
{
    for (size_t i = 0; i < reception->waiting_count; i++) {
        struct waiting *head = &reception->waiting[i];
        struct hash images[IMAGE_STORE_SETTLE_MAX];
        size_t count = 0;

        if (head->upload == NULL) {
            continue;
        }
        if (!head->upload->whole) {
            if (head->upload->used) {
                send_avance(reception, head->peer, head->upload);
            } else {
                disk_later(reception, head->peer);
            }
            continue;
        }
        for (size_t j = i; j < reception->waiting_count; j++) {
            struct waiting *other = &reception->waiting[j];

            if (other->upload != NULL && other->upload->whole &&
                other->emisor == head->emisor && zframe_eq(other->peer, head->peer)) {
                images[count++] = other->upload->image.sha256;
                if (j != i) {
                    other->upload = NULL;
                }
            }
        }
        receiver_acuse_images(reception->service->receiver, head->peer, head->emisor,
                              images, count);
    }
}

void image_reception_settle(struct image_reception *reception)
{
    struct image_whole images[IMAGE_STORE_SETTLE_MAX];
    struct upload *uploads[IMAGE_STORE_SETTLE_MAX];
    struct prep_reason reason = { "" };
    size_t count;

    if (reception->waiting_count == 0) {
        return;
    }
    count = settle_list(reception, images, uploads);
    image_store_settle(reception->store, images, count, &reason);
    for (size_t i = 0; i < count; i++) {
        settled(reception, uploads[i], images[i].result, reason.text);
    }
    acuse_send(reception);
    for (size_t i = 0; i < count; i++) {
        uploads[i]->used = uploads[i]->used && !uploads[i]->whole; /* The disk knows. */
    }
    for (size_t i = 0; i < reception->waiting_count; i++) {
        zframe_destroy(&reception->waiting[i].peer);
    }
    reception->waiting_count = 0;
}
