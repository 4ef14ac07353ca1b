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
 *     The wrapper must be exactly what protobuf writes for its three fields, so one
 *     signed event has one envelope: nobody on the way can make another with the
 *     same event and a different entry in the log.
 *
 * WHO EMITS WHAT
 *     acopio-catd      acopio, incidencia
 *     digitaliza-catd  imagen, incidencia
 *     captura          captura (paso 1), incidencia
 *     verifica         captura (paso 2 and 3), verificacion, cotejo, incidencia
 *     publica          corte, cierre, incidencia
 *     herramienta      apertura, cierre, incidencia
 *     acopio, digitaliza   incidencia
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
#define ENVELOPE_EVENT_BYTES_MAX 8064u  /* leaves room for the wrapper: 86 bytes */

#define ENVELOPE_ACUSE_EVENTS_MAX 1000u /* events and images of one acuse, together */

#define EVENT_VERSION 1u
#define EVENT_TEXTOS_MAX 16u     /* entries of identificacion */
#define EVENT_CAMPO_MAX 40u      /* bytes: name of an identity column */
#define EVENT_TEXTO_MAX 160u     /* bytes */
#define EVENT_INCIDENCIA_MAX 64u /* bytes of nombre */
#define EVENT_DETALLE_MAX 1024u  /* bytes of detalle */
/* Propuesta.clase and Correccion.clase, in proto/prep.proto */
enum propuesta_clase {
    PROPUESTA_CORRECCION = 1,
    PROPUESTA_REAPERTURA = 2,
    PROPUESTA_IDENTIFICACION = 3,
};
#define EVENT_MOTIVO_MIN 10u   /* bytes: a reason says something */
#define EVENT_MOTIVO_MAX 1024u /* bytes */
#define EVENT_IMAGEN_BYTES_MAX (64u * 1024u * 1024u)

struct envelope {
    Prep__Event *event; /* unpacked; never re-serialised */
    struct hash hash;   /* SHA-256 of the event bytes: its name in the chain */
    struct hash entry;  /* SHA-256 of the whole envelope: its entry in the log */
    const struct topology_process *emisor;
    const uint8_t *bytes; /* the envelope as it came; borrowed from the caller */
    size_t len;
    void *memory; /* private */
};

/* err_event_name (may be NULL): the name that operators search for, static. */
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
/* Accepts one that is closed or all zeros. */
void envelope_close(struct envelope *envelope);

/*
 * What `emisor` may say: its etapa, the acta, hashes, cells and texts, as everybody
 * will check when the event arrives. An emitter asks before it signs, because an
 * event that is refused at the other end stops its chain for ever.
 * PREP_ERR_RANGE with the field and the cure.
 */
PREP_MUST_CHECK
enum prep_status envelope_event_check(const struct topology_process *emisor,
                                      const Prep__Event *event,
                                      struct prep_reason *reason);

/* An acuse is good only if a service of the topology signed it as itself. */
PREP_MUST_CHECK
enum prep_status acuse_open(const struct topology *topology, const void *bytes,
                            size_t len, Prep__Acuse **out_acuse,
                            struct prep_reason *reason);
void acuse_close(Prep__Acuse **acuse);
/* Signs an acuse into out (appended; its limit must leave room). At most
 * ENVELOPE_ACUSE_EVENTS_MAX events: the signer splits larger batches. */
void acuse_sign(const struct keys *keys, const Prep__Acuse *acuse, struct buffer *out);

#endif
