#include "image_heap.h"

#include <assert.h>
#include <stdlib.h>

#define ROOM_FIRST 256u

bool image_before_by_size(const struct hot_image *a, const struct hot_image *b)
{
    return a->total != b->total ? a->total < b->total : a->secuencia < b->secuencia;
}

bool image_before_by_secuencia(const struct hot_image *a, const struct hot_image *b)
{
    return a->secuencia < b->secuencia;
}

void image_heap_init(struct image_heap *heap, image_before before)
{
    *heap = (struct image_heap){ .before = before };
}

void image_heap_done(struct image_heap *heap)
{
    free(heap->images);
    *heap = (struct image_heap){ .before = heap->before };
}

static void swap(struct image_heap *heap, size_t a, size_t b)
{
    const struct hot_image image = heap->images[a];

    heap->images[a] = heap->images[b];
    heap->images[b] = image;
}

enum prep_status image_heap_push(struct image_heap *heap, const struct hot_image *image)
{
    size_t i = heap->count;

    if (heap->count == IMAGE_HEAP_MAX) {
        return PREP_ERR_FULL;
    }
    if (heap->count == heap->room) {
        const size_t room = heap->room == 0 ? ROOM_FIRST : heap->room * 2;
        struct hot_image *images = realloc(heap->images, room * sizeof heap->images[0]);

        if (images == NULL) {
            return PREP_ERR_FULL;
        }
        heap->images = images;
        heap->room = room;
    }
    heap->images[heap->count++] = *image;
    while (i > 0 && heap->before(&heap->images[i], &heap->images[(i - 1) / 2])) {
        swap(heap, i, (i - 1) / 2);
        i = (i - 1) / 2;
    }
    return PREP_OK;
}

const struct hot_image *image_heap_top(const struct image_heap *heap)
{
    return heap->count == 0 ? NULL : &heap->images[0];
}

void image_heap_pop(struct image_heap *heap)
{
    size_t i = 0;

    assert(heap->count > 0);
    heap->images[0] = heap->images[--heap->count];
    for (;;) {
        size_t least = i;

        for (size_t child = 2 * i + 1; child <= 2 * i + 2; child++) {
            if (child < heap->count &&
                heap->before(&heap->images[child], &heap->images[least])) {
                least = child;
            }
        }
        if (least == i) {
            return;
        }
        swap(heap, i, least);
        i = least;
    }
}
