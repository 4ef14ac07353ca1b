/*
 * resultado.h - votes by candidatura and by party at each level of an arbol.
 *
 * PURPOSE
 *     For elections whose definition says which opciones add up (coalicion.h). A level
 *     is the sum of the levels below it, line by line; combinations are divided at
 *     nivel_reparto, and below it there is no list of parties.
 *
 * OWNERSHIP AND THREADS
 *     Plain functions over sums that nobody is moving.
 */
#ifndef PUBLICA_RESULTADO_H
#define PUBLICA_RESULTADO_H

#include "arbol.h"
#include "prep/coalicion.h"

struct resultado {
    struct coalicion_cuenta candidaturas;
    bool con_partidos;
    uint64_t partidos[ELECCION_OPCIONES_MAX]; /* by opcion */
};

/* False: the definition does not say what adds up, and lines are opciones. */
static inline bool resultado_hay(const struct eleccion *eleccion)
{
    return eleccion->candidatura_count > 0;
}

void resultado_territorio(const struct arbol *arbol, size_t territorio,
                          struct resultado *out_resultado);
void resultado_entidad(const struct arbol *arbol, size_t entidad,
                       struct resultado *out_resultado);
void resultado_eleccion(const struct arbol *arbol, const struct eleccion *eleccion,
                        struct resultado *out_resultado);

#endif
