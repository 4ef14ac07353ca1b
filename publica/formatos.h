/*
 * formatos.h - what is made of each base besides its CSV: definicion.formatos.
 *
 * FILES
 *     bases/<AAAAMMDD_HHMM>_PREP_<ELECCION>_<ENTIDAD>.xlsx        hoja_xlsx.h
 *     ....json and ....json.gz                                    base_json.h
 *     ....nist.json and ....nist.json.gz                          nist.h
 *     esquemas/base.json                                          with json
 *
 * OWNERSHIP AND THREADS
 *     Called by the main thread with the pool idle; leaves it idle.
 */
#ifndef PUBLICA_FORMATOS_H
#define PUBLICA_FORMATOS_H

#include "aside.h"
#include "base.h"
#include "publica.h"

#define FORMATOS_MAX (ELECCION_MAX * 3u)

/* A JSON Schema that is published; generated from publica/esquemas. */
struct esquema {
    const char *nombre;
    const unsigned char *texto;
    size_t len;
};
extern const struct esquema esquemas[];
extern const size_t esquema_count;

/* bases: one per election, finished (base_termina). */
PREP_MUST_CHECK
enum prep_status formatos_hace(struct publica *publica, struct aside *aside,
                               struct base *const *bases,
                               const struct resumen *resumenes,
                               const struct corte *corte,
                               struct corte_base out_archivos[static FORMATOS_MAX],
                               size_t *out_count, struct prep_reason *reason);

#endif
