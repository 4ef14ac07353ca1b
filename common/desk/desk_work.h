/*
 * desk_work.h - which actas are ready, and who has claimed them.
 *
 * PURPOSE
 *     Keeps a desk_queue up to date from the database and turns candidates into
 *     claims in `reclamo`, for all the operators who ask in one turn of the loop: one
 *     statement for what they hold already, one for what is new.
 *     A claim expires; the database, shared by every instance, decides who has it.
 *
 * ERRORS
 *     Those of db.h. After any of them call db_rollback(); the queue is still a queue.
 *
 * OWNERSHIP AND THREADS
 *     One thread. Claims are not durable: see 0002_acta.sql.
 */
#ifndef PREP_DESK_WORK_H
#define PREP_DESK_WORK_H

#include "base/hash.h"
#include "desk/desk.h"
#include "desk/desk_queue.h"
#include "prep/db.h"

struct desk_work; /* opaque */

struct desk_work *desk_work_new(struct db *db, const struct desk_stage *stage,
                                const struct desk_config *config, uint32_t emisor);
void desk_work_free(struct desk_work **work);
struct desk_queue *desk_work_queue(struct desk_work *work);
uint64_t desk_work_position(const struct desk_work *work); /* of the ledger, next */

/* Empties the queue and fills it with what is ready now. */
PREP_MUST_CHECK
enum prep_status desk_work_load(struct desk_work *work, struct prep_reason *reason);
/* What other processes appended since. */
PREP_MUST_CHECK
enum prep_status desk_work_follow(struct desk_work *work, struct prep_reason *reason);

/* One prepared statement, one round trip, binary rows. */
PREP_MUST_CHECK
enum prep_status desk_query(struct db *db, const struct db_statement *statement,
                            const struct db_param *params, PGresult **out_result,
                            struct prep_reason *reason);

struct desk_task {
    uint32_t operador;
    uint32_t acta;
    uint32_t paso;
    uint32_t eleccion;
    bool tiene_imagen;
    struct hash imagen;
    int64_t vence_ms;
};

struct desk_want {
    uint32_t operador; /* each at most once in a call */
    uint32_t cantidad; /* 1 to DESK_REQUEST_MAX: what he wants in hand, in all */
    size_t acta_count; /* instead: these and no others (the paper is in his hand) */
    uint32_t actas[DESK_REQUEST_MAX];
    uint32_t held; /* out: tasks given */
    uint32_t open; /* out: claims that he held before */
};

#define DESK_WANTS_MAX 16u
#define DESK_TASKS_MAX (DESK_WANTS_MAX * DESK_REQUEST_MAX)

/* tasks: room for DESK_TASKS_MAX. What each operator holds already comes first. */
PREP_MUST_CHECK
enum prep_status desk_work_take(struct desk_work *work, int64_t now_ms,
                                struct desk_want *wants, size_t want_count,
                                struct desk_task *tasks, size_t *out_count,
                                struct prep_reason *reason);

#endif
