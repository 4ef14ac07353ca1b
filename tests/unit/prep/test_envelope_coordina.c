/* What may be said about an acta after it was verified, and who may say it. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "prep/acta_id.h"
#include "prep/celda.h"
#include "prep/envelope.h"

static uint8_t bytes[HASH_LEN] = { 1 };
static int32_t cells[] = { 5, -1, 0 };
static int32_t bad_cells[] = { 5, -4, 0 };
static char motivo[] = "se leyó mal el acta", corto[] = "un error",
            campana[] = "se leyó \a mal el acta";
static const ProtobufCBinaryData hash = { HASH_LEN, bytes }, trozo = { 31, bytes };

static struct topology_process emisor;
static Prep__Event event;
static Prep__Propuesta propuesta;
static Prep__Correccion correccion;
static Prep__Identificacion identificacion;
static Prep__Imagen imagen;
static Prep__HoraDudosa duda;

static void begin(enum etapa etapa)
{
    emisor = (struct topology_process){ .nombre = "uno", .numero = 3, .etapa = etapa };
    prep__event__init(&event);
    event.acta = 7;
    event.hora_ms = 1;
    event.sigue_a = hash;
}

static enum prep_status check(void)
{
    struct prep_reason reason = { "" };

    return envelope_event_check(&emisor, &event, &reason);
}

static int set_propuesta(void **state)
{
    (void)state;
    begin(ETAPA_VERIFICA);
    prep__propuesta__init(&propuesta);
    propuesta.clase = PROPUESTA_CORRECCION;
    propuesta.operador = 1;
    propuesta.motivo = motivo;
    propuesta.n_celdas = 3;
    propuesta.celdas = cells;
    event.cuerpo_case = PREP__EVENT__CUERPO_PROPUESTA;
    event.propuesta = &propuesta;
    return 0;
}

static int set_correccion(void **state)
{
    (void)state;
    begin(ETAPA_VERIFICA);
    prep__correccion__init(&correccion);
    correccion.clase = PROPUESTA_CORRECCION;
    correccion.numero = 1;
    correccion.propone = 1;
    correccion.confirma = 2;
    correccion.motivo = motivo;
    correccion.n_celdas = correccion.n_anteriores = 3;
    correccion.celdas = correccion.anteriores = cells;
    correccion.propuesta = correccion.sustituye = hash;
    event.cuerpo_case = PREP__EVENT__CUERPO_CORRECCION;
    event.correccion = &correccion;
    return 0;
}

static int set_identificacion(void **state)
{
    (void)state;
    begin(ETAPA_VERIFICA);
    prep__imagen__init(&imagen);
    imagen.sha256 = hash;
    imagen.bytes_total = 9;
    imagen.formato = 1;
    prep__identificacion__init(&identificacion);
    identificacion.fuera = acta_id_fuera(1, 1);
    identificacion.propone = 1;
    identificacion.confirma = 2;
    identificacion.motivo = motivo;
    identificacion.propuesta = identificacion.evento = hash;
    identificacion.imagen_ms = 5;
    identificacion.imagen = &imagen;
    event.cuerpo_case = PREP__EVENT__CUERPO_IDENTIFICACION;
    event.identificacion = &identificacion;
    return 0;
}

static int set_duda(void **state)
{
    (void)state;
    begin(ETAPA_ACOPIO);
    prep__hora_dudosa__init(&duda);
    duda.evento = hash;
    duda.tipo = PREP__EVENT__CUERPO_ACOPIO;
    duda.dispositivo_ms = 5;
    duda.causas = 1;
    event.cuerpo_case = PREP__EVENT__CUERPO_HORA_DUDOSA;
    event.hora_dudosa = &duda;
    return 0;
}

/* Sets a field, expects a refusal, and leaves everything as it was. */
#define REFUSED(set, field, value)                                                     \
    do {                                                                               \
        (void)set(NULL);                                                               \
        assert_int_equal(check(), PREP_OK);                                            \
        (field) = (value);                                                             \
        if (check() != PREP_ERR_RANGE) {                                               \
            fail_msg("%s = %s is taken", #field, #value);                              \
        }                                                                              \
    } while (0)

static void test_a_proposal_says_all_it_must(void **state)
{
    (void)state;
    REFUSED(set_propuesta, event.acta, 0);
    REFUSED(set_propuesta, event.sigue_a, trozo);
    REFUSED(set_propuesta, event.sigue_a.len, 0);
    REFUSED(set_propuesta, propuesta.clase, 0);
    REFUSED(set_propuesta, propuesta.clase, 4);
    REFUSED(set_propuesta, propuesta.clase, PROPUESTA_REAPERTURA); /* with cells */
    REFUSED(set_propuesta, propuesta.clase, PROPUESTA_IDENTIFICACION);
    REFUSED(set_propuesta, propuesta.operador, 0);
    REFUSED(set_propuesta, propuesta.motivo, corto);
    REFUSED(set_propuesta, propuesta.motivo, campana);
    REFUSED(set_propuesta, propuesta.n_celdas, 0);
    REFUSED(set_propuesta, propuesta.celdas, bad_cells);
    REFUSED(set_propuesta, propuesta.imagen, trozo);
    REFUSED(set_propuesta, propuesta.fuera, acta_id_fuera(1, 1));
}

static void test_a_correction_is_of_two_people_and_says_all(void **state)
{
    (void)state;
    REFUSED(set_correccion, correccion.confirma, 1); /* the one who proposed */
    REFUSED(set_correccion, correccion.confirma, 0);
    REFUSED(set_correccion, correccion.propone, 0);
    REFUSED(set_correccion, correccion.numero, 0);
    REFUSED(set_correccion, correccion.clase, PROPUESTA_REAPERTURA); /* with cells */
    REFUSED(set_correccion, correccion.clase, PROPUESTA_IDENTIFICACION);
    REFUSED(set_correccion, correccion.n_celdas, 0);
    REFUSED(set_correccion, correccion.celdas, bad_cells);
    REFUSED(set_correccion, correccion.anteriores, bad_cells);
    REFUSED(set_correccion, correccion.motivo, corto);
    REFUSED(set_correccion, correccion.propuesta, trozo);
    REFUSED(set_correccion, correccion.sustituye, trozo);
    REFUSED(set_correccion, correccion.imagen, trozo);
    set_correccion(NULL);
    correccion.clase = PROPUESTA_REAPERTURA;
    correccion.n_celdas = 0;
    assert_int_equal(check(), PREP_OK);
}

static void test_an_identification_ties_one_that_was_fuera(void **state)
{
    (void)state;
    REFUSED(set_identificacion, event.acta, acta_id_fuera(1, 2));
    REFUSED(set_identificacion, identificacion.fuera, 9);
    REFUSED(set_identificacion, identificacion.fuera, 0);
    REFUSED(set_identificacion, identificacion.confirma, 1);
    REFUSED(set_identificacion, identificacion.motivo, corto);
    REFUSED(set_identificacion, identificacion.evento, trozo);
    REFUSED(set_identificacion, identificacion.propuesta, trozo);
    REFUSED(set_identificacion, identificacion.imagen_ms, -1);
    REFUSED(set_identificacion, identificacion.imagen, NULL);
    REFUSED(set_identificacion, imagen.sha256, trozo);
    REFUSED(set_identificacion, imagen.formato, 0);
}

static void test_a_service_doubts_only_what_it_receives(void **state)
{
    (void)state;
    REFUSED(set_duda, duda.tipo, PREP__EVENT__CUERPO_IMAGEN);
    REFUSED(set_duda, duda.tipo, PREP__EVENT__CUERPO_CAPTURA);
    REFUSED(set_duda, duda.causas, 0);
    REFUSED(set_duda, duda.causas, 8);
    REFUSED(set_duda, duda.evento, trozo);
    REFUSED(set_duda, duda.dispositivo_ms, -1);
    REFUSED(set_duda, emisor.etapa, ETAPA_DIGITALIZA); /* an acopio */
}

static void test_only_its_stage_says_each(void **state)
{
    static const struct {
        int (*set)(void **state);
        uint32_t etapas;
    } rows[] = {
        { set_propuesta, ETAPA_BIT(ETAPA_VERIFICA) },
        { set_correccion, ETAPA_BIT(ETAPA_VERIFICA) },
        { set_identificacion, ETAPA_BIT(ETAPA_VERIFICA) },
        { set_duda, ETAPA_BIT(ETAPA_ACOPIO) },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        for (unsigned etapa = ETAPA_ACOPIO; etapa <= ETAPA_HERRAMIENTA; etapa++) {
            (void)rows[i].set(NULL);
            emisor.etapa = etapa;
            assert_int_equal(
                check(), rows[i].etapas & ETAPA_BIT(etapa) ? PREP_OK : PREP_ERR_RANGE);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_proposal_says_all_it_must),
        cmocka_unit_test(test_a_correction_is_of_two_people_and_says_all),
        cmocka_unit_test(test_an_identification_ties_one_that_was_fuera),
        cmocka_unit_test(test_a_service_doubts_only_what_it_receives),
        cmocka_unit_test(test_only_its_stage_says_each),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
