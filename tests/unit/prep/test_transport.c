/*
 * test_transport.c - only declared keys get a message through, and who does not is
 * reported. Real sockets, on 127.0.0.1 and in a folder.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "mundo_prueba.h"
#include "prep/transport.h"

#define ADDRESS_SIZE 40u
#define PORT_FIRST 10000 /* below those that the system gives to clients */
#define PORT_COUNT 20000
#define WAIT_MS 5000 /* for what must happen */
#define QUIET_MS 400 /* for what must not; a handshake here takes under 10 ms */
#define CATD_ETAPAS ETAPA_BIT(ETAPA_ACOPIO_CATD)

static struct mundo mundo;
static char address[ADDRESS_SIZE]; /* of this process: two runs may go side by side */

struct line {
    struct transport_zap *zap;
    zsock_t *router;
};

/* The test before this one may still be closing the address. */
static void router_open(zsock_t **out_router, enum mundo_process who)
{
    const int64_t end = clock_monotonic_ms() + WAIT_MS;
    enum prep_status status;

    while ((status = transport_router(out_router, mundo.process[M_ACOPIO],
                                      mundo.keys[who], NULL)) == PREP_ERR_IO &&
           clock_monotonic_ms() < end) {
        (void)usleep(5000);
    }
    assert_int_equal(status, PREP_OK);
}

static void line_open(struct line *line, uint32_t etapas)
{
    assert_int_equal(transport_zap_open(&line->zap, mundo.topology, etapas, NULL),
                     PREP_OK);
    router_open(&line->router, M_ACOPIO);
}

static void line_close(struct line *line)
{
    zsock_destroy(&line->router);
    transport_zap_close(&line->zap);
}

static zsock_t *dealer(enum mundo_process who)
{
    zsock_t *sock = NULL;

    assert_int_equal(
        transport_dealer(&sock, mundo.process[M_ACOPIO], mundo.keys[who], NULL),
        PREP_OK);
    return sock;
}

static bool readable(zsock_t *sock, int ms)
{
    zmq_pollitem_t item = { .socket = zsock_resolve(sock), .events = ZMQ_POLLIN };

    return zmq_poll(&item, 1, ms) == 1;
}

/* Sends as soon as there is a link. */
static enum prep_status send_wait(zsock_t *sock, const void *data, size_t len, int ms)
{
    const int64_t end = clock_monotonic_ms() + ms;
    enum prep_status status;

    while ((status = transport_send(sock, NULL, data, len)) == PREP_ERR_FULL &&
           clock_monotonic_ms() < end) {
        (void)usleep(2000);
    }
    return status;
}

static bool refusal_wait(struct line *line, struct transport_refusal *out, int ms)
{
    return readable(transport_zap_reader(line->zap), ms) &&
           transport_zap_take(line->zap, out);
}

static int setup(void **state)
{
    (void)state;
    (void)snprintf(address, sizeof address, "tcp://127.0.0.1:%d",
                   PORT_FIRST + getpid() % PORT_COUNT);
    mundo_open(&mundo, address);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    mundo_close(&mundo);
    return 0;
}

static void test_declared_worker_is_heard_and_answered(void **state)
{
    struct line line;
    zsock_t *sock;
    zframe_t *peer = NULL, *body = NULL;

    (void)state;
    line_open(&line, CATD_ETAPAS);
    sock = dealer(M_CATD);
    assert_int_equal(transport_receive(line.router, &peer, &body), PREP_ERR_NOT_FOUND);
    assert_int_equal(send_wait(sock, "hola", 4, WAIT_MS), PREP_OK);
    assert_true(readable(line.router, WAIT_MS));
    assert_int_equal(transport_receive(line.router, &peer, &body), PREP_OK);
    assert_int_equal(zframe_size(body), 4);
    assert_memory_equal(zframe_data(body), "hola", 4);
    assert_string_equal(transport_sender(body), "catd-1");
    zframe_destroy(&body);
    assert_int_equal(transport_send(line.router, peer, "adios", 5), PREP_OK);
    zframe_destroy(&peer);
    assert_true(readable(sock, WAIT_MS));
    assert_int_equal(transport_receive(sock, &peer, &body), PREP_OK);
    assert_null(peer);
    assert_memory_equal(zframe_data(body), "adios", 5);
    zframe_destroy(&body);
    zsock_destroy(&sock);
    line_close(&line);
}

