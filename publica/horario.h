/*
 * horario.h - when a corte is due: plain arithmetic over the definition, no clock.
 *
 * RULES
 *     Nominal times are inicio + k * cadencia, and fin, which is the last one
 *     (prep-rules 9, 15). A corte that was missed is not made up: the one due is the
 *     latest, and how many were missed is told. The official bases go with the first
 *     corte of each period of cadencia_bases_s. When fin falls in the minute of the
 * bases before, the last corte takes the next minute: its bases need a name.
 *
 * OFICIAL AND SIMULACRO
 *     In a simulacro the driver gives the times and nothing is due by itself.
 */
#ifndef PUBLICA_HORARIO_H
#define PUBLICA_HORARIO_H

#include <stdbool.h>
#include <stdint.h>

#include "objeto.h"

struct horario {
    bool due;
    int64_t nominal_ms;
    bool ultimo, bases;
    uint64_t missed; /* nominal times between the last corte and this one */
    int64_t next_ms; /* when something will be due; 0: never again */
};

/* anterior: the last corte, or NULL; bases_ms: nominal time of the last one with bases,
 * or 0. */
struct horario horario_calcula(const struct definicion *definicion,
                               const struct corte *anterior, int64_t bases_ms,
                               int64_t now_ms);

/* Bases are due with a corte of this nominal time. */
bool horario_bases(const struct definicion *definicion, int64_t bases_ms,
                   int64_t nominal_ms);

#endif
