/* What the candidaturas of an election may not say together. */
#include <assert.h>
#include <string.h>

#include "prep/eleccion_privado.h"

/* 2^6 - 6 - 1 combinations still fit in a ballot; those of seven parties do not. */
#define COALICION_PARTIDOS_MAX 6u
static_assert((1u << (COALICION_PARTIDOS_MAX + 1)) > ELECCION_OPCIONES_MAX,
              "a larger coalition cannot have all its combinations");

/* ---- one candidatura */

/* Its parties, as bits of their position among them. */
struct coalicion {
    uint16_t partidos[ELECCION_OPCIONES_MAX];
    size_t partido_count, combinacion_count, comun_count, independiente_count;
};

static void coalicion_of(const struct eleccion *eleccion,
                         const struct candidatura *candidatura, struct coalicion *out)
{
    *out = (struct coalicion){ 0 };
    for (size_t i = 0; i < candidatura->miembro_count; i++) {
        const uint16_t miembro = candidatura->miembros[i];
        const enum opcion_tipo tipo = eleccion->opciones[miembro].tipo;

        if (tipo == OPCION_PARTIDO) {
            out->partidos[out->partido_count++] = miembro;
        }
        out->combinacion_count += tipo == OPCION_COMBINACION;
        out->comun_count += tipo == OPCION_CANDIDATURA_COMUN;
        out->independiente_count += tipo == OPCION_INDEPENDIENTE;
    }
}

static bool posicion_of(const struct coalicion *coalicion, uint16_t partido,
                        size_t *out_posicion)
{
    for (size_t i = 0; i < coalicion->partido_count; i++) {
        if (coalicion->partidos[i] == partido) {
            *out_posicion = i;
            return true;
        }
    }
    return false;
}

/* "elecciones[0].candidaturas[2]", and the message about it. */
struct contexto {
    const struct cargador *cargador;
    const struct eleccion *eleccion;
    size_t index; /* of the election */
};

static struct ruta donde(const struct contexto *contexto, size_t candidatura)
{
    return ruta("elecciones[%zu].candidaturas[%zu]", contexto->index, candidatura);
}

/* The combination as a set of the coalition's parties. */
static enum prep_status conjunto_of(const struct contexto *contexto, size_t which,
                                    const struct coalicion *coalicion,
                                    const struct opcion *combinacion,
                                    uint32_t *out_conjunto)
{
    const struct candidatura *candidatura = &contexto->eleccion->candidaturas[which];

    *out_conjunto = 0;
    for (size_t m = 0; m < combinacion->miembro_count; m++) {
        size_t posicion = 0;

        if (!posicion_of(coalicion, combinacion->miembros[m], &posicion)) {
            const char *partido =
                contexto->eleccion->opciones[combinacion->miembros[m]].clave;

            return cargador_refuse(contexto->cargador, donde(contexto, which),
                                   "«%s» suma «%s», que es también de «%s», pero no a "
                                   "«%s»; agregue a «%s» o quite «%s»",
                                   candidatura->clave, combinacion->clave, partido,
                                   partido, partido, combinacion->clave);
        }
        *out_conjunto |= UINT32_C(1) << posicion;
    }
    return PREP_OK;
}

/* The claves of a set of parties: "PAN, PRI". */
static struct ruta nombres(const struct eleccion *eleccion,
                           const struct coalicion *coalicion, uint32_t conjunto)
{
    struct ruta list = { "" };

    for (size_t i = 0; i < coalicion->partido_count; i++) {
        if ((conjunto >> i) & 1) {
            list = ruta("%.90s%s%.60s", list.texto, list.texto[0] == '\0' ? "" : ", ",
                        eleccion->opciones[coalicion->partidos[i]].clave);
        }
    }
    return list;
}

