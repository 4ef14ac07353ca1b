/*
 * test_verifica.c - two people agree, a third resolves, and nobody counts twice.
 */
#include "verifica.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

enum { ANA = 11, LUZ = 12, EVA = 13, ZOE = 14 };

static const struct campo campos[] = { { .clave = "TOTAL_VOTOS_ASENTADO" } };
static const struct opcion opciones[] = {
    { .clave = "PAN", .tipo = OPCION_PARTIDO },
    { .clave = "NULOS", .tipo = OPCION_NULOS },
};
static const struct eleccion eleccion = {
    .ordinal = 1,
    .clave = "GOB",
    .campo_count = 1,
    .campos = campos,
    .opcion_count = 2,
    .opciones = opciones,
    .celda_count = 3,
};

static const celda first_cells[] = { 30, 10, 20 };
static const celda second_cells[] = { 30, 11, 20 };
static const celda other_cells[] = { 31, 11, CELDA_ILEGIBLE };

static struct desk_acta acta;
static struct desk_entry entry;

static void captured(int paso, uint32_t operador, const celda *cells)
{
    acta.row.tiene_captura[paso - 1] = true;
    acta.row.captura_operador[paso - 1] = operador;
    acta.row.captura_count[paso - 1] = 3;
    memcpy(acta.row.captura[paso - 1], cells, sizeof first_cells);
}

static void hands_in(uint32_t operador, const celda *cells)
{
    entry.operador = operador;
    entry.celda_count = 3;
    memcpy(entry.celdas, cells, sizeof first_cells);
}

/* Ana captured; Luz has the claim of paso 2 and read the same. */
static int setup(void **state)
{
    (void)state;
    acta = (struct desk_acta){ .eleccion = &eleccion };
    acta.row.id = 5;
    captured(1, ANA, first_cells);
    acta.reclamo[1] = LUZ;
    entry = (struct desk_entry){ .kind = DESK_CAPTURA, .acta = 5 };
    hands_in(LUZ, first_cells);
    return 0;
}

/* And then Luz disagreed; Eva has the claim of paso 3. */
static int setup_mismatch(void **state)
{
    setup(state);
    captured(2, LUZ, second_cells);
    acta.reclamo[1] = 0;
    acta.reclamo[2] = EVA;
    hands_in(EVA, first_cells);
    return 0;
}

static struct desk_decision decide(void)
{
    struct desk_decision decision = { 0 };

    verifica_decide(&entry, &acta, &decision);
    assert_int_not_equal(decision.result, 0);
    if (decision.result == DESK_RECHAZADA || decision.result == DESK_REPETIDA) {
        assert_int_equal(decision.paso, 0); /* nothing is written */
        assert_int_equal(decision.metodo, 0);
    }
    return decision;
}

static void refused_with(const char *code)
{
    struct desk_decision decision = decide();

    assert_int_equal(decision.result, DESK_RECHAZADA);
    assert_string_equal(decision.codigo, code);
    assert_true(strlen(decision.motivo.text) > 20);
}

static void verified(struct desk_decision decision, uint32_t paso, uint32_t metodo,
                     uint32_t descansa)
{
    assert_int_equal(decision.result, DESK_VERIFICADA);
    assert_int_equal(decision.paso, paso);
    assert_int_equal(decision.metodo, metodo);
    assert_int_equal(decision.descansa, descansa);
}

static void test_two_that_agree_verify(void **state)
{
    struct desk_decision decision = decide();

    (void)state;
    verified(decision, 2, VERIFICA_METODO_COINCIDEN, 1u << 1 | 1u << 2);
    assert_memory_equal(decision.celdas, first_cells, sizeof first_cells);
}

static void test_any_different_cell_is_a_discrepancy(void **state)
{
    for (int i = 0; i < 3; i++) {
        struct desk_decision decision;

        setup(state);
        entry.celdas[i] = i == 0 ? CELDA_SIN_DATO : entry.celdas[i] + 1;
        decision = decide();
        assert_int_equal(decision.result, DESK_DISCREPANCIA);
        assert_int_equal(decision.paso, 2);
        assert_int_equal(decision.metodo, 0);
    }
}

static void test_zero_blank_and_unreadable_do_not_agree(void **state)
{
    static const celda kinds[] = { 0, CELDA_SIN_DATO, CELDA_ILEGIBLE };

    for (size_t a = 0; a < COUNT_OF(kinds); a++) {
        for (size_t b = 0; b < COUNT_OF(kinds); b++) {
            setup(state);
            acta.row.captura[0][1] = kinds[a];
            entry.celdas[1] = kinds[b];
            assert_int_equal(decide().result,
                             a == b ? DESK_VERIFICADA : DESK_DISCREPANCIA);
        }
    }
}

static void test_nobody_verifies_his_own_capture(void **state)
{
    (void)state;
    acta.reclamo[1] = ANA; /* not even with a claim */
    hands_in(ANA, first_cells);
    refused_with("persona.repetida");
}

static void test_the_third_person_is_neither_of_the_two(void **state)
{
    (void)state;
    acta.reclamo[2] = ANA;
    hands_in(ANA, first_cells);
    refused_with("persona.repetida");
    acta.reclamo[2] = LUZ;
    hands_in(LUZ, first_cells); /* cells other than her second capture's */
    refused_with("captura.existente");
}

