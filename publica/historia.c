#include "historia.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "objeto.h"
#include "prep/db_internal.h"
#include "prep/envelope.h"

struct suceso {
    uint64_t acta;
    uint32_t capturo[3]; /* operators of its captures; 0: none */
    struct envelope envelope;
    void *bytes; /* that the envelope points at */
};

struct historia {
    size_t count;
    struct suceso sucesos[]; /* by acta, then position */
};

void historia_free(struct historia **historia)
{
    if (*historia == NULL) {
        return;
    }
    for (size_t i = 0; i < (*historia)->count; i++) {
        envelope_close(&(*historia)->sucesos[i].envelope);
        free((*historia)->sucesos[i].bytes);
    }
    free(*historia);
    *historia = NULL;
}

static enum prep_status suceso_open(const struct topology *topology,
                                    const PGresult *result, int row, struct suceso *out,
                                    struct prep_reason *reason)
{
    const size_t len = (size_t)PQgetlength(result, row, 1);

    out->acta = (uint64_t)db_int8(result, row, 0);
    for (int i = 0; i < 3; i++) {
        out->capturo[i] = (uint32_t)db_int4(result, row, 2 + i);
    }
    out->bytes = malloc(len + 1);
    if (out->bytes == NULL) {
        return prep_fail(reason, PREP_ERR_MEMORY, "sin memoria");
    }
    memcpy(out->bytes, PQgetvalue(result, row, 1), len);
    return envelope_open_trusted(topology, out->bytes, len, &out->envelope, reason);
}

enum prep_status historia_lee(struct db *db, const struct topology *topology,
                              uint64_t hasta, struct historia **out_historia,
                              struct prep_reason *reason)
{
    struct historia *historia;
    PGresult *result = NULL;
    char number[24];
    struct db_param param = { .value = number };
    enum prep_status status;
    int rows;

    (void)snprintf(number, sizeof number, "%" PRIu64, hasta);
    status =
        db_exec(db,
                "SELECT l.acta, l.sobre, a.captura1_operador, a.captura2_operador,"
                " a.captura3_operador FROM libro l LEFT JOIN acta a ON a.id = l.acta"
                " WHERE l.tipo BETWEEN 25 AND 27 AND l.tipo > 25"
                " AND l.posicion < $1::bigint ORDER BY l.acta, l.posicion",
                &param, 1, true, &result, reason);
    if (status != PREP_OK) {
        return status;
    }
    rows = PQntuples(result);
    if ((size_t)rows > HISTORIA_MAX) {
        PQclear(result);
        return prep_fail(reason, PREP_ERR_RANGE, "%d correcciones: son demasiadas",
                         rows);
    }
    historia = calloc(1, sizeof *historia + (size_t)rows * sizeof historia->sucesos[0]);
    if (historia == NULL) {
        status = prep_fail(reason, PREP_ERR_MEMORY, "sin memoria");
    }
    for (int i = 0; i < rows && status == PREP_OK; i++) {
        struct suceso *suceso = &historia->sucesos[historia->count];

        status = suceso_open(topology, result, i, suceso, reason);
        if (status == PREP_OK) {
            historia->count++;
        } else {
            free(suceso->bytes);
        }
    }
    PQclear(result);
    if (status != PREP_OK) {
        historia_free(&historia);
        return status;
    }
    *out_historia = historia;
    return PREP_OK;
}

/* ---- rendering */

static void celdas(const char *clave, const int32_t *valores, size_t count,
                   struct buffer *out)
{
    if (count > 0) {
        buffer_printf(out, ",\"%s\":", clave);
        objeto_celdas(valores, count, out);
    }
}

/* Who, why and when: common to both. */
static void acto(const struct definicion *definicion, const Prep__Event *event,
                 uint32_t propone, uint32_t confirma, const char *motivo,
                 struct buffer *out)
{
    buffer_printf(out, ",\"propone\":%" PRIu32 ",\"confirma\":%" PRIu32 ",\"motivo\":",
                  propone, confirma);
    buffer_add_json(out, motivo);
    if (event->hora_ms != CLOCK_UNKNOWN) {
        buffer_add_char(out, ',');
        objeto_hora("hora", event->hora_ms, definicion->desfase_min, out);
    }
}

