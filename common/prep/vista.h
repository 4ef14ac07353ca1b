/*
 * vista.h - from what is stored about an acta to what is published about it.
 *
 * PURPOSE
 *     Joins a row of `acta` (projection.h), a row of the catalogue and the definition
 *     into a struct acta_vista, and has the rules decide it. Publishing and
 *     checking tools read an acta through this one door.
 *
 * TIMES
 *     FECHA_HORA_ACOPIO is the image's when the reference image came from the casilla
 *     (its origen is VISTA_ORIGEN_CASILLA), else the acopio's; when only one of
 *     them exists, that one. FECHA_HORA_CAPTURA is the first capture's.
 *     FECHA_HORA_VERIFICACION is the verification's, or that of the last correction.
 *
 * AFTER THE VERIFICATION
 *     The values of the last correction stand; an acta that was reopened is published
 *     as not captured until it is corrected. One whose package came sin acta and whose
 *     values were verified from a copy is an acta like any other.
 *
 * OWNERSHIP AND THREADS
 *     Plain functions over the caller's memory; hechos.celdas points into the same
 *     struct, which therefore must not be copied.
 */
#ifndef PREP_VISTA_H
#define PREP_VISTA_H

#include "prep/acta_vista.h"
#include "prep/projection.h"

#define VISTA_ORIGEN_CASILLA "CASILLA"

/*
 * catalogo: the acta's row; for one fuera de catalogo, what vista_identificacion()
 * found. PREP_ERR_RANGE when its verified cells are not those of its election, and
 * then the vista is that of an acta not captured: publish the rest, report this one.
 */
PREP_MUST_CHECK
enum prep_status vista_arma(const struct definicion *definicion,
                            const struct eleccion *eleccion,
                            const struct catalogo_acta *catalogo,
                            const struct acta_row *row, struct acta_vista *out_vista,
                            struct prep_reason *reason);

/* acta.identificacion, {"campo": "texto"}, as an otherwise empty catalogue row. Fields
 * that the catalogue does not have, and texts that do not fit, are left out. */
void vista_identificacion(const char *json, size_t len,
                          struct catalogo_acta *out_catalogo);

#endif
