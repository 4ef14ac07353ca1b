#include "prep/envelope.h"

#include <assert.h>
#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h" /* LOG_EVENT */

#define WRAPPER_ROOM 128u /* bytes of an envelope that are not its event */

static_assert(ENVELOPE_EVENT_BYTES_MAX + WRAPPER_ROOM <= ENVELOPE_BYTES_MAX,
              "the largest event must fit in an envelope");

/* ---- memory: one block per message, bounded by the size of the message, so that a
 * hostile one cannot make us allocate more than it took to send it (times eight). */

#define ARENA_BASE 4096u
#define ARENA_PER_BYTE 8u

struct arena {
    size_t used, size;
    alignas(max_align_t) uint8_t bytes[];
};

static struct arena *arena_new(size_t message_len)
{
    const size_t size = ARENA_BASE + ARENA_PER_BYTE * message_len;
    struct arena *arena = malloc(sizeof *arena + size);

    if (arena == NULL) {
        abort(); /* bounded and small: nothing would work after this */
    }
    arena->used = 0;
    arena->size = size;
    return arena;
}

static void *arena_alloc(void *data, size_t size)
{
    struct arena *arena = data;
    const size_t unit = alignof(max_align_t);
    size_t room = arena->size - arena->used;
    void *memory;

    if (size > room || (size + unit - 1) / unit * unit > room) {
        return NULL; /* protobuf-c then gives up the whole message */
    }
    memory = arena->bytes + arena->used;
    arena->used += (size + unit - 1) / unit * unit;
    return memory;
}

static void arena_free(void *data, void *pointer)
{
    (void)data; /* all at once, with the envelope */
    (void)pointer;
}

/* ---- the wrapper */

static bool bytes_equal(const ProtobufCBinaryData *a, const void *bytes, size_t len)
{
    return a->len == len && memcmp(a->data, bytes, len) == 0;
}

/* Exactly what protobuf writes for these three fields, in order, and no more. */
static bool wrapper_canonical(const Prep__Envelope *wrapper, const uint8_t *bytes,
                              size_t len, struct arena *arena)
{
    uint8_t *again;

    /* Unknown fields are kept and written again, so they would pass for ours. */
    if (wrapper->base.n_unknown_fields != 0 ||
        prep__envelope__get_packed_size(wrapper) != len) {
        return false;
    }
    again = arena_alloc(arena, len);
    return again != NULL && prep__envelope__pack(wrapper, again) == len &&
           memcmp(again, bytes, len) == 0;
}

static enum prep_status wrapper_open(const void *bytes, size_t len, struct arena *arena,
                                     Prep__Envelope **out_wrapper,
                                     struct prep_reason *reason)
{
    ProtobufCAllocator allocator = { arena_alloc, arena_free, arena };
    Prep__Envelope *wrapper;

    wrapper = prep__envelope__unpack(&allocator, len, bytes);
    if (wrapper == NULL || wrapper->event.len == 0 ||
        wrapper->key_id.len != KEY_ID_LEN ||
        wrapper->signature.len != KEY_SIGNATURE_LEN ||
        !wrapper_canonical(wrapper, bytes, len, arena)) {
        return prep_fail(reason, PREP_ERR_FORMAT, "no es un sobre firmado");
    }
    *out_wrapper = wrapper;
    return PREP_OK;
}

static enum prep_status wrapper_signer(const struct topology *topology,
                                       const Prep__Envelope *wrapper,
                                       const struct topology_process **out_signer,
                                       struct prep_reason *reason)
{
    const struct topology_process *signer =
        topology_by_key_id(topology, wrapper->key_id.data);

    if (signer == NULL) {
        char text[2 * KEY_ID_LEN + 1];

        hex_write(wrapper->key_id.data, KEY_ID_LEN, text);
        return prep_fail(reason, PREP_ERR_AUTH,
                         "la llave %s no está en la topología; declare al proceso o "
                         "averigüe quién envía",
                         text);
    }
    *out_signer = signer;
    return PREP_OK;
}

static enum prep_status wrapper_verify(const Prep__Envelope *wrapper,
                                       const struct topology_process *signer,
                                       const char *prefix, struct prep_reason *reason)
{
    if (!keys_verify(signer->firma, prefix, wrapper->event.data, wrapper->event.len,
                     wrapper->signature.data)) {
        return prep_fail(reason, PREP_ERR_AUTH,
                         "la firma que dice ser de «%s» no corresponde a los bytes",
                         signer->nombre);
    }
    return PREP_OK;
}

/* ---- events */

static enum prep_status event_unpack(const Prep__Envelope *wrapper, struct arena *arena,
                                     Prep__Event **out_event,
                                     struct prep_reason *reason)
{
    ProtobufCAllocator allocator = { arena_alloc, arena_free, arena };
    Prep__Event *event;

