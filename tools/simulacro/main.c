/* prep-simulacro: plays a published night again, and compares what comes out. */
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "simulacro/ordenes.h"

static const struct orden ordenes[] = {
    { "importa", "convierte una base PREP publicada en una elección lista para correr",
      orden_importa },
    { "corre", "reproduce los hechos de esa noche contra los servicios en marcha",
      orden_corre },
    { "compara", "compara lo publicado con la base original, celda por celda",
      orden_compara },
};

#define ORDEN_COUNT (sizeof ordenes / sizeof ordenes[0])

static void usage(FILE *out)
{
    fprintf(out,
            "uso: prep-simulacro ORDEN [opciones]\n\n"
            "Reproduce una noche electoral ya publicada y comprueba que el sistema\n"
            "publica lo mismo.\n\nórdenes:\n");
    for (size_t i = 0; i < ORDEN_COUNT; i++) {
        fprintf(out, "  %-9s %s\n", ordenes[i].nombre, ordenes[i].resumen);
    }
    fprintf(out, "\n  prep-simulacro ORDEN --help explica cada una.\n"
                 "  --version  muestra la versión.\n");
}

int main(int argc, char **argv)
{
    struct prep_reason reason = { "" };

    if (argc < 2) {
        usage(stderr);
        return EX_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        usage(stdout);
        return 0;
    }
    if (strcmp(argv[1], "--version") == 0) {
        printf("prep-simulacro %s\n", PREP_VERSION);
        return 0;
    }
    for (size_t i = 0; i < ORDEN_COUNT; i++) {
        enum prep_status status;

        if (strcmp(argv[1], ordenes[i].nombre) != 0) {
            continue;
        }
        status = ordenes[i].ejecuta(argc - 1, argv + 1, &reason);
        if (status != PREP_OK && reason.text[0] != '\0') {
            fprintf(stderr, "prep-simulacro %s: %s\n", argv[1], reason.text);
        }
        return prep_exit_code(status);
    }
    fprintf(stderr, "prep-simulacro: «%s» no es una orden; vea prep-simulacro --help\n",
            argv[1]);
    return EX_USAGE;
}
