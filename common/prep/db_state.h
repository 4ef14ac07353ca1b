/*
 * db_state.h - what is inside a struct db: for db.c and db_pipeline.c alone.
 */
#ifndef PREP_DB_STATE_H
#define PREP_DB_STATE_H

#include "prep/db_internal.h"

struct db {
    char *conninfo;
    char *application;
    PGconn *conn; /* NULL when there is none */
    uint64_t session;
    int64_t tried_ms; /* monotonic, of the last attempt to connect */
    bool in_transaction;
    size_t prepared_count; /* statements that this session knows */
    const struct db_statement *prepared[DB_STATEMENTS_MAX];
};

/* What the result of COMMIT means. */
PREP_MUST_CHECK
enum prep_status db_commit_result(struct db *db, PGresult *result,
                                  struct prep_reason *reason);

#endif
