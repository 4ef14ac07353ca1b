/*
 * test_disposiciones.c - the same night in every layout comes out cell by cell.
 *
 * METHOD
 *     The night of disposiciones.h is written in each layout, imported, published by
 *     the oracle and compared with what was written. Nothing may be left unexplained,
 *     and only the layouts that say so may have explained differences.
 */
#include "simulacro/compara.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "../prep/carpeta_prueba.h"
#include "disposiciones.h"
#include "simulacro/ajusta.h"
#include "simulacro/oraculo.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

#define IDENTIDAD_LOCAL                                                                \
    { "CLAVE_CASILLA", 'k' }, { "CLAVE_ACTA", 'K' }, { "ID_ENTIDAD", 'e' },            \
        { "ENTIDAD", 'E' }, { "ID_DISTRITO", 'd' }, { "DISTRITO", 'D' },               \
        { "SECCION", 's' }, { "ID_CASILLA", 'i' }, { "TIPO_CASILLA", 't' },            \
        { "EXT_CONTIGUA", 'x' }, { "UBICACION_CASILLA", 'u' },                         \
    {                                                                                  \
        "TIPO_ACTA", 'a'                                                               \
    }
#define CANTIDADES                                                                     \
    { "TOTAL_BOLETAS_SOBRANTES", 'b' }, { "TOTAL_PERSONAS_VOTARON", 'p' },             \
        { "TOTAL_REP_PARTIDO_CI_VOTARON", 'b' },                                       \
    {                                                                                  \
        "TOTAL_VOTOS_SACADOS", 'p'                                                     \
    }
#define FINAL                                                                          \
    { "TOTAL_VOTOS_ASENTADO", 'p' }, { "TOTAL_VOTOS_CALCULADO", 'C' },                 \
        { "LISTA_NOMINAL", 'L' }, { "REPRESENTANTES_PP_CI", 'R' },                     \
        { "OBSERVACIONES", 'O' }, { "CONTABILIZADA", 'c' },                            \
        { "MECANISMOS_TRASLADO", 'm' }, { "CODIGO_INTEGRIDAD", 'h' },                  \
        { "FECHA_HORA_ACOPIO", 'q' }, { "FECHA_HORA_CAPTURA", 'w' },                   \
        { "FECHA_HORA_VERIFICACION", 'z' }, { "ORIGEN", 'o' },                         \
        { "DIGITALIZACION", 'g' },                                                     \
    {                                                                                  \
        "TIPO_DOCUMENTO", 'y'                                                          \
    }
#define FIN                                                                            \
    {                                                                                  \
        NULL, '\0'                                                                     \
    }

static const struct columna_prueba puebla[] = {
    IDENTIDAD_LOCAL,
    CANTIDADES,
    { "PAN", '0' },
    { "PRI", '1' },
    { "MORENA", '2' },
    { "C_PAN_PRI", '3' },
    { "CAND_IND_1", '4' },
    { "NO_REGISTRADAS", '5' },
    { "NULOS", '6' },
    FINAL,
    FIN,
};
static const struct columna_prueba sonora[] = {
    IDENTIDAD_LOCAL,
    CANTIDADES,
    { "PAN", '0' },
    { "PRI", '1' },
    { "MORENA", '2' },
    { "CC_PAN_PRI", '3' },
    { "CAND_IND_EGL", '4' },
    { "NO_REGISTRADOS", '5' },
    { "NULOS", '6' },
    FINAL,
    FIN,
};
static const struct columna_prueba federal[] = {
    { "CLAVE_CASILLA", 'k' },
    { "CLAVE_ACTA", 'K' },
    { "ID_ESTADO", 'e' },
    { "ESTADO", 'E' },
    { "ID_DISTRITO_FEDERAL", 'd' },
    { "DISTRITO_FEDERAL", 'D' },
    { "SECCION", 's' },
    { "ID_CASILLA", 'i' },
    { "TIPO_CASILLA", 't' },
    { "EXT_CONTIGUA", 'x' },
    { "UBICACION_CASILLA", 'u' },
    { "TIPO_ACTA", 'a' },
    CANTIDADES,
    { "CODIGOS_ENTREGADOS_PMDC", 'n' },
    { "CODIGOS_SOBRANTES", 'n' },
    { "PAN", '0' },
    { "PRI", '1' },
    { "MORENA", '2' },
    { "PAN-PRI", '3' },
    { "CAND_IND_1", '4' },
    { "NO_REGISTRADAS", '5' },
    { "NULOS", '6' },
    FINAL,
    { "COTEJADA", 'J' },
    FIN,
};
/* A local party whose name is in no list, and a column without the name of its place.
 */
