#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "desk/desk_private.h"

static void answer_lost(struct desk_pending *item)
{
    http_answer_error(item->request, 503, "base.no.disponible",
                      "la base de datos no responde y nada se guardó con certeza; "
                      "repita la misma solicitud en unos segundos");
    item->request = NULL;
}

static void answer_bad(struct desk_pending *item, const char *code,
                       const struct prep_reason *reason)
{
    http_answer_error(item->request, 400, code, reason->text);
    item->request = NULL;
}

static void answer_out(struct desk *desk, struct desk_pending *item, unsigned code)
{
    if (buffer_status(&desk->out) !=
        PREP_OK) { /* its limit is for the largest answer */
        http_answer_error(item->request, 500, "respuesta.excedida",
                          "la respuesta no cupo; pida menos actas");
    } else {
        http_answer(item->request, code, NULL, desk->out.data, desk->out.len);
    }
    item->request = NULL;
}

/* ---- submissions */

struct bundle { /* the entries that one request brought */
    struct desk_pending *item;
    size_t first, count;
};

static void entry_log(struct desk *desk, const struct desk_entry *entry,
                      const struct desk_decision *decision)
{
    switch (decision->result) {
    case DESK_CAPTURADA:
        desk->counts.capturadas++;
        log_info("acta.capturada", LOG_UINT("acta", entry->acta),
                 LOG_UINT("operador", entry->operador));
        break;
    case DESK_VERIFICADA:
        desk->counts.verificadas++;
        log_info("acta.verificada", LOG_UINT("acta", entry->acta),
                 LOG_UINT("operador", entry->operador),
                 LOG_UINT("paso", decision->paso),
                 LOG_UINT("metodo", decision->metodo));
        break;
    case DESK_DISCREPANCIA:
        desk->counts.discrepancias++;
        log_info("acta.discrepancia", LOG_UINT("acta", entry->acta),
                 LOG_UINT("operador", entry->operador));
        break;
    case DESK_COTEJADA:
        desk->counts.cotejadas++;
        log_info("acta.cotejada", LOG_UINT("acta", entry->acta),
                 LOG_UINT("operador", entry->operador),
                 LOG_UINT("resultado", entry->resultado));
        break;
    case DESK_REPETIDA:
        desk->counts.repetidas++;
        log_info("captura.repetida", LOG_UINT("acta", entry->acta),
                 LOG_UINT("operador", entry->operador));
        break;
    case DESK_RECHAZADA:
        desk->counts.rechazadas++;
        log_warning("captura.rechazada", LOG_UINT("acta", entry->acta),
                    LOG_UINT("operador", entry->operador),
                    LOG_TEXT("codigo", decision->codigo),
                    LOG_TEXT("reason", decision->motivo.text));
        break;
    case DESK_PROPUESTA: /* not of a batch: desk_coordina.c */
    case DESK_CONFIRMADA:
        break;
    }
}

static void entry_settle(struct desk *desk, const struct desk_entry *entry,
                         const struct desk_decision *decision)
{
    struct desk_queue *queue = desk_work_queue(desk->work);
    uint32_t operators[2];

    if (decision->result == DESK_DISCREPANCIA) {
        desk_batch_operators(desk->batch, entry->acta, operators);
        desk_queue_add(queue, entry->acta, operators[0], operators[1]);
    } else if (decision->result == DESK_CAPTURADA ||
               decision->result == DESK_VERIFICADA) {
        desk_queue_done(queue, entry->acta);
    }
}

static void bundle_answer(struct desk *desk, const struct bundle *bundle)
{
    bool all_refused = true;

    buffer_clear(&desk->out);
    desk_json_results_begin(&desk->out);
    for (size_t i = bundle->first; i < bundle->first + bundle->count; i++) {
        desk_json_result(&desk->out, desk->entries[i].acta, &desk->decisions[i]);
        all_refused = all_refused && desk->decisions[i].result == DESK_RECHAZADA;
    }
    desk_json_results_end(&desk->out);
    answer_out(desk, bundle->item, all_refused ? 409 : 200);
}

static void announce(struct desk *desk)
{
    const struct ledger_item *item;

    for (size_t i = 0; desk->pub != NULL; i++) {
        item = desk_batch_event(desk->batch, i);
        if (item == NULL) {
            break;
        }
        /* A wake-up and nothing else: who misses it finds it in the ledger. */
        if (transport_announce(desk->pub, item->posicion, item->envelope->bytes,
                               item->envelope->len) != PREP_OK) {
            break;
        }
    }
}

