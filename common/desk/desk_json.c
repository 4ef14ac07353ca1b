#include "desk/desk_json.h"

#include <jansson.h>
#include <string.h>

#include "prep/acta_id.h"

#define HORA_MS_MAX INT64_C(7258118400000) /* year 2200: what base/clock.h writes */
#define COTEJO_MAX 3                       /* prep.proto, Cotejo.resultado */

const char *desk_result_text(enum desk_result result)
{
    switch (result) {
    case DESK_RECHAZADA:
        return "rechazada";
    case DESK_REPETIDA:
        return "repetida";
    case DESK_CAPTURADA:
        return "capturada";
    case DESK_VERIFICADA:
        return "verificada";
    case DESK_DISCREPANCIA:
        return "discrepancia";
    case DESK_COTEJADA:
        return "cotejada";
    case DESK_PROPUESTA:
        return "propuesta";
    case DESK_CONFIRMADA:
        return "confirmada";
    }
    return "rechazada"; /* Only a corrupted value gets here. */
}

static enum prep_status body_parse(const char *body, size_t len, json_t **out_root,
                                   const char **err_code, struct prep_reason *reason)
{
    json_error_t error;

    *err_code = "json.malformado";
    *out_root = json_loadb(body, len, JSON_REJECT_DUPLICATES, &error);
    if (*out_root == NULL) {
        return prep_fail(reason, PREP_ERR_FORMAT,
                         "línea %d, columna %d: no es JSON (%s)", error.line,
                         error.column, error.text);
    }
    if (!json_is_object(*out_root)) {
        json_decref(*out_root);
        return prep_fail(reason, PREP_ERR_FORMAT, "debe ser un objeto JSON: {...}");
    }
    *err_code = "solicitud.malformada";
    return PREP_OK;
}

static enum prep_status listed_read(const json_t *list, struct desk_want *out_want,
                                    struct prep_reason *reason)
{
    size_t count = json_array_size(list);

    if (!json_is_array(list) || count < 1 || count > DESK_REQUEST_MAX) {
        return prep_fail(reason, PREP_ERR_RANGE,
                         "actas: escriba una lista de 1 a %u ids del catálogo",
                         DESK_REQUEST_MAX);
    }
    for (size_t i = 0; i < count; i++) {
        const json_t *id = json_array_get(list, i);

        if (!json_is_integer(id) ||
            !acta_id_es_de_catalogo((uint64_t)json_integer_value(id))) {
            return prep_fail(reason, PREP_ERR_RANGE,
                             "actas[%zu]: escriba el id de un acta del catálogo", i);
        }
        out_want->actas[i] = (uint32_t)json_integer_value(id);
    }
    out_want->acta_count = count;
    out_want->cantidad = (uint32_t)count;
    return PREP_OK;
}

enum prep_status desk_json_take(const char *body, size_t len,
                                struct desk_want *out_want, const char **err_code,
                                struct prep_reason *reason)
{
    json_t *root;
    const json_t *count, *list;
    json_int_t value;
    enum prep_status status = body_parse(body, len, &root, err_code, reason);

    if (status != PREP_OK) {
        return status;
    }
    count = json_object_get(root, "cantidad");
    list = json_object_get(root, "actas");
    value = json_integer_value(count);
    out_want->acta_count = 0;
    if (list != NULL && count == NULL) {
        status = listed_read(list, out_want, reason);
    } else if (list != NULL || !json_is_integer(count) || value < 1 ||
               value > DESK_REQUEST_MAX) {
        status = prep_fail(reason, PREP_ERR_RANGE,
                           "cantidad: escriba un entero de 1 a %u, o en su lugar la "
                           "lista actas",
                           DESK_REQUEST_MAX);
    } else {
        out_want->cantidad = (uint32_t)value;
    }
    json_decref(root);
    return status;
}

struct place {
    const char *list; /* "capturas" */
    size_t i;
};

static enum prep_status hora_read(const json_t *item, const struct place *at,
                                  const struct desk_json_clock *clock, int64_t *out_ms,
                                  const char **err_code, struct prep_reason *reason)
{
    const json_t *hora = json_object_get(item, "hora_ms");

    *out_ms = clock->now_ms;
    if (hora == NULL) {
        return PREP_OK;
    }
    if (!clock->simulacro) {
        *err_code = "hora.rechazada";
        return prep_fail(reason, PREP_ERR_STATE,
                         "%s[%zu].hora_ms: sólo un simulacro puede dar la hora; "
                         "quítela",
                         at->list, at->i);
    }
    if (!json_is_integer(hora) || json_integer_value(hora) < 0 ||
        json_integer_value(hora) > HORA_MS_MAX) {
        return prep_fail(reason, PREP_ERR_RANGE,
                         "%s[%zu].hora_ms: escriba milisegundos desde 1970 UTC, o 0 "
                         "si no se conoce",
                         at->list, at->i);
    }
    *out_ms = json_integer_value(hora);
    return PREP_OK;
}

