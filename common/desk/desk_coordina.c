/* Proposals and confirmations: one request, one transaction. They are a few in a night.
 */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "desk/coordina.h"
#include "desk/desk_private.h"
#include "prep/acta_id.h"

#define LIST_MAX 50 /* proposals in one answer; the LIMIT of the statement */

static const struct db_statement propuesta_statement = {
    "desk_propuesta",
    "SELECT sobre FROM libro WHERE acta = $1 AND tipo = 25 AND hash = $2", 2
};
static const struct db_statement confirmaciones_statement = {
    "desk_confirmaciones",
    "SELECT sobre FROM libro WHERE acta = $1 AND tipo IN (26, 27) ORDER BY posicion", 1
};
static const struct db_statement lista_statement = {
    "desk_propuestas",
    "SELECT sobre FROM libro WHERE tipo = 25 ORDER BY posicion DESC LIMIT 50", 0
};

static const char *const clases[] = {
    [PROPUESTA_CORRECCION] = "correccion",
    [PROPUESTA_REAPERTURA] = "reapertura",
    [PROPUESTA_IDENTIFICACION] = "identificacion",
};

/* What a request asks, and what became of it. */
struct acto {
    struct desk *desk;
    bool confirma;
    uint32_t operador;
    int64_t hora_ms;
    struct hash hash; /* of the Propuesta */
    struct coordina_propuesta propuesta;
    struct desk_decision decision;
    /* What the event points at until it is signed. */
    Prep__Propuesta cuerpo;
    Prep__Correccion correccion;
    Prep__Identificacion identificacion;
    Prep__Imagen imagen;
    struct hash evento, sha256, sigue_a;
    celda anteriores[ELECCION_CELDAS_MAX];
};

static ProtobufCBinaryData field(struct hash *hash)
{
    return (ProtobufCBinaryData){ HASH_LEN, hash->bytes };
}

