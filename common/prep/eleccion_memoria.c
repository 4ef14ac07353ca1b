/* The memory of a definition: blocks that are released together. */
#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

#include "prep/eleccion_privado.h"

struct definicion_memoria {
    struct definicion_memoria *next;
    alignas(max_align_t) unsigned char bytes[];
};

void *memoria_alloc(struct definicion_memoria **memoria, size_t size)
{
    struct definicion_memoria *block = calloc(1, sizeof *block + size);

    if (block == NULL) {
        abort(); /* At start-up, a few hundred kilobytes: nothing else to do. */
    }
    block->next = *memoria;
    *memoria = block;
    return block->bytes;
}

const char *memoria_text(struct definicion_memoria **memoria, const char *text)
{
    size_t size = strlen(text) + 1;

    return memcpy(memoria_alloc(memoria, size), text, size);
}

void memoria_free(struct definicion_memoria **memoria)
{
    while (*memoria != NULL) {
        struct definicion_memoria *block = *memoria;

        *memoria = block->next;
        free(block);
    }
}
