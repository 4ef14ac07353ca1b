/*
 * arbol.h - what a corte is made of: election, entidad, territorio, grupo, actas.
 *
 * PURPOSE
 *     The shape of the published tree, built once from the catalogue, and the running
 *     sums that make a corte cost what changed and not what the election measures.
 *
 * GRUPOS
 *     Secciones are published in files of about GRUPO_ACTAS actas each, because half
 *     a million actas are 200,000 secciones and a file costs more than its bytes.
 *     Reading the catalogue in order, a seccion that appears for the first time
 *     joins the open grupo of its territorio, which closes at GRUPO_ACTAS. A
 *     grupo that reached GRUPO_ACTAS_MAX takes no more: a seccion that goes on (mesas
 *     without seccion) goes on in another grupo. The assignment depends on the
 *     catalogue alone, so the same catalogue gives the same addresses.
 *
 * SLOTS
 *     Every acta of the catalogue has a slot; those of a grupo are contiguous, by
 *     seccion (in order of appearance) and id.
 *
 * MEMORY
 *     About 8 bytes per acta, 32 per seccion, 100 + 8 per sum per grupo.
 *
 * OWNERSHIP AND THREADS
 *     One thread builds and sums. Workers may write `objeto` of the grupo they were
 *     given.
 */
#ifndef PUBLICA_ARBOL_H
#define PUBLICA_ARBOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/hash.h"
#include "base/status.h"
#include "prep/catalogo.h"
#include "prep/eleccion.h"
#include "prep/reglas.h"

#define GRUPO_ACTAS 48u      /* measured: files of 20 to 40 KB, 6 KB compressed */
#define GRUPO_ACTAS_MAX 192u /* a seccion is cut only past this */
#define ARBOL_CLAVE_SIZE 16u

struct arbol_seccion {
    char clave[ARBOL_CLAVE_SIZE];
    uint32_t slot_first, slot_count;
};

struct arbol_grupo {
    uint32_t territorio;
    uint32_t numero; /* from 1 in its territorio */
    uint32_t seccion_first, seccion_count;
    uint32_t slot_first, slot_count;
    uint64_t *suma;     /* last published contribution; see suma_* */
    struct hash objeto; /* last published object */
};

struct arbol_territorio {
    uint32_t eleccion; /* index from 0 */
    uint32_t entidad;
    char clave[ARBOL_CLAVE_SIZE];
    char *nombre;
    uint32_t grupo_first, grupo_count;
    struct resumen resumen;
    struct hash objeto;
    bool sucio; /* some grupo changed since its object was made */
};

struct arbol_entidad {
    uint32_t eleccion;
    char clave[ARBOL_CLAVE_SIZE];
    char *nombre;
    uint32_t territorio_first, territorio_count;
    struct hash objeto;
};

struct arbol {
    const struct definicion *definicion;
    size_t entidad_count, territorio_count, grupo_count, seccion_count, acta_count;
    struct arbol_entidad *entidades;      /* by election, clave */
    struct arbol_territorio *territorios; /* by election, entidad, clave */
    struct arbol_grupo *grupos;           /* by territorio, numero */
    struct arbol_seccion *secciones;      /* by grupo, order of appearance */
    uint32_t *slot_id;                    /* slot -> id of the acta */
    uint32_t *id_slot;                    /* id - 1 -> slot */
    uint32_t *slot_grupo;                 /* slot -> grupo */
    struct arbol_obra *obra;              /* while building */
};

PREP_MUST_CHECK
enum prep_status arbol_new(const struct definicion *definicion,
                           struct arbol **out_arbol, struct prep_reason *reason);
void arbol_free(struct arbol **arbol);

/* Rows of the catalogue in order: ids 1, 2, 3... Texts are copied. */
struct arbol_acta {
    uint64_t id;
    uint32_t eleccion; /* ordinal */
    const char *entidad, *entidad_nombre;
    const char *territorio, *territorio_nombre;
    const char *seccion;
};
PREP_MUST_CHECK
enum prep_status arbol_agrega(struct arbol *arbol, const struct arbol_acta *acta,
                              struct prep_reason *reason);
/* No more rows: orders everything. */
PREP_MUST_CHECK
enum prep_status arbol_cierra(struct arbol *arbol, struct prep_reason *reason);

/* Index of the grupo of an acta of the catalogue; false when it has none. */
bool arbol_grupo_de(const struct arbol *arbol, uint64_t id, uint32_t *out_grupo);

const struct eleccion *arbol_grupo_eleccion(const struct arbol *arbol, uint32_t grupo);

/* The grupo now contributes `nuevo`: its territorio's sum moves by the difference. */
void arbol_grupo_suma(struct arbol *arbol, uint32_t grupo, const struct resumen *nuevo);
/* Every territorio is the sum of its grupos; PREP_ERR_CONFLICT names one that is not.
 */
PREP_MUST_CHECK
enum prep_status arbol_comprueba(const struct arbol *arbol, struct prep_reason *reason);
/* Forgets every sum and object: the next corte computes all of them. */
void arbol_olvida(struct arbol *arbol);

/* Sums of whole levels, without fuera de catalogo. */
void arbol_entidad_resumen(const struct arbol *arbol, size_t entidad,
                           struct resumen *out_resumen);
void arbol_eleccion_resumen(const struct arbol *arbol, uint32_t eleccion,
                            struct resumen *out_resumen);

/* clave as part of a file name: letters, digits, - and . stay; any other byte is
 * _ and two hexadecimal digits; nothing is "_". */
#define NOMBRE_SEGURO_SIZE (3u * ARBOL_CLAVE_SIZE)
void nombre_seguro(const char *clave, char out_nombre[static NOMBRE_SEGURO_SIZE]);

#endif
