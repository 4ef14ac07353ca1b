/* prep topologia: the list of processes, made from public keys and checked whole. */
#include <cyaml/cyaml.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/config.h"
#include "base/durable.h"
#include "base/hash.h"
#include "command.h"
#include "prep/topology.h"

#define TEXT_BYTES_MAX CONFIG_BYTES_MAX

/* ---- NOMBRE.publica, as prep llaves writes it. Lengths are checked apart: an error of
 * the schema shows the value, and somebody may give the private file by mistake. */

struct public_part {
    char *nombre, *firma, *curve;
};

static const cyaml_schema_field_t public_fields[] = {
    CYAML_FIELD_STRING_PTR("nombre", CYAML_FLAG_POINTER, struct public_part, nombre, 1,
                           KEY_NOMBRE_MAX),
    CYAML_FIELD_STRING_PTR("firma", CYAML_FLAG_POINTER, struct public_part, firma, 1,
                           CYAML_UNLIMITED),
    CYAML_FIELD_STRING_PTR("curve", CYAML_FLAG_POINTER, struct public_part, curve, 1,
                           CYAML_UNLIMITED),
    CYAML_FIELD_END,
};

static const cyaml_schema_value_t public_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct public_part, public_fields),
};

static enum prep_status public_load(const char *path, void **out_tree,
                                    struct prep_reason *reason)
{
    void *tree = NULL;
    const struct public_part *part;
    enum prep_status status = config_load(path, &public_schema, &tree, NULL, reason);

    if (status != PREP_OK) {
        return status;
    }
    part = tree;
    if (strlen(part->firma) != 2 * KEY_SIGN_PUBLIC_LEN ||
        strlen(part->curve) != KEY_CURVE_TEXT_SIZE - 1) {
        status =
            prep_fail(reason, PREP_ERR_CONFIG,
                      "%s: firma o curve no es una llave pública; use "
                      "NOMBRE.publica: la .llave es privada y no sale de su máquina",
                      path);
        config_free(&public_schema, &tree);
        return status;
    }
    *out_tree = tree;
    return PREP_OK;
}

/* A double-quoted YAML text; JSON's quoting is a part of YAML's. */
static void add_field(struct buffer *text, const char *name, const char *value)
{
    if (value != NULL && value[0] != '\0') {
        buffer_printf(text, "    %s: ", name);
        buffer_add_json(text, value);
        buffer_add_char(text, '\n');
    }
}

static void add_process(struct buffer *text, const struct command_args *args,
                        const struct public_part *part)
{
    buffer_printf(text, "  - nombre: %s\n    numero: %s\n    etapa: %s\n", part->nombre,
                  command_value(args, "--numero"), command_value(args, "--etapa"));
    add_field(text, "host", command_value(args, "--host"));
    add_field(text, "firma", part->firma);
    add_field(text, "curve", part->curve);
    add_field(text, "recibe", command_value(args, "--recibe"));
    add_field(text, "anuncia", command_value(args, "--anuncia"));
}

/* The file as it is, or a new one for --proceso. */
static enum prep_status begin_text(const struct command_args *args, struct buffer *text,
                                   struct prep_reason *reason)
{
    const char *path = command_value(args, "--topologia");
    const char *proceso = command_value(args, "--proceso");
    enum prep_status status = durable_read(path, TEXT_BYTES_MAX, text, reason);

    if (status == PREP_OK) {
        if (text->len > 0 && text->data[text->len - 1] != '\n') {
            buffer_add_char(text, '\n');
        }
        return PREP_OK;
    }
    if (status != PREP_ERR_NOT_FOUND) {
        return status;
    }
    if (proceso == NULL) {
        return prep_fail(reason, PREP_ERR_NOT_FOUND,
                         "%s no existe; para empezarlo diga --proceso", path);
    }
    buffer_add_text(text, "# Los procesos del PREP, sus llaves y sus direcciones.\n"
                          "proceso: ");
    buffer_add_json(text, proceso);
    buffer_add_text(text, "\nprocesos:\n");
    return PREP_OK;
}

