/*
 * noche.h - a night rebuilt from what was published: the model that importa fills.
 *
 * PURPOSE
 *     From the rows of a base (base.h) to an election definition, a catalogue and the
 *     facts behind the rows. What the base does not say and had to be inferred is in
 *     `notas`, with its evidence; what had to be supposed for one acta is in
 *     `supuestos`.
 *
 * WHAT IS NEVER INFERRED
 *     The status of an acta. CONTABILIZADA and OBSERVACIONES are read to learn how the
 *     publisher writes, and what an empty cell meant; the ones we publish come from
 *     the rules applied to the cells.
 *
 * OWNERSHIP
 *     Everything lives in the almacen of the base but the vectors, which
 *     noche_libera releases.
 */
#ifndef PREP_SIMULACRO_NOCHE_H
#define PREP_SIMULACRO_NOCHE_H

#include "prep/catalogo.h"
#include "prep/perfil_privado.h"
#include "simulacro/base.h"

struct noche_celda { /* one quantity of the ballot, campos first */
    const char *clave;
    const char *nombre; /* of its column */
    enum columna_clase clase;
    enum opcion_tipo tipo;
    size_t miembro_count;
    const char **miembros; /* claves */
};

/* The texts by which a base says that there is no number. */
struct noche_textos {
    const char *ilegible, *sin_dato, *no_aplica;
    bool ceros_por_ilegible; /* the publisher printed 0 for what it could not read */
    bool explicitos;         /* words such as SIN DATO appear in the cells */
};

/* What is known of one acta of the catalogue at the end of the night. */
struct noche_acta {
    const char *clave; /* base_fila.clave */
    struct catalogo_acta catalogo;
    size_t corte_sin_acta; /* from 1: first corte that shows it so; 0: never */
    size_t corte_acopio;   /* from 1; 0: never: it arrived, or its image did */
    size_t corte_captura;  /* from 1; 0: never */
    enum sin_acta sin_acta;
    uint32_t mecanismo, documento, origen, digitalizacion, cotejo;
    uint32_t sin_acta_mecanismo, sin_acta_documento;
    int64_t sin_acta_ms, acopio_ms, captura_ms, verificacion_ms;
    bool imagen, excede;
    celda *celdas;                /* NULL unless captured */
    const struct base_fila *fila; /* the row that says so, and its table */
    const struct tabla *tabla;
};

struct noche_fuera {
    uint32_t eleccion;          /* ordinal; 0: in more than one */
    size_t corte;               /* from 1 */
    const char *identificacion; /* JSON */
    uint32_t mecanismo, documento, origen, digitalizacion;
    int64_t acopio_ms;
    bool imagen;
    const char *codigo; /* published; "" if none */
    const char *fila;   /* all its texts, to tell rows apart */
};

struct noche_eleccion {
    const struct base_eleccion *base;
    const struct tabla *tabla; /* that of its last corte: columns and layout */
    size_t campo_count, celda_count;
    struct noche_celda celdas[ELECCION_CELDAS_MAX];
    struct noche_textos textos;
    struct reglas_parametros reglas;
    bool representantes_de_campo; /* its column repeats a quantity of the acta */
    size_t representantes_campo;  /* which */
    size_t acta_count, acta_room;
    struct noche_acta *actas;
    size_t excepcion_count, excepcion_room;
    struct noche_excepcion *excepciones;
    uint32_t no_aplica_en; /* as in struct perfil */
};

/* One exception of the profile: a column, some kinds of row, a text. */
struct noche_excepcion {
    const char *columna;
    enum perfil_estado estado;
    char tipo; /* '\0': every TIPO_CASILLA */
    const char *texto;
};

struct lista_textos {
    size_t count, room;
    const char **items;
};

struct noche {
    struct base *base;
    size_t eleccion_count;
    struct noche_eleccion elecciones[ELECCION_MAX];
    struct lista_textos mecanismos, documentos, origenes, digitalizaciones;
    size_t fuera_count, fuera_room;
    struct noche_fuera *fuera;
    bool ultimo;                   /* the last corte divides C_CS */
    struct lista_textos notas;     /* inferred parameters, with their evidence */
    struct lista_textos supuestos; /* lines of supuestos.csv */
};

/* Builds the model of a whole base. Exceptions of the profile are left for later. */
PREP_MUST_CHECK
enum prep_status noche_arma(struct base *base, struct noche *out_noche,
                            struct prep_reason *reason);
void noche_libera(struct noche *noche);

/* Writes definicion.yaml, catalogo.csv, hechos.csv, cortes.csv and what goes along. */
PREP_MUST_CHECK
enum prep_status noche_escribe(const struct noche *noche, const char *carpeta,
                               struct prep_reason *reason);
PREP_MUST_CHECK
enum prep_status noche_escribe_definicion(const struct noche *noche,
                                          const char *carpeta,
                                          struct prep_reason *reason);

/* ---- steps of noche_arma, one file each */

/* noche_boleta.c: campos and opciones from the columns. */
PREP_MUST_CHECK
enum prep_status noche_boleta(struct noche *noche, struct noche_eleccion *eleccion,
                              struct prep_reason *reason);
/* noche_celdas.c: the words for a missing number, and one row's cells. */
void noche_textos_decide(struct noche *noche, struct noche_eleccion *eleccion);
void noche_celdas_lee(struct noche *noche, struct noche_eleccion *eleccion);
/* noche_actas.c: the catalogue and when each acta was first seen. */
PREP_MUST_CHECK
enum prep_status noche_actas(struct noche *noche, struct noche_eleccion *eleccion,
                             struct prep_reason *reason);
void noche_fuera_de_catalogo(struct noche *noche);
/* noche_reglas.c: parameters of the rules; noche_excede.c: counts that were erased. */
void noche_reglas(struct noche *noche, struct noche_eleccion *eleccion);
/* noche_encabezado.c: what its header values tell. */
void noche_inconsistencias(struct noche *noche, struct noche_eleccion *eleccion);
void noche_excede(struct noche *noche, struct noche_eleccion *eleccion);
void noche_ultimo(struct noche *noche);

/* Code (from 1) of text in a list, added if new; 0 for no text. */
uint32_t lista_codigo(struct almacen *almacen, struct lista_textos *lista,
                      const char *text);
void lista_agrega(struct lista_textos *lista, const char *text);
__attribute__((format(printf, 3, 4))) void
noche_nota(struct noche *noche, const struct noche_eleccion *eleccion,
           const char *format, ...);
/* One line of supuestos.csv: what was supposed for one acta, and why. */
void noche_supuesto(struct noche *noche, const struct noche_eleccion *eleccion,
                    const struct noche_acta *acta, const char *celda_clave,
                    const char *publicado, celda supuesto, const char *porque);

/* The kind of row that a published row is, for the exceptions of a profile. */
enum perfil_estado fila_perfil_estado(const struct fila_lectura *lectura);

/* Rules applied to a captured acta of the model. */
void noche_decide(const struct noche_eleccion *eleccion, const struct noche_acta *acta,
                  const struct reglas_parametros *reglas,
                  struct acta_decision *out_decision);

#endif
