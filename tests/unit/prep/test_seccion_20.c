/*
 * test_seccion_20.c - the minimum acceptance tests of prep-rules 20 that need no
 * process: one test per item, named by its number. docs/PRUEBAS.md has the others.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "carpeta_prueba.h"
#include "definicion_ejemplo.h"
#include "prep/casilla_key.h"
#include "prep/catalogo.h"
#include "prep/reglas.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#define CELDAS 9 /* two campos and seven opciones: definicion_ejemplo */
#define LISTA 500
#define REP 20
#define TOPE 1000 /* of definicion_ejemplo */

static struct carpeta carpeta;
static struct definicion *definicion;

static int setup(void **state)
{
    struct prep_reason reason = { "" };

    (void)state;
    carpeta_crea(&carpeta);
    carpeta_escribe(&carpeta, "definicion.yaml", definicion_ejemplo);
    return definicion_load(carpeta.path, &definicion, &reason) == PREP_OK ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    definicion_free(&definicion);
    carpeta_borra(&carpeta);
    return 0;
}

static struct acta_decision decide(struct acta_hechos hechos, const celda *celdas)
{
    struct acta_decision decision;

    hechos.representantes = REP;
    hechos.celdas = celdas;
    reglas_decide(definicion_eleccion(definicion, 1), &hechos, &decision);
    return decision;
}

/* An acta of that kind whose votes add up to total; malas of its cells unreadable. */
static struct acta_decision con_total(char tipo, celda total, size_t malas)
{
    celda celdas[CELDAS] = { 0, 0, total - total / 2, total / 2 };
    const struct acta_hechos hechos = { .verificada = true,
                                        .tipo_casilla = tipo,
                                        .lista_nominal = tipo == 'S' ? 0 : LISTA };

    for (size_t i = 0; i < malas; i++) {
        celdas[CELDAS - 1 - i] = i % 2 == 0 ? CELDA_ILEGIBLE : CELDA_SIN_DATO;
    }
    return decide(hechos, celdas);
}

static void test_20_01_every_row_of_6_2_below_at_and_above_the_limit(void **state)
{
    static const struct {
        char tipo;
        celda limite;
    } tipos[] = { { 'B', LISTA + REP }, { 'S', TOPE + REP } };
    static const celda nada[CELDAS] = { 0, 0, -1, -2, -1, -2, -1, -2, -1 };
    struct acta_hechos hechos = { .tipo_casilla = 'B', .lista_nominal = LISTA };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(tipos); i++) {
        for (celda from_limit = -1; from_limit <= 1; from_limit++) {
            for (size_t malas = 0; malas < 3; malas++) {
                const celda total = tipos[i].limite + from_limit;
                struct acta_decision d = con_total(tipos[i].tipo, total, malas);

                assert_int_equal(d.limite, tipos[i].limite);
                assert_int_equal(d.total, total); /* of one that exceeds too */
                assert_true(d.capturada);
                assert_int_equal(d.contabilizada, from_limit <= 0);
                assert_int_equal(d.inconsistente, from_limit > 0 || malas > 0);
                assert_int_equal(d.estado, from_limit > 0 ? ACTA_EXCEDE
                                           : malas > 0    ? ACTA_ALGUN_CAMPO
                                                          : ACTA_NORMAL);
            }
        }
    }
    assert_int_equal(decide(hechos, NULL).estado, ACTA_NO_CAPTURADA);
    hechos.verificada = true;
    assert_int_equal(decide(hechos, nada).estado, ACTA_TODOS_ILEGIBLES);
    assert_int_equal(decide(hechos, nada).total, 0);
    for (int causa = 1; causa <= SIN_ACTA_CONTINGENCIA_URNA; causa++) {
        hechos.sin_acta = (enum sin_acta)causa;
        assert_int_equal(decide(hechos, nada).estado, ACTA_SIN_ACTA);
        assert_true(decide(hechos, nada).capturada);
        assert_false(decide(hechos, nada).inconsistente);
    }
    hechos.fuera_de_catalogo = true;
    assert_int_equal(decide(hechos, nada).estado, ACTA_FUERA_DE_CATALOGO);
    assert_false(decide(hechos, nada).capturada);
}

