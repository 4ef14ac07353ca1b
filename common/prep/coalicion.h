/*
 * coalicion.h - votes by candidatura, and distributed among parties.
 *
 * PURPOSE
 *     From the votes of each opcion, what each candidatura has in a territorio, and
 *     what each party has when the combinations are divided. Pure functions over sums:
 *     whoever holds sums of any level may ask.
 *
 * BY CANDIDATURA
 *     Which opciones add up depends on the territorio (flexible and partial
 *     coalitions). A line is a candidatura of the definition, or an opcion that
 *     stands alone there; above the territorio, lines add up line by line.
 *
 * BY PARTY
 *     The votes of a combination (and of a candidatura comun that says its miembros)
 * are divided equally among its members; the remainder goes to the member with most
 * votes in its own column of the same sums, ties in ballot order. With resto_por_turno,
 * one vote each to the first, the second... in that same order. What comes out adds up
 * to what went in. Where the division happens (reglas.nivel_reparto) is the caller's:
 * it passes the sums of that level.
 *
 * SOURCE
 *     prep-rules 7.4 (percentages, level), 7.5 (worked example); LGIPE 311-1-c speaks
 * of "los partidos de más alta votación", hence resto_por_turno.
 *
 * OUT OF SCOPE
 *     Candidaturas comunes whose agreement divides otherwise: a definition that leaves
 *     out their miembros keeps them as one line.
 */
#ifndef PREP_COALICION_H
#define PREP_COALICION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "prep/eleccion.h"

#define RENGLONES_MAX (CANDIDATURAS_MAX + ELECCION_OPCIONES_MAX)

/* Lines of an election: its candidaturas first, then every opcion by itself. */
static inline size_t coalicion_renglones(const struct eleccion *eleccion)
{
    return eleccion->candidatura_count + eleccion->opcion_count;
}
/* NULL: the line is opcion `renglon - candidatura_count`, by itself. */
static inline const struct candidatura *
coalicion_candidatura(const struct eleccion *eleccion, size_t renglon)
{
    return renglon < eleccion->candidatura_count ? &eleccion->candidaturas[renglon]
                                                 : NULL;
}
const char *coalicion_clave(const struct eleccion *eleccion, size_t renglon);

/* The line that each opcion adds to in one territorio. */
struct coalicion_mapa {
    uint16_t renglon[ELECCION_OPCIONES_MAX];
};
void coalicion_mapa(const struct eleccion *eleccion, const char *entidad,
                    const char *territorio, struct coalicion_mapa *out_mapa);

struct coalicion_cuenta {
    bool presente[RENGLONES_MAX]; /* competes somewhere in these sums */
    uint64_t votos[RENGLONES_MAX];
};
/* Adds the votes of one territorio, by opcion. */
void coalicion_suma(const struct eleccion *eleccion, const struct coalicion_mapa *mapa,
                    const uint64_t *votos, struct coalicion_cuenta *cuenta);
void coalicion_agrega(const struct eleccion *eleccion,
                      const struct coalicion_cuenta *other,
                      struct coalicion_cuenta *cuenta);
/* Lines present, in ballot order; returns how many. */
size_t coalicion_orden(const struct eleccion *eleccion,
                       const struct coalicion_cuenta *cuenta,
                       uint16_t out_renglones[static RENGLONES_MAX]);

/* An opcion whose votes are divided among others. */
static inline bool coalicion_se_reparte(const struct opcion *opcion)
{
    return opcion->miembro_count >= 2;
}
/* Adds votos (by opcion, sums of one level) to io_partidos (by opcion): those that are
 * divided add to their members, the others to themselves. */
void coalicion_reparte(const struct eleccion *eleccion, const uint64_t *votos,
                       uint64_t *io_partidos);

/* Of the lines present, those with most votes: none without votes, several in a tie. No
 * registradas and nulos win nothing. */
size_t coalicion_mayoria(const struct eleccion *eleccion,
                         const struct coalicion_cuenta *cuenta,
                         uint16_t out_renglones[static RENGLONES_MAX]);

#endif
