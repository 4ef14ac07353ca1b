/*
 * durable_os.h - the system calls under durable files, for code that must do the
 * same in its own way; others use durable.h.
 */
#ifndef PREP_DURABLE_OS_H
#define PREP_DURABLE_OS_H

#include <stddef.h>

#include "base/status.h"

/* PREP_ERR_FULL for no space or quota, else PREP_ERR_IO; names path, call and errno. */
enum prep_status durable_os_fail(struct prep_reason *reason, const char *path,
                                 const char *call, int error);

#ifdef __clang_analyzer__
/* It sees one file at a time: this tells it that the result is never PREP_OK. */
#define durable_os_fail(reason, path, call, error)                                     \
    (durable_os_fail((reason), (path), (call), (error)), PREP_ERR_IO)
#endif

/* Writes all of it, whatever interrupts. 0, or errno. */
int durable_os_write(int fd, const void *data, size_t len);

/* fsync(2), insisting after a signal. 0, or errno. */
int durable_os_sync(int fd);

#endif
