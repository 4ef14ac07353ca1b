/* Statements, errors and transactions of a spool. */
#include <errno.h>
#include <string.h>

#include "spool_private.h"

static const char *const sql_texts[SQL_TOTAL] = {
    [SQL_BEGIN] = "BEGIN IMMEDIATE",
    [SQL_COMMIT] = "COMMIT",
    [SQL_ROLLBACK] = "ROLLBACK",
    [SQL_HEAD] = "SELECT secuencia, hash FROM evento ORDER BY secuencia DESC LIMIT 1",
    [SQL_COUNT] = "SELECT count(*), (SELECT count(*) FROM evento INDEXED BY "
                  "evento_pendiente WHERE acuse IS NULL) FROM evento",
    [SQL_FIRST] = "SELECT secuencia FROM evento INDEXED BY evento_pendiente"
                  " WHERE acuse IS NULL ORDER BY secuencia LIMIT 1",
    [SQL_FIND] = "SELECT secuencia, hash, acuse FROM evento WHERE clave = ?1",
    [SQL_INSERT] = "INSERT INTO evento (secuencia, hash, sobre, clave, adjunto)"
                   " VALUES (?1, ?2, ?3, ?4, ?5)",
    [SQL_PENDING] = "SELECT secuencia, hash, sobre, adjunto FROM evento INDEXED BY "
                    "evento_pendiente WHERE acuse IS NULL AND secuencia >= ?1"
                    " ORDER BY secuencia LIMIT ?2",
    [SQL_READ] = "SELECT secuencia, hash, sobre, adjunto FROM evento"
                 " WHERE secuencia >= ?1 ORDER BY secuencia LIMIT ?2",
    [SQL_ACUSE_INSERT] = "INSERT INTO acuse (sobre) VALUES (?1)",
    [SQL_ACUSE_EVENT] = "UPDATE evento SET acuse = ?1, posicion = ?2"
                        " WHERE secuencia = ?3 AND hash = ?4 AND acuse IS NULL",
    [SQL_EVENT_HASH] = "SELECT hash FROM evento WHERE secuencia = ?1",
    [SQL_ACUSE_IMAGE] = "INSERT OR IGNORE INTO imagen (sha256, acuse) VALUES (?2, ?1)",
    [SQL_IMAGE] = "SELECT 1 FROM imagen WHERE sha256 = ?1",
    [SQL_VALUE_GET] = "SELECT valor FROM valor WHERE nombre = ?1",
    [SQL_VALUE_SET] = "INSERT INTO valor (nombre, valor) VALUES (?1, ?2)"
                      " ON CONFLICT (nombre) DO UPDATE SET valor = excluded.valor",
};

enum prep_status spool_db_damaged(const struct spool *spool, struct prep_reason *reason)
{
    return prep_fail(reason, PREP_ERR_IO,
                     "%s: el archivo está dañado o no es una cola; consérvelo y avise: "
                     "puede tener eventos sin entregar",
                     spool->path);
}

bool spool_db_hash(sqlite3_stmt *row, int column, struct hash *out_hash)
{
    if (sqlite3_column_bytes(row, column) != (int)HASH_LEN) {
        return false;
    }
    memcpy(out_hash->bytes, sqlite3_column_blob(row, column), HASH_LEN);
    return true;
}

enum prep_status spool_db_fail(struct spool *spool, struct prep_reason *reason)
{
    const int code = sqlite3_extended_errcode(spool->db);
    const int error = sqlite3_system_errno(spool->db);

    switch (code & 0xff) {
    case SQLITE_FULL:
        return prep_fail(reason, PREP_ERR_FULL, "%s: no hay espacio; libere disco",
                         spool->path);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return prep_fail(reason, PREP_ERR_UNAVAILABLE,
                         "%s: otro proceso tiene abierta la cola", spool->path);
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
        if (error == ENOSPC || error == EDQUOT) {
            return prep_fail(reason, PREP_ERR_FULL, "%s: no hay espacio; libere disco",
                             spool->path);
        }
        break;
    case SQLITE_NOMEM:
        return prep_fail(reason, PREP_ERR_MEMORY, "%s: sin memoria", spool->path);
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
        return spool_db_damaged(spool, reason);
    default:
        break;
    }
    return prep_fail(reason, PREP_ERR_IO, "%s: %s (%d)", spool->path,
                     sqlite3_errmsg(spool->db), code);
}

