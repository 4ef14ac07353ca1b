/*
 * test_captura.c - what may enter as a first capture, and every reason why not.
 */
#include "captura.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

enum { ANA = 11, LUZ = 12 };

static const struct campo campos[] = { { .clave = "TOTAL_VOTOS_ASENTADO" } };
static const struct opcion opciones[] = {
    { .clave = "PAN", .tipo = OPCION_PARTIDO },
    { .clave = "PRI", .tipo = OPCION_PARTIDO },
    { .clave = "NULOS", .tipo = OPCION_NULOS },
};
static const struct eleccion eleccion = {
    .ordinal = 1,
    .clave = "GOB",
    .campo_count = 1,
    .campos = campos,
    .opcion_count = 3,
    .opciones = opciones,
    .celda_count = 4,
};

/* An acta without PRI, claimed by Ana, whose capture is about to enter. */
static struct desk_acta acta;
static struct desk_entry entry;

static int setup(void **state)
{
    static const celda cells[] = { 30, 10, CELDA_NO_APLICA, 20 };

    (void)state;
    acta = (struct desk_acta){ .eleccion = &eleccion, .no_aplica = { 1u << 1 } };
    acta.row.id = 5;
    acta.row.tiene_imagen = true;
    acta.reclamo[0] = ANA;
    entry = (struct desk_entry){
        .kind = DESK_CAPTURA, .acta = 5, .operador = ANA, .celda_count = COUNT_OF(cells)
    };
    memcpy(entry.celdas, cells, sizeof cells);
    return 0;
}

static struct desk_decision decide(const struct desk_acta *given)
{
    struct desk_decision decision = { 0 };

    captura_decide(&entry, given, &decision);
    assert_int_not_equal(decision.result, 0);
    assert_int_equal(decision.metodo, 0);
    if (decision.result != DESK_CAPTURADA) {
        assert_int_equal(decision.paso, 0); /* nothing is written */
    }
    return decision;
}

static void refused_with(const struct desk_acta *given, const char *code)
{
    struct desk_decision decision = decide(given);

    assert_int_equal(decision.result, DESK_RECHAZADA);
    assert_string_equal(decision.codigo, code);
    assert_true(strlen(decision.motivo.text) > 20);
}

static void already_captured_by(uint32_t operador)
{
    acta.row.tiene_captura[0] = true;
    acta.row.captura_operador[0] = operador;
    acta.row.captura_count[0] = entry.celda_count;
    memcpy(acta.row.captura[0], entry.celdas, sizeof entry.celdas);
    acta.reclamo[0] = 0;
}

static void test_the_claimer_captures(void **state)
{
    struct desk_decision decision = decide(&acta);

    (void)state;
    assert_int_equal(decision.result, DESK_CAPTURADA);
    assert_int_equal(decision.paso, 1);
}

static void test_unknown_and_uncatalogued_actas_are_refused(void **state)
{
    (void)state;
    refused_with(NULL, "acta.desconocida");
    acta.eleccion = NULL;
    refused_with(&acta, "acta.fuera.de.catalogo");
}

static void test_who_has_not_claimed_is_refused(void **state)
{
    (void)state;
    acta.reclamo[0] = 0;
    refused_with(&acta, "reclamo.ajeno");
    acta.reclamo[0] = LUZ;
    refused_with(&acta, "reclamo.ajeno");
    acta.reclamo[0] = 0;
    acta.reclamo[1] = ANA; /* a claim of another paso is not this one */
    refused_with(&acta, "reclamo.ajeno");
}

static void test_the_same_again_is_repeated_even_without_claim(void **state)
{
    (void)state;
    already_captured_by(ANA);
    assert_int_equal(decide(&acta).result, DESK_REPETIDA);
    acta.row.tiene_verificacion = true; /* and for ever */
    assert_int_equal(decide(&acta).result, DESK_REPETIDA);
}

static void test_other_cells_or_other_person_are_refused(void **state)
{
    (void)state;
    already_captured_by(ANA);
    entry.celdas[0] = 31;
    refused_with(&acta, "captura.existente");
    entry.celdas[0] = 30;
    entry.celda_count = 3;
    refused_with(&acta, "captura.existente");
    entry.celda_count = 4;
    already_captured_by(LUZ);
    acta.reclamo[0] = ANA; /* a stale claim changes nothing */
    refused_with(&acta, "captura.existente");
}

static void test_a_verified_acta_takes_no_first_capture(void **state)
{
    (void)state;
    acta.row.tiene_verificacion = true;
    refused_with(&acta, "captura.existente");
}

static void test_no_refusal_shows_a_value(void **state)
{
    struct desk_decision decision;

    (void)state;
    already_captured_by(LUZ);
    acta.row.captura[0][0] = 31337;
    decision = decide(&acta);
    assert_null(strstr(decision.motivo.text, "31337"));
}

struct bad_cells {
    size_t i;
    celda value;
    const char *column; /* named in the refusal */
};

static const struct bad_cells bad_cells[] = {
    { 1, CELDA_NO_APLICA, "PAN" },
    { 1, CELDA_MAX + 1, "PAN" },
    { 1, -4, "PAN" },
    { 2, 0, "PRI" },
    { 2, CELDA_SIN_DATO, "PRI" },
    { 2, CELDA_ILEGIBLE, "PRI" },
    { 3, CELDA_NO_APLICA, "NULOS" },
};

static void test_wrong_cells_are_named_by_their_column(void **state)
{
    for (size_t i = 0; i < COUNT_OF(bad_cells); i++) {
        struct desk_decision decision;

        setup(state);
        entry.celdas[bad_cells[i].i] = bad_cells[i].value;
        decision = decide(&acta);
        assert_int_equal(decision.result, DESK_RECHAZADA);
        assert_string_equal(decision.codigo, "celdas.rechazadas");
        assert_non_null(strstr(decision.motivo.text, bad_cells[i].column));
    }
    setup(state);
    entry.celda_count = 3;
    refused_with(&acta, "celdas.rechazadas");
    entry.celda_count = 5;
    refused_with(&acta, "celdas.rechazadas");
}

static void test_unreadable_and_blank_cells_enter(void **state)
{
    (void)state;
    entry.celdas[0] = CELDA_SIN_DATO;
    entry.celdas[1] = CELDA_ILEGIBLE;
    entry.celdas[3] = 0;
    assert_int_equal(decide(&acta).result, DESK_CAPTURADA);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_the_claimer_captures, setup),
        cmocka_unit_test_setup(test_unknown_and_uncatalogued_actas_are_refused, setup),
        cmocka_unit_test_setup(test_who_has_not_claimed_is_refused, setup),
        cmocka_unit_test_setup(test_the_same_again_is_repeated_even_without_claim,
                               setup),
        cmocka_unit_test_setup(test_other_cells_or_other_person_are_refused, setup),
        cmocka_unit_test_setup(test_a_verified_acta_takes_no_first_capture, setup),
        cmocka_unit_test_setup(test_no_refusal_shows_a_value, setup),
        cmocka_unit_test_setup(test_wrong_cells_are_named_by_their_column, setup),
        cmocka_unit_test_setup(test_unreadable_and_blank_cells_enter, setup),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
