/*
 * test_daemon.c - options as an operator types them, and signals that wait their turn.
 */
#include "base/daemon.h"

#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/log.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#define ARGS_MAX 8

static struct daemon_extra extra[] = {
    { "--hasta", "N", "se detiene en la posición N", NULL },
    { "--una-vez", NULL, "hace un corte y termina", NULL },
};

static struct daemon_program program = { "prep-prueba", "Programa de prueba.", extra,
                                         COUNT_OF(extra) };

static char out[8192]; /* what the last run printed, both streams */

static enum daemon_next run(const char *const *args, struct daemon_options *options)
{
    char text[ARGS_MAX + 1][64] = { "prep-prueba" };
    char *argv[ARGS_MAX + 2] = { text[0] };
    FILE *file = tmpfile();
    enum daemon_next next;
    int real_out, real_err;
    int argc = 1;
    size_t len;

    for (; *args != NULL; args++, argc++) {
        (void)snprintf(text[argc], sizeof text[argc], "%s", *args);
        argv[argc] = text[argc];
    }
    assert_non_null(file);
    (void)fflush(stdout);
    real_out = dup(STDOUT_FILENO);
    real_err = dup(STDERR_FILENO);
    (void)dup2(fileno(file), STDOUT_FILENO);
    (void)dup2(fileno(file), STDERR_FILENO);
    next = daemon_options(&program, argc, argv, options);
    (void)fflush(stdout);
    (void)dup2(real_out, STDOUT_FILENO);
    (void)dup2(real_err, STDERR_FILENO);
    (void)close(real_out);
    (void)close(real_err);
    rewind(file);
    len = fread(out, 1, sizeof out - 1, file);
    out[len] = '\0';
    (void)fclose(file);
    return next;
}

#define RUN(options, ...) run((const char *const[]){ __VA_ARGS__, NULL }, (options))

static void test_options_accepted(void **state)
{
    struct daemon_options options = { 0 };

    (void)state;
    assert_int_equal(RUN(&options, "--config", "x.yaml"), DAEMON_RUN);
    assert_string_equal(options.config_path, "x.yaml");
    assert_false(options.check_only);
    assert_null(extra[0].given);
    assert_null(extra[1].given);
    assert_int_equal(
        RUN(&options, "--check", "--hasta=7", "--una-vez", "--config=y.yaml"),
        DAEMON_RUN);
    assert_string_equal(options.config_path, "y.yaml");
    assert_true(options.check_only);
    assert_string_equal(extra[0].given, "7");
    assert_string_equal(extra[1].given, "");
    assert_int_equal(RUN(&options, "--config", "x.yaml"), DAEMON_RUN);
    assert_null(extra[0].given); /* nothing is left of the run before */
    assert_string_equal(out, "");
}

static void test_mistakes_say_what_and_where_to_look(void **state)
{
    static const struct {
        const char *args[4];
        const char *want;
    } rows[] = {
        { { NULL }, "falta --config ARCHIVO" },
        { { "--check" }, "falta --config ARCHIVO" },
        { { "--config" }, "falta el valor de la opción: --config" },
        { { "--config", "x", "--hasta" }, "falta el valor de la opción: --hasta" },
        { { "--config", "x", "--nada" }, "opción desconocida" },
        { { "--config", "x", "--check=si" }, "valor de más: --check=si" },
        { { "--config", "x", "-z" }, "opción desconocida" },
        { { "--config", "x", "y" }, "argumento de más: y" },
        { {
              "--config",
              "x",
              "--log",
          },
          "falta el valor" },
        { { "--config", "x", "--log=ruido" }, "--log: escriba err, warning" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct daemon_options options = { .config_path = "igual" };

        assert_int_equal(run(rows[i].args, &options), DAEMON_EXIT_USAGE);
        if (strstr(out, rows[i].want) == NULL) {
            fail_msg("%s: %s", rows[i].want, out);
        }
        assert_non_null(strstr(out, "prep-prueba: "));
        assert_non_null(strstr(out, "Vea: prep-prueba --help"));
        assert_string_equal(options.config_path, "igual");
    }
}

static void test_help_and_version_need_no_config(void **state)
{
    static const char *const words[] = { "Uso: prep-prueba",
                                         "Programa de prueba.",
                                         "--config",
                                         "--check",
                                         "--log",
                                         "--hasta N",
                                         "se detiene en la posición N",
                                         "--una-vez",
                                         "--version",
                                         "--help" };
    struct daemon_options options;

    (void)state;
    assert_int_equal(RUN(&options, "--help"), DAEMON_EXIT_OK);
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        assert_non_null(strstr(out, words[i]));
    }
    assert_int_equal(RUN(&options, "--version"), DAEMON_EXIT_OK);
    assert_string_equal(out, "prep-prueba " PREP_VERSION "\n");
}

/* In a child, because it changes the signals of the process. */
static int signals_child(int signal_number)
{
    struct pollfd fd;

    if (daemon_stopping() || daemon_signals(NULL) != PREP_OK ||
        daemon_signals(NULL) != PREP_OK || daemon_stopping()) {
        return 1;
    }
    fd = (struct pollfd){ .fd = daemon_signal_fd(), .events = POLLIN };
    if (poll(&fd, 1, 0) != 0) {
        return 2;
    }
    (void)raise(SIGPIPE); /* ignored */
    (void)raise(signal_number);
    /* Readable, and stays so for every loop that waits on it. */
    for (int i = 0; i < 3; i++) {
        if (poll(&fd, 1, 1000) != 1 || !daemon_stopping()) {
            return 3;
        }
    }
    return 0;
}

static void test_a_signal_is_seen_and_kills_nothing(void **state)
{
    static const int signals[] = { SIGTERM, SIGINT };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(signals); i++) {
        int status = 0;
        pid_t child = fork();

        assert_true(child >= 0);
        if (child == 0) {
            _exit(signals_child(signals[i]));
        }
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFEXITED(status));
        assert_int_equal(WEXITSTATUS(status), 0);
    }
}

static void test_systemd_is_told(void **state)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    char folder[] = "/tmp/prep-test-daemon.XXXXXX";
    char text[64];
    ssize_t len;
    int fd;

    (void)state;
    daemon_ready(); /* without systemd it is nothing */
    assert_non_null(mkdtemp(folder));
    (void)snprintf(address.sun_path, sizeof address.sun_path, "%s/notify", folder);
    fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(setenv("NOTIFY_SOCKET", address.sun_path, 1), 0);
    daemon_ready();
    len = recv(fd, text, sizeof text, MSG_DONTWAIT);
    assert_memory_equal(text, "READY=1", 7);
    assert_int_equal(len, 7);
    daemon_status("100 % de algo");
    len = recv(fd, text, sizeof text, MSG_DONTWAIT);
    assert_int_equal(len, 20);
    assert_memory_equal(text, "STATUS=100 % de algo", 20);
    assert_int_equal(unsetenv("NOTIFY_SOCKET"), 0);
    (void)close(fd);
    (void)unlink(address.sun_path);
    (void)rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_options_accepted),
        cmocka_unit_test(test_mistakes_say_what_and_where_to_look),
        cmocka_unit_test(test_help_and_version_need_no_config),
        cmocka_unit_test(test_a_signal_is_seen_and_kills_nothing),
        cmocka_unit_test(test_systemd_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
