#include "desk/desk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "desk/desk_private.h"
#include "prep/proceso.h"

#define TICK_MS 1000
#define WOKEN_MS 50 /* how soon a wake-up is followed */
#define IDLE_TIMEOUT_S 75u
#define OUT_MAX                                                                        \
    (256u * 1024u) /* the largest answer: an acta's options, or 50 refusals */
#define SUBSCRIBERS                                                                    \
    ((1u << ETAPA_ACOPIO) | (1u << ETAPA_DIGITALIZA) | (1u << ETAPA_CAPTURA) |         \
     (1u << ETAPA_VERIFICA) | (1u << ETAPA_PUBLICA) | (1u << ETAPA_HERRAMIENTA))

/* ---- opening */

static enum prep_status identity_load(struct desk *desk, struct prep_reason *reason)
{
    const struct desk_config *config = desk->config;
    enum prep_status status;

    status = definicion_load(config->definicion, &desk->definicion, reason);
    if (status != PREP_OK) {
        return status;
    }
    status = topology_load(config->topologia, &desk->topology, reason);
    if (status != PREP_OK) {
        return status;
    }
    status = keys_load(config->llave, &desk->keys, reason);
    if (status != PREP_OK) {
        return status;
    }
    status = topology_self(desk->topology, desk->keys, &desk->self, reason);
    if (status != PREP_OK) {
        return status;
    }
    if (desk->self->etapa != desk->stage->etapa) {
        return prep_fail(
            reason, PREP_ERR_CONFIG,
            "%s: la llave es de «%s», que en la topología no es de la etapa "
            "%s; use la llave de este servicio",
            config->llave, desk->self->nombre, desk->stage->nombre);
    }
    if (strcmp(desk->topology->proceso, desk->definicion->proceso) != 0) {
        return prep_fail(reason, PREP_ERR_CONFIG,
                         "%s: es del proceso %s y la definición es de %s; use la "
                         "topología de este proceso",
                         config->topologia, desk->topology->proceso,
                         desk->definicion->proceso);
    }
    return operators_load(config->operadores, &desk->operators, reason);
}

/* A database that does not answer is waited for, except by --check. */
static enum prep_status database_open(struct desk *desk, bool check_only,
                                      struct prep_reason *reason)
{
    char application[64];
    enum prep_status status;

    (void)snprintf(application, sizeof application, "prep-%s", desk->stage->nombre);
    status = db_open(desk->config->base, application, &desk->db, reason);
    if (status == PREP_OK) {
        status = proceso_check(desk->db, desk->definicion, NULL, reason);
    }
    if (status != PREP_OK && (status != PREP_ERR_UNAVAILABLE || check_only)) {
        return status;
    }
    desk->checked = status == PREP_OK;
    desk->batch = desk_batch_new(&(struct desk_batch_options){
        .stage = desk->stage,
        .definicion = desk->definicion,
        .topology = desk->topology,
        .self = desk->self,
        .keys = desk->keys,
        .db = desk->db,
    });
    desk->work = desk_work_new(desk->db, desk->stage, desk->config, desk->self->numero);
    if (check_only) {
        return desk_batch_restore(desk->batch, reason);
    }
    if (status != PREP_OK) {
        desk_base_lost(desk, status, reason);
    }
    return PREP_OK;
}

static enum prep_status sockets_open(struct desk *desk, struct prep_reason *reason)
{
    const struct http_options options = {
        .listen = desk->config->escucha,
        .body_max = DESK_BODY_MAX,
        .connections_max = desk->config->conexiones_max,
        .idle_timeout_s = IDLE_TIMEOUT_S,
    };
    enum prep_status status;

    if (desk->self->anuncia[0] != '\0') {
        status = transport_zap_open(&desk->zap, desk->topology, SUBSCRIBERS, reason);
        if (status != PREP_OK) {
            return status;
        }
        status = transport_pub(&desk->pub, desk->self, desk->keys, reason);
        if (status != PREP_OK) {
            return status;
        }
    }
    status = transport_sub(&desk->sub, desk->topology, desk->self,
                           desk->stage->escucha_etapas, desk->keys, reason);
    if (status != PREP_OK) {
        return status;
    }
    return http_open(&desk->http, &options, desk_request, desk, reason);
}

static enum prep_status desk_open(struct desk *desk, bool check_only,
                                  struct prep_reason *reason)
{
    enum prep_status status;

    buffer_init(&desk->out, OUT_MAX);
    status = http_listen_check(desk->config->escucha, reason);
    if (status == PREP_OK) {
        status = identity_load(desk, reason);
    }
    if (status != PREP_OK) {
        return status;
    }
    status = database_open(desk, check_only, reason);
    if (status != PREP_OK || check_only) {
        return status;
    }
    (void)desk_base_up(desk); /* says so itself when it is not */
    return sockets_open(desk, reason);
}

