/* test_pool.c - jobs run once each, whatever fails, and the pool says so. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include <cmocka.h>

#include "pool.h"

struct job {
    struct pool_job job;
    int number;
};

static atomic_int ran, cancelled_count;

static enum prep_status run(struct pool_job *job, struct taller *taller, bool cancelled,
                            struct prep_reason *reason)
{
    int number = ((struct job *)job)->number;

    assert_non_null(taller->compressor);
    free(job);
    atomic_fetch_add(&ran, 1);
    if (cancelled) {
        atomic_fetch_add(&cancelled_count, 1);
        return PREP_ERR_STATE;
    }
    return number == 500 ? prep_fail(reason, PREP_ERR_FULL, "trabajo 500") : PREP_OK;
}

static void put(struct pool *pool, int count, int first)
{
    for (int i = 0; i < count; i++) {
        struct job *job = calloc(1, sizeof *job);

        job->job.run = run;
        job->number = first + i;
        pool_put(pool, &job->job);
    }
}

static void test_the_first_failure_is_told_and_all_run(void **state)
{
    struct prep_reason reason = { "" };
    struct pool *pool = NULL;

    (void)state;
    assert_int_equal(pool_open(3, 4, &pool, &reason), PREP_OK);
    atomic_store(&ran, 0);
    put(pool, 400, 0);
    assert_int_equal(pool_wait(pool, &reason), PREP_OK);
    assert_int_equal(atomic_load(&ran), 400);
    put(pool, 600, 400);
    assert_int_equal(pool_wait(pool, &reason), PREP_ERR_FULL);
    assert_string_equal(reason.text, "trabajo 500");
    assert_int_equal(atomic_load(&ran), 1000);
    assert_true(atomic_load(&cancelled_count) > 400);
    put(pool, 10, 0); /* forgotten once told */
    assert_int_equal(pool_wait(pool, &reason), PREP_OK);
    pool_close(&pool);
    assert_null(pool);
}

static void test_closing_finishes_what_waits(void **state)
{
    struct prep_reason reason = { "" };
    struct pool *pool = NULL;

    (void)state;
    assert_int_equal(pool_open(1, 64, &pool, &reason), PREP_OK);
    atomic_store(&ran, 0);
    put(pool, 64, 0);
    pool_close(&pool);
    assert_int_equal(atomic_load(&ran), 64);
}

static void test_gzip_has_no_name_and_no_time(void **state)
{
    static const char text[] = "lo mismo siempre";
    struct prep_reason reason = { "" };
    struct taller taller = { 0 };
    unsigned char out[64];
    z_stream z = { 0 };

    (void)state;
    assert_int_equal(taller_init(&taller, &reason), PREP_OK);
    assert_int_equal(taller_gzip(&taller, text, sizeof text, &reason), PREP_OK);
    assert_memory_equal(taller.out.data, "\x1f\x8b\x08\x00\x00\x00\x00\x00", 8);
    z.next_in = (unsigned char *)taller.out.data;
    z.avail_in = (unsigned)taller.out.len;
    z.next_out = out;
    z.avail_out = sizeof out;
    assert_int_equal(inflateInit2(&z, 31), Z_OK);
    assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
    assert_int_equal(z.total_out, sizeof text);
    assert_memory_equal(out, text, sizeof text);
    inflateEnd(&z);
    taller_done(&taller);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_first_failure_is_told_and_all_run),
        cmocka_unit_test(test_closing_finishes_what_waits),
        cmocka_unit_test(test_gzip_has_no_name_and_no_time),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