/* Written aside and loaded as a daemon would; only a good one takes the name. */
static enum prep_status check_and_replace(const struct command_args *args,
                                          const struct buffer *text,
                                          struct prep_reason *reason)
{
    const char *path = command_value(args, "--topologia");
    const char *proceso = command_value(args, "--proceso");
    struct topology *topology = NULL;
    char aside[4096];
    enum prep_status status;

    (void)snprintf(aside, sizeof aside, "%s.propuesta", path);
    status = durable_replace(aside, text->data, text->len, 0644, reason);
    if (status != PREP_OK) {
        return status;
    }
    status = topology_load(aside, &topology, reason);
    if (status == PREP_OK && proceso != NULL &&
        strcmp(proceso, topology->proceso) != 0) {
        status =
            prep_fail(reason, PREP_ERR_CONFLICT, "%s es del proceso %s y se pidió %s",
                      path, topology->proceso, proceso);
    }
    if (status == PREP_OK) {
        status = durable_replace(path, text->data, text->len, 0644, reason);
    }
    if (status == PREP_OK) {
        const struct topology_process *last =
            &topology->processes[topology->process_count - 1];

        printf("%s: %s es el %u, %s, de %zu procesos\n", path, last->nombre,
               last->numero, etapa_text(last->etapa), topology->process_count);
    }
    topology_free(&topology);
    (void)unlink(aside);
    return status;
}

static enum prep_status agrega(const struct command_args *args,
                               struct prep_reason *reason)
{
    void *tree = NULL;
    struct buffer text;
    enum prep_status status =
        public_load(command_value(args, "--publica"), &tree, reason);

    if (status != PREP_OK) {
        return status;
    }
    buffer_init(&text, TEXT_BYTES_MAX);
    status = begin_text(args, &text, reason);
    if (status == PREP_OK) {
        add_process(&text, args, tree);
        status = buffer_status(&text);
    }
    if (status == PREP_OK) {
        status = check_and_replace(args, &text, reason);
    }
    buffer_done(&text);
    config_free(&public_schema, &tree);
    return status;
}

static enum prep_status verifica(const struct command_args *args,
                                 struct prep_reason *reason)
{
    struct topology *topology = NULL;
    const enum prep_status status = topology_load(args->argument, &topology, reason);

    if (status != PREP_OK) {
        return status;
    }
    printf("%s: correcta; proceso %s, %zu procesos\n", args->argument,
           topology->proceso, topology->process_count);
    for (size_t i = 0; i < topology->process_count; i++) {
        const struct topology_process *process = &topology->processes[i];
        char key[2 * KEY_ID_LEN + 1];

        hex_write(process->key_id, KEY_ID_LEN, key);
        printf("  %5u  %-24s %-16s %-12s llave %s  %s\n", process->numero,
               process->nombre, etapa_text(process->etapa), process->host, key,
               process->recibe);
    }
    topology_free(&topology);
    return PREP_OK;
}

const struct command command_topologia_agrega = {
    .name = "topologia agrega",
    .summary = "declara un proceso en topologia.yaml con sus llaves públicas",
    .text = "El archivo se escribe solo si, con el proceso nuevo, sigue siendo correcto.",
    .options = {
        OPTION_TOPOLOGIA,
        { "--publica", "ARCHIVO", "NOMBRE.publica, de «prep llaves crea»", true },
        { "--numero", "N", "número de emisor; desde 1, nunca se reusa", true },
        { "--etapa", "ETAPA",
          "acopio, digitaliza, captura, verifica, publica, acopio-catd, "
          "digitaliza-catd o herramienta",
          true },
        { "--host", "HOST", "máquina donde corre", true },
        { "--recibe", "URL", "donde atiende: tcp://IP:PUERTO; solo servicios", false },
        { "--anuncia", "URL", "donde anuncia: ipc:///... ; solo servicios", false },
        { "--proceso", "CLAVE", "proceso electoral; hace falta para empezar el archivo",
          false },
    },
    .run = agrega,
};

const struct command command_topologia_verifica = {
    .name = "topologia verifica",
    .summary = "revisa una topologia.yaml completa y la muestra",
    .text = "",
    .argument = "ARCHIVO",
    .run = verifica,
};
