/*
 * proceso.h - is this database the one of this election?
 *
 * PURPOSE
 *     `prep catalogo carga` leaves in the database which process it loaded, in which
 *     mode, and the hashes of the definition and the catalogue. A service that starts
 *     with other files would fold and publish something else: it must not start.
 *
 * ERRORS
 *     PREP_ERR_CONFIG  nothing is loaded, or not what the definition says, with the
 *                      cure; those of db.h
 */
#ifndef PREP_PROCESO_H
#define PREP_PROCESO_H

#include "prep/db.h"
#include "prep/eleccion.h"

/* out_actas, rows of the catalogue, may be NULL. */
PREP_MUST_CHECK
enum prep_status proceso_check(struct db *db, const struct definicion *definicion,
                               uint64_t *out_actas, struct prep_reason *reason);

#endif
