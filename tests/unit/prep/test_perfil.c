/*
 * test_perfil.c - a profile renders each kind of row as its description says.
 *
 * METHOD
 *     The example definition, and one acta put in every state; then the same with
 *     one word of the profile changed.
 */
#include "prep/perfil.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/clock.h"
#include "carpeta_prueba.h"
#include "definicion_ejemplo.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#define NOCHE_MS INT64_C(1812333600000) /* 2027-06-06 20:00:00 (UTC-6) */

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

/* The example with the first `from` turned into `to`; NULL: as it is. */
static struct definicion *load(const char *from, const char *to)
{
    char text[2 * sizeof definicion_ejemplo] = "";
    const char *at = from == NULL ? NULL : strstr(definicion_ejemplo, from);
    struct definicion *definicion = NULL;
    struct prep_reason reason = { "" };

    if (from == NULL) {
        strcat(text, definicion_ejemplo);
    } else {
        assert_non_null(at);
        memcpy(text, definicion_ejemplo, (size_t)(at - definicion_ejemplo));
        strcat(text, to);
        strcat(text, at + strlen(from));
    }
    carpeta_escribe(&carpeta, "definicion.yaml", text);
    if (definicion_load(carpeta.path, &definicion, &reason) != PREP_OK) {
        fail_msg("%s", reason.text);
    }
    return definicion;
}

struct caso {
    const char *nombre;
    bool fuera, verificada;
    enum sin_acta sin_acta;
    char tipo;
    int lista;
    celda celdas[9]; /* boletas, asentado, PAN, PRI, MORENA, C, CI, NR, NULOS */
    const char *fila;
};

#define CLAVES "'010001B0100,'010001B01002',0001,"

static const struct caso casos[] = {
    { "normal",
      false,
      true,
      0,
      'B',
      600,
      { 17, 336, 100, 50, 150, 20, 5, 1, 10 },
      CLAVES "B,17,100,50,150,20,5,1,10,336,600,20,,1,06/06/2027 20:00:00,CATD" },
    { "algun campo",
      false,
      true,
      0,
      'B',
      600,
      { -1, -2, 120, -1, 130, 10, -2, 0, 8 },
      CLAVES "B,ILEGIBLE,120,ILEGIBLE,130,10,SIN DATO,0,8,268,600,20,"
             "ALGÚN CAMPO ILEGIBLE O SIN DATO,1,06/06/2027 20:00:00,CATD" },
    { "excede",
      false,
      true,
      0,
      'B',
      500,
      { 0, 0, 201, 100, 200, 10, 0, 0, 10 },
      CLAVES "B,0,201,100,200,10,0,0,10,521,500,20,EXCEDE LISTA NOMINAL,0,"
             "06/06/2027 20:00:00,CATD" },
    { "excede, with cells that cannot be read: it stands alone",
      false,
      true,
      0,
      'B',
      500,
      { 0, 0, 521, -1, -2, 10, 0, 0, 10 },
      CLAVES "B,0,521,ILEGIBLE,SIN DATO,10,0,0,10,541,500,20,EXCEDE LISTA NOMINAL,0,"
             "06/06/2027 20:00:00,CATD" },
    { "todos",
      false,
      true,
      0,
      'B',
      550,
      { 0, 0, -1, -1, -2, -2, -2, -2, -2 },
      CLAVES "B,0,ILEGIBLE,ILEGIBLE,SIN DATO,SIN DATO,SIN DATO,SIN DATO,SIN DATO,0,550,"
             "20,TODOS ILEGIBLES O SIN DATO,0,06/06/2027 20:00:00,CATD" },
    { "una opción que no existe ahí",
      false,
      true,
      0,
      'B',
      600,
      { 17, 336, 100, 50, 150, 20, -3, 1, 10 },
      CLAVES "B,17,100,50,150,20,-,1,10,331,600,20,,1,06/06/2027 20:00:00,CATD" },
    { "sin acta",
      false,
      false,
      SIN_ACTA_SIN_BOLSA,
      'B',
      300,
      { 0 },
      CLAVES "B,SIN ACTA,SIN ACTA,SIN ACTA,SIN ACTA,SIN ACTA,-,SIN ACTA,SIN ACTA,"
             "SIN ACTA,300,20,SIN ACTA POR PAQUETE ENTREGADO SIN BOLSA,0,"
             "06/06/2027 20:00:00,CATD" },
    { "no capturada",
      false,
      false,
      0,
      'B',
      450,
      { 0 },
      CLAVES "B,-,-,-,-,-,-,-,-,-,-,20,-,-,06/06/2027 20:00:00,CATD" },
    { "mesa del extranjero: sin lista",
      false,
      true,
      0,
      'M',
      450,
      { 17, 336, 100, 50, 150, 20, 5, 1, 10 },
      CLAVES "M,17,100,50,150,20,5,1,10,336,N/A,20,,1,06/06/2027 20:00:00,CATD" },
    { "fuera de catálogo",
      true,
      false,
      0,
      '\0',
      0,
      { 0 },
      "-,-,-,-,-,-,-,-,-,-,-,-,-,-,20,FUERA DE CATÁLOGO,2,06/06/2027 20:00:00,CATD" },
};

