#include "prep/perfil.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "prep/perfil_privado.h"

#define FECHA_SIZE 80u

static_assert(PERFIL_CAMPO_SIZE > CATALOGO_TEXTO_MAX,
              "every text of the catalogue must fit");

const char *perfil_archivo(const struct eleccion *eleccion)
{
    return eleccion->perfil->archivo;
}

const char *perfil_archivo_candidaturas(const struct eleccion *eleccion)
{
    return eleccion->perfil->archivo_candidaturas;
}

static void digits_write(char *at, int value, size_t count)
{
    for (size_t i = count; i > 0; i--) {
        at[i - 1] = (char)('0' + value % 10);
        value /= 10;
    }
}

/* Tokens: AAAA MM DD hh mm ss, and Z for the hours of difference with UTC. Three times
 * in every row: no printf here. */
static void fecha_texto(const char *format, int64_t ms, int offset_min,
                        char out_text[static FECHA_SIZE])
{
    struct clock_parts parts;
    size_t len = 0;

    clock_to_parts(ms, offset_min, &parts);
    const struct {
        char token[5];
        size_t digits;
        int value;
    } tokens[] = { { "AAAA", 4, parts.year }, { "MM", 2, parts.month },
                   { "DD", 2, parts.day },    { "hh", 2, parts.hour },
                   { "mm", 2, parts.minute }, { "ss", 2, parts.second } };
    for (const char *at = format; *at != '\0' && len + 8 < FECHA_SIZE;) {
        size_t i;

        for (i = 0; i < sizeof tokens / sizeof tokens[0]; i++) {
            if (*at == tokens[i].token[0] &&
                strncmp(at, tokens[i].token, tokens[i].digits) == 0) {
                digits_write(out_text + len, tokens[i].value, tokens[i].digits);
                len += tokens[i].digits;
                at += tokens[i].digits;
                break;
            }
        }
        if (i < sizeof tokens / sizeof tokens[0]) {
            continue;
        }
        if (*at == 'Z') {
            len += (size_t)snprintf(out_text + len, FECHA_SIZE - len, "%+d",
                                    offset_min / 60);
            if (offset_min % 60 != 0) {
                len += (size_t)snprintf(out_text + len, FECHA_SIZE - len, ":%02d",
                                        offset_min < 0 ? -offset_min % 60
                                                       : offset_min % 60);
            }
            at++;
            continue;
        }
        out_text[len++] = *at++;
    }
    out_text[len] = '\0';
}

/* A field with its apostrophes, and quotes around them when they are needed. */
static void campo_marcado(const struct perfil *perfil, enum perfil_apostrofo apostrofo,
                          const char *text, struct buffer *out)
{
    const char special[] = { perfil->separador, '"', '\n', '\r', '\0' };
    bool quote =
        strpbrk(text, special) != NULL || (perfil->comillas == COMILLAS_TEXTO &&
                                           text[strspn(text, "0123456789.")] != '\0');

    quote = quote && perfil->comillas != COMILLAS_NINGUNAS;
    if (text[0] == '\0') {
        apostrofo = APOSTROFO_NINGUNO;
    }
    if (!quote && apostrofo == APOSTROFO_NINGUNO) {
        buffer_add_text(out, text);
        return;
    }
    if (quote) {
        buffer_add_char(out, '"');
    }
    if (apostrofo != APOSTROFO_NINGUNO) {
        buffer_add_char(out, '\'');
    }
    for (const char *at = text; *at != '\0'; at++) {
        if (quote && *at == '"') {
            buffer_add_char(out, '"');
        }
        buffer_add_char(out, *at);
    }
    if (apostrofo == APOSTROFO_ENVUELTO) {
        buffer_add_char(out, '\'');
    }
    if (quote) {
        buffer_add_char(out, '"');
    }
}

static void campo_escribe(const struct perfil *perfil, const char *text,
                          struct buffer *out)
{
    campo_marcado(perfil, APOSTROFO_NINGUNO, text, out);
}

