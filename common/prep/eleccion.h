/*
 * eleccion.h - the election definition, checked whole: what is voted, how it is
 * counted and how it is published.
 *
 * PURPOSE
 *     One YAML file describes an election process; CSV files beside it hold its
 *     catalogue. definicion_load() reads and checks everything; whoever holds a
 *     struct definicion needs to check nothing again.
 *
 * FILES (all in one folder)
 *     definicion.yaml   this structure
 *     catalogo.csv      the actas expected (catalogo.h)
 *     perfil-<NOMBRE>.yaml          a profile of the institute (perfil: {de: NOMBRE})
 *     candidaturas-<ELECCION>.csv   published as it is, if there is one
 *     LEEME-<ELECCION>.txt          published as it is, if there is one
 *
 * CELLS
 *     An acta of election e has e->celda_count cells: first e->campos (boletas
 *     sobrantes, personas, ..., total asentado), then e->opciones in ballot order
 *     (parties, combinations, candidaturas comunes, independents, no registradas,
 *     nulos). A captura and a verificacion carry exactly that list.
 *
 * CANDIDATURAS
 *     Which options add up, and where, is optional. When an election says it, it is
 *     complete: every combination belongs to some candidatura, a coalition has all its
 *     combinations, and nothing adds to two candidaturas of one territorio. An option
 *     that no candidatura of a territorio names stands alone there.
 *
 * ERRORS
 *     PREP_ERR_CONFIG with "file:line: value: what is wrong; what to write".
 *
 * OWNERSHIP AND THREADS
 *     Immutable after load; definicion_free releases all. Texts belong to it.
 */
#ifndef PREP_ELECCION_H
#define PREP_ELECCION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/hash.h"
#include "base/status.h"
#include "prep/celda.h"

#define ELECCION_MAX 16u        /* elections in one process */
#define ELECCION_CAMPOS_MAX 16u /* quantities that are not votes */
#define ELECCION_OPCIONES_MAX                                                          \
    112u /* 10 parties + 11 + 26 combinations + CI fit twice */
#define ELECCION_CELDAS_MAX 128u
#define VOCABULARIO_MAX 64u
#define CANDIDATURAS_MAX 256u /* of one election, over all its territorios */
#define CANDIDATURA_AMBITOS_MAX 4096u

enum modo { MODO_OFICIAL = 1, MODO_SIMULACRO = 2 };

enum opcion_tipo {
    OPCION_PARTIDO = 1,
    OPCION_COMBINACION = 2, /* subset of a coalition; has miembros */
    OPCION_CANDIDATURA_COMUN = 3,
    OPCION_INDEPENDIENTE = 4,
    OPCION_NO_REGISTRADAS = 5,
    OPCION_NULOS = 6,
};

enum territorio_tipo {
    TERRITORIO_ENTIDAD = 1,
    TERRITORIO_DISTRITO_FEDERAL = 2,
    TERRITORIO_DISTRITO_LOCAL = 3,
    TERRITORIO_MUNICIPIO = 4,
    TERRITORIO_JUNTA = 5,
};

struct opcion {
    const char *clave; /* column name: PAN, C_PAN_PRI, CAND_IND_1, NULOS */
    enum opcion_tipo tipo;
    size_t miembro_count;     /* combinations: ordinals of its parties below */
    const uint16_t *miembros; /* indexes into opciones */
};

/* Where a candidatura competes: a territorio, or a whole entidad. */
struct ambito {
    const char *entidad;
    const char *territorio; /* NULL: every territorio of the entidad */
    unsigned linea;         /* of definicion.yaml */
};

/* Options whose votes elect the same people: a party, a coalition with all its
 * combinations, a candidatura comun, an independent. See coalicion.h. */
struct candidatura {
    const char *clave, *nombre;
    size_t miembro_count;
    const uint16_t *miembros; /* indexes into opciones, in ballot order */
    size_t ambito_count;      /* 0: everywhere */
    const struct ambito *ambitos;
    unsigned linea; /* of definicion.yaml */
};

struct campo {
    const char *clave; /* column name: TOTAL_BOLETAS_SOBRANTES, TOTAL_VOTOS_ASENTADO */
};

/* Sums in which the votes of a combination are divided among its parties. What remains
 * differs: 15 and 25 votes acta by acta are not 40 together. */
enum nivel_reparto {
    REPARTO_ACTA = 1,
    REPARTO_SECCION = 2,
    REPARTO_TERRITORIO = 3,
    REPARTO_ENTIDAD = 4,
    REPARTO_ELECCION = 5,
};

