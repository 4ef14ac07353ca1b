/*
 * columnas.h - what each column of a published base is, by the names it has had.
 *
 * PURPOSE
 *     The same column is ID_ESTADO or ID_ENTIDAD, SHA or CODIGO_INTEGRIDAD,
 *     NO_REGISTRADOS or NO_REGISTRADAS, in bases from 2012 to 2024. Names are
 *     compared in capitals, without accents, with every other character as one `_`.
 *
 * SOURCE
 *     prep-rules 10.3 to 10.5; LEEME files of the bases in tests/data.
 */
#ifndef PREP_SIMULACRO_COLUMNAS_H
#define PREP_SIMULACRO_COLUMNAS_H

#include <stdbool.h>
#include <stddef.h>

enum columna_clase {
    COL_AJENA = 0, /* not known: kept out of the publication, and said so */
    COL_CLAVE_CASILLA,
    COL_CLAVE_ACTA,
    COL_ENTIDAD,
    COL_ENTIDAD_NOMBRE,
    COL_TERRITORIO,
    COL_TERRITORIO_NOMBRE,
    COL_SECCION,
    COL_ID_CASILLA,
    COL_TIPO_CASILLA,
    COL_EXT_CONTIGUA,
    COL_UBICACION,
    COL_TIPO_ACTA,
    COL_CAMPO, /* a quantity that is not a vote */
    COL_VOTO,
    COL_NO_REGISTRADAS,
    COL_NULOS,
    COL_CALCULADO,
    COL_LISTA_NOMINAL,
    COL_REPRESENTANTES,
    COL_OBSERVACIONES,
    COL_CONTABILIZADA,
    COL_MECANISMO,
    COL_CODIGO,
    COL_ACOPIO,
    COL_CAPTURA,
    COL_VERIFICACION,
    COL_ORIGEN,
    COL_DIGITALIZACION,
    COL_DOCUMENTO,
    COL_COTEJADA,
    COL_CLASE_COUNT,
};

#define COLUMNA_NOMBRE_SIZE 128u

/* Capitals, no accents, `_` for the rest, none at the ends. */
void nombre_normaliza(const char *nombre, char out_text[static COLUMNA_NOMBRE_SIZE]);

/* By name alone; COL_AJENA when the name is not in the vocabulary. */
enum columna_clase columna_clasifica(const char *nombre);

/* A party, a combination of parties, or a prefix that only candidacies have. */
bool nombre_de_candidatura(const char *nombre);

/* Position (0 to 12) of a header name in encabezado_nombres, or -1. */
int encabezado_clasifica(const char *nombre);

/* The word of `fuente:` for a class that has one; NULL for cells and unknown ones. */
const char *columna_fuente(enum columna_clase clase);

bool columna_es_identidad(enum columna_clase clase);
bool columna_es_voto(enum columna_clase clase);  /* VOTO, NO_REGISTRADAS, NULOS */
bool columna_es_celda(enum columna_clase clase); /* those and CAMPO */
bool columna_es_hora(enum columna_clase clase);

#endif
