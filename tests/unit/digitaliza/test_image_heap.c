/*
 * test_image_heap.c - images come out in order, whatever the order they came in.
 */
#include "image_heap.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define IMAGES 5000u

static void test_small_ones_first_and_then_the_oldest(void **state)
{
    struct image_heap heap;
    uint64_t total = 0, secuencia = 0;

    (void)state;
    image_heap_init(&heap, image_before_by_size);
    assert_null(image_heap_top(&heap));
    srand(3);
    for (unsigned i = 1; i <= IMAGES; i++) {
        const struct hot_image image = { .secuencia = i,
                                         .total = (uint64_t)(rand() % 100) };

        assert_int_equal(image_heap_push(&heap, &image), PREP_OK);
    }
    for (unsigned i = 0; i < IMAGES; i++) {
        const struct hot_image *top = image_heap_top(&heap);

        assert_true(top->total > total ||
                    (top->total == total && top->secuencia > secuencia));
        total = top->total;
        secuencia = top->secuencia;
        image_heap_pop(&heap);
    }
    assert_null(image_heap_top(&heap));
    image_heap_done(&heap);
}

static void test_by_secuencia(void **state)
{
    struct image_heap heap;

    (void)state;
    image_heap_init(&heap, image_before_by_secuencia);
    for (unsigned i = 0; i < 100; i++) {
        const struct hot_image image = { .secuencia = (i * 37) % 101, .total = i };

        assert_int_equal(image_heap_push(&heap, &image), PREP_OK);
    }
    for (uint64_t last = 0; heap.count > 0; image_heap_pop(&heap)) {
        assert_true(image_heap_top(&heap)->secuencia >= last);
        last = image_heap_top(&heap)->secuencia;
    }
    image_heap_done(&heap);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_small_ones_first_and_then_the_oldest),
        cmocka_unit_test(test_by_secuencia),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
