/*
 * vida.h - the life of an acta: one table, (state, event) -> state or refusal.
 *
 * PURPOSE
 *     What each stage asks before it lets an event in, and what docs/VIDA_DE_UN_ACTA.md
 *     prints. The state is read off the row of `acta` (vida_estado), which is a fold
 *     of the ledger, so nobody keeps it.
 *
 *     What a worker brings (acopio, sin acta, image) is a fact that happened at a CATD:
 *     it is never refused, whatever the state. What a service makes is refused when its
 *     turn has not come or is over.
 *
 * SOURCE
 *     prep-rules 4 (phases), 6.2 (states that are published), 20 items 6 and 7.
 *
 * OWNERSHIP AND THREADS
 *     Pure: plain functions over constants.
 */
#ifndef PREP_VIDA_H
#define PREP_VIDA_H

#include "base/buffer.h"
#include "prep/projection.h"

enum vida_estado {
    VIDA_ESPERADA,     /* in the catalogue, nothing has come */
    VIDA_SIN_ACTA,     /* its package came without it, with a cause */
    VIDA_RECIBIDA,     /* registered or photographed: work for the first capture */
    VIDA_CAPTURADA,    /* first capture: work for another person */
    VIDA_DISCREPANTE,  /* two captures that differ: work for a third person */
    VIDA_VERIFICADA,   /* its values stand */
    VIDA_CORREGIDA,    /* other values stand, by two people of coordinacion */
    VIDA_REABIERTA,    /* its values were withdrawn; none stand */
    VIDA_FUERA,        /* cannot be tied to an acta of the catalogue */
    VIDA_IDENTIFICADA, /* was fuera de catalogo; its image is now an acta's */
    VIDA_ESTADOS
};

enum vida_evento {
    VIDA_ACOPIO,           /* Acopio with sin_acta 0 */
    VIDA_ACOPIO_SIN_ACTA,  /* Acopio with a cause */
    VIDA_IMAGEN,           /* Imagen; or an Identificacion that brings one */
    VIDA_PRIMERA,          /* Captura, paso 1 */
    VIDA_SEGUNDA_IGUAL,    /* Captura, paso 2, and the Verificacion it settles */
    VIDA_SEGUNDA_DISTINTA, /* Captura, paso 2 */
    VIDA_TERCERA,          /* Captura, paso 3, and its Verificacion */
    VIDA_COTEJO,           /* Cotejo */
    VIDA_CORRECCION,       /* Correccion of clase 1 */
    VIDA_REAPERTURA,       /* Correccion of clase 2 */
    VIDA_IDENTIFICACION,   /* Identificacion, of the one that was fuera */
    VIDA_EVENTOS
};

struct vida_paso {
    bool acepta;
    enum vida_estado estado; /* acepta: the one that follows */
    const char *codigo;      /* refused: for programs (docs/API_CAPTURA.md) */
    const char *motivo;      /* refused: for people, with the cure */
};

struct vida_paso vida_paso(enum vida_estado estado, enum vida_evento evento);

enum vida_estado vida_estado(const struct acta_row *row);

const char *vida_estado_texto(enum vida_estado estado);
const char *vida_evento_texto(enum vida_evento evento);

/* The table as Markdown: a test compares it with the one in the docs. */
void vida_tabla(struct buffer *out);

#endif
