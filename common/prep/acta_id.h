/*
 * acta_id.h - the internal identity of an acta.
 *
 * PURPOSE
 *     Keys printed in real files are not unique (contigua 10 cut to one digit,
 *     casillas without a section, one casilla voting in two municipios), so every
 *     acta of an election process has an internal id, and everything between
 *     stages uses it. CLAVE_ACTA is a text of the catalogue.
 *
 * FORM (uint64_t, always below 2^53 so that any JSON reader keeps it whole)
 *     0                     no acta
 *     1 .. 2^31 - 1         row of the catalogue (its column id)
 *     2^52 + emisor * 2^32 + n   fuera de catalogo: given by the acopio worker
 *                           that registered it; n counts from 1 in that worker
 */
#ifndef PREP_ACTA_ID_H
#define PREP_ACTA_ID_H

#include <stdbool.h>
#include <stdint.h>

#define ACTA_ID_CATALOGO_MAX INT32_MAX
#define ACTA_ID_FUERA (UINT64_C(1) << 52)
#define ACTA_ID_EMISOR_MAX 65535u

static inline bool acta_id_es_de_catalogo(uint64_t id)
{
    return id >= 1 && id <= ACTA_ID_CATALOGO_MAX;
}

static inline bool acta_id_es_fuera(uint64_t id)
{
    return (id >> 52) == 1 && (id & UINT32_MAX) != 0 && ((id >> 32) & 0xFFFFF) >= 1 &&
           ((id >> 32) & 0xFFFFF) <= ACTA_ID_EMISOR_MAX;
}

static inline uint64_t acta_id_fuera(uint32_t emisor, uint32_t n)
{
    return ACTA_ID_FUERA | ((uint64_t)emisor << 32) | n;
}

#endif
