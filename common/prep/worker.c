#include "prep/worker.h"

#include <string.h>

#include "base/log.h"
#include "prep/catalogo.h"

#define HTTP_CONNECTIONS_MAX 64u /* one to four operators, and the machines beside */
#define HTTP_IDLE_TIMEOUT_S 60u
#define HTTP_ROUNDS_MAX 8u /* then the line and the signals get their turn */

/* ---- what the sender tells */

static void on_acked(void *context, const Prep__Acuse *acuse)
{
    struct worker *worker = context;

    worker->line_stopped = worker->line_stopped && acuse->n_eventos == 0;
    if (worker->cola_failed) {
        worker->cola_failed = false;
        log_info("disco.recuperado", LOG_TEXT("donde", "cola"));
    }
    if (worker->acked != NULL) {
        worker->acked(worker->context, acuse);
    }
}

static void on_rejected(void *context, const Prep__Rechazo *rechazo)
{
    struct worker *worker = context;

    switch (rechazo->status) {
    case PREP_ERR_UNAVAILABLE:
    case PREP_ERR_FULL:
        log_warning("servicio.ocupado", LOG_TEXT("servicio", worker->service->nombre),
                    LOG_STATUS((enum prep_status)rechazo->status),
                    LOG_TEXT("reason", rechazo->motivo));
        break;
    case PREP_ERR_GAP:
        log_info("cadena.reenviada", LOG_TEXT("servicio", worker->service->nombre),
                 LOG_UINT("desde", rechazo->esperada));
        break;
    default:
        if (rechazo->secuencia == 0) { /* Of an image: the line goes on. */
            log_warning("peticion.rechazada",
                        LOG_TEXT("servicio", worker->service->nombre),
                        LOG_STATUS((enum prep_status)rechazo->status),
                        LOG_TEXT("causa", rechazo->evento),
                        LOG_TEXT("reason", rechazo->motivo));
            break;
        }
        log_err("evento.rechazado", LOG_TEXT("servicio", worker->service->nombre),
                LOG_UINT("secuencia", rechazo->secuencia),
                LOG_STATUS((enum prep_status)rechazo->status),
                LOG_TEXT("causa", rechazo->evento),
                LOG_TEXT("reason", rechazo->motivo));
        break;
    }
    if (worker->rejected != NULL) {
        worker->rejected(worker->context, rechazo);
    }
}

static void on_line(void *context, bool up, uint64_t pending)
{
    struct worker *worker = context;

    worker->line_up = up;
    if (up) {
        log_info("linea.recuperada", LOG_TEXT("servicio", worker->service->nombre),
                 LOG_UINT("pendientes", pending));
        daemon_status("en línea");
    } else {
        log_warning("linea.perdida", LOG_TEXT("servicio", worker->service->nombre),
                    LOG_UINT("pendientes", pending));
        daemon_status("sin línea: se guarda en la cola");
    }
    if (worker->line != NULL) {
        worker->line(worker->context, up);
    }
}

static void on_avance(void *context, const Prep__Avance *avance)
{
    struct worker *worker = context;

    if (worker->avance != NULL) {
        worker->avance(worker->context, avance);
    }
}

static void on_failed(void *context, enum prep_status status, const char *reason)
{
    struct worker *worker = context;

    switch (status) {
    case PREP_ERR_GAP: /* sender.h: the ledger lost what it had acknowledged */
        log_err("libro.retrocedido", LOG_STATUS(status), LOG_TEXT("reason", reason));
        break;
    case PREP_ERR_AUTH:
        log_err("acuse.rechazado", LOG_STATUS(status), LOG_TEXT("reason", reason));
        break;
    case PREP_ERR_IO:
    case PREP_ERR_FULL:
    case PREP_ERR_UNAVAILABLE:
        if (!worker->cola_failed) { /* Tried again at every turn, said once. */
            log_err("cola.fallida", LOG_STATUS(status), LOG_TEXT("reason", reason));
        }
        worker->cola_failed = true;
        break;
    default:
        worker->line_stopped = true;
        log_err("linea.detenida", LOG_STATUS(status), LOG_TEXT("reason", reason));
        break;
    }
}

/* ---- opening */

static enum prep_status identity_load(struct worker *worker,
                                      const struct worker_stage *stage,
                                      struct prep_reason *reason)
{
    const struct worker_config *config = stage->config;
    enum prep_status status;