    event = prep__event__unpack(&allocator, wrapper->event.len, wrapper->event.data);
    /* A text with a NUL inside would be cut here and whole for other readers; its
     * size gives it away. */
    if (event == NULL || prep__event__get_packed_size(event) != wrapper->event.len) {
        return prep_fail(reason, PREP_ERR_FORMAT, "lo firmado no es un evento");
    }
    *out_event = event;
    return PREP_OK;
}

/* The fields that number and chain the event, which its emitter filled. */
static enum prep_status chain_check(const Prep__Event *event,
                                    const struct topology_process *signer,
                                    struct prep_reason *reason)
{
    static const uint8_t zeros[HASH_LEN];

    if (event->version != EVENT_VERSION) {
        return prep_fail(reason, PREP_ERR_RANGE,
                         "version: %u; este programa entiende la %u", event->version,
                         EVENT_VERSION);
    }
    if (event->emisor != signer->numero) {
        return prep_fail(reason, PREP_ERR_RANGE,
                         "emisor: dice %u y firma «%s», que es el %u", event->emisor,
                         signer->nombre, signer->numero);
    }
    if (event->secuencia < 1 || event->secuencia > INT64_MAX) {
        return prep_fail(reason, PREP_ERR_RANGE, "secuencia: empieza en 1");
    }
    if (event->anterior.len != HASH_LEN) {
        return prep_fail(reason, PREP_ERR_RANGE, "anterior: deben ser %u bytes",
                         HASH_LEN);
    }
    if ((event->secuencia == 1) != bytes_equal(&event->anterior, zeros, HASH_LEN)) {
        return prep_fail(reason, PREP_ERR_RANGE,
                         "anterior: son ceros en el primer evento, y solo en él");
    }
    return PREP_OK;
}

static enum prep_status proceso_check(const Prep__Event *event, const char *proceso,
                                      bool simulacro, struct prep_reason *reason)
{
    if (strcmp(event->proceso, proceso) != 0) {
        return prep_fail(reason, PREP_ERR_RANGE, "proceso: «%.40s» no es «%s»",
                         event->proceso, proceso);
    }
    if ((event->simulacro != 0) != simulacro) {
        return prep_fail(reason, PREP_ERR_RANGE,
                         simulacro ? "simulacro: es un evento oficial y esto es un "
                                     "simulacro"
                                   : "simulacro: es un evento de simulacro y esto es "
                                     "la jornada");
    }
    if (!simulacro && event->hora_ms == 0) {
        return prep_fail(reason, PREP_ERR_RANGE, "hora_ms: falta la hora");
    }
    return PREP_OK;
}

struct opening {
    const struct topology *topology;
    const char *proceso; /* NULL: trusted bytes, signature not checked again */
    bool simulacro;
};

static enum prep_status opening_run(const struct opening *opening, const void *bytes,
                                    size_t len, struct arena *arena,
                                    struct envelope *envelope, const char **event_name,
                                    struct prep_reason *reason)
{
    const struct topology_process *signer = NULL;
    Prep__Envelope *wrapper = NULL;
    Prep__Event *event = NULL;
    enum prep_status status;

    *event_name = LOG_EVENT("mensaje.malformado");
    status = wrapper_open(bytes, len, arena, &wrapper, reason);
    if (status != PREP_OK) {
        return status;
    }
    *event_name = LOG_EVENT("firmante.desconocido");
    status = wrapper_signer(opening->topology, wrapper, &signer, reason);
    if (status != PREP_OK) {
        return status;
    }
    if (opening->proceso != NULL) {
        *event_name = LOG_EVENT("firma.rechazada");
        status = wrapper_verify(wrapper, signer, ENVELOPE_PREFIX_EVENT, reason);
        if (status != PREP_OK) {
            return status;
        }
    }
    *event_name = LOG_EVENT("mensaje.malformado");
    status = event_unpack(wrapper, arena, &event, reason);
    if (status != PREP_OK) {
        return status;
    }
    *event_name = "mensaje.rechazado";
    status = chain_check(event, signer, reason);
    if (status != PREP_OK) {
        return status;
    }
    if (opening->proceso != NULL) {
        status = proceso_check(event, opening->proceso, opening->simulacro, reason);
        if (status != PREP_OK) {
            return status;
        }
    }
    status = envelope_event_check(signer, event, reason);
    if (status != PREP_OK) {
        return status;
    }
    envelope->event = event;
    envelope->emisor = signer;
    hash_of(wrapper->event.data, wrapper->event.len, &envelope->hash);
    hash_of(bytes, len, &envelope->entry);
    return PREP_OK;
}

static enum prep_status open_with(const struct opening *opening, const void *bytes,
                                  size_t len, struct envelope *out_envelope,
                                  const char **err_event_name,
                                  struct prep_reason *reason)
{
    struct envelope envelope = { .bytes = bytes, .len = len };
    const char *event_name = LOG_EVENT("mensaje.malformado");
    enum prep_status status;
    struct arena *arena = NULL;

