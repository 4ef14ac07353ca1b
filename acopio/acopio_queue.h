/*
 * acopio_queue.h - requests that arrive together become durable together.
 *
 * PURPOSE
 *     Holds the checked requests of one turn of the loop; acopio_queue_flush() signs
 *     and stores everything in one spool commit, and answers each request. Nobody is
 * answered 200 before that commit.
 *
 * REPEATS
 *     A solicitud that the spool has is answered as it was the first time: same acta,
 *     same secuencia, same hash. The same solicitud asking for something else is
 *     answered 409 "solicitud.conflicto", and the rest of its list stays stored.
 *
 * NUMBERS FUERA DE CATALOGO
 *     Given by the spool with the number of the event (spool.h), in the same commit.
 *
 * ERRORS
 *     A full disk or a failed store answers 503 "cola.llena" or "cola.fallida" to
 *     everybody in the turn; nothing of it was stored, and they may try again.
 *
 * LOG
 *     acopio.encolado, solicitud.conflicto, disco.lleno, disco.recuperado,
 *     cola.fallida.
 */
#ifndef PREP_ACOPIO_QUEUE_H
#define PREP_ACOPIO_QUEUE_H

#include "acopio_request.h"
#include "base/http.h"
#include "prep/spool.h"

#define ACOPIO_QUEUE_MAX 1000u /* acopios in one commit */

struct acopio_queue; /* opaque */

PREP_MUST_CHECK
enum prep_status acopio_queue_new(struct acopio_queue **out_queue, struct spool *spool,
                                  const struct topology_process *self,
                                  struct prep_reason *reason);
void acopio_queue_free(struct acopio_queue **queue);

/* Takes both; flushes first when the request does not fit. */
void acopio_queue_take(struct acopio_queue *queue, struct http_request *http,
                       struct acopio_request *request);
/* false when nothing waited. */
bool acopio_queue_flush(struct acopio_queue *queue);

#endif
