/*
 * test_compara.c - compara sees every kind of difference, and explains only what a
 * proof explains.
 *
 * METHOD
 *     One night in the local layout. In the first tests our publication is altered:
 *     nothing that we do wrong may come out explained. In the last the base is
 *     altered, one row per cause: what its publisher did wrong must come out with its
 *     name.
 */
#include "simulacro/diferencias.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "../prep/carpeta_prueba.h"
#include "disposiciones.h"
#include "simulacro/ajusta.h"
#include "simulacro/oraculo.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static const struct columna_prueba columnas[] = {
    { "CLAVE_CASILLA", 'k' },
    { "CLAVE_ACTA", 'K' },
    { "ID_ENTIDAD", 'e' },
    { "ID_DISTRITO", 'd' },
    { "SECCION", 's' },
    { "ID_CASILLA", 'i' },
    { "TIPO_CASILLA", 't' },
    { "EXT_CONTIGUA", 'x' },
    { "TOTAL_BOLETAS_SOBRANTES", 'b' },
    { "PAN", '0' },
    { "PRI", '1' },
    { "MORENA", '2' },
    { "C_PAN_PRI", '3' },
    { "CAND_IND_1", '4' },
    { "NO_REGISTRADAS", '5' },
    { "NULOS", '6' },
    { "TOTAL_VOTOS_CALCULADO", 'C' },
    { "LISTA_NOMINAL", 'L' },
    { "REPRESENTANTES_PP_CI", 'R' },
    { "OBSERVACIONES", 'O' },
    { "CONTABILIZADA", 'c' },
    { "CODIGO_INTEGRIDAD", 'h' },
    { "FECHA_HORA_ACOPIO", 'q' },
    { "FECHA_HORA_CAPTURA", 'w' },
    { "ORIGEN", 'o' },
    { NULL, '\0' },
};

static const struct disposicion local = {
    .nombre = "local",
    .archivo = "AGS_GUB_2024.csv",
    .columnas = columnas,
    .fin = "\n",
    .preambulo = "TF.NV.",
    .separador = ',',
    .titulo = "GUBERNATURA",
    .fecha = "06/06/2021 23:40 (UTC-6)",
    .decimal = "",
    .porciento = "",
    .ilegible = "ILEGIBLE",
    .sin_dato = "SIN DATO",
    .sin_acta = "SIN ACTA",
    .sin_acta_total = "SIN ACTA",
    .pendiente = "-",
    .pendiente_total = "-",
    .fuera = "-",
    .sin_hora = "N/A",
    .separa = "",
    .nada = "",
    .obs_pendiente = "-",
    .contabilizada_fuera = "2",
    .contabilizada_sin_acta = "0",
    .urbana = "1",
};

static struct carpeta carpeta;
static char base_path[200], night[200], published[200], ours_path[300];
static char *base_text, *ours_text;

static char *slurp(const char *path)
{
    char *text = calloc(1, 256 * 1024);
    FILE *file = fopen(path, "rb");

    assert_non_null(text);
    assert_non_null(file);
    assert_true(fread(text, 1, 256 * 1024 - 1, file) > 0);
    fclose(file);
    return text;
}

static void spit(const char *path, const char *text)
{
    FILE *file = fopen(path, "wb");

    assert_non_null(file);
    assert_int_equal(fputs(text, file) >= 0, 1);
    fclose(file);
}

static int setup(void **state)
{
    struct prep_reason reason = { "" };
    struct buffer text;

    (void)state;
    carpeta_crea(&carpeta);
    snprintf(base_path, sizeof base_path, "%s/AGS_GUB_2024.csv", carpeta.path);
    snprintf(night, sizeof night, "%s/noche", carpeta.path);
    snprintf(published, sizeof published, "%s/publicado", carpeta.path);
    snprintf(ours_path, sizeof ours_path,
             "%s/20210606_2340_PREP_GUB_AGS/AGS_GUB_2024.csv", published);
    buffer_init(&text, 256 * 1024);
    base_escribe(&local, &text);
    spit(base_path, buffer_text(&text));
    buffer_done(&text);
    if (importa(base_path, night, &reason) != PREP_OK ||
        oraculo_publica(night, published, &reason) != PREP_OK) {
        print_message("%s\n", reason.text);
        return -1;
    }
    base_text = slurp(base_path);
    ours_text = slurp(ours_path);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    free(base_text);
    free(ours_text);
    carpeta_borra(&carpeta);
    return 0;
}

