/* The projection: a fold that does not depend on the order in which events arrive. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fixture.h"
#include "prep/acta_id.h"
#include "prep/projection.h"

#define HORA INT64_C(1717977600000)
#define ACTAS 40u   /* of the catalogue */
#define FUERA 5u    /* fuera de catalogo, of each acopio emitter */
#define EVENTS 600u /* of all emitters */
#define ORDERS 12   /* of arrival */
#define CELLS_MAX 40u
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
    const struct hash zero = { { 0 } };

    (void)state;
    fixture_fresh(ACTAS);
    for (size_t i = 0; i < FIXTURE_KINDS * FIXTURE_EMITTERS; i++) {
        emitter_restore(&fixture.emitters[i], 0, &zero);
    }
    return 0;
}

static void must(enum prep_status status, const struct prep_reason *reason)
{
    if (status != PREP_OK) {
        fail_msg("%s: %s", prep_status_name(status), reason->text);
    }
}

/* ---- random events: few actas and few hours, so that they compete */

struct maker {
    unsigned seed;
    struct emitter *emitter;
    struct fixture_event *out;
};

static unsigned dice(struct maker *maker, unsigned sides)
{
    return (unsigned)rand_r(&maker->seed) % sides;
}

static void make_acopio(struct maker *maker, Prep__Event *event)
{
    Prep__Acopio acopio = PREP__ACOPIO__INIT;
    Prep__Dato dato = PREP__DATO__INIT;
    Prep__Dato *datos[] = { &dato };
    char campo[] = "SECCION", texto[] = "0\"\\é";

    if (dice(maker, 4) == 0) {
        event->acta =
            acta_id_fuera(maker->emitter->self->numero, 1 + dice(maker, FUERA));
        acopio.eleccion = dice(maker, 4);
        dato.campo = campo;
        dato.texto = texto;
        acopio.n_identificacion = dice(maker, 2);
        acopio.identificacion = datos;
    }
    acopio.operador = 1 + dice(maker, 9);
    acopio.mecanismo = dice(maker, 4);
    acopio.documento = dice(maker, 3);
    acopio.sin_acta = dice(maker, 2) * dice(maker, 5);
    event->cuerpo_case = PREP__EVENT__CUERPO_ACOPIO;
    event->acopio = &acopio;
    fixture_sign(&fixture, maker->emitter, event, maker->out);
}

static void make_imagen(struct maker *maker, Prep__Event *event)
{
    uint8_t sha256[HASH_LEN];
    Prep__Imagen imagen = PREP__IMAGEN__INIT;

    memset(sha256, (int)dice(maker, 256), sizeof sha256);
    imagen.sha256 = (ProtobufCBinaryData){ sizeof sha256, sha256 };
    imagen.bytes_total = 1 + dice(maker, 100000);
    imagen.formato = 1 + dice(maker, 5);
    imagen.origen = dice(maker, 3);
    imagen.digitalizacion = dice(maker, 3);
    imagen.documento = dice(maker, 3);
    imagen.operador = 1;
    event->cuerpo_case = PREP__EVENT__CUERPO_IMAGEN;
    event->imagen = &imagen;
    fixture_sign(&fixture, maker->emitter, event, maker->out);
}

static void make_captura(struct maker *maker, Prep__Event *event, unsigned paso)
{
    Prep__Captura captura = PREP__CAPTURA__INIT;
    int32_t cells[CELLS_MAX];

    captura.paso = paso;
    captura.operador = 1 + dice(maker, 9);
    captura.n_celdas = 1 + dice(maker, CELLS_MAX);
    for (size_t i = 0; i < captura.n_celdas; i++) {
        cells[i] = (int32_t)dice(maker, 500) - 3;
    }
    captura.celdas = cells;
    event->cuerpo_case = PREP__EVENT__CUERPO_CAPTURA;
    event->captura = &captura;
    fixture_sign(&fixture, maker->emitter, event, maker->out);
}

