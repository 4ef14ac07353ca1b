/*
 * nist.h - the results of an election in the common format of NIST SP 1500-100 v2.
 *
 * PURPOSE
 *     International tools read "Election Results Reporting Common Data Format". One
 *     ElectionReport per election: its places (GpUnit) down to the territorio, its
 *     parties and coalitions, and one contest, or one per territorio when each of them
 *     elects somebody.
 *
 * HOW A PREP FITS (docs/FORMATO_PUBLICO.md, section 6)
 *     Each emblem of the ballot is a CandidateSelection with the votes it got by
 *     itself: a coalition's are those of the combination, nothing is distributed. No
 *     registradas is a write-in; nulos are BallotsRejected, and with the selections
 *     they add up to BallotsCast, total_votos_c_cs.
 *
 * SOURCE
 *     NIST SP 1500-100r2, doi.org/10.6028/NIST.SP.1500-100r2, JSON binding.
 */
#ifndef PUBLICA_NIST_H
#define PUBLICA_NIST_H

#include "objeto.h"

/* resumen: of the whole election, fuera de catalogo included. */
void nist_informe(const struct arbol *arbol, const struct eleccion *eleccion,
                  const struct resumen *resumen, const struct corte *corte,
                  struct buffer *out);

#endif
