/* What each etapa may say in an event, field by field. */
#include <assert.h>
#include <string.h>

#include "base/utf8.h"
#include "prep/acta_id.h"
#include "prep/celda.h"
#include "prep/eleccion.h"
#include "prep/envelope.h"
#include "prep/reglas.h"
#include "prep/reloj.h"

#define HORA_MS_MAX INT64_C(7258118400000) /* 2200-01-01 UTC */
#define IMAGEN_FORMATO_MAX 5u              /* proto: 1 webp ... 5 tiff */
#define CAPTURAS_MAX 3u                    /* a verificacion rests on three at most */

#define PASO_1 (1u << 1)
#define PASOS_2_Y_3 ((1u << 2) | (1u << 3))

/* Which etapas may emit each body, and whether it speaks of an acta. */
struct body_rule {
    Prep__Event__CuerpoCase body;
    const char *name;
    uint32_t etapas;
    enum { ACTA_REQUIRED, ACTA_FORBIDDEN, ACTA_OPTIONAL } acta;
};

static const struct body_rule body_rules[] = {
    { PREP__EVENT__CUERPO_APERTURA, "apertura", ETAPA_BIT(ETAPA_HERRAMIENTA),
      ACTA_FORBIDDEN },
    { PREP__EVENT__CUERPO_ACOPIO, "acopio", ETAPA_BIT(ETAPA_ACOPIO_CATD),
      ACTA_REQUIRED },
    { PREP__EVENT__CUERPO_IMAGEN, "imagen", ETAPA_BIT(ETAPA_DIGITALIZA_CATD),
      ACTA_REQUIRED },
    { PREP__EVENT__CUERPO_CAPTURA, "captura",
      ETAPA_BIT(ETAPA_CAPTURA) | ETAPA_BIT(ETAPA_VERIFICA), ACTA_REQUIRED },
    { PREP__EVENT__CUERPO_VERIFICACION, "verificacion", ETAPA_BIT(ETAPA_VERIFICA),
      ACTA_REQUIRED },
    { PREP__EVENT__CUERPO_COTEJO, "cotejo", ETAPA_BIT(ETAPA_VERIFICA), ACTA_REQUIRED },
    { PREP__EVENT__CUERPO_CORTE, "corte", ETAPA_BIT(ETAPA_PUBLICA), ACTA_FORBIDDEN },
    { PREP__EVENT__CUERPO_CIERRE, "cierre",
      ETAPA_BIT(ETAPA_PUBLICA) | ETAPA_BIT(ETAPA_HERRAMIENTA), ACTA_FORBIDDEN },
    { PREP__EVENT__CUERPO_PROPUESTA, "propuesta", ETAPA_BIT(ETAPA_VERIFICA),
      ACTA_REQUIRED },
    { PREP__EVENT__CUERPO_CORRECCION, "correccion", ETAPA_BIT(ETAPA_VERIFICA),
      ACTA_REQUIRED },
    { PREP__EVENT__CUERPO_IDENTIFICACION, "identificacion", ETAPA_BIT(ETAPA_VERIFICA),
      ACTA_REQUIRED },
    { PREP__EVENT__CUERPO_HORA_DUDOSA, "hora_dudosa",
      ETAPA_BIT(ETAPA_ACOPIO) | ETAPA_BIT(ETAPA_DIGITALIZA), ACTA_REQUIRED },
    { PREP__EVENT__CUERPO_INCIDENCIA, "incidencia", UINT32_MAX, ACTA_OPTIONAL },
};

static const struct body_rule *body_rule_find(Prep__Event__CuerpoCase body)
{
    for (size_t i = 0; i < sizeof body_rules / sizeof body_rules[0]; i++) {
        if (body_rules[i].body == body) {
            return &body_rules[i];
        }
    }
    return NULL;
}

static enum prep_status number_check(const char *field, uint64_t value, uint64_t min,
                                     uint64_t max, struct prep_reason *reason)
{
    if (value < min || value > max) {
        return prep_fail(reason, PREP_ERR_RANGE, "%s: %llu; debe ir de %llu a %llu",
                         field, (unsigned long long)value, (unsigned long long)min,
                         (unsigned long long)max);
    }
    return PREP_OK;
}

