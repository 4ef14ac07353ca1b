/*
 * sender_private.h - what sender.c (outgoing) and sender_answer.c (incoming) share.
 */
#ifndef PREP_SENDER_PRIVATE_H
#define PREP_SENDER_PRIVATE_H

#include "prep/sender.h"

#define SENDER_BACKOFF_MIN_MS 500

enum sender_state {
    SENDER_ASKING,  /* wants the head that the service holds before sending */
    SENDER_RUNNING, /* sends */
    SENDER_WAITING, /* the service cannot store now; until resume_ms */
    SENDER_STOPPED, /* refused; until resume_ms */
};

struct sender {
    struct sender_options options;
    zsock_t *sock;
    zsock_t *monitor; /* of its link */
    enum sender_state state;
    bool up; /* as last told through callbacks.line */
    bool asked;
    uint64_t asked_floor; /* acknowledged, without gaps, when we asked */
    uint64_t cursor;      /* next secuencia to send */
    uint64_t resend_end;  /* below this, also what has its acuse: the ledger lost it */
    bool drained;         /* nothing pending from cursor on, until woken */
    unsigned window;      /* 1 after a stop, until something is acknowledged */
    uint64_t flight[SENDER_WINDOW_MAX]; /* secuencias sent and not answered */
    unsigned flight_count;
    unsigned asides; /* chunks and questions about images, not answered */
    int64_t asked_ms, resume_ms;
    int64_t waiting_since_ms; /* since the last progress; 0: nothing is unanswered */
    int64_t silence_ms, backoff_ms;
};

/* sender.c, for the answers */
void sender_restart(struct sender *s);                       /* ask again, then send */
void sender_pause(struct sender *s, enum sender_state state, /* for a while */
                  int64_t ms);
void sender_progress(struct sender *s); /* something that waited was answered */
void sender_line(struct sender *s, bool up);
void sender_pump(struct sender *s);
void sender_failed(struct sender *s, enum prep_status status, const char *reason);
/* First secuencia without acuse, or one past the last when all have it. */
PREP_MUST_CHECK
enum prep_status sender_first_pending(struct sender *s, uint64_t *out_first,
                                      uint64_t *out_total);

/* sender_answer.c */
void sender_answer(struct sender *s, const void *bytes, size_t len);

#endif
