/*
 * envelope.h - signed events: sign, verify, open.
 *
 * PURPOSE
 *     An event is serialised once, by its emitter, and signed as
 *     Ed25519(ENVELOPE_PREFIX_EVENT || bytes). Everybody else checks those very
 *     bytes before looking inside. Acuses use the same wrapper with a prefix of
 *     their own, so that one can never pass for the other.
 *
 * ORDER OF CHECKS in envelope_open (each before the next costs anything)
 *     size <= ENVELOPE_BYTES_MAX, wrapper parses, key_id declared, signature,
 *     event parses, version, proceso, modo, emisor is the key's owner, its etapa
 *     may emit this body, lengths of hashes, acta id, cells in range, texts bounded.
 *
 * ERRORS
 *     PREP_ERR_FORMAT  does not parse or is too large: event "mensaje.malformado"
 *     PREP_ERR_AUTH    unknown key or bad signature: "firma.rechazada",
 *                      "firmante.desconocido"
 *     PREP_ERR_RANGE   signed, and says something its emitter may not:
 *                      "mensaje.rechazado"
 *
 * OWNERSHIP
 *     An opened event points into its own memory; envelope_close releases it.
 */
#ifndef PREP_ENVELOPE_H
#define PREP_ENVELOPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/hash.h"
#include "base/status.h"
#include "prep.pb-c.h"
#include "prep/keys.h"
#include "prep/topology.h"

#define ENVELOPE_PREFIX_EVENT "PREP-EVENT-v1\n"
#define ENVELOPE_PREFIX_ACUSE "PREP-ACUSE-v1\n"
#define ENVELOPE_BYTES_MAX 8192u
#define ENVELOPE_ACUSE_BYTES_MAX 65536u /* an acuse lists a whole batch */

struct envelope {
    Prep__Event *event; /* unpacked; never re-serialised */
    struct hash hash;   /* SHA-256 of the event bytes: its name in the chain */
    struct hash entry;  /* SHA-256 of the whole envelope: its entry in the log */
    const struct topology_process *emisor;
    const uint8_t *bytes; /* the envelope as it came; borrowed from the caller */
    size_t len;
};

/* The name that operators search for, for the last refusal of envelope_open. */
PREP_MUST_CHECK
enum prep_status envelope_open(const struct topology *topology, const char *proceso,
                               bool simulacro, const void *bytes, size_t len,
                               struct envelope *out_envelope,
                               const char **err_event_name, struct prep_reason *reason);

/* Same without checking the signature: only for bytes read back from the ledger. */
PREP_MUST_CHECK
enum prep_status envelope_open_trusted(const struct topology *topology,
                                       const void *bytes, size_t len,
                                       struct envelope *out_envelope,
                                       struct prep_reason *reason);
void envelope_close(struct envelope *envelope);

PREP_MUST_CHECK
enum prep_status acuse_open(const struct topology *topology, const void *bytes,
                            size_t len, Prep__Acuse **out_acuse,
                            struct prep_reason *reason);
void acuse_close(Prep__Acuse **acuse);
/* Signs an acuse into out (appended). */
void acuse_sign(const struct keys *keys, const Prep__Acuse *acuse, struct buffer *out);

#endif
