/*
 * test_casilla_key.c - what casilla_key.h promises, tried from outside.
 *
 * METHOD
 *     Tables of accepted and rejected texts, then two properties that need no
 *     table: every accepted text is canonical, and failure changes no output.
 */
#include "prep/casilla_key.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

#include <cmocka.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

struct accepted {
    const char *text;
    struct casilla_key want;
};

static const struct accepted accepted[] = {
    { "010001B0100", { 1, 1, CASILLA_BASICA, 1, 0 } },
    { "329999B0100", { 32, 9999, CASILLA_BASICA, 1, 0 } },
    { "010393C0200", { 1, 393, CASILLA_CONTIGUA, 2, 0 } },
    { "150123C9900", { 15, 123, CASILLA_CONTIGUA, 99, 0 } },
    { "200045E0100", { 20, 45, CASILLA_EXTRAORDINARIA, 1, 0 } },
    { "200045E9999", { 20, 45, CASILLA_EXTRAORDINARIA, 99, 99 } },
    { "090470S0100", { 9, 470, CASILLA_ESPECIAL, 1, 0 } },
    { "090470S9900", { 9, 470, CASILLA_ESPECIAL, 99, 0 } },
    { "090470U0102", { 9, 470, CASILLA_URNA_ELECTRONICA, 1, 2 } },
    { "210000A0100", { 21, 0, CASILLA_VOTO_ANTICIPADO, 1, 0 } },
    { "210000P0200", { 21, 0, CASILLA_PRISION_PREVENTIVA, 2, 0 } },
    { "210000V0100", { 21, 0, CASILLA_PRISION_PREVENTIVA_2021, 1, 0 } },
    { "210000M0000", { 21, 0, CASILLA_EXTRANJERO, 0, 0 } },
    { "280000M0100", { 28, 0, CASILLA_EXTRANJERO, 1, 0 } },
};

struct rejected {
    const char *text;
    enum prep_status want_status;
    const char *want_reason;
};

static const struct rejected rejected[] = {
    { "", PREP_ERR_FORMAT, "length: must be 11 bytes" },
    { "010393C020", PREP_ERR_FORMAT, "length: must be 11 bytes" },
    { "010393C02000", PREP_ERR_FORMAT, "length: must be 11 bytes" },
    { " 10393C0200", PREP_ERR_FORMAT, "entidad: must be 2 digits" },
    { "+10393C0200", PREP_ERR_FORMAT, "entidad: must be 2 digits" },
    { "01039xC0200", PREP_ERR_FORMAT, "seccion: must be 4 digits" },
    { "010393C-100", PREP_ERR_FORMAT, "numero: must be 2 digits" },
    { "010393C020\n", PREP_ERR_FORMAT, "contigua: must be 2 digits" },
    { "000393C0200", PREP_ERR_RANGE, "entidad: must be 01 to 32" },
    { "330393C0200", PREP_ERR_RANGE, "entidad: must be 01 to 32" },
    { "010000C0200", PREP_ERR_RANGE, "seccion: must be 0001 to 9999" },
    { "010393c0200", PREP_ERR_RANGE, "tipo: must be B, C, E, S, U, A, P, V or M" },
    { "010393A0100", PREP_ERR_RANGE, "seccion: must be 0000 for this tipo" },
    { "010393M0100", PREP_ERR_RANGE, "seccion: must be 0000 for this tipo" },
    { "010393Z0100", PREP_ERR_RANGE, "tipo: must be B, C, E, S, U, A, P, V or M" },
    { "010000A0101", PREP_ERR_RANGE,
      "contigua: only extraordinarias have contiguas of their own" },
    { "010393U0000", PREP_ERR_RANGE, "numero: must be 01 to 99" },
    { "01039300200", PREP_ERR_RANGE, "tipo: must be B, C, E, S, U, A, P, V or M" },
    { "010393B0200", PREP_ERR_RANGE, "numero: must be 01 for a basica" },
    { "010393B0000", PREP_ERR_RANGE, "numero: must be 01 for a basica" },
    { "010393C0000", PREP_ERR_RANGE, "numero: must be 01 to 99" },
    { "010393B0101", PREP_ERR_RANGE,
      "contigua: only extraordinarias have contiguas of their own" },
    { "010393C0101", PREP_ERR_RANGE,
      "contigua: only extraordinarias have contiguas of their own" },
    { "010393S0101", PREP_ERR_RANGE,
      "contigua: only extraordinarias have contiguas of their own" },
};

