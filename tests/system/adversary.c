/*
 * Somebody hostile on the line of a live prep-acopio: each attack is refused with the
 * name that operators search for, the ledger does not change, the evidence is kept.
 *
 * Runs under test_adversary.sh, with a night whose acopio worker is stopped: this
 * program connects with its keys. The environment says where that night is:
 *     NIGHT_DIR       topologia.yaml, llaves/, logs/
 *     NIGHT_CONNINFO  its database, as the superuser
 *     NIGHT_SEED      which bits are flipped
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/durable.h"
#include "prep/db.h"
#include "prep/emitter.h"
#include "prep/envelope.h"
#include "prep/topology.h"
#include "prep/transport.h"

#define ANSWER_MS 5000
#define SILENCE_MS 1500 /* an answer would have come in a hundredth of this */
#define FLIPS 300u
#define LOG_BYTES_MAX (64u * 1024u * 1024u)

struct adversary {
    struct topology *topology;
    const struct topology_process *service;
    const struct topology_process *self;
    struct keys *keys;
    struct emitter emitter;
    struct db *db;
    zsock_t *sock;
    char log[4200];
    char dir[4000];
    uint64_t seed;
};

/* ---- what the night looks like from outside */

static int64_t number(struct adversary *a, const char *sql)
{
    PGresult *result = NULL;
    int64_t value = 0;

    assert_int_equal(db_exec(a->db, sql, NULL, 0, false, &result, NULL), PREP_OK);
    value = strtoll(PQgetvalue(result, 0, 0), NULL, 10);
    PQclear(result);
    return value;
}

static int64_t ledger(struct adversary *a)
{
    return number(a, "SELECT count(*) FROM libro");
}

static int64_t evidence(struct adversary *a)
{
    return number(a, "SELECT count(*) FROM evidencia");
}

static size_t log_count(struct adversary *a, const char *event)
{
    struct buffer text;
    char name[80];
    size_t count = 0;

    (void)snprintf(name, sizeof name, "event=%s ", event);
    buffer_init(&text, LOG_BYTES_MAX);
    assert_int_equal(durable_read(a->log, LOG_BYTES_MAX, &text, NULL), PREP_OK);
    for (const char *p = buffer_text(&text); (p = strstr(p, name)) != NULL; p++) {
        count++;
    }
    buffer_done(&text);
    return count;
}

/* Waits for the log to say it again; the daemon writes after it answers. */
static void log_expect(struct adversary *a, const char *event, size_t before)
{
    const int64_t start = clock_monotonic_ms();

    while (log_count(a, event) <= before) {
        if (clock_monotonic_ms() - start > ANSWER_MS) {
            fail_msg("the log never said %s", event);
        }
        usleep(20000);
    }
}

/* ---- the line */

/* PREP_ERR_FULL until the handshake is done. */
static void send_bytes(zsock_t *sock, const void *bytes, size_t len)
{
    const int64_t start = clock_monotonic_ms();

    while (transport_send(sock, NULL, bytes, len) != PREP_OK) {
        assert_true(clock_monotonic_ms() - start < ANSWER_MS);
        usleep(5000);
    }
}

static void send_envelope(zsock_t *sock, const struct buffer *envelope)
{
    Prep__Peticion peticion = PREP__PETICION__INIT;
    uint8_t bytes[ENVELOPE_BYTES_MAX + 64];

    peticion.cuerpo_case = PREP__PETICION__CUERPO_SOBRE;
    peticion.sobre.data = (uint8_t *)envelope->data;
    peticion.sobre.len = envelope->len;
    assert_true(prep__peticion__get_packed_size(&peticion) <= sizeof bytes);
    send_bytes(sock, bytes, prep__peticion__pack(&peticion, bytes));
}

/* NULL when nothing came. */
static Prep__Respuesta *answer(zsock_t *sock, int wait_ms)
{
    zpoller_t *poller = zpoller_new(sock, NULL);
    Prep__Respuesta *respuesta = NULL;
    zframe_t *peer = NULL;
    zframe_t *body = NULL;

    assert_non_null(poller);
    if (zpoller_wait(poller, wait_ms) != NULL) {
        assert_int_equal(transport_receive(sock, &peer, &body), PREP_OK);
        respuesta = prep__respuesta__unpack(NULL, zframe_size(body), zframe_data(body));
        assert_non_null(respuesta);
        zframe_destroy(&body);
    }
    zpoller_destroy(&poller);
    return respuesta;
}

