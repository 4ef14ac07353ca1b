/*
 * base_json.h - a base as JSON, plain and gzip.
 *
 * PURPOSE
 *     The same cells as the CSV, one acta per line, for whoever does not want to guess
 *     quotes and apostrophes. Its shape is esquemas/base.json, published beside it.
 *
 * MEMORY
 *     One piece of half a megabyte; never the file.
 */
#ifndef PUBLICA_BASE_JSON_H
#define PUBLICA_BASE_JSON_H

#include "celdas.h"
#include "objeto.h"

/* Writes path and path.gz; out_base gets hash and length of the first. */
PREP_MUST_CHECK
enum prep_status base_json_escribe(const struct definicion *definicion,
                                   const struct base_texto *base,
                                   const struct resumen *resumen,
                                   const struct corte *corte, const char *path,
                                   struct corte_base *out_base,
                                   struct prep_reason *reason);

#endif
