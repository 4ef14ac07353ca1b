/*
 * revision.h - what a public database says, read back from its own text.
 *
 * PURPOSE
 *     The self-check of a corte: an accumulator fed by the rows as they were written,
 *     byte by byte, which counts actas and votes again and gives the 13 header
 *     values. It shares nothing with what wrote them but the description of the
 *     profile: not the structs, not the sums, not the formulas of reglas.c.
 *
 *     Pieces may be read apart and joined; a piece is whole rows.
 *
 * WHAT IT CANNOT SEE
 *     A lista nominal that the profile prints as a text ("N/A"): then the published
 *     sum must be at least what can be read, and participation must follow from it.
 *     A profile that prints two states alike (a fuera de catalogo row equal in
 *     CONTABILIZADA and OBSERVACIONES to a counted one) is refused by revision_plan().
 *
 * ERRORS
 *     PREP_ERR_CONFIG  the profile has not the columns this needs: named
 *     PREP_ERR_FORMAT  a row does not have the columns of the profile, or a number
 *                      is not one: named by its row
 *
 * OWNERSHIP AND THREADS
 *     A struct revision belongs to one thread; the plan is immutable.
 */
#ifndef PREP_REVISION_H
#define PREP_REVISION_H

#include "base/buffer.h"
#include "prep/eleccion.h"
#include "prep/reglas.h"

#define REVISION_COLUMNS_MAX 256u

struct revision_plan {
    const struct eleccion *eleccion;
    const struct perfil *perfil;
    size_t columna_count;
    int contabilizada, observaciones, tipo_casilla, lista_nominal, total; /* -1: none */
    bool completo;                        /* every opcion has its column */
    int16_t opcion[REVISION_COLUMNS_MAX]; /* of each column; -1: not votes */
};

PREP_MUST_CHECK
enum prep_status revision_plan(const struct eleccion *eleccion,
                               struct revision_plan *out_plan,
                               struct prep_reason *reason);

struct revision {
    uint64_t filas;
    uint64_t fuera, no_capturadas, contabilizadas, no_contabilizadas, inconsistentes;
    uint64_t lista_nominal, votos_c_cs, votos_s_cs;
    uint64_t listas_ocultas; /* counted rows whose lista nominal is printed as a text */
    uint64_t votos[ELECCION_OPCIONES_MAX]; /* of contabilizadas */
};

/* Adds the rows of text. */
PREP_MUST_CHECK
enum prep_status revision_lee(const struct revision_plan *plan, const char *text,
                              size_t len, struct revision *revision,
                              struct prep_reason *reason);
void revision_une(struct revision *revision, const struct revision *otra);

/*
 * The preamble as written against the rows as read: every one of the 13 values, as
 * text. PREP_ERR_CONFLICT names the first that differs, with both texts.
 */
PREP_MUST_CHECK
enum prep_status revision_coteja(const struct revision_plan *plan,
                                 const struct revision *revision, bool ultimo,
                                 const char *preambulo, size_t len,
                                 struct prep_reason *reason);
/* And the votes of each opcion against the sums that the objects publish. */
PREP_MUST_CHECK
enum prep_status revision_coteja_votos(const struct revision_plan *plan,
                                       const struct revision *revision,
                                       const uint64_t *votos,
                                       struct prep_reason *reason);

#endif
