/* revision_coteja.c - what the rows add up to against what the preamble says. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "prep/perfil_privado.h"
#include "prep/revision.h"

struct field {
    const char *text;
    size_t len;
};

#define VALUE_SIZE 32u
#define LISTA_NOMINAL_VALUE 9u /* its place among the 13 */

/* Long division, digit by digit: truncation by construction. */
static void percentage(uint64_t num, uint64_t den, bool trim,
                       char out_text[static VALUE_SIZE])
{
    uint64_t rest = den == 0 ? 0 : num * 100 % den;
    size_t len = (size_t)snprintf(out_text, VALUE_SIZE, "%" PRIu64 ".",
                                  den == 0 ? 0 : num * 100 / den);

    for (int i = 0; i < 4; i++) {
        out_text[len++] = (char)('0' + (den == 0 ? 0 : rest * 10 / den));
        rest = den == 0 ? 0 : rest * 10 % den;
    }
    while (trim && (out_text[len - 1] == '0' || out_text[len - 1] == '.')) {
        if (out_text[--len] == '.') {
            break;
        }
    }
    out_text[len] = '\0';
}

static void values(const struct revision *r, uint64_t lista_nominal, bool ultimo,
                   bool trim, char out_texts[ENCABEZADO_COUNT][VALUE_SIZE])
{
    const uint64_t capturadas = r->contabilizadas + r->no_contabilizadas;
    const uint64_t esperadas = capturadas + r->no_capturadas;
    const uint64_t counts[ENCABEZADO_COUNT] = {
        [0] = esperadas,     [1] = capturadas + r->fuera, [2] = r->fuera,
        [3] = capturadas,    [5] = r->contabilizadas,     [8] = r->no_contabilizadas,
        [9] = lista_nominal, [10] = r->votos_c_cs,        [11] = r->votos_s_cs,
    };

    for (size_t i = 0; i < ENCABEZADO_COUNT; i++) {
        (void)snprintf(out_texts[i], VALUE_SIZE, "%" PRIu64, counts[i]);
    }
    percentage(capturadas, esperadas, trim, out_texts[4]);
    percentage(r->contabilizadas, esperadas, trim, out_texts[6]);
    percentage(r->inconsistentes, esperadas, trim, out_texts[7]);
    percentage(ultimo ? r->votos_c_cs : r->votos_s_cs, lista_nominal, trim,
               out_texts[12]);
}

/* The line of the preamble with the values. */
static bool find_values(const struct perfil *perfil, const char *text, size_t len,
                        struct field *out_line)
{
    const size_t eol_len = strlen(perfil->fin_de_linea);
    const char *at = text;

    for (size_t i = 0; i < perfil->linea_count; i++) {
        const char *end =
            memmem(at, (size_t)(text + len - at), perfil->fin_de_linea, eol_len);

        if (end == NULL) {
            return false;
        }
        if (perfil->lineas[i] == LINEA_VALORES) {
            *out_line = (struct field){ at, (size_t)(end - at) };
            return true;
        }
        at = end + eol_len;
    }
    return false;
}

/* The sum of listas nominales to check against: the rows' own, unless some of them
 * do not print theirs; then what the header says, if it is enough. */
static uint64_t lista_nominal(const struct revision_plan *plan,
                              const struct revision *revision, struct field line)
{
    uint64_t said = 0;

    for (size_t i = 0; i < LISTA_NOMINAL_VALUE; i++) {
        const char *separator = memchr(line.text, plan->perfil->separador, line.len);

        if (separator == NULL) {
            return revision->lista_nominal;
        }
        line.len -= (size_t)(separator + 1 - line.text);
        line.text = separator + 1;
    }
    for (; line.len > 0 && *line.text >= '0' && *line.text <= '9'; line.len--) {
        said = 10 * said + (uint64_t)(*line.text++ - '0');
    }
    return revision->listas_ocultas > 0 && said > revision->lista_nominal
               ? said
               : revision->lista_nominal;
}

enum prep_status revision_coteja(const struct revision_plan *plan,
                                 const struct revision *revision, bool ultimo,
                                 const char *preambulo, size_t len,
                                 struct prep_reason *reason)
{
    const struct perfil *perfil = plan->perfil;
    char want[ENCABEZADO_COUNT][VALUE_SIZE];
    struct field line;

    if (!find_values(perfil, preambulo, len, &line)) {
        return prep_fail(reason, PREP_ERR_CONFLICT,
                         "%s: el encabezado no tiene línea de valores",
                         plan->eleccion->clave);
    }
    values(revision, lista_nominal(plan, revision, line), ultimo,
           perfil->porcentajes_sin_ceros, want);
    for (size_t i = 0; i < ENCABEZADO_COUNT; i++) {
        const char *end = memchr(line.text, perfil->separador, line.len);
        const struct field value = { line.text, end == NULL
                                                    ? line.len
                                                    : (size_t)(end - line.text) };

        if (!(value.len == strlen(want[i]) &&
              memcmp(value.text, want[i], value.len) == 0) ||
            (end == NULL) != (i + 1 == ENCABEZADO_COUNT)) {
            return prep_fail(reason, PREP_ERR_CONFLICT,
                             "%s: %s dice %.*s y sus renglones suman %s",
                             plan->eleccion->clave, encabezado_nombres[i],
                             (int)value.len, value.text, want[i]);
        }
        line.text += value.len + (end != NULL);
        line.len -= value.len + (end != NULL);
    }
    return PREP_OK;
}

enum prep_status revision_coteja_votos(const struct revision_plan *plan,
                                       const struct revision *revision,
                                       const uint64_t *votos,
                                       struct prep_reason *reason)
{
    for (size_t i = 0; i < plan->columna_count; i++) {
        int16_t opcion = plan->opcion[i];

        if (opcion >= 0 && revision->votos[opcion] != votos[opcion]) {
            return prep_fail(
                reason, PREP_ERR_CONFLICT,
                "%s: %s publica %" PRIu64 " votos y sus renglones suman %" PRIu64,
                plan->eleccion->clave, plan->eleccion->opciones[opcion].clave,
                votos[opcion], revision->votos[opcion]);
        }
    }
    return PREP_OK;
}
