/*
 * desk_coordina_private.h - what the three files of proposals and confirmations share.
 */
#ifndef PREP_DESK_COORDINA_PRIVATE_H
#define PREP_DESK_COORDINA_PRIVATE_H

#include "desk/coordina.h"
#include "desk/desk_private.h"

/* What a request asks, and what became of it. */
struct coordina_acto {
    struct desk *desk;
    bool confirma;
    uint32_t operador;
    int64_t hora_ms;
    struct hash hash; /* of the Propuesta */
    struct coordina_propuesta propuesta;
    struct desk_decision decision;
    /* What the event points at until it is signed. */
    Prep__Propuesta cuerpo;
    Prep__Correccion correccion;
    Prep__Identificacion identificacion;
    Prep__Imagen imagen;
    struct hash evento, sha256, sigue_a;
    celda anteriores[ELECCION_CELDAS_MAX];
};

/* "correccion" for 1. */
const char *coordina_clase_texto(enum propuesta_clase clase);

/* desk_coordina_lee.c: the body of a request. */
PREP_MUST_CHECK
enum prep_status coordina_lee(struct coordina_acto *acto, const char *body, size_t len,
                              const char **err_code, struct prep_reason *reason);

/* desk_coordina_libro.c: what the ledger has, and what goes into it. */
PREP_MUST_CHECK
enum prep_status coordina_abre(const struct desk *desk, const PGresult *result, int row,
                               struct hash *out_hash, struct coordina_propuesta *out,
                               struct prep_reason *reason);
/* PREP_ERR_NOT_FOUND: there is none. */
PREP_MUST_CHECK
enum prep_status coordina_busca(struct coordina_acto *acto, struct prep_reason *reason);
/* This very person confirmed it before: the answer was lost. */
PREP_MUST_CHECK
enum prep_status coordina_ya_confirmada(const struct coordina_acto *acto, bool *out_ya,
                                        struct prep_reason *reason);
/* The event of an act that was decided; it points into the act. */
void coordina_evento(struct coordina_acto *acto, const struct desk_acta *acta,
                     const struct desk_acta *fuera, Prep__Event *event);

#endif
