/*
 * test_keys.c - a private key is read only by its owner, whole, and never by halves.
 */
#include "prep/keys.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "base/durable.h"
#include "carpeta_prueba.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static struct carpeta carpeta;

static void path_of(const char *name, char out_path[static 128])
{
    (void)snprintf(out_path, 128, "%s/%s", carpeta.path, name);
}

static int setup(void **state)
{
    (void)state;
    carpeta_crea(&carpeta);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    carpeta_borra(&carpeta);
    return 0;
}

static struct keys *make(const char *file, const char *nombre)
{
    struct prep_reason reason;
    struct keys *keys = NULL;
    char path[128];

    path_of(file, path);
    assert_int_equal(keys_create(path, nombre, &keys, &reason), PREP_OK);
    return keys;
}

static enum prep_status load(const char *file, struct prep_reason *reason)
{
    struct keys *keys = NULL;
    enum prep_status status;
    char path[128];

    path_of(file, path);
    status = keys_load(path, &keys, reason);
    keys_free(&keys);
    return status;
}

static void test_what_is_made_is_what_is_loaded(void **state)
{
    uint8_t a[KEY_SIGN_PUBLIC_LEN], b[KEY_SIGN_PUBLIC_LEN];
    struct keys *made = make("uno.llave", "catd-0117"), *loaded = NULL;
    char path[128];

    (void)state;
    path_of("uno.llave", path);
    assert_int_equal(keys_load(path, &loaded, NULL), PREP_OK);
    assert_string_equal(keys_nombre(loaded), "catd-0117");
    keys_sign_public(made, a);
    keys_sign_public(loaded, b);
    assert_memory_equal(a, b, sizeof a);
    assert_string_equal(keys_curve_public(made), keys_curve_public(loaded));
    assert_string_equal(keys_curve_secret(made), keys_curve_secret(loaded));
    assert_string_not_equal(keys_curve_public(made), keys_curve_secret(made));
    keys_free(&made);
    keys_free(&loaded);
    keys_free(&loaded); /* twice is nothing */
}

static void test_new_file_is_private_and_never_overwritten(void **state)
{
    struct keys *keys = make("uno.llave", "a"), *other = NULL;
    struct stat info;
    char path[128];

    (void)state;
    path_of("uno.llave", path);
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 07777, 0600);
    assert_int_equal(keys_create(path, "a", &other, NULL), PREP_ERR_CONFLICT);
    assert_null(other);
    assert_int_equal(load("uno.llave", NULL), PREP_OK);
    keys_free(&keys);
}

static void test_file_that_others_can_read_is_refused(void **state)
{
    static const mode_t modes[] = { 0644, 0640, 0604, 0660, 0601, 0666, 0620 };
    struct keys *keys = make("uno.llave", "a");
    char path[128];

    (void)state;
    keys_free(&keys);
    path_of("uno.llave", path);
    for (size_t i = 0; i < COUNT_OF(modes); i++) {
        struct prep_reason reason;

        assert_int_equal(chmod(path, modes[i]), 0);
        assert_int_equal(load("uno.llave", &reason), PREP_ERR_AUTH);
        assert_non_null(strstr(reason.text, "chmod 600"));
    }
    assert_int_equal(chmod(path, 0400), 0);
    assert_int_equal(load("uno.llave", NULL), PREP_OK);
}

static void test_what_is_not_a_key_file_is_refused(void **state)
{
    (void)state;
    assert_int_equal(load("no-existe", NULL), PREP_ERR_NOT_FOUND);
    assert_int_equal(load(".", NULL), PREP_ERR_IO); /* a folder */
}

/* The text of a good key with one part replaced. */
static void write_changed(const char *from, const char *to)
{
    struct buffer text, changed;
    char path[128], *at;

    path_of("buena.llave", path);
    buffer_init(&text, 4096);
    buffer_init(&changed, 8192);
    assert_int_equal(durable_read(path, 4096, &text, NULL), PREP_OK);
    at = strstr(buffer_text(&text), from);
    assert_non_null(at);
    buffer_add(&changed, text.data, (size_t)(at - text.data));
    buffer_add_text(&changed, to);
    buffer_add_text(&changed, at + strlen(from));
    path_of("mala.llave", path);
    (void)unlink(path);
    assert_int_equal(durable_create(path, changed.data, changed.len, 0600, NULL),
                     PREP_OK);
    buffer_done(&text);
    buffer_done(&changed);
}

static void test_mistakes_in_the_file_are_named(void **state)
{
    static const struct {
        const char *from, *to, *want;
    } rows[] = {
        { "nombre: a-1\n", "", "debe tener nombre" },
        { "nombre: a-1\n", "nombre: a-1\nnombre: a-1\n", "línea que no es" },
        { "nombre: a-1\n", "nombre: a 1\n", "nombre" },
        { "nombre: a-1\n", "nombre: \n", "nombre" },
        { "nombre: a-1\n", "nombre: ../etc\n", "nombre" },
        { "firma: ", "firma: 00", "128 dígitos" },
        { "firma: ", "firma: z", "128 dígitos" },
        { "firma:", "otra:", "línea que no es" },
        { "curve: \"", "curve: \"00000", "40 caracteres Z85" },
        { "curve:", "# curve:", "debe tener nombre" },
    };
    struct keys *keys = make("buena.llave", "a-1");

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct prep_reason reason = { "" };

        write_changed(rows[i].from, rows[i].to);
        assert_int_equal(load("mala.llave", &reason), PREP_ERR_CONFIG);
        if (strstr(reason.text, rows[i].want) == NULL) {
            fail_msg("row %zu: \"%s\" lacks \"%s\"", i, reason.text, rows[i].want);
        }
        /* Nothing private is ever in a reason. */
        assert_null(strstr(reason.text, keys_curve_secret(keys)));
    }
    keys_free(&keys);
}

