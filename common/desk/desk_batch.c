#include "desk/desk_batch.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "desk/desk_work.h"
#include "prep/acta_id.h"

#define EVENTS_MAX (2 * DESK_BATCH_MAX) /* a Captura and its Verificacion */

static const struct db_statement release_statement = {
    "desk_suelta",
    /* In order, so that it never waits in a ring for who is claiming. */
    "DELETE FROM reclamo r USING ("
    " SELECT x.acta, x.paso FROM reclamo x"
    " JOIN unnest($1::bigint[], $2::integer[]) AS u(acta, paso)"
    "  ON x.acta = u.acta AND x.paso = u.paso"
    " ORDER BY x.acta, x.paso FOR UPDATE OF x"
    ") s WHERE r.acta = s.acta AND r.paso = s.paso",
    2
};

struct desk_batch {
    struct desk_batch_options options;
    struct emitter emitter;
    struct db_array *ids, *pasos;
    struct desk_acta actas[DESK_BATCH_MAX]; /* by id */
    size_t acta_count;
    struct buffer signed_bytes;
    size_t ends[EVENTS_MAX]; /* of each envelope in signed_bytes */
    struct envelope envelopes[EVENTS_MAX];
    struct ledger_item items[EVENTS_MAX];
    size_t event_count;  /* signed */
    size_t opened_count; /* envelopes to close */
};

struct desk_batch *desk_batch_new(const struct desk_batch_options *options)
{
    struct desk_batch *batch = calloc(1, sizeof *batch);

    if (batch == NULL) {
        abort();
    }
    batch->options = *options;
    emitter_init(&batch->emitter, options->keys, options->self,
                 options->definicion->proceso,
                 options->definicion->modo == MODO_SIMULACRO);
    buffer_init(&batch->signed_bytes, (size_t)EVENTS_MAX * ENVELOPE_BYTES_MAX);
    batch->ids = db_array_new(DB_ARRAY_INT8);
    batch->pasos = db_array_new(DB_ARRAY_INT4);
    return batch;
}

static void events_clear(struct desk_batch *batch)
{
    for (size_t i = 0; i < batch->opened_count; i++) {
        envelope_close(&batch->envelopes[i]);
    }
    batch->opened_count = 0;
    batch->event_count = 0;
    buffer_clear(&batch->signed_bytes);
}

void desk_batch_free(struct desk_batch **batch)
{
    if (*batch != NULL) {
        events_clear(*batch);
        buffer_done(&(*batch)->signed_bytes);
        db_array_free(&(*batch)->ids);
        db_array_free(&(*batch)->pasos);
        free(*batch);
        *batch = NULL;
    }
}

enum prep_status desk_batch_restore(struct desk_batch *batch,
                                    struct prep_reason *reason)
{
    uint64_t secuencia;
    struct hash anterior;
    enum prep_status status = ledger_emitter_head(
        batch->options.db, batch->options.self->numero, &secuencia, &anterior, reason);

    if (status == PREP_OK) {
        emitter_restore(&batch->emitter, secuencia, &anterior);
    }
    return status;
}

/* ---- the state to decide on */

static void no_aplica_read(struct desk_acta *acta, const PGresult *result, int row,
                           int column)
{
    size_t len = (size_t)PQgetlength(result, row, column);

    memset(acta->no_aplica, 0, sizeof acta->no_aplica);
    if (len > sizeof acta->no_aplica) {
        len = sizeof acta->no_aplica; /* the loader wrote no more than this */
    }
    memcpy(acta->no_aplica, PQgetvalue(result, row, column), len);
}

static enum prep_status actas_read(struct desk_batch *batch,
                                   const struct desk_entry *entries, size_t count,
                                   struct prep_reason *reason)
{
    struct db_param param;
    PGresult *result = NULL;
    enum prep_status status;
    int extra;

