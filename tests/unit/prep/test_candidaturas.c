/*
 * test_candidaturas.c - which options add up: what a definition may and may not say.
 *
 * METHOD
 *     The small definition with three combinations more, and a list of candidaturas
 *     written by each row. Each contradiction names the file, the line, what
 * contradicts what and the cure.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "prep/catalogo.h"
#include "prep/eleccion.h"

#include "carpeta_prueba.h"
#include "definicion_ejemplo.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#define TEXTO_MAX 16384u

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

static void put_before(char *text, const char *mark, const char *what)
{
    char *at = strstr(text, mark);

    assert_non_null(at);
    assert_true(strlen(text) + strlen(what) < TEXTO_MAX);
    memmove(at + strlen(what), at, strlen(at) + 1);
    memcpy(at, what, strlen(what));
}

/* PAN PRI MORENA and all that they can be together; CC_PAN_PRI is a candidatura comun.
 */
static void write_definition(const char *candidaturas, char out_text[static TEXTO_MAX])
{
    static const char *const claves[] = { "C_PAN_MORENA", "C_PRI_MORENA", "C_LOS_TRES",
                                          "CC_PAN_PRI" };
    static const char *const miembros[] = { "PAN, MORENA", "MORENA, PRI",
                                            "PAN, PRI, MORENA", "PAN, PRI" };

    strcpy(out_text, definicion_ejemplo);
    for (size_t i = 0; i < COUNT_OF(claves); i++) {
        char line[128];

        snprintf(line, sizeof line, "      - {clave: %s, tipo: %s, miembros: [%s]}\n",
                 claves[i], claves[i][1] == 'C' ? "candidatura_comun" : "combinacion",
                 miembros[i]);
        put_before(out_text, "      - {clave: CAND_IND_1, ", line);
        snprintf(line, sizeof line, "        - {nombre: %s, fuente: \"opcion:%s\"}\n",
                 claves[i], claves[i]);
        put_before(out_text, "        - {nombre: CAND_IND_1, ", line);
    }
    put_before(out_text, "    reglas:\n", candidaturas);
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

#define TRES "[PAN, PRI, MORENA, C_PAN_PRI, C_PAN_MORENA, C_PRI_MORENA, C_LOS_TRES]"
#define C "    candidaturas:\n"
#define UNA(clave, miembros)                                                           \
    "      - {clave: " clave ", nombre: N, miembros: " miembros "}\n"
#define EN(clave, miembros, territorios)                                               \
    "      - {clave: " clave ", nombre: N, miembros: " miembros                        \
    ", territorios: " territorios "}\n"
/* The combinations that a row does not talk about. */
#define RESTO EN("RESTO", TRES, "[\"99\"]")

static const struct {
    const char *nombre, *candidaturas;
} buenas[] = {
    { "none said", "" },
    { "one coalition of three", C UNA("FRENTE", TRES) },
    { "in any order",
      C UNA("FRENTE",
            "[C_LOS_TRES, C_PRI_MORENA, MORENA, C_PAN_MORENA, C_PAN_PRI, PRI, "
            "PAN]") },
    { "named like one of its options", C UNA("PAN", TRES) },
    { "flexible: two here, three there",
      C EN("DOS", "[PAN, PRI, C_PAN_PRI]", "[\"04-007\", \"04-008\"]")
          EN("FRENTE", TRES, "[\"04-009\", \"05\"]") },
    { "a party alone everywhere gives way",
      C UNA("SOLO", "[PAN]") EN("FRENTE", TRES, "[\"04-009\"]") },
    { "whichever is written first",
      C EN("FRENTE", TRES, "[\"04-009\"]") UNA("SOLO", "[PAN]") },
    { "a candidatura comun without combinations of its own",
      C EN("COMUN", "[PAN, PRI, CC_PAN_PRI]", "[\"04-001\"]") RESTO },
    { "an independent with a name", C UNA("FRENTE", TRES) UNA("Ana", "[CAND_IND_1]") },
};

static void test_what_adds_up_can_be_said_in_many_ways(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(buenas); i++) {
        struct definicion *definicion = NULL;
        struct prep_reason reason = { "" };
        char text[TEXTO_MAX];

        print_message("  %s\n", buenas[i].nombre);
        write_definition(buenas[i].candidaturas, text);
        carpeta_escribe(&carpeta, "definicion.yaml", text);
        if (definicion_load(carpeta.path, &definicion, &reason) != PREP_OK) {
            fail_msg("%s", reason.text);
        }
        for (size_t c = 0; c < definicion->elecciones[0].candidatura_count; c++) {
            const struct candidatura *una = &definicion->elecciones[0].candidaturas[c];

            for (size_t m = 1; m < una->miembro_count; m++) {
                assert_true(una->miembros[m - 1] < una->miembros[m]);
            }
        }
        definicion_free(&definicion);
    }
}