/* A chain that is not ours any more is read again once: nothing had been committed. */
static enum prep_status batch_run(struct desk *desk, size_t entry_count,
                                  struct prep_reason *reason)
{
    enum prep_status status = desk_batch_run(desk->batch, desk->entries, entry_count,
                                             desk->decisions, reason);

    if (status != PREP_ERR_CONFLICT) {
        return status;
    }
    log_err("llave.duplicada", LOG_TEXT("nombre", desk->self->nombre),
            LOG_TEXT("reason", reason->text));
    status = desk_batch_restore(desk->batch, reason);
    if (status == PREP_OK) {
        status = desk_batch_run(desk->batch, desk->entries, entry_count,
                                desk->decisions, reason);
    }
    return status;
}

static void bundles_run(struct desk *desk, const struct bundle *bundles,
                        size_t bundle_count, size_t entry_count)
{
    struct prep_reason reason = { "" };
    enum prep_status status;

    if (bundle_count == 0) {
        return;
    }
    if (!desk_base_up(desk)) {
        status = PREP_ERR_UNAVAILABLE;
    } else {
        status = batch_run(desk, entry_count, &reason);
        if (status != PREP_OK) {
            desk_base_lost(desk, status, &reason);
        }
    }
    for (size_t i = 0; i < bundle_count; i++) {
        if (status == PREP_OK) {
            bundle_answer(desk, &bundles[i]);
        } else {
            answer_lost(bundles[i].item);
        }
    }
    if (status != PREP_OK) {
        return;
    }
    if (desk_batch_event(desk->batch, 0) != NULL) {
        desk_base_committed(desk);
    }
    for (size_t i = 0; i < entry_count; i++) {
        entry_settle(desk, &desk->entries[i], &desk->decisions[i]);
        entry_log(desk, &desk->entries[i], &desk->decisions[i]);
    }
    announce(desk);
}

static void flush_entries(struct desk *desk)
{
    const struct desk_json_clock clock = {
        .simulacro = desk->definicion->modo == MODO_SIMULACRO,
        .now_ms = clock_now_ms(),
    };
    struct bundle bundles[DESK_BATCH_MAX];
    size_t bundle_count = 0;
    size_t entry_count = 0;

    for (size_t i = 0; i < desk->pending_count; i++) {
        struct desk_pending *item = &desk->pending[i];
        struct prep_reason reason = { "" };
        const char *code = NULL;
        const char *body;
        size_t len, count;

        if (item->request == NULL ||
            (item->route != DESK_ROUTE_CAPTURAS && item->route != DESK_ROUTE_COTEJOS)) {
            continue;
        }
        if (entry_count + DESK_REQUEST_MAX > DESK_BATCH_MAX) {
            bundles_run(desk, bundles, bundle_count, entry_count);
            bundle_count = entry_count = 0;
        }
        body = http_body(item->request, &len);
        if (desk_json_entries(body, len,
                              item->route == DESK_ROUTE_CAPTURAS ? DESK_CAPTURA
                                                                 : DESK_COTEJO,
                              &clock, item->operador, &desk->entries[entry_count],
                              &count, &code, &reason) != PREP_OK) {
            answer_bad(item, code, &reason);
            continue;
        }
        bundles[bundle_count++] = (struct bundle){ item, entry_count, count };
        entry_count += count;
    }
    bundles_run(desk, bundles, bundle_count, entry_count);
}

/* ---- claims */

static void task_add(struct desk *desk, const struct desk_task *task)
{
    const struct eleccion *eleccion =
        definicion_eleccion(desk->definicion, task->eleccion);
    char image[HASH_TEXT_SIZE];

    if (desk->out.data[desk->out.len - 1] != '[') {
        buffer_add_char(&desk->out, ',');
    }
    buffer_add_text(&desk->out, "{\"acta\":");
    buffer_add_uint(&desk->out, task->acta);
    buffer_add_text(&desk->out, ",\"eleccion\":");
    buffer_add_json(&desk->out, eleccion == NULL ? "" : eleccion->clave);
    buffer_add_text(&desk->out, ",\"paso\":");
    buffer_add_uint(&desk->out, task->paso);
    buffer_add_text(&desk->out, ",\"imagen\":");
    if (task->tiene_imagen) {
        hash_text(&task->imagen, image);
        buffer_add_json(&desk->out, image);
    } else {
        buffer_add_text(&desk->out, "null");
    }
    buffer_add_text(&desk->out, ",\"vence_ms\":");
    buffer_add_int(&desk->out, task->vence_ms);
    buffer_add_char(&desk->out, '}');
}

