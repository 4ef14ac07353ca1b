#include "desk/desk_work_private.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define FETCH_ROWS "5000" /* of the cursor of a load: bounded memory at any size */
#define FOLLOW_ROWS 2000  /* the LIMIT of DESK_SQL_SIGUE */

struct desk_work *desk_work_new(struct db *db, const struct desk_stage *stage,
                                const struct desk_config *config, uint32_t emisor)
{
    struct desk_work *work = calloc(1, sizeof *work);

    if (work == NULL) {
        abort();
    }
    work->db = db;
    work->stage = stage;
    work->config = config;
    work->emisor = emisor;
    work->queue = desk_queue_new();
    work->ids = db_array_new(DB_ARRAY_INT8);
    work->people = db_array_new(DB_ARRAY_INT4);
    return work;
}

void desk_work_free(struct desk_work **work)
{
    if (*work != NULL) {
        desk_queue_free(&(*work)->queue);
        db_array_free(&(*work)->ids);
        db_array_free(&(*work)->people);
        free(*work);
        *work = NULL;
    }
}

struct desk_queue *desk_work_queue(struct desk_work *work)
{
    return work->queue;
}

uint64_t desk_work_position(const struct desk_work *work)
{
    return work->position;
}

uint32_t desk_work_operator(const PGresult *result, int row, int column)
{
    return PQgetisnull(result, row, column) ? 0
                                            : (uint32_t)db_int4(result, row, column);
}

/* ---- keeping up */

enum prep_status desk_query(struct db *db, const struct db_statement *statement,
                            const struct db_param *params, PGresult **out_result,
                            struct prep_reason *reason)
{
    struct db_pipeline pipeline;
    enum prep_status status = db_prepare(db, &statement, 1, reason);

    if (status != PREP_OK) {
        return status;
    }
    db_pipeline_init(&pipeline, db);
    db_pipeline_add(&pipeline, statement, params);
    status = db_pipeline_run(&pipeline, reason);
    if (status == PREP_OK) {
        *out_result = pipeline.results[0];
        pipeline.results[0] = NULL;
    }
    db_pipeline_done(&pipeline);
    return status;
}

static enum prep_status load_cursor(struct desk_work *work, struct prep_reason *reason)
{
    int rows;
    enum prep_status status = ledger_size(work->db, &work->position, reason);

    if (status == PREP_OK) {
        status =
            db_exec(work->db, work->stage->espera->sql, NULL, 0, true, NULL, reason);
    }
    do {
        PGresult *result = NULL;

        if (status == PREP_OK) {
            status = db_exec(work->db, "FETCH " FETCH_ROWS " FROM espera", NULL, 0,
                             true, &result, reason);
        }
        if (status != PREP_OK) {
            return status;
        }
        rows = PQntuples(result);
        for (int i = 0; i < rows; i++) {
            desk_queue_add(work->queue, (uint64_t)db_int8(result, i, 0),
                           desk_work_operator(result, i, 1),
                           desk_work_operator(result, i, 2));
        }
        PQclear(result);
    } while (rows > 0);
    return PREP_OK;
}

enum prep_status desk_work_load(struct desk_work *work, struct prep_reason *reason)
{
    enum prep_status status;

    desk_queue_clear(work->queue);
    /* One snapshot: what is ready, and up to where the ledger says so. */
    status = db_begin_snapshot(work->db, reason);
    if (status != PREP_OK) {
        return status;
    }
    status = load_cursor(work, reason);
    db_rollback(work->db); /* it only read */
    return status;
}

static void follow_row(struct desk_work *work, const PGresult *result, int row)
{
    uint64_t acta;
    int32_t paso;

    if (PQgetisnull(result, row, 1)) {
        return; /* nothing to us */
    }
    acta = (uint64_t)db_int8(result, row, 1);
    paso = db_int4(result, row, 2);
    if (paso > 0) {
        desk_queue_add(work->queue, acta, desk_work_operator(result, row, 3),
                       desk_work_operator(result, row, 4));
    } else if (paso == 0) {
        desk_queue_done(work->queue, acta);
    }
}

enum prep_status desk_work_follow(struct desk_work *work, struct prep_reason *reason)
{
    uint64_t looked = FOLLOW_ROWS;

    while (looked == FOLLOW_ROWS) {
        char position[8];
        char emisor[8];
        const struct db_param params[] = {
            db_param_int8(position, (int64_t)work->position),
            db_param_int8(emisor, work->emisor),
        };
        PGresult *result = NULL;
        enum prep_status status =
            desk_query(work->db, work->stage->sigue, params, &result, reason);

        if (status != PREP_OK) {
            return status;
        }
        for (int i = 0; i < PQntuples(result); i++) {
            follow_row(work, result, i);
        }
        looked = 0;
        if (PQntuples(result) > 0 && !PQgetisnull(result, 0, 0)) {
            const uint64_t next = (uint64_t)db_int8(result, 0, 0) + 1;

            looked = next - work->position; /* positions are contiguous */
            work->position = next;
        }
        PQclear(result);
    }
    return PREP_OK;
}
