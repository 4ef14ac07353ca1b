#include "control.h"

#include <inttypes.h>
#include <jansson.h>
#include <string.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "base/log.h"
#include "corte.h"

#define ANSWER_MAX 4096u
#define MINUTE_MS INT64_C(60000)

static bool flag(const json_t *root, const char *name, bool *out_flag)
{
    const json_t *value = json_object_get(root, name);

    *out_flag = json_is_true(value);
    return value == NULL || json_is_boolean(value);
}

/* NULL, or what is wrong. */
static const char *pedido_read(const struct publica *publica, const char *body,
                               size_t len, struct corte_pedido *out_pedido)
{
    const bool simulacro = publica->definicion->modo == MODO_SIMULACRO;
    json_t *root = len == 0 ? json_object() : json_loadb(body, len, 0, NULL);
    const json_t *nominal = json_object_get(root, "nominal_ms");
    struct corte_pedido pedido = { 0 };
    const char *wrong = NULL;

    if (!json_is_object(root)) {
        wrong = "el cuerpo debe ser un objeto JSON";
    } else if (!flag(root, "ultimo", &pedido.ultimo) ||
               !flag(root, "bases", &pedido.bases)) {
        wrong = "ultimo y bases deben ser true o false";
    } else if (simulacro && !json_is_integer(nominal)) {
        wrong = "nominal_ms: en un simulacro diga la hora del corte, en ms UTC";
    } else if (!simulacro && nominal != NULL) {
        wrong = "nominal_ms: en modo oficial la hora la pone el reloj: quítelo";
    } else if (simulacro) {
        pedido.nominal_ms = json_integer_value(nominal);
        pedido.hora_ms = pedido.nominal_ms;
    } else {
        pedido.hora_ms = clock_now_ms();
        pedido.nominal_ms = pedido.hora_ms - pedido.hora_ms % MINUTE_MS;
    }
    json_decref(root);
    *out_pedido = pedido;
    return wrong;
}

static void answer_corte(struct http_request *request, const struct corte *corte,
                         bool repetido)
{
    struct buffer text;

    buffer_init(&text, ANSWER_MAX);
    buffer_printf(&text,
                  "{\"numero\":%" PRIu64 ",\"tamano\":%" PRIu64
                  ",\"nominal_ms\":%" PRId64 ",",
                  corte->numero, corte->tamano, corte->nominal_ms);
    objeto_hash("objeto", &corte->objeto, &text);
    buffer_add_text(&text, repetido ? ",\"repetido\":true}" : ",\"repetido\":false}");
    http_answer(request, 200, NULL, buffer_text(&text), text.len);
    buffer_done(&text);
}

static void answer_failure(struct http_request *request, enum prep_status status,
                           const struct prep_reason *reason)
{
    switch (status) {
    case PREP_ERR_STATE:
        http_answer_error(request, 409, "corte.no_procede", reason->text);
        break;
    case PREP_ERR_CONFLICT:
        http_answer_error(request, 409, "corte.rechazado", reason->text);
        break;
    default:
        http_answer_error(request, 503, "corte.fallido", reason->text);
    }
}

/* Answers when the request is not from somebody who may ask. */
static bool refused(struct http_request *request, const struct publica *publica)
{
    enum prep_status status;
    uint32_t id = 0;

    if (publica->operators == NULL) {
        if (publica->definicion->modo == MODO_SIMULACRO) {
            return false;
        }
        http_answer_error(request, 403, "operador.rechazado",
                          "nadie puede pedir cortes: falta operadores en la "
                          "configuración; los del horario siguen");
        return true;
    }
    status =
        operators_find(publica->operators, http_bearer(request), ETAPA_PUBLICA, &id);
    if (status == PREP_OK) {
        log_info("corte.pedido", LOG_UINT("operador", id));
        return false;
    }
    log_warning("operador.rechazado", LOG_UINT("operador", id), LOG_STATUS(status));
    if (status == PREP_ERR_STATE) {
        http_answer_error(request, 403, "operador.rechazado",
                          "ese operador no es de la etapa publica");
    } else {
        http_answer_error(request, 401, "operador.rechazado",
                          "ese token no es de nadie");
    }
    return true;
}

static void post_corte(struct http_request *request, struct publica *publica)
{
    struct prep_reason reason = { "" };
    struct corte_pedido pedido;
    enum prep_status status = PREP_OK;
    struct corte corte;
    const char *wrong;
    size_t len;
    const char *body = http_body(request, &len);

    if (refused(request, publica)) {
        return;
    }
    wrong = pedido_read(publica, body, len, &pedido);
    if (wrong != NULL) {
        http_answer_error(request, 400, "peticion.mala", wrong);
        return;
    }
    if (!publica->leido) {
        status = corte_recupera(publica, &reason);
    }
    if (status == PREP_OK && publica->anterior.numero != 0 &&
        publica->anterior.nominal_ms == pedido.nominal_ms &&
        publica->anterior.ultimo == pedido.ultimo &&
        (publica->anterior.bases || !pedido.bases)) {
        answer_corte(request, &publica->anterior, true);
        return;
    }
    if (status == PREP_OK) {
        status = corte_hace(publica, &pedido, &corte, &reason);
    }
    if (status == PREP_OK) {
        answer_corte(request, &corte, false);
        return;
    }
    if (status != PREP_ERR_CONFLICT) { /* that one has its own event */
        log_warning("corte.fallido", LOG_STATUS(status),
                    LOG_TEXT("reason", reason.text));
    }
    answer_failure(request, status, &reason);
}

static void get_estado(struct http_request *request, const struct publica *publica)
{
    const struct corte *corte = &publica->anterior;
    struct buffer text;

    buffer_init(&text, ANSWER_MAX);
    buffer_printf(&text,
                  "{\"corte\":%" PRIu64 ",\"nominal_ms\":%" PRId64
                  ",\"ultimo\":%s,\"actas\":%zu}",
                  corte->numero, corte->nominal_ms, corte->ultimo ? "true" : "false",
                  publica->arbol->acta_count);
    http_answer(request, 200, NULL, buffer_text(&text), text.len);
    buffer_done(&text);
}

void control_handle(struct http_request *request, void *context)
{
    const char *path = http_path(request);

    if (strcmp(path, "/corte") == 0 && strcmp(http_method(request), "POST") == 0) {
        post_corte(request, context);
    } else if (strcmp(path, "/estado") == 0 &&
               strcmp(http_method(request), "GET") == 0) {
        get_estado(request, context);
    } else {
        http_answer_error(request, 404, "ruta.desconocida",
                          "solo hay POST /corte y GET /estado");
    }
}
