/*
 * corre_cliente.h - many HTTP requests at once, each repeated until it is answered.
 *
 * PURPOSE
 *     The replay stands for people and devices, who insist. A request that meets a
 *     dead daemon, a broken connection, 429 or 5xx is sent again with the very same
 *     bytes (so the same idempotency keys) until somebody answers, or until it has
 *     gone `plazo_ms` without an answer: then its callback gets code 0.
 *
 * OWNERSHIP AND THREADS
 *     One thread. cliente_pide() copies all it is given. The JSON handed to the
 *     callback is borrowed; NULL when the answer was not JSON. Callbacks may make
 *     new requests.
 */
#ifndef PREP_CORRE_CLIENTE_H
#define PREP_CORRE_CLIENTE_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

struct cliente; /* opaque */

typedef void (*cliente_respuesta)(void *context, unsigned code, const json_t *json);

PREP_MUST_CHECK
enum prep_status cliente_abre(struct cliente **out_cliente, int64_t plazo_ms,
                              struct prep_reason *reason);
void cliente_cierra(struct cliente **cliente);

/* body NULL: a GET. token may be NULL. */
void cliente_pide(struct cliente *cliente, const char *url, const char *token,
                  const json_t *body, cliente_respuesta respuesta, void *context);

/* Moves everything that can move; waits at most wait_ms for something to happen. */
void cliente_avanza(struct cliente *cliente, int wait_ms);

size_t cliente_en_curso(const struct cliente *cliente);
/* How many times something had to be sent again, and the last reason why. */
uint64_t cliente_reintentos(const struct cliente *cliente, const char **out_motivo);

#endif
