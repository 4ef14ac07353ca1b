#include "prep/catalogo_contradice.h"

#include <stdlib.h>
#include <string.h>

#include "prep/coalicion.h"

#define REPRESENTANTES_MAX 750 /* no more than electors of a casilla, LGIPE 253 */

/* The territorio of the last row of an election: rows of one come together. */
struct territorio {
    bool known;
    char entidad[sizeof((struct catalogo_acta *)0)->entidad];
    char territorio[sizeof((struct catalogo_acta *)0)->territorio];
    struct coalicion_mapa mapa;
};

struct catalogo_contradice {
    const struct definicion *definicion;
    struct territorio territorios[ELECCION_MAX];
    bool *vistos[ELECCION_MAX]; /* by ambito of every candidatura, one after another */
};

static size_t ambito_count(const struct eleccion *eleccion)
{
    size_t count = 0;

    for (size_t c = 0; c < eleccion->candidatura_count; c++) {
        count += eleccion->candidaturas[c].ambito_count;
    }
    return count;
}

enum prep_status catalogo_contradice_new(const struct definicion *definicion,
                                         struct catalogo_contradice **out_contradice,
                                         struct prep_reason *reason)
{
    struct catalogo_contradice *c = calloc(1, sizeof *c);

    if (c == NULL) {
        return prep_fail(reason, PREP_ERR_MEMORY, "sin memoria");
    }
    c->definicion = definicion;
    for (size_t e = 0; e < definicion->eleccion_count; e++) {
        c->vistos[e] =
            calloc(ambito_count(&definicion->elecciones[e]) + 1, sizeof *c->vistos[e]);
        if (c->vistos[e] == NULL) {
            catalogo_contradice_free(&c);
            return prep_fail(reason, PREP_ERR_MEMORY, "sin memoria");
        }
    }
    *out_contradice = c;
    return PREP_OK;
}

void catalogo_contradice_free(struct catalogo_contradice **contradice)
{
    struct catalogo_contradice *c = *contradice;

    if (c == NULL) {
        return;
    }
    *contradice = NULL;
    for (size_t e = 0; e < ELECCION_MAX; e++) {
        free(c->vistos[e]);
    }
    free(c);
}

/* ---- a row alone */

/* Where a refusal is. */
struct renglon {
    const char *path;
    size_t line;
    struct prep_reason *reason;
};

static enum prep_status lista_check(const struct renglon *r,
                                    const struct catalogo_acta *acta)
{
    const char tipo = acta->tipo_casilla[0];
    const long lista = acta->lista_nominal;

    if (tipo == 'S' && lista != 0) {
        return prep_fail(r->reason, PREP_ERR_RANGE,
                         "%s:%zu: lista_nominal: «%ld»: una casilla especial (S) no "
                         "tiene lista nominal, y su límite son sus boletas; escriba 0 "
                         "o corrija tipo_casilla",
                         r->path, r->line, lista);
    }
    if (strchr("BCE", tipo) != NULL && lista == 0) {
        return prep_fail(r->reason, PREP_ERR_RANGE,
                         "%s:%zu: lista_nominal: «0»: una casilla %c tiene lista "
                         "nominal; escriba sus electores, o S en tipo_casilla si es "
                         "especial",
                         r->path, r->line, tipo);
    }
    if (strchr("MAPV", tipo) != NULL && lista == 0) {
        return prep_fail(r->reason, PREP_ERR_RANGE,
                         "%s:%zu: lista_nominal: «0»: en una mesa %c vota quien está "
                         "en su lista, y sin ella ningún acta suya se contabilizaría; "
                         "escriba sus electores",
                         r->path, r->line, tipo);
    }
    if (acta->representantes > REPRESENTANTES_MAX) {
        return prep_fail(r->reason, PREP_ERR_RANGE,
                         "%s:%zu: representantes: «%ld»: son más que los electores que "
                         "caben en una casilla (%d; LGIPE, artículo 253); corrija el "
                         "número",
                         r->path, r->line, (long)acta->representantes,
                         REPRESENTANTES_MAX);
    }
    return PREP_OK;
}

static enum prep_status opciones_check(const struct renglon *r,
                                       const struct eleccion *eleccion,
                                       const struct catalogo_acta *acta)
{
    for (size_t i = 0; i < eleccion->opcion_count; i++) {
        if (!catalogo_no_aplica(acta->no_aplica, i)) {
            return PREP_OK;
        }
    }
    return prep_fail(
        r->reason, PREP_ERR_RANGE,
        "%s:%zu: no_aplica: nombra todas las opciones de %s, y un acta sin "
        "ninguna nunca se contabilizaría; deje las que tiene",
        r->path, r->line, eleccion->clave);
}

/* ---- a row and its coalitions */

static bool ambito_es(const struct ambito *ambito, const struct catalogo_acta *acta)
{
    return strcmp(ambito->entidad, acta->entidad) == 0 &&
           (ambito->territorio == NULL ||
            strcmp(ambito->territorio, acta->territorio) == 0);
}

