/* corte_libro.h - Corte events: read from the ledger, appended to it (corte.c). */
#ifndef PUBLICA_CORTE_LIBRO_H
#define PUBLICA_CORTE_LIBRO_H

#include "publica.h"

/* Fills publica->anterior, desde, bases_ms and the emitter's chain. */
PREP_MUST_CHECK
enum prep_status corte_libro_lee(struct publica *publica, struct prep_reason *reason);
/* The state as it was before `numero`, and that corte. */
PREP_MUST_CHECK
enum prep_status corte_libro_busca(struct publica *publica, uint64_t numero,
                                   struct corte *out_corte, uint64_t *out_desde,
                                   struct prep_reason *reason);
/* Appends the event of corte; PREP_ERR_DUPLICATE when there is a later one. */
PREP_MUST_CHECK
enum prep_status corte_libro_agrega(struct publica *publica, const struct corte *corte,
                                    struct prep_reason *reason);

/* The frontier of the Merkle tree, kept in <salida>/.libro between runs, so that a
 * restart does not read the whole ledger. Believed only if it gives the root of the
 * last Corte event. */
void corte_libro_frontera_lee(struct publica *publica);
/* A failure costs the next start some time, and nothing else. */
void corte_libro_frontera_guarda(const struct publica *publica);

#endif
