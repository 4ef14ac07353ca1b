#include "acopio.h"

#include <string.h>

#include "base/log.h"
#include "prep/acta_id.h"
#include "prep/catalogo.h"

/* Identity columns of the catalogue that a person may read off an acta. */
struct campo_rule {
    const char *campo;
    size_t bytes_max; /* fits the column, with its NUL */
};

#define CAMPO(name)                                                                    \
    {                                                                                  \
#name, sizeof((struct catalogo_acta *)0)->name - 1                             \
    }
#define NUMERO_BYTES_MAX 7u

static const struct campo_rule campo_rules[] = {
    CAMPO(clave_casilla),
    CAMPO(clave_acta),
    CAMPO(entidad),
    CAMPO(entidad_nombre),
    CAMPO(territorio),
    CAMPO(territorio_nombre),
    CAMPO(seccion),
    CAMPO(id_casilla),
    CAMPO(tipo_casilla),
    CAMPO(ext_contigua),
    CAMPO(ubicacion),
    CAMPO(tipo_acta),
    CAMPO(catd),
    { "lista_nominal", NUMERO_BYTES_MAX },
    { "representantes", NUMERO_BYTES_MAX },
};

size_t acopio_campo_max(const char *campo)
{
    for (size_t i = 0; i < sizeof campo_rules / sizeof campo_rules[0]; i++) {
        if (strcmp(campo_rules[i].campo, campo) == 0) {
            return campo_rules[i].bytes_max;
        }
    }
    return 0;
}

bool acopio_acta_exists(const struct acopio_rules *rules, uint64_t acta)
{
    return acta_id_es_fuera(acta) ||
           (acta_id_es_de_catalogo(acta) && acta <= rules->catalogo_count);
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

static enum prep_status dato_check(const Prep__Dato *const *datos, size_t index,
                                   struct prep_reason *reason)
{
    const Prep__Dato *dato = datos[index];
    const size_t bytes_max = acopio_campo_max(dato->campo);

    if (bytes_max == 0) {
        return prep_fail(reason, PREP_ERR_RANGE,
                         "identificacion: %.40s: no es un campo de identidad",
                         dato->campo);
    }
    if (strlen(dato->texto) > bytes_max) {
        return prep_fail(reason, PREP_ERR_RANGE,
                         "identificacion: %s: a lo más %zu bytes", dato->campo,
                         bytes_max);
    }
    for (size_t i = 0; i < index; i++) {
        if (strcmp(datos[i]->campo, dato->campo) == 0) {
            return prep_fail(reason, PREP_ERR_RANGE,
                             "identificacion: %s: está repetido", dato->campo);
        }
    }
    return PREP_OK;
}

static enum prep_status body_check(const struct acopio_rules *rules,
                                   const Prep__Acopio *acopio,
                                   struct prep_reason *reason)
{
    enum prep_status status;

    status = code_check("mecanismo", &rules->definicion->mecanismos, acopio->mecanismo,
                        reason);
    if (status != PREP_OK) {
        return status;
    }
    status = code_check("documento", &rules->definicion->documentos, acopio->documento,
                        reason);
    if (status != PREP_OK) {
        return status;
    }
    if (acopio->eleccion > rules->definicion->eleccion_count) {
        return prep_fail(reason, PREP_ERR_RANGE, "eleccion: %u: debe ir de 0 a %zu",
                         acopio->eleccion, rules->definicion->eleccion_count);
    }
    for (size_t i = 0; i < acopio->n_identificacion; i++) {
        status =
            dato_check((const Prep__Dato *const *)acopio->identificacion, i, reason);
        if (status != PREP_OK) {
            return status;
        }
    }
    return PREP_OK;
}

enum prep_status acopio_check(const struct acopio_rules *rules,
                              const Prep__Event *event, const char **err_event_name,
                              struct prep_reason *reason)
{
    enum prep_status status;

    if (event->acta != 0 && !acopio_acta_exists(rules, event->acta)) {
        *err_event_name = LOG_EVENT("acta.desconocida");
        return prep_fail(
            reason, PREP_ERR_RANGE, "acta: %llu: el catálogo va de 1 a %llu",
            (unsigned long long)event->acta, (unsigned long long)rules->catalogo_count);
    }
    *err_event_name = "mensaje.rechazado";
    switch (event->cuerpo_case) {
    case PREP__EVENT__CUERPO_ACOPIO:
        status = body_check(rules, event->acopio, reason);
        return status;
    case PREP__EVENT__CUERPO_INCIDENCIA:
        return PREP_OK;
    default:
        return prep_fail(reason, PREP_ERR_RANGE,
                         "cuerpo: este servicio sólo recibe acopios e incidencias");
    }
}