/* text with the first `from` after `mark` turned into `to`. */
static char *change(const char *text, const char *mark, const char *from,
                    const char *to)
{
    const char *start = strstr(text, mark), *at;
    char *out = calloc(1, strlen(text) + strlen(to) + 1);

    assert_non_null(start);
    at = strstr(start, from);
    assert_non_null(at);
    assert_non_null(out);
    memcpy(out, text, (size_t)(at - text));
    strcat(out, to);
    strcat(out, at + strlen(from));
    return out;
}

static void compare(struct comparacion *out, struct base *theirs, struct base *ours)
{
    struct prep_reason reason = { "" };

    assert_int_equal(base_lee(base_path, theirs, &reason), PREP_OK);
    assert_int_equal(base_lee(published, ours, &reason), PREP_OK);
    compara_bases(theirs, ours, NULL, out);
}

static void release(struct comparacion *comparison, struct base *theirs,
                    struct base *ours)
{
    comparacion_libera(comparison);
    base_libera(theirs);
    base_libera(ours);
}

static void test_the_night_as_it_is_has_no_difference(void **state)
{
    struct comparacion comparison;
    struct base theirs, ours;

    (void)state;
    compare(&comparison, &theirs, &ours);
    assert_int_equal(comparison.diferencia_count, 0);
    assert_int_equal(comparison.celdas, comparison.iguales);
    assert_true(comparison.celdas > 300);
    release(&comparison, &theirs, &ours);
}

/* What we might publish wrong: none of it has an excuse. */
static const struct {
    const char *mark, *from, *to, *columna;
} ours_wrong[] = {
    { "010001B0100,", ",100,50,", ",50,100,", "PAN" },
    { "010001B0100,", ",336,", ",335,", "TOTAL_VOTOS_CALCULADO" },
    { "010001C0100,", ",ILEGIBLE,", ",0,", "PRI" },
    { "010001C0100,", ",ILEGIBLE,", ",SIN DATO,", "PRI" },
    { "010001C0100,", "ALGUN CAMPO ILEGIBLE O SIN DATO", "", "OBSERVACIONES" },
    { "010002B0100,", ",,1,", ",EXCEDE LISTA NOMINAL,0,", "OBSERVACIONES" },
    { "010002C0100,", "EXCEDE LISTA NOMINAL,0", ",1", "OBSERVACIONES" },
    { "010003E0101,", "SIN ACTA POR", "FUERA DE", "OBSERVACIONES" },
    { "010004B0100,", ",-,-,-,-,-,-,-,-,", ",1,1,1,1,1,1,1,8,", "PAN" },
    { "010001B0100,", ",600,", ",601,", "LISTA_NOMINAL" },
    { "010004B0100,", ",-,-,-,-,-,-,-,-,", ",,-,-,-,-,-,-,-,",
      "TOTAL_BOLETAS_SOBRANTES" },
    { "010003E0101,", "N/A,N/A,N/A,N/A", "N/A,N/A,N/A,CATD", "ORIGEN" },
    { "ACTAS_ESPERADAS", ",7477,", ",7477.0,", "TOTAL_VOTOS_C_CS" },
    { "ACTAS_ESPERADAS", ",81.2500,", ",81.25%,", "PORCENTAJE_ACTAS_CAPTURADAS" },
    { "010001B0100,", "06/06/2021 20:10", "06/06/2021 20:11", "FECHA_HORA_ACOPIO" },
    { "010001B0100,", ",CASILLA", ",CATD", "ORIGEN" },
    { "ACTAS_ESPERADAS", "\n16,", "\n17,", "ACTAS_ESPERADAS" },
    { "ACTAS_ESPERADAS", ",81.2500,", ",81.2501,", "PORCENTAJE_ACTAS_CAPTURADAS" },
    { "ACTAS_ESPERADAS", ",7477,", ",7478,", "TOTAL_VOTOS_C_CS" },
    { "010002B0100,", "010002B0100,", "010009B0100,", "renglón" },
    { "06/06/2021 23:40", "23:40", "23:20", "corte" },
};

