/* The ledger while things fail: several appenders, kills, lost connections, no disk. */
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
#define ACTAS 2000u

static char small_disk[] = "/tmp/prep-lleno.XXXXXX"; /* mounted by one test */
static struct fixture fixture;

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
    (void)state;
    fixture_reset(&fixture, ACTAS);
    return 0;
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
    fixture_store(db, &item, 1);
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
    fixture_store(db, items + stored, 300 - stored);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_four_appenders_leave_no_hole, setup),
        cmocka_unit_test_setup(test_connection_lost_before_commit_is_unavailable,
                               setup),
        cmocka_unit_test_setup(test_connection_lost_during_commit_is_unknown, setup),
        cmocka_unit_test_setup(
            test_a_failed_statement_stores_nothing_and_the_connection_serves, setup),
        cmocka_unit_test_setup(test_without_a_server_there_is_no_acknowledgement,
                               setup),
        cmocka_unit_test_setup(test_full_disk_is_said_and_cured, setup),
        cmocka_unit_test_setup(
            test_nothing_acknowledged_is_lost_when_postgresql_is_killed, setup),
    };

    return cmocka_run_group_tests(tests, setup_all, teardown_all);
}
