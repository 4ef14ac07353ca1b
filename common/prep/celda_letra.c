#include "prep/celda_letra.h"

static enum prep_status lecturas_check(const struct celda_lecturas *lecturas,
                                       struct prep_reason *reason)
{
    if (!celda_es_valida(lecturas->letra) || !celda_es_valida(lecturas->numero)) {
        return prep_fail(reason, PREP_ERR_RANGE,
                         "letra %ld, número %ld: deben ir de 0 a %d, o ser ilegible o "
                         "sin dato",
                         (long)lecturas->letra, (long)lecturas->numero, CELDA_MAX);
    }
    if ((lecturas->letra == CELDA_NO_APLICA) != (lecturas->numero == CELDA_NO_APLICA)) {
        return prep_fail(reason, PREP_ERR_RANGE,
                         "letra %ld, número %ld: la celda existe en las dos formas o "
                         "en ninguna",
                         (long)lecturas->letra, (long)lecturas->numero);
    }
    return PREP_OK;
}

enum prep_status celda_letra_resuelve(const struct celda_lecturas *lecturas,
                                      struct celda_resuelta *out_celda,
                                      struct prep_reason *reason)
{
    const celda letra = lecturas->letra, numero = lecturas->numero;
    enum prep_status status = lecturas_check(lecturas, reason);

    if (status != PREP_OK) {
        return status;
    }
    *out_celda = (struct celda_resuelta){ .vale = letra };
    if (celda_es_numero(letra)) {
        out_celda->difieren = celda_es_numero(numero) && numero != letra;
    } else if (celda_es_numero(numero)) {
        out_celda->vale = numero;
    } else if (letra != CELDA_NO_APLICA) {
        /* Something unreadable says more than a blank beside it. */
        out_celda->vale = letra == numero ? letra : CELDA_ILEGIBLE;
        out_celda->inconsistente = true;
    }
    return PREP_OK;
}
