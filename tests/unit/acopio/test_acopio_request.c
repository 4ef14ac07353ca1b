/*
 * test_acopio_request.c - the JSON of POST /acopio: many more ways to be refused than
 * to be taken, and each refusal says which.
 */
#include "acopio_request.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "prep/acta_id.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static const char *const mecanismos[] = { "D", "F", "I" };
static const char *const documentos[] = { "ACTA PREP", "RPP" };
static const struct eleccion elecciones[] = { { .ordinal = 1, .clave = "GOB" },
                                              { .ordinal = 2, .clave = "AYUN" } };
static const struct topology_process self = { .nombre = "catd-1",
                                              .numero = 6,
                                              .etapa = ETAPA_ACOPIO_CATD };
static struct definicion definicion = {
    .mecanismos = { COUNT_OF(mecanismos), mecanismos },
    .documentos = { COUNT_OF(documentos), documentos },
    .eleccion_count = COUNT_OF(elecciones),
    .elecciones = elecciones,
};
static const struct acopio_rules rules = { &definicion, 500, &self };

static enum prep_status parse(const char *body, uint32_t operador,
                              struct acopio_request **out_request,
                              const char **err_code, struct prep_reason *reason)
{
    return acopio_request_parse(&rules, operador, body, strlen(body), out_request,
                                err_code, reason);
}

static struct acopio_request *parsed(const char *body)
{
    struct acopio_request *request = NULL;
    struct prep_reason reason = { "" };
    const char *code;

    if (parse(body, 7, &request, &code, &reason) != PREP_OK) {
        fail_msg("%s: %s", body, reason.text);
    }
    return request;
}

struct refused {
    const char *body;
    const char *want_code;
    const char *want_reason; /* somewhere in it */
};

#define BAD "solicitud.malformada"

