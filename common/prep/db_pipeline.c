#include <assert.h>
#include <endian.h>
#include <string.h>

#include "prep/db_internal.h"
#include "prep/db_state.h"

static bool is_prepared(const struct db *db, const struct db_statement *statement)
{
    for (size_t i = 0; i < db->prepared_count; i++) {
        if (db->prepared[i] == statement) {
            return true;
        }
    }
    return false;
}

enum prep_status db_prepare(struct db *db, const struct db_statement *const *statements,
                            size_t count, struct prep_reason *reason)
{
    enum prep_status status = db_ready(db, reason);

    for (size_t i = 0; i < count && status == PREP_OK; i++) {
        PGresult *result;

        if (is_prepared(db, statements[i])) {
            continue;
        }
        assert(db->prepared_count < DB_STATEMENTS_MAX);
        result = PQprepare(db->conn, statements[i]->name, statements[i]->sql, 0, NULL);
        status = db_status(db, result, false, reason);
        PQclear(result);
        if (status == PREP_OK) {
            db->prepared[db->prepared_count++] = statements[i];
        }
    }
    return status;
}

void db_pipeline_init(struct db_pipeline *pipeline, struct db *db)
{
    memset(pipeline, 0, sizeof *pipeline);
    pipeline->db = db;
    pipeline->status = db_ready(db, &pipeline->reason);
    if (pipeline->status == PREP_OK && PQenterPipelineMode(db->conn) != 1) {
        pipeline->status = prep_fail(&pipeline->reason, PREP_ERR_UNAVAILABLE,
                                     "libpq no acepta el modo pipeline");
    }
}

static void sent(struct db_pipeline *pipeline, int ok)
{
    if (ok == 1) {
        pipeline->count++;
    } else {
        pipeline->status = db_status(pipeline->db, NULL, false, &pipeline->reason);
    }
}

void db_pipeline_add(struct db_pipeline *pipeline, const struct db_statement *statement,
                     const struct db_param *params)
{
    const char *values[DB_PARAMS_MAX];
    int lengths[DB_PARAMS_MAX], formats[DB_PARAMS_MAX];

    if (pipeline->status != PREP_OK) {
        return;
    }
    assert(is_prepared(pipeline->db, statement));
    assert(pipeline->count < DB_PIPELINE_MAX &&
           statement->param_count <= DB_PARAMS_MAX);
    for (int i = 0; i < statement->param_count; i++) {
        values[i] = params[i].value;
        lengths[i] = params[i].len;
        formats[i] = params[i].binary ? 1 : 0;
    }
    sent(pipeline,
         PQsendQueryPrepared(pipeline->db->conn, statement->name,
                             statement->param_count, values, lengths, formats, 1));
}

static void add_plain(struct db_pipeline *pipeline, const char *sql)
{
    if (pipeline->status != PREP_OK) {
        return;
    }
    assert(pipeline->count < DB_PIPELINE_MAX);
    sent(pipeline,
         PQsendQueryParams(pipeline->db->conn, sql, 0, NULL, NULL, NULL, NULL, 1));
}

void db_pipeline_add_begin(struct db_pipeline *pipeline)
{
    assert(pipeline->count == 0 && !pipeline->db->in_transaction);
    add_plain(pipeline, "BEGIN");
    pipeline->db->in_transaction = pipeline->status == PREP_OK;
}

/* Whoever fails to send it may still have sent part of it: that is unknown too. */
void db_pipeline_add_commit(struct db_pipeline *pipeline)
{
    assert(pipeline->db->in_transaction || pipeline->status != PREP_OK);
    if (pipeline->status == PREP_OK) {
        pipeline->committing = true;
        add_plain(pipeline, "COMMIT");
    }
}

/* Takes every result up to the end of the group, so that the connection is usable
 * again whatever failed; keeps the first error. */
static void collect(struct db_pipeline *pipeline)
{
    PGconn *conn = pipeline->db->conn;

    for (size_t i = 0; i <= pipeline->count; i++) {
        const bool end = i == pipeline->count;
        PGresult *result = PQgetResult(conn);
        enum prep_status status = PREP_OK;
        struct prep_reason reason;

        if (result != NULL && PQresultStatus(result) == PGRES_PIPELINE_ABORTED) {
            PQclear(result); /* something before it failed and said so */
            result = NULL;
        } else if (pipeline->committing && i + 1 == pipeline->count) {
            status = db_commit_result(pipeline->db, result, &reason);
        } else {
            status = db_status(pipeline->db, result, pipeline->committing, &reason);
        }
        if (status != PREP_OK && pipeline->status == PREP_OK) {
            pipeline->status = status;
            pipeline->reason = reason;
        }
        if (end) {
            PQclear(result);
        } else {
            pipeline->results[i] = result;
            while ((result = PQgetResult(conn)) != NULL) { /* the NULL that ends it */
                PQclear(result);
            }
        }
        if (PQstatus(conn) != CONNECTION_OK) {
            break;
        }
    }
}

enum prep_status db_pipeline_run(struct db_pipeline *pipeline,
                                 struct prep_reason *reason)
{
    PGconn *conn = pipeline->db->conn;

    if (pipeline->status == PREP_OK) {
        if (PQpipelineSync(conn) == 1) {
            collect(pipeline);
        } else {
            pipeline->status =
                db_status(pipeline->db, NULL, pipeline->committing, &pipeline->reason);
        }
    }
    if (conn != NULL && PQpipelineStatus(conn) != PQ_PIPELINE_OFF) {
        (void)PQexitPipelineMode(conn); /* refused when results are left: see done */
    }
    if (pipeline->status != PREP_OK) {
        return prep_fail(reason, pipeline->status, "%s", pipeline->reason.text);
    }
    return PREP_OK;
}

void db_pipeline_done(struct db_pipeline *pipeline)
{
    for (size_t i = 0; i < DB_PIPELINE_MAX; i++) {
        PQclear(pipeline->results[i]);
        pipeline->results[i] = NULL;
    }
}

struct db_param db_param_text(const char *text)
{
    return (struct db_param){ .value = text };
}

struct db_param db_param_int8(char buffer[static 8], int64_t value)
{
    const uint64_t wire = htobe64((uint64_t)value);

    memcpy(buffer, &wire, sizeof wire);
    return (struct db_param){ .value = buffer, .len = 8, .binary = true, .type = 20 };
}

struct db_param db_param_bytes(const void *data, size_t len)
{
    return (
        struct db_param){ .value = data, .len = (int)len, .binary = true, .type = 17 };
}
