/* What the replay lets out and when, and the errors it puts in captures. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../prep/carpeta_prueba.h"
#include "../prep/definicion_ejemplo.h"
#include "base/clock.h"
#include "simulacro/corre_noche.h"

#define ACTAS 200u
#define CELDAS 9u /* of definicion_ejemplo: two campos and seven opciones */
#define HORA INT64_C(1812333600000)
#define VERIFICADA_TARDE 7u /* captured in corte 1, verified in corte 2 */

static struct carpeta carpeta;

static void escribe_eleccion(const char *modo)
{
    static char text[256 * 1024];
    char *p = text;
    const char *at = strstr(definicion_ejemplo, "modo: oficial");

    assert_non_null(at);
    sprintf(text, "%.*smodo: %s%s", (int)(at - definicion_ejemplo), definicion_ejemplo,
            modo, at + strlen("modo: oficial"));
    carpeta_escribe(&carpeta, "definicion.yaml", text);

    p = text + sprintf(text,
                       "id,eleccion,clave_casilla,clave_acta,entidad,entidad_nombre,"
                       "territorio,territorio_nombre,seccion,id_casilla,tipo_casilla,"
                       "ext_contigua,ubicacion,tipo_acta,lista_nominal,representantes,"
                       "catd,no_aplica\n");
    for (unsigned i = 1; i <= ACTAS; i++) {
        p += sprintf(p,
                     "%u,GUB,21%04uB0100,21%04uB01002,21,PUEBLA,01,UNO,%04u,01,B,00,1,"
                     "2,750,,,\n",
                     i, i, i, i);
    }
    carpeta_escribe(&carpeta, "catalogo.csv", text);

    p = text + sprintf(text, "corte,acta,tipo,hora_ms,mecanismo,documento,origen,"
                             "digitalizacion,sin_acta,cotejo,eleccion,celdas,"
                             "identificacion\n");
    for (unsigned i = 1; i <= ACTAS; i++) {
        const unsigned corte = i <= ACTAS / 2 ? 1 : 2;
        const long long hora = HORA + i * 1000LL + (corte == 2 ? 3600000 : 0);

        if (i == ACTAS / 2 + 1) { /* lines are ordered by corte */
            p += sprintf(p, "2,%u,verificacion,%lld,0,0,0,0,0,0,0,1 2 3 4 5 6 7 8 9,\n",
                         VERIFICADA_TARDE, hora);
        }
        p += sprintf(p, "%u,%u,acopio,%lld,1,1,0,0,0,0,0,,\n", corte, i, hora);
        p += sprintf(p, "%u,%u,captura,%lld,0,0,0,0,0,0,0,1 2 3 4 5 6 7 8 9,\n", corte,
                     i, hora);
        if (i != VERIFICADA_TARDE) {
            p +=
                sprintf(p, "%u,%u,verificacion,%lld,0,0,0,0,0,0,0,1 2 3 4 5 6 7 8 9,\n",
                        corte, i, hora);
        }
    }
    (void)sprintf(
        p, "2,F1,acopio,%lld,1,1,0,0,0,0,1,,\"{\"\"seccion\"\":\"\"9999\"\"}\"\n",
        HORA + 9000000LL);
    carpeta_escribe(&carpeta, "hechos.csv", text);
    sprintf(text,
            "corte,sello,nominal_ms,ultimo,elecciones\n1,20270606_2030,%lld,0,GUB\n"
            "2,20270606_2200,%lld,1,GUB\n",
            HORA + 1800000LL, HORA + 10000000LL);
    carpeta_escribe(&carpeta, "cortes.csv", text);
}

static void escribe_config(const char *fichas)
{
    carpeta_escribe(&carpeta, "simulacro.yaml",
                    "acopio: [\"http://127.0.0.1:1\"]\n"
                    "digitaliza: [{url: \"http://127.0.0.1:1\", entrada: entrada}]\n"
                    "captura: [\"http://127.0.0.1:1\"]\n"
                    "verifica: [\"http://127.0.0.1:1\"]\n"
                    "operadores: fichas.txt\n");
    carpeta_escribe(&carpeta, "fichas.txt", fichas);
}

