#include "base/daemon.h"

#include <assert.h>
#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <systemd/sd-daemon.h>

#include "base/error_text.h"
#include "base/log.h"

/* Both belong to the process, like the signals they stand for. */
static int signal_fd = -1;
static bool stopping;

enum { OPTION_HELP = 1, OPTION_VERSION, OPTION_CHECK, OPTION_CONFIG, OPTION_LOG };

#define OPTION_EXTRA 100 /* first of the program's own */
#define EXTRA_MAX 16u

static void print_help(const struct daemon_program *program)
{
    printf("Uso: %s --config ARCHIVO [opciones]\n\n%s\n\nOpciones:\n", program->name,
           program->description);
    printf("  %-22s %s\n", "--config ARCHIVO",
           "configuración de este proceso (obligatoria)");
    printf("  %-22s %s\n", "--check",
           "revisa configuración, llaves y base de datos, y termina");
    printf("  %-22s %s\n", "--log NIVEL", "err, warning, info (de inicio) o debug");
    for (size_t i = 0; i < program->extra_count; i++) {
        const struct daemon_extra *extra = &program->extra[i];
        char left[64];

        (void)snprintf(left, sizeof left, "%s%s%s", extra->name,
                       extra->value == NULL ? "" : " ",
                       extra->value == NULL ? "" : extra->value);
        printf("  %-22s %s\n", left, extra->help);
    }
    printf("  %-22s %s\n", "--version", "nombre y versión");
    printf("  %-22s %s\n", "--help", "esta ayuda");
    printf("\nTrabaja en primer plano y escribe sus eventos en la salida de errores.\n"
           "SIGTERM o SIGINT: termina el mensaje en curso y sale.\n");
}

static enum daemon_next usage_error(const struct daemon_program *program,
                                    const char *what, const char *value)
{
    (void)fprintf(stderr, "%s: %s%s%s. Vea: %s --help\n", program->name, what,
                  value == NULL ? "" : ": ", value == NULL ? "" : value, program->name);
    return DAEMON_EXIT_USAGE;
}

static void options_table(const struct daemon_program *program, struct option *out)
{
    size_t n = 0;

    assert(program->extra_count <= EXTRA_MAX);
    out[n++] = (struct option){ "help", no_argument, NULL, OPTION_HELP };
    out[n++] = (struct option){ "version", no_argument, NULL, OPTION_VERSION };
    out[n++] = (struct option){ "check", no_argument, NULL, OPTION_CHECK };
    out[n++] = (struct option){ "config", required_argument, NULL, OPTION_CONFIG };
    out[n++] = (struct option){ "log", required_argument, NULL, OPTION_LOG };
    for (size_t i = 0; i < program->extra_count; i++) {
        const struct daemon_extra *extra = &program->extra[i];

        assert(strncmp(extra->name, "--", 2) == 0);
        out[n++] =
            (struct option){ extra->name + 2,
                             extra->value == NULL ? no_argument : required_argument,
                             NULL, OPTION_EXTRA + (int)i };
    }
    out[n] = (struct option){ 0 };
}

enum daemon_next daemon_options(struct daemon_program *program, int argc, char **argv,
                                struct daemon_options *out_options)
{
    struct option table[5 + EXTRA_MAX + 1];
    struct daemon_options options = { 0 };
    enum log_level level = LOG_LEVEL_INFO;
    int code;

    log_open(program->name);
    options_table(program, table);
    for (size_t i = 0; i < program->extra_count; i++) {
        program->extra[i].given = NULL;
    }
    optind = 0; /* Start over: getopt keeps its place between calls. */
    while ((code = getopt_long(argc, argv, ":", table, NULL)) != -1) {
        switch (code) {
        case OPTION_HELP:
            print_help(program);
            return DAEMON_EXIT_OK;
        case OPTION_VERSION:
            printf("%s %s\n", program->name, PREP_VERSION);
            return DAEMON_EXIT_OK;
        case OPTION_CHECK:
            options.check_only = true;
            break;
        case OPTION_CONFIG:
            options.config_path = optarg;
            break;
        case OPTION_LOG:
            if (log_level_parse(optarg, &level) != PREP_OK) {
                return usage_error(program, "--log: escriba err, warning, info o debug",
                                   optarg);
            }
            break;
        case ':':
            return usage_error(program, "falta el valor de la opción",
                               argv[optind - 1]);
        case '?':
            return usage_error(program,
                               "opción desconocida, ambigua o con valor de más",
                               argv[optind - 1]);
        default:
            program->extra[code - OPTION_EXTRA].given = optarg == NULL ? "" : optarg;
            break;
        }
    }
    if (optind < argc) {
        return usage_error(program, "argumento de más", argv[optind]);
    }
    if (options.config_path == NULL) {
        return usage_error(program, "falta --config ARCHIVO", NULL);
    }
    log_level_set(level);
    *out_options = options;
    return DAEMON_RUN;
}

/*
 * Blocked and read from a descriptor, not handled: no call is interrupted, and a
 * library that installs handlers of its own (CZMQ does) changes nothing.
 */
enum prep_status daemon_signals(struct prep_reason *reason)
{
    const struct sigaction ignore = { .sa_handler = SIG_IGN };
    sigset_t set;

    if (signal_fd >= 0) {
        return PREP_OK;
    }
    (void)sigemptyset(&set);
    (void)sigaddset(&set, SIGTERM);
    (void)sigaddset(&set, SIGINT);
    if (sigprocmask(SIG_BLOCK, &set, NULL) != 0 ||
        sigaction(SIGPIPE, &ignore, NULL) != 0) {
        return prep_fail(reason, PREP_ERR_IO, "señales: %s", error_text(errno));
    }
    signal_fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
    if (signal_fd < 0) {
        return prep_fail(reason, PREP_ERR_IO, "signalfd: %s", error_text(errno));
    }
    return PREP_OK;
}

int daemon_signal_fd(void)
{
    return signal_fd;
}

/* The signal is left in the descriptor, so that every loop that polls it wakes. */
bool daemon_stopping(void)
{
    if (!stopping && signal_fd >= 0) {
        struct pollfd poll_fd = { .fd = signal_fd, .events = POLLIN };

        stopping = poll(&poll_fd, 1, 0) > 0;
    }
    return stopping;
}

void daemon_ready(void)
{
    (void)sd_notify(0, "READY=1");
}

void daemon_status(const char *text)
{
    (void)sd_notifyf(0, "STATUS=%s", text);
}

void daemon_watchdog(void)
{
    (void)sd_notify(0, "WATCHDOG=1");
}

void daemon_stopping_notify(void)
{
    (void)sd_notify(0, "STOPPING=1");
}

void daemon_check_ok(const struct daemon_program *program)
{
    printf("%s: configuración, llaves y datos correctos\n", program->name);
}
