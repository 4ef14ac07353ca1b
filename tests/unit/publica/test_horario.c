/* test_horario.c - when a corte is due, minute by minute. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "horario.h"

#define MIN INT64_C(60000)
#define INICIO (INT64_C(1812333600000))
#define FIN (INICIO + 24 * 60 * MIN)

/* Every 15 minutes; bases every 20. */
static const struct definicion definicion = {
    .inicio_ms = INICIO,
    .fin_ms = FIN,
    .cadencia_s = 900,
    .cadencia_bases_s = 1200,
};

struct row {
    const char *name;
    int64_t anterior_min; /* -1: none */
    bool anterior_ultimo;
    int64_t bases_min, now_min;
    bool due;
    int64_t nominal_min;
    bool ultimo, bases;
    uint64_t missed;
    int64_t next_min; /* -1: never */
};

static const struct row rows[] = {
    { "before inicio", -1, false, -1, -1, false, 0, false, false, 0, 0 },
    { "at inicio", -1, false, -1, 0, true, 0, false, true, 0, 15 },
    { "just done", 0, false, 0, 1, false, 0, false, false, 0, 15 },
    { "almost", 0, false, 0, 14, false, 0, false, false, 0, 15 },
    { "the second, without bases", 0, false, 0, 15, true, 15, false, false, 0, 30 },
    { "the third, with bases", 15, false, 0, 30, true, 30, false, true, 0, 45 },
    { "late by ten minutes", 15, false, 0, 40, true, 30, false, true, 0, 45 },
    { "two were missed", 15, false, 0, 61, true, 60, false, true, 2, 75 },
    { "started late", -1, false, -1, 47, true, 45, false, true, 3, 60 },
    { "one asked by hand does not count as the next", 31, false, 0, 44, false, 30,
      false, true, 0, 45 },
    { "and the next comes at its time", 31, false, 0, 45, true, 45, false, true, 0,
      60 },
    { "the last", 1425, false, 1420, 1440, true, 1440, true, true, 0, 1440 },
    { "the last, when it was down at fin", 1400, false, 1400, 1500, true, 1440, true,
      true, 2, 1440 },
    { "the last, with bases of that very minute", 1440, false, 1440, 1440, true, 1441,
      true, true, 0, 1440 },
    { "after the last", 1440, true, 1440, 1500, false, 0, false, false, 0, -1 },
    { "closed early", 600, true, 600, 700, false, 0, false, false, 0, -1 },
};

static void test_what_is_due_at_each_moment(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct row *row = &rows[i];
        const struct corte anterior = { .numero = 9,
                                        .nominal_ms = INICIO + row->anterior_min * MIN,
                                        .ultimo = row->anterior_ultimo };
        struct horario h =
            horario_calcula(&definicion, row->anterior_min < 0 ? NULL : &anterior,
                            row->bases_min < 0 ? 0 : INICIO + row->bases_min * MIN,
                            INICIO + row->now_min * MIN);

        print_message("  %s\n", row->name);
        assert_int_equal(h.due, row->due);
        assert_int_equal(h.next_ms,
                         row->next_min < 0 ? 0 : INICIO + row->next_min * MIN);
        assert_int_equal(h.missed, row->missed);
        if (row->due) {
            assert_int_equal(h.nominal_ms, INICIO + row->nominal_min * MIN);
            assert_int_equal(h.ultimo, row->ultimo);
            assert_int_equal(h.bases, row->bases);
        }
    }
}

static void test_nothing_is_due_one_instant_before_inicio(void **state)
{
    struct horario h = horario_calcula(&definicion, NULL, 0, INICIO - 1);

    (void)state;
    assert_false(h.due);
    assert_int_equal(h.next_ms, INICIO);
    h = horario_calcula(&definicion, NULL, 0, INICIO);
    assert_true(h.due);
}

/* A night looked at every 10 s: every nominal time once, in order, one last. */
static void test_a_whole_night(void **state)
{
    struct corte anterior = { 0 };
    int64_t bases_ms = 0;
    unsigned cortes = 0, bases = 0;

    (void)state;
    for (int64_t now = INICIO - 30 * MIN; now < FIN + 60 * MIN; now += 10000) {
        struct horario h = horario_calcula(
            &definicion, anterior.numero == 0 ? NULL : &anterior, bases_ms, now);

        if (!h.due) {
            continue;
        }
        assert_int_equal(h.missed, 0);
        assert_int_equal(h.nominal_ms, INICIO + (int64_t)cortes * 15 * MIN);
        cortes++;
        bases += h.bases;
        anterior = (struct corte){ .numero = cortes,
                                   .nominal_ms = h.nominal_ms,
                                   .ultimo = h.ultimo };
        bases_ms = h.bases ? h.nominal_ms : bases_ms;
    }
    assert_int_equal(cortes, 24 * 4 + 1);
    assert_true(anterior.ultimo);
    /* at least three times an hour */
    assert_true(bases >= 24 * 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_due_at_each_moment),
        cmocka_unit_test(test_nothing_is_due_one_instant_before_inicio),
        cmocka_unit_test(test_a_whole_night),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