sqlite3_stmt *spool_db_sql(struct spool *spool, enum spool_sql sql)
{
    sqlite3_stmt *statement = spool->statements[sql];

    (void)sqlite3_reset(statement); /* repeats the last error, already reported */
    (void)sqlite3_clear_bindings(statement);
    return statement;
}

enum prep_status spool_db_run(struct spool *spool, enum spool_sql sql,
                              struct prep_reason *reason)
{
    const int code = sqlite3_step(spool->statements[sql]);
    enum prep_status status = PREP_OK;

    if (code != SQLITE_DONE) {
        status = spool_db_fail(spool, reason);
    }
    (void)sqlite3_reset(spool->statements[sql]);
    return status;
}

enum prep_status spool_db_row(struct spool *spool, enum spool_sql sql,
                              struct prep_reason *reason)
{
    switch (sqlite3_step(spool->statements[sql])) {
    case SQLITE_ROW:
        return PREP_OK;
    case SQLITE_DONE:
        return PREP_ERR_NOT_FOUND;
    default:
        return spool_db_fail(spool, reason);
    }
}

enum prep_status spool_db_exec(struct spool *spool, const char *sql,
                               struct prep_reason *reason)
{
    if (sqlite3_exec(spool->db, sql, NULL, NULL, NULL) != SQLITE_OK) {
        return spool_db_fail(spool, reason);
    }
    return PREP_OK;
}

enum prep_status spool_db_prepare(struct spool *spool, struct prep_reason *reason)
{
    for (int i = 0; i < SQL_TOTAL; i++) {
        if (sqlite3_prepare_v3(spool->db, sql_texts[i], -1, SQLITE_PREPARE_PERSISTENT,
                               &spool->statements[i], NULL) != SQLITE_OK) {
            return spool_db_fail(spool, reason);
        }
    }
    return PREP_OK;
}

void spool_db_close(struct spool *spool)
{
    for (int i = 0; i < SQL_TOTAL; i++) {
        (void)sqlite3_finalize(spool->statements[i]);
        spool->statements[i] = NULL;
    }
    (void)sqlite3_close(spool->db);
    spool->db = NULL;
}

enum prep_status spool_db_ready(struct spool *spool, struct prep_reason *reason)
{
    const uint64_t secuencia = spool->emitter->secuencia;
    const struct hash anterior = spool->emitter->anterior;
    enum prep_status status;

    if (spool->db != NULL) {
        return PREP_OK;
    }
    status = spool_db_open(spool, reason);
    if (status != PREP_OK) {
        return status;
    }
    if (spool->emitter->secuencia == spool->durable) {
        return PREP_OK;
    }
    /* A commit that failed is there after all. The system may have forgotten what a
     * failed fsync left unwritten, so it is copied into place and synced from there. */
    status = spool_db_exec(spool, "PRAGMA wal_checkpoint(TRUNCATE)", reason);
    if (status != PREP_OK) {
        spool_db_close(spool);
        emitter_restore(spool->emitter, secuencia, &anterior);
        return status;
    }
    spool->durable = spool->emitter->secuencia;
    return PREP_OK;
}

enum prep_status spool_db_commit(struct spool *spool, struct prep_reason *reason)
{
    enum prep_status status, again;

    (void)spool_db_sql(spool, SQL_COMMIT);
    status = spool_db_run(spool, SQL_COMMIT, reason);
    if (status == PREP_OK) {
        spool->durable = spool->emitter->secuencia;
        return PREP_OK;
    }
    spool_db_close(spool);
    again = spool_db_ready(spool, NULL); /* if it fails, the next call tries */
    (void)again;
    return status;
}

void spool_db_rollback(struct spool *spool)
{
    enum prep_status status;

    if (spool->db == NULL || sqlite3_get_autocommit(spool->db)) {
        return;
    }
    (void)spool_db_sql(spool, SQL_ROLLBACK);
    status = spool_db_run(spool, SQL_ROLLBACK, NULL);
    if (status != PREP_OK) {
        spool_db_close(spool);
    }
}
