/* The projection: which event of a slot stands, and what is read back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "maker.h"
#include "prep/projection.h"

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

/* ---- the rules of each slot, by hand */

static void acopio(struct fixture_event *out, unsigned emitter, uint64_t acta,
                   int64_t hora_ms, unsigned sin_acta, unsigned mecanismo)
{
    Prep__Event event = PREP__EVENT__INIT;
    Prep__Acopio body = PREP__ACOPIO__INIT;

    body.operador = 1;
    body.sin_acta = sin_acta;
    body.mecanismo = mecanismo;
    event.acta = acta;
    event.hora_ms = hora_ms;
    event.cuerpo_case = PREP__EVENT__CUERPO_ACOPIO;
    event.acopio = &body;
    fixture_sign(&fixture, fixture_emitter(&fixture, FIXTURE_ACOPIO, emitter), &event,
                 out);
}

static void test_an_acta_that_arrives_stands_over_sin_acta(void **state)
{
    static const struct {
        struct {
            int64_t hora_ms;
            unsigned sin_acta;
        } first, second;
        unsigned stands; /* 1 or 2 */
    } cases[] = {
        { { MAKER_HORA, 2 }, { MAKER_HORA + 9, 0 }, 2 }, /* later, but it has an acta */
        { { MAKER_HORA, 0 }, { MAKER_HORA - 9, 2 }, 1 },
        { { MAKER_HORA, 0 },
          { MAKER_HORA - 9, 0 },
          2 }, /* the earlier of two with acta */
        { { MAKER_HORA, 0 }, { MAKER_HORA + 9, 0 }, 1 },
        { { MAKER_HORA, 3 },
          { MAKER_HORA - 9, 2 },
          2 }, /* the earlier of two without */
    };
    struct db *db = fixture_db("prep_acopio");

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        for (int together = 0; together < 2; together++) {
            const uint64_t acta = 1 + 2 * i + (unsigned)together;
            struct fixture_event e[2];
            struct ledger_item items[2] = { { .envelope = &e[0].envelope },
                                            { .envelope = &e[1].envelope } };
            struct prep_reason reason;
            char sql[100];

            acopio(&e[0], 0, acta, cases[i].first.hora_ms, cases[i].first.sin_acta, 1);
            acopio(&e[1], 1, acta, cases[i].second.hora_ms, cases[i].second.sin_acta,
                   2);
            if (together) {
                fixture_must(ledger_store(db, items, 2, &reason), &reason);
            } else {
                fixture_must(ledger_store(db, items, 1, &reason), &reason);
                fixture_must(ledger_store(db, items + 1, 1, &reason), &reason);
            }
            snprintf(sql, sizeof sql, "SELECT mecanismo FROM acta WHERE id = %u",
                     (unsigned)acta);
            assert_int_equal(fixture_number(sql), cases[i].stands);
            fixture_event_done(&e[0]);
            fixture_event_done(&e[1]);
        }
    }
    db_close(&db);
}

static void cotejo(struct fixture_event *out, unsigned emitter, int64_t hora_ms,
                   unsigned resultado)
{
    Prep__Event event = PREP__EVENT__INIT;
    Prep__Cotejo body = PREP__COTEJO__INIT;

    body.operador = 1;
    body.resultado = resultado;
    event.acta = 1;
    event.hora_ms = hora_ms;
    event.cuerpo_case = PREP__EVENT__CUERPO_COTEJO;
    event.cotejo = &body;
    fixture_sign(&fixture, fixture_emitter(&fixture, FIXTURE_VERIFICA, emitter), &event,
                 out);
}

static void test_the_last_cotejo_stands(void **state)
{
    struct db *db = fixture_db("prep_verifica");
    struct fixture_event e[3];
    struct ledger_item items[3];
    struct prep_reason reason;

    (void)state;
    cotejo(&e[0], 0, MAKER_HORA + 1, 3);
    cotejo(&e[1], 1, MAKER_HORA + 2, 1);
    cotejo(&e[2], 2, MAKER_HORA, 2);
    for (int i = 0; i < 3; i++) {
        items[i] = (struct ledger_item){ .envelope = &e[i].envelope };
    }
    fixture_must(ledger_store(db, items, 3, &reason), &reason);
    assert_int_equal(fixture_number("SELECT cotejo FROM acta WHERE id = 1"), 1);
    for (int i = 0; i < 3; i++) {
        fixture_event_done(&e[i]);
    }
    db_close(&db);
}

