/* The section `perfil:` of an election: its layout, columns and texts. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "simulacro/escribe.h"
#include "simulacro/yaml.h"

#define FORMATO_SIZE 96u

/* "07/06/2021 20:00 (UTC-5)" as "DD/MM/AAAA hh:mm (UTCZ)". */
static void formato_de(const char *text, char out_format[static FORMATO_SIZE])
{
    static const char *const dia_primero[] = { "DD", "MM", "AAAA", "hh", "mm", "ss" };
    static const char *const anio_primero[] = { "AAAA", "MM", "DD", "hh", "mm", "ss" };
    const char *const *tokens =
        strspn(text, "0123456789") == 4 ? anio_primero : dia_primero;
    size_t len = 0, token = 0;

    while (*text != '\0' && len + 8 < FORMATO_SIZE) {
        if (strncmp(text, "UTC", 3) == 0 && (text[3] == '-' || text[3] == '+')) {
            len += (size_t)snprintf(out_format + len, FORMATO_SIZE - len, "UTCZ");
            text += 4;
            text += strspn(text, "0123456789:");
        } else if (isdigit((unsigned char)*text) && token < 6 &&
                   (token < 5 || (len > 0 && out_format[len - 1] == ':'))) {
            len += (size_t)snprintf(out_format + len, FORMATO_SIZE - len, "%s",
                                    tokens[token++]);
            text += strspn(text, "0123456789");
        } else {
            out_format[len++] = *text++;
        }
    }
    out_format[len] = '\0';
}

struct voto_texto {
    const char *texto;
    size_t veces;
};

/* The text that most rows of those kinds have in a column of that class, among those
 * that `fits`; or otherwise. */
static const char *texto_usual(const struct noche_eleccion *eleccion,
                               enum columna_clase clase, uint32_t estados,
                               bool (*fits)(const char *), const char *otherwise)
{
    struct voto_texto seen[32] = { { NULL, 0 } };
    size_t count = 0, best = 0;

    for (size_t k = 0; k < eleccion->base->corte_count; k++) {
        const struct base_corte *corte = &eleccion->base->cortes[k];

        for (size_t c = 0; c < corte->tabla->columna_count; c++) {
            if (corte->tabla->columnas[c].clase != clase) {
                continue;
            }
            for (size_t i = 0; i < corte->fila_count; i++) {
                const char *text = corte->filas[i].fila->celdas[c];
                size_t at = 0;

                if ((estados & (1u << corte->filas[i].lectura.estado)) == 0 ||
                    !fits(text)) {
                    continue;
                }
                while (at < count && strcmp(seen[at].texto, text) != 0) {
                    at++;
                }
                if (at == count && count < sizeof seen / sizeof seen[0]) {
                    seen[count++] = (struct voto_texto){ text, 0 };
                }
                if (at < count && ++seen[at].veces > best) {
                    best = seen[at].veces;
                    otherwise = text;
                }
            }
        }
    }
    return otherwise;
}

static bool en_blanco(const char *text)
{
    celda ignored;

    return celda_es_blanca(celda_clasifica(text, &ignored));
}

static bool cualquiera(const char *text)
{
    (void)text;
    return true;
}

static bool sin_cotejo(const char *text)
{
    return text[0] < '1' || text[0] > '3';
}

