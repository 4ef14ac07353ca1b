/*
 * test_catalogo.c - a catalogue is read row by row, or refused where it is wrong.
 */
#include "prep/catalogo.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "carpeta_prueba.h"
#include "definicion_ejemplo.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static const char good[] =
    "id,eleccion,clave_casilla,clave_acta,entidad,entidad_nombre,territorio,"
    "territorio_nombre,seccion,id_casilla,tipo_casilla,ext_contigua,ubicacion,tipo_"
    "acta,"
    "lista_nominal,representantes,catd,no_aplica\n"
    "1,GUB,010001B0100,010001B01002,01,PRUEBA,001,\"CALVILLO, AGS.\",0001,01,B,00,1,2,"
    "600,20,CATD-1,\n"
    "2,GUB,010001C0100,010001C01002,01,PRUEBA,001,Nuñez,0001,01,C,00,1,2,600,,,"
    "CAND_IND_1 C_PAN_PRI\n"
    "3,GUB,010000A0100,010000A01002,01,PRUEBA,001,,N/A,N/A,A,00,1,2,16,,,\n";

static struct carpeta carpeta;
static struct definicion *definicion;
static char path[128];

static int setup(void **state)
{
    struct prep_reason reason = { "" };

    (void)state;
    carpeta_crea(&carpeta);
    carpeta_escribe(&carpeta, "definicion.yaml", definicion_ejemplo);
    snprintf(path, sizeof path, "%s/catalogo.csv", carpeta.path);
    return definicion_load(carpeta.path, &definicion, &reason) == PREP_OK ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    definicion_free(&definicion);
    carpeta_borra(&carpeta);
    return 0;
}

struct seen {
    size_t count;
    struct catalogo_acta actas[4];
    enum prep_status answer; /* of the last visit */
};

static enum prep_status visit(const struct catalogo_acta *acta, void *context,
                              struct prep_reason *reason)
{
    struct seen *seen = context;

    seen->actas[seen->count++] = *acta;
    return seen->answer == PREP_OK ? PREP_OK
                                   : prep_fail(reason, seen->answer, "el visitante");
}

static enum prep_status lee(const char *text, struct seen *seen, struct hash *sha256,
                            struct prep_reason *reason)
{
    seen->count = 0;
    carpeta_escribe(&carpeta, "catalogo.csv", text);
    return catalogo_read(path, definicion, visit, seen, sha256, reason);
}

static void test_rows_come_in_file_order_with_every_field(void **state)
{
    struct prep_reason reason = { "" };
    struct seen seen = { 0 };
    struct hash sha256, expected;

    (void)state;
    assert_int_equal(lee(good, &seen, &sha256, &reason), PREP_OK);
    assert_int_equal(seen.count, 3);
    assert_int_equal(seen.actas[0].id, 1);
    assert_int_equal(seen.actas[0].eleccion, 1);
    assert_string_equal(seen.actas[0].clave_acta, "010001B01002");
    assert_string_equal(seen.actas[0].territorio_nombre, "CALVILLO, AGS.");
    assert_string_equal(seen.actas[0].catd, "CATD-1");
    assert_int_equal(seen.actas[0].lista_nominal, 600);
    assert_int_equal(seen.actas[0].representantes, 20);
    assert_int_equal(seen.actas[1].representantes, CATALOGO_REPRESENTANTES_DESCONOCIDO);
    assert_true(catalogo_no_aplica(seen.actas[1].no_aplica, 4));
    assert_true(catalogo_no_aplica(seen.actas[1].no_aplica, 3));
    assert_false(catalogo_no_aplica(seen.actas[1].no_aplica, 0));
    assert_false(catalogo_no_aplica(seen.actas[0].no_aplica, 4));
    hash_of(good, strlen(good), &expected);
    assert_true(hash_equal(&sha256, &expected));
}

/* A ballot of more than eight options: each has its own bit. */
static void test_every_option_of_a_long_ballot_can_be_absent(void **state)
{
    const char *at = strstr(definicion_ejemplo, "      - {clave: PAN,");
    const char *columns = strstr(definicion_ejemplo, "        - {nombre: PAN,");
    struct prep_reason reason = { "" };
    struct definicion *larga = NULL;
    struct seen seen = { 0 };
    struct hash sha256;
    char text[sizeof definicion_ejemplo + 4096] = "", rows[sizeof good] = "";

    (void)state;
    memcpy(text, definicion_ejemplo, (size_t)(at - definicion_ejemplo));
    for (unsigned i = 0; i < 20; i++) {
        sprintf(text + strlen(text), "      - {clave: P%u, tipo: partido}\n", i);
    }
    sprintf(text + strlen(text), "%.*s", (int)(columns - at), at);
    for (unsigned i = 0; i < 20; i++) {
        sprintf(text + strlen(text),
                "        - {nombre: P%u, fuente: \"opcion:P%u\"}\n", i, i);
    }
    strcat(text, columns);
    carpeta_escribe(&carpeta, "definicion.yaml", text);
    if (definicion_load(carpeta.path, &larga, &reason) != PREP_OK) {
        fail_msg("%s", reason.text);
    }
    memcpy(rows, good, sizeof good);
    memcpy(strstr(rows, "CAND_IND_1 C_PAN_PRI"), "P3 P19 CAND_IND_1   ", 20);
    carpeta_escribe(&carpeta, "catalogo.csv", rows);
    assert_int_equal(catalogo_read(path, larga, visit, &seen, &sha256, &reason),
                     PREP_OK);
    for (size_t i = 0; i < 27; i++) {
        assert_int_equal(catalogo_no_aplica(seen.actas[1].no_aplica, i),
                         i == 3 || i == 19 || i == 24);
    }
    definicion_free(&larga);
    carpeta_escribe(&carpeta, "definicion.yaml", definicion_ejemplo);
}