static const struct coalicion_mapa *mapa_of(struct catalogo_contradice *c,
                                            const struct eleccion *eleccion,
                                            const struct catalogo_acta *acta)
{
    struct territorio *t = &c->territorios[eleccion->ordinal - 1];
    bool *visto = c->vistos[eleccion->ordinal - 1];

    if (t->known && strcmp(t->entidad, acta->entidad) == 0 &&
        strcmp(t->territorio, acta->territorio) == 0) {
        return &t->mapa;
    }
    t->known = true;
    memcpy(t->entidad, acta->entidad, sizeof t->entidad);
    memcpy(t->territorio, acta->territorio, sizeof t->territorio);
    coalicion_mapa(eleccion, acta->entidad, acta->territorio, &t->mapa);
    for (size_t i = 0; i < eleccion->candidatura_count; i++) {
        const struct candidatura *candidatura = &eleccion->candidaturas[i];

        for (size_t a = 0; a < candidatura->ambito_count; a++, visto++) {
            *visto = *visto || ambito_es(&candidatura->ambitos[a], acta);
        }
    }
    return &t->mapa;
}

static bool parties_apply(const struct opcion *combinacion,
                          const struct catalogo_acta *acta)
{
    for (size_t m = 0; m < combinacion->miembro_count; m++) {
        if (catalogo_no_aplica(acta->no_aplica, combinacion->miembros[m])) {
            return false;
        }
    }
    return true;
}

static enum prep_status coaliciones_check(struct catalogo_contradice *c,
                                          const struct renglon *r,
                                          const struct eleccion *eleccion,
                                          const struct catalogo_acta *acta)
{
    const struct coalicion_mapa *mapa = mapa_of(c, eleccion, acta);

    for (size_t i = 0; i < eleccion->opcion_count; i++) {
        const struct opcion *opcion = &eleccion->opciones[i];
        const struct candidatura *candidatura =
            coalicion_candidatura(eleccion, mapa->renglon[i]);
        const bool falta = catalogo_no_aplica(acta->no_aplica, i);

        if (opcion->tipo != OPCION_COMBINACION) {
            continue;
        }
        if (candidatura == NULL && !falta) {
            return prep_fail(
                r->reason, PREP_ERR_RANGE,
                "%s:%zu: no_aplica: falta «%s»: ninguna candidatura que la "
                "sume compite en %s-%s; agréguela aquí, o agregue ese "
                "territorio a su candidatura en definicion.yaml",
                r->path, r->line, opcion->clave, acta->entidad, acta->territorio);
        }
        if (candidatura != NULL && falta && parties_apply(opcion, acta)) {
            return prep_fail(
                r->reason, PREP_ERR_RANGE,
                "%s:%zu: no_aplica: «%s»: es de «%s», que compite en %s-%s "
                "(definicion.yaml:%u), y sus partidos están en el acta; "
                "quítela de aquí, o ese territorio de la candidatura",
                r->path, r->line, opcion->clave, candidatura->clave, acta->entidad,
                acta->territorio, candidatura->linea);
        }
    }
    return PREP_OK;
}

enum prep_status catalogo_contradice_acta(struct catalogo_contradice *contradice,
                                          const struct catalogo_acta *acta,
                                          const char *path, size_t line,
                                          struct prep_reason *reason)
{
    const struct eleccion *eleccion =
        definicion_eleccion(contradice->definicion, acta->eleccion);
    const struct renglon renglon = { path, line, reason };
    enum prep_status status = PREP_OK;

    if (contradice->definicion->modo == MODO_OFICIAL) {
        status = lista_check(&renglon, acta);
        if (status == PREP_OK) {
            status = opciones_check(&renglon, eleccion, acta);
        }
    }
    if (status == PREP_OK && eleccion->candidatura_count > 0) {
        status = coaliciones_check(contradice, &renglon, eleccion, acta);
    }
    return status;
}

enum prep_status
catalogo_contradice_cierra(const struct catalogo_contradice *contradice,
                           struct prep_reason *reason)
{
    const struct definicion *definicion = contradice->definicion;

    for (size_t e = 0; e < definicion->eleccion_count; e++) {
        const struct eleccion *eleccion = &definicion->elecciones[e];
        const bool *visto = contradice->vistos[e];

        for (size_t c = 0; c < eleccion->candidatura_count; c++) {
            const struct candidatura *candidatura = &eleccion->candidaturas[c];

            for (size_t a = 0; a < candidatura->ambito_count; a++) {
                const struct ambito *ambito = &candidatura->ambitos[a];

                if (*visto++) {
                    continue;
                }
                return prep_fail(
                    reason, PREP_ERR_CONFIG,
                    "%s/definicion.yaml:%u: candidatura «%s» de %s: el catálogo no "
                    "tiene actas en %s%s%s; corrija el territorio o quítelo",
                    definicion->carpeta, ambito->linea, candidatura->clave,
                    eleccion->clave, ambito->entidad,
                    ambito->territorio == NULL ? "" : "-",
                    ambito->territorio == NULL ? "" : ambito->territorio);
            }
        }
    }
    return PREP_OK;
}
