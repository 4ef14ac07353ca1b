#include "pool.h"

#include <libdeflate.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define GZIP_MAX (512u * 1024u * 1024u) /* largest text that is published */

enum prep_status taller_init(struct taller *taller, struct prep_reason *reason)
{
    buffer_init(&taller->out, GZIP_MAX);
    taller->compressor = libdeflate_alloc_compressor(GZIP_LEVEL);
    if (taller->compressor == NULL) {
        return prep_fail(reason, PREP_ERR_MEMORY, "sin memoria para comprimir");
    }
    return PREP_OK;
}

void taller_done(struct taller *taller)
{
    if (taller->compressor != NULL) {
        libdeflate_free_compressor(taller->compressor);
        taller->compressor = NULL;
        buffer_done(&taller->out);
    }
}

enum prep_status taller_gzip(struct taller *taller, const void *data, size_t len,
                             struct prep_reason *reason)
{
    size_t bound = libdeflate_gzip_compress_bound(taller->compressor, len);
    char *room;

    buffer_clear(&taller->out);
    room = buffer_reserve(&taller->out, bound);
    if (room == NULL) {
        return prep_fail(reason, PREP_ERR_FULL, "texto de %zu bytes: demasiado grande",
                         len);
    }
    buffer_grow(&taller->out,
                libdeflate_gzip_compress(taller->compressor, data, len, room, bound));
    return PREP_OK;
}

struct pool {
    pthread_mutex_t mutex;
    pthread_cond_t work, room, idle;
    struct pool_job *first, *last;
    size_t waiting, waiting_max, running;
    bool closing;
    enum prep_status status; /* first failure since pool_wait() */
    struct prep_reason reason;
    unsigned thread_count;
    pthread_t threads[POOL_THREADS_MAX];
    struct taller talleres[POOL_THREADS_MAX];
    unsigned next_taller;
};

static void *worker(void *context)
{
    struct pool *pool = context;
    struct taller *taller;

    (void)pthread_mutex_lock(&pool->mutex);
    taller = &pool->talleres[pool->next_taller++];
    for (;;) {
        struct prep_reason reason = { "" };
        enum prep_status status;
        struct pool_job *job;
        bool cancelled;

        while (pool->first == NULL && !pool->closing) {
            (void)pthread_cond_wait(&pool->work, &pool->mutex);
        }
        if (pool->first == NULL) {
            break;
        }
        job = pool->first;
        pool->first = job->next;
        pool->waiting--;
        pool->running++;
        cancelled = pool->status != PREP_OK;
        (void)pthread_cond_signal(&pool->room);
        (void)pthread_mutex_unlock(&pool->mutex);

        status = job->run(job, taller, cancelled, &reason);

        (void)pthread_mutex_lock(&pool->mutex);
        if (status != PREP_OK && pool->status == PREP_OK) {
            pool->status = status;
            pool->reason = reason;
        }
        pool->running--;
        if (pool->waiting == 0 && pool->running == 0) {
            (void)pthread_cond_broadcast(&pool->idle);
        }
    }
    (void)pthread_mutex_unlock(&pool->mutex);
    return NULL;
}

enum prep_status pool_open(unsigned threads, size_t waiting_max, struct pool **out_pool,
                           struct prep_reason *reason)
{
    struct pool *pool = calloc(1, sizeof *pool);
    enum prep_status status = PREP_OK;

    if (pool == NULL) {
        return prep_fail(reason, PREP_ERR_MEMORY, "sin memoria");
    }
    (void)pthread_mutex_init(&pool->mutex, NULL);
    (void)pthread_cond_init(&pool->work, NULL);
    (void)pthread_cond_init(&pool->room, NULL);
    (void)pthread_cond_init(&pool->idle, NULL);
    pool->waiting_max = waiting_max;
    for (unsigned i = 0; i < threads && i < POOL_THREADS_MAX && status == PREP_OK;
         i++) {
        status = taller_init(&pool->talleres[i], reason);
        if (status != PREP_OK) {
            break;
        }
        if (pthread_create(&pool->threads[i], NULL, worker, pool) != 0) {
            taller_done(&pool->talleres[i]);
            status = prep_fail(reason, PREP_ERR_IO, "no se pudo crear un hilo");
            break;
        }
        pool->thread_count++;
    }
    if (status != PREP_OK) {
        pool_close(&pool);
        return status;
    }
    *out_pool = pool;
    return PREP_OK;
}

void pool_put(struct pool *pool, struct pool_job *job)
{
    job->next = NULL;
    (void)pthread_mutex_lock(&pool->mutex);
    while (pool->waiting >= pool->waiting_max) {
        (void)pthread_cond_wait(&pool->room, &pool->mutex);
    }
    if (pool->first == NULL) {
        pool->first = job;
    } else {
        pool->last->next = job;
    }
    pool->last = job;
    pool->waiting++;
    (void)pthread_cond_signal(&pool->work);
    (void)pthread_mutex_unlock(&pool->mutex);
}

enum prep_status pool_wait(struct pool *pool, struct prep_reason *reason)
{
    enum prep_status status;

    (void)pthread_mutex_lock(&pool->mutex);
    while (pool->waiting > 0 || pool->running > 0) {
        (void)pthread_cond_wait(&pool->idle, &pool->mutex);
    }
    status = pool->status;
    if (status != PREP_OK && reason != NULL) {
        *reason = pool->reason;
    }
    pool->status = PREP_OK;
    (void)pthread_mutex_unlock(&pool->mutex);
    return status;
}

void pool_close(struct pool **pool)
{
    struct pool *p = *pool;

    if (p == NULL) {
        return;
    }
    *pool = NULL;
    (void)pthread_mutex_lock(&p->mutex);
    p->closing = true;
    (void)pthread_cond_broadcast(&p->work);
    (void)pthread_mutex_unlock(&p->mutex);
    for (unsigned i = 0; i < p->thread_count; i++) {
        (void)pthread_join(p->threads[i], NULL);
        taller_done(&p->talleres[i]);
    }
    (void)pthread_cond_destroy(&p->work);
    (void)pthread_cond_destroy(&p->room);
    (void)pthread_cond_destroy(&p->idle);
    (void)pthread_mutex_destroy(&p->mutex);
    free(p);
}
