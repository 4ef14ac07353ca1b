/* prep-acopio-catd: registers at a CATD that a sobre PREP was received. */
#include <string.h>

#include "acopio_queue.h"
#include "acopio_request.h"
#include "base/config.h"
#include "base/log.h"
#include "prep/operators.h"
#include "prep/service.h"
#include "prep/worker.h"

struct acopio_catd_config {
    struct worker_config worker;
    char *operadores;
};

static const cyaml_schema_field_t config_fields[] = {
    WORKER_CONFIG_FIELDS(struct acopio_catd_config),
    CYAML_FIELD_STRING_PTR("operadores", CYAML_FLAG_POINTER, struct acopio_catd_config,
                           operadores, 1, CYAML_UNLIMITED),
    CYAML_FIELD_END,
};

static const cyaml_schema_value_t config_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct acopio_catd_config, config_fields),
};

struct acopio_catd {
    struct worker worker;
    struct operators *operators;
    struct acopio_queue *queue;
};

/* ---- HTTP */

static void answer_estado(struct acopio_catd *catd, struct http_request *http)
{
    struct prep_reason reason;
    struct buffer body;
    enum prep_status status;

    buffer_init(&body, 4096);
    buffer_add_char(&body, '{');
    status = worker_estado(&catd->worker, &body, &reason);
    buffer_add_char(&body, '}');
    if (status == PREP_OK) {
        http_answer(http, 200, NULL, body.data, body.len);
    } else {
        http_answer_error(http, 503, "cola.fallida", reason.text);
    }
    buffer_done(&body);
}

static void take_acopios(struct acopio_catd *catd, struct http_request *http)
{
    const struct acopio_rules rules = { catd->worker.definicion,
                                        catd->worker.catalogo_count,
                                        catd->worker.self };
    struct acopio_request *request;
    struct prep_reason reason;
    const char *code;
    const char *body;
    uint32_t operador = 0;
    size_t len;
    enum prep_status status;

    status =
        operators_find(catd->operators, http_bearer(http), ETAPA_ACOPIO, &operador);
    if (status != PREP_OK) {
        log_warning("operador.rechazado", LOG_UINT("operador", operador),
                    LOG_STATUS(status));
        http_answer_error(
            http, status == PREP_ERR_STATE ? 403 : 401, "operador.rechazado",
            status == PREP_ERR_STATE ? "este operador no trabaja en acopio"
                                     : "falta la ficha del operador o no es válida");
        return;
    }
    body = http_body(http, &len);
    status =
        acopio_request_parse(&rules, operador, body, len, &request, &code, &reason);
    if (status != PREP_OK) {
        http_answer_error(http, status == PREP_ERR_MEMORY ? 503 : 400, code,
                          reason.text);
        return;
    }
    acopio_queue_take(catd->queue, http, request);
}

static void on_request(struct http_request *http, void *context)
{
    struct acopio_catd *catd = context;
    const bool is_acopio = strcmp(http_path(http), "/acopio") == 0;
    const bool is_estado = strcmp(http_path(http), "/estado") == 0;

    if (is_acopio && strcmp(http_method(http), "POST") == 0) {
        take_acopios(catd, http);
    } else if (is_estado && strcmp(http_method(http), "GET") == 0) {
        answer_estado(catd, http);
    } else if (is_acopio || is_estado) {
        http_answer_error(http, 405, "metodo.rechazado",
                          "use POST /acopio o GET /estado");
    } else {
        http_answer_error(http, 404, "ruta.desconocida",
                          "use POST /acopio o GET /estado");
    }
}

static bool turn(void *context)
{
    struct acopio_catd *catd = context;
    const bool answered = acopio_queue_flush(catd->queue);

    if (answered) {
        sender_wake(catd->worker.sender);
    }
    return answered;
}

/* ---- life */

static enum prep_status catd_open(struct acopio_catd *catd,
                                  const struct acopio_catd_config *config,
                                  bool check_only, struct prep_reason *reason)
{
    const struct worker_stage stage = {
        .etapa = ETAPA_ACOPIO_CATD,
        .service = ETAPA_ACOPIO,
        .config = &config->worker,
        .check_only = check_only,
        .body_max = ACOPIO_BODY_MAX,
        .context = catd,
        .on_request = on_request,
        .turn = turn,
    };
    enum prep_status status;

    status = operators_load(config->operadores, &catd->operators, reason);
    if (status != PREP_OK) {
        return status;
    }
    status = worker_open(&catd->worker, &stage, reason);
    if (status != PREP_OK || check_only) {
        return status;
    }
    return acopio_queue_new(&catd->queue, catd->worker.spool, catd->worker.self,
                            reason);
}

static void catd_close(struct acopio_catd *catd)
{
    worker_close(&catd->worker);
    acopio_queue_free(&catd->queue);
    if (catd->operators != NULL) {
        operators_free(&catd->operators);
    }
}

int main(int argc, char **argv)
{
    struct daemon_program program = {
        .name = "prep-acopio-catd",
        .description = "Registra en el CATD la recepción de cada sobre PREP, lo firma, "
                       "lo guarda en su cola\ny lo entrega al CCV cuando hay línea.",
    };
    struct daemon_options options;
    struct acopio_catd_config *config = NULL;
    struct acopio_catd catd = { 0 };
    struct prep_reason reason = { "" };
    enum prep_status status;

    switch (daemon_options(&program, argc, argv, &options)) {
    case DAEMON_EXIT_OK:
        return 0;
    case DAEMON_EXIT_USAGE:
        return 64; /* EX_USAGE */
    case DAEMON_RUN:
        break;
    }
    status = config_load(options.config_path, &config_schema, (void **)&config, NULL,
                         &reason);
    if (status == PREP_OK) {
        status = daemon_signals(&reason);
    }
    if (status == PREP_OK) {
        status = catd_open(&catd, config, options.check_only, &reason);
    }
    if (status == PREP_OK && options.check_only) {
        daemon_check_ok(&program);
    } else if (status == PREP_OK) {
        status = worker_run(&catd.worker, &reason);
    }
    catd_close(&catd);
    if (config != NULL) {
        config_free(&config_schema, (void **)&config);
    }
    return status == PREP_OK ? 0 : daemon_failed("arranque.fallido", status, &reason);
}
