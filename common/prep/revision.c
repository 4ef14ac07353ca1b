#include "prep/revision.h"

#include <string.h>

#include "prep/perfil_privado.h"

#define FIELD_SIZE 512u

/* What a column prints for a kind of row, unless an exception of some tipos. */
static const char *printed(const struct perfil_columna *columna,
                           enum perfil_estado estado, const char *usual)
{
    for (size_t i = 0; i < columna->excepcion_count; i++) {
        const struct perfil_excepcion *at = &columna->excepciones[i];

        if (at->tipos == NULL && (at->estados & (1u << estado)) != 0) {
            return at->texto;
        }
    }
    return usual;
}

struct pair {
    const char *contabilizada, *observaciones;
};

static struct pair pair_of(const struct revision_plan *plan, enum perfil_estado estado,
                           const char *contabilizada, const char *observaciones)
{
    const struct perfil_columna *columnas = plan->perfil->columnas;

    return (struct pair){
        printed(&columnas[plan->contabilizada], estado, contabilizada),
        printed(&columnas[plan->observaciones], estado, observaciones),
    };
}

static struct pair pair_fuera(const struct revision_plan *plan)
{
    return pair_of(plan, PERFIL_FUERA, plan->perfil->contabilizada_fuera,
                   plan->perfil->observaciones.fuera);
}

static struct pair pair_no_capturada(const struct revision_plan *plan)
{
    return pair_of(plan, PERFIL_NO_CAPTURADA, plan->perfil->contabilizada_no_capturada,
                   plan->perfil->observaciones.no_capturada);
}

static bool pair_equal(struct pair a, struct pair b)
{
    return strcmp(a.contabilizada, b.contabilizada) == 0 &&
           strcmp(a.observaciones, b.observaciones) == 0;
}

static enum prep_status plan_ambiguous(const struct revision_plan *plan,
                                       struct prep_reason *reason)
{
    const struct perfil *perfil = plan->perfil;
    const struct perfil_observaciones *obs = &perfil->observaciones;
    const char *const texts[] = { obs->ninguna,        obs->algun_campo,
                                  obs->excede,         obs->todos_ilegibles,
                                  obs->todos_sin_dato, obs->sin_acta[0],
                                  obs->sin_acta[1],    obs->sin_acta[2] };
    const struct pair fuera = pair_fuera(plan), pendiente = pair_no_capturada(plan);
    bool clash = pair_equal(fuera, pendiente);

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        const struct pair si = { perfil->contabilizada_si, texts[i] };
        const struct pair no = { perfil->contabilizada_no, texts[i] };

        if (texts[i] != NULL) {
            clash = clash || pair_equal(fuera, si) || pair_equal(fuera, no) ||
                    pair_equal(pendiente, si) || pair_equal(pendiente, no);
        }
    }
    if (clash || strcmp(perfil->contabilizada_si, perfil->contabilizada_no) == 0) {
        return prep_fail(reason, PREP_ERR_CONFIG,
                         "%s: perfil: CONTABILIZADA y OBSERVACIONES juntas deben "
                         "distinguir contabilizada, no contabilizada, no capturada y "
                         "fuera de catálogo",
                         plan->eleccion->clave);
    }
    return PREP_OK;
}

enum prep_status revision_plan(const struct eleccion *eleccion,
                               struct revision_plan *out_plan,
                               struct prep_reason *reason)
{
    const struct perfil *perfil = eleccion->perfil;
    struct revision_plan plan = { .eleccion = eleccion,
                                  .perfil = perfil,
                                  .columna_count = perfil->columna_count,
                                  .contabilizada = -1,
                                  .observaciones = -1,
                                  .tipo_casilla = -1,
                                  .lista_nominal = -1,
                                  .total = -1 };
    size_t opciones = 0;

