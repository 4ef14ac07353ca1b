/*
 * test_acopio.c - what an acopio may say about an election, and every reason why not.
 */
#include "acopio.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "prep/acta_id.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#define ACTAS 500u
#define FUERA (ACTA_ID_FUERA | UINT64_C(6) << 32 | 1)

static const char *const mecanismos[] = { "D", "F", "I" };
static const char *const documentos[] = { "ACTA PREP", "RPP" };
static const struct eleccion elecciones[] = { { .ordinal = 1, .clave = "GOB" },
                                              { .ordinal = 2, .clave = "AYUN" } };
static const struct definicion definicion = {
    .modo = MODO_OFICIAL,
    .mecanismos = { COUNT_OF(mecanismos), mecanismos },
    .documentos = { COUNT_OF(documentos), documentos },
    .eleccion_count = COUNT_OF(elecciones),
    .elecciones = elecciones,
};
static const struct acopio_rules rules = { &definicion, ACTAS, NULL };

struct row {
    const char *name;
    uint64_t acta;
    uint32_t mecanismo, documento, eleccion;
    const char *campo, *texto; /* one entry of identificacion */
    const char *want_event;    /* NULL: accepted */
    const char *want_reason;   /* it starts with this */
};

static const struct row rows[] = {
    { "first", 1, 1, 1, 0, NULL, NULL, NULL, NULL },
    { "last", ACTAS, 3, 2, 0, NULL, NULL, NULL, NULL },
    { "codes not said", 7, 0, 0, 0, NULL, NULL, NULL, NULL },
    { "fuera", FUERA, 1, 1, 2, "seccion", "0123", NULL, NULL },
    { "fuera, nothing read", FUERA, 0, 0, 0, NULL, NULL, NULL, NULL },
    { "one past the catalogue", ACTAS + 1, 1, 1, 0, NULL, NULL, "acta.desconocida",
      "acta: 501" },
    { "not an id", UINT64_C(1) << 40, 1, 1, 0, NULL, NULL, "acta.desconocida", "acta" },
    { "mecanismo", 1, 4, 1, 0, NULL, NULL, "mensaje.rechazado", "mecanismo: 4" },
    { "documento", 1, 1, 3, 0, NULL, NULL, "mensaje.rechazado", "documento: 3" },
    { "eleccion", FUERA, 1, 1, 3, NULL, NULL, "mensaje.rechazado", "eleccion: 3" },
    { "campo", FUERA, 1, 1, 1, "color", "rojo", "mensaje.rechazado",
      "identificacion: color" },
    { "no_aplica is not identity", FUERA, 1, 1, 1, "no_aplica", "PAN",
      "mensaje.rechazado", "identificacion: no_aplica" },
    { "texto does not fit", FUERA, 1, 1, 1, "tipo_casilla", "BBBB", "mensaje.rechazado",
      "identificacion: tipo_casilla" },
};

static void test_acopios_are_refused_with_the_field_that_is_wrong(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const struct row *row = &rows[i];
        Prep__Dato dato = PREP__DATO__INIT;
        Prep__Dato *datos[] = { &dato };
        Prep__Acopio acopio = PREP__ACOPIO__INIT;
        Prep__Event event = PREP__EVENT__INIT;
        struct prep_reason reason = { "" };
        const char *evento = NULL;
        enum prep_status status;

        print_message("  %s\n", row->name);
        acopio.mecanismo = row->mecanismo;
        acopio.documento = row->documento;
        acopio.eleccion = row->eleccion;
        if (row->campo != NULL) {
            dato.campo = (char *)row->campo;
            dato.texto = (char *)row->texto;
            acopio.n_identificacion = 1;
            acopio.identificacion = datos;
        }
        event.acta = row->acta;
        event.cuerpo_case = PREP__EVENT__CUERPO_ACOPIO;
        event.acopio = &acopio;
        status = acopio_check(&rules, &event, &evento, &reason);
        if (row->want_event == NULL) {
            assert_int_equal(status, PREP_OK);
            continue;
        }
        assert_int_equal(status, PREP_ERR_RANGE);
        assert_string_equal(evento, row->want_event);
        assert_int_equal(
            strncmp(reason.text, row->want_reason, strlen(row->want_reason)), 0);
    }
}

static void test_a_campo_said_twice_is_refused(void **state)
{
    Prep__Dato dato = PREP__DATO__INIT;
    Prep__Dato *datos[] = { &dato, &dato };
    Prep__Acopio acopio = PREP__ACOPIO__INIT;
    Prep__Event event = PREP__EVENT__INIT;
    const char *evento;

    (void)state;
    dato.campo = (char *)"seccion";
    dato.texto = (char *)"0001";
    acopio.n_identificacion = 2;
    acopio.identificacion = datos;
    event.acta = FUERA;
    event.cuerpo_case = PREP__EVENT__CUERPO_ACOPIO;
    event.acopio = &acopio;
    assert_int_equal(acopio_check(&rules, &event, &evento, NULL), PREP_ERR_RANGE);
}

static void test_other_events_do_not_enter_by_this_door(void **state)
{
    Prep__Imagen imagen = PREP__IMAGEN__INIT;
    Prep__Incidencia incidencia = PREP__INCIDENCIA__INIT;
    Prep__Event event = PREP__EVENT__INIT;
    const char *evento;

    (void)state;
    event.acta = 1;
    event.cuerpo_case = PREP__EVENT__CUERPO_IMAGEN;
    event.imagen = &imagen;
    assert_int_equal(acopio_check(&rules, &event, &evento, NULL), PREP_ERR_RANGE);
    event.acta = 0;
    event.cuerpo_case = PREP__EVENT__CUERPO_INCIDENCIA;
    event.incidencia = &incidencia;
    assert_int_equal(acopio_check(&rules, &event, &evento, NULL), PREP_OK);
    event.acta = ACTAS + 1;
    assert_int_equal(acopio_check(&rules, &event, &evento, NULL), PREP_ERR_RANGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_acopios_are_refused_with_the_field_that_is_wrong),
        cmocka_unit_test(test_a_campo_said_twice_is_refused),
        cmocka_unit_test(test_other_events_do_not_enter_by_this_door),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
