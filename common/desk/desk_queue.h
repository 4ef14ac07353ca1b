/*
 * desk_queue.h - the actas that wait for somebody, in memory.
 *
 * PURPOSE
 *     Who waits and who was handed out, first in, first out. It is a hint: the claim
 *     in the database decides, this only says where to look. Losing it loses nothing
 *     (desk_work_load builds it again).
 *
 * STATES of an acta
 *     none -> waiting -> parked (somebody has it until an instant) -> done
 *     A parked acta whose time came waits again, before the ones that are newer.
 *
 * COST
 *     12 bytes per waiting acta and 5 per acta of the catalogue. Adding and taking
 *     are O(1); looking for one that an operator may take skips those that he may
 *     not (verifica: his own first captures).
 *
 * OWNERSHIP AND THREADS
 *     One thread. Running out of memory stops the program.
 */
#ifndef PREP_DESK_QUEUE_H
#define PREP_DESK_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DESK_ACTA_MAX 16000000u /* largest id kept: bounds memory, not elections */

struct desk_candidate {
    uint32_t acta;       /* id in the catalogue; only those are captured */
    uint32_t excluye[2]; /* operators that may not have it; 0: nobody */
};

struct desk_queue; /* opaque */

struct desk_queue *desk_queue_new(void);
void desk_queue_free(struct desk_queue **queue);
void desk_queue_clear(struct desk_queue *queue);

/* At the end, unless it waits already or is done. One that is parked waits again:
 * something changed. Ids of no catalogue row are ignored. */
void desk_queue_add(struct desk_queue *queue, uint64_t acta, uint32_t excluye1,
                    uint32_t excluye2);

/* The oldest that this operator may have (0: the oldest of all); false: none. It is
 * then in hand of the caller, who must give it to one of the functions below. */
bool desk_queue_pick(struct desk_queue *queue, uint32_t operador,
                     struct desk_candidate *out);

/* Before all others. To return several, begin with the newest. */
void desk_queue_put_back(struct desk_queue *queue, const struct desk_candidate *item);
/* Somebody has it until vence_ms. */
void desk_queue_park(struct desk_queue *queue, uint64_t acta, int64_t vence_ms);
/* Not ready: out, until it is added again. */
void desk_queue_drop(struct desk_queue *queue, uint64_t acta);
/* Never again (until clear). */
void desk_queue_done(struct desk_queue *queue, uint64_t acta);

/* Parked ones whose time came go to the front. Call about once a second. */
void desk_queue_expire(struct desk_queue *queue, int64_t now_ms);

size_t desk_queue_waiting(const struct desk_queue *queue);
size_t desk_queue_parked(const struct desk_queue *queue);

#endif
