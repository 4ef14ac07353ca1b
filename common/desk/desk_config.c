#include <stdlib.h>

#include "base/config.h"
#include "desk/desk.h"

#define RECLAMO_S_DEFAULT 300u
#define RECLAMO_S_MAX 86400u
#define CONEXIONES_DEFAULT 1024u
#define CONEXIONES_MAX 20000u

/* What libcyaml loads: optional values are 0 or NULL when absent. */
struct file_config {
    struct desk_config desk;
    bool *sin_imagen;
};

#define TEXT(key, flags, member)                                                       \
    CYAML_FIELD_STRING_PTR(key, CYAML_FLAG_POINTER | (flags), struct file_config,      \
                           member, 1, 4096)
#define NUMBER(key, member)                                                            \
    CYAML_FIELD_UINT(key, CYAML_FLAG_OPTIONAL, struct file_config, member)
#define COMMON_FIELDS                                                                  \
    TEXT("definicion", 0, desk.definicion), TEXT("topologia", 0, desk.topologia),      \
        TEXT("llave", 0, desk.llave), TEXT("base", 0, desk.base),                      \
        TEXT("escucha", 0, desk.escucha), TEXT("operadores", 0, desk.operadores),      \
        TEXT("imagenes", CYAML_FLAG_OPTIONAL, desk.imagenes),                          \
        NUMBER("reclamo_s", desk.reclamo_s),                                           \
        NUMBER("reclamos_max", desk.reclamos_max),                                     \
        NUMBER("conexiones_max", desk.conexiones_max)

static const cyaml_schema_field_t plain_fields[] = {
    COMMON_FIELDS,
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t sin_imagen_fields[] = {
    COMMON_FIELDS,
    CYAML_FIELD_BOOL_PTR("sin_imagen", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
                         struct file_config, sin_imagen),
    CYAML_FIELD_END,
};

static const cyaml_schema_value_t plain_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct file_config, plain_fields),
};

static const cyaml_schema_value_t sin_imagen_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct file_config, sin_imagen_fields),
};

static enum prep_status number_settle(const char *path,
                                      const struct config_lines *lines,
                                      const char *name, uint32_t otherwise,
                                      uint32_t max, uint32_t *value,
                                      struct prep_reason *reason)
{
    if (*value == 0) {
        *value = otherwise;
    }
    if (*value > max) {
        return prep_fail(reason, PREP_ERR_CONFIG, "%s:%u: %s %u: escriba de 1 a %u",
                         path, config_line(lines, name), name, *value, max);
    }
    return PREP_OK;
}

enum prep_status desk_config_load(const char *path, bool with_sin_imagen,
                                  struct desk_config **out_config,
                                  struct prep_reason *reason)
{
    const cyaml_schema_value_t *schema =
        with_sin_imagen ? &sin_imagen_schema : &plain_schema;
    struct config_lines *lines = NULL;
    struct file_config *file;
    struct desk_config *config;
    void *tree = NULL;
    enum prep_status status = config_load(path, schema, &tree, &lines, reason);

    if (status != PREP_OK) {
        return status;
    }
    file = tree;
    config = &file->desk;
    config->sin_imagen = file->sin_imagen == NULL || *file->sin_imagen;
    status = number_settle(path, lines, "reclamo_s", RECLAMO_S_DEFAULT, RECLAMO_S_MAX,
                           &config->reclamo_s, reason);
    if (status == PREP_OK) {
        status = number_settle(path, lines, "reclamos_max", DESK_REQUEST_MAX,
                               DESK_REQUEST_MAX, &config->reclamos_max, reason);
    }
    if (status == PREP_OK) {
        status = number_settle(path, lines, "conexiones_max", CONEXIONES_DEFAULT,
                               CONEXIONES_MAX, &config->conexiones_max, reason);
    }
    config_lines_free(&lines);
    if (status != PREP_OK) {
        config_free(schema, &tree);
        return status;
    }
    *out_config = config;
    return PREP_OK;
}

void desk_config_free(struct desk_config **config)
{
    /* Its first member is what was loaded; either schema frees it, since the longer
     * one only adds an optional pointer. */
    void *tree = *config;

    config_free(&sin_imagen_schema, &tree);
    *config = NULL;
}
