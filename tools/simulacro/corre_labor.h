/*
 * corre_labor.h - the people of the night: they claim actas and submit captures.
 *
 * PURPOSE
 *     Each person works at both services, one request at a time at each. Somebody free
 *     claims (POST /tomar) when there is due work that nobody has, keeps what is not
 *     due yet, and submits (POST /capturas) what is. The services decide who may do
 *     what: a refused submission only means that somebody else will be offered it.
 *
 *     The captures of paso_alterado carry one wrong cell. If verifica does its work,
 *     every one of them ends in a discrepancia and a third person.
 */
#ifndef PREP_CORRE_LABOR_H
#define PREP_CORRE_LABOR_H

#include "simulacro/corre_noche.h"

struct labores; /* opaque */

struct labores *labores_new(struct noche *noche);
void labores_free(struct labores **labores);
/* Gives everybody who is free something to do. */
void labores_turno(struct labores *labores);

#endif
