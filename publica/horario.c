#include "horario.h"

#define MINUTE_MS INT64_C(60000)

/* The latest inicio + k * period at or before now, k >= 0; 0 before inicio. */
static int64_t latest(int64_t inicio_ms, uint32_t period_s, int64_t now_ms)
{
    const int64_t period_ms = (int64_t)period_s * 1000;

    if (now_ms < inicio_ms) {
        return 0;
    }
    return inicio_ms + (now_ms - inicio_ms) / period_ms * period_ms;
}

bool horario_bases(const struct definicion *definicion, int64_t bases_ms,
                   int64_t nominal_ms)
{
    return bases_ms == 0 || latest(definicion->inicio_ms, definicion->cadencia_bases_s,
                                   nominal_ms) > bases_ms;
}

struct horario horario_calcula(const struct definicion *definicion,
                               const struct corte *anterior, int64_t bases_ms,
                               int64_t now_ms)
{
    const int64_t period_ms = (int64_t)definicion->cadencia_s * 1000;
    const int64_t last = anterior == NULL ? 0 : anterior->nominal_ms;
    struct horario h = { 0 };
    int64_t nominal;

    if (anterior != NULL && anterior->ultimo) {
        return h;
    }
    h.next_ms = definicion->inicio_ms;
    if (now_ms < definicion->inicio_ms) {
        return h;
    }
    h.ultimo = now_ms >= definicion->fin_ms;
    nominal = h.ultimo ? definicion->fin_ms
                       : latest(definicion->inicio_ms, definicion->cadencia_s, now_ms);
    /* Bases are named by their minute, and the last corte always has them. */
    if (h.ultimo && bases_ms != 0 && nominal / MINUTE_MS <= bases_ms / MINUTE_MS) {
        nominal = (bases_ms / MINUTE_MS + 1) * MINUTE_MS;
    }
    h.due = nominal > last || h.ultimo;
    h.nominal_ms = nominal;
    h.bases = h.ultimo || horario_bases(definicion, bases_ms, nominal);
    h.next_ms =
        latest(definicion->inicio_ms, definicion->cadencia_s, now_ms) + period_ms;
    if (h.next_ms > definicion->fin_ms) {
        h.next_ms = definicion->fin_ms;
    }
    if (h.due) {
        int64_t expected =
            last < definicion->inicio_ms
                ? definicion->inicio_ms
                : latest(definicion->inicio_ms, definicion->cadencia_s, last) +
                      period_ms;

        if (nominal > expected) {
            h.missed = (uint64_t)((nominal - expected + period_ms - 1) / period_ms);
        }
    }
    return h;
}
