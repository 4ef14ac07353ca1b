#include "prep/sender.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "prep/envelope.h"
#include "sender_private.h"

#define PETICION_EXTRA 16u /* tag and length around an envelope */
#define BACKOFF_MAX_MS 10000

void sender_failed(struct sender *s, enum prep_status status, const char *reason)
{
    if (s->options.callbacks.failed != NULL) {
        s->options.callbacks.failed(s->options.callbacks.context, status, reason);
    }
}

enum prep_status sender_first_pending(struct sender *s, uint64_t *out_first,
                                      uint64_t *out_total)
{
    uint64_t pending, first, total;
    struct prep_reason reason;
    enum prep_status status;

    status = spool_count(s->options.spool, &pending, &first, &total, &reason);
    if (status != PREP_OK) {
        sender_failed(s, status, reason.text);
        return status;
    }
    *out_first = first != 0 ? first : total + 1;
    *out_total = total;
    return PREP_OK;
}

static uint64_t pending_now(struct sender *s)
{
    uint64_t pending, first, total;

    if (spool_count(s->options.spool, &pending, &first, &total, NULL) != PREP_OK) {
        return 0;
    }
    return pending;
}

void sender_line(struct sender *s, bool up)
{
    if (s->up == up) {
        return;
    }
    s->up = up;
    if (s->options.callbacks.line != NULL) {
        s->options.callbacks.line(s->options.callbacks.context, up, pending_now(s));
    }
}

/* ---- what is on its way */

static void flight_clear(struct sender *s)
{
    s->flight_count = 0;
    s->asides = 0;
    s->waiting_since_ms = 0;
}

void sender_restart(struct sender *s)
{
    flight_clear(s);
    s->state = SENDER_ASKING;
    s->asked = false;
}

void sender_pause(struct sender *s, enum sender_state state, int64_t ms)
{
    flight_clear(s);
    s->state = state;
    s->asked = false;
    if (state == SENDER_STOPPED) {
        s->window = 1;
    } else { /* each refusal in a row waits longer; an acuse forgets them */
        ms = s->backoff_ms;
        s->backoff_ms =
            s->backoff_ms * 2 < BACKOFF_MAX_MS ? s->backoff_ms * 2 : BACKOFF_MAX_MS;
    }
    s->resume_ms = clock_monotonic_ms() + ms;
}

static void waiting(struct sender *s)
{
    if (s->waiting_since_ms == 0) {
        s->waiting_since_ms = clock_monotonic_ms();
    }
}

void sender_progress(struct sender *s)
{
    const bool waits = s->flight_count > 0 || s->asides > 0 || s->asked;

    s->waiting_since_ms = waits ? clock_monotonic_ms() : 0;
}

/* ---- sending */

/* Asks what the service holds. Without a link there is nobody to ask yet. */
static void ask(struct sender *s)
{
    Prep__ConsultaCabeza consulta = PREP__CONSULTA_CABEZA__INIT;
    Prep__Peticion peticion = PREP__PETICION__INIT;
    uint64_t first, total;
    uint8_t bytes[64];
    size_t len;

    if (sender_first_pending(s, &first, &total) != PREP_OK) {
        return;
    }
    consulta.emisor = s->options.self->numero;
    peticion.cuerpo_case = PREP__PETICION__CUERPO_CABEZA;
    peticion.cabeza = &consulta;
    len = prep__peticion__get_packed_size(&peticion);
    assert(len <= sizeof bytes);
    (void)prep__peticion__pack(&peticion, bytes);
    s->asked_ms = clock_monotonic_ms();
    waiting(s); /* without a link too: the silence is the same */
    if (transport_send(s->sock, NULL, bytes, len) == PREP_OK) {
        s->asked = true;
        s->asked_floor = first - 1;
    }
}

/* PREP_ERR_FULL ends the round: no link, or its queue is full. */
static enum prep_status event_send(const struct spool_event *event, void *context)
{
    uint8_t bytes[ENVELOPE_BYTES_MAX + PETICION_EXTRA];
    Prep__Peticion peticion = PREP__PETICION__INIT;
    struct sender *s = context;
    enum prep_status status;
    size_t len;

    peticion.cuerpo_case = PREP__PETICION__CUERPO_SOBRE;
    peticion.sobre.len = event->envelope_len;
    peticion.sobre.data = (uint8_t *)(uintptr_t)event->envelope; /* only read */
    len = prep__peticion__get_packed_size(&peticion);
    assert(len <= sizeof bytes);
    (void)prep__peticion__pack(&peticion, bytes);
    status = transport_send(s->sock, NULL, bytes, len);
    if (status != PREP_OK) {
        waiting(s);
        return PREP_ERR_FULL;
    }
    s->flight[s->flight_count++] = event->secuencia;
    s->cursor = event->secuencia + 1;
    waiting(s);
    return PREP_OK;
}

void sender_pump(struct sender *s)
{
    struct prep_reason reason;
    enum prep_status status;

    while (s->state == SENDER_RUNNING && !s->drained && s->flight_count < s->window) {
        const uint64_t before = s->cursor;
        unsigned room = s->window - s->flight_count;

        if (s->cursor < s->resend_end) {
            if (room > s->resend_end - s->cursor) {
                room = (unsigned)(s->resend_end - s->cursor);
            }
            status =
                spool_read(s->options.spool, s->cursor, room, event_send, s, &reason);
        } else {
            status = spool_pending(s->options.spool, s->cursor, room, event_send, s,
                                   &reason);
        }
        if (status == PREP_ERR_FULL) {
            return; /* the next tick tries again */
        }
        if (status != PREP_OK) {
            sender_failed(s, status, reason.text);
            sender_pause(s, SENDER_WAITING, 0);
            return;
        }
        s->drained = s->cursor == before;
    }
}