static const struct {
    const char *nombre, *candidaturas;
    const char *mark; /* text on the line that must be named */
    const char *says;
} malas[] = {
    /* the list */
    { "an empty list", "    candidaturas: []\n", "candidaturas: []",
      "la lista lleva de 1 a 256 elementos" },
    { "without a clave", C "      - {nombre: N, miembros: [PAN]}\n", "miembros: [PAN]}",
      "clave" },
    { "without members", C "      - {clave: A, nombre: N}\n", "clave: A", "miembros" },
    { "an empty member list", C UNA("A", "[]"), "clave: A", "0 miembros" },
    { "a clave with blanks", C UNA("\"A B\"", "[PAN]"), "A B", "no sirve de clave" },
    { "a repeated clave", C UNA("A", "[PAN]") UNA("A", "[PRI]"), "miembros: [PRI]}",
      "«A» ya es la candidatura 1" },
    { "an option that is not on the ballot", C UNA("A", "[PAN, PVEM]"), "PVEM",
      "«PVEM» no es una opción de GUB" },
    { "an option twice", C UNA("A", "[PAN, PAN]"), "[PAN, PAN]",
      "«PAN» está repetido" },
    { "nulos are nobody's", C UNA("A", "[PAN, NULOS]"), "[PAN, NULOS]",
      "«NULOS» no es de ninguna" },
    { "nor are no registradas", C UNA("A", "[NO_REGISTRADAS]"), "clave: A",
      "«NO_REGISTRADAS» no es de ninguna" },
    { "the clave of an option of another", C UNA("PRI", "[PAN]"), "clave: PRI, nombre",
      "«PRI» es la clave de una opción que no suma" },
    { "an independent in company", C UNA("A", "[PAN, CAND_IND_1]"), "clave: A",
      "compite sola" },
    /* territorios */
    { "a territorio without entidad", C EN("A", "[PAN]", "[\"-007\"]"), "-007",
      "no es un territorio" },
    { "an entidad with nothing after the dash", C EN("A", "[PAN]", "[\"04-\"]"),
      "\"04-\"", "no es un territorio" },
    { "an empty territorio", C EN("A", "[PAN]", "[\"\"]"), "clave: A",
      "no es un territorio" },
    { "no territorio at all", C EN("A", "[PAN]", "[]"), "clave: A",
      "lleva de 1 a 4096" },
    { "the same territorio twice", C EN("A", "[PAN]", "[\"04-1\", \"04-2\", \"04-1\"]"),
      "clave: A", "04-1 ya está en la lista de «A»" },
    { "a territorio of an entidad that is there whole",
      C EN("A", "[PAN]", "[\"04\", \"04-2\"]"), "clave: A",
      "04-2 ya está en la lista" },
    /* options in two coalitions of one territorio */
    { "two everywhere", C UNA("A", TRES) UNA("B", "[PAN]"), "clave: B",
      "«PAN» está en «A» y en «B», y las dos compiten en todos" },
    { "a coalition everywhere does not give way",
      C UNA("A", "[PAN, PRI, C_PAN_PRI]") EN("B", TRES, "[\"04-1\"]"), "clave: B",
      "pero «A» compite en todos los territorios; dé a «A» su lista" },
    { "nor when it is written after",
      C EN("B", TRES, "[\"04-1\"]") UNA("A", "[PAN, PRI, C_PAN_PRI]"), "clave: A",
      "dé a «A» su lista" },
    { "both in one territorio",
      C EN("A", "[PAN, PRI, C_PAN_PRI]", "[\"04-1\", \"04-2\"]")
          EN("B", TRES, "[\"04-3\", \"04-2\"]"),
      "clave: B", "«PAN» está en «A» y en «B», y las dos compiten en 04-2" },
    { "one in the whole entidad of the other",
      C EN("A", "[PAN, PRI, C_PAN_PRI]", "[\"04-1\"]") EN("B", TRES, "[\"04\"]"),
      "clave: B", "compiten en 04-1" },
    { "both in the whole entidad",
      C EN("A", "[PAN]", "[\"04\"]") EN("B", TRES, "[\"04\"]"), "clave: B",
      "compiten en 04;" },
    /* combinations */
    { "a combination with a party that is not in it",
      C UNA("A", "[PAN, PRI, C_PAN_PRI, C_PAN_MORENA]"), "clave: A",
      "suma «C_PAN_MORENA», que es también de «MORENA»" },
    { "a combination without its parties", C UNA("A", "[PAN, C_PAN_PRI]"), "clave: A",
      "que es también de «PRI»" },
    { "a candidatura comun without its parties", C UNA("A", "[PAN, CC_PAN_PRI]"),
      "clave: A", "que es también de «PRI»" },
    { "a coalition of two without its combination", C UNA("A", "[PAN, PRI]") RESTO,
      "clave: A",
      "le falta la combinación de PAN, PRI; una coalición lleva todas (1)" },
    { "a coalition of three without one of its pairs",
      C UNA("A", "[PAN, PRI, MORENA, C_PAN_PRI, C_PAN_MORENA, C_LOS_TRES]"), "clave: A",
      "le falta la combinación de PRI, MORENA; una coalición lleva todas (4)" },
    { "a coalition of three without that of the three",
      C UNA("A", "[PAN, PRI, MORENA, C_PAN_PRI, C_PAN_MORENA, C_PRI_MORENA]"),
      "clave: A", "le falta la combinación de PAN, PRI, MORENA" },
    { "combinations whose parties go together nowhere", C UNA("A", "[PAN]"),
      "{clave: C_PAN_PRI, ", "«C_PAN_PRI» no está en ninguna candidatura" },
    { "some of them", C EN("A", "[PAN, PRI, C_PAN_PRI]", "[\"04\"]"),
      "{clave: C_PAN_MORENA, ", "«C_PAN_MORENA» no está en ninguna candidatura" },
};