    assert(opening->topology != NULL && out_envelope != NULL);
    assert(bytes != NULL || len == 0);
    if (len == 0 || len > ENVELOPE_BYTES_MAX) {
        status =
            prep_fail(reason, PREP_ERR_FORMAT, "%zu bytes: un sobre tiene de 1 a %u",
                      len, ENVELOPE_BYTES_MAX);
    } else {
        arena = arena_new(len);
        status =
            opening_run(opening, bytes, len, arena, &envelope, &event_name, reason);
    }
    if (status != PREP_OK) {
        free(arena);
        if (err_event_name != NULL) {
            *err_event_name = event_name;
        }
        return status;
    }
    envelope.memory = arena;
    *out_envelope = envelope;
    return PREP_OK;
}

enum prep_status envelope_open(const struct topology *topology, const char *proceso,
                               bool simulacro, const void *bytes, size_t len,
                               struct envelope *out_envelope,
                               const char **err_event_name, struct prep_reason *reason)
{
    const struct opening opening = { topology, proceso, simulacro };

    assert(proceso != NULL);
    return open_with(&opening, bytes, len, out_envelope, err_event_name, reason);
}

enum prep_status envelope_open_trusted(const struct topology *topology,
                                       const void *bytes, size_t len,
                                       struct envelope *out_envelope,
                                       struct prep_reason *reason)
{
    const struct opening opening = { topology, NULL, false };

    return open_with(&opening, bytes, len, out_envelope, NULL, reason);
}

void envelope_close(struct envelope *envelope)
{
    free(envelope->memory);
    memset(envelope, 0, sizeof *envelope);
}

/* ---- acuses */

static enum prep_status acuse_check(const struct topology *topology,
                                    const struct topology_process *signer,
                                    const Prep__Acuse *acuse,
                                    struct prep_reason *reason)
{
    if ((ETAPA_BIT(signer->etapa) & ETAPAS_SERVICIO) == 0 ||
        acuse->servicio != signer->numero) {
        return prep_fail(reason, PREP_ERR_AUTH,
                         "acuse: firma «%s», que no es el servicio %u", signer->nombre,
                         acuse->servicio);
    }
    if (topology_by_numero(topology, acuse->emisor) == NULL) {
        return prep_fail(reason, PREP_ERR_RANGE, "acuse: emisor %u desconocido",
                         acuse->emisor);
    }
    for (size_t i = 0; i < acuse->n_eventos; i++) {
        if (acuse->eventos[i]->hash.len != HASH_LEN ||
            acuse->eventos[i]->secuencia < 1 ||
            acuse->eventos[i]->secuencia > INT64_MAX ||
            acuse->eventos[i]->posicion > INT64_MAX) {
            return prep_fail(reason, PREP_ERR_RANGE, "acuse: evento %zu mal descrito",
                             i);
        }
    }
    for (size_t i = 0; i < acuse->n_imagenes; i++) {
        if (acuse->imagenes[i].len != HASH_LEN) {
            return prep_fail(reason, PREP_ERR_RANGE, "acuse: imagen %zu mal descrita",
                             i);
        }
    }
    return PREP_OK;
}

static enum prep_status acuse_run(const struct topology *topology, const void *bytes,
                                  size_t len, struct arena *arena,
                                  Prep__Acuse **out_acuse, struct prep_reason *reason)
{
    const struct topology_process *signer = NULL;
    Prep__Envelope *wrapper = NULL;
    enum prep_status status;
    Prep__Acuse *acuse;

    status = wrapper_open(bytes, len, arena, &wrapper, reason);
    if (status != PREP_OK) {
        return status;
    }
    status = wrapper_signer(topology, wrapper, &signer, reason);
    if (status != PREP_OK) {
        return status;
    }
    status = wrapper_verify(wrapper, signer, ENVELOPE_PREFIX_ACUSE, reason);
    if (status != PREP_OK) {
        return status;
    }
    acuse = prep__acuse__unpack(NULL, wrapper->event.len, wrapper->event.data);
    if (acuse == NULL) {
        return prep_fail(reason, PREP_ERR_FORMAT, "lo firmado no es un acuse");
    }
    status = acuse_check(topology, signer, acuse, reason);
    if (status != PREP_OK) {
        prep__acuse__free_unpacked(acuse, NULL);
        return status;
    }
    *out_acuse = acuse;
    return PREP_OK;
}

enum prep_status acuse_open(const struct topology *topology, const void *bytes,
                            size_t len, Prep__Acuse **out_acuse,
                            struct prep_reason *reason)
{
    enum prep_status status;
    struct arena *arena;

    assert(topology != NULL && out_acuse != NULL);
    if (len == 0 || len > ENVELOPE_ACUSE_BYTES_MAX) {
        return prep_fail(reason, PREP_ERR_FORMAT, "%zu bytes: un acuse tiene de 1 a %u",
                         len, ENVELOPE_ACUSE_BYTES_MAX);
    }
    arena = arena_new(len);
    status = acuse_run(topology, bytes, len, arena, out_acuse, reason);
    free(arena);
    return status;
}

void acuse_close(Prep__Acuse **acuse)
{
    prep__acuse__free_unpacked(*acuse, NULL);
    *acuse = NULL;
}
