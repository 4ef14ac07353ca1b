#include "prep/ledger.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "prep/ledger_internal.h"
#include "prep/merkle.h"
#include "prep/projection.h"

#define CHUNK_ROWS 512u /* of at most ENVELOPE_BYTES_MAX: 4 MiB */

static const struct db_statement open_statement = { "libro_abre", "SELECT libro_abre()",
                                                    0 };
static const struct db_statement append_statement = {
    "libro_agrega",
    "SELECT item, resultado, posicion, esperada "
    "FROM libro_agrega($1, $2, $3, $4, $5, $6, $7, $8)",
    8
};
static const struct db_statement *const statements[] = { &open_statement,
                                                         &append_statement };

static enum prep_status prepare(struct db *db, struct prep_reason *reason)
{
    return db_prepare(db, statements, sizeof statements / sizeof statements[0], reason);
}

/* ---- the eight columns of a batch */

enum { EMISOR, SECUENCIA, ACTA, TIPO, ANTERIOR, HASH, HOJA, SOBRE, COLUMN_COUNT };

struct columns {
    struct db_array *arrays[COLUMN_COUNT];
    struct db_param params[COLUMN_COUNT];
};

static void columns_init(struct columns *columns, const struct ledger_item *items,
                         size_t count)
{
    static const enum db_array_type types[COLUMN_COUNT] = {
        DB_ARRAY_INT4,  DB_ARRAY_INT8,  DB_ARRAY_INT8,  DB_ARRAY_INT2,
        DB_ARRAY_BYTEA, DB_ARRAY_BYTEA, DB_ARRAY_BYTEA, DB_ARRAY_BYTEA,
    };
    struct db_array **a = columns->arrays;

    for (size_t c = 0; c < COLUMN_COUNT; c++) {
        a[c] = db_array_new(types[c]);
    }
    for (size_t i = 0; i < count; i++) {
        const struct envelope *envelope = items[i].envelope;
        const Prep__Event *event = envelope->event;
        struct hash leaf;

        merkle_leaf(&envelope->entry, &leaf);
        db_array_add_int(a[EMISOR], (int32_t)event->emisor);
        db_array_add_int(a[SECUENCIA], (int64_t)event->secuencia);
        db_array_add_int(a[ACTA], (int64_t)event->acta);
        db_array_add_int(a[TIPO], (int16_t)event->cuerpo_case);
        db_array_add_bytes(a[ANTERIOR], event->anterior.data, event->anterior.len);
        db_array_add_bytes(a[HASH], envelope->hash.bytes, HASH_LEN);
        db_array_add_bytes(a[HOJA], leaf.bytes, HASH_LEN);
        db_array_add_bytes(a[SOBRE], envelope->bytes, envelope->len);
    }
    for (size_t c = 0; c < COLUMN_COUNT; c++) {
        columns->params[c] = db_array_param(a[c]);
    }
}

static void columns_done(struct columns *columns)
{
    for (size_t c = 0; c < COLUMN_COUNT; c++) {
        db_array_free(&columns->arrays[c]);
    }
}

static enum prep_status results_read(const PGresult *result, struct ledger_item *items,
                                     size_t count, struct prep_reason *reason)
{
    if ((size_t)PQntuples(result) != count) {
        return prep_fail(reason, PREP_ERR_STATE,
                         "libro_agrega contestó %d de %zu eventos", PQntuples(result),
                         count);
    }
    for (int row = 0; row < PQntuples(result); row++) {
        const int32_t item = db_int4(result, row, 0);

        assert(item >= 1 && (size_t)item <= count);
        items[item - 1].result = (enum ledger_result)db_int4(result, row, 1);
        items[item - 1].posicion = (uint64_t)db_int8(result, row, 2);
        items[item - 1].esperada = (uint64_t)db_int8(result, row, 3);
    }
    return PREP_OK;
}

static enum prep_status bound(size_t count, struct prep_reason *reason)
{
    if (count > LEDGER_BATCH_MAX) {
        return prep_fail(reason, PREP_ERR_RANGE,
                         "un lote de %zu eventos: el máximo es %u", count,
                         LEDGER_BATCH_MAX);
    }
    return PREP_OK;
}

