/* LD_PRELOAD: a device whose clock is RELOJ_S seconds off. The monotonic one is right.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int clock_gettime(clockid_t clock, struct timespec *out)
{
    const char *offset = getenv("RELOJ_S");
    const int result = (int)syscall(SYS_clock_gettime, clock, out);

    if (result == 0 && clock == CLOCK_REALTIME && offset != NULL) {
        out->tv_sec += strtol(offset, NULL, 10);
    }
    return result;
}
