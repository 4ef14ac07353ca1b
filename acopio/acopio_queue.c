#include "acopio_queue.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "prep/acta_id.h"
#include "prep/worker.h"

#define REQUESTS_MAX 128u
#define ANSWER_BYTES_MAX (256u * 1024u)

static_assert(ACOPIO_QUEUE_MAX >= ACOPIO_REQUEST_MAX, "a whole request must fit");

struct waiting {
    struct http_request *http;
    struct acopio_request *request;
    size_t first; /* its items, in the arrays below */
};

struct acopio_queue {
    struct spool *spool;
    const struct topology_process *self;
    bool disk_full;
    size_t waiting_count;
    struct waiting waiting[REQUESTS_MAX];
    size_t item_count;
    Prep__Event events[ACOPIO_QUEUE_MAX];
    struct spool_item items[ACOPIO_QUEUE_MAX];
    char notes[ACOPIO_QUEUE_MAX][HASH_TEXT_SIZE]; /* kept beside the event */
    struct buffer answer;
    struct buffer note;
};

enum prep_status acopio_queue_new(struct acopio_queue **out_queue, struct spool *spool,
                                  const struct topology_process *self,
                                  struct prep_reason *reason)
{
    struct acopio_queue *queue = calloc(1, sizeof *queue);

    if (queue == NULL) {
        return prep_fail(reason, PREP_ERR_MEMORY, "sin memoria para las solicitudes");
    }
    queue->spool = spool;
    queue->self = self;
    buffer_init(&queue->answer, ANSWER_BYTES_MAX);
    buffer_init(&queue->note, HASH_TEXT_SIZE);
    *out_queue = queue;
    return PREP_OK;
}

static void queue_clear(struct acopio_queue *queue)
{
    for (size_t i = 0; i < queue->waiting_count; i++) {
        acopio_request_free(&queue->waiting[i].request);
    }
    queue->waiting_count = 0;
    queue->item_count = 0;
}

void acopio_queue_free(struct acopio_queue **queue)
{
    if (*queue != NULL) {
        queue_clear(*queue);
        buffer_done(&(*queue)->answer);
        buffer_done(&(*queue)->note);
        free(*queue);
        *queue = NULL;
    }
}

void acopio_queue_take(struct acopio_queue *queue, struct http_request *http,
                       struct acopio_request *request)
{
    const size_t count = acopio_request_count(request);
    struct waiting *waiting;

    if (queue->waiting_count == REQUESTS_MAX ||
        queue->item_count + count > ACOPIO_QUEUE_MAX) {
        (void)acopio_queue_flush(queue);
    }
    waiting = &queue->waiting[queue->waiting_count++];
    waiting->http = http;
    waiting->request = request;
    waiting->first = queue->item_count;
    queue->item_count += count;
}

/* ---- making the events */

static void items_fill(struct acopio_queue *queue)
{
    const int64_t now = clock_now_ms();

    for (size_t i = 0; i < queue->waiting_count; i++) {
        const struct waiting *waiting = &queue->waiting[i];

        for (size_t j = 0; j < acopio_request_count(waiting->request); j++) {
            struct acopio_item *item = acopio_request_item(waiting->request, j);
            const size_t n = waiting->first + j;
            Prep__Event *event = &queue->events[n];

            prep__event__init(event);
            event->acta = item->fuera ? ACTA_ID_FUERA : item->acta;
            event->hora_ms = item->tiene_hora ? item->hora_ms : now;
            event->cuerpo_case = PREP__EVENT__CUERPO_ACOPIO;
            event->acopio = &item->cuerpo;
            hash_text(&item->contenido, queue->notes[n]);
            queue->items[n] = (struct spool_item){
                .event = event,
                .clave = item->solicitud,
                .adjunto = queue->notes[n],
                .adjunto_len = HASH_TEXT_LEN,
            };
        }
    }
}

/* ---- answering */

/* A repeat: what was stored the first time stands, if it is what is asked now. */
static enum prep_status repeat_check(struct acopio_queue *queue,
                                     const struct acopio_item *item, uint64_t secuencia,
                                     struct prep_reason *reason)
{
    char want[HASH_TEXT_SIZE];
    enum prep_status status =
        worker_adjunto(queue->spool, secuencia, &queue->note, reason);

    if (status != PREP_OK) {
        return status;
    }
    hash_text(&item->contenido, want);
    if (strcmp(buffer_text(&queue->note), want) != 0) {
        return prep_fail(reason, PREP_ERR_CONFLICT,
                         "solicitud %s: ya se registró con otro contenido; use una "
                         "solicitud nueva",
                         item->solicitud);
    }
    return PREP_OK;
}

