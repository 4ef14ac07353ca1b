/*
 * test_definicion.c - a definition is taken whole or refused with file, line, value
 * and cure.
 *
 * METHOD
 *     A correct definition, and a table of mistakes: each replaces one text of it by
 *     another. The refusal must name the line of the mistake and say what the row
 *     says. Whatever is accepted must hold what the file said.
 */
#include "prep/eleccion.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "carpeta_prueba.h"
#include "definicion_ejemplo.h"
#include "prep/catalogo.h"
#include "prep/perfil_privado.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

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

/* definicion_ejemplo with the first `from` turned into `to`. */
static char *mutate(const char *from, const char *to)
{
    const char *at = strstr(definicion_ejemplo, from);
    size_t before;
    char *text;

    assert_non_null(at);
    before = (size_t)(at - definicion_ejemplo);
    text = calloc(1, sizeof definicion_ejemplo + strlen(to));
    assert_non_null(text);
    memcpy(text, definicion_ejemplo, before);
    strcat(text, to);
    strcat(text, at + strlen(from));
    return text;
}

static unsigned line_of(const char *text, const char *mark)
{
    const char *at = strstr(text, mark);
    unsigned line = 1;

    assert_non_null(at);
    for (const char *c = text; c < at; c++) {
        line += *c == '\n';
    }
    return line;
}

static enum prep_status load(const char *text, struct definicion **out,
                             struct prep_reason *reason)
{
    carpeta_escribe(&carpeta, "definicion.yaml", text);
    return definicion_load(carpeta.path, out, reason);
}

static void test_the_example_is_taken_whole(void **state)
{
    struct definicion *definicion = NULL;
    struct prep_reason reason = { "" };
    const struct eleccion *eleccion;

    (void)state;
    assert_int_equal(load(definicion_ejemplo, &definicion, &reason), PREP_OK);
    assert_string_equal(definicion->proceso, "PRUEBA-2027");
    assert_int_equal(definicion->modo, MODO_OFICIAL);
    assert_int_equal(definicion->desfase_min, -360);
    assert_int_equal(definicion->fin_ms - definicion->inicio_ms, 24 * 3600 * 1000);
    assert_string_equal(vocabulario_texto(&definicion->origenes, 2), "CATD");
    assert_string_equal(vocabulario_texto(&definicion->origenes, 0), "");
    assert_null(vocabulario_texto(&definicion->origenes, 3));
    assert_null(definicion_eleccion(definicion, 0));
    assert_null(definicion_eleccion(definicion, 2));
    assert_null(definicion_eleccion_clave(definicion, "AYUN"));
    eleccion = definicion_eleccion_clave(definicion, "GUB");
    assert_ptr_equal(eleccion, definicion_eleccion(definicion, 1));
    assert_int_equal(eleccion->celda_count, 9);
    assert_int_equal(eleccion->opciones[3].tipo, OPCION_COMBINACION);
    assert_int_equal(eleccion->opciones[3].miembro_count, 2);
    assert_int_equal(eleccion->opciones[3].miembros[1], 1);
    assert_true(eleccion->reglas.inconsistencia_algun_campo);
    assert_false(eleccion->reglas.mixtos_contabilizan);
    assert_int_equal(eleccion->reglas.boletas_especial_max, 1000);
    definicion_free(&definicion);
    assert_null(definicion);
    definicion_free(&definicion);
}

struct mistake {
    const char *from, *to;
    const char
        *mark; /* text on the line that must be named; NULL: that of the change */
    const char *says;
};

