/*
 * durable_os.h - the system calls that durable.c and durable_batch.c share.
 * Only for those two files.
 */
#ifndef PREP_DURABLE_OS_H
#define PREP_DURABLE_OS_H

#include <stddef.h>

#include "base/status.h"

/* PREP_ERR_FULL for no space or quota, else PREP_ERR_IO; names path, call and errno. */
enum prep_status durable_os_fail(struct prep_reason *reason, const char *path,
                                 const char *call, int error);

/* Writes all of it, whatever interrupts. 0, or errno. */
int durable_os_write(int fd, const void *data, size_t len);

/* fsync(2), insisting after a signal. 0, or errno. */
int durable_os_sync(int fd);

#endif
