/* publica_db_libro.c - the statements of publica_db.h that read the ledger. */
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fila_binaria.h"
#include "publica_db.h"

#define CURSOR_ROWS "4096"

static struct db_param text_param(const char *text)
{
    return (struct db_param){ .value = text };
}

#define NUMBER_SIZE 24u
static void number(uint64_t value, char out_text[static NUMBER_SIZE])
{
    (void)snprintf(out_text, NUMBER_SIZE, "%" PRIu64, value);
}

enum prep_status publica_db_cambiadas(struct db *db, uint64_t desde, uint64_t hasta,
                                      uint64_t **out_ids, size_t *out_count,
                                      struct prep_reason *reason)
{
    char from[NUMBER_SIZE], to[NUMBER_SIZE];
    struct db_param params[2];
    PGresult *result = NULL;
    enum prep_status status;
    uint64_t *ids;
    int count;

    number(desde, from);
    number(hasta, to);
    params[0] = text_param(from);
    params[1] = text_param(to);
    status = db_exec(db,
                     "SELECT DISTINCT acta FROM libro WHERE posicion >= $1::bigint"
                     " AND posicion < $2::bigint AND acta BETWEEN 1 AND 2147483647",
                     params, 2, true, &result, reason);
    if (status != PREP_OK) {
        return status;
    }
    count = PQntuples(result);
    ids = malloc(((size_t)count + 1) * sizeof *ids);
    if (ids == NULL) {
        PQclear(result);
        return prep_fail(reason, PREP_ERR_MEMORY, "sin memoria");
    }
    for (int i = 0; i < count; i++) {
        ids[i] = (uint64_t)db_int8(result, i, 0);
    }
    PQclear(result);
    *out_ids = ids;
    *out_count = (size_t)count;
    return PREP_OK;
}

enum prep_status publica_db_hojas(struct db *db, uint64_t desde, uint64_t hasta,
                                  hoja_visit visit, void *context,
                                  struct prep_reason *reason)
{
    char from[NUMBER_SIZE], to[NUMBER_SIZE];
    struct db_param params[2];
    enum prep_status status;
    uint64_t next = desde;
    int rows;

    if (desde == hasta) {
        return PREP_OK;
    }
    number(desde, from);
    number(hasta, to);
    params[0] = text_param(from);
    params[1] = text_param(to);
    status = db_exec(db,
                     "DECLARE hojas BINARY CURSOR FOR SELECT posicion, hoja FROM libro"
                     " WHERE posicion >= $1::bigint AND posicion < $2::bigint"
                     " ORDER BY posicion",
                     params, 2, false, NULL, reason);
    if (status != PREP_OK) {
        return status;
    }
    do {
        PGresult *result = NULL;

        status = db_exec(db, "FETCH " CURSOR_ROWS " FROM hojas", NULL, 0, true, &result,
                         reason);
        rows = status == PREP_OK ? PQntuples(result) : 0;
        for (int i = 0; i < rows && status == PREP_OK; i++) {
            struct hash hoja;

            if ((uint64_t)db_int8(result, i, 0) != next ||
                PQgetlength(result, i, 1) != (int)HASH_LEN) {
                status = prep_fail(reason, PREP_ERR_GAP,
                                   "libro: falta la posición %" PRIu64, next);
                break;
            }
            memcpy(hoja.bytes, PQgetvalue(result, i, 1), HASH_LEN);
            visit(context, &hoja);
            next++;
        }
        PQclear(result);
    } while (rows > 0 && status == PREP_OK);
    if (status == PREP_OK) {
        status = db_exec(db, "CLOSE hojas", NULL, 0, false, NULL, reason);
    }
    if (status == PREP_OK && next != hasta) {
        status =
            prep_fail(reason, PREP_ERR_GAP, "libro: falta la posición %" PRIu64, next);
    }
    return status;
}

/* One at a time through the index of cortes (0006_publica.sql): nearly always the first
 * is all that is wanted. */
