/*
 * hot_folder.h - images that appear in a folder become signed events.
 *
 * FOLDERS
 *     <entrada>/<name>.(webp|jpg|jpeg|png|pdf|tif|tiff), with <name>.json beside it
 *     (sidecar.h), written before the image is renamed in
 *     <entrada>/enviadas/<secuencia>-<sha256>.<ext>   its event is in the spool
 *     <entrada>/hechas/    the same name: the CCV has it whole, and said so; the
 * sidecar goes there at once, with .json <entrada>/rechazadas/<name>, with
 * <name>.motivo saying why
 *
 *     A file is taken when inotify says that it was renamed in or closed after
 *     writing, or, whatever was missed, when a scan finds it unchanged for
 *     HOT_FOLDER_SETTLED_MS.
 *
 * CRASHES
 *     The bytes are made durable, then the event enters the spool under the image's
 *     hash, then the file moves. Whoever dies between two of these finds the file
 *     still in <entrada> and does the rest: the spool answers "that hash is stored"
 *     and nothing is signed twice. The name in enviadas/ says everything that the
 *     sending needs, so there is no other state.
 *
 * ONE IMAGE, TWO ACTAS
 *     Is kept and reported: warning imagen.repetida and an Incidencia event
 *     (prep-rules 11).
 *
 * LOG
 *     imagen.encolada, imagen.rechazada, imagen.repetida, imagen.fallida, disco.lleno,
 *     disco.recuperado, cola.fallida.
 *
 * THREADS
 *     One.
 */
#ifndef PREP_HOT_FOLDER_H
#define PREP_HOT_FOLDER_H

#include "base/hash.h"
#include "digitaliza.h"
#include "prep/spool.h"
#include "sidecar.h"

#define HOT_FOLDER_BATCH_MAX 64u /* images in one commit */
#define HOT_FOLDER_SETTLED_MS 2000
#define HOT_FOLDER_SENT "enviadas"
#define HOT_FOLDER_DONE "hechas"
#define HOT_FOLDER_REFUSED "rechazadas"

/* Name in enviadas/: 20 digits, a hash, ".webp". */
#define HOT_FOLDER_NAME_SIZE 96u

/* An image whose event is in the spool. */
struct hot_image {
    uint64_t secuencia;
    struct hash sha256;
    uint32_t format;
    uint64_t total;
};

struct hot_folder_options {
    const char *path;
    const struct digitaliza_rules *rules; /* self is set */
    struct sidecar defaults;              /* acta 0 */
    struct spool *spool;
    void *context;
    void (*taken)(void *context,
                  const struct hot_image *image); /* it is in enviadas/ */
};

struct hot_folder; /* opaque */

/* Makes the three folders inside; refuses one where it cannot write. */
PREP_MUST_CHECK
enum prep_status hot_folder_open(struct hot_folder **out_folder,
                                 const struct hot_folder_options *options,
                                 struct prep_reason *reason);
void hot_folder_close(struct hot_folder **folder);

int hot_folder_fd(const struct hot_folder *folder);
/* One batch of what inotify names. true when something entered the spool. */
bool hot_folder_on_readable(struct hot_folder *folder);
/* One batch of what inotify missed. *out_more: there is more, call again soon. */
bool hot_folder_scan(struct hot_folder *folder, bool *out_more);

void hot_folder_name(const struct hot_image *image,
                     char out_name[static HOT_FOLDER_NAME_SIZE]);
/* Reads a name of enviadas/ back; total is left alone. */
bool hot_folder_name_parse(const char *name, struct hot_image *out_image);

#endif