/* Photographed at its casilla and scanned at the CATD: both facts are kept, one image
 * is the reference, and the acta is one, whichever arrived first. */
static void test_20_07_an_acta_from_casilla_and_catd_is_one(void **state)
{
    struct db *db = fixture_db("prep_digitaliza");

    (void)state;
    for (unsigned first = 0; first < 2; first++) {
        struct prep_reason reason;

        for (unsigned i = 0; i < 2; i++) {
            const unsigned which = (i + first) % 2; /* 0: casilla, earlier; 1: CATD */
            Prep__Event event = PREP__EVENT__INIT;
            Prep__Imagen body = PREP__IMAGEN__INIT;
            uint8_t sha256[HASH_LEN] = { (uint8_t)(1 + which) };
            struct fixture_event e;
            struct ledger_item item = { .envelope = &e.envelope };

            body.sha256 = (ProtobufCBinaryData){ sizeof sha256, sha256 };
            body.bytes_total = 1;
            body.formato = 1;
            body.origen = 1 + which;
            event.acta = 1 + first;
            event.hora_ms = MAKER_HORA + which * 1000;
            event.cuerpo_case = PREP__EVENT__CUERPO_IMAGEN;
            event.imagen = &body;
            fixture_sign(&fixture, fixture_emitter(&fixture, FIXTURE_DIGITALIZA, which),
                         &event, &e);
            fixture_must(ledger_store(db, &item, 1, &reason), &reason);
            assert_int_equal(item.result, LEDGER_NEW);
            fixture_event_done(&e);
        }
    }
    assert_int_equal(fixture_number("SELECT count(*) FROM libro WHERE tipo = 18"), 4);
    assert_int_equal(fixture_number("SELECT count(*) FROM acta WHERE id <= 2 AND "
                                    "imagen_origen = 1 AND get_byte(imagen_sha256, 0) "
                                    "= 1"),
                     2);
    db_close(&db);
}

static void test_an_acta_of_no_catalogue_changes_no_row(void **state)
{
    struct db *db = fixture_db("prep_acopio");
    struct fixture_event event;
    struct ledger_item item = { .envelope = &event.envelope };
    struct prep_reason reason;

    (void)state;
    acopio(&event, 0, MAKER_ACTAS + 1, MAKER_HORA, 0, 1);
    fixture_must(ledger_store(db, &item, 1, &reason), &reason);
    assert_int_equal(item.result, LEDGER_NEW);
    assert_int_equal(fixture_number("SELECT count(*) FROM acta"), MAKER_ACTAS);
    fixture_event_done(&event);
    db_close(&db);
}

/* ---- reading a row back */

static void read_row(struct db *db, uint64_t id, struct acta_row *out)
{
    struct prep_reason reason;
    PGresult *result = NULL;
    char number[32];
    const struct db_param param = { .value = number };

    snprintf(number, sizeof number, "%llu", (unsigned long long)id);
    fixture_must(
        db_exec(db, "SELECT " PROJECTION_COLUMNS " FROM acta a WHERE a.id = $1::bigint",
                &param, 1, true, &result, &reason),
        &reason);
    assert_int_equal(PQntuples(result), 1);
    fixture_must(projection_row(result, 0, out, &reason), &reason);
    PQclear(result);
}

