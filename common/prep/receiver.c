#include "prep/receiver.h"

#include <assert.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h" /* LOG_EVENT: it calls back, it does not log */
#include "prep/receiver_private.h"
#include "prep/transport.h"

/* Requests of every kind taken in one turn, so that timers and signals get theirs. */
#define TURN_MESSAGES_MAX (2u * LEDGER_BATCH_MAX)

enum prep_status receiver_open(struct receiver **out_receiver,
                               const struct receiver_options *options,
                               struct prep_reason *reason)
{
    struct receiver *receiver = calloc(1, sizeof *receiver);

    if (receiver == NULL) {
        return prep_fail(reason, PREP_ERR_MEMORY, "sin memoria para el receptor");
    }
    assert(options->callbacks.check != NULL && options->callbacks.stored != NULL &&
           options->callbacks.refused != NULL && options->callbacks.base != NULL);
    receiver->options = *options;
    receiver->base_up = true;
    receiver->refusal_tokens = RECEIVER_REFUSALS_BURST * 1000u;
    receiver->refusal_ms = clock_monotonic_ms();
    buffer_init(&receiver->scratch, ENVELOPE_ACUSE_BYTES_MAX);
    *out_receiver = receiver;
    return PREP_OK;
}

static void pending_clear(struct receiver *receiver)
{
    for (size_t i = 0; i < receiver->pending_count; i++) {
        struct receiver_pending *pending = &receiver->pending[i];

        envelope_close(&pending->envelope);
        prep__peticion__free_unpacked(pending->peticion, NULL);
        zframe_destroy(&pending->peer);
    }
    receiver->pending_count = 0;
}

void receiver_close(struct receiver **receiver)
{
    if (*receiver == NULL) {
        return;
    }
    pending_clear(*receiver);
    buffer_done(&(*receiver)->scratch);
    free(*receiver);
    *receiver = NULL;
}

/* What the worker is told: anything that is not its fault is "later". */
static enum prep_status status_for_worker(enum prep_status status)
{
    return status == PREP_ERR_FULL ? PREP_ERR_FULL : PREP_ERR_UNAVAILABLE;
}

/* ---- refusals: kept and reported, but nobody fills our disk with them */

static bool refusal_allowed(struct receiver *receiver)
{
    const int64_t now = clock_monotonic_ms();
    const uint64_t gained =
        (uint64_t)(now - receiver->refusal_ms) * RECEIVER_REFUSALS_PER_S;

    receiver->refusal_ms = now;
    receiver->refusal_tokens += gained;
    if (receiver->refusal_tokens > RECEIVER_REFUSALS_BURST * 1000u) {
        receiver->refusal_tokens = RECEIVER_REFUSALS_BURST * 1000u;
    }
    if (receiver->refusal_tokens < 1000u) {
        receiver->refusals_omitted++;
        return false;
    }
    receiver->refusal_tokens -= 1000u;
    return true;
}

void receiver_report(struct receiver *receiver, const char *evento, const char *origen,
                     enum prep_status status, const char *motivo, uint64_t secuencia,
                     const void *bytes, size_t len, bool keep)
{
    const struct receiver_callbacks *callbacks = &receiver->options.callbacks;
    struct receiver_refusal refusal = {
        .evento = evento,
        .origen = origen,
        .motivo = motivo,
        .status = status,
        .secuencia = secuencia,
    };

    if (!refusal_allowed(receiver)) {
        return;
    }
    refusal.omitidos = receiver->refusals_omitted;
    receiver->refusals_omitted = 0;
    callbacks->refused(callbacks->context, &refusal);
    if (keep && receiver->base_up) {
        struct prep_reason reason;
        enum prep_status kept = ledger_evidence(
            receiver->options.db, evento, origen, bytes,
            len < RECEIVER_EVIDENCE_MAX ? len : RECEIVER_EVIDENCE_MAX, motivo, &reason);

        if (kept != PREP_OK) {
            receiver_base_lost(receiver, kept, reason.text);
        }
    }
}

