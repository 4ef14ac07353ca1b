/*
 * test_oraculo.c - the published bases that travel with the project, imported,
 * published by the oracle and compared: every header value and every cell.
 *
 * METHOD
 *     What differs must be exactly the list kept beside each base, cause included. A
 *     difference more, or one less, is a failure.
 */
#include "simulacro/diferencias.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "../prep/carpeta_prueba.h"
#include "simulacro/ajusta.h"
#include "simulacro/oraculo.h"

#define CAMPECHE TEST_DATA "/ieec_campeche_2021_cortes/"
#define TAMAULIPAS TEST_DATA "/ine_senado_tamaulipas_2023/"

static const struct {
    const char *base, *diferencias; /* NULL: none at all */
    size_t elecciones, cortes, filas, celdas;
} bases[] = {
    { CAMPECHE "campeche_2021_cortes.zip", CAMPECHE "diferencias.csv", 4, 24, 23100,
      1077228 },
    { CAMPECHE "20210601_1852_PREP_CAMP_corte_cero.zip",
      CAMPECHE "diferencias-corte-cero.csv", 4, 4, 3846, 179354 },
    { TAMAULIPAS "20230220_1105_PREP_SEN_TAMPS_ext.zip", NULL, 1, 1, 4782, 210421 },
};

static void revisa(const struct comparacion *comparison, const char *accepted)
{
    struct lista_diferencias list = { 0 };
    struct prep_reason reason = { "" };
    size_t new_count = 0, gone_count = 0;
    const char **gone = NULL;
    size_t *new = NULL;

    if (accepted == NULL) {
        assert_int_equal(comparison->diferencia_count, 0);
        return;
    }
    assert_int_equal(diferencias_lee(accepted, &list, &reason), PREP_OK);
    diferencias_cruza(&list, comparison, &new, &new_count, &gone, &gone_count);
    for (size_t i = 0; i < new_count; i++) {
        print_message(
            "    nueva: %s\n",
            diferencia_linea(comparison->almacen, &comparison->diferencias[new[i]]));
    }
    for (size_t i = 0; i < gone_count; i++) {
        print_message("    ya no: %s\n", gone[i]);
    }
    assert_int_equal(new_count, 0);
    assert_int_equal(gone_count, 0);
    free(new);
    free(gone);
    diferencias_libera(&list);
}

static void test_every_cell_of_every_corte_is_published_again(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof bases / sizeof bases[0]; i++) {
        struct prep_reason reason = { "" };
        struct comparacion comparison;
        char night[200], published[200];
        struct base theirs, ours;
        struct carpeta carpeta;

        print_message("  %s\n", bases[i].base);
        carpeta_crea(&carpeta);
        snprintf(night, sizeof night, "%s/noche", carpeta.path);
        snprintf(published, sizeof published, "%s/publicado", carpeta.path);
        if (importa(bases[i].base, night, &reason) != PREP_OK ||
            oraculo_publica(night, published, &reason) != PREP_OK) {
            fail_msg("%s", reason.text);
        }
        assert_int_equal(base_lee(bases[i].base, &theirs, &reason), PREP_OK);
        assert_int_equal(base_lee(published, &ours, &reason), PREP_OK);
        compara_bases(&theirs, &ours, NULL, &comparison);
        assert_int_equal(theirs.eleccion_count, bases[i].elecciones);
        assert_int_equal(comparison.cortes, bases[i].cortes);
        assert_int_equal(comparison.filas, bases[i].filas);
        assert_int_equal(comparison.celdas, bases[i].celdas);
        assert_int_equal(comparison.por_causa[CAUSA_DE_SIN_EXPLICAR], 0);
        revisa(&comparison, bases[i].diferencias);
        comparacion_libera(&comparison);
        base_libera(&ours);
        base_libera(&theirs);
        carpeta_borra(&carpeta);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_cell_of_every_corte_is_published_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
