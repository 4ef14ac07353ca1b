/*
 * almacen.h - memory that is released all at once: texts of a base, mostly.
 *
 * Running out of memory stops the program.
 */
#ifndef PREP_SIMULACRO_ALMACEN_H
#define PREP_SIMULACRO_ALMACEN_H

#include <stddef.h>

struct almacen; /* opaque */

struct almacen *almacen_new(void);
void almacen_free(struct almacen **almacen);

void *almacen_alloc(struct almacen *almacen, size_t size); /* zeroed */
char *almacen_text(struct almacen *almacen, const char *text);
char *almacen_text_len(struct almacen *almacen, const char *text, size_t len);
__attribute__((format(printf, 2, 3))) char *almacen_printf(struct almacen *almacen,
                                                           const char *format, ...);

/* A vector of pointers or structs that grows; elements may move. */
void *vector_grow(void *items, size_t count, size_t *room, size_t item_size);

#endif
