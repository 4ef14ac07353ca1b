/* prep-digitaliza-catd: takes the images of a folder, signs them and delivers them. */
#include <string.h>

#include "base/config.h"
#include "base/log.h"
#include "hot_folder.h"
#include "image_queue.h"
#include "prep/service.h"
#include "prep/worker.h"

#define BODY_MAX 1024u /* only GET is served */
#define SCAN_TICKS 10u /* of WORKER_TIMER_MS: every second */
#define GATHER_MS 50u  /* from one batch of the folder to the next */

struct digitaliza_catd_config {
    struct worker_config worker;
    char *entrada;
    uint64_t imagen_bytes_max; /* 0: IMAGE_BYTES_MAX_DEFAULT */
    uint32_t origen, digitalizacion, documento, operador; /* without sidecar */
};

#define OPTIONAL(field)                                                                \
    CYAML_FIELD_UINT(#field, CYAML_FLAG_OPTIONAL, struct digitaliza_catd_config, field)

static const cyaml_schema_field_t config_fields[] = {
    WORKER_CONFIG_FIELDS(struct digitaliza_catd_config),
    CYAML_FIELD_STRING_PTR("entrada", CYAML_FLAG_POINTER, struct digitaliza_catd_config,
                           entrada, 1, CYAML_UNLIMITED),
    OPTIONAL(imagen_bytes_max),
    OPTIONAL(origen),
    OPTIONAL(digitalizacion),
    OPTIONAL(documento),
    OPTIONAL(operador),
    CYAML_FIELD_END,
};

static const cyaml_schema_value_t config_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct digitaliza_catd_config,
                        config_fields),
};

struct digitaliza_catd {
    struct worker worker;
    struct digitaliza_rules rules;
    struct hot_folder *folder;
    struct image_queue *queue;
    unsigned ticks;
    bool more; /* the last scan left files for the next tick */
};

/* ---- HTTP */

static void on_request(struct http_request *http, void *context)
{
    struct digitaliza_catd *catd = context;
    struct prep_reason reason;
    struct buffer body;
    enum prep_status status;

    if (strcmp(http_path(http), "/estado") != 0 ||
        strcmp(http_method(http), "GET") != 0) {
        http_answer_error(http, 404, "ruta.desconocida", "use GET /estado");
        return;
    }
    buffer_init(&body, 4096);
    buffer_add_char(&body, '{');
    status = worker_estado(&catd->worker, &body, &reason);
    buffer_printf(&body, ",\"imagenes_pendientes\":%zu,\"imagenes_entregadas\":%llu}",
                  image_queue_pending(catd->queue),
                  (unsigned long long)image_queue_done(catd->queue));
    if (status == PREP_OK) {
        http_answer(http, 200, NULL, body.data, body.len);
    } else {
        http_answer_error(http, 503, "cola.fallida", reason.text);
    }
    buffer_done(&body);
}

/* ---- what the line tells */

static void events_acked(struct digitaliza_catd *catd)
{
    uint64_t pending;
    uint64_t first;
    uint64_t total;

    if (spool_count(catd->worker.spool, &pending, &first, &total, NULL) == PREP_OK) {
        image_queue_events_acked(catd->queue, pending == 0 ? total + 1 : first);
    }
}

static void on_acked(void *context, const Prep__Acuse *acuse)
{
    struct digitaliza_catd *catd = context;

    image_queue_on_acuse(catd->queue, acuse);
    if (acuse->n_eventos > 0) {
        events_acked(catd);
    }
}

static void on_avance(void *context, const Prep__Avance *avance)
{
    struct digitaliza_catd *catd = context;

    image_queue_on_avance(catd->queue, avance);
}

static void on_rejected(void *context, const Prep__Rechazo *rechazo)
{
    struct digitaliza_catd *catd = context;

    if (rechazo->status == PREP_ERR_FULL || rechazo->status == PREP_ERR_UNAVAILABLE) {
        image_queue_on_busy(catd->queue);
    } else if (rechazo->secuencia == 0) {
        image_queue_on_refused(catd->queue);
    }
}

static void on_line(void *context, bool up)
{
    struct digitaliza_catd *catd = context;

    image_queue_on_line(catd->queue, up);
}

static enum prep_status queue_send(void *context, const Prep__Peticion *peticion)
{
    struct digitaliza_catd *catd = context;

    return sender_send(catd->worker.sender, peticion);
}

/* ---- what the folder tells */

static void on_taken(void *context, const struct hot_image *image)
{
    struct digitaliza_catd *catd = context;

    image_queue_take(catd->queue, image);
}

static int on_folder(zloop_t *loop, zmq_pollitem_t *item, void *context);

static int folder_listen(struct digitaliza_catd *catd)
{
    zmq_pollitem_t item = { .fd = hot_folder_fd(catd->folder), .events = ZMQ_POLLIN };

    return zloop_poller(catd->worker.loop, &item, on_folder, catd);
}

