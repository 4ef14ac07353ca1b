/* test_arbol.c - the tree of a corte: every acta in one place, sums that follow it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "arbol_prueba.h"

static const struct fila_prueba filas[] = {
    { "01", "002", "0007" }, /* neighbours are of different territorios */
    { "01", "001", "0001" }, { "01", "002", "0007" },
    { "01", "001", "0002" }, { "01", "001", "0001" }, /* back to a seccion */
    { "01", "010", "0001" }, /* the same seccion text, another territorio */
    { "01", "002", "0003" },
};
#define COUNT (sizeof filas / sizeof filas[0])

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

static void test_levels_are_ordered_by_clave(void **state)
{
    struct arbol *arbol = arbol_de_prueba(*state, filas, COUNT);

    assert_int_equal(arbol->entidad_count, 1);
    assert_int_equal(arbol->territorio_count, 3);
    assert_string_equal(arbol->territorios[0].clave, "001");
    assert_string_equal(arbol->territorios[1].clave, "002");
    assert_string_equal(arbol->territorios[2].clave, "010");
    assert_int_equal(arbol->entidades[0].territorio_count, 3);
    arbol_free(&arbol);
}

static void test_actas_of_a_seccion_are_together_in_order(void **state)
{
    static const uint32_t want[] = { 2, 5, 4, 1, 3, 7, 6 };
    struct arbol *arbol = arbol_de_prueba(*state, filas, COUNT);

    assert_int_equal(arbol->acta_count, COUNT);
    for (size_t i = 0; i < COUNT; i++) {
        assert_int_equal(arbol->slot_id[i], want[i]);
        assert_int_equal(arbol->slot_id[arbol->id_slot[i]], i + 1);
    }
    arbol_free(&arbol);
}

/* Any catalogue: each acta in one slot, each slot in its grupo, secciones whole unless
 * their grupo is full, grupos numbered from 1 in their territorio. */
static void test_any_catalogue_is_partitioned(void **state)
{
    enum { ACTAS = 20000 };
    static char secciones[ACTAS][8], territorios[ACTAS][8];
    static struct fila_prueba muchas[ACTAS];
    static uint8_t seen[ACTAS];
    uint32_t seed = 7;
    struct arbol *arbol;

    for (size_t i = 0; i < ACTAS; i++) {
        seed = seed * 1664525 + 1013904223;
        snprintf(territorios[i], sizeof territorios[i], "%03u", seed >> 28);
        /* one acta in ten has no seccion: far more than a grupo takes */
        snprintf(secciones[i], sizeof secciones[i], "%04u",
                 i % 10 == 0 ? 0 : (seed >> 16) % 700);
        muchas[i] = (struct fila_prueba){ "01", territorios[i], secciones[i] };
    }
    arbol = arbol_de_prueba(*state, muchas, ACTAS);
    for (uint32_t g = 0; g < arbol->grupo_count; g++) {
        const struct arbol_grupo *grupo = &arbol->grupos[g];
        const struct arbol_territorio *t = &arbol->territorios[grupo->territorio];

        assert_int_equal(grupo->numero, g - t->grupo_first + 1);
        assert_in_range(grupo->slot_count, 1, GRUPO_ACTAS_MAX + 1);
        for (uint32_t s = 0; s < grupo->seccion_count; s++) {
            const struct arbol_seccion *seccion =
                &arbol->secciones[grupo->seccion_first + s];

            for (uint32_t i = 0; i < seccion->slot_count; i++) {
                uint32_t id = arbol->slot_id[seccion->slot_first + i];
                uint32_t of = UINT32_MAX;

                assert_true(arbol_grupo_de(arbol, id, &of));
                assert_int_equal(of, g);
                assert_string_equal(muchas[id - 1].seccion, seccion->clave);
                assert_string_equal(muchas[id - 1].territorio, t->clave);
                assert_int_equal(seen[id - 1]++, 0);
            }
        }
    }
    for (size_t i = 0; i < ACTAS; i++) {
        assert_int_equal(seen[i], 1);
    }
    assert_true(arbol->grupo_count < ACTAS / GRUPO_ACTAS * 2);
    arbol_free(&arbol);
}