void receiver_refuse(struct receiver *receiver, zframe_t *peer, const char *evento,
                     enum prep_status status, const char *motivo, const void *bytes,
                     size_t len)
{
    char origen[40];

    receiver_peer_text(peer, origen);
    receiver_report(receiver, evento, origen, status, motivo, 0, bytes, len,
                    bytes != NULL);
    receiver_reply_reject(receiver, peer, 0, status, evento, motivo, 0);
}

void receiver_later(struct receiver *receiver, zframe_t *peer, const char *evento,
                    enum prep_status status, const char *motivo)
{
    receiver_reply_reject(receiver, peer, 0, status_for_worker(status), evento, motivo,
                          0);
}

/* ---- the database */

void receiver_base_lost(struct receiver *receiver, enum prep_status status,
                        const char *reason)
{
    const struct receiver_callbacks *callbacks = &receiver->options.callbacks;

    if (receiver->base_up) {
        receiver->base_up = false;
        receiver->base_lost = status;
        callbacks->base(callbacks->context, false, status, reason);
    }
}

static void base_found(struct receiver *receiver)
{
    const struct receiver_callbacks *callbacks = &receiver->options.callbacks;

    if (!receiver->base_up) {
        receiver->base_up = true;
        callbacks->base(callbacks->context, true, PREP_OK, "");
    }
}

static bool is_about_the_event(enum prep_status status)
{
    return status == PREP_ERR_STATE || status == PREP_ERR_RANGE ||
           status == PREP_ERR_FORMAT || status == PREP_ERR_CONFLICT ||
           status == PREP_ERR_DUPLICATE;
}

static void tell_stored(struct receiver *receiver, size_t from, size_t to)
{
    const struct receiver_callbacks *callbacks = &receiver->options.callbacks;

    for (size_t i = from; i < to; i++) {
        const struct ledger_item *item = &receiver->items[i];

        if (item->result != LEDGER_NEW) {
            continue;
        }
        callbacks->stored(callbacks->context, item->envelope, item->posicion);
        if (receiver->pending[i].causas != 0 && callbacks->doubted != NULL) {
            callbacks->doubted(callbacks->context, item->envelope,
                               receiver->pending[i].causas);
        }
        if (receiver->options.pub != NULL) {
            /* A lost announcement wakes nobody; they read the ledger anyway. */
            (void)!transport_announce(receiver->options.pub, item->posicion,
                                      item->envelope->bytes, item->envelope->len);
        }
    }
}

/*
 * Stores items from..to. One event that PostgreSQL itself refuses must not hold back
 * the others: the batch is then halved until that event stands alone.
 */
static void store(struct receiver *receiver, size_t from, size_t to)
{
    struct db *db = receiver->options.db;
    struct prep_reason reason = { "" };
    enum prep_status status;
    size_t doubts;

    if (from == to) {
        return;
    }
    doubts = receiver_hora_cuenta(receiver, from, to);
    if (to - from + doubts > LEDGER_BATCH_MAX) {
        store(receiver, from, from + (to - from) / 2);
        store(receiver, from + (to - from) / 2, to);
        return;
    }
    status = db_ready(db, &reason);
    if (status == PREP_OK && doubts > 0) {
        status = receiver_hora_guarda(receiver, from, to, doubts, &reason);
    } else if (status == PREP_OK) {
        status = ledger_store(db, &receiver->items[from], to - from, &reason);
    }
    if (status == PREP_OK) {
        base_found(receiver);
        receiver_reply_stored(receiver, from, to);
        tell_stored(receiver, from, to);
        return;
    }
    db_rollback(db);
    if (!is_about_the_event(status)) {
        receiver_base_lost(receiver, status, reason.text);
        receiver_reply_unavailable(receiver, from, to, status_for_worker(status),
                                   "la base de datos no está disponible");
        return;
    }
    if (to - from > 1) {
        const size_t middle = from + (to - from) / 2;

        store(receiver, from, middle);
        store(receiver, middle, to);
        return;
    }
    receiver->pending[from].answered = true;
    receiver_report(receiver, "mensaje.rechazado",
                    receiver->pending[from].envelope.emisor->nombre, status,
                    reason.text, receiver->pending[from].envelope.event->secuencia,
                    receiver->pending[from].envelope.bytes,
                    receiver->pending[from].envelope.len, true);
    receiver_reply_reject(receiver, receiver->pending[from].peer,
                          receiver->pending[from].envelope.event->secuencia, status,
                          "mensaje.rechazado", reason.text, 0);
}