    db_array_clear(batch->ids);
    for (size_t i = 0; i < count; i++) {
        db_array_add_int(batch->ids, (int64_t)entries[i].acta);
    }
    param = db_array_param(batch->ids);
    batch->acta_count = 0;
    status = desk_query(batch->options.db, batch->options.stage->actas, &param, &result,
                        reason);
    if (status != PREP_OK) {
        return status;
    }
    extra = PQnfields(result) - 1 - (int)DESK_PASO_MAX; /* no_aplica, claimers */
    for (int row = 0; row < PQntuples(result) && status == PREP_OK; row++) {
        struct desk_acta *acta = &batch->actas[batch->acta_count];

        status = projection_row(result, row, &acta->row, reason);
        if (status != PREP_OK) {
            break;
        }
        acta->eleccion =
            acta_id_es_de_catalogo(acta->row.id)
                ? definicion_eleccion(batch->options.definicion, acta->row.eleccion)
                : NULL;
        no_aplica_read(acta, result, row, extra);
        for (int paso = 0; paso < (int)DESK_PASO_MAX; paso++) {
            acta->reclamo[paso] = (uint32_t)db_int4(result, row, extra + 1 + paso);
        }
        batch->acta_count++;
    }
    PQclear(result);
    return status;
}

static int acta_order(const void *key, const void *item)
{
    const uint64_t id = *(const uint64_t *)key;
    const struct desk_acta *acta = item;

    return (id > acta->row.id) - (id < acta->row.id);
}

static struct desk_acta *acta_find(const struct desk_batch *batch, uint64_t id)
{
    return bsearch(&id, batch->actas, batch->acta_count, sizeof batch->actas[0],
                   acta_order);
}

/* ---- what is written. Each fact changes the state that the next entry of the same
 * batch is decided on, exactly as the projection will. */

static ProtobufCBinaryData hash_field(const struct hash *hash)
{
    /* Only read by the packer. */
    return (ProtobufCBinaryData){ HASH_LEN, (uint8_t *)(uintptr_t)hash->bytes };
}

static enum prep_status event_sign_as_is(struct desk_batch *batch, Prep__Event *event,
                                         struct hash *out_hash,
                                         struct prep_reason *reason)
{
    enum prep_status status;

    status = envelope_event_check(batch->options.self, event, reason);
    if (status != PREP_OK) {
        return status; /* our own mistake: the decision let it through */
    }
    emitter_sign(&batch->emitter, event, &batch->signed_bytes, out_hash);
    batch->ends[batch->event_count++] = batch->signed_bytes.len;
    return PREP_OK;
}

static enum prep_status event_sign(struct desk_batch *batch, Prep__Event *event,
                                   const struct desk_entry *entry,
                                   struct hash *out_hash, struct prep_reason *reason)
{
    event->acta = entry->acta;
    event->hora_ms = entry->hora_ms;
    return event_sign_as_is(batch, event, out_hash, reason);
}

static enum prep_status captura_sign(struct desk_batch *batch,
                                     const struct desk_entry *entry,
                                     const struct desk_decision *decision,
                                     struct desk_acta *acta, struct prep_reason *reason)
{
    struct acta_row *row = &acta->row;
    const size_t slot = decision->paso - 1;
    Prep__Event event = PREP__EVENT__INIT;
    Prep__Captura body = PREP__CAPTURA__INIT;
    enum prep_status status;

    body.paso = decision->paso;
    body.operador = entry->operador;
    body.n_celdas = entry->celda_count;
    body.celdas = (int32_t *)(uintptr_t)entry->celdas; /* only read by the packer */
    event.cuerpo_case = PREP__EVENT__CUERPO_CAPTURA;
    event.captura = &body;
    if (slot > 0) {
        event.sigue_a = hash_field(&row->captura_hash[slot - 1]);
    } else if (row->tiene_imagen) {
        event.sigue_a = hash_field(&row->imagen_hash);
    } else if (row->tiene_acopio) {
        event.sigue_a = hash_field(&row->acopio_hash);
    }
    status = event_sign(batch, &event, entry, &row->captura_hash[slot], reason);
    if (status == PREP_OK) {
        row->tiene_captura[slot] = true;
        row->captura_ms[slot] = entry->hora_ms;
        row->captura_operador[slot] = entry->operador;
        row->captura_count[slot] = entry->celda_count;
        memcpy(row->captura[slot], entry->celdas,
               entry->celda_count * sizeof entry->celdas[0]);
        acta->reclamo[slot] = 0;
        db_array_add_int(batch->ids, (int64_t)entry->acta);
        db_array_add_int(batch->pasos, decision->paso);
    }
    return status;
}

