#include "simulacro/indice.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SLOTS_FIRST 1024u

struct slot {
    const char *text; /* NULL: free */
    size_t value;
};

struct indice {
    struct slot *slots;
    size_t slot_count; /* a power of two */
    size_t used;
};

static struct slot *slots_new(size_t count)
{
    struct slot *slots = calloc(count, sizeof *slots);

    if (slots == NULL) {
        (void)fputs("sin memoria\n", stderr);
        abort();
    }
    return slots;
}

struct indice *indice_new(void)
{
    struct indice *indice = calloc(1, sizeof *indice);

    if (indice == NULL) {
        (void)fputs("sin memoria\n", stderr);
        abort();
    }
    indice->slots = slots_new(SLOTS_FIRST);
    indice->slot_count = SLOTS_FIRST;
    return indice;
}

void indice_free(struct indice **indice)
{
    if (*indice == NULL) {
        return;
    }
    free((*indice)->slots);
    free(*indice);
    *indice = NULL;
}

static uint64_t hash(const char *text)
{
    uint64_t value = UINT64_C(14695981039346656037); /* FNV-1a */

    for (; *text != '\0'; text++) {
        value = (value ^ (unsigned char)*text) * UINT64_C(1099511628211);
    }
    return value;
}

static struct slot *find(struct slot *slots, size_t slot_count, const char *text)
{
    size_t at = (size_t)hash(text) & (slot_count - 1);

    while (slots[at].text != NULL && strcmp(slots[at].text, text) != 0) {
        at = (at + 1) & (slot_count - 1);
    }
    return &slots[at];
}

size_t indice_busca(const struct indice *indice, const char *text)
{
    const struct slot *slot = find(indice->slots, indice->slot_count, text);

    return slot->text == NULL ? INDICE_NADA : slot->value;
}

static void grow(struct indice *indice)
{
    struct slot *slots = slots_new(indice->slot_count * 2);

    for (size_t i = 0; i < indice->slot_count; i++) {
        if (indice->slots[i].text != NULL) {
            *find(slots, indice->slot_count * 2, indice->slots[i].text) =
                indice->slots[i];
        }
    }
    free(indice->slots);
    indice->slots = slots;
    indice->slot_count *= 2;
}

void indice_pon(struct indice *indice, const char *text, size_t value)
{
    struct slot *slot;

    if (indice->used * 2 >= indice->slot_count) {
        grow(indice);
    }
    slot = find(indice->slots, indice->slot_count, text);
    indice->used += slot->text == NULL;
    *slot = (struct slot){ .text = text, .value = value };
}