    if (perfil->columna_count > REVISION_COLUMNS_MAX) {
        return prep_fail(reason, PREP_ERR_CONFIG,
                         "%s: perfil: %zu columnas: como mucho %u", eleccion->clave,
                         perfil->columna_count, REVISION_COLUMNS_MAX);
    }
    for (size_t i = 0; i < perfil->columna_count; i++) {
        const struct perfil_columna *columna = &perfil->columnas[i];

        plan.opcion[i] = -1;
        switch ((int)columna->fuente) {
        case FUENTE_CONTABILIZADA:
            plan.contabilizada = (int)i;
            break;
        case FUENTE_OBSERVACIONES:
            plan.observaciones = (int)i;
            break;
        case FUENTE_LISTA_NOMINAL:
            plan.lista_nominal = (int)i;
            break;
        case FUENTE_TOTAL_CALCULADO:
            plan.total = (int)i;
            break;
        case FUENTE_IDENTIDAD:
            if (columna->indice == offsetof(struct catalogo_acta, tipo_casilla)) {
                plan.tipo_casilla = (int)i;
            }
            break;
        case FUENTE_CELDA:
            if (columna->indice >= eleccion->campo_count) {
                plan.opcion[i] = (int16_t)(columna->indice - eleccion->campo_count);
                opciones++;
            }
            break;
        default:
            break;
        }
    }
    if (plan.contabilizada < 0 || plan.observaciones < 0 || plan.tipo_casilla < 0 ||
        plan.lista_nominal < 0) {
        return prep_fail(reason, PREP_ERR_CONFIG,
                         "%s: perfil: faltan columnas para revisar un corte; ponga "
                         "tipo_casilla, lista_nominal, observaciones y contabilizada",
                         eleccion->clave);
    }
    plan.completo = opciones == eleccion->opcion_count;
    *out_plan = plan;
    return plan_ambiguous(&plan, reason);
}

/* ---- rows */

struct field {
    const char *text;
    size_t len;
};

/* Reads one row into fields; *at ends after its end of line. Quoted fields are
 * unquoted into scratch. False: it is not a row of this profile. */
static bool row_split(const struct revision_plan *plan, const char **at,
                      const char *end, struct field *fields, struct buffer *scratch)
{
    const char separator = plan->perfil->separador;
    const char eol = plan->perfil->fin_de_linea[0];
    const bool quotes = plan->perfil->comillas != COMILLAS_NINGUNAS;
    const char *p = *at;

    for (size_t i = 0; i < plan->columna_count; i++) {
        const char last = i + 1 == plan->columna_count ? eol : separator;

        if (quotes && p < end && *p == '"') {
            size_t start = scratch->len;

            for (p++; p < end; p++) {
                if (*p == '"' && (p + 1 == end || p[1] != '"')) {
                    break;
                }
                p += *p == '"';
                buffer_add_char(scratch, *p);
            }
            if (p++ >= end || buffer_status(scratch) != PREP_OK) {
                return false;
            }
            fields[i].len = scratch->len - start;
            fields[i].text = scratch->data + start; /* room is reserved: it stays */
        } else {
            fields[i].text = p;
            while (p < end && *p != separator && *p != eol) {
                p++;
            }
            fields[i].len = (size_t)(p - fields[i].text);
        }
        if (p >= end || *p != last) {
            return false;
        }
        p++;
    }
    if (plan->perfil->fin_de_linea[1] != '\0') {
        if (p >= end || *p != plan->perfil->fin_de_linea[1]) {
            return false;
        }
        p++;
    }
    *at = p;
    return true;
}

static bool is(struct field field, const char *text)
{
    return strlen(text) == field.len && memcmp(field.text, text, field.len) == 0;
}

static bool is_pair(const struct revision_plan *plan, const struct field *fields,
                    struct pair pair)
{
    return is(fields[plan->contabilizada], pair.contabilizada) &&
           is(fields[plan->observaciones], pair.observaciones);
}

static bool number(struct field field, uint64_t *out_value)
{
    uint64_t value = 0;

    if (field.len == 0 || field.len > 10) {
        return false;
    }
    for (size_t i = 0; i < field.len; i++) {
        if (field.text[i] < '0' || field.text[i] > '9') {
            return false;
        }
        value = 10 * value + (uint64_t)(field.text[i] - '0');
    }
    *out_value = value;
    return true;
}

static bool is_especial(struct field tipo)
{
    size_t i = 0;

    while (i < tipo.len && tipo.text[i] == '\'') {
        i++;
    }
    return i < tipo.len && tipo.text[i] == 'S';
}

/* The lista nominal of a kind of casilla may be printed as a text: then its sum cannot
 * be read back, only bounded. */
static bool printed_instead(const struct perfil_columna *columna, struct field field)
{
    for (size_t i = 0; i < columna->excepcion_count; i++) {
        if (is(field, columna->excepciones[i].texto)) {
            return true;
        }
    }
    return false;
}

