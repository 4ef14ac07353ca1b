/*
 * maker.h - random events for system tests: few actas and few hours, so that events of
 * the same slot of the same acta compete.
 */
#ifndef PREP_TEST_MAKER_H
#define PREP_TEST_MAKER_H

#include "fixture.h"

#define MAKER_HORA INT64_C(1717977600000)
#define MAKER_ACTAS 40u /* of the catalogue */
#define MAKER_FUERA 5u  /* fuera de catalogo, of each acopio emitter */
#define MAKER_CELLS_MAX 40u

struct maker {
    unsigned seed;
    struct fixture *fixture;
    struct emitter *emitter; /* who signs the next one */
    struct fixture_event *out;
};

unsigned maker_dice(struct maker *maker, unsigned sides); /* 0 to sides - 1 */

/* Anything that an emitter of that kind may say, about any acta. */
void maker_event(struct maker *maker, enum fixture_kind kind);

/* One body; acta and hora_ms of `event` are the caller's. */
void maker_acopio(struct maker *maker, Prep__Event *event);
void maker_imagen(struct maker *maker, Prep__Event *event);
void maker_captura(struct maker *maker, Prep__Event *event, unsigned paso);
void maker_verificacion(struct maker *maker, Prep__Event *event);
void maker_cotejo(struct maker *maker, Prep__Event *event);
void maker_correccion(struct maker *maker, Prep__Event *event);
void maker_identificacion(struct maker *maker, Prep__Event *event);
void maker_hora_dudosa(struct maker *maker, Prep__Event *event);

#endif
