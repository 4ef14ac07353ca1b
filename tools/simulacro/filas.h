/*
 * filas.h - what a published row says: its cells, its observation, its kind.
 *
 * SOURCE
 *     prep-rules 6.2 to 6.4: the texts that stand for a missing number, the two
 *     vocabularies of observations, and what each kind of row looks like.
 */
#ifndef PREP_SIMULACRO_FILAS_H
#define PREP_SIMULACRO_FILAS_H

#include <stdbool.h>
#include <stdint.h>

#include "prep/celda.h"
#include "prep/reglas.h"
#include "simulacro/tabla.h"

enum celda_clase {
    CELDA_VACIA,
    CELDA_GUION, /* - or N/A */
    CELDA_DE_NUMERO,
    CELDA_DICE_ILEGIBLE,
    CELDA_DICE_SIN_DATO,
    CELDA_DICE_SIN_ACTA,
    CELDA_OTRA,
    CELDA_CLASE_COUNT,
};

/* out_numero is written for CELDA_DE_NUMERO only. */
enum celda_clase celda_clasifica(const char *text, celda *out_numero);
bool celda_es_blanca(enum celda_clase clase); /* empty, - or N/A */

/* What an observation says; several at once in federal lists. */
enum {
    OBS_FUERA = 1u << 0,
    OBS_SIN_ACTA = 1u << 1,
    OBS_TODOS = 1u << 2, /* illegible or blank, without saying which */
    OBS_TODOS_ILEGIBLES = 1u << 3,
    OBS_TODOS_SIN_DATO = 1u << 4,
    OBS_EXCEDE = 1u << 5,
    OBS_ALGUN_CAMPO = 1u << 6,
    OBS_ILEGIBLE = 1u << 7,
    OBS_SIN_DATO = 1u << 8,
    OBS_IDENTIFICACION = 1u << 9, /* identified by hand: counts all the same */
    OBS_OTRA = 1u << 10,
};
#define OBS_TODOS_CUALQUIERA (OBS_TODOS | OBS_TODOS_ILEGIBLES | OBS_TODOS_SIN_DATO)

uint32_t observacion_clasifica(const char *text, enum sin_acta *out_sin_acta);

enum fila_estado {
    FILA_NO_CAPTURADA,
    FILA_FUERA,
    FILA_SIN_ACTA,
    FILA_CAPTURADA,
};

struct fila_lectura {
    enum fila_estado estado;
    uint32_t observacion;
    enum sin_acta sin_acta;
    int contabilizada; /* 0, 1, 2; -1: the row does not say */
    size_t votos_numero, votos_ilegible, votos_sin_dato, votos_blanco, votos_count;
    int64_t suma;          /* of the numbers among the votes */
    size_t campos_dudosos; /* other quantities that say ilegible or sin dato */
};

void fila_lee(const struct tabla *tabla, const struct fila *fila,
              struct fila_lectura *out_lectura);

/* The columns that name an acta, joined: equal in two cortes for the same acta. */
const char *fila_clave(const struct tabla *tabla, const struct fila *fila,
                       struct almacen *almacen);

#endif
