/*
 * test_sender.c - a spool is delivered whole and once, whatever the line and the
 * service do. The service is a ROUTER of this test with a chain in memory that can
 * lose acuses, restart, forget, refuse and lie.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "mundo_prueba.h"
#include "prep/sender.h"

#define WAIT_MS 15000
#define CHAIN_MAX 2000u

static struct mundo mundo;

/* ---- the service */

struct service {
    struct transport_zap *zap;
    zsock_t *router;
    struct hash chain[CHAIN_MAX + 1]; /* by secuencia */
    uint64_t head;
    unsigned received, repeated, gaps;
    /* what it does wrong */
    unsigned lose_acuses;           /* this many answers are not sent */
    enum prep_status refuse;        /* every event is refused with this */
    uint64_t refuse_at;             /* only this one; 0: all */
    bool wrong_hash, wrong_service; /* acuses that say something else */
    bool silent;
};

static void service_open(struct service *service)
{
    const int64_t end = clock_monotonic_ms() + WAIT_MS;
    enum prep_status status;

    assert_int_equal(transport_zap_open(&service->zap, mundo.topology,
                                        ETAPA_BIT(ETAPA_ACOPIO_CATD), NULL),
                     PREP_OK);
    while ((status = transport_router(&service->router, mundo.process[M_ACOPIO],
                                      mundo.keys[M_ACOPIO], NULL)) == PREP_ERR_IO &&
           clock_monotonic_ms() < end) {
        (void)usleep(5000);
    }
    assert_int_equal(status, PREP_OK);
}

static void service_close(struct service *service)
{
    zsock_destroy(&service->router);
    transport_zap_close(&service->zap);
}

static void answer(struct service *service, zframe_t *peer, Prep__Respuesta *respuesta)
{
    uint8_t bytes[4096];
    size_t len = prep__respuesta__get_packed_size(respuesta);

    assert_true(len <= sizeof bytes);
    (void)prep__respuesta__pack(respuesta, bytes);
    (void)!transport_send(service->router, peer, bytes, len);
}

static void answer_acuse(struct service *service, zframe_t *peer, uint64_t secuencia,
                         const struct hash *hash)
{
    Prep__AcuseEvento evento = PREP__ACUSE_EVENTO__INIT, *list[] = { &evento };
    Prep__Respuesta respuesta = PREP__RESPUESTA__INIT;
    Prep__Acuse acuse = PREP__ACUSE__INIT;
    struct hash said = *hash;
    struct buffer out;

    if (service->lose_acuses > 0) {
        service->lose_acuses--;
        return;
    }
    said.bytes[0] ^= service->wrong_hash;
    evento.secuencia = secuencia;
    evento.posicion = 1000 + secuencia;
    evento.hash = (ProtobufCBinaryData){ HASH_LEN, said.bytes };
    acuse.servicio = (service->wrong_service ? M_PUBLICA : M_ACOPIO) + 1;
    acuse.emisor = M_CATD + 1;
    acuse.hora_ms = MUNDO_HORA;
    acuse.n_eventos = 1;
    acuse.eventos = list;
    buffer_init(&out, ENVELOPE_ACUSE_BYTES_MAX);
    acuse_sign(mundo.keys[service->wrong_service ? M_PUBLICA : M_ACOPIO], &acuse, &out);
    respuesta.cuerpo_case = PREP__RESPUESTA__CUERPO_ACUSE;
    respuesta.acuse = (ProtobufCBinaryData){ out.len, (uint8_t *)out.data };
    answer(service, peer, &respuesta);
    buffer_done(&out);
}

static void answer_reject(struct service *service, zframe_t *peer, uint64_t secuencia,
                          enum prep_status status)
{
    Prep__Respuesta respuesta = PREP__RESPUESTA__INIT;
    Prep__Rechazo rechazo = PREP__RECHAZO__INIT;

    rechazo.secuencia = secuencia;
    rechazo.status = status;
    rechazo.evento = (char *)(uintptr_t) "prueba.rechazada";
    rechazo.motivo = (char *)(uintptr_t) "porque sí";
    rechazo.esperada = service->head + 1;
    respuesta.cuerpo_case = PREP__RESPUESTA__CUERPO_RECHAZO;
    respuesta.rechazo = &rechazo;
    answer(service, peer, &respuesta);
}