static const struct mistake mistakes[] = {
    /* the process */
    { "proceso: PRUEBA-2027", "proceso: \"PRUEBA 2027\"", NULL, "no sirve de nombre" },
    { "proceso: PRUEBA-2027", "proceso: ../otro", NULL, "no sirve de nombre" },
    { "proceso: PRUEBA-2027\n", "", "nombre: Prueba", "proceso" },
    { "entidad: PRU", "entidad: Puebla", NULL, "no sirve de nombre" },
    { "modo: oficial", "modo: ensayo", NULL, "use uno de: oficial, simulacro" },
    { "nombre: Prueba\n", "nombre: Prueba\nlema: uno\n", "lema: uno", "lema" },
    { "\"-06:00\"", "\"06:00\"", NULL, "\"-06:00\"" },
    { "\"-06:00\"", "\"-06:60\"", NULL, "no es una diferencia con UTC" },
    { "\"-06:00\"", "\"-15:00\"", NULL, "no es una diferencia con UTC" },
    { "\"2027-06-06T20:00:00-06:00\"", "\"2027-06-06 20:00\"", NULL,
      "no es una fecha y hora" },
    { "\"2027-06-06T20:00:00-06:00\"", "\"2027-06-31T20:00:00-06:00\"", NULL,
      "no es una fecha y hora" },
    { "\"2027-06-07T20:00:00-06:00\"", "\"2027-06-05T20:00:00-06:00\"", NULL,
      "no es posterior al inicio" },
    { "\"2027-06-07T20:00:00-06:00\"", "\"2027-06-06T20:00:00-06:00\"",
      "fin:", "no es posterior al inicio" },
    { "\"2027-06-07T20:00:00-06:00\"", "\"2027-06-07T20:00:01-06:00\"", NULL,
      "más de 24 horas" },
    { "cadencia_s: 900", "cadencia_s: 1201", NULL, "de 60 a 1200 segundos" },
    { "cadencia_s: 900", "cadencia_s: 59", NULL, "de 60 a 1200 segundos" },
    { "cadencia_s: 900", "cadencia_s: pronto", NULL, "cadencia_s" },
    { "cadencia_bases_s: 1200", "cadencia_bases_s: 1800", NULL, "de 60 a 1200" },
    /* vocabularies */
    { "mecanismos: [D, F, I]", "mecanismos: []", NULL, "escriba de 1 a" },
    { "origenes: [CASILLA, CATD]", "origenes: [CASILLA, \"\"]", NULL, "está vacío" },
    { "origenes: [CASILLA, CATD]", "origenes: [CATD, CATD]", NULL,
      "«CATD» está repetido" },
    /* elections and ballots */
    { "clave: GUB", "clave: gub", NULL, "mayúsculas" },
    { "distrito_local", "colonia", NULL, "use uno de: entidad, distrito_federal" },
    { "TOTAL_VOTOS_ASENTADO]", "TOTAL_BOLETAS_SOBRANTES]", NULL, "está repetido" },
    { "{clave: PRI, tipo: partido}", "{clave: PAN, tipo: partido}", NULL,
      "«PAN» ya es la opción 1" },
    { "{clave: PRI, tipo: partido}", "{clave: TOTAL_VOTOS_ASENTADO, tipo: partido}",
      NULL, "ya es un campo" },
    { "{clave: PRI, tipo: partido}", "{clave: \"P R I\", tipo: partido}", NULL,
      "no sirve de clave" },
    { "{clave: PRI, tipo: partido}", "{clave: PRI, tipo: movimiento}", NULL,
      "use uno de: partido, combinacion" },
    { "miembros: [PAN, PRI]", "miembros: [PAN, PVEM]", NULL,
      "«PVEM» no es una opción" },
    { "miembros: [PAN, PRI]", "miembros: [PAN, NULOS]", NULL, "no un partido" },
    { "miembros: [PAN, PRI]", "miembros: [PAN, PAN]", NULL, "«PAN» está repetido" },
    { "miembros: [PAN, PRI]", "miembros: [PAN]", NULL, "al menos dos" },
    { "tipo: combinacion, miembros: [PAN, PRI]", "tipo: combinacion", NULL,
      "al menos dos" },
    { "{clave: PAN, tipo: partido}", "{clave: PAN, tipo: partido, miembros: [PRI]}",
      NULL, "no lleva miembros" },
    { "      - {clave: NULOS, tipo: nulos}\n", "",
      "opciones:", "falta la opción de tipo nulos" },
    { "{clave: NULOS, tipo: nulos}", "{clave: NULOS, tipo: no_registradas}", NULL,
      "segunda opción de tipo no_registradas" },
    { "tipo: no_registradas", "tipo: nulos",
      "opciones:", "falta la opción de tipo no_registradas" },
    /* parameters of the rules */
    { "boletas_especial_max: 1000", "boletas_especial_max: 1501", NULL, "de 1 a 1500" },
    { "boletas_especial_max: 1000", "boletas_especial_max: 0", NULL, "de 1 a 1500" },
    { "representantes_default: 20", "representantes_default: -1", NULL, "de 0 a 750" },
    { "mixtos_contabilizan: no", "mixtos_contabilizan: quiza", NULL,
      "mixtos_contabilizan" },
    { "      mixtos_contabilizan: no\n", "", "reglas:", "mixtos_contabilizan" },
    /* profiles */
    { "archivo: PRU_GUB_2027.csv", "archivo: ../PRU.csv", NULL, "nombre de archivo" },
    { "fin_de_linea: lf", "fin_de_linea: unix", NULL, "use uno de: lf, crlf, cr" },
    { "separador: \",\"", "separador: \":\"", NULL, "«:» no se conoce" },
    { "comillas: minimas", "comillas: muchas", NULL, "use uno de: minimas" },
    { "[titulo, fecha,", "[titulo, lema,", NULL, "use uno de: separador, titulo" },
    { "\"DD/MM/AAAA hh:mm:ss\"", "\"DD/MM/AA hh:mm:ss\"", NULL, "no dice AAAA" },
    { "fuente: seccion}", "fuente: colonia}", NULL, "«colonia» no es una fuente" },
    { "\"opcion:PRI\"", "\"opcion:PVEM\"", NULL, "«opcion:PVEM» no es una fuente" },
    { "\"opcion:PRI\"", "\"opcion:PAN\"", "columnas:", "«PAN» está en 2 columnas" },
    { "        - {nombre: NULOS, fuente: \"opcion:NULOS\"}\n", "",
      "columnas:", "«NULOS» está en 0 columnas" },
    { "apostrofo: inicial", "apostrofo: doble", NULL, "use uno de: ninguno, inicial" },
    { "estados: [sin_acta]", "estados: [sin_papel]", NULL, "«sin_papel» no se conoce" },
    { "columnas: [LISTA_NOMINAL]", "columnas: [LISTA]", NULL,
      "«LISTA» no es una columna del perfil" },
    { "tipos: MA", "tipos: XY", NULL, "no son tipos de casilla" },
    { "estilo: local", "estilo: propio", NULL, "use uno de: local, lista" },
    { "estilo: local", "estilo: lista", "observaciones:", "el estilo lista necesita" },
    { "        algun_campo: ALGÚN CAMPO ILEGIBLE O SIN DATO\n", "",
      "observaciones:", "el estilo local necesita algun_campo" },
};

