/* Proposals and confirmations: one request, one transaction. They are a few in a night.
 */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "desk/desk_coordina_private.h"

static const struct db_statement lista_statement = {
    "desk_propuestas",
    "SELECT sobre FROM libro WHERE tipo = 25 ORDER BY posicion DESC LIMIT 50", 0
};

/* Under the append lock. */
static enum prep_status decide(void *context, const struct desk_batch *batch,
                               Prep__Event *event, bool *out_write,
                               struct prep_reason *reason)
{
    struct coordina_acto *acto = context;
    const struct coordina_propuesta *p = &acto->propuesta;
    const struct desk_acta *acta = desk_batch_acta(batch, p->acta);
    const struct desk_acta *fuera = desk_batch_acta(batch, p->fuera);
    enum prep_status status = PREP_OK;
    bool ya = false;

    if (!acto->confirma) {
        coordina_propone(p, acta, fuera, &acto->sigue_a, &acto->decision);
    } else {
        status = coordina_ya_confirmada(acto, &ya, reason);
        if (ya) {
            acto->decision.result = DESK_REPETIDA;
        } else {
            coordina_confirma(p, acto->operador, acta, fuera, &acto->decision);
        }
    }
    *out_write = acto->decision.result == DESK_PROPUESTA ||
                 acto->decision.result == DESK_CONFIRMADA;
    if (!*out_write || status != PREP_OK) {
        return status;
    }
    coordina_evento(acto, acta, fuera, event);
    return PREP_OK;
}

/* ---- the answer */

static void acto_log(const struct coordina_acto *acto)
{
    const struct coordina_propuesta *p = &acto->propuesta;

    switch (acto->decision.result) {
    case DESK_PROPUESTA:
        log_warning("propuesta.hecha", LOG_UINT("acta", p->acta),
                    LOG_TEXT("clase", coordina_clase_texto(p->clase)),
                    LOG_UINT("operador", acto->operador),
                    LOG_TEXT("motivo", p->motivo));
        break;
    case DESK_CONFIRMADA:
        log_warning("propuesta.confirmada", LOG_UINT("acta", p->acta),
                    LOG_TEXT("clase", coordina_clase_texto(p->clase)),
                    LOG_UINT("propone", p->operador),
                    LOG_UINT("confirma", acto->operador),
                    LOG_TEXT("motivo", p->motivo));
        break;
    case DESK_RECHAZADA:
        log_warning("propuesta.rechazada", LOG_UINT("acta", p->acta),
                    LOG_UINT("operador", acto->operador),
                    LOG_TEXT("codigo", acto->decision.codigo),
                    LOG_TEXT("reason", acto->decision.motivo.text));
        break;
    default:
        break;
    }
}

static void acto_answer(struct desk *desk, struct http_request *request,
                        const struct coordina_acto *acto, const struct hash *hash)
{
    char text[HASH_TEXT_SIZE];

    if (acto->decision.result == DESK_RECHAZADA) {
        http_answer_error(request, 409, acto->decision.codigo,
                          acto->decision.motivo.text);
        return;
    }
    hash_text(acto->confirma ? &acto->hash : hash, text);
    buffer_clear(&desk->out);
    buffer_printf(&desk->out, "{\"resultado\":\"%s\",\"propuesta\":\"%s\"}",
                  desk_result_text(acto->decision.result), text);
    http_answer(request, 200, NULL, desk->out.data, desk->out.len);
}

static enum prep_status acto_run(struct coordina_acto *acto, struct hash *out_hash,
                                 struct prep_reason *reason)
{
    struct desk *desk = acto->desk;
    enum prep_status status = PREP_OK;
    uint64_t ids[2];

