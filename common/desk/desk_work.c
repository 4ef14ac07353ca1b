#include "desk/desk_work.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define FETCH_ROWS "5000" /* of the cursor of a load: bounded memory at any size */
#define FOLLOW_ROWS 2000  /* the LIMIT of DESK_SQL_SIGUE */
#define ROUNDS_MAX 8      /* statements of one take, when others hold the head */
#define LOOK_FIRST 64u    /* candidates looked at after a round that found others' */
#define LOOK_MAX 1024u

struct desk_work {
    struct db *db;
    const struct desk_stage *stage;
    const struct desk_config *config;
    uint32_t emisor; /* ours: its events are known already */
    struct desk_queue *queue;
    uint64_t position;
    struct db_array *ids, *people;
    struct desk_candidate candidates[DESK_TASKS_MAX + LOOK_MAX];
};

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

static uint32_t operator_at(const PGresult *result, int row, int column)
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
                           operator_at(result, i, 1), operator_at(result, i, 2));
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

    work->position = (uint64_t)db_int8(result, row, 0) + 1;
    if (PQgetisnull(result, row, 1)) {
        return; /* our own, or nothing to us */
    }
    acta = (uint64_t)db_int8(result, row, 1);
    paso = db_int4(result, row, 2);
    if (paso > 0) {
        desk_queue_add(work->queue, acta, operator_at(result, row, 3),
                       operator_at(result, row, 4));
    } else if (paso == 0) {
        desk_queue_done(work->queue, acta);
    }
}

enum prep_status desk_work_follow(struct desk_work *work, struct prep_reason *reason)
{
    int rows = FOLLOW_ROWS;

    while (rows == FOLLOW_ROWS) {
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
        rows = PQntuples(result);
        for (int i = 0; i < rows; i++) {
            follow_row(work, result, i);
        }
        PQclear(result);
    }
    return PREP_OK;
}

/* ---- claims */

struct take {
    int64_t now_ms, vence_ms;
    struct desk_want *wants;
    size_t want_count;
    struct desk_task *tasks;
    size_t task_count;
    bool contended; /* the last round met claims of others */
};

static struct desk_want *want_of(struct take *take, uint32_t operador)
{
    for (size_t i = 0; i < take->want_count; i++) {
        if (take->wants[i].operador == operador) {
            return &take->wants[i];
        }
    }
    return NULL;
}

/* Columns from `eleccion` on are the same in both statements. */
static void task_add(struct take *take, const PGresult *result, int row, int column,
                     const struct desk_task *base)
{
    struct desk_task *task = &take->tasks[take->task_count];
    struct desk_want *want = want_of(take, base->operador);

    if (want == NULL || want->held >= want->cantidad) {
        return;
    }
    *task = *base;
    task->eleccion = (uint32_t)db_int4(result, row, column);
    task->tiene_imagen = !PQgetisnull(result, row, column + 1) &&
                         PQgetlength(result, row, column + 1) == (int)HASH_LEN;
    if (task->tiene_imagen) {
        memcpy(task->imagen.bytes, PQgetvalue(result, row, column + 1), HASH_LEN);
    }
    want->held++;
    take->task_count++;
}

static enum prep_status take_held(struct desk_work *work, struct take *take,
                                  struct prep_reason *reason)
{
    char now[8];
    struct db_param params[2] = { { 0 }, db_param_int8(now, take->now_ms) };
    PGresult *result = NULL;
    enum prep_status status;

    db_array_clear(work->people);
    for (size_t i = 0; i < take->want_count; i++) {
        db_array_add_int(work->people, take->wants[i].operador);
    }
    params[0] = db_array_param(work->people);
    status = desk_query(work->db, work->stage->propios, params, &result, reason);
    if (status != PREP_OK) {
        return status;
    }
    for (int i = 0; i < PQntuples(result); i++) {
        struct desk_task base = {
            .operador = (uint32_t)db_int4(result, i, 0),
            .acta = (uint32_t)db_int8(result, i, 1),
            .paso = (uint32_t)db_int4(result, i, 2),
            .vence_ms = db_int8(result, i, 3),
        };

        task_add(take, result, i, 4, &base);
    }
    PQclear(result);
    return PREP_OK;
}

/* Fills candidates, ids and people for one round: what each operator lacks, then, if
 * others were met before, more to look at without claiming. */
