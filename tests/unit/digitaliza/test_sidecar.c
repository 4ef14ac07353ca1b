/*
 * test_sidecar.c - what is said beside an image; a doubt is never resolved by guessing.
 */
#include "sidecar.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static const struct sidecar defaults = {
    .origen = 2, .digitalizacion = 2, .documento = 1, .operador = 9
};

static enum prep_status parse(const char *text, enum modo modo, struct sidecar *inout,
                              struct prep_reason *reason)
{
    return sidecar_parse(text, strlen(text), modo, inout, reason);
}

static void test_what_is_absent_comes_from_the_settings(void **state)
{
    struct sidecar sidecar = defaults;

    (void)state;
    assert_int_equal(parse("{\"acta\":12}", MODO_OFICIAL, &sidecar, NULL), PREP_OK);
    assert_int_equal(sidecar.acta, 12);
    assert_int_equal(sidecar.origen, 2);
    assert_int_equal(sidecar.operador, 9);
    assert_false(sidecar.tiene_hora);
    assert_int_equal(parse("{\"acta\":4503625397174273,\"origen\":1,\"documento\":0,"
                           "\"digitalizacion\":1,\"operador\":4411,\"hora_ms\":0}",
                           MODO_SIMULACRO, &sidecar, NULL),
                     PREP_OK);
    assert_true(sidecar.acta == UINT64_C(4503625397174273));
    assert_int_equal(sidecar.origen, 1);
    assert_int_equal(sidecar.documento, 0);
    assert_int_equal(sidecar.operador, 4411);
    assert_true(sidecar.tiene_hora);
}

struct refused {
    const char *text;
    const char *want_reason;
};

static const struct refused refused[] = {
    { "", "JSON" },
    { "[1]", "JSON" },
    { "{}", "acta" },
    { "{\"acta\":0}", "acta" },
    { "{\"acta\":-1}", "acta" },
    { "{\"acta\":\"12\"}", "acta" },
    { "{\"acta\":1.5}", "acta" },
    { "{\"acta\":9007199254740992}", "acta" },
    { "{\"acta\":1,\"acta\":2}", "JSON" },
    { "{\"acta\":1,\"origen\":-1}", "origen" },
    { "{\"acta\":1,\"origen\":65}", "origen" },
    { "{\"acta\":1,\"documento\":null}", "documento" },
    { "{\"acta\":1,\"operador\":4294967297}", "operador" },
    { "{\"acta\":1,\"casilla\":\"B1\"}", "casilla" },
    { "{\"acta\":1,\"hora_ms\":1622937600000}", "oficial" },
};

static void test_a_wrong_sidecar_is_refused_and_changes_nothing(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(refused); i++) {
        struct sidecar sidecar = defaults;
        struct prep_reason reason = { "" };

        print_message("  %s\n", refused[i].text);
        assert_int_not_equal(parse(refused[i].text, MODO_OFICIAL, &sidecar, &reason),
                             PREP_OK);
        assert_non_null(strstr(reason.text, refused[i].want_reason));
        assert_memory_equal(&sidecar, &defaults, sizeof sidecar);
    }
}

static void test_a_name_starts_with_its_acta(void **state)
{
    static const char *const wrong[] = { "",          "a.jpg",
                                         "-12.jpg",   "012.jpg",
                                         "12",        "12a.jpg",
                                         "12_3.jpg",  "99999999999999999.jpg",
                                         "acta12.jpg" };
    uint64_t acta = 0;

    (void)state;
    assert_int_equal(sidecar_from_name("12.jpg", &acta, NULL), PREP_OK);
    assert_int_equal(acta, 12);
    assert_int_equal(sidecar_from_name("4503625397174273-a-b.webp", &acta, NULL),
                     PREP_OK);
    assert_true(acta == UINT64_C(4503625397174273));
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        assert_int_equal(sidecar_from_name(wrong[i], &acta, NULL), PREP_ERR_FORMAT);
    }
    assert_true(acta == UINT64_C(4503625397174273));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_absent_comes_from_the_settings),
        cmocka_unit_test(test_a_wrong_sidecar_is_refused_and_changes_nothing),
        cmocka_unit_test(test_a_name_starts_with_its_acta),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
