/*
 * receiver.h - the service's side of the line: many workers, one ledger.
 *
 * PURPOSE
 *     Takes what waits on a ROUTER, at most LEDGER_BATCH_MAX events at a time; opens
 *     each envelope once; stores the batch in one transaction; answers each worker
 *     with one signed acuse per emitter; announces what was new. A worker that sends
 *     one event and another that sends sixty share the same commit.
 *
 *     For each event: size, signature, content, `check` of the stage, commit, acuse,
 *     in that order. A repeated event gets the acuse it got before and changes
 *     nothing. What is refused gets a Rechazo with the event name that operators
 *     search for; forks, bad signatures, unknown signers and events that say what
 *     they may not are also kept in `evidencia`, at a bounded rate.
 *
 * WHEN THE DATABASE IS AWAY OR FULL
 *     Nothing is acknowledged: the batch is forgotten, each emitter is told
 *     PREP_ERR_UNAVAILABLE or PREP_ERR_FULL, and resends later. No fact lives in this
 *     process, so an unknown commit needs no restart: the resent event comes back as
 *     new or as repeated, whichever is true.
 *
 * ANSWERS (Rechazo)
 *     PREP_ERR_GAP          "cadena.incompleta", with `esperada`; one per emitter
 *     PREP_ERR_CONFLICT     "cadena.bifurcada": same number, other bytes
 *     PREP_ERR_AUTH, _FORMAT, _RANGE   as envelope_open or the stage named it
 *     PREP_ERR_UNAVAILABLE, PREP_ERR_FULL   "base.perdida": try later
 *
 * OWNERSHIP AND THREADS
 *     One thread, driven by the caller's loop. Everything in the options is borrowed
 *     until receiver_close(). The receiver does not log: it calls back.
 */
#ifndef PREP_RECEIVER_H
#define PREP_RECEIVER_H

#include <czmq.h>

#include "prep/db.h"
#include "prep/eleccion.h"
#include "prep/envelope.h"
#include "prep/keys.h"
#include "prep/ledger.h"
#include "prep/topology.h"

#define RECEIVER_REFUSALS_PER_S 20u /* evidence and log lines about refusals */
#define RECEIVER_REFUSALS_BURST 500u
#define RECEIVER_EVIDENCE_MAX 16384u /* bytes kept of one refused message */
#define RECEIVER_ACUSE_IMAGES_MAX 256u

struct receiver; /* opaque */

struct receiver_refusal {
    const char *evento; /* the name that operators search for */
    const char *origen; /* name of the emitter, or the peer as the socket knows it */
    const char *motivo;
    enum prep_status status;
    uint64_t secuencia;
    uint64_t omitidos; /* refusals not reported since the last one: over the rate */
};

struct receiver_callbacks {
    void *context;
    /* A verified event, before it is stored: PREP_OK, or what is wrong with it. */
    enum prep_status (*check)(void *context, const struct envelope *envelope,
                              const char **err_event_name, struct prep_reason *reason);
    /* Committed and new. */
    void (*stored)(void *context, const struct envelope *envelope, uint64_t posicion);
    /* Stored, with a doubtful device time (reloj.h). May be NULL. */
    void (*doubted)(void *context, const struct envelope *envelope, uint32_t causas);
    /* `count` events of one emitter came again in one batch. May be NULL. */
    void (*repeated)(void *context, const struct topology_process *emisor,
                     size_t count);
    void (*refused)(void *context, const struct receiver_refusal *refusal);
    /* The database went away (up false, with why) or is back. */
    void (*base)(void *context, bool up, enum prep_status status, const char *reason);
    /* A request that is not an event (Trozo, ConsultaImagen). May be NULL. */
    void (*other)(void *context, zframe_t *peer, const Prep__Peticion *peticion);
    /* Everything that waited has been taken. May be NULL. */
    void (*drained)(void *context);
};

struct receiver_options {
    const struct definicion *definicion;
    const struct topology *topology;
    const struct topology_process *self;
    const struct keys *keys;
    struct db *db;
    zsock_t *router;
    zsock_t *pub;      /* NULL: nothing is announced */
    uint32_t emisores; /* bit (1 << enum etapa): whose events are taken here */
    struct receiver_callbacks callbacks;
};

PREP_MUST_CHECK
enum prep_status receiver_open(struct receiver **out_receiver,
                               const struct receiver_options *options,
                               struct prep_reason *reason);
void receiver_close(struct receiver **receiver); /* accepts a pointer to NULL */

/* Takes what waits; returns after one batch even if more waits (level-triggered), and
 * says how many messages it took. */
size_t receiver_on_readable(struct receiver *receiver);
/* About once a second: notices that the database is back. */
void receiver_on_timer(struct receiver *receiver);

/* For `other`: a request that is refused is reported like an event, and its bytes are
 * kept unless NULL. */
void receiver_refuse(struct receiver *receiver, zframe_t *peer, const char *evento,
                     enum prep_status status, const char *motivo, const void *bytes,
                     size_t len);
/* For `other`: not now. Tells the worker and reports nothing. */
void receiver_later(struct receiver *receiver, zframe_t *peer, const char *evento,
                    enum prep_status status, const char *motivo);
/* For `other`: reports that a query of the stage's own found the database away. */
void receiver_base_lost(struct receiver *receiver, enum prep_status status,
                        const char *reason);
void receiver_respond(struct receiver *receiver, zframe_t *peer,
                      const Prep__Respuesta *respuesta);
/* A signed acuse for images whole on disk; count <= RECEIVER_ACUSE_IMAGES_MAX. */
void receiver_acuse_images(struct receiver *receiver, zframe_t *peer, uint32_t emisor,
                           const struct hash *images, size_t count);

#endif
