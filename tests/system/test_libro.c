/* The ledger over a real PostgreSQL: what is appended, refused, kept and survives. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "fixture.h"
#include "prep/projection.h"

#define HORA INT64_C(1717977600000)

static struct fixture fixture;
static char small_disk[] = "/tmp/prep-lleno.XXXXXX"; /* mounted by one test */

static int setup_all(void **state)
{
    (void)state;
    fixture_init(&fixture);
    return 0;
}

static int teardown_all(void **state)
{
    char command[128];

    (void)state;
    fixture_done(&fixture);
    /* Left behind only when that test failed. */
    snprintf(command, sizeof command,
             "! mountpoint -q '%s' || { umount -l '%s' && rmdir '%s'; }", small_disk,
             small_disk, small_disk);
    return system(command) == 0 ? 0 : -1;
}

/* Each test begins with an empty ledger and every chain at its beginning. */
static int setup(void **state)
{
    const struct hash zero = { { 0 } };

    (void)state;
    fixture_fresh(2000);
    for (size_t i = 0; i < FIXTURE_KINDS * FIXTURE_EMITTERS; i++) {
        emitter_restore(&fixture.emitters[i], 0, &zero);
    }
    return 0;
}

static void store(struct db *db, struct ledger_item *items, size_t count)
{
    struct prep_reason reason = { "" };
    const enum prep_status status = ledger_store(db, items, count, &reason);

    if (status != PREP_OK) {
        fail_msg("%s: %s", prep_status_str(status), reason.text);
    }
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
    store(db, items, 7);
    store(db, items + 7, 3);
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
    store(db, items, 8);
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
    store(db, items + 3, 1);
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
    store(db, items, 2);
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

/* ---- several at once */

#define APPENDERS 4u
#define APPENDER_EVENTS 400u

struct appender {
    unsigned index;
    bool survives; /* PostgreSQL is killed meanwhile: try again */
    uint64_t positions[APPENDER_EVENTS];
    struct fixture_event events[APPENDER_EVENTS];
    unsigned interrupted;
    const char *failed;
};

/* Where the chain really ends, once there is a database to ask. */
static unsigned resume(struct db *db, uint32_t emisor, struct prep_reason *reason)
{
    struct hash hash;
    uint64_t secuencia;

    db_rollback(db);
    while (ledger_emitter_head(db, emisor, &secuencia, &hash, reason) != PREP_OK) {
        usleep(50000);
    }
    return (unsigned)secuencia;
}

static void *append_all(void *context)
{
    struct appender *appender = context;
    struct db *db = fixture_db("prep_acopio");
    unsigned next = 0, seed = appender->index;
    struct prep_reason reason;

    while (next < APPENDER_EVENTS && appender->failed == NULL) {
        struct ledger_item items[20];
        unsigned count = 1 + (unsigned)rand_r(&seed) % 20;
        enum prep_status status;

        count = count > APPENDER_EVENTS - next ? APPENDER_EVENTS - next : count;
        for (unsigned i = 0; i < count; i++) {
            items[i].envelope = &appender->events[next + i].envelope;
        }
        status = ledger_store(db, items, count, &reason);
        if (status == PREP_OK) {
            for (unsigned i = 0; i < count; i++) {
                if (items[i].result != LEDGER_NEW) {
                    appender->failed = "an event of its own was not new";
                }
                appender->positions[next + i] = items[i].posicion;
            }
            next += count;
        } else if (appender->survives &&
                   (status == PREP_ERR_UNAVAILABLE || status == PREP_ERR_UNKNOWN)) {
            unsigned stored = resume(db, appender->index + 1, &reason);

            if (stored < next || (status == PREP_ERR_UNAVAILABLE && stored != next)) {
                appender->failed = "what was acknowledged is not there, or the reverse";
            }
            for (; next < stored; next++) { /* it had been stored after all */
                appender->positions[next] = UINT64_MAX;
            }
            appender->interrupted++;
        } else {
            appender->failed = "unexpected status";
        }
    }
    db_close(&db);
    return NULL;
}

static void appenders_make(struct appender appenders[static APPENDERS], bool survives)
{
    for (unsigned a = 0; a < APPENDERS; a++) {
        appenders[a].index = a;
        appenders[a].survives = survives;
        for (unsigned i = 0; i < APPENDER_EVENTS; i++) {
            fixture_acopio(&fixture, fixture_emitter(&fixture, FIXTURE_ACOPIO, a),
                           a * APPENDER_EVENTS + i + 1, HORA + i,
                           &appenders[a].events[i]);
        }
    }
}

static void appenders_check(struct appender appenders[static APPENDERS])
{
    for (unsigned a = 0; a < APPENDERS; a++) {
        if (appenders[a].failed != NULL) {
            fail_msg("appender %u: %s", a, appenders[a].failed);
        }
    }
    assert_int_equal(fixture_number("SELECT count(*) FROM libro"),
                     APPENDERS * APPENDER_EVENTS);
    assert_int_equal(fixture_number("SELECT tamano FROM libro_cabeza"),
                     APPENDERS * APPENDER_EVENTS);
    assert_int_equal(fixture_number("SELECT max(posicion) FROM libro"),
                     APPENDERS * APPENDER_EVENTS - 1);
    /* In each chain positions grow with secuencia. */
    assert_int_equal(
        fixture_number("SELECT count(*) FROM (SELECT posicion, lag(posicion) "
                       "OVER (PARTITION BY emisor ORDER BY secuencia) AS p "
                       "FROM libro) q WHERE p > posicion"),
        0);
    assert_int_equal(
        fixture_number("SELECT count(*) FROM acta WHERE acopio_hash IS NOT NULL"),
        APPENDERS * APPENDER_EVENTS);
    for (unsigned a = 0; a < APPENDERS; a++) {
        for (unsigned i = 0; i < APPENDER_EVENTS; i += 37) {
            char sql[160];

            snprintf(sql, sizeof sql,
                     "SELECT posicion FROM libro WHERE emisor = %u AND secuencia = %u",
                     a + 1, i + 1);
            if (appenders[a].positions[i] != UINT64_MAX) {
                assert_int_equal(fixture_number(sql), appenders[a].positions[i]);
            }
        }
        for (unsigned i = 0; i < APPENDER_EVENTS; i++) {
            fixture_event_done(&appenders[a].events[i]);
        }
    }
}

static void test_four_appenders_leave_no_hole(void **state)
{
    struct appender *appenders = calloc(APPENDERS, sizeof *appenders);
    pthread_t threads[APPENDERS];

    (void)state;
    appenders_make(appenders, false);
    for (unsigned a = 0; a < APPENDERS; a++) {
        assert_int_equal(pthread_create(&threads[a], NULL, append_all, &appenders[a]),
                         0);
    }
    for (unsigned a = 0; a < APPENDERS; a++) {
        pthread_join(threads[a], NULL);
    }
    appenders_check(appenders);
    free(appenders);
}

static void test_nothing_acknowledged_is_lost_when_postgresql_is_killed(void **state)
{
    struct appender *appenders = calloc(APPENDERS, sizeof *appenders);
    pthread_t threads[APPENDERS];
    unsigned interrupted = 0;

    (void)state;
    appenders_make(appenders, true);
    for (unsigned a = 0; a < APPENDERS; a++) {
        assert_int_equal(pthread_create(&threads[a], NULL, append_all, &appenders[a]),
                         0);
    }
    for (int kills = 0; kills < 5; kills++) {
        usleep(20000);
        fixture_pg("kill");
        fixture_pg("start");
        usleep(1100000); /* the appenders reconnect once a second */
    }
    for (unsigned a = 0; a < APPENDERS; a++) {
        pthread_join(threads[a], NULL);
        interrupted += appenders[a].interrupted;
    }
    assert_true(interrupted > 0); /* or the test tested nothing */
    appenders_check(appenders);
    free(appenders);
}

/* ---- what the caller is told when it fails */

static void one_acopio(struct fixture_event *event, struct ledger_item *item,
                       uint64_t acta)
{
    fixture_acopio(&fixture, fixture_emitter(&fixture, FIXTURE_ACOPIO, 0), acta, HORA,
                   event);
    *item = (struct ledger_item){ .envelope = &event->envelope };
}

static void test_connection_lost_before_commit_is_unavailable(void **state)
{
    struct db *db = fixture_db("prep_acopio");
    struct fixture_event event;
    struct ledger_item item;
    struct prep_reason reason;
    uint64_t session = db_session(db);

    (void)state;
    one_acopio(&event, &item, 1);
    assert_int_equal(ledger_begin(db, &reason), PREP_OK);
    assert_int_equal(ledger_append(db, &item, 1, &reason), PREP_OK);
    free(fixture_sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                     "WHERE usename = 'prep_acopio'"));
    usleep(100000);
    assert_int_equal(projection_apply(db, &item, 1, &reason), PREP_ERR_UNAVAILABLE);
    /* Still the lost transaction: nothing may slip in on a new connection. */
    usleep(1100000);
    assert_int_equal(projection_apply(db, &item, 1, &reason), PREP_ERR_UNAVAILABLE);
    assert_int_equal(db_commit(db, &reason), PREP_ERR_UNAVAILABLE);
    db_rollback(db);
    assert_int_equal(fixture_number("SELECT count(*) FROM libro"), 0);
    usleep(1100000);
    store(db, &item, 1);
    assert_int_equal(item.result, LEDGER_NEW);
    assert_true(db_session(db) > session);
    fixture_event_done(&event);
    db_close(&db);
}