enum prep_status sender_send(struct sender *s, const Prep__Peticion *peticion)
{
    const bool chunk = peticion->cuerpo_case == PREP__PETICION__CUERPO_TROZO;
    enum prep_status status;
    uint8_t *bytes;
    size_t len;

    if (!s->up || (chunk && s->asides >= SENDER_CHUNKS_MAX)) {
        return PREP_ERR_FULL;
    }
    len = prep__peticion__get_packed_size(peticion);
    assert(len <= TRANSPORT_MESSAGE_MAX);
    bytes = malloc(len + 1);
    if (bytes == NULL) {
        abort();
    }
    (void)prep__peticion__pack(peticion, bytes);
    status = transport_send(s->sock, NULL, bytes, len);
    free(bytes);
    if (status == PREP_OK) {
        s->asides++;
        waiting(s);
    }
    return status;
}

/* ---- time */

/* No progress for too long while something waits for an answer. What else is heard
 * meanwhile does not count: answers about images say nothing of a lost event. */
static void silence_check(struct sender *s, int64_t now)
{
    const int64_t limit = s->asides > 0 ? SENDER_CHUNK_SILENCE_MS : s->silence_ms;

    if (s->waiting_since_ms == 0 || now - s->waiting_since_ms < limit) {
        return;
    }
    s->silence_ms = s->silence_ms * 2 < SENDER_SILENCE_MAX_MS ? s->silence_ms * 2
                                                              : SENDER_SILENCE_MAX_MS;
    sender_line(s, false);
    sender_restart(s);
}

void sender_on_timer(struct sender *s)
{
    const int64_t now = clock_monotonic_ms();

    if (transport_link_lost(s->monitor)) {
        sender_line(s, false);
        if (s->state == SENDER_RUNNING || s->state == SENDER_ASKING) {
            sender_restart(s); /* what was on its way may be lost; the head will say */
        }
    }
    switch (s->state) {
    case SENDER_WAITING:
    case SENDER_STOPPED:
        if (now >= s->resume_ms) {
            sender_restart(s);
            ask(s);
        }
        return;
    case SENDER_ASKING:
        silence_check(s, now);
        if (!s->asked) {
            ask(s);
        }
        return;
    case SENDER_RUNNING:
        silence_check(s, now);
        if (s->state == SENDER_RUNNING) {
            sender_pump(s);
            if (s->waiting_since_ms == 0 && now - s->asked_ms >= SENDER_IDLE_MS) {
                ask(s); /* is anybody there? */
            }
        }
        return;
    }
}

void sender_wake(struct sender *s)
{
    s->drained = false;
    sender_pump(s);
}

void sender_on_readable(struct sender *s)
{
    zframe_t *body;

    for (;;) {
        const enum prep_status status = transport_receive(s->sock, NULL, &body);

        if (status == PREP_ERR_NOT_FOUND) {
            break;
        }
        if (status != PREP_OK) {
            sender_failed(s, PREP_ERR_AUTH, "respuesta de varias partes");
            continue;
        }
        sender_answer(s, zframe_data(body), zframe_size(body));
        zframe_destroy(&body);
    }
    sender_pump(s);
}

/* ---- life */

enum prep_status sender_open(struct sender **out_sender,
                             const struct sender_options *options,
                             struct prep_reason *reason)
{
    enum prep_status status;
    struct sender *s;

    assert(options->topology != NULL && options->self != NULL);
    assert(options->service != NULL && options->keys != NULL && options->spool != NULL);
    s = calloc(1, sizeof *s);
    if (s == NULL) {
        abort();
    }
    s->options = *options;
    if (s->options.window == 0) {
        s->options.window = SENDER_WINDOW_DEFAULT;
    }
    if (s->options.window > SENDER_WINDOW_MAX) {
        s->options.window = SENDER_WINDOW_MAX;
    }
    s->window = s->options.window;
    s->cursor = 1;
    s->silence_ms = SENDER_SILENCE_MS;
    s->backoff_ms = SENDER_BACKOFF_MIN_MS;
    status = transport_dealer(&s->sock, options->service, options->keys, reason);
    if (status == PREP_OK) {
        status = transport_link_watch(s->sock, &s->monitor, reason);
    }
    if (status != PREP_OK) {
        sender_close(&s);
        return status;
    }
    sender_restart(s);
    ask(s);
    *out_sender = s;
    return PREP_OK;
}

zsock_t *sender_socket(struct sender *s)
{
    return s->sock;
}

bool sender_idle(const struct sender *s)
{
    uint64_t pending, first, total;

    return spool_count(s->options.spool, &pending, &first, &total, NULL) == PREP_OK &&
           pending == 0;
}

void sender_close(struct sender **sender)
{
    if (*sender == NULL) {
        return;
    }
    zsock_destroy(&(*sender)->monitor);
    zsock_destroy(&(*sender)->sock);
    free(*sender);
    *sender = NULL;
}
