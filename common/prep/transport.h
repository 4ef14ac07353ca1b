/*
 * transport.h - ZeroMQ with CURVE between declared peers.
 *
 * PURPOSE
 *     Worker to service: DEALER to ROUTER. Service to service: PUB to SUB, a
 *     wake-up and live copy, never the record. Only processes declared in the
 *     topology connect; a ZAP handler in this process refuses every other CURVE
 *     key and reports it to `refused` (event "par.rechazado"), with what it showed.
 *
 *     Without an open ZAP handler a bound socket accepts nobody. CZMQ's own zauth is
 *     not used: docs/decisiones/0001-zap-propio.md.
 *
 * LIMITS
 *     TRANSPORT_MESSAGE_MAX per message (ZMQ_MAXMSGSIZE drops a longer peer),
 *     bounded high-water marks, heartbeats so that a dead link is noticed.
 *     Refusals are reported at most TRANSPORT_REFUSALS_BURST at once and about
 *     TRANSPORT_REFUSALS_PER_S after that; the rest are counted in the next report.
 *
 * THREADS
 *     Each struct belongs to the thread that opened it (the ZAP handler runs in an
 *     actor of its own and reports through transport_zap_reader()).
 */
#ifndef PREP_TRANSPORT_H
#define PREP_TRANSPORT_H

#include <czmq.h>

#include "base/status.h"
#include "prep/keys.h"
#include "prep/topology.h"

#define TRANSPORT_MESSAGE_MAX (512u * 1024u)
#define TRANSPORT_REFUSALS_BURST 50u
#define TRANSPORT_REFUSALS_PER_S 10u

/*
 * Keeps CZMQ from installing signal handlers and from writing on stdout. Every
 * function below that opens something calls it; a daemon that makes a zloop or a
 * zsock of its own before that calls it first.
 */
void transport_setup(void);

/* ---- the allow-list: one per process that binds */

struct transport_zap; /* opaque */

struct transport_refusal {
    char address[64];
    char curve[KEY_CURVE_TEXT_SIZE]; /* key it showed; "" if none */
    char reason[96];
};

/* etapas: bit (1 << enum etapa) of each etapa that may connect. */
PREP_MUST_CHECK
enum prep_status transport_zap_open(struct transport_zap **out_zap,
                                    const struct topology *topology, uint32_t etapas,
                                    struct prep_reason *reason);
/* Also reports peers of this bound socket that never got as far as showing a key:
 * no CURVE, another protocol. Their address is not known. */
PREP_MUST_CHECK
enum prep_status transport_zap_watch(struct transport_zap *zap, zsock_t *sock,
                                     struct prep_reason *reason);
/* Readable zsock (for zloop_reader) when there are refusals to take. */
zsock_t *transport_zap_reader(struct transport_zap *zap);
/* true and *out when there was one. */
bool transport_zap_take(struct transport_zap *zap, struct transport_refusal *out);
void transport_zap_close(struct transport_zap **zap);

/* ---- sockets: plain CZMQ sockets, already secured; zsock_destroy() them */

/* ROUTER bound to self->recibe. */
PREP_MUST_CHECK
enum prep_status transport_router(zsock_t **out_sock,
                                  const struct topology_process *self,
                                  const struct keys *keys, struct prep_reason *reason);
/* DEALER connected to peer->recibe. */
PREP_MUST_CHECK
enum prep_status transport_dealer(zsock_t **out_sock,
                                  const struct topology_process *peer,
                                  const struct keys *keys, struct prep_reason *reason);
/* So that who waits for an answer knows at once that none will come: *out_monitor is
 * another socket, to be destroyed before the DEALER it watches. */
PREP_MUST_CHECK
enum prep_status transport_link_watch(zsock_t *dealer, zsock_t **out_monitor,
                                      struct prep_reason *reason);
/* Whether the link broke since the last call. */
bool transport_link_lost(zsock_t *monitor);
/* PUB bound to self->anuncia; SUB connected to every service of `etapas` with a feed.
 */
PREP_MUST_CHECK
enum prep_status transport_pub(zsock_t **out_sock, const struct topology_process *self,
                               const struct keys *keys, struct prep_reason *reason);
PREP_MUST_CHECK
enum prep_status transport_sub(zsock_t **out_sock, const struct topology *topology,
                               const struct topology_process *self, uint32_t etapas,
                               const struct keys *keys, struct prep_reason *reason);

/* ---- whole messages */

/* Receives without blocking. PREP_ERR_NOT_FOUND when there is none. For a ROUTER,
 * *out_peer is the routing id (zframe_destroy it); NULL otherwise. Message frames
 * must be exactly one after the routing id; anything else is PREP_ERR_FORMAT. */
PREP_MUST_CHECK
enum prep_status transport_receive(zsock_t *sock, zframe_t **out_peer,
                                   zframe_t **out_body);
/* Never blocks. PREP_ERR_FULL when there is no link (DEALER) or the peer's queue is
 * full; PREP_ERR_NOT_FOUND when the peer of a ROUTER has gone: drop the answer, it
 * will ask again. */
PREP_MUST_CHECK
enum prep_status transport_send(zsock_t *sock, zframe_t *peer, const void *body,
                                size_t len);

/* Name in the topology of the process that sent this frame, as its CURVE key proved;
 * "" if it is not known. Valid while the frame is. */
const char *transport_sender(zframe_t *body);

/* The feed: position and envelope of something just committed. */
PREP_MUST_CHECK
enum prep_status transport_announce(zsock_t *pub, uint64_t posicion,
                                    const void *envelope, size_t len);
/* Takes one announcement without blocking; the bytes are for waking up only.
 * PREP_ERR_NOT_FOUND when there is none, PREP_ERR_FORMAT when it is not one. */
PREP_MUST_CHECK
enum prep_status transport_heard(zsock_t *sub, uint64_t *out_posicion,
                                 zframe_t **out_envelope);

#endif
