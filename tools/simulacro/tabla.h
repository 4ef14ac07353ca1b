/*
 * tabla.h - one published results file, read whatever its layout.
 *
 * PURPOSE
 *     Reads a CSV of any of the layouts of prep-rules 10.2: BOM or not, UTF-8 or
 *     cp1252, LF, CRLF or lone CR, comma, pipe, semicolon or tab, "sep=|", quotes or
 *     not, keys with apostrophes or ="01", blank lines anywhere in the preamble.
 *     What it could not read it keeps, with the line and the reason.
 *
 * CELLS
 *     celdas[] are texts without the marks of a spreadsheet: blanks at the ends,
 *     apostrophes around, ="...". Which marks a column had is in its struct.
 *
 * OWNERSHIP
 *     Everything lives in the almacen of the caller.
 */
#ifndef PREP_SIMULACRO_TABLA_H
#define PREP_SIMULACRO_TABLA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "prep/reglas.h"
#include "simulacro/almacen.h"
#include "simulacro/archivos.h"
#include "simulacro/columnas.h"

#define TABLA_COLUMNAS_MAX 256u
#define PREAMBULO_MAX 16u

enum linea_clase {
    LINEA_SEP,
    LINEA_DE_TITULO,
    LINEA_DE_FECHA,
    LINEA_BLANCA,
    LINEA_DE_NOMBRES,
    LINEA_DE_VALORES,
};

struct columna {
    const char *nombre; /* as printed */
    enum columna_clase clase;
    size_t apostrofos_iniciales, apostrofos_envueltos; /* rows that had them */
};

struct fila {
    size_t linea;
    const char **celdas; /* columna_count */
};

struct ilegible {
    size_t linea;
    const char *motivo, *texto;
};

struct tabla {
    const char *ruta;
    bool bom, utf8, comillas;
    char separador;
    const char *fin_de_linea; /* "lf", "crlf" or "cr" */
    size_t linea_count;
    enum linea_clase lineas[PREAMBULO_MAX];
    const char *titulo;      /* "" if none */
    const char *fecha_texto; /* as printed; "" if none */
    bool tiene_fecha, tiene_desfase;
    int64_t fecha_local_ms; /* as if its hour were UTC */
    int desfase_min;
    size_t encabezado_count; /* 0: the file has no header values */
    const char *encabezado_nombres[ENCABEZADO_COUNT]; /* as printed; NULL: absent */
    const char *encabezado_valores[ENCABEZADO_COUNT];
    size_t columna_count;
    struct columna columnas[TABLA_COLUMNAS_MAX];
    size_t fila_count, fila_room;
    struct fila *filas; /* in the almacen once complete */
    size_t ilegible_count, ilegible_room;
    struct ilegible *ilegibles;
};

/* PREP_ERR_NOT_FOUND: the file is not a results table (candidaturas, LEEME...). */
PREP_MUST_CHECK
enum prep_status tabla_lee(const struct archivo *archivo, struct almacen *almacen,
                           struct tabla **out_tabla, struct prep_reason *reason);

/* Position of the first column of that class, or columna_count. */
size_t tabla_columna(const struct tabla *tabla, enum columna_clase clase);
/* The same by name. */
size_t tabla_columna_nombre(const struct tabla *tabla, const char *nombre);
/* Cell of the first column of that class; "" if there is none. */
const char *tabla_celda(const struct tabla *tabla, const struct fila *fila,
                        enum columna_clase clase);

/* bytes as UTF-8 text: what is not UTF-8 is taken as cp1252. */
char *texto_utf8(struct almacen *almacen, const char *data, size_t len, bool *out_bom,
                 bool *out_utf8);

/* A number as bases write it: "1,234", "2658993.0", "100.0000%". */
bool numero_tolerante(const char *text, int64_t *out_value);

/*
 * A date and time in any of the forms seen: dd/mm/aaaa or aaaa-mm-dd, with or without
 * seconds and fractions, "(UTC-5)" glued or not. out_local_ms is as if UTC.
 */
bool fecha_tolerante(const char *text, int64_t *out_local_ms, bool *out_tiene_desfase,
                     int *out_desfase_min);

#endif
