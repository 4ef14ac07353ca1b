/*
 * ledger_internal.h - the pieces that ledger_store() joins into two round trips.
 */
#ifndef PREP_LEDGER_INTERNAL_H
#define PREP_LEDGER_INTERNAL_H

#include "prep/db_internal.h"
#include "prep/ledger.h"

/* The updates of `acta` that a batch needs, ready to send; see projection.h. */
struct projection_batch; /* opaque */

/* Needs a round trip only the first time in a session; call it outside a pipeline. */
PREP_MUST_CHECK
enum prep_status projection_prepare(struct db *db, struct prep_reason *reason);
struct projection_batch *projection_batch_new(const struct ledger_item *items,
                                              size_t count);
void projection_batch_add(struct projection_batch *batch, struct db_pipeline *pipeline);
void projection_batch_free(struct projection_batch **batch);

/* Entries from `desde`, at most `max`, as rows (posicion, acta, sobre, hoja). */
PREP_MUST_CHECK
enum prep_status ledger_chunk(struct db *db, uint64_t desde, uint64_t hasta,
                              unsigned max, PGresult **out_result,
                              struct prep_reason *reason);
void ledger_chunk_entry(const PGresult *result, int row,
                        struct ledger_entry *out_entry);

#endif
