/*
 * oraculo.h - what the system would publish for an imported night, without daemons.
 *
 * PURPOSE
 *     Reads the folder that importa wrote (definition, catalogue, facts, cortes) and
 *     renders every corte with the rules and the profile, straight from the facts.
 *     It proves in seconds that a base imports well; what the daemons publish for
 *     the same facts must be the same.
 *
 * OUT OF SCOPE
 *     Images: CODIGO_INTEGRIDAD is a number of ours, so that a code is there exactly
 *     where the base has one.
 */
#ifndef PREP_SIMULACRO_ORACULO_H
#define PREP_SIMULACRO_ORACULO_H

#include "base/status.h"

/* Writes <salida>/<sello>_PREP_<ELECCION>_<ENTIDAD>/<archivo>, each corte that the base
 * has; salida is made if needed. */
PREP_MUST_CHECK
enum prep_status oraculo_publica(const char *carpeta, const char *salida,
                                 struct prep_reason *reason);

#endif
