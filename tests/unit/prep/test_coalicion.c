/*
 * test_coalicion.c - votes by candidatura and by party.
 *
 * METHOD
 *     The worked example of prep-rules 7.5 at every level; coalitions that differ by
 *     territorio; then properties over many random votes: nothing is lost, whatever
 *     the level, and a party's share never falls below its own column.
 */
#include "prep/coalicion.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "prep/reglas.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* PAN PRI PRD MORENA, what two or three of the first mark together, and the rest. */
enum {
    PAN,
    PRI,
    PRD,
    MORENA,
    PAN_PRI_PRD,
    PAN_PRI,
    PAN_PRD,
    PRI_PRD,
    CC_SUELTA, /* candidatura comun that does not say its miembros */
    CI,
    NR,
    NULOS,
    OPCIONES
};

static const uint16_t los_tres[] = { PAN, PRI, PRD }, pan_pri[] = { PAN, PRI },
                      pan_prd[] = { PAN, PRD }, pri_prd[] = { PRI, PRD };
static const struct opcion opciones[OPCIONES] = {
    [PAN] = { "PAN", OPCION_PARTIDO, 0, NULL },
    [PRI] = { "PRI", OPCION_PARTIDO, 0, NULL },
    [PRD] = { "PRD", OPCION_PARTIDO, 0, NULL },
    [MORENA] = { "MORENA", OPCION_PARTIDO, 0, NULL },
    [PAN_PRI_PRD] = { "PAN_PRI_PRD", OPCION_COMBINACION, 3, los_tres },
    [PAN_PRI] = { "PAN_PRI", OPCION_COMBINACION, 2, pan_pri },
    [PAN_PRD] = { "PAN_PRD", OPCION_COMBINACION, 2, pan_prd },
    [PRI_PRD] = { "PRI_PRD", OPCION_COMBINACION, 2, pri_prd },
    [CC_SUELTA] = { "CC_SUELTA", OPCION_CANDIDATURA_COMUN, 0, NULL },
    [CI] = { "CAND_IND_1", OPCION_INDEPENDIENTE, 0, NULL },
    [NR] = { "NO_REGISTRADAS", OPCION_NO_REGISTRADAS, 0, NULL },
    [NULOS] = { "NULOS", OPCION_NULOS, 0, NULL },
};

/* Coalition of three in the districts of 01, of two in 02-A; PRI and PRD alone have a
 * name, one said before the coalitions and one after. */
static const uint16_t frente[] = {
    PAN, PRI, PRD, PAN_PRI_PRD, PAN_PRI, PAN_PRD, PRI_PRD
};
static const uint16_t dos[] = { PAN, PRD, PAN_PRD }, pri_solo[] = { PRI },
                      prd_solo[] = { PRD };
static const struct ambito en_01[] = { { "01", NULL, 1 } },
                           en_02_a[] = { { "02", "A", 2 } };
static const struct candidatura candidaturas[] = {
    { "PRD", "El PRD solo", COUNT_OF(prd_solo), prd_solo, 0, NULL, 3 },
    { "FRENTE", "Frente", COUNT_OF(frente), frente, 1, en_01, 1 },
    { "DOS", "Dos", COUNT_OF(dos), dos, 1, en_02_a, 2 },
    { "PRI", "El PRI solo", COUNT_OF(pri_solo), pri_solo, 0, NULL, 3 },
};

static struct eleccion eleccion_de_prueba(void)
{
    return (struct eleccion){
        .ordinal = 1,
        .clave = "DIP",
        .opcion_count = OPCIONES,
        .opciones = opciones,
        .celda_count = OPCIONES,
        .candidatura_count = COUNT_OF(candidaturas),
        .candidaturas = candidaturas,
        .reglas = { .nivel_reparto = REPARTO_TERRITORIO },
    };
}

/* ---- by party */

struct reparto {
    const char *nombre;
    bool por_turno;
    uint64_t votos[OPCIONES], partidos[OPCIONES];
};

