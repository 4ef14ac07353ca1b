/*
 * worker.h - the daemon around a spool: what the CATD workers share.
 *
 * PURPOSE
 *     Settings, what is opened and in which order, the line to the service, the HTTP
 *     door on the inside, the loop and the log lines of a CATD worker. The stage brings
 *     what makes events: requests of a terminal, files of a scanner.
 *
 * SETTINGS (one YAML file; the stage may add its own)
 *     definicion: DIR   topologia: FILE   llave: FILE   cola: FILE
 *     servicio: NAME    the service of the topology that takes its events
 *     escucha: "127.0.0.1:PORT"
 *     ventana: 64       events in flight; optional
 *
 * LOG
 *     Logs, like service.h and for the same reason. Events: servicio.iniciado,
 *     servicio.detenido, linea.perdida, linea.recuperada, linea.detenida,
 *     evento.rechazado, peticion.rechazada, servicio.ocupado, cadena.reenviada,
 *     libro.retrocedido, acuse.rechazado, cola.fallida.
 *
 * THREADS
 *     One.
 */
#ifndef PREP_WORKER_H
#define PREP_WORKER_H

#include <cyaml/cyaml.h>

#include "base/daemon.h"
#include "base/http.h"
#include "prep/eleccion.h"
#include "prep/sender.h"
#include "prep/spool.h"

struct worker_config {
    char *definicion;
    char *topologia;
    char *llave;
    char *cola;
    char *servicio;
    char *escucha;
    unsigned ventana; /* 0: SENDER_WINDOW_DEFAULT */
};

/* For the stage's own schema: a struct whose member `worker` is a worker_config. */
#define WORKER_CONFIG_FIELDS(type)                                                     \
    CYAML_FIELD_STRING_PTR("definicion", CYAML_FLAG_POINTER, type, worker.definicion,  \
                           1, CYAML_UNLIMITED),                                        \
        CYAML_FIELD_STRING_PTR("topologia", CYAML_FLAG_POINTER, type,                  \
                               worker.topologia, 1, CYAML_UNLIMITED),                  \
        CYAML_FIELD_STRING_PTR("llave", CYAML_FLAG_POINTER, type, worker.llave, 1,     \
                               CYAML_UNLIMITED),                                       \
        CYAML_FIELD_STRING_PTR("cola", CYAML_FLAG_POINTER, type, worker.cola, 1,       \
                               CYAML_UNLIMITED),                                       \
        CYAML_FIELD_STRING_PTR("servicio", CYAML_FLAG_POINTER, type, worker.servicio,  \
                               1, CYAML_UNLIMITED),                                    \
        CYAML_FIELD_STRING_PTR("escucha", CYAML_FLAG_POINTER, type, worker.escucha, 1, \
                               CYAML_UNLIMITED),                                       \
        CYAML_FIELD_UINT("ventana", CYAML_FLAG_OPTIONAL, type, worker.ventana)

struct worker {
    struct definicion *definicion;
    struct topology *topology;
    struct keys *keys;
    const struct topology_process *self;
    const struct topology_process *service;
    uint64_t catalogo_count; /* ids of the catalogue are 1 to this */
    struct emitter emitter;
    struct spool *spool;
    struct sender *sender;
    struct http_server *http;
    zloop_t *loop;
    bool line_up;
    bool cola_failed;  /* an acuse could not be stored, and none has been since */
    bool line_stopped; /* the service refused an event: a person must look */
    void *context;     /* of the stage's calls below */
    void (*acked)(void *context, const Prep__Acuse *acuse);
    void (*rejected)(void *context, const Prep__Rechazo *rechazo);
    void (*avance)(void *context, const Prep__Avance *avance);
    void (*line)(void *context, bool up);
    bool (*turn)(void *context);
    void (*on_timer)(void *context);
};

struct worker_stage {
    enum etapa etapa;   /* of this program */
    enum etapa service; /* that `servicio` must have in the topology */
    const struct worker_config *config;
    bool check_only;
    size_t body_max; /* of an HTTP request */
    void *context;
    http_handler on_request;
    /* All may be NULL. */
    void (*acked)(void *context, const Prep__Acuse *acuse);
    void (*rejected)(void *context, const Prep__Rechazo *rechazo);
    void (*avance)(void *context, const Prep__Avance *avance);
    void (*line)(void *context, bool up);
    bool (*turn)(void *context); /* after what waited was taken; true: answered some */
    void (*on_timer)(void *context); /* every WORKER_TIMER_MS */
};

#define WORKER_TIMER_MS 100u

/* worker is zeroed by the caller; worker_close() is safe after a failure. */
PREP_MUST_CHECK
enum prep_status worker_open(struct worker *worker, const struct worker_stage *stage,
                             struct prep_reason *reason);
/* The loop exists after worker_open: a stage may add its own pollers to it. */
PREP_MUST_CHECK
enum prep_status worker_run(struct worker *worker, struct prep_reason *reason);
void worker_close(struct worker *worker);

/* The common part of GET /estado: "pendientes":n,"total":n,"linea":true, without
 * braces. */
PREP_MUST_CHECK
enum prep_status worker_estado(struct worker *worker, struct buffer *out,
                               struct prep_reason *reason);

/* What was stored beside an event (spool_item.adjunto); out is cleared first. */
PREP_MUST_CHECK
enum prep_status worker_adjunto(struct spool *spool, uint64_t secuencia,
                                struct buffer *out, struct prep_reason *reason);

#endif
