#include "prep/receiver_private.h"

#include <assert.h>
#include <string.h>

#include "base/clock.h"
#include "base/hash.h"
#include "prep/transport.h"

/* An AcuseEvento is at most: tag and length 2, secuencia 11, hash 34, posicion 11. */
#define ACUSE_EVENT_BYTES_MAX 58u
#define ACUSE_FIXED_BYTES_MAX 256u /* servicio, emisor, hora, key id, signature */
static_assert(LEDGER_BATCH_MAX * ACUSE_EVENT_BYTES_MAX + ACUSE_FIXED_BYTES_MAX <=
                  ENVELOPE_ACUSE_BYTES_MAX,
              "one acuse must hold a whole batch");

void receiver_peer_text(zframe_t *peer, char out_text[static 40])
{
    size_t len = peer == NULL ? 0 : zframe_size(peer);

    if (len > 16) {
        len = 16;
    }
    hex_write(peer == NULL ? NULL : zframe_data(peer), len, out_text);
}

void receiver_respond(struct receiver *receiver, zframe_t *peer,
                      const Prep__Respuesta *respuesta)
{
    size_t len = prep__respuesta__get_packed_size(respuesta);
    uint8_t *bytes = malloc(len == 0 ? 1 : len);

    if (bytes == NULL) {
        return; /* As if the answer had been lost: the worker asks again. */
    }
    prep__respuesta__pack(respuesta, bytes);
    /* A peer that does not read its answers loses them, and asks again. */
    (void)!transport_send(receiver->options.router, peer, bytes, len);
    free(bytes);
}

static void acuse_send(struct receiver *receiver, zframe_t *peer, Prep__Acuse *acuse)
{
    Prep__Respuesta respuesta = PREP__RESPUESTA__INIT;

    acuse->servicio = receiver->options.self->numero;
    acuse->hora_ms = clock_now_ms();
    buffer_clear(&receiver->scratch);
    acuse_sign(receiver->options.keys, acuse, &receiver->scratch);
    assert(buffer_status(&receiver->scratch) == PREP_OK); /* See the static_assert. */
    respuesta.cuerpo_case = PREP__RESPUESTA__CUERPO_ACUSE;
    respuesta.acuse.data = (uint8_t *)receiver->scratch.data;
    respuesta.acuse.len = receiver->scratch.len;
    receiver_respond(receiver, peer, &respuesta);
}

void receiver_acuse_images(struct receiver *receiver, zframe_t *peer, uint32_t emisor,
                           const struct hash *images, size_t count)
{
    ProtobufCBinaryData list[RECEIVER_ACUSE_IMAGES_MAX];
    Prep__Acuse acuse = PREP__ACUSE__INIT;

    assert(count <= RECEIVER_ACUSE_IMAGES_MAX);
    for (size_t i = 0; i < count; i++) {
        list[i].data = (uint8_t *)images[i].bytes;
        list[i].len = HASH_LEN;
    }
    acuse.emisor = emisor;
    acuse.n_imagenes = count;
    acuse.imagenes = list;
    acuse_send(receiver, peer, &acuse);
}

void receiver_reply_reject(struct receiver *receiver, zframe_t *peer,
                           uint64_t secuencia, enum prep_status status,
                           const char *evento, const char *motivo, uint64_t esperada)
{
    Prep__Rechazo rechazo = PREP__RECHAZO__INIT;
    Prep__Respuesta respuesta = PREP__RESPUESTA__INIT;

    rechazo.secuencia = secuencia;
    rechazo.status = (int32_t)status;
    rechazo.evento = (char *)evento;
    rechazo.motivo = (char *)motivo;
    rechazo.esperada = esperada;
    respuesta.cuerpo_case = PREP__RESPUESTA__CUERPO_RECHAZO;
    respuesta.rechazo = &rechazo;
    receiver_respond(receiver, peer, &respuesta);
}

void receiver_reply_head(struct receiver *receiver, zframe_t *peer, uint32_t emisor,
                         uint64_t secuencia, const struct hash *hash)
{
    Prep__Cabeza cabeza = PREP__CABEZA__INIT;
    Prep__Respuesta respuesta = PREP__RESPUESTA__INIT;

    cabeza.emisor = emisor;
    cabeza.secuencia = secuencia;
    cabeza.hash.data = (uint8_t *)hash->bytes;
    cabeza.hash.len = HASH_LEN;
    respuesta.cuerpo_case = PREP__RESPUESTA__CUERPO_CABEZA;
    respuesta.cabeza = &cabeza;
    receiver_respond(receiver, peer, &respuesta);
}

