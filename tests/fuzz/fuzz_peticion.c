/* A request as a service takes it off the socket, down to the envelope it carries. */
#include "fuzz_mundo.h"
#include "prep/transport.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Prep__Peticion *peticion;

    if (size > TRANSPORT_MESSAGE_MAX) {
        return -1;
    }
    peticion = prep__peticion__unpack(NULL, size, data);
    if (peticion == NULL) {
        return 0;
    }
    if (peticion->cuerpo_case == PREP__PETICION__CUERPO_SOBRE) {
        struct envelope envelope;

        if (envelope_open(fuzz_mundo()->topology, FUZZ_PROCESO, false,
                          peticion->sobre.data, peticion->sobre.len, &envelope, NULL,
                          NULL) == PREP_OK) {
            envelope_close(&envelope);
        }
    }
    prep__peticion__free_unpacked(peticion, NULL);
    return 0;
}
