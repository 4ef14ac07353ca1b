/*
 * test_buffer.c - a buffer keeps what fits, and says when something did not.
 */
#include "base/buffer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static void test_what_does_not_fit_leaves_the_rest_whole(void **state)
{
    struct buffer buffer;

    (void)state;
    buffer_init(&buffer, 5);
    assert_string_equal(buffer_text(&buffer), "");
    buffer_add_text(&buffer, "abcde");
    assert_int_equal(buffer_status(&buffer), PREP_OK);
    buffer_add_char(&buffer, 'f');
    assert_int_equal(buffer_status(&buffer), PREP_ERR_FULL);
    assert_string_equal(buffer_text(&buffer), "abcde");
    buffer_clear(&buffer);
    assert_int_equal(buffer_status(&buffer), PREP_OK);
    buffer_add_text(&buffer, "abc");
    buffer_add_text(&buffer, "def"); /* not a part of it */
    buffer_add_text(&buffer, "g");   /* it would fit, but a hole is worse */
    assert_string_equal(buffer_text(&buffer), "abc");
    assert_int_equal(buffer_status(&buffer), PREP_ERR_FULL);
    buffer_done(&buffer);
    buffer_done(&buffer);
}

static void test_every_length_up_to_the_limit(void **state)
{
    (void)state;
    for (size_t limit = 0; limit < 600; limit++) {
        struct buffer buffer;

        buffer_init(&buffer, limit);
        for (size_t i = 0; i < limit; i++) {
            buffer_add_char(&buffer, 'x');
        }
        assert_int_equal(buffer_status(&buffer), PREP_OK);
        assert_int_equal(strlen(buffer_text(&buffer)), limit);
        buffer_add_char(&buffer, 'x');
        assert_int_equal(buffer_status(&buffer), PREP_ERR_FULL);
        assert_int_equal(buffer.len, limit);
        buffer_done(&buffer);
    }
}

static void test_numbers(void **state)
{
    struct buffer buffer;

    (void)state;
    buffer_init(&buffer, 200);
    buffer_add_uint(&buffer, 0);
    buffer_add_char(&buffer, ' ');
    buffer_add_uint(&buffer, UINT64_MAX);
    buffer_add_char(&buffer, ' ');
    buffer_add_int(&buffer, INT64_MIN);
    buffer_add_char(&buffer, ' ');
    buffer_add_int(&buffer, INT64_MAX);
    buffer_add_char(&buffer, ' ');
    buffer_add_int(&buffer, -1);
    assert_string_equal(buffer_text(&buffer),
                        "0 18446744073709551615 -9223372036854775808 "
                        "9223372036854775807 -1");
    buffer_done(&buffer);
}

static void test_printf_long_and_short(void **state)
{
    struct buffer buffer;

    (void)state;
    buffer_init(&buffer, 1000);
    buffer_printf(&buffer, "%d-%s", 7, "a");
    assert_string_equal(buffer_text(&buffer), "7-a");
    buffer_printf(&buffer, "%0500d", 1);
    assert_int_equal(buffer.len, 503);
    assert_int_equal(strlen(buffer_text(&buffer)), 503);
    buffer_printf(&buffer, "%0498d", 1);
    assert_int_equal(buffer_status(&buffer), PREP_ERR_FULL);
    assert_int_equal(buffer.len, 503);
    buffer_done(&buffer);
}

struct escaped {
    const char *text, *json, *html;
};

static const struct escaped escaped[] = {
    { "", "\"\"", "" },
    { "Peñón", "\"Peñón\"", "Peñón" },
    { "a\"b\\c", "\"a\\\"b\\\\c\"", "a&quot;b\\c" },
    { "\n\r\t\x01\x1f\x7f", "\"\\n\\r\\t\\u0001\\u001f\\u007f\"",
      "\n\r\t\x01\x1f\x7f" },
    { "<b>&'", "\"<b>&'\"", "&lt;b&gt;&amp;&#39;" },
    { "a\xffz", "\"a\xEF\xBF\xBDz\"", "a\xffz" },
    { "\xe2\x82", "\"\xEF\xBF\xBD\xEF\xBF\xBD\"", "\xe2\x82" },
    { "\xf0\x9f\x97\xb3", "\"\xf0\x9f\x97\xb3\"", "\xf0\x9f\x97\xb3" },
};

static void test_json_and_html(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(escaped); i++) {
        struct buffer buffer;

        buffer_init(&buffer, 100);
        buffer_add_json(&buffer, escaped[i].text);
        assert_string_equal(buffer_text(&buffer), escaped[i].json);
        buffer_clear(&buffer);
        buffer_add_html(&buffer, escaped[i].text);
        assert_string_equal(buffer_text(&buffer), escaped[i].html);
        buffer_done(&buffer);
    }
}

/* A JSON string without its closing quote would be worse than none. */
static void test_an_escaped_value_goes_whole_or_not_at_all(void **state)
{
    (void)state;
    for (size_t limit = 1; limit < 12; limit++) {
        struct buffer buffer;

        buffer_init(&buffer, limit);
        buffer_add_char(&buffer, '>');
        buffer_add_json(&buffer, "ab\"cd\n");
        if (limit < 11) {
            assert_string_equal(buffer_text(&buffer), ">");
            assert_int_equal(buffer.len, 1);
            assert_int_equal(buffer_status(&buffer), PREP_ERR_FULL);
        } else {
            assert_string_equal(buffer_text(&buffer), ">\"ab\\\"cd\\n\"");
            assert_int_equal(buffer_status(&buffer), PREP_OK);
        }
        buffer_done(&buffer);
        buffer_init(&buffer, limit);
        buffer_add_char(&buffer, '>');
        buffer_add_html(&buffer, "ab<cd>");
        assert_string_equal(buffer_text(&buffer), ">");
        buffer_done(&buffer);
    }
}

static void test_reserve_and_grow(void **state)
{
    struct buffer buffer;
    char *to;

    (void)state;
    buffer_init(&buffer, 1000);
    to = buffer_reserve(&buffer, 300);
    assert_non_null(to);
    memcpy(to, "hola", 4);
    buffer_grow(&buffer, 4);
    assert_string_equal(buffer_text(&buffer), "hola");
    assert_null(buffer_reserve(&buffer, 997));
    assert_int_equal(buffer_status(&buffer), PREP_ERR_FULL);
    buffer_clear(&buffer);
    assert_null(buffer_reserve(&buffer, SIZE_MAX));
    assert_int_equal(buffer_status(&buffer), PREP_ERR_FULL);
    buffer_done(&buffer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_does_not_fit_leaves_the_rest_whole),
        cmocka_unit_test(test_every_length_up_to_the_limit),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_printf_long_and_short),
        cmocka_unit_test(test_json_and_html),
        cmocka_unit_test(test_an_escaped_value_goes_whole_or_not_at_all),
        cmocka_unit_test(test_reserve_and_grow),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
