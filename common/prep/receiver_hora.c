/* Events whose device time cannot be right: stored with what the CCV says of them. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "prep/emitter.h"
#include "prep/receiver_private.h"
#include "prep/reloj.h"

size_t receiver_hora_cuenta(struct receiver *receiver, size_t from, size_t to)
{
    const int64_t now_ms = clock_now_ms();
    size_t count = 0;

    for (size_t i = from; i < to; i++) {
        const Prep__Event *event = receiver->pending[i].envelope.event;
        const bool has_hour = event->cuerpo_case == PREP__EVENT__CUERPO_ACOPIO ||
                              event->cuerpo_case == PREP__EVENT__CUERPO_IMAGEN;

        receiver->pending[i].causas =
            has_hour ? reloj_duda(receiver->options.definicion, event->hora_ms, now_ms)
                     : 0;
        count += receiver->pending[i].causas != 0;
    }
    return count;
}

/* What is signed about one event, into bytes. */
static void sign(struct emitter *emitter, const struct receiver_pending *pending,
                 int64_t now_ms, struct buffer *out)
{
    const Prep__Event *about = pending->envelope.event;
    struct hash evento = pending->envelope.hash, ignored;
    Prep__HoraDudosa body = PREP__HORA_DUDOSA__INIT;
    Prep__Event event = PREP__EVENT__INIT;

    body.evento = (ProtobufCBinaryData){ HASH_LEN, evento.bytes };
    body.tipo = (uint32_t)about->cuerpo_case;
    body.dispositivo_ms = about->hora_ms;
    body.causas = pending->causas;
    body.sin_acta = about->cuerpo_case == PREP__EVENT__CUERPO_ACOPIO &&
                    about->acopio->sin_acta != 0;
    event.acta = about->acta;
    event.hora_ms = now_ms;
    event.sigue_a = body.evento;
    event.cuerpo_case = PREP__EVENT__CUERPO_HORA_DUDOSA;
    event.hora_dudosa = &body;
    emitter_sign(emitter, &event, out, &ignored);
}

/* Signs and appends one event for each new one that is doubtful, after it. */
static enum prep_status append_doubts(struct receiver *receiver, size_t from, size_t to,
                                      struct envelope *envelopes,
                                      struct ledger_item *items, size_t *out_count,
                                      struct buffer *bytes, struct prep_reason *reason)
{
    const struct receiver_options *options = &receiver->options;
    const int64_t now_ms = clock_now_ms();
    struct emitter emitter;
    struct hash head = { { 0 } };
    enum prep_status status;
    uint64_t secuencia = 0;
    size_t start = 0;

    /* Under the append lock: this is the end of our chain. */
    status = ledger_emitter_head(options->db, options->self->numero, &secuencia, &head,
                                 reason);
    emitter_init(&emitter, options->keys, options->self, options->definicion->proceso,
                 false);
    emitter_restore(&emitter, secuencia, &head);
    for (size_t i = from; i < to && status == PREP_OK; i++) {
        if (receiver->pending[i].causas == 0 ||
            receiver->items[i].result != LEDGER_NEW) {
            continue;
        }
        sign(&emitter, &receiver->pending[i], now_ms, bytes);
        status =
            envelope_open_trusted(options->topology, bytes->data + start,
                                  bytes->len - start, &envelopes[*out_count], reason);
        if (status == PREP_OK) {
            items[*out_count] =
                (struct ledger_item){ .envelope = &envelopes[*out_count] };
            ++*out_count;
            start = bytes->len;
        }
    }
    if (status == PREP_OK && *out_count > 0) {
        status = ledger_append(options->db, items, *out_count, reason);
    }
    for (size_t i = 0; i < *out_count && status == PREP_OK; i++) {
        if (items[i].result != LEDGER_NEW) {
            status = prep_fail(reason, PREP_ERR_UNAVAILABLE,
                               "la cadena de %s avanzó sin este proceso",
                               options->self->nombre);
        }
    }
    return status;
}

enum prep_status receiver_hora_guarda(struct receiver *receiver, size_t from, size_t to,
                                      size_t doubts, struct prep_reason *reason)
{
    const size_t count = to - from;
    struct ledger_item *all = calloc(count + doubts, sizeof *all);
    struct envelope *envelopes = calloc(doubts, sizeof *envelopes);
    struct db *db = receiver->options.db;
    enum prep_status status = PREP_ERR_MEMORY;
    struct buffer bytes;
    size_t made = 0;

    buffer_init(&bytes, doubts * ENVELOPE_BYTES_MAX);
    if (all == NULL || envelopes == NULL ||
        !buffer_reserve(&bytes, doubts * ENVELOPE_BYTES_MAX)) {
        (void)!prep_fail(reason, PREP_ERR_MEMORY, "sin memoria");
    } else {
        status = ledger_begin(db, reason);
    }
    if (status == PREP_OK) {
        status = ledger_append(db, &receiver->items[from], count, reason);
    }
    if (status == PREP_OK) {
        status = append_doubts(receiver, from, to, envelopes, all + count, &made,
                               &bytes, reason);
    }
    if (status == PREP_OK) {
        memcpy(all, &receiver->items[from], count * sizeof *all);
        status = ledger_finish(db, all, count + made, reason);
    }
    for (size_t i = 0; i < made; i++) {
        envelope_close(&envelopes[i]);
    }
    buffer_done(&bytes);
    free(envelopes);
    free(all);
    return status;
}
