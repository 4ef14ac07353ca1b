/*
 * acopio_request.h - the JSON of POST /acopio, to checked structs.
 *
 * FORM
 *     {"solicitud": "catd3-000123",      idempotency key, 1 to 64 of [A-Za-z0-9._:-]
 *      "acta": 1234,                     or, when the catalogue does not have it:
 *      "fuera": {"eleccion": "GOB"|null, "identificacion": {"seccion": "0123", ...}},
 *      "mecanismo": 1, "documento": 1,   ordinals of the definition; 0 or absent: not
 *                                        said
 *      "sin_acta": 0,                    cause (reglas.h), 0 or absent: there is one
 *      "hora_ms": 1622937600000}         only in a simulacro; 0: not known
 *     or {"acopios": [ ... ]} with 1 to ACOPIO_REQUEST_MAX of them.
 *     Keys that are not listed are refused: a typing mistake must not lose a fact.
 *
 * ERRORS
 *     PREP_ERR_FORMAT or _RANGE; *err_code is the codigo of the HTTP answer:
 *     "solicitud.malformada", "acta.desconocida", "hora.rechazada".
 *     The whole request is refused if one of its acopios is wrong.
 *
 * OWNERSHIP
 *     acopio_request_free releases; texts point into the JSON it keeps.
 */
#ifndef PREP_ACOPIO_REQUEST_H
#define PREP_ACOPIO_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "acopio.h"
#include "base/hash.h"
#include "prep/envelope.h"

#define ACOPIO_REQUEST_MAX 200u
#define ACOPIO_SOLICITUD_MAX 64u
#define ACOPIO_BODY_MAX (512u * 1024u)

struct acopio_item {
    const char *solicitud;
    bool fuera;
    uint64_t acta; /* of the catalogue; 0: fuera */
    bool tiene_hora;
    int64_t hora_ms;
    struct hash contenido; /* of what was asked, by whom: a repeat must be equal */
    Prep__Acopio cuerpo;   /* points into datos below */
    Prep__Dato datos[EVENT_TEXTOS_MAX];
    Prep__Dato *dato_list[EVENT_TEXTOS_MAX];
};

struct acopio_request; /* opaque */

PREP_MUST_CHECK
enum prep_status acopio_request_parse(const struct acopio_rules *rules,
                                      uint32_t operador, const char *body, size_t len,
                                      struct acopio_request **out_request,
                                      const char **err_code,
                                      struct prep_reason *reason);
size_t acopio_request_count(const struct acopio_request *request);
struct acopio_item *acopio_request_item(struct acopio_request *request, size_t index);
void acopio_request_free(struct acopio_request **request);

#endif
