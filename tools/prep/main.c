/* prep: the operators' command. See command.h. */
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "command.h"

static const struct command *const commands[] = {
    &command_migra,
    &command_llaves_crea,
    &command_topologia_agrega,
    &command_topologia_verifica,
    &command_definicion_verifica,
    &command_catalogo_carga,
    &command_estado,
    &command_libro_verifica,
    &command_reproyecta,
};
#define COMMAND_COUNT (sizeof commands / sizeof commands[0])

static void help(FILE *out)
{
    fputs("prep: la orden de quien opera el PREP\n\n"
          "uso: prep SUBORDEN [OPCIONES]\n\n",
          out);
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        fprintf(out, "  %-20s  %s\n", commands[i]->name, commands[i]->summary);
    }
    fputs("\n«prep SUBORDEN --help» explica cada una.\n"
          "«prep --version» dice la versión.\n",
          out);
}

static void help_command(const struct command *command)
{
    printf("prep %s%s%s: %s\n", command->name, command->argument != NULL ? " " : "",
           command->argument != NULL ? command->argument : "", command->summary);
    if (command->text[0] != '\0') {
        printf("\n%s\n", command->text);
    }
    for (size_t i = 0; i < COMMAND_OPTIONS_MAX; i++) {
        const struct command_option *option = &command->options[i];
        char name[64];

        if (option->name == NULL) {
            break;
        }
        (void)snprintf(name, sizeof name, "%s %s", option->name,
                       option->value != NULL ? option->value : "");
        printf("%s  %-24s  %s%s\n", i == 0 ? "\n" : "", name, option->help,
               option->required ? "" : " (opcional)");
    }
}

/* The command whose words begin argv; *out_used is how many words. */
static const struct command *find(int argc, char **argv, int *out_used)
{
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        const char *space = strchr(commands[i]->name, ' ');
        const size_t first = space != NULL ? (size_t)(space - commands[i]->name)
                                           : strlen(commands[i]->name);

        if (strlen(argv[1]) != first ||
            strncmp(argv[1], commands[i]->name, first) != 0) {
            continue;
        }
        if (space == NULL) {
            *out_used = 1;
            return commands[i];
        }
        if (argc > 2 && strcmp(argv[2], space + 1) == 0) {
            *out_used = 2;
            return commands[i];
        }
    }
    return NULL;
}

static enum prep_status take(struct command_args *args, char **argv, int argc, int *at,
                             struct prep_reason *reason)
{
    const struct command_option *options = args->command->options;
    const char *word = argv[*at];

    for (size_t i = 0; i < COMMAND_OPTIONS_MAX && options[i].name != NULL; i++) {
        const size_t len = strlen(options[i].name);

        if (options[i].value != NULL && strncmp(word, options[i].name, len) == 0 &&
            word[len] == '=') {
            args->values[i] = word + len + 1;
            return PREP_OK;
        }
        if (strcmp(word, options[i].name) != 0) {
            continue;
        }
        if (options[i].value == NULL) {
            args->values[i] = "";
            return PREP_OK;
        }
        if (*at + 1 >= argc) {
            return prep_fail(reason, PREP_ERR_FORMAT, "%s: falta %s", word,
                             options[i].value);
        }
        args->values[i] = argv[++*at];
        return PREP_OK;
    }
    if (word[0] == '-' || args->command->argument == NULL || args->argument != NULL) {
        return prep_fail(reason, PREP_ERR_FORMAT,
                         "%s: no es una opción de esta orden; vea --help", word);
    }
    args->argument = word;
    return PREP_OK;
}

static enum prep_status check(const struct command_args *args,
                              struct prep_reason *reason)
{
    const struct command_option *options = args->command->options;

    for (size_t i = 0; i < COMMAND_OPTIONS_MAX && options[i].name != NULL; i++) {
        if (options[i].required && args->values[i] == NULL) {
            return prep_fail(reason, PREP_ERR_FORMAT, "falta %s %s: %s",
                             options[i].name, options[i].value, options[i].help);
        }
    }
    if (args->command->argument != NULL && args->argument == NULL) {
        return prep_fail(reason, PREP_ERR_FORMAT, "falta %s; vea --help",
                         args->command->argument);
    }
    return PREP_OK;
}

static int run(const struct command *command, int argc, char **argv, int used)
{
    struct command_args args = { .command = command };
    struct prep_reason reason = { "" };
    enum prep_status status = PREP_OK;
    int exit_code = EX_USAGE;

    for (int at = used + 1; at < argc && status == PREP_OK; at++) {
        if (strcmp(argv[at], "--help") == 0) {
            help_command(command);
            return EX_OK;
        }
        status = take(&args, argv, argc, &at, &reason);
    }
    if (status == PREP_OK) {
        status = check(&args, &reason);
    }
    if (status == PREP_OK) {
        status = command->run(&args, &reason);
        exit_code = prep_exit_code(status);
    }
    if (status != PREP_OK) {
        (void)fflush(stdout);
        fprintf(stderr, "prep %s: %s\n", command->name, reason.text);
    } else if (fflush(stdout) != 0) {
        perror("prep: stdout");
        return EX_IOERR;
    }
    return exit_code;
}

int main(int argc, char **argv)
{
    const struct command *command;
    int used = 0;

    if (argc >= 2 && strcmp(argv[1], "--help") == 0) {
        help(stdout);
        return EX_OK;
    }
    if (argc >= 2 && strcmp(argv[1], "--version") == 0) {
        puts("prep " PREP_VERSION);
        return EX_OK;
    }
    command = argc >= 2 ? find(argc, argv, &used) : NULL;
    if (command == NULL && argc >= 2) {
        fprintf(stderr, "prep: «%s%s%s» no es una suborden\n\n", argv[1],
                argc > 2 ? " " : "", argc > 2 ? argv[2] : "");
    }
    if (command == NULL) {
        help(stderr);
        return EX_USAGE;
    }
    return run(command, argc, argv, used);
}
