/*
 * projection_slots.h - the slots of an acta and the UPDATE that fills each one.
 * Only for projection.c and projection_slots.c.
 */
#ifndef PREP_PROJECTION_SLOTS_H
#define PREP_PROJECTION_SLOTS_H

#include "prep/db_internal.h"

enum slot {
    SLOT_ACOPIO,
    SLOT_IMAGEN,
    SLOT_IMAGEN_OTRA, /* of an acta that has one already in the same batch */
    SLOT_CAPTURA_1,
    SLOT_CAPTURA_2,
    SLOT_CAPTURA_3,
    SLOT_VERIFICACION,
    SLOT_COTEJO,
    SLOT_CORRECCION,
    SLOT_IDENTIFICACION,
    SLOT_DUDA_ACOPIO,
    SLOT_DUDA_IMAGEN,
    SLOT_COUNT
};

#define SLOT_COLUMNS_MAX 12

/*
 * One array per parameter, one element per acta: id, hora_ms and hash of the event that
 * stands, then what it says. Cells travel flattened in one array, followed by where the
 * list of each acta begins and ends in it, from 1: unnest() does not take lists of
 * different lengths.
 */
struct projection_slot {
    struct db_statement update;
    enum db_array_type types[SLOT_COLUMNS_MAX]; /* of its parameters */
};

extern const struct projection_slot projection_slots[SLOT_COUNT];

#endif