static enum prep_status cells_read(const json_t *item, const struct place *at,
                                   struct desk_entry *entry, struct prep_reason *reason)
{
    const json_t *list = json_object_get(item, "celdas");
    size_t count = json_array_size(list);

    if (!json_is_array(list) || count < 1 || count > ELECCION_CELDAS_MAX) {
        return prep_fail(reason, PREP_ERR_RANGE,
                         "%s[%zu].celdas: escriba una lista de 1 a %u enteros",
                         at->list, at->i, ELECCION_CELDAS_MAX);
    }
    for (size_t i = 0; i < count; i++) {
        const json_t *cell = json_array_get(list, i);
        json_int_t value = json_integer_value(cell);

        if (!json_is_integer(cell) || value < CELDA_NO_APLICA || value > CELDA_MAX) {
            return prep_fail(reason, PREP_ERR_RANGE,
                             "%s[%zu].celdas[%zu]: escriba un entero de 0 a %d, o -1 "
                             "ilegible, -2 sin dato, -3 no aplica",
                             at->list, at->i, i, CELDA_MAX);
        }
        entry->celdas[i] = (celda)value;
    }
    entry->celda_count = count;
    return PREP_OK;
}

static enum prep_status entry_read(const json_t *item, const struct place *at,
                                   const struct desk_json_clock *clock,
                                   struct desk_entry *entry, const char **err_code,
                                   struct prep_reason *reason)
{
    const json_t *acta = json_object_get(item, "acta");
    const json_t *resultado = json_object_get(item, "resultado");
    uint64_t id = (uint64_t)json_integer_value(acta);
    enum prep_status status;

    if (!json_is_integer(acta) ||
        (!acta_id_es_de_catalogo(id) && !acta_id_es_fuera(id))) {
        return prep_fail(reason, PREP_ERR_RANGE,
                         "%s[%zu].acta: escriba el id que dio /tomar", at->list, at->i);
    }
    entry->acta = id;
    status = hora_read(item, at, clock, &entry->hora_ms, err_code, reason);
    if (status != PREP_OK) {
        return status;
    }
    if (entry->kind == DESK_CAPTURA) {
        return cells_read(item, at, entry, reason);
    }
    if (!json_is_integer(resultado) || json_integer_value(resultado) < 1 ||
        json_integer_value(resultado) > COTEJO_MAX) {
        return prep_fail(reason, PREP_ERR_RANGE,
                         "%s[%zu].resultado: escriba 1 aceptada, 2 aceptada después "
                         "de un cambio o 3 sin aceptar",
                         at->list, at->i);
    }
    entry->resultado = (uint32_t)json_integer_value(resultado);
    return PREP_OK;
}

enum prep_status desk_json_entries(const char *body, size_t len, enum desk_kind kind,
                                   const struct desk_json_clock *clock,
                                   uint32_t operador, struct desk_entry *entries,
                                   size_t *out_count, const char **err_code,
                                   struct prep_reason *reason)
{
    struct place at = { kind == DESK_CAPTURA ? "capturas" : "cotejos", 0 };
    json_t *root;
    const json_t *list;
    enum prep_status status = body_parse(body, len, &root, err_code, reason);

    if (status != PREP_OK) {
        return status;
    }
    list = json_object_get(root, at.list);
    if (!json_is_array(list) || json_array_size(list) < 1 ||
        json_array_size(list) > DESK_REQUEST_MAX) {
        status = prep_fail(reason, PREP_ERR_RANGE,
                           "%s: escriba una lista de 1 a %u elementos", at.list,
                           DESK_REQUEST_MAX);
    }
    for (; status == PREP_OK && at.i < json_array_size(list); at.i++) {
        entries[at.i].kind = kind;
        entries[at.i].operador = operador;
        entries[at.i].resultado = 0;
        entries[at.i].celda_count = 0;
        status = entry_read(json_array_get(list, at.i), &at, clock, &entries[at.i],
                            err_code, reason);
    }
    if (status == PREP_OK) {
        *out_count = at.i;
    }
    json_decref(root);
    return status;
}

void desk_json_results_begin(struct buffer *out)
{
    buffer_add_text(out, "{\"resultados\":[");
}

void desk_json_result(struct buffer *out, uint64_t acta,
                      const struct desk_decision *decision)
{
    if (out->data[out->len - 1] != '[') {
        buffer_add_char(out, ',');
    }
    buffer_add_text(out, "{\"acta\":");
    buffer_add_uint(out, acta);
    buffer_add_text(out, ",\"resultado\":\"");
    buffer_add_text(out, desk_result_text(decision->result));
    buffer_add_char(out, '"');
    if (decision->result == DESK_RECHAZADA) {
        buffer_add_text(out, ",\"codigo\":\"");
        buffer_add_text(out, decision->codigo);
        buffer_add_text(out, "\",\"motivo\":");
        buffer_add_json(out, decision->motivo.text);
    }
    buffer_add_char(out, '}');
}

void desk_json_results_end(struct buffer *out)
{
    buffer_add_text(out, "]}");
}
