/*
 * test_resultado.c - the same night at each level, divided at each level.
 *
 * METHOD
 *     Two entidades with two districts each; every district gives one odd combination.
 *     Whatever the level of the division, each level is the sum of those below it, the
 *     total is the same, and only how many divisions leave a remainder changes.
 */
#include "resultado.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { PAN, PRI, MORENA, PAN_PRI, NR, NULOS, OPCIONES };

static const uint16_t miembros[] = { PAN, PRI }, frente[] = { PAN, PRI, PAN_PRI };
static const struct opcion opciones[OPCIONES] = {
    { "PAN", OPCION_PARTIDO, 0, NULL },
    { "PRI", OPCION_PARTIDO, 0, NULL },
    { "MORENA", OPCION_PARTIDO, 0, NULL },
    { "PAN_PRI", OPCION_COMBINACION, 2, miembros },
    { "NO_REGISTRADAS", OPCION_NO_REGISTRADAS, 0, NULL },
    { "NULOS", OPCION_NULOS, 0, NULL },
};
static const struct candidatura candidaturas[] = {
    { "FRENTE", "Frente", 3, frente, 0, NULL, 1 },
};

struct mundo {
    struct eleccion eleccion;
    struct definicion definicion;
    struct arbol *arbol;
};

#define LUGARES 4

/* One acta in each district: PAN 10, PRI 20, MORENA 30, and 2n + 1 for both. */
static void mundo_open(struct mundo *m, enum nivel_reparto nivel)
{
    static const char *const entidades[LUGARES] = { "01", "01", "02", "02" };
    static const char *const distritos[LUGARES] = { "001", "002", "001", "002" };
    struct prep_reason reason = { "" };

    memset(m, 0, sizeof *m);
    m->eleccion = (struct eleccion){ .ordinal = 1,
                                     .clave = "DIP",
                                     .opcion_count = OPCIONES,
                                     .opciones = opciones,
                                     .celda_count = OPCIONES,
                                     .candidatura_count = 1,
                                     .candidaturas = candidaturas,
                                     .reglas = { .nivel_reparto = nivel } };
    m->definicion.eleccion_count = 1;
    m->definicion.elecciones = &m->eleccion;
    assert_int_equal(arbol_new(&m->definicion, &m->arbol, &reason), PREP_OK);
    for (size_t i = 0; i < LUGARES; i++) {
        const struct arbol_acta acta = { .id = i + 1,
                                         .eleccion = 1,
                                         .entidad = entidades[i],
                                         .entidad_nombre = "",
                                         .territorio = distritos[i],
                                         .territorio_nombre = "",
                                         .seccion = "0001" };

        assert_int_equal(arbol_agrega(m->arbol, &acta, &reason), PREP_OK);
    }
    assert_int_equal(arbol_cierra(m->arbol, &reason), PREP_OK);
    for (size_t i = 0; i < LUGARES; i++) {
        struct resumen resumen = { .votos = { 10, 20, 30, 2 * i + 1, 1, 2 } };
        uint32_t grupo;

        for (size_t o = 0; o < OPCIONES; o++) {
            resumen.votos_c_cs += resumen.votos[o];
        }
        if (resumen_lleva_partidos(&m->eleccion)) {
            coalicion_reparte(&m->eleccion, resumen.votos, resumen.votos + OPCIONES);
        }
        assert_true(arbol_grupo_de(m->arbol, i + 1, &grupo));
        arbol_grupo_suma(m->arbol, grupo, &resumen);
    }
}

/* Combinations: 1 and 3 in the first entidad, 5 and 7 in the second, 16 in all. */
static const struct {
    enum nivel_reparto nivel;
    bool en_territorio, en_entidad;
    uint64_t pan, pri; /* of the election: PRI is first in every sum */
    uint64_t pan_01, pri_01;
} rows[] = {
    { REPARTO_ACTA, true, true, 40 + 6, 80 + 10, 20 + 1, 40 + 3 },
    { REPARTO_SECCION, true, true, 40 + 6, 80 + 10, 20 + 1, 40 + 3 },
    { REPARTO_TERRITORIO, true, true, 40 + 6, 80 + 10, 20 + 1, 40 + 3 },
    { REPARTO_ENTIDAD, false, true, 40 + 8, 80 + 8, 20 + 2, 40 + 2 },
    { REPARTO_ELECCION, false, false, 40 + 8, 80 + 8, 0, 0 },
};

static void test_each_level_is_the_sum_of_those_below_whatever_divides(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct resultado total, entidad, distrito;
        struct mundo m;

        mundo_open(&m, rows[i].nivel);
        resultado_territorio(m.arbol, 0, &distrito);
        assert_int_equal(distrito.candidaturas.votos[0], 10 + 20 + 1);
        assert_int_equal(distrito.con_partidos, rows[i].en_territorio);
        if (distrito.con_partidos) {
            assert_int_equal(distrito.partidos[PRI], 21);
        }
        resultado_entidad(m.arbol, 0, &entidad);
        assert_int_equal(entidad.candidaturas.votos[0], 2 * 30 + 4);
        assert_int_equal(entidad.con_partidos, rows[i].en_entidad);
        if (entidad.con_partidos) {
            assert_int_equal(entidad.partidos[PAN], rows[i].pan_01);
            assert_int_equal(entidad.partidos[PRI], rows[i].pri_01);
        }
        resultado_eleccion(m.arbol, &m.eleccion, &total);
        assert_int_equal(total.candidaturas.votos[0], 4 * 30 + 16);
        assert_int_equal(total.candidaturas.votos[1 + MORENA], 120);
        assert_true(total.con_partidos);
        assert_int_equal(total.partidos[PAN], rows[i].pan);
        assert_int_equal(total.partidos[PRI], rows[i].pri);
        assert_int_equal(total.partidos[MORENA], 120);
        assert_int_equal(total.partidos[PAN_PRI], 0);
        arbol_free(&m.arbol);
    }
}

/* A correction moves what was divided too. */
static void test_a_correction_moves_what_was_divided(void **state)
{
    struct resumen resumen = { .votos = { 10, 20, 30, 0, 1, 2 } };
    struct resultado total;
    struct mundo m;
    uint32_t grupo;

    (void)state;
    mundo_open(&m, REPARTO_ACTA);
    coalicion_reparte(&m.eleccion, resumen.votos, resumen.votos + OPCIONES);
    assert_true(arbol_grupo_de(m.arbol, 4, &grupo));
    arbol_grupo_suma(m.arbol, grupo, &resumen);
    resultado_eleccion(m.arbol, &m.eleccion, &total);
    assert_int_equal(total.partidos[PAN], 40 + 3);
    assert_int_equal(total.partidos[PRI], 80 + 6);
    arbol_olvida(m.arbol);
    resultado_eleccion(m.arbol, &m.eleccion, &total);
    assert_int_equal(total.partidos[PRI], 0);
    assert_int_equal(total.candidaturas.votos[0], 0);
    arbol_free(&m.arbol);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_level_is_the_sum_of_those_below_whatever_divides),
        cmocka_unit_test(test_a_correction_moves_what_was_divided),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