/* ---- one step at a time, for who must read and decide between them */

enum prep_status ledger_begin(struct db *db, struct prep_reason *reason)
{
    struct db_pipeline pipeline;
    enum prep_status status = prepare(db, reason);

    if (status == PREP_OK) {
        status = projection_prepare(db, reason);
    }
    if (status != PREP_OK) {
        return status;
    }
    db_pipeline_init(&pipeline, db);
    db_pipeline_add_begin(&pipeline);
    db_pipeline_add(&pipeline, &open_statement, NULL);
    status = db_pipeline_run(&pipeline, reason);
    db_pipeline_done(&pipeline);
    return status;
}

enum prep_status ledger_append(struct db *db, struct ledger_item *items, size_t count,
                               struct prep_reason *reason)
{
    struct db_pipeline pipeline;
    struct columns columns;
    enum prep_status status = bound(count, reason);

    if (status != PREP_OK || count == 0) {
        return status;
    }
    columns_init(&columns, items, count);
    db_pipeline_init(&pipeline, db);
    db_pipeline_add(&pipeline, &append_statement, columns.params);
    status = db_pipeline_run(&pipeline, reason);
    if (status == PREP_OK) {
        status = results_read(pipeline.results[0], items, count, reason);
    }
    db_pipeline_done(&pipeline);
    columns_done(&columns);
    return status;
}

enum prep_status ledger_finish(struct db *db, const struct ledger_item *items,
                               size_t count, struct prep_reason *reason)
{
    struct projection_batch *batch;
    struct db_pipeline pipeline;
    enum prep_status status = bound(count, reason);

    if (status != PREP_OK) {
        return status;
    }
    batch = projection_batch_new(items, count);
    db_pipeline_init(&pipeline, db);
    projection_batch_add(batch, &pipeline);
    db_pipeline_add_commit(&pipeline);
    status = db_pipeline_run(&pipeline, reason);
    db_pipeline_done(&pipeline);
    projection_batch_free(&batch);
    return status;
}

/* ---- everything in two round trips */

static enum prep_status begin_and_append(struct db *db, struct ledger_item *items,
                                         size_t count, struct prep_reason *reason)
{
    struct db_pipeline pipeline;
    struct columns columns;
    enum prep_status status;

    columns_init(&columns, items, count);
    db_pipeline_init(&pipeline, db);
    db_pipeline_add_begin(&pipeline);
    db_pipeline_add(&pipeline, &append_statement, columns.params); /* locks first */
    status = db_pipeline_run(&pipeline, reason);
    if (status == PREP_OK) {
        status = results_read(pipeline.results[1], items, count, reason);
    }
    db_pipeline_done(&pipeline);
    columns_done(&columns);
    return status;
}

enum prep_status ledger_store(struct db *db, struct ledger_item *items, size_t count,
                              struct prep_reason *reason)
{
    enum prep_status status = bound(count, reason);

    if (status != PREP_OK || count == 0) {
        return status;
    }
    status = prepare(db, reason);
    if (status == PREP_OK) {
        status = projection_prepare(db, reason);
    }
    if (status == PREP_OK) {
        status = begin_and_append(db, items, count, reason);
    }
    if (status == PREP_OK) {
        status = ledger_finish(db, items, count, reason);
    }
    if (status != PREP_OK) {
        db_rollback(db);
    }
    return status;
}

/* ---- reading */

enum prep_status ledger_size(struct db *db, uint64_t *out_size,
                             struct prep_reason *reason)
{
    PGresult *result = NULL;
    const enum prep_status status =
        db_exec(db, "SELECT tamano FROM libro_cabeza", NULL, 0, true, &result, reason);

    if (status == PREP_OK) {
        *out_size = (uint64_t)db_int8(result, 0, 0);
    }
    PQclear(result);
    return status;
}