static void make_verificacion(struct maker *maker, Prep__Event *event)
{
    Prep__Verificacion verificacion = PREP__VERIFICACION__INIT;
    uint8_t hash[HASH_LEN] = { 1 };
    ProtobufCBinaryData capturas[] = { { HASH_LEN, hash }, { HASH_LEN, hash } };
    int32_t cells[CELLS_MAX];

    hash[1] = (uint8_t)dice(maker, 256);
    verificacion.metodo = 1 + dice(maker, 2);
    verificacion.operador = 1;
    verificacion.n_capturas = 2;
    verificacion.capturas = capturas;
    verificacion.n_celdas = 1 + dice(maker, CELLS_MAX);
    for (size_t i = 0; i < verificacion.n_celdas; i++) {
        cells[i] = (int32_t)dice(maker, 500) - 3;
    }
    verificacion.celdas = cells;
    event->cuerpo_case = PREP__EVENT__CUERPO_VERIFICACION;
    event->verificacion = &verificacion;
    fixture_sign(&fixture, maker->emitter, event, maker->out);
}

static void make_cotejo(struct maker *maker, Prep__Event *event)
{
    Prep__Cotejo cotejo = PREP__COTEJO__INIT;

    cotejo.resultado = 1 + dice(maker, 3);
    cotejo.operador = 1;
    event->cuerpo_case = PREP__EVENT__CUERPO_COTEJO;
    event->cotejo = &cotejo;
    fixture_sign(&fixture, maker->emitter, event, maker->out);
}

