#include "prep/service.h"

#include <string.h>

#include "base/log.h"
#include "prep/proceso.h"

#define TIMER_MS 1000u

/* After a turn of few messages others gather for a moment: a commit costs the same for
 * one event as for many. Who sends little waits this long at most; who sends much, or
 * after a silence, not at all. */
#define GATHER_MS 50u
#define GATHER_ENOUGH 32u

/* ---- what the log says */

static void log_doubted(void *context, const struct envelope *envelope, uint32_t causas)
{
    (void)context;
    log_warning("hora.dudosa", LOG_UINT("acta", envelope->event->acta),
                LOG_TEXT("origen", envelope->emisor->nombre),
                LOG_INT("dispositivo_ms", envelope->event->hora_ms),
                LOG_UINT("causas", causas));
}

static void log_refused(void *context, const struct receiver_refusal *refusal)
{
    (void)context;
    log_warning(refusal->evento, LOG_TEXT("origen", refusal->origen),
                LOG_STATUS(refusal->status), LOG_UINT("secuencia", refusal->secuencia),
                LOG_TEXT("reason", refusal->motivo),
                LOG_UINT("omitidos", refusal->omitidos));
}

static void log_base(void *context, bool up, enum prep_status status,
                     const char *reason)
{
    (void)context;
    if (up) {
        log_info("base.recuperada", LOG_STATUS(status));
        daemon_status("en servicio");
    } else {
        log_err("base.perdida", LOG_STATUS(status), LOG_TEXT("reason", reason));
        daemon_status("sin base de datos: nada se acusa");
    }
}

static void log_repeated(void *context, const struct topology_process *emisor,
                         size_t count)
{
    (void)context;
    log_info("mensaje.repetido", LOG_TEXT("origen", emisor->nombre),
             LOG_UINT("cantidad", count));
}

int daemon_failed(const char *event, enum prep_status status,
                  const struct prep_reason *reason)
{
    log_err(event, LOG_STATUS(status), LOG_TEXT("reason", reason->text));
    return prep_exit_code(status);
}

/* ---- opening */

static enum prep_status identity_load(struct service *service,
                                      const struct service_stage *stage,
                                      struct prep_reason *reason)
{
    const struct service_config *config = stage->config;
    enum prep_status status;

    status = definicion_load(config->definicion, &service->definicion, reason);
    if (status != PREP_OK) {
        return status;
    }
    status = topology_load(config->topologia, &service->topology, reason);
    if (status != PREP_OK) {
        return status;
    }
    status = keys_load(config->llave, &service->keys, reason);
    if (status != PREP_OK) {
        return status;
    }
    status = topology_self(service->topology, service->keys, &service->self, reason);
    if (status != PREP_OK) {
        return status;
    }
    if (service->self->etapa != stage->etapa) {
        return prep_fail(reason, PREP_ERR_CONFIG,
                         "%s: la llave es de %s, que la topología declara en otra "
                         "etapa; use la llave de este servicio",
                         config->llave, service->self->nombre);
    }
    if (strcmp(service->topology->proceso, service->definicion->proceso) != 0) {
        return prep_fail(reason, PREP_ERR_CONFIG,
                         "%s: es del proceso %s y la definición es de %s; use la "
                         "topología de este proceso",
                         config->topologia, service->topology->proceso,
                         service->definicion->proceso);
    }
    return PREP_OK;
}

static enum prep_status database_open(struct service *service,
                                      const struct service_stage *stage,
                                      struct prep_reason *reason)
{
    uint64_t size;
    enum prep_status status;

    status = db_open(stage->config->base, stage->application, &service->db, reason);
    if (status != PREP_OK) {
        return status;
    }
    status = ledger_size(service->db, &size, reason);
    if (status != PREP_OK) {
        return status;
    }
    return proceso_check(service->db, service->definicion, &service->catalogo_count,
                         reason);
}

/* Who wakes up by what this service announces. */
static uint32_t feed_readers(const struct service *service)
{
    return service->self->anuncia[0] == '\0'
               ? 0
               : ETAPA_BIT(ETAPA_CAPTURA) | ETAPA_BIT(ETAPA_VERIFICA) |
                     ETAPA_BIT(ETAPA_PUBLICA);
}

static enum prep_status sockets_open(struct service *service,
                                     const struct service_stage *stage,
                                     struct prep_reason *reason)
{
    enum prep_status status;

    /* The allow-list first: a socket never listens without it. */
    status =
        transport_zap_open(&service->zap, service->topology,
                           ETAPA_BIT(stage->worker) | feed_readers(service), reason);
    if (status != PREP_OK) {
        return status;
    }
    if (service->self->anuncia[0] != '\0') {
        status = transport_pub(&service->pub, service->self, service->keys, reason);
        if (status != PREP_OK) {
            return status;
        }
    }
    status = transport_router(&service->router, service->self, service->keys, reason);
    if (status != PREP_OK) {
        return status;
    }
    return transport_zap_watch(service->zap, service->router, reason);
}