static void test_nothing_that_we_do_wrong_is_explained(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(ours_wrong); i++) {
        char *text =
            change(ours_text, ours_wrong[i].mark, ours_wrong[i].from, ours_wrong[i].to);
        struct comparacion comparison;
        struct base theirs, ours;
        bool found = false;

        print_message("  %s: %s -> %s\n", ours_wrong[i].columna, ours_wrong[i].from,
                      ours_wrong[i].to);
        spit(ours_path, text);
        compare(&comparison, &theirs, &ours);
        for (size_t d = 0; d < comparison.diferencia_count; d++) {
            const struct diferencia *difference = &comparison.diferencias[d];

            print_message("    %s %s «%s» «%s» %s\n", difference->lugar,
                          difference->columna, difference->publicado,
                          difference->nuestro, causa_texto(difference->causa));
            found = found || (strcmp(difference->columna, ours_wrong[i].columna) == 0 &&
                              difference->causa == CAUSA_DE_SIN_EXPLICAR);
        }
        assert_true(found);
        release(&comparison, &theirs, &ours);
        free(text);
    }
    spit(ours_path, ours_text);
}

/* What a publisher may do wrong, and the name that it gets. */
static const struct {
    const char *mark, *from, *to, *columna;
    enum causa causa;
} base_wrong[] = {
    { "ACTAS_ESPERADAS", "\n16,", "\n20,", "ACTAS_ESPERADAS",
      CAUSA_DE_ENCABEZADO_CONTRADICE },
    { "ACTAS_ESPERADAS", ",7477,", ",7477.0,", "TOTAL_VOTOS_C_CS",
      CAUSA_DE_ENCABEZADO_FORMATO },
    { "ACTAS_ESPERADAS", ",6777,", ",0,", "TOTAL_VOTOS_S_CS",
      CAUSA_DE_S_CS_NO_CALCULADO },
    { "ACTAS_ESPERADAS", ",7477,", ",,", "TOTAL_VOTOS_C_CS",
      CAUSA_DE_ENCABEZADO_VACIO },
    { "010001B0100,", ",336,", ",340,", "TOTAL_VOTOS_CALCULADO",
      CAUSA_DE_TOTAL_CONTRADICE_SUMA },
    { "010001B0100,", ",100,50,", ",100.0,50,", "PAN", CAUSA_DE_NUMERO_VARIANTE },
    { "010001B0100,", ",,1,", ",ALGUN CAMPO ILEGIBLE O SIN DATO,1,", "OBSERVACIONES",
      CAUSA_DE_OBSERVACION_SIN_CELDA },
    { "010001C0100,", "ALGUN CAMPO ILEGIBLE O SIN DATO", "", "OBSERVACIONES",
      CAUSA_DE_FALTA_OBSERVACION },
    { "010004B0100,", ",-,-,-,-,-,-,-,-,", ",,-,-,-,-,-,-,-,",
      "TOTAL_BOLETAS_SOBRANTES", CAUSA_DE_TEXTO_VARIANTE },
    { "010001B0100,", "06/06/2021 20:10:00", "2021-06-06 20:10:00.000",
      "FECHA_HORA_ACOPIO", CAUSA_DE_HORA_VARIANTE },
    { "010001B0100,", ",,1,", ",Identificacion forzada,1,", "OBSERVACIONES",
      CAUSA_DE_IDENTIFICACION },
    { "010001B0100,", ",,1,", ",,0,", "CONTABILIZADA",
      CAUSA_DE_NO_CONTABILIZADA_SIN_CAUSA },
    { "010004C0100,", ",,1,", ",EXCEDE LISTA NOMINAL,0,", "OBSERVACIONES",
      CAUSA_DE_EXCEDE_CONTRADICTORIO },
    { "010001B0100,",
      "0000000000000000000000000000000000000000000000000000000000000001", "-",
      "CODIGO_INTEGRIDAD", CAUSA_DE_SIN_CODIGO },
    { "010003E0101,", ",N/A,N/A,N/A,N/A", ",N/A,N/A,N/A,CATD", "ORIGEN",
      CAUSA_DE_SIN_ACTA_CON_DATOS },
};

