/* Folding a batch: of each slot of each acta one event stands; one UPDATE per slot. */
#include "prep/projection.h"

#include <assert.h>
#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "prep/acta_id.h"
#include "prep/ledger_internal.h"
#include "prep/projection_slots.h"

#define IDENTIFICACION_BYTES_MAX 65536u /* as JSON, every byte escaped */

static const struct db_statement fuera_statement = { "acta_fuera_crea",
                                                     "SELECT acta_fuera_crea($1)", 1 };
static const struct db_statement fuera_eleccion_statement = {
    "acta_fuera_eleccion", "SELECT acta_fuera_eleccion($1, $2, $3)", 3
};

/* Those of the actas fuera de catalogo, and COMMIT. */
static_assert(SLOT_COUNT + 3 <= DB_PIPELINE_MAX, "a batch must fit in a pipeline");

struct candidate {
    enum slot slot;
    const Prep__Event *event;
    const struct hash *hash;
};

struct projection_batch {
    struct db_array *columns[SLOT_COUNT][SLOT_COLUMNS_MAX]; /* made when first needed */
    struct db_param params[SLOT_COUNT][SLOT_COLUMNS_MAX];
    int32_t cells[SLOT_COUNT]; /* length of its flattened list */
    struct db_array *fuera_ids;
    struct db_array *eleccion[3]; /* acta, eleccion, hash of the acopio */
    struct db_param fuera_param, eleccion_params[3];
    size_t count;
    struct candidate candidates[]; /* of them, those that stand */
};

enum prep_status projection_prepare(struct db *db, struct prep_reason *reason)
{
    const struct db_statement *all[SLOT_COUNT + 2];

    for (size_t s = 0; s < SLOT_COUNT; s++) {
        all[s] = &projection_slots[s].update;
    }
    all[SLOT_COUNT] = &fuera_statement;
    all[SLOT_COUNT + 1] = &fuera_eleccion_statement;
    return db_prepare(db, all, SLOT_COUNT + 2, reason);
}

/* ---- which event of a slot stands */

static bool slot_of(const Prep__Event *event, enum slot *out_slot)
{
    switch (event->cuerpo_case) {
    case PREP__EVENT__CUERPO_ACOPIO:
        *out_slot = SLOT_ACOPIO;
        return true;
    case PREP__EVENT__CUERPO_IMAGEN:
        *out_slot = SLOT_IMAGEN;
        return true;
    case PREP__EVENT__CUERPO_CAPTURA:
        if (event->captura->paso < 1 || event->captura->paso > 3) {
            return false;
        }
        *out_slot = (enum slot)(SLOT_CAPTURA_1 + (event->captura->paso - 1));
        return true;
    case PREP__EVENT__CUERPO_VERIFICACION:
        *out_slot = SLOT_VERIFICACION;
        return true;
    case PREP__EVENT__CUERPO_COTEJO:
        *out_slot = SLOT_COTEJO;
        return true;
    case PREP__EVENT__CUERPO_CORRECCION:
        *out_slot = SLOT_CORRECCION;
        return true;
    case PREP__EVENT__CUERPO_IDENTIFICACION:
        *out_slot = SLOT_IDENTIFICACION;
        return true;
    case PREP__EVENT__CUERPO_HORA_DUDOSA:
        *out_slot = event->hora_dudosa->tipo == PREP__EVENT__CUERPO_ACOPIO
                        ? SLOT_DUDA_ACOPIO
                        : SLOT_DUDA_IMAGEN;
        return true;
    default:
        return false; /* says nothing about the state of an acta */
    }
}

/* As struct acta_duda is read back; it orders as the events that it is about. */
static void duda_pack(const Prep__Event *event, uint8_t out[static ACTA_DUDA_PACKED])
{
    const Prep__HoraDudosa *duda = event->hora_dudosa;
    uint64_t wire;

    out[0] = duda->sin_acta;
    wire = htobe64((uint64_t)duda->dispositivo_ms);
    memcpy(out + 1, &wire, 8);
    memcpy(out + 9, duda->evento.data, HASH_LEN);
    wire = htobe64((uint64_t)event->hora_ms);
    memcpy(out + 9 + HASH_LEN, &wire, 8);
    out[17 + HASH_LEN] = (uint8_t)duda->causas;
}

