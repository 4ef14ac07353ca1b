/*
 * image_reception.h - chunks in, whole images and their acuses out.
 *
 * PURPOSE
 *     The service's answer to Trozo and ConsultaImagen. Bytes are taken only for a
 *     hash that a signed Imagen event of the ledger announced; the request names that
 *     event, which is remembered from when it was stored or else read from the ledger
 * once per upload. What is received lives in the length of the partial file, so a
 * restart forgets nothing.
 *
 *     Images that became whole in one turn of the loop are checked, made durable and
 *     acknowledged together (image_reception_settle).
 *
 * ANSWERS
 *     Avance      how many bytes are held; the worker sends from there
 *     acuse       naming the image: it is whole on disk
 *     Rechazo     "imagen.no_anunciada", or "mensaje.rechazado" when the request
 *                 contradicts the event
 *     Rechazo     PREP_ERR_FULL or _UNAVAILABLE: the disk or the database is away, and
 *                 the worker asks again later
 *
 * LOG
 *     imagen.guardada, imagen.corrupta, imagen.fallida, disco.lleno,
 *     disco.recuperado.
 */
#ifndef PREP_IMAGE_RECEPTION_H
#define PREP_IMAGE_RECEPTION_H

#include "digitaliza.h"
#include "image_store.h"
#include "prep/service.h"

#define IMAGE_UPLOADS_MAX 1024u /* remembered; an older one is read again */

struct image_reception; /* opaque */

PREP_MUST_CHECK
enum prep_status image_reception_new(struct image_reception **out_reception,
                                     struct image_store *store,
                                     const struct service *service,
                                     struct prep_reason *reason);
void image_reception_free(struct image_reception **reception);

/* An Imagen event is in the ledger. */
void image_reception_announced(struct image_reception *reception,
                               const Prep__Event *event);
void image_reception_take(struct image_reception *reception, zframe_t *peer,
                          const Prep__Peticion *peticion);
/* After everything that waited was taken. */
void image_reception_settle(struct image_reception *reception);

#endif
