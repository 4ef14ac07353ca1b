/*
 * image_heap.h - images that wait, the first by a given order on top.
 *
 * OWNERSHIP
 *     Memory grows by doubling up to IMAGE_HEAP_MAX entries of about 64 bytes; past
 *     that image_heap_push says PREP_ERR_FULL and the image waits in its folder.
 */
#ifndef PREP_IMAGE_HEAP_H
#define PREP_IMAGE_HEAP_H

#include <stdbool.h>
#include <stddef.h>

#include "hot_folder.h"

#define IMAGE_HEAP_MAX 200000u

/* true when a goes before b. */
typedef bool (*image_before)(const struct hot_image *a, const struct hot_image *b);

bool image_before_by_size(const struct hot_image *a, const struct hot_image *b);
bool image_before_by_secuencia(const struct hot_image *a, const struct hot_image *b);

struct image_heap {
    image_before before;
    struct hot_image *images;
    size_t count;
    size_t room;
};

void image_heap_init(struct image_heap *heap, image_before before);
void image_heap_done(struct image_heap *heap);
PREP_MUST_CHECK
enum prep_status image_heap_push(struct image_heap *heap,
                                 const struct hot_image *image);
/* NULL when empty; valid until the next change. */
const struct hot_image *image_heap_top(const struct image_heap *heap);
void image_heap_pop(struct image_heap *heap);

#endif
