#include "command.h"

#include <assert.h>
#include <string.h>

const char *command_value(const struct command_args *args, const char *name)
{
    const struct command_option *options = args->command->options;

    for (size_t i = 0; i < COMMAND_OPTIONS_MAX && options[i].name != NULL; i++) {
        if (strcmp(options[i].name, name) == 0) {
            return args->values[i];
        }
    }
    assert(!"an option that the command does not declare");
    return NULL;
}

enum prep_status command_connect(const struct command_args *args, bool as_owner,
                                 struct db **out_db, struct prep_reason *reason)
{
    struct db *db = NULL;
    enum prep_status status =
        db_open(command_value(args, "--base"), "prep", &db, reason);

    if (status == PREP_OK) { /* an operator's command takes the time it needs */
        status = db_exec(db, "SET statement_timeout = 0", NULL, 0, true, NULL, reason);
    }
    if (status == PREP_OK && as_owner) {
        status = db_exec(db, "SET ROLE prep_dueno", NULL, 0, true, NULL, reason);
    }
    if (status != PREP_OK) {
        db_close(&db);
        return status;
    }
    *out_db = db;
    return PREP_OK;
}
