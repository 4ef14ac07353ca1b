/*
 * spool_private.h - the SQLite side of a spool: spool_file.c opens it, spool_db.c runs
 * its statements; spool.c and spool_acuse.c say what is stored.
 */
#ifndef PREP_SPOOL_PRIVATE_H
#define PREP_SPOOL_PRIVATE_H

#include <sqlite3.h>

#include "prep/spool.h"

enum spool_sql {
    SQL_BEGIN,
    SQL_COMMIT,
    SQL_ROLLBACK,
    SQL_HEAD,
    SQL_COUNT,
    SQL_FIRST,
    SQL_FIND,
    SQL_INSERT,
    SQL_PENDING,
    SQL_READ,
    SQL_ACUSE_INSERT,
    SQL_ACUSE_EVENT,
    SQL_EVENT_HASH,
    SQL_ACUSE_IMAGE,
    SQL_IMAGE,
    SQL_VALUE_GET,
    SQL_VALUE_SET,
    SQL_TOTAL, /* how many there are */
};

struct spool {
    char *path;
    struct emitter *emitter; /* the caller's */
    sqlite3 *db;             /* NULL after a failure, until it can be opened again */
    sqlite3_stmt *statements[SQL_TOTAL];
    uint64_t pending; /* without acuse */
    uint64_t durable; /* last secuencia known to be on disk */
    struct buffer envelope;
};

/* Opens the file, makes or checks its schema and its owner, reads the chain's end and
 * the pending count. */
PREP_MUST_CHECK
enum prep_status spool_db_open(struct spool *spool, struct prep_reason *reason);
void spool_db_close(struct spool *spool);
PREP_MUST_CHECK
enum prep_status spool_db_prepare(struct spool *spool, struct prep_reason *reason);
PREP_MUST_CHECK
enum prep_status spool_db_exec(struct spool *spool, const char *sql,
                               struct prep_reason *reason);

/* Opens again if it had to be closed. First line of every function. */
PREP_MUST_CHECK
enum prep_status spool_db_ready(struct spool *spool, struct prep_reason *reason);

/* The statement, reset and with nothing bound. */
sqlite3_stmt *spool_db_sql(struct spool *spool, enum spool_sql sql);

/* Runs one that gives no rows. */
PREP_MUST_CHECK
enum prep_status spool_db_run(struct spool *spool, enum spool_sql sql,
                              struct prep_reason *reason);

/* PREP_OK with a row, PREP_ERR_NOT_FOUND without, or what went wrong. */
PREP_MUST_CHECK
enum prep_status spool_db_row(struct spool *spool, enum spool_sql sql,
                              struct prep_reason *reason);

/* A hash column; false when it is not one, as in a damaged file. */
PREP_MUST_CHECK
bool spool_db_hash(sqlite3_stmt *row, int column, struct hash *out_hash);
PREP_MUST_CHECK
enum prep_status spool_db_damaged(const struct spool *spool,
                                  struct prep_reason *reason);

/* What the last SQLite error means to the caller. */
PREP_MUST_CHECK
enum prep_status spool_db_fail(struct spool *spool, struct prep_reason *reason);

/* Ends the transaction. When COMMIT fails its outcome is unknown: the file is opened
 * again and the emitter and the counts say what it holds. */
PREP_MUST_CHECK
enum prep_status spool_db_commit(struct spool *spool, struct prep_reason *reason);
void spool_db_rollback(struct spool *spool);

#endif
