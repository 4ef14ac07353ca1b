/*
 * desk_private.h - the desk from inside: for the .c files of this folder alone.
 */
#ifndef PREP_DESK_PRIVATE_H
#define PREP_DESK_PRIVATE_H

#include "base/http.h"
#include "desk/desk.h"
#include "desk/desk_batch.h"
#include "desk/desk_json.h"
#include "desk/desk_work.h"
#include "prep/operators.h"
#include "prep/transport.h"

enum desk_route {
    DESK_ROUTE_TOMAR = 1,
    DESK_ROUTE_CAPTURAS,
    DESK_ROUTE_COTEJOS,
    DESK_ROUTE_ACTA,
    DESK_ROUTE_IMAGEN,
    DESK_ROUTE_PROPUESTA,
    DESK_ROUTE_CONFIRMACION,
    DESK_ROUTE_PROPUESTAS,
};

/* A request that waits for the end of this turn. The body stays in the server. */
struct desk_pending {
    struct http_request *request; /* NULL: answered */
    enum desk_route route;
    uint32_t operador;
};

struct desk_counts { /* since this process started */
    uint64_t capturadas, verificadas, discrepancias, cotejadas, repetidas, rechazadas;
};

struct desk {
    const struct desk_stage *stage;
    const struct desk_config *config;
    struct definicion *definicion;
    struct topology *topology;
    struct keys *keys;
    const struct topology_process *self;
    struct operators *operators;
    struct db *db;
    struct transport_zap *zap; /* NULL when there is no feed */
    zsock_t *pub;              /* NULL when there is no feed */
    zsock_t *sub;
    struct http_server *http;
    struct desk_work *work;
    struct desk_batch *batch;

    bool checked;      /* the database holds this election */
    bool up;           /* chain and queue are as the database has them */
    bool loss_logged;  /* base.perdida was, base.recuperada was not */
    bool loss_is_room; /* the database answers but does not commit */
    int64_t lost_ms;   /* monotonic, of the last trouble */

    bool woken;          /* somebody announced something */
    int64_t followed_ms; /* monotonic, of the last look at the ledger */
    int64_t ticked_ms;

    struct desk_pending *pending;
    size_t pending_count, pending_room;
    struct desk_entry entries[DESK_BATCH_MAX];
    struct desk_decision decisions[DESK_BATCH_MAX];
    struct desk_task tasks[DESK_TASKS_MAX];
    struct buffer out; /* body of the answer in hand */
    struct desk_counts counts;
    unsigned refused_logged; /* tokens refused, logged in this tick */
};

/* desk_routes.c: the handler of the server; gathers desk->pending. */
void desk_request(struct http_request *request, void *context);

/* desk_answer.c: answers everything that is pending. */
void desk_flush(struct desk *desk);

/* desk_view.c */
void desk_view_estado(struct desk *desk, struct http_request *request);
PREP_MUST_CHECK
enum prep_status desk_view_acta(struct desk *desk, struct http_request *request,
                                struct prep_reason *reason);
void desk_view_imagen(struct desk *desk, struct http_request *request);

/* desk_coordina.c: PREP_OK when the request was answered. */
PREP_MUST_CHECK
enum prep_status desk_coordina(struct desk *desk, struct http_request *request,
                               uint32_t operador, bool confirma,
                               struct prep_reason *reason);
PREP_MUST_CHECK
enum prep_status desk_coordina_lista(struct desk *desk, struct http_request *request,
                                     struct prep_reason *reason);

/* desk_base.c: the database as this process sees it. */
bool desk_base_up(struct desk *desk);
void desk_base_lost(struct desk *desk, enum prep_status status,
                    const struct prep_reason *reason);
void desk_base_committed(struct desk *desk); /* the database took something */
/* Looks at the ledger if it was woken and enough time went by, or anyway when due. */
void desk_base_follow(struct desk *desk, bool due);

#endif
