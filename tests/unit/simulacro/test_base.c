/*
 * test_base.c - bases are found in any archive and read in any encoding; what cannot be
 * read is kept, with its line and its reason.
 */
#include "simulacro/base.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "../prep/carpeta_prueba.h"
#include "simulacro/ajusta.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

#define COLUMNAS                                                                       \
    "CLAVE_CASILLA,CLAVE_ACTA,ID_ESTADO,ESTADO,ID_MUNICIPIO,MUNICIPIO,SECCION,"        \
    "ID_CASILLA,TIPO_CASILLA,EXT_CONTIGUA,PAN,PRI,C_PAN_PRI,NO_REGISTRADOS,NULOS,"     \
    "TOTAL_VOTOS_CALCULADO,LISTA_NOMINAL,OBSERVACIONES,CONTABILIZADA\n"
#define FILA_1                                                                         \
    "040001B0100,040001B010002,04,CAMPECHE,001,CALKIN\xC3\x8D,0001,01,B,00,10,20,3,0," \
    "1,"                                                                               \
    "34,500,,1\n"
#define FILA_2                                                                         \
    "040002B0100,040002B010002,04,CAMPECHE,001,CALKIN\xC3\x8D,0002,01,B,00,1,2,0,0,1," \
    "4,"                                                                               \
    "400,,1\n"
#define TITULO "AYUNTAMIENTOS\n06/06/2021 22:40 (UTC-5)\n\n"

static struct carpeta carpeta;

static int setup(void **state)
{
    (void)state;
    carpeta_crea(&carpeta);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    carpeta_borra(&carpeta);
    return 0;
}

static void run(const char *format)
{
    char command[600];

    snprintf(command, sizeof command, "cd '%s' && %s", carpeta.path, format);
    assert_int_equal(system(command), 0);
}

static void open_base(const char *name, struct base *base)
{
    struct prep_reason reason = { "" };
    char path[300];

    snprintf(path, sizeof path, "%s/%s", carpeta.path, name);
    if (base_lee(path, base, &reason) != PREP_OK) {
        fail_msg("%s", reason.text);
    }
}

static const char *cell(const struct base *base, size_t row, enum columna_clase clase)
{
    const struct tabla *tabla = base->elecciones[0].cortes[0].tabla;

    return tabla_celda(tabla, &tabla->filas[row], clase);
}

static void test_the_same_table_in_every_wrapping(void **state)
{
    static const char *const names[] = { "CAMP_AYUN_2021.csv", "uno.tar.gz",
                                         "dos.tar.gz", "AYUN.csv.gz", "carpeta" };

    (void)state;
    carpeta_escribe(&carpeta, "CAMP_AYUN_2021.csv", TITULO COLUMNAS FILA_1 FILA_2);
    carpeta_escribe(&carpeta, "LEEME.txt", "CLAVE_CASILLA, SECCION, TIPO_CASILLA\n");
    run("tar czf uno.tar.gz CAMP_AYUN_2021.csv LEEME.txt");
    run("tar czf dos.tar.gz uno.tar.gz");
    run("gzip -c CAMP_AYUN_2021.csv > AYUN.csv.gz");
    run("mkdir -p carpeta/20210606_2240 && cp CAMP_AYUN_2021.csv "
        "carpeta/20210606_2240");
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        struct base base;

        print_message("  %s\n", names[i]);
        open_base(names[i], &base);
        assert_int_equal(base.eleccion_count, 1);
        assert_string_equal(base.elecciones[0].clave, "AYUN");
        assert_int_equal(base.elecciones[0].territorio, TERRITORIO_MUNICIPIO);
        assert_string_equal(base.entidad, "CAMP");
        assert_int_equal(base.desfase_min, -300);
        assert_string_equal(base.cortes[0].sello, "20210606_2240");
        assert_int_equal(base.elecciones[0].cortes[0].fila_count, 2);
        assert_string_equal(cell(&base, 0, COL_TERRITORIO_NOMBRE), "CALKIN\xC3\x8D");
        base_libera(&base);
    }
}

static void test_cp1252_is_read_as_what_it_says(void **state)
{
    struct base base;

    (void)state;
    carpeta_escribe(
        &carpeta, "AYUN_latin.csv",
        TITULO COLUMNAS
        "040001B0100,040001B010002,04,CAMPECHE,001,CALKIN\xCD \x93uno\x94,0001,"
        "01,B,00,10,20,3,0,1,34,500,,1\n");
    open_base("AYUN_latin.csv", &base);
    assert_string_equal(cell(&base, 0, COL_TERRITORIO_NOMBRE), "CALKINÍ “uno”");
    base_libera(&base);
}