/* COMMIT sleeps in a deferred trigger while somebody cuts the connection. */
static void *cut_in_commit(void *context)
{
    (void)context;
    usleep(700000);
    free(fixture_sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                     "WHERE usename = 'prep_acopio'"));
    return NULL;
}

static void test_connection_lost_during_commit_is_unknown(void **state)
{
    struct db *db = fixture_db("prep_acopio");
    struct fixture_event event;
    struct ledger_item item;
    struct prep_reason reason;
    pthread_t thread;

    (void)state;
    free(fixture_sql(
        "CREATE FUNCTION duerme() RETURNS trigger LANGUAGE plpgsql AS "
        "'BEGIN PERFORM pg_sleep(3); RETURN NULL; END';"
        "CREATE CONSTRAINT TRIGGER duerme AFTER UPDATE ON libro_cabeza DEFERRABLE "
        "INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION duerme()"));
    one_acopio(&event, &item, 1);
    assert_int_equal(pthread_create(&thread, NULL, cut_in_commit, NULL), 0);
    assert_int_equal(ledger_store(db, &item, 1, &reason), PREP_ERR_UNKNOWN);
    pthread_join(thread, NULL);
    free(fixture_sql("DROP TRIGGER duerme ON libro_cabeza; DROP FUNCTION duerme"));
    fixture_event_done(&event);
    db_close(&db);
}