static const struct reparto repartos[] = {
    { "even", false, { [PAN] = 5, [PRI] = 4, [PAN_PRI] = 10 }, { 10, 9 } },
    { "the odd vote to the one with most",
      false,
      { [PAN] = 5, [PRI] = 4, [PAN_PRI] = 11 },
      { 11, 9 } },
    { "whichever comes first",
      false,
      { [PAN] = 4, [PRI] = 5, [PAN_PRI] = 11 },
      { 9, 11 } },
    { "a tie in ballot order",
      false,
      { [PAN] = 5, [PRI] = 5, [PAN_PRI] = 1 },
      { 6, 5 } },
    { "a tie without votes", false, { [PRI_PRD] = 1 }, { 0, 1 } },
    { "one vote among three", false, { [PRD] = 1, [PAN_PRI_PRD] = 1 }, { 0, 0, 2 } },
    { "two left, both to the first",
      false,
      { [PAN] = 3, [PRI] = 2, [PRD] = 9, [PAN_PRI_PRD] = 5 },
      { 4, 3, 12 } },
    { "two left, one each in turn",
      true,
      { [PAN] = 3, [PRI] = 2, [PRD] = 9, [PAN_PRI_PRD] = 5 },
      { 5, 3, 11 } },
    { "one left, in turn",
      true,
      { [PAN] = 3, [PRI] = 2, [PRD] = 9, [PAN_PRI_PRD] = 4 },
      { 4, 3, 11 } },
    { "in turn, tied in ballot order", true, { [PAN_PRI_PRD] = 5 }, { 2, 2, 1 } },
    { "the column decides, not what another combination gave",
      false,
      { [PAN] = 5, [PRI] = 6, [PAN_PRD] = 100, [PAN_PRI] = 1 },
      { 55, 7, 50 } },
    { "what is of nobody else stays",
      false,
      { [MORENA] = 7, [CC_SUELTA] = 8, [CI] = 9, [NR] = 1, [NULOS] = 2 },
      { [MORENA] = 7, [CC_SUELTA] = 8, [CI] = 9, [NR] = 1, [NULOS] = 2 } },
};

static void
test_combinations_are_divided_equally_and_the_rest_goes_to_the_first(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(repartos); i++) {
        struct eleccion eleccion = eleccion_de_prueba();
        uint64_t partidos[OPCIONES] = { 0 };

        print_message("  %s\n", repartos[i].nombre);
        eleccion.reglas.resto_por_turno = repartos[i].por_turno;
        coalicion_reparte(&eleccion, repartos[i].votos, partidos);
        for (size_t o = 0; o < OPCIONES; o++) {
            assert_int_equal(partidos[o], repartos[i].partidos[o]);
        }
    }
}

/* prep-rules 7.5: the contabilizadas of the example, in its order. */
static const uint64_t ejemplo[][OPCIONES] = {
    { [PAN] = 100, [PRI] = 50, [MORENA] = 150, [PAN_PRI] = 20, [CI] = 5, 1, 10 },
    { [PAN] = 120, [MORENA] = 130, [PAN_PRI] = 10, [CI] = 0, 0, 8 },
    { [PAN] = 200, [PRI] = 100, [MORENA] = 200, [PAN_PRI] = 10, [CI] = 0, 0, 10 },
    { [PAN] = 260, [PRI] = 140, [MORENA] = 250, [PAN_PRI] = 25, [CI] = 5, 2, 18 },
    { [PAN] = 90, [PRI] = 60, [MORENA] = 120, [PAN_PRI] = 15, [CI] = 4, 1, 10 },
};

static void test_worked_example_in_one_sum_and_acta_by_acta(void **state)
{
    const struct eleccion eleccion = eleccion_de_prueba();
    uint64_t junto[OPCIONES] = { 0 }, por_acta[OPCIONES] = { 0 };
    uint64_t todo[OPCIONES] = { 0 };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(ejemplo); i++) {
        for (size_t o = 0; o < OPCIONES; o++) {
            todo[o] += ejemplo[i][o];
        }
        coalicion_reparte(&eleccion, ejemplo[i], por_acta);
    }
    coalicion_reparte(&eleccion, todo, junto);
    assert_int_equal(todo[PAN_PRI], 80);
    assert_int_equal(junto[PAN], 810);
    assert_int_equal(junto[PRI], 390);
    assert_int_equal(por_acta[PAN], 811);
    assert_int_equal(por_acta[PRI], 389);
    assert_int_equal(junto[MORENA], 850);
    assert_int_equal(por_acta[MORENA], 850);
}