static enum prep_status verificacion_sign(struct desk_batch *batch,
                                          const struct desk_entry *entry,
                                          const struct desk_decision *decision,
                                          struct desk_acta *acta,
                                          struct prep_reason *reason)
{
    struct acta_row *row = &acta->row;
    Prep__Event event = PREP__EVENT__INIT;
    Prep__Verificacion body = PREP__VERIFICACION__INIT;
    ProtobufCBinaryData capturas[DESK_PASO_MAX];
    enum prep_status status;

    for (size_t paso = 1; paso <= DESK_PASO_MAX; paso++) {
        if ((decision->descansa >> paso) & 1) {
            capturas[body.n_capturas++] = hash_field(&row->captura_hash[paso - 1]);
        }
    }
    body.capturas = capturas;
    body.metodo = decision->metodo;
    body.operador = entry->operador;
    body.n_celdas = entry->celda_count;
    body.celdas = (int32_t *)(uintptr_t)decision->celdas;
    event.cuerpo_case = PREP__EVENT__CUERPO_VERIFICACION;
    event.verificacion = &body;
    event.sigue_a = hash_field(&row->captura_hash[decision->paso - 1]);
    status = event_sign(batch, &event, entry, &row->verificacion_hash, reason);
    if (status == PREP_OK) {
        row->tiene_verificacion = true;
        row->verificacion_ms = entry->hora_ms;
        row->verificacion_count = entry->celda_count;
        memcpy(row->verificacion, decision->celdas, entry->celda_count * sizeof(celda));
    }
    return status;
}

static enum prep_status cotejo_sign(struct desk_batch *batch,
                                    const struct desk_entry *entry,
                                    struct desk_acta *acta, struct prep_reason *reason)
{
    Prep__Event event = PREP__EVENT__INIT;
    Prep__Cotejo body = PREP__COTEJO__INIT;
    enum prep_status status;

    body.resultado = entry->resultado;
    body.operador = entry->operador;
    event.cuerpo_case = PREP__EVENT__CUERPO_COTEJO;
    event.cotejo = &body;
    event.sigue_a = hash_field(&acta->row.verificacion_hash);
    status = event_sign(batch, &event, entry, NULL, reason);
    if (status == PREP_OK) {
        acta->row.tiene_cotejo = true;
        acta->row.cotejo = entry->resultado;
    }
    return status;
}

static enum prep_status decide_all(struct desk_batch *batch,
                                   const struct desk_entry *entries, size_t count,
                                   struct desk_decision *decisions,
                                   struct prep_reason *reason)
{
    enum prep_status status = PREP_OK;

    db_array_clear(batch->ids);
    db_array_clear(batch->pasos);
    for (size_t i = 0; i < count && status == PREP_OK; i++) {
        struct desk_acta *acta = acta_find(batch, entries[i].acta);

        memset(&decisions[i], 0, sizeof decisions[i]);
        batch->options.stage->decide(&entries[i], acta, &decisions[i]);
        assert(decisions[i].result != 0);
        if (decisions[i].paso != 0) {
            status = captura_sign(batch, &entries[i], &decisions[i], acta, reason);
        }
        if (status == PREP_OK && decisions[i].metodo != 0) {
            status = verificacion_sign(batch, &entries[i], &decisions[i], acta, reason);
        }
        if (status == PREP_OK && decisions[i].result == DESK_COTEJADA) {
            status = cotejo_sign(batch, &entries[i], acta, reason);
        }
    }
    return status;
}

/* ---- the transaction */

static enum prep_status append(struct desk_batch *batch, struct prep_reason *reason)
{
    const uint8_t *bytes = (const uint8_t *)batch->signed_bytes.data;
    size_t start = 0;
    enum prep_status status;