static void service_event(struct service *service, zframe_t *peer,
                          const ProtobufCBinaryData *sobre)
{
    struct envelope envelope;
    uint64_t secuencia;

    service->received++;
    assert_int_equal(envelope_open(mundo.topology, MUNDO_PROCESO, false, sobre->data,
                                   sobre->len, &envelope, NULL, NULL),
                     PREP_OK);
    secuencia = envelope.event->secuencia;
    assert_true(secuencia <= CHAIN_MAX);
    if (service->refuse != PREP_OK &&
        (service->refuse_at == 0 || service->refuse_at == secuencia)) {
        answer_reject(service, peer, secuencia, service->refuse);
    } else if (secuencia > service->head + 1) {
        service->gaps++;
        answer_reject(service, peer, secuencia, PREP_ERR_GAP);
    } else if (secuencia <= service->head) {
        service->repeated++;
        assert_true(hash_equal(&service->chain[secuencia], &envelope.hash));
        answer_acuse(service, peer, secuencia, &envelope.hash);
    } else {
        assert_memory_equal(envelope.event->anterior.data,
                            service->chain[service->head].bytes, HASH_LEN);
        service->head = secuencia;
        service->chain[secuencia] = envelope.hash;
        answer_acuse(service, peer, secuencia, &envelope.hash);
    }
    envelope_close(&envelope);
}

static void service_turn(struct service *service)
{
    zframe_t *peer = NULL, *body = NULL;

    while (service->router != NULL &&
           transport_receive(service->router, &peer, &body) == PREP_OK) {
        Prep__Peticion *peticion =
            prep__peticion__unpack(NULL, zframe_size(body), zframe_data(body));
        Prep__Respuesta respuesta = PREP__RESPUESTA__INIT;
        Prep__Cabeza cabeza = PREP__CABEZA__INIT;
        Prep__Avance avance = PREP__AVANCE__INIT;

        assert_non_null(peticion);
        if (service->silent) {
            /* hears and says nothing */
        } else if (peticion->cuerpo_case == PREP__PETICION__CUERPO_SOBRE) {
            service_event(service, peer, &peticion->sobre);
        } else if (peticion->cuerpo_case == PREP__PETICION__CUERPO_CABEZA) {
            cabeza.emisor = peticion->cabeza->emisor;
            cabeza.secuencia = service->head;
            cabeza.hash =
                (ProtobufCBinaryData){ HASH_LEN, service->chain[service->head].bytes };
            respuesta.cuerpo_case = PREP__RESPUESTA__CUERPO_CABEZA;
            respuesta.cabeza = &cabeza;
            answer(service, peer, &respuesta);
        } else if (peticion->cuerpo_case == PREP__PETICION__CUERPO_TROZO) {
            avance.recibido = peticion->trozo->desde + peticion->trozo->datos.len;
            respuesta.cuerpo_case = PREP__RESPUESTA__CUERPO_AVANCE;
            respuesta.avance = &avance;
            answer(service, peer, &respuesta);
        }
        prep__peticion__free_unpacked(peticion, NULL);
        zframe_destroy(&body);
        zframe_destroy(&peer);
    }
}

/* ---- the worker */

struct worker {
    struct emitter emitter;
    struct spool *spool;
    struct sender *sender;
    unsigned acked, rejected, avances, failures;
    int line; /* -1 never told */
    enum prep_status failed_status;
    char failed_reason[PREP_REASON_SIZE];
    enum prep_status rejected_status;
};

static void on_acked(void *context, const Prep__Acuse *acuse)
{
    ((struct worker *)context)->acked += (unsigned)acuse->n_eventos;
}

static void on_rejected(void *context, const Prep__Rechazo *rechazo)
{
    struct worker *worker = context;

    worker->rejected++;
    worker->rejected_status = (enum prep_status)rechazo->status;
}

static void on_line(void *context, bool up, uint64_t pending)
{
    (void)pending;
    ((struct worker *)context)->line = up;
}

static void on_avance(void *context, const Prep__Avance *avance)
{
    (void)avance;
    ((struct worker *)context)->avances++;
}

static void on_failed(void *context, enum prep_status status, const char *reason)
{
    struct worker *worker = context;

    worker->failures++;
    worker->failed_status = status;
    (void)snprintf(worker->failed_reason, sizeof worker->failed_reason, "%s", reason);
}

