/* test_minisig.c - signatures that somebody else's program accepts, and only whole. */
#include <setjmp.h>
#include <sodium.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "../prep/carpeta_prueba.h"
#include "minisig.h"

#define DATA "{\"numero\":1}\n"
#define COMMENT "proceso:PRUEBA\tcorte:1"

struct world {
    struct carpeta carpeta;
    struct keys *keys;
    struct buffer public_text, signature;
};

static int setup(void **state)
{
    static struct world world;
    struct prep_reason reason = { "" };
    char path[128];

    carpeta_crea(&world.carpeta);
    snprintf(path, sizeof path, "%s/publica.llave", world.carpeta.path);
    assert_int_equal(keys_create(path, "publica-1", &world.keys, &reason), PREP_OK);
    buffer_init(&world.public_text, 4096);
    buffer_init(&world.signature, 4096);
    minisig_public(world.keys, &world.public_text);
    minisig_sign(world.keys, DATA, strlen(DATA), COMMENT, &world.signature);
    carpeta_escribe(&world.carpeta, "prep.pub", buffer_text(&world.public_text));
    carpeta_escribe(&world.carpeta, "corte.json", DATA);
    carpeta_escribe(&world.carpeta, "corte.json.minisig",
                    buffer_text(&world.signature));
    *state = &world;
    return 0;
}

static int teardown(void **state)
{
    struct world *world = *state;

    carpeta_borra(&world->carpeta);
    keys_free(&world->keys);
    buffer_done(&world->public_text);
    buffer_done(&world->signature);
    return 0;
}

/* Line n (from 0) of text, decoded from base64. */
static size_t decode_line(const char *text, int n, uint8_t *out, size_t size)
{
    size_t len = 0;

    for (; n > 0; n--) {
        text = strchr(text, '\n') + 1;
    }
    assert_int_equal(sodium_base642bin(out, size, text, strcspn(text, "\n"), NULL, &len,
                                       NULL, sodium_base64_VARIANT_ORIGINAL),
                     0);
    return len;
}

static void test_parts_are_where_the_format_says(void **state)
{
    const struct world *world = *state;
    const char *text = world->signature.data;
    uint8_t key[64], signature[96], global[80], hash[64], message[256];
    const char *comment;

    assert_int_equal(decode_line(world->public_text.data, 1, key, sizeof key), 42);
    assert_int_equal(decode_line(text, 1, signature, sizeof signature), 74);
    assert_int_equal(decode_line(text, 3, global, sizeof global), 64);
    assert_memory_equal(key, "Ed", 2);
    assert_memory_equal(signature, "ED", 2);
    assert_memory_equal(signature + 2, key + 2, 8);
    crypto_generichash(hash, sizeof hash, (const uint8_t *)DATA, strlen(DATA), NULL, 0);
    assert_int_equal(
        crypto_sign_verify_detached(signature + 10, hash, sizeof hash, key + 10), 0);
    comment = strstr(text, "\ntrusted comment: ");
    assert_non_null(comment);
    assert_memory_equal(comment + 18, COMMENT "\n", strlen(COMMENT) + 1);
    memcpy(message, signature + 10, 64);
    memcpy(message + 64, COMMENT, strlen(COMMENT));
    assert_int_equal(
        crypto_sign_verify_detached(global, message, 64 + strlen(COMMENT), key + 10),
        0);
}

static void test_the_same_file_gives_the_same_signature(void **state)
{
    const struct world *world = *state;
    struct buffer again;

    buffer_init(&again, 4096);
    minisig_sign(world->keys, DATA, strlen(DATA), COMMENT, &again);
    assert_string_equal(again.data, world->signature.data);
    buffer_clear(&again);
    minisig_sign(world->keys, "{\"numero\":2}\n", strlen(DATA), COMMENT, &again);
    assert_string_not_equal(again.data, world->signature.data);
    buffer_done(&again);
}

static int minisign(const struct world *world)
{
    char command[256];
    int status;

    snprintf(command, sizeof command,
             "cd %s && minisign -Vqm corte.json -p prep.pub >/dev/null 2>&1",
             world->carpeta.path);
    status = system(command);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void test_minisign_accepts_it_and_nothing_else(void **state)
{
    const struct world *world = *state;
    char *signature = world->signature.data;
    size_t refused = 0;

    if (system("command -v minisign >/dev/null") != 0) {
        print_message("  minisign is not installed\n");
        skip();
    }
    assert_int_equal(minisign(world), 0);
    carpeta_escribe(&world->carpeta, "corte.json", "{\"numero\":9}\n");
    assert_int_not_equal(minisign(world), 0);
    carpeta_escribe(&world->carpeta, "corte.json", DATA);
    /* A changed byte anywhere but in the first, untrusted line. */
    for (size_t at = strcspn(signature, "\n") + 1; at < world->signature.len; at += 7) {
        char kept = signature[at];

        if (kept == '\n') {
            continue;
        }
        /* 'g' and 'A' differ in bits that count even before the padding. */
        signature[at] = kept == 'A' ? 'g' : 'A';
        carpeta_escribe(&world->carpeta, "corte.json.minisig", signature);
        assert_int_not_equal(minisign(world), 0);
        signature[at] = kept;
        refused++;
    }
    assert_true(refused > 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parts_are_where_the_format_says),
        cmocka_unit_test(test_the_same_file_gives_the_same_signature),
        cmocka_unit_test(test_minisign_accepts_it_and_nothing_else),
    };

    if (sodium_init() < 0) {
        return 1;
    }
    return cmocka_run_group_tests(tests, setup, teardown);
}