static void test_each_fault_of_a_publisher_has_its_name(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(base_wrong); i++) {
        char *text =
            change(base_text, base_wrong[i].mark, base_wrong[i].from, base_wrong[i].to);
        struct comparacion comparison;
        struct base theirs, ours;
        bool found = false;

        print_message("  %s: %s -> %s\n", base_wrong[i].columna, base_wrong[i].from,
                      base_wrong[i].to);
        spit(base_path, text);
        compare(&comparison, &theirs, &ours);
        for (size_t d = 0; d < comparison.diferencia_count; d++) {
            const struct diferencia *difference = &comparison.diferencias[d];

            print_message("    %s %s «%s» «%s» %s\n", difference->lugar,
                          difference->columna, difference->publicado,
                          difference->nuestro, causa_texto(difference->causa));
            found = found || (strcmp(difference->columna, base_wrong[i].columna) == 0 &&
                              difference->causa == base_wrong[i].causa);
        }
        assert_true(found);
        release(&comparison, &theirs, &ours);
        free(text);
    }
    spit(base_path, base_text);
}

static void test_an_accepted_list_must_be_exact(void **state)
{
    char *text = change(base_text, "010001B0100,", ",336,", ",340,"), path[300];
    struct lista_diferencias list;
    struct comparacion comparison;
    struct prep_reason reason = { "" };
    size_t new_count, gone_count;
    struct base theirs, ours;
    const char **gone;
    size_t *new;

    (void)state;
    spit(base_path, text);
    compare(&comparison, &theirs, &ours);
    assert_true(comparison.diferencia_count >= 1);
    snprintf(path, sizeof path, "%s/lista.csv", carpeta.path);
    assert_int_equal(diferencias_escribe(path, &comparison, &reason), PREP_OK);
    assert_int_equal(diferencias_lee(path, &list, &reason), PREP_OK);
    diferencias_cruza(&list, &comparison, &new, &new_count, &gone, &gone_count);
    assert_int_equal(new_count, 0);
    assert_int_equal(gone_count, 0);
    free(new);
    free(gone);
    /* One that is not in the list; one of the list that no longer happens. */
    list.count--;
    diferencias_cruza(&list, &comparison, &new, &new_count, &gone, &gone_count);
    assert_int_equal(new_count, 1);
    assert_int_equal(gone_count, 0);
    free(new);
    free(gone);
    list.count++;
    comparison.diferencia_count--;
    diferencias_cruza(&list, &comparison, &new, &new_count, &gone, &gone_count);
    assert_int_equal(new_count, 0);
    assert_int_equal(gone_count, 1);
    free(new);
    free(gone);
    diferencias_libera(&list);
    release(&comparison, &theirs, &ours);
    spit(path, "otra,cosa\n");
    assert_int_equal(diferencias_lee(path, &list, &reason), PREP_ERR_FORMAT);
    spit(base_path, base_text);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_night_as_it_is_has_no_difference),
        cmocka_unit_test(test_nothing_that_we_do_wrong_is_explained),
        cmocka_unit_test(test_each_fault_of_a_publisher_has_its_name),
        cmocka_unit_test(test_an_accepted_list_must_be_exact),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