static enum prep_status combinaciones_check(const struct contexto *contexto,
                                            size_t which,
                                            const struct coalicion *coalicion)
{
    const struct eleccion *eleccion = contexto->eleccion;
    const struct candidatura *candidatura = &eleccion->candidaturas[which];
    const uint16_t *columna[1u << COALICION_PARTIDOS_MAX] = { NULL };
    enum prep_status status;

    for (size_t i = 0; i < candidatura->miembro_count; i++) {
        const struct opcion *opcion = &eleccion->opciones[candidatura->miembros[i]];
        uint32_t conjunto;

        if (opcion->tipo != OPCION_COMBINACION &&
            opcion->tipo != OPCION_CANDIDATURA_COMUN) {
            continue;
        }
        status = conjunto_of(contexto, which, coalicion, opcion, &conjunto);
        if (status != PREP_OK) {
            return status;
        }
        if (opcion->tipo != OPCION_COMBINACION) {
            continue;
        }
        if (columna[conjunto] != NULL) {
            return cargador_refuse(contexto->cargador, donde(contexto, which),
                                   "«%s» y «%s» son la misma combinación de «%s»; "
                                   "quite una",
                                   eleccion->opciones[*columna[conjunto]].clave,
                                   opcion->clave, candidatura->clave);
        }
        columna[conjunto] = &candidatura->miembros[i];
    }
    if (coalicion->comun_count > 0) {
        return PREP_OK; /* the columns of a candidatura comun are its agreement's */
    }
    for (uint32_t conjunto = 0; conjunto < 1u << coalicion->partido_count; conjunto++) {
        const bool par = (conjunto & (conjunto - 1)) != 0; /* two parties or more */

        if (par && columna[conjunto] == NULL) {
            return cargador_refuse(
                contexto->cargador, donde(contexto, which),
                "a «%s», de %zu partidos, le falta la combinación de %s; una coalición "
                "lleva todas (%u): agréguela a opciones y aquí",
                candidatura->clave, coalicion->partido_count,
                nombres(eleccion, coalicion, conjunto).texto,
                (1u << coalicion->partido_count) - (unsigned)coalicion->partido_count -
                    1);
        }
    }
    return PREP_OK;
}

/* The clave of a candidatura is that of an option only when it has that option: else
 * two lines of one table would have the same name. */
static enum prep_status clave_check(const struct contexto *contexto, size_t which)
{
    const struct eleccion *eleccion = contexto->eleccion;
    const struct candidatura *candidatura = &eleccion->candidaturas[which];

    for (size_t i = 0; i < eleccion->opcion_count; i++) {
        bool suya = false;

        if (strcmp(eleccion->opciones[i].clave, candidatura->clave) != 0) {
            continue;
        }
        for (size_t m = 0; m < candidatura->miembro_count; m++) {
            suya = suya || candidatura->miembros[m] == i;
        }
        if (!suya) {
            return cargador_refuse(contexto->cargador, donde(contexto, which),
                                   "«%s» es la clave de una opción que no suma; "
                                   "agréguela a sus miembros o use otra clave",
                                   candidatura->clave);
        }
    }
    return PREP_OK;
}

static enum prep_status candidatura_check(const struct contexto *contexto, size_t which)
{
    const struct candidatura *candidatura = &contexto->eleccion->candidaturas[which];
    struct coalicion coalicion;
    enum prep_status status = clave_check(contexto, which);

    if (status != PREP_OK) {
        return status;
    }
    coalicion_of(contexto->eleccion, candidatura, &coalicion);
    if (coalicion.independiente_count > 0 && candidatura->miembro_count > 1) {
        return cargador_refuse(contexto->cargador, donde(contexto, which),
                               "«%s» suma una candidatura independiente con otras "
                               "opciones; la independiente compite sola: sepárela",
                               candidatura->clave);
    }
    if (coalicion.partido_count > COALICION_PARTIDOS_MAX) {
        return cargador_refuse(
            contexto->cargador, donde(contexto, which),
            "«%s» es de %zu partidos; las combinaciones de más de %u "
            "no caben en una boleta",
            candidatura->clave, coalicion.partido_count, COALICION_PARTIDOS_MAX);
    }
    return combinaciones_check(contexto, which, &coalicion);
}

/* ---- between candidaturas */

static bool ambitos_meet(const struct ambito *a, const struct ambito *b)
{
    return strcmp(a->entidad, b->entidad) == 0 &&
           (a->territorio == NULL || b->territorio == NULL ||
            strcmp(a->territorio, b->territorio) == 0);
}

/* A territorio where both compete: "04-007"; NULL when there is none. */
static const struct ambito *meeting(const struct candidatura *a,
                                    const struct candidatura *b)
{
    for (size_t i = 0; i < a->ambito_count; i++) {
        for (size_t j = 0; j < b->ambito_count; j++) {
            if (ambitos_meet(&a->ambitos[i], &b->ambitos[j])) {
                return a->ambitos[i].territorio == NULL ? &b->ambitos[j]
                                                        : &a->ambitos[i];
            }
        }
    }
    return NULL;
}

static bool share(const struct candidatura *a, const struct candidatura *b,
                  uint16_t *out_opcion)
{
    for (size_t i = 0; i < a->miembro_count; i++) {
        for (size_t j = 0; j < b->miembro_count; j++) {
            if (a->miembros[i] == b->miembros[j]) {
                *out_opcion = a->miembros[i];
                return true;
            }
        }
    }
    return false;
}