static const struct columna_prueba iecm[] = {
    { "CLAVE_CASILLA", 'k' },
    { "CLAVE_ACTA", 'K' },
    { "ID_ENTIDAD", 'e' },
    { "ENTIDAD", 'E' },
    { "ID_DISTRITO_LOCAL", 'd' },
    { "SECCION", 's' },
    { "ID_CASILLA", 'i' },
    { "TIPO_CASILLA", 't' },
    { "EXT_CONTIGUA", 'x' },
    { "UBICACION_CASILLA", 'u' },
    { "TIPO_ACTA", 'a' },
    CANTIDADES,
    { "PAN", '0' },
    { "VOZ CIUDADANA", '1' },
    { "MORENA", '2' },
    { "C_PAN_VOZ_CIUDADANA", '3' },
    { "CSP_1", '4' },
    { "NO_REGISTRADAS", '5' },
    { "VOTOS NULOS", '6' },
    FINAL,
    FIN,
};
static const struct columna_prueba queretaro[] = {
    { "CLAVE_CASILLA", 'k' },
    { "CLAVE_ACTA", 'k' },
    { "ID_ESTADO", 'e' },
    { "ESTADO", 'E' },
    { "ID_DISTRITO_LOCAL", 'd' },
    { "DISTRITO_LOCAL", 'D' },
    { "SECCION", 's' },
    { "ID_CASILLA", 'i' },
    { "TIPO_CASILLA", 't' },
    { "EXT_CONTIGUA", 'x' },
    { "UBICACION_CASILLA", 'u' },
    { "TIPO_ACTA", 'a' },
    CANTIDADES,
    { "PAN", '0' },
    { "PRI", '1' },
    { "MORENA", '2' },
    { "C_PAN_PRI", '3' },
    { "CAND_IND_1", '4' },
    { "NO_REGISTRADOS", '5' },
    { "NULOS", '6' },
    FINAL,
    FIN,
};

/* No keys at all, and no header values. */
static const struct columna_prueba ife[] = {
    { "ESTADO", 'e' },
    { "DISTRITO", 'd' },
    { "SECCION", 's' },
    { "ID_CASILLA", 'i' },
    { "TIPO_CASILLA", 't' },
    { "EXT_CONTIGUA", 'x' },
    { "UBICACION_CASILLA", 'u' },
    { "TIPO_ACTA", 'a' },
    { "PAN", '0' },
    { "PRI", '1' },
    { "MORENA", '2' },
    { "C_PAN_PRI", '3' },
    { "CAND_IND_1", '4' },
    { "NO_REGISTRADOS", '5' },
    { "NULOS", '6' },
    { "TOTAL_VOTOS", 'C' },
    { "LISTA_NOMINAL", 'L' },
    { "OBSERVACIONES", 'O' },
    { "CONTABILIZADA", 'c' },
    { "FECHA_HORA_ACOPIO", 'q' },
    { "FECHA_HORA_CAPTURA", 'w' },
    FIN,
};

/* What most local layouts have in common; each row below changes some of it. */
#define LOCAL                                                                          \
    .fin = "\n", .preambulo = "TF.NV.", .separador = ',', .titulo = "GUBERNATURA",     \
    .fecha = "06/06/2021 23:40 (UTC-6)", .decimal = "", .porciento = "",               \
    .ilegible = "ILEGIBLE", .sin_dato = "SIN DATO", .sin_acta = "SIN ACTA",            \
    .sin_acta_total = "SIN ACTA", .pendiente = "-", .pendiente_total = "-",            \
    .fuera = "-", .sin_hora = "N/A", .separa = "', '", .nada = "",                     \
    .obs_pendiente = "-", .contabilizada_fuera = "2", .contabilizada_sin_acta = "0",   \
    .urbana = "1"

