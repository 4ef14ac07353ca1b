/* prep-digitaliza: takes image events into the ledger and images onto the disk. */
#include "base/config.h"
#include "base/log.h"
#include "digitaliza.h"
#include "image_reception.h"
#include "image_store.h"
#include "prep/service.h"

struct digitaliza_config {
    struct service_config service;
    char *imagenes;
    uint64_t imagen_bytes_max; /* 0: IMAGE_BYTES_MAX_DEFAULT */
};

static const cyaml_schema_field_t config_fields[] = {
    SERVICE_CONFIG_FIELDS(struct digitaliza_config),
    CYAML_FIELD_STRING_PTR("imagenes", CYAML_FLAG_POINTER, struct digitaliza_config,
                           imagenes, 1, CYAML_UNLIMITED),
    CYAML_FIELD_UINT("imagen_bytes_max", CYAML_FLAG_OPTIONAL, struct digitaliza_config,
                     imagen_bytes_max),
    CYAML_FIELD_END,
};

static const cyaml_schema_value_t config_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct digitaliza_config, config_fields),
};

struct digitaliza {
    struct service service;
    struct image_store *store;
    struct image_reception *reception;
    uint64_t image_bytes_max;
};

static enum prep_status check(void *context, const struct envelope *envelope,
                              const char **err_event_name, struct prep_reason *reason)
{
    const struct digitaliza *digitaliza = context;
    const struct digitaliza_rules rules = {
        .definicion = digitaliza->service.definicion,
        .catalogo_count = digitaliza->service.catalogo_count,
        .image_bytes_max = digitaliza->image_bytes_max,
        .topology = digitaliza->service.topology,
    };

    return digitaliza_check(&rules, envelope->event, err_event_name, reason);
}

static void stored(void *context, const struct envelope *envelope, uint64_t posicion)
{
    struct digitaliza *digitaliza = context;
    const Prep__Event *event = envelope->event;

    if (event->cuerpo_case == PREP__EVENT__CUERPO_INCIDENCIA) {
        log_warning("incidencia.registrada",
                    LOG_TEXT("origen", envelope->emisor->nombre),
                    LOG_UINT("acta", event->acta),
                    LOG_TEXT("nombre", event->incidencia->nombre),
                    LOG_UINT("posicion", posicion));
        return;
    }
    image_reception_announced(digitaliza->reception, event);
    log_info("imagen.registrada", LOG_UINT("acta", event->acta),
             LOG_TEXT("origen", envelope->emisor->nombre),
             LOG_HEX("sha256", event->imagen->sha256.data, event->imagen->sha256.len),
             LOG_UINT("posicion", posicion));
}

static void other(void *context, zframe_t *peer, const Prep__Peticion *peticion)
{
    struct digitaliza *digitaliza = context;

    image_reception_take(digitaliza->reception, peer, peticion);
}

static void drained(void *context)
{
    struct digitaliza *digitaliza = context;

    image_reception_settle(digitaliza->reception);
}

static enum prep_status digitaliza_open(struct digitaliza *digitaliza,
                                        const struct digitaliza_config *config,
                                        bool check_only, struct prep_reason *reason)
{
    const struct service_stage stage = {
        .etapa = ETAPA_DIGITALIZA,
        .worker = ETAPA_DIGITALIZA_CATD,
        .config = &config->service,
        .application = "prep-digitaliza",
        .check_only = check_only,
        .context = digitaliza,
        .check = check,
        .stored = stored,
        .other = other,
        .drained = drained,
    };
    enum prep_status status;

    digitaliza->image_bytes_max = config->imagen_bytes_max == 0
                                      ? IMAGE_BYTES_MAX_DEFAULT
                                      : config->imagen_bytes_max;
    status = image_store_open(config->imagenes, &digitaliza->store, reason);
    if (status != PREP_OK) {
        return status;
    }
    status = service_open(&digitaliza->service, &stage, reason);
    if (status != PREP_OK || check_only) {
        return status;
    }
    return image_reception_new(&digitaliza->reception, digitaliza->store,
                               &digitaliza->service, reason);
}

static void digitaliza_close(struct digitaliza *digitaliza)
{
    image_reception_free(&digitaliza->reception);
    service_close(&digitaliza->service);
    image_store_close(&digitaliza->store);
}

int main(int argc, char **argv)
{
    struct daemon_program program = {
        .name = "prep-digitaliza",
        .description =
            "Recibe de los CATD las imágenes de las actas: agrega al libro lo "
            "que firmaron\ny guarda cada imagen con su SHA-256 por nombre.",
    };
    struct daemon_options options;
    struct digitaliza_config *config = NULL;
    struct digitaliza digitaliza = { 0 };
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
        status = digitaliza_open(&digitaliza, config, options.check_only, &reason);
    }
    if (status == PREP_OK && options.check_only) {
        daemon_check_ok(&program);
    } else if (status == PREP_OK) {
        status = service_run(&digitaliza.service, &reason);
    }
    digitaliza_close(&digitaliza);
    if (config != NULL) {
        config_free(&config_schema, (void **)&config);
    }
    return status == PREP_OK ? 0 : daemon_failed("arranque.fallido", status, &reason);
}
