/* prep-acopio: takes the signed acopios of the CATD workers into the ledger. */
#include "acopio.h"
#include "base/config.h"
#include "base/log.h"
#include "prep/service.h"

struct acopio_config {
    struct service_config service;
};

static const cyaml_schema_field_t config_fields[] = {
    SERVICE_CONFIG_FIELDS(struct acopio_config),
    CYAML_FIELD_END,
};

static const cyaml_schema_value_t config_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct acopio_config, config_fields),
};

static enum prep_status check(void *context, const struct envelope *envelope,
                              const char **err_event_name, struct prep_reason *reason)
{
    const struct service *service = context;
    const struct acopio_rules rules = { service->definicion, service->catalogo_count,
                                        NULL };

    return acopio_check(&rules, envelope->event, err_event_name, reason);
}

static void stored(void *context, const struct envelope *envelope, uint64_t posicion)
{
    const Prep__Event *event = envelope->event;

    (void)context;
    if (event->cuerpo_case == PREP__EVENT__CUERPO_INCIDENCIA) {
        log_warning("incidencia.registrada",
                    LOG_TEXT("origen", envelope->emisor->nombre),
                    LOG_UINT("acta", event->acta),
                    LOG_TEXT("nombre", event->incidencia->nombre),
                    LOG_UINT("posicion", posicion));
        return;
    }
    log_info("acopio.registrado", LOG_UINT("acta", event->acta),
             LOG_TEXT("origen", envelope->emisor->nombre),
             LOG_UINT("sin_acta", event->acopio->sin_acta),
             LOG_UINT("posicion", posicion));
}

int main(int argc, char **argv)
{
    struct daemon_program program = {
        .name = "prep-acopio",
        .description = "Recibe de los CATD los acopios firmados, los agrega al libro y "
                       "los acusa.",
    };
    struct daemon_options options;
    struct acopio_config *config = NULL;
    struct service service = { 0 };
    struct service_stage stage = {
        .etapa = ETAPA_ACOPIO,
        .worker = ETAPA_ACOPIO_CATD,
        .application = "prep-acopio",
        .context = &service,
        .check = check,
        .stored = stored,
    };
    struct prep_reason reason = { "" };
    enum prep_status status;

    switch (daemon_options(&program, argc, argv, &options)) {
    case DAEMON_EXIT_OK:
        return 0;
    case DAEMON_EXIT_USAGE:
        return 64; /* EX_USAGE */
    case DAEMON_RUN:
        break;
    }
    status = config_load(options.config_path, &config_schema, (void **)&config, NULL,
                         &reason);
    if (status == PREP_OK) {
        status = daemon_signals(&reason);
    }
    if (status == PREP_OK) {
        stage.config = &config->service;
        stage.check_only = options.check_only;
        status = service_open(&service, &stage, &reason);
    }
    if (status == PREP_OK && options.check_only) {
        daemon_check_ok(&program);
    } else if (status == PREP_OK) {
        status = service_run(&service, &reason);
    }
    service_close(&service);
    if (config != NULL) {
        config_free(&config_schema, (void **)&config);
    }
    return status == PREP_OK ? 0 : daemon_failed("arranque.fallido", status, &reason);
}
