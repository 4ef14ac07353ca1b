/*
 * archivos.h - the text files inside a base, wherever they are.
 *
 * PURPOSE
 *     A base comes as a CSV, a folder, a zip, a tar.gz, or zips inside a zip. This
 *     gives all their text files (csv, txt), with the path that leads to each.
 *
 * BOUNDS
 *     ARCHIVO_BYTES_MAX for one file, ARCHIVOS_BYTES_MAX for all of them,
 *     ARCHIVOS_COUNT_MAX files, ARCHIVOS_PROFUNDIDAD_MAX archives inside archives: a
 *     zip bomb is refused, not unpacked.
 *
 * ERRORS
 *     PREP_ERR_NOT_FOUND, PREP_ERR_IO, PREP_ERR_FORMAT (a broken archive), and
 *     PREP_ERR_RANGE past a bound; all with the path.
 */
#ifndef PREP_SIMULACRO_ARCHIVOS_H
#define PREP_SIMULACRO_ARCHIVOS_H

#include <stddef.h>

#include "base/status.h"

#define ARCHIVO_BYTES_MAX (512u * 1024u * 1024u)
#define ARCHIVOS_BYTES_MAX (2048ull * 1024u * 1024u)
#define ARCHIVOS_COUNT_MAX 20000u
#define ARCHIVOS_PROFUNDIDAD_MAX 5u

struct archivo {
    char *ruta; /* "base.zip/20210606_2240/GOB/CAMP_GOB_2021.csv" */
    char *data;
    size_t len;
};

struct archivos {
    size_t count, room;
    struct archivo *items; /* in path order */
    size_t bytes;
};

PREP_MUST_CHECK
enum prep_status archivos_lee(const char *path, struct archivos *out_archivos,
                              struct prep_reason *reason);
void archivos_libera(struct archivos *archivos);

/* The part of a path after its last slash. */
const char *ruta_nombre(const char *ruta);

#endif
