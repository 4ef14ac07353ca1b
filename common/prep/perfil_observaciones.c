/* The column OBSERVACIONES: prep-rules 6.2 (one text) and 6.3 (federal list). */
#include <assert.h>
#include <stdio.h>

#include "prep/perfil_privado.h"

/* The federal list: every cause, in the order of the profile. */
static void observaciones_lista(const struct perfil_observaciones *obs,
                                const struct acta_vista *vista,
                                char out_text[static PERFIL_CAMPO_SIZE])
{
    const uint32_t causas = vista->decision.causas;
    const char *texts[PERFIL_CAUSA_COUNT];
    size_t count = 0, len;

    for (size_t i = 0; i < PERFIL_CAUSA_COUNT; i++) {
        if (obs->orden[i] == CAUSA_ORDEN_EXCEDE && (causas & CAUSA_EXCEDE)) {
            texts[count++] =
                vista->hechos.tipo_casilla == 'S' ? obs->excede_especial : obs->excede;
        }
        if (obs->orden[i] == CAUSA_ORDEN_ILEGIBLE && (causas & CAUSA_ILEGIBLE)) {
            texts[count++] =
                causas & CAUSA_TODOS_ILEGIBLES ? obs->todos_ilegibles : obs->ilegible;
        }
        if (obs->orden[i] == CAUSA_ORDEN_SIN_DATO && (causas & CAUSA_SIN_DATO)) {
            texts[count++] =
                causas & CAUSA_TODOS_SIN_DATO ? obs->todos_sin_dato : obs->sin_dato;
        }
    }
    len = (size_t)snprintf(out_text, PERFIL_CAMPO_SIZE, "%s", obs->apertura);
    for (size_t i = 0; i < count && len < PERFIL_CAMPO_SIZE; i++) {
        len += (size_t)snprintf(out_text + len, PERFIL_CAMPO_SIZE - len, "%s%s",
                                i == 0 ? "" : obs->separador, texts[i]);
    }
    if (len < PERFIL_CAMPO_SIZE) {
        (void)snprintf(out_text + len, PERFIL_CAMPO_SIZE - len, "%s", obs->cierre);
    }
}

const char *perfil_observaciones_texto(const struct perfil *perfil,
                                       const struct acta_vista *vista,
                                       char scratch[static PERFIL_CAMPO_SIZE])
{
    const struct perfil_observaciones *obs = &perfil->observaciones;
    const struct acta_decision *decision = &vista->decision;

    switch (decision->estado) {
    case ACTA_FUERA_DE_CATALOGO:
        return obs->fuera;
    case ACTA_SIN_ACTA:
        assert((size_t)vista->hechos.sin_acta <= PERFIL_SIN_ACTA_COUNT);
        return obs->sin_acta[vista->hechos.sin_acta - 1];
    case ACTA_NO_CAPTURADA:
        return obs->no_capturada;
    case ACTA_NORMAL:
        return obs->ninguna;
    case ACTA_TODOS_ILEGIBLES:
    case ACTA_EXCEDE:
    case ACTA_ALGUN_CAMPO:
        break;
    }
    if (obs->lista) {
        if (decision->estado == ACTA_TODOS_ILEGIBLES &&
            (decision->causas & CAUSA_TODOS_MIXTO) && obs->todos_mixto[0] != '\0') {
            return obs->todos_mixto;
        }
        observaciones_lista(obs, vista, scratch);
        return scratch;
    }
    if (decision->estado == ACTA_ALGUN_CAMPO) {
        return obs->algun_campo;
    }
    if (decision->estado == ACTA_EXCEDE) {
        return vista->hechos.tipo_casilla == 'S' ? obs->excede_especial : obs->excede;
    }
    if (decision->causas & CAUSA_TODOS_MIXTO) {
        return obs->todos_mixto;
    }
    return decision->causas & CAUSA_TODOS_ILEGIBLES ? obs->todos_ilegibles
                                                    : obs->todos_sin_dato;
}
