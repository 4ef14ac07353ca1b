/* The `acta` table thrown away and folded again from the ledger. */
#include <assert.h>
#include <stdlib.h>

#include "prep/ledger_internal.h"
#include "prep/projection.h"

#define CHUNK_ROWS 1000u
static_assert(CHUNK_ROWS <= LEDGER_BATCH_MAX, "a chunk is folded as one batch");

static enum prep_status plain(struct db *db, const char *sql,
                              struct prep_reason *reason)
{
    return db_exec(db, sql, NULL, 0, true, NULL, reason);
}

/* Everything that events wrote; rows of the catalogue stay, the others come back. */
static enum prep_status empty(struct db *db, struct prep_reason *reason)
{
    enum prep_status status = plain(db, "SET LOCAL statement_timeout = 0", reason);

    if (status == PREP_OK) {
        status = plain(db, "DELETE FROM acta WHERE id >> 52 = 1", reason);
    }
    if (status == PREP_OK) {
        status = plain(
            db,
            "UPDATE acta SET acopio_ms = NULL, acopio_hash = NULL, mecanismo = NULL, "
            "acopio_documento = NULL, sin_acta = NULL, identificacion = NULL, "
            "imagen_ms = NULL, imagen_hash = NULL, imagen_sha256 = NULL, "
            "imagen_bytes = NULL, imagen_formato = NULL, imagen_origen = NULL, "
            "imagen_digitalizacion = NULL, imagen_documento = NULL, "
            "captura1_ms = NULL, captura1_hash = NULL, captura1_operador = NULL, "
            "captura1_celdas = NULL, captura2_ms = NULL, captura2_hash = NULL, "
            "captura2_operador = NULL, captura2_celdas = NULL, captura3_ms = NULL, "
            "captura3_hash = NULL, captura3_operador = NULL, captura3_celdas = NULL, "
            "verificacion_ms = NULL, verificacion_hash = NULL, "
            "verificacion_celdas = NULL, cotejo = NULL, cotejo_ms = NULL, "
            "cotejo_hash = NULL, imagenes = NULL, correccion_numero = NULL, "
            "correccion_ms = NULL, correccion_hash = NULL, correccion_celdas = NULL, "
            "duda_acopio = NULL, duda_imagen = NULL "
            "WHERE coalesce(acopio_hash, imagen_hash, captura1_hash, captura2_hash, "
            "captura3_hash, verificacion_hash, cotejo_hash, correccion_hash, "
            "duda_acopio, duda_imagen) IS NOT "
            "NULL",
            reason);
    }
    return status;
}

static enum prep_status fold_chunk(struct db *db, const struct topology *topology,
                                   const PGresult *chunk, struct envelope *envelopes,
                                   struct ledger_item *items,
                                   struct prep_reason *reason)
{
    const int rows = PQntuples(chunk);
    enum prep_status status = PREP_OK;
    int opened = 0;

    for (; opened < rows && status == PREP_OK; opened++) {
        struct ledger_entry entry;

        ledger_chunk_entry(chunk, opened, &entry);
        status = envelope_open_trusted(topology, entry.envelope, entry.envelope_len,
                                       &envelopes[opened], reason);
        if (status != PREP_OK) {
            break;
        }
        items[opened] = (struct ledger_item){ .envelope = &envelopes[opened],
                                              .result = LEDGER_NEW,
                                              .posicion = entry.posicion };
    }
    if (status == PREP_OK) {
        status = projection_apply(db, items, (size_t)rows, reason);
    }
    while (opened > 0) {
        envelope_close(&envelopes[--opened]);
    }
    return status;
}

static enum prep_status fold(struct db *db, const struct topology *topology,
                             struct prep_reason *reason)
{
    struct envelope *envelopes = calloc(CHUNK_ROWS, sizeof *envelopes);
    struct ledger_item *items = calloc(CHUNK_ROWS, sizeof *items);
    enum prep_status status = PREP_OK;
    uint64_t size = 0, next = 0;

    if (envelopes == NULL || items == NULL) {
        status = prep_fail(reason, PREP_ERR_MEMORY, "no hay memoria para reproyectar");
    }
    if (status == PREP_OK) {
        status = ledger_size(db, &size, reason);
    }
    while (status == PREP_OK && next < size) {
        PGresult *chunk = NULL;

        status = ledger_chunk(db, next, size, CHUNK_ROWS, &chunk, reason);
        if (status == PREP_OK && PQntuples(chunk) == 0) {
            status = prep_fail(reason, PREP_ERR_STATE,
                               "libro: falta la posición %llu de %llu",
                               (unsigned long long)next, (unsigned long long)size);
        }
        if (status == PREP_OK) {
            status = fold_chunk(db, topology, chunk, envelopes, items, reason);
            next += (uint64_t)PQntuples(chunk);
        }
        PQclear(chunk);
    }
    free(envelopes);
    free(items);
    return status;
}

enum prep_status projection_rebuild(struct db *db, const struct topology *topology,
                                    struct prep_reason *reason)
{
    enum prep_status status = ledger_begin(db, reason); /* nobody appends meanwhile */

    if (status == PREP_OK) {
        status = empty(db, reason);
    }
    if (status == PREP_OK) {
        status = fold(db, topology, reason);
    }
    if (status == PREP_OK) {
        status = db_commit(db, reason);
    }
    if (status != PREP_OK) {
        db_rollback(db);
    }
    return status;
}
