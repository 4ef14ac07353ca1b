/*
 * command.h - one subcommand of `prep`: its name, its options and what it does.
 *
 * PURPOSE
 *     Every subcommand is one file that defines one or more const struct command;
 *     main.c lists them. Options are checked before run() is called: those that
 *     are required are there, and there are no others.
 *
 * OUTPUT
 *     What was asked for goes to stdout, in Spanish. run() returns a status and a
 *     reason; main.c prints the reason on stderr and gives the exit code.
 */
#ifndef PREP_TOOLS_COMMAND_H
#define PREP_TOOLS_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"
#include "prep/db.h"

#define COMMAND_OPTIONS_MAX 12u

struct command_option {
    const char *name;  /* "--base" */
    const char *value; /* what help calls its value; NULL for a flag */
    const char *help;
    bool required;
};

struct command_args {
    const struct command *command;
    const char *values[COMMAND_OPTIONS_MAX]; /* "" for a flag given, NULL if absent */
    const char *argument;                    /* what is not an option, or NULL */
};

struct command {
    const char *name;     /* "libro verifica" */
    const char *summary;  /* one line for `prep --help` */
    const char *text;     /* the rest of its own help; may be "" */
    const char *argument; /* "DIR" when it takes one, required; else NULL */
    struct command_option options[COMMAND_OPTIONS_MAX]; /* up to one without name */
    enum prep_status (*run)(const struct command_args *args,
                            struct prep_reason *reason);
};

/* The value given to an option of this command, or NULL. */
const char *command_value(const struct command_args *args, const char *name);

/* Connects to --base; what changes the database runs as its owner, prep_dueno. */
PREP_MUST_CHECK
enum prep_status command_connect(const struct command_args *args, bool as_owner,
                                 struct db **out_db, struct prep_reason *reason);

extern const struct command command_migra, command_llaves_crea,
    command_topologia_agrega, command_topologia_verifica, command_definicion_verifica,
    command_catalogo_carga, command_estado, command_reproyecta, command_libro_verifica;

#define OPTION_BASE                                                                    \
    {                                                                                  \
        "--base", "CONEXION",                                                          \
            "base de datos, como la escribe libpq: \"host=... dbname=prep\"", true     \
    }
#define OPTION_TOPOLOGIA                                                               \
    {                                                                                  \
        "--topologia", "ARCHIVO", "topologia.yaml", true                               \
    }

#endif