static const char *read_counted(const struct revision_plan *plan,
                                const struct field *fields, struct revision *revision)
{
    uint64_t total = 0, said = 0, lista = 0;

    for (size_t i = 0; i < plan->columna_count; i++) {
        uint64_t votos = 0;

        if (plan->opcion[i] >= 0 && number(fields[i], &votos)) {
            revision->votos[plan->opcion[i]] += votos;
            total += votos;
        }
    }
    if (plan->total >= 0) {
        if (!number(fields[plan->total], &said) || (plan->completo && said != total)) {
            return "el total calculado no es la suma de sus votos";
        }
        total = said;
    }
    if (!number(fields[plan->lista_nominal], &lista)) {
        if (!printed_instead(&plan->perfil->columnas[plan->lista_nominal],
                             fields[plan->lista_nominal])) {
            return "la lista nominal no es un número";
        }
        revision->listas_ocultas++;
    }
    revision->contabilizadas++;
    revision->lista_nominal += lista;
    revision->votos_c_cs += total;
    revision->votos_s_cs += is_especial(fields[plan->tipo_casilla]) ? 0 : total;
    return NULL;
}

/* NULL, or what is wrong with the row. */
static const char *read_row(const struct revision_plan *plan,
                            const struct field *fields, struct revision *revision)
{
    const struct perfil *perfil = plan->perfil;
    const struct perfil_columna *obs = &perfil->columnas[plan->observaciones];
    const struct field contabilizada = fields[plan->contabilizada];
    const struct field observaciones = fields[plan->observaciones];
    bool inconsistente = !is(observaciones, perfil->observaciones.ninguna);
    bool sin_acta = false;
    const char *wrong = NULL;

    if (is_pair(plan, fields, pair_fuera(plan))) {
        revision->fuera++;
        return NULL;
    }
    if (is_pair(plan, fields, pair_no_capturada(plan))) {
        revision->no_capturadas++;
        return NULL;
    }
    for (size_t i = 0; i < PERFIL_SIN_ACTA_COUNT; i++) {
        const char *text =
            printed(obs, PERFIL_SIN_ACTA, perfil->observaciones.sin_acta[i]);

        sin_acta = sin_acta || is(observaciones, text);
    }
    if (sin_acta) {
        inconsistente = plan->eleccion->reglas.inconsistencia_sin_acta;
    }
    if (is(contabilizada, perfil->contabilizada_si)) {
        inconsistente =
            inconsistente && plan->eleccion->reglas.inconsistencia_algun_campo;
        wrong = read_counted(plan, fields, revision);
    } else if (is(contabilizada, perfil->contabilizada_no)) {
        revision->no_contabilizadas++;
    } else {
        wrong = "CONTABILIZADA no dice nada conocido";
    }
    revision->inconsistentes += inconsistente;
    return wrong;
}

enum prep_status revision_lee(const struct revision_plan *plan, const char *text,
                              size_t len, struct revision *revision,
                              struct prep_reason *reason)
{
    struct field fields[REVISION_COLUMNS_MAX];
    const char *at = text;
    enum prep_status status = PREP_OK;
    struct buffer scratch;

    buffer_init(&scratch, REVISION_COLUMNS_MAX * FIELD_SIZE);
    while (at < text + len && status == PREP_OK) {
        const char *wrong = "no tiene las columnas del perfil";

        buffer_clear(&scratch);
        if (buffer_reserve(&scratch, REVISION_COLUMNS_MAX * FIELD_SIZE) != NULL &&
            row_split(plan, &at, text + len, fields, &scratch)) {
            wrong = read_row(plan, fields, revision);
        }
        revision->filas++;
        if (wrong != NULL) {
            status =
                prep_fail(reason, PREP_ERR_FORMAT, "%s: renglón que dice %.60s: %s",
                          plan->eleccion->clave, at < text + len ? at : "", wrong);
        }
    }
    buffer_done(&scratch);
    return status;
}

void revision_une(struct revision *revision, const struct revision *otra)
{
    revision->filas += otra->filas;
    revision->fuera += otra->fuera;
    revision->no_capturadas += otra->no_capturadas;
    revision->contabilizadas += otra->contabilizadas;
    revision->no_contabilizadas += otra->no_contabilizadas;
    revision->inconsistentes += otra->inconsistentes;
    revision->lista_nominal += otra->lista_nominal;
    revision->listas_ocultas += otra->listas_ocultas;
    revision->votos_c_cs += otra->votos_c_cs;
    revision->votos_s_cs += otra->votos_s_cs;
    for (size_t i = 0; i < ELECCION_OPCIONES_MAX; i++) {
        revision->votos[i] += otra->votos[i];
    }
}
