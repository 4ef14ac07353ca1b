/* The ledger over a real PostgreSQL: what is appended, refused, kept and read back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fixture.h"

#define HORA INT64_C(1717977600000)
#define ACTAS 2000u

static struct fixture fixture;

static int setup_all(void **state)
{
    (void)state;
    fixture_init(&fixture);
    return 0;
}

static int teardown_all(void **state)
{
    (void)state;
    fixture_done(&fixture);
    return 0;
}

static int setup(void **state)
{
    (void)state;
    fixture_reset(&fixture, ACTAS);
    return 0;
}

static void test_positions_follow_and_heads_are_kept(void **state)
{
    struct db *db = fixture_db("prep_acopio");
    struct fixture_event events[10];
    struct ledger_item items[10];
    struct prep_reason reason;
    uint64_t size, secuencia;
    struct hash head;

    (void)state;
    for (unsigned i = 0; i < 10; i++) {
        fixture_acopio(&fixture, fixture_emitter(&fixture, FIXTURE_ACOPIO, i % 3),
                       i + 1, HORA + i, &events[i]);
        items[i] = (struct ledger_item){ .envelope = &events[i].envelope };
    }
    fixture_store(db, items, 7);
    fixture_store(db, items + 7, 3);
    for (unsigned i = 0; i < 10; i++) {
        assert_int_equal(items[i].result, LEDGER_NEW);
    }
    assert_int_equal(ledger_size(db, &size, &reason), PREP_OK);
    assert_int_equal(size, 10);
    assert_int_equal(ledger_emitter_head(db, 1, &secuencia, &head, &reason), PREP_OK);
    assert_int_equal(secuencia, 4);
    assert_true(hash_equal(&head, &events[9].envelope.hash));
    assert_int_equal(ledger_emitter_head(db, 31, &secuencia, &head, &reason), PREP_OK);
    assert_int_equal(secuencia, 0);
    assert_true(hash_is_zero(&head));
    assert_int_equal(fixture_number("SELECT count(*) FROM acta WHERE acopio_ms > 0"),
                     10);
    for (unsigned i = 0; i < 10; i++) {
        fixture_event_done(&events[i]);
    }
    db_close(&db);
}

/* ---- what is refused */

/* An acopio signed as the event number `secuencia` after `anterior`, true or not. */
static void sign_as(struct fixture_event *out, uint64_t secuencia,
                    const struct hash *anterior, uint64_t acta)
{
    struct emitter emitter = *fixture_emitter(&fixture, FIXTURE_ACOPIO, 0);

    emitter.secuencia = secuencia - 1;
    emitter.anterior = *anterior;
    fixture_acopio(&fixture, &emitter, acta, HORA, out);
}

static void test_gaps_forks_and_repeats_are_told_apart(void **state)
{
    static const enum ledger_result expected[] = { LEDGER_NEW,      LEDGER_NEW,
                                                   LEDGER_REPEATED, LEDGER_FORK,
                                                   LEDGER_FORK,     LEDGER_GAP,
                                                   LEDGER_NEW,      LEDGER_REPEATED };
    const struct hash zero = { { 0 } };
    struct db *db = fixture_db("prep_acopio");
    struct fixture_event e[7];
    struct ledger_item items[8];

    (void)state;
    sign_as(&e[0], 1, &zero, 1);
    sign_as(&e[1], 2, &e[0].envelope.hash, 2);
    sign_as(&e[2], 2, &e[0].envelope.hash, 3); /* another second event */
    sign_as(&e[3], 3, &e[0].envelope.hash, 4); /* not after the second */
    sign_as(&e[4], 5, &e[1].envelope.hash, 5); /* the third is missing */
    sign_as(&e[5], 3, &e[1].envelope.hash, 6);
    items[0].envelope = &e[0].envelope;
    items[1].envelope = &e[1].envelope;
    items[2].envelope = &e[0].envelope;
    items[3].envelope = &e[2].envelope;
    items[4].envelope = &e[3].envelope;
    items[5].envelope = &e[4].envelope;
    items[6].envelope = &e[5].envelope;
    items[7].envelope = &e[1].envelope;
    fixture_store(db, items, 8);
    for (size_t i = 0; i < 8; i++) {
        assert_int_equal(items[i].result, expected[i]);
    }
    assert_int_equal(items[0].posicion, 0);
    assert_int_equal(items[2].posicion, 0);
    assert_int_equal(items[5].esperada, 3);
    assert_int_equal(items[6].posicion, 2);
    assert_int_equal(items[7].posicion, 1);
    assert_int_equal(fixture_number("SELECT tamano FROM libro_cabeza"), 3);
    /* Only what is new reaches the actas. */
    assert_int_equal(
        fixture_number("SELECT string_agg(id::text, '' ORDER BY id)::bigint "
                       "FROM acta WHERE acopio_hash IS NOT NULL"),
        126);
    assert_int_equal(fixture_number("SELECT count(*) FROM evidencia WHERE evento = "
                                    "'cadena.bifurcada' AND rol = 'prep_acopio'"),
                     2);
    /* A fork sent again is refused again, and kept once. */
    fixture_store(db, items + 3, 1);
    assert_int_equal(items[3].result, LEDGER_FORK);
    assert_int_equal(fixture_number("SELECT count(*) FROM evidencia"), 2);
    for (size_t i = 0; i < 6; i++) {
        fixture_event_done(&e[i]);
    }
    db_close(&db);
}

