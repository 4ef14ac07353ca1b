#include "prep/casilla_key.h"

#include <assert.h>
#include <string.h>

/* Where each field sits in the text form. Each offset follows from the last. */
enum {
    ENTIDAD_OFFSET = 0,
    ENTIDAD_WIDTH = 2,
    SECCION_OFFSET = ENTIDAD_OFFSET + ENTIDAD_WIDTH,
    SECCION_WIDTH = 4,
    TIPO_OFFSET = SECCION_OFFSET + SECCION_WIDTH,
    TIPO_WIDTH = 1,
    NUMERO_OFFSET = TIPO_OFFSET + TIPO_WIDTH,
    NUMERO_WIDTH = 2,
    CONTIGUA_OFFSET = NUMERO_OFFSET + NUMERO_WIDTH,
    CONTIGUA_WIDTH = 2,
    TEXT_END = CONTIGUA_OFFSET + CONTIGUA_WIDTH,
    DIGITS_WIDTH_MAX = 4, /* 9999 fits in uint16_t; 99999 would not */
};

static_assert(TEXT_END == CASILLA_KEY_TEXT_LEN, "fields must fill the text form");
static_assert(SECCION_WIDTH <= DIGITS_WIDTH_MAX, "seccion must fit in uint16_t");

/* What each tipo allows. A new tipo is a new row here and in the enum. */
struct tipo_rule {
    enum casilla_tipo tipo;
    bool con_seccion;
    uint8_t numero_min, numero_max;
    uint8_t contigua_max;
    const char *numero_reason;
    const char *contigua_reason;
};

#define NUMERO_REASON "numero: must be 01 to 99"
#define CONTIGUA_REASON "contigua: only extraordinarias have contiguas of their own"

static const struct tipo_rule tipo_rules[] = {
    { CASILLA_BASICA, true, 1, 1, 0, "numero: must be 01 for a basica",
      CONTIGUA_REASON },
    { CASILLA_CONTIGUA, true, 1, 99, 0, NUMERO_REASON, CONTIGUA_REASON },
    { CASILLA_EXTRAORDINARIA, true, 1, 99, 99, NUMERO_REASON, CONTIGUA_REASON },
    { CASILLA_ESPECIAL, true, 1, 99, 0, NUMERO_REASON, CONTIGUA_REASON },
    { CASILLA_URNA_ELECTRONICA, true, 1, 99, 99, NUMERO_REASON, CONTIGUA_REASON },
    { CASILLA_VOTO_ANTICIPADO, false, 0, 99, 0, NUMERO_REASON, CONTIGUA_REASON },
    { CASILLA_PRISION_PREVENTIVA, false, 0, 99, 0, NUMERO_REASON, CONTIGUA_REASON },
    { CASILLA_PRISION_PREVENTIVA_2021, false, 0, 99, 0, NUMERO_REASON,
      CONTIGUA_REASON },
    { CASILLA_EXTRANJERO, false, 0, 99, 0, NUMERO_REASON, CONTIGUA_REASON },
};

static const char *const tipo_reason = "tipo: must be B, C, E, S, U, A, P, V or M";

static const struct tipo_rule *tipo_rule_find(int letter)
{
    const size_t count = sizeof tipo_rules / sizeof tipo_rules[0];

    for (size_t i = 0; i < count; i++) {
        if ((int)tipo_rules[i].tipo == letter) {
            return &tipo_rules[i];
        }
    }
    return NULL;
}

static enum prep_status fail(enum prep_status status, const char *reason,
                             const char **err_reason)
{
    assert(status != PREP_OK);
    if (err_reason != NULL) {
        *err_reason = reason;
    }
    return status;
}

/* ASCII digits only: isdigit() and strtoul() accept more than the form does. */
static bool digits_read(const char *text, size_t width, uint16_t *out_value)
{
    uint16_t value = 0;

    assert(width <= DIGITS_WIDTH_MAX);
    for (size_t i = 0; i < width; i++) {
        if (text[i] < '0' || text[i] > '9') {
            return false;
        }
        value = (uint16_t)(value * 10 + (text[i] - '0'));
    }
    *out_value = value;
    return true;
}

static void digits_write(char *text, size_t width, unsigned value)
{
    for (size_t i = width; i > 0; i--) {
        text[i - 1] = (char)('0' + value % 10);
        value /= 10;
    }
    assert(value == 0); /* The key was checked, so every digit had a place. */
}

enum prep_status casilla_key_check(const struct casilla_key *key,
                                   const char **err_reason)
{
    const struct tipo_rule *rule;

    assert(key != NULL);
    if (key->entidad < 1 || key->entidad > CASILLA_ENTIDAD_MAX) {
        return fail(PREP_ERR_RANGE, "entidad: must be 01 to 32", err_reason);
    }
    rule = tipo_rule_find((int)key->tipo);
    if (rule == NULL) {
        return fail(PREP_ERR_RANGE, tipo_reason, err_reason);
    }
    if (!rule->con_seccion && key->seccion != 0) {
        return fail(PREP_ERR_RANGE, "seccion: must be 0000 for this tipo", err_reason);
    }
    if (rule->con_seccion && (key->seccion < 1 || key->seccion > CASILLA_SECCION_MAX)) {
        return fail(PREP_ERR_RANGE, "seccion: must be 0001 to 9999", err_reason);
    }
    if (key->numero < rule->numero_min || key->numero > rule->numero_max) {
        return fail(PREP_ERR_RANGE, rule->numero_reason, err_reason);
    }
    if (key->contigua > rule->contigua_max) {
        return fail(PREP_ERR_RANGE, rule->contigua_reason, err_reason);
    }
    return PREP_OK;
}

