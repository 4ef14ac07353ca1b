/*
 * Whatever a service may answer, given to a sender that waits for answers. First byte
 * 1: the rest is an acuse, signed by the service. No socket: answers send nothing.
 */
#include <assert.h>

#include "fuzz_mundo.h"
#include "sender_private.h"

#define WORKER 6u /* acopio-catd */
#define SERVICE 1u
#define EVENTS 8u

static char folder[] = "/tmp/prep-fuzz-XXXXXX";

static void folder_remove(void)
{
    static const char *const names[] = { "cola", "cola-wal" };
    char path[64];

    for (size_t i = 0; i < 2; i++) {
        (void)snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        (void)unlink(path);
    }
    (void)rmdir(folder);
}

static struct spool *spool_make(struct emitter *emitter)
{
    const struct fuzz_mundo *mundo = fuzz_mundo();
    struct spool *spool = NULL;
    char path[64];

    emitter_init(emitter, mundo->keys[WORKER - 1],
                 topology_by_numero(mundo->topology, WORKER), FUZZ_PROCESO, false);
    if (mkdtemp(folder) == NULL || atexit(folder_remove) != 0) {
        abort();
    }
    (void)snprintf(path, sizeof path, "%s/cola", folder);
    if (spool_open(path, emitter, &spool, NULL) != PREP_OK) {
        abort();
    }
    for (unsigned i = 0; i < EVENTS; i++) {
        Prep__Event event = PREP__EVENT__INIT;
        Prep__Acopio acopio = PREP__ACOPIO__INIT;
        struct spool_item item = { .event = &event };

        event.acta = i + 1;
        event.hora_ms = 1;
        event.cuerpo_case = PREP__EVENT__CUERPO_ACOPIO;
        event.acopio = &acopio;
        if (spool_append(spool, &item, 1, NULL) != PREP_OK) {
            abort();
        }
    }
    return spool;
}

static void answer(struct sender *s, const uint8_t *data, size_t size)
{
    s->state = SENDER_RUNNING;
    s->asked = true;
    s->flight_count = 0;
    for (uint64_t i = 1; i <= EVENTS; i++) {
        s->flight[s->flight_count++] = i;
    }
    sender_answer(s, data, size);
    assert(s->flight_count <= EVENTS);
    assert(s->cursor <= EVENTS + 1);
    /* asked for the head, too */
    s->state = SENDER_ASKING;
    s->asked = true;
    sender_answer(s, data, size);
    assert(s->cursor <= EVENTS + 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct sender sender;
    static struct emitter emitter;
    static uint8_t sealed[ENVELOPE_ACUSE_BYTES_MAX + 256],
        packed[ENVELOPE_ACUSE_BYTES_MAX + 512];

    if (sender.options.spool == NULL) {
        const struct fuzz_mundo *mundo = fuzz_mundo();

        sender.options.topology = mundo->topology;
        sender.options.self = topology_by_numero(mundo->topology, WORKER);
        sender.options.service = topology_by_numero(mundo->topology, SERVICE);
        sender.options.keys = mundo->keys[WORKER - 1];
        sender.options.spool = spool_make(&emitter);
        sender.options.window = EVENTS;
        sender.backoff_ms = 1;
    }
    if (size > 1 && data[0] == 1) {
        Prep__Respuesta respuesta = PREP__RESPUESTA__INIT;
        size_t len = fuzz_seal(SERVICE, ENVELOPE_PREFIX_ACUSE, data + 1, size - 1,
                               sealed, sizeof sealed);

        respuesta.cuerpo_case = PREP__RESPUESTA__CUERPO_ACUSE;
        respuesta.acuse = (ProtobufCBinaryData){ len, sealed };
        answer(&sender, packed, prep__respuesta__pack(&respuesta, packed));
    } else {
        answer(&sender, data, size);
    }
    return 0;
}