static void test_repeated_keys_are_taken(void **state)
{
    struct prep_reason reason = { "" };
    struct seen seen = { 0 };
    char text[sizeof good];

    (void)state;
    memcpy(text, good, sizeof good);
    memcpy(strstr(text, "010001C0100,010001C0"), "010001B0100,010001B0", 20);
    assert_int_equal(lee(text, &seen, NULL, &reason), PREP_OK);
    assert_string_equal(seen.actas[0].clave_casilla, seen.actas[1].clave_casilla);
}

static void test_the_visitor_can_stop_the_reading(void **state)
{
    struct prep_reason reason = { "" };
    struct seen seen = { .answer = PREP_ERR_FULL };

    (void)state;
    assert_int_equal(lee(good, &seen, NULL, &reason), PREP_ERR_FULL);
    assert_int_equal(seen.count, 1);
}

static const struct {
    const char *from, *to;
    unsigned line;
    enum prep_status status;
    const char *says;
} mistakes[] = {
    { "id,eleccion", "ide,eleccion", 1, PREP_ERR_FORMAT, "aquí va «id»" },
    { ",catd,no_aplica", ",no_aplica,catd", 1, PREP_ERR_FORMAT, "aquí va «catd»" },
    { ",catd,no_aplica", ",catd", 1, PREP_ERR_FORMAT, "deben ser 18" },
    { "1,GUB", "7,GUB", 2, PREP_ERR_RANGE, "aquí toca 1" },
    { "2,GUB", "1,GUB", 3, PREP_ERR_RANGE, "aquí toca 2" },
    { "2,GUB", "02x,GUB", 3, PREP_ERR_RANGE, "id: «02x»" },
    { "2,GUB", "2,AYUN", 3, PREP_ERR_RANGE, "eleccion: «AYUN»: no está en definicion" },
    { ",B,00,", ",Z,00,", 2, PREP_ERR_RANGE, "tipo_casilla: «Z»" },
    { ",B,00,", ",BC,00,", 2, PREP_ERR_RANGE, "tipo_casilla: «BC»" },
    { ",B,00,", ",,00,", 2, PREP_ERR_RANGE, "tipo_casilla: «»" },
    { ",600,20,", ",-1,20,", 2, PREP_ERR_RANGE, "lista_nominal: «-1»" },
    { ",600,20,", ",,20,", 2, PREP_ERR_RANGE, "lista_nominal: «»" },
    { ",600,20,", ",6e2,20,", 2, PREP_ERR_RANGE, "lista_nominal: «6e2»" },
    { ",600,20,", ",10000000,20,", 2, PREP_ERR_RANGE, "de 0 a 9999999" },
    { ",600,20,", ",600,99999,", 2, PREP_ERR_RANGE, "representantes: «99999»" },
    { "CAND_IND_1 C_PAN_PRI", "CAND_IND_2", 3, PREP_ERR_RANGE,
      "no_aplica: «CAND_IND_2»: no es una opción de GUB" },
    { "1,GUB,010001B0100", "1,GUB,", 2, PREP_ERR_FORMAT, "clave_casilla: «»" },
    { "CATD-1", "CATD-1-que-se-llama-demasiado-largo", 2, PREP_ERR_RANGE,
      "acórtelo a 31" },
    { "CATD-1", "CATD\t1", 2, PREP_ERR_FORMAT, "carácter de control" },
    { ",CATD-1,\n", ",CATD-1\n", 2, PREP_ERR_FORMAT, "tiene 17 columnas" },
    { "\"CALVILLO, AGS.\"", "\"CALVILLO, AGS.", 2, PREP_ERR_FORMAT, "comillas" },
};

static void test_each_mistake_names_line_column_value_and_cure(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(mistakes); i++) {
        const char *at = strstr(good, mistakes[i].from);
        struct prep_reason reason = { "" };
        struct seen seen = { 0 };
        char text[2 * sizeof good] = "", where[160];

        print_message("  %s -> %s\n", mistakes[i].from, mistakes[i].to);
        assert_non_null(at);
        memcpy(text, good, (size_t)(at - good));
        strcat(text, mistakes[i].to);
        strcat(text, at + strlen(mistakes[i].from));
        assert_int_equal(lee(text, &seen, NULL, &reason), mistakes[i].status);
        print_message("    %s\n", reason.text);
        snprintf(where, sizeof where, "%s:%u:", path, mistakes[i].line);
        assert_memory_equal(reason.text, where, strlen(where));
        assert_non_null(strstr(reason.text, mistakes[i].says));
    }
}

static void test_an_empty_or_missing_catalogue_says_so(void **state)
{
    struct prep_reason reason = { "" };
    struct seen seen = { 0 };
    char header[512] = "";

    (void)state;
    memcpy(header, good, (size_t)(strchr(good, '\n') - good) + 1);
    assert_int_equal(lee(header, &seen, NULL, &reason), PREP_ERR_FORMAT);
    assert_non_null(strstr(reason.text, "no tiene ninguna acta"));
    assert_int_equal(lee("", &seen, NULL, &reason), PREP_ERR_FORMAT);
    assert_int_equal(
        catalogo_read("/no/existe.csv", definicion, visit, &seen, NULL, &reason),
        PREP_ERR_NOT_FOUND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows_come_in_file_order_with_every_field),
        cmocka_unit_test(test_every_option_of_a_long_ballot_can_be_absent),
        cmocka_unit_test(test_repeated_keys_are_taken),
        cmocka_unit_test(test_the_visitor_can_stop_the_reading),
        cmocka_unit_test(test_each_mistake_names_line_column_value_and_cure),
        cmocka_unit_test(test_an_empty_or_missing_catalogue_says_so),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
