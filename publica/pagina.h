/*
 * pagina.h - the pages that a citizen reads: HTML without scripts.
 *
 * PURPOSE
 *     index.html (every election in brief) and <eleccion>/index.html (with its
 *     territorios). They say what the objects of the same corte say. One vocabulary
 *     for the advance, in one order, with its denominators: esperadas, capturadas,
 *     contabilizadas, no contabilizadas, fuera de catalogo.
 *
 *     The site with scripts is to replace these templates and keep the addresses.
 *
 * OWNERSHIP AND THREADS
 *     Plain functions that append to the caller's buffer.
 */
#ifndef PUBLICA_PAGINA_H
#define PUBLICA_PAGINA_H

#include "objeto.h"

#define PAGINA_MAX (64u * 1024u * 1024u)

/* bases_ms: nominal time of the last corte with bases, this one included; 0: none. */
void pagina_indice(const struct definicion *definicion, const struct resumen *resumenes,
                   const struct corte *corte, int64_t bases_ms, struct buffer *out);
void pagina_eleccion(const struct arbol *arbol, const struct eleccion *eleccion,
                     const struct resumen *resumen, const struct corte *corte,
                     int64_t bases_ms, struct buffer *out);
/* Before the first corte. */
void pagina_aviso(const struct definicion *definicion, struct buffer *out);

#endif