static bool keys_equal(const struct casilla_key *a, const struct casilla_key *b)
{
    return a->entidad == b->entidad && a->seccion == b->seccion && a->tipo == b->tipo &&
           a->numero == b->numero && a->contigua == b->contigua;
}

static void test_accepted_texts_parse_and_format_back(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(accepted); i++) {
        const struct accepted *row = &accepted[i];
        char text[CASILLA_KEY_TEXT_SIZE + 1] = "xxxxxxxxxxxx"; /* No stray NUL. */
        struct casilla_key key;

        print_message("  %s\n", row->text);
        assert_int_equal(casilla_key_parse(row->text, strlen(row->text), &key, NULL),
                         PREP_OK);
        assert_true(keys_equal(&key, &row->want));
        assert_int_equal(casilla_key_format(&key, text), PREP_OK);
        assert_string_equal(text, row->text);
    }
}

static void test_rejected_texts_name_the_field(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rejected); i++) {
        const struct rejected *row = &rejected[i];
        const char *reason = NULL;
        struct casilla_key key;

        print_message("  \"%s\": %s\n", row->text, row->want_reason);
        assert_int_equal(casilla_key_parse(row->text, strlen(row->text), &key, &reason),
                         row->want_status);
        assert_non_null(reason);
        assert_string_equal(reason, row->want_reason);
    }
}

static void test_text_is_bounded_by_its_length(void **state)
{
    static const char stream[] = { '0', '1', '0', '3', '9', '3', 'C',
                                   '0', '2', '0', '0', '7', '7' };
    struct casilla_key key;

    (void)state;
    assert_int_equal(casilla_key_parse(stream, CASILLA_KEY_TEXT_LEN, &key, NULL),
                     PREP_OK);
    assert_int_equal(casilla_key_parse(stream, sizeof stream, &key, NULL),
                     PREP_ERR_FORMAT);
}

static void test_failure_changes_no_output(void **state)
{
    const struct casilla_key before = { 7, 77, CASILLA_ESPECIAL, 7, 0 };
    struct casilla_key key = before;
    struct casilla_key broken = { 0, 77, CASILLA_BASICA, 1, 0 };
    char text[CASILLA_KEY_TEXT_SIZE] = "untouched";
    const char *reason = "untouched";

    (void)state;
    assert_int_equal(casilla_key_parse("330393C0200", CASILLA_KEY_TEXT_LEN, &key, NULL),
                     PREP_ERR_RANGE);
    assert_true(keys_equal(&key, &before));
    assert_int_equal(casilla_key_format(&broken, text), PREP_ERR_RANGE);
    assert_string_equal(text, "untouched");
    assert_int_equal(casilla_key_check(&before, &reason), PREP_OK);
    assert_string_equal(reason, "untouched");
}

/*
 * Replaces each byte of a valid key by each of the 256 byte values. Whatever
 * is still accepted must format back to the very same bytes: no two texts may
 * name the same casilla.
 */
static void test_every_accepted_text_is_canonical(void **state)
{
    size_t accepted_count = 0;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(accepted); i++) {
        for (size_t at = 0; at < CASILLA_KEY_TEXT_LEN; at++) {
            for (unsigned byte = 0; byte <= 255; byte++) {
                char text[CASILLA_KEY_TEXT_LEN];
                char again[CASILLA_KEY_TEXT_SIZE];
                struct casilla_key key;

                memcpy(text, accepted[i].text, sizeof text);
                text[at] = (char)byte;
                if (casilla_key_parse(text, sizeof text, &key, NULL) != PREP_OK) {
                    continue;
                }
                assert_int_equal(casilla_key_format(&key, again), PREP_OK);
                assert_memory_equal(again, text, sizeof text);
                accepted_count++;
            }
        }
    }
    assert_true(accepted_count > COUNT_OF(accepted)); /* The loop did try some. */
}

