#include "prep/spool.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "prep/acta_id.h"
#include "prep/envelope.h"
#include "spool_private.h"

enum prep_status spool_open(const char *path, struct emitter *emitter,
                            struct spool **out_spool, struct prep_reason *reason)
{
    enum prep_status status;
    struct spool *spool;

    assert(path != NULL && emitter != NULL && out_spool != NULL);
    spool = calloc(1, sizeof *spool);
    if (spool == NULL) {
        abort();
    }
    spool->path = strdup(path);
    if (spool->path == NULL) {
        abort();
    }
    spool->emitter = emitter;
    buffer_init(&spool->envelope, ENVELOPE_BYTES_MAX);
    status = spool_db_open(spool, reason);
    if (status != PREP_OK) {
        spool_close(&spool);
        return status;
    }
    spool->durable = emitter->secuencia;
    *out_spool = spool;
    return PREP_OK;
}

void spool_close(struct spool **spool)
{
    if (*spool == NULL) {
        return;
    }
    spool_db_close(*spool);
    buffer_done(&(*spool)->envelope);
    free((*spool)->path);
    free(*spool);
    *spool = NULL;
}

/* ---- append */

/* Looks for a clave. */
static enum prep_status find(struct spool *spool, const char *clave,
                             uint64_t *out_secuencia, struct hash *out_hash,
                             bool *out_acked, struct prep_reason *reason)
{
    sqlite3_stmt *row = spool_db_sql(spool, SQL_FIND);
    enum prep_status status;

    (void)sqlite3_bind_text(row, 1, clave, -1, SQLITE_STATIC);
    status = spool_db_row(spool, SQL_FIND, reason);
    if (status == PREP_OK) {
        *out_secuencia = (uint64_t)sqlite3_column_int64(row, 0);
        *out_acked = sqlite3_column_type(row, 2) != SQLITE_NULL;
        if (!spool_db_hash(row, 1, out_hash)) {
            status = spool_db_damaged(spool, reason);
        }
    }
    (void)sqlite3_reset(row);
    return status;
}

/* What can be refused before anything is signed. */
static enum prep_status item_check(const struct spool *spool,
                                   const struct spool_item *item,
                                   struct prep_reason *reason)
{
    if (item->clave != NULL && strlen(item->clave) > SPOOL_CLAVE_MAX) {
        return prep_fail(reason, PREP_ERR_RANGE, "clave: más de %u bytes",
                         SPOOL_CLAVE_MAX);
    }
    if (item->adjunto_len > SPOOL_ADJUNTO_MAX) {
        return prep_fail(reason, PREP_ERR_RANGE, "adjunto: más de %u bytes",
                         SPOOL_ADJUNTO_MAX);
    }
    if (!spool->emitter->simulacro && item->event->hora_ms == 0) {
        return prep_fail(reason, PREP_ERR_RANGE, "hora_ms: falta la hora");
    }
    return envelope_event_check(spool->emitter->self, item->event, reason);
}

static enum prep_status item_insert(struct spool *spool, struct spool_item *item,
                                    struct prep_reason *reason)
{
    sqlite3_stmt *row = spool_db_sql(spool, SQL_INSERT);

    (void)sqlite3_bind_int64(row, 1, (sqlite3_int64)item->secuencia);
    (void)sqlite3_bind_blob(row, 2, item->hash.bytes, HASH_LEN, SQLITE_STATIC);
    (void)sqlite3_bind_blob(row, 3, spool->envelope.data, (int)spool->envelope.len,
                            SQLITE_STATIC);
    if (item->clave != NULL) {
        (void)sqlite3_bind_text(row, 4, item->clave, -1, SQLITE_STATIC);
    }
    if (item->adjunto_len > 0) {
        (void)sqlite3_bind_blob(row, 5, item->adjunto, (int)item->adjunto_len,
                                SQLITE_STATIC);
    }
    return spool_db_run(spool, SQL_INSERT, reason);
}

/* Signs and inserts one, unless its clave is there. */
static enum prep_status item_append(struct spool *spool, struct spool_item *item,
                                    uint64_t *added, struct prep_reason *reason)
{
    struct emitter *emitter = spool->emitter;
    enum prep_status status;
    bool acked;

    item->repetido = false;
    if (item->clave != NULL) {
        status =
            find(spool, item->clave, &item->secuencia, &item->hash, &acked, reason);
        if (status == PREP_OK) {
            item->repetido = true;
            return PREP_OK;
        }
        if (status != PREP_ERR_NOT_FOUND) {
            return status;
        }
    }
    if (item->event->acta == ACTA_ID_FUERA) {
        assert(emitter->secuencia < UINT32_MAX);
        item->event->acta =
            acta_id_fuera(emitter->self->numero, (uint32_t)(emitter->secuencia + 1));
    }
    status = item_check(spool, item, reason);
    if (status != PREP_OK) {
        return status;
    }
    buffer_clear(&spool->envelope);
    emitter_sign(emitter, item->event, &spool->envelope, &item->hash);
    item->secuencia = emitter->secuencia;
    (*added)++;
    return item_insert(spool, item, reason);
}

