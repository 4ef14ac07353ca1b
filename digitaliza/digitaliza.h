/*
 * digitaliza.h - what an image event may say, for the worker that makes it and the
 * service that takes it.
 *
 * PURPOSE
 *     envelope_open() checks the form; this checks it against the election: the acta
 *     exists, the codes are in the vocabularies of the definition, the image is not
 *     larger than this installation takes.
 *
 * ERRORS (PREP_ERR_RANGE, with the event name that operators search for)
 *     "acta.desconocida"   the catalogue has no such acta
 *     "mensaje.rechazado"  anything else
 *
 * OWNERSHIP AND THREADS
 *     Pure: no socket, no SQL, no clock.
 */
#ifndef PREP_DIGITALIZA_H
#define PREP_DIGITALIZA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "prep.pb-c.h"
#include "prep/eleccion.h"
#include "prep/topology.h"

#define IMAGE_BYTES_MAX_DEFAULT (8u * 1024u * 1024u)
#define IMAGE_CHUNK_MAX (256u * 1024u) /* Trozo.datos; proto/prep.proto */

struct digitaliza_rules {
    const struct definicion *definicion;
    uint64_t catalogo_count; /* actas of the catalogue: ids 1 to this */
    uint64_t image_bytes_max;
    const struct topology *topology;
    /* The worker that will sign; NULL in the service, where it is signed already. */
    const struct topology_process *self;
};

PREP_MUST_CHECK
enum prep_status digitaliza_check(const struct digitaliza_rules *rules,
                                  const Prep__Event *event, const char **err_event_name,
                                  struct prep_reason *reason);

#endif