/* Whoever it is, nothing of it arrives; it is reported with the key it showed. */
static void refused(uint32_t etapas, enum mundo_process who, const char *why)
{
    struct transport_refusal refusal = { .reason = "" };
    struct line line;
    zsock_t *sock;

    line_open(&line, etapas);
    sock = dealer(who);
    assert_int_equal(send_wait(sock, "hola", 4, QUIET_MS), PREP_ERR_FULL);
    assert_false(readable(line.router, QUIET_MS));
    assert_true(refusal_wait(&line, &refusal, WAIT_MS));
    assert_string_equal(refusal.curve, keys_curve_public(mundo.keys[who]));
    assert_non_null(strstr(refusal.address, "127.0.0.1"));
    assert_non_null(strstr(refusal.reason, why));
    zsock_destroy(&sock);
    line_close(&line);
}

static void test_undeclared_key_gets_nothing_through_and_is_reported(void **state)
{
    (void)state;
    refused(CATD_ETAPAS, M_STRANGER, "no declarada");
}

static void test_declared_key_of_another_etapa_is_refused(void **state)
{
    (void)state;
    refused(CATD_ETAPAS, M_CAPTURA, "no se conecta aquí");
    refused(0, M_CATD, "no se conecta aquí");
}

static void test_without_handler_nobody_enters(void **state)
{
    zsock_t *router = NULL, *sock;

    (void)state;
    assert_int_equal(
        transport_router(&router, mundo.process[M_ACOPIO], mundo.keys[M_ACOPIO], NULL),
        PREP_OK);
    sock = dealer(M_CATD);
    assert_int_equal(send_wait(sock, "hola", 4, QUIET_MS), PREP_ERR_FULL);
    assert_false(readable(router, QUIET_MS));
    zsock_destroy(&sock);
    zsock_destroy(&router);
}

/* No CURVE at all: refused before ZAP is asked; the monitor tells. */
static void test_peer_without_curve_is_refused_and_reported(void **state)
{
    struct transport_refusal refusal = { .reason = "" };
    struct line line;
    zsock_t *sock;

    (void)state;
    line_open(&line, CATD_ETAPAS);
    assert_int_equal(transport_zap_watch(line.zap, line.router, NULL), PREP_OK);
    (void)usleep(50000); /* the actor takes the watch */
    sock = zsock_new(ZMQ_DEALER);
    zsock_set_linger(sock, 0);
    assert_int_equal(zsock_connect(sock, "%s", address), 0);
    assert_int_equal(zstr_send(sock, "hola"), 0);
    assert_true(refusal_wait(&line, &refusal, WAIT_MS));
    assert_string_equal(refusal.curve, "");
    assert_non_null(strstr(refusal.reason, "CURVE"));
    assert_false(readable(line.router, QUIET_MS));
    zsock_destroy(&sock);
    line_close(&line);
}

/* The right key for the wrong server: the worker does not talk to an impostor. */
static void test_impostor_of_the_service_hears_nothing(void **state)
{
    struct transport_zap *zap = NULL;
    zsock_t *router = NULL, *sock;

    (void)state;
    assert_int_equal(transport_zap_open(&zap, mundo.topology, CATD_ETAPAS, NULL),
                     PREP_OK);
    router_open(&router, M_STRANGER);
    sock = dealer(M_CATD);
    assert_int_equal(send_wait(sock, "hola", 4, QUIET_MS), PREP_ERR_FULL);
    assert_false(readable(router, QUIET_MS));
    zsock_destroy(&sock);
    zsock_destroy(&router);
    transport_zap_close(&zap);
}

