/*
 * test_status.c - every status has a text, a name, its number for ever, and an exit
 * code that systemd and scripts understand.
 */
#include "base/status.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include <cmocka.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* Written out once more on purpose: they appear in what outlives the program. */
static const struct {
    enum prep_status status;
    int number;
    const char *name;
    int exit_code;
} rows[] = {
    { PREP_OK, 0, "PREP_OK", EX_OK },
    { PREP_ERR_FORMAT, -1, "PREP_ERR_FORMAT", EX_DATAERR },
    { PREP_ERR_RANGE, -2, "PREP_ERR_RANGE", EX_DATAERR },
    { PREP_ERR_CONFLICT, -3, "PREP_ERR_CONFLICT", EX_DATAERR },
    { PREP_ERR_DUPLICATE, -4, "PREP_ERR_DUPLICATE", EX_DATAERR },
    { PREP_ERR_AUTH, -5, "PREP_ERR_AUTH", EX_NOPERM },
    { PREP_ERR_NOT_FOUND, -6, "PREP_ERR_NOT_FOUND", EX_DATAERR },
    { PREP_ERR_IO, -7, "PREP_ERR_IO", EX_IOERR },
    { PREP_ERR_FULL, -8, "PREP_ERR_FULL", EX_IOERR },
    { PREP_ERR_UNAVAILABLE, -9, "PREP_ERR_UNAVAILABLE", EX_TEMPFAIL },
    { PREP_ERR_GAP, -10, "PREP_ERR_GAP", EX_DATAERR },
    { PREP_ERR_STATE, -11, "PREP_ERR_STATE", EX_DATAERR },
    { PREP_ERR_CONFIG, -12, "PREP_ERR_CONFIG", EX_CONFIG },
    { PREP_ERR_MEMORY, -13, "PREP_ERR_MEMORY", EX_OSERR },
    { PREP_ERR_UNKNOWN, -14, "PREP_ERR_UNKNOWN", EX_TEMPFAIL },
};

static void test_numbers_names_and_exit_codes(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        assert_int_equal(rows[i].status, rows[i].number);
        assert_string_equal(prep_status_name(rows[i].status), rows[i].name);
        assert_string_not_equal(prep_status_str(rows[i].status), "unknown status");
        assert_int_equal(prep_exit_code(rows[i].status), rows[i].exit_code);
    }
    assert_string_equal(prep_status_str((enum prep_status)77), "unknown status");
    assert_string_equal(prep_status_name((enum prep_status)77), "PREP_UNKNOWN_STATUS");
    assert_int_equal(prep_exit_code((enum prep_status)77), EX_DATAERR);
}

static void test_fail_writes_the_reason_and_returns_the_status(void **state)
{
    static char text[2 * PREP_REASON_SIZE];
    struct prep_reason reason = { "" };

    (void)state;
    assert_int_equal(prep_fail(&reason, PREP_ERR_RANGE, "%s:%d", "a", 7),
                     PREP_ERR_RANGE);
    assert_string_equal(reason.text, "a:7");
    assert_int_equal(prep_fail(NULL, PREP_ERR_IO, "%s", "x"), PREP_ERR_IO);
    memset(text, 'a', sizeof text - 1);
    assert_int_equal(prep_fail(&reason, PREP_ERR_IO, "%s", text), PREP_ERR_IO);
    assert_int_equal(strlen(reason.text), PREP_REASON_SIZE - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers_names_and_exit_codes),
        cmocka_unit_test(test_fail_writes_the_reason_and_returns_the_status),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
