/*
 * service.h - the daemon around a receiver: what prep-acopio and prep-digitaliza share.
 *
 * PURPOSE
 *     Settings, what is opened and in which order, the loop, and the log lines of a
 *     CCV service that takes signed events from CATD workers. The stage brings the
 *     check of its own events and, if it has them, requests that are not events.
 *
 * SETTINGS (one YAML file; the stage may add its own)
 *     definicion: DIR    topologia: FILE    llave: FILE    base: "conninfo"
 *
 * ORDER AT START (each a clear refusal)
 *     settings, definition, topology, keys that the topology declares with the etapa of
 *     this program and the same proceso, database reachable, migrated and with its
 *     catalogue, then sockets. --check does all of it but the sockets, so that it
 *     can be run beside a service at work.
 *     After the start the database may go and come back: see receiver.h.
 *
 * LOG
 *     Unlike the rest of common/prep this file logs: it is the daemon's half, and two
 *     daemons that name the same thing differently would be worse. Events:
 *     servicio.iniciado, servicio.detenido, base.perdida, base.recuperada,
 *     par.rechazado, mensaje.repetido, and every refusal of receiver.h.
 *
 * THREADS
 *     One.
 */
#ifndef PREP_SERVICE_H
#define PREP_SERVICE_H

#include <cyaml/cyaml.h>

#include "base/daemon.h"
#include "prep/receiver.h"
#include "prep/transport.h"

struct service_config {
    char *definicion;
    char *topologia;
    char *llave;
    char *base;
};

/* For the stage's own schema: a struct whose member `service` is a service_config. */
#define SERVICE_CONFIG_FIELDS(type)                                                    \
    CYAML_FIELD_STRING_PTR("definicion", CYAML_FLAG_POINTER, type, service.definicion, \
                           1, CYAML_UNLIMITED),                                        \
        CYAML_FIELD_STRING_PTR("topologia", CYAML_FLAG_POINTER, type,                  \
                               service.topologia, 1, CYAML_UNLIMITED),                 \
        CYAML_FIELD_STRING_PTR("llave", CYAML_FLAG_POINTER, type, service.llave, 1,    \
                               CYAML_UNLIMITED),                                       \
        CYAML_FIELD_STRING_PTR("base", CYAML_FLAG_POINTER, type, service.base, 1,      \
                               CYAML_UNLIMITED)

struct service {
    struct definicion *definicion;
    struct topology *topology;
    struct keys *keys;
    const struct topology_process *self;
    struct db *db;
    uint64_t catalogo_count; /* ids of the catalogue are 1 to this */
    struct transport_zap *zap;
    zsock_t *router;
    zsock_t *pub; /* NULL when the topology gives no feed */
    struct receiver *receiver;
    zloop_t *loop;
    void (*on_timer)(void *context);
    void *on_timer_context;
};

struct service_stage {
    enum etapa etapa;  /* of this program */
    enum etapa worker; /* of those that connect, and whose events are taken */
    const struct service_config *config;
    const char *application; /* as PostgreSQL lists it */
    bool check_only;
    void *context;
    /* As in receiver.h; other, drained and on_timer (each second) may be NULL. */
    enum prep_status (*check)(void *context, const struct envelope *envelope,
                              const char **err_event_name, struct prep_reason *reason);
    void (*stored)(void *context, const struct envelope *envelope, uint64_t posicion);
    void (*other)(void *context, zframe_t *peer, const Prep__Peticion *peticion);
    void (*drained)(void *context);
    void (*on_timer)(void *context);
};

/* service is zeroed by the caller; service_close() is safe after a failure. */
PREP_MUST_CHECK
enum prep_status service_open(struct service *service,
                              const struct service_stage *stage,
                              struct prep_reason *reason);
/* Until SIGTERM. */
PREP_MUST_CHECK
enum prep_status service_run(struct service *service, struct prep_reason *reason);
void service_close(struct service *service);

/*
 * The frame of such a daemon's main(): logs why it could not, closes, gives the exit
 * code. `reason` goes to stderr in full for an operator at a terminal.
 */
int daemon_failed(const char *event, enum prep_status status,
                  const struct prep_reason *reason);

#endif