static int setup(void **state)
{
    (void)state;
    carpeta_crea(&carpeta);
    escribe_eleccion("simulacro");
    escribe_config("1 aaaa\n# un comentario\n2 bbbb\n3 cccc\n");
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    carpeta_borra(&carpeta);
    return 0;
}

static char config_path[128];

static enum prep_status abre(struct noche *noche, struct corre_opciones *opciones,
                             struct prep_reason *reason)
{
    (void)snprintf(config_path, sizeof config_path, "%s/simulacro.yaml", carpeta.path);
    opciones->carpeta = carpeta.path;
    opciones->config = config_path;
    if (opciones->operadores == 0) {
        opciones->operadores = 3;
    }
    opciones->plazo_ms = 1000;
    return noche_abre(noche, opciones, reason);
}

static void test_only_the_facts_of_this_corte_come_out(void **state)
{
    struct corre_opciones opciones = { 0 };
    struct noche noche;

    (void)state;
    assert_int_equal(abre(&noche, &opciones, NULL), PREP_OK);
    assert_int_equal(noche.total.acopios, ACTAS + 1);
    assert_int_equal(noche.total.verificaciones, ACTAS);
    assert_int_equal(noche_suelta(&noche, NULL), PREP_OK);
    assert_true(noche_corte_suelto(&noche));
    assert_int_equal(noche.suelto.acopios, ACTAS / 2);
    assert_int_equal(noche.debidas[LABOR_CAPTURA], ACTAS / 2);
    assert_int_equal(noche.debidas[LABOR_VERIFICA], ACTAS / 2 - 1);
    assert_false(noche_al_dia(&noche));
    noche.corte = 2;
    assert_false(noche_corte_suelto(&noche));
    assert_int_equal(noche_suelta(&noche, NULL), PREP_OK);
    assert_int_equal(noche.suelto.acopios, ACTAS + 1);
    assert_int_equal(noche.debidas[LABOR_VERIFICA], ACTAS);
    assert_string_equal(cola_primero(&noche.acopios, ACTAS)->identificacion,
                        "{\"seccion\":\"9999\"}");
    noche_cierra(&noche);
}

static void test_claims_are_counted_whoever_loses_them(void **state)
{
    struct corre_opciones opciones = { 0 };
    struct noche noche;

    (void)state;
    assert_int_equal(abre(&noche, &opciones, NULL), PREP_OK);
    labor_toma(&noche, LABOR_CAPTURA, 1, 4, 1); /* before it is due */
    assert_int_equal(noche_suelta(&noche, NULL), PREP_OK);
    assert_int_equal(noche.libres[LABOR_CAPTURA], ACTAS / 2 - 1);
    labor_toma(&noche, LABOR_CAPTURA, 1, 5, 1); /* expired, and offered to another */
    assert_int_equal(noche.libres[LABOR_CAPTURA], ACTAS / 2 - 1);
    labor_suelta(&noche, LABOR_CAPTURA, 1);
    labor_suelta(&noche, LABOR_CAPTURA, 1);
    assert_int_equal(noche.libres[LABOR_CAPTURA], ACTAS / 2);
    labor_termina(&noche, LABOR_CAPTURA, 1);
    labor_termina(&noche, LABOR_CAPTURA, 1);
    assert_int_equal(noche.libres[LABOR_CAPTURA], ACTAS / 2 - 1);
    assert_int_equal(noche.debidas[LABOR_CAPTURA], ACTAS / 2 - 1);
    noche_cierra(&noche);
}

static size_t celdas_distintas(const celda *a, const celda *b)
{
    size_t count = 0;

    for (size_t i = 0; i < CELDAS; i++) {
        count += a[i] != b[i];
    }
    return count;
}

