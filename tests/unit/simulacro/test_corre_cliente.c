/* A request is repeated, byte for byte, until somebody answers it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/http.h"
#include "simulacro/corre_cliente.h"

#define BODIES_MAX 16

struct servidor {
    struct http_server *http;
    unsigned fallas; /* answers still to fail, with `code` */
    unsigned code;
    unsigned recibidas;
    char bodies[BODIES_MAX][64];
    char token[64];
};

static void on_request(struct http_request *request, void *context)
{
    struct servidor *servidor = context;
    const char *token = http_bearer(request);
    size_t len = 0;

    if (servidor->recibidas < BODIES_MAX) {
        (void)snprintf(servidor->bodies[servidor->recibidas], 64, "%.60s",
                       http_body(request, &len));
    }
    (void)snprintf(servidor->token, sizeof servidor->token, "%.60s",
                   token == NULL ? "" : token);
    servidor->recibidas++;
    if (servidor->fallas > 0) {
        servidor->fallas--;
        http_answer_error(request, servidor->code, "prueba", "falla a propósito");
        return;
    }
    http_answer(request, 200, NULL, "{\"n\":7}", 7);
}

struct respuesta {
    unsigned veces, code;
    json_int_t n;
};

static void on_respuesta(void *context, unsigned code, const json_t *json)
{
    struct respuesta *respuesta = context;

    respuesta->veces++;
    respuesta->code = code;
    respuesta->n = json_integer_value(json_object_get(json, "n"));
}

/* Runs both ends until the answer comes. */
static void pide(struct servidor *servidor, int64_t plazo_ms, const char *url_ajena,
                 struct respuesta *out)
{
    const struct http_options options = { "127.0.0.1:0", 4096, 16, 10 };
    struct cliente *cliente = NULL;
    json_t *body = json_pack("{s:s}", "solicitud", "sim-1");
    const int64_t start = clock_monotonic_ms();
    char url[64];

    assert_int_equal(http_open(&servidor->http, &options, on_request, servidor, NULL),
                     PREP_OK);
    assert_int_equal(cliente_abre(&cliente, plazo_ms, NULL), PREP_OK);
    (void)snprintf(url, sizeof url, "http://127.0.0.1:%u/x",
                   (unsigned)http_port(servidor->http));
    memset(out, 0, sizeof *out);
    cliente_pide(cliente, url_ajena == NULL ? url : url_ajena, "ficha", body,
                 on_respuesta, out);
    json_decref(body);
    while (out->veces == 0 && clock_monotonic_ms() - start < 10000) {
        cliente_avanza(cliente, 1);
        http_run(servidor->http);
    }
    assert_int_equal(out->veces, 1);
    assert_int_equal(cliente_en_curso(cliente), 0);
    cliente_cierra(&cliente);
    http_close(&servidor->http);
}

static void test_an_answer_arrives_with_its_json(void **state)
{
    struct servidor servidor = { 0 };
    struct respuesta respuesta;

    (void)state;
    pide(&servidor, 5000, NULL, &respuesta);
    assert_int_equal(respuesta.code, 200);
    assert_int_equal(respuesta.n, 7);
    assert_string_equal(servidor.token, "ficha");
}

static void test_unavailable_is_repeated_with_the_same_bytes(void **state)
{
    struct servidor servidor = { .fallas = 3, .code = 503 };
    struct respuesta respuesta;

    (void)state;
    pide(&servidor, 5000, NULL, &respuesta);
    assert_int_equal(respuesta.code, 200);
    assert_int_equal(servidor.recibidas, 4);
    for (unsigned i = 0; i < 4; i++) {
        assert_string_equal(servidor.bodies[i], "{\"solicitud\":\"sim-1\"}");
    }
}

static void test_a_refusal_is_an_answer(void **state)
{
    static const unsigned codes[] = { 400, 401, 403, 404, 409, 413 };

    (void)state;
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        struct servidor servidor = { .fallas = 1, .code = codes[i] };
        struct respuesta respuesta;

        pide(&servidor, 5000, NULL, &respuesta);
        assert_int_equal(respuesta.code, codes[i]);
        assert_int_equal(servidor.recibidas, 1);
    }
}

static void test_nobody_there_gives_up_after_the_deadline(void **state)
{
    struct servidor servidor = { 0 };
    struct respuesta respuesta;
    const int64_t start = clock_monotonic_ms();

    (void)state;
    /* Port 1 of loopback: nobody listens. */
    pide(&servidor, 300, "http://127.0.0.1:1/x", &respuesta);
    assert_int_equal(respuesta.code, 0);
    assert_true(clock_monotonic_ms() - start >= 300);
    assert_true(clock_monotonic_ms() - start < 5000);
}

static void test_always_busy_gives_up_after_the_deadline(void **state)
{
    struct servidor servidor = { .fallas = 1000, .code = 429 };
    struct respuesta respuesta;

    (void)state;
    pide(&servidor, 300, NULL, &respuesta);
    assert_int_equal(respuesta.code, 0);
    assert_true(servidor.recibidas > 2);
}

static void test_closing_with_requests_under_way_forgets_them(void **state)
{
    struct cliente *cliente = NULL;
    struct respuesta respuesta = { 0 };

    (void)state;
    assert_int_equal(cliente_abre(&cliente, 1000, NULL), PREP_OK);
    cliente_pide(cliente, "http://127.0.0.1:1/x", NULL, NULL, on_respuesta, &respuesta);
    cliente_avanza(cliente, 0);
    cliente_cierra(&cliente);
    assert_null(cliente);
    assert_int_equal(respuesta.veces, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_answer_arrives_with_its_json),
        cmocka_unit_test(test_unavailable_is_repeated_with_the_same_bytes),
        cmocka_unit_test(test_a_refusal_is_an_answer),
        cmocka_unit_test(test_nobody_there_gives_up_after_the_deadline),
        cmocka_unit_test(test_always_busy_gives_up_after_the_deadline),
        cmocka_unit_test(test_closing_with_requests_under_way_forgets_them),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