static void porcentaje_escribe(const struct perfil *perfil, const char *text,
                               struct buffer *out)
{
    size_t len = strlen(text);

    if (perfil->porcentajes_sin_ceros && strchr(text, '.') != NULL) {
        while (text[len - 1] == '0') {
            len--;
        }
        len -= text[len - 1] == '.';
    }
    buffer_add(out, text, len);
}

static void linea_escribe(const struct definicion *definicion,
                          const struct perfil *perfil,
                          const struct encabezado *encabezado, int64_t corte_ms,
                          enum perfil_linea linea, struct buffer *out)
{
    char fecha[FECHA_SIZE];

    switch (linea) {
    case LINEA_SEPARADOR:
        buffer_add_text(out, "sep=");
        buffer_add_char(out, perfil->separador);
        break;
    case LINEA_TITULO:
        campo_escribe(perfil, perfil->titulo, out);
        break;
    case LINEA_FECHA:
        fecha_texto(perfil->formato_fecha, corte_ms, definicion->desfase_min, fecha);
        campo_escribe(perfil, fecha, out);
        break;
    case LINEA_VACIA:
        break;
    case LINEA_NOMBRES:
        for (size_t i = 0; i < ENCABEZADO_COUNT; i++) {
            if (i > 0) {
                buffer_add_char(out, perfil->separador);
            }
            campo_escribe(perfil, perfil->encabezado[i], out);
        }
        break;
    case LINEA_VALORES:
        for (size_t i = 0; i < ENCABEZADO_COUNT; i++) {
            if (i > 0) {
                buffer_add_char(out, perfil->separador);
            }
            porcentaje_escribe(perfil, encabezado->valores[i], out);
        }
        break;
    }
    buffer_add_text(out, perfil->fin_de_linea);
}

void perfil_preambulo(const struct definicion *definicion,
                      const struct eleccion *eleccion,
                      const struct encabezado *encabezado, int64_t corte_ms,
                      struct buffer *out)
{
    const struct perfil *perfil = eleccion->perfil;

    if (perfil->bom) {
        buffer_add_text(out, "\xEF\xBB\xBF");
    }
    for (size_t i = 0; i < perfil->linea_count; i++) {
        linea_escribe(definicion, perfil, encabezado, corte_ms, perfil->lineas[i], out);
    }
    for (size_t i = 0; i < perfil->columna_count; i++) {
        if (i > 0) {
            buffer_add_char(out, perfil->separador);
        }
        campo_escribe(perfil, perfil->columnas[i].nombre, out);
    }
    buffer_add_text(out, perfil->fin_de_linea);
}

static enum perfil_estado estado_de(const struct acta_decision *decision)
{
    switch (decision->estado) {
    case ACTA_FUERA_DE_CATALOGO:
        return PERFIL_FUERA;
    case ACTA_SIN_ACTA:
        return PERFIL_SIN_ACTA;
    case ACTA_EXCEDE:
        return PERFIL_EXCEDE;
    case ACTA_NO_CAPTURADA:
        return PERFIL_NO_CAPTURADA;
    case ACTA_TODOS_ILEGIBLES:
    case ACTA_ALGUN_CAMPO:
    case ACTA_NORMAL:
        break;
    }
    if (decision->causas & CAUSA_TODOS_ILEGIBLES) {
        return PERFIL_TODOS_ILEGIBLES;
    }
    if (decision->causas & CAUSA_TODOS_SIN_DATO) {
        return PERFIL_TODOS_SIN_DATO;
    }
    return decision->causas & CAUSA_TODOS_MIXTO ? PERFIL_TODOS_MIXTO : PERFIL_NORMAL;
}

