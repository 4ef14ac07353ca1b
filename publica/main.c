/* prep-publica: makes the cortes and writes what everybody reads. */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/daemon.h"
#include "base/http.h"
#include "base/log.h"
#include "control.h"
#include "corte.h"
#include "horario.h"

#define BODY_MAX 4096u
#define CONNECTIONS_MAX 16u
#define IDLE_S 30u
#define TICK_MS 1000     /* the schedule is looked at this often */
#define RETRY_MS 5000    /* after a corte that could not be made */
#define REFUSED_MS 60000 /* after one that contradicts itself */

enum { EXTRA_REPUBLICA, EXTRA_SALIDA, EXTRA_COUNT };

/* The corte that is due, if any. retry_ms: not before this monotonic time. */
static void programado(struct publica *publica, int64_t *retry_ms)
{
    const int64_t now_ms = clock_now_ms();
    struct prep_reason reason = { "" };
    struct corte_pedido pedido;
    enum prep_status status = PREP_OK;
    struct horario horario;
    struct corte corte;

    if (publica->definicion->modo != MODO_OFICIAL || clock_monotonic_ms() < *retry_ms) {
        return;
    }
    if (!publica->leido) {
        status = corte_recupera(publica, &reason);
    }
    horario = horario_calcula(publica->definicion,
                              publica->anterior.numero == 0 ? NULL : &publica->anterior,
                              publica->bases_ms, now_ms);
    if (status == PREP_OK && !horario.due) {
        return;
    }
    if (status == PREP_OK) {
        pedido = (struct corte_pedido){ .nominal_ms = horario.nominal_ms,
                                        .hora_ms = now_ms,
                                        .ultimo = horario.ultimo,
                                        .bases = horario.bases };
        status = corte_hace(publica, &pedido, &corte, &reason);
    }
    if (status == PREP_OK && horario.missed > 0) {
        log_warning("corte.omitido", LOG_UINT("omitidos", horario.missed),
                    LOG_UINT("siguiente", corte.numero));
    }
    if (status != PREP_OK) {
        *retry_ms = clock_monotonic_ms() +
                    (status == PREP_ERR_CONFLICT ? REFUSED_MS : RETRY_MS);
        if (status != PREP_ERR_CONFLICT) { /* that one has its own event */
            log_err("corte.fallido", LOG_STATUS(status),
                    LOG_TEXT("reason", reason.text));
        }
    }
}

static enum prep_status run(struct publica *publica, const char *escucha,
                            struct prep_reason *reason)
{
    const struct http_options options = { .listen = escucha,
                                          .body_max = BODY_MAX,
                                          .connections_max = CONNECTIONS_MAX,
                                          .idle_timeout_s = IDLE_S };
    struct http_server *server = NULL;
    enum prep_status status;
    int64_t retry_ms = 0;

    status = http_open(&server, &options, control_handle, publica, reason);
    if (status != PREP_OK) {
        return status;
    }
    log_info("servicio.iniciado", LOG_TEXT("nombre", publica->self->nombre),
             LOG_TEXT("proceso", publica->definicion->proceso),
             LOG_UINT("actas", publica->arbol->acta_count),
             LOG_UINT("grupos", publica->arbol->grupo_count),
             LOG_UINT("corte", publica->anterior.numero),
             LOG_UINT("puerto", http_port(server)));
    daemon_ready();
    while (!daemon_stopping()) {
        struct pollfd fds[] = { { .fd = http_fd(server), .events = POLLIN },
                                { .fd = daemon_signal_fd(), .events = POLLIN } };
        int timeout_ms = http_timeout_ms(server);

        if (timeout_ms < 0 || timeout_ms > TICK_MS) {
            timeout_ms = TICK_MS;
        }
        if (poll(fds, 2, timeout_ms) < 0 && errno != EINTR) {
            status = prep_fail(reason, PREP_ERR_IO, "poll: errno %d", errno);
            break;
        }
        http_run(server);
        if (!daemon_stopping()) {
            programado(publica, &retry_ms);
        }
        daemon_watchdog();
    }
    daemon_stopping_notify();
    http_close(&server);
    log_info("servicio.detenido", LOG_TEXT("nombre", publica->self->nombre));
    return status;
}

static enum prep_status republica(struct publica *publica, const char *text,
                                  struct prep_reason *reason)
{
    struct corte corte;
    enum prep_status status;
    uint64_t numero;
    char *end;

    errno = 0;
    numero = strtoull(text, &end, 10);
    if (errno != 0 || *end != '\0' || text[0] < '0' || text[0] > '9' || numero == 0) {
        return prep_fail(reason, PREP_ERR_CONFIG,
                         "--republica: %s: debe ser el número de un corte", text);
    }
    status = corte_republica(publica, numero, &corte, reason);
    if (status == PREP_OK) {
        log_info("corte.republicado", LOG_UINT("numero", corte.numero),
                 LOG_TEXT("salida", publica->salida));
    }
    return status;
}

int main(int argc, char **argv)
{
    struct daemon_extra extra[EXTRA_COUNT] = {
        [EXTRA_REPUBLICA] = { .name = "--republica",
                              .value = "N",
                              .help = "Escribe otra vez el corte N, completo, en la "
                                      "carpeta de --salida, y termina" },
        [EXTRA_SALIDA] = { .name = "--salida",
                           .value = "CARPETA",
                           .help =
                               "Publica ahí y no en la salida de la configuración" },
    };
    struct daemon_program program = {
        .name = "prep-publica",
        .description = "Hace los cortes: calcula los resultados del libro, se revisa a "
                       "sí misma\ny escribe los archivos que todo el mundo lee.",
        .extra = extra,
        .extra_count = EXTRA_COUNT,
    };
    struct publica_config *config = NULL;
    struct prep_reason reason = { "" };
    struct publica publica = { .salida_lock = -1 };
    struct daemon_options options;
    enum prep_status status;

    switch (daemon_options(&program, argc, argv, &options)) {
    case DAEMON_EXIT_OK:
        return 0;
    case DAEMON_EXIT_USAGE:
        return 64; /* EX_USAGE */
    case DAEMON_RUN:
        break;
    }
    status = daemon_signals(&reason);
    if (status == PREP_OK &&
        (extra[EXTRA_REPUBLICA].given == NULL) != (extra[EXTRA_SALIDA].given == NULL)) {
        status = prep_fail(&reason, PREP_ERR_CONFIG,
                           "--republica y --salida van siempre juntas: así nunca se "
                           "escribe sobre lo publicado");
    }
    if (status == PREP_OK) {
        status = publica_config_load(options.config_path, &config, &reason);
    }
    if (status == PREP_OK) {
        status = http_listen_check(config->escucha, &reason);
    }
    if (status == PREP_OK) {
        status = publica_open(&publica, config, extra[EXTRA_SALIDA].given,
                              options.check_only, &reason);
    }
    if (status == PREP_OK && options.check_only) {
        daemon_check_ok(&program);
    } else if (status == PREP_OK && extra[EXTRA_REPUBLICA].given != NULL) {
        status = republica(&publica, extra[EXTRA_REPUBLICA].given, &reason);
    } else if (status == PREP_OK) {
        status = corte_recupera(&publica, &reason);
        if (status == PREP_OK) {
            status = run(&publica, config->escucha, &reason);
        }
    }
    if (status != PREP_OK) {
        log_err("arranque.fallido", LOG_STATUS(status),
                LOG_TEXT("reason", reason.text));
    }
    publica_close(&publica);
    publica_config_free(&config);
    return prep_exit_code(status);
}
