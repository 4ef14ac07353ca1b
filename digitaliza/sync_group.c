#include "sync_group.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

enum prep_status status_of_errno(struct prep_reason *reason, const char *what,
                                 const char *path)
{
    const int error = errno;
    const enum prep_status status =
        error == ENOSPC || error == EDQUOT ? PREP_ERR_FULL : PREP_ERR_IO;

    return prep_fail(reason, status, "%s: %s: %s", path, what, strerror(error));
}

enum prep_status sync_all(int fd, struct prep_reason *reason)
{
    return syncfs(fd) == 0 ? PREP_OK : status_of_errno(reason, "syncfs", "imágenes");
}

enum prep_status sync_group(const int *fds, size_t count, struct prep_reason *reason)
{
    if (count == 0) {
        return PREP_OK;
    }
    if (count > SYNC_GROUP_ONE_BY_ONE_MAX) {
        return sync_all(fds[0], reason);
    }
    for (size_t i = 0; i < count; i++) {
        if (fsync(fds[i]) != 0) {
            return status_of_errno(reason, "fsync", "imagen");
        }
    }
    return PREP_OK;
}
