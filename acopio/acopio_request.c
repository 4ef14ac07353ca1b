#include "acopio_request.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "prep/acta_id.h"

#define HORA_MS_MAX INT64_C(7258118400000) /* 2200-01-01 UTC, as in an envelope */

struct acopio_request {
    json_t *root; /* owns the texts */
    size_t count;
    struct acopio_item items[];
};

static const char *const item_keys[] = { "solicitud", "acta",     "fuera",  "mecanismo",
                                         "documento", "sin_acta", "hora_ms" };
static const char *const fuera_keys[] = { "eleccion", "identificacion" };

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static enum prep_status keys_check(json_t *object, const char *const *known,
                                   size_t known_count, struct prep_reason *reason)
{
    const char *key;
    json_t *value;

    json_object_foreach(object, key, value)
    {
        size_t i = 0;

        while (i < known_count && strcmp(known[i], key) != 0) {
            i++;
        }
        if (i == known_count) {
            return prep_fail(reason, PREP_ERR_FORMAT,
                             "%.40s: llave desconocida; quítela", key);
        }
    }
    return PREP_OK;
}

/* A missing key is 0: "not said". */
static enum prep_status number_read(json_t *object, const char *key, json_int_t max,
                                    json_int_t *out_value, struct prep_reason *reason)
{
    const json_t *value = json_object_get(object, key);

    if (value == NULL) {
        *out_value = 0;
        return PREP_OK;
    }
    if (!json_is_integer(value)) {
        return prep_fail(reason, PREP_ERR_FORMAT, "%s: debe ser un número entero", key);
    }
    if (json_integer_value(value) < 0 || json_integer_value(value) > max) {
        return prep_fail(reason, PREP_ERR_RANGE, "%s: %lld: debe ir de 0 a %lld", key,
                         (long long)json_integer_value(value), (long long)max);
    }
    *out_value = json_integer_value(value);
    return PREP_OK;
}

static bool solicitud_valid(const char *text)
{
    const size_t len = text == NULL ? 0 : strlen(text);

    return len >= 1 && len <= ACOPIO_SOLICITUD_MAX &&
           strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                        "0123456789._:-") == len;
}

static enum prep_status identificacion_read(struct acopio_item *item, json_t *object,
                                            struct prep_reason *reason)
{
    const char *campo;
    json_t *texto;

    if (!json_is_object(object)) {
        return prep_fail(reason, PREP_ERR_FORMAT,
                         "identificacion: debe ser un objeto con lo que se leyó");
    }
    json_object_foreach(object, campo, texto)
    {
        const size_t n = item->cuerpo.n_identificacion;

        if (n == EVENT_TEXTOS_MAX) {
            return prep_fail(reason, PREP_ERR_RANGE,
                             "identificacion: a lo más %u campos", EVENT_TEXTOS_MAX);
        }
        if (!json_is_string(texto)) {
            return prep_fail(reason, PREP_ERR_FORMAT,
                             "identificacion: %.40s: debe ser texto", campo);
        }
        prep__dato__init(&item->datos[n]);
        item->datos[n].campo = (char *)campo;
        item->datos[n].texto = (char *)json_string_value(texto);
        item->dato_list[n] = &item->datos[n];
        item->cuerpo.n_identificacion++;
    }
    item->cuerpo.identificacion = item->dato_list;
    return PREP_OK;
}

static enum prep_status fuera_read(const struct acopio_rules *rules,
                                   struct acopio_item *item, json_t *fuera,
                                   struct prep_reason *reason)
{
    const json_t *eleccion = json_object_get(fuera, "eleccion");
    enum prep_status status;

    if (!json_is_object(fuera)) {
        return prep_fail(reason, PREP_ERR_FORMAT, "fuera: debe ser un objeto");
    }
    status = keys_check(fuera, fuera_keys, COUNT_OF(fuera_keys), reason);
    if (status != PREP_OK) {
        return status;
    }
    if (eleccion != NULL && !json_is_null(eleccion)) {
        const struct eleccion *found =
            !json_is_string(eleccion)
                ? NULL
                : definicion_eleccion_clave(rules->definicion,
                                            json_string_value(eleccion));

        if (found == NULL) {
            return prep_fail(reason, PREP_ERR_RANGE,
                             "eleccion: no es una de las de este proceso");
        }
        item->cuerpo.eleccion = found->ordinal;
    }
    item->fuera = true;
    return identificacion_read(item, json_object_get(fuera, "identificacion"), reason);
}

