/* The file of a spool: its schema, its owner, and what it holds when it is opened. */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/durable.h"
#include "base/error_text.h"
#include "spool_private.h"

#define APPLICATION_ID 0x50524550 /* "PREP", so that file(1) and we know it */
#define SCHEMA_VERSION 1

/* A spool is held by one process; EXCLUSIVE also keeps the WAL index in memory, so a
 * full disk cannot break a mapped file under our feet. */
static const char settings_sql[] = "PRAGMA locking_mode = EXCLUSIVE;"
                                   "PRAGMA journal_mode = WAL;"
                                   "PRAGMA synchronous = FULL;"
                                   "PRAGMA journal_size_limit = 8388608;"
                                   "PRAGMA temp_store = MEMORY;";

static const char schema_sql[] =
    "CREATE TABLE dueno (id INTEGER PRIMARY KEY CHECK (id = 1), emisor INTEGER NOT "
    "NULL,"
    "  key_id BLOB NOT NULL, proceso TEXT NOT NULL, simulacro INTEGER NOT NULL);"
    "CREATE TABLE acuse (id INTEGER PRIMARY KEY, sobre BLOB NOT NULL);"
    "CREATE TABLE evento (secuencia INTEGER PRIMARY KEY, hash BLOB NOT NULL,"
    "  sobre BLOB NOT NULL, clave TEXT UNIQUE, adjunto BLOB,"
    "  acuse INTEGER REFERENCES acuse (id), posicion INTEGER);"
    "CREATE INDEX evento_pendiente ON evento (acuse) WHERE acuse IS NULL;"
    "CREATE TABLE imagen (sha256 BLOB PRIMARY KEY, acuse INTEGER NOT NULL) WITHOUT "
    "ROWID;"
    "CREATE TABLE valor (nombre TEXT PRIMARY KEY, valor INTEGER NOT NULL) WITHOUT "
    "ROWID;"
    "PRAGMA application_id = 1347568976;" /* APPLICATION_ID */
    "PRAGMA user_version = 1;";

static_assert(APPLICATION_ID == 1347568976 && SCHEMA_VERSION == 1, "as schema_sql");

/* One integer from a statement that is run once. */
static enum prep_status number(struct spool *spool, const char *sql, int64_t *out_value,
                               struct prep_reason *reason)
{
    sqlite3_stmt *statement = NULL;
    enum prep_status status = PREP_OK;

    if (sqlite3_prepare_v2(spool->db, sql, -1, &statement, NULL) != SQLITE_OK ||
        sqlite3_step(statement) != SQLITE_ROW) {
        status = spool_db_fail(spool, reason);
    } else {
        *out_value = sqlite3_column_int64(statement, 0);
    }
    (void)sqlite3_finalize(statement);
    return status;
}

/* Who the file belongs to: written once, with the schema. */
static enum prep_status owner_write(struct spool *spool, struct prep_reason *reason)
{
    static const char sql[] = "INSERT INTO dueno (id, emisor, key_id, proceso, "
                              "simulacro) VALUES (1, ?1, ?2, ?3, ?4)";
    const struct emitter *emitter = spool->emitter;
    enum prep_status status = PREP_OK;
    sqlite3_stmt *statement = NULL;

    if (sqlite3_prepare_v2(spool->db, sql, -1, &statement, NULL) != SQLITE_OK ||
        sqlite3_bind_int64(statement, 1, emitter->self->numero) != SQLITE_OK ||
        sqlite3_bind_blob(statement, 2, emitter->self->key_id, KEY_ID_LEN,
                          SQLITE_STATIC) != SQLITE_OK ||
        sqlite3_bind_text(statement, 3, emitter->proceso, -1, SQLITE_STATIC) !=
            SQLITE_OK ||
        sqlite3_bind_int(statement, 4, emitter->simulacro) != SQLITE_OK ||
        sqlite3_step(statement) != SQLITE_DONE) {
        status = spool_db_fail(spool, reason);
    }
    (void)sqlite3_finalize(statement);
    return status;
}