static void worker_open(struct worker *worker, unsigned window)
{
    struct sender_options options = {
        .topology = mundo.topology,
        .self = mundo.process[M_CATD],
        .service = mundo.process[M_ACOPIO],
        .keys = mundo.keys[M_CATD],
        .window = window,
        .callbacks = { worker, on_acked, on_rejected, on_line, on_avance, on_failed },
    };
    char path[128];

    memset(worker, 0, sizeof *worker);
    worker->line = -1;
    mundo_emitter(&mundo, M_CATD, &worker->emitter);
    mundo_file(&mundo, "cola.sqlite", path, sizeof path);
    assert_int_equal(spool_open(path, &worker->emitter, &worker->spool, NULL), PREP_OK);
    options.spool = worker->spool;
    assert_int_equal(sender_open(&worker->sender, &options, NULL), PREP_OK);
}

static void worker_close(struct worker *worker)
{
    sender_close(&worker->sender);
    sender_close(&worker->sender);
    spool_close(&worker->spool);
}

static void worker_append(struct worker *worker, unsigned count)
{
    enum { CHUNK = 50 };

    while (count > 0) {
        Prep__Event events[CHUNK];
        Prep__Acopio acopios[CHUNK];
        struct spool_item items[CHUNK];
        const unsigned n = count < CHUNK ? count : CHUNK;

        memset(items, 0, sizeof items);
        for (unsigned i = 0; i < n; i++) {
            mundo_acopio(&events[i], &acopios[i], i + 1);
            items[i].event = &events[i];
        }
        assert_int_equal(spool_append(worker->spool, items, n, NULL), PREP_OK);
        count -= n;
    }
    sender_wake(worker->sender);
}

static uint64_t pending(struct worker *worker)
{
    uint64_t p, f, t;

    assert_int_equal(spool_count(worker->spool, &p, &f, &t, NULL), PREP_OK);
    return p;
}

/* ---- both, in one thread, until a condition or the time */

static void turn(struct service *service, struct worker *worker)
{
    zmq_pollitem_t items[2] = {
        { .socket = zsock_resolve(sender_socket(worker->sender)),
          .events = ZMQ_POLLIN },
    };
    int count = 1;

    if (service->router != NULL) {
        items[count++] = (zmq_pollitem_t){ .socket = zsock_resolve(service->router),
                                           .events = ZMQ_POLLIN };
    }
    (void)zmq_poll(items, count, 20);
    service_turn(service);
    if (items[0].revents != 0) {
        sender_on_readable(worker->sender);
    }
    sender_on_timer(worker->sender);
}

#define RUN_UNTIL(condition)                                                           \
    do {                                                                               \
        const int64_t run_end_ = clock_monotonic_ms() + WAIT_MS;                       \
        while (!(condition) && clock_monotonic_ms() < run_end_) {                      \
            turn(&service, &worker);                                                   \
        }                                                                              \
        if (!(condition)) {                                                            \
            fail_msg("never: %s (head %llu, pending %llu, last failure %s)",           \
                     #condition, (unsigned long long)service.head,                     \
                     (unsigned long long)pending(&worker), worker.failed_reason);      \
        }                                                                              \
    } while (0)

static void run_for(struct service *service, struct worker *worker, int ms)
{
    const int64_t end = clock_monotonic_ms() + ms;

    while (clock_monotonic_ms() < end) {
        turn(service, worker);
    }
}

static int setup(void **state)
{
    (void)state;
    mundo_open(&mundo, NULL);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    mundo_close(&mundo);
    return 0;
}

static void test_everything_arrives_once_and_in_order(void **state)
{
    struct service service = { 0 };
    struct worker worker;

    (void)state;
    service_open(&service);
    worker_open(&worker, 0);
    worker_append(&worker, 500);
    assert_false(sender_idle(worker.sender));
    RUN_UNTIL(sender_idle(worker.sender));
    assert_int_equal(service.head, 500);
    assert_int_equal(service.received, 500); /* nothing sent twice on a good line */
    assert_int_equal(worker.acked, 500);
    assert_int_equal(worker.line, 1);
    assert_int_equal(worker.failures, 0);
    /* later ones go without waiting for anything but the wake */
    worker_append(&worker, 1);
    RUN_UNTIL(sender_idle(worker.sender));
    assert_int_equal(service.head, 501);
    worker_close(&worker);
    service_close(&service);
}

static void test_at_most_a_window_is_unanswered(void **state)
{
    struct service service = { .lose_acuses = UINT32_MAX };
    struct worker worker;

    (void)state;
    service_open(&service);
    worker_open(&worker, 10);
    worker_append(&worker, 100);
    RUN_UNTIL(service.received >= 10);
    run_for(&service, &worker, 500);
    assert_int_equal(service.received, 10);
    service.lose_acuses = 0; /* silence, then asks, then the rest */
    RUN_UNTIL(sender_idle(worker.sender));
    assert_int_equal(service.head, 100);
    assert_int_equal(service.repeated, 10);
    worker_close(&worker);
    service_close(&service);
}

