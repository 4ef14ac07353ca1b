/* desk_work_take: candidates become claims, for all who ask in one turn. */
#include <assert.h>
#include <string.h>

#include "desk/desk_work_private.h"

#define ROUNDS_MAX 8   /* statements of one take, when others hold the head */
#define LOOK_FIRST 64u /* candidates looked at after a round that found others' */

struct take {
    int64_t now_ms, vence_ms;
    struct desk_want *wants;
    size_t want_count;
    struct desk_task *tasks;
    size_t task_count;
    size_t listed_from; /* candidates from here on were asked for by id */
    bool contended;     /* the last round met claims of others */
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

static bool is_listed(const struct desk_want *want, uint32_t acta)
{
    for (size_t i = 0; i < want->acta_count; i++) {
        if (want->actas[i] == acta) {
            return true;
        }
    }
    return false;
}

static void task_add(struct take *take, struct desk_want *want,
                     const struct desk_task *task)
{
    assert(take->task_count < DESK_TASKS_MAX);
    take->tasks[take->task_count++] = *task;
    want->held++;
}

/* From the columns eleccion and imagen, which both statements have side by side. */
static void task_fill(struct desk_task *task, const PGresult *result, int row,
                      int column)
{
    task->eleccion = (uint32_t)db_int4(result, row, column);
    task->tiene_imagen = !PQgetisnull(result, row, column + 1) &&
                         PQgetlength(result, row, column + 1) == (int)HASH_LEN;
    if (task->tiene_imagen) {
        memcpy(task->imagen.bytes, PQgetvalue(result, row, column + 1), HASH_LEN);
    }
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
        struct desk_task task = {
            .operador = (uint32_t)db_int4(result, i, 0),
            .acta = (uint32_t)db_int8(result, i, 1),
            .paso = (uint32_t)db_int4(result, i, 2),
            .vence_ms = db_int8(result, i, 3),
        };
        struct desk_want *want = want_of(take, task.operador);

        if (want == NULL) {
            continue;
        }
        want->open++;
        if (want->held < want->cantidad &&
            (want->acta_count == 0 || is_listed(want, task.acta))) {
            task_fill(&task, result, i, 4);
            task_add(take, want, &task);
        }
    }
    PQclear(result);
    return PREP_OK;
}

/* ---- a round: candidates, one statement, what came of each */

static bool is_candidate(const struct desk_work *work, size_t count, uint32_t acta)
{
    for (size_t i = 0; i < count; i++) {
        if (work->candidates[i].acta == acta) {
            return true;
        }
    }
    return false;
}

static bool has_task(const struct take *take, uint32_t operador, uint32_t acta)
{
    for (size_t i = 0; i < take->task_count; i++) {
        if (take->tasks[i].acta == acta && take->tasks[i].operador == operador) {
            return true;
        }
    }
    return false;
}

static void candidate_add(struct desk_work *work, size_t *count, uint32_t operador)
{
    db_array_add_int(work->ids, work->candidates[(*count)++].acta);
    db_array_add_int(work->people, operador);
}

static void fill_from_queue(struct desk_work *work, const struct take *take,
                            size_t *count)
{
    for (size_t i = 0; i < take->want_count; i++) {
        const struct desk_want *want = &take->wants[i];

        if (want->acta_count != 0) {
            continue;
        }
        for (uint32_t n = want->held; n < want->cantidad; n++) {
            if (!desk_queue_pick(work->queue, want->operador,
                                 &work->candidates[*count])) {
                break;
            }
            candidate_add(work, count, want->operador);
        }
    }
}

/* Asked for by id: the queue is left alone, whoever gets it will park it. */
static void fill_listed(struct desk_work *work, struct take *take, size_t *count)
{
    for (size_t i = 0; i < take->want_count; i++) {
        const struct desk_want *want = &take->wants[i];
        uint32_t room = work->config->reclamos_max > want->open
                            ? work->config->reclamos_max - want->open
                            : 0;

        for (size_t n = 0; n < want->acta_count && room > 0; n++) {
            if (has_task(take, want->operador, want->actas[n]) ||
                is_candidate(work, *count, want->actas[n])) {
                continue; /* his already, or somebody is getting it right now */
            }
            work->candidates[*count] =
                (struct desk_candidate){ want->actas[n], { 0, 0 } };
            candidate_add(work, count, want->operador);
            room--;
        }
    }
}

static size_t round_fill(struct desk_work *work, struct take *take, bool first,
                         unsigned look)
{
    size_t count = 0;

    db_array_clear(work->ids);
    db_array_clear(work->people);
    fill_from_queue(work, take, &count);
    /* If others were met before, more to look at without claiming. */
    for (unsigned n = 0; count > 0 && n < look; n++) {
        if (!desk_queue_pick(work->queue, 0, &work->candidates[count])) {
            break;
        }
        candidate_add(work, &count, 0);
    }
    take->listed_from = count;
    if (first) {
        fill_listed(work, take, &count);
    }
    return count;
}

/* Says whether the candidate goes back to the queue. */
static bool round_row(struct desk_work *work, struct take *take, const PGresult *result,
                      int row, struct desk_candidate *candidate, bool listed)
{
    int32_t paso = db_int4(result, row, 2);

    candidate->excluye[0] = desk_work_operator(result, row, 4);
    candidate->excluye[1] = desk_work_operator(result, row, 5);
    if (db_bool(result, row, 8)) {
        struct desk_task task = {
            .operador = (uint32_t)db_int4(result, row, 1),
            .acta = candidate->acta,
            .paso = (uint32_t)paso,
            .vence_ms = take->vence_ms,
        };

        task_fill(&task, result, row, 6);
        task_add(take, want_of(take, task.operador), &task);
        desk_queue_park(work->queue, candidate->acta, take->vence_ms);
        return false;
    }
    if (listed) {
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
    enum prep_status status =
        desk_query(work->db, work->stage->reclama, params, &result, reason);

    take->contended = false;
    /* Rows come in the order of the candidates; one without a row does not exist. */
    for (size_t i = 0; i < count; i++) {
        struct desk_candidate candidate = work->candidates[i];
        const bool listed = i >= take->listed_from;
        bool keep = status != PREP_OK && !listed; /* nothing happened: as before */

        if (status == PREP_OK) {
            if (row < PQntuples(result) &&
                (uint64_t)db_int8(result, row, 0) == candidate.acta) {
                keep = round_row(work, take, result, row++, &candidate, listed);
            } else if (!listed) {
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
        wants[i].held = wants[i].open = 0;
        if (wants[i].acta_count == 0 &&
            wants[i].cantidad > work->config->reclamos_max) {
            wants[i].cantidad = work->config->reclamos_max;
        }
    }
    status = take_held(work, &take, reason);
    for (int i = 0; status == PREP_OK && i < ROUNDS_MAX; i++) {
        size_t count = round_fill(work, &take, i == 0, look);

        if (count == 0) {
            break;
        }
        status = take_round(work, &take, count, reason);
        if (take.contended) {
            look = look == 0                  ? LOOK_FIRST
                   : look * 4 > DESK_LOOK_MAX ? DESK_LOOK_MAX
                                              : look * 4;
        }
    }
    if (status == PREP_OK) {
        *out_count = take.task_count;
    }
    return status;
}
