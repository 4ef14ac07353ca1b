/*
 * test_desk_queue.c - first in, first out, and nobody gets what he may not have.
 */
#include "desk/desk_queue.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define FUERA ((UINT64_C(1) << 52) | (UINT64_C(3) << 32) | 1)

static int setup(void **state)
{
    *state = desk_queue_new();
    return 0;
}

static int teardown(void **state)
{
    struct desk_queue *queue = *state;

    desk_queue_free(&queue);
    return 0;
}

static uint32_t pick(struct desk_queue *queue, uint32_t operador)
{
    struct desk_candidate candidate = { 0 };

    return desk_queue_pick(queue, operador, &candidate) ? candidate.acta : 0;
}

static void test_first_in_is_first_out(void **state)
{
    struct desk_queue *queue = *state;

    for (uint32_t i = 5000; i > 0; i--) {
        desk_queue_add(queue, i, 0, 0);
    }
    assert_int_equal(desk_queue_waiting(queue), 5000);
    for (uint32_t i = 5000; i > 0; i--) {
        assert_int_equal(pick(queue, 9), i);
    }
    assert_int_equal(pick(queue, 9), 0);
    assert_int_equal(desk_queue_waiting(queue), 0);
}

static void test_an_acta_waits_once(void **state)
{
    struct desk_queue *queue = *state;

    desk_queue_add(queue, 8, 0, 0);
    desk_queue_add(queue, 8, 0, 0);
    assert_int_equal(pick(queue, 1), 8);
    desk_queue_add(queue, 8, 0, 0); /* in somebody's hands */
    assert_int_equal(pick(queue, 1), 0);
}

static void test_only_catalogue_actas_are_work(void **state)
{
    struct desk_queue *queue = *state;

    desk_queue_add(queue, 0, 0, 0);
    desk_queue_add(queue, FUERA, 0, 0);
    desk_queue_add(queue, (uint64_t)DESK_ACTA_MAX + 1, 0, 0);
    assert_int_equal(desk_queue_waiting(queue), 0);
    desk_queue_park(queue, FUERA, 1000);
    desk_queue_done(queue, FUERA);
    desk_queue_drop(queue, FUERA);
    assert_int_equal(desk_queue_parked(queue), 0);
}

static void test_excluded_operators_are_passed_over(void **state)
{
    struct desk_queue *queue = *state;

    desk_queue_add(queue, 1, 10, 20);
    desk_queue_add(queue, 2, 10, 0);
    desk_queue_add(queue, 3, 30, 0);
    assert_int_equal(pick(queue, 10), 3);
    assert_int_equal(pick(queue, 10), 0);
    assert_int_equal(pick(queue, 20), 2);
    assert_int_equal(pick(queue, 20), 0);
    assert_int_equal(pick(queue, 0), 1); /* only to look: anybody's */
}

static void test_what_is_put_back_is_first(void **state)
{
    struct desk_queue *queue = *state;
    struct desk_candidate held[2];

    desk_queue_add(queue, 1, 0, 0);
    desk_queue_add(queue, 2, 0, 0);
    desk_queue_add(queue, 3, 0, 0);
    assert_true(desk_queue_pick(queue, 5, &held[0]));
    assert_true(desk_queue_pick(queue, 5, &held[1]));
    held[0].excluye[0] = 5;
    desk_queue_put_back(queue, &held[1]);
    desk_queue_put_back(queue, &held[0]);
    assert_int_equal(desk_queue_waiting(queue), 3);
    assert_int_equal(pick(queue, 5), 2);
    assert_int_equal(pick(queue, 6), 1);
    assert_int_equal(pick(queue, 6), 3);
}

static void test_parked_comes_back_only_in_its_time(void **state)
{
    struct desk_queue *queue = *state;

    desk_queue_add(queue, 1, 0, 0);
    desk_queue_add(queue, 2, 0, 0);
    assert_int_equal(pick(queue, 5), 1);
    desk_queue_park(queue, 1, 10500);
    assert_int_equal(desk_queue_parked(queue), 1);
    desk_queue_expire(queue, 10499);
    assert_int_equal(desk_queue_parked(queue), 1);
    desk_queue_expire(queue, 11000);
    assert_int_equal(desk_queue_parked(queue), 0);
    assert_int_equal(pick(queue, 5), 1); /* before the newer one */
}

