/*
 * corte.h - a corte from beginning to end, and finishing one that a crash cut short.
 *
 * ORDER (docs/decisiones/0002-orden-del-corte.md)
 *     computed and checked aside -> sealed aside (durable) -> Corte event committed ->
 *     everything moved into place, pointers last.
 *     Before the commit the number is free. After it that number is this corte, whose
 *     files are already on disk: corte_recupera() moves them.
 *
 * ERRORS
 *     PREP_ERR_CONFLICT     the corte does not agree with itself: its files are kept in
 *                           .rechazados, the corte before stays
 *     PREP_ERR_DUPLICATE    another publica made a corte meanwhile
 *     PREP_ERR_UNAVAILABLE, PREP_ERR_UNKNOWN   corte_recupera() before anything else
 */
#ifndef PUBLICA_CORTE_H
#define PUBLICA_CORTE_H

#include "calculo.h"

struct corte_pedido {
    int64_t nominal_ms;
    int64_t hora_ms; /* of the event */
    bool ultimo, bases;
};

/* Reads what the ledger says, finishes or drops what waits aside. Cheap when there is
 * nothing to do; called at start and after any error. */
PREP_MUST_CHECK
enum prep_status corte_recupera(struct publica *publica, struct prep_reason *reason);

PREP_MUST_CHECK
enum prep_status corte_hace(struct publica *publica, const struct corte_pedido *pedido,
                            struct corte *out_corte, struct prep_reason *reason);

/*
 * Writes corte `numero` again, whole, into publica->salida, without an event. Refused
 * (PREP_ERR_STATE) when actas changed after it: reproduce the ledger up to it first.
 */
PREP_MUST_CHECK
enum prep_status corte_republica(struct publica *publica, uint64_t numero,
                                 struct corte *out_corte, struct prep_reason *reason);

#endif
