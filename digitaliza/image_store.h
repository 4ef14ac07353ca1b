/*
 * image_store.h - images under the name of their SHA-256, whole or absent.
 *
 * FILES
 *     <root>/<first 2 hex>/<64 hex>.<ext>   whole, fsync'd, right hash; never changed
 *     <root>/parcial/<2 hex>/<64 hex>       bytes received so far: its length says how
 *                                           many
 *
 * CRASHES
 *     A partial file may end in bytes that never reached the disk: when it is whole
 *     its hash is computed from what is read back, and a wrong one starts again (one
 *     that came in one piece was hashed as it came: image_whole.checked). A
 *     file gets its final name only after its data is durable, and image_store_settle
 *     returns only after the name is durable too.
 *
 * ERRORS
 *     PREP_ERR_FULL      no room: nothing was added, try later
 *     PREP_ERR_CONFLICT  whole, but not that hash: the partial file was thrown away
 *     PREP_ERR_IO        anything else
 *
 * THREADS
 *     One; one process per root.
 */
#ifndef PREP_IMAGE_STORE_H
#define PREP_IMAGE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/hash.h"
#include "base/status.h"

#define IMAGE_STORE_SETTLE_MAX 256u

struct image_store; /* opaque */

/* Makes the folders that are missing; refuses a root where it cannot write.
 */
PREP_MUST_CHECK
enum prep_status image_store_open(const char *root, struct image_store **out_store,
                                  struct prep_reason *reason);
void image_store_close(struct image_store **store);

/* Whole (length and hash checked now), or how many bytes the partial file holds. */
PREP_MUST_CHECK
enum prep_status image_store_find(struct image_store *store, const struct hash *sha256,
                                  uint32_t format, uint64_t total, bool *out_whole,
                                  uint64_t *out_received, struct prep_reason *reason);

/* Writes at `desde`, which is what the partial file holds. */
PREP_MUST_CHECK
enum prep_status image_store_append(struct image_store *store,
                                    const struct hash *sha256, uint64_t desde,
                                    const void *data, size_t len,
                                    struct prep_reason *reason);

struct image_whole {
    struct hash sha256;
    uint32_t format;
    uint64_t total;
    bool checked;            /* one append wrote it all, and its bytes had this hash */
    enum prep_status result; /* out */
};

/* Checks, syncs and names up to IMAGE_STORE_SETTLE_MAX whole partial files with as
 * few flushes as can be. Each has its own result; reason is of the last failure. */
void image_store_settle(struct image_store *store, struct image_whole *images,
                        size_t count, struct prep_reason *reason);

#endif
