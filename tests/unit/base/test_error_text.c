#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/error_text.h"

static void test_what_operators_meet_is_in_spanish(void **state)
{
    (void)state;
    assert_string_equal(error_text(ENOENT), "no existe");
    assert_string_equal(error_text(EACCES), "sin permiso");
    assert_string_equal(error_text(ENOSPC), "no queda espacio en el disco");
}

static void test_the_rest_is_what_the_library_says(void **state)
{
    (void)state;
    assert_string_equal(error_text(ENOTTY), strerror(ENOTTY));
    assert_non_null(error_text(-1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_operators_meet_is_in_spanish),
        cmocka_unit_test(test_the_rest_is_what_the_library_says),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
