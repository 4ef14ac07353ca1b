/*
 * test_log.c - one event is one line, whatever the values hold.
 *
 * METHOD
 *     stderr goes to a file while an event is written; the line is read back.
 */
#include "base/log.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static FILE *file;
static int real_stderr;
static char line[2 * LOG_LINE_MAX];

static void capture(void)
{
    file = tmpfile();
    assert_non_null(file);
    real_stderr = dup(STDERR_FILENO);
    assert_true(dup2(fileno(file), STDERR_FILENO) >= 0);
}

static size_t release(void)
{
    size_t len;

    assert_true(dup2(real_stderr, STDERR_FILENO) >= 0);
    (void)close(real_stderr);
    rewind(file);
    len = fread(line, 1, sizeof line - 1, file);
    line[len] = '\0';
    (void)fclose(file);
    return len;
}

static void test_a_line_has_priority_event_and_fields(void **state)
{
    static const unsigned char bytes[] = { 0x00, 0xab, 0xff };

    (void)state;
    capture();
    log_warning("mensaje.rechazado", LOG_TEXT("origen", "catd-0117"),
                LOG_STATUS(PREP_ERR_RANGE), LOG_TEXT("reason", "entidad: 33"),
                LOG_INT("delta", INT64_MIN), LOG_UINT("total", UINT64_MAX),
                LOG_HEX("id", bytes, sizeof bytes));
    (void)release();
    assert_string_equal(line, "<4>event=mensaje.rechazado origen=catd-0117 "
                              "status=PREP_ERR_RANGE reason=\"entidad: 33\" "
                              "delta=-9223372036854775808 "
                              "total=18446744073709551615 id=00abff\n");
}

struct value {
    const char *text;
    const char *want;
};

static const struct value values[] = {
    { "catd-0117", "catd-0117" },
    { "127.0.0.1:8101", "127.0.0.1:8101" },
    { "aB3_.:/@+-", "aB3_.:/@+-" },
    { "", "\"\"" },
    { NULL, "\"\"" },
    { "dos palabras", "\"dos palabras\"" },
    { "a=b", "\"a=b\"" },
    { "Peñón, sección 5", "\"Peñón, sección 5\"" },
    { "\"comillas\"", "\"\\\"comillas\\\"\"" },
    { "a\\n", "\"a\\\\n\"" },
    { "a\n<3>event=falso", "\"a\\n<3>event=falso\"" },
    { "a\r\tb", "\"a\\r\\tb\"" },
    { "\x1b[31mrojo", "\"\\x1b[31mrojo\"" },
    { "\x7f", "\"\\x7f\"" },
    { "\xff\xfe", "\"\\xff\\xfe\"" },
    { "Yucat\xe1n", "\"Yucat\\xe1n\"" },       /* Latin-1 */
    { "a\xc0\xaf", "\"a\\xc0\\xaf\"" },        /* overlong */
    { "\xed\xa0\x80", "\"\\xed\\xa0\\x80\"" }, /* surrogate */
    { "\xc2\x85", "\"\\u0085\"" },             /* next line */
    { "\xe2\x80\xa8", "\"\\u2028\"" },         /* line separator */
    { "x\xe2\x80\xaey", "\"x\\u202ey\"" },     /* writes backwards */
    { "\xf0\x9f\x97\xb3", "\"\xf0\x9f\x97\xb3\"" },
    { "\xf4\x90\x80\x80", "\"\\xf4\\x90\\x80\\x80\"" }, /* beyond Unicode */
    { "cort\xc3", "\"cort\\xc3\"" },
};

static void test_no_value_can_make_another_line_or_field(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(values); i++) {
        char want[256];

        (void)snprintf(want, sizeof want, "<6>event=x.visto v=%s fin=1\n",
                       values[i].want);
        capture();
        log_info("x.visto", LOG_TEXT("v", values[i].text), LOG_INT("fin", 1));
        (void)release();
        assert_string_equal(line, want);
    }
}

