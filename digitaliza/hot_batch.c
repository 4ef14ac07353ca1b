#include "hot_batch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/durable.h"
#include "base/log.h"
#include "image_format.h"
#include "prep/worker.h"
#include "sync_group.h"

bool hot_batch_add(struct hot_folder *folder, const char *name)
{
    struct candidate *candidate;

    for (size_t i = 0; i < folder->count; i++) {
        if (strcmp(folder->batch[i].name, name) == 0) {
            return true;
        }
    }
    if (folder->count == HOT_FOLDER_BATCH_MAX || strlen(name) > NAME_MAX) {
        return folder->count < HOT_FOLDER_BATCH_MAX;
    }
    candidate = &folder->batch[folder->count++];
    memset(candidate, 0, sizeof *candidate);
    (void)snprintf(candidate->name, sizeof candidate->name, "%s", name);
    candidate->fd = -1;
    return true;
}

/* ---- refusing */

/* Nothing that a person may still need is overwritten. */
static void move_aside(struct hot_folder *folder, const char *name)
{
    char other[NAME_MAX + 1];
    int len;

    if (renameat2(folder->dir_fd, name, folder->refused_fd, name, RENAME_NOREPLACE) ==
            0 ||
        errno != EEXIST) {
        return;
    }
    len = snprintf(other, sizeof other, "%lld-%s", (long long)clock_now_ms(), name);
    if (len > 0 && len <= NAME_MAX) {
        (void)renameat(folder->dir_fd, name, folder->refused_fd, other);
    }
}

static void refuse(struct hot_folder *folder, struct candidate *candidate,
                   const char *motivo)
{
    char name[NAME_MAX + 1];
    char path[PATH_MAX];
    int len;

    candidate->refused = true;
    log_warning("imagen.rechazada", LOG_TEXT("archivo", candidate->name),
                LOG_TEXT("reason", motivo));
    len = snprintf(path, sizeof path, "%s/" HOT_FOLDER_REFUSED "/%s.motivo",
                   folder->path, candidate->name);
    if (len > 0 && (size_t)len < sizeof path) {
        /* A help for the operator; the log has it too. */
        (void)!durable_replace(path, motivo, strlen(motivo), 0640, NULL);
    }
    move_aside(folder, candidate->name);
    if (hot_name_with_ext(candidate->name, ".json", name)) {
        move_aside(folder, name);
    }
}

/* ---- reading one file */