static void test_lost_acuses_are_asked_for_again(void **state)
{
    struct service service = { .lose_acuses = 7 };
    struct worker worker;

    (void)state;
    service_open(&service);
    worker_open(&worker, 0);
    worker_append(&worker, 30);
    RUN_UNTIL(sender_idle(worker.sender));
    assert_int_equal(service.head, 30);
    assert_int_equal(service.repeated,
                     7); /* only those, though later ones were acked */
    assert_int_equal(service.gaps, 0);
    worker_close(&worker);
    service_close(&service);
}

static void test_worker_that_restarts_goes_on_where_it_was(void **state)
{
    struct service service = { .lose_acuses = 20 };
    struct worker worker;

    (void)state;
    service_open(&service);
    worker_open(&worker, 0);
    worker_append(&worker, 40);
    RUN_UNTIL(service.head == 40);
    worker_close(&worker); /* twenty acuses never came */
    worker_open(&worker, 0);
    RUN_UNTIL(sender_idle(worker.sender));
    assert_int_equal(service.head, 40);
    assert_true(service.repeated <= 40);
    worker_append(&worker, 5);
    RUN_UNTIL(service.head == 45 && sender_idle(worker.sender));
    worker_close(&worker);
    service_close(&service);
}

static void test_service_that_dies_in_the_middle_loses_nothing(void **state)
{
    struct service service = { 0 };
    struct worker worker;

    (void)state;
    service_open(&service);
    worker_open(&worker, 16);
    for (unsigned round = 1; round <= 4; round++) {
        const uint64_t until = service.head + 20;

        worker_append(&worker, 60);
        RUN_UNTIL(service.head >= until);
        service_close(&service); /* with part of a window on its way */
        run_for(&service, &worker, 150);
        service_open(&service);
    }
    RUN_UNTIL(sender_idle(worker.sender));
    assert_int_equal(service.head, 240);
    assert_int_equal(worker.line, 1);
    worker_close(&worker);
    service_close(&service);
}

static void test_gap_is_filled_from_where_the_service_says(void **state)
{
    struct service service = { 0 };
    struct worker worker;

    (void)state;
    service_open(&service);
    worker_open(&worker, 0);
    worker_append(&worker, 20);
    RUN_UNTIL(sender_idle(worker.sender));
    /* what follows is refused once as if something before it was missing */
    service.refuse = PREP_ERR_GAP;
    worker_append(&worker, 20);
    RUN_UNTIL(worker.rejected > 0);
    service.refuse = PREP_OK;
    RUN_UNTIL(sender_idle(worker.sender));
    assert_int_equal(service.head, 40);
    assert_int_equal(worker.rejected_status, PREP_ERR_GAP);
    assert_int_equal(worker.failures, 0);
    worker_close(&worker);
    service_close(&service);
}

static void test_ledger_that_lost_what_it_acknowledged_gets_it_again(void **state)
{
    struct service service = { 0 };
    struct worker worker;

    (void)state;
    service_open(&service);
    worker_open(&worker, 8);
    worker_append(&worker, 50);
    RUN_UNTIL(sender_idle(worker.sender));
    service_close(&service);
    service.head = 20; /* restored from an old copy */
    service_open(&service);
    worker_append(&worker, 10);
    RUN_UNTIL(service.head == 60 && sender_idle(worker.sender));
    assert_true(worker.failures > 0);
    assert_int_equal(worker.failed_status, PREP_ERR_GAP);
    assert_non_null(strstr(worker.failed_reason, "se vuelven a enviar"));
    worker_close(&worker);
    service_close(&service);
}

static void test_service_that_cannot_store_is_waited_for(void **state)
{
    static const enum prep_status later[] = { PREP_ERR_UNAVAILABLE, PREP_ERR_FULL,
                                              PREP_ERR_UNKNOWN };
    struct service service = { 0 };
    struct worker worker;

    (void)state;
    service_open(&service);
    worker_open(&worker, 0);
    for (unsigned i = 0; i < 3; i++) {
        const unsigned before = service.received;

        service.refuse = later[i];
        worker_append(&worker, 64);
        RUN_UNTIL(worker.rejected > i);
        run_for(&service, &worker, 200);
        assert_true(service.received - before <= 64); /* it does not insist */
        assert_int_equal(worker.rejected_status, later[i]);
        service.refuse = PREP_OK;
        worker.rejected = i + 1;
        RUN_UNTIL(sender_idle(worker.sender));
    }
    assert_int_equal(service.head, 192);
    assert_int_equal(worker.failures, 0);
    worker_close(&worker);
    service_close(&service);
}

