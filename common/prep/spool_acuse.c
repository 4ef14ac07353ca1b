/* Acuses, and the small values of a worker. */
#include <assert.h>
#include <string.h>

#include "prep/envelope.h"
#include "spool_private.h"

/* ---- acuses */

/* Why an event named by an acuse did not change: it had its acuse, or is not ours. */
static enum prep_status event_same(struct spool *spool, const Prep__AcuseEvento *evento,
                                   struct prep_reason *reason)
{
    sqlite3_stmt *row = spool_db_sql(spool, SQL_EVENT_HASH);
    enum prep_status status;

    (void)sqlite3_bind_int64(row, 1, (sqlite3_int64)evento->secuencia);
    status = spool_db_row(spool, SQL_EVENT_HASH, reason);
    if (status == PREP_ERR_NOT_FOUND ||
        (status == PREP_OK &&
         (sqlite3_column_bytes(row, 0) != (int)HASH_LEN ||
          evento->hash.len != HASH_LEN ||
          memcmp(sqlite3_column_blob(row, 0), evento->hash.data, HASH_LEN) != 0))) {
        status = prep_fail(reason, PREP_ERR_CONFLICT,
                           "acuse: el evento %llu que nombra no es el de esta cola",
                           (unsigned long long)evento->secuencia);
    }
    (void)sqlite3_reset(row);
    return status;
}

static enum prep_status acuse_event(struct spool *spool, sqlite3_int64 acuse,
                                    const Prep__AcuseEvento *evento, uint64_t *changed,
                                    struct prep_reason *reason)
{
    sqlite3_stmt *row = spool_db_sql(spool, SQL_ACUSE_EVENT);
    enum prep_status status;

    (void)sqlite3_bind_int64(row, 1, acuse);
    (void)sqlite3_bind_int64(row, 2, (sqlite3_int64)evento->posicion);
    (void)sqlite3_bind_int64(row, 3, (sqlite3_int64)evento->secuencia);
    (void)sqlite3_bind_blob(row, 4, evento->hash.data, (int)evento->hash.len,
                            SQLITE_STATIC);
    status = spool_db_run(spool, SQL_ACUSE_EVENT, reason);
    if (status != PREP_OK) {
        return status;
    }
    if (sqlite3_changes(spool->db) == 0) {
        return event_same(spool, evento, reason);
    }
    (*changed)++;
    return PREP_OK;
}

static enum prep_status acuse_store(struct spool *spool, const Prep__Acuse *acuse,
                                    const void *bytes, size_t len,
                                    uint64_t *events_changed, uint64_t *images_changed,
                                    struct prep_reason *reason)
{
    sqlite3_stmt *row = spool_db_sql(spool, SQL_ACUSE_INSERT);
    enum prep_status status;
    sqlite3_int64 id;

    (void)sqlite3_bind_blob(row, 1, bytes, (int)len, SQLITE_STATIC);
    status = spool_db_run(spool, SQL_ACUSE_INSERT, reason);
    id = sqlite3_last_insert_rowid(spool->db);
    for (size_t i = 0; status == PREP_OK && i < acuse->n_eventos; i++) {
        status = acuse_event(spool, id, acuse->eventos[i], events_changed, reason);
    }
    for (size_t i = 0; status == PREP_OK && i < acuse->n_imagenes; i++) {
        row = spool_db_sql(spool, SQL_ACUSE_IMAGE);
        (void)sqlite3_bind_int64(row, 1, id);
        (void)sqlite3_bind_blob(row, 2, acuse->imagenes[i].data,
                                (int)acuse->imagenes[i].len, SQLITE_STATIC);
        status = spool_db_run(spool, SQL_ACUSE_IMAGE, reason);
        if (status == PREP_OK && sqlite3_changes(spool->db) > 0) {
            (*images_changed)++;
        }
    }
    return status;
}

enum prep_status spool_acuse(struct spool *spool, const Prep__Acuse *acuse,
                             const void *bytes, size_t len, struct prep_reason *reason)
{
    uint64_t events_changed = 0, images_changed = 0;
    enum prep_status status;

    assert(acuse != NULL && bytes != NULL && len <= ENVELOPE_ACUSE_BYTES_MAX);
    if (acuse->emisor != spool->emitter->self->numero) {
        return prep_fail(reason, PREP_ERR_CONFLICT, "acuse: es para el emisor %u",
                         acuse->emisor);
    }
    status = spool_db_ready(spool, reason);
    if (status != PREP_OK) {
        return status;
    }
    (void)spool_db_sql(spool, SQL_BEGIN);
    status = spool_db_run(spool, SQL_BEGIN, reason);
    if (status == PREP_OK) {
        status = acuse_store(spool, acuse, bytes, len, &events_changed, &images_changed,
                             reason);
    }
    if (status != PREP_OK || events_changed + images_changed == 0) {
        spool_db_rollback(spool);
        return status;
    }
    status = spool_db_commit(spool, reason);
    if (status == PREP_OK) {
        spool->pending -= events_changed;
    }
    return status;
}

enum prep_status spool_image_acked(struct spool *spool, const struct hash *sha256,
                                   bool *out_acked, struct prep_reason *reason)
{
    enum prep_status status = spool_db_ready(spool, reason);
    sqlite3_stmt *row;

    if (status != PREP_OK) {
        return status;
    }
    row = spool_db_sql(spool, SQL_IMAGE);
    (void)sqlite3_bind_blob(row, 1, sha256->bytes, HASH_LEN, SQLITE_STATIC);
    status = spool_db_row(spool, SQL_IMAGE, reason);
    (void)sqlite3_reset(row);
    if (status != PREP_OK && status != PREP_ERR_NOT_FOUND) {
        return status;
    }
    *out_acked = status == PREP_OK;
    return PREP_OK;
}

/* ---- small values */

enum prep_status spool_value_get(struct spool *spool, const char *name,
                                 uint64_t *out_value, struct prep_reason *reason)
{
    enum prep_status status = spool_db_ready(spool, reason);
    sqlite3_stmt *row;

    if (status != PREP_OK) {
        return status;
    }
    row = spool_db_sql(spool, SQL_VALUE_GET);
    (void)sqlite3_bind_text(row, 1, name, -1, SQLITE_STATIC);
    status = spool_db_row(spool, SQL_VALUE_GET, reason);
    if (status == PREP_OK) {
        *out_value = (uint64_t)sqlite3_column_int64(row, 0);
    }
    (void)sqlite3_reset(row);
    return status;
}

enum prep_status spool_value_set(struct spool *spool, const char *name, uint64_t value,
                                 struct prep_reason *reason)
{
    enum prep_status status = spool_db_ready(spool, reason);
    sqlite3_stmt *row;

    assert(strlen(name) <= SPOOL_NAME_MAX && value <= INT64_MAX);
    if (status != PREP_OK) {
        return status;
    }
    (void)spool_db_sql(spool, SQL_BEGIN);
    status = spool_db_run(spool, SQL_BEGIN, reason);
    if (status == PREP_OK) {
        row = spool_db_sql(spool, SQL_VALUE_SET);
        (void)sqlite3_bind_text(row, 1, name, -1, SQLITE_STATIC);
        (void)sqlite3_bind_int64(row, 2, (sqlite3_int64)value);
        status = spool_db_run(spool, SQL_VALUE_SET, reason);
    }
    if (status != PREP_OK) {
        spool_db_rollback(spool);
        return status;
    }
    return spool_db_commit(spool, reason);
}
