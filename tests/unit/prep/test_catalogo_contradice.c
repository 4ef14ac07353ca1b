/*
 * test_catalogo_contradice.c - a catalogue against its definition: what they may not
 * say together.
 *
 * METHOD
 *     The small definition, with its coalition in some territorios, in both modes; a
 *     catalogue of a few good rows with one changed. Each refusal names file, line,
 *     value and cure.
 */
#include "prep/catalogo.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "carpeta_prueba.h"
#include "definicion_ejemplo.h"

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

static const char cabeza[] =
    "id,eleccion,clave_casilla,clave_acta,entidad,entidad_nombre,territorio,"
    "territorio_nombre,seccion,id_casilla,tipo_casilla,ext_contigua,ubicacion,"
    "tipo_acta,lista_nominal,representantes,catd,no_aplica\n";

#define COALICION(territorios)                                                         \
    "    candidaturas:\n      - {clave: FRENTE, nombre: F, miembros: [PAN, PRI, "      \
    "C_PAN_PRI]" territorios "}\n"
#define EN_UNO COALICION(", territorios: [\"01-1\"]")

/* Of the catalogue, what matters here. */
struct renglon {
    const char *entidad, *territorio, *tipo, *lista, *representantes, *no_aplica;
};
#define RENGLONES 3u
#define BUENOS                                                                         \
    { "01", "1", "B", "600", "10", "" },                                               \
    {                                                                                  \
        "01", "2", "C", "600", "", "C_PAN_PRI"                                         \
    }

struct caso {
    const char *nombre;
    bool oficial;
    const char *candidaturas;
    struct renglon renglones[RENGLONES]; /* those without entidad are not written */
    const char *says;                    /* NULL: taken */
    unsigned line;                       /* of the catalogue; 0: of the definition */
};

static const struct caso casos[] = {
    { "a coalition in one of two territorios", true, EN_UNO, { BUENOS }, NULL, 0 },
    { "in the whole entidad",
      true,
      COALICION(", territorios: [\"01\"]"),
      { { "01", "1", "B", "600", "10", "" }, { "01", "2", "C", "600", "", "" } },
      NULL,
      0 },
    { "everywhere",
      true,
      COALICION(""),
      { { "01", "1", "B", "600", "10", "" }, { "02", "2", "C", "600", "", "" } },
      NULL,
      0 },
    { "nothing said of candidaturas",
      true,
      "",
      { { "01", "1", "B", "600", "10", "C_PAN_PRI" },
        { "01", "2", "C", "600", "", "PAN" } },
      NULL,
      0 },
    { "where a party of the coalition is not, its combination may not be",
      true,
      EN_UNO,
      { BUENOS, { "01", "1", "B", "600", "", "PRI C_PAN_PRI" } },
      NULL,
      0 },
    /* no_aplica and coalitions */
    { "a combination where its coalition does not compete",
      true,
      EN_UNO,
      { BUENOS, { "01", "2", "B", "600", "", "" } },
      "falta «C_PAN_PRI»: ninguna candidatura que la sume compite en 01-2",
      4 },
    { "in simulacro too",
      false,
      EN_UNO,
      { BUENOS, { "01", "2", "B", "600", "", "" } },
      "falta «C_PAN_PRI»",
      4 },
    { "the same territorio of another entidad",
      true,
      EN_UNO,
      { BUENOS, { "02", "1", "B", "600", "", "" } },
      "compite en 02-1",
      4 },
    { "a coalition without its combination",
      true,
      EN_UNO,
      { BUENOS, { "01", "1", "B", "600", "", "C_PAN_PRI" } },
      "«C_PAN_PRI»: es de «FRENTE», que compite en 01-1",
      4 },
    { "everywhere, without it somewhere",
      true,
      COALICION(""),
      { { "01", "1", "B", "600", "10", "" },
        { "01", "2", "C", "600", "", "C_PAN_PRI" } },
      "es de «FRENTE», que compite en 01-2",
      3 },
    /* territorios that are not in the catalogue */
    { "a territorio without actas",
      true,
      COALICION(", territorios: [\"01-1\", \"01-9\"]"),
      { BUENOS },
      "candidatura «FRENTE» de GUB: el catálogo no tiene actas en 01-9",
      0 },
    { "an entidad without actas",
      false,
      COALICION(", territorios: [\"01-1\", \"07\"]"),
      { BUENOS },
      "el catálogo no tiene actas en 07;",
      0 },
    { "a territorio of another entidad",
      true,
      COALICION(", territorios: [\"01-1\", \"02-2\"]"),
      { BUENOS },
      "no tiene actas en 02-2",
      0 },
    /* tables that cannot be */
    { "an especial with a list",
      true,
      EN_UNO,
      { BUENOS, { "01", "1", "S", "5", "", "" } },
      "lista_nominal: «5»: una casilla especial (S) no tiene lista nominal",
      4 },
    { "an especial without one",
      true,
      EN_UNO,
      { BUENOS, { "01", "1", "S", "0", "", "" } },
      NULL,
      0 },
    { "a basica without a list",
      true,
      EN_UNO,
      { BUENOS, { "01", "1", "B", "0", "", "" } },
      "una casilla B tiene lista nominal",
      4 },
    { "a contigua",
      true,
      EN_UNO,
      { BUENOS, { "01", "1", "C", "0", "", "" } },
      "una casilla C tiene",
      4 },
    { "an extraordinaria",
      true,
      EN_UNO,
      { BUENOS, { "01", "1", "E", "0", "", "" } },
      "una casilla E tiene",
      4 },
    { "the vote abroad without a list",
      true,
      EN_UNO,
      { BUENOS, { "01", "1", "M", "0", "", "" } },
      "en una mesa M vota quien está",
      4 },
    { "the early vote",
      true,
      EN_UNO,
      { BUENOS, { "01", "1", "A", "0", "", "" } },
      "en una mesa A",
      4 },
    { "prison",
      true,
      EN_UNO,
      { BUENOS, { "01", "1", "P", "0", "", "" } },
      "en una mesa P",
      4 },
    { "an electronic urn may be of an especial",
      true,
      EN_UNO,
      { BUENOS, { "01", "1", "U", "0", "", "" } },
      NULL,
      0 },
    { "more representatives than electors fit",
      true,
      EN_UNO,
      { BUENOS, { "01", "1", "B", "600", "751", "" } },
      "representantes: «751»",
      4 },
    { "as many as fit",
      true,
      EN_UNO,
      { BUENOS, { "01", "1", "B", "600", "750", "" } },
      NULL,
      0 },
    { "an acta without options",
      true,
      "",
      { BUENOS,
        { "01", "1", "B", "600", "",
          "PAN PRI MORENA C_PAN_PRI CAND_IND_1 NO_REGISTRADAS NULOS" } },
      "nombra todas las opciones de GUB",
      4 },
    /* a base that somebody published says what it says */
    { "simulacro: an especial with a list",
      false,
      EN_UNO,
      { BUENOS, { "01", "1", "S", "5", "", "" } },
      NULL,
      0 },
    { "simulacro: the vote abroad without one",
      false,
      EN_UNO,
      { BUENOS, { "01", "1", "M", "0", "", "" } },
      NULL,
      0 },
    { "simulacro: many representatives",
      false,
      EN_UNO,
      { BUENOS, { "01", "1", "B", "0", "999", "" } },
      NULL,
      0 },
};

