/*
 * test_clock.c - dates that exist, in the official hour of each place.
 *
 * METHOD
 *     Tables of accepted and refused texts; then every day of the range, counted
 *     one by one, against timegm(3).
 */
#include "base/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static void test_accepted_texts(void **state)
{
    static const struct {
        const char *text;
        int64_t want_ms;
    } rows[] = {
        { "2021-06-07T20:00:00-05:00", INT64_C(1623114000000) },
        { "2021-06-08T01:00:00Z", INT64_C(1623114000000) },
        { "2021-06-08T01:00:00+00:00", INT64_C(1623114000000) },
        { "2021-06-08T06:30:00+05:30", INT64_C(1623114000000) },
        { "2024-02-29T23:59:59Z", INT64_C(1709251199000) },
        { "2000-02-29T00:00:00Z", INT64_C(951782400000) },
        { "1990-01-01T00:00:00Z", INT64_C(631152000000) },
        { "2200-12-31T23:59:59Z", INT64_C(7289654399000) },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        int64_t ms = 0;

        print_message("  %s\n", rows[i].text);
        assert_int_equal(clock_parse_iso(rows[i].text, &ms), PREP_OK);
        assert_int_equal(ms, rows[i].want_ms);
    }
}

static void test_refused_texts(void **state)
{
    static const struct {
        const char *text;
        enum prep_status want;
    } rows[] = {
        { "", PREP_ERR_FORMAT },
        { "2021-06-07", PREP_ERR_FORMAT },
        { "2021-06-07T20:00:00", PREP_ERR_FORMAT },
        { "2021-06-07 20:00:00Z", PREP_ERR_FORMAT },
        { "2021-06-07T20:00:00z", PREP_ERR_FORMAT },
        { "2021-06-07T20:00:00-0500", PREP_ERR_FORMAT },
        { "2021-06-07T20:00:00-05:00 ", PREP_ERR_FORMAT },
        { "2021-06-07T20:00:00.5Z", PREP_ERR_FORMAT },
        { "2021-6-7T20:00:00Z", PREP_ERR_FORMAT },
        { "+021-06-07T20:00:00Z", PREP_ERR_FORMAT },
        { "2021-02-29T00:00:00Z", PREP_ERR_RANGE },
        { "2100-02-29T00:00:00Z", PREP_ERR_RANGE },
        { "2021-04-31T00:00:00Z", PREP_ERR_RANGE },
        { "2021-00-10T00:00:00Z", PREP_ERR_RANGE },
        { "2021-13-10T00:00:00Z", PREP_ERR_RANGE },
        { "2021-06-00T00:00:00Z", PREP_ERR_RANGE },
        { "2021-06-32T00:00:00Z", PREP_ERR_RANGE },
        { "2021-06-07T24:00:00Z", PREP_ERR_RANGE },
        { "2021-06-07T20:60:00Z", PREP_ERR_RANGE },
        { "2021-06-07T20:00:60Z", PREP_ERR_RANGE },
        { "2021-06-07T20:00:00-05:60", PREP_ERR_RANGE },
        { "2021-06-07T20:00:00+14:01", PREP_ERR_RANGE },
        { "2021-06-07T20:00:00-99:00", PREP_ERR_RANGE },
        { "1989-12-31T23:59:59Z", PREP_ERR_RANGE },
        { "2201-01-01T00:00:00Z", PREP_ERR_RANGE },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        int64_t ms = 77;

        print_message("  \"%s\"\n", rows[i].text);
        assert_int_equal(clock_parse_iso(rows[i].text, &ms), rows[i].want);
        assert_int_equal(ms, 77);
    }
}

static void test_forms_written(void **state)
{
    const int64_t ms = INT64_C(1623114000999); /* the fraction is not written */
    char text[CLOCK_TEXT_SIZE];

    (void)state;
    clock_iso(ms, -300, text);
    assert_string_equal(text, "2021-06-07T20:00:00-05:00");
    clock_iso(ms, 330, text);
    assert_string_equal(text, "2021-06-08T06:30:00+05:30");
    clock_iso(ms, 0, text);
    assert_string_equal(text, "2021-06-08T01:00:00+00:00");
    clock_stamp(ms, -300, text);
    assert_string_equal(text, "20210607_2000");
    clock_iso(-1, 0, text);
    assert_string_equal(text, "1969-12-31T23:59:59+00:00");
}

static void test_every_day_goes_and_comes_back(void **state)
{
    const int64_t day_ms = INT64_C(86400000);
    int64_t ms;
    size_t days = 0;

    (void)state;
    assert_int_equal(clock_parse_iso("1990-01-01T12:34:56Z", &ms), PREP_OK);
    for (;; ms += day_ms) {
        const time_t seconds = (time_t)(ms / 1000);
        struct clock_parts parts;
        struct tm want;
        int64_t back = 0;

        clock_to_parts(ms, 0, &parts);
        if (parts.year > 2200) {
            break;
        }
        assert_non_null(gmtime_r(&seconds, &want));
        assert_int_equal(parts.year, want.tm_year + 1900);
        assert_int_equal(parts.month, want.tm_mon + 1);
        assert_int_equal(parts.day, want.tm_mday);
        assert_int_equal(parts.hour * 10000 + parts.minute * 100 + parts.second,
                         123456);
        assert_int_equal(clock_from_parts(&parts, 0, &back), PREP_OK);
        assert_int_equal(back, ms);
        clock_to_parts(ms, -360, &parts);
        assert_int_equal(clock_from_parts(&parts, -360, &back), PREP_OK);
        assert_int_equal(back, ms);
        days++;
    }
    assert_int_equal(days, 211 * 365 + 51); /* leap years of 1990 to 2200 */
}

static void test_clocks_run(void **state)
{
    const int64_t before = clock_monotonic_ms();

    (void)state;
    assert_true(clock_monotonic_ms() >= before);
    assert_true(clock_now_ms() > INT64_C(1600000000000));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_accepted_texts),
        cmocka_unit_test(test_refused_texts),
        cmocka_unit_test(test_forms_written),
        cmocka_unit_test(test_every_day_goes_and_comes_back),
        cmocka_unit_test(test_clocks_run),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