static void test_an_altered_capture_differs_in_one_cell_and_only_one_paso(void **state)
{
    static const celda verdad[CELDAS] = { 1, 2, 3, 4, 5, 6, 7, 8, 9 };
    struct corre_opciones opciones = { .errores = 100, .semilla = 5 };
    celda celdas[ELECCION_CELDAS_MAX];
    size_t alteradas[3] = { 0 };
    struct noche noche;
    size_t count = 0;

    (void)state;
    assert_int_equal(abre(&noche, &opciones, NULL), PREP_OK);
    assert_int_equal(noche.alteradas, ACTAS - 1); /* not the one verified later */
    assert_int_equal(noche_suelta(&noche, NULL), PREP_OK);
    noche.corte = 2;
    assert_int_equal(noche_suelta(&noche, NULL), PREP_OK);
    for (uint32_t i = 1; i <= ACTAS; i++) {
        for (unsigned paso = 1; paso <= 3; paso++) {
            const size_t expected = noche.actas[i].paso_alterado == paso ? 1 : 0;

            noche_celdas(&noche, i, paso, celdas, &count);
            assert_int_equal(count, CELDAS);
            assert_int_equal(celdas_distintas(verdad, celdas), expected);
            for (size_t k = 0; k < count; k++) {
                assert_true(celda_es_valida(celdas[k]) && celdas[k] != CELDA_NO_APLICA);
            }
            alteradas[paso - 1] += expected;
        }
        assert_int_equal(noche_discrepa(&noche, i), i != VERIFICADA_TARDE);
    }
    assert_true(alteradas[0] > ACTAS / 4 && alteradas[1] > ACTAS / 4);
    assert_int_equal(alteradas[2], 0);
    noche_cierra(&noche);
}

static void test_the_seed_decides_the_errors(void **state)
{
    uint8_t pasos[3][ACTAS + 1];
    const uint64_t semillas[3] = { 5, 5, 6 };

    (void)state;
    for (size_t n = 0; n < 3; n++) {
        struct corre_opciones opciones = { .errores = 30, .semilla = semillas[n] };
        struct noche noche;

        assert_int_equal(abre(&noche, &opciones, NULL), PREP_OK);
        assert_true(noche.alteradas > ACTAS / 6 && noche.alteradas < ACTAS / 2);
        for (size_t i = 0; i <= ACTAS; i++) {
            pasos[n][i] = noche.actas[i].paso_alterado;
        }
        noche_cierra(&noche);
    }
    assert_memory_equal(pasos[0], pasos[1], sizeof pasos[0]);
    assert_memory_not_equal(pasos[0], pasos[2], sizeof pasos[0]);
}

static void test_without_errors_nothing_disagrees(void **state)
{
    struct corre_opciones opciones = { .errores = 0, .semilla = 5 };
    struct noche noche;

    (void)state;
    assert_int_equal(abre(&noche, &opciones, NULL), PREP_OK);
    assert_int_equal(noche.alteradas, 0);
    assert_int_equal(noche_suelta(&noche, NULL), PREP_OK);
    for (uint32_t i = 1; i <= ACTAS / 2; i++) {
        assert_true(i == VERIFICADA_TARDE || !noche_discrepa(&noche, i));
    }
    noche_cierra(&noche);
}

static void test_idle_hours_are_skipped_and_busy_ones_are_not(void **state)
{
    struct corre_opciones opciones = { .velocidad = 1 };
    struct noche noche;

    (void)state;
    assert_int_equal(abre(&noche, &opciones, NULL), PREP_OK);
    assert_int_equal(noche_suelta(&noche, NULL), PREP_OK);
    assert_int_equal(noche.suelto.acopios, 1); /* the next one is a second away */
    assert_int_equal(noche_suelta(&noche, NULL), PREP_OK);
    assert_int_equal(noche.suelto.acopios, 1); /* and there is work to do */
    /* As if the first acta had been played. */
    noche.hecho.acopios = 1;
    labor_termina(&noche, LABOR_CAPTURA, 1);
    labor_termina(&noche, LABOR_VERIFICA, 1);
    assert_true(noche_al_dia(&noche));
    assert_int_equal(noche_suelta(&noche, NULL), PREP_OK);
    assert_int_equal(noche.suelto.acopios, 2);
    assert_true(noche_ahora(&noche) >= HORA + 2000);
    assert_true(noche_ahora(&noche) < HORA + 3000);
    noche_cierra(&noche);
}