static void flush(struct receiver *receiver)
{
    store(receiver, 0, receiver->pending_count);
    pending_clear(receiver);
}

/* ---- one message */

/* The number that a refused message claims, so that its sender knows which one. */
static uint64_t claimed_secuencia(const ProtobufCBinaryData *sobre)
{
    Prep__Envelope *envelope;
    uint64_t secuencia = 0;

    if (sobre->len > ENVELOPE_BYTES_MAX) {
        return 0;
    }
    envelope = prep__envelope__unpack(NULL, sobre->len, sobre->data);
    if (envelope != NULL) {
        Prep__Event *event =
            prep__event__unpack(NULL, envelope->event.len, envelope->event.data);

        if (event != NULL) {
            secuencia = event->secuencia;
            prep__event__free_unpacked(event, NULL);
        }
        prep__envelope__free_unpacked(envelope, NULL);
    }
    return secuencia;
}

static void reject_envelope(struct receiver *receiver, zframe_t *peer,
                            const ProtobufCBinaryData *sobre, const char *origen,
                            const char *evento, enum prep_status status,
                            const char *motivo)
{
    const uint64_t secuencia = claimed_secuencia(sobre);

    receiver_report(receiver, evento, origen, status, motivo, secuencia, sobre->data,
                    sobre->len, true);
    receiver_reply_reject(receiver, peer, secuencia, status, evento, motivo, 0);
}

static enum prep_status event_check(struct receiver *receiver,
                                    const struct envelope *envelope,
                                    const char **err_event_name,
                                    struct prep_reason *reason)
{
    const struct receiver_callbacks *callbacks = &receiver->options.callbacks;

    *err_event_name = LOG_EVENT("mensaje.rechazado");
    if ((receiver->options.emisores & ETAPA_BIT(envelope->emisor->etapa)) == 0) {
        return prep_fail(reason, PREP_ERR_RANGE,
                         "%s no entrega sus eventos a este servicio",
                         envelope->emisor->nombre);
    }
    return callbacks->check(callbacks->context, envelope, err_event_name, reason);
}

/* Takes ownership of the peer and the peticion. */
static void take_envelope(struct receiver *receiver, zframe_t *peer,
                          Prep__Peticion *peticion)
{
    struct receiver_pending *pending = &receiver->pending[receiver->pending_count];
    const ProtobufCBinaryData *sobre = &peticion->sobre;
    const char *evento = "mensaje.rechazado";
    struct prep_reason reason = { "" };
    char origen[40];
    enum prep_status status;

    receiver_peer_text(peer, origen);
    status =
        envelope_open(receiver->options.topology, receiver->options.definicion->proceso,
                      receiver->options.definicion->modo == MODO_SIMULACRO, sobre->data,
                      sobre->len, &pending->envelope, &evento, &reason);
    if (status != PREP_OK) {
        reject_envelope(receiver, peer, sobre, origen, evento, status, reason.text);
        goto refused;
    }
    status = event_check(receiver, &pending->envelope, &evento, &reason);
    if (status != PREP_OK) {
        reject_envelope(receiver, peer, sobre, pending->envelope.emisor->nombre, evento,
                        status, reason.text);
        envelope_close(&pending->envelope);
        goto refused;
    }
    pending->peer = peer;
    pending->peticion = peticion;
    pending->answered = false;
    receiver->items[receiver->pending_count] =
        (struct ledger_item){ .envelope = &pending->envelope };
    receiver->pending_count++;
    return;

refused:
    prep__peticion__free_unpacked(peticion, NULL);
    zframe_destroy(&peer);
}

