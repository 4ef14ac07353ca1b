/*
 * spool.h - what a CATD worker has promised to deliver: signed events on disk.
 *
 * PURPOSE
 *     SQLite file (WAL, synchronous=FULL). An event enters here before anybody is
 *     told that it was received, and leaves only in the sense that its acuse is
 *     stored beside it. The worker survives days without a link.
 *
 *     spool_append() signs and stores a batch in one commit: after PREP_OK every
 *     event of the batch is durable; after anything else none is, and the emitter
 *     is back where the file says.
 *
 *     One process at a time: the file is held exclusively while it is open.
 *
 * ERRORS
 *     PREP_ERR_FULL      the disk has no room: stop acknowledging, try again later
 *     PREP_ERR_CONFLICT  the file belongs to another process or election, or an acuse
 *                        names an event that is not the one stored
 *     PREP_ERR_RANGE     an event that nobody would accept (envelope_event_check);
 *                        nothing of the batch is stored
 *     PREP_ERR_UNAVAILABLE  another process holds the file
 *     PREP_ERR_IO        the rest. After a failed commit the file is opened again and
 *                        what it says is what holds: the next call may simply work.
 *
 * THREADS
 *     One.
 */
#ifndef PREP_SPOOL_H
#define PREP_SPOOL_H

#include "base/buffer.h"
#include "prep/emitter.h"

#define SPOOL_CLAVE_MAX 256u     /* bytes */
#define SPOOL_ADJUNTO_MAX 65536u /* bytes */
#define SPOOL_NAME_MAX 64u       /* bytes, of a durable value */

struct spool; /* opaque */

/* Opens or creates; sets the emitter to the end of the stored chain. */
PREP_MUST_CHECK
enum prep_status spool_open(const char *path, struct emitter *emitter,
                            struct spool **out_spool, struct prep_reason *reason);
void spool_close(struct spool **spool);

/*
 * acta: ACTA_ID_FUERA asks for an id of this worker's own range, which is
 * acta_id_fuera(emisor, secuencia): unique without a counter to keep.
 */
struct spool_item {
    Prep__Event *event; /* in: body, acta, hora_ms, sigue_a */
    const char *clave;  /* in: idempotency key of the caller (request id, file name),
                           NULL for none; a key already stored is not stored again */
    const void
        *adjunto; /* in: caller's note kept with it (a path, JSON); may be NULL */
    size_t adjunto_len;
    uint64_t secuencia; /* out */
    struct hash hash;   /* out */
    bool repetido;      /* out: clave was already there; secuencia and hash are its */
};

PREP_MUST_CHECK
enum prep_status spool_append(struct spool *spool, struct spool_item *items,
                              size_t count, struct prep_reason *reason);

/* One stored event, for sending. */
struct spool_event {
    uint64_t secuencia;
    struct hash hash;
    const void *envelope; /* valid until the visit returns */
    size_t envelope_len;
    const void *adjunto;
    size_t adjunto_len;
};
typedef enum prep_status (*spool_visit)(const struct spool_event *event, void *context);

/* Events from `desde` without acuse, at most `max`, in order. The visit must not use
 * the spool; a status other than PREP_OK ends the round and is returned. */
PREP_MUST_CHECK
enum prep_status spool_pending(struct spool *spool, uint64_t desde, size_t max,
                               spool_visit visit, void *context,
                               struct prep_reason *reason);
/* The same, with or without acuse: a ledger that lost events gets them again. */
PREP_MUST_CHECK
enum prep_status spool_read(struct spool *spool, uint64_t desde, size_t max,
                            spool_visit visit, void *context,
                            struct prep_reason *reason);
/* Stores one signed acuse (bytes as they came) for the events and images it names,
 * one commit. One that says nothing new is not stored again. */
PREP_MUST_CHECK
enum prep_status spool_acuse(struct spool *spool, const Prep__Acuse *acuse,
                             const void *bytes, size_t len, struct prep_reason *reason);
/* Whether an acuse has named this image as whole on disk at the CCV. */
PREP_MUST_CHECK
enum prep_status spool_image_acked(struct spool *spool, const struct hash *sha256,
                                   bool *out_acked, struct prep_reason *reason);
/* The event stored under a clave; PREP_ERR_NOT_FOUND if there is none. */
PREP_MUST_CHECK
enum prep_status spool_find(struct spool *spool, const char *clave,
                            uint64_t *out_secuencia, struct hash *out_hash,
                            bool *out_acked, struct prep_reason *reason);
/* Events stored and not yet acknowledged, and the sequence of the oldest of them
 * (0 when there is none); total is also the last sequence of the chain. */
PREP_MUST_CHECK
enum prep_status spool_count(struct spool *spool, uint64_t *out_pending,
                             uint64_t *out_first, uint64_t *out_total,
                             struct prep_reason *reason);

/* Small durable values of the worker (counters, marks). PREP_ERR_NOT_FOUND if unset. */
PREP_MUST_CHECK
enum prep_status spool_value_get(struct spool *spool, const char *name,
                                 uint64_t *out_value, struct prep_reason *reason);
PREP_MUST_CHECK
enum prep_status spool_value_set(struct spool *spool, const char *name, uint64_t value,
                                 struct prep_reason *reason);

#endif
