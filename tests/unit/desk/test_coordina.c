/* Two people, a reason, and what still stands: what coordinacion may do. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "desk/coordina.h"
#include "prep/acta_id.h"

enum { ANA = 11, LUZ = 12 };

static const struct campo campos[] = { { .clave = "TOTAL_VOTOS_ASENTADO" } };
static const struct opcion opciones[] = {
    { .clave = "PAN", .tipo = OPCION_PARTIDO },
    { .clave = "NULOS", .tipo = OPCION_NULOS },
};
static const struct eleccion eleccion = {
    .ordinal = 1,
    .clave = "GOB",
    .campo_count = 1,
    .campos = campos,
    .opcion_count = 2,
    .opciones = opciones,
    .celda_count = 3,
};

static struct desk_acta acta, fuera;
static struct coordina_propuesta propuesta;

/* An acta verified with 30, 10, 20; Ana says that it is 30, 11, 20. */
static int setup(void **state)
{
    (void)state;
    acta = (struct desk_acta){ .eleccion = &eleccion };
    acta.row.id = 5;
    acta.row.eleccion = 1;
    acta.row.tiene_imagen = acta.row.tiene_verificacion = true;
    acta.row.imagen.bytes[0] = 1;
    acta.row.otra_count = 1;
    acta.row.otras[0].sha256.bytes[0] = 2;
    acta.row.verificacion_hash.bytes[0] = 7;
    acta.row.verificacion_count = 3;
    memcpy(acta.row.verificacion, (const celda[]){ 30, 10, 20 }, 3 * sizeof(celda));
    fuera = (struct desk_acta){
        .row = { .id = acta_id_fuera(1, 1), .tiene_acopio = true, .tiene_imagen = true }
    };
    fuera.row.imagen_hash.bytes[0] = 9;
    propuesta = (struct coordina_propuesta){ .clase = PROPUESTA_CORRECCION,
                                             .acta = 5,
                                             .operador = ANA,
                                             .celda_count = 3,
                                             .celdas = { 30, 11, 20 } };
    propuesta.sigue_a.bytes[0] = 7;
    return 0;
}

static void refused(const char *codigo)
{
    struct desk_decision decision = { 0 };
    struct hash sigue_a;

    coordina_propone(&propuesta, &acta, &fuera, &sigue_a, &decision);
    assert_int_equal(decision.result, DESK_RECHAZADA);
    assert_string_equal(decision.codigo, codigo);
    assert_true(strlen(decision.motivo.text) > 0);
}

static uint8_t proposed(void)
{
    struct desk_decision decision = { 0 };
    struct hash sigue_a;

    coordina_propone(&propuesta, &acta, &fuera, &sigue_a, &decision);
    assert_int_equal(decision.result, DESK_PROPUESTA);
    return sigue_a.bytes[0];
}

static const char *confirmed(uint32_t operador)
{
    struct desk_decision decision = { 0 };

    coordina_confirma(&propuesta, operador, &acta, &fuera, &decision);
    if (decision.result == DESK_CONFIRMADA) {
        return "";
    }
    assert_int_equal(decision.result, DESK_RECHAZADA);
    return decision.codigo;
}

static void test_a_proposal_names_what_it_would_replace(void **state)
{
    (void)state;
    assert_int_equal(proposed(), 7);
    acta.row.correccion_numero = 1;
    acta.row.correccion_hash.bytes[0] = 8;
    acta.row.correccion_count = 3;
    memcpy(acta.row.correccion, (const celda[]){ 1, 1, 1 }, 3 * sizeof(celda));
    assert_int_equal(proposed(), 8);
    propuesta.clase = PROPUESTA_REAPERTURA;
    assert_int_equal(proposed(), 8);
    propuesta.clase = PROPUESTA_IDENTIFICACION;
    assert_int_equal(proposed(), 9);
}

static void test_refused_corrections_say_why(void **state)
{
    (void)state;
    propuesta.celda_count = 2;
    refused("celdas.rechazadas");
    setup(NULL);
    propuesta.celdas[1] = 10;
    refused("correccion.igual");
    setup(NULL);
    propuesta.tiene_imagen = true;
    propuesta.imagen.bytes[0] = 3;
    refused("imagen.ajena");
    propuesta.imagen.bytes[0] = 2; /* one that is not of reference will do */
    (void)proposed();
    acta.row.tiene_verificacion = false;
    refused("verificacion.faltante");
    setup(NULL);
    acta.eleccion = NULL;
    refused("acta.desconocida");
    setup(NULL);
    acta.row.correccion_numero = 1; /* reopened */
    propuesta.clase = PROPUESTA_REAPERTURA;
    refused("acta.reabierta");
}

static void test_refused_identifications_say_why(void **state)
{
    (void)state;
    propuesta.clase = PROPUESTA_IDENTIFICACION;
    fuera.row.tiene_imagen = false;
    refused("imagen.faltante");
    fuera.row.tiene_imagen = true;
    fuera.row.eleccion = 2;
    refused("eleccion.distinta");
    fuera.row.eleccion = 1;
    fuera.row.identificada_como = 3;
    refused("identificacion.existente");
    fuera.row.id = 6;
    refused("acta.de.catalogo");
}

static void test_the_same_values_are_a_correction_of_a_reopened_acta(void **state)
{
    (void)state;
    acta.row.correccion_numero = 1;
    acta.row.correccion_hash.bytes[0] = 8;
    propuesta.celdas[1] = 10; /* as they were verified */
    assert_int_equal(proposed(), 8);
}

static void test_another_person_confirms_what_still_stands(void **state)
{
    (void)state;
    assert_string_equal(confirmed(LUZ), "");
    assert_string_equal(confirmed(ANA), "persona.repetida");
    acta.row.correccion_numero = 1; /* somebody corrected it meanwhile */
    acta.row.correccion_hash.bytes[0] = 8;
    assert_string_equal(confirmed(LUZ), "propuesta.vencida");
    setup(NULL);
    propuesta.clase = PROPUESTA_IDENTIFICACION;
    assert_string_equal(confirmed(LUZ), "propuesta.vencida"); /* another image stands */
    propuesta.sigue_a.bytes[0] = 9;
    assert_string_equal(confirmed(LUZ), "");
    fuera.row.identificada_como = 6;
    assert_string_equal(confirmed(LUZ), "identificacion.existente");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_a_proposal_names_what_it_would_replace, setup),
        cmocka_unit_test_setup(test_refused_corrections_say_why, setup),
        cmocka_unit_test_setup(test_refused_identifications_say_why, setup),
        cmocka_unit_test_setup(test_the_same_values_are_a_correction_of_a_reopened_acta,
                               setup),
        cmocka_unit_test_setup(test_another_person_confirms_what_still_stands, setup),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