/* The usual format of the hours of those rows. */
static void formato_usual(const struct noche_eleccion *eleccion, uint32_t estados,
                          const char *otherwise, char out_format[static FORMATO_SIZE])
{
    char seen[8][FORMATO_SIZE];
    size_t veces[8] = { 0 }, count = 0, best = 0;

    (void)snprintf(out_format, FORMATO_SIZE, "%s", otherwise);
    for (size_t k = 0; k < eleccion->base->corte_count; k++) {
        const struct base_corte *corte = &eleccion->base->cortes[k];

        for (size_t i = 0; i < corte->fila_count; i++) {
            const char *text =
                tabla_celda(corte->tabla, corte->filas[i].fila, COL_ACOPIO);
            char format[FORMATO_SIZE];
            size_t at = 0;
            int64_t ms;
            bool tiene;
            int desfase;

            if ((estados & (1u << corte->filas[i].lectura.estado)) == 0 ||
                !fecha_tolerante(text, &ms, &tiene, &desfase)) {
                continue;
            }
            formato_de(text, format);
            while (at < count && strcmp(seen[at], format) != 0) {
                at++;
            }
            if (at == count && count < 8) {
                memcpy(seen[count++], format, sizeof format);
            }
            if (at < count && ++veces[at] > best) {
                best = veces[at];
                memcpy(out_format, format, sizeof format);
            }
        }
    }
}

static void preambulo_escribe(const struct tabla *tabla, struct buffer *out)
{
    static const char *const names[] = {
        [LINEA_SEP] = "separador",      [LINEA_DE_TITULO] = "titulo",
        [LINEA_DE_FECHA] = "fecha",     [LINEA_BLANCA] = "vacia",
        [LINEA_DE_NOMBRES] = "nombres", [LINEA_DE_VALORES] = "valores",
    };

    buffer_add_text(out, "      preambulo: [");
    for (size_t i = 0; i < tabla->linea_count; i++) {
        buffer_printf(out, "%s%s", i == 0 ? "" : ", ", names[tabla->lineas[i]]);
    }
    buffer_add_text(out, "]\n");
}

/* A percentage without its four decimals somewhere: zeros at the end are dropped. */
static bool sin_ceros(const struct noche_eleccion *eleccion)
{
    static const size_t percentages[] = { 4, 6, 7, 12 };

    for (size_t k = 0; k < eleccion->base->corte_count; k++) {
        const struct tabla *tabla = eleccion->base->cortes[k].tabla;

        for (size_t i = 0; i < sizeof percentages / sizeof percentages[0]; i++) {
            const char *value = tabla->encabezado_valores[percentages[i]];
            const char *point = value == NULL ? NULL : strchr(value, '.');

            if (value == NULL || value[0] == '\0') {
                continue;
            }
            if (point == NULL || strspn(point + 1, "0123456789") < 4) {
                return true;
            }
        }
    }
    return false;
}

static void encabezado_escribe(const struct tabla *tabla, struct buffer *out)
{
    bool same = true;

    for (size_t i = 0; i < ENCABEZADO_COUNT; i++) {
        if (tabla->encabezado_nombres[i] == NULL) {
            return;
        }
        same = same && strcmp(tabla->encabezado_nombres[i], encabezado_nombres[i]) == 0;
    }
    if (!same) {
        yaml_lista(out, "      encabezado", tabla->encabezado_nombres,
                   ENCABEZADO_COUNT);
    }
}

/* The one text that a column nobody knows has in every row; NULL if it varies. */
static const char *columna_constante(const struct noche_eleccion *eleccion,
                                     const char *nombre)
{
    const char *constant = NULL;

    for (size_t k = 0; k < eleccion->base->corte_count; k++) {
        const struct tabla *tabla = eleccion->base->cortes[k].tabla;
        size_t c = tabla_columna_nombre(tabla, nombre);

        for (size_t i = 0; c < tabla->columna_count && i < tabla->fila_count; i++) {
            constant = constant == NULL ? tabla->filas[i].celdas[c] : constant;
            if (strcmp(constant, tabla->filas[i].celdas[c]) != 0) {
                return NULL;
            }
        }
    }
    return constant;
}