static enum prep_status hash_check(const char *field, const ProtobufCBinaryData *bytes,
                                   struct prep_reason *reason)
{
    if (bytes->len != HASH_LEN) {
        return prep_fail(reason, PREP_ERR_RANGE, "%s: %zu bytes; deben ser %u", field,
                         bytes->len, HASH_LEN);
    }
    return PREP_OK;
}

/* UTF-8 without control characters: it ends in a database and in public files. */
static enum prep_status text_check(const char *field, const char *text, size_t min,
                                   size_t max, struct prep_reason *reason)
{
    const size_t len = strlen(text);
    uint32_t code;
    size_t step;

    if (len < min || len > max) {
        return prep_fail(reason, PREP_ERR_RANGE,
                         "%s: %zu bytes; debe tener de %zu a %zu", field, len, min,
                         max);
    }
    for (size_t i = 0; i < len; i += step) {
        step = utf8_decode(text + i, len - i, &code);
        if (step == 0 || code < 0x20 || (code >= 0x7f && code < 0xa0)) {
            return prep_fail(
                reason, PREP_ERR_RANGE,
                "%s: no es texto UTF-8 sin caracteres de control (byte %zu)", field, i);
        }
    }
    return PREP_OK;
}

static enum prep_status celdas_check(const int32_t *celdas, size_t count,
                                     struct prep_reason *reason)
{
    enum prep_status status =
        number_check("celdas", count, 1, ELECCION_CELDAS_MAX, reason);

    for (size_t i = 0; status == PREP_OK && i < count; i++) {
        if (!celda_es_valida(celdas[i])) {
            status =
                prep_fail(reason, PREP_ERR_RANGE, "celdas[%zu]: %d; debe ir de %d a %d",
                          i, celdas[i], CELDA_NO_APLICA, CELDA_MAX);
        }
    }
    return status;
}

/* Runs a check and returns when it refuses. */
#define TRY(call)                                                                      \
    do {                                                                               \
        enum prep_status try_status_ = (call);                                         \
        if (try_status_ != PREP_OK) {                                                  \
            return try_status_;                                                        \
        }                                                                              \
    } while (0)

static enum prep_status acopio_check(const struct topology_process *emisor,
                                     const Prep__Event *event,
                                     struct prep_reason *reason)
{
    const Prep__Acopio *acopio = event->acopio;

    TRY(number_check("mecanismo", acopio->mecanismo, 0, VOCABULARIO_MAX, reason));
    TRY(number_check("documento", acopio->documento, 0, VOCABULARIO_MAX, reason));
    TRY(number_check("sin_acta", acopio->sin_acta, 0, SIN_ACTA_CONTINGENCIA_URNA,
                     reason));
    TRY(number_check("eleccion", acopio->eleccion, 0, ELECCION_MAX, reason));
    TRY(number_check("identificacion", acopio->n_identificacion, 0, EVENT_TEXTOS_MAX,
                     reason));
    if (acta_id_es_de_catalogo(event->acta)) {
        if (acopio->eleccion != 0 || acopio->n_identificacion != 0) {
            return prep_fail(reason, PREP_ERR_RANGE,
                             "identificacion: el acta %llu es del catálogo, que ya la "
                             "describe",
                             (unsigned long long)event->acta);
        }
    } else if (((event->acta >> 32) & ACTA_ID_EMISOR_MAX) != emisor->numero) {
        /* Only who registers it may take an id from its own range. */
        return prep_fail(reason, PREP_ERR_RANGE,
                         "acta: %llu no es de las que numera «%s»",
                         (unsigned long long)event->acta, emisor->nombre);
    }
    for (size_t i = 0; i < acopio->n_identificacion; i++) {
        TRY(text_check("campo", acopio->identificacion[i]->campo, 1, EVENT_CAMPO_MAX,
                       reason));
        TRY(text_check("texto", acopio->identificacion[i]->texto, 0, EVENT_TEXTO_MAX,
                       reason));
    }
    return PREP_OK;
}

