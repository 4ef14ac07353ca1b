/*
 * ajusta.h - the exceptions of a profile, learnt by publishing and looking.
 *
 * PURPOSE
 *     A first publication of the imported night, without exceptions, is compared with
 *     the base. Where one column has one fixed text in every row of a kind (sin acta,
 *     not captured, fuera de catalogo, or a TIPO_CASILLA) and ours is another, that
 *     text is an exception of the profile.
 *
 * WHAT IS NEVER LEARNT
 *     OBSERVACIONES, the columns that name an acta, and the votes of a captured acta:
 *     presentation may be learnt, results may not.
 */
#ifndef PREP_SIMULACRO_AJUSTA_H
#define PREP_SIMULACRO_AJUSTA_H

#include "simulacro/noche.h"

/* Learns the exceptions and writes definicion.yaml again. */
PREP_MUST_CHECK
enum prep_status noche_ajusta(struct noche *noche, const char *carpeta,
                              struct prep_reason *reason);

/* The whole of the subcommand importa. */
PREP_MUST_CHECK
enum prep_status importa(const char *path, const char *carpeta,
                         struct prep_reason *reason);

#endif
