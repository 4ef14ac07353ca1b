/*
 * test_hash.c - SHA-256 as FIPS 180-4 says, and hexadecimal that refuses the rest.
 *
 * SOURCE
 *     NIST, "Cryptographic Standards and Guidelines: Example Values", SHA-256.
 */
#include "base/hash.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

struct vector {
    const char *text;
    size_t times;
    const char *want;
};

static const struct vector vectors[] = {
    { "", 1, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
    { "abc", 1, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
    { "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
    { "a", 1000000,
      "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0" },
};

static void test_published_vectors(void **state)
{
    struct hash_stream *stream = hash_stream_new();

    (void)state;
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        const struct vector *v = &vectors[i];
        const size_t len = strlen(v->text);
        char *whole = malloc(len * v->times + 1);
        char text[HASH_TEXT_SIZE];
        struct hash once, by_parts;

        assert_non_null(whole);
        for (size_t t = 0; t < v->times; t++) {
            memcpy(whole + t * len, v->text, len);
            hash_stream_add(stream, v->text, len);
        }
        hash_of(whole, len * v->times, &once);
        hash_text(&once, text);
        assert_string_equal(text, v->want);
        hash_stream_end(stream, &by_parts); /* and is reused by the next vector */
        assert_true(hash_equal(&once, &by_parts));
        free(whole);
    }
    hash_stream_free(&stream);
    assert_null(stream);
    hash_stream_free(&stream);
}

static void test_equal_looks_at_every_byte(void **state)
{
    struct hash a = { { 0 } };
    struct hash b = { { 0 } };

    (void)state;
    assert_true(hash_is_zero(&a));
    for (size_t i = 0; i < HASH_LEN; i++) {
        b.bytes[i] = 1;
        assert_false(hash_equal(&a, &b));
        assert_false(hash_is_zero(&b));
        b.bytes[i] = 0;
    }
    assert_true(hash_equal(&a, &b));
}

static void test_hex_refuses_what_is_not_exactly_hex(void **state)
{
    static const struct {
        const char *text;
        size_t len, out_len;
    } rows[] = {
        { "", 0, 1 },   { "0", 1, 1 },      { "000", 3, 1 }, { "0000", 4, 1 },
        { "00", 2, 2 }, { "0g", 2, 1 },     { "g0", 2, 1 },  { " 0", 2, 1 },
        { "0x", 2, 1 }, { "-1", 2, 1 },     { "0\0", 2, 1 }, { "0\xc3", 2, 1 },
        { "/0", 2, 1 }, { ":0", 2, 1 },     { "@0", 2, 1 },  { "`0", 2, 1 },
        { "0G", 2, 1 }, { "00000g", 6, 3 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        unsigned char out[4] = { 7, 7, 7, 7 };

        assert_int_equal(hex_read(rows[i].text, rows[i].len, out, rows[i].out_len),
                         PREP_ERR_FORMAT);
        assert_memory_equal(out, "\7\7\7\7", 4);
    }
}

static void test_hex_goes_and_comes_back(void **state)
{
    unsigned char bytes[256], back[256];
    char text[513];

    (void)state;
    for (unsigned i = 0; i < 256; i++) {
        bytes[i] = (unsigned char)i;
    }
    hex_write(bytes, sizeof bytes, text);
    assert_int_equal(strlen(text), 512);
    assert_int_equal(hex_read(text, 512, back, sizeof back), PREP_OK);
    assert_memory_equal(back, bytes, sizeof bytes);
    assert_int_equal(hex_read("aBCdEF", 6, back, 3), PREP_OK);
    assert_memory_equal(back, "\xab\xcd\xef", 3);
    assert_int_equal(hex_read("", 0, back, 0), PREP_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_published_vectors),
        cmocka_unit_test(test_equal_looks_at_every_byte),
        cmocka_unit_test(test_hex_refuses_what_is_not_exactly_hex),
        cmocka_unit_test(test_hex_goes_and_comes_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
