/* test_text.c - what base/text.h promises. */
#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static void test_digits_stop_where_they_should(void **state)
{
    static const struct {
        const char *text;
        size_t max;
        bool read;
        uint64_t value;
        const char *rest;
    } rows[] = {
        { "0", 1, true, 0, "" },
        { "2021x", 4, true, 2021, "x" },
        { "20210606", 4, true, 2021, "0606" },
        { "9999999999999999999", 19, true, UINT64_C(9999999999999999999), "" },
        { "99999999999999999999", 19, true, UINT64_C(9999999999999999999), "9" },
        { "", 4, false, 7, "" },
        { " 1", 4, false, 7, " 1" },
        { "+1", 4, false, 7, "+1" },
        { "-1", 4, false, 7, "-1" },
        { "x1", 4, false, 7, "x1" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const char *at = rows[i].text;
        uint64_t value = 7;

        assert_int_equal(text_digits(&at, rows[i].max, &value), rows[i].read);
        assert_int_equal(value, rows[i].value);
        assert_string_equal(at, rows[i].rest);
    }
}

static void test_copies_the_text_and_its_end(void **state)
{
    char out[5] = "xxxx";

    (void)state;
    text_copy(out, sizeof out, "ab");
    assert_string_equal(out, "ab");
    text_copy(out, sizeof out, "abcd"); /* exactly full */
    assert_string_equal(out, "abcd");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_digits_stop_where_they_should),
        cmocka_unit_test(test_copies_the_text_and_its_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