static const struct refused refused[] = {
    { "", BAD, "JSON" },
    { "{", BAD, "JSON" },
    { "[]", BAD, "debe" },
    { "3", BAD, "JSON" },
    { "null", BAD, "" },
    { "{}", BAD, "solicitud" },
    { "{\"solicitud\":\"a\",\"solicitud\":\"b\",\"acta\":1}", BAD, "JSON" },
    { "{\"acopios\":[]}", BAD, "acopios: 0" },
    { "{\"acopios\":{}}", BAD, "acopios" },
    { "{\"acopios\":[3]}", BAD, "objeto" },
    { "{\"acopios\":[{\"solicitud\":\"a\",\"acta\":1}],\"mas\":1}", BAD, "sola" },
    { "{\"acopios\":[{\"solicitud\":\"a\",\"acta\":1},{\"solicitud\":\"b\"}]}", BAD,
      "acta, fuera" },
    { "{\"solicitud\":\"\",\"acta\":1}", BAD, "solicitud" },
    { "{\"solicitud\":7,\"acta\":1}", BAD, "solicitud" },
    { "{\"solicitud\":\"a b\",\"acta\":1}", BAD, "solicitud" },
    { "{\"solicitud\":\"á\",\"acta\":1}", BAD, "solicitud" },
    { "{\"solicitud\":\"a\\u0000b\",\"acta\":1}", BAD, "" },
    { "{\"solicitud\":"
      "\"12345678901234567890123456789012345678901234567890123456789012345\","
      "\"acta\":1}",
      BAD, "solicitud" },
    { "{\"solicitud\":\"a\"}", BAD, "acta, fuera" },
    { "{\"solicitud\":\"a\",\"acta\":1,\"fuera\":{\"identificacion\":{}}}", BAD,
      "acta, fuera" },
    { "{\"solicitud\":\"a\",\"acta\":\"1\"}", BAD, "acta" },
    { "{\"solicitud\":\"a\",\"acta\":1.0}", BAD, "acta" },
    { "{\"solicitud\":\"a\",\"acta\":null}", BAD, "acta" },
    { "{\"solicitud\":\"a\",\"acta\":0}", "acta.desconocida", "acta: 0" },
    { "{\"solicitud\":\"a\",\"acta\":-1}", BAD, "acta: -1" },
    { "{\"solicitud\":\"a\",\"acta\":501}", "acta.desconocida", "500" },
    { "{\"solicitud\":\"a\",\"acta\":4503625397174273}", "acta.desconocida", "" },
    { "{\"solicitud\":\"a\",\"acta\":99999999999999999999}", BAD, "JSON" },
    { "{\"solicitud\":\"a\",\"acta\":1,\"acto\":2}", BAD, "acto" },
    { "{\"solicitud\":\"a\",\"acta\":1,\"mecanismo\":4}", BAD, "mecanismo" },
    { "{\"solicitud\":\"a\",\"acta\":1,\"mecanismo\":-1}", BAD, "mecanismo" },
    { "{\"solicitud\":\"a\",\"acta\":1,\"mecanismo\":\"D\"}", BAD, "mecanismo" },
    { "{\"solicitud\":\"a\",\"acta\":1,\"documento\":3}", BAD, "documento" },
    { "{\"solicitud\":\"a\",\"acta\":1,\"sin_acta\":5}", BAD, "sin_acta" },
    { "{\"solicitud\":\"a\",\"acta\":1,\"sin_acta\":true}", BAD, "sin_acta" },
    { "{\"solicitud\":\"a\",\"fuera\":3}", BAD, "fuera" },
    { "{\"solicitud\":\"a\",\"fuera\":{}}", BAD, "identificacion" },
    { "{\"solicitud\":\"a\",\"fuera\":{\"identificacion\":[]}}", BAD,
      "identificacion" },
    { "{\"solicitud\":\"a\",\"fuera\":{\"identificacion\":{\"seccion\":1}}}", BAD,
      "seccion" },
    { "{\"solicitud\":\"a\",\"fuera\":{\"identificacion\":{\"color\":\"rojo\"}}}", BAD,
      "color" },
    { "{\"solicitud\":\"a\",\"fuera\":{\"identificacion\":{\"seccion\":\"a\\nb\"}}}",
      BAD, "texto" },
    { "{\"solicitud\":\"a\",\"fuera\":{\"eleccion\":\"PRES\",\"identificacion\":{}}}",
      BAD, "eleccion" },
    { "{\"solicitud\":\"a\",\"fuera\":{\"eleccion\":1,\"identificacion\":{}}}", BAD,
      "eleccion" },
    { "{\"solicitud\":\"a\",\"fuera\":{\"identificacion\":{},\"acta\":4}}", BAD,
      "acta" },
    { "{\"solicitud\":\"a\",\"acta\":1,\"hora_ms\":5}", "hora.rechazada", "oficial" },
    { "{\"solicitud\":\"a\",\"acta\":1,\"hora_ms\":null}", "hora.rechazada",
      "oficial" },
};

static void test_a_wrong_request_is_refused_and_says_why(void **state)
{
    (void)state;
    definicion.modo = MODO_OFICIAL;
    for (size_t i = 0; i < COUNT_OF(refused); i++) {
        struct acopio_request *request = NULL;
        struct prep_reason reason = { "" };
        const char *code = NULL;

        print_message("  %s\n", refused[i].body);
        assert_int_not_equal(parse(refused[i].body, 7, &request, &code, &reason),
                             PREP_OK);
        assert_null(request);
        assert_string_equal(code, refused[i].want_code);
        assert_non_null(strstr(reason.text, refused[i].want_reason));
    }
}

static void test_one_acopio_becomes_the_body_of_its_event(void **state)
{
    struct acopio_request *request;
    const struct acopio_item *item;

    (void)state;
    definicion.modo = MODO_OFICIAL;
    request = parsed("{\"solicitud\":\"catd3-1\",\"acta\":500,\"mecanismo\":3,"
                     "\"documento\":2,\"sin_acta\":4}");
    assert_int_equal(acopio_request_count(request), 1);
    item = acopio_request_item(request, 0);
    assert_string_equal(item->solicitud, "catd3-1");
    assert_false(item->fuera);
    assert_int_equal(item->acta, 500);
    assert_int_equal(item->cuerpo.operador, 7);
    assert_int_equal(item->cuerpo.mecanismo, 3);
    assert_int_equal(item->cuerpo.documento, 2);
    assert_int_equal(item->cuerpo.sin_acta, 4);
    assert_int_equal(item->cuerpo.n_identificacion, 0);
    assert_false(item->tiene_hora);
    acopio_request_free(&request);
    assert_null(request);
}

