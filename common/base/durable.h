/*
 * durable.h - files that are whole or absent, whatever kills the machine.
 *
 * PURPOSE
 *     Three ways to put bytes under a name. Each writes beside the target
 *     (".<name>.tmp.<pid>.<n>", removed on failure), fsyncs the file, renames or links
 * it into place and fsyncs the directory. After PREP_OK the bytes survive a power cut.
 *
 *     durable_create          the name must be free; else PREP_ERR_CONFLICT
 *     durable_create_or_same  if the name exists it must hold these very bytes
 *                             (then PREP_OK, nothing written); else
 *                             PREP_ERR_CONFLICT and the file is left alone
 *     durable_replace         the old file or the new one, never neither
 *
 *     For many files at once (a corte) fsync per file is the cost that counts:
 *     a struct durable_batch writes aside without fsync, then durable_batch_commit
 *     makes one syncfs(2), renames everything into place and syncs the names. Nothing
 *     is visible before; a cut in the middle leaves the first part, in the order
 *     added. Its files are written in root/.lote.<pid>.<n>, which copies of root
 *     must leave out; those of killed processes are removed by the next open.
 *
 *     Files get the mode given and not less by the umask; in a batch, 0644.
 *
 * ERRORS
 *     PREP_ERR_FULL      no space or quota; the target is untouched, try later
 *     PREP_ERR_CONFLICT  as above
 *     PREP_ERR_FORMAT    durable_read: not a regular file
 *     PREP_ERR_UNKNOWN   in place, but the directory could not be fsync'd: stop, and
 *                        read what is true after the restart
 *     PREP_ERR_IO        the rest; reason names the path, the call and errno
 *
 *     A batch whose commit failed can only be closed. What it had put in place is
 *     whole; the caller makes the batch again.
 *
 * OWNERSHIP AND THREADS
 *     No state between calls but the batch, which belongs to one thread.
 */
#ifndef PREP_DURABLE_H
#define PREP_DURABLE_H

#include <stddef.h>
#include <sys/types.h>

#include "base/buffer.h"
#include "base/status.h"

PREP_MUST_CHECK
enum prep_status durable_create(const char *path, const void *data, size_t len,
                                mode_t mode, struct prep_reason *reason);
PREP_MUST_CHECK
enum prep_status durable_create_or_same(const char *path, const void *data, size_t len,
                                        mode_t mode, struct prep_reason *reason);
PREP_MUST_CHECK
enum prep_status durable_replace(const char *path, const void *data, size_t len,
                                 mode_t mode, struct prep_reason *reason);

/* mkdir -p, each new directory and its parent fsync'd. */
PREP_MUST_CHECK
enum prep_status durable_mkdir(const char *path, mode_t mode,
                               struct prep_reason *reason);

PREP_MUST_CHECK
enum prep_status durable_sync_dir(const char *path, struct prep_reason *reason);

/*
 * Reads a whole regular file of at most limit bytes into out (cleared first).
 * PREP_ERR_NOT_FOUND when there is none, PREP_ERR_RANGE when it is larger.
 */
PREP_MUST_CHECK
enum prep_status durable_read(const char *path, size_t limit, struct buffer *out,
                              struct prep_reason *reason);

struct durable_batch; /* opaque */

/* All paths of the batch are relative to root, which must exist. */
PREP_MUST_CHECK
enum prep_status durable_batch_open(const char *root, struct durable_batch **out_batch,
                                    struct prep_reason *reason);
/* Immutable: a file already there is taken as the same when its length matches
 * (names are content addresses); missing directories are made. */
PREP_MUST_CHECK
enum prep_status durable_batch_add_immutable(struct durable_batch *batch,
                                             const char *path, const void *data,
                                             size_t len, struct prep_reason *reason);
/* Mutable: replaces at commit. */
PREP_MUST_CHECK
enum prep_status durable_batch_add(struct durable_batch *batch, const char *path,
                                   const void *data, size_t len,
                                   struct prep_reason *reason);
/* Everything added is on disk and in place, in the order added. Then reusable. */
PREP_MUST_CHECK
enum prep_status durable_batch_commit(struct durable_batch *batch,
                                      struct prep_reason *reason);
/* Files and bytes written since open, for the log. */
void durable_batch_count(const struct durable_batch *batch, size_t *out_files,
                         size_t *out_bytes);
/* Drops what was not committed. Accepts a pointer to NULL. */
void durable_batch_close(struct durable_batch **batch);

#endif
