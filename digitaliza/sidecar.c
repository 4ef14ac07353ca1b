#include "sidecar.h"

#include <jansson.h>
#include <string.h>

#include "prep/operators.h"

#define ACTA_DIGITS_MAX 16u                /* ids stay below 2^53 */
#define ACTA_MAX INT64_C(9007199254740991) /* 2^53 - 1 */
#define HORA_MS_MAX INT64_C(7258118400000) /* 2200-01-01 UTC, as in an envelope */

static enum prep_status number_read(const json_t *value, const char *key,
                                    json_int_t max, json_int_t *out_value,
                                    struct prep_reason *reason)
{
    if (!json_is_integer(value) || json_integer_value(value) < 0 ||
        json_integer_value(value) > max) {
        return prep_fail(reason, PREP_ERR_RANGE,
                         "%s: debe ser un número entero de 0 a %lld", key,
                         (long long)max);
    }
    *out_value = json_integer_value(value);
    return PREP_OK;
}

static enum prep_status member_read(const char *key, const json_t *value,
                                    struct sidecar *sidecar, struct prep_reason *reason)
{
    const struct {
        const char *key;
        uint32_t *to;
        json_int_t max;
    } codes[] = {
        { "origen", &sidecar->origen, VOCABULARIO_MAX },
        { "digitalizacion", &sidecar->digitalizacion, VOCABULARIO_MAX },
        { "documento", &sidecar->documento, VOCABULARIO_MAX },
        { "operador", &sidecar->operador, OPERATORS_ID_MAX },
    };
    json_int_t number;
    enum prep_status status;

    if (strcmp(key, "acta") == 0) {
        status = number_read(value, key, ACTA_MAX, &number, reason);
        sidecar->acta = status == PREP_OK ? (uint64_t)number : 0;
        return status;
    }
    if (strcmp(key, "hora_ms") == 0) {
        status = number_read(value, key, HORA_MS_MAX, &number, reason);
        sidecar->tiene_hora = true;
        sidecar->hora_ms = status == PREP_OK ? (int64_t)number : 0;
        return status;
    }
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        if (strcmp(codes[i].key, key) == 0) {
            status = number_read(value, key, codes[i].max, &number, reason);
            if (status == PREP_OK) {
                *codes[i].to = (uint32_t)number;
            }
            return status;
        }
    }
    return prep_fail(reason, PREP_ERR_FORMAT, "%.40s: llave desconocida; quítela", key);
}

enum prep_status sidecar_parse(const char *text, size_t len, enum modo modo,
                               struct sidecar *inout, struct prep_reason *reason)
{
    struct sidecar sidecar = *inout;
    enum prep_status status = PREP_OK;
    json_error_t error;
    json_t *root = json_loadb(text, len, JSON_REJECT_DUPLICATES, &error);
    const char *key;
    json_t *value;

    if (!json_is_object(root)) {
        json_decref(root);
        return prep_fail(reason, PREP_ERR_FORMAT, "el .json no es un objeto JSON");
    }
    sidecar.acta = 0;
    json_object_foreach(root, key, value)
    {
        status = member_read(key, value, &sidecar, reason);
        if (status != PREP_OK) {
            break;
        }
    }
    json_decref(root);
    if (status != PREP_OK) {
        return status;
    }
    if (sidecar.acta == 0) {
        return prep_fail(reason, PREP_ERR_FORMAT, "acta: falta en el .json");
    }
    if (sidecar.tiene_hora && modo != MODO_SIMULACRO) {
        return prep_fail(reason, PREP_ERR_RANGE,
                         "hora_ms: en modo oficial la hora es la del sistema; quítela");
    }
    *inout = sidecar;
    return PREP_OK;
}

enum prep_status sidecar_from_name(const char *name, uint64_t *out_acta,
                                   struct prep_reason *reason)
{
    uint64_t acta = 0;
    size_t digits = strspn(name, "0123456789");

    if (digits == 0 || digits > ACTA_DIGITS_MAX || name[0] == '0' ||
        (name[digits] != '.' && name[digits] != '-')) {
        return prep_fail(reason, PREP_ERR_FORMAT,
                         "sin archivo .json, el nombre debe ser el número de acta "
                         "(123.jpg o 123-algo.jpg)");
    }
    for (size_t i = 0; i < digits; i++) {
        acta = acta * 10 + (uint64_t)(name[i] - '0');
    }
    *out_acta = acta;
    return PREP_OK;
}