enum prep_status service_open(struct service *service,
                              const struct service_stage *stage,
                              struct prep_reason *reason)
{
    struct receiver_options options;
    enum prep_status status;

    service->on_timer = stage->on_timer;
    service->on_timer_context = stage->context;
    status = identity_load(service, stage, reason);
    if (status != PREP_OK) {
        return status;
    }
    status = database_open(service, stage, reason);
    if (status != PREP_OK || stage->check_only) {
        return status;
    }
    status = sockets_open(service, stage, reason);
    if (status != PREP_OK) {
        return status;
    }
    options = (struct receiver_options){
        .definicion = service->definicion,
        .topology = service->topology,
        .self = service->self,
        .keys = service->keys,
        .db = service->db,
        .router = service->router,
        .pub = service->pub,
        .emisores = ETAPA_BIT(stage->worker),
        .callbacks = {
            .context = stage->context,
            .check = stage->check,
            .stored = stage->stored,
            .repeated = log_repeated,
            .refused = log_refused,
            .doubted = log_doubted,
            .base = log_base,
            .other = stage->other,
            .drained = stage->drained,
        },
    };
    return receiver_open(&service->receiver, &options, reason);
}

/* ---- the loop */

static int on_readable(zloop_t *loop, zsock_t *sock, void *context);

static int router_listen(struct service *service)
{
    if (zloop_reader(service->loop, service->router, on_readable, service) != 0) {
        return -1;
    }
    zloop_reader_set_tolerant(service->loop, service->router);
    return 0;
}

static int on_gathered(zloop_t *loop, int timer, void *context)
{
    (void)loop;
    (void)timer;
    return router_listen(context);
}

static int on_readable(zloop_t *loop, zsock_t *sock, void *context)
{
    struct service *service = context;

    if (receiver_on_readable(service->receiver) < GATHER_ENOUGH &&
        zloop_timer(loop, GATHER_MS, 1, on_gathered, service) >= 0) {
        zloop_reader_end(loop, sock);
    }
    return daemon_stopping() ? -1 : 0;
}

static int on_refusals(zloop_t *loop, zsock_t *sock, void *context)
{
    struct service *service = context;
    struct transport_refusal refusal;

    (void)loop;
    (void)sock;
    while (transport_zap_take(service->zap, &refusal)) {
        log_warning("par.rechazado", LOG_TEXT("origen", refusal.address),
                    LOG_TEXT("curve", refusal.curve),
                    LOG_TEXT("reason", refusal.reason));
    }
    return 0;
}

static int on_signal(zloop_t *loop, zmq_pollitem_t *item, void *context)
{
    (void)loop;
    (void)item;
    (void)context;
    return daemon_stopping() ? -1 : 0;
}

static int on_timer(zloop_t *loop, int timer, void *context)
{
    struct service *service = context;

    (void)loop;
    (void)timer;
    receiver_on_timer(service->receiver);
    if (service->on_timer != NULL) {
        service->on_timer(service->on_timer_context);
    }
    daemon_watchdog();
    return daemon_stopping() ? -1 : 0;
}

enum prep_status service_run(struct service *service, struct prep_reason *reason)
{
    zmq_pollitem_t signals = { .fd = daemon_signal_fd(), .events = ZMQ_POLLIN };

    service->loop = zloop_new();
    if (service->loop == NULL) {
        return prep_fail(reason, PREP_ERR_MEMORY, "sin memoria para el ciclo");
    }
    zloop_set_nonstop(service->loop, true); /* Signals are ours: base/daemon.h. */
    if (router_listen(service) != 0 ||
        zloop_reader(service->loop, transport_zap_reader(service->zap), on_refusals,
                     service) != 0 ||
        zloop_poller(service->loop, &signals, on_signal, service) != 0 ||
        zloop_timer(service->loop, TIMER_MS, 0, on_timer, service) < 0) {
        return prep_fail(reason, PREP_ERR_MEMORY, "sin memoria para el ciclo");
    }
    daemon_ready();
    log_info("servicio.iniciado", LOG_TEXT("proceso", service->definicion->proceso),
             LOG_TEXT("nombre", service->self->nombre),
             LOG_TEXT("recibe", service->self->recibe),
             LOG_UINT("actas", service->catalogo_count));
    (void)zloop_start(service->loop);
    daemon_stopping_notify();
    log_info("servicio.detenido", LOG_TEXT("nombre", service->self->nombre));
    return PREP_OK;
}

void service_close(struct service *service)
{
    if (service->loop != NULL) {
        zloop_destroy(&service->loop);
    }
    receiver_close(&service->receiver);
    zsock_destroy(&service->router);
    zsock_destroy(&service->pub);
    if (service->zap != NULL) {
        transport_zap_close(&service->zap);
    }
    if (service->db != NULL) {
        db_close(&service->db);
    }
    if (service->keys != NULL) {
        keys_free(&service->keys);
    }
    if (service->topology != NULL) {
        topology_free(&service->topology);
    }
    if (service->definicion != NULL) {
        definicion_free(&service->definicion);
    }
}
