/*
 * catalogo.h - the actas that an election process expects.
 *
 * FILE catalogo.csv (UTF-8, comma, RFC 4180, LF; one header line)
 *     id              internal id, from 1 (acta_id.h)
 *     eleccion        clave of the election
 *     clave_casilla, clave_acta   as printed; not necessarily unique
 *     entidad, entidad_nombre
 *     territorio, territorio_nombre   distrito, municipio or junta of that election
 *     seccion, id_casilla, tipo_casilla (B C E S M A P V U), ext_contigua
 *     ubicacion       1 urbana, 2 no urbana
 *     tipo_acta       the text printed on the acta
 *     lista_nominal   electors; 0 in especiales
 *     representantes  accredited representatives; empty: not known beforehand
 *     catd            centre that receives it; may be empty
 *     no_aplica       claves of opciones that this acta does not have, blank-separated
 *     Rows are published in the order of the file.
 *
 * CONTRADICTIONS
 *     Where the definition has candidaturas, no_aplica must agree with them: a
 *     combination is on an acta exactly where its coalition competes, and every
 *     territorio that a candidatura names has actas. In modo oficial, an especial has
 * no lista nominal and every other table has one (U may be either), no acta lacks every
 * opcion, and representantes are at most 750. In modo simulacro the catalogue is what
 * somebody published.
 *
 * WHO HOLDS IT
 *     510,000 actas do not belong in every daemon. The file is loaded once into
 *     PostgreSQL (prep catalogo carga), where stages look actas up by id; tools
 *     and CATD workers stream the file.
 *
 * ERRORS
 *     PREP_ERR_FORMAT / PREP_ERR_RANGE with "file:line: column: value: cure".
 *     PREP_ERR_CONFIG when it is the definition that names what is not here.
 */
#ifndef PREP_CATALOGO_H
#define PREP_CATALOGO_H

#include "base/hash.h"
#include "base/status.h"
#include "prep/acta_id.h"
#include "prep/eleccion.h"

#define CATALOGO_TEXTO_MAX 160u /* bytes of any text column, NUL included */
#define CATALOGO_NO_APLICA_BYTES ((ELECCION_OPCIONES_MAX + 7) / 8)
#define CATALOGO_REPRESENTANTES_DESCONOCIDO (-1)

struct catalogo_acta {
    uint64_t id;
    uint32_t eleccion; /* ordinal */
    char clave_casilla[48];
    char clave_acta[64];
    char entidad[16];
    char entidad_nombre[CATALOGO_TEXTO_MAX];
    char territorio[16];
    char territorio_nombre[CATALOGO_TEXTO_MAX];
    char seccion[16];
    char id_casilla[16];
    char tipo_casilla[4];
    char ext_contigua[16];
    char ubicacion[16];
    char tipo_acta[24];
    int32_t lista_nominal;
    int32_t representantes;
    char catd[32];
    uint8_t no_aplica[CATALOGO_NO_APLICA_BYTES]; /* bit i: opcion i is not on it */
};

static inline bool catalogo_no_aplica(const uint8_t *no_aplica, size_t opcion)
{
    return (no_aplica[opcion / 8] >> (opcion % 8)) & 1;
}

/* Called for each row in file order; a status other than PREP_OK stops the reading. */
typedef enum prep_status (*catalogo_visit)(const struct catalogo_acta *acta,
                                           void *context, struct prep_reason *reason);

/* Streams and checks the file: ids are 1, 2, 3..., texts fit, elections exist, ranges
 * hold. */
PREP_MUST_CHECK
enum prep_status catalogo_read(const char *path, const struct definicion *definicion,
                               catalogo_visit visit, void *context,
                               struct hash *out_sha256, struct prep_reason *reason);

#endif