static void vista_de(const struct eleccion *eleccion, const struct caso *caso,
                     struct acta_vista *vista)
{
    *vista = (struct acta_vista){
        .hechos = { .fuera_de_catalogo = caso->fuera,
                    .sin_acta = caso->sin_acta,
                    .verificada = caso->verificada,
                    .tipo_casilla = caso->tipo,
                    .lista_nominal = caso->lista,
                    .representantes = 20 },
        .origen = 2,
        .tiene_acopio = true,
        .acopio_ms = NOCHE_MS,
    };
    if (!caso->fuera) {
        strcpy(vista->catalogo.clave_casilla, "010001B0100");
        strcpy(vista->catalogo.clave_acta, "010001B01002");
        strcpy(vista->catalogo.seccion, "0001");
        vista->catalogo.tipo_casilla[0] = caso->tipo;
        /* CAND_IND_1 is not on the ballot where the acta says so, or has none. */
        if (caso->celdas[6] == CELDA_NO_APLICA || caso->sin_acta != SIN_ACTA_NO) {
            vista->catalogo.no_aplica[0] = 1u << 4;
        }
    }
    memcpy(vista->celdas, caso->celdas, sizeof caso->celdas);
    vista->hechos.celdas = vista->celdas;
    reglas_decide(eleccion, &vista->hechos, &vista->decision);
}

static void test_each_kind_of_row_is_written_as_the_profile_says(void **state)
{
    struct definicion *definicion = load(NULL, NULL);
    const struct eleccion *eleccion = definicion_eleccion(definicion, 1);

    (void)state;
    for (size_t i = 0; i < COUNT_OF(casos); i++) {
        struct acta_vista vista;
        struct buffer out;
        char expected[512];

        print_message("  %s\n", casos[i].nombre);
        buffer_init(&out, 4096);
        vista_de(eleccion, &casos[i], &vista);
        perfil_fila(definicion, eleccion, &vista, &out);
        snprintf(expected, sizeof expected, "%s\n", casos[i].fila);
        assert_string_equal(buffer_text(&out), expected);
        buffer_done(&out);
    }
    definicion_free(&definicion);
}

/* One word of the profile, and what changes in the row of the first case or second. */
static const struct {
    const char *from, *to;
    size_t caso;
    const char *contiene;
} cambios[] = {
    { "separador: \",\"", "separador: \"|\"", 0, "|17|100|50|" },
    { "fin_de_linea: lf", "fin_de_linea: cr", 0, "CATD\r" },
    { "fin_de_linea: lf", "fin_de_linea: crlf", 0, "CATD\r\n" },
    { "comillas: minimas", "comillas: texto", 0, "\"CATD\"" },
    { "apostrofo: inicial", "apostrofo: ninguno", 0, "010001B0100,'010001B01002'," },
    { "DD/MM/AAAA hh:mm:ss", "AAAA-MM-DD hh:mm:ss.000", 0, "2027-06-06 20:00:00.000" },
    { "ilegible: ILEGIBLE", "ilegible: \"0\"", 1, ",0,120,0,130," },
    { "algun_campo: ALGÚN CAMPO ILEGIBLE O SIN DATO", "algun_campo: \"uno, dos\"", 1,
      ",\"uno, dos\",1," },
    { "algun_campo: ALGÚN CAMPO ILEGIBLE O SIN DATO", "algun_campo: 'uno \"dos\"'", 1,
      ",\"uno \"\"dos\"\"\",1," },
    { "desfase: \"-06:00\"", "desfase: \"-05:00\"", 0, "06/06/2027 21:00:00" },
};