static enum prep_status owner_compare(struct spool *spool, sqlite3_stmt *row,
                                      struct prep_reason *reason)
{
    const struct emitter *emitter = spool->emitter;
    const char *proceso = (const char *)sqlite3_column_text(row, 2);

    if (sqlite3_column_int64(row, 0) != emitter->self->numero ||
        sqlite3_column_bytes(row, 1) != (int)KEY_ID_LEN ||
        memcmp(sqlite3_column_blob(row, 1), emitter->self->key_id, KEY_ID_LEN) != 0) {
        return prep_fail(reason, PREP_ERR_CONFLICT,
                         "%s: la cola es del emisor %lld, no de «%s» (%u) con su llave "
                         "actual; use la cola que corresponde",
                         spool->path, (long long)sqlite3_column_int64(row, 0),
                         emitter->self->nombre, emitter->self->numero);
    }
    if (proceso == NULL || strcmp(proceso, emitter->proceso) != 0 ||
        (sqlite3_column_int(row, 3) != 0) != emitter->simulacro) {
        return prep_fail(reason, PREP_ERR_CONFLICT,
                         "%s: la cola es de %s%s, no de %s%s; use otro archivo",
                         spool->path, proceso == NULL ? "?" : proceso,
                         sqlite3_column_int(row, 3) != 0 ? " (simulacro)" : "",
                         emitter->proceso, emitter->simulacro ? " (simulacro)" : "");
    }
    return PREP_OK;
}

static enum prep_status owner_check(struct spool *spool, struct prep_reason *reason)
{
    static const char sql[] =
        "SELECT emisor, key_id, proceso, simulacro FROM dueno WHERE id = 1";
    sqlite3_stmt *statement = NULL;
    enum prep_status status;

    if (sqlite3_prepare_v2(spool->db, sql, -1, &statement, NULL) != SQLITE_OK ||
        sqlite3_step(statement) != SQLITE_ROW) {
        status = spool_db_fail(spool, reason);
    } else {
        status = owner_compare(spool, statement, reason);
    }
    (void)sqlite3_finalize(statement);
    return status;
}

static enum prep_status schema_make(struct spool *spool, struct prep_reason *reason)
{
    enum prep_status status = spool_db_exec(spool, "BEGIN IMMEDIATE", reason);

    if (status == PREP_OK) {
        status = spool_db_exec(spool, schema_sql, reason);
    }
    if (status == PREP_OK) {
        status = owner_write(spool, reason);
    }
    if (status == PREP_OK) {
        status = spool_db_exec(spool, "COMMIT", reason);
    }
    return status; /* on failure the caller closes, which rolls back */
}

static enum prep_status schema_check(struct spool *spool, struct prep_reason *reason)
{
    int64_t application = 0, version = 0, tables = 0;
    enum prep_status status;

    status = number(spool, "PRAGMA application_id", &application, reason);
    if (status == PREP_OK) {
        status = number(spool, "PRAGMA user_version", &version, reason);
    }
    if (status == PREP_OK) {
        status = number(spool, "SELECT count(*) FROM sqlite_schema", &tables, reason);
    }
    if (status != PREP_OK) {
        return status;
    }
    if (application == 0 && version == 0 && tables == 0) {
        return schema_make(spool, reason);
    }
    if (application != APPLICATION_ID || version != SCHEMA_VERSION) {
        return prep_fail(reason, PREP_ERR_CONFLICT,
                         "%s: no es una cola de este programa (versión %lld, entiende "
                         "la %d)",
                         spool->path, (long long)version, SCHEMA_VERSION);
    }
    return owner_check(spool, reason);
}

/* The emitter and the counts, as the file says. */
static enum prep_status state_read(struct spool *spool, struct prep_reason *reason)
{
    sqlite3_stmt *row = spool_db_sql(spool, SQL_COUNT);
    struct hash hash = { { 0 } };
    uint64_t total, secuencia = 0;
    enum prep_status status;

