/*
 * pagina_votos.h - the tables of votes of a page (pagina.c).
 *
 * PURPOSE
 *     By opcion, always; by candidatura, by party and who is ahead, when the definition
 *     says which opciones add up. Every percentage is of the total of votes.
 */
#ifndef PUBLICA_PAGINA_VOTOS_H
#define PUBLICA_PAGINA_VOTOS_H

#include "base/buffer.h"
#include "resultado.h"

/* 1234567 as 1,234,567: the way it is written in Mexico. */
void pagina_numero(uint64_t valor, struct buffer *out);

void pagina_votos(const struct eleccion *eleccion, const struct resumen *resumen,
                  struct buffer *out);
void pagina_resultado(const struct eleccion *eleccion,
                      const struct resultado *resultado, uint64_t total,
                      struct buffer *out);
/* "FRENTE"; "Empate: FRENTE, MORENA"; a dash while nobody has votes. */
void pagina_mayoria(const struct eleccion *eleccion, const struct resultado *resultado,
                    struct buffer *out);

#endif
