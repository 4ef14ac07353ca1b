/*
 * control.h - the HTTP door of publica: a corte on demand, and how it is going.
 *
 *     POST /corte   {"nominal_ms":n,"ultimo":bool,"bases":bool}   all may be missing
 *         nominal_ms  simulacro: required; oficial: refused, it is the present minute
 *         200
 * {"numero":n,"tamano":n,"nominal_ms":n,"objeto":"<sha256>","repetido":bool} 400
 * malformed; 409 with the reason it is not made; 503 try again A corte asked again with
 * the time of the last one is answered with that one. GET /estado
 * {"corte":n,"nominal_ms":n,"ultimo":bool,"actas":n}
 *
 *     A corte says nothing that is not in the ledger, but the last one closes the
 *     election: with `operadores`, POST needs the token of one of etapa publica (401,
 *     403). Without it, in oficial mode, nobody may ask; the schedule needs no token.
 */
#ifndef PUBLICA_CONTROL_H
#define PUBLICA_CONTROL_H

#include "base/http.h"

/* context: struct publica. */
void control_handle(struct http_request *request, void *context);

#endif
