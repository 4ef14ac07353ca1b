/*
 * An envelope as it comes, or (first byte 1 to 8) an event signed by that process.
 * What is opened keeps its promises, and opens again to the same.
 */
#include <assert.h>

#include "fuzz_mundo.h"
#include "prep/acta_id.h"
#include "prep/celda.h"
#include "prep/eleccion.h"

static void check(const struct envelope *envelope)
{
    const Prep__Event *event = envelope->event;

    assert(event->emisor == envelope->emisor->numero);
    assert(event->anterior.len == HASH_LEN);
    assert(event->sigue_a.len == 0 || event->sigue_a.len == HASH_LEN);
    assert(event->acta == 0 || acta_id_es_de_catalogo(event->acta) ||
           acta_id_es_fuera(event->acta));
    if (event->cuerpo_case == PREP__EVENT__CUERPO_CAPTURA) {
        assert(event->captura->n_celdas <= ELECCION_CELDAS_MAX);
        for (size_t i = 0; i < event->captura->n_celdas; i++) {
            assert(celda_es_valida(event->captura->celdas[i]));
        }
    }
    if (event->cuerpo_case == PREP__EVENT__CUERPO_ACOPIO) {
        assert(event->acopio->n_identificacion <= EVENT_TEXTOS_MAX);
    }
    assert(envelope_event_check(envelope->emisor, event, NULL) == PREP_OK);
}

static void open_once(const uint8_t *data, size_t size)
{
    const struct fuzz_mundo *mundo = fuzz_mundo();
    const char *event_name = NULL;
    struct envelope first, again;
    struct prep_reason reason = { "" };

    for (int simulacro = 0; simulacro < 2; simulacro++) {
        if (envelope_open(mundo->topology, FUZZ_PROCESO, simulacro, data, size, &first,
                          &event_name, &reason) != PREP_OK) {
            assert(event_name != NULL && reason.text[0] != '\0');
            continue;
        }
        check(&first);
        if (envelope_open_trusted(mundo->topology, data, size, &again, NULL) !=
            PREP_OK) {
            abort();
        }
        assert(hash_equal(&first.hash, &again.hash));
        assert(hash_equal(&first.entry, &again.entry));
        envelope_close(&again);
        envelope_close(&first);
    }
    if (envelope_open_trusted(mundo->topology, data, size, &again, NULL) == PREP_OK) {
        check(&again);
        envelope_close(&again);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t sealed[2 * ENVELOPE_BYTES_MAX];

    if (size > ENVELOPE_BYTES_MAX + 16) {
        return -1;
    }
    if (size > 1 && data[0] >= 1 && data[0] <= FUZZ_PROCESSES) {
        open_once(sealed, fuzz_seal(data[0], ENVELOPE_PREFIX_EVENT, data + 1, size - 1,
                                    sealed, sizeof sealed));
    } else {
        open_once(data, size);
    }
    return 0;
}
