#include "prep/coalicion.h"

#include <assert.h>
#include <string.h>

static_assert(RENGLONES_MAX <= UINT16_MAX, "a line must fit");

const char *coalicion_clave(const struct eleccion *eleccion, size_t renglon)
{
    const struct candidatura *candidatura = coalicion_candidatura(eleccion, renglon);

    assert(renglon < coalicion_renglones(eleccion));
    return candidatura != NULL
               ? candidatura->clave
               : eleccion->opciones[renglon - eleccion->candidatura_count].clave;
}

/* ---- by candidatura */

/* 0: does not compete there; 1: it does, as everywhere; 2: it is named there. */
static int alcance(const struct candidatura *candidatura, const char *entidad,
                   const char *territorio)
{
    if (candidatura->ambito_count == 0) {
        return 1;
    }
    for (size_t i = 0; i < candidatura->ambito_count; i++) {
        const struct ambito *ambito = &candidatura->ambitos[i];

        if (strcmp(ambito->entidad, entidad) == 0 &&
            (ambito->territorio == NULL ||
             strcmp(ambito->territorio, territorio) == 0)) {
            return 2;
        }
    }
    return 0;
}

void coalicion_mapa(const struct eleccion *eleccion, const char *entidad,
                    const char *territorio, struct coalicion_mapa *out_mapa)
{
    int tomada[ELECCION_OPCIONES_MAX] = { 0 };

    for (size_t i = 0; i < eleccion->opcion_count; i++) {
        out_mapa->renglon[i] = (uint16_t)(eleccion->candidatura_count + i);
    }
    for (size_t c = 0; c < eleccion->candidatura_count; c++) {
        const struct candidatura *candidatura = &eleccion->candidaturas[c];
        const int esta = alcance(candidatura, entidad, territorio);

        for (size_t m = 0; m < candidatura->miembro_count; m++) {
            const uint16_t opcion = candidatura->miembros[m];

            if (esta > tomada[opcion]) {
                tomada[opcion] = esta;
                out_mapa->renglon[opcion] = (uint16_t)c;
            }
        }
    }
}

void coalicion_suma(const struct eleccion *eleccion, const struct coalicion_mapa *mapa,
                    const uint64_t *votos, struct coalicion_cuenta *cuenta)
{
    for (size_t i = 0; i < eleccion->opcion_count; i++) {
        const uint16_t renglon = mapa->renglon[i];
        /* Where its coalition does not compete, no acta has that column. */
        const bool ausente = renglon >= eleccion->candidatura_count &&
                             eleccion->opciones[i].tipo == OPCION_COMBINACION &&
                             votos[i] == 0;

        cuenta->presente[renglon] = cuenta->presente[renglon] || !ausente;
        cuenta->votos[renglon] += votos[i];
    }
}

void coalicion_agrega(const struct eleccion *eleccion,
                      const struct coalicion_cuenta *other,
                      struct coalicion_cuenta *cuenta)
{
    for (size_t i = 0; i < coalicion_renglones(eleccion); i++) {
        cuenta->presente[i] = cuenta->presente[i] || other->presente[i];
        cuenta->votos[i] += other->votos[i];
    }
}

/* A candidatura is where its first opcion is on the ballot. */
size_t coalicion_orden(const struct eleccion *eleccion,
                       const struct coalicion_cuenta *cuenta,
                       uint16_t out_renglones[static RENGLONES_MAX])
{
    size_t count = 0;

    for (size_t i = 0; i < eleccion->opcion_count; i++) {
        const size_t sola = eleccion->candidatura_count + i;

        for (size_t c = 0; c < eleccion->candidatura_count; c++) {
            if (cuenta->presente[c] && eleccion->candidaturas[c].miembros[0] == i) {
                out_renglones[count++] = (uint16_t)c;
            }
        }
        if (cuenta->presente[sola]) {
            out_renglones[count++] = (uint16_t)sola;
        }
    }
    return count;
}

size_t coalicion_mayoria(const struct eleccion *eleccion,
                         const struct coalicion_cuenta *cuenta,
                         uint16_t out_renglones[static RENGLONES_MAX])
{
    uint16_t orden[RENGLONES_MAX];
    const size_t count = coalicion_orden(eleccion, cuenta, orden);
    uint64_t most = 1; /* with no votes nobody is ahead */
    size_t found = 0;

    for (size_t i = 0; i < count; i++) {
        const uint64_t votos = cuenta->votos[orden[i]];

        if (coalicion_candidatura(eleccion, orden[i]) == NULL) {
            const enum opcion_tipo tipo =
                eleccion->opciones[orden[i] - eleccion->candidatura_count].tipo;

            if (tipo == OPCION_NO_REGISTRADAS || tipo == OPCION_NULOS) {
                continue;
            }
        }
        if (votos > most) {
            most = votos;
            found = 0;
        }
        if (votos == most) {
            out_renglones[found++] = orden[i];
        }
    }
    return found;
}

/* ---- by party */

/* a goes before b when something remains: more votes, then ballot order. */
static bool goes_before(const uint64_t *votos, uint16_t a, uint16_t b)
{
    return votos[a] != votos[b] ? votos[a] > votos[b] : a < b;
}

/* Its place, from 0, among the members of the combination. */
static size_t lugar_of(const struct opcion *combinacion, const uint64_t *votos,
                       uint16_t miembro)
{
    size_t lugar = 0;

    for (size_t m = 0; m < combinacion->miembro_count; m++) {
        lugar += goes_before(votos, combinacion->miembros[m], miembro);
    }
    return lugar;
}

void coalicion_reparte(const struct eleccion *eleccion, const uint64_t *votos,
                       uint64_t *io_partidos)
{
    for (size_t i = 0; i < eleccion->opcion_count; i++) {
        const struct opcion *opcion = &eleccion->opciones[i];
        const size_t partes = opcion->miembro_count;

        if (!coalicion_se_reparte(opcion)) {
            io_partidos[i] += votos[i];
            continue;
        }
        for (size_t m = 0; m < partes; m++) {
            const uint16_t miembro = opcion->miembros[m];
            const size_t lugar = lugar_of(opcion, votos, miembro);
            const uint64_t resto = votos[i] % partes;

            io_partidos[miembro] += votos[i] / partes;
            if (eleccion->reglas.resto_por_turno) {
                io_partidos[miembro] += lugar < resto ? 1 : 0;
            } else {
                io_partidos[miembro] += lugar == 0 ? resto : 0;
            }
        }
    }
}
