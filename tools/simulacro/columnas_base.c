/*
 * What a column is when its name alone does not say: local parties, names that
 * appear twice.
 */
#include <string.h>

#include "simulacro/base.h"

#define TOKENS_MIN_PERCENT 90u

/* Only cells and unknown columns may repeat their class. */
static void drop_repeated(struct tabla *tabla)
{
    for (size_t i = 0; i < tabla->columna_count; i++) {
        enum columna_clase clase = tabla->columnas[i].clase;

        if (clase != COL_AJENA && clase != COL_CAMPO && clase != COL_VOTO &&
            tabla_columna(tabla, clase) < i) {
            tabla->columnas[i].clase = COL_AJENA;
        }
    }
}

/* Ayuntamientos are counted by municipio even if a distrito comes first. */
static void prefer_municipio(struct tabla *tabla)
{
    size_t first[2] = { tabla->columna_count, tabla->columna_count };
    size_t municipio[2] = { tabla->columna_count, tabla->columna_count };
    const enum columna_clase clases[2] = { COL_TERRITORIO, COL_TERRITORIO_NOMBRE };

    for (size_t i = 0; i < tabla->columna_count; i++) {
        for (size_t k = 0; k < 2; k++) {
            char name[COLUMNA_NOMBRE_SIZE];

            if (tabla->columnas[i].clase != clases[k]) {
                continue;
            }
            nombre_normaliza(tabla->columnas[i].nombre, name);
            first[k] = first[k] == tabla->columna_count ? i : first[k];
            if (strstr(name, "MUNICIPIO") != NULL || strstr(name, "ALCALDIA") != NULL) {
                municipio[k] = i;
            }
        }
    }
    for (size_t k = 0; k < 2; k++) {
        if (municipio[k] != tabla->columna_count && first[k] != municipio[k]) {
            tabla->columnas[first[k]].clase = COL_AJENA;
        }
    }
}

/* From after the last column of identity to before the total of votes. */
static void vote_zone(const struct tabla *tabla, size_t *out_first, size_t *out_end)
{
    size_t first = 0, end = tabla->columna_count;

    for (size_t i = 0; i < tabla->columna_count; i++) {
        enum columna_clase clase = tabla->columnas[i].clase;

        if (columna_es_identidad(clase) && end == tabla->columna_count) {
            first = i + 1;
        }
        if (end == tabla->columna_count &&
            (clase == COL_CALCULADO || clase == COL_NO_REGISTRADAS ||
             clase == COL_NULOS || clase == COL_LISTA_NOMINAL)) {
            end = i;
        }
    }
    *out_first = first;
    *out_end = end;
}

/* Numbers, or the words that stand for a number that is missing. */
static bool looks_like_votes(const struct base_eleccion *eleccion, size_t column)
{
    size_t tokens = 0, others = 0;

    for (size_t k = 0; k < eleccion->corte_count; k++) {
        const struct tabla *tabla = eleccion->cortes[k].tabla;

        for (size_t i = 0; column < tabla->columna_count && i < tabla->fila_count;
             i++) {
            celda numero = 0;
            enum celda_clase clase =
                celda_clasifica(tabla->filas[i].celdas[column], &numero);

            tokens += clase != CELDA_OTRA;
            others += clase == CELDA_OTRA;
        }
    }
    return tokens * 100 >= (tokens + others) * TOKENS_MIN_PERCENT;
}

void base_columnas(struct base_eleccion *eleccion)
{
    for (size_t k = 0; k < eleccion->corte_count; k++) {
        struct tabla *tabla = eleccion->cortes[k].tabla;
        size_t first, end;

        if (eleccion->territorio == TERRITORIO_MUNICIPIO) {
            prefer_municipio(tabla);
        }
        drop_repeated(tabla);
        vote_zone(tabla, &first, &end);
        for (size_t i = first; i < end; i++) {
            if (tabla->columnas[i].clase == COL_AJENA &&
                looks_like_votes(eleccion, i)) {
                tabla->columnas[i].clase = COL_VOTO;
            }
        }
    }
}
