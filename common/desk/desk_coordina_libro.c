/* Proposals and what became of them, out of the ledger and into it. */
#include <string.h>

#include "base/text.h"
#include "desk/desk_coordina_private.h"

static const struct db_statement propuesta_statement = {
    "desk_propuesta",
    "SELECT sobre FROM libro WHERE acta = $1 AND tipo = 25 AND hash = $2", 2
};
static const struct db_statement confirmaciones_statement = {
    "desk_confirmaciones",
    "SELECT sobre FROM libro WHERE acta = $1 AND tipo IN (26, 27) ORDER BY posicion", 1
};
static ProtobufCBinaryData field(struct hash *hash)
{
    return (ProtobufCBinaryData){ HASH_LEN, hash->bytes };
}

enum prep_status coordina_abre(const struct desk *desk, const PGresult *result, int row,
                               struct hash *out_hash, struct coordina_propuesta *out,
                               struct prep_reason *reason)
{
    struct envelope envelope;
    const Prep__Propuesta *body;
    enum prep_status status =
        envelope_open_trusted(desk->topology, PQgetvalue(result, row, 0),
                              (size_t)PQgetlength(result, row, 0), &envelope, reason);

    if (status != PREP_OK) {
        return status;
    }
    body = envelope.event->propuesta;
    *out = (struct coordina_propuesta){ .clase = body->clase,
                                        .acta = envelope.event->acta,
                                        .fuera = body->fuera,
                                        .operador = body->operador,
                                        .hora_ms = envelope.event->hora_ms,
                                        .celda_count = body->n_celdas,
                                        .tiene_imagen = body->imagen.len == HASH_LEN };
    /* envelope_event_check() bounds all of this */
    text_copy(out->motivo, sizeof out->motivo, body->motivo);
    if (body->n_celdas > 0) {
        memcpy(out->celdas, body->celdas, body->n_celdas * sizeof out->celdas[0]);
    }
    memcpy(out->sigue_a.bytes, envelope.event->sigue_a.data, HASH_LEN);
    if (out->tiene_imagen) {
        memcpy(out->imagen.bytes, body->imagen.data, HASH_LEN);
    }
    *out_hash = envelope.hash;
    envelope_close(&envelope);
    return PREP_OK;
}

enum prep_status coordina_busca(struct coordina_acto *acto, struct prep_reason *reason)
{
    char number[8];
    const struct db_param params[] = {
        db_param_int8(number, (int64_t)acto->propuesta.acta),
        db_param_bytes(acto->hash.bytes, HASH_LEN),
    };
    PGresult *result = NULL;
    enum prep_status status =
        desk_query(acto->desk->db, &propuesta_statement, params, &result, reason);

    if (status == PREP_OK && PQntuples(result) == 0) {
        status = PREP_ERR_NOT_FOUND;
    } else if (status == PREP_OK) {
        status =
            coordina_abre(acto->desk, result, 0, &acto->hash, &acto->propuesta, reason);
    }
    PQclear(result);
    return status;
}

enum prep_status coordina_ya_confirmada(const struct coordina_acto *acto, bool *out_ya,
                                        struct prep_reason *reason)
{
    char number[8];
    const struct db_param param = db_param_int8(number, (int64_t)acto->propuesta.acta);
    PGresult *result = NULL;
    enum prep_status status =
        desk_query(acto->desk->db, &confirmaciones_statement, &param, &result, reason);

    *out_ya = false;
    for (int i = 0; status == PREP_OK && i < PQntuples(result); i++) {
        const ProtobufCBinaryData *propuesta;
        struct envelope envelope;
        uint32_t confirma;

        status =
            envelope_open_trusted(acto->desk->topology, PQgetvalue(result, i, 0),
                                  (size_t)PQgetlength(result, i, 0), &envelope, reason);
        if (status != PREP_OK) {
            break;
        }
        if (envelope.event->cuerpo_case == PREP__EVENT__CUERPO_CORRECCION) {
            propuesta = &envelope.event->correccion->propuesta;
            confirma = envelope.event->correccion->confirma;
        } else {
            propuesta = &envelope.event->identificacion->propuesta;
            confirma = envelope.event->identificacion->confirma;
        }
        *out_ya = *out_ya || (confirma == acto->operador &&
                              memcmp(propuesta->data, acto->hash.bytes, HASH_LEN) == 0);
        envelope_close(&envelope);
    }
    PQclear(result);
    return status;
}

