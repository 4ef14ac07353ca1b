#include "simulacro/almacen.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_BYTES (256u * 1024u)

struct block {
    struct block *next;
    size_t used, size;
    alignas(max_align_t) unsigned char bytes[];
};

struct almacen {
    struct block *block;
};

static void *must(void *memory)
{
    if (memory == NULL) {
        (void)fputs("sin memoria\n", stderr);
        abort();
    }
    return memory;
}

struct almacen *almacen_new(void)
{
    return must(calloc(1, sizeof(struct almacen)));
}

void almacen_free(struct almacen **almacen)
{
    if (*almacen == NULL) {
        return;
    }
    while ((*almacen)->block != NULL) {
        struct block *block = (*almacen)->block;

        (*almacen)->block = block->next;
        free(block);
    }
    free(*almacen);
    *almacen = NULL;
}

void *almacen_alloc(struct almacen *almacen, size_t size)
{
    const size_t align = alignof(max_align_t);
    struct block *block = almacen->block;
    void *memory;

    size = (size + align - 1) / align * align;
    if (block == NULL || block->size - block->used < size) {
        size_t room = size > BLOCK_BYTES ? size : BLOCK_BYTES;

        block = must(calloc(1, sizeof *block + room));
        block->size = room;
        block->next = almacen->block;
        almacen->block = block;
    }
    memory = block->bytes + block->used;
    block->used += size;
    return memory;
}

char *almacen_text_len(struct almacen *almacen, const char *text, size_t len)
{
    char *copy = almacen_alloc(almacen, len + 1);

    memcpy(copy, text, len);
    return copy;
}

char *almacen_text(struct almacen *almacen, const char *text)
{
    return almacen_text_len(almacen, text, strlen(text));
}

char *almacen_printf(struct almacen *almacen, const char *format, ...)
{
    va_list args;
    char *text;
    int len;

    va_start(args, format);
    len = vsnprintf(NULL, 0, format, args);
    va_end(args);
    text = almacen_alloc(almacen, (size_t)(len < 0 ? 0 : len) + 1);
    va_start(args, format);
    (void)vsnprintf(text, (size_t)(len < 0 ? 0 : len) + 1, format, args);
    va_end(args);
    return text;
}

void *vector_grow(void *items, size_t count, size_t *room, size_t item_size)
{
    if (count < *room) {
        return items;
    }
    *room = *room == 0 ? 16 : *room * 2;
    return must(realloc(items, *room * item_size));
}
