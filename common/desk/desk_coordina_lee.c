/* The body of a proposal or a confirmation, to a checked struct. */
#include <jansson.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "desk/desk_coordina_private.h"
#include "prep/acta_id.h"

const char *coordina_clase_texto(enum propuesta_clase clase)
{
    static const char *const clases[] = {
        [PROPUESTA_CORRECCION] = "correccion",
        [PROPUESTA_REAPERTURA] = "reapertura",
        [PROPUESTA_IDENTIFICACION] = "identificacion",
    };

    return clases[clase];
}

static bool hash_read(const json_t *text, struct hash *out)
{
    const char *value = json_string_value(text);

    return value != NULL &&
           hex_read(value, strlen(value), out->bytes, HASH_LEN) == PREP_OK;
}

static enum prep_status cells_read(const json_t *list, struct coordina_propuesta *p,
                                   struct prep_reason *reason)
{
    p->celda_count = json_array_size(list);
    if (p->celda_count > ELECCION_CELDAS_MAX) {
        return prep_fail(reason, PREP_ERR_RANGE, "celdas: a lo más %u",
                         ELECCION_CELDAS_MAX);
    }
    for (size_t i = 0; i < p->celda_count; i++) {
        const json_t *cell = json_array_get(list, i);

        if (!json_is_integer(cell) || json_integer_value(cell) < CELDA_NO_APLICA ||
            json_integer_value(cell) > CELDA_MAX) {
            return prep_fail(reason, PREP_ERR_RANGE,
                             "celdas[%zu]: escriba un entero de 0 a %d, o -1 ilegible, "
                             "-2 sin dato, -3 no aplica",
                             i, CELDA_MAX);
        }
        p->celdas[i] = (celda)json_integer_value(cell);
    }
    return PREP_OK;
}

static enum prep_status propuesta_read(const json_t *root, struct coordina_propuesta *p,
                                       struct prep_reason *reason)
{
    const char *clase = json_string_value(json_object_get(root, "clase"));
    const char *motivo = json_string_value(json_object_get(root, "motivo"));
    const json_t *imagen = json_object_get(root, "imagen");
    const json_t *fuera = json_object_get(root, "fuera");

    for (unsigned i = PROPUESTA_CORRECCION; i <= PROPUESTA_IDENTIFICACION; i++) {
        if (clase != NULL && strcmp(clase, coordina_clase_texto(i)) == 0) {
            p->clase = i;
        }
    }
    if (p->clase == 0) {
        return prep_fail(reason, PREP_ERR_RANGE,
                         "clase: escriba correccion, reapertura o identificacion");
    }
    if (motivo == NULL || strlen(motivo) < EVENT_MOTIVO_MIN ||
        strlen(motivo) > EVENT_MOTIVO_MAX) {
        return prep_fail(reason, PREP_ERR_RANGE,
                         "motivo: escriba por qué, en %u a %u bytes", EVENT_MOTIVO_MIN,
                         EVENT_MOTIVO_MAX);
    }
    text_copy(p->motivo, sizeof p->motivo, motivo);
    p->tiene_imagen = imagen != NULL && !json_is_null(imagen);
    if (p->tiene_imagen && !hash_read(imagen, &p->imagen)) {
        return prep_fail(reason, PREP_ERR_RANGE,
                         "imagen: escriba los 64 dígitos de su SHA-256");
    }
    if ((p->clase == PROPUESTA_IDENTIFICACION) != (fuera != NULL) ||
        (fuera != NULL && !acta_id_es_fuera((uint64_t)json_integer_value(fuera)))) {
        return prep_fail(reason, PREP_ERR_RANGE,
                         "fuera: escriba el id de un acta fuera de catálogo, sólo para "
                         "identificarla");
    }
    p->fuera = (uint64_t)json_integer_value(fuera);
    if ((p->clase == PROPUESTA_CORRECCION) !=
        (json_array_size(json_object_get(root, "celdas")) > 0)) {
        return prep_fail(reason, PREP_ERR_RANGE,
                         "celdas: escriba la lista de valores, sólo para corregir");
    }
    return cells_read(json_object_get(root, "celdas"), p, reason);
}

enum prep_status coordina_lee(struct coordina_acto *acto, const char *body, size_t len,
                              const char **err_code, struct prep_reason *reason)
{
    const bool simulacro = acto->desk->definicion->modo == MODO_SIMULACRO;
    json_t *root = json_loadb(body, len, JSON_REJECT_DUPLICATES, NULL);
    const json_t *acta = json_object_get(root, "acta");
    const json_t *hora = json_object_get(root, "hora_ms");
    enum prep_status status = PREP_OK;

    *err_code = "solicitud.malformada";
    if (!json_is_object(root) || !json_is_integer(acta) ||
        !acta_id_es_de_catalogo((uint64_t)json_integer_value(acta))) {
        status = prep_fail(reason, PREP_ERR_FORMAT,
                           "acta: escriba el id de un acta del catálogo");
    } else if (hora != NULL &&
               (!simulacro || !json_is_integer(hora) || json_integer_value(hora) < 0)) {
        *err_code = "hora.rechazada";
        status = prep_fail(reason, PREP_ERR_STATE,
                           "hora_ms: sólo un simulacro puede dar la hora; quítela");
    } else if (acto->confirma) {
        if (!hash_read(json_object_get(root, "propuesta"), &acto->hash)) {
            status = prep_fail(reason, PREP_ERR_RANGE,
                               "propuesta: escriba los 64 dígitos que la identifican");
        }
    } else {
        status = propuesta_read(root, &acto->propuesta, reason);
    }
    acto->propuesta.acta = (uint64_t)json_integer_value(acta);
    acto->hora_ms = hora != NULL ? json_integer_value(hora) : clock_now_ms();
    json_decref(root);
    return status;
}