/* ---- from the request */

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
        if (clase != NULL && strcmp(clase, clases[i]) == 0) {
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
    strcpy(p->motivo, motivo);
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

static enum prep_status acto_read(struct acto *acto, const char *body, size_t len,
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

/* ---- from the ledger */

static enum prep_status propuesta_open(const struct desk *desk, const PGresult *result,
                                       int row, struct hash *out_hash,
                                       struct coordina_propuesta *out,
                                       struct prep_reason *reason)
{
    struct envelope envelope;
    const Prep__Propuesta *body;
    enum prep_status status =
        envelope_open_trusted(desk->topology, PQgetvalue(result, row, 0),
                              (size_t)PQgetlength(result, row, 0), &envelope, reason);

    if (status != PREP_OK) {
        return status;
    }
    body = envelope.event->propuesta;
    *out = (struct coordina_propuesta){ .clase = body->clase,
                                        .acta = envelope.event->acta,
                                        .fuera = body->fuera,
                                        .operador = body->operador,
                                        .hora_ms = envelope.event->hora_ms,
                                        .celda_count = body->n_celdas,
                                        .tiene_imagen = body->imagen.len == HASH_LEN };
    strcpy(out->motivo, body->motivo); /* envelope_event_check() bounds all of this */
    if (body->n_celdas > 0) {
        memcpy(out->celdas, body->celdas, body->n_celdas * sizeof out->celdas[0]);
    }
    memcpy(out->sigue_a.bytes, envelope.event->sigue_a.data, HASH_LEN);
    if (out->tiene_imagen) {
        memcpy(out->imagen.bytes, body->imagen.data, HASH_LEN);
    }
    *out_hash = envelope.hash;
    envelope_close(&envelope);
    return PREP_OK;
}

/* PREP_ERR_NOT_FOUND: there is none. */
static enum prep_status propuesta_find(struct acto *acto, struct prep_reason *reason)
{
    char number[8];
    const struct db_param params[] = {
        db_param_int8(number, (int64_t)acto->propuesta.acta),
        db_param_bytes(acto->hash.bytes, HASH_LEN),
    };
    PGresult *result = NULL;
    enum prep_status status =
        desk_query(acto->desk->db, &propuesta_statement, params, &result, reason);

    if (status == PREP_OK && PQntuples(result) == 0) {
        status = PREP_ERR_NOT_FOUND;
    } else if (status == PREP_OK) {
        status = propuesta_open(acto->desk, result, 0, &acto->hash, &acto->propuesta,
                                reason);
    }
    PQclear(result);
    return status;
}

/* This very person confirmed it before: the answer was lost. */
static enum prep_status ya_confirmada(const struct acto *acto, bool *out_ya,
                                      struct prep_reason *reason)
{
    char number[8];
    const struct db_param param = db_param_int8(number, (int64_t)acto->propuesta.acta);
    PGresult *result = NULL;
    enum prep_status status =
        desk_query(acto->desk->db, &confirmaciones_statement, &param, &result, reason);

    *out_ya = false;
    for (int i = 0; status == PREP_OK && i < PQntuples(result); i++) {
        const ProtobufCBinaryData *propuesta;
        struct envelope envelope;
        uint32_t confirma;

        status =
            envelope_open_trusted(acto->desk->topology, PQgetvalue(result, i, 0),
                                  (size_t)PQgetlength(result, i, 0), &envelope, reason);
        if (status != PREP_OK) {
            break;
        }
        if (envelope.event->cuerpo_case == PREP__EVENT__CUERPO_CORRECCION) {
            propuesta = &envelope.event->correccion->propuesta;
            confirma = envelope.event->correccion->confirma;
        } else {
            propuesta = &envelope.event->identificacion->propuesta;
            confirma = envelope.event->identificacion->confirma;
        }
        *out_ya = *out_ya || (confirma == acto->operador &&
                              memcmp(propuesta->data, acto->hash.bytes, HASH_LEN) == 0);
        envelope_close(&envelope);
    }
    PQclear(result);
    return status;
}

/* ---- the event */

static void propuesta_fill(struct acto *acto, Prep__Event *event)
{
    struct coordina_propuesta *p = &acto->propuesta;
    Prep__Propuesta *body = &acto->cuerpo;

    prep__propuesta__init(body);
    body->clase = p->clase;
    body->operador = acto->operador;
    body->motivo = p->motivo;
    body->n_celdas = p->celda_count;
    body->celdas = p->celdas;
    body->fuera = p->fuera;
    if (p->tiene_imagen) {
        body->imagen = field(&p->imagen);
    }
    event->cuerpo_case = PREP__EVENT__CUERPO_PROPUESTA;
    event->propuesta = body;
    event->sigue_a = field(&acto->sigue_a);
}

static void correccion_fill(struct acto *acto, const struct desk_acta *acta,
                            Prep__Event *event)
{
    struct coordina_propuesta *p = &acto->propuesta;
    Prep__Correccion *body = &acto->correccion;
    const celda *antes;

    prep__correccion__init(body);
    body->clase = p->clase;
    body->numero = acta->row.correccion_numero + 1;
    body->propone = p->operador;
    body->confirma = acto->operador;
    body->motivo = p->motivo;
    body->n_celdas = p->celda_count;
    body->celdas = p->celdas;
    antes = coordina_valores(&acta->row, &body->n_anteriores);
    if (antes != NULL) {
        memcpy(acto->anteriores, antes, body->n_anteriores * sizeof antes[0]);
    }
    body->anteriores = acto->anteriores;
    body->propuesta = field(&acto->hash);
    body->sustituye = field(&p->sigue_a);
    if (p->tiene_imagen) {
        body->imagen = field(&p->imagen);
    }
    event->cuerpo_case = PREP__EVENT__CUERPO_CORRECCION;
    event->correccion = body;
}

static void identificacion_fill(struct acto *acto, const struct acta_row *fuera,
                                Prep__Event *event)
{
    Prep__Identificacion *body = &acto->identificacion;

    prep__imagen__init(&acto->imagen);
    acto->sha256 = fuera->imagen;
    acto->imagen.sha256 = field(&acto->sha256);
    acto->imagen.bytes_total = fuera->imagen_bytes;
    acto->imagen.formato = fuera->imagen_formato;
    acto->imagen.origen = fuera->imagen_origen;
    acto->imagen.digitalizacion = fuera->imagen_digitalizacion;
    acto->imagen.documento = fuera->imagen_documento;
    prep__identificacion__init(body);
    body->fuera = fuera->id;
    body->propone = acto->propuesta.operador;
    body->confirma = acto->operador;
    body->motivo = acto->propuesta.motivo;
    body->propuesta = field(&acto->hash);
    acto->evento = fuera->imagen_hash;
    body->evento = field(&acto->evento);
    body->imagen_ms = fuera->imagen_ms;
    body->imagen = &acto->imagen;
    event->cuerpo_case = PREP__EVENT__CUERPO_IDENTIFICACION;
    event->identificacion = body;
}

/* Under the append lock. */
static enum prep_status decide(void *context, const struct desk_batch *batch,
                               Prep__Event *event, bool *out_write,
                               struct prep_reason *reason)
{
    struct acto *acto = context;
    const struct coordina_propuesta *p = &acto->propuesta;
    const struct desk_acta *acta = desk_batch_acta(batch, p->acta);
    const struct desk_acta *fuera = desk_batch_acta(batch, p->fuera);
    enum prep_status status = PREP_OK;
    bool ya = false;

    if (!acto->confirma) {
        coordina_propone(p, acta, fuera, &acto->sigue_a, &acto->decision);
    } else {
        status = ya_confirmada(acto, &ya, reason);
        if (ya) {
            acto->decision.result = DESK_REPETIDA;
        } else {
            coordina_confirma(p, acto->operador, acta, fuera, &acto->decision);
        }
    }
    *out_write = acto->decision.result == DESK_PROPUESTA ||
                 acto->decision.result == DESK_CONFIRMADA;
    if (!*out_write || status != PREP_OK) {
        return status;
    }
    event->acta = p->acta;
    event->hora_ms = acto->hora_ms;
    if (!acto->confirma) {
        propuesta_fill(acto, event);
        return PREP_OK;
    }
    event->sigue_a = field(&acto->hash);
    if (p->clase == PROPUESTA_IDENTIFICACION) {
        identificacion_fill(acto, &fuera->row, event);
    } else {
        correccion_fill(acto, acta, event);
    }
    return PREP_OK;
}

/* ---- the answer */

static void acto_log(const struct acto *acto)
{
    const struct coordina_propuesta *p = &acto->propuesta;

    switch (acto->decision.result) {
    case DESK_PROPUESTA:
        log_warning("propuesta.hecha", LOG_UINT("acta", p->acta),
                    LOG_TEXT("clase", clases[p->clase]),
                    LOG_UINT("operador", acto->operador),
                    LOG_TEXT("motivo", p->motivo));
        break;
    case DESK_CONFIRMADA:
        log_warning(
            "propuesta.confirmada", LOG_UINT("acta", p->acta),
            LOG_TEXT("clase", clases[p->clase]), LOG_UINT("propone", p->operador),
            LOG_UINT("confirma", acto->operador), LOG_TEXT("motivo", p->motivo));
        break;
    case DESK_RECHAZADA:
        log_warning("propuesta.rechazada", LOG_UINT("acta", p->acta),
                    LOG_UINT("operador", acto->operador),
                    LOG_TEXT("codigo", acto->decision.codigo),
                    LOG_TEXT("reason", acto->decision.motivo.text));
        break;
    default:
        break;
    }
}

static void acto_answer(struct desk *desk, struct http_request *request,
                        const struct acto *acto, const struct hash *hash)
{
    char text[HASH_TEXT_SIZE];

    if (acto->decision.result == DESK_RECHAZADA) {
        http_answer_error(request, 409, acto->decision.codigo,
                          acto->decision.motivo.text);
        return;
    }
    hash_text(acto->confirma ? &acto->hash : hash, text);
    buffer_clear(&desk->out);
    buffer_printf(&desk->out, "{\"resultado\":\"%s\",\"propuesta\":\"%s\"}",
                  desk_result_text(acto->decision.result), text);
    http_answer(request, 200, NULL, desk->out.data, desk->out.len);
}

static enum prep_status acto_run(struct acto *acto, struct hash *out_hash,
                                 struct prep_reason *reason)
{
    struct desk *desk = acto->desk;
    enum prep_status status = PREP_OK;
    uint64_t ids[2];

    if (acto->confirma) { /* proposals are never edited: it may be read before the lock
                           */
        status = propuesta_find(acto, reason);
        if (status == PREP_ERR_NOT_FOUND) {
            desk_refuse(&acto->decision, "propuesta.desconocida",
                        "no hay una propuesta así de esta acta; vea GET /propuestas");
            return PREP_OK;
        }
    }
    ids[0] = acto->propuesta.acta;
    ids[1] = acto->propuesta.fuera;
    if (status == PREP_OK) {
        status = desk_batch_single(desk->batch, ids, ids[1] == 0 ? 1 : 2, decide, acto,
                                   out_hash, reason);
    }
    return status;
}

enum prep_status desk_coordina(struct desk *desk, struct http_request *request,
                               uint32_t operador, bool confirma,
                               struct prep_reason *reason)
{
    struct acto *acto = calloc(1, sizeof *acto);
    const char *code = NULL;
    enum prep_status status;
    struct hash hash = { { 0 } };
    const char *body;
    size_t len;

    if (acto == NULL) {
        abort();
    }
    acto->desk = desk;
    acto->confirma = confirma;
    acto->operador = operador;
    body = http_body(request, &len);
    if (acto_read(acto, body, len, &code, reason) != PREP_OK) {
        http_answer_error(request, 400, code, reason->text);
        free(acto);
        return PREP_OK;
    }
    acto->propuesta.operador = operador;
    status = acto_run(acto, &hash, reason);
    if (status == PREP_ERR_RANGE) { /* a text that may not go into an event */
        http_answer_error(request, 400, "solicitud.malformada", reason->text);
        status = PREP_OK;
    } else if (status == PREP_OK) {
        acto_answer(desk, request, acto, &hash);
        acto_log(acto);
    }
    free(acto);
    return status;
}

/* ---- GET /propuestas: what there is to confirm. Coordinacion sees values: it must. */

static void propuesta_add(struct buffer *out, const struct coordina_propuesta *p,
                          const struct hash *hash)
{
    char text[HASH_TEXT_SIZE];

    if (out->data[out->len - 1] != '[') {
        buffer_add_char(out, ',');
    }
    hash_text(hash, text);
    buffer_printf(
        out,
        "{\"propuesta\":\"%s\",\"acta\":%llu,\"clase\":\"%s\",\"operador\":%u,"
        "\"hora_ms\":%lld,\"motivo\":",
        text, (unsigned long long)p->acta, clases[p->clase], p->operador,
        (long long)p->hora_ms);
    buffer_add_json(out, p->motivo);
    if (p->tiene_imagen) {
        hash_text(&p->imagen, text);
        buffer_printf(out, ",\"imagen\":\"%s\"", text);
    }
    if (p->fuera != 0) {
        buffer_printf(out, ",\"fuera\":%llu", (unsigned long long)p->fuera);
    }
    if (p->celda_count > 0) {
        buffer_add_text(out, ",\"celdas\":[");
        for (size_t i = 0; i < p->celda_count; i++) {
            buffer_printf(out, "%s%d", i == 0 ? "" : ",", p->celdas[i]);
        }
        buffer_add_char(out, ']');
    }
    buffer_add_char(out, '}');
}

enum prep_status desk_coordina_lista(struct desk *desk, struct http_request *request,
                                     struct prep_reason *reason)
{
    struct coordina_propuesta *p = calloc(1, sizeof *p);
    PGresult *result = NULL;
    enum prep_status status;

    if (p == NULL) {
        abort();
    }
    status = desk_query(desk->db, &lista_statement, NULL, &result, reason);
    buffer_clear(&desk->out);
    buffer_add_text(&desk->out, "{\"propuestas\":[");
    for (int i = 0; status == PREP_OK && i < PQntuples(result); i++) {
        struct hash hash;

        status = propuesta_open(desk, result, i, &hash, p, reason);
        if (status == PREP_OK) {
            propuesta_add(&desk->out, p, &hash);
        }
    }
    buffer_add_text(&desk->out, "]}");
    PQclear(result);
    free(p);
    if (status == PREP_OK) {
        http_answer(request, 200, NULL, desk->out.data, desk->out.len);
    }
    return status;
}