/* A row that says twice how a text is written means the second. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverride-init"
static const struct disposicion disposiciones[] = {
    { LOCAL, .nombre = "local 2024", .archivo = "AGS_GUB_2024.csv",
      .columnas = puebla },
    { LOCAL, .nombre = "Puebla 2024", .archivo = "PUE_GUB_2024.csv", .columnas = puebla,
      .bom = true, .apostrofos = 1, .decimal = ".0", .sin_acta_total = "0",
      .pendiente_total = "0", .nada = " - ",
      .explicadas = 2 /* totals printed as decimals */ },
    { LOCAL, .nombre = "Sonora 2021", .archivo = "SON_GOB_2021.csv", .columnas = sonora,
      .bom = true, .comillas = true, .apostrofos = 1, .preambulo = "TFNV.",
      .fecha = "06/06/2021 23:40 (UTC-7)", .sin_acta = "-", .sin_acta_total = "-",
      .sin_hora = "-", .todos_total = "ILEGIBLE" },
    { LOCAL, .nombre = "INE 2024, solo CR", .archivo = "PRES_2024.csv",
      .columnas = federal, .bom = true, .fin = "\r", .apostrofos = 2,
      .titulo = "Presidencia", .ilegible = "Ilegible", .sin_dato = "Sin dato",
      .sin_acta = "Sin acta", .sin_acta_total = "0", .lista = true, .corchetes = true,
      .mixto_cuenta = true, .sin_hora = "-" },
    { LOCAL, .nombre = "INE 2021, con barras y CRLF",
      .archivo = "Diputaciones_2021.csv", .columnas = federal, .fin = "\r\n",
      .separador = '|', .titulo = "DIPUTACIONES FEDERALES", .ilegible = "Ilegible",
      .sin_dato = "Sin dato", .sin_acta = "-", .sin_acta_total = "-", .lista = true,
      .separa = ",", .contabilizada_fuera = "-", .mixto_cuenta = true,
      .sin_hora = "-" },
    { LOCAL,
      .nombre = "Puebla extraordinaria 2019",
      .archivo = "PUE_GUB_2019.csv",
      .columnas = federal,
      .latin1 = true,
      .renglon_sep = true,
      .separador = '|',
      .apostrofos = 2,
      .preambulo = "TFNV.",
      .fecha = "06/06/2021 23:40 (UTC-5)",
      .miles = true,
      .porciento = "%",
      .ilegible = "Ilegible",
      .sin_dato = "Sin dato",
      .sin_acta = "-",
      .sin_acta_total = "-",
      .lista = true,
      .separa = ",",
      .contabilizada_fuera = "-",
      .mixto_cuenta = true,
      .sin_hora = "-",
      .explicadas = 7 /* three counts with commas, four percentages with % */ },
    { LOCAL, .nombre = "Puebla 2018", .archivo = "PUE_GOB_2018.csv", .columnas = puebla,
      .apostrofos = 3, .preambulo = "TFNV.", .fecha = "2021-06-06 23:40 (UTC-5)",
      .hora_iso = true, .especiales_siempre_fuera = true, .sin_acta_total = "0" },
    { LOCAL, .nombre = "Querétaro 2018", .archivo = "QRO_DIP_LOC_2018.csv",
      .columnas = queretaro, .comillas = true, .preambulo = "TFNV.",
      .titulo = "DIPUTACIONES LOCALES", .fecha = "06/06/2021 11:45(UTC-5)",
      .contabilizada_sin_acta = "", .urbana = "URBANA", .sin_acta = "",
      .sin_acta_total = "", .sin_hora = "" },
    { LOCAL, .nombre = "IECM 2024, con barras", .archivo = "CDMX_JGOB_2024.csv",
      .columnas = iecm, .separador = '|', .titulo = "JEFATURA DE GOBIERNO" },
    { LOCAL, .nombre = "Campeche 2021, sin ceros", .archivo = "CAMP_GOB_2021.csv",
      .columnas = puebla, .preambulo = "TFNV.", .sin_ceros = true,
      .fecha = "06/06/2021 23:40 (UTC-5)" },
    { LOCAL, .nombre = "IFE 2012, sin claves ni encabezado",
      .archivo = "presidente.txt", .columnas = ife, .separador = '|', .preambulo = "TF",
      .titulo = "PRESIDENTE", .sin_acta = "-", .sin_acta_total = "-", .sin_hora = "-" },
    { LOCAL, .nombre = "renglones vacíos por todas partes",
      .archivo = "AGS_AYUN_2024.csv", .columnas = puebla, .titulo = "AYUNTAMIENTOS",
      .preambulo = "..T..F..N..V..", .fin = "\r\n", .separador = ';' },
};

#pragma GCC diagnostic pop

static void escribe(const struct carpeta *carpeta, const struct disposicion *d,
                    char path[static 200])
{
    struct buffer text;
    FILE *file;

    buffer_init(&text, 1024 * 1024);
    base_escribe(d, &text);
    snprintf(path, 200, "%s/%s", carpeta->path, d->archivo);
    file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(buffer_text(&text), 1, text.len, file), text.len);
    fclose(file);
    buffer_done(&text);
}

static void imprime(const struct comparacion *c)
{
    for (size_t i = 0; i < c->diferencia_count; i++) {
        const struct diferencia *d = &c->diferencias[i];

        print_message("    %s %s: «%s» / «%s»: %s\n", d->lugar, d->columna,
                      d->publicado, d->nuestro, causa_texto(d->causa));
    }
}