    for (size_t i = 0; i < batch->event_count; i++) {
        status =
            envelope_open_trusted(batch->options.topology, bytes + start,
                                  batch->ends[i] - start, &batch->envelopes[i], reason);
        if (status != PREP_OK) {
            return status;
        }
        batch->opened_count++;
        batch->items[i] = (struct ledger_item){ .envelope = &batch->envelopes[i] };
        start = batch->ends[i];
    }
    status = ledger_append(batch->options.db, batch->items, batch->event_count, reason);
    for (size_t i = 0; i < batch->event_count && status == PREP_OK; i++) {
        if (batch->items[i].result != LEDGER_NEW) {
            status =
                prep_fail(reason, PREP_ERR_CONFLICT,
                          "la cadena del emisor %u avanzó sin este proceso: otro "
                          "usa la llave de %s; deténgalo",
                          batch->options.self->numero, batch->options.self->nombre);
        }
    }
    return status;
}

static enum prep_status claims_release(struct desk_batch *batch,
                                       struct prep_reason *reason)
{
    const struct db_param params[] = { db_array_param(batch->ids),
                                       db_array_param(batch->pasos) };
    PGresult *result = NULL;
    enum prep_status status =
        desk_query(batch->options.db, &release_statement, params, &result, reason);

    PQclear(result);
    return status;
}

enum prep_status desk_batch_run(struct desk_batch *batch,
                                const struct desk_entry *entries, size_t count,
                                struct desk_decision *decisions,
                                struct prep_reason *reason)
{
    struct db *db = batch->options.db;
    enum prep_status status;

    assert(count <= DESK_BATCH_MAX);
    events_clear(batch);
    status = ledger_begin(db, reason);
    if (status != PREP_OK) {
        db_rollback(db);
        return status;
    }
    status = actas_read(batch, entries, count, reason);
    if (status == PREP_OK) {
        status = decide_all(batch, entries, count, decisions, reason);
    }
    if (status == PREP_OK && batch->event_count == 0) {
        db_rollback(db); /* nothing new: all repeated or refused */
        return PREP_OK;
    }
    if (status == PREP_OK) {
        status = append(batch, reason);
    }
    if (status == PREP_OK) {
        status = claims_release(batch, reason);
    }
    if (status == PREP_OK) {
        status = ledger_finish(db, batch->items, batch->event_count, reason);
    }
    if (status != PREP_OK) {
        db_rollback(db);
        batch->event_count = 0; /* nothing to announce */
    }
    return status;
}

enum prep_status desk_batch_single(struct desk_batch *batch, const uint64_t *ids,
                                   size_t id_count, desk_batch_decide decide,
                                   void *context, struct hash *out_hash,
                                   struct prep_reason *reason)
{
    struct db *db = batch->options.db;
    Prep__Event event = PREP__EVENT__INIT;
    struct desk_entry entries[2];
    enum prep_status status;
    bool write = false;

    assert(id_count >= 1 && id_count <= 2);
    for (size_t i = 0; i < id_count; i++) {
        entries[i].acta = ids[i];
    }
    events_clear(batch);
    status = ledger_begin(db, reason);
    if (status == PREP_OK) {
        status = actas_read(batch, entries, id_count, reason);
    }
    if (status == PREP_OK) {
        status = decide(context, batch, &event, &write, reason);
    }
    if (status == PREP_OK && write) {
        status = event_sign_as_is(batch, &event, out_hash, reason);
    }
    if (status == PREP_OK && write) {
        status = append(batch, reason);
    }
    if (status == PREP_OK && write) {
        status = ledger_finish(db, batch->items, batch->event_count, reason);
    }
    if (status != PREP_OK || !write) {
        db_rollback(db);
        batch->event_count = 0; /* nothing to announce */
    }
    return status;
}

const struct desk_acta *desk_batch_acta(const struct desk_batch *batch, uint64_t id)
{
    return acta_find(batch, id);
}

const struct ledger_item *desk_batch_event(const struct desk_batch *batch, size_t i)
{
    return i < batch->event_count ? &batch->items[i] : NULL;
}

void desk_batch_operators(const struct desk_batch *batch, uint64_t acta,
                          uint32_t out_operators[static 2])
{
    const struct desk_acta *found = acta_find(batch, acta);

    out_operators[0] = found == NULL ? 0 : found->row.captura_operador[0];
    out_operators[1] = found == NULL ? 0 : found->row.captura_operador[1];
}
