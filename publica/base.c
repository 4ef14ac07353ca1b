#include "base.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/durable.h"
#include "base/durable_os.h"
#include "prep/perfil.h"
#include "zip.h"

#define ROW_MAX (64u * 1024u)
#define PREAMBLE_MAX (64u * 1024u)
#define COPY_SIZE (256u * 1024u)
#define ANEXO_MAX (64u * 1024u * 1024u) /* candidaturas, LEEME */
#define LEEME_NAME "LEEME.txt"

struct base {
    const struct definicion *definicion;
    const struct eleccion *eleccion;
    struct aside *aside;
    struct pool *pool;
    struct revision_plan plan;
    struct buffer rows, preamble;
    uint64_t next_piece;
    int fd; /* deflated rows, aside */
    char rows_path[ASIDE_PATH_SIZE];

    pthread_mutex_t mutex;
    pthread_cond_t turn;
    uint64_t turn_of; /* piece that may be appended */
    struct revision revision;
    uint32_t crc;
    uint64_t size, packed;
};

void base_nombre_de(const struct definicion *definicion,
                    const struct eleccion *eleccion, int64_t nominal_ms,
                    const char *extension, char out_path[static DIRECCION_SIZE])
{
    char stamp[CLOCK_TEXT_SIZE];

    clock_stamp(nominal_ms, definicion->desfase_min, stamp);
    (void)snprintf(out_path, DIRECCION_SIZE, "bases/%s_PREP_%s_%s.%s", stamp,
                   eleccion->clave, definicion->entidad_clave, extension);
}

void base_nombre(const struct definicion *definicion, const struct eleccion *eleccion,
                 int64_t nominal_ms, char out_path[static DIRECCION_SIZE])
{
    base_nombre_de(definicion, eleccion, nominal_ms, "zip", out_path);
}

void base_texto(const struct base *base, struct base_texto *out_texto)
{
    *out_texto = (struct base_texto){ .eleccion = base->eleccion,
                                      .preambulo = base->preamble.data,
                                      .preambulo_len = base->preamble.len,
                                      .fd = base->fd,
                                      .size = base->size };
}

enum prep_status base_open(const struct definicion *definicion,
                           const struct eleccion *eleccion, struct aside *aside,
                           struct pool *pool, struct base **out_base,
                           struct prep_reason *reason)
{
    struct base *base = calloc(1, sizeof *base);
    char name[DIRECCION_SIZE];
    enum prep_status status;