static void desk_close(struct desk *desk)
{
    if (desk->http != NULL) {
        http_close(&desk->http);
    }
    zsock_destroy(&desk->sub);
    zsock_destroy(&desk->pub);
    if (desk->zap != NULL) {
        transport_zap_close(&desk->zap);
    }
    desk_work_free(&desk->work);
    desk_batch_free(&desk->batch);
    if (desk->db != NULL) {
        db_close(&desk->db);
    }
    if (desk->operators != NULL) {
        operators_free(&desk->operators);
    }
    if (desk->keys != NULL) {
        keys_free(&desk->keys);
    }
    if (desk->topology != NULL) {
        topology_free(&desk->topology);
    }
    if (desk->definicion != NULL) {
        definicion_free(&desk->definicion);
    }
    free(desk->pending);
    buffer_done(&desk->out);
}

/* ---- the loop */

static void announcements_take(struct desk *desk)
{
    zframe_t *envelope = NULL;
    uint64_t position;

    while (transport_heard(desk->sub, &position, &envelope) != PREP_ERR_NOT_FOUND) {
        desk->woken = true; /* even by one that is malformed: looking costs little */
        zframe_destroy(&envelope);
    }
}

static void refusals_take(struct desk *desk)
{
    struct transport_refusal refusal;

    while (transport_zap_take(desk->zap, &refusal)) {
        log_warning("par.rechazado", LOG_TEXT("origen", refusal.address),
                    LOG_TEXT("curve", refusal.curve),
                    LOG_TEXT("reason", refusal.reason));
    }
}

static void tick(struct desk *desk)
{
    int64_t now = clock_monotonic_ms();

    if (now - desk->ticked_ms < TICK_MS) {
        if (desk->woken) {
            desk_base_follow(desk, false);
        }
        return;
    }
    desk->ticked_ms = now;
    desk->refused_logged = 0;
    if (desk_base_up(desk)) {
        desk_base_follow(desk, true);
        desk_queue_expire(desk_work_queue(desk->work), clock_now_ms());
    }
    daemon_watchdog();
}

static long wait_ms(struct desk *desk)
{
    const int http = http_timeout_ms(desk->http);
    int64_t left = desk->ticked_ms + TICK_MS - clock_monotonic_ms();

    if (desk->woken && left > WOKEN_MS) {
        left = WOKEN_MS;
    }
    if (http >= 0 && left > http) {
        left = http;
    }
    return left < 0 ? 0 : (long)left;
}

static void desk_run(struct desk *desk)
{
    zmq_pollitem_t items[4] = {
        { .fd = http_fd(desk->http), .events = ZMQ_POLLIN },
        { .fd = daemon_signal_fd(), .events = ZMQ_POLLIN },
        { .socket = zsock_resolve(desk->sub), .events = ZMQ_POLLIN },
    };
    int count = 3;

    if (desk->zap != NULL) {
        items[count++] = (zmq_pollitem_t){
            .socket = zsock_resolve(transport_zap_reader(desk->zap)),
            .events = ZMQ_POLLIN,
        };
    }
    while (!daemon_stopping()) {
        (void)zmq_poll(items, count, wait_ms(desk));
        announcements_take(desk);
        if (desk->zap != NULL) {
            refusals_take(desk);
        }
        /* Whatever came while the last transaction was made durable is the next one. */
        http_run(desk->http);
        if (desk->pending_count > 0) {
            desk_flush(desk);
            http_run(desk->http); /* answers leave now */
        }
        tick(desk);
    }
    desk_flush(desk);
    http_run(desk->http);
}

int desk_main(const struct daemon_program *program,
              const struct daemon_options *options, const struct desk_stage *stage,
              const struct desk_config *config)
{
    struct prep_reason reason = { "" };
    struct desk *desk = calloc(1, sizeof *desk);
    enum prep_status status = daemon_signals(&reason);

    if (desk == NULL) {
        abort();
    }
    desk->stage = stage;
    desk->config = config;
    if (status == PREP_OK) {
        status = desk_open(desk, options->check_only, &reason);
    }
    if (status != PREP_OK) {
        log_err("arranque.fallido", LOG_STATUS(status),
                LOG_TEXT("reason", reason.text));
    } else if (options->check_only) {
        daemon_check_ok(program);
    } else {
        daemon_ready();
        log_info(
            "servicio.iniciado", LOG_TEXT("proceso", desk->definicion->proceso),
            LOG_TEXT("nombre", desk->self->nombre),
            LOG_TEXT("escucha", config->escucha),
            LOG_UINT("puerto", http_port(desk->http)),
            LOG_UINT("en_espera", desk_queue_waiting(desk_work_queue(desk->work))));
        desk_run(desk);
        daemon_stopping_notify();
        log_info("servicio.detenido", LOG_TEXT("nombre", desk->self->nombre));
    }
    desk_close(desk);
    free(desk);
    return prep_exit_code(status);
}
