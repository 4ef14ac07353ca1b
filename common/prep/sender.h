/*
 * sender.h - a CATD worker's side of the line: spool to service, with a window.
 *
 * PURPOSE
 *     Sends pending events over a DEALER, at most `window` without an acuse; asks the
 *     service for its head after (re)connecting and resends from there; verifies and
 *     stores acuses; slows down while the service is silent. Losing the link, the
 *     service or this process at any instant loses nothing: the spool says what is
 *     left, the ledger says what arrived, repeats are answered as before.
 *
 * EVENTS (reported through callbacks; the daemon logs)
 *     acuse stored, rejection (gap: resends from `esperada`; fork or refusal: that
 *     event stops the line and an operator is told), silence, line back.
 *
 * THREADS
 *     One; driven by the caller's zloop: sender_on_readable(), sender_on_timer()
 *     about every 100 ms, sender_wake() after spool_append().
 */
#ifndef PREP_SENDER_H
#define PREP_SENDER_H

#include "prep/spool.h"
#include "prep/transport.h"

struct sender; /* opaque */

struct sender_callbacks {
    void *context;
    void (*acked)(void *context, const Prep__Acuse *acuse); /* after it is stored */
    void (*rejected)(void *context, const Prep__Rechazo *rechazo);
    void (*line)(void *context, bool up, uint64_t pending);    /* changed */
    void (*avance)(void *context, const Prep__Avance *avance); /* image progress */
    void (*failed)(void *context, enum prep_status status, const char *reason);
};

struct sender_options {
    const struct topology *topology;
    const struct topology_process *self, *service;
    const struct keys *keys;
    struct spool *spool;
    unsigned window; /* events in flight, default 64 */
    struct sender_callbacks callbacks;
};

PREP_MUST_CHECK
enum prep_status sender_open(struct sender **out_sender,
                             const struct sender_options *options,
                             struct prep_reason *reason);
zsock_t *sender_socket(struct sender *sender);
void sender_on_readable(struct sender *sender);
void sender_on_timer(struct sender *sender);
void sender_wake(struct sender *sender);
/* For image chunks, outside the event window; PREP_ERR_FULL: try later. */
PREP_MUST_CHECK
enum prep_status sender_send(struct sender *sender, const Prep__Peticion *peticion);
bool sender_idle(const struct sender *sender); /* nothing without acuse */
void sender_close(struct sender **sender);

#endif