static const char *excepcion(const struct perfil *perfil,
                             const struct eleccion *eleccion,
                             const struct perfil_columna *columna,
                             const struct acta_vista *vista, enum perfil_estado estado)
{
    const char tipo = vista->hechos.tipo_casilla;

    if ((perfil->no_aplica_en & (1u << estado)) != 0 &&
        columna->fuente == FUENTE_CELDA && columna->indice >= eleccion->campo_count &&
        catalogo_no_aplica(vista->catalogo.no_aplica,
                           columna->indice - eleccion->campo_count)) {
        return perfil->no_aplica;
    }
    for (size_t i = 0; i < columna->excepcion_count; i++) {
        const struct perfil_excepcion *at = &columna->excepciones[i];

        if ((at->estados & (1u << estado)) != 0 &&
            (at->tipos == NULL || (tipo != '\0' && strchr(at->tipos, tipo) != NULL))) {
            return at->texto;
        }
    }
    return NULL;
}

static const char *contabilizada(const struct perfil *perfil,
                                 const struct acta_decision *decision)
{
    if (decision->estado == ACTA_FUERA_DE_CATALOGO) {
        return perfil->contabilizada_fuera;
    }
    if (decision->estado == ACTA_NO_CAPTURADA) {
        return perfil->contabilizada_no_capturada;
    }
    return decision->contabilizada ? perfil->contabilizada_si
                                   : perfil->contabilizada_no;
}

static const char *numero(int64_t value, char scratch[static PERFIL_CAMPO_SIZE])
{
    (void)snprintf(scratch, PERFIL_CAMPO_SIZE, "%" PRId64, value);
    return scratch;
}

static const char *celda_texto(const struct perfil *perfil, celda c, bool campo,
                               char scratch[static PERFIL_CAMPO_SIZE])
{
    switch (c) {
    case CELDA_ILEGIBLE:
        return perfil->ilegible;
    case CELDA_SIN_DATO:
        return perfil->sin_dato;
    case CELDA_NO_APLICA:
        return campo ? perfil->campo_no_aplica : perfil->no_aplica;
    default:
        return numero(c, scratch);
    }
}

static const char *codigo(const struct perfil *perfil,
                          const struct vocabulario *vocabulario, uint32_t code)
{
    const char *text = vocabulario_texto(vocabulario, code);

    return text == NULL || text[0] == '\0' ? perfil->sin_codigo : text;
}

static const char *hora(const struct definicion *definicion,
                        const struct perfil *perfil, const struct acta_vista *vista,
                        bool tiene, int64_t ms, char scratch[static PERFIL_CAMPO_SIZE])
{
    if (!tiene || ms == CLOCK_UNKNOWN) {
        return perfil->sin_hora;
    }
    fecha_texto(vista->decision.estado == ACTA_FUERA_DE_CATALOGO
                    ? perfil->formato_hora_fuera
                    : perfil->formato_hora,
                ms, definicion->desfase_min, scratch);
    return scratch;
}

static const char *codigo_integridad(const struct perfil *perfil,
                                     const struct acta_vista *vista,
                                     char scratch[static PERFIL_CAMPO_SIZE])
{
    if (!vista->tiene_imagen) {
        return perfil->sin_imagen;
    }
    hash_text(&vista->imagen, scratch);
    return scratch;
}

