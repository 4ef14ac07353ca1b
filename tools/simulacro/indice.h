/*
 * indice.h - texts to positions, for joining rows of two files.
 *
 * The texts are the caller's and must outlive the index.
 */
#ifndef PREP_SIMULACRO_INDICE_H
#define PREP_SIMULACRO_INDICE_H

#include <stddef.h>

#define INDICE_NADA ((size_t)-1)

struct indice; /* opaque */

struct indice *indice_new(void);
void indice_free(struct indice **indice);

/* The value kept under text, or INDICE_NADA. */
size_t indice_busca(const struct indice *indice, const char *text);
/* Keeps value under text; what was there before is lost. */
void indice_pon(struct indice *indice, const char *text, size_t value);

#endif
