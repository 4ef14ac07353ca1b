#include "prep/reloj.h"

uint32_t reloj_duda(const struct definicion *definicion, int64_t dispositivo_ms,
                    int64_t recibido_ms)
{
    uint32_t causas = 0;

    if (definicion->modo != MODO_OFICIAL) {
        return 0;
    }
    if (dispositivo_ms > recibido_ms + RELOJ_ADELANTO_MAX_MS) {
        causas |= RELOJ_ADELANTADA;
    }
    if (dispositivo_ms < definicion->inicio_ms) {
        causas |= RELOJ_ANTES_DEL_INICIO;
    }
    if (dispositivo_ms >= definicion->fin_ms) {
        causas |= RELOJ_DESPUES_DEL_FIN;
    }
    return causas;
}
