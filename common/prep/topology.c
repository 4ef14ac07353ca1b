#include "prep/topology.h"

#include <assert.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/config.h"
#include "base/hash.h"
#include "prep/acta_id.h"

#define HOST_MAX 64u
#define ADDRESS_MAX 107u /* what a Unix socket's path may be long, with ipc:// */
#define PATH_SIZE 64u    /* "procesos[12345].firma" */

/* ---- the file, as libcyaml reads it */

struct process_node {
    char *nombre;
    uint32_t numero;
    int etapa;
    char *host;
    char *firma;
    char *curve;
    char *recibe;
    char *anuncia;
};

struct file_node {
    char *proceso;
    struct process_node *procesos;
    unsigned procesos_count;
};

static const cyaml_strval_t etapa_texts[] = {
    { "acopio", ETAPA_ACOPIO },
    { "digitaliza", ETAPA_DIGITALIZA },
    { "captura", ETAPA_CAPTURA },
    { "verifica", ETAPA_VERIFICA },
    { "publica", ETAPA_PUBLICA },
    { "acopio-catd", ETAPA_ACOPIO_CATD },
    { "digitaliza-catd", ETAPA_DIGITALIZA_CATD },
    { "herramienta", ETAPA_HERRAMIENTA },
};

static const cyaml_schema_field_t process_fields[] = {
    CYAML_FIELD_STRING_PTR("nombre", CYAML_FLAG_POINTER, struct process_node, nombre, 1,
                           KEY_NOMBRE_MAX),
    CYAML_FIELD_UINT("numero", CYAML_FLAG_DEFAULT, struct process_node, numero),
    CYAML_FIELD_ENUM("etapa", CYAML_FLAG_STRICT, struct process_node, etapa,
                     etapa_texts, CYAML_ARRAY_LEN(etapa_texts)),
    CYAML_FIELD_STRING_PTR("host", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
                           struct process_node, host, 0, HOST_MAX),
    CYAML_FIELD_STRING_PTR("firma", CYAML_FLAG_POINTER, struct process_node, firma, 1,
                           2 * KEY_SIGN_PUBLIC_LEN),
    CYAML_FIELD_STRING_PTR("curve", CYAML_FLAG_POINTER, struct process_node, curve, 1,
                           KEY_CURVE_TEXT_SIZE - 1),
    CYAML_FIELD_STRING_PTR("recibe", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
                           struct process_node, recibe, 0, ADDRESS_MAX),
    CYAML_FIELD_STRING_PTR("anuncia", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
                           struct process_node, anuncia, 0, ADDRESS_MAX),
    CYAML_FIELD_END,
};

static const cyaml_schema_value_t process_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct process_node, process_fields),
};

static const cyaml_schema_field_t file_fields[] = {
    CYAML_FIELD_STRING_PTR("proceso", CYAML_FLAG_POINTER, struct file_node, proceso, 1,
                           TOPOLOGY_PROCESO_MAX),
    CYAML_FIELD_SEQUENCE("procesos", CYAML_FLAG_POINTER, struct file_node, procesos,
                         &process_schema, 1, TOPOLOGY_PROCESSES_MAX),
    CYAML_FIELD_END,
};

static const cyaml_schema_value_t file_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct file_node, file_fields),
};

/* ---- what is kept */

struct topology_memory {
    struct file_node *file; /* owns the texts */
    struct topology_process *processes;
    /* the same processes, in the order of each way to look for one */
    const struct topology_process **by_numero, **by_key_id, **by_curve, **by_nombre;
};

const char *etapa_text(enum etapa etapa)
{
    for (size_t i = 0; i < CYAML_ARRAY_LEN(etapa_texts); i++) {
        if (etapa_texts[i].val == (int64_t)etapa) {
            return etapa_texts[i].str;
        }
    }
    return "";
}

typedef int (*process_order)(const void *a, const void *b);

