/*
 * daemon.h - what every daemon's main shares: options, readiness, signals.
 *
 * OPTIONS
 *     --config FILE   settings of this process (required)
 *     --check         validate configuration, keys and database, say so and exit
 *     --log LEVEL     err, warning, info (default) or debug
 *     --version       name and version
 *     --help          usage, in Spanish, from struct daemon_program
 *     Each program may add its own through extra options.
 *
 * LIFE
 *     daemon_options() -> load -> open -> daemon_ready() -> loop until
 *     daemon_stopping() -> close. SIGTERM and SIGINT only set a flag and make
 *     daemon_signal_fd() readable: the message in hand is finished first. SIGPIPE
 *     is ignored.
 *
 * THREADS
 *     One main thread; the flag is the only process-wide state, because a signal
 *     handler can reach nothing else.
 */
#ifndef PREP_DAEMON_H
#define PREP_DAEMON_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"

struct daemon_extra {
    const char *name;  /* "--hasta" */
    const char *value; /* "N" for help, or NULL for a flag */
    const char *help;  /* Spanish, one line */
    const char *given; /* out: the value, "" for a flag given, NULL if absent */
};

struct daemon_program {
    const char *name;        /* "prep-acopio" */
    const char *description; /* Spanish; what it does, one or two lines */
    struct daemon_extra *extra;
    size_t extra_count;
};

struct daemon_options {
    const char *config_path;
    bool check_only;
};

enum daemon_next { DAEMON_RUN, DAEMON_EXIT_OK, DAEMON_EXIT_USAGE };

/* Prints help, version or the mistake itself; opens the log. */
enum daemon_next daemon_options(struct daemon_program *program, int argc, char **argv,
                                struct daemon_options *out_options);

/* Installs the handlers; call before opening anything. */
PREP_MUST_CHECK
enum prep_status daemon_signals(struct prep_reason *reason);
int daemon_signal_fd(void);
bool daemon_stopping(void);

void daemon_ready(void);              /* sd_notify READY=1 */
void daemon_status(const char *text); /* sd_notify STATUS= */
void daemon_watchdog(void);           /* sd_notify WATCHDOG=1 */
void daemon_stopping_notify(void);    /* sd_notify STOPPING=1 */

/* --check succeeded: says so on stdout, in Spanish. */
void daemon_check_ok(const struct daemon_program *program);

#endif