static void test_every_byte_stays_on_one_printable_line(void **state)
{
    (void)state;
    for (unsigned byte = 1; byte <= 255; byte++) {
        const char text[2] = { (char)byte, '\0' };
        size_t len;

        capture();
        log_info("x.visto", LOG_TEXT("v", text));
        len = release();
        assert_ptr_equal(strchr(line, '\n'), line + len - 1);
        for (size_t i = 0; i + 1 < len; i++) {
            assert_true((unsigned char)line[i] >= 0x20 &&
                        (unsigned char)line[i] < 0x7f);
        }
    }
}

/* Each length around the limit: whole or cut, never longer, never half a field. */
static void test_a_long_line_is_cut_and_says_so(void **state)
{
    static char text[2 * LOG_LINE_MAX];
    bool was_cut = false;

    (void)state;
    for (size_t len = LOG_LINE_MAX - 100; len < LOG_LINE_MAX + 20; len++) {
        size_t wrote;
        bool cut;

        memset(text, 'a', len);
        text[len] = '\0';
        capture();
        log_info("x.visto", LOG_TEXT("v", text), LOG_UINT("numero", 123456789));
        wrote = release();
        assert_true(wrote <= LOG_LINE_MAX);
        assert_int_equal(line[wrote - 1], '\n');
        cut = strstr(line, " truncated=1\n") != NULL;
        assert_true(cut || strstr(line, " numero=123456789\n") != NULL);
        if (strstr(line, "numero=") != NULL) {
            assert_non_null(strstr(line, "numero=123456789"));
        }
        was_cut = was_cut || cut;
    }
    assert_true(was_cut);
}

static void test_a_cut_keeps_characters_and_escapes_whole(void **state)
{
    static char text[2 * LOG_LINE_MAX];

    (void)state;
    for (size_t shift = 0; shift < 8; shift++) {
        size_t wrote;

        memset(text, 'a', shift);
        for (size_t at = shift; at < LOG_LINE_MAX; at += strlen("ñ\n")) {
            (void)snprintf(text + at, sizeof text - at, "ñ\n");
        }
        capture();
        log_info("x.visto", LOG_TEXT("v", text));
        wrote = release();
        assert_true(wrote <= LOG_LINE_MAX);
        assert_non_null(strstr(line, "\" truncated=1\n"));
        assert_true(strstr(line, "ñ\" truncated") != NULL ||
                    strstr(line, "\\n\" truncated") != NULL);
    }
}

static void test_levels(void **state)
{
    enum log_level level = LOG_LEVEL_INFO;

    (void)state;
    capture();
    log_debug("x.visto", LOG_INT("n", 1)); /* off at first */
    assert_int_equal(release(), 0);
    assert_int_equal(log_level_parse("debug", &level), PREP_OK);
    log_level_set(level);
    capture();
    log_debug("x.visto", LOG_INT("n", 1));
    assert_int_not_equal(release(), 0);
    assert_int_equal(log_level_parse("err", &level), PREP_OK);
    log_level_set(level);
    capture();
    log_warning("x.visto", LOG_INT("n", 1));
    assert_int_equal(release(), 0);
    log_level_set(LOG_LEVEL_INFO);
    assert_int_equal(log_level_parse("", &level), PREP_ERR_RANGE);
    assert_int_equal(log_level_parse("ERR", &level), PREP_ERR_RANGE);
    assert_int_equal(log_level_parse("info ", &level), PREP_ERR_RANGE);
    assert_int_equal(level, LOG_LEVEL_ERR); /* left alone by the refusals */
}

static void test_err_lines_name_their_program(void **state)
{
    (void)state;
    log_open("prep-prueba");
    capture();
    log_err("disco.lleno", LOG_TEXT("path", "/var/x"));
    (void)release();
    assert_string_equal(line, "<3>event=disco.lleno program=prep-prueba path=/var/x\n");
    log_open(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_line_has_priority_event_and_fields),
        cmocka_unit_test(test_no_value_can_make_another_line_or_field),
        cmocka_unit_test(test_every_byte_stays_on_one_printable_line),
        cmocka_unit_test(test_a_long_line_is_cut_and_says_so),
        cmocka_unit_test(test_a_cut_keeps_characters_and_escapes_whole),
        cmocka_unit_test(test_levels),
        cmocka_unit_test(test_err_lines_name_their_program),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
