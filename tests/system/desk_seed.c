/*
 * desk_seed: puts signed acopios into a ledger, as prep-acopio would, so that captura
 * has work. Usage: desk_seed CONNINFO TOPOLOGIA LLAVE PROCESO PRIMERA ULTIMA SIN_ACTA
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "prep/emitter.h"
#include "prep/envelope.h"
#include "prep/ledger.h"

#define CHUNK 500u

struct seed {
    struct topology *topology;
    struct keys *keys;
    struct db *db;
    struct emitter emitter;
    uint32_t sin_acta;
};

static void must(enum prep_status status, const struct prep_reason *reason)
{
    if (status != PREP_OK) {
        fprintf(stderr, "desk_seed: %s: %s\n", prep_status_str(status), reason->text);
        exit(1);
    }
}

static void store(struct seed *seed, uint64_t first, uint64_t last)
{
    static struct envelope envelopes[CHUNK];
    static struct ledger_item items[CHUNK];
    static size_t starts[CHUNK + 1];
    struct prep_reason reason = { "" };
    struct buffer bytes;
    size_t count = 0;

    buffer_init(&bytes, CHUNK * ENVELOPE_BYTES_MAX);
    for (uint64_t acta = first; acta <= last; acta++) {
        Prep__Event event = PREP__EVENT__INIT;
        Prep__Acopio acopio = PREP__ACOPIO__INIT;

        acopio.operador = 7;
        acopio.mecanismo = 1;
        acopio.documento = 1;
        acopio.sin_acta = seed->sin_acta;
        event.acta = acta;
        event.hora_ms = clock_now_ms();
        event.cuerpo_case = PREP__EVENT__CUERPO_ACOPIO;
        event.acopio = &acopio;
        emitter_sign(&seed->emitter, &event, &bytes, NULL);
        starts[++count] = bytes.len;
    }
    for (size_t i = 0; i < count; i++) {
        must(envelope_open_trusted(seed->topology, bytes.data + starts[i],
                                   starts[i + 1] - starts[i], &envelopes[i], &reason),
             &reason);
        items[i] = (struct ledger_item){ .envelope = &envelopes[i] };
    }
    must(ledger_store(seed->db, items, count, &reason), &reason);
    for (size_t i = 0; i < count; i++) {
        if (items[i].result != LEDGER_NEW) {
            fprintf(stderr, "desk_seed: event %zu was not new\n", i);
            exit(1);
        }
        envelope_close(&envelopes[i]);
    }
    buffer_done(&bytes);
}

int main(int argc, char **argv)
{
    struct prep_reason reason = { "" };
    const struct topology_process *self;
    struct seed seed = { 0 };
    struct hash hash;
    uint64_t secuencia, first, last;

    if (argc != 8) {
        return 64;
    }
    must(topology_load(argv[2], &seed.topology, &reason), &reason);
    must(keys_load(argv[3], &seed.keys, &reason), &reason);
    must(topology_self(seed.topology, seed.keys, &self, &reason), &reason);
    must(db_open(argv[1], "desk_seed", &seed.db, &reason), &reason);
    emitter_init(&seed.emitter, seed.keys, self, argv[4], false);
    must(ledger_emitter_head(seed.db, self->numero, &secuencia, &hash, &reason),
         &reason);
    emitter_restore(&seed.emitter, secuencia, &hash);
    first = strtoull(argv[5], NULL, 10);
    last = strtoull(argv[6], NULL, 10);
    seed.sin_acta = (uint32_t)strtoul(argv[7], NULL, 10);
    for (; first <= last; first += CHUNK) {
        store(&seed, first, first + CHUNK - 1 < last ? first + CHUNK - 1 : last);
    }
    db_close(&seed.db);
    keys_free(&seed.keys);
    topology_free(&seed.topology);
    return 0;
}
