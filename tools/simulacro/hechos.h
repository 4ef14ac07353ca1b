/*
 * hechos.h - the facts of a published night, in the order in which they happened.
 *
 * PURPOSE
 *     `importa` rebuilds, from the rows that an institute published, the facts behind
 *     them; `corre` plays them against running daemons. This is the file between the
 *     two, and its reader: one fact per line, streamed, so that the night of a whole
 *     country needs no more memory than that of a municipio.
 *
 * FILES (in the folder that importa writes)
 *     hechos.csv   one line per fact, RFC 4180, LF, one header line:
 *         corte           number (cortes.csv) of the first corte that shows it. Facts
 *                         of corte k are played after corte k - 1 is published and
 *                         before corte k is.
 *         acta            id of the catalogue; F1, F2, ... for fuera de catalogo
 *         tipo            acopio, imagen, captura, verificacion, cotejo
 *         hora_ms         published time, ms since 1970 UTC; 0: not published
 *         mecanismo       acopio: code in the vocabulary; 0: not said
 *         documento       acopio and imagen: code; 0: not said
 *         origen          imagen: code
 *         digitalizacion  imagen: code
 *         sin_acta        acopio: enum sin_acta; 0: there is an acta
 *         cotejo          cotejo: 1 to 3
 *         eleccion        fuera de catalogo: ordinal; 0: seen in more than one election
 *         celdas          captura and verificacion: the cells, blank-separated, with
 *                         -1 ilegible, -2 sin dato, -3 no aplica
 *         identificacion  acopio fuera de catalogo: {"campo":"texto",...} with the
 *                         columns of catalogo.h that the row shows
 *     Lines are ordered by corte, then by the time at which each fact can have
 *     happened; the facts of one acta are always in the order acopio, imagen,
 *     captura, verificacion, cotejo. Facts without a published time come after the
 *     previous fact of their acta.
 *
 *     cortes.csv   one line per corte:
 *         corte       from 1
 *         sello       20210606_2240, local time, part of file names
 *         nominal_ms  the time printed on it
 *         ultimo      1 for the last corte, whose participation includes especiales
 *         elecciones  claves that the base has for this corte, blank-separated
 *
 * ERRORS
 *     PREP_ERR_FORMAT with "file:line: column: value: cure".
 *
 * OWNERSHIP AND THREADS
 *     A reader belongs to one thread. What hechos_next() returns is valid until the
 *     next call.
 */
#ifndef PREP_SIMULACRO_HECHOS_H
#define PREP_SIMULACRO_HECHOS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "prep/eleccion.h"

#define HECHOS_ARCHIVO "hechos.csv"
#define CORTES_ARCHIVO "cortes.csv"
#define CORTES_MAX 512u        /* cortes of one night; JSON18 has 98 */
#define CORTE_SELLO_SIZE 16u   /* AAAAMMDD_HHMM and NUL */
#define CORTE_CLAVES_SIZE 256u /* all claves, blanks and NUL */

enum hecho_tipo {
    HECHO_ACOPIO = 1,
    HECHO_IMAGEN = 2,
    HECHO_CAPTURA = 3,
    HECHO_VERIFICACION = 4,
    HECHO_COTEJO = 5,
};

struct hecho {
    uint32_t corte;
    uint64_t acta;  /* id of the catalogue; 0: fuera de catalogo */
    uint32_t fuera; /* fuera de catalogo: from 1, the n of F<n>; else 0 */
    enum hecho_tipo tipo;
    int64_t hora_ms; /* 0: not published */
    uint32_t mecanismo, documento, origen, digitalizacion, sin_acta, cotejo;
    uint32_t eleccion; /* fuera de catalogo only */
    size_t celda_count;
    celda celdas[ELECCION_CELDAS_MAX];
    const char *identificacion; /* JSON object; "" if none */
};

struct hechos_reader; /* opaque */

PREP_MUST_CHECK
enum prep_status hechos_open(const char *carpeta, struct hechos_reader **out_reader,
                             struct prep_reason *reason);
/* out_fin true: there are no more, and out_hecho was not written. */
PREP_MUST_CHECK
enum prep_status hechos_next(struct hechos_reader *reader, struct hecho *out_hecho,
                             bool *out_fin, struct prep_reason *reason);
void hechos_close(struct hechos_reader **reader);

struct corte_publicado {
    uint32_t numero;
    char sello[CORTE_SELLO_SIZE];
    int64_t nominal_ms;
    bool ultimo;
    char elecciones[CORTE_CLAVES_SIZE];
};

/* Reads all of cortes.csv; *out_cortes is released with free(). */
PREP_MUST_CHECK
enum prep_status cortes_read(const char *carpeta, struct corte_publicado **out_cortes,
                             size_t *out_count, struct prep_reason *reason);

const char *hecho_tipo_texto(enum hecho_tipo tipo);

#endif
