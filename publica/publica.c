#include "publica.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/config.h"
#include "base/durable.h"
#include "base/durable_os.h"
#include "minisig.h"
#include "pagina.h"
#include "prep/proceso.h"
#include "prep/revision.h"
#include "publica_db.h"

#define HILOS_DEFAULT 2u
#define POOL_WAITING 6u /* pieces of BASE_PIECE, or grupos, that may wait */
#define PATH_SIZE 4096u
#define LOCK_FILE ".candado"
#define PUBLIC_KEY_FILE "prep.pub"

static const cyaml_schema_field_t fields[] = {
    CYAML_FIELD_STRING_PTR("definicion", CYAML_FLAG_POINTER, struct publica_config,
                           definicion, 1, CYAML_UNLIMITED),
    CYAML_FIELD_STRING_PTR("topologia", CYAML_FLAG_POINTER, struct publica_config,
                           topologia, 1, CYAML_UNLIMITED),
    CYAML_FIELD_STRING_PTR("llave", CYAML_FLAG_POINTER, struct publica_config, llave, 1,
                           CYAML_UNLIMITED),
    CYAML_FIELD_STRING_PTR("base", CYAML_FLAG_POINTER, struct publica_config, base, 1,
                           CYAML_UNLIMITED),
    CYAML_FIELD_STRING_PTR("salida", CYAML_FLAG_POINTER, struct publica_config, salida,
                           1, CYAML_UNLIMITED),
    CYAML_FIELD_STRING_PTR("imagenes", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
                           struct publica_config, imagenes, 1, CYAML_UNLIMITED),
    CYAML_FIELD_STRING_PTR("escucha", CYAML_FLAG_POINTER, struct publica_config,
                           escucha, 1, CYAML_UNLIMITED),
    CYAML_FIELD_STRING_PTR("operadores", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
                           struct publica_config, operadores, 1, CYAML_UNLIMITED),
    CYAML_FIELD_UINT("hilos", CYAML_FLAG_OPTIONAL, struct publica_config, hilos),
    CYAML_FIELD_END,
};

static const cyaml_schema_value_t schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct publica_config, fields),
};

enum prep_status publica_config_load(const char *path,
                                     struct publica_config **out_config,
                                     struct prep_reason *reason)
{
    struct publica_config *config = NULL;
    enum prep_status status =
        config_load(path, &schema, (void **)&config, NULL, reason);

    if (status != PREP_OK) {
        return status;
    }
    if (config->hilos == 0) {
        config->hilos = HILOS_DEFAULT;
    }
    if (config->hilos > POOL_THREADS_MAX) {
        unsigned hilos = config->hilos;

        publica_config_free(&config);
        return prep_fail(reason, PREP_ERR_CONFIG, "%s: hilos: %u: debe ir de 1 a %u",
                         path, hilos, POOL_THREADS_MAX);
    }
    *out_config = config;
    return PREP_OK;
}

void publica_config_free(struct publica_config **config)
{
    void *tree = *config;

    config_free(&schema, &tree);
    *config = NULL;
}

/* Definition, topology and keys say the same thing about who this is. */
static enum prep_status identidad(struct publica *p,
                                  const struct publica_config *config,
                                  struct prep_reason *reason)
{
    struct revision_plan plan;
    enum prep_status status;

    status = definicion_load(config->definicion, &p->definicion, reason);
    for (size_t e = 0; status == PREP_OK && e < p->definicion->eleccion_count; e++) {
        status = revision_plan(&p->definicion->elecciones[e], &plan, reason);
    }
    if (status == PREP_OK) {
        status = topology_load(config->topologia, &p->topology, reason);
    }
    if (status == PREP_OK &&
        strcmp(p->topology->proceso, p->definicion->proceso) != 0) {
        status = prep_fail(reason, PREP_ERR_CONFIG,
                           "la topología es del proceso %s y la definición de %s: use "
                           "las dos del mismo",
                           p->topology->proceso, p->definicion->proceso);
    }
    if (status == PREP_OK) {
        status = keys_load(config->llave, &p->keys, reason);
    }
    if (status == PREP_OK) {
        status = topology_self(p->topology, p->keys, &p->self, reason);
    }
    if (status == PREP_OK && p->self->etapa != ETAPA_PUBLICA) {
        status = prep_fail(reason, PREP_ERR_CONFIG,
                           "%s: la topología dice que %s no es de la etapa publica",
                           config->llave, p->self->nombre);
    }
    if (status == PREP_OK && config->operadores != NULL) {
        status = operators_load(config->operadores, &p->operators, reason);
    }
    if (status == PREP_OK) {
        emitter_init(&p->emitter, p->keys, p->self, p->definicion->proceso,
                     p->definicion->modo == MODO_SIMULACRO);
    }
    return status;
}

