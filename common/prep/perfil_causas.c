/* The texts of OBSERVACIONES. */
#include "prep/perfil_obra.h"

static const char *const estilo_palabras[] = { "local", "lista" };
static const char *const causa_palabras[] = { "excede", "ilegible", "sin_dato" };

static enum prep_status orden_compila(struct obra *obra)
{
    const struct observaciones_yaml *yaml = &obra->yaml->observaciones;
    struct perfil_observaciones *out = &obra->perfil->observaciones;
    uint32_t seen = 0;

    for (size_t i = 0; i < PERFIL_CAUSA_COUNT; i++) {
        out->orden[i] = (enum perfil_causa)i;
    }
    if (yaml->orden_count == 0) {
        return PREP_OK;
    }
    for (size_t i = 0; i < yaml->orden_count && i < PERFIL_CAUSA_COUNT; i++) {
        size_t causa = 0;
        enum prep_status status = obra_palabra(
            obra,
            ruta("elecciones[%zu].perfil.observaciones.orden[%zu]", obra->index, i),
            yaml->orden[i], causa_palabras, COUNT_OF(causa_palabras), &causa);

        if (status != PREP_OK) {
            return status;
        }
        seen |= 1u << causa;
        out->orden[i] = (enum perfil_causa)causa;
    }
    if (yaml->orden_count != PERFIL_CAUSA_COUNT || seen != 7u) {
        return cargador_refuse(obra->cargador, EN(obra, "observaciones.orden"),
                               "debe nombrar una vez cada una de: excede, ilegible, "
                               "sin_dato");
    }
    return PREP_OK;
}

enum prep_status obra_observaciones(struct obra *obra)
{
    const struct observaciones_yaml *yaml = &obra->yaml->observaciones;
    struct perfil_observaciones *out = &obra->perfil->observaciones;
    enum prep_status status;
    size_t estilo = 0;

    status = obra_palabra(obra, EN(obra, "observaciones.estilo"), yaml->estilo,
                          estilo_palabras, COUNT_OF(estilo_palabras), &estilo);
    if (status != PREP_OK) {
        return status;
    }
    if (estilo == 0 && yaml->algun_campo == NULL) {
        return cargador_refuse(obra->cargador, EN(obra, "observaciones"),
                               "el estilo local necesita algun_campo; agréguelo");
    }
    if (estilo == 1 &&
        (yaml->ilegible == NULL || yaml->sin_dato == NULL || yaml->separador == NULL)) {
        return cargador_refuse(obra->cargador, EN(obra, "observaciones"),
                               "el estilo lista necesita ilegible, sin_dato y "
                               "separador; agréguelos");
    }
    *out = (struct perfil_observaciones){
        .lista = estilo == 1,
        .apertura = obra_copia(obra, yaml->apertura),
        .separador = obra_copia(obra, yaml->separador),
        .cierre = obra_copia(obra, yaml->cierre),
        .ninguna = obra_copia(obra, yaml->ninguna),
        .no_capturada = obra_copia(obra, yaml->no_capturada),
        .fuera = obra_copia(obra, yaml->fuera),
        .algun_campo = obra_copia(obra, yaml->algun_campo),
        .ilegible = obra_copia(obra, yaml->ilegible),
        .sin_dato = obra_copia(obra, yaml->sin_dato),
        .excede = obra_copia(obra, yaml->excede),
        .excede_especial = obra_copia(
            obra, yaml->excede_especial == NULL ? yaml->excede : yaml->excede_especial),
        .todos_ilegibles = obra_copia(obra, yaml->todos_ilegibles),
        .todos_sin_dato = obra_copia(obra, yaml->todos_sin_dato),
        .todos_mixto = obra_copia(obra, yaml->todos_mixto),
        .sin_acta = { obra_copia(obra, yaml->paquete_no_entregado),
                      obra_copia(obra, yaml->casilla_no_instalada),
                      obra_copia(obra, yaml->sin_bolsa),
                      obra_copia(obra, yaml->contingencia_urna) },
    };
    return orden_compila(obra);
}
