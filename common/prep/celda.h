/*
 * celda.h - one quantity on an acta: a count, or why there is none.
 *
 * FORM
 *     A celda is an int32_t that is never used as a plain number:
 *         n >= 0             the count written on the acta
 *         CELDA_ILEGIBLE     something is written and cannot be read
 *         CELDA_SIN_DATO     nothing is written
 *         CELDA_NO_APLICA    the acta has no such cell (no candidacy there)
 *     The same values travel in messages (proto/prep.proto) and in PostgreSQL.
 *
 * SOURCE
 *     prep-rules 5.2 and 6.1: a written zero is a datum, a blank is not, and a
 *     cell that does not exist is neither.
 */
#ifndef PREP_CELDA_H
#define PREP_CELDA_H

#include <stdbool.h>
#include <stdint.h>

typedef int32_t celda;

#define CELDA_ILEGIBLE (-1)
#define CELDA_SIN_DATO (-2)
#define CELDA_NO_APLICA (-3)
#define CELDA_MAX 999999 /* six digits: mesas of the vote abroad pass four */

static inline bool celda_es_numero(celda c)
{
    return c >= 0;
}

static inline bool celda_es_valida(celda c)
{
    return c >= CELDA_NO_APLICA && c <= CELDA_MAX;
}

#endif
