/*
 * tabla_privado.h - what the files that read one table share.
 */
#ifndef PREP_SIMULACRO_TABLA_PRIVADO_H
#define PREP_SIMULACRO_TABLA_PRIVADO_H

#include "simulacro/tabla.h"

struct lector {
    struct almacen *almacen;
    struct tabla *tabla;
    const char *at; /* rest of the text */
    size_t linea;
    char separador_nombres; /* of the line of header names: 4,778|100.0000 */
    const char *campos[TABLA_COLUMNAS_MAX + 1];
    bool marcado[TABLA_COLUMNAS_MAX + 1]; /* it was between quotes */
};

/* Blanks, apostrophes and ="..." are marks for spreadsheets, not part of a value. */
char *celda_limpia(char *text, size_t *out_inicial, size_t *out_envuelto);
bool linea_en_blanco(const char *line);
/* Fields of a copy of line, so that line stays whole. */
size_t linea_divide(struct lector *lector, const char *line);

/* positions and name_count are kept from the line of names to that of values. */
void preambulo_linea(struct lector *lector, const char *line, int *positions,
                     size_t *name_count);

#endif
