/*
 * hot_batch.h - what hot_folder.c and hot_batch.c share; nobody else.
 */
#ifndef PREP_HOT_BATCH_H
#define PREP_HOT_BATCH_H

#include <limits.h>

#include "base/buffer.h"
#include "hot_folder.h"

struct candidate {
    char name[NAME_MAX + 1]; /* in <entrada> */
    int fd;
    bool refused;
    bool repeated; /* this hash is already another acta's */
    struct hot_image image;
    struct sidecar sidecar;
    char clave[HASH_TEXT_LEN + 1 + 20 + 1]; /* "<sha>" or "<sha>-<acta>" */
    char adjunto[20 + 1];                   /* the acta, to answer the next repeat */
    uint8_t sha256[HASH_LEN];
    char detalle[160];
    char incidencia_clave[HASH_TEXT_LEN + 1 + 20 + 16];
    Prep__Event event;
    Prep__Imagen imagen;
    Prep__Event incidencia_event;
    Prep__Incidencia incidencia;
};

struct hot_folder {
    struct hot_folder_options options;
    char *path;
    int dir_fd;
    int sent_fd;
    int done_fd;
    int refused_fd;
    int inotify_fd;
    bool disk_full;
    size_t count;
    struct candidate batch[HOT_FOLDER_BATCH_MAX];
    struct hash_stream *stream;
    struct buffer text;
    uint8_t chunk[64 * 1024];
};

/* Adds a name if the batch has room and it is not there. */
bool hot_batch_add(struct hot_folder *folder, const char *name);
/* Signs, stores and moves the batch; empties it. */
bool hot_batch_store(struct hot_folder *folder);

/* <name without extension> + ext; false when it does not fit in a file name. */
bool hot_name_with_ext(const char *name, const char *ext,
                       char out[static NAME_MAX + 1]);

#endif
