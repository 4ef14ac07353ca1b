/* The projection is a fold: any order of arrival, again, or from the ledger: same rows.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "maker.h"
#include "prep/projection.h"

#define EVENTS 600u /* of all emitters */
#define ORDERS 12   /* of arrival */
#define TABLE_HASH                                                                     \
    "SELECT md5(coalesce(string_agg(a::text, E'\\n' ORDER BY id), '')) FROM acta a"

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
    fixture_reset(&fixture, MAKER_ACTAS);
    return 0;
}

/* ---- arrival: each chain in its order, chains mixed in any */

struct night {
    size_t count;
    size_t owner[EVENTS]; /* which emitter signed it */
    struct fixture_event events[EVENTS];
};

static struct night *night_new(void)
{
    struct night *night = calloc(1, sizeof *night);
    struct maker maker = { .fixture = &fixture, .seed = 20240602 };

    assert_non_null(night);
    for (night->count = 0; night->count < EVENTS; night->count++) {
        const size_t owner = maker_dice(&maker, FIXTURE_KINDS * FIXTURE_EMITTERS);

        night->owner[night->count] = owner;
        maker.emitter = &fixture.emitters[owner];
        maker.out = &night->events[night->count];
        maker_event(&maker, owner / FIXTURE_EMITTERS);
    }
    return night;
}

static void night_free(struct night *night)
{
    for (size_t i = 0; i < night->count; i++) {
        fixture_event_done(&night->events[i]);
    }
    free(night);
}

/* A random merge of the chains, stored in batches of random size as the owner role. */
static void arrive(const struct night *night, struct db *db, unsigned seed)
{
    const size_t emitter_count = FIXTURE_KINDS * FIXTURE_EMITTERS;
    struct ledger_item *items = calloc(EVENTS, sizeof *items);
    size_t next[FIXTURE_KINDS * FIXTURE_EMITTERS] = { 0 }, made = 0, stored = 0;
    struct prep_reason reason;

    while (made < night->count) {
        const size_t owner = (size_t)rand_r(&seed) % emitter_count;
        size_t i = next[owner];

        while (i < night->count && night->owner[i] != owner) {
            i++;
        }
        next[owner] = i + 1;
        if (i < night->count) {
            items[made++].envelope = &night->events[i].envelope;
        }
    }
    while (stored < made) {
        size_t batch = 1 + (size_t)rand_r(&seed) % 120;

        batch = batch > made - stored ? made - stored : batch;
        fixture_must(ledger_store(db, items + stored, batch, &reason), &reason);
        for (size_t i = stored; i < stored + batch; i++) {
            assert_int_equal(items[i].result, LEDGER_NEW);
        }
        stored += batch;
    }
    free(items);
}

static void test_any_order_of_arrival_gives_the_same_rows(void **state)
{
    struct night *night;
    struct db *db = fixture_db("prep_dueno");
    char *first = NULL;

    (void)state;
    night = night_new();
    for (unsigned order = 0; order < ORDERS; order++) {
        char *hash;

        fixture_fresh(MAKER_ACTAS);
        arrive(night, db, order + 1);
        hash = fixture_sql(TABLE_HASH);
        if (first == NULL) {
            first = hash;
            continue;
        }
        assert_string_equal(hash, first);
        free(hash);
    }
    /* It did test something: every slot is taken, and fuera de catalogo has rows. */
    assert_true(
        fixture_number("SELECT count(*) FROM acta WHERE acopio_hash IS NOT NULL "
                       "AND imagen_hash IS NOT NULL AND captura1_hash IS NOT "
                       "NULL AND verificacion_hash IS NOT NULL") > 5);
    assert_true(
        fixture_number("SELECT count(*) FROM acta WHERE id > 1e15 AND eleccion > "
                       "0 AND identificacion IS NOT NULL") > 0);
    assert_true(
        fixture_number("SELECT count(*) FROM acta WHERE id > 1e15 AND acopio_hash "
                       "IS NULL AND imagen_hash IS NOT NULL AND eleccion = 0") > 0);
    assert_true(
        fixture_number("SELECT count(*) FROM acta WHERE correccion_celdas = '{}'") > 0);
    assert_true(
        fixture_number(
            "SELECT count(*) FROM acta WHERE cardinality(correccion_celdas) > 0") > 0);
    assert_true(
        fixture_number("SELECT count(*) FROM acta WHERE identificada_como > 0") > 0);
    assert_true(fixture_number(
                    "SELECT count(*) FROM acta WHERE cardinality(imagenes) > 2") > 0);
    free(first);
    night_free(night);
    db_close(&db);
}

static void test_rebuilding_from_the_ledger_gives_the_same_rows(void **state)
{
    struct db *db = fixture_db("prep_dueno"), *other = fixture_db("prep_acopio");
    struct night *night = night_new();
    struct prep_reason reason;
    char *before, *after;

    (void)state;
    arrive(night, db, 99);
    before = fixture_sql(TABLE_HASH);
    free(fixture_sql("UPDATE acta SET mecanismo = 9, captura1_celdas = '{1}' "
                     "WHERE id % 2 = 0; DELETE FROM acta WHERE id > 1e15"));
    fixture_must(projection_rebuild(db, fixture.topology, &reason), &reason);
    after = fixture_sql(TABLE_HASH);
    assert_string_equal(before, after);
    /* Only the owner may. */
    assert_int_equal(projection_rebuild(other, fixture.topology, &reason),
                     PREP_ERR_AUTH);
    free(before);
    free(after);
    night_free(night);
    db_close(&db);
    db_close(&other);
}

static void test_applying_again_changes_nothing(void **state)
{
    struct db *db = fixture_db("prep_dueno");
    struct night *night = night_new();
    struct ledger_item *items = calloc(EVENTS, sizeof *items);
    struct prep_reason reason;
    char *before, *after;

    (void)state;
    arrive(night, db, 7);
    before = fixture_sql(TABLE_HASH);
    for (size_t i = 0; i < EVENTS; i++) {
        items[i] = (struct ledger_item){ .envelope = &night->events[i].envelope,
                                         .result = LEDGER_NEW };
    }
    fixture_must(projection_apply(db, items, EVENTS, &reason), &reason);
    after = fixture_sql(TABLE_HASH);
    assert_string_equal(before, after);
    free(before);
    free(after);
    free(items);
    night_free(night);
    db_close(&db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_any_order_of_arrival_gives_the_same_rows, setup),
        cmocka_unit_test_setup(test_rebuilding_from_the_ledger_gives_the_same_rows,
                               setup),
        cmocka_unit_test_setup(test_applying_again_changes_nothing, setup),
    };

    return cmocka_run_group_tests(tests, setup_all, teardown_all);
}