static void test_messages_of_several_frames_are_dropped_whole(void **state)
{
    zframe_t *peer = NULL, *body = NULL;
    struct line line;
    zsock_t *sock;

    (void)state;
    line_open(&line, CATD_ETAPAS);
    sock = dealer(M_CATD);
    assert_int_equal(send_wait(sock, "1", 1, WAIT_MS), PREP_OK);
    assert_int_equal(zstr_sendx(sock, "a", "b", "c", NULL), 0);
    assert_int_equal(send_wait(sock, "2", 1, WAIT_MS), PREP_OK);
    assert_true(readable(line.router, WAIT_MS));
    assert_int_equal(transport_receive(line.router, &peer, &body), PREP_OK);
    zframe_destroy(&peer);
    zframe_destroy(&body);
    assert_true(readable(line.router, WAIT_MS));
    assert_int_equal(transport_receive(line.router, &peer, &body), PREP_ERR_FORMAT);
    assert_null(peer);
    assert_null(body);
    assert_true(readable(line.router, WAIT_MS));
    assert_int_equal(transport_receive(line.router, &peer, &body), PREP_OK);
    assert_memory_equal(zframe_data(body), "2", 1);
    zframe_destroy(&peer);
    zframe_destroy(&body);
    zsock_destroy(&sock);
    line_close(&line);
}

static void test_oversized_message_cuts_its_sender_and_nobody_else(void **state)
{
    static char large[TRANSPORT_MESSAGE_MAX + 1000];
    zframe_t *peer = NULL, *body = NULL;
    zsock_t *bad, *good;
    struct line line;

    (void)state;
    line_open(&line, CATD_ETAPAS);
    good = dealer(M_CATD);
    bad = dealer(M_CATD_OTHER);
    assert_int_equal(send_wait(good, "1", 1, WAIT_MS), PREP_OK);
    assert_true(readable(line.router, WAIT_MS));
    assert_int_equal(transport_receive(line.router, &peer, &body), PREP_OK);
    zframe_destroy(&peer);
    zframe_destroy(&body);
    while (zmq_send(zsock_resolve(bad), large, sizeof large, ZMQ_DONTWAIT) < 0) {
        (void)usleep(2000); /* until there is a link */
    }
    assert_false(readable(line.router, QUIET_MS));
    assert_int_equal(send_wait(good, "2", 1, WAIT_MS), PREP_OK);
    assert_true(readable(line.router, WAIT_MS));
    assert_int_equal(transport_receive(line.router, &peer, &body), PREP_OK);
    assert_string_equal(transport_sender(body), "catd-1");
    zframe_destroy(&peer);
    zframe_destroy(&body);
    /* exactly the limit is a message like any other */
    assert_int_equal(send_wait(good, large, TRANSPORT_MESSAGE_MAX, WAIT_MS), PREP_OK);
    assert_true(readable(line.router, WAIT_MS));
    assert_int_equal(transport_receive(line.router, &peer, &body), PREP_OK);
    assert_int_equal(zframe_size(body), TRANSPORT_MESSAGE_MAX);
    zframe_destroy(&peer);
    zframe_destroy(&body);
    /* and one byte more is not */
    assert_true(zmq_send(zsock_resolve(good), large, TRANSPORT_MESSAGE_MAX + 1, 0) > 0);
    assert_true(readable(line.router, WAIT_MS));
    assert_int_equal(transport_receive(line.router, &peer, &body), PREP_ERR_FORMAT);
    zsock_destroy(&bad);
    zsock_destroy(&good);
    line_close(&line);
}

static void test_answer_to_a_peer_that_left_says_so(void **state)
{
    const int64_t end = clock_monotonic_ms() + WAIT_MS;
    zframe_t *peer = NULL, *body = NULL;
    enum prep_status status;
    struct line line;
    zsock_t *sock;

    (void)state;
    line_open(&line, CATD_ETAPAS);
    sock = dealer(M_CATD);
    assert_int_equal(send_wait(sock, "1", 1, WAIT_MS), PREP_OK);
    assert_true(readable(line.router, WAIT_MS));
    assert_int_equal(transport_receive(line.router, &peer, &body), PREP_OK);
    zframe_destroy(&body);
    zsock_destroy(&sock);
    while ((status = transport_send(line.router, peer, "2", 1)) == PREP_OK &&
           clock_monotonic_ms() < end) {
        (void)usleep(5000);
    }
    assert_int_equal(status, PREP_ERR_NOT_FOUND);
    zframe_destroy(&peer);
    line_close(&line);
}

