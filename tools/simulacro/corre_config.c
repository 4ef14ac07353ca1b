#include "simulacro/corre_config.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/config.h"
#include "base/error_text.h"

#define URL_MAX 256
#define PATH_LEN_MAX 4096
#define INSTANCES_MAX 64
#define PERSONAS_MAX 100000u

static const cyaml_schema_value_t url_schema = { CYAML_VALUE_STRING(CYAML_FLAG_POINTER,
                                                                    char, 1, URL_MAX) };

static const cyaml_schema_field_t digitaliza_fields[] = {
    CYAML_FIELD_STRING_PTR("url", CYAML_FLAG_POINTER, struct corre_digitaliza, url, 1,
                           URL_MAX),
    CYAML_FIELD_STRING_PTR("entrada", CYAML_FLAG_POINTER, struct corre_digitaliza,
                           entrada, 1, PATH_LEN_MAX),
    CYAML_FIELD_END
};

static const cyaml_schema_value_t digitaliza_schema = { CYAML_VALUE_MAPPING(
    CYAML_FLAG_DEFAULT, struct corre_digitaliza, digitaliza_fields) };

static const cyaml_schema_field_t archivo_fields[] = {
    CYAML_FIELD_SEQUENCE("acopio", CYAML_FLAG_POINTER, struct corre_archivo, acopio,
                         &url_schema, 1, INSTANCES_MAX),
    CYAML_FIELD_SEQUENCE("digitaliza", CYAML_FLAG_POINTER, struct corre_archivo,
                         digitaliza, &digitaliza_schema, 1, INSTANCES_MAX),
    CYAML_FIELD_SEQUENCE("captura", CYAML_FLAG_POINTER, struct corre_archivo, captura,
                         &url_schema, 1, INSTANCES_MAX),
    CYAML_FIELD_SEQUENCE("verifica", CYAML_FLAG_POINTER, struct corre_archivo, verifica,
                         &url_schema, 1, INSTANCES_MAX),
    CYAML_FIELD_STRING_PTR("publica", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
                           struct corre_archivo, publica, 1, URL_MAX),
    CYAML_FIELD_STRING_PTR("operadores", CYAML_FLAG_POINTER, struct corre_archivo,
                           operadores, 1, PATH_LEN_MAX),
    CYAML_FIELD_END
};

static const cyaml_schema_value_t archivo_schema = { CYAML_VALUE_MAPPING(
    CYAML_FLAG_POINTER, struct corre_archivo, archivo_fields) };

/* path as seen from the folder of `file`. */
static char *relative_to(const char *file, const char *path)
{
    const char *slash = strrchr(file, '/');
    char *joined = NULL;

    if (path[0] == '/' || slash == NULL) {
        joined = strdup(path);
    } else if (asprintf(&joined, "%.*s/%s", (int)(slash - file), file, path) < 0) {
        joined = NULL;
    }
    assert(joined != NULL);
    return joined;
}

static enum prep_status persona_add(struct corre_config *config, const char *path,
                                    unsigned line, const char *text,
                                    struct prep_reason *reason)
{
    struct corre_persona persona = { 0 };
    struct corre_persona *more = NULL;
    unsigned long id = 0;
    char *rest = NULL;

    errno = 0;
    id = strtoul(text, &rest, 10);
    if (errno != 0 || id == 0 || id > INT32_MAX || rest == text || *rest != ' ' ||
        sscanf(rest, " %128[^ \n]", persona.token) != 1) {
        return prep_fail(reason, PREP_ERR_CONFIG,
                         "%s:%u: se espera «número token»; escriba el número del "
                         "operador y su token, separados por un blanco",
                         path, line);
    }
    persona.id = (uint32_t)id;
    if (config->persona_count >= PERSONAS_MAX) {
        return prep_fail(reason, PREP_ERR_RANGE, "%s:%u: más de %u operadores", path,
                         line, PERSONAS_MAX);
    }
    more = realloc(config->personas, (config->persona_count + 1) * sizeof *more);
    assert(more != NULL);
    config->personas = more;
    config->personas[config->persona_count++] = persona;
    return PREP_OK;
}

static enum prep_status personas_load(struct corre_config *config, const char *path,
                                      struct prep_reason *reason)
{
    enum prep_status status = PREP_OK;
    char text[256];
    FILE *file = fopen(path, "re");

    if (file == NULL) {
        return prep_fail(reason, PREP_ERR_CONFIG,
                         "%s: no se puede leer (%s); escriba en operadores: la ruta "
                         "del archivo de números y tokens",
                         path, error_text(errno));
    }
    for (unsigned line = 1; status == PREP_OK && fgets(text, sizeof text, file);
         line++) {
        if (text[0] != '\n' && text[0] != '#') {
            status = persona_add(config, path, line, text, reason);
        }
    }
    (void)fclose(file);
    if (status == PREP_OK && config->persona_count < 3) {
        status = prep_fail(reason, PREP_ERR_CONFIG,
                           "%s: hay %zu operadores; hacen falta al menos 3, porque dos "
                           "capturan y una tercera persona resuelve",
                           path, config->persona_count);
    }
    return status;
}

enum prep_status corre_config_load(const char *path, struct corre_config *out_config,
                                   struct prep_reason *reason)
{
    struct corre_config config = { 0 };
    enum prep_status status =
        config_load(path, &archivo_schema, (void **)&config.archivo, NULL, reason);
    char *fichas = NULL;

    if (status != PREP_OK) {
        return status;
    }
    config.entradas = calloc(config.archivo->digitaliza_count, sizeof(char *));
    assert(config.entradas != NULL);
    for (unsigned i = 0; i < config.archivo->digitaliza_count; i++) {
        config.entradas[i] = relative_to(path, config.archivo->digitaliza[i].entrada);
    }
    fichas = relative_to(path, config.archivo->operadores);
    status = personas_load(&config, fichas, reason);
    free(fichas);
    if (status != PREP_OK) {
        corre_config_done(&config);
        return status;
    }
    *out_config = config;
    return PREP_OK;
}

void corre_config_done(struct corre_config *config)
{
    if (config->entradas != NULL) {
        for (unsigned i = 0; i < config->archivo->digitaliza_count; i++) {
            free(config->entradas[i]);
        }
        free(config->entradas);
    }
    free(config->personas);
    config_free(&archivo_schema, (void **)&config->archivo);
    *config = (struct corre_config){ 0 };
}
