#include "prep/eleccion.h"

#include <assert.h>
#include <string.h>

#include "prep/catalogo.h"

const struct eleccion *definicion_eleccion(const struct definicion *definicion,
                                           uint32_t ordinal)
{
    if (ordinal == 0 || ordinal > definicion->eleccion_count) {
        return NULL;
    }
    return &definicion->elecciones[ordinal - 1];
}

const struct eleccion *definicion_eleccion_clave(const struct definicion *definicion,
                                                 const char *clave)
{
    for (size_t i = 0; i < definicion->eleccion_count; i++) {
        if (strcmp(definicion->elecciones[i].clave, clave) == 0) {
            return &definicion->elecciones[i];
        }
    }
    return NULL;
}

const char *vocabulario_texto(const struct vocabulario *vocabulario, uint32_t codigo)
{
    if (codigo == 0) {
        return "";
    }
    return codigo <= vocabulario->count ? vocabulario->textos[codigo - 1] : NULL;
}

static const char *celda_clave(const struct eleccion *eleccion, size_t celda_index)
{
    return celda_index < eleccion->campo_count
               ? eleccion->campos[celda_index].clave
               : eleccion->opciones[celda_index - eleccion->campo_count].clave;
}

enum prep_status eleccion_celdas_check(const struct eleccion *eleccion,
                                       const uint8_t *no_aplica, const celda *celdas,
                                       size_t count, struct prep_reason *reason)
{
    if (count != eleccion->celda_count) {
        return prep_fail(reason, PREP_ERR_RANGE,
                         "celdas: son %zu; un acta de %s tiene %zu", count,
                         eleccion->clave, eleccion->celda_count);
    }
    for (size_t i = 0; i < count; i++) {
        bool opcion = i >= eleccion->campo_count;
        bool ausente = celdas[i] == CELDA_NO_APLICA;

        if (!celda_es_valida(celdas[i])) {
            return prep_fail(reason, PREP_ERR_RANGE,
                             "%s: %ld: debe ir de 0 a %d, o ser ilegible o sin dato",
                             celda_clave(eleccion, i), (long)celdas[i], CELDA_MAX);
        }
        /* Which quantities a kind of acta lacks is not in the catalogue. */
        if (!opcion) {
            continue;
        }
        if (ausente != catalogo_no_aplica(no_aplica, i - eleccion->campo_count)) {
            return prep_fail(reason, PREP_ERR_RANGE, "%s: %s", celda_clave(eleccion, i),
                             ausente
                                 ? "esta acta tiene esa opción; captúrela"
                                 : "esta acta no tiene esa opción; déjela sin captura");
        }
    }
    return PREP_OK;
}