    status = definicion_load(config->definicion, &worker->definicion, reason);
    if (status != PREP_OK) {
        return status;
    }
    status = topology_load(config->topologia, &worker->topology, reason);
    if (status != PREP_OK) {
        return status;
    }
    status = keys_load(config->llave, &worker->keys, reason);
    if (status != PREP_OK) {
        return status;
    }
    status = topology_self(worker->topology, worker->keys, &worker->self, reason);
    if (status != PREP_OK) {
        return status;
    }
    if (worker->self->etapa != stage->etapa) {
        return prep_fail(reason, PREP_ERR_CONFIG,
                         "%s: la llave es de %s, que la topología declara en otra "
                         "etapa; use la llave de este programa",
                         config->llave, worker->self->nombre);
    }
    if (strcmp(worker->topology->proceso, worker->definicion->proceso) != 0) {
        return prep_fail(reason, PREP_ERR_CONFIG,
                         "%s: es del proceso %s y la definición es de %s; use la "
                         "topología de este proceso",
                         config->topologia, worker->topology->proceso,
                         worker->definicion->proceso);
    }
    worker->service = topology_by_nombre(worker->topology, config->servicio);
    if (worker->service == NULL || worker->service->etapa != stage->service ||
        worker->service->recibe[0] == '\0') {
        return prep_fail(reason, PREP_ERR_CONFIG,
                         "servicio: %s: la topología no tiene un servicio de esa etapa "
                         "que reciba con ese nombre; escriba el de su CCV",
                         config->servicio);
    }
    return PREP_OK;
}

static enum prep_status count_acta(const struct catalogo_acta *acta, void *context,
                                   struct prep_reason *reason)
{
    (void)reason;
    *(uint64_t *)context = acta->id; /* 1, 2, 3...: the last one is the count. */
    return PREP_OK;
}

static enum prep_status catalogo_load(struct worker *worker, struct prep_reason *reason)
{
    char path[4096];
    struct hash sha256;
    int len;

    len = snprintf(path, sizeof path, "%s/catalogo.csv", worker->definicion->carpeta);
    if (len < 0 || (size_t)len >= sizeof path) {
        return prep_fail(reason, PREP_ERR_CONFIG, "definicion: ruta demasiado larga");
    }
    return catalogo_read(path, worker->definicion, count_acta, &worker->catalogo_count,
                         &sha256, reason);
}

static enum prep_status line_open(struct worker *worker,
                                  const struct worker_stage *stage,
                                  struct prep_reason *reason)
{
    const struct sender_options options = {
        .topology = worker->topology,
        .self = worker->self,
        .service = worker->service,
        .keys = worker->keys,
        .spool = worker->spool,
        .window = stage->config->ventana,
        .callbacks = {
            .context = worker,
            .acked = on_acked,
            .rejected = on_rejected,
            .line = on_line,
            .avance = on_avance,
            .failed = on_failed,
        },
    };

    return sender_open(&worker->sender, &options, reason);
}

enum prep_status worker_open(struct worker *worker, const struct worker_stage *stage,
                             struct prep_reason *reason)
{
    struct http_options http = {
        .listen = stage->config->escucha,
        .body_max = stage->body_max,
        .connections_max = HTTP_CONNECTIONS_MAX,
        .idle_timeout_s = HTTP_IDLE_TIMEOUT_S,
    };
    enum prep_status status;

    worker->context = stage->context;
    worker->acked = stage->acked;
    worker->rejected = stage->rejected;
    worker->avance = stage->avance;
    worker->line = stage->line;
    worker->turn = stage->turn;
    worker->on_timer = stage->on_timer;
    if (stage->config->ventana > SENDER_WINDOW_MAX) {
        return prep_fail(reason, PREP_ERR_CONFIG, "ventana: %u: debe ir de 1 a %u",
                         stage->config->ventana, SENDER_WINDOW_MAX);
    }
    status = http_listen_check(stage->config->escucha, reason);
    if (status != PREP_OK) {
        return status;
    }
    status = identity_load(worker, stage, reason);
    if (status != PREP_OK) {
        return status;
    }
    status = catalogo_load(worker, reason);
    if (status != PREP_OK) {
        return status;
    }
    emitter_init(&worker->emitter, worker->keys, worker->self,
                 worker->definicion->proceso,
                 worker->definicion->modo == MODO_SIMULACRO);
    status = spool_open(stage->config->cola, &worker->emitter, &worker->spool, reason);
    if (stage->check_only && status == PREP_ERR_UNAVAILABLE) {
        return PREP_OK; /* Held by this very worker, already at work. */
    }
    if (status != PREP_OK || stage->check_only) {
        return status;
    }
    status = line_open(worker, stage, reason);
    if (status != PREP_OK) {
        return status;
    }
    worker->loop = zloop_new();
    if (worker->loop == NULL) {
        return prep_fail(reason, PREP_ERR_MEMORY, "sin memoria para el ciclo");
    }
    return http_open(&worker->http, &http, stage->on_request, stage->context, reason);
}

/* ---- the loop */

/*
 * An answer given outside http_run() leaves with the next http_run(), which may bring
 * more requests of the same connections.
 */
