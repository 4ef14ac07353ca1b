/* The ledger over a real PostgreSQL: what is appended, refused, kept and survives. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fixture.h"

#define HORA INT64_C(1717977600000)

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_positions_follow_and_heads_are_kept, setup),
    };

    return cmocka_run_group_tests(tests, setup_all, teardown_all);
}
