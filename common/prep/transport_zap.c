/* The allow-list: RFC 27 (ZAP), for CURVE only, with every refusal reported. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "prep/transport.h"
#include "transport_private.h"

#define ZAP_ENDPOINT "inproc://zeromq.zap.01"
#define ZAP_FRAMES 7u     /* version to credentials, for CURVE */
#define CURVE_KEY_LEN 32u /* binary */
#define WATCHED_MAX 4u    /* bound sockets of one process */
#define TICK_MS 1000

struct transport_zap {
    zactor_t *actor;
    zsock_t *refusals; /* this end is read by the daemon */
    unsigned watched;
};

/* What the actor's thread owns. */
struct zap_actor {
    const struct topology *topology; /* immutable, so shared */
    uint32_t etapas;
    zsock_t *pipe, *handler, *refusals;
    zsock_t *monitors[WATCHED_MAX];
    size_t monitor_count;
    zpoller_t *poller;
    unsigned tokens; /* of reports, a bucket refilled with time */
    int64_t refilled_ms;
    uint64_t unreported;
};

struct zap_start {
    const struct topology *topology;
    uint32_t etapas;
    zsock_t *refusals;
    bool bound; /* out */
};

/* ---- reports */

static void tokens_refill(struct zap_actor *zap)
{
    const int64_t now = clock_monotonic_ms();
    const int64_t earned =
        (now - zap->refilled_ms) * (int64_t)TRANSPORT_REFUSALS_PER_S / 1000;

    if (earned <= 0) {
        return;
    }
    zap->refilled_ms = now;
    if (earned >= (int64_t)(TRANSPORT_REFUSALS_BURST - zap->tokens)) {
        zap->tokens = TRANSPORT_REFUSALS_BURST;
    } else {
        zap->tokens += (unsigned)earned;
    }
}

static void report(struct zap_actor *zap, struct transport_refusal *refusal)
{
    tokens_refill(zap);
    if (zap->tokens == 0) {
        zap->unreported++;
        return;
    }
    if (zap->unreported > 0) {
        const size_t len = strlen(refusal->reason);

        (void)snprintf(refusal->reason + len, sizeof refusal->reason - len,
                       " (y %llu rechazos más)", (unsigned long long)zap->unreported);
    }
    if (zmq_send(zsock_resolve(zap->refusals), refusal, sizeof *refusal, ZMQ_DONTWAIT) <
        0) {
        zap->unreported++; /* the daemon is not reading; it will hear how many */
        return;
    }
    zap->unreported = 0;
    zap->tokens--;
}

/* ---- ZAP */

/* "" when it may enter; *out_name is then its name. */
static const char *decide(const struct zap_actor *zap, const char *curve,
                          const char **out_name)
{
    const struct topology_process *peer = topology_by_curve(zap->topology, curve);

    if (peer == NULL) {
        return "llave no declarada en la topología";
    }
    if ((ETAPA_BIT(peer->etapa) & zap->etapas) == 0) {
        return "proceso declarado que no se conecta aquí";
    }
    *out_name = peer->nombre;
    return "";
}

/* Text of a frame, cut and with anything unprintable replaced. */
static void frame_text(zframe_t *frame, char *out_text, size_t size)
{
    const size_t len = zframe_size(frame) < size - 1 ? zframe_size(frame) : size - 1;

    for (size_t i = 0; i < len; i++) {
        const char c = (char)zframe_data(frame)[i];

        out_text[i] = c >= ' ' && c <= '~' ? c : '?';
    }
    out_text[len] = '\0';
}

static void zap_answer(struct zap_actor *zap, zmsg_t *request)
{
    struct transport_refusal refusal;
    zframe_t *frames[ZAP_FRAMES];
    const char *why, *name = "";
    zmsg_t *answer;

    memset(&refusal, 0, sizeof refusal);
    frames[0] = zmsg_first(request);
    for (size_t i = 1; i < ZAP_FRAMES; i++) {
        frames[i] = frames[i - 1] == NULL ? NULL : zmsg_next(request);
    }
    /* version, request id, domain, address, routing id, mechanism, credentials */
    if (frames[3] != NULL) {
        frame_text(frames[3], refusal.address, sizeof refusal.address);
    }
    if (!zframe_streq(frames[0], "1.0") || frames[ZAP_FRAMES - 1] == NULL ||
        !zframe_streq(frames[5], "CURVE") || zframe_size(frames[6]) != CURVE_KEY_LEN ||
        zmq_z85_encode(refusal.curve, zframe_data(frames[6]), CURVE_KEY_LEN) == NULL) {
        why = "no se identifica con CURVE";
    } else {
        why = decide(zap, refusal.curve, &name);
    }
    answer = zmsg_new();
    zmsg_addstr(answer, "1.0");
    zmsg_addmem(answer, frames[1] == NULL ? NULL : zframe_data(frames[1]),
                frames[1] == NULL ? 0 : zframe_size(frames[1]));
    zmsg_addstr(answer, why[0] == '\0' ? "200" : "400");
    zmsg_addstr(answer, why[0] == '\0' ? "OK" : "No access");
    zmsg_addstr(answer, name);
    zmsg_addmem(answer, "", 0);
    (void)zmsg_send(&answer, zap->handler);
    zmsg_destroy(&answer);
    if (why[0] != '\0') {
        (void)snprintf(refusal.reason, sizeof refusal.reason, "%s", why);
        report(zap, &refusal);
    }
}