static enum prep_status acta_read(const struct acopio_rules *rules,
                                  struct acopio_item *item, json_t *object,
                                  const char **err_code, struct prep_reason *reason)
{
    json_t *acta = json_object_get(object, "acta");
    json_t *fuera = json_object_get(object, "fuera");
    json_int_t value;
    enum prep_status status;

    if ((acta == NULL) == (fuera == NULL)) {
        return prep_fail(reason, PREP_ERR_FORMAT,
                         "acta, fuera: debe venir una de las dos");
    }
    if (fuera != NULL) {
        return fuera_read(rules, item, fuera, reason);
    }
    status = number_read(object, "acta", INT64_MAX, &value, reason);
    if (status != PREP_OK) {
        return status;
    }
    if (!acta_id_es_de_catalogo((uint64_t)value) ||
        !acopio_acta_exists(rules, (uint64_t)value)) {
        *err_code = "acta.desconocida";
        return prep_fail(reason, PREP_ERR_RANGE,
                         "acta: %lld: el catálogo va de 1 a %llu; si no está en él, "
                         "regístrela como fuera de catálogo",
                         (long long)value, (unsigned long long)rules->catalogo_count);
    }
    item->acta = (uint64_t)value;
    return PREP_OK;
}

static enum prep_status hora_read(const struct acopio_rules *rules,
                                  struct acopio_item *item, json_t *object,
                                  const char **err_code, struct prep_reason *reason)
{
    json_int_t value;
    enum prep_status status;

    if (json_object_get(object, "hora_ms") == NULL) {
        return PREP_OK;
    }
    *err_code = "hora.rechazada";
    if (rules->definicion->modo != MODO_SIMULACRO) {
        return prep_fail(reason, PREP_ERR_RANGE,
                         "hora_ms: en modo oficial la hora es la del sistema; quítela");
    }
    status = number_read(object, "hora_ms", HORA_MS_MAX, &value, reason);
    if (status != PREP_OK) {
        return status;
    }
    item->tiene_hora = true;
    item->hora_ms = value;
    return PREP_OK;
}

static enum prep_status contenido_hash(struct acopio_item *item, json_t *object,
                                       struct prep_reason *reason)
{
    char *text = json_dumps(object, JSON_COMPACT | JSON_SORT_KEYS);
    struct hash_stream *stream;

    if (text == NULL) {
        return prep_fail(reason, PREP_ERR_MEMORY, "sin memoria");
    }
    stream = hash_stream_new();
    hash_stream_add(stream, &item->cuerpo.operador, sizeof item->cuerpo.operador);
    hash_stream_add(stream, text, strlen(text));
    hash_stream_end(stream, &item->contenido);
    hash_stream_free(&stream);
    free(text);
    return PREP_OK;
}

static enum prep_status codes_read(struct acopio_item *item, json_t *object,
                                   struct prep_reason *reason)
{
    json_int_t mecanismo;
    json_int_t documento;
    json_int_t sin_acta;
    enum prep_status status;

    status = number_read(object, "mecanismo", VOCABULARIO_MAX, &mecanismo, reason);
    if (status != PREP_OK) {
        return status;
    }
    status = number_read(object, "documento", VOCABULARIO_MAX, &documento, reason);
    if (status != PREP_OK) {
        return status;
    }
    status = number_read(object, "sin_acta", UINT8_MAX, &sin_acta, reason);
    if (status != PREP_OK) {
        return status;
    }
    item->cuerpo.mecanismo = (uint32_t)mecanismo;
    item->cuerpo.documento = (uint32_t)documento;
    item->cuerpo.sin_acta = (uint32_t)sin_acta;
    return PREP_OK;
}

