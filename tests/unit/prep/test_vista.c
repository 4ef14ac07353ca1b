/* test_vista.c - what is published about an acta, from what is stored about it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "carpeta_prueba.h"
#include "definicion_ejemplo.h"
#include "prep/acta_id.h"
#include "prep/vista.h"

#define CASILLA 1 /* in the vocabulary of the example */
#define CATD 2
#define ACOPIO_MS 1000
#define IMAGEN_MS 2000

struct world {
    struct definicion *definicion;
    const struct eleccion *eleccion;
    struct catalogo_acta catalogo;
    struct acta_row row;
    struct acta_vista vista;
    struct prep_reason reason;
};

static int setup(void **state)
{
    struct world *world = calloc(1, sizeof *world);
    struct carpeta carpeta;

    carpeta_crea(&carpeta);
    carpeta_escribe(&carpeta, "definicion.yaml", definicion_ejemplo);
    assert_int_equal(definicion_load(carpeta.path, &world->definicion, &world->reason),
                     PREP_OK);
    carpeta_borra(&carpeta);
    world->eleccion = &world->definicion->elecciones[0];
    world->catalogo = (struct catalogo_acta){ .id = 3,
                                              .eleccion = 1,
                                              .tipo_casilla = "B",
                                              .lista_nominal = 600,
                                              .representantes = 20 };
    world->row.id = 3;
    world->row.eleccion = 1;
    *state = world;
    return 0;
}

static int teardown(void **state)
{
    struct world *world = *state;

    definicion_free(&world->definicion);
    free(world);
    return 0;
}

static enum prep_status arma(struct world *world)
{
    return vista_arma(world->definicion, world->eleccion, &world->catalogo, &world->row,
                      &world->vista, &world->reason);
}

static void verifica(struct world *world)
{
    world->row.tiene_verificacion = true;
    world->row.verificacion_ms = 9000;
    world->row.verificacion_count = world->eleccion->celda_count;
    for (size_t i = 0; i < world->eleccion->celda_count; i++) {
        world->row.verificacion[i] = (celda)i;
    }
}

static void test_when_it_was_received(void **state)
{
    static const struct {
        const char *name;
        bool acopio, imagen;
        uint32_t origen;
        int64_t want;
    } rows[] = {
        { "nothing", false, false, 0, 0 },
        { "acopio alone", true, false, 0, ACOPIO_MS },
        { "image alone", false, true, CATD, IMAGEN_MS },
        { "image of the casilla alone", false, true, CASILLA, IMAGEN_MS },
        { "both, scanned at the CATD", true, true, CATD, ACOPIO_MS },
        { "both, photographed at the casilla", true, true, CASILLA, IMAGEN_MS },
        { "both, origin not said", true, true, 0, ACOPIO_MS },
        { "both, an origin that is in no vocabulary", true, true, 77, ACOPIO_MS },
    };
    struct world *world = *state;

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        print_message("  %s\n", rows[i].name);
        world->row.tiene_acopio = rows[i].acopio;
        world->row.tiene_imagen = rows[i].imagen;
        world->row.acopio_ms = ACOPIO_MS;
        world->row.imagen_ms = IMAGEN_MS;
        world->row.imagen_origen = rows[i].origen;
        assert_int_equal(arma(world), PREP_OK);
        assert_int_equal(world->vista.acopio_ms, rows[i].want);
        assert_int_equal(world->vista.tiene_acopio, rows[i].acopio || rows[i].imagen);
    }
}

static void test_the_document_is_what_acopio_says_else_the_image(void **state)
{
    struct world *world = *state;

    world->row.tiene_imagen = true;
    world->row.imagen_documento = 2;
    world->row.acopio_documento = 1; /* of no acopio: ignored */
    assert_int_equal(arma(world), PREP_OK);
    assert_int_equal(world->vista.documento, 2);
    world->row.tiene_acopio = true;
    assert_int_equal(arma(world), PREP_OK);
    assert_int_equal(world->vista.documento, 1);
    world->row.acopio_documento = 0; /* not said */
    assert_int_equal(arma(world), PREP_OK);
    assert_int_equal(world->vista.documento, 2);
}