static void test_each_mistake_names_file_line_value_and_cure(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(mistakes); i++) {
        const struct mistake *row = &mistakes[i];
        char *text = mutate(row->from, row->to);
        struct definicion *definicion = NULL;
        struct prep_reason reason = { "" };
        char where[160];

        print_message("  %s -> %s\n", row->from, row->to);
        assert_int_equal(load(text, &definicion, &reason), PREP_ERR_CONFIG);
        assert_null(definicion);
        print_message("    %s\n", reason.text);
        snprintf(where, sizeof where, "%s/definicion.yaml:%u:", carpeta.path,
                 row->mark != NULL ? line_of(text, row->mark)
                                   : line_of(definicion_ejemplo, row->from));
        assert_memory_equal(reason.text, where, strlen(where));
        assert_non_null(strstr(reason.text, row->says));
        free(text);
    }
}

static void test_a_repeated_election_is_refused(void **state)
{
    const char *first = strstr(definicion_ejemplo, "  - clave: GUB");
    char *text = calloc(1, 2 * sizeof definicion_ejemplo);
    struct definicion *definicion = NULL;
    struct prep_reason reason = { "" };

    (void)state;
    assert_non_null(text);
    strcat(text, definicion_ejemplo);
    strcat(text, first);
    assert_int_equal(load(text, &definicion, &reason), PREP_ERR_CONFIG);
    assert_non_null(strstr(reason.text, "«GUB» ya es la clave de la elección 1"));
    free(text);
}