static int next(struct worker *worker)
{
    for (unsigned i = 0; i < HTTP_ROUNDS_MAX; i++) {
        const bool answered = worker->turn != NULL && worker->turn(worker->context);

        if (!answered && http_timeout_ms(worker->http) != 0) {
            break;
        }
        http_run(worker->http);
    }
    return daemon_stopping() ? -1 : 0;
}

static int on_readable(zloop_t *loop, zsock_t *sock, void *context)
{
    struct worker *worker = context;

    (void)loop;
    (void)sock;
    sender_on_readable(worker->sender);
    return next(worker);
}

static int on_http(zloop_t *loop, zmq_pollitem_t *item, void *context)
{
    struct worker *worker = context;

    (void)loop;
    (void)item;
    http_run(worker->http);
    return next(worker);
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
    struct worker *worker = context;

    (void)loop;
    (void)timer;
    http_run(worker->http); /* Idle connections expire here. */
    sender_on_timer(worker->sender);
    if (worker->on_timer != NULL) {
        worker->on_timer(worker->context);
    }
    daemon_watchdog();
    return next(worker);
}

enum prep_status worker_run(struct worker *worker, struct prep_reason *reason)
{
    zmq_pollitem_t signals = { .fd = daemon_signal_fd(), .events = ZMQ_POLLIN };
    zmq_pollitem_t http = { .fd = http_fd(worker->http), .events = ZMQ_POLLIN };

    zloop_set_nonstop(worker->loop, true); /* Signals are ours: base/daemon.h. */
    if (zloop_reader(worker->loop, sender_socket(worker->sender), on_readable,
                     worker) != 0 ||
        zloop_poller(worker->loop, &http, on_http, worker) != 0 ||
        zloop_poller(worker->loop, &signals, on_signal, worker) != 0 ||
        zloop_timer(worker->loop, WORKER_TIMER_MS, 0, on_timer, worker) < 0) {
        return prep_fail(reason, PREP_ERR_MEMORY, "sin memoria para el ciclo");
    }
    zloop_reader_set_tolerant(worker->loop, sender_socket(worker->sender));
    daemon_ready();
    log_info("servicio.iniciado", LOG_TEXT("proceso", worker->definicion->proceso),
             LOG_TEXT("nombre", worker->self->nombre),
             LOG_UINT("puerto", http_port(worker->http)),
             LOG_UINT("actas", worker->catalogo_count));
    (void)zloop_start(worker->loop);
    daemon_stopping_notify();
    log_info("servicio.detenido", LOG_TEXT("nombre", worker->self->nombre));
    return PREP_OK;
}

enum prep_status worker_estado(struct worker *worker, struct buffer *out,
                               struct prep_reason *reason)
{
    uint64_t pending;
    uint64_t first;
    uint64_t total;
    enum prep_status status;

    status = spool_count(worker->spool, &pending, &first, &total, reason);
    if (status != PREP_OK) {
        return status;
    }
    buffer_printf(
        out, "\"pendientes\":%llu,\"total\":%llu,\"linea\":%s,\"detenida\":%s",
        (unsigned long long)pending, (unsigned long long)total,
        worker->line_up ? "true" : "false", worker->line_stopped ? "true" : "false");
    return PREP_OK;
}

struct adjunto_read {
    struct buffer *out;
    bool found;
};

static enum prep_status adjunto_visit(const struct spool_event *event, void *context)
{
    struct adjunto_read *read = context;

    read->found = true;
    buffer_add(read->out, event->adjunto, event->adjunto_len);
    return buffer_status(read->out);
}

enum prep_status worker_adjunto(struct spool *spool, uint64_t secuencia,
                                struct buffer *out, struct prep_reason *reason)
{
    struct adjunto_read read = { .out = out };
    enum prep_status status;

    buffer_clear(out);
    status = spool_read(spool, secuencia, 1, adjunto_visit, &read, reason);
    if (status == PREP_OK && !read.found) {
        status = prep_fail(reason, PREP_ERR_NOT_FOUND, "no hay evento %llu en la cola",
                           (unsigned long long)secuencia);
    }
    return status;
}

void worker_close(struct worker *worker)
{
    http_close(&worker->http);
    if (worker->loop != NULL) {
        zloop_destroy(&worker->loop);
    }
    if (worker->sender != NULL) {
        sender_close(&worker->sender);
    }
    if (worker->spool != NULL) {
        spool_close(&worker->spool);
    }
    if (worker->keys != NULL) {
        keys_free(&worker->keys);
    }
    if (worker->topology != NULL) {
        topology_free(&worker->topology);
    }
    if (worker->definicion != NULL) {
        definicion_free(&worker->definicion);
    }
}
