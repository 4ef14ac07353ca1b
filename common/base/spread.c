#include "base/spread.h"

#include <linux/fs.h>
#include <sys/ioctl.h>

void spread_folders(int dir_fd)
{
    int flags = 0;

    if (ioctl(dir_fd, FS_IOC_GETFLAGS, &flags) == 0) {
        flags |= FS_TOPDIR_FL;
        (void)ioctl(dir_fd, FS_IOC_SETFLAGS, &flags);
    }
}
