/* test_celda_letra.c - the seven cases of prep-rules 6.1, and every other pair. */
#include "prep/celda_letra.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#define IL CELDA_ILEGIBLE
#define SD CELDA_SIN_DATO
#define NA CELDA_NO_APLICA

struct caso {
    const char *nombre;
    celda letra, numero, vale;
    bool inconsistente, difieren;
};

static const struct caso casos[] = {
    { "1 both say the same", 120, 120, 120, false, false },
    { "1 both say zero", 0, 0, 0, false, false },
    { "2 they differ: the letter", 120, 12, 120, false, true },
    { "2 they differ: the letter, though smaller", 12, 120, 12, false, true },
    { "2 zero against a number", 0, 7, 0, false, true },
    { "2 a number against zero", 7, 0, 7, false, true },
    { "3 letter, no number", 45, SD, 45, false, false },
    { "3 letter, number illegible", 45, IL, 45, false, false },
    { "3 a written zero is a datum", 0, SD, 0, false, false },
    { "4 number, no letter", SD, 45, 45, false, false },
    { "4 number, letter illegible", IL, 45, 45, false, false },
    { "4 zero in number only", SD, 0, 0, false, false },
    { "5 neither can be read", IL, IL, IL, true, false },
    { "6 neither is written", SD, SD, SD, true, false },
    { "7 letter illegible, number blank", IL, SD, IL, true, false },
    { "7 letter blank, number illegible", SD, IL, IL, true, false },
    { "the acta has no such cell", NA, NA, NA, false, false },
    { "the largest", CELDA_MAX, CELDA_MAX, CELDA_MAX, false, false },
};

static void test_the_seven_cases_of_letter_against_number(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(casos); i++) {
        const struct celda_lecturas lecturas = { casos[i].letra, casos[i].numero };
        struct celda_resuelta una;

        print_message("  %s\n", casos[i].nombre);
        assert_int_equal(celda_letra_resuelve(&lecturas, &una, NULL), PREP_OK);
        assert_int_equal(una.vale, casos[i].vale);
        assert_int_equal(una.inconsistente, casos[i].inconsistente);
        assert_int_equal(una.difieren, casos[i].difieren);
    }
}

static const struct {
    struct celda_lecturas lecturas;
    const char *says;
} malas[] = {
    { { NA, 5 }, "en las dos formas" },
    { { 5, NA }, "en las dos formas" },
    { { NA, IL }, "en las dos formas" },
    { { SD, NA }, "en las dos formas" },
    { { CELDA_MAX + 1, 5 }, "de 0 a 999999" },
    { { 5, CELDA_MAX + 1 }, "de 0 a" },
    { { NA - 1, 5 }, "de 0 a" },
    { { 5, INT32_MIN }, "de 0 a" },
    { { INT32_MAX, INT32_MAX }, "de 0 a" },
};

static void test_what_is_not_a_reading_is_refused_and_gives_nothing(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(malas); i++) {
        struct celda_resuelta una = { .vale = 77 };
        struct prep_reason reason = { "" };

        assert_int_equal(celda_letra_resuelve(&malas[i].lecturas, &una, &reason),
                         PREP_ERR_RANGE);
        assert_non_null(strstr(reason.text, malas[i].says));
        assert_int_equal(una.vale, 77);
    }
}

static void test_a_cell_is_inconsistent_exactly_when_it_adds_nothing(void **state)
{
    static const celda valores[] = { IL, SD, 0, 1, 2, 999 };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(valores); i++) {
        for (size_t j = 0; j < COUNT_OF(valores); j++) {
            const struct celda_lecturas lecturas = { valores[i], valores[j] };
            struct celda_resuelta una;

            assert_int_equal(celda_letra_resuelve(&lecturas, &una, NULL), PREP_OK);
            assert_int_equal(una.inconsistente, !celda_es_numero(una.vale));
            assert_true(una.vale == valores[i] || una.vale == valores[j]);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_seven_cases_of_letter_against_number),
        cmocka_unit_test(test_what_is_not_a_reading_is_refused_and_gives_nothing),
        cmocka_unit_test(test_a_cell_is_inconsistent_exactly_when_it_adds_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
