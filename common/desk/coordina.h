/*
 * coordina.h - what two people of coordinacion may do with an acta: correct its values,
 * reopen it, or say that an acta fuera de catalogo is this one.
 *
 * PURPOSE
 *     Pure functions over what was asked and the state of the actas: no sockets, no
 *     SQL, no clock. One person proposes with a reason; another confirms. What a
 *     proposal would replace is named by hash, so that nobody confirms a change of
 *     values that no longer stand.
 *
 * CODES of a refusal (docs/API_CAPTURA.md)
 *     those of prep/vida.h, and acta.desconocida, celdas.rechazadas, correccion.igual,
 *     imagen.ajena, imagen.faltante, eleccion.distinta, persona.repetida,
 *     propuesta.vencida
 *
 * SOURCE
 *     prep-rules 4 (corrections append a new version with author and reason), 20.6.
 */
#ifndef PREP_COORDINA_H
#define PREP_COORDINA_H

#include "desk/desk.h"
#include "prep/envelope.h"

/* A proposal, asked for or read from the ledger. */
struct coordina_propuesta {
    enum propuesta_clase clase;
    uint64_t acta, fuera;
    uint32_t operador;
    int64_t hora_ms;
    char motivo[EVENT_MOTIVO_MAX + 1];
    bool tiene_imagen;
    struct hash imagen;
    size_t celda_count;
    celda celdas[ELECCION_CELDAS_MAX];
    struct hash sigue_a; /* what it would replace */
};

/* acta, fuera: NULL when there is none with that id. out_decision comes zeroed; its
 * result is DESK_PROPUESTA, with *out_sigue_a, or DESK_RECHAZADA. */
void coordina_propone(const struct coordina_propuesta *propuesta,
                      const struct desk_acta *acta, const struct desk_acta *fuera,
                      struct hash *out_sigue_a, struct desk_decision *out_decision);

/* DESK_CONFIRMADA or DESK_RECHAZADA. */
void coordina_confirma(const struct coordina_propuesta *propuesta, uint32_t operador,
                       const struct desk_acta *acta, const struct desk_acta *fuera,
                       struct desk_decision *out_decision);

/* The values that stand: NULL and 0 when there are none. */
const celda *coordina_valores(const struct acta_row *row, size_t *out_count);

#endif
