#include "prep/transport.h"

#include <assert.h>
#include <endian.h>
#include <string.h>

#include "transport_private.h"

/* A window of a sender fits; at 256 KiB a chunk this bounds a peer to 16 MiB. */
#define QUEUE_IN 64
#define QUEUE_OUT 64
#define ANSWERS_QUEUE 1000 /* answers and announcements: small */
/* A ping waits behind a 256 KiB chunk: the timeout lets two pass at 256 kbit/s. */
#define HEARTBEAT_MS 3000
#define HEARTBEAT_TIMEOUT_MS 20000
#define HANDSHAKE_MS 5000
#define RECONNECT_MS 100
#define RECONNECT_MAX_MS 2000
#define LINGER_MS 500

/* Its number is stable; Debian's zmq.h shows it only to drafts, and CZMQ's setter is
 * then an empty function. */
#ifndef ZMQ_ZAP_ENFORCE_DOMAIN
#define ZMQ_ZAP_ENFORCE_DOMAIN 93
#endif

/* ZMQ_MAXMSGSIZE counts the encrypted frame: 33 bytes more (RFC 26). */
#define CURVE_OVERHEAD 64

#define POSICION_LEN 8u

void transport_setup(void)
{
    zsys_handler_set(NULL); /* signals are the daemon's business */
    zsys_set_logstream(stderr);
    (void)zsys_init();
}

static zsock_t *sock_new(int type, int in, int out)
{
    zsock_t *sock;

    transport_setup();
    sock = zsock_new(type);
    if (sock == NULL) {
        return NULL;
    }
    zsock_set_maxmsgsize(sock, (int)TRANSPORT_MESSAGE_MAX + CURVE_OVERHEAD);
    zsock_set_rcvhwm(sock, in);
    zsock_set_sndhwm(sock, out);
    zsock_set_heartbeat_ivl(sock, HEARTBEAT_MS);
    zsock_set_heartbeat_timeout(sock, HEARTBEAT_TIMEOUT_MS);
    zsock_set_handshake_ivl(sock, HANDSHAKE_MS);
    zsock_set_reconnect_ivl(sock, RECONNECT_MS);
    zsock_set_reconnect_ivl_max(sock, RECONNECT_MAX_MS);
    zsock_set_linger(sock, LINGER_MS);
    zsock_set_ipv6(sock, 1);
    return sock;
}

static enum prep_status bind_secured(zsock_t *sock, const char *address,
                                     const struct keys *keys,
                                     struct prep_reason *reason)
{
    const int yes = 1;

    zsock_set_zap_domain(sock, TRANSPORT_ZAP_DOMAIN);
    if (zmq_setsockopt(zsock_resolve(sock), ZMQ_ZAP_ENFORCE_DOMAIN, &yes, sizeof yes) !=
        0) { /* without it, no handler would mean that everybody enters */
        return prep_fail(reason, PREP_ERR_STATE,
                         "libzmq no puede exigir la lista de pares permitidos: instale "
                         "libzmq5 4.3 o posterior");
    }
    zsock_set_curve_server(sock, 1);
    zsock_set_curve_publickey(sock, keys_curve_public(keys));
    zsock_set_curve_secretkey(sock, keys_curve_secret(keys));
    if (zsock_bind(sock, "%s", address) < 0) {
        return prep_fail(reason, PREP_ERR_IO,
                         "%s: no se puede abrir: %s; revise la topología y que no haya "
                         "otro proceso en esa dirección",
                         address, zmq_strerror(zmq_errno()));
    }
    return PREP_OK;
}

static enum prep_status connect_secured(zsock_t *sock, const char *address,
                                        const char *server_curve,
                                        const struct keys *keys,
                                        struct prep_reason *reason)
{
    zsock_set_curve_serverkey(sock, server_curve);
    zsock_set_curve_publickey(sock, keys_curve_public(keys));
    zsock_set_curve_secretkey(sock, keys_curve_secret(keys));
    if (zsock_connect(sock, "%s", address) < 0) {
        return prep_fail(reason, PREP_ERR_CONFIG, "%s: dirección no aceptada: %s",
                         address, zmq_strerror(zmq_errno()));
    }
    return PREP_OK;
}

static enum prep_status no_socket(struct prep_reason *reason)
{
    return prep_fail(reason, PREP_ERR_IO, "ZeroMQ no da más sockets: %s",
                     zmq_strerror(zmq_errno()));
}

