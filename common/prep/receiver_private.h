/*
 * receiver_private.h - what receiver.c and receiver_reply.c share; nobody else.
 */
#ifndef PREP_RECEIVER_PRIVATE_H
#define PREP_RECEIVER_PRIVATE_H

#include "prep/receiver.h"

/* One verified event that waits for the commit of its batch. */
struct receiver_pending {
    zframe_t *peer;
    Prep__Peticion *peticion; /* owns the bytes that the envelope points at */
    struct envelope envelope;
    bool answered;
    uint32_t causas; /* its device time is doubtful: reloj.h */
};

struct receiver {
    struct receiver_options options;
    struct receiver_pending pending[LEDGER_BATCH_MAX];
    struct ledger_item items[LEDGER_BATCH_MAX]; /* items[i] is pending[i] */
    size_t pending_count;
    bool base_up;
    enum prep_status base_lost; /* why it went away, while !base_up */
    uint64_t refusal_tokens;    /* thousandths */
    int64_t refusal_ms;
    uint64_t refusals_omitted;
    struct buffer scratch; /* bytes of one answer */
    Prep__AcuseEvento acuse_events[LEDGER_BATCH_MAX];
    Prep__AcuseEvento *acuse_event_list[LEDGER_BATCH_MAX];
};

/* receiver_hora.c: notes which of from..to bring a doubtful time, and how many. */
size_t receiver_hora_cuenta(struct receiver *receiver, size_t from, size_t to);
/* ledger_store(), and for each new one that is doubtful a HoraDudosa of this service in
 * the same transaction. to - from + doubts <= LEDGER_BATCH_MAX. */
PREP_MUST_CHECK
enum prep_status receiver_hora_guarda(struct receiver *receiver, size_t from, size_t to,
                                      size_t doubts, struct prep_reason *reason);

void receiver_reply_reject(struct receiver *receiver, zframe_t *peer,
                           uint64_t secuencia, enum prep_status status,
                           const char *evento, const char *motivo, uint64_t esperada);
void receiver_reply_head(struct receiver *receiver, zframe_t *peer, uint32_t emisor,
                         uint64_t secuencia, const struct hash *hash);
/* Acuses, gaps and forks for the items stored from `from` to `to`. */
void receiver_reply_stored(struct receiver *receiver, size_t from, size_t to);
/* "Later" to every emitter of the batch. */
void receiver_reply_unavailable(struct receiver *receiver, size_t from, size_t to,
                                enum prep_status status, const char *motivo);
/* Reports and keeps, at a bounded rate. */
void receiver_report(struct receiver *receiver, const char *evento, const char *origen,
                     enum prep_status status, const char *motivo, uint64_t secuencia,
                     const void *bytes, size_t len, bool keep);
/* A routing id as text, for logs: out is 2 * 16 + 1 bytes at least. */
void receiver_peer_text(zframe_t *peer, char out_text[static 40]);

#endif