static void answer_head(struct receiver *receiver, zframe_t *peer, uint32_t emisor)
{
    struct prep_reason reason = { "" };
    struct hash hash = { { 0 } };
    uint64_t secuencia = 0;
    enum prep_status status;

    status = db_ready(receiver->options.db, &reason);
    if (status == PREP_OK) {
        status = ledger_emitter_head(receiver->options.db, emisor, &secuencia, &hash,
                                     &reason);
    }
    if (status != PREP_OK) {
        receiver_base_lost(receiver, status, reason.text);
        receiver_reply_reject(receiver, peer, 0, status_for_worker(status),
                              "base.perdida", "la base de datos no está disponible", 0);
        return;
    }
    receiver_reply_head(receiver, peer, emisor, secuencia, &hash);
}

/* Takes ownership of the peer and the body. */
static void take(struct receiver *receiver, zframe_t *peer, zframe_t *body)
{
    const struct receiver_callbacks *callbacks = &receiver->options.callbacks;
    Prep__Peticion *peticion =
        prep__peticion__unpack(NULL, zframe_size(body), zframe_data(body));

    if (peticion != NULL && peticion->cuerpo_case == PREP__PETICION__CUERPO_SOBRE) {
        zframe_destroy(&body);
        take_envelope(receiver, peer, peticion);
        return;
    }
    if (peticion != NULL && peticion->cuerpo_case == PREP__PETICION__CUERPO_CABEZA) {
        flush(receiver); /* What came before the question counts in its answer. */
        answer_head(receiver, peer, peticion->cabeza->emisor);
    } else if (peticion != NULL && callbacks->other != NULL &&
               peticion->cuerpo_case != PREP__PETICION__CUERPO__NOT_SET) {
        callbacks->other(callbacks->context, peer, peticion);
    } else {
        receiver_refuse(receiver, peer, LOG_EVENT("mensaje.malformado"),
                        PREP_ERR_FORMAT, "no es una petición conocida",
                        zframe_data(body), zframe_size(body));
    }
    if (peticion != NULL) {
        prep__peticion__free_unpacked(peticion, NULL);
    }
    zframe_destroy(&body);
    zframe_destroy(&peer);
}

size_t receiver_on_readable(struct receiver *receiver)
{
    const struct receiver_callbacks *callbacks = &receiver->options.callbacks;
    size_t taken;

    for (taken = 0;
         taken < TURN_MESSAGES_MAX && receiver->pending_count < LEDGER_BATCH_MAX;
         taken++) {
        zframe_t *peer = NULL;
        zframe_t *body = NULL;
        enum prep_status status =
            transport_receive(receiver->options.router, &peer, &body);

        if (status == PREP_ERR_NOT_FOUND) {
            break;
        }
        if (status != PREP_OK) {
            receiver_report(receiver, LOG_EVENT("mensaje.malformado"), "", status,
                            "el mensaje no es un solo cuadro", 0, "", 0, false);
            continue;
        }
        take(receiver, peer, body);
    }
    flush(receiver);
    if (callbacks->drained != NULL) {
        callbacks->drained(callbacks->context);
    }
    return taken;
}

void receiver_on_timer(struct receiver *receiver)
{
    if (receiver->base_up) {
        return;
    }
    /* A full disk answers well until something is written: only a commit proves it. */
    if ((receiver->base_lost == PREP_ERR_UNAVAILABLE ||
         receiver->base_lost == PREP_ERR_UNKNOWN) &&
        db_ready(receiver->options.db, NULL) == PREP_OK) {
        base_found(receiver);
    }
}