static enum prep_status no_address(const struct topology_process *process,
                                   const char *field, struct prep_reason *reason)
{
    return prep_fail(reason, PREP_ERR_CONFIG,
                     "«%s» no tiene %s en la topología; declare su dirección",
                     process->nombre, field);
}

/* Hands over the socket, or destroys it and passes the status on. */
static enum prep_status finish(zsock_t *sock, enum prep_status status,
                               zsock_t **out_sock)
{
    if (status != PREP_OK) {
        zsock_destroy(&sock);
        return status;
    }
    *out_sock = sock;
    return PREP_OK;
}

enum prep_status transport_router(zsock_t **out_sock,
                                  const struct topology_process *self,
                                  const struct keys *keys, struct prep_reason *reason)
{
    zsock_t *sock;

    if (self->recibe[0] == '\0') {
        return no_address(self, "recibe", reason);
    }
    sock = sock_new(ZMQ_ROUTER, QUEUE_IN, ANSWERS_QUEUE);
    if (sock == NULL) {
        return no_socket(reason);
    }
    zsock_set_router_mandatory(sock, 1);
    return finish(sock, bind_secured(sock, self->recibe, keys, reason), out_sock);
}

enum prep_status transport_dealer(zsock_t **out_sock,
                                  const struct topology_process *peer,
                                  const struct keys *keys, struct prep_reason *reason)
{
    zsock_t *sock;

    if (peer->recibe[0] == '\0') {
        return no_address(peer, "recibe", reason);
    }
    sock = sock_new(ZMQ_DEALER, ANSWERS_QUEUE, QUEUE_OUT);
    if (sock == NULL) {
        return no_socket(reason);
    }
    /* What is queued without a link would only arrive late and twice. */
    zsock_set_immediate(sock, 1);
    return finish(sock, connect_secured(sock, peer->recibe, peer->curve, keys, reason),
                  out_sock);
}

enum prep_status transport_link_watch(zsock_t *dealer, zsock_t **out_monitor,
                                      struct prep_reason *reason)
{
    char endpoint[64];
    zsock_t *monitor = zsock_new(ZMQ_PAIR);

    (void)snprintf(endpoint, sizeof endpoint, "inproc://prep-link-%p", (void *)dealer);
    if (monitor == NULL ||
        zmq_socket_monitor(zsock_resolve(dealer), endpoint, ZMQ_EVENT_DISCONNECTED) !=
            0 ||
        zsock_connect(monitor, "%s", endpoint) != 0) {
        zsock_destroy(&monitor);
        return prep_fail(reason, PREP_ERR_IO, "no se puede vigilar el enlace: %s",
                         zmq_strerror(zmq_errno()));
    }
    *out_monitor = monitor;
    return PREP_OK;
}

bool transport_link_lost(zsock_t *monitor)
{
    bool lost = false;
    zframe_t *frame;

    while ((frame = zframe_recv_nowait(monitor)) != NULL) {
        lost = true; /* it is told of nothing else */
        zframe_destroy(&frame);
    }
    return lost;
}

enum prep_status transport_pub(zsock_t **out_sock, const struct topology_process *self,
                               const struct keys *keys, struct prep_reason *reason)
{
    zsock_t *sock;

    if (self->anuncia[0] == '\0') {
        return no_address(self, "anuncia", reason);
    }
    sock = sock_new(ZMQ_PUB, QUEUE_IN, ANSWERS_QUEUE);
    if (sock == NULL) {
        return no_socket(reason);
    }
    return finish(sock, bind_secured(sock, self->anuncia, keys, reason), out_sock);
}

enum prep_status transport_sub(zsock_t **out_sock, const struct topology *topology,
                               const struct topology_process *self, uint32_t etapas,
                               const struct keys *keys, struct prep_reason *reason)
{
    enum prep_status status = PREP_OK;
    zsock_t *sock = sock_new(ZMQ_SUB, ANSWERS_QUEUE, QUEUE_OUT);

    if (sock == NULL) {
        return no_socket(reason);
    }
    zsock_set_subscribe(sock, "");
    for (size_t i = 0; status == PREP_OK && i < topology->process_count; i++) {
        const struct topology_process *peer = &topology->processes[i];

        if (peer != self && peer->anuncia[0] != '\0' &&
            (ETAPA_BIT(peer->etapa) & etapas) != 0) {
            status = connect_secured(sock, peer->anuncia, peer->curve, keys, reason);
        }
    }
    return finish(sock, status, out_sock);
}

/* ---- whole messages */