static void expect_rejected(struct adversary *a, const char *event,
                            enum prep_status status, uint64_t esperada)
{
    Prep__Respuesta *respuesta = answer(a->sock, ANSWER_MS);

    assert_non_null(respuesta);
    assert_int_equal(respuesta->cuerpo_case, PREP__RESPUESTA__CUERPO_RECHAZO);
    assert_string_equal(respuesta->rechazo->evento, event);
    assert_int_equal(respuesta->rechazo->status, status);
    assert_int_equal(respuesta->rechazo->esperada, esperada);
    prep__respuesta__free_unpacked(respuesta, NULL);
}

/* An acuse signed by the service, for exactly one event: its position. */
static uint64_t expect_acked(struct adversary *a, uint64_t secuencia)
{
    Prep__Respuesta *respuesta = answer(a->sock, ANSWER_MS);
    Prep__Acuse *acuse = NULL;
    uint64_t posicion = 0;

    assert_non_null(respuesta);
    assert_int_equal(respuesta->cuerpo_case, PREP__RESPUESTA__CUERPO_ACUSE);
    assert_int_equal(acuse_open(a->topology, respuesta->acuse.data,
                                respuesta->acuse.len, &acuse, NULL),
                     PREP_OK);
    assert_int_equal(acuse->n_eventos, 1);
    assert_int_equal(acuse->eventos[0]->secuencia, secuencia);
    posicion = acuse->eventos[0]->posicion;
    acuse_close(&acuse);
    prep__respuesta__free_unpacked(respuesta, NULL);
    return posicion;
}

/* ---- events */

/* The emitter as the ledger knows it, whatever earlier tests signed. */
static void emitter_rewind(struct adversary *a)
{
    Prep__Peticion peticion = PREP__PETICION__INIT;
    Prep__ConsultaCabeza consulta = PREP__CONSULTA_CABEZA__INIT;
    Prep__Respuesta *respuesta = NULL;
    struct hash hash;
    uint8_t bytes[64];

    consulta.emisor = a->self->numero;
    peticion.cuerpo_case = PREP__PETICION__CUERPO_CABEZA;
    peticion.cabeza = &consulta;
    send_bytes(a->sock, bytes, prep__peticion__pack(&peticion, bytes));
    respuesta = answer(a->sock, ANSWER_MS);
    assert_non_null(respuesta);
    assert_int_equal(respuesta->cuerpo_case, PREP__RESPUESTA__CUERPO_CABEZA);
    memset(&hash, 0, sizeof hash);
    if (respuesta->cabeza->hash.len == HASH_LEN) {
        memcpy(hash.bytes, respuesta->cabeza->hash.data, HASH_LEN);
    }
    emitter_restore(&a->emitter, respuesta->cabeza->secuencia, &hash);
    prep__respuesta__free_unpacked(respuesta, NULL);
}

static void sign_acopio(struct emitter *emitter, uint64_t acta, struct buffer *out)
{
    Prep__Event event = PREP__EVENT__INIT;
    Prep__Acopio acopio = PREP__ACOPIO__INIT;
    struct hash hash;

    acopio.operador = 1001;
    event.acta = acta;
    event.hora_ms = 1622937600000;
    event.cuerpo_case = PREP__EVENT__CUERPO_ACOPIO;
    event.acopio = &acopio;
    buffer_clear(out);
    emitter_sign(emitter, &event, out, &hash);
}

static int setup(void **state)
{
    static struct adversary a;
    const char *dir = getenv("NIGHT_DIR");
    const char *seed = getenv("NIGHT_SEED");
    struct prep_reason reason;
    char path[4200];

    assert_non_null(dir);
    a.seed = seed == NULL ? 1 : strtoull(seed, NULL, 10);
    (void)snprintf(a.dir, sizeof a.dir, "%s", dir);
    (void)snprintf(a.log, sizeof a.log, "%s/logs/acopio-1.log", dir);
    (void)snprintf(path, sizeof path, "%s/topologia.yaml", dir);
    assert_int_equal(topology_load(path, &a.topology, &reason), PREP_OK);
    (void)snprintf(path, sizeof path, "%s/llaves/acopio-catd-1.llave", dir);
    assert_int_equal(keys_load(path, &a.keys, &reason), PREP_OK);
    assert_int_equal(topology_self(a.topology, a.keys, &a.self, &reason), PREP_OK);
    a.service = topology_by_nombre(a.topology, "acopio-1");
    assert_non_null(a.service);
    assert_int_equal(db_open(getenv("NIGHT_CONNINFO"), "adversary", &a.db, &reason),
                     PREP_OK);
    assert_int_equal(transport_dealer(&a.sock, a.service, a.keys, &reason), PREP_OK);
    emitter_init(&a.emitter, a.keys, a.self, a.topology->proceso, true);
    *state = &a;
    return 0;
}

