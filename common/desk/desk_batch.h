/*
 * desk_batch.h - many submissions, one transaction: decide, sign, append, commit.
 *
 * PURPOSE
 *     The only place of captura and verifica that writes facts. After PREP_OK every
 *     decision is durable and may be answered. After anything else nothing may be
 *     answered but "try again": call desk_batch_restore() before the next run.
 *
 * ERRORS
 *     Those of db.h (PREP_ERR_UNKNOWN: it may have been committed), and
 *     PREP_ERR_CONFLICT when the ledger says that our chain is not ours: another
 *     process signs with this key.
 *
 * OWNERSHIP AND THREADS
 *     One thread.
 */
#ifndef PREP_DESK_BATCH_H
#define PREP_DESK_BATCH_H

#include "desk/desk.h"
#include "prep/emitter.h"

struct desk_batch; /* opaque */

struct desk_batch_options {
    const struct desk_stage *stage;
    const struct definicion *definicion;
    const struct topology *topology;
    const struct topology_process *self;
    const struct keys *keys;
    struct db *db;
};

struct desk_batch *desk_batch_new(const struct desk_batch_options *options);
void desk_batch_free(struct desk_batch **batch);

/* The chain as the ledger has it. */
PREP_MUST_CHECK
enum prep_status desk_batch_restore(struct desk_batch *batch,
                                    struct prep_reason *reason);

/* count <= DESK_BATCH_MAX; decisions has as many. */
PREP_MUST_CHECK
enum prep_status desk_batch_run(struct desk_batch *batch,
                                const struct desk_entry *entries, size_t count,
                                struct desk_decision *decisions,
                                struct prep_reason *reason);

/*
 * One event of another kind, by itself. `decide` runs under the append lock, finds the
 * rows asked for with desk_batch_acta(), and fills the event or says that there is
 * nothing to write. PREP_ERR_RANGE: the event may not say that; nothing was written.
 */
typedef enum prep_status (*desk_batch_decide)(void *context,
                                              const struct desk_batch *batch,
                                              Prep__Event *event, bool *out_write,
                                              struct prep_reason *reason);
PREP_MUST_CHECK
enum prep_status desk_batch_single(struct desk_batch *batch, const uint64_t *ids,
                                   size_t id_count, desk_batch_decide decide,
                                   void *context, struct hash *out_hash,
                                   struct prep_reason *reason);
/* Of the run in hand; NULL when there is none with that id. */
const struct desk_acta *desk_batch_acta(const struct desk_batch *batch, uint64_t id);

/* What the last run committed, for the feed. NULL past the end; valid until the next.
 */
const struct ledger_item *desk_batch_event(const struct desk_batch *batch, size_t i);

/* The operators that captured this acta of the last run, for the queue. */
void desk_batch_operators(const struct desk_batch *batch, uint64_t acta,
                          uint32_t out_operators[static 2]);

#endif
