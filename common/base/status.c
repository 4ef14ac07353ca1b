#include "base/status.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <sysexits.h>

#undef prep_fail /* status.h wraps it for the analyzer */

const char *prep_status_str(enum prep_status status)
{
    switch (status) {
#define PREP_STATUS_CASE(name, value, text)                                            \
    case name:                                                                         \
        return text;
        PREP_STATUS_LIST(PREP_STATUS_CASE)
#undef PREP_STATUS_CASE
    }
    return "unknown status"; /* Only a corrupted value gets here. */
}

const char *prep_status_name(enum prep_status status)
{
    switch (status) {
#define PREP_STATUS_CASE(name, value, text)                                            \
    case name:                                                                         \
        return #name;
        PREP_STATUS_LIST(PREP_STATUS_CASE)
#undef PREP_STATUS_CASE
    }
    return "PREP_UNKNOWN_STATUS"; /* Only a corrupted value gets here. */
}

enum prep_status prep_fail(struct prep_reason *reason, enum prep_status status,
                           const char *format, ...)
{
    assert(status != PREP_OK);
    if (reason != NULL) {
        va_list args;

        va_start(args, format);
        (void)vsnprintf(reason->text, sizeof reason->text, format, args);
        va_end(args);
    }
    return status;
}

int prep_exit_code(enum prep_status status)
{
    switch (status) {
    case PREP_OK:
        return EX_OK;
    case PREP_ERR_CONFIG:
        return EX_CONFIG;
    case PREP_ERR_IO:
    case PREP_ERR_FULL:
        return EX_IOERR;
    case PREP_ERR_UNAVAILABLE:
    case PREP_ERR_UNKNOWN:
        return EX_TEMPFAIL;
    case PREP_ERR_AUTH:
        return EX_NOPERM;
    case PREP_ERR_MEMORY:
        return EX_OSERR;
    default:
        return EX_DATAERR;
    }
}
