/*
 * calculo.h - one corte computed from one snapshot and written aside.
 *
 * PURPOSE
 *     Reads what changed since the last corte (or everything), moves the running sums,
 *     makes the objects bottom up, the bases and the pages, and gives the size
 *     and root of the ledger prefix and the hash of the root object. Nothing public
 *     changes.
 *
 * DETERMINISM
 *     What is written depends on the ledger prefix, the definition, the catalogue and
 *     the corte's own numbers; not on the clock, the threads or what was
 *     published before. Computing from scratch gives the same bytes.
 *
 * ERRORS
 *     PREP_ERR_CONFLICT  the corte does not agree with itself. After any error the sums
 *                        are forgotten and the next corte computes all.
 */
#ifndef PUBLICA_CALCULO_H
#define PUBLICA_CALCULO_H

#include "aside.h"
#include "formatos.h"
#include "publica.h"

struct calculo_cuenta {
    bool completo;
    size_t actas, grupos;   /* read; made */
    size_t archivos, bytes; /* written aside */
    size_t base_count;
    struct corte_base bases[ELECCION_MAX];
    size_t formato_count;
    struct corte_base formatos[FORMATOS_MAX]; /* what was made of those bases */
};

/*
 * corte: numero, times, ultimo and bases are given; tamano, raiz and objeto are filled.
 * tamano is CALCULO_TODO for whatever the snapshot has; else that prefix, and it is the
 * caller who knows that no acta changed after it.
 */
#define CALCULO_TODO UINT64_MAX
PREP_MUST_CHECK
enum prep_status calculo_corre(struct publica *publica, struct aside *aside,
                               struct corte *corte, struct calculo_cuenta *out_cuenta,
                               struct prep_reason *reason);

#endif