static enum prep_status imagen_check(const Prep__Imagen *imagen,
                                     struct prep_reason *reason)
{
    TRY(hash_check("sha256", &imagen->sha256, reason));
    TRY(number_check("bytes_total", imagen->bytes_total, 1, EVENT_IMAGEN_BYTES_MAX,
                     reason));
    TRY(number_check("formato", imagen->formato, 1, IMAGEN_FORMATO_MAX, reason));
    TRY(number_check("origen", imagen->origen, 0, VOCABULARIO_MAX, reason));
    TRY(number_check("digitalizacion", imagen->digitalizacion, 0, VOCABULARIO_MAX,
                     reason));
    return number_check("documento", imagen->documento, 0, VOCABULARIO_MAX, reason);
}

static enum prep_status captura_check(const struct topology_process *emisor,
                                      const Prep__Captura *captura,
                                      struct prep_reason *reason)
{
    const uint32_t pasos = emisor->etapa == ETAPA_CAPTURA ? PASO_1 : PASOS_2_Y_3;

    TRY(number_check("paso", captura->paso, 1, 3, reason));
    if ((pasos & (1u << captura->paso)) == 0) {
        return prep_fail(reason, PREP_ERR_RANGE, "paso: %u no lo hace %s",
                         captura->paso, etapa_text(emisor->etapa));
    }
    return celdas_check(captura->celdas, captura->n_celdas, reason);
}

static enum prep_status verificacion_check(const Prep__Verificacion *verificacion,
                                           struct prep_reason *reason)
{
    TRY(number_check("metodo", verificacion->metodo, 1, 2, reason));
    TRY(number_check("capturas", verificacion->n_capturas, 1, CAPTURAS_MAX, reason));
    for (size_t i = 0; i < verificacion->n_capturas; i++) {
        TRY(hash_check("capturas", &verificacion->capturas[i], reason));
    }
    return celdas_check(verificacion->celdas, verificacion->n_celdas, reason);
}

/* Values: those of a correction, none in a reopening. */
static enum prep_status clase_check(uint32_t clase, const int32_t *celdas, size_t count,
                                    struct prep_reason *reason)
{
    if (clase == PROPUESTA_CORRECCION) {
        return celdas_check(celdas, count, reason);
    }
    return number_check("celdas", count, 0, 0, reason);
}

/* Only an acta fuera de catalogo is identified, as one of the catalogue. */
static enum prep_status fuera_check(const Prep__Event *event, uint64_t fuera,
                                    struct prep_reason *reason)
{
    if (!acta_id_es_fuera(fuera)) {
        return prep_fail(reason, PREP_ERR_RANGE,
                         "fuera: %llu no es un acta fuera de catálogo",
                         (unsigned long long)fuera);
    }
    if (!acta_id_es_de_catalogo(event->acta)) {
        return prep_fail(reason, PREP_ERR_RANGE, "acta: %llu no es del catálogo",
                         (unsigned long long)event->acta);
    }
    return PREP_OK;
}

static enum prep_status propuesta_check(const Prep__Event *event,
                                        struct prep_reason *reason)
{
    const Prep__Propuesta *propuesta = event->propuesta;

    TRY(number_check("clase", propuesta->clase, PROPUESTA_CORRECCION,
                     PROPUESTA_IDENTIFICACION, reason));
    TRY(number_check("operador", propuesta->operador, 1, INT32_MAX, reason));
    TRY(text_check("motivo", propuesta->motivo, EVENT_MOTIVO_MIN, EVENT_MOTIVO_MAX,
                   reason));
    TRY(clase_check(propuesta->clase, propuesta->celdas, propuesta->n_celdas, reason));
    if (propuesta->imagen.len != 0) {
        TRY(hash_check("imagen", &propuesta->imagen, reason));
    }
    TRY(hash_check("sigue_a", &event->sigue_a, reason));
    return propuesta->clase == PROPUESTA_IDENTIFICACION
               ? fuera_check(event, propuesta->fuera, reason)
               : number_check("fuera", propuesta->fuera, 0, 0, reason);
}

