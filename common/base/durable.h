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
 *     For many files at once fsync per file is the cost that counts: publica writes a
 *     corte aside and uses syncfs(2) (docs/decisiones/0002-orden-del-corte.md).
 *
 *     Files get the mode given and not less by the umask.
 *
 * ERRORS
 *     PREP_ERR_FULL      no space or quota; the target is untouched, try later
 *     PREP_ERR_CONFLICT  as above
 *     PREP_ERR_FORMAT    durable_read: not a regular file
 *     PREP_ERR_UNKNOWN   in place, but the directory could not be fsync'd: stop, and
 *                        read what is true after the restart
 *     PREP_ERR_IO        the rest; reason names the path, the call and errno
 *
 * OWNERSHIP AND THREADS
 *     No state between calls.
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

#endif