static void test_first_event_must_follow_nothing(void **state)
{
    const struct hash zero = { { 0 } }, other = { { 1 } };
    struct db *db = fixture_db("prep_acopio");
    struct fixture_event e[2];
    struct ledger_item items[2];

    (void)state;
    sign_as(&e[0], 1, &zero, 1);
    e[0].envelope.event->anterior.data[0] ^= 1; /* as if it had been signed so */
    sign_as(&e[1], 2, &other, 1);
    items[0].envelope = &e[0].envelope;
    items[1].envelope = &e[1].envelope;
    fixture_store(db, items, 2);
    assert_int_equal(items[0].result, LEDGER_FORK);
    assert_int_equal(items[1].result, LEDGER_GAP);
    assert_int_equal(items[1].esperada, 1);
    assert_int_equal(fixture_number("SELECT count(*) FROM libro"), 0);
    fixture_event_done(&e[0]);
    fixture_event_done(&e[1]);
    db_close(&db);
}

static void test_batch_over_the_limit_is_refused(void **state)
{
    struct db *db = fixture_db("prep_acopio");
    struct ledger_item items[1] = { { 0 } };
    struct prep_reason reason;

    (void)state;
    assert_int_equal(ledger_store(db, items, LEDGER_BATCH_MAX + 1, &reason),
                     PREP_ERR_RANGE);
    assert_int_equal(ledger_store(db, items, 0, &reason), PREP_OK);
    db_close(&db);
}

static void test_evidence_is_bounded_and_kept_once(void **state)
{
    struct db *db = fixture_db("prep_acopio");
    struct prep_reason reason;
    static char bytes[100000];

    (void)state;
    for (int i = 0; i < 2; i++) {
        assert_int_equal(ledger_evidence(db, "firma.rechazada", "par x", bytes,
                                         sizeof bytes, "no es su firma", &reason),
                         PREP_OK);
    }
    assert_int_equal(fixture_number("SELECT count(*) FROM evidencia WHERE "
                                    "length(bytes) = 16384 AND largo = 100000"),
                     1);
    db_close(&db);
}

/* ---- reading */

static enum prep_status count_entry(const struct ledger_entry *entry, void *context)
{
    uint64_t *next = context;

    assert_int_equal(entry->posicion, *next);
    assert_true(entry->envelope_len > 100);
    (*next)++;
    return *next == 1500 ? PREP_ERR_DUPLICATE : PREP_OK; /* a visit may stop it */
}

static void test_reading_gives_every_entry_in_order(void **state)
{
    struct db *db = fixture_db("prep_acopio"), *reader = fixture_db("prep_lectura");
    struct fixture_event *events = calloc(1600, sizeof *events);
    struct ledger_item *items = calloc(1600, sizeof *items);
    struct prep_reason reason;
    uint64_t next = 7;

    (void)state;
    for (unsigned i = 0; i < 1600; i++) {
        fixture_acopio(&fixture, fixture_emitter(&fixture, FIXTURE_ACOPIO, 0), i + 1,
                       HORA, &events[i]);
        items[i].envelope = &events[i].envelope;
    }
    fixture_store(db, items, 1000);
    fixture_store(db, items + 1000, 600);
    assert_int_equal(ledger_read(reader, 7, 1200, count_entry, &next, &reason),
                     PREP_OK);
    assert_int_equal(next, 1200);
    assert_int_equal(ledger_read(reader, 1200, 1600, count_entry, &next, &reason),
                     PREP_ERR_DUPLICATE);
    assert_int_equal(ledger_read(reader, 1600, 9999, count_entry, &next, &reason),
                     PREP_OK);
    free(fixture_sql("ALTER TABLE libro DISABLE TRIGGER ALL;"
                     "DELETE FROM libro WHERE posicion = 40;"
                     "ALTER TABLE libro ENABLE ALWAYS TRIGGER libro_inmutable"));
    next = 0;
    assert_int_equal(ledger_read(reader, 0, 100, count_entry, &next, &reason),
                     PREP_ERR_STATE);
    assert_non_null(strstr(reason.text, "posición 40"));
    for (unsigned i = 0; i < 1600; i++) {
        fixture_event_done(&events[i]);
    }
    free(events);
    free(items);
    db_close(&db);
    db_close(&reader);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_positions_follow_and_heads_are_kept, setup),
        cmocka_unit_test_setup(test_gaps_forks_and_repeats_are_told_apart, setup),
        cmocka_unit_test_setup(test_first_event_must_follow_nothing, setup),
        cmocka_unit_test_setup(test_batch_over_the_limit_is_refused, setup),
        cmocka_unit_test_setup(test_evidence_is_bounded_and_kept_once, setup),
        cmocka_unit_test_setup(test_reading_gives_every_entry_in_order, setup),
    };

    return cmocka_run_group_tests(tests, setup_all, teardown_all);
}