enum prep_status spool_append(struct spool *spool, struct spool_item *items,
                              size_t count, struct prep_reason *reason)
{
    enum prep_status status;
    uint64_t secuencia, added = 0;
    struct hash anterior;

    assert(items != NULL || count == 0);
    status = spool_db_ready(spool, reason);
    if (status != PREP_OK) {
        return status;
    }
    secuencia = spool->emitter->secuencia;
    anterior = spool->emitter->anterior;
    (void)spool_db_sql(spool, SQL_BEGIN);
    status = spool_db_run(spool, SQL_BEGIN, reason);
    for (size_t i = 0; status == PREP_OK && i < count; i++) {
        status = item_append(spool, &items[i], &added, reason);
    }
    if (status != PREP_OK) {
        spool_db_rollback(spool);
        emitter_restore(spool->emitter, secuencia, &anterior);
        return status;
    }
    if (added == 0) {
        spool_db_rollback(spool); /* nothing was written: no fsync to wait for */
        return PREP_OK;
    }
    status = spool_db_commit(spool, reason);
    if (status == PREP_OK) {
        spool->pending += added;
        return PREP_OK;
    }
    if (spool->db == NULL) {
        /* Until it can be read again; no event is signed before that. */
        emitter_restore(spool->emitter, secuencia, &anterior);
    } else if (spool->emitter->secuencia == secuencia + added) {
        return PREP_OK; /* failed but stored: it has been read again, and synced */
    }
    return status;
}

/* ---- reading */

enum prep_status spool_find(struct spool *spool, const char *clave,
                            uint64_t *out_secuencia, struct hash *out_hash,
                            bool *out_acked, struct prep_reason *reason)
{
    enum prep_status status = spool_db_ready(spool, reason);

    if (status != PREP_OK) {
        return status;
    }
    return find(spool, clave, out_secuencia, out_hash, out_acked, reason);
}

static enum prep_status visit_all(struct spool *spool, enum spool_sql sql,
                                  uint64_t desde, size_t max, spool_visit visit,
                                  void *context, struct prep_reason *reason)
{
    enum prep_status status = spool_db_ready(spool, reason);
    sqlite3_stmt *row;

    if (status != PREP_OK) {
        return status;
    }
    row = spool_db_sql(spool, sql);
    (void)sqlite3_bind_int64(row, 1, (sqlite3_int64)desde);
    (void)sqlite3_bind_int64(row, 2, (sqlite3_int64)max);
    while ((status = spool_db_row(spool, sql, reason)) == PREP_OK) {
        struct spool_event event = {
            .secuencia = (uint64_t)sqlite3_column_int64(row, 0),
            .envelope = sqlite3_column_blob(row, 2),
            .envelope_len = (size_t)sqlite3_column_bytes(row, 2),
            .adjunto = sqlite3_column_blob(row, 3),
            .adjunto_len = (size_t)sqlite3_column_bytes(row, 3),
        };

        if (!spool_db_hash(row, 1, &event.hash)) {
            status = spool_db_damaged(spool, reason);
        } else {
            status = visit(&event, context);
        }
        if (status != PREP_OK) {
            break;
        }
    }
    (void)sqlite3_reset(row);
    return status == PREP_ERR_NOT_FOUND ? PREP_OK : status;
}

enum prep_status spool_pending(struct spool *spool, uint64_t desde, size_t max,
                               spool_visit visit, void *context,
                               struct prep_reason *reason)
{
    return visit_all(spool, SQL_PENDING, desde, max, visit, context, reason);
}

enum prep_status spool_read(struct spool *spool, uint64_t desde, size_t max,
                            spool_visit visit, void *context,
                            struct prep_reason *reason)
{
    return visit_all(spool, SQL_READ, desde, max, visit, context, reason);
}

enum prep_status spool_count(struct spool *spool, uint64_t *out_pending,
                             uint64_t *out_first, uint64_t *out_total,
                             struct prep_reason *reason)
{
    enum prep_status status = spool_db_ready(spool, reason);
    uint64_t first = 0;
    sqlite3_stmt *row;

    if (status != PREP_OK) {
        return status;
    }
    row = spool_db_sql(spool, SQL_FIRST);
    status = spool_db_row(spool, SQL_FIRST, reason);
    if (status == PREP_OK) {
        first = (uint64_t)sqlite3_column_int64(row, 0);
    } else if (status != PREP_ERR_NOT_FOUND) {
        return status;
    }
    (void)sqlite3_reset(row);
    *out_pending = spool->pending;
    *out_first = first;
    *out_total = spool->emitter->secuencia;
    return PREP_OK;
}
