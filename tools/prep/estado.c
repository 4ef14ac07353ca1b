/* prep estado: how far the night is, from the database. */
#include <stdio.h>

#include "command.h"

static enum prep_status show_line(struct db *db, const char *sql,
                                  struct prep_reason *reason)
{
    PGresult *result = NULL;
    const enum prep_status status = db_exec(db, sql, NULL, 0, false, &result, reason);

    for (int row = 0; status == PREP_OK && row < PQntuples(result); row++) {
        for (int column = 0; column < PQnfields(result); column++) {
            printf("%s%s %s", column == 0 ? "" : ", ", PQfname(result, column),
                   PQgetisnull(result, row, column) ? "-"
                                                    : PQgetvalue(result, row, column));
        }
        putchar('\n');
    }
    PQclear(result);
    return status;
}

static enum prep_status run(const struct command_args *args, struct prep_reason *reason)
{
    static const char *const queries[] = {
        "SELECT max(numero) AS migración FROM migracion",
        "SELECT proceso, CASE modo WHEN 1 THEN 'oficial' ELSE 'simulacro' END AS modo, "
        "actas AS \"actas en catálogo\" FROM proceso",
        "SELECT tamano AS \"libro: eventos\", (SELECT date_trunc('second', recibido) "
        "FROM libro WHERE posicion = tamano - 1) AS último FROM libro_cabeza",
        "SELECT eleccion AS elección, count(*) AS actas, count(acopio_hash) AS "
        "acopiadas, "
        "count(*) FILTER (WHERE sin_acta <> 0) AS \"sin acta\", "
        "count(imagen_hash) AS digitalizadas, count(captura1_hash) AS capturadas, "
        "count(verificacion_hash) AS verificadas, count(cotejo_hash) AS cotejadas "
        "FROM acta GROUP BY eleccion ORDER BY eleccion",
        "SELECT emisor, secuencia AS eventos FROM emisor_cabeza ORDER BY emisor",
    };
    struct db *db = NULL;
    enum prep_status status = command_connect(args, false, &db, reason);

    if (status != PREP_OK) {
        return status;
    }
    status = db_begin_snapshot(db, reason);
    for (size_t i = 0; i < sizeof queries / sizeof queries[0] && status == PREP_OK;
         i++) {
        status = show_line(db, queries[i], reason);
    }
    db_rollback(db);
    db_close(&db);
    return status;
}

const struct command command_estado = {
    .name = "estado",
    .summary = "dice cuánto va: eventos, actas en cada etapa y emisores",
    .text = "Basta el rol prep_lectura.",
    .options = { OPTION_BASE },
    .run = run,
};