static void
test_a_failed_statement_stores_nothing_and_the_connection_serves(void **state)
{
    struct db *db = fixture_db("prep_captura"); /* may not write acopio_* */
    struct fixture_event event;
    struct ledger_item item;
    struct prep_reason reason;
    const uint64_t session = db_session(db);
    uint64_t size = 99;

    (void)state;
    one_acopio(&event, &item, 1);
    assert_int_equal(ledger_store(db, &item, 1, &reason), PREP_ERR_AUTH);
    assert_int_equal(ledger_size(db, &size, &reason), PREP_OK);
    assert_int_equal(size, 0);
    assert_int_equal(db_session(db), session);
    fixture_event_done(&event);
    db_close(&db);
}

static void test_without_a_server_there_is_no_acknowledgement(void **state)
{
    struct db *db = fixture_db("prep_acopio");
    struct fixture_event event;
    struct ledger_item item;
    struct prep_reason reason;
    enum prep_status status;

    (void)state;
    one_acopio(&event, &item, 1);
    fixture_pg("stop");
    for (int i = 0; i < 3; i++) {
        assert_int_equal(ledger_store(db, &item, 1, &reason), PREP_ERR_UNAVAILABLE);
    }
    fixture_pg("start");
    do {
        usleep(100000);
        status = ledger_store(db, &item, 1, &reason);
    } while (status == PREP_ERR_UNAVAILABLE);
    assert_int_equal(status, PREP_OK);
    assert_int_equal(item.result, LEDGER_NEW);
    fixture_event_done(&event);
    db_close(&db);
}