    if (acto->confirma) { /* proposals are never edited: it may be read before the lock
                           */
        status = coordina_busca(acto, reason);
        if (status == PREP_ERR_NOT_FOUND) {
            desk_refuse(&acto->decision, "propuesta.desconocida",
                        "no hay una propuesta así de esta acta; vea GET /propuestas");
            return PREP_OK;
        }
    }
    ids[0] = acto->propuesta.acta;
    ids[1] = acto->propuesta.fuera;
    if (status == PREP_OK) {
        status = desk_batch_single(desk->batch, ids, ids[1] == 0 ? 1 : 2, decide, acto,
                                   out_hash, reason);
    }
    return status;
}

enum prep_status desk_coordina(struct desk *desk, struct http_request *request,
                               uint32_t operador, bool confirma,
                               struct prep_reason *reason)
{
    struct coordina_acto *acto = calloc(1, sizeof *acto);
    const char *code = NULL;
    enum prep_status status;
    struct hash hash = { { 0 } };
    const char *body;
    size_t len;

    if (acto == NULL) {
        abort();
    }
    acto->desk = desk;
    acto->confirma = confirma;
    acto->operador = operador;
    body = http_body(request, &len);
    if (coordina_lee(acto, body, len, &code, reason) != PREP_OK) {
        http_answer_error(request, 400, code, reason->text);
        free(acto);
        return PREP_OK;
    }
    acto->propuesta.operador = operador;
    status = acto_run(acto, &hash, reason);
    if (status == PREP_ERR_RANGE) { /* a text that may not go into an event */
        http_answer_error(request, 400, "solicitud.malformada", reason->text);
        status = PREP_OK;
    } else if (status == PREP_OK) {
        acto_answer(desk, request, acto, &hash);
        acto_log(acto);
    }
    free(acto);
    return status;
}

/* ---- GET /propuestas: what there is to confirm. Coordinacion sees values: it must. */

static void propuesta_add(struct buffer *out, const struct coordina_propuesta *p,
                          const struct hash *hash)
{
    char text[HASH_TEXT_SIZE];

    if (out->data[out->len - 1] != '[') {
        buffer_add_char(out, ',');
    }
    hash_text(hash, text);
    buffer_printf(
        out,
        "{\"propuesta\":\"%s\",\"acta\":%llu,\"clase\":\"%s\",\"operador\":%u,"
        "\"hora_ms\":%lld,\"motivo\":",
        text, (unsigned long long)p->acta, coordina_clase_texto(p->clase), p->operador,
        (long long)p->hora_ms);
    buffer_add_json(out, p->motivo);
    if (p->tiene_imagen) {
        hash_text(&p->imagen, text);
        buffer_printf(out, ",\"imagen\":\"%s\"", text);
    }
    if (p->fuera != 0) {
        buffer_printf(out, ",\"fuera\":%llu", (unsigned long long)p->fuera);
    }
    if (p->celda_count > 0) {
        buffer_add_text(out, ",\"celdas\":[");
        for (size_t i = 0; i < p->celda_count; i++) {
            buffer_printf(out, "%s%d", i == 0 ? "" : ",", p->celdas[i]);
        }
        buffer_add_char(out, ']');
    }
    buffer_add_char(out, '}');
}

enum prep_status desk_coordina_lista(struct desk *desk, struct http_request *request,
                                     struct prep_reason *reason)
{
    struct coordina_propuesta *p = calloc(1, sizeof *p);
    PGresult *result = NULL;
    enum prep_status status;

    if (p == NULL) {
        abort();
    }
    status = desk_query(desk->db, &lista_statement, NULL, &result, reason);
    buffer_clear(&desk->out);
    buffer_add_text(&desk->out, "{\"propuestas\":[");
    for (int i = 0; status == PREP_OK && i < PQntuples(result); i++) {
        struct hash hash;

        status = coordina_abre(desk, result, i, &hash, p, reason);
        if (status == PREP_OK) {
            propuesta_add(&desk->out, p, &hash);
        }
    }
    buffer_add_text(&desk->out, "]}");
    PQclear(result);
    free(p);
    if (status == PREP_OK) {
        http_answer(request, 200, NULL, desk->out.data, desk->out.len);
    }
    return status;
}
