/*
 * pool.h - a few threads that compress and write while the main one reads.
 *
 * PURPOSE
 *     pool_put() hands a job over and returns; when too many wait it waits for room,
 *     so memory stays bounded. pool_wait() returns when all of them ran, with
 *     the first failure. After a failure jobs still run, once each, with `cancelled`
 *     set, so that each releases what it owns.
 *
 * TALLER
 *     What a thread keeps between jobs: a compressor and a buffer. The main
 *     thread has one of its own (taller_init).
 *
 * OWNERSHIP AND THREADS
 *     One thread puts and waits. A job belongs to its run function from pool_put() on.
 */
#ifndef PUBLICA_POOL_H
#define PUBLICA_POOL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "base/status.h"

#define POOL_THREADS_MAX 16u
#define GZIP_LEVEL 6 /* libdeflate: 70 MB/s, within 2 % of its best */

struct libdeflate_compressor;

struct taller {
    struct libdeflate_compressor *compressor;
    struct buffer out;
};
PREP_MUST_CHECK
enum prep_status taller_init(struct taller *taller, struct prep_reason *reason);
void taller_done(struct taller *taller);
/* taller->out becomes the gzip of data: no name, no time, so that equal texts give
 * equal files. */
PREP_MUST_CHECK
enum prep_status taller_gzip(struct taller *taller, const void *data, size_t len,
                             struct prep_reason *reason);

struct pool_job {
    enum prep_status (*run)(struct pool_job *job, struct taller *taller, bool cancelled,
                            struct prep_reason *reason);
    struct pool_job *next; /* private */
};

struct pool; /* opaque */

PREP_MUST_CHECK
enum prep_status pool_open(unsigned threads, size_t waiting_max, struct pool **out_pool,
                           struct prep_reason *reason);
void pool_put(struct pool *pool, struct pool_job *job);
PREP_MUST_CHECK
enum prep_status pool_wait(struct pool *pool, struct prep_reason *reason);
/* Finishes what waits. Accepts a pointer to NULL. */
void pool_close(struct pool **pool);

#endif