/* Whoever signs says that two people agreed; one cannot be both. */
static enum prep_status personas_check(uint32_t propone, uint32_t confirma,
                                       const char *motivo,
                                       const ProtobufCBinaryData *propuesta,
                                       struct prep_reason *reason)
{
    TRY(number_check("propone", propone, 1, INT32_MAX, reason));
    TRY(number_check("confirma", confirma, 1, INT32_MAX, reason));
    if (propone == confirma) {
        return prep_fail(reason, PREP_ERR_RANGE,
                         "confirma: %u es quien propuso; debe ser otra persona",
                         confirma);
    }
    TRY(text_check("motivo", motivo, EVENT_MOTIVO_MIN, EVENT_MOTIVO_MAX, reason));
    return hash_check("propuesta", propuesta, reason);
}

static enum prep_status correccion_check(const Prep__Correccion *correccion,
                                         struct prep_reason *reason)
{
    TRY(number_check("clase", correccion->clase, PROPUESTA_CORRECCION,
                     PROPUESTA_REAPERTURA, reason));
    TRY(number_check("numero", correccion->numero, 1, INT32_MAX, reason));
    TRY(personas_check(correccion->propone, correccion->confirma, correccion->motivo,
                       &correccion->propuesta, reason));
    TRY(clase_check(correccion->clase, correccion->celdas, correccion->n_celdas,
                    reason));
    if (correccion->n_anteriores > 0) {
        TRY(celdas_check(correccion->anteriores, correccion->n_anteriores, reason));
    }
    if (correccion->imagen.len != 0) {
        TRY(hash_check("imagen", &correccion->imagen, reason));
    }
    return hash_check("sustituye", &correccion->sustituye, reason);
}

static enum prep_status identificacion_check(const Prep__Event *event,
                                             struct prep_reason *reason)
{
    const Prep__Identificacion *identificacion = event->identificacion;

    TRY(fuera_check(event, identificacion->fuera, reason));
    TRY(personas_check(identificacion->propone, identificacion->confirma,
                       identificacion->motivo, &identificacion->propuesta, reason));
    TRY(hash_check("evento", &identificacion->evento, reason));
    if (identificacion->imagen_ms < 0 || identificacion->imagen_ms > HORA_MS_MAX) {
        return prep_fail(reason, PREP_ERR_RANGE, "imagen_ms: fuera de rango");
    }
    if (identificacion->imagen == NULL) {
        return prep_fail(reason, PREP_ERR_RANGE, "imagen: falta");
    }
    return imagen_check(identificacion->imagen, reason);
}

/* Each service doubts what it receives. */
static enum prep_status hora_dudosa_check(const struct topology_process *emisor,
                                          const Prep__HoraDudosa *duda,
                                          struct prep_reason *reason)
{
    const uint32_t tipo = emisor->etapa == ETAPA_ACOPIO ? PREP__EVENT__CUERPO_ACOPIO
                                                        : PREP__EVENT__CUERPO_IMAGEN;

    TRY(hash_check("evento", &duda->evento, reason));
    TRY(number_check("tipo", duda->tipo, tipo, tipo, reason));
    TRY(number_check("causas", duda->causas, 1, RELOJ_CAUSAS_MAX, reason));
    if (duda->dispositivo_ms < 0 || duda->dispositivo_ms > HORA_MS_MAX) {
        return prep_fail(reason, PREP_ERR_RANGE, "dispositivo_ms: fuera de rango");
    }
    return PREP_OK;
}

static enum prep_status corte_check(const Prep__Corte *corte,
                                    struct prep_reason *reason)
{
    TRY(number_check("numero", corte->numero, 1, INT64_MAX, reason));
    TRY(number_check("tamano", corte->tamano, 0, INT64_MAX, reason));
    TRY(hash_check("raiz", &corte->raiz, reason));
    TRY(hash_check("objeto", &corte->objeto, reason));
    if (corte->nominal_ms < 0 || corte->nominal_ms > HORA_MS_MAX) {
        return prep_fail(reason, PREP_ERR_RANGE, "nominal_ms: fuera de rango");
    }
    return PREP_OK;
}