enum prep_status casilla_key_parse(const char *text, size_t text_len,
                                   struct casilla_key *out_key, const char **err_reason)
{
    const struct tipo_rule *rule;
    struct casilla_key key;
    enum prep_status status;
    uint16_t entidad, seccion, numero, contigua;

    assert(text != NULL);
    assert(out_key != NULL);
    if (text_len != CASILLA_KEY_TEXT_LEN) {
        return fail(PREP_ERR_FORMAT, "length: must be 11 bytes", err_reason);
    }
    if (!digits_read(text + ENTIDAD_OFFSET, ENTIDAD_WIDTH, &entidad)) {
        return fail(PREP_ERR_FORMAT, "entidad: must be 2 digits", err_reason);
    }
    if (!digits_read(text + SECCION_OFFSET, SECCION_WIDTH, &seccion)) {
        return fail(PREP_ERR_FORMAT, "seccion: must be 4 digits", err_reason);
    }
    rule = tipo_rule_find(text[TIPO_OFFSET]);
    if (rule == NULL) {
        return fail(PREP_ERR_RANGE, tipo_reason, err_reason);
    }
    if (!digits_read(text + NUMERO_OFFSET, NUMERO_WIDTH, &numero)) {
        return fail(PREP_ERR_FORMAT, "numero: must be 2 digits", err_reason);
    }
    if (!digits_read(text + CONTIGUA_OFFSET, CONTIGUA_WIDTH, &contigua)) {
        return fail(PREP_ERR_FORMAT, "contigua: must be 2 digits", err_reason);
    }

    /* The widths above bound each value, so no cast below loses a digit. */
    key = (struct casilla_key){
        .entidad = (uint8_t)entidad,
        .seccion = seccion,
        .tipo = rule->tipo,
        .numero = (uint8_t)numero,
        .contigua = (uint8_t)contigua,
    };
    status = casilla_key_check(&key, err_reason);
    if (status != PREP_OK) {
        return status;
    }
    *out_key = key;
    return PREP_OK;
}

enum prep_status casilla_key_format(const struct casilla_key *key,
                                    char out_text[static CASILLA_KEY_TEXT_SIZE])
{
    enum prep_status status;

    status = casilla_key_check(key, NULL);
    if (status != PREP_OK) {
        return status;
    }
    digits_write(out_text + ENTIDAD_OFFSET, ENTIDAD_WIDTH, key->entidad);
    digits_write(out_text + SECCION_OFFSET, SECCION_WIDTH, key->seccion);
    out_text[TIPO_OFFSET] = (char)key->tipo;
    digits_write(out_text + NUMERO_OFFSET, NUMERO_WIDTH, key->numero);
    digits_write(out_text + CONTIGUA_OFFSET, CONTIGUA_WIDTH, key->contigua);
    out_text[TEXT_END] = '\0';
    return PREP_OK;
}

bool casilla_tipo_sin_seccion(enum casilla_tipo tipo)
{
    const struct tipo_rule *rule = tipo_rule_find((int)tipo);

    return rule != NULL && !rule->con_seccion;
}

static bool ends_with(const char *text, size_t text_len, const char *ending)
{
    size_t len = strlen(ending);

    return text_len > len && memcmp(text + text_len - len, ending, len) == 0;
}

enum prep_status acta_key_parse(const char *text, size_t text_len,
                                struct acta_key *out_key, const char **err_reason)
{
    struct acta_key key = { .representacion = ACTA_UNICA };
    const char *numero = text + CASILLA_KEY_TEXT_LEN;
    size_t numero_len;
    enum prep_status status;

    assert(text != NULL);
    assert(out_key != NULL);
    if (text_len <= CASILLA_KEY_TEXT_LEN ||
        text_len > CASILLA_KEY_TEXT_LEN + ACTA_NUMERO_LEN_MAX) {
        return fail(PREP_ERR_FORMAT, "length: must be 12 to 23 bytes", err_reason);
    }
    status = casilla_key_parse(text, CASILLA_KEY_TEXT_LEN, &key.casilla, err_reason);
    if (status != PREP_OK) {
        return status;
    }
    numero_len = text_len - CASILLA_KEY_TEXT_LEN;
    for (size_t i = 0; i < numero_len; i++) {
        bool digit = numero[i] >= '0' && numero[i] <= '9';
        bool letter = numero[i] >= 'A' && numero[i] <= 'Z';

        if (!digit && !letter) {
            return fail(PREP_ERR_FORMAT, "acta: must be digits and capital letters",
                        err_reason);
        }
    }
    memcpy(key.numero, numero, numero_len);
    if (key.casilla.tipo == CASILLA_ESPECIAL) {
        key.representacion = ends_with(numero, numero_len, "MR")   ? ACTA_MR
                             : ends_with(numero, numero_len, "RP") ? ACTA_RP
                                                                   : ACTA_UNICA;
    }
    *out_key = key;
    return PREP_OK;
}