static void test_a_row_reads_back_what_its_events_said(void **state)
{
    struct db *db = fixture_db("prep_dueno");
    struct acta_row *row = malloc(sizeof *row);
    struct fixture_event e[4];
    struct ledger_item items[4];
    struct maker maker = { .fixture = &fixture, .seed = 5 };
    struct prep_reason reason;
    const Prep__Event *v;

    (void)state;
    memset(row, 0xA5, sizeof *row); /* whatever it held before */
    read_row(db, 1, row);
    assert_false(row->tiene_acopio || row->tiene_imagen || row->tiene_verificacion ||
                 row->tiene_cotejo || row->tiene_captura[0] || row->tiene_captura[2]);
    assert_int_equal(row->captura_count[1], 0);
    assert_int_equal(row->cotejo, 0);

    for (int i = 0; i < 4; i++) {
        static const enum fixture_kind kinds[] = { FIXTURE_ACOPIO, FIXTURE_DIGITALIZA,
                                                   FIXTURE_CAPTURA, FIXTURE_VERIFICA };
        Prep__Event event = PREP__EVENT__INIT;

        event.acta = 2;
        event.hora_ms = MAKER_HORA + i;
        maker.emitter = fixture_emitter(&fixture, kinds[i], 0);
        maker.out = &e[i];
        switch (i) {
        case 0:
            acopio(&e[0], 0, 2, MAKER_HORA, 0, 3);
            break;
        case 1:
            maker_imagen(&maker, &event);
            break;
        case 2:
            maker_captura(&maker, &event, 1);
            break;
        default:
            maker_verificacion(&maker, &event);
        }
        items[i] = (struct ledger_item){ .envelope = &e[i].envelope };
    }
    fixture_must(ledger_store(db, items, 4, &reason), &reason);
    read_row(db, 2, row);
    assert_int_equal(row->id, 2);
    assert_int_equal(row->eleccion, 1);
    assert_true(row->tiene_acopio && row->tiene_imagen && row->tiene_captura[0]);
    assert_true(row->tiene_verificacion && !row->tiene_captura[1] &&
                !row->tiene_cotejo);
    assert_int_equal(row->acopio_ms, MAKER_HORA);
    assert_int_equal(row->mecanismo, 3);
    assert_int_equal(row->imagen_ms, MAKER_HORA + 1);
    assert_int_equal(row->imagen_bytes, e[1].envelope.event->imagen->bytes_total);
    assert_memory_equal(row->imagen.bytes, e[1].envelope.event->imagen->sha256.data,
                        HASH_LEN);
    assert_true(hash_equal(&row->captura_hash[0], &e[2].envelope.hash));
    assert_int_equal(row->captura_operador[0], e[2].envelope.event->captura->operador);
    v = e[3].envelope.event;
    assert_int_equal(row->verificacion_count, v->verificacion->n_celdas);
    assert_memory_equal(row->verificacion, v->verificacion->celdas,
                        v->verificacion->n_celdas * sizeof(celda));
    for (int i = 0; i < 4; i++) {
        fixture_event_done(&e[i]);
    }
    free(row);
    db_close(&db);
}

static void test_a_damaged_row_is_refused(void **state)
{
    static const char *const damages[] = {
        "captura1_hash = '\\x00', captura1_celdas = '{}'",
        "captura1_celdas = array_fill(1, ARRAY[129]), captura1_hash = sha256('')",
        "verificacion_celdas = '{1,NULL}', verificacion_hash = sha256('')",
        "verificacion_celdas = '{{1,2},{3,4}}', verificacion_hash = sha256('')",
    };
    struct db *db = fixture_db("prep_lectura");
    struct acta_row *row = malloc(sizeof *row);

    (void)state;
    for (size_t i = 0; i < sizeof damages / sizeof damages[0]; i++) {
        PGresult *result = NULL;
        struct prep_reason reason;
        char sql[1000];

        snprintf(sql, sizeof sql, "UPDATE acta SET %s WHERE id = %zu", damages[i],
                 i + 1);
        free(fixture_sql(sql));
        snprintf(sql, sizeof sql,
                 "SELECT " PROJECTION_COLUMNS " FROM acta a WHERE id = %zu", i + 1);
        fixture_must(db_exec(db, sql, NULL, 0, true, &result, &reason), &reason);
        assert_int_equal(projection_row(result, 0, row, &reason), PREP_ERR_STATE);
        PQclear(result);
    }
    free(row);
    db_close(&db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_an_acta_that_arrives_stands_over_sin_acta, setup),
        cmocka_unit_test_setup(test_the_last_cotejo_stands, setup),
        cmocka_unit_test_setup(test_20_07_an_acta_from_casilla_and_catd_is_one, setup),
        cmocka_unit_test_setup(test_an_acta_of_no_catalogue_changes_no_row, setup),
        cmocka_unit_test_setup(test_a_row_reads_back_what_its_events_said, setup),
        cmocka_unit_test_setup(test_a_damaged_row_is_refused, setup),
    };

    return cmocka_run_group_tests(tests, setup_all, teardown_all);
}
