/*
 * celdas.h - the cells of a base, read back from its own text.
 *
 * PURPOSE
 *     The other formats of a base carry the cells of the CSV, not what the CSV was
 *     made from: they cannot say something else. Reads the preamble and then the
 * deflated rows, a piece at a time, and gives each row unquoted and without the
 * apostrophes that tell a spreadsheet "this is text".
 *
 * ERRORS
 *     PREP_ERR_FORMAT  the text is not that of the profile, or ends too soon
 *
 * THREADS
 *     Several readers may read one base at the same time.
 */
#ifndef PUBLICA_CELDAS_H
#define PUBLICA_CELDAS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "prep/eleccion.h"

/* What base_texto() gives; it is the base's while it is open. */
struct base_texto {
    const struct eleccion *eleccion;
    const char *preambulo;
    size_t preambulo_len;
    int fd;        /* deflated rows */
    uint64_t size; /* of the rows, not deflated */
};

enum renglon_clase { RENGLON_PREAMBULO, RENGLON_COLUMNAS, RENGLON_ACTA };

struct celda_texto {
    const char *texto;
    bool cantidad; /* a count, in digits; else a text, whatever it looks like */
};

typedef enum prep_status (*celdas_visita)(void *context, enum renglon_clase clase,
                                          const struct celda_texto *celdas,
                                          size_t count, struct prep_reason *reason);

/* Rows in order; "sep=|" is a mark of the CSV and not a row. */
PREP_MUST_CHECK
enum prep_status celdas_lee(const struct base_texto *base, celdas_visita visita,
                            void *context, struct prep_reason *reason);

/* Whether that column of the profile holds counts. */
bool celdas_es_cantidad(const struct eleccion *eleccion, size_t columna);

#endif
