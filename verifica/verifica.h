/*
 * verifica.h - what prep-verifica decides: second capture, third person, cotejo.
 *
 * PURPOSE
 *     A pure function over what was handed in and the state of the acta: no sockets,
 *     no SQL, no clock.
 *
 *     A capture of paso 2 is blind and by another person. All its cells equal to the
 *     first: the acta is verified (metodo 1, on both). Else it is a discrepancia, and
 *     paso 3 is for a third person, whose capture settles the acta (metodo 2): the
 *     earlier one that it equals stands, on both; if it equals neither, its own values
 *     stand, on it alone.
 *
 *     A cotejo compares a verified acta with the paper. Its last result stands; the
 *     same result again is repeated.
 *
 * SOURCE
 *     prep-rules 4: phases 4 to 9; two people decide, software only compares.
 *
 * CODES of a refusal (docs/API_CAPTURA.md)
 *     acta.desconocida, acta.fuera.de.catalogo, captura.faltante, captura.existente,
 *     persona.repetida, reclamo.ajeno, celdas.rechazadas, verificacion.faltante
 */
#ifndef PREP_VERIFICA_H
#define PREP_VERIFICA_H

#include "desk/desk.h"

/* Verificacion.metodo, in proto/prep.proto */
#define VERIFICA_METODO_COINCIDEN 1u
#define VERIFICA_METODO_TERCERA 2u

void verifica_decide(const struct desk_entry *entry, const struct desk_acta *acta,
                     struct desk_decision *out_decision);

const struct desk_stage *verifica_stage(void);

#endif