static int on_gathered(zloop_t *loop, int timer, void *context)
{
    (void)loop;
    (void)timer;
    return folder_listen(context);
}

/* A batch costs the same flushes for one image as for many: the next ones gather. */
static int on_folder(zloop_t *loop, zmq_pollitem_t *item, void *context)
{
    struct digitaliza_catd *catd = context;

    if (hot_folder_on_readable(catd->folder)) {
        sender_wake(catd->worker.sender);
    }
    if (zloop_timer(loop, GATHER_MS, 1, on_gathered, catd) >= 0) {
        zloop_poller_end(loop, item);
    }
    return daemon_stopping() ? -1 : 0;
}

static void on_timer(void *context)
{
    struct digitaliza_catd *catd = context;

    if (++catd->ticks >= SCAN_TICKS || catd->more) {
        catd->ticks = 0;
        if (hot_folder_scan(catd->folder, &catd->more)) {
            sender_wake(catd->worker.sender);
        }
    }
}

static bool turn(void *context)
{
    struct digitaliza_catd *catd = context;

    image_queue_run(catd->queue);
    return false;
}

/* ---- life */

static enum prep_status defaults_check(const struct digitaliza_catd_config *config,
                                       const struct definicion *definicion,
                                       struct prep_reason *reason)
{
    if (vocabulario_texto(&definicion->origenes, config->origen) == NULL ||
        vocabulario_texto(&definicion->digitalizaciones, config->digitalizacion) ==
            NULL ||
        vocabulario_texto(&definicion->documentos, config->documento) == NULL) {
        return prep_fail(reason, PREP_ERR_CONFIG,
                         "origen, digitalizacion, documento: uno de ellos no es un "
                         "ordinal de las listas de la definición");
    }
    return PREP_OK;
}

static enum prep_status folder_open(struct digitaliza_catd *catd,
                                    const struct digitaliza_catd_config *config,
                                    struct prep_reason *reason)
{
    const struct hot_folder_options options = {
        .path = config->entrada,
        .rules = &catd->rules,
        .defaults = { .origen = config->origen,
                      .digitalizacion = config->digitalizacion,
                      .documento = config->documento,
                      .operador = config->operador },
        .spool = catd->worker.spool,
        .context = catd,
        .taken = on_taken,
    };

    catd->rules = (struct digitaliza_rules){
        .definicion = catd->worker.definicion,
        .catalogo_count = catd->worker.catalogo_count,
        .image_bytes_max = config->imagen_bytes_max == 0 ? IMAGE_BYTES_MAX_DEFAULT
                                                         : config->imagen_bytes_max,
        .topology = catd->worker.topology,
        .self = catd->worker.self,
    };
    return hot_folder_open(&catd->folder, &options, reason);
}

static enum prep_status queue_open(struct digitaliza_catd *catd,
                                   const struct digitaliza_catd_config *config,
                                   struct prep_reason *reason)
{
    const struct image_queue_options options = { .path = config->entrada,
                                                 .emisor = catd->worker.self->numero,
                                                 .context = catd,
                                                 .send = queue_send };
    enum prep_status status = image_queue_open(&catd->queue, &options, reason);

    if (status != PREP_OK) {
        return status;
    }
    events_acked(catd);
    if (folder_listen(catd) != 0) {
        return prep_fail(reason, PREP_ERR_MEMORY, "sin memoria para el ciclo");
    }
    return PREP_OK;
}

static enum prep_status catd_open(struct digitaliza_catd *catd,
                                  const struct digitaliza_catd_config *config,
                                  bool check_only, struct prep_reason *reason)
{
    const struct worker_stage stage = {
        .etapa = ETAPA_DIGITALIZA_CATD,
        .service = ETAPA_DIGITALIZA,
        .config = &config->worker,
        .check_only = check_only,
        .body_max = BODY_MAX,
        .context = catd,
        .on_request = on_request,
        .acked = on_acked,
        .rejected = on_rejected,
        .avance = on_avance,
        .line = on_line,
        .turn = turn,
        .on_timer = on_timer,
    };
    enum prep_status status = worker_open(&catd->worker, &stage, reason);

    if (status != PREP_OK) {
        return status;
    }
    status = defaults_check(config, catd->worker.definicion, reason);
    if (status != PREP_OK) {
        return status;
    }
    status = folder_open(catd, config, reason);
    if (status != PREP_OK || check_only) {
        return status;
    }
    return queue_open(catd, config, reason);
}

static void catd_close(struct digitaliza_catd *catd)
{
    worker_close(&catd->worker);
    image_queue_close(&catd->queue);
    hot_folder_close(&catd->folder);
}

int main(int argc, char **argv)
{
    struct daemon_program program = {
        .name = "prep-digitaliza-catd",
        .description =
            "Toma las imágenes de actas que aparecen en la carpeta de entrada, "
            "las firma\ny las entrega al CCV cuando hay línea.",
    };
    struct daemon_options options;
    struct digitaliza_catd_config *config = NULL;
    struct digitaliza_catd catd = { 0 };
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