static int teardown(void **state)
{
    struct adversary *a = *state;

    zsock_destroy(&a->sock);
    db_close(&a->db);
    keys_free(&a->keys);
    topology_free(&a->topology);
    return 0;
}

/* ---- the attacks */

static void make_intruder(struct adversary *a, struct keys **out_keys)
{
    char path[4200];

    (void)snprintf(path, sizeof path, "%s/intruso.llave", a->dir);
    (void)unlink(path);
    assert_int_equal(keys_create(path, "intruso", out_keys, NULL), PREP_OK);
}

static void test_a_peer_without_a_declared_curve_key_never_gets_a_word_in(void **state)
{
    struct adversary *a = *state;
    const int64_t before = ledger(a);
    const size_t said = log_count(a, "par.rechazado");
    struct keys *intruder = NULL;
    struct buffer envelope;
    zsock_t *sock = NULL;

    make_intruder(a, &intruder);
    assert_int_equal(transport_dealer(&sock, a->service, intruder, NULL), PREP_OK);
    emitter_rewind(a);
    buffer_init(&envelope, ENVELOPE_BYTES_MAX);
    sign_acopio(&a->emitter, 1, &envelope);
    /* The line never opens, so there is nowhere to send to. */
    assert_null(answer(sock, SILENCE_MS));
    assert_int_equal(transport_send(sock, NULL, envelope.data, envelope.len),
                     PREP_ERR_FULL);
    log_expect(a, "par.rechazado", said);
    assert_int_equal(ledger(a), before);
    buffer_done(&envelope);
    zsock_destroy(&sock);
    keys_free(&intruder);
}

