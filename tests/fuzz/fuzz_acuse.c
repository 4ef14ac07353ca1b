/* An acuse as it comes, or (first byte 1 to 8) one signed by that process. */
#include <assert.h>

#include "fuzz_mundo.h"

static void open_once(const uint8_t *data, size_t size)
{
    const struct fuzz_mundo *mundo = fuzz_mundo();
    Prep__Acuse *acuse = NULL;

    if (acuse_open(mundo->topology, data, size, &acuse, NULL) != PREP_OK) {
        assert(acuse == NULL);
        return;
    }
    assert(acuse->servicio >= 1 && acuse->servicio <= 5);
    for (size_t i = 0; i < acuse->n_eventos; i++) {
        assert(acuse->eventos[i]->hash.len == HASH_LEN);
    }
    for (size_t i = 0; i < acuse->n_imagenes; i++) {
        assert(acuse->imagenes[i].len == HASH_LEN);
    }
    acuse_close(&acuse);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t sealed[ENVELOPE_ACUSE_BYTES_MAX + 256];

    if (size > 1 && data[0] >= 1 && data[0] <= FUZZ_PROCESSES) {
        open_once(sealed, fuzz_seal(data[0], ENVELOPE_PREFIX_ACUSE, data + 1, size - 1,
                                    sealed, sizeof sealed));
    } else {
        open_once(data, size);
    }
    return 0;
}