static void test_parked_is_added_when_something_changed(void **state)
{
    struct desk_queue *queue = *state;

    desk_queue_add(queue, 1, 0, 0);
    assert_int_equal(pick(queue, 5), 1);
    desk_queue_park(queue, 1, INT64_MAX);
    desk_queue_add(queue, 1, 5, 0);
    assert_int_equal(desk_queue_parked(queue), 0);
    assert_int_equal(pick(queue, 5), 0);
    assert_int_equal(pick(queue, 6), 1);
}

static void test_done_is_for_ever_and_dropped_is_not(void **state)
{
    struct desk_queue *queue = *state;

    desk_queue_add(queue, 1, 0, 0);
    desk_queue_add(queue, 2, 0, 0);
    desk_queue_done(queue, 1);
    assert_int_equal(desk_queue_waiting(queue), 1);
    assert_int_equal(pick(queue, 5), 2);
    desk_queue_add(queue, 1, 0, 0);
    assert_int_equal(pick(queue, 5), 0);
    desk_queue_drop(queue, 2);
    desk_queue_add(queue, 2, 0, 0);
    assert_int_equal(pick(queue, 5), 2);
    desk_queue_clear(queue);
    desk_queue_add(queue, 1, 0, 0);
    assert_int_equal(pick(queue, 5), 1);
}

/* Whatever happens, an acta is never in two hands and none disappears. */
static void test_many_random_moves_lose_and_double_nothing(void **state)
{
    enum { ACTAS = 3000, MOVES = 200000 };
    struct desk_queue *queue = *state;
    static struct desk_candidate hand[ACTAS];
    static bool held[ACTAS + 1], done[ACTAS + 1];
    size_t hand_count = 0, done_count = 0;

    memset(held, 0, sizeof held);
    memset(done, 0, sizeof done);
    srandom(7);
    for (uint32_t i = 1; i <= ACTAS; i++) {
        desk_queue_add(queue, i, (uint32_t)(i % 3), 0);
    }
    for (int n = 0; n < MOVES; n++) {
        struct desk_candidate got;
        size_t i;

        if (hand_count < ACTAS && random() % 2 == 0) {
            if (desk_queue_pick(queue, (uint32_t)(random() % 4), &got)) {
                assert_false(held[got.acta]);
                assert_false(done[got.acta]);
                held[got.acta] = true;
                hand[hand_count++] = got;
            }
            continue;
        }
        if (hand_count == 0) {
            continue;
        }
        i = (size_t)random() % hand_count;
        got = hand[i];
        hand[i] = hand[--hand_count];
        held[got.acta] = false;
        switch (random() % 4) {
        case 0:
            desk_queue_park(queue, got.acta, n);
            desk_queue_expire(queue, n + 1000);
            break;
        case 1:
            if (done_count < ACTAS / 2) {
                desk_queue_done(queue, got.acta);
                done[got.acta] = true;
                done_count++;
                break;
            }
            /* fall through */
        default:
            desk_queue_put_back(queue, &got);
        }
    }
    desk_queue_expire(queue, INT64_MAX / 2);
    assert_int_equal(desk_queue_waiting(queue) + hand_count + done_count, ACTAS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_first_in_is_first_out, setup, teardown),
        cmocka_unit_test_setup_teardown(test_an_acta_waits_once, setup, teardown),
        cmocka_unit_test_setup_teardown(test_only_catalogue_actas_are_work, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_excluded_operators_are_passed_over, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_what_is_put_back_is_first, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_parked_comes_back_only_in_its_time, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_parked_is_added_when_something_changed,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(test_done_is_for_ever_and_dropped_is_not, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_many_random_moves_lose_and_double_nothing,
                                        setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