    if (base == NULL) {
        return prep_fail(reason, PREP_ERR_MEMORY, "sin memoria");
    }
    base->definicion = definicion;
    base->eleccion = eleccion;
    base->aside = aside;
    base->pool = pool;
    base->fd = -1;
    (void)pthread_mutex_init(&base->mutex, NULL);
    (void)pthread_cond_init(&base->turn, NULL);
    buffer_init(&base->rows, BASE_PIECE + ROW_MAX);
    buffer_init(&base->preamble, PREAMBLE_MAX);
    status = revision_plan(eleccion, &base->plan, reason);
    if (status == PREP_OK) {
        (void)snprintf(name, sizeof name, "filas/%s", eleccion->clave);
        status = aside_path(aside, name, base->rows_path, reason);
    }
    if (status == PREP_OK) {
        base->fd = open(base->rows_path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
        if (base->fd < 0) {
            status = durable_os_fail(reason, base->rows_path, "open", errno);
        }
    }
    if (status != PREP_OK) {
        base_close(&base);
        return status;
    }
    *out_base = base;
    return PREP_OK;
}

void base_close(struct base **base)
{
    struct base *b = *base;

    if (b == NULL) {
        return;
    }
    *base = NULL;
    if (b->fd >= 0) {
        (void)close(b->fd);
        (void)unlink(b->rows_path);
    }
    buffer_done(&b->rows);
    buffer_done(&b->preamble);
    (void)pthread_cond_destroy(&b->turn);
    (void)pthread_mutex_destroy(&b->mutex);
    free(b);
}

/* ---- pieces */

struct piece {
    struct pool_job job;
    struct base *base;
    uint64_t number;
    struct buffer rows;
};

/* Waits until the pieces before are in place. */
static void turn_wait(struct base *base, uint64_t number)
{
    (void)pthread_mutex_lock(&base->mutex);
    while (base->turn_of != number) {
        (void)pthread_cond_wait(&base->turn, &base->mutex);
    }
    (void)pthread_mutex_unlock(&base->mutex);
}

static void turn_done(struct base *base)
{
    (void)pthread_mutex_lock(&base->mutex);
    base->turn_of++;
    (void)pthread_cond_broadcast(&base->turn);
    (void)pthread_mutex_unlock(&base->mutex);
}

static enum prep_status piece_run(struct pool_job *job, struct taller *taller,
                                  bool cancelled, struct prep_reason *reason)
{
    struct piece *piece = (struct piece *)job;
    struct base *base = piece->base;
    enum prep_status status = cancelled ? PREP_ERR_STATE : PREP_OK;
    struct revision *revision = calloc(1, sizeof *revision);
    uint32_t crc = 0;

    if (status == PREP_OK && revision == NULL) {
        status = prep_fail(reason, PREP_ERR_MEMORY, "sin memoria");
    }
    if (status == PREP_OK) {
        status = revision_lee(&base->plan, piece->rows.data, piece->rows.len, revision,
                              reason);
    }
    if (status == PREP_OK) {
        crc = zip_crc(piece->rows.data, piece->rows.len);
        buffer_clear(&taller->out);
        status =
            zip_deflate_piece(piece->rows.data, piece->rows.len, &taller->out, reason);
    }
    turn_wait(base, piece->number);
    if (status == PREP_OK) {
        int error = durable_os_write(base->fd, taller->out.data, taller->out.len);

        if (error != 0) {
            status = durable_os_fail(reason, base->rows_path, "write", error);
        }
        revision_une(&base->revision, revision);
        base->crc = zip_crc_join(base->crc, crc, piece->rows.len);
        base->size += piece->rows.len;
        base->packed += taller->out.len;
    }
    turn_done(base);
    buffer_done(&piece->rows);
    free(revision);
    free(piece);
    return status;
}

static enum prep_status piece_send(struct base *base, struct prep_reason *reason)
{
    enum prep_status status = buffer_status(&base->rows);
    struct piece *piece;

    if (status != PREP_OK) {
        return prep_fail(reason, status, "%s: un renglón mide más de %u bytes",
                         base->eleccion->clave, ROW_MAX);
    }
    if (base->rows.len == 0) {
        return PREP_OK;
    }
    piece = calloc(1, sizeof *piece);
    if (piece == NULL) {
        return prep_fail(reason, PREP_ERR_MEMORY, "sin memoria");
    }
    piece->job.run = piece_run;
    piece->base = base;
    piece->number = base->next_piece++;
    piece->rows = base->rows;
    buffer_init(&base->rows, BASE_PIECE + ROW_MAX);
    pool_put(base->pool, &piece->job);
    return PREP_OK;
}

enum prep_status base_fila(struct base *base, const struct acta_vista *vista,
                           struct prep_reason *reason)
{
    if (base->rows.room == 0) {
        (void)buffer_reserve(&base->rows, BASE_PIECE + ROW_MAX);
    }
    perfil_fila(base->definicion, base->eleccion, vista, &base->rows);
    return base->rows.len < BASE_PIECE ? PREP_OK : piece_send(base, reason);
}

enum prep_status base_cierra_filas(struct base *base, struct prep_reason *reason)
{
    return piece_send(base, reason);
}

/* ---- the zip */

static enum prep_status add_results(struct base *base, struct zip *zip,
                                    const struct buffer *preamble,
                                    struct prep_reason *reason)
{
    struct zip_entry entry = { .name = perfil_archivo(base->eleccion) };
    enum prep_status status;
    struct buffer packed;
    char *bytes = NULL;
    ssize_t n = 0;