/* ---- one answer per emitter and peer */

static bool same_line(const struct receiver_pending *a,
                      const struct receiver_pending *b)
{
    return a->envelope.emisor == b->envelope.emisor && zframe_eq(a->peer, b->peer);
}

static void reject_fork(struct receiver *receiver, struct receiver_pending *pending)
{
    static const char evento[] = "cadena.bifurcada";
    static const char motivo[] = "misma secuencia con otros bytes, o `anterior` no es "
                                 "el hash del evento previo";
    const struct envelope *envelope = &pending->envelope;

    /* libro_agrega() kept the bytes in `evidencia`, in the same transaction. */
    receiver_report(receiver, evento, envelope->emisor->nombre, PREP_ERR_CONFLICT,
                    motivo, envelope->event->secuencia, envelope->bytes, envelope->len,
                    false);
    receiver_reply_reject(receiver, pending->peer, envelope->event->secuencia,
                          PREP_ERR_CONFLICT, evento, motivo, 0);
}

static void reject_gap(struct receiver *receiver, struct receiver_pending *pending,
                       uint64_t esperada)
{
    static const char evento[] = "cadena.incompleta";
    const struct envelope *envelope = &pending->envelope;

    receiver_report(receiver, evento, envelope->emisor->nombre, PREP_ERR_GAP,
                    "falta un evento anterior; se pide desde ahí",
                    envelope->event->secuencia, envelope->bytes, envelope->len, false);
    receiver_reply_reject(receiver, pending->peer, envelope->event->secuencia,
                          PREP_ERR_GAP, evento, "falta un evento anterior", esperada);
}

static void reply_line(struct receiver *receiver, size_t first, size_t to)
{
    const struct receiver_callbacks *callbacks = &receiver->options.callbacks;
    struct receiver_pending *head = &receiver->pending[first];
    Prep__Acuse acuse = PREP__ACUSE__INIT;
    bool gap_told = false;
    size_t repeated = 0;

    for (size_t i = first; i < to; i++) {
        struct receiver_pending *pending = &receiver->pending[i];
        const struct ledger_item *item = &receiver->items[i];
        Prep__AcuseEvento *line;

        if (pending->answered || !same_line(head, pending)) {
            continue;
        }
        pending->answered = true;
        if (item->result == LEDGER_FORK) {
            reject_fork(receiver, pending);
            continue;
        }
        if (item->result == LEDGER_GAP) {
            if (!gap_told) {
                reject_gap(receiver, pending, item->esperada);
                gap_told = true;
            }
            continue;
        }
        repeated += item->result == LEDGER_REPEATED;
        line = &receiver->acuse_events[acuse.n_eventos];
        prep__acuse_evento__init(line);
        line->secuencia = pending->envelope.event->secuencia;
        line->hash.data = pending->envelope.hash.bytes;
        line->hash.len = HASH_LEN;
        line->posicion = item->posicion;
        receiver->acuse_event_list[acuse.n_eventos] = line;
        acuse.n_eventos++;
    }
    if (acuse.n_eventos > 0) {
        acuse.emisor = head->envelope.emisor->numero;
        acuse.eventos = receiver->acuse_event_list;
        acuse_send(receiver, head->peer, &acuse);
    }
    if (repeated > 0 && callbacks->repeated != NULL) {
        callbacks->repeated(callbacks->context, head->envelope.emisor, repeated);
    }
}

void receiver_reply_stored(struct receiver *receiver, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++) {
        if (!receiver->pending[i].answered) {
            reply_line(receiver, i, to);
        }
    }
}

void receiver_reply_unavailable(struct receiver *receiver, size_t from, size_t to,
                                enum prep_status status, const char *motivo)
{
    for (size_t i = from; i < to; i++) {
        struct receiver_pending *head = &receiver->pending[i];

        if (head->answered) {
            continue;
        }
        for (size_t j = i; j < to; j++) {
            if (same_line(head, &receiver->pending[j])) {
                receiver->pending[j].answered = true;
            }
        }
        receiver_reply_reject(receiver, head->peer, head->envelope.event->secuencia,
                              status, "base.perdida", motivo, 0);
    }
}