static const struct topology_process *item(const void *slot)
{
    return *(const struct topology_process *const *)slot;
}

static int order_numero(const void *a, const void *b)
{
    return (item(a)->numero > item(b)->numero) - (item(a)->numero < item(b)->numero);
}

static int order_key_id(const void *a, const void *b)
{
    return memcmp(item(a)->key_id, item(b)->key_id, KEY_ID_LEN);
}

static int order_curve(const void *a, const void *b)
{
    return strcmp(item(a)->curve, item(b)->curve);
}

static int order_nombre(const void *a, const void *b)
{
    return strcmp(item(a)->nombre, item(b)->nombre);
}

static const struct topology_process *find(const struct topology *t,
                                           const struct topology_process **index,
                                           process_order order,
                                           const struct topology_process *wanted)
{
    const void *found =
        bsearch(&wanted, index, t->process_count, sizeof index[0], order);

    return found == NULL ? NULL : item(found);
}

const struct topology_process *topology_by_numero(const struct topology *t,
                                                  uint32_t numero)
{
    return find(t, t->memory->by_numero, order_numero,
                &(struct topology_process){ .numero = numero });
}

const struct topology_process *topology_by_nombre(const struct topology *t,
                                                  const char *nombre)
{
    return find(t, t->memory->by_nombre, order_nombre,
                &(struct topology_process){ .nombre = nombre });
}

const struct topology_process *
topology_by_key_id(const struct topology *t, const uint8_t key_id[static KEY_ID_LEN])
{
    struct topology_process wanted;

    memcpy(wanted.key_id, key_id, KEY_ID_LEN);
    return find(t, t->memory->by_key_id, order_key_id, &wanted);
}

const struct topology_process *topology_by_curve(const struct topology *t,
                                                 const char *curve)
{
    struct topology_process wanted;

    if (strlen(curve) >= sizeof wanted.curve) {
        return NULL;
    }
    (void)snprintf(wanted.curve, sizeof wanted.curve, "%s", curve);
    return find(t, t->memory->by_curve, order_curve, &wanted);
}

/* ---- checks */

/* Where a mistake is: file, line and path of the value. */
struct place {
    const char *file;
    const struct config_lines *lines;
    char path[PATH_SIZE];
};

static unsigned line_of(struct place *place, size_t i, const char *field)
{
    (void)snprintf(place->path, sizeof place->path, "procesos[%zu].%s", i, field);
    return config_line(place->lines, place->path);
}

#define REFUSE(place, i, field, ...) refuse((place), (i), (field), reason, __VA_ARGS__)

__attribute__((format(printf, 5, 6))) static enum prep_status
refuse(struct place *place, size_t i, const char *field, struct prep_reason *reason,
       const char *format, ...)
{
    const unsigned line = line_of(place, i, field);
    char text[PREP_REASON_SIZE];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return prep_fail(reason, PREP_ERR_CONFIG, "%s:%u: %s: %s", place->file, line,
                     place->path, text);
}

static bool address_valid(const char *address)
{
    const size_t len = strlen(address);

    for (size_t i = 0; i < len; i++) {
        if (address[i] <= ' ' || address[i] > '~') {
            return false;
        }
    }
    if (strncmp(address, "tcp://", 6) == 0) {
        return strchr(address + 6, ':') != NULL && address[6] != ':' &&
               address[len - 1] != ':';
    }
    return strncmp(address, "ipc:///", 7) == 0 && len > 7;
}

static enum prep_status address_check(struct place *place, size_t i, const char *field,
                                      const struct topology_process *process,
                                      const char *address, struct prep_reason *reason)
{
    if (address[0] == '\0') {
        return PREP_OK;
    }
    if (!address_valid(address)) {
        return REFUSE(place, i, field,
                      "«%s»: escriba tcp://dirección:puerto o ipc:///ruta", address);
    }
    if ((ETAPA_BIT(process->etapa) & ETAPAS_SERVICIO) == 0) {
        return REFUSE(place, i, field,
                      "«%s»: un proceso de %s no recibe ni anuncia; quite la línea",
                      address, etapa_text(process->etapa));
    }
    return PREP_OK;
}

