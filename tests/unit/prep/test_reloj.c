/* Which device times are believed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "prep/reloj.h"

#define H INT64_C(3600000)
#define INICIO INT64_C(1812333600000)

static void test_doubtful_hours_are_told_with_their_causes(void **state)
{
    const struct definicion oficial = { .modo = MODO_OFICIAL,
                                        .inicio_ms = INICIO,
                                        .fin_ms = INICIO + 24 * H };
    static const struct {
        const char *name;
        int64_t dispositivo_ms, recibido_ms;
        uint32_t want;
    } rows[] = {
        { "at the start", INICIO, INICIO, 0 },
        { "1 ms before the start", INICIO - 1, INICIO, RELOJ_ANTES_DEL_INICIO },
        { "at the end", INICIO + 24 * H, INICIO + 24 * H, RELOJ_DESPUES_DEL_FIN },
        { "1 ms before the end", INICIO + 24 * H - 1, INICIO + 24 * H - 1, 0 },
        { "ten years ago", INICIO - 87600 * H, INICIO + H, RELOJ_ANTES_DEL_INICIO },
        { "unknown", 0, INICIO + H, RELOJ_ANTES_DEL_INICIO },
        { "+3 h", INICIO + 4 * H, INICIO + H, RELOJ_ADELANTADA },
        { "+3 h, past the end", INICIO + 25 * H, INICIO + 22 * H,
          RELOJ_ADELANTADA | RELOJ_DESPUES_DEL_FIN },
        { "within the tolerance", INICIO + H + RELOJ_ADELANTO_MAX_MS, INICIO + H, 0 },
        { "over the tolerance", INICIO + H + RELOJ_ADELANTO_MAX_MS + 1, INICIO + H,
          RELOJ_ADELANTADA },
        { "offline for a day", INICIO + H, INICIO + 23 * H, 0 },
        { "delivered after the end", INICIO + 23 * H, INICIO + 30 * H, 0 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (reloj_duda(&oficial, rows[i].dispositivo_ms, rows[i].recibido_ms) !=
            rows[i].want) {
            fail_msg("%s", rows[i].name);
        }
    }
}

static void test_a_simulacro_believes_the_replay(void **state)
{
    const struct definicion simulacro = { .modo = MODO_SIMULACRO, .inicio_ms = INICIO };

    (void)state;
    assert_int_equal(reloj_duda(&simulacro, 0, INICIO), 0);
    assert_int_equal(reloj_duda(&simulacro, INICIO + 99 * H, INICIO), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_doubtful_hours_are_told_with_their_causes),
        cmocka_unit_test(test_a_simulacro_believes_the_replay),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