/* The same through the sums that a corte keeps. */
static void test_a_running_sum_divides_acta_by_acta_when_that_is_the_level(void **state)
{
    struct eleccion eleccion = eleccion_de_prueba();
    struct resumen resumen = { 0 }, cero = { 0 };

    (void)state;
    assert_int_equal(resumen_votos_count(&eleccion), OPCIONES);
    eleccion.reglas.nivel_reparto = REPARTO_ACTA;
    eleccion.reglas.representantes_default = 20;
    assert_int_equal(resumen_votos_count(&eleccion), 2 * OPCIONES);
    for (int sign = 1; sign >= -1; sign -= 2) {
        for (size_t i = 0; i < COUNT_OF(ejemplo); i++) {
            celda celdas[OPCIONES];
            struct acta_hechos hechos = { .verificada = true,
                                          .celdas = celdas,
                                          .tipo_casilla = 'B',
                                          .lista_nominal = 750,
                                          .representantes = -1 };
            struct acta_decision decision;

            for (size_t o = 0; o < OPCIONES; o++) {
                celdas[o] = (celda)ejemplo[i][o];
            }
            reglas_decide(&eleccion, &hechos, &decision);
            assert_true(decision.contabilizada);
            resumen_suma(&resumen, &eleccion, &hechos, &decision, sign);
        }
        if (sign == 1) {
            assert_int_equal(resumen.votos[PAN_PRI], 80);
            assert_int_equal(resumen.votos[OPCIONES + PAN], 811);
            assert_int_equal(resumen.votos[OPCIONES + PRI], 389);
            assert_int_equal(resumen.votos[OPCIONES + PAN_PRI], 0);
        }
    }
    assert_memory_equal(&resumen, &cero, sizeof resumen);
}

static uint64_t sum_of(const uint64_t *votos)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < OPCIONES; i++) {
        sum += votos[i];
    }
    return sum;
}

static void test_a_division_adds_up_to_what_was_divided(void **state)
{
    (void)state;
    srand(20240602);
    for (int round = 0; round < 20000; round++) {
        struct eleccion eleccion = eleccion_de_prueba();
        uint64_t votos[OPCIONES], partidos[OPCIONES] = { 0 };

        eleccion.reglas.resto_por_turno = round % 2 == 1;
        for (size_t o = 0; o < OPCIONES; o++) {
            votos[o] = (uint64_t)rand() % (round % 3 == 0 ? 4 : 1000);
        }
        coalicion_reparte(&eleccion, votos, partidos);
        assert_int_equal(sum_of(partidos), sum_of(votos));
        for (size_t o = 0; o < OPCIONES; o++) {
            if (coalicion_se_reparte(&opciones[o])) {
                assert_int_equal(partidos[o], 0);
            } else {
                assert_true(partidos[o] >= votos[o]);
            }
        }
    }
}

/* ---- by candidatura */

#define SOLA COUNT_OF(candidaturas) /* the lines of opciones come after */
static const struct {
    const char *entidad, *territorio;
    uint64_t votos[RENGLONES_MAX]; /* by line */
} lugares[] = {
    { "01", "7", { 0, 1 + 2 + 3 + 5 + 6 + 7 + 8, [SOLA + MORENA] = 4 } },
    { "02",
      "A",
      { 0, 0, 1 + 3 + 7, 2, [SOLA + MORENA] = 4, 5, 6, [SOLA + PRI_PRD] = 8 } },
    { "02", "B", { 3, 0, 0, 2, [SOLA + PAN] = 1, [SOLA + MORENA] = 4, 5, 6, 7, 8 } },
};

static void test_what_adds_up_depends_on_the_territorio(void **state)
{
    static const uint64_t votos[OPCIONES] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 };
    const struct eleccion eleccion = eleccion_de_prueba();
    struct coalicion_cuenta total = { 0 };
    uint64_t sum = 0;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(lugares); i++) {
        struct coalicion_cuenta cuenta = { 0 };
        struct coalicion_mapa mapa;

        coalicion_mapa(&eleccion, lugares[i].entidad, lugares[i].territorio, &mapa);
        coalicion_suma(&eleccion, &mapa, votos, &cuenta);
        for (size_t r = 0; r < SOLA + CC_SUELTA; r++) {
            assert_int_equal(cuenta.votos[r], lugares[i].votos[r]);
            assert_int_equal(cuenta.presente[r], lugares[i].votos[r] != 0);
        }
        for (size_t o = CC_SUELTA; o < OPCIONES; o++) {
            assert_int_equal(cuenta.votos[SOLA + o], votos[o]);
        }
        coalicion_agrega(&eleccion, &cuenta, &total);
    }
    for (size_t r = 0; r < coalicion_renglones(&eleccion); r++) {
        sum += total.votos[r];
    }
    assert_int_equal(sum, COUNT_OF(lugares) * sum_of(votos));
    assert_int_equal(total.votos[3], 4); /* PRI alone, in 02 only */
}

