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
 *     failed() tells what went wrong, by what it means for the line:
 *
 *         PREP_ERR_CONFLICT  stopped: the service refused an event for good, or holds
 *                            more of this chain than the spool, or another event in
 *                            the place of one of ours (a spool restored from a copy,
 *                            two workers with one key). Tries again, one event at a
 *                            time, every SENDER_STOPPED_MS.
 *         PREP_ERR_GAP       the ledger lost events that it had acknowledged (restored
 *                            from an old copy); they are being sent again
 *         PREP_ERR_AUTH      an answer or an acuse that is not good; not stored
 *         any other          of the spool: FULL, IO... waits and goes on
 *
 *     A service that cannot store now (UNAVAILABLE, FULL, IO, UNKNOWN, MEMORY in its
 *     Rechazo) is waited for, longer each time.
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

#define SENDER_WINDOW_DEFAULT 64u
#define SENDER_WINDOW_MAX 512u
#define SENDER_CHUNKS_MAX 48u  /* image chunks without answer; see image_queue.h */
#define SENDER_SILENCE_MS 3000 /* unanswered for this long: the line is down */
#define SENDER_SILENCE_MAX_MS 10000
#define SENDER_CHUNK_SILENCE_MS 30000 /* the same while a chunk is on its way */
#define SENDER_IDLE_MS 10000          /* asks for the head when nothing else is said */
#define SENDER_STOPPED_MS 60000

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
/* For image chunks and questions, outside the event window. PREP_ERR_FULL: the line is
 * down or SENDER_CHUNKS_MAX chunks wait for their Avance; try later. */
PREP_MUST_CHECK
enum prep_status sender_send(struct sender *sender, const Prep__Peticion *peticion);
bool sender_idle(const struct sender *sender); /* nothing without acuse */
void sender_close(struct sender **sender);

#endif