static void test_verified_values_stand(void **state)
{
    struct world *world = *state;

    verifica(world);
    world->row.tiene_captura[0] = world->row.tiene_captura[1] = true;
    world->row.captura_ms[0] = 5000;
    world->row.captura_ms[1] = 6000;
    assert_int_equal(arma(world), PREP_OK);
    assert_true(world->vista.hechos.verificada);
    assert_ptr_equal(world->vista.hechos.celdas, world->vista.celdas);
    assert_int_equal(world->vista.decision.estado, ACTA_NORMAL);
    assert_int_equal(world->vista.captura_ms, 5000); /* the first */
}

static void test_captures_alone_show_nothing(void **state)
{
    struct world *world = *state;

    world->row.tiene_captura[0] = true;
    world->row.captura_count[0] = world->eleccion->celda_count;
    assert_int_equal(arma(world), PREP_OK);
    assert_int_equal(world->vista.decision.estado, ACTA_NO_CAPTURADA);
    assert_null(world->vista.hechos.celdas);
}

/* Whatever an emitter managed to sign, one acta never stops a corte. */
static void test_cells_that_cannot_be_count_as_not_captured(void **state)
{
    struct world *world = *state;
    size_t last = world->eleccion->celda_count - 1;

    verifica(world);
    world->row.verificacion_count--;
    assert_int_equal(arma(world), PREP_ERR_RANGE);
    assert_int_equal(world->vista.decision.estado, ACTA_NO_CAPTURADA);
    verifica(world);
    world->row.verificacion[last] = CELDA_MAX + 1;
    assert_int_equal(arma(world), PREP_ERR_RANGE);
    verifica(world);
    world->row.verificacion[last] = CELDA_NO_APLICA; /* the catalogue says it has it */
    assert_int_equal(arma(world), PREP_ERR_RANGE);
    world->catalogo.no_aplica[0] = 1; /* the first option is not on this acta */
    verifica(world);
    assert_int_equal(arma(world), PREP_ERR_RANGE);
    world->row.verificacion[world->eleccion->campo_count] = CELDA_NO_APLICA;
    assert_int_equal(arma(world), PREP_OK);
    assert_true(world->vista.hechos.verificada);
}

static void test_fuera_de_catalogo_is_never_captured(void **state)
{
    static const char json[] = "{\"seccion\":\"0007\",\"nada\":\"x\",\"catd\":3,"
                               "\"tipo_casilla\":\"demasiado larga\"}";
    struct world *world = *state;

    vista_identificacion(json, sizeof json - 1, &world->catalogo);
    assert_string_equal(world->catalogo.seccion, "0007");
    assert_string_equal(world->catalogo.tipo_casilla, "");
    assert_string_equal(world->catalogo.catd, "");
    world->row.id = acta_id_fuera(3, 1);
    world->row.tiene_acopio = true;
    verifica(world);
    assert_int_equal(arma(world), PREP_OK);
    assert_int_equal(world->vista.decision.estado, ACTA_FUERA_DE_CATALOGO);
    assert_null(world->vista.hechos.celdas);
}

static void test_identification_that_is_not_json(void **state)
{
    static const char *const texts[] = { "",
                                         "{",
                                         "[]",
                                         "null",
                                         "{\"seccion\":1}",
                                         "{\"seccion\":\"a\",\"seccion\":\"b\"}" };
    struct catalogo_acta catalogo;

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        vista_identificacion(texts[i], strlen(texts[i]), &catalogo);
        assert_string_equal(catalogo.seccion, "");
        assert_int_equal(catalogo.representantes, CATALOGO_REPRESENTANTES_DESCONOCIDO);
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_when_it_was_received),
        TEST(test_the_document_is_what_acopio_says_else_the_image),
        TEST(test_verified_values_stand),
        TEST(test_captures_alone_show_nothing),
        TEST(test_cells_that_cannot_be_count_as_not_captured),
        TEST(test_fuera_de_catalogo_is_never_captured),
        TEST(test_identification_that_is_not_json),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