static void answer_item(struct acopio_queue *queue, const struct acopio_item *item,
                        const struct spool_item *stored)
{
    /* As spool.h numbers them: a repeat finds the number it got. */
    const uint64_t acta =
        item->fuera ? acta_id_fuera(queue->self->numero, (uint32_t)stored->secuencia)
                    : item->acta;
    char hash[HASH_TEXT_SIZE];

    hash_text(&stored->hash, hash);
    buffer_printf(&queue->answer,
                  "%s{\"solicitud\":\"%s\",\"acta\":%llu,\"secuencia\":%llu,"
                  "\"hash\":\"%s\"}",
                  queue->answer.data[queue->answer.len - 1] == '[' ? "" : ",",
                  item->solicitud, (unsigned long long)acta,
                  (unsigned long long)stored->secuencia, hash);
    if (!stored->repetido) {
        log_info("acopio.encolado", LOG_UINT("acta", acta),
                 LOG_UINT("secuencia", stored->secuencia),
                 LOG_UINT("operador", item->cuerpo.operador),
                 LOG_UINT("sin_acta", item->cuerpo.sin_acta));
    }
}

static void answer_stored(struct acopio_queue *queue, const struct waiting *waiting)
{
    struct prep_reason conflict = { "" };
    enum prep_status refused = PREP_OK;

    buffer_clear(&queue->answer);
    buffer_add_text(&queue->answer, "{\"acopios\":[");
    for (size_t i = 0; i < acopio_request_count(waiting->request); i++) {
        const struct acopio_item *item = acopio_request_item(waiting->request, i);
        const struct spool_item *stored = &queue->items[waiting->first + i];

        if (stored->repetido) {
            struct prep_reason reason;
            enum prep_status status =
                repeat_check(queue, item, stored->secuencia, &reason);

            if (status != PREP_OK) {
                refused = status;
                conflict = reason;
                continue;
            }
        }
        answer_item(queue, item, stored);
    }
    buffer_add_text(&queue->answer, "]}");
    if (refused == PREP_ERR_CONFLICT) {
        log_warning("solicitud.conflicto", LOG_TEXT("reason", conflict.text));
        http_answer_error(waiting->http, 409, "solicitud.conflicto", conflict.text);
    } else if (refused != PREP_OK) {
        log_err("cola.fallida", LOG_STATUS(refused), LOG_TEXT("reason", conflict.text));
        http_answer_error(waiting->http, 503, "cola.fallida",
                          "no se pudo leer la cola; intente de nuevo en unos segundos");
    } else {
        assert(buffer_status(&queue->answer) == PREP_OK);
        http_answer(waiting->http, 200, NULL, queue->answer.data, queue->answer.len);
    }
}

static void answer_failed(struct acopio_queue *queue, enum prep_status status,
                          const struct prep_reason *reason)
{
    if (status != PREP_ERR_FULL) {
        log_err("cola.fallida", LOG_STATUS(status), LOG_TEXT("reason", reason->text));
    } else if (!queue->disk_full) {
        queue->disk_full = true;
        log_err("disco.lleno", LOG_TEXT("donde", "cola"),
                LOG_TEXT("reason", reason->text));
    }
    for (size_t i = 0; i < queue->waiting_count; i++) {
        if (status == PREP_ERR_FULL) {
            http_answer_error(queue->waiting[i].http, 503, "cola.llena",
                              "no hay espacio en el disco: nada se registró; avise a "
                              "soporte y repita la misma solicitud");
        } else {
            http_answer_error(queue->waiting[i].http, 503, "cola.fallida",
                              "no se pudo guardar: nada se registró; repita la misma "
                              "solicitud en unos segundos");
        }
    }
}

bool acopio_queue_flush(struct acopio_queue *queue)
{
    struct prep_reason reason = { "" };
    enum prep_status status;

    if (queue->waiting_count == 0) {
        return false;
    }
    items_fill(queue);
    status = spool_append(queue->spool, queue->items, queue->item_count, &reason);
    if (status != PREP_OK) {
        answer_failed(queue, status, &reason);
    } else {
        if (queue->disk_full) {
            queue->disk_full = false;
            log_info("disco.recuperado", LOG_TEXT("donde", "cola"));
        }
        for (size_t i = 0; i < queue->waiting_count; i++) {
            answer_stored(queue, &queue->waiting[i]);
        }
    }
    queue_clear(queue);
    return true;
}
