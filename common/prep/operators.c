#include "prep/operators.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/config.h"
#include "base/hash.h"

/* ---- the file, as libcyaml reads it */

struct file_operator {
    uint32_t id;
    char *token_sha256;
    int *etapas;
    unsigned etapas_count;
};

struct file_operators {
    struct file_operator *operadores;
    unsigned operadores_count;
};

static const cyaml_strval_t etapa_names[] = {
    { "acopio", ETAPA_ACOPIO },   { "digitaliza", ETAPA_DIGITALIZA },
    { "captura", ETAPA_CAPTURA }, { "verifica", ETAPA_VERIFICA },
    { "publica", ETAPA_PUBLICA }, { "coordinacion", OPERATORS_COORDINACION },
};

static const cyaml_schema_value_t etapa_schema = {
    CYAML_VALUE_ENUM(CYAML_FLAG_STRICT, int, etapa_names, CYAML_ARRAY_LEN(etapa_names)),
};

static const cyaml_schema_field_t operator_fields[] = {
    CYAML_FIELD_UINT("id", CYAML_FLAG_DEFAULT, struct file_operator, id),
    CYAML_FIELD_STRING_PTR("token_sha256", CYAML_FLAG_POINTER, struct file_operator,
                           token_sha256, HASH_TEXT_LEN, HASH_TEXT_LEN),
    CYAML_FIELD_SEQUENCE("etapas", CYAML_FLAG_POINTER, struct file_operator, etapas,
                         &etapa_schema, 1, 16),
    CYAML_FIELD_END,
};

static const cyaml_schema_value_t operator_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct file_operator, operator_fields),
};

static const cyaml_schema_field_t file_fields[] = {
    CYAML_FIELD_SEQUENCE("operadores", CYAML_FLAG_POINTER, struct file_operators,
                         operadores, &operator_schema, 1, OPERATORS_MAX),
    CYAML_FIELD_END,
};

static const cyaml_schema_value_t file_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct file_operators, file_fields),
};

/* ---- in memory, sorted by hash of the token */

struct person {
    struct hash token;
    uint32_t id;
    uint32_t etapas; /* bit (1 << enum etapa) */
    uint32_t row;    /* in the file, to say where a repeat is */
};

struct operators {
    size_t count;
    struct person people[];
};

static int by_token(const void *left, const void *right)
{
    const struct person *a = left;
    const struct person *b = right;

    return memcmp(a->token.bytes, b->token.bytes, HASH_LEN);
}

static int by_id(const void *left, const void *right)
{
    const struct person *a = left;
    const struct person *b = right;

    return (a->id > b->id) - (a->id < b->id);
}

static unsigned line_of(const struct config_lines *lines, uint32_t row,
                        const char *field)
{
    char path[64];

    (void)snprintf(path, sizeof path, "operadores[%u].%s", row, field);
    return config_line(lines, path);
}

static enum prep_status person_fill(struct person *person,
                                    const struct file_operator *from, uint32_t row,
                                    const char *path, const struct config_lines *lines,
                                    struct prep_reason *reason)
{
    if (from->id < 1 || from->id > OPERATORS_ID_MAX) {
        return prep_fail(reason, PREP_ERR_CONFIG,
                         "%s:%u: id %u: escriba un número de 1 a %u", path,
                         line_of(lines, row, "id"), from->id, OPERATORS_ID_MAX);
    }
    if (hex_read(from->token_sha256, strlen(from->token_sha256), person->token.bytes,
                 HASH_LEN) != PREP_OK) {
        return prep_fail(reason, PREP_ERR_CONFIG,
                         "%s:%u: token_sha256 %s: escriba los 64 dígitos "
                         "hexadecimales del SHA-256 del token",
                         path, line_of(lines, row, "token_sha256"), from->token_sha256);
    }
    person->id = from->id;
    person->row = row;
    person->etapas = 0;
    for (unsigned i = 0; i < from->etapas_count; i++) {
        person->etapas |= UINT32_C(1) << from->etapas[i];
    }
    return PREP_OK;
}

/* Leaves the people sorted by token. */
static enum prep_status unique_check(struct operators *all, const char *path,
                                     const struct config_lines *lines,
                                     struct prep_reason *reason)
{
    qsort(all->people, all->count, sizeof all->people[0], by_id);
    for (size_t i = 1; i < all->count; i++) {
        if (all->people[i].id == all->people[i - 1].id) {
            return prep_fail(reason, PREP_ERR_CONFIG,
                             "%s:%u: id %u: está repetido; cada persona lleva el suyo",
                             path, line_of(lines, all->people[i].row, "id"),
                             all->people[i].id);
        }
    }
    qsort(all->people, all->count, sizeof all->people[0], by_token);
    for (size_t i = 1; i < all->count; i++) {
        if (by_token(&all->people[i], &all->people[i - 1]) == 0) {
            return prep_fail(reason, PREP_ERR_CONFIG,
                             "%s:%u: token_sha256: es el mismo que el del id %u; "
                             "genere un token para cada persona",
                             path, line_of(lines, all->people[i].row, "token_sha256"),
                             all->people[i - 1].id);
        }
    }
    return PREP_OK;
}

enum prep_status operators_load(const char *path, struct operators **out_operators,
                                struct prep_reason *reason)
{
    struct file_operators *file = NULL;
    struct config_lines *lines = NULL;
    struct operators *all = NULL;
    void *tree = NULL;
    enum prep_status status = config_load(path, &file_schema, &tree, &lines, reason);

    if (status != PREP_OK) {
        return status;
    }
    file = tree;
    all = calloc(1, sizeof *all + file->operadores_count * sizeof all->people[0]);
    if (all == NULL) {
        status = prep_fail(reason, PREP_ERR_MEMORY, "%s: sin memoria", path);
        goto done;
    }
    all->count = file->operadores_count;
    for (uint32_t i = 0; i < all->count; i++) {
        status =
            person_fill(&all->people[i], &file->operadores[i], i, path, lines, reason);
        if (status != PREP_OK) {
            goto done;
        }
    }
    status = unique_check(all, path, lines, reason);
    if (status == PREP_OK) {
        *out_operators = all;
        all = NULL;
    }

done:
    operators_free(&all);
    config_lines_free(&lines);
    config_free(&file_schema, &tree);
    return status;
}

void operators_free(struct operators **operators)
{
    free(*operators);
    *operators = NULL;
}

size_t operators_count(const struct operators *operators)
{
    return operators->count;
}

enum prep_status operators_find(const struct operators *operators, const char *token,
                                enum etapa etapa, uint32_t *out_id)
{
    struct hash hash;
    size_t low = 0, high = operators->count;
    size_t len = token == NULL ? 0 : strnlen(token, OPERATORS_TOKEN_MAX + 1);

    if (len < OPERATORS_TOKEN_MIN || len > OPERATORS_TOKEN_MAX) {
        return PREP_ERR_AUTH;
    }
    hash_of(token, len, &hash);
    /* The search looks at half of the hash, which leads nobody to the token; the
     * other half decides, in constant time. */
    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (memcmp(operators->people[middle].token.bytes, hash.bytes, HASH_LEN / 2) <
            0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (low == operators->count ||
        sodium_memcmp(operators->people[low].token.bytes, hash.bytes, HASH_LEN) != 0) {
        return PREP_ERR_AUTH;
    }
    *out_id = operators->people[low].id;
    return (operators->people[low].etapas >> etapa) & 1 ? PREP_OK : PREP_ERR_STATE;
}