static void columna_escribe(const struct noche_eleccion *eleccion,
                            const struct columna *columna, struct buffer *out)
{
    const char *word = columna_fuente(columna->clase), *fixed;
    const size_t half = eleccion->tabla->fila_count / 2;
    char fuente[160];

    if (columna->clase == COL_REPRESENTANTES && eleccion->representantes_de_campo) {
        (void)snprintf(fuente, sizeof fuente, "campo:%s",
                       eleccion->celdas[eleccion->representantes_campo].clave);
    } else if (word != NULL) {
        (void)snprintf(fuente, sizeof fuente, "%s", word);
    } else if (columna_es_celda(columna->clase)) {
        size_t c = 0;

        while (strcmp(eleccion->celdas[c].nombre, columna->nombre) != 0) {
            c++;
        }
        (void)snprintf(fuente, sizeof fuente, "%s:%s",
                       c < eleccion->campo_count ? "campo" : "opcion",
                       eleccion->celdas[c].clave);
    } else {
        fixed = columna_constante(eleccion, columna->nombre);
        if (fixed == NULL || strlen(fixed) > 140) {
            return;
        }
        (void)snprintf(fuente, sizeof fuente, "texto:%s", fixed);
    }
    buffer_add_text(out, "        - {nombre: ");
    yaml_texto(out, columna->nombre);
    buffer_add_text(out, ", fuente: ");
    yaml_texto(out, fuente);
    if (columna->apostrofos_envueltos > half) {
        buffer_add_text(out, ", apostrofo: envuelto");
    } else if (columna->apostrofos_iniciales > half) {
        buffer_add_text(out, ", apostrofo: inicial");
    }
    buffer_add_text(out, "}\n");
}

static void textos_escribe(const struct noche_eleccion *eleccion, struct buffer *out)
{
    const uint32_t capturadas = 1u << FILA_CAPTURADA;

    buffer_add_text(out, "      textos:\n");
    yaml_campo(out, "        ilegible", eleccion->textos.ilegible);
    yaml_campo(out, "        sin_dato", eleccion->textos.sin_dato);
    yaml_campo(out, "        no_aplica", eleccion->textos.no_aplica);
    yaml_campo(out, "        sin_hora",
               texto_usual(eleccion, COL_VERIFICACION, capturadas, en_blanco, ""));
    yaml_campo(out, "        sin_imagen",
               texto_usual(eleccion, COL_CODIGO, capturadas, en_blanco, ""));
    yaml_campo(out, "        sin_codigo",
               texto_usual(eleccion, COL_MECANISMO, capturadas, en_blanco, ""));
    yaml_campo(out, "        sin_representantes",
               texto_usual(eleccion, COL_REPRESENTANTES, capturadas, en_blanco, ""));
    yaml_campo(out, "        sin_identificacion",
               texto_usual(eleccion, COL_SECCION, 1u << FILA_FUERA, en_blanco, "-"));
    yaml_campo(out, "        sin_cotejo",
               texto_usual(eleccion, COL_COTEJADA, capturadas, sin_cotejo, "0"));
}

static void excepciones_escribe(const struct noche_eleccion *eleccion,
                                struct buffer *out)
{
    if (eleccion->no_aplica_en != 0) {
        bool first = true;

        buffer_add_text(out, "      no_aplica_en: [");
        for (size_t i = 0; i < PERFIL_ESTADO_COUNT; i++) {
            if (eleccion->no_aplica_en & (1u << i)) {
                buffer_printf(out, "%s%s", first ? "" : ", ",
                              perfil_estado_palabras[i]);
                first = false;
            }
        }
        buffer_add_text(out, "]\n");
    }
    if (eleccion->excepcion_count == 0) {
        buffer_add_text(out, "      excepciones: []\n");
        return;
    }
    buffer_add_text(out, "      excepciones:\n");
    for (size_t i = 0; i < eleccion->excepcion_count; i++) {
        const struct noche_excepcion *at = &eleccion->excepciones[i];
        bool first = i == 0 || at->estado != at[-1].estado || at->tipo != at[-1].tipo ||
                     strcmp(at->texto, at[-1].texto) != 0;

        /* Columns that print the same in the same rows are one exception. */
        if (first) {
            buffer_add_text(out, "        - {columnas: [");
        } else {
            buffer_add_text(out, ", ");
        }
        yaml_texto(out, at->columna);
        if (i + 1 < eleccion->excepcion_count && at[1].estado == at->estado &&
            at[1].tipo == at->tipo && strcmp(at[1].texto, at->texto) == 0) {
            continue;
        }
        buffer_printf(out, "], estados: [%s]", perfil_estado_palabras[at->estado]);
        if (at->tipo != '\0') {
            buffer_printf(out, ", tipos: %c", at->tipo);
        }
        buffer_add_text(out, ", texto: ");
        yaml_texto(out, at->texto);
        buffer_add_text(out, "}\n");
    }
}

