/*
 * emitter.h - the chain of one process: number, link and sign its events.
 *
 * PURPOSE
 *     Fills version, proceso, simulacro, emisor, secuencia and anterior, then
 *     serialises and signs. The chain advances in memory with each emitter_sign();
 *     what makes it true is the caller's commit (spool or ledger). After a commit
 *     that failed, emitter_restore() goes back to what the store says.
 *
 * OWNERSHIP AND THREADS
 *     One thread. The signed bytes are appended to the caller's buffer.
 */
#ifndef PREP_EMITTER_H
#define PREP_EMITTER_H

#include "base/buffer.h"
#include "base/hash.h"
#include "prep.pb-c.h"
#include "prep/keys.h"
#include "prep/topology.h"

struct emitter {
    const struct keys *keys;
    const struct topology_process *self;
    const char *proceso;
    bool simulacro;
    uint64_t secuencia;   /* last one signed; 0: none */
    struct hash anterior; /* its hash; zero: none */
};

void emitter_init(struct emitter *emitter, const struct keys *keys,
                  const struct topology_process *self, const char *proceso,
                  bool simulacro);
void emitter_restore(struct emitter *emitter, uint64_t secuencia,
                     const struct hash *anterior);

/*
 * event: body, acta, hora_ms and sigue_a set by the caller; the rest is set here.
 * Appends the envelope's bytes to out and gives the event's hash.
 */
void emitter_sign(struct emitter *emitter, Prep__Event *event, struct buffer *out,
                  struct hash *out_hash);

#endif