static void test_lines_come_in_ballot_order(void **state)
{
    /* PRI_PRD has no column in 02-A; PAN_PRI should not, and has a vote. */
    static const char *const want[] = {
        "DOS",       "PRI",        "MORENA",         "PAN_PRI",
        "CC_SUELTA", "CAND_IND_1", "NO_REGISTRADAS", "NULOS"
    };
    static const uint64_t votos[OPCIONES] = { [PAN_PRI] = 1 };
    const struct eleccion eleccion = eleccion_de_prueba();
    struct coalicion_cuenta cuenta = { 0 };
    uint16_t orden[RENGLONES_MAX];
    struct coalicion_mapa mapa;

    (void)state;
    coalicion_mapa(&eleccion, "02", "A", &mapa);
    coalicion_suma(&eleccion, &mapa, votos, &cuenta);
    assert_int_equal(coalicion_orden(&eleccion, &cuenta, orden), COUNT_OF(want));
    for (size_t i = 0; i < COUNT_OF(want); i++) {
        assert_string_equal(coalicion_clave(&eleccion, orden[i]), want[i]);
    }
}

static const struct {
    const char *nombre;
    uint64_t votos[OPCIONES];
    const char *quien[4];
} mayorias[] = {
    { "nobody has votes", { 0 }, { NULL } },
    { "nulos win nothing", { [NULOS] = 90, [NR] = 80 }, { NULL } },
    { "a party against a coalition that adds up",
      { [MORENA] = 10, [PAN] = 4, [PRI] = 3, [PAN_PRI] = 4 },
      { "FRENTE" } },
    { "one vote is enough", { [CI] = 1, [NULOS] = 50 }, { "CAND_IND_1" } },
    { "a tie is a tie",
      { [MORENA] = 11, [PAN] = 5, [PRD] = 6, [CI] = 11, [PRI] = 0 },
      { "FRENTE", "MORENA", "CAND_IND_1" } },
    { "the last one", { [CC_SUELTA] = 3, [CI] = 4, [MORENA] = 3 }, { "CAND_IND_1" } },
};

static void test_the_majority_is_one_several_in_a_tie_or_none(void **state)
{
    const struct eleccion eleccion = eleccion_de_prueba();

    (void)state;
    for (size_t i = 0; i < COUNT_OF(mayorias); i++) {
        struct coalicion_cuenta cuenta = { 0 };
        uint16_t quien[RENGLONES_MAX];
        struct coalicion_mapa mapa;
        size_t count, want = 0;

        print_message("  %s\n", mayorias[i].nombre);
        coalicion_mapa(&eleccion, "01", "1", &mapa);
        coalicion_suma(&eleccion, &mapa, mayorias[i].votos, &cuenta);
        count = coalicion_mayoria(&eleccion, &cuenta, quien);
        while (mayorias[i].quien[want] != NULL) {
            assert_true(want < count);
            assert_string_equal(coalicion_clave(&eleccion, quien[want]),
                                mayorias[i].quien[want]);
            want++;
        }
        assert_int_equal(count, want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            test_combinations_are_divided_equally_and_the_rest_goes_to_the_first),
        cmocka_unit_test(test_worked_example_in_one_sum_and_acta_by_acta),
        cmocka_unit_test(
            test_a_running_sum_divides_acta_by_acta_when_that_is_the_level),
        cmocka_unit_test(test_a_division_adds_up_to_what_was_divided),
        cmocka_unit_test(test_what_adds_up_depends_on_the_territorio),
        cmocka_unit_test(test_lines_come_in_ballot_order),
        cmocka_unit_test(test_the_majority_is_one_several_in_a_tie_or_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
