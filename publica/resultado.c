#include "resultado.h"

#include <string.h>

/* Divides here what is divided at this level: nothing is below. Above, parties are sums
 * already. */
static void reparte(const struct eleccion *eleccion, enum nivel_reparto aqui,
                    const struct resumen *resumen, struct resultado *resultado)
{
    if (eleccion->reglas.nivel_reparto == aqui) {
        coalicion_reparte(eleccion, resumen->votos, resultado->partidos);
    }
    resultado->con_partidos = eleccion->reglas.nivel_reparto <= aqui;
}

static void agrega(const struct eleccion *eleccion, const struct resultado *parte,
                   struct resultado *total)
{
    coalicion_agrega(eleccion, &parte->candidaturas, &total->candidaturas);
    for (size_t i = 0; i < eleccion->opcion_count; i++) {
        total->partidos[i] += parte->partidos[i];
    }
}

void resultado_territorio(const struct arbol *arbol, size_t territorio,
                          struct resultado *out_resultado)
{
    const struct arbol_territorio *t = &arbol->territorios[territorio];
    const struct eleccion *eleccion = &arbol->definicion->elecciones[t->eleccion];
    struct coalicion_mapa mapa;

    *out_resultado = (struct resultado){ 0 };
    coalicion_mapa(eleccion, arbol->entidades[t->entidad].clave, t->clave, &mapa);
    coalicion_suma(eleccion, &mapa, t->resumen.votos, &out_resultado->candidaturas);
    if (resumen_lleva_partidos(eleccion)) {
        memcpy(out_resultado->partidos, t->resumen.votos + eleccion->opcion_count,
               eleccion->opcion_count * sizeof out_resultado->partidos[0]);
    }
    reparte(eleccion, REPARTO_TERRITORIO, &t->resumen, out_resultado);
}

void resultado_entidad(const struct arbol *arbol, size_t entidad,
                       struct resultado *out_resultado)
{
    const struct arbol_entidad *e = &arbol->entidades[entidad];
    const struct eleccion *eleccion = &arbol->definicion->elecciones[e->eleccion];
    struct resumen resumen;

    *out_resultado = (struct resultado){ 0 };
    for (size_t i = 0; i < e->territorio_count; i++) {
        struct resultado parte;

        resultado_territorio(arbol, e->territorio_first + i, &parte);
        agrega(eleccion, &parte, out_resultado);
    }
    arbol_entidad_resumen(arbol, entidad, &resumen);
    reparte(eleccion, REPARTO_ENTIDAD, &resumen, out_resultado);
}

void resultado_eleccion(const struct arbol *arbol, const struct eleccion *eleccion,
                        struct resultado *out_resultado)
{
    struct resumen resumen;

    *out_resultado = (struct resultado){ 0 };
    for (size_t i = 0; i < arbol->entidad_count; i++) {
        struct resultado parte;

        if (arbol->entidades[i].eleccion != eleccion->ordinal - 1) {
            continue;
        }
        resultado_entidad(arbol, i, &parte);
        agrega(eleccion, &parte, out_resultado);
    }
    arbol_eleccion_resumen(arbol, eleccion->ordinal - 1, &resumen);
    reparte(eleccion, REPARTO_ELECCION, &resumen, out_resultado);
}
