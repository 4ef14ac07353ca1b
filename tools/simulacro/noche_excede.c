/*
 * Actas that exceed their limit and whose votes the publisher erased (prep-rules
 * 16.2 #22). A number that exceeds the limit stands in for what was lost, so that the
 * rules can see what the publisher saw. It stands as nulos, so that nobody's candidacy
 * gets votes that were not seen; the cell is published as we have it, and compara lists
 * it with its cause.
 */
#include <stdio.h>

#include "simulacro/noche.h"

static size_t nulos(const struct noche_eleccion *eleccion)
{
    for (size_t c = eleccion->campo_count; c < eleccion->celda_count; c++) {
        if (eleccion->celdas[c].clase == COL_NULOS) {
            return c;
        }
    }
    return eleccion->celda_count - 1;
}

void noche_excede(struct noche *noche, struct noche_eleccion *eleccion)
{
    const size_t option = nulos(eleccion);
    size_t count = 0;

    for (size_t i = 0; i < eleccion->acta_count; i++) {
        struct noche_acta *acta = &eleccion->actas[i];
        struct acta_decision decision;
        char published[24];

        if (acta->celdas == NULL ||
            (acta->fila->lectura.observacion & OBS_EXCEDE) == 0 ||
            acta->fila->lectura.suma != 0) {
            continue;
        }
        noche_decide(eleccion, acta, &eleccion->reglas, &decision);
        (void)snprintf(published, sizeof published, "%ld", (long)acta->celdas[option]);
        acta->celdas[option] = (celda)decision.limite + 1;
        acta->excede = true;
        count++;
        noche_supuesto(noche, eleccion, acta, eleccion->celdas[option].clave, published,
                       acta->celdas[option],
                       "EXCEDE con los votos borrados: un voto más que su límite");
    }
    if (count > 0) {
        noche_nota(noche, eleccion,
                   "%zu actas EXCEDE publicadas con sus votos en cero: se les ponen "
                   "votos nulos, uno más que su límite (supuestos.csv), y compara "
                   "las señala",
                   count);
    }
}