static void test_20_03_percentages_are_truncated(void **state)
{
    static const struct {
        uint64_t num, den;
        const char *text;
    } rows[] = { { 29, 100, "29.0000" },
                 { 8259, 8334, "99.1000" },
                 { 6958, 8352, "83.3093" },
                 { 0, 0, "0.0000" } };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char text[PORCENTAJE_SIZE];

        porcentaje_texto(rows[i].num, rows[i].den, text);
        assert_string_equal(text, rows[i].text);
    }
}

struct seen {
    size_t count;
    struct catalogo_acta actas[2];
};

static enum prep_status visit(const struct catalogo_acta *acta, void *context,
                              struct prep_reason *reason)
{
    struct seen *seen = context;

    (void)reason;
    assert_true(seen->count < COUNT_OF(seen->actas));
    seen->actas[seen->count++] = *acta;
    return PREP_OK;
}

static void test_20_05_keys_are_whole_and_ids_unique(void **state)
{
    static const struct {
        struct casilla_key key;
        const char *text;
    } keys[] = { { { 21, 325, CASILLA_CONTIGUA, 9, 0 }, "210325C0900" },
                 { { 21, 325, CASILLA_CONTIGUA, 10, 0 }, "210325C1000" },
                 { { 21, 325, CASILLA_CONTIGUA, 11, 0 }, "210325C1100" },
                 { { 21, 424, CASILLA_EXTRAORDINARIA, 1, 13 }, "210424E0113" } };
    static const char *const sin_seccion[] = { "A", "P", "M" };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(keys); i++) {
        char text[CASILLA_KEY_TEXT_SIZE];
        struct casilla_key again;

        assert_int_equal(casilla_key_format(&keys[i].key, text), PREP_OK);
        assert_string_equal(text, keys[i].text);
        assert_int_equal(casilla_key_parse(text, CASILLA_KEY_TEXT_LEN, &again, NULL),
                         PREP_OK);
        assert_int_equal(again.numero, keys[i].key.numero);
        assert_int_equal(again.contigua, keys[i].key.contigua);
    }
    for (size_t i = 0; i < COUNT_OF(sin_seccion); i++) {
        char path[128], text[1024];
        struct prep_reason reason = { "" };
        struct seen seen = { 0 };
        const char *t = sin_seccion[i];

        snprintf(path, sizeof path, "%s/catalogo.csv", carpeta.path);
        snprintf(
            text, sizeof text,
            "id,eleccion,clave_casilla,clave_acta,entidad,entidad_nombre,"
            "territorio,territorio_nombre,seccion,id_casilla,tipo_casilla,"
            "ext_contigua,ubicacion,tipo_acta,lista_nominal,representantes,catd,"
            "no_aplica\n"
            "1,GUB,210000%s0100,210000%s01002,21,P,001,UNO,N/A,01,%s,00,1,2,7,,,\n"
            "2,GUB,210000%s0100,210000%s01002,21,P,002,DOS,N/A,01,%s,00,1,2,9,,,\n",
            t, t, t, t, t, t);
        carpeta_escribe(&carpeta, "catalogo.csv", text);
        assert_int_equal(catalogo_read(path, definicion, visit, &seen, NULL, &reason),
                         PREP_OK);
        assert_int_equal(seen.count, 2);
        assert_string_equal(seen.actas[0].clave_acta, seen.actas[1].clave_acta);
        assert_string_not_equal(seen.actas[0].territorio, seen.actas[1].territorio);
        assert_int_not_equal(seen.actas[0].id, seen.actas[1].id);
    }
}

static void test_20_12_the_last_corte_and_only_it_uses_c_cs(void **state)
{
    const struct resumen resumen = { .lista_nominal = 2150,
                                     .votos_c_cs = 2124,
                                     .votos_s_cs = 1424 };
    struct encabezado encabezado;

    (void)state;
    encabezado_calcula(&resumen, false, &encabezado);
    assert_string_equal(encabezado.valores[12], "66.2325");
    encabezado_calcula(&resumen, true, &encabezado);
    assert_string_equal(encabezado.valores[12], "98.7906");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_20_01_every_row_of_6_2_below_at_and_above_the_limit),
        cmocka_unit_test(test_20_03_percentages_are_truncated),
        cmocka_unit_test(test_20_05_keys_are_whole_and_ids_unique),
        cmocka_unit_test(test_20_12_the_last_corte_and_only_it_uses_c_cs),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