static void test_refused_event_stops_the_line_and_says_so(void **state)
{
    static const enum prep_status refusals[] = { PREP_ERR_CONFLICT, PREP_ERR_AUTH,
                                                 PREP_ERR_RANGE, PREP_ERR_FORMAT };

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        struct service service = { .refuse = refusals[i], .refuse_at = 5 };
        struct worker worker;
        unsigned received;

        service_open(&service);
        worker_open(&worker, 1);
        worker_append(&worker, 20);
        RUN_UNTIL(worker.failures > 0);
        assert_int_equal(worker.failed_status, PREP_ERR_CONFLICT);
        assert_int_equal(worker.rejected_status, refusals[i]);
        assert_non_null(strstr(worker.failed_reason, "evento 5"));
        assert_non_null(strstr(worker.failed_reason, "porque sí"));
        received = service.received;
        run_for(&service, &worker, 400);
        assert_int_equal(service.received, received);
        assert_int_equal(service.head, 4);
        assert_int_equal(pending(&worker), 16);
        worker_close(&worker);
        service_close(&service);
        mundo_close(&mundo);
        mundo_open(&mundo, NULL);
    }
}

static void test_fork_stops_the_line_before_anything_is_sent(void **state)
{
    struct service service = { 0 };
    struct worker worker;

    (void)state;
    service_open(&service);
    worker_open(&worker, 0);
    worker_append(&worker, 10);
    RUN_UNTIL(sender_idle(worker.sender));
    worker_close(&worker);

    service.chain[10].bytes[3] ^= 1; /* another event in the place of ours */
    service.received = 0;
    worker_open(&worker, 0);
    worker_append(&worker, 3);
    RUN_UNTIL(worker.failures > 0);
    assert_int_equal(worker.failed_status, PREP_ERR_CONFLICT);
    assert_non_null(strstr(worker.failed_reason, "otro evento en el lugar"));
    run_for(&service, &worker, 300);
    assert_int_equal(service.received, 0);
    worker_close(&worker);

    service.head = 500; /* more of this emitter than its own spool has */
    worker_open(&worker, 0);
    RUN_UNTIL(worker.failures > 0);
    assert_int_equal(worker.failed_status, PREP_ERR_CONFLICT);
    assert_non_null(strstr(worker.failed_reason, "copia vieja"));
    assert_int_equal(service.received, 0);
    worker_close(&worker);
    service_close(&service);
}

static void test_false_acuses_are_not_stored(void **state)
{
    struct service service = { .wrong_hash = true };
    struct worker worker;

    (void)state;
    service_open(&service);
    worker_open(&worker, 1);
    worker_append(&worker, 1);
    RUN_UNTIL(worker.failures > 0);
    assert_int_equal(worker.failed_status, PREP_ERR_AUTH);
    assert_int_equal(pending(&worker), 1);
    service.wrong_hash = false;
    service.wrong_service = true;
    worker.failures = 0;
    RUN_UNTIL(worker.failures > 0);
    assert_int_equal(worker.failed_status, PREP_ERR_AUTH);
    assert_int_equal(pending(&worker), 1);
    assert_int_equal(worker.acked, 0);
    service.wrong_service = false; /* a good one, at last */
    RUN_UNTIL(sender_idle(worker.sender));
    worker_close(&worker);
    service_close(&service);
}

static void test_garbage_from_the_service_is_reported_and_survived(void **state)
{
    static const char *const garbage[] = { "", "\x0a\x03zzz", "\xff\xff\xff",
                                           "\x12\x00", "\x1a\x02\x08\x06" };
    struct service service = { .silent = true };
    struct worker worker;
    zframe_t *peer = NULL, *body = NULL;
    const int64_t end = clock_monotonic_ms() + WAIT_MS;

    (void)state;
    service_open(&service);
    worker_open(&worker, 0);
    while (transport_receive(service.router, &peer, &body) != PREP_OK &&
           clock_monotonic_ms() < end) {
        sender_on_timer(worker.sender);
        (void)usleep(5000);
    }
    assert_non_null(peer);
    for (size_t i = 0; i < sizeof garbage / sizeof garbage[0]; i++) {
        assert_int_equal(
            transport_send(service.router, peer, garbage[i], strlen(garbage[i])),
            PREP_OK);
    }
    zframe_destroy(&peer);
    zframe_destroy(&body);
    RUN_UNTIL(worker.failures >= 3);
    service.silent = false;
    worker_append(&worker, 5);
    RUN_UNTIL(sender_idle(worker.sender));
    worker_close(&worker);
    service_close(&service);
}