static enum prep_status process_fill(struct place *place, size_t i,
                                     const struct process_node *node,
                                     struct topology_process *process,
                                     struct prep_reason *reason)
{
    enum prep_status status;

    process->nombre = node->nombre;
    process->numero = node->numero;
    process->etapa = (enum etapa)node->etapa;
    process->host = node->host != NULL ? node->host : "";
    process->recibe = node->recibe != NULL ? node->recibe : "";
    process->anuncia = node->anuncia != NULL ? node->anuncia : "";
    if (!key_nombre_valid(node->nombre)) {
        return REFUSE(place, i, "nombre", "«%s»: use solo a-z, 0-9 y guion",
                      node->nombre);
    }
    if (node->numero < 1 || node->numero > ACTA_ID_EMISOR_MAX) {
        return REFUSE(place, i, "numero", "%u: debe ir de 1 a %u", node->numero,
                      ACTA_ID_EMISOR_MAX);
    }
    if (hex_read(node->firma, strlen(node->firma), process->firma,
                 sizeof process->firma) != PREP_OK ||
        crypto_core_ed25519_is_valid_point(process->firma) != 1) {
        return REFUSE(place, i, "firma",
                      "«%s»: no es una llave pública Ed25519 de 64 dígitos "
                      "hexadecimales; cópiela de «prep llaves»",
                      node->firma);
    }
    if (!key_curve_valid(node->curve)) {
        return REFUSE(
            place, i, "curve",
            "«%s»: no son 40 caracteres Z85; cópielos de «prep llaves», entre "
            "comillas",
            node->curve);
    }
    key_id_of(process->firma, process->key_id);
    (void)snprintf(process->curve, sizeof process->curve, "%s", node->curve);
    status = address_check(place, i, "recibe", process, process->recibe, reason);
    if (status != PREP_OK) {
        return status;
    }
    return address_check(place, i, "anuncia", process, process->anuncia, reason);
}

static const struct topology_process **index_make(const struct topology_process *all,
                                                  size_t count, process_order order)
{
    const struct topology_process **index = malloc(count * sizeof index[0]);

    if (index == NULL) {
        abort();
    }
    for (size_t i = 0; i < count; i++) {
        index[i] = &all[i];
    }
    qsort(index, count, sizeof index[0], order);
    return index;
}

/* Sorted, two that are the same are neighbours. */
static enum prep_status unique_check(struct place *place, const char *field,
                                     const struct topology *t,
                                     const struct topology_process **index,
                                     process_order order, struct prep_reason *reason)
{
    for (size_t i = 1; i < t->process_count; i++) {
        if (order(&index[i - 1], &index[i]) == 0) {
            const struct topology_process *a = index[i - 1], *b = index[i];
            const struct topology_process *first = a < b ? a : b;
            const struct topology_process *second = a < b ? b : a;

            return REFUSE(place, (size_t)(second - t->processes), field,
                          "«%s» repite el valor de «%s» (línea %u); debe ser único",
                          second->nombre, first->nombre,
                          line_of(place, (size_t)(first - t->processes), field));
        }
    }
    return PREP_OK;
}

static bool proceso_valid(const char *proceso)
{
    return strspn(proceso, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                           "0123456789-_.") == strlen(proceso);
}

static enum prep_status topology_fill(struct topology *t, struct place *place,
                                      struct prep_reason *reason)
{
    struct topology_memory *memory = t->memory;
    const struct file_node *file = memory->file;
    const size_t count = file->procesos_count;
    enum prep_status status;

