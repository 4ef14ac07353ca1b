/*
 * catalogo_contradice.h - what a catalogue and its definition may not say together
 * (private to catalogo.c).
 *
 * PURPOSE
 *     Each row alone, and each territorio with the coalitions that compete there. In
 *     modo oficial also rows that no approved casilla has; a base published in the past
 *     may lack what they need, so modo simulacro takes them as they come.
 *
 * ERRORS
 *     PREP_ERR_RANGE     "catalogo.csv:line: column: «value»: contradiction; cure"
 *     PREP_ERR_CONFIG    "definicion.yaml:line: ...": it names a territorio that the
 *                        catalogue does not have; only known at the end
 */
#ifndef PREP_CATALOGO_CONTRADICE_H
#define PREP_CATALOGO_CONTRADICE_H

#include "prep/catalogo.h"

struct catalogo_contradice; /* opaque */

PREP_MUST_CHECK
enum prep_status catalogo_contradice_new(const struct definicion *definicion,
                                         struct catalogo_contradice **out_contradice,
                                         struct prep_reason *reason);
void catalogo_contradice_free(struct catalogo_contradice **contradice);

/* path and line: of the row, for the refusal. */
PREP_MUST_CHECK
enum prep_status catalogo_contradice_acta(struct catalogo_contradice *contradice,
                                          const struct catalogo_acta *acta,
                                          const char *path, size_t line,
                                          struct prep_reason *reason);
/* No more rows. */
PREP_MUST_CHECK
enum prep_status
catalogo_contradice_cierra(const struct catalogo_contradice *contradice,
                           struct prep_reason *reason);

#endif
