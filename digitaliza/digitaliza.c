#include "digitaliza.h"

#include "base/log.h"
#include "prep/acta_id.h"
#include "prep/envelope.h"

/* A fuera de catalogo acta was numbered by an acopio worker that we know. */
static bool fuera_exists(const struct digitaliza_rules *rules, uint64_t acta)
{
    const struct topology_process *emisor = topology_by_numero(
        rules->topology, (uint32_t)(acta >> 32) & ACTA_ID_EMISOR_MAX);

    return emisor != NULL && emisor->etapa == ETAPA_ACOPIO_CATD;
}

static bool acta_exists(const struct digitaliza_rules *rules, uint64_t acta)
{
    if (acta_id_es_fuera(acta)) {
        return fuera_exists(rules, acta);
    }
    return acta_id_es_de_catalogo(acta) && acta <= rules->catalogo_count;
}

static enum prep_status code_check(const char *field,
                                   const struct vocabulario *vocabulario, uint32_t code,
                                   struct prep_reason *reason)
{
    if (vocabulario_texto(vocabulario, code) == NULL) {
        return prep_fail(reason, PREP_ERR_RANGE, "%s: %u: debe ir de 0 a %zu", field,
                         code, vocabulario->count);
    }
    return PREP_OK;
}

static enum prep_status imagen_check(const struct digitaliza_rules *rules,
                                     const Prep__Imagen *imagen,
                                     struct prep_reason *reason)
{
    const struct definicion *definicion = rules->definicion;
    enum prep_status status;

    if (imagen->bytes_total > rules->image_bytes_max) {
        return prep_fail(reason, PREP_ERR_RANGE, "imagen: %llu bytes: a lo más %llu",
                         (unsigned long long)imagen->bytes_total,
                         (unsigned long long)rules->image_bytes_max);
    }
    status = code_check("origen", &definicion->origenes, imagen->origen, reason);
    if (status != PREP_OK) {
        return status;
    }
    status = code_check("digitalizacion", &definicion->digitalizaciones,
                        imagen->digitalizacion, reason);
    if (status != PREP_OK) {
        return status;
    }
    return code_check("documento", &definicion->documentos, imagen->documento, reason);
}

enum prep_status digitaliza_check(const struct digitaliza_rules *rules,
                                  const Prep__Event *event, const char **err_event_name,
                                  struct prep_reason *reason)
{
    *err_event_name = "mensaje.rechazado";
    if (rules->self != NULL) {
        enum prep_status status = envelope_event_check(rules->self, event, reason);

        if (status != PREP_OK) {
            return status;
        }
    }
    if (event->acta != 0 && !acta_exists(rules, event->acta)) {
        *err_event_name = LOG_EVENT("acta.desconocida");
        return prep_fail(
            reason, PREP_ERR_RANGE, "acta: %llu: el catálogo va de 1 a %llu",
            (unsigned long long)event->acta, (unsigned long long)rules->catalogo_count);
    }
    switch (event->cuerpo_case) {
    case PREP__EVENT__CUERPO_IMAGEN:
        return imagen_check(rules, event->imagen, reason);
    case PREP__EVENT__CUERPO_INCIDENCIA:
        return PREP_OK;
    default:
        return prep_fail(reason, PREP_ERR_RANGE,
                         "cuerpo: este servicio sólo recibe imágenes e incidencias");
    }
}