static void hash(const char *clave, const ProtobufCBinaryData *bytes,
                 struct buffer *out)
{
    struct hash value;

    if (bytes->len == HASH_LEN) {
        memcpy(value.bytes, bytes->data, HASH_LEN);
        buffer_add_char(out, ',');
        objeto_hash(clave, &value, out);
    }
}

static void correccion(const struct definicion *definicion, const struct suceso *suceso,
                       struct buffer *out)
{
    const Prep__Event *event = suceso->envelope.event;
    const Prep__Correccion *body = event->correccion;

    buffer_printf(out, "{\"numero\":%" PRIu32 ",\"clase\":\"%s\"", body->numero,
                  body->clase == PROPUESTA_CORRECCION ? "correccion" : "reapertura");
    acto(definicion, event, body->propone, body->confirma, body->motivo, out);
    buffer_add_text(out, ",\"capturaron\":[");
    for (int i = 0; i < 3 && suceso->capturo[i] != 0; i++) {
        buffer_printf(out, "%s%" PRIu32, i == 0 ? "" : ",", suceso->capturo[i]);
    }
    buffer_add_char(out, ']');
    celdas("anteriores", body->anteriores, body->n_anteriores, out);
    celdas("celdas", body->celdas, body->n_celdas, out);
    hash("imagen", &body->imagen, out);
    hash("sustituye", &body->sustituye, out);
    hash("propuesta", &body->propuesta, out);
    buffer_add_char(out, ',');
    objeto_hash("evento", &suceso->envelope.hash, out);
    buffer_add_char(out, '}');
}

static void identificacion(const struct definicion *definicion,
                           const struct suceso *suceso, struct buffer *out)
{
    const Prep__Event *event = suceso->envelope.event;
    const Prep__Identificacion *body = event->identificacion;

    buffer_printf(out, "{\"id\":%" PRIu64, body->fuera);
    acto(definicion, event, body->propone, body->confirma, body->motivo, out);
    hash("imagen", &body->imagen->sha256, out);
    buffer_add_char(out, ',');
    objeto_hash("evento", &suceso->envelope.hash, out);
    buffer_add_char(out, '}');
}

static int by_acta(const void *key, const void *item)
{
    const uint64_t acta = *(const uint64_t *)key;
    const struct suceso *suceso = item;

    return (acta > suceso->acta) - (acta < suceso->acta);
}

/* Those of one kind, as a list; nothing when there are none. */
static void lista(const struct historia *historia, const struct suceso *first,
                  const struct definicion *definicion, Prep__Event__CuerpoCase cuerpo,
                  struct buffer *out)
{
    const struct suceso *end = historia->sucesos + historia->count;
    bool any = false;

    for (const struct suceso *s = first; s < end && s->acta == first->acta; s++) {
        if (s->envelope.event->cuerpo_case != cuerpo) {
            continue;
        }
        if (cuerpo == PREP__EVENT__CUERPO_CORRECCION) {
            buffer_add_text(out, any ? "," : ",\"correcciones\":[");
            correccion(definicion, s, out);
        } else {
            buffer_add_text(out, any ? "," : ",\"identificada_de\":[");
            identificacion(definicion, s, out);
        }
        any = true;
    }
    buffer_add_text(out, any ? "]" : "");
}

void historia_objeto(const struct historia *historia,
                     const struct definicion *definicion, uint64_t acta,
                     struct buffer *out)
{
    const struct suceso *found = bsearch(&acta, historia->sucesos, historia->count,
                                         sizeof historia->sucesos[0], by_acta);

    if (found == NULL) {
        return;
    }
    while (found > historia->sucesos && found[-1].acta == acta) {
        found--;
    }
    lista(historia, found, definicion, PREP__EVENT__CUERPO_CORRECCION, out);
    lista(historia, found, definicion, PREP__EVENT__CUERPO_IDENTIFICACION, out);
}