static void test_send_without_a_link_is_refused_not_queued(void **state)
{
    zsock_t *sock;

    (void)state;
    sock = dealer(M_CATD); /* nobody listens */
    assert_int_equal(transport_send(sock, NULL, "1", 1), PREP_ERR_FULL);
    zsock_destroy(&sock);
}

/* Many refused peers: a burst, then a count, and the handler goes on working. */
static void test_flood_of_strangers_is_counted_not_stored(void **state)
{
    enum { STRANGERS = 120 };
    struct transport_refusal refusal;
    unsigned long long counted = 0;
    unsigned reports = 0;
    zsock_t *socks[STRANGERS], *sock;
    struct line line;

    (void)state;
    line_open(&line, CATD_ETAPAS);
    for (int i = 0; i < STRANGERS; i++) {
        socks[i] = dealer(M_STRANGER);
    }
    sock = dealer(M_CATD);
    assert_int_equal(send_wait(sock, "1", 1, WAIT_MS), PREP_OK);
    assert_true(readable(line.router, WAIT_MS));
    while (counted < STRANGERS && refusal_wait(&line, &refusal, WAIT_MS)) {
        const char *more = strstr(refusal.reason, "(y ");
        unsigned long long n = 0;

        reports++;
        if (more != NULL && sscanf(more, "(y %llu", &n) == 1) {
            counted += n;
        }
        if (strstr(refusal.reason, "ráfaga") == NULL) {
            counted++;
        }
    }
    assert_true(counted >= STRANGERS); /* each tried at least once, and was counted */
    assert_in_range(reports, 1, TRANSPORT_REFUSALS_BURST + 60);
    for (int i = 0; i < STRANGERS; i++) {
        zsock_destroy(&socks[i]);
    }
    zsock_destroy(&sock);
    line_close(&line);
}

static void test_feed_reaches_declared_services_only(void **state)
{
    zsock_t *pub = NULL, *sub = NULL, *stranger = NULL;
    struct transport_zap *zap = NULL;
    zframe_t *envelope = NULL;
    uint64_t posicion = 0;
    const int64_t end = clock_monotonic_ms() + WAIT_MS;

    (void)state;
    assert_int_equal(transport_zap_open(&zap, mundo.topology, ETAPAS_SERVICIO, NULL),
                     PREP_OK);
    assert_int_equal(
        transport_pub(&pub, mundo.process[M_ACOPIO], mundo.keys[M_ACOPIO], NULL),
        PREP_OK);
    assert_int_equal(transport_sub(&sub, mundo.topology, mundo.process[M_CAPTURA],
                                   ETAPA_BIT(ETAPA_ACOPIO), mundo.keys[M_CAPTURA],
                                   NULL),
                     PREP_OK);
    assert_int_equal(transport_sub(&stranger, mundo.topology, mundo.process[M_CAPTURA],
                                   ETAPA_BIT(ETAPA_ACOPIO), mundo.keys[M_STRANGER],
                                   NULL),
                     PREP_OK);
    assert_int_equal(transport_heard(sub, &posicion, &envelope), PREP_ERR_NOT_FOUND);
    while (!readable(sub, 10) && clock_monotonic_ms() < end) { /* until it subscribes */
        assert_int_equal(transport_announce(pub, UINT64_C(0x123456789ab), "sobre", 5),
                         PREP_OK);
    }
    assert_int_equal(transport_heard(sub, &posicion, &envelope), PREP_OK);
    assert_int_equal(posicion, UINT64_C(0x123456789ab));
    assert_int_equal(zframe_size(envelope), 5);
    zframe_destroy(&envelope);
    assert_false(readable(stranger, QUIET_MS));
    /* what is not an announcement is dropped */
    (void)zstr_sendx(pub, "corto", "x", NULL);
    (void)zstr_sendx(pub, "12345678", "x", "y", NULL);
    (void)zstr_send(pub, "12345678");
    while (readable(sub, QUIET_MS)) {
        enum prep_status status = transport_heard(sub, &posicion, &envelope);

        if (status == PREP_OK) { /* the rest of the first loop */
            assert_int_equal(posicion, UINT64_C(0x123456789ab));
            zframe_destroy(&envelope);
        } else {
            assert_int_equal(status, PREP_ERR_FORMAT);
        }
    }
    zsock_destroy(&stranger);
    zsock_destroy(&sub);
    zsock_destroy(&pub);
    transport_zap_close(&zap);
}

