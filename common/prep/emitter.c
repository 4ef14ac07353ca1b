#include "prep/emitter.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "prep/envelope.h"

#define WRAPPER_EXTRA 96u /* tags, lengths, key_id and signature: 86 at most */

void emitter_init(struct emitter *emitter, const struct keys *keys,
                  const struct topology_process *self, const char *proceso,
                  bool simulacro)
{
    assert(keys != NULL && self != NULL && proceso != NULL);
    *emitter = (struct emitter){
        .keys = keys,
        .self = self,
        .proceso = proceso,
        .simulacro = simulacro,
    };
}

void emitter_restore(struct emitter *emitter, uint64_t secuencia,
                     const struct hash *anterior)
{
    assert((secuencia == 0) == hash_is_zero(anterior));
    emitter->secuencia = secuencia;
    emitter->anterior = *anterior;
}

/* Signs bytes under prefix as `keys` and appends the envelope to out. */
static void seal(const struct keys *keys, const uint8_t *key_id, const char *prefix,
                 uint8_t *bytes, size_t len, struct buffer *out)
{
    uint8_t stack[ENVELOPE_BYTES_MAX + WRAPPER_EXTRA];
    uint8_t signature[KEY_SIGNATURE_LEN];
    Prep__Envelope wrapper = PREP__ENVELOPE__INIT;
    uint8_t *packed = stack;
    size_t packed_len;

    keys_sign(keys, prefix, bytes, len, signature);
    wrapper.event = (ProtobufCBinaryData){ .len = len, .data = bytes };
    wrapper.key_id = (ProtobufCBinaryData){ KEY_ID_LEN, (uint8_t *)(uintptr_t)key_id };
    wrapper.signature = (ProtobufCBinaryData){ sizeof signature, signature };
    packed_len = prep__envelope__get_packed_size(&wrapper);
    if (packed_len > sizeof stack) {
        packed = malloc(packed_len);
        if (packed == NULL) {
            abort();
        }
    }
    (void)prep__envelope__pack(&wrapper, packed);
    buffer_add(out, packed, packed_len);
    if (packed != stack) {
        free(packed);
    }
    assert(!out->full); /* the caller's limit was too small for its own message */
}

void emitter_sign(struct emitter *emitter, Prep__Event *event, struct buffer *out,
                  struct hash *out_hash)
{
    uint8_t bytes[ENVELOPE_EVENT_BYTES_MAX];
    struct hash hash;
    size_t len;

    event->version = EVENT_VERSION;
    event->proceso = (char *)(uintptr_t)emitter->proceso; /* only read by pack */
    event->simulacro = emitter->simulacro;
    event->emisor = emitter->self->numero;
    event->secuencia = emitter->secuencia + 1;
    event->anterior = (ProtobufCBinaryData){ HASH_LEN, emitter->anterior.bytes };
    len = prep__event__get_packed_size(event);
    assert(len <= sizeof bytes); /* envelope_event_check() bounds every field */
    (void)prep__event__pack(event, bytes);
    /* Nothing of ours stays in the caller's event once it is bytes. */
    event->anterior = (ProtobufCBinaryData){ 0, NULL };
    event->proceso = (char *)(uintptr_t)protobuf_c_empty_string;

    hash_of(bytes, len, &hash);
    seal(emitter->keys, emitter->self->key_id, ENVELOPE_PREFIX_EVENT, bytes, len, out);
    emitter->secuencia++;
    emitter->anterior = hash;
    if (out_hash != NULL) {
        *out_hash = hash;
    }
}

void acuse_sign(const struct keys *keys, const Prep__Acuse *acuse, struct buffer *out)
{
    uint8_t public[KEY_SIGN_PUBLIC_LEN];
    uint8_t key_id[KEY_ID_LEN];
    size_t len;
    uint8_t *bytes;

    assert(acuse->n_eventos + acuse->n_imagenes <= ENVELOPE_ACUSE_EVENTS_MAX);
    keys_sign_public(keys, public);
    key_id_of(public, key_id);
    len = prep__acuse__get_packed_size(acuse);
    bytes = malloc(len + 1);
    if (bytes == NULL) {
        abort();
    }
    (void)prep__acuse__pack(acuse, bytes);
    seal(keys, key_id, ENVELOPE_PREFIX_ACUSE, bytes, len, out);
    free(bytes);
}
