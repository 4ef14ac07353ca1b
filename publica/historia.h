/*
 * historia.h - what two people did to actas after they were verified: corrections,
 * reopenings, identifications. Read whole for each corte: they are a few in a night.
 *
 * PURPOSE
 *     The object of an acta shows its history: what stood and what stands, who
 *     proposed, who confirmed, why, and who had captured it. Read from the same
 *     snapshot and ledger prefix as the corte.
 *
 * OWNERSHIP AND THREADS
 *     One thread.
 */
#ifndef PUBLICA_HISTORIA_H
#define PUBLICA_HISTORIA_H

#include "base/buffer.h"
#include "prep/db.h"
#include "prep/eleccion.h"
#include "prep/topology.h"

#define HISTORIA_MAX 100000u /* events; more than this is no election */

struct historia; /* opaque */

/* Events of positions below `hasta`, inside db_begin_snapshot(). */
PREP_MUST_CHECK
enum prep_status historia_lee(struct db *db, const struct topology *topology,
                              uint64_t hasta, struct historia **out_historia,
                              struct prep_reason *reason);
void historia_free(struct historia **historia); /* accepts a pointer to NULL */

/* Appends ,"correcciones":[...],"identificada_de":[...] for those that the acta has. */
void historia_objeto(const struct historia *historia,
                     const struct definicion *definicion, uint64_t acta,
                     struct buffer *out);

#endif