static void test_too_many_options_are_refused(void **state)
{
    const char *at = strstr(definicion_ejemplo, "      - {clave: PAN,");
    char *text = calloc(1, sizeof definicion_ejemplo + ELECCION_OPCIONES_MAX * 48);
    struct definicion *definicion = NULL;
    struct prep_reason reason = { "" };

    (void)state;
    assert_non_null(text);
    memcpy(text, definicion_ejemplo, (size_t)(at - definicion_ejemplo));
    for (unsigned i = 0; i < ELECCION_OPCIONES_MAX; i++) {
        sprintf(text + strlen(text), "      - {clave: P%u, tipo: partido}\n", i);
    }
    strcat(text, at);
    assert_int_equal(load(text, &definicion, &reason), PREP_ERR_CONFIG);
    assert_non_null(strstr(reason.text, "deben ser de 1 a 112"));
    free(text);
}

static void test_simulacro_may_last_longer_and_run_faster(void **state)
{
    char *text = mutate("modo: oficial", "modo: simulacro");
    char *fast = strstr(text, "cadencia_s: 900");
    enum prep_status status;
    struct definicion *definicion = NULL;
    struct prep_reason reason = { "" };

    (void)state;
    memcpy(fast, "cadencia_s: 1  ", strlen("cadencia_s: 1  "));
    status = load(text, &definicion, &reason);
    print_message("  %s\n", reason.text);
    assert_int_equal(status, PREP_OK);
    assert_int_equal(definicion->cadencia_s, 1);
    definicion_free(&definicion);
    free(text);
}

static void test_a_missing_file_says_so(void **state)
{
    struct definicion *definicion = NULL;
    struct prep_reason reason = { "" };

    (void)state;
    assert_int_equal(definicion_load("/no/existe", &definicion, &reason),
                     PREP_ERR_CONFIG);
    assert_non_null(strstr(reason.text, "/no/existe/definicion.yaml"));
}

static void test_cells_must_fit_the_ballot(void **state)
{
    struct definicion *definicion = NULL;
    struct prep_reason reason = { "" };
    uint8_t no_aplica[CATALOGO_NO_APLICA_BYTES] = { 0 };
    celda celdas[9] = {
        10, CELDA_NO_APLICA, 1, CELDA_ILEGIBLE, CELDA_SIN_DATO, 0, CELDA_MAX, 0, 0
    };
    const struct eleccion *eleccion;

    (void)state;
    assert_int_equal(load(definicion_ejemplo, &definicion, &reason), PREP_OK);
    eleccion = definicion_eleccion(definicion, 1);
    assert_int_equal(eleccion_celdas_check(eleccion, no_aplica, celdas, 9, &reason),
                     PREP_OK);
    assert_int_equal(eleccion_celdas_check(eleccion, no_aplica, celdas, 8, &reason),
                     PREP_ERR_RANGE);
    no_aplica[0] = 1u << 4; /* CAND_IND_1 */
    assert_int_equal(eleccion_celdas_check(eleccion, no_aplica, celdas, 9, &reason),
                     PREP_ERR_RANGE);
    assert_non_null(strstr(reason.text, "CAND_IND_1: esta acta no tiene esa opción"));
    celdas[6] = CELDA_NO_APLICA;
    assert_int_equal(eleccion_celdas_check(eleccion, no_aplica, celdas, 9, &reason),
                     PREP_OK);
    celdas[2] = CELDA_NO_APLICA;
    assert_int_equal(eleccion_celdas_check(eleccion, no_aplica, celdas, 9, &reason),
                     PREP_ERR_RANGE);
    celdas[2] = CELDA_MAX + 1;
    assert_int_equal(eleccion_celdas_check(eleccion, no_aplica, celdas, 9, &reason),
                     PREP_ERR_RANGE);
    celdas[2] = CELDA_NO_APLICA - 1;
    assert_int_equal(eleccion_celdas_check(eleccion, no_aplica, celdas, 9, &reason),
                     PREP_ERR_RANGE);
    definicion_free(&definicion);
}