static uint64_t random_next(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

static void test_an_envelope_with_any_flipped_bit_is_refused(void **state)
{
    static const char *const names[] = { "mensaje.malformado", "firma.rechazada",
                                         "firmante.desconocido" };
    struct adversary *a = *state;
    const int64_t before = ledger(a);
    const int64_t kept = evidence(a);
    uint64_t seed = a->seed * UINT64_C(0x9E3779B97F4A7C15) + 1;
    size_t seen[3] = { 0 };
    struct buffer envelope;

    emitter_rewind(a);
    buffer_init(&envelope, ENVELOPE_BYTES_MAX);
    sign_acopio(&a->emitter, 1, &envelope);
    for (unsigned i = 0; i < FLIPS; i++) {
        const size_t bit = random_next(&seed) % (envelope.len * 8);
        Prep__Respuesta *respuesta = NULL;
        size_t name = 0;

        envelope.data[bit / 8] ^= (char)(1 << bit % 8);
        send_envelope(a->sock, &envelope);
        envelope.data[bit / 8] ^= (char)(1 << bit % 8);
        respuesta = answer(a->sock, ANSWER_MS);
        assert_non_null(respuesta);
        if (respuesta->cuerpo_case != PREP__RESPUESTA__CUERPO_RECHAZO) {
            fail_msg("bit %zu (seed %" PRIu64 ") was not refused", bit, a->seed);
        }
        while (name < 3 && strcmp(respuesta->rechazo->evento, names[name]) != 0) {
            name++;
        }
        if (name == 3) {
            fail_msg("bit %zu: %s", bit, respuesta->rechazo->evento);
        }
        seen[name]++;
        prep__respuesta__free_unpacked(respuesta, NULL);
    }
    assert_true(seen[1] > FLIPS / 2);
    assert_int_equal(ledger(a), before);
    assert_true(evidence(a) > kept);
    buffer_done(&envelope);
}

static void test_an_unknown_signer_is_refused_and_kept(void **state)
{
    struct adversary *a = *state;
    const int64_t before = ledger(a);
    const int64_t kept = evidence(a);
    const size_t said = log_count(a, "firmante.desconocido");
    struct topology_process undeclared = *a->self;
    uint8_t sign_public[KEY_SIGN_PUBLIC_LEN];
    struct keys *intruder = NULL;
    struct emitter emitter;
    struct buffer envelope;

    make_intruder(a, &intruder);
    keys_sign_public(intruder, sign_public);
    key_id_of(sign_public, undeclared.key_id);
    emitter_init(&emitter, intruder, &undeclared, a->topology->proceso, true);
    buffer_init(&envelope, ENVELOPE_BYTES_MAX);
    sign_acopio(&emitter, 1, &envelope);
    send_envelope(a->sock, &envelope);
    expect_rejected(a, "firmante.desconocido", PREP_ERR_AUTH, 0);
    log_expect(a, "firmante.desconocido", said);
    assert_int_equal(ledger(a), before);
    assert_int_equal(evidence(a), kept + 1);
    buffer_done(&envelope);
    keys_free(&intruder);
}

static void test_a_replay_gets_the_same_answer_and_changes_nothing(void **state)
{
    struct adversary *a = *state;
    const int64_t before = ledger(a);
    const size_t said = log_count(a, "mensaje.repetido");
    struct buffer envelope;
    uint64_t posicion = 0;

    emitter_rewind(a);
    buffer_init(&envelope, ENVELOPE_BYTES_MAX);
    sign_acopio(&a->emitter, 2, &envelope);
    send_envelope(a->sock, &envelope);
    posicion = expect_acked(a, a->emitter.secuencia);
    for (int i = 0; i < 3; i++) {
        send_envelope(a->sock, &envelope);
        assert_int_equal(expect_acked(a, a->emitter.secuencia), posicion);
    }
    log_expect(a, "mensaje.repetido", said);
    assert_int_equal(ledger(a), before + 1);
    buffer_done(&envelope);
}

static void test_a_gap_is_refused_with_the_number_expected(void **state)
{
    struct adversary *a = *state;
    const int64_t before = ledger(a);
    const size_t said = log_count(a, "cadena.incompleta");
    struct buffer envelope;
    uint64_t next = 0;

    emitter_rewind(a);
    next = a->emitter.secuencia + 1;
    buffer_init(&envelope, ENVELOPE_BYTES_MAX);
    sign_acopio(&a->emitter, 3, &envelope);
    sign_acopio(&a->emitter, 4, &envelope); /* the one before is never sent */
    send_envelope(a->sock, &envelope);
    expect_rejected(a, "cadena.incompleta", PREP_ERR_GAP, next);
    log_expect(a, "cadena.incompleta", said);
    assert_int_equal(ledger(a), before);
    buffer_done(&envelope);
}

static void test_a_fork_is_refused_and_its_bytes_kept(void **state)
{
    struct adversary *a = *state;
    const size_t said = log_count(a, "cadena.bifurcada");
    const int64_t kept = evidence(a);
    struct buffer envelope;
    struct hash before_hash;
    int64_t before = 0;
    uint64_t before_secuencia = 0;

    emitter_rewind(a);
    before_secuencia = a->emitter.secuencia;
    before_hash = a->emitter.anterior;
    buffer_init(&envelope, ENVELOPE_BYTES_MAX);
    sign_acopio(&a->emitter, 5, &envelope);
    send_envelope(a->sock, &envelope);
    (void)expect_acked(a, a->emitter.secuencia);
    before = ledger(a);

    /* Same number, other content. */
    emitter_restore(&a->emitter, before_secuencia, &before_hash);
    sign_acopio(&a->emitter, 6, &envelope);
    send_envelope(a->sock, &envelope);
    expect_rejected(a, "cadena.bifurcada", PREP_ERR_CONFLICT, 0);
    log_expect(a, "cadena.bifurcada", said);
    assert_int_equal(ledger(a), before);
    assert_int_equal(evidence(a), kept + 1);

    /* Next number, but linked to something that was never there. */
    before_hash.bytes[0] ^= 1;
    emitter_restore(&a->emitter, before_secuencia + 1, &before_hash);
    sign_acopio(&a->emitter, 6, &envelope);
    send_envelope(a->sock, &envelope);
    expect_rejected(a, "cadena.bifurcada", PREP_ERR_CONFLICT, 0);
    assert_int_equal(ledger(a), before);
    assert_int_equal(evidence(a), kept + 2);
    buffer_done(&envelope);
}

static void test_a_worker_may_not_say_what_another_stage_says(void **state)
{
    struct adversary *a = *state;
    const int64_t before = ledger(a);
    Prep__Event event = PREP__EVENT__INIT;
    Prep__Cotejo cotejo = PREP__COTEJO__INIT;
    struct buffer envelope;
    struct hash hash;

    emitter_rewind(a);
    cotejo.resultado = 1;
    event.acta = 1;
    event.cuerpo_case = PREP__EVENT__CUERPO_COTEJO;
    event.cotejo = &cotejo;
    buffer_init(&envelope, ENVELOPE_BYTES_MAX);
    emitter_sign(&a->emitter, &event, &envelope, &hash);
    send_envelope(a->sock, &envelope);
    expect_rejected(a, "mensaje.rechazado", PREP_ERR_RANGE, 0);
    assert_int_equal(ledger(a), before);
    buffer_done(&envelope);
}

static void test_a_worker_may_not_speak_for_another(void **state)
{
    struct adversary *a = *state;
    const int64_t before = ledger(a);
    const struct topology_process *other =
        topology_by_nombre(a->topology, "digitaliza-catd-1");
    struct topology_process pretended = *a->self; /* its key, another's number */
    struct emitter emitter;
    struct buffer envelope;

    assert_non_null(other);
    pretended.numero = other->numero;
    emitter_init(&emitter, a->keys, &pretended, a->topology->proceso, true);
    buffer_init(&envelope, ENVELOPE_BYTES_MAX);
    sign_acopio(&emitter, 7, &envelope);
    send_envelope(a->sock, &envelope);
    expect_rejected(a, "mensaje.rechazado", PREP_ERR_RANGE, 0);
    assert_int_equal(ledger(a), before);
    buffer_done(&envelope);
}

static void test_a_rehearsal_is_not_an_election(void **state)
{
    struct adversary *a = *state;
    const int64_t before = ledger(a);
    struct buffer envelope;

    emitter_rewind(a);
    a->emitter.simulacro = false; /* this night is a simulacro */
    buffer_init(&envelope, ENVELOPE_BYTES_MAX);
    sign_acopio(&a->emitter, 8, &envelope);
    a->emitter.simulacro = true;
    send_envelope(a->sock, &envelope);
    expect_rejected(a, "mensaje.rechazado", PREP_ERR_RANGE, 0);
    assert_int_equal(ledger(a), before);
    buffer_done(&envelope);
}

static void test_bytes_that_are_no_message_are_refused(void **state)
{
    struct adversary *a = *state;
    const int64_t before = ledger(a);
    const size_t said = log_count(a, "mensaje.malformado");
    struct buffer envelope;

    send_bytes(a->sock, "\xff\xff\xff\xff", 4);
    expect_rejected(a, "mensaje.malformado", PREP_ERR_FORMAT, 0);
    log_expect(a, "mensaje.malformado", said);
    buffer_init(&envelope, ENVELOPE_BYTES_MAX);
    for (unsigned i = 0; i < ENVELOPE_BYTES_MAX; i++) {
        buffer_add_char(&envelope, 'x');
    }
    send_envelope(a->sock, &envelope);
    expect_rejected(a, "mensaje.malformado", PREP_ERR_FORMAT, 0);
    assert_int_equal(ledger(a), before);
    buffer_done(&envelope);
}

static void test_after_all_that_an_honest_event_still_enters(void **state)
{
    struct adversary *a = *state;
    const int64_t before = ledger(a);
    struct buffer envelope;

    emitter_rewind(a);
    buffer_init(&envelope, ENVELOPE_BYTES_MAX);
    sign_acopio(&a->emitter, 9, &envelope);
    send_envelope(a->sock, &envelope);
    (void)expect_acked(a, a->emitter.secuencia);
    assert_int_equal(ledger(a), before + 1);
    buffer_done(&envelope);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_peer_without_a_declared_curve_key_never_gets_a_word_in),
        cmocka_unit_test(test_an_envelope_with_any_flipped_bit_is_refused),
        cmocka_unit_test(test_an_unknown_signer_is_refused_and_kept),
        cmocka_unit_test(test_a_replay_gets_the_same_answer_and_changes_nothing),
        cmocka_unit_test(test_a_gap_is_refused_with_the_number_expected),
        cmocka_unit_test(test_a_fork_is_refused_and_its_bytes_kept),
        cmocka_unit_test(test_a_worker_may_not_say_what_another_stage_says),
        cmocka_unit_test(test_a_worker_may_not_speak_for_another),
        cmocka_unit_test(test_a_rehearsal_is_not_an_election),
        cmocka_unit_test(test_bytes_that_are_no_message_are_refused),
        cmocka_unit_test(test_after_all_that_an_honest_event_still_enters),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