static void test_silence_takes_the_line_down_and_an_answer_up(void **state)
{
    struct service service = { 0 };
    struct worker worker;
    int64_t broken_ms;

    (void)state;
    service_open(&service);
    worker_open(&worker, 0);
    RUN_UNTIL(worker.line == 1);
    service.silent = true;
    worker_append(&worker, 3);
    RUN_UNTIL(worker.line == 0);
    service.silent = false;
    RUN_UNTIL(worker.line == 1 && sender_idle(worker.sender));
    /* a link that breaks is known before any silence, with nothing to say */
    service_close(&service);
    broken_ms = clock_monotonic_ms();
    RUN_UNTIL(worker.line == 0);
    assert_true(clock_monotonic_ms() - broken_ms < SENDER_SILENCE_MS * 2 / 3);
    worker_append(&worker, 3);
    service_open(&service);
    RUN_UNTIL(worker.line == 1 && sender_idle(worker.sender));
    assert_int_equal(service.head, 6);
    worker_close(&worker);
    service_close(&service);
}

static void test_chunks_wait_for_their_answer_and_do_not_stop_events(void **state)
{
    static uint8_t datos[1000];
    Prep__Peticion peticion = PREP__PETICION__INIT;
    Prep__Trozo trozo = PREP__TROZO__INIT;
    struct service service = { 0 };
    struct worker worker;
    zframe_t *peer = NULL, *body = NULL;

    (void)state;
    trozo.datos = (ProtobufCBinaryData){ sizeof datos, datos };
    peticion.cuerpo_case = PREP__PETICION__CUERPO_TROZO;
    peticion.trozo = &trozo;
    service_open(&service);
    worker_open(&worker, 0);
    assert_int_equal(sender_send(worker.sender, &peticion),
                     PREP_ERR_FULL); /* no line */
    RUN_UNTIL(worker.line == 1);
    for (unsigned i = 0; i < SENDER_CHUNKS_MAX; i++) {
        assert_int_equal(sender_send(worker.sender, &peticion), PREP_OK);
    }
    assert_int_equal(sender_send(worker.sender, &peticion), PREP_ERR_FULL);
    worker_append(&worker, 10);
    RUN_UNTIL(worker.avances == SENDER_CHUNKS_MAX && sender_idle(worker.sender));
    assert_int_equal(sender_send(worker.sender, &peticion), PREP_OK);
    RUN_UNTIL(worker.avances == SENDER_CHUNKS_MAX + 1);

    /* refused: reported, and events go on */
    service.silent = true;
    assert_int_equal(sender_send(worker.sender, &peticion), PREP_OK);
    worker_append(&worker, 1);
    while (transport_receive(service.router, &peer, &body) != PREP_OK) {
        (void)usleep(1000);
    }
    zframe_destroy(&body);
    answer_reject(&service, peer, 0, PREP_ERR_RANGE);
    zframe_destroy(&peer);
    service.silent = false;
    RUN_UNTIL(worker.rejected == 1 && sender_idle(worker.sender));
    assert_int_equal(service.head, 11);
    assert_int_equal(worker.failures, 0);
    worker_close(&worker);
    service_close(&service);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_everything_arrives_once_and_in_order),
        TEST(test_at_most_a_window_is_unanswered),
        TEST(test_lost_acuses_are_asked_for_again),
        TEST(test_worker_that_restarts_goes_on_where_it_was),
        TEST(test_service_that_dies_in_the_middle_loses_nothing),
        TEST(test_gap_is_filled_from_where_the_service_says),
        TEST(test_ledger_that_lost_what_it_acknowledged_gets_it_again),
        TEST(test_service_that_cannot_store_is_waited_for),
        TEST(test_refused_event_stops_the_line_and_says_so),
        TEST(test_fork_stops_the_line_before_anything_is_sent),
        TEST(test_false_acuses_are_not_stored),
        TEST(test_garbage_from_the_service_is_reported_and_survived),
        TEST(test_silence_takes_the_line_down_and_an_answer_up),
        TEST(test_chunks_wait_for_their_answer_and_do_not_stop_events),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