    if (!proceso_valid(file->proceso)) {
        return prep_fail(
            reason, PREP_ERR_CONFIG,
            "%s:%u: proceso: «%s»: use letras sin acento, dígitos, guion y "
            "punto",
            place->file, config_line(place->lines, "proceso"), file->proceso);
    }
    memory->processes = calloc(count, sizeof memory->processes[0]);
    if (memory->processes == NULL) {
        abort();
    }
    t->proceso = file->proceso;
    t->process_count = count;
    t->processes = memory->processes;
    for (size_t i = 0; i < count; i++) {
        status =
            process_fill(place, i, &file->procesos[i], &memory->processes[i], reason);
        if (status != PREP_OK) {
            return status;
        }
    }
    memory->by_numero = index_make(t->processes, count, order_numero);
    memory->by_key_id = index_make(t->processes, count, order_key_id);
    memory->by_curve = index_make(t->processes, count, order_curve);
    memory->by_nombre = index_make(t->processes, count, order_nombre);

    const struct {
        const char *field;
        const struct topology_process **index;
        process_order order;
    } unique[] = {
        { "nombre", memory->by_nombre, order_nombre },
        { "numero", memory->by_numero, order_numero },
        { "firma", memory->by_key_id, order_key_id },
        { "curve", memory->by_curve, order_curve },
    };
    for (size_t i = 0; i < CYAML_ARRAY_LEN(unique); i++) {
        status = unique_check(place, unique[i].field, t, unique[i].index,
                              unique[i].order, reason);
        if (status != PREP_OK) {
            return status;
        }
    }
    return PREP_OK;
}

enum prep_status topology_load(const char *path, struct topology **out_topology,
                               struct prep_reason *reason)
{
    struct config_lines *lines = NULL;
    struct topology *t;
    enum prep_status status;
    void *tree = NULL;

    assert(path != NULL && out_topology != NULL);
    if (sodium_init() < 0) {
        return prep_fail(reason, PREP_ERR_IO, "libsodium no pudo iniciar");
    }
    status = config_load(path, &file_schema, &tree, &lines, reason);
    if (status != PREP_OK) {
        return status;
    }
    t = calloc(1, sizeof *t);
    if (t == NULL) {
        abort();
    }
    t->memory = calloc(1, sizeof *t->memory);
    if (t->memory == NULL) {
        abort();
    }
    t->memory->file = tree;

    struct place place = { .file = path, .lines = lines };
    status = topology_fill(t, &place, reason);
    config_lines_free(&lines);
    if (status != PREP_OK) {
        topology_free(&t);
        return status;
    }
    *out_topology = t;
    return PREP_OK;
}

void topology_free(struct topology **topology)
{
    struct topology *t = *topology;

    if (t == NULL) {
        return;
    }
    *topology = NULL;
    if (t->memory != NULL) {
        void *tree = t->memory->file;

        config_free(&file_schema, &tree);
        free(t->memory->processes);
        free(t->memory->by_numero);
        free(t->memory->by_key_id);
        free(t->memory->by_curve);
        free(t->memory->by_nombre);
        free(t->memory);
    }
    free(t);
}

enum prep_status topology_self(const struct topology *t, const struct keys *keys,
                               const struct topology_process **out_self,
                               struct prep_reason *reason)
{
    const struct topology_process *self = topology_by_nombre(t, keys_nombre(keys));
    uint8_t firma[KEY_SIGN_PUBLIC_LEN];

    if (self == NULL) {
        return prep_fail(reason, PREP_ERR_AUTH,
                         "«%s» no está en la topología; agréguelo o use la llave que "
                         "corresponde",
                         keys_nombre(keys));
    }
    keys_sign_public(keys, firma);
    if (memcmp(firma, self->firma, sizeof firma) != 0 ||
        strcmp(keys_curve_public(keys), self->curve) != 0) {
        return prep_fail(reason, PREP_ERR_AUTH,
                         "la llave privada de «%s» no es la que declara la topología; "
                         "use su pareja o actualice la topología",
                         self->nombre);
    }
    *out_self = self;
    return PREP_OK;
}
