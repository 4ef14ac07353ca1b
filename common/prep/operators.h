/*
 * operators.h - who may work at a terminal, and in which stage.
 *
 * FILE operadores.yaml
 *     operadores:
 *       - id: 4411                       # goes in every event; from 1, never reused
 *         token_sha256: <64 hex digits>  # SHA-256 of the token, never the token
 *         etapas: [captura, verifica]    # acopio digitaliza captura verifica publica
 *                                        # coordinacion
 *
 *     Ids and tokens are unique. The token travels in "Authorization: Bearer <token>"
 *     behind nginx's TLS; it must be random (128 bits or more), since its hash is
 *     unsalted.
 *
 * TIMING
 *     The token given is hashed before anything is compared, then the whole hash is
 *     compared in constant time: how long an answer takes says nothing about a token.
 *
 * ERRORS
 *     operators_load  PREP_ERR_CONFIG with file, line, value and cure
 *     operators_find  PREP_ERR_AUTH  no such token (HTTP 401)
 *                     PREP_ERR_STATE an operator, but not of this stage (HTTP 403)
 *
 * OWNERSHIP AND THREADS
 *     Immutable after load.
 */
#ifndef PREP_OPERATORS_H
#define PREP_OPERATORS_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "prep/topology.h"

#define OPERATORS_MAX 20000u
#define OPERATORS_ID_MAX INT32_MAX /* a PostgreSQL integer */
#define OPERATORS_TOKEN_MIN 16u    /* bytes; a shorter one is refused unread */
#define OPERATORS_TOKEN_MAX 256u

/* In the list of etapas, "coordinacion": no stage, but who may correct, reopen and
 * identify actas, always two of them. */
#define OPERATORS_COORDINACION ((enum etapa)31)

struct operators; /* opaque */

PREP_MUST_CHECK
enum prep_status operators_load(const char *path, struct operators **out_operators,
                                struct prep_reason *reason);
void operators_free(struct operators **operators);
size_t operators_count(const struct operators *operators);

/* token may be NULL (none was given). *out_id is written for PREP_ERR_STATE too, so
 * that the log can say who it was. */
PREP_MUST_CHECK
enum prep_status operators_find(const struct operators *operators, const char *token,
                                enum etapa etapa, uint32_t *out_id);

#endif
