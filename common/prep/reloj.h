/*
 * reloj.h - the CCV's clock decides: which device times are believed.
 *
 * PURPOSE
 *     An acopio and an image carry the time of the device that made them. When it
 * cannot be right, the service that receives it says so in an event of its own
 *     (HoraDudosa), with its reception by the CCV's clock: that one is published, and
 *     the device's is kept and shown beside it as evidence. A fact is never refused for
 *     its hour. In a simulacro the replay supplies the clock and nothing is doubted.
 *
 *     A late delivery is not doubtful: a CATD may be offline for hours.
 *
 * SOURCE
 *     prep-rules 10.7 and 20.9.
 *
 * OWNERSHIP AND THREADS
 *     Pure.
 */
#ifndef PREP_RELOJ_H
#define PREP_RELOJ_H

#include "prep/eleccion.h"

#define RELOJ_ADELANTO_MAX_MS 60000 /* clocks of CATD under NTP differ by less */

/* HoraDudosa.causas, in proto/prep.proto: bits. */
enum {
    RELOJ_ADELANTADA = 1u << 0,       /* later than its reception */
    RELOJ_ANTES_DEL_INICIO = 1u << 1, /* also the wrong year */
    RELOJ_DESPUES_DEL_FIN = 1u << 2,
};
#define RELOJ_CAUSAS_MAX 7u

/* 0: believed. */
uint32_t reloj_duda(const struct definicion *definicion, int64_t dispositivo_ms,
                    int64_t recibido_ms);

#endif
