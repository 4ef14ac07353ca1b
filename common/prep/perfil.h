/*
 * perfil.h - how one election's public database looks: data, not code.
 *
 * PURPOSE
 *     The same facts are published as INE federal, local 2024, IECM or Campeche
 *     2021 files: delimiter, end of line, BOM, apostrophes, quotes, blank lines,
 *     column names and order, texts of each state. A profile is that description,
 *     a section `perfil:` of each election in definicion.yaml, and this module
 *     renders a corte with it.
 *
 * SOURCE
 *     prep-rules 6.3, 6.4, 10.2 to 10.7.
 *
 * OWNERSHIP AND THREADS
 *     Immutable after load; owned by its definicion.
 */
#ifndef PREP_PERFIL_H
#define PREP_PERFIL_H

#include "base/buffer.h"
#include "prep/acta_vista.h"

/* The lines before the rows: title, date, header names and values, column names. */
void perfil_preambulo(const struct definicion *definicion,
                      const struct eleccion *eleccion,
                      const struct encabezado *encabezado, int64_t corte_ms,
                      struct buffer *out);

/* One row, end of line included. */
void perfil_fila(const struct definicion *definicion, const struct eleccion *eleccion,
                 const struct acta_vista *vista, struct buffer *out);

/* Name of the file inside the zip, e.g. "CAMP_GOB_2021.csv". */
const char *perfil_archivo(const struct eleccion *eleccion);
/* Same for the candidaturas file. */
const char *perfil_archivo_candidaturas(const struct eleccion *eleccion);

#endif