/* definicion_ejemplo with the candidaturas of the row, and its mode. */
static void write_definition(const struct caso *caso)
{
    char text[sizeof definicion_ejemplo + 512];
    char *at;

    strcpy(text, definicion_ejemplo);
    at = strstr(text, "    reglas:\n");
    memmove(at + strlen(caso->candidaturas), at, strlen(at) + 1);
    memcpy(at, caso->candidaturas, strlen(caso->candidaturas));
    if (!caso->oficial) {
        at = strstr(text, "oficial\n");
        memmove(at + strlen("simulacro"), at + strlen("oficial"),
                strlen(at + strlen("oficial")) + 1);
        memcpy(at, "simulacro", strlen("simulacro"));
    }
    carpeta_escribe(&carpeta, "definicion.yaml", text);
}

static void write_catalogue(const struct renglon *renglones)
{
    char text[4096];
    size_t len = 0;

    len += (size_t)snprintf(text, sizeof text, "%s", cabeza);
    for (unsigned i = 0; i < RENGLONES && renglones[i].entidad != NULL; i++) {
        const struct renglon *r = &renglones[i];

        len += (size_t)snprintf(text + len, sizeof text - len,
                                "%u,GUB,c%u,a%u,%s,E,%s,T,%04u,1,%s,0,1,2,%s,%s,,%s\n",
                                i + 1, i, i, r->entidad, r->territorio, i, r->tipo,
                                r->lista, r->representantes, r->no_aplica);
    }
    carpeta_escribe(&carpeta, "catalogo.csv", text);
}

static enum prep_status count_acta(const struct catalogo_acta *acta, void *context,
                                   struct prep_reason *reason)
{
    (void)acta;
    (void)reason;
    ++*(size_t *)context;
    return PREP_OK;
}

static void test_catalogue_and_definition_may_not_contradict_each_other(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(casos); i++) {
        const struct caso *caso = &casos[i];
        struct definicion *definicion = NULL;
        struct prep_reason reason = { "" };
        char path[128], where[192];
        enum prep_status status;
        size_t count = 0;

        print_message("  %s\n", caso->nombre);
        write_definition(caso);
        write_catalogue(caso->renglones);
        if (definicion_load(carpeta.path, &definicion, &reason) != PREP_OK) {
            fail_msg("%s", reason.text);
        }
        snprintf(path, sizeof path, "%s/catalogo.csv", carpeta.path);
        status = catalogo_read(path, definicion, count_acta, &count, NULL, &reason);
        print_message("    %s\n", reason.text);
        if (caso->says == NULL) {
            assert_int_equal(status, PREP_OK);
            assert_true(count >= 2);
        } else {
            assert_int_equal(status,
                             caso->line == 0 ? PREP_ERR_CONFIG : PREP_ERR_RANGE);
            if (caso->line == 0) { /* that of the list of candidaturas */
                snprintf(where, sizeof where, "%s/definicion.yaml:29: ", carpeta.path);
            } else {
                snprintf(where, sizeof where, "%s:%u: ", path, caso->line);
            }
            assert_memory_equal(reason.text, where, strlen(where));
            assert_non_null(strstr(reason.text, caso->says));
        }
        definicion_free(&definicion);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_catalogue_and_definition_may_not_contradict_each_other),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
