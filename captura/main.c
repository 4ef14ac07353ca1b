/* prep-captura: hands out actas for their first capture and takes what was read. */
#include "captura.h"

#include "base/log.h"

int main(int argc, char **argv)
{
    struct daemon_program program = {
        .name = "prep-captura",
        .description =
            "Reparte las actas que esperan su primera captura, recibe por HTTP\n"
            "lo que cada operador leyó y lo agrega firmado al libro.",
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
    status = desk_config_load(options.config_path, true, &config, &reason);
    if (status != PREP_OK) {
        log_err("arranque.fallido", LOG_STATUS(status),
                LOG_TEXT("reason", reason.text));
        return prep_exit_code(status);
    }
    code = desk_main(&program, &options, captura_stage(config->sin_imagen), config);
    desk_config_free(&config);
    return code;
}