static void wants_run(struct desk *desk, struct desk_pending *const *items,
                      struct desk_want *wants, size_t want_count)
{
    struct prep_reason reason = { "" };
    size_t task_count = 0;
    enum prep_status status = PREP_ERR_UNAVAILABLE;

    if (want_count == 0) {
        return;
    }
    if (desk_base_up(desk)) {
        desk_base_follow(desk, desk_queue_waiting(desk_work_queue(desk->work)) == 0);
    }
    if (desk->up) {
        status = desk_work_take(desk->work, clock_now_ms(), wants, want_count,
                                desk->tasks, &task_count, &reason);
        if (status != PREP_OK) {
            desk_base_lost(desk, status, &reason);
        }
    }
    for (size_t i = 0; i < want_count; i++) {
        if (status != PREP_OK) {
            answer_lost(items[i]);
            continue;
        }
        buffer_clear(&desk->out);
        buffer_add_text(&desk->out, "{\"tareas\":[");
        for (size_t t = 0; t < task_count; t++) {
            if (desk->tasks[t].operador == wants[i].operador) {
                task_add(desk, &desk->tasks[t]);
            }
        }
        buffer_add_text(&desk->out, "]}");
        answer_out(desk, items[i], 200);
    }
}

static bool want_is_there(const struct desk_want *wants, size_t count,
                          uint32_t operador)
{
    for (size_t i = 0; i < count; i++) {
        if (wants[i].operador == operador) {
            return true;
        }
    }
    return false;
}

/* Says whether some are left: an operator who asks twice is served one by one, so that
 * the second answer counts what the first one gave. */
static bool flush_wants(struct desk *desk)
{
    struct desk_want wants[DESK_WANTS_MAX];
    struct desk_pending *items[DESK_WANTS_MAX];
    size_t want_count = 0;
    bool left = false;

    for (size_t i = 0; i < desk->pending_count; i++) {
        struct desk_pending *item = &desk->pending[i];
        struct prep_reason reason = { "" };
        const char *code = NULL;
        const char *body;
        size_t len;

        if (item->request == NULL || item->route != DESK_ROUTE_TOMAR) {
            continue;
        }
        if (want_count == DESK_WANTS_MAX ||
            want_is_there(wants, want_count, item->operador)) {
            left = true;
            continue;
        }
        body = http_body(item->request, &len);
        if (desk_json_take(body, len, &wants[want_count], &code, &reason) != PREP_OK) {
            answer_bad(item, code, &reason);
            continue;
        }
        wants[want_count].operador = item->operador;
        items[want_count++] = item;
    }
    wants_run(desk, items, wants, want_count);
    return left;
}

/* ---- views */

static void flush_views(struct desk *desk)
{
    for (size_t i = 0; i < desk->pending_count; i++) {
        struct desk_pending *item = &desk->pending[i];
        struct prep_reason reason = { "" };
        enum prep_status status;

        if (item->request == NULL) {
            continue;
        }
        if (item->route == DESK_ROUTE_IMAGEN) {
            desk_view_imagen(desk, item->request);
            item->request = NULL;
            continue;
        }
        if (!desk_base_up(desk)) {
            answer_lost(item);
            continue;
        }
        switch (item->route) {
        case DESK_ROUTE_PROPUESTA:
        case DESK_ROUTE_CONFIRMACION:
            status = desk_coordina(desk, item->request, item->operador,
                                   item->route == DESK_ROUTE_CONFIRMACION, &reason);
            if (status == PREP_OK) {
                announce(desk);
            }
            break;
        case DESK_ROUTE_PROPUESTAS:
            status = desk_coordina_lista(desk, item->request, &reason);
            break;
        default:
            status = desk_view_acta(desk, item->request, &reason);
        }
        if (status != PREP_OK) {
            desk_base_lost(desk, status, &reason);
            answer_lost(item);
        }
        item->request = NULL;
    }
}

void desk_flush(struct desk *desk)
{
    if (desk->pending_count == 0) {
        return;
    }
    flush_entries(desk);
    while (flush_wants(desk)) {
    }
    flush_views(desk);
    desk->pending_count = 0;
}
