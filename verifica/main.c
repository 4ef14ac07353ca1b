/* prep-verifica: hands out second and third captures, compares, and settles. */
#include "verifica.h"

#include "base/log.h"

int main(int argc, char **argv)
{
    struct daemon_program program = {
        .name = "prep-verifica",
        .description =
            "Reparte a otra persona las actas ya capturadas, compara lo que leyó\n"
            "con la primera captura y deja firmado en el libro lo que queda.",
    };
    struct daemon_options options = { 0 };
    struct desk_config *config = NULL;
    struct prep_reason reason = { "" };
    enum prep_status status;
    int code;

    switch (daemon_options(&program, argc, argv, &options)) {
    case DAEMON_RUN:
        break;
    case DAEMON_EXIT_OK:
        return 0;
    case DAEMON_EXIT_USAGE:
        return 64;
    }
    status = desk_config_load(options.config_path, false, &config, &reason);
    if (status != PREP_OK) {
        log_err("arranque.fallido", LOG_STATUS(status),
                LOG_TEXT("reason", reason.text));
        return prep_exit_code(status);
    }
    code = desk_main(&program, &options, verifica_stage(), config);
    desk_config_free(&config);
    return code;
}
