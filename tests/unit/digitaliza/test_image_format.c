/*
 * test_image_format.c - a file is what its first bytes say.
 */
#include "image_format.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

struct row {
    const char *bytes;
    size_t len;
    enum image_format want;
};

#define BYTES(text) text, sizeof(text) - 1

static const struct row rows[] = {
    { BYTES("RIFF\0\0\0\0WEBPVP8 "), IMAGE_WEBP },
    { BYTES("\xff\xd8\xff\xe0"), IMAGE_JPEG },
    { BYTES("\x89PNG\r\n\x1a\n\0"), IMAGE_PNG },
    { BYTES("%PDF-1.7"), IMAGE_PDF },
    { BYTES("II*\0"), IMAGE_TIFF },
    { BYTES("MM\0*"), IMAGE_TIFF },
    { BYTES(""), IMAGE_UNKNOWN },
    { BYTES("RIFF\0\0\0\0WAVE"), IMAGE_UNKNOWN },
    { BYTES("RIFF\0\0\0\0WEB"), IMAGE_UNKNOWN },
    { BYTES("\xff\xd8"), IMAGE_UNKNOWN },
    { BYTES("\x89PNG\n\x1a\n"), IMAGE_UNKNOWN },
    { BYTES("GIF89a"), IMAGE_UNKNOWN },
    { BYTES("<!doctype html>"), IMAGE_UNKNOWN },
    { BYTES("MZ\x90\0"), IMAGE_UNKNOWN },
};

static void test_first_bytes_decide(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        assert_int_equal(image_format_of(rows[i].bytes, rows[i].len), rows[i].want);
    }
}

static void test_every_format_has_one_extension_of_its_own(void **state)
{
    (void)state;
    for (uint32_t format = IMAGE_WEBP; format <= IMAGE_TIFF; format++) {
        assert_non_null(image_format_ext(format));
        assert_int_equal(image_format_of_ext(image_format_ext(format)), format);
    }
    assert_null(image_format_ext(IMAGE_UNKNOWN));
    assert_null(image_format_ext(IMAGE_TIFF + 1));
    assert_int_equal(image_format_of_ext("JPEG"), IMAGE_JPEG);
    assert_int_equal(image_format_of_ext("Tiff"), IMAGE_TIFF);
    assert_int_equal(image_format_of_ext("json"), IMAGE_UNKNOWN);
    assert_int_equal(image_format_of_ext(""), IMAGE_UNKNOWN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_first_bytes_decide),
        cmocka_unit_test(test_every_format_has_one_extension_of_its_own),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
