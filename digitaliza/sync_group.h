/*
 * sync_group.h - many open files made durable at once.
 *
 * PURPOSE
 *     A flush of the disk per file is the cost that counts. Few files: fdatasync each;
 *     more: one syncfs of the file system that holds them all.
 *
 * ERRORS
 *     PREP_ERR_FULL or PREP_ERR_IO: none of them may be taken as durable.
 */
#ifndef PREP_SYNC_GROUP_H
#define PREP_SYNC_GROUP_H

#include <stddef.h>

#include "base/status.h"

#define SYNC_GROUP_ONE_BY_ONE_MAX 4u

/* All descriptors are of one file system. */
PREP_MUST_CHECK
enum prep_status sync_group(const int *fds, size_t count, struct prep_reason *reason);

/* Everything of the file system that holds fd. */
PREP_MUST_CHECK
enum prep_status sync_all(int fd, struct prep_reason *reason);

/* errno of a failed call, as a status: no space and quota are PREP_ERR_FULL. */
enum prep_status status_of_errno(struct prep_reason *reason, const char *what,
                                 const char *path);

#endif
