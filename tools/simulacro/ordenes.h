/*
 * ordenes.h - the subcommands of prep-simulacro, one table.
 *
 * A subcommand gets its own argc and argv (argv[0] is its name), prints its own
 * --help and returns a status; the main turns that into the exit code.
 */
#ifndef PREP_SIMULACRO_ORDENES_H
#define PREP_SIMULACRO_ORDENES_H

#include "base/status.h"

struct orden {
    const char *nombre;
    const char *resumen; /* one line, in Spanish */
    enum prep_status (*ejecuta)(int argc, char **argv, struct prep_reason *reason);
};

enum prep_status orden_importa(int argc, char **argv, struct prep_reason *reason);
enum prep_status orden_corre(int argc, char **argv, struct prep_reason *reason);
enum prep_status orden_compara(int argc, char **argv, struct prep_reason *reason);

#endif
