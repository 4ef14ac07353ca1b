/*
 * sidecar.h - what is said beside an image: whose acta it is and how it was taken.
 *
 * FORM
 *     <name>.json  {"acta": 1234, "origen": 1, "digitalizacion": 2, "documento": 1,
 *                   "operador": 4411, "hora_ms": 1622937600000}
 *     acta is required; the codes are ordinals of the definition and those that are
 *     absent come from the settings of this worker; hora_ms only in a simulacro.
 *     Without that file the name of the image must be <acta>[-anything].<ext>.
 *
 * ERRORS
 *     PREP_ERR_FORMAT or _RANGE, with a reason for the person at the scanner.
 */
#ifndef PREP_SIDECAR_H
#define PREP_SIDECAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "prep/eleccion.h"

#define SIDECAR_BYTES_MAX 4096u

struct sidecar {
    uint64_t acta;
    uint32_t origen;
    uint32_t digitalizacion;
    uint32_t documento;
    uint32_t operador;
    bool tiene_hora;
    int64_t hora_ms;
};

/* *inout holds the defaults; written only on success. */
PREP_MUST_CHECK
enum prep_status sidecar_parse(const char *text, size_t len, enum modo modo,
                               struct sidecar *inout, struct prep_reason *reason);

/* The acta that starts the name of a file. */
PREP_MUST_CHECK
enum prep_status sidecar_from_name(const char *name, uint64_t *out_acta,
                                   struct prep_reason *reason);

#endif