/* Takes and drops what is left of a message of more frames than it should have.
 * ZeroMQ delivers messages whole, so nothing here waits. */
static void frames_drop(zsock_t *sock)
{
    while (zsock_rcvmore(sock)) {
        zframe_t *frame = zframe_recv_nowait(sock);

        if (frame == NULL) {
            return;
        }
        zframe_destroy(&frame);
    }
}

/* Exactly two frames; PREP_ERR_NOT_FOUND when nothing waits. */
static enum prep_status pair_receive(zsock_t *sock, zframe_t **out_first,
                                     zframe_t **out_second)
{
    zframe_t *first, *second = NULL;

    first = zframe_recv_nowait(sock);
    if (first == NULL) {
        return PREP_ERR_NOT_FOUND;
    }
    if (zframe_more(first)) {
        second = zframe_recv_nowait(sock);
    }
    if (second == NULL || zframe_more(second)) {
        frames_drop(sock);
        zframe_destroy(&first);
        zframe_destroy(&second);
        return PREP_ERR_FORMAT;
    }
    *out_first = first;
    *out_second = second;
    return PREP_OK;
}

enum prep_status transport_receive(zsock_t *sock, zframe_t **out_peer,
                                   zframe_t **out_body)
{
    zframe_t *peer = NULL, *body = NULL;

    if (zsock_type(sock) == ZMQ_ROUTER) {
        enum prep_status status;

        assert(out_peer != NULL);
        status = pair_receive(sock, &peer, &body);
        if (status != PREP_OK) {
            return status;
        }
    } else {
        body = zframe_recv_nowait(sock);
        if (body == NULL) {
            return PREP_ERR_NOT_FOUND;
        }
    }
    if (zframe_more(body) || zframe_size(body) > TRANSPORT_MESSAGE_MAX) {
        frames_drop(sock);
        zframe_destroy(&peer);
        zframe_destroy(&body);
        return PREP_ERR_FORMAT;
    }
    if (out_peer != NULL) {
        *out_peer = peer;
    }
    *out_body = body;
    return PREP_OK;
}

/* One frame, copied by ZeroMQ. */
static enum prep_status frame_send(zsock_t *sock, const void *data, size_t len,
                                   int flags)
{
    if (zmq_send(zsock_resolve(sock), data, len, flags | ZMQ_DONTWAIT) >= 0) {
        return PREP_OK;
    }
    switch (zmq_errno()) {
    case EAGAIN:
        return PREP_ERR_FULL;
    case EHOSTUNREACH:
        return PREP_ERR_NOT_FOUND;
    default:
        return PREP_ERR_IO;
    }
}

enum prep_status transport_send(zsock_t *sock, zframe_t *peer, const void *body,
                                size_t len)
{
    assert(len <= TRANSPORT_MESSAGE_MAX); /* the peer would be cut off */
    if (peer != NULL) {
        enum prep_status status =
            frame_send(sock, zframe_data(peer), zframe_size(peer), ZMQ_SNDMORE);

        if (status != PREP_OK) {
            return status;
        }
    }
    return frame_send(sock, body, len, 0);
}

const char *transport_sender(zframe_t *body)
{
    const char *name = zframe_meta(body, "User-Id");

    return name != NULL ? name : "";
}

enum prep_status transport_announce(zsock_t *pub, uint64_t posicion,
                                    const void *envelope, size_t len)
{
    const uint64_t bytes = htobe64(posicion);
    enum prep_status status;

    static_assert(sizeof bytes == POSICION_LEN, "the feed's first frame");
    status = frame_send(pub, &bytes, sizeof bytes, ZMQ_SNDMORE);
    if (status != PREP_OK) {
        return status;
    }
    return frame_send(pub, envelope, len, 0);
}

enum prep_status transport_heard(zsock_t *sub, uint64_t *out_posicion,
                                 zframe_t **out_envelope)
{
    zframe_t *first = NULL, *second = NULL;
    enum prep_status status;
    uint64_t bytes;

    status = pair_receive(sub, &first, &second);
    if (status != PREP_OK) {
        return status;
    }
    if (zframe_size(first) != POSICION_LEN) {
        zframe_destroy(&first);
        zframe_destroy(&second);
        return PREP_ERR_FORMAT;
    }
    memcpy(&bytes, zframe_data(first), sizeof bytes);
    zframe_destroy(&first);
    *out_posicion = be64toh(bytes);
    *out_envelope = second;
    return PREP_OK;
}
