/*
 * diferencias.h - the list of accepted differences kept beside a base.
 *
 * FILE (RFC 4180, LF, one header line)
 *     eleccion,corte,lugar,columna,publicado,nuestro,causa
 *     corte is its stamp (20210607_2000); lugar is "encabezado", or
 * CLAVE_ACTA/territorio.
 *
 * PURPOSE
 *     With a list, the differences must be exactly those: one that is not in it is an
 *     error, and so is one of it that no longer happens.
 */
#ifndef PREP_SIMULACRO_DIFERENCIAS_H
#define PREP_SIMULACRO_DIFERENCIAS_H

#include "simulacro/compara.h"

struct lista_diferencias {
    struct almacen *almacen;
    size_t count, room;
    const char **lineas; /* canonical text of each */
};

PREP_MUST_CHECK
enum prep_status diferencias_lee(const char *path, struct lista_diferencias *out_lista,
                                 struct prep_reason *reason);
void diferencias_libera(struct lista_diferencias *lista);

PREP_MUST_CHECK
enum prep_status diferencias_escribe(const char *path,
                                     const struct comparacion *comparacion,
                                     struct prep_reason *reason);

/* Canonical text of one difference: the line of the file. */
char *diferencia_linea(struct almacen *almacen, const struct diferencia *diferencia);

/*
 * Both ways. Positions of what happened and is not in the list go to out_nuevas, and
 * lines that did not happen to out_ausentes; the caller frees both.
 */
void diferencias_cruza(const struct lista_diferencias *lista,
                       const struct comparacion *comparacion, size_t **out_nuevas,
                       size_t *out_nueva_count, const char ***out_ausentes,
                       size_t *out_ausente_count);

#endif
