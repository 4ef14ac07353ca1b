/*
 * test_operators.c - who enters, who does not, and files that are refused whole.
 */
#include "prep/operators.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/hash.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#define TOKEN_ANA "ana-0123456789abcdef"
#define TOKEN_LUZ "luz-0123456789abcdef"

static char path[] = "/tmp/prep-operadores.XXXXXX";

static void token_hash(const char *token, char out_text[static HASH_TEXT_SIZE])
{
    struct hash hash;

    hash_of(token, strlen(token), &hash);
    hash_text(&hash, out_text);
}

static void write_file(const char *text)
{
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

static struct operators *load_good(void)
{
    char ana[HASH_TEXT_SIZE], luz[HASH_TEXT_SIZE], text[1024];
    struct operators *operators = NULL;
    struct prep_reason reason = { "" };

    token_hash(TOKEN_ANA, ana);
    token_hash(TOKEN_LUZ, luz);
    snprintf(text, sizeof text,
             "operadores:\n"
             "  - {id: 4411, token_sha256: %s, etapas: [captura]}\n"
             "  - {id: 7, token_sha256: %s, etapas: [captura, verifica]}\n",
             ana, luz);
    write_file(text);
    assert_int_equal(operators_load(path, &operators, &reason), PREP_OK);
    return operators;
}

struct entry {
    const char *token;
    enum etapa etapa;
    enum prep_status want;
    uint32_t want_id;
};

static const struct entry entries[] = {
    { TOKEN_ANA, ETAPA_CAPTURA, PREP_OK, 4411 },
    { TOKEN_LUZ, ETAPA_CAPTURA, PREP_OK, 7 },
    { TOKEN_LUZ, ETAPA_VERIFICA, PREP_OK, 7 },
    { TOKEN_ANA, ETAPA_VERIFICA, PREP_ERR_STATE, 4411 },
    { TOKEN_LUZ, ETAPA_ACOPIO, PREP_ERR_STATE, 7 },
    { NULL, ETAPA_CAPTURA, PREP_ERR_AUTH, 0 },
    { "", ETAPA_CAPTURA, PREP_ERR_AUTH, 0 },
    { "ana-0123456789abcde", ETAPA_CAPTURA, PREP_ERR_AUTH, 0 },
    { "ana-0123456789abcdef ", ETAPA_CAPTURA, PREP_ERR_AUTH, 0 },
    { "Ana-0123456789abcdef", ETAPA_CAPTURA, PREP_ERR_AUTH, 0 },
    { "0123456789abcdef", ETAPA_CAPTURA, PREP_ERR_AUTH, 0 },
    { "corto", ETAPA_CAPTURA, PREP_ERR_AUTH, 0 },
};

static void test_a_token_enters_only_its_own_stages(void **state)
{
    struct operators *operators = load_good();

    (void)state;
    assert_int_equal(operators_count(operators), 2);
    for (size_t i = 0; i < COUNT_OF(entries); i++) {
        uint32_t id = 0;

        assert_int_equal(
            operators_find(operators, entries[i].token, entries[i].etapa, &id),
            entries[i].want);
        assert_int_equal(id, entries[i].want_id);
    }
    operators_free(&operators);
    assert_null(operators);
}

static void test_the_hash_itself_is_no_token(void **state)
{
    struct operators *operators = load_good();
    char ana[HASH_TEXT_SIZE];
    uint32_t id = 0;

    (void)state;
    token_hash(TOKEN_ANA, ana);
    assert_int_equal(operators_find(operators, ana, ETAPA_CAPTURA, &id), PREP_ERR_AUTH);
    operators_free(&operators);
}

static void test_a_token_without_end_is_refused_unread(void **state)
{
    struct operators *operators = load_good();
    char *token = malloc(OPERATORS_TOKEN_MAX + 2);
    uint32_t id = 0;

    (void)state;
    assert_non_null(token);
    memset(token, 'x', OPERATORS_TOKEN_MAX + 1);
    token[OPERATORS_TOKEN_MAX + 1] = '\0';
    assert_int_equal(operators_find(operators, token, ETAPA_CAPTURA, &id),
                     PREP_ERR_AUTH);
    free(token);
    operators_free(&operators);
}

#define HASH_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define HASH_B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

struct refused {
    const char *text;
    const char *want_line;  /* "2" in file:2: */
    const char *want_words; /* of the reason */
};

static const struct refused refused[] = {
    { "operadores: []\n", "1", "" },
    { "otra: 1\n", "1", "" },
    { "operadores:\n  - {id: 0, token_sha256: " HASH_A ", etapas: [captura]}\n", "2",
      "id 0" },
    { "operadores:\n  - {id: 2147483648, token_sha256: " HASH_A
      ", etapas: [captura]}\n",
      "2", "id 2147483648" },
    { "operadores:\n  - {id: 1, token_sha256: abc, etapas: [captura]}\n", "2", "" },
    { "operadores:\n  - {id: 1, token_sha256: "
      "zaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa, etapas: "
      "[captura]}\n",
      "2", "64 dígitos" },
    { "operadores:\n  - {id: 1, token_sha256: " HASH_A ", etapas: [cocina]}\n", "2",
      "cocina" },
    { "operadores:\n  - {id: 1, token_sha256: " HASH_A ", etapas: []}\n", "2", "" },
    { "operadores:\n  - {id: 1, token_sha256: " HASH_A "}\n", "2", "etapas" },
    { "operadores:\n  - {id: 1, token_sha256: " HASH_A ", etapas: [captura]}\n"
      "  - {id: 1, token_sha256: " HASH_B ", etapas: [captura]}\n",
      "3", "id 1: está repetido" },
    { "operadores:\n  - {id: 1, token_sha256: " HASH_A ", etapas: [captura]}\n"
      "  - {id: 2, token_sha256: " HASH_A ", etapas: [captura]}\n",
      "3", "el mismo" },
};

static void test_refused_files_name_the_line(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(refused); i++) {
        struct operators *operators = NULL;
        struct prep_reason reason = { "" };
        char want[128];

        write_file(refused[i].text);
        snprintf(want, sizeof want, "%s:%s:", path, refused[i].want_line);
        if (operators_load(path, &operators, &reason) != PREP_ERR_CONFIG ||
            strstr(reason.text, want) == NULL ||
            strstr(reason.text, refused[i].want_words) == NULL) {
            fail_msg("%s gave: %s", refused[i].text, reason.text);
        }
        assert_null(operators);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_token_enters_only_its_own_stages),
        cmocka_unit_test(test_the_hash_itself_is_no_token),
        cmocka_unit_test(test_a_token_without_end_is_refused_unread),
        cmocka_unit_test(test_refused_files_name_the_line),
    };
    int fd = mkstemp(path);
    int failed;

    if (fd < 0 || close(fd) != 0) {
        return 1;
    }
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    (void)unlink(path);
    return failed;
}