static void test_an_id_fuera_de_catalogo_is_found_once_it_is_known(void **state)
{
    struct corre_opciones opciones = { 0 };
    struct noche noche;

    (void)state;
    assert_int_equal(abre(&noche, &opciones, NULL), PREP_OK);
    assert_int_equal(noche_indice(&noche, ACTAS), ACTAS);
    assert_int_equal(noche_indice(&noche, UINT64_C(1) << 52), 0);
    noche.actas[ACTAS + 1].id = (UINT64_C(1) << 52) + 77;
    assert_int_equal(noche_indice(&noche, (UINT64_C(1) << 52) + 77), ACTAS + 1);
    noche_cierra(&noche);
}

static void refused(struct corre_opciones opciones, const char *text)
{
    struct prep_reason reason = { "" };
    struct noche noche;
    const enum prep_status status = abre(&noche, &opciones, &reason);

    assert_int_not_equal(status, PREP_OK);
    if (strstr(reason.text, text) == NULL) {
        fail_msg("«%s» no dice «%s»", reason.text, text);
    }
    noche_cierra(&noche);
}

static void test_refusals_say_what_to_write(void **state)
{
    (void)state;
    refused((struct corre_opciones){ .operadores = 4 }, "se piden 4");
    escribe_config("1 aaaa\n2bbbb\n3 cccc\n");
    refused((struct corre_opciones){ 0 }, "fichas.txt:2:");
    escribe_config("1 aaaa\n0 bbbb\n3 cccc\n");
    refused((struct corre_opciones){ 0 }, "fichas.txt:2:");
    escribe_config("1 aaaa\n2 \n3 cccc\n");
    refused((struct corre_opciones){ 0 }, "fichas.txt:2:");
    escribe_config("1 aaaa\n2 bbbb\n");
    refused((struct corre_opciones){ 0 }, "al menos 3");
    escribe_config("1 aaaa\n2 bbbb\n3 cccc\n");
    carpeta_escribe(&carpeta, "simulacro.yaml", "acopio: 7\n");
    refused((struct corre_opciones){ 0 }, "simulacro.yaml:1:");
    escribe_config("1 aaaa\n2 bbbb\n3 cccc\n");
    escribe_eleccion("oficial");
    refused((struct corre_opciones){ 0 }, "modo: oficial");
    escribe_eleccion("simulacro");
    carpeta_escribe(&carpeta, "hechos.csv",
                    "corte,acta,tipo,hora_ms,mecanismo,documento,origen,digitalizacion,"
                    "sin_acta,cotejo,eleccion,celdas,identificacion\n"
                    "1,201,acopio,1,0,0,0,0,0,0,0,,\n");
    refused((struct corre_opciones){ 0 }, "acta 201");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_only_the_facts_of_this_corte_come_out),
        cmocka_unit_test(test_claims_are_counted_whoever_loses_them),
        cmocka_unit_test(test_an_altered_capture_differs_in_one_cell_and_only_one_paso),
        cmocka_unit_test(test_the_seed_decides_the_errors),
        cmocka_unit_test(test_without_errors_nothing_disagrees),
        cmocka_unit_test(test_idle_hours_are_skipped_and_busy_ones_are_not),
        cmocka_unit_test(test_an_id_fuera_de_catalogo_is_found_once_it_is_known),
        cmocka_unit_test(test_refusals_say_what_to_write),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