#define INCLUYE_LOCAL                                                                  \
    "    perfil:\n"                                                                    \
    "      de: local-2024\n"

static char *con_perfil(const char *perfil)
{
    const char *at = strstr(definicion_ejemplo, "    perfil:\n");
    static const char from[] =
        "campos: [TOTAL_BOLETAS_SOBRANTES, TOTAL_VOTOS_ASENTADO]";
    char *text = calloc(1, sizeof definicion_ejemplo + strlen(perfil) + 400), *campos;
    const char *tail;

    assert_non_null(at);
    assert_non_null(text);
    memcpy(text, definicion_ejemplo, (size_t)(at - definicion_ejemplo));
    campos = strstr(text, from);
    assert_non_null(campos);
    tail = strstr(definicion_ejemplo, from) + strlen(from);
    sprintf(campos, "campos: [TOTAL_BOLETAS_SOBRANTES, TOTAL_PERSONAS_VOTARON, "
                    "TOTAL_REP_PARTIDO_CI_VOTARON, TOTAL_VOTOS_SACADOS, OTRO, "
                    "TOTAL_VOTOS_ASENTADO]");
    sprintf(text + strlen(text), "%.*s", (int)(at - tail), tail);
    strcat(text, perfil);
    return text;
}

static const struct perfil_columna *columna(const struct definicion *definicion,
                                            const char *nombre, size_t *out_at)
{
    const struct perfil *perfil = definicion->elecciones[0].perfil;

    for (size_t i = 0; i < perfil->columna_count; i++) {
        if (strcmp(perfil->columnas[i].nombre, nombre) == 0) {
            *out_at = i;
            return &perfil->columnas[i];
        }
    }
    fail_msg("no hay columna %s", nombre);
    return NULL;
}

static void test_a_profile_is_included_by_name_and_changed(void **state)
{
    char *text =
        con_perfil(INCLUYE_LOCAL "      archivo: \"{eleccion}-{anio}-{entidad}.csv\"\n"
                                 "      textos: {sin_dato: VACÍO}\n"
                                 "      renombra:\n"
                                 "        - {columna: C_PAN_PRI, nombre: CC}\n"
                                 "      excepciones:\n"
                                 "        - {columnas: [nulos], estados: [sin_acta], "
                                 "texto: X}\n");
    struct definicion *definicion = NULL;
    struct prep_reason reason = { "" };
    size_t otro = 0, pan = 0, cc = 0;

    (void)state;
    if (load(text, &definicion, &reason) != PREP_OK) {
        fail_msg("%s", reason.text);
    }
    assert_string_equal(definicion->elecciones[0].perfil->archivo, "GUB-2027-PRU.csv");
    assert_string_equal(definicion->elecciones[0].perfil->sin_dato, "VACÍO");
    assert_string_equal(definicion->elecciones[0].perfil->ilegible, "ILEGIBLE");
    /* A campo that the profile does not name has its column, before the ballot. */
    (void)columna(definicion, "OTRO", &otro);
    (void)columna(definicion, "PAN", &pan);
    (void)columna(definicion, "CC", &cc);
    assert_int_equal(pan, otro + 1);
    assert_int_equal(cc, pan + 3);
    assert_string_equal(columna(definicion, "NULOS", &cc)->excepciones[0].texto, "X");
    definicion_free(&definicion);
    free(text);
}

