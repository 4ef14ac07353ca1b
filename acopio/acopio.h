/*
 * acopio.h - what an acopio event may say, for the worker that makes it and the
 * service that takes it.
 *
 * PURPOSE
 *     envelope_open() checks the form; this checks it against the election: the acta
 *     exists, the codes are in the vocabularies of the definition, and the
 *     identity of an acta fuera de catalogo uses names and lengths that the
 *     public database can print.
 *
 * ERRORS (PREP_ERR_RANGE, with the event name that operators search for)
 *     "acta.desconocida"   the catalogue has no such acta
 *     "mensaje.rechazado"  anything else
 *
 * SOURCE
 *     prep-rules 3.1 (what acopio records), 5 (identity columns).
 *
 * OWNERSHIP AND THREADS
 *     Pure: no socket, no SQL, no clock.
 */
#ifndef PREP_ACOPIO_H
#define PREP_ACOPIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "prep.pb-c.h"
#include "prep/eleccion.h"
#include "prep/topology.h"

struct acopio_rules {
    const struct definicion *definicion;
    uint64_t catalogo_count; /* actas of the catalogue: ids 1 to this */
    /* The worker that will sign; NULL in the service, where it is signed already. */
    const struct topology_process *self;
};

/* The acta is one of the catalogue, or one fuera de catalogo. */
bool acopio_acta_exists(const struct acopio_rules *rules, uint64_t acta);

/* Bytes that a campo of identificacion may have; 0 when there is no such campo. */
size_t acopio_campo_max(const char *campo);

PREP_MUST_CHECK
enum prep_status acopio_check(const struct acopio_rules *rules,
                              const Prep__Event *event, const char **err_event_name,
                              struct prep_reason *reason);

#endif