    buffer_init(&packed, 2 * PREAMBLE_MAX);
    status = zip_deflate_piece(preamble->data, preamble->len, &packed, reason);
    if (status == PREP_OK) {
        entry.crc =
            zip_crc_join(zip_crc(preamble->data, preamble->len), base->crc, base->size);
        entry.size = preamble->len + base->size;
        entry.packed = packed.len + base->packed + ZIP_DEFLATE_END_LEN;
        status = zip_entry(zip, &entry, reason);
    }
    if (status == PREP_OK) {
        status = zip_data(zip, packed.data, packed.len, reason);
    }
    buffer_done(&packed);
    bytes = malloc(COPY_SIZE);
    if (status == PREP_OK && (bytes == NULL || lseek(base->fd, 0, SEEK_SET) != 0)) {
        status = durable_os_fail(reason, base->rows_path, "lseek", errno);
    }
    while (status == PREP_OK && (n = read(base->fd, bytes, COPY_SIZE)) > 0) {
        status = zip_data(zip, bytes, (size_t)n, reason);
    }
    if (status == PREP_OK && n < 0) {
        status = durable_os_fail(reason, base->rows_path, "read", errno);
    }
    free(bytes);
    return status == PREP_OK
               ? zip_data(zip, ZIP_DEFLATE_END, ZIP_DEFLATE_END_LEN, reason)
               : status;
}

/* A file of the definition's folder, published as it is, if there is one. */
static enum prep_status add_anexo(struct base *base, struct zip *zip,
                                  const char *prefix, const char *suffix,
                                  const char *name, struct prep_reason *reason)
{
    char path[ASIDE_PATH_SIZE];
    enum prep_status status;
    struct buffer text;

    if (name == NULL || name[0] == '\0') {
        return PREP_OK;
    }
    (void)snprintf(path, sizeof path, "%s/%s%s%s", base->definicion->carpeta, prefix,
                   base->eleccion->clave, suffix);
    buffer_init(&text, ANEXO_MAX);
    status = durable_read(path, ANEXO_MAX, &text, reason);
    if (status == PREP_OK) {
        status = zip_file(zip, name, buffer_text(&text), text.len, reason);
    } else if (status == PREP_ERR_NOT_FOUND) {
        status = PREP_OK;
    }
    buffer_done(&text);
    return status;
}

static enum prep_status assemble(struct base *base, const char *path,
                                 const struct buffer *preamble,
                                 const struct corte *corte, struct corte_base *out_base,
                                 struct prep_reason *reason)
{
    struct clock_parts date;
    struct zip *zip = NULL;
    enum prep_status status;

    clock_to_parts(corte->nominal_ms, base->definicion->desfase_min, &date);
    status = zip_open(path, &date, &zip, reason);
    if (status == PREP_OK) {
        status = add_anexo(base, zip, "LEEME-", ".txt", LEEME_NAME, reason);
    }
    if (status == PREP_OK) {
        status = add_results(base, zip, preamble, reason);
    }
    if (status == PREP_OK) {
        status = add_anexo(base, zip, "candidaturas-", ".csv",
                           perfil_archivo_candidaturas(base->eleccion), reason);
    }
    if (status == PREP_OK) {
        status = zip_finish(zip, &out_base->sha256, &out_base->bytes, reason);
    }
    zip_close(&zip);
    return status;
}

enum prep_status base_termina(struct base *base, const struct resumen *resumen,
                              const struct corte *corte, struct corte_base *out_base,
                              struct prep_reason *reason)
{
    char name[DIRECCION_SIZE], path[ASIDE_PATH_SIZE];
    struct buffer *preamble = &base->preamble;
    struct encabezado encabezado;
    enum prep_status status;

    encabezado_calcula(resumen, corte->ultimo, &encabezado);
    perfil_preambulo(base->definicion, base->eleccion, &encabezado, corte->nominal_ms,
                     preamble);
    status = buffer_status(preamble);
    if (status == PREP_OK) {
        status = revision_coteja(&base->plan, &base->revision, corte->ultimo,
                                 preamble->data, preamble->len, reason);
    }
    if (status == PREP_OK) {
        status =
            revision_coteja_votos(&base->plan, &base->revision, resumen->votos, reason);
    }
    base_nombre(base->definicion, base->eleccion, corte->nominal_ms, name);
    if (status == PREP_OK) {
        status = aside_path(base->aside, name, path, reason);
    }
    if (status == PREP_OK) {
        status = assemble(base, path, preamble, corte, out_base, reason);
    }
    if (status == PREP_OK) {
        (void)snprintf(out_base->archivo, sizeof out_base->archivo, "%s", name);
        status = aside_note(base->aside, ASIDE_IMMUTABLE, name, reason);
    }
    return status;
}
