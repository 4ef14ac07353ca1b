/*
 * escribe.h - what the files that write an imported election share.
 */
#ifndef PREP_SIMULACRO_ESCRIBE_H
#define PREP_SIMULACRO_ESCRIBE_H

#include "base/buffer.h"
#include "simulacro/noche.h"

#define ESCRIBE_BYTES_MAX (1024u * 1024u * 1024u)

void escribe_observaciones(const struct noche *noche,
                           const struct noche_eleccion *eleccion, struct buffer *out);
void escribe_perfil(const struct noche *noche, const struct noche_eleccion *eleccion,
                    struct buffer *out);

/* Published time of a corte, ms UTC. */
int64_t corte_ms(const struct base *base, size_t corte);

PREP_MUST_CHECK
enum prep_status escribe_archivo(const char *carpeta, const char *nombre,
                                 struct buffer *text, struct prep_reason *reason);

#endif
