/* What the service says, and what it changes. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "prep/envelope.h"
#include "sender_private.h"

#define REASON_MAX 300u

static bool flight_take(struct sender *s, uint64_t secuencia)
{
    for (unsigned i = 0; i < s->flight_count; i++) {
        if (s->flight[i] == secuencia) {
            s->flight[i] = s->flight[--s->flight_count];
            return true;
        }
    }
    return false;
}

static bool flight_has(const struct sender *s, uint64_t secuencia)
{
    for (unsigned i = 0; i < s->flight_count; i++) {
        if (s->flight[i] == secuencia) {
            return true;
        }
    }
    return false;
}

static void aside_answered(struct sender *s)
{
    if (s->asides > 0) {
        s->asides--;
    }
    if (s->flight_count == 0) {
        sender_progress(s);
    }
}

/* ---- acuse */

static void acuse_heard(struct sender *s, const ProtobufCBinaryData *bytes)
{
    struct prep_reason reason;
    enum prep_status status;
    Prep__Acuse *acuse = NULL;

    status = acuse_open(s->options.topology, bytes->data, bytes->len, &acuse, &reason);
    if (status != PREP_OK) {
        sender_failed(s, PREP_ERR_AUTH, reason.text);
        return;
    }
    if (acuse->servicio != s->options.service->numero) {
        sender_failed(s, PREP_ERR_AUTH, "acuse de un servicio que no es el nuestro");
        acuse_close(&acuse);
        return;
    }
    status = spool_acuse(s->options.spool, acuse, bytes->data, bytes->len, &reason);
    if (status == PREP_OK) {
        for (size_t i = 0; i < acuse->n_eventos; i++) {
            if (flight_take(s, acuse->eventos[i]->secuencia)) {
                sender_progress(s);
            }
        }
        for (size_t i = 0; i < acuse->n_imagenes; i++) {
            aside_answered(s);
        }
        s->backoff_ms = SENDER_BACKOFF_MIN_MS;
        s->window = s->options.window;
        if (s->options.callbacks.acked != NULL) {
            s->options.callbacks.acked(s->options.callbacks.context, acuse);
        }
    } else if (status == PREP_ERR_CONFLICT) { /* of events that are not ours */
        sender_failed(s, PREP_ERR_AUTH, reason.text);
    } else { /* no room for it: ask for it again later */
        sender_failed(s, status, reason.text);
        sender_pause(s, SENDER_WAITING, 0);
    }
    acuse_close(&acuse);
}

/* ---- rejection */

static bool is_later(int32_t status)
{
    return status == PREP_ERR_UNAVAILABLE || status == PREP_ERR_FULL ||
           status == PREP_ERR_IO || status == PREP_ERR_UNKNOWN ||
           status == PREP_ERR_MEMORY;
}

static void tell_rejected(struct sender *s, const Prep__Rechazo *rechazo)
{
    if (s->options.callbacks.rejected != NULL) {
        s->options.callbacks.rejected(s->options.callbacks.context, rechazo);
    }
}

/* Of an event in flight: the line depends on it. */
static void event_rejected(struct sender *s, const Prep__Rechazo *rechazo)
{
    char text[REASON_MAX];

    tell_rejected(s, rechazo);
    if (rechazo->status == PREP_ERR_GAP) {
        sender_restart(s); /* the head says from where */
        return;
    }
    if (is_later(rechazo->status)) {
        sender_pause(s, SENDER_WAITING, 0);
        return;
    }
    (void)snprintf(text, sizeof text,
                   "el servicio no acepta el evento %llu (%.60s: %.160s); la línea se "
                   "detiene",
                   (unsigned long long)rechazo->secuencia, rechazo->evento,
                   rechazo->motivo);
    sender_failed(s, PREP_ERR_CONFLICT, text);
    sender_pause(s, SENDER_STOPPED, SENDER_STOPPED_MS);
}

static void rechazo_heard(struct sender *s, const Prep__Rechazo *rechazo)
{
    if (rechazo->secuencia != 0) {
        /* One that is not in flight was sent before a restart: it is known already. */
        if (s->state == SENDER_RUNNING && flight_has(s, rechazo->secuencia)) {
            event_rejected(s, rechazo);
        }
        return;
    }
    tell_rejected(s, rechazo);
    if (s->asides > 0) { /* of an image: events go on */
        aside_answered(s);
    } else if (is_later(rechazo->status)) { /* of our question for the head */
        sender_pause(s, SENDER_WAITING, 0);
    }
}

