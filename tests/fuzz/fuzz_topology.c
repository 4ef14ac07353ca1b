/* A topology file with anything in it. */
#include <assert.h>

#include "fuzz_mundo.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct topology *topology = NULL;
    struct prep_reason reason = { "" };
    char path[64];
    int fd;

    fuzz_file(data, size, &fd, path, sizeof path);
    if (topology_load(path, &topology, &reason) != PREP_OK) {
        assert(topology == NULL && reason.text[0] != '\0');
    } else {
        for (size_t i = 0; i < topology->process_count; i++) {
            const struct topology_process *p = &topology->processes[i];

            assert(topology_by_numero(topology, p->numero) == p);
            assert(topology_by_nombre(topology, p->nombre) == p);
            assert(topology_by_key_id(topology, p->key_id) == p);
            assert(topology_by_curve(topology, p->curve) == p);
        }
    }
    topology_free(&topology);
    (void)close(fd);
    return 0;
}