static enum prep_status body_check(const struct topology_process *emisor,
                                   const Prep__Event *event, struct prep_reason *reason)
{
    switch (event->cuerpo_case) {
    case PREP__EVENT__CUERPO_APERTURA:
        TRY(hash_check("definicion_sha256", &event->apertura->definicion_sha256,
                       reason));
        return hash_check("catalogo_sha256", &event->apertura->catalogo_sha256, reason);
    case PREP__EVENT__CUERPO_ACOPIO:
        return acopio_check(emisor, event, reason);
    case PREP__EVENT__CUERPO_IMAGEN:
        return imagen_check(event->imagen, reason);
    case PREP__EVENT__CUERPO_CAPTURA:
        return captura_check(emisor, event->captura, reason);
    case PREP__EVENT__CUERPO_VERIFICACION:
        return verificacion_check(event->verificacion, reason);
    case PREP__EVENT__CUERPO_COTEJO:
        return number_check("resultado", event->cotejo->resultado, 1, 3, reason);
    case PREP__EVENT__CUERPO_PROPUESTA:
        return propuesta_check(event, reason);
    case PREP__EVENT__CUERPO_CORRECCION:
        return correccion_check(event->correccion, reason);
    case PREP__EVENT__CUERPO_IDENTIFICACION:
        return identificacion_check(event, reason);
    case PREP__EVENT__CUERPO_HORA_DUDOSA:
        return hora_dudosa_check(emisor, event->hora_dudosa, reason);
    case PREP__EVENT__CUERPO_INCIDENCIA:
        TRY(text_check("nombre", event->incidencia->nombre, 1, EVENT_INCIDENCIA_MAX,
                       reason));
        return text_check("detalle", event->incidencia->detalle, 0, EVENT_DETALLE_MAX,
                          reason);
    case PREP__EVENT__CUERPO_CORTE:
        return corte_check(event->corte, reason);
    case PREP__EVENT__CUERPO_CIERRE:
        return number_check("corte", event->cierre->corte, 0, INT64_MAX, reason);
    default:
        return prep_fail(reason, PREP_ERR_RANGE, "cuerpo: falta o es desconocido");
    }
}

static enum prep_status acta_check(const struct body_rule *rule, uint64_t acta,
                                   struct prep_reason *reason)
{
    if (acta == 0) {
        return rule->acta == ACTA_REQUIRED
                   ? prep_fail(reason, PREP_ERR_RANGE, "acta: falta en %s", rule->name)
                   : PREP_OK;
    }
    if (rule->acta == ACTA_FORBIDDEN) {
        return prep_fail(reason, PREP_ERR_RANGE, "acta: no va en %s", rule->name);
    }
    if (!acta_id_es_de_catalogo(acta) && !acta_id_es_fuera(acta)) {
        return prep_fail(reason, PREP_ERR_RANGE, "acta: %llu no es un identificador",
                         (unsigned long long)acta);
    }
    return PREP_OK;
}

enum prep_status envelope_event_check(const struct topology_process *emisor,
                                      const Prep__Event *event,
                                      struct prep_reason *reason)
{
    const struct body_rule *rule = body_rule_find(event->cuerpo_case);

    assert(emisor != NULL && event != NULL);
    if (rule == NULL) {
        return prep_fail(reason, PREP_ERR_RANGE, "cuerpo: falta o es desconocido");
    }
    if ((rule->etapas & ETAPA_BIT(emisor->etapa)) == 0) {
        return prep_fail(reason, PREP_ERR_RANGE, "cuerpo: «%s» (%s) no emite %s",
                         emisor->nombre, etapa_text(emisor->etapa), rule->name);
    }
    if (event->hora_ms < 0 || event->hora_ms > HORA_MS_MAX) {
        return prep_fail(reason, PREP_ERR_RANGE, "hora_ms: %lld fuera de rango",
                         (long long)event->hora_ms);
    }
    if (event->sigue_a.len != 0) {
        TRY(hash_check("sigue_a", &event->sigue_a, reason));
    }
    TRY(acta_check(rule, event->acta, reason));
    return body_check(emisor, event, reason);
}