    status = spool_db_row(spool, SQL_COUNT, reason);
    if (status != PREP_OK) {
        return status;
    }
    total = (uint64_t)sqlite3_column_int64(row, 0);
    spool->pending = (uint64_t)sqlite3_column_int64(row, 1);
    (void)sqlite3_reset(row);
    row = spool_db_sql(spool, SQL_HEAD);
    status = spool_db_row(spool, SQL_HEAD, reason);
    if (status != PREP_OK && status != PREP_ERR_NOT_FOUND) {
        return status;
    }
    if (status == PREP_OK) {
        secuencia = (uint64_t)sqlite3_column_int64(row, 0);
        (void)!spool_db_hash(row, 1, &hash); /* zeros are refused below */
    }
    (void)sqlite3_reset(row);
    if (secuencia != total || (secuencia == 0) != hash_is_zero(&hash)) {
        return prep_fail(
            reason, PREP_ERR_IO,
            "%s: la cadena de eventos está incompleta; conserve el archivo "
            "y avise",
            spool->path);
    }
    emitter_restore(spool->emitter, secuencia, &hash);
    return PREP_OK;
}

/* SQLite would make it readable by all. Only when it does not exist: closing a
 * descriptor of a file drops this process's locks on it. */
static enum prep_status file_make(const char *path, struct prep_reason *reason)
{
    enum prep_status status;
    char *copy;
    int fd;

    fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) {
        if (errno == EEXIST) {
            return PREP_OK;
        }
        return prep_fail(reason, errno == ENOSPC ? PREP_ERR_FULL : PREP_ERR_IO,
                         "%s: no se puede crear la cola: %s", path, error_text(errno));
    }
    (void)close(fd);
    copy = strdup(path);
    if (copy == NULL) {
        abort();
    }
    status = durable_sync_dir(dirname(copy), reason);
    free(copy);
    return status;
}

/* What SQLite recovers from its log after a kill may be only in the system's memory.
 * An event must be on disk before it is sent: else a power cut would let this emitter
 * give its number to another. */
static enum prep_status log_sync(const char *path, struct prep_reason *reason)
{
    enum prep_status status = PREP_OK;
    char log_path[PATH_MAX];
    int fd;

    if ((size_t)snprintf(log_path, sizeof log_path, "%s-wal", path) >=
        sizeof log_path) {
        return prep_fail(reason, PREP_ERR_CONFIG, "%s: ruta demasiado larga", path);
    }
    fd = open(log_path, O_RDWR | O_CLOEXEC);
    if (fd < 0) {
        return errno == ENOENT ? PREP_OK
                               : prep_fail(reason, PREP_ERR_IO, "%s: %s", log_path,
                                           error_text(errno));
    }
    if (fsync(fd) != 0) {
        status = prep_fail(reason, PREP_ERR_IO, "%s: fsync: %s", log_path,
                           error_text(errno));
    }
    (void)close(fd);
    return status;
}

static enum prep_status db_fill(struct spool *spool, struct prep_reason *reason)
{
    enum prep_status status;

    (void)sqlite3_extended_result_codes(spool->db, 1);
    (void)sqlite3_db_config(spool->db, SQLITE_DBCONFIG_DEFENSIVE, 1, (int *)NULL);
    (void)sqlite3_db_config(spool->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, (int *)NULL);
    status = spool_db_exec(spool, settings_sql, reason);
    if (status == PREP_OK) {
        status = schema_check(spool, reason);
    }
    if (status == PREP_OK) {
        status = spool_db_prepare(spool, reason);
    }
    if (status == PREP_OK) {
        status = log_sync(spool->path, reason);
    }
    if (status == PREP_OK) {
        status = state_read(spool, reason);
    }
    return status;
}

enum prep_status spool_db_open(struct spool *spool, struct prep_reason *reason)
{
    enum prep_status status = file_make(spool->path, reason);

    if (status != PREP_OK) {
        return status;
    }
    if (sqlite3_open_v2(spool->path, &spool->db,
                        SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX,
                        NULL) != SQLITE_OK) {
        status = spool->db == NULL ? prep_fail(reason, PREP_ERR_MEMORY,
                                               "%s: sin memoria", spool->path)
                                   : spool_db_fail(spool, reason);
    } else {
        status = db_fill(spool, reason);
    }
    if (status != PREP_OK) {
        spool_db_close(spool);
    }
    return status;
}