static enum prep_status catalogo(struct publica *p, const struct publica_config *config,
                                 struct prep_reason *reason)
{
    enum prep_status status;

    status = db_open(config->base, "prep-publica", &p->db, reason);
    if (status == PREP_OK) {
        status = proceso_check(p->db, p->definicion, NULL, reason);
    }
    if (status == PREP_OK) {
        status = arbol_new(p->definicion, &p->arbol, reason);
    }
    if (status == PREP_OK) {
        status = db_begin_snapshot(p->db, reason);
    }
    if (status == PREP_OK) {
        status = publica_db_arbol(p->db, p->arbol, reason);
        db_rollback(p->db);
    }
    return status;
}

/* The key that readers check signatures with. */
static enum prep_status llave_publica(struct publica *p, struct prep_reason *reason)
{
    char path[PATH_SIZE];
    enum prep_status status;
    struct buffer text;

    buffer_init(&text, 1024);
    minisig_public(p->keys, &text);
    (void)snprintf(path, sizeof path, "%s/" PUBLIC_KEY_FILE, p->salida);
    status = durable_create_or_same(path, text.data, text.len, 0644, reason);
    if (status == PREP_ERR_CONFLICT) {
        status = prep_fail(reason, status,
                           "%s: es de otra llave: use otra salida, o la llave que "
                           "firmó lo que hay en esta",
                           path);
    }
    buffer_done(&text);
    return status;
}

static enum prep_status aviso(struct publica *p, struct prep_reason *reason)
{
    char path[PATH_SIZE];
    enum prep_status status;
    struct buffer text;

    (void)snprintf(path, sizeof path, "%s/index.html", p->salida);
    if (access(path, F_OK) == 0) {
        return PREP_OK; /* of a corte, or this very page */
    }
    buffer_init(&text, PAGINA_MAX);
    pagina_aviso(p->definicion, &text);
    status = durable_replace(path, buffer_text(&text), text.len, 0644, reason);
    if (status == PREP_OK) {
        status = taller_gzip(&p->taller, buffer_text(&text), text.len, reason);
    }
    (void)snprintf(path, sizeof path, "%s/index.html.gz", p->salida);
    if (status == PREP_OK) {
        status =
            durable_replace(path, p->taller.out.data, p->taller.out.len, 0644, reason);
    }
    buffer_done(&text);
    return status;
}

static enum prep_status salida(struct publica *p, const struct publica_config *config,
                               struct prep_reason *reason)
{
    char path[PATH_SIZE];
    enum prep_status status;

    status = durable_mkdir(p->salida, 0755, reason);
    if (status != PREP_OK) {
        return status;
    }
    (void)snprintf(path, sizeof path, "%s/" LOCK_FILE, p->salida);
    p->salida_lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (p->salida_lock < 0) {
        return durable_os_fail(reason, path, "open", errno);
    }
    if (flock(p->salida_lock, LOCK_EX | LOCK_NB) != 0) {
        return prep_fail(reason, PREP_ERR_STATE,
                         "%s: otra publica escribe ahí: deténgala o use otra salida",
                         p->salida);
    }
    status = taller_init(&p->taller, reason);
    if (status == PREP_OK) {
        status =
            pool_open(config->hilos, POOL_WAITING * config->hilos, &p->pool, reason);
    }
    if (status == PREP_OK) {
        status = imagenes_open(config->imagenes, p->salida, &p->imagenes, reason);
    }
    if (status == PREP_OK) {
        status = llave_publica(p, reason);
    }
    return status == PREP_OK ? aviso(p, reason) : status;
}

enum prep_status publica_open(struct publica *publica,
                              const struct publica_config *config,
                              const char *salida_path, bool check_only,
                              struct prep_reason *reason)
{
    enum prep_status status;

    *publica = (struct publica){ .salida_lock = -1 };
    (void)umask(022); /* what the web server reads; .corte and the like are 0700 */
    publica->salida = salida_path == NULL ? config->salida : salida_path;
    merkle_init(&publica->merkle);
    status = identidad(publica, config, reason);
    if (status == PREP_OK) {
        status = catalogo(publica, config, reason);
    }
    if (status == PREP_OK && !check_only) {
        status = salida(publica, config, reason);
    }
    return status;
}

void publica_close(struct publica *publica)
{
    pool_close(&publica->pool);
    imagenes_close(&publica->imagenes);
    taller_done(&publica->taller);
    arbol_free(&publica->arbol);
    db_close(&publica->db);
    operators_free(&publica->operators);
    keys_free(&publica->keys);
    topology_free(&publica->topology);
    definicion_free(&publica->definicion);
    if (publica->salida_lock >= 0) {
        (void)close(publica->salida_lock);
        publica->salida_lock = -1;
    }
}
