/*
 * captura.h - what prep-captura decides: may this first capture enter?
 *
 * PURPOSE
 *     A pure function over what was handed in and the state of the acta: no sockets,
 *     no SQL, no clock. Conditions, in this order:
 *         the acta is in the catalogue
 *         nobody captured it before; the same operator with the same cells: repeated
 *         the operator holds its claim
 *         the cells are those of its election and of this acta
 *
 * CODES of a refusal (docs/API_CAPTURA.md)
 *     acta.desconocida, acta.fuera.de.catalogo, captura.existente, reclamo.ajeno,
 *     celdas.rechazadas
 */
#ifndef PREP_CAPTURA_H
#define PREP_CAPTURA_H

#include "desk/desk.h"

void captura_decide(const struct desk_entry *entry, const struct desk_acta *acta,
                    struct desk_decision *out_decision);

/* sin_imagen: an acopio that has the acta on paper is enough to capture it. */
const struct desk_stage *captura_stage(bool sin_imagen);

#endif