static void make_event(struct maker *maker, enum fixture_kind kind)
{
    Prep__Event event = PREP__EVENT__INIT;

    event.acta = 1 + dice(maker, ACTAS);
    event.hora_ms = HORA + dice(maker, 3); /* ties are broken by the hash */
    switch (kind) {
    case FIXTURE_ACOPIO:
        make_acopio(maker, &event);
        break;
    case FIXTURE_DIGITALIZA:
        if (dice(maker, 5) == 0) { /* often before its acopio */
            event.acta = acta_id_fuera(1 + dice(maker, FIXTURE_EMITTERS),
                                       1 + dice(maker, FUERA));
        }
        make_imagen(maker, &event);
        break;
    case FIXTURE_CAPTURA:
        make_captura(maker, &event, 1);
        break;
    default:
        switch (dice(maker, 4)) {
        case 0:
            make_captura(maker, &event, 2);
            break;
        case 1:
            make_captura(maker, &event, 3);
            break;
        case 2:
            make_verificacion(maker, &event);
            break;
        default:
            make_cotejo(maker, &event);
        }
    }
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
    struct maker maker = { .seed = 20240602 };

    assert_non_null(night);
    for (night->count = 0; night->count < EVENTS; night->count++) {
        const size_t owner = dice(&maker, FIXTURE_KINDS * FIXTURE_EMITTERS);

        night->owner[night->count] = owner;
        maker.emitter = &fixture.emitters[owner];
        maker.out = &night->events[night->count];
        make_event(&maker, owner / FIXTURE_EMITTERS);
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
        must(ledger_store(db, items + stored, batch, &reason), &reason);
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

        fixture_fresh(ACTAS);
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
    must(projection_rebuild(db, fixture.topology, &reason), &reason);
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
    must(projection_apply(db, items, EVENTS, &reason), &reason);
    after = fixture_sql(TABLE_HASH);
    assert_string_equal(before, after);
    free(before);
    free(after);
    free(items);
    night_free(night);
    db_close(&db);
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
        { { HORA, 2 }, { HORA + 9, 0 }, 2 }, /* later, but it has an acta */
        { { HORA, 0 }, { HORA - 9, 2 }, 1 },
        { { HORA, 0 }, { HORA - 9, 0 }, 2 }, /* the earlier of two with acta */
        { { HORA, 0 }, { HORA + 9, 0 }, 1 },
        { { HORA, 3 }, { HORA - 9, 2 }, 2 }, /* the earlier of two without */
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
                must(ledger_store(db, items, 2, &reason), &reason);
            } else {
                must(ledger_store(db, items, 1, &reason), &reason);
                must(ledger_store(db, items + 1, 1, &reason), &reason);
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
    cotejo(&e[0], 0, HORA + 1, 3);
    cotejo(&e[1], 1, HORA + 2, 1);
    cotejo(&e[2], 2, HORA, 2);
    for (int i = 0; i < 3; i++) {
        items[i] = (struct ledger_item){ .envelope = &e[i].envelope };
    }
    must(ledger_store(db, items, 3, &reason), &reason);
    assert_int_equal(fixture_number("SELECT cotejo FROM acta WHERE id = 1"), 1);
    for (int i = 0; i < 3; i++) {
        fixture_event_done(&e[i]);
    }
    db_close(&db);
}

static void test_an_acta_of_no_catalogue_changes_no_row(void **state)
{
    struct db *db = fixture_db("prep_acopio");
    struct fixture_event event;
    struct ledger_item item = { .envelope = &event.envelope };
    struct prep_reason reason;

    (void)state;
    acopio(&event, 0, ACTAS + 1, HORA, 0, 1);
    must(ledger_store(db, &item, 1, &reason), &reason);
    assert_int_equal(item.result, LEDGER_NEW);
    assert_int_equal(fixture_number("SELECT count(*) FROM acta"), ACTAS);
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
    must(db_exec(db,
                 "SELECT " PROJECTION_COLUMNS " FROM acta a WHERE a.id = $1::bigint",
                 &param, 1, true, &result, &reason),
         &reason);
    assert_int_equal(PQntuples(result), 1);
    must(projection_row(result, 0, out, &reason), &reason);
    PQclear(result);
}

static void test_a_row_reads_back_what_its_events_said(void **state)
{
    struct db *db = fixture_db("prep_dueno");
    struct acta_row *row = malloc(sizeof *row);
    struct fixture_event e[4];
    struct ledger_item items[4];
    struct maker maker = { .seed = 5 };
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
        event.hora_ms = HORA + i;
        maker.emitter = fixture_emitter(&fixture, kinds[i], 0);
        maker.out = &e[i];
        switch (i) {
        case 0:
            acopio(&e[0], 0, 2, HORA, 0, 3);
            break;
        case 1:
            make_imagen(&maker, &event);
            break;
        case 2:
            make_captura(&maker, &event, 1);
            break;
        default:
            make_verificacion(&maker, &event);
        }
        items[i] = (struct ledger_item){ .envelope = &e[i].envelope };
    }
    must(ledger_store(db, items, 4, &reason), &reason);
    read_row(db, 2, row);
    assert_int_equal(row->id, 2);
    assert_int_equal(row->eleccion, 1);
    assert_true(row->tiene_acopio && row->tiene_imagen && row->tiene_captura[0]);
    assert_true(row->tiene_verificacion && !row->tiene_captura[1] &&
                !row->tiene_cotejo);
    assert_int_equal(row->acopio_ms, HORA);
    assert_int_equal(row->mecanismo, 3);
    assert_int_equal(row->imagen_ms, HORA + 1);
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
        must(db_exec(db, sql, NULL, 0, true, &result, &reason), &reason);
        assert_int_equal(projection_row(result, 0, row, &reason), PREP_ERR_STATE);
        PQclear(result);
    }
    free(row);
    db_close(&db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_any_order_of_arrival_gives_the_same_rows, setup),
        cmocka_unit_test_setup(test_rebuilding_from_the_ledger_gives_the_same_rows,
                               setup),
        cmocka_unit_test_setup(test_applying_again_changes_nothing, setup),
        cmocka_unit_test_setup(test_an_acta_that_arrives_stands_over_sin_acta, setup),
        cmocka_unit_test_setup(test_the_last_cotejo_stands, setup),
        cmocka_unit_test_setup(test_an_acta_of_no_catalogue_changes_no_row, setup),
        cmocka_unit_test_setup(test_a_row_reads_back_what_its_events_said, setup),
        cmocka_unit_test_setup(test_a_damaged_row_is_refused, setup),
    };

    return cmocka_run_group_tests(tests, setup_all, teardown_all);
}