static size_t round_fill(struct desk_work *work, struct take *take, unsigned look)
{
    size_t count = 0;

    db_array_clear(work->ids);
    db_array_clear(work->people);
    for (size_t i = 0; i < take->want_count; i++) {
        const struct desk_want *want = &take->wants[i];

        for (uint32_t n = want->held; n < want->cantidad; n++) {
            if (!desk_queue_pick(work->queue, want->operador,
                                 &work->candidates[count])) {
                break;
            }
            db_array_add_int(work->ids, work->candidates[count++].acta);
            db_array_add_int(work->people, want->operador);
        }
    }
    if (count == 0) {
        return 0;
    }
    for (unsigned n = 0; n < look; n++) {
        if (!desk_queue_pick(work->queue, 0, &work->candidates[count])) {
            break;
        }
        db_array_add_int(work->ids, work->candidates[count++].acta);
        db_array_add_int(work->people, 0);
    }
    return count;
}

/* Says whether the candidate goes back to the queue. */
static bool round_row(struct desk_work *work, struct take *take, const PGresult *result,
                      int row, struct desk_candidate *candidate)
{
    int32_t paso = db_int4(result, row, 2);

    candidate->excluye[0] = operator_at(result, row, 4);
    candidate->excluye[1] = operator_at(result, row, 5);
    if (db_bool(result, row, 8)) {
        struct desk_task base = {
            .operador = (uint32_t)db_int4(result, row, 1),
            .acta = candidate->acta,
            .paso = (uint32_t)paso,
            .vence_ms = take->vence_ms,
        };

        task_add(take, result, row, 6, &base);
        desk_queue_park(work->queue, candidate->acta, take->vence_ms);
        return false;
    }
    if (paso == 0) {
        desk_queue_done(work->queue, candidate->acta);
        return false;
    }
    if (paso < 0) {
        desk_queue_drop(work->queue, candidate->acta);
        return false;
    }
    if (!PQgetisnull(result, row, 3)) {
        take->contended = true;
        desk_queue_park(work->queue, candidate->acta, db_int8(result, row, 3));
        return false;
    }
    return true; /* only looked at, or not for this operator */
}

static enum prep_status take_round(struct desk_work *work, struct take *take,
                                   size_t count, struct prep_reason *reason)
{
    char now[8];
    char vence[8];
    const struct db_param params[] = {
        db_array_param(work->ids),
        db_array_param(work->people),
        db_param_int8(now, take->now_ms),
        db_param_int8(vence, take->vence_ms),
    };
    PGresult *result = NULL;
    int row = 0;
    size_t back = 0;
    enum prep_status status;

    status = desk_query(work->db, work->stage->reclama, params, &result, reason);
    take->contended = false;
    /* Rows come in the order of the candidates; one without a row does not exist. */
    for (size_t i = 0; i < count; i++) {
        struct desk_candidate candidate = work->candidates[i];
        bool keep = status != PREP_OK; /* nothing happened: as before */

        if (status == PREP_OK) {
            if (row < PQntuples(result) &&
                (uint64_t)db_int8(result, row, 0) == candidate.acta) {
                keep = round_row(work, take, result, row++, &candidate);
            } else {
                desk_queue_drop(work->queue, candidate.acta);
            }
        }
        if (keep) {
            work->candidates[back++] = candidate;
        }
    }
    while (back > 0) {
        desk_queue_put_back(work->queue, &work->candidates[--back]);
    }
    PQclear(result);
    return status;
}

enum prep_status desk_work_take(struct desk_work *work, int64_t now_ms,
                                struct desk_want *wants, size_t want_count,
                                struct desk_task *tasks, size_t *out_count,
                                struct prep_reason *reason)
{
    struct take take = {
        .now_ms = now_ms,
        .vence_ms = now_ms + (int64_t)work->config->reclamo_s * 1000,
        .wants = wants,
        .want_count = want_count,
        .tasks = tasks,
    };
    unsigned look = 0;
    enum prep_status status;

    assert(want_count <= DESK_WANTS_MAX);
    for (size_t i = 0; i < want_count; i++) {
        wants[i].held = 0;
        if (wants[i].cantidad > work->config->reclamos_max) {
            wants[i].cantidad = work->config->reclamos_max;
        }
    }
    status = take_held(work, &take, reason);
    for (int i = 0; status == PREP_OK && i < ROUNDS_MAX; i++) {
        size_t count = round_fill(work, &take, look);

        if (count == 0) {
            break;
        }
        status = take_round(work, &take, count, reason);
        if (take.contended) {
            look = look == 0 ? LOOK_FIRST : look * 4 > LOOK_MAX ? LOOK_MAX : look * 4;
        }
    }
    if (status == PREP_OK) {
        *out_count = take.task_count;
    }
    return status;
}