static void test_one_word_of_the_profile_changes_the_row(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cambios); i++) {
        struct definicion *definicion = load(cambios[i].from, cambios[i].to);
        const struct eleccion *eleccion = definicion_eleccion(definicion, 1);
        struct acta_vista vista;
        struct buffer out;

        print_message("  %s\n", cambios[i].to);
        buffer_init(&out, 4096);
        vista_de(eleccion, &casos[cambios[i].caso], &vista);
        perfil_fila(definicion, eleccion, &vista, &out);
        assert_non_null(strstr(buffer_text(&out), cambios[i].contiene));
        buffer_done(&out);
        definicion_free(&definicion);
    }
}

static const char lista[] =
    "estilo: lista\n        apertura: \"['\"\n        separador: \"', '\"\n"
    "        cierre: \"']\"\n        orden: [excede, ilegible, sin_dato]\n"
    "        ilegible: Ilegible\n        sin_dato: Sin dato\n"
    "        excede: Excede Lista Nominal\n        todos_ilegibles: Todos ilegibles\n"
    "        todos_sin_dato: Todos vacíos\n        todos_mixto: \"\"\n";

static const struct {
    celda celdas[9];
    int lista;
    const char *observacion;
} listas[] = {
    { { 0, 0, 1, 2, 3, 0, 0, 0, 0 }, 600, ",,1," },
    { { 0, 0, 1, -1, 3, 0, 0, 0, 0 }, 600, ",['Ilegible'],1," },
    { { 0, 0, 1, -2, 3, 0, 0, 0, 0 }, 600, ",['Sin dato'],1," },
    { { 0, 0, 1, -2, -1, 0, 0, 0, 0 }, 600, ",\"['Ilegible', 'Sin dato']\",1," },
    { { 0, 0, 900, -2, -1, 0, 0, 0, 0 },
      600,
      ",\"['Excede Lista Nominal', 'Ilegible', 'Sin dato']\",0," },
    { { 0, 0, -1, -1, -1, -1, -1, -1, -1 }, 600, ",['Todos ilegibles'],0," },
    { { 0, 0, -2, -2, -2, -2, -2, -2, -2 }, 600, ",['Todos vacíos'],0," },
    { { 0, 0, -1, -2, -2, -2, -2, -2, -2 }, 600, ",\"['Ilegible', 'Sin dato']\",0," },
};

static void test_the_federal_list_joins_every_cause(void **state)
{
    char to[1024];
    struct definicion *definicion;
    const char *from = strstr(definicion_ejemplo, "estilo: local");
    const char *end = strstr(definicion_ejemplo, "        paquete_no_entregado");
    char rest[1024] = "";

    (void)state;
    memcpy(rest, from, (size_t)(end - from));
    snprintf(to, sizeof to,
             "%s        ninguna: \"\"\n        no_capturada: \"-\"\n"
             "        fuera: Fuera de Catálogo\n",
             lista);
    definicion = load(rest, to);
    for (size_t i = 0; i < COUNT_OF(listas); i++) {
        const struct eleccion *eleccion = definicion_eleccion(definicion, 1);
        struct caso caso = { .verificada = true,
                             .tipo = 'B',
                             .lista = listas[i].lista };
        struct acta_vista vista;
        struct buffer out;

        memcpy(caso.celdas, listas[i].celdas, sizeof caso.celdas);
        buffer_init(&out, 4096);
        vista_de(eleccion, &caso, &vista);
        perfil_fila(definicion, eleccion, &vista, &out);
        print_message("  %s", buffer_text(&out));
        assert_non_null(strstr(buffer_text(&out), listas[i].observacion));
        buffer_done(&out);
    }
    definicion_free(&definicion);
}