static int compare_u64(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

/* < 0: a stands over b. Two events of the same slot of the same acta; the guards of
 * projection_slots.c say the same. */
static int precedes(const struct candidate *a, const struct candidate *b)
{
    int order = 0;

    if (a->slot == SLOT_ACOPIO) {
        order = (a->event->acopio->sin_acta != 0) - (b->event->acopio->sin_acta != 0);
    }
    if (a->slot == SLOT_DUDA_ACOPIO || a->slot == SLOT_DUDA_IMAGEN) {
        uint8_t left[ACTA_DUDA_PACKED], right[ACTA_DUDA_PACKED];

        duda_pack(a->event, left);
        duda_pack(b->event, right);
        return memcmp(left, right, sizeof left);
    }
    if (a->slot == SLOT_CORRECCION) {
        order = compare_u64(a->event->correccion->numero, b->event->correccion->numero);
    }
    if (order == 0) {
        order = (a->event->hora_ms > b->event->hora_ms) -
                (a->event->hora_ms < b->event->hora_ms);
    }
    if (order == 0) {
        order = memcmp(a->hash->bytes, b->hash->bytes, HASH_LEN);
    }
    return a->slot == SLOT_COTEJO || a->slot == SLOT_CORRECCION ? -order : order;
}

static int compare_candidates(const void *left, const void *right)
{
    const struct candidate *a = left, *b = right;
    int order = (int)a->slot - (int)b->slot;

    if (order == 0) {
        order = compare_u64(a->event->acta, b->event->acta);
    }
    return order != 0 ? order : precedes(a, b);
}

/* ---- from the events that stand to parameters */

static void add_identificacion(struct db_array *column, const Prep__Acopio *acopio)
{
    struct buffer json;

    if (acopio->n_identificacion == 0) {
        db_array_add_null(column);
        return;
    }
    buffer_init(&json, IDENTIFICACION_BYTES_MAX);
    buffer_add_char(&json, '{');
    for (size_t i = 0; i < acopio->n_identificacion; i++) {
        if (i > 0) {
            buffer_add_char(&json, ',');
        }
        buffer_add_json(&json, acopio->identificacion[i]->campo);
        buffer_add_char(&json, ':');
        buffer_add_json(&json, acopio->identificacion[i]->texto);
    }
    buffer_add_char(&json, '}');
    assert(!json.full); /* an envelope is smaller than this by itself */
    db_array_add_bytes(column, json.data, json.len);
    buffer_done(&json);
}

/* Columns cells, first, last: SQL counts from 1. */
static void add_cells(struct projection_batch *batch, enum slot slot,
                      struct db_array **columns, const int32_t *celdas, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        db_array_add_int(columns[0], celdas[i]);
    }
    db_array_add_int(columns[1], batch->cells[slot] + 1);
    batch->cells[slot] += (int32_t)count;
    db_array_add_int(columns[2], batch->cells[slot]);
}

static void add_acopio(struct projection_batch *batch, const struct candidate *c,
                       struct db_array **columns)
{
    const Prep__Acopio *acopio = c->event->acopio;

    db_array_add_int(columns[0], acopio->mecanismo);
    db_array_add_int(columns[1], acopio->documento);
    db_array_add_int(columns[2], acopio->sin_acta);
    add_identificacion(columns[3], acopio);
    if (acta_id_es_fuera(c->event->acta)) {
        db_array_add_int(batch->eleccion[0], (int64_t)c->event->acta);
        db_array_add_int(batch->eleccion[1], (int16_t)acopio->eleccion);
        db_array_add_bytes(batch->eleccion[2], c->hash->bytes, HASH_LEN);
    }
}

static void add_imagen(const Prep__Imagen *imagen, struct db_array **columns)
{
    db_array_add_bytes(columns[0], imagen->sha256.data, imagen->sha256.len);
    db_array_add_int(columns[1], (int64_t)imagen->bytes_total);
    db_array_add_int(columns[2], imagen->formato);
    db_array_add_int(columns[3], imagen->origen);
    db_array_add_int(columns[4], imagen->digitalizacion);
    db_array_add_int(columns[5], imagen->documento);
}

static void add_row(struct projection_batch *batch, const struct candidate *c)
{
    struct db_array **columns = batch->columns[c->slot];
    const Prep__Event *event = c->event;
    uint8_t duda[ACTA_DUDA_PACKED];

    if (columns[0] == NULL) {
        for (int i = 0; i < projection_slots[c->slot].update.param_count; i++) {
            columns[i] = db_array_new(projection_slots[c->slot].types[i]);
        }
    }
    db_array_add_int(columns[0], (int64_t)event->acta);
    db_array_add_int(columns[1], event->hora_ms);
    db_array_add_bytes(columns[2], c->hash->bytes, HASH_LEN);
    switch (c->slot) {
    case SLOT_ACOPIO:
        add_acopio(batch, c, columns + 3);
        break;
    case SLOT_IMAGEN:
    case SLOT_IMAGEN_OTRA:
        add_imagen(event->imagen, columns + 3);
        break;
    case SLOT_CAPTURA_1:
    case SLOT_CAPTURA_2:
    case SLOT_CAPTURA_3:
        db_array_add_int(columns[3], (int32_t)event->captura->operador);
        add_cells(batch, c->slot, columns + 4, event->captura->celdas,
                  event->captura->n_celdas);
        break;
    case SLOT_VERIFICACION:
        add_cells(batch, c->slot, columns + 3, event->verificacion->celdas,
                  event->verificacion->n_celdas);
        break;
    case SLOT_COTEJO:
        db_array_add_int(columns[3], event->cotejo->resultado);
        break;
    case SLOT_CORRECCION:
        db_array_add_int(columns[3], (int32_t)event->correccion->numero);
        add_cells(batch, c->slot, columns + 4, event->correccion->celdas,
                  event->correccion->n_celdas);
        break;
    case SLOT_IDENTIFICACION:
        db_array_add_int(columns[3], (int64_t)event->identificacion->fuera);
        db_array_add_int(columns[4], event->identificacion->imagen_ms);
        db_array_add_bytes(columns[5], event->identificacion->evento.data,
                           event->identificacion->evento.len);
        add_imagen(event->identificacion->imagen, columns + 6);
        break;
    case SLOT_DUDA_ACOPIO:
    case SLOT_DUDA_IMAGEN:
        duda_pack(event, duda);
        db_array_add_bytes(columns[3], duda, sizeof duda);
        break;
    case SLOT_COUNT:
        break;
    }
}

