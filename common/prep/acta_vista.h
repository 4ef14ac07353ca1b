/*
 * acta_vista.h - everything published about one acta, gathered for one row.
 *
 * PURPOSE
 *     The meeting point of the projection (what happened), the catalogue (what was
 *     expected) and the rules (what it means). Profiles and JSON render it.
 */
#ifndef PREP_ACTA_VISTA_H
#define PREP_ACTA_VISTA_H

#include "base/hash.h"
#include "prep/catalogo.h"
#include "prep/reglas.h"

struct acta_imagen; /* prep/projection.h */
struct historia;    /* publica's own */

struct acta_vista {
    /* Fuera de catalogo: filled from Acopio.identificacion, the rest empty. */
    struct catalogo_acta catalogo;
    struct acta_hechos hechos; /* celdas points at celdas below */
    struct acta_decision decision;
    celda celdas[ELECCION_CELDAS_MAX];
    uint32_t mecanismo, documento, origen,
        digitalizacion; /* vocabulary codes; 0: none */
    uint32_t cotejada;  /* 0 to 3 */
    bool tiene_acopio, tiene_captura, tiene_verificacion, tiene_imagen;
    int64_t acopio_ms, captura_ms, verificacion_ms; /* CLOCK_UNKNOWN prints empty */
    /* acopio_ms is the CCV's because the device's, this one, was not believed: bits of
     * reloj.h; 0: acopio_ms is the device's. */
    uint32_t duda_causas;
    int64_t dispositivo_ms;
    struct hash imagen; /* CODIGO_INTEGRIDAD */
    /* The other images, in the caller's row; and what publica adds to the object. */
    size_t otra_count;
    const struct acta_imagen *otras;
    const struct historia *historia; /* NULL: none */
};

#endif