static void test_each_layout_comes_out_as_it_went_in(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(disposiciones); i++) {
        const struct disposicion *d = &disposiciones[i];
        struct prep_reason reason = { "" };
        struct comparacion comparison;
        char path[200], night[200], published[200];
        struct base theirs, ours;
        struct carpeta carpeta;

        print_message("  %s\n", d->nombre);
        carpeta_crea(&carpeta);
        escribe(&carpeta, d, path);
        snprintf(night, sizeof night, "%s/noche", carpeta.path);
        snprintf(published, sizeof published, "%s/publicado", carpeta.path);
        if (importa(path, night, &reason) != PREP_OK ||
            oraculo_publica(night, published, &reason) != PREP_OK) {
            fail_msg("%s: %s", d->nombre, reason.text);
        }
        assert_int_equal(base_lee(path, &theirs, &reason), PREP_OK);
        assert_int_equal(base_lee(published, &ours, &reason), PREP_OK);
        compara_bases(&theirs, &ours, NULL, &comparison);
        imprime(&comparison);
        assert_int_equal(comparison.por_causa[CAUSA_DE_SIN_EXPLICAR], 0);
        assert_int_equal(comparison.diferencia_count, d->explicadas);
        assert_int_equal(comparison.filas, COUNT_OF(renglones));
        assert_int_equal(theirs.elecciones[0].cortes[0].tabla->encabezado_count,
                         strchr(d->preambulo, 'V') == NULL ? 0 : 13);
        assert_int_equal(theirs.elecciones[0].cortes[0].tabla->ilegible_count, 0);
        comparacion_libera(&comparison);
        base_libera(&ours);
        base_libera(&theirs);
        carpeta_borra(&carpeta);
    }
}

#define MUTACIONES 100u /* per layout, read; one in ten imported too */

/* xorshift: the same mutations in every run. */
static uint32_t next_random(uint32_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state;
}

/* A few bytes changed, cut or repeated. */
static void mutate(struct buffer *text, uint32_t *random)
{
    static const char bytes[] = ",|\"'\n\r=-0123456789 \xFF\xC3N/A";

    for (unsigned i = 0; i < 1 + next_random(random) % 8; i++) {
        size_t at = next_random(random) % text->len;
        size_t len = next_random(random) % 40;

        len = len > text->len - at ? text->len - at : len;
        switch (next_random(random) % 3) {
        case 0:
            text->data[at] = bytes[next_random(random) % (sizeof bytes - 1)];
            break;
        case 1:
            memset(text->data + at, bytes[next_random(random) % (sizeof bytes - 1)],
                   len);
            break;
        default:
            memmove(text->data + at, text->data + next_random(random) % (at + 1), len);
            break;
        }
    }
}

/* Whatever comes is read or refused: nothing breaks, and what imports publishes. */
static void test_mutated_bases_are_read_or_refused(void **state)
{
    uint32_t random = 2463534242u;
    size_t imported = 0, refused = 0;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(disposiciones); i++) {
        for (unsigned n = 0; n < MUTACIONES; n++) {
            const struct disposicion *d = &disposiciones[i];
            char path[200], night[200], published[200];
            struct prep_reason reason = { "" };
            struct carpeta carpeta;
            struct buffer text;
            struct base base;
            FILE *file;

            carpeta_crea(&carpeta);
            buffer_init(&text, 1024 * 1024);
            base_escribe(d, &text);
            mutate(&text, &random);
            snprintf(path, sizeof path, "%s/%s", carpeta.path, d->archivo);
            file = fopen(path, "wb");
            assert_non_null(file);
            assert_int_equal(fwrite(text.data, 1, text.len, file), text.len);
            fclose(file);
            buffer_done(&text);
            if (base_lee(path, &base, &reason) == PREP_OK) {
                base_libera(&base);
            }
            snprintf(night, sizeof night, "%s/noche", carpeta.path);
            snprintf(published, sizeof published, "%s/publicado", carpeta.path);
            if (n % 10 == 0 && importa(path, night, &reason) == PREP_OK) {
                imported++;
                if (oraculo_publica(night, published, &reason) != PREP_OK) {
                    fail_msg("%s", reason.text);
                }
            } else if (n % 10 == 0) {
                refused++;
                print_message("  %s\n", reason.text);
            }
            carpeta_borra(&carpeta);
        }
    }
    print_message("  %zu importadas, %zu rechazadas\n", imported, refused);
    assert_true(imported > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_layout_comes_out_as_it_went_in),
        cmocka_unit_test(test_mutated_bases_are_read_or_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