static void test_marks_of_spreadsheets_are_not_values(void **state)
{
    struct base base;

    (void)state;
    carpeta_escribe(
        &carpeta, "AYUN_marcas.csv",
        TITULO COLUMNAS
        "'040001B0100','040001B010002,=\"04\",\" CAMPECHE \",'001,"
        "\"CALKINI, \"\"EL\"\" BAJO\",'0001,\"01\",B,=\"00\",10,20,3,0,1,34,"
        "500,,1\n");
    open_base("AYUN_marcas.csv", &base);
    assert_string_equal(cell(&base, 0, COL_CLAVE_CASILLA), "040001B0100");
    assert_string_equal(cell(&base, 0, COL_CLAVE_ACTA), "040001B010002");
    assert_string_equal(cell(&base, 0, COL_ENTIDAD), "04");
    assert_string_equal(cell(&base, 0, COL_ENTIDAD_NOMBRE), "CAMPECHE");
    assert_string_equal(cell(&base, 0, COL_TERRITORIO_NOMBRE), "CALKINI, \"EL\" BAJO");
    assert_string_equal(cell(&base, 0, COL_EXT_CONTIGUA), "00");
    base_libera(&base);
}

static void test_unreadable_rows_are_kept_with_line_and_reason(void **state)
{
    struct prep_reason reason = { "" };
    char path[300], night[300], report[400];
    char text[2048] = "";
    struct base base;
    FILE *file;

    (void)state;
    carpeta_escribe(&carpeta, "AYUN_malos.csv",
                    TITULO COLUMNAS FILA_1
                    "040009B0100,solo,cuatro,campos\n" FILA_2
                    "040003B0100,\"comillas que no se cierran,04\n");
    open_base("AYUN_malos.csv", &base);
    assert_int_equal(base.elecciones[0].cortes[0].fila_count, 2);
    assert_int_equal(base.elecciones[0].cortes[0].tabla->ilegible_count, 2);
    assert_int_equal(base.elecciones[0].cortes[0].tabla->ilegibles[0].linea, 6);
    assert_non_null(strstr(base.elecciones[0].cortes[0].tabla->ilegibles[0].motivo,
                           "tiene 4 columnas y deben ser 19"));
    assert_int_equal(base.elecciones[0].cortes[0].tabla->ilegibles[1].linea, 8);
    base_libera(&base);
    snprintf(path, sizeof path, "%s/AYUN_malos.csv", carpeta.path);
    snprintf(night, sizeof night, "%s/noche", carpeta.path);
    snprintf(report, sizeof report, "%s/ilegibles.csv", night);
    assert_int_equal(importa(path, night, &reason), PREP_OK);
    file = fopen(report, "rb");
    assert_non_null(file);
    assert_true(fread(text, 1, sizeof text - 1, file) > 0);
    fclose(file);
    assert_non_null(strstr(text, ",6,tiene 4 columnas y deben ser 19,"));
    assert_non_null(strstr(text, "040009B0100,solo,cuatro,campos"));
}

static void test_a_field_may_hold_an_end_of_line(void **state)
{
    struct base base;

    (void)state;
    carpeta_escribe(
        &carpeta, "AYUN_lineas.csv",
        TITULO COLUMNAS
        "040001B0100,040001B010002,04,CAMPECHE,001,\"CALKINI\nBAJO\",0001,01,B,"
        "00,10,20,3,0,1,34,500,,1\n" FILA_2);
    open_base("AYUN_lineas.csv", &base);
    assert_int_equal(base.elecciones[0].cortes[0].fila_count, 2);
    assert_string_equal(cell(&base, 0, COL_TERRITORIO_NOMBRE), "CALKINI BAJO");
    base_libera(&base);
}

static void test_equal_keys_are_told_apart_by_their_order(void **state)
{
    struct base base;

    (void)state;
    carpeta_escribe(&carpeta, "AYUN_claves.csv", TITULO COLUMNAS FILA_1 FILA_1 FILA_2);
    open_base("AYUN_claves.csv", &base);
    assert_int_equal(base.elecciones[0].cortes[0].fila_count, 3);
    assert_string_not_equal(base.elecciones[0].cortes[0].filas[0].clave,
                            base.elecciones[0].cortes[0].filas[1].clave);
    base_libera(&base);
}