/* ---- the event */

static void propuesta_fill(struct coordina_acto *acto, Prep__Event *event)
{
    struct coordina_propuesta *p = &acto->propuesta;
    Prep__Propuesta *body = &acto->cuerpo;

    prep__propuesta__init(body);
    body->clase = p->clase;
    body->operador = acto->operador;
    body->motivo = p->motivo;
    body->n_celdas = p->celda_count;
    body->celdas = p->celdas;
    body->fuera = p->fuera;
    if (p->tiene_imagen) {
        body->imagen = field(&p->imagen);
    }
    event->cuerpo_case = PREP__EVENT__CUERPO_PROPUESTA;
    event->propuesta = body;
    event->sigue_a = field(&acto->sigue_a);
}

static void correccion_fill(struct coordina_acto *acto, const struct desk_acta *acta,
                            Prep__Event *event)
{
    struct coordina_propuesta *p = &acto->propuesta;
    Prep__Correccion *body = &acto->correccion;
    const celda *antes;

    prep__correccion__init(body);
    body->clase = p->clase;
    body->numero = acta->row.correccion_numero + 1;
    body->propone = p->operador;
    body->confirma = acto->operador;
    body->motivo = p->motivo;
    body->n_celdas = p->celda_count;
    body->celdas = p->celdas;
    antes = coordina_valores(&acta->row, &body->n_anteriores);
    if (antes != NULL) {
        memcpy(acto->anteriores, antes, body->n_anteriores * sizeof antes[0]);
    }
    body->anteriores = acto->anteriores;
    body->propuesta = field(&acto->hash);
    body->sustituye = field(&p->sigue_a);
    if (p->tiene_imagen) {
        body->imagen = field(&p->imagen);
    }
    event->cuerpo_case = PREP__EVENT__CUERPO_CORRECCION;
    event->correccion = body;
}

static void identificacion_fill(struct coordina_acto *acto,
                                const struct acta_row *fuera, Prep__Event *event)
{
    Prep__Identificacion *body = &acto->identificacion;

    prep__imagen__init(&acto->imagen);
    acto->sha256 = fuera->imagen;
    acto->imagen.sha256 = field(&acto->sha256);
    acto->imagen.bytes_total = fuera->imagen_bytes;
    acto->imagen.formato = fuera->imagen_formato;
    acto->imagen.origen = fuera->imagen_origen;
    acto->imagen.digitalizacion = fuera->imagen_digitalizacion;
    acto->imagen.documento = fuera->imagen_documento;
    prep__identificacion__init(body);
    body->fuera = fuera->id;
    body->propone = acto->propuesta.operador;
    body->confirma = acto->operador;
    body->motivo = acto->propuesta.motivo;
    body->propuesta = field(&acto->hash);
    acto->evento = fuera->imagen_hash;
    body->evento = field(&acto->evento);
    body->imagen_ms = fuera->imagen_ms;
    body->imagen = &acto->imagen;
    event->cuerpo_case = PREP__EVENT__CUERPO_IDENTIFICACION;
    event->identificacion = body;
}

void coordina_evento(struct coordina_acto *acto, const struct desk_acta *acta,
                     const struct desk_acta *fuera, Prep__Event *event)
{
    event->acta = acto->propuesta.acta;
    event->hora_ms = acto->hora_ms;
    if (!acto->confirma) {
        propuesta_fill(acto, event);
        return;
    }
    event->sigue_a = field(&acto->hash);
    if (acto->propuesta.clase == PROPUESTA_IDENTIFICACION) {
        identificacion_fill(acto, &fuera->row, event);
    } else {
        correccion_fill(acto, acta, event);
    }
}