/* A party alone everywhere gives way where it is in a coalition; a coalition that is
 * said to be everywhere does not. */
static enum prep_status pair_check(const struct contexto *contexto, size_t first,
                                   size_t second)
{
    const struct candidatura *a = &contexto->eleccion->candidaturas[first];
    const struct candidatura *b = &contexto->eleccion->candidaturas[second];
    const struct candidatura *general = a->ambito_count == 0 ? a : b;
    const struct ambito *where;
    const char *opcion;
    uint16_t shared = 0;

    if (!share(a, b, &shared)) {
        return PREP_OK;
    }
    opcion = contexto->eleccion->opciones[shared].clave;
    if (a->ambito_count == 0 && b->ambito_count == 0) {
        return cargador_refuse(contexto->cargador, donde(contexto, second),
                               "«%s» está en «%s» y en «%s», y las dos compiten en "
                               "todos los territorios; déjela en una, o dé a cada una "
                               "su lista de territorios",
                               opcion, a->clave, b->clave);
    }
    if (general->ambito_count == 0) {
        if (general->miembro_count == 1) {
            return PREP_OK;
        }
        return cargador_refuse(contexto->cargador, donde(contexto, second),
                               "«%s» está en «%s» y en «%s», pero «%s» compite en "
                               "todos los territorios; dé a «%s» su lista de "
                               "territorios",
                               opcion, a->clave, b->clave, general->clave,
                               general->clave);
    }
    where = meeting(a, b);
    if (where == NULL) {
        return PREP_OK;
    }
    return cargador_refuse(contexto->cargador, donde(contexto, second),
                           "«%s» está en «%s» y en «%s», y las dos compiten en %s%s%s; "
                           "quítela de una o quite ese territorio",
                           opcion, a->clave, b->clave, where->entidad,
                           where->territorio == NULL ? "" : "-",
                           where->territorio == NULL ? "" : where->territorio);
}

static enum prep_status ambitos_check(const struct contexto *contexto, size_t which)
{
    const struct candidatura *c = &contexto->eleccion->candidaturas[which];

    for (size_t i = 0; i < c->ambito_count; i++) {
        for (size_t other = 0; other < i; other++) {
            if (ambitos_meet(&c->ambitos[i], &c->ambitos[other])) {
                return cargador_refuse(
                    contexto->cargador,
                    ruta("elecciones[%zu].candidaturas[%zu].territorios[%zu]",
                         contexto->index, which, i),
                    "%s%s%s ya está en la lista de «%s»; quite uno",
                    c->ambitos[i].entidad, c->ambitos[i].territorio == NULL ? "" : "-",
                    c->ambitos[i].territorio == NULL ? "" : c->ambitos[i].territorio,
                    c->clave);
            }
        }
    }
    return PREP_OK;
}

/* Votes of a combination that no candidatura adds would elect nobody. */
static enum prep_status huerfana_check(const struct contexto *contexto)
{
    const struct eleccion *eleccion = contexto->eleccion;

    for (size_t i = 0; i < eleccion->opcion_count; i++) {
        bool suya = eleccion->opciones[i].tipo != OPCION_COMBINACION;

        for (size_t c = 0; c < eleccion->candidatura_count && !suya; c++) {
            for (size_t m = 0; m < eleccion->candidaturas[c].miembro_count; m++) {
                suya = suya || eleccion->candidaturas[c].miembros[m] == i;
            }
        }
        if (!suya) {
            return cargador_refuse(
                contexto->cargador,
                ruta("elecciones[%zu].opciones[%zu]", contexto->index, i),
                "«%s» no está en ninguna candidatura y sus partidos no van juntos en "
                "ninguna; agréguela a la de su coalición o quítela",
                eleccion->opciones[i].clave);
        }
    }
    return PREP_OK;
}

enum prep_status candidaturas_contradice(const struct cargador *cargador,
                                         const struct eleccion *eleccion, size_t index)
{
    const struct contexto contexto = { cargador, eleccion, index };
    enum prep_status status;

    for (size_t i = 0; i < eleccion->candidatura_count; i++) {
        status = candidatura_check(&contexto, i);
        if (status == PREP_OK) {
            status = ambitos_check(&contexto, i);
        }
        for (size_t other = 0; other < i && status == PREP_OK; other++) {
            status = pair_check(&contexto, other, i);
        }
        if (status != PREP_OK) {
            return status;
        }
    }
    return huerfana_check(&contexto);
}