/* ---- head */

struct hash_at {
    struct hash hash;
    bool found;
};

static enum prep_status hash_visit(const struct spool_event *event, void *context)
{
    struct hash_at *at = context;

    at->hash = event->hash;
    at->found = true;
    return PREP_OK;
}

/* Why the service's chain and ours are not the same; NULL when they are. */
static const char *chain_compare(struct sender *s, const Prep__Cabeza *cabeza,
                                 uint64_t total)
{
    struct hash_at at = { .found = false };

    if (cabeza->secuencia > total) {
        return "el libro tiene más eventos de este emisor que la cola; "
               ""
               "la cola es una copia vieja o hay dos procesos con la misma llave";
    }
    if (cabeza->secuencia == 0) {
        return NULL;
    }
    if (spool_read(s->options.spool, cabeza->secuencia, 1, hash_visit, &at, NULL) !=
            PREP_OK ||
        !at.found) {
        return NULL; /* the spool reports its own troubles when it is next used */
    }
    if (cabeza->hash.len != HASH_LEN ||
        memcmp(cabeza->hash.data, at.hash.bytes, HASH_LEN) != 0) {
        return "el libro tiene otro evento en el lugar de uno de la cola; hay dos "
               "procesos "
               "con la misma llave";
    }
    return NULL;
}

static void cabeza_heard(struct sender *s, const Prep__Cabeza *cabeza)
{
    uint64_t first, total;
    const char *why;

    if (cabeza->emisor != s->options.self->numero || !s->asked) {
        return; /* not an answer to our question */
    }
    s->asked = false;
    if (s->flight_count == 0) {
        sender_progress(s);
    }
    if (sender_first_pending(s, &first, &total) != PREP_OK) {
        sender_pause(s, SENDER_WAITING, 0);
        return;
    }
    why = chain_compare(s, cabeza, total);
    if (why != NULL) {
        sender_failed(s, PREP_ERR_CONFLICT, why);
        sender_pause(s, SENDER_STOPPED, SENDER_STOPPED_MS);
        return;
    }
    if (cabeza->secuencia < s->asked_floor) {
        char text[REASON_MAX];

        (void)snprintf(text, sizeof text,
                       "el libro termina en %llu y había acusado hasta "
                       "%llu; se vuelven a enviar",
                       (unsigned long long)cabeza->secuencia,
                       (unsigned long long)s->asked_floor);
        sender_failed(s, PREP_ERR_GAP, text);
        s->resend_end = s->asked_floor + 1;
        s->cursor = cabeza->secuencia + 1;
        s->flight_count = 0; /* to be sent again, with what is lost before them */
    } else if (s->state == SENDER_ASKING) {
        s->resend_end = 0;
        s->cursor = first;
    } else {
        return; /* only asked whether anybody was there */
    }
    s->state = SENDER_RUNNING;
    s->drained = false;
    sender_progress(s);
}

/* ---- all */

void sender_answer(struct sender *s, const void *bytes, size_t len)
{
    Prep__Respuesta *respuesta = NULL;

    if (len <= TRANSPORT_MESSAGE_MAX) {
        respuesta = prep__respuesta__unpack(NULL, len, bytes);
    }
    if (respuesta == NULL) {
        sender_failed(s, PREP_ERR_AUTH, "respuesta que no se entiende");
        return;
    }
    s->silence_ms = SENDER_SILENCE_MS;
    sender_line(s, true);
    switch (respuesta->cuerpo_case) {
    case PREP__RESPUESTA__CUERPO_ACUSE:
        acuse_heard(s, &respuesta->acuse);
        break;
    case PREP__RESPUESTA__CUERPO_RECHAZO:
        rechazo_heard(s, respuesta->rechazo);
        break;
    case PREP__RESPUESTA__CUERPO_CABEZA:
        cabeza_heard(s, respuesta->cabeza);
        break;
    case PREP__RESPUESTA__CUERPO_AVANCE:
        aside_answered(s);
        if (s->options.callbacks.avance != NULL) {
            s->options.callbacks.avance(s->options.callbacks.context,
                                        respuesta->avance);
        }
        break;
    default:
        sender_failed(s, PREP_ERR_AUTH, "respuesta vacía");
        break;
    }
    prep__respuesta__free_unpacked(respuesta, NULL);
}