static void test_check_rejects_what_no_text_can_say(void **state)
{
    const struct casilla_key numero_too_big = { 1, 1, CASILLA_CONTIGUA, 100, 0 };
    const struct casilla_key seccion_too_big = { 1, 10000, CASILLA_BASICA, 1, 0 };
    const struct casilla_key tipo_unset = { .entidad = 1, .seccion = 1, .numero = 1 };
    const char *reason = NULL;

    (void)state;
    assert_int_equal(casilla_key_check(&numero_too_big, &reason), PREP_ERR_RANGE);
    assert_string_equal(reason, "numero: must be 01 to 99");
    assert_int_equal(casilla_key_check(&seccion_too_big, &reason), PREP_ERR_RANGE);
    assert_string_equal(reason, "seccion: must be 0001 to 9999");
    assert_int_equal(casilla_key_check(&tipo_unset, &reason), PREP_ERR_RANGE);
    assert_string_equal(reason, "tipo: must be B, C, E, S, U, A, P, V or M");
}

static void test_contiguas_above_nine_keep_both_digits(void **state)
{
    (void)state;
    for (unsigned n = 1; n <= 99; n++) {
        struct casilla_key key = { 21, 325, CASILLA_CONTIGUA, (uint8_t)n, 0 }, again;
        char text[CASILLA_KEY_TEXT_SIZE];

        assert_int_equal(casilla_key_format(&key, text), PREP_OK);
        assert_int_equal(casilla_key_parse(text, CASILLA_KEY_TEXT_LEN, &again, NULL),
                         PREP_OK);
        assert_int_equal(again.numero, n);
    }
}

struct acta_accepted {
    const char *text, *numero;
    enum acta_representacion representacion;
};

static const struct acta_accepted actas[] = {
    { "010338B010002", "02", ACTA_UNICA },
    { "090001C0100A02", "A02", ACTA_UNICA },
    { "210424E01012", "2", ACTA_UNICA },
    { "210424S01003EMR", "3EMR", ACTA_MR },
    { "210424S01003ERP", "3ERP", ACTA_RP },
    { "210424B01003ERP", "3ERP", ACTA_UNICA },
    { "090001U0100A05UEMR", "A05UEMR", ACTA_UNICA },
    { "040118B010007", "07", ACTA_UNICA },
    { "210000M00002PVE", "2PVE", ACTA_UNICA },
};

static const struct {
    const char *text;
    const char *reason;
} actas_rejected[] = {
    { "010338B0100", "length: must be 12 to 23 bytes" },
    { "010338B01001234567890123", "length: must be 12 to 23 bytes" },
    { "330338B010002", "entidad: must be 01 to 32" },
    { "010338B01002e", "acta: must be digits and capital letters" },
    { "010338B01003}", "acta: must be digits and capital letters" },
};

static void test_the_key_of_an_acta_is_a_casilla_and_a_printed_number(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(actas); i++) {
        struct acta_key key;

        assert_int_equal(
            acta_key_parse(actas[i].text, strlen(actas[i].text), &key, NULL), PREP_OK);
        assert_string_equal(key.numero, actas[i].numero);
        assert_int_equal(key.representacion, actas[i].representacion);
    }
    for (size_t i = 0; i < COUNT_OF(actas_rejected); i++) {
        const char *reason = NULL;
        struct acta_key key;

        assert_int_not_equal(acta_key_parse(actas_rejected[i].text,
                                            strlen(actas_rejected[i].text), &key,
                                            &reason),
                             PREP_OK);
        assert_string_equal(reason, actas_rejected[i].reason);
    }
    assert_true(casilla_tipo_sin_seccion(CASILLA_EXTRANJERO));
    assert_false(casilla_tipo_sin_seccion(CASILLA_ESPECIAL));
    assert_false(casilla_tipo_sin_seccion((enum casilla_tipo)'Z'));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_accepted_texts_parse_and_format_back),
        cmocka_unit_test(test_rejected_texts_name_the_field),
        cmocka_unit_test(test_text_is_bounded_by_its_length),
        cmocka_unit_test(test_failure_changes_no_output),
        cmocka_unit_test(test_every_accepted_text_is_canonical),
        cmocka_unit_test(test_check_rejects_what_no_text_can_say),
        cmocka_unit_test(test_contiguas_above_nine_keep_both_digits),
        cmocka_unit_test(test_the_key_of_an_acta_is_a_casilla_and_a_printed_number),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
