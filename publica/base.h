/*
 * base.h - the official database of one election in one corte: rows in, zip out.
 *
 * PURPOSE
 *     Rows come in catalogue order while the catalogue is read; workers read each piece
 *     back (revision.h), deflate it and append it to a file aside. When all rows are
 *     in, base_termina() writes the preamble, checks it against what the rows said,
 *     and assembles
 *
 *         bases/<AAAAMMDD_HHMM>_PREP_<ELECCION>_<ENTIDAD>.zip
 *             LEEME.txt, the results CSV, the candidaturas CSV
 *
 *     The preamble comes first in the file and is known last: it is a piece of its own.
 *
 * MEMORY
 *     One piece of BASE_PIECE bytes per waiting job; never the file.
 *
 * ERRORS
 *     PREP_ERR_CONFLICT  the corte does not agree with itself: do not publish it
 *
 * OWNERSHIP AND THREADS
 *     One thread calls; the pool works. Close only when the pool is idle.
 */
#ifndef PUBLICA_BASE_H
#define PUBLICA_BASE_H

#include "aside.h"
#include "celdas.h"
#include "objeto.h"
#include "pool.h"
#include "prep/acta_vista.h"
#include "prep/revision.h"

#define BASE_PIECE (512u * 1024u)

struct base; /* opaque */

PREP_MUST_CHECK
enum prep_status base_open(const struct definicion *definicion,
                           const struct eleccion *eleccion, struct aside *aside,
                           struct pool *pool, struct base **out_base,
                           struct prep_reason *reason);
PREP_MUST_CHECK
enum prep_status base_fila(struct base *base, const struct acta_vista *vista,
                           struct prep_reason *reason);
/* No more rows; what is left goes to the pool. Then wait for the pool. */
PREP_MUST_CHECK
enum prep_status base_cierra_filas(struct base *base, struct prep_reason *reason);
PREP_MUST_CHECK
enum prep_status base_termina(struct base *base, const struct resumen *resumen,
                              const struct corte *corte, struct corte_base *out_base,
                              struct prep_reason *reason);
/* Accepts a pointer to NULL. */
void base_close(struct base **base);

/* Its text, once finished, for other formats of the same cells. */
void base_texto(const struct base *base, struct base_texto *out_texto);

/* The name of a base with that extension, without its point. */
void base_nombre_de(const struct definicion *definicion,
                    const struct eleccion *eleccion, int64_t nominal_ms,
                    const char *extension, char out_path[static DIRECCION_SIZE]);
/* "bases/20210607_2000_PREP_GOB_CAMP.zip" */
void base_nombre(const struct definicion *definicion, const struct eleccion *eleccion,
                 int64_t nominal_ms, char out_path[static DIRECCION_SIZE]);

#endif
