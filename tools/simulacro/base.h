/*
 * base.h - a whole published base: its elections, its cortes, its rows joined.
 *
 * PURPOSE
 *     Gathers the tables that archivos.h and tabla.h find under one path into
 *     elections and cortes, decides what each column is with all the rows in view, and
 *     joins the rows of one acta across cortes. importa builds an election from it;
 *     compara reads both sides with it.
 *
 * IDENTITY
 *     CLAVE_ACTA is not unique (prep-rules 4.1). An acta is the same in two cortes if
 *     every column that names it is equal, and it is the n-th such row in both.
 *
 * OWNERSHIP
 *     base_libera releases all.
 */
#ifndef PREP_SIMULACRO_BASE_H
#define PREP_SIMULACRO_BASE_H

#include "prep/eleccion.h"
#include "simulacro/filas.h"
#include "simulacro/hechos.h"
#include "simulacro/indice.h"

#define BASE_CLAVE_SIZE 25u

/* A row with the name under which other cortes and other bases have it. */
struct base_fila {
    const struct fila *fila;
    const char *clave; /* fila_clave and its occurrence */
    struct fila_lectura lectura;
};

struct base_corte {
    struct tabla *tabla;
    size_t corte; /* index in struct base */
    size_t fila_count;
    struct base_fila *filas; /* in file order */
    struct indice *indice;   /* clave to position in filas; fuera rows are not in it */
};

struct base_eleccion {
    char clave[BASE_CLAVE_SIZE];
    enum territorio_tipo territorio;
    size_t corte_count;
    struct base_corte *cortes;                  /* in time order */
    const struct archivo *candidaturas, *leeme; /* of its last corte; NULL if none */
};

struct base_momento {
    int64_t local_ms; /* as if its hour were UTC */
    char sello[CORTE_SELLO_SIZE];
};

struct base {
    struct almacen *almacen;
    struct archivos archivos;
    size_t eleccion_count;
    struct base_eleccion elecciones[ELECCION_MAX];
    size_t corte_count;
    struct base_momento cortes[CORTES_MAX]; /* in time order */
    int desfase_min;
    bool tiene_desfase;
    char entidad[BASE_CLAVE_SIZE]; /* CAMP, TAMPS, NACIONAL */
    int anio;
    size_t repetidas; /* tables left out: same election and corte as another */
};

PREP_MUST_CHECK
enum prep_status base_lee(const char *path, struct base *out_base,
                          struct prep_reason *reason);
void base_libera(struct base *base);

const struct base_eleccion *base_busca(const struct base *base, const char *clave);
/* The corte of an election at that local time, or NULL. */
const struct base_corte *base_corte_busca(const struct base *base,
                                          const struct base_eleccion *eleccion,
                                          int64_t local_ms);

/* nombres.c: what a file, a title or an entity is called. */
void eleccion_nombre(const struct tabla *tabla, char out_clave[static BASE_CLAVE_SIZE],
                     enum territorio_tipo *out_territorio);
/* Order in which elections are listed; the unknown ones last. */
int eleccion_orden(const char *clave);
/* "CAMP" for 4; "NACIONAL" for what is not 1 to 32. */
const char *entidad_nombre(int64_t id);

/* columnas_base.c: settles the columns that names alone do not. */
void base_columnas(struct base_eleccion *eleccion);

#endif
