/*
 * db_internal.h - prepared statements sent in a pipeline: for ledger.c, projection.c
 * and others in common/prep; stages use db.h.
 *
 * PURPOSE
 *     A group of statements costs one round trip: db_pipeline_add() as many as
 *     wanted, then db_pipeline_run() sends them and collects every result in order.
 *     The first that fails stops the rest, and its error is the group's status.
 *
 *     A struct db_statement is static. db_prepare() makes it known to the session
 *     once per connection; call it before BEGIN, because it may need a round trip.
 */
#ifndef PREP_DB_INTERNAL_H
#define PREP_DB_INTERNAL_H

#include "prep/db.h"

#define DB_STATEMENTS_MAX 64u /* known to one session */
#define DB_PARAMS_MAX 16      /* of one statement */
#define DB_PIPELINE_MAX 16u   /* statements of one group */

struct db_statement {
    const char *name;
    const char *sql;
    int param_count;
};

PREP_MUST_CHECK
enum prep_status db_prepare(struct db *db, const struct db_statement *const *statements,
                            size_t count, struct prep_reason *reason);

struct db_pipeline {
    struct db *db;
    bool committing; /* COMMIT is in the group */
    size_t count;
    enum prep_status status; /* first trouble while adding */
    struct prep_reason reason;
    PGresult *results[DB_PIPELINE_MAX]; /* after a run that succeeded */
};

void db_pipeline_init(struct db_pipeline *pipeline, struct db *db);
/* params must stay until the run. Binary results. */
void db_pipeline_add(struct db_pipeline *pipeline, const struct db_statement *statement,
                     const struct db_param *params);
/* "BEGIN" and "COMMIT", and what they mean for the state of db. */
void db_pipeline_add_begin(struct db_pipeline *pipeline);
void db_pipeline_add_commit(struct db_pipeline *pipeline);
PREP_MUST_CHECK
enum prep_status db_pipeline_run(struct db_pipeline *pipeline,
                                 struct prep_reason *reason);
void db_pipeline_done(struct db_pipeline *pipeline); /* releases the results */

/* Text as a parameter; NULL gives SQL NULL. */
struct db_param db_param_text(const char *text);
/* buffer: 8 bytes of the caller that stay until the statement is sent. */
struct db_param db_param_int8(char buffer[static 8], int64_t value);
struct db_param db_param_bytes(const void *data, size_t len);

#endif
