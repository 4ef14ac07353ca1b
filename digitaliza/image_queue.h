/*
 * image_queue.h - a worker's images on their way to the CCV, resumable at any byte.
 *
 * PURPOSE
 *     An image waits until its event has its acuse (events go before images), then for
 *     its turn (small ones first), then travels in chunks from where the service says.
 * It is done when a signed acuse names its hash: then the file moves from enviadas/ to
 * hechas/. Nothing else is remembered: a restart reads the names in enviadas/ and asks
 * the service.
 *
 * PACE
 *     Few bytes travel at once: those of IMAGE_QUEUE_CHUNKS chunks, in one image or in
 *     many small ones. The size of a chunk starts small, doubles while answers come
 *     quickly and halves when they come slowly, so that on a thin link an event never
 *     waits behind more than a moment of image.
 *
 * A FILE THAT CHANGED
 *     When the service throws away what it got (wrong hash), the file is hashed again;
 *     if it is no longer what was signed it goes to rechazadas/ and imagen.alterada
 *     calls a person.
 *
 * LOG
 *     imagen.entregada, imagen.alterada, imagen.fallida.
 *
 * THREADS
 *     One; driven by the caller's loop.
 */
#ifndef PREP_IMAGE_QUEUE_H
#define PREP_IMAGE_QUEUE_H

#include "hot_folder.h"
#include "prep/sender.h"

#define IMAGE_QUEUE_CHUNK_MIN (8u * 1024u)
#define IMAGE_QUEUE_CHUNK_START (32u * 1024u)
#define IMAGE_QUEUE_CHUNKS 2u
#define IMAGE_QUEUE_ACTIVE_MAX 48u       /* images on their way at once */
#define IMAGE_QUEUE_ANSWER_MS 10000      /* then the service is asked again */
#define IMAGE_QUEUE_ANSWER_MAX_MS 120000 /* doubling up to this */
#define IMAGE_QUEUE_BUSY_MS 1000         /* after "later"; doubling */
#define IMAGE_QUEUE_BUSY_MAX_MS 30000

struct image_queue; /* opaque */

/* Where the queue's messages go: sender_send in the daemon. */
struct image_queue_options {
    const char *path; /* <entrada> */
    uint32_t emisor;
    void *context;
    enum prep_status (*send)(void *context, const Prep__Peticion *peticion);
};

/* Takes what enviadas/ holds. */
PREP_MUST_CHECK
enum prep_status image_queue_open(struct image_queue **out_queue,
                                  const struct image_queue_options *options,
                                  struct prep_reason *reason);
void image_queue_close(struct image_queue **queue);

void image_queue_take(struct image_queue *queue, const struct hot_image *image);
/* Events before `secuencia` have their acuse. */
void image_queue_events_acked(struct image_queue *queue, uint64_t secuencia);
void image_queue_on_acuse(struct image_queue *queue, const Prep__Acuse *acuse);
void image_queue_on_avance(struct image_queue *queue, const Prep__Avance *avance);
/* The line came back or went away: whatever was in flight is asked about again. */
void image_queue_on_line(struct image_queue *queue, bool up);
/* The service said "later": its disk or its database is away. */
void image_queue_on_busy(struct image_queue *queue);
/* It refused something about an image, without saying which one. */
void image_queue_on_refused(struct image_queue *queue);
/* Sends what can be sent; often. */
void image_queue_run(struct image_queue *queue);

/* Images not acknowledged yet, and those acknowledged since open. */
size_t image_queue_pending(const struct image_queue *queue);
uint64_t image_queue_done(const struct image_queue *queue);

#endif
