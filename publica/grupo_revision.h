/*
 * grupo_revision.h - the self-check of a grupo: its actas, read back from its own text,
 * against the sums that go up from it.
 *
 * PURPOSE
 *     A corte with the official databases is checked against their rows (revision.h).
 * One without them writes only objects: each new grupo is parsed again as a reader
 *     would, every acta counted again, and the result must be what its territorio was
 *     told. Shares nothing with what wrote it but the names of the fields.
 *
 * ERRORS
 *     PREP_ERR_CONFLICT names the grupo and the sum that differs.
 */
#ifndef PUBLICA_GRUPO_REVISION_H
#define PUBLICA_GRUPO_REVISION_H

#include <stddef.h>

#include "prep/eleccion.h"
#include "prep/reglas.h"

PREP_MUST_CHECK
enum prep_status grupo_revision(const struct eleccion *eleccion, const char *direccion,
                                const char *text, size_t len,
                                const struct resumen *resumen,
                                struct prep_reason *reason);

#endif