static void test_who_has_not_claimed_is_refused(void **state)
{
    (void)state;
    acta.reclamo[1] = 0;
    refused_with("reclamo.ajeno");
    acta.reclamo[1] = EVA;
    refused_with("reclamo.ajeno");
    acta.reclamo[1] = 0;
    acta.reclamo[2] = LUZ; /* of another paso */
    refused_with("reclamo.ajeno");
}

static void test_the_third_person_settles(void **state)
{
    (void)state;
    verified(decide(), 3, VERIFICA_METODO_TERCERA, 1u << 1 | 1u << 3);
    hands_in(EVA, second_cells);
    verified(decide(), 3, VERIFICA_METODO_TERCERA, 1u << 2 | 1u << 3);
    hands_in(EVA, other_cells);
    verified(decide(), 3, VERIFICA_METODO_TERCERA, 1u << 3);
    assert_memory_equal(decide().celdas, other_cells, sizeof other_cells);
}

static void test_the_same_again_is_repeated(void **state)
{
    (void)state;
    captured(2, LUZ, first_cells);
    acta.row.tiene_verificacion = true;
    acta.reclamo[1] = 0;
    assert_int_equal(decide().result, DESK_REPETIDA);
    hands_in(LUZ, second_cells);
    refused_with("captura.existente");
}

static void test_the_third_again_is_repeated(void **state)
{
    (void)state;
    captured(3, EVA, other_cells);
    acta.row.tiene_verificacion = true;
    hands_in(EVA, other_cells);
    assert_int_equal(decide().result, DESK_REPETIDA);
    hands_in(EVA, first_cells);
    refused_with("captura.existente");
    hands_in(LUZ, second_cells); /* who disagreed may repeat too */
    assert_int_equal(decide().result, DESK_REPETIDA);
    hands_in(ZOE, other_cells);
    refused_with("captura.existente");
}

static void test_nothing_to_verify_yet(void **state)
{
    (void)state;
    acta.row.tiene_captura[0] = false;
    refused_with("captura.faltante");
    acta.eleccion = NULL;
    refused_with("acta.fuera.de.catalogo");
}

static void test_wrong_cells_are_named_by_their_column(void **state)
{
    struct desk_decision decision;

    (void)state;
    entry.celdas[1] = CELDA_NO_APLICA;
    decision = decide();
    assert_int_equal(decision.result, DESK_RECHAZADA);
    assert_string_equal(decision.codigo, "celdas.rechazadas");
    assert_non_null(strstr(decision.motivo.text, "PAN"));
    setup(state);
    entry.celda_count = 2;
    refused_with("celdas.rechazadas");
}

static void test_no_answer_shows_a_value_of_another_capture(void **state)
{
    (void)state;
    acta.row.captura[0][1] = 31337;
    assert_null(strstr(decide().motivo.text, "31337")); /* discrepancia */
    acta.reclamo[1] = EVA;
    assert_null(strstr(decide().motivo.text, "31337")); /* refused */
}

static void cotejo(uint32_t resultado, enum desk_result want)
{
    entry.kind = DESK_COTEJO;
    entry.resultado = resultado;
    assert_int_equal(decide().result, want);
}

static void test_cotejo_follows_verification_and_its_last_result_stands(void **state)
{
    (void)state;
    cotejo(1, DESK_RECHAZADA);
    acta.row.tiene_verificacion = true;
    cotejo(1, DESK_COTEJADA);
    acta.row.tiene_cotejo = true;
    acta.row.cotejo = 1;
    cotejo(1, DESK_REPETIDA);
    cotejo(2, DESK_COTEJADA);
}

static void test_unknown_actas_are_refused(void **state)
{
    struct desk_decision decision = { 0 };

    (void)state;
    verifica_decide(&entry, NULL, &decision);
    assert_int_equal(decision.result, DESK_RECHAZADA);
    assert_string_equal(decision.codigo, "acta.desconocida");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_two_that_agree_verify, setup),
        cmocka_unit_test_setup(test_any_different_cell_is_a_discrepancy, setup),
        cmocka_unit_test_setup(test_zero_blank_and_unreadable_do_not_agree, setup),
        cmocka_unit_test_setup(test_nobody_verifies_his_own_capture, setup),
        cmocka_unit_test_setup(test_the_third_person_is_neither_of_the_two,
                               setup_mismatch),
        cmocka_unit_test_setup(test_who_has_not_claimed_is_refused, setup),
        cmocka_unit_test_setup(test_the_third_person_settles, setup_mismatch),
        cmocka_unit_test_setup(test_the_same_again_is_repeated, setup),
        cmocka_unit_test_setup(test_the_third_again_is_repeated, setup_mismatch),
        cmocka_unit_test_setup(test_nothing_to_verify_yet, setup),
        cmocka_unit_test_setup(test_wrong_cells_are_named_by_their_column, setup),
        cmocka_unit_test_setup(test_no_answer_shows_a_value_of_another_capture, setup),
        cmocka_unit_test_setup(
            test_cotejo_follows_verification_and_its_last_result_stands, setup),
        cmocka_unit_test_setup(test_unknown_actas_are_refused, setup),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