static void test_mistakes_of_address_are_reported(void **state)
{
    struct transport_zap *zap = NULL, *second = NULL;
    zsock_t *router = NULL, *same = NULL, *sock = NULL;
    struct prep_reason reason = { "" };

    (void)state;
    assert_int_equal(transport_zap_open(&zap, mundo.topology, CATD_ETAPAS, NULL),
                     PREP_OK);
    assert_int_equal(transport_zap_open(&second, mundo.topology, CATD_ETAPAS, &reason),
                     PREP_ERR_STATE);
    assert_null(second);
    assert_int_equal(
        transport_router(&router, mundo.process[M_ACOPIO], mundo.keys[M_ACOPIO], NULL),
        PREP_OK);
    assert_int_equal(
        transport_router(&same, mundo.process[M_ACOPIO], mundo.keys[M_ACOPIO], &reason),
        PREP_ERR_IO);
    assert_non_null(strstr(reason.text, address));
    assert_int_equal(
        transport_router(&same, mundo.process[M_CATD], mundo.keys[M_CATD], &reason),
        PREP_ERR_CONFIG);
    assert_int_equal(transport_dealer(&sock, mundo.process[M_CATD_OTHER],
                                      mundo.keys[M_CATD], &reason),
                     PREP_ERR_CONFIG);
    assert_non_null(strstr(reason.text, "catd-2"));
    zsock_destroy(&router);
    transport_zap_close(&zap);
    transport_zap_close(&zap);
}

static void mine(int signal)
{
    (void)signal;
}

static void test_signals_stay_the_programs_own(void **state)
{
    struct sigaction action = { .sa_handler = mine }, now;
    zsock_t *sock;

    (void)state;
    assert_int_equal(sigaction(SIGTERM, &action, NULL), 0);
    assert_int_equal(sigaction(SIGINT, &action, NULL), 0);
    sock = dealer(M_CATD);
    assert_int_equal(sigaction(SIGTERM, NULL, &now), 0);
    assert_ptr_equal(now.sa_handler, mine);
    assert_int_equal(sigaction(SIGINT, NULL, &now), 0);
    assert_ptr_equal(now.sa_handler, mine);
    zsock_destroy(&sock);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_signals_stay_the_programs_own), /* first: CZMQ starts only once */
        TEST(test_declared_worker_is_heard_and_answered),
        TEST(test_undeclared_key_gets_nothing_through_and_is_reported),
        TEST(test_declared_key_of_another_etapa_is_refused),
        TEST(test_without_handler_nobody_enters),
        TEST(test_peer_without_curve_is_refused_and_reported),
        TEST(test_impostor_of_the_service_hears_nothing),
        TEST(test_messages_of_several_frames_are_dropped_whole),
        TEST(test_oversized_message_cuts_its_sender_and_nobody_else),
        TEST(test_answer_to_a_peer_that_left_says_so),
        TEST(test_send_without_a_link_is_refused_not_queued),
        TEST(test_flood_of_strangers_is_counted_not_stored),
        TEST(test_feed_reaches_declared_services_only),
        TEST(test_mistakes_of_address_are_reported),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
