/* prep definicion verifica: the definition and the catalogue, checked whole. */
#include <stdio.h>

#include "command.h"
#include "prep/catalogo.h"
#include "prep/eleccion.h"

struct count {
    uint64_t actas[ELECCION_MAX + 1], lista_nominal[ELECCION_MAX + 1];
};

static enum prep_status visit(const struct catalogo_acta *acta, void *context,
                              struct prep_reason *reason)
{
    struct count *count = context;

    (void)reason;
    count->actas[acta->eleccion]++;
    count->lista_nominal[acta->eleccion] += (uint64_t)acta->lista_nominal;
    return PREP_OK;
}

static void show(const struct definicion *definicion, const struct count *count,
                 const struct hash *catalogo)
{
    char hex[HASH_TEXT_SIZE];

    printf("%s: %s (%s)\n", definicion->proceso, definicion->nombre,
           definicion->modo == MODO_OFICIAL ? "oficial" : "simulacro");
    hash_text(&definicion->sha256, hex);
    printf("  definicion.yaml  %s\n", hex);
    hash_text(catalogo, hex);
    printf("  catalogo.csv     %s\n", hex);
    for (size_t i = 0; i < definicion->eleccion_count; i++) {
        const struct eleccion *eleccion = &definicion->elecciones[i];

        printf("  %-10s %s: %llu actas, lista nominal %llu, %zu opciones\n",
               eleccion->clave, eleccion->nombre,
               (unsigned long long)count->actas[eleccion->ordinal],
               (unsigned long long)count->lista_nominal[eleccion->ordinal],
               eleccion->opcion_count);
    }
}

static enum prep_status run(const struct command_args *args, struct prep_reason *reason)
{
    struct definicion *definicion = NULL;
    struct count count = { 0 };
    struct hash catalogo;
    char path[4096];
    enum prep_status status = definicion_load(args->argument, &definicion, reason);

    if (status != PREP_OK) {
        return status;
    }
    (void)snprintf(path, sizeof path, "%s/catalogo.csv", args->argument);
    status = catalogo_read(path, definicion, visit, &count, &catalogo, reason);
    if (status == PREP_OK) {
        show(definicion, &count, &catalogo);
    }
    definicion_free(&definicion);
    return status;
}

const struct command command_definicion_verifica = {
    .name = "definicion verifica",
    .summary = "revisa la definición de la elección y su catálogo",
    .text = "Si algo está mal dice archivo, línea, valor y cómo se corrige.",
    .argument = "DIR",
    .run = run,
};
