/*
 * db.h - one PostgreSQL connection that comes back by itself.
 *
 * PURPOSE
 *     libpq with what every stage needs: bounded connect time, automatic
 *     reconnection between transactions, parameters always sent apart from the SQL,
 *     and errors turned into what the caller must do.
 *
 * ERRORS
 *     PREP_ERR_UNAVAILABLE  no connection, or lost before COMMIT was sent: nothing
 *                           happened; stop acknowledging and try again
 *     PREP_ERR_UNKNOWN      lost while COMMIT was in flight: may have happened; drop
 *                           what is in memory and read what is true (an emitter:
 *                           ledger_emitter_head)
 *     PREP_ERR_FULL         the server has no disk (SQLSTATE class 53)
 *     PREP_ERR_STATE        a constraint or a RAISE of ours (message in reason)
 *     PREP_ERR_AUTH         the role may not do that
 *     PREP_ERR_CONFIG       a table or function is missing: run `prep migra`
 *     PREP_ERR_IO           the server found its own files damaged or refused
 *
 * LIMITS
 *     Connecting takes at most 3 s. A statement may run 60 s, wait 20 s for a lock, and
 *     leave its transaction idle 30 s (a snapshot: 10 minutes); then the server ends
 * it.
 *
 * THREADS
 *     One connection, one thread.
 */
#ifndef PREP_DB_H
#define PREP_DB_H

#include <libpq-fe.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"

struct db; /* opaque */

/* Connects once; PREP_ERR_UNAVAILABLE leaves a db that db_ready() may bring up later.
 */
PREP_MUST_CHECK
enum prep_status db_open(const char *conninfo, const char *application,
                         struct db **out_db, struct prep_reason *reason);
void db_close(struct db **db);

/* Connected now; tries to reconnect at most once a second. */
PREP_MUST_CHECK
enum prep_status db_ready(struct db *db, struct prep_reason *reason);
/* Grows with each connection made: caches tied to a session compare it. */
uint64_t db_session(const struct db *db);
PGconn *db_conn(struct db *db); /* for COPY and pipeline work; NULL when down */

/* One statement with text or binary parameters, in the open transaction or, when there
 * is none, in one of its own: then only for reading or for what may be done twice,
 * since a connection lost half way is PREP_ERR_UNAVAILABLE either way. *out_result is
 * PQclear'ed by the caller and may be NULL when only success matters. */
struct db_param {
    const char *value; /* NULL: SQL NULL */
    int len;           /* binary only */
    bool binary;
    Oid type; /* 0: let the server infer */
};
PREP_MUST_CHECK
enum prep_status db_exec(struct db *db, const char *sql, const struct db_param *params,
                         int param_count, bool binary_result, PGresult **out_result,
                         struct prep_reason *reason);
/* Turns a failed result or a dead connection into a status. `committing`: see UNKNOWN.
 */
enum prep_status db_status(struct db *db, const PGresult *result, bool committing,
                           struct prep_reason *reason);

PREP_MUST_CHECK
enum prep_status db_begin(struct db *db, struct prep_reason *reason);
PREP_MUST_CHECK
enum prep_status
db_begin_snapshot(struct db *db,
                  struct prep_reason *reason); /* repeatable read, read only */
PREP_MUST_CHECK
enum prep_status db_commit(struct db *db, struct prep_reason *reason);
void db_rollback(struct db *db); /* safe whatever happened */

/* Binary arrays built by column, for unnest(): one growing parameter each. */
struct db_array; /* opaque */
enum db_array_type {
    DB_ARRAY_INT4,
    DB_ARRAY_INT8,
    DB_ARRAY_BYTEA,
    DB_ARRAY_TEXT,
    DB_ARRAY_INT2
};
struct db_array *db_array_new(enum db_array_type type);
void db_array_free(struct db_array **array);
void db_array_clear(struct db_array *array);
void db_array_add_int(struct db_array *array, int64_t value);
void db_array_add_bytes(struct db_array *array, const void *data, size_t len);
void db_array_add_null(struct db_array *array);
size_t db_array_count(const struct db_array *array);
struct db_param
db_array_param(struct db_array *array); /* valid until the next change */

/* Reading binary results; db_int4 also takes a smallint. SQL NULL reads as 0. */
int32_t db_int4(const PGresult *result, int row, int column);
int64_t db_int8(const PGresult *result, int row, int column);
bool db_bool(const PGresult *result, int row, int column);

#endif
