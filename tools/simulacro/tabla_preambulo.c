/* The lines before the column names: title, date, the 13 header values. */
#include <string.h>

#include "simulacro/tabla_privado.h"

static void preamble_names(struct lector *lector, const char *line, int *positions,
                           size_t *out_count)
{
    *out_count = linea_divide(lector, line);
    lector->separador_nombres = lector->tabla->separador;
    for (size_t i = 0; i < *out_count; i++) {
        size_t ignored = 0;
        const char *name =
            celda_limpia((char *)(uintptr_t)lector->campos[i], &ignored, &ignored);

        positions[i] = encabezado_clasifica(name);
        if (positions[i] >= 0) {
            lector->tabla->encabezado_nombres[positions[i]] = name;
        }
    }
}

/* The delimiter is that of the names: values may have thousands commas. */
static void preamble_values(struct lector *lector, const char *line,
                            const int *positions, size_t name_count)
{
    struct tabla *tabla = lector->tabla;
    size_t count;

    tabla->separador = lector->separador_nombres;
    count = linea_divide(lector, line);
    for (size_t i = 0; i < count && i < name_count; i++) {
        size_t ignored = 0;

        if (positions[i] >= 0) {
            tabla->encabezado_valores[positions[i]] =
                celda_limpia((char *)(uintptr_t)lector->campos[i], &ignored, &ignored);
            tabla->encabezado_count++;
        }
    }
}

/* A line without its outer quotes and its trailing delimiters. */
static const char *whole_line(struct lector *lector, const char *line)
{
    char *text = almacen_text(lector->almacen, line);
    size_t len = strlen(text), ignored = 0;

    while (len > 0 && (text[len - 1] == lector->tabla->separador ||
                       text[len - 1] == ' ' || text[len - 1] == '"')) {
        text[--len] = '\0';
    }
    return celda_limpia(text + (text[0] == '"'), &ignored, &ignored);
}

void preambulo_linea(struct lector *lector, const char *line, int *positions,
                     size_t *name_count)
{
    struct tabla *tabla = lector->tabla;
    enum linea_clase clase = LINEA_DE_TITULO;
    bool values =
        tabla->linea_count > 0 && *name_count > 0 && tabla->encabezado_count == 0;
    int64_t ms = 0;
    int desfase = 0;
    bool tiene = false;

    if (linea_en_blanco(line)) {
        clase = LINEA_BLANCA;
    } else if (strncmp(line, "sep=", 4) == 0) {
        clase = LINEA_SEP;
    } else if (strstr(line, "ACTAS_ESPERADAS") != NULL) {
        clase = LINEA_DE_NOMBRES;
        preamble_names(lector, line, positions, name_count);
    } else if (values) {
        clase = LINEA_DE_VALORES;
        preamble_values(lector, line, positions, *name_count);
    } else if (!tabla->tiene_fecha && fecha_tolerante(line, &ms, &tiene, &desfase)) {
        clase = LINEA_DE_FECHA;
        tabla->fecha_texto = whole_line(lector, line);
        tabla->tiene_fecha = true;
        tabla->fecha_local_ms = ms;
        tabla->tiene_desfase = tiene;
        tabla->desfase_min = desfase;
    } else if (tabla->titulo[0] == '\0') {
        tabla->titulo = whole_line(lector, line);
    }
    if (tabla->linea_count < PREAMBULO_MAX) {
        tabla->lineas[tabla->linea_count++] = clase;
    }
}
