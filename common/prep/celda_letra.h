/*
 * celda_letra.h - a quantity written twice: in letter and in number.
 *
 * PURPOSE
 *     Votes are written in both ways on an acta. From what was read of each, the celda
 *     that stands and whether it is an inconsistency.
 *
 * FORM
 *     Each reading is a celda: a number, CELDA_ILEGIBLE, or CELDA_SIN_DATO when
 *     nothing is written. CELDA_NO_APLICA in both: the acta has no such cell.
 *
 * SOURCE
 *     prep-rules 6.1. Where both are legible and differ, the letter stands and the
 *     acta is not inconsistent for it.
 *
 * ERRORS
 *     PREP_ERR_RANGE     a reading is not a celda, or the cell exists in one only
 */
#ifndef PREP_CELDA_LETRA_H
#define PREP_CELDA_LETRA_H

#include "base/status.h"
#include "prep/celda.h"

struct celda_lecturas {
    celda letra, numero;
};

struct celda_resuelta {
    celda vale;
    bool inconsistente; /* the cell adds nothing and raises row 6 or 8 of table 6.2 */
    bool difieren;      /* both are legible and are not the same */
};

PREP_MUST_CHECK
enum prep_status celda_letra_resuelve(const struct celda_lecturas *lecturas,
                                      struct celda_resuelta *out_celda,
                                      struct prep_reason *reason);

#endif