enum prep_status publica_db_cortes(struct db *db, uint64_t desde, corte_visit visit,
                                   void *context, struct prep_reason *reason)
{
    char from[NUMBER_SIZE], before[NUMBER_SIZE];
    uint64_t posicion = INT64_MAX;
    enum prep_status status;
    bool stop = false;

    number(desde, from);
    do {
        struct db_param params[2];
        PGresult *result = NULL;

        number(posicion, before);
        params[0] = text_param(from);
        params[1] = text_param(before);
        status = db_exec(db,
                         "SELECT posicion, sobre FROM libro WHERE tipo = 22"
                         " AND posicion >= $1::bigint AND posicion < $2::bigint"
                         " ORDER BY posicion DESC LIMIT 1",
                         params, 2, true, &result, reason);
        if (status == PREP_OK && PQntuples(result) == 0) {
            stop = true;
        } else if (status == PREP_OK) {
            posicion = (uint64_t)db_int8(result, 0, 0);
            status = visit(context, posicion, PQgetvalue(result, 0, 1),
                           (size_t)PQgetlength(result, 0, 1), &stop, reason);
        }
        PQclear(result);
    } while (status == PREP_OK && !stop);
    return status;
}

enum prep_status publica_db_hay_actas(struct db *db, uint64_t desde, bool *out_hay,
                                      struct prep_reason *reason)
{
    PGresult *result = NULL;
    struct db_param param;
    enum prep_status status;
    char from[NUMBER_SIZE];

    number(desde, from);
    param = text_param(from);
    status = db_exec(db,
                     "SELECT EXISTS (SELECT 1 FROM libro WHERE posicion >= $1::bigint"
                     " AND acta <> 0)",
                     &param, 1, true, &result, reason);
    if (status == PREP_OK) {
        *out_hay = db_bool(result, 0, 0);
    }
    PQclear(result);
    return status;
}

static enum prep_status arbol_fila(struct arbol *arbol, struct fila *fila,
                                   struct prep_reason *reason)
{
    char texts[5][CATALOGO_TEXTO_MAX];
    struct arbol_acta acta = { .id = (uint64_t)fila_int(fila),
                               .eleccion = (uint32_t)fila_int(fila),
                               .entidad = texts[0],
                               .entidad_nombre = texts[1],
                               .territorio = texts[2],
                               .territorio_nombre = texts[3],
                               .seccion = texts[4] };

    for (size_t i = 0; i < 5; i++) {
        fila_text(fila, texts[i], sizeof texts[i]);
    }
    if (fila->broken) {
        return prep_fail(reason, PREP_ERR_STATE, "catálogo: renglón no entendido");
    }
    return arbol_agrega(arbol, &acta, reason);
}

enum prep_status publica_db_arbol(struct db *db, struct arbol *arbol,
                                  struct prep_reason *reason)
{
    enum prep_status status;
    int rows;

    status = db_exec(db,
                     "DECLARE arbol BINARY CURSOR FOR SELECT id, eleccion, entidad,"
                     " entidad_nombre, territorio, territorio_nombre, seccion"
                     " FROM catalogo ORDER BY id",
                     NULL, 0, false, NULL, reason);
    if (status != PREP_OK) {
        return status;
    }
    do {
        PGresult *result = NULL;

        status = db_exec(db, "FETCH " CURSOR_ROWS " FROM arbol", NULL, 0, true, &result,
                         reason);
        rows = status == PREP_OK ? PQntuples(result) : 0;
        for (int i = 0; i < rows && status == PREP_OK; i++) {
            struct fila fila;

            fila_result(&fila, result, i);
            status = arbol_fila(arbol, &fila, reason);
        }
        PQclear(result);
    } while (rows > 0 && status == PREP_OK);
    if (status == PREP_OK) {
        status = db_exec(db, "CLOSE arbol", NULL, 0, false, NULL, reason);
    }
    return status == PREP_OK ? arbol_cierra(arbol, reason) : status;
}