/* Parameters where the sources conflict (prep-rules 17); names in docs/REGLAS.md. */
struct reglas_parametros {
    /* Row 8 of table 6.2 counts in the percentage of inconsistencies. */
    bool inconsistencia_algun_campo;
    /* Actas "sin acta" count in the percentage of inconsistencies too. */
    bool inconsistencia_sin_acta;
    /* A quantity that is not a vote, ilegible or sin dato, raises row 8 too. */
    bool campos_dan_observacion;
    /* No number at all, but both ilegible and sin dato: counts. */
    bool mixtos_contabilizan;
    /* The limit of an especial is cap + REP, or the cap alone. */
    bool representantes_en_limite_especial;
    /* REP is representantes_default in every casilla, whatever the catalogue says. A
     * mesa A M P V is no casilla: always the catalogue's, 0 when it does not say. */
    bool representantes_fijos;
    uint32_t boletas_especial_max;   /* LGIPE 269: at most 1500 */
    uint32_t representantes_default; /* when the catalogue does not say */
    enum nivel_reparto nivel_reparto;
    /* What a division leaves goes one by one to the members with most votes, instead
     * of all to the first. */
    bool resto_por_turno;
};

struct vocabulario { /* ordinals from 1 in messages: entries[code - 1] */
    size_t count;
    const char *const *textos;
};

/* Bits of definicion.formatos: what is made of each official database. */
enum {
    FORMATO_CSV = 1u << 0, /* always */
    FORMATO_XLSX = 1u << 1,
    FORMATO_JSON = 1u << 2,
    FORMATO_NIST = 1u << 3, /* SP 1500-100 v2, totals by territorio */
};
#define FORMATOS_POR_OMISION (FORMATO_CSV | FORMATO_XLSX)

struct perfil; /* perfil.h */

struct eleccion {
    uint32_t ordinal;   /* from 1, in the order of the file */
    const char *clave;  /* GOB, DIP_LOC, AYUN, JUNTAS, SEN: part of file names */
    const char *nombre; /* title line of its database */
    enum territorio_tipo territorio;
    size_t campo_count;
    const struct campo *campos;
    size_t opcion_count;
    const struct opcion *opciones;
    size_t celda_count;       /* campo_count + opcion_count */
    size_t candidatura_count; /* 0: the definition does not say what adds up */
    const struct candidatura *candidaturas;
    struct reglas_parametros reglas;
    struct perfil *perfil; /* output profile */
};

struct definicion {
    const char *carpeta; /* folder it was read from */
    const char *proceso; /* CAMP-2021: in every event */
    const char *nombre;
    const char *entidad_clave; /* CAMP, TAMPS: part of file names */
    enum modo modo;
    int desfase_min;   /* published hour against UTC: -300 is UTC-5 */
    int64_t inicio_ms; /* nothing is visible before */
    int64_t fin_ms;
    uint32_t cadencia_s;       /* a corte of data at least this often */
    uint32_t cadencia_bases_s; /* a corte with the official databases */
    uint32_t formatos;         /* FORMATO_ bits */
    struct vocabulario mecanismos, documentos, origenes, digitalizaciones;
    size_t eleccion_count;
    const struct eleccion *elecciones;
    struct hash sha256; /* of definicion.yaml, then of each profile it includes */
    struct definicion_memoria *memoria; /* private */
};

PREP_MUST_CHECK
enum prep_status definicion_load(const char *carpeta,
                                 struct definicion **out_definicion,
                                 struct prep_reason *reason);
void definicion_free(struct definicion **definicion);

const struct eleccion *definicion_eleccion(const struct definicion *definicion,
                                           uint32_t ordinal); /* NULL if none */
const struct eleccion *definicion_eleccion_clave(const struct definicion *definicion,
                                                 const char *clave);
/* Text of a vocabulary code; "" for 0; NULL for a code it does not have. */
const char *vocabulario_texto(const struct vocabulario *vocabulario, uint32_t codigo);

/* A captura's list against its election: count, ranges, and CELDA_NO_APLICA exactly
 * where `no_aplica` (bit i of opcion i, from the catalogue) says. */
PREP_MUST_CHECK
enum prep_status eleccion_celdas_check(const struct eleccion *eleccion,
                                       const uint8_t *no_aplica, const celda *celdas,
                                       size_t count, struct prep_reason *reason);

#endif