static void test_a_mistake_in_an_included_profile_names_its_file(void **state)
{
    static const struct {
        const char *perfil, *propio, *expected;
    } rows[] = {
        { "    perfil:\n      de: local-1812\n", "",
          "definicion.yaml:38: elecciones[0].perfil.de: «local-1812» no se conoce" },
        { "    perfil:\n      de: ../x\n", "", "no sirve de nombre de perfil" },
        { "    perfil:\n      de: propio\n", "separador: \";\"\n",
          "falta archivo; agréguelo" },
        { "    perfil:\n      de: propio\n", "de: local-2024\n",
          "perfil-propio.yaml:1: elecciones[0].perfil.de: un perfil no incluye" },
        { "    perfil:\n      de: propio\n", "separador: \";\"\nseparator: x\n",
          "perfil-propio.yaml:2" },
        { INCLUYE_LOCAL "      separador: \":\"\n", "",
          "definicion.yaml:39: elecciones[0].perfil.separador: «:» no se conoce" },
        { INCLUYE_LOCAL
          "      excepciones:\n        - {columnas: [X], estados: [fuera], "
          "texto: a}\n",
          "",
          "definicion.yaml:40: elecciones[0].perfil.excepciones[0].columnas[0]: «X»" },
        { INCLUYE_LOCAL "      renombra: [{columna: X, nombre: Y}]\n", "",
          "renombra[0].columna: «X» no es una columna" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char *text = con_perfil(rows[i].perfil);
        struct definicion *definicion = NULL;
        struct prep_reason reason = { "" };

        carpeta_escribe(&carpeta, "perfil-propio.yaml", rows[i].propio);
        assert_int_equal(load(text, &definicion, &reason), PREP_ERR_CONFIG);
        print_message("    %s\n", reason.text);
        assert_non_null(strstr(reason.text, rows[i].expected));
        free(text);
    }
}

static void test_an_included_profile_is_part_of_the_definition_s_hash(void **state)
{
    char *text = con_perfil("    perfil:\n      de: local-2024\n");
    struct definicion *definicion = NULL;
    struct prep_reason reason = { "" };
    struct hash whole, alone;

    (void)state;
    hash_of(text, strlen(text), &alone);
    assert_int_equal(load(text, &definicion, &reason), PREP_OK);
    whole = definicion->sha256;
    definicion_free(&definicion);
    assert_false(hash_equal(&whole, &alone));
    assert_int_equal(load(definicion_ejemplo, &definicion, &reason), PREP_OK);
    hash_of(definicion_ejemplo, strlen(definicion_ejemplo), &alone);
    assert_true(hash_equal(&definicion->sha256, &alone));
    definicion_free(&definicion);
    free(text);
}

static void test_formats_are_a_list_with_csv(void **state)
{
    static const struct {
        const char *line;
        uint32_t formatos; /* 0: refused */
        const char *expected;
    } rows[] = {
        { "", FORMATO_CSV | FORMATO_XLSX, "" },
        { "formatos: [csv]\n", FORMATO_CSV, "" },
        { "formatos: [csv, nist, json, xlsx]\n",
          FORMATO_CSV | FORMATO_XLSX | FORMATO_JSON | FORMATO_NIST, "" },
        { "formatos: [xlsx]\n", 0, "falta csv" },
        { "formatos: []\n", 0, "falta csv" },
        { "formatos: [csv, pdf]\n", 0, "«pdf» no se conoce" },
        { "formatos: [csv, csv]\n", 0, "está repetido" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char line[200];
        struct definicion *definicion = NULL;
        struct prep_reason reason = { "" };
        enum prep_status status;
        char *text;

        snprintf(line, sizeof line, "%svocabularios:", rows[i].line);
        text = mutate("vocabularios:", line);
        status = load(text, &definicion, &reason);
        if (rows[i].formatos == 0) {
            assert_int_equal(status, PREP_ERR_CONFIG);
            assert_non_null(strstr(reason.text, rows[i].expected));
        } else {
            assert_int_equal(status, PREP_OK);
            assert_int_equal(definicion->formatos, rows[i].formatos);
        }
        definicion_free(&definicion);
        free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_example_is_taken_whole),
        cmocka_unit_test(test_each_mistake_names_file_line_value_and_cure),
        cmocka_unit_test(test_a_repeated_election_is_refused),
        cmocka_unit_test(test_too_many_options_are_refused),
        cmocka_unit_test(test_simulacro_may_last_longer_and_run_faster),
        cmocka_unit_test(test_a_missing_file_says_so),
        cmocka_unit_test(test_cells_must_fit_the_ballot),
        cmocka_unit_test(test_a_profile_is_included_by_name_and_changed),
        cmocka_unit_test(test_a_mistake_in_an_included_profile_names_its_file),
        cmocka_unit_test(test_an_included_profile_is_part_of_the_definition_s_hash),
        cmocka_unit_test(test_formats_are_a_list_with_csv),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
