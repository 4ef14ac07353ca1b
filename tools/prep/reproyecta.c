/* prep reproyecta: the state of each acta, made again from the ledger. */
#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "command.h"
#include "prep/projection.h"

/* One hash of every row in order: the same table, the same hash. */
static enum prep_status table_hash(struct db *db, struct hash *out_hash,
                                   struct prep_reason *reason)
{
    PGresult *result = NULL;
    const enum prep_status status = db_exec(
        db,
        "SELECT sha256(coalesce(string_agg(sha256(convert_to(a::text, 'UTF8')), '' "
        "ORDER BY a.id), '')) FROM acta a",
        NULL, 0, true, &result, reason);

    if (status == PREP_OK) {
        memcpy(out_hash->bytes, PQgetvalue(result, 0, 0), HASH_LEN);
    }
    PQclear(result);
    return status;
}

static enum prep_status run(const struct command_args *args, struct prep_reason *reason)
{
    struct topology *topology = NULL;
    struct hash before, after;
    struct db *db = NULL;
    enum prep_status status =
        topology_load(command_value(args, "--topologia"), &topology, reason);

    if (status == PREP_OK) {
        status = command_connect(args, true, &db, reason);
    }
    if (status == PREP_OK) {
        status = table_hash(db, &before, reason);
    }
    if (status == PREP_OK) {
        status = projection_rebuild(db, topology, reason);
    }
    if (status == PREP_OK) {
        status = table_hash(db, &after, reason);
    }
    if (status == PREP_OK) {
        puts(hash_equal(&before, &after)
                 ? "acta: reproyectada del libro; quedó igual que estaba"
                 : "acta: reproyectada del libro; CAMBIÓ");
    }
    db_close(&db);
    topology_free(&topology);
    return status;
}

const struct command command_reproyecta = {
    .name = "reproyecta",
    .summary = "rehace la tabla acta a partir del libro",
    .text =
        "Detiene a quien quiera agregar al libro mientras dura. Dice si la tabla\n"
        "cambió: si nadie la tocó por fuera, queda igual (con el PREP detenido; en\n"
        "marcha, también cambia porque llegan eventos).",
    .options = { OPTION_BASE, OPTION_TOPOLOGIA },
    .run = run,
};