static void preambulo(const char *from, const char *to, char out_text[static 2048])
{
    struct definicion *definicion = load(from, to);
    const struct eleccion *eleccion = definicion_eleccion(definicion, 1);
    struct encabezado encabezado;
    struct resumen resumen = { .esperadas = 9,
                               .capturadas = 8,
                               .contabilizadas = 5,
                               .no_contabilizadas = 3,
                               .inconsistentes = 3,
                               .fuera_de_catalogo = 1,
                               .lista_nominal = 2150,
                               .votos_c_cs = 2124,
                               .votos_s_cs = 1424 };
    struct buffer out;

    buffer_init(&out, 4096);
    encabezado_calcula(&resumen, true, &encabezado);
    perfil_preambulo(definicion, eleccion, &encabezado, NOCHE_MS, &out);
    snprintf(out_text, 2048, "%s", buffer_text(&out));
    buffer_done(&out);
    definicion_free(&definicion);
}

static void test_the_preamble_keeps_its_order_and_its_percentages(void **state)
{
    static const char first[] = "GUBERNATURA\n06/06/2027 20:00 (UTC-6)\n\n"
                                "ACTAS_ESPERADAS,ACTAS_REGISTRADAS,";
    char text[2048];

    (void)state;
    preambulo(NULL, NULL, text);
    assert_memory_equal(text, first, strlen(first));
    assert_non_null(strstr(text, "\n9,9,1,8,88.8888,5,55.5555,33.3333,3,2150,2124,1424,"
                                 "98.7906\n\nCLAVE_CASILLA,CLAVE_ACTA,"));
    preambulo("bom: no", "bom: yes", text);
    assert_memory_equal(text, "\xEF\xBB\xBFGUBERNATURA", 14);
    preambulo("[titulo, fecha, vacia, nombres, valores, vacia]",
              "[separador, titulo, fecha, nombres, valores]", text);
    assert_memory_equal(text, "sep=,\nGUBERNATURA\n06/06", strlen("sep=,\nGUB"));
    preambulo(
        "      formato_fecha: \"DD/MM/AAAA hh:mm (UTCZ)\"",
        "      titulo: \"Elección\"\n      formato_fecha: \"AAAA-MM-DD hh:mm(UTCZ)\"",
        text);
    assert_memory_equal(text, "Elección\n2027-06-06 20:00(UTC-6)\n",
                        strlen("Elección\n2027-06-06 20:00(UTC-6)\n"));
}

static void test_zeros_at_the_end_are_dropped_when_the_profile_says(void **state)
{
    struct definicion *definicion = load("cuatro_decimales", "sin_ceros");
    const struct eleccion *eleccion = definicion_eleccion(definicion, 1);
    struct resumen resumen = {
        .esperadas = 8, .capturadas = 8, .contabilizadas = 4, .lista_nominal = 3
    };
    struct encabezado encabezado;
    struct buffer out;

    (void)state;
    buffer_init(&out, 4096);
    encabezado_calcula(&resumen, false, &encabezado);
    perfil_preambulo(definicion, eleccion, &encabezado, NOCHE_MS, &out);
    assert_non_null(strstr(buffer_text(&out), "\n8,8,0,8,100,4,50,0,0,3,0,0,0\n"));
    buffer_done(&out);
    definicion_free(&definicion);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_kind_of_row_is_written_as_the_profile_says),
        cmocka_unit_test(test_one_word_of_the_profile_changes_the_row),
        cmocka_unit_test(test_the_federal_list_joins_every_cause),
        cmocka_unit_test(test_the_preamble_keeps_its_order_and_its_percentages),
        cmocka_unit_test(test_zeros_at_the_end_are_dropped_when_the_profile_says),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
