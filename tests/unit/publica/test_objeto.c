/* test_objeto.c - the public JSON: every state of an acta, and every level parses. */
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "arbol_prueba.h"
#include "objeto.h"
#include "pagina.h"

#define OPCIONES 7
#define CELDAS 9 /* two campos first */

static int setup(void **state)
{
    *state = definicion_de_prueba();
    return 0;
}

static int teardown(void **state)
{
    struct definicion *definicion = *state;

    definicion_free(&definicion);
    return 0;
}

static json_t *parse(struct buffer *text)
{
    json_error_t error;
    json_t *root;

    assert_int_equal(buffer_status(text), PREP_OK);
    root = json_loadb(buffer_text(text), text->len, JSON_REJECT_DUPLICATES, &error);
    if (root == NULL) {
        print_message("%s\n%s\n", error.text, buffer_text(text));
    }
    assert_non_null(root);
    return root;
}

static void decide(const struct definicion *definicion, struct acta_vista *vista)
{
    reglas_decide(&definicion->elecciones[0], &vista->hechos, &vista->decision);
}

static json_t *acta(const struct definicion *definicion, const struct acta_vista *vista)
{
    struct buffer text;
    json_t *root;

    buffer_init(&text, 65536);
    objeto_acta(definicion, &definicion->elecciones[0], 12, vista, 1, &text);
    root = parse(&text);
    buffer_done(&text);
    return root;
}

static void assert_field(const json_t *root, const char *name, const char *want)
{
    const char *got = json_string_value(json_object_get(root, name));

    if (want == NULL) {
        assert_null(json_object_get(root, name));
    } else {
        assert_non_null(got);
        assert_string_equal(got, want);
    }
}

static struct acta_vista *vista_nueva(void)
{
    struct acta_vista *vista = calloc(1, sizeof *vista);

    strcpy(vista->catalogo.clave_acta, "010001B010002");
    strcpy(vista->catalogo.tipo_casilla, "B");
    vista->hechos.tipo_casilla = 'B';
    vista->hechos.lista_nominal = vista->catalogo.lista_nominal = 600;
    vista->hechos.representantes = vista->catalogo.representantes = 20;
    return vista;
}

static void verifica(struct acta_vista *vista)
{
    const celda celdas[CELDAS] = {
        10, CELDA_ILEGIBLE, 100, 0, CELDA_SIN_DATO, CELDA_NO_APLICA, 3, 0, 7
    };

    memcpy(vista->celdas, celdas, sizeof celdas);
    vista->hechos.verificada = true;
    vista->hechos.celdas = vista->celdas;
    vista->tiene_acopio = vista->tiene_captura = vista->tiene_verificacion = true;
    vista->tiene_imagen = true;
    vista->acopio_ms = INT64_C(1812333600000) + 61000;
    vista->captura_ms = 0; /* not known: not said */
    vista->verificacion_ms = vista->acopio_ms + 1000;
    vista->mecanismo = 2;
    vista->origen = 99; /* not in the vocabulary: not said */
}

static void test_cells_keep_what_they_are(void **state)
{
    struct acta_vista *vista = vista_nueva();
    const json_t *cells;
    json_t *root;

    verifica(vista);
    decide(*state, vista);
    root = acta(*state, vista);
    cells = json_object_get(root, "celdas");
    assert_int_equal(json_array_size(cells), CELDAS);
    assert_int_equal(json_integer_value(json_array_get(cells, 0)), 10);
    assert_string_equal(json_string_value(json_array_get(cells, 1)), "ilegible");
    assert_true(json_is_integer(json_array_get(cells, 3))); /* a zero is a datum */
    assert_string_equal(json_string_value(json_array_get(cells, 4)), "sin_dato");
    assert_true(json_is_null(json_array_get(cells, 5)));
    assert_int_equal(json_integer_value(json_object_get(root, "total")), 110);
    assert_int_equal(json_integer_value(json_object_get(root, "limite")), 620);
    assert_field(root, "estado", "algun_campo_ilegible_o_sin_dato");
    assert_true(json_is_true(json_object_get(root, "contabilizada")));
    assert_field(root, "acopio", "2027-06-06T20:01:01-06:00");
    assert_field(root, "captura", NULL);
    assert_field(root, "mecanismo_traslado", "F");
    assert_field(root, "origen", NULL);
    assert_field(
        root, "imagen",
        "imagenes/"
        "0000000000000000000000000000000000000000000000000000000000000000.webp");
    json_decref(root);
    free(vista);
}

/* What is not verified never shows: no cells, no image, no times. */
static void test_nothing_shows_before_it_is_verified(void **state)
{
    struct acta_vista *vista = vista_nueva();
    json_t *root;

    verifica(vista);
    vista->hechos.verificada = false;
    vista->hechos.celdas = NULL;
    decide(*state, vista);
    root = acta(*state, vista);
    assert_field(root, "estado", "no_capturada");
    assert_field(root, "celdas", NULL);
    assert_field(root, "total", NULL);
    assert_field(root, "contabilizada", NULL);
    assert_field(root, "imagen", NULL);
    assert_field(root, "acopio", NULL);
    json_decref(root);
    free(vista);
}

