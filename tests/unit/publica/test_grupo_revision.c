/* test_grupo_revision.c - a grupo whose sums are not those of its actas is seen. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "arbol_prueba.h"
#include "grupo_revision.h"

/* Two campos, then seven opciones. */
static const char text[] =
    "{\"secciones\":[{\"actas\":["
    "{\"estado\":\"sin_observaciones\",\"contabilizada\":true,\"tipo_casilla\":\"B\","
    "\"lista_nominal\":600,\"celdas\":[9,9,10,20,null,\"sin_dato\",0,1,2]},"
    "{\"estado\":\"algun_campo_ilegible_o_sin_dato\",\"contabilizada\":true,"
    "\"tipo_casilla\":\"S\",\"lista_nominal\":0,"
    "\"celdas\":[9,9,5,\"ilegible\",0,0,0,0,0]}]},"
    "{\"actas\":["
    "{\"estado\":\"excede_lista_nominal\",\"contabilizada\":false,"
    "\"tipo_casilla\":\"B\",\"lista_nominal\":1,\"celdas\":[9,9,999,0,0,0,0,0,0]},"
    "{\"estado\":\"sin_acta\",\"contabilizada\":false,\"lista_nominal\":600},"
    "{\"estado\":\"no_capturada\",\"lista_nominal\":600}]}]}";

static const struct resumen right = { .esperadas = 5,
                                      .capturadas = 4,
                                      .contabilizadas = 2,
                                      .no_contabilizadas = 2,
                                      .inconsistentes = 2,
                                      .lista_nominal = 600,
                                      .votos_c_cs = 38,
                                      .votos_s_cs = 33,
                                      .votos = { 15, 20, 0, 0, 0, 1, 2 } };

static int setup(void **state)
{
    *state = definicion_de_prueba();
    return 0;
}

static int teardown(void **state)
{
    struct definicion *definicion = *state;

    definicion_free(&definicion);
    return 0;
}

static enum prep_status check(const struct definicion *definicion, const char *json,
                              const struct resumen *resumen, struct prep_reason *reason)
{
    return grupo_revision(&definicion->elecciones[0], "datos/GUB/x.json", json,
                          strlen(json), resumen, reason);
}

static void test_the_right_sums_agree(void **state)
{
    struct prep_reason reason = { "" };

    assert_int_equal(check(*state, text, &right, &reason), PREP_OK);
}

static void test_each_sum_off_by_one_is_named(void **state)
{
    static const struct {
        size_t offset;
        const char *name;
    } rows[] = {
        { offsetof(struct resumen, esperadas), "actas_esperadas" },
        { offsetof(struct resumen, capturadas), "actas_capturadas" },
        { offsetof(struct resumen, contabilizadas), "actas_contabilizadas" },
        { offsetof(struct resumen, no_contabilizadas), "actas_no_contabilizadas" },
        { offsetof(struct resumen, inconsistentes), "actas_inconsistentes" },
        { offsetof(struct resumen, lista_nominal), "lista_nominal" },
        { offsetof(struct resumen, votos_c_cs), "total_votos_c_cs" },
        { offsetof(struct resumen, votos_s_cs), "total_votos_s_cs" },
        { offsetof(struct resumen, votos[0]), "PAN" },
        { offsetof(struct resumen, votos[6]), "NULOS" },
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct prep_reason reason = { "" };
        struct resumen wrong = right;

        ++*(uint64_t *)((char *)&wrong + rows[i].offset);
        assert_int_equal(check(*state, text, &wrong, &reason), PREP_ERR_CONFLICT);
        assert_non_null(strstr(reason.text, rows[i].name));
        assert_non_null(strstr(reason.text, "datos/GUB/x.json"));
    }
}

static void test_the_rules_of_the_election_are_followed(void **state)
{
    const struct definicion *definicion = *state;
    struct eleccion eleccion = definicion->elecciones[0];
    struct resumen resumen = right;
    struct prep_reason reason = { "" };

    eleccion.reglas.inconsistencia_algun_campo = false;
    resumen.inconsistentes = 1;
    assert_int_equal(
        grupo_revision(&eleccion, "x", text, strlen(text), &resumen, &reason), PREP_OK);
    eleccion.reglas.inconsistencia_sin_acta = true;
    resumen.inconsistentes = 2;
    assert_int_equal(
        grupo_revision(&eleccion, "x", text, strlen(text), &resumen, &reason), PREP_OK);
}

static void test_what_is_not_the_object_is_refused(void **state)
{
    static const char *const texts[] = {
        "", "{", "[]", "{}", "{\"secciones\":3}", "{\"secciones\":[],\"secciones\":[]}"
    };

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct prep_reason reason = { "" };

        assert_int_equal(check(*state, texts[i], &right, &reason), PREP_ERR_CONFLICT);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_right_sums_agree),
        cmocka_unit_test(test_each_sum_off_by_one_is_named),
        cmocka_unit_test(test_the_rules_of_the_election_are_followed),
        cmocka_unit_test(test_what_is_not_the_object_is_refused),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
