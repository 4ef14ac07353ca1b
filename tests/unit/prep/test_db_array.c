/* Arrays for unnest(), byte by byte as PostgreSQL receives them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "prep/db.h"

static void assert_bytes(struct db_array *array, const void *expected, size_t len,
                         Oid type)
{
    const struct db_param param = db_array_param(array);

    assert_true(param.binary);
    assert_int_equal(param.type, type);
    assert_int_equal(param.len, len);
    assert_memory_equal(param.value, expected, len);
}

static void test_each_type_has_its_own_width(void **state)
{
    static const struct {
        enum db_array_type type;
        Oid array;
        uint8_t element, width;
    } cases[] = {
        { DB_ARRAY_INT2, 1005, 21, 2 },
        { DB_ARRAY_INT4, 1007, 23, 4 },
        { DB_ARRAY_INT8, 1016, 20, 8 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct db_array *array = db_array_new(cases[i].type);
        uint8_t expected[20 + 2 * (4 + 8)] = { 0, 0, 0, 1, 0, 0, 0, 0, 0, 0,
                                               0, 0, 0, 0, 0, 2, 0, 0, 0, 1 };
        uint8_t *at = expected + 20;

        expected[11] = cases[i].element;
        db_array_add_int(array, 1);
        db_array_add_int(array, -3);
        for (int n = 0; n < 2; n++) {
            at[3] = cases[i].width;
            memset(at + 4, n == 0 ? 0 : 0xff, cases[i].width);
            at[3 + cases[i].width] = n == 0 ? 1 : 0xfd;
            at += 4 + cases[i].width;
        }
        assert_bytes(array, expected, (size_t)(at - expected), cases[i].array);
        db_array_free(&array);
        assert_null(array);
    }
}

static void test_an_empty_array_has_no_dimension(void **state)
{
    static const uint8_t expected[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 17 };
    struct db_array *array = db_array_new(DB_ARRAY_BYTEA);

    (void)state;
    assert_bytes(array, expected, sizeof expected, 1001);
    db_array_add_bytes(array, "x", 1);
    db_array_clear(array);
    assert_int_equal(db_array_count(array), 0);
    assert_bytes(array, expected, sizeof expected, 1001);
    db_array_free(&array);
    db_array_free(&array); /* accepts what is gone */
}

static void test_nulls_are_announced(void **state)
{
    static const uint8_t expected[] = { 0, 0,  0, 1, 0,    0,    0,    1,   0, 0,
                                        0, 25, 0, 0, 0,    2,    0,    0,   0, 1,
                                        0, 0,  0, 0, 0xff, 0xff, 0xff, 0xff };
    struct db_array *array = db_array_new(DB_ARRAY_TEXT);

    (void)state;
    db_array_add_bytes(array, "", 0); /* an empty text is not a NULL */
    db_array_add_null(array);
    assert_bytes(array, expected, sizeof expected, 1009);
    db_array_free(&array);
}

static void test_a_long_array_keeps_every_element(void **state)
{
    struct db_array *array = db_array_new(DB_ARRAY_INT8);
    struct db_param param;

    (void)state;
    for (int i = 0; i < 5000; i++) {
        db_array_add_int(array, INT64_MIN + i);
    }
    param = db_array_param(array);
    assert_int_equal(param.len, 20 + 5000 * 12);
    for (int i = 0; i < 5000; i++) {
        assert_int_equal((uint8_t)param.value[20 + 12 * i + 4], 0x80);
        assert_int_equal((uint8_t)param.value[20 + 12 * i + 11], i & 0xff);
        assert_int_equal((uint8_t)param.value[20 + 12 * i + 10], i >> 8);
    }
    assert_int_equal(db_array_count(array), 5000);
    db_array_free(&array);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_type_has_its_own_width),
        cmocka_unit_test(test_an_empty_array_has_no_dimension),
        cmocka_unit_test(test_nulls_are_announced),
        cmocka_unit_test(test_a_long_array_keeps_every_element),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