/* Two that compete for a slot; identifications do not: each one frees another acta. */
static bool same_place(const struct candidate *c, const struct candidate *before)
{
    const bool imagenes = c->slot == SLOT_IMAGEN && before->slot == SLOT_IMAGEN_OTRA;

    return c->event->acta == before->event->acta &&
           (c->slot == before->slot || imagenes) && c->slot != SLOT_IDENTIFICACION;
}

struct projection_batch *projection_batch_new(const struct ledger_item *items,
                                              size_t count)
{
    struct projection_batch *batch =
        calloc(1, sizeof *batch + count * sizeof batch->candidates[0]);

    assert(count <= LEDGER_BATCH_MAX);
    if (batch == NULL) {
        abort(); /* as base/buffer.h: out of memory stops the program */
    }
    batch->fuera_ids = db_array_new(DB_ARRAY_INT8);
    batch->eleccion[0] = db_array_new(DB_ARRAY_INT8);
    batch->eleccion[1] = db_array_new(DB_ARRAY_INT2);
    batch->eleccion[2] = db_array_new(DB_ARRAY_BYTEA);
    for (size_t i = 0; i < count; i++) {
        struct candidate *c = &batch->candidates[batch->count];

        if (items[i].result != LEDGER_NEW ||
            !slot_of(items[i].envelope->event, &c->slot)) {
            continue;
        }
        c->event = items[i].envelope->event;
        c->hash = &items[i].envelope->hash;
        batch->count++;
    }
    /* In order of acta, which is also the order in which rows are locked. */
    qsort(batch->candidates, batch->count, sizeof batch->candidates[0],
          compare_candidates);
    for (size_t i = 0; i < batch->count; i++) {
        struct candidate *c = &batch->candidates[i];

        if (i > 0 && same_place(c, &c[-1])) {
            if (c->slot != SLOT_IMAGEN) {
                continue; /* the one before it stands */
            }
            c->slot = SLOT_IMAGEN_OTRA; /* every image is kept */
        }
        if (acta_id_es_fuera(c->event->acta)) {
            db_array_add_int(batch->fuera_ids, (int64_t)c->event->acta);
        }
        add_row(batch, c);
    }
    return batch;
}

void projection_batch_free(struct projection_batch **batch)
{
    if (*batch == NULL) {
        return;
    }
    for (size_t s = 0; s < SLOT_COUNT; s++) {
        for (size_t i = 0; i < SLOT_COLUMNS_MAX; i++) {
            db_array_free(&(*batch)->columns[s][i]);
        }
    }
    db_array_free(&(*batch)->fuera_ids);
    for (size_t i = 0; i < 3; i++) {
        db_array_free(&(*batch)->eleccion[i]);
    }
    free(*batch);
    *batch = NULL;
}

void projection_batch_add(struct projection_batch *batch, struct db_pipeline *pipeline)
{
    if (db_array_count(batch->fuera_ids) > 0) {
        batch->fuera_param = db_array_param(batch->fuera_ids);
        db_pipeline_add(pipeline, &fuera_statement, &batch->fuera_param);
    }
    for (size_t s = 0; s < SLOT_COUNT; s++) {
        if (batch->columns[s][0] == NULL) {
            continue;
        }
        for (int i = 0; i < projection_slots[s].update.param_count; i++) {
            batch->params[s][i] = db_array_param(batch->columns[s][i]);
        }
        db_pipeline_add(pipeline, &projection_slots[s].update, batch->params[s]);
    }
    if (db_array_count(batch->eleccion[0]) > 0) {
        for (size_t i = 0; i < 3; i++) {
            batch->eleccion_params[i] = db_array_param(batch->eleccion[i]);
        }
        db_pipeline_add(pipeline, &fuera_eleccion_statement, batch->eleccion_params);
    }
}

enum prep_status projection_apply(struct db *db, const struct ledger_item *items,
                                  size_t count, struct prep_reason *reason)
{
    struct projection_batch *batch;
    struct db_pipeline pipeline;
    enum prep_status status;

    if (count > LEDGER_BATCH_MAX) {
        return prep_fail(reason, PREP_ERR_RANGE, "un lote de %zu eventos", count);
    }
    status = projection_prepare(db, reason);
    if (status != PREP_OK) {
        return status;
    }
    batch = projection_batch_new(items, count);
    db_pipeline_init(&pipeline, db);
    projection_batch_add(batch, &pipeline);
    status = db_pipeline_run(&pipeline, reason);
    db_pipeline_done(&pipeline);
    projection_batch_free(&batch);
    return status;
}