static void test_fuera_carries_what_could_be_read(void **state)
{
    struct acopio_request *request;
    const struct acopio_item *item;

    (void)state;
    request = parsed("{\"acopios\":[{\"solicitud\":\"a\",\"fuera\":{\"eleccion\":null,"
                     "\"identificacion\":{}}},{\"solicitud\":\"b\",\"fuera\":{"
                     "\"eleccion\":\"AYUN\",\"identificacion\":{\"seccion\":\"0007\","
                     "\"territorio_nombre\":\"CALKINÍ\"}}}]}");
    assert_int_equal(acopio_request_count(request), 2);
    item = acopio_request_item(request, 0);
    assert_true(item->fuera);
    assert_int_equal(item->cuerpo.eleccion, 0);
    item = acopio_request_item(request, 1);
    assert_int_equal(item->cuerpo.eleccion, 2);
    assert_int_equal(item->cuerpo.n_identificacion, 2);
    assert_string_equal(item->cuerpo.identificacion[0]->campo, "seccion");
    assert_string_equal(item->cuerpo.identificacion[1]->texto, "CALKINÍ");
    acopio_request_free(&request);
}

static void test_only_a_simulacro_brings_its_hour(void **state)
{
    struct acopio_request *request;

    (void)state;
    definicion.modo = MODO_SIMULACRO;
    request = parsed("{\"solicitud\":\"a\",\"acta\":1,\"hora_ms\":0}");
    assert_true(acopio_request_item(request, 0)->tiene_hora);
    assert_int_equal(acopio_request_item(request, 0)->hora_ms, 0);
    acopio_request_free(&request);
    request = parsed("{\"solicitud\":\"a\",\"acta\":1}");
    assert_false(acopio_request_item(request, 0)->tiene_hora);
    acopio_request_free(&request);
}

static struct hash content_of(const char *body, uint32_t operador)
{
    struct acopio_request *request;
    struct prep_reason reason;
    const char *code;
    struct hash hash;

    assert_int_equal(parse(body, operador, &request, &code, &reason), PREP_OK);
    hash = acopio_request_item(request, 0)->contenido;
    acopio_request_free(&request);
    return hash;
}

static void test_a_repeat_is_the_same_content_by_the_same_person(void **state)
{
    const struct hash one = content_of("{\"solicitud\":\"a\",\"acta\":1}", 7);
    const struct hash spaced = content_of("{ \"acta\" : 1, \"solicitud\" : \"a\" }", 7);
    const struct hash other_acta = content_of("{\"solicitud\":\"a\",\"acta\":2}", 7);
    const struct hash other_person = content_of("{\"solicitud\":\"a\",\"acta\":1}", 8);

    (void)state;
    assert_true(hash_equal(&one, &spaced));
    assert_false(hash_equal(&one, &other_acta));
    assert_false(hash_equal(&one, &other_person));
}

static void test_a_list_is_taken_up_to_its_limit(void **state)
{
    struct acopio_request *request = NULL;
    struct prep_reason reason;
    const char *code;
    static char body[ACOPIO_REQUEST_MAX * 40 + 200];
    size_t len = (size_t)sprintf(body, "{\"acopios\":[");

    (void)state;
    for (unsigned i = 0; i < ACOPIO_REQUEST_MAX; i++) {
        len += (size_t)sprintf(body + len, "%s{\"solicitud\":\"s%u\",\"acta\":%u}",
                               i == 0 ? "" : ",", i, i + 1);
    }
    memcpy(body + len, "]}", 3);
    assert_int_equal(parse(body, 7, &request, &code, &reason), PREP_OK);
    assert_int_equal(acopio_request_count(request), ACOPIO_REQUEST_MAX);
    acopio_request_free(&request);
    strcpy(body + len, ",{\"solicitud\":\"x\",\"acta\":1}]}");
    assert_int_equal(parse(body, 7, &request, &code, &reason), PREP_ERR_RANGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_wrong_request_is_refused_and_says_why),
        cmocka_unit_test(test_one_acopio_becomes_the_body_of_its_event),
        cmocka_unit_test(test_fuera_carries_what_could_be_read),
        cmocka_unit_test(test_only_a_simulacro_brings_its_hour),
        cmocka_unit_test(test_a_repeat_is_the_same_content_by_the_same_person),
        cmocka_unit_test(test_a_list_is_taken_up_to_its_limit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