/* ---- a full disk: the libro in a small file system of its own */

static void test_full_disk_is_said_and_cured(void **state)
{
    struct db *db = fixture_db("prep_acopio");
    struct fixture_event *events = calloc(300, sizeof *events);
    struct ledger_item *items = calloc(300, sizeof *items);
    struct prep_reason reason;
    enum prep_status status = PREP_OK;
    char *dir = small_disk, command[512];
    unsigned stored = 0;

    (void)state;
    strcpy(small_disk, "/tmp/prep-lleno.XXXXXX");
    assert_non_null(mkdtemp(dir));
    snprintf(command, sizeof command,
             "mount -t tmpfs -o size=4m,mode=755 prep-lleno '%s' 2>/dev/null && mkdir "
             "'%s/datos' && chown --reference=\"$(cat \"$PREP_PG_DIR/base\")\" "
             "'%s/datos'",
             dir, dir, dir);
    if (system(command) != 0) {
        (void)rmdir(dir);
        print_message("sin permiso para montar un disco pequeño: no se prueba\n");
        free(events);
        free(items);
        db_close(&db);
        skip();
        return;
    }
    snprintf(command, sizeof command, "CREATE TABLESPACE lleno LOCATION '%s/datos'",
             dir);
    free(fixture_sql(command));
    free(fixture_sql("ALTER TABLE libro SET TABLESPACE lleno"));
    snprintf(command, sizeof command, "head -c 16m /dev/zero >'%s/globo' 2>/dev/null",
             dir);
    (void)!system(command);
    for (unsigned i = 0; i < 300; i++) {
        one_acopio(&events[i], &items[i], i + 1);
    }
    for (; stored < 300 && status == PREP_OK; stored += status == PREP_OK ? 10 : 0) {
        status = ledger_store(db, items + stored, 10, &reason);
    }
    assert_int_equal(status, PREP_ERR_FULL);
    assert_int_equal(ledger_store(db, items + stored, 10, &reason), PREP_ERR_FULL);
    assert_int_equal(fixture_number("SELECT tamano FROM libro_cabeza"), stored);

    snprintf(command, sizeof command, "rm '%s/globo'", dir);
    assert_int_equal(system(command), 0);
    store(db, items + stored, 300 - stored);
    assert_int_equal(fixture_number("SELECT count(*) FROM libro"), 300);

    free(fixture_sql("ALTER TABLE libro SET TABLESPACE pg_default"));
    free(fixture_sql("DROP TABLESPACE lleno"));
    snprintf(command, sizeof command, "umount '%s' && rmdir '%s'", dir, dir);
    assert_int_equal(system(command), 0);
    for (unsigned i = 0; i < 300; i++) {
        fixture_event_done(&events[i]);
    }
    free(events);
    free(items);
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
        one_acopio(&events[i], &items[i], i + 1);
    }
    store(db, items, 1000);
    store(db, items + 1000, 600);
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
        cmocka_unit_test_setup(test_four_appenders_leave_no_hole, setup),
        cmocka_unit_test_setup(test_connection_lost_before_commit_is_unavailable,
                               setup),
        cmocka_unit_test_setup(test_connection_lost_during_commit_is_unknown, setup),
        cmocka_unit_test_setup(
            test_a_failed_statement_stores_nothing_and_the_connection_serves, setup),
        cmocka_unit_test_setup(test_without_a_server_there_is_no_acknowledgement,
                               setup),
        cmocka_unit_test_setup(test_full_disk_is_said_and_cured, setup),
        cmocka_unit_test_setup(test_reading_gives_every_entry_in_order, setup),
        cmocka_unit_test_setup(
            test_nothing_acknowledged_is_lost_when_postgresql_is_killed, setup),
    };

    return cmocka_run_group_tests(tests, setup_all, teardown_all);
}
