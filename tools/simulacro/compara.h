/*
 * compara.h - two bases cell by cell: the institute's and ours.
 *
 * PURPOSE
 *     Every header value and every cell of every row of every corte of a base is
 *     looked up in our publication. What differs is listed with its cause. A cause is
 *     a proof, from the base alone, that its publisher departed from its own rules
 *     (table in docs/REGLAS.md); a difference without one is ours to explain.
 *
 * EQUALITY
 *     Texts without blanks at the ends and without the marks of spreadsheets.
 *     CODIGO_INTEGRIDAD: the original images are not public, so ours must be there
 *     exactly where the base has one, and be the hash of an image that we publish.
 *
 * OWNERSHIP
 *     Texts of a difference live in the two bases or in the almacen of the comparison.
 */
#ifndef PREP_SIMULACRO_COMPARA_H
#define PREP_SIMULACRO_COMPARA_H

#include "simulacro/base.h"

/* X(name, word in reports and lists) */
#define CAUSA_LISTA(X)                                                                 \
    X(SIN_EXPLICAR, "sin-explicar")                                                    \
    X(EXCEDE_EN_CERO, "excede-en-cero")                                                \
    X(EXCEDE_CONTRADICTORIO, "limite-contradictorio")                                  \
    X(SIN_NUMEROS_CONTRADICTORIO, "sin-numeros-contradictorio")                        \
    X(OBSERVACION_SIN_CELDA, "observacion-sin-celda")                                  \
    X(FALTA_OBSERVACION, "falta-observacion")                                          \
    X(NO_CONTABILIZADA_SIN_CAUSA, "no-contabilizada-sin-causa")                        \
    X(IDENTIFICACION, "identificacion-manual")                                         \
    X(TOTAL_CONTRADICE_SUMA, "total-contradice-suma")                                  \
    X(CORRECCION_POSTERIOR, "correccion-posterior")                                    \
    X(SIN_ACTA_CON_DATOS, "sin-acta-con-datos")                                        \
    X(SIN_CODIGO, "digitalizada-sin-codigo")                                           \
    X(TEXTO_VARIANTE, "texto-variante")                                                \
    X(NUMERO_VARIANTE, "numero-variante")                                              \
    X(HORA_VARIANTE, "hora-variante")                                                  \
    X(TEXTO_LARGO, "texto-largo")                                                      \
    X(CELDA_NO_LEGIBLE, "celda-no-legible")                                            \
    X(COLUMNA_AJENA, "columna-ajena")                                                  \
    X(FILA_SIN_TIPO, "fila-sin-tipo")                                                  \
    X(RENGLONES_ILEGIBLES, "renglones-ilegibles")                                      \
    X(ENCABEZADO_VACIO, "encabezado-vacio")                                            \
    X(ENCABEZADO_FORMATO, "encabezado-formato")                                        \
    X(S_CS_NO_CALCULADO, "s-cs-no-calculado")                                          \
    X(PARTICIPACION_OTRA_BASE, "participacion-otra-base")                              \
    X(PORCENTAJE_REDONDEADO, "porcentaje-redondeado")                                  \
    X(NO_CONTABILIZADAS_OTRA, "no-contabilizadas-otra-definicion")                     \
    X(INCONSISTENCIAS_OTRA, "inconsistencias-otra-lista")                              \
    X(ENCABEZADO_CONTRADICE, "encabezado-contradice-filas")                            \
    X(CONSECUENCIA, "consecuencia-de-filas")

enum causa {
#define CAUSA_ENUM(name, word) CAUSA_DE_##name,
    CAUSA_LISTA(CAUSA_ENUM)
#undef CAUSA_ENUM
        CAUSA_DE_COUNT,
};

const char *causa_texto(enum causa causa);

struct diferencia {
    const char *eleccion, *sello;
    const char *lugar; /* "encabezado", or CLAVE_ACTA and territory */
    const char *columna;
    const char *publicado, *nuestro;
    enum causa causa;
    /* For ajusta: where it is in the base. */
    const struct base_corte *corte;
    const struct base_fila *fila; /* NULL in a header */
    size_t columna_index;
};

struct comparacion {
    struct almacen *almacen;
    size_t cortes, filas, celdas, iguales;
    size_t diferencia_count, diferencia_room;
    struct diferencia *diferencias;
    size_t por_causa[CAUSA_DE_COUNT];
};

/* imagenes: names (64 hex) of the images that we publish and whose bytes have that
 * hash; NULL: not looked at. */
void compara_bases(const struct base *publicada, const struct base *nuestra,
                   const struct indice *imagenes, struct comparacion *out_comparacion);
/* Every difference, none looked into: for ajusta, which only wants to see them. */
void compara_sin_causas(const struct base *publicada, const struct base *nuestra,
                        struct comparacion *out_comparacion);
void comparacion_libera(struct comparacion *comparacion);

/* causas.c: why one cell differs. */
struct causa_contexto {
    const struct base_eleccion *eleccion; /* of the base */
    const struct base_corte *corte;
    const struct base_fila *fila, *nuestra;
    const struct base_corte *nuestro_corte;
    size_t columna; /* in the table of the base */
    const char *publicado, *nuestro;
};
enum causa causa_de_celda(const struct causa_contexto *contexto);

/* causas_encabezado.c: why one of the 13 values differs. */
enum causa causa_de_encabezado(const struct base_corte *corte, size_t position,
                               const char *publicado, const char *nuestro,
                               bool filas_distintas);

/* "2.5" and "2.5000", "100.0000%" and "100.0000": the same percentage. */
bool porcentaje_igual(const char *a, const char *b);

#endif