static void test_ids_outside_the_catalogue_have_no_grupo(void **state)
{
    struct arbol *arbol = arbol_de_prueba(*state, filas, COUNT);
    uint32_t grupo = 77;

    assert_false(arbol_grupo_de(arbol, 0, &grupo));
    assert_false(arbol_grupo_de(arbol, COUNT + 1, &grupo));
    assert_false(arbol_grupo_de(arbol, UINT64_C(1) << 52 | 1, &grupo));
    assert_int_equal(grupo, 77);
    arbol_free(&arbol);
}

static void test_rows_that_cannot_be_are_refused(void **state)
{
    static const struct {
        struct arbol_acta acta;
        enum prep_status want;
    } rows[] = {
        { { 2, 1, "01", "E", "001", "T", "0001" }, PREP_ERR_GAP },
        { { 0, 1, "01", "E", "001", "T", "0001" }, PREP_ERR_GAP },
        { { 1, 0, "01", "E", "001", "T", "0001" }, PREP_ERR_RANGE },
        { { 1, 2, "01", "E", "001", "T", "0001" }, PREP_ERR_RANGE },
        { { 1, 1, "0123456789abcdef", "E", "001", "T", "0001" }, PREP_ERR_RANGE },
        { { 1, 1, "01", "E", "0123456789abcdef", "T", "0001" }, PREP_ERR_RANGE },
        { { 1, 1, "01", "E", "001", "T", "0123456789abcdef" }, PREP_ERR_RANGE },
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct prep_reason reason = { "" };
        struct arbol *arbol = NULL;

        assert_int_equal(arbol_new(*state, &arbol, &reason), PREP_OK);
        assert_int_equal(arbol_agrega(arbol, &rows[i].acta, &reason), rows[i].want);
        assert_true(reason.text[0] != '\0');
        arbol_free(&arbol);
    }
}

static void test_sums_follow_what_each_grupo_says_last(void **state)
{
    struct arbol *arbol = arbol_de_prueba(*state, filas, COUNT);
    struct resumen a = { .esperadas = 3, .contabilizadas = 2, .votos = { 10, 20 } };
    struct resumen b = { .esperadas = 3, .contabilizadas = 1, .votos = { 4, 25 } };
    struct resumen total;

    for (uint32_t g = 0; g < arbol->grupo_count; g++) {
        arbol_grupo_suma(arbol, g, &a);
    }
    arbol_grupo_suma(arbol, 0, &b); /* a correction lowers */
    arbol_eleccion_resumen(arbol, 0, &total);
    assert_int_equal(total.contabilizadas, 2 * (arbol->grupo_count - 1) + 1);
    assert_int_equal(total.votos[0], 10 * (arbol->grupo_count - 1) + 4);
    assert_int_equal(total.votos[1], 20 * (arbol->grupo_count - 1) + 25);
    assert_int_equal(arbol->territorios[0].resumen.votos[0], 4);
    arbol_olvida(arbol);
    arbol_eleccion_resumen(arbol, 0, &total);
    assert_int_equal(total.esperadas, 0);
    arbol_grupo_suma(arbol, 0, &b); /* as if nothing had ever been */
    assert_int_equal(arbol->territorios[0].resumen.votos[1], 25);
    arbol_free(&arbol);
}

static void test_names_of_files_are_safe_and_distinct(void **state)
{
    static const char *const rows[][2] = {
        { "007", "007" },   { "", "_" },        { "..", "_2e." }, { "a/b", "a_2fb" },
        { "N/A", "N_2fA" }, { "a_b", "a_5fb" }, { ".x", "_2ex" }, { "ñ", "_c3_b1" },
        { "1.5", "1.5" },   { "a b", "a_20b" }, { "-", "-" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char name[NOMBRE_SEGURO_SIZE];

        nombre_seguro(rows[i][0], name);
        assert_string_equal(name, rows[i][1]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_levels_are_ordered_by_clave),
        cmocka_unit_test(test_actas_of_a_seccion_are_together_in_order),
        cmocka_unit_test(test_any_catalogue_is_partitioned),
        cmocka_unit_test(test_ids_outside_the_catalogue_have_no_grupo),
        cmocka_unit_test(test_rows_that_cannot_be_are_refused),
        cmocka_unit_test(test_sums_follow_what_each_grupo_says_last),
        cmocka_unit_test(test_names_of_files_are_safe_and_distinct),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
