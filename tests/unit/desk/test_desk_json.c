/*
 * test_desk_json.c - bodies that are taken, and many that are refused with the place.
 */
#include "desk/desk_json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static const struct desk_json_clock oficial = { false, 777 };
static const struct desk_json_clock simulacro = { true, 777 };

static struct desk_entry entries[DESK_REQUEST_MAX];

static enum prep_status parse(const char *body, enum desk_kind kind,
                              const struct desk_json_clock *clock, size_t *count,
                              const char **code, struct prep_reason *reason)
{
    return desk_json_entries(body, strlen(body), kind, clock, 41, entries, count, code,
                             reason);
}

static void test_captures_come_with_their_operator_and_hour(void **state)
{
    const char *body = "{\"capturas\":[{\"acta\":5,\"celdas\":[0,-1,-2,-3,999999]},"
                       "{\"acta\":2147483647,\"celdas\":[7],\"hora_ms\":0,\"x\":1}]}";
    const char *code = NULL;
    struct prep_reason reason = { "" };
    size_t count = 0;

    (void)state;
    assert_int_equal(parse(body, DESK_CAPTURA, &simulacro, &count, &code, &reason),
                     PREP_OK);
    assert_int_equal(count, 2);
    assert_int_equal(entries[0].acta, 5);
    assert_int_equal(entries[0].operador, 41);
    assert_int_equal(entries[0].hora_ms, 777);
    assert_int_equal(entries[0].celda_count, 5);
    assert_int_equal(entries[0].celdas[3], CELDA_NO_APLICA);
    assert_int_equal(entries[0].celdas[4], CELDA_MAX);
    assert_int_equal(entries[1].hora_ms, 0);
}

static void test_cotejos_carry_a_result(void **state)
{
    const char *code = NULL;
    struct prep_reason reason = { "" };
    size_t count = 0;

    (void)state;
    assert_int_equal(parse("{\"cotejos\":[{\"acta\":5,\"resultado\":3}]}", DESK_COTEJO,
                           &oficial, &count, &code, &reason),
                     PREP_OK);
    assert_int_equal(entries[0].resultado, 3);
}

struct refused {
    const char *body;
    enum desk_kind kind;
    const char *code;
    const char *words;
};

static const struct refused refused[] = {
    { "", DESK_CAPTURA, "json.malformado", "no es JSON" },
    { "{", DESK_CAPTURA, "json.malformado", "no es JSON" },
    { "[]", DESK_CAPTURA, "json.malformado", "un objeto" },
    { "{\"capturas\":[],\"capturas\":[]}", DESK_CAPTURA, "json.malformado", "" },
    { "{}", DESK_CAPTURA, "solicitud.malformada", "capturas: escriba una lista" },
    { "{\"capturas\":[]}", DESK_CAPTURA, "solicitud.malformada", "1 a 50" },
    { "{\"capturas\":{}}", DESK_CAPTURA, "solicitud.malformada", "capturas" },
    { "{\"capturas\":[5]}", DESK_CAPTURA, "solicitud.malformada", "capturas[0].acta" },
    { "{\"capturas\":[{\"acta\":0,\"celdas\":[1]}]}", DESK_CAPTURA,
      "solicitud.malformada", "capturas[0].acta" },
    { "{\"capturas\":[{\"acta\":-4,\"celdas\":[1]}]}", DESK_CAPTURA,
      "solicitud.malformada", "capturas[0].acta" },
    { "{\"capturas\":[{\"acta\":2147483648,\"celdas\":[1]}]}", DESK_CAPTURA,
      "solicitud.malformada", "capturas[0].acta" },
    { "{\"capturas\":[{\"acta\":\"5\",\"celdas\":[1]}]}", DESK_CAPTURA,
      "solicitud.malformada", "capturas[0].acta" },
    { "{\"capturas\":[{\"acta\":5.0,\"celdas\":[1]}]}", DESK_CAPTURA,
      "solicitud.malformada", "capturas[0].acta" },
    { "{\"capturas\":[{\"acta\":5}]}", DESK_CAPTURA, "solicitud.malformada",
      "capturas[0].celdas" },
    { "{\"capturas\":[{\"acta\":5,\"celdas\":[]}]}", DESK_CAPTURA,
      "solicitud.malformada", "capturas[0].celdas" },
    { "{\"capturas\":[{\"acta\":4,\"celdas\":[1]},{\"acta\":5,\"celdas\":[1,-4]}]}",
      DESK_CAPTURA, "solicitud.malformada", "capturas[1].celdas[1]" },
    { "{\"capturas\":[{\"acta\":5,\"celdas\":[1000000]}]}", DESK_CAPTURA,
      "solicitud.malformada", "capturas[0].celdas[0]" },
    { "{\"capturas\":[{\"acta\":5,\"celdas\":[4294967296]}]}", DESK_CAPTURA,
      "solicitud.malformada", "capturas[0].celdas[0]" },
    { "{\"capturas\":[{\"acta\":5,\"celdas\":[null]}]}", DESK_CAPTURA,
      "solicitud.malformada", "-1 ilegible" },
    { "{\"capturas\":[{\"acta\":5,\"celdas\":[\"12\"]}]}", DESK_CAPTURA,
      "solicitud.malformada", "capturas[0].celdas[0]" },
    { "{\"capturas\":[{\"acta\":5,\"celdas\":[1],\"hora_ms\":1}]}", DESK_CAPTURA,
      "hora.rechazada", "simulacro" },
    { "{\"capturas\":[{\"acta\":5,\"celdas\":[1],\"hora_ms\":null}]}", DESK_CAPTURA,
      "hora.rechazada", "simulacro" },
    { "{\"capturas\":[{\"acta\":5,\"celdas\":[1]}]}", DESK_COTEJO,
      "solicitud.malformada", "cotejos" },
    { "{\"cotejos\":[{\"acta\":5,\"resultado\":0}]}", DESK_COTEJO,
      "solicitud.malformada", "cotejos[0].resultado" },
    { "{\"cotejos\":[{\"acta\":5,\"resultado\":4}]}", DESK_COTEJO,
      "solicitud.malformada", "cotejos[0].resultado" },
    { "{\"cotejos\":[{\"acta\":5}]}", DESK_COTEJO, "solicitud.malformada",
      "cotejos[0].resultado" },
};

