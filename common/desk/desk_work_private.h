/*
 * desk_work_private.h - what desk_work.c and desk_claim.c share.
 */
#ifndef PREP_DESK_WORK_PRIVATE_H
#define PREP_DESK_WORK_PRIVATE_H

#include "desk/desk_work.h"

#define DESK_LOOK_MAX 1024u /* candidates looked at in one statement, not claimed */

struct desk_work {
    struct db *db;
    const struct desk_stage *stage;
    const struct desk_config *config;
    uint32_t emisor; /* ours: its events are known already */
    struct desk_queue *queue;
    uint64_t position;
    struct db_array *ids, *people;
    struct desk_candidate candidates[2 * DESK_TASKS_MAX + DESK_LOOK_MAX];
};

/* 0 for SQL NULL. */
uint32_t desk_work_operator(const PGresult *result, int row, int column);

#endif