static const struct {
    const char *name, *text, *says;
    enum prep_status status;
} refused[] = {
    { "nada.csv", "", "ninguna base de resultados", PREP_ERR_NOT_FOUND },
    { "carta.csv", "Estimado,señor\nle escribo,hoy\n", "ninguna base de resultados",
      PREP_ERR_NOT_FOUND },
    { "roto.zip", "PK\x03\x04 esto no es un zip", "roto.zip", PREP_ERR_FORMAT },
    { "sin_nulos.csv",
      "GUBERNATURA\n06/06/2021 22:40\nSECCION,TIPO_CASILLA,ID_CASILLA,PAN,PRI,"
      "LISTA_NOMINAL\n0001,B,01,1,2,600\n",
      "no se reconocen sus columnas de votos", PREP_ERR_FORMAT },
};

static void test_what_is_no_base_is_refused_with_its_reason(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(refused); i++) {
        struct prep_reason reason = { "" };
        char path[300], night[300];

        carpeta_escribe(&carpeta, refused[i].name, refused[i].text);
        snprintf(path, sizeof path, "%s/%s", carpeta.path, refused[i].name);
        snprintf(night, sizeof night, "%s/no", carpeta.path);
        assert_int_equal(importa(path, night, &reason), refused[i].status);
        print_message("  %s\n", reason.text);
        assert_non_null(strstr(reason.text, refused[i].says));
    }
    {
        struct prep_reason reason = { "" };

        assert_int_equal(importa("/no/existe.zip", "/tmp/no", &reason),
                         PREP_ERR_NOT_FOUND);
    }
}

static void test_numbers_and_dates_as_they_were_really_written(void **state)
{
    static const struct {
        const char *text;
        int64_t value; /* -1: not a number */
    } numbers[] = { { "4,778", 4778 },    { "2658993.0", 2658993 },
                    { "100.0000%", 100 }, { "0", 0 },
                    { "", -1 },           { "-", -1 },
                    { "39.226", -1 },     { "12a", -1 },
                    { "SIN DATO", -1 },   { "99999999999999999999", -1 } };
    static const struct {
        const char *text;
        int64_t local_ms; /* -1: not a date */
        int offset_min;   /* 1: none said */
    } dates[] = { { "06/06/2021 22:40 (UTC-5)", 1623019200000, -300 },
                  { "06/06/2021 22:40(UTC-5)", 1623019200000, -300 },
                  { "Corte: 06/06/2021 22:40 UTC -6:00", 1623019200000, -360 },
                  { "2021-06-06 22:40:00.000000", 1623019200000, 1 },
                  { "06/06/2021 22:40:07", 1623019207000, 1 },
                  { "2021-06-06T22:40:00", 1623019200000, 1 },
                  { "06/06/2021", -1, 1 },
                  { "31/06/2021 22:40", -1, 1 },
                  { "-", -1, 1 },
                  { "", -1, 1 } };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(numbers); i++) {
        int64_t value = -1;
        bool is = numero_tolerante(numbers[i].text, &value);

        print_message("  «%s»\n", numbers[i].text);
        assert_int_equal(is, numbers[i].value >= 0);
        if (is) {
            assert_int_equal(value, numbers[i].value);
        }
    }
    for (size_t i = 0; i < COUNT_OF(dates); i++) {
        int64_t ms = -1;
        int offset = 1;
        bool tiene, is = fecha_tolerante(dates[i].text, &ms, &tiene, &offset);

        print_message("  «%s»\n", dates[i].text);
        assert_int_equal(is, dates[i].local_ms >= 0);
        if (is) {
            assert_int_equal(ms, dates[i].local_ms);
            assert_int_equal(tiene, dates[i].offset_min != 1);
            assert_int_equal(offset, dates[i].offset_min);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_same_table_in_every_wrapping),
        cmocka_unit_test(test_cp1252_is_read_as_what_it_says),
        cmocka_unit_test(test_marks_of_spreadsheets_are_not_values),
        cmocka_unit_test(test_unreadable_rows_are_kept_with_line_and_reason),
        cmocka_unit_test(test_a_field_may_hold_an_end_of_line),
        cmocka_unit_test(test_equal_keys_are_told_apart_by_their_order),
        cmocka_unit_test(test_what_is_no_base_is_refused_with_its_reason),
        cmocka_unit_test(test_numbers_and_dates_as_they_were_really_written),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
