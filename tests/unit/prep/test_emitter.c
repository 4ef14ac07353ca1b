/*
 * test_emitter.c - an emitter numbers and links its events, and can go back.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "mundo_prueba.h"

static struct mundo mundo;

static int group_setup(void **state)
{
    (void)state;
    mundo_open(&mundo, NULL);
    return 0;
}

static int group_teardown(void **state)
{
    (void)state;
    mundo_close(&mundo);
    return 0;
}

static void sign_next(struct emitter *emitter, uint64_t acta, struct buffer *out,
                      struct hash *hash)
{
    Prep__Acopio acopio;
    Prep__Event event;

    mundo_acopio(&event, &acopio, acta);
    buffer_clear(out);
    emitter_sign(emitter, &event, out, hash);
    /* Nothing of the emitter's memory stays in the caller's event. */
    assert_null(event.anterior.data);
    assert_int_equal(event.secuencia, emitter->secuencia);
}

static void test_chain_is_contiguous_and_each_names_the_one_before(void **state)
{
    struct hash previous = { { 0 } }, hash;
    struct emitter emitter;
    struct buffer out;

    (void)state;
    mundo_emitter(&mundo, M_CATD, &emitter);
    buffer_init(&out, ENVELOPE_BYTES_MAX);
    for (uint64_t i = 1; i <= 20; i++) {
        struct envelope envelope;

        sign_next(&emitter, i, &out, &hash);
        assert_int_equal(envelope_open(mundo.topology, MUNDO_PROCESO, false, out.data,
                                       out.len, &envelope, NULL, NULL),
                         PREP_OK);
        assert_int_equal(envelope.event->secuencia, i);
        assert_memory_equal(envelope.event->anterior.data, previous.bytes, HASH_LEN);
        assert_true(hash_equal(&envelope.hash, &hash));
        assert_true(hash_equal(&emitter.anterior, &hash));
        previous = hash;
        envelope_close(&envelope);
    }
    buffer_done(&out);
}

static void test_restored_emitter_signs_the_same_bytes_again(void **state)
{
    struct buffer first, again;
    struct emitter emitter;
    struct hash a, b, at;
    uint64_t secuencia;

    (void)state;
    mundo_emitter(&mundo, M_CATD, &emitter);
    buffer_init(&first, ENVELOPE_BYTES_MAX);
    buffer_init(&again, ENVELOPE_BYTES_MAX);
    sign_next(&emitter, 1, &first, NULL);
    secuencia = emitter.secuencia;
    at = emitter.anterior;
    sign_next(&emitter, 2, &first, &a);
    emitter_restore(&emitter, secuencia, &at);
    sign_next(&emitter, 2, &again, &b); /* Ed25519 is deterministic */
    assert_true(hash_equal(&a, &b));
    assert_int_equal(first.len, again.len);
    assert_memory_equal(first.data, again.data, first.len);
    buffer_done(&first);
    buffer_done(&again);
}

static void test_envelope_is_appended_after_what_was_there(void **state)
{
    struct emitter emitter;
    struct buffer out;
    Prep__Acopio acopio;
    Prep__Event event;

    (void)state;
    mundo_emitter(&mundo, M_CATD, &emitter);
    mundo_acopio(&event, &acopio, 1);
    buffer_init(&out, ENVELOPE_BYTES_MAX);
    buffer_add_text(&out, "before");
    emitter_sign(&emitter, &event, &out, NULL);
    assert_memory_equal(out.data, "before", 6);
    assert_true(out.len > 6 + 64);
    buffer_done(&out);
}

static void test_largest_event_that_may_be_said_fits(void **state)
{
    static char detalle[EVENT_DETALLE_MAX + 1], texto[EVENT_TEXTO_MAX + 1],
        campo[EVENT_CAMPO_MAX + 1];
    Prep__Dato datos[EVENT_TEXTOS_MAX];
    Prep__Dato *list[EVENT_TEXTOS_MAX];
    struct envelope envelope;
    struct emitter emitter;
    struct buffer out;
    Prep__Acopio acopio;
    Prep__Event event;

    (void)state;
    memset(detalle, 'd', EVENT_DETALLE_MAX);
    memset(texto, 't', EVENT_TEXTO_MAX);
    memset(campo, 'c', EVENT_CAMPO_MAX);
    mundo_emitter(&mundo, M_CATD, &emitter);
    mundo_acopio(&event, &acopio,
                 UINT64_C(1) << 52 | (uint64_t)(M_CATD + 1) << 32 | UINT32_MAX);
    for (size_t i = 0; i < EVENT_TEXTOS_MAX; i++) {
        prep__dato__init(&datos[i]);
        datos[i].campo = campo;
        datos[i].texto = texto;
        list[i] = &datos[i];
    }
    acopio.n_identificacion = EVENT_TEXTOS_MAX;
    acopio.identificacion = list;
    assert_int_equal(envelope_event_check(mundo.process[M_CATD], &event, NULL),
                     PREP_OK);
    buffer_init(&out, ENVELOPE_BYTES_MAX);
    emitter_sign(&emitter, &event, &out, NULL);
    assert_int_equal(envelope_open(mundo.topology, MUNDO_PROCESO, false, out.data,
                                   out.len, &envelope, NULL, NULL),
                     PREP_OK);
    assert_int_equal(envelope.event->acopio->n_identificacion, EVENT_TEXTOS_MAX);
    envelope_close(&envelope);
    buffer_done(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_chain_is_contiguous_and_each_names_the_one_before),
        cmocka_unit_test(test_restored_emitter_signs_the_same_bytes_again),
        cmocka_unit_test(test_envelope_is_appended_after_what_was_there),
        cmocka_unit_test(test_largest_event_that_may_be_said_fits),
    };

    return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