static enum prep_status item_read(const struct acopio_rules *rules, uint32_t operador,
                                  struct acopio_item *item, json_t *object,
                                  const char **err_code, struct prep_reason *reason)
{
    Prep__Event event = PREP__EVENT__INIT;
    const char *ignored;
    enum prep_status status;

    prep__acopio__init(&item->cuerpo);
    item->cuerpo.operador = operador;
    *err_code = "solicitud.malformada";
    if (!json_is_object(object)) {
        return prep_fail(reason, PREP_ERR_FORMAT, "cada acopio debe ser un objeto");
    }
    status = keys_check(object, item_keys, COUNT_OF(item_keys), reason);
    if (status != PREP_OK) {
        return status;
    }
    item->solicitud = json_string_value(json_object_get(object, "solicitud"));
    if (!solicitud_valid(item->solicitud)) {
        return prep_fail(reason, PREP_ERR_FORMAT,
                         "solicitud: de 1 a %u letras, dígitos o ._:-",
                         ACOPIO_SOLICITUD_MAX);
    }
    status = acta_read(rules, item, object, err_code, reason);
    if (status != PREP_OK) {
        return status;
    }
    status = codes_read(item, object, reason);
    if (status != PREP_OK) {
        return status;
    }
    /* What the service will ask, asked here: it must never refuse a stored event. */
    event.acta = item->fuera ? acta_id_fuera(rules->self->numero, 1) : item->acta;
    event.cuerpo_case = PREP__EVENT__CUERPO_ACOPIO;
    event.acopio = &item->cuerpo;
    status = envelope_event_check(rules->self, &event, reason);
    if (status != PREP_OK) {
        return status;
    }
    status = acopio_check(rules, &event, &ignored, reason);
    if (status != PREP_OK) {
        return status;
    }
    status = hora_read(rules, item, object, err_code, reason);
    if (status != PREP_OK) {
        return status;
    }
    return contenido_hash(item, object, reason);
}

enum prep_status acopio_request_parse(const struct acopio_rules *rules,
                                      uint32_t operador, const char *body, size_t len,
                                      struct acopio_request **out_request,
                                      const char **err_code, struct prep_reason *reason)
{
    struct acopio_request *request;
    json_error_t error;
    json_t *root = json_loadb(body, len, JSON_REJECT_DUPLICATES, &error);
    json_t *list;
    size_t count;

    *err_code = "solicitud.malformada";
    if (root == NULL) {
        return prep_fail(reason, PREP_ERR_FORMAT, "no es JSON: línea %d: %s",
                         error.line, error.text);
    }
    list = json_object_get(root, "acopios");
    if (list != NULL && (!json_is_array(list) || json_object_size(root) != 1)) {
        json_decref(root);
        return prep_fail(reason, PREP_ERR_FORMAT, "acopios: debe ser una lista, sola");
    }
    count = list == NULL ? 1 : json_array_size(list);
    if (count < 1 || count > ACOPIO_REQUEST_MAX) {
        json_decref(root);
        return prep_fail(reason, PREP_ERR_RANGE, "acopios: %zu: deben ser de 1 a %u",
                         count, ACOPIO_REQUEST_MAX);
    }
    request = calloc(1, sizeof *request + count * sizeof request->items[0]);
    if (request == NULL) {
        json_decref(root);
        return prep_fail(reason, PREP_ERR_MEMORY, "sin memoria");
    }
    request->root = root;
    request->count = count;
    for (size_t i = 0; i < count; i++) {
        enum prep_status status =
            item_read(rules, operador, &request->items[i],
                      list == NULL ? root : json_array_get(list, i), err_code, reason);

        if (status != PREP_OK) {
            acopio_request_free(&request);
            return status;
        }
    }
    *out_request = request;
    return PREP_OK;
}

size_t acopio_request_count(const struct acopio_request *request)
{
    return request->count;
}

struct acopio_item *acopio_request_item(struct acopio_request *request, size_t index)
{
    return &request->items[index];
}

void acopio_request_free(struct acopio_request **request)
{
    if (*request != NULL) {
        json_decref((*request)->root);
        free(*request);
        *request = NULL;
    }
}