static void test_sin_acta_says_why(void **state)
{
    struct acta_vista *vista = vista_nueva();
    json_t *root;

    verifica(vista); /* even with values that were verified before */
    vista->hechos.sin_acta = SIN_ACTA_SIN_BOLSA;
    decide(*state, vista);
    root = acta(*state, vista);
    assert_field(root, "estado", "sin_acta");
    assert_field(root, "causa", "paquete_entregado_sin_bolsa");
    assert_field(root, "celdas", NULL);
    assert_true(json_is_false(json_object_get(root, "contabilizada")));
    json_decref(root);
    free(vista);
}

static void test_texts_from_outside_cannot_break_the_json(void **state)
{
    struct acta_vista *vista = vista_nueva();
    json_t *root;

    vista->hechos.fuera_de_catalogo = true;
    strcpy(vista->catalogo.seccion, "\",\"x\":1}");
    strcpy(vista->catalogo.clave_casilla, "\xff\n\\");
    decide(*state, vista);
    root = acta(*state, vista);
    assert_field(root, "estado", "fuera_de_catalogo");
    assert_field(root, "seccion", "\",\"x\":1}");
    assert_null(json_object_get(root, "x"));
    assert_null(json_object_get(root, "lista_nominal"));
    json_decref(root);
    free(vista);
}

static const struct fila_prueba filas[] = { { "01", "001", "0001" },
                                            { "01", "<2>", "0002" } };

static void test_levels_parse_and_say_their_corte(void **state)
{
    const struct definicion *definicion = *state;
    struct arbol *arbol = arbol_de_prueba(definicion, filas, 2);
    const struct corte corte = { .numero = 3,
                                 .nominal_ms = definicion->inicio_ms,
                                 .tamano = 9 };
    const struct objeto_fuera fuera = { .actas = 1 };
    struct resumen resumen = { .esperadas = 9, .capturadas = 8 };
    struct hash hash = { { 0xab } };
    const json_t *figures;
    struct buffer text;
    json_t *root;

    buffer_init(&text, 65536);
    objeto_territorio(arbol, 0, false, &text);
    root = parse(&text);
    assert_null(json_object_get(root, "corte")); /* it must not change with each one */
    json_decref(root);
    buffer_clear(&text);
    objeto_entidad(arbol, 0, &corte, &text);
    root = parse(&text);
    assert_int_equal(json_array_size(json_object_get(root, "territorios")), 2);
    json_decref(root);
    buffer_clear(&text);
    objeto_eleccion(arbol, &definicion->elecciones[0], &resumen, &fuera, &corte, &text);
    root = parse(&text);
    figures = json_object_get(root, "resumen");
    assert_int_equal(json_object_size(figures), ENCABEZADO_COUNT + 1);
    assert_string_equal(
        json_string_value(json_object_get(figures, "porcentaje_actas_capturadas")),
        "88.8888");
    assert_int_equal(json_array_size(json_object_get(figures, "votos")), OPCIONES);
    assert_int_equal(json_array_size(json_object_get(root, "opciones")), OPCIONES);
    json_decref(root);
    buffer_clear(&text);
    objeto_raiz(definicion, &resumen, &hash, &corte, &text);
    root = parse(&text);
    assert_int_equal(
        json_integer_value(json_object_get(json_object_get(root, "corte"), "numero")),
        3);
    json_decref(root);
    buffer_done(&text);
    arbol_free(&arbol);
}

static void test_pages_escape_names_and_say_simulacro(void **state)
{
    const struct definicion *definicion = *state;
    struct arbol *arbol = arbol_de_prueba(definicion, filas, 2);
    struct definicion ensayo = *definicion;
    const struct corte corte = { .numero = 3, .nominal_ms = definicion->inicio_ms };
    struct resumen resumen = { .esperadas = 1234567 };
    struct buffer text;

    buffer_init(&text, PAGINA_MAX);
    pagina_eleccion(arbol, &definicion->elecciones[0], &resumen, &corte, 0, &text);
    assert_non_null(strstr(buffer_text(&text), "&lt;2&gt;"));
    assert_null(strstr(buffer_text(&text), "<2>"));
    assert_non_null(strstr(buffer_text(&text), "1,234,567"));
    assert_null(strstr(buffer_text(&text), "SIMULACRO"));
    assert_null(strstr(buffer_text(&text), "<script"));
    assert_null(strstr(buffer_text(&text), ".zip")); /* there are no bases yet */
    buffer_clear(&text);
    ensayo.modo = MODO_SIMULACRO;
    pagina_indice(&ensayo, &resumen, &corte, corte.nominal_ms, &text);
    assert_non_null(strstr(buffer_text(&text), "SIMULACRO"));
    assert_non_null(strstr(buffer_text(&text), "bases/20270606_2000_PREP_GUB_PRU.zip"));
    assert_non_null(strstr(buffer_text(&text), "06/06/2027 20:00 (UTC-6)"));
    buffer_done(&text);
    arbol_free(&arbol);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cells_keep_what_they_are),
        cmocka_unit_test(test_nothing_shows_before_it_is_verified),
        cmocka_unit_test(test_sin_acta_says_why),
        cmocka_unit_test(test_texts_from_outside_cannot_break_the_json),
        cmocka_unit_test(test_levels_parse_and_say_their_corte),
        cmocka_unit_test(test_pages_escape_names_and_say_simulacro),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
