/*
 * test_ejemplo_7_5.c - the worked example of the rules, published in each profile.
 *
 * METHOD
 *     tests/data/ejemplo_7_5 holds the catalogue, the facts and two cortes of the
 *     example (the second is the last), and for each profile of deploy/perfiles a
 *     definition that names it and the two files that must come out, written from the
 *     rules and not by this program. They are compared byte by byte, and read
 *     again by the tolerant reader, whose 13 header values must be those of 7.5.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "../prep/carpeta_prueba.h"
#include "base/buffer.h"
#include "base/durable.h"
#include "prep/perfil_incluye.h"
#include "prep/revision.h"
#include "simulacro/base.h"
#include "simulacro/oraculo.h"

#define DATOS TEST_DATA "/ejemplo_7_5"
#define BYTES_MAX (1024u * 1024u)

static const char *const perfiles[] = { "ine-federal-2024", "ine-2021", "local-2024",
                                        "iecm-2024", "campeche-2021" };
static const char *const archivos[] = { "GUB_2027.csv", "GUB_2027.csv",
                                        "AGS_GUB_2027.csv", "AGS_GUB_2027.csv",
                                        "AGS_GUB_2027.csv" };

/* prep-rules 7.5; the participation of the last corte is the other one. */
static const char *const encabezado[ENCABEZADO_COUNT] = {
    "9",       "9", "1",    "8",    "88.8888", "5",       "55.5555",
    "33.3333", "3", "2150", "2124", "1424",    "66.2325",
};
static const char participacion_final[] = "98.7906";
static const char *const sellos[] = { "20270607_0100", "20270607_2000" };

static void copia(const struct carpeta *carpeta, const char *from, const char *name)
{
    char command[700];

    snprintf(command, sizeof command, "cp '%s' '%s/%s'", from, carpeta->path, name);
    assert_int_equal(system(command), 0);
}

static void lee(const char *path, struct buffer *out)
{
    struct prep_reason reason = { "" };

    buffer_init(out, BYTES_MAX);
    if (durable_read(path, BYTES_MAX, out, &reason) != PREP_OK) {
        fail_msg("%s", reason.text);
    }
}

/* Says the first line that differs, which a comparison of bytes does not. */
static void iguales(const char *expected_path, const char *path)
{
    struct buffer expected, got;
    size_t i = 0, start = 0;

    lee(expected_path, &expected);
    lee(path, &got);
    while (i < expected.len && i < got.len && expected.data[i] == got.data[i]) {
        i++;
        start =
            expected.data[i - 1] == '\n' || expected.data[i - 1] == '\r' ? i : start;
    }
    if (i < expected.len || i < got.len) {
        fail_msg("%s, byte %zu:\nesperado %.600s\nsalió    %.600s", path, i,
                 buffer_text(&expected) + start, buffer_text(&got) + start);
    }
    buffer_done(&expected);
    buffer_done(&got);
}

static void encabezado_revisa(const struct tabla *tabla, bool ultimo)
{
    assert_int_equal(tabla->encabezado_count, ENCABEZADO_COUNT);
    for (size_t v = 0; v < ENCABEZADO_COUNT; v++) {
        assert_string_equal(tabla->encabezado_valores[v],
                            ultimo && v == ENCABEZADO_COUNT - 1 ? participacion_final
                                                                : encabezado[v]);
    }
    assert_int_equal(tabla->ilegible_count, 0);
    assert_int_equal(tabla->fila_count, 10);
}

/* The self-check of a corte: the header follows from the rows, as they are written. */
static void revision_revisa(const struct carpeta *carpeta, const char *path,
                            bool ultimo)
{
    struct definicion *definicion = NULL;
    struct revision revision = { 0 };
    struct prep_reason reason = { "" };
    struct revision_plan plan;
    struct buffer text;
    const char *rows;
    size_t preamble;

    lee(path, &text);
    rows = strstr(buffer_text(&text), "CLAVE_CASILLA");
    assert_non_null(rows);
    preamble = (size_t)(rows - buffer_text(&text)) + strcspn(rows, "\r\n") + 1;
    if (definicion_load(carpeta->path, &definicion, &reason) != PREP_OK ||
        revision_plan(definicion_eleccion(definicion, 1), &plan, &reason) != PREP_OK ||
        revision_lee(&plan, buffer_text(&text) + preamble, text.len - preamble,
                     &revision, &reason) != PREP_OK ||
        revision_coteja(&plan, &revision, ultimo, buffer_text(&text), preamble,
                        &reason) != PREP_OK) {
        fail_msg("%s", reason.text);
    }
    definicion_free(&definicion);
    buffer_done(&text);
}

static void test_each_profile_prints_the_example(void **state)
{
    (void)state;
    for (size_t p = 0; p < COUNT_OF(perfiles); p++) {
        char path[400], expected[400], published[200];
        struct prep_reason reason = { "" };
        struct carpeta carpeta;
        struct base base;

        print_message("  %s\n", perfiles[p]);
        carpeta_crea(&carpeta);
        copia(&carpeta, DATOS "/catalogo.csv", "catalogo.csv");
        copia(&carpeta, DATOS "/hechos.csv", "hechos.csv");
        copia(&carpeta, DATOS "/cortes.csv", "cortes.csv");
        snprintf(path, sizeof path, DATOS "/%s/definicion.yaml", perfiles[p]);
        copia(&carpeta, path, "definicion.yaml");
        snprintf(published, sizeof published, "%s/publicado", carpeta.path);
        if (oraculo_publica(carpeta.path, published, &reason) != PREP_OK) {
            fail_msg("%s", reason.text);
        }
        for (size_t k = 0; k < COUNT_OF(sellos); k++) {
            snprintf(path, sizeof path, "%s/%s_PREP_GUB_AGS/%s", published, sellos[k],
                     archivos[p]);
            snprintf(expected, sizeof expected, DATOS "/%s/corte-%zu.csv", perfiles[p],
                     k + 1);
            iguales(expected, path);
            revision_revisa(&carpeta, path, k == 1);
        }
        assert_int_equal(base_lee(published, &base, &reason), PREP_OK);
        assert_int_equal(base.corte_count, COUNT_OF(sellos));
        for (size_t k = 0; k < COUNT_OF(sellos); k++) {
            encabezado_revisa(base.elecciones[0].cortes[k].tabla, k == 1);
        }
        base_libera(&base);
        carpeta_borra(&carpeta);
    }
}

static void test_every_profile_that_is_shipped_has_its_example(void **state)
{
    (void)state;
    assert_int_equal(perfil_de_fabrica_count, COUNT_OF(perfiles));
    for (size_t i = 0; i < perfil_de_fabrica_count; i++) {
        size_t p = 0;

        while (p < COUNT_OF(perfiles) &&
               strcmp(perfiles[p], perfiles_de_fabrica[i].nombre) != 0) {
            p++;
        }
        assert_in_range(p, 0, COUNT_OF(perfiles) - 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_profile_prints_the_example),
        cmocka_unit_test(test_every_profile_that_is_shipped_has_its_example),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