enum prep_status ledger_emitter_head(struct db *db, uint32_t emisor,
                                     uint64_t *out_secuencia, struct hash *out_hash,
                                     struct prep_reason *reason)
{
    char number[8];
    const struct db_param param = db_param_int8(number, emisor);
    PGresult *result = NULL;
    enum prep_status status =
        db_exec(db, "SELECT secuencia, hash FROM emisor_cabeza WHERE emisor = $1",
                &param, 1, true, &result, reason);

    if (status == PREP_OK && PQntuples(result) == 0) {
        *out_secuencia = 0;
        memset(out_hash, 0, sizeof *out_hash);
    } else if (status == PREP_OK && PQgetlength(result, 0, 1) != (int)HASH_LEN) {
        status = prep_fail(
            reason, PREP_ERR_STATE,
            "emisor_cabeza: el hash del emisor %" PRIu32 " no mide 32 bytes", emisor);
    } else if (status == PREP_OK) {
        *out_secuencia = (uint64_t)db_int8(result, 0, 0);
        memcpy(out_hash->bytes, PQgetvalue(result, 0, 1), HASH_LEN);
    }
    PQclear(result);
    return status;
}

enum prep_status ledger_chunk(struct db *db, uint64_t desde, uint64_t hasta,
                              unsigned max, PGresult **out_result,
                              struct prep_reason *reason)
{
    char from[8], to[8], limit[8];
    const struct db_param params[] = { db_param_int8(from, (int64_t)desde),
                                       db_param_int8(to, (int64_t)hasta),
                                       db_param_int8(limit, max) };
    PGresult *result = NULL;
    const enum prep_status status =
        db_exec(db,
                "SELECT posicion, acta, sobre, hoja FROM libro "
                "WHERE posicion >= $1 AND posicion < $2 ORDER BY posicion LIMIT $3",
                params, 3, true, &result, reason);

    if (status != PREP_OK) {
        return status;
    }
    for (int row = 0; row < PQntuples(result); row++) {
        if (db_int8(result, row, 0) != (int64_t)desde + row ||
            PQgetlength(result, row, 3) != (int)HASH_LEN) {
            PQclear(result);
            return prep_fail(reason, PREP_ERR_STATE,
                             "libro: falta o está dañada la posición %" PRIu64,
                             desde + (uint64_t)row);
        }
    }
    *out_result = result;
    return PREP_OK;
}

void ledger_chunk_entry(const PGresult *result, int row, struct ledger_entry *out_entry)
{
    out_entry->posicion = (uint64_t)db_int8(result, row, 0);
    out_entry->acta = (uint64_t)db_int8(result, row, 1);
    out_entry->envelope = PQgetvalue(result, row, 2);
    out_entry->envelope_len = (size_t)PQgetlength(result, row, 2);
    memcpy(out_entry->hoja.bytes, PQgetvalue(result, row, 3), HASH_LEN);
}

enum prep_status ledger_read(struct db *db, uint64_t desde, uint64_t hasta,
                             ledger_visit visit, void *context,
                             struct prep_reason *reason)
{
    while (desde < hasta) {
        PGresult *result = NULL;
        enum prep_status status =
            ledger_chunk(db, desde, hasta, CHUNK_ROWS, &result, reason);
        const int rows = status == PREP_OK ? PQntuples(result) : 0;

        for (int row = 0; row < rows && status == PREP_OK; row++) {
            struct ledger_entry entry;

            ledger_chunk_entry(result, row, &entry);
            status = visit(&entry, context);
        }
        PQclear(result);
        if (status != PREP_OK || rows == 0) {
            return status;
        }
        desde += (uint64_t)rows;
    }
    return PREP_OK;
}

enum prep_status ledger_evidence(struct db *db, const char *evento, const char *origen,
                                 const void *bytes, size_t len, const char *motivo,
                                 struct prep_reason *reason)
{
    const struct db_param params[] = { db_param_text(evento), db_param_text(origen),
                                       db_param_text(motivo),
                                       db_param_bytes(bytes, len) };

    return db_exec(db, "SELECT evidencia_guarda($1, $2, $3, $4)", params, 4, true, NULL,
                   reason);
}
