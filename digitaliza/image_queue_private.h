/*
 * image_queue_private.h - what image_queue.c (the files) and image_queue_send.c (the
 * line) share; nobody else.
 */
#ifndef PREP_IMAGE_QUEUE_PRIVATE_H
#define PREP_IMAGE_QUEUE_PRIVATE_H

#include "image_heap.h"
#include "image_queue.h"

/* One image on its way. */
struct active {
    bool used;
    bool asked; /* a ConsultaImagen is out: nothing is sent until it is answered */
    bool stale; /* what was in flight may be lost: ask before sending */
    struct hot_image image;
    uint64_t next;         /* first byte not sent yet */
    uint64_t received;     /* as the service last said */
    unsigned in_flight;    /* chunks without an answer */
    int64_t sent_ms;       /* when the last one left */
    int64_t answered_ms;   /* last sign of the service */
    int64_t answer_max_ms; /* patience */
    int fd;
};

struct image_queue {
    struct image_queue_options options;
    char *path;
    int sent_fd;
    int done_fd;
    int refused_fd;
    bool line_up;
    uint64_t acked_before;
    uint64_t done;
    size_t chunk_bytes;        /* of the next chunk */
    int64_t resume_ms;         /* the service cannot take images before */
    int64_t backoff_ms;        /* 0: it can, as far as we know */
    struct image_heap unacked; /* their event has no acuse */
    struct image_heap ready;
    size_t active_count;
    struct active active[IMAGE_QUEUE_ACTIVE_MAX];
    uint8_t chunk[IMAGE_CHUNK_MAX];
};

/* It travels no more. */
void image_queue_end(struct image_queue *queue, struct active *active);
/* The file still has the bytes that were signed; if not, it is set aside and ended. */
bool image_queue_check(struct image_queue *queue, struct active *active);
/* The size of the next chunks, after an answer to one. */
void image_queue_pace(struct image_queue *queue, const struct active *active);

#endif