/* The value of a column, before any exception. */
static const char *valor(const struct definicion *definicion,
                         const struct eleccion *eleccion, const struct perfil *perfil,
                         const struct acta_vista *vista,
                         const struct perfil_columna *columna,
                         char scratch[static PERFIL_CAMPO_SIZE])
{
    const char *text;

    switch (columna->fuente) {
    case FUENTE_IDENTIDAD:
        text = (const char *)&vista->catalogo + columna->indice;
        return text[0] == '\0' && vista->hechos.fuera_de_catalogo
                   ? perfil->sin_identificacion
                   : text;
    case FUENTE_CELDA:
        return celda_texto(perfil,
                           vista->hechos.verificada ? vista->celdas[columna->indice]
                                                    : CELDA_NO_APLICA,
                           columna->indice < eleccion->campo_count, scratch);
    case FUENTE_TEXTO:
        return columna->fijo;
    case FUENTE_TOTAL_CALCULADO:
        return numero(vista->decision.total, scratch);
    case FUENTE_LISTA_NOMINAL:
        return numero(vista->hechos.lista_nominal, scratch);
    case FUENTE_REPRESENTANTES:
        return vista->hechos.representantes < 0
                   ? perfil->sin_representantes
                   : numero(vista->hechos.representantes, scratch);
    case FUENTE_OBSERVACIONES:
        return perfil_observaciones_texto(perfil, vista, scratch);
    case FUENTE_CONTABILIZADA:
        return contabilizada(perfil, &vista->decision);
    case FUENTE_MECANISMO:
        return codigo(perfil, &definicion->mecanismos, vista->mecanismo);
    case FUENTE_CODIGO_INTEGRIDAD:
        return codigo_integridad(perfil, vista, scratch);
    case FUENTE_HORA_ACOPIO:
        return hora(definicion, perfil, vista, vista->tiene_acopio, vista->acopio_ms,
                    scratch);
    case FUENTE_HORA_CAPTURA:
        return hora(definicion, perfil, vista, vista->tiene_captura, vista->captura_ms,
                    scratch);
    case FUENTE_HORA_VERIFICACION:
        return hora(definicion, perfil, vista, vista->tiene_verificacion,
                    vista->verificacion_ms, scratch);
    case FUENTE_ORIGEN:
        return codigo(perfil, &definicion->origenes, vista->origen);
    case FUENTE_DIGITALIZACION:
        return codigo(perfil, &definicion->digitalizaciones, vista->digitalizacion);
    case FUENTE_DOCUMENTO:
        return codigo(perfil, &definicion->documentos, vista->documento);
    case FUENTE_COTEJADA:
        return vista->cotejada == 0 ? perfil->sin_cotejo
                                    : numero(vista->cotejada, scratch);
    }
    return "";
}

/* Most of a row is numbers, which need no quotes and no text in between. */
static bool es_numero(const struct perfil_columna *columna,
                      const struct acta_vista *vista, uint64_t *out_value)
{
    if (columna->apostrofo != APOSTROFO_NINGUNO) {
        return false;
    }
    switch ((int)columna->fuente) {
    case FUENTE_CELDA:
        if (!vista->hechos.verificada ||
            !celda_es_numero(vista->celdas[columna->indice])) {
            return false;
        }
        *out_value = (uint64_t)vista->celdas[columna->indice];
        return true;
    case FUENTE_TOTAL_CALCULADO:
        *out_value = vista->decision.total;
        return true;
    case FUENTE_LISTA_NOMINAL:
        *out_value = (uint64_t)vista->hechos.lista_nominal;
        return vista->hechos.lista_nominal >= 0;
    default:
        return false;
    }
}

void perfil_fila(const struct definicion *definicion, const struct eleccion *eleccion,
                 const struct acta_vista *vista, struct buffer *out)
{
    const struct perfil *perfil = eleccion->perfil;
    const enum perfil_estado estado = estado_de(&vista->decision);
    char scratch[PERFIL_CAMPO_SIZE];

    for (size_t i = 0; i < perfil->columna_count; i++) {
        const struct perfil_columna *columna = &perfil->columnas[i];
        const char *text = excepcion(perfil, eleccion, columna, vista, estado);
        uint64_t number;

        if (i > 0) {
            buffer_add_char(out, perfil->separador);
        }
        if (text != NULL) {
            campo_escribe(perfil, text, out);
        } else if (es_numero(columna, vista, &number)) {
            buffer_add_uint(out, number);
        } else {
            text = valor(definicion, eleccion, perfil, vista, columna, scratch);
            /* The marks keep a code from being read as a number; a dash is none. */
            campo_marcado(perfil,
                          text == perfil->sin_identificacion ? APOSTROFO_NINGUNO
                                                             : columna->apostrofo,
                          text, out);
        }
    }
    buffer_add_text(out, perfil->fin_de_linea);
}