/* ---- the actor */

/* A peer that answered the greeting with something else. One that only went away,
 * such as a worker that was killed, is not told of. */
static void monitor_heard(struct zap_actor *zap, zsock_t *monitor)
{
    struct transport_refusal refusal;
    zmsg_t *event = zmsg_recv(monitor);

    zmsg_destroy(&event); /* the mask of the monitor lets nothing else through */
    memset(&refusal, 0, sizeof refusal);
    (void)snprintf(refusal.reason, sizeof refusal.reason, "no habla CURVE");
    report(zap, &refusal);
}

/* false: time to stop. */
static bool command_run(struct zap_actor *zap)
{
    char *command = zstr_recv(zap->pipe);
    bool go_on = command != NULL && strcmp(command, "$TERM") != 0;

    if (go_on && zap->monitor_count < WATCHED_MAX) {
        zsock_t *monitor = zsock_new(ZMQ_PAIR);

        if (monitor != NULL && zsock_connect(monitor, "%s", command) == 0) {
            zap->monitors[zap->monitor_count++] = monitor;
            (void)zpoller_add(zap->poller, monitor);
        } else {
            zsock_destroy(&monitor);
        }
    }
    zstr_free(&command);
    return go_on;
}

static void actor_loop(struct zap_actor *zap)
{
    bool go_on = true;

    while (go_on) {
        void *ready = zpoller_wait(zap->poller, TICK_MS);

        if (ready == zap->pipe) {
            go_on = command_run(zap);
        } else if (ready == zap->handler) {
            zmsg_t *request = zmsg_recv(zap->handler);

            if (request != NULL) {
                zap_answer(zap, request);
            }
            zmsg_destroy(&request);
        } else if (ready != NULL) {
            monitor_heard(zap, ready);
        } else if (zpoller_terminated(zap->poller)) {
            go_on = false;
        } else if (zap->unreported > 0) { /* quiet again: say what was left out */
            struct transport_refusal rest = { .reason = "rechazos en ráfaga" };

            report(zap, &rest);
        }
    }
}

static void actor_run(zsock_t *pipe, void *argument)
{
    struct zap_start *start = argument;
    struct zap_actor zap = {
        .topology = start->topology,
        .etapas = start->etapas,
        .pipe = pipe,
        .refusals = start->refusals,
        .tokens = TRANSPORT_REFUSALS_BURST,
        .refilled_ms = clock_monotonic_ms(),
    };

    zap.handler = zsock_new(ZMQ_REP);
    assert(zap.handler != NULL);
    start->bound = zsock_bind(zap.handler, ZAP_ENDPOINT) == 0;
    zap.poller = zpoller_new(pipe, zap.handler, NULL);
    assert(zap.poller != NULL);
    (void)zsock_signal(pipe, 0); /* start is the opener's again from here on */
    actor_loop(&zap);
    zpoller_destroy(&zap.poller);
    for (size_t i = 0; i < zap.monitor_count; i++) {
        zsock_destroy(&zap.monitors[i]);
    }
    (void)zsock_unbind(zap.handler, ZAP_ENDPOINT); /* the name is free on return */
    zsock_destroy(&zap.handler);
    zsock_destroy(&zap.refusals);
}

enum prep_status transport_zap_open(struct transport_zap **out_zap,
                                    const struct topology *topology, uint32_t etapas,
                                    struct prep_reason *reason)
{
    struct zap_start start = { .topology = topology, .etapas = etapas };
    struct transport_zap *zap;

    assert(topology != NULL && out_zap != NULL);
    transport_setup();
    zap = calloc(1, sizeof *zap);
    if (zap == NULL) {
        abort();
    }
    zap->refusals = zsys_create_pipe(&start.refusals);
    if (zap->refusals != NULL) {
        zap->actor = zactor_new(actor_run, &start);
    }
    if (zap->actor == NULL || !start.bound) {
        transport_zap_close(&zap);
        return prep_fail(reason, PREP_ERR_STATE,
                         "ya hay una lista de pares permitidos en este proceso");
    }
    *out_zap = zap;
    return PREP_OK;
}

enum prep_status transport_zap_watch(struct transport_zap *zap, zsock_t *sock,
                                     struct prep_reason *reason)
{
    char endpoint[64];

    (void)snprintf(endpoint, sizeof endpoint, "inproc://prep-monitor-%p", (void *)sock);
    if (zap->watched >= WATCHED_MAX ||
        zmq_socket_monitor(zsock_resolve(sock), endpoint,
                           ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL) != 0) {
        return prep_fail(reason, PREP_ERR_IO, "no se puede vigilar el socket: %s",
                         zmq_strerror(zmq_errno()));
    }
    zap->watched++;
    (void)zstr_send(zap->actor, endpoint);
    return PREP_OK;
}

zsock_t *transport_zap_reader(struct transport_zap *zap)
{
    return zap->refusals;
}

bool transport_zap_take(struct transport_zap *zap, struct transport_refusal *out)
{
    return zmq_recv(zsock_resolve(zap->refusals), out, sizeof *out, ZMQ_DONTWAIT) ==
           (int)sizeof *out;
}

void transport_zap_close(struct transport_zap **zap)
{
    if (*zap == NULL) {
        return;
    }
    zactor_destroy(&(*zap)->actor);
    zsock_destroy(&(*zap)->refusals);
    free(*zap);
    *zap = NULL;
}