static void archivo_escribe(const struct noche *noche,
                            const struct noche_eleccion *eleccion, struct buffer *out)
{
    const struct base_eleccion *base = eleccion->base;
    char name[160];

    (void)snprintf(name, sizeof name, "%.90s", ruta_nombre(eleccion->tabla->ruta));
    yaml_campo(out, "      archivo", name);
    if (base->candidaturas != NULL) {
        (void)snprintf(name, sizeof name, "%.90s",
                       ruta_nombre(base->candidaturas->ruta));
    } else {
        (void)snprintf(name, sizeof name, "%s_%s_CANDIDATURAS_%d.csv",
                       noche->base->entidad, base->clave, noche->base->anio);
    }
    yaml_campo(out, "      archivo_candidaturas", name);
}

void escribe_perfil(const struct noche *noche, const struct noche_eleccion *eleccion,
                    struct buffer *out)
{
    const struct tabla *tabla = eleccion->tabla;
    const char separador[2] = { tabla->separador, '\0' };
    char format[FORMATO_SIZE], fuera[FORMATO_SIZE];

    buffer_add_text(out, "    perfil:\n");
    archivo_escribe(noche, eleccion, out);
    yaml_campo(out, "      separador", separador);
    yaml_campo(out, "      fin_de_linea", tabla->fin_de_linea);
    yaml_campo(out, "      comillas", "minimas");
    yaml_campo(out, "      porcentajes",
               sin_ceros(eleccion) ? "sin_ceros" : "cuatro_decimales");
    buffer_printf(out, "      bom: %s\n", tabla->bom ? "yes" : "no");
    yaml_campo(out, "      titulo", tabla->titulo);
    preambulo_escribe(tabla, out);
    formato_de(tabla->fecha_texto[0] == '\0' ? "01/01/2000 00:00 (UTC-6)"
                                             : tabla->fecha_texto,
               format);
    yaml_campo(out, "      formato_fecha", format);
    formato_usual(eleccion, 1u << FILA_CAPTURADA, "DD/MM/AAAA hh:mm:ss", format);
    formato_usual(eleccion, 1u << FILA_FUERA, format, fuera);
    yaml_campo(out, "      formato_hora", format);
    yaml_campo(out, "      formato_hora_fuera", fuera);
    encabezado_escribe(tabla, out);
    buffer_add_text(out, "      columnas:\n");
    for (size_t i = 0; i < tabla->columna_count; i++) {
        columna_escribe(eleccion, &tabla->columnas[i], out);
    }
    textos_escribe(eleccion, out);
    excepciones_escribe(eleccion, out);
    escribe_observaciones(noche, eleccion, out);
    buffer_add_text(out,
                    "      contabilizada:\n        si: \"1\"\n        no: \"0\"\n");
    yaml_campo(
        out, "        fuera",
        texto_usual(eleccion, COL_CONTABILIZADA, 1u << FILA_FUERA, cualquiera, "2"));
    yaml_campo(out, "        no_capturada",
               texto_usual(eleccion, COL_CONTABILIZADA, 1u << FILA_NO_CAPTURADA,
                           cualquiera, "-"));
}