static void test_each_contradiction_names_file_line_value_and_cure(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(malas); i++) {
        struct definicion *definicion = NULL;
        struct prep_reason reason = { "" };
        char text[TEXTO_MAX], where[160];

        print_message("  %s\n", malas[i].nombre);
        write_definition(malas[i].candidaturas, text);
        carpeta_escribe(&carpeta, "definicion.yaml", text);
        assert_int_equal(definicion_load(carpeta.path, &definicion, &reason),
                         PREP_ERR_CONFIG);
        print_message("    %s\n", reason.text);
        snprintf(where, sizeof where, "%s/definicion.yaml:%u:", carpeta.path,
                 line_of(text, malas[i].mark));
        assert_memory_equal(reason.text, where, strlen(where));
        assert_non_null(strstr(reason.text, malas[i].says));
    }
}

/* Two columns for one combination. */
static void test_a_combination_said_twice_is_refused(void **state)
{
    struct definicion *definicion = NULL;
    struct prep_reason reason = { "" };
    char text[TEXTO_MAX];

    (void)state;
    write_definition(C UNA("A", "[PAN, PRI, C_PAN_PRI, C_PRI_PAN]"), text);
    put_before(text, "      - {clave: CAND_IND_1, ",
               "      - {clave: C_PRI_PAN, tipo: combinacion, miembros: [PRI, PAN]}\n");
    carpeta_escribe(&carpeta, "definicion.yaml", text);
    assert_int_equal(definicion_load(carpeta.path, &definicion, &reason),
                     PREP_ERR_CONFIG);
    assert_non_null(strstr(reason.text, "«C_PAN_PRI» y «C_PRI_PAN» son la misma"));
}

/* ---- parameters of the division */

static void test_the_level_of_the_division_has_a_name_and_a_default(void **state)
{
    static const struct {
        const char *line;
        enum nivel_reparto nivel;
        bool por_turno;
    } rows[] = {
        { "", REPARTO_TERRITORIO, false },
        { "      nivel_reparto: acta\n", REPARTO_ACTA, false },
        { "      nivel_reparto: seccion\n", REPARTO_SECCION, false },
        { "      nivel_reparto: territorio\n", REPARTO_TERRITORIO, false },
        { "      nivel_reparto: entidad\n", REPARTO_ENTIDAD, false },
        { "      nivel_reparto: eleccion\n", REPARTO_ELECCION, false },
        { "      resto_reparto: mayor\n", REPARTO_TERRITORIO, false },
        { "      resto_reparto: por_turno\n", REPARTO_TERRITORIO, true },
    };
    static const char *const wrong[] = { "      nivel_reparto: distrito\n",
                                         "      resto_reparto: azar\n" };
    struct prep_reason reason = { "" };
    struct definicion *definicion = NULL;
    char text[TEXTO_MAX];

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const struct reglas_parametros *reglas;

        write_definition("", text);
        put_before(text, "    perfil:\n", rows[i].line);
        carpeta_escribe(&carpeta, "definicion.yaml", text);
        assert_int_equal(definicion_load(carpeta.path, &definicion, &reason), PREP_OK);
        reglas = &definicion->elecciones[0].reglas;
        assert_int_equal(reglas->nivel_reparto, rows[i].nivel);
        assert_int_equal(reglas->resto_por_turno, rows[i].por_turno);
        definicion_free(&definicion);
    }
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        write_definition("", text);
        put_before(text, "    perfil:\n", wrong[i]);
        carpeta_escribe(&carpeta, "definicion.yaml", text);
        assert_int_equal(definicion_load(carpeta.path, &definicion, &reason),
                         PREP_ERR_CONFIG);
        assert_non_null(strstr(reason.text, "use uno de: "));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_adds_up_can_be_said_in_many_ways),
        cmocka_unit_test(test_each_contradiction_names_file_line_value_and_cure),
        cmocka_unit_test(test_a_combination_said_twice_is_refused),
        cmocka_unit_test(test_the_level_of_the_division_has_a_name_and_a_default),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