/* false: not to be taken now (gone, or a fault that is not the file's). */
static bool content_read(struct hot_folder *folder, struct candidate *candidate)
{
    const uint64_t bytes_max = folder->options.rules->image_bytes_max;
    struct stat info;
    uint64_t sum = 0;
    ssize_t got;

    candidate->fd = openat(folder->dir_fd, candidate->name,
                           O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (candidate->fd < 0) {
        if (errno == ELOOP) {
            refuse(folder, candidate, "no es un archivo normal");
        }
        return false;
    }
    if (fstat(candidate->fd, &info) != 0 || !S_ISREG(info.st_mode)) {
        refuse(folder, candidate, "no es un archivo normal");
        return false;
    }
    if (info.st_size == 0 || (uint64_t)info.st_size > bytes_max) {
        struct prep_reason reason;

        (void)prep_fail(&reason, PREP_ERR_RANGE,
                        "mide %lld bytes; debe medir de 1 a %llu",
                        (long long)info.st_size, (unsigned long long)bytes_max);
        refuse(folder, candidate, reason.text);
        return false;
    }
    while ((got = read(candidate->fd, folder->chunk, sizeof folder->chunk)) > 0 &&
           sum <= bytes_max) {
        if (sum == 0) {
            candidate->image.format = image_format_of(folder->chunk, (size_t)got);
        }
        hash_stream_add(folder->stream, folder->chunk, (size_t)got);
        sum += (uint64_t)got;
    }
    hash_stream_end(folder->stream, &candidate->image.sha256);
    if (got != 0 || sum != (uint64_t)info.st_size) {
        return false; /* Unreadable now, or still growing: the scan comes back. */
    }
    candidate->image.total = sum;
    if (candidate->image.format == IMAGE_UNKNOWN) {
        refuse(folder, candidate,
               "no es una imagen WebP, JPEG, PNG, PDF o TIFF por sus primeros bytes");
        return false;
    }
    return true;
}

static bool sidecar_read(struct hot_folder *folder, struct candidate *candidate)
{
    char name[NAME_MAX + 1];
    char path[PATH_MAX];
    struct prep_reason reason = { "" };
    enum prep_status status = PREP_ERR_NOT_FOUND;
    int len;

    candidate->sidecar = folder->options.defaults;
    if (hot_name_with_ext(candidate->name, ".json", name)) {
        len = snprintf(path, sizeof path, "%s/%s", folder->path, name);
        if (len > 0 && (size_t)len < sizeof path) {
            status = durable_read(path, SIDECAR_BYTES_MAX, &folder->text, &reason);
        }
    }
    if (status == PREP_ERR_IO) {
        return false; /* Not the file's fault; the scan comes back. */
    }
    if (status == PREP_ERR_NOT_FOUND) {
        status = sidecar_from_name(candidate->name, &candidate->sidecar.acta, &reason);
    } else if (status == PREP_OK) {
        status = sidecar_parse(buffer_text(&folder->text), folder->text.len,
                               folder->options.rules->definicion->modo,
                               &candidate->sidecar, &reason);
    }
    if (status != PREP_OK) {
        refuse(folder, candidate, reason.text);
        return false;
    }
    return true;
}

static bool event_fill(struct hot_folder *folder, struct candidate *candidate)
{
    const struct sidecar *sidecar = &candidate->sidecar;
    Prep__Event *event = &candidate->event;
    Prep__Imagen *imagen = &candidate->imagen;
    struct prep_reason reason = { "" };
    const char *evento;

    prep__event__init(event);
    prep__imagen__init(imagen);
    memcpy(candidate->sha256, candidate->image.sha256.bytes, HASH_LEN);
    imagen->sha256.data = candidate->sha256;
    imagen->sha256.len = HASH_LEN;
    imagen->bytes_total = candidate->image.total;
    imagen->formato = candidate->image.format;
    imagen->origen = sidecar->origen;
    imagen->digitalizacion = sidecar->digitalizacion;
    imagen->documento = sidecar->documento;
    imagen->operador = sidecar->operador;
    event->acta = sidecar->acta;
    event->hora_ms = sidecar->tiene_hora ? sidecar->hora_ms : clock_now_ms();
    event->cuerpo_case = PREP__EVENT__CUERPO_IMAGEN;
    event->imagen = imagen;
    if (digitaliza_check(folder->options.rules, event, &evento, &reason) != PREP_OK) {
        refuse(folder, candidate, reason.text);
        return false;
    }
    return true;
}

/* ---- the same image twice */

static void repeated_fill(struct candidate *candidate, uint64_t other_acta)
{
    char hex[HASH_TEXT_SIZE];
    Prep__Event *event = &candidate->incidencia_event;

    candidate->repeated = true;
    hash_text(&candidate->image.sha256, hex);
    (void)snprintf(candidate->clave, sizeof candidate->clave, "%s-%llu", hex,
                   (unsigned long long)candidate->sidecar.acta);
    (void)snprintf(candidate->incidencia_clave, sizeof candidate->incidencia_clave,
                   "repetida-%s", candidate->clave);
    (void)snprintf(candidate->detalle, sizeof candidate->detalle,
                   "la imagen %s es también la del acta %llu", hex,
                   (unsigned long long)other_acta);
    prep__event__init(event);
    prep__incidencia__init(&candidate->incidencia);
    candidate->incidencia.nombre = (char *)"imagen.repetida";
    candidate->incidencia.detalle = candidate->detalle;
    event->acta = candidate->sidecar.acta;
    event->hora_ms = candidate->event.hora_ms;
    event->cuerpo_case = PREP__EVENT__CUERPO_INCIDENCIA;
    event->incidencia = &candidate->incidencia;
}

/* The acta that this hash was first stored for: 0 when it is new. */
static enum prep_status first_acta(struct hot_folder *folder, size_t index,
                                   uint64_t *out_acta, struct prep_reason *reason)
{
    const struct candidate *candidate = &folder->batch[index];
    uint64_t secuencia;
    struct hash hash;
    bool acked;
    enum prep_status status;

    *out_acta = 0;
    status = spool_find(folder->options.spool, candidate->clave, &secuencia, &hash,
                        &acked, reason);
    if (status == PREP_OK) {
        status =
            worker_adjunto(folder->options.spool, secuencia, &folder->text, reason);
        if (status == PREP_OK) {
            *out_acta = strtoull(buffer_text(&folder->text), NULL, 10);
        }
        return status;
    }
    if (status != PREP_ERR_NOT_FOUND) {
        return status;
    }
    for (size_t i = 0; i < index; i++) {
        const struct candidate *earlier = &folder->batch[i];

        if (!earlier->refused && !earlier->repeated && earlier->fd >= 0 &&
            hash_equal(&earlier->image.sha256, &candidate->image.sha256)) {
            *out_acta = earlier->sidecar.acta;
            break;
        }
    }
    return PREP_OK;
}

static enum prep_status clave_fill(struct hot_folder *folder, size_t index,
                                   struct prep_reason *reason)
{
    struct candidate *candidate = &folder->batch[index];
    uint64_t other;
    enum prep_status status;

    hash_text(&candidate->image.sha256, candidate->clave);
    (void)snprintf(candidate->adjunto, sizeof candidate->adjunto, "%llu",
                   (unsigned long long)candidate->sidecar.acta);
    status = first_acta(folder, index, &other, reason);
    if (status == PREP_OK && other != 0 && other != candidate->sidecar.acta) {
        repeated_fill(candidate, other);
    }
    return status;
}

/* ---- storing */

static void storing_failed(struct hot_folder *folder, enum prep_status status,
                           const char *reason)
{
    if (status != PREP_ERR_FULL) {
        log_err("cola.fallida", LOG_STATUS(status), LOG_TEXT("reason", reason));
    } else if (!folder->disk_full) {
        folder->disk_full = true;
        log_err("disco.lleno", LOG_TEXT("donde", "cola"), LOG_TEXT("reason", reason));
    }
}

static void candidate_taken(struct hot_folder *folder, struct candidate *candidate,
                            const struct spool_item *stored)
{
    char to[HOT_FOLDER_NAME_SIZE];
    char from_json[NAME_MAX + 1];
    char to_json[NAME_MAX + 1];
    char hex[HASH_TEXT_SIZE];

    candidate->image.secuencia = stored->secuencia;
    hot_folder_name(&candidate->image, to);
    /* The image first: with its sidecar gone it could not be read again. */
    if (renameat(folder->dir_fd, candidate->name, folder->sent_fd, to) != 0) {
        log_err("imagen.fallida", LOG_TEXT("archivo", candidate->name),
                LOG_TEXT("reason", strerror(errno)));
        return;
    }
    if (hot_name_with_ext(candidate->name, ".json", from_json) &&
        hot_name_with_ext(to, ".json", to_json)) {
        /* What it said is in the signed event: it has nothing to wait for. */
        (void)renameat(folder->dir_fd, from_json, folder->done_fd, to_json);
    }
    if (!stored->repetido) {
        hash_text(&candidate->image.sha256, hex);
        log_info("imagen.encolada", LOG_UINT("acta", candidate->sidecar.acta),
                 LOG_UINT("secuencia", stored->secuencia), LOG_TEXT("sha256", hex),
                 LOG_UINT("bytes", candidate->image.total));
        if (candidate->repeated) {
            log_warning("imagen.repetida", LOG_UINT("acta", candidate->sidecar.acta),
                        LOG_TEXT("reason", candidate->detalle));
        }
    }
    folder->options.taken(folder->options.context, &candidate->image);
}

static bool batch_append(struct hot_folder *folder)
{
    struct spool_item items[2 * HOT_FOLDER_BATCH_MAX];
    struct candidate *of[2 * HOT_FOLDER_BATCH_MAX];
    struct prep_reason reason = { "" };
    enum prep_status status;
    size_t count = 0;

    for (size_t i = 0; i < folder->count; i++) {
        struct candidate *candidate = &folder->batch[i];

        if (candidate->refused || candidate->fd < 0) {
            continue;
        }
        of[count] = candidate;
        items[count++] =
            (struct spool_item){ .event = &candidate->event,
                                 .clave = candidate->clave,
                                 .adjunto = candidate->adjunto,
                                 .adjunto_len = strlen(candidate->adjunto) };
        if (candidate->repeated) {
            of[count] = NULL;
            items[count++] =
                (struct spool_item){ .event = &candidate->incidencia_event,
                                     .clave = candidate->incidencia_clave };
        }
    }
    if (count == 0) {
        return false;
    }
    status = spool_append(folder->options.spool, items, count, &reason);
    if (status != PREP_OK) {
        storing_failed(folder, status, reason.text);
        return false;
    }
    if (folder->disk_full) {
        folder->disk_full = false;
        log_info("disco.recuperado", LOG_TEXT("donde", "cola"));
    }
    for (size_t i = 0; i < count; i++) {
        if (of[i] != NULL) {
            candidate_taken(folder, of[i], &items[i]);
        }
    }
    (void)fsync(folder->sent_fd); /* A move that is lost is only done again. */
    return true;
}

/* The bytes of every candidate on disk, and its name in its folder. */
static enum prep_status batch_sync(struct hot_folder *folder,
                                   struct prep_reason *reason)
{
    int fds[HOT_FOLDER_BATCH_MAX + 1] = { -1 };
    size_t count = 0;

    for (size_t i = 0; i < folder->count; i++) {
        if (!folder->batch[i].refused && folder->batch[i].fd >= 0) {
            fds[count++] = folder->batch[i].fd;
        }
    }
    if (count == 0) {
        return PREP_OK;
    }
    fds[count++] = folder->dir_fd;
    return sync_group(fds, count, reason);
}

static void candidate_drop(struct candidate *candidate)
{
    if (candidate->fd >= 0) {
        (void)close(candidate->fd);
        candidate->fd = -1;
    }
}

bool hot_batch_store(struct hot_folder *folder)
{
    struct prep_reason reason = { "" };
    enum prep_status status = PREP_OK;
    bool stored = false;

    for (size_t i = 0; i < folder->count && status == PREP_OK; i++) {
        struct candidate *candidate = &folder->batch[i];

        if (!content_read(folder, candidate) || !sidecar_read(folder, candidate) ||
            !event_fill(folder, candidate)) {
            candidate_drop(candidate);
            continue;
        }
        status = clave_fill(folder, i, &reason);
    }
    if (status == PREP_OK) {
        status = batch_sync(folder, &reason);
    }
    if (status == PREP_OK) {
        stored = batch_append(folder);
    } else {
        storing_failed(folder, status, reason.text);
    }
    for (size_t i = 0; i < folder->count; i++) {
        candidate_drop(&folder->batch[i]);
    }
    folder->count = 0;
    return stored;
}
