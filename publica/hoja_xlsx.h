/*
 * hoja_xlsx.h - a base as an XLSX workbook.
 *
 * PURPOSE
 *     The same cells as the CSV: counts as numbers; everything else as text, so that
 *     0001 and 99.1000 stay as they are. Past the rows that a sheet holds, another
 *     sheet goes on. Bytes depend on the cells and the nominal time alone.
 *
 * MEMORY
 *     libxlsxwriter's constant-memory mode: one row, and temporary files beside `path`.
 *     It does not say when those cannot be written, so the finished file is read back
 *     and its rows counted.
 */
#ifndef PUBLICA_HOJA_XLSX_H
#define PUBLICA_HOJA_XLSX_H

#include "celdas.h"

PREP_MUST_CHECK
enum prep_status hoja_xlsx_escribe(const struct base_texto *base, int64_t nominal_ms,
                                   const char *titulo, const char *path,
                                   struct prep_reason *reason);

#endif
