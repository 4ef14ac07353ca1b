/*
 * corre_catd.h - the CATDs of the night: acopio by HTTP, images in the hot folder.
 *
 * PURPOSE
 *     Acopios go to each acopio worker in order, one request at a time, so that the
 *     ids of fuera de catalogo do not depend on chance. Images are generated, written
 *     beside with their sidecar and renamed in, as a scanner would.
 *
 *     catd_entregado() tells whether everything handed over has its acuse: only then
 *     is it in the ledger.
 */
#ifndef PREP_CORRE_CATD_H
#define PREP_CORRE_CATD_H

#include "simulacro/corre_noche.h"

struct catds; /* opaque */

struct catds *catds_new(struct noche *noche);
void catds_free(struct catds **catds);
void catds_turno(struct catds *catds);

/* Asks the workers; true once nothing that was handed over lacks its acuse. */
bool catds_entregado(struct catds *catds);
/* What workers say they still owe, for the progress line. */
uint64_t catds_pendientes(const struct catds *catds);

#endif