static void test_halves_of_two_keys_are_refused(void **state)
{
    struct buffer text, other;
    struct keys *a = make("buena.llave", "a-1"), *b = make("otra.llave", "a-1");
    struct prep_reason reason;
    char path[128], from[65], to[65];

    (void)state;
    buffer_init(&text, 4096);
    buffer_init(&other, 4096);
    path_of("buena.llave", path);
    assert_int_equal(durable_read(path, 4096, &text, NULL), PREP_OK);
    path_of("otra.llave", path);
    assert_int_equal(durable_read(path, 4096, &other, NULL), PREP_OK);
    /* the seed of one with the public half of the other */
    (void)snprintf(from, sizeof from, "%.64s", strstr(text.data, "firma: ") + 7);
    (void)snprintf(to, sizeof to, "%.64s", strstr(other.data, "firma: ") + 7);
    write_changed(from, to);
    assert_int_equal(load("mala.llave", &reason), PREP_ERR_CONFIG);
    assert_non_null(strstr(reason.text, "no corresponde"));
    buffer_done(&text);
    buffer_done(&other);
    keys_free(&a);
    keys_free(&b);
}

static void test_bad_names_make_no_file(void **state)
{
    static const char *const names[] = {
        "", "A", "con espacio", "a_b", "á", "abcdefghijklmnopqrstuvwxyz-0123456", "a/b"
    };
    struct keys *keys = NULL;
    char path[128];

    (void)state;
    path_of("x.llave", path);
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        assert_int_equal(keys_create(path, names[i], &keys, NULL), PREP_ERR_RANGE);
        assert_null(keys);
        assert_int_equal(access(path, F_OK), -1);
    }
}

static void test_signature_covers_prefix_and_every_byte(void **state)
{
    uint8_t public[KEY_SIGN_PUBLIC_LEN], other[KEY_SIGN_PUBLIC_LEN];
    struct keys *keys = make("uno.llave", "a"), *stranger = make("dos.llave", "b");
    uint8_t signature[KEY_SIGNATURE_LEN];
    uint8_t data[200];

    (void)state;
    memset(data, 'x', sizeof data);
    keys_sign_public(keys, public);
    keys_sign_public(stranger, other);
    keys_sign(keys, "P1\n", data, sizeof data, signature);
    assert_true(keys_verify(public, "P1\n", data, sizeof data, signature));
    assert_false(keys_verify(other, "P1\n", data, sizeof data, signature));
    assert_false(keys_verify(public, "P2\n", data, sizeof data, signature));
    assert_false(keys_verify(public, "P1\n", data, sizeof data - 1, signature));
    for (size_t bit = 0; bit < 8 * sizeof signature; bit++) {
        signature[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_false(keys_verify(public, "P1\n", data, sizeof data, signature));
        signature[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    assert_true(keys_verify(public, "P1\n", data, sizeof data, signature));
    keys_free(&keys);
    keys_free(&stranger);
}

static void test_large_data_is_signed_too(void **state)
{
    static uint8_t data[70000];
    uint8_t public[KEY_SIGN_PUBLIC_LEN], signature[KEY_SIGNATURE_LEN];
    struct keys *keys = make("uno.llave", "a");

    (void)state;
    keys_sign_public(keys, public);
    keys_sign(keys, "P\n", data, sizeof data, signature);
    assert_true(keys_verify(public, "P\n", data, sizeof data, signature));
    data[sizeof data - 1] = 1;
    assert_false(keys_verify(public, "P\n", data, sizeof data, signature));
    keys_sign(keys, "P\n", NULL, 0, signature);
    assert_true(keys_verify(public, "P\n", NULL, 0, signature));
    keys_free(&keys);
}

static void test_key_id_is_the_start_of_the_hash(void **state)
{
    const uint8_t zeros[KEY_SIGN_PUBLIC_LEN] = { 0 };
    static const uint8_t want[KEY_ID_LEN] = { 0x66, 0x68, 0x7a, 0xad,
                                              0xf8, 0x62, 0xbd, 0x77 };
    uint8_t id[KEY_ID_LEN];

    (void)state;
    key_id_of(zeros, id); /* SHA-256 of 32 zero bytes: 66687aadf862bd77... */
    assert_memory_equal(id, want, sizeof id);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_what_is_made_is_what_is_loaded, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_new_file_is_private_and_never_overwritten,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(test_file_that_others_can_read_is_refused,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(test_what_is_not_a_key_file_is_refused, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_mistakes_in_the_file_are_named, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_halves_of_two_keys_are_refused, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_bad_names_make_no_file, setup, teardown),
        cmocka_unit_test_setup_teardown(test_signature_covers_prefix_and_every_byte,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(test_large_data_is_signed_too, setup, teardown),
        cmocka_unit_test(test_key_id_is_the_start_of_the_hash),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