static void test_refused_bodies_name_the_place(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(refused); i++) {
        const char *code = NULL;
        struct prep_reason reason = { "" };
        size_t count = 99;

        if (parse(refused[i].body, refused[i].kind, &oficial, &count, &code, &reason) ==
                PREP_OK ||
            strcmp(code, refused[i].code) != 0 ||
            strstr(reason.text, refused[i].words) == NULL) {
            fail_msg("%s gave %s: %s", refused[i].body, code, reason.text);
        }
        assert_int_equal(count, 99);
    }
}

static void test_hours_of_a_replay_are_bounded(void **state)
{
    static const char *const hours[] = { "-1", "7258118400001", "1.5", "\"0\"",
                                         "null" };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(hours); i++) {
        char body[128];
        const char *code = NULL;
        struct prep_reason reason = { "" };
        size_t count;

        snprintf(body, sizeof body,
                 "{\"capturas\":[{\"acta\":5,\"celdas\":[1],\"hora_ms\":%s}]}",
                 hours[i]);
        assert_int_not_equal(
            parse(body, DESK_CAPTURA, &simulacro, &count, &code, &reason), PREP_OK);
        assert_non_null(strstr(reason.text, "hora_ms"));
    }
}

static void test_a_list_is_at_most_fifty(void **state)
{
    char body[4096];
    size_t len = 0;
    const char *code = NULL;
    struct prep_reason reason = { "" };
    size_t count = 0;

    (void)state;
    for (unsigned n = DESK_REQUEST_MAX; n <= DESK_REQUEST_MAX + 1; n++) {
        len = (size_t)sprintf(body, "{\"capturas\":[");
        for (unsigned i = 0; i < n; i++) {
            len += (size_t)sprintf(body + len, "%s{\"acta\":%u,\"celdas\":[1]}",
                                   i == 0 ? "" : ",", i + 1);
        }
        sprintf(body + len, "]}");
        assert_int_equal(parse(body, DESK_CAPTURA, &oficial, &count, &code, &reason) ==
                             PREP_OK,
                         n == DESK_REQUEST_MAX);
    }
}

static void test_take_asks_for_one_to_fifty_or_for_some_by_id(void **state)
{
    static const struct {
        const char *body;
        uint32_t want; /* 0: refused */
        size_t listed;
    } takes[] = {
        { "{\"cantidad\":1}", 1, 0 },
        { "{\"cantidad\":50}", 50, 0 },
        { "{\"actas\":[7,2147483647]}", 2, 2 },
        { "{\"cantidad\":0}", 0, 0 },
        { "{\"cantidad\":51}", 0, 0 },
        { "{\"cantidad\":\"1\"}", 0, 0 },
        { "{\"cantidad\":1.0}", 0, 0 },
        { "{\"cantidad\":1,\"actas\":[7]}", 0, 0 },
        { "{\"actas\":[]}", 0, 0 },
        { "{\"actas\":[0]}", 0, 0 },
        { "{\"actas\":[7,\"8\"]}", 0, 0 },
        { "{\"actas\":[2147483648]}", 0, 0 },
        { "{\"actas\":{}}", 0, 0 },
        { "{}", 0, 0 },
        { "1", 0, 0 },
        { "{\"cantidad\":1}basura", 0, 0 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(takes); i++) {
        const char *code = NULL;
        struct prep_reason reason = { "" };
        struct desk_want got = { 0 };

        (void)!desk_json_take(takes[i].body, strlen(takes[i].body), &got, &code,
                              &reason);
        assert_int_equal(got.cantidad, takes[i].want);
        assert_int_equal(got.acta_count, takes[i].listed);
    }
}

static void test_results_say_why_not(void **state)
{
    struct desk_decision good = { .result = DESK_CAPTURADA };
    struct desk_decision bad = { 0 };
    struct buffer out;

    (void)state;
    buffer_init(&out, 4096);
    desk_refuse(&bad, "celdas.rechazadas", "«PAN» %d", 7);
    desk_json_results_begin(&out);
    desk_json_result(&out, 1, &good);
    desk_json_result(&out, 2, &bad);
    desk_json_results_end(&out);
    assert_string_equal(buffer_text(&out),
                        "{\"resultados\":[{\"acta\":1,\"resultado\":\"capturada\"},"
                        "{\"acta\":2,\"resultado\":\"rechazada\",\"codigo\":"
                        "\"celdas.rechazadas\",\"motivo\":\"«PAN» 7\"}]}");
    buffer_done(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_captures_come_with_their_operator_and_hour),
        cmocka_unit_test(test_cotejos_carry_a_result),
        cmocka_unit_test(test_refused_bodies_name_the_place),
        cmocka_unit_test(test_hours_of_a_replay_are_bounded),
        cmocka_unit_test(test_a_list_is_at_most_fifty),
        cmocka_unit_test(test_take_asks_for_one_to_fifty_or_for_some_by_id),
        cmocka_unit_test(test_results_say_why_not),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
