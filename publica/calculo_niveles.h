/* calculo_niveles.h - the levels above the grupos, and the pages (calculo.c). */
#ifndef PUBLICA_CALCULO_NIVELES_H
#define PUBLICA_CALCULO_NIVELES_H

#include "aside.h"
#include "publica.h"

struct niveles_fuera { /* actas fuera de catalogo of one election */
    size_t count;
    struct buffer actas; /* JSON, with commas */
    struct resumen resumen;
};

/* Territorios that changed, then entidades, elections and the root. Fills
 * corte->objeto and the sums of each election, fuera de catalogo included. */
PREP_MUST_CHECK
enum prep_status niveles_objetos(struct publica *publica, struct aside *aside,
                                 const struct niveles_fuera *fuera, struct corte *corte,
                                 struct resumen *out_resumenes,
                                 struct prep_reason *reason);
PREP_MUST_CHECK
enum prep_status niveles_paginas(struct publica *publica, struct aside *aside,
                                 const struct corte *corte,
                                 const struct resumen *resumenes,
                                 struct prep_reason *reason);

#endif
